//! The rules: facts in, changes out. No IO, no clock, no randomness.
//!
//! A rule is a pure function over facts that a store has read (and locked) for it. It returns an
//! [`Outcome`]: the [`Change`]s to write, and what the caller is told once they are durable.

pub mod account;
pub mod api_key;
pub mod archive;
pub mod blocking;
pub mod by;
pub mod caps;
pub mod change;
pub mod clock;
pub mod colour;
pub mod csi;
pub mod delivery;
pub mod device;
pub mod group;
pub mod hex;
pub mod host;
pub mod invite;
pub mod kept;
pub mod limits;
pub mod meters;
pub mod names;
pub mod options;
pub mod outbox;
pub mod password;
pub mod personal;
pub mod profile;
pub mod pubsub;
pub mod push;
pub mod roster;
pub mod sending;
pub mod session;
pub mod subscription;
pub mod token;
pub mod view;

pub use account::{Account, AccountChange, AccountState, KeyKind, SealedKeys};
pub use by::{Actor, By, Door, Role};
pub use change::{Change, Outcome};
pub use clock::{Clock, Dice, Millis};
pub use colour::Colour;
pub use host::{HostChange, HostName, HostPolicy, HostRow};
pub use invite::{Invite, InviteChange, InviteKind, InviteState, Presented, Who};
pub use options::{HostOptions, Span};
