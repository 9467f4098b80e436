//! Streams from outside, where a script of stanzas does not do.

mod archive;
mod caps;
mod fast;
mod upgrade;
