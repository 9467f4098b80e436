//! A stanza on its way out: shared bytes and what differs for this one recipient.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parlour_domain::csi;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::{DefaultNs, Kind, PresenceType, Stamp, Stanza, Strip};

/// From whom and to whom.
type Pair<'a> = (Option<&'a Jid>, Option<&'a Jid>);

/// One stanza for one resource. A clone costs a few counters.
#[derive(Clone, Debug)]
pub struct Out {
    /// As it came in, or as the server made it.
    pub stanza: Stanza,
    /// Written as `from`; `None` leaves the stanza's own.
    pub from: Option<Arc<Jid>>,
    /// Written as `to`; `None` leaves the stanza's own.
    pub to: Option<Arc<Jid>>,
    /// Children added at the end, already XML: `<stanza-id/>`, `<delay/>`.
    pub add: Option<Arc<[u8]>>,
    /// Where the archive or the offline store holds it for this recipient, for when it was not
    /// handed over after all.
    pub kept: Option<i64>,
    /// Its row in offline storage, which still waits and goes once this is acknowledged.
    pub row: Option<i64>,
    /// No other client of the account got it: it must not be lost with this one.
    pub alone: bool,
    /// Several clients of the account got it: it must not be lost with all of them.
    pub shared: Option<Arc<Shared>>,
    /// Whether its client is woken for it (XEP-0357).
    pub wake: Wake,
}

/// A message that went to several clients, and whether any of them has it.
#[derive(Debug)]
pub struct Shared {
    holders: AtomicUsize,
    arrived: AtomicBool,
}

impl Shared {
    /// Goes to so many.
    pub fn among(holders: usize) -> Arc<Self> {
        Arc::new(Self { holders: AtomicUsize::new(holders), arrived: AtomicBool::new(false) })
    }

    /// One of them has it.
    pub fn arrive(&self) {
        self.arrived.store(true, Ordering::Release);
    }

    /// One of them has lost it. True where it was the last of all, and none has it.
    pub fn is_lost(&self) -> bool {
        self.holders.fetch_sub(1, Ordering::AcqRel) == 1 && !self.arrived.load(Ordering::Acquire)
    }
}

/// Whether a client that is not there is woken for what waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wake {
    /// Not for this.
    #[default]
    No,
    /// Should its connection be lost before it has this.
    Due,
    /// That has been done.
    Done,
}

impl Out {
    /// A stanza that needs nothing changed.
    pub fn plain(stanza: Stanza) -> Self {
        Self {
            stanza,
            from: None,
            to: None,
            add: None,
            kept: None,
            row: None,
            alone: false,
            shared: None,
            wake: Wake::No,
        }
    }

    /// The same with `from` and `to` as written to the recipient.
    #[must_use]
    pub fn stamped(mut self, from: Option<Arc<Jid>>, to: Option<Arc<Jid>>) -> Self {
        self.from = from;
        self.to = to;
        self
    }

    /// Appends the stanza as this recipient gets it.
    pub fn write(&self, out: &mut Vec<u8>, default_ns: DefaultNs) {
        self.stanza.write(
            out,
            &Stamp {
                to: self.to.as_deref(),
                from: self.from.as_deref(),
                add: self.add.as_deref().unwrap_or_default(),
                // What may not pass was stripped when the stanza was accepted.
                strip: Strip::NONE,
                default_ns,
            },
        );
    }

    /// Bytes this holds on to, about.
    pub fn cost(&self) -> usize {
        self.stanza.len() + self.add.as_ref().map_or(0, |a| a.len()) + size_of::<Self>()
    }

    /// Whose presence to whom this is, where a newer one makes it pointless.
    pub(crate) fn presence_key(&self) -> Option<Pair<'_>> {
        if self.stanza.kind() != Kind::Presence {
            return None;
        }
        match self.stanza.presence_type() {
            Ok(PresenceType::Available | PresenceType::Unavailable) => Some(self.pair()),
            _ => None,
        }
    }

    /// Who types to whom, where this says that and nothing else, and nothing is to be done once it arrives.
    pub(crate) fn chat_state_key(&self) -> Option<Pair<'_>> {
        let nothing_else = self.kept.is_none() && self.row.is_none() && csi::is_mere_chat_state(&self.stanza);
        nothing_else.then(|| self.pair())
    }

    fn pair(&self) -> Pair<'_> {
        (self.from.as_deref().or_else(|| self.stanza.from()), self.to.as_deref().or_else(|| self.stanza.to()))
    }
}
