//! Signing in by password: the keys that SASL asks for, the check for pages, and browsers' sessions.
//!
//! Nobody learns whether a name exists: an unknown one has stable made-up keys, costs the same
//! hashing and gets the same answer. Wrong passwords are counted for all doors together.
//!
//! Spec: RFC 5802 §9 (made-up salts), RFC 4616 (PLAIN), XEP-0480 v0.2.0 §3 (keys that an account lacks).
//! Left out: sessions of apps, which belong to the stream.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::digest::{SHA256, digest};
use parlour_domain::limits::{MINUTE, SESSION_LIFE};
use parlour_domain::session::{SessionHash, WebSession};
use parlour_domain::{Account, AccountState, By, Door, HostName, SealedKeys};
use parlour_store::accounts::{AccountStore, PasswordRow};
use parlour_store::sessions::SessionStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::{BareJid, NodeRef};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::sasl::{Hash, SALT_BYTES, ScramKeys, derive_salted, fake_keys, prep};
use zeroize::Zeroizing;

use crate::acts::{Common, UnknownHost};
use crate::attempts::{Attempt, Attempts, TooMany};
use crate::credentials::{Credentials, Upgrade};
use crate::hasher::{Hasher, HasherBusy};
use crate::iq::BoxFuture;
use crate::keys::SecretKey;
use crate::seal::{Sealer, kind_of};
use crate::tokens::Tokens;

/// Who may sign in. Cloning shares it.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

struct Inner {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    common: Common,
    hasher: Hasher,
    sealer: Arc<Sealer>,
    tokens: Tokens,
    fake_salt: SecretKey,
    attempts: Attempts,
    // Hosts where imported accounts lack some keys; all others offer every hash.
    fewer: ArcSwap<HashMap<HostName, Vec<Hash>>>,
}

/// A browser that signed in.
#[derive(Debug)]
pub struct NewSession {
    /// The cookie's value; only its hash is kept.
    pub cookie: Secret<String>,
    /// The session.
    pub session: WebSession,
}

/// Why nobody signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The asker's: the name or the password, or an account that cannot be used. One answer for all.
    #[error("wrong name or password")]
    Wrong,
    /// The asker's: too many wrong ones.
    #[error("{0}")]
    TooMany(#[from] TooMany),
    /// The asker's: no such host here.
    #[error("{0}")]
    UnknownHost(#[from] UnknownHost),
    /// Ours: too much to do at this moment.
    #[error("{0}")]
    Busy(#[from] HasherBusy),
    /// Ours.
    #[error("{0}")]
    Failed(#[from] StoreError),
}

impl SignIn {
    /// Over a store.
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        sessions: Arc<dyn SessionStore>,
        common: Common,
        hasher: Hasher,
        (sealer, tokens): (Arc<Sealer>, Tokens),
        fake_salt: SecretKey,
    ) -> Self {
        let (attempts, fewer) = (Attempts::default(), ArcSwap::default());
        Self(Arc::new(Inner { accounts, sessions, common, hasher, sealer, tokens, fake_salt, attempts, fewer }))
    }

    /// Passwords hashed since the start, at all doors.
    pub fn hashed(&self) -> u64 {
        self.0.hasher.runs()
    }

    /// Finds out which hashes each host can offer. At the start, and after an import.
    ///
    /// # Errors
    /// The store's failure; all is offered as before then.
    pub async fn load(&self, hosts: impl IntoIterator<Item = HostName>) -> Result<(), StoreError> {
        let mut fewer = HashMap::new();
        for host in hosts {
            let usable = self.0.usable(&host).await?;
            if usable != OFFERED {
                fewer.insert(host, usable);
            }
        }
        self.0.fewer.store(Arc::new(fewer));
        Ok(())
    }

    /// Signs a browser in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn browser(
        &self,
        by: &By,
        host: &HostName,
        name: &str,
        password: &str,
        browser: &str,
    ) -> Result<Committed<NewSession>, SignInError> {
        let (account, proven) = self.typed(by, host, name, password).await?;
        let secret: [u8; 32] = self.0.common.dice.bytes();
        let cookie = Secret::new(parlour_domain::hex::write(&secret));
        let now = self.0.common.now();
        let session = WebSession {
            hash: hash_of(cookie.expose()),
            account,
            created: now,
            expires: now.saturating_add(SESSION_LIFE),
            seen: now,
            browser: browser.chars().filter(|c| !c.is_control()).take(MAX_BROWSER_CHARS).collect(),
        };
        match self.0.common.act(by, || self.0.sessions.start(session.clone(), proven.clone())).await {
            Ok(done) if *done.out() => Ok(done.map(|_| NewSession { cookie, session })),
            Ok(_) => Err(SignInError::Wrong),
            Err(ActError::Failed(error)) => Err(SignInError::Failed(error)),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// Whether it is the account's password, typed once more before something that matters: counted, and slowed, like
    /// any sign-in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn prove(&self, by: &By, account: &BareJid, password: &str) -> Result<(), SignInError> {
        let name = account.node().map(|node| node.as_str()).unwrap_or_default();
        self.typed(by, &HostName::of(account), name, password).await.map(drop)
    }

    async fn typed(
        &self,
        by: &By,
        host: &HostName,
        name: &str,
        password: &str,
    ) -> Result<(BareJid, SealedKeys), SignInError> {
        self.0.common.policy(host)?;
        let Some(name) = prep::username(name) else { return Err(SignInError::Wrong) };
        let address = by.address.as_deref();
        self.heard(host, &name, address)?;
        let proven = match prep::password(password) {
            Ok(password) => self.0.proven(host, &name, Zeroizing::new(password.as_bytes().to_vec())).await?,
            Err(_) => None,
        };
        self.judged(host, &name, address, proven.is_some());
        let account = BareJid::new(&format!("{name}@{host}")).map_err(|_| SignInError::Wrong)?;
        Ok((account, proven.ok_or(SignInError::Wrong)?))
    }

    /// The session and account of a cookie, if both are good.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn session(&self, host: &HostName, cookie: &str) -> Result<Option<(WebSession, Account)>, StoreError> {
        if cookie.len() != COOKIE_CHARS {
            return Ok(None);
        }
        let now = self.0.common.now();
        let found = self.0.sessions.session(host.clone(), hash_of(cookie), now).await?;
        if let Some((session, _)) = &found
            && now.saturating_sub(session.seen) > SEEN_STEP
        {
            // For a page that lists sessions; nobody waits for it.
            drop(self.0.sessions.seen(session.account.clone(), session.hash, now));
        }
        Ok(found)
    }

    /// An account's sessions, newest first.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sessions(&self, account: &BareJid) -> Result<Vec<WebSession>, StoreError> {
        self.0.sessions.list(account.clone(), self.0.common.now()).await
    }

    /// Ends one of an account's sessions, named by [`SessionHash::label`]; false where there is none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn end(&self, by: &By, account: &BareJid, label: &str) -> Result<Committed<bool>, StoreError> {
        let all = self.sessions(account).await?;
        let hash = all.iter().find(|session| session.hash.label() == label).map(|session| session.hash);
        // A label nobody has hashes to a session nobody has.
        let hash = hash.unwrap_or_else(|| hash_of(""));
        match self.0.common.act(by, || self.0.sessions.end(account.clone(), hash)).await {
            Ok(done) => Ok(done),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// Ends all of an account's sessions but one; answers how many there were.
    ///
    /// # Errors
    /// The store's failure; some may have ended then.
    pub async fn end_others(&self, by: &By, account: &BareJid, keep: SessionHash) -> Result<usize, StoreError> {
        let mut ended = 0;
        for session in self.sessions(account).await?.into_iter().filter(|session| session.hash != keep) {
            match self.0.common.act(by, || self.0.sessions.end(account.clone(), session.hash)).await {
                Ok(done) => ended += usize::from(done.into_out()),
                Err(ActError::Failed(error)) => return Err(error),
                Err(ActError::Refused(never)) => match never {},
            }
        }
        Ok(ended)
    }

    /// Drops some sessions and tokens that are over; answers how many. Again until none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sweep(&self, host: HostName) -> Result<usize, StoreError> {
        let tokens = self.0.tokens.sweep(host.clone()).await;
        // One that fails keeps the other not from its turn.
        match self.0.sessions.sweep(host, self.0.common.now()).await {
            Ok(done) => Ok(tokens? + done.into_out()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }
}

impl Credentials for SignIn {
    fn hashes(&self, host: &HostName) -> Vec<Hash> {
        self.0.fewer.load().get(host).cloned().unwrap_or_else(|| OFFERED.to_vec())
    }

    fn keys(&self, host: &HostName, name: &NodeRef, hash: Hash) -> BoxFuture<Result<ScramKeys, StoreError>> {
        let (inner, host, name) = (Arc::clone(&self.0), host.clone(), name.to_owned());
        Box::pin(async move { inner.keys(&host, &name, hash).await })
    }

    fn tokens(&self) -> Option<&Tokens> {
        Some(&self.0.tokens)
    }

    fn check(
        &self,
        host: &HostName,
        name: &NodeRef,
        password: &[u8],
    ) -> BoxFuture<Result<Option<SealedKeys>, StoreError>> {
        let (inner, host, name) = (Arc::clone(&self.0), host.clone(), name.to_owned());
        let password = Zeroizing::new(password.to_vec());
        Box::pin(async move {
            match inner.proven(&host, &name, password).await {
                Ok(proven) => Ok(proven),
                Err(SignInError::Failed(error)) => Err(error),
                // The doors know no other word for "not at this moment".
                Err(_) => Err(StoreError::Busy { bound: 0 }),
            }
        })
    }

    fn upgrade(
        &self,
        account: &BareJid,
        hash: Hash,
        proven: (Hash, ScramKeys),
    ) -> BoxFuture<Result<Option<Upgrade>, StoreError>> {
        let (inner, account) = (Arc::clone(&self.0), account.clone());
        Box::pin(async move {
            let Some(kept) = inner.accounts.credentials(account).await? else { return Ok(None) };
            let name = kept.account.jid.node().map_or(String::new(), |node| node.to_string());
            let row = PasswordRow { own: true, name, state: kept.account.state, keys: kept.keys.clone() };
            let opened = |hash| inner.opened(&kept.account.jid, &row, hash);
            let is_due = opened(hash).is_none_or(|keys| keys.iterations != inner.hasher.iterations());
            let is_proven = opened(proven.0).is_some_and(|keys| keys == proven.1);
            Ok((is_due && is_proven).then(|| Upgrade {
                account: kept.account.jid,
                role: kept.account.role,
                hash,
                salt: inner.common.dice.bytes::<SALT_BYTES>().to_vec(),
                iterations: inner.hasher.iterations(),
                seen: kept.keys,
            }))
        })
    }

    fn upgraded(&self, request: u64, upgrade: Upgrade, salted: Secret<Vec<u8>>) -> BoxFuture<Result<bool, StoreError>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.upgraded(request, upgrade, &salted).await })
    }

    fn heard(&self, host: &HostName, name: &NodeRef, address: Option<&str>) -> Result<(), TooMany> {
        let attempt = Attempt { host, name: name.as_str(), address };
        self.0.attempts.check(&attempt, self.0.common.clock.monotonic())
    }

    fn judged(&self, host: &HostName, name: &NodeRef, address: Option<&str>, right: bool) {
        let attempt = Attempt { host, name: name.as_str(), address };
        let now = self.0.common.clock.monotonic();
        if right { self.0.attempts.succeeded(&attempt, now) } else { self.0.attempts.failed(&attempt, now) }
    }
}

impl Inner {
    /// The hashes for which all accounts of a host have keys, best first.
    async fn usable(&self, host: &HostName) -> Result<Vec<Hash>, StoreError> {
        // Both asked before one is awaited: each goes through all accounts, on a thread of its own.
        let asked = OFFERED.map(|hash| (hash, self.accounts.lacks(host.clone(), kind_of(hash))));
        let mut usable = Vec::new();
        for (hash, lacks) in asked {
            if !lacks.await? {
                usable.push(hash);
            }
        }
        Ok(usable)
    }

    async fn upgraded(&self, request: u64, upgrade: Upgrade, salted: &Secret<Vec<u8>>) -> Result<bool, StoreError> {
        let Upgrade { account, role, hash, salt, iterations, seen } = upgrade;
        let Some(keys) = derive_salted(hash, salted.expose(), &salt, iterations) else { return Ok(false) };
        let sealed = self.sealer.seal(&account, hash, &keys, &*self.common.dice);
        let by = By::account(account.clone(), role, Door::Xmpp, request);
        let host = HostName::of(&account);
        match self.common.act(&by, || self.accounts.upgrade_keys(account, seen, sealed)).await {
            Ok(done) if !*done.out() => return Ok(false),
            Ok(_) => {}
            Err(ActError::Failed(error)) => return Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
        // Perhaps it was the last account without them.
        if self.fewer.load().contains_key(&host) {
            let usable = self.usable(&host).await?;
            self.fewer.rcu(|fewer| {
                let mut fewer = HashMap::clone(fewer);
                if usable == OFFERED {
                    fewer.remove(&host)
                } else {
                    fewer.insert(host.clone(), usable.clone())
                };
                fewer
            });
        }
        Ok(true)
    }

    async fn keys(&self, host: &HostName, name: &NodeRef, hash: Hash) -> Result<ScramKeys, StoreError> {
        let jid = BareJid::new(&format!("{}@{host}", name.as_str()));
        let opened = match jid {
            Ok(jid) => self.accounts.password_row(jid.clone()).await?.and_then(|row| self.opened(&jid, &row, hash)),
            Err(_) => None,
        };
        // Made up in any case, so that a name that is taken takes as long (ATTACKS 28, 33).
        let made_up = fake_keys(self.fake_salt.expose(), host.as_str(), name.as_str(), hash, self.hasher.iterations());
        Ok(opened.unwrap_or(made_up))
    }

    /// The keys of an account that can sign in with them. Others' are opened as well, and whether they may be used is
    /// asked last: that takes as long.
    fn opened(&self, jid: &BareJid, row: &PasswordRow, hash: Hash) -> Option<ScramKeys> {
        let sealed = row.keys.iter().find(|keys| keys.kind == kind_of(hash))?;
        match self.sealer.open_named(jid.domain().as_str(), &row.name, sealed) {
            Ok(keys) => (row.own && row.state == AccountState::Active).then_some(keys),
            Err(error) => {
                // An account of that host cannot sign in, whoever asked.
                tracing::error!(target: "parlour::people", name = %row.name, host = %jid.domain(), %error, "cannot sign in");
                None
            }
        }
    }

    /// The keys that the password fits; an unknown name costs as much.
    async fn proven(
        &self,
        host: &HostName,
        name: &NodeRef,
        password: Zeroizing<Vec<u8>>,
    ) -> Result<Option<SealedKeys>, SignInError> {
        let jid = BareJid::new(&format!("{}@{host}", name.as_str())).map_err(|_| SignInError::Wrong)?;
        let row = self.accounts.password_row(jid.clone()).await?;
        // All are opened and some made up in any case, so that it takes as long whoever has the name.
        let opened = OFFERED.map(|hash| Some((hash, self.opened(&jid, row.as_ref()?, hash)?)));
        let made_up =
            fake_keys(self.fake_salt.expose(), host.as_str(), name.as_str(), Hash::Sha256, self.hasher.iterations());
        let (hash, keys) = opened.into_iter().flatten().next().unwrap_or((Hash::Sha256, made_up));
        let right = self.hasher.verify(keys, hash, password).await?;
        let fits =
            row.filter(|row| row.own).and_then(|row| row.keys.into_iter().find(|keys| keys.kind == kind_of(hash)));
        Ok(fits.filter(|_| right))
    }
}

fn hash_of(cookie: &str) -> SessionHash {
    let hash = digest(&SHA256, cookie.as_bytes());
    SessionHash(hash.as_ref().try_into().expect("SHA-256 gives 32 bytes"))
}

/// Best first.
const OFFERED: [Hash; 2] = [Hash::Sha256, Hash::Sha1];

/// 32 bytes in hexadecimal.
const COOKIE_CHARS: usize = 64;

/// Characters kept of what a browser calls itself.
const MAX_BROWSER_CHARS: usize = 80;

/// How old "last used" may be before it is written again.
const SEEN_STEP: i64 = 60 * MINUTE;
