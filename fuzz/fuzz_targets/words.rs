//! Tokens, keys, names, links, spans, colours: no word opens what it should not.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_fuzz_targets::run("words", data));
