//! What holds for all texts together: they parse, none is missing or idle, holes agree between languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use crate::Words;
use crate::catalogue::{LANGUAGES, Source};

/// The ids of a language with the holes each mentions.
fn texts(source: &Source) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (_, text) in source.files {
        FluentResource::try_new((*text).to_owned()).expect("texts parse");
        let mut current: Option<String> = None;
        for line in text.lines() {
            let start = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let (true, Some((id, _))) = (start, line.split_once(" =")) {
                current = Some(id.to_owned());
                found.insert(id.to_owned(), BTreeSet::new());
            }
            let Some(holes) = current.as_ref().and_then(|id| found.get_mut(id)) else {
                continue;
            };
            for rest in line.split('$').skip(1) {
                holes.insert(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect());
            }
        }
    }
    found
}

/// Sources and templates of every crate but the texts themselves.
fn sources() -> String {
    let mut all = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs" || e == "html" || e == "json") {
                all.push_str(&fs::read_to_string(path).expect("a readable file"));
            }
        }
    }
    all
}

#[test]
fn every_language_parses() {
    Words::load().expect("well-formed texts");
}

#[test]
fn no_language_lacks_a_text_or_has_one_too_many() {
    let english = texts(&LANGUAGES[0]);
    for source in &LANGUAGES[1..] {
        let other = texts(source);
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{}: missing {missing:?}, extra {extra:?}", source.tag);
    }
}

#[test]
fn translations_fill_the_same_holes() {
    let english = texts(&LANGUAGES[0]);
    for source in &LANGUAGES[1..] {
        for (id, holes) in texts(source) {
            let expected = &english[&id];
            assert!(holes.is_subset(expected), "{}: {id} has {holes:?}, English has {expected:?}", source.tag);
        }
    }
}

#[test]
fn no_text_is_idle() {
    let sources = sources();
    let idle: Vec<_> = texts(&LANGUAGES[0]).into_keys().filter(|id| !sources.contains(&format!("\"{id}\""))).collect();
    assert!(idle.is_empty(), "no source mentions {idle:?}");
}

#[test]
fn the_header_chooses_and_english_is_the_fallback() {
    let words = Words::shared();
    assert_eq!(words.for_languages("xx, en-GB;q=0.3").tag(), "en");
    assert_eq!(words.for_languages("tlh").tag(), "en");
    assert_eq!(words.for_languages("de-AT,en;q=0.8").tag(), "de");
    assert!(words.language("EN-us").is_some());
    assert!(words.language("").is_none());
    assert_eq!(words.all().count(), LANGUAGES.len());
}

#[test]
fn isolation_marks_are_for_pages_only() {
    let lang = Words::shared().english();
    let args = [("inviter", "روميو".into())];
    let page = lang.text("landing-title-personal", &args);
    assert!(page.starts_with("\u{2068}روميو\u{2069} would"), "{page:?}");
    let plain = lang.plain().text("landing-title-personal", &args);
    assert_eq!(plain, "روميو would like to chat with you");
}

#[test]
fn an_unknown_text_shows_its_id_and_nothing_fails() {
    let lang = Words::shared().english();
    assert!(!lang.has("no-such-text"));
    assert_eq!(lang.text("no-such-text", &[]), "no-such-text");
    assert!(lang.text("landing-private", &[]).contains("{$site}"));
}
