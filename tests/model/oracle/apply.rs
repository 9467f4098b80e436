//! What comes of an act that nothing stands against.

use parlour_domain::account::rules::Turn;
use parlour_domain::limits::{DAY, MINUTE};
use parlour_domain::{InviteKind, Role};

use super::{Person, Promise, Standing, State, Wrong, contacts, doer};
use crate::model::act::{Act, Asked, Doing, Jid, Label, Who, domain};

impl State {
    /// The act is done.
    pub(super) fn apply(&mut self, doing: &Doing) {
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
}
