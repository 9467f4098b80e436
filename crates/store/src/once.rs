//! A request that may come twice and shall be done once: an HTTP client that heard no answer sends it again.
//!
//! What is kept for a day is the hash of the client's key, a fingerprint of the request, and the id of what it made; in
//! the transaction of the act itself, so that two at once are one. The answer is made again from the row that was made.

use std::cell::RefCell;

use parlour_domain::api_key::ApiKeyChange;
use parlour_domain::group::GroupChange;
use parlour_domain::{AccountChange, Change, HostChange, HostName, InviteChange, Millis};

/// A request with a key of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where; `None`: about the whole server.
    pub host: Option<HostName>,
    /// Hash of the client's key and of who the client is.
    pub key: [u8; 32],
    /// Hash of what is asked for.
    pub fingerprint: [u8; 32],
    /// Now.
    pub at: Millis,
}

/// The proof that the same request was done before and is durable. Only the store makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated(String);

impl Repeated {
    pub(crate) fn new(made: String) -> Self {
        Self(made)
    }

    /// The id of what it made: an invite's or a key's id, an account's address, a group's name, a host's domain; empty
    /// where it made nothing new.
    pub fn made(&self) -> &str {
        &self.0
    }
}

/// Submits an operation that is done only if the request was not done before, else answers
/// [`crate::StoreError::Repeated`] or [`crate::StoreError::Reused`]. As with [`crate::followed_by`], the two find each
/// other on this thread.
pub fn once<T>(request: Request, submit: impl FnOnce() -> T) -> T {
    let before = NEXT.replace(Some(request));
    let ticket = submit();
    NEXT.replace(before);
    ticket
}

pub(crate) fn take() -> Option<Request> {
    NEXT.take()
}

/// The id of the first new thing.
pub(crate) fn made(changes: &[Change]) -> String {
    let made = changes.iter().find_map(|change| match change {
        Change::Invite(InviteChange::Issued { invite, .. }) => Some(invite.id.to_string()),
        Change::Account(AccountChange::Created { account, .. }) => Some(account.jid.to_string()),
        Change::Group(GroupChange::Created { name, .. }) => Some(name.clone()),
        Change::Host(HostChange::Added { host, .. }) => Some(host.to_string()),
        Change::ApiKey(ApiKeyChange::Created { key }) => Some(key.id.to_string()),
        _ => None,
    });
    made.unwrap_or_default()
}

thread_local! {
    static NEXT: RefCell<Option<Request>> = const { RefCell::new(None) };
}
