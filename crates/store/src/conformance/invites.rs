//! Invites: kept as they were made, used as often as they may be, and with a history.

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::contact::ContactAsk;
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::redeem::Redeemed;
use parlour_domain::limits::{DAY, SWEEP_ROWS};
use parlour_domain::{HostPolicy, InviteState, Who};

use super::*;
use crate::invites::{InviteQuery, Openings};

pub(super) fn round_trip(store: &impl Backend) {
    add_host(store, host());
    let anna = add_person(store, "anna", Role::Admin);
    GroupStore::create(store, operator(), host(), "choir".into(), false, NOW).wait().expect("made");
    let wish = Wish {
        subscribe: true,
        name: Some("berta".into()),
        expires_after: Some(DAY),
        role: Some(Role::Admin),
        groups: vec!["choir".into()],
        note: Some("the \u{2603} neighbour".into()),
        hello: Some("hello!".into()),
        lang: Some("de".into()),
        ..Wish::default()
    };
    let made = issue(store, ask(&anna, 1, InviteKind::Account, wish)).expect("made");
    assert_eq!(look(store, 1), Some(made.clone()));
    assert_eq!((made.maker, made.expires, made.depth), (Who::Account(jid("anna")), NOW + DAY, 1));
    let Ok(Redeemed::Account { account, friend }) = redeem(store, 1, "berta", NOW) else { panic!("redeemed") };
    assert_eq!(friend, Some(jid("anna")));
    let origin = &account.origin;
    assert_eq!((origin.invite, origin.depth), (Some(id(1)), 1));
    assert_eq!((origin.inviter.clone(), origin.root.clone()), (Some(jid("anna")), Some(jid("anna"))));
    assert_eq!(AccountStore::account(store, jid("berta")).wait(), Ok(Some(account)));
    assert_eq!(GroupStore::of(store, jid("berta")).wait(), Ok(vec!["choir".to_owned()]));
    let berta = By::account(jid("berta"), Role::Admin, Door::Xmpp, 1);
    let next = issue(store, ask(&berta, 2, InviteKind::AccountAndContact, Wish::default())).expect("made");
    assert_eq!((next.parent, next.depth), (Some(id(1)), 2));
}

pub(super) fn history(store: &impl Backend) {
    add_host(store, host());
    let wish = Wish { max_uses: Some(3), ..Wish::default() };
    issue(store, ask(&operator(), 1, InviteKind::Account, wish)).expect("made");
    redeem(store, 1, "anna", NOW + 1).expect("redeemed");
    let openings = Arc::new(Openings::default());
    assert!(openings.note(&host(), id(1)), "the first asks for an operation");
    assert!(!openings.note(&host(), id(1)), "the second is counted by the same");
    InviteStore::opened(store, Arc::clone(&openings)).wait().expect("counted");
    assert!(openings.note(&host(), id(1)), "then the next asks for another");
    InviteStore::opened(store, Arc::clone(&openings)).wait().expect("counted");
    let many: Vec<TokenId> =
        (100..100 + 2 * Openings::MOST).map(|n| format!("{n:0>11}").parse().expect("an id")).collect();
    let asked = many.iter().filter(|id| openings.note(&host(), **id)).count();
    assert_eq!(asked, 1, "one operation for all");
    // They are nobody's: nothing to count, and no more of them than one operation may touch.
    InviteStore::opened(store, Arc::clone(&openings)).wait().expect("counted");
    assert!(openings.note(&host(), id(1)));
    InviteStore::revoke(store, operator(), host(), id(1), NOW + 2).wait().expect("withdrawn");
    InviteStore::revoke(store, operator(), host(), id(1), NOW + 3).wait().expect("once");
    let events = InviteStore::history(store, host(), id(1)).wait().expect("read");
    let lines: Vec<_> = events.iter().map(|event| (event.at, event.who.clone(), event.what.as_str())).collect();
    let expected = [
        (NOW, Who::Operator, "made"),
        (NOW + 1, Who::Account(jid("anna")), "joined"),
        (NOW + 2, Who::Operator, "withdrew"),
    ];
    assert_eq!(lines, expected);
    let invite = look(store, 1).expect("there");
    assert_eq!((invite.uses, invite.opened, invite.revoked), (1, 3, Some((Who::Operator, NOW + 2))));
}

pub(super) fn withdrawn_together(store: &impl Backend) {
    add_host(store, host());
    let anna = add_person(store, "anna", Role::Admin);
    for number in [1, 2] {
        issue(store, ask(&anna, number, InviteKind::Account, Wish::default())).expect("made");
    }
    let reset = || Wish { name: Some("anna".into()), ..Wish::default() };
    issue(store, ask(&operator(), 3, InviteKind::Reset, reset())).expect("made");
    issue(store, ask(&operator(), 4, InviteKind::Account, Wish::default())).expect("made");
    redeem(store, 1, "berta", NOW).expect("redeemed");
    AccountStore::turn(store, operator(), jid("anna"), Turn::Delete, NOW).wait().expect("deleted");
    let state = |number| look(store, number).expect("there").state(NOW);
    use InviteState::{Used, Waiting, Withdrawn};
    assert_eq!([1, 2, 3, 4].map(state), [Used, Withdrawn, Withdrawn, Waiting]);
    InviteStore::revoke_all(store, operator(), host(), NOW).wait().expect("withdrawn");
    assert_eq!([1, 2, 3, 4].map(state), [Used, Withdrawn, Withdrawn, Withdrawn]);
}

pub(super) fn swept(store: &impl Backend) {
    add_host(store, host());
    for number in 0..250 {
        issue(store, ask(&operator(), number, InviteKind::Account, Wish::default())).expect("made");
    }
    redeem(store, 0, "anna", NOW).expect("redeemed");
    let late = NOW + 8 * DAY;
    let sweep =
        |unused, used| InviteStore::sweep(store, host(), unused, used).wait().expect("swept").into_out().invites;
    assert_eq!(sweep(NOW, NOW), 0);
    // Each has one line of history, and a step touches so many rows.
    let step = SWEEP_ROWS as usize / 2;
    let steps: Vec<usize> = std::iter::from_fn(|| Some(sweep(late, NOW)).filter(|gone| *gone > 0)).collect();
    assert!(steps.iter().all(|gone| *gone <= step), "{steps:?}");
    assert_eq!(steps.iter().sum::<usize>(), 249, "the used one stays");
    assert!(look(store, 0).is_some());
    assert_eq!(sweep(late, late), 1);
    assert_eq!(InviteStore::history(store, host(), id(0)).wait(), Ok(Vec::new()));
}

pub(super) fn paged(store: &impl Backend) {
    add_host(store, host());
    let anna = add_person(store, "anna", Role::Admin);
    for number in 0..10 {
        let by = if number % 2 == 0 { &anna } else { &operator() };
        issue(store, ask(by, number, InviteKind::Account, Wish::default())).expect("made");
    }
    let pages = |maker: Option<BareJid>, waiting_at: Option<Millis>| {
        let state = waiting_at.map(|_| InviteState::Waiting);
        let at = waiting_at.unwrap_or(NOW);
        let mut query = InviteQuery { maker, state, at, limit: 3, ..InviteQuery::new(host()) };
        let mut ids = Vec::new();
        loop {
            let page = InviteStore::list(store, query.clone()).wait().expect("a page");
            let Some(last) = page.last() else { return ids };
            query.after = Some(last.id);
            ids.extend(page.iter().map(|invite| invite.id));
        }
    };
    assert_eq!(pages(None, None), (0..10).rev().map(id).collect::<Vec<_>>());
    assert_eq!(pages(Some(jid("anna")), None), [8, 6, 4, 2, 0].map(id));
    redeem(store, 9, "berta", NOW).expect("redeemed");
    InviteStore::revoke(store, operator(), host(), id(8), NOW).wait().expect("withdrawn");
    assert_eq!(pages(None, Some(NOW)), (0..8).rev().map(id).collect::<Vec<_>>());
    assert_eq!(pages(None, Some(NOW + 30 * DAY)), []);
}

pub(super) fn refusal_leaves_no_trace(store: &impl Backend) {
    add_host(store, host());
    add_person(store, "anna", Role::Member);
    issue(store, ask(&operator(), 1, InviteKind::Account, Wish::default())).expect("made");
    for taken in ["anna", "a b", ""] {
        assert!(redeem(store, 1, taken, NOW).is_err());
    }
    let events = InviteStore::history(store, host(), id(1)).wait().expect("read");
    assert_eq!((events.len(), look(store, 1).expect("there").uses), (1, 0));
    redeem(store, 1, "berta", NOW).expect("as good as before");
}

/// A hundred threads, one use.
pub(super) fn race_for_one_use(store: &impl Backend) {
    add_host(store, host());
    issue(store, ask(&operator(), 1, InviteKind::Account, Wish::default())).expect("made");
    let wins = race(100, |n| redeem(store, 1, &format!("racer{n}"), NOW).is_ok());
    assert_eq!(wins, 1);
    assert_eq!(look(store, 1).expect("there").uses, 1);
    let made = AccountStore::list(store, everybody()).wait().expect("read");
    assert_eq!(made.len(), 1, "a loser's name is not burnt");
}

/// Registration and subscription with the same token.
pub(super) fn race_of_two_doors(store: &impl Backend) {
    add_host(store, host());
    let anna = add_person(store, "anna", Role::Member);
    issue(store, ask(&anna, 1, InviteKind::AccountAndContact, Wish::default())).expect("made");
    let shown = Presented { id: id(1), at: NOW };
    let wins = race(40, |n| {
        if n % 2 == 0 {
            return redeem(store, 1, &format!("racer{n}"), NOW).is_ok();
        }
        let contact = BareJid::new(&format!("racer{n}@far.example")).expect("an address");
        let ask = ContactAsk { host: host(), shown, inviter: jid("anna"), contact, at: NOW };
        InviteStore::consume(store, ask, policy()).wait().is_ok()
    });
    assert_eq!(wins, 1);
}

/// Several tokens, and the open door, for the same name.
pub(super) fn race_for_a_name(store: &impl Backend) {
    add_host(store, host());
    for number in 0..20 {
        issue(store, ask(&operator(), number, InviteKind::Account, Wish::default())).expect("made");
    }
    let open = Arc::new(HostPolicy { registration_invite_only: false, ..HostPolicy::default() });
    let wins = race(40, |n| {
        if let Some(number) = n.checked_sub(20) {
            return redeem(store, number, "juliet", NOW).is_ok();
        }
        let ask = RedeemAsk {
            by: newcomer(),
            host: host(),
            shown: None,
            name: "Juliet".into(),
            keys: keys(1),
            announce: None,
            at: NOW,
        };
        InviteStore::redeem(store, ask, open.clone()).wait().is_ok()
    });
    assert_eq!(wins, 1);
    let uses: u32 = (0..20).map(|number| look(store, number).expect("there").uses).sum();
    assert!(uses <= 1);
}

fn race(runners: u64, run: impl Fn(u64) -> bool + Sync) -> usize {
    let start = std::sync::Barrier::new(usize::try_from(runners).expect("few"));
    std::thread::scope(|scope| {
        let (start, run) = (&start, &run);
        let threads: Vec<_> = (0..runners)
            .map(|n| {
                scope.spawn(move || {
                    start.wait();
                    run(n)
                })
            })
            .collect();
        threads.into_iter().map(|thread| usize::from(thread.join().expect("ran"))).sum()
    })
}

fn everybody() -> crate::accounts::AccountQuery {
    crate::accounts::AccountQuery::all(host(), 1000)
}
