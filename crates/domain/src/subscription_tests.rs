//! The tables of RFC 6121 Appendix A, row by row.

use super::*;

/// `None`, `None + Pending Out`, `None + Pending In`, `None + Pending Out+In`, `To`, `To + Pending
/// In`, `From`, `From + Pending Out`, `Both`: the order of every table in Appendix A.
const STATES: [State; 9] = [
    state(To::No, From::No),
    state(To::Asked, From::No),
    state(To::No, From::Requested),
    state(To::Asked, From::Requested),
    state(To::Yes, From::No),
    state(To::Yes, From::Requested),
    state(To::No, From::Yes),
    state(To::Asked, From::Yes),
    state(To::Yes, From::Yes),
];

const fn state(to: To, from: From) -> State {
    State { to, from, approved: false }
}

/// `(stanza goes through, index of the new state)` for each of the nine.
type Table = [(bool, usize); 9];

fn check(direction: Direction, kind: Kind, table: Table) {
    for (before, (through, after)) in STATES.iter().zip(table) {
        let step = step(*before, direction, kind);
        let passed = match direction {
            Direction::Outbound => step.route_on,
            Direction::Inbound => step.deliver,
        };
        assert_eq!(passed, through, "{direction:?} {kind:?} from {before:?}");
        assert_eq!(
            (step.state.to, step.state.from),
            (STATES[after].to, STATES[after].from),
            "{direction:?} {kind:?} from {before:?}"
        );
    }
}

#[test]
fn a_2_1_outbound_subscribe() {
    let table = [(true, 1), (true, 1), (true, 3), (true, 3), (true, 4), (true, 5), (true, 7), (true, 7), (true, 8)];
    check(Direction::Outbound, Kind::Subscribe, table);
}

#[test]
fn a_2_2_outbound_unsubscribe() {
    let table = [(true, 0), (true, 0), (true, 2), (true, 2), (true, 0), (true, 2), (true, 6), (true, 6), (true, 6)];
    check(Direction::Outbound, Kind::Unsubscribe, table);
}

#[test]
fn a_2_3_outbound_subscribed() {
    let table =
        [(false, 0), (false, 1), (true, 6), (true, 7), (false, 4), (true, 8), (false, 6), (false, 7), (false, 8)];
    check(Direction::Outbound, Kind::Subscribed, table);
}

#[test]
fn a_2_4_outbound_unsubscribed() {
    let table = [(false, 0), (false, 1), (true, 0), (true, 1), (false, 4), (true, 4), (true, 0), (true, 1), (true, 4)];
    check(Direction::Outbound, Kind::Unsubscribed, table);
}

#[test]
fn a_3_1_inbound_subscribe() {
    let table =
        [(true, 2), (true, 3), (false, 2), (false, 3), (true, 5), (false, 5), (false, 6), (false, 7), (false, 8)];
    check(Direction::Inbound, Kind::Subscribe, table);
    for before in STATES {
        let reply = step(before, Direction::Inbound, Kind::Subscribe).auto_reply;
        assert_eq!(reply, (before.from == From::Yes).then_some(Kind::Subscribed));
    }
}

#[test]
fn a_3_2_inbound_unsubscribe() {
    let table = [(false, 0), (false, 1), (true, 0), (true, 1), (false, 4), (true, 4), (true, 0), (true, 1), (true, 4)];
    check(Direction::Inbound, Kind::Unsubscribe, table);
}

#[test]
fn a_3_3_inbound_subscribed() {
    let table =
        [(false, 0), (true, 4), (false, 2), (true, 5), (false, 4), (false, 5), (false, 6), (true, 8), (false, 8)];
    check(Direction::Inbound, Kind::Subscribed, table);
}

#[test]
fn a_3_4_inbound_unsubscribed() {
    let table = [(false, 0), (true, 0), (false, 2), (true, 2), (true, 0), (true, 2), (false, 6), (true, 6), (true, 6)];
    check(Direction::Inbound, Kind::Unsubscribed, table);
}

#[test]
fn only_what_an_item_shows_is_pushed() {
    let asked = step(STATES[0], Direction::Inbound, Kind::Subscribe);
    assert!(!asked.push, "a request is no part of the item");
    assert!(step(STATES[0], Direction::Outbound, Kind::Subscribe).push, "ask='subscribe' appeared");
    assert!(!step(STATES[1], Direction::Outbound, Kind::Subscribe).push);
    assert!(step(STATES[2], Direction::Outbound, Kind::Subscribed).push);
    assert!(!step(STATES[2], Direction::Outbound, Kind::Unsubscribed).push);
    assert!(step(STATES[1], Direction::Inbound, Kind::Subscribed).push);
}

#[test]
fn a_pre_approval_answers_the_next_request_and_no_other() {
    let approved = step(STATES[0], Direction::Outbound, Kind::Subscribed);
    assert!(approved.state.approved && approved.push && !approved.route_on);

    let request = step(approved.state, Direction::Inbound, Kind::Subscribe);
    assert_eq!(request.state, state(To::No, From::Yes));
    assert_eq!(request.auto_reply, Some(Kind::Subscribed));
    assert!(!request.deliver && request.push);

    let left = step(request.state, Direction::Inbound, Kind::Unsubscribe);
    let again = step(left.state, Direction::Inbound, Kind::Subscribe);
    assert!(again.deliver && again.auto_reply.is_none());
}

#[test]
fn a_pre_approval_can_be_taken_back() {
    for before in [STATES[0], STATES[1], STATES[4]] {
        let approved = State { approved: true, ..before };
        let step = step(approved, Direction::Outbound, Kind::Unsubscribed);
        assert_eq!(step.state, before);
        assert!(step.push && !step.route_on);
    }
}

#[test]
fn approval_and_a_granted_subscription_never_stand_together() {
    let mut seen = vec![State::default()];
    let mut at = 0;
    while at < seen.len() {
        for direction in [Direction::Outbound, Direction::Inbound] {
            for kind in [Kind::Subscribe, Kind::Subscribed, Kind::Unsubscribe, Kind::Unsubscribed] {
                let next = step(seen[at], direction, kind).state;
                assert!(!(next.approved && next.from != From::No), "{next:?}");
                if !seen.contains(&next) {
                    seen.push(next);
                }
            }
        }
        at += 1;
    }
    assert_eq!(seen.len(), 12, "nine states, and three that may carry a pre-approval");
}

#[test]
fn names_are_those_of_the_presence_types() {
    for kind in [Kind::Subscribe, Kind::Subscribed, Kind::Unsubscribe, Kind::Unsubscribed] {
        assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::from_name("probe"), None);
    assert_eq!(State::BOTH.subscription(), "both");
    assert_eq!(state(To::Asked, From::Yes).subscription(), "from");
}
