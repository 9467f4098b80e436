//! What stands against an act.

use parlour_domain::account::rules::Turn;
use parlour_domain::limits::{DAY, MINUTE};
use parlour_domain::{InviteKind, Millis, Role};

use super::{Against, Standing, State, against, contacts, doer, may_invite, only};
use crate::model::act::{Act, Asked, Doing, Jid, Label, Who, domain};

impl State {
    /// Everything that stands against an act. Where one reason hides all others from somebody without authority, only it.
    pub(super) fn judge(&self, doing: &Doing) -> Against {
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
}
