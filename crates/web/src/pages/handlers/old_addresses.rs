//! Addresses that other servers' links have and ours do not: whoever holds such a link comes to the right page.
//!
//! `/invite/TOKEN`, `/invite/TOKEN/`, `/invites/TOKEN` and the two with the token as query are the landing page itself,
//! since apps look there for the `Link` header and do not all follow redirects. What is below them is moved (303).
//! Prosody: mod_invites_page, mod_invites_register_web. ejabberd: mod_invites. Snikket: its portal.
//! Left out: `/invites_bootstrap`, whose use the owner link has.

use axum::extract::{Path, RawQuery};
use axum::response::Response;

use super::{Ctx, see_other};
use crate::api::query;
use crate::pages::paths;
use crate::problem::Fail;

/// The longest token or app name that is handed on.
const LONGEST: usize = 64;

/// `GET /register?t=TOKEN&c=APP`.
pub(crate) async fn register(RawQuery(asked): RawQuery, _: Ctx) -> Result<Response, Fail> {
    let token = query(asked.as_deref(), "t").ok_or(Fail::Missing)?;
    to_form(token, query(asked.as_deref(), "c"))
}

/// `GET /invite/TOKEN/register` and `GET /invites/TOKEN/registration`.
pub(crate) async fn form(Path(token): Path<String>, _: Ctx) -> Result<Response, Fail> {
    to_form(&token, None)
}

/// `GET /invites/TOKEN/APP/registration`.
pub(crate) async fn form_with_app(Path((token, app)): Path<(String, String)>, _: Ctx) -> Result<Response, Fail> {
    to_form(&token, Some(&app))
}

/// `GET /invite/TOKEN/reset`.
pub(crate) async fn reset(Path(token): Path<String>, _: Ctx) -> Result<Response, Fail> {
    Ok(see_other(&paths::reset(plain(&token)?)))
}

/// `GET /invites_page/setup/APP?TOKEN`.
pub(crate) async fn setup(Path(app): Path<String>, RawQuery(asked): RawQuery, _: Ctx) -> Result<Response, Fail> {
    let asked = asked.unwrap_or_default();
    to_app(asked.split('&').next().unwrap_or_default(), &app)
}

/// `GET /invites/TOKEN/APP`.
pub(crate) async fn app(Path((token, app)): Path<(String, String)>, _: Ctx) -> Result<Response, Fail> {
    to_app(&token, &app)
}

fn to_form(token: &str, app: Option<&str>) -> Result<Response, Fail> {
    let form = paths::register(plain(token)?);
    Ok(see_other(&match app.map(named) {
        Some(Some(app)) => format!("{form}?app={app}"),
        Some(None) | None => form,
    }))
}

fn to_app(token: &str, app: &str) -> Result<Response, Fail> {
    let token = plain(token)?;
    Ok(see_other(&named(app).map_or_else(|| paths::landing(token), |app| paths::app(token, &app))))
}

/// What can be a token, wherever it was made: nothing in it can change what the address means.
fn plain(token: &str) -> Result<&str, Fail> {
    let is = (1..=LONGEST).contains(&token.len()) && token.bytes().all(is_word);
    if is { Ok(token) } else { Err(Fail::Missing) }
}

/// An app as our pages name it: Prosody's `siskin-im` and ejabberd's `Siskin-IM` are one.
fn named(app: &str) -> Option<String> {
    let is = (1..=LONGEST).contains(&app.len()) && app.bytes().all(is_word);
    is.then(|| app.to_ascii_lowercase())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
