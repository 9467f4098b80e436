//! `/api/v1/hosts`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use parlour_domain::{By, HostOptions, HostRow};
use parlour_engine::AccountQuery;
use parlour_engine::acts::UnknownHost;

use super::answers::{self, changed, created, found};
use super::refusals;
use super::types::{Host, NewHost, Page};
use crate::hosts::origin_of;
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: all of them.
pub(crate) async fn list(State(web): State<Arc<Shared>>, Extension(by): Extension<By>) -> Result<Response, Fail> {
    let mut items = Vec::new();
    for row in web.acts.hosts.list().await.map_err(refusals::store)? {
        items.push(shown(&web, &by, &row).await?);
    }
    Ok(found(&Page { items, next: None }))
}

/// `GET /{host}`.
pub(crate) async fn one(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path(host): Path<String>,
) -> Result<Response, Fail> {
    Ok(found(&known(&web, &by, &host).await?))
}

/// `POST`: serves one more.
pub(crate) async fn add(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    bytes: Bytes,
) -> Result<Response, Fail> {
    let wish: NewHost = answers::body(&bytes)?;
    let host = answers::host(&wish.domain)?;
    let fine =
        wish.public_url.as_deref().is_none_or(|url| origin_of(url).is_some() && !url.contains(['?', '#', '\\', ' ']));
    if !fine {
        return Err(Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-public-url",
            "A public_url looks like https://chat.example.org",
        ));
    }
    let options = HostOptions { public_url: wish.public_url, ..HostOptions::default() };
    let done = web.acts.hosts.add(&by, host, options).await.map_err(refusals::hosts)?;
    let host = shown(&web, &by, done.out()).await?;
    Ok(created(done.map(|_| host)))
}

/// `DELETE /{host}`: serves it no longer.
pub(crate) async fn remove(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path(host): Path<String>,
) -> Result<Response, Fail> {
    let shown = known(&web, &by, &host).await?;
    if shown.configured {
        return Err(Fail::refused(
            StatusCode::CONFLICT,
            "host-configured",
            "It stands in the configuration file. Remove it there and reload, then here.",
        ));
    }
    let done = web.acts.hosts.remove(&by, answers::host(&host)?).await.map_err(refusals::hosts)?;
    Ok(changed(done.map(|()| shown)))
}

async fn known(web: &Shared, by: &By, host: &str) -> Result<Host, Fail> {
    let host = answers::host(host)?;
    match web.acts.hosts.host(host.clone()).await.map_err(refusals::store)? {
        Some(row) => shown(web, by, &row).await,
        None => Err(refusals::unknown_host(&UnknownHost { host })),
    }
}

async fn shown(web: &Shared, by: &By, row: &HostRow) -> Result<Host, Fail> {
    let policy = web.acts.hosts.in_force(row).policy(row.host.as_str());
    let mut accounts = 0;
    let mut after = None;
    loop {
        let query = AccountQuery { after, ..AccountQuery::all(row.host.clone(), STEP) };
        let rows = web.acts.accounts.list(by, query).await.map_err(|e| refusals::account(e, row.host.as_str()))?;
        accounts += rows.iter().filter(|account| !super::accounts::is_deleted(account)).count() as u64;
        match rows.last() {
            Some(last) if rows.len() >= STEP as usize => after = Some(last.jid.clone()),
            _ => break,
        }
    }
    Ok(Host {
        domain: row.host.to_string(),
        public_url: policy.public_url,
        accounts,
        owned: row.owned,
        configured: web.acts.hosts.locked(&row.host).is_some(),
    })
}

/// Rows read at a time.
const STEP: u32 = 500;
