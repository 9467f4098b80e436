//! Addresses that scripts and portals written for Prosody call. Each is off until its host's options switch it on, and
//! each only translates: the acts are those of every other door.
//!
//! Left out: users, groups and announcements of mod_http_admin_api; `/api/v1` has what there is of them.

pub(crate) mod register;

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use parlour_domain::HostPolicy;
use serde::Serialize;

use crate::front::Asked;
use crate::problem::Fail;

/// One of the families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `/register_api`: for whoever holds a token.
    Register,
}

impl Family {
    /// All there are.
    pub const ALL: [Self; 1] = [Self::Register];

    /// What its addresses begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Register => "/register_api/",
        }
    }

    /// Whether a host has it.
    pub fn is_on(self, policy: &HostPolicy) -> bool {
        match self {
            Self::Register => policy.register_api,
        }
    }

    /// The family an address belongs to; its callers are programs, so they are told what is wrong as JSON.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| path.starts_with(family.prefix()))
    }
}

/// Lets a request through to a family that its host has switched on, where secrets may travel.
pub(crate) async fn switched_on(family: Family, request: Request, next: Next) -> Result<Response, Fail> {
    let asked = request.extensions().get::<Asked>().ok_or(Fail::Missing)?;
    match (family.is_on(&asked.place.policy), asked.safe) {
        (false, _) => Err(Fail::Missing),
        (true, false) => Err(Fail::Insecure),
        (true, true) => Ok(next.run(request).await),
    }
}

/// A 200 with JSON.
fn json<T: Serialize>(what: &T) -> Result<Response, Fail> {
    let text = serde_json::to_vec(what).map_err(Fail::fault)?;
    Ok((StatusCode::OK, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response())
}

/// Whether a body says that it is JSON. A foreign page's form cannot say so without asking first, and we never answer
/// that question with yes: this and the absence of cookies are why these addresses need no hidden field.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
