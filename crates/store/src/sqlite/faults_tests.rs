//! A store that is slow, locked or without room: what is refused, and that a refusal is true.

use parlour_domain::{By, Door, HostName, HostOptions};
use tempfile::TempDir;

use super::*;
use crate::hosts::HostStore;

const SOON: Duration = Duration::from_millis(300);

fn operator() -> By {
    By::operator(Door::Local, 1)
}

fn add(store: &Sqlite, name: &str) -> Act<parlour_domain::HostRow, parlour_domain::host::HostRefusal> {
    HostStore::add(store, operator(), HostName::parse(name).expect("a domain"), HostOptions::default(), 7)
}

fn domains(store: &Sqlite) -> Vec<String> {
    store.all().wait().expect("reads").into_iter().map(|row| row.host.to_string()).collect()
}

fn open(dir: &TempDir, gate: &Gate, reserve: u64) -> Sqlite {
    let options = Options { gate: Some(gate.clone()), patience: SOON, reserve };
    Sqlite::open(&dir.path().join("parlour.db"), options).expect("opens")
}

fn is_late<T, R>(outcome: &Result<T, ActError<R>>) -> bool {
    matches!(outcome, Err(ActError::Failed(StoreError::Late { millis: 300 })))
}

/// Until something is so, at most ten seconds.
fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not come");
        std::thread::yield_now();
    }
}

#[test]
fn fault_04_another_process_writes_for_a_moment_and_nobody_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Sqlite::open(&dir.path().join("parlour.db"), Options::default()).expect("opens");
    let other = Connection::open(dir.path().join("parlour.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let waits = add(&store, "a.example");
    // Longer than SQLite tries at a time.
    std::thread::park_timeout(BUSY_WRITER * 3);
    assert_eq!(domains(&store), Vec::<String>::new(), "questions are answered meanwhile");
    other.execute_batch("ROLLBACK").expect("free");
    waits.wait().expect("done");
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn fault_04_what_is_not_begun_in_time_is_refused_and_never_done() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let store = open(&dir, &gate, 0);
    gate.lock();
    let began = Instant::now();
    let tickets: Vec<_> = (0..20).map(|n| add(&store, &format!("h{n}.example"))).collect();
    let owed = store.owed::<(), (), _>(|_| Ok(Outcome::unchanged(())));
    for ticket in tickets {
        assert!(is_late(&ticket.wait()));
    }
    assert!(began.elapsed() >= SOON && began.elapsed() < SOON * 20, "{:?}", began.elapsed());
    assert_eq!(store.meters().refused_late(), 20);
    gate.unlock();
    owed.wait().expect("the server's own work waits as long as it takes");
    add(&store, "later.example").wait().expect("all is well again");
    assert_eq!(domains(&store), ["later.example"]);
}

#[test]
fn fault_04_what_was_begun_is_awaited_however_long_the_disk_takes() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let store = open(&dir, &gate, 0);
    gate.hold();
    let begun = add(&store, "a.example");
    gate.until_waiting();
    assert!(is_late(&add(&store, "b.example").wait()));
    gate.release();
    begun.wait().expect("committed in the end");
    assert_eq!(domains(&store), ["a.example"]);
}

#[test]
fn fault_04_a_queue_that_is_full_sheds_at_once() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let store = open(&dir, &gate, 0);
    gate.hold();
    let begun = add(&store, "a.example");
    gate.until_waiting();
    let waits: Vec<_> = (0..WRITES_WAITING).map(|_| store.owed::<(), (), _>(|_| Ok(Outcome::unchanged(())))).collect();
    let shed = add(&store, "b.example").wait();
    assert!(matches!(shed, Err(ActError::Failed(StoreError::Busy { bound: WRITES_WAITING }))), "{shed:?}");
    gate.release();
    begun.wait().expect("committed");
    for ticket in waits {
        ticket.wait().expect("done");
    }
    add(&store, "c.example").wait().expect("room again");
}

#[test]
fn fault_04_a_store_that_is_closed_while_locked_ends() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let store = open(&dir, &gate, 0);
    gate.lock();
    let (asked, owed) = (add(&store, "a.example"), store.owed::<(), (), _>(|_| Ok(Outcome::unchanged(()))));
    store.close();
    assert!(is_late(&asked.wait()));
    assert!(is_late(&owed.wait()));
}

#[test]
fn fault_03_on_a_full_disk_room_can_be_made_and_then_all_goes_on() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let store = open(&dir, &gate, 1 << 20);
    let reserve = dir.path().join("reserve");
    assert_eq!(reserve.metadata().expect("set aside").len(), 1 << 20);
    add(&store, "a.example").wait().expect("room at first");
    gate.fill(true);
    for name in ["b.example", "c.example"] {
        let refused = add(&store, name).wait();
        assert!(matches!(refused, Err(ActError::Failed(StoreError::DiskFull))), "{refused:?}");
    }
    assert!(store.meters().is_disk_full() && !reserve.exists());
    let removed = HostStore::remove(&store, operator(), HostName::parse("a.example").expect("a domain")).wait();
    removed.expect("what makes room is done with what was set aside");
    gate.fill(false);
    until(|| !store.meters().is_disk_full());
    assert!(reserve.exists());
    add(&store, "d.example").wait().expect("no restart is needed");
    assert_eq!(domains(&store), ["d.example"]);
}

#[test]
fn fault_03_what_could_not_be_set_aside_at_the_start_is_when_there_is_room() {
    let (dir, gate) = (tempfile::tempdir().expect("a directory"), Gate::default());
    let reserve = dir.path().join("reserve");
    std::fs::create_dir(&reserve).expect("in its way");
    let store = open(&dir, &gate, 1 << 20);
    add(&store, "a.example").wait().expect("there is room in the log");
    assert!(reserve.is_dir() && !store.meters().is_disk_full());
    std::fs::remove_dir(&reserve).expect("out of its way");
    until(|| reserve.metadata().is_ok_and(|there| there.len() == 1 << 20));
}

#[test]
fn fault_04_a_question_that_nobody_came_to_in_time_is_not_asked() {
    let conn = Connection::open_in_memory().expect("memory");
    let (tell, ticket) = Ticket::<u32>::pair();
    let late =
        Read { work: |_: &Tx| -> Result<u32, StoreError> { panic!("asked") }, tell, until: Instant::now() - SOON };
    Box::new(late).answer(&conn);
    assert_eq!(ticket.wait(), Err(StoreError::Late { millis: 5000 }));
}
