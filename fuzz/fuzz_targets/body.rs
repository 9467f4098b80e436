//! Forms and JSON, with the right to do what they ask for and without.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("body", data));
