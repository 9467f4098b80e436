//! What ought to be: the whole of accounts, invites and rosters in a few maps, with the rules as the specifications have
//! them. Written from those and not from the code, and much simpler: one thing at a time, no time of its own, no disk.
//!
//! Spec: XEP-0379 v0.3.3, XEP-0401 v0.6.0, XEP-0445 v0.2.1 (invites); RFC 6121 §2 and §3 in [`super::contacts`]. Where those
//! are silent: `docs/guide` and the words of the acts themselves.
//! Left out: groups, keys of the API, what is told to clients.

mod apply;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

use parlour_domain::limits::{DAY, MINUTE, SECOND};
use parlour_domain::{InviteKind, Millis, Role};

use super::act::{Act, Answer, Doing, Jid, Label, Who, domain, is_ours};
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

    /// How many invites of a member are open, how many were made within a day but for those replaced unused, and how many in all.
    fn counts(&self, maker: Jid, except: Option<Label>) -> [usize; 3] {
        let of_maker =
            |invite: &Promise| invite.maker == Some(maker) && invite.kind != InviteKind::Reset && !invite.forgotten;
        let mine: Vec<&Promise> = self
            .invites
            .iter()
            .filter(|(label, invite)| Some(**label) != except && of_maker(invite))
            .map(|(_, invite)| invite)
            .collect();
        let open = mine.iter().filter(|invite| invite.fate(self.now) == "Waiting").count();
        let today = || mine.iter().filter(|invite| invite.created > self.now - DAY);
        let replaced = |invite: &&&Promise| invite.renewed.is_some() && invite.uses == 0;
        [open, today().filter(|invite| !replaced(invite)).count(), today().count()]
    }

    /// What a member has too many of: a replaced one counts no more, unless there are very many.
    fn limits(&self, maker: Jid, except: Option<Label>) -> Against {
        let [open, made, all] = self.counts(maker, except);
        against([(open >= 5, "TooManyOpen"), (made >= 10 || all >= 100, "TooManyToday")])
    }

    /// How many more a member can make.
    pub fn room(&self, maker: Jid) -> Option<u32> {
        let [open, made, _] = self.counts(maker, None);
        let left = 5_usize.saturating_sub(open).min(10_usize.saturating_sub(made));
        self.limits(maker, None).is_empty().then(|| u32::try_from(left).expect("at most five"))
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
