//! Invite links are read and written without a loss, in letters that are safe anywhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("uri", data));
