//! Who may call the API over the network: a program with a key, for what the key is good for.
//!
//! Spec: RFC 6750 §2.1 (the header), §3 (what is answered without).
//! No cookie counts here and no other site may read an answer (no CORS), so there is nothing to forge.

use std::sync::Arc;

use axum::extract::{RawPathParams, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use parlour_domain::api_key::Scope;
use parlour_domain::{Actor, By, Door, HostName};
use parlour_engine::api_keys::ShownKey;

use crate::front::Asked;
use crate::problem::Fail;
use crate::service::Shared;

/// Where the description of the API is, which holds nothing secret and can be read without a key.
pub(crate) const DOCUMENT: &str = "/api/openapi.json";
/// Where the words for what can go wrong are explained.
pub(crate) const PROBLEMS: &str = "/api/problems";

/// Looks at the key of a request over the network, and notes who asks.
pub(crate) async fn enter(
    web: &Shared,
    asked: &Asked,
    path: &str,
    headers: &HeaderMap,
    extensions: &mut Extensions,
) -> Result<(), Fail> {
    if path == DOCUMENT || path == PROBLEMS {
        return Ok(());
    }
    // A key is a password: what came in the clear may be somebody else's by now.
    if !asked.safe {
        return Err(Fail::Insecure);
    }
    let text = shown(headers).ok_or(Fail::Unknown)?;
    if !web.acts.api_keys.is_known(&asked.place.host, text) {
        web.limits.may_guess(asked.prefix)?;
    }
    let Some(key) = web.acts.api_keys.open(&asked.place.host, text).await.map_err(Fail::store)? else {
        web.limits.miss(asked.prefix);
        return Err(Fail::BadKey);
    };
    extensions.insert(key.by(Door::Api, asked.number, Some(asked.prefix.to_string())));
    extensions.insert(key);
    Ok(())
}

/// Lets the operator through, and programs whose key is good for this and for the host in the path.
pub(crate) async fn scoped(
    State(scope): State<Scope>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Result<Response, Fail> {
    let by = request.extensions().get::<By>().cloned().ok_or(Fail::Unknown)?;
    if let Actor::Key(bearer) = &by.actor {
        let key = request.extensions().get::<Arc<ShownKey>>().ok_or(Fail::Unknown)?;
        if !key.has(scope) {
            return Err(Fail::Scope(scope));
        }
        let named = params.iter().find(|(name, _)| *name == "host").and_then(|(_, host)| HostName::parse(host));
        // The same answer as for a host that is not here at all.
        if let Some(other) = named.filter(|host| !bearer.reaches(host)) {
            return Err(super::unknown_host(other));
        }
    }
    Ok(next.run(super::once::read(request, &by).await?).await)
}

/// The key of the one header there is.
fn shown(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (one, more) = (all.next()?, all.next());
    bearer(one.to_str().ok()?).filter(|_| more.is_none())
}

/// What follows `Bearer`; RFC 9110 §11.1: the scheme in any case.
pub(crate) fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}
