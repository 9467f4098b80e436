//! A node's row: its configuration as JSON, in which only what is not as usual is written.

use std::collections::BTreeMap;

use parlour_domain::pubsub::{Affiliation, NodeConfig};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::NodeOptions;
use rusqlite::{OptionalExtension, Row, params};

use super::accounts::AccountId;
use super::{HostId, Tx};
use crate::StoreError;

/// A node as it lies there.
pub(super) struct NodeRow {
    pub(super) id: i64,
    pub(super) config: NodeConfig,
    pub(super) items: usize,
}

pub(super) fn find(tx: &Tx, host: HostId, account: AccountId, name: &str) -> Result<Option<NodeRow>, StoreError> {
    let found = tx
        .prepare_cached("SELECT id, config, items FROM pep_node WHERE host = ?1 AND account = ?2 AND name = ?3")?
        .query_row(params![host, account, name], |row| Ok(read_row(row)))
        .optional()?;
    found.transpose()
}

/// From columns `id`, `config` and `items`.
pub(super) fn read_row(row: &Row<'_>) -> Result<NodeRow, StoreError> {
    let (id, config, items): (i64, String, i64) = (row.get("id")?, row.get("config")?, row.get("items")?);
    Ok(NodeRow { id, config: read(&config)?, items: super::pubsub::count(items)? })
}

/// The column `config`.
pub(super) fn write(config: &NodeConfig) -> Result<String, StoreError> {
    let usual: BTreeMap<_, _> = NodeConfig::default().options().fields().into_iter().collect();
    let fields = config.options().fields().into_iter();
    // Who may read is always written: it must not change with what is usual.
    let mut map: BTreeMap<&str, Vec<String>> = fields
        .filter(|(var, values)| *var == ACCESS_MODEL || usual.get(var) != Some(values))
        .map(|(var, values)| (var.strip_prefix(PREFIX).unwrap_or(var), values))
        .collect();
    for (word, affiliation) in AFFILIATIONS {
        let who = config.affiliates.iter().filter(|(_, is)| *is == affiliation).map(|(jid, _)| jid.to_string());
        let who: Vec<String> = who.collect();
        if !who.is_empty() {
            map.insert(word, who);
        }
    }
    serde_json::to_string(&map).map_err(|_| StoreError::damaged("a configuration that cannot be written"))
}

fn read(config: &str) -> Result<NodeConfig, StoreError> {
    let damaged = || StoreError::damaged("a node's configuration");
    let mut map: BTreeMap<String, Vec<String>> = serde_json::from_str(config).map_err(|_| damaged())?;
    let mut affiliates = Vec::new();
    for (word, affiliation) in AFFILIATIONS {
        for jid in map.remove(word).unwrap_or_default() {
            affiliates.push((BareJid::new(&jid).map_err(|_| damaged())?, affiliation));
        }
    }
    affiliates.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut options = NodeOptions::default();
    for (name, values) in map {
        if !options.set(&format!("{PREFIX}{name}"), &values).map_err(|_| damaged())? {
            return Err(damaged());
        }
    }
    let config = NodeConfig::default().with(&options).map_err(|_| damaged())?;
    Ok(NodeConfig { affiliates, ..config })
}

/// What all fields begin with.
const PREFIX: &str = "pubsub#";
const ACCESS_MODEL: &str = "pubsub#access_model";
const AFFILIATIONS: [(&str, Affiliation); 2] = [("members", Affiliation::Member), ("outcasts", Affiliation::Outcast)];

#[cfg(test)]
mod tests {
    use parlour_domain::pubsub::MAX_ITEMS;
    use parlour_xmpp::payload::pubsub::options::{AccessModel, SendLast};

    use super::super::testing::jid;
    use super::*;

    #[test]
    fn a_configuration_is_read_as_it_was_written() {
        let config = NodeConfig {
            access_model: AccessModel::Roster,
            groups: vec!["Friends".into()],
            affiliates: vec![(jid("a@x"), Affiliation::Outcast), (jid("b@x"), Affiliation::Member)],
            max_items: MAX_ITEMS,
            item_expire: Some(60),
            send_last: SendLast::Never,
            notify_retract: false,
            title: "\"T\"".into(),
            ..NodeConfig::default()
        };
        assert_eq!(read(&write(&config).expect("written")), Ok(config));
        let usual = NodeConfig::default();
        let written = write(&usual).expect("written");
        assert_eq!(written, r#"{"access_model":["presence"]}"#);
        assert_eq!(read(&written), Ok(usual));
        for damaged in ["", "[]", r#"{"access_model":["x"]}"#, r#"{"what":["x"]}"#, r#"{"members":["@"]}"#] {
            assert!(read(damaged).is_err(), "{damaged}");
        }
    }
}
