//! API keys: what a program shows instead of a password, made by somebody, for one host, for some things.
//!
//! A key acts for whoever made it, and never above them: the operator's as long as it is not withdrawn, an account's as
//! long as that account is an admin. It is limited to scopes, and can end by itself. The store keeps a keyed hash of its
//! secret, so that a copy of the database opens nothing.
//!
//! Spec: RFC 6750 §2.1 (how it is shown); scopes are our own.
//! Left out: keys of members, and keys that make keys.

use std::fmt;
use std::str::FromStr;

use parlour_xmpp::jid::BareJid;

use crate::account::Account;
use crate::by::{Actor, By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::host::HostName;
use crate::invite::Who;
use crate::invite::issue::rank_now;
use crate::limits::{MAX_KEY_NAME_CHARS, MAX_KEYS_OF_A_HOST};
use crate::token::digits;

/// Characters of a key's id.
pub const KEY_ID_CHARS: usize = 11;
/// Characters of a key's secret: 190 bits.
pub const KEY_SECRET_CHARS: usize = 32;
/// What every key begins with, so that one is recognised where it does not belong.
pub const KEY_PREFIX: &str = "parlour";
/// Random bytes that [`KeyText::new`] takes.
pub const KEY_RANDOM_BYTES: usize = 64;

/// The public half of a key: 11 letters and digits. Not a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; KEY_ID_CHARS]);

impl KeyId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a key's id holds ASCII letters and digits only")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.as_str())
    }
}

/// The text is not 11 letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key's id has {KEY_ID_CHARS} letters and digits")]
pub struct BadKeyId;

impl FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let bytes: [u8; KEY_ID_CHARS] = text.as_bytes().try_into().map_err(|_| BadKeyId)?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) { Ok(Self(bytes)) } else { Err(BadKeyId) }
    }
}

/// A whole key as it is shown once: prefix, id, secret; letters and digits only, so that a double click takes all of it.
/// Prints as `***`.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct KeyText(String);

impl KeyText {
    /// From random bytes, with the id it begins with.
    pub fn new(random: [u8; KEY_RANDOM_BYTES]) -> (KeyId, Self) {
        let number = |at: usize| {
            let mut part = [0; 16];
            part.copy_from_slice(&random[at..at + 16]);
            u128::from_be_bytes(part)
        };
        let id = KeyId(digits(number(0)));
        // Two halves of 16 digits, each of 128 bits: the bias of reducing them is below 2^-32.
        let (one, two): ([u8; 16], [u8; 16]) = (digits(number(16)), digits(number(32)));
        let mut text = String::with_capacity(KEY_PREFIX.len() + KEY_ID_CHARS + KEY_SECRET_CHARS);
        text.push_str(KEY_PREFIX);
        text.push_str(id.as_str());
        text.extend(one.iter().chain(&two).copied().map(char::from));
        (id, Self(text))
    }

    /// The text, for whoever made the key and for nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The secret alone.
    pub fn secret(&self) -> &str {
        Self::parts(&self.0).map_or("", |(_, secret)| secret)
    }

    /// Takes a shown key apart; `None` for what has another shape.
    pub fn parts(text: &str) -> Option<(KeyId, &str)> {
        let (id, secret) = text.strip_prefix(KEY_PREFIX)?.split_at_checked(KEY_ID_CHARS)?;
        let whole = secret.len() == KEY_SECRET_CHARS && secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        whole.then_some(())?;
        Some((id.parse().ok()?, secret))
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(***)")
    }
}

/// The keyed hash of a key's secret.
#[derive(Clone, Copy)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    /// Whether two are the same, in the same time whatever they are.
    pub fn is(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq;
        self.0.ct_eq(&other.0).into()
    }
}

impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl Eq for KeyHash {}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(***)")
    }
}

/// One thing a key may be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// See invites with their links.
    InvitesRead,
    /// Make and change invites.
    InvitesWrite,
    /// See accounts.
    AccountsRead,
    /// Make, change and delete accounts.
    AccountsWrite,
    /// See groups and their members.
    GroupsRead,
    /// Make and change groups.
    GroupsWrite,
    /// See hosts and their options.
    HostsRead,
    /// Add, change and remove hosts, as far as the key's role may.
    HostsWrite,
    /// The routes that Prosody's programs know, and nothing else.
    Compat,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 9] = [
        Self::InvitesRead,
        Self::InvitesWrite,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::GroupsRead,
        Self::GroupsWrite,
        Self::HostsRead,
        Self::HostsWrite,
        Self::Compat,
    ];

    /// The word used in the API, on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvitesRead => "invites:read",
            Self::InvitesWrite => "invites:write",
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::GroupsRead => "groups:read",
            Self::GroupsWrite => "groups:write",
            Self::HostsRead => "hosts:read",
            Self::HostsWrite => "hosts:write",
            Self::Compat => "compat",
        }
    }

    /// Reads that word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// What a key is good for. Writing includes reading of the same things.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    /// Everything the API has: all but [`Scope::Compat`].
    pub fn everything() -> Self {
        Scope::ALL.into_iter().filter(|scope| *scope != Scope::Compat).collect()
    }

    /// Good for this.
    pub fn has(self, scope: Scope) -> bool {
        let or_more = match scope {
            Scope::InvitesRead => Some(Scope::InvitesWrite),
            Scope::AccountsRead => Some(Scope::AccountsWrite),
            Scope::GroupsRead => Some(Scope::GroupsWrite),
            Scope::HostsRead => Some(Scope::HostsWrite),
            _ => None,
        };
        self.contains(scope) || or_more.is_some_and(|more| self.contains(more))
    }

    /// Those that were named, in their order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// Good for nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u16) != 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | 1 << scope as u16))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Scope::as_str)).finish()
    }
}

/// What a key is of: one host, or the whole server.
pub type KeyHost = Option<HostName>;

/// One key, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The public half.
    pub id: KeyId,
    /// The host it is good for; `None`: every host of the server, with the operator's rights.
    pub host: KeyHost,
    /// The keyed hash of its secret.
    pub hash: KeyHash,
    /// What its maker calls it.
    pub name: String,
    /// What it acts as, if its maker still may: admin or owner.
    pub role: Role,
    /// What it is good for.
    pub scopes: Scopes,
    /// Whose it is; `None`: the operator's.
    pub maker: Option<BareJid>,
    /// When it was made.
    pub created: Millis,
    /// When it ends by itself.
    pub expires: Option<Millis>,
    /// When it was last used, to within an hour.
    pub used: Option<Millis>,
    /// Who withdrew it, when.
    pub revoked: Option<(Who, Millis)>,
}

impl ApiKey {
    /// Neither withdrawn nor over at `now`.
    pub fn is_alive(&self, now: Millis) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }

    /// What it acts as while its maker stands as `maker`; `None`: it is dead, since its maker is no admin any more.
    pub fn role_now(&self, maker: Option<&Account>) -> Option<Role> {
        standing(self.role, self.maker.as_ref(), maker)
    }

    /// Whoever shows it.
    pub fn bearer(&self, role: Role) -> Bearer {
        Bearer { id: self.id, name: self.name.clone(), host: self.host.clone(), role, maker: self.maker.clone() }
    }
}

/// A program that has shown a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The key's id.
    pub id: KeyId,
    /// The key's name.
    pub name: String,
    /// The host it is good for; `None`: all.
    pub host: KeyHost,
    /// What it acts as.
    pub role: Role,
    /// In whose name; `None`: the operator's.
    pub maker: Option<BareJid>,
}

impl Bearer {
    /// What it acts as on `host` at this moment, `maker` being its maker's account as the store has it now.
    pub fn rank_now(&self, maker: Option<&Account>, host: &HostName) -> Option<Role> {
        self.reaches(host).then_some(())?;
        standing(self.role, self.maker.as_ref(), maker)
    }

    /// Good for this host.
    pub fn reaches(&self, host: &HostName) -> bool {
        self.host.as_ref().is_none_or(|own| own == host)
    }
}

fn standing(role: Role, name: Option<&BareJid>, maker: Option<&Account>) -> Option<Role> {
    let Some(jid) = name else { return Some(role) };
    let maker = maker.filter(|maker| maker.jid == *jid && maker.is_active() && maker.role >= Role::Admin)?;
    Some(role.min(maker.role))
}

/// What happens to keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyChange {
    /// A new one.
    Created {
        /// As it now is.
        key: ApiKey,
    },
    /// Used again after a while.
    Used {
        /// Of what.
        host: KeyHost,
        /// Which.
        id: KeyId,
        /// When.
        at: Millis,
    },
    /// Withdrawn.
    Revoked {
        /// Of what.
        host: KeyHost,
        /// Which.
        id: KeyId,
        /// What it was called.
        name: String,
        /// By whom.
        by: Who,
        /// When.
        at: Millis,
    },
}

impl From<ApiKeyChange> for Change {
    fn from(change: ApiKeyChange) -> Self {
        Self::ApiKey(change)
    }
}

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct KeyWish {
    /// What it is called.
    pub name: String,
    /// What it acts as.
    pub role: Role,
    /// What it is good for.
    pub scopes: Scopes,
    /// How long it lives; for good where unset.
    pub expires_after: Option<Millis>,
}

/// A wish with what the act adds to it.
#[derive(Clone, Debug)]
pub struct KeyAsk {
    /// Who asks.
    pub by: By,
    /// For which host; `None`: the whole server.
    pub host: KeyHost,
    /// What it is to be.
    pub wish: KeyWish,
    /// Its id.
    pub id: KeyId,
    /// Its secret's keyed hash.
    pub hash: KeyHash,
    /// Now.
    pub at: Millis,
}

/// Why keys stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Only admins and the operator make keys, and no key makes keys.
    #[error("not allowed")]
    NotAllowed,
    /// A key acts as an admin or an owner.
    #[error("a key acts as an admin or an owner")]
    Role,
    /// Nobody makes a key above their own role.
    #[error("nobody makes a key above their own role")]
    RoleTooHigh,
    /// Good for nothing.
    #[error("a key needs a scope")]
    NoScope,
    /// Empty, too long, or with control characters.
    #[error("a key's name has 1 to {max} characters")]
    BadName {
        /// The bound.
        max: usize,
    },
    /// It would be over at once.
    #[error("a key lives at least a minute")]
    Expiry,
    /// There are so many already.
    #[error("there are {max} keys already")]
    TooMany {
        /// The bound.
        max: u32,
    },
    /// There is none, or it is not the asker's to see.
    #[error("there is no such key")]
    Unknown,
}

/// Makes a key. The operator's for any host or the whole server; an admin's for their own host. `alive` is how many keys
/// of that host are.
///
/// # Errors
/// [`KeyRefusal`].
pub fn create(ask: &KeyAsk, actor: Option<&Account>, alive: u32) -> Result<Outcome<ApiKey>, KeyRefusal> {
    let rank = may_manage(&ask.by, actor, &ask.host).ok_or(KeyRefusal::NotAllowed)?;
    let KeyWish { name, role, scopes, expires_after } = &ask.wish;
    if *role < Role::Admin {
        return Err(KeyRefusal::Role);
    }
    if *role > rank {
        return Err(KeyRefusal::RoleTooHigh);
    }
    if scopes.is_empty() {
        return Err(KeyRefusal::NoScope);
    }
    let fits = (1..=MAX_KEY_NAME_CHARS).contains(&name.chars().count());
    if !fits || name.trim() != name || name.contains(char::is_control) {
        return Err(KeyRefusal::BadName { max: MAX_KEY_NAME_CHARS });
    }
    if expires_after.is_some_and(|span| span < crate::limits::MINUTE) {
        return Err(KeyRefusal::Expiry);
    }
    if alive >= MAX_KEYS_OF_A_HOST {
        return Err(KeyRefusal::TooMany { max: MAX_KEYS_OF_A_HOST });
    }
    let key = ApiKey {
        id: ask.id,
        host: ask.host.clone(),
        hash: ask.hash,
        name: name.clone(),
        role: *role,
        scopes: *scopes,
        maker: ask.by.jid().cloned(),
        created: ask.at,
        expires: expires_after.map(|span| ask.at.saturating_add(span)),
        used: None,
        revoked: None,
    };
    Ok(Outcome { changes: vec![ApiKeyChange::Created { key: key.clone() }.into()], out: key })
}

/// Withdraws a key. Withdrawn twice is withdrawn once.
///
/// # Errors
/// [`KeyRefusal`].
pub fn revoke(
    by: &By,
    actor: Option<&Account>,
    host: &KeyHost,
    key: Option<ApiKey>,
    at: Millis,
) -> Result<Outcome<ApiKey>, KeyRefusal> {
    may_manage(by, actor, host).ok_or(KeyRefusal::NotAllowed)?;
    let key = key.ok_or(KeyRefusal::Unknown)?;
    if key.revoked.is_some() {
        return Ok(Outcome::unchanged(key));
    }
    let by = Who::from(by);
    let change = ApiKeyChange::Revoked { host: host.clone(), id: key.id, name: key.name.clone(), by: by.clone(), at };
    Ok(Outcome { changes: vec![change.into()], out: ApiKey { revoked: Some((by, at)), ..key } })
}

/// With which role somebody may look after the keys of a host or of the server; `None`: not at all.
pub fn may_manage(by: &By, actor: Option<&Account>, host: &KeyHost) -> Option<Role> {
    match (&by.actor, host) {
        (Actor::Operator | Actor::System, _) => Some(Role::Owner),
        (Actor::Account { .. }, Some(host)) => rank_now(by, actor, host).filter(|rank| *rank >= Role::Admin),
        (Actor::Account { .. } | Actor::Key(_) | Actor::Newcomer, _) => None,
    }
}

#[cfg(test)]
#[path = "api_key_tests.rs"]
mod tests;
