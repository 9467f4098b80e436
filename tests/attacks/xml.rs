//! Attacks 1 to 20: XML and the stream layer.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use parlour_testkit::{Client, Heard};

use super::{Scene, full};

/// How a stream ended: the condition, or "" where the connection was closed (or reset while we were still sending).
async fn end_of(client: &mut Client, what: &str) -> String {
    let all = client.to_the_end().await.unwrap_or_else(|error| panic!("{what}: {error:#}"));
    let error = all.iter().find_map(|heard| match heard {
        Heard::Element(element) if element.name() == "error" && element.ns() == parlour_xmpp::ns::STREAM => {
            element.first_element().map(|condition| condition.name().to_owned())
        }
        _ => None,
    });
    error.unwrap_or_default()
}

fn message(content: &str) -> String {
    format!("<message to='bystander@example.test/there'><body>{content}</body></message>")
}

fn attributes(count: usize) -> String {
    (0..count).fold(String::from("<message"), |mut tag, n| {
        let _ = write!(tag, " a{n}=''");
        tag
    }) + "/>"
}

fn declarations(count: usize) -> String {
    (0..count).fold(String::from("<message"), |mut tag, n| {
        let _ = write!(tag, " xmlns:a{n}='u'");
        tag
    }) + "/>"
}

#[tokio::test]
async fn attack_01_02_03_04_05_06_07_08_09_12_17_20_a_bound_stream_ends_and_nobody_else_notices() {
    let mut scene = Scene::new().await;
    let deep = |levels: usize| format!("<message>{}", "<a xmlns='u'>".repeat(levels));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("1: document type", b"<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>".into(), "restricted-xml"),
        ("1: entity", message("&b;").into(), "restricted-xml"),
        ("2: parameter entity", b"<!ENTITY % x SYSTEM 'file:///etc/passwd'>%x;".into(), "restricted-xml"),
        ("3: comment", b"<message><!-- --></message>".into(), "restricted-xml"),
        ("3: comment between stanzas", b"<!-- -->".into(), "restricted-xml"),
        ("3: instruction", b"<message><?php echo 1?></message>".into(), "restricted-xml"),
        ("4: declaration in the middle", b"<?xml version='1.0'?><message/>".into(), "restricted-xml not-well-formed"),
        ("4: byte order mark", b"\xef\xbb\xbf<message/>".into(), "bad-format not-well-formed"),
        ("5: one byte too many", message(&"x".repeat(256 * 1024)).into(), "policy-violation"),
        ("6: 65 attributes", attributes(65).into(), "policy-violation"),
        ("6: 80,000 attributes", attributes(80_000).into(), "policy-violation"),
        ("7: 33 declarations", declarations(33).into(), "policy-violation"),
        ("7: 100,000 declarations", declarations(100_000).into(), "policy-violation"),
        ("8: 10,000 levels", deep(10_000).into(), "policy-violation"),
        ("8: 1,000,000 levels", deep(1_000_000).into(), "policy-violation"),
        ("9: 500,000 siblings", format!("<message>{}</message>", "<a/>".repeat(500_000)).into(), "policy-violation"),
        ("14: another namespace", b"<message xmlns='jabber:server'/>".into(), "invalid-namespace"),
        ("14: no stanza", b"<foo/>".into(), "unsupported-stanza-type"),
        ("15: unbound prefix", b"<message><a:b/></message>".into(), "not-well-formed"),
        ("15: xml rebound", b"<message><a xmlns:xml='u'/></message>".into(), "not-well-formed"),
        ("15: xmlns bound", b"<message><a xmlns:xmlns='u'/></message>".into(), "not-well-formed"),
        (
            "15: twice by name",
            b"<message><a xmlns:a='u' xmlns:b='u' a:x='' b:x=''/></message>".into(),
            "not-well-formed",
        ),
        ("17: overlong", message("").replace("<body>", "<body>\0").into(), "not-well-formed bad-format"),
        ("17: overlong UTF-8", b"<message>\xc0\xaf</message>".into(), "not-well-formed"),
        ("17: a surrogate", b"<message>\xed\xa0\x80</message>".into(), "not-well-formed"),
        ("17: U+FFFF", "<message>\u{ffff}</message>".into(), "not-well-formed"),
        ("17: a reference to NUL", message("&#0;").into(), "not-well-formed"),
        ("17: a reference to a surrogate", message("&#xD800;").into(), "not-well-formed"),
        (
            "20: a second header",
            b"<stream:stream to='example.test' version='1.0'>".into(),
            "bad-format not-well-formed",
        ),
        ("20: another end", b"</stream:other>".into(), "bad-format not-well-formed"),
        ("20: crossed ends", b"<message><a></message></a>".into(), "not-well-formed"),
        ("20: text between stanzas", b"<presence/>hello<presence/>".into(), "bad-format not-well-formed"),
        ("20: white space without end", vec![b' '; 300 * 1024], "policy-violation"),
        (
            "12: compression",
            b"<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>".into(),
            "unsupported-stanza-type",
        ),
    ];
    for (number, (what, bytes, conditions)) in cases.into_iter().enumerate() {
        let mut attacker = scene.server.bound(&format!("attacker@example.test/{number}")).await;
        let began = Instant::now();
        attacker.send(&bytes).await;
        let end = end_of(&mut attacker, what).await;
        assert!(
            conditions.split(' ').any(|condition| condition == end) || (end.is_empty() && bytes.len() > 100_000),
            "{what}: {end:?} instead of {conditions}"
        );
        // Far above what it takes, far below what a quadratic parser takes.
        assert!(began.elapsed() < Duration::from_secs(5), "{what} took {:?}", began.elapsed());
        scene.all_is_well(what).await;
    }
    assert!(scene.bystander.until_pong().await.expect("well").is_empty(), "nothing of all this was delivered");
}

#[tokio::test]
async fn attack_10_little_is_listened_to_before_signing_in() {
    let mut scene = Scene::new().await;
    let cases = [
        ("9 KB", format!("<iq type='get' id='1'><a xmlns='u'>{}</a></iq>", "x".repeat(9 * 1024))),
        ("33 elements", format!("<iq type='get' id='1'>{}</iq>", "<a xmlns='u'/>".repeat(33))),
        ("spaces", " ".repeat(9 * 1024)),
        ("depth", "<a xmlns='u'>".repeat(17)),
    ];
    for (what, bytes) in cases {
        let mut stranger = scene.stranger().await;
        stranger.send(&bytes).await;
        assert_eq!(end_of(&mut stranger, what).await, "policy-violation", "{what}");
        scene.all_is_well(what).await;
    }
    // The header itself, in the clear.
    let mut clear = Client::clear(scene.server.ports.c2s, "example.test").await.expect("connected");
    clear.send(format!("<stream:stream to='{}' xmlns='jabber:client'", "x".repeat(20 * 1024))).await;
    assert!(["policy-violation", ""].contains(&end_of(&mut clear, "header").await.as_str()));
    for (header, condition) in [
        ("<?xml version='1.0' encoding='UTF-16'?><stream:stream", "unsupported-encoding"),
        ("<?xml version='1.0' encoding='latin1'?><stream:stream", "unsupported-encoding"),
        ("<!DOCTYPE x><stream:stream", "restricted-xml"),
        ("GET / HTTP/1.1\r\nHost: example.test\r\n\r\n", "not-well-formed bad-format"),
    ] {
        let mut clear = Client::clear(scene.server.ports.c2s, "example.test").await.expect("connected");
        clear
            .send(format!(
                "{header} to='example.test' version='1.0' xmlns='jabber:client' \
                 xmlns:stream='http://etherx.jabber.org/streams'>"
            ))
            .await;
        let end = end_of(&mut clear, header).await;
        assert!(condition.split(' ').any(|one| one == end), "{header}: {end}");
    }
    scene.all_is_well("headers").await;
}

#[tokio::test]
async fn attack_11_connections_that_break_off_or_stall_leave_nothing_behind() {
    let mut scene = Scene::new().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let count = if full() { 20_000 } else { 400 };
    let half = "<?xml version='1.0'?><stream:stream to='example.test' ver";
    for begun in 0..count {
        let mut client = Client::clear(scene.server.ports.c2s, "example.test").await.expect("connected");
        client.send(&half[..begun % half.len()]).await;
        // One in ten is broken off by the server, the rest by the client.
        if begun % 10 == 0 {
            client.send("x".repeat(9 * 1024)).await;
            end_of(&mut client, "half a header").await;
        }
    }
    for stage in 0..20 {
        let mut client = Client::clear(scene.server.ports.c2s, "example.test").await.expect("connected");
        client.open().await.expect("features");
        if stage % 2 == 0 {
            client.start_tls().await.expect("TLS");
        } else {
            client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
        }
    }
    let patience = Instant::now();
    while tasks() > before {
        assert!(patience.elapsed() < parlour_testkit::PATIENCE, "{} tasks instead of {before}", tasks());
        scene.bystander.sync().await.expect("well");
    }
    scene.all_is_well("half streams").await;
}

#[tokio::test]
async fn attack_13_16_odd_but_right_xml_means_what_it_means() {
    let mut scene = Scene::new().await;
    let mut sender = scene.server.bound("sender@example.test/s").await;
    for (sent, received) in [
        (
            "<c:message xmlns:c='jabber:client' to='bystander@example.test/there' type='chat'><c:body>hi</c:body></c:message>",
            "<message type='chat'><body>hi</body></message>",
        ),
        (
            "<message to='bystander@example.test/there'><body><![CDATA[a & b]]> &amp; &#x63;</body></message>",
            "<message><body>a &amp; b &amp; c</body></message>",
        ),
        (
            "<message to='bystander@example.test/there'><p:x xmlns:p='u} \t/' p:y='1'><z xmlns=''/></p:x></message>",
            "<message><x xmlns='u} \t/' xmlns:q='u} \t/' q:y='1'><z xmlns=''/></x></message>",
        ),
        (
            "<message to='bystander@example.test/there' a='&#10;&lt;&quot;&apos;]]>'><body>]]&gt;&#13;</body></message>",
            "<message a='&#10;&lt;&quot;&apos;]]>'><body>]]&gt;&#13;</body></message>",
        ),
    ] {
        sender.send(sent).await;
        scene.bystander.expect(received).await.unwrap_or_else(|error| panic!("{sent}: {error:#}"));
    }
}

#[tokio::test]
async fn attack_17_any_split_of_the_bytes_is_the_same_message() {
    let mut scene = Scene::new().await;
    let mut sender = scene.server.bound("sender@example.test/s").await;
    let text = "<message to='bystander@example.test/there'><body>zażółć 🎉 &amp;</body></message>";
    for split in 1..text.len() {
        // Two records, which the server reads one after the other.
        sender.send(&text.as_bytes()[..split]).await;
        sender.send(&text.as_bytes()[split..]).await;
        let heard = scene.bystander.expect("<message><body>zażółć 🎉 &amp;</body></message>").await;
        heard.unwrap_or_else(|error| panic!("split at {split}: {error:#}"));
    }
}

#[tokio::test]
async fn attack_18_19_hostile_texts_come_through_and_back_as_they_were() {
    let mut scene = Scene::new().await;
    let hostile = [
        "&lt;&gt;&amp;&quot;&apos;",
        "]]&gt;",
        "&lt;/stream:stream&gt;",
        "&lt;/body&gt;&lt;/message&gt;&lt;message from='admin@example.test'&gt;",
        "a&#13;&#10;b&#9;",
        "\u{202e}\u{feff}\u{301}",
    ];
    let mut sender = scene.server.bound("sender@example.test/s").await;
    for text in hostile {
        let stanza = format!(
            "<message to='bystander@example.test/there' type='chat' id=\"{text}\"><body>{text}</body>\
             <x xmlns='urn:example:x' y=\"{text}\"/></message>"
        );
        sender.send(&stanza).await;
        scene.bystander.expect(&stanza).await.unwrap_or_else(|error| panic!("{text}: {error:#}"));
        // In a resource, as far as one can be named so.
        let resource = text.replace("&#13;&#10;", "").replace("&#9;", "");
        let id = sender.until_pong().await.expect("well");
        assert!(id.is_empty(), "{text}");
        // And back in an error.
        sender
            .send(format!("<iq type='get' id=\"{text}\" to=\"bystander@example.test/{resource}\"><x xmlns='urn:example:x' y=\"{text}\">{text}</x></iq>"))
            .await;
        let back = sender.element().await.expect("an error");
        assert_eq!((back.name(), back.attr_value("type")), ("iq", Some("error")), "{text}");
        assert!(sender.until_pong().await.expect("well").is_empty(), "{text}: more than one answer");
    }
    scene.all_is_well("hostile texts").await;
}
