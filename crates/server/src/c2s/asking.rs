//! When a client is asked what it has taken (`<r/>`), and when it counts as lost.
//!
//! With what it must not lose it is asked in the same write, so that a phone's radio is up anyway; with presence and chat
//! states alone only now and then. One question at a time. Who does not answer in time is lost; who answers less than
//! was asked about is there, and is asked again when the time is up.
//!
//! A client that is idle is asked nothing: that it is gone without a word is for the kernel to notice (`net::listen`), which
//! costs no timer here.
//!
//! Spec: XEP-0198 v1.6.3 §4 and §8.2; ATTACKS F11.

use parlour_domain::csi;
use parlour_xmpp::stanza::Stanza;

/// What one stream was asked and has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asking {
    asked: bool,
    /// Something was acknowledged since, but not all that was asked about.
    answered: bool,
    /// Something that must not be lost was written since.
    urgent: bool,
    /// Stanzas written since.
    since: u32,
    /// Their bytes.
    bytes: u32,
}

impl Asking {
    /// A stanza was written.
    pub(super) fn wrote(&mut self, stanza: &Stanza) {
        self.urgent |= !csi::is_small_talk(stanza);
        self.since = self.since.saturating_add(1);
        self.bytes = self.bytes.saturating_add(u32::try_from(stanza.len()).unwrap_or(u32::MAX));
    }

    /// A question is to be sent, behind what was written.
    pub(super) fn is_due(&self) -> bool {
        !self.asked && (self.urgent || self.since >= EVERY || self.bytes >= EVERY_BYTES)
    }

    /// It was sent.
    pub(super) fn asked(&mut self) {
        *self = Self { asked: true, ..Self::default() };
    }

    /// The client has said what it has; `left` stanzas are not among it. True when nothing is asked any more.
    pub(super) fn acked(&mut self, left: usize) -> bool {
        if left == 0 {
            *self = Self::default();
        } else if left <= self.since as usize {
            self.asked = false;
        } else {
            self.answered = true;
        }
        !self.asked
    }

    /// The time for an answer is up: true where the client is there nevertheless, and is to be asked again.
    pub(super) fn is_alive(&self) -> bool {
        self.asked && self.answered
    }
}

/// What need not arrive is asked about in so many. XEP-0198's own example; few enough to cost little while a client is idle.
const EVERY: u32 = 5;

/// The same in bytes.
const EVERY_BYTES: u32 = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(asking: &mut Asking, xml: &str) {
        asking.wrote(&Stanza::parse(xml.as_bytes()).expect("a stanza"));
    }

    const MESSAGE: &str = "<message><body>hi</body></message>";

    #[test]
    fn what_must_arrive_is_asked_about_at_once_and_once() {
        let mut asking = Asking::default();
        assert!(!asking.is_due());
        wrote(&mut asking, MESSAGE);
        assert!(asking.is_due());
        asking.asked();
        wrote(&mut asking, MESSAGE);
        assert!(!asking.is_due(), "one question at a time");
        assert!(asking.acked(1), "answered");
        assert!(asking.is_due(), "about the second");
        asking.asked();
        assert!(asking.acked(0) && !asking.is_due());
    }

    #[test]
    fn presence_is_asked_about_now_and_then() {
        let mut asking = Asking::default();
        for _ in 1..EVERY {
            wrote(&mut asking, "<presence/>");
            assert!(!asking.is_due());
        }
        wrote(&mut asking, "<message><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
        assert!(asking.is_due());
        // The client tells it by itself.
        assert!(asking.acked(0) && !asking.is_due());
        let large = format!("<presence><status>{}</status></presence>", "a".repeat(EVERY_BYTES as usize));
        wrote(&mut asking, &large);
        assert!(asking.is_due());
    }

    #[test]
    fn who_answers_less_is_there_and_who_answers_nothing_is_not() {
        let mut asking = Asking::default();
        wrote(&mut asking, MESSAGE);
        wrote(&mut asking, MESSAGE);
        asking.asked();
        assert!(!asking.is_alive());
        assert!(!asking.acked(1), "one of the two is still asked about");
        assert!(asking.is_alive());
        asking.asked();
        assert!(!asking.is_alive());
    }
}
