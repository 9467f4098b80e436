//! What follows a commit, handed over together with the operation.
//!
//! An asker may go away while it waits: a browser closes, a connection breaks. What was submitted
//! happens all the same, so what follows from it must not hang on the asker either. It is called on
//! the writer's thread, in the order of the commits, before the ticket resolves.

use std::cell::RefCell;

use parlour_domain::Change;

/// Called with the changes once they are durable. Must not block: everybody's next commit waits.
pub type After = Box<dyn FnOnce(&[Change]) + Send>;

/// Submits an operation with `after` hung on it. `submit` calls one method of a store that gives an
/// [`crate::Act`]; submitting is synchronous, so the two find each other on this thread.
pub fn followed_by<T>(after: After, submit: impl FnOnce() -> T) -> T {
    let before = NEXT.replace(Some(after));
    let ticket = submit();
    // Whatever a submit that never reached a store left behind is forgotten.
    NEXT.replace(before);
    ticket
}

pub(crate) fn take() -> Option<After> {
    NEXT.take()
}

thread_local! {
    static NEXT: RefCell<Option<After>> = const { RefCell::new(None) };
}
