//! What a stream needs to check who signs in.
//!
//! Spec: RFC 5802 (SCRAM), RFC 4616 (PLAIN), XEP-0480 v0.2.0 (upgrades), XEP-0484 v0.2.0 (tokens);
//! nobody learns from an answer whether a name exists.

use parlour_domain::{HostName, Role, SealedKeys};
use parlour_store::StoreError;
use parlour_xmpp::jid::{BareJid, NodeRef};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::sasl::{Hash, ScramKeys};

use crate::attempts::TooMany;
use crate::iq::BoxFuture;
use crate::tokens::Tokens;

/// Passwords' keys, as sign-in uses them. Implemented by the accounts' side of the engine.
pub trait Credentials: Send + Sync + 'static {
    /// The hashes for which all accounts of the host have keys, best first.
    fn hashes(&self, host: &HostName) -> Vec<Hash>;

    /// The keys of a name: its own, or for an unknown or unusable one fake keys that no password fits and that
    /// are the same each time.
    fn keys(&self, host: &HostName, name: &NodeRef, hash: Hash) -> BoxFuture<Result<ScramKeys, StoreError>>;

    /// The keys that a prepared password fits, where it is that of the name. Costs the same hashing for a name that does
    /// not exist.
    fn check(
        &self,
        host: &HostName,
        name: &NodeRef,
        password: &[u8],
    ) -> BoxFuture<Result<Option<SealedKeys>, StoreError>>;

    /// Tokens, where they are given.
    fn tokens(&self) -> Option<&Tokens> {
        None
    }

    /// The new keys for `hash` that an account should get which has just proven its password with the keys `proven`, of
    /// another or the same hash. `None` where it has keys as they are made today, or its password is another by now.
    fn upgrade(
        &self,
        _account: &BareJid,
        _hash: Hash,
        _proven: (Hash, ScramKeys),
    ) -> BoxFuture<Result<Option<Upgrade>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Keeps the keys of the SaltedPassword that a client made: true once committed, false where the password was changed
    /// meanwhile or what came is no SaltedPassword. `request` is the stream's number in the log.
    fn upgraded(
        &self,
        _request: u64,
        _upgrade: Upgrade,
        _salted: Secret<Vec<u8>>,
    ) -> BoxFuture<Result<bool, StoreError>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    /// Whether an attempt at a name from an address range is listened to, or there were too many wrong ones.
    ///
    /// # Errors
    /// [`TooMany`], with how long to wait.
    fn heard(&self, _host: &HostName, _name: &NodeRef, _address: Option<&str>) -> Result<(), TooMany> {
        Ok(())
    }

    /// How the attempt ended: for the count that all doors share.
    fn judged(&self, _host: &HostName, _name: &NodeRef, _address: Option<&str>, _right: bool) {}
}

/// How the keys are to be made that an account lacks.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Whose.
    pub account: BareJid,
    /// Its role.
    pub role: Role,
    /// For which hash.
    pub hash: Hash,
    /// With this salt.
    pub salt: Vec<u8>,
    /// And these rounds of PBKDF2.
    pub iterations: u32,
    /// The keys that were kept when the password was proven.
    pub seen: Vec<SealedKeys>,
}
