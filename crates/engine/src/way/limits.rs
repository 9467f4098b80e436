//! Whether a client may send what it sends: before anything else is done with a stanza, and once for each.
//!
//! What is over a budget is answered with `policy-violation` and `too-many-stanzas`, type `wait`: nothing is lost that the
//! client is not told of. What a client says of itself is told a moment later instead, and only the last of it, as nobody
//! wants to hear what no longer holds. Answers to requests and the end of a
//! directed presence are never refused; a message that is an error counts as one, and over the limit is dropped unanswered, as
//! errors are (RFC 6120 §8.3.1).
//!
//! Spec: XEP-0205 v1.0.2 §4.6 and §4.9, RFC 6120 §8.3.3.12 (policy-violation).

use std::sync::Arc;

use parlour_domain::sending::Sent;
use parlour_xmpp::error::{ErrorType, StanzaError};
use parlour_xmpp::jid::Jid;
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{IqType, Kind, PresenceType, Stanza};
use parlour_xmpp::xml::Element;

use super::{Sees, Traveller, bounce, look_up, presence};
use crate::Engine;
use crate::iq::BoxFuture;
use crate::meters::Meters;
use crate::session::{Origin, Session};
use crate::window::{Entry, Found, Place};

/// What becomes of a stanza.
enum Verdict {
    Passes,
    Refused,
    /// Told later, or of no use any more.
    Dropped,
    /// The store knows whether somebody is a contact.
    Asked(BoxFuture<bool>),
}

/// Counts a stanza.
///
/// # Errors
/// What is to be done instead of going on with it.
pub(super) fn admit(
    engine: &Arc<Engine>,
    origin: &Origin,
    session: &Arc<Session>,
    t: Traveller,
    place: Place,
    found: Option<&Found>,
) -> Result<Traveller, Entry> {
    match found {
        Some(Found::Refused) => return Err(refused(engine, origin, session, &t)),
        Some(_) => return Ok(t),
        None if !session.allowance.is_new(t.number) => return Ok(t),
        None => {}
    }
    let verdict = match t.stanza.kind() {
        Kind::Message => message(engine, session, &t.to),
        Kind::Presence => said(engine, session, &t),
        Kind::Iq => request(engine, session, &t.stanza),
    };
    match verdict {
        Verdict::Passes => Ok(t),
        Verdict::Dropped => Err(Entry::Done),
        Verdict::Refused | Verdict::Asked(_) if place == Place::Behind => {
            session.allowance.count_again(t.number);
            Err(Entry::Held(t.stanza))
        }
        Verdict::Refused => Err(refused(engine, origin, session, &t)),
        Verdict::Asked(answer) => {
            let (engine, session, to) = (Arc::clone(engine), Arc::clone(session), Arc::clone(&t.to));
            let found = Box::pin(async move {
                if !answer.await {
                    return Found::Refused;
                }
                engine.sending.reached(&session, &to, &*engine.clock);
                if engine.locals.owns(&to) { look_up(&engine, &to.to_bare()).await } else { Found::Nobody }
            });
            Err(Entry::Locate(t.stanza, found))
        }
    }
}

fn message(engine: &Arc<Engine>, session: &Arc<Session>, to: &Jid) -> Verdict {
    if !engine.sending.may(session, Sent::Message, &*engine.clock) {
        return Verdict::Refused;
    }
    reach(engine, session, to)
}

/// Somebody is written to: a contact, somebody who was written to a moment ago, or somebody new.
fn reach(engine: &Arc<Engine>, session: &Arc<Session>, to: &Jid) -> Verdict {
    if engine.sending.has_reached(session, to) {
        return Verdict::Passes;
    }
    let own = to.node().is_none() || parlour_domain::view::bare_str(to) == session.live.bare();
    let known = if own { Sees::Known(true) } else { engine.presence.knows(to, session.bare()) };
    match known {
        Sees::Known(true) => {}
        // Where it is not known at once it is not asked either, while there is a budget.
        Sees::Known(false) | Sees::Asked(_) if engine.sending.may_reach(session, &*engine.clock) => {}
        Sees::Known(false) => return Verdict::Refused,
        Sees::Asked(answer) => return Verdict::Asked(answer),
    }
    engine.sending.reached(session, to, &*engine.clock);
    Verdict::Passes
}

fn request(engine: &Arc<Engine>, session: &Arc<Session>, stanza: &Stanza) -> Verdict {
    match stanza.iq_type() {
        // They are asked for, or go nowhere.
        Ok(IqType::Result | IqType::Error) => Verdict::Passes,
        _ if engine.sending.may(session, Sent::Request, &*engine.clock) => Verdict::Passes,
        _ => Verdict::Refused,
    }
}

fn said(engine: &Arc<Engine>, session: &Arc<Session>, t: &Traveller) -> Verdict {
    let kind = t.stanza.presence_type();
    // A question: apps put it to all contacts at once.
    if kind == Ok(PresenceType::Probe) {
        return match engine.sending.may(session, Sent::Request, &*engine.clock) {
            true => Verdict::Passes,
            false => Verdict::Dropped,
        };
    }
    let may = engine.sending.may(session, Sent::Presence, &*engine.clock);
    match (kind, t.stanza.to().is_some()) {
        (Ok(PresenceType::Available | PresenceType::Unavailable), false) => {
            session.allowance.tell_later((!may).then(|| t.stanza.clone()));
            if may {
                return Verdict::Passes;
            }
            Meters::count(&engine.meters.late_presences);
            noted(session, t.stanza.kind());
            Verdict::Dropped
        }
        // RFC 6121 §4.6.3: whoever was told that the client is there hears that it is not.
        (Ok(PresenceType::Unavailable), true) if may || session.outbox.directed.reaches(&t.to) => Verdict::Passes,
        (Ok(PresenceType::Unavailable | PresenceType::Error), _) if !may => Verdict::Dropped,
        _ if !may => Verdict::Refused,
        (Ok(PresenceType::Subscribe), true) => reach(engine, session, &t.to),
        _ => Verdict::Passes,
    }
}

fn refused(engine: &Arc<Engine>, origin: &Origin, session: &Arc<Session>, t: &Traveller) -> Entry {
    Meters::count(&engine.meters.over_limit);
    noted(session, t.stanza.kind());
    // DEVIATES XEP-0205 §4.6: unexpected-request was the nearest that RFC 3920 had. To apps it means that something came
    // out of turn; RFC 6120 has a condition for a local policy, and says that it may be waited out.
    let error = StanzaError::policy_violation()
        .with_type(ErrorType::Wait)
        .with_app(Element::new(ns::APP_ERRORS, "too-many-stanzas"));
    bounce(engine, origin, t, error);
    Entry::Done
}

/// Once for each session.
fn noted(session: &Session, kind: Kind) {
    if session.allowance.is_news() {
        let (request, account) = (session.request(), session.bare());
        tracing::info!(target: "parlour::limits", request, ?kind, "{account} sends more than it may, and is told to wait");
    }
}

/// Tells what a client said last of itself, if it is to be told still and there is a budget for it again. Gives what is
/// to be waited for.
pub fn late_presence(engine: &Arc<Engine>, session: &Arc<Session>) -> Option<BoxFuture<()>> {
    if !session.has_late_presence() || !engine.sending.may(session, Sent::Presence, &*engine.clock) {
        return None;
    }
    tell_late(engine, session)
}

/// The same without a look at the budget: the connection is lost, and until the client comes back nothing else would tell
/// what it said last. Gives what is to be waited for.
pub fn last_presence(engine: &Arc<Engine>, session: &Arc<Session>) -> Option<BoxFuture<()>> {
    tell_late(engine, session)
}

fn tell_late(engine: &Arc<Engine>, session: &Arc<Session>) -> Option<BoxFuture<()>> {
    let stanza = session.allowance.late_presence()?;
    let (from, to) = (Arc::clone(&session.from), Arc::clone(&session.account));
    // Presence is not kept, so that its number means nothing.
    match presence::of_itself(engine, session, Traveller { stanza, from, to, number: 0 }) {
        Entry::Act(work) => Some(work),
        _ => None,
    }
}
