//! The writer's promises: grouped, whole, durable, and well again after a failure.

use std::sync::Arc;

use parlour_domain::{By, Change, Door, HostChange, HostName, HostOptions, Outcome};
use tempfile::TempDir;

use super::*;
use crate::hosts::HostStore;

fn domain(name: &str) -> HostName {
    HostName::parse(name).expect("a domain")
}

fn operator() -> By {
    By::operator(Door::Local, 1)
}

fn add(store: &Sqlite, name: &str) -> Act<parlour_domain::HostRow, parlour_domain::host::HostRefusal> {
    HostStore::add(store, operator(), domain(name), HostOptions::default(), 7)
}

fn open(dir: &TempDir, gate: &Gate) -> Sqlite {
    Sqlite::open(&dir.path().join("parlour.db"), Options { gate: Some(gate.clone()), ..Options::default() })
        .expect("opens")
}

fn room() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn domains(store: &Sqlite) -> Vec<String> {
    store.all().wait().expect("reads").into_iter().map(|row| row.host.to_string()).collect()
}

#[test]
fn nothing_is_told_before_its_commit() {
    let (dir, gate) = (room(), Gate::default());
    let store = open(&dir, &gate);
    gate.hold();
    let mut ticket = add(&store, "a.example");
    gate.until_waiting();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::Pin::new(&mut ticket).poll(&mut cx).is_pending());
    assert_eq!(domains(&store), Vec::<String>::new());
    gate.release();
    let done = ticket.wait().expect("committed");
    assert_eq!(done.changes().len(), 1);
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn other_values_do_not_prepare_a_statement_anew() {
    let store = Sqlite::in_memory(Options::default()).expect("opens");
    for name in ["a.example", "b.example"] {
        add(&store, name).wait().expect("made");
    }
    let again = store.read(|tx| {
        for (host, id) in [("a.example", "aaaaaaaaaaa"), ("b.example", "bbbbbbbbbbb"), ("a.example", "ccccccccccc")] {
            assert_eq!(invite_rows::load(tx, &domain(host), id.parse().expect("an id"))?, None);
        }
        Ok(tx.prepare_cached(&invite_rows::SELECT)?.get_status(rusqlite::StatementStatus::RePrepare))
    });
    assert_eq!(again.wait(), Ok(0));
}

#[test]
fn what_waits_shares_a_commit() {
    let (dir, gate) = (room(), Gate::default());
    let store = open(&dir, &gate);
    gate.hold();
    let first = add(&store, "first.example");
    gate.until_waiting();
    let rest: Vec<_> = (0..50).map(|n| add(&store, &format!("h{n}.example"))).collect();
    gate.release();
    first.wait().expect("committed");
    for ticket in rest {
        ticket.wait().expect("committed");
    }
    assert_eq!((store.meters().commits(), store.meters().largest_group()), (2, 50));
}

#[test]
fn a_failed_commit_fails_the_whole_group_and_the_next_works() {
    let (dir, gate) = (room(), Gate::default());
    let store = open(&dir, &gate);
    gate.hold();
    let tickets = [add(&store, "a.example"), add(&store, "a.example")];
    gate.until_waiting();
    gate.fail_next(StoreError::DiskFull);
    gate.release();
    let mut failures = 0;
    for ticket in tickets {
        match ticket.wait() {
            Err(ActError::Failed(StoreError::DiskFull)) => failures += 1,
            // The second may have come too late for the group, and is then the first to succeed.
            Ok(_) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert!(failures >= 1);
    if failures == 2 {
        add(&store, "a.example").wait().expect("free again");
    }
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn fault_a_full_disk_is_said_and_the_next_operation_works() {
    let dir = room();
    let store = open(&dir, &Gate::default());
    add(&store, "a.example").wait().expect("room at first");
    let pages = |n: i64| {
        store.act::<_, (), _>(move |tx| {
            Ok(Outcome::unchanged(tx.pragma_update_and_check(None, "max_page_count", n, |r| r.get::<_, i64>(0))?))
        })
    };
    let least = pages(1).wait().expect("a bound").into_out();
    let big = HostOptions { site_name: Some("x".repeat(200_000)), ..HostOptions::default() };
    let refused = store.set_options(operator(), domain("a.example"), big).wait();
    assert!(matches!(refused, Err(ActError::Failed(StoreError::DiskFull))), "{refused:?}");
    pages(least + 1000).wait().expect("room again");
    add(&store, "b.example").wait().expect("works again");
    assert_eq!(domains(&store), ["a.example", "b.example"]);
}

#[test]
fn an_operation_that_panics_takes_nobody_with_it() {
    let store = Sqlite::in_memory(Options::default()).expect("opens");
    let broken = store.act::<(), (), _>(|tx| {
        apply::all(
            tx,
            &[Change::Host(HostChange::Added { host: domain("x.example"), at: 1, options: Box::default() })],
        )?;
        panic!("a rule's bug");
    });
    let fine = add(&store, "a.example");
    assert!(matches!(broken.wait(), Err(ActError::Failed(StoreError::Panicked))));
    fine.wait().expect("committed");
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn a_refusal_after_a_write_undoes_it() {
    let store = Sqlite::in_memory(Options::default()).expect("opens");
    let refused = store
        .act::<(), &str, _>(|tx| {
            apply::all(
                tx,
                &[Change::Host(HostChange::Added { host: domain("x.example"), at: 1, options: Box::default() })],
            )?;
            Err(ActError::Refused("no"))
        })
        .wait();
    assert!(matches!(refused, Err(ActError::Refused("no"))));
    assert_eq!(domains(&store), Vec::<String>::new());
}

/// kill -9 leaves the files as the kernel has them: copy them while the store is open.
#[test]
fn fault_what_was_acknowledged_survives_a_kill() {
    let dir = room();
    let store = open(&dir, &Gate::default());
    for n in 0..20 {
        add(&store, &format!("h{n}.example")).wait().expect("committed");
    }
    let after = room();
    for name in ["parlour.db", "parlour.db-wal"] {
        std::fs::copy(dir.path().join(name), after.path().join(name)).expect("copied");
    }
    let again = open(&after, &Gate::default());
    assert_eq!(domains(&again).len(), 20);
}

#[test]
fn a_backup_of_a_busy_store_is_whole() {
    let dir = room();
    let store = open(&dir, &Gate::default());
    let writer = {
        let store = store.clone();
        std::thread::spawn(move || {
            for n in 0..200 {
                add(&store, &format!("h{n}.example")).wait().expect("committed");
            }
        })
    };
    while store.meters().commits() < 20 {
        std::thread::yield_now();
    }
    let copy = dir.path().join("copy.db");
    store.backup(&copy).expect("copied");
    writer.join().expect("wrote");
    let found = inspect(&copy).expect("whole");
    assert!(found.hosts.len() >= 20 && found.hosts.len() <= 200);
    assert_eq!(found.version, migrate::newest());
    assert!(matches!(store.backup(&copy), Err(StoreError::File { .. })), "an older copy is not overwritten");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).expect("there").permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_of_another_kind_is_no_backup() {
    let dir = room();
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, "not a database, but long enough to look at".repeat(50)).expect("written");
    assert!(matches!(inspect(&path), Err(StoreError::Damaged { .. })));
}

#[test]
fn closed_is_closed() {
    let store = Sqlite::in_memory(Options::default()).expect("opens");
    let last = add(&store, "a.example");
    store.close();
    last.wait().expect("what was submitted is done");
    assert!(matches!(add(&store, "b.example").wait(), Err(ActError::Failed(StoreError::Closed))));
    assert!(matches!(store.all().wait(), Err(StoreError::Closed)));
}

#[test]
fn reads_and_writes_are_counted() {
    let store = Sqlite::in_memory(Options::default()).expect("opens");
    add(&store, "a.example").wait().expect("committed");
    drop(domains(&store));
    assert_eq!((store.meters().reads(), store.meters().writes()), (1, 1));
}

#[test]
fn many_threads_one_writer() {
    let store = Arc::new(Sqlite::in_memory(Options::default()).expect("opens"));
    let wins: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64).map(|_| scope.spawn(|| add(&store, "a.example").wait().is_ok())).collect();
        threads.into_iter().map(|t| usize::from(t.join().expect("ran"))).sum()
    });
    assert_eq!(wins, 1);
}

#[test]
fn what_follows_a_commit_comes_in_order_and_without_the_asker() {
    let (dir, gate) = (room(), Gate::default());
    let store = open(&dir, &gate);
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let hung = |name: &str| {
        let (seen, name) = (Arc::clone(&seen), name.to_owned());
        Box::new(move |_: &[Change]| seen.lock().unwrap().push(name)) as crate::After
    };
    gate.hold();
    let first = crate::followed_by(hung("a"), || add(&store, "a.example"));
    gate.until_waiting();
    drop(first);
    drop(crate::followed_by(hung("refused"), || add(&store, "a.example")));
    drop(crate::followed_by(Box::new(|_| panic!("an effect's bug")), || add(&store, "b.example")));
    drop(crate::followed_by(hung("c"), || add(&store, "c.example")));
    crate::followed_by(hung("never submitted"), || ());
    let last = add(&store, "d.example");
    assert_eq!(*seen.lock().unwrap(), Vec::<String>::new(), "not before the commit");
    gate.release();
    last.wait().expect("committed");
    assert_eq!(*seen.lock().unwrap(), ["a", "c"]);
}
