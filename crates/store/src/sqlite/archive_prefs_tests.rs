//! Preferences come back as they were set, and only what is old enough and taken is forgotten.

use parlour_domain::archive::{ArchiveId, KeepAsk};
use parlour_domain::kept::Kept;
use rusqlite::types::Value;

use super::super::Sqlite;
use super::super::testing::{jid, plan_of, store_with};
use super::*;
use crate::archive::{ArchiveStore, PageAsk};

const ANNA: &str = "anna@h.example";
const BERT: &str = "bert@h.example";
const FAR: &str = "cora@far.example/x";

fn full(text: &str) -> Jid {
    Jid::new(text).expect("an address")
}

fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

/// Something said to `to`; with `offline` it waits, with `underway` it is on its way.
fn say(store: &Sqlite, to: &str, at: Millis, offline: bool, underway: bool) -> ArchiveId {
    let ask = KeepAsk {
        from: full(FAR),
        to: full(to),
        sender: false,
        recipient: true,
        offline,
        underway,
        stanza: Kept::from(&b"<message/>"[..]),
        at,
        count: None,
    };
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    store.keep(ask, Box::new(move |outcome| drop(tell.send(outcome))));
    told.recv().expect("told").expect("committed").into_out().recipient.expect("a row")
}

fn archive(store: &Sqlite, owner: &str) -> Vec<ArchiveId> {
    let page = store.page(PageAsk::all(jid(owner), 1_000)).wait().expect("reads").expect("a page");
    page.messages.iter().map(|one| one.id).collect()
}

fn expire_all(store: &Sqlite, before: Millis) -> usize {
    let (mut from, mut steps) = (Some(0), 0);
    while let Some(at) = from {
        from = store.expire(host(), at, before).wait().expect("committed").into_out();
        steps += 1;
    }
    steps
}

#[test]
fn preferences_are_the_accounts_own_else_the_hosts() {
    let store = store_with(&[ANNA, BERT]);
    let of = |who: &str, otherwise| store.prefs(jid(who), otherwise).wait().expect("reads");
    assert_eq!(of(ANNA, ArchivePolicy::Always), ArchivePrefs::default());
    assert_eq!(of(ANNA, ArchivePolicy::Never).default, ArchiveDefault::Never);
    assert_eq!(of("nobody@h.example", ArchivePolicy::Never), ArchivePrefs::default());
    let wish = PrefsWish {
        default: ArchivePolicy::Roster,
        always: [full("a@x"), full("b@x/1")].into(),
        never: [full("a@x")].into(),
    };
    let set = store.set_prefs(jid(ANNA), wish).wait().expect("committed").into_out();
    assert_eq!(of(ANNA, ArchivePolicy::Never), set);
    assert!(matches!(set.default, ArchiveDefault::Roster(_)));
    let lists = set.lists.expect("lists");
    assert_eq!((lists.always.iter().map(Jid::as_str).collect::<Vec<_>>(), lists.never.len()), (vec!["b@x/1"], 1));
    assert_eq!(of(BERT, ArchivePolicy::Always), ArchivePrefs::default());
    let plain = PrefsWish { default: ArchivePolicy::Always, always: BTreeSet::new(), never: BTreeSet::new() };
    store.set_prefs(jid(ANNA), plain).wait().expect("committed").into_out();
    assert_eq!(of(ANNA, ArchivePolicy::Never), ArchivePrefs::default(), "chosen, so the host's word does not count");
}

#[test]
fn only_old_messages_are_forgotten_and_what_waits_or_is_on_its_way_is_not_lost() {
    let store = store_with(&[ANNA, BERT]);
    let taken = say(&store, ANNA, 10, false, false);
    let waits = say(&store, ANNA, 11, true, false);
    let underway = say(&store, ANNA, 12, false, true);
    let young = say(&store, ANNA, 100, false, false);
    let berts = say(&store, BERT, 10, false, false);
    expire_all(&store, 5);
    assert_eq!(archive(&store, ANNA), [taken, waits, underway, young]);
    expire_all(&store, 100);
    assert_eq!(archive(&store, ANNA), [underway, young]);
    assert!(archive(&store, BERT).is_empty(), "{berts:?}");
    let offline = store.offline(jid(ANNA), ArchiveId(0), 10).wait().expect("reads");
    assert_eq!(offline.iter().map(|row| (row.id, row.archived)).collect::<Vec<_>>(), [(waits, false)]);
    // It has arrived; and what waited was taken.
    store.arrived(&jid(ANNA), vec![underway]);
    store.drop_offline(jid(ANNA), vec![waits]).wait().expect("committed").into_out();
    expire_all(&store, 100);
    assert_eq!(archive(&store, ANNA), [young]);
    assert!(store.offline(jid(ANNA), ArchiveId(0), 10).wait().expect("reads").is_empty());
    let next = say(&store, ANNA, 101, false, false);
    assert!(next > young, "no id is used twice");
}

#[test]
fn a_large_archive_is_forgotten_in_small_steps() {
    let store = store_with(&[ANNA, BERT]);
    for at in 0..120 {
        say(&store, if at % 2 == 0 { ANNA } else { BERT }, at, false, false);
    }
    assert!(expire_all(&store, 1_000) >= 3);
    assert!(archive(&store, ANNA).is_empty() && archive(&store, BERT).is_empty());
}

#[test]
fn forgetting_walks_an_index() {
    let store = store_with(&[ANNA]);
    for (sql, values, index) in [
        (OLD, 4, "archive_by_time (host=? AND account=? AND at<?)"),
        (ACCOUNTS, 3, "account_in_order (host=? AND id>?)"),
    ] {
        let plan = plan_of(&store, sql, vec![Value::Integer(1); values]);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
