//! The server's side of signing in: SCRAM with channel binding, PLAIN, and tokens (HT).
//!
//! Spec: RFC 6120 §6 (SASL in XMPP), RFC 5802 and 7677 (SCRAM), RFC 4616 (PLAIN), RFC 9266 and 5929 (channel
//! bindings), XEP-0440 v1.0.0 (their announcement), XEP-0474 v0.5.0 (downgrade protection).
//! Left out: EXTERNAL, and the XML around all of it (`payload::sasl`, `payload::sasl2`, `payload::fast`).
//!
//! An exchange is: [`Scram::first`], then `challenge` with the account's keys (or [`fake_keys`]), then `finish`.
//! What comes out names one account of the host that was asked, never another.

mod base64;
mod downgrade;
mod ht;
mod keys;
mod plain;
pub mod prep;
mod scram;

#[cfg(test)]
mod tests;

use std::fmt;

use jid::NodePart;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::payload::sasl::SaslCondition;

pub use downgrade::downgrade_hash;
pub use ht::{HtLogin, HtMechanism, PROOF_BYTES, ht_answer, ht_message, ht_proves};
pub use keys::{ITERATIONS, SALT_BYTES, ScramKeys, derive, derive_salted, fake_keys, verify_password};
pub use plain::PlainLogin;
pub use scram::{Scram, ScramStarted, ScramWaiting};

/// The hash function under a SCRAM mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    /// SHA-1, for the apps that know no other.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Hash {
    /// Bytes of its output, and so of the keys kept for it.
    pub fn output_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The task of XEP-0480 §3 that makes keys for it.
    pub fn upgrade_task(self) -> &'static str {
        match self {
            Self::Sha1 => "UPGR-SCRAM-SHA-1",
            Self::Sha256 => "UPGR-SCRAM-SHA-256",
        }
    }

    /// The SCRAM mechanism without channel binding, the name its keys are kept under.
    pub fn mechanism(self) -> Mechanism {
        match self {
            Self::Sha1 => Mechanism::ScramSha1,
            Self::Sha256 => Mechanism::ScramSha256,
        }
    }
}

/// A mechanism this server can speak; the best first when sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mechanism {
    /// RFC 7677 with channel binding.
    ScramSha256Plus,
    /// RFC 7677.
    ScramSha256,
    /// RFC 5802 with channel binding.
    ScramSha1Plus,
    /// RFC 5802.
    ScramSha1,
    /// RFC 4616.
    Plain,
}

impl Mechanism {
    /// All of them, the best first.
    pub const ALL: [Self; 5] =
        [Self::ScramSha256Plus, Self::ScramSha256, Self::ScramSha1Plus, Self::ScramSha1, Self::Plain];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::Plain => "PLAIN",
        }
    }

    /// The mechanism of a registered name (upper case, as RFC 4422 §3.1 has it).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name() == name)
    }

    /// The hash of a SCRAM mechanism; `None` for PLAIN.
    pub fn hash(self) -> Option<Hash> {
        match self {
            Self::ScramSha256Plus | Self::ScramSha256 => Some(Hash::Sha256),
            Self::ScramSha1Plus | Self::ScramSha1 => Some(Hash::Sha1),
            Self::Plain => None,
        }
    }

    /// The exchange is tied to the TLS connection under it.
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::ScramSha256Plus | Self::ScramSha1Plus)
    }
}

/// A kind of channel binding that this server can check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BindingType {
    /// RFC 9266: 32 bytes exported from the TLS 1.3 connection (or 1.2 with extended master secret).
    TlsExporter,
    /// RFC 5929 §4: a hash of the certificate that was served.
    TlsServerEndPoint,
}

impl BindingType {
    /// The registered "unique prefix", the name in XEP-0440 and in a GS2 header.
    pub fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        }
    }

    /// The type of a registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::TlsExporter, Self::TlsServerEndPoint].into_iter().find(|kind| kind.name() == name)
    }
}

/// What the TLS connection under a stream can be recognised by. Empty where TLS ends elsewhere.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct ChannelBindings {
    /// Exported with the label `EXPORTER-Channel-Binding`, no context, 32 bytes.
    pub tls_exporter: Option<Vec<u8>>,
    /// The hash of the certificate served on this connection, not of the one served now.
    pub tls_server_end_point: Option<Vec<u8>>,
}

impl ChannelBindings {
    /// The types at hand, to be announced (XEP-0440) and put into [`Offer::binding_types`].
    pub fn types(&self) -> Vec<BindingType> {
        [BindingType::TlsExporter, BindingType::TlsServerEndPoint]
            .into_iter()
            .filter(|&kind| self.data(kind).is_some())
            .collect()
    }

    /// The bytes of one type.
    pub fn data(&self, kind: BindingType) -> Option<&[u8]> {
        match kind {
            BindingType::TlsExporter => self.tls_exporter.as_deref(),
            BindingType::TlsServerEndPoint => self.tls_server_end_point.as_deref(),
        }
    }
}

impl fmt::Debug for ChannelBindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelBindings").field(&self.types()).finish()
    }
}

/// What the stream features of this connection said, so that an exchange is held against it.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The host signed in to, prepared.
    pub host: &'a str,
    /// The mechanisms announced in the SASL profile the client uses (SASL2 may announce others than RFC 6120's).
    pub mechanisms: &'a [Mechanism],
    /// The types announced by XEP-0440; empty where nothing was announced.
    pub binding_types: &'a [BindingType],
    /// What the types are checked against.
    pub bindings: &'a ChannelBindings,
}

impl Offer<'_> {
    /// Dispatch obeys the announcement: what was not offered is not spoken.
    fn check(&self, mechanism: Mechanism) -> Result<(), SaslError> {
        if self.mechanisms.contains(&mechanism) { Ok(()) } else { Err(SaslError::NotOffered) }
    }

    fn offers_binding(&self) -> bool {
        self.mechanisms.iter().any(|mechanism| mechanism.binds_channel())
    }

    /// The one account that the two identities of an exchange may name.
    ///
    /// RFC 6120 §6.3.8: an authorization identity is a bare JID. It may only repeat the account, letter by letter
    /// in its prepared form: a looser comparison is how one account opened another's session elsewhere.
    fn identity(&self, authcid: &str, authzid: Option<&str>) -> Result<NodePart, SaslError> {
        let name = prep::username(authcid).ok_or(SaslError::BadUsername)?;
        let same = |authzid: &str| authzid.split_once('@') == Some((name.as_str(), self.host));
        if authzid.is_none_or(same) { Ok(name) } else { Err(SaslError::ForeignAuthzid) }
    }
}

/// Why an exchange failed. For the log; the client is told the [`condition`](Self::condition) only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SaslError {
    /// Longer than any honest message.
    #[error("message of {len} bytes over {MAX_MESSAGE_BYTES}")]
    TooLong {
        /// Bytes that came.
        len: usize,
    },
    /// The mechanism is unknown or was not announced on this stream.
    #[error("mechanism not offered")]
    NotOffered,
    /// The message breaks its mechanism's grammar.
    #[error("malformed message: {what}")]
    Malformed {
        /// The part that is wrong, by its name in the specification.
        what: &'static str,
    },
    /// A mandatory extension (`m=`) that nobody here knows (RFC 5802 §5.1).
    #[error("unknown mandatory extension")]
    MandatoryExtension,
    /// The name cannot be prepared, so no account has it.
    #[error("user name that cannot be prepared")]
    BadUsername,
    /// The authorization identity is not the account's own address.
    #[error("authorization identity of somebody else")]
    ForeignAuthzid,
    /// The client believes that we offer no channel binding, but we do: somebody stands between (RFC 5802 §6).
    #[error("channel binding was hidden from the client")]
    BindingHidden,
    /// The binding type is unknown or has no data on this connection.
    #[error("channel binding type not supported")]
    BindingUnsupported,
    /// GS2 header or channel-binding data differ from ours.
    #[error("channel binding does not match")]
    BindingMismatch,
    /// The nonce is not the one of this exchange.
    #[error("nonce of another exchange")]
    WrongNonce,
    /// Wrong password, unknown account, or a message changed on the way: they look alike on purpose.
    #[error("wrong proof")]
    WrongProof,
}

impl SaslError {
    /// What the client is told (RFC 6120 §6.5).
    pub fn condition(self) -> SaslCondition {
        match self {
            Self::NotOffered => SaslCondition::InvalidMechanism,
            Self::ForeignAuthzid => SaslCondition::InvalidAuthzid,
            Self::TooLong { .. } | Self::Malformed { .. } | Self::MandatoryExtension => SaslCondition::MalformedRequest,
            Self::BadUsername
            | Self::BindingHidden
            | Self::BindingUnsupported
            | Self::BindingMismatch
            | Self::WrongNonce
            | Self::WrongProof => SaslCondition::NotAuthorized,
        }
    }
}

/// A SASL message may have this many bytes. The longest honest one is PLAIN: two names of 1,023 bytes and a
/// password of 512.
pub const MAX_MESSAGE_BYTES: usize = 4096;
