//! What a store of published items has to do, whatever it is made of.

use parlour_domain::kept::Kept;
use parlour_domain::pubsub::{MAX_ITEMS, MAX_NODES};
use parlour_domain::{By, Door, Role};
use parlour_xmpp::payload::pubsub::options::{AccessModel, Limit};
use proptest::prelude::*;

use super::super::testing::{jid, store_with};
use super::*;

const J: &str = "juliet@capulet.example";
const R: &str = "romeo@montague.example";

fn ask(node: &str) -> NodeAsk {
    ask_at(node, 1_000)
}

fn ask_at(node: &str, at: Millis) -> NodeAsk {
    NodeAsk { by: By::account(jid(J), Role::Member, Door::Xmpp, 1), owner: jid(J), node: node.into(), at }
}

fn publish(store: &Sqlite, node: &str, id: &str, payload: &str) {
    publish_with(store, ask(node), id, payload, None).expect("published");
}

fn publish_with(
    store: &Sqlite,
    ask: NodeAsk,
    id: &str,
    payload: &str,
    conditions: Option<NodeOptions>,
) -> Result<(), ActError<PubsubRefusal>> {
    let item = NewItem { id: id.into(), payload: Some(Kept::from(payload.as_bytes())) };
    PubsubStore::publish(store, ask, item, conditions).wait().map(crate::Committed::into_out)
}

fn many() -> Option<NodeOptions> {
    Some(NodeOptions { max_items: Some(Limit::Max), access_model: Some(AccessModel::Open), ..NodeOptions::default() })
}

fn items(store: &Sqlite, node: &str, asker: &str, which: Which) -> Result<Found, PubsubRefusal> {
    store.items(jid(J), node.into(), jid(asker), which, 1_000).wait().expect("reads")
}

fn ids(store: &Sqlite, node: &str) -> Vec<String> {
    let found = items(store, node, J, Which::Newest(None)).expect("found");
    found.items.into_iter().map(|item| item.id).collect()
}

#[test]
fn the_last_item_takes_the_place_of_those_before() {
    let store = store_with(&[J]);
    publish(&store, "n", "a", "<a/>");
    publish(&store, "n", "b", "<b/>");
    let found = items(&store, "n", J, Which::Newest(None)).expect("found");
    assert_eq!((found.total, found.first, found.complete), (1, 0, true));
    assert_eq!(found.items, [Item { id: "b".into(), payload: Some(Kept::from(&b"<b/>"[..])), at: 1_000 }]);
    assert_eq!(found.node.config.access_model, AccessModel::Presence);
}

#[test]
fn items_are_in_order_of_publication() {
    let store = store_with(&[J]);
    for id in ["a", "b", "c", "a"] {
        publish_with(&store, ask("n"), id, "<x/>", many()).expect("published");
    }
    assert_eq!(ids(&store, "n"), ["a", "c", "b"]);
    let found = items(&store, "n", J, Which::Ids(vec!["b".into(), "nothing".into()])).expect("found");
    assert_eq!(found.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["b"]);
    let page = items(&store, "n", J, Which::After { id: Some("a".into()), max: 1 }).expect("found");
    assert_eq!((page.items[0].id.as_str(), page.first, page.total), ("c", 1, 3));
    store.retract(ask("n"), "c".into(), false).wait().expect("taken back").into_out();
    assert_eq!(ids(&store, "n"), ["a", "b"]);
    store.purge(ask("n")).wait().expect("purged").into_out();
    assert_eq!(ids(&store, "n"), [""; 0]);
    publish_with(&store, ask("n"), "d", "<x/>", many()).expect("published");
    assert_eq!(ids(&store, "n"), ["d"]);
    store.delete(ask("n")).wait().expect("deleted").into_out();
    assert_eq!(items(&store, "n", J, Which::Newest(None)), Err(PubsubRefusal::NoSuchNode));
}

#[test]
fn counts_are_what_is_there() {
    let store = store_with(&[J]);
    for id in ["a", "b", "a"] {
        publish_with(&store, ask("n"), id, "<x/>", many()).expect("published");
    }
    publish(&store, "m", "a", "<x/>");
    store.retract(ask("n"), "b".into(), false).wait().expect("taken back").into_out();
    let facts = store.read(|tx| facts(tx, &jid(J), "n", Some("a"))).wait().expect("read");
    let one = cost("a", Some(&Kept::from(&b"<x/>"[..])));
    assert_eq!((facts.nodes, facts.items, facts.held, facts.bytes), (2, 1, Some(one), 2 * one));
    store.delete(ask("n")).wait().expect("deleted").into_out();
    store.purge(ask("m")).wait().expect("purged").into_out();
    let facts = store.read(|tx| super::facts(tx, &jid(J), "m", None)).wait().expect("read");
    assert_eq!((facts.nodes, facts.items, facts.bytes), (1, 0, 0));
}

#[test]
fn a_smaller_bound_is_kept_at_once() {
    let store = store_with(&[J]);
    for number in 0..250 {
        publish_with(&store, ask("n"), &format!("{number}"), "<x/>", many()).expect("published");
    }
    let wish = NodeOptions { max_items: Some(Limit::Is(2)), ..NodeOptions::default() };
    let done = store.configure(ask("n"), wish).wait().expect("configured");
    let [parlour_domain::Change::Pubsub(PubsubChange::Configured { evicted, .. })] = done.changes() else {
        panic!("{:?}", done.changes())
    };
    assert_eq!(evicted.len(), MAX_EVICTED, "the rest goes later");
    done.into_out();
    assert_eq!(ids(&store, "n"), ["249", "248"], "and is not shown");
    for _ in 0..2 {
        publish(&store, "n", "249", "<x/>");
    }
    let facts = store.read(|tx| facts(tx, &jid(J), "n", None)).wait().expect("read");
    assert_eq!(facts.items, 2);
}

#[test]
fn what_is_too_old_is_not_there() {
    let store = store_with(&[J]);
    let conditions =
        NodeOptions { item_expire: Some(Limit::Is(1)), max_items: Some(Limit::Max), ..many().expect("some") };
    publish_with(&store, ask_at("n", 1_000), "a", "<x/>", Some(conditions)).expect("published");
    publish_with(&store, ask_at("n", 1_900), "b", "<x/>", None).expect("published");
    let at = |now| {
        let found = store.items(jid(J), "n".into(), jid(J), Which::Newest(None), now).wait().expect("reads");
        found.expect("found").items.into_iter().map(|item| item.id).collect::<Vec<_>>()
    };
    assert_eq!((at(1_999), at(2_000), at(2_900)), (vec!["b".into(), "a".into()], vec!["b".into()], vec![]));
    publish_with(&store, ask_at("n", 3_000), "c", "<x/>", None).expect("published");
    let facts = store.read(|tx| facts(tx, &jid(J), "n", None)).wait().expect("read");
    assert_eq!(facts.items, 1, "those too old went");
}

/// Romeo is a contact of Juliet's, in a group.
fn befriend(store: &Sqlite) {
    let state = parlour_domain::subscription::State::BOTH;
    let item = parlour_domain::roster::RosterItem { contact: jid(R), name: None, groups: vec!["G".into()], state };
    let put = parlour_domain::roster::RosterChange::Put { owner: jid(J), item, before: Default::default(), version: 1 };
    let changes = vec![put.into()];
    store
        .act::<_, std::convert::Infallible, _>(move |_| Ok(Outcome { changes, out: () }))
        .wait()
        .expect("put")
        .into_out();
}

#[test]
fn attack_62_who_may_read_is_judged_on_the_roster_as_it_is() {
    let store = store_with(&[J, R]);
    publish(&store, "presence", "a", "<x/>");
    publish_with(&store, ask("open"), "a", "<x/>", many()).expect("published");
    let read = |node: &str| items(&store, node, R, Which::Newest(None)).map(|found| found.items.len());
    assert_eq!((read("presence"), read("open")), (Err(PubsubRefusal::Hidden), Ok(1)));
    assert_eq!(read("nothing"), Err(PubsubRefusal::Hidden));
    let nodes = || store.nodes(jid(J), jid(R)).wait().expect("reads").map(|nodes| nodes.len());
    assert_eq!(nodes(), Ok(1), "the open one");
    befriend(&store);
    assert_eq!((read("presence"), nodes()), (Ok(1), Ok(2)));
    assert_eq!(read("nothing"), Err(PubsubRefusal::NoSuchNode));
    let standing = store.standing(jid(J), jid(R)).wait().expect("reads");
    assert_eq!(standing, Standing::Contact { sees: true, wanted: true, groups: vec!["G".into()] });
    let blocked = parlour_domain::blocking::BlockingChange::Blocked {
        owner: jid(J),
        added: vec![jid(R).into()],
        list: vec![jid(R).into()],
    };
    let changes = vec![parlour_domain::Change::Blocking(blocked)];
    store
        .act::<_, std::convert::Infallible, _>(move |_| Ok(Outcome { changes, out: () }))
        .wait()
        .expect("put")
        .into_out();
    assert_eq!((read("presence"), read("open")), (Err(PubsubRefusal::Hidden), Err(PubsubRefusal::Hidden)));
}

#[test]
fn attack_48_an_account_that_is_not_there_is_one_that_hides() {
    let store = store_with(&[J]);
    publish(&store, "n", "a", "<x/>");
    let nobody = jid("nobody@capulet.example");
    let asked = |owner: &BareJid| {
        let items = store.items(owner.clone(), "n".into(), jid(R), Which::Newest(None), 1_000).wait().expect("reads");
        let nodes = store.nodes(owner.clone(), jid(R)).wait().expect("reads");
        let node = store.node(owner.clone(), "n".into(), jid(R)).wait().expect("reads");
        (items.err(), nodes.err(), node.err(), store.standing(owner.clone(), jid(R)).wait().expect("reads"))
    };
    assert_eq!(asked(&jid(J)), asked(&nobody));
}

#[test]
fn attack_63_the_bounds_hold_in_the_store() {
    let store = store_with(&[J]);
    for number in 0..MAX_NODES {
        store.create(ask(&format!("{number}")), None).wait().expect("made").into_out();
    }
    let refused = publish_with(&store, ask("one more"), "a", "<x/>", None);
    assert_eq!(refused, Err(ActError::Refused(PubsubRefusal::TooManyNodes { max: MAX_NODES })));
    for number in 0..=MAX_ITEMS {
        let conditions = if number == 0 { None } else { many() };
        if number == 0 {
            store.delete(ask("0")).wait().expect("deleted").into_out();
            continue;
        }
        publish_with(&store, ask("0"), &format!("{number}"), "<x/>", conditions).expect("published");
    }
    publish_with(&store, ask("0"), "last", "<x/>", None).expect("published");
    let all = ids(&store, "0");
    assert_eq!((all.len(), all.first().map(String::as_str)), (MAX_ITEMS as usize, Some("last")));
    assert!(!all.contains(&"1".to_owned()), "the oldest gave way");
}

#[test]
fn a_large_answer_is_cut_and_says_so() {
    let store = store_with(&[J]);
    let large = "x".repeat(200 * 1024);
    for id in ["a", "b", "c"] {
        publish_with(&store, ask("n"), id, &large, many()).expect("published");
    }
    let found = items(&store, "n", J, Which::Newest(None)).expect("found");
    assert_eq!((found.items.len(), found.complete, found.total), (2, false, 3));
    let next = Which::After { id: Some(found.items[1].id.clone()), max: 10 };
    let found = items(&store, "n", J, next).expect("found");
    assert_eq!((found.items[0].id.as_str(), found.complete, found.first), ("a", true, 2));
    let found = items(&store, "n", J, Which::Before { id: None, max: 10 }).expect("found");
    let ids: Vec<&str> = found.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!((ids, found.complete, found.first), (vec!["b", "a"], false, 1), "cut at its far end");
}

#[test]
fn what_is_not_kept_leaves_no_row() {
    let store = store_with(&[J]);
    let passing = NodeOptions { persist_items: Some(false), ..NodeOptions::default() };
    publish_with(&store, ask("n"), "a", "<x/>", Some(passing)).expect("published");
    assert_eq!(items(&store, "n", J, Which::Newest(None)), Err(PubsubRefusal::NotKept));
    let facts = store.read(|tx| facts(tx, &jid(J), "n", None)).wait().expect("read");
    assert_eq!((facts.nodes, facts.items, facts.bytes), (1, 0, 0));
}

#[test]
fn attack_62_who_comes_is_told_what_is_for_them() {
    let other = "ben@capulet.example";
    let store = store_with(&[J, R, other]);
    let model = |access| Some(NodeOptions { access_model: Some(access), ..NodeOptions::default() });
    for (node, conditions) in [
        ("open", model(AccessModel::Open)),
        ("presence", None),
        ("roster", model(AccessModel::Roster)),
        ("whitelist", model(AccessModel::Whitelist)),
        ("urn:xmpp:bookmarks:1", None),
        ("other", None),
    ] {
        publish_with(&store, ask(node), "1", "<x/>", conditions).expect("published");
    }
    let nodes: Vec<String> =
        ["open", "presence", "roster", "whitelist", "urn:xmpp:bookmarks:1", "none"].map(str::to_owned).into();
    let news = |asker: &str, owners: &[&str]| {
        let owners = owners.iter().map(|owner| jid(owner)).collect();
        let news = store.news(owners, nodes.clone(), jid(asker), 1_000).wait().expect("reads");
        let found = news.found.into_iter().map(|(owner, last)| (owner.to_string(), last.node.name)).collect::<Vec<_>>();
        (found, news.looked)
    };
    let of = |names: &[&str]| names.iter().map(|name| (J.to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    assert_eq!(news(J, &[J]), (of(&["open", "presence", "roster", "whitelist"]), 1), "but bookmarks, which never are");
    assert_eq!(news(R, &["ghost@capulet.example", other, J]), (of(&["open"]), 3));
    befriend(&store);
    assert_eq!(news(R, &[J, other]), (of(&["open", "presence"]), 2));
}

#[test]
fn news_end_when_there_is_enough() {
    let store = store_with(&[J, R]);
    let large = format!("<x>{}</x>", "a".repeat(200 * 1024));
    for node in ["a", "b", "c"] {
        publish(&store, node, "1", &large);
    }
    let nodes: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
    let news = store.news(vec![jid(J), jid(J), jid(J), jid(R)], nodes, jid(J), 1_000).wait().expect("reads");
    assert_eq!((news.found.len(), news.looked), (4, 2), "of one account not all, and not of all accounts");
}

#[test]
fn attack_48_an_account_that_was_deleted_has_nothing_left_to_read() {
    let store = store_with(&[J]);
    publish_with(&store, ask("n"), "a", "<x/>", many()).expect("published");
    let read = || items(&store, "n", R, Which::Newest(None)).map(|found| found.items.len());
    let become_ = |state| {
        let change = parlour_domain::AccountChange::StateChanged { account: jid(J), state };
        let changes = vec![change.into()];
        let done = store.act::<_, std::convert::Infallible, _>(move |_| Ok(Outcome { changes, out: () }));
        done.wait().expect("changed").into_out();
    };
    assert_eq!(read(), Ok(1));
    become_(parlour_domain::AccountState::Disabled { since: 1 });
    assert_eq!(read(), Ok(1), "who cannot sign in for a while is still written to");
    become_(parlour_domain::AccountState::Deleted { since: 1 });
    assert_eq!(read(), Err(PubsubRefusal::Hidden));
}

/// One act on one of three nodes.
#[derive(Clone, Debug)]
enum Step {
    Publish { node: usize, id: usize, bytes: usize },
    Retract { node: usize, id: usize },
    Bound { node: usize, max: u32 },
    Purge { node: usize },
    Delete { node: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    let (node, id) = (0..3_usize, 0..6_usize);
    prop_oneof![
        8 => (node.clone(), id.clone(), 0..40_usize).prop_map(|(node, id, bytes)| Step::Publish { node, id, bytes }),
        3 => (node.clone(), id).prop_map(|(node, id)| Step::Retract { node, id }),
        2 => (node.clone(), 1..5_u32).prop_map(|(node, max)| Step::Bound { node, max }),
        1 => node.clone().prop_map(|node| Step::Purge { node }),
        1 => node.prop_map(|node| Step::Delete { node }),
    ]
}

/// The same as plain lists: a node's bound, and its items, the newest first.
type Lists = std::collections::BTreeMap<usize, (usize, Vec<(usize, usize)>)>;

fn take(store: &Sqlite, lists: &mut Lists, step: &Step) {
    let done = match *step {
        Step::Publish { node, id, bytes } => {
            let (max, list) = lists.entry(node).or_insert((1, Vec::new()));
            list.retain(|(known, _)| *known != id);
            list.insert(0, (id, bytes));
            list.truncate(*max);
            publish_with(store, ask(&node.to_string()), &id.to_string(), &"x".repeat(bytes), None).is_ok()
        }
        Step::Retract { node, id } => {
            let before = lists.get(&node).map_or(0, |(_, list)| list.len());
            lists.entry(node).and_modify(|(_, list)| list.retain(|(known, _)| *known != id));
            let gone = lists.get(&node).map_or(0, |(_, list)| list.len()) < before;
            let done = store.retract(ask(&node.to_string()), id.to_string(), true).wait();
            assert_eq!(done.is_ok(), gone);
            return;
        }
        Step::Bound { node, max } => {
            let there = lists.contains_key(&node);
            lists.entry(node).and_modify(|(bound, list)| {
                *bound = max as usize;
                list.truncate(*bound);
            });
            let wish = NodeOptions { max_items: Some(Limit::Is(max)), ..NodeOptions::default() };
            assert_eq!(store.configure(ask(&node.to_string()), wish).wait().is_ok(), there);
            return;
        }
        Step::Purge { node } => {
            lists.entry(node).and_modify(|(_, list)| list.clear());
            store.purge(ask(&node.to_string())).wait().is_ok() == lists.contains_key(&node)
        }
        Step::Delete { node } => store.delete(ask(&node.to_string())).wait().is_ok() == lists.remove(&node).is_some(),
    };
    assert!(done, "{step:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_done_in_which_order_the_store_and_plain_lists_agree(steps in prop::collection::vec(any_step(), 1..40)) {
        let store = store_with(&[J]);
        let mut lists = Lists::new();
        for step in &steps {
            take(&store, &mut lists, step);
        }
        let mut bytes = 0;
        for node in 0..3 {
            let name = node.to_string();
            let Some((_, list)) = lists.get(&node) else {
                prop_assert_eq!(items(&store, &name, J, Which::Newest(None)), Err(PubsubRefusal::NoSuchNode));
                continue;
            };
            let expected: Vec<String> = list.iter().map(|(id, _)| id.to_string()).collect();
            prop_assert_eq!(ids(&store, &name), expected);
            for (id, size) in list {
                bytes += cost(&id.to_string(), Some(&Kept::from(vec![b'x'; *size])));
            }
            let items = store.read(move |tx| facts(tx, &jid(J), &name, None)).wait().expect("read").items;
            prop_assert_eq!(items, list.len());
        }
        let facts = store.read(|tx| facts(tx, &jid(J), "0", None)).wait().expect("read");
        prop_assert_eq!((facts.nodes, facts.bytes), (lists.len(), bytes), "what is counted is what is there");
    }
}
