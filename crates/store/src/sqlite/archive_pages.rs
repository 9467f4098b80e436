//! Parts of archives, found by an index whatever is asked for.
//!
//! Within an account the order of ids is the order of times (see `append`), so a span of time is a span of ids too: what is
//! exchanged with one address is walked by (host, account, peer) between two ids, everything else by (host, account, at).

use std::collections::BTreeSet;

use parlour_domain::Millis;
use parlour_domain::archive::{ArchiveId, peer_key};
use parlour_domain::kept::Kept;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::Stanza;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::{AccountId, account_id};
use super::{HostId, Tx, on_its_way};
use crate::StoreError;
use crate::archive::{ArchiveEnds, Archived, MAX_COUNT, Page, PageAsk, PageEnd};

/// Between which rows, both left out, and which moments, both let in.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    after: i64,
    before: i64,
    start: Millis,
    end: Millis,
}

/// A part of an archive; `None` where a row that was named is not in it.
pub(super) fn page(tx: &Tx, ask: &PageAsk) -> Result<Option<Page>, StoreError> {
    let (host, account) = account_id(tx, &ask.owner)?;
    let Some(bounds) = bounds(tx, host, account, ask)? else { return Ok(None) };
    let mut search = Search { ask, page: Page::default(), bytes: 0 };
    match (&ask.ids, &ask.with) {
        (Some(ids), _) => {
            let ids: BTreeSet<i64> = ids.iter().map(|id| id.0).collect();
            let found = ids.len();
            let rows = tx.prepare_cached(ONE)?;
            let wanted = named(rows, host, account, ids)?;
            if wanted.len() < found {
                return Ok(None);
            }
            let peer = ask.with.as_ref().map(|with| peer_key(&with.to_bare()));
            let within = wanted.into_iter().filter(|(at, one)| {
                let id = one.id.0;
                (bounds.after < id && id < bounds.before)
                    && (bounds.start..=bounds.end).contains(&one.at)
                    && peer.is_none_or(|peer| peer == *at)
            });
            let mut within: Vec<Archived> = within.map(|(_, one)| one).collect();
            if ask.backwards {
                within.reverse();
            }
            for one in within {
                if !search.takes(one) {
                    break;
                }
            }
        }
        (None, Some(with)) => {
            let between = ids_between(tx, host, account, bounds)?;
            let sql = if ask.backwards { WITH_LAST } else { WITH_FIRST };
            let mut rows = tx.prepare_cached(sql)?;
            let peer = peer_key(&with.to_bare());
            let looks = search.looks();
            search.walk(rows.query(params![host, account, peer, between.0, between.1, looks])?)?;
        }
        (None, None) => {
            let sql = if ask.backwards { LAST } else { FIRST };
            let mut rows = tx.prepare_cached(sql)?;
            let Bounds { after, before, start, end } = bounds;
            let looks = search.looks();
            search.walk(rows.query(params![host, account, start, end, after, before, looks])?)?;
        }
    }
    let mut page = search.page;
    if ask.backwards {
        page.messages.reverse();
    }
    for one in page.messages.iter_mut().filter(|one| !one.waits) {
        one.underway = on_its_way::is(tx, host, one.id)?;
    }
    Ok(Some(page))
}

/// How many there are; see [`crate::archive::ArchiveStore::count`].
pub(super) fn count(tx: &Tx, ask: &PageAsk) -> Result<Option<Option<u64>>, StoreError> {
    let (host, account) = account_id(tx, &ask.owner)?;
    let Some(bounds) = bounds(tx, host, account, ask)? else { return Ok(None) };
    if ask.ids.is_some() || ask.with.as_ref().is_some_and(|with| with.resource().is_some()) {
        let whole =
            PageAsk { limit: usize::try_from(MAX_COUNT).unwrap_or(usize::MAX), bytes: usize::MAX, ..ask.clone() };
        let Some(page) = page(tx, &whole)? else { return Ok(None) };
        let all = page.end == PageEnd::All;
        return Ok(Some(all.then_some(page.messages.len() as u64)));
    }
    let most = i64::try_from(MAX_COUNT).unwrap_or(i64::MAX);
    let limit = most.saturating_add(1);
    let Bounds { after, before, start, end } = bounds;
    let (there, waiting): (i64, i64) = match &ask.with {
        Some(with) => {
            let peer = peer_key(&with.to_bare());
            let between = ids_between(tx, host, account, bounds)?;
            let there = tx
                .prepare_cached(COUNT_WITH)?
                .query_row(params![host, account, peer, between.0, between.1, limit], |row| row.get(0))?;
            let waiting = tx
                .prepare_cached(COUNT_ONLY_WAITING_WITH)?
                .query_row(params![host, account, peer, between.0, between.1], |row| row.get(0))?;
            (there, waiting)
        }
        None => {
            let there = tx
                .prepare_cached(COUNT)?
                .query_row(params![host, account, start, end, after, before, limit], |row| row.get(0))?;
            let waiting = tx
                .prepare_cached(COUNT_ONLY_WAITING)?
                .query_row(params![host, account, start, end, after, before], |row| row.get(0))?;
            (there, waiting)
        }
    };
    Ok(Some((there <= most).then(|| u64::try_from(there - waiting).unwrap_or(0))))
}

/// The first and the last message.
pub(super) fn ends(tx: &Tx, owner: &parlour_xmpp::jid::BareJid) -> Result<ArchiveEnds, StoreError> {
    let (host, account) = account_id(tx, owner)?;
    let end = |sql: &str| -> Result<Option<(ArchiveId, Millis)>, StoreError> {
        let row = tx.prepare_cached(sql)?.query_row(params![host, account], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(row.optional()?.map(|(id, at)| (ArchiveId(id), at)))
    };
    Ok(match (end(FIRST_OF_ALL)?, end(LAST_OF_ALL)?) {
        (Some(first), Some(last)) => Some([first, last]),
        _ => None,
    })
}

/// What the search is bounded by; `None` where a row that was named is not in the archive.
fn bounds(tx: &Tx, host: HostId, account: AccountId, ask: &PageAsk) -> Result<Option<Bounds>, StoreError> {
    let mut bounds = Bounds {
        after: 0,
        before: i64::MAX,
        start: ask.start.unwrap_or(Millis::MIN),
        end: ask.end.unwrap_or(Millis::MAX),
    };
    let mut time = tx.prepare_cached(TIME)?;
    let mut time = |id: ArchiveId| -> Result<Option<Millis>, StoreError> {
        Ok(time.query_row(params![id.0, host, account], |row| row.get(0)).optional()?)
    };
    for id in &ask.after {
        let Some(at) = time(*id)? else { return Ok(None) };
        bounds.after = bounds.after.max(id.0);
        bounds.start = bounds.start.max(at);
    }
    for id in &ask.before {
        let Some(at) = time(*id)? else { return Ok(None) };
        bounds.before = bounds.before.min(id.0);
        bounds.end = bounds.end.min(at);
    }
    Ok(Some(bounds))
}

/// The rows, both left out, between which everything lies that the bounds let in.
fn ids_between(tx: &Tx, host: HostId, account: AccountId, bounds: Bounds) -> Result<(i64, i64), StoreError> {
    let at = |sql: &str, at: Millis| -> Result<Option<i64>, StoreError> {
        Ok(tx.prepare_cached(sql)?.query_row(params![host, account, at], |row| row.get(0)).optional()?)
    };
    let mut between = (bounds.after, bounds.before);
    if bounds.start != Millis::MIN {
        // Past the last one there is nothing.
        between.0 = between.0.max(at(FIRST_SINCE, bounds.start)?.map_or(i64::MAX, |first| first - 1));
    }
    if bounds.end != Millis::MAX {
        between.1 = between.1.min(at(LAST_UNTIL, bounds.end)?.map_or(0, |last| last.saturating_add(1)));
    }
    Ok(between)
}

fn named(
    mut rows: rusqlite::CachedStatement<'_>,
    host: HostId,
    account: AccountId,
    ids: BTreeSet<i64>,
) -> Result<Vec<(i64, Archived)>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let one = rows.query_row(params![id, host, account], |row| Ok((row.get(4)?, archived(row)?))).optional()?;
        found.extend(one);
    }
    Ok(found)
}

fn archived(row: &Row<'_>) -> rusqlite::Result<Archived> {
    Ok(Archived {
        id: ArchiveId(row.get(0)?),
        at: row.get(1)?,
        waits: row.get(2)?,
        underway: false,
        stanza: Kept::from(row.get::<_, Vec<u8>>(3)?),
    })
}

/// A page that is being filled.
struct Search<'a> {
    ask: &'a PageAsk,
    page: Page,
    bytes: usize,
}

impl Search<'_> {
    /// Rows to look at: one more than may be taken, to know whether there are more.
    fn looks(&self) -> i64 {
        let looks = if self.resource().is_some() { LOOKS } else { self.ask.limit.saturating_add(1) };
        i64::try_from(looks).unwrap_or(i64::MAX)
    }

    fn resource(&self) -> Option<&Jid> {
        self.ask.with.as_ref().filter(|with| with.resource().is_some())
    }

    fn walk(&mut self, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
        let (mut looked, mut last) = (0, None);
        while let Some(row) = rows.next()? {
            let one = archived(row)?;
            (looked, last) = (looked + 1, Some(one.id));
            if !self.takes(one) {
                return Ok(());
            }
        }
        if let Some(last) = last.filter(|_| self.resource().is_some() && looked >= LOOKS) {
            self.page.end = PageEnd::Tired(last);
        }
        Ok(())
    }

    /// Takes a message where it is one that is wanted; false once the page is full.
    fn takes(&mut self, one: Archived) -> bool {
        if self.resource().is_some_and(|with| !concerns(&one.stanza, with)) {
            return true;
        }
        let size = one.stanza.as_bytes().len();
        let many = self.page.messages.len() >= self.ask.limit;
        let large = !self.page.messages.is_empty() && self.bytes + size > self.ask.bytes;
        if many || large {
            self.page.end = PageEnd::Full;
            return false;
        }
        self.bytes += size;
        self.page.messages.push(one);
        true
    }
}

/// It is from or to this very address.
fn concerns(stanza: &Kept, with: &Jid) -> bool {
    Stanza::parse(stanza.as_bytes()).is_ok_and(|s| s.from() == Some(with) || s.to() == Some(with))
}

/// Rows looked at for a page before others' questions come in between: some milliseconds' work.
const LOOKS: usize = 2_000;

const TIME: &str = "SELECT at FROM archive WHERE id = ?1 AND host = ?2 AND account = ?3 AND archived";

const ONE: &str =
    "SELECT id, at, offline, stanza, peer FROM archive WHERE id = ?1 AND host = ?2 AND account = ?3 AND archived";

const FIRST: &str = "SELECT id, at, offline, stanza FROM archive WHERE host = ?1 AND account = ?2 \
     AND at >= ?3 AND at <= ?4 AND id > ?5 AND id < ?6 AND archived ORDER BY at, id LIMIT ?7";

const LAST: &str = "SELECT id, at, offline, stanza FROM archive WHERE host = ?1 AND account = ?2 \
     AND at >= ?3 AND at <= ?4 AND id > ?5 AND id < ?6 AND archived ORDER BY at DESC, id DESC LIMIT ?7";

const WITH_FIRST: &str = "SELECT id, at, offline, stanza FROM archive WHERE host = ?1 AND account = ?2 \
     AND peer = ?3 AND id > ?4 AND id < ?5 AND archived ORDER BY id LIMIT ?6";

const WITH_LAST: &str = "SELECT id, at, offline, stanza FROM archive WHERE host = ?1 AND account = ?2 \
     AND peer = ?3 AND id > ?4 AND id < ?5 AND archived ORDER BY id DESC LIMIT ?6";

const FIRST_SINCE: &str =
    "SELECT id FROM archive WHERE host = ?1 AND account = ?2 AND at >= ?3 ORDER BY at, id LIMIT 1";

const LAST_UNTIL: &str =
    "SELECT id FROM archive WHERE host = ?1 AND account = ?2 AND at <= ?3 ORDER BY at DESC, id DESC LIMIT 1";

const FIRST_OF_ALL: &str =
    "SELECT id, at FROM archive WHERE host = ?1 AND account = ?2 AND archived ORDER BY at, id LIMIT 1";

const LAST_OF_ALL: &str =
    "SELECT id, at FROM archive WHERE host = ?1 AND account = ?2 AND archived ORDER BY at DESC, id DESC LIMIT 1";

// Counted in an index, without looking at rows; those that only wait are few, and counted apart.
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM archive INDEXED BY archive_by_time \
     WHERE host = ?1 AND account = ?2 AND at >= ?3 AND at <= ?4 AND id > ?5 AND id < ?6 LIMIT ?7)";

const COUNT_WITH: &str = "SELECT count(*) FROM (SELECT 1 FROM archive INDEXED BY archive_by_peer \
     WHERE host = ?1 AND account = ?2 AND peer = ?3 AND id > ?4 AND id < ?5 LIMIT ?6)";

const COUNT_ONLY_WAITING: &str = "SELECT count(*) FROM archive INDEXED BY archive_waiting WHERE host = ?1 \
     AND account = ?2 AND offline AND NOT archived AND at >= ?3 AND at <= ?4 AND id > ?5 AND id < ?6";

const COUNT_ONLY_WAITING_WITH: &str = "SELECT count(*) FROM archive INDEXED BY archive_waiting WHERE host = ?1 \
     AND account = ?2 AND offline AND NOT archived AND peer = ?3 AND id > ?4 AND id < ?5";

#[cfg(test)]
#[path = "archive_pages_tests.rs"]
mod tests;
