//! Features over a real store in memory: the doors of invites over pipes, contacts without.

mod account;
mod contacts;
mod inviting;
mod registering;
mod world;
