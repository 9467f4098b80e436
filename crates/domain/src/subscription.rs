//! Who may see whose presence: the nine states of a contact and what each subscription stanza does to them.
//!
//! Spec: RFC 6121 §3 (subscription stanzas), §3.4 (pre-approval), Appendix A (the tables).
//! Left out: §3.1.3's choice to answer for accounts that do not exist; we stay silent, so that
//! nobody learns which names are taken.

/// The account's own subscription to the contact's presence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum To {
    /// None, and none asked for.
    #[default]
    No,
    /// Asked for, not answered (`ask='subscribe'`, "Pending Out").
    Asked,
    /// The account receives the contact's presence.
    Yes,
}

/// The contact's subscription to the account's presence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum From {
    /// None, and none asked for.
    #[default]
    No,
    /// The contact asked and waits for an answer ("Pending In").
    Requested,
    /// The contact receives the account's presence.
    Yes,
}

/// One of the nine states of Appendix A.1, with the pre-approval beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What the account gets to see.
    pub to: To,
    /// What the contact gets to see.
    pub from: From,
    /// A coming request will be granted without asking (§3.4). Used up by that request, and never
    /// set together with [`From::Yes`].
    pub approved: bool,
}

/// What a subscription stanza asks or tells; the presence `type` of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// "Let me see you."
    Subscribe,
    /// "You may see me."
    Subscribed,
    /// "I no longer want to see you."
    Unsubscribe,
    /// "You may not see me (any more)."
    Unsubscribed,
}

/// From whose side a stanza is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The account sends it to the contact (Appendix A.2).
    Outbound,
    /// The contact sent it to the account (Appendix A.3).
    Inbound,
}

/// What follows from one stanza for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The state afterwards.
    pub state: State,
    /// Outbound only: the stanza goes on to the contact.
    pub route_on: bool,
    /// Inbound only: the account's resources get to see the stanza.
    pub deliver: bool,
    /// What a client sees of the state changed: push the roster item.
    pub push: bool,
    /// Inbound only: the server answers the contact in the account's name.
    pub auto_reply: Option<Kind>,
}

impl Kind {
    /// The `type` attribute's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Subscribed => "subscribed",
            Self::Unsubscribe => "unsubscribe",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    /// Reads a presence `type`; `None` for one that is no subscription stanza.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "subscribe" => Self::Subscribe,
            "subscribed" => Self::Subscribed,
            "unsubscribe" => Self::Unsubscribe,
            "unsubscribed" => Self::Unsubscribed,
            _ => return None,
        })
    }
}

impl State {
    /// Each sees the other.
    pub const BOTH: Self = Self { to: To::Yes, from: From::Yes, approved: false };

    /// The roster item's `subscription` attribute.
    pub fn subscription(self) -> &'static str {
        match (self.to == To::Yes, self.from == From::Yes) {
            (false, false) => "none",
            (true, false) => "to",
            (false, true) => "from",
            (true, true) => "both",
        }
    }

    /// The roster item carries `ask='subscribe'`.
    pub fn is_asked(self) -> bool {
        self.to == To::Asked
    }

    /// The contact receives the account's presence.
    pub fn is_seen_by_contact(self) -> bool {
        self.from == From::Yes
    }

    /// The account receives the contact's presence.
    pub fn sees_contact(self) -> bool {
        self.to == To::Yes
    }

    /// Whether a roster item shows the difference (a pending request is not part of the item, §2.1.2).
    fn looks_like(self, other: Self) -> bool {
        self.subscription() == other.subscription()
            && self.is_asked() == other.is_asked()
            && self.approved == other.approved
    }
}

/// The state machine: what `kind`, sent in `direction`, does to a contact in `state`.
pub fn step(state: State, direction: Direction, kind: Kind) -> Step {
    let mut next = state;
    let (mut route_on, mut deliver, mut auto_reply) = (false, false, None);
    match (direction, kind) {
        // A.2.1: always routed, so that two servers that disagree can find together again.
        (Direction::Outbound, Kind::Subscribe) => {
            route_on = true;
            if state.to == To::No {
                next.to = To::Asked;
            }
        }
        // A.2.2
        (Direction::Outbound, Kind::Unsubscribe) => {
            route_on = true;
            next.to = To::No;
        }
        // A.2.3 with §3.4.2: unasked, it is a pre-approval and stays here.
        (Direction::Outbound, Kind::Subscribed) => match state.from {
            From::No => next.approved = true,
            From::Requested => {
                route_on = true;
                next.from = From::Yes;
                next.approved = false;
            }
            From::Yes => {}
        },
        // A.2.4; §3.4.2: it takes a pre-approval back too.
        (Direction::Outbound, Kind::Unsubscribed) => {
            route_on = state.from != From::No;
            next.from = From::No;
            next.approved = false;
        }
        // A.3.1
        (Direction::Inbound, Kind::Subscribe) => match state.from {
            From::No if state.approved => {
                next.from = From::Yes;
                next.approved = false;
                auto_reply = Some(Kind::Subscribed);
            }
            From::No => {
                next.from = From::Requested;
                deliver = true;
            }
            From::Requested => {}
            From::Yes => auto_reply = Some(Kind::Subscribed),
        },
        // A.3.2
        (Direction::Inbound, Kind::Unsubscribe) => {
            deliver = state.from != From::No;
            next.from = From::No;
        }
        // A.3.3: nobody grants what was not asked for.
        (Direction::Inbound, Kind::Subscribed) => {
            if state.to == To::Asked {
                next.to = To::Yes;
                deliver = true;
            }
        }
        // A.3.4
        (Direction::Inbound, Kind::Unsubscribed) => {
            deliver = state.to != To::No;
            next.to = To::No;
        }
    }
    Step { state: next, route_on, deliver, push: !next.looks_like(state), auto_reply }
}

#[cfg(test)]
#[path = "subscription_tests.rs"]
mod tests;
