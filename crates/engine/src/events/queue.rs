//! What waits to be told, and clients that wait to be told.

use std::collections::{HashMap, VecDeque};
use std::sync::Weak;

use parlour_domain::pubsub::PubsubChange;
use parlour_xmpp::jid::BareJid;

use crate::session::Session;

/// Something of which others hear.
pub(super) enum Happened {
    /// Something is published, or no longer.
    Changed(PubsubChange),
    /// A contact came to see an account.
    Seen {
        /// Whom.
        owner: BareJid,
        /// Who.
        contact: BareJid,
    },
}

impl Happened {
    pub(super) fn owner(&self) -> &BareJid {
        match self {
            Self::Changed(change) => change.owner(),
            Self::Seen { owner, .. } => owner,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Changed(PubsubChange::Published { item, .. }) => {
                item.payload.as_ref().map_or(0, |payload| payload.as_bytes().len())
            }
            Self::Changed(_) | Self::Seen { .. } => 0,
        }
    }
}

/// A client that has come, or wants to hear more than before.
pub(super) struct Arrival {
    /// Who.
    pub(super) session: Weak<Session>,
    /// The nodes of which it hears.
    pub(super) nodes: Vec<String>,
    /// Whose nodes are still to be looked at; `None` before anybody has looked who that is.
    pub(super) owners: Option<VecDeque<BareJid>>,
}

/// Both, in order. Unallocated while nothing waits.
#[derive(Default)]
pub(super) struct Queue {
    happened: VecDeque<Happened>,
    bytes: usize,
    of: HashMap<BareJid, usize>,
    arrivals: VecDeque<Arrival>,
    /// Clients that have to take something first.
    waiting: Vec<Arrival>,
    /// What was taken out last is not told to the end.
    telling: bool,
}

impl Queue {
    /// False where it does not fit.
    pub(super) fn add(&mut self, happened: Happened) -> bool {
        let bytes = happened.bytes();
        let of_one = self.of.get(happened.owner()).copied().unwrap_or_default();
        let full = self.happened.len() >= MAX_QUEUED || self.bytes + bytes > MAX_QUEUED_BYTES || of_one >= MAX_OF_ONE;
        if full {
            return false;
        }
        self.bytes += bytes;
        self.of.insert(happened.owner().clone(), of_one + 1);
        self.happened.push_back(happened);
        true
    }

    /// The oldest.
    pub(super) fn next(&mut self) -> Option<Happened> {
        let Some(next) = self.happened.pop_front() else {
            self.telling = false;
            if self.happened.capacity() > 0 {
                (self.happened, self.of) = Default::default();
            }
            return None;
        };
        self.telling = true;
        self.bytes -= next.bytes();
        if let Some(of_one) = self.of.get_mut(next.owner()) {
            *of_one -= 1;
            if *of_one == 0 {
                self.of.remove(next.owner());
            }
        }
        Some(next)
    }

    /// False where too many wait already.
    pub(super) fn arrive(&mut self, arrival: Arrival) -> bool {
        let fits = self.arrivals.len() + self.waiting.len() < MAX_ARRIVALS;
        if fits {
            self.arrivals.push_back(arrival);
        }
        fits
    }

    /// Whoever came first, or goes on.
    pub(super) fn next_arrival(&mut self) -> Option<Arrival> {
        let next = self.arrivals.pop_front();
        self.telling = next.is_some();
        if next.is_none() && self.arrivals.capacity() > 0 {
            self.arrivals = VecDeque::new();
        }
        next
    }

    /// Puts a client back behind the others.
    pub(super) fn go_on(&mut self, arrival: Arrival) {
        self.arrivals.push_back(arrival);
    }

    /// Puts a client aside that has much to take.
    pub(super) fn wait(&mut self, arrival: Arrival) {
        self.waiting.push(arrival);
    }

    /// Nothing is being told, or could be.
    pub(super) fn is_quiet(&self) -> bool {
        !self.telling && self.happened.is_empty() && self.arrivals.is_empty()
    }

    /// Whether [`Self::look_again`] may find something.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Those that were put aside are looked at again.
    pub(super) fn look_again(&mut self) {
        self.arrivals.extend(std::mem::take(&mut self.waiting));
    }
}

/// Changes that wait (a guess: a thousand people who change their picture at once, with room to grow).
pub const MAX_QUEUED: usize = 8_192;

/// Bytes of their payloads.
pub const MAX_QUEUED_BYTES: usize = 16 * 1024 * 1024;

/// Changes of one account that wait: who publishes faster than it can be told loses its own events, not others'.
pub const MAX_OF_ONE: usize = 256;

/// Clients that wait (a guess: all that come back after a restart).
const MAX_ARRIVALS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(owner: usize) -> Happened {
        let jid = |name: String| BareJid::new(&format!("{name}@x")).expect("an address");
        Happened::Seen { owner: jid(format!("o{owner}")), contact: jid("c".into()) }
    }

    fn large(owner: usize) -> Happened {
        let Happened::Seen { owner, .. } = seen(owner) else { unreachable!("made above") };
        let node = parlour_domain::pubsub::Node { name: "n".into(), config: std::sync::Arc::default() };
        let payload = Some(vec![b'x'; 256 * 1024].into());
        let item = parlour_domain::pubsub::Item { id: "i".into(), payload, at: 0 };
        Happened::Changed(PubsubChange::Published { owner, node, item, evicted: Vec::new() })
    }

    #[test]
    fn attack_63_what_waits_is_bounded_in_number_in_bytes_and_for_each() {
        let mut queue = Queue::default();
        let taken = (0..2 * MAX_OF_ONE).filter(|_| queue.add(seen(0))).count();
        assert_eq!(taken, MAX_OF_ONE, "the rest has room");
        let taken = (0..2 * MAX_QUEUED).filter(|n| queue.add(seen(n + 1))).count();
        assert_eq!(taken, MAX_QUEUED - MAX_OF_ONE);
        assert_eq!(std::iter::from_fn(|| queue.next()).count(), MAX_QUEUED);
        let taken = (0..MAX_QUEUED).filter(|n| queue.add(large(*n))).count();
        assert_eq!(taken, MAX_QUEUED_BYTES / (256 * 1024));
        assert!(queue.add(seen(0)), "what is small still fits");
        while queue.next().is_some() {}
        assert!(queue.of.is_empty() && queue.bytes == 0 && queue.happened.capacity() == 0);
    }

    #[test]
    fn who_waits_is_looked_at_again() {
        let arrival = |node: &str| Arrival { session: Weak::new(), nodes: vec![node.into()], owners: None };
        let mut queue = Queue::default();
        assert!(queue.arrive(arrival("a")) && queue.arrive(arrival("b")));
        let first = queue.next_arrival().expect("a");
        queue.wait(first);
        let next = queue.next_arrival().expect("b");
        queue.go_on(next);
        assert!(queue.is_waiting());
        queue.look_again();
        let order: Vec<_> = std::iter::from_fn(|| queue.next_arrival()).flat_map(|arrival| arrival.nodes).collect();
        assert_eq!(order, ["b", "a"]);
        assert!(!queue.is_waiting());
    }
}
