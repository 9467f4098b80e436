//! The framer's tests: attacks by number, then properties.

use super::*;
use crate::stanza::{Kind, Tag};

pub(super) const OPEN: &str = "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xml:lang='en' \
    xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/// Feeds `bytes` in pieces that end at `cuts`; all frames, and the error if there was one.
pub(super) fn feed(framer: &mut Framer, bytes: &[u8], cuts: &[usize]) -> (Vec<Frame>, Option<FrameError>) {
    let mut frames = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        loop {
            match framer.next(&bytes[start..end]) {
                Ok(Progress { consumed, frame }) => {
                    start += consumed;
                    let Some(frame) = frame else { break };
                    frames.push(frame);
                }
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// An authenticated client's stream, its header read.
pub(super) fn opened() -> Framer {
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let (frames, error) = feed(&mut framer, OPEN.as_bytes(), &[]);
    assert!(matches!(frames.as_slice(), [Frame::Open(_)]) && error.is_none());
    framer
}

pub(super) fn stanza(text: &str) -> Stanza {
    match feed(&mut opened(), text.as_bytes(), &[]) {
        (mut frames, None) if frames.len() == 1 => match frames.remove(0) {
            Frame::Stanza(stanza) => stanza,
            other => panic!("{text}: {other:?}"),
        },
        other => panic!("{text}: {other:?}"),
    }
}

fn meaning(stanza: &Stanza) -> String {
    crate::fuzzing::meaning(&stanza.to_element().expect("within the tree's limits"))
}

#[test]
fn a_stream_from_header_to_end() {
    let text = format!(
        "{OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AA==</auth>\n \
         <message to='b@example.org' id='1'><body>hi &amp; bye</body></message><presence/></stream:stream>"
    );
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    let (frames, error) = feed(&mut framer, text.as_bytes(), &[]);
    assert_eq!(error, None);
    let [Frame::Open(open), Frame::Nonza(auth), Frame::Stanza(message), Frame::Stanza(presence), Frame::Close] =
        frames.as_slice()
    else {
        panic!("{frames:?}")
    };
    assert_eq!((open.to.as_deref(), open.lang.as_deref()), (Some("example.org"), Some("en")));
    assert!(auth.is(ns::SASL, "auth"));
    assert_eq!(auth.attr("mechanism").as_deref(), Some("PLAIN"));
    assert_eq!(message.id().as_deref(), Some("1"));
    assert_eq!(message.to().map(crate::jid::Jid::as_str), Some("b@example.org"));
    assert_eq!(presence.bytes(), b"<presence/>");
}

fn error_of(text: &[u8]) -> Option<FrameError> {
    feed(&mut opened(), text, &[]).1
}

fn header_error(text: &[u8]) -> Option<FrameError> {
    feed(&mut Framer::new(Mode::Stream, Limits::before_auth()), text, &[]).1
}

#[test]
fn attack_01_document_types_and_entity_bombs_are_restricted() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>";
    assert_eq!(header_error(bomb.as_bytes()), Some(FrameError::Restricted));
    assert_eq!(header_error(format!("<?xml version='1.0'?>{bomb}{OPEN}").as_bytes()), Some(FrameError::Restricted));
    for place in [bomb.to_owned(), format!("<message>{bomb}</message>"), "<message>&lol2;</message>".to_owned()] {
        assert_eq!(error_of(place.as_bytes()), Some(FrameError::Restricted), "{place}");
        let message = place.replacen("<message>", "<message xmlns='jabber:client'>", 1);
        let websocket = Framer::new(Mode::WebSocket, Limits::before_auth()).frame_message(message.as_bytes());
        assert_eq!(websocket.err(), Some(FrameError::Restricted), "{message}");
    }
}

#[test]
fn attack_02_external_and_parameter_entities_are_restricted() {
    for text in [
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % p SYSTEM 'http://127.0.0.1/'>",
        "<message><body>&xxe;</body></message>",
        "<message to='&xxe;'/>",
    ] {
        assert_eq!(error_of(text.as_bytes()), Some(FrameError::Restricted), "{text}");
    }
    // XInclude is an element like any other here.
    let include = "<message><include xmlns='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/></message>";
    assert_eq!(stanza(include).bytes(), include.as_bytes());
}

#[test]
fn attack_03_comments_and_instructions_are_restricted_and_cdata_is_text() {
    for text in [
        "<!-- x -->",
        "<message><!-- x --></message>",
        "<message><body>a<!-- x -->b</body></message>",
        "<?php ?>",
        "<message><?xml-stylesheet href='x'?></message>",
        "<message><body><!ELEMENT></body></message>",
        "<![CDATA[x]]>",
    ] {
        assert_eq!(error_of(text.as_bytes()), Some(FrameError::Restricted), "{text}");
    }
    let text = "<message><body><![CDATA[<a>&amp;]] ]>]]]]><![CDATA[>]]></body></message>";
    let framed = stanza(text);
    assert_eq!(framed.bytes(), text.as_bytes());
    let body = framed.child(Tag::Body).expect("a body").element().expect("a tree");
    assert_eq!(body.text(), "<a>&amp;]] ]>]]>");
}

#[test]
fn attack_04_declarations_and_encodings() {
    let root = OPEN.split_once("?>").expect("declaration").1;
    let cases: [(&[u8], FrameError); 9] = [
        (b"<?xml version='1.0' encoding='utf-16'?>", FrameError::UnsupportedEncoding),
        (b"<?xml version='1.0' encoding=\"iso-8859-1\" ?>", FrameError::UnsupportedEncoding),
        (b"<?xml version='1.1'?>", FrameError::NotWellFormed),
        (b"<?xml encoding='utf-8'?>", FrameError::NotWellFormed),
        (b"<?xml version='1.0'?><?xml version='1.0'?>", FrameError::NotWellFormed),
        (b"<?xsl version='1.0'?>", FrameError::Restricted),
        (b"\xef\xbb\xbf", FrameError::BadFormat),
        (b"\xff\xfe<\0?\0", FrameError::BadFormat),
        (b"hello", FrameError::BadFormat),
    ];
    for (before, error) in cases {
        let bytes = [before, root.as_bytes()].concat();
        assert_eq!(header_error(&bytes), Some(error), "{}", before.escape_ascii());
    }
    for before in ["", "<?xml version='1.0' encoding='UTF-8'?>", "<?xml version=\"1.0\" standalone='yes'?>\r\n"] {
        let found = header_error(format!("{before}{root}").as_bytes());
        let wanted = before.contains("standalone").then_some(FrameError::NotWellFormed);
        assert_eq!(found, wanted, "{before}");
    }
    assert_eq!(error_of(b"<?xml version='1.0'?><presence/>"), Some(FrameError::NotWellFormed));
    assert_eq!(error_of(b"<message>\xef\xbb\xbf</message>"), None);
    assert_eq!(error_of(b"\xef\xbb\xbf<message/>"), Some(FrameError::BadFormat));
}

#[test]
fn attack_05_one_byte_over_the_limit() {
    let limits = Limits { max_bytes: 200, ..Limits::after_auth() };
    let whole = |len: usize| {
        let frame = "<message><body></body></message>";
        format!("<message><body>{}</body></message>", "x".repeat(len - frame.len()))
    };
    let too_big = Some(FrameError::TooBig { max: 200 });
    for (len, error) in [(200, None), (201, too_big)] {
        for slowly in [false, true] {
            let mut framer = opened();
            framer.set_limits(limits);
            let cuts: Vec<_> = if slowly { (1..len).collect() } else { Vec::new() };
            let (frames, found) = feed(&mut framer, whole(len).as_bytes(), &cuts);
            assert_eq!((frames.len(), found), (usize::from(error.is_none()), error), "{len} slowly: {slowly}");
        }
    }
    // Whatever it is that never ends.
    for endless in ["<message to='", "<message><body>", "<message><body><![CDATA[", "<message ", "<message"] {
        let text = format!("{endless}{}", "x".repeat(300));
        let mut framer = opened();
        framer.set_limits(limits);
        let cuts: Vec<_> = (1..text.len()).collect();
        assert_eq!(feed(&mut framer, text.as_bytes(), &cuts).1, too_big, "{endless}");
    }
    assert!(crate::error::StreamError::from(FrameError::TooBig { max: 200 }).app.is_some());
}

#[test]
fn attack_05_a_stanza_that_trickles_in_is_not_scanned_again_and_again() {
    // Quadratic work on these would take minutes: a quarter of a megabyte, a byte at a time.
    let filler = 250_000;
    for (start, unit, end) in [
        ("<message to='", ">", "@'/>"),
        ("<message><body>", "]", "</body></message>"),
        ("<message><body><![CDATA[", "]", "]]></body></message>"),
        ("<message ", " ", "/>"),
        ("<message></message", "\n", ">"),
    ] {
        let text = format!("{start}{}{end}", unit.repeat(filler));
        let cuts: Vec<_> = (1..text.len()).collect();
        let (frames, error) = feed(&mut opened(), text.as_bytes(), &cuts);
        assert_eq!((frames.len(), error), (1, None), "{start}");
    }
}

#[test]
fn attack_06_attributes_are_counted() {
    let with = |n: usize| {
        let attrs: String = (0..n).map(|i| format!(" a{i}='x'")).collect();
        format!("<message><a{attrs}/></message>")
    };
    assert_eq!(error_of(with(64).as_bytes()), None);
    let refused = Some(FrameError::TooManyAttributes { max: 64 });
    assert_eq!(error_of(with(65).as_bytes()), refused);
    assert_eq!(error_of(&with(80_000).as_bytes()[..200_000]), refused);
}

#[test]
fn attack_07_namespace_declarations_are_counted() {
    let with = |n: usize| {
        let attrs: String = (0..n).map(|i| format!(" xmlns:p{i}='urn:x'")).collect();
        format!("<message><a{attrs}/></message>")
    };
    assert_eq!(error_of(with(32).as_bytes()), None);
    let refused = Some(FrameError::TooManyNamespaces { max: 32 });
    assert_eq!(error_of(with(33).as_bytes()), refused);
    assert_eq!(error_of(&with(100_000).as_bytes()[..200_000]), refused);
    let header = format!("<stream:stream {}>", with(33).replace("<message><a", "").replace("/></message>", ""));
    assert_eq!(header_error(header.as_bytes()), refused);
}

#[test]
fn attack_08_depth_is_limited() {
    let nested = |n: usize| format!("{}{}", "<message>".repeat(n), "</message>".repeat(n));
    assert_eq!(error_of(nested(64).as_bytes()), None);
    let refused = Some(FrameError::TooDeep { max: 64 });
    assert_eq!(error_of(nested(65).as_bytes()), refused);
    assert_eq!(error_of(nested(1_000_000).as_bytes()), refused);
    // The slow path is no way round it.
    assert_eq!(error_of(format!("<c:message xmlns:c='jabber:client'>{}", "<c:a>".repeat(64)).as_bytes()), refused);
}

#[test]
fn attack_09_elements_are_counted() {
    let with = |n: usize| format!("<message>{}</message>", "<a/>".repeat(n - 1));
    assert_eq!(error_of(with(10_000).as_bytes()), None);
    let refused = Some(FrameError::TooManyElements { max: 10_000 });
    assert_eq!(error_of(with(10_001).as_bytes()), refused);
    assert_eq!(error_of(with(500_000).as_bytes()), refused);
}

#[test]
fn attack_10_less_is_allowed_before_authentication() {
    let before = |text: &str| {
        let mut framer = opened();
        framer.set_limits(Limits::before_auth());
        feed(&mut framer, text.as_bytes(), &[]).1
    };
    let big = format!("<iq><a>{}</a></iq>", "x".repeat(9 * 1024));
    assert_eq!(before(&big), Some(FrameError::TooBig { max: 8192 }));
    let wide = format!("<iq>{}</iq>", "<a/>".repeat(32));
    assert_eq!(before(&wide), Some(FrameError::TooManyElements { max: 32 }));
    let header = OPEN.replace("example.org", &"x".repeat(20 * 1024));
    for size in [header.len(), 10_000] {
        assert_eq!(header_error(&header.as_bytes()[..size]), Some(FrameError::TooBig { max: 8192 }));
    }
}

#[test]
fn attack_13_prefixed_stanzas_are_stanzas() {
    let plain = stanza("<message to='a@example.org' id='x'><body>hi</body><x xmlns='urn:x' y='1'/></message>");
    let prefixed = [
        "<c:message xmlns:c='jabber:client' to='a@example.org' id='x'><c:body>hi</c:body><x xmlns='urn:x' y='1'/></c:message>",
        "<message xmlns:q='urn:x' to='a@example.org' id='x'><body>hi</body><q:x y='1'/></message>",
        "<message xmlns='jabber:client' to='a@example.org' id='x'><body xmlns='jabber:client'>hi</body><q:x y='1' xmlns:q='urn:x'/></message>",
    ];
    for text in prefixed {
        let framed = stanza(text);
        assert_eq!(framed.kind(), Kind::Message, "{text}");
        assert!(framed.has(Tag::Body), "{text}");
        assert_eq!(meaning(&framed), meaning(&plain), "{text}");
        let x = framed.find("urn:x", "x").expect("a child");
        assert_eq!(x.element().expect("a tree").attr_value("y"), Some("1"), "{text}");
    }

    // Declared on the header, used in stanzas and for the stream itself.
    let text = "<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:client' xmlns:c='jabber:client' xmlns:q='urn:x'>\
        <c:message to='a@example.org' id='x'><c:body>hi</c:body><q:x y='1'/></c:message><s:features/></s:stream>";
    let (frames, error) = feed(&mut Framer::new(Mode::Stream, Limits::after_auth()), text.as_bytes(), &[]);
    assert_eq!(error, None);
    let [Frame::Open(_), Frame::Stanza(framed), Frame::Nonza(features), Frame::Close] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    assert_eq!(meaning(framed), meaning(&plain));
    assert!(features.is(ns::STREAM, "features"));
    assert_eq!(features.bytes(), b"<features xmlns='http://etherx.jabber.org/streams'/>");
}

#[test]
fn attack_13_a_short_prefix_cannot_blow_a_stanza_up() {
    let text =
        format!("<message xmlns:p='urn:{}'>{}</message>", "x".repeat(6000), "<q xmlns='urn:q'><p:a/></q>".repeat(4000));
    assert!(text.len() < Limits::after_auth().max_bytes);
    let too_big = FrameError::TooBig { max: 256 * 1024 };
    assert_eq!(error_of(text.as_bytes()), Some(too_big));
    // And it stops writing, rather than look at the length of some 24 megabytes.
    let limits = Limits::after_auth();
    let rules =
        Rules { limits: &limits, content: Content::Client, scope: Scope::Content, header: "", canonical: false };
    assert_eq!(slow::canonical(&text, &rules, Prefixes::None), Err(too_big));
}

#[test]
fn attack_14_namespaces_that_do_not_belong_here() {
    let cases = [
        ("<message xmlns='jabber:server'/>", FrameError::BadNamespace),
        ("<s:message xmlns:s='jabber:server'/>", FrameError::BadNamespace),
        ("<message xmlns=''/>", FrameError::BadNamespace),
        ("<foo xmlns='jabber:client'/>", FrameError::UnsupportedStanza),
        ("<foo/>", FrameError::UnsupportedStanza),
        ("<Message/>", FrameError::UnsupportedStanza),
        ("<c:foo xmlns:c='jabber:client'/>", FrameError::UnsupportedStanza),
    ];
    for (text, error) in cases {
        assert_eq!(error_of(text.as_bytes()), Some(error), "{text}");
    }
    for (from, to, error) in [
        ("xmlns='jabber:client'", "xmlns='jabber:nowhere'", FrameError::BadNamespace),
        ("xmlns='jabber:client'", "", FrameError::BadNamespace),
        ("http://etherx.jabber.org/streams", "http://etherx.jabber.org/stream", FrameError::BadNamespace),
        ("stream:stream", "stream:steam", FrameError::BadFormat),
    ] {
        assert_eq!(header_error(OPEN.replace(from, to).as_bytes()), Some(error), "{to}");
    }
    // Between servers it is the other way round.
    let mut framer = Framer::new(Mode::Stream, Limits::server());
    let text = format!(
        "{}<message><body xmlns='jabber:server'>a</body></message><message xmlns='jabber:client'/>",
        OPEN.replace("jabber:client", "jabber:server")
    );
    let (frames, error) = feed(&mut framer, text.as_bytes(), &[]);
    assert_eq!(error, Some(FrameError::BadNamespace));
    let [Frame::Open(open), Frame::Stanza(message)] = frames.as_slice() else { panic!("{frames:?}") };
    assert_eq!(open.ns, ns::SERVER);
    assert!(message.has(Tag::Body));
    assert_eq!(message.bytes(), b"<message><body>a</body></message>");
}

#[test]
fn attack_15_prefixes_and_attributes_that_break_the_rules() {
    let cases = [
        "<message><p:a/></message>",
        "<message><a p:b='1'/></message>",
        "<p:message/>",
        "<message><a xmlns:p='urn:x'/><p:b/></message>",
        "<message><a xmlns:xml='urn:x'/></message>",
        "<message><a xmlns:p='http://www.w3.org/XML/1998/namespace'/></message>",
        "<message><a xmlns:p='http://www.w3.org/XML/1998/namespac&#101;'/></message>",
        "<message><a xmlns='http://www.w3.org/XML/1998/namespace'/></message>",
        "<message><a xmlns='http://www.w3.org/2000/xmlns/'/></message>",
        "<message><a xmlns:p='http://www.w3.org/2000/xmlns/'/></message>",
        "<message><a xmlns:xmlns='urn:x'/></message>",
        "<message><a xmlns:p=''/></message>",
        "<message><xmlns:a/></message>",
        "<message><a b='1' b='2'/></message>",
        "<message to='a' to='b'/>",
        "<message><a xmlns='urn:x' xmlns='urn:y'/></message>",
        "<message><a xmlns:p='urn:x' xmlns:p='urn:y'/></message>",
        "<message><a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/></message>",
        "<message><a xmlns:p='urn:x' xmlns:q='urn:&#120;' p:b='1' q:b='2'/></message>",
        "<message><a xml:lang='a' xml:lang='b'/></message>",
        "<message><a:b:c xmlns:a='urn:x'/></message>",
        "<message><:a/></message>",
        "<message><a: xmlns:a='urn:x'/></message>",
        "<message><a:1 xmlns:a='urn:x'/></message>",
        "<message><\u{357}/></message>",
        "<message><1/></message>",
        "<message><-a/></message>",
        "<message><a></b></message>",
        "<message><a></message></a>",
        "<message><p:a xmlns:p='urn:x'></q:a></message>",
        "<message><a b='<'/></message>",
        "<message><a b=c/></message>",
        "<message><a b/></message>",
        "<message><a b='1'c='2'/></message>",
        "<message><a / ></message>",
        "<message></ message>",
        "< message/>",
        "<message>]]></message>",
        "<message>& </message>",
        "<message>&#;</message>",
        "<message>&#x;</message>",
        "<message>&#x+41;</message>",
        "<message>&#-1;</message>",
        "<message a='&'/>",
    ];
    for text in cases {
        assert_eq!(error_of(text.as_bytes()), Some(FrameError::NotWellFormed), "{text}");
    }
    // DEVIATES XML 1.0 §4.1: a character reference of more than eight digits is refused, as rxml does.
    assert_eq!(error_of(b"<message>&#0000000065;</message>"), Some(FrameError::NotWellFormed));
    // DEVIATES XML 1.0 §2.11: a carriage return in an attribute must be half of a line end, as rxml has it.
    assert_eq!(error_of(b"<message><a b='\r:'/></message>"), Some(FrameError::NotWellFormed));
    assert_eq!(stanza("<message><a b='1\r\n\t2'/></message>").bytes(), b"<message><a b='1  2'/></message>");
    for text in [
        "<message><a xmlns:p='urn:x' p:b='1' b='2'/></message>",
        "<message><a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='de'/></message>",
        "<message><ä ö='ü'>\u{10ffff}</ä></message>",
        "<message ><a\n b = \"'\"\tc='\"'\r/></message\n>",
        "<message>&#00000065;&#x10FFFF;]]&gt;]] ></message>",
    ] {
        assert_eq!(error_of(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn attack_17_bytes_that_are_not_xml_characters() {
    let bad: [&[u8]; 16] = [
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff",
        b"\x80",
        b"\xc3",
        b"\0",
        b"\x01",
        b"\x1f",
        "\u{fffe}".as_bytes(),
        "\u{ffff}".as_bytes(),
        b"&#0;",
        b"&#1;",
        b"&#xD800;",
        b"&#xFFFF;",
    ];
    for bytes in bad {
        for (before, after) in [
            ("<message><body>", "</body></message>"),
            ("<message><a b='", "'/></message>"),
            ("<message id='", "'/>"),
            ("<message><p:a p:b='", "' xmlns:p='urn:x'/></message>"),
            ("<message><a xmlns='urn:", "'/></message>"),
            ("<message><body><![CDATA[", "]]></body></message>"),
        ] {
            if before.contains("CDATA") && bytes.starts_with(b"&") {
                continue;
            }
            let text = [before.as_bytes(), bytes, after.as_bytes()].concat();
            let whole = error_of(&text);
            assert_eq!(whole, Some(FrameError::NotWellFormed), "{}", text.escape_ascii());
            for cut in 1..text.len() {
                let (frames, error) = feed(&mut opened(), &text, &[cut]);
                assert_eq!((frames.len(), error), (0, whole), "{} cut at {cut}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn attack_20_out_of_place() {
    assert_eq!(error_of(OPEN.split_once("?>").expect("declaration").1.as_bytes()), Some(FrameError::BadFormat));
    let other = "<s:stream xmlns:s='http://etherx.jabber.org/streams'></s:stream>";
    assert_eq!(error_of(other.as_bytes()), Some(FrameError::BadFormat));
    assert_eq!(error_of(b"<stream xmlns='http://etherx.jabber.org/streams'>"), Some(FrameError::BadFormat));
    assert_eq!(error_of(b"</stream>"), Some(FrameError::NotWellFormed));
    assert_eq!(error_of(b"</message>"), Some(FrameError::NotWellFormed));
    assert_eq!(error_of(b"text"), Some(FrameError::BadFormat));
    assert_eq!(error_of(b"&amp;"), Some(FrameError::BadFormat));
    assert_eq!(header_error(b"<message/>"), Some(FrameError::BadNamespace));
    assert_eq!(error_of(b"</stream:stream><message/>"), Some(FrameError::BadFormat));
    assert_eq!(error_of(b"</stream:stream> \n"), None);
}

#[test]
fn attack_20_white_space_is_counted() {
    let mut framer = opened();
    framer.set_limits(Limits::before_auth());
    let space = [b' '; 4096];
    for _ in 0..2 {
        assert_eq!(framer.next(&space).expect("within the limit").consumed, 4096);
    }
    assert_eq!(framer.next(b"\n").expect_err("one over"), FrameError::TooBig { max: 8192 });

    // A stanza now and then and it may go on for ever.
    let mut framer = opened();
    framer.set_limits(Limits::before_auth());
    for _ in 0..10 {
        let (frames, error) = feed(&mut framer, &[&space[..], b"<presence/>"].concat(), &[]);
        assert_eq!((frames.len(), error), (1, None));
    }
}

#[test]
fn websocket_messages_are_frames_of_their_own() {
    let framer = Framer::new(Mode::WebSocket, Limits::before_auth());
    let open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0' xml:lang='de'/>";
    let Ok(Frame::Open(found)) = framer.frame_message(open.as_bytes()) else { panic!("no open") };
    assert_eq!(
        (found.to.as_deref(), found.lang.as_deref(), found.version.as_deref()),
        (Some("example.org"), Some("de"), Some("1.0"))
    );
    let close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";
    assert!(matches!(framer.frame_message(close.as_bytes()), Ok(Frame::Close)));
    let message = "<message xmlns='jabber:client' id='1'><body>hi</body></message>";
    let Ok(Frame::Stanza(found)) = framer.frame_message(message.as_bytes()) else { panic!("no stanza") };
    assert!(found.has(Tag::Body));
    let Ok(Frame::Nonza(auth)) = framer.frame_message(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/> ") else {
        panic!("no nonza")
    };
    assert!(auth.is(ns::SASL, "auth"));
    let features = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>";
    assert!(matches!(framer.frame_message(features.as_bytes()), Ok(Frame::Nonza(_))));

    for (text, error) in [
        ("", FrameError::BadFormat),
        (" <presence xmlns='jabber:client'/>", FrameError::BadFormat),
        ("<presence xmlns='jabber:client'/><presence xmlns='jabber:client'/>", FrameError::BadFormat),
        ("<presence/>", FrameError::BadNamespace),
        ("<presence xmlns='jabber:server'/>", FrameError::BadNamespace),
        ("<presence xmlns='jabber:client'>", FrameError::NotWellFormed),
        ("<presence", FrameError::NotWellFormed),
        ("</stream:stream>", FrameError::NotWellFormed),
        ("<?xml version='1.0'?><presence xmlns='jabber:client'/>", FrameError::NotWellFormed),
        ("<ping xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", FrameError::BadFormat),
    ] {
        assert_eq!(framer.frame_message(text.as_bytes()).expect_err(text), error, "{text}");
    }
}

#[test]
fn a_restart_forgets_the_old_stream() {
    let mut framer = opened();
    let (_, error) = feed(&mut framer, b"<message><bo", &[]);
    assert_eq!(error, None);
    framer.restart();
    let (frames, error) = feed(&mut framer, OPEN.as_bytes(), &[]);
    assert!(matches!(frames.as_slice(), [Frame::Open(_)]) && error.is_none());
}

#[test]
fn an_idle_framer_is_small() {
    assert!(size_of::<Framer>() <= 64, "{}", size_of::<Framer>());
    assert_eq!(size_of::<Stanza>(), 16);
    let framer = opened();
    assert!(framer.scan.is_none() && framer.unusual.is_none());
}
