//! Stanzas: what is read from them, what is written, and replies.

use super::*;
use crate::error::StanzaError;
use crate::jid::BareJid;

fn stanza(text: &str) -> Stanza {
    Stanza::parse(text.as_bytes()).expect(text)
}

fn written(stanza: &Stanza, stamp: &Stamp<'_>) -> String {
    String::from_utf8(stanza.to_bytes(stamp)).expect("UTF-8")
}

#[test]
fn attributes_are_read_unescaped() {
    let message = stanza(
        "<message to=\"a@example.org/o'clock\" from='b@example.org' id='&lt;1&gt;' type='ch&#97;t' xml:lang='de'/>",
    );
    assert_eq!(message.to().map(Jid::as_str), Some("a@example.org/o'clock"));
    assert_eq!(message.from().map(Jid::as_str), Some("b@example.org"));
    assert_eq!(message.id().as_deref(), Some("<1>"));
    assert_eq!(message.message_type(), MessageType::Chat);
    assert_eq!(message.lang().as_deref(), Some("de"));
    assert_eq!(message.malformed_address(), None);
}

#[test]
fn types_are_read_as_the_rfc_says() {
    assert_eq!(stanza("<message/>").message_type(), MessageType::Normal);
    assert_eq!(stanza("<message type='strange'/>").message_type(), MessageType::Normal);
    assert_eq!(stanza("<presence/>").presence_type(), Ok(PresenceType::Available));
    assert_eq!(stanza("<presence type='strange'/>").presence_type(), Err(UnknownType));
    assert_eq!(stanza("<iq type='set'/>").iq_type(), Ok(IqType::Set));
    assert_eq!(stanza("<iq/>").iq_type(), Err(UnknownType));
}

#[test]
fn a_malformed_address_is_kept_and_goes_nowhere_by_itself() {
    let message = stanza("<message to='@&amp;' from='b@example.org' id='1'/>");
    assert_eq!(message.to(), None);
    assert_eq!(message.malformed_address(), Some(MalformedAddress::To));
    assert_eq!(written(&message, &Stamp::default()), "<message to='@&amp;' from='b@example.org' id='1'/>");
    let reply = message.error_reply(&StanzaError::jid_malformed()).expect("answerable");
    assert_eq!((reply.from(), reply.malformed_address()), (None, None));
    assert_eq!(stanza("<presence from='a@b@c'/>").malformed_address(), Some(MalformedAddress::From));
    // RFC 6122 §2: too long is malformed too.
    assert!(stanza(&format!("<presence to='{}@a'/>", "x".repeat(1024))).malformed_address().is_some());
}

#[test]
fn any_number_of_children_has_its_place() {
    for count in 0..=3 * MAX_FIRST {
        let children: String = (0..count).map(|n| format!("<c{n} xmlns='urn:x&amp;{}'/>", n % 2)).collect();
        let message = stanza(&format!("<message>{children}<body/></message>"));
        let names: Vec<_> = message.children().map(|child| child.name().to_owned()).collect();
        let wanted: Vec<_> = (0..count).map(|n| format!("c{n}")).chain(["body".to_owned()]).collect();
        assert_eq!(names, wanted);
        assert!(message.has(Tag::Body) && message.child(Tag::Body).is_some());
        assert!(message.children().take(count).enumerate().all(|(n, c)| c.ns() == format!("urn:x&{}", n % 2)));
        let stamp = Stamp { strip: Strip::tags(&[Tag::Body]), ..Stamp::default() };
        assert!(!written(&message, &stamp).contains("body"), "{count}");
    }
}

#[test]
fn a_stanza_is_as_small_as_what_is_in_it() {
    assert!(size_of::<Head>() <= 168, "{} bytes", size_of::<Head>());
    for (text, children) in [("<presence/>", 0), ("<message><body/><active/></message>", 2)] {
        let size = size_of_val(&*stanza(text).0);
        assert_eq!(size, size_of::<Head>() + children * size_of::<ChildRec>(), "{text}");
    }
}

#[test]
fn children_are_known_by_namespace_and_name() {
    let cases = [
        ("<body>x</body>", Tag::Body),
        ("<error type='cancel'/>", Tag::Error),
        ("<active xmlns='http://jabber.org/protocol/chatstates'/>", Tag::ChatState),
        ("<stanza-id xmlns='urn:xmpp:sid:0'/>", Tag::StanzaId),
        ("<s:origin-id xmlns:s='urn:xmpp:sid:0'/>", Tag::OriginId),
        ("<private xmlns='urn:xmpp:carbons:2'/>", Tag::NoCopy),
        ("<sent xmlns='urn:xmpp:carbons:2'><body/></sent>", Tag::Carbon),
        ("<no-store xmlns='urn:xmpp:hints'/>", Tag::Hint(Hint::NoStore)),
        ("<store xmlns='urn:xmpp:hints'/>", Tag::Hint(Hint::Store)),
        ("<x xmlns='http://jabber.org/protocol/muc#user'/>", Tag::MucUser),
        ("<encrypted xmlns='eu.siacs.conversations.axolotl'/>", Tag::Encrypted),
        ("<query xmlns='jabber:iq:roster'/>", Tag::Query),
        ("<preauth xmlns='urn:xmpp:pars:0' token='x'/>", Tag::Preauth),
        ("<x xmlns='vcard-temp:x:update'/>", Tag::VcardUpdate),
        ("<displayed xmlns='urn:xmpp:mds:displayed:0'/>", Tag::Displayed),
        ("<body xmlns='urn:x'/>", Tag::Other),
        ("<x><body/></x>", Tag::Other),
    ];
    for (child, tag) in cases {
        let message = stanza(&format!("<message>before{child}after</message>"));
        let found = message.child(tag).expect(child);
        assert_eq!(std::str::from_utf8(found.bytes()), Ok(child));
        assert_eq!(message.children().count(), 1, "{child}");
        assert!(message.find(found.ns(), found.name()).is_some(), "{child}");
        assert!(!message.has(Tag::Subject));
    }
}

#[test]
fn an_iq_has_one_payload() {
    assert_eq!(stanza("<iq type='get'/>").iq_payload().err(), Some(PayloadError::Missing));
    assert_eq!(stanza("<iq type='get'><a/><b/></iq>").iq_payload().err(), Some(PayloadError::Several));
    let error = stanza("<iq type='error'><a xmlns='urn:a' b='&quot;'/><error/></iq>");
    let payload = error.iq_payload().expect("one besides the error");
    assert!(payload.is("urn:a", "a"));
    assert_eq!(payload.attr("b").as_deref(), Some("\""));
}

#[test]
fn a_stamp_changes_what_it_says_and_nothing_else() {
    let message = stanza(
        "<message xmlns='jabber:client' id=\"'\" to='a@example.org' other='&quot;' type='chat'>\n<body a='&gt;'>x</body> \
         <stanza-id xmlns='urn:xmpp:sid:0' by='a@example.org' id='1'/></message>",
    );
    let to = Jid::new("c@example.org/<&'\">").expect("literal");
    let stamp = Stamp { to: Some(&to), add: b"<delay xmlns='urn:xmpp:delay'/>", ..Stamp::default() };
    assert_eq!(
        written(&message, &stamp),
        "<message to='c@example.org/&lt;&amp;&apos;&quot;&gt;' id=\"'\" type='chat' other='&quot;'>\n<body a='&gt;'>x</body> \
         <stanza-id xmlns='urn:xmpp:sid:0' by='a@example.org' id='1'/><delay xmlns='urn:xmpp:delay'/></message>"
    );
    let stamp = Stamp { default_ns: DefaultNs::Client, strip: Strip::tags(&[Tag::Body]), ..Stamp::default() };
    assert_eq!(
        written(&message, &stamp),
        "<message xmlns='jabber:client' to='a@example.org' id=\"'\" type='chat' other='&quot;'>\n \
         <stanza-id xmlns='urn:xmpp:sid:0' by='a@example.org' id='1'/></message>"
    );
    let emptied = stanza("<message><body/></message>");
    assert_eq!(written(&emptied, &Stamp { strip: Strip::tags(&[Tag::Body]), ..Stamp::default() }), "<message/>");
}

#[test]
fn every_forged_stanza_id_goes_and_no_other() {
    let by = BareJid::new("a@example.org").expect("literal");
    let message = stanza(
        "<message><stanza-id xmlns='urn:xmpp:sid:0' by='a@example.org' id='1'/>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='room@example.org' id='2'/>\
         <x:stanza-id xmlns:x='urn:xmpp:sid:0' id='3' by=\"A@EXAMPLE.org/x\"/>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='&#97;@example.org'/>\
         <stanza-id xmlns='urn:other' by='a@example.org'/></message>",
    );
    let stamp = Stamp { strip: Strip::stanza_ids_by(&by), ..Stamp::default() };
    assert_eq!(
        written(&message, &stamp),
        "<message><stanza-id xmlns='urn:xmpp:sid:0' by='room@example.org' id='2'/>\
         <stanza-id xmlns='urn:other' by='a@example.org'/></message>"
    );
}

#[test]
fn attack_19_error_replies_echo_little_and_inject_nothing() {
    let hostile = "<iq from='a@example.org/&lt;x' to='b@example.org' id='&quot;&apos;&gt;&lt;/iq>' type='set'>\
        <q xmlns='urn:q' a=\"'&gt;&lt;/stream:stream>\"><![CDATA[</iq>]]></q></iq>";
    let iq = stanza(hostile);
    let reply = iq.error_reply(&StanzaError::forbidden()).expect("answerable");
    assert_eq!((reply.to(), reply.from(), reply.id()), (iq.from(), iq.to(), iq.id()));
    assert_eq!(reply.iq_type(), Ok(IqType::Error));
    assert_eq!(
        reply.iq_payload().map(|child| child.bytes().to_vec()),
        iq.iq_payload().map(|child| child.bytes().to_vec())
    );
    assert_eq!(reply.children().count(), 2);

    let big = stanza(&format!("<iq type='get' id='1'><q xmlns='urn:q'>{}</q></iq>", "x".repeat(2000)));
    let reply = big.error_reply(&StanzaError::forbidden()).expect("answerable");
    assert!(reply.iq_payload().is_err() && reply.len() < 300);

    let message = stanza("<message from='a@example.org' type='chat'><body>secret</body></message>");
    let reply = message.error_reply(&StanzaError::service_unavailable()).expect("answerable");
    assert!(!reply.has(Tag::Body));
    assert_eq!(reply.message_type(), MessageType::Error);

    for silent in ["<message type='error'/>", "<presence type='error'/>", "<iq type='error'/>", "<iq type='result'/>"] {
        assert!(stanza(silent).error_reply(&StanzaError::forbidden()).is_none(), "{silent}");
    }
}

#[test]
fn results_and_parts_and_trees() {
    let iq = stanza(
        "<iq from='a@example.org/x' to='example.org' id='p&amp;1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    assert_eq!(
        iq.result_reply(None).bytes(),
        b"<iq to='a@example.org/x' from='example.org' id='p&amp;1' type='result'/>"
    );
    let payload = Element::new("urn:x", "x").with_text("<&");
    let reply = iq.result_reply(Some(&payload));
    assert_eq!(reply.iq_payload().map(|child| child.element()), Ok(Ok(payload)));

    let built = Stanza::build(Kind::Message, "chat", "", iq.from(), None, b"<body>x</body>").expect("well-formed");
    assert_eq!(built.bytes(), b"<message to='a@example.org/x' type='chat'><body>x</body></message>");
    assert!(Stanza::build(Kind::Message, "", "", None, None, b"<body>").is_err());
    assert!(Stanza::build(Kind::Message, "", "", None, None, b"</message><message>").is_err());

    let tree = built.to_element().expect("a tree");
    assert_eq!(Stanza::from_element(&tree).expect("a stanza").to_element(), Ok(tree));
    assert_eq!(Stanza::from_element(&Element::new("urn:x", "message")).err(), Some(FrameError::UnsupportedStanza));
    assert_eq!(Stanza::parse(b"<message/><message/>").err(), Some(FrameError::NotWellFormed));
}

#[test]
fn debug_output_keeps_what_people_say_to_itself() {
    let message = stanza("<message to='a@example.org'><body>secret</body></message>");
    let shown = format!("{message:?} {:?}", message.child(Tag::Body));
    assert!(shown.contains("a@example.org") && !shown.contains("secret"), "{shown}");
}
