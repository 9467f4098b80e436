//! What is owed, in SQLite: each job as JSON, since nothing ever asks for one by its contents.

use std::convert::Infallible;

use parlour_domain::outbox::{Job, OutboxChange, Owed};
use parlour_domain::subscription::Kind;
use parlour_domain::{HostName, Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::poison;
use super::{Sqlite, Tx, host_id};
use crate::outbox::OutboxStore;
use crate::{Act, StoreError, Ticket};

impl OutboxStore for Sqlite {
    fn due(&self, now: Millis, limit: u32) -> Ticket<Vec<Owed>> {
        self.read(move |tx| {
            let mut rows = tx.prepare_cached(
                "SELECT o.id, h.domain, o.job, o.due FROM host h JOIN outbox o ON o.host = h.id AND o.due <= ?1 \
                 ORDER BY o.due, o.id",
            )?;
            let mut rows = rows.query([now])?;
            let mut owed = Vec::new();
            // Not counted in the statement: damaged ones, which stay for ever, would keep the others from their turn.
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            while owed.len() < limit
                && let Some(row) = rows.next()?
            {
                owed.extend(poison::sound("outbox", row.get(0)?, read_owed(row))?);
            }
            Ok(owed)
        })
    }

    fn done(&self, host: HostName, number: i64) -> Act<(), Infallible> {
        self.owed(move |_| Ok(Outcome { changes: vec![OutboxChange::Done { host, number }.into()], out: () }))
    }

    fn later(&self, host: HostName, number: i64, due: Millis) -> Act<(), Infallible> {
        self.owed(move |_| Ok(Outcome { changes: vec![OutboxChange::Later { host, number, due }.into()], out: () }))
    }
}

fn read_owed(row: &Row<'_>) -> Result<Owed, StoreError> {
    let (host, job): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(Owed {
        number: row.get(0)?,
        host: HostName::parse(&host).ok_or_else(|| StoreError::damaged("a host's domain"))?,
        job: read_job(&job)?,
        due: row.get(3)?,
    })
}

pub(super) fn apply(tx: &Tx, change: &OutboxChange) -> Result<(), StoreError> {
    match change {
        OutboxChange::Owed { host, job, due } => {
            tx.prepare_cached("INSERT INTO outbox (host, due, job) VALUES (?1, ?2, ?3)")?.execute(params![
                host_id(tx, host)?,
                due,
                write_job(job)?
            ])?;
        }
        OutboxChange::Done { host, number } => {
            tx.prepare_cached("DELETE FROM outbox WHERE id = ?1 AND host = ?2")?
                .execute(params![number, host_id(tx, host)?])?;
        }
        OutboxChange::Left { host, number, job } => {
            tx.prepare_cached("UPDATE outbox SET job = ?3 WHERE id = ?1 AND host = ?2")?.execute(params![
                number,
                host_id(tx, host)?,
                write_job(job)?
            ])?;
        }
        OutboxChange::Later { host, number, due } => {
            tx.prepare_cached("UPDATE outbox SET due = ?3 WHERE id = ?1 AND host = ?2")?.execute(params![
                number,
                host_id(tx, host)?,
                due
            ])?;
        }
    }
    Ok(())
}

/// A job that is still owed.
pub(super) fn load(tx: &Tx, host: &HostName, number: i64) -> Result<Option<Job>, StoreError> {
    let job: Option<String> = tx
        .prepare_cached("SELECT job FROM outbox WHERE id = ?1 AND host = ?2")?
        .query_row(params![number, host_id(tx, host)?], |row| row.get(0))
        .optional()?;
    job.map(|job| read_job(&job)).transpose()
}

/// A job as it is written: kept apart from the rule's type, so that neither binds the other.
#[derive(Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
enum Written {
    Subscription { from: String, to: String, kind: String },
    Erase { account: String },
    Meet { group: String, account: String, after: Option<String> },
    Gather { group: String, after: Option<String> },
    Part { group: String, account: String },
    Disband { group: String },
}

fn write_job(job: &Job) -> Result<String, StoreError> {
    let text = |jid: &Option<BareJid>| jid.as_ref().map(ToString::to_string);
    let written = match job {
        Job::Subscription { from, to, kind } => {
            Written::Subscription { from: from.to_string(), to: to.to_string(), kind: kind.as_str().to_owned() }
        }
        Job::Erase { account } => Written::Erase { account: account.to_string() },
        Job::Meet { group, account, after } => {
            Written::Meet { group: group.clone(), account: account.to_string(), after: text(after) }
        }
        Job::Gather { group, after } => Written::Gather { group: group.clone(), after: text(after) },
        Job::Part { group, account } => Written::Part { group: group.clone(), account: account.to_string() },
        Job::Disband { group } => Written::Disband { group: group.clone() },
    };
    serde_json::to_string(&written).map_err(|_| StoreError::damaged("a job that cannot be written"))
}

fn read_job(text: &str) -> Result<Job, StoreError> {
    let damaged = || StoreError::damaged("a job that is owed");
    let jid = |text: &str| BareJid::new(text).map_err(|_| damaged());
    Ok(match serde_json::from_str(text).map_err(|_| damaged())? {
        Written::Subscription { from, to, kind } => {
            Job::Subscription { from: jid(&from)?, to: jid(&to)?, kind: Kind::from_name(&kind).ok_or_else(damaged)? }
        }
        Written::Erase { account } => Job::Erase { account: jid(&account)? },
        Written::Meet { group, account, after } => {
            Job::Meet { group, account: jid(&account)?, after: after.as_deref().map(jid).transpose()? }
        }
        Written::Gather { group, after } => Job::Gather { group, after: after.as_deref().map(jid).transpose()? },
        Written::Part { group, account } => Job::Part { group, account: jid(&account)? },
        Written::Disband { group } => Job::Disband { group },
    })
}
