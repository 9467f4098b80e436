//! What the server does by itself, some rows at a time: forgets what is over, erases who was
//! deleted long ago, and works off what is owed.
//!
//! Whoever runs the process calls these now and then; each call is short, and a crash between two
//! loses nothing.

use std::sync::Arc;

use parlour_domain::limits::{KEEP_UNUSED, KEEP_USED, MINUTE};
use parlour_domain::outbox::{Job, Owed};
use parlour_domain::subscription::Kind;
use parlour_domain::{By, HostName};
use parlour_store::archive::ArchiveStore;
use parlour_store::outbox::OutboxStore;
use parlour_store::{ActError, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::accounts::Accounts;
use crate::acts::Common;
use crate::api_keys::ApiKeys;
use crate::invites::Invites;
use crate::signin::SignIn;

/// Takes stanzas that are owed to other servers.
pub trait Post: Send + Sync + 'static {
    /// Hands a subscription stanza over for sending; false when it cannot be taken now.
    fn subscription(&self, from: &BareJid, to: &BareJid, kind: Kind) -> bool;
}

/// The server's own work.
pub struct Chores {
    outbox: Arc<dyn OutboxStore>,
    archive: Arc<dyn ArchiveStore>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) invites: Arc<Invites>,
    sign_in: SignIn,
    pub(crate) api_keys: Arc<ApiKeys>,
    post: Arc<dyn Post>,
    common: Common,
}

impl Chores {
    /// Over the areas it looks after.
    pub fn new(
        outbox: Arc<dyn OutboxStore>,
        archive: Arc<dyn ArchiveStore>,
        (accounts, invites): (Arc<Accounts>, Arc<Invites>),
        (sign_in, api_keys): (SignIn, Arc<ApiKeys>),
        post: Arc<dyn Post>,
        common: Common,
    ) -> Self {
        Self { outbox, archive, accounts, invites, sign_in, api_keys, post, common }
    }

    /// Forgets and erases on one host until nothing is over any more, in short steps with other
    /// people's work between them. Once an hour is often enough.
    ///
    /// # Errors
    /// The store's first failure; what failed waits for the next time.
    pub async fn tidy(&self, host: &HostName) -> Result<(), StoreError> {
        let (by, now) = (By::system(), self.common.now());
        let keep_used = self.common.policy(host).map_or(KEEP_USED, |policy| policy.invite_retention);
        let (unused, used) = (now.saturating_sub(KEEP_UNUSED.min(keep_used)), now.saturating_sub(keep_used));
        let mut first = Ok(());
        // One that fails keeps no other from its turn: least of all accounts from being erased.
        let mut note = |done: Result<(), StoreError>| first = std::mem::replace(&mut first, Ok(())).and(done);
        note(all(async || Ok(self.invites.lapse(host).await? > 0)).await);
        note(all(async || Ok(self.invites.sweep(&by, host, unused, used).await? > 0)).await);
        note(all(async || Ok(self.sign_in.sweep(host.clone()).await? > 0)).await);
        let over = now.saturating_sub(KEEP_UNUSED);
        note(all(async || Ok(self.api_keys.sweep(Some(host.clone()), over).await? > 0)).await);
        note(all(async || self.accounts.erase_next(host.clone()).await).await);
        note(self.forget_messages(host).await);
        first
    }

    /// Forgets messages that the host keeps no longer, in short steps.
    async fn forget_messages(&self, host: &HostName) -> Result<(), StoreError> {
        let kept = self.common.policy(host).ok().and_then(|policy| policy.archive_expires_after.millis());
        let Some(kept) = kept else { return Ok(()) };
        let before = self.common.now().saturating_sub(kept);
        let mut from = Some(0);
        while let Some(at) = from {
            from = match self.archive.expire(host.clone(), at, before).await {
                Ok(done) => done.into_out(),
                Err(ActError::Failed(error)) => return Err(error),
                Err(ActError::Refused(never)) => match never {},
            };
        }
        Ok(())
    }

    /// Forgets what is of no single host: what was counted of streams that nobody can come back to (XEP-0198), keys of
    /// the whole server that are over. Once an hour is often enough.
    ///
    /// # Errors
    /// The store's first failure; what failed waits for the next time.
    pub async fn tidy_server(&self) -> Result<(), StoreError> {
        let before = self.common.now().saturating_sub(KEEP_UNUSED);
        let keys = all(async || Ok(self.api_keys.sweep(None, before).await? > 0)).await;
        match self.archive.sweep_stream_counts(self.common.now().saturating_sub(KEEP_STREAMS)).await {
            Ok(done) => {
                done.into_out();
                keys
            }
            Err(ActError::Failed(error)) => keys.and(Err(error)),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// Resolves when something is owed that was not before.
    pub async fn owed(&self) {
        self.common.bell.notified().await;
    }

    /// Works off some of what is owed; true when more is due already. After each act that owes
    /// something, at the start, and once a minute.
    ///
    /// # Errors
    /// The store's first failure; what is owed stays owed, and what failed is put off by a minute.
    pub async fn work_off(&self) -> Result<bool, StoreError> {
        let due = self.outbox.due(self.common.now(), AT_ONCE).await?;
        let more = due.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let mut unfinished = false;
        let mut first: Result<(), StoreError> = Ok(());
        for owed in due {
            let (host, number) = (owed.host.clone(), owed.number);
            match self.work_on(owed).await {
                Ok(is_finished) => unfinished |= !is_finished,
                // It would be the same for the next.
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    // Nobody behind it waits for what fails each time.
                    let put_off = self.settle(host, number, false).await;
                    first = first.and(put_off.and(Err(error)));
                }
            }
        }
        first.map(|()| more || unfinished)
    }

    /// One job, or a step of it; true when nothing of it is left to do now.
    async fn work_on(&self, owed: Owed) -> Result<bool, StoreError> {
        let Owed { number, host, job, due } = owed;
        let done = match &job {
            Job::Subscription { from, to, kind } => self.post.subscription(from, to, *kind),
            Job::Meet { .. } | Job::Gather { .. } | Job::Part { .. } | Job::Disband { .. } => {
                // The step writes down itself what is left of the job.
                return self.invites.meetings().step(Owed { number, host, job, due }).await;
            }
            Job::Erase { account } => {
                if !self.accounts.erase_step(account.clone()).await? {
                    return Ok(false);
                }
                true
            }
        };
        self.settle(host, number, done).await.map(|()| true)
    }

    /// Notes a job as done, or puts it off.
    async fn settle(&self, host: HostName, number: i64, done: bool) -> Result<(), StoreError> {
        let settled = if done {
            self.outbox.done(host, number).await
        } else {
            self.outbox.later(host, number, self.common.now().saturating_add(MINUTE)).await
        };
        match settled {
            Ok(_) => Ok(()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }
}

/// Again while there is more.
async fn all(step: impl AsyncFn() -> Result<bool, StoreError>) -> Result<(), StoreError> {
    while step().await? {}
    Ok(())
}

/// How long a stream's count is kept: twice as long as any session may wait for its client.
const KEEP_STREAMS: i64 = 2 * parlour_domain::limits::DAY;

/// Jobs looked at in one go.
const AT_ONCE: u32 = 64;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use parlour_domain::Role;
    use parlour_domain::account::RESTORABLE;
    use parlour_domain::account::rules::Turn;
    use parlour_domain::invite::issue::Wish;
    use parlour_domain::limits::DAY;
    use parlour_domain::{AccountState, HostOptions, InviteKind, Span};

    use super::*;
    use crate::testing::{World, host, jid, newcomer, operator};
    use parlour_domain::api_key::{KeyWish, Scope};

    #[derive(Default)]
    struct Box {
        open: Mutex<bool>,
        sent: Mutex<Vec<(BareJid, Kind)>>,
    }

    impl Post for Box {
        fn subscription(&self, _from: &BareJid, to: &BareJid, kind: Kind) -> bool {
            self.sent.lock().expect("sent").push((to.clone(), kind));
            *self.open.lock().expect("open")
        }
    }

    async fn chores() -> (Chores, Arc<Box>, Arc<crate::testing::Still>, parlour_store::Sqlite, SignIn) {
        chores_of(World::new().await)
    }

    fn chores_of(world: World) -> (Chores, Arc<Box>, Arc<crate::testing::Still>, parlour_store::Sqlite, SignIn) {
        let post = Arc::new(Box::default());
        let World { store, clock, accounts, invites, sign_in, api_keys, common, .. } = world;
        let all = Arc::new(store.clone());
        let people = (Arc::new(accounts), Arc::new(invites));
        let chores = Chores::new(all.clone(), all, people, (sign_in.clone(), Arc::new(api_keys)), post.clone(), common);
        (chores, post, clock, store, sign_in)
    }

    #[tokio::test]
    async fn keys_that_are_long_over_are_forgotten_and_others_are_not() {
        let (chores, _, clock, _store, _) = chores().await;
        let make = async |of: Option<HostName>, life: Option<i64>| {
            let scopes = [Scope::InvitesRead].into_iter().collect();
            let wish = KeyWish { name: "bot".into(), role: Role::Admin, scopes, expires_after: life };
            chores.api_keys.create(&operator(), of, wish).await.expect("a key").into_out();
        };
        let left = async |of: Option<HostName>| chores.api_keys.list(&operator(), of).await.expect("a list").len();
        for of in [Some(host()), None] {
            make(of.clone(), Some(DAY)).await;
            make(of.clone(), None).await;
            assert_eq!(left(of).await, 2);
        }
        clock.pass(DAY + KEEP_UNUSED + 1);
        chores.tidy(&host()).await.expect("tidy");
        assert_eq!((left(Some(host())).await, left(None).await), (1, 2));
        chores.tidy_server().await.expect("tidy");
        assert_eq!(left(None).await, 1);
    }

    #[tokio::test]
    async fn vector_82_used_invites_stay_as_long_as_configured_and_unused_ones_a_month_at_most() {
        for (retention, unused, used) in [(None, 30, 365), (Some(90), 30, 90), (Some(10), 10, 10)] {
            let mut options = HostOptions::default();
            options.invites.invite_retention = retention.map(|days| Span(days * DAY));
            let store = parlour_store::Sqlite::in_memory(parlour_store::sqlite::Options::default()).expect("a store");
            let world = World::over(store, options).await;
            let wish = || Wish { expires_after: Some(DAY), ..Wish::default() };
            let (one, token) = world.invite(&operator(), wish()).await;
            world.join(&token, "alice").await.expect("joined");
            let (other, _) = world.invite(&operator(), wish()).await;
            let (chores, _, clock, _store, _) = chores_of(world);
            let mut passed = 0;
            for (day, expected) in
                [(unused, [true, true]), (unused + 1, [used > unused, false]), (used + 1, [false; 2])]
            {
                // Each lives a day.
                clock.pass((day + 1) * DAY - passed);
                passed = (day + 1) * DAY;
                chores.tidy(&host()).await.expect("tidied");
                let mut there = Vec::new();
                for id in [one.id, other.id] {
                    let found = chores.invites.show(&operator(), &host(), id.as_str()).await.expect("read");
                    there.push(found.is_some());
                }
                assert_eq!(there, expected, "{retention:?}, day {day}");
            }
        }
    }

    #[tokio::test]
    async fn messages_stay_as_long_as_the_host_says_and_for_ever_where_it_says_nothing() {
        use parlour_domain::archive::KeepAsk;
        use parlour_domain::options::Retention;
        use parlour_store::archive::PageAsk;

        for (retention, left) in [(None, 2), (Some(Retention::For(Span(30 * DAY))), 1), (Some(Retention::Forever), 2)] {
            let mut options = HostOptions::default();
            options.archive.archive_expires_after = retention;
            let store = parlour_store::Sqlite::in_memory(parlour_store::sqlite::Options::default()).expect("a store");
            let (chores, _, clock, store, _) = chores_of(World::over(store, options).await);
            chores.accounts.create(&operator(), &host(), "alice", Role::Member, None).await.expect("made");
            for _ in 0..2 {
                let ask = KeepAsk {
                    from: parlour_xmpp::jid::Jid::new("xavier@far.example/x").expect("an address"),
                    to: jid("alice").into(),
                    sender: false,
                    recipient: true,
                    offline: false,
                    underway: false,
                    stanza: parlour_domain::kept::Kept::from(&b"<message/>"[..]),
                    at: chores.common.now(),
                    count: None,
                };
                let (tell, told) = tokio::sync::oneshot::channel();
                store.keep(ask, std::boxed::Box::new(|outcome| drop(tell.send(outcome))));
                told.await.expect("told").expect("kept").into_out();
                clock.pass(20 * DAY);
            }
            chores.tidy(&host()).await.expect("tidied");
            let page = store.page(PageAsk::all(jid("alice"), 10)).await.expect("read").expect("a page");
            assert_eq!(page.messages.len(), left, "{retention:?}");
        }
    }

    #[tokio::test]
    async fn what_is_owed_to_another_server_is_owed_until_it_is_taken() {
        let (chores, post, clock, _store, _) = chores().await;
        chores.accounts.create(&operator(), &host(), "alice", Role::Member, None).await.expect("made");
        let by = crate::testing::by("alice", Role::Member);
        let wish = Wish { kind: Some(InviteKind::Contact), ..Wish::default() };
        let invite = chores.invites.issue(&by, &host(), wish).await.expect("made").into_out();
        let token = chores.invites.links(&invite).expect("links").token;
        let far = BareJid::new("xavier@far.example").expect("an address");
        chores.invites.consume(&newcomer(), &jid("alice"), &far, token.as_str()).await.expect("a contact");
        assert_eq!(chores.work_off().await, Ok(false));
        assert_eq!(post.sent.lock().expect("sent").len(), 2, "tried");
        assert_eq!(chores.work_off().await, Ok(false));
        assert_eq!(post.sent.lock().expect("sent").len(), 2, "not again at once");
        *post.open.lock().expect("open") = true;
        clock.pass(MINUTE);
        chores.work_off().await.expect("worked");
        clock.pass(MINUTE);
        chores.work_off().await.expect("worked");
        let sent = post.sent.lock().expect("sent").clone();
        assert_eq!(sent[2..], [(far.clone(), Kind::Subscribed), (far, Kind::Subscribe)]);
    }

    #[tokio::test]
    async fn attack_54_a_deleted_account_is_erased_after_thirty_days_and_its_name_stays() {
        let (chores, _, clock, _store, sign_in) = chores().await;
        let password = Some("correct horse battery");
        chores.accounts.create(&operator(), &host(), "alice", Role::Member, password).await.expect("made");
        chores.accounts.turn(&operator(), &jid("alice"), Turn::Delete).await.expect("deleted");
        clock.pass(RESTORABLE);
        chores.tidy(&host()).await.expect("tidied");
        chores.accounts.turn(&operator(), &jid("alice"), Turn::Restore).await.expect("in time");
        chores.accounts.turn(&operator(), &jid("alice"), Turn::Delete).await.expect("deleted");
        clock.pass(RESTORABLE + 1);
        chores.tidy(&host()).await.expect("tidied");
        while chores.work_off().await.expect("worked") {}
        let account = chores.accounts.account(jid("alice")).await.expect("read").expect("a tombstone");
        assert!(matches!(account.state, AccountState::Erased { .. }));
        let again = chores.accounts.create(&operator(), &host(), "alice", Role::Member, None).await;
        assert!(again.is_err(), "nobody else gets the name");
        let signed = sign_in.browser(&newcomer(), &host(), "alice", "correct horse battery", "Firefox").await;
        assert!(signed.is_err());
    }
}
