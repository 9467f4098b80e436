//! What an authority finds that looks whether a name is ours, before it signs a certificate for it.
//!
//! Spec: RFC 8555 §8.3 (HTTP-01). It asks by plain HTTP, without a redirect of ours, and perhaps for a name that is no host
//! here yet: so this comes before a host is chosen. Only texts that an order of ours waits for are served.

use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use parlour_net::ListenerKind;

use crate::front::Came;
use crate::pages::csp::csp;
use crate::security;
use crate::service::Shared;

/// Where the texts are.
const PREFIX: &str = "/.well-known/acme-challenge/";

/// The answer to a request for a text that is open; nothing for any other, which goes on as usual.
pub(crate) fn answer(web: &Shared, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let token = path.strip_prefix(PREFIX)?;
    let came = request.extensions().get::<Came>()?;
    if !matches!(came.listener, ListenerKind::Web | ListenerKind::WebTls)
        || !matches!(*request.method(), Method::GET | Method::HEAD)
    {
        return None;
    }
    let text = web.challenges.as_ref()?.text(token)?;
    tracing::debug!(target: "parlour::acme", "an authority has looked");
    let kind = [(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, "no-store")];
    let mut answer = (kind, text.as_bytes().to_vec()).into_response();
    security::protect(answer.headers_mut(), path, false, csp());
    Some(answer)
}
