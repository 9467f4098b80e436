//! Contacts: roster items, their limits, and what acts on one or two rosters change.
//!
//! Every act is judged over [`Side`]s that the store has read and locked, both accounts' when both
//! live here, so that two local rosters can never disagree.
//!
//! Spec: RFC 6121 §2 (roster, 2.1.2 items, 2.3.3 refusals, 2.5 removal, 2.6 versioning), §3.
//! Left out: limits per host (the ones below hold for everybody).

use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::{self, Stanza};
use thiserror::Error;

use crate::group::contacts::{self, Tie};
use crate::kept::Kept;
use crate::subscription::{Direction, From, Kind, State, To, step};
use crate::{Change, Millis, Outcome};

/// Items a roster may hold.
pub const MAX_ITEMS: usize = 5_000;
/// Bytes of a contact's name, and of each group's.
pub const MAX_NAME_BYTES: usize = 1_023;
/// Groups an item may stand in.
pub const MAX_GROUPS: usize = 100;
/// Subscription requests an account may have waiting; further ones vanish, so that nobody fills
/// the disk of somebody who is away.
pub const MAX_REQUESTS: usize = 500;
/// Bytes of a request's stanza that are kept; a longer one is kept without its children.
pub const MAX_REQUEST_BYTES: usize = 2_048;
/// Removals remembered per roster for versioning; a client that missed more reads it all.
pub const MAX_REMEMBERED_REMOVALS: u32 = 200;

/// One contact of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterItem {
    /// Whose address it is.
    pub contact: BareJid,
    /// What the account calls them. Never set by the server, so that nobody can pose as another.
    pub name: Option<String>,
    /// Sorted, without doubles.
    pub groups: Vec<String>,
    /// Never [`From::Requested`]: a waiting request is no part of the item (§2.1.2).
    pub state: State,
}

/// A whole roster as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Counts up with every change; 0 for one never written.
    pub version: u64,
    /// In order of address.
    pub items: Vec<RosterItem>,
    /// In order of arrival.
    pub requests: Vec<Request>,
}

/// Somebody who waits to be allowed to see the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who.
    pub from: BareJid,
    /// The stanza as it is shown.
    pub stanza: Kept,
    /// When it came.
    pub at: Millis,
}

/// What changed in a roster since a version that a client holds (§2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// That version is not known here (any more): read it all.
    All,
    /// These, in order of version.
    Some(Vec<Difference>),
}

/// One item that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The roster's version that it came with.
    pub version: u64,
    /// Whose item.
    pub contact: BareJid,
    /// The item now; `None` where it was removed.
    pub item: Option<RosterItem>,
}

/// What a roster changes. Each counts the owner's roster version up by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterChange {
    /// The item is now so: to be written, and pushed to the owner's interested resources. Where
    /// `before` and `item.state` differ in who sees whom, presence follows.
    Put {
        /// Whose roster.
        owner: BareJid,
        /// The whole item.
        item: RosterItem,
        /// Its state before; the default where it is new.
        before: State,
        /// The roster's version from now on.
        version: u64,
    },
    /// The item is gone: pushed with `subscription='remove'`.
    Removed {
        /// Whose roster.
        owner: BareJid,
        /// Which item.
        contact: BareJid,
        /// Its state before.
        before: State,
        /// The roster's version from now on.
        version: u64,
    },
    /// Somebody waits for the owner's answer. Shown again at each initial presence until answered.
    Requested {
        /// Who is asked.
        owner: BareJid,
        /// Who asks.
        from: BareJid,
        /// The stanza as it is to be shown, at most [`MAX_REQUEST_BYTES`].
        stanza: Kept,
        /// When.
        at: Millis,
    },
    /// A stanza is shown to whom it is for: after the commit and in its order, before the pushes and the presence
    /// that the same act brings (§3.1.6). Nothing is written for it.
    Sent(Sent),
    /// That request is answered or taken back.
    Settled {
        /// Who was asked.
        owner: BareJid,
        /// Who asked.
        from: BareJid,
    },
}

/// What one local account's roster says about one contact.
#[derive(Clone, Debug)]
pub struct Side {
    /// Whose roster.
    pub owner: BareJid,
    /// About whom.
    pub contact: BareJid,
    /// The item, if there is one.
    pub item: Option<RosterItem>,
    /// The contact waits for an answer.
    pub requested: bool,
    /// The roster's version now; 0 for one never written.
    pub version: u64,
    /// Items in the whole roster.
    pub items: usize,
    /// Waiting requests of everybody.
    pub requests: usize,
    /// The owner blocks the contact (XEP-0191): what it says may change the roster, so that two
    /// rosters here agree, but it is neither shown nor answered, and a request is as if never sent.
    pub blocks: bool,
    /// Groups that are behind the item.
    pub tie: Tie,
}

/// One of the two that a subscription stanza is about.
#[derive(Clone, Debug)]
pub enum Party {
    /// An account here.
    Local(Side),
    /// Somebody whose roster another server keeps.
    Remote(BareJid),
    /// A name of ours that no account has. Treated as a silent one, so that the difference does
    /// not show.
    Nobody(BareJid),
}

/// Both rosters a subscription stanza touches.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Who sends.
    pub from: Party,
    /// To whom.
    pub to: Party,
}

/// A subscription stanza to be brought to `to` once the changes are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Whose bare address it carries.
    pub from: BareJid,
    /// Where it goes: a local account's resources, or another server.
    pub to: BareJid,
    /// What it says.
    pub kind: Kind,
    /// `to` is kept by another server.
    pub remote: bool,
    /// The stanza that began the act, with all that was in it; none where the server makes one.
    pub original: Option<Kept>,
}

/// What a client wants an item to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Name; empty means none.
    pub name: Option<String>,
    /// Groups, in any order.
    pub groups: Vec<String>,
}

/// Why a roster stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RosterRefusal {
    /// Nobody is their own contact (§2.3.3: `not-allowed`).
    #[error("an account cannot be its own contact")]
    Own,
    /// The item to be removed is not there (§2.5.3: `item-not-found`).
    #[error("no such contact")]
    NotFound,
    /// A name or group is too long, or a group empty (§2.3.3: `not-acceptable`).
    #[error("a name of {bytes} bytes where 1 to {max} are taken")]
    NameSize {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// A group twice (§2.3.3: `bad-request`).
    #[error("a group is named twice")]
    DoubleGroup,
    /// Too many groups (`not-acceptable`).
    #[error("{groups} groups where {max} are taken")]
    Groups {
        /// How many.
        groups: usize,
        /// The bound.
        max: usize,
    },
    /// One of the two blocks the other, so nothing makes them contacts.
    #[error("one of the two blocks the other")]
    Blocked,
    /// The roster holds all it may (`resource-constraint`).
    #[error("the roster is full")]
    Full,
}

impl Wish {
    /// Checks names and groups, and brings them into the kept form.
    ///
    /// # Errors
    /// [`RosterRefusal`] as RFC 6121 §2.3.3 says.
    pub fn checked(mut self) -> Result<Self, RosterRefusal> {
        let size = |bytes| RosterRefusal::NameSize { bytes, max: MAX_NAME_BYTES };
        self.name = self.name.filter(|name| !name.is_empty());
        if let Some(name) = self.name.as_ref().filter(|name| name.len() > MAX_NAME_BYTES) {
            return Err(size(name.len()));
        }
        if let Some(group) = self.groups.iter().find(|group| group.is_empty() || group.len() > MAX_NAME_BYTES) {
            return Err(size(group.len()));
        }
        self.groups.sort_unstable();
        if self.groups.windows(2).any(|two| two[0] == two[1]) {
            return Err(RosterRefusal::DoubleGroup);
        }
        if self.groups.len() > MAX_GROUPS {
            return Err(RosterRefusal::Groups { groups: self.groups.len(), max: MAX_GROUPS });
        }
        Ok(self)
    }
}

impl Side {
    /// What an account whose roster has never been written says about `contact`.
    pub fn new(owner: BareJid, contact: BareJid) -> Self {
        Self {
            owner,
            contact,
            item: None,
            requested: false,
            version: 0,
            items: 0,
            requests: 0,
            blocks: false,
            tie: Tie::default(),
        }
    }

    /// Where the two stand, the waiting request included.
    pub fn state(&self) -> State {
        let mut state = self.item.as_ref().map(|item| item.state).unwrap_or_default();
        if self.requested && state.from == From::No {
            state.from = From::Requested;
        }
        state
    }

    /// Brings the side to `state`, with the item written where `push` says that it looks different.
    fn turn(&mut self, state: State, push: bool, changes: &mut Vec<Change>) -> Result<(), RosterRefusal> {
        if self.requested && state.from != From::Requested {
            self.requested = false;
            self.requests = self.requests.saturating_sub(1);
            changes.push(RosterChange::Settled { owner: self.owner.clone(), from: self.contact.clone() }.into());
        }
        if push {
            let before = self.item.as_ref().map(|item| item.state).unwrap_or_default();
            let mut item = match self.item.take() {
                Some(item) => item,
                None if self.items >= MAX_ITEMS => return Err(RosterRefusal::Full),
                None => RosterItem { contact: self.contact.clone(), name: None, groups: Vec::new(), state },
            };
            item.state = state;
            if item.state.from == From::Requested {
                item.state.from = From::No;
            }
            self.put(item, before, changes);
        }
        Ok(())
    }

    pub(crate) fn put(&mut self, item: RosterItem, before: State, changes: &mut Vec<Change>) {
        self.version += 1;
        self.item = Some(item.clone());
        changes.push(RosterChange::Put { owner: self.owner.clone(), item, before, version: self.version }.into());
    }
}

impl Party {
    /// Whose address.
    pub fn jid(&self) -> &BareJid {
        match self {
            Self::Local(side) => &side.owner,
            Self::Remote(jid) | Self::Nobody(jid) => jid,
        }
    }
}

/// A client's roster set: name and groups of a new or known contact. Subscriptions stay.
///
/// # Errors
/// [`RosterRefusal`] where the wish breaks a bound; nothing changes then.
pub fn set(mut side: Side, wish: Wish) -> Result<Outcome<()>, RosterRefusal> {
    if side.owner == side.contact {
        return Err(RosterRefusal::Own);
    }
    let wish = wish.checked()?;
    let before = side.item.as_ref().map(|item| item.state).unwrap_or_default();
    if side.item.is_none() && side.items >= MAX_ITEMS {
        return Err(RosterRefusal::Full);
    }
    let mut changes = Vec::new();
    let item = RosterItem { contact: side.contact.clone(), name: wish.name, groups: wish.groups, state: before };
    // Who names a contact or sorts it elsewhere makes it their own.
    contacts::keep(&mut side, &mut changes);
    side.put(item, before, &mut changes);
    Ok(Outcome { changes, out: () })
}

/// A client's removal of the contact `pair.to`: both subscriptions end, a waiting request is refused (§2.5).
///
/// # Errors
/// [`RosterRefusal::NotFound`] where there is no such item.
pub fn remove(mut pair: Pair) -> Result<Outcome<Vec<Sent>>, RosterRefusal> {
    let Party::Local(side) = &pair.from else { return Err(RosterRefusal::NotFound) };
    let Some(item) = side.item.clone() else { return Err(RosterRefusal::NotFound) };
    let state = side.state();
    let (mut changes, mut sent) = (Vec::new(), Vec::new());
    if state.to != To::No {
        arrive(&mut pair.to, item_owner(&pair.from), Kind::Unsubscribe, None, &mut changes, &mut sent)?;
    }
    if state.from != From::No {
        arrive(&mut pair.to, item_owner(&pair.from), Kind::Unsubscribed, None, &mut changes, &mut sent)?;
    }
    if let Party::Local(side) = &mut pair.from {
        side.turn(State::default(), false, &mut changes)?;
        let (owner, contact) = (side.owner.clone(), side.contact.clone());
        changes.push(RosterChange::Removed { owner, contact, before: item.state, version: side.version + 1 }.into());
    }
    Ok(showing(sent, changes))
}

/// A subscription stanza on its way from `pair.from` to `pair.to`: both rosters, and what is shown to whom.
///
/// `stanza` is what is shown, stamped with both bare addresses; a request waits with it as far as it is not too long.
///
/// # Errors
/// [`RosterRefusal::Full`] where the sender's roster takes no further item, [`RosterRefusal::Own`]
/// for a stanza to oneself. The receiver's limits make no error: a request too many is dropped.
pub fn subscription(mut pair: Pair, kind: Kind, stanza: Kept, at: Millis) -> Result<Outcome<Vec<Sent>>, RosterRefusal> {
    if pair.from.jid() == pair.to.jid() {
        return Err(RosterRefusal::Own);
    }
    let (mut changes, mut sent) = (Vec::new(), Vec::new());
    if let Party::Local(side) = &mut pair.from {
        let step = step(side.state(), Direction::Outbound, kind);
        side.turn(step.state, step.push, &mut changes)?;
        if !step.route_on {
            return Ok(Outcome { changes, out: sent });
        }
    }
    let reply = arrive(&mut pair.to, item_owner(&pair.from), kind, Some((stanza, at)), &mut changes, &mut sent)?;
    if let Some(reply) = reply {
        arrive(&mut pair.from, item_owner(&pair.to), reply, None, &mut changes, &mut sent)?;
    }
    Ok(showing(sent, changes))
}

/// Both become contacts who see each other, at once: by redeeming an invite, or by its token in a
/// request. What each calls the other stays; no name is set. A side that lives elsewhere is told
/// by the stanzas in the answer (XEP-0379 §3), which the caller owes it.
///
/// # Errors
/// [`RosterRefusal::Full`] where one of the rosters takes no further item, [`RosterRefusal::Own`]
/// where both are the same, [`RosterRefusal::Blocked`] where one blocks the other.
pub fn befriend(mut pair: Pair) -> Result<Outcome<Vec<Sent>>, RosterRefusal> {
    if pair.from.jid() == pair.to.jid() {
        return Err(RosterRefusal::Own);
    }
    let (mut changes, mut sent) = (Vec::new(), Vec::new());
    let blocks = |party: &Party| matches!(party, Party::Local(side) if side.blocks);
    if blocks(&pair.from) || blocks(&pair.to) {
        return Err(RosterRefusal::Blocked);
    }
    let both_here = matches!((&pair.from, &pair.to), (Party::Local(_), Party::Local(_)));
    for party in [&mut pair.from, &mut pair.to] {
        let Party::Local(side) = party else { continue };
        let before = side.state();
        // Somebody elsewhere has yet to agree that we see them.
        let to = if both_here || before.to == To::Yes { To::Yes } else { To::Asked };
        let state = State { to, from: From::Yes, approved: false };
        let item = side.item.as_ref().map(|item| item.state);
        contacts::keep(side, &mut changes);
        side.turn(state, item != Some(state), &mut changes)?;
        if !both_here {
            let (from, to) = (side.owner.clone(), side.contact.clone());
            let tell = |kind| Sent { from: from.clone(), to: to.clone(), kind, remote: true, original: None };
            sent.push(tell(Kind::Subscribed));
            if before.to == To::No {
                sent.push(tell(Kind::Subscribe));
            }
        }
    }
    Ok(Outcome { changes, out: sent })
}

fn item_owner(party: &Party) -> BareJid {
    party.jid().clone()
}

/// A stanza reaches `party`: its roster changes, and its resources see the stanza if they should.
/// Returns what the server answers in its name.
fn arrive(
    party: &mut Party,
    from: BareJid,
    kind: Kind,
    original: Option<(Kept, Millis)>,
    changes: &mut Vec<Change>,
    sent: &mut Vec<Sent>,
) -> Result<Option<Kind>, RosterRefusal> {
    let to = party.jid().clone();
    let shown = |remote| {
        let stanza = original.as_ref().map(|(stanza, _)| stanza.clone());
        Sent { from: from.clone(), to: to.clone(), kind, remote, original: stanza }
    };
    let side = match party {
        Party::Local(side) => side,
        Party::Remote(_) => {
            sent.push(shown(true));
            return Ok(None);
        }
        Party::Nobody(_) => return Ok(None),
    };
    if side.blocks && kind == Kind::Subscribe {
        return Ok(None);
    }
    let before = side.state();
    let step = step(before, Direction::Inbound, kind);
    if step.state.from == From::Requested && before.from != From::Requested {
        let Some((stanza, at)) = &original else { return Ok(None) };
        if side.requests >= MAX_REQUESTS {
            return Ok(None);
        }
        side.requested = true;
        side.requests += 1;
        let (stanza, at) = (waiting(stanza, &from, &to), *at);
        changes.push(RosterChange::Requested { owner: to.clone(), from: from.clone(), stanza, at }.into());
    }
    // Never full here: what can be pushed on arrival was an item before (asked or approved).
    side.turn(step.state, step.push, changes)?;
    if step.deliver && !side.blocks {
        sent.push(shown(false));
    }
    Ok(step.auto_reply)
}

/// What is shown goes before what changes.
fn showing(sent: Vec<Sent>, changes: Vec<Change>) -> Outcome<Vec<Sent>> {
    let shown = sent.iter().cloned().map(|one| RosterChange::Sent(one).into());
    Outcome { changes: shown.chain(changes).collect(), out: sent }
}

/// A request as it is kept until answered: with what came along, where that is not too much.
fn waiting(stanza: &Kept, from: &BareJid, to: &BareJid) -> Kept {
    if stanza.as_bytes().len() <= MAX_REQUEST_BYTES {
        return stanza.clone();
    }
    let (from, to) = (Jid::from(from.clone()), Jid::from(to.clone()));
    let kind = Kind::Subscribe.as_str();
    let bare = Stanza::build(stanza::Kind::Presence, kind, "", Some(&to), Some(&from), &[]);
    Kept::from(bare.map(|stanza| stanza.bytes().to_vec()).unwrap_or_default())
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
