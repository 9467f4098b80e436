//! First words: an invite's hello to the newcomer and the host's word to the maker, each once and with the account.

use parlour_domain::archive::ArchiveId;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::{HostOptions, InviteKind, Role};
use parlour_store::archive::ArchiveStore;
use parlour_store::{Sqlite, StoreError, sqlite};

use crate::invites::{IssueError, RedeemError};
use crate::testing::{World, by, host, jid, newcomer, operator};

/// What waits for somebody's next client.
async fn waits_for(world: &World, name: &str) -> Vec<String> {
    let rows = ArchiveStore::offline(&world.store, jid(name), ArchiveId(0), 50).await.expect("read");
    rows.iter().map(|row| String::from_utf8_lossy(row.stanza.as_bytes()).into_owned()).collect()
}

fn with_hello(text: &str) -> Wish {
    Wish { hello: Some(text.into()), ..Wish::default() }
}

#[tokio::test]
async fn a_hello_waits_for_the_newcomer_in_the_makers_name_and_the_maker_is_told() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let wish = Wish { lang: Some("de".into()), ..with_hello("Come <in> &\u{1} sing!") };
    let (_, token) = world.invite(&alice, wish).await;
    world.join(&token, "juliet").await.expect("joined");
    let hello = waits_for(&world, "juliet").await;
    assert_eq!(hello.len(), 1);
    assert!(hello[0].contains("from='alice@h.example'") && hello[0].contains("to='juliet@h.example'"), "{hello:?}");
    assert!(hello[0].contains("<body>Come &lt;in&gt; &amp; sing!</body>"), "{hello:?}");
    let told = waits_for(&world, "alice").await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("from='h.example'"), "{told:?}");
    assert!(told[0].contains("juliet ist mit deiner Einladung dazugekommen."), "{told:?}");
}

#[tokio::test]
async fn attack_nobody_puts_words_into_anothers_mouth() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let admin = world.person("admin", Role::Admin).await;
    for by in [&admin, &operator()] {
        let wish = Wish { on_behalf: Some(jid("alice")), ..with_hello("I love you") };
        let refused = world.invites.issue(by, &host(), wish).await.expect_err("refused");
        assert_eq!(refused, IssueError::Refused(IssueRefusal::HelloNotYours));
    }
    let refused = world.invites.issue(&operator(), &host(), with_hello("hi")).await.expect_err("nobody's words");
    assert_eq!(refused, IssueError::Refused(IssueRefusal::HelloNotYours));
    let long = world.invites.issue(&by("alice", Role::Member), &host(), with_hello(&"x".repeat(281))).await;
    assert!(matches!(long, Err(IssueError::Refused(IssueRefusal::TooLong { field: "hello", max: 280 }))));
}

#[tokio::test]
async fn greetings_come_with_the_account_or_not_at_all_and_survive_the_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("parlour.db");
    let gate = sqlite::Gate::default();
    let store = Sqlite::open(&file, sqlite::Options { gate: Some(gate.clone()), ..sqlite::Options::default() })
        .expect("a store");
    let world = World::over(store, HostOptions::default()).await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, with_hello("hi")).await;
    gate.fail_next(StoreError::DiskFull);
    assert_eq!(world.join(&token, "juliet").await, Err(RedeemError::Failed(StoreError::DiskFull)));
    assert!(waits_for(&world, "alice").await.is_empty(), "told nothing that is not so");
    world.join(&token, "juliet").await.expect("joined");
    assert!(world.join(&token, "second").await.is_err());
    world.store.close();
    let again = World::over(Sqlite::open(&file, sqlite::Options::default()).expect("a store"), HostOptions::default());
    let again = again.await;
    assert_eq!((waits_for(&again, "juliet").await.len(), waits_for(&again, "alice").await.len()), (1, 1), "once each");
}

#[tokio::test]
async fn who_is_not_told() {
    let mut options = HostOptions::default();
    options.invites.announce_joined = Some(false);
    let world = World::over(Sqlite::in_memory(sqlite::Options::default()).expect("a store"), options).await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    world.join(&token, "juliet").await.expect("joined");
    assert!(waits_for(&world, "alice").await.is_empty(), "switched off");
    assert!(waits_for(&world, "juliet").await.is_empty(), "no hello, no message");

    let world = World::new().await;
    let admin = world.person("admin", Role::Admin).await;
    let wish = Wish { kind: Some(InviteKind::Account), max_uses: Some(21), ..Wish::default() };
    let (_, token) = world.invite(&admin, wish).await;
    world.join(&token, "juliet").await.expect("joined");
    assert!(waits_for(&world, "admin").await.is_empty(), "an intake is no news one by one");
    let (_, token) = world.invite(&admin, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    world.invites.consume(&newcomer(), &jid("admin"), &jid("juliet"), &token).await.expect("a contact");
    assert!(waits_for(&world, "admin").await.is_empty(), "the push says it");
}
