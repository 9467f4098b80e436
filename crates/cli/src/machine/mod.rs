//! What can be known about this machine without asking anybody: its addresses, who holds its ports, what stands on it.
//!
//! Left out: what the world sees (a router that forwards, a firewall); that has to be looked at from outside.

pub mod addresses;
pub mod holders;
pub mod web_server;

pub use addresses::Addresses;
pub use holders::Holders;
pub use web_server::WebServer;
