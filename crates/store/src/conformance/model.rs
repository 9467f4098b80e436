//! The same changes applied to maps: after any sequence of acts a store and the maps agree.
//!
//! This is also where it is shown that uses never exceed their limit, whatever happens in which order.

use std::collections::BTreeMap;

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::amend::{AmendAsk, Amendment};
use parlour_domain::invite::contact::ContactAsk;
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::renew::RenewAsk;
use parlour_domain::limits::{DAY, RESERVATION_GRACE};
use parlour_domain::session::SessionChange;
use parlour_domain::{Account, AccountChange, Change, InviteChange, InviteState, SealedKeys, Who};

use super::*;
use crate::Committed;
use crate::accounts::AccountQuery;
use crate::invites::InviteQuery;

/// What a host holds, as plain maps.
#[derive(Default)]
struct Maps {
    accounts: BTreeMap<BareJid, (Account, Vec<SealedKeys>)>,
    invites: BTreeMap<TokenId, Invite>,
}

impl Maps {
    fn apply<T>(&mut self, done: &Committed<T>) {
        for change in done.changes() {
            match change {
                Change::Account(change) => self.account(change),
                Change::Invite(change) => self.invite(change),
                Change::Session(SessionChange::AllEnded { .. }) | Change::Host(_) | Change::Roster(_) => {}
                Change::Outbox(_) | Change::Push(_) | Change::Personal(_) | Change::Pubsub(_) => {}
                other => panic!("no act of the model makes {other:?}"),
            }
        }
    }

    fn account(&mut self, change: &AccountChange) {
        match change {
            AccountChange::Created { account, keys } => {
                let before = self.accounts.insert(account.jid.clone(), (account.clone(), keys.clone()));
                assert!(before.is_none(), "a name was given twice");
            }
            AccountChange::PasswordChanged { account, keys } => self.held(account).1 = keys.clone(),
            AccountChange::SignedOut { .. } => {}
            AccountChange::KeysUpgraded { account, keys } => {
                let all = &mut self.held(account).1;
                all.retain(|kept| kept.kind != keys.kind);
                all.push(keys.clone());
            }
            AccountChange::RoleChanged { account, role } => self.held(account).0.role = *role,
            AccountChange::StateChanged { account, state } => self.held(account).0.state = *state,
        }
    }

    fn held(&mut self, account: &BareJid) -> &mut (Account, Vec<SealedKeys>) {
        self.accounts.get_mut(account).expect("only accounts that are there change")
    }

    fn invite(&mut self, change: &InviteChange) {
        match change {
            InviteChange::Issued { invite, .. } => {
                assert!(self.invites.insert(invite.id, invite.clone()).is_none());
            }
            InviteChange::Used { invite, .. } => {
                let held = self.invites.get_mut(&invite.id).expect("there");
                assert_eq!(held, invite, "the rule judged what is true");
                held.uses += 1;
                assert!(held.uses <= held.max_uses);
            }
            InviteChange::Revoked { id, by, at, .. } => {
                self.invites.get_mut(id).expect("there").revoked = Some((by.clone(), *at));
            }
            InviteChange::RevokedAll { maker, by, at } => {
                self.revoke(by, *at, |invite| invite.maker == Who::Account(maker.clone()));
            }
            InviteChange::ResetsRevoked { account, by, at } => {
                let name = account.node().map(|node| node.as_str());
                self.revoke(by, *at, |invite| invite.kind == InviteKind::Reset && invite.name.as_deref() == name);
            }
            InviteChange::AllRevoked { by, at, .. } => self.revoke(by, *at, |_| true),
            InviteChange::Extended { id, expires, .. } => self.held_invite(id).expires = *expires,
            InviteChange::UsesSet { id, max_uses, .. } => {
                let held = self.held_invite(id);
                held.max_uses = *max_uses;
                assert!(held.uses <= held.max_uses);
            }
            InviteChange::Renewed { old, new, withdrawn, by, at, .. } => {
                let held = self.held_invite(old);
                assert_eq!(held.renewed, None, "one has one successor");
                held.renewed = Some(*new);
                if *withdrawn {
                    assert_eq!(held.revoked, None);
                    held.revoked = Some((by.clone(), *at));
                }
            }
            InviteChange::Lapsed { .. } | InviteChange::HistorySwept { .. } => {}
            InviteChange::Opened { id, times, .. } => self.invites.get_mut(id).expect("there").opened += times,
            InviteChange::Swept { ids, .. } => ids.iter().for_each(|id| {
                self.invites.remove(id).expect("there");
            }),
        }
    }

    fn held_invite(&mut self, id: &TokenId) -> &mut Invite {
        self.invites.get_mut(id).expect("only invites that are there change")
    }

    fn revoke(&mut self, by: &Who, at: Millis, which: impl Fn(&Invite) -> bool) {
        for invite in self.invites.values_mut().filter(|invite| which(invite)) {
            let open = invite.revoked.is_none() && invite.uses < invite.max_uses;
            if open && invite.expires >= at - RESERVATION_GRACE {
                invite.revoked = Some((by.clone(), at));
            }
        }
    }
}

/// Dice of the test's own: the same in each run.
struct Rolls(u64);

impl Rolls {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.below(of.len() as u64)).expect("small");
        of[at].clone()
    }
}

pub(super) fn agrees(store: &impl Backend) {
    add_host(store, host());
    let (mut maps, mut rolls, mut now) = (Maps::default(), Rolls(7), NOW);
    for step in 0..1500 {
        now += i64::try_from(rolls.below(2 * 60 * 60 * 1000)).expect("small");
        act(store, &mut maps, &mut rolls, step, now);
        if step % 20 == 19 {
            compare(store, &maps, now);
        }
    }
    compare(store, &maps, now);
    let used = maps.invites.values().filter(|invite| invite.uses > 0).count();
    let people = maps.accounts.len();
    assert!(people > 10 && used > 10, "the walk went nowhere: {people} accounts, {used} invites used");
}

fn act(store: &impl Backend, maps: &mut Maps, rolls: &mut Rolls, step: u64, now: Millis) {
    const NAMES: [&str; 30] = [
        "anna", "berta", "clara", "dora", "emma", "frieda", "greta", "hanna", "ida", "jutta", "karla", "lena", "marta",
        "nora", "olga", "paula", "rosa", "sara", "tina", "ulla", "vera", "wanda", "xenia", "yvonne", "zora", "adam",
        "bruno", "carlo", "dario", "emil",
    ];
    let person = rolls.one(&NAMES);
    let role = rolls.one(&[Role::Limited, Role::Member, Role::Admin, Role::Owner]);
    let people: Vec<Account> = maps.accounts.values().map(|(account, _)| account.clone()).collect();
    let by = match rolls.below(3) {
        1 | 2 if !people.is_empty() => {
            let account = rolls.one(&people);
            By::account(account.jid, account.role, Door::Xmpp, 1)
        }
        _ => operator(),
    };
    // Among the latest, most of which are still good.
    let number = step.saturating_sub(1 + rolls.below(20));
    match rolls.below(13) {
        0..=3 => {
            let kind = rolls.one(&[
                InviteKind::Account,
                InviteKind::Account,
                InviteKind::Account,
                InviteKind::AccountAndContact,
                InviteKind::AccountAndContact,
                InviteKind::Contact,
                InviteKind::Reset,
                InviteKind::Owner,
            ]);
            let named = kind == InviteKind::Reset || rolls.below(5) == 0;
            let wish = Wish {
                name: named.then(|| person.to_owned()),
                max_uses: (rolls.below(4) == 0).then_some(3),
                role: (rolls.below(6) == 0).then_some(role),
                expires_after: Some(DAY),
                ..Wish::default()
            };
            let ask = IssueAsk { at: now, ..ask(&by, step, kind, wish) };
            keep(maps, InviteStore::issue(store, ask, policy()).wait());
        }
        4..=7 => {
            let shown = Some(Presented { id: id(number), at: now });
            let name = person.to_owned();
            let ask = RedeemAsk { by: newcomer(), host: host(), shown, name, keys: keys(3), announce: None, at: now };
            keep(maps, InviteStore::redeem(store, ask, policy()).wait());
        }
        8 => {
            let shown = Presented { id: id(number), at: now };
            let Some(Who::Account(inviter)) = maps.invites.get(&id(number)).map(|invite| invite.maker.clone()) else {
                return;
            };
            let ask = ContactAsk { host: host(), shown, inviter, contact: jid(person), at: now };
            keep(maps, InviteStore::consume(store, ask, policy()).wait());
        }
        9 => {
            keep(maps, InviteStore::revoke(store, by, host(), id(number), now).wait());
        }
        10 => {
            let turn = rolls.one(&[Turn::Disable, Turn::Enable, Turn::Delete, Turn::Restore]);
            keep(maps, AccountStore::turn(store, by, jid(person), turn, now).wait());
        }
        11 => match rolls.below(3) {
            0 => {
                let what = Amendment::Expires(now + i64::try_from(rolls.below(10)).expect("small") * DAY / 2);
                keep(maps, InviteStore::amend(store, amend(by, id(number), what, now), policy()).wait());
            }
            1 => {
                let what = Amendment::MaxUses(u32::try_from(rolls.below(5)).expect("small"));
                keep(maps, InviteStore::amend(store, amend(by, id(number), what, now), policy()).wait());
            }
            // Beyond the numbers that new ones get.
            _ => {
                let ask = RenewAsk { by, host: host(), old: id(number), id: id(10_000 + step), key: 1, at: now };
                keep(maps, InviteStore::renew(store, ask, policy()).wait());
            }
        },
        _ => match rolls.below(4) {
            3 => keep(maps, InviteStore::lapse(store, host(), now).wait()),
            0 => keep(maps, AccountStore::set_role(store, by, jid(person), role).wait()),
            1 => keep(maps, AccountStore::set_password(store, by, jid(person), keys(4), now).wait()),
            _ => keep(maps, InviteStore::sweep(store, host(), now - 10 * DAY, now - 30 * DAY).wait()),
        },
    }
}

fn amend(by: By, id: TokenId, what: Amendment, at: Millis) -> AmendAsk {
    AmendAsk { by, host: host(), id, what, at }
}

fn keep<T, R: std::fmt::Debug>(maps: &mut Maps, outcome: Result<Committed<T>, ActError<R>>) {
    match outcome {
        Ok(done) => maps.apply(&done),
        Err(ActError::Refused(_)) => {}
        Err(ActError::Failed(error)) => panic!("{error}"),
    }
}

fn compare(store: &impl Backend, maps: &Maps, now: Millis) {
    let query = AccountQuery::all(host(), 1000);
    let accounts = AccountStore::list(store, query).wait().expect("read");
    assert_eq!(accounts.len(), maps.accounts.len());
    for account in accounts {
        let kept = AccountStore::credentials(store, account.jid.clone()).wait().expect("read").expect("there");
        assert_eq!(Some(&(account, kept.keys)), maps.accounts.get(&kept.account.jid));
    }
    let mut invites = Vec::new();
    for kind in [None, Some(InviteKind::Reset)] {
        let query = InviteQuery { kind, limit: 1000, ..InviteQuery::new(host()) };
        invites.extend(InviteStore::list(store, query).wait().expect("read"));
    }
    assert_eq!(invites.len(), maps.invites.len());
    for invite in invites {
        assert_eq!(Some(&invite), maps.invites.get(&invite.id));
    }
    let mut counted = 0;
    let counts = InviteStore::counts(store, host(), None, now).wait().expect("counted");
    let numbers = [counts.waiting, counts.used, counts.full, counts.expired, counts.withdrawn];
    for (state, number) in InviteState::ALL.into_iter().zip(numbers) {
        let query = InviteQuery { state: Some(state), at: now, limit: 1000, ..InviteQuery::new(host()) };
        let listed = InviteStore::list(store, query).wait().expect("read");
        assert!(listed.iter().all(|invite| invite.state(now) == state && invite.kind != InviteKind::Reset));
        assert_eq!(listed.len() as u64, number, "{state:?}");
        counted += listed.len();
    }
    assert_eq!(counted, maps.invites.values().filter(|invite| invite.kind != InviteKind::Reset).count());
}
