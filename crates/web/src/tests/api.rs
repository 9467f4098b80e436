//! The API as the command line calls it, in process.

use axum::http::{Method, Request};
use bytes::Bytes;
use parlour_domain::Role;
use serde_json::{Value, json};

use super::world::{Ask, World};
use crate::api::types;

async fn call(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let bytes = body.map(|b| Bytes::from(b.to_string())).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("host", "local")
        .header("content-type", "application/json")
        .body(bytes)
        .expect("a request");
    let answer = world.web.answer_operator(request).await;
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().expect("a type").to_owned();
    assert_eq!(kind, if status < 300 { "application/json" } else { "application/problem+json" }, "{path}");
    (status, serde_json::from_slice(answer.body()).expect("json"))
}

async fn refused(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
    let (status, problem) = call(world, method, path, body).await;
    let problem: types::Problem = serde_json::from_value(problem).expect("a problem");
    assert_eq!(problem.status, status);
    assert!(
        problem.request.is_some() && problem.title.ends_with(|c: char| c.is_ascii_punctuation() || c.is_alphabetic())
    );
    (status, problem.kind)
}

#[tokio::test]
async fn hosts_are_added_listed_and_removed() {
    let world = World::new().await;
    let (status, host) = call(&world, "POST", "/hosts", Some(json!({ "domain": "b.example" }))).await;
    assert_eq!(status, 201);
    assert_eq!(
        host,
        json!({ "domain": "b.example", "public_url": "https://b.example", "accounts": 0, "owned": false, "configured": false })
    );
    let (_, list) = call(&world, "GET", "/hosts", None).await;
    let domains: Vec<_> =
        list["items"].as_array().expect("rows").iter().map(|h| h["domain"].as_str().expect("a domain")).collect();
    assert_eq!(domains, ["b.example", "h.example"]);
    assert_eq!(
        refused(&world, "POST", "/hosts", Some(json!({ "domain": "b.example" }))).await,
        (409, "host-exists".into())
    );
    assert_eq!(refused(&world, "POST", "/hosts", Some(json!({ "domain": "a@b" }))).await, (400, "bad-domain".into()));
    let odd = json!({ "domain": "c.example", "public_url": "javascript:x" });
    assert_eq!(refused(&world, "POST", "/hosts", Some(odd)).await, (400, "bad-public-url".into()));
    assert_eq!(refused(&world, "DELETE", "/hosts/h.example", None).await, (409, "host-configured".into()));
    assert_eq!(call(&world, "DELETE", "/hosts/b.example", None).await.0, 200);
    assert_eq!(refused(&world, "GET", "/hosts/b.example", None).await, (404, "no-such-host".into()));
    assert_eq!(refused(&world, "GET", "/hosts/b.example/invites", None).await, (404, "no-such-host".into()));
}

#[tokio::test]
async fn vector_78_invites_are_made_shown_listed_and_revoked() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let wish = json!({ "kind": "account", "name": "juliet", "max_uses": 1, "expires_after": "2 weeks", "note": "for the play" });
    let (status, made) = call(&world, "POST", "/hosts/h.example/invites", Some(wish)).await;
    assert_eq!(status, 201);
    let made: types::Invite = serde_json::from_value(made).expect("an invite");
    let token = made.token.clone().expect("a token");
    assert_eq!(made.landing_page.as_deref(), Some(format!("https://h.example/i/{token}").as_str()));
    assert_eq!(made.uri.as_deref(), Some(format!("xmpp:juliet@h.example?register;preauth={token}").as_str()));
    assert_eq!((made.kind.as_str(), made.state.as_str(), made.made_by.as_str()), ("account", "waiting", "operator"));
    assert_eq!((made.reserved_name.as_deref(), made.note.as_deref()), (Some("juliet"), Some("for the play")));
    // By id and by token.
    for which in [&made.id, &token] {
        let (status, shown) = call(&world, "GET", &format!("/hosts/h.example/invites/{which}"), None).await;
        assert_eq!(status, 200);
        assert_eq!(shown["id"], json!(made.id));
        assert!(!shown["history"].as_array().expect("history").is_empty());
    }
    let contact = json!({ "kind": "account-and-contact", "contact_of": "alice" });
    let (_, contact) = call(&world, "POST", "/hosts/h.example/invites", Some(contact)).await;
    assert_eq!(contact["contact_of"], "alice@h.example");
    let reset = json!({ "kind": "password-reset", "name": "alice" });
    let (status, reset) = call(&world, "POST", "/hosts/h.example/invites", Some(reset)).await;
    assert_eq!((status, reset["kind"].as_str()), (201, Some("password-reset")));
    let (status, taken) = call(&world, "DELETE", &format!("/hosts/h.example/invites/{}", made.id), None).await;
    assert_eq!((status, taken["state"].as_str()), (200, Some("withdrawn")));
    let count = async |state: &str| {
        let (_, page) = call(&world, "GET", &format!("/hosts/h.example/invites{state}"), None).await;
        page["items"].as_array().expect("rows").len()
    };
    assert_eq!((count("").await, count("?state=waiting").await, count("?state=withdrawn").await), (2, 1, 1));
    assert_eq!((count("?kind=password-reset").await, count("?kind=account&state=waiting").await), (1, 0));
    for (path, body, kind) in [
        ("/hosts/h.example/invites", json!({ "kind": "party" }), "bad-kind"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "expires_after": "soon" }), "bad-expiry"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "role": "king" }), "bad-role"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "max_uses": 0 }), "bad-max-uses"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "name": "alice" }), "name-taken"),
        ("/hosts/h.example/invites", json!({ "kind": "contact" }), "no-contact"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "groups": ["none"] }), "no-such-group"),
        ("/hosts/h.example/invites", json!({ "kind": "account", "whatever": 1 }), "malformed-body"),
    ] {
        let (status, word) = refused(&world, "POST", path, Some(body.clone())).await;
        assert!((400..500).contains(&status));
        assert_eq!(word, kind, "{body}");
    }
    assert_eq!(
        refused(&world, "GET", "/hosts/h.example/invites/AAAAAAAAAAA", None).await,
        (404, "no-such-invite".into())
    );
    assert_eq!(refused(&world, "GET", "/hosts/h.example/invites?state=odd", None).await, (400, "bad-state".into()));
    let (status, owner) = call(&world, "POST", "/hosts/h.example/owner-link", Some(Value::Null)).await;
    assert_eq!((status, owner["kind"].as_str(), owner["role"].as_str()), (201, Some("owner"), Some("owner")));
    world.clock.pass(40 * parlour_domain::limits::DAY);
    let (_, purged) = call(&world, "POST", "/hosts/h.example/invites/purge", Some(Value::Null)).await;
    assert_eq!(purged["count"], 4);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_with_each_row_once() {
    let world = World::new().await;
    let wish = || Some(json!({ "kind": "account" }));
    for _ in 0..205 {
        assert_eq!(call(&world, "POST", "/hosts/h.example/invites", wish()).await.0, 201);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/hosts/h.example/invites".to_owned();
    let mut pages = 0;
    loop {
        let (_, page) = call(&world, "GET", &path, None).await;
        pages += 1;
        for row in page["items"].as_array().expect("rows") {
            assert!(seen.insert(row["id"].as_str().expect("an id").to_owned()));
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/hosts/h.example/invites?cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (205, 2));
}

#[tokio::test]
async fn accounts_are_made_changed_deleted_and_restored() {
    let world = World::new().await;
    let path = "/hosts/h.example/accounts";
    let (status, made) = call(&world, "POST", path, Some(json!({ "name": "Juliet", "role": "admin" }))).await;
    assert_eq!((status, made["jid"].as_str(), made["role"].as_str()), (201, Some("juliet@h.example"), Some("admin")));
    let password = made["password"].as_str().expect("told once").to_owned();
    let mut browser = world.browser();
    assert_eq!(browser.sign_in("juliet", &password).await.status, 303);
    let (_, shown) = call(&world, "GET", &format!("{path}/juliet"), None).await;
    assert_eq!(shown.get("password"), None);
    let (_, changed) = call(&world, "PATCH", &format!("{path}/juliet"), Some(json!({ "role": "member" }))).await;
    assert_eq!(changed["role"], "member");
    let (_, changed) = call(&world, "PATCH", &format!("{path}/juliet"), Some(json!({ "new_password": true }))).await;
    assert_ne!(changed["password"].as_str().expect("a new one"), password);
    assert_eq!(browser.get("/me").await.status, 303, "signed out");
    let (_, changed) = call(&world, "PATCH", &format!("{path}/juliet"), Some(json!({ "enabled": false }))).await;
    assert_eq!(changed["state"], "disabled");
    let (_, changed) = call(&world, "PATCH", &format!("{path}/juliet"), Some(json!({ "enabled": true }))).await;
    assert_eq!(changed["state"], "active");
    let (status, gone) = call(&world, "DELETE", &format!("{path}/juliet"), None).await;
    assert_eq!((status, gone["state"].as_str()), (200, Some("deleted")));
    assert!(gone["erased_on"].is_string());
    let (_, back) = call(&world, "POST", &format!("{path}/juliet/restore"), Some(Value::Null)).await;
    assert_eq!(back["state"], "active");
    let (_, list) = call(&world, "GET", path, None).await;
    assert_eq!(list["items"].as_array().expect("rows").len(), 1);
    for (method, path, body, kind) in [
        ("POST", path.to_owned(), Some(json!({ "name": "juliet" })), "name-taken"),
        ("POST", path.to_owned(), Some(json!({ "name": "a b" })), "bad-name"),
        ("POST", path.to_owned(), Some(json!({ "name": "mercutio", "password": "short" })), "bad-password"),
        ("PATCH", format!("{path}/juliet"), Some(json!({})), "nothing-to-change"),
        ("GET", format!("{path}/nobody"), None, "no-such-account"),
        ("DELETE", format!("{path}/nobody"), None, "no-such-account"),
        ("POST", format!("{path}/juliet/restore"), Some(Value::Null), "not-deleted"),
    ] {
        assert_eq!(refused(&world, method, &path, body).await.1, kind, "{method} {path}");
    }
    let (_, problem) = call(&world, "POST", path, Some(json!({ "name": 7, "password": "hunter2hunter2" }))).await;
    assert!(!problem.to_string().contains("hunter2"), "a body is not repeated");
}

#[tokio::test]
async fn groups_have_members() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let path = "/hosts/h.example/groups";
    assert_eq!(call(&world, "POST", path, Some(json!({ "name": "50% choir/band" }))).await.0, 201);
    let member = format!("{path}/50%25%20choir%2Fband/members/alice");
    let (status, group) = call(&world, "PUT", &member, None).await;
    let shown = json!({ "name": "50% choir/band", "contacts": false, "members": ["alice@h.example"] });
    assert_eq!((status, group), (200, shown));
    let one = format!("{path}/50%25%20choir%2Fband");
    let (status, group) = call(&world, "PUT", &one, Some(json!({ "contacts": true }))).await;
    assert_eq!((status, &group["contacts"]), (200, &json!(true)));
    let (_, list) = call(&world, "GET", path, None).await;
    assert_eq!(list["items"][0]["members"][0], "alice@h.example");
    assert_eq!(call(&world, "DELETE", &member, None).await.1["members"], json!([]));
    assert_eq!(
        refused(&world, "PUT", &format!("{path}/none/members/alice"), None).await,
        (404, "no-such-group".into())
    );
    let nobody = format!("{path}/50%25%20choir%2Fband/members/nobody");
    assert_eq!(refused(&world, "PUT", &nobody, None).await, (404, "no-such-account".into()));
    assert_eq!(
        refused(&world, "POST", path, Some(json!({ "name": "50% choir/band" }))).await,
        (409, "group-exists".into())
    );
    assert_eq!(refused(&world, "POST", path, Some(json!({ "name": "" }))).await, (400, "bad-group-name".into()));
}

#[tokio::test]
async fn the_local_socket_leads_to_the_api_alone_and_the_network_does_not() {
    let world = World::new().await;
    let (status, info) = call(&world, "GET", "/info", None).await;
    assert_eq!((status, info["hosts"].as_u64()), (200, Some(1)));
    assert_eq!(refused(&world, "GET", "/nothing", None).await, (404, "not-found".into()));
    assert_eq!(refused(&world, "DELETE", "/info", None).await, (405, "method-not-allowed".into()));
    assert_eq!(
        refused(&world, "POST", "/backup", Some(json!({ "file": "here" }))).await,
        (400, "relative-path".into())
    );
    let page = Request::builder().uri("/me/sign-in").header("host", "h.example").body(Bytes::new()).expect("a request");
    assert_eq!(world.web.answer_operator(page).await.status(), 404);
    let outside = world.send(Ask::new(Method::GET, "/api/v1/info")).await;
    assert_eq!((outside.status.as_u16(), outside.json()["code"].as_str()), (401, Some("key-needed")));
    assert_eq!(world.send(Ask::new(Method::GET, "/api/anything")).await.status, 401);
}

#[tokio::test]
async fn invites_are_changed_and_renewed() {
    let world = World::new().await;
    let wish = json!({ "kind": "account", "max_uses": 2, "note": "fair" });
    let (_, made) = call(&world, "POST", "/hosts/h.example/invites", Some(wish)).await;
    let path = format!("/hosts/h.example/invites/{}", made["id"].as_str().expect("an id"));
    let (status, longer) = call(&world, "PATCH", &path, Some(json!({ "expires_after": "2 weeks" }))).await;
    assert_eq!((status, longer["expires"].as_str()), (200, Some("2027-01-29T08:00:00Z")));
    let (_, wider) = call(&world, "PATCH", &path, Some(json!({ "max_uses": 5 }))).await;
    assert_eq!(wider["max_uses"], 5);
    for (body, kind) in [
        (json!({}), "bad-change"),
        (json!({ "max_uses": 3, "expires_after": "1d" }), "bad-change"),
        (json!({ "max_uses": 0 }), "bad-max-uses"),
        (json!({ "expires_after": "10y" }), "bad-expiry"),
        (json!({ "expires_after": "soon" }), "bad-expiry"),
        (json!({ "note": "x" }), "malformed-body"),
    ] {
        assert_eq!(refused(&world, "PATCH", &path, Some(body)).await, (400, kind.into()));
    }
    let (status, renewed) = call(&world, "POST", &format!("{path}/renew"), None).await;
    assert_eq!((status, renewed["state"].as_str(), renewed["note"].as_str()), (201, Some("waiting"), Some("fair")));
    assert_ne!(renewed["token"], made["token"]);
    assert_eq!(call(&world, "GET", &path, None).await.1["state"], "withdrawn");
    assert_eq!(refused(&world, "POST", &format!("{path}/renew"), None).await, (409, "renewed".into()));
    assert_eq!(refused(&world, "PATCH", &path, Some(json!({ "max_uses": 9 }))).await, (409, "invite-dead".into()));
    let nobody = "/hosts/h.example/invites/AAAAAAAAAAA";
    assert_eq!(refused(&world, "PATCH", nobody, Some(json!({ "max_uses": 9 }))).await, (404, "no-such-invite".into()));
    assert_eq!(refused(&world, "POST", &format!("{nobody}/renew"), None).await, (404, "no-such-invite".into()));
}
