//! What is written reads back as the same tree; what is not XML is refused.

use super::*;
use proptest::prelude::*;

fn parse(xml: &str) -> Result<Element, XmlError> {
    Element::parse(xml.as_bytes(), ns::CLIENT)
}

#[test]
fn refuses_what_is_not_one_element() {
    let deep = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
    let wide = |n: usize| format!("<a>{}</a>", "<b/>".repeat(n));
    let attrs = |n: usize| format!("<a {}/>", (0..n).map(|i| format!("b{i}='' ")).collect::<String>());
    let declarations = |n: usize| {
        let all: String = (0..60).map(|i| format!(" xmlns:p{i}='u'")).collect();
        format!("<a{all}>").repeat(n) + &"</a>".repeat(n)
    };
    let cases: &[(&str, XmlError)] = &[
        ("", XmlError::Incomplete),
        ("<a", XmlError::Incomplete),
        ("<a>", XmlError::Incomplete),
        ("<a><b></b>", XmlError::Incomplete),
        ("text", XmlError::Trailing),
        (" <a/>", XmlError::Trailing),
        ("text<a/>", XmlError::Trailing),
        ("<a/>x", XmlError::Trailing),
        ("<a/><b/>", XmlError::Trailing),
        ("</w><w>", XmlError::NotWellFormed),
        ("</w>", XmlError::NotWellFormed),
        ("<a></b>", XmlError::NotWellFormed),
        ("<?xml version='1.0'?><a/>", XmlError::NotWellFormed),
        ("<!DOCTYPE a><a/>", XmlError::NotWellFormed),
        ("<a><!-- x --></a>", XmlError::NotWellFormed),
        ("<a><?p x?></a>", XmlError::NotWellFormed),
        ("<a>&lol;</a>", XmlError::NotWellFormed),
        ("<a>&#0;</a>", XmlError::NotWellFormed),
        ("<a>&#xD800;</a>", XmlError::NotWellFormed),
        ("<a>\u{1}</a>", XmlError::NotWellFormed),
        ("<a>\u{FFFE}</a>", XmlError::NotWellFormed),
        ("<a>]]></a>", XmlError::NotWellFormed),
        ("<a b='<'/>", XmlError::NotWellFormed),
        ("<a b='1' b='2'/>", XmlError::NotWellFormed),
        ("<a xmlns='u:1' xmlns='u:2'/>", XmlError::NotWellFormed),
        ("<a xmlns:p='u:1' xmlns:p='u:2'/>", XmlError::NotWellFormed),
        ("<a xmlns:xml='u'/>", XmlError::NotWellFormed),
        ("<a xmlns:xmlns='u'/>", XmlError::NotWellFormed),
        ("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", XmlError::NotWellFormed),
        ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", XmlError::NotWellFormed),
        ("<xmlns:a/>", XmlError::NotWellFormed),
        ("<a><p:b xmlns:p='u'/><p:b/></a>", XmlError::NotWellFormed),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", XmlError::NotWellFormed),
        ("<p:a/>", XmlError::NotWellFormed),
        ("<a p:b='1'/>", XmlError::NotWellFormed),
        ("<a xmlns:p=''/>", XmlError::NotWellFormed),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", XmlError::NotWellFormed),
        (&deep(MAX_DEPTH + 1), XmlError::TooDeep { max: MAX_DEPTH }),
        (&deep(20_000), XmlError::TooDeep { max: MAX_DEPTH }),
        (&wide(MAX_ELEMENTS), XmlError::TooMany { what: "elements", max: MAX_ELEMENTS }),
        (&attrs(MAX_ATTRS + 1), XmlError::TooMany { what: "attributes", max: MAX_ATTRS }),
        (&declarations(5), XmlError::TooMany { what: "declarations", max: 256 }),
    ];
    for (xml, expected) in cases {
        assert_eq!(parse(xml).as_ref().err(), Some(expected), "{:.60}", xml);
    }
    assert!(parse(&deep(MAX_DEPTH)).is_ok());
    assert!(parse(&wide(MAX_ELEMENTS - 1)).is_ok());
    for bytes in [&b"<a>\xC0\x80</a>"[..], b"<a>\xED\xA0\x80</a>", b"<a>\xC3</a>", b"<a b='\xFF'/>"] {
        assert_eq!(Element::parse(bytes, "").err(), Some(XmlError::NotWellFormed));
    }
}

#[test]
fn resolves_namespaces() {
    let el = parse("<a><b xmlns='u:b'><c/><d xmlns=''/></b><p:e xmlns:p='u:p' p:x='1' x='2' xml:lang='de'/></a>")
        .expect("XML");
    assert!(el.is(ns::CLIENT, "a"));
    let b = el.child_named("u:b", "b").expect("b");
    assert!(b.child_named("u:b", "c").is_some());
    assert!(b.child_named("", "d").is_some());
    let e = el.child_named("u:p", "e").expect("e");
    assert_eq!((e.attr_value("x"), e.attr_value_ns("u:p", "x"), e.lang()), (Some("2"), Some("1"), Some("de")));

    let outer = Element::parse_with(b"<s:a><s:b/></s:a>", "u:d", &[("s", "u:s&'x")]).expect("XML");
    assert!(outer.is("u:s&'x", "a") && outer.child_named("u:s&'x", "b").is_some());
    let inner = parse("<a><b xmlns='u:1'/><c/><b xmlns:p='u:2'><p:d xmlns:p='u:3'/><p:d/></b></a>").expect("XML");
    let shown: Vec<_> =
        inner.elements().flat_map(|el| std::iter::once(el).chain(el.elements())).map(Element::ns).collect();
    assert_eq!(shown, ["u:1", ns::CLIENT, ns::CLIENT, "u:3", "u:2"]);
}

#[test]
fn writes_xmlns_only_where_it_changes() {
    let el = Element::new(ns::CLIENT, "iq")
        .attr("type", "result")
        .child(Element::new("u:q", "query").text_child("x", "1").child(Element::new("", "y")));
    assert_eq!(el.to_string_in(ns::CLIENT), "<iq type='result'><query xmlns='u:q'><x>1</x><y xmlns=''/></query></iq>");
    assert!(el.to_string_in(ns::SERVER).starts_with("<iq xmlns='jabber:client' type"));
}

#[test]
fn writes_prefixes_only_for_attributes() {
    let el = Element::new("u:a", "a").attr("xml:lang", "en").attr_ns("u:x", "b", "1").attr("b", "2");
    assert_eq!(el.to_string_in("u:a"), "<a xml:lang='en' xmlns:ns1='u:x' ns1:b='1' b='2'/>");
    let odd = parse("<xml:a><b/></xml:a>").expect("the prefix is always bound");
    assert_eq!(odd.to_string_in(ns::CLIENT), "<xml:a><b/></xml:a>");
}

#[test]
fn attack_18_nothing_breaks_out() {
    let nasty = "<>&\"' ]]> </stream:stream> \r\n\t <![CDATA[ &lt; &#0;";
    let el = Element::new(ns::CLIENT, "message").attr("id", nasty).with_text(nasty);
    let written = el.to_string_in(ns::CLIENT);
    assert!(!written.contains("]]>") && !written.contains("</stream"));
    assert_eq!(parse(&written), Ok(el));
}

#[test]
fn what_xml_cannot_carry_becomes_a_replacement_character() {
    let el = Element::new(ns::CLIENT, "a").attr("b", "x\0y").with_text("1\u{1}2\u{FFFF}3\u{B}");
    let back = parse(&el.to_string_in(ns::CLIENT)).expect("XML all the same");
    assert_eq!(back.attr_value("b"), Some("x\u{FFFD}y"));
    assert_eq!(back.text(), "1\u{FFFD}2\u{FFFD}3\u{FFFD}");
}

#[test]
fn names_cannot_open_or_close_anything() {
    for name in ["", "a b", "a/><b", "1", "a:b", "-", "<", "\u{357}"] {
        let el = Element::new("", name).attr(name, "v");
        let back = Element::parse(&el.to_bytes(""), "").expect("XML all the same");
        assert_eq!(back, el, "{name}");
    }
}

#[test]
fn debug_shows_no_content() {
    let el = Element::new("u:a", "a").attr("b", "secret").with_text("secret");
    assert!(!format!("{el:?} {:?}", el.nodes()).contains("secret"));
}

fn any_xml_text() -> impl Strategy<Value = String> {
    // Often what matters, sometimes anything that XML can carry.
    let special =
        prop::sample::select(vec!['<', '>', '&', '\'', '"', '\r', '\n', '\t', ']', ' ', 'a', 'ß', '\u{10FFFF}']);
    let anything = any::<char>().prop_filter("XML can carry it", |c| is_xml_char(*c));
    prop::collection::vec(prop_oneof![3 => special, 1 => anything], 0..24).prop_map(|chars| chars.into_iter().collect())
}

fn any_element() -> impl Strategy<Value = Element> {
    let name = || "[A-Za-z_][A-Za-z0-9_.-]{0,6}";
    let space = || prop::sample::select(vec!["", ns::CLIENT, "u:a", "u:b'&<", ns::XML]);
    let head = move || {
        (
            space(),
            name(),
            prop::collection::vec((prop::option::of(space()), name(), any_xml_text()), 0..4),
            any_xml_text(),
        )
            .prop_map(|(space, name, attrs, text)| {
                attrs
                    .into_iter()
                    .fold(Element::new(space, &name), |el, (space, name, value)| match space {
                        Some(space) if !space.is_empty() => el.attr_ns(space, &name, value),
                        _ => el.attr(&name, value),
                    })
                    .with_text(text)
            })
    };
    head().prop_recursive(4, 24, 4, move |inner| {
        (head(), prop::collection::vec((inner, any_xml_text()), 0..4)).prop_map(|(el, children)| {
            children.into_iter().fold(el, |el, (child, text)| el.child(child).with_text(text))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn attack_18_reads_back_what_was_written(el in any_element(), outer in prop::sample::select(vec!["", ns::CLIENT, "u:a"])) {
        let bytes = el.to_bytes(outer);
        let back = Element::parse(&bytes, outer);
        prop_assert_eq!(back, Ok(el));
    }

    #[test]
    fn any_string_at_all_makes_xml(text in any::<String>(), name in any::<String>()) {
        let el = Element::new("u:a", &name).attr("b", text.clone()).with_text(&text);
        let back = Element::parse(&el.to_bytes(""), "").expect("what we write is XML");
        let expected: String = text.chars().map(|c| if is_xml_char(c) { c } else { '\u{FFFD}' }).collect();
        prop_assert_eq!(back.attr_value("b"), Some(expected.as_str()));
        prop_assert_eq!(back.text(), expected);
        prop_assert_eq!(back.elements().count(), 0);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(el) = Element::parse(&bytes, "") {
            prop_assert_eq!(Element::parse(&el.to_bytes(""), ""), Ok(el));
        }
    }
}
