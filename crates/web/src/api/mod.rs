//! The JSON API: a door to the acts, for the command line and for other programs.
//!
//! Left out: keys. Until there are some, only whoever reaches the local socket is known; over the network every path
//! below `/api/` answers 401.

pub(crate) mod accounts;
mod answers;
pub(crate) mod groups;
pub(crate) mod hosts;
pub(crate) mod invite_changes;
pub(crate) mod invites;
pub(crate) mod keys;
mod refusals;
pub(crate) mod system;
pub mod types;

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
