//! Deliver and Copy: into the queues of those who get a message.

use std::sync::Arc;

use parlour_domain::archive::ArchiveId;
use parlour_domain::delivery::{self, MessageFacts};
use parlour_router::{Live, NoExit, Out, Shared};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::{DefaultNs, Kind, Stamp, Stanza};
use parlour_xmpp::{ns, xml};

use super::{Traveller, bounce, refuse};
use crate::Engine;
use crate::archive_ids::ArchiveIds;
use crate::iq::BoxFuture;
use crate::keeper::{KeptAs, Undelivered};
use crate::meters::Meters;
use crate::push::waking::{self, Waking};
use crate::session::Origin;

/// Delivers a message that may be delivered now: it is kept, or is not to be.
///
/// Gives what its sender's stream has to wait for, where it has to wait once more.
pub(super) fn message(
    engine: &Arc<Engine>,
    origin: &Origin,
    t: &Traveller,
    facts: &MessageFacts,
    kept: KeptAs,
) -> Option<BoxFuture<()>> {
    if kept.full {
        // XEP-0160 §3: said as if there were no offline storage.
        refuse(engine, origin, t, delivery::Refusal::Unavailable);
        return None;
    }
    let mut again = None;
    if engine.locals.owns(&t.to) {
        again = local(engine, origin, t, facts, kept);
    } else if let Err(why) =
        engine.router.send_out(&t.to, Out::plain(t.stanza.clone()).stamped(Some(Arc::clone(&t.from)), None))
    {
        bounce(engine, origin, t, no_exit(why));
    }
    sent_copies(engine, origin, t, facts, kept);
    again
}

/// The error for a stanza that no exit took.
pub(super) fn no_exit(why: NoExit) -> StanzaError {
    match why {
        NoExit::NotFound => StanzaError::remote_server_not_found(),
        NoExit::Full => StanzaError::resource_constraint(),
    }
}

fn local(
    engine: &Arc<Engine>,
    origin: &Origin,
    t: &Traveller,
    facts: &MessageFacts,
    kept: KeptAs,
) -> Option<BoxFuture<()>> {
    // Looked at again: the commit took its time, and people come and go.
    let live = engine.router.find(&t.to);
    let view = super::view_of(live.as_ref());
    let resource = t.to.resource().map(|r| r.as_str());
    let mut route = delivery::message(facts, resource, view.as_deref());
    if super::bare_str(&t.from) == super::bare_str(&t.to) {
        // XEP-0280 §8: no copy to whoever sent it.
        route.copy.retain(|name| t.from.resource().is_none_or(|r| r.as_str() != &**name));
    }
    let add = kept.recipient.map(|id| stanza_id(&engine.archive_ids, &t.to, id));
    let targets = view.as_ref().and_then(|view| view.pushes.as_ref());
    let mut waking = Waking::new(targets, facts, &t.stanza, &t.from, &t.to);
    if let Some(row) = kept.offline {
        if let Some(live) = &live {
            // XEP-0280 §6: a copy for those that do not take messages now. What waits is not given to them once more.
            route.copy.retain(|name| live.outbox(name).is_some_and(|outbox| outbox.handed.add(row)));
            if !route.copy.is_empty() {
                copies(engine, live, t, &route.copy, ("received", &t.to, Some(row)), add.as_deref(), &mut waking);
            }
            // Somebody may have come online while it was written: the offline rows go to them, in order.
            crate::sessions::hand_over_soon(live);
        }
        wake(engine, live.as_deref(), waking, t, facts, true);
        return None;
    }
    let alone = route.deliver.len() + route.copy.len() == 1;
    // Each client that goes without having taken it leaves it to the others; the last one leaves it to the next.
    let shared = (route.deliver.len() > 1 && kept.recipient.is_some()).then(|| Shared::among(route.deliver.len()));
    let (mut taken, mut lost) = (false, false);
    if let Some(live) = &live {
        for name in &route.deliver {
            let out = Out {
                add: add.clone(),
                kept: kept.recipient,
                alone,
                shared: shared.clone(),
                wake: waking.wake(name),
                ..Out::plain(t.stanza.clone()).stamped(Some(Arc::clone(&t.from)), None)
            };
            if let Ok(landed) = live.push(name, out) {
                taken = true;
                waking.queued(name, landed);
            } else if let Some(shared) = &shared {
                lost |= shared.is_lost();
            }
        }
        // What comes back to its sender was said to nobody.
        let refused = route.reply.is_some() && kept.recipient.is_none();
        if !route.copy.is_empty() && !refused {
            copies(engine, live, t, &route.copy, ("received", &t.to, None), add.as_deref(), &mut waking);
        }
    }
    wake(engine, live.as_deref(), waking, t, facts, kept.recipient.is_some());
    if taken && !lost {
        return None;
    }
    if kept.recipient.is_some() && facts.lasting() {
        return put_back(engine, t, kept.recipient, live.as_deref(), &route.copy);
    } else if kept.recipient.is_none()
        && let Some(refusal) = route.reply
    {
        refuse(engine, origin, t, refusal);
    }
    None
}

/// It was for somebody who has just left: the next client gets it, unless it has a copy. Gives what the sender's stream
/// waits for.
fn put_back(
    engine: &Arc<Engine>,
    t: &Traveller,
    kept: Option<i64>,
    live: Option<&Live>,
    copied: &[Arc<str>],
) -> Option<BoxFuture<()>> {
    if let (Some(live), Some(row)) = (live, kept) {
        for outbox in copied.iter().filter_map(|name| live.outbox(name)) {
            outbox.handed.add(row);
        }
    }
    let stanza = t.stanza.stamped(&Stamp { from: Some(&t.from), to: Some(&t.to), ..Stamp::default() }).ok()?;
    let row = Undelivered { kept, with: t.from.to_bare(), at: engine.clock.wall(), stanza };
    let put = engine.keeper.put_offline(&t.to.to_bare(), vec![row]);
    let (engine, to) = (Arc::clone(engine), Arc::clone(&t.to));
    Some(Box::pin(async move {
        put.await;
        // The next client may be there already.
        if let Some(live) = engine.router.find(&to) {
            crate::sessions::hand_over_soon(&live);
        }
    }))
}

/// Whoever is not there is woken; `kept`: they find it when they come (XEP-0357).
fn wake(engine: &Engine, live: Option<&Live>, waking: Waking, t: &Traveller, facts: &MessageFacts, kept: bool) {
    match live {
        Some(live) => waking.done(engine, live, &t.stanza, &t.from, kept),
        None if kept => waking::unknown(&engine.pushes, &engine.locals, (facts, &t.stanza), &t.from, &t.to),
        None => {}
    }
}

/// XEP-0280 §8: the sender's other clients see what it said.
fn sent_copies(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, facts: &MessageFacts, kept: KeptAs) {
    let Origin::Client(session) = origin else { return };
    if super::bare_str(&t.to) == session.live.bare() {
        // To oneself: who did not get it itself has got a copy as of something received.
        return;
    }
    let view = session.live.view();
    if view.resources.len() < 2 {
        return;
    }
    let names = delivery::sent_copies(facts, &view, Some(session.resource()));
    if names.is_empty() {
        return;
    }
    let add = kept.sender.map(|id| stanza_id(&engine.archive_ids, &session.account, id));
    copies(engine, &session.live, t, &names, ("sent", &session.account, None), add.as_deref(), &mut Waking::default());
}

/// Wraps the message once and gives it to each of them; `kept`: its row, where it also waits.
fn copies(
    engine: &Arc<Engine>,
    live: &Live,
    t: &Traveller,
    names: &[Arc<str>],
    (direction, account, kept): (&str, &Jid, Option<i64>),
    add: Option<&[u8]>,
    waking: &mut Waking,
) {
    let account = Arc::new(Jid::from(account.to_bare()));
    let mut payload = Vec::with_capacity(t.stanza.len() + 256);
    payload.extend_from_slice(
        format!("<{direction} xmlns='{}'><forwarded xmlns='{}'>", ns::CARBONS, ns::FORWARD).as_bytes(),
    );
    t.stanza.write(
        &mut payload,
        &Stamp {
            from: Some(&t.from),
            to: Some(&t.to),
            add: add.unwrap_or_default(),
            default_ns: DefaultNs::Client,
            ..Stamp::default()
        },
    );
    payload.extend_from_slice(format!("</forwarded></{direction}>").as_bytes());
    let kind = t.stanza.type_str().unwrap_or_default();
    let Ok(carbon) = Stanza::build(Kind::Message, &kind, "", None, Some(&account), &payload) else { return };
    for name in names {
        let Ok(to) = account.to_bare().with_resource_str(name) else { continue };
        let to = Some(Arc::new(to.into()));
        let out = Out { wake: waking.wake(name), kept, ..Out::plain(carbon.clone()).stamped(None, to) };
        if let Ok(landed) = live.push(name, out) {
            Meters::count(&engine.meters.carbons);
            waking.queued(name, landed);
        }
    }
}

/// `<stanza-id/>` of XEP-0359 for the archive of `owner`.
pub(crate) fn stanza_id(ids: &ArchiveIds, owner: &Jid, row: i64) -> Arc<[u8]> {
    let owner = owner.to_bare();
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(b"<stanza-id xmlns='urn:xmpp:sid:0' by='");
    xml::escape_attr(owner.as_str(), &mut out);
    out.extend_from_slice(format!("' id='{}'/>", ids.text(&owner, ArchiveId(row))).as_bytes());
    out.into()
}
