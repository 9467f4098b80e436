//! What a stamp writes is a stanza that differs as the stamp says.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("stamp", data));
