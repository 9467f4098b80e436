//! Using an invite for a contact: a subscription request that carries its token.
//!
//! Whatever speaks against it is no error to the sender: the request is then one like any other.
//!
//! Spec: XEP-0379 v0.3.3 §3.3, §5.2 (a token is only good for whom it belongs to, and once).

use parlour_xmpp::jid::BareJid;

use super::redeem::{maker_rank, used};
use super::{Invite, InviteState, Made, Presented, Who, may_invite};
use crate::account::Account;
use crate::by::Role;
use crate::change::Outcome;
use crate::clock::Millis;
use crate::host::{HostName, HostPolicy};
use crate::outbox::{Job, OutboxChange};
use crate::roster::{Pair, Party, RosterChange, RosterRefusal, Sent, befriend};
use crate::subscription::Kind;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ContactAsk {
    /// The host whose invite it is: the addressee's.
    pub host: HostName,
    /// The invite presented.
    pub shown: Presented,
    /// To whom the request goes.
    pub inviter: BareJid,
    /// Who sends it; of this host or another server.
    pub contact: BareJid,
    /// Now.
    pub at: Millis,
}

/// What the store knows.
#[derive(Clone, Debug)]
pub struct ContactFacts {
    /// The invite presented, if its row is still there.
    pub invite: Option<Invite>,
    /// The addressee, if there is one.
    pub inviter: Option<Account>,
    /// The addressee blocks the sender.
    pub blocked: bool,
    /// Both rosters, `from` the sender.
    pub pair: Pair,
}

/// Why the request is one like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactRefusal {
    /// The invite cannot be used (any more).
    #[error("the invite is {}", .0.as_str())]
    Dead(InviteState),
    /// Its row was swept long ago.
    #[error("the invite is forgotten")]
    Forgotten,
    /// It is somebody else's, or makes no contacts.
    #[error("the invite is not this account's, or makes no contacts")]
    NotTheirs,
    /// Its maker may no longer invite, or is gone.
    #[error("whoever made the invite may no longer invite")]
    MakerGone,
    /// The addressee blocks the sender, and a token does not change that.
    #[error("blocked")]
    Blocked,
    /// A roster takes no further item.
    #[error("{0}")]
    Roster(RosterRefusal),
}

/// Makes sender and addressee contacts of each other, and counts the use; answers what another server is owed.
///
/// # Errors
/// [`ContactRefusal`]; nothing changes then, and the token stays as good as it was.
pub fn consume(
    facts: ContactFacts,
    ask: &ContactAsk,
    policy: &HostPolicy,
) -> Result<Outcome<Vec<Sent>>, ContactRefusal> {
    let invite = facts.invite.as_ref().ok_or(ContactRefusal::Forgotten)?;
    if !invite.kind.makes_contact() || invite.maker != Who::Account(ask.inviter.clone()) {
        return Err(ContactRefusal::NotTheirs);
    }
    if facts.blocked {
        return Err(ContactRefusal::Blocked);
    }
    invite.open_for(ask.shown.at).map_err(ContactRefusal::Dead)?;
    let rank = maker_rank(invite, facts.inviter.as_ref()).ok_or(ContactRefusal::MakerGone)?;
    // As a contact it is worth what a contact invite is worth, whatever else it promised.
    if !may_invite(rank, super::InviteKind::Contact, policy) || (rank < Role::Admin && invite.uses > 0) {
        return Err(ContactRefusal::MakerGone);
    }
    let here = matches!(facts.pair.from, Party::Local(_));
    let friends = befriend(facts.pair).map_err(ContactRefusal::Roster)?;
    let mut changes = vec![used(invite, &ask.contact, Made::Contact, ask.at)];
    if here {
        // The client asked, so it is answered; its roster says the rest.
        let (from, to, kind) = (ask.inviter.clone(), ask.contact.clone(), Kind::Subscribed);
        changes.push(RosterChange::Sent(Sent { from, to, kind, remote: false, original: None }).into());
    }
    changes.extend(friends.out.iter().cloned().map(|sent| RosterChange::Sent(sent).into()));
    changes.extend(friends.changes);
    changes.extend(friends.out.iter().filter(|sent| sent.remote).map(|sent| {
        let job = Job::Subscription { from: sent.from.clone(), to: sent.to.clone(), kind: sent.kind };
        OutboxChange::Owed { host: ask.host.clone(), job, due: ask.at }.into()
    }));
    Ok(Outcome { changes, out: friends.out })
}
