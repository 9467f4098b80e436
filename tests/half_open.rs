//! Clients that are gone without a word, or do not read: what is said to them is lost nowhere and said once.
//!
//! Spec: XEP-0198 §4 and §5; ATTACKS F10, F11 and 117.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parlour_domain::Role;
use parlour_server::C2sOptions;
use parlour_testkit::{Client, Line, PASSWORD, PATIENCE, Server, Setup};
use parlour_xmpp::xml::Element;

const SM: &str = "xmlns='urn:xmpp:sm:3'";

async fn server(c2s: C2sOptions) -> Server {
    Server::start(Setup { c2s, ..Setup::default() }).await.expect("a server")
}

/// Switches XEP-0198 on; gives the id to come back by.
async fn enable(client: &mut Client) -> String {
    client.send(format!("<enable {SM} resume='true'/>")).await;
    loop {
        let element = client.element().await.expect("an answer");
        if element.is("urn:xmpp:sm:3", "enabled") {
            return element.attr_value("id").expect("it can be resumed").to_owned();
        }
    }
}

/// An account's phone behind a line, available, with XEP-0198.
async fn phone(server: &Server, line: &Line) -> (Client, String) {
    let mut phone = Client::sign_in(line.addr, "juliet@example.test/phone", PASSWORD).await.expect("signed in");
    phone.available().await.expect("well");
    phone.until_pong().await.expect("well");
    let id = enable(&mut phone).await;
    assert_eq!(server.door.meters().parked.load(Ordering::Relaxed), 0);
    (phone, id)
}

/// Another connection by the same line, signed in, that asks for the session.
async fn comes_back(line: &Line, id: &str, h: u32) -> (Client, Element) {
    let mut client = Client::connect(line.addr, "example.test").await.expect("a stream");
    client.authenticate("juliet", PASSWORD).await.expect("signed in");
    client.open().await.expect("features");
    client.send(format!("<resume {SM} previd='{id}' h='{h}'/>")).await;
    let answer = client.element().await.expect("an answer");
    (client, answer)
}

async fn say(client: &mut Client, what: &str) {
    client
        .send(format!("<message to='juliet@example.test' type='chat' id='{what}'><body>{what}</body></message>"))
        .await;
    client.sync().await.expect("well");
}

fn bodies(heard: &[Element]) -> Vec<String> {
    heard.iter().filter_map(|element| element.child_text("body")).collect()
}

async fn until_parked(server: &Server, other: &mut Client) {
    let began = Instant::now();
    while server.door.meters().parked.load(Ordering::Relaxed) == 0 {
        other.sync().await.expect("well");
        assert!(began.elapsed() < PATIENCE, "nobody noticed that it is lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_11_a_phone_that_left_its_network_gets_everything_once_when_it_is_back() {
    let server = server(C2sOptions { ack_seconds: 1, ..Setup::default().c2s }).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let line = Line::to(server.ports.c2s).await.expect("a line");
    let (mut juliet, id) = phone(&server, &line).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    juliet.element().await.expect("romeo's presence");
    say(&mut romeo, "before").await;
    assert_eq!(juliet.element().await.expect("a message").child_text("body").as_deref(), Some("before"));
    juliet.send(format!("<a {SM} h='2'/>")).await;
    juliet.sync().await.expect("well");

    line.go_dead();
    // Said into a connection that looks alive, then after it was noticed to be lost.
    say(&mut romeo, "one").await;
    romeo.send("<message to='juliet@example.test/phone' type='chat' id='two'><body>two</body></message>").await;
    let began = Instant::now();
    until_parked(&server, &mut romeo).await;
    assert!(began.elapsed() < Duration::from_secs(5), "as soon as the time for an answer is up");
    say(&mut romeo, "three").await;
    let heard = romeo.until_pong().await.expect("well");
    let gone = |e: &Element| e.name() == "message" || e.attr_value("type") == Some("unavailable");
    assert!(!heard.iter().any(gone), "nothing came back, and she has not left: {heard:?}");

    // The pong of her last ping is the third that she has heard.
    let (mut back, answer) = comes_back(&line, &id, 3).await;
    assert_eq!(answer.name(), "resumed", "{answer}");
    assert_eq!(bodies(&back.until_pong().await.expect("well")), ["one", "two", "three"]);
    back.send(format!("<a {SM} h='7'/>")).await;
    back.sync().await.expect("well");
    drop(back);
    // Nothing is left for another client.
    let mut laptop = server.online("juliet@example.test/laptop").await;
    assert_eq!(bodies(&laptop.until_pong().await.expect("well")), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_11_another_network_takes_the_session_from_a_connection_that_looks_alive() {
    let server = server(Setup::default().c2s).await;
    server.account("romeo@example.test", Role::Member).await.expect("an account");
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let line = Line::to(server.ports.c2s).await.expect("a line");
    let (mut juliet, id) = phone(&server, &line).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut h = 0;
    for (n, what) in ["one", "two", "three"].into_iter().enumerate() {
        // Each time from another network, and the one before is not known to be lost.
        line.go_dead();
        say(&mut romeo, what).await;
        let (mut next, answer) = comes_back(&line, &id, h).await;
        assert_eq!(answer.name(), "resumed", "{n}: {answer}");
        let heard = next.until_pong().await.expect("well");
        assert_eq!(bodies(&heard), [what]);
        // The message and the pong.
        h += 2;
        next.send(format!("<a {SM} h='{h}'/>")).await;
        juliet = next;
    }
    juliet.sync().await.expect("the last one goes on");
    assert_eq!(server.door.meters().resumed.load(Ordering::Relaxed), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_11_whoever_does_not_come_back_in_time_has_left_and_the_next_client_gets_it() {
    let server = server(C2sOptions { ack_seconds: 1, resume_seconds: 1, ..Setup::default().c2s }).await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let line = Line::to(server.ports.c2s).await.expect("a line");
    let (_juliet, id) = phone(&server, &line).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    line.go_dead();
    let all: Vec<String> = (0..450).map(|n| n.to_string()).collect();
    for n in &all {
        // More than is put back in one step.
        say(&mut romeo, n).await;
    }
    let left = loop {
        let element = romeo.element().await.expect("presence");
        if element.name() == "presence" && element.attr_value("type") == Some("unavailable") {
            break element;
        }
        assert_ne!(element.name(), "message", "{element}");
    };
    assert_eq!(left.attr_value("from"), Some("juliet@example.test/phone"));
    let (mut next, answer) = comes_back(&line, &id, 0).await;
    assert_eq!(answer.name(), "failed", "{answer}");
    next.bind("phone").await.expect("bound");
    next.send("<presence/>").await;
    let mut heard = Vec::new();
    while heard.len() < all.len() {
        heard.extend(next.element().await.expect("a message").child_text("body"));
    }
    assert_eq!(heard, all);
    assert_eq!(bodies(&next.until_pong().await.expect("well")), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_10_attack_117_a_phone_that_does_not_read_is_parked_and_nobody_waits() {
    let messages = if crate::attacks::full() { 10_000 } else { 1_500 };
    let c2s = C2sOptions { max_queue: messages / 5, ..Setup::default().c2s };
    let server = server(c2s.clone()).await;
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let line = Line::to(server.ports.c2s).await.expect("a line");
    let (_juliet, id) = phone(&server, &line).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut other = server.online("other@example.test/o").await;
    let jid = parlour_xmpp::jid::BareJid::new("juliet@example.test").expect("an address");
    let outbox = server.engine.router.find(&jid).and_then(|live| live.outbox("phone")).expect("online");
    line.go_dead();
    let mut slowest = Duration::ZERO;
    for n in 0..messages {
        romeo.send(format!("<message to='juliet@example.test' type='chat'><body>{n}</body></message>")).await;
        if n % 50 == 0 {
            let began = Instant::now();
            other.sync().await.expect("well");
            slowest = slowest.max(began.elapsed());
            romeo.sync().await.expect("well");
            assert!(outbox.len() <= 2 * c2s.max_queue as usize, "{} wait", outbox.len());
        }
    }
    romeo.sync().await.expect("well");
    assert!(slowest < Duration::from_secs(1), "somebody else waited {slowest:?}");
    assert!(outbox.is_closed(), "what does not fit waits in the store, not here");
    let (mut next, answer) = comes_back(&line, &id, 0).await;
    assert_eq!(answer.name(), "failed", "{answer}");
    next.bind("phone").await.expect("bound");
    next.send("<presence/>").await;
    let mut heard: Vec<u32> = Vec::new();
    // What came after a thousand waited already is in the archive alone.
    while heard.len() < 1_000 {
        let element = next.element().await.expect("a message");
        heard.extend(element.child_text("body").and_then(|n| n.parse::<u32>().ok()));
    }
    assert_eq!(heard, (0..1_000).collect::<Vec<_>>(), "each once, in order, none of the first missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_what_was_handled_when_the_server_stopped_is_known_exactly() {
    let dir = tempfile::tempdir().expect("a directory");
    let setup = |seed| Setup { dir: Some(dir.path().to_owned()), seed, ..Setup::default() };
    let mut server = Server::start(setup(1)).await.expect("a server");
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut parked = server.online("romeo@example.test/lost").await;
    let (here, lost) = (enable(&mut romeo).await, enable(&mut parked).await);
    say(&mut parked, "kept").await;
    parked.send("<presence><show>away</show></presence>").await;
    parked.sync().await.expect("well");
    parked.drop_connection();
    until_parked(&server, &mut romeo).await;
    let pings = {
        romeo.send(format!("<r {SM}/>")).await;
        loop {
            let element = romeo.element().await.expect("a count");
            if element.is("urn:xmpp:sm:3", "a") {
                break element.attr_value("h").and_then(|h| h.parse::<u32>().ok()).expect("a number");
            }
        }
    };
    let (_, heard) = tokio::join!(server.stop(), romeo.to_the_end());
    heard.expect("an orderly end");

    let server = Server::start(setup(2)).await.expect("a server starts again");
    // Nothing of what this one said was kept; the other's message was the first of four.
    for (id, handled) in [(here, pings), (lost, 4)] {
        let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
        client.authenticate("romeo", PASSWORD).await.expect("signed in");
        client.open().await.expect("features");
        client.send(format!("<resume {SM} previd='{id}' h='0'/>")).await;
        client.expect(&format!("<failed {SM} h='{handled}'>{{any}}</failed>")).await.expect("a count");
    }
}
