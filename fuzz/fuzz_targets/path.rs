//! Whatever a stranger asks for, a success is an open route's.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("path", data));
