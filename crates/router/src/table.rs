//! Who is online: 256 shards by bare JID, and the ways out for everybody else.

use std::borrow::Borrow;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use parlour_domain::view::{AccountView, ResourceView, bare_str};
use parlour_xmpp::jid::{FullJid, Jid};

use crate::budget::Budget;
use crate::exit::{Exit, NoExit};
use crate::live::{Joined, Live};
use crate::meters::Meters;
use crate::out::Out;
use crate::outbox::{End, Outbox};

/// Everybody who is signed in on this node.
pub struct Router {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    remote: OnceLock<Arc<dyn Exit>>,
    meters: Meters,
    budget: Arc<Budget>,
}

#[derive(Default)]
struct Shard {
    accounts: HashSet<Listed>,
    /// Accounts with nobody signed in, kept for their view.
    idle: usize,
    /// Counts view changes of accounts that may not be in the table, so that a view read before one
    /// of them is not remembered after it.
    changes: u64,
    endings: Endings,
}

/// An account, found by its address, which is written nowhere else.
struct Listed(Arc<Live>);

/// Whose clients were signed out, see [`Since`].
#[derive(Default)]
struct Endings {
    /// How many there were.
    count: u64,
    /// The hashes of the last ones' addresses, the newest last. Unallocated when there were none.
    latest: VecDeque<u64>,
}

/// When somebody began to sign in: taken before the password is looked at, since what signs an account's clients out
/// is to keep out also who proved the old password and has not bound yet. Where very many are signed out meanwhile it is
/// not known any more who they were, and it costs some who sign in at that moment another attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since(u64);

/// When a view was looked up: taken before the store is asked, given back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before(u64);

/// A resource cannot be bound: `resource-constraint` with XEP-0205's `resource-limit-exceeded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account has {MAX_RESOURCES} resources already")]
pub struct TooManyResources;

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("meters", &self.meters).finish_non_exhaustive()
    }
}

impl Router {
    /// An empty table without a way to other domains.
    pub fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            remote: OnceLock::new(),
            meters: Meters::default(),
            budget: Arc::default(),
        }
    }

    /// Hands in the way to other domains. Once, at the start; later ones are ignored.
    pub fn set_remote(&self, exit: Arc<dyn Exit>) {
        drop(self.remote.set(exit));
    }

    /// What the queues of clients may hold together.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// What the router counts.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The account, if it is signed in or was looked up lately.
    pub fn find(&self, jid: &Jid) -> Option<Arc<Live>> {
        let bare = bare_str(jid);
        self.shard(bare).find(bare)
    }

    /// To be called before a view is read from the store for [`Router::remember`] or [`Router::attach`].
    pub fn before(&self, jid: &Jid) -> Before {
        Before(self.shard(bare_str(jid)).changes)
    }

    /// Keeps a view that was read from the store. `None` where something changed since `before`: read again.
    pub fn remember(&self, jid: &Jid, view: AccountView, before: Before) -> Option<Arc<Live>> {
        let mut shard = self.shard(bare_str(jid));
        shard.enter(jid, view, before)
    }

    /// Something about an account changed in the store; `change` is applied if the account is in the table.
    pub fn changed(&self, jid: &Jid, change: impl FnOnce(&mut AccountView)) {
        let bare = bare_str(jid);
        let live = {
            let mut shard = self.shard(bare);
            shard.changes += 1;
            shard.find(bare)
        };
        if let Some(live) = live {
            live.update(change);
        }
    }

    /// Forgets an account that was deleted, and tells its connections to end.
    pub fn removed(&self, jid: &Jid, why: End) {
        self.changed(jid, |view| view.active = false);
        let bare = bare_str(jid);
        let live = {
            let (mut shard, key) = (self.shard(bare), self.hasher.hash_one(bare));
            shard.endings.add(key);
            let live = shard.find(bare);
            if live.as_ref().is_some_and(|l| l.is_idle()) && shard.accounts.remove(bare) {
                shard.idle -= 1;
            }
            live
        };
        if let Some(live) = live {
            live.end_all(why);
        }
    }

    /// To be called before a password is looked at, for [`Router::ended_since`].
    pub fn signing_in(&self, jid: &Jid) -> Since {
        Since(self.shard(bare_str(jid)).endings.count)
    }

    /// Whether the account's clients were signed out since: whoever bound meanwhile may have been overlooked.
    pub fn ended_since(&self, jid: &Jid, since: Since) -> bool {
        let bare = bare_str(jid);
        let key = self.hasher.hash_one(bare);
        self.shard(bare).endings.since(key, since)
    }

    /// Signs all clients of an account out, those too that are about to bind.
    pub fn sign_out(&self, jid: &Jid, why: End) {
        if let Some(live) = self.ending(jid) {
            live.end_all(why);
        }
    }

    /// Signs all other clients of an account out, those too that are about to bind; `keep` is the number of the sign-in
    /// that stays.
    pub fn sign_out_others(&self, jid: &Jid, keep: u64, why: End) {
        if let Some(live) = self.ending(jid) {
            live.end_others(keep, why);
        }
    }

    /// Signs those clients of an account out that `which` says, and whoever is about to bind: it may be one of them.
    pub fn sign_out_some(&self, jid: &Jid, which: impl Fn(&ResourceView) -> bool, why: End) {
        if let Some(live) = self.ending(jid) {
            for (_, outbox) in live.outboxes().into_iter().filter(|(resource, _)| which(resource)) {
                outbox.end(why);
            }
        }
    }

    fn ending(&self, jid: &Jid) -> Option<Arc<Live>> {
        let bare = bare_str(jid);
        let (mut shard, key) = (self.shard(bare), self.hasher.hash_one(bare));
        // Before anybody is told: whoever joins after this is kept out by this, whoever did before is told.
        shard.endings.add(key);
        shard.find(bare)
    }

    /// Signs a resource in. `Ok(None)` where something changed since `before`: read the view again. A
    /// resource of the same name is told to end with [`End::Conflict`] (RFC 6120 §7.7.2.2, the newer one wins); so is,
    /// past ten, the oldest that waits for a client that is gone.
    ///
    /// # Errors
    /// [`TooManyResources`] past ten that are all connected (XEP-0205 §4).
    pub fn attach(
        &self,
        full: &FullJid,
        outbox: &Arc<Outbox>,
        view: AccountView,
        before: Before,
    ) -> Result<Option<Attached>, TooManyResources> {
        let bare = bare_str(full);
        let name: Arc<str> = full.resource().as_str().into();
        let (live, joined) = {
            let mut shard = self.shard(bare);
            let Some(live) = shard.enter(full, view, before) else { return Ok(None) };
            let was_idle = live.is_idle();
            let joined = live.join(&name, outbox, MAX_RESOURCES);
            if was_idle && !live.is_idle() {
                shard.idle -= 1;
            }
            (live, joined)
        };
        let replaced = match joined {
            Joined::New => None,
            Joined::Replaced(old) => {
                Meters::count(&self.meters.conflicts);
                old.end(End::Conflict);
                Some(old)
            }
            Joined::TooMany => {
                Meters::count(&self.meters.resource_limits);
                return Err(TooManyResources);
            }
        };
        Meters::count(&self.meters.binds);
        if replaced.is_none() {
            Meters::count(&self.meters.resources);
        }
        Ok(Some(Attached { live, replaced }))
    }

    /// Signs a resource out, unless another client has taken it. What it last was, is returned.
    pub fn detach(&self, full: &FullJid, outbox: &Arc<Outbox>) -> Option<ResourceView> {
        let bare = bare_str(full);
        let mut shard = self.shard(bare);
        let live = shard.find(bare)?;
        let was = live.leave(full.resource().as_str(), outbox)?;
        self.meters.resources.fetch_sub(1, Ordering::Relaxed);
        if live.is_idle() {
            shard.idle += 1;
            if shard.idle > MAX_IDLE || !live.view().active {
                shard.accounts.remove(bare);
                shard.idle -= 1;
            }
        }
        Some(was)
    }

    /// Queues a stanza for a full address signed in here.
    ///
    /// # Errors
    /// Gives the stanza back where that resource is not there or takes nothing.
    pub fn push(&self, full: &Jid, out: Out) -> Result<(), Box<Out>> {
        let pushed = match (self.find(full), full.resource()) {
            (Some(live), Some(resource)) => live.push(resource.as_str(), out).map(|_| ()),
            _ => Err(Box::new(out)),
        };
        Meters::count(if pushed.is_ok() { &self.meters.pushed } else { &self.meters.refused });
        pushed
    }

    /// Gives a stanza to another domain.
    ///
    /// # Errors
    /// [`NoExit`] where it was not taken.
    pub fn send_out(&self, to: &Jid, out: Out) -> Result<(), NoExit> {
        let exit = self.remote.get().ok_or(NoExit::NotFound)?;
        exit.send(to, out)?;
        Meters::count(&self.meters.sent_out);
        Ok(())
    }

    /// Tells every connection to end.
    pub fn end_all(&self, why: End) {
        for shard in &self.shards {
            let accounts: Vec<_> = lock(shard).accounts.iter().map(|listed| Arc::clone(&listed.0)).collect();
            for live in accounts {
                live.end_all(why);
            }
        }
    }

    fn shard(&self, bare: &str) -> MutexGuard<'_, Shard> {
        let at = usize::try_from(self.hasher.hash_one(bare) % SHARDS as u64).unwrap_or_default();
        lock(&self.shards[at])
    }
}

/// A resource that was signed in.
#[derive(Debug)]
pub struct Attached {
    /// Its account.
    pub live: Arc<Live>,
    /// The queue of the client it replaced, told to end already.
    pub replaced: Option<Arc<Outbox>>,
}

impl Shard {
    fn find(&self, bare: &str) -> Option<Arc<Live>> {
        self.accounts.get(bare).map(|listed| Arc::clone(&listed.0))
    }

    fn enter(&mut self, jid: &Jid, view: AccountView, before: Before) -> Option<Arc<Live>> {
        if let Some(live) = self.find(bare_str(jid)) {
            return Some(live);
        }
        if self.changes != before.0 {
            return None;
        }
        if self.idle >= MAX_IDLE {
            // Any of them: they are only remembered so that the store need not be asked again.
            let victim = self.accounts.iter().find(|listed| listed.0.is_idle()).map(|listed| Arc::clone(&listed.0));
            if victim.is_some_and(|live| self.accounts.remove(live.bare())) {
                self.idle -= 1;
            }
        }
        let live = Arc::new(Live::new(Arc::new(Jid::from(jid.to_bare())), view));
        self.accounts.insert(Listed(Arc::clone(&live)));
        self.idle += 1;
        Some(live)
    }
}

impl Borrow<str> for Listed {
    fn borrow(&self) -> &str {
        self.0.bare()
    }
}

impl Hash for Listed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bare().hash(state);
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.0.bare() == other.0.bare()
    }
}

impl Eq for Listed {}

impl Endings {
    fn add(&mut self, key: u64) {
        self.count += 1;
        if self.latest.len() == REMEMBERED_ENDINGS {
            self.latest.pop_front();
        }
        self.latest.push_back(key);
    }

    /// Whether this one was among them since, or may have been.
    fn since(&self, key: u64, Since(before): Since) -> bool {
        let news = usize::try_from(self.count - before).unwrap_or(usize::MAX);
        news > self.latest.len() || self.latest.iter().rev().take(news).any(|ended| *ended == key)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is complete before anything can panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shards, so that two senders seldom meet.
const SHARDS: usize = 256;

/// Views of accounts that are not signed in, a shard (a guess: 16,384 in all).
const MAX_IDLE: usize = 64;

/// Endings that are known one by one, a shard: what may happen while somebody signs in (a guess). Of more it is not known
/// whom they were about.
const REMEMBERED_ENDINGS: usize = 32;

/// Resources of one account (XEP-0205 §4, ATTACKS 55).
pub const MAX_RESOURCES: usize = 10;

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
