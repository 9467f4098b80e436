//! Coming back without a password: tokens that devices are given, show, and lose.
//!
//! A token is HMAC-SHA-256 over its row (host, name, device, mechanism, nonce) under a key that is not in the database.
//! HT needs the token itself as a key, so a hash of it would not do; sealing it would keep ciphertext of something that
//! can be made again. So nothing secret lies in a row, a row moved to another account or device makes another token, and
//! where there is no row the work is the same over made-up ones.
//!
//! Spec: XEP-0484 v0.2.0, draft-schmaus-kitten-sasl-ht-09 §3.
//! Left out: telling other nodes, until there are some.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use parlour_domain::device::{Agent, AgentId, Device, Token, TokenNonce, TokenRefusal, TokenWish, UseAsk};
use parlour_domain::{By, Door, HostName, Millis, Role, SealedKeys, hex};
use parlour_store::accounts::AccountStore;
use parlour_store::devices::DeviceStore;
use parlour_store::{ActError, StoreError};
use parlour_xmpp::jid::{BareJid, NodeRef};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::sasl::{Hash, HtMechanism, PROOF_BYTES, ScramKeys, ht_answer, ht_proves};
use zeroize::Zeroizing;

use crate::acts::Common;
use crate::keys::SecretKey;
use crate::seal::{Sealer, kind_of};

/// Gives tokens and takes them.
pub struct Tokens {
    devices: Arc<dyn DeviceStore>,
    accounts: Arc<dyn AccountStore>,
    common: Common,
    sealer: Arc<Sealer>,
    secret: hmac::Key,
    resources: hmac::Key,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(***)")
    }
}

/// What a device shows to come back.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The stream's number in the log.
    pub request: u64,
    /// The host signed in to.
    pub host: &'a HostName,
    /// The name it says it is.
    pub name: &'a NodeRef,
    /// Which device it is.
    pub agent: Agent,
    /// How it proves its token.
    pub mechanism: HtMechanism,
    /// What the connection is recognised by, for that mechanism.
    pub bound_to: &'a [u8],
    /// The proof.
    pub proof: [u8; PROOF_BYTES],
    /// How often it has tried.
    pub count: Option<u32>,
    /// It signs out with it.
    pub invalidate: bool,
    /// It asks for another token, for this mechanism.
    pub wants: Option<HtMechanism>,
}

/// A device is let in, and that is durable.
#[derive(Debug)]
pub struct CameBack {
    /// The server's own proof.
    pub answer: [u8; PROOF_BYTES],
    /// The token it has from now on.
    pub token: Option<NewToken>,
}

/// A token as its device is told.
#[derive(Debug)]
pub struct NewToken {
    /// The secret.
    pub token: Secret<String>,
    /// Until when it is good.
    pub expires: Millis,
}

/// Why a device was not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No such account, device or token, or one that cannot be used: one answer for all.
    #[error("wrong token")]
    Wrong,
    /// It was right once.
    #[error("the token has expired")]
    Expired,
    /// Ours.
    #[error("{0}")]
    Failed(#[from] StoreError),
}

/// By what an account's password was proven.
#[derive(Debug)]
pub enum Proven {
    /// By an exchange over these keys.
    Scram(Hash, ScramKeys),
    /// By showing it; it fits these.
    Shown(SealedKeys),
}

impl Tokens {
    /// Over a store; `sealing` is the server's key, from which this area makes its own.
    pub fn new(
        devices: Arc<dyn DeviceStore>,
        accounts: Arc<dyn AccountStore>,
        common: Common,
        sealer: Arc<Sealer>,
        sealing: &SecretKey,
    ) -> Self {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, sealing.derived(label).expose());
        Self { devices, accounts, common, sealer, secret: key(TOKENS), resources: key(RESOURCES) }
    }

    /// Lets a device in that proves a token of its own, and counts, replaces or ends that token, durably.
    ///
    /// # Errors
    /// [`TokenError`], after the same work whatever is wrong.
    pub async fn come_back(&self, shown: Shown<'_>) -> Result<CameBack, TokenError> {
        let account =
            BareJid::new(&format!("{}@{}", shown.name.as_str(), shown.host)).map_err(|_| TokenError::Wrong)?;
        let kept = self.devices.device(account.clone(), shown.agent.id).await?;
        let Some(token) = self.proven(&account, kept.as_ref(), &shown) else { return Err(TokenError::Wrong) };
        let policy = self.common.policy(shown.host).map_err(|_| TokenError::Wrong)?;
        let by = By::account(account.clone(), Role::Member, Door::Xmpp, shown.request);
        let ask = UseAsk {
            account: account.clone(),
            agent: shown.agent.clone(),
            nonce: token.nonce,
            count: shown.count,
            invalidate: shown.invalidate,
            wants: shown.wants,
            fresh: TokenNonce(self.common.dice.bytes()),
            life: policy.token_life,
            at: self.common.now(),
        };
        let told = match self.common.act(&by, || self.devices.come_back(ask)).await {
            Ok(done) => done.into_out(),
            Err(ActError::Refused(TokenRefusal::Expired)) => return Err(TokenError::Expired),
            Err(ActError::Refused(TokenRefusal::Unknown | TokenRefusal::Replayed)) => return Err(TokenError::Wrong),
            Err(ActError::Failed(error)) => return Err(error.into()),
        };
        let used = self.text(&account, shown.agent.id, token.mechanism, token.nonce);
        Ok(CameBack {
            answer: ht_answer(&used, shown.bound_to),
            token: told.map(|told| self.told(&account, shown.agent.id, told)),
        })
    }

    /// Gives a device a token whose app has just proven the account's password. `None` where that is the password no
    /// longer.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn give(
        &self,
        request: u64,
        account: &BareJid,
        proven: Proven,
        agent: Agent,
        mechanism: HtMechanism,
    ) -> Result<Option<NewToken>, StoreError> {
        let Ok(policy) = self.common.policy(&HostName::of(account)) else { return Ok(None) };
        let Some(proven) = self.kept(account, proven).await? else { return Ok(None) };
        let wish = TokenWish { mechanism, nonce: TokenNonce(self.common.dice.bytes()), life: policy.token_life };
        let (id, at) = (agent.id, self.common.now());
        let by = By::account(account.clone(), Role::Member, Door::Xmpp, request);
        match self.common.act(&by, || self.devices.give(account.clone(), proven, agent, wish, at)).await {
            Ok(done) => Ok(done.into_out().map(|token| self.told(account, id, token))),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// What the server adds to a device's tag to make its resource: the same each time, and nothing to recognise the
    /// device by elsewhere (XEP-0386 v1.1.0 §3.2.1).
    pub fn resource(&self, account: &BareJid, agent: AgentId, tag: Option<&str>) -> [u8; 6] {
        let parts: [&[u8]; 3] = [account.as_str().as_bytes(), &agent.0, tag.unwrap_or_default().as_bytes()];
        let mut out = [0; 6];
        out.copy_from_slice(&mac(&self.resources, &parts).as_ref()[..6]);
        out
    }

    /// Drops some tokens that are over; answers how many. Again until none.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sweep(&self, host: HostName) -> Result<usize, StoreError> {
        match self.devices.sweep(host, self.common.now()).await {
            Ok(done) => Ok(done.into_out()),
            Err(ActError::Failed(error)) => Err(error),
            Err(ActError::Refused(never)) => match never {},
        }
    }

    /// The token of a device that fits. Both places are tried, and made up where they are empty (ATTACKS 28, 33).
    fn proven(&self, account: &BareJid, kept: Option<&Device>, shown: &Shown<'_>) -> Option<Token> {
        let places = [kept.and_then(|device| device.new), kept.and_then(|device| device.current)];
        let mut fits = None;
        for place in places {
            let nonce = place.map_or(NOBODYS, |token| token.nonce);
            let text = self.text(account, shown.agent.id, shown.mechanism, nonce);
            let proves = ht_proves(&text, shown.bound_to, &shown.proof);
            // Only for the mechanism it was given for.
            fits = fits.or(place.filter(|token| proves && token.mechanism == shown.mechanism));
        }
        fits
    }

    fn told(&self, account: &BareJid, agent: AgentId, token: Token) -> NewToken {
        let text = self.text(account, agent, token.mechanism, token.nonce);
        NewToken { token: Secret::new(text.to_string()), expires: token.expires }
    }

    /// The token itself: 64 digits, 256 bits.
    fn text(&self, account: &BareJid, agent: AgentId, mechanism: HtMechanism, nonce: TokenNonce) -> Zeroizing<String> {
        let parts: [&[u8]; 4] = [account.as_str().as_bytes(), &agent.0, mechanism.name().as_bytes(), &nonce.0];
        Zeroizing::new(hex::write(mac(&self.secret, &parts).as_ref()))
    }

    /// The row that a password was proven by, if it is still there.
    async fn kept(&self, account: &BareJid, proven: Proven) -> Result<Option<SealedKeys>, StoreError> {
        let (hash, keys) = match proven {
            Proven::Shown(sealed) => return Ok(Some(sealed)),
            Proven::Scram(hash, keys) => (hash, keys),
        };
        let Some(kept) = self.accounts.credentials(account.clone()).await? else { return Ok(None) };
        let row = kept.keys.into_iter().find(|row| row.kind == kind_of(hash));
        Ok(row.filter(|row| self.sealer.open(account, row).is_ok_and(|opened| opened == keys)))
    }
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> hmac::Tag {
    let mut mac = hmac::Context::with_key(key);
    for part in parts {
        // The length comes first, so that the same bytes cannot be cut elsewhere.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.sign()
}

const TOKENS: &[u8] = b"parlour device tokens 1";

const RESOURCES: &[u8] = b"parlour device resources 1";

/// Made up: what it makes is compared and then thrown away.
const NOBODYS: TokenNonce = TokenNonce([0; 16]);

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
