//! What a store of messages has to do, whatever it is made of.

use std::sync::Arc;

use parlour_domain::archive::StreamCount;
use parlour_xmpp::jid::Jid;

use super::super::testing::{jid, populate, store_with};
use super::super::{Gate, Options};
use super::*;
use crate::Committed;

const R: &str = "romeo@montague.example";
const J: &str = "juliet@montague.example";

fn ask(from: &str, to: &str) -> KeepAsk {
    KeepAsk {
        from: Jid::new(&format!("{from}/r")).expect("an address"),
        to: Jid::new(to).expect("an address"),
        sender: true,
        recipient: true,
        offline: true,
        underway: false,
        stanza: Kept::from(&b"<message/>"[..]),
        at: 5,
        count: None,
    }
}

type Outcomes = std::sync::mpsc::Receiver<Result<Committed<KeptAt>, StoreError>>;

/// Asks for all of them; the outcomes come in the same order.
fn keep_all(store: &Sqlite, asks: impl IntoIterator<Item = KeepAsk>) -> Outcomes {
    let (tell, outcomes) = std::sync::mpsc::sync_channel(MAX_OFFLINE);
    for ask in asks {
        let tell = tell.clone();
        ArchiveStore::keep(store, ask, Box::new(move |outcome| drop(tell.send(outcome))));
    }
    outcomes
}

fn kept(store: &Sqlite, ask: KeepAsk) -> KeptAt {
    keep_all(store, [ask]).recv().expect("told").expect("committed").into_out()
}

fn waiting_for(store: &Sqlite, owner: &str) -> Vec<Waiting> {
    store.offline(jid(owner), ArchiveId(0), 5_000).wait().expect("reads")
}

#[test]
fn both_archives_get_a_row_and_ids_count_up() {
    let store = store_with(&[R, J]);
    let first = kept(&store, ask(R, J));
    let second = kept(&store, ask(J, R));
    let ids = [first.sender, first.recipient, second.sender, second.recipient].map(|id| id.expect("a row"));
    assert!(ids.is_sorted() && first.offline && !first.full);
    assert_eq!(waiting_for(&store, J).iter().map(|row| row.id).collect::<Vec<_>>(), [ids[1]]);

    let own = kept(&store, ask(R, R));
    assert_eq!((own.sender, own.offline), (own.recipient, true));
}

#[test]
fn what_was_handed_over_waits_no_longer_and_its_id_is_never_used_again() {
    let store = store_with(&[R, J]);
    let in_archive = kept(&store, ask(R, J)).recipient.expect("a row");
    let only_waiting = kept(&store, KeepAsk { sender: false, recipient: false, ..ask(R, J) }).recipient.expect("a row");
    assert_eq!(waiting_for(&store, J).iter().map(|row| row.archived).collect::<Vec<_>>(), [true, false]);

    store.drop_offline(jid(R), vec![in_archive, only_waiting]).wait().expect("committed").into_out();
    assert_eq!(waiting_for(&store, J).len(), 2, "nobody drops another's rows");
    store.drop_offline(jid(J), vec![in_archive, only_waiting]).wait().expect("committed").into_out();
    assert!(waiting_for(&store, J).is_empty());
    assert!(kept(&store, ask(R, J)).sender.expect("a row") > only_waiting);
}

#[test]
fn a_full_offline_store_bounces_only_what_no_archive_has() {
    let store = store_with(&[R, J]);
    let waiting_only = || KeepAsk { sender: false, recipient: false, ..ask(R, J) };
    for outcome in keep_all(&store, (0..MAX_OFFLINE).map(|_| waiting_only())) {
        assert!(outcome.expect("committed").into_out().offline);
    }
    let over = kept(&store, waiting_only());
    assert!(over.full && over.recipient.is_none());
    let archived = kept(&store, ask(R, J));
    assert!(!archived.full && !archived.offline && archived.recipient.is_some());
    assert_eq!(waiting_for(&store, J).len(), MAX_OFFLINE);
}

#[test]
fn the_count_of_a_stream_is_kept_with_its_message() {
    let store = store_with(&[R, J]);
    let host = HostName::of(&jid(R));
    let count = |h| Some(StreamCount { stream: Arc::from("s1"), h });
    let read = |stream: &str| store.stream_count(host.clone(), stream.into()).wait().expect("reads");
    kept(&store, KeepAsk { count: count(u32::MAX), ..ask(R, J) });
    assert_eq!(read("s1"), Some(u32::MAX));
    kept(&store, KeepAsk { count: count(0), at: 6, ..ask(R, J) });
    assert_eq!((read("s1"), read("s2")), (Some(0), None));
    for (stream, h) in [("s1", 3), ("s2", 1)] {
        let count = StreamCount { stream: Arc::from(stream), h };
        store.count_stream(host.clone(), count, 6).wait().expect("committed").into_out();
    }
    assert_eq!((read("s1"), read("s2")), (Some(3), Some(1)));
    assert_eq!(store.sweep_stream_counts(6).wait().expect("committed").into_out(), 0);
    assert_eq!(store.sweep_stream_counts(7).wait().expect("committed").into_out(), 2);
    assert_eq!(read("s1"), None);
}

#[test]
fn one_that_fails_among_many_takes_no_other_with_it() {
    let gate = Gate::default();
    let store = Sqlite::in_memory(Options { gate: Some(gate.clone()), ..Options::default() }).expect("memory");
    populate(&store, &[R, J]);
    gate.hold();
    let first = keep_all(&store, [ask(R, J)]);
    gate.until_waiting();
    let rest = keep_all(&store, [J, "ghost@montague.example", J].map(|to| ask(R, to)));
    gate.release();
    first.recv().expect("told").expect("committed").into_out();
    let outcomes: Vec<bool> = rest.into_iter().map(|outcome| outcome.is_ok()).collect();
    assert_eq!(outcomes, [true, false, true]);
    assert_eq!(waiting_for(&store, J).len(), 3);
    assert_eq!(store.meters().largest_group(), 3);
}

#[test]
fn fault_08_a_clock_set_back_does_not_turn_the_order() {
    let store = store_with(&[R, J]);
    for at in [100, 40, 110] {
        kept(&store, KeepAsk { at, ..ask(R, J) });
    }
    assert_eq!(waiting_for(&store, J).iter().map(|row| row.at).collect::<Vec<_>>(), [100, 100, 110]);
}

#[test]
fn what_was_delivered_in_vain_waits_again() {
    let store = store_with(&[R, J]);
    let row = kept(&store, KeepAsk { offline: false, ..ask(R, J) }).recipient;
    assert!(waiting_for(&store, J).is_empty());
    let back = |id| PutBack { id, with: jid(R), at: 9, stanza: Kept::from(&b"<message/>"[..]) };
    store.put_offline(jid(J), vec![back(row), back(None)]).wait().expect("committed").into_out();
    let waiting = waiting_for(&store, J);
    assert_eq!(waiting.iter().map(|row| row.archived).collect::<Vec<_>>(), [true, false]);
    assert_eq!(Some(waiting[0].id), row);
    let rest = store.offline(jid(J), waiting[0].id, 10).wait().expect("reads");
    assert_eq!(rest, waiting[1..]);
}

#[test]
fn a_closed_store_says_so() {
    let store = store_with(&[R, J]);
    store.close();
    let outcome = keep_all(&store, [ask(R, J)]).recv().expect("told");
    assert_eq!(outcome.err(), Some(StoreError::Closed));
}

#[test]
fn what_was_on_its_way_when_the_store_died_waits_for_the_next_client() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("parlour.db");
    let open = || Sqlite::open(&path, Options::default()).expect("opens");
    let store = open();
    populate(&store, &[R, J]);
    let underway = || KeepAsk { offline: false, underway: true, ..ask(R, J) };
    let rows: Vec<ArchiveId> = (0..4).map(|_| kept(&store, underway()).recipient.expect("a row")).collect();
    kept(&store, KeepAsk { offline: false, ..ask(R, J) });
    assert_eq!(waiting_for(&store, J), [], "they are on their way");
    // One arrives, one comes back and is taken by the next client.
    store.arrived(&jid(J), vec![rows[0]]);
    let back = PutBack { id: Some(rows[1]), with: jid(R), at: 5, stanza: Kept::from(&b"<message/>"[..]) };
    store.put_offline(jid(J), vec![back]).wait().expect("put back");
    store.drop_offline(jid(J), vec![rows[1]]).wait().expect("taken");

    // As after a crash: nobody had the others.
    store.close();
    let store = open();
    assert_eq!(waiting_for(&store, J).iter().map(|row| row.id).collect::<Vec<_>>(), rows[2..]);
    store.drop_offline(jid(J), rows[2..].to_vec()).wait().expect("taken");
    store.close();
    assert_eq!(waiting_for(&open(), J), [], "once is enough");
}

#[test]
fn what_arrived_is_remembered_until_a_commit_holds() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("parlour.db");
    let gate = Gate::default();
    let store = Sqlite::open(&path, Options { gate: Some(gate.clone()), ..Options::default() }).expect("opens");
    populate(&store, &[R, J]);
    let row = kept(&store, KeepAsk { offline: false, underway: true, ..ask(R, J) }).recipient.expect("a row");
    store.arrived(&jid(J), vec![row]);
    gate.fail_next(StoreError::DiskFull);
    let failed = keep_all(&store, [ask(R, J)]).recv().expect("told");
    assert!(failed.is_err(), "the commit that was to forget it");
    store.close();
    let store = Sqlite::open(&path, Options::default()).expect("opens");
    assert_eq!(waiting_for(&store, J), [], "forgotten with the last commit at the latest");
}
