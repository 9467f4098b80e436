//! All that can be seen of a server, as lines of text: the oracle draws its own, the server's is read from everywhere it
//! can be asked, and both have to be the same.

use std::collections::BTreeMap;
use std::fmt;

use super::act::Jid;
use super::contacts::Item;
use super::oracle::{Person, Promise, Standing, State};

/// What is so, by what it is about.
pub type Picture = BTreeMap<String, String>;

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, maker, subscribe, created, expires, max_uses, uses, name, role, withdrawn, renewed, .. } =
            self;
        write!(
            f,
            "{} of {}, {uses}/{max_uses} uses, {created} to {expires}",
            kind.as_str(),
            maker.unwrap_or("the operator")
        )?;
        write!(f, ", name {name:?}, role {role:?}, subscribe {subscribe}, withdrawn {withdrawn}, renewed {renewed:?}")
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, asked, from, approved, name, groups } = self;
        write!(f, "to {to}, asked {asked}, from {from}, approved {approved}, name {name:?}, groups {groups:?}")
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only who can sign in shows what the password is.
        let password = Some(self.password).filter(|_| self.standing == Standing::Active);
        let Self { standing, role, invite, inviter, .. } = self;
        write!(f, "{standing:?} {}, password {password:?}, by {invite:?} of {inviter:?}", role.as_str())
    }
}

impl Promise {
    /// What a page would show of it. What has its place is not among that: whoever asks for that may not know it yet.
    pub fn page(&self) -> String {
        Self { renewed: None, ..self.clone() }.to_string()
    }
}

/// One contact in somebody's roster.
pub fn item(owner: Jid, contact: &str) -> String {
    format!("{owner}'s {contact}")
}

impl State {
    /// What is to be seen.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new();
        for (jid, person) in &self.people {
            picture.insert((*jid).to_owned(), person.to_string());
            if person.role < parlour_domain::Role::Admin && person.standing == Standing::Active {
                picture.insert(format!("{jid}'s room"), format!("{:?}", self.room(jid)));
            }
        }
        for (owner, side) in &self.sides {
            for (contact, known) in &side.items {
                picture.insert(item(owner, contact), known.to_string());
            }
            picture.insert(format!("{owner} is asked by"), format!("{:?}", side.requests));
            picture.insert(format!("{owner} blocks"), format!("{:?}", side.blocked));
        }
        let mut counts = BTreeMap::<(&str, &str), u64>::new();
        for (label, invite) in self.invites.iter().filter(|(_, invite)| !invite.forgotten) {
            let fate = invite.fate(self.now);
            let joined: Vec<_> =
                self.people.iter().filter(|(_, one)| one.invite == Some(*label)).map(|(jid, _)| jid).collect();
            picture.insert(format!("invite {label}"), format!("{invite}, {fate}, joined {joined:?}"));
            if invite.kind != parlour_domain::InviteKind::Reset {
                *counts.entry((invite.host, fate)).or_default() += 1;
            }
        }
        picture.extend(counts.into_iter().map(|((host, fate), n)| (format!("{host} {fate}"), n.to_string())));
        picture
    }
}

/// Where two pictures differ: the oracle's, and what is there.
pub fn differences(ought: &Picture, is: &Picture) -> Vec<String> {
    let mut keys: Vec<_> = ought.keys().chain(is.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let nothing = "nothing".to_owned();
    let both = |key: &String| (ought.get(key).unwrap_or(&nothing).clone(), is.get(key).unwrap_or(&nothing).clone());
    let differing = keys.into_iter().map(|key| (key, both(key))).filter(|(_, (ought, is))| ought != is);
    differing.map(|(key, (ought, is))| format!("{key}\n    ought to be: {ought}\n    is:          {is}")).collect()
}
