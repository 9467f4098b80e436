//! How the API reads and answers. A success about something that changed can only be built from the proof that it is
//! durable.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use jiff::Timestamp;
use parlour_domain::{HostName, Millis};
use parlour_engine::Committed;
use parlour_xmpp::jid::BareJid;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Fail;

/// 201: something new is durable.
pub(super) fn created<T: Serialize>(done: Committed<T>) -> Response {
    json(StatusCode::CREATED, &done.into_out())
}

/// 200: a change is durable.
pub(super) fn changed<T: Serialize>(done: Committed<T>) -> Response {
    json(StatusCode::OK, &done.into_out())
}

/// 200: what there is; nothing changed.
pub(super) fn found<T: Serialize>(what: &T) -> Response {
    json(StatusCode::OK, what)
}

fn json<T: Serialize>(status: StatusCode, what: &T) -> Response {
    match serde_json::to_vec(what) {
        Ok(text) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response(),
        Err(error) => Fail::fault(error).into_response(),
    }
}

/// Reads a body. What stands in it is not repeated in the answer: it may hold a password.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Fail> {
    serde_json::from_slice(bytes).map_err(|error| {
        let sentence = format!(
            "The body is not what this call takes; line {}, column {} is the first wrong place.",
            error.line(),
            error.column()
        );
        Fail::refused(StatusCode::BAD_REQUEST, "malformed-body", sentence)
    })
}

/// The host named in a path.
pub(super) fn host(text: &str) -> Result<HostName, Fail> {
    HostName::parse(text).ok_or_else(|| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-domain",
            format!("{text:?} is not a domain. Write it as in chat.example.org."),
        )
    })
}

/// The account named in a path.
pub(super) fn address(name: &str, host: &HostName) -> Result<BareJid, Fail> {
    BareJid::new(&format!("{name}@{host}"))
        .ok()
        .filter(|jid| jid.node().is_some() && HostName::of(jid) == *host)
        .ok_or_else(|| {
            Fail::refused(
                StatusCode::BAD_REQUEST,
                "bad-name",
                format!("{name:?} is not a name. Write the part before the @."),
            )
        })
}

/// A moment as RFC 3339 has it, in UTC, to the second.
pub(super) fn time(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000))
        .unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
        .to_string()
}

/// One value of a query.
pub(super) fn query<'q>(query: Option<&'q str>, key: &str) -> Option<&'q str> {
    query?.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
}
