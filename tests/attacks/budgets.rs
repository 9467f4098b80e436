//! Attacks 85, 94 and 95 through several doors: what one door has heard, the others know.

use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::MINUTE;
use parlour_domain::options::AccountOptions;
use parlour_domain::{By, Door, HostName, HostOptions, InviteKind, Role};
use parlour_testkit::{Client, PASSWORD, Server, Setup, operator};
use parlour_xmpp::jid::BareJid;

const HOST: &str = "example.test";

fn guess(n: usize) -> String {
    format!("{n:026}")
}

/// Shows a token on a stream; "result", or the error's condition.
async fn shown(client: &mut Client, token: &str) -> String {
    client.send(format!("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>")).await;
    outcome(client).await
}

async fn outcome(client: &mut Client) -> String {
    let answer = client.element().await.expect("an answer");
    match answer.elements().find(|child| child.name() == "error") {
        Some(error) => error.first_element().map(|condition| condition.name().to_owned()).unwrap_or_default(),
        None => answer.attr_value("type").unwrap_or_default().to_owned(),
    }
}

async fn joins_by_app(server: &Server, token: &str, name: &str) -> String {
    let mut client = Client::connect(server.ports.c2s, HOST).await.expect("a stream");
    assert_eq!(shown(&mut client, token).await, "result");
    client
        .send(format!(
            "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}</username>\
             <password>{PASSWORD}</password></query></iq>"
        ))
        .await;
    outcome(&mut client).await
}

async fn joins_by_page(server: &Server, token: &str, name: &str) -> u16 {
    let mut browser = server.browser(HOST);
    let path = format!("/i/{token}/register");
    assert_eq!(browser.get(&path).await.expect("a page").status, 200);
    browser.post(&path, &[("name", name), ("password", PASSWORD)]).await.expect("a page").status
}

#[tokio::test]
async fn attack_94_guesses_at_apps_and_pages_are_one_budget() {
    let server = Server::new().await;
    let token = server.invite(&operator(), HOST, Wish::default()).await;
    let mut app = Client::connect(server.ports.c2s, HOST).await.expect("a stream");
    let mut browser = server.browser(HOST);
    for n in 0..20 {
        if n % 2 == 0 {
            assert_eq!(shown(&mut app, &guess(n)).await, "item-not-found");
        } else {
            assert_eq!(browser.get(&format!("/i/{}", guess(n))).await.expect("a page").status, 404);
        }
    }
    // A hit is not heard either, or silence would tell hits from misses.
    assert_eq!(shown(&mut app, &token).await, "resource-constraint");
    let page = browser.get(&format!("/i/{token}")).await.expect("a page");
    assert_eq!((page.status, page.header("retry-after").is_some()), (429, true));
    server.clock.pass(MINUTE);
    assert_eq!(shown(&mut app, &token).await, "result");
    assert_eq!(browser.get(&format!("/i/{token}")).await.expect("a page").status, 200);
}

#[tokio::test]
async fn attack_94_a_member_who_guesses_sends_requests_like_any_other() {
    let server = Server::new().await;
    let juliet = server.account("juliet@example.test", Role::Member).await.expect("an account");
    let by = By::account(juliet.clone(), Role::Member, Door::Xmpp, 1);
    let wish = Wish { kind: Some(InviteKind::Contact), ..Wish::default() };
    let token = server.invite(&by, HOST, wish).await;
    let mut mallory = server.online("mallory@example.test/r").await;
    let subscribe = |token: &str| {
        format!(
            "<presence type='subscribe' to='juliet@example.test'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/>\
             </presence>"
        )
    };
    for n in 0..20 {
        mallory.send(subscribe(&guess(n))).await;
    }
    mallory.send(subscribe(&token)).await;
    mallory.until_pong().await.expect("well");
    let host = HostName::parse(HOST).expect("a domain");
    let id = server.people.invites.open(&host, &token).expect("genuine").id;
    let uses = async || {
        let kept = server.people.invites.show(&operator(), &host, id.as_str()).await.expect("read");
        kept.expect("there").0.uses
    };
    assert_eq!(uses().await, 0, "the twenty-first is not looked at");
    // From the same address, but another account: not held up.
    let mut romeo = server.online("romeo@example.test/r").await;
    romeo.send(subscribe(&token)).await;
    romeo.until_pong().await.expect("well");
    assert_eq!(uses().await, 1);
}

#[tokio::test]
async fn vector_44_apps_and_pages_make_accounts_from_one_budget() {
    let accounts = AccountOptions { registration_throttle_max: Some(2), ..AccountOptions::default() };
    let options = HostOptions { accounts, ..HostOptions::default() };
    let setup = Setup { hosts: vec![(HOST.into(), options)], ..Setup::default() };
    let server = Server::start(setup).await.expect("a server");
    let token = server.invite(&operator(), HOST, Wish { max_uses: Some(9), ..Wish::default() }).await;
    assert_eq!(joins_by_app(&server, &token, "one").await, "result");
    assert_eq!(joins_by_page(&server, &token, "two").await, 200);
    assert_eq!(joins_by_page(&server, &token, "three").await, 429);
    assert_eq!(joins_by_app(&server, &token, "three").await, "resource-constraint");
    assert!(!server.has_account(&BareJid::new("three@example.test").expect("an address")).await.expect("read"));
    server.clock.pass(5 * MINUTE);
    assert_eq!(joins_by_page(&server, &token, "three").await, 200, "nothing was burnt");
}

#[tokio::test]
async fn attack_95_names_tried_in_apps_and_on_pages_are_one_budget() {
    let server = Server::new().await;
    server.account("romeo@example.test", Role::Member).await.expect("an account");
    let token = server.invite(&operator(), HOST, Wish::default()).await;
    for n in 0..20 {
        if n % 2 == 0 {
            assert_eq!(joins_by_app(&server, &token, "romeo").await, "conflict");
        } else {
            assert_eq!(joins_by_page(&server, &token, "romeo").await, 400);
        }
    }
    assert_eq!(joins_by_app(&server, &token, "free").await, "resource-constraint");
    assert_eq!(joins_by_page(&server, &token, "free").await, 429);
}

#[tokio::test]
async fn attack_85_wrong_passwords_in_apps_and_on_pages_are_one_budget() {
    let server = Server::new().await;
    for name in ["juliet", "nurse"] {
        server.account(&format!("{name}@example.test"), Role::Member).await.expect("an account");
    }
    let by_app = async |jid: &str, password: &str| {
        let signed_in = Client::sign_in(server.ports.c2s, jid, password).await;
        signed_in.map(drop).map_err(|error| format!("{error:#}"))
    };
    let by_page = async |name: &str, password: &str| {
        let mut browser = server.browser(HOST);
        browser.get("/me/sign-in").await.expect("a page");
        browser.post("/me/sign-in", &[("name", name), ("password", password)]).await.expect("a page").status
    };
    for n in 0..10 {
        if n % 2 == 0 {
            let refused = by_app("juliet@example.test/r", "not her password").await.expect_err("wrong");
            assert!(refused.contains("not-authorized"), "{refused}");
        } else {
            assert_eq!(by_page("juliet", "not her password").await, 400);
        }
    }
    // From here, nobody is heard as her for a moment; others are, and nothing is locked.
    let refused = by_app("juliet@example.test/r", PASSWORD).await.expect_err("too many");
    assert!(refused.contains("temporary-auth-failure"), "{refused}");
    assert_eq!(by_page("juliet", PASSWORD).await, 429);
    assert_eq!(by_page("nurse", PASSWORD).await, 303);
    by_app("nurse@example.test/r", PASSWORD).await.expect("signed in");
    server.clock.pass(MINUTE);
    by_app("juliet@example.test/r", PASSWORD).await.expect("signed in");
}
