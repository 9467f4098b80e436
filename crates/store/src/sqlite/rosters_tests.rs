//! What a store of rosters, block lists and personal data has to do, whatever it is made of.

use parlour_domain::blocking::{BlockingRefusal, MAX_PER_REQUEST};
use parlour_domain::personal::{LastSeen, MAX_VCARD_BYTES, PersonalRefusal, PrivateKey};
use parlour_domain::{Change, Outcome};
use parlour_xmpp::jid::Jid;

use super::super::testing::{jid, store_with};
use super::*;
use crate::blocking::BlockingStore;
use crate::personal::PersonalStore;

const R: &str = "romeo@montague.example";
const J: &str = "juliet@capulet.example";
const X: &str = "x@elsewhere.example";

fn store() -> Sqlite {
    store_with(&[R, J])
}

fn send(store: &Sqlite, from: &str, to: &str, kind: Kind) -> Vec<Sent> {
    let stanza = Kept::from(&b"<presence type='subscribe'/>"[..]);
    store.subscription(jid(from), jid(to), kind, stanza, 9).wait().expect("committed").into_out()
}

fn roster(store: &Sqlite, owner: &str) -> Roster {
    RosterStore::roster(store, jid(owner)).wait().expect("reads")
}

fn wish(name: &str, groups: &[&str]) -> Wish {
    Wish { name: Some(name.into()), groups: groups.iter().map(|group| (*group).into()).collect() }
}

#[test]
fn a_request_between_two_hosts_of_ours_is_one_transaction() {
    let store = store();
    let done = send(&store, R, J, Kind::Subscribe);
    assert_eq!(done.len(), 1);
    assert_eq!(roster(&store, R).items[0].state.to, To::Asked);
    let asked = roster(&store, J);
    assert_eq!((asked.items.len(), asked.version), (0, 0));
    assert_eq!(asked.requests.len(), 1);
    assert_eq!((asked.requests[0].from.as_str(), asked.requests[0].at), (R, 9));
    assert_eq!(asked.requests[0].stanza.as_bytes(), b"<presence type='subscribe'/>");

    send(&store, J, R, Kind::Subscribed);
    assert!(roster(&store, J).requests.is_empty());
    assert_eq!(roster(&store, J).items[0].state.subscription(), "from");
    assert_eq!(roster(&store, R).items[0].state.subscription(), "to");
}

#[test]
fn somebody_elsewhere_and_nobody_are_told_apart() {
    let store = store();
    let away = send(&store, R, X, Kind::Subscribe);
    assert!(away[0].remote);
    assert!(send(&store, R, "ghost@montague.example", Kind::Subscribe).is_empty());
    assert!(send(&store, R, "montague.example", Kind::Subscribe).is_empty(), "a host has no roster");
    let back = send(&store, X, R, Kind::Subscribed);
    assert_eq!(back[0].to, jid(R));
    assert_eq!(roster(&store, R).items.iter().filter(|item| item.state.sees_contact()).count(), 1);
}

#[test]
fn naming_keeps_the_subscription_and_removing_tells_the_other() {
    let store = store();
    send(&store, J, R, Kind::Subscribed);
    send(&store, R, J, Kind::Subscribe);
    let done = store.set_contact(jid(R), jid(J), wish("Julia", &["b", "a"])).wait().expect("committed");
    assert_eq!(done.changes().len(), 1);
    let item = roster(&store, R).items.remove(0);
    assert_eq!((item.name.as_deref(), item.groups.as_slice()), (Some("Julia"), &["a".to_owned(), "b".to_owned()][..]));
    assert_eq!(item.state.subscription(), "to");

    let sent = store.remove_contact(jid(R), jid(J)).wait().expect("committed").into_out();
    assert_eq!(sent.iter().map(|sent| sent.kind).collect::<Vec<_>>(), [Kind::Unsubscribe]);
    assert!(roster(&store, R).items.is_empty());
    assert_eq!(roster(&store, J).items[0].state, State::default());
    let again = store.remove_contact(jid(R), jid(J)).wait();
    assert_eq!(again.expect_err("gone"), ActError::Refused(RosterRefusal::NotFound));
}

#[test]
fn versions_give_what_changed_and_forget_old_removals() {
    let store = store();
    let since = |version| store.roster_since(jid(R), version).wait().expect("reads");
    assert_eq!(since(0), Since::Some(vec![]), "an empty roster is version 0");
    for n in 0..3 {
        store
            .set_contact(jid(R), jid(&format!("c{n}@x.example")), wish("C", &[]))
            .wait()
            .expect("committed")
            .into_out();
    }
    store.remove_contact(jid(R), jid("c0@x.example")).wait().expect("committed").into_out();
    assert_eq!(roster(&store, R).version, 4);
    let Since::Some(news) = since(2) else { panic!("version 2 is known") };
    let news: Vec<_> = news.into_iter().map(|n| (n.version, n.contact.to_string(), n.item.is_some())).collect();
    assert_eq!(news, [(3, "c2@x.example".to_owned(), true), (4, "c0@x.example".to_owned(), false)]);
    assert_eq!(since(4), Since::Some(vec![]));
    assert_eq!(since(5), Since::All, "a version nobody gave out");

    for n in 0..=MAX_REMEMBERED_REMOVALS {
        let contact = jid(&format!("d{n}@x.example"));
        store.set_contact(jid(R), contact.clone(), wish("D", &[])).wait().expect("committed").into_out();
        store.remove_contact(jid(R), contact).wait().expect("committed").into_out();
    }
    assert_eq!(since(4), Since::All, "a removal after it was forgotten");
    let Since::Some(news) = since(roster(&store, R).version - 1) else { panic!("yesterday is known") };
    assert_eq!(news.len(), 1);
}

#[test]
fn a_contact_that_comes_back_is_no_longer_gone() {
    let store = store();
    for _ in 0..2 {
        store.set_contact(jid(R), jid(X), wish("X", &[])).wait().expect("committed").into_out();
        assert_eq!(roster(&store, R).items.len(), 1);
        store.remove_contact(jid(R), jid(X)).wait().expect("committed").into_out();
        assert!(roster(&store, R).items.is_empty());
    }
}

#[test]
fn vector_61_befriending_two_accounts_changes_both_rosters() {
    let store = store();
    let done = store.act(|tx| roster::befriend(pair(tx, &jid(R), &jid(J))?).map_err(ActError::Refused));
    let done = done.wait().expect("committed");
    let put =
        |change: &Change| matches!(change, Change::Roster(RosterChange::Put { item, .. }) if item.state == State::BOTH);
    assert!(done.changes().len() == 2 && done.changes().iter().all(put));
    assert_eq!(roster(&store, R).items[0].state, State::BOTH);
    assert_eq!(roster(&store, J).items[0].state, State::BOTH);
}

#[test]
fn a_refused_act_leaves_nothing() {
    let store = store();
    let refused = store.act::<(), RosterRefusal, _>(|tx| {
        let Outcome { changes, .. } = roster::befriend(pair(tx, &jid(R), &jid(J))?).map_err(ActError::Refused)?;
        super::super::apply::all(tx, &changes)?;
        Err(ActError::Refused(RosterRefusal::Full))
    });
    assert!(refused.wait().is_err());
    assert!(roster(&store, R).items.is_empty() && roster(&store, J).items.is_empty());
}

#[test]
fn block_lists_are_each_accounts_own() {
    let store = store();
    let list = |items: &[&str]| -> Vec<Jid> { items.iter().map(|item| Jid::new(item).expect("an address")).collect() };
    let blocked = |owner: &str| store.blocked(jid(owner)).wait().expect("reads");
    store.block(jid(R), list(&[J, "spam.example", "x@y.example/z"])).wait().expect("committed").into_out();
    assert_eq!(blocked(R).len(), 3);
    assert!(blocked(J).is_empty() && blocked("ghost@montague.example").is_empty());
    store.unblock(jid(R), list(&["spam.example"])).wait().expect("committed").into_out();
    assert_eq!(blocked(R).len(), 2);
    let done = store.unblock(jid(R), vec![]).wait().expect("committed");
    assert_eq!(done.changes().len(), 1);
    assert!(blocked(R).is_empty());
    let many: Vec<Jid> =
        (0..=MAX_PER_REQUEST).map(|n| Jid::new(&format!("a{n}@x.example")).expect("an address")).collect();
    let refused = store.block(jid(R), many).wait().expect_err("too many");
    assert!(matches!(refused, ActError::Refused(BlockingRefusal::TooManyAtOnce { .. })));
}

#[test]
fn personal_things_are_read_back_and_bounded() {
    let store = store();
    let key = |name: &str| PrivateKey { namespace: "storage:bookmarks".into(), name: name.into() };
    let xml = |text: &str| Kept::from(text.as_bytes());
    assert_eq!(store.private(jid(R), key("storage")).wait(), Ok(None));
    for text in ["<storage>1</storage>", "<storage>2</storage>"] {
        store.set_private(jid(R), key("storage"), xml(text), 1).wait().expect("committed").into_out();
        assert_eq!(store.private(jid(R), key("storage")).wait(), Ok(Some(xml(text))));
    }
    assert_eq!(store.private(jid(J), key("storage")).wait(), Ok(None));
    assert_eq!(store.private(jid(R), key("other")).wait(), Ok(None));

    store.set_vcard(jid(R), xml("<vCard/>"), None, 1).wait().expect("committed").into_out();
    assert_eq!(store.vcard(jid(R)).wait(), Ok(Some(xml("<vCard/>"))));
    assert_eq!(store.vcard(jid("ghost@montague.example")).wait(), Ok(None));
    let refused =
        store.set_vcard(jid(R), Kept::from(vec![b'x'; MAX_VCARD_BYTES + 1]), None, 1).wait().expect_err("too large");
    assert!(matches!(refused, ActError::Refused(PersonalRefusal::TooLarge { .. })));

    assert_eq!(store.last_seen(jid(R)).wait(), Ok(None));
    store.left(jid(R), 5, Some("bye".into())).wait().expect("committed").into_out();
    store.left(jid(R), 6, None).wait().expect("committed").into_out();
    assert_eq!(store.last_seen(jid(R)).wait(), Ok(Some(LastSeen { at: 6, status: None })));
}
