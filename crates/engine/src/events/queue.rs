//! What waits to be told, and clients that wait to be told.

use std::collections::hash_map::Entry;
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
    /// An account shows another picture, which its presence says.
    Pictured {
        /// Whose.
        owner: BareJid,
    },
}

impl Happened {
    pub(super) fn owner(&self) -> &BareJid {
        match self {
            Self::Changed(change) => change.owner(),
            Self::Seen { owner, .. } | Self::Pictured { owner } => owner,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Changed(PubsubChange::Published { item, .. }) => {
                item.payload.as_ref().map_or(0, |payload| payload.as_bytes().len())
            }
            Self::Changed(_) | Self::Seen { .. } | Self::Pictured { .. } => 0,
        }
    }
}

/// A client that has come, or wants to hear more than before.
pub(super) struct Arrival {
    /// Who.
    pub(super) session: Weak<Session>,
    /// The nodes of which it hears; `None` for all that it wants.
    pub(super) nodes: Option<Vec<String>>,
    /// The contact whose nodes were looked at last; `None` before any.
    pub(super) after: Option<Box<str>>,
}

impl Arrival {
    /// The names of nodes of which it hears.
    pub(super) fn nodes(&self, session: &Session) -> Vec<String> {
        self.nodes.clone().unwrap_or_else(|| {
            let view = session.live.view();
            let interests = view.resource(session.resource()).and_then(|resource| resource.interests.as_ref());
            interests.map(|interests| interests.nodes().map(str::to_owned).collect()).unwrap_or_default()
        })
    }

    /// Where the client is in memory: its name, while this is there.
    fn key(&self) -> usize {
        self.session.as_ptr().addr()
    }

    /// The same client once more: from the beginning, with the nodes of both.
    fn again(&mut self, other: Self) {
        self.nodes = self.nodes.take().zip(other.nodes).map(|(mut nodes, more)| {
            nodes.extend(more);
            nodes.sort_unstable();
            nodes.dedup();
            nodes
        });
        self.after = None;
    }
}

/// Both. What one account does is in order; accounts have their turns, and so have clients, so that nobody who publishes
/// much, or comes again and again, is in the way of others. Unallocated while nothing waits.
#[derive(Default)]
pub(super) struct Queue {
    happened: HashMap<BareJid, VecDeque<Happened>>,
    turns: VecDeque<BareJid>,
    len: usize,
    bytes: usize,
    arrivals: HashMap<usize, Arrival>,
    arrived: VecDeque<usize>,
    /// Clients that have to take something first.
    waiting: HashMap<usize, Arrival>,
    /// What was taken out last is not told to the end.
    telling: bool,
}

impl Queue {
    /// False where it does not fit.
    pub(super) fn add(&mut self, happened: Happened) -> bool {
        let bytes = happened.bytes();
        let of_one = self.happened.get(happened.owner()).map_or(0, VecDeque::len);
        if self.len >= MAX_QUEUED || self.bytes + bytes > MAX_QUEUED_BYTES || of_one >= MAX_OF_ONE {
            return false;
        }
        self.bytes += bytes;
        self.len += 1;
        if of_one == 0 {
            self.turns.push_back(happened.owner().clone());
        }
        self.happened.entry(happened.owner().clone()).or_default().push_back(happened);
        true
    }

    /// The oldest of the account whose turn it is.
    pub(super) fn next(&mut self) -> Option<Happened> {
        self.telling = self.len > 0;
        let Some(owner) = self.turns.pop_front() else {
            (self.happened, self.turns) = Default::default();
            return None;
        };
        let own = self.happened.get_mut(&owner)?;
        let next = own.pop_front()?;
        if own.is_empty() {
            self.happened.remove(&owner);
        } else {
            self.turns.push_back(owner);
        }
        self.len -= 1;
        self.bytes -= next.bytes();
        Some(next)
    }

    /// False where too many wait already.
    pub(super) fn arrive(&mut self, arrival: Arrival) -> bool {
        if self.arrivals.len() + self.waiting.len() >= MAX_ARRIVALS {
            return false;
        }
        self.go_on(arrival);
        true
    }

    /// Whoever came first, or goes on.
    pub(super) fn next_arrival(&mut self) -> Option<Arrival> {
        let next = self.arrived.pop_front();
        self.telling = next.is_some();
        if next.is_none() {
            (self.arrivals, self.arrived) = Default::default();
        }
        self.arrivals.remove(&next?)
    }

    /// Puts a client behind the others, once.
    pub(super) fn go_on(&mut self, arrival: Arrival) {
        let key = arrival.key();
        if place(&mut self.arrivals, arrival) {
            self.arrived.push_back(key);
        }
    }

    /// Puts a client aside that has much to take.
    pub(super) fn wait(&mut self, arrival: Arrival) {
        place(&mut self.waiting, arrival);
    }

    /// Nothing is being told, or could be.
    pub(super) fn is_quiet(&self) -> bool {
        !self.telling && self.len == 0 && self.arrivals.is_empty()
    }

    /// Whether [`Self::look_again`] may find something.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Those that were put aside are looked at again.
    pub(super) fn look_again(&mut self) {
        for arrival in std::mem::take(&mut self.waiting).into_values() {
            self.go_on(arrival);
        }
    }
}

/// Adds a client. False where it is there already: then the two are one.
fn place(all: &mut HashMap<usize, Arrival>, arrival: Arrival) -> bool {
    match all.entry(arrival.key()) {
        Entry::Occupied(mut there) => {
            there.get_mut().again(arrival);
            false
        }
        Entry::Vacant(place) => {
            place.insert(arrival);
            true
        }
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
    use std::sync::Arc;

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
        assert!(queue.is_quiet() && queue.bytes == 0 && queue.happened.capacity() == 0);
    }

    #[test]
    fn attack_63_each_account_has_its_turn_and_its_order() {
        let mut queue = Queue::default();
        let contact = |n: usize| BareJid::new(&format!("c{n}@x")).expect("an address");
        for n in 0..3 {
            let Happened::Seen { owner, .. } = seen(1) else { unreachable!("made above") };
            assert!(queue.add(Happened::Seen { owner, contact: contact(n) }));
        }
        assert!(queue.add(seen(2)) && queue.add(seen(3)));
        let order: Vec<_> = std::iter::from_fn(|| queue.next())
            .map(|happened| match happened {
                Happened::Seen { owner, contact } => format!("{owner} {contact}"),
                Happened::Changed(_) | Happened::Pictured { .. } => String::new(),
            })
            .collect();
        assert_eq!(order, ["o1@x c0@x", "o2@x c@x", "o3@x c@x", "o1@x c1@x", "o1@x c2@x"]);
    }

    fn session(name: &str) -> Arc<Session> {
        let full = parlour_xmpp::jid::FullJid::new(&format!("{name}@x/r")).expect("an address");
        let outbox = Arc::new(parlour_router::Outbox::new(parlour_router::Bounds::default()));
        let router = parlour_router::Router::new();
        let view = parlour_domain::view::AccountView::new(parlour_domain::Role::Member);
        let live = router.attach(&full, &outbox, view, router.before(&full)).expect("few").expect("unchanged").live;
        Arc::new(Session::new(full, 1, None, live, outbox))
    }

    #[test]
    fn a_client_waits_once_however_often_it_comes() {
        let (a, b) = (session("a"), session("b"));
        let arrival = |who: &Arc<Session>, node: &str| Arrival {
            session: Arc::downgrade(who),
            nodes: Some(vec![node.into()]),
            after: Some("x".into()),
        };
        let names = |arrival: &Arrival| arrival.nodes.as_ref().map(|nodes| nodes.join(",")).unwrap_or_default();
        let mut queue = Queue::default();
        for _ in 0..1_000 {
            assert!(queue.arrive(arrival(&a, "n")) && queue.arrive(arrival(&b, "n")) && queue.arrive(arrival(&a, "m")));
        }
        let first = queue.next_arrival().expect("a");
        assert_eq!((names(&first), &first.after), ("m,n".to_owned(), &None), "from the beginning");
        // While it is being told, it comes again.
        assert!(queue.arrive(arrival(&a, "k")));
        queue.go_on(first);
        let second = queue.next_arrival().expect("b");
        assert_eq!(names(&second), "n");
        queue.wait(second);
        assert_eq!(names(&queue.next_arrival().expect("a")), "k,m,n");
        assert!(queue.next_arrival().is_none() && queue.is_waiting());
        queue.look_again();
        assert!(!queue.is_waiting() && queue.next_arrival().is_some() && queue.next_arrival().is_none());
    }
}
