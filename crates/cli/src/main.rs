//! The one binary: arguments, configuration, wiring, shutdown.

mod args;
mod config;

fn main() {}
