//! The proof that something is on the disk.
//!
//! A door's success reply takes a [`Committed`], and only this crate makes one, after COMMIT has
//! returned: "acknowledged means committed" is a type.

use parlour_domain::Change;

/// An answer whose changes are durable.
#[derive(Debug)]
pub struct Committed<T> {
    out: T,
    changes: Vec<Change>,
}

impl<T> Committed<T> {
    pub(crate) fn new(out: T, changes: Vec<Change>) -> Self {
        Self { out, changes }
    }

    /// The act's answer.
    pub fn out(&self) -> &T {
        &self.out
    }

    /// The answer, without the proof.
    pub fn into_out(self) -> T {
        self.out
    }

    /// What became true, in order: food for `engine::effects`.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The same proof about an answer made from this one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Committed<U> {
        Committed { out: f(self.out), changes: self.changes }
    }
}
