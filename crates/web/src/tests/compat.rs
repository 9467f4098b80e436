//! Addresses that other servers have: vectors 75 to 77, and links in their shapes.

use axum::http::Method;
use parlour_domain::api_key::{KeyWish, Scope, Scopes};
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::DAY;
use parlour_domain::options::CompatOptions;
use parlour_domain::{HostOptions, InviteKind, Role};
use parlour_engine::InviteQuery;
use serde_json::{Value, json};

use super::attacks::filled;
use super::world::{Answer, Ask, NOW, PASSWORD, World, operator};
use crate::compat::Family;
use crate::routes::{self, Access};

fn all_on() -> HostOptions {
    let compat = CompatOptions {
        register_api: Some(true),
        invites_api: Some(true),
        invites_api_get: None,
        admin_api: Some(true),
    };
    HostOptions { site_name: Some("The Globe".into()), compat, ..HostOptions::default() }
}

fn posted(path: &str, body: &Value) -> Ask {
    Ask::new(Method::POST, path).header("content-type", "application/json").body(body.to_string())
}

async fn register(world: &World, username: Option<&str>, password: &str, token: &str) -> Answer {
    let body = json!({ "username": username, "password": password, "token": token });
    world.send(posted("/register_api/register", &body)).await
}

fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json");
    (answer.status.as_u16(), answer.json()["code"].as_str().expect("a word").to_owned())
}

#[tokio::test]
async fn vector_76_a_token_says_what_it_is_for() {
    let world = World::with(all_on()).await;
    let alice = world.person("alice", Role::Member).await;
    let named = Wish { name: Some("juliet".into()), kind: Some(InviteKind::Account), ..Wish::default() };
    let reset = Wish { name: Some("alice".into()), kind: Some(InviteKind::Reset), ..Wish::default() };
    let at = |days: i64| (NOW + days * DAY) / 1000;
    for (by, wish, kind, jid, inviter, reset_of, uri, days) in [
        (&operator(), Wish::default(), "register", "h.example", None, None, "xmpp:h.example?register;preauth=", 7),
        (&operator(), named, "register", "juliet@h.example", None, None, "xmpp:juliet@h.example?register;preauth=", 7),
        (
            &alice,
            Wish::default(),
            "roster",
            "alice@h.example",
            Some("alice"),
            None,
            "xmpp:alice@h.example?roster;preauth=",
            7,
        ),
        (
            &operator(),
            reset,
            "register",
            "alice@h.example",
            None,
            Some("alice"),
            "xmpp:alice@h.example?register;preauth=",
            1,
        ),
    ] {
        let (_, token) = world.invite(by, wish).await;
        let answer = world.get(&format!("/register_api/invite/{token}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        let mut said = answer.json();
        let told = said["uri"].take();
        assert!(told.as_str().is_some_and(|told| told.starts_with(&format!("{uri}{token}"))), "{told}");
        let mut wanted = json!({
            "site_name": "The Globe", "token": token, "domain": "h.example", "uri": null, "type": kind, "jid": jid,
            "created_at": at(0), "expires": at(days),
        });
        if let Some(inviter) = inviter {
            wanted["inviter"] = inviter.into();
        }
        if let Some(name) = reset_of {
            wanted["reset"] = name.into();
        }
        assert_eq!(said, wanted);
    }
    // What registers nobody, is over or was never ours: the same 404.
    let (_, contact) = world.invite(&alice, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    let (dead, over) = world.invite(&operator(), Wish::default()).await;
    world.acts.invites.revoke(&operator(), &super::world::host(), dead.id.as_str()).await.expect("withdrawn");
    for token in [contact.as_str(), &over, "AAAAAAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let answer = world.get(&format!("/register_api/invite/{token}")).await;
        assert_eq!(problem(&answer), (404, "no-such-invite".into()));
    }
}

#[tokio::test]
async fn vector_76_registering_has_prosodys_answers() {
    let world = World::with(all_on()).await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    for (username, password, status) in [
        (Some("a b"), PASSWORD, 400),
        (Some("@"), PASSWORD, 400),
        (Some(""), PASSWORD, 400),
        (None, PASSWORD, 400),
        (Some("juliet"), "", 400),
        (Some("juliet"), "short", 403),
        (Some("Alice"), PASSWORD, 409),
    ] {
        let answer = register(&world, username, password, &token).await;
        assert_eq!(problem(&answer).0, status, "{username:?} {password}");
    }
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 0, "nothing was used up");
    let made = register(&world, Some("Juliet"), PASSWORD, &token).await;
    assert_eq!((made.status.as_u16(), made.json()), (200, json!({ "jid": "juliet@h.example" })));
    assert_eq!(made.header("cache-control"), "no-store");
    assert_eq!(world.browser().sign_in("juliet", PASSWORD).await.status, 303);
    assert_eq!(problem(&register(&world, Some("nurse"), PASSWORD, &token).await).0, 404);
    // A name in the invite need not be sent, and no other will do.
    let named = Wish { name: Some("mercutio".into()), kind: Some(InviteKind::Account), ..Wish::default() };
    let (_, token) = world.invite(&operator(), named).await;
    assert_eq!(problem(&register(&world, Some("tybalt"), PASSWORD, &token).await), (400, "other-name".into()));
    assert_eq!(register(&world, None, PASSWORD, &token).await.json(), json!({ "jid": "mercutio@h.example" }));
    assert!(!world.has("tybalt").await && !world.has("nurse").await);
}

#[tokio::test]
async fn vector_76_a_reset_token_is_used_up_by_its_use() {
    let world = World::with(all_on()).await;
    for name in ["alice", "bob"] {
        world.person(name, Role::Member).await;
    }
    let reset = Wish { name: Some("alice".into()), kind: Some(InviteKind::Reset), ..Wish::default() };
    let (_, token) = world.invite(&operator(), reset).await;
    for other in ["bob", "nobody"] {
        assert_eq!(
            problem(&register(&world, Some(other), "another long secret", &token).await),
            (403, "other-name".into())
        );
    }
    assert!(!world.has("nobody").await);
    let done = register(&world, Some("alice"), "another long secret", &token).await;
    assert_eq!((done.status.as_u16(), done.json()), (200, json!({ "jid": "alice@h.example" })));
    assert_eq!(world.browser().sign_in("alice", PASSWORD).await.status, 400);
    assert_eq!(world.browser().sign_in("alice", "another long secret").await.status, 303);
    assert_eq!(problem(&register(&world, Some("alice"), PASSWORD, &token).await).0, 404);
}

#[tokio::test]
async fn vector_76_an_invite_for_one_can_be_turned_down() {
    let world = World::with(all_on()).await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let (group, for_many) = world.invite(&operator(), Wish { max_uses: Some(3), ..Wish::default() }).await;
    let (personal, from_alice) = world.invite(&alice, Wish::default()).await;
    let no = |token: &str| world.send(Ask::new(Method::DELETE, &format!("/register_api/invite/{token}")));
    assert_eq!(no(&token).await.status, 200);
    assert!(world.kept(invite.id.as_str()).await.revoked.is_some());
    for dead in [token.as_str(), "AAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(problem(&no(dead).await).0, 404);
    }
    for (token, kept) in [(for_many, group), (from_alice, personal)] {
        assert_eq!(problem(&no(&token).await), (403, "not-yours-alone".into()));
        assert!(world.kept(kept.id.as_str()).await.revoked.is_none());
    }
}

#[tokio::test]
async fn vector_76_attack_82_what_a_foreign_page_can_send_registers_nobody() {
    let world = World::with(all_on()).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let body = json!({ "username": "juliet", "password": PASSWORD, "token": token }).to_string();
    let ask = || Ask::new(Method::POST, "/register_api/register").header("origin", "https://evil.example");
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer = world.send(ask().header("content-type", kind).body(body.clone())).await;
        assert_eq!(problem(&answer).0, 400, "{kind}");
    }
    assert_eq!(world.send(ask().body(body.clone())).await.status, 400);
    for broken in ["", "{}", "[]", "{\"username\":1}", "{\"username\":\"juliet\"", "null"] {
        let answer = world.send(ask().header("content-type", "application/json").body(broken.to_owned())).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{broken}: {}", answer.status);
    }
    // What a browser asks before it sends JSON elsewhere is not answered with yes.
    let asks_first = Ask::new(Method::OPTIONS, "/register_api/register")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = world.send(asks_first).await;
    assert!(answer.status.as_u16() >= 400 && answer.header("access-control-allow-origin").is_empty());
    assert!(!world.has("juliet").await);
}

#[tokio::test]
async fn vector_76_attack_94_guesses_and_floods_wait_as_on_the_pages() {
    let world = World::with(all_on()).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for _ in 0..25 {
        world.get("/register_api/invite/AAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    }
    let silenced = world.get(&format!("/register_api/invite/{token}")).await;
    assert_eq!(problem(&silenced).0, 429);
    assert!(!silenced.header("retry-after").is_empty());
    assert_eq!(world.get(&format!("/i/{token}")).await.status, 429, "one budget for all doors");
    // Taken names tried with one link, from many addresses.
    world.person("alice", Role::Member).await;
    let mut statuses = Vec::new();
    for n in 0..25 {
        let body = json!({ "username": "alice", "password": PASSWORD, "token": token });
        let ask = posted("/register_api/register", &body).from(&format!("198.51.100.{n}"));
        statuses.push(world.send(ask).await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|s| **s == 409).count(), 20);
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn attack_73_switched_on_routes_ask_who_is_there() {
    let world = World::with(all_on()).await;
    world.person("alice", Role::Owner).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    for route in routes::all() {
        let Access::Compat(family) = route.access else { continue };
        let path = filled(route.path, "AAAAAAAAAAAAAAAAAAAAAAAAAA");
        // A browser's cookie is nothing here, an owner's neither.
        for ask in [Ask::new(route.method.clone(), &path), browser.ask(route.method.clone(), &path)] {
            let answer = world.send(ask.header("content-type", "application/json")).await;
            let status = answer.status.as_u16();
            match family {
                Family::Register => assert!(matches!(status, 400 | 404), "{route:?}: {status}"),
                Family::Invites => assert_eq!(status, 403, "{route:?}"),
                Family::Admin => assert_eq!(status, 401, "{route:?}"),
            }
        }
        let plain = world.send(Ask::new(route.method.clone(), &path).plain("203.0.113.9")).await;
        assert_eq!(plain.status, 403, "{route:?}: only where secrets may travel");
    }
}

#[tokio::test]
async fn links_in_other_servers_shapes_lead_to_our_pages() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    // The page itself, with what apps look for.
    for shape in ["/i/T", "/invite/T", "/invite/T/", "/invites/T", "/invite?T", "/invites_page?T"] {
        let answer = world.send(Ask::new(Method::HEAD, &shape.replace('T', &token))).await;
        assert_eq!(answer.status, 200, "{shape}");
        assert_eq!(answer.header("link"), format!("<xmpp:h.example?register;preauth={token}>; rel=\"alternate\""));
    }
    for (shape, leads) in [
        ("/register?t=T", "/i/T/register"),
        ("/register?t=T&c=dino", "/i/T/register?app=dino"),
        ("/register?c=Siskin-IM&t=T", "/i/T/register?app=siskin-im"),
        ("/register?t=T&c=%2e%2e%2f", "/i/T/register"),
        ("/invite/T/register", "/i/T/register"),
        ("/invite/T/reset", "/i/T/reset"),
        ("/invites/T/registration", "/i/T/register"),
        ("/invites/T/Dino/registration", "/i/T/register?app=dino"),
        ("/invites/T/Dino", "/i/T/app/dino"),
        ("/invites_page/setup/dino?T", "/i/T/app/dino"),
    ] {
        let answer = world.get(&shape.replace('T', &token)).await;
        assert_eq!(answer.status, 303, "{shape}");
        assert_eq!(answer.header("location"), leads.replace('T', &token), "{shape}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for shape in ["/register?t=a%2f..%2fme", "/register?t=//evil.example", "/invites_page/setup/dino"] {
        assert_eq!(world.get(shape).await.status, 404, "{shape}");
    }
}

/// A key for a program, made by the operator.
async fn key(world: &World, scope: Scope) -> (String, String) {
    let wish =
        KeyWish { name: "bot".into(), role: Role::Admin, scopes: Scopes::from_iter([scope]), expires_after: None };
    let made =
        world.acts.api_keys.create(&operator(), Some(super::world::host()), wish).await.expect("a key").into_out();
    (made.key.id.to_string(), made.text.expose().to_owned())
}

async fn asked(world: &World, method: Method, path: &str, key: &str) -> Answer {
    world.send(Ask::new(method, path).header("authorization", &format!("Bearer {key}"))).await
}

#[tokio::test]
async fn vector_75_a_key_asks_for_a_link() {
    let world = World::with(all_on()).await;
    let (id, whole) = key(&world, Scope::Compat).await;
    let secret = &whole[whole.len() - 32..];
    let made = asked(&world, Method::POST, "/invites_api", &whole).await;
    assert_eq!((made.status.as_u16(), made.body.len()), (201, 0));
    let link = made.header("location").to_owned();
    let token = link.strip_prefix("https://h.example/i/").expect("a landing link");
    let info = world.get(&format!("/register_api/invite/{token}")).await.json();
    assert_eq!((info["type"].as_str(), info["jid"].as_str()), (Some("register"), Some("h.example")));
    // In the address, whole or as Prosody writes keys; and a redirect where one is asked for.
    for shown in [whole.clone(), format!("{id}/{secret}"), format!("{id}%2F{secret}")] {
        let made = world.send(Ask::new(Method::POST, &format!("/invites_api?key={shown}"))).await;
        assert_eq!(made.status, 201, "{shown}");
        assert_ne!(made.header("location"), link, "another one each time");
    }
    let redirected = asked(&world, Method::POST, "/invites_api?redirect=true", &whole).await;
    assert_eq!(redirected.status, 303);
    assert!(redirected.header("location").starts_with("https://h.example/i/"));
    // A header that is no key is not mended by the address.
    let both = Ask::new(Method::POST, &format!("/invites_api?key={whole}")).header("authorization", "Bearer x");
    assert_eq!(problem(&world.send(both).await), (403, "no-key".into()));
    let (_, other) = key(&world, Scope::InvitesWrite).await;
    assert_eq!(problem(&asked(&world, Method::POST, "/invites_api", &other).await), (403, "wrong-scope".into()));
    for bad in
        [String::new(), "x".into(), format!("{id}/{}", "a".repeat(32)), format!("{}a", &whole[..whole.len() - 1])]
    {
        assert_eq!(problem(&asked(&world, Method::POST, "/invites_api", &bad).await).0, 403, "{bad}");
    }
    let id = id.as_str();
    world.acts.api_keys.revoke(&operator(), Some(super::world::host()), id).await.expect("withdrawn");
    assert_eq!(problem(&asked(&world, Method::POST, "/invites_api", &whole).await).0, 403);
}

#[tokio::test]
async fn vector_75_looking_at_the_address_makes_nothing_unless_switched_on() {
    let count = async |world: &World| {
        let all = InviteQuery::new(super::world::host());
        world.acts.invites.list(&operator(), all).await.expect("read").len()
    };
    for (get, status) in [(false, 405), (true, 201)] {
        let mut options = all_on();
        options.compat.invites_api_get = Some(get);
        let world = World::with(options).await;
        let (_, key) = key(&world, Scope::Compat).await;
        let looked = world.get(&format!("/invites_api?key={key}")).await;
        assert_eq!(looked.status, status);
        if !get {
            assert_eq!(looked.header("allow"), "POST");
        }
        let previewed = world.send(Ask::new(Method::HEAD, &format!("/invites_api?key={key}"))).await;
        assert_eq!(previewed.status, 405);
        assert_eq!(count(&world).await, usize::from(get));
        if get {
            let ask = || Ask::new(Method::GET, &format!("/invites_api?key={key}"));
            let mut pressed = Vec::new();
            for _ in 0..30 {
                pressed.push(world.send(ask()).await.status.as_u16());
            }
            assert_eq!((pressed[0], pressed[29]), (201, 429), "{pressed:?}");
            assert_eq!(world.send(ask().from("198.51.100.7")).await.status, 201, "others may");
        }
    }
}

#[tokio::test]
async fn vector_75_attack_94_keys_cannot_be_guessed_for_long() {
    let world = World::with(all_on()).await;
    let (_, whole) = key(&world, Scope::Compat).await;
    let wrong = format!("{}{}", &whole[..18], "a".repeat(32));
    for _ in 0..25 {
        asked(&world, Method::POST, "/invites_api", &wrong).await;
    }
    for path in ["/invites_api", "/admin_api/invites/account"] {
        let silenced = asked(&world, Method::POST, path, &whole).await;
        assert_eq!(problem(&silenced).0, 429, "{path}");
    }
}

#[tokio::test]
async fn vector_77_a_portal_makes_lists_and_deletes_invites() {
    let world = World::with(all_on()).await;
    let alice = world.person("alice", Role::Member).await;
    world.acts.groups.create(&operator(), super::world::host(), "choir".into(), false).await.expect("a group");
    let (_, key) = key(&world, Scope::Compat).await;
    let ask = |path: &str, body: Value| {
        posted(&format!("/admin_api/invites{path}"), &body).header("authorization", &format!("Bearer {key}"))
    };
    let wish = json!({ "username": "juliet", "groups": ["choir"], "roles": ["prosody:restricted"], "ttl": 3600, "note": "for the play" });
    let account = world.send(ask("/account", wish)).await;
    assert_eq!((account.status.as_u16(), account.header("content-type")), (200, "application/json"));
    let account = account.json();
    let token = account["id"].as_str().expect("a token").to_owned();
    assert_eq!(
        account,
        json!({
            "id": token, "type": "register", "reusable": false, "jid": "juliet@h.example",
            "uri": format!("xmpp:juliet@h.example?register;preauth={token}"),
            "landing_page": format!("https://h.example/i/{token}"),
            "created_at": NOW / 1000, "expires": NOW / 1000 + 3600, "groups": ["choir"],
            "roles": ["prosody:restricted"], "source": "the operator", "reset": false, "note": "for the play",
        })
    );
    world.clock.pass(2_000);
    let several = world.send(ask("/group", json!({ "groups": ["choir"], "ttl": 86_400 }))).await.json();
    assert_eq!(several["reusable"], true);
    let kept = world.kept(several["id"].as_str().expect("a token")).await;
    assert_eq!(kept.max_uses, 100, "no link is without a bound");
    world.clock.pass(2_000);
    let single = world.send(ask("/group", json!({ "groups": ["choir"] }))).await.json();
    assert_eq!(single["reusable"], false, "as in Prosody: only with a ttl");
    world.clock.pass(2_000);
    let reset = world.send(ask("/reset", json!({ "username": "alice" }))).await.json();
    assert_eq!((reset["reset"].as_bool(), reset["jid"].as_str()), (Some(true), Some("alice@h.example")));
    world.clock.pass(2_000);
    // Nothing asked for is an account; a member's own link stands in the list, one for a contact does not.
    let bare = Ask::new(Method::POST, "/admin_api/invites/account").header("authorization", &format!("Bearer {key}"));
    assert_eq!(world.send(bare).await.json()["jid"], "h.example");
    world.clock.pass(2_000);
    world.invite(&alice, Wish::default()).await;
    world.invite(&alice, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    let list = asked(&world, Method::GET, "/admin_api/invites", &key).await.json();
    let list = list.as_array().expect("a list");
    let jids: Vec<_> = list.iter().map(|i| i["jid"].as_str().expect("an address")).collect();
    assert_eq!(jids, ["juliet@h.example", "h.example", "h.example", "alice@h.example", "h.example", "alice@h.example"]);
    assert!(list.windows(2).all(|two| two[0]["created_at"].as_i64() <= two[1]["created_at"].as_i64()));
    assert_eq!((list[5]["type"].as_str(), list[5]["inviter"].as_str()), (Some("roster"), Some("alice")));
    // One by one, by token or by our id; deleted it is gone.
    let path = format!("/admin_api/invites/{token}");
    assert_eq!(asked(&world, Method::GET, &path, &key).await.json(), account);
    let by_id = format!("/admin_api/invites/{}", &token[..11]);
    assert_eq!(asked(&world, Method::GET, &by_id, &key).await.json(), account);
    assert_eq!(asked(&world, Method::DELETE, &path, &key).await.status, 200);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(problem(&asked(&world, method, &path, &key).await), (404, "item-not-found".into()));
    }
    assert_eq!(world.get(&format!("/register_api/invite/{token}")).await.status, 404);
}

#[tokio::test]
async fn vector_77_who_is_not_an_admins_program_is_told_so() {
    let world = World::with(all_on()).await;
    let (_, compat) = key(&world, Scope::Compat).await;
    let (_, other) = key(&world, Scope::InvitesWrite).await;
    let nobody = world.get("/admin_api/invites").await;
    assert_eq!((problem(&nobody).0, nobody.header("www-authenticate").starts_with("Bearer")), (401, true));
    // Not in an address: this family's keys go in the header alone.
    assert_eq!(world.get(&format!("/admin_api/invites?key={compat}")).await.status, 401);
    assert_eq!(asked(&world, Method::GET, "/admin_api/invites", "x").await.status, 401);
    assert_eq!(asked(&world, Method::GET, "/admin_api/invites", &other).await.status, 403);
    let ask = |path: &str, body: &str| {
        let ask = Ask::new(Method::POST, &format!("/admin_api/invites/{path}")).body(body.to_owned());
        ask.header("authorization", &format!("Bearer {compat}")).header("content-type", "application/json")
    };
    for (path, body, status) in [
        ("account", "{", 400),
        ("account", "[]", 400),
        ("account", "{\"roles\":[\"king\"]}", 400),
        ("account", "{\"ttl\":\"soon\"}", 400),
        ("account", "{\"ttl\":9223372036854775807}", 400),
        ("account", "{\"ttl\":1}", 400),
        ("account", "{\"username\":\"a b\"}", 400),
        ("account", "{\"groups\":[\"nobody's\"]}", 404),
        ("account", "{\"roles\":[\"prosody:operator\"]}", 403),
        ("group", "{}", 400),
        ("reset", "{}", 400),
        ("reset", "{\"username\":\"nobody\"}", 404),
        ("else", "{}", 405),
    ] {
        let answer = world.send(ask(path, body)).await;
        assert_eq!(problem(&answer).0, status, "{path} {body}");
    }
    let form = ask("account", "username=juliet").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(world.send(form).await.status, 400);
}
