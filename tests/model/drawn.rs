//! How a story is drawn: by somebody who keeps an own idea of what has happened so far, so that most of what is asked for
//! could come true, and some of it not.

use parlour_domain::account::rules::Turn;
use parlour_domain::limits::{DAY, MINUTE, SECOND};
use parlour_domain::subscription::Kind;
use parlour_domain::{Dice, InviteKind, Millis, Role};

use super::act::{
    Act, Answer, Asked, Doing, FAR, HOUSE, Jid, Label, OTHER, PASSWORDS, PEOPLE, Step, Who, domain, is_ours,
};
use super::oracle::{Person, Promise, Standing, State};
use super::place::NOW;

pub struct Teller<'a> {
    dice: &'a dyn Dice,
    /// What would have come of it if all had happened one by one.
    idea: State,
    next: Label,
    /// What several in a step have to do with.
    focus: Option<Label>,
    pair: Option<(Jid, Jid)>,
    planned: Vec<Step>,
}

impl<'a> Teller<'a> {
    pub fn new(dice: &'a dyn Dice) -> Self {
        Self {
            dice,
            idea: State { now: NOW, ..State::default() },
            next: 1,
            focus: None,
            pair: None,
            planned: Vec::new(),
        }
    }

    pub fn step(&mut self) -> Step {
        if let Some(step) = self.planned.pop() {
            return step;
        }
        if self.idea.people.is_empty() && self.chance(80) {
            return Step::Together(self.opening());
        }
        // Somebody's month is over.
        let deleted = |one: &Person| matches!(one.standing, Standing::Deleted { .. });
        if self.chance(5) && self.idea.people.values().any(deleted) {
            self.idea.pass(30 * DAY + 1);
            self.idea.tidy();
            self.planned.push(Step::Tidy);
            return Step::Pass(30 * DAY + 1);
        }
        match self.below(100) {
            0..5 => Step::Together(self.eager()),
            5..76 => Step::Together(self.together()),
            76..88 => {
                let span = self.pick(&SPANS);
                self.idea.pass(span);
                Step::Pass(span)
            }
            88..92 => {
                self.idea.tidy();
                Step::Tidy
            }
            92..96 => Step::Restart,
            _ => Step::Killed,
        }
    }

    /// A place with some people in it.
    fn opening(&mut self) -> Vec<Vec<Doing>> {
        let first = [Role::Owner, Role::Admin, Role::Member, Role::Member].into_iter().zip(PEOPLE);
        let first = first.chain([(Role::Admin, PEOPLE[13])]);
        let acts = first.map(|(role, jid)| Act::Create { jid, role, password: 0 });
        let all: Vec<Doing> = acts.map(|act| Doing { by: Who::Operator, act }).collect();
        for doing in &all {
            self.idea.take(doing, &Answer::Done);
        }
        vec![all]
    }

    /// Somebody makes more links than they may.
    fn eager(&mut self) -> Vec<Vec<Doing>> {
        let by = Who::Person(self.somebody());
        let mut lane = |many: u32| -> Vec<Doing> {
            let one = |label| {
                let kind = InviteKind::Contact;
                let asked = Asked {
                    host: HOUSE,
                    kind,
                    on_behalf: None,
                    subscribe: false,
                    name: None,
                    life: None,
                    uses: 1,
                    role: None,
                };
                Doing { by, act: Act::Issue { label, asked } }
            };
            (0..many).map(|_| one(self.number())).collect()
        };
        let lanes = vec![lane(3), lane(2), lane(1)];
        for doing in lanes.iter().flatten() {
            self.idea.take(doing, &Answer::Done);
        }
        lanes
    }

    fn together(&mut self) -> Vec<Vec<Doing>> {
        self.focus = self.chance(60).then(|| self.some_label());
        self.pair = self.chance(50).then(|| (self.somebody(), self.anybody()));
        let lanes = self.pick(&[1, 1, 2, 2, 3, 4]);
        let mut all = Vec::new();
        for _ in 0..lanes {
            let acts = if lanes < 4 && self.chance(25) { 2 } else { 1 };
            all.push((0..acts).map(|_| self.doing()).collect());
        }
        all
    }

    /// Something to do, also with an invite that is only just being made.
    fn doing(&mut self) -> Doing {
        let label = self.focus.filter(|_| self.chance(75)).unwrap_or_else(|| self.some_label());
        let doing = match self.below(100) {
            0..5 => {
                self.account_act(Act::Create { jid: self.free_name(), role: self.role(), password: self.password() })
            }
            5..9 => {
                let of = self.anybody_here();
                let by = if self.chance(50) { Who::Person(of) } else { self.authority() };
                Doing { by, act: Act::Password { of, password: self.password() } }
            }
            9..13 => self.account_act(Act::Role { of: self.anybody_here(), role: self.role() }),
            13..20 => {
                let of = self.anybody_here();
                let turn = self.pick(&[Turn::Disable, Turn::Enable, Turn::Delete, Turn::Delete, Turn::Restore]);
                let by = if self.chance(15) { Who::Person(of) } else { self.authority() };
                Doing { by, act: Act::Turn { of, turn } }
            }
            20..34 => self.issues(),
            34..52 => self.redeems(label),
            52..59 => self.consumes(label),
            59..63 => Doing { by: Who::Newcomer, act: Act::Look { label } },
            63..66 => self.about(label, Act::Revoke { label }),
            66..68 => Doing { by: Who::Newcomer, act: Act::Decline { label, early: self.chance(30) } },
            68..71 => {
                let life = self.pick(&LIVES);
                self.about(label, Act::Extend { label, life })
            }
            71..73 => {
                let uses = self.pick(&[0, 1, 1, 2, 3]);
                self.about(label, Act::Uses { label, uses })
            }
            73..76 => {
                let new = self.number();
                self.about(label, Act::Renew { label, new })
            }
            _ => self.contacts(),
        };
        if self.idea.take(&doing, &Answer::Done)
            && let Act::Issue { label, .. } | Act::Renew { new: label, .. } = doing.act
            && self.chance(50)
        {
            self.focus = Some(label);
        }
        doing
    }

    fn account_act(&self, act: Act) -> Doing {
        Doing { by: self.authority(), act }
    }

    fn issues(&mut self) -> Doing {
        let kind = match self.below(20) {
            0..5 => InviteKind::Account,
            5..13 => InviteKind::AccountAndContact,
            13..16 => InviteKind::Contact,
            16..19 => InviteKind::Reset,
            _ => InviteKind::Owner,
        };
        let by = match kind {
            InviteKind::Owner if self.chance(80) => Who::Operator,
            InviteKind::AccountAndContact | InviteKind::Contact => Who::Person(self.somebody()),
            _ => self.authority(),
        };
        let admin = match by {
            Who::Person(jid) => self.idea.people.get(jid).is_some_and(|person| person.role >= Role::Admin),
            Who::Operator | Who::Newcomer => true,
        };
        let name = match kind {
            InviteKind::Reset => Some(self.anybody_here()),
            InviteKind::Owner => None,
            _ => self.chance(25).then(|| self.free_name()),
        };
        let home = match by {
            Who::Person(jid) if !self.chance(4) => domain(jid),
            _ if self.chance(10) => OTHER,
            _ => HOUSE,
        };
        let asked = Asked {
            host: home,
            kind,
            on_behalf: self
                .chance(if admin { 30 } else { 3 })
                .then(|| self.somebody())
                .filter(|_| kind != InviteKind::Owner),
            subscribe: self.chance(50),
            name: name.filter(|name| domain(name) == home),
            life: self.chance(50).then(|| self.pick(&LIVES)),
            uses: if kind != InviteKind::Owner && self.chance(if admin { 35 } else { 5 }) {
                self.pick(&[0, 2, 2, 3])
            } else {
                1
            },
            role: if kind == InviteKind::Owner || !self.chance(if admin { 30 } else { 8 }) {
                None
            } else {
                Some(self.role())
            },
        };
        Doing { by, act: Act::Issue { label: self.number(), asked } }
    }

    fn redeems(&mut self, label: Label) -> Doing {
        let promised = self.promise(label).and_then(|invite| invite.name);
        let jid = promised.filter(|_| self.chance(85)).unwrap_or_else(|| self.free_name());
        let act = Act::Redeem { label, early: self.chance(15), jid, password: self.password() };
        Doing { by: Who::Newcomer, act }
    }

    fn consumes(&mut self, label: Label) -> Doing {
        let maker = self.promise(label).and_then(|invite| invite.maker);
        let inviter = maker.filter(|_| self.chance(90)).unwrap_or_else(|| self.somebody());
        let contact = self.anybody();
        let by = if is_ours(contact) { Who::Person(contact) } else { Who::Operator };
        Doing { by, act: Act::Consume { label, inviter, contact } }
    }

    fn about(&self, label: Label, act: Act) -> Doing {
        let maker = self.promise(label).and_then(|invite| invite.maker).filter(|_| self.chance(60));
        Doing { by: maker.map_or_else(|| self.authority(), Who::Person), act }
    }

    fn contacts(&mut self) -> Doing {
        let (mut owner, mut contact) =
            self.pair.filter(|_| self.chance(75)).unwrap_or_else(|| (self.somebody(), self.anybody()));
        if contact == owner && self.chance(90) {
            contact = self.anybody();
        }
        if is_ours(contact) && self.chance(50) {
            (owner, contact) = (contact, owner);
        }
        let known = self.idea.sides.get(owner).is_some_and(|side| side.items.contains_key(contact));
        let by = Who::Person(owner);
        let act = match self.below(24) {
            0..16 => {
                let kind = self.pick(&[Kind::Subscribe, Kind::Subscribed, Kind::Unsubscribe, Kind::Unsubscribed]);
                if contact == FAR && self.chance(50) {
                    return Doing { by: Who::Operator, act: Act::Stanza { from: FAR, to: owner, kind } };
                }
                Act::Stanza { from: owner, to: contact, kind }
            }
            16 | 17 => Act::Name {
                contact,
                name: self.pick(&[None, Some("Dear")]),
                group: self.pick(&[None, Some("Friends")]),
            },
            18 | 19 if known || self.chance(20) => Act::Remove { contact },
            18..21 => Act::Block { whom: if self.chance(20) { domain(contact) } else { contact } },
            21 | 22 => Act::Unblock { whom: Some(contact).filter(|_| self.chance(70)) },
            _ => Act::RemoveAndBlock { contact },
        };
        Doing { by, act }
    }

    fn below(&self, bound: u32) -> u32 {
        u32::from_be_bytes(self.dice.bytes()) % bound
    }

    fn chance(&self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[usize::try_from(self.below(u32::try_from(from.len()).expect("few"))).expect("few")]
    }

    fn number(&mut self) -> Label {
        self.next += 1;
        self.next - 1
    }

    /// One of the latest that were made, mostly.
    fn some_label(&self) -> Label {
        let made: Vec<Label> = self.idea.invites.keys().copied().collect();
        let latest = &made[made.len().saturating_sub(if self.chance(80) { 5 } else { made.len() })..];
        if latest.is_empty() || self.chance(2) { self.next } else { self.pick(latest) }
    }

    fn promise(&self, label: Label) -> Option<&Promise> {
        self.idea.invites.get(&label)
    }

    fn password(&self) -> usize {
        usize::try_from(self.below(3)).expect("few") % PASSWORDS.len()
    }

    fn role(&self) -> Role {
        self.pick(&[Role::Limited, Role::Member, Role::Member, Role::Admin, Role::Owner])
    }

    /// Somebody with an account, mostly.
    fn somebody(&self) -> Jid {
        let there = self.idea.people.iter().filter(|(_, one)| one.standing != Standing::Erased || self.chance(5));
        let there: Vec<Jid> = there.map(|(jid, _)| *jid).collect();
        if there.is_empty() || self.chance(4) { self.pick(&PEOPLE) } else { self.pick(&there) }
    }

    fn anybody_here(&self) -> Jid {
        if self.chance(5) { self.pick(&PEOPLE) } else { self.somebody() }
    }

    /// Also somebody elsewhere.
    fn anybody(&self) -> Jid {
        if self.chance(20) { FAR } else { self.anybody_here() }
    }

    fn free_name(&self) -> Jid {
        let free: Vec<Jid> = PEOPLE.into_iter().filter(|jid| !self.idea.people.contains_key(jid)).collect();
        if free.is_empty() || self.chance(15) { self.pick(&PEOPLE) } else { free[0].min(self.pick(&free)) }
    }

    /// Whoever might have a say.
    fn authority(&self) -> Who {
        let is_admin = |one: &Person| one.role >= Role::Admin && one.standing == Standing::Active;
        let admins: Vec<Jid> = self.idea.people.iter().filter(|(_, one)| is_admin(one)).map(|(jid, _)| *jid).collect();
        match self.below(10) {
            0..3 => Who::Operator,
            3..8 if !admins.is_empty() => Who::Person(self.pick(&admins)),
            _ if self.idea.people.is_empty() => Who::Operator,
            _ => Who::Person(self.somebody()),
        }
    }
}

const HOUR: Millis = 60 * MINUTE;

const LIVES: [Millis; 6] = [MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, SECOND];

const SPANS: [Millis; 16] = [
    1,
    999,
    SECOND,
    59 * SECOND,
    MINUTE,
    61 * SECOND,
    15 * MINUTE,
    15 * MINUTE - 1,
    16 * MINUTE,
    HOUR,
    HOUR + 300,
    DAY,
    DAY - 1,
    7 * DAY,
    30 * DAY,
    30 * DAY + 1,
];
