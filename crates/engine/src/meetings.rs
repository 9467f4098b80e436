//! What is owed to groups whose members are each other's contacts: begun right after the act that owes it, so that a
//! newcomer's first roster has everybody of a small group, and gone on with by [`crate::chores`] until nothing is left,
//! also after a crash.

use std::sync::Arc;

use parlour_domain::outbox::{Job, OutboxChange, Owed};
use parlour_domain::{By, Change};
use parlour_store::groups::GroupStore;
use parlour_store::outbox::OutboxStore;
use parlour_store::{ActError, StoreError};

use crate::acts::Common;

/// Steps of meeting and parting. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Meetings {
    groups: Arc<dyn GroupStore>,
    outbox: Arc<dyn OutboxStore>,
    common: Common,
}

impl Meetings {
    pub(crate) fn new(groups: Arc<dyn GroupStore>, outbox: Arc<dyn OutboxStore>, common: Common) -> Self {
        Self { groups, outbox, common }
    }

    /// The first step of each meeting that an act's changes owe. What fails here stays owed.
    pub(crate) async fn begin(&self, changes: &[Change]) {
        let jobs: Vec<&Job> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Outbox(OutboxChange::Owed { job: job @ (Job::Meet { .. } | Job::Part { .. }), .. }) => {
                    Some(job)
                }
                _ => None,
            })
            .collect();
        if jobs.is_empty() {
            return;
        }
        let Ok(due) = self.outbox.due(self.common.now(), LOOK).await else { return };
        for owed in due.into_iter().filter(|owed| jobs.contains(&&owed.job)) {
            if let Err(error) = self.step(owed).await {
                tracing::warn!(target: "parlour::people", %error, "a group's contacts wait");
            }
        }
    }

    /// One step; true when nothing is left of the job.
    pub(crate) async fn step(&self, owed: Owed) -> Result<bool, StoreError> {
        let (by, now) = (By::system(), self.common.now());
        match self.common.act(&by, || self.groups.step(owed, now)).await {
            Ok(done) => Ok(done.into_out()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }
}

/// Owed jobs looked through for the act's own; behind more than that, [`crate::chores`] comes to them.
const LOOK: u32 = 64;

#[cfg(test)]
mod tests {
    use parlour_domain::group::contacts::PAIRS_AT_ONCE;
    use parlour_domain::invite::issue::Wish;
    use parlour_domain::limits::MINUTE;
    use parlour_domain::roster::{RosterItem, Wish as Naming};
    use parlour_domain::{AccountState, HostOptions, Role};
    use parlour_store::rosters::RosterStore;
    use parlour_store::{Sqlite, sqlite};

    use super::*;
    use crate::testing::{World, host, jid, operator};

    impl World {
        async fn choir(people: &[&str]) -> Self {
            let world = Self::new().await;
            world.groups.create(&operator(), host(), "choir".into(), true).await.expect("made");
            for name in people {
                world.person(name, Role::Member).await;
            }
            world
        }

        async fn set(&self, name: &str, member: bool) {
            self.groups.set_member(&operator(), "choir".into(), jid(name), member).await.expect("set");
        }

        /// As chores do; gives how many steps it took.
        async fn settle(&self) -> usize {
            let mut steps = 0;
            loop {
                let due = OutboxStore::due(&self.store, self.common.now(), 64).await.expect("read");
                if due.is_empty() {
                    return steps;
                }
                for owed in due {
                    steps += 1;
                    self.groups.meetings().step(owed).await.expect("a step");
                }
            }
        }

        async fn item(&self, owner: &str, contact: &str) -> Option<RosterItem> {
            let roster = self.store.roster(jid(owner)).await.expect("read");
            roster.items.into_iter().find(|item| item.contact == jid(contact))
        }

        /// `both choir`, or nothing.
        async fn sees(&self, owner: &str, contact: &str) -> String {
            let item = self.item(owner, contact).await;
            item.map(|item| format!("{} {}", item.state.subscription(), item.groups.join(","))).unwrap_or_default()
        }
    }

    #[tokio::test]
    async fn vector_42_a_newcomer_finds_the_group_among_the_contacts_at_once() {
        let world = World::choir(&["anna", "ben"]).await;
        world.set("anna", true).await;
        world.set("ben", true).await;
        let (_, token) = world.invite(&operator(), Wish { groups: vec!["choir".into()], ..Wish::default() }).await;
        world.join(&token, "juliet").await.expect("joined");
        for (owner, contact) in [("juliet", "anna"), ("juliet", "ben"), ("anna", "juliet"), ("ben", "juliet")] {
            assert_eq!(world.sees(owner, contact).await, "both choir", "{owner}, before anything else was done");
        }
        assert_eq!(world.item("anna", "juliet").await.and_then(|item| item.name), None);
        assert_eq!(world.settle().await, 0, "nothing is left");
    }

    #[tokio::test]
    async fn leaving_takes_away_what_joining_brought_and_no_contact_of_ones_own() {
        let world = World::choir(&["anna", "ben", "carol", "dora"]).await;
        let (_, token) = world.invite(&crate::testing::by("anna", Role::Member), Wish::default()).await;
        world.invites.consume(&operator(), &jid("anna"), &jid("ben"), &token).await.expect("contacts");
        for name in ["anna", "ben", "carol", "dora"] {
            world.set(name, true).await;
        }
        world.settle().await;
        let named = Naming { name: Some("Carolina".into()), groups: vec!["choir".into()] };
        world.store.set_contact(jid("anna"), jid("carol"), named).await.expect("named");
        world.set("anna", false).await;
        world.settle().await;
        assert_eq!(world.sees("anna", "ben").await, "both ", "contacts before");
        assert_eq!(world.sees("ben", "anna").await, "both ");
        assert_eq!(world.sees("anna", "carol").await, "both ", "made her own by naming her");
        assert_eq!(world.sees("anna", "dora").await, "");
        assert_eq!(world.sees("dora", "anna").await, "");
        assert_eq!(world.sees("dora", "ben").await, "both choir", "the others stay");

        world.groups.remove(&operator(), host(), "choir".into()).await.expect("removed");
        world.settle().await;
        assert_eq!(world.sees("dora", "ben").await, "");
        assert_eq!(world.sees("anna", "ben").await, "both ");
    }

    #[tokio::test]
    async fn two_groups_hold_until_the_last_lets_go_and_one_can_be_turned_on_and_off() {
        let world = World::choir(&["anna", "ben"]).await;
        world.groups.create(&operator(), host(), "altos".into(), false).await.expect("made");
        for name in ["anna", "ben"] {
            world.set(name, true).await;
            world.groups.set_member(&operator(), "altos".into(), jid(name), true).await.expect("set");
        }
        assert_eq!(world.sees("ben", "anna").await, "both choir");
        world.groups.set_contacts(&operator(), host(), "altos".into(), true).await.expect("on");
        world.settle().await;
        assert_eq!(world.sees("ben", "anna").await, "both altos,choir");
        world.set("ben", false).await;
        world.settle().await;
        assert_eq!(world.sees("ben", "anna").await, "both altos");
        world.groups.set_contacts(&operator(), host(), "altos".into(), false).await.expect("off");
        world.settle().await;
        assert_eq!((world.sees("ben", "anna").await, world.sees("anna", "ben").await), Default::default());
    }

    #[tokio::test]
    async fn who_blocks_is_left_alone_and_who_removed_is_not_asked_again() {
        let world = World::choir(&["anna", "ben", "carol"]).await;
        let blocks = crate::blocking::Blocks::new(Arc::new(world.store.clone()), world.common.clone());
        blocks.block(&operator(), &jid("anna"), vec![jid("ben").into()]).await.expect("blocked");
        for name in ["anna", "ben", "carol"] {
            world.set(name, true).await;
        }
        assert_eq!((world.sees("anna", "ben").await, world.sees("ben", "anna").await), Default::default());
        assert_eq!(world.sees("anna", "carol").await, "both choir");
        world.store.remove_contact(jid("carol"), jid("ben")).await.expect("removed");
        world.person("dora", Role::Member).await;
        world.set("dora", true).await;
        world.settle().await;
        assert_eq!(world.sees("carol", "ben").await, "", "another's coming does not bring him back");
        world.set("carol", false).await;
        world.settle().await;
        assert_eq!(world.sees("ben", "carol").await, "");
    }

    #[tokio::test]
    async fn whoever_is_restored_meets_who_joined_meanwhile() {
        use parlour_domain::account::rules::Turn;

        let world = World::choir(&["anna", "ben", "carol"]).await;
        world.set("anna", true).await;
        world.set("ben", true).await;
        world.accounts.turn(&operator(), &jid("ben"), Turn::Delete).await.expect("deleted");
        world.set("carol", true).await;
        world.settle().await;
        assert_eq!(world.sees("carol", "ben").await, "", "nobody meets whoever is deleted");
        world.accounts.turn(&operator(), &jid("ben"), Turn::Restore).await.expect("restored");
        world.settle().await;
        assert_eq!((world.sees("carol", "ben").await, world.sees("ben", "carol").await), {
            let both = "both choir".to_owned();
            (both.clone(), both)
        });
        assert_eq!(world.sees("ben", "anna").await, "both choir");
    }

    #[tokio::test]
    async fn an_erased_account_leaves_nobody_a_contact_that_was_only_the_groups() {
        let world = World::choir(&["anna", "ben"]).await;
        world.set("anna", true).await;
        world.set("ben", true).await;
        let turn = parlour_domain::account::rules::Turn::Delete;
        world.accounts.turn(&operator(), &jid("ben"), turn).await.expect("deleted");
        assert_eq!(world.sees("anna", "ben").await, "both choir", "it can be restored");
        world.clock.pass(parlour_domain::account::RESTORABLE + MINUTE);
        assert_eq!(world.accounts.erase_next(host()).await, Ok(true));
        while !world.accounts.erase_step(jid("ben")).await.expect("a step") {}
        assert_eq!(world.sees("anna", "ben").await, "");
        let ben = world.accounts.account(jid("ben")).await.expect("read").expect("a tombstone");
        assert!(matches!(ben.state, AccountState::Erased { .. }));
    }

    fn name(number: usize) -> String {
        format!("m{number:03}")
    }

    impl World {
        async fn crowd(store: Sqlite, many: usize) -> Self {
            let world = Self::over(store, HostOptions::default()).await;
            world.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
            for n in 0..many {
                world.accounts.create(&operator(), &host(), &name(n), Role::Member, None).await.expect("made");
                world.set(&name(n), true).await;
            }
            world.groups.set_contacts(&operator(), host(), "choir".into(), true).await.expect("on");
            world
        }

        async fn all_met(&self, owner: &str, others: usize) {
            let roster = self.store.roster(jid(owner)).await.expect("read");
            assert_eq!(roster.items.len(), others, "{owner} has all the others once");
            assert!(roster.items.iter().all(|item| item.state.subscription() == "both" && item.groups == ["choir"]));
            assert_eq!(roster.version, others as u64, "one push for each");
        }
    }

    #[tokio::test]
    async fn a_crowd_that_is_there_already_meets_and_parts() {
        let many = PAIRS_AT_ONCE as usize + 3;
        let world = World::crowd(Sqlite::in_memory(sqlite::Options::default()).expect("a store"), many).await;
        world.settle().await;
        for n in 0..many {
            world.all_met(&name(n), many - 1).await;
        }
        world.groups.set_contacts(&operator(), host(), "choir".into(), false).await.expect("off");
        world.settle().await;
        for n in 0..many {
            assert!(world.store.roster(jid(&name(n))).await.expect("read").items.is_empty());
        }
    }

    #[tokio::test]
    async fn vector_42_two_join_three_hundred_in_short_steps_that_a_crash_may_part() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("parlour.db");
        let open = || Sqlite::open(&file, sqlite::Options::default()).expect("a store");
        let many = 300;
        {
            let world = World::crowd(open(), many).await;
            // The old ones among themselves are another test's.
            for owed in OutboxStore::due(&world.store, world.common.now(), 64).await.expect("read") {
                OutboxStore::done(&world.store, host(), owed.number).await.expect("done");
            }
            for two in ["a", "z"] {
                world.person(two, Role::Member).await;
            }
            tokio::join!(world.set("a", true), world.set("z", true));
            assert!(world.item("a", "m000").await.is_some() && world.item("a", "m299").await.is_none(), "begun");
            // Cut off between two steps.
            world.store.close();
        }
        let world = World::over(open(), HostOptions::default()).await;
        // A step taken by two who know the same of it is taken once.
        let due = OutboxStore::due(&world.store, world.common.now(), 64).await.expect("read");
        assert_eq!(due.len(), 2);
        for owed in due.iter().chain(&due) {
            world.groups.meetings().step(owed.clone()).await.expect("a step");
        }
        let steps = world.settle().await;
        assert!(steps > 2 * many / PAIRS_AT_ONCE as usize - 6, "{steps} steps");
        for owner in ["a", "z"] {
            world.all_met(owner, many + 1).await;
        }
        for n in [0, 150, many - 1] {
            world.all_met(&name(n), 2).await;
        }
    }
}
