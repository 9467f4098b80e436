//! Invites in SQLite: the acts and what is written.

use std::convert::Infallible;
use std::sync::Arc;

use parlour_domain::host::HostPolicy;
use parlour_domain::invite::amend::{self, AmendAsk, AmendRefusal};
use parlour_domain::invite::contact::{self, ContactAsk, ContactRefusal};
use parlour_domain::invite::issue::{self, IssueAsk, IssueRefusal};
use parlour_domain::invite::redeem::{self, RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::invite::renew::{self, RenewAsk, RenewRefusal};
use parlour_domain::invite::revoke::{self, DeclineRefusal, RevokeRefusal, Swept};
use parlour_domain::invite::{Invite, InviteChange, InviteEvent, Presented, Who};
use parlour_domain::limits::{RESERVATION_GRACE, SWEEP_ROWS};
use parlour_domain::names::{self, NamePolicy, NewName};
use parlour_domain::roster::Sent;
use parlour_domain::token::TokenId;
use parlour_domain::{Account, By, HostName, Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::accounts::{self, account_id};
use super::{HostId, Sqlite, Tx, host_id, hosts, invite_facts, invite_lists, invite_rows};
use crate::invites::{Flight, InviteCounts, InviteQuery, InviteStore, Looked, Openings};
use crate::{Act, ActError, StoreError, Ticket};

impl InviteStore for Sqlite {
    fn issue(&self, ask: IssueAsk, policy: Arc<HostPolicy>) -> Act<Invite, IssueRefusal> {
        self.act(move |tx| {
            let facts = invite_facts::issue(tx, &ask, &policy, None)?;
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

    fn amend(&self, ask: AmendAsk, policy: Arc<HostPolicy>) -> Act<Invite, AmendRefusal> {
        self.act(move |tx| {
            let facts = invite_facts::amend(tx, &ask, &policy)?;
            amend::amend(&facts, &ask, &policy).map_err(ActError::Refused)
        })
    }

    fn renew(&self, ask: RenewAsk, policy: Arc<HostPolicy>) -> Act<Invite, RenewRefusal> {
        self.act(move |tx| {
            let actor = accounts::load_actor(tx, &ask.by)?;
            let old = invite_rows::load(tx, &ask.host, ask.old)?;
            let target = invite_facts::target(tx, old.as_ref())?;
            let old =
                renew::may_renew(&ask, actor.as_ref(), old.as_ref(), target.as_ref()).map_err(ActError::Refused)?;
            let rank = issue::rank_now(&ask.by, actor.as_ref(), &ask.host);
            let new = renew::as_new(&ask, old, &policy, rank);
            let facts = invite_facts::issue(tx, &new, &policy, renew::gives_way(old))?;
            renew::renew(facts, new, old, &policy).map_err(ActError::Refused)
        })
    }

    fn revoke(&self, by: By, host: HostName, id: TokenId, at: Millis) -> Act<(), RevokeRefusal> {
        self.upkeep(move |tx| {
            let actor = accounts::load_actor(tx, &by)?;
            let invite = invite_rows::load(tx, &host, id)?;
            let target = invite_facts::target(tx, invite.as_ref())?;
            revoke::revoke(&by, actor.as_ref(), invite.as_ref(), target.as_ref(), at).map_err(ActError::Refused)
        })
    }

    fn decline(&self, by: By, host: HostName, shown: Presented, at: Millis) -> Act<(), DeclineRefusal> {
        self.upkeep(move |tx| {
            let invite = invite_rows::load(tx, &host, shown.id)?;
            revoke::decline(&by, &shown, invite.as_ref(), at).map_err(ActError::Refused)
        })
    }

    fn revoke_all(&self, by: By, host: HostName, at: Millis) -> Act<(), RevokeRefusal> {
        self.upkeep(move |_| revoke::revoke_all(&by, host, at).map_err(ActError::Refused))
    }

    fn opened(&self, openings: Arc<Openings>) -> Act<(), Infallible> {
        let flight = Flight::of(openings);
        self.act(move |_| {
            let opened = flight.land().into_iter();
            let changes = opened.map(|((host, id), times)| InviteChange::Opened { host, id, times }.into()).collect();
            Ok(Outcome { changes, out: () })
        })
    }

    fn sweep(&self, host: HostName, unused_before: Millis, used_before: Millis) -> Act<Swept, Infallible> {
        self.owed(move |tx| {
            let dead = invite_lists::dead(tx, host_id(tx, &host)?, unused_before, used_before)?;
            Ok(revoke::sweep(host, dead))
        })
    }

    fn lapse(&self, host: HostName, at: Millis) -> Act<usize, Infallible> {
        self.owed(move |tx| {
            let ids = invite_lists::late(tx, host_id(tx, &host)?, at)?;
            Ok(revoke::lapse(host, ids))
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
            let owned = hosts::is_owned(tx, &host)?;
            Ok(Some(Looked { maker, target: invite_facts::target(tx, Some(&invite))?, owned, invite }))
        })
    }

    fn list(&self, query: InviteQuery) -> Ticket<Vec<Invite>> {
        self.read(move |tx| invite_lists::list(tx, &query))
    }

    fn room(&self, maker: BareJid, policy: Arc<HostPolicy>, at: Millis) -> Ticket<Result<u32, IssueRefusal>> {
        self.read(move |tx| {
            let recent = invite_facts::recent(tx, &maker, at, &policy, None)?;
            Ok(issue::room(&recent, at, &policy))
        })
    }

    fn counts(&self, host: HostName, maker: Option<BareJid>, at: Millis) -> Ticket<InviteCounts> {
        self.read(move |tx| invite_lists::counts(tx, &host, maker.as_ref(), at))
    }

    fn joined(&self, host: HostName, id: TokenId) -> Ticket<Vec<Account>> {
        self.read(move |tx| accounts::by_invite(tx, &host, id))
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
        InviteChange::Opened { host, id, times } => {
            tx.prepare_cached(
                "UPDATE invite SET opened = min(opened + ?3, 4294967295) WHERE host = ?1 AND public = ?2",
            )?
            .execute(params![host_id(tx, host)?, id.as_str(), times])?;
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
            revoke_where(tx, RESETS, host, by, *at, &name)
        }
        InviteChange::AllRevoked { host, by, at } => {
            revoke_where(tx, "?4 IS NULL", host_id(tx, host)?, by, *at, &rusqlite::types::Null)
        }
        InviteChange::Extended { host, id, expires, by, at } => {
            let host = host_id(tx, host)?;
            tx.prepare_cached("UPDATE invite SET expires = ?3, lapsed = 0 WHERE host = ?1 AND public = ?2")?
                .execute(params![host, id.as_str(), expires])?;
            event(tx, host, *id, *at, by, "extended")
        }
        InviteChange::UsesSet { host, id, max_uses, by, at } => {
            let host = host_id(tx, host)?;
            tx.prepare_cached("UPDATE invite SET max_uses = ?3 WHERE host = ?1 AND public = ?2")?.execute(params![
                host,
                id.as_str(),
                max_uses
            ])?;
            event(tx, host, *id, *at, by, "changed the uses")
        }
        InviteChange::Renewed { host, old, new, withdrawn, by, at } => {
            let host = host_id(tx, host)?;
            let revoked = withdrawn.then(|| (*at, invite_rows::write_who(by)));
            let (at_if, by_if) = revoked.map_or((None, None), |(at, by)| (Some(at), Some(by)));
            tx.prepare_cached(
                "UPDATE invite SET renewed = ?3, revoked = coalesce(revoked, ?4), revoked_by = coalesce(revoked_by, ?5) \
                 WHERE host = ?1 AND public = ?2",
            )?
            .execute(params![host, old.as_str(), new.as_str(), at_if, by_if])?;
            event(tx, host, *old, *at, by, "renewed")?;
            event(tx, host, *new, *at, by, "took over")
        }
        InviteChange::Lapsed { host, ids } => {
            let host = host_id(tx, host)?;
            let mut note = tx.prepare_cached("UPDATE invite SET lapsed = 1 WHERE host = ?1 AND public = ?2")?;
            for id in ids {
                note.execute(params![host, id.as_str()])?;
            }
            Ok(())
        }
        InviteChange::HistorySwept { host, id } => {
            tx.prepare_cached(
                "DELETE FROM invite_event WHERE id IN \
                 (SELECT id FROM invite_event WHERE host = ?1 AND invite = ?2 ORDER BY id LIMIT ?3)",
            )?
            .execute(params![host_id(tx, host)?, id.as_str(), SWEEP_ROWS])?;
            Ok(())
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
    let open = open(which);
    tx.prepare_cached(&format!(
        "INSERT INTO invite_event (host, invite, at, who, what) \
         SELECT host, public, ?3, ?2, 'withdrew' FROM invite WHERE {open} ORDER BY id"
    ))?
    .execute(params![host, who, at, value])?;
    tx.prepare_cached(&format!("UPDATE invite SET revoked = ?3, revoked_by = ?2 WHERE {open}"))?
        .execute(params![host, who, at, value])?;
    Ok(())
}

pub(super) fn open(which: &str) -> String {
    format!("host = ?1 AND {which} AND revoked IS NULL AND uses < max_uses AND expires >= ?3 - {RESERVATION_GRACE}")
}

/// Links for a new password of one account. Found by its name: of that kind there may be many.
pub(super) const RESETS: &str = "+kind = 'reset' AND name = ?4";

fn event(tx: &Tx, host: HostId, id: TokenId, at: Millis, who: &Who, what: &str) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO invite_event (host, invite, at, who, what) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![host, id.as_str(), at, invite_rows::write_who(who), what])?;
    Ok(())
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
