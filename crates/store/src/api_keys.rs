//! What the store can do about keys of the API.

use std::convert::Infallible;

use parlour_domain::api_key::{ApiKey, KeyAsk, KeyHost, KeyId, KeyRefusal};
use parlour_domain::{Account, By, HostName, Millis};

use crate::{Act, Ticket};

/// Keys of the API.
pub trait ApiKeyStore: Send + Sync {
    /// Makes one.
    fn create(&self, ask: KeyAsk) -> Act<ApiKey, KeyRefusal>;
    /// Withdraws one.
    fn revoke(&self, by: By, host: KeyHost, id: KeyId, at: Millis) -> Act<ApiKey, KeyRefusal>;
    /// Notes that one is in use.
    fn used(&self, host: KeyHost, id: KeyId, at: Millis) -> Act<(), Infallible>;
    /// The host's or the whole server's key of this id, alive or not, with its maker's account as it is.
    fn find(&self, host: HostName, id: KeyId) -> Ticket<Option<(ApiKey, Option<Account>)>>;
    /// All of a host, or of the whole server, newest first, dead ones too.
    fn list(&self, host: KeyHost) -> Ticket<Vec<ApiKey>>;
    /// Forgets some requests that were done once more than a day ago ([`crate::once`]); answers how many. Again until
    /// none.
    fn forget_requests(&self, host: KeyHost, now: Millis) -> Act<usize, Infallible>;
    /// Forgets some that were over before `before`; answers how many. Again until none.
    fn sweep(&self, host: KeyHost, before: Millis) -> Act<usize, Infallible>;
}
