//! What the store can do about hosts.

use parlour_domain::host::HostRefusal;
use parlour_domain::{By, HostName, HostOptions, HostRow, Millis};

use crate::{Act, Ticket};

/// Hosts and their options.
pub trait HostStore: Send + Sync {
    /// Adds a host.
    fn add(&self, by: By, domain: HostName, options: HostOptions, at: Millis) -> Act<HostRow, HostRefusal>;
    /// Replaces the options in a host's row.
    fn set_options(&self, by: By, domain: HostName, options: HostOptions) -> Act<HostRow, HostRefusal>;
    /// Removes a host that has no accounts.
    fn remove(&self, by: By, domain: HostName) -> Act<(), HostRefusal>;
    /// All hosts, by domain.
    fn all(&self) -> Ticket<Vec<HostRow>>;
    /// One host, if it is here.
    fn host(&self, domain: HostName) -> Ticket<Option<HostRow>>;
}
