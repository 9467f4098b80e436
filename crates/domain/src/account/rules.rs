//! What may be done to accounts, and by whom.
//!
//! Authority over an account: the operator's, its own for what is its own business, and that of
//! admins over nobody above them.

use super::{Account, AccountChange, AccountOrigin, AccountState, RESTORABLE, SealedKeys};
use crate::by::{Actor, By, Door, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::device::{AgentId, DeviceChange};
use crate::host::{HostChange, HostName};
use crate::invite::issue::{NameState, has_password, rank_now};
use crate::invite::redeem::new_password;
use crate::invite::{InviteChange, Who};
use crate::names::{NameRefusal, NewName};
use crate::outbox::{Job, OutboxChange};
use crate::push::PushChange;
use crate::session::SessionChange;

/// What the store knows when something is to be done to an account.
#[derive(Clone, Debug, Default)]
pub struct AccountFacts {
    /// Where the account spoken of lives, or would.
    pub host: Option<HostName>,
    /// The asking account, if an account asks.
    pub actor: Option<Account>,
    /// The account spoken of, whatever its state.
    pub target: Option<Account>,
    /// Active owners of the host.
    pub owners: u32,
    /// The host was owned at some time.
    pub owned: bool,
    /// Groups of the account spoken of that make their members contacts.
    pub circles: Vec<String>,
}

/// Why accounts stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// Not this role's to do.
    #[error("not allowed")]
    NotAllowed,
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// Nobody may have that name.
    #[error("{0}")]
    Name(NameRefusal),
    /// Somebody has that name, had it, or has one that looks the same.
    #[error("that name is taken")]
    NameTaken,
    /// An invite promises that name.
    #[error("that name is promised to somebody")]
    NamePromised,
    /// Nobody grants above their own role.
    #[error("nobody grants a role above their own")]
    RoleTooHigh,
    /// The host would be left without an owner.
    #[error("the last owner stays")]
    LastOwner,
    /// It is deleted; it can be restored.
    #[error("the account is deleted")]
    Deleted,
    /// It is not deleted, so there is nothing to restore.
    #[error("the account is not deleted")]
    NotDeleted,
    /// It was deleted too long ago.
    #[error("the account is erased")]
    TooLate,
}

/// A new account without an invite.
#[derive(Clone, Debug)]
pub struct CreateAsk {
    /// Who asks.
    pub by: By,
    /// Where.
    pub host: HostName,
    /// Its name.
    pub name: NewName,
    /// Its role.
    pub role: Role,
    /// Its password's keys; empty where a reset link will follow.
    pub keys: Vec<SealedKeys>,
    /// Now.
    pub at: Millis,
}

/// What to make of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It can no longer sign in; its invites rest.
    Disable,
    /// It can again.
    Enable,
    /// It is gone, for 30 days in a way that can be undone.
    Delete,
    /// It is back and may sign in, also where it was disabled when it was deleted: who gives it back decides.
    Restore,
}

/// Makes an account without an invite. Admins' and the operator's.
///
/// # Errors
/// [`AccountRefusal`].
pub fn create(facts: &AccountFacts, state: &NameState, ask: &CreateAsk) -> Result<Outcome<Account>, AccountRefusal> {
    let CreateAsk { by, host, name, role, keys, at } = ask;
    let (role, at) = (*role, *at);
    let rank = rank_now(by, facts.actor.as_ref(), host).filter(|rank| *rank >= Role::Admin);
    if rank.ok_or(AccountRefusal::NotAllowed)? < role {
        return Err(AccountRefusal::RoleTooHigh);
    }
    if state.taken || state.alike {
        return Err(AccountRefusal::NameTaken);
    }
    if state.promised_by.is_some() {
        return Err(AccountRefusal::NamePromised);
    }
    let account = Account {
        jid: name.at(host),
        role,
        state: AccountState::Active,
        created: at,
        origin: AccountOrigin::default(),
    };
    let mut changes: Vec<Change> = vec![AccountChange::Created { account: account.clone(), keys: keys.clone() }.into()];
    changes.extend(first_owner(facts, host, role));
    Ok(Outcome { changes, out: account })
}

/// Gives an account another password: its own business, and that of whoever is over it. Whether
/// the old one was known is for the caller to ask of the account itself.
///
/// # Errors
/// [`AccountRefusal`].
pub fn set_password(
    by: &By,
    facts: &AccountFacts,
    keys: &[SealedKeys],
    at: Millis,
) -> Result<Outcome<()>, AccountRefusal> {
    let target = over(by, facts, true)?;
    if !has_password(target) {
        return Err(AccountRefusal::Deleted);
    }
    // The app in which it was changed stays signed in, and so it stays registered.
    let own = matches!(&by.actor, Actor::Account { jid, .. } if *jid == target.jid) && by.door == Door::Xmpp;
    let keep = own.then_some(by.request);
    Ok(Outcome { changes: new_password(&target.jid, keys, by.into(), keep, at).into(), out: () })
}

/// Puts other keys of the same password beside or in the place of those there are: true when it was done. Whoever
/// proved the password proved the one that `seen` was made of; if it was changed since, nothing is.
pub fn upgrade_keys(
    target: Option<&Account>,
    kept: &[SealedKeys],
    seen: &[SealedKeys],
    keys: SealedKeys,
) -> Outcome<bool> {
    match target {
        Some(account) if account.is_active() && !seen.is_empty() && kept == seen => {
            let account = account.jid.clone();
            Outcome { changes: vec![AccountChange::KeysUpgraded { account, keys }.into()], out: true }
        }
        _ => Outcome::unchanged(false),
    }
}

/// Gives an account another role.
///
/// # Errors
/// [`AccountRefusal`].
pub fn set_role(by: &By, facts: &AccountFacts, role: Role) -> Result<Outcome<Account>, AccountRefusal> {
    let target = over(by, facts, false)?;
    let host = HostName::of(&target.jid);
    if matches!(target.state, AccountState::Erased { .. }) {
        // Only the name is left: a role, and a host's first owner with it, would be nobody's.
        return Err(AccountRefusal::Unknown);
    }
    if rank_now(by, facts.actor.as_ref(), &host).is_none_or(|rank| rank < role) {
        return Err(AccountRefusal::RoleTooHigh);
    }
    if target.role == role {
        return Ok(Outcome::unchanged(target.clone()));
    }
    keep_an_owner(by, facts, target)?;
    let mut changes = vec![AccountChange::RoleChanged { account: target.jid.clone(), role }.into()];
    changes.extend(first_owner(facts, &host, role));
    Ok(Outcome { changes, out: Account { role, ..target.clone() } })
}

/// Ends an account's sessions in browsers: its own business, and that of whoever is over it.
///
/// # Errors
/// [`AccountRefusal`].
pub fn sign_out(by: &By, facts: &AccountFacts) -> Result<Outcome<()>, AccountRefusal> {
    let target = over(by, facts, true)?;
    let account = || target.jid.clone();
    let changes = vec![
        SessionChange::AllEnded { account: account() }.into(),
        AccountChange::SignedOut { account: account() }.into(),
        PushChange::SignedOut { owner: account(), keep: None }.into(),
    ];
    Ok(Outcome { changes, out: () })
}

/// Signs devices of an account out, so that they come back with its password only: its own business, and that of
/// whoever is over it. Gives whether there was anything to forget; their streams end in any case.
///
/// # Errors
/// [`AccountRefusal`].
pub fn end_devices(
    by: &By,
    facts: &AccountFacts,
    kept: &[AgentId],
    asked: &[AgentId],
) -> Result<Outcome<bool>, AccountRefusal> {
    let target = over(by, facts, true)?;
    let gone = |agent: &AgentId| -> [Change; 2] {
        [
            DeviceChange::Forgotten { account: target.jid.clone(), agent: *agent, ended: true }.into(),
            PushChange::DeviceEnded { owner: target.jid.clone(), agent: *agent }.into(),
        ]
    };
    let out = asked.iter().any(|agent| kept.contains(agent));
    Ok(Outcome { changes: asked.iter().flat_map(gone).collect(), out })
}

/// Disables, enables, deletes or restores an account. Asking for what is so changes nothing.
///
/// # Errors
/// [`AccountRefusal`].
pub fn turn(by: &By, facts: &AccountFacts, turn: Turn, at: Millis) -> Result<Outcome<Account>, AccountRefusal> {
    let target = over(by, facts, turn == Turn::Delete)?;
    let state = match (turn, target.state) {
        (_, AccountState::Erased { .. }) if turn == Turn::Restore => return Err(AccountRefusal::TooLate),
        (_, AccountState::Erased { .. }) => return Err(AccountRefusal::Unknown),
        (Turn::Disable | Turn::Enable, AccountState::Deleted { .. }) => return Err(AccountRefusal::Deleted),
        (Turn::Delete, AccountState::Deleted { .. })
        | (Turn::Disable, AccountState::Disabled { .. })
        | (Turn::Enable, AccountState::Active) => return Ok(Outcome::unchanged(target.clone())),
        (Turn::Restore, AccountState::Deleted { since }) if at.saturating_sub(since) > RESTORABLE => {
            return Err(AccountRefusal::TooLate);
        }
        (Turn::Restore, AccountState::Active | AccountState::Disabled { .. }) => {
            return Err(AccountRefusal::NotDeleted);
        }
        (Turn::Disable, _) => AccountState::Disabled { since: at },
        (Turn::Enable | Turn::Restore, _) => AccountState::Active,
        (Turn::Delete, _) => AccountState::Deleted { since: at },
    };
    if state != AccountState::Active {
        keep_an_owner(by, facts, target)?;
    }
    let jid = &target.jid;
    let mut changes: Vec<Change> = vec![AccountChange::StateChanged { account: jid.clone(), state }.into()];
    if state != AccountState::Active {
        changes.push(SessionChange::AllEnded { account: jid.clone() }.into());
        changes.push(PushChange::SignedOut { owner: jid.clone(), keep: None }.into());
    }
    if turn == Turn::Restore {
        // Whoever joined meanwhile has not met them.
        changes.extend(facts.circles.iter().map(|group| {
            let job = Job::Meet { group: group.clone(), account: jid.clone(), after: None };
            Change::from(OutboxChange::Owed { host: HostName::of(jid), job, due: at })
        }));
    }
    if turn == Turn::Delete {
        let who = Who::from(by);
        changes.push(InviteChange::RevokedAll { maker: jid.clone(), by: who.clone(), at }.into());
        changes.push(InviteChange::ResetsRevoked { account: jid.clone(), by: who, at }.into());
    }
    Ok(Outcome { changes, out: Account { state, ..target.clone() } })
}

/// Erases an account that was deleted more than 30 days ago: what belongs to it goes in steps,
/// its name stays.
pub fn erase(account: &Account, at: Millis) -> Outcome<()> {
    match account.state {
        AccountState::Deleted { since } if at.saturating_sub(since) > RESTORABLE => {}
        _ => return Outcome::unchanged(()),
    }
    let jid = account.jid.clone();
    let host = HostName::of(&jid);
    let changes = vec![
        AccountChange::StateChanged { account: jid.clone(), state: AccountState::Erased { since: at } }.into(),
        OutboxChange::Owed { host, job: Job::Erase { account: jid }, due: at }.into(),
    ];
    Outcome { changes, out: () }
}

/// The account spoken of, if the asker has authority over it.
fn over<'f>(by: &By, facts: &'f AccountFacts, own_business: bool) -> Result<&'f Account, AccountRefusal> {
    let target = facts.target.as_ref();
    // Nobody learns whether an account exists by trying to change it: where there is none, too, the asker's rank is that on
    // the host it would be on.
    let host = facts.host.clone().or_else(|| target.map(|target| HostName::of(&target.jid)));
    let rank = host.and_then(|host| rank_now(by, facts.actor.as_ref(), &host)).ok_or(AccountRefusal::NotAllowed)?;
    let own = own_business && target.is_some_and(|target| Some(&target.jid) == by.jid());
    if !own && rank < Role::Admin {
        return Err(AccountRefusal::NotAllowed);
    }
    let target = target.ok_or(AccountRefusal::Unknown)?;
    if target.role > rank { Err(AccountRefusal::NotAllowed) } else { Ok(target) }
}

/// Owners cannot leave a host without one; the operator can, and can make another.
fn keep_an_owner(by: &By, facts: &AccountFacts, target: &Account) -> Result<(), AccountRefusal> {
    let last = target.role == Role::Owner && target.is_active() && facts.owners <= 1;
    if last && !by.is_operator() { Err(AccountRefusal::LastOwner) } else { Ok(()) }
}

fn first_owner(facts: &AccountFacts, host: &HostName, role: Role) -> Option<Change> {
    (role == Role::Owner && !facts.owned).then(|| Change::Host(HostChange::Owned { host: host.clone() }))
}
