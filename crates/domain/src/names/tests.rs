use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn host() -> HostName {
    HostName::parse("chat.example.org").expect("a domain")
}

fn accept(raw: &str) -> Result<String, NameRefusal> {
    let policy = NamePolicy { host: &host(), reserved: &["Vorstand".to_owned()], allow_reserved: false };
    NewName::accept(raw, &policy).map(|name| name.as_str().to_owned())
}

#[test]
fn names_people_have_are_taken() {
    for (raw, local) in [
        ("juliet", "juliet"),
        ("Juliet", "juliet"),
        ("juliet.k", "juliet.k"),
        ("j_c-2", "j_c-2"),
        ("o\\27neil", "o\\27neil"),
        ("a+b", "a+b"),
        ("7", "7"),
        ("J\u{fc}rgen", "j\u{fc}rgen"),
        ("Stra\u{df}e", "strasse"),
        ("\u{416}\u{435}\u{43d}\u{44f}", "\u{436}\u{435}\u{43d}\u{44f}"),
        ("\u{5d3}\u{5df}", "\u{5d3}\u{5df}"),
        ("\u{645}\u{631}\u{64a}\u{645}", "\u{645}\u{631}\u{64a}\u{645}"),
        ("\u{592a}\u{90ce}", "\u{592a}\u{90ce}"),
        ("\u{592a}\u{90ce}taro", "\u{592a}\u{90ce}taro"),
        ("\u{ae40}\u{cca0}\u{c218}", "\u{ae40}\u{cca0}\u{c218}"),
        ("\u{938}\u{940}\u{924}\u{93e}", "\u{938}\u{940}\u{924}\u{93e}"),
    ] {
        assert_eq!(accept(raw).as_deref(), Ok(local), "{raw}");
    }
}

#[test]
fn attack_49_deceiving_characters_are_refused() {
    let storm = format!("a{}", "\u{302}\u{303}".repeat(5_000));
    let small_storm = "q\u{302}\u{303}\u{304}\u{306}\u{307}";
    for (raw, refusal) in [
        ("\u{430}lice", NameRefusal::MixedScripts),
        ("\u{3b1}lice", NameRefusal::MixedScripts),
        ("\u{391}\u{43b}\u{438}", NameRefusal::MixedScripts),
        ("al\u{200b}ice", NameRefusal::Hidden),
        ("al\u{200d}ice", NameRefusal::Hidden),
        ("al\u{ad}ice", NameRefusal::Hidden),
        ("\u{202e}ecila", NameRefusal::Hidden),
        ("\u{2067}alice", NameRefusal::Hidden),
        ("\u{3164}", NameRefusal::Hidden),
        ("\u{ffa0}", NameRefusal::Hidden),
        ("\u{1160}\u{115f}", NameRefusal::Hidden),
        ("al\u{fe0f}ice", NameRefusal::Hidden),
        ("\u{e0061}", NameRefusal::Hidden),
        ("alice\u{7}", NameRefusal::Hidden),
        (&storm, NameRefusal::TooLong { max_chars: MAX_NAME_CHARS }),
        (small_storm, NameRefusal::Marks),
        ("\u{302}a", NameRefusal::Marks),
        ("a\u{5d0}", NameRefusal::Direction),
        ("\u{2654}king", NameRefusal::Character { character: '\u{2654}' }),
    ] {
        assert_eq!(accept(raw), Err(refusal), "{raw:?}");
    }
}

#[test]
fn attack_49_names_that_look_alike_share_a_skeleton() {
    for (one, other) in [
        ("alice", "\u{430}lice"),
        ("alice", "a1ice"),
        ("bob", "b0b"),
        ("modern", "modem"),
        ("\u{430}\u{440}\u{435}", "ape"),
        ("scope", "\u{455}\u{441}\u{43e}\u{440}\u{435}"),
        ("o\\27neil", "o'neil"),
        ("a\\5cb", "a\\b"),
    ] {
        assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
    }
    let names = ["alice", "alicia", "bob", "rob", "juliet", "juliet2", "juliet.k", "ann", "anna", "hanna"];
    let distinct: HashSet<String> = names.iter().map(|name| skeleton(name)).collect();
    assert_eq!(distinct.len(), names.len());
}

#[test]
fn attack_50_length_is_bounded_in_bytes_then_in_characters() {
    let too_long = Err(NameRefusal::TooLong { max_chars: MAX_NAME_CHARS });
    assert!(accept(&"x".repeat(64)).is_ok());
    assert!(accept(&"\u{592a}".repeat(64)).is_ok(), "characters, not bytes");
    assert_eq!(accept(&"x".repeat(65)), too_long);
    assert_eq!(accept(&"x".repeat(1024)), too_long);
    assert_eq!(accept(&"\u{592a}".repeat(342)), too_long);
    // One ligature becomes four letters: the length is that of the result.
    assert!(accept(&"\u{fdf2}".repeat(16)).is_ok());
    assert_eq!(accept(&"\u{fdf2}".repeat(17)), too_long);
}

#[test]
fn attack_51_what_is_no_local_part_is_refused() {
    for (raw, character) in [
        ("a@b", '@'),
        ("@b", '@'),
        ("a/b", '/'),
        ("a:b", ':'),
        ("a\"b", '"'),
        ("a&b", '&'),
        ("<a>", '<'),
        ("a'b", '\''),
    ] {
        assert_eq!(accept(raw), Err(NameRefusal::Character { character }), "{raw}");
    }
    assert_eq!(accept(""), Err(NameRefusal::Empty));
    for raw in ["...", "-", "_.-", "\\22"] {
        assert_eq!(accept(raw), Err(NameRefusal::NoLetter), "{raw}");
    }
}

#[test]
fn attack_52_escapes_are_compared_as_they_are_shown_and_kept_as_they_came() {
    assert_eq!(accept("juliet\\20capulet"), Err(NameRefusal::Space));
    assert_eq!(accept("\\20juliet"), Err(NameRefusal::Space));
    assert_eq!(accept("juliet\\40chat").as_deref(), Ok("juliet\\40chat"));
    // The examples of XEP-0106.
    for (escaped, shown) in [
        ("d\\27artagnan", "d'artagnan"),
        ("tr\u{e9}ville\\40musketeers.lit", "tr\u{e9}ville@musketeers.lit"),
        ("\\5c3and\\2is\\5c5cool", "\\3and\\2is\\5cool"),
        ("c\\3a\\5c5commas", "c:\\5commas"),
        ("\\2plus\\2is\\4", "\\2plus\\2is\\4"),
        ("foo\\bar", "foo\\bar"),
        ("foob\\41r", "foob\\41r"),
        ("\\", "\\"),
    ] {
        assert_eq!(unescape(escaped), shown);
    }
}

#[test]
fn attack_53_prepared_forms_are_pinned() {
    // Where PRECIS and nodeprep part ways. A change here would part people from their accounts.
    for (raw, local) in [
        ("stra\u{df}e", "strasse"),
        ("\u{3c3}\u{3b1}\u{3c2}", "\u{3c3}\u{3b1}\u{3c3}"),
        ("\u{fb01}sh", "fish"),
        ("x\u{b2}", "x2"),
        ("\u{2168}", "ix"),
        ("I\u{307}z", "i\u{307}z"),
        ("\u{130}z", "i\u{307}z"),
    ] {
        assert_eq!(NodePart::new(raw).expect("a local part").as_str(), local, "{raw}");
    }
    // Assigned after Unicode 3.2: refused then, refused for ever.
    for raw in ["\u{1f600}", "\u{1e9e}a", "\u{a7ae}", "\u{10c80}"] {
        assert!(matches!(accept(raw), Err(NameRefusal::Character { .. })), "{raw:?}");
    }
}

#[test]
fn attack_57_case_and_width_do_not_make_another_name() {
    for raw in ["juliet", "JULIET", "\u{ff2a}\u{ff55}liet", "\u{1d4f3}uliet"] {
        assert_eq!(accept(raw).as_deref(), Ok("juliet"), "{raw}");
    }
}

#[test]
fn attack_100_reserved_names_and_hostile_forms_are_refused() {
    for raw in [
        "admin",
        "Admin",
        "ADMIN",
        "\u{ff41}dmin",
        "adm\u{131}n",
        "administrator",
        "root",
        "r00t",
        "postmaster",
        "abuse",
        "support",
        "supp0rt",
        "security",
        "no-reply",
        "chat",
        "example",
        "chat.example.org",
        "vorstand",
        "VORSTAND",
    ] {
        assert_eq!(accept(raw), Err(NameRefusal::Reserved), "{raw}");
    }
    for fine in ["org", "administer", "roots", "badmin", "chatter"] {
        assert!(accept(fine).is_ok(), "{fine}");
    }
    for raw in ["a\r\nb", "a b", " a", "a\t", "a\u{a0}b", "a\u{3000}b"] {
        assert_eq!(accept(raw), Err(NameRefusal::Space), "{raw:?}");
    }
    assert_eq!(accept(&"x".repeat(1 << 20)), Err(NameRefusal::TooLong { max_chars: MAX_NAME_CHARS }));
    let authority = NamePolicy { host: &host(), reserved: &[], allow_reserved: true };
    assert_eq!(NewName::accept("Support", &authority).expect("allowed").as_str(), "support");
    let single = HostName::parse("localhost").expect("a domain");
    let local = NamePolicy { host: &single, reserved: &[], allow_reserved: false };
    assert_eq!(NewName::accept("localhost", &local), Err(NameRefusal::Reserved));
}

#[test]
fn suggestions_are_near_free_and_allowed() {
    assert_eq!(suggest("Juliet", |_| false), ["juliet.k", "juliet2", "juliet3"]);
    assert_eq!(suggest("juliet", |name| name == "juliet.k" || name == "juliet2"), ["juliet3", "juliet4", "juliet5"]);
    assert_eq!(suggest("bob7", |_| false), ["bob7.k", "bob7-2", "bob7-3"]);
    assert_eq!(suggest("\u{436}\u{435}\u{43d}\u{44f}", |_| false)[0], "\u{436}\u{435}\u{43d}\u{44f}2");
    assert_eq!(suggest("\u{5d3}\u{5df}", |_| false).len(), 3);
    assert_eq!(suggest("\u{645}\u{631}\u{64a}\u{645}", |_| false).len(), 3);
    assert!(suggest("a@b", |_| false).is_empty());
    assert!(suggest("juliet", |_| true).is_empty());
    for name in suggest(&"x".repeat(64), |_| false) {
        assert!(accept(&name).is_ok(), "{name}");
    }
}

proptest! {
    #[test]
    fn attack_49_whatever_is_typed_is_refused_or_prepared_for_good(raw in "\\PC{0,70}") {
        if let Ok(local) = accept(&raw) {
            prop_assert_eq!(accept(&local), Ok(local.clone()), "preparing twice changes nothing");
            prop_assert!(local.chars().count() <= MAX_NAME_CHARS);
        }
    }

    #[test]
    fn attack_52_unescaping_never_panics(raw in "[\\\\0-9a-f\u{e9}]{0,30}") {
        prop_assert!(unescape(&raw).len() <= raw.len());
    }
}
