//! A configuration is read, or the message says where it is wrong.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("config", data));
