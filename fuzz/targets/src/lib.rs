//! What is fuzzed: everything that reads what comes from outside, one function a target.
//!
//! Each takes bytes and panics when a promise is broken; that nothing else panics is promised everywhere. libFuzzer
//! calls them from `fuzz/fuzz_targets`, and the ordinary test `tests/fuzzed.rs` runs the seeds, the past findings and a
//! short random walk from both through the same functions, so that CI needs nothing installed. What concerns parsers
//! alone stands beside them, in `parlour_xmpp::fuzzing`.
//!
//! Left out: streams between servers, until there are any; files of the operator's beside the configuration.

mod house;
mod pages;
mod readers;
mod streams;

use parlour_xmpp::fuzzing;

/// Something that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As in `fuzz/fuzz_targets` and `fuzz/seeds`.
    pub name: &'static str,
    /// Panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target, those that cost least first.
pub const ALL: &[Target] = &[
    target("framer", fuzzing::framer),
    target("slow", fuzzing::slow),
    target("stamp", fuzzing::stamp),
    target("jid", fuzzing::jid),
    target("sasl", fuzzing::sasl),
    target("sasl2", fuzzing::sasl2),
    target("forms", fuzzing::forms),
    target("payload", fuzzing::payload),
    target("uri", fuzzing::uri),
    target("words", readers::words),
    target("headers", readers::headers),
    target("picture", readers::picture),
    target("config", readers::config),
    target("path", pages::path),
    target("body", pages::body),
    target("http", pages::http),
    target("c2s", streams::c2s),
    target("websocket", streams::websocket),
    target("session", streams::session),
];

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// Runs the target of that name.
///
/// # Panics
/// When there is none, or a promise is broken.
pub fn run(name: &str, data: &[u8]) {
    let target = ALL.iter().find(|target| target.name == name).expect("a target of that name");
    (target.run)(data);
}
