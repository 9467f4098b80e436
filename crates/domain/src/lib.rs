//! The rules: facts in, changes out. No IO, no clock, no randomness.
//!
//! A rule is a pure function over facts that a store has read (and locked) for it. It returns an
//! [`Outcome`]: the [`Change`]s to write, and what the caller is told once they are durable.

pub mod archive;
pub mod blocking;
pub mod by;
pub mod change;
pub mod clock;
pub mod host;
pub mod kept;
pub mod options;
pub mod personal;
pub mod roster;
pub mod subscription;
pub mod token;

pub use by::{Actor, By, Door, Role};
pub use change::{Change, Outcome};
pub use clock::{Clock, Dice, Millis};
pub use host::{HostName, HostPolicy};
pub use options::{HostOptions, Span};
