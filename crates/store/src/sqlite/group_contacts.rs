//! Steps of what is owed to groups, in SQLite: members meet and part, some pairs in a transaction, which also writes how
//! far the job has come. A crash between two steps loses and doubles nothing.

use parlour_domain::group::GroupChange;
use parlour_domain::group::contacts::{self, PAIRS_AT_ONCE, Tie};
use parlour_domain::outbox::{Job, OutboxChange, Owed};
use parlour_domain::{Change, HostName, Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use rusqlite::params;

use super::accounts::{AccountId, account_id, jid, local};
use super::{HostId, Tx, host_id, outbox, rosters};
use crate::StoreError;

/// One step of a job; true when nothing is left of it. A job that another has worked on meanwhile is left alone.
pub(super) fn step(tx: &Tx, owed: &Owed, at: Millis) -> Result<Outcome<bool>, StoreError> {
    if outbox::load(tx, &owed.host, owed.number)?.as_ref() != Some(&owed.job) {
        return Ok(Outcome::unchanged(true));
    }
    let (mut changes, rest) = match &owed.job {
        Job::Meet { group, account, after } => meet(tx, &owed.host, group, account, after.as_ref())?,
        Job::Gather { group, after } => gather(tx, &owed.host, group, after.as_ref(), at)?,
        Job::Part { group, account } => part(tx, &owed.host, &owed.job, group, Some(account))?,
        Job::Disband { group } => part(tx, &owed.host, &owed.job, group, None)?,
        Job::Subscription { .. } | Job::Erase { .. } => return Ok(Outcome::unchanged(false)),
    };
    let (host, number) = (owed.host.clone(), owed.number);
    let out = rest.is_none();
    changes.push(match rest {
        Some(job) => OutboxChange::Left { host, number, job }.into(),
        None => OutboxChange::Done { host, number }.into(),
    });
    Ok(Outcome { changes, out })
}

/// What is behind one account's contact.
pub(super) fn tie(tx: &Tx, host: HostId, id: AccountId, contact: &BareJid) -> Result<Tie, StoreError> {
    let mut rows = tx.prepare_cached(
        "SELECT \"group\", made FROM group_contact WHERE host = ?1 AND account = ?2 AND contact = ?3 ORDER BY \"group\"",
    )?;
    let mut rows = rows.query(params![host, id, contact.as_str()])?;
    let mut tie = Tie::default();
    while let Some(row) = rows.next()? {
        tie.groups.push(row.get(0)?);
        tie.made |= row.get::<_, bool>(1)?;
    }
    Ok(tie)
}

/// Some of those that are contacts of an erased account only through groups part from it; `None` when nobody is left.
pub(super) fn forget(tx: &Tx, account: &BareJid) -> Result<Option<Vec<Change>>, StoreError> {
    let host = HostName::of(account);
    let mut rows = tx.prepare_cached(
        "SELECT DISTINCT \"group\" FROM group_contact WHERE host = ?1 AND (account = ?2 OR contact = ?3) LIMIT 1",
    )?;
    let (row, id) = account_id(tx, account)?;
    let groups: Vec<String> =
        rows.query_map(params![row, id, account.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let Some(group) = groups.first() else { return Ok(None) };
    let mut changes = Vec::new();
    for (owner, contact) in ties(tx, &host, group, Some(account))?.0 {
        changes.extend(contacts::part(rosters::pair(tx, &owner, &contact)?, group));
        // The erased side has no roster that a rule could look at.
        if owner == *account {
            changes.push(GroupChange::Untied { owner, contact, group: group.clone() }.into());
        }
    }
    Ok(Some(changes))
}

pub(super) fn apply(tx: &Tx, change: &GroupChange) -> Result<(), StoreError> {
    match change {
        GroupChange::Tied { owner, contact, group, made } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached(
                "INSERT OR REPLACE INTO group_contact (host, account, contact, \"group\", made) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![host, id, contact.as_str(), group, made])?;
        }
        GroupChange::Untied { owner, contact, group } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached(
                "DELETE FROM group_contact WHERE host = ?1 AND account = ?2 AND contact = ?3 AND \"group\" = ?4",
            )?
            .execute(params![host, id, contact.as_str(), group])?;
        }
        GroupChange::Kept { owner, contact } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached("UPDATE group_contact SET made = 0 WHERE host = ?1 AND account = ?2 AND contact = ?3")?
                .execute(params![host, id, contact.as_str()])?;
        }
        GroupChange::Created { .. }
        | GroupChange::ContactsSet { .. }
        | GroupChange::Removed { .. }
        | GroupChange::Joined { .. }
        | GroupChange::Left { .. } => {}
    }
    Ok(())
}

fn meet(
    tx: &Tx,
    host: &HostName,
    group: &str,
    account: &BareJid,
    after: Option<&BareJid>,
) -> Result<(Vec<Change>, Option<Job>), StoreError> {
    let mut changes = Vec::new();
    // Left, deleted, or only members meanwhile: nothing is owed any more.
    if !is_tying(tx, host, group, Some(account))? {
        return Ok((changes, None));
    }
    let others = members(tx, host, group, after)?;
    for other in &others {
        if other != account {
            changes.extend(contacts::meet(joined(tx, account, other, &changes)?, group));
        }
    }
    let more = others.len() >= PAIRS_AT_ONCE as usize;
    let rest = others.last().filter(|_| more).map(|last| Job::Meet {
        group: group.to_owned(),
        account: account.clone(),
        after: Some(last.clone()),
    });
    Ok((changes, rest))
}

/// Two rosters as they are once `changes`, which are about one of them too, are written.
fn joined(
    tx: &Tx,
    one: &BareJid,
    other: &BareJid,
    changes: &[Change],
) -> Result<parlour_domain::roster::Pair, StoreError> {
    let mut pair = rosters::pair(tx, one, other)?;
    rosters::ahead(&mut pair, changes);
    Ok(pair)
}

fn gather(
    tx: &Tx,
    host: &HostName,
    group: &str,
    after: Option<&BareJid>,
    at: Millis,
) -> Result<(Vec<Change>, Option<Job>), StoreError> {
    if !is_tying(tx, host, group, None)? {
        return Ok((Vec::new(), None));
    }
    let some = members(tx, host, group, after)?;
    let changes = some.iter().map(|member| {
        // Those before are met by the meetings owed to them.
        let job = Job::Meet { group: group.to_owned(), account: member.clone(), after: Some(member.clone()) };
        OutboxChange::Owed { host: host.clone(), job, due: at }.into()
    });
    let more = some.len() >= PAIRS_AT_ONCE as usize;
    let rest =
        some.last().filter(|_| more).map(|last| Job::Gather { group: group.to_owned(), after: Some(last.clone()) });
    Ok((changes.collect(), rest))
}

fn part(
    tx: &Tx,
    host: &HostName,
    job: &Job,
    group: &str,
    account: Option<&BareJid>,
) -> Result<(Vec<Change>, Option<Job>), StoreError> {
    let mut changes = Vec::new();
    // Come back meanwhile: what was tied stays tied.
    if account.is_some() && is_tying(tx, host, group, account)? {
        return Ok((changes, None));
    }
    let (some, more) = ties(tx, host, group, account)?;
    for (owner, contact) in some {
        let mut pair = rosters::pair(tx, &owner, &contact)?;
        rosters::ahead(&mut pair, &changes);
        changes.extend(contacts::part(pair, group));
    }
    Ok((changes, more.then(|| job.clone())))
}

/// The group is there and makes contacts; of `account`, where one is named, who belongs to it.
fn is_tying(tx: &Tx, host: &HostName, group: &str, account: Option<&BareJid>) -> Result<bool, StoreError> {
    let host = host_id(tx, host)?;
    let Some(account) = account else {
        return Ok(tx
            .prepare_cached("SELECT 1 FROM people_group WHERE host = ?1 AND name = ?2 AND contacts")?
            .exists(params![host, group])?);
    };
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM people_group g JOIN group_member m ON m.host = g.host AND m.\"group\" = g.id \
             JOIN account a ON a.id = m.account \
             WHERE g.host = ?1 AND g.name = ?2 AND g.contacts AND a.name = ?3 AND a.state IN ('active', 'disabled')",
        )?
        .exists(params![host, group, local(account)])?)
}

fn members(tx: &Tx, host: &HostName, group: &str, after: Option<&BareJid>) -> Result<Vec<BareJid>, StoreError> {
    let mut rows = tx.prepare_cached(
        "SELECT a.name FROM people_group g JOIN group_member m ON m.host = g.host AND m.\"group\" = g.id \
         JOIN account a ON a.id = m.account \
         WHERE g.host = ?1 AND g.name = ?2 AND a.name > ?3 AND a.state IN ('active', 'disabled') \
         ORDER BY a.name LIMIT ?4",
    )?;
    let after = after.map_or("", local);
    let names: Vec<String> = rows
        .query_map(params![host_id(tx, host)?, group, after, PAIRS_AT_ONCE], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names.iter().map(|name| jid(host, name)).collect()
}

/// Pairs that a group ties and should not: those of `account`, or of all that do not belong to it. Each once, and
/// whether there are more.
fn ties(
    tx: &Tx,
    host: &HostName,
    group: &str,
    account: Option<&BareJid>,
) -> Result<(Vec<(BareJid, BareJid)>, bool), StoreError> {
    let row = host_id(tx, host)?;
    let (mut pairs, mut more): (Vec<(String, String)>, bool) = (Vec::new(), false);
    let mut read = |sql: &str, about: &dyn rusqlite::ToSql| -> Result<(), StoreError> {
        let mut rows = tx.prepare_cached(sql)?;
        let rows = rows.query_map(params![row, group, about, PAIRS_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<Result<Vec<(String, String)>, _>>()?;
        more |= rows.len() >= PAIRS_AT_ONCE as usize;
        pairs.extend(rows);
        Ok(())
    };
    match account {
        Some(account) => {
            let (_, id) = account_id(tx, account)?;
            read(
                "SELECT a.name, t.contact FROM group_contact t JOIN account a ON a.id = t.account \
                 WHERE t.host = ?1 AND t.\"group\" = ?2 AND t.account = ?3 LIMIT ?4",
                &id,
            )?;
            // Whoever removed the other has nothing tied any more, but the other has.
            read(
                "SELECT a.name, t.contact FROM group_contact t JOIN account a ON a.id = t.account \
                 WHERE t.host = ?1 AND t.\"group\" = ?2 AND t.contact = ?3 LIMIT ?4",
                &account.as_str(),
            )?;
        }
        None => read(
            "SELECT a.name, t.contact FROM group_contact t JOIN account a ON a.id = t.account \
             WHERE t.host = ?1 AND t.\"group\" = ?2 AND ?3 IS NULL AND NOT EXISTS (SELECT 1 FROM people_group g \
             JOIN group_member m ON m.host = g.host AND m.\"group\" = g.id \
             WHERE g.host = ?1 AND g.name = ?2 AND g.contacts AND m.account = t.account) LIMIT ?4",
            &rusqlite::types::Null,
        )?,
    }
    let mut some: Vec<(BareJid, BareJid)> = Vec::new();
    for (name, contact) in pairs {
        let contact = BareJid::new(&contact).map_err(|_| StoreError::damaged("a contact of a group"))?;
        let two = (jid(host, &name)?, contact);
        let known = some.iter().any(|known| *known == two || (known.0 == two.1 && known.1 == two.0));
        if !known && some.len() < PAIRS_AT_ONCE as usize {
            some.push(two);
        }
    }
    Ok((some, more))
}
