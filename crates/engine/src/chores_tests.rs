//! Chores of which one fails each time: the others have their turn all the same.
//!
//! A trigger in the file makes the store refuse what one chore wants to do, as a damaged page would.

use std::path::Path;
use std::sync::Arc;

use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::Turn;
use parlour_domain::api_key::{KeyWish, Scope};
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::{DAY, KEEP_UNUSED, MINUTE};
use parlour_domain::options::Retention;
use parlour_domain::subscription::Kind;
use parlour_domain::{HostOptions, Role, Span};
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::BareJid;
use rusqlite::Connection;

use crate::chores::{Chores, Post};
use crate::testing::{NOW, Still, World, host, jid, operator};

/// Takes everything.
struct Takes;

impl Post for Takes {
    fn subscription(&self, _from: &BareJid, _to: &BareJid, _kind: Kind) -> bool {
        true
    }
}

/// A world over a file, its chores, and a connection of ours to the same file.
async fn world(dir: &Path) -> (Chores, Arc<Still>, Connection) {
    let file = dir.join("parlour.db");
    let mut options = HostOptions::default();
    options.archive.archive_expires_after = Some(Retention::For(Span(DAY)));
    let world = World::over(Sqlite::open(&file, Options::default()).expect("a store"), options).await;
    for name in ["alice", "bob", "carol"] {
        world.person(name, Role::Member).await;
    }
    let World { store, clock, accounts, invites, sign_in, api_keys, common, .. } = world;
    let all = Arc::new(store);
    let (people, others) = ((Arc::new(accounts), Arc::new(invites)), (sign_in, Arc::new(api_keys)));
    let chores = Chores::new(all.clone(), all, people, others, Arc::new(Takes), common);
    (chores, clock, Connection::open(&file).expect("the same file"))
}

fn count(db: &Connection, what: &str) -> i64 {
    db.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).expect("counted")
}

/// From here on that fails.
fn fails(db: &Connection, when: &str) {
    let refuse = format!("CREATE TRIGGER fails BEFORE {when} BEGIN SELECT RAISE(ABORT, 'no'); END");
    db.execute_batch(&refuse).expect("a trigger");
}

/// Each chore of a host: what it does to which rows, and the rows that are there until it has.
const TIDIES: &[(&str, &str)] = &[
    ("UPDATE OF lapsed ON invite", "invite WHERE lapsed = 0"),
    ("DELETE ON invite", "invite WHERE uses = 0 AND note = 'old'"),
    ("DELETE ON device", "device"),
    ("DELETE ON web_session", "web_session"),
    ("DELETE ON api_key", "api_key WHERE host > 0"),
    ("UPDATE OF state ON account WHEN NEW.state = 'erased'", "account WHERE state = 'deleted'"),
    ("DELETE ON archive", "archive"),
];

/// Each of the whole server.
const TIDIES_SERVER: &[(&str, &str)] =
    &[("DELETE ON api_key", "api_key WHERE host = 0"), ("DELETE ON stream_count", "stream_count")];

/// Leaves something to do for each of them.
async fn leave_work(chores: &Chores, clock: &Still, db: &Connection) {
    let wish = |note: &str| Wish { expires_after: Some(DAY), note: Some(note.into()), ..Wish::default() };
    chores.invites.issue(&operator(), &host(), wish("old")).await.expect("made").into_out();
    for of in [Some(host()), None] {
        let scopes = [Scope::InvitesRead].into_iter().collect();
        let key = KeyWish { name: "bot".into(), role: Role::Admin, scopes, expires_after: Some(DAY) };
        chores.api_keys.create(&operator(), of, key).await.expect("a key").into_out();
    }
    chores.accounts.turn(&operator(), &jid("alice"), Turn::Delete).await.expect("deleted");
    db.execute_batch(&format!(
        "INSERT INTO web_session (host, account, hash, created, expires, seen, browser)
           SELECT host, id, x'00', {NOW}, {NOW}, {NOW}, 'Firefox' FROM account WHERE name = 'bob';
         INSERT INTO device (host, account, agent, seen, ends, new_nonce)
           SELECT host, id, x'00', {NOW}, {NOW}, x'00' FROM account WHERE name = 'bob';
         INSERT INTO archive (host, account, peer, at, archived, offline, stanza)
           SELECT host, id, 1, {NOW}, 1, 0, CAST('<message/>' AS BLOB) FROM account WHERE name = 'bob';
         INSERT INTO stream_count (host, stream, h, at) SELECT id, 's', 1, {NOW} FROM host;"
    ))
    .expect("rows");
    clock.pass(RESTORABLE.max(KEEP_UNUSED) + 2 * DAY);
    // One that is over, and not for long enough to be forgotten.
    chores.invites.issue(&operator(), &host(), wish("new")).await.expect("made").into_out();
    clock.pass(DAY + 2_000);
}

#[tokio::test]
async fn whatever_chore_fails_each_other_has_its_turn() {
    for (number, (broken, _)) in TIDIES.iter().enumerate() {
        let dir = tempfile::tempdir().expect("a directory");
        let (chores, clock, db) = world(dir.path()).await;
        leave_work(&chores, &clock, &db).await;
        for (_, rows) in TIDIES {
            assert!(count(&db, rows) > 0, "nothing to do with {rows}");
        }
        fails(&db, broken);
        chores.tidy(&host()).await.expect_err(broken);
        for (other, (act, rows)) in TIDIES.iter().enumerate() {
            let is_left = count(&db, rows) > 0;
            assert_eq!(is_left, other == number, "{broken} fails, and {act}");
        }
        db.execute_batch("DROP TRIGGER fails").expect("dropped");
        chores.tidy(&host()).await.expect("all goes");
        assert!(TIDIES.iter().all(|(_, rows)| count(&db, rows) == 0), "{broken}");
    }
    for (number, (broken, _)) in TIDIES_SERVER.iter().enumerate() {
        let dir = tempfile::tempdir().expect("a directory");
        let (chores, clock, db) = world(dir.path()).await;
        leave_work(&chores, &clock, &db).await;
        fails(&db, broken);
        chores.tidy_server().await.expect_err(broken);
        for (other, (act, rows)) in TIDIES_SERVER.iter().enumerate() {
            assert_eq!(count(&db, rows) > 0, other == number, "{broken} fails, and {act}");
        }
    }
}

#[tokio::test]
async fn an_owed_job_that_fails_is_put_off_and_holds_up_no_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let (chores, clock, db) = world(dir.path()).await;
    for name in ["alice", "bob", "carol"] {
        chores.accounts.turn(&operator(), &jid(name), Turn::Delete).await.expect("deleted");
    }
    db.execute_batch(&format!(
        "INSERT INTO archive (host, account, peer, at, archived, offline, stanza)
           SELECT host, id, 1, {NOW}, 0, 1, CAST('<message/>' AS BLOB) FROM account;"
    ))
    .expect("rows");
    clock.pass(RESTORABLE + 1);
    chores.tidy(&host()).await.expect("tidied");
    assert_eq!((count(&db, "outbox"), count(&db, "archive")), (3, 3));
    // The first of the three fails each time, and a row before it does not read at all.
    fails(&db, "DELETE ON archive WHEN OLD.account = (SELECT id FROM account WHERE name = 'alice')");
    db.execute_batch("INSERT INTO outbox (id, host, due, job) SELECT -1, id, 0, '[{' FROM host").expect("a row");
    chores.work_off().await.expect_err("told");
    while chores.work_off().await.expect("it is put off") {}
    assert_eq!(count(&db, "archive"), 1, "the others are erased");
    assert_eq!(count(&db, "outbox"), 2, "it is still owed, and what does not read stays");
    // It is tried again after a minute, fails again, and is done once nothing is in its way.
    clock.pass(MINUTE);
    chores.work_off().await.expect_err("tried again");
    assert_eq!(count(&db, "archive"), 1);
    db.execute_batch("DROP TRIGGER fails").expect("dropped");
    assert_eq!(chores.work_off().await, Ok(false), "not before its minute");
    assert_eq!(count(&db, "archive"), 1);
    clock.pass(MINUTE);
    while chores.work_off().await.expect("worked off") {}
    assert_eq!((count(&db, "archive"), count(&db, "outbox")), (0, 1));
}
