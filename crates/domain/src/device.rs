//! Devices: apps that named themselves when they signed in, and the tokens by which they come back without a password.
//!
//! A device has two places for tokens. A new one waits in its own place until the device has used it, so that a lost
//! reply never locks a phone out. Of a token its nonce is kept, from which it can be made only with a key that is not in
//! the database.
//!
//! Spec: XEP-0484 v0.2.0 §3.4 (use, counting), §3.5 (rotation), §3.6 (invalidation), §5.1 (two places);
//! XEP-0388 v1.0.4 §2.3 (`<user-agent/>`).

use std::fmt;
use std::sync::Arc;

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::sasl::HtMechanism;
use sha2::{Digest, Sha256};

use crate::account::{Account, SealedKeys};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::hex;
use crate::limits::{MINUTE, TOKEN_ROTATION};

/// The UUID that an app made up for itself when it was installed. Never shown to anybody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentId(pub [u8; 16]);

impl AgentId {
    /// Reads the 36 characters of a UUID.
    pub fn parse(uuid: &str) -> Option<Self> {
        let mut digits = uuid.bytes().filter(|b| *b != b'-').map(|b| char::from(b).to_digit(16));
        let mut id = [0; 16];
        for byte in &mut id {
            *byte = u8::try_from(digits.next()?? << 4 | digits.next()??).ok()?;
        }
        (uuid.len() == 36 && digits.next().is_none()).then_some(Self(id))
    }

    /// What a page may show and send back to name the device of an account: 16 hexadecimal digits, from which the id
    /// cannot be made.
    pub fn label(&self) -> String {
        hex::write(&Sha256::digest(self.0)[..8])
    }
}

impl fmt::Debug for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgentId({})", self.label())
    }
}

/// What an app says about itself and the device it runs on, for the eyes of its account alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Which installation.
    pub id: AgentId,
    /// Its name: "Conversations".
    pub software: Option<Arc<str>>,
    /// What it runs on: "Kiva's phone".
    pub device: Option<Arc<str>>,
}

impl Agent {
    /// Texts without control characters, and shortened.
    pub fn new(id: AgentId, software: Option<&str>, device: Option<&str>) -> Self {
        let tidy = |text: &str| {
            let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_AGENT_CHARS).collect();
            (!text.is_empty()).then(|| Arc::from(text))
        };
        Self { id, software: software.and_then(tidy), device: device.and_then(tidy) }
    }
}

/// What one token is made of beside the server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenNonce(pub [u8; 16]);

/// A token as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is made of.
    pub nonce: TokenNonce,
    /// The only mechanism it is good for.
    pub mechanism: HtMechanism,
    /// When it was made.
    pub issued: Millis,
    /// When it ends by itself.
    pub expires: Millis,
    /// The highest count it was used with.
    pub count: Option<u32>,
}

/// A device that can come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it calls itself.
    pub agent: Agent,
    /// When it last signed in, to within an hour.
    pub seen: Millis,
    /// The token it has used.
    pub current: Option<Token>,
    /// The one it was given after that.
    pub new: Option<Token>,
}

impl Device {
    /// When its last token ends; `None` without any.
    pub fn expires(&self) -> Option<Millis> {
        self.current.iter().chain(&self.new).map(|token| token.expires).max()
    }
}

/// What happens to devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceChange {
    /// A device as it now is. Where an account has too many, the one that was away longest is forgotten.
    Kept {
        /// Whose.
        account: BareJid,
        /// All of it.
        device: Device,
    },
    /// Its tokens are good for nothing.
    Forgotten {
        /// Whose.
        account: BareJid,
        /// Which.
        agent: AgentId,
        /// Its streams end too: it was signed out from elsewhere.
        ended: bool,
    },
}

impl From<DeviceChange> for Change {
    fn from(change: DeviceChange) -> Self {
        Self::Device(change)
    }
}

/// A token that is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenWish {
    /// For this mechanism.
    pub mechanism: HtMechanism,
    /// Made of this.
    pub nonce: TokenNonce,
    /// How long it lives.
    pub life: Millis,
}

impl TokenWish {
    fn token(self, at: Millis) -> Token {
        let Self { mechanism, nonce, life } = self;
        Token { nonce, mechanism, issued: at, expires: at.saturating_add(life), count: None }
    }
}

/// A device has proven that it has a token.
#[derive(Clone, Debug)]
pub struct UseAsk {
    /// Whose.
    pub account: BareJid,
    /// As it calls itself now.
    pub agent: Agent,
    /// Which token.
    pub nonce: TokenNonce,
    /// How often the device says that it tried.
    pub count: Option<u32>,
    /// It signs out with it.
    pub invalidate: bool,
    /// It asked for another, for this mechanism.
    pub wants: Option<HtMechanism>,
    /// What another token is made of, where it gets one.
    pub fresh: TokenNonce,
    /// How long that lives.
    pub life: Millis,
    /// Now.
    pub at: Millis,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// It is no token of this device, or no longer, or the account cannot sign in.
    #[error("no such token")]
    Unknown,
    /// It was good until some time ago.
    #[error("the token has expired")]
    Expired,
    /// It was used with this count before, or with a higher one.
    #[error("the token's count was used before")]
    Replayed,
}

/// A device comes back: gives the token that it is to be told, if it is due for another.
///
/// # Errors
/// [`TokenRefusal`].
pub fn come_back(
    account: Option<&Account>,
    kept: Option<Device>,
    ask: &UseAsk,
) -> Result<Outcome<Option<Token>>, TokenRefusal> {
    let at = ask.at;
    let active = account.is_some_and(Account::is_active);
    let was = kept.filter(|_| active).ok_or(TokenRefusal::Unknown)?;
    let is = |token: &Option<Token>| token.filter(|token| token.nonce == ask.nonce);
    let (used, mut waiting) = match (is(&was.new), is(&was.current)) {
        // What came before goes when what came after it is used.
        (Some(used), _) => (used, None),
        (None, Some(used)) => (used, was.new),
        (None, None) => return Err(TokenRefusal::Unknown),
    };
    if used.expires <= at {
        return Err(TokenRefusal::Expired);
    }
    if let (Some(before), Some(now)) = (used.count, ask.count)
        && now <= before
    {
        return Err(TokenRefusal::Replayed);
    }
    let used = Token { count: ask.count.or(used.count), ..used };
    // §3.5: what ends earlier than the one in use goes.
    waiting = waiting.filter(|token| token.expires >= used.expires);
    let is_due = at.saturating_sub(used.issued) >= TOKEN_ROTATION.min(ask.life / 2);
    let told = match ask.wants {
        Some(mechanism) => Some(TokenWish { mechanism, nonce: ask.fresh, life: ask.life }.token(at)),
        None if ask.invalidate || !is_due => None,
        None => {
            let fresh = TokenWish { mechanism: used.mechanism, nonce: ask.fresh, life: ask.life }.token(at);
            // One that waits and is as good is told again: a device that did hear of it keeps a token that works.
            let again = waiting.filter(|token| {
                token.mechanism == used.mechanism && at.saturating_sub(token.issued) < TOKEN_ROTATION.min(ask.life / 2)
            });
            Some(again.unwrap_or(fresh))
        }
    };
    let device = Device {
        agent: ask.agent.clone(),
        seen: at,
        current: (!ask.invalidate).then_some(used),
        new: if ask.invalidate { told } else { told.or(waiting) },
    };
    if device.expires().is_none() {
        let gone = DeviceChange::Forgotten { account: ask.account.clone(), agent: ask.agent.id, ended: false };
        return Ok(Outcome { changes: vec![gone.into()], out: None });
    }
    // Nobody counts and nothing else is new: a return costs no write.
    let same = Device { seen: was.seen, ..device.clone() } == was && at.saturating_sub(was.seen) < SEEN_STEP;
    let change = || DeviceChange::Kept { account: ask.account.clone(), device };
    Ok(Outcome { changes: if same { Vec::new() } else { vec![change().into()] }, out: told })
}

/// A device that has just proven its account's password, `proven`, gets a token; `None` where that is the password no
/// longer, or the account can no longer sign in.
pub fn give(
    (account, keys): (Option<&Account>, &[SealedKeys]),
    proven: &SealedKeys,
    kept: Option<Device>,
    (agent, wish): (Agent, TokenWish),
    at: Millis,
) -> Outcome<Option<Token>> {
    let account = account.filter(|account| account.is_active() && keys.contains(proven));
    let Some(account) = account else { return Outcome::unchanged(None) };
    let token = wish.token(at);
    // §3.5: one that was never used goes; the one in use stays until this one is.
    let current = kept.and_then(|kept| kept.current).filter(|token| token.expires > at);
    let device = Device { agent, seen: at, current, new: Some(token) };
    let change = DeviceChange::Kept { account: account.jid.clone(), device };
    Outcome { changes: vec![change.into()], out: Some(token) }
}

/// How old "last here" may be before it is written again.
const SEEN_STEP: Millis = 60 * MINUTE;

/// Characters kept of each text about a device.
const MAX_AGENT_CHARS: usize = 60;

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
