//! Making an invite: who may, for what, how many, how long.
//!
//! Left out: chain rules and probation (a later step); what protects on day one are the limits per member.

use parlour_xmpp::jid::BareJid;

use super::{Invite, InviteChange, InviteKind, Who, may_invite};
use crate::account::{Account, AccountState};
use crate::by::{Actor, By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::host::{HostName, HostPolicy};
use crate::limits::{
    DAY, MAX_EXPIRY, MAX_HELLO_CHARS, MAX_INVITE_GROUPS, MAX_LANG_CHARS, MAX_NOTE_CHARS, MAX_USES, MIN_EXPIRY,
    OWNER_EXPIRY,
};
use crate::names::{NameRefusal, NewName};
use crate::token::TokenId;

/// What is asked for, as a door hears it.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// What it should promise; `None`: what its maker may make for themselves.
    pub kind: Option<InviteKind>,
    /// In whose name, where not the asker's own: the account that becomes the contact.
    pub on_behalf: Option<BareJid>,
    /// Maker and newcomer become contacts, where the kind does not say so by itself.
    pub subscribe: bool,
    /// The name it is good for, as typed; for a reset the account's local part.
    pub name: Option<String>,
    /// Its life in milliseconds; the host's default where unset.
    pub expires_after: Option<Millis>,
    /// How often it can be used; once where unset.
    pub max_uses: Option<u32>,
    /// A role beyond a member's.
    pub role: Option<Role>,
    /// Groups the newcomer joins.
    pub groups: Vec<String>,
    /// The maker's own reminder.
    pub note: Option<String>,
    /// A first message from the maker to the newcomer.
    pub hello: Option<String>,
    /// The language of its page.
    pub lang: Option<String>,
}

/// The wish with all that the rule needs beside the store's facts.
#[derive(Clone, Debug)]
pub struct IssueAsk {
    /// Who asks.
    pub by: By,
    /// Where.
    pub host: HostName,
    /// For what; `kind` is decided.
    pub wish: Wish,
    /// What it should promise.
    pub kind: InviteKind,
    /// The prepared name, for kinds that make accounts.
    pub name: Option<NewName>,
    /// Its token's id.
    pub id: TokenId,
    /// The number of the key that makes its token.
    pub key: u32,
    /// Now.
    pub at: Millis,
}

/// What the store knows about a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameState {
    /// An account has or had it.
    pub taken: bool,
    /// An account has or had one that looks the same.
    pub alike: bool,
    /// An invite promises it to somebody.
    pub promised_by: Option<TokenId>,
}

impl NameState {
    /// Free for everybody, or for the holder of invite `own`.
    pub fn is_free_for(&self, own: Option<TokenId>) -> bool {
        !self.taken && !self.alike && self.promised_by.is_none_or(|id| Some(id) == own)
    }
}

/// One of a maker's invites that may count against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recent {
    /// When it was made.
    pub created: Millis,
    /// When it expires.
    pub expires: Millis,
    /// It can be used now.
    pub open: bool,
    /// Never used, and another one took its place: that one counts.
    pub replaced: bool,
}

/// What the store knows when an invite is asked for.
#[derive(Clone, Debug, Default)]
pub struct IssueFacts {
    /// The asking account, if an account asks.
    pub actor: Option<Account>,
    /// The account in whose name it is made: the asker's, or `on_behalf`.
    pub maker: Option<Account>,
    /// The maker's invites for accounts and contacts that are open or made within a day; it need
    /// not list more than the limits.
    pub recent: Vec<Recent>,
    /// The wished name.
    pub name: NameState,
    /// For a reset: whose password.
    pub target: Option<Account>,
    /// Which of the wished groups exist.
    pub groups: Vec<String>,
    /// The host was owned at some time.
    pub owned: bool,
    /// Owner links that can be used.
    pub owner_links: Vec<TokenId>,
}

/// Why no invite is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueRefusal {
    /// This role may not make such an invite here.
    #[error("not allowed")]
    NotAllowed,
    /// The host takes no new accounts.
    #[error("this place takes no new accounts")]
    Closed,
    /// Nobody may have that name.
    #[error("{0}")]
    Name(NameRefusal),
    /// Somebody has that name, had it, or has one that looks the same.
    #[error("that name is taken")]
    NameTaken,
    /// Another invite promises that name.
    #[error("that name is promised to somebody")]
    NamePromised,
    /// The account spoken of does not exist.
    #[error("there is no such account")]
    NoAccount,
    /// A contact invite needs somebody to become the contact.
    #[error("a contact invite needs an account to become the contact")]
    NoContact,
    /// As many are open as may be.
    #[error("{limit} invites are open already")]
    TooManyOpen {
        /// How many may be.
        limit: u32,
        /// When the first of them expires; a used or withdrawn one makes room earlier.
        again: Option<Millis>,
    },
    /// As many were made within a day as may be.
    #[error("{limit} invites were made within a day")]
    TooManyToday {
        /// How many may be.
        limit: u32,
        /// When there is room again.
        again: Option<Millis>,
    },
    /// Nobody grants above their own role.
    #[error("nobody grants a role above their own")]
    RoleTooHigh,
    /// A group that does not exist, or more than may be named.
    #[error("there is no group {name:?}")]
    UnknownGroup {
        /// The first one that is missing.
        name: String,
    },
    /// More groups than one invite may name.
    #[error("at most {max} groups")]
    TooManyGroups {
        /// The bound.
        max: usize,
    },
    /// Not a number of uses this invite can have.
    #[error("1 to {max} uses")]
    Uses {
        /// The most this invite can have.
        max: u32,
    },
    /// Not a life an invite can have.
    #[error("a life between {min} and {max} milliseconds")]
    Expiry {
        /// The shortest.
        min: Millis,
        /// The longest.
        max: Millis,
    },
    /// A text is too long.
    #[error("{field}: at most {max} characters")]
    TooLong {
        /// Which field of the wish.
        field: &'static str,
        /// The bound.
        max: usize,
    },
    /// The host has had an owner.
    #[error("this place has an owner")]
    Owned,
    /// First words to a newcomer are said in the maker's name, so only the maker writes them.
    #[error("only whoever an invite is from can write the first message")]
    HelloNotYours,
}

/// What a role is worth at this moment: an account's as the store has it now, not as the door saw it.
pub fn rank_now(by: &By, actor: Option<&Account>, host: &HostName) -> Option<Role> {
    match &by.actor {
        Actor::Operator | Actor::System => Some(Role::Owner),
        Actor::Account { .. } => actor
            .filter(|account| account.is_active() && HostName::of(&account.jid) == *host)
            .map(|account| account.role),
        Actor::Key(bearer) => bearer.rank_now(actor, host),
        Actor::Newcomer => None,
    }
}

/// Makes an invite.
///
/// # Errors
/// [`IssueRefusal`]; nothing is kept then.
pub fn issue(facts: &IssueFacts, ask: &IssueAsk, policy: &HostPolicy) -> Result<Outcome<Invite>, IssueRefusal> {
    let invite = judge(facts, ask, policy)?;
    // Nobody puts words into another's mouth: they arrive in the maker's own name.
    if invite.hello.is_some() && ask.by.jid().is_none_or(|by| invite.maker != Who::Account(by.clone())) {
        return Err(IssueRefusal::HelloNotYours);
    }
    let by = Who::from(&ask.by);
    let replaced = facts.owner_links.iter().filter(|_| ask.kind == InviteKind::Owner);
    let mut changes: Vec<Change> = replaced
        .map(|id| InviteChange::Revoked { host: ask.host.clone(), id: *id, by: by.clone(), at: ask.at }.into())
        .collect();
    changes.push(InviteChange::Issued { invite: invite.clone(), by }.into());
    Ok(Outcome { changes, out: invite })
}

/// The invite that would be made.
pub(super) fn judge(facts: &IssueFacts, ask: &IssueAsk, policy: &HostPolicy) -> Result<Invite, IssueRefusal> {
    let rank = rank_now(&ask.by, facts.actor.as_ref(), &ask.host).ok_or(IssueRefusal::NotAllowed)?;
    check_right(facts, ask, rank, policy)?;
    check_texts(&ask.wish)?;
    check_groups(facts, ask, rank)?;
    if ask.wish.role.is_some_and(|role| role > rank || (role > Role::Member && rank < Role::Admin)) {
        return Err(IssueRefusal::RoleTooHigh);
    }
    let name = check_name(facts, ask)?;
    let max_uses = check_uses(ask, rank, name.is_some())?;
    if rank < Role::Admin {
        check_limits(&facts.recent, ask.at, policy)?;
    }
    let origin = facts.maker.as_ref().map(|maker| &maker.origin);
    Ok(Invite {
        id: ask.id,
        key: ask.key,
        host: ask.host.clone(),
        kind: ask.kind,
        maker: facts.maker.as_ref().map_or_else(|| Who::answerable(&ask.by), |maker| Who::Account(maker.jid.clone())),
        subscribe: ask.kind.makes_contact()
            || (ask.wish.subscribe && facts.maker.is_some() && ask.kind == InviteKind::Account),
        created: ask.at,
        expires: ask.at.saturating_add(life(ask, policy)?),
        max_uses,
        uses: 0,
        opened: 0,
        name,
        role: if ask.kind == InviteKind::Owner { Some(Role::Owner) } else { ask.wish.role },
        groups: ask.wish.groups.clone(),
        note: text(&ask.wish.note),
        hello: text(&ask.wish.hello),
        lang: text(&ask.wish.lang),
        parent: origin.and_then(|origin| origin.invite),
        depth: origin.map_or(0, |origin| origin.depth.saturating_add(1)),
        revoked: None,
        renewed: None,
    })
}

fn check_right(facts: &IssueFacts, ask: &IssueAsk, rank: Role, policy: &HostPolicy) -> Result<(), IssueRefusal> {
    let in_anothers_name = ask.wish.on_behalf.as_ref().is_some_and(|jid| ask.by.jid() != Some(jid));
    if in_anothers_name && rank < Role::Admin {
        return Err(IssueRefusal::NotAllowed);
    }
    if ask.wish.on_behalf.is_some() && !facts.maker.as_ref().is_some_and(Account::is_active) {
        return Err(IssueRefusal::NoAccount);
    }
    if facts.maker.as_ref().is_some_and(|maker| HostName::of(&maker.jid) != ask.host) {
        return Err(IssueRefusal::NoAccount);
    }
    if ask.kind == InviteKind::Owner {
        // The operator's alone, and only while nobody has ever owned the place.
        return match (ask.by.is_operator(), facts.owned) {
            (false, _) => Err(IssueRefusal::NotAllowed),
            (true, true) => Err(IssueRefusal::Owned),
            (true, false) => Ok(()),
        };
    }
    if !may_invite(rank, ask.kind, policy) {
        return Err(IssueRefusal::NotAllowed);
    }
    if ask.kind.makes_account() && !policy.allow_registration {
        return Err(IssueRefusal::Closed);
    }
    if ask.kind.makes_contact() && facts.maker.is_none() {
        return Err(IssueRefusal::NoContact);
    }
    if ask.kind == InviteKind::Reset {
        let target = facts.target.as_ref().filter(|target| has_password(target)).ok_or(IssueRefusal::NoAccount)?;
        if target.role > rank {
            return Err(IssueRefusal::NotAllowed);
        }
    }
    Ok(())
}

fn check_name(facts: &IssueFacts, ask: &IssueAsk) -> Result<Option<String>, IssueRefusal> {
    if ask.kind == InviteKind::Reset {
        return Ok(facts.target.as_ref().and_then(|target| target.jid.node()).map(|node| node.as_str().to_owned()));
    }
    let Some(name) = &ask.name else { return Ok(None) };
    if !ask.kind.makes_account() {
        return Err(IssueRefusal::NotAllowed);
    }
    if facts.name.taken || facts.name.alike {
        return Err(IssueRefusal::NameTaken);
    }
    if facts.name.promised_by.is_some() {
        return Err(IssueRefusal::NamePromised);
    }
    Ok(Some(name.as_str().to_owned()))
}

fn check_uses(ask: &IssueAsk, rank: Role, named: bool) -> Result<u32, IssueRefusal> {
    let max = if rank >= Role::Admin { most_uses(ask.kind, named) } else { 1 };
    let uses = ask.wish.max_uses.unwrap_or(1);
    if (1..=max).contains(&uses) { Ok(uses) } else { Err(IssueRefusal::Uses { max }) }
}

/// How often one invite of a kind can be used at most.
pub(super) fn most_uses(kind: InviteKind, named: bool) -> u32 {
    let several = matches!(kind, InviteKind::Account | InviteKind::AccountAndContact);
    if several && !named { MAX_USES } else { 1 }
}

/// How many more a member can make today, for a page that says so before they ask.
///
/// # Errors
/// As [`issue`] would refuse one more.
pub fn room(recent: &[Recent], now: Millis, policy: &HostPolicy) -> Result<u32, IssueRefusal> {
    check_limits(recent, now, policy)?;
    let since = now.saturating_sub(DAY);
    let today = recent.iter().filter(|one| !one.replaced && one.created > since).count();
    let open = recent.iter().filter(|one| one.open).count();
    let left = |limit: u32, used: usize| limit.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
    Ok(left(policy.max_invites_per_day, today).min(left(policy.max_open_invites, open)))
}

fn check_limits(recent: &[Recent], now: Millis, policy: &HostPolicy) -> Result<(), IssueRefusal> {
    check_open(recent, policy).map_err(|again| IssueRefusal::TooManyOpen { limit: policy.max_open_invites, again })?;
    let since = now.saturating_sub(DAY);
    let made = |replaced: bool| {
        let made = recent.iter().filter(move |one| replaced || !one.replaced).map(|one| one.created);
        made.filter(|at| *at > since).collect::<Vec<Millis>>()
    };
    // A renewed one counts once with all before it; renewing for ever still has an end.
    let limit = bound(policy.max_invites_per_day);
    for (mut today, limit) in [(made(false), limit), (made(true), limit.saturating_mul(RENEWALS))] {
        if today.len() >= limit {
            today.sort_unstable();
            let again = today.get(today.len() - limit).map(|made| made.saturating_add(DAY));
            return Err(IssueRefusal::TooManyToday { limit: policy.max_invites_per_day, again });
        }
    }
    Ok(())
}

/// Whether there is room for one more open invite; if not, when there will be.
pub(super) fn check_open(recent: &[Recent], policy: &HostPolicy) -> Result<(), Option<Millis>> {
    let limit = bound(policy.max_open_invites);
    let mut open: Vec<Millis> = recent.iter().filter(|one| one.open).map(|one| one.expires).collect();
    if open.len() < limit {
        return Ok(());
    }
    open.sort_unstable();
    // Good until the end of that second.
    Err(open.get(open.len() - limit).map(|expires| expires.saturating_add(1000)))
}

fn bound(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn check_groups(facts: &IssueFacts, ask: &IssueAsk, rank: Role) -> Result<(), IssueRefusal> {
    let wished = &ask.wish.groups;
    if wished.is_empty() {
        return Ok(());
    }
    if rank < Role::Admin || !ask.kind.makes_account() {
        return Err(IssueRefusal::NotAllowed);
    }
    if wished.len() > MAX_INVITE_GROUPS {
        return Err(IssueRefusal::TooManyGroups { max: MAX_INVITE_GROUPS });
    }
    match wished.iter().find(|name| !facts.groups.contains(name)) {
        Some(name) => Err(IssueRefusal::UnknownGroup { name: name.clone() }),
        None => Ok(()),
    }
}

fn check_texts(wish: &Wish) -> Result<(), IssueRefusal> {
    let fields = [
        ("note", &wish.note, MAX_NOTE_CHARS),
        ("hello", &wish.hello, MAX_HELLO_CHARS),
        ("lang", &wish.lang, MAX_LANG_CHARS),
    ];
    for (field, text, max) in fields {
        if text.as_ref().is_some_and(|text| text.chars().count() > max) {
            return Err(IssueRefusal::TooLong { field, max });
        }
    }
    Ok(())
}

fn life(ask: &IssueAsk, policy: &HostPolicy) -> Result<Millis, IssueRefusal> {
    let usual = match ask.kind {
        InviteKind::Owner => return Ok(OWNER_EXPIRY),
        InviteKind::Reset => policy.reset_expiry,
        InviteKind::Account | InviteKind::AccountAndContact | InviteKind::Contact => policy.invite_expiry,
    };
    let (life, max) = (ask.wish.expires_after.unwrap_or(usual), longest_life(ask.kind, policy));
    if (MIN_EXPIRY..=max).contains(&life) { Ok(life) } else { Err(IssueRefusal::Expiry { min: MIN_EXPIRY, max }) }
}

/// The longest life an invite of a kind can be given. A link for a new password is as good as the account.
pub(super) fn longest_life(kind: InviteKind, policy: &HostPolicy) -> Millis {
    match kind {
        InviteKind::Reset => policy.reset_expiry.max(DAY),
        InviteKind::Owner => OWNER_EXPIRY,
        InviteKind::Account | InviteKind::AccountAndContact | InviteKind::Contact => MAX_EXPIRY,
    }
}

/// Deleted accounts are restored first.
pub(crate) fn has_password(account: &Account) -> bool {
    matches!(account.state, AccountState::Active | AccountState::Disabled { .. })
}

fn text(text: &Option<String>) -> Option<String> {
    text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Links that may take each other's place within a day, for each one that may be made: a guess.
pub const RENEWALS: usize = 10;
