//! Two rosters in memory, driven by acts: they never disagree.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn jid(text: &str) -> BareJid {
    BareJid::new(text).expect("a test's address")
}

fn shown() -> Kept {
    Kept::from(&b"<presence/>"[..])
}

/// Rosters as the store keeps them, changed only by applying changes.
#[derive(Default)]
struct Model {
    items: BTreeMap<(String, String), RosterItem>,
    requests: BTreeMap<(String, String), Kept>,
    versions: BTreeMap<String, u64>,
}

impl Model {
    fn side(&self, owner: &str, contact: &str) -> Side {
        let key = (owner.to_owned(), contact.to_owned());
        Side {
            owner: jid(owner),
            contact: jid(contact),
            item: self.items.get(&key).cloned(),
            requested: self.requests.contains_key(&key),
            version: self.versions.get(owner).copied().unwrap_or(0),
            items: self.items.keys().filter(|(who, _)| who == owner).count(),
            requests: self.requests.keys().filter(|(who, _)| who == owner).count(),
            blocks: false,
            tie: Tie::default(),
        }
    }

    fn pair(&self, from: &str, to: &str) -> Pair {
        Pair { from: Party::Local(self.side(from, to)), to: Party::Local(self.side(to, from)) }
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let Change::Roster(change) = change else { panic!("a roster act changed something else: {change:?}") };
            match change.clone() {
                RosterChange::Put { owner, item, before, version } => {
                    assert_ne!(item.state.from, From::Requested);
                    let key = (owner.to_string(), item.contact.to_string());
                    assert_eq!(self.items.get(&key).map(|old| old.state).unwrap_or_default(), before);
                    self.raise(&owner, version);
                    self.items.insert(key, item);
                }
                RosterChange::Removed { owner, contact, before, version } => {
                    self.raise(&owner, version);
                    let old = self.items.remove(&(owner.to_string(), contact.to_string()));
                    assert_eq!(old.expect("only what is there is removed").state, before);
                }
                RosterChange::Requested { owner, from, stanza, .. } => {
                    assert!(self.requests.insert((owner.to_string(), from.to_string()), stanza).is_none());
                }
                RosterChange::Sent(_) => {}
                RosterChange::Settled { owner, from } => {
                    assert!(self.requests.remove(&(owner.to_string(), from.to_string())).is_some());
                }
            }
        }
    }

    fn raise(&mut self, owner: &BareJid, version: u64) {
        let old = self.versions.insert(owner.to_string(), version).unwrap_or(0);
        assert_eq!(version, old + 1, "a version per change, none twice");
    }

    fn send(&mut self, from: &str, to: &str, kind: Kind) -> Vec<Sent> {
        let done = subscription(self.pair(from, to), kind, shown(), 7).expect("room for all");
        self.apply(&done.changes);
        done.out
    }

    fn state(&self, owner: &str, contact: &str) -> State {
        self.side(owner, contact).state()
    }
}

const R: &str = "romeo@montague.example";
const J: &str = "juliet@montague.example";

#[test]
fn a_request_and_its_answer_both_ways() {
    let mut model = Model::default();
    let sent = model.send(R, J, Kind::Subscribe);
    assert_eq!(
        sent,
        [Sent { from: jid(R), to: jid(J), kind: Kind::Subscribe, remote: false, original: Some(shown()) }]
    );
    assert!(model.side(J, R).item.is_none(), "a request makes no visible item");
    assert!(model.send(R, J, Kind::Subscribe).is_empty(), "asking again shows nothing new");

    assert_eq!(model.send(J, R, Kind::Subscribed).len(), 1);
    assert_eq!(model.state(R, J).subscription(), "to");
    assert_eq!(model.state(J, R).subscription(), "from");
    model.send(J, R, Kind::Subscribe);
    model.send(R, J, Kind::Subscribed);
    assert_eq!((model.state(R, J), model.state(J, R)), (State::BOTH, State::BOTH));
    assert!(model.requests.is_empty());
}

#[test]
fn vector_62_a_pre_approved_request_is_answered_by_the_server() {
    let mut model = Model::default();
    assert!(model.send(J, R, Kind::Subscribed).is_empty(), "a pre-approval stays at home");
    let sent = model.send(R, J, Kind::Subscribe);
    assert_eq!(sent, [Sent { from: jid(J), to: jid(R), kind: Kind::Subscribed, remote: false, original: None }]);
    assert_eq!(model.state(R, J).subscription(), "to");
    assert_eq!(model.state(J, R).subscription(), "from");
}

#[test]
fn vector_35_befriending_makes_both_at_once_without_a_name() {
    let mut model = Model::default();
    model.send(R, J, Kind::Subscribe);
    let done = befriend(model.pair(J, R)).expect("room for both");
    model.apply(&done.changes);
    assert!(done.out.is_empty());
    assert_eq!((model.state(R, J), model.state(J, R)), (State::BOTH, State::BOTH));
    assert_eq!(model.side(J, R).item.and_then(|item| item.name), None);
    assert!(model.requests.is_empty(), "no request is left to be shown");
    assert!(befriend(model.pair(R, J)).expect("room for both").changes.is_empty(), "a second time changes nothing");
}

#[test]
fn vector_37_a_redundant_request_shows_and_changes_nothing() {
    let mut model = Model::default();
    let done = befriend(model.pair(J, R)).expect("room for both");
    model.apply(&done.changes);
    let again = subscription(model.pair(J, R), Kind::Subscribe, Kept::from(&b""[..]), 7).expect("no refusal");
    assert!(again.changes.is_empty());
    assert!(again.out.is_empty(), "the answer finds the newcomer subscribed and is not shown");
}

#[test]
fn vector_52_befriending_somebody_elsewhere_grants_and_asks() {
    let model = Model::default();
    let elsewhere = "x@other.example";
    let pair = Pair { from: Party::Remote(jid(elsewhere)), to: Party::Local(model.side(R, elsewhere)) };
    let done = befriend(pair).expect("room");
    let kinds: Vec<_> = done.out.iter().map(|sent| sent.kind).collect();
    assert_eq!(kinds, [Kind::Subscribed, Kind::Subscribe]);
    let [Change::Roster(RosterChange::Put { item, .. })] = &done.changes[..] else { panic!("{:?}", done.changes) };
    assert_eq!((item.state.subscription(), item.state.is_asked()), ("from", true));
}

#[test]
fn vector_57_one_already_seen_is_not_asked_again() {
    let elsewhere = "x@other.example";
    let mut side = Side::new(jid(R), jid(elsewhere));
    let state = State { to: To::Yes, ..State::default() };
    side.item = Some(RosterItem { contact: jid(elsewhere), name: Some("X".into()), groups: vec![], state });
    let done = befriend(Pair { from: Party::Remote(jid(elsewhere)), to: Party::Local(side) }).expect("room");
    assert_eq!(done.out.iter().map(|sent| sent.kind).collect::<Vec<_>>(), [Kind::Subscribed]);
    let [Change::Roster(RosterChange::Put { item, .. })] = &done.changes[..] else { panic!("{:?}", done.changes) };
    assert_eq!((item.state, item.name.as_deref()), (State::BOTH, Some("X")));
}

#[test]
fn removal_ends_both_subscriptions_and_refuses_a_request() {
    let mut model = Model::default();
    let done = befriend(model.pair(J, R)).expect("room");
    model.apply(&done.changes);
    let done = remove(model.pair(J, R)).expect("there");
    model.apply(&done.changes);
    assert_eq!(done.out.iter().map(|sent| sent.kind).collect::<Vec<_>>(), [Kind::Unsubscribe, Kind::Unsubscribed]);
    assert_eq!(model.state(R, J), State::default());
    assert!(model.side(R, J).item.is_some(), "the other keeps the item");
    assert!(model.side(J, R).item.is_none());
    assert_eq!(remove(model.pair(J, R)).expect_err("gone"), RosterRefusal::NotFound);
}

#[test]
fn attack_48_nobody_is_as_silent_as_somebody() {
    let mut model = Model::default();
    let pair = Pair {
        from: Party::Local(model.side(R, "ghost@montague.example")),
        to: Party::Nobody(jid("ghost@montague.example")),
    };
    let ghost = subscription(pair, Kind::Subscribe, Kept::from(&b""[..]), 7).expect("room");
    assert!(ghost.out.is_empty());
    let real = model.send(R, J, Kind::Subscribe);
    assert!(real.iter().all(|sent| sent.to == jid(J)), "nothing comes back to the sender either");
    assert_eq!(ghost.changes.len(), 1);
}

#[test]
fn vector_59_a_blocked_contact_is_not_heard_and_does_not_notice() {
    let mut model = Model::default();
    let done = befriend(model.pair(J, R)).expect("room");
    model.apply(&done.changes);
    let blocked = |model: &Model| {
        let mut pair = model.pair(J, R);
        if let Party::Local(side) = &mut pair.to {
            side.blocks = true;
        }
        pair
    };
    let said = |model: &mut Model, kind| {
        let done = subscription(blocked(model), kind, Kept::from(&b""[..]), 7).expect("no refusal");
        model.apply(&done.changes);
        done.out
    };
    assert!(said(&mut model, Kind::Unsubscribe).is_empty(), "not shown");
    assert_eq!(model.state(R, J).subscription(), "to", "but both rosters agree");
    assert!(said(&mut model, Kind::Subscribe).is_empty());
    assert!(model.requests.is_empty(), "nothing waits for when the block is lifted");
    assert!(model.state(J, R).is_asked(), "the sender sees what everybody sees who is not answered");
    assert_eq!(befriend(blocked(&model)).expect_err("blocked"), RosterRefusal::Blocked);
}

#[test]
fn attack_113_a_flood_of_requests_has_an_end() {
    let mut side = Side::new(jid(R), jid("x@other.example"));
    side.requests = MAX_REQUESTS;
    let pair = Pair { from: Party::Remote(jid("x@other.example")), to: Party::Local(side) };
    let done = subscription(pair, Kind::Subscribe, Kept::from(&b""[..]), 7).expect("no error to the sender");
    assert!(done.changes.is_empty() && done.out.is_empty());
}

#[test]
fn bounds_of_an_item() {
    let side = || Side::new(jid(R), jid(J));
    let wish = |name: &str, groups: &[&str]| Wish {
        name: Some(name.to_owned()),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    assert!(set(side(), wish(&"x".repeat(MAX_NAME_BYTES), &["b", "a"])).is_ok());
    assert!(matches!(set(side(), wish(&"x".repeat(MAX_NAME_BYTES + 1), &[])), Err(RosterRefusal::NameSize { .. })));
    assert!(matches!(set(side(), wish("x", &[""])), Err(RosterRefusal::NameSize { bytes: 0, .. })));
    assert_eq!(set(side(), wish("x", &["a", "b", "a"])).expect_err("twice"), RosterRefusal::DoubleGroup);
    let many: Vec<String> = (0..=MAX_GROUPS).map(|n| n.to_string()).collect();
    assert!(matches!(set(side(), Wish { name: None, groups: many }), Err(RosterRefusal::Groups { .. })));
    let full = Side { items: MAX_ITEMS, ..side() };
    assert_eq!(set(full, wish("x", &[])).expect_err("full"), RosterRefusal::Full);
    assert_eq!(set(Side::new(jid(R), jid(R)), wish("x", &[])).expect_err("oneself"), RosterRefusal::Own);
}

#[derive(Clone, Debug)]
enum Act {
    Send(bool, Kind),
    Remove(bool),
    Rename(bool),
    Befriend,
}

fn act() -> impl Strategy<Value = Act> {
    let kind =
        prop_oneof![Just(Kind::Subscribe), Just(Kind::Subscribed), Just(Kind::Unsubscribe), Just(Kind::Unsubscribed)];
    prop_oneof![
        8 => (any::<bool>(), kind).prop_map(|(who, kind)| Act::Send(who, kind)),
        1 => any::<bool>().prop_map(Act::Remove),
        1 => any::<bool>().prop_map(Act::Rename),
        1 => Just(Act::Befriend),
    ]
}

proptest! {
    #[test]
    fn two_rosters_never_disagree(acts in proptest::collection::vec(act(), 1..40)) {
        let mut model = Model::default();
        for act in acts {
            let order = |first: bool| if first { (R, J) } else { (J, R) };
            match act {
                Act::Send(who, kind) => {
                    let (from, to) = order(who);
                    model.send(from, to, kind);
                }
                Act::Remove(who) => {
                    let (from, to) = order(who);
                    if let Ok(done) = remove(model.pair(from, to)) {
                        model.apply(&done.changes);
                    }
                }
                Act::Rename(who) => {
                    let (from, to) = order(who);
                    let done = set(model.side(from, to), Wish { name: Some("N".into()), groups: vec![] }).expect("room");
                    model.apply(&done.changes);
                }
                Act::Befriend => {
                    let done = befriend(model.pair(R, J)).expect("room");
                    model.apply(&done.changes);
                }
            }
            for (one, other) in [(R, J), (J, R)] {
                let (mine, theirs) = (model.state(one, other), model.state(other, one));
                prop_assert_eq!(mine.to == To::Yes, theirs.from == From::Yes);
                prop_assert_eq!(mine.to == To::Asked, theirs.from == From::Requested);
                prop_assert_eq!(model.side(one, other).requested, mine.from == From::Requested);
            }
        }
    }
}
