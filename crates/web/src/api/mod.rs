//! The JSON API: a door to the acts, for the command line and for other programs.

pub mod types;
