//! The API over the network: who is let in with which key, and POSTs that come twice.

use axum::http::Method;
use parlour_domain::api_key::{KeyWish, Scope, Scopes};
use parlour_domain::limits::{DAY, MINUTE};
use parlour_domain::{By, HostName, HostOptions, Role};
use serde_json::{Value, json};

use super::world::{Answer, Ask, World, operator};
use crate::hosts::Exposure;
use crate::routes::{self, Access};

async fn world() -> World {
    let hosts = [("h.example", HostOptions::default()), ("other.example", HostOptions::default())];
    World::of(&hosts, Exposure::Service).await
}

async fn key(world: &World, by: &By, host: Option<&str>, scopes: &[Scope], life: Option<i64>) -> (String, String) {
    let host = host.map(|host| HostName::parse(host).expect("a domain"));
    let scopes: Scopes = scopes.iter().copied().collect();
    let role = if host.is_none() { Role::Owner } else { Role::Admin };
    let wish = KeyWish { name: "bot".into(), role, scopes, expires_after: life };
    let made = world.acts.api_keys.create(by, host, wish).await.expect("a key").into_out();
    (made.key.id.to_string(), made.text.expose().to_owned())
}

fn with(key: &str, method: Method, path: &str) -> Ask {
    Ask::new(method, path).header("authorization", &format!("Bearer {key}"))
}

async fn post(world: &World, key: &str, once: &str, path: &str, body: &Value) -> Answer {
    let ask = with(key, Method::POST, path).header("content-type", "application/json").body(body.to_string());
    world.send(if once.is_empty() { ask } else { ask.header("idempotency-key", once) }).await
}

fn filled(path: &str) -> String {
    let path = path.replace("{host}", "h.example").replace("{id}", "AAAAAAAAAAA").replace("{name}", "nobody");
    path.replace("{group}", "none")
}

#[tokio::test]
async fn attack_73_keys_open_what_they_are_good_for_and_nothing_else() {
    let world = world().await;
    world.person("alice", Role::Admin).await;
    let every: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Compat).collect();
    let here = Some("h.example");
    let (_, good) = key(&world, &operator(), here, &every, None).await;
    let (_, whole) = key(&world, &operator(), None, &every, None).await;
    let (_, elsewhere) = key(&world, &operator(), Some("other.example"), &every, None).await;
    let (_, compat) = key(&world, &operator(), here, &[Scope::Compat], None).await;
    let (_, over) = key(&world, &operator(), here, &every, Some(MINUTE)).await;
    let (id, withdrawn) = key(&world, &operator(), here, &every, None).await;
    world.clock.pass(2 * MINUTE);
    world.acts.api_keys.revoke(&operator(), HostName::parse("h.example"), &id).await.expect("withdrawn");
    let mut browser = world.browser();
    browser.sign_in("alice", super::world::PASSWORD).await;
    let mut seen = 0;
    for route in routes::all() {
        let path = filled(route.path);
        let Access::Api(scope) = route.access else {
            if route.access == Access::Operator {
                for key in [&good, &whole] {
                    let answer = world.send(with(key, route.method.clone(), &path)).await;
                    assert_eq!((answer.status.as_u16(), code(&answer)), (403, "operator-needed".into()), "{route:?}");
                }
            }
            continue;
        };
        seen += 1;
        let call = async |ask: Ask| world.send(ask.header("content-type", "application/json").body("{}")).await;
        let what = format!("{} {path}", route.method);
        for (who, ask) in [
            ("nobody", Ask::new(route.method.clone(), &path)),
            ("an admin's browser", browser.ask(route.method.clone(), &path)),
        ] {
            let answer = call(ask).await;
            assert_eq!((answer.status.as_u16(), code(&answer)), (401, "key-needed".into()), "{what} as {who}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        for (who, key) in [("over", &over), ("withdrawn", &withdrawn), ("another host's", &elsewhere)] {
            let answer = world.send(with(key, route.method.clone(), &path)).await;
            assert_eq!((answer.status.as_u16(), code(&answer)), (401, "bad-key".into()), "{what}: {who}");
            // A person forgets to change a key now and then: the budget is for guesses.
            world.clock.pass(MINUTE);
        }
        let answer = world.send(with(&compat, route.method.clone(), &path)).await;
        assert_eq!((answer.status.as_u16(), code(&answer)), (403, "scope-needed".into()), "{what}");
        assert!(answer.header("www-authenticate").contains(scope.as_str()), "{what}");
        // Every scope but the one that is asked for, and those that include it.
        let others: Vec<Scope> = every.iter().copied().filter(|s| !Scopes::from_iter([*s]).has(scope)).collect();
        let (_, less) = key(&world, &operator(), here, &others, None).await;
        assert_eq!(world.send(with(&less, route.method.clone(), &path)).await.status, 403, "{what}");
        for key in [&good, &whole] {
            let answer = call(with(key, route.method.clone(), &path)).await;
            assert!(
                !matches!(answer.status.as_u16(), 401) && answer.status.as_u16() < 500,
                "{what}: {}",
                answer.text()
            );
            assert_ne!(code(&answer), "scope-needed", "{what}");
        }
        if route.path.contains("{host}") {
            let foreign = route.path.replace("{host}", "other.example").replace("{id}", "AAAAAAAAAAA");
            let foreign = foreign.replace("{name}", "nobody").replace("{group}", "none");
            let answer = call(with(&good, route.method.clone(), &foreign)).await;
            assert_eq!((answer.status.as_u16(), code(&answer)), (404, "no-such-host".into()), "{what} of another host");
        }
        let options = world.send(with(&good, Method::OPTIONS, &path)).await;
        assert_eq!(options.status, 405, "{what}");
        assert!(options.header("access-control-allow-origin").is_empty() && !options.header("allow").is_empty());
        if route.method == Method::GET {
            let head = world.send(with(&good, Method::HEAD, &path)).await;
            let get = world.send(with(&good, Method::GET, &path)).await;
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{what}");
        }
    }
    assert!(seen > 20, "{seen}");
}

fn code(answer: &Answer) -> String {
    serde_json::from_slice::<Value>(&answer.body)
        .ok()
        .and_then(|v| v["code"].as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[tokio::test]
async fn attack_97_a_key_falls_with_its_maker_and_grants_no_more_than_they() {
    let world = world().await;
    let alice = world.person("alice", Role::Admin).await;
    let (_, text) = key(&world, &alice, Some("h.example"), &[Scope::InvitesWrite, Scope::AccountsWrite], None).await;
    let path = "/api/v1/hosts/h.example/invites";
    let owner = post(&world, &text, "", path, &json!({ "kind": "account", "role": "owner" })).await;
    assert_eq!((owner.status.as_u16(), code(&owner)), (403, "role-too-high".into()));
    let made = post(&world, &text, "", path, &json!({ "kind": "account" })).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["made_by"], "alice@h.example");
    let jid = parlour_xmpp::jid::BareJid::new("alice@h.example").expect("an address");
    world.acts.accounts.set_role(&operator(), &jid, Role::Member).await.expect("a member");
    assert_eq!(code(&post(&world, &text, "", path, &json!({ "kind": "account" })).await), "bad-key");
}

#[tokio::test]
async fn attack_94_keys_are_not_guessed_and_travel_by_https_alone() {
    let world = world().await;
    let (_, text) = key(&world, &operator(), None, &[Scope::HostsRead], None).await;
    let plain = Ask::new(Method::GET, "/api/v1/hosts").plain("203.0.113.9");
    let plain = world.send(plain.header("authorization", &format!("Bearer {text}"))).await;
    assert_eq!((plain.status.as_u16(), code(&plain)), (403, "https-needed".into()));
    let mut last = String::new();
    for n in 0..40_u32 {
        let wrong = format!("{}{n:04}", &text[..text.len() - 4]);
        last = code(&world.send(with(&wrong, Method::GET, "/api/v1/hosts")).await);
    }
    assert_eq!(last, "too-many-requests");
    let refused = world.send(with(&text, Method::GET, "/api/v1/hosts")).await;
    assert_eq!(refused.status, 429);
    assert!(!refused.header("retry-after").is_empty());
    let elsewhere = with(&text, Method::GET, "/api/v1/hosts").from("198.51.100.7");
    assert_eq!(world.send(elsewhere).await.status, 200, "nobody else is held up");
    let known = world.send(with(&text, Method::GET, "/api/v1/hosts")).await;
    assert_eq!(known.status, 200, "nor a program beside the one that guesses, once it is known");
}

#[tokio::test]
async fn a_post_that_comes_twice_is_done_once() {
    let world = world().await;
    let scopes = [Scope::InvitesWrite, Scope::AccountsWrite, Scope::GroupsWrite];
    let (_, text) = key(&world, &operator(), None, &scopes, None).await;
    let (_, other) = key(&world, &operator(), None, &scopes, None).await;
    let invites = "/api/v1/hosts/h.example/invites";
    let wish = json!({ "kind": "account", "note": "for the play" });
    let first = post(&world, &text, "k1", invites, &wish).await;
    let again = post(&world, &text, "k1", invites, &wish).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.json(), again.json(), "the same link, made again from its row");
    let without = post(&world, &text, "", invites, &wish).await;
    assert_ne!(without.json()["id"], first.json()["id"]);
    let theirs = post(&world, &other, "k1", invites, &wish).await;
    assert_ne!(theirs.json()["id"], first.json()["id"], "another program's key is another key");
    let changed = post(&world, &text, "k1", invites, &json!({ "kind": "account" })).await;
    assert_eq!((changed.status.as_u16(), code(&changed)), (422, "idempotency-key-reused".into()));
    // A password that was told once is not told twice, since it is kept nowhere.
    let accounts = "/api/v1/hosts/h.example/accounts";
    let made = post(&world, &text, "k2", accounts, &json!({ "name": "juliet" })).await;
    assert!(made.json()["password"].is_string());
    let again = post(&world, &text, "k2", accounts, &json!({ "name": "juliet" })).await;
    assert_eq!((again.status.as_u16(), again.json()["jid"].as_str()), (201, Some("juliet@h.example")));
    assert!(again.json()["password"].is_null());
    // What was refused was not done, so the key is as good as new.
    let refused = post(&world, &text, "k3", accounts, &json!({ "name": "juliet" })).await;
    assert_eq!(code(&refused), "name-taken");
    assert_eq!(code(&post(&world, &text, "k3", accounts, &json!({ "name": "juliet" })).await), "name-taken");
    for bad in ["", " ", &"x".repeat(256)] {
        let ask = with(&text, Method::POST, invites).header("content-type", "application/json");
        let answer = world.send(ask.header("idempotency-key", bad).body(wish.to_string())).await;
        assert_eq!(code(&answer), "bad-idempotency-key", "{bad:?}");
    }
    world.clock.pass(DAY + MINUTE);
    let next_day = post(&world, &text, "k1", invites, &wish).await;
    assert_ne!(next_day.json()["id"], first.json()["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_at_once_with_one_idempotency_key_are_one() {
    let world = std::sync::Arc::new(world().await);
    let (_, text) = key(&world, &operator(), None, &[Scope::InvitesWrite], None).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (world, text) = (world.clone(), text.clone());
        tasks.spawn(async move {
            let path = "/api/v1/hosts/h.example/invites";
            post(&world, &text, "race", path, &json!({ "kind": "account" })).await.json()
        });
    }
    let made = tasks.join_all().await;
    let ids: std::collections::BTreeSet<_> = made.iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn hosts_are_set_up_by_patches_and_the_file_wins() {
    let world = world().await;
    let (_, text) = key(&world, &operator(), None, &[Scope::HostsWrite], None).await;
    let patch = async |body: Value| {
        let ask = with(&text, Method::PATCH, "/api/v1/hosts/h.example").header("content-type", "application/json");
        world.send(ask.body(body.to_string())).await
    };
    let set = patch(json!({ "options": { "site_name": "Choir", "invites": { "invite_expiry": "3d" } } })).await;
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(
        (&set.json()["options"]["site_name"], &set.json()["options"]["invites"]["invite_expiry"]),
        (&json!("Choir"), &json!("3d"))
    );
    let unset = patch(json!({ "options": { "invites": { "invite_expiry": null } } })).await.json();
    assert_eq!(
        (&unset["options"]["site_name"], unset["options"]["invites"].get("invite_expiry")),
        (&json!("Choir"), None)
    );
    for (body, word) in [
        (json!({ "options": { "sight_name": "x" } }), "bad-option"),
        (json!({ "options": { "invites": { "invite_expiry": "soon" } } }), "bad-option"),
        (json!({ "options": { "public_url": "javascript:x" } }), "bad-public-url"),
        (json!({ "options": { "brand": { "terms": "javascript:x" } } }), "bad-option"),
        (json!({ "site_name": "x" }), "malformed-body"),
    ] {
        assert_eq!(code(&patch(body.clone()).await), word, "{body}");
    }
    let locked = HostOptions { site_name: Some("Fixed".into()), ..HostOptions::default() };
    let locked = World::of(&[("h.example", locked)], Exposure::Service).await;
    let (_, text) = key(&locked, &operator(), None, &[Scope::HostsWrite], None).await;
    let ask = with(&text, Method::PATCH, "/api/v1/hosts/h.example").header("content-type", "application/json");
    let answer = locked.send(ask.body(json!({ "options": { "site_name": "x" } }).to_string())).await;
    assert_eq!((answer.status.as_u16(), code(&answer)), (409, "option-locked".into()));
}

#[tokio::test]
async fn several_invites_are_changed_at_once_each_by_itself() {
    let world = world().await;
    let (_, text) = key(&world, &operator(), None, &[Scope::InvitesWrite], None).await;
    let path = "/api/v1/hosts/h.example/invites";
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(post(&world, &text, "", path, &json!({ "kind": "account" })).await.json()["id"].clone());
    }
    ids.push(json!("AAAAAAAAAAA"));
    let many = async |body: Value| post(&world, &text, "", &format!("{path}/many"), &body).await.json();
    let renewed = many(json!({ "act": "renew", "ids": ids[..1] })).await;
    assert_ne!(renewed["items"][0]["invite"]["id"], ids[0]);
    let extended = many(json!({ "act": "extend", "ids": ids, "expires_after": "2d" })).await;
    let problem = |at: usize| extended["items"][at]["problem"]["code"].as_str().map(str::to_owned);
    assert_eq!(
        (problem(0).as_deref(), problem(1), problem(3).as_deref()),
        (Some("invite-dead"), None, Some("no-such-invite"))
    );
    let revoked = many(json!({ "act": "revoke", "ids": ids[1..] })).await;
    assert_eq!(revoked["items"].as_array().map(Vec::len), Some(3));
    assert!(revoked["items"][0]["problem"].is_null());
    let counts = world.send(with(&text, Method::GET, &format!("{path}/counts"))).await.json();
    assert_eq!((&counts["waiting"], &counts["withdrawn"]), (&json!(1), &json!(3)));
    assert_eq!(many(json!({ "act": "burn", "ids": ids })).await["code"], "bad-change");
}
