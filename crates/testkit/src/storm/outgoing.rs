//! What somebody has sent and the server has not acknowledged: XEP-0198's queue on the client's side. No IO.

use std::collections::VecDeque;

use super::ledger::{Id, Ledger};

/// One stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub xml: String,
    pub what: What,
}

/// What it is, as far as its loss matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A message, said again until it is acknowledged.
    Message(Id),
    /// A request that may be made twice.
    Request,
    /// Means nothing on another stream.
    Passing,
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// Acknowledged of this session.
    acknowledged: u32,
    queue: VecDeque<Sent>,
}

impl Outgoing {
    pub fn push(&mut self, sent: Sent) {
        self.queue.push_back(sent);
    }

    pub fn len(&self) -> usize {
        self.queue.len()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The server has handled `h` stanzas of this session.
    pub fn acknowledge(&mut self, h: u32, ledger: &mut Ledger) {
        let Some(new) = h.checked_sub(self.acknowledged).filter(|new| *new as usize <= self.queue.len()) else {
            ledger.beyond();
            return;
        };
        for sent in self.queue.drain(..new as usize) {
            if let What::Message(id) = sent.what {
                ledger.acknowledged(id);
            }
        }
        self.acknowledged = h;
    }

    /// The server remembers no more than that of a session that is over: it may have told more before, of what it does not
    /// write down (presence, say).
    pub fn remembered(&mut self, h: u32, ledger: &mut Ledger) {
        if h > self.acknowledged {
            self.acknowledge(h, ledger);
        }
    }

    /// All that has to be sent again on the same session.
    pub fn again(&self) -> String {
        self.queue.iter().map(|sent| sent.xml.as_str()).collect()
    }

    /// Begins a new session; gives what has to be said in it once more.
    pub fn begin(&mut self) -> Vec<Sent> {
        self.acknowledged = 0;
        std::mem::take(&mut self.queue).into_iter().filter(|sent| sent.what != What::Passing).collect()
    }

    /// The messages among it.
    pub fn messages(&self) -> impl Iterator<Item = Id> {
        self.queue.iter().filter_map(|sent| match sent.what {
            What::Message(id) => Some(id),
            What::Request | What::Passing => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u32) -> Sent {
        Sent { xml: format!("<{number}/>"), what: What::Message(Id { from: 0, number }) }
    }

    #[test]
    fn what_is_acknowledged_leaves_and_the_rest_is_said_again() {
        let (mut out, mut ledger) = (Outgoing::default(), Ledger::new(1));
        for number in 0..4 {
            ledger.said(Id { from: 0, number }, 0);
            out.push(message(number));
            out.push(Sent { xml: "<p/>".to_owned(), what: What::Passing });
        }
        out.acknowledge(3, &mut ledger);
        assert_eq!(out.again(), "<p/><2/><p/><3/><p/>");
        assert_eq!(out.begin(), [message(2), message(3)]);
        assert!(out.is_empty());
        out.push(message(2));
        out.acknowledge(1, &mut ledger);
        let verdict = ledger.verdict();
        assert_eq!((verdict.acknowledged, verdict.beyond), (3, 0));
    }

    #[test]
    fn a_count_that_cannot_be_is_noted_and_believed_in_nothing() {
        for h in [2, 0] {
            let (mut out, mut ledger) = (Outgoing::default(), Ledger::new(1));
            out.push(message(0));
            out.acknowledge(1, &mut ledger);
            out.push(message(1));
            out.acknowledge(if h == 2 { 3 } else { 0 }, &mut ledger);
            assert_eq!((ledger.verdict().beyond, out.len()), (1, 1));
        }
    }
}
