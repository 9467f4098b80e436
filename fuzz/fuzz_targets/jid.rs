//! Addresses are prepared once and for all and can always be written.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("jid", data));
