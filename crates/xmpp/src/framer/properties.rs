//! Properties of framing, over documents put together at random from what XML is made of.

use proptest::prelude::*;

use super::*;
use crate::fuzzing;
use crate::stanza::{DefaultNs, Stamp, Tag};

/// Pieces that mean something to a parser, more than random bytes would.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "<message>",
        "</message>",
        "<message to='a@example.org' from=\"b@example.org/r\" id='&lt;1&gt;' type='chat' xml:lang='de'>",
        "<message xmlns:p='urn:p' p:x='1'>",
        "<message xmlns='jabber:client'>",
        "<c:message xmlns:c='jabber:client'>",
        "</c:message>",
        "<presence/>",
        "<iq type='get' id='\u{e4}'>",
        "</iq>",
        "<body>",
        "</body>",
        "<body xmlns='jabber:client'>",
        "<a xmlns='urn:a'>",
        "<a xmlns='urn:a&amp;b c'/>",
        "</a>",
        "<p:a xmlns:p='urn:p'>",
        "</p:a>",
        "\r",
        "<p:a/>",
        "<odd:a/>",
        "<a odd:b='1' b='2'/>",
        "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='' q:b=''/>",
        "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='' q:c=''/>",
        "<stanza-id xmlns='urn:xmpp:sid:0' by='from@example.org' id='x'/>",
        "<s:stanza-id xmlns:s='urn:xmpp:sid:0' by=\"FROM@example.org/x\"/>",
        "<delay xmlns='urn:xmpp:delay' stamp='x'/>",
        "<query xmlns=''/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<sm:a xmlns:sm='urn:xmpp:sm:3' h='1'/>",
        "<stream:error>",
        "</stream:error>",
        "<\u{e4}/>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x?>",
        "<!DOCTYPE",
        "&amp;",
        "&#65;",
        "&#x1F600;",
        "&#0;",
        "&x;",
        "&#00000000065;",
        "&#x00000042;",
        "&#y",
        "\u{fffe}",
        "\u{357}",
        "\r\n",
        "\t",
        " ",
        "]",
        ">",
        "<",
        "/>",
        "'",
        "\"",
        "=",
        "text",
    ]);
    fixed.prop_map(str::to_owned)
}

/// Texts that would do harm if they were forwarded as they are.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "<>&\"'",
            "]]>",
            "</stream:stream>",
            "</body></message>",
            "\0",
            "\r\n",
            "\r",
            "\t",
            "&amp;",
            "\u{ffff}"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

/// An element that is right, with contents that may be odd.
fn element(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "",
        "text &amp; &#x42;",
        "<![CDATA[<x>]]>",
        "<b/>",
        "<body>hi</body>",
        "<odd:c d='e'/>",
        "<stanza-id xmlns='urn:xmpp:sid:0' by='from@example.org' id='x'/>",
        "<stanza-id xmlns='urn:xmpp:sid:0' by='other@example.org' id='x'/>",
        "<delay xmlns='urn:xmpp:delay'/>",
        "\u{1f600}",
    ])
    .prop_map(str::to_owned);
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        (
            prop::sample::select(vec![
                "a",
                "b xmlns='urn:b'",
                "p:c xmlns:p='urn:&lt;c'",
                "d p:e='1' xmlns:p='urn:e'",
                "f g='\t&#9;'",
            ]),
            prop::collection::vec(inner, 0..4),
        )
            .prop_map(|(tag, parts)| {
                let name = tag.split(' ').next().unwrap_or(tag);
                format!("<{tag}>{}</{name}>", parts.concat())
            })
    });
    let attrs = prop::collection::vec(
        prop::sample::select(vec![
            " to='a@example.org/x&amp;y'",
            " from=\"b@b\"",
            " id='1'",
            " type='set'",
            " xml:lang='x'",
            " other=\"'\"",
            " odd:z='1'",
        ]),
        0..4,
    );
    (prop::sample::select(names), attrs, prop::collection::vec(inner, 0..5)).prop_map(|(name, mut attrs, parts)| {
        attrs.sort_unstable();
        attrs.dedup();
        format!("<{name}{}>{}</{name}>", attrs.concat(), parts.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn attack_17_any_split_gives_the_same_frames_and_only_xml_is_framed(
        step in any::<u8>(),
        pieces in prop::collection::vec(piece(), 0..24),
    ) {
        let mut data = vec![step];
        data.extend_from_slice(pieces.concat().as_bytes());
        fuzzing::framer(&data);
    }

    #[test]
    fn attack_17_random_bytes_are_refused_without_panic(data in prop::collection::vec(any::<u8>(), 0..64)) {
        fuzzing::framer(&data);
        fuzzing::framer(&[&[3], &b"<message>"[..], &data].concat());
    }

    #[test]
    fn what_is_right_is_framed_as_it_is_however_it_is_cut(
        text in element(&["message", "presence", "iq"]),
        step in any::<u8>(),
    ) {
        let outcome = fuzzing::feed(&mut fuzzing::opened(), text.as_bytes(), []);
        prop_assert_eq!((outcome.frames.len(), outcome.error), (1, None), "{}", text);
        fuzzing::framer(&[&[step], text.as_bytes()].concat());
    }

    #[test]
    fn attack_18_what_is_written_differs_as_the_stamp_says(
        text in element(&["message", "presence", "iq"]),
        choice in any::<u8>(),
    ) {
        fuzzing::stamp(&[&[choice], text.as_bytes()].concat());
    }

    #[test]
    fn attack_16_namespaces_survive_whatever_is_in_them(uri in "[ -~\t\n}{\u{e4}\u{1f600}]{1,12}") {
        prop_assume!(uri != ns::CLIENT && uri != ns::SERVER);
        let mut text = b"<message><a xmlns='".to_vec();
        crate::xml::escape_attr(&uri, &mut text);
        text.extend_from_slice(b"'/><p:b xmlns:p='");
        crate::xml::escape_attr(&uri, &mut text);
        text.extend_from_slice(b"'/></message>");
        let outcome = fuzzing::feed(&mut fuzzing::opened(), &text, []);
        let [(Frame::Stanza(stanza), _)] = outcome.frames.as_slice() else { panic!("{outcome:?}") };
        let seen: Vec<_> = stanza.children().map(|child| (child.ns(), child.name())).collect();
        prop_assert_eq!(seen, vec![(uri.as_str(), "a"), (uri.as_str(), "b")]);
        prop_assert!(stanza.find(&uri, "b").is_some());
    }

    #[test]
    fn attack_18_texts_survive_every_hop(text in prop::collection::vec(nasty(), 0..6).prop_map(|parts| parts.concat())) {
        let mut raw = b"<message id='".to_vec();
        crate::xml::escape_attr(&text, &mut raw);
        raw.extend_from_slice(b"'><body>");
        crate::xml::escape_text(&text, &mut raw);
        raw.extend_from_slice(b"</body></message>");
        let wanted: String = text.chars().map(|c| if crate::xml::is_xml_char(c) { c } else { '\u{fffd}' }).collect();
        let outcome = fuzzing::feed(&mut fuzzing::opened(), &raw, []);
        let [(Frame::Stanza(first), _)] = outcome.frames.as_slice() else { panic!("{outcome:?}") };
        let second = Stanza::parse(&first.to_bytes(&Stamp { default_ns: DefaultNs::Client, ..Stamp::default() }));
        let second = second.expect("what is written is framed");
        for stanza in [first, &second] {
            prop_assert_eq!(stanza.id().unwrap_or_default(), wanted.as_str());
            let body = stanza.child(Tag::Body).expect("the body").element().expect("a tree");
            prop_assert_eq!(body.text(), wanted.as_str());
        }
    }

    #[test]
    fn attack_18_addresses_survive_the_round_trip(text in "([a-z\u{e4}]{0,4}@)?[a-z]{1,5}(/[ -~\u{e4}]{0,6})?") {
        fuzzing::jid(text.as_bytes());
    }
}
