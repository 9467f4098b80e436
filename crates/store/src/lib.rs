//! What is kept: one trait per area, a method per act, SQLite behind them.
//!
//! A method takes what is asked and gives a [`Ticket`] at once. On the writer's thread the store
//! reads the facts, calls `domain`'s pure rule on them, applies the changes that follow, and
//! resolves the ticket with a [`Committed`] once the whole group is on the disk. No transaction
//! type and no SQL leaves this crate.

pub mod accounts;
mod after;
pub mod api_keys;
pub mod archive;
pub mod blocking;
mod committed;
#[cfg(test)]
mod conformance;
pub mod devices;
mod error;
pub mod groups;
pub mod hosts;
pub mod invites;
mod lock;
pub mod once;
pub mod outbox;
pub mod personal;
pub mod pubsub;
pub mod push;
pub mod rosters;
pub mod sessions;
pub mod sqlite;
mod ticket;

pub use after::{After, followed_by};
pub use committed::Committed;
pub use error::{ActError, StoreError};
pub use lock::DataLock;
pub use once::once;
pub use sqlite::Sqlite;
pub use ticket::Ticket;

/// An act's ticket: `T` once durable, else a refusal `R` or the store's failure.
pub type Act<T, R> = Ticket<Committed<T>, ActError<R>>;
