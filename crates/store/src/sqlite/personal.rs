//! An account's own things in SQLite.

use parlour_domain::kept::Kept;
use parlour_domain::personal::{self, LastSeen, PersonalChange, PersonalRefusal, PrivateKey};
use parlour_domain::profile::picture::PictureHash;
use parlour_domain::pubsub::PubsubRefusal;
use parlour_domain::{Millis, Outcome};
use parlour_xmpp::jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::accounts::{AccountId, account_id};
use super::{HostId, Sqlite, Tx, profile};
use crate::personal::PersonalStore;
use crate::{Act, ActError, StoreError, Ticket};

impl PersonalStore for Sqlite {
    fn private(&self, owner: BareJid, key: PrivateKey) -> Ticket<Option<Kept>> {
        self.read(move |tx| {
            let (host, id) = account_id(tx, &owner)?;
            let xml: Option<Vec<u8>> = tx
                .prepare_cached(
                    "SELECT xml FROM private_xml WHERE host = ?1 AND account = ?2 AND namespace = ?3 AND name = ?4",
                )?
                .query_row(params![host, id, key.namespace, key.name], |row| row.get(0))
                .optional()?;
            Ok(xml.map(Kept::from))
        })
    }

    fn set_private(&self, owner: BareJid, key: PrivateKey, xml: Kept, at: Millis) -> Act<(), PersonalRefusal> {
        self.act(move |tx| {
            let (host, id) = account_id(tx, &owner)?;
            let others: i64 = tx
                .prepare_cached(
                    "SELECT count(*) FROM private_xml \
                     WHERE host = ?1 AND account = ?2 AND NOT (namespace = ?3 AND name = ?4)",
                )?
                .query_row(params![host, id, key.namespace, key.name], |row| row.get(0))?;
            let others = usize::try_from(others).map_err(|_| StoreError::damaged("a count"))?;
            let outcome = personal::set_private(owner.clone(), key, xml, others).map_err(ActError::Refused)?;
            in_all_forms(tx, &owner, at, outcome)
        })
    }

    fn vcard(&self, owner: BareJid) -> Ticket<Option<Kept>> {
        self.read(move |tx| {
            let Some((host, id)) = known(tx, &owner)? else { return Ok(None) };
            let xml: Option<Vec<u8>> = tx
                .prepare_cached("SELECT xml FROM vcard WHERE host = ?1 AND account = ?2")?
                .query_row(params![host, id], |row| row.get(0))
                .optional()?;
            Ok(xml.map(Kept::from))
        })
    }

    fn set_vcard(
        &self,
        owner: BareJid,
        xml: Kept,
        picture: Option<PictureHash>,
        at: Millis,
    ) -> Act<(), PersonalRefusal> {
        self.act(move |tx| {
            let outcome = personal::set_vcard(owner.clone(), xml, picture).map_err(ActError::Refused)?;
            in_all_forms(tx, &owner, at, outcome)
        })
    }

    fn picture(&self, owner: BareJid) -> Ticket<Option<PictureHash>> {
        self.read(move |tx| load_picture(tx, &owner))
    }

    fn last_seen(&self, owner: BareJid) -> Ticket<Option<LastSeen>> {
        self.read(move |tx| {
            let Some((host, id)) = known(tx, &owner)? else { return Ok(None) };
            Ok(tx
                .prepare_cached("SELECT at, status FROM last_seen WHERE host = ?1 AND account = ?2")?
                .query_row(params![host, id], |row| Ok(LastSeen { at: row.get(0)?, status: row.get(1)? }))
                .optional()?)
        })
    }

    fn left(&self, owner: BareJid, at: Millis, status: Option<String>) -> Act<(), PersonalRefusal> {
        self.act(move |_| Ok(personal::left(owner, at, status.as_deref())))
    }
}

pub(super) fn load_picture(tx: &Tx, owner: &BareJid) -> Result<Option<PictureHash>, StoreError> {
    let Some((host, id)) = known(tx, owner)? else { return Ok(None) };
    let hash: Option<Option<Vec<u8>>> = tx
        .prepare_cached("SELECT picture FROM vcard WHERE host = ?1 AND account = ?2")?
        .query_row(params![host, id], |row| row.get(0))
        .optional()?;
    Ok(hash.flatten().and_then(|hash| PictureHash::from_bytes(&hash)))
}

pub(super) fn apply(tx: &Tx, change: &PersonalChange) -> Result<(), StoreError> {
    match change {
        PersonalChange::Private { owner, key, xml } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached(
                "INSERT INTO private_xml (host, account, namespace, name, xml) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (host, account, namespace, name) DO UPDATE SET xml = ?5",
            )?
            .execute(params![host, id, key.namespace, key.name, xml.as_bytes()])?;
        }
        PersonalChange::VCard { owner, xml, picture } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached(
                "INSERT INTO vcard (host, account, xml, picture) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (host, account) DO UPDATE SET xml = ?3, picture = ?4",
            )?
            .execute(params![
                host,
                id,
                xml.as_bytes(),
                picture.as_ref().map(|hash| &hash.as_bytes()[..])
            ])?;
        }
        PersonalChange::Left { owner, at, status } => {
            let (host, id) = account_id(tx, owner)?;
            tx.prepare_cached("INSERT OR REPLACE INTO last_seen (host, account, at, status) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![host, id, at, status])?;
        }
    }
    Ok(())
}

/// With what follows for the other forms of the same data.
fn in_all_forms(
    tx: &Tx,
    owner: &BareJid,
    at: Millis,
    outcome: Outcome<()>,
) -> Result<Outcome<()>, ActError<PersonalRefusal>> {
    profile::follow(tx, owner, at, outcome).map_err(|error| match error {
        ActError::Refused(PubsubRefusal::PayloadTooBig { bytes, max }) => {
            ActError::Refused(PersonalRefusal::TooLarge { bytes, max })
        }
        ActError::Refused(_) => ActError::Refused(PersonalRefusal::NoRoom),
        ActError::Failed(error) => ActError::Failed(error),
    })
}

/// The rows of an address that may well be nobody's.
fn known(tx: &Tx, owner: &BareJid) -> Result<Option<(HostId, AccountId)>, StoreError> {
    match account_id(tx, owner) {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::UnknownAccount { .. } | StoreError::UnknownHost { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
