//! A whole server on free ports, a small client, wire scripts, a clock to move. Tests only.
//!
//! [`Server`] puts the rooms together as the binary does, over a store in a directory of its own; [`Client`] speaks raw
//! XML and nothing of what it hears is hidden from the test; [`script`] runs a file of who says what to whom; a [`Line`]
//! between them goes dead on command; a [`PushService`] elsewhere hears what it is told; an
//! [`AcmeDirectory`] signs certificates.
//!
//! The client shares the element tree with the server and nothing else: it cuts the stream with a scanner of its own, so
//! that a mistake in the server's framing is seen and not repeated.

mod acme;
pub mod broken;
mod browser;
mod client;
pub mod faults;
mod given;
mod line;
mod name_server;
mod pattern;
mod poisoned;
mod push_service;
mod reloads;
mod scanner;
pub mod scram;
pub mod script;
mod server;
pub mod storm;
mod take_any;
mod tls;

pub use acme::{AcmeDirectory, Doors, Hostile, Mood as AcmeMood};
pub use browser::{Browser, Page};
pub use client::{Client, Heard};
pub use given::{Hands, Loaded};
pub use line::Line;
pub use name_server::NameServer;
pub use pattern::{Mismatch, Pattern, Vars};
pub use poisoned::{Poisoned, poisoned};
pub use push_service::{Mood, PushService};
pub use reloads::{Reloads, reloads};
pub use server::{PASSWORD, Ports, Server, Setup, operator};
pub use tls::{client_config, connect_tls};

/// How long a test waits for something that should come at once, before it fails.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
