//! Groups whose members are each other's contacts: what joining and leaving does to two rosters.
//!
//! A group may be large, so none of this happens in the act that makes somebody a member: that act owes a
//! [`Job`](crate::outbox::Job), and each step of the job is one short transaction over some of the pairs. What is
//! kept beside the roster, a [`Tie`], says which items a group is behind, so that leaving takes away no more than joining
//! brought.
//!
//! Reason: invites let people in by groups (XEP-0401 says nothing of them); the contacts' part is what Prosody's
//! mod_groups_internal does, with the removal that it lacks.

use super::GroupChange;
use crate::change::Change;
use crate::roster::{MAX_GROUPS, MAX_ITEMS, Pair, Party, RosterChange, RosterItem, Side};
use crate::subscription::State;

/// Pairs one step looks at. Each is up to eight rows, so that a step stays within 200.
pub const PAIRS_AT_ONCE: u32 = 25;

/// What one account's roster owes to groups about one contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tie {
    /// The groups that are behind the item.
    pub groups: Vec<String>,
    /// The contact exists only through them: nobody has named it, asked it or invited it.
    pub made: bool,
}

/// Two members become contacts who see each other, in a roster group of the group's name. What is so already changes
/// nothing. Whoever blocks the other stays apart, and a full roster takes nobody in.
pub fn meet(mut pair: Pair, group: &str) -> Vec<Change> {
    let (Party::Local(one), Party::Local(other)) = (&mut pair.from, &mut pair.to) else { return Vec::new() };
    let full = |side: &Side| side.item.is_none() && side.items >= MAX_ITEMS;
    if one.owner == other.owner || one.blocks || other.blocks || full(one) || full(other) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    for side in [one, other] {
        let before = side.item.as_ref().map(|item| item.state).unwrap_or_default();
        let made = side.tie.made || (side.item.is_none() && !side.requested);
        if side.requested {
            let (owner, from) = (side.owner.clone(), side.contact.clone());
            changes.push(RosterChange::Settled { owner, from }.into());
        }
        let old = side.item.clone();
        let mut item = old.clone().unwrap_or_else(|| RosterItem {
            contact: side.contact.clone(),
            name: None,
            groups: Vec::new(),
            state: State::BOTH,
        });
        item.state = State::BOTH;
        // Whoever took the contact out of the roster group does not find it there again.
        let tied = side.tie.groups.iter().any(|tied| tied == group);
        if !tied && item.groups.len() < MAX_GROUPS && !item.groups.iter().any(|named| named == group) {
            item.groups.push(group.to_owned());
            item.groups.sort_unstable();
        }
        if !tied {
            let (owner, contact) = (side.owner.clone(), side.contact.clone());
            changes.push(GroupChange::Tied { owner, contact, group: group.to_owned(), made }.into());
        }
        if old.as_ref() != Some(&item) {
            side.put(item, before, &mut changes);
        }
    }
    changes
}

/// Two are no longer in the same group: the roster group goes, and the contact with it where it exists only through
/// groups and none is left. A contact that one of them made their own stays with both.
pub fn part(mut pair: Pair, group: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let only_by_groups = |party: &Party| match party {
        Party::Local(side) => {
            side.item.is_none() || (side.tie.made && side.tie.groups.iter().all(|tied| tied == group))
        }
        // Erased: nobody is there who could want it.
        Party::Nobody(_) => true,
        Party::Remote(_) => false,
    };
    let ends = only_by_groups(&pair.from) && only_by_groups(&pair.to);
    for party in [&mut pair.from, &mut pair.to] {
        let Party::Local(side) = party else { continue };
        if !side.tie.groups.iter().any(|tied| tied == group) {
            continue;
        }
        let (owner, contact) = (side.owner.clone(), side.contact.clone());
        let gone = GroupChange::Untied { owner: owner.clone(), contact: contact.clone(), group: group.to_owned() };
        changes.push(gone.into());
        let Some(mut item) = side.item.clone() else { continue };
        let before = item.state;
        if ends {
            let version = side.version + 1;
            changes.push(RosterChange::Removed { owner, contact, before, version }.into());
        } else if item.groups.iter().any(|named| named == group) {
            item.groups.retain(|named| named != group);
            side.put(item, before, &mut changes);
        }
    }
    changes
}

/// Makes a contact the owner's own, where groups made it.
pub(crate) fn keep(side: &mut Side, changes: &mut Vec<Change>) {
    if std::mem::take(&mut side.tie.made) {
        let (owner, contact) = (side.owner.clone(), side.contact.clone());
        changes.push(GroupChange::Kept { owner, contact }.into());
    }
}

#[cfg(test)]
mod tests {
    use parlour_xmpp::jid::BareJid;

    use super::*;
    use crate::subscription::{From, To};

    fn jid(name: &str) -> BareJid {
        BareJid::new(&format!("{name}@h.example")).expect("an address")
    }

    fn pair(one: Side, other: Side) -> Pair {
        Pair { from: Party::Local(one), to: Party::Local(other) }
    }

    fn strangers() -> (Side, Side) {
        (Side::new(jid("anna"), jid("ben")), Side::new(jid("ben"), jid("anna")))
    }

    fn tied(owner: &str, contact: &str, groups: &[&str], made: bool) -> Side {
        let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        let item = RosterItem { contact: jid(contact), name: None, groups: groups.clone(), state: State::BOTH };
        Side {
            item: Some(item),
            items: 1,
            version: 1,
            tie: Tie { groups, made },
            ..Side::new(jid(owner), jid(contact))
        }
    }

    fn words(changes: &[Change]) -> Vec<&'static str> {
        changes
            .iter()
            .map(|change| match change {
                Change::Roster(RosterChange::Put { .. }) => "put",
                Change::Roster(RosterChange::Removed { .. }) => "removed",
                Change::Roster(RosterChange::Settled { .. }) => "settled",
                Change::Group(GroupChange::Tied { made: true, .. }) => "made",
                Change::Group(GroupChange::Tied { made: false, .. }) => "tied",
                Change::Group(GroupChange::Untied { .. }) => "untied",
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn strangers_meet_and_part() {
        let (anna, ben) = strangers();
        assert_eq!(words(&meet(pair(anna, ben), "choir")), ["made", "put", "made", "put"]);
        let together = pair(tied("anna", "ben", &["choir"], true), tied("ben", "anna", &["choir"], true));
        assert!(meet(together.clone(), "choir").is_empty(), "a second time changes nothing");
        assert_eq!(words(&part(together, "choir")), ["untied", "removed", "untied", "removed"]);
    }

    #[test]
    fn blocked_people_stay_blocked_and_full_rosters_full() {
        let (anna, ben) = strangers();
        assert!(meet(pair(anna.clone(), Side { blocks: true, ..ben.clone() }), "choir").is_empty());
        assert!(meet(pair(Side { blocks: true, ..anna.clone() }, ben.clone()), "choir").is_empty());
        assert!(meet(pair(anna, Side { items: MAX_ITEMS, ..ben }), "choir").is_empty());
    }

    #[test]
    fn a_contact_of_ones_own_outlives_the_group() {
        let (mut anna, ben) = strangers();
        let state = State { to: To::Yes, from: From::No, approved: false };
        anna.item = Some(RosterItem { contact: jid("ben"), name: Some("Ben".into()), groups: Vec::new(), state });
        assert_eq!(words(&meet(pair(anna, ben), "choir")), ["tied", "put", "made", "put"]);
        let together = pair(tied("anna", "ben", &["choir"], false), tied("ben", "anna", &["choir"], true));
        assert_eq!(words(&part(together, "choir")), ["untied", "put", "untied", "put"], "with both of them");
    }

    #[test]
    fn another_group_keeps_them_together() {
        let both = ["altos", "choir"];
        let together = pair(tied("anna", "ben", &both, true), tied("ben", "anna", &both, true));
        assert_eq!(words(&part(together, "choir")), ["untied", "put", "untied", "put"]);
    }

    #[test]
    fn whoever_removed_the_contact_has_it_not_back_and_the_other_loses_it() {
        let mut ben = tied("ben", "anna", &["choir"], true);
        ben.item = ben.item.map(|item| RosterItem { state: State::default(), ..item });
        let (anna, _) = strangers();
        assert_eq!(words(&part(pair(anna, ben), "choir")), ["untied", "removed"]);
    }
}
