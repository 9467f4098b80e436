//! Using an invite for an account or a new password; and open registration, which is the same act
//! without an invite.
//!
//! One transaction makes the account, counts the use, writes both roster items, memberships, role
//! and the edge of the tree; a refusal changes nothing, so a failed attempt burns nothing.
//!
//! Spec: XEP-0445 v0.2.1 §4 (a valid token opens registration, and stays so for the session).

use parlour_xmpp::jid::BareJid;

use super::issue::{NameState, has_password};
use super::{Invite, InviteChange, InviteKind, InviteState, Made, Presented, Who, may_invite};
use crate::account::{Account, AccountChange, AccountOrigin, AccountState, SealedKeys};
use crate::archive::say;
use crate::by::{By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::group;
use crate::host::{HostChange, HostName, HostPolicy};
use crate::names::{NamePolicy, NameRefusal, NewName};
use crate::profile;
use crate::push::PushChange;
use crate::roster::{Pair, Party, Side, befriend};
use crate::session::SessionChange;

/// What is asked.
#[derive(Clone, Debug)]
pub struct RedeemAsk {
    /// Who asks: a newcomer.
    pub by: By,
    /// Where.
    pub host: HostName,
    /// The invite presented; none where registration is open.
    pub shown: Option<Presented>,
    /// The name wished, as typed.
    pub name: String,
    /// The new password's keys.
    pub keys: Vec<SealedKeys>,
    /// What the maker is told once there is an account, in the maker's language.
    pub announce: Option<String>,
    /// Now.
    pub at: Millis,
}

/// What the store knows.
#[derive(Clone, Debug, Default)]
pub struct RedeemFacts {
    /// The invite presented, if its row is still there.
    pub invite: Option<Invite>,
    /// Its maker, if an account made it.
    pub maker: Option<Account>,
    /// The wished name.
    pub name: NameState,
    /// The account of that name, whatever its state.
    pub existing: Option<Account>,
    /// The maker's roster about the newcomer.
    pub side: Option<Side>,
    /// Which of the invite's groups still exist, and whether each makes its members contacts.
    pub groups: Vec<(String, bool)>,
    /// The host was owned at some time.
    pub owned: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// A new account.
    Account {
        /// As it now is.
        account: Account,
        /// Its first contact.
        friend: Option<BareJid>,
    },
    /// A new password.
    Password {
        /// Whose.
        account: BareJid,
    },
}

impl Redeemed {
    /// The account spoken of.
    pub fn jid(&self) -> &BareJid {
        match self {
            Self::Account { account, .. } => &account.jid,
            Self::Password { account } => account,
        }
    }
}

/// Why nothing comes of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemRefusal {
    /// Genuine, but it cannot be used (any more). Over XMPP the same as one never made.
    #[error("the invite is {}", .0.as_str())]
    Dead(InviteState),
    /// Genuine, but its row was swept long ago.
    #[error("the invite is forgotten")]
    Forgotten,
    /// Good for a contact only.
    #[error("the invite makes no account")]
    ContactOnly,
    /// Its maker may no longer invite, or is gone.
    #[error("whoever made the invite may no longer invite")]
    MakerGone,
    /// Registering needs an invite.
    #[error("registering needs an invite")]
    InviteOnly,
    /// The host takes no new accounts.
    #[error("this place takes no new accounts")]
    Closed,
    /// Nobody may have that name.
    #[error("{0}")]
    Name(NameRefusal),
    /// Somebody has that name, had it, was promised it, or has one that looks the same.
    #[error("that name is taken")]
    NameTaken,
    /// The invite is good for another name.
    #[error("the invite is good for another name")]
    OtherName,
    /// The account whose password was to change is gone.
    #[error("the account is gone")]
    NoAccount,
}

/// Uses an invite, or registers where that is open.
///
/// # Errors
/// [`RedeemRefusal`]; nothing changes then.
pub fn redeem(facts: &RedeemFacts, ask: &RedeemAsk, policy: &HostPolicy) -> Result<Outcome<Redeemed>, RedeemRefusal> {
    let Some(shown) = &ask.shown else {
        return match (policy.allow_registration, policy.registration_invite_only) {
            (false, _) => Err(RedeemRefusal::Closed),
            (true, true) => Err(RedeemRefusal::InviteOnly),
            (true, false) => register(facts, ask, policy, None),
        };
    };
    let invite = facts.invite.as_ref().ok_or(RedeemRefusal::Forgotten)?;
    is_open_for(invite, shown, policy, facts.owned)?;
    let rank = maker_rank(invite, facts.maker.as_ref());
    let rank = rank.filter(|rank| stands(invite, *rank, policy)).ok_or(RedeemRefusal::MakerGone)?;
    if invite.kind == InviteKind::Reset {
        reset(facts, ask, invite, rank)
    } else {
        register(facts, ask, policy, Some((invite, rank)))
    }
}

/// What can be said of an invite before a name and a password are known: a dead one costs no hashing.
///
/// # Errors
/// The same refusals that [`redeem`] would give for it.
pub fn is_open_for(invite: &Invite, shown: &Presented, policy: &HostPolicy, owned: bool) -> Result<(), RedeemRefusal> {
    invite.open_for(shown.at).map_err(RedeemRefusal::Dead)?;
    match invite.kind {
        InviteKind::Contact => Err(RedeemRefusal::ContactOnly),
        InviteKind::Owner if owned => Err(RedeemRefusal::Dead(InviteState::Withdrawn)),
        // A server that takes nobody can still get its first owner, and a lost password is no registration.
        InviteKind::Owner | InviteKind::Reset => Ok(()),
        InviteKind::Account | InviteKind::AccountAndContact if !policy.allow_registration => Err(RedeemRefusal::Closed),
        InviteKind::Account | InviteKind::AccountAndContact => Ok(()),
    }
}

/// What the maker may grant now; `None` when the account is gone or disabled.
pub fn maker_rank(invite: &Invite, maker: Option<&Account>) -> Option<Role> {
    match &invite.maker {
        Who::Operator | Who::Server => Some(Role::Owner),
        Who::Account(_) => maker.filter(|maker| maker.is_active()).map(|maker| maker.role),
        // What a key made is its maker's: an account's or the operator's.
        Who::Key(_) | Who::Newcomer => None,
    }
}

/// Whether the maker's role of now stands behind this use: one who is an admin no longer stands for one, as any member.
pub(super) fn stands(invite: &Invite, rank: Role, policy: &HostPolicy) -> bool {
    if rank < Role::Admin && invite.uses > 0 {
        return false;
    }
    match invite.kind {
        InviteKind::Owner => rank == Role::Owner,
        kind => may_invite(rank, kind, policy),
    }
}

fn register(
    facts: &RedeemFacts,
    ask: &RedeemAsk,
    policy: &HostPolicy,
    by_invite: Option<(&Invite, Role)>,
) -> Result<Outcome<Redeemed>, RedeemRefusal> {
    let invite = by_invite.map(|(invite, _)| invite);
    let promised = invite.and_then(|invite| invite.name.as_deref());
    let rules = NamePolicy {
        host: &ask.host,
        reserved: &policy.reserved_names,
        // Whoever promised a reserved name had the authority, and the first owner may be "admin".
        allow_reserved: promised.is_some() || invite.is_some_and(|invite| invite.kind == InviteKind::Owner),
    };
    let name = NewName::accept(&ask.name, &rules).map_err(RedeemRefusal::Name)?;
    if promised.is_some_and(|promised| promised != name.as_str()) {
        return Err(RedeemRefusal::OtherName);
    }
    if !facts.name.is_free_for(invite.map(|invite| invite.id)) {
        return Err(RedeemRefusal::NameTaken);
    }
    let maker = facts.maker.as_ref().filter(|_| invite.is_some());
    let account = Account {
        jid: name.at(&ask.host),
        role: by_invite.map_or(Role::Member, |(invite, rank)| invite.role.unwrap_or(Role::Member).min(rank)),
        state: AccountState::Active,
        created: ask.at,
        origin: AccountOrigin {
            invite: invite.map(|invite| invite.id),
            inviter: maker.map(|maker| maker.jid.clone()),
            depth: maker.map_or(0, |maker| maker.origin.depth.saturating_add(1)),
            root: maker.map(|maker| maker.origin.root.clone().unwrap_or_else(|| maker.jid.clone())),
        },
    };
    let mut changes = vec![AccountChange::Created { account: account.clone(), keys: ask.keys.clone() }.into()];
    changes.extend(profile::introduce(&account.jid, &ask.name, ask.at));
    if let Some((invite, rank)) = by_invite {
        changes.push(used(invite, &account.jid, Made::Account, ask.at));
        // Only an admin puts people into groups, when the invite is used as when it was made (ATTACKS 97).
        for (name, contacts) in facts.groups.iter().filter(|_| rank >= Role::Admin) {
            changes.extend(group::join(name.clone(), account.jid.clone(), *contacts, ask.at));
        }
    }
    if account.role == Role::Owner && !facts.owned {
        changes.push(Change::Host(HostChange::Owned { host: ask.host.clone() }));
    }
    let friend = invite.and_then(|invite| make_friends(facts, invite, &account.jid, &mut changes));
    if let Some(invite) = invite {
        changes.extend(greetings(facts, ask, policy, invite, &account.jid));
    }
    Ok(Outcome { changes, out: Redeemed::Account { account, friend } })
}

/// The maker's first words to the newcomer, and the host's to the maker. Both are kept with the account, and never twice.
fn greetings(
    facts: &RedeemFacts,
    ask: &RedeemAsk,
    policy: &HostPolicy,
    invite: &Invite,
    newcomer: &BareJid,
) -> Vec<Change> {
    let Some(maker) = &facts.maker else { return Vec::new() };
    let apart = facts.side.as_ref().is_some_and(|side| side.blocks);
    let (id, use_) = (invite.id, invite.uses.saturating_add(1));
    let hello = invite.hello.as_deref().filter(|_| !apart);
    let hello = hello.and_then(|text| say(&maker.jid, newcomer, &format!("hello-{id}-{use_}"), text, true, ask.at));
    // An intake of a whole school is no news one by one; the list of invites says who came.
    let announced = policy.announce_joined && invite.max_uses <= MAX_ANNOUNCED && !apart;
    let host = BareJid::new(ask.host.as_str()).ok();
    let joined = host.zip(ask.announce.as_deref()).filter(|_| announced);
    let joined =
        joined.and_then(|(host, text)| say(&host, &maker.jid, &format!("joined-{id}-{use_}"), text, false, ask.at));
    hello.into_iter().chain(joined).collect()
}

/// An invite for more people than this does not announce each of them. A guess: more than a family, less than a class.
const MAX_ANNOUNCED: u32 = 20;

fn reset(
    facts: &RedeemFacts,
    ask: &RedeemAsk,
    invite: &Invite,
    rank: Role,
) -> Result<Outcome<Redeemed>, RedeemRefusal> {
    let account = facts.existing.as_ref().filter(|account| {
        account.jid.node().map(|node| node.as_str()) == invite.name.as_deref()
            && HostName::of(&account.jid) == invite.host
    });
    // Another name than the link's: no word about whether it exists.
    let promised = invite.name.as_deref().and_then(|name| BareJid::new(&format!("{name}@{}", invite.host)).ok());
    let wished = BareJid::new(&format!("{}@{}", ask.name, ask.host)).ok();
    if promised.is_none() || promised != wished {
        return Err(RedeemRefusal::OtherName);
    }
    let account = account.filter(|account| has_password(account)).ok_or(RedeemRefusal::NoAccount)?;
    if account.role > rank {
        return Err(RedeemRefusal::MakerGone);
    }
    let jid = account.jid.clone();
    let mut changes = vec![used(invite, &jid, Made::Password, ask.at)];
    changes.extend(new_password(&jid, &ask.keys, Who::Account(jid.clone()), None, ask.at));
    Ok(Outcome { changes, out: Redeemed::Password { account: jid } })
}

/// What follows whenever a password changes: the sessions and links it may have been changed
/// because of are worth nothing any more. `keep`: the app's sign-in that it was changed in.
pub(crate) fn new_password(
    account: &BareJid,
    keys: &[SealedKeys],
    by: Who,
    keep: Option<u64>,
    at: Millis,
) -> [Change; 4] {
    [
        AccountChange::PasswordChanged { account: account.clone(), keys: keys.to_vec() }.into(),
        SessionChange::AllEnded { account: account.clone() }.into(),
        InviteChange::ResetsRevoked { account: account.clone(), by, at }.into(),
        PushChange::SignedOut { owner: account.clone(), keep }.into(),
    ]
}

pub(super) fn used(invite: &Invite, account: &BareJid, made: Made, at: Millis) -> Change {
    InviteChange::Used { invite: invite.clone(), account: account.clone(), made, at }.into()
}

/// Both rosters at once. A full roster makes no friend but does not keep the newcomer out.
fn make_friends(
    facts: &RedeemFacts,
    invite: &Invite,
    newcomer: &BareJid,
    changes: &mut Vec<Change>,
) -> Option<BareJid> {
    let side = facts.side.clone().filter(|_| invite.subscribe)?;
    let friend = side.owner.clone();
    let own = Side::new(newcomer.clone(), friend.clone());
    let outcome = befriend(Pair { from: Party::Local(own), to: Party::Local(side) }).ok()?;
    changes.extend(outcome.changes);
    Some(friend)
}
