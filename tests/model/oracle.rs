//! What ought to be: the whole of accounts, invites and rosters in a few maps, with the rules as the specifications have
//! them. Written from those and not from the code, and much simpler: one thing at a time, no time of its own, no disk.
//!
//! Spec: XEP-0379 v0.3.3, XEP-0401 v0.6.0, XEP-0445 v0.2.1 (invites); RFC 6121 §2 and §3 in [`super::contacts`]. Where those
//! are silent: `docs/guide` and the words of the acts themselves.
//! Left out: groups, keys of the API, what is told to clients.

use std::collections::{BTreeMap, BTreeSet};

use parlour_domain::account::rules::Turn;
use parlour_domain::limits::{DAY, MINUTE, SECOND};
use parlour_domain::{InviteKind, Millis, Role};

use super::act::{Act, Answer, Asked, Doing, Jid, Label, Who, domain, is_ours};
use super::contacts::{self, Sides};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    Disabled,
    Deleted { since: Millis },
    Erased,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub standing: Standing,
    pub role: Role,
    pub password: usize,
    pub invite: Option<Label>,
    pub inviter: Option<Jid>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub host: &'static str,
    pub kind: InviteKind,
    /// None: the operator.
    pub maker: Option<Jid>,
    pub subscribe: bool,
    pub created: Millis,
    pub expires: Millis,
    pub max_uses: u32,
    pub uses: u32,
    pub name: Option<Jid>,
    pub role: Option<Role>,
    pub withdrawn: bool,
    pub renewed: Option<Label>,
    /// Its row is gone, long after its end.
    pub forgotten: bool,
}

/// A rule that is deliberately wrong, to see that the test would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A single-use link may be used twice.
    Twice,
    /// Who removes a contact does so silently.
    Silent,
    /// Time does nothing to links.
    Eternal,
    /// Deleting an account leaves its links as they are.
    Outlived,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub now: Millis,
    pub owned: BTreeSet<&'static str>,
    pub people: BTreeMap<Jid, Person>,
    pub sides: Sides,
    pub invites: BTreeMap<Label, Promise>,
    pub wrong: Option<Wrong>,
}

/// Names of refusals; none: nothing stands against it.
type Against = Vec<String>;

impl Promise {
    /// What has become of it at a moment. The end of a second is the end of a life.
    pub fn fate(&self, at: Millis) -> &'static str {
        if self.uses >= self.max_uses {
            if self.max_uses == 1 { "Used" } else { "Full" }
        } else if self.withdrawn {
            "Withdrawn"
        } else if at.div_euclid(SECOND) > self.expires.div_euclid(SECOND) {
            "Expired"
        } else {
            "Waiting"
        }
    }

    /// Waiting, or ended so lately that somebody may still be typing.
    fn is_held(&self, now: Millis) -> bool {
        !self.forgotten && self.fate(now - 15 * MINUTE) == "Waiting"
    }

    fn dead(&self, shown: Millis) -> Option<String> {
        Some(self.fate(shown)).filter(|fate| *fate != "Waiting").map(|fate| format!("Dead({fate})"))
    }
}

fn may_invite(rank: Role, kind: InviteKind) -> bool {
    match kind {
        InviteKind::Account | InviteKind::Reset => rank >= Role::Admin,
        InviteKind::AccountAndContact | InviteKind::Contact => rank >= Role::Member,
        InviteKind::Owner => false,
    }
}

fn against<const N: usize>(reasons: [(bool, &str); N]) -> Against {
    reasons.into_iter().filter(|(applies, _)| *applies).map(|(_, reason)| reason.to_owned()).collect()
}

fn only(reason: &str) -> Against {
    vec![reason.to_owned()]
}

impl State {
    /// Whether this answer can be given now; if so, what it tells has come true.
    pub fn take(&mut self, doing: &Doing, answer: &Answer) -> bool {
        if self.is_idle(doing) {
            return *answer == Answer::Skipped;
        }
        if let Act::Look { label } = doing.act {
            let seen = self.invites.get(&label).filter(|invite| !invite.forgotten);
            return *answer == Answer::Seen(seen.map(Promise::page));
        }
        let against = self.judge(doing);
        match answer {
            Answer::Done if against.is_empty() => {
                self.apply(doing);
                true
            }
            Answer::No(reason) => against.contains(reason),
            Answer::Done | Answer::Seen(_) | Answer::Skipped => false,
        }
    }

    /// Nobody is there who could do it, or nothing that it could be done with.
    fn is_idle(&self, doing: &Doing) -> bool {
        let nobody = |jid: Jid| is_ours(jid) && !self.sides.contains_key(jid);
        let label = match &doing.act {
            Act::Redeem { label, .. }
            | Act::Consume { label, .. }
            | Act::Look { label }
            | Act::Revoke { label }
            | Act::Decline { label, .. }
            | Act::Extend { label, .. }
            | Act::Uses { label, .. }
            | Act::Renew { label, .. } => Some(label),
            _ => None,
        };
        matches!(doing.by, Who::Person(jid) if nobody(jid))
            || label.is_some_and(|label| !self.invites.contains_key(label))
    }

    fn is_active(&self, jid: Jid) -> bool {
        self.people.get(jid).is_some_and(|person| person.standing == Standing::Active)
    }

    /// What somebody's word is worth on a host.
    fn rank(&self, by: Who, host: &str) -> Option<Role> {
        match by {
            Who::Operator => Some(Role::Owner),
            Who::Person(jid) => self
                .people
                .get(jid)
                .filter(|person| person.standing == Standing::Active && domain(jid) == host)
                .map(|person| person.role),
            Who::Newcomer => None,
        }
    }

    fn is_admin(&self, by: Who, host: &str) -> bool {
        self.rank(by, host) >= Some(Role::Admin)
    }

    /// What an invite's maker stands for at this moment.
    fn makers_rank(&self, invite: &Promise) -> Option<Role> {
        match invite.maker {
            None => Some(Role::Owner),
            Some(jid) => self.rank(Who::Person(jid), invite.host),
        }
    }

    /// The invite that keeps a name from others.
    fn promised(&self, jid: Jid) -> Option<Label> {
        let holds =
            |invite: &Promise| invite.kind.makes_account() && invite.name == Some(jid) && invite.is_held(self.now);
        self.invites.iter().find(|(_, invite)| holds(invite)).map(|(label, _)| *label)
    }

    /// Whose password can be changed: who is not gone.
    fn has_password(&self, jid: Jid) -> bool {
        let standing = self.people.get(jid).map(|person| person.standing);
        matches!(standing, Some(Standing::Active | Standing::Disabled))
    }

    /// Open invites of a member, and those made within a day: a replaced one counts no more, unless there are very many.
    fn limits(&self, maker: Jid, except: Option<Label>) -> Against {
        let mine = || {
            let all = self.invites.iter().filter(move |(label, _)| Some(**label) != except);
            all.map(|(_, invite)| invite).filter(move |invite| {
                invite.maker == Some(maker) && invite.kind != InviteKind::Reset && !invite.forgotten
            })
        };
        let open = mine().filter(|invite| invite.fate(self.now) == "Waiting").count();
        let today = |invite: &&Promise| invite.created > self.now - DAY;
        let replaced = |invite: &&Promise| invite.renewed.is_some() && invite.uses == 0;
        let made = mine().filter(|invite| today(invite) && !replaced(invite)).count();
        let all = mine().filter(today).count();
        against([(open >= 5, "TooManyOpen"), (made >= 10 || all >= 100, "TooManyToday")])
    }

    /// How many more a member can make.
    pub fn room(&self, maker: Jid) -> Option<u32> {
        let left = |limit: u32| (0..=limit).rev();
        self.limits(maker, None).is_empty().then(|| {
            let mine = || {
                self.invites.values().filter(|invite| {
                    invite.maker == Some(maker) && invite.kind != InviteKind::Reset && !invite.forgotten
                })
            };
            let open = mine().filter(|invite| invite.fate(self.now) == "Waiting").count();
            let made = mine()
                .filter(|invite| invite.created > self.now - DAY && !(invite.renewed.is_some() && invite.uses == 0));
            let left_open = left(5).nth(open).unwrap_or(0);
            left_open.min(left(10).nth(made.count()).unwrap_or(0))
        })
    }

    /// Whoever may see an invite in full, change it and take it back.
    fn sees(&self, by: Who, invite: &Promise) -> bool {
        let Some(rank) = self.rank(by, invite.host).filter(|_| !invite.forgotten) else { return false };
        let own = matches!(by, Who::Person(jid) if invite.maker == Some(jid)) && invite.kind != InviteKind::Reset;
        let leads_to = match invite.kind {
            InviteKind::Owner => Role::Owner,
            InviteKind::Reset => invite.name.and_then(|jid| self.people.get(jid)).map_or(Role::Member, |one| one.role),
            _ => invite.role.unwrap_or(Role::Member),
        };
        own || (rank >= Role::Admin && rank >= leads_to)
    }

    /// Authority over an account: admins' over nobody above them, and everybody's over what is their own business.
    fn over(&self, by: Who, of: Jid, own_business: bool) -> Option<&'static str> {
        let Some(rank) = self.rank(by, domain(of)) else { return Some("NotAllowed") };
        let own = own_business && by == Who::Person(of);
        match self.people.get(of) {
            _ if !own && rank < Role::Admin => Some("NotAllowed"),
            None => Some("Unknown"),
            Some(person) if person.role > rank => Some("NotAllowed"),
            Some(_) => None,
        }
    }

    /// Nobody but the operator leaves a host without an owner.
    fn is_last_owner(&self, by: Who, of: Jid) -> bool {
        let owner = |jid: Jid| self.is_active(jid) && self.people[jid].role == Role::Owner;
        let others = self.people.keys().filter(|jid| **jid != of && domain(jid) == domain(of) && owner(jid)).count();
        owner(of) && others == 0 && by != Who::Operator
    }

    /// Everything that stands against an act. Where one reason hides all others from somebody without authority, only it.
    fn judge(&self, doing: &Doing) -> Against {
        let by = doing.by;
        match &doing.act {
            Act::Create { jid, role, .. } => {
                if !self.is_admin(by, domain(jid)) {
                    return only("NotAllowed");
                }
                against([
                    (self.rank(by, domain(jid)) < Some(*role), "RoleTooHigh"),
                    (self.people.contains_key(jid), "NameTaken"),
                    (self.promised(jid).is_some(), "NamePromised"),
                ])
            }
            Act::Password { of, .. } => match self.over(by, of, true) {
                Some(reason) => only(reason),
                None => against([(!self.has_password(of), "Deleted")]),
            },
            Act::Role { of, role } => match self.over(by, of, false) {
                Some(reason) => only(reason),
                None if self.people[of].standing == Standing::Erased => only("Unknown"),
                None => against([
                    (self.rank(by, domain(of)) < Some(*role), "RoleTooHigh"),
                    (*role != self.people[of].role && self.is_last_owner(by, of), "LastOwner"),
                ]),
            },
            Act::Turn { of, turn } => match self.over(by, of, *turn == Turn::Delete) {
                Some(reason) => only(reason),
                None => self.judge_turn(by, of, *turn),
            },
            Act::Issue { asked, .. } => self.judge_issue(by, asked),
            Act::Redeem { label, early, jid, .. } => self.judge_redeem(*label, *early, jid),
            Act::Consume { label, inviter, contact } => self.judge_consume(*label, inviter, contact),
            Act::Look { .. } => Vec::new(),
            Act::Revoke { label } => {
                let invite = &self.invites[label];
                let used = invite.uses >= invite.max_uses;
                if !self.sees(by, invite) {
                    only("Unknown")
                } else {
                    invite.dead(self.now).filter(|_| used).into_iter().collect()
                }
            }
            Act::Decline { label, early } => {
                let invite = &self.invites[label];
                let shown = if *early { invite.created } else { self.now };
                let one = invite.max_uses == 1 && matches!(invite.kind, InviteKind::Account | InviteKind::Reset);
                against([(invite.forgotten || invite.dead(shown).is_some(), "Over"), (!one, "NotOnes")])
            }
            Act::Extend { label, life } => self.judge_extend(by, *label, *life),
            Act::Uses { label, uses } => self.judge_uses(by, *label, *uses),
            Act::Renew { label, .. } => self.judge_renew(by, *label),
            Act::Name { contact, .. } => self.judge_contact(by, contact, None),
            Act::Remove { contact } => {
                let owner = doer(by);
                let known = self.sides.get(owner).is_some_and(|side| side.items.contains_key(contact));
                self.judge_contact(by, contact, Some(("NotFound", known)))
            }
            Act::Stanza { from, to, .. } => against([(from == to, "Own")]),
            Act::Block { whom } | Act::RemoveAndBlock { contact: whom } => self.judge_block(by, whom),
            Act::Unblock { .. } => Vec::new(),
        }
    }

    fn judge_contact(&self, by: Who, contact: Jid, known: Option<(&str, bool)>) -> Against {
        let owner = doer(by);
        match known {
            Some((reason, false)) => only(reason),
            Some((_, true)) => Vec::new(),
            None => against([(owner == contact, "Own")]),
        }
    }

    fn judge_block(&self, by: Who, whom: &'static str) -> Against {
        let owner = doer(by);
        against([(whom == owner || whom == domain(owner), "Own")])
    }

    fn judge_turn(&self, by: Who, of: Jid, turn: Turn) -> Against {
        let last = turn != Turn::Enable && turn != Turn::Restore && self.is_last_owner(by, of);
        match (turn, self.people[of].standing) {
            (Turn::Restore, Standing::Erased) => only("TooLate"),
            (_, Standing::Erased) => only("Unknown"),
            (Turn::Restore, Standing::Deleted { since }) => against([(self.now - since > 30 * DAY, "TooLate")]),
            (Turn::Restore, _) => only("NotDeleted"),
            (Turn::Disable | Turn::Enable, Standing::Deleted { .. }) => only("Deleted"),
            _ => against([(last, "LastOwner")]),
        }
    }

    fn judge_issue(&self, by: Who, asked: &Asked) -> Against {
        let Some(rank) = self.rank(by, asked.host) else { return only("NotAllowed") };
        if asked.kind == InviteKind::Owner {
            return match by {
                Who::Operator => against([(self.owned.contains(asked.host), "Owned")]),
                _ => only("NotAllowed"),
            };
        }
        let own = match by {
            Who::Person(jid) => Some(jid),
            _ => None,
        };
        let maker = asked.on_behalf.or(own);
        if !may_invite(rank, asked.kind) || (maker != own && rank < Role::Admin) {
            return only("NotAllowed");
        }
        let admin = rank >= Role::Admin;
        let several =
            admin && asked.name.is_none() && matches!(asked.kind, InviteKind::Account | InviteKind::AccountAndContact);
        let reset = asked.kind == InviteKind::Reset;
        let target = asked.name.filter(|_| reset);
        let longest = if reset { DAY } else { 366 * DAY };
        let promised = asked.name.filter(|_| !reset);
        let mut reasons = against([
            (asked.on_behalf.is_some_and(|jid| !self.is_active(jid) || domain(jid) != asked.host), "NoAccount"),
            (asked.kind.makes_contact() && maker.is_none(), "NoContact"),
            (reset && !target.is_some_and(|jid| self.has_password(jid)), "NoAccount"),
            (target.and_then(|jid| self.people.get(jid)).is_some_and(|person| person.role > rank), "NotAllowed"),
            (asked.role.is_some_and(|role| role > rank || (role > Role::Member && !admin)), "RoleTooHigh"),
            (promised.is_some() && !asked.kind.makes_account(), "NotAllowed"),
            (promised.is_some_and(|jid| self.people.contains_key(jid)), "NameTaken"),
            (promised.is_some_and(|jid| self.promised(jid).is_some()), "NamePromised"),
            (asked.uses == 0 || asked.uses > if several { 5_000 } else { 1 }, "Uses"),
            (asked.life.is_some_and(|life| !(MINUTE..=longest).contains(&life)), "Expiry"),
        ]);
        if let (false, Some(maker)) = (admin, maker) {
            reasons.extend(self.limits(maker, None));
        }
        reasons
    }

    fn judge_redeem(&self, label: Label, early: bool, jid: Jid) -> Against {
        let invite = &self.invites[&label];
        if domain(jid) != invite.host {
            return only("Unknown");
        }
        if invite.forgotten {
            return only("Forgotten");
        }
        let shown = if early { invite.created } else { self.now };
        let rank = self.makers_rank(invite);
        let stands = rank.is_some_and(|rank| {
            let kind = (invite.kind == InviteKind::Owner && rank == Role::Owner) || may_invite(rank, invite.kind);
            kind && (rank >= Role::Admin || invite.uses == 0)
        });
        let reset = invite.kind == InviteKind::Reset;
        let mut reasons: Against = invite.dead(shown).into_iter().collect();
        if reset {
            let above = self.people.get(jid).is_some_and(|person| Some(person.role) > rank);
            reasons.extend(against([
                (invite.name != Some(jid), "OtherName"),
                (!self.has_password(jid), "NoAccount"),
                (above, "MakerGone"),
            ]));
        } else {
            let taken = self.people.contains_key(jid) || self.promised(jid).is_some_and(|by| by != label);
            reasons.extend(against([
                (invite.kind == InviteKind::Contact, "ContactOnly"),
                (invite.kind == InviteKind::Owner && self.owned.contains(invite.host), "Dead(Withdrawn)"),
                (invite.name.is_some_and(|name| name != jid), "OtherName"),
                (taken, "NameTaken"),
            ]));
        }
        reasons.extend(against([(!stands, "MakerGone")]));
        reasons
    }

    fn judge_consume(&self, label: Label, inviter: Jid, contact: Jid) -> Against {
        let invite = &self.invites[&label];
        if domain(inviter) != invite.host {
            return only("None");
        }
        if invite.forgotten {
            return only("Forgotten");
        }
        if !invite.kind.makes_contact() || invite.maker != Some(inviter) {
            return only("NotTheirs");
        }
        let stands = self
            .makers_rank(invite)
            .is_some_and(|rank| may_invite(rank, InviteKind::Contact) && (rank >= Role::Admin || invite.uses == 0));
        let mut reasons: Against = invite.dead(self.now).into_iter().collect();
        reasons.extend(against([
            (self.sides.get(inviter).is_some_and(|side| side.blocks(contact)), "Blocked"),
            (!stands, "MakerGone"),
            (inviter == contact, "Roster(Own)"),
            (contacts::apart(&self.sides, inviter, contact), "Roster(Blocked)"),
        ]));
        reasons
    }

    fn judge_extend(&self, by: Who, label: Label, life: Millis) -> Against {
        let invite = &self.invites[&label];
        let Some(rank) = self.rank(by, invite.host).filter(|_| self.sees(by, invite)) else { return only("Unknown") };
        let fate = invite.fate(self.now);
        let longest = if invite.kind == InviteKind::Reset { DAY } else { 366 * DAY };
        let longest = if rank >= Role::Admin { longest } else { longest.min(7 * DAY) };
        let name = invite.name.filter(|_| fate == "Expired" && invite.kind.makes_account());
        let mut reasons = against([
            (!may_invite(rank, invite.kind), "NotAllowed"),
            (!(MINUTE..=longest).contains(&life), "Expiry"),
            (name.is_some_and(|jid| self.people.contains_key(jid)), "NameTaken"),
            (name.is_some_and(|jid| self.promised(jid).is_some_and(|by| by != label)), "NamePromised"),
        ]);
        reasons.extend(invite.dead(self.now).filter(|_| fate != "Expired"));
        if let (true, Who::Person(jid)) = (rank < Role::Admin && fate == "Expired", by) {
            reasons.extend(self.limits(jid, Some(label)).into_iter().filter(|reason| reason == "TooManyOpen"));
        }
        reasons
    }

    fn judge_uses(&self, by: Who, label: Label, uses: u32) -> Against {
        let invite = &self.invites[&label];
        let Some(rank) = self.rank(by, invite.host).filter(|_| self.sees(by, invite)) else { return only("Unknown") };
        let several =
            invite.name.is_none() && matches!(invite.kind, InviteKind::Account | InviteKind::AccountAndContact);
        let fits = (invite.uses.max(1)..=if several { 5_000 } else { 1 }).contains(&uses);
        let mut reasons =
            against([(!may_invite(rank, invite.kind) || rank < Role::Admin, "NotAllowed"), (!fits, "Uses")]);
        reasons.extend(invite.dead(self.now).filter(|_| matches!(invite.fate(self.now), "Used" | "Withdrawn")));
        reasons
    }

    fn judge_renew(&self, by: Who, label: Label) -> Against {
        let invite = &self.invites[&label];
        if !self.sees(by, invite) {
            return only("Unknown");
        }
        if invite.kind == InviteKind::Owner {
            return vec!["Issue(NotAllowed)".into(), "Renewed".into()];
        }
        let stands = self.makers_rank(invite).is_some_and(|rank| may_invite(rank, invite.kind));
        let asked = Asked {
            host: invite.host,
            kind: invite.kind,
            on_behalf: invite.maker,
            subscribe: invite.subscribe,
            name: invite.name,
            life: None,
            uses: invite.max_uses,
            role: invite.role,
        };
        // Its name passes over, and where it was never used it counts no more.
        let mut without = self.clone();
        if let Some(old) = without.invites.get_mut(&label) {
            old.name = None;
            old.forgotten = old.uses == 0;
        }
        let mut reasons = against([(invite.renewed.is_some(), "Renewed"), (!stands, "MakerGone")]);
        reasons.extend(without.judge_issue(by, &asked).into_iter().map(|reason| format!("Issue({reason})")));
        reasons
    }

    /// The act is done.
    fn apply(&mut self, doing: &Doing) {
        let (by, now) = (doing.by, self.now);
        match &doing.act {
            Act::Create { jid, role, password } => self.joins(jid, *role, *password, None, None),
            Act::Password { of, password } => self.new_password(of, *password),
            Act::Role { of, role } => {
                self.person(of).role = *role;
                self.first_owner(of);
            }
            Act::Turn { of, turn } => self.turned(of, *turn),
            Act::Issue { label, asked } => self.issued(by, *label, asked),
            Act::Redeem { label, jid, password, .. } => {
                let rank = self.makers_rank(&self.invites[label]);
                let wrong = self.wrong == Some(Wrong::Twice) && self.invites[label].uses == 0;
                let invite = self.invites.get_mut(label).expect("judged");
                invite.uses += u32::from(!wrong);
                let invite = invite.clone();
                if invite.kind == InviteKind::Reset {
                    return self.new_password(jid, *password);
                }
                let role = invite.role.unwrap_or(Role::Member).min(rank.unwrap_or(Role::Member));
                self.joins(jid, role, *password, Some(*label), invite.maker);
                if let Some(maker) =
                    invite.maker.filter(|maker| invite.subscribe && !contacts::apart(&self.sides, maker, jid))
                {
                    contacts::befriend(&mut self.sides, maker, jid);
                }
            }
            Act::Consume { label, inviter, contact } => {
                self.invites.get_mut(label).expect("judged").uses += 1;
                contacts::befriend(&mut self.sides, contact, inviter);
            }
            Act::Look { .. } => {}
            Act::Revoke { label } | Act::Decline { label, .. } => {
                self.invites.get_mut(label).expect("judged").withdrawn = true;
            }
            Act::Extend { label, life } => self.invites.get_mut(label).expect("judged").expires = now + life,
            Act::Uses { label, uses } => self.invites.get_mut(label).expect("judged").max_uses = *uses,
            Act::Renew { label, new } => {
                let old = self.invites.get_mut(label).expect("judged");
                let again =
                    Promise { created: now, expires: now, uses: 0, withdrawn: false, renewed: None, ..old.clone() };
                old.renewed = Some(*new);
                old.withdrawn |= old.is_held(now);
                let longest = if again.kind == InviteKind::Reset { DAY } else { 366 * DAY };
                let life = old.expires - old.created;
                let admin = self.is_admin(by, again.host);
                let life = life.clamp(MINUTE, if admin { longest } else { longest.min(7 * DAY) });
                self.invites.insert(*new, Promise { expires: now + life, ..again });
            }
            Act::Name { contact, name, group } => {
                let item = self.side(doer(by)).items.entry(contact).or_default();
                item.name = name.map(str::to_owned);
                item.groups = group.iter().map(|group| (*group).to_owned()).collect();
            }
            Act::Remove { contact } => self.removed(doer(by), contact),
            Act::Stanza { from, to, kind } => contacts::send(&mut self.sides, from, to, *kind),
            Act::Block { whom } => {
                self.side(doer(by)).blocked.insert(whom);
            }
            Act::Unblock { whom } => {
                if let Some(side) = self.sides.get_mut(doer(by)) {
                    side.blocked.retain(|one| whom.is_some_and(|whom| whom != *one));
                }
            }
            Act::RemoveAndBlock { contact } => {
                self.side(doer(by)).blocked.insert(contact);
                self.removed(doer(by), contact);
            }
        }
    }

    fn removed(&mut self, owner: Jid, contact: Jid) {
        let told = self.wrong != Some(Wrong::Silent);
        contacts::remove(&mut self.sides, owner, contact, told);
    }

    fn person(&mut self, jid: Jid) -> &mut Person {
        self.people.get_mut(jid).expect("judged to be there")
    }

    fn side(&mut self, jid: Jid) -> &mut contacts::Side {
        self.sides.get_mut(jid).expect("judged to be there")
    }

    fn joins(&mut self, jid: Jid, role: Role, password: usize, invite: Option<Label>, inviter: Option<Jid>) {
        self.people.insert(jid, Person { standing: Standing::Active, role, password, invite, inviter });
        self.sides.insert(jid, contacts::Side::default());
        self.first_owner(jid);
    }

    fn first_owner(&mut self, jid: Jid) {
        if self.people[jid].role == Role::Owner {
            self.owned.insert(domain(jid));
        }
    }

    /// Other links for it are worth nothing any more.
    fn new_password(&mut self, jid: Jid, password: usize) {
        self.person(jid).password = password;
        self.withdraw(|invite| invite.kind == InviteKind::Reset && invite.name == Some(jid));
    }

    fn withdraw(&mut self, which: impl Fn(&Promise) -> bool) {
        let now = self.now;
        for invite in self.invites.values_mut().filter(|invite| which(invite) && invite.is_held(now)) {
            invite.withdrawn = true;
        }
    }

    fn turned(&mut self, of: Jid, turn: Turn) {
        let since = self.now;
        let before = self.people[of].standing;
        self.person(of).standing = match turn {
            Turn::Disable => Standing::Disabled,
            Turn::Enable | Turn::Restore => Standing::Active,
            Turn::Delete if matches!(before, Standing::Deleted { .. }) => before,
            Turn::Delete => Standing::Deleted { since },
        };
        if turn == Turn::Delete && !matches!(before, Standing::Deleted { .. }) {
            let outlived = self.wrong == Some(Wrong::Outlived);
            self.withdraw(|invite| {
                (invite.maker == Some(of) && !outlived) || (invite.kind == InviteKind::Reset && invite.name == Some(of))
            });
        }
    }

    fn issued(&mut self, by: Who, label: Label, asked: &Asked) {
        let own = match by {
            Who::Person(jid) => Some(jid),
            _ => None,
        };
        let maker = asked.on_behalf.or(own);
        if asked.kind == InviteKind::Owner {
            // Earlier ones are dead.
            self.withdraw(|invite| invite.kind == InviteKind::Owner && invite.host == asked.host);
        }
        let usual = match asked.kind {
            InviteKind::Owner => 30 * MINUTE,
            InviteKind::Reset => DAY,
            _ => 7 * DAY,
        };
        let life = asked.life.filter(|_| asked.kind != InviteKind::Owner).unwrap_or(usual);
        let promise = Promise {
            host: asked.host,
            kind: asked.kind,
            maker,
            subscribe: asked.kind.makes_contact()
                || (asked.subscribe && maker.is_some() && asked.kind == InviteKind::Account),
            created: self.now,
            expires: self.now + life,
            max_uses: asked.uses,
            uses: 0,
            name: asked.name,
            role: if asked.kind == InviteKind::Owner { Some(Role::Owner) } else { asked.role },
            withdrawn: false,
            renewed: None,
            forgotten: false,
        };
        self.invites.insert(label, promise);
    }

    /// Time passes.
    pub fn pass(&mut self, span: Millis) {
        self.now += span;
        if self.wrong == Some(Wrong::Eternal) {
            self.invites.values_mut().for_each(|invite| invite.expires += span);
        }
    }

    /// What the server forgets: invites long after their end, and whoever was deleted 30 days ago but for the name.
    pub fn tidy(&mut self) {
        let now = self.now;
        for invite in self.invites.values_mut() {
            let keep = if invite.uses == 0 { 30 * DAY } else { 365 * DAY };
            invite.forgotten |= invite.expires < now - keep;
        }
        for (jid, person) in &mut self.people {
            if matches!(person.standing, Standing::Deleted { since } if now - since > 30 * DAY) {
                person.standing = Standing::Erased;
                self.sides.remove(jid);
            }
        }
    }
}

/// Whoever acts on contacts.
fn doer(by: Who) -> Jid {
    match by {
        Who::Person(jid) => jid,
        Who::Operator | Who::Newcomer => "",
    }
}
