//! Who is woken for what: called where messages are delivered, connections are lost and requests come in. Never waits and
//! never asks the store.
//!
//! Each message wakes a client once: at once if it is not there, else when its connection is lost before it has it. What
//! has woken it is marked in its queue (`Wake`).

use std::sync::Arc;

use parlour_domain::HostPolicy;
use parlour_domain::delivery::MessageFacts;
use parlour_domain::push::{self, PushTarget, PushTargets, Whereabouts};
use parlour_domain::view::bare_str;
use parlour_router::{Landed, Live, Out, Outbox, Wake};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::payload::carbons;
use parlour_xmpp::payload::push::Summary;
use parlour_xmpp::stanza::{Stanza, Tag};
use smallvec::SmallVec;

use super::Queue;
use crate::Engine;
use crate::locals::Locals;
use crate::session::Session;

/// A message on its way to an account some of whose clients may have to be woken.
#[derive(Debug, Default)]
pub(crate) struct Waking {
    targets: PushTargets,
    /// Who has it in its queue, and whether its connection is lost.
    queued: SmallVec<[(Arc<str>, Landed); 2]>,
}

impl Waking {
    /// For a message to `to` that `facts` are of; `targets` are its account's.
    pub(crate) fn new(
        targets: Option<&Arc<[PushTarget]>>,
        facts: &MessageFacts,
        stanza: &Stanza,
        from: &Jid,
        to: &Jid,
    ) -> Self {
        // Most accounts have none, and nothing is looked at for them.
        let targets = targets.filter(|_| push::matters(facts, stanza, bare_str(from) == bare_str(to)));
        Self { targets: targets.cloned(), queued: SmallVec::new() }
    }

    /// How it is queued for one client.
    pub(crate) fn wake(&self, resource: &str) -> Wake {
        if self.of(resource).next().is_some() { Wake::Due } else { Wake::No }
    }

    /// It was queued for one client.
    pub(crate) fn queued(&mut self, resource: &Arc<str>, landed: Landed) {
        if self.of(resource).next().is_some() {
            self.queued.push((Arc::clone(resource), landed));
        }
    }

    /// It is delivered as far as it can be: whoever is not there is woken. `kept`: they find it when they come.
    pub(crate) fn done(self, engine: &Engine, live: &Live, stanza: &Stanza, from: &Jid, kept: bool) {
        let Some(targets) = &self.targets else { return };
        let mut summary = None;
        for target in targets.iter() {
            let queued = self.queued.iter().find(|(resource, _)| **resource == *target.resource);
            let (client, queued) = match queued {
                // Looked at again, it might be lost by now, and then has been woken for it already.
                Some((_, Landed::Connected)) => (Whereabouts::Connected, true),
                Some((_, Landed::Parked)) => (Whereabouts::Parked, true),
                None => (whereabouts(Some(live), &target.resource), false),
            };
            if push::wakes(client, queued, kept) {
                let what =
                    summary.get_or_insert_with(|| said(engine.locals.policy(host(live)).as_deref(), stanza, from));
                engine.pushes.add(live.bare(), target, what);
            }
        }
    }

    fn of(&self, resource: &str) -> impl Iterator<Item = &PushTarget> {
        self.targets.iter().flat_map(|targets| targets.iter()).filter(move |target| *target.resource == *resource)
    }
}

/// A message waits for an account whose registrations are not at hand.
pub(crate) fn unknown(queue: &Queue, locals: &Locals, (facts, stanza): (&MessageFacts, &Stanza), from: &Jid, to: &Jid) {
    if push::matters(facts, stanza, bare_str(from) == bare_str(to)) {
        let policy = locals.policy(to.domain().as_str());
        queue.call(&to.to_bare(), said(policy.as_deref(), stanza, from));
    }
}

/// The connection of a client is lost, which may come back: it is woken for what it has not acknowledged.
pub(crate) fn lost(engine: &Engine, session: &Session) {
    overdue(engine, session, &session.outbox.overdue());
}

/// A client is gone for good, and these were left in its queue.
pub(crate) fn left(engine: &Engine, session: &Session, left: &[Out]) {
    // Where another client has taken the resource, that one gets it.
    if whereabouts(Some(&session.live), session.resource()) == Whereabouts::Absent {
        let due: Vec<Out> = left.iter().filter(|out| out.wake == Wake::Due).cloned().collect();
        overdue(engine, session, &due);
    }
}

fn overdue(engine: &Engine, session: &Session, due: &[Out]) {
    let Some(last) = due.last() else { return };
    let Some(targets) = session.live.view().pushes.clone() else { return };
    let (stanza, from) = original(last);
    let from = from.as_ref().or(last.from.as_deref()).or_else(|| stanza.from()).unwrap_or(&session.account);
    let policy = engine.locals.policy(session.domain());
    let summary =
        Summary { messages: u32::try_from(due.len()).unwrap_or(u32::MAX), ..said(policy.as_deref(), &stanza, from) };
    for target in targets.iter().filter(|target| *target.resource == *session.resource()) {
        engine.pushes.add(session.live.bare(), target, &summary);
    }
}

/// A message as it was sent, also where a client has a copy of it, and then who sent it.
fn original(out: &Out) -> (Stanza, Option<Jid>) {
    let inside = || {
        let copy = out.stanza.child(Tag::Carbon)?.element().ok()?;
        let message = carbons::read(&copy).ok()?.1.stanza;
        Stanza::from_element(&message).ok()
    };
    match inside() {
        Some(message) => {
            let from = message.from().cloned();
            (message, from)
        }
        None => (out.stanza.clone(), None),
    }
}

/// What a notification says of a message: as much as the host lets it.
pub(crate) fn said(policy: Option<&HostPolicy>, stanza: &Stanza, from: &Jid) -> Summary {
    let mut summary = Summary { messages: 1, ..Summary::default() };
    let Some(policy) = policy else { return summary };
    if policy.push_notification_with_sender {
        summary.sender = Some(from.as_str().to_owned());
    }
    summary.body = policy.push_notification_important_body.clone();
    // What is encrypted has a body only to say so.
    if policy.push_notification_with_body && !stanza.has(Tag::Encrypted) {
        let body = push::body(stanza).map(|mut text| {
            text.truncate(text.floor_char_boundary(MAX_BODY_BYTES));
            text
        });
        summary.body = body.or(summary.body);
    }
    summary
}

/// Where a client is.
pub(crate) fn whereabouts(live: Option<&Live>, resource: &str) -> Whereabouts {
    match live.and_then(|live| live.outbox(resource)) {
        None => Whereabouts::Absent,
        Some(outbox) => of(&outbox),
    }
}

fn of(outbox: &Outbox) -> Whereabouts {
    if outbox.takes_nothing() {
        Whereabouts::Absent
    } else if outbox.is_parked() {
        Whereabouts::Parked
    } else {
        Whereabouts::Connected
    }
}

fn host(live: &Live) -> &str {
    live.bare().rsplit_once('@').map_or(live.bare(), |(_, host)| host)
}

/// Bytes of a message that a notification tells: what fits on a locked screen, and into 4 KB, which is all that the
/// services of phones take.
const MAX_BODY_BYTES: usize = 1_024;

impl Queue {
    /// Somebody asks to become a contact.
    pub(crate) fn requested(&self, owner: &BareJid) {
        self.call(owner, Summary { requests: 1, ..Summary::default() });
    }
}
