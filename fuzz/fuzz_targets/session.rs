//! Whatever a member says, others hear it under that member's address alone.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("session", data));
