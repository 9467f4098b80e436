//! Connections over real sockets on the loopback address.
#![allow(missing_docs, reason = "tests")]

mod common;
mod listeners;
mod local;
mod records;
#[path = "../../../testkit/src/take_any.rs"]
mod take_any;
mod tls;
