//! PLAIN: name and password in one message, for hosts that cannot do without.
//!
//! Spec: RFC 4616 §2.

use std::fmt;

use jid::{NodePart, NodeRef};
use zeroize::Zeroizing;

use super::{MAX_MESSAGE_BYTES, Mechanism, Offer, SaslError, prep};

/// A name and a password that fit together in form; whether in fact, [`super::verify_password`] says.
pub struct PlainLogin {
    username: NodePart,
    password: Zeroizing<String>,
}

impl PlainLogin {
    /// Reads the one message of PLAIN: `[authzid] NUL authcid NUL passwd`.
    ///
    /// # Errors
    /// [`SaslError`], before any hashing: also for a password that no account here can have.
    pub fn read(message: &[u8], offer: &Offer<'_>) -> Result<Self, SaslError> {
        offer.check(Mechanism::Plain)?;
        if message.len() > MAX_MESSAGE_BYTES {
            return Err(SaslError::TooLong { len: message.len() });
        }
        let text = std::str::from_utf8(message).map_err(|_| SaslError::Malformed { what: "message" })?;
        let mut parts = text.split('\0');
        let (Some(authzid), Some(authcid), Some(passwd), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SaslError::Malformed { what: "message" });
        };
        if authcid.is_empty() {
            return Err(SaslError::Malformed { what: "authcid" });
        }
        if passwd.is_empty() {
            return Err(SaslError::Malformed { what: "passwd" });
        }
        let username = offer.identity(authcid, Some(authzid).filter(|authzid| !authzid.is_empty()))?;
        let password = prep::password(passwd).map_err(|_| SaslError::WrongProof)?;
        Ok(Self { username, password })
    }

    /// The account's local part, prepared.
    pub fn username(&self) -> &NodeRef {
        &self.username
    }

    /// The password, prepared for [`super::verify_password`].
    pub fn prepared_password(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

impl fmt::Debug for PlainLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainLogin").field("username", &self.username).field("password", &"***").finish()
    }
}
