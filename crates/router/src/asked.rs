//! What a client has asked others and not heard yet, so that nobody else answers in their place.
//!
//! Spec: RFC 6120 §8.1.3 (an answer has the request's id), §8.2.3; ATTACKS 44.
//! What the server answers itself is not noted: it goes to the client straight.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parlour_xmpp::jid::Jid;

/// The open requests of one client. Nothing is allocated while there are none.
///
/// Bounded: past [`MAX_OPEN`] the oldest is forgotten, which is one that nobody answers any more.
#[derive(Debug, Default)]
pub struct Asked(Mutex<Option<Box<Open>>>);

/// Each request is one number, made with a key that nobody knows.
#[derive(Debug, Default)]
struct Open {
    key: RandomState,
    requests: VecDeque<u64>,
}

impl Asked {
    /// A request with this id goes to `to`. Ids may repeat, as the same may be asked twice.
    pub fn note(&self, to: &Jid, id: &str) {
        let mut open = self.lock();
        let open = open.get_or_insert_default();
        if open.requests.len() >= MAX_OPEN {
            open.requests.pop_front();
        }
        let request = open.key.hash_one((to.as_str(), id));
        open.requests.push_back(request);
    }

    /// An answer with this id comes from `from`, or the request did not get there: it is open no longer. False where
    /// there is no such request.
    pub fn settle(&self, from: &Jid, id: &str) -> bool {
        let mut slot = self.lock();
        let Some(open) = slot.as_mut() else { return false };
        let request = open.key.hash_one((from.as_str(), id));
        // Most answers are to what was asked lately.
        let Some(at) = open.requests.iter().rposition(|open| *open == request) else { return false };
        open.requests.remove(at);
        if open.requests.is_empty() {
            *slot = None;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Open requests of a client (a guess: an app that looks at everybody in a big room, with room to grow; 8 KiB).
pub const MAX_OPEN: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).expect("an address")
    }

    #[test]
    fn attack_44_an_answer_has_the_address_and_the_id_that_were_asked() {
        let asked = Asked::default();
        assert!(!asked.settle(&jid("a@x.test/r"), "1"));
        asked.note(&jid("a@x.test/r"), "1");
        for (from, id) in [("a@x.test/r", "2"), ("a@x.test", "1"), ("evil@x.test/r", "1"), ("x.test", "1")] {
            assert!(!asked.settle(&jid(from), id), "{from} {id}");
        }
        asked.note(&jid("a@x.test/r"), "1");
        assert!(asked.settle(&jid("a@x.test/r"), "1") && asked.settle(&jid("a@x.test/r"), "1"), "asked twice");
        assert!(!asked.settle(&jid("a@x.test/r"), "1"));
        assert!(asked.lock().is_none(), "nothing is held for nothing");
    }

    #[test]
    fn the_oldest_gives_way() {
        let asked = Asked::default();
        for n in 0..=MAX_OPEN {
            asked.note(&jid("a@x.test/r"), &n.to_string());
        }
        assert!(!asked.settle(&jid("a@x.test/r"), "0") && asked.settle(&jid("a@x.test/r"), "1"));
    }
}
