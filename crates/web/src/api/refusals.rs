//! The API's one table: each refusal's status, stable word, and a sentence that says what to do.

use axum::http::StatusCode;
use parlour_domain::account::rules::AccountRefusal;
use parlour_domain::api_key::KeyRefusal;
use parlour_domain::group::GroupRefusal;
use parlour_domain::host::HostRefusal;
use parlour_domain::invite::amend::AmendRefusal;
use parlour_domain::invite::issue::IssueRefusal;
use parlour_domain::invite::renew::RenewRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::names::NameRefusal;
use parlour_domain::password::PasswordRefusal;
use parlour_domain::{Millis, Span};
use parlour_engine::accounts::AccountError;
use parlour_engine::acts::UnknownHost;
use parlour_engine::invites::IssueError;
use parlour_engine::{ActError, StoreError};

use super::answers::time;
use crate::problem::Fail;

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const NO: StatusCode = StatusCode::FORBIDDEN;
const NONE: StatusCode = StatusCode::NOT_FOUND;
const CONFLICT: StatusCode = StatusCode::CONFLICT;

fn no(status: StatusCode, kind: &str, title: impl Into<String>) -> Fail {
    Fail::refused(status, kind, title)
}

/// There is no such host.
pub(super) fn unknown_host(error: &UnknownHost) -> Fail {
    no(NONE, "no-such-host", format!("{} is not served here. Add it: parlour host add {}", error.host, error.host))
}

/// The store says no.
pub(super) fn store(error: StoreError) -> Fail {
    match error {
        StoreError::UnknownHost { host } => unknown_host(&UnknownHost { host }),
        StoreError::UnknownAccount { account } => no_account(&account),
        StoreError::DiskFull => no(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk-full",
            "The server's disk is full and nothing was changed. Make room, then try again.",
        ),
        StoreError::Repeated(proof) => Fail::Repeated(proof),
        StoreError::Reused => no(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "That Idempotency-Key came with another request within a day. Take a new one.",
        ),
        passing if passing.is_passing() => no(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "The server is busy and nothing was changed. Try again in a moment.",
        ),
        other => Fail::fault(other),
    }
}

fn busy() -> Fail {
    no(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many passwords are being worked on. Try again in a moment.")
}

fn no_account(who: &str) -> Fail {
    no(NONE, "no-such-account", format!("There is no account {who}. See who is there: parlour account list"))
}

fn not_allowed() -> Fail {
    no(NO, "not-allowed", "Your role may not do this. Ask an admin.")
}

fn role_too_high() -> Fail {
    no(NO, "role-too-high", "Nobody can grant a role above their own.")
}

fn taken() -> Fail {
    no(CONFLICT, "name-taken", "That name is taken, or was. Choose another one.")
}

fn promised() -> Fail {
    no(
        CONFLICT,
        "name-promised",
        "An open invite promises that name to somebody. Revoke that invite, or choose another name.",
    )
}

/// A name nobody may have.
pub(super) fn name(refusal: &NameRefusal) -> Fail {
    no(BAD, "bad-name", format!("That name cannot be used: {refusal}. Choose another one."))
}

/// A password that is not taken.
pub(super) fn password(refusal: &PasswordRefusal) -> Fail {
    no(BAD, "bad-password", format!("That password cannot be used: {refusal}. Choose another one."))
}

/// About accounts; `who` is the one spoken of.
pub(super) fn account(error: AccountError, who: &str) -> Fail {
    match error {
        AccountError::UnknownHost(error) => unknown_host(&error),
        AccountError::Password(refusal) => password(&refusal),
        AccountError::Busy(_) => busy(),
        AccountError::Failed(error) => store(error),
        AccountError::Refused(refusal) => match refusal {
            AccountRefusal::NotAllowed => not_allowed(),
            AccountRefusal::Unknown => no_account(who),
            AccountRefusal::Name(refusal) => name(&refusal),
            AccountRefusal::NameTaken => taken(),
            AccountRefusal::NamePromised => promised(),
            AccountRefusal::RoleTooHigh => role_too_high(),
            AccountRefusal::LastOwner => no(
                CONFLICT,
                "last-owner",
                format!("{who} is the only owner. Make somebody else an owner first: parlour account role JID owner"),
            ),
            AccountRefusal::Deleted => no(
                CONFLICT,
                "account-deleted",
                format!("{who} is deleted. Restore it first: parlour account restore {who}"),
            ),
            AccountRefusal::NotDeleted => {
                no(CONFLICT, "not-deleted", format!("{who} is not deleted, so there is nothing to restore."))
            }
            AccountRefusal::TooLate => no(
                StatusCode::GONE,
                "erased",
                format!("{who} was deleted more than 30 days ago and is erased. Its name stays taken."),
            ),
        },
    }
}

/// About making invites.
pub(super) fn issue(error: IssueError) -> Fail {
    let refusal = match error {
        IssueError::UnknownHost(error) => return unknown_host(&error),
        IssueError::Failed(error) => return store(error),
        IssueError::Refused(refusal) => refusal,
    };
    match refusal {
        IssueRefusal::NotAllowed => not_allowed(),
        IssueRefusal::Closed => no(
            CONFLICT,
            "registration-closed",
            "This host takes no new accounts. Set allow_registration = true in [invites] to change that.",
        ),
        IssueRefusal::Name(refusal) => name(&refusal),
        IssueRefusal::NameTaken => taken(),
        IssueRefusal::NamePromised => promised(),
        IssueRefusal::NoAccount => no_account("of that name"),
        IssueRefusal::NoContact => no(BAD, "no-contact", "Say whose contact the invite is for: contact_of is missing."),
        IssueRefusal::TooManyOpen { limit, again } => limited(
            "too-many-open",
            &format!("{limit} invites are open already. Revoke one, or wait until one is used"),
            again,
        ),
        IssueRefusal::TooManyToday { limit, again } => {
            limited("too-many-today", &format!("{limit} invites were made within a day. Wait"), again)
        }
        IssueRefusal::RoleTooHigh => role_too_high(),
        IssueRefusal::UnknownGroup { name } => no(
            NONE,
            "no-such-group",
            format!("There is no group {name:?}. Make it: parlour group create HOST {name:?}"),
        ),
        IssueRefusal::TooManyGroups { max } => {
            no(BAD, "too-many-groups", format!("An invite names at most {max} groups."))
        }
        IssueRefusal::Uses { max } => no(BAD, "bad-max-uses", format!("This invite can have 1 to {max} uses.")),
        IssueRefusal::Expiry { min, max } => {
            no(BAD, "bad-expiry", format!("An invite lives between {} and {}.", Span(min), Span(max)))
        }
        IssueRefusal::TooLong { field, max } => {
            no(BAD, "too-long", format!("{field} can have at most {max} characters."))
        }
        IssueRefusal::HelloNotYours => no(
            NO,
            "hello-not-yours",
            "The first message to a newcomer is said in the name of whoever the invite is from, so only they can write it, in their app or on their own page.",
        ),
        IssueRefusal::Owned => no(
            CONFLICT,
            "owned",
            "This host has an owner, so there is no owner link any more. Let an owner invite, or use: parlour account role JID owner",
        ),
    }
}

fn limited(kind: &str, sentence: &str, again: Option<Millis>) -> Fail {
    let until = again.map(|at| format!(" until {}", time(at))).unwrap_or_default();
    no(StatusCode::TOO_MANY_REQUESTS, kind, format!("{sentence}{until}."))
}

/// There is no such invite.
pub(super) fn no_invite() -> Fail {
    no(NONE, "no-such-invite", "There is no such invite. See which there are: parlour invite list")
}

/// About taking invites back.
pub(super) fn revoke(error: ActError<RevokeRefusal>) -> Fail {
    match error {
        ActError::Failed(error) => store(error),
        ActError::Refused(RevokeRefusal::Unknown) => no_invite(),
        ActError::Refused(RevokeRefusal::Dead(state)) => no(
            CONFLICT,
            "invite-dead",
            format!("The invite is {} already; there is nothing to take back. Its accounts stay.", state.as_str()),
        ),
    }
}

/// About changing invites.
pub(super) fn amend(error: ActError<AmendRefusal>) -> Fail {
    let refusal = match error {
        ActError::Failed(error) => return store(error),
        ActError::Refused(refusal) => refusal,
    };
    match refusal {
        AmendRefusal::Unknown => no_invite(),
        AmendRefusal::Dead(state) => no(
            CONFLICT,
            "invite-dead",
            format!("The invite is {}. A new link can take its place: parlour invite renew HOST ID", state.as_str()),
        ),
        AmendRefusal::NotAllowed => not_allowed(),
        AmendRefusal::Closed => no(CONFLICT, "closed", "This host takes no new accounts: allow_registration is false."),
        AmendRefusal::NameTaken => taken(),
        AmendRefusal::NamePromised => promised(),
        AmendRefusal::TooManyOpen { limit, again } => {
            limited("too-many-open", &format!("{limit} invites are open already. Wait"), again)
        }
        AmendRefusal::Expiry { min, max } => {
            no(BAD, "bad-expiry", format!("It can live between {} and {} from now.", Span(min), Span(max)))
        }
        AmendRefusal::Uses { min, max } => {
            no(BAD, "bad-max-uses", format!("This invite can have {min} to {max} uses."))
        }
    }
}

/// About a new link in an old one's place.
pub(super) fn renew(error: ActError<RenewRefusal>) -> Fail {
    match error {
        ActError::Failed(error) => store(error),
        ActError::Refused(RenewRefusal::Unknown) => no_invite(),
        ActError::Refused(RenewRefusal::Renewed { by }) => {
            no(CONFLICT, "renewed", format!("Invite {by} has taken its place already."))
        }
        ActError::Refused(RenewRefusal::MakerGone) => {
            no(CONFLICT, "maker-gone", "Whoever made the invite may no longer invite, or is gone. Make a new one.")
        }
        ActError::Refused(RenewRefusal::Issue(refusal)) => issue(IssueError::Refused(refusal)),
    }
}

/// About hosts.
pub(super) fn hosts(error: ActError<HostRefusal>) -> Fail {
    match error {
        ActError::Failed(error) => store(error),
        ActError::Refused(HostRefusal::NotAllowed | HostRefusal::OperatorsOnly) => not_allowed(),
        ActError::Refused(HostRefusal::Exists { host }) => {
            no(CONFLICT, "host-exists", format!("{host} is served already."))
        }
        ActError::Refused(HostRefusal::NotEmpty { host, accounts }) => no(
            CONFLICT,
            "host-not-empty",
            format!("{host} has {accounts} accounts, deleted ones too. Only a host without accounts can be removed."),
        ),
    }
}

/// About groups.
pub(super) fn groups(error: ActError<GroupRefusal>, group: &str) -> Fail {
    match error {
        ActError::Failed(error) => store(error),
        ActError::Refused(GroupRefusal::NotAllowed) => not_allowed(),
        ActError::Refused(GroupRefusal::BadName { max }) => no(
            BAD,
            "bad-group-name",
            format!("A group's name has 1 to {max} characters, no control characters, and no space at its ends."),
        ),
        ActError::Refused(GroupRefusal::Exists) => {
            no(CONFLICT, "group-exists", format!("There is a group {group:?} already."))
        }
        ActError::Refused(GroupRefusal::Unknown) => no_group(group),
        ActError::Refused(GroupRefusal::NoAccount) => no_account("of that name"),
    }
}

/// About keys.
pub(super) fn keys(error: ActError<KeyRefusal>) -> Fail {
    let refusal = match error {
        ActError::Failed(error) => return store(error),
        ActError::Refused(refusal) => refusal,
    };
    match refusal {
        KeyRefusal::NotAllowed => not_allowed(),
        KeyRefusal::Role => no(BAD, "bad-role", "A key acts as admin or owner."),
        KeyRefusal::RoleTooHigh => role_too_high(),
        KeyRefusal::NoScope => no(BAD, "bad-scope", "A key needs at least one scope."),
        KeyRefusal::BadName { max } => no(
            BAD,
            "bad-key-name",
            format!("A key's name has 1 to {max} characters, no control characters, and no space at its ends."),
        ),
        KeyRefusal::Expiry => no(BAD, "bad-expiry", "A key lives at least a minute."),
        KeyRefusal::TooMany { max } => {
            no(CONFLICT, "too-many-keys", format!("There are {max} keys already. Revoke one that nobody uses."))
        }
        KeyRefusal::Unknown => no(NONE, "no-such-key", "There is no such key. See which there are: parlour key list"),
    }
}

/// There is no such group.
pub(super) fn no_group(group: &str) -> Fail {
    no(NONE, "no-such-group", format!("There is no group {group:?}. See which there are: parlour group list"))
}
