//! Attacks over real sockets: what one session does, and that only this session suffers.
//!
//! The parts have tests of their own under the same numbers; these show that the whole holds together: limits are set in
//! the state they are for, errors reach the wire, streams end, and somebody else's stream goes on.

mod archive;
mod budgets;
mod erased;
mod identity;
mod limits;
mod sasl;
mod xml;

use std::sync::atomic::Ordering;

use parlour_testkit::{Client, Server};

/// A server, and somebody who has nothing to do with it.
pub struct Scene {
    pub server: Server,
    pub bystander: Client,
}

impl Scene {
    pub async fn new() -> Self {
        let server = Server::new().await;
        let bystander = server.online("bystander@example.test/there").await;
        Self { server, bystander }
    }

    /// Nobody but the attacker has noticed anything.
    pub async fn all_is_well(&mut self, what: &str) {
        self.bystander.sync().await.unwrap_or_else(|error| panic!("{what}: the bystander suffers: {error:#}"));
        assert_eq!(self.server.listeners.panics.load(Ordering::Relaxed), 0, "{what}: something panicked");
    }

    /// A stream over TLS that nobody has signed in to.
    pub async fn stranger(&self) -> Client {
        Client::connect(self.server.ports.c2s, "example.test").await.expect("a stream")
    }
}

/// The whole measure, for those who have time: `PARLOUR_FULL=1`.
pub fn full() -> bool {
    std::env::var_os("PARLOUR_FULL").is_some()
}
