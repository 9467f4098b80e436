//! Raw bytes at the web's door are answered in HTTP, once for each request.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("http", data));
