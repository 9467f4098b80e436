//! What was found wrong with the whole, each by itself.

use std::sync::atomic::Ordering;
use std::time::Instant;

use parlour_domain::Role;
use parlour_server::C2sOptions;
use parlour_testkit::{Client, PASSWORD, PATIENCE, Server, Setup};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::xml::Element;

use super::device::SM;

const JULIET: &str = "juliet@example.test";

async fn say(client: &mut Client, what: &str) {
    client.send(format!("<message to='{JULIET}' type='chat'><body>{what}</body></message>")).await;
    client.sync().await.expect("well");
}

/// The bodies in what came, carbons and results included.
fn bodies(heard: &[Element]) -> Vec<String> {
    fn body(element: &Element) -> Option<String> {
        element.child_text("body").or_else(|| element.elements().find_map(body))
    }
    heard.iter().filter(|heard| heard.name() == "message").filter_map(body).collect()
}

/// All in the archive, as messages.
async fn archive(client: &mut Client) -> Vec<String> {
    client.send("<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>").await;
    let mut found = Vec::new();
    loop {
        let heard = client.element().await.expect("an answer");
        if heard.name() == "iq" {
            return bodies(&found);
        }
        found.push(heard);
    }
}

/// Whoever takes no messages has a copy of what waits, or it would take the next id for the next message; and does not
/// get it again.
#[tokio::test]
async fn a_client_that_takes_no_messages_has_copies_of_those_that_wait() {
    let server = Server::new().await;
    let mut desk = server.bound("juliet@example.test/desk").await;
    desk.send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>").await;
    desk.expect("<iq type='result' id='c'/>").await.expect("on");
    desk.send("<presence><priority>-1</priority></presence>").await;
    desk.until_pong().await.expect("well");
    let mut romeo = server.online("romeo@example.test/r").await;
    say(&mut romeo, "one").await;
    let copy = desk.until_pong().await.expect("well");
    assert_eq!(bodies(&copy), ["one"]);
    assert!(copy[0].to_string().contains("stanza-id"), "{}", copy[0]);
    // Not to be stored, so it goes back, and nobody has it.
    romeo
        .send(format!("<message to='{JULIET}' type='chat'><body>!</body><no-store xmlns='urn:xmpp:hints'/></message>"))
        .await;
    let back = romeo.until_pong().await.expect("well");
    assert_eq!(back.first().and_then(|back| back.attr_value("type")), Some("error"));
    assert_eq!(bodies(&desk.until_pong().await.expect("well")), [""; 0]);

    // Another one that takes messages gets what waits, with its delay.
    let mut plain = server.bound("juliet@example.test/plain").await;
    plain.send("<presence/>").await;
    assert_eq!(bodies(&plain.until_pong().await.expect("well")), ["one"]);
    plain.send("</stream:stream>").await;
    plain.to_the_end().await.expect("left");
    let bare = BareJid::new(JULIET).expect("an address");
    while server.engine.router.find(&bare).is_some_and(|live| live.outbox("plain").is_some()) {
        romeo.sync().await.expect("well");
    }
    say(&mut romeo, "two").await;
    assert_eq!(bodies(&desk.until_pong().await.expect("well")), ["two"]);
    desk.send("<presence/>").await;
    assert_eq!(bodies(&desk.until_pong().await.expect("well")), [""; 0], "it has them");
    // Rows go in the order of writing: what the desk has is gone when this is there.
    server.account("later@example.test", Role::Member).await.expect("an account");
    let mut plain = server.bound("juliet@example.test/plain").await;
    plain.send("<presence/>").await;
    assert_eq!(bodies(&plain.until_pong().await.expect("well")), [""; 0], "nothing waits any more");
}

/// What a lost phone was to get, and another client found in the archive meanwhile, does not come to that one again when
/// the phone's session ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_in_the_archive_while_it_was_on_its_way_elsewhere_does_not_come_twice() {
    let server = Server::new().await;
    let mut phone = server.online("juliet@example.test/phone").await;
    phone.send(format!("<enable {SM} resume='true'/>")).await;
    phone.expect(&format!("<enabled {SM} id='{{any}}' resume='true' max='{{any}}'/>")).await.expect("on");
    let mut romeo = server.online("romeo@example.test/r").await;
    phone.drop_connection();
    let began = Instant::now();
    while server.door.meters().parked.load(Ordering::Relaxed) == 0 {
        romeo.sync().await.expect("well");
        assert!(began.elapsed() < PATIENCE, "nobody noticed that it is lost");
    }
    say(&mut romeo, "one").await;
    let mut laptop = server.online("juliet@example.test/laptop").await;
    assert_eq!(archive(&mut laptop).await, ["one"]);
    // The phone comes anew, and what the old session had not taken waits again.
    let mut phone = Client::sign_in(server.ports.c2s, "juliet@example.test/phone", PASSWORD).await.expect("signed in");
    while server.door.meters().parked.load(Ordering::Relaxed) > 0 {
        phone.sync().await.expect("well");
        assert!(began.elapsed() < PATIENCE, "the old session does not end");
    }
    for _ in 0..20 {
        assert_eq!(bodies(&laptop.until_pong().await.expect("well")), [""; 0], "it has that");
    }
    assert_eq!(archive(&mut phone).await, ["one"]);
}

/// What waits again is for a client that is there, not for one that is lost as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_client_gives_back_goes_to_one_that_is_there() {
    let server = Server::new().await;
    let mut first = server.online("juliet@example.test/first").await;
    let mut phone = server.online("juliet@example.test/phone").await;
    for client in [&mut first, &mut phone] {
        client.until_pong().await.expect("well");
        client.send(format!("<enable {SM} resume='true'/>")).await;
        client.expect(&format!("<enabled {SM} id='{{any}}' resume='true' max='{{any}}'/>")).await.expect("on");
        client.drop_connection();
    }
    let mut romeo = server.online("romeo@example.test/r").await;
    let began = Instant::now();
    while server.door.meters().parked.load(Ordering::Relaxed) < 2 {
        romeo.sync().await.expect("well");
        assert!(began.elapsed() < PATIENCE, "nobody noticed that they are lost");
    }
    // To one of them alone: the other wants no copies.
    romeo.send(format!("<message to='{JULIET}/phone' type='chat'><body>one</body></message>")).await;
    romeo.sync().await.expect("well");
    let mut laptop = server.online("juliet@example.test/laptop").await;
    assert_eq!(bodies(&laptop.until_pong().await.expect("well")), [""; 0]);
    let mut phone = server.bound("juliet@example.test/phone").await;
    phone.until_pong().await.expect("well");
    loop {
        let heard = laptop.element().await.expect("what waits again");
        if heard.name() == "message" {
            assert_eq!(bodies(&[heard]), ["one"]);
            break;
        }
    }
}

/// A client that reads too slowly takes leave, which may take a while; whoever writes meanwhile wakes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_being_closed_is_woken_for_what_it_no_longer_gets() {
    let c2s = C2sOptions { max_queue: 20, ..Setup::default().c2s };
    let server = Server::start(Setup { c2s, ..Setup::default() }).await.expect("a server");
    let service = server.push_service("push.example");
    server.account(JULIET, Role::Member).await.expect("an account");
    let mut phone = server.online("juliet@example.test/phone").await;
    phone.send("<iq type='set' id='p'><enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/></iq>").await;
    phone.expect("<iq type='result' id='p'/>").await.expect("registered");
    let mut romeo = server.online("romeo@example.test/r").await;
    let long = "x".repeat(60_000);
    let began = Instant::now();
    // It reads nothing, until the sockets are full and then its queue.
    while service.count() == 0 {
        say(&mut romeo, &long).await;
        assert!(began.elapsed() < PATIENCE, "it is not woken");
    }
    assert_eq!(service.notification().await.expect("woken").0, "n");
    assert!(phone.until_pong().await.is_err(), "it was closed");
}

/// Two devices have been sent it, neither has said that it has it, and both are gone: whoever comes next gets it, once.
/// Where one of them had it, nobody gets it again.
#[tokio::test]
async fn what_two_lost_devices_had_unread_waits_for_the_next() {
    let server = Server::new().await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let bare = BareJid::new(JULIET).expect("an address");
    let find = |name: &str| server.engine.router.find(&bare).and_then(|live| live.outbox(name));
    for (taken, waits) in [(false, &["hello"][..]), (true, &[])] {
        let mut devices = Vec::new();
        for name in ["phone", "tablet"] {
            let mut device = server.bound(&format!("{JULIET}/{name}")).await;
            device.send(format!("<enable {SM}/><presence/>")).await;
            device.expect(&format!("<enabled {SM}/>")).await.expect("counted");
            device.until_pong().await.expect("well");
            devices.push(device);
        }
        say(&mut romeo, "hello").await;
        for device in &mut devices {
            assert_eq!(bodies(&device.until_pong().await.expect("well")), ["hello"]);
        }
        if taken {
            let h = find("phone").expect("there").unacked();
            devices[0].send(format!("<a {SM} h='{h}'/>")).await;
            devices[0].until_pong().await.expect("well");
        }
        for device in &mut devices {
            device.drop_connection();
        }
        while find("phone").is_some() || find("tablet").is_some() {
            romeo.sync().await.expect("well");
        }
        for (turn, now) in [waits, &[]].into_iter().enumerate() {
            // Rows are written in order: what was put back, and that something was handed over, is there when this is.
            let name = format!("later{taken}{turn}@example.test");
            server.account(&name, Role::Member).await.expect("an account");
            let mut next = server.bound(&format!("{JULIET}/laptop")).await;
            next.send("<presence/>").await;
            assert_eq!(bodies(&next.until_pong().await.expect("well")), now, "taken: {taken}");
            next.send("</stream:stream>").await;
            next.to_the_end().await.expect("left");
            while find("laptop").is_some() {
                romeo.sync().await.expect("well");
            }
        }
    }
}
