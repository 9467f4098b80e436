//! Attack 118: what somebody who is signed in may send, and that nobody who only uses an app notices.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parlour_domain::sending::SendLimits;
use parlour_server::C2sOptions;
use parlour_testkit::{Client, PASSWORD, Server, Setup};
use parlour_xmpp::xml::Element;

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

async fn with(limits: SendLimits) -> Server {
    let c2s = C2sOptions { limits, ..C2sOptions::default() };
    Server::start(Setup { c2s, ..Setup::default() }).await.expect("a server")
}

/// The condition of an error, with what the application says.
fn condition(element: &Element) -> Option<(String, String, bool)> {
    let error = element.elements().find(|child| child.name() == "error")?;
    let told = error.elements().any(|child| child.name() == "too-many-stanzas" && child.ns() == "urn:xmpp:errors");
    let condition = error.first_element()?.name().to_owned();
    Some((condition, error.attr_value("type").unwrap_or_default().to_owned(), told))
}

/// How many were told to wait, as XEP-0205 wants it.
fn told_to_wait(heard: &[Element]) -> usize {
    let over = |one: &&Element| condition(one) == Some(("policy-violation".into(), "wait".into(), true));
    heard.iter().filter(over).count()
}

/// Writes to `count` people who were never heard of. Gives how many were refused.
async fn to_strangers(client: &mut Client, name: &str, count: usize) -> usize {
    for n in 0..count {
        client.send(format!("<message to='{name}{n}@example.test' id='{n}'><body>buy</body></message>")).await;
    }
    let heard = client.until_pong().await.expect("the stream goes on");
    assert_eq!(heard.len(), count, "each is answered: {:?}", heard.first());
    told_to_wait(&heard)
}

#[tokio::test]
async fn attack_118_a_thousand_strangers_in_a_minute_are_refused() {
    let server = with(SendLimits::default()).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    server.clock.pass(DAY + 1);
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut desk = server.online("romeo@example.test/desk").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    romeo.until_pong().await.expect("well");
    // 60, and what was left of the minute in which the two became friends.
    assert_eq!(to_strangers(&mut romeo, "a", 1_000).await, 1_000 - 60 - 14);
    // Nor over another connection, nor over a new one.
    desk.until_pong().await.expect("well");
    assert_eq!(to_strangers(&mut desk, "b", 10).await, 10);
    romeo.send("</stream:stream>").await;
    romeo.to_the_end().await.expect("closed");
    let mut romeo = server.online("romeo@example.test/r").await;
    romeo.until_pong().await.expect("well");
    assert_eq!(to_strangers(&mut romeo, "c", 10).await, 10);
    juliet.until_pong().await.expect("well");
    // Who was written to already, and who is a contact, is no stranger. Nor is one's own account.
    assert_eq!(to_strangers(&mut romeo, "a", 60).await, 0);
    romeo.send("<message to='juliet@example.test' type='chat'><body>still here</body></message>").await;
    juliet.expect("<message type='chat'><body>still here</body></message>").await.expect("a contact");
    romeo.send("<message to='romeo@example.test' type='chat' id='own'><body>note</body></message>").await;
    assert_eq!(told_to_wait(&romeo.until_pong().await.expect("well")), 0);
    // To ask to become contacts is to write to somebody, too.
    romeo.send("<presence type='subscribe' to='nobody@example.test' id='s'/>").await;
    assert_eq!(told_to_wait(&romeo.until_pong().await.expect("well")), 1);
    // A minute later it is all there again, and no more.
    server.clock.pass(MINUTE);
    assert_eq!(to_strangers(&mut romeo, "d", 70).await, 10);
    assert!(server.engine.meters.over_limit.load(Ordering::Relaxed) >= 950);
    // Who came today has a quarter.
    let mut new = server.online("new@example.test/n").await;
    assert_eq!(to_strangers(&mut new, "e", 100).await, 85);
}

#[tokio::test]
async fn attack_118_contacts_are_known_also_where_nobody_has_read_the_roster() {
    let server = with(SendLimits { new_recipients: 1, newcomer_hours: 0, ..SendLimits::default() }).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    server.clock.pass(MINUTE);
    let mut juliet = server.online("juliet@example.test/j").await;
    // Behind one that waits for its commit, without presence, and so without a roster in memory; the budget is gone.
    let mut bot = server.bound("romeo@example.test/bot").await;
    let mut all = String::new();
    for (to, n) in
        [("one@example.test", 0), ("juliet@example.test", 1), ("two@example.test", 2), ("juliet@example.test", 3)]
    {
        all.push_str(&format!("<message to='{to}' type='chat' id='m{n}'><body>{n}</body></message>"));
    }
    bot.send(&all).await;
    let heard = bot.until_pong().await.expect("well");
    assert_eq!(told_to_wait(&heard), 1, "{heard:?}");
    for n in [1, 3] {
        juliet.expect(&format!("<message id='m{n}' type='chat'><body>{n}</body></message>")).await.expect("in order");
    }
}

#[tokio::test]
async fn attack_118_a_flood_of_messages_is_refused_and_counted_in_the_stream() {
    let limits = SendLimits { messages: 100, newcomer_hours: 0, ..SendLimits::default() };
    let server = with(limits.clone()).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let mut juliet = server.online("juliet@example.test/j").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    romeo.send("<enable xmlns='urn:xmpp:sm:3'/>").await;
    romeo.expect("<enabled xmlns='urn:xmpp:sm:3'>{any}</enabled>").await.expect("on");
    for n in 0..500 {
        romeo.send(format!("<message to='juliet@example.test' type='chat' id='{n}'><body>{n}</body></message>")).await;
    }
    let heard = romeo.until_pong().await.expect("well");
    let refused = told_to_wait(&heard);
    // What each session is granted before anybody looks comes on top.
    assert!((380..=400).contains(&refused), "{refused}");
    let got = juliet.until_pong().await.expect("well");
    let got = got.iter().filter(|one| one.name() == "message").count();
    assert_eq!(got + refused, 500, "nothing is lost without a word");
    // What is refused is handled, too.
    romeo.send("<r xmlns='urn:xmpp:sm:3'/>").await;
    loop {
        let element = romeo.element().await.expect("a count");
        if element.name() == "a" && element.attr_value("h") == Some("501") {
            break;
        }
    }
    // Limits that are changed hold without a new connection.
    server.door.set_limits(SendLimits::off());
    for n in 0..100 {
        romeo.send(format!("<message to='juliet@example.test' type='chat' id='{n}'><body>{n}</body></message>")).await;
    }
    assert_eq!(told_to_wait(&romeo.until_pong().await.expect("well")), 0);
}

#[tokio::test]
async fn attack_118_who_flaps_is_seen_as_it_is_in_the_end() {
    let server = with(SendLimits { presences: 40, newcomer_hours: 0, ..SendLimits::default() }).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let mut juliet = server.online("juliet@example.test/j").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    for n in 0..1_000 {
        romeo.send(if n % 2 == 0 { "<presence type='unavailable'/>" } else { "<presence/>" }).await;
    }
    romeo.send("<presence><status>here to stay</status></presence>").await;
    assert_eq!(told_to_wait(&romeo.until_pong().await.expect("well")), 0, "nobody wants an error for that");
    let heard = juliet.until_pong().await.expect("well");
    assert!(heard.len() <= 60, "{} presences", heard.len());
    assert!(server.engine.meters.late_presences.load(Ordering::Relaxed) > 900);
    // As soon as there is a budget again, the last one is told, and nothing in between.
    server.clock.pass(MINUTE);
    juliet
        .expect("<presence from='romeo@example.test/r'><status>here to stay</status>{any}</presence>")
        .await
        .expect("told, and nothing before it");
    // What is directed to somebody is refused; that it ended is always told.
    let mut directed = String::new();
    for n in 0..200 {
        directed.push_str(&format!("<presence to='room{n}@example.test/me' id='{n}'/>"));
    }
    romeo.send(&directed).await;
    let refused = told_to_wait(&romeo.until_pong().await.expect("well"));
    assert!((140..200).contains(&refused), "{refused}");
}

#[tokio::test]
async fn attack_118_a_last_word_that_came_too_often_is_told_though_the_connection_is_lost_at_once() {
    for comes_back in [true, false] {
        let mut server = with(SendLimits { presences: 10, newcomer_hours: 0, ..SendLimits::default() }).await;
        server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
        let mut juliet = server.online("juliet@example.test/j").await;
        let mut romeo = server.online("romeo@example.test/r").await;
        romeo.until_pong().await.expect("well");
        romeo.send("<enable xmlns='urn:xmpp:sm:3' resume='true' max='60'/>").await;
        let enabled = romeo.element().await.expect("enabled");
        let id = enabled.attr_value("id").expect("it can be resumed").to_owned();
        for n in 0..200 {
            romeo.send(format!("<presence><status>{n}</status></presence>")).await;
        }
        romeo.until_pong().await.expect("well");
        juliet.until_pong().await.expect("well");
        romeo.send("<presence type='unavailable'/>").await;
        romeo.until_pong().await.expect("well");
        assert_eq!(juliet.until_pong().await.expect("well").len(), 0, "it waits for its budget");
        romeo.drop_connection();
        juliet.expect("<presence from='romeo@example.test/r' type='unavailable'>{any}</presence>").await.expect("told");
        if comes_back {
            let mut back = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
            back.authenticate("romeo", PASSWORD).await.expect("signed in");
            back.open().await.expect("features");
            back.send(format!("<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>")).await;
            assert_eq!(back.element().await.expect("an answer").name(), "resumed");
            server.clock.pass(MINUTE);
            back.send("<presence/>").await;
            let heard = juliet.element().await.expect("told when it is there again");
            assert_eq!(heard.attr_value("from"), Some("romeo@example.test/r"));
            assert_eq!(heard.attr_value("type"), None, "{heard}");
        } else {
            // It comes to its end without a second word.
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn attack_118_a_flood_of_requests_is_refused() {
    let server = with(SendLimits { requests: 100, ..SendLimits::default() }).await;
    let mut romeo = server.bound("romeo@example.test/r").await;
    for n in 0..300 {
        romeo.send(format!("<iq type='get' id='{n}' to='example.test'><ping xmlns='urn:xmpp:ping'/></iq>")).await;
        // What nobody asked for takes nothing from the budget.
        romeo.send(format!("<iq type='result' id='r{n}' to='nobody@example.test/x'/>")).await;
    }
    let mut refused = 0;
    for _ in 0..300 {
        refused += told_to_wait(&[romeo.element().await.expect("an answer")]);
    }
    assert!((184..=200).contains(&refused), "{refused}");
    server.clock.pass(MINUTE);
    assert_eq!(told_to_wait(&romeo.until_pong().await.expect("well")), 0);
}

#[tokio::test]
async fn attack_118_a_flood_of_bytes_is_held_back_and_nobody_is_disconnected() {
    let server = with(SendLimits { rate: 200_000, burst: 50_000, ..SendLimits::default() }).await;
    let mut bystander = server.online("bystander@example.test/b").await;
    let mut romeo = server.bound("romeo@example.test/r").await;
    let pad = "x".repeat(9_000);
    let start = Instant::now();
    // 270 KB: 100 of it are free, since the first burst has nobody's clock.
    for n in 0..30 {
        romeo
            .send(format!("<message to='romeo@example.test/r' id='{n}' type='headline'><body>{pad}</body></message>"))
            .await;
    }
    bystander.sync().await.expect("others are served meanwhile");
    let heard = romeo.until_pong().await.expect("not disconnected");
    assert_eq!(heard.len(), 30, "nothing is lost");
    assert!(start.elapsed() > Duration::from_millis(600), "{:?}", start.elapsed());
    assert!(server.door.meters().paused.load(Ordering::Relaxed) > 0);
}

/// What apps do on a busy day, on an account's first day, with the limits as they are by default and a clock that stands:
/// nothing fills up meanwhile.
#[tokio::test]
async fn attack_118_legitimate_use_does_not_notice_limits() {
    let server = with(SendLimits::default()).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut all: Vec<String> = Vec::new();
    // 200 probes.
    all.extend((0..200).map(|n| format!("<presence type='probe' to='c{n}@example.test'/>")));
    // The first time with 1,000 contacts: pictures, cards and keys of each.
    for n in 0..1_000 {
        for (kind, payload) in [
            ("v", "<vCard xmlns='vcard-temp'/>"),
            (
                "p",
                "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:metadata'/></pubsub>",
            ),
            (
                "k",
                "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='eu.siacs.conversations.axolotl.devicelist'/></pubsub>",
            ),
        ] {
            all.push(format!("<iq type='get' id='{kind}{n}' to='c{n}@example.test'>{payload}</iq>"));
        }
    }
    // Keys of 300 devices of a group, then a message with a key for each, again and again.
    let keys: String = (0..300).map(|n| format!("<key rid='{n}'>{}</key>", "A".repeat(90))).collect();
    for n in 0..300 {
        all.push(format!("<iq type='get' id='b{n}' to='c{n}@example.test'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='eu.siacs.conversations.axolotl.bundles:{n}'/></pubsub></iq>"));
    }
    for n in 0..20 {
        all.push(format!("<message to='juliet@example.test' type='chat' id='o{n}'><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'>{keys}</header></encrypted></message>"));
    }
    // 30 chat states, 100 receipts after a night, a status that changes a few times.
    for _ in 0..30 {
        all.push("<message to='juliet@example.test' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>".into());
    }
    for n in 0..100 {
        all.push(format!("<message to='juliet@example.test'><received xmlns='urn:xmpp:receipts' id='{n}'/></message>"));
    }
    all.extend((0..20).map(|n| format!("<presence><status>{n}</status></presence>")));
    // A large paste, in one message.
    all.push(format!(
        "<message to='juliet@example.test' type='chat'><body>{}</body></message>",
        "text ".repeat(40_000)
    ));
    // An archive that is fetched page by page: 400 pages.
    for n in 0..400 {
        all.push(format!("<iq type='set' id='m{n}'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>5</max></set></query></iq>"));
    }
    for some in all.chunks(50) {
        romeo.send(some.concat()).await;
        let heard = romeo.until_pong().await.expect("well");
        assert_eq!(told_to_wait(&heard), 0, "{:?}", some.first());
    }
    assert_eq!(server.engine.meters.over_limit.load(Ordering::Relaxed), 0);
    assert_eq!(server.engine.meters.late_presences.load(Ordering::Relaxed), 0);
    assert_eq!(server.door.meters().paused.load(Ordering::Relaxed), 0);
}
