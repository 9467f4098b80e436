//! The rules: facts in, changes out. No IO, no clock, no randomness.
