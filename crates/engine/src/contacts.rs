//! Who may see whom, in memory: what presence needs of a roster, shared by all that ask.
//!
//! A roster is here from its owner's first presence for as long as somebody of the account is signed
//! in, and for a while after, so that no presence waits for the store. Addresses are interned: a
//! contact of a hundred people is one string.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::roster::{Roster, RosterChange, RosterItem};
use parlour_domain::subscription::State;
use parlour_xmpp::jid::{BareJid, Jid};

/// One roster as presence needs it.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    version: u64,
    /// In order of address.
    list: Vec<Contact>,
}

/// One contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its bare address, shared with every other roster that has it.
    pub jid: Arc<Jid>,
    /// Where the two stand. A waiting request does not show here.
    pub state: State,
}

impl Contacts {
    /// Where the owner and `bare` stand.
    pub fn state(&self, bare: &str) -> State {
        self.position(bare).map_or_else(|_| State::default(), |at| self.list[at].state)
    }

    /// Those who see the owner.
    pub fn who_see(&self) -> impl Iterator<Item = &Contact> {
        self.list.iter().filter(|contact| contact.state.is_seen_by_contact())
    }

    /// Those whom the owner sees.
    pub fn whom_seen(&self) -> impl Iterator<Item = &Contact> {
        self.list.iter().filter(|contact| contact.state.sees_contact())
    }

    fn position(&self, bare: &str) -> Result<usize, usize> {
        self.list.binary_search_by(|contact| contact.jid.as_str().cmp(bare))
    }
}

/// The rosters of those who are here, and of some who were.
#[derive(Debug)]
pub struct ContactsCache {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    jids: Mutex<Interned>,
    /// The roster of whoever never had a contact.
    nobody: Arc<Contacts>,
}

#[derive(Debug, Default)]
struct Shard {
    rosters: HashMap<Box<str>, Arc<Contacts>>,
    /// Counts changes, so that a roster read before one of them is not remembered after it.
    changes: u64,
}

#[derive(Debug, Default)]
struct Interned {
    jids: HashSet<Arc<Jid>>,
    /// When this many are there, those that no roster has any more are dropped.
    sweep_at: usize,
}

/// When a roster was asked for: taken before the store is asked, given back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked(u64);

impl Default for ContactsCache {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            jids: Mutex::default(),
            nobody: Arc::default(),
        }
    }
}

impl ContactsCache {
    /// The roster, if it is here.
    pub fn find(&self, owner: &str) -> Option<Arc<Contacts>> {
        self.shard(owner).rosters.get(owner).cloned()
    }

    /// To be called before a roster is read for [`Self::remember`].
    pub fn before(&self, owner: &str) -> Asked {
        Asked(self.shard(owner).changes)
    }

    /// Keeps a roster that was read from the store. It is what it was, also where it is not kept:
    /// because something changed meanwhile. `is_needed` says whose roster has to stay.
    pub fn remember(
        &self,
        owner: &BareJid,
        roster: &Roster,
        asked: Asked,
        is_needed: impl Fn(&str) -> bool,
    ) -> Arc<Contacts> {
        let contacts = if roster.items.is_empty() && roster.version == self.nobody.version {
            Arc::clone(&self.nobody)
        } else {
            let mut list: Vec<Contact> = roster
                .items
                .iter()
                .map(|item| Contact { jid: self.intern(&item.contact), state: item.state })
                .collect();
            list.sort_unstable_by(|a, b| a.jid.as_str().cmp(b.jid.as_str()));
            Arc::new(Contacts { version: roster.version, list })
        };
        let mut shard = self.shard(owner.as_str());
        if shard.changes != asked.0 {
            return contacts;
        }
        if shard.rosters.len() >= MAX_IDLE {
            // Any that nobody needs; if all are needed, there are more people here than that.
            let victim = shard.rosters.keys().find(|owner| !is_needed(owner)).cloned();
            if let Some(victim) = victim {
                shard.rosters.remove(&victim);
            }
        }
        shard.rosters.insert(owner.as_str().into(), Arc::clone(&contacts));
        contacts
    }

    /// A roster changed in the store.
    pub fn changed(&self, change: &RosterChange) {
        match change {
            RosterChange::Put { owner, item, version, .. } => self.put(owner, &item.contact, Some(item), *version),
            RosterChange::Removed { owner, contact, version, .. } => self.put(owner, contact, None, *version),
            RosterChange::Requested { .. } | RosterChange::Settled { .. } | RosterChange::Sent(_) => {}
        }
    }

    fn put(&self, owner: &BareJid, contact: &BareJid, item: Option<&RosterItem>, version: u64) {
        let jid = self.intern(contact);
        let mut shard = self.shard(owner.as_str());
        shard.changes += 1;
        let Some(contacts) = shard.rosters.get_mut(owner.as_str()) else { return };
        if version <= contacts.version {
            return;
        }
        if version > contacts.version + 1 {
            // The one between is still to come: read again when it is next needed.
            shard.rosters.remove(owner.as_str());
            return;
        }
        let contacts = Arc::make_mut(contacts);
        contacts.version = version;
        match (contacts.position(contact.as_str()), item) {
            (Ok(at), Some(item)) => contacts.list[at].state = item.state,
            (Err(at), Some(item)) => contacts.list.insert(at, Contact { jid, state: item.state }),
            (Ok(at), None) => drop(contacts.list.remove(at)),
            (Err(_), None) => {}
        }
    }

    fn intern(&self, jid: &BareJid) -> Arc<Jid> {
        let mut interned = self.jids.lock().unwrap_or_else(PoisonError::into_inner);
        let jid: &Jid = jid;
        if let Some(known) = interned.jids.get(jid) {
            return Arc::clone(known);
        }
        if interned.jids.len() >= interned.sweep_at {
            interned.jids.retain(|jid| Arc::strong_count(jid) > 1);
            interned.sweep_at = (interned.jids.len() * 2).max(1024);
        }
        let new = Arc::new(jid.clone());
        interned.jids.insert(Arc::clone(&new));
        new
    }

    fn shard(&self, owner: &str) -> MutexGuard<'_, Shard> {
        let at = usize::try_from(self.hasher.hash_one(owner) % SHARDS as u64).unwrap_or_default();
        // Every change under this lock is complete before anything can panic.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shards, so that two seldom meet.
const SHARDS: usize = 64;

/// Rosters a shard keeps of those who are not here (a guess: 8,192 in all).
const MAX_IDLE: usize = 128;

#[cfg(test)]
mod tests {
    use parlour_domain::subscription::{From, To};

    use super::*;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).expect("a test's address")
    }

    fn item(contact: &str, state: State) -> RosterItem {
        RosterItem { contact: jid(contact), name: None, groups: vec![], state }
    }

    fn put(contact: &str, state: State, version: u64) -> RosterChange {
        RosterChange::Put { owner: jid("r@x"), item: item(contact, state), before: State::default(), version }
    }

    fn holding(version: u64, contacts: &[&str]) -> ContactsCache {
        let cache = ContactsCache::default();
        let items = contacts.iter().map(|contact| item(contact, State::BOTH)).collect();
        let roster = Roster { version, items, requests: vec![] };
        cache.remember(&jid("r@x"), &roster, cache.before("r@x"), |_| true);
        cache
    }

    #[test]
    fn changes_are_followed_one_by_one() {
        let cache = holding(3, &["z@x", "a@x"]);
        let from = State { to: To::No, from: From::Yes, approved: false };
        cache.changed(&put("m@x", from, 4));
        cache.changed(&RosterChange::Removed {
            owner: jid("r@x"),
            contact: jid("a@x"),
            before: State::BOTH,
            version: 5,
        });
        cache.changed(&put("m@x", State::BOTH, 4));
        let contacts = cache.find("r@x").expect("here");
        assert_eq!(contacts.who_see().map(|c| c.jid.as_str()).collect::<Vec<_>>(), ["m@x", "z@x"]);
        assert_eq!(contacts.whom_seen().map(|c| c.jid.as_str()).collect::<Vec<_>>(), ["z@x"]);
        assert_eq!((contacts.state("m@x"), contacts.state("a@x")), (from, State::default()));
    }

    #[test]
    fn a_gap_means_reading_again() {
        let cache = holding(3, &["a@x"]);
        cache.changed(&put("m@x", State::BOTH, 5));
        assert!(cache.find("r@x").is_none());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let cache = ContactsCache::default();
        let asked = cache.before("r@x");
        cache.changed(&put("m@x", State::BOTH, 1));
        cache.remember(&jid("r@x"), &Roster::default(), asked, |_| true);
        assert!(cache.find("r@x").is_none());
    }

    #[test]
    fn the_cache_is_bounded_but_for_those_who_are_here() {
        let cache = ContactsCache::default();
        let fill = |range: std::ops::Range<usize>, needed: bool| {
            for n in range {
                let owner = jid(&format!("u{n}@x"));
                cache.remember(&owner, &Roster::default(), cache.before(owner.as_str()), |_| needed);
            }
        };
        let held = || cache.shards.iter().map(|s| s.lock().expect("a lock").rosters.len()).sum::<usize>();
        fill(0..20_000, false);
        assert!(held() <= SHARDS * MAX_IDLE);
        fill(20_000..40_000, true);
        assert!(held() > 20_000);
    }

    #[test]
    fn an_address_is_held_once_and_dropped_when_no_roster_has_it() {
        let cache = holding(1, &["a@x"]);
        let roster = Roster { version: 1, items: vec![item("a@x", State::BOTH)], requests: vec![] };
        let other = cache.remember(&jid("s@x"), &roster, cache.before("s@x"), |_| true);
        let first = cache.find("r@x").expect("here");
        assert!(Arc::ptr_eq(&first.list[0].jid, &other.list[0].jid));
        for n in 0..10_000 {
            cache.intern(&jid(&format!("u{n}@x")));
        }
        assert!(cache.jids.lock().expect("a lock").jids.len() < 2_000);
    }
}
