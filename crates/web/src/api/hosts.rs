//! `/api/v1/hosts`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_domain::{By, HostName, HostOptions, HostRow, Millis};
use parlour_engine::acts::UnknownHost;
use serde_json::Value;

use super::endpoint::{At, Changed, Created, Found, Sent};
use super::once::Once;
use super::types::{Host, HostChange, NewHost, Page};
use super::{answers, refusals};
use crate::hosts::origin_of;
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: all of them that the caller reaches.
pub(crate) async fn list(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
) -> Result<Found<Page<Host>>, Fail> {
    let mut items = Vec::new();
    for row in web.acts.hosts.list().await.map_err(refusals::store)?.iter().filter(|row| by.reaches(&row.host)) {
        items.push(shown(&web, &by, row).await?);
    }
    Ok(Found(Page { items, next: None }))
}

/// `GET /{host}`: with what is in force for it.
pub(crate) async fn one(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Found<Host>, Fail> {
    let row = known(&web, &answers::host(&host)?).await?;
    Ok(Found(whole(&web, &by, &row).await?))
}

/// `POST`: serves one more.
pub(crate) async fn add(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    once: Once,
    Sent(wish): Sent<NewHost>,
) -> Result<Created<Host>, Fail> {
    let host = answers::host(&wish.domain)?;
    if let Some(url) = &wish.public_url {
        public_url(url)?;
    }
    let options = HostOptions { public_url: wish.public_url, ..HostOptions::default() };
    let act = async {
        let done = web.acts.hosts.add(&by, host.clone(), options).await.map_err(refusals::hosts)?;
        let host = shown(&web, &by, done.out()).await?;
        Ok(done.map(|_| host))
    };
    let again = async |_| shown(&web, &by, &known(&web, &host).await?).await;
    Ok(once.run(&web, None, act, again).await?.into())
}

/// `PATCH /{host}`: sets options of its row as RFC 7396 has it: what is `null` is unset, what is absent stays.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    Sent(HostChange { options: patch }): Sent<HostChange>,
) -> Result<Changed<Host>, Fail> {
    let row = known(&web, &answers::host(&host)?).await?;
    let patch = Value::Object(patch);
    if let Some(locked) = web.acts.hosts.locked(&row.host)
        && let Some(key) = keys(&as_json(&locked)?).into_iter().find(|key| touches(&patch, key))
    {
        let title = format!("{key} is set for {} in the configuration file, which wins. Change it there.", row.host);
        return Err(Fail::refused(StatusCode::CONFLICT, "option-locked", title));
    }
    let mut options = as_json(&row.options)?;
    merge(&mut options, patch);
    let options: HostOptions = serde_path_to_error::deserialize(&options).map_err(|error| {
        let title = format!("{} cannot be set so: {}.", error.path(), answers::says(&error.inner().to_string()));
        Fail::refused(StatusCode::BAD_REQUEST, "bad-option", title)
    })?;
    if let Some(url) = &options.public_url {
        public_url(url)?;
    }
    if let Some((name, ..)) = crate::look::fault(&options.brand, None) {
        let title = format!("brand.{name} cannot be set so.");
        return Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-option", title));
    }
    let done = web.acts.hosts.set_options(&by, row.host.clone(), options).await.map_err(refusals::hosts)?;
    let host = whole(&web, &by, done.out()).await?;
    Ok(Changed::new(done.map(|_| host)))
}

/// `DELETE /{host}`: serves it no longer.
pub(crate) async fn remove(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Changed<Host>, Fail> {
    let row = known(&web, &answers::host(&host)?).await?;
    let shown = shown(&web, &by, &row).await?;
    if shown.configured {
        return Err(Fail::refused(
            StatusCode::CONFLICT,
            "host-configured",
            "It stands in the configuration file. Remove it there and reload, then here.",
        ));
    }
    let done = web.acts.hosts.remove(&by, row.host).await.map_err(refusals::hosts)?;
    Ok(Changed::new(done.map(|()| shown)))
}

async fn known(web: &Shared, host: &HostName) -> Result<HostRow, Fail> {
    let row = web.acts.hosts.host(host.clone()).await.map_err(refusals::store)?;
    row.ok_or_else(|| refusals::unknown_host(&UnknownHost { host: host.clone() }))
}

async fn shown(web: &Shared, by: &By, row: &HostRow) -> Result<Host, Fail> {
    let policy = web.acts.hosts.in_force(row).policy(row.host.as_str());
    let counts = web.acts.accounts.counts(by, &row.host, Millis::MAX).await;
    let counts = counts.map_err(|e| refusals::account(e, row.host.as_str()))?;
    Ok(Host {
        domain: row.host.to_string(),
        public_url: policy.public_url,
        accounts: u64::from(counts.active) + u64::from(counts.disabled),
        owned: row.owned,
        configured: web.acts.hosts.locked(&row.host).is_some(),
        options: None,
        locked: Vec::new(),
    })
}

async fn whole(web: &Shared, by: &By, row: &HostRow) -> Result<Host, Fail> {
    let locked = web.acts.hosts.locked(&row.host).unwrap_or_default();
    let options = Some(web.acts.hosts.in_force(row));
    Ok(Host { options, locked: keys(&as_json(&locked)?), ..shown(web, by, row).await? })
}

fn public_url(url: &str) -> Result<(), Fail> {
    if origin_of(url).is_some() && !url.contains(['?', '#', '\\', ' ']) {
        return Ok(());
    }
    let title = "A public_url looks like https://chat.example.org";
    Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-public-url", title))
}

fn as_json(options: &HostOptions) -> Result<Value, Fail> {
    serde_json::to_value(options).map_err(Fail::fault)
}

/// What is set, as `invites.invite_expiry`.
fn keys(options: &Value) -> Vec<String> {
    let Value::Object(tables) = options else { return Vec::new() };
    let below = |(key, value): (&String, &Value)| match value {
        Value::Object(table) => table.keys().map(|inner| format!("{key}.{inner}")).collect(),
        _ => vec![key.clone()],
    };
    tables.iter().flat_map(below).collect()
}

/// A patch says something about a key.
fn touches(patch: &Value, key: &str) -> bool {
    match key.split_once('.') {
        Some((table, key)) => patch.get(table).is_some_and(|table| table.is_null() || table.get(key).is_some()),
        None => patch.get(key).is_some(),
    }
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A, that concern objects.
    #[test]
    fn patches_are_merged_as_the_rfc_says() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = target;
            merge(&mut merged, patch);
            assert_eq!(merged, result);
        }
    }

    #[test]
    fn what_the_file_sets_is_touched_by_its_key_or_its_whole_table() {
        let set = json!({ "site_name": "x", "invites": { "invite_expiry": "7d" } });
        assert_eq!(keys(&set), ["invites.invite_expiry", "site_name"]);
        assert!(touches(&json!({ "invites": null }), "invites.invite_expiry"));
        assert!(touches(&json!({ "invites": { "invite_expiry": null } }), "invites.invite_expiry"));
        assert!(!touches(&json!({ "invites": { "carry": true } }), "invites.invite_expiry"));
        assert!(touches(&json!({ "site_name": "y" }), "site_name"));
    }
}
