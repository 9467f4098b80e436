//! SASL2 and what travels inside it: what is read is written so that it reads the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("sasl2", data));
