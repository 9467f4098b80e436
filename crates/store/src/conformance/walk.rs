//! Random walks beside a small world of its own: what must be granted is, what must be refused is, and in the end both
//! hold the same. The small world knows the rules in its own words and shares no code with them.
//!
//! Steps come in handfuls that are handed over together, so that several share one commit. Whoever acts claims at the door
//! to be an owner, which nobody may believe.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use parlour_domain::AccountState;
use parlour_domain::account::rules::Turn;
use parlour_domain::invite::amend::{AmendAsk, Amendment};
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::renew::RenewAsk;
use parlour_domain::limits::{DAY, MINUTE, RESERVATION_GRACE};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::*;
use crate::accounts::AccountQuery;

/// The first three live there from the start: an owner, an admin and a member.
const NAMES: [&str; 12] =
    ["olga", "anna", "berta", "carlo", "dora", "emil", "frieda", "greta", "hanna", "ida", "jutta", "karla"];
const HOUR: Millis = 60 * MINUTE;
const GROUP: &str = "Choir";

/// What somebody does; numbers choose among people and links, the latest first.
#[derive(Clone, Copy, Debug)]
enum Step {
    Issue {
        by: usize,
        kind: InviteKind,
        name: Option<usize>,
        role: Option<Role>,
        uses: u32,
        grouped: bool,
    },
    /// `fit`: with a name that could do.
    Redeem {
        link: usize,
        name: usize,
        fit: bool,
    },
    Revoke {
        by: usize,
        link: usize,
    },
    Longer {
        by: usize,
        link: usize,
    },
    Uses {
        by: usize,
        link: usize,
        uses: u32,
    },
    Renew {
        by: usize,
        link: usize,
    },
    Turn {
        by: usize,
        whom: usize,
        turn: Turn,
    },
    Role {
        by: usize,
        whom: usize,
        role: Role,
    },
    Join {
        by: usize,
        whom: usize,
        member: bool,
    },
    Found {
        by: usize,
    },
    Dissolve {
        by: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let role = || prop::sample::select(vec![Role::Limited, Role::Member, Role::Admin, Role::Owner]);
    let by = || prop_oneof![2 => Just(NAMES.len()), 4 => 0..3_usize, 2 => 3..NAMES.len()];
    let (who, link) =
        (|| prop_oneof![1 => 0..5_usize, 1 => 0..NAMES.len()], || prop_oneof![3 => 0..3_usize, 1 => 0..20_usize]);
    let kinds = prop::sample::select(vec![
        InviteKind::Account,
        InviteKind::Account,
        InviteKind::AccountAndContact,
        InviteKind::Contact,
        InviteKind::Reset,
    ]);
    let turns = prop::sample::select(vec![Turn::Disable, Turn::Enable, Turn::Delete, Turn::Restore]);
    let uses = || prop_oneof![4 => Just(1_u32), 1 => 2..4_u32];
    prop_oneof![
        8 => (by(), kinds, prop::option::weighted(0.3, who()), prop::option::weighted(0.2, role()), uses(),
            prop::bool::weighted(0.2))
            .prop_map(|(by, kind, name, role, uses, grouped)| Step::Issue { by, kind, name, role, uses, grouped }),
        10 => (link(), 0..NAMES.len(), prop::bool::weighted(0.8)).prop_map(|(link, name, fit)| Step::Redeem { link, name, fit }),
        2 => (by(), link()).prop_map(|(by, link)| Step::Revoke { by, link }),
        1 => (by(), link()).prop_map(|(by, link)| Step::Longer { by, link }),
        1 => (by(), link(), 1..5_u32).prop_map(|(by, link, uses)| Step::Uses { by, link, uses }),
        1 => (by(), link()).prop_map(|(by, link)| Step::Renew { by, link }),
        2 => (by(), who(), turns).prop_map(|(by, whom, turn)| Step::Turn { by, whom, turn }),
        2 => (by(), who(), role()).prop_map(|(by, whom, role)| Step::Role { by, whom, role }),
        1 => (by(), who(), any::<bool>()).prop_map(|(by, whom, member)| Step::Join { by, whom, member }),
        1 => by().prop_map(|by| Step::Found { by }),
        1 => by().prop_map(|by| Step::Dissolve { by }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Active,
    Disabled,
    Deleted,
}

#[derive(Clone, Debug)]
struct Link {
    kind: InviteKind,
    /// Nobody: the operator.
    maker: Option<&'static str>,
    made: Millis,
    name: Option<&'static str>,
    role: Option<Role>,
    grouped: bool,
    uses: u32,
    most: u32,
    expires: Millis,
    withdrawn: bool,
}

impl Link {
    /// To the end of its last second (vector 81).
    fn open(&self, at: Millis) -> bool {
        !self.withdrawn && self.uses < self.most && at / 1000 <= self.expires / 1000
    }
}

/// The small world.
#[derive(Default)]
struct Small {
    people: BTreeMap<&'static str, (Role, Is)>,
    links: BTreeMap<u64, Link>,
    /// The choir's members, while there is a choir.
    choir: Option<BTreeSet<&'static str>>,
    now: Millis,
    tally: Tally,
}

/// How often each kind of step was granted, and refused.
type Tally = BTreeMap<String, [u32; 2]>;

/// What the small world says of a step: it must be granted, it must be refused, or it has no opinion.
type Verdict = Option<bool>;

impl Small {
    fn rank(&self, by: usize) -> Option<Role> {
        let Some(name) = NAMES.get(by) else { return Some(Role::Owner) };
        self.people.get(name).filter(|(_, is)| *is == Is::Active).map(|(role, _)| *role)
    }

    fn maker_rank(&self, link: &Link) -> Option<Role> {
        self.rank(link.maker.map_or(NAMES.len(), |maker| NAMES.iter().position(|name| *name == maker).expect("one")))
    }

    fn promised(&self, name: &str, but: Option<u64>) -> bool {
        let kept = |link: &Link| link.open(self.now.saturating_sub(RESERVATION_GRACE)) && link.name == Some(name);
        self.links.iter().any(|(n, link)| Some(*n) != but && link.kind != InviteKind::Reset && kept(link))
    }

    /// The link that a step means: the latest is 0.
    fn number(&self, link: usize) -> Option<u64> {
        self.links.keys().rev().nth(link).copied()
    }

    /// The name a link is for, or one that is free.
    fn fitting(&self, number: u64) -> Option<&'static str> {
        let promised = self.links.get(&number).and_then(|link| link.name);
        promised
            .or_else(|| NAMES.into_iter().find(|name| !self.people.contains_key(name) && !self.promised(name, None)))
    }

    fn sees(&self, by: usize, link: &Link) -> bool {
        let Some(rank) = self.rank(by) else { return false };
        let reset = link.kind == InviteKind::Reset;
        let leads_to = if reset {
            link.name.and_then(|name| self.people.get(name)).map_or(Role::Member, |(role, _)| *role)
        } else {
            link.role.unwrap_or(Role::Member)
        };
        let own = !reset && link.maker.is_some() && link.maker == NAMES.get(by).copied();
        own || (rank >= Role::Admin && rank >= leads_to)
    }

    fn owners(&self) -> usize {
        self.people.values().filter(|person| **person == (Role::Owner, Is::Active)).count()
    }

    fn may_issue(&self, step: Step) -> Verdict {
        let Step::Issue { by, kind, name, role, uses, grouped } = step else { return None };
        let Some(rank) = self.rank(by) else { return Some(false) };
        let (admin, person) = (rank >= Role::Admin, by < NAMES.len());
        let named = name.map(|at| NAMES[at]);
        let allowed = match kind {
            InviteKind::Contact | InviteKind::AccountAndContact => person && rank >= Role::Member,
            InviteKind::Account => admin,
            InviteKind::Reset => {
                let target = named.and_then(|name| self.people.get(name));
                match target {
                    Some((_, Is::Disabled)) if admin => return None,
                    Some((role, Is::Active)) => admin && *role <= rank,
                    _ => false,
                }
            }
            InviteKind::Owner => false,
        };
        let several = matches!(kind, InviteKind::Account | InviteKind::AccountAndContact) && named.is_none() && admin;
        let role_fits = role.is_none_or(|role| role <= rank && (role <= Role::Member || admin));
        let name_fits = kind == InviteKind::Reset
            || named.is_none_or(|name| {
                kind != InviteKind::Contact && !self.people.contains_key(name) && !self.promised(name, None)
            });
        let group_fits = !grouped || (admin && kind.makes_account() && self.choir.is_some());
        if !(allowed && role_fits && name_fits && group_fits && (uses == 1 || several)) {
            return Some(false);
        }
        // How many a member may make is told elsewhere.
        let recent = self.links.values().filter(|link| person && link.maker == Some(NAMES[by]));
        (admin || recent.filter(|link| link.made > self.now - DAY || link.open(self.now)).count() < 5).then_some(true)
    }

    fn may_redeem(&self, number: u64, name: &'static str) -> Verdict {
        let Some(link) = self.links.get(&number) else { return Some(false) };
        let Some(rank) = self.maker_rank(link) else { return Some(false) };
        let needs = if link.kind == InviteKind::AccountAndContact { Role::Member } else { Role::Admin };
        let fallen = rank < needs || (rank < Role::Admin && link.uses > 0);
        if !link.open(self.now) || link.kind == InviteKind::Contact || fallen {
            return Some(false);
        }
        if link.name.is_some_and(|promised| promised != name) {
            return Some(false);
        }
        if link.kind == InviteKind::Reset {
            return match self.people.get(name) {
                Some((role, Is::Active)) => Some(*role <= rank),
                Some((_, Is::Disabled)) => None,
                _ => Some(false),
            };
        }
        Some(!self.people.contains_key(name) && !self.promised(name, Some(number)))
    }

    fn redeemed(&mut self, number: u64, name: &'static str) {
        let link = self.links[&number].clone();
        let rank = self.maker_rank(&link).expect("somebody stands for it");
        self.links.get_mut(&number).expect("there").uses += 1;
        if link.kind == InviteKind::Reset {
            self.withdraw(|link| link.kind == InviteKind::Reset && link.name == Some(name));
            return;
        }
        self.people.insert(name, (link.role.unwrap_or(Role::Member).min(rank), Is::Active));
        if let Some(choir) = self.choir.as_mut().filter(|_| link.grouped && rank >= Role::Admin) {
            choir.insert(name);
        }
    }

    fn withdraw(&mut self, which: impl Fn(&Link) -> bool) {
        let since = self.now - RESERVATION_GRACE;
        for link in self.links.values_mut().filter(|link| which(link) && link.open(since)) {
            link.withdrawn = true;
        }
    }

    fn over(&self, by: usize, whom: usize, own_business: bool) -> bool {
        let (Some(rank), Some((role, _))) = (self.rank(by), self.people.get(NAMES[whom])) else { return false };
        (rank >= Role::Admin || (own_business && by == whom)) && *role <= rank
    }

    fn may_turn(&self, by: usize, whom: usize, turn: Turn) -> bool {
        let Some((role, is)) = self.people.get(NAMES[whom]).copied() else { return false };
        let fits = match (turn, is) {
            (Turn::Disable | Turn::Enable, Is::Deleted) | (Turn::Restore, Is::Active | Is::Disabled) => false,
            (Turn::Disable | Turn::Delete, Is::Active) => role != Role::Owner || self.owners() > 1 || by >= NAMES.len(),
            _ => true,
        };
        fits && self.over(by, whom, turn == Turn::Delete)
    }

    fn turned(&mut self, whom: usize, turn: Turn) {
        let name = NAMES[whom];
        let is = &mut self.people.get_mut(name).expect("there").1;
        let gone = turn == Turn::Delete && *is != Is::Deleted;
        *is = match turn {
            Turn::Disable => Is::Disabled,
            Turn::Enable | Turn::Restore => Is::Active,
            Turn::Delete => Is::Deleted,
        };
        if gone {
            self.withdraw(|link| link.maker == Some(name));
            self.withdraw(|link| link.kind == InviteKind::Reset && link.name == Some(name));
        }
    }

    fn may_role(&self, by: usize, whom: usize, role: Role) -> bool {
        let Some((held, is)) = self.people.get(NAMES[whom]).copied() else { return false };
        let last = held == Role::Owner && is == Is::Active && self.owners() <= 1 && by < NAMES.len() && role != held;
        self.over(by, whom, false) && self.rank(by) >= Some(role) && !last
    }

    fn may_join(&self, by: usize, whom: usize) -> bool {
        let there = self.people.get(NAMES[whom]).is_some_and(|(_, is)| *is != Is::Deleted);
        self.rank(by) >= Some(Role::Admin) && self.choir.is_some() && there
    }
}

fn actor(by: usize) -> By {
    NAMES.get(by).map_or_else(operator, |name| By::account(jid(name), Role::Owner, Door::Xmpp, 1))
}

/// One handed over, and what is asked of its outcome.
type Waiting<'s> = Box<dyn FnOnce(&mut Small) -> Result<(), TestCaseError> + 's>;

/// Fails where the outcome is not what the small world says.
fn judge<T, R: std::fmt::Debug>(
    tally: &mut Tally,
    step: Step,
    verdict: Verdict,
    outcome: Result<crate::Committed<T>, ActError<R>>,
) -> Result<Option<T>, TestCaseError> {
    let outcome = match outcome {
        Ok(done) => Ok(done.into_out()),
        Err(ActError::Refused(refusal)) => Err(format!("{refusal:?}")),
        Err(ActError::Failed(error)) => Err(format!("{error}")),
    };
    let kind = format!("{step:?}").split(' ').next().unwrap_or_default().to_owned();
    tally.entry(kind).or_default()[usize::from(outcome.is_err())] += 1;
    if let Some(must) = verdict {
        let refusal = outcome.as_ref().err();
        prop_assert_eq!(outcome.is_ok(), must, "{:?}: {:?}", step, refusal);
    }
    Ok(outcome.ok())
}

/// Hands a step over; what it comes to is looked at when the whole handful is. `serial` makes its id.
fn hand_over<'s>(store: &'s impl Backend, small: &Small, links: &[u64], step: Step, serial: u64) -> Waiting<'s> {
    let now = small.now;
    let which = |link: usize| links.get(link).copied().unwrap_or(u64::MAX);
    match step {
        Step::Issue { by, kind, name, role, uses, grouped } => {
            let wish = Wish {
                name: name.map(|at| NAMES[at].to_owned()),
                role,
                max_uses: Some(uses),
                groups: if grouped { vec![GROUP.to_owned()] } else { Vec::new() },
                expires_after: (kind != InviteKind::Reset).then_some(2 * DAY),
                ..Wish::default()
            };
            let act = InviteStore::issue(store, IssueAsk { at: now, ..ask(&actor(by), serial, kind, wish) }, policy());
            Box::new(move |small| {
                if let Some(made) = {
                    let verdict = small.may_issue(step);
                    judge(&mut small.tally, step, verdict, act.wait())
                }? {
                    let maker = NAMES.get(by).copied();
                    let link = Link {
                        kind,
                        maker,
                        made: now,
                        name: name.map(|at| NAMES[at]),
                        role,
                        grouped,
                        uses: 0,
                        most: uses,
                        expires: made.expires,
                        withdrawn: false,
                    };
                    small.links.insert(serial, link);
                }
                Ok(())
            })
        }
        Step::Redeem { link, name, fit } => {
            let number = which(link);
            let name = if fit { small.fitting(number) } else { None }.unwrap_or(NAMES[name]);
            let shown = Some(Presented { id: id(number % 100_000_000_000), at: now });
            let ask = RedeemAsk {
                by: newcomer(),
                host: host(),
                shown,
                name: name.into(),
                keys: keys(2),
                announce: None,
                at: now,
            };
            let act = InviteStore::redeem(store, ask, policy());
            Box::new(move |small| {
                if {
                    let verdict = small.may_redeem(number, name);
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.redeemed(number, name);
                }
                Ok(())
            })
        }
        Step::Revoke { by, link } => {
            let number = which(link);
            let act = InviteStore::revoke(store, actor(by), host(), id(number % 100_000_000_000), now);
            Box::new(move |small| {
                let link = small.links.get(&number);
                let may = link.is_some_and(|link| small.sees(by, link) && (link.withdrawn || link.uses < link.most));
                if {
                    let verdict = Some(may);
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.links.get_mut(&number).expect("there").withdrawn = true;
                }
                Ok(())
            })
        }
        Step::Longer { by, link } => {
            let number = which(link);
            let expires = now + 12 * HOUR;
            let what = Amendment::Expires(expires);
            let ask = AmendAsk { by: actor(by), host: host(), id: id(number % 100_000_000_000), what, at: now };
            let act = InviteStore::amend(store, ask, policy());
            Box::new(move |small| {
                let verdict = match small.links.get(&number) {
                    Some(link) if !small.sees(by, link) || link.withdrawn || link.uses >= link.most => Some(false),
                    // What it takes to come back, or for a member, is told elsewhere.
                    Some(link) if link.open(now) && small.rank(by) >= Some(Role::Admin) => Some(true),
                    Some(_) => None,
                    None => Some(false),
                };
                if { judge(&mut small.tally, step, verdict, act.wait()) }?.is_some() {
                    small.links.get_mut(&number).expect("there").expires = expires;
                }
                Ok(())
            })
        }
        Step::Uses { by, link, uses } => {
            let number = which(link);
            let what = Amendment::MaxUses(uses);
            let ask = AmendAsk { by: actor(by), host: host(), id: id(number % 100_000_000_000), what, at: now };
            let act = InviteStore::amend(store, ask, policy());
            Box::new(move |small| {
                let may = small.links.get(&number).is_some_and(|link| {
                    let several = matches!(link.kind, InviteKind::Account | InviteKind::AccountAndContact);
                    let most = if several && link.name.is_none() { 100 } else { 1 };
                    let spent = link.most == 1 && link.uses == 1;
                    let fits = (link.uses.max(1)..=most).contains(&uses) && !spent && !link.withdrawn;
                    small.sees(by, link) && small.rank(by) >= Some(Role::Admin) && fits
                });
                if {
                    let verdict = Some(may);
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.links.get_mut(&number).expect("there").most = uses;
                }
                Ok(())
            })
        }
        Step::Renew { by, link } => {
            let number = which(link);
            let old = id(number % 100_000_000_000);
            let ask = RenewAsk { by: actor(by), host: host(), old, id: id(serial), key: 1, at: now };
            let act = InviteStore::renew(store, ask, policy());
            Box::new(move |small| {
                let link = small.links.get(&number).cloned();
                let verdict = link.as_ref().is_none_or(|link| !small.sees(by, link)).then_some(false);
                if let Some(made) = { judge(&mut small.tally, step, verdict, act.wait()) }? {
                    let link = link.expect("only what is there is made anew");
                    prop_assert!(made.role <= link.role && made.max_uses <= link.most, "no more than was promised");
                    let since = small.now - RESERVATION_GRACE;
                    if let Some(old) = small.links.get_mut(&number).filter(|old| old.open(since)) {
                        old.withdrawn = true;
                    }
                    let grouped = !made.groups.is_empty();
                    let new = Link {
                        made: now,
                        uses: 0,
                        most: made.max_uses,
                        expires: made.expires,
                        withdrawn: false,
                        grouped,
                        ..link
                    };
                    small.links.insert(serial, new);
                }
                Ok(())
            })
        }
        Step::Turn { by, whom, turn } => {
            let act = AccountStore::turn(store, actor(by), jid(NAMES[whom]), turn, now);
            Box::new(move |small| {
                if {
                    let verdict = Some(small.may_turn(by, whom, turn));
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.turned(whom, turn);
                }
                Ok(())
            })
        }
        Step::Role { by, whom, role } => {
            let act = AccountStore::set_role(store, actor(by), jid(NAMES[whom]), role);
            Box::new(move |small| {
                if {
                    let verdict = Some(small.may_role(by, whom, role));
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.people.get_mut(NAMES[whom]).expect("there").0 = role;
                }
                Ok(())
            })
        }
        Step::Join { by, whom, member } => {
            let act = GroupStore::set_member(store, actor(by), GROUP.into(), jid(NAMES[whom]), member, now);
            Box::new(move |small| {
                if {
                    let verdict = Some(small.may_join(by, whom));
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    let choir = small.choir.as_mut().expect("there is one");
                    if member {
                        choir.insert(NAMES[whom])
                    } else {
                        choir.remove(NAMES[whom])
                    };
                }
                Ok(())
            })
        }
        Step::Found { by } => {
            let act = GroupStore::create(store, actor(by), host(), GROUP.into(), false, now);
            Box::new(move |small| {
                let may = small.rank(by) >= Some(Role::Admin) && small.choir.is_none();
                if {
                    let verdict = Some(may);
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.choir = Some(BTreeSet::new());
                }
                Ok(())
            })
        }
        Step::Dissolve { by } => {
            let act = GroupStore::remove(store, actor(by), host(), GROUP.into(), now);
            Box::new(move |small| {
                let may = small.rank(by) >= Some(Role::Admin) && small.choir.is_some();
                if {
                    let verdict = Some(may);
                    judge(&mut small.tally, step, verdict, act.wait())
                }?
                .is_some()
                {
                    small.choir = None;
                }
                Ok(())
            })
        }
    }
}

/// Both hold the same.
fn same(store: &impl Backend, small: &Small) -> Result<(), TestCaseError> {
    let accounts = AccountStore::list(store, AccountQuery::all(host(), 1000)).wait().expect("read");
    let held: BTreeMap<String, (Role, Is)> = accounts
        .into_iter()
        .map(|account| {
            let is = match account.state {
                AccountState::Active => Is::Active,
                AccountState::Disabled { .. } => Is::Disabled,
                AccountState::Deleted { .. } | AccountState::Erased { .. } => Is::Deleted,
            };
            (account.jid.node().expect("a name").to_string(), (account.role, is))
        })
        .collect();
    let expected = small.people.iter().map(|(name, person)| ((*name).to_owned(), *person)).collect();
    prop_assert_eq!(held, expected);
    for (number, link) in &small.links {
        let kept = look(store, *number).expect("nothing was swept");
        let kept = (kept.uses, kept.max_uses, kept.expires, kept.revoked.is_some());
        prop_assert_eq!(kept, (link.uses, link.most, link.expires, link.withdrawn), "{:?}", link);
    }
    let members = GroupStore::members(store, host(), GROUP.into(), None, 1000).wait().expect("read");
    let members: BTreeSet<String> = members.iter().map(|jid| jid.node().expect("a name").to_string()).collect();
    let there = |name: &&&str| small.people.get(**name).is_some_and(|(_, is)| *is != Is::Deleted);
    let expected = small.choir.iter().flatten().filter(there).map(|name| (*name).to_owned()).collect();
    prop_assert_eq!(members, expected);
    Ok(())
}

fn walk(store: &impl Backend, handfuls: &[(Vec<Step>, i64)]) -> Result<Tally, TestCaseError> {
    add_host(store, host());
    let mut small = Small { now: NOW, ..Small::default() };
    for (name, role) in [("olga", Role::Owner), ("anna", Role::Admin), ("berta", Role::Member)] {
        add_person(store, name, role);
        small.people.insert(name, (role, Is::Active));
    }
    GroupStore::create(store, operator(), host(), GROUP.into(), false, NOW).wait().expect("a choir").into_out();
    small.choir = Some(BTreeSet::new());
    let mut serial = 0;
    for (steps, hours) in handfuls {
        small.now += hours * HOUR + 1;
        let links: Vec<u64> = (0..20).map_while(|at| small.number(at)).collect();
        let mut waiting = Vec::new();
        for step in steps {
            serial += 1;
            waiting.push(hand_over(store, &small, &links, *step, serial));
        }
        for one in waiting {
            one(&mut small)?;
        }
        same(store, &small)?;
    }
    Ok(small.tally)
}

/// Walks of a hundred steps or so, over a new store each.
#[test]
fn attack_97_vector_40_vector_43_what_must_be_granted_is_and_nothing_else() {
    let cases = if std::env::var_os("PARLOUR_FULL").is_some() { 2_000 } else { 60 };
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 4_000, failure_persistence: None, ..Config::default() });
    let handfuls = prop::collection::vec((prop::collection::vec(step(), 1..6), 0..5_i64), 1..40);
    let all = RefCell::new(Tally::new());
    let outcome = runner.run(&handfuls, |handfuls| {
        let store = Sqlite::in_memory(crate::sqlite::Options::default()).expect("a store in memory");
        for (kind, [granted, refused]) in walk(&store, &handfuls)? {
            let mut all = all.borrow_mut();
            let sum = all.entry(kind).or_default();
            *sum = [sum[0] + granted, sum[1] + refused];
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let all = all.into_inner();
    // Each kind both ways; how often is chance, and chance has made it four of one of them.
    let both = all.values().filter(|[granted, refused]| *granted > 0 && *refused > 0).count();
    assert_eq!(both, 11, "the walks went nowhere: {all:?}");
}

/// A host that is removed takes its links with it, also when one of the same name comes after it.
pub(super) fn removed_hosts(store: &impl Backend) {
    add_host(store, host());
    let wish = || Wish { expires_after: Some(DAY), ..Wish::default() };
    issue(store, ask(&operator(), 1, InviteKind::Account, wish())).expect("made");
    HostStore::remove(store, operator(), host()).wait().expect("removed").into_out();
    redeem(store, 1, "anna", NOW).expect_err("there is no such place");
    add_host(store, host());
    assert_eq!(redeem(store, 1, "anna", NOW).expect_err("another place"), ActError::Refused(RedeemRefusal::Forgotten));
    assert_eq!(look(store, 1), None);
    add_person(store, "berta", Role::Member);
    HostStore::remove(store, operator(), host()).wait().map(drop).expect_err("people live there");
}
