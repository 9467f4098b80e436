//! `/api/v1/hosts/{host}/groups`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use parlour_domain::group::{self as domain, GroupRefusal};
use parlour_domain::{By, HostName};
use parlour_engine::ActError;

use super::endpoint::{At, Changed, Created, Found, Sent};
use super::once::Once;
use super::types::{Group, GroupChange, NewGroup, Page};
use super::{answers, refusals};
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: all of them with their members.
pub(crate) async fn list(State(web): State<Arc<Shared>>, At(host): At<String>) -> Result<Found<Page<Group>>, Fail> {
    let host = web.served(&host)?;
    let mut items = Vec::new();
    for group in web.acts.groups.list(host.clone()).await.map_err(refusals::store)? {
        items.push(shown(&web, group).await?);
    }
    Ok(Found(Page { items, next: None }))
}

/// `GET /{group}`: one with its members.
pub(crate) async fn get(
    State(web): State<Arc<Shared>>,
    At((host, group)): At<(String, String)>,
) -> Result<Found<Group>, Fail> {
    Ok(Found(one(&web, &web.served(&host)?, &group).await?))
}

/// `POST`: makes one.
pub(crate) async fn create(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    once: Once,
    Sent(NewGroup { name, contacts }): Sent<NewGroup>,
) -> Result<Created<Group>, Fail> {
    let host = web.served(&host)?;
    let act = async {
        let done = web.acts.groups.create(&by, host.clone(), name.clone(), contacts).await;
        let done = done.map_err(|e| refusals::groups(e, &name))?;
        Ok(done.map(|()| Group { name: name.clone(), contacts, members: Vec::new() }))
    };
    let again = async |name: String| one(&web, &host, &name).await;
    Ok(once.run(&web, Some(&host), act, again).await?.into())
}

/// `DELETE /{group}`: its members stay, and belong to it no longer.
pub(crate) async fn delete(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, group)): At<(String, String)>,
) -> Result<Changed<Group>, Fail> {
    let host = web.served(&host)?;
    let shown = one(&web, &host, &group).await?;
    let done = web.acts.groups.remove(&by, host, group.clone()).await.map_err(|e| refusals::groups(e, &group))?;
    Ok(Changed::new(done.map(|()| shown)))
}

/// `PUT /{group}/members/{name}`: makes an account belong to it.
pub(crate) async fn add(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, group, name)): At<(String, String, String)>,
) -> Result<Changed<Group>, Fail> {
    set(&web, &by, &host, group, &name, true).await
}

/// `DELETE /{group}/members/{name}`: makes it belong no longer.
pub(crate) async fn remove(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, group, name)): At<(String, String, String)>,
) -> Result<Changed<Group>, Fail> {
    set(&web, &by, &host, group, &name, false).await
}

async fn set(
    web: &Shared,
    by: &By,
    host: &str,
    group: String,
    name: &str,
    member: bool,
) -> Result<Changed<Group>, Fail> {
    let host = web.served(host)?;
    let account = answers::address(name, &host)?;
    let done = web.acts.groups.set_member(by, group.clone(), account, member).await;
    let done = done.map_err(|e| refusals::groups(e, &group))?;
    let shown = one(web, &host, &group).await?;
    Ok(Changed::new(done.map(|()| shown)))
}

/// `PUT /{group}`: makes its members each other's contacts, or only members.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, group)): At<(String, String)>,
    Sent(GroupChange { contacts }): Sent<GroupChange>,
) -> Result<Changed<Group>, Fail> {
    let host = web.served(&host)?;
    let done = web.acts.groups.set_contacts(&by, host.clone(), group.clone(), contacts).await;
    let done = done.map_err(|e| refusals::groups(e, &group))?;
    let shown = one(&web, &host, &group).await?;
    Ok(Changed::new(done.map(|()| shown)))
}

async fn one(web: &Shared, host: &HostName, name: &str) -> Result<Group, Fail> {
    let all = web.acts.groups.list(host.clone()).await.map_err(refusals::store)?;
    let group = all.into_iter().find(|group| group.name == name);
    // Removed by somebody else in this very moment.
    let group = group.ok_or_else(|| refusals::groups(ActError::Refused(GroupRefusal::Unknown), name))?;
    shown(web, group).await
}

async fn shown(web: &Shared, group: domain::Group) -> Result<Group, Fail> {
    let domain::Group { host, name, contacts, .. } = group;
    let mut members: Vec<String> = Vec::new();
    let mut after = None;
    loop {
        let rows = web.acts.groups.members(host.clone(), name.clone(), after, STEP).await.map_err(refusals::store)?;
        members.extend(rows.iter().map(ToString::to_string));
        match rows.last() {
            Some(last) if rows.len() >= STEP as usize => after = Some(last.clone()),
            _ => return Ok(Group { name, contacts, members }),
        }
    }
}

/// Rows read at a time.
const STEP: u32 = 500;
