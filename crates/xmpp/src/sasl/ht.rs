//! HT: signing in with a token in one message each way, tied to the TLS connection where the mechanism says so.
//!
//! Spec: draft-schmaus-kitten-sasl-ht-09 (the one XEP-0484 v0.2.0 names), §3; HT-SHA-256 with tls-exporter (RFC 9266),
//! tls-server-end-point (RFC 5929) or nothing.
//! Left out: tls-unique (not in TLS 1.3), other hashes, HT2 (draft-ietf-kitten-sasl-ht-01 and later), which no app sends.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jid::{NodePart, NodeRef};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{BindingType, ChannelBindings, MAX_MESSAGE_BYTES, SaslError, prep};

/// A mechanism of the family that this server can speak; the best first when sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HtMechanism {
    /// Tied to the TLS connection itself.
    Expr,
    /// Tied to the certificate that was served.
    Endp,
    /// Tied to nothing: for apps in browsers, which see nothing of TLS.
    None,
}

impl HtMechanism {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Expr, Self::Endp, Self::None];

    /// The name that is announced.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expr => "HT-SHA-256-EXPR",
            Self::Endp => "HT-SHA-256-ENDP",
            Self::None => "HT-SHA-256-NONE",
        }
    }

    /// The mechanism of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name() == name)
    }

    /// What it is tied to.
    pub fn binding(self) -> Option<BindingType> {
        match self {
            Self::Expr => Some(BindingType::TlsExporter),
            Self::Endp => Some(BindingType::TlsServerEndPoint),
            Self::None => None,
        }
    }

    /// Those that a connection with these bindings can be offered.
    pub fn offered(types: &[BindingType]) -> Vec<Self> {
        Self::ALL.into_iter().filter(|mechanism| mechanism.binding().is_none_or(|kind| types.contains(&kind))).collect()
    }

    /// What both sides mix into their proofs on a connection; `None` where the connection lacks it.
    pub fn bound_to(self, bindings: &ChannelBindings) -> Option<&[u8]> {
        self.binding().map_or(Some(&[]), |kind| bindings.data(kind))
    }
}

/// The one message of a client: who it is, and the proof that it has a token.
pub struct HtLogin {
    username: NodePart,
    proof: [u8; PROOF_BYTES],
}

impl HtLogin {
    /// Reads `authcid NUL initiator-hashed-token`.
    ///
    /// # Errors
    /// [`SaslError`].
    pub fn read(message: &[u8]) -> Result<Self, SaslError> {
        if message.len() > MAX_MESSAGE_BYTES {
            return Err(SaslError::TooLong { len: message.len() });
        }
        let nul = message.iter().position(|byte| *byte == 0).ok_or(SaslError::Malformed { what: "message" })?;
        let (authcid, proof) = message.split_at(nul);
        let authcid = std::str::from_utf8(authcid).map_err(|_| SaslError::Malformed { what: "authcid" })?;
        let proof = proof.get(1..).and_then(|proof| proof.try_into().ok());
        let proof = proof.ok_or(SaslError::Malformed { what: "initiator-hashed-token" })?;
        let username = prep::username(authcid).ok_or(SaslError::BadUsername)?;
        Ok(Self { username, proof })
    }

    /// The account's local part, prepared.
    pub fn username(&self) -> &NodeRef {
        &self.username
    }

    /// The proof, for [`ht_proves`].
    pub fn proof(&self) -> [u8; PROOF_BYTES] {
        self.proof
    }
}

impl fmt::Debug for HtLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HtLogin").field("username", &self.username).field("proof", &"***").finish()
    }
}

/// Whether a proof was made with this token on a connection with this binding data. Takes the same time whatever differs.
pub fn ht_proves(token: &str, bound_to: &[u8], proof: &[u8; PROOF_BYTES]) -> bool {
    let expected = Zeroizing::new(hashed(token, b"Initiator", bound_to));
    expected.ct_eq(proof).into()
}

/// The server's own proof, by which the client knows that it is not somebody else.
pub fn ht_answer(token: &str, bound_to: &[u8]) -> [u8; PROOF_BYTES] {
    hashed(token, b"Responder", bound_to)
}

/// A client's message, as this server's own tests and tools send it.
pub fn ht_message(username: &str, token: &str, bound_to: &[u8]) -> Vec<u8> {
    let mut message = username.as_bytes().to_vec();
    message.push(0);
    message.extend_from_slice(&hashed(token, b"Initiator", bound_to));
    message
}

fn hashed(token: &str, side: &[u8], bound_to: &[u8]) -> [u8; PROOF_BYTES] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(side);
    mac.update(bound_to);
    mac.finalize().into_bytes().into()
}

/// Bytes of SHA-256.
pub const PROOF_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_proves_itself_on_its_own_connection_only() {
        let message = ht_message("juliet", "secret", b"this connection");
        let login = HtLogin::read(&message).expect("well-formed");
        assert_eq!(login.username().as_str(), "juliet");
        assert!(ht_proves("secret", b"this connection", &login.proof()));
        assert!(!ht_proves("secret", b"another", &login.proof()));
        assert!(!ht_proves("other", b"this connection", &login.proof()));
        assert_ne!(ht_answer("secret", b"this connection"), login.proof(), "it cannot be sent back as the answer");
    }

    #[test]
    fn proofs_are_those_of_the_draft() {
        // HMAC-SHA-256(key = "secret", "Initiator" and "Responder"), made with another implementation.
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let message = ht_message("a", "secret", b"");
        assert_eq!(hex(&message[2..]), "080d9fa917c6da67702df4ff5090d8693b5f8c838c832d6f3662b6822cc7a6b9");
        assert_eq!(hex(&ht_answer("secret", b"")), "89c7af02627bcde98741a1090dffb254610f1e335bbf086e3b02e708ada5a682");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let malformed = |what| Some(SaslError::Malformed { what });
        let full = |name: &[u8], proof: usize| [name, b"\0", &vec![7; proof]].concat();
        for (message, error) in [
            (Vec::new(), malformed("message")),
            (b"juliet".to_vec(), malformed("message")),
            (full(b"juliet", 31), malformed("initiator-hashed-token")),
            (full(b"juliet", 33), malformed("initiator-hashed-token")),
            (full(b"", 32), Some(SaslError::BadUsername)),
            (full(b"\xff", 32), malformed("authcid")),
            (full(b"a@b", 32), Some(SaslError::BadUsername)),
            (vec![b'a'; 5000], Some(SaslError::TooLong { len: 5000 })),
            (full(b"JULIET", 32), None),
        ] {
            assert_eq!(HtLogin::read(&message).err(), error, "{message:?}");
        }
    }

    #[test]
    fn only_what_can_be_checked_is_offered() {
        assert_eq!(HtMechanism::offered(&[]), [HtMechanism::None]);
        assert_eq!(HtMechanism::offered(&[BindingType::TlsServerEndPoint]), [HtMechanism::Endp, HtMechanism::None]);
        for mechanism in HtMechanism::ALL {
            assert_eq!(HtMechanism::from_name(mechanism.name()), Some(mechanism));
        }
        assert_eq!(HtMechanism::Expr.bound_to(&ChannelBindings::default()), None);
    }
}
