//! An iq's way: answered here, or passed on to a client or another domain.
//!
//! Spec: RFC 6120 §8.2.3 and §10.5, RFC 6121 §8.5.

use std::sync::Arc;

use parlour_domain::HostName;
use parlour_domain::delivery;
use parlour_domain::view::bare_str;
use parlour_router::{Out, Outbox};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::xml::Element;

use super::{Sees, Traveller, answer, bounce, deliver, locate, refuse, unwanted};
use crate::Engine;
use crate::iq::{Addressee, Ctx, Handler, Iq, IqAnswer, IqKind, IqReply};
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
            (Some(host), Some(kind)) => match handler(engine, &t, kind, &Addressee::Host(host.clone())) {
                Ok(found) => answered(engine, origin, t, kind, Addressee::Host(host), found),
                Err(error) => {
                    bounce(engine, origin, &t, error);
                    Entry::Done
                }
            },
            _ => {
                unwanted(engine, origin, &t);
                Entry::Done
            }
        };
    }
    let Some(resource) = t.to.resource() else {
        return match request {
            Some(kind) => of_account(engine, origin, t, kind, found),
            None => Entry::Done,
        };
    };
    // Nobody is looked up: a client that is here has its account in the table, and a name that is free takes as long as any
    // other (ATTACKS 47).
    let live = engine.router.find(&t.to);
    let outbox = live.and_then(|live| {
        delivery::admit_to(&live.view(), &t.to, &t.from).then(|| live.outbox(resource.as_str())).flatten()
    });
    let Some(outbox) = outbox else {
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

/// Answered by the server for an account.
fn of_account(engine: &Arc<Engine>, origin: &Origin, t: Traveller, kind: IqKind, found: Option<Found>) -> Entry {
    let to = Addressee::Account(t.to.to_bare());
    // Before the account is looked at: what nobody answers is refused alike for all of them (ATTACKS 47).
    let handler = match handler(engine, &t, kind, &to) {
        Ok(handler) => handler,
        Err(error) => {
            bounce(engine, origin, &t, error);
            return Entry::Done;
        }
    };
    let live = match locate(engine, origin, &t, Place::Head, found) {
        Ok(live) => live,
        Err(entry) => return entry,
    };
    if live.is_some_and(|live| !delivery::admit_to(&live.view(), &t.to, &t.from)) {
        unwanted(engine, origin, &t);
        return Entry::Done;
    }
    answered(engine, origin, t, kind, to, handler)
}

/// Who answers a request, and its payload.
fn handler(engine: &Engine, t: &Traveller, kind: IqKind, to: &Addressee) -> Result<(Handler, Element), StanzaError> {
    // RFC 6120 §8.2.3: a request has exactly one child.
    let child = t.stanza.iq_payload().map_err(|_| StanzaError::bad_request())?;
    let own = match to {
        Addressee::Account(account) => account.as_str() == bare_str(&t.from),
        Addressee::Host(_) => true,
    };
    let handler = engine.handlers.get().and_then(|map| map.find(kind, child.ns(), child.name()));
    let handler = handler.filter(|(target, _)| target.takes(to, own)).ok_or_else(StanzaError::service_unavailable)?;
    let payload = child.element().map_err(|_| StanzaError::bad_request())?;
    Ok((Arc::clone(&handler.1), payload))
}

/// Answered by a handler, for a host or an account.
fn answered(
    engine: &Arc<Engine>,
    origin: &Origin,
    t: Traveller,
    kind: IqKind,
    to: Addressee,
    (handler, payload): (Handler, Element),
) -> Entry {
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
