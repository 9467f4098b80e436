//! What a client or server sent and is not done yet: one queue, in order, so that nothing overtakes.
//!
//! Empty and unallocated while nothing waits. A message behind others that wait for their commit is
//! submitted at once, so that commits share a disk write; anything behind a pending act or look-up
//! is judged when it reaches the head. What is executed is counted: that is XEP-0198's `h`.
//!
//! Spec: XEP-0198 v1.6.1 §4 (`h`), DESIGN "Order, group commit, acknowledgement".

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use parlour_router::Live;
use parlour_xmpp::stanza::{Kind, Stanza};

use crate::iq::BoxFuture;

/// What became of a stanza that was judged.
pub enum Entry {
    /// Executed, answered, dropped or bounced.
    Done,
    /// It has to be at the head before it is judged.
    Held(Stanza),
    /// Submitted; its delivery follows the commit by itself.
    Commit(BoxFuture<()>),
    /// An act is under way; nothing behind it is judged before it ends.
    Act(BoxFuture<()>),
    /// The recipient is looked up; then the stanza is judged again.
    Locate(Stanza, BoxFuture<Found>),
    /// A question under way that holds nothing back.
    Aside(BoxFuture<()>),
}

/// A recipient that was looked up: `None` where there is no such account, or the store failed.
#[derive(Debug)]
pub enum Found {
    /// In the table now.
    Account(Arc<Live>),
    /// There is none.
    Nobody,
    /// The store failed.
    Failed,
    /// The sender may not write to anybody new now.
    Refused,
}

/// Where a stanza stands when it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everything before it is done.
    Head,
    /// Everything before it is submitted. What does not wait for a commit itself must be held.
    Behind,
}

/// Judges stanzas: the way, or a test's.
pub trait Judge {
    /// Judges a stanza, the `number`th of its stream as `h` will count it. `found` is given when it was looked up.
    fn judge(&self, stanza: Stanza, number: u32, place: Place, found: Option<Found>) -> Entry;
}

/// The queue of one inbound stream.
#[derive(Default)]
pub struct Window {
    queue: VecDeque<(usize, Entry)>,
    /// How many at the front are commits.
    commits: usize,
    bytes: usize,
    handled: u32,
    /// The first of the asides is [`Self::before`] all that comes.
    first: bool,
    asides: Vec<BoxFuture<()>>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").field("waiting", &self.queue.len()).field("handled", &self.handled).finish()
    }
}

/// How much may wait on one stream; then reading stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowBounds {
    /// Stanzas.
    pub entries: usize,
    /// Bytes.
    pub bytes: usize,
}

impl WindowBounds {
    /// For a client.
    pub const CLIENT: Self = Self { entries: 64, bytes: 256 * 1024 };
    /// For another server.
    pub const SERVER: Self = Self { entries: 1024, bytes: 4 * 1024 * 1024 };
}

impl Window {
    /// Takes a stanza that was read. It is executed at once if nothing is in its way.
    pub fn offer(&mut self, judge: &impl Judge, stanza: Stanza) {
        let size = stanza.len();
        let number = self.number(self.queue.len());
        let entry = if self.first {
            Entry::Held(stanza)
        } else if self.queue.is_empty() {
            judge.judge(stanza, number, Place::Head, None)
        } else if self.commits == self.queue.len() && stanza.kind() == Kind::Message {
            judge.judge(stanza, number, Place::Behind, None)
        } else {
            Entry::Held(stanza)
        };
        if self.queue.is_empty() {
            match entry {
                Entry::Done => {
                    self.handled = self.handled.wrapping_add(1);
                    return;
                }
                Entry::Aside(work) if self.asides.len() < MAX_ASIDES => {
                    self.asides.push(work);
                    self.handled = self.handled.wrapping_add(1);
                    return;
                }
                _ => {}
            }
        }
        if matches!(entry, Entry::Commit(_)) && self.commits == self.queue.len() {
            self.commits += 1;
        }
        self.bytes += size;
        self.queue.push_back((size, entry));
    }

    /// Goes on with what waits, as far as it can. Ready when nothing waits any more, asides excepted.
    pub fn poll(&mut self, cx: &mut Context<'_>, judge: &impl Judge) -> Poll<()> {
        if self.first {
            let ends = self.asides.first_mut().is_none_or(|work| work.as_mut().poll(cx).is_ready());
            if ends && !self.asides.is_empty() {
                drop(self.asides.remove(0));
            }
            self.first = !ends;
        }
        if !self.asides.is_empty() {
            let mut held = self.first;
            self.asides.retain_mut(|work| std::mem::take(&mut held) || work.as_mut().poll(cx).is_pending());
            if self.asides.is_empty() {
                self.asides = Vec::new();
            }
        }
        if self.first {
            return Poll::Pending;
        }
        loop {
            let number = self.number(0);
            let Some((_, head)) = self.queue.front_mut() else { break };
            let next = match head {
                Entry::Done => None,
                Entry::Commit(work) | Entry::Act(work) => match work.as_mut().poll(cx) {
                    Poll::Ready(()) => None,
                    Poll::Pending => return Poll::Pending,
                },
                Entry::Locate(_, work) => {
                    let Poll::Ready(found) = work.as_mut().poll(cx) else { return Poll::Pending };
                    let Entry::Locate(stanza, _) = std::mem::replace(head, Entry::Done) else { continue };
                    Some(judge.judge(stanza, number, Place::Head, Some(found)))
                }
                Entry::Held(_) => {
                    let Entry::Held(stanza) = std::mem::replace(head, Entry::Done) else { continue };
                    Some(judge.judge(stanza, number, Place::Head, None))
                }
                Entry::Aside(work) => {
                    // First to see whether it is done already; else it needs a place beside.
                    if work.as_mut().poll(cx).is_ready() {
                        None
                    } else if self.asides.len() < MAX_ASIDES {
                        let Entry::Aside(work) = std::mem::replace(head, Entry::Done) else { continue };
                        self.asides.push(work);
                        None
                    } else {
                        return Poll::Pending;
                    }
                }
            };
            match next {
                None => {
                    if let Some((size, _)) = self.queue.pop_front() {
                        self.bytes -= size;
                    }
                    self.commits = self.commits.saturating_sub(1);
                    self.handled = self.handled.wrapping_add(1);
                }
                Some(entry) => {
                    self.commits = usize::from(matches!(entry, Entry::Commit(_)));
                    *head = entry;
                    self.submit_behind(judge);
                }
            }
        }
        self.queue = VecDeque::new();
        Poll::Ready(())
    }

    /// Something of the client's that is no stanza, and ends before any that comes from here on is judged. To be called
    /// while nothing waits, and nothing of its kind is under way.
    pub fn before(&mut self, work: BoxFuture<()>) {
        self.asides.insert(0, work);
        self.first = true;
    }

    /// Nothing at all is under way.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.asides.is_empty()
    }

    /// Nothing waits for its turn.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && !self.first
    }

    /// No more may be read.
    pub fn is_full(&self, bounds: WindowBounds) -> bool {
        self.queue.len() >= bounds.entries || self.bytes >= bounds.bytes
    }

    /// How many stanzas were handled since [`Window::count_from_here`]: each with all before it.
    pub fn handled(&self) -> u32 {
        self.handled
    }

    /// What comes from here on counts. To be called while nothing waits.
    pub fn count_from_here(&mut self) {
        self.handled = 0;
    }

    /// Goes on counting from what another connection of the session had handled.
    pub fn count_from(&mut self, handled: u32) {
        self.handled = handled;
    }

    /// Messages held behind commits can be submitted too.
    fn submit_behind(&mut self, judge: &impl Judge) {
        while self.commits > 0 {
            let number = self.number(self.commits);
            let Some((_, next)) = self.queue.get_mut(self.commits) else { return };
            if !matches!(next, Entry::Held(stanza) if stanza.kind() == Kind::Message) {
                return;
            }
            let Entry::Held(stanza) = std::mem::replace(next, Entry::Done) else { return };
            *next = judge.judge(stanza, number, Place::Behind, None);
            match next {
                Entry::Commit(_) => self.commits += 1,
                _ => return,
            }
        }
    }

    /// What `h` will be once the entry at `index` is done.
    fn number(&self, index: usize) -> u32 {
        self.handled.wrapping_add(u32::try_from(index).unwrap_or(u32::MAX)).wrapping_add(1)
    }
}

/// Questions of one stream under way at a time.
const MAX_ASIDES: usize = 16;

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
