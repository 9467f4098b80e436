//! Cases of the rules about nodes.

use std::sync::Arc;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::{AccessModel, Limit, NodeOptions, SendLast};

use super::access::{may_read, missing};
use super::config::{Affiliation, MAX_CONFIG_BYTES, NodeConfig};
use super::rules::{NewItem, NodeAsk, affiliate, configure, create, delete, publish, purge, retract};
use super::*;
use crate::{By, Door, Outcome, Role};

fn jid(text: &str) -> BareJid {
    BareJid::new(text).expect("a test's address")
}

fn juliet() -> BareJid {
    jid("juliet@capulet.example")
}

fn ask_by(actor: &str, node: &str) -> NodeAsk {
    let by = By::account(jid(actor), Role::Member, Door::Xmpp, 1);
    NodeAsk { by, owner: juliet(), node: node.into(), at: 100_000 }
}

fn ask() -> NodeAsk {
    ask_by("juliet@capulet.example", "n")
}

fn item(bytes: usize) -> NewItem {
    NewItem { id: "i".into(), payload: Some(Kept::from(vec![b'x'; bytes])) }
}

fn with(config: NodeConfig) -> NodeFacts {
    NodeFacts { config: Some(Arc::new(config)), nodes: 1, ..NodeFacts::default() }
}

fn changes(outcome: Outcome<()>) -> Vec<PubsubChange> {
    let each = |change| match change {
        Change::Pubsub(change) => change,
        other => panic!("{other:?}"),
    };
    outcome.changes.into_iter().map(each).collect()
}

fn contact(sees: bool, wanted: bool, groups: &[&str]) -> Standing {
    Standing::Contact { sees, wanted, groups: groups.iter().map(|&group| group.to_owned()).collect() }
}

#[test]
fn attack_62_who_may_read() {
    use AccessModel::{Open, Presence, Roster, Whitelist};
    use PubsubRefusal::{Closed, Hidden, NotInGroup, PresenceRequired};
    let whom = jid("romeo@montague.example");
    let standings = [
        Standing::Owner,
        contact(true, false, &[]),
        contact(false, true, &[]),
        contact(true, true, &["Friends"]),
        contact(false, false, &["Friends"]),
        contact(false, false, &["Enemies"]),
        Standing::Stranger,
        Standing::Blocked,
    ];
    let matrix: [(AccessModel, [Option<PubsubRefusal>; 8]); 4] = [
        (Open, [None, None, None, None, None, None, None, Some(Hidden)]),
        (Presence, [None, None, Some(PresenceRequired), None, Some(Hidden), Some(Hidden), Some(Hidden), Some(Hidden)]),
        (Roster, [None, Some(NotInGroup), Some(NotInGroup), None, None, Some(Hidden), Some(Hidden), Some(Hidden)]),
        (
            Whitelist,
            [None, Some(Closed), Some(Closed), Some(Closed), Some(Hidden), Some(Hidden), Some(Hidden), Some(Hidden)],
        ),
    ];
    for (access_model, expected) in matrix {
        let config = NodeConfig { access_model, groups: vec!["Friends".into()], ..NodeConfig::default() };
        for (standing, expected) in standings.iter().zip(expected) {
            assert_eq!(may_read(&config, &whom, standing).err(), expected, "{access_model:?} {standing:?}");
            let member = NodeConfig { affiliates: vec![(whom.clone(), Affiliation::Member)], ..config.clone() };
            let outcast = NodeConfig { affiliates: vec![(whom.clone(), Affiliation::Outcast)], ..config.clone() };
            let (owner, blocked) = (*standing == Standing::Owner, *standing == Standing::Blocked);
            assert_eq!(may_read(&member, &whom, standing).is_ok(), !blocked, "member {standing:?}");
            assert_eq!(may_read(&outcast, &whom, standing).is_ok(), owner, "outcast {standing:?}");
        }
    }
}

#[test]
fn attack_48_a_stranger_cannot_tell_a_hidden_node_from_none() {
    let closed = NodeConfig { access_model: AccessModel::Whitelist, ..NodeConfig::default() };
    for standing in [Standing::Stranger, Standing::Blocked, contact(false, false, &["Friends"])] {
        let refused = may_read(&closed, &jid("mallory@x.example"), &standing);
        assert_eq!((refused, missing(&standing)), (Err(PubsubRefusal::Hidden), PubsubRefusal::Hidden));
    }
    assert_eq!(missing(&contact(true, false, &[])), PubsubRefusal::NoSuchNode);
}

#[test]
fn only_the_owner_and_the_server_act() {
    let facts = NodeFacts { items: 1, held: Some(200), ..with(NodeConfig::default()) };
    let theirs = ask_by("romeo@montague.example", "n");
    let wish = NodeOptions::default();
    let refused = [
        publish(&facts, &theirs, item(1), None).err(),
        retract(&facts, &theirs, "i".into(), true).err(),
        purge(&facts, &theirs).err(),
        delete(&facts, &theirs).err(),
        create(&NodeFacts::default(), &theirs, None).err(),
        configure(&facts, &theirs, &wish).err(),
        affiliate(&facts, &theirs, &[]).err(),
    ];
    assert_eq!(refused, std::array::from_fn(|_| Some(PubsubRefusal::Forbidden)));
    let server = NodeAsk { by: By::system(), ..ask() };
    assert!(publish(&facts, &server, item(1), None).is_ok());
}

#[test]
fn conditions_make_a_node_and_are_checked_after() {
    let open =
        NodeOptions { access_model: Some(AccessModel::Open), max_items: Some(Limit::Max), ..NodeOptions::default() };
    let made = changes(publish(&NodeFacts::default(), &ask(), item(1), Some(&open)).expect("published"));
    let [PubsubChange::Created { node, .. }, PubsubChange::Published { item: published, evicted, .. }] = &made[..]
    else {
        panic!("{made:?}")
    };
    assert_eq!((node.config.access_model, node.config.max_items), (AccessModel::Open, MAX_ITEMS));
    assert_eq!((published.id.as_str(), published.at, evicted.len()), ("i", 100_000, 0));
    let facts = with(NodeConfig::clone(&node.config));
    assert!(publish(&facts, &ask(), item(1), Some(&open)).is_ok());
    let same = NodeOptions { max_items: Some(Limit::Is(MAX_ITEMS)), ..open.clone() };
    assert!(publish(&facts, &ask(), item(1), Some(&same)).is_ok(), "max is a number");
}

#[test]
fn attack_62_a_node_that_is_otherwise_takes_nothing() {
    let facts = with(NodeConfig::default());
    let cases = [
        (NodeOptions { access_model: Some(AccessModel::Open), ..NodeOptions::default() }, "pubsub#access_model"),
        (NodeOptions { max_items: Some(Limit::Max), ..NodeOptions::default() }, "pubsub#max_items"),
        (NodeOptions { persist_items: Some(false), ..NodeOptions::default() }, "pubsub#persist_items"),
        (
            NodeOptions { send_last_published_item: Some(SendLast::Never), ..NodeOptions::default() },
            "pubsub#send_last_published_item",
        ),
        (NodeOptions { unknown: true, ..NodeOptions::default() }, "an unknown field"),
        (NodeOptions { max_items: Some(Limit::Is(MAX_ITEMS + 1)), ..NodeOptions::default() }, "a field out of bounds"),
    ];
    for (conditions, field) in cases {
        let refused = publish(&facts, &ask(), item(1), Some(&conditions)).err();
        assert_eq!(refused, Some(PubsubRefusal::Precondition { field }));
    }
    let met = NodeOptions { access_model: Some(AccessModel::Presence), ..NodeOptions::default() };
    assert!(publish(&facts, &ask(), item(1), Some(&met)).is_ok());
}

#[test]
fn what_is_the_owners_alone_is_so_from_the_start() {
    for name in ["urn:xmpp:bookmarks:1", "urn:xmpp:mds:displayed:0", "storage:bookmarks"] {
        assert_eq!(NodeConfig::of_node(name).access_model, AccessModel::Whitelist, "{name}");
    }
    let usual = NodeConfig::of_node("urn:xmpp:avatar:metadata");
    assert_eq!(usual, NodeConfig::default());
    assert_eq!((usual.max_items, usual.send_last), (1, SendLast::OnSubAndPresence));
}

#[test]
fn attack_58_everything_is_bounded() {
    let none = NodeFacts::default();
    let named = |node: &str| ask_by("juliet@capulet.example", node);
    let too_long = |what| Some(PubsubRefusal::TooLong { what, max: MAX_NAME_BYTES });
    for name in [String::new(), "n".repeat(MAX_NAME_BYTES + 1)] {
        assert_eq!(publish(&none, &named(&name), item(1), None).err(), too_long("a node's name"));
        let item = NewItem { id: name, ..item(1) };
        assert_eq!(publish(&none, &ask(), item, None).err(), too_long("an item's id"));
    }
    let refused = publish(&none, &ask(), item(1_000_000), None).err();
    assert_eq!(refused, Some(PubsubRefusal::PayloadTooBig { bytes: 1_000_000, max: MAX_PAYLOAD_BYTES }));
    assert!(publish(&none, &ask(), item(MAX_PAYLOAD_BYTES), None).is_ok());
    let without = NewItem { payload: None, ..item(1) };
    assert_eq!(publish(&none, &ask(), without.clone(), None).err(), Some(PubsubRefusal::PayloadRequired));
    let quiet = with(NodeConfig { deliver_payloads: false, ..NodeConfig::default() });
    assert!(publish(&quiet, &ask(), without, None).is_ok());
    for number in [0, MAX_ITEMS + 1, u32::MAX] {
        let wish = NodeOptions { max_items: Some(Limit::Is(number)), ..NodeOptions::default() };
        let refused = Some(PubsubRefusal::OutOfBounds { field: "pubsub#max_items" });
        assert_eq!(configure(&with(NodeConfig::default()), &ask(), &wish).err(), refused, "{number}");
        assert_eq!(create(&none, &ask(), Some(&wish)).err(), refused, "{number}");
    }
    let groups = NodeOptions { roster_groups_allowed: Some(vec!["g".repeat(4_000); 5]), ..NodeOptions::default() };
    let refused = configure(&with(NodeConfig::default()), &ask(), &groups).err();
    assert_eq!(refused, Some(PubsubRefusal::TooLong { what: "the configuration", max: MAX_CONFIG_BYTES }));
}

#[test]
fn attack_63_nodes_and_bytes_of_an_account_are_bounded() {
    let full = NodeFacts { nodes: MAX_NODES, ..NodeFacts::default() };
    let too_many = Some(PubsubRefusal::TooManyNodes { max: MAX_NODES });
    assert_eq!(publish(&full, &ask(), item(1), None).err(), too_many);
    assert_eq!(create(&full, &ask(), None).err(), too_many);
    let there = NodeFacts { nodes: MAX_NODES, ..with(NodeConfig::default()) };
    assert!(publish(&there, &ask(), item(1), None).is_ok(), "into one that is there");

    let new = cost("i", Some(&Kept::from(vec![0; 1000])));
    let fits = NodeFacts { bytes: MAX_ACCOUNT_BYTES - new, ..with(NodeConfig::default()) };
    assert!(publish(&fits, &ask(), item(1000), None).is_ok());
    let over = NodeFacts { bytes: MAX_ACCOUNT_BYTES - new + 1, ..with(NodeConfig::default()) };
    assert_eq!(publish(&over, &ask(), item(1000), None).err(), Some(PubsubRefusal::Full { max: MAX_ACCOUNT_BYTES }));
    let in_place = NodeFacts { items: 1, held: Some(1), ..over.clone() };
    assert!(publish(&in_place, &ask(), item(1000), None).is_ok(), "what it takes the place of is counted");
    let evicting = NodeFacts { items: 1, oldest: vec![held("old", 1, 0)], ..over.clone() };
    assert!(publish(&evicting, &ask(), item(1000), None).is_ok(), "what goes is counted");
    let passing = with(NodeConfig { persist_items: false, ..NodeConfig::default() });
    let passing = NodeFacts { bytes: MAX_ACCOUNT_BYTES, ..passing };
    assert!(publish(&passing, &ask(), item(1000), None).is_ok(), "what is not kept takes nothing");
}

fn held(id: &str, bytes: u64, at: Millis) -> Held {
    Held { id: id.into(), bytes, at }
}

#[test]
fn the_oldest_give_way() {
    let evicted = |facts: &NodeFacts| {
        let made = changes(publish(facts, &ask(), item(1), None).expect("published"));
        let [PubsubChange::Published { evicted, .. }] = &made[..] else { panic!("{made:?}") };
        evicted.clone()
    };
    let two = NodeConfig { max_items: 2, ..NodeConfig::default() };
    let oldest = vec![held("a", 1, 1), held("b", 1, 2), held("c", 1, 99_000)];
    let facts = NodeFacts { items: 2, oldest: oldest.clone(), ..with(two.clone()) };
    assert_eq!(evicted(&facts), ["a"]);
    assert_eq!(evicted(&NodeFacts { held: Some(1), ..facts.clone() }), [""; 0], "the same id again");
    assert_eq!(evicted(&NodeFacts { items: 3, ..facts.clone() }), ["a", "b"], "the bound was made smaller");
    let expiring = NodeConfig { item_expire: Some(60), max_items: MAX_ITEMS, ..two.clone() };
    assert_eq!(evicted(&NodeFacts { config: Some(Arc::new(expiring)), ..facts.clone() }), ["a", "b"]);
    let one = NodeOptions { max_items: Some(Limit::Is(1)), ..NodeOptions::default() };
    let made = changes(configure(&NodeFacts { items: 3, ..facts }, &ask(), &one).expect("configured"));
    let [PubsubChange::Configured { evicted, before, node, .. }] = &made[..] else { panic!("{made:?}") };
    assert_eq!(
        (evicted.as_slice(), before.max_items, node.config.max_items),
        (&["a".to_owned(), "b".into()][..], 2, 1)
    );
}

#[test]
fn what_is_not_there_is_not_taken_back() {
    let none = NodeFacts::default();
    let wish = NodeOptions::default();
    let missing = [
        retract(&none, &ask(), "i".into(), true).err(),
        purge(&none, &ask()).err(),
        delete(&none, &ask()).err(),
        configure(&none, &ask(), &wish).err(),
        affiliate(&none, &ask(), &[]).err(),
    ];
    assert_eq!(missing, std::array::from_fn(|_| Some(PubsubRefusal::NoSuchNode)));
    let there = with(NodeConfig { notify_retract: false, ..NodeConfig::default() });
    assert_eq!(retract(&there, &ask(), "i".into(), true).err(), Some(PubsubRefusal::NoSuchItem));
    assert_eq!(create(&there, &ask(), None).err(), Some(PubsubRefusal::NodeExists));
    let there = NodeFacts { items: 1, held: Some(1), ..there };
    for asked in [true, false] {
        let made = changes(retract(&there, &ask(), "i".into(), asked).expect("taken back"));
        assert!(matches!(&made[..], [PubsubChange::Retracted { notify, .. }] if *notify == asked));
    }
    let passing = with(NodeConfig { persist_items: false, ..NodeConfig::default() });
    assert_eq!(retract(&passing, &ask(), "i".into(), true).err(), Some(PubsubRefusal::NotKept));
    assert_eq!(purge(&passing, &ask()).err(), Some(PubsubRefusal::NotKept));
}

#[test]
fn affiliations_are_set_and_taken_back() {
    let (romeo, nurse) = (jid("romeo@montague.example"), jid("nurse@capulet.example"));
    let turns = [
        (romeo.clone(), Some(Affiliation::Member)),
        (nurse.clone(), Some(Affiliation::Outcast)),
        (juliet(), Some(Affiliation::Outcast)),
    ];
    let made = changes(affiliate(&with(NodeConfig::default()), &ask(), &turns).expect("set"));
    let [PubsubChange::Configured { node, .. }] = &made[..] else { panic!("{made:?}") };
    assert_eq!(node.config.affiliation(&romeo), Some(Affiliation::Member));
    assert_eq!(node.config.affiliation(&nurse), Some(Affiliation::Outcast));
    assert_eq!(node.config.affiliation(&juliet()), None, "the owner stays the owner");
    let facts = with(NodeConfig::clone(&node.config));
    assert!(changes(affiliate(&facts, &ask(), &turns).expect("set")).is_empty(), "nothing new");
    let made = changes(affiliate(&facts, &ask(), &[(romeo.clone(), None)]).expect("set"));
    assert_eq!(made[0].node().config.affiliation(&romeo), None);
}

#[test]
fn pages_are_of_what_is_there() {
    let names = ["e", "d", "c", "b", "a"];
    let id = |id: &str| Some(id.to_owned());
    let cases = [
        (Which::Newest(None), Some(vec![0, 1, 2, 3, 4])),
        (Which::Newest(Some(2)), Some(vec![0, 1])),
        (Which::Newest(Some(usize::MAX)), Some(vec![0, 1, 2, 3, 4])),
        (Which::Ids(vec!["a".into(), "x".into(), "e".into()]), Some(vec![4, 0])),
        (Which::After { id: None, max: 2 }, Some(vec![0, 1])),
        (Which::After { id: id("d"), max: 2 }, Some(vec![2, 3])),
        (Which::After { id: id("a"), max: usize::MAX }, Some(vec![])),
        (Which::After { id: id("' or 1=1 or ''='"), max: 2 }, None),
        (Which::From { index: 3, max: usize::MAX }, Some(vec![3, 4])),
        (Which::From { index: usize::MAX, max: usize::MAX }, Some(vec![])),
        (Which::Before { id: None, max: 2 }, Some(vec![3, 4])),
        (Which::Before { id: id("b"), max: 2 }, Some(vec![1, 2])),
        (Which::Before { id: id("e"), max: usize::MAX }, Some(vec![])),
        (Which::Before { id: id("x"), max: 0 }, None),
    ];
    for (which, expected) in cases {
        assert_eq!(choose(&names, &which).ok(), expected, "{which:?}");
    }
}
