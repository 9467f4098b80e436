//! Hosts, accounts, groups, sessions and what is owed.

use parlour_domain::account::rules::{AccountRefusal, CreateAsk, Turn};
use parlour_domain::account::{AccountOrigin, RESTORABLE};
use parlour_domain::api_key::Bearer;
use parlour_domain::group::GroupRefusal;
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::MAX_SESSIONS;
use parlour_domain::outbox::Job;
use parlour_domain::session::{SessionHash, WebSession};
use parlour_domain::subscription::Kind;
use parlour_domain::{Account, AccountState, Actor, HostOptions, InviteKind, KeyKind, Role};
use parlour_xmpp::jid::BareJid;

use super::*;
use crate::StoreError;

pub(super) fn hosts(store: &impl Backend) {
    add_host(store, host());
    let options = HostOptions { site_name: Some("Our <place>".into()), ..HostOptions::default() };
    HostStore::set_options(store, operator(), host(), options.clone()).wait().expect("set");
    let row = HostStore::host(store, host()).wait().expect("read").expect("there");
    assert_eq!((row.created, row.owned, &row.options), (NOW, false, &options));
    add_person(store, "own", Role::Owner);
    let row = HostStore::host(store, host()).wait().expect("read").expect("there");
    assert!(row.owned);
    assert!(HostStore::remove(store, operator(), host()).wait().is_err(), "people live there");
    add_host(store, domain("empty.example"));
    let all: Vec<_> = HostStore::all(store).wait().expect("read").into_iter().map(|row| row.host).collect();
    assert_eq!(all, [domain("empty.example"), host()]);
    HostStore::remove(store, operator(), domain("empty.example")).wait().expect("removed");
    assert_eq!(HostStore::host(store, domain("empty.example")).wait(), Ok(None));
    let unknown = AccountStore::account(store, BareJid::new("a@empty.example").expect("an address")).wait();
    assert!(matches!(unknown, Err(StoreError::UnknownHost { .. })));
}

pub(super) fn accounts(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "romeo", Role::Admin);
    let romeo = AccountStore::credentials(store, jid("romeo")).wait().expect("read").expect("there");
    let expected = Account {
        jid: jid("romeo"),
        role: Role::Admin,
        state: AccountState::Active,
        created: NOW,
        origin: AccountOrigin::default(),
    };
    assert_eq!((&romeo.account, romeo.keys), (&expected, keys(1)));
    AccountStore::set_password(store, operator(), jid("romeo"), keys(9), NOW).wait().expect("set");
    let romeo = AccountStore::credentials(store, jid("romeo")).wait().expect("read").expect("there");
    assert_eq!(romeo.keys, keys(9));
    AccountStore::set_role(store, operator(), jid("romeo"), Role::Limited).wait().expect("set");
    for (turn, state) in [
        (Turn::Disable, AccountState::Disabled { since: NOW + 1 }),
        (Turn::Enable, AccountState::Active),
        (Turn::Delete, AccountState::Deleted { since: NOW + 1 }),
        (Turn::Restore, AccountState::Active),
    ] {
        let told = AccountStore::turn(store, operator(), jid("romeo"), turn, NOW + 1).wait().expect("turned");
        let kept = AccountStore::account(store, jid("romeo")).wait().expect("read").expect("there");
        assert_eq!((told.out(), kept.state, kept.role), (&kept, state, Role::Limited));
    }
    // An alike name: Cyrillic letters for Latin ones.
    let alike = CreateAsk {
        by: operator(),
        host: host(),
        name: name("\u{455}\u{445}\u{443}"),
        role: Role::Member,
        keys: Vec::new(),
        at: NOW,
    };
    add_person(store, "sxy", Role::Member);
    assert_eq!(AccountStore::create(store, alike).wait().err(), Some(ActError::Refused(AccountRefusal::NameTaken)));
    assert_eq!(AccountStore::lacks(store, host(), KeyKind::ScramSha256).wait(), Ok(false));
    AccountStore::set_password(store, operator(), jid("sxy"), keys(1)[..1].to_vec(), NOW).wait().expect("set");
    assert_eq!(AccountStore::lacks(store, host(), KeyKind::ScramSha256).wait(), Ok(true));
    assert_eq!(AccountStore::lacks(store, host(), KeyKind::ScramSha1).wait(), Ok(false));
}

pub(super) fn no_names_for_other_hosts(store: &impl Backend) {
    add_host(store, host());
    add_host(store, domain("other.example"));
    add_person(store, "romeo", Role::Member);
    let ask = CreateAsk {
        by: operator(),
        host: domain("other.example"),
        name: name("zoe"),
        role: Role::Admin,
        keys: keys(1),
        at: NOW,
    };
    let zoe = AccountStore::create(store, ask).wait().expect("an admin elsewhere").into_out().jid;
    let zoe = By::account(zoe, Role::Admin, Door::Api, 1);
    // A portal of that host, with a key of its operator's.
    let portal = Bearer {
        id: "portal00001".parse().expect("an id"),
        name: "portal".into(),
        host: Some(domain("other.example")),
        role: Role::Admin,
        maker: None,
    };
    let portal = By { actor: Actor::Key(portal.into()), ..operator() };
    // Whether somebody has the name or not.
    for (by, name) in [&zoe, &portal].into_iter().flat_map(|by| [(by, "romeo"), (by, "nobody")]) {
        let turned = AccountStore::turn(store, by.clone(), jid(name), Turn::Disable, NOW).wait().map(drop);
        assert_eq!(turned, Err(ActError::Refused(AccountRefusal::NotAllowed)), "{name}");
    }
    let nobody = AccountStore::turn(store, operator(), jid("nobody"), Turn::Disable, NOW).wait().map(drop);
    assert_eq!(nobody, Err(ActError::Refused(AccountRefusal::Unknown)));
}

pub(super) fn erased(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "romeo", Role::Member);
    GroupStore::create(store, operator(), host(), "choir".into(), false, NOW).wait().expect("made");
    GroupStore::set_member(store, operator(), "choir".into(), jid("romeo"), true, NOW).wait().expect("joined");
    AccountStore::turn(store, operator(), jid("romeo"), Turn::Delete, NOW).wait().expect("deleted");
    let next = |at| AccountStore::erase_next(store, host(), at).wait().expect("looked").into_out();
    assert_eq!(next(NOW + RESTORABLE), None);
    assert_eq!(next(NOW + RESTORABLE + 1), Some(jid("romeo")));
    assert_eq!(next(NOW + RESTORABLE + 1), None);
    let owed = OutboxStore::due(store, NOW * 2, 10).wait().expect("read");
    assert_eq!(owed.iter().map(|owed| &owed.job).collect::<Vec<_>>(), [&Job::Erase { account: jid("romeo") }]);
    while !AccountStore::erase_step(store, jid("romeo")).wait().expect("a step").into_out() {}
    let left = AccountStore::credentials(store, jid("romeo")).wait().expect("read").expect("a tombstone");
    assert_eq!(left.keys, []);
    // Nobody is there to have a role, or to own the place.
    let role = AccountStore::set_role(store, operator(), jid("romeo"), Role::Owner).wait().map(drop);
    assert_eq!(role, Err(ActError::Refused(AccountRefusal::Unknown)));
    assert_eq!(GroupStore::of(store, jid("romeo")).wait(), Ok(Vec::new()));
}

pub(super) fn groups(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "anna", Role::Member);
    add_person(store, "berta", Role::Member);
    let create = |name: &str| GroupStore::create(store, operator(), host(), name.into(), false, NOW).wait().map(drop);
    let member =
        |who, is| GroupStore::set_member(store, operator(), "choir".into(), jid(who), is, NOW).wait().map(drop);
    create("choir").expect("made");
    assert_eq!(create("choir"), Err(ActError::Refused(GroupRefusal::Exists)));
    assert!(matches!(create(" choir"), Err(ActError::Refused(GroupRefusal::BadName { .. }))));
    for who in ["berta", "anna", "anna"] {
        member(who, true).expect("joined");
    }
    assert_eq!(member("nobody", true), Err(ActError::Refused(GroupRefusal::NoAccount)));
    let page = |after| GroupStore::members(store, host(), "choir".into(), after, 1).wait().expect("read");
    assert_eq!(page(None), [jid("anna")]);
    assert_eq!(page(Some(jid("anna"))), [jid("berta")]);
    member("anna", false).expect("left");
    let list = GroupStore::list(store, host()).wait().expect("read");
    assert_eq!(list.iter().map(|group| (group.name.as_str(), group.members)).collect::<Vec<_>>(), [("choir", 1)]);
    GroupStore::remove(store, operator(), host(), "choir".into(), NOW).wait().expect("removed");
    assert_eq!(GroupStore::of(store, jid("berta")).wait(), Ok(Vec::new()));
}

pub(super) fn sessions(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "anna", Role::Member);
    let session = |n: u8| WebSession {
        hash: SessionHash([n; 32]),
        account: jid("anna"),
        created: NOW,
        expires: NOW + 100,
        seen: NOW,
        browser: format!("browser {n}"),
    };
    let proven = |mark: u8| keys(mark).swap_remove(0);
    let start = |n: u8, mark| SessionStore::start(store, session(n), proven(mark)).wait().expect("asked").into_out();
    let bound = u8::try_from(MAX_SESSIONS).expect("few");
    for n in 0..=bound {
        assert!(start(n, 1));
    }
    let get = |n: u8, at| {
        let found = SessionStore::session(store, host(), SessionHash([n; 32]), at).wait().expect("read");
        found.map(|(session, _)| session)
    };
    assert_eq!(get(0, NOW), None, "the oldest gave way");
    assert_eq!(get(1, NOW), Some(session(1)));
    assert_eq!(get(1, NOW + 100), None);
    SessionStore::seen(store, jid("anna"), SessionHash([1; 32]), NOW + 9).wait().expect("seen");
    assert_eq!(get(1, NOW).map(|session| session.seen), Some(NOW + 9));
    let end = |n: u8| SessionStore::end(store, jid("anna"), SessionHash([n; 32])).wait().expect("ended").into_out();
    assert!(end(1) && !end(1));
    assert_eq!(SessionStore::list(store, jid("anna"), NOW).wait().expect("read").len(), usize::from(bound) - 1);
    AccountStore::turn(store, operator(), jid("anna"), Turn::Disable, NOW).wait().expect("disabled");
    assert_eq!(get(2, NOW), None);
    assert!(!start(200, 1));
    AccountStore::turn(store, operator(), jid("anna"), Turn::Enable, NOW).wait().expect("enabled");
    assert_eq!(get(2, NOW), None, "ended, not hidden");
    // Attack 99: a password that was reset while it was being checked.
    AccountStore::set_password(store, operator(), jid("anna"), keys(9), NOW).wait().expect("set");
    assert!(!start(3, 1));
    assert!(start(3, 9));
    assert_eq!(SessionStore::sweep(store, host(), NOW + 100).wait().expect("swept").into_out(), 1);
}

pub(super) fn owed(store: &impl Backend) {
    use parlour_domain::invite::contact::ContactAsk;
    add_host(store, host());
    let anna = add_person(store, "anna", Role::Member);
    issue(store, ask(&anna, 1, InviteKind::Contact, Wish::default())).expect("made");
    let far = BareJid::new("xavier@far.example").expect("an address");
    let ask = ContactAsk {
        host: host(),
        shown: Presented { id: id(1), at: NOW },
        inviter: jid("anna"),
        contact: far.clone(),
        at: NOW,
    };
    InviteStore::consume(store, ask, policy()).wait().expect("a contact");
    let due = |at| OutboxStore::due(store, at, 10).wait().expect("read");
    assert_eq!(due(NOW - 1), []);
    let both = due(NOW);
    let job = |kind| Job::Subscription { from: jid("anna"), to: far.clone(), kind };
    assert_eq!(
        both.iter().map(|owed| owed.job.clone()).collect::<Vec<_>>(),
        [job(Kind::Subscribed), job(Kind::Subscribe)]
    );
    OutboxStore::later(store, host(), both[0].number, NOW + 5).wait().expect("put off");
    for _ in 0..2 {
        OutboxStore::done(store, host(), both[1].number).wait().expect("done");
    }
    assert_eq!(due(NOW + 4), []);
    assert_eq!(due(NOW + 5).len(), 1);
}

pub(super) fn hosts_do_not_meet(store: &impl Backend) {
    let other = domain("other.example");
    add_host(store, host());
    add_host(store, other.clone());
    add_person(store, "anna", Role::Owner);
    issue(store, ask(&operator(), 1, InviteKind::Account, Wish::default())).expect("made");
    let elsewhere = BareJid::new("anna@other.example").expect("an address");
    assert_eq!(AccountStore::account(store, elsewhere).wait(), Ok(None));
    assert_eq!(InviteStore::look(store, other.clone(), id(1)).wait(), Ok(None));
    let row = HostStore::host(store, other.clone()).wait().expect("read").expect("there");
    assert!(!row.owned);
    // The same id may be in use there.
    let same = IssueAsk { host: other.clone(), ..ask(&operator(), 1, InviteKind::Account, Wish::default()) };
    issue(store, same).expect("another host's");
    InviteStore::revoke(store, operator(), other, id(1), NOW).wait().expect("withdrawn");
    assert_eq!(look(store, 1).expect("there").revoked, None);
    // An owner here is nobody there.
    let anna = By::account(jid("anna"), Role::Owner, Door::Xmpp, 1);
    let foreign = IssueAsk { host: domain("other.example"), ..ask(&anna, 2, InviteKind::Account, Wish::default()) };
    assert_eq!(issue(store, foreign), Err(ActError::Refused(IssueRefusal::NotAllowed)));
}
