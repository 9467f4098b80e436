//! What a stamp writes is a stanza that differs as the stamp says.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| parlour_xmpp::fuzzing::stamp(data));
