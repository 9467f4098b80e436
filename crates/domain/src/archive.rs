//! What is kept of messages, as the store is asked to keep it: archive rows, offline rows, and the
//! count a stream may acknowledge. Whether a message is worth it is decided by the delivery stages.
//!
//! Spec: XEP-0313 v1.1 §5.1 (ids), XEP-0160 v1.0.1 §3 (a full store), XEP-0198 v1.6.1 §5 (`h` after a crash).
//! Left out: which messages are old enough to go, which the store finds (`options::Retention`).

pub mod prefs;

use std::sync::Arc;

use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::stanza::{Kind, Stanza};
use parlour_xmpp::xml::Element;
use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::kept::Kept;
use crate::view::ArchivePrefs;
use crate::{Change, Millis};

/// Messages an account may have waiting for its next client beyond what its archive holds. With an
/// archive a message over the bound is still kept there; without one the sender is told
/// `service-unavailable` (XEP-0160 §3).
pub const MAX_OFFLINE: usize = 1_000;

/// A row of an archive. Counts up in order of commit, so that paging by the last one seen never
/// skips any. Clients see a text made of it that tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveId(pub i64);

/// Which stanza of which stream is being kept, so that `h` is known even after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCount {
    /// The stream's XEP-0198 id.
    pub stream: Arc<str>,
    /// The stanza's number in it, as `h` will count it, modulo 2^32.
    pub h: u32,
}

/// One message to be kept.
#[derive(Clone, Debug)]
pub struct KeepAsk {
    /// Who sent it, with the resource.
    pub from: Jid,
    /// To whom it was addressed.
    pub to: Jid,
    /// A row in the sender's archive; the sender lives here then.
    pub sender: bool,
    /// A row in the recipient's archive; the recipient lives here then.
    pub recipient: bool,
    /// To be handed to the recipient's next client.
    pub offline: bool,
    /// Goes to a client of the recipient now, and to its next one should a crash come first.
    pub underway: bool,
    /// The stanza as the recipient gets it.
    pub stanza: Kept,
    /// When it came in.
    pub at: Millis,
    /// Where it came in, if that stream is counted.
    pub count: Option<StreamCount>,
}

/// What happens to archives by acts; what people write to each other goes its own way (`engine::way`).
#[derive(Clone, Debug)]
pub enum ArchiveChange {
    /// The host, or somebody's invite in their name, says something: it waits for the recipient's next client, or goes to
    /// one that is there at once.
    Said(KeepAsk),
    /// Other preferences.
    PrefsSet {
        /// Whose.
        owner: BareJid,
        /// All of them, from now on.
        prefs: ArchivePrefs,
    },
}

impl From<ArchiveChange> for Change {
    fn from(change: ArchiveChange) -> Self {
        Self::Archive(change)
    }
}

/// A chat message that an act causes, written with the act: told means kept, and kept is handed over once. `None` where
/// nothing is left of `text` that XML can carry.
pub(crate) fn say(from: &BareJid, to: &BareJid, id: &str, text: &str, sender: bool, at: Millis) -> Option<Change> {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let body = Element::new(ns::CLIENT, "body").with_text(text).to_bytes(ns::CLIENT);
    let (from, to) = (Jid::from(from.clone()), Jid::from(to.clone()));
    let stanza = Stanza::build(Kind::Message, "chat", id, Some(&to), Some(&from), &body).ok()?;
    let stanza = Kept::from(stanza.bytes());
    let ask = KeepAsk { from, to, sender, recipient: true, offline: true, underway: false, stanza, at, count: None };
    Some(ArchiveChange::Said(ask).into())
}

/// One row to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveRow {
    /// Whose archive.
    pub owner: BareJid,
    /// With whom, bare.
    pub with: BareJid,
    /// It is part of the archive; otherwise it only waits and goes when handed over.
    pub archived: bool,
    /// It waits for the owner's next client.
    pub offline: bool,
}

/// Where a message was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptAt {
    /// Its row in the sender's archive.
    pub sender: Option<ArchiveId>,
    /// Its row for the recipient, in the archive or waiting.
    pub recipient: Option<ArchiveId>,
    /// The recipient's row waits for the next client.
    pub offline: bool,
    /// It should have waited, but the store for that is full, and no archive has it: it was not
    /// kept, and the sender is to be told.
    pub full: bool,
}

impl KeepAsk {
    /// The rows this makes, the sender's first. A note to oneself is one row.
    pub fn rows(&self) -> SmallVec<[ArchiveRow; 2]> {
        let (from, to) = (self.from.to_bare(), self.to.to_bare());
        let mut rows = SmallVec::new();
        if from == to {
            let archived = self.sender || self.recipient;
            if archived || self.offline {
                rows.push(ArchiveRow { owner: to, with: from, archived, offline: self.offline });
            }
            return rows;
        }
        if self.sender {
            rows.push(ArchiveRow { owner: from.clone(), with: to.clone(), archived: true, offline: false });
        }
        if self.recipient || self.offline {
            rows.push(ArchiveRow { owner: to, with: from, archived: self.recipient, offline: self.offline });
        }
        rows
    }
}

/// A bare address as a narrow number for an index. Two addresses share one with a chance of 2^-64,
/// and then only within one owner's archive.
pub fn peer_key(with: &BareJid) -> i64 {
    let digest = Sha256::digest(with.as_str().as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

/// A stream's id as the store knows it: with the id itself one goes on with the session, and a stolen copy of the database
/// is not to have it (ATTACKS 81). Ids are 128 random bits, so that nobody finds one by trying.
pub fn stream_key(stream: &str) -> String {
    let digest = Sha256::digest(stream.as_bytes());
    crate::hex::write(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(from: &str, to: &str) -> KeepAsk {
        KeepAsk {
            from: Jid::new(from).expect("a test's address"),
            to: Jid::new(to).expect("a test's address"),
            sender: true,
            recipient: true,
            offline: true,
            underway: false,
            stanza: Kept::from(&b"<message/>"[..]),
            at: 1,
            count: None,
        }
    }

    #[test]
    fn each_side_gets_its_row_and_a_note_to_oneself_one() {
        let two = ask("a@x.example/1", "b@x.example").rows();
        assert_eq!(two.len(), 2);
        assert_eq!(
            (two[0].owner.as_str(), two[0].with.as_str(), two[0].offline),
            ("a@x.example", "b@x.example", false)
        );
        assert_eq!((two[1].owner.as_str(), two[1].with.as_str(), two[1].offline), ("b@x.example", "a@x.example", true));

        let one = ask("a@x.example/1", "a@x.example").rows();
        assert_eq!(one.len(), 1);
        assert!(one[0].archived && one[0].offline);

        let waiting = KeepAsk { sender: false, recipient: false, ..ask("a@x.example/1", "b@x.example") }.rows();
        assert_eq!(waiting.len(), 1);
        assert!(!waiting[0].archived && waiting[0].offline);
        let nothing =
            KeepAsk { sender: false, recipient: false, offline: false, ..ask("a@x.example/1", "b@x.example") };
        assert!(nothing.rows().is_empty());
    }
}
