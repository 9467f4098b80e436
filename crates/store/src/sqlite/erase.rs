//! What belonged to an erased account goes, some rows at a time, from every table that has an
//! `account` column: an area added later is covered without a word here. Of its invites stays who let whom in; what it
//! wrote on them goes.

use parlour_domain::limits::STEP_ROWS;
use parlour_xmpp::jid::BareJid;
use rusqlite::params;

use super::Tx;
use super::accounts::account_id;
use crate::StoreError;

/// One step; true when nothing is left.
pub(super) fn step(tx: &Tx, account: &BareJid) -> Result<bool, StoreError> {
    let (host, id) = account_id(tx, account)?;
    let mut room = usize::try_from(STEP_ROWS).unwrap_or(usize::MAX);
    room -= tx
        .prepare_cached(
            "UPDATE invite SET note = NULL, hello = NULL WHERE id IN (SELECT id FROM invite WHERE host = ?1 AND maker = ?2 \
             AND (note IS NOT NULL OR hello IS NOT NULL) LIMIT ?3)",
        )?
        .execute(params![host, id, STEP_ROWS])?;
    if room == 0 {
        return Ok(false);
    }
    for (table, has_rowid) in tables(tx)? {
        // Tables without row numbers hold what is small for one account: a roster, a block list.
        let which = if has_rowid {
            format!("rowid IN (SELECT rowid FROM \"{table}\" WHERE host = ?1 AND account = ?2 LIMIT {room})")
        } else {
            "host = ?1 AND account = ?2".to_owned()
        };
        let gone = tx.execute(
            &format!("DELETE FROM \"{table}\" WHERE {which} AND host = ?1 AND account = ?2"),
            params![host, id],
        )?;
        room = room.saturating_sub(gone);
        if room == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn tables(tx: &Tx) -> Result<Vec<(String, bool)>, StoreError> {
    let mut tables = tx.prepare_cached(
        "SELECT t.name, NOT t.wr FROM pragma_table_list t JOIN pragma_table_info(t.name) c ON c.name = 'account' \
         WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name",
    )?;
    Ok(tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}
