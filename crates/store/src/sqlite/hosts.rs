//! Hosts in SQLite.

use parlour_domain::host::HostRefusal;
use parlour_domain::{By, HostChange, HostName, HostOptions, HostRow, Millis, host};
use rusqlite::{OptionalExtension, Row, params};

use super::poison;
use super::{HostId, Sqlite, Tx, accounts, host_id};
use crate::{Act, ActError, StoreError, Ticket, hosts::HostStore};

impl HostStore for Sqlite {
    fn add(&self, by: By, domain: HostName, options: HostOptions, at: Millis) -> Act<HostRow, HostRefusal> {
        self.act(move |tx| {
            let known = load(tx, &domain)?;
            host::add(&by, known.as_ref(), domain, options, at).map_err(ActError::Refused)
        })
    }

    fn set_options(&self, by: By, domain: HostName, options: HostOptions) -> Act<HostRow, HostRefusal> {
        self.act(move |tx| {
            let row = load(tx, &domain)?.ok_or(StoreError::UnknownHost { host: domain })?;
            host::set_options(&by, accounts::load_actor(tx, &by)?.as_ref(), row, options).map_err(ActError::Refused)
        })
    }

    fn remove(&self, by: By, domain: HostName) -> Act<(), HostRefusal> {
        self.upkeep(move |tx| {
            let accounts = count_accounts(tx, host_id(tx, &domain)?)?;
            host::remove(&by, domain, accounts).map_err(ActError::Refused)
        })
    }

    fn all(&self) -> Ticket<Vec<HostRow>> {
        self.read(|tx| {
            let mut rows = tx.prepare_cached(&format!("{SELECT} ORDER BY domain"))?;
            let mut rows = rows.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let read = read_row(row).map_err(StoreError::from).and_then(|read| read);
                all.extend(poison::sound("host", row.get(4)?, read)?);
            }
            Ok(all)
        })
    }

    fn host(&self, domain: HostName) -> Ticket<Option<HostRow>> {
        self.read(move |tx| load(tx, &domain))
    }
}

pub(super) fn apply(tx: &Tx, change: &HostChange) -> Result<(), StoreError> {
    match change {
        HostChange::Added { host, at, options } => {
            tx.prepare_cached("INSERT INTO host (domain, created, options) VALUES (?1, ?2, ?3)")?.execute(params![
                host.as_str(),
                at,
                write_options(options)?
            ])?;
        }
        HostChange::OptionsSet { host, options } => {
            tx.prepare_cached("UPDATE host SET options = ?2 WHERE id = ?1")?
                .execute(params![host_id(tx, host)?, write_options(options)?])?;
        }
        HostChange::Owned { host } => {
            tx.prepare_cached("UPDATE host SET owned = 1 WHERE id = ?1")?.execute([host_id(tx, host)?])?;
        }
        HostChange::Removed { host } => {
            let id = host_id(tx, host)?;
            for table in tables_of_a_host(tx)? {
                tx.execute(&format!("DELETE FROM \"{table}\" WHERE host = ?1"), [id])?;
            }
            tx.execute("DELETE FROM host WHERE id = ?1", [id])?;
        }
    }
    Ok(())
}

pub(super) fn load(tx: &Tx, domain: &HostName) -> Result<Option<HostRow>, StoreError> {
    tx.prepare_cached(&format!("{SELECT} WHERE domain = ?1"))?
        .query_row([domain.as_str()], read_row)
        .optional()?
        .transpose()
}

/// Whether it was owned at some time; its options are not looked at.
pub(super) fn is_owned(tx: &Tx, domain: &HostName) -> Result<bool, StoreError> {
    let mut owned = tx.prepare_cached("SELECT owned FROM host WHERE domain = ?1")?;
    Ok(owned.query_row([domain.as_str()], |row| row.get(0)).optional()?.unwrap_or(false))
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<Result<HostRow, StoreError>> {
    let (domain, options): (String, String) = (row.get(0)?, row.get(3)?);
    let (created, owned) = (row.get(1)?, row.get(2)?);
    Ok((|| {
        let host = HostName::parse(&domain).ok_or_else(|| StoreError::damaged("a host's domain"))?;
        let options = serde_json::from_str(&options).map_err(|_| StoreError::damaged("a host's options"))?;
        Ok(HostRow { host, created, owned, options })
    })())
}

fn write_options(options: &HostOptions) -> Result<String, StoreError> {
    serde_json::to_string(options).map_err(|_| StoreError::damaged("options that cannot be written"))
}

fn count_accounts(tx: &Tx, host: HostId) -> Result<u64, StoreError> {
    Ok(tx
        .prepare_cached("SELECT count(*) FROM account WHERE host = ?1 AND state <> 'erased'")?
        .query_row([host], |row| row.get::<_, i64>(0))?
        .unsigned_abs())
}

/// Every table with a host in its rows, children before the accounts they point at.
fn tables_of_a_host(tx: &Tx) -> Result<Vec<String>, StoreError> {
    let mut tables = tx.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'host' \
         ORDER BY name = 'account', name",
    )?;
    Ok(tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

const SELECT: &str = "SELECT domain, created, owned, options, id FROM host";
