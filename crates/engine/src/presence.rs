//! What presence means to contacts: who is told that a client came, changed or went, and who is asked.
//!
//! The rosters of those who are here are in memory ([`crate::contacts`]), so nothing here waits for
//! the store but the first presence of a client, whose waiting requests are read.
//!
//! Spec: RFC 6121 §4.2 (initial), §4.3 (probes), §4.4 (updates), §4.5 (leaving), §3 (subscriptions); XEP-0379 v0.3.3 §4
//! (a token in a request), XEP-0191 v1.3 §3.3 and §3.4 (blocking).

use std::sync::Arc;

use parlour_domain::blocking::BlockingChange;
use parlour_domain::profile::picture;
use parlour_domain::subscription::{self, State};
use parlour_domain::view::{BlockList, bare_str};
use parlour_domain::{Actor, By, Door};
use parlour_router::{Live, Out, Router};
use parlour_store::{ActError, StoreError};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::{Secret, preauth};
use parlour_xmpp::stanza::{Kind, PresenceType, Stamp, Stanza, Strip, Tag};

use crate::contacts::Contacts;
use crate::effects::PresenceEffects;
use crate::events::AT_A_STRETCH;
use crate::invites::Invites;
use crate::iq::BoxFuture;
use crate::locals::Locals;
use crate::personal::Personal;
use crate::roster::Rosters;
use crate::session::Session;
use crate::throttle::Throttle;
use crate::way::{PresenceRules, Sees};

/// Presence over rosters. Cloning shares it.
#[derive(Clone)]
pub struct Presence(Arc<Inner>);

struct Inner {
    router: Arc<Router>,
    locals: Arc<Locals>,
    rosters: Arc<Rosters>,
    invites: Arc<Invites>,
    personal: Arc<Personal>,
    throttle: Arc<Throttle>,
}

impl Presence {
    /// Over what is online and the areas it needs.
    pub fn new(
        router: Arc<Router>,
        locals: Arc<Locals>,
        rosters: Arc<Rosters>,
        invites: Arc<Invites>,
        personal: Arc<Personal>,
        throttle: Arc<Throttle>,
    ) -> Self {
        Self(Arc::new(Inner { router, locals, rosters, invites, personal, throttle }))
    }

    /// What the state between an owner and somebody says.
    fn stands(&self, who: &Jid, owner: &BareJid, says: fn(State) -> bool) -> Sees {
        let who = who.to_bare();
        if let Some(contacts) = self.0.rosters.cached(owner.as_str()) {
            return Sees::Known(says(contacts.state(who.as_str())));
        }
        let (inner, owner) = (Arc::clone(&self.0), owner.clone());
        Sees::Asked(Box::pin(async move {
            match inner.rosters.contacts(&owner).await {
                Ok(contacts) => says(contacts.state(who.as_str())),
                Err(error) => {
                    failed(&error);
                    false
                }
            }
        }))
    }
}

impl PresenceRules for Presence {
    fn broadcast(&self, session: &Arc<Session>, stanza: Stanza, initial: bool) -> Option<BoxFuture<()>> {
        let left = stanza.presence_type() == Ok(PresenceType::Unavailable);
        if left {
            self.0.left(&session.live, session.bare(), &stanza);
        }
        if !initial && let Some(contacts) = self.0.rosters.cached(session.live.bare()) {
            self.0.tell(&session.live, &session.from, &stanza, &contacts);
            return None;
        }
        let (inner, session) = (Arc::clone(&self.0), Arc::clone(session));
        Some(Box::pin(async move {
            let (roster, contacts) = match inner.rosters.read(session.bare()).await {
                Ok(read) => read,
                Err(error) => return failed(&error),
            };
            inner.tell(&session.live, &session.from, &stanza, &contacts);
            if initial {
                inner.ask(&session, &contacts);
                for request in roster.requests {
                    // §3.1.3: shown again at each initial presence until it is answered.
                    if let Ok(stanza) = Stanza::parse(request.stanza.as_bytes()) {
                        session.push(Out::plain(stanza));
                    }
                }
            }
        }))
    }

    fn subscription(&self, session: &Arc<Session>, to: &Jid, stanza: Stanza) -> BoxFuture<()> {
        let (inner, session, to) = (Arc::clone(&self.0), Arc::clone(session), to.to_bare());
        Box::pin(async move {
            let done = inner.subscription(&session.by(), session.bare(), &to, stanza.clone()).await;
            // It counts as handled from here on (XEP-0198): what is not kept is answered.
            if done.is_err()
                && let Some(reply) = stanza.error_reply(&StanzaError::resource_constraint())
            {
                let to = Some(Arc::new(Jid::from(to)));
                session.push(Out::plain(reply).stamped(to, Some(Arc::clone(&session.from))));
            }
        })
    }

    fn inbound(&self, from: &Jid, to: &BareJid, stanza: Stanza) -> Option<BoxFuture<()>> {
        let (inner, from, to) = (Arc::clone(&self.0), from.clone(), to.clone());
        if stanza.presence_type() == Ok(PresenceType::Probe) {
            if let Some(contacts) = inner.rosters.cached(to.as_str()) {
                inner.answer_probe(&from, &to, &contacts);
                return None;
            }
            return Some(Box::pin(async move {
                match inner.rosters.contacts(&to).await {
                    Ok(contacts) => inner.answer_probe(&from, &to, &contacts),
                    // Said to nobody: a free name is as silent as one that does not know the asker.
                    Err(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. }) => {}
                    Err(error) => failed(&error),
                }
            }));
        }
        Some(Box::pin(async move {
            let by = By { actor: Actor::System, door: Door::Internal, request: 0, address: None };
            // Without federation it comes from here, and the store says what is wrong with it.
            let _ = inner.subscription(&by, &from.to_bare(), &to, stanza).await;
        }))
    }

    fn sees(&self, who: &Jid, owner: &BareJid) -> Sees {
        self.stands(who, owner, State::is_seen_by_contact)
    }

    fn knows(&self, who: &Jid, owner: &BareJid) -> Sees {
        self.stands(who, owner, |state| state.is_seen_by_contact() || state.sees_contact())
    }

    fn gone(&self, session: &Arc<Session>, told: bool, directed: Vec<Jid>) -> Option<BoxFuture<()>> {
        let Ok(stanza) = Stanza::build(Kind::Presence, "unavailable", "", None, Some(&session.from), &[]) else {
            return None;
        };
        for to in directed {
            self.0.send(&stanza, &session.from, &Arc::new(to));
        }
        if !told {
            return None;
        }
        self.0.left(&session.live, session.bare(), &stanza);
        let (inner, session) = (Arc::clone(&self.0), Arc::clone(session));
        if let Some(contacts) = inner.rosters.cached(session.live.bare()) {
            inner.tell(&session.live, &session.from, &stanza, &contacts);
            return None;
        }
        Some(Box::pin(async move {
            match inner.rosters.contacts(session.bare()).await {
                Ok(contacts) => inner.tell(&session.live, &session.from, &stanza, &contacts),
                // The account itself may be what is gone.
                Err(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. }) => {}
                Err(error) => failed(&error),
            }
        }))
    }
}

impl PresenceEffects for Presence {
    fn blocked(&self, change: &BlockingChange) {
        let (owner, touched, now_blocked) = match change {
            BlockingChange::Blocked { owner, added, .. } => (owner, BlockList::new(added), true),
            BlockingChange::Unblocked { owner, removed, .. } => (owner, BlockList::new(removed), false),
        };
        let Some(live) = self.0.router.find(owner) else { return };
        // Of somebody who has sent no presence there is none to take back.
        let Some(contacts) = self.0.rosters.cached(owner.as_str()) else { return };
        for resource in &live.view().resources {
            let (Some(presence), Ok(from)) = (&resource.presence, owner.with_resource_str(&resource.name)) else {
                continue;
            };
            let from = Arc::new(Jid::from(from));
            let stanza = if now_blocked {
                Stanza::build(Kind::Presence, "unavailable", "", None, Some(&from), &[])
            } else {
                Ok(presence.clone())
            };
            let Ok(stanza) = stanza else { continue };
            for contact in contacts.who_see().filter(|contact| touched.blocks(&contact.jid)) {
                self.0.send(&stanza, &from, &contact.jid);
            }
        }
    }
}

impl Presence {
    /// An account shows another picture than before, or none: its presence says so to whoever sees it. To many contacts
    /// that takes a while, in which others have their turn.
    pub(crate) async fn pictured(&self, owner: &BareJid) {
        let Some(live) = self.0.router.find(owner) else { return };
        // Whoever has sent presence has its roster in memory; else the contacts hear of it with the next presence.
        let Some(contacts) = self.0.rosters.cached(owner.as_str()) else { return };
        let picture = live.view().picture;
        for (resource, outbox) in live.outboxes() {
            let mut told = None;
            live.update_resource(&resource.name, &outbox, |resource| {
                let Some(presence) = resource.presence.as_mut().filter(|_| !resource.no_picture) else { return };
                let add = picture::update(picture.as_ref());
                let stamp = Stamp { strip: Strip::tags(&[Tag::VcardUpdate]), add: &add, ..Stamp::default() };
                // What it said meanwhile has the picture already.
                if let Ok(stanza) = presence.stamped(&stamp)
                    && stanza.bytes() != presence.bytes()
                {
                    *presence = stanza.clone();
                    told = Some(stanza);
                }
            });
            if let (Some(stanza), Ok(from)) = (told, owner.with_resource_str(&resource.name)) {
                self.0.tell_slowly(&live, &Arc::new(from.into()), &stanza, &contacts).await;
            }
        }
    }
}

/// Tells the account's clients, that one included.
fn tell_own(live: &Live, from: &Arc<Jid>, stanza: &Stanza) {
    for (resource, outbox) in live.outboxes() {
        if resource.is_available() {
            drop(outbox.push(Out::plain(stanza.clone()).stamped(Some(Arc::clone(from)), None)));
        }
    }
}

impl Inner {
    /// Tells a client's contacts and the account's clients, that one included (§4.2.2, §4.4.2, §4.5.2).
    fn tell(&self, live: &Live, from: &Arc<Jid>, stanza: &Stanza, contacts: &Contacts) {
        tell_own(live, from, stanza);
        let view = live.view();
        for contact in contacts.who_see() {
            if !view.blocked.blocks(&contact.jid) {
                self.send(stanza, from, &contact.jid);
            }
        }
    }

    /// As [`Self::tell`], with turns for others in between. Ends where the client has said something else meanwhile, which
    /// everybody hears instead.
    async fn tell_slowly(&self, live: &Live, from: &Arc<Jid>, stanza: &Stanza, contacts: &Contacts) {
        let name = from.resource().map_or("", |name| name.as_str());
        tell_own(live, from, stanza);
        for (at, contact) in contacts.who_see().enumerate() {
            if at % AT_A_STRETCH == AT_A_STRETCH - 1 {
                tokio::task::yield_now().await;
            }
            let view = live.view();
            let says = view.resource(name).and_then(|resource| resource.presence.as_ref());
            if says.is_none_or(|says| says.bytes() != stanza.bytes()) {
                return;
            }
            if !view.blocked.blocks(&contact.jid) {
                self.send(stanza, from, &contact.jid);
            }
        }
    }

    /// Asks for the presence of those whom the account sees: at once here, by probes elsewhere (§4.3).
    fn ask(&self, session: &Session, contacts: &Contacts) {
        let view = session.live.view();
        for other in view.resources.iter().filter(|other| &*other.name != session.resource()) {
            if let Some(presence) = &other.presence {
                session.push(Out::plain(presence.clone()));
            }
        }
        for contact in contacts.whom_seen().filter(|contact| !view.blocked.blocks(&contact.jid)) {
            if !self.locals.owns(&contact.jid) {
                let probe = Stanza::build(Kind::Presence, "probe", "", Some(&contact.jid), Some(&session.from), &[]);
                if let Ok(probe) = probe {
                    // Without a way there is nobody to ask.
                    let _ = self.router.send_out(&contact.jid, Out::plain(probe));
                }
                continue;
            }
            let Some(live) = self.router.find(&contact.jid) else { continue };
            // The contact decides: its own roster counts, where it is in memory. Else ours says the same,
            // as both are only ever changed together.
            let allowed = self
                .rosters
                .cached(live.bare())
                .is_none_or(|theirs| theirs.state(session.live.bare()).is_seen_by_contact());
            let theirs = live.view();
            if !allowed || !theirs.active || theirs.blocked.blocks(session.jid()) {
                continue;
            }
            for presence in theirs.resources.iter().filter_map(|resource| resource.presence.as_ref()) {
                session.push(Out::plain(presence.clone()).stamped(None, Some(Arc::clone(&session.account))));
            }
        }
    }

    /// Presence to one address, as far as it is welcome there.
    fn send(&self, stanza: &Stanza, from: &Arc<Jid>, to: &Arc<Jid>) {
        let out = Out::plain(stanza.clone()).stamped(Some(Arc::clone(from)), Some(Arc::clone(to)));
        if !self.locals.owns(to) {
            // Without a way there is nobody to tell.
            let _ = self.router.send_out(to, out);
            return;
        }
        let Some(live) = self.router.find(to) else { return };
        if live.view().blocked.blocks(from) {
            return;
        }
        for (resource, outbox) in live.outboxes() {
            let addressed = to.resource().map_or(resource.is_available(), |name| name.as_str() == &*resource.name);
            if addressed {
                drop(outbox.push(out.clone()));
            }
        }
    }

    /// §4.3.2. Whoever may not see the account hears nothing, as from a name that nobody has:
    /// DEVIATES RFC 6121 §4.3.2: 'unsubscribed' would tell which names are taken.
    fn answer_probe(&self, from: &Jid, to: &BareJid, contacts: &Contacts) {
        let asker = bare_str(from);
        if asker != to.as_str() && !contacts.state(asker).is_seen_by_contact() {
            return;
        }
        let answer_to = Arc::new(from.clone());
        let live = self.router.find(to);
        let view = live.map(|live| live.view());
        let mut answered = false;
        for resource in view.iter().flat_map(|view| &view.resources) {
            if let (Some(presence), Ok(from)) = (&resource.presence, to.with_resource_str(&resource.name)) {
                answered = true;
                self.send(presence, &Arc::new(from.into()), &answer_to);
            }
        }
        if !answered {
            let bare = Arc::new(Jid::from(to.clone()));
            if let Ok(stanza) = Stanza::build(Kind::Presence, "unavailable", "", None, Some(&bare), &[]) {
                self.send(&stanza, &bare, &answer_to);
            }
        }
    }

    /// An error where the store failed; a refusal has no answer.
    async fn subscription(&self, by: &By, from: &BareJid, to: &BareJid, stanza: Stanza) -> Result<(), StoreError> {
        let kind = stanza.type_str().and_then(|word| subscription::Kind::from_name(&word));
        let Some(kind) = kind.filter(|_| from != to) else { return Ok(()) };
        if kind == subscription::Kind::Subscribe
            && self.locals.owns(to)
            && let Some(token) = token(&stanza)
            && self.shown_token(by, from, to, &token).await
        {
            return Ok(());
        }
        // What is left goes on without it: the token may be good with somebody else, and is not `to`'s to read, nor
        // the store's to keep (ATTACKS 81).
        let less = Stamp { strip: Strip::tags(&[Tag::Preauth]), ..Stamp::default() };
        let stanza = match self.locals.owns(to) && stanza.has(Tag::Preauth) {
            true => stanza.stamped(&less).unwrap_or(stanza),
            false => stanza,
        };
        match self.rosters.subscription(by, from, to, kind, &stanza).await {
            Ok(done) => done.into_out(),
            Err(ActError::Refused(refusal)) => tracing::debug!(target: "parlour::roster", %refusal, "no subscription"),
            Err(ActError::Failed(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. })) => {}
            Err(ActError::Failed(error)) => {
                failed(&error);
                return Err(error);
            }
        }
        Ok(())
    }

    /// A request with a token of `to`'s: the two are contacts at once. False where it is a request like any other.
    async fn shown_token(&self, by: &By, from: &BareJid, to: &BareJid, token: &Secret<String>) -> bool {
        // Who guesses sends requests like any other (ATTACKS 94).
        if self.throttle.may_guess(from.as_str()).is_err() {
            return false;
        }
        match self.invites.consume(by, to, from, token.expose()).await {
            Ok(done) => {
                done.into_out();
                true
            }
            Err(ActError::Refused(refusal)) => {
                if refusal.is_none() {
                    self.throttle.missed(from.as_str());
                }
                false
            }
            Err(ActError::Failed(error)) => {
                failed(&error);
                false
            }
        }
    }

    /// Remembers when the last client of an account went.
    fn left(&self, live: &Live, bare: &BareJid, stanza: &Stanza) {
        let view = live.view();
        if view.active && !view.resources.iter().any(|resource| resource.is_available()) {
            let status = stanza.find(ns::CLIENT, "status").and_then(|child| child.element().ok());
            self.personal.left(bare, status.map(|status| status.text()));
        }
    }
}

/// The one token in a request. One that is malformed counts as none (XEP-0379 §4.1), and so do two.
fn token(stanza: &Stanza) -> Option<Secret<String>> {
    if !stanza.has(Tag::Preauth) {
        return None;
    }
    let children: Vec<_> = stanza
        .children()
        .filter(|child| child.tag() == Tag::Preauth)
        .filter_map(|child| child.element().ok())
        .collect();
    preauth::find(&children)
}

fn failed(error: &StoreError) {
    if error.is_passing() {
        // Said by the store, once for as long as it lasts.
        return tracing::debug!(target: "parlour::roster", %error, "a roster could not be read or changed");
    }
    tracing::error!(target: "parlour::roster", %error, "a roster could not be read or changed");
}
