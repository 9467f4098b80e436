//! Each message on one page and no other, whoever writes meanwhile; and what a page costs, without a clock.

use parlour_domain::archive::KeepAsk;
use proptest::prelude::*;
use rusqlite::types::Value;

use super::super::testing::{jid, plan_of, store_with};
use super::super::{Options, Sqlite};
use super::*;
use crate::archive::ArchiveStore;

const ANNA: &str = "anna@h.example";
const BERT: &str = "bert@h.example";
const CORA: &str = "cora@far.example";

/// What `from` says to `to` at some time; Anna is to keep it.
fn say(store: &Sqlite, from: &str, to: &str, at: Millis) -> ArchiveId {
    let (from, to) = (Jid::new(from).expect("an address"), Jid::new(to).expect("an address"));
    let stanza = format!("<message from='{from}' to='{to}' type='chat'><body>{at}</body></message>");
    let own = from.to_bare().as_str() == ANNA;
    let ask = KeepAsk {
        sender: own,
        recipient: !own,
        offline: false,
        underway: false,
        stanza: Kept::from(stanza.as_bytes()),
        at,
        count: None,
        from,
        to,
    };
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    store.keep(ask, Box::new(move |outcome| drop(tell.send(outcome))));
    let kept = told.recv().expect("told").expect("committed").into_out();
    kept.sender.or(kept.recipient).expect("a row")
}

fn ids(page: &Page) -> Vec<ArchiveId> {
    page.messages.iter().map(|one| one.id).collect()
}

fn all() -> PageAsk {
    PageAsk::all(jid(ANNA), 100)
}

fn found(store: &Sqlite, ask: PageAsk) -> Option<Vec<ArchiveId>> {
    store.page(ask).wait().expect("reads").map(|page| ids(&page))
}

/// A small archive: with Bert at two places, with Cora, and a note to herself.
fn archive() -> (Sqlite, Vec<ArchiveId>) {
    let store = store_with(&[ANNA, BERT]);
    let phone = format!("{BERT}/phone");
    let rows = vec![
        say(&store, &phone, ANNA, 10),
        say(&store, ANNA, BERT, 20),
        say(&store, &format!("{CORA}/x"), ANNA, 20),
        say(&store, &format!("{ANNA}/a"), ANNA, 30),
        say(&store, &format!("{BERT}/desk"), ANNA, 40),
        say(&store, ANNA, &phone, 50),
    ];
    // Others' messages in between are nobody else's business.
    say(&store, &format!("{CORA}/x"), BERT, 60);
    (store, rows)
}

#[test]
fn filters_find_what_they_name_and_nothing_else() {
    let (store, r) = archive();
    let with = |with: &str| PageAsk { with: Some(Jid::new(with).expect("an address")), ..all() };
    let cases: Vec<(PageAsk, Vec<usize>)> = vec![
        (all(), vec![0, 1, 2, 3, 4, 5]),
        (PageAsk { start: Some(20), ..all() }, vec![1, 2, 3, 4, 5]),
        (PageAsk { end: Some(20), ..all() }, vec![0, 1, 2]),
        (PageAsk { start: Some(21), end: Some(29), ..all() }, vec![]),
        (PageAsk { start: Some(60), ..all() }, vec![]),
        (with(BERT), vec![0, 1, 4, 5]),
        (with("bert@h.example/phone"), vec![0, 5]),
        (with("bert@h.example/no"), vec![]),
        (with(CORA), vec![2]),
        (with(ANNA), vec![3]),
        (PageAsk { start: Some(15), end: Some(40), ..with(BERT) }, vec![1, 4]),
        (PageAsk { start: Some(51), ..with(BERT) }, vec![]),
        (PageAsk { end: Some(9), ..with(BERT) }, vec![]),
        (PageAsk { after: vec![r[1]], before: vec![r[5]], ..all() }, vec![2, 3, 4]),
        (PageAsk { after: vec![r[0], r[2]], ..all() }, vec![3, 4, 5]),
        (PageAsk { after: vec![r[2]], ..with(BERT) }, vec![4, 5]),
        (PageAsk { ids: Some(vec![r[4], r[0], r[4]]), ..all() }, vec![0, 4]),
        (PageAsk { ids: Some(vec![r[4], r[2]]), ..with(BERT) }, vec![4]),
        (PageAsk { ids: Some(vec![r[4], r[0]]), start: Some(11), ..with("bert@h.example/desk") }, vec![4]),
        (PageAsk { ids: Some(Vec::new()), ..all() }, vec![]),
    ];
    for (ask, expected) in cases {
        let rows: Vec<ArchiveId> = expected.iter().map(|n| r[*n]).collect();
        assert_eq!(found(&store, ask.clone()), Some(rows.clone()), "{ask:?}");
        assert_eq!(found(&store, PageAsk { backwards: true, ..ask.clone() }), Some(rows.clone()), "{ask:?}");
        assert_eq!(store.count(ask.clone()).wait(), Ok(Some(Some(rows.len() as u64))), "{ask:?}");
        // The same in pages of two, both ways.
        for (backwards, ids) in [(false, &rows[..rows.len().min(2)]), (true, &rows[rows.len().saturating_sub(2)..])] {
            let ask = PageAsk { backwards, limit: 2, ..ask.clone() };
            let page = store.page(ask.clone()).wait().expect("reads").expect("a page");
            let end = if rows.len() > 2 { PageEnd::Full } else { PageEnd::All };
            assert_eq!((super::tests::ids(&page).as_slice(), page.end), (ids, end), "{ask:?}");
        }
    }
}

#[test]
fn attack_59_a_row_that_is_not_in_this_archive_finds_nothing() {
    let (store, r) = archive();
    let others = say(&store, &format!("{CORA}/x"), BERT, 70);
    let waiting = KeepAsk {
        from: Jid::new(CORA).expect("an address"),
        to: Jid::new(ANNA).expect("an address"),
        sender: false,
        recipient: false,
        offline: true,
        underway: false,
        stanza: Kept::from(&b"<message/>"[..]),
        at: 80,
        count: None,
    };
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    store.keep(waiting, Box::new(move |outcome| drop(tell.send(outcome))));
    let waiting = told.recv().expect("told").expect("committed").into_out().recipient.expect("a row");
    for id in [others, waiting, ArchiveId(0), ArchiveId(-1), ArchiveId(i64::MAX)] {
        for ask in [
            PageAsk { after: vec![r[0], id], ..all() },
            PageAsk { before: vec![id], ..all() },
            PageAsk { ids: Some(vec![r[0], id]), ..all() },
        ] {
            assert_eq!(found(&store, ask.clone()), None, "{ask:?}");
            assert_eq!(store.count(ask).wait(), Ok(None));
        }
    }
    assert_eq!(found(&store, all()).map(|rows| rows.len()), Some(6), "what only waits is in no archive");
    assert_eq!(store.count(all()).wait(), Ok(Some(Some(6))));
    assert_eq!(store.ends(jid(ANNA)).wait(), Ok(Some([(r[0], 10), (r[5], 50)])));
    assert_eq!(store_with(&[ANNA]).ends(jid(ANNA)).wait(), Ok(None));
}

#[test]
fn a_page_stops_at_its_bytes_but_never_before_its_first_message() {
    let (store, r) = archive();
    let ask = |bytes| PageAsk { bytes, ..all() };
    let one = |bytes, backwards| {
        let page = store.page(PageAsk { backwards, ..ask(bytes) }).wait().expect("reads").expect("a page");
        (ids(&page), page.end)
    };
    assert_eq!(one(1, false), (vec![r[0]], PageEnd::Full));
    assert_eq!(one(1, true), (vec![r[5]], PageEnd::Full));
    assert_eq!(one(200, false).0.len(), 2);
}

#[test]
fn a_rare_resource_is_looked_for_in_steps() {
    let store = store_with(&[ANNA]);
    let first = say(&store, &format!("{CORA}/rare"), ANNA, 1);
    let stanza = format!("<message from='{CORA}/often' to='{ANNA}'/>");
    let many = store.act::<_, std::convert::Infallible, _>(move |tx| {
        let mut insert = tx.prepare_cached(
            "INSERT INTO archive (host, account, peer, at, archived, offline, stanza) SELECT host, account, peer, ?1, 1, 0, ?2 \
             FROM archive WHERE id = ?3",
        )?;
        for n in 0..5_000 {
            insert.execute(params![2 + n, stanza.as_bytes(), first.0])?;
        }
        Ok(parlour_domain::Outcome::unchanged(()))
    });
    many.wait().expect("written").into_out();
    let mut ask = PageAsk { with: Jid::new(&format!("{CORA}/rare")).ok(), backwards: true, ..all() };
    let mut steps = 0;
    let page = loop {
        let page = store.page(ask.clone()).wait().expect("reads").expect("a page");
        let PageEnd::Tired(last) = page.end else { break page };
        assert!(page.messages.is_empty());
        (steps, ask.before) = (steps + 1, vec![last]);
    };
    assert_eq!((ids(&page), page.end, steps), (vec![first], PageEnd::All, 2));
}

#[test]
fn a_clock_that_is_set_back_does_not_change_the_order() {
    let store = store_with(&[ANNA]);
    let far = format!("{CORA}/x");
    let rows: Vec<_> = [100, 5, 7, 200, 50].into_iter().map(|at| say(&store, &far, ANNA, at)).collect();
    assert_eq!(found(&store, all()), Some(rows.clone()));
    assert_eq!(found(&store, PageAsk { start: Some(101), ..all() }), Some(rows[3..].to_vec()));
    assert_eq!(found(&store, PageAsk { after: vec![rows[1]], limit: 1, ..all() }), Some(vec![rows[2]]));
    assert_eq!(
        found(&store, PageAsk { before: vec![rows[4]], limit: 1, backwards: true, ..all() }),
        Some(vec![rows[3]])
    );
}

/// Reads the whole archive page by page, until nothing was found and `done` says that nobody writes any more.
fn read_all(
    store: &Sqlite,
    with: Option<&str>,
    backwards: bool,
    limit: usize,
    done: impl Fn() -> bool,
) -> Vec<ArchiveId> {
    let with = with.map(|with| Jid::new(with).expect("an address"));
    let mut seen: Vec<ArchiveId> = Vec::new();
    loop {
        let over = done();
        let mut ask = PageAsk { with: with.clone(), backwards, limit, ..all() };
        match (backwards, seen.last()) {
            (false, Some(last)) => ask.after = vec![*last],
            (true, Some(first)) => ask.before = vec![*first],
            (_, None) => {}
        }
        let page = store.page(ask).wait().expect("reads").expect("what was seen is still there");
        let mut new = ids(&page);
        if backwards {
            new.reverse();
        }
        seen.extend(new);
        if page.end == PageEnd::All && (backwards || over) {
            return seen;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Writers and a paging reader at the same time, on a file, as in service.
    #[test]
    fn each_message_is_on_one_page_whoever_writes_meanwhile(
        writers in 1_usize..4,
        each in 20_i64..60,
        limit in 1_usize..9,
        with in prop::sample::select(vec![None, Some(BERT), Some(CORA)]),
        jumps in prop::collection::vec(-20_i64..20, 1..8),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Sqlite::open(&dir.path().join("db"), Options::default()).expect("opens");
        super::super::testing::populate(&store, &[ANNA, BERT]);
        let left = std::sync::atomic::AtomicUsize::new(writers);
        let (mine, forwards, backwards) = std::thread::scope(|scope| {
            let (left, store) = (&left, &store);
            let writing: Vec<_> = (0..writers).map(|n| {
                let jumps = &jumps;
                scope.spawn(move || {
                    let mut rows = Vec::new();
                    for turn in 0..each {
                        // Clocks jump, and others write to others.
                        let at = 1_000 + turn + jumps[usize::try_from(turn).expect("small") % jumps.len()];
                        let peer = if (turn + n as i64) % 3 == 0 { CORA } else { BERT };
                        let to = if turn % 5 == 0 { BERT } else { ANNA };
                        let from = if to == BERT { CORA } else { peer };
                        let row = say(store, &format!("{from}/r"), to, at);
                        if to == ANNA && with.is_none_or(|with| with == from) {
                            rows.push(row);
                        }
                    }
                    left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    rows
                })
            }).collect();
            let over = move || left.load(std::sync::atomic::Ordering::SeqCst) == 0;
            let forwards = scope.spawn(move || read_all(store, with, false, limit, over));
            let backwards = scope.spawn(move || read_all(store, with, true, limit, over));
            let mut mine: Vec<ArchiveId> = writing.into_iter().flat_map(|w| w.join().expect("a writer")).collect();
            mine.sort();
            (mine, forwards.join().expect("a reader"), backwards.join().expect("a reader"))
        });
        // In order, none twice and none left out.
        prop_assert_eq!(&forwards, &mine);
        // Backwards from some moment: all up to it, in order.
        let mut backwards = backwards;
        backwards.reverse();
        prop_assert_eq!(&backwards[..], &mine[..backwards.len()]);
        prop_assert_eq!(read_all(&store, with, true, limit, || true).len(), mine.len());
    }
}

#[test]
fn every_page_walks_an_index_and_sorts_nothing() {
    let store = store_with(&[ANNA]);
    let time = "archive_by_time (host=? AND account=? AND at";
    let peer = "archive_by_peer (host=? AND account=? AND peer=? AND rowid>? AND rowid<?)";
    for (sql, values, index) in [
        (FIRST, 7, "archive_by_time (host=? AND account=? AND at>? AND at<?)"),
        (LAST, 7, "archive_by_time (host=? AND account=? AND at>? AND at<?)"),
        (WITH_FIRST, 6, peer),
        (WITH_LAST, 6, peer),
        (FIRST_SINCE, 3, time),
        (LAST_UNTIL, 3, time),
        (FIRST_OF_ALL, 2, "archive_by_time (host=? AND account=?)"),
        (LAST_OF_ALL, 2, "archive_by_time (host=? AND account=?)"),
        (COUNT, 7, "COVERING INDEX archive_by_time (host=? AND account=? AND at>? AND at<?)"),
        (COUNT_WITH, 6, "COVERING INDEX archive_by_peer (host=? AND account=? AND peer=? AND rowid>? AND rowid<?)"),
        (COUNT_ONLY_WAITING, 6, "archive_waiting (host=? AND account=?"),
        (COUNT_ONLY_WAITING_WITH, 5, "archive_waiting (host=? AND account=?"),
        (TIME, 3, "INTEGER PRIMARY KEY (rowid=?)"),
        (ONE, 3, "INTEGER PRIMARY KEY (rowid=?)"),
    ] {
        let plan = plan_of(&store, sql, vec![Value::Integer(1); values]);
        assert!(plan.contains(index), "{sql}\n{plan}");
        let scans = plan.lines().any(|line| line.starts_with("SCAN archive"));
        assert!(!plan.contains("TEMP B-TREE") && !scans, "{sql}\n{plan}");
    }
}
