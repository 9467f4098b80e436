//! Signing a client in and out, and handing over what waited for it.
//!
//! Spec: RFC 6120 §7 (binding), RFC 6121 §4.5 (leaving), XEP-0160 v1.0.1 §3 (offline messages), XEP-0203 v2.0 (delay),
//! XEP-0198 v1.6.3 §5 (what a lost client did not acknowledge).

use std::sync::Arc;

use parlour_domain::Millis;
use parlour_domain::archive::StreamCount;
use parlour_domain::device::Agent;
use parlour_router::{Bounds, End, Live, Out, Outbox, Since, TooHigh, TooManyResources};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::{FullJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{IqType, Kind, Stamp, Stanza};
use parlour_xmpp::xml;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Engine;
use crate::keeper::Undelivered;
use crate::push::waking;
use crate::session::Session;
use crate::way;

/// Why a client could not be signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// There is no such account any more, it is switched off, or its clients were signed out meanwhile.
    #[error("the account cannot be used")]
    Gone,
    /// Too many clients.
    #[error(transparent)]
    TooMany(#[from] TooManyResources),
    /// Ours.
    #[error("the account could not be read")]
    Failed,
}

/// Signs a client in under its full address, as request `request` from `address` (see [`parlour_domain::By`]), which began
/// to prove who it is at `since`. A client of the same name ends with a conflict.
///
/// # Errors
/// [`BindError`].
pub async fn bind(
    engine: &Arc<Engine>,
    full: FullJid,
    request: u64,
    address: Option<String>,
    bounds: Bounds,
    since: Since,
) -> Result<Arc<Session>, BindError> {
    let bare = full.to_bare();
    let outbox = Arc::new(Outbox::new(bounds).within(engine.router.budget()));
    for _ in 0..MAX_TURNS {
        let before = engine.router.before(&bare);
        let view = match engine.router.find(&bare) {
            Some(live) => (*live.view()).clone(),
            None => match engine.views.view(&bare).await {
                Ok(Some(view)) => view,
                Ok(None) => return Err(BindError::Gone),
                Err(error) => {
                    tracing::error!(target: "parlour::way", %error, "an account could not be read");
                    return Err(BindError::Failed);
                }
            },
        };
        if !view.active {
            return Err(BindError::Gone);
        }
        // Should the account have left the table meanwhile, nobody is signed in.
        let view = parlour_domain::view::AccountView { resources: Default::default(), ..view };
        if let Some(attached) = engine.router.attach(&full, &outbox, view, before)? {
            // Asked when it is in the table: whatever ends the account's clients from here on finds it there.
            if engine.router.ended_since(&bare, since) {
                engine.router.detach(&full, &outbox);
                return Err(BindError::Gone);
            }
            let since = engine.clock.wall();
            attached.live.update_resource(full.resource().as_str(), &outbox, |resource| {
                (resource.since, resource.request) = (since, request);
            });
            return Ok(Arc::new(Session::new(full, request, address, attached.live, outbox)));
        }
    }
    Err(BindError::Failed)
}

/// A session ends of which so many stanzas were handled: its client may still ask for that (XEP-0198 §5).
pub fn counted(engine: &Engine, session: &Session, handled: u32) {
    if let Some(stream) = session.stream() {
        engine.keeper.count_stream(&session.host(), StreamCount { stream, h: handled }, engine.clock.wall());
    }
}

/// Remembers which installation a client is. What the same one left behind ends: it has come back (XEP-0386 §3.2).
pub fn recognise(session: &Session, agent: Arc<Agent>) {
    let id = agent.id;
    session.live.update_resource(session.resource(), &session.outbox, |resource| resource.agent = Some(agent));
    for (resource, outbox) in session.live.outboxes() {
        if resource.agent.is_some_and(|agent| agent.id == id) && !Arc::ptr_eq(&outbox, &session.outbox) {
            outbox.end(End::Conflict);
        }
    }
}

/// The connection of a session is lost, which waits for its client: the client is woken for what it does not have yet
/// (XEP-0357).
pub fn lost(engine: &Engine, session: &Session) {
    waking::lost(engine, session);
}

/// Ends a session for good: it leaves the table, its contacts are told, and what it did not take goes on.
pub async fn end(engine: &Arc<Engine>, session: &Arc<Session>) {
    engine.router.detach(session.jid(), &session.outbox);
    // What it was to fetch is for another.
    let to_fetch = session.outbox.is_to_fetch();
    let left = session.outbox.close();
    waking::left(engine, session, &left);
    undelivered(engine, session, left, to_fetch).await;
    let directed = session.outbox.directed.take();
    // Where another client has taken the resource and said that it is there, that is what counts.
    let live = engine.router.find(session.bare());
    let replaced = live.is_some_and(|live| live.view().resource(session.resource()).is_some_and(|r| r.is_available()));
    let told = session.is_present() && !replaced;
    if (told || !directed.is_empty())
        && let Some(work) = engine.presence.gone(session, told, directed.into_iter().collect())
    {
        work.await;
    }
}

/// What was queued for a client that is gone: requests are answered, messages wait for the next client.
async fn undelivered(engine: &Arc<Engine>, session: &Arc<Session>, left: Vec<Out>, to_fetch: bool) {
    let mut waiting = Vec::new();
    let mut still_waiting = to_fetch;
    for out in left {
        let from = out.from.as_deref().or_else(|| out.stanza.from());
        match out.stanza.kind() {
            // It was never taken out of offline storage.
            Kind::Message if out.row.is_some() => still_waiting = true,
            // What others got too is not lost, unless they have lost it as well.
            Kind::Message
                if (out.alone && (out.kept.is_some() || out.stanza.has_content()))
                    || out.shared.as_ref().is_some_and(|shared| shared.is_lost()) =>
            {
                let to = out.to.as_deref().or_else(|| out.stanza.to()).unwrap_or(&session.account);
                if let Ok(stanza) = out.stanza.stamped(&Stamp { from, to: Some(to), ..Stamp::default() }) {
                    let with = from.unwrap_or(&session.account).to_bare();
                    waiting.push(Undelivered { kept: out.kept, with, at: engine.clock.wall(), stanza });
                }
            }
            Kind::Iq if matches!(out.stanza.iq_type(), Ok(IqType::Get | IqType::Set)) => {
                let stamp = Stamp { from, to: Some(&session.from), ..Stamp::default() };
                if let Ok(asked) = out.stanza.stamped(&stamp)
                    && let Some(reply) = asked.error_reply(&StanzaError::service_unavailable())
                {
                    way::send(engine, reply).await;
                }
            }
            _ => {}
        }
    }
    while !waiting.is_empty() {
        // In steps, as others wait for the store too. What is left should a crash come between is put back after it:
        // what is kept is marked as on its way until it is put back, or has arrived.
        let rest = waiting.split_off(waiting.len().min(PUT_BACK));
        let _turn = engine.putting_back.turn(waiting.len()).await;
        engine.keeper.put_offline(session.bare(), std::mem::replace(&mut waiting, rest)).await;
        still_waiting = true;
    }
    if still_waiting {
        // The next client may be there already. The table may have forgotten the account meanwhile and have it anew: what
        // the session knows of it is then nobody's.
        if let Some(live) = engine.router.find(session.bare()) {
            hand_over_soon(&live);
        }
    }
}

/// Turns at putting back what clients have not taken. When many end together, what all of them leave would else be one commit,
/// and whoever says something meanwhile waits for it.
#[derive(Debug)]
pub struct PuttingBack(Semaphore);

impl Default for PuttingBack {
    fn default() -> Self {
        Self(Semaphore::new(TOGETHER))
    }
}

impl PuttingBack {
    /// For so many messages; until it is dropped. In the order in which it was asked.
    async fn turn(&self, messages: usize) -> Option<SemaphorePermit<'_>> {
        let places = u32::try_from(messages.min(TOGETHER)).unwrap_or(u32::MAX);
        // Nobody closes it.
        self.0.acquire_many(places).await.ok()
    }
}

/// Hands over what waits in offline storage, oldest first, each message once to a session. Rows go when the client's
/// queue has them, or with XEP-0198 when the client has acknowledged them.
pub async fn hand_over(engine: &Arc<Engine>, session: &Arc<Session>) {
    let _turn = session.handing.lock().await;
    let mut after = i64::MIN;
    loop {
        let rows = match engine.keeper.offline(session.bare(), after, PAGE).await {
            Ok(rows) if rows.is_empty() => return,
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(target: "parlour::way", %error, "offline messages could not be read");
                return;
            }
        };
        let counting = session.outbox.is_counting();
        let (mut done, mut had) = (Vec::new(), Vec::new());
        let mut taken = true;
        for row in rows {
            after = row.row;
            if session.outbox.handed.has(row.row) {
                had.push(row.row);
                continue;
            }
            taken = session.outbox.has_room_or_fetches_later(row.stanza.len());
            if !taken {
                // A queue that is full of what waited would end the connection, and never would anything arrive.
                break;
            }
            session.outbox.handed.add(row.row);
            let mut add = delay(session.domain(), row.at);
            if let Some(id) = row.archive {
                add.extend_from_slice(&way::stanza_id(&engine.archive_ids, &session.account, id));
            }
            let out = Out {
                add: Some(add.into()),
                kept: row.archive,
                row: counting.then_some(row.row),
                alone: true,
                ..Out::plain(row.stanza)
            };
            taken = session.outbox.push(out).is_ok();
            if !taken {
                break;
            }
            done.push(row.row);
        }
        if counting {
            done.clear();
        }
        // What it was given as a copy, or found in its archive, need not wait any longer.
        done.extend(session.outbox.not_queued(had));
        engine.keeper.drop_offline(session.bare(), done);
        if !taken {
            return;
        }
    }
}

/// A client has handled `h` stanzas: what of them waited in offline storage waits no longer.
///
/// # Errors
/// [`TooHigh`]: it was not sent so many.
pub fn acknowledged(engine: &Engine, session: &Session, h: u32) -> Result<(), TooHigh> {
    let (mut rows, mut arrived) = (Vec::new(), Vec::new());
    session.outbox.ack(h, |out| {
        if let Some(shared) = &out.shared {
            shared.arrive();
        }
        match out.row {
            Some(row) => rows.push(row),
            None => arrived.extend(out.kept),
        }
    })?;
    engine.keeper.arrived(session.bare(), arrived);
    if !rows.is_empty() {
        engine.keeper.drop_offline(session.bare(), rows);
    }
    Ok(())
}

/// A row was written for an account whose client came online meanwhile: that client's connection fetches it, or whoever
/// comes back first where all connections are lost.
pub(crate) fn hand_over_soon(live: &Live) {
    let all = live.outboxes();
    let mut takers = all.iter().filter(|(resource, _)| resource.takes_messages()).map(|(_, outbox)| outbox);
    let first = takers.clone().next();
    if let Some(outbox) = takers.find(|outbox| !outbox.is_parked()).or(first) {
        outbox.fetch();
    }
}

/// Sends presence that a client directs, or directed before, to somebody.
pub(crate) fn send_directed(engine: &Arc<Engine>, session: &Arc<Session>, stanza: Stanza, to: Jid) {
    let to = Arc::new(to);
    if engine.locals.owns(&to) {
        let Some(live) = engine.router.find(&to) else { return };
        let view = live.view();
        let route = parlour_domain::delivery::directed(&stanza, to.resource().map(|r| r.as_str()), Some(&view));
        for name in &route.deliver {
            let out = Out::plain(stanza.clone()).stamped(Some(Arc::clone(&session.from)), Some(Arc::clone(&to)));
            drop(live.push(name, out));
        }
    } else {
        let out = Out::plain(stanza).stamped(Some(Arc::clone(&session.from)), Some(Arc::clone(&to)));
        // Without a way there is nobody to tell.
        let _ = engine.router.send_out(&to, out);
    }
}

/// `<delay/>` of XEP-0203: when the message came to `host`.
fn delay(host: &str, at: Millis) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(format!("<delay xmlns='{}' from='", ns::DELAY).as_bytes());
    xml::escape_attr(host, &mut out);
    // Out of jiff's range only past the year 9999.
    let stamp = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    out.extend_from_slice(format!("' stamp='{stamp:.3}'/>").as_bytes());
    out
}

/// Messages put back at a time: what an act may touch (DESIGN "Order").
const PUT_BACK: usize = 200;

/// Messages of all sessions put back at a time, so that a commit takes milliseconds (measured: 20 sessions with a thousand
/// each made others wait for four seconds).
const TOGETHER: usize = PUT_BACK;

/// Offline messages read at a time.
const PAGE: usize = 50;

/// Tries to bind while the account keeps changing.
const MAX_TURNS: usize = 8;

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn when_many_sessions_end_together_their_messages_are_put_back_in_turns() {
        let back = PuttingBack::default();
        let first = back.turn(PUT_BACK / 2).await;
        let _second = back.turn(PUT_BACK / 2).await;
        let mut third = pin!(back.turn(1));
        let mut nobody = Context::from_waker(Waker::noop());
        assert!(third.as_mut().poll(&mut nobody).is_pending(), "{TOGETHER} are on their way already");
        drop(first);
        assert!(third.await.is_some());
    }
}
