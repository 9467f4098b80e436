//! XEP-0480: an account that came from another server gets the keys it lacks, made by its own client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_domain::{HostName, KeyKind, Role};
use parlour_engine::StoreError;
use parlour_store::accounts::AccountStore;
use parlour_testkit::scram::{Hash, salted_password};
use parlour_testkit::{Client, Heard, PASSWORD, Server, operator};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

const ASK: &str = "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-256</upgrade>";
const NEXT: &str = "<next xmlns='urn:xmpp:sasl:2' task='UPGR-SCRAM-SHA-256'/>";

/// A server with an account as an import leaves it: with keys for SCRAM-SHA-1 alone.
async fn imported() -> (Server, BareJid) {
    let server = Server::new().await;
    let jid = server.account("anna@example.test", Role::Member).await.expect("made");
    let kept = server.store.credentials(jid.clone()).await.expect("read").expect("there");
    let sha1 = kept.keys.into_iter().filter(|keys| keys.kind == KeyKind::ScramSha1).collect();
    server.store.set_password(operator(), jid.clone(), sha1, 0).await.expect("only the older keys are left");
    let host = HostName::of(&jid);
    server.people.sign_in.load([host]).await.expect("loaded");
    (server, jid)
}

async fn kinds(server: &Server, jid: &BareJid) -> Vec<KeyKind> {
    let kept = server.store.credentials(jid.clone()).await.expect("read").expect("there");
    kept.keys.iter().map(|keys| keys.kind).collect()
}

fn tasks(element: &Element) -> String {
    element.child_named(ns::SASL2, "tasks").and_then(|tasks| tasks.child_text("task")).unwrap_or_default()
}

/// As a client does the task, with `password`: the answer to the salt it was told.
async fn salted(client: &mut Client, password: &str) -> String {
    client.send(NEXT).await;
    let told = client.element().await.expect("a salt");
    let salt = told.child_named("urn:xmpp:scram-upgrade:0", "salt").expect("a salt");
    let rounds = salt.attr_value("iterations").and_then(|rounds| rounds.parse().ok()).expect("rounds");
    let salt = STANDARD.decode(salt.text()).expect("base64");
    assert_eq!(salt.len(), 16);
    let hash = STANDARD.encode(salted_password(Hash::Sha256, password, &salt, rounds));
    format!("<task-data xmlns='urn:xmpp:sasl:2'><hash xmlns='urn:xmpp:scram-upgrade:0'>{hash}</hash></task-data>")
}

#[tokio::test]
async fn an_imported_account_gets_newer_keys_and_its_host_offers_them() {
    let (server, jid) = imported().await;
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
    assert!(client.offers("SCRAM-SHA-1") && !client.offers("SCRAM-SHA-256"), "until all have keys for it");
    let features = client.features.clone().expect("features").to_string();
    assert!(features.contains(ASK), "{features}");
    let proven = client.authenticate_inline(Hash::Sha1, "anna", PASSWORD, ASK).await.expect("proven");
    assert!(proven.is(ns::SASL2, "continue"), "{proven}");
    assert_eq!(tasks(&proven), "UPGR-SCRAM-SHA-256");
    let answer = salted(&mut client, PASSWORD).await;
    client.send(answer).await;
    let success = client.element().await.expect("success");
    assert!(success.is(ns::SASL2, "success"), "{success}");
    assert_eq!(success.child_text("authorization-identifier").as_deref(), Some("anna@example.test"));
    assert!(success.child_text("additional-data").is_none(), "said before: {success}");
    assert_eq!(kinds(&server, &jid).await, [KeyKind::ScramSha1, KeyKind::ScramSha256], "committed before success");
    // Now the host offers it, it works, and there is nothing left to do.
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
    assert!(client.offers("SCRAM-SHA-256"));
    let success = client.authenticate_inline(Hash::Sha256, "anna", PASSWORD, ASK).await.expect("proven");
    assert!(success.is(ns::SASL2, "success"), "{success}");
}

#[tokio::test]
async fn without_being_asked_nothing_is_upgraded() {
    let (server, jid) = imported().await;
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
    let success = client.authenticate_inline(Hash::Sha1, "anna", PASSWORD, "").await.expect("proven");
    assert!(success.is(ns::SASL2, "success"), "{success}");
    assert_eq!(kinds(&server, &jid).await, [KeyKind::ScramSha1]);
}

#[tokio::test]
async fn a_task_done_wrongly_fails_and_ends_the_stream() {
    let (server, jid) = imported().await;
    let hash = |data: &str| {
        format!("<task-data xmlns='urn:xmpp:sasl:2'><hash xmlns='urn:xmpp:scram-upgrade:0'>{data}</hash></task-data>")
    };
    let cases = [
        ("<next xmlns='urn:xmpp:sasl:2' task='UPGR-SCRAM-SHA-512'/>".to_owned(), "malformed-request"),
        ("<abort xmlns='urn:xmpp:sasl:2'/>".to_owned(), "aborted"),
        (hash("AAAA"), "malformed-request"),
        (format!("{NEXT}{}", hash("AAAA")), "malformed-request"),
        (format!("{NEXT}{}", hash("")), "malformed-request"),
        (format!("{NEXT}<task-data xmlns='urn:xmpp:sasl:2'/>"), "malformed-request"),
    ];
    for (said, condition) in cases {
        let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
        client.authenticate_inline(Hash::Sha1, "anna", PASSWORD, ASK).await.expect("proven");
        client.send(&said).await;
        let mut heard = client.element().await.expect("an answer");
        if heard.is(ns::SASL2, "task-data") {
            heard = client.element().await.expect("an answer");
        }
        assert!(heard.is(ns::SASL2, "failure") && heard.child_named(ns::SASL, condition).is_some(), "{said} {heard}");
        let error = client.element().await.expect("a stream error").to_string();
        assert!(error.contains("policy-violation"), "{error}");
        assert_eq!(client.next().await.expect("the end"), Heard::End);
    }
    // XEP-0388 §4: nobody authenticates twice.
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
    client.authenticate_inline(Hash::Sha1, "anna", PASSWORD, ASK).await.expect("proven");
    client.send("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-1'/>").await;
    assert!(client.element().await.expect("a stream error").to_string().contains("policy-violation"));
    assert_eq!(kinds(&server, &jid).await, [KeyKind::ScramSha1]);
}

#[tokio::test]
async fn a_password_changed_meanwhile_stays_changed() {
    let (server, jid) = imported().await;
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("features");
    client.authenticate_inline(Hash::Sha1, "anna", PASSWORD, ASK).await.expect("proven");
    let answer = salted(&mut client, PASSWORD).await;
    let other = "quite another password";
    server.people.accounts.set_password(&operator(), &jid, other).await.expect("changed");
    client.send(answer).await;
    let failure = client.element().await.expect("an answer");
    assert!(failure.child_named(ns::SASL, "not-authorized").is_some(), "{failure}");
    let check = async |password: &str| -> Result<bool, StoreError> {
        let node = jid.node().expect("a name");
        let fits = server.engine.credentials.check(&HostName::of(&jid), node, password.as_bytes()).await;
        fits.map(|keys| keys.is_some())
    };
    assert_eq!((check(PASSWORD).await, check(other).await), (Ok(false), Ok(true)));
}
