//! Keys of the API: made, listed, withdrawn, and found again when a program shows one.
//!
//! A key that was found is kept in memory until something changes that could end it, so that a request costs no look at
//! the store for it. What is kept of a secret is HMAC-SHA-256 under a key that is not in the database.
//! Left out: telling other nodes that a key was withdrawn, until there are some.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use parlour_domain::api_key::{ApiKey, Bearer, KeyAsk, KeyHash, KeyHost, KeyId, KeyRefusal, KeyText, KeyWish, Scope};
use parlour_domain::limits::MINUTE;
use parlour_domain::{Account, AccountChange, Actor, By, Change, Door, HostChange, HostName, Millis, Role};
use parlour_store::api_keys::ApiKeyStore;
use parlour_store::{ActError, Committed, StoreError};

use crate::acts::{Common, Effects};
use crate::invites::known::Known;
use crate::keys::SecretKey;

/// Acts on keys of the API.
pub struct ApiKeys {
    store: Arc<dyn ApiKeyStore>,
    common: Common,
    secret: hmac::Key,
    held: Arc<Held>,
}

/// A key that was just made, with what is shown once.
#[derive(Debug)]
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    /// Its whole text.
    pub text: KeyText,
}

/// A key that somebody showed and that is good at this moment.
#[derive(Debug)]
pub struct ShownKey {
    key: ApiKey,
    bearer: Arc<Bearer>,
    seen: AtomicI64,
}

impl ShownKey {
    /// Good for this.
    pub fn has(&self, scope: Scope) -> bool {
        self.key.scopes.has(scope)
    }

    /// The key as it is kept.
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// Who acts with it.
    pub fn by(&self, door: Door, request: u64, address: Option<String>) -> By {
        By { actor: Actor::Key(Arc::clone(&self.bearer)), door, request, address }
    }
}

impl ApiKeys {
    /// Over a store; `sealing` is the server's key, from which this area makes its own.
    pub fn new(store: Arc<dyn ApiKeyStore>, common: Common, sealing: &SecretKey, held: Arc<Held>) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, sealing.derived(LABEL).expose());
        Self { store, common, secret, held }
    }

    /// Makes a key of a host, or of the whole server. Its text is shown now and never again.
    ///
    /// # Errors
    /// [`KeyRefusal`], or the store's failure.
    pub async fn create(
        &self,
        by: &By,
        host: KeyHost,
        wish: KeyWish,
    ) -> Result<Committed<NewKey>, ActError<KeyRefusal>> {
        let (id, text) = KeyText::new(self.common.dice.bytes());
        let hash = self.hash(&host, id, text.secret());
        let ask = KeyAsk { by: by.clone(), host, wish, id, hash, at: self.common.now() };
        let done = self.common.act(by, || self.store.create(ask)).await?;
        Ok(done.map(|key| NewKey { key, text }))
    }

    /// Withdraws a key at once.
    ///
    /// # Errors
    /// [`KeyRefusal`], or the store's failure.
    pub async fn revoke(&self, by: &By, host: KeyHost, id: &str) -> Result<Committed<ApiKey>, ActError<KeyRefusal>> {
        let id: KeyId = id.parse().map_err(|_| ActError::Refused(KeyRefusal::Unknown))?;
        self.common.act(by, || self.store.revoke(by.clone(), host, id, self.common.now())).await
    }

    /// All keys of a host, or of the whole server, newest first; dead ones too, for a while. For whoever may make them.
    ///
    /// # Errors
    /// [`KeyRefusal::NotAllowed`], or the store's failure.
    pub async fn list(&self, by: &By, host: KeyHost) -> Result<Vec<ApiKey>, ActError<KeyRefusal>> {
        let own = match (&by.actor, &host) {
            (Actor::Operator | Actor::System, _) => true,
            (Actor::Account { .. }, Some(host)) => by.reaches(host) && by.rank() >= Some(Role::Admin),
            _ => false,
        };
        if own { Ok(self.store.list(host).await?) } else { Err(ActError::Refused(KeyRefusal::NotAllowed)) }
    }

    /// Whether a program shows a key that was shown here before and has not changed since: others' guesses hold it up as
    /// little as its own mistakes hold up others.
    pub fn is_known(&self, host: &HostName, text: &str) -> bool {
        KeyText::parts(text).is_some_and(|(id, secret)| {
            let held = self.held.get(host, id);
            held.is_some_and(|shown| self.hash(&shown.key.host, id, secret).is(&shown.key.hash))
        })
    }

    /// The key that a program shows whole, if it is good on `host` at this moment. Takes no look at the store for what
    /// has not a key's shape, nor for a key that was shown before. `None` is one answer for everything: a door counts it
    /// with [`crate::throttle::Throttle::missed`].
    ///
    /// # Errors
    /// The store's failure.
    pub async fn open(&self, host: &HostName, text: &str) -> Result<Option<Arc<ShownKey>>, StoreError> {
        match KeyText::parts(text) {
            Some((id, secret)) => self.find(host, id, secret).await,
            None => Ok(None),
        }
    }

    /// As [`Self::open`], for doors where id and secret are shown apart.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn find(&self, host: &HostName, id: KeyId, secret: &str) -> Result<Option<Arc<ShownKey>>, StoreError> {
        let now = self.common.now();
        let shown = match self.held.get(host, id) {
            Some(shown) => shown,
            None => {
                let turn = self.held.turn();
                let Some((key, maker)) = self.store.find(host.clone(), id).await? else { return Ok(None) };
                let Some(shown) = standing(key, maker.as_ref()) else { return Ok(None) };
                // Only a right secret fills the memory.
                if !self.hash(&shown.key.host, id, secret).is(&shown.key.hash) {
                    return Ok(None);
                }
                self.held.put(host, Arc::clone(&shown), turn);
                shown
            }
        };
        if !self.hash(&shown.key.host, id, secret).is(&shown.key.hash) || !shown.key.is_alive(now) {
            return Ok(None);
        }
        if now.saturating_sub(shown.seen.load(Relaxed)) > SEEN_STEP {
            shown.seen.store(now, Relaxed);
            // For a page that lists keys; nobody waits for it.
            drop(self.store.used(shown.key.host.clone(), id, now));
        }
        Ok(Some(shown))
    }

    /// Forgets some keys that were over before `before`, and requests that were done once a day ago; answers how many.
    /// Again until none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sweep(&self, host: KeyHost, before: Millis) -> Result<usize, StoreError> {
        let requests = count(self.store.forget_requests(host.clone(), self.common.now()).await)?;
        Ok(requests + count(self.store.sweep(host, before).await)?)
    }

    /// Host and id are bound in, so that a row's hash is no good in another row.
    fn hash(&self, host: &KeyHost, id: KeyId, secret: &str) -> KeyHash {
        let mut mac = hmac::Context::with_key(&self.secret);
        let host = host.as_ref().map_or("", HostName::as_str);
        // The length comes first, so that the same bytes cannot be cut elsewhere.
        mac.update(&(host.len() as u64).to_be_bytes());
        mac.update(host.as_bytes());
        mac.update(id.as_str().as_bytes());
        mac.update(secret.as_bytes());
        let mut hash = KeyHash([0; 32]);
        hash.0.copy_from_slice(mac.sign().as_ref());
        hash
    }
}

fn count(done: Result<Committed<usize>, ActError<Infallible>>) -> Result<usize, StoreError> {
    match done {
        Ok(done) => Ok(done.into_out()),
        Err(ActError::Failed(error)) => Err(error),
        Err(ActError::Refused(never)) => match never {},
    }
}

fn standing(key: ApiKey, maker: Option<&Account>) -> Option<Arc<ShownKey>> {
    let role = key.role_now(maker)?;
    let seen = AtomicI64::new(key.used.unwrap_or(0));
    Some(Arc::new(ShownKey { bearer: Arc::new(key.bearer(role)), key, seen }))
}

/// Keys in memory, by the host they were shown at. Bounded: when there are too many, all go and are read again.
#[derive(Debug, Default)]
pub struct Held {
    keys: Mutex<HashMap<(HostName, KeyId), Arc<ShownKey>>>,
    // Grows whenever something changed: what was read before is not kept then.
    turn: AtomicU64,
}

impl Held {
    fn get(&self, host: &HostName, id: KeyId) -> Option<Arc<ShownKey>> {
        self.keys().get(&(host.clone(), id)).cloned()
    }

    fn turn(&self) -> u64 {
        self.turn.load(Relaxed)
    }

    fn put(&self, host: &HostName, shown: Arc<ShownKey>, turn: u64) {
        let mut keys = self.keys();
        if self.turn() != turn {
            return;
        }
        if keys.len() >= MAX_HELD {
            keys.clear();
        }
        keys.insert((host.clone(), shown.key.id), shown);
    }

    fn changed(&self, changes: &[Change]) {
        let ends = |change: &Change| {
            matches!(
                change,
                Change::ApiKey(parlour_domain::api_key::ApiKeyChange::Revoked { .. })
                    | Change::Account(AccountChange::RoleChanged { .. } | AccountChange::StateChanged { .. })
                    | Change::Host(HostChange::Removed { .. })
            )
        };
        if changes.iter().any(ends) {
            let mut keys = self.keys();
            self.turn.fetch_add(1, Relaxed);
            keys.clear();
        }
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<(HostName, KeyId), Arc<ShownKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Effects that first let go of what is in memory: whoever hears that a key or an invite is withdrawn can rely on it.
pub(crate) struct Forgetting {
    /// Lets go of keys.
    pub(crate) held: Arc<Held>,
    /// Lets go of invites.
    pub(crate) known: Arc<Known>,
    /// What follows.
    pub(crate) then: Arc<dyn Effects>,
}

impl Effects for Forgetting {
    fn run(&self, by: &By, changes: &[Change]) {
        self.held.changed(changes);
        self.known.changed(changes);
        self.then.run(by, changes);
    }
}

const LABEL: &[u8] = b"parlour api keys 1";

/// Keys in memory.
const MAX_HELD: usize = 4_096;

/// How exactly the last use is kept.
const SEEN_STEP: Millis = 60 * MINUTE;

#[cfg(test)]
#[path = "api_keys_tests.rs"]
mod tests;
