//! What rules about invites must know, read in their transaction.

use std::collections::BTreeMap;

use parlour_domain::host::HostPolicy;
use parlour_domain::invite::amend::{AmendAsk, AmendFacts};
use parlour_domain::invite::contact::{ContactAsk, ContactFacts};
use parlour_domain::invite::issue::{self, IssueAsk, IssueFacts, NameState, RENEWALS, Recent};
use parlour_domain::invite::redeem::{RedeemAsk, RedeemFacts};
use parlour_domain::invite::{Invite, InviteKind, Who};
use parlour_domain::limits::{DAY, RESERVATION_GRACE};
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::roster::Party;
use parlour_domain::token::TokenId;
use parlour_domain::{Account, By, HostName, Millis, Role};
use parlour_xmpp::jid::BareJid;
use rusqlite::params;

use super::accounts::{self, account_id};
use super::{Tx, blocking, groups, host_id, hosts, invite_rows, invites, rosters};
use crate::StoreError;

/// `except` is not among what limits count.
pub(super) fn issue(
    tx: &Tx,
    ask: &IssueAsk,
    policy: &HostPolicy,
    except: Option<TokenId>,
) -> Result<IssueFacts, StoreError> {
    let actor = accounts::load_actor(tx, &ask.by)?;
    let maker = match &ask.wish.on_behalf {
        Some(jid) if HostName::of(jid) == ask.host => accounts::load(tx, jid)?,
        Some(_) => None,
        None => actor.clone(),
    };
    let owned = hosts::load(tx, &ask.host)?.is_some_and(|row| row.owned);
    Ok(IssueFacts {
        recent: match &maker {
            // Admins are free of limits, and may have made very many.
            Some(maker) if limited(&ask.by, actor.as_ref(), &ask.host) => {
                recent(tx, &maker.jid, ask.at, policy, except)?
            }
            _ => Vec::new(),
        },
        name: match &ask.name {
            Some(name) => name_state(tx, &ask.host, name, ask.at)?,
            None => NameState::default(),
        },
        target: match (ask.kind, &ask.wish.name) {
            (InviteKind::Reset, Some(name)) => by_name(tx, &ask.host, name)?,
            _ => None,
        },
        groups: groups::existing(tx, &ask.host, &ask.wish.groups)?.into_iter().map(|(name, _)| name).collect(),
        owner_links: if ask.kind == InviteKind::Owner { owner_links(tx, &ask.host, ask.at)? } else { Vec::new() },
        actor,
        maker,
        owned,
    })
}

pub(super) fn redeem(tx: &Tx, ask: &RedeemAsk) -> Result<RedeemFacts, StoreError> {
    let invite = match &ask.shown {
        Some(shown) => invite_rows::load(tx, &ask.host, shown.id)?,
        None => None,
    };
    let maker = match invite.as_ref().map(|invite| &invite.maker) {
        Some(Who::Account(jid)) => accounts::load(tx, jid)?,
        _ => None,
    };
    // A name nobody may have needs no facts: the rule refuses it by itself.
    let any = NamePolicy { host: &ask.host, reserved: &[], allow_reserved: true };
    let name = NewName::accept(&ask.name, &any).ok();
    let side = match (&maker, &name) {
        (Some(maker), Some(name)) => match rosters::pair(tx, &maker.jid, &name.at(&ask.host))?.from {
            Party::Local(side) => Some(side),
            Party::Remote(_) | Party::Nobody(_) => None,
        },
        _ => None,
    };
    Ok(RedeemFacts {
        name: match &name {
            Some(name) => name_state(tx, &ask.host, name, ask.at)?,
            None => NameState::default(),
        },
        existing: by_name(tx, &ask.host, &ask.name)?,
        groups: match &invite {
            Some(invite) => groups::existing(tx, &ask.host, &invite.groups)?,
            None => Vec::new(),
        },
        owned: hosts::load(tx, &ask.host)?.is_some_and(|row| row.owned),
        invite,
        maker,
        side,
    })
}

pub(super) fn contact(tx: &Tx, ask: &ContactAsk) -> Result<ContactFacts, StoreError> {
    let inviter = accounts::load(tx, &ask.inviter)?;
    let blocked = match &inviter {
        Some(account) => {
            let list = blocking::load(tx, &account.jid)?;
            let (jid, domain) = (ask.contact.as_str(), ask.contact.domain().as_str());
            list.iter().any(|blocked| blocked.as_str() == jid || blocked.as_str() == domain)
        }
        None => false,
    };
    Ok(ContactFacts {
        invite: invite_rows::load(tx, &ask.host, ask.shown.id)?,
        inviter,
        blocked,
        pair: rosters::pair(tx, &ask.contact, &ask.inviter)?,
    })
}

/// What is known of a name for a new account.
pub(super) fn name_state(tx: &Tx, host: &HostName, name: &NewName, now: Millis) -> Result<NameState, StoreError> {
    let id = host_id(tx, host)?;
    let (taken, alike) = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM account WHERE host = ?1 AND name = ?2), \
                    EXISTS (SELECT 1 FROM account WHERE host = ?1 AND looks = ?3 AND name <> ?2)",
        )?
        .query_row(params![id, name.as_str(), name.skeleton()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let promised_by = invites::promised_by(tx, host, name.as_str(), now)?;
    Ok(NameState { taken, alike, promised_by })
}

fn by_name(tx: &Tx, host: &HostName, name: &str) -> Result<Option<Account>, StoreError> {
    match BareJid::new(&format!("{name}@{host}")) {
        Ok(jid) if HostName::of(&jid) == *host => accounts::load(tx, &jid),
        _ => Ok(None),
    }
}

/// For changing one.
pub(super) fn amend(tx: &Tx, ask: &AmendAsk, policy: &HostPolicy) -> Result<AmendFacts, StoreError> {
    let actor = accounts::load_actor(tx, &ask.by)?;
    let invite = invite_rows::load(tx, &ask.host, ask.id)?;
    let any = NamePolicy { host: &ask.host, reserved: &[], allow_reserved: true };
    let name = invite.as_ref().and_then(|invite| NewName::accept(invite.name.as_deref()?, &any).ok());
    Ok(AmendFacts {
        target: target(tx, invite.as_ref())?,
        recent: match &actor {
            Some(account) if limited(&ask.by, Some(account), &ask.host) => {
                recent(tx, &account.jid, ask.at, policy, Some(ask.id))?
            }
            _ => Vec::new(),
        },
        name: match &name {
            Some(name) => name_state(tx, &ask.host, name, ask.at)?,
            None => NameState::default(),
        },
        actor,
        invite,
    })
}

/// Whose password a link for a new one is for.
pub(super) fn target(tx: &Tx, invite: Option<&Invite>) -> Result<Option<Account>, StoreError> {
    match invite.filter(|invite| invite.kind == InviteKind::Reset) {
        Some(Invite { host, name: Some(name), .. }) => by_name(tx, host, name),
        _ => Ok(None),
    }
}

fn limited(by: &By, actor: Option<&Account>, host: &HostName) -> bool {
    issue::rank_now(by, actor, host) < Some(Role::Admin)
}

/// The maker's invites that limits speak of: a few more than there may be, oldest first.
pub(super) fn recent(
    tx: &Tx,
    maker: &BareJid,
    now: Millis,
    policy: &HostPolicy,
    except: Option<TokenId>,
) -> Result<Vec<Recent>, StoreError> {
    let (host, id) = account_id(tx, maker)?;
    let since = now.saturating_sub(DAY);
    let open = "fate = 'waiting' AND expires / 1000 >= ?3 / 1000";
    let columns = format!("SELECT id, created, expires, {open}, renewed IS NOT NULL AND uses = 0 FROM invite");
    let mine = "host = ?1 AND maker = ?2 AND kind <> 'reset' AND public <> ?4";
    // Numbers of rows follow the time, so the latest come first, and one older than a day ends the look.
    let today = format!("{columns} WHERE {mine} ORDER BY id DESC LIMIT ?5");
    let waiting = format!("{columns} WHERE {mine} AND {open} ORDER BY id DESC LIMIT ?5");
    let per_day = i64::from(policy.max_invites_per_day).saturating_mul(i64::try_from(RENEWALS).unwrap_or(i64::MAX));
    let except = except.as_ref().map_or("", |id| id.as_str());
    let mut found = BTreeMap::new();
    for (statement, enough) in [(today, per_day), (waiting, i64::from(policy.max_open_invites))] {
        let mut rows = tx.prepare_cached(&statement)?;
        let mut rows = rows.query(params![host, id, now, except, enough.saturating_add(1)])?;
        while let Some(row) = rows.next()? {
            let one = Recent { created: row.get(1)?, expires: row.get(2)?, open: row.get(3)?, replaced: row.get(4)? };
            if !one.open && one.created <= since {
                break;
            }
            found.insert(row.get::<_, i64>(0)?, one);
        }
    }
    Ok(found.into_values().collect())
}

fn owner_links(tx: &Tx, host: &HostName, now: Millis) -> Result<Vec<TokenId>, StoreError> {
    let mut rows = tx.prepare_cached(OWNER_LINKS)?;
    // With some slack: one shown in time may be redeemed a little later.
    let rows = rows
        .query_map(params![host_id(tx, host)?, now.saturating_sub(RESERVATION_GRACE)], |row| row.get::<_, String>(0))?;
    let mut ids = Vec::new();
    for row in rows {
        ids.push(row?.parse().map_err(|_| StoreError::damaged("an invite's id"))?);
    }
    Ok(ids)
}

/// Few are of that kind; very many may not have expired.
pub(super) const OWNER_LINKS: &str =
    "SELECT public FROM invite WHERE host = ?1 AND kind = 'owner' AND +expires >= ?2 AND +uses = 0 AND revoked IS NULL";
