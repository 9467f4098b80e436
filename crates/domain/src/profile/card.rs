//! A person's card in its two forms: what one says, the other says too, and what only one can say it keeps.
//!
//! Spec: XEP-0292 v0.12.0, §11 (mapping), RFC 6351 §5 and appendix A (vCard 4 in XML), XEP-0054 v1.3.0, appendix (DTD).
//! Left out: pictures, which are the avatar's business; `LABEL`, `MAILER`, `CLASS`, `AGENT`, `SOUND`, `KEY`, which
//! stay in the form they were written in.

use parlour_xmpp::ns;
use parlour_xmpp::payload::vcard;
use parlour_xmpp::xml::Element;

/// The card in its newer form: the fields both have from `card`, the others as they were in `before`.
pub fn to_vcard4(card: &Element, before: Option<&Element>) -> Element {
    let mut out = Element::new(ns::VCARD4, "vcard");
    for field in card.elements().filter(|field| field.ns() == ns::VCARD) {
        let Some(map) = MAPS.iter().find(|map| map.old == field.name()) else { continue };
        let made = match map.shape {
            Shape::Value(kind) => text_of(field).map(|text| Element::new(ns::VCARD4, map.new).text_child(kind, text)),
            Shape::Parts(parts) => parts_of(field, parts, |(old, new)| (old, new)).map(|made| typed(field, map, made)),
            Shape::Inner(inner) => inner_of(field, map, inner),
        };
        out = out.child_opt(made);
    }
    let kept = before.into_iter().flat_map(Element::elements);
    out.children(kept.filter(|field| !MAPS.iter().any(|map| field.is(ns::VCARD4, map.new))).cloned())
}

/// The card in its older form: the fields both have from `card`, the others as they were in `before`.
pub fn to_vcard_temp(card: &Element, before: Option<&Element>) -> Element {
    // What is written into a note was read from a description by apps that know only that.
    let has = |name| before.is_some_and(|card| card.child_named(ns::VCARD, name).is_some());
    let note = if has("DESC") && !has("NOTE") { "DESC" } else { "NOTE" };
    let mut out = vcard::empty();
    for field in card.elements().filter(|field| field.ns() == ns::VCARD4) {
        for map in MAPS.iter().filter(|map| map.new == field.name() && (map.new != "note" || map.old == note)) {
            let made: Vec<Element> = match map.shape {
                Shape::Value(_) => values(field).map(|text| Element::new(ns::VCARD, map.old).with_text(text)).collect(),
                Shape::Parts(parts) => parts_of(field, parts, |(old, new)| (new, old))
                    .map(|made| untyped(field, map, made))
                    .into_iter()
                    .collect(),
                Shape::Inner(inner) => outer_of(field, map, inner).into_iter().collect(),
            };
            out = out.children(made);
        }
    }
    let kept = before.into_iter().flat_map(Element::elements);
    out.children(kept.filter(|field| !MAPS.iter().any(|map| field.is(ns::VCARD, map.old))).cloned())
}

/// A new account's card, of which nothing is known but a name.
pub fn of_name(name: &str) -> Element {
    vcard::empty().text_child("FN", name).text_child("NICKNAME", name)
}

/// What the card calls its person: the full name, else the first nickname.
pub fn name(card: &Element) -> Option<String> {
    ["FN", "NICKNAME"].into_iter().find_map(|field| card.child_named(ns::VCARD, field).and_then(text_of))
}

/// A field in both forms.
struct Map {
    old: &'static str,
    new: &'static str,
    shape: Shape,
}

/// How a field is built.
#[derive(Clone, Copy)]
enum Shape {
    /// The older has text, the newer an element of this name around it.
    Value(&'static str),
    /// Both have parts, as (older name, newer name).
    Parts(&'static [(&'static str, &'static str)]),
    /// The older has parts of which these hold the text, the newer one value for each.
    Inner(&'static [&'static str]),
}

const MAPS: &[Map] = &[
    Map { old: "FN", new: "fn", shape: Shape::Value("text") },
    Map {
        old: "N",
        new: "n",
        shape: Shape::Parts(&[
            ("FAMILY", "surname"),
            ("GIVEN", "given"),
            ("MIDDLE", "additional"),
            ("PREFIX", "prefix"),
            ("SUFFIX", "suffix"),
        ]),
    },
    Map { old: "NICKNAME", new: "nickname", shape: Shape::Value("text") },
    Map { old: "BDAY", new: "bday", shape: Shape::Value("date") },
    Map {
        old: "ADR",
        new: "adr",
        shape: Shape::Parts(&[
            ("POBOX", "pobox"),
            ("EXTADD", "ext"),
            ("STREET", "street"),
            ("LOCALITY", "locality"),
            ("REGION", "region"),
            ("PCODE", "code"),
            ("CTRY", "country"),
        ]),
    },
    Map { old: "TEL", new: "tel", shape: Shape::Inner(&["NUMBER"]) },
    Map { old: "EMAIL", new: "email", shape: Shape::Inner(&["USERID"]) },
    Map { old: "TITLE", new: "title", shape: Shape::Value("text") },
    Map { old: "ROLE", new: "role", shape: Shape::Value("text") },
    Map { old: "ORG", new: "org", shape: Shape::Inner(&["ORGNAME", "ORGUNIT"]) },
    Map { old: "URL", new: "url", shape: Shape::Value("uri") },
    Map { old: "NOTE", new: "note", shape: Shape::Value("text") },
    Map { old: "DESC", new: "note", shape: Shape::Value("text") },
];

/// What addresses and numbers may be, in both forms. Older types that went (`MODEM`, `INTERNET`...) have no other name.
const TYPES: &[(&str, &str)] = &[
    ("HOME", "home"),
    ("WORK", "work"),
    ("VOICE", "voice"),
    ("FAX", "fax"),
    ("PAGER", "pager"),
    ("CELL", "cell"),
    ("VIDEO", "video"),
    ("TEXT", "text"),
    ("TEXTPHONE", "textphone"),
];

/// Text that says something.
fn text_of(field: &Element) -> Option<String> {
    let text = field.text();
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The values of a newer field, whatever type they are said to have.
fn values(field: &Element) -> impl Iterator<Item = String> {
    field.elements().filter(|value| value.ns() == ns::VCARD4 && value.name() != "parameters").filter_map(text_of)
}

/// The parts of a field under their other names, as (name, text); `None` where there are none.
fn parts_of(
    field: &Element,
    parts: &[(&'static str, &'static str)],
    turn: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> Option<Vec<(&'static str, String)>> {
    let found = field.elements().filter_map(|part| {
        let (_, to) = parts.iter().map(|pair| turn(*pair)).find(|(from, _)| part.is(field.ns(), from))?;
        Some((to, text_of(part)?))
    });
    Some(found.collect::<Vec<_>>()).filter(|parts| !parts.is_empty())
}

/// The newer field around parts, with what the older says it is.
fn typed(field: &Element, map: &Map, parts: Vec<(&str, String)>) -> Element {
    let out = Element::new(ns::VCARD4, map.new).child_opt(parameters(field));
    parts.into_iter().fold(out, |out, (name, text)| out.text_child(name, text))
}

/// The older field around parts, with what the newer says it is.
fn untyped(field: &Element, map: &Map, parts: Vec<(&str, String)>) -> Element {
    let out = Element::new(ns::VCARD, map.old).children(flags(field));
    parts.into_iter().fold(out, |out, (name, text)| out.text_child(name, text))
}

fn inner_of(field: &Element, map: &Map, inner: &[&str]) -> Option<Element> {
    let named = |name: &str| inner.contains(&name);
    let texts: Vec<String> = field.elements().filter(|part| named(part.name())).filter_map(text_of).collect();
    let out = (!texts.is_empty()).then(|| Element::new(ns::VCARD4, map.new).child_opt(parameters(field)))?;
    Some(texts.into_iter().fold(out, |out, text| match map.new {
        // RFC 3966 knows no spaces, and people write them.
        "tel" if text.bytes().all(|b| b.is_ascii_digit() || b"+-.()*#".contains(&b)) => {
            out.text_child("uri", ["tel:", &text].concat())
        }
        _ => out.text_child("text", text),
    }))
}

fn outer_of(field: &Element, map: &Map, inner: &[&str]) -> Option<Element> {
    let (first, rest) = (inner.first()?, inner.last()?);
    let texts: Vec<String> = values(field).collect();
    let out = (!texts.is_empty()).then(|| Element::new(ns::VCARD, map.old).children(flags(field)))?;
    Some(texts.into_iter().enumerate().fold(out, |out, (at, text)| {
        let plain = text.strip_prefix("tel:").or_else(|| text.strip_prefix("mailto:")).unwrap_or(&text);
        out.text_child(if at == 0 { first } else { rest }, plain)
    }))
}

/// `<HOME/>`, `<PREF/>` and their like as parameters.
fn parameters(field: &Element) -> Option<Element> {
    let has = |name: &&str| field.child_named(ns::VCARD, name).is_some();
    let types: Vec<&str> = TYPES.iter().filter(|(old, _)| has(old)).map(|(_, new)| *new).collect();
    let mut out = Element::new(ns::VCARD4, "parameters");
    if !types.is_empty() {
        let each = Element::new(ns::VCARD4, "type");
        out.push(types.into_iter().fold(each, |out, word| out.text_child("text", word)));
    }
    if has(&"PREF") {
        out.push(Element::new(ns::VCARD4, "pref").text_child("integer", "1"));
    }
    (!out.is_empty()).then_some(out)
}

/// Parameters as `<HOME/>`, `<PREF/>` and their like.
fn flags(field: &Element) -> Vec<Element> {
    let Some(parameters) = field.child_named(ns::VCARD4, "parameters") else { return Vec::new() };
    let flag = |name: &str| Element::new(ns::VCARD, name);
    let types = parameters.children_named(ns::VCARD4, "type").flat_map(Element::elements).filter_map(text_of);
    let known = |word: String| TYPES.iter().find(|(_, new)| new.eq_ignore_ascii_case(&word)).map(|(old, _)| flag(old));
    let pref = parameters.child_named(ns::VCARD4, "pref").map(|_| flag("PREF"));
    types.filter_map(known).chain(pref).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(inner: &str) -> Element {
        Element::parse(format!("<vCard>{inner}</vCard>").as_bytes(), ns::VCARD).expect("XML")
    }

    fn new(inner: &str) -> Element {
        Element::parse(format!("<vcard>{inner}</vcard>").as_bytes(), ns::VCARD4).expect("XML")
    }

    #[test]
    fn each_field_has_two_forms() {
        let work = "<parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters>";
        let cases = [
            ("<FN>Peter S.</FN>", "<fn><text>Peter S.</text></fn>"),
            (
                "<N><FAMILY>Saint</FAMILY><GIVEN>Peter</GIVEN><SUFFIX>IV</SUFFIX></N>",
                "<n><surname>Saint</surname><given>Peter</given><suffix>IV</suffix></n>",
            ),
            ("<NICKNAME>psa</NICKNAME>", "<nickname><text>psa</text></nickname>"),
            ("<BDAY>1966-08-06</BDAY>", "<bday><date>1966-08-06</date></bday>"),
            (
                "<TEL><WORK/><VOICE/><PREF/><NUMBER>+1-303-308-3282</NUMBER></TEL>",
                &format!("<tel>{work}<uri>tel:+1-303-308-3282</uri></tel>"),
            ),
            ("<TEL><NUMBER>0341 12 34</NUMBER></TEL>", "<tel><text>0341 12 34</text></tel>"),
            (
                "<EMAIL><HOME/><USERID>p@x.example</USERID></EMAIL>",
                "<email><parameters><type><text>home</text></type></parameters><text>p@x.example</text></email>",
            ),
            ("<ADR><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>", "<adr><code>80202</code><country>USA</country></adr>"),
            (
                "<ORG><ORGNAME>XSF</ORGNAME><ORGUNIT>Board</ORGUNIT><ORGUNIT>Chair</ORGUNIT></ORG>",
                "<org><text>XSF</text><text>Board</text><text>Chair</text></org>",
            ),
            (
                "<TITLE>Boss</TITLE><ROLE>Saint</ROLE>",
                "<title><text>Boss</text></title><role><text>Saint</text></role>",
            ),
            ("<URL>https://p.example/?a&amp;b</URL>", "<url><uri>https://p.example/?a&amp;b</uri></url>"),
            ("<NOTE>Hello</NOTE>", "<note><text>Hello</text></note>"),
        ];
        for (a, b) in cases {
            assert_eq!(to_vcard4(&old(a), None).to_string(), new(b).to_string());
            assert_eq!(to_vcard_temp(&new(b), None).to_string(), old(a).to_string());
        }
    }

    #[test]
    fn what_one_form_cannot_say_stays_in_the_other() {
        let photo = "<PHOTO><TYPE>image/png</TYPE><BINVAL>AA==</BINVAL></PHOTO>";
        let before = old(&format!("<FN>Old</FN><JABBERID>a@b</JABBERID>{photo}<TITLE>Gone</TITLE>"));
        let now = to_vcard_temp(&new("<fn><text>New</text></fn><gender><sex>F</sex></gender>"), Some(&before));
        assert_eq!(now, old(&format!("<FN>New</FN><JABBERID>a@b</JABBERID>{photo}")));
        let before = new("<fn><text>Old</text></fn><gender><sex>F</sex></gender><nickname><text>x</text></nickname>");
        let now = to_vcard4(&old(&format!("<FN>New</FN>{photo}<UID>1</UID>")), Some(&before));
        assert_eq!(now, new("<fn><text>New</text></fn><gender><sex>F</sex></gender>"));
    }

    #[test]
    fn a_description_stays_one() {
        assert_eq!(to_vcard4(&old("<DESC>me</DESC>"), None), new("<note><text>me</text></note>"));
        let you = new("<note><text>you</text></note>");
        assert_eq!(to_vcard_temp(&you, Some(&old("<DESC>me</DESC>"))), old("<DESC>you</DESC>"));
        assert_eq!(to_vcard_temp(&you, Some(&old("<NOTE>me</NOTE>"))), old("<NOTE>you</NOTE>"));
        assert_eq!(to_vcard_temp(&you, None), old("<NOTE>you</NOTE>"));
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let empty = "<FN/><N><GIVEN> </GIVEN></N><TEL><HOME/></TEL><ORG/><fn xmlns='urn:x'>x</fn>";
        assert_eq!(to_vcard4(&old(empty), None), new(""));
        assert_eq!(to_vcard_temp(&new("<fn/><n/><tel><parameters/></tel><url><uri/></url>"), None), vcard::empty());
        let several =
            new("<nickname><text>a</text><text>b</text></nickname><bday><date-time>19660806T1200Z</date-time></bday>");
        assert_eq!(
            to_vcard_temp(&several, None),
            old("<NICKNAME>a</NICKNAME><NICKNAME>b</NICKNAME><BDAY>19660806T1200Z</BDAY>")
        );
    }

    #[test]
    fn a_name_makes_a_card() {
        assert_eq!(name(&of_name("Ada <3")), Some("Ada <3".to_owned()));
        assert_eq!(name(&old("<FN> </FN><NICKNAME>al</NICKNAME>")), Some("al".to_owned()));
        assert_eq!(name(&vcard::empty()), None);
    }
}
