//! Tokens as their rules see them: used, counted, replaced, given up.

use super::*;
use crate::account::{AccountOrigin, AccountState, KeyKind};
use crate::by::Role;
use crate::limits::DAY;

const NOW: Millis = 1_800_000_000_000;
const LIFE: Millis = 21 * DAY;

fn account() -> Account {
    Account {
        jid: BareJid::new("juliet@h.example").expect("an address"),
        role: Role::Member,
        state: AccountState::Active,
        created: NOW,
        origin: AccountOrigin::default(),
    }
}

fn agent() -> Agent {
    Agent::new(AgentId([7; 16]), Some("App"), None)
}

fn token(mark: u8, issued: Millis) -> Token {
    let nonce = TokenNonce([mark; 16]);
    Token { nonce, mechanism: HtMechanism::Endp, issued, expires: issued + LIFE, count: None }
}

fn device(current: Option<Token>, new: Option<Token>) -> Device {
    Device { agent: agent(), seen: NOW, current, new }
}

fn ask(mark: u8) -> UseAsk {
    UseAsk {
        account: account().jid,
        agent: agent(),
        nonce: TokenNonce([mark; 16]),
        count: None,
        invalidate: false,
        wants: None,
        fresh: TokenNonce([99; 16]),
        life: LIFE,
        at: NOW,
    }
}

/// The device afterwards (`Err`: forgotten; `None`: nothing written) and what it is told.
fn after(kept: Device, ask: &UseAsk) -> (Option<Result<Device, AgentId>>, Option<Token>) {
    let done = come_back(Some(&account()), Some(kept), ask).expect("let in");
    assert!(done.changes.len() < 2);
    let change = done.changes.into_iter().next().map(|change| match change {
        Change::Device(DeviceChange::Kept { device, .. }) => Ok(device),
        Change::Device(DeviceChange::Forgotten { agent, .. }) => Err(agent),
        other => panic!("{other:?}"),
    });
    (change, done.out)
}

fn refused(kept: Device, ask: &UseAsk) -> TokenRefusal {
    come_back(Some(&account()), Some(kept), ask).expect_err("refused")
}

#[test]
fn a_young_token_that_nobody_counts_costs_no_write() {
    assert_eq!(after(device(Some(token(1, NOW)), None), &ask(1)), (None, None));
    let hour = UseAsk { at: NOW + SEEN_STEP, ..ask(1) };
    let (kept, told) = after(device(Some(token(1, NOW)), None), &hour);
    assert_eq!((kept.expect("written").expect("kept").seen, told), (hour.at, None));
}

#[test]
fn attack_35_a_count_is_taken_once_and_never_goes_back() {
    let counted = UseAsk { count: Some(5), ..ask(1) };
    let (kept, _) = after(device(Some(token(1, NOW)), None), &counted);
    let kept = kept.expect("written").expect("kept");
    assert_eq!(kept.current.expect("in use").count, Some(5));
    for replayed in [5, 4, 0] {
        assert_eq!(refused(kept.clone(), &UseAsk { count: Some(replayed), ..ask(1) }), TokenRefusal::Replayed);
    }
    let (next, _) = after(kept, &UseAsk { count: Some(6), ..ask(1) });
    let next = next.expect("written").expect("kept");
    let (uncounted, _) = after(next, &UseAsk { at: NOW + SEEN_STEP, ..ask(1) });
    assert_eq!(
        uncounted.expect("written").expect("kept").current.expect("in use").count,
        Some(6),
        "and is not forgotten"
    );
}

#[test]
fn an_old_token_gets_a_successor_and_stays_good_until_that_is_used() {
    let old = token(1, NOW - DAY);
    let (kept, told) = after(device(Some(old), None), &ask(1));
    let kept = kept.expect("written").expect("kept");
    let fresh = Token { issued: NOW, expires: NOW + LIFE, ..token(99, NOW) };
    assert_eq!((kept.current, kept.new, told), (Some(old), Some(fresh), Some(fresh)));
    // The reply was lost: the old one works, and the same successor is told again.
    let (again, told) = after(kept.clone(), &UseAsk { fresh: TokenNonce([98; 16]), ..ask(1) });
    assert_eq!((again, told), (None, Some(fresh)));
    // Once it is used, the old one is good for nothing.
    let (kept, told) = after(kept, &UseAsk { at: NOW + MINUTE, ..ask(99) });
    let kept = kept.expect("written").expect("kept");
    assert_eq!((kept.current, kept.new, told), (Some(fresh), None, None));
    assert_eq!(refused(kept, &ask(1)), TokenRefusal::Unknown);
}

#[test]
fn a_successor_that_was_never_used_grows_old_too() {
    let kept = device(Some(token(1, NOW - 3 * DAY)), Some(token(2, NOW - 2 * DAY)));
    let (kept, told) = after(kept, &ask(1));
    let new = kept.expect("written").expect("kept").new.expect("waiting");
    assert_eq!((new.nonce, told), (TokenNonce([99; 16]), Some(new)));
}

#[test]
fn what_ends_earlier_than_the_token_in_use_goes() {
    let short = Token { expires: NOW + DAY, ..token(2, NOW) };
    let (kept, _) = after(device(Some(token(1, NOW)), Some(short)), &ask(1));
    assert_eq!(kept.expect("written").expect("kept").new, None);
}

#[test]
fn attack_35_what_is_over_opens_nothing() {
    let kept = || device(Some(token(1, NOW)), None);
    assert_eq!(refused(kept(), &UseAsk { at: NOW + LIFE, ..ask(1) }), TokenRefusal::Expired);
    assert_eq!(refused(kept(), &ask(2)), TokenRefusal::Unknown);
    assert_eq!(come_back(Some(&account()), None, &ask(1)).expect_err("refused"), TokenRefusal::Unknown);
    assert_eq!(come_back(None, Some(kept()), &ask(1)).expect_err("refused"), TokenRefusal::Unknown);
    for state in [AccountState::Disabled { since: NOW }, AccountState::Deleted { since: NOW }] {
        let gone = Account { state, ..account() };
        assert_eq!(come_back(Some(&gone), Some(kept()), &ask(1)).expect_err("refused"), TokenRefusal::Unknown);
    }
}

#[test]
fn a_device_signs_itself_out_and_gets_another_token_only_if_it_asks() {
    let kept = || device(Some(token(1, NOW - DAY)), Some(token(2, NOW)));
    let out = UseAsk { invalidate: true, ..ask(1) };
    assert_eq!(after(kept(), &out), (Some(Err(agent().id)), None));
    let (kept, told) = after(kept(), &UseAsk { wants: Some(HtMechanism::None), ..out });
    let kept = kept.expect("written").expect("kept");
    assert_eq!((kept.current, kept.new), (None, told));
    assert_eq!(told.expect("told").mechanism, HtMechanism::None);
}

#[test]
fn a_token_is_given_for_the_password_of_now_only() {
    let key = |mark| SealedKeys { kind: KeyKind::ScramSha256, sealed: vec![mark] };
    let wish = TokenWish { mechanism: HtMechanism::Endp, nonce: TokenNonce([9; 16]), life: LIFE };
    let kept = || Some(device(Some(token(1, NOW)), Some(token(2, NOW))));
    let given = give((Some(&account()), &[key(1)]), &key(1), kept(), (agent(), wish), NOW);
    let [Change::Device(DeviceChange::Kept { device, .. })] = &given.changes[..] else { panic!("{given:?}") };
    assert_eq!((device.current, device.new), (Some(token(1, NOW)), given.out));
    let disabled = Account { state: AccountState::Disabled { since: NOW }, ..account() };
    for (account, keys) in [(Some(&account()), key(2)), (Some(&disabled), key(1)), (None, key(1))] {
        let refused = give((account, &[keys]), &key(1), kept(), (agent(), wish), NOW);
        assert!(refused.out.is_none() && refused.changes.is_empty());
    }
}

#[test]
fn agents_are_read_and_tidied() {
    let id = AgentId::parse("d4565fa7-4d72-4749-b3d3-740edbf87770").expect("a UUID");
    assert_eq!(id.0[..3], [0xd4, 0x56, 0x5f]);
    assert_eq!(id.label().len(), 16);
    assert!(!format!("{id:?}").contains("d4565f"));
    for wrong in ["", "d4565fa7", "x4565fa7-4d72-4749-b3d3-740edbf87770", "d4565fa7-4d72-4749-b3d3-740edbf8777000000"] {
        assert_eq!(AgentId::parse(wrong), None, "{wrong}");
    }
    let agent = Agent::new(id, Some(" a\nb "), Some(" \u{7} "));
    assert_eq!((agent.software.as_deref(), agent.device), (Some("ab"), None));
    assert_eq!(Agent::new(id, Some(&"x".repeat(500)), None).software.expect("some").len(), MAX_AGENT_CHARS);
}
