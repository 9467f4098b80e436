//! What clients here want to be told of others: asked once for each kind of client, and remembered by its hash.
//!
//! A client says in its presence by which hash its capabilities go. The first of a kind is asked what they are; an answer
//! that the hash proves holds for all. The rest holds for the client that gave it (§5.4), and the next of its kind is
//! asked. The memory is the process's own: after a restart one client of each kind is asked again.
//!
//! Spec: XEP-0115 v1.6.0, §5.4 (verification), §6.2 (asking), §8 (security); XEP-0060 v1.30.0, §9.2; ATTACKS 61.
//! Left out: clients of other servers, until there are such.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use parlour_domain::caps::{self as rules, Interests};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::disco::{Caps as Summary, DiscoInfo};
use parlour_xmpp::stanza::Stanza;
use parlour_xmpp::xml::Element;

use crate::asks::{Answer, AskError, Asks};
use crate::iq::IqKind;
use crate::session::Session;

/// Told when it becomes known what a client wants to hear.
pub trait Interested: Send + Sync + 'static {
    /// An available client wants more than `before`. Does not wait for anything.
    fn wants_more(&self, session: &Arc<Session>, interests: &Arc<Interests>, before: Option<&Interests>);
}

/// The capabilities of the clients here. One for an engine.
pub struct Caps {
    asks: Arc<Asks>,
    interested: OnceLock<Arc<dyn Interested>>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By proven hash.
    known: HashMap<Box<str>, Known>,
    /// Each of them once.
    sets: HashSet<Arc<Interests>>,
    /// Clients that wait while another of their kind is asked, by hash.
    asking: HashMap<Box<str>, Waiting>,
    /// Counts uses, so that the one not used for longest goes.
    turn: u64,
}

/// By where they are in memory, so that each waits once.
type Waiting = HashMap<usize, Weak<Session>>;

struct Known {
    interests: Arc<Interests>,
    used: u64,
}

impl std::fmt::Debug for Caps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = self.lock();
        f.debug_struct("Caps").field("known", &inner.known.len()).field("asking", &inner.asking.len()).finish()
    }
}

impl Caps {
    /// Knows nothing yet.
    pub fn new(asks: Arc<Asks>) -> Self {
        Self { asks, interested: OnceLock::new(), inner: Mutex::default() }
    }

    /// Hands in who is told. Once, when the engine is put together.
    pub fn set_interested(&self, interested: Arc<dyn Interested>) {
        // A second engine over the same would be a mistake without consequence.
        let _ = self.interested.set(interested);
    }

    /// A client is available and says by its presence what it can do. Presence that says nothing changes nothing (§8.4).
    pub fn announced(self: &Arc<Self>, session: &Arc<Session>, presence: &Stanza) {
        let Some(child) = presence.find(ns::CAPS, "c") else { return };
        let Ok(summary) = child.element().map_err(drop).and_then(|c| Summary::read(&c).map_err(drop)) else { return };
        let view = session.live.view();
        let now = view.resource(session.resource()).and_then(|resource| resource.interests.as_ref());
        if now.is_some_and(|now| now.is_alone(&summary)) {
            return;
        }
        if !rules::is_provable(&summary) {
            self.ask(session, summary);
            return;
        }
        let known = {
            let mut inner = self.lock();
            let known = inner.look_up(&summary.ver);
            if known.is_none() {
                match inner.asking.entry(summary.ver.as_str().into()) {
                    Entry::Occupied(mut waiting) => {
                        waiting.get_mut().insert(Arc::as_ptr(session).addr(), Arc::downgrade(session));
                        return;
                    }
                    Entry::Vacant(place) => drop(place.insert(Waiting::new())),
                }
            }
            known
        };
        match known {
            Some(known) if now.is_some_and(|now| Arc::ptr_eq(now, &known)) => {}
            Some(known) => self.learnt(session, &summary.ver, known),
            None => self.ask(session, summary),
        }
    }

    /// Asks a client what it can do, in the name of its host; the next of its kind where that cannot be asked.
    fn ask(self: &Arc<Self>, session: &Arc<Session>, summary: Summary) {
        let mut session = Arc::clone(session);
        while self.ask_one(&session, &summary).is_err() {
            match self.next(&summary) {
                Some(next) => session = next,
                None => return,
            }
        }
    }

    fn ask_one(self: &Arc<Self>, session: &Arc<Session>, summary: &Summary) -> Result<(), AskError> {
        let Ok(host) = BareJid::new(session.domain()) else { return Err(AskError::NoWay) };
        let node = format!("{}#{}", summary.node, summary.ver);
        let query = Element::new(ns::DISCO_INFO, "query").attr("node", &*node);
        let (caps, asked, summary) = (Arc::downgrade(self), Arc::downgrade(session), summary.clone());
        let to = Jid::clone(&session.from);
        let done = move |answer| {
            if let Some(caps) = caps.upgrade() {
                caps.answered(&asked, summary, answer);
            }
        };
        self.asks.begin(host.into(), to, IqKind::Get, &query, PATIENCE, done).map(drop)
    }

    fn answered(self: &Arc<Self>, asked: &Weak<Session>, summary: Summary, answer: Answer) {
        let info = match answer {
            Ok(Some(query)) => DiscoInfo::read(&query).unwrap_or_default(),
            // Nothing that it would tell us.
            Ok(None) | Err(AskError::Refused(_) | AskError::Unreadable) => DiscoInfo::default(),
            Err(AskError::TimedOut | AskError::NoWay | AskError::Busy) => return self.go_on(&summary),
        };
        let interests = Interests::of(&info);
        if rules::proves(&summary, &info) {
            let (known, waiting) = {
                let mut inner = self.lock();
                let known = inner.learn(&summary.ver, interests);
                (known, inner.asking.remove(summary.ver.as_str()).unwrap_or_default())
            };
            for session in std::iter::once(asked).chain(waiting.values()).filter_map(Weak::upgrade) {
                self.learnt(&session, &summary.ver, Arc::clone(&known));
            }
            return;
        }
        if let Some(session) = asked.upgrade() {
            self.learnt(&session, &summary.ver, Arc::new(interests.alone(&summary)));
        }
        self.go_on(&summary);
    }

    /// Asks the next client of a kind.
    fn go_on(self: &Arc<Self>, summary: &Summary) {
        if let Some(next) = self.next(summary) {
            self.ask(&next, summary.clone());
        }
    }

    /// The next client that waits for one of its kind to be asked. With the last, nobody is.
    fn next(&self, summary: &Summary) -> Option<Arc<Session>> {
        if !rules::is_provable(summary) {
            return None;
        }
        let mut inner = self.lock();
        let waiting = inner.asking.get_mut(summary.ver.as_str())?;
        while let Some(next) = waiting.keys().next().copied() {
            let next = waiting.remove(&next).and_then(|session| session.upgrade());
            if let Some(session) = next.filter(|session| !session.outbox.is_closed()) {
                return Some(session);
            }
        }
        inner.asking.remove(summary.ver.as_str());
        None
    }

    fn learnt(&self, session: &Arc<Session>, ver: &str, interests: Arc<Interests>) {
        let mut before = None;
        let mut is_there = false;
        session.live.update_resource(session.resource(), &session.outbox, |resource| {
            let says = resource.presence.as_ref().and_then(|presence| presence.find(ns::CAPS, "c"));
            // Whoever has left meanwhile says it again when coming back, and who can do other things has said so.
            is_there = resource.is_available() && says.and_then(|c| c.attr("ver")).is_none_or(|now| now == ver);
            if is_there {
                before = resource.interests.replace(Arc::clone(&interests));
            }
        });
        let more = interests.nodes().any(|node| !before.as_ref().is_some_and(|before| before.wants(node)));
        if is_there
            && more
            && let Some(interested) = self.interested.get()
        {
            interested.wants_more(session, &interests, before.as_deref());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change under this lock is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn look_up(&mut self, ver: &str) -> Option<Arc<Interests>> {
        self.turn += 1;
        let known = self.known.get_mut(ver)?;
        known.used = self.turn;
        Some(Arc::clone(&known.interests))
    }

    fn learn(&mut self, ver: &str, interests: Interests) -> Arc<Interests> {
        if self.known.len() >= MAX_KNOWN {
            self.forget();
        }
        let interests = match self.sets.get(&interests) {
            Some(same) => Arc::clone(same),
            None => {
                let new = Arc::new(interests);
                self.sets.insert(Arc::clone(&new));
                new
            }
        };
        self.turn += 1;
        self.known.insert(ver.into(), Known { interests: Arc::clone(&interests), used: self.turn });
        interests
    }

    /// Forgets the quarter that was not used for longest.
    fn forget(&mut self) {
        let mut used: Vec<u64> = self.known.values().map(|known| known.used).collect();
        let (_, oldest, _) = used.select_nth_unstable(MAX_KNOWN / 4);
        let oldest = *oldest;
        self.known.retain(|_, known| known.used > oldest);
        self.sets.retain(|set| Arc::strong_count(set) > 1);
    }
}

/// How long a client may take to say what it can do.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kinds of clients remembered (a guess: all versions that anybody still runs, ten times; at most 10 MiB, if somebody makes
/// up kinds with as many wishes as there may be).
pub const MAX_KNOWN: usize = 2_048;

#[cfg(test)]
#[path = "caps_tests.rs"]
mod tests;
