//! Whoever is not there is woken, once for each message, and nobody else is hurt by services that fail.
//!
//! Spec: XEP-0357 §7; ATTACKS 122, F10 and F11.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use parlour_domain::{HostOptions, Role};
use parlour_engine::push::BURST;
use parlour_server::C2sOptions;
use parlour_testkit::{Client, Line, Mood, PASSWORD, PushService, Server, Setup, operator};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::push::Summary;

const SM: &str = "xmlns='urn:xmpp:sm:3'";

async fn world(setup: Setup) -> (Server, Arc<PushService>) {
    let server = Server::start(setup).await.expect("a server");
    let service = server.push_service("push.example");
    (server, service)
}

async fn register(client: &mut Client, node: &str) {
    let enable = format!("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='{node}'/>");
    client.send(format!("<iq type='set' id='push'>{enable}</iq>")).await;
    client.expect("<iq type='result' id='push'/>").await.expect("registered");
}

async fn say(client: &mut Client, to: &str, what: &str) {
    client.send(format!("<message to='{to}' type='chat'><body>{what}</body></message>")).await;
    client.sync().await.expect("well");
}

async fn leave(mut client: Client) {
    client.send("</stream:stream>").await;
    client.to_the_end().await.expect("left");
}

/// An account with a registered phone that is not there.
async fn asleep(server: &Server, jid: &str, node: &str) {
    let mut phone = server.online(&format!("{jid}/phone")).await;
    register(&mut phone, node).await;
    leave(phone).await;
}

fn plain(messages: u32) -> Summary {
    Summary { messages, ..Summary::default() }
}

const JULIET: &str = "juliet@example.test";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_11_a_phone_that_left_its_network_is_woken_when_it_is_missed_and_for_each_message_once() {
    let c2s = C2sOptions { ack_seconds: 1, ..Setup::default().c2s };
    let (server, service) = world(Setup { c2s, ..Setup::default() }).await;
    server.account(JULIET, Role::Member).await.expect("an account");
    let line = Line::to(server.ports.c2s).await.expect("a line");
    let mut juliet = Client::sign_in(line.addr, "juliet@example.test/phone", PASSWORD).await.expect("signed in");
    juliet.available().await.expect("well");
    juliet.until_pong().await.expect("well");
    register(&mut juliet, "n").await;
    juliet.send(format!("<enable {SM} resume='true'/>")).await;
    juliet.expect(&format!("<enabled {SM} id='{{any}}' resume='true' max='{{any}}'/>")).await.expect("on");
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, JULIET, "before").await;
    juliet.expect("<message type='chat'><body>before</body></message>").await.expect("said");
    juliet.send(format!("<a {SM} h='1'/>")).await;
    juliet.sync().await.expect("well");
    line.go_dead();
    say(&mut romeo, JULIET, "one").await;
    say(&mut romeo, JULIET, "two").await;
    assert_eq!(service.count(), 0, "it seems to be there");
    // Nothing but the clock of the acknowledgement tells.
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(2)));
    say(&mut romeo, JULIET, "three").await;
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    service.nothing_more().await.expect("each once");
    assert_eq!(server.engine.pushes.meters().sent.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_resumed_is_woken_for_what_it_left_behind() {
    let (server, service) = world(Setup::default()).await;
    let mut juliet = server.online("juliet@example.test/phone").await;
    register(&mut juliet, "n").await;
    juliet.send(format!("<enable {SM}/>")).await;
    juliet.expect(&format!("<enabled {SM}/>")).await.expect("on");
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, JULIET, "one").await;
    juliet.expect("<message type='chat'><body>one</body></message>").await.expect("said");
    juliet.drop_connection();
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    say(&mut romeo, JULIET, "two").await;
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    service.nothing_more().await.expect("each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_wakes_the_phone_that_has_it_in_its_queue_and_what_its_owner_says_does_not() {
    let (server, service) = world(Setup::default()).await;
    let mut phone = server.online("juliet@example.test/phone").await;
    register(&mut phone, "n").await;
    phone.send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>").await;
    phone.expect("<iq type='result' id='c'/>").await.expect("on");
    phone.send(format!("<enable {SM} resume='true'/>")).await;
    phone.expect(&format!("<enabled {SM} id='{{any}}' resume='true' max='{{any}}'/>")).await.expect("on");
    let mut desk = server.online("juliet@example.test/desk").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, "juliet@example.test/desk", "to the desk").await;
    service.nothing_more().await.expect("she is there");
    phone.drop_connection();
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    say(&mut romeo, "juliet@example.test/desk", "again").await;
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    say(&mut desk, "romeo@example.test", "from the desk").await;
    say(&mut desk, JULIET, "note to self").await;
    service.nothing_more().await.expect("her own words");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_122_a_service_that_does_not_answer_holds_up_nobody_and_hears_of_a_burst_once() {
    let (server, service) = world(Setup::default()).await;
    asleep(&server, JULIET, "n").await;
    service.set_mood(Mood::Silent);
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut nurse = server.online("nurse@example.test/n").await;
    for n in 0..1_000 {
        romeo.send(format!("<message to='{JULIET}' type='chat'><body>{n}</body></message>")).await;
    }
    romeo.until_pong().await.expect("nobody waits");
    // What was committed together is told together.
    let first = service.notification().await.expect("woken").1.messages;
    assert_eq!(service.count(), 1, "one under way");
    // Others get theirs meanwhile.
    say(&mut romeo, "nurse@example.test", "hello").await;
    nurse.expect("<message type='chat'><body>hello</body></message>").await.expect("said");
    service.set_mood(Mood::Takes);
    assert!(service.answer());
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1_000 - first)));
    service.nothing_more().await.expect("all told");
    assert_eq!(server.engine.pushes.meters().dropped.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_122_a_service_that_is_down_is_tried_later_and_comes_back() {
    let (server, service) = world(Setup::default()).await;
    asleep(&server, JULIET, "n").await;
    service.set_mood(Mood::Refuses(StanzaError::internal_server_error()));
    let mut romeo = server.online("romeo@example.test/r").await;
    for n in 0..50 {
        say(&mut romeo, JULIET, &n.to_string()).await;
    }
    assert_eq!(service.notification().await.expect("woken").0, "n");
    service.nothing_more().await.expect("left alone");
    assert_eq!(service.count(), 1);
    service.set_mood(Mood::Takes);
    server.clock.pass(61_000);
    say(&mut romeo, JULIET, "and now").await;
    let mut told = 0;
    while told < 51 {
        told += service.notification().await.expect("nothing is forgotten").1.messages;
    }
    service.nothing_more().await.expect("all told");
    assert_eq!((told, service.count() <= 3), (51, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_122_many_registrations_make_no_amplifier() {
    let (server, service) = world(Setup::default()).await;
    let mut phone = server.bound("juliet@example.test/phone").await;
    for n in 0..200 {
        register(&mut phone, &n.to_string()).await;
    }
    leave(phone).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    for _ in 0..100 {
        romeo.send(format!("<message to='{JULIET}' type='chat'><body>x</body></message>")).await;
    }
    romeo.until_pong().await.expect("well");
    service.nothing_more().await.expect_err("five of them hear of it");
    assert!(service.count() <= BURST as usize, "{} at once", service.count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_outlive_the_server_and_end_with_the_sign_in_they_belong_to() {
    let dir = tempfile::tempdir().expect("a directory");
    let setup = || Setup { dir: Some(dir.path().to_owned()), ..Setup::default() };
    {
        let (mut server, _) = world(setup()).await;
        asleep(&server, JULIET, "n").await;
        server.stop().await;
    }
    let (server, service) = world(setup()).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, JULIET, "good morning").await;
    assert_eq!(service.notification().await.expect("woken"), ("n".into(), plain(1)));
    let juliet = BareJid::new(JULIET).expect("an address");
    server.people.accounts.set_password(&operator(), &juliet, "another good one").await.expect("set");
    say(&mut romeo, JULIET, "still there?").await;
    service.nothing_more().await.expect("whoever had the old password is not told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_122_no_word_and_no_name_in_a_notification_unless_the_host_says_so() {
    type Set = fn(&mut HostOptions);
    type Told = Option<&'static str>;
    let cases: [(Set, Told, Told, Told); 4] = [
        (|_| {}, None, None, None),
        (|o| o.push.push_notification_with_sender = Some(true), Some("romeo@example.test/r"), None, None),
        (|o| o.push.push_notification_with_body = Some(true), None, Some("wherefore?"), None),
        (
            |o| {
                o.push.push_notification_important_body = Some("New message".into());
            },
            None,
            Some("New message"),
            Some("New message"),
        ),
    ];
    for (set, sender, body, encrypted) in cases {
        let mut options = HostOptions::default();
        set(&mut options);
        let (server, service) =
            world(Setup { hosts: vec![("example.test".into(), options)], ..Setup::default() }).await;
        asleep(&server, JULIET, "n").await;
        let mut romeo = server.online("romeo@example.test/r").await;
        say(&mut romeo, JULIET, "wherefore?").await;
        let told = service.notification().await.expect("woken").1;
        assert_eq!((told.sender.as_deref(), told.body.as_deref()), (sender, body));
        let secret = "<encrypted xmlns='eu.siacs.conversations.axolotl'/>";
        romeo.send(format!("<message to='{JULIET}' type='chat'><body>an excuse</body>{secret}</message>")).await;
        let told = service.notification().await.expect("woken").1;
        assert_eq!((told.sender.as_deref(), told.body.as_deref()), (sender, encrypted));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_this_server_may_be_a_push_service_until_it_blocks() {
    let (server, _) = world(Setup::default()).await;
    server.befriend(JULIET, "app@example.test").await.expect("friends");
    let mut app = server.online("app@example.test/service").await;
    let mut phone = server.online("juliet@example.test/phone").await;
    phone
        .send("<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='app@example.test/service' node='n'/></iq>")
        .await;
    phone.until_pong().await.expect("registered");
    leave(phone).await;
    app.until_pong().await.expect("presence");
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, JULIET, "one").await;
    let mut iq = app.element().await.expect("told");
    while iq.name() == "presence" {
        iq = app.element().await.expect("told");
    }
    assert_eq!((iq.name(), iq.attr_value("from")), ("iq", Some("example.test")), "{iq}");
    assert!(!iq.to_string().contains("romeo") && !iq.to_string().contains(">one<"), "{iq}");
    app.send(format!("<iq type='result' id='{}' to='example.test'/>", iq.attr_value("id").expect("an id"))).await;
    app.send("<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='juliet@example.test'/></block></iq>")
        .await;
    app.until_pong().await.expect("blocked");
    say(&mut romeo, JULIET, "two").await;
    while !server.engine.pushes.is_settled(parlour_domain::Clock::monotonic(&*server.clock)) {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.until_pong().await.expect("well"), [], "it wants nothing of her");
    assert_eq!(server.engine.pushes.meters().failed.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_was_signed_out_is_woken_no_more_and_the_others_are() {
    let (server, service) = world(Setup::default()).await;
    let mut phone = server.online("juliet@example.test/phone").await;
    register(&mut phone, "phone").await;
    asleep(&server, JULIET, "tablet").await;
    phone.until_pong().await.expect_err("the resource was taken");
    let mut phone = server.online("juliet@example.test/other").await;
    register(&mut phone, "phone").await;
    let juliet = BareJid::new(JULIET).expect("an address");
    let devices = &server.people.devices;
    let lost = devices.of(&operator(), &juliet).await.expect("read").remove(0);
    assert!(devices.end(&operator(), &juliet, &lost.key).await.expect("ended"));
    phone.to_the_end().await.expect("signed out");
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, JULIET, "who has the phone?").await;
    assert_eq!(service.notification().await.expect("woken"), ("tablet".into(), plain(1)));
    service.nothing_more().await.expect("nobody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_122_a_service_that_is_never_reached_is_left_alone_and_ends_after_three_days() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    // No way leads anywhere.
    let server = Server::new().await;
    asleep(&server, JULIET, "n").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let meters = server.engine.pushes.meters();
    let juliet = BareJid::new(JULIET).expect("an address");
    for (day, ended) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)] {
        for n in 0..3 {
            say(&mut romeo, JULIET, &format!("{day}.{n}")).await;
        }
        while !server.engine.pushes.is_settled(parlour_domain::Clock::monotonic(&*server.clock)) {
            tokio::task::yield_now().await;
        }
        assert_eq!(meters.ended.load(Ordering::Relaxed), ended, "day {day}");
        let view = server.engine.router.find(&juliet).expect("remembered").view();
        assert_eq!(view.pushes.is_some(), ended == 0, "day {day}");
        server.clock.pass(DAY);
    }
    assert_eq!((meters.sent.load(Ordering::Relaxed), meters.failed.load(Ordering::Relaxed)), (0, 4), "once a day");
    let heard = romeo.until_pong().await.expect("well");
    assert!(!heard.iter().any(|element| element.name() == "message"), "nobody else hears of it: {heard:?}");
}
