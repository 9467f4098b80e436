//! Addresses that scripts and portals written for Prosody call. Each is off until its host's options switch it on, and
//! each only translates: the acts are those of every other door.
//!
//! Left out: users, groups and announcements of mod_http_admin_api; `/api/v1` has what there is of them.

pub(crate) mod admin;
pub(crate) mod invites;
pub(crate) mod register;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use parlour_domain::api_key::Scope;
use parlour_domain::{By, Door, HostPolicy};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::api::{self, is_json, query};
use crate::front::Asked;
use crate::pages::handlers::Ctx;
use crate::problem::Fail;

/// One of the families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `/register_api`: for whoever holds a token.
    Register,
    /// `/invites_api`: for whoever holds a key.
    Invites,
    /// `/admin_api/invites`: for whoever holds a key.
    Admin,
}

impl Family {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Register, Self::Invites, Self::Admin];

    /// What its addresses begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Register => "/register_api",
            Self::Invites => "/invites_api",
            Self::Admin => "/admin_api",
        }
    }

    /// Whether a host has it.
    pub fn is_on(self, policy: &HostPolicy) -> bool {
        match self {
            Self::Register => policy.register_api,
            Self::Invites => policy.invites_api,
            Self::Admin => policy.admin_api,
        }
    }

    /// The family an address belongs to; its callers are programs, so they are told what is wrong as JSON.
    pub fn of(path: &str) -> Option<Self> {
        let rest = |family: &Self| path.strip_prefix(family.prefix());
        Self::ALL.into_iter().find(|family| rest(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
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

/// What a program shows to be known.
enum Caller {
    /// A key that is good for these addresses.
    Known(By),
    /// A good key, but for other things.
    Unfit,
    /// None, or one that is nobody's, is over or was withdrawn: one answer.
    Unknown,
}

/// Who calls, by `Authorization: Bearer KEY`, or without that header by `?key=KEY` where the family takes it so. A key
/// is one of ours, whole, or its id and secret with a slash between, as Prosody's are.
///
/// Only a key made for these routes (`--scope compat`) opens them: it may stand in addresses and old scripts, so it must
/// not be good for anything else. Guesses count as those of tokens do.
async fn caller(ctx: &Ctx, in_query: Option<&str>) -> Result<Caller, Fail> {
    let (web, asked) = (&ctx.web, &ctx.asked);
    web.limits.may_guess(asked.prefix)?;
    let shown = match ctx.headers.get(AUTHORIZATION) {
        Some(header) => header.to_str().ok().and_then(api::bearer).map(str::to_owned),
        None => query(in_query, "key").and_then(|key| percent_decode_str(key).decode_utf8().ok()).map(String::from),
    };
    let Some(shown) = shown else { return Ok(Caller::Unknown) };
    let host = &asked.place.host;
    let found = match shown.split_once('/') {
        Some((id, secret)) => match id.parse() {
            Ok(id) => web.acts.api_keys.find(host, id, secret).await,
            Err(_) => Ok(None),
        },
        None => web.acts.api_keys.open(host, &shown).await,
    };
    Ok(match found.map_err(Fail::store)? {
        Some(key) if key.has(Scope::Compat) => {
            Caller::Known(key.by(Door::Api, asked.number, Some(asked.prefix.to_string())))
        }
        Some(_) => Caller::Unfit,
        None => {
            web.limits.miss(asked.prefix);
            Caller::Unknown
        }
    })
}

/// Each family says so with a status of its own.
fn no_key(status: StatusCode) -> Fail {
    Fail::refused(
        status,
        "no-key",
        "Show a key that is good: Authorization: Bearer KEY. The operator makes one: parlour key create HOST --scope compat",
    )
}

fn unfit() -> Fail {
    Fail::refused(
        StatusCode::FORBIDDEN,
        "wrong-scope",
        "This key is not for these addresses. Make one that is: parlour key create HOST --scope compat",
    )
}

/// A 200 with JSON.
fn json<T: Serialize>(what: &T) -> Result<Response, Fail> {
    Ok(api::json(StatusCode::OK, what))
}
