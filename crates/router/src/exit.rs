//! Ways out of this process: other domains, other nodes.

use parlour_xmpp::jid::Jid;

use crate::out::Out;

/// Takes stanzas whose recipient is not signed in on this node.
///
/// Implemented by `server::s2s` for other domains; without one, a remote domain is not found.
pub trait Exit: Send + Sync + 'static {
    /// Queues `out` for `to` and returns at once. What the exit takes, it delivers or bounces.
    ///
    /// # Errors
    /// [`NoExit`] where the stanza was not taken; the caller answers the sender.
    fn send(&self, to: &Jid, out: Out) -> Result<(), NoExit>;
}

/// Why an exit did not take a stanza.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoExit {
    /// No way to that domain: `remote-server-not-found`.
    #[error("no way to that domain")]
    NotFound,
    /// The queue to it is full: `resource-constraint`.
    #[error("too much waits for that domain")]
    Full,
}
