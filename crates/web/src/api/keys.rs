//! `/api/v1/hosts/{host}/keys`, and `/api/v1/keys` for keys of the whole server.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_domain::api_key::{ApiKey, KeyHost, KeyRefusal, KeyWish, Scope, Scopes};
use parlour_domain::{By, Role};
use parlour_engine::ActError;

use super::answers::time;
use super::endpoint::{At, Changed, Created, Found, Sent};
use super::once::Once;
use super::types::{self, NewApiKey, Page};
use super::{accounts, invites, refusals};
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: all of a host, newest first, dead ones too for a while.
pub(crate) async fn list(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Found<Page<types::ApiKey>>, Fail> {
    all(&web, &by, Some(web.served(&host)?)).await
}

/// `GET`: all of the whole server.
pub(crate) async fn list_all(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
) -> Result<Found<Page<types::ApiKey>>, Fail> {
    all(&web, &by, None).await
}

/// `POST`: makes one, which is shown this once.
pub(crate) async fn create(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    once: Once,
    Sent(wish): Sent<NewApiKey>,
) -> Result<Created<types::ApiKey>, Fail> {
    make(&web, &by, Some(web.served(&host)?), once, wish).await
}

/// `POST`: makes one that is good for every host.
pub(crate) async fn create_for_all(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    once: Once,
    Sent(wish): Sent<NewApiKey>,
) -> Result<Created<types::ApiKey>, Fail> {
    make(&web, &by, None, once, wish).await
}

/// `DELETE /{id}`: withdraws one at once.
pub(crate) async fn revoke(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, id)): At<(String, String)>,
) -> Result<Changed<types::ApiKey>, Fail> {
    withdraw(&web, &by, Some(web.served(&host)?), &id).await
}

/// `DELETE /{id}` of the whole server.
pub(crate) async fn revoke_for_all(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(id): At<String>,
) -> Result<Changed<types::ApiKey>, Fail> {
    withdraw(&web, &by, None, &id).await
}

async fn all(web: &Shared, by: &By, host: KeyHost) -> Result<Found<Page<types::ApiKey>>, Fail> {
    let keys = web.acts.api_keys.list(by, host).await.map_err(refusals::keys)?;
    Ok(Found(Page { items: keys.iter().map(|key| shown(web, key)).collect(), next: None }))
}

async fn make(
    web: &Shared,
    by: &By,
    host: KeyHost,
    once: Once,
    NewApiKey { name, role, scopes, expires_after }: NewApiKey,
) -> Result<Created<types::ApiKey>, Fail> {
    let wish = KeyWish {
        name: name.unwrap_or_else(|| "key".to_owned()),
        role: role.as_deref().map_or(Ok(Role::Admin), accounts::role)?,
        scopes: if scopes.is_empty() { Scopes::everything() } else { read_scopes(&scopes)? },
        expires_after: expires_after.as_deref().map(invites::span).transpose()?,
    };
    let act = async {
        let done = web.acts.api_keys.create(by, host.clone(), wish).await.map_err(refusals::keys)?;
        Ok(done.map(|made| types::ApiKey { key: Some(made.text.expose().to_owned()), ..shown(web, &made.key) }))
    };
    // The secret is nowhere any more: whoever did not hear it withdraws this key and makes another.
    let again = async |id: String| {
        let keys = web.acts.api_keys.list(by, host.clone()).await.map_err(refusals::keys)?;
        let made = keys.iter().find(|key| key.id.as_str() == id);
        made.map(|key| shown(web, key)).ok_or_else(|| refusals::keys(ActError::Refused(KeyRefusal::Unknown)))
    };
    Ok(once.run(web, host.as_ref(), act, again).await?.into())
}

async fn withdraw(web: &Shared, by: &By, host: KeyHost, id: &str) -> Result<Changed<types::ApiKey>, Fail> {
    let done = web.acts.api_keys.revoke(by, host, id).await.map_err(refusals::keys)?;
    Ok(Changed::new(done.map(|key| shown(web, &key))))
}

fn read_scopes(words: &[String]) -> Result<Scopes, Fail> {
    let read = |word: &String| {
        Scope::from_name(word).ok_or_else(|| {
            let all: Vec<_> = Scope::ALL.into_iter().map(Scope::as_str).collect();
            let title = format!("There is no scope {word:?}. Scopes are {}.", all.join(", "));
            Fail::refused(StatusCode::BAD_REQUEST, "bad-scope", title)
        })
    };
    words.iter().map(read).collect()
}

fn shown(web: &Shared, key: &ApiKey) -> types::ApiKey {
    let state = match (&key.revoked, key.is_alive(web.clock.wall())) {
        (Some(_), _) => "withdrawn",
        (None, false) => "expired",
        (None, true) => "active",
    };
    types::ApiKey {
        id: key.id.to_string(),
        name: key.name.clone(),
        host: key.host.as_ref().map(ToString::to_string),
        role: key.role.as_str().to_owned(),
        scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        state: state.to_owned(),
        made_by: key.maker.as_ref().map_or("operator".to_owned(), ToString::to_string),
        created: time(key.created),
        expires: key.expires.map(time),
        last_used: key.used.map(time),
        key: None,
    }
}
