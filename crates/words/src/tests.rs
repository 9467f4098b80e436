//! What holds for all texts together: they parse, none is missing or idle, holes agree between languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::{LANGUAGES, Source};
use crate::{Lang, Value, Words};

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
    let mut faults = Vec::new();
    for source in &LANGUAGES[1..] {
        let other = texts(source);
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        if !missing.is_empty() || !extra.is_empty() {
            faults.push(format!("{}: missing {missing:?}, extra {extra:?}", source.tag));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn translations_fill_the_same_holes() {
    let english = texts(&LANGUAGES[0]);
    for source in &LANGUAGES[1..] {
        for (id, holes) in texts(source) {
            // One too many is the other test's to tell.
            let Some(expected) = english.get(&id) else {
                continue;
            };
            assert!(holes == *expected, "{}: {id} has {holes:?}, English has {expected:?}", source.tag);
        }
    }
}

fn lang(tag: &str) -> Lang {
    Words::shared().language(tag).expect("a language of ours")
}

/// Fills every hole of every text: with a number, and with an address that reads from left to right.
fn every_text_is_whole_in(tag: &str) {
    const ADDRESS: &str = "romeo.m@chat.example.org";
    let source = LANGUAGES.iter().find(|source| source.tag == tag).expect("a language of ours");
    for (id, holes) in texts(source) {
        for number in [None, Some(1), Some(2), Some(5), Some(11), Some(100)] {
            let value = |_| number.map_or(Value::from(ADDRESS), Value::from);
            let args: Vec<_> = holes.iter().map(|hole| (hole.as_str(), value(hole))).collect();
            let plain = lang(tag).plain().text(&id, &args);
            assert!(!plain.contains("{$") && !plain.trim().is_empty(), "{tag}: {id} leaves a hole: {plain:?}");
            assert!(!plain.contains(is_direction_mark), "{tag}: {id} brings marks of its own: {plain:?}");
            // What a page shows is the same with each hole's value fenced, and nothing inside the fence but it.
            let page = lang(tag).text(&id, &args);
            assert_eq!(page.matches('\u{2068}').count(), page.matches('\u{2069}').count(), "{tag}: {id}: {page:?}");
            assert_eq!(page.replace(['\u{2068}', '\u{2069}'], ""), plain, "{tag}: {id}");
            if number.is_none() {
                let fenced = format!("\u{2068}{ADDRESS}\u{2069}");
                assert_eq!(page.matches(ADDRESS).count(), page.matches(&fenced).count(), "{tag}: {id}: {page:?}");
            }
        }
    }
}

/// Marks that turn, fence or override a direction: those come from the code alone. The mark before a sign that belongs to
/// Latin letters (U+200E before `--lan`) turns nothing else and may stand in a text.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn english_texts_are_whole() {
    every_text_is_whole_in("en");
}

#[test]
fn german_texts_are_whole() {
    every_text_is_whole_in("de");
}

#[test]
fn french_texts_are_whole() {
    every_text_is_whole_in("fr");
}

#[test]
fn spanish_texts_are_whole() {
    every_text_is_whole_in("es");
}

#[test]
fn arabic_texts_are_whole() {
    every_text_is_whole_in("ar");
}

#[test]
fn numbers_take_the_form_their_language_has_for_them() {
    for (tag, forms) in [
        ("en", &[(0, "in 0 days"), (1, "in one day"), (2, "in 2 days")][..]),
        ("de", &[(1, "in einem Tag"), (2, "in 2 Tagen")]),
        // French counts nought as singular.
        ("fr", &[(0, "dans un jour"), (1, "dans un jour"), (2, "dans 2 jours")]),
        ("es", &[(0, "dentro de 0 días"), (1, "dentro de un día"), (2, "dentro de 2 días")]),
        ("ar", &[(1, "بعد يوم"), (2, "بعد يومين"), (3, "بعد 3 أيام"), (11, "بعد 11 يومًا"), (100, "بعد 100 يوم")]),
    ] {
        for (n, expected) in forms {
            assert_eq!(lang(tag).plain().text("relative-in-days", &[("n", (*n).into())]), *expected, "{tag}");
        }
    }
}

#[test]
fn dates_read_as_each_language_writes_them() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let now = at("2026-06-05T10:00:00Z");
    for (tag, soon, later) in [
        ("en", "Friday 12 June, 18:00 UTC", "Friday 1 January 2027"),
        ("de", "Freitag, 12. Juni, 18:00 Uhr UTC", "Freitag, 1. Januar 2027"),
        ("fr", "vendredi 12 juin à 18:00 UTC", "vendredi 1er janvier 2027"),
        ("es", "viernes 12 de junio, 18:00 UTC", "viernes 1 de enero de 2027"),
        ("ar", "الجمعة 12 يونيو، 18:00 UTC", "الجمعة 1 يناير 2027"),
    ] {
        let lang = lang(tag).plain();
        assert_eq!(lang.moment(at("2026-06-12T18:00:00Z"), now, &TimeZone::UTC), soon);
        assert_eq!(lang.day(at("2027-01-01T09:05:00Z"), now, &TimeZone::UTC), later);
    }
}

#[test]
fn quotes_and_spaces_are_those_of_print() {
    for source in LANGUAGES {
        for (file, text) in source.files {
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let fault = |what: &str| format!("{} {file}: {what}: {line}", source.tag);
                assert!(!line.contains(['\'', '"']) && !line.contains("..."), "{}", fault("typewriter marks"));
                if source.tag != "fr" {
                    continue;
                }
                for sign in [" ?", " !", " ;", " :", "« ", " »"] {
                    assert!(!line.contains(sign), "{}", fault("a space that may break"));
                }
            }
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
    assert_eq!(words.for_languages("pt-BR,es-MX;q=0.8,en;q=0.5").tag(), "es");
    let arabic = words.for_languages("ar-MA,fr;q=0.9");
    assert_eq!((arabic.tag(), arabic.dir(), arabic.own_name()), ("ar", "rtl", "العربية"));
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
