//! However the bytes are cut the same frames come out, and what is framed is XML to the full parser too.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("framer", data));
