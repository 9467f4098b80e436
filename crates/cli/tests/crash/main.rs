//! The real binary on a directory of its own, killed, stopped and raced for: what it said must be true afterwards.
//!
//! Small by default; `PARLOUR_FULL=1` runs the whole size. Every run has a seed, printed when it fails, and
//! `PARLOUR_SEED=N` runs it again.

mod chance;
mod counters;
mod descriptors;
mod faults;
mod newcomers;
mod ordered;
mod people;
mod place;
mod race;
mod redemptions;
mod reloads;
mod renewed;
mod returning;
mod secrets;
mod stopping;
mod traffic;
mod web;
