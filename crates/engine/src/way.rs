//! The way of a stanza, whoever made it: Admit, Decide, Keep, Deliver, Copy.
//!
//! [`accept`] looks at who speaks and to whom, calls `domain::delivery`'s stages in order and either is done at once
//! or gives what has to be waited for. What is kept is delivered only after its commit, in commit order.
//!
//! Spec: RFC 6120 §8 and §10, RFC 6121 §8.5, XEP-0280 v1.0.1, XEP-0191 v1.3, XEP-0359 v0.7.0 §6,
//! XEP-0490 v1.0.1 §4.4.3.
//! Left out: subscriptions and presence fan-out (behind [`PresenceRules`]), rooms.

mod deliver;
mod iq;
mod limits;
mod presence;

pub(crate) use deliver::stanza_id;
pub use limits::{last_presence, late_presence};

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::archive::StreamCount;
use parlour_domain::delivery::{self, MessageFacts, Refusal};
use parlour_domain::view::{AccountView, bare_str};
use parlour_router::{Live, Out};
use parlour_xmpp::error::{ErrorType, StanzaError};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{Kind, MalformedAddress, Stamp, Stanza, Strip, Tag};
use parlour_xmpp::xml::Element;

use crate::Engine;
use crate::iq::BoxFuture;
use crate::keeper::KeepAsk;
use crate::meters::Meters;
use crate::session::{Origin, Session};
use crate::window::{Entry, Found, Judge, Place};

/// Whether somebody sees somebody.
pub enum Sees {
    /// It is known at once.
    Known(bool),
    /// It has to be read.
    Asked(BoxFuture<bool>),
}

/// What presence means to contacts: written by the roster's side of the engine.
///
/// The way has already stamped `from` with the full address where a client speaks, and has set the resource's
/// priority and last presence in its view.
pub trait PresenceRules: Send + Sync + 'static {
    /// A client became available, changed its presence, or became unavailable: tell its contacts and its other resources.
    /// With `initial`, also send it the presence of its contacts and what subscription requests wait.
    fn broadcast(&self, session: &Arc<Session>, stanza: Stanza, initial: bool) -> Option<BoxFuture<()>>;

    /// A client sends a subscription stanza (subscribe, subscribed, unsubscribe, unsubscribed).
    fn subscription(&self, session: &Arc<Session>, to: &Jid, stanza: Stanza) -> BoxFuture<()>;

    /// A subscription stanza for an account here came from another server, or from an act; or a probe, also from a client.
    fn inbound(&self, from: &Jid, to: &BareJid, stanza: Stanza) -> Option<BoxFuture<()>>;

    /// Whether `who` is a contact that sees the presence of `owner`.
    fn sees(&self, who: &Jid, owner: &BareJid) -> Sees;

    /// Whether one of the two sees the other's presence: both have agreed to that once.
    fn knows(&self, who: &Jid, owner: &BareJid) -> Sees;

    /// A client is gone without saying so, or could not be resumed; it is no longer in the table. With `told`, contacts
    /// were told that it is there and now hear that it is not. `directed` are those who had its directed presence.
    fn gone(&self, session: &Arc<Session>, told: bool, directed: Vec<Jid>) -> Option<BoxFuture<()>>;
}

/// Where a client's word goes that it has shown a chat up to some message.
pub trait Displayed: Send + Sync + 'static {
    /// Published for the account's other clients. Returns at once; what has no room is lost, and the next such word
    /// says as much.
    fn displayed(&self, by: &By, account: &BareJid, chat: &Jid, shown: &Element);
}

/// Judges the stanzas of one stream.
pub struct Gate<'a> {
    /// The engine.
    pub engine: &'a Arc<Engine>,
    /// Who speaks on the stream.
    pub origin: &'a Origin,
}

impl Judge for Gate<'_> {
    fn judge(&self, stanza: Stanza, number: u32, place: Place, found: Option<Found>) -> Entry {
        accept(self.engine, self.origin, stanza, number, place, found)
    }
}

/// A stanza on its way.
struct Traveller {
    stanza: Stanza,
    /// Who really sends it.
    from: Arc<Jid>,
    /// Whom it is for: what the stanza says, else the sender's own account.
    to: Arc<Jid>,
    /// Its number in the stream, as `h` will count it.
    number: u32,
}

/// Takes a stanza in, the `number`th of its stream (see [`Judge`]). What it gives, the caller's window waits for.
pub fn accept(
    engine: &Arc<Engine>,
    origin: &Origin,
    stanza: Stanza,
    number: u32,
    place: Place,
    found: Option<Found>,
) -> Entry {
    let kind = stanza.kind();
    let entry = judge(engine, origin, stanza, number, place, found);
    // What is held or looked up comes by here again.
    if !matches!(entry, Entry::Held(_) | Entry::Locate(..)) {
        let meters = &engine.meters;
        Meters::count(match kind {
            Kind::Message => &meters.messages,
            Kind::Presence => &meters.presences,
            Kind::Iq => &meters.iqs,
        });
    }
    entry
}

fn judge(
    engine: &Arc<Engine>,
    origin: &Origin,
    stanza: Stanza,
    number: u32,
    place: Place,
    found: Option<Found>,
) -> Entry {
    let from = match origin {
        // RFC 6120 §8.1.2.1: whatever a client writes as 'from', its own full address is what others see.
        Origin::Client(session) => Arc::clone(&session.from),
        Origin::Remote | Origin::Server => match stanza.from() {
            Some(from) => Arc::new(from.clone()),
            None => return Entry::Done,
        },
    };
    if stanza.malformed_address() == Some(MalformedAddress::To) {
        return if place == Place::Behind {
            Entry::Held(stanza)
        } else {
            let to = Arc::new(Jid::from(from.to_bare()));
            bounce(engine, origin, &Traveller { stanza, from, to, number }, StanzaError::jid_malformed());
            Entry::Done
        };
    }
    let to = match (stanza.to(), origin) {
        (Some(to), _) => Arc::new(to.clone()),
        // RFC 6120 §10.3: without 'to' it is for the sender's own account.
        (None, Origin::Client(session)) => Arc::clone(&session.account),
        (None, Origin::Remote | Origin::Server) => return Entry::Done,
    };
    if place == Place::Behind && stanza.kind() != Kind::Message {
        return Entry::Held(stanza);
    }
    let mut t = Traveller { stanza, from, to, number };
    if let Origin::Client(session) = origin {
        t = match limits::admit(engine, origin, session, t, place, found.as_ref()) {
            Ok(t) => t,
            Err(entry) => return entry,
        };
    }
    let stanza = without_forgeries(engine, origin, t.stanza, &t.from, &t.to);
    t.stanza = for_others(engine, origin, stanza, &t.to);
    match t.stanza.kind() {
        Kind::Message => message(engine, origin, t, place, found),
        Kind::Presence => presence::accept(engine, origin, t, found),
        Kind::Iq => iq::accept(engine, origin, t, found),
    }
}

fn message(engine: &Arc<Engine>, origin: &Origin, t: Traveller, place: Place, found: Option<Found>) -> Entry {
    let facts = MessageFacts::of(&t.stanza);
    let sender = origin.session().map(|s| s.live.view());
    let refused = sender.as_ref().is_some_and(|v| delivery::admit_from(v, &t.from, &t.to, &t.stanza).is_err());
    if refused {
        return at_head(place, t, |t| refuse(engine, origin, &t, Refusal::SenderBlocks));
    }
    if !engine.locals.owns(&t.to) {
        let keep = delivery::keep(&facts, &t.from, &t.to, sender.as_deref(), None);
        return kept_or_now(engine, origin, t, facts, keep, place);
    }
    if t.to.node().is_none() {
        // A host takes no messages.
        return at_head(place, t, |t| refuse(engine, origin, &t, Refusal::Unavailable));
    }
    let recipient = match locate(engine, origin, &t, place, found) {
        Ok(recipient) => recipient.map(|live| live.view()),
        Err(entry) => return entry,
    };
    if recipient.as_ref().is_some_and(|v| !delivery::admit_to(v, &t.to, &t.from)) {
        return at_head(place, t, |t| {
            if facts.is_answered() {
                unwanted(engine, origin, &t);
            }
        });
    }
    let mut keep = delivery::keep(&facts, &t.from, &t.to, sender.as_deref(), recipient.as_deref());
    if bare_str(&t.from) == bare_str(&t.to) {
        // A note to oneself is one row.
        keep.sender &= !keep.recipient;
    }
    kept_or_now(engine, origin, t, facts, keep, place)
}

fn kept_or_now(
    engine: &Arc<Engine>,
    origin: &Origin,
    t: Traveller,
    facts: MessageFacts,
    keep: delivery::Keep,
    place: Place,
) -> Entry {
    if !keep.any() {
        // What is not kept does not wait either.
        return at_head(place, t, |t| drop(deliver::message(engine, origin, &t, &facts, crate::KeptAs::default())));
    }
    let (tell, told) = tokio::sync::oneshot::channel::<BoxFuture<()>>();
    let ask = KeepAsk {
        stanza: t.stanza.clone(),
        from: Arc::clone(&t.from),
        to: Arc::clone(&t.to),
        keep,
        underway: keep.recipient && !keep.offline && facts.lasting(),
        at: engine.clock.wall(),
        count: origin.session().and_then(|s| s.stream()).map(|stream| StreamCount { stream, h: t.number }),
    };
    let (back, origin) = (Arc::clone(engine), origin.clone());
    engine.keeper.keep(
        ask,
        Box::new(move |outcome| {
            let again = match outcome {
                Ok(kept) => {
                    Meters::count(&back.meters.kept);
                    deliver::message(&back, &origin, &t, &facts, kept)
                }
                Err(error) => {
                    Meters::count(&back.meters.keep_failed);
                    if error.is_passing() {
                        // The store has said so, once for as long as it lasts: a full disk needs no line a message.
                        tracing::debug!(target: "parlour::way", %error, "a message was not kept and is bounced");
                    } else {
                        tracing::error!(target: "parlour::way", %error, "a message was not kept and is bounced");
                    }
                    bounce(&back, &origin, &t, StanzaError::resource_constraint());
                    None
                }
            };
            if let Some(again) = again {
                // A stream that is gone no longer waits.
                drop(tell.send(again));
            }
        }),
    );
    // Mostly nothing is told: the closure is done. A store that closes drops it: nothing was delivered.
    Entry::Commit(Box::pin(async move {
        if let Ok(again) = told.await {
            again.await;
        }
    }))
}

/// Finds the recipient, or says what to wait for. `Ok(None)`: there is no such account.
fn locate(
    engine: &Arc<Engine>,
    origin: &Origin,
    t: &Traveller,
    place: Place,
    found: Option<Found>,
) -> Result<Option<Arc<Live>>, Entry> {
    if let Some(session) = origin.session()
        && bare_str(&t.to) == session.live.bare()
    {
        return Ok(Some(Arc::clone(&session.live)));
    }
    match found {
        Some(Found::Account(live)) => return Ok(Some(live)),
        Some(Found::Nobody) => return Ok(None),
        // The one is answered where it is found out; the other is a failure.
        Some(Found::Failed | Found::Refused) => {
            bounce(engine, origin, t, StanzaError::internal_server_error());
            return Err(Entry::Done);
        }
        None => {}
    }
    if let Some(live) = engine.router.find(&t.to) {
        return Ok(Some(live));
    }
    if place == Place::Behind {
        return Err(Entry::Held(t.stanza.clone()));
    }
    let (engine, bare) = (Arc::clone(engine), t.to.to_bare());
    Err(Entry::Locate(t.stanza.clone(), Box::pin(async move { look_up(&engine, &bare).await })))
}

/// The account in the table, read from the store if it is not there.
pub async fn look_up(engine: &Arc<Engine>, bare: &BareJid) -> Found {
    // Each turn means that somebody changed the account meanwhile.
    for _ in 0..MAX_LOOKS {
        if let Some(live) = engine.router.find(bare) {
            return Found::Account(live);
        }
        let before = engine.router.before(bare);
        match engine.views.view(bare).await {
            Ok(Some(view)) => {
                if let Some(live) = engine.router.remember(bare, view, before) {
                    return Found::Account(live);
                }
            }
            Ok(None) => return Found::Nobody,
            Err(error) => {
                tracing::error!(target: "parlour::way", %error, "an account could not be read");
                return Found::Failed;
            }
        }
    }
    Found::Failed
}

/// Sends a stanza that the server made, in the name of its `from`, and waits until it is on its way.
pub async fn send(engine: &Arc<Engine>, stanza: Stanza) {
    let mut window = crate::Window::default();
    let gate = Gate { engine, origin: &Origin::Server };
    window.offer(&gate, stanza);
    std::future::poll_fn(|cx| {
        if window.poll(cx, &gate).is_ready() && window.is_idle() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// Does something at once if it is its turn.
fn at_head(place: Place, t: Traveller, work: impl FnOnce(Traveller)) -> Entry {
    if place == Place::Behind {
        return Entry::Held(t.stanza);
    }
    work(t);
    Entry::Done
}

/// Takes out what only a server may say: carbons, and ids in the name of those that are at home here.
fn without_forgeries(engine: &Engine, origin: &Origin, stanza: Stanza, from: &Jid, to: &Jid) -> Stanza {
    if stanza.kind() != Kind::Message || matches!(origin, Origin::Server) {
        return stanza;
    }
    let carbon = stanza.has(Tag::Carbon);
    let ids = stanza.has(Tag::StanzaId);
    if !carbon && !ids {
        return stanza;
    }
    let mut clean = stanza;
    let mut strip = |strip: Strip<'_>| {
        // What was framed once and has lost children frames again.
        if let Ok(less) = clean.stamped(&Stamp { strip, ..Stamp::default() }) {
            if less.len() < clean.len() {
                Meters::count(&engine.meters.stripped);
            }
            clean = less;
        }
    };
    if carbon {
        strip(Strip::tags(&[Tag::Carbon]));
    }
    if ids {
        for jid in [from, to] {
            if engine.locals.owns(jid) {
                strip(Strip::stanza_ids_by(&jid.to_bare()));
                strip(Strip::stanza_ids_by(&BareJid::from_parts(None, jid.domain())));
            }
        }
    }
    clean
}

/// XEP-0490 §4.4.3 and §5.2: what a client tells its own server of a message it has shown is kept, and goes no further.
/// It is taken out the first time the stanza comes by, so that it is kept once.
fn for_others(engine: &Engine, origin: &Origin, stanza: Stanza, to: &Jid) -> Stanza {
    let Origin::Client(session) = origin else { return stanza };
    if stanza.kind() != Kind::Message || !stanza.has(Tag::Displayed) {
        return stanza;
    }
    let shown = stanza.children().find(|child| child.tag() == Tag::Displayed).and_then(|child| child.element().ok());
    if let Some(shown) = shown {
        engine.displayed.displayed(&session.by(), session.bare(), to, &shown);
    }
    let less = Stamp { strip: Strip::tags(&[Tag::Displayed]), ..Stamp::default() };
    stanza.stamped(&less).unwrap_or(stanza)
}

/// Answers a stanza that finds nobody or is not wanted, where that is answered at all.
fn unwanted(engine: &Arc<Engine>, origin: &Origin, t: &Traveller) {
    if let Some(refusal) = delivery::unwanted(&t.stanza) {
        refuse(engine, origin, t, refusal);
    }
}

fn refuse(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, refusal: Refusal) {
    let error = match refusal {
        Refusal::Unavailable => StanzaError::service_unavailable(),
        // XEP-0191 §3.3
        Refusal::SenderBlocks => StanzaError::not_acceptable()
            .with_type(ErrorType::Cancel)
            .with_app(Element::new(ns::BLOCKING_ERRORS, "blocked")),
    };
    bounce(engine, origin, t, error);
}

/// Answers with an error, unless the stanza is one that is never answered.
fn bounce(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, error: StanzaError) {
    if let Some(reply) = t.stanza.error_reply(&error) {
        Meters::count(&engine.meters.bounced);
        answer(engine, origin, t, reply);
    }
}

/// Sends a reply back to whoever sent the stanza.
fn answer(engine: &Arc<Engine>, origin: &Origin, t: &Traveller, reply: Stanza) {
    let out = Out::plain(reply).stamped(Some(Arc::clone(&t.to)), Some(Arc::clone(&t.from)));
    match origin {
        Origin::Client(session) => session.push(out),
        Origin::Remote => {
            // A bounce that finds no way is lost.
            let _ = engine.router.send_out(&t.from, out);
        }
        Origin::Server => {}
    }
}

fn view_of(live: Option<&Arc<Live>>) -> Option<Arc<AccountView>> {
    live.map(|live| live.view())
}

/// Turns of [`look_up`].
const MAX_LOOKS: usize = 8;
