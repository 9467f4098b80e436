//! What a payload reader accepts it writes so that it reads the same again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("payload", data));
