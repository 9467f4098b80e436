//! `/invites_api`: a program with a key asks for a link to an account.
//!
//! Spec: the behaviour of Prosody's community module mod_invites_api: 201 with the link in `Location` and no body, 303
//! with `redirect`, 403 for a key that is none. There GET makes an invite; here it does only where the host says so, and
//! HEAD never, since whatever looks at an address sends those; and no oftener from one address than a member clicks.
//! Left out: keys of its own; they are ours, made by `parlour key create HOST --scope compat`.

use axum::extract::RawQuery;
use axum::http::header::{ALLOW, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use parlour_domain::invite::issue::Wish;
use parlour_domain::{Invite, InviteKind};
use parlour_engine::Committed;

use super::{Caller, caller, no_key, unfit};
use crate::api::{not_issued, query};
use crate::pages::handlers::Ctx;
use crate::problem::Fail;

/// `POST /invites_api`, and GET where it is switched on.
pub(crate) async fn make(RawQuery(asked): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let asked = asked.as_deref();
    let by = match caller(&ctx, asked).await? {
        Caller::Known(by) => by,
        Caller::Unfit => return Err(unfit()),
        Caller::Unknown => return Err(no_key(StatusCode::FORBIDDEN)),
    };
    let may = ctx.method == Method::POST || (ctx.method == Method::GET && ctx.asked.place.policy.invites_api_get);
    if !may {
        let mut answer = Fail::Method.into_response();
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(answer);
    }
    if ctx.method == Method::GET {
        // A key in an address stands on somebody's site, for everybody to press.
        ctx.web.limits.invite(&format!("{} {}", super::Family::Invites.prefix(), ctx.asked.prefix))?;
    }
    let redirect = query(asked, "redirect").is_some();
    let wish = Wish { kind: Some(InviteKind::Account), ..Wish::default() };
    let done = ctx.web.acts.invites.issue(&by, &ctx.asked.place.host, wish).await.map_err(not_issued)?;
    made(&ctx, &done, redirect)
}

/// The success takes the proof that the invite is durable.
fn made(ctx: &Ctx, done: &Committed<Invite>, redirect: bool) -> Result<Response, Fail> {
    let links = ctx.web.acts.invites.links(done.out()).ok_or_else(|| Fail::fault("a new invite has no links"))?;
    let link = HeaderValue::from_str(links.landing_page.expose()).map_err(Fail::fault)?;
    let status = if redirect { StatusCode::SEE_OTHER } else { StatusCode::CREATED };
    Ok((status, [(LOCATION, link)]).into_response())
}
