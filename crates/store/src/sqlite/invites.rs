//! Invites in SQLite: the acts and what is written.

use std::convert::Infallible;
use std::sync::Arc;

use parlour_domain::host::HostPolicy;
use parlour_domain::invite::contact::{self, ContactAsk, ContactRefusal};
use parlour_domain::invite::issue::{self, IssueAsk, IssueRefusal};
use parlour_domain::invite::redeem::{self, RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::invite::revoke::{self, DeclineRefusal, RevokeRefusal};
use parlour_domain::invite::{Invite, InviteChange, InviteEvent, Presented, Who};
use parlour_domain::limits::{RESERVATION_GRACE, STEP_ROWS};
use parlour_domain::names::{self, NamePolicy, NewName};
use parlour_domain::roster::Sent;
use parlour_domain::token::TokenId;
use parlour_domain::{By, HostName, Millis, Outcome};
use rusqlite::{OptionalExtension, params};

use super::accounts::{self, account_id};
use super::{HostId, Sqlite, Tx, host_id, hosts, invite_facts, invite_rows};
use crate::invites::{InviteQuery, InviteStore, Looked};
use crate::{Act, ActError, StoreError, Ticket};

impl InviteStore for Sqlite {
    fn issue(&self, ask: IssueAsk, policy: Arc<HostPolicy>) -> Act<Invite, IssueRefusal> {
        self.act(move |tx| {
            let facts = invite_facts::issue(tx, &ask, &policy)?;
            issue::issue(&facts, &ask, &policy).map_err(ActError::Refused)
        })
    }

    fn redeem(&self, ask: RedeemAsk, policy: Arc<HostPolicy>) -> Act<Redeemed, RedeemRefusal> {
        self.act(move |tx| {
            let facts = invite_facts::redeem(tx, &ask)?;
            redeem::redeem(&facts, &ask, &policy).map_err(ActError::Refused)
        })
    }

    fn consume(&self, ask: ContactAsk, policy: Arc<HostPolicy>) -> Act<Vec<Sent>, ContactRefusal> {
        self.act(move |tx| {
            let facts = invite_facts::contact(tx, &ask)?;
            contact::consume(facts, &ask, &policy).map_err(ActError::Refused)
        })
    }

    fn revoke(&self, by: By, host: HostName, id: TokenId, at: Millis) -> Act<(), RevokeRefusal> {
        self.act(move |tx| {
            let actor = accounts::load_actor(tx, &by)?;
            let invite = invite_rows::load(tx, &host, id)?;
            revoke::revoke(&by, actor.as_ref(), invite.as_ref(), at).map_err(ActError::Refused)
        })
    }

    fn decline(&self, by: By, host: HostName, shown: Presented, at: Millis) -> Act<(), DeclineRefusal> {
        self.act(move |tx| {
            let invite = invite_rows::load(tx, &host, shown.id)?;
            revoke::decline(&by, &shown, invite.as_ref(), at).map_err(ActError::Refused)
        })
    }

    fn revoke_all(&self, by: By, host: HostName, at: Millis) -> Act<(), RevokeRefusal> {
        self.act(move |_| revoke::revoke_all(&by, host, at).map_err(ActError::Refused))
    }

    fn opened(&self, host: HostName, id: TokenId) -> Act<(), Infallible> {
        self.act(move |_| Ok(Outcome { changes: vec![InviteChange::Opened { host, id }.into()], out: () }))
    }

    fn sweep(&self, host: HostName, unused_before: Millis, used_before: Millis) -> Act<usize, Infallible> {
        self.act(move |tx| {
            let ids = dead(tx, host_id(tx, &host)?, unused_before, used_before)?;
            Ok(revoke::sweep(host, ids))
        })
    }

    fn suggest(&self, host: HostName, name: String, at: Millis) -> Ticket<Vec<String>> {
        self.read(move |tx| {
            host_id(tx, &host)?;
            let rules = NamePolicy { host: &host, reserved: &[], allow_reserved: false };
            // What cannot be read counts as taken: the form judges the name again anyway.
            let taken = |candidate: &str| {
                let name = NewName::accept(candidate, &rules).ok();
                let state = name.and_then(|name| invite_facts::name_state(tx, &host, &name, at).ok());
                !state.is_some_and(|state| state.is_free_for(None))
            };
            Ok(names::suggest(&name, taken))
        })
    }

    fn look(&self, host: HostName, id: TokenId) -> Ticket<Option<Looked>> {
        self.read(move |tx| {
            let Some(invite) = invite_rows::load(tx, &host, id)? else { return Ok(None) };
            let maker = match &invite.maker {
                Who::Account(jid) => accounts::load(tx, jid)?,
                Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
            };
            let owned = hosts::load(tx, &host)?.is_some_and(|row| row.owned);
            Ok(Some(Looked { invite, maker, owned }))
        })
    }

    fn list(&self, query: InviteQuery) -> Ticket<Vec<Invite>> {
        self.read(move |tx| invite_rows::list(tx, &query))
    }

    fn history(&self, host: HostName, id: TokenId) -> Ticket<Vec<InviteEvent>> {
        self.read(move |tx| {
            let mut rows = tx
                .prepare_cached("SELECT at, who, what FROM invite_event WHERE host = ?1 AND invite = ?2 ORDER BY id")?;
            let mut rows = rows.query(params![host_id(tx, &host)?, id.as_str()])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                let who: String = row.get(1)?;
                events.push(InviteEvent { at: row.get(0)?, who: invite_rows::read_who(&who)?, what: row.get(2)? });
            }
            Ok(events)
        })
    }
}

pub(super) fn apply(tx: &Tx, change: &InviteChange) -> Result<(), StoreError> {
    match change {
        InviteChange::Issued { invite, by } => {
            let host = host_id(tx, &invite.host)?;
            invite_rows::insert(tx, host, invite)?;
            event(tx, host, invite.id, invite.created, by, "made")
        }
        InviteChange::Used { invite, account, made, at } => {
            let host = host_id(tx, &invite.host)?;
            let changed = tx
                .prepare_cached("UPDATE invite SET uses = uses + 1 WHERE host = ?1 AND public = ?2")?
                .execute(params![host, invite.id.as_str()])?;
            if changed != 1 {
                return Err(StoreError::damaged("an invite vanished while it was used"));
            }
            event(tx, host, invite.id, *at, &Who::Account(account.clone()), made.as_str())
        }
        InviteChange::Opened { host, id } => {
            tx.prepare_cached(
                "UPDATE invite SET opened = min(opened + 1, 4294967295) WHERE host = ?1 AND public = ?2",
            )?
            .execute(params![host_id(tx, host)?, id.as_str()])?;
            Ok(())
        }
        InviteChange::Revoked { host, id, by, at } => {
            let host = host_id(tx, host)?;
            tx.prepare_cached(
                "UPDATE invite SET revoked = ?3, revoked_by = ?4 WHERE host = ?1 AND public = ?2 AND revoked IS NULL",
            )?
            .execute(params![host, id.as_str(), at, invite_rows::write_who(by)])?;
            event(tx, host, *id, *at, by, "withdrew")
        }
        InviteChange::RevokedAll { maker, by, at } => {
            let (host, maker) = account_id(tx, maker)?;
            revoke_where(tx, "maker = ?4", host, by, *at, &maker)
        }
        InviteChange::ResetsRevoked { account, by, at } => {
            let host = host_id(tx, &HostName::of(account))?;
            let name = accounts::local(account);
            revoke_where(tx, "kind = 'reset' AND name = ?4", host, by, *at, &name)
        }
        InviteChange::AllRevoked { host, by, at } => {
            revoke_where(tx, "?4 IS NULL", host_id(tx, host)?, by, *at, &rusqlite::types::Null)
        }
        InviteChange::Swept { host, ids } => {
            let host = host_id(tx, host)?;
            let mut forget = tx.prepare_cached("DELETE FROM invite WHERE host = ?1 AND public = ?2")?;
            let mut history = tx.prepare_cached("DELETE FROM invite_event WHERE host = ?1 AND invite = ?2")?;
            for id in ids {
                forget.execute(params![host, id.as_str()])?;
                history.execute(params![host, id.as_str()])?;
            }
            Ok(())
        }
    }
}

/// Withdraws every open one that fits, with its line of history; also one that expired a moment
/// ago, since somebody may have presented it in time and still be typing.
fn revoke_where(
    tx: &Tx,
    which: &str,
    host: HostId,
    by: &Who,
    at: Millis,
    value: &dyn rusqlite::ToSql,
) -> Result<(), StoreError> {
    let who = invite_rows::write_who(by);
    let open = format!(
        "host = ?1 AND {which} AND revoked IS NULL AND uses < max_uses AND expires >= ?3 - {RESERVATION_GRACE}"
    );
    tx.prepare_cached(&format!(
        "INSERT INTO invite_event (host, invite, at, who, what) \
         SELECT host, public, ?3, ?2, 'withdrew' FROM invite WHERE {open} ORDER BY id"
    ))?
    .execute(params![host, who, at, value])?;
    tx.prepare_cached(&format!("UPDATE invite SET revoked = ?3, revoked_by = ?2 WHERE {open}"))?
        .execute(params![host, who, at, value])?;
    Ok(())
}

fn event(tx: &Tx, host: HostId, id: TokenId, at: Millis, who: &Who, what: &str) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO invite_event (host, invite, at, who, what) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![host, id.as_str(), at, invite_rows::write_who(who), what])?;
    Ok(())
}

/// Some that died long enough ago. Withdrawn ones count from their expiry too, so that a link given
/// to somebody says why it is dead as long as it would have lived.
fn dead(tx: &Tx, host: HostId, unused_before: Millis, used_before: Millis) -> Result<Vec<TokenId>, StoreError> {
    let mut rows = tx.prepare_cached(
        "SELECT public FROM invite WHERE host = ?1 AND expires < ?2 AND (uses = 0 OR expires < ?3) \
         ORDER BY expires LIMIT ?4",
    )?;
    let latest = unused_before.max(used_before);
    let rows = rows.query_map(params![host, latest, used_before, STEP_ROWS], |row| row.get::<_, String>(0))?;
    let mut ids = Vec::new();
    for row in rows {
        ids.push(row?.parse().map_err(|_| StoreError::damaged("an invite's id"))?);
    }
    Ok(ids)
}

/// Whether somebody has been promised a name that is still theirs at `now`.
pub(super) fn promised_by(tx: &Tx, host: &HostName, name: &str, now: Millis) -> Result<Option<TokenId>, StoreError> {
    let mut rows = tx.prepare_cached("SELECT public FROM invite WHERE host = ?1 AND name = ?2 ORDER BY id")?;
    let ids: Vec<String> =
        rows.query_map(params![host_id(tx, host)?, name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in ids {
        let id: TokenId = id.parse().map_err(|_| StoreError::damaged("an invite's id"))?;
        if invite_rows::load(tx, host, id)?.is_some_and(|invite| invite.reserves(now).is_some()) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The row number of an invite, for paging.
pub(super) fn row_of(tx: &Tx, host: HostId, id: TokenId) -> Result<Option<i64>, StoreError> {
    Ok(tx
        .prepare_cached("SELECT id FROM invite WHERE host = ?1 AND public = ?2")?
        .query_row(params![host, id.as_str()], |row| row.get(0))
        .optional()?)
}
