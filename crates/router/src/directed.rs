//! Whom a client is present to beside its contacts.
//!
//! Spec: RFC 6121 §4.6 (directed presence), §8.5.3.1 (who may ask a client things).

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parlour_domain::view::bare_str;
use parlour_xmpp::jid::Jid;

/// One word while there are none, as with nearly everybody; a set by itself has three.
type Addresses = Option<Box<BTreeSet<Jid>>>;

/// To whom a client directed its presence; unallocated for those who direct none. They are told when it goes, and may ask it things meanwhile.
#[derive(Debug, Default)]
pub struct Directed(Mutex<Addresses>);

impl Directed {
    /// Remembers one. False where there are too many already.
    pub fn add(&self, to: &Jid) -> bool {
        let mut all = self.lock();
        let all = all.get_or_insert_default();
        if all.contains(to) {
            return true;
        }
        all.len() < MAX_DIRECTED && all.insert(to.clone())
    }

    /// Forgets one: unavailable presence was sent, or came back.
    pub fn remove(&self, to: &Jid) {
        let mut all = self.lock();
        if all.as_mut().is_some_and(|all| all.remove(to) && all.is_empty()) {
            *all = None;
        }
    }

    /// Whether presence was sent to `who`, or to another resource of the same: whoever joins a room as `room/me` is asked
    /// things by `room/others`.
    pub fn reaches(&self, who: &Jid) -> bool {
        let bare = bare_str(who);
        self.lock().iter().flat_map(|all| all.iter()).any(|to| bare_str(to) == bare)
    }

    /// All of them, forgotten.
    pub fn take(&self) -> BTreeSet<Jid> {
        self.lock().take().map(|all| *all).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Addresses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rooms and contacts a client may be present to beside its roster (a guess: a heavy user's 300 rooms, with room to grow).
const MAX_DIRECTED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_bounded_and_reaches_all_resources() {
        let directed = Directed::default();
        let jid = |text: &str| Jid::new(text).expect("an address");
        assert!(directed.add(&jid("room@x.test/me")));
        assert!(directed.reaches(&jid("room@x.test/other")) && !directed.reaches(&jid("x.test")));
        for n in 1..MAX_DIRECTED {
            assert!(directed.add(&jid(&format!("n{n}@x.test"))));
        }
        assert!(!directed.add(&jid("more@x.test")) && directed.add(&jid("n1@x.test")));
        directed.remove(&jid("room@x.test/me"));
        assert!(!directed.reaches(&jid("room@x.test/me")));
        assert_eq!(directed.take().len(), MAX_DIRECTED - 1);
        assert!(!directed.reaches(&jid("n1@x.test")));
    }
}
