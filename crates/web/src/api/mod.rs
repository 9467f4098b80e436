//! The JSON API: a door to the acts, for the command line and for other programs.
//!
//! Who reaches the local socket is the operator; over the network a program shows a key ([`access`]).

pub(crate) mod access;
pub(crate) mod accounts;
mod answers;
mod endpoint;
pub(crate) mod groups;
pub(crate) mod hosts;
pub(crate) mod invite_changes;
pub(crate) mod invites;
pub(crate) mod keys;
pub(crate) mod once;
pub mod openapi;
pub mod problems;
mod refusals;
pub(crate) mod system;
pub(crate) mod table;
pub mod types;

pub(crate) use access::bearer;
pub(crate) use endpoint::{is_json, json};
pub use system::Backups;

/// The host named in a path.
pub(crate) fn host(text: &str) -> Result<parlour_domain::HostName, crate::problem::Fail> {
    answers::host(text)
}

/// The refusal for a host that is not served here.
pub(crate) fn unknown_host(host: parlour_domain::HostName) -> crate::problem::Fail {
    refusals::unknown_host(&parlour_engine::acts::UnknownHost { host })
}

/// One value of a query.
pub(crate) fn query<'q>(asked: Option<&'q str>, key: &str) -> Option<&'q str> {
    answers::query(asked, key)
}

/// Why no invite was made, as programs are told.
pub(crate) fn not_issued(error: parlour_engine::invites::IssueError) -> crate::problem::Fail {
    refusals::issue(error)
}
