//! The doors of invites, over pipes and a real store in memory.

mod account;
mod inviting;
mod registering;
mod world;
