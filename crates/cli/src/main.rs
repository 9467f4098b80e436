//! The one binary: arguments, configuration, wiring, shutdown.
fn main() {}
