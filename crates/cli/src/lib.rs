//! What of the binary others may read: the configuration file, for tests and tools that write or judge one.
//!
//! Everything else of the command line is the binary's own.

pub mod config;
