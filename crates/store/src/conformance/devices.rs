//! Devices and their tokens, and what ends them.

use parlour_domain::account::rules::Turn;
use parlour_domain::device::{Agent, AgentId, Device, Token, TokenNonce, TokenRefusal, TokenWish, UseAsk};
use parlour_domain::limits::{DAY, MAX_DEVICES};
use parlour_xmpp::sasl::HtMechanism;

use super::*;
use crate::devices::DeviceStore;

const LIFE: Millis = 21 * DAY;

fn agent(mark: u8) -> Agent {
    Agent::new(AgentId([mark; 16]), Some("App"), Some("Phone"))
}

fn give(store: &impl Backend, who: &str, mark: u8, proven: u8, at: Millis) -> Option<Token> {
    let wish = TokenWish { mechanism: HtMechanism::Endp, nonce: TokenNonce([mark; 16]), life: LIFE };
    let proven = keys(proven).swap_remove(0);
    DeviceStore::give(store, jid(who), proven, agent(mark), wish, at).wait().expect("asked").into_out()
}

fn ask(who: &str, mark: u8, at: Millis) -> UseAsk {
    UseAsk {
        account: jid(who),
        agent: agent(mark),
        nonce: TokenNonce([mark; 16]),
        count: None,
        invalidate: false,
        wants: None,
        fresh: TokenNonce([200; 16]),
        life: LIFE,
        at,
    }
}

fn back(store: &impl Backend, ask: UseAsk) -> Result<Option<Token>, TokenRefusal> {
    match DeviceStore::come_back(store, ask).wait() {
        Ok(done) => Ok(done.into_out()),
        Err(ActError::Refused(refusal)) => Err(refusal),
        Err(ActError::Failed(error)) => panic!("{error}"),
    }
}

fn row(store: &impl Backend, who: &str, mark: u8) -> Option<Device> {
    DeviceStore::device(store, jid(who), AgentId([mark; 16])).wait().expect("read")
}

fn all(store: &impl Backend, who: &str, at: Millis) -> Vec<u8> {
    let list = DeviceStore::list(store, jid(who), at).wait().expect("read");
    list.iter().map(|device| device.agent.id.0[0]).collect()
}

pub(super) fn devices(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "anna", Role::Member);
    add_person(store, "bert", Role::Member);
    assert_eq!(give(store, "anna", 1, 9, NOW), None, "not for another password");
    let given = give(store, "anna", 1, 1, NOW).expect("given");
    assert_eq!(row(store, "anna", 1), Some(Device { agent: agent(1), seen: NOW, current: None, new: Some(given) }));
    assert_eq!(row(store, "bert", 1), None);
    assert_eq!(row(store, "nobody", 1), None, "though somebody's row was looked at");
    // Used and counted, it is the one in use.
    let counted = |count, at| UseAsk { count: Some(count), ..ask("anna", 1, at) };
    assert_eq!(back(store, counted(1, NOW + 1)), Ok(None));
    let used = Token { count: Some(1), ..given };
    let kept = Device { agent: agent(1), seen: NOW + 1, current: Some(used), new: None };
    assert_eq!(row(store, "anna", 1), Some(kept));
    assert_eq!(back(store, counted(1, NOW + 2)), Err(TokenRefusal::Replayed));
    assert_eq!(back(store, ask("bert", 1, NOW)), Err(TokenRefusal::Unknown));
    assert_eq!(back(store, ask("nobody", 1, NOW)), Err(TokenRefusal::Unknown));
    // A day later it gets another, and both work until the other is used.
    let told = back(store, counted(2, NOW + DAY)).expect("let in").expect("another");
    assert_eq!(
        row(store, "anna", 1).map(|device| (device.current.map(|t| t.nonce), device.new)),
        Some((Some(given.nonce), Some(told)))
    );
    let newer = UseAsk { nonce: told.nonce, ..ask("anna", 1, NOW + DAY) };
    assert_eq!(back(store, newer), Ok(None));
    assert_eq!(back(store, counted(3, NOW + DAY)), Err(TokenRefusal::Unknown));
    // One too many: the one that was away longest goes.
    let bound = u8::try_from(MAX_DEVICES).expect("few");
    for mark in 2..=bound + 1 {
        give(store, "anna", mark, 1, NOW + 2 * DAY + i64::from(mark)).expect("given");
    }
    assert_eq!(all(store, "anna", NOW).len(), usize::from(bound));
    assert_eq!(row(store, "anna", 1), None);
    assert_eq!(all(store, "anna", NOW)[..2], [bound + 1, bound]);
    // Forgotten by hand.
    let anna = By::account(jid("anna"), Role::Member, Door::Web, 1);
    let end = |by: &By, mark| {
        let agent = (mark > 0).then_some(AgentId([mark; 16]));
        match DeviceStore::end(store, by.clone(), jid("anna"), agent).wait() {
            Ok(done) => Some(done.into_out()),
            Err(ActError::Refused(_)) => None,
            Err(ActError::Failed(error)) => panic!("{error}"),
        }
    };
    let bert = By::account(jid("bert"), Role::Member, Door::Web, 1);
    assert_eq!((end(&bert, 2), end(&bert, 0)), (None, None), "not another's");
    assert_eq!((end(&anna, 2), end(&anna, 2)), (Some(true), Some(false)));
    assert_eq!(back(store, ask("anna", 2, NOW + 2 * DAY)), Err(TokenRefusal::Unknown));
    assert_eq!((end(&operator(), 0), end(&anna, 0)), (Some(true), Some(false)));
    assert_eq!(all(store, "anna", NOW), [0; 0]);
    // What is over is swept.
    give(store, "bert", 1, 1, NOW).expect("given");
    let sweep = |at| DeviceStore::sweep(store, host(), at).wait().expect("swept").into_out();
    assert_eq!((sweep(NOW + LIFE - 1), sweep(NOW + LIFE), sweep(NOW + LIFE)), (0, 1, 0));
}

/// ATTACKS 35: a new password, signing out everywhere, disabling and deleting end every token, also for when the account
/// is back.
pub(super) fn endings(store: &impl Backend) {
    add_host(store, host());
    type End = fn(&dyn Fn(Turn), &dyn Fn(bool));
    let endings: [(&str, End, u8); 4] = [
        ("a new password", |_, account| account(true), 2),
        ("signed out", |_, account| account(false), 1),
        ("disabled", |turn, _| [Turn::Disable, Turn::Enable].into_iter().for_each(turn), 1),
        ("deleted", |turn, _| [Turn::Delete, Turn::Restore].into_iter().for_each(turn), 1),
    ];
    for (n, (what, end, password)) in endings.into_iter().enumerate() {
        let who = format!("person{n}");
        let by = add_person(store, &who, Role::Member);
        give(store, &who, 1, 1, NOW).expect("given");
        let turn = |turn| {
            AccountStore::turn(store, operator(), jid(&who), turn, NOW).wait().expect("turned");
        };
        let account = |new| {
            if new {
                AccountStore::set_password(store, by.clone(), jid(&who), keys(2), NOW).wait().expect("set");
            } else {
                AccountStore::sign_out(store, by.clone(), jid(&who)).wait().expect("signed out");
            }
        };
        end(&turn, &account);
        assert_eq!(back(store, ask(&who, 1, NOW)), Err(TokenRefusal::Unknown), "{what}");
        assert_eq!(row(store, &who, 1), None, "{what}");
        assert!(give(store, &who, 1, password, NOW).is_some(), "{what}: the password of now opens again");
    }
}
