//! What a store of push registrations has to do, whatever it is made of.

use parlour_domain::account::rules::Turn;
use parlour_domain::{By, Door, KeyKind, Role, SealedKeys};
use tempfile::tempdir;

use super::super::testing::{jid, populate, store_with};
use super::*;
use crate::accounts::AccountStore;
use crate::devices::DeviceStore;
use crate::sqlite::Options;

const R: &str = "romeo@montague.example";
const J: &str = "juliet@montague.example";

fn registration(key: i64, node: &str) -> Registration {
    Registration {
        key,
        service: Jid::new("push.example").expect("an address"),
        node: node.into(),
        resource: "phone".into(),
        agent: Some(AgentId([7; 16])),
        options: Some(Kept::from(&b"<x xmlns='jabber:x:data'/>"[..])),
        request: 7,
        at: 5,
        failing: None,
    }
}

fn enable(store: &Sqlite, owner: &str, registration: Registration) {
    PushStore::enable(store, jid(owner), registration).wait().expect("enabled").into_out();
}

fn kept(store: &Sqlite, owner: &str) -> Vec<Registration> {
    PushStore::registrations(store, jid(owner)).wait().expect("reads")
}

#[test]
fn registrations_read_back_each_of_its_account_alone() {
    let store = store_with(&[R, J]);
    assert_eq!(kept(&store, "nobody@montague.example"), []);
    let all = [
        registration(i64::MIN, "n"),
        registration(2, "m"),
        Registration { options: None, agent: None, ..registration(3, "") },
    ];
    for one in &all {
        enable(&store, R, one.clone());
    }
    enable(&store, J, registration(2, "n"));
    assert_eq!(kept(&store, R), all);
    // The same service and node: the key stays, the rest is new.
    enable(&store, R, Registration { resource: "tablet".into(), ..registration(9, "n") });
    let expected = Registration { resource: "tablet".into(), ..all[0].clone() };
    assert_eq!(kept(&store, R), [all[1].clone(), all[2].clone(), expected]);
    PushStore::note(&store, jid(R), 2, Some(11)).wait().expect("noted");
    assert_eq!(kept(&store, R)[0].failing, Some(11));
    PushStore::note(&store, jid(R), 2, None).wait().expect("noted");
    assert_eq!(kept(&store, R)[0].failing, None);
    PushStore::remove(&store, jid(R), 3).wait().expect("removed");
    assert_eq!(kept(&store, R).len(), 2);
    PushStore::disable(&store, jid(R), all[0].service.clone(), Some("m".into())).wait().expect("disabled");
    assert_eq!(kept(&store, R).len(), 1);
    PushStore::forget(&store, jid(R), "phone".into()).wait().expect("forgotten");
    assert_eq!(kept(&store, R).len(), 1);
    PushStore::forget(&store, jid(R), "tablet".into()).wait().expect("forgotten");
    assert_eq!(kept(&store, R), []);
    assert_eq!(kept(&store, J), [registration(2, "n")]);
}

#[test]
fn a_sign_in_that_ends_takes_its_registrations_along() {
    let keys = || vec![SealedKeys { kind: KeyKind::ScramSha1, sealed: vec![1] }];
    let operator = By::operator(Door::Local, 1);
    let own = By::account(jid(R), Role::Member, Door::Xmpp, 7);
    let phone = registration(1, "n");
    let other = Registration { request: 8, agent: Some(AgentId([8; 16])), ..registration(2, "m") };
    type Act = Box<dyn Fn(&Sqlite)>;
    let password = |by: By| -> Act {
        let keys = keys();
        Box::new(move |store| {
            AccountStore::set_password(store, by.clone(), jid(R), keys.clone(), 9).wait().expect("set").into_out();
        })
    };
    let turned = |turn: Turn| -> Act {
        let operator = operator.clone();
        Box::new(move |store| drop(AccountStore::turn(store, operator.clone(), jid(R), turn, 9).wait().expect("done")))
    };
    let signed_out: Act = {
        let own = own.clone();
        Box::new(move |store| AccountStore::sign_out(store, own.clone(), jid(R)).wait().expect("out").into_out())
    };
    for (what, act, left) in [
        ("its own app", password(own.clone()), vec![phone.clone()]),
        ("its browser", password(By { door: Door::Web, ..own.clone() }), vec![]),
        ("an admin", password(operator.clone()), vec![]),
        ("signed out everywhere", signed_out, vec![]),
        (
            "one device",
            {
                let own = own.clone();
                Box::new(move |store| {
                    let ended = DeviceStore::end(store, own.clone(), jid(R), Some(AgentId([8; 16]))).wait();
                    ended.expect("ended").into_out();
                })
            },
            vec![phone.clone()],
        ),
        ("disabled", turned(Turn::Disable), vec![]),
        ("deleted", turned(Turn::Delete), vec![]),
    ] {
        let store = store_with(&[R, J]);
        for one in [&phone, &other] {
            enable(&store, R, one.clone());
        }
        enable(&store, J, other.clone());
        AccountStore::set_password(&store, operator.clone(), jid(R), keys(), 3).wait().expect("set").into_out();
        for one in [&phone, &other] {
            enable(&store, R, one.clone());
        }
        act(&store);
        assert_eq!(kept(&store, R), left, "{what}");
        assert_eq!(kept(&store, J), std::slice::from_ref(&other), "{what}");
    }
}

#[test]
fn registrations_survive_a_restart_and_belong_to_no_sign_in_after_it() {
    let dir = tempdir().expect("a directory");
    let path = dir.path().join("parlour.db");
    {
        let store = Sqlite::open(&path, Options::default()).expect("opens");
        populate(&store, &[R]);
        enable(&store, R, registration(1, "n"));
        store.close();
    }
    let store = Sqlite::open(&path, Options::default()).expect("opens");
    assert_eq!(kept(&store, R), [Registration { request: 0, ..registration(1, "n") }]);
}

#[test]
fn attack_123_an_erased_account_leaves_no_registration() {
    let store = store_with(&[R, J]);
    enable(&store, R, registration(1, "n"));
    enable(&store, J, registration(2, "n"));
    while !AccountStore::erase_step(&store, jid(R)).wait().expect("a step").into_out() {}
    assert_eq!((kept(&store, R), kept(&store, J).len()), (vec![], 1));
}
