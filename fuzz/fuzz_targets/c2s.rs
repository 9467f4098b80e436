//! A stranger's stream ends with nobody signed in and nothing heard unasked.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("c2s", data));
