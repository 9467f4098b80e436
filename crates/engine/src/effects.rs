//! What follows from changes that are durable: views, pushes, presence, connections that end. One `match` over everything
//! there is, so that a new kind of change has to say what it causes.
//!
//! May be lost in a crash: clients read again when they come back. What may not be lost is owed
//! (`Change::Outbox`) and written with the act.
//!
//! Spec: RFC 6121 §2.1.6 (roster pushes), §3.1.3 and §3.2.3 (presence after a subscription changed), XEP-0191 v1.3 §3
//! (pushes of the block list).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parlour_domain::archive::ArchiveChange;
use parlour_domain::blocking::BlockingChange;
use parlour_domain::delivery::{self, MessageFacts};
use parlour_domain::device::DeviceChange;
use parlour_domain::personal::PersonalChange;
use parlour_domain::pubsub::PubsubChange;
use parlour_domain::roster::{RosterChange, RosterItem, Sent};
use parlour_domain::subscription::{self, From, State};
use parlour_domain::view::{BlockList, ResourceView};
use parlour_domain::{AccountChange, AccountState, Actor, By, Change, Door};
use parlour_router::{End, Live, Out, Router};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::blocking::Blocking;
use parlour_xmpp::payload::roster::{self as wire, RosterEntry, RosterItems, Subscription};
use parlour_xmpp::stanza::{Kind, Stanza};
use parlour_xmpp::xml::Element;

use crate::acts;
use crate::contacts::ContactsCache;
use crate::locals::Locals;
use crate::push::{self, waking};
use crate::sessions;

/// What blocking means to presence: needs rosters, so the roster's side of the engine says it.
pub trait PresenceEffects: Send + Sync + 'static {
    /// Somebody is blocked, or no longer. Does not wait for anything.
    fn blocked(&self, change: &BlockingChange);
}

/// What follows from what accounts publish: events for whoever may read and wants to hear.
pub trait PubsubEffects: Send + Sync + 'static {
    /// Called in the order of the commits, on the store's thread: does not wait for anything. The change says whose node
    /// it is and how that is configured.
    fn happened(&self, by: &By, change: &PubsubChange);

    /// A contact came to see an account (a subscription of `from` or `both`), and may read more of it than before. Called
    /// as [`Self::happened`].
    fn came_to_see(&self, owner: &BareJid, contact: &BareJid);

    /// An account shows another picture than before, or none; its view says which. Called as [`Self::happened`].
    fn pictured(&self, owner: &BareJid);
}

/// Carries effects out. One for an engine.
pub struct Effects {
    router: Arc<Router>,
    locals: Arc<Locals>,
    on_presence: OnceLock<Arc<dyn PresenceEffects>>,
    pubsub: OnceLock<Arc<dyn PubsubEffects>>,
    contacts: Arc<ContactsCache>,
    pushes: Arc<push::Queue>,
    /// Of roster pushes and their like.
    ids: AtomicU64,
}

impl std::fmt::Debug for Effects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Effects").field("ids", &self.ids).finish_non_exhaustive()
    }
}

impl acts::Effects for Effects {
    fn run(&self, by: &By, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Account(change) => self.account(by, change),
                Change::Roster(change) => self.roster(change),
                Change::Blocking(change) => self.blocking(change),
                Change::Archive(change) => self.archive(change),
                // What an account says at its birth, whoever comes to see it is told below.
                Change::Pubsub(change) if is_born(change.owner(), changes) => {}
                Change::Pubsub(change) => {
                    if let Some(effects) = self.pubsub.get() {
                        effects.happened(by, change);
                    }
                }
                Change::Push(change) => {
                    self.router.changed(change.owner(), |view| view.pushes = change.after(&view.pushes));
                }
                Change::Device(DeviceChange::Forgotten { account, agent, ended: true }) => {
                    let is = |resource: &ResourceView| resource.agent.as_ref().is_some_and(|own| own.id == *agent);
                    self.router.sign_out_some(account, is, End::NotAuthorized);
                }
                // A host's policy is swapped by the area that reads it; the rest is seen when it is asked for.
                Change::Host(_)
                | Change::Invite(_)
                | Change::Group(_)
                | Change::Session(_)
                | Change::Device(DeviceChange::Kept { .. } | DeviceChange::Forgotten { ended: false, .. })
                | Change::ApiKey(_)
                | Change::Outbox(_) => {}
                Change::Personal(change) => self.personal(change),
            }
        }
        // RFC 6121 §3.1.6: presence comes after the push that explains it, also where another roster's change brings it.
        for change in changes {
            if let Change::Roster(change) = change {
                self.presence_after(change);
            }
        }
    }
}

impl Effects {
    /// Over what is online.
    pub fn new(router: Arc<Router>, locals: Arc<Locals>) -> Self {
        Self {
            router,
            locals,
            on_presence: OnceLock::new(),
            pubsub: OnceLock::new(),
            contacts: Arc::default(),
            pushes: Arc::default(),
            ids: AtomicU64::new(1),
        }
    }

    /// Hands in what blocking means to presence. Once, when the engine is put together.
    pub fn set_presence(&self, effects: Arc<dyn PresenceEffects>) {
        // A second engine over the same effects would be a mistake without consequence.
        let _ = self.on_presence.set(effects);
    }

    /// Hands in what publishing means to readers; without it nobody is told. Once, as [`Self::set_presence`].
    pub fn set_pubsub(&self, effects: Arc<dyn PubsubEffects>) {
        let _ = self.pubsub.set(effects);
    }

    /// What push services are to be told.
    pub fn pushes(&self) -> &Arc<push::Queue> {
        &self.pushes
    }

    /// The rosters in memory, which follow every change from here.
    pub fn contacts(&self) -> &Arc<ContactsCache> {
        &self.contacts
    }

    fn account(&self, by: &By, change: &AccountChange) {
        match change {
            // Whoever was looked up while there was no such account is looked up again.
            AccountChange::Created { account, .. } => self.router.changed(&account.jid, |_| {}),
            AccountChange::PasswordChanged { account, .. } => {
                // Whoever is signed in may be whom this is to keep out; only the app that changed it proved to be the owner's.
                match &by.actor {
                    Actor::Account { jid, .. } if jid == account && by.door == Door::Xmpp => {
                        self.router.sign_out_others(account, by.request, End::NotAuthorized);
                    }
                    _ => self.router.sign_out(account, End::NotAuthorized),
                }
            }
            AccountChange::SignedOut { account } => self.router.sign_out(account, End::NotAuthorized),
            // The same password: whoever is signed in stays so.
            AccountChange::KeysUpgraded { .. } => {}
            AccountChange::RoleChanged { account, role } => self.router.changed(account, |view| view.role = *role),
            AccountChange::StateChanged { account, state } => match state {
                AccountState::Active => self.router.changed(account, |view| view.active = true),
                AccountState::Disabled { .. } | AccountState::Deleted { .. } | AccountState::Erased { .. } => {
                    self.router.removed(account, End::NotAuthorized);
                }
            },
        }
    }

    fn roster(&self, change: &RosterChange) {
        self.contacts.changed(change);
        match change {
            RosterChange::Put { owner, item, version, .. } => {
                self.router.changed(owner, |v| v.archive.contact(&item.contact, true));
                self.push_roster(owner, RosterEntry::Item(entry(item)), *version);
            }
            RosterChange::Removed { owner, contact, version, .. } => {
                self.router.changed(owner, |v| v.archive.contact(contact, false));
                self.push_roster(owner, RosterEntry::Removed(contact.clone()), *version);
            }
            RosterChange::Sent(sent) => self.show(sent),
            // Shown by the stanza itself, and again at the next initial presence.
            RosterChange::Requested { owner, .. } => self.pushes.requested(owner),
            RosterChange::Settled { .. } => {}
        }
    }

    fn archive(&self, change: &ArchiveChange) {
        match change {
            ArchiveChange::Said(ask) => {
                // It waits already; a client that is there fetches what waits.
                if let Some(live) = self.router.find(&ask.to) {
                    sessions::hand_over_soon(&live);
                }
                if let Ok(stanza) = Stanza::parse(ask.stanza.as_bytes()) {
                    let facts = MessageFacts::of(&stanza);
                    waking::unknown(&self.pushes, &self.locals, (&facts, &stanza), &ask.from, &ask.to);
                }
            }
            ArchiveChange::PrefsSet { owner, prefs } => self.router.changed(owner, |v| v.archive = prefs.clone()),
        }
    }

    fn presence_after(&self, change: &RosterChange) {
        match change {
            RosterChange::Put { owner, item, before, .. } => self.presence(owner, &item.contact, *before, item.state),
            RosterChange::Removed { owner, contact, before, .. } => {
                self.presence(owner, contact, *before, State::default());
            }
            RosterChange::Requested { .. } | RosterChange::Settled { .. } | RosterChange::Sent(_) => {}
        }
    }

    fn blocking(&self, change: &BlockingChange) {
        let (owner, list, push) = match change {
            BlockingChange::Blocked { owner, added, list } => (owner, list, Blocking::Block(added.clone())),
            BlockingChange::Unblocked { owner, removed, list } => {
                // XEP-0191 §3.5: unblocking everybody names nobody.
                let named = if list.is_empty() { Vec::new() } else { removed.clone() };
                (owner, list, Blocking::Unblock(named))
            }
        };
        // Before the view changes: those that are blocked now are still told that the owner is gone, and after it those
        // that are no longer.
        if matches!(change, BlockingChange::Blocked { .. })
            && let Some(effects) = self.on_presence.get()
        {
            effects.blocked(change);
        }
        let view = Arc::new(BlockList::new(list));
        self.router.changed(owner, |v| v.blocked = view);
        if matches!(change, BlockingChange::Unblocked { .. })
            && let Some(effects) = self.on_presence.get()
        {
            effects.blocked(change);
        }
        if let Some(live) = self.router.find(owner) {
            self.push(&live, &push.to_element(), |resource| resource.block_interested);
        }
    }

    fn personal(&self, change: &PersonalChange) {
        let PersonalChange::VCard { owner, picture, .. } = change else { return };
        let mut other = false;
        self.router.changed(owner, |view| {
            other = view.picture != *picture;
            view.picture = *picture;
        });
        if other && let Some(effects) = self.pubsub.get() {
            effects.pictured(owner);
        }
    }

    /// Brings a subscription stanza to whom it is for.
    fn show(&self, sent: &Sent) {
        let (from, to) = (Arc::new(Jid::from(sent.from.clone())), Arc::new(Jid::from(sent.to.clone())));
        let stanza = match &sent.original {
            Some(original) => Stanza::parse(original.as_bytes()).ok(),
            None => Stanza::build(Kind::Presence, sent.kind.as_str(), "", Some(&to), Some(&from), &[]).ok(),
        };
        // Nothing else is ever shown: it was a stanza when the act began.
        let Some(stanza) = stanza else { return };
        let out = Out::plain(stanza).stamped(Some(from), Some(Arc::clone(&to)));
        if sent.remote {
            // Asked again at the next presence of either side.
            let _ = self.router.send_out(&to, out);
            return;
        }
        let Some(live) = self.router.find(&to) else { return };
        for (resource, outbox) in live.outboxes() {
            if wants(&resource, sent.kind) {
                drop(outbox.push(out.clone()));
            }
        }
    }

    fn push_roster(&self, owner: &BareJid, entry: RosterEntry, version: u64) {
        if let Some(live) = self.router.find(owner) {
            let query = RosterItems { ver: Some(version.to_string()), items: vec![entry] }.to_element();
            self.push(&live, &query, |resource| resource.interested);
        }
    }

    /// Sends a set without 'from', which only one's own server can send, to those who want it.
    fn push(&self, live: &Live, payload: &Element, wants: impl Fn(&ResourceView) -> bool) {
        let Ok(account) = BareJid::new(live.bare()) else { return };
        let id = format!("push-{}", self.ids.fetch_add(1, Ordering::Relaxed));
        let Ok(stanza) = Stanza::build(Kind::Iq, "set", &id, None, None, &payload.to_bytes(ns::CLIENT)) else { return };
        for (resource, outbox) in live.outboxes() {
            if wants(&resource)
                && let Ok(to) = account.with_resource_str(&resource.name)
            {
                // Whoever is gone reads the whole when coming back.
                drop(outbox.push(Out::plain(stanza.clone()).stamped(None, Some(Arc::new(to.into())))));
            }
        }
    }

    /// The contact came to see the owner, or no longer does.
    fn presence(&self, owner: &BareJid, contact: &BareJid, before: State, after: State) {
        let (saw, sees) = (before.from == From::Yes, after.from == From::Yes);
        if saw == sees {
            return;
        }
        if sees && let Some(effects) = self.pubsub.get() {
            effects.came_to_see(owner, contact);
        }
        let Some(live) = self.router.find(owner) else { return };
        let to = Arc::new(Jid::from(contact.clone()));
        if live.view().blocked.blocks(&to) {
            return;
        }
        for resource in &live.view().resources {
            let (Some(presence), Ok(from)) = (&resource.presence, owner.with_resource_str(&resource.name)) else {
                continue;
            };
            let from = Arc::new(Jid::from(from));
            let stanza = if sees {
                Ok(presence.clone())
            } else {
                Stanza::build(Kind::Presence, "unavailable", "", None, Some(&from), &[])
            };
            if let Ok(stanza) = stanza {
                self.send(Out::plain(stanza).stamped(Some(from), Some(Arc::clone(&to))), &to);
            }
        }
    }

    /// Sends presence to a bare address, here or elsewhere.
    fn send(&self, out: Out, to: &Jid) {
        if !self.locals.owns(to) {
            // Without a way there is nobody to tell.
            let _ = self.router.send_out(to, out);
            return;
        }
        let Some(live) = self.router.find(to) else { return };
        if out.from.as_ref().is_some_and(|from| live.view().blocked.blocks(from)) {
            return;
        }
        for name in delivery::directed(&out.stanza, None, Some(&live.view())).deliver {
            drop(live.push(&name, out.clone()));
        }
    }
}

/// Whether the account is made by these very changes.
fn is_born(account: &BareJid, changes: &[Change]) -> bool {
    let made = |change: &Change| match change {
        Change::Account(AccountChange::Created { account: made, .. }) => made.jid == *account,
        _ => false,
    };
    changes.iter().any(made)
}

/// RFC 6121 §3.1.3: a request goes to available resources; §3.1.6, §3.2.3, §3.3.3: the rest to
/// those that asked for the roster.
fn wants(resource: &ResourceView, kind: subscription::Kind) -> bool {
    match kind {
        subscription::Kind::Subscribe => resource.is_available(),
        _ => resource.interested || resource.is_available(),
    }
}

/// A contact as it is written.
fn entry(item: &RosterItem) -> wire::RosterItem {
    wire::RosterItem {
        jid: item.contact.clone(),
        name: item.name.clone(),
        subscription: Subscription::from_word(item.state.subscription()).unwrap_or(Subscription::None),
        ask: item.state.is_asked(),
        approved: item.state.approved,
        groups: item.groups.clone(),
    }
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
