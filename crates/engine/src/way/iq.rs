//! An iq's way: answered here, or passed on to a client or another domain.
//!
//! Spec: RFC 6120 §8.2.3 and §10.5, RFC 6121 §8.5.

use std::sync::Arc;

use parlour_domain::HostName;
use parlour_domain::delivery;
use parlour_domain::view::bare_str;
use parlour_router::{Out, Outbox};
use parlour_xmpp::error::StanzaError;

use super::{Sees, Traveller, answer, bounce, deliver, locate, refuse, unwanted};
use crate::Engine;
use crate::iq::{Addressee, Ctx, Iq, IqAnswer, IqKind, IqReply};
use crate::meters::Meters;
use crate::session::Origin;
use crate::window::{Entry, Found, Place};

pub(super) fn accept(engine: &Arc<Engine>, origin: &Origin, t: Traveller, found: Option<Found>) -> Entry {
    let Ok(kind) = t.stanza.iq_type() else {
        bounce(engine, origin, &t, StanzaError::bad_request());
        return Entry::Done;
    };
    if let Origin::Client(session) = origin
        && let Err(refusal) = delivery::admit_from(&session.live.view(), &t.from, &t.to, &t.stanza)
    {
        refuse(engine, origin, &t, refusal);
        return Entry::Done;
    }
    let request = IqKind::of(kind);
    if !engine.locals.owns(&t.to) {
        if request.is_some() {
            note(origin, &t);
        }
        if !pass_out(engine, origin, &t) && request.is_some() {
            forget(origin, &t);
        }
        return Entry::Done;
    }
    if request.is_none() && t.to.resource().is_none() {
        // Before blocking is looked at: the server has asked, whoever it was.
        if !engine.asks.settle(&t.from, &t.to, &t.stanza) {
            Meters::count(&engine.meters.stray_answers);
        }
        return Entry::Done;
    }
    if t.to.node().is_none() {
        let host = t.to.resource().is_none().then(|| HostName::parse(t.to.domain().as_str())).flatten();
        return match (host, request) {
            (Some(host), Some(kind)) => answered(engine, origin, t, kind, Addressee::Host(host)),
            _ => {
                unwanted(engine, origin, &t);
                Entry::Done
            }
        };
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
    let Some(resource) = t.to.resource() else {
        let to = Addressee::Account(t.to.to_bare());
        return request.map_or(Entry::Done, |kind| answered(engine, origin, t, kind, to));
    };
    let Some(outbox) = live.and_then(|live| live.outbox(resource.as_str())) else {
        unwanted(engine, origin, &t);
        return Entry::Done;
    };
    if request.is_none() {
        // ATTACKS 44: only whom the client has asked that can answer.
        if outbox.asked.settle(&t.from, &t.stanza.id().unwrap_or_default()) {
            // To a client that takes nothing an answer is lost.
            hand(&t, &outbox);
        } else {
            Meters::count(&engine.meters.stray_answers);
        }
        return Entry::Done;
    }
    let asks = !matches!(origin, Origin::Server);
    if !asks || bare_str(&t.from) == bare_str(&t.to) || outbox.directed.reaches(&t.from) {
        ask(engine, origin, &t, &outbox);
        return Entry::Done;
    }
    // RFC 6121 §8.5.3.1: who may not see that a client is there cannot ask it either, or its answer would tell.
    match engine.presence.sees(&t.from, &t.to.to_bare()) {
        Sees::Known(true) => ask(engine, origin, &t, &outbox),
        Sees::Known(false) => unwanted(engine, origin, &t),
        Sees::Asked(answer) => {
            let (engine, origin) = (Arc::clone(engine), origin.clone());
            return Entry::Act(Box::pin(async move {
                if answer.await { ask(&engine, &origin, &t, &outbox) } else { unwanted(&engine, &origin, &t) }
            }));
        }
    }
    Entry::Done
}

/// A request to a client here.
fn ask(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, outbox: &Outbox) {
    note(origin, t);
    if !hand(t, outbox) {
        forget(origin, t);
        unwanted(engine, origin, t);
    }
}

/// To a client here. False where it takes nothing.
fn hand(t: &Traveller, outbox: &Outbox) -> bool {
    outbox.push(Out::plain(t.stanza.clone()).stamped(Some(Arc::clone(&t.from)), None)).is_ok()
}

/// The client may be answered by whom it asks: noted before the request goes, as the answer may be quick.
fn note(origin: &Origin, t: &Traveller) {
    if let Origin::Client(session) = origin {
        session.outbox.asked.note(&t.to, &t.stanza.id().unwrap_or_default());
    }
}

/// The request went nowhere, so the server answers itself.
fn forget(origin: &Origin, t: &Traveller) {
    if let Origin::Client(session) = origin {
        session.outbox.asked.settle(&t.to, &t.stanza.id().unwrap_or_default());
    }
}

/// To another domain. False where it was not taken, and was answered with an error.
pub(super) fn pass_out(engine: &Arc<Engine>, origin: &Origin, t: &Traveller) -> bool {
    let out = Out::plain(t.stanza.clone()).stamped(Some(Arc::clone(&t.from)), None);
    if let Err(why) = engine.router.send_out(&t.to, out) {
        bounce(engine, origin, t, deliver::no_exit(why));
        return false;
    }
    true
}

/// Answered by a handler, for a host or an account.
fn answered(engine: &Arc<Engine>, origin: &Origin, t: Traveller, kind: IqKind, to: Addressee) -> Entry {
    // RFC 6120 §8.2.3: a request has exactly one child.
    let Ok(child) = t.stanza.iq_payload() else {
        bounce(engine, origin, &t, StanzaError::bad_request());
        return Entry::Done;
    };
    let own = match &to {
        Addressee::Account(account) => account.as_str() == bare_str(&t.from),
        Addressee::Host(_) => true,
    };
    let handler = engine.handlers.get().and_then(|map| map.find(kind, child.ns(), child.name()));
    let Some((_, handler)) = handler.filter(|(target, _)| target.takes(&to, own)) else {
        bounce(engine, origin, &t, StanzaError::service_unavailable());
        return Entry::Done;
    };
    let Ok(payload) = child.element() else {
        bounce(engine, origin, &t, StanzaError::bad_request());
        return Entry::Done;
    };
    let iq = Iq { stanza: t.stanza.clone(), from: (*t.from).clone(), to, is_set: kind == IqKind::Set, payload };
    let ctx = Ctx { engine: Arc::clone(engine), origin: origin.clone() };
    match handler(&ctx, iq) {
        IqAnswer::Now(reply) => {
            finish(engine, origin, &t, reply);
            Entry::Done
        }
        IqAnswer::Later(work) => {
            let work = Box::pin(async move {
                let reply = work.await;
                finish(&ctx.engine, &ctx.origin, &t, reply);
            });
            match kind {
                IqKind::Get => Entry::Aside(work),
                IqKind::Set => Entry::Act(work),
            }
        }
    }
}

fn finish(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, reply: IqReply) {
    match reply {
        Ok(payload) => answer(engine, origin, t, t.stanza.result_reply(payload.as_ref())),
        Err(error) => bounce(engine, origin, t, error),
    }
}
