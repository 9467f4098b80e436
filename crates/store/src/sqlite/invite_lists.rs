//! Lists of invites, how many there are, and which are due to be noted or forgotten.
//!
//! Every list walks an index from its newest row and stops when the page is full; which one, is what the tests of the
//! query plans beside this file are about.

use parlour_domain::invite::revoke::Dead;
use parlour_domain::invite::{Invite, InviteState};
use parlour_domain::limits::{SECOND, SWEEP_ROWS};
use parlour_domain::token::TokenId;
use parlour_domain::{HostName, InviteKind, Millis, Role};
use parlour_xmpp::jid::BareJid;
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::accounts::account_id;
use super::poison;
use super::{HostId, Tx, host_id, invite_rows, invites};
use crate::StoreError;
use crate::invites::{InviteCounts, InviteQuery};

/// A page, newest first.
pub(super) fn list(tx: &Tx, query: &InviteQuery) -> Result<Vec<Invite>, StoreError> {
    let host = host_id(tx, &query.host)?;
    let before = match query.after {
        Some(id) => invites::row_of(tx, host, id)?.unwrap_or(0),
        None => i64::MAX,
    };
    let maker = query.maker.as_ref().map(|maker| account_id(tx, maker)).transpose()?.map(|(_, id)| id.0);
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut page: Vec<(i64, Invite)> = Vec::new();
    for which in parts(query.state) {
        let Statement { sql, values } = statement(query, *which, host, before, maker);
        let mut rows = tx.prepare_cached(&sql)?;
        let mut rows = rows.query(params_from_iter(values))?;
        let mut found = 0;
        while found < limit
            && let Some(row) = rows.next()?
        {
            let read = invite_rows::read(&query.host, row);
            let (number, Some(invite)) =
                (row.get(invite_rows::NUMBER)?, poison::sound("invite", row.get(invite_rows::NUMBER)?, read)?)
            else {
                continue;
            };
            if speaks_of(tx, host, query, &invite)? {
                found += 1;
                page.push((number, invite));
            }
        }
    }
    page.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
    page.truncate(limit);
    Ok(page.into_iter().map(|(_, invite)| invite).collect())
}

/// What a state is in rows: expired are those noted so, and the few that nobody has noted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Fate(&'static str),
    Waiting,
    Late,
}

fn parts(state: Option<InviteState>) -> &'static [Part] {
    match state {
        None => &[Part::All],
        Some(InviteState::Waiting) => &[Part::Waiting],
        Some(InviteState::Used) => &[Part::Fate("used")],
        Some(InviteState::Full) => &[Part::Fate("full")],
        Some(InviteState::Expired) => &[Part::Fate("expired"), Part::Late],
        Some(InviteState::Withdrawn) => &[Part::Fate("withdrawn")],
    }
}

struct Statement {
    sql: String,
    values: Vec<Value>,
}

impl Statement {
    /// One more condition, with `?` where the value stands.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('?', &format!("?{}", self.values.len())));
    }
}

fn statement(query: &InviteQuery, part: Part, host: HostId, before: i64, maker: Option<i64>) -> Statement {
    let columns = invite_rows::COLUMNS;
    let from = match &query.group {
        Some(_) => "invite_group g CROSS JOIN invite v ON v.id = g.invite",
        None => "invite v",
    };
    let mut statement = Statement {
        sql: format!("SELECT {columns} FROM {from} LEFT JOIN account m ON m.id = v.maker WHERE v.host = ?1"),
        values: vec![Value::Integer(host.0)],
    };
    if let Some(group) = &query.group {
        statement.sql.push_str(" AND g.host = ?1");
        statement.and("g.\"group\" = ?", group.clone());
        statement.and("g.invite < ?", before);
    } else {
        // Late ones are found by their end, not in their order.
        statement.and(if part == Part::Late { "+v.id < ?" } else { "v.id < ?" }, before);
    }
    if let Some(maker) = maker {
        statement.and("v.maker = ?", maker);
    }
    match query.kind {
        Some(kind) => statement.and("v.kind = ?", kind.as_str().to_owned()),
        None => statement.sql.push_str(" AND v.kind <> 'reset'"),
    }
    if query.kind == Some(InviteKind::Reset) && query.rank < Role::Owner {
        // As the rule has it: nobody sees a link that leads above their own role.
        statement.sql.push_str(
            " AND NOT EXISTS (SELECT 1 FROM account t WHERE t.host = v.host AND t.name = v.name AND t.role = 'owner')",
        );
    }
    if query.rank < Role::Owner {
        statement.sql.push_str(" AND v.role IS NOT 'owner'");
    }
    // Good until the end of a second: what ends in this one is still good.
    let this_second = query.at.div_euclid(SECOND).saturating_mul(SECOND);
    match part {
        Part::All => {}
        Part::Fate(fate) => statement.and("v.fate = ?", fate.to_owned()),
        Part::Waiting => {
            statement.sql.push_str(" AND v.fate = 'waiting'");
            statement.and("+v.expires >= ?", this_second);
        }
        Part::Late => {
            statement.sql.push_str(" AND v.fate = 'waiting'");
            statement.and("v.expires < ?", this_second);
        }
    }
    statement.sql.push_str(match (part, &query.group) {
        (_, Some(_)) => " ORDER BY g.invite DESC",
        // Few, and found by their end: sorted afterwards.
        (Part::Late, None) => " ORDER BY +v.id DESC",
        (_, None) => " ORDER BY v.id DESC",
    });
    statement
}

/// Whether the words looked for are in its note, its name or its history.
fn speaks_of(tx: &Tx, host: HostId, query: &InviteQuery, invite: &Invite) -> Result<bool, StoreError> {
    let Some(words) = query.text.as_deref().map(str::trim).filter(|words| !words.is_empty()) else { return Ok(true) };
    let words = words.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&words);
    if invite.note.as_deref().is_some_and(has) || invite.name.as_deref().is_some_and(has) {
        return Ok(true);
    }
    if invite.uses == 0 {
        return Ok(false);
    }
    let mut rows = tx.prepare_cached(
        "SELECT who FROM invite_event WHERE host = ?1 AND invite = ?2 \
         AND what IN ('joined', 'became a contact', 'chose a new password')",
    )?;
    let mut rows = rows.query(params![host, invite.id.as_str()])?;
    while let Some(row) = rows.next()? {
        if has(&row.get::<_, String>(0)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many have become what.
pub(super) fn counts(
    tx: &Tx,
    host: &HostName,
    maker: Option<&BareJid>,
    at: Millis,
) -> Result<InviteCounts, StoreError> {
    let host = host_id(tx, host)?;
    let maker = maker.map(|maker| account_id(tx, maker)).transpose()?.map(|(_, id)| id);
    let count = |kind: InviteKind, state: InviteState| -> Result<u64, StoreError> {
        let (kind, fate) = (kind.as_str(), state.as_str());
        let count = match maker {
            Some(maker) => tx
                .prepare_cached(COUNT_OF_MAKER)?
                .query_row(params![host, kind, fate, maker], |row| row.get::<_, i64>(0))?,
            None => tx.prepare_cached(COUNT)?.query_row(params![host, kind, fate], |row| row.get(0))?,
        };
        Ok(count.unsigned_abs())
    };
    let mut counts = InviteCounts::default();
    for kind in InviteKind::ALL.into_iter().filter(|kind| *kind != InviteKind::Reset) {
        counts.waiting += count(kind, InviteState::Waiting)?;
        counts.used += count(kind, InviteState::Used)?;
        counts.full += count(kind, InviteState::Full)?;
        counts.expired += count(kind, InviteState::Expired)?;
        counts.withdrawn += count(kind, InviteState::Withdrawn)?;
    }
    // Too late, and nobody has noted it yet.
    let late: i64 = tx
        .prepare_cached(COUNT_LATE)?
        .query_row(params![host, maker, at.div_euclid(SECOND).saturating_mul(SECOND)], |row| row.get(0))?;
    let late = late.unsigned_abs().min(counts.waiting);
    counts.waiting -= late;
    counts.expired += late;
    Ok(counts)
}

/// Some that have expired, and are not noted so.
pub(super) fn late(tx: &Tx, host: HostId, at: Millis) -> Result<Vec<TokenId>, StoreError> {
    let mut rows = tx.prepare_cached(LATE)?;
    let this_second = at.div_euclid(SECOND).saturating_mul(SECOND);
    let mut rows = rows.query(params![host, this_second])?;
    let (mut ids, most) = (Vec::new(), usize::try_from(SWEEP_ROWS).unwrap_or(usize::MAX));
    // Not counted in the statement: damaged ones stay, and would keep the others from their turn.
    while ids.len() < most
        && let Some(row) = rows.next()?
    {
        ids.extend(sound_id(row)?);
    }
    Ok(ids)
}

/// What is asked for by `public` and `id` alone.
fn sound_id(row: &Row<'_>) -> Result<Option<TokenId>, StoreError> {
    let id = row.get::<_, String>(0).map_err(StoreError::from).and_then(|id| invite_rows::read_id(&id));
    poison::sound("invite", row.get(1)?, id)
}

/// Some that died long enough ago. Withdrawn ones count from their expiry too, so that a link given
/// to somebody says why it is dead as long as it would have lived.
pub(super) fn dead(tx: &Tx, host: HostId, unused_before: Millis, used_before: Millis) -> Result<Dead, StoreError> {
    let mut dead = Dead::default();
    let mut room = SWEEP_ROWS;
    for (which, before) in [(UNUSED, unused_before), (USED, used_before)] {
        let mut rows = tx.prepare_cached(which)?;
        let mut rows = rows.query(params![host, before])?;
        while let Some(row) = rows.next()? {
            let Some(id) = sound_id(row)? else { continue };
            let lines: u32 =
                tx.prepare_cached(LINES)?.query_row(params![host, id.as_str(), SWEEP_ROWS], |row| row.get(0))?;
            if lines < room {
                room -= lines + 1;
                dead.ids.push(id);
                continue;
            }
            if dead.ids.is_empty() {
                dead.long = Some(id);
            }
            return Ok(dead);
        }
    }
    Ok(dead)
}

/// Answered by the index alone: it walks as many narrow entries as it counts, and looks at no row.
const COUNT: &str = "SELECT count(*) FROM invite WHERE host = ?1 AND kind = ?2 AND fate = ?3";

const COUNT_OF_MAKER: &str = "SELECT count(*) FROM invite INDEXED BY invite_by_maker_and_fate \
     WHERE host = ?1 AND maker = ?4 AND fate = ?3 AND kind = ?2";

const COUNT_LATE: &str = "SELECT count(*) FROM invite INDEXED BY invite_by_fate_and_end \
     WHERE host = ?1 AND fate = 'waiting' AND expires < ?3 AND kind <> 'reset' AND (?2 IS NULL OR maker = ?2)";

const LATE: &str = "SELECT public, id FROM invite WHERE host = ?1 AND fate = 'waiting' AND expires < ?2 \
     ORDER BY expires";

const UNUSED: &str = "SELECT public, id FROM invite WHERE host = ?1 AND expires < ?2 AND uses = 0 \
     ORDER BY expires";

const USED: &str = "SELECT public, id FROM invite WHERE host = ?1 AND expires < ?2 AND uses > 0 \
     ORDER BY expires";

/// As many lines as matter.
const LINES: &str = "SELECT count(*) FROM (SELECT 1 FROM invite_event WHERE host = ?1 AND invite = ?2 LIMIT ?3)";

#[cfg(test)]
#[path = "invite_lists_tests.rs"]
mod tests;
