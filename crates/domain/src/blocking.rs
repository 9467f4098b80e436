//! Blocking: whom an account wants nothing to do with, and the bounds of that list.
//!
//! Matching is the account view's; this is what changes the list.
//!
//! Spec: XEP-0191 v1.3, §3.3 (block), §3.4 (unblock).
//! Left out: nothing.

use parlour_xmpp::jid::{BareJid, Jid};
use thiserror::Error;

use crate::roster::{self, Pair};
use crate::{Change, Outcome};

/// Addresses one account may block.
pub const MAX_BLOCKED: usize = 2_000;
/// Addresses one request may block or unblock by name, so that an act stays within 200 rows.
pub const MAX_PER_REQUEST: usize = 150;

/// An account's block list changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockingChange {
    /// These are blocked now, and were not before.
    Blocked {
        /// Whose list.
        owner: BareJid,
        /// Bare, full, domain or domain with resource.
        added: Vec<Jid>,
        /// The whole list afterwards.
        list: Vec<Jid>,
    },
    /// These are blocked no longer.
    Unblocked {
        /// Whose list.
        owner: BareJid,
        /// What was taken off it.
        removed: Vec<Jid>,
        /// The whole list afterwards; empty where everybody was unblocked.
        list: Vec<Jid>,
    },
}

/// Why a block list stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BlockingRefusal {
    /// No address was named (§3.3: `bad-request`).
    #[error("nobody to block was named")]
    Nobody,
    /// An account cannot block itself or the server it lives on (`not-allowed`).
    #[error("an account cannot block itself or its own server")]
    Own,
    /// Too many in one request (`resource-constraint`).
    #[error("{items} addresses in one request where {max} are taken")]
    TooManyAtOnce {
        /// How many.
        items: usize,
        /// The bound.
        max: usize,
    },
    /// The list holds all it may (`resource-constraint`).
    #[error("the block list is full")]
    Full,
}

/// Adds `items` to `list`. What is on it already is no error and no change.
///
/// # Errors
/// [`BlockingRefusal`]; nothing changes then.
pub fn block(owner: BareJid, mut list: Vec<Jid>, items: Vec<Jid>) -> Result<Outcome<()>, BlockingRefusal> {
    if items.is_empty() {
        return Err(BlockingRefusal::Nobody);
    }
    bounded(&items)?;
    if items.iter().any(|item| is_own(&owner, item)) {
        return Err(BlockingRefusal::Own);
    }
    let mut added = Vec::new();
    for item in items {
        if !list.contains(&item) {
            list.push(item.clone());
            added.push(item);
        }
    }
    if list.len() > MAX_BLOCKED {
        return Err(BlockingRefusal::Full);
    }
    let changes =
        if added.is_empty() { Vec::new() } else { vec![BlockingChange::Blocked { owner, added, list }.into()] };
    Ok(Outcome { changes, out: () })
}

/// Takes `items` off `list`; with none named, all (§3.4). What is not on it is no error.
///
/// # Errors
/// [`BlockingRefusal::TooManyAtOnce`].
pub fn unblock(owner: BareJid, list: Vec<Jid>, items: Vec<Jid>) -> Result<Outcome<()>, BlockingRefusal> {
    bounded(&items)?;
    let (removed, list): (Vec<Jid>, Vec<Jid>) =
        list.into_iter().partition(|jid| items.is_empty() || items.contains(jid));
    let changes =
        if removed.is_empty() { Vec::new() } else { vec![BlockingChange::Unblocked { owner, removed, list }.into()] };
    Ok(Outcome { changes, out: () })
}

/// Ends a contact in one step: blocked, and removed where it is one. The block comes first, so that the contact is told
/// that the account is gone, and nothing after.
///
/// # Errors
/// [`BlockingRefusal`]; nothing changes then.
pub fn remove_and_block(pair: Pair, list: Vec<Jid>) -> Result<Outcome<()>, BlockingRefusal> {
    let (owner, contact) = (pair.from.jid().clone(), pair.to.jid().clone());
    let Outcome { mut changes, out: () } = block(owner, list, vec![contact.into()])?;
    // Somebody who is no contact is only blocked.
    if let Ok(removed) = roster::remove(pair) {
        changes.extend(removed.changes);
    }
    Ok(Outcome { changes, out: () })
}

impl From<BlockingChange> for Change {
    fn from(change: BlockingChange) -> Self {
        Self::Blocking(change)
    }
}

fn bounded(items: &[Jid]) -> Result<(), BlockingRefusal> {
    if items.len() > MAX_PER_REQUEST {
        return Err(BlockingRefusal::TooManyAtOnce { items: items.len(), max: MAX_PER_REQUEST });
    }
    Ok(())
}

/// The account, one of its resources, or the server it needs to talk to.
fn is_own(owner: &BareJid, item: &Jid) -> bool {
    item.domain() == owner.domain() && (item.node().is_none() || item.node() == owner.node())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).expect("a test's address")
    }

    fn owner() -> BareJid {
        BareJid::new("romeo@montague.example").expect("a test's address")
    }

    fn list(of: &[&str]) -> Vec<Jid> {
        of.iter().map(|text| jid(text)).collect()
    }

    #[test]
    fn blocking_adds_what_is_new() {
        let done =
            block(owner(), list(&["a@x.example"]), list(&["a@x.example", "x.example", "b@y.example/r", "x.example"]));
        let done = done.expect("in bounds");
        let [Change::Blocking(BlockingChange::Blocked { added, list: all, .. })] = &done.changes[..] else {
            panic!("{:?}", done.changes)
        };
        assert_eq!(*added, list(&["x.example", "b@y.example/r"]));
        assert_eq!(*all, list(&["a@x.example", "x.example", "b@y.example/r"]));
        assert!(block(owner(), all.clone(), list(&["x.example"])).expect("in bounds").changes.is_empty());
    }

    #[test]
    fn unblocking_some_or_all() {
        let all = list(&["a@x.example", "b@x.example"]);
        let done = unblock(owner(), all.clone(), list(&["b@x.example", "c@x.example"])).expect("in bounds");
        let [Change::Blocking(BlockingChange::Unblocked { removed, list: left, .. })] = &done.changes[..] else {
            panic!("{:?}", done.changes)
        };
        assert_eq!((removed, left), (&list(&["b@x.example"]), &list(&["a@x.example"])));
        let done = unblock(owner(), all.clone(), vec![]).expect("in bounds");
        let [Change::Blocking(BlockingChange::Unblocked { removed, list: left, .. })] = &done.changes[..] else {
            panic!("{:?}", done.changes)
        };
        assert_eq!((removed, left.len()), (&all, 0));
    }

    #[test]
    fn attack_70_own_addresses_and_long_lists_are_refused() {
        for own in ["romeo@montague.example", "romeo@montague.example/r", "montague.example", "montague.example/r"] {
            assert_eq!(block(owner(), vec![], vec![jid(own)]).expect_err(own), BlockingRefusal::Own);
        }
        assert!(block(owner(), vec![], list(&["juliet@montague.example"])).is_ok());
        assert_eq!(block(owner(), vec![], vec![]).expect_err("nobody"), BlockingRefusal::Nobody);
        let many: Vec<Jid> = (0..=MAX_PER_REQUEST).map(|n| jid(&format!("a{n}@x.example"))).collect();
        assert!(matches!(block(owner(), vec![], many), Err(BlockingRefusal::TooManyAtOnce { .. })));
        let full: Vec<Jid> = (0..MAX_BLOCKED).map(|n| jid(&format!("a{n}@x.example"))).collect();
        assert_eq!(block(owner(), full.clone(), list(&["b@x.example"])).expect_err("full"), BlockingRefusal::Full);
        assert!(block(owner(), full, list(&["a1@x.example"])).is_ok(), "what is on the list already takes no room");
    }

    #[test]
    fn whoever_is_removed_and_blocked_is_blocked_first() {
        use crate::Change;
        use crate::roster::{Party, RosterChange, RosterItem, Side};
        use crate::subscription::State;

        let other = BareJid::new("tybalt@capulet.example").expect("a test's address");
        let side = |friends: bool, owner: BareJid, contact: BareJid| {
            let item = RosterItem { contact: contact.clone(), name: None, groups: Vec::new(), state: State::BOTH };
            Party::Local(Side { item: friends.then_some(item), ..Side::new(owner, contact) })
        };
        for friends in [true, false] {
            let pair = Pair { from: side(friends, owner(), other.clone()), to: side(friends, other.clone(), owner()) };
            let changes = remove_and_block(pair, Vec::new()).expect("blocked").changes;
            assert!(matches!(&changes[0], Change::Blocking(BlockingChange::Blocked { .. })));
            let removed = |change: &Change| matches!(change, Change::Roster(RosterChange::Removed { .. }));
            assert_eq!(changes[1..].iter().filter(|change| removed(change)).count(), usize::from(friends));
        }
        let own = Pair { from: side(false, owner(), owner()), to: side(false, owner(), owner()) };
        assert_eq!(remove_and_block(own, Vec::new()).expect_err("oneself"), BlockingRefusal::Own);
    }
}
