//! What the oracle knows of rosters: Appendix A as it is written, stanza by stanza.
//!
//! Spec: RFC 6121 §2.5 (removing), §3.1 to §3.4, Appendix A.2 (outbound), A.3 (inbound); XEP-0191 v1.3 §3 (a blocked
//! person's request is as if never sent); XEP-0379 v0.3.3 §3.3 (both at once).

use std::collections::{BTreeMap, BTreeSet};

use parlour_domain::subscription::Kind;

use super::act::{Jid, domain};

/// A contact as its owner's client sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub to: bool,
    /// "Pending Out".
    pub asked: bool,
    pub from: bool,
    pub approved: bool,
    pub name: Option<String>,
    pub groups: Vec<String>,
}

/// One account's side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub items: BTreeMap<Jid, Item>,
    /// "Pending In", in order of arrival.
    pub requests: Vec<Jid>,
    pub blocked: BTreeSet<&'static str>,
}

/// Everybody whose roster is kept here.
pub type Sides = BTreeMap<Jid, Side>;

impl Side {
    pub fn blocks(&self, other: Jid) -> bool {
        self.blocked.contains(other) || self.blocked.contains(domain(other))
    }

    fn settle(&mut self, other: Jid) {
        self.requests.retain(|one| *one != other);
    }

    /// A.2: what sending does to the sender's side, and whether it goes on to the other.
    fn sends(&mut self, other: Jid, kind: Kind) -> bool {
        let pending_in = self.requests.contains(&other);
        let known = self.items.get(other).cloned().unwrap_or_default();
        match kind {
            Kind::Subscribe => {
                if !known.to && !known.asked {
                    self.items.entry(other).or_default().asked = true;
                }
                true
            }
            Kind::Unsubscribe => {
                if let Some(item) = self.items.get_mut(other) {
                    (item.to, item.asked) = (false, false);
                }
                true
            }
            Kind::Subscribed if pending_in => {
                self.settle(other);
                let item = self.items.entry(other).or_default();
                (item.from, item.approved) = (true, false);
                true
            }
            // §3.4.2: noted here, and nobody is told.
            Kind::Subscribed => {
                if !known.from {
                    self.items.entry(other).or_default().approved = true;
                }
                false
            }
            Kind::Unsubscribed => {
                self.settle(other);
                if let Some(item) = self.items.get_mut(other) {
                    (item.from, item.approved) = (false, false);
                }
                known.from || pending_in
            }
        }
    }

    /// A.3: what receiving does to the receiver's side, and what its server answers.
    fn receives(&mut self, other: Jid, kind: Kind) -> Option<Kind> {
        match kind {
            Kind::Subscribe if self.blocks(other) => None,
            Kind::Subscribe => {
                let item = self.items.get_mut(other);
                match item {
                    Some(item) if item.from => Some(Kind::Subscribed),
                    Some(item) if item.approved => {
                        (item.from, item.approved) = (true, false);
                        Some(Kind::Subscribed)
                    }
                    _ => {
                        if !self.requests.contains(&other) {
                            self.requests.push(other);
                        }
                        None
                    }
                }
            }
            Kind::Unsubscribe => {
                self.settle(other);
                if let Some(item) = self.items.get_mut(other) {
                    item.from = false;
                }
                None
            }
            Kind::Subscribed => {
                if let Some(item) = self.items.get_mut(other).filter(|item| item.asked) {
                    (item.to, item.asked) = (true, false);
                }
                None
            }
            Kind::Unsubscribed => {
                if let Some(item) = self.items.get_mut(other) {
                    (item.to, item.asked) = (false, false);
                }
                None
            }
        }
    }
}

fn arrive(sides: &mut Sides, from: Jid, to: Jid, kind: Kind) -> Option<Kind> {
    sides.get_mut(to)?.receives(from, kind)
}

/// A subscription stanza with all that follows.
pub fn send(sides: &mut Sides, from: Jid, to: Jid, kind: Kind) {
    if sides.get_mut(from).is_none_or(|side| side.sends(to, kind))
        && let Some(reply) = arrive(sides, from, to, kind)
    {
        arrive(sides, to, from, reply);
    }
}

/// §2.5: both subscriptions end, a request of the other's is refused. False where there is nothing to remove.
pub fn remove(sides: &mut Sides, owner: Jid, contact: Jid, told: bool) -> bool {
    let Some(side) = sides.get_mut(owner) else { return false };
    let Some(item) = side.items.remove(contact) else { return false };
    let requested = side.requests.contains(&contact);
    side.settle(contact);
    if told && (item.to || item.asked) {
        arrive(sides, owner, contact, Kind::Unsubscribe);
    }
    if told && (item.from || requested) {
        arrive(sides, owner, contact, Kind::Unsubscribed);
    }
    true
}

/// Whether one of the two blocks the other.
pub fn apart(sides: &Sides, one: Jid, other: Jid) -> bool {
    let blocks = |owner: Jid, whom: Jid| sides.get(owner).is_some_and(|side| side.blocks(whom));
    blocks(one, other) || blocks(other, one)
}

/// Both see each other at once; whoever lives elsewhere has yet to agree.
pub fn befriend(sides: &mut Sides, one: Jid, other: Jid) {
    let both_here = sides.contains_key(one) && sides.contains_key(other);
    for (owner, contact) in [(one, other), (other, one)] {
        let Some(side) = sides.get_mut(owner) else { continue };
        side.settle(contact);
        let item = side.items.entry(contact).or_default();
        item.asked = !both_here && !item.to;
        item.to |= both_here;
        (item.from, item.approved) = (true, false);
    }
}
