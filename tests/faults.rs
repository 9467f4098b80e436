//! Bad moments of the store and of the clock, in whole servers of this process: what each door says, and that it is true.

use std::time::Duration;

use parlour_domain::Role;
use parlour_domain::invite::issue::Wish;
use parlour_store::sqlite::Options;
use parlour_testkit::faults::{all_archived, slow::is_later};
use parlour_testkit::{Client, PASSWORD, Server, Setup, operator};

async fn server() -> Server {
    let store = Options { patience: Duration::from_millis(400), reserve: 1 << 20, ..Options::default() };
    let server = Server::start(Setup { store, ..Setup::default() }).await.expect("a server");
    for name in ["anna", "bert", "cara"] {
        server.account(&format!("{name}@example.test"), Role::Member).await.expect("an account");
    }
    server
}

/// What must be kept and cannot be, at every door: told to come later, and never done.
async fn all_are_told(server: &Server, token: &str, anna: &mut Client) {
    anna.send("<message type='chat' to='bert@example.test' id='m'><body>hello</body></message>").await;
    is_later(&anna.element().await.expect("an answer")).expect("a message");
    anna.send("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='cara@example.test'/></query></iq>")
        .await;
    is_later(&anna.element().await.expect("an answer")).expect("a contact");
    // XEP-0198 counts it as handled, so it must not vanish.
    anna.send("<presence type='subscribe' to='cara@example.test' id='s'/>").await;
    let told = anna.element().await.expect("an answer");
    assert_eq!((told.name(), told.attr_value("from")), ("presence", Some("cara@example.test")), "{told}");
    is_later(&told).expect("a subscription");
    let mut browser = server.browser("example.test");
    let path = format!("/i/{token}/register");
    browser.get(&path).await.expect("the form");
    let page = browser.post(&path, &[("name", "dora"), ("password", PASSWORD)]).await.expect("an answer");
    assert_eq!((page.status, page.header("retry-after").is_some()), (503, true), "{}", page.text);
}

/// Afterwards all goes on, and nothing of what was refused is there.
async fn all_goes_on(server: &Server, token: &str, anna: &mut Client, kept: &[&str]) {
    assert_eq!(all_archived(anna).await.expect("an archive"), kept);
    anna.send("<message type='chat' to='bert@example.test' id='again'><body>hello</body></message>").await;
    assert_eq!(anna.until_pong().await.expect("goes on"), [], "it is taken");
    let bare = parlour_xmpp::jid::BareJid::new("anna@example.test").expect("an address");
    let (roster, _) = server.circle.rosters.read(&bare).await.expect("a roster");
    assert!(roster.items.is_empty(), "{roster:?}");
    let mut browser = server.browser("example.test");
    let path = format!("/i/{token}/register");
    browser.get(&path).await.expect("the form");
    let page = browser.post(&path, &[("name", "dora"), ("password", PASSWORD)]).await.expect("an answer");
    assert_eq!(page.status, 200, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_03_a_full_disk_is_told_at_every_door_and_passes() {
    let server = server().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut anna = server.bound("anna@example.test/app").await;
    server.gate.fill(true);
    all_are_told(&server, &token, &mut anna).await;
    server.bound("cara@example.test/app").await;
    server.gate.fill(false);
    let mut looks = tokio::time::interval(Duration::from_millis(10));
    while server.store.meters().is_disk_full() {
        looks.tick().await;
    }
    all_goes_on(&server, &token, &mut anna, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_04_a_locked_store_is_told_at_every_door_and_passes() {
    let server = server().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut anna = server.bound("anna@example.test/app").await;
    server.gate.lock();
    all_are_told(&server, &token, &mut anna).await;
    server.bound("cara@example.test/app").await;
    server.gate.unlock();
    all_goes_on(&server, &token, &mut anna, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_04_a_slow_disk_refuses_what_waits_and_keeps_what_was_begun() {
    let server = server().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut anna = server.bound("anna@example.test/app").await;
    let mut cara = server.online("cara@example.test/app").await;
    let mut first = server.bound("anna@example.test/other").await;
    let mut bert = server.online("bert@example.test/app").await;
    server.gate.hold();
    first.send("<message type='chat' to='bert@example.test' id='begun'><body>hello</body></message>").await;
    server.until_held().await;
    all_are_told(&server, &token, &mut anna).await;
    // What needs no disk goes on.
    cara.send("<message type='chat' to='bert@example.test/app' id='now'><no-store xmlns='urn:xmpp:hints'/></message>")
        .await;
    bert.expect(
        "<message from='cara@example.test/app' to='bert@example.test/app' type='chat' id='now'>{any}</message>",
    )
    .await
    .expect("at once");
    server.gate.release();
    assert_eq!(first.until_pong().await.expect("taken in the end"), []);
    all_goes_on(&server, &token, &mut anna, &["begun"]).await;
}

const HOUR: i64 = 3_600_000;

/// NTP, a hand, or a virtual machine's host sets the clock: by an hour on, two back, and one on again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_08_a_clock_that_is_set_throws_nobody_out_and_keeps_the_order() {
    let server = server().await;
    let mut anna = server.online("anna@example.test/app").await;
    let mut bert = server.online("bert@example.test/app").await;
    anna.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
    let enabled = anna.element().await.expect("an answer");
    let id = enabled.attr_value("id").expect("it can be resumed").to_owned();
    let mut said = Vec::new();
    for (round, jump) in [0, HOUR, -2 * HOUR, HOUR].into_iter().enumerate() {
        server.clock.set_by(jump);
        for n in 0..3 {
            let id = format!("r{round}n{n}");
            anna.send(format!("<message type='chat' to='bert@example.test' id='{id}'><body>hello</body></message>"))
                .await;
            said.push(id);
        }
        anna.until_pong().await.expect("still here");
        bert.until_pong().await.expect("still here");
    }
    // Lost, and back after the clock was set once more.
    anna.drop_connection();
    server.clock.set_by(-HOUR);
    let mut again = Client::connect(server.ports.c2s, "example.test").await.expect("connects");
    again.authenticate("anna", PASSWORD).await.expect("signs in");
    again.open().await.expect("a stream");
    again.send(format!("<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>")).await;
    let resumed = again.element().await.expect("an answer");
    assert_eq!(resumed.name(), "resumed", "{resumed}");
    assert_eq!(all_archived(&mut bert).await.expect("an archive"), said, "in the order of writing, each once");
}

/// By the clock an invite is over; set back it may be open again for as long, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_08_no_invite_comes_back_for_longer_than_the_clock_was_set_back() {
    let server = server().await;
    let wish = Wish { expires_after: Some(HOUR), ..Wish::default() };
    let token = server.invite(&operator(), "example.test", wish).await;
    let status = async || server.browser("example.test").get(&format!("/i/{token}")).await.expect("a page").status;
    assert_eq!(status().await, 200);
    server.clock.pass(HOUR + 1000);
    assert_eq!(status().await, 410, "over");
    server.clock.set_by(-HOUR);
    server.clock.pass(HOUR);
    assert_eq!(status().await, 410, "over for good");
}
