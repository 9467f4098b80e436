//! Nothing that lets somebody in is found where it does not belong: tokens, passwords, cookies and keys of a whole day are
//! looked for in everything the server has logged, in its counters, and in its files beside the keys.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::{Method, Request};
use parlour_testkit::Client;
use parlour_xmpp::ns;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::chance::{Chance, size};
use crate::newcomers::{Heard, Newcomer, present, register};
use crate::place::{HOST, PASSWORD, Place};
use crate::web::{Browser, ask};

/// What was issued or typed, by what it is.
#[derive(Default)]
struct Secrets(BTreeMap<Vec<u8>, &'static str>);

impl Secrets {
    fn note(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= 8, "{what}: {secret:?} is found by accident");
        self.0.insert(secret.as_bytes().to_vec(), what);
    }

    /// A token, and what of it is no id: its MAC.
    fn token(&mut self, token: &str) {
        self.note("a token", token);
        self.note("a token's MAC", &token[11..]);
    }

    /// A browser's cookie, also as the bytes it stands for.
    fn browser(&mut self, browser: &Browser) {
        for held in browser.holds().iter().filter(|held| !held.is_empty()) {
            self.note("a browser's secret", held);
            let bytes: Option<Vec<u8>> = (0..held.len() / 2)
                .map(|at| held.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect();
            if let Some(bytes) = bytes.filter(|bytes| bytes.len() >= 16) {
                self.0.insert(bytes, "a cookie's bytes");
            }
        }
    }

    /// The shapes in which one could be written down.
    fn shapes(&self) -> Vec<(Vec<u8>, String)> {
        let mut shapes = Vec::new();
        for (secret, what) in &self.0 {
            let mut add = |shape: &str, bytes: Vec<u8>| shapes.push((bytes, format!("{what}, {shape}")));
            add("as it is", secret.clone());
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            add("in hex", hex.to_uppercase().into_bytes());
            add("in hex", hex.into_bytes());
            let percent: String = secret.iter().map(|byte| format!("%{byte:02X}")).collect();
            add("percent-encoded", percent.into_bytes());
            let text = String::from_utf8_lossy(secret);
            add("in a form", text.replace(' ', "+").into_bytes());
            add("in a path", text.replace(' ', "%20").into_bytes());
            let list: Vec<String> = secret.iter().map(u8::to_string).collect();
            add("as a list of bytes", list.join(", ").into_bytes());
            // Wherever in a longer text it begins; the letters at both ends hang on the neighbours.
            for (shift, skip) in [(0, 0), (1, 2), (2, 3)] {
                let padded = [&vec![b' '; shift], secret.as_slice()].concat();
                for engine in [STANDARD, URL_SAFE] {
                    let encoded = engine.encode(&padded);
                    let encoded = encoded.trim_end_matches('=');
                    let inner = encoded.get(skip..encoded.len().saturating_sub(1)).unwrap_or_default();
                    add("in base64", inner.as_bytes().to_vec());
                }
            }
        }
        shapes
    }

    /// Fails where any of them is in `bytes`.
    fn none_in(&self, place: &str, bytes: &[u8]) {
        let shapes = self.shapes();
        // One pass over the bytes: by the first eight of each shape.
        let mut by_start: BTreeMap<&[u8], Vec<&(Vec<u8>, String)>> = BTreeMap::new();
        for shape in &shapes {
            by_start.entry(shape.0.get(..8).expect("long enough")).or_default().push(shape);
        }
        let firsts: std::collections::HashSet<&[u8]> = by_start.keys().copied().collect();
        for at in 0..bytes.len().saturating_sub(7) {
            if let Some(start) = bytes.get(at..at + 8).filter(|start| firsts.contains(start)) {
                for (shape, what) in by_start.get(start).into_iter().flatten() {
                    if bytes.get(at..).is_some_and(|rest| rest.starts_with(shape)) {
                        let from = at.saturating_sub(300);
                        let around =
                            String::from_utf8_lossy(bytes.get(from..(at + 100).min(bytes.len())).unwrap_or_default());
                        panic!("{what} in {place}: {around}");
                    }
                }
            }
        }
    }
}

fn files(under: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(under).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            // The keys are what the rest is worthless without.
            if path.file_name().is_none_or(|name| name != "keys") {
                files(&path, found);
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
}

#[test]
fn attack_81_the_search_finds_what_is_there() {
    let mut secrets = Secrets::default();
    secrets.note("a password", "correct horse");
    for hidden in [
        "x correct horse y".to_owned(),
        "636F727265637420686F727365".to_owned(),
        "password=correct+horse&x".to_owned(),
        "correct%20horse".to_owned(),
        format!("{:?}", b"the correct horse"),
        STANDARD.encode("\0juliet\0correct horse"),
        STANDARD.encode("\0julie\0correct horse"),
        STANDARD.encode("\0julia2\0correct horse!"),
    ] {
        let found = std::panic::catch_unwind(|| secrets.none_in("a test", hidden.as_bytes()));
        assert!(found.is_err(), "{hidden}");
    }
    secrets.none_in("a test", b"correct hors, in correct order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_81_vector_87_a_days_secrets_are_in_no_log_counter_or_file() {
    let chance = Chance::new();
    let mut place = Place::watched(
        "[accounts]\nregistration_throttle_max = 0\nallow_plain = true\n[invites]\nmax_open_invites = 999\nmax_invites_per_day = 999\n",
    );
    let mut secrets = Secrets::default();
    secrets.note("a password", PASSWORD);
    let mut ports = place.start().await;
    place.account("alice", "admin").await;
    place.account("bob", "member").await;
    secrets.token(&owner_link(&place).await);
    for round in 0..size(12, 200) {
        let name = format!("guest{round}");
        let wish = match chance.below(4) {
            0 => json!({ "kind": "account", "note": "for a friend", "max_uses": 2 }),
            1 => json!({ "kind": "account", "name": name }),
            2 => json!({ "kind": "account-and-contact", "contact_of": "bob" }),
            _ => json!({ "kind": "contact", "contact_of": "bob" }),
        };
        let contact = wish["kind"] == "contact";
        // Said twice with one key, where answers are given again.
        let key = format!("idempotency-{round}-{}", chance.below(u64::MAX));
        for _ in 0..2 {
            let path = format!("/api/v1/hosts/{HOST}/invites");
            let made = place.call_as(Method::POST, &path, Some(wish.clone()), &[("idempotency-key", &key)]).await;
            if made.status == 201 {
                let token = made.json()["token"].as_str().expect("a token").to_owned();
                secrets.token(&token);
                let app = chance.below(2) == 0;
                match Newcomer::arrive(ports, app, round, name.clone(), &token).await {
                    Ok(mut newcomer) => drop(newcomer.ask().await),
                    Err(refused) => assert!(contact || made_twice(&refused), "{wish}: {refused}"),
                }
            } else {
                assert_eq!(made.status, 409, "{wish}: {}", made.text);
            }
        }
        visit(&mut secrets, &place, &chance, round).await;
    }
    secrets_of_bob(&mut secrets, &place).await;
    key(&mut secrets, &place).await;
    // What was in the counters, in memory and in the write-ahead log is looked at as well, after a kill too.
    let local = ports.local.expect("the door for this machine");
    let counters = Request::get("/metrics").header("host", local.to_string()).body(String::new()).expect("a request");
    let counters = ask(TcpStream::connect(local).await.expect("a connection"), counters).await.expect("an answer");
    secrets.none_in("the counters", counters.text.as_bytes());
    for room in ["way", "router", "c2s", "store", "net"] {
        assert!(counters.text.contains(&format!("\n# TYPE parlour_{room}_")), "{room}: {}", counters.text);
    }
    assert!(counters.text.ends_with("# EOF\n"), "{}", counters.text);
    let (first, data) = place.end().await;
    ports = place.start().await;
    let mut late = Client::connect(ports.c2s, HOST).await.expect("a stream");
    present(&mut late, "00000000000000000000000000").await.expect_err("nobody's");
    let (second, _) = place.end().await;
    let levels = ["INFO", "DEBUG"].map(|level| first.matches(&format!("\"level\":\"{level}\"")).count());
    assert!(levels.iter().all(|lines| *lines > 10), "the log is a whole one: {levels:?}");
    for log in [first, second] {
        secrets.none_in("the log", log.as_bytes());
    }
    let mut all = Vec::new();
    files(&data, &mut all);
    assert!(all.iter().any(|path| path.ends_with("parlour.db")), "{all:?}");
    for path in all {
        secrets.none_in(&path.display().to_string(), &fs::read(&path).expect("a file"));
    }
}

/// The same answer again, or the same wish: the link is used, or its name promised or taken, by now.
fn made_twice(refused: &anyhow::Error) -> bool {
    ["303", "410", "item-not-found"].iter().any(|word| refused.to_string().contains(word))
}

async fn owner_link(place: &Place) -> String {
    let made = place.call(Method::POST, "/owner-link", None).await;
    made.json()["token"].as_str().expect("a token").to_owned()
}

/// Wrong passwords, tokens that are nobody's, forms that are refused; a new password by a link.
async fn visit(secrets: &mut Secrets, place: &Place, chance: &Chance, round: usize) {
    let ports = place.ports();
    let typed = format!("mistyped password {round} {}", chance.below(u64::MAX));
    let guessed = format!("{:026}", u128::from(chance.below(u64::MAX)) + 10_u128.pow(19));
    secrets.note("a wrong password", &typed);
    secrets.note("a guess", &guessed);
    let mut browser = Browser::new(ports, 1000 + round);
    for path in [format!("/i/{guessed}"), format!("/invite?{guessed}"), format!("/i/{guessed}/register?x={guessed}")] {
        browser.look(&path).await.expect("a page");
    }
    browser.look("/me/sign-in").await.expect("a page");
    browser.submit("/me/sign-in", &[("name", "alice"), ("password", &typed)]).await.expect("a page");
    secrets.browser(&browser);
    let jid = format!("alice@{HOST}/x");
    let refused = Client::sign_in(ports.c2s, &jid, &typed).await;
    assert!(refused.is_err());
    let mut plain = Client::connect(ports.c2s, HOST).await.expect("a stream");
    let both = STANDARD.encode(format!("\0alice\0{typed}"));
    plain.send(format!("<auth xmlns='{}' mechanism='PLAIN'>{both}</auth>", ns::SASL)).await;
    plain.element().await.expect("an answer");
    if round.is_multiple_of(3) {
        let (_, token) = place.invite(json!({ "kind": "password-reset", "name": "alice" })).await;
        secrets.token(&token);
        let new = format!("new password {round} {}", chance.below(u64::MAX));
        secrets.note("a new password", &new);
        if round.is_multiple_of(2) {
            let mut app = Client::connect(ports.c2s, HOST).await.expect("a stream");
            present(&mut app, &token).await.expect("a live link");
            assert!(matches!(register(&mut app, "alice", "short").await, Heard::Refused(_)));
            assert_eq!(register(&mut app, "alice", &new).await, Heard::Success);
        } else {
            let path = format!("/i/{token}/reset");
            browser.look(&path).await.expect("a page");
            assert_eq!(browser.submit(&path, &[("password", &new)]).await.expect("a page").status, 200);
        }
        let mut browser = Browser::new(ports, 2000 + round);
        browser.look("/me/sign-in").await.expect("a page");
        let signed_in = browser.submit("/me/sign-in", &[("name", "alice"), ("password", &new)]).await.expect("a page");
        assert_eq!(signed_in.status, 303, "{}", signed_in.text);
        secrets.browser(&browser);
        browser.look("/me").await.expect("a page");
        secrets.browser(&browser);
    }
}

/// A member in an app: a link by a command, a session to resume, a password changed.
async fn secrets_of_bob(secrets: &mut Secrets, place: &Place) {
    let mut app = Client::sign_in(place.ports().c2s, &format!("bob@{HOST}/x"), PASSWORD).await.expect("signed in");
    app.send(format!(
        "<iq type='set' id='c' to='{HOST}'><command xmlns='http://jabber.org/protocol/commands' \
         node='urn:xmpp:invite#invite' action='execute'/></iq>"
    ))
    .await;
    let made = app.element().await.expect("an answer").to_string();
    let token = made.split_once("/i/").map(|(_, rest)| rest[..26].to_owned()).unwrap_or_else(|| panic!("{made}"));
    secrets.token(&token);
    let spent = format!(
        "<presence type='subscribe' to='alice@{HOST}'><preauth xmlns='{}' token='{token}'/></presence>",
        ns::PARS
    );
    app.send(spent).await;
    app.send(format!("<enable xmlns='{}' resume='true'/>", ns::SM)).await;
    let enabled = loop {
        let element = app.element().await.expect("an answer");
        if element.is(ns::SM, "enabled") {
            break element;
        }
    };
    secrets.note("a session's id", enabled.attr_value("id").expect("it can be resumed"));
    let new = "another password of bob";
    secrets.note("a new password", new);
    app.send(format!(
        "<iq type='set' id='pw' to='{HOST}'><query xmlns='{}'><username>bob</username><password>{new}</password></query></iq>",
        ns::REGISTER
    ))
    .await;
    app.sync().await.expect("well");
}

/// A program's key, used well and badly.
async fn key(secrets: &mut Secrets, place: &Place) {
    let made = place.call(Method::POST, "/keys", Some(json!({ "name": "a program" }))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let Value::Object(fields) = made.json() else { panic!("{}", made.text) };
    let key = fields.get("key").or_else(|| fields.get("secret")).and_then(Value::as_str);
    let key = key.unwrap_or_else(|| panic!("{fields:?}")).to_owned();
    secrets.note("a program's key", &key);
    for key in [key.clone(), format!("{key}x")] {
        let request = Request::get(format!("/api/v1/hosts/{HOST}/invites"))
            .header("host", "chat.example.test")
            .header("x-forwarded-proto", "https")
            .header("authorization", format!("Bearer {key}"))
            .body(String::new())
            .expect("a request");
        let stream = TcpStream::connect(place.ports().web).await.expect("a connection");
        ask(stream, request).await.expect("an answer");
    }
}
