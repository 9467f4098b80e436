//! Attacks 37 to 57: who somebody is, and who they say they are.

use parlour_domain::Role;
use parlour_testkit::{Client, PASSWORD};

use super::Scene;

#[tokio::test]
async fn attack_37_a_session_stays_on_its_host() {
    let mut scene = Scene::new().await;
    scene.server.account("bystander@other.test", Role::Member).await.expect("an account");
    let mut client = scene.stranger().await;
    client.authenticate("bystander", PASSWORD).await.expect("signed in");
    client.domain = "other.test".into();
    client.send_header().await;
    let end = client.ends_with().await.expect("an error");
    assert!(["not-authorized", "host-unknown"].contains(&end.as_str()), "{end}");
    scene.all_is_well("another host").await;
}

#[tokio::test]
async fn attack_38_an_admin_is_nobody_on_another_host() {
    let scene = Scene::new().await;
    let server = &scene.server;
    server.account("boss@example.test", Role::Owner).await.expect("an account");
    server.account("boss@other.test", Role::Member).await.expect("an account");
    server.account("victim@other.test", Role::Member).await.expect("an account");
    let by = |jid: &str, role| {
        let jid = parlour_xmpp::jid::BareJid::new(jid).expect("an address");
        parlour_domain::By::account(jid, role, parlour_domain::Door::Xmpp, 1)
    };
    let victim = parlour_xmpp::jid::BareJid::new("victim@other.test").expect("an address");
    let turn = parlour_domain::account::rules::Turn::Disable;
    // An owner elsewhere, and a namesake of an owner that claims the role.
    for actor in [by("boss@example.test", Role::Owner), by("boss@other.test", Role::Owner)] {
        server.people.accounts.turn(&actor, &victim, turn).await.expect_err("not allowed");
        server.people.accounts.set_role(&actor, &victim, Role::Admin).await.expect_err("not allowed");
        server.people.accounts.set_password(&actor, &victim, "another password").await.expect_err("not allowed");
    }
}

#[tokio::test]
async fn attack_39_41_44_what_is_delivered_says_who_sent_it() {
    let mut scene = Scene::new().await;
    let mut mallory = scene.server.online("mallory@example.test/m").await;
    let _other = scene.server.bound("mallory@example.test/n").await;
    for from in [
        "bystander@example.test/there",
        "bystander@example.test",
        "example.test",
        "mallory@example.test/n",
        "",
        "a@b@c",
    ] {
        mallory
            .send(format!("<message from='{from}' to='bystander@example.test/there'><body>x</body></message>"))
            .await;
        scene
            .bystander
            .expect("<message from='mallory@example.test/m'><body>x</body></message>")
            .await
            .expect("the true sender");
    }
    // 41: what looks like a roster push, of a stranger; 44: an answer to what was never asked. The wire script of the same
    // numbers has the rest: a contact's push, and answers while something is asked.
    mallory
        .send(
            "<iq type='set' id='push' to='bystander@example.test/there'><query xmlns='jabber:iq:roster'>\
             <item jid='evil@example.test' subscription='both'/></query></iq>\
             <iq type='set' id='push' from='bystander@example.test' to='bystander@example.test/there'>\
             <query xmlns='jabber:iq:roster'><item jid='evil@example.test' subscription='both'/></query></iq>\
             <iq type='result' id='guess' from='example.test' to='bystander@example.test/there'/>\
             <iq type='error' id='guess' to='bystander@example.test/there'/>",
        )
        .await;
    mallory.sync().await.expect("well");
    assert!(scene.bystander.until_pong().await.expect("well").is_empty());
}

#[tokio::test]
async fn attack_40_42_43_only_the_server_speaks_as_the_server() {
    let mut scene = Scene::new().await;
    let mut mallory = scene.server.online("mallory@example.test/m").await;
    let inner = "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='mum@example.test/home' \
                 to='bystander@example.test'><body>send money</body></message></forwarded>";
    for wrapper in ["sent", "received"] {
        mallory
            .send(format!(
                "<message to='bystander@example.test/there' type='chat'><{wrapper} xmlns='urn:xmpp:carbons:2'>{inner}\
                 </{wrapper}><{wrapper} xmlns='urn:xmpp:carbons:2'>{inner}</{wrapper}><body>b</body></message>"
            ))
            .await;
        scene.bystander.expect("<message type='chat'><body>b</body></message>").await.expect("without the copy");
    }
    // 42: an archive's result is true only from the bare address of its owner.
    mallory
        .send(format!(
            "<message from='bystander@example.test' to='bystander@example.test/there'>\
             <result xmlns='urn:xmpp:mam:2' queryid='q' id='1'>{inner}</result></message>"
        ))
        .await;
    mallory.sync().await.expect("well");
    for heard in scene.bystander.until_pong().await.expect("well") {
        assert_eq!(heard.attr_value("from"), Some("mallory@example.test/m"), "{heard}");
    }
    // 43: all of the ids that are ours to give, not only the first.
    mallory
        .send(
            "<message to='bystander@example.test' type='chat' id='ids'>\
             <stanza-id xmlns='urn:xmpp:sid:0' by='bystander@example.test' id='f1'/>\
             <stanza-id xmlns='urn:xmpp:sid:0' by='BYSTANDER@example.test' id='f2'/>\
             <stanza-id xmlns='urn:xmpp:sid:0' by='example.test' id='f3'/><body>b</body></message>",
        )
        .await;
    scene
        .bystander
        .expect("<message type='chat' id='ids'><body>b</body><stanza-id xmlns='urn:xmpp:sid:0' by='bystander@example.test' id='{any}'/></message>")
        .await
        .expect("one id, and ours");
}

#[tokio::test]
async fn attack_45_what_belongs_before_binding_changes_nothing_after_it() {
    let mut scene = Scene::new().await;
    for (what, xml, condition) in [
        ("starttls", "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "unsupported-stanza-type"),
        (
            "auth",
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
            "unsupported-stanza-type",
        ),
        ("authenticate", "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>", "unsupported-stanza-type"),
        ("success", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "unsupported-stanza-type"),
        ("features", "<stream:features/>", "unsupported-stanza-type bad-format"),
    ] {
        let mut client = scene.server.bound(&format!("mallory@example.test/{what}")).await;
        client.send(xml).await;
        let end = client.ends_with().await.expect("an error");
        assert!(condition.split(' ').any(|one| one == end), "{what}: {end}");
    }
    // Inside of a stanza they are content like any other.
    let mut mallory = scene.server.bound("mallory@example.test/m").await;
    mallory
        .send("<message to='bystander@example.test/there'><enable xmlns='urn:xmpp:sm:3'/><inactive xmlns='urn:xmpp:csi:0'/><notification xmlns='urn:xmpp:push:0'/><bind xmlns='urn:xmpp:bind:0'/></message>")
        .await;
    scene
        .bystander
        .expect("<message><enable xmlns='urn:xmpp:sm:3'/><inactive xmlns='urn:xmpp:csi:0'/><notification xmlns='urn:xmpp:push:0'/><bind xmlns='urn:xmpp:bind:0'/></message>")
        .await
        .expect("as it came");
    // A second bind.
    mallory.send("<iq type='set' id='b2'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    mallory.expect("<iq type='error' id='b2'>{any}</iq>").await.expect("refused");
    scene.all_is_well("late elements").await;
}

#[tokio::test]
async fn attack_47_48_nobody_learns_who_is_there() {
    let mut scene = Scene::new().await;
    for name in ["offline", "blocker"] {
        scene.server.account(&format!("{name}@example.test"), Role::Member).await.expect("an account");
    }
    let mut blocker = scene.server.online("blocker@example.test/r").await;
    blocker
        .send("<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='mallory@example.test'/></block></iq>")
        .await;
    blocker.until_pong().await.expect("well");
    let mut mallory = scene.server.online("mallory@example.test/m").await;
    // A phone that lost its network still counts as there for its contacts, and for nobody else.
    let mut waiting = scene.server.online("waiting@example.test/there").await;
    waiting.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
    waiting.expect("<enabled xmlns='urn:xmpp:sm:3' id='{any}' resume='true' max='{any}'/>").await.expect("on");
    waiting.drop_connection();
    while scene.server.door.meters().parked.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        mallory.sync().await.expect("well");
    }
    let asked = [
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<query xmlns='jabber:iq:last'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<query xmlns='jabber:iq:roster'/>",
        "<query xmlns='jabber:iq:private'><a xmlns='u'/></query>",
        "<vCard xmlns='vcard-temp'/>",
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:metadata'/></pubsub>",
        "<blocklist xmlns='urn:xmpp:blocking'/>",
        "<one xmlns='urn:example:1'/><two xmlns='urn:example:2'/>",
        "",
    ];
    for payload in asked {
        for resource in ["", "/there", "/r", "/guess"] {
            let mut answers = Vec::new();
            for name in ["bystander", "waiting", "offline", "blocker", "nobody"] {
                let to = format!("{name}@example.test{resource}");
                for kind in ["get", "set"] {
                    mallory.send(format!("<iq type='{kind}' id='q' to='{to}'>{payload}</iq>")).await;
                    let answer = mallory.element().await.expect("an answer");
                    answers.push(answer.to_string().replace(name, "NAME"));
                }
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{payload} to {resource}: {answers:#?}");
            assert!(answers[0].contains("error"), "{payload}: {}", answers[0]);
        }
    }
    // Presence and probes say nothing either.
    for name in ["bystander", "waiting", "offline", "blocker", "nobody"] {
        for kind in ["probe", "unavailable", "unsubscribed", "unsubscribe"] {
            for resource in ["", "/there", "/guess"] {
                mallory.send(format!("<presence type='{kind}' to='{name}@example.test{resource}'/>")).await;
            }
        }
    }
    assert!(mallory.until_pong().await.expect("well").is_empty());
    for heard in scene.bystander.until_pong().await.expect("well") {
        assert_eq!(heard.attr_value("type"), Some("unavailable"), "only directed presence: {heard}");
    }
}

#[tokio::test]
async fn attack_48_a_harvest_of_names_yields_nothing() {
    let mut scene = Scene::new().await;
    let mut bystander = scene.server.online("bystander@example.test/pep").await;
    // It has all that could give it away.
    for set in [
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:example:n'><item id='1'><a xmlns='u'/></item></publish></pubsub>",
        "<vCard xmlns='vcard-temp'><FN>B</FN></vCard>",
    ] {
        bystander.send(format!("<iq type='set' id='s'>{set}</iq>")).await;
        bystander.until_pong().await.expect("well");
    }
    let mut mallory = scene.server.online("mallory@example.test/m").await;
    let asked = [
        "<query xmlns='jabber:iq:last'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info' node='https://chat.example#x'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<vCard xmlns='vcard-temp'/>",
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:example:n'/></pubsub>",
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:example:none'/></pubsub>",
    ];
    let names = if super::full() { 10_000 } else { 100 };
    let mut expected: Vec<Option<String>> = vec![None; asked.len()];
    for n in 0..names {
        // One in ten is there.
        let name = if n % 10 == 9 { "bystander".to_owned() } else { format!("guess{n}") };
        for (payload, expected) in asked.iter().zip(&mut expected) {
            mallory.send(format!("<iq type='get' id='q' to='{name}@example.test'>{payload}</iq>")).await;
            let answer = mallory.element().await.expect("an answer").to_string().replace(&name, "NAME");
            assert_eq!(*expected.get_or_insert_with(|| answer.clone()), answer, "{payload} to {name}");
        }
        mallory.send(format!("<presence type='probe' to='{name}@example.test'/>")).await;
    }
    assert!(mallory.until_pong().await.expect("well").is_empty(), "probes are not answered");
    scene.all_is_well("a harvest").await;
}

#[tokio::test]
async fn attack_50_51_addresses_that_are_none() {
    let mut scene = Scene::new().await;
    let mut client = scene.server.bound("mallory@example.test/m").await;
    let long = |n: usize| "x".repeat(n);
    let addresses = [
        "a@b@c".into(),
        "@example.test".into(),
        "a@".into(),
        "bystander@example.test/".into(),
        "/r".into(),
        format!("{}@example.test", long(1024)),
        format!("bystander@example.test/{}", long(1024)),
        format!("a@{}.test", long(300)),
        "by stander@example.test".into(),
        "bystander@exa mple.test".into(),
        "bystander@example.test/\u{7f}".into(),
    ];
    for to in addresses {
        for kind in ["message", "iq type='get'"] {
            let name = kind.split(' ').next().unwrap_or(kind);
            client.send(format!("<{kind} id='1' to='{to}'><ping xmlns='urn:xmpp:ping'/></{name}>")).await;
            let answer = client.element().await.unwrap_or_else(|error| panic!("{to}: {error:#}"));
            assert!(answer.to_string().contains("jid-malformed"), "{to}: {answer}");
        }
    }
    // Equal once prepared: the same account.
    for to in ["Bystander@Example.TEST/there", "bystander@example.test./there", "ｂystander@example.test/there"] {
        client.send(format!("<message to='{to}'><body>x</body></message>")).await;
        let heard = scene.bystander.element().await.unwrap_or_else(|error| panic!("{to}: {error:#}"));
        assert_eq!(heard.child_text("body").as_deref(), Some("x"), "{to}");
    }
    scene.all_is_well("addresses").await;
}

#[tokio::test]
async fn attack_55_a_storm_of_binds_leaves_one_and_at_most_ten() {
    let mut scene = Scene::new().await;
    let rounds = if super::full() { 1_000 } else { 40 };
    let mut last: Option<Client> = None;
    for _ in 0..rounds {
        let new = scene.server.bound("storm@example.test/same").await;
        if let Some(mut old) = last.replace(new) {
            assert_eq!(old.ends_with().await.expect("an error"), "conflict");
        }
    }
    let mut held = vec![last.expect("the last")];
    for n in 1..10 {
        held.push(scene.server.bound(&format!("storm@example.test/{n}")).await);
    }
    let mut eleventh = scene.stranger().await;
    eleventh.authenticate("storm", PASSWORD).await.expect("signed in");
    eleventh.open().await.expect("features");
    eleventh.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    let refused = eleventh.element().await.expect("an answer").to_string();
    assert!(refused.contains("resource-limit-exceeded"), "{refused}");
    for client in &mut held {
        client.sync().await.expect("the ten stay");
    }
    scene.all_is_well("binds").await;
}
