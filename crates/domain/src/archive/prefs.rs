//! What an account wants kept of its messages.
//!
//! Spec: XEP-0441 v0.2.0 §2.1 (preferences), §2.3 (matching).
//! Left out: advanced preferences by a command (§2.2).

use std::collections::BTreeSet;
use std::sync::Arc;

use parlour_xmpp::jid::{BareJid, Jid};
use thiserror::Error;

use super::ArchiveChange;
use crate::Outcome;
use crate::options::ArchivePolicy;
use crate::view::{ArchiveDefault, ArchiveLists, ArchivePrefs};

/// Addresses on both lists together. A guess: people name some.
pub const MAX_LISTED: usize = 500;

/// What an account asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefsWish {
    /// For those on neither list.
    pub default: ArchivePolicy,
    /// Kept.
    pub always: BTreeSet<Jid>,
    /// Not kept; this wins where an address is on both.
    pub never: BTreeSet<Jid>,
}

/// Why preferences stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PrefsRefusal {
    /// Too many addresses.
    #[error("{listed} addresses where {max} are taken")]
    TooMany {
        /// How many.
        listed: usize,
        /// The bound.
        max: usize,
    },
}

/// Replaces the preferences of `owner`, whose contacts are `contacts` (looked at only where contacts are what is kept).
///
/// # Errors
/// [`PrefsRefusal`].
pub fn set(
    owner: BareJid,
    wish: PrefsWish,
    contacts: impl FnOnce() -> BTreeSet<BareJid>,
) -> Result<Outcome<ArchivePrefs>, PrefsRefusal> {
    let listed = wish.always.len() + wish.never.len();
    if listed > MAX_LISTED {
        return Err(PrefsRefusal::TooMany { listed, max: MAX_LISTED });
    }
    let prefs = in_force(wish, contacts);
    let change = ArchiveChange::PrefsSet { owner, prefs: prefs.clone() };
    Ok(Outcome { changes: vec![change.into()], out: prefs })
}

/// What stages go by.
pub fn in_force(wish: PrefsWish, contacts: impl FnOnce() -> BTreeSet<BareJid>) -> ArchivePrefs {
    let PrefsWish { default, mut always, never } = wish;
    always.retain(|jid| !never.contains(jid));
    let default = match default {
        ArchivePolicy::Always => ArchiveDefault::Always,
        ArchivePolicy::Never => ArchiveDefault::Never,
        ArchivePolicy::Roster => ArchiveDefault::Roster(Arc::new(contacts())),
    };
    let lists = (!always.is_empty() || !never.is_empty()).then(|| Arc::new(ArchiveLists { always, never }));
    ArchivePrefs { default, lists }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).expect("an address")
    }

    fn anna() -> BareJid {
        BareJid::new("anna@h.example").expect("an address")
    }

    #[test]
    fn never_wins_and_contacts_are_looked_at_only_where_they_count() {
        let both = BTreeSet::from([jid("a@x"), jid("b@x")]);
        let wish = PrefsWish { default: ArchivePolicy::Always, always: both, never: BTreeSet::from([jid("a@x")]) };
        let done = set(anna(), wish.clone(), || panic!("nobody asked")).expect("set");
        let lists = done.out.lists.clone().expect("lists");
        assert_eq!((lists.always.len(), lists.never.len()), (1, 1));
        assert!(!done.out.keeps(&jid("a@x/1")) && done.out.keeps(&jid("b@x")));
        assert_eq!(done.changes.len(), 1);

        let contacts = || BTreeSet::from([BareJid::new("c@x").expect("an address")]);
        let roster = PrefsWish { default: ArchivePolicy::Roster, ..wish };
        let done = set(anna(), roster, contacts).expect("set");
        assert!(done.out.keeps(&jid("c@x/1")) && done.out.keeps(&jid("b@x/1")) && !done.out.keeps(&jid("d@x")));
    }

    #[test]
    fn the_lists_are_bounded() {
        let many = |n: usize| (0..n).map(|n| jid(&format!("p{n}@x"))).collect();
        let wish =
            |n| PrefsWish { default: ArchivePolicy::Never, always: many(n), never: BTreeSet::from([jid("z@x")]) };
        assert!(set(anna(), wish(MAX_LISTED - 1), BTreeSet::new).is_ok());
        let refused = set(anna(), wish(MAX_LISTED), BTreeSet::new).map(drop);
        assert_eq!(refused, Err(PrefsRefusal::TooMany { listed: MAX_LISTED + 1, max: MAX_LISTED }));
    }
}
