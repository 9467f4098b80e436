//! `/api/v1/hosts/{host}/groups`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use parlour_domain::{By, HostName};

use super::answers::{self, changed, created, found};
use super::refusals;
use super::types::{Group, NewGroup, Page};
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: all of them with their members.
pub(crate) async fn list(State(web): State<Arc<Shared>>, Path(host): Path<String>) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let mut items = Vec::new();
    for group in web.acts.groups.list(host.clone()).await.map_err(refusals::store)? {
        items.push(shown(&web, &host, &group.name).await?);
    }
    Ok(found(&Page { items, next: None }))
}

/// `POST`: makes one.
pub(crate) async fn create(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path(host): Path<String>,
    bytes: Bytes,
) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let NewGroup { name } = answers::body(&bytes)?;
    let done = web.acts.groups.create(&by, host, name.clone()).await.map_err(|e| refusals::groups(e, &name))?;
    Ok(created(done.map(|()| Group { name, members: Vec::new() })))
}

/// `PUT /{group}/members/{name}`: makes an account belong to it.
pub(crate) async fn add(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, group, name)): Path<(String, String, String)>,
) -> Result<Response, Fail> {
    set(&web, &by, &host, group, &name, true).await
}

/// `DELETE /{group}/members/{name}`: makes it belong no longer.
pub(crate) async fn remove(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, group, name)): Path<(String, String, String)>,
) -> Result<Response, Fail> {
    set(&web, &by, &host, group, &name, false).await
}

async fn set(web: &Shared, by: &By, host: &str, group: String, name: &str, member: bool) -> Result<Response, Fail> {
    let host = web.served(host)?;
    let account = answers::address(name, &host)?;
    let done = web.acts.groups.set_member(by, group.clone(), account, member).await;
    let done = done.map_err(|e| refusals::groups(e, &group))?;
    let shown = shown(web, &host, &group).await?;
    Ok(changed(done.map(|()| shown)))
}

async fn shown(web: &Shared, host: &HostName, name: &str) -> Result<Group, Fail> {
    let mut members: Vec<String> = Vec::new();
    let mut after = None;
    loop {
        let rows =
            web.acts.groups.members(host.clone(), name.to_owned(), after, STEP).await.map_err(refusals::store)?;
        members.extend(rows.iter().map(ToString::to_string));
        match rows.last() {
            Some(last) if rows.len() >= STEP as usize => after = Some(last.clone()),
            _ => return Ok(Group { name: name.to_owned(), members }),
        }
    }
}

/// Rows read at a time.
const STEP: u32 = 500;
