//! Who said what to whom, what the server took responsibility for, and who got it: the judge of a storm. No IO.
//!
//! Spec: XEP-0198 v1.6.3 §4 (an acknowledgement takes responsibility), XEP-0359 v0.7.0 §3 (`origin-id`, by which
//! a receiver knows what was sent twice).

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

/// A message of a storm: its writer's number, and how many that one wrote before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The writer.
    pub from: usize,
    /// The writer's messages before this one.
    pub number: u32,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "storm-{}-{}", self.from, self.number)
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (from, number) = text.strip_prefix("storm-").and_then(|rest| rest.split_once('-')).ok_or(())?;
        Ok(Self { from: from.parse().map_err(drop)?, number: number.parse().map_err(drop)? })
    }
}

/// What became of one message.
#[derive(Clone, Copy, Debug)]
struct Said {
    to: usize,
    /// Sent so often by its writer.
    times: u32,
    acknowledged: bool,
    /// Its writer was told that it failed.
    bounced: bool,
    /// Came so often on the reader's streams.
    heard: u32,
    /// One of those carried another id than its writer gave it, or none.
    nameless: bool,
    /// Is in the reader's archive, as far as that was read.
    archived: bool,
    /// Is in the writer's archive, as far as that was read.
    kept: bool,
}

/// Everything said in a storm.
#[derive(Debug, Default)]
pub struct Ledger {
    said: HashMap<Id, Said>,
    /// What each reader has to get and has not: acknowledged to its writer, neither heard nor found.
    owed: Vec<BTreeSet<Id>>,
    contacts: HashMap<(usize, u32), u32>,
    contacts_confirmed: u64,
    contacts_lost: u64,
    astray: u64,
    beyond: u64,
}

/// What a storm shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages said.
    pub said: u64,
    /// Of these, acknowledged to their writers.
    pub acknowledged: u64,
    /// Sent more than once, as the first time was not acknowledged when the connection broke.
    pub repeated: u64,
    /// Refused: their writers were told. Not counted as lost.
    pub bounced: u64,
    /// Acknowledged, and nowhere: neither on a stream of the reader nor in its archive.
    pub lost: Vec<Id>,
    /// Of these, in the archive of their writer: the server had it, and did not bring it across.
    pub lost_between: u64,
    /// Acknowledged and only in the reader's archive: no stream ever brought it.
    pub only_archived: u64,
    /// Came twice or more often, each time with the id its writer gave it, so that a client drops the second.
    pub doubled: u64,
    /// Of these, sent once only: the server itself has made two of one.
    pub doubled_by_server: u64,
    /// Came twice or more often, and one of them did not carry its writer's id: a person sees it twice.
    pub doubled_nameless: u64,
    /// Refused and delivered all the same.
    pub refused_and_delivered: u64,
    /// Came to somebody else, or was never said.
    pub astray: u64,
    /// Counts by which the server acknowledged more than it was sent, or less than before.
    pub beyond: u64,
    /// Changes of contacts that were confirmed.
    pub contacts: u64,
    /// Of these, gone when the roster was read again.
    pub contacts_lost: u64,
}

impl Ledger {
    /// Of so many people.
    pub fn new(people: usize) -> Self {
        Self { owed: vec![BTreeSet::new(); people], ..Self::default() }
    }

    /// A new message is sent.
    pub fn said(&mut self, id: Id, to: usize) {
        let new = Said {
            to,
            times: 1,
            acknowledged: false,
            bounced: false,
            heard: 0,
            nameless: false,
            archived: false,
            kept: false,
        };
        self.said.insert(id, new);
    }

    /// It is sent again, as it was not acknowledged.
    pub fn said_again(&mut self, id: Id) {
        if let Some(said) = self.said.get_mut(&id) {
            said.times += 1;
        }
    }

    /// The server has told the writer that it takes care of it.
    pub fn acknowledged(&mut self, id: Id) {
        let Some(said) = self.said.get_mut(&id) else { return };
        said.acknowledged = true;
        if said.heard == 0 && !said.archived && !said.bounced {
            self.owed[said.to].insert(id);
        }
    }

    /// The server has told the writer that it does not.
    pub fn bounced(&mut self, id: Id) {
        if let Some(said) = self.said.get_mut(&id) {
            said.bounced = true;
            self.owed[said.to].remove(&id);
        }
    }

    /// It came on a stream of `reader`; `named` where it still carried its writer's ids.
    pub fn heard(&mut self, reader: usize, id: Id, named: bool) {
        match self.said.get_mut(&id).filter(|said| said.to == reader) {
            Some(said) => {
                said.heard += 1;
                said.nameless |= !named;
                self.owed[reader].remove(&id);
            }
            None => self.astray += 1,
        }
    }

    /// It is in the archive of `owner`, whom it came to.
    pub fn archived(&mut self, owner: usize, id: Id) {
        match self.said.get_mut(&id).filter(|said| said.to == owner) {
            Some(said) => {
                said.archived = true;
                self.owed[owner].remove(&id);
            }
            None => self.astray += 1,
        }
    }

    /// It is in the archive of whoever wrote it.
    pub fn kept(&mut self, id: Id) {
        if let Some(said) = self.said.get_mut(&id) {
            said.kept = true;
        }
    }

    /// An acknowledgement that cannot be.
    pub fn beyond(&mut self) {
        self.beyond += 1;
    }

    /// The server has confirmed the `version`th change of a contact.
    pub fn contact(&mut self, owner: usize, contact: u32, version: u32) {
        self.contacts_confirmed += 1;
        let newest = self.contacts.entry((owner, contact)).or_default();
        *newest = version.max(*newest);
    }

    /// The roster was read: the version of each contact that is in it.
    pub fn roster(&mut self, owner: usize, found: &HashMap<u32, u32>) {
        let mut lost = 0;
        self.contacts.retain(|(of, contact), version| {
            let there = *of != owner || found.get(contact).is_some_and(|found| found >= version);
            lost += u64::from(!there);
            there
        });
        self.contacts_lost += lost;
    }

    /// How many are owed to somebody.
    pub fn owed(&self) -> usize {
        self.owed.iter().map(BTreeSet::len).sum()
    }

    /// Whether `person` has not got something, or has written something that is owed to another.
    pub fn concerns(&self, person: usize) -> bool {
        !self.owed[person].is_empty() || self.owed.iter().flatten().any(|id| id.from == person)
    }

    /// What it all comes to.
    pub fn verdict(&self) -> Verdict {
        let mut verdict = Verdict {
            said: self.said.len() as u64,
            lost: self.owed.iter().flatten().copied().collect(),
            astray: self.astray,
            beyond: self.beyond,
            contacts: self.contacts_confirmed,
            contacts_lost: self.contacts_lost,
            ..Verdict::default()
        };
        let kept = |id: &&Id| self.said.get(id).is_some_and(|said| said.kept);
        verdict.lost_between = verdict.lost.iter().filter(kept).count() as u64;
        for said in self.said.values() {
            let twice = said.heard > 1;
            verdict.acknowledged += u64::from(said.acknowledged);
            verdict.repeated += u64::from(said.times > 1);
            verdict.bounced += u64::from(said.bounced);
            verdict.only_archived += u64::from(said.acknowledged && said.heard == 0 && said.archived);
            verdict.doubled += u64::from(twice && !said.nameless);
            verdict.doubled_by_server += u64::from(twice && !said.nameless && said.times == 1);
            verdict.doubled_nameless += u64::from(twice && said.nameless);
            verdict.refused_and_delivered += u64::from(said.bounced && said.times == 1 && said.heard > 0);
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Id = Id { from: 0, number: 7 };

    fn after(happens: impl FnOnce(&mut Ledger)) -> Verdict {
        let mut ledger = Ledger::new(2);
        ledger.said(A, 1);
        happens(&mut ledger);
        ledger.verdict()
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        assert_eq!(A.to_string().parse(), Ok(A));
        for other in ["", "storm-", "storm-1", "storm-1-x", "1-2"] {
            assert_eq!(other.parse::<Id>(), Err(()), "{other}");
        }
    }

    #[test]
    fn fault_01_what_is_acknowledged_and_nowhere_is_lost() {
        let lost = vec![A];
        assert_eq!(after(|_| ()).lost, [], "nobody was told that it was safe");
        assert_eq!(after(|l| l.acknowledged(A)).lost, lost);
        let to_another = after(|l| {
            l.acknowledged(A);
            l.heard(0, A, true);
        });
        assert_eq!((to_another.lost, to_another.astray), (lost, 1));
        type Happens = fn(&mut Ledger);
        let kept: [(&str, Happens); 5] = [
            ("heard later", |l| (l.acknowledged(A), l.heard(1, A, true)).0),
            ("heard before", |l| (l.heard(1, A, true), l.acknowledged(A)).0),
            ("archived later", |l| (l.acknowledged(A), l.archived(1, A)).0),
            ("archived before", |l| (l.archived(1, A), l.acknowledged(A)).0),
            ("refused", |l| (l.acknowledged(A), l.bounced(A)).0),
        ];
        for (what, happens) in kept {
            assert_eq!(after(happens).lost, [], "{what}");
        }
    }

    #[test]
    fn fault_01_twice_is_told_by_whose_doing_it_is_and_whether_a_client_can_see_it() {
        let counts = |v: Verdict| (v.doubled, v.doubled_by_server, v.doubled_nameless);
        assert_eq!(counts(after(|l| l.heard(1, A, false))), (0, 0, 0), "once");
        let said_again = after(|l| {
            l.said_again(A);
            l.heard(1, A, true);
            l.heard(1, A, true);
        });
        assert_eq!(counts(said_again), (1, 0, 0));
        let said_once = after(|l| {
            l.heard(1, A, true);
            l.heard(1, A, true);
        });
        assert_eq!(counts(said_once), (1, 1, 0));
        let nameless = after(|l| {
            l.said_again(A);
            l.heard(1, A, true);
            l.heard(1, A, false);
        });
        assert_eq!(counts(nameless), (0, 0, 1));
    }

    #[test]
    fn a_contact_that_was_confirmed_is_looked_for() {
        let mut ledger = Ledger::new(1);
        ledger.contact(0, 3, 5);
        ledger.contact(0, 3, 6);
        ledger.contact(0, 4, 1);
        ledger.roster(0, &HashMap::from([(3, 6), (4, 2)]));
        assert_eq!((ledger.verdict().contacts, ledger.verdict().contacts_lost), (3, 0));
        ledger.roster(0, &HashMap::from([(3, 5)]));
        assert_eq!(ledger.verdict().contacts_lost, 2, "one is older than confirmed, one is gone");
    }
}
