//! A presence's way: a client's own, a subscription, or one directed to somebody.
//!
//! Spec: RFC 6121 §4.2 to §4.6 (a client's presence and probes), §4.7.2.3 (priority), §8.5; XEP-0398 v1.0.0, §4 (the picture).

use std::sync::Arc;

use parlour_domain::delivery;
use parlour_domain::profile::picture::{self, PictureHash};
use parlour_router::Out;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{PresenceType, Stamp, Stanza, Strip, Tag};

use super::{Traveller, bounce, iq, locate, refuse, unwanted};
use crate::session::{Origin, Session};
use crate::window::{Entry, Found, Place};
use crate::{Engine, sessions};

pub(super) fn accept(engine: &Arc<Engine>, origin: &Origin, t: Traveller, found: Option<Found>) -> Entry {
    let Ok(kind) = t.stanza.presence_type() else {
        bounce(engine, origin, &t, StanzaError::bad_request());
        return Entry::Done;
    };
    if let Origin::Client(session) = origin {
        if t.stanza.to().is_none() {
            return of_itself(engine, session, t);
        }
        if let Err(refusal) = delivery::admit_from(&session.live.view(), &t.from, &t.to, &t.stanza) {
            refuse(engine, origin, &t, refusal);
            return Entry::Done;
        }
        if is_subscription(kind) {
            return Entry::Act(engine.presence.subscription(session, &t.to, t.stanza));
        }
        match kind {
            // §4.6.3: whoever was told that a client is there is told when it goes.
            PresenceType::Available if !session.outbox.directed.add(&t.to) => {
                bounce(engine, origin, &t, StanzaError::resource_constraint());
                return Entry::Done;
            }
            PresenceType::Unavailable => session.outbox.directed.remove(&t.to),
            _ => {}
        }
    }
    let t = match origin {
        Origin::Client(session) if kind == PresenceType::Available => {
            let view = session.live.view();
            match pictured(&t.stanza, None, view.picture.as_ref()) {
                Some(stanza) => Traveller { stanza, ..t },
                None => t,
            }
        }
        _ => t,
    };
    if !engine.locals.owns(&t.to) {
        iq::pass_out(engine, origin, &t);
        return Entry::Done;
    }
    if t.to.node().is_none() {
        return Entry::Done;
    }
    let live = match locate(engine, origin, &t, Place::Head, found) {
        Ok(live) => live,
        Err(entry) => return entry,
    };
    let view = live.as_ref().map(|live| live.view());
    if view.as_ref().is_some_and(|v| !delivery::admit_to(v, &t.to, &t.from)) {
        unwanted(engine, origin, &t);
        return Entry::Done;
    }
    if is_subscription(kind) || kind == PresenceType::Probe {
        return match engine.presence.inbound(&t.from, &t.to.to_bare(), t.stanza) {
            Some(work) => Entry::Act(work),
            None => Entry::Done,
        };
    }
    let resource = t.to.resource().map(|r| r.as_str());
    let route = delivery::directed(&t.stanza, resource, view.as_deref());
    if let Some(live) = live {
        for name in &route.deliver {
            let out = Out::plain(t.stanza.clone()).stamped(Some(Arc::clone(&t.from)), None);
            // Presence that finds nobody any more is dropped.
            drop(live.push(name, out));
        }
    }
    Entry::Done
}

/// What a client says of itself.
pub(super) fn of_itself(engine: &Arc<Engine>, session: &Arc<Session>, t: Traveller) -> Entry {
    match t.stanza.presence_type() {
        Ok(PresenceType::Available) => available(engine, session, t),
        Ok(PresenceType::Unavailable) => unavailable(engine, session, t),
        // The rest means nothing without an addressee.
        _ => Entry::Done,
    }
}

/// A client is there, or says something new about itself.
fn available(engine: &Arc<Engine>, session: &Arc<Session>, t: Traveller) -> Entry {
    let priority = priority(&t.stanza);
    let before = session.live.view().resource(session.resource()).and_then(|r| r.priority);
    if priority < 0 || before.is_some_and(|p| p >= 0) {
        return match announce(engine, session, &t, priority, before.is_none()) {
            Some(work) => Entry::Act(work),
            None => Entry::Done,
        };
    }
    // It takes messages from here on. What waits for it goes first, so that ids come in order.
    let (engine, session) = (Arc::clone(engine), Arc::clone(session));
    Entry::Act(Box::pin(async move {
        sessions::hand_over(&engine, &session).await;
        if let Some(work) = announce(&engine, &session, &t, priority, before.is_none()) {
            work.await;
        }
        // What was written while it was not yet seen to be there.
        sessions::hand_over(&engine, &session).await;
    }))
}

fn announce(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    t: &Traveller,
    priority: i8,
    initial: bool,
) -> Option<crate::BoxFuture<()>> {
    let no_picture = picture::denies(&t.stanza);
    let mut shown = session.live.view().picture;
    let stanza = loop {
        let stanza = match pictured(&t.stanza, Some(&t.from), shown.as_ref()) {
            Some(stanza) => stanza,
            None => t.stanza.stamped(&Stamp { from: Some(&t.from), ..Stamp::default() }).ok()?,
        };
        session.live.update_resource(session.resource(), &session.outbox, |r| {
            r.priority = Some(priority);
            r.presence = Some(stanza.clone());
            r.no_picture = no_picture;
        });
        // Each turn means that somebody changed the picture meanwhile, and did not see this presence.
        match session.live.view().picture {
            now if now == shown => break stanza,
            now => shown = now,
        }
    };
    session.set_present(true);
    engine.caps.announced(session, &stanza);
    engine.presence.broadcast(session, stanza, initial)
}

/// A client says that it is no longer there, and stays connected.
fn unavailable(engine: &Arc<Engine>, session: &Arc<Session>, t: Traveller) -> Entry {
    let was = session.live.view().resource(session.resource()).is_some_and(|r| r.is_available());
    session.live.update_resource(session.resource(), &session.outbox, |r| {
        r.priority = None;
        r.presence = None;
        r.interests = None;
    });
    let stamp = Stamp { from: Some(&t.from), ..Stamp::default() };
    let Ok(stanza) = t.stanza.stamped(&stamp) else { return Entry::Done };
    // §4.6.3: also to those it was directed to.
    for to in session.outbox.directed.take() {
        sessions::send_directed(engine, session, stanza.clone(), to);
    }
    session.set_present(false);
    if !was {
        return Entry::Done;
    }
    match engine.presence.broadcast(session, stanza, false) {
        Some(work) => Entry::Act(work),
        None => Entry::Done,
    }
}

/// XEP-0398 §4: an available presence with what the server knows of the picture, and stamped `from`. `None`: it says the
/// right thing as it is.
fn pictured(stanza: &Stanza, from: Option<&Jid>, shown: Option<&PictureHash>) -> Option<Stanza> {
    let add = picture::shown(stanza, shown)?;
    stanza.stamped(&Stamp { from, strip: Strip::tags(&[Tag::VcardUpdate]), add: &add, ..Stamp::default() }).ok()
}

fn is_subscription(kind: PresenceType) -> bool {
    matches!(
        kind,
        PresenceType::Subscribe | PresenceType::Subscribed | PresenceType::Unsubscribe | PresenceType::Unsubscribed
    )
}

/// §4.7.2.3: a number from -128 to 127; 0 where there is none or it is none.
fn priority(stanza: &Stanza) -> i8 {
    stanza
        .find(ns::CLIENT, "priority")
        .and_then(|child| child.element().ok())
        .and_then(|element| element.text().trim().parse().ok())
        .unwrap_or(0)
}
