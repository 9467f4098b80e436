//! Groups of a host: a name that people belong to, and that an invite can promise.
//!
//! Left out: making a group's members each other's contacts, which goes in steps.

use parlour_xmpp::jid::BareJid;

use crate::by::{By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::host::HostName;
use crate::limits::MAX_GROUP_CHARS;

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
        /// When.
        at: Millis,
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
pub fn create(by: &By, host: HostName, name: String, exists: bool, at: Millis) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &host)?;
    let chars = name.chars().count();
    if !(1..=MAX_GROUP_CHARS).contains(&chars) || name.trim() != name || name.contains(char::is_control) {
        return Err(GroupRefusal::BadName { max: MAX_GROUP_CHARS });
    }
    if exists {
        return Err(GroupRefusal::Exists);
    }
    Ok(Outcome { changes: vec![GroupChange::Created { host, name, at }.into()], out: () })
}

/// Removes a group, not its members.
///
/// # Errors
/// [`GroupRefusal`].
pub fn remove(by: &By, host: HostName, name: String, exists: bool) -> Result<Outcome<()>, GroupRefusal> {
    only_admins(by, &host)?;
    if !exists {
        return Err(GroupRefusal::Unknown);
    }
    Ok(Outcome { changes: vec![GroupChange::Removed { host, name }.into()], out: () })
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
    let change = if member { GroupChange::Joined { name, account } } else { GroupChange::Left { name, account } };
    Ok(Outcome { changes: vec![change.into()], out: () })
}

fn only_admins(by: &By, host: &HostName) -> Result<(), GroupRefusal> {
    if by.reaches(host) && by.rank() >= Some(Role::Admin) { Ok(()) } else { Err(GroupRefusal::NotAllowed) }
}
