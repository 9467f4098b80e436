//! Attacks 72, 73, 79, 81, 82 and 83, over every route there is.

use axum::http::Method;
use parlour_domain::invite::issue::Wish;
use parlour_domain::options::InviteOptions;
use parlour_domain::{HostOptions, Role};

use super::world::{Ask, PASSWORD, World, host, operator};
use crate::routes::{self, Access};

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

pub(super) fn filled(path: &str, token: &str) -> String {
    path.replace("{token}", token)
        .replace("{host}", "h.example")
        .replace("{name}", "alice")
        .replace("{group}", "choir")
        .replace("{app}", "conversations")
        .replace("{id}", "AAAAAAAAAAA")
}

#[tokio::test]
async fn attack_72_odd_paths_are_refused_before_anything_is_decided() {
    let world = World::new().await;
    world.person("alice", Role::Owner).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    for path in [
        "/i/../me",
        "/%2e%2e/me",
        "/i/%2e%2e/me",
        "/%252e%252e/me",
        "/i/%252e%252e%252fme",
        "/i/%u002e",
        "/i/%2",
        "/i/..;/me",
        "/me;x",
        "/me/",
        "/ME",
        "//me",
        "/%6de",
        "/i/%5c..%5cme",
        "/i/%00",
        "/i/%c0%af",
        "/%61pi/v1/hosts",
        "/api%2fv1/hosts",
        "http://h.example/me",
    ] {
        let answer = world.send(browser.ask(Method::GET, path)).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("alice"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn attack_73_every_route_asks_who_is_there() {
    let world = World::new().await;
    world.person("alice", Role::Owner).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    for route in routes::all() {
        let path = filled(route.path, &token);
        for method in METHODS {
            let guest = world.send(Ask::new(method.clone(), &path)).await;
            let forged =
                world.send(Ask::new(method.clone(), &path).header("cookie", "__Host-session=abc; session=abc")).await;
            let member = world.send(browser.ask(method.clone(), &path)).await;
            let fits = method == route.method || (method == Method::HEAD && route.method == Method::GET);
            for (who, answer) in [("guest", &guest), ("forged", &forged), ("member", &member)] {
                let status = answer.status.as_u16();
                let what = format!("{method} {path} as {who}: {status}");
                match route.access {
                    // Over the network nobody is known to the API without a key, an owner's browser neither; keys are in
                    // crate::tests::api_keys.
                    Access::Operator | Access::Api(_) => {
                        assert_eq!(status, 401, "{what}");
                        if method != Method::HEAD {
                            assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
                        }
                    }
                    // Not there at all until a host switches them on: crate::tests::compat has them then.
                    Access::Compat(_) => assert!(matches!(status, 404 | 405), "{what}"),
                    // Not there at all, from anywhere but this machine's own listener.
                    Access::Machine => assert!(matches!(status, 404 | 405), "{what}"),
                    Access::Member | Access::Admin if fits && who != "member" => match method {
                        Method::GET | Method::HEAD => {
                            assert_eq!(status, 303, "{what}");
                            assert!(answer.header("location").starts_with("/me/sign-in"), "{what}");
                        }
                        _ => assert_eq!(status, 403, "{what}"),
                    },
                    // What changes something wants a form of ours.
                    _ if fits && method == Method::POST => assert_eq!(status, 403, "{what}"),
                    _ if fits => assert!(status < 500 && status != 401, "{what}"),
                    _ => assert!((200..500).contains(&status), "{what}"),
                }
            }
        }
    }
    // Nothing of all that had an effect.
    assert!(world.has("alice").await);
}

#[tokio::test]
async fn attack_73_an_expired_session_and_a_disabled_account_are_guests() {
    let world = World::new().await;
    world.person("alice", Role::Owner).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    let session = browser.jar["__Host-session"].clone();
    world.clock.pass(31 * parlour_domain::limits::DAY);
    assert_eq!(browser.get("/me").await.header("location"), "/me/sign-in");
    assert_eq!(world.send(browser.ask(Method::POST, "/me").form(&[("csrf", "x")])).await.status, 403);
    assert_ne!(browser.sign_in("alice", PASSWORD).await.header("set-cookie"), session);
    world.person("bob", Role::Owner).await;
    assert_eq!(browser.get("/me").await.status, 200);
    let alice = parlour_xmpp::jid::BareJid::new("alice@h.example").expect("an address");
    let turn = parlour_domain::account::rules::Turn::Disable;
    world.acts.accounts.turn(&operator(), &alice, turn).await.expect("disabled");
    assert_eq!(browser.get("/me").await.status, 303);
}

#[tokio::test]
async fn attack_89_no_page_loads_or_tells_anything_elsewhere() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    const DEVICES: [&str; 5] = [
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    ];
    let outside = |text: &str| -> Vec<String> {
        let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links
            .filter(|link| link.contains(&token) && link.starts_with("http") && !link.starts_with("https://h.example/"))
            .map(str::to_owned)
            .collect()
    };
    let pages = async || {
        let mut pages = Vec::new();
        for device in DEVICES {
            for tail in ["", "/app/conversations", "/app/yaxim", "/app/monal", "/app/gajim", "/register"] {
                let ask = Ask::new(Method::GET, &format!("/i/{token}{tail}")).header("user-agent", device);
                pages.push(world.send(ask).await.text().to_owned());
            }
        }
        pages
    };
    let all = pages().await;
    for page in &all {
        assert!(
            !page.contains(" src=\"http") && !page.contains("url(") && !page.contains("@import"),
            "nothing is loaded"
        );
        let outside = outside(page);
        assert!(outside.iter().all(|link| link.starts_with("https://play.google.com/")), "{outside:?}");
    }
    assert!(all.iter().any(|page| !outside(page).is_empty()) && all.iter().any(|page| page.contains("app-argument=")));
    let invites = InviteOptions { carry: Some(false), ..InviteOptions::default() };
    let options = HostOptions { invites, ..HostOptions::default() };
    world.acts.hosts.set_options(&operator(), host(), options).await.expect("set");
    for page in pages().await {
        assert_eq!(outside(&page), Vec::<String>::new());
        for word in ["referrer=", "referrer%3D", "app-argument=", "apple-itunes-app", "intent:"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}

#[tokio::test]
async fn vector_72_every_answer_is_protected() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for route in routes::all() {
        let answer = world.send(Ask::new(route.method.clone(), &filled(route.path, &token))).await;
        if answer.status == 405 {
            assert!(!answer.header("allow").is_empty(), "{route:?}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{route:?}");
        assert!(!policy.contains("unsafe"), "{route:?}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{route:?}");
        assert!(matches!(answer.header("referrer-policy"), "no-referrer" | "same-origin"), "{route:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{route:?}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{route:?}");
        if route.path.contains("{token}") || route.path.contains("/me") {
            assert_eq!(answer.header("cache-control"), "no-store", "{route:?}");
            assert!(answer.header("x-robots-tag").contains("noindex"), "{route:?}");
        }
    }
}

#[tokio::test]
async fn whoever_asks_in_plain_is_led_to_https_where_we_speak_it() {
    let world = World::new().await;
    let ask = |path: &str| Ask::new(Method::GET, path).plain("203.0.113.9");
    assert_eq!(world.send(ask("/")).await.status, 200, "where only a proxy could speak it nobody is sent in circles");
    world.settings.store(std::sync::Arc::new(crate::Settings { https_here: true, ..crate::Settings::default() }));
    let page = world.send(ask("/i/abc?lang=de")).await;
    assert_eq!((page.status.as_u16(), page.header("location")), (308, "https://h.example/i/abc?lang=de"));
    // The Host header leads nowhere but to our own address.
    let page = world.send(ask("/").header("host", "h.example:80")).await;
    assert_eq!(page.header("location"), "https://h.example/");
    for other in [
        Ask::new(Method::GET, "/"),
        ask("/").plain("127.0.0.1").header("x-forwarded-for", "203.0.113.9"),
        ask("/api/v1/invites"),
        Ask::new(Method::POST, "/i/abc/register").plain("203.0.113.9"),
    ] {
        let page = world.send(other).await;
        assert_ne!(page.status.as_u16(), 308);
    }
    // A browser says this by https alone: a proxy that ends TLS and says nothing would send it round in circles.
    for from in ["203.0.113.9", "127.0.0.1"] {
        let browser = |path: &str| Ask::new(Method::GET, path).plain(from).header("sec-fetch-mode", "navigate");
        assert_eq!(world.send(browser("/")).await.status, 200, "{from}");
        let refused = world.send(browser("/me/sign-in")).await;
        assert_eq!(refused.status, 403, "{from}");
        assert!(refused.text().contains("X-Forwarded-Proto"), "the page says what is missing: {from}");
    }
}

#[tokio::test]
async fn passwords_need_https_and_the_page_names_the_header() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for path in [format!("/i/{token}/register"), "/me/sign-in".into(), "/me".into()] {
        let refused = world.send(Ask::new(Method::GET, &path).plain("203.0.113.9")).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text().contains("X-Forwarded-Proto"), "{path}");
        assert_eq!(refused.headers.get("strict-transport-security"), None);
        // A stranger's word for it counts nothing; a trusted proxy's does.
        let stranger = Ask::new(Method::GET, &path).plain("203.0.113.9").header("x-forwarded-proto", "https");
        assert_eq!(world.send(stranger).await.status, 403, "{path}");
        let proxy = Ask::new(Method::GET, &path).plain("127.0.0.1").header("x-forwarded-proto", "https");
        assert_ne!(world.send(proxy).await.status, 403, "{path}");
    }
    // The landing page asks for nothing and may be read.
    assert_eq!(world.send(Ask::new(Method::GET, &format!("/i/{token}")).plain("203.0.113.9")).await.status, 200);
    // Only https and wss are named to apps.
    let meta = world.get("/.well-known/host-meta.json").await;
    assert_eq!(meta.json()["links"][0]["href"], "wss://h.example/xmpp-websocket");
    assert!(world.get("/.well-known/host-meta").await.text().contains("href='wss://h.example/xmpp-websocket'"));
}

#[tokio::test]
async fn the_trial_takes_plain_http_on_this_machine() {
    let options = HostOptions { public_url: Some("http://localhost:5280".into()), ..HostOptions::default() };
    let world = World::of(&[("localhost", options)], crate::Exposure::Trial).await;
    for name in ["localhost:5280", "127.0.0.1:5280", "[::1]:5280"] {
        let ask = Ask::new(Method::GET, "/me/sign-in").plain("127.0.0.1").header("host", name);
        let form = world.send(ask).await;
        assert_eq!(form.status, 200, "{name}");
        assert!(form.header("set-cookie").starts_with("form=") && !form.header("set-cookie").contains("Secure"));
        assert_eq!(form.headers.get("strict-transport-security"), None);
        let ask = Ask::new(Method::GET, "/.well-known/host-meta").plain("127.0.0.1").header("host", name);
        assert_eq!(world.send(ask).await.status, 404);
    }
}

#[tokio::test]
async fn attack_79_vector_73_what_people_and_operators_write_is_text() {
    const EVIL: &str = "<script>alert(1)</script>\"'&{{7*7}}\u{202e}gro.elpmaxe";
    let options = HostOptions { site_name: Some(EVIL.into()), ..HostOptions::default() };
    let world = World::with(options).await;
    let alice = world.person("alice", Role::Member).await;
    let wish = Wish { note: Some(EVIL.into()), hello: Some(EVIL.into()), ..Wish::default() };
    let (invite, token) = world.invite(&alice, wish).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    let mut pages = Vec::new();
    for path in [
        format!("/i/{token}"),
        format!("/i/{token}/register"),
        "/me".into(),
        format!("/me/invites/{}", invite.id),
        format!("/me/invites/{}/revoke", invite.id),
        "/me/password".into(),
        "/nothing".into(),
        format!("/me/sign-in?next={}", crate::links::encoded(EVIL)),
    ] {
        pages.push(browser.get(&path).await);
    }
    let mut guest = world.browser();
    guest.get(&format!("/i/{token}/register")).await;
    pages.push(guest.post(&format!("/i/{token}/register"), &[("name", EVIL), ("password", EVIL)]).await);
    guest.get("/me/sign-in").await;
    pages.push(guest.post("/me/sign-in", &[("name", EVIL), ("password", EVIL), ("next", "javascript:alert(1)")]).await);
    // What invitees see turns no direction; a member's own words are shown as they are, in a fence of their own.
    for path in [format!("/i/{token}"), format!("/i/{token}/register"), "/".into(), "/register".into()] {
        assert!(!world.get(&path).await.text().contains('\u{202e}'), "{path}");
    }
    for page in pages {
        let text = page.text();
        assert!(!text.contains("<script>alert"), "{text}");
        assert!(!text.contains("javascript:"), "{text}");
        assert!(!text.contains(">49<"), "nothing is calculated");
        assert_eq!(text.matches("<script").count(), 1, "our own");
    }
}

#[tokio::test]
async fn attack_82_every_form_wants_its_field_its_cookie_and_our_own_pages() {
    let world = World::new().await;
    world.person("alice", Role::Owner).await;
    world.person("bob", Role::Owner).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut alice = world.browser();
    alice.sign_in("alice", PASSWORD).await;
    alice.get("/me").await;
    let mut bob = world.browser();
    bob.sign_in("bob", PASSWORD).await;
    bob.get("/me").await;
    // Programs' routes take no form at all: crate::tests::compat.
    let forms = |r: &routes::Route| !matches!(r.access, Access::Operator | Access::Api(_) | Access::Compat(_));
    for route in routes::all().into_iter().filter(|r| r.method == Method::POST && forms(r)) {
        let path = filled(route.path, &token);
        let mut guest = world.browser();
        let browser = if matches!(route.access, Access::Member | Access::Admin) {
            &alice
        } else {
            guest.get(&path).await;
            &guest
        };
        let csrf = browser.csrf.clone();
        let rest = [("name", "juliet"), ("password", PASSWORD), ("kind", "contact"), ("current", PASSWORD)];
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(rest).collect();
        let foreign: Vec<_> = [("csrf", bob.csrf.as_str())].into_iter().chain(rest).collect();
        let body = format!("csrf={csrf}&name=juliet");
        let ask = || browser.ask(Method::POST, &path);
        for (what, ask) in [
            ("no field", ask().form(&rest)),
            ("another's field", ask().form(&foreign)),
            ("an empty field", ask().form(&[("csrf", "")])),
            ("another site", ask().form(&fields).header("sec-fetch-site", "cross-site")),
            ("a sibling site", ask().form(&fields).header("sec-fetch-site", "same-site")),
            ("no origin at all", ask().form(&fields).without("sec-fetch-site")),
            ("origin null", ask().form(&fields).without("sec-fetch-site").header("origin", "null")),
            ("another origin", ask().form(&fields).without("sec-fetch-site").header("origin", "https://evil.example")),
            ("plain text", ask().form(&fields).header("content-type", "text/plain").body(body.clone())),
            ("json", ask().form(&fields).header("content-type", "application/json").body("{}")),
            ("no type", ask().form(&fields).without("content-type").body(body.clone())),
        ] {
            assert_eq!(world.send(ask).await.status, 403, "{route:?}: {what}");
        }
    }
    assert!(!world.has("juliet").await);
    // The cookies themselves.
    let mut browser = world.browser();
    let form = browser.get("/me/sign-in").await;
    assert!(form.header("set-cookie").starts_with("__Host-form="));
    let signed_in = browser.post("/me/sign-in", &[("name", "alice"), ("password", PASSWORD)]).await;
    let cookie = signed_in
        .headers
        .get_all("set-cookie")
        .iter()
        .find_map(|c| c.to_str().ok().filter(|c| c.starts_with("__Host-session=")));
    let cookie = cookie.expect("a session");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn attack_83_nothing_leads_elsewhere() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/i/../..//evil.example",
        "\tjavascript:x",
    ] {
        let mut browser = world.browser();
        let form = browser.get(&format!("/me/sign-in?next={}", crate::links::encoded(next))).await;
        assert!(!form.text().contains("evil"), "{next}");
        let fields = [("name", "alice"), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/me/sign-in", &fields).await.header("location"), "/me", "{next}");
    }
    let mut browser = world.browser();
    browser.get("/me/sign-in").await;
    let fields = [("name", "alice"), ("password", PASSWORD), ("next", "/me/password")];
    assert_eq!(browser.post("/me/sign-in", &fields).await.header("location"), "/me/password");
}

#[tokio::test]
async fn attack_81_errors_tell_nothing_and_carry_a_number() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    world.store.close();
    let broken = world.get(&format!("/i/{token}")).await;
    assert_eq!(broken.status, 500);
    assert!(!broken.text().contains("store") && !broken.text().contains(&token));
}

/// Remembers every word that is logged, at any level.
#[derive(Clone, Default)]
struct Ears(std::sync::Arc<std::sync::Mutex<String>>);

impl tracing::Subscriber for Ears {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        struct Words<'s>(&'s mut String);
        impl tracing::field::Visit for Words<'_> {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{field}={value:?} "));
            }
        }
        event.record(&mut Words(&mut self.0.lock().expect("ears")));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn attack_81_attack_103_the_log_of_a_whole_visit_holds_no_secret() {
    let ears = Ears::default();
    // With a single dispatcher, tracing asks the thread's default about places that were silent before, too early.
    let _second = tracing::Dispatch::new(Ears::default());
    let _heard = tracing::subscriber::set_default(ears.clone());
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let (_, unseen) = world.invite(&operator(), Wish::default()).await;
    let mut browser = world.browser();
    for path in
        [format!("/i/{token}"), format!("/invite?{token}"), format!("/invite/{token}"), format!("/i/{token}/qr.svg")]
    {
        browser.get(&path).await;
    }
    let path = format!("/i/{token}/register");
    browser.get(&path).await;
    browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await;
    browser.sign_in("juliet", PASSWORD).await;
    browser.sign_in("juliet", "a wrong guess of hers").await;
    browser.get("/me").await;
    let session = browser.jar["__Host-session"].clone();
    world.store.close();
    assert_eq!(browser.get(&format!("/i/{unseen}")).await.status, 500);
    let log = ears.0.lock().expect("ears").clone();
    assert!(log.contains("path=/i/***/register") && log.contains("a request failed by our fault"), "{log}");
    for secret in [token.as_str(), &token[11..], &unseen[11..], PASSWORD, "a wrong guess", &session, &browser.csrf] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn the_listener_for_this_machine_tells_health_and_counters_and_nothing_else() {
    let world = World::new().await;
    let here = |path: &str| {
        let addr = "127.0.0.1:9".parse::<std::net::SocketAddr>().expect("an address").into();
        let came = crate::Came { listener: parlour_net::ListenerKind::Local, addr, secure: false };
        Ask::new(Method::GET, path).header("host", "127.0.0.1:5288").came(came)
    };
    assert_eq!(world.send(here("/healthz")).await.text(), "ok\n");
    assert!(world.send(here("/metrics")).await.text().contains("parlour_people 1"));
    for path in ["/", "/me", "/me/sign-in", "/i/x", "/api/v1/info", "/xmpp-websocket", "/robots.txt"] {
        let answer = world.send(here(path)).await;
        assert_eq!(answer.status.as_u16(), if path.starts_with("/api") { 401 } else { 404 }, "{path}");
    }
    world.store.close();
    assert_eq!(world.send(here("/healthz")).await.status, 503);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let world = World::new().await;
    let big = vec![b'x'; 70_000];
    let answer = world.send(Ask::new(Method::POST, "/me/sign-in").form(&[]).body(big)).await;
    assert_eq!(answer.status, 413);
}
