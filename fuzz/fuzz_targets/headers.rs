//! What browsers and proxies say of themselves.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("headers", data));
