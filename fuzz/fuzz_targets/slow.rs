//! What takes the slow path says the same as it did, under any stream header.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("slow", data));
