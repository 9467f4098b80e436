//! One act, many doors: what happens when they are used at once, and what each refuses.

use std::time::Instant;

use futures_util::{SinkExt as _, StreamExt as _};
use parlour_domain::invite::issue::Wish;
use parlour_domain::options::CompatOptions;
use parlour_domain::{HostName, HostOptions, Role};
use parlour_testkit::{Client, PASSWORD, PATIENCE, Server, Setup, client_config, connect_tls, operator};
use parlour_xmpp::jid::BareJid;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role as Side;

/// Registers by in-band registration; true when the server said so.
async fn by_xmpp(server: &Server, token: &str, name: &str) -> bool {
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    client.send(format!("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>")).await;
    let shown = client.element().await.expect("an answer");
    if shown.attr_value("type") != Some("result") {
        return false;
    }
    client
        .send(format!(
            "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}</username><password>{PASSWORD}\
             </password></query></iq>"
        ))
        .await;
    client.element().await.expect("an answer").attr_value("type") == Some("result")
}

/// Registers on the page; true when the server said so.
async fn by_web(server: &Server, token: &str, name: &str) -> bool {
    let path = format!("/i/{token}/register");
    let mut browser = server.browser("example.test");
    if browser.get(&path).await.expect("a page").status != 200 {
        return false;
    }
    browser.post(&path, &[("name", name), ("password", PASSWORD)]).await.expect("a page").status == 200
}

/// Registers, or sets a password, as Prosody's portals do; true when the server said so.
async fn by_portal(server: &Server, token: &str, name: &str, password: &str) -> bool {
    let body = serde_json::json!({ "username": name, "password": password, "token": token }).to_string();
    let json = [("content-type", "application/json")];
    let mut portal = server.browser("example.test");
    let answer = portal.ask("POST", "/register_api/register", &json, body.as_bytes()).await.expect("an answer");
    answer.status == 200
}

/// A server whose host answers portals too.
async fn with_portals() -> Server {
    let compat = CompatOptions { register_api: Some(true), ..CompatOptions::default() };
    let hosts = vec![("example.test".to_owned(), HostOptions { compat, ..HostOptions::default() })];
    Server::start(Setup { hosts, ..Setup::default() }).await.expect("a server")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vector_28_attack_90_one_use_makes_one_account_through_all_doors_at_once() {
    let server = with_portals().await;
    for round in 0..if crate::attacks::full() { 100 } else { 4 } {
        // They all come from one address, which is not listened to without end.
        server.clock.pass(parlour_domain::limits::DAY);
        let token = server.invite(&operator(), "example.test", Wish::default()).await;
        let names: Vec<String> = (0..9).map(|n| format!("racer{round}x{n}")).collect();
        let tries = names.iter().enumerate().map(|(n, name)| {
            let (server, token) = (&server, &token);
            async move {
                match n % 3 {
                    0 => by_xmpp(server, token, name).await,
                    1 => by_web(server, token, name).await,
                    _ => by_portal(server, token, name, PASSWORD).await,
                }
            }
        });
        let said: Vec<bool> = futures_util::future::join_all(tries).await;
        let mut there = Vec::new();
        for name in &names {
            let jid = BareJid::new(&format!("{name}@example.test")).expect("an address");
            there.push(server.has_account(&jid).await.expect("read"));
        }
        assert_eq!(said, there, "whoever was told so has an account, and nobody else");
        assert_eq!(there.iter().filter(|one| **one).count(), 1, "round {round}");
        // The losers' names are not burnt.
        let loser = names.iter().zip(&there).find(|(_, there)| !**there).expect("eight of them").0;
        let again = server.invite(&operator(), "example.test", Wish::default()).await;
        assert!(by_xmpp(&server, &again, loser).await, "{loser} is free");
    }
}

#[tokio::test]
async fn vector_49_vector_76_a_reset_link_is_used_once_whatever_the_door() {
    let server = with_portals().await;
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let reset =
        || Wish { kind: Some(parlour_domain::InviteKind::Reset), name: Some("juliet".to_owned()), ..Wish::default() };
    for (first, new) in [("xmpp", "a first new one"), ("web", "a second new one"), ("portal", "a third new one")] {
        let token = server.invite(&operator(), "example.test", reset()).await;
        let path = format!("/i/{token}/reset");
        let by_xmpp = async |password: &str| {
            let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
            client.send(format!("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>")).await;
            if client.element().await.expect("an answer").attr_value("type") != Some("result") {
                return false;
            }
            client
                .send(format!(
                    "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>juliet</username>\
                     <password>{password}</password></query></iq>"
                ))
                .await;
            client.element().await.expect("an answer").attr_value("type") == Some("result")
        };
        let by_web = async |password: &str| {
            let mut browser = server.browser("example.test");
            if browser.get(&path).await.expect("a page").status != 200 {
                return false;
            }
            browser.post(&path, &[("password", password)]).await.expect("a page").status == 200
        };
        let used = match first {
            "xmpp" => by_xmpp(new).await,
            "web" => by_web(new).await,
            _ => by_portal(&server, &token, "juliet", new).await,
        };
        assert!(used, "by {first}");
        let again = "one too many";
        assert!(!by_xmpp(again).await && !by_web(again).await, "used by {first}");
        assert!(!by_portal(&server, &token, "juliet", again).await, "used by {first}");
        Client::sign_in(server.ports.c2s, "juliet@example.test/j", new).await.expect("the new password");
        Client::sign_in(server.ports.c2s, "juliet@example.test/j", PASSWORD).await.map(drop).expect_err("the old one");
    }
}

#[tokio::test]
async fn vector_46_attack_12_a_websocket_leads_to_an_account_and_compresses_nothing() {
    let server = Server::new().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let socket = TcpStream::connect(server.ports.web_tls).await.expect("connected");
    let mut tls = connect_tls(socket, "example.test").await.expect("TLS");
    tls.write_all(
        b"GET /xmpp-websocket HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\
          Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    )
    .await
    .expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(tls.read_u8().await.expect("an answer"));
    }
    let answer = String::from_utf8(answer).expect("text").to_lowercase();
    assert!(answer.starts_with("http/1.1 101") && answer.contains("sec-websocket-protocol: xmpp\r\n"), "{answer}");
    assert!(!answer.contains("sec-websocket-extensions"), "{answer}");
    let mut socket = WebSocketStream::from_raw_socket(tls, Side::Client, None).await;
    let mut say = async |text: String, wanted: &[&str]| {
        socket.send(Message::text(text)).await.expect("sent");
        for wanted in wanted {
            let heard = tokio::time::timeout(PATIENCE, socket.next()).await.expect("in time").expect("open");
            let heard = heard.expect("a message").into_text().expect("text");
            assert!(heard.contains(wanted), "{heard} instead of {wanted}");
        }
    };
    let framing = "urn:ietf:params:xml:ns:xmpp-framing";
    say(format!("<open xmlns='{framing}' to='example.test' version='1.0'/>"), &["<open", "urn:xmpp:ibr-token:0"]).await;
    say(
        format!("<iq xmlns='jabber:client' type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>"),
        &["type='result'"],
    )
    .await;
    say(
        format!(
            "<iq xmlns='jabber:client' type='set' id='r'><query xmlns='jabber:iq:register'><username>juliet</username>\
             <password>{PASSWORD}</password></query></iq>"
        ),
        &["type='result'"],
    )
    .await;
    say(format!("<close xmlns='{framing}'/>"), &["<close"]).await;
    Client::sign_in(server.ports.c2s, "juliet@example.test/j", PASSWORD).await.expect("by TCP too");
}

#[tokio::test]
async fn attack_12_packed_and_endless_bodies_are_refused() {
    let server = Server::new().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut browser = server.browser("example.test");
    let path = format!("/i/{token}/register");
    browser.get(&path).await.expect("a page");
    let body = format!("csrf={}&name=x&password={PASSWORD}", browser.csrf);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let packed =
        browser.ask("POST", &path, &[form, ("Content-Encoding", "gzip")], body.as_bytes()).await.expect("a page");
    assert!(packed.status >= 400 && packed.status < 500, "{}", packed.status);
    let long = vec![b'a'; 2 << 20];
    // Refused, or the connection closed over so much.
    if let Ok(page) = browser.ask("POST", &path, &[form], &long).await {
        assert!(page.status >= 400 && page.status < 500, "{}", page.status);
    }
}

/// Raw bytes on the socket, as no browser would write them; nobody, and an owner who is signed in.
#[tokio::test]
async fn attack_72_paths_have_one_reading_or_none() {
    let server = Server::new().await;
    server.account("owner@example.test", Role::Owner).await.expect("an owner");
    let mut guest = server.browser("example.test");
    let mut owner = server.browser("example.test");
    owner.get("/me/sign-in").await.expect("a page");
    let signed_in = owner.post("/me/sign-in", &[("name", "owner"), ("password", PASSWORD)]).await.expect("a page");
    assert_eq!(signed_in.status, 303);
    assert_eq!(owner.get("/admin").await.expect("a page").status, 200, "the owner gets in where the door is");
    for path in [
        "/../etc/passwd",
        "/i/../api/v1/hosts",
        "/i/%2e%2e/api/v1/hosts",
        "/%2e%2e%2fapi/v1/hosts",
        "/i/%252e%252e/",
        "/i/..;/api/v1/info",
        "/i/%00",
        "/i/%c0%ae%c0%ae/",
        "/i/%e0%80%af",
        "/i/%u002e%u002e/",
        "/i/%2>",
        "/i/%2",
        "/i/%zz",
        "/i\\..\\api",
        "/i/..%5capi",
        "/api/v1/hosts",
        "/api/v1/info",
        "//api/v1/info",
        "/metrics",
        "/healthz",
        "/%61dmin",
        "/ADMIN",
        "/admin/",
        "/admin;x",
        "/admin%2f",
        "/admin%00",
        "//admin",
        "/./admin",
        "/i/../admin",
        "/i/..%2fadmin",
        "/me/../admin",
        "/setup/setup-s/%u002e%u002e/%u002e%u002e/admin",
        "https://example.test/admin",
        "http://evil.test/admin",
    ] {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "BREW"] {
            for browser in [&mut guest, &mut owner] {
                let page =
                    browser.ask(method, path, &[], b"").await.unwrap_or_else(|e| panic!("{method} {path}: {e:#}"));
                assert!((400..500).contains(&page.status), "{method} {path}: {}", page.status);
                assert!(!page.text.contains("owner@example.test"), "{method} {path}");
            }
        }
    }
}

/// What the server says to these bytes before it hangs up.
async fn raw(server: &Server, request: &str) -> String {
    let socket = TcpStream::connect(server.ports.web_tls).await.expect("connected");
    let config = std::sync::Arc::new(client_config(&["http/1.1"]));
    let name = "example.test".try_into().expect("a name");
    let mut tls = tokio_rustls::TlsConnector::from(config).connect(name, socket).await.expect("TLS");
    tls.write_all(request.as_bytes()).await.expect("sent");
    tls.flush().await.expect("sent");
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, tls.read_to_end(&mut answer)).await.expect("closed in time");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn attack_84_only_our_own_name_selects_a_host_and_no_header_makes_a_link() {
    let server = Server::new().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    for (what, head) in [
        ("two hosts", format!("GET /i/{token} HTTP/1.1\r\nHost: example.test\r\nHost: evil.test\r\n")),
        ("another host", format!("GET /i/{token} HTTP/1.1\r\nHost: evil.test\r\n")),
        ("its own name and more", format!("GET /i/{token} HTTP/1.1\r\nHost: example.test.evil.test\r\n")),
        ("an address", format!("GET /i/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\n")),
        ("another host in the line", format!("GET https://evil.test/i/{token} HTTP/1.1\r\nHost: example.test\r\n")),
    ] {
        let answer = raw(&server, &format!("{head}Connection: close\r\n\r\n")).await;
        assert!(answer.split(' ').nth(1).is_some_and(|status| status.starts_with('4')), "{what}: {answer}");
        assert!(!answer.contains("preauth="), "{what}: {answer}");
    }
    let forwarded = format!(
        "GET /i/{token} HTTP/1.1\r\nHost: example.test\r\nX-Forwarded-Host: evil.test\r\n\
         Forwarded: host=evil.test\r\nX-Original-URL: /admin\r\nConnection: close\r\n\r\n"
    );
    let answer = raw(&server, &forwarded).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(&token), "{answer}");
    assert!(!answer.contains("evil"), "{answer}");
}

#[tokio::test]
async fn attack_76_requests_that_two_servers_would_read_differently() {
    let server = Server::new().await;
    let ask = async |request: &str| raw(&server, request).await;
    let end = "Connection: close\r\n\r\n";
    for (what, request) in [
        ("two lengths", "POST / HTTP/1.1\r\nHost: example.test\r\nContent-Length: 3\r\nContent-Length: 4\r\n"),
        ("no length", "POST / HTTP/1.1\r\nHost: example.test\r\nContent-Length: x\r\n"),
        ("no host", "GET / HTTP/1.1\r\n"),
        ("a space before the colon", "GET / HTTP/1.1\r\nHost : example.test\r\n"),
        ("a folded line", "GET / HTTP/1.1\r\nHost: example.test\r\nX: a\r\n b\r\n"),
        ("no HTTP", "<stream:stream>\r\n"),
    ] {
        let answer = ask(&format!("{request}{end}")).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(answer.is_empty() || status.starts_with('4'), "{what}: {answer}");
    }
    // Both a length and pieces: the second request must not be smuggled in.
    let smuggled = "POST / HTTP/1.1\r\nHost: example.test\r\nContent-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
                    GET /robots.txt HTTP/1.1\r\nHost: example.test\r\n\r\n";
    let answer = ask(smuggled).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    let fine = ask(&format!("GET /robots.txt HTTP/1.1\r\nHost: example.test\r\n{end}")).await;
    assert!(fine.starts_with("HTTP/1.1 200"), "{fine}");
}

#[tokio::test]
async fn vector_65_attack_88_looking_at_a_link_uses_nothing() {
    let server = Server::new().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let host = HostName::parse("example.test").expect("a domain");
    let before = server.people.invites.show(&operator(), &host, &token).await.expect("read").expect("there").0;
    let mut browser = server.browser("example.test");
    let robots =
        ["Slackbot-LinkExpanding 1.0", "WhatsApp/2.23", "TelegramBot", "Twitterbot/1.0", "Applebot/0.1", "curl/8.5"];
    for n in 0..if crate::attacks::full() { 1_000 } else { 60 } {
        let method = ["GET", "HEAD", "OPTIONS"][n % 3];
        let page = browser.ask(method, &format!("/i/{token}"), &[("User-Agent", robots[n % robots.len()])], b"").await;
        let page = page.expect("an answer");
        if method == "OPTIONS" || page.status == 429 {
            continue;
        }
        assert_eq!(page.status, 200);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert!(page.header("x-robots-tag").is_some_and(|tag| tag.contains("noindex")), "{:?}", page.headers);
        assert!(page.header("link").is_some_and(|link| link.contains(&token)));
    }
    let after = server.people.invites.show(&operator(), &host, &token).await.expect("read").expect("there").0;
    assert_eq!((after.uses, after.expires), (before.uses, before.expires));
    assert!(by_xmpp(&server, &token, "juliet").await, "as good as before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_117_who_does_not_read_is_cut_off_and_nobody_waits() {
    let server = Server::new().await;
    let mut sender = server.online("sender@example.test/s").await;
    let mut other = server.online("other@example.test/o").await;
    let slow = server.online("slow@example.test/r").await;
    let jid = BareJid::new("slow@example.test").expect("an address");
    let outbox = server.engine.router.find(&jid).and_then(|live| live.outbox("r")).expect("online");
    let body = "x".repeat(100_000);
    let began = Instant::now();
    let mut sent = 0_u32;
    // Buffers of the kernel, then 4 MiB of ours: some megabytes in all.
    while outbox.ending().is_none() {
        sender.send(format!("<message to='slow@example.test/r' type='headline'><body>{body}</body></message>")).await;
        sent += 1;
        sender.until_pong().await.expect("the sender is not slowed");
        other.sync().await.expect("nor is anybody else");
        assert!(sent < 600, "{sent} messages of 100 kB wait for one who does not read");
        assert!(began.elapsed() < PATIENCE, "it takes too long");
    }
    // Nothing more is taken for it, and its account goes on.
    assert_eq!(outbox.ending(), Some(parlour_router::End::TooSlow));
    drop(slow);
    let mut back = server.online("slow@example.test/r").await;
    back.sync().await.expect("well");
}

#[tokio::test]
async fn attack_123_an_account_that_is_deleted_while_in_use_is_gone_for_everybody() {
    let server = Server::new().await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    romeo.until_pong().await.expect("well");
    let jid = BareJid::new("juliet@example.test").expect("an address");
    let delete = parlour_domain::account::rules::Turn::Delete;
    server.people.accounts.turn(&operator(), &jid, delete).await.expect("deleted").into_out();
    assert_eq!(juliet.ends_with().await.expect("an error"), "not-authorized");
    romeo.send("<message to='juliet@example.test' type='chat' id='m'><body>still there?</body></message>").await;
    let heard = romeo.until_pong().await.expect("well");
    assert!(heard.iter().any(|e| e.to_string().contains("service-unavailable")), "{heard:?}");
    assert!(heard.iter().any(|e| e.name() == "presence" && e.attr_value("type") == Some("unavailable")), "{heard:?}");
    Client::sign_in(server.ports.c2s, "juliet@example.test/j", PASSWORD).await.map(drop).expect_err("no longer");
    // Attack 54: nor can somebody else become her.
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    assert!(!by_xmpp(&server, &token, "juliet").await, "the name is a tombstone");
    assert!(server.account("Juliet@example.test", Role::Member).await.is_err());
}

/// By whichever door: the console's button does the same act.
#[tokio::test]
async fn whoever_is_signed_out_by_a_program_is_so_in_apps_and_browsers() {
    let server = Server::new().await;
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let mut app = server.bound("juliet@example.test/phone").await;
    let mut browser = server.browser("example.test");
    browser.get("/me/sign-in").await.expect("a page");
    browser.post("/me/sign-in", &[("name", "juliet"), ("password", PASSWORD)]).await.expect("signed in");
    assert_eq!(browser.get("/me").await.expect("a page").status, 200);
    let request = http::Request::post("/api/v1/hosts/example.test/accounts/juliet/sign-out").header("host", "local");
    let answer = server.web.answer_operator(request.body(bytes::Bytes::new()).expect("a request")).await;
    assert_eq!(answer.status(), 200);
    app.to_the_end().await.expect("the stream ends");
    assert_eq!(browser.get("/me").await.expect("a page").status, 303);
}
