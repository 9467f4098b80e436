//! Groups of a host: a name that people belong to, and that an invite can promise. One may make its members each
//! other's contacts ([`contacts`]).

pub mod contacts;

use parlour_xmpp::jid::BareJid;

use crate::by::{By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::host::HostName;
use crate::limits::MAX_GROUP_CHARS;
use crate::outbox::{Job, OutboxChange};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where.
    pub host: HostName,
    /// Its name, unique on its host; shown as it is.
    pub name: String,
    /// When it was made.
    pub created: Millis,
    /// How many belong to it.
    pub members: u32,
    /// Its members are each other's contacts.
    pub contacts: bool,
}

/// What happens to groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// A new one.
    Created {
        /// Where.
        host: HostName,
        /// Its name.
        name: String,
        /// Its members are each other's contacts.
        contacts: bool,
        /// When.
        at: Millis,
    },
    /// Its members are each other's contacts from now on, or only members.
    ContactsSet {
        /// Where.
        host: HostName,
        /// Its name.
        name: String,
        /// Which.
        contacts: bool,
    },
    /// Gone; its members stay.
    Removed {
        /// Where.
        host: HostName,
        /// Its name.
        name: String,
    },
    /// Somebody belongs to it.
    Joined {
        /// Its name, on the account's host.
        name: String,
        /// Who.
        account: BareJid,
    },
    /// Somebody belongs to it no longer.
    Left {
        /// Its name, on the account's host.
        name: String,
        /// Who.
        account: BareJid,
    },
    /// A group is behind the owner's contact.
    Tied {
        /// Whose roster.
        owner: BareJid,
        /// Which item.
        contact: BareJid,
        /// The group.
        group: String,
        /// The contact exists only through groups.
        made: bool,
    },
    /// A group is behind the owner's contact no longer.
    Untied {
        /// Whose roster.
        owner: BareJid,
        /// Which item.
        contact: BareJid,
        /// The group.
        group: String,
    },
    /// The owner's contact exists by the owner's own doing, whatever groups are behind it too.
    Kept {
        /// Whose roster.
        owner: BareJid,
        /// Which item.
        contact: BareJid,
    },
}

impl From<GroupChange> for Change {
    fn from(change: GroupChange) -> Self {
        Self::Group(change)
    }
}

/// Why groups stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupRefusal {
    /// Only admins manage groups.
    #[error("not allowed")]
    NotAllowed,
    /// Empty, too long, or with control characters.
    #[error("a group's name has 1 to {max} characters")]
    BadName {
        /// The bound.
        max: usize,
    },
    /// There is one of that name.
    #[error("there is such a group already")]
    Exists,
    /// There is none of that name.
    #[error("there is no such group")]
    Unknown,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
}

/// Makes a group.
///
/// # Errors
/// [`GroupRefusal`].
pub fn create(
    by: &By,
    host: HostName,
    name: String,
    contacts: bool,
    exists: bool,
    at: Millis,
) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &host)?;
    let chars = name.chars().count();
    if !(1..=MAX_GROUP_CHARS).contains(&chars) || name.trim() != name || name.contains(char::is_control) {
        return Err(GroupRefusal::BadName { max: MAX_GROUP_CHARS });
    }
    if exists {
        return Err(GroupRefusal::Exists);
    }
    Ok(Outcome { changes: vec![GroupChange::Created { host, name, contacts, at }.into()], out: () })
}

/// Makes a group's members each other's contacts, or only members; what is so already changes nothing. `was` is how
/// it is, where there is such a group.
///
/// # Errors
/// [`GroupRefusal`].
pub fn set_contacts(
    by: &By,
    host: HostName,
    name: String,
    contacts: bool,
    was: Option<bool>,
    at: Millis,
) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &host)?;
    let was = was.ok_or(GroupRefusal::Unknown)?;
    if was == contacts {
        return Ok(Outcome::unchanged(()));
    }
    let group = name.clone();
    let job = if contacts { Job::Gather { group, after: None } } else { Job::Disband { group } };
    let owed = OutboxChange::Owed { host: host.clone(), job, due: at };
    Ok(Outcome { changes: vec![GroupChange::ContactsSet { host, name, contacts }.into(), owed.into()], out: () })
}

/// Removes a group, not its members; those who were contacts only through it are so no longer.
///
/// # Errors
/// [`GroupRefusal`].
pub fn remove(by: &By, host: HostName, name: String, exists: bool, at: Millis) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &host)?;
    if !exists {
        return Err(GroupRefusal::Unknown);
    }
    let owed = OutboxChange::Owed { host: host.clone(), job: Job::Disband { group: name.clone() }, due: at };
    Ok(Outcome { changes: vec![GroupChange::Removed { host, name }.into(), owed.into()], out: () })
}

/// What the store knows when somebody joins or leaves.
#[derive(Clone, Copy, Debug)]
pub struct MembershipFacts {
    /// The group exists.
    pub group: bool,
    /// The account exists and is neither deleted nor erased.
    pub account: bool,
    /// It belongs to the group.
    pub member: bool,
    /// The group's members are each other's contacts.
    pub contacts: bool,
}

/// Makes somebody belong to a group or not; asking for what is so changes nothing.
///
/// # Errors
/// [`GroupRefusal`].
pub fn set_member(
    by: &By,
    name: String,
    account: BareJid,
    facts: MembershipFacts,
    member: bool,
    at: Millis,
) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &HostName::of(&account))?;
    if !facts.group {
        return Err(GroupRefusal::Unknown);
    }
    if !facts.account {
        return Err(GroupRefusal::NoAccount);
    }
    if facts.member == member {
        return Ok(Outcome::unchanged(()));
    }
    if member {
        return Ok(Outcome { changes: join(name, account, facts.contacts, at), out: () });
    }
    // Also where the group makes no contacts any more: what it made may not all be taken away yet.
    let job = Job::Part { group: name.clone(), account: account.clone() };
    let owed = OutboxChange::Owed { host: HostName::of(&account), job, due: at };
    Ok(Outcome { changes: vec![GroupChange::Left { name, account }.into(), owed.into()], out: () })
}

/// What makes an account belong to a group, with the contacts that are owed to it.
pub(crate) fn join(name: String, account: BareJid, contacts: bool, at: Millis) -> Vec<Change> {
    let owed = contacts.then(|| {
        let job = Job::Meet { group: name.clone(), account: account.clone(), after: None };
        Change::from(OutboxChange::Owed { host: HostName::of(&account), job, due: at })
    });
    std::iter::once(Change::from(GroupChange::Joined { name, account })).chain(owed).collect()
}

fn only_admins(by: &By, host: &HostName) -> Result<(), GroupRefusal> {
    if by.reaches(host) && by.rank() >= Some(Role::Admin) { Ok(()) } else { Err(GroupRefusal::NotAllowed) }
}
