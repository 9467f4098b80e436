//! Who is told what accounts publish: readers that are there and want to hear it, and whoever comes.
//!
//! Changes are queued in the order of their commits and told by one task, so that publishing to five thousand contacts costs
//! its commit nothing, and nobody hears an older item after a newer one. Whoever comes is told the newest items of the
//! account and its contacts, a handful of contacts at a time, as fast as the client takes them; changes go first.
//!
//! Bounded: [`MAX_QUEUED`] changes, [`MAX_QUEUED_BYTES`] of payloads, [`MAX_OF_ONE`] of one account. What does not fit is told
//! to nobody and counted; readers find it when they come again. An event may be lost in a crash for the same reason.
//!
//! Spec: XEP-0163 v1.2.2 §4.3 (who is told, and when), XEP-0060 v1.30.0 §7.1.2, §7.2.2.1, §8.2.5.3, §8.4.2, §8.5.2 and §9.2.
//! Left out: contacts on other servers, until there are such; the publisher's resource ('replyto'); news for whoever is put
//! into a roster group that may read.

mod queue;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlour_domain::caps::Interests;
use parlour_domain::pubsub::access::{Standing, may_read};
use parlour_domain::pubsub::config::NodeConfig;
use parlour_domain::pubsub::{Item, Last, PubsubChange};
use parlour_domain::view::{BlockList, ResourceView};
use parlour_domain::{By, Clock};
use parlour_router::{Live, Out, Router};
use parlour_store::StoreError;
use parlour_store::pubsub::PubsubStore;
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::pubsub::event;
use parlour_xmpp::payload::pubsub::options::{AccessModel, NotificationType};
use parlour_xmpp::stanza::{Kind, Stanza};
use parlour_xmpp::xml::Element;
use tokio::sync::Notify;

use crate::asks::Asks;
use crate::caps::Interested;
use crate::contacts::Contact;
use crate::effects::PubsubEffects;
use crate::keeper::Views;
use crate::locals::Locals;
use crate::meters::EventMeters;
use crate::presence::Presence;
use crate::roster::Rosters;
use crate::session::Session;

use queue::{Arrival, Happened, Queue};
pub use queue::{MAX_OF_ONE, MAX_QUEUED, MAX_QUEUED_BYTES};

/// Tells readers what accounts publish. One for an engine; somebody has to [`Events::run`] it.
pub struct Events {
    parts: Parts,
    /// What is counted.
    pub meters: EventMeters,
    queue: Mutex<Queue>,
    bell: Notify,
    /// Rung when all is told.
    quiet: Notify,
}

/// What it needs.
pub struct Parts {
    /// Who is online.
    pub router: Arc<Router>,
    /// Hosts served here.
    pub locals: Arc<Locals>,
    /// Who may see whom.
    pub rosters: Arc<Rosters>,
    /// Says who has which picture.
    pub presence: Presence,
    /// What is published.
    pub store: Arc<dyn PubsubStore>,
    /// Whom somebody blocks who is not here.
    pub views: Arc<dyn Views>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Requests that end some time: looked after here, as this has a task.
    pub asks: Arc<Asks>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("meters", &self.meters).finish_non_exhaustive()
    }
}

impl PubsubEffects for Events {
    fn happened(&self, _by: &By, change: &PubsubChange) {
        // What nobody is ever told needs no place in the queue.
        if change.node().config.deliver_notifications && event_of(change).is_some() {
            self.add(Happened::Changed(change.clone()));
        }
    }

    fn came_to_see(&self, owner: &BareJid, contact: &BareJid) {
        if self
            .parts
            .router
            .find(contact)
            .is_some_and(|live| live.view().resources.iter().any(|r| r.interests.is_some()))
        {
            self.add(Happened::Seen { owner: owner.clone(), contact: contact.clone() });
        }
    }

    fn pictured(&self, owner: &BareJid) {
        // Who is not there says it when coming.
        if self.parts.router.find(owner).is_some() {
            self.add(Happened::Pictured { owner: owner.clone() });
        }
    }
}

impl Interested for Events {
    fn wants_more(&self, session: &Arc<Session>, interests: &Arc<Interests>, before: Option<&Interests>) {
        let nodes = before.map(|before| {
            interests.nodes().filter(|node| !before.wants(node)).map(str::to_owned).collect::<Vec<String>>()
        });
        if self.lock().arrive(Arrival { session: Arc::downgrade(session), nodes, after: None }) {
            self.bell.notify_one();
        } else {
            EventMeters::count(&self.meters.lost);
        }
    }
}

impl Events {
    /// With nothing to tell yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            meters: EventMeters::default(),
            queue: Mutex::default(),
            bell: Notify::new(),
            quiet: Notify::new(),
        }
    }

    /// Tells whatever there is to tell, and never ends: whoever runs the process stops it.
    ///
    /// # Cancel safety
    /// What is being told when it is dropped is told to some only.
    pub async fn run(&self) {
        loop {
            while self.step().await {}
            self.quiet.notify_waiters();
            // Clients that take their time, and requests that end, are looked at now and then; else this sleeps.
            let waits = self.lock().is_waiting() || !self.parts.asks.is_empty();
            if waits {
                let _ = tokio::time::timeout(TICK, self.bell.notified()).await;
                self.parts.asks.sweep();
                self.lock().look_again();
            } else {
                self.bell.notified().await;
            }
        }
    }

    /// Resolves when all is told to whoever takes it at once: for tests, which wait for nothing else. Somebody has to
    /// [`Self::run`] it.
    pub async fn until_quiet(&self) {
        loop {
            let quiet = self.quiet.notified();
            if self.lock().is_quiet() {
                return;
            }
            quiet.await;
        }
    }

    /// Tells the next thing. False where there is none.
    async fn step(&self) -> bool {
        let (happened, arrival) = {
            let mut queue = self.lock();
            match queue.next() {
                Some(happened) => (Some(happened), None),
                None => (None, queue.next_arrival()),
            }
        };
        let told = match (happened, arrival) {
            (Some(Happened::Changed(change)), _) => self.tell(&change).await,
            (Some(Happened::Seen { owner, contact }), _) => self.show(owner, &contact).await,
            (Some(Happened::Pictured { owner }), _) => {
                self.parts.presence.pictured(&owner).await;
                Ok(())
            }
            (None, Some(arrival)) => self.greet(arrival).await,
            (None, None) => return false,
        };
        match told {
            // The account may be gone by now.
            Ok(()) | Err(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. }) => {}
            Err(error) => tracing::error!(target: "parlour::pubsub", %error, "readers could not be found"),
        }
        true
    }

    fn add(&self, happened: Happened) {
        let taken = self.lock().add(happened);
        if taken {
            self.bell.notify_one();
        } else if EventMeters::count(&self.meters.lost) == 0 {
            tracing::warn!(target: "parlour::pubsub", "more is published than can be told; the rest is found by asking");
        }
    }

    /// Tells a change to all that may read it, are there, and want to hear it.
    async fn tell(&self, change: &PubsubChange) -> Result<(), StoreError> {
        let (owner, node) = (change.owner(), change.node());
        let from = Arc::new(Jid::from(owner.clone()));
        let Some(stanza) = event_of(change).and_then(|event| message(&node.config, &from, &event)) else {
            return Ok(());
        };
        let live = self.parts.router.find(owner);
        if let Some(live) = &live {
            self.push(live, owner, &node.name, &stanza);
        }
        let contacts = self.parts.rosters.contacts(owner).await?;
        let blocked = match live {
            Some(live) => Arc::clone(&live.view().blocked),
            None => self.parts.views.view(owner).await?.map(|view| view.blocked).unwrap_or_default(),
        };
        let roster = match node.config.access_model {
            AccessModel::Roster => Some(self.parts.rosters.read(owner).await?.0),
            _ => None,
        };
        let groups: HashMap<&BareJid, &Vec<String>> =
            roster.iter().flat_map(|roster| &roster.items).map(|item| (&item.contact, &item.groups)).collect();
        for (at, contact) in contacts.who_see().enumerate() {
            if at % AT_A_STRETCH == AT_A_STRETCH - 1 {
                tokio::task::yield_now().await;
            }
            let Some(live) = self.reader(contact, &from, &blocked) else { continue };
            let who = contact.jid.to_bare();
            let wanted = live.view().resources.iter().any(|r| wants(r, &node.name));
            if !wanted {
                continue;
            }
            let groups = groups.get(&who).map(|groups| groups.to_vec()).unwrap_or_default();
            let standing = Standing::Contact { sees: true, wanted: contact.state.sees_contact(), groups };
            if may_read(&node.config, &who, &standing).is_ok() {
                self.push(&live, &who, &node.name, &stanza);
            }
        }
        Ok(())
    }

    /// A contact that is here, neither blocked nor blocking.
    fn reader(&self, contact: &Contact, from: &Jid, blocked: &BlockList) -> Option<Arc<Live>> {
        if !self.parts.locals.owns(&contact.jid) || blocked.blocks(&contact.jid) {
            return None;
        }
        let live = self.parts.router.find(&contact.jid)?;
        let view = live.view();
        (view.active && !view.blocked.blocks(from)).then_some(live)
    }

    /// To all clients of an account that are there and want it.
    fn push(&self, live: &Live, who: &BareJid, node: &str, stanza: &Stanza) {
        for (resource, outbox) in live.outboxes() {
            if wants(&resource, node)
                && let Ok(to) = who.with_resource_str(&resource.name)
                && outbox.push(Out::plain(stanza.clone()).stamped(None, Some(Arc::new(to.into())))).is_ok()
            {
                EventMeters::count(&self.meters.sent);
            }
        }
    }

    /// A contact has come to see an account: its clients are told what there is.
    async fn show(&self, owner: BareJid, contact: &BareJid) -> Result<(), StoreError> {
        let Some(live) = self.parts.router.find(contact) else { return Ok(()) };
        let view = live.view();
        let interests = view.resources.iter().filter_map(|resource| resource.interests.as_ref());
        let mut nodes: Vec<String> = interests.flat_map(|all| all.nodes()).map(str::to_owned).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let from = Jid::from(owner.clone());
        if nodes.is_empty() || !view.active || view.blocked.blocks(&from) {
            return Ok(());
        }
        let now = self.parts.clock.wall();
        for (owner, last) in self.parts.store.news(vec![owner], nodes, contact.clone(), now).await?.found {
            if let Some(stanza) = news(owner, &last) {
                self.push(&live, contact, &last.node.name, &stanza);
            }
        }
        Ok(())
    }

    /// Tells a client that has come some of what there is.
    async fn greet(&self, mut arrival: Arrival) -> Result<(), StoreError> {
        let Some(session) = arrival.session.upgrade().filter(|session| is_told(session)) else { return Ok(()) };
        if !session.outbox.has_room() {
            self.lock().wait(arrival);
            return Ok(());
        }
        let owners = match self.owners(&session, arrival.after.as_deref()).await {
            Ok(owners) => owners,
            Err(error) => return self.later(arrival, error),
        };
        let (all, last) = (owners.len() < OWNERS_AT_A_TIME, owners.clone());
        let (nodes, now) = (arrival.nodes(&session), self.parts.clock.wall());
        let read = match self.parts.store.news(owners, nodes, session.bare().clone(), now).await {
            Ok(read) => read,
            Err(error) => return self.later(arrival, error),
        };
        // Nothing is waited for from here to the end, so that nothing newer is told before it.
        let view = session.live.view();
        let interests = view.resource(session.resource()).and_then(|resource| resource.interests.as_ref());
        for (owner, last) in read.found {
            let is_wanted = interests.is_some_and(|interests| interests.wants(&last.node.name));
            if is_wanted
                && !view.blocked.blocks(&Jid::from(owner.clone()))
                && let Some(stanza) = news(owner, &last)
                && session.outbox.push(Out::plain(stanza).stamped(None, Some(Arc::clone(&session.from)))).is_ok()
            {
                EventMeters::count(&self.meters.sent);
            }
        }
        if let Some(looked) = last.get(..read.looked).and_then(<[_]>::last)
            && (!all || read.looked < last.len())
        {
            // The account itself comes before all contacts.
            let after = if looked == session.bare() { "" } else { looked.as_str() };
            arrival.after = Some(after.into());
            self.lock().go_on(arrival);
        }
        Ok(())
    }

    /// A store that has too much to do is asked again.
    fn later(&self, arrival: Arrival, error: StoreError) -> Result<(), StoreError> {
        if !matches!(error, StoreError::Busy { .. }) {
            return Err(error);
        }
        self.lock().wait(arrival);
        Ok(())
    }

    /// The account itself and those that it sees, of whose nodes it is told: the next of them, in order of address.
    async fn owners(&self, session: &Session, after: Option<&str>) -> Result<Vec<BareJid>, StoreError> {
        let contacts = self.parts.rosters.contacts(session.bare()).await?;
        let blocked = Arc::clone(&session.live.view().blocked);
        let own = after.is_none().then(|| session.bare().clone());
        let seen = contacts.whom_seen().map(|contact| &contact.jid);
        let left = seen.filter(|jid| jid.as_str() > after.unwrap_or_default());
        let here = left.filter(|jid| self.parts.locals.owns(jid) && !blocked.blocks(jid));
        Ok(own.into_iter().chain(here.map(|jid| jid.to_bare())).take(OWNERS_AT_A_TIME).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Every change under this lock is complete before anything can panic.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client is there and has said what it wants.
fn is_told(session: &Session) -> bool {
    let view = session.live.view();
    !session.outbox.is_closed() && view.resource(session.resource()).is_some_and(|r| r.interests.is_some())
}

fn wants(resource: &ResourceView, node: &str) -> bool {
    resource.is_available() && resource.interests.as_ref().is_some_and(|interests| interests.wants(node))
}

/// What readers are told of a change, if anything.
fn event_of(change: &PubsubChange) -> Option<Element> {
    let node = change.node();
    let (name, config) = (&*node.name, &node.config);
    match change {
        PubsubChange::Published { item, .. } => Some(event::published(name, [shown(config, item)])),
        PubsubChange::Retracted { id, notify, .. } => notify.then(|| event::retracted(name, [&**id])),
        PubsubChange::Purged { .. } => config.notify_retract.then(|| event::purged(name)),
        PubsubChange::Deleted { .. } => config.notify_delete.then(|| event::deleted(name)),
        PubsubChange::Configured { .. } => config.notify_config.then(|| event::configured(name)),
        PubsubChange::Created { .. } => None,
    }
}

/// The newest item, for whoever comes.
fn news(owner: BareJid, last: &Last) -> Option<Stanza> {
    let config = &last.node.config;
    message(config, &owner.into(), &event::published(&last.node.name, [shown(config, &last.item)]))
}

fn shown(config: &NodeConfig, item: &Item) -> Element {
    // It was an element when it was published.
    let payload = item.payload.as_ref().filter(|_| config.deliver_payloads);
    event::item(&item.id, payload.and_then(|payload| Element::parse(payload.as_bytes(), ns::CLIENT).ok()))
}

fn message(config: &NodeConfig, from: &Jid, event: &Element) -> Option<Stanza> {
    let kind = match config.notification_type {
        // The absence of a type is what the word means.
        NotificationType::Normal => "",
        NotificationType::Headline => "headline",
    };
    Stanza::build(Kind::Message, kind, "", None, Some(from), &event.to_bytes(ns::CLIENT)).ok()
}

/// How often clients that take their time are looked at.
const TICK: Duration = Duration::from_secs(1);

/// Contacts looked at before others get their turn.
pub(crate) const AT_A_STRETCH: usize = 512;

/// Accounts whose newest items are read at a time (a guess: some milliseconds of one of the store's readers).
const OWNERS_AT_A_TIME: usize = 32;

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
