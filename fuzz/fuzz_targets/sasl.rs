//! No message of a client brings SASL down, and none signs in without the password.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("sasl", data));
