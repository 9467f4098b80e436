//! The heart: invites are made, looked at, redeemed and taken back. Every door leads here.
//!
//! Spec: XEP-0379 v0.3.3, XEP-0401 v0.6.0, XEP-0445 v0.2.1.

mod change;
pub(crate) mod known;
mod lists;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use parlour_domain::invite::contact::{ContactAsk, ContactRefusal};
use parlour_domain::invite::issue::{IssueAsk, IssueRefusal, Wish};
use parlour_domain::invite::own_kind;
use parlour_domain::invite::redeem::{self, RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::invite::revoke::{DeclineRefusal, RevokeRefusal};
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::password::{Password, PasswordPolicy, PasswordRefusal};
use parlour_domain::roster::Sent;
use parlour_domain::token::{self, InviteToken, TokenId, TokenKeys};
use parlour_domain::{Actor, By, HostName, HostPolicy, Invite, InviteKind, Presented, Role, Who};
use parlour_store::invites::{InviteStore, Openings};

use parlour_store::{ActError, Committed, StoreError};
use parlour_words::Words;
use parlour_xmpp::jid::{BareJid, DomainPart, NodePart};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::uri::InviteUri;

pub use change::{Each, TooMany};
pub use parlour_store::invites::Looked;

use crate::acts::{Common, UnknownHost};
use crate::groups::Groups;
use crate::hasher::{Hasher, HasherBusy};
use crate::invites::known::Known;
use crate::meetings::Meetings;

/// Acts on invites.
pub struct Invites {
    store: Arc<dyn InviteStore>,
    groups: Arc<Groups>,
    common: Common,
    hasher: Hasher,
    known: Arc<Known>,
    keys: ArcSwap<TokenKeys>,
    openings: Arc<Openings>,
    // How often names were suggested to a token's holder.
    asked: Mutex<HashMap<TokenId, u32>>,
}

/// What is handed to people.
#[derive(Clone, Debug)]
pub struct Links {
    /// The token itself.
    pub token: InviteToken,
    /// For apps: `xmpp:…`.
    pub uri: InviteUri,
    /// For people: `https://…/i/TOKEN`. A secret like the token.
    pub landing_page: Secret<String>,
}

/// Why no invite was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The asker's: a rule says no.
    #[error("{0}")]
    Refused(IssueRefusal),
    /// The asker's: no such host here.
    #[error("{0}")]
    UnknownHost(#[from] UnknownHost),
    /// Ours.
    #[error("{0}")]
    Failed(StoreError),
}

/// Why nothing came of a token, a name and a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    /// The asker's: not a token of this host. Nothing was looked up.
    #[error("no such invite")]
    Unknown,
    /// The asker's: a rule says no.
    #[error("{0}")]
    Refused(RedeemRefusal),
    /// The asker's: the password is not taken.
    #[error("{0}")]
    Password(PasswordRefusal),
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

/// What a newcomer wants.
pub struct AccountWish<'a> {
    /// The name as typed.
    pub name: &'a str,
    /// The password as typed.
    pub password: &'a str,
}

impl From<ActError<IssueRefusal>> for IssueError {
    fn from(error: ActError<IssueRefusal>) -> Self {
        match error {
            ActError::Refused(refusal) => Self::Refused(refusal),
            ActError::Failed(StoreError::UnknownHost { host }) => Self::UnknownHost(UnknownHost { host }),
            ActError::Failed(error) => Self::Failed(error),
        }
    }
}

impl From<ActError<RedeemRefusal>> for RedeemError {
    fn from(error: ActError<RedeemRefusal>) -> Self {
        match error {
            ActError::Refused(refusal) => Self::Refused(refusal),
            ActError::Failed(StoreError::UnknownHost { host }) => Self::UnknownHost(UnknownHost { host }),
            ActError::Failed(error) => Self::Failed(error),
        }
    }
}

impl Invites {
    /// Over a store, with the keys that tokens are made with. `known` hears of every change by `common`'s effects.
    pub(crate) fn new(
        store: Arc<dyn InviteStore>,
        groups: Arc<Groups>,
        common: Common,
        (hasher, known): (Hasher, Arc<Known>),
        keys: TokenKeys,
    ) -> Self {
        Self {
            store,
            groups,
            common,
            hasher,
            known,
            keys: ArcSwap::from_pointee(keys),
            openings: Arc::default(),
            asked: Mutex::default(),
        }
    }

    /// What is owed to groups.
    pub(crate) fn meetings(&self) -> &Meetings {
        self.groups.meetings()
    }

    /// Takes over a ring with a new key, or without an old one.
    pub fn set_keys(&self, keys: TokenKeys) {
        self.keys.store(Arc::new(keys));
    }

    /// Opens a token somebody presents now. `None`: this host never made it, which takes no look at the store.
    pub fn open(&self, host: &HostName, text: &str) -> Option<Presented> {
        let (id, _) = token::open(&self.keys.load(), host, text).ok()?;
        Some(Presented { id, at: self.common.now() })
    }

    /// The links of an invite, made again from its row; `None` where its key is retired.
    pub fn links(&self, invite: &Invite) -> Option<Links> {
        let token = token::show(&self.keys.load(), &invite.host, invite.id, invite.key)?;
        let public_url = self.common.policy(&invite.host).ok()?.public_url.clone();
        let landing_page = Secret::new(format!("{public_url}/i/{}", token.as_str()));
        Some(Links { uri: uri(invite, &token)?, landing_page, token })
    }

    /// Makes an invite.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn issue(&self, by: &By, host: &HostName, wish: Wish) -> Result<Committed<Invite>, IssueError> {
        let policy = self.common.policy(host)?;
        let refused = |refusal| Err(IssueError::Refused(refusal));
        let Some(rank) = by.rank() else { return refused(IssueRefusal::NotAllowed) };
        let Some(kind) = wish.kind.or_else(|| usual_kind(by, rank, &wish, &policy)) else {
            return refused(IssueRefusal::NotAllowed);
        };
        let name = match wish.name.as_deref().filter(|_| kind != InviteKind::Reset) {
            Some(raw) => {
                let rules = NamePolicy { host, reserved: &policy.reserved_names, allow_reserved: rank >= Role::Admin };
                match NewName::accept(raw, &rules) {
                    Ok(name) => Some(name),
                    Err(refusal) => return refused(IssueRefusal::Name(refusal)),
                }
            }
            None => None,
        };
        let (id, key) = self.mint(host);
        let at = self.common.now();
        let ask = IssueAsk { by: by.clone(), host: host.clone(), wish, kind, name, id, key, at };
        Ok(self.common.act(by, || self.store.issue(ask, policy)).await?)
    }

    /// Makes the link by which a host gets its first owner; earlier ones are dead then.
    ///
    /// # Errors
    /// [`IssueError`]; [`IssueRefusal::Owned`] once it has had one.
    pub async fn owner_link(&self, by: &By, host: &HostName) -> Result<Committed<Invite>, IssueError> {
        self.issue(by, host, Wish { kind: Some(InviteKind::Owner), ..Wish::default() }).await
    }

    /// What a page must know of a genuine token; `None` where its row was swept long ago.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn look(&self, host: &HostName, shown: &Presented) -> Result<Option<Arc<Looked>>, StoreError> {
        match self.known.find(host, shown.id) {
            Ok(known) => Ok(Some(known)),
            Err(asked) => {
                let looked = self.store.look(host.clone(), shown.id).await?;
                Ok(looked.map(|looked| self.known.remember(asked, looked)))
            }
        }
    }

    /// Whether a presented token could be redeemed at this moment, so that a form is worth showing
    /// and a password worth hashing.
    ///
    /// # Errors
    /// [`RedeemError`], as [`Self::redeem`] would give.
    pub async fn check(&self, host: &HostName, shown: &Presented) -> Result<Arc<Looked>, RedeemError> {
        let policy = self.common.policy(host)?;
        let looked = self.look(host, shown).await?.ok_or(RedeemError::Refused(RedeemRefusal::Forgotten))?;
        redeem::is_open_for(&looked.invite, shown, &policy, looked.owned).map_err(RedeemError::Refused)?;
        match redeem::maker_rank(&looked.invite, looked.maker.as_ref()) {
            Some(_) => Ok(looked),
            None => Err(RedeemError::Refused(RedeemRefusal::MakerGone)),
        }
    }

    /// Redeems an invite and creates the account it promises, or gives the password it promises;
    /// without an invite registers where that is open.
    ///
    /// Whole or not at all: the use is counted, the account made and both roster items written in
    /// one transaction, so a single-use link makes exactly one account, however many race for it.
    ///
    /// # Errors
    /// [`RedeemError`]; the invite is as good as before then.
    pub async fn redeem(
        &self,
        by: &By,
        host: &HostName,
        shown: Option<&Presented>,
        wish: AccountWish<'_>,
    ) -> Result<Committed<Redeemed>, RedeemError> {
        let policy = self.common.policy(host)?;
        let invite = match shown {
            // A dead token costs no hashing.
            Some(shown) => Some(self.check(host, shown).await?),
            None if !policy.allow_registration => return Err(RedeemError::Refused(RedeemRefusal::Closed)),
            None if policy.registration_invite_only => return Err(RedeemError::Refused(RedeemRefusal::InviteOnly)),
            None => None,
        };
        let invite = invite.as_ref().map(|looked| &looked.invite);
        let account = wished_account(host, &wish, invite).map_err(RedeemError::Refused)?;
        let announce = invite.map(|invite| joined(invite, &account));
        let rules = PasswordPolicy { host, name: account.node().map(|node| node.as_str()) };
        let password = Password::accept(wish.password, &rules).map_err(RedeemError::Password)?;
        let keys = self.hasher.derive(account, password).await?;
        let ask = RedeemAsk {
            by: by.clone(),
            host: host.clone(),
            shown: shown.copied(),
            name: wish.name.to_owned(),
            keys,
            announce,
            at: self.common.now(),
        };
        let done = self.common.act(by, || self.store.redeem(ask, policy)).await?;
        self.meetings().begin(done.changes()).await;
        Ok(done)
    }

    /// Up to three free names like a taken one, for the holder of a genuine token, who gets as many
    /// answers as a person needs and not enough to find out who lives here.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn suggest(&self, host: &HostName, shown: &Presented, name: &str) -> Result<Vec<String>, StoreError> {
        {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.len() >= MAX_ASKED {
                asked.clear();
            }
            let times = asked.entry(shown.id).or_default();
            *times += 1;
            if *times > MAX_SUGGESTIONS {
                return Ok(Vec::new());
            }
        }
        self.store.suggest(host.clone(), name.to_owned(), self.common.now()).await
    }

    /// Uses a token that came with a subscription request from `contact` to `inviter`. Any error
    /// means that the request is one like any other. Answers what another server is
    /// owed.
    ///
    /// # Errors
    /// [`ContactRefusal`], `None` for a token this host never made; or the store's failure.
    pub async fn consume(
        &self,
        by: &By,
        inviter: &BareJid,
        contact: &BareJid,
        token: &str,
    ) -> Result<Committed<Vec<Sent>>, ActError<Option<ContactRefusal>>> {
        let host = HostName::of(inviter);
        let (Some(shown), Ok(policy)) = (self.open(&host, token), self.common.policy(&host)) else {
            return Err(ActError::Refused(None));
        };
        let ask = ContactAsk { host, shown, inviter: inviter.clone(), contact: contact.clone(), at: self.common.now() };
        self.common.act(by, || self.store.consume(ask, policy)).await.map_err(|error| error.map(Some))
    }

    /// Takes an invite back; `which` is its id or its token.
    ///
    /// # Errors
    /// [`RevokeRefusal`], or the store's failure.
    pub async fn revoke(
        &self,
        by: &By,
        host: &HostName,
        which: &str,
    ) -> Result<Committed<()>, ActError<RevokeRefusal>> {
        let id = self.which(host, which).ok_or(ActError::Refused(RevokeRefusal::Unknown))?;
        self.common.act(by, || self.store.revoke(by.clone(), host.clone(), id, self.common.now())).await
    }

    /// Turns an invite down, as whoever it is for and presented its token.
    ///
    /// # Errors
    /// [`DeclineRefusal`], or the store's failure.
    pub async fn decline(
        &self,
        by: &By,
        host: &HostName,
        shown: &Presented,
    ) -> Result<Committed<()>, ActError<DeclineRefusal>> {
        self.common.act(by, || self.store.decline(by.clone(), host.clone(), *shown, self.common.now())).await
    }

    /// Takes back all that a host has open, as after a restore. The operator's.
    ///
    /// # Errors
    /// [`RevokeRefusal`], or the store's failure.
    pub async fn revoke_all(&self, by: &By, host: &HostName) -> Result<Committed<()>, ActError<RevokeRefusal>> {
        self.common.act(by, || self.store.revoke_all(by.clone(), host.clone(), self.common.now())).await
    }

    /// Counts a person who opened the page of an invite. Lossy, and never waited for.
    pub fn opened(&self, host: &HostName, shown: &Presented) {
        if self.openings.note(host, shown.id) {
            drop(self.store.opened(Arc::clone(&self.openings)));
        }
    }

    /// A new token's id, and the number of the key that makes the rest of it.
    fn mint(&self, host: &HostName) -> (TokenId, u32) {
        let keys = self.keys.load();
        let made = token::mint(&keys, host, self.common.dice.bytes());
        token::open(&keys, host, made.as_str()).expect("a token just made opens")
    }

    fn which(&self, host: &HostName, which: &str) -> Option<TokenId> {
        which.parse().ok().or_else(|| self.open(host, which).map(|shown| shown.id))
    }
}

/// What an asker gets who names no kind: an account for the operator and where a name is given, else
/// what their role may make for themselves.
fn usual_kind(by: &By, rank: Role, wish: &Wish, policy: &HostPolicy) -> Option<InviteKind> {
    match (&by.actor, &wish.on_behalf) {
        (Actor::Newcomer, _) => None,
        (Actor::Operator | Actor::System | Actor::Key(_), None) => Some(InviteKind::Account),
        (Actor::Account { .. }, None) if wish.name.is_some() => Some(InviteKind::Account),
        _ => own_kind(rank, policy),
    }
}

/// The account whose password is hashed: the wished one, and only where the invite is good for it.
fn wished_account(host: &HostName, wish: &AccountWish<'_>, invite: Option<&Invite>) -> Result<BareJid, RedeemRefusal> {
    if let Some(invite) = invite.filter(|invite| invite.kind == InviteKind::Reset) {
        let wished = BareJid::new(&format!("{}@{host}", wish.name)).ok();
        let wished = wished.filter(|jid| jid.node().map(|node| node.as_str()) == invite.name.as_deref());
        return wished.ok_or(RedeemRefusal::OtherName);
    }
    // Reserved names are the rule's to refuse.
    let rules = NamePolicy { host, reserved: &[], allow_reserved: true };
    let name = NewName::accept(wish.name, &rules).map_err(RedeemRefusal::Name)?;
    match invite.and_then(|invite| invite.name.as_deref()) {
        Some(promised) if promised != name.as_str() => Err(RedeemRefusal::OtherName),
        _ => Ok(name.at(host)),
    }
}

fn is_admin(by: &By, host: &HostName) -> bool {
    by.rank() >= Some(Role::Admin) && by.reaches(host)
}

/// What the maker is told: in the language chosen for the invite, as no account says which its own is.
fn joined(invite: &Invite, account: &BareJid) -> String {
    let words = Words::shared();
    let lang = invite.lang.as_deref().and_then(|tag| words.language(tag)).unwrap_or_else(|| words.english());
    let name = account.node().map(|node| node.as_str().to_owned()).unwrap_or_default();
    lang.plain().text("chat-joined", &[("name", name.into())])
}

fn uri(invite: &Invite, token: &InviteToken) -> Option<InviteUri> {
    let token = Secret::new(token.as_str().to_owned());
    match (invite.kind, &invite.maker) {
        (InviteKind::AccountAndContact | InviteKind::Contact, Who::Account(maker)) => {
            let ibr = invite.kind == InviteKind::AccountAndContact;
            Some(InviteUri::Roster { jid: maker.clone(), token, ibr, name: None })
        }
        _ => {
            let name = invite.name.as_deref().map(NodePart::new).transpose().ok()?;
            let name = name.map(|name| Box::new(name.into_owned()));
            let host = DomainPart::new(invite.host.as_str()).ok()?.into_owned();
            Some(InviteUri::Register { host: Box::new(host), name, token })
        }
    }
}

/// How often names are suggested to one token's holder.
const MAX_SUGGESTIONS: u32 = 20;

/// Tokens whose holders are counted; then counting begins anew.
const MAX_ASKED: usize = 4_096;
