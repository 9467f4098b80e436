//! What a stream needs to check who signs in.
//!
//! Spec: RFC 5802 (SCRAM), RFC 4616 (PLAIN); nobody learns from an answer whether a name exists.

use parlour_domain::HostName;
use parlour_store::StoreError;
use parlour_xmpp::jid::NodeRef;
use parlour_xmpp::sasl::{Hash, ScramKeys};

use crate::attempts::TooMany;
use crate::iq::BoxFuture;

/// Passwords' keys, as sign-in uses them. Implemented by the accounts' side of the engine.
pub trait Credentials: Send + Sync + 'static {
    /// The hashes for which all accounts of the host have keys, best first.
    fn hashes(&self, host: &HostName) -> Vec<Hash>;

    /// The keys of a name: its own, or for an unknown or unusable one fake keys that no password fits and that
    /// are the same each time.
    fn keys(&self, host: &HostName, name: &NodeRef, hash: Hash) -> BoxFuture<Result<ScramKeys, StoreError>>;

    /// Whether a prepared password is that of the name. Costs the same hashing for a name that does not exist.
    fn check(&self, host: &HostName, name: &NodeRef, password: &[u8]) -> BoxFuture<Result<bool, StoreError>>;

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
