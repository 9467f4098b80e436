//! `/admin_api/invites`: a portal's way to make, list and take back invites.
//!
//! Spec: the invite routes of Prosody's community module mod_http_admin_api, with its JSON and status codes. In place of
//! an OAuth2 token there is a key of ours (`parlour key create HOST --scope compat`), shown the same way.
//! `id` is the token, as there; both the token and our own id are taken in a path. A group's link is for several only if
//! a `ttl` is given, as there, and then for [`GROUP_USES`] people, where Prosody knows no bound.
//! Left out: users, groups, server information and announcements; `additional_data`.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use parlour_domain::invite::InviteState;
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::limits::SECOND;
use parlour_domain::{By, Invite, InviteKind, Role, Who};
use parlour_engine::{ActError, Committed, InviteQuery};
use serde::{Deserialize, Serialize};

use super::{Caller, caller, is_json, json, no_key, unfit};
use crate::api::not_issued;
use crate::pages::handlers::Ctx;
use crate::problem::Fail;

/// How many people a group's link is for: a link without a bound is one that nobody watches.
const GROUP_USES: u32 = 100;

/// Rows of one look at the store.
const PAGE: u32 = 200;

/// What is asked for. Prosody takes names it does not know for nothing; so do we.
#[derive(Default, Deserialize)]
struct Wanted {
    username: Option<String>,
    groups: Option<Vec<String>>,
    /// The first is the account's role; Prosody's names are understood.
    roles: Option<Vec<String>>,
    /// Seconds.
    ttl: Option<i64>,
    note: Option<String>,
}

/// An invite as portals read it. Times are seconds since 1970.
#[derive(Serialize)]
struct Shown {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    reusable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<String>,
    jid: String,
    uri: String,
    landing_page: String,
    created_at: i64,
    expires: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'static str>,
    /// Who made it.
    source: String,
    reset: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// `GET /admin_api/invites`: those that wait and register somebody or reset a password, oldest first.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    let host = &ctx.asked.place.host;
    let mut rows = Vec::new();
    // Links for a new password are listed where they are asked for alone.
    for kind in [None, Some(InviteKind::Reset)] {
        let waiting = Some(InviteState::Waiting);
        let mut query = InviteQuery { state: waiting, kind, limit: PAGE, ..InviteQuery::new(host.clone()) };
        loop {
            let page = ctx.web.acts.invites.list(&by, query.clone()).await.map_err(Fail::store)?;
            query.after = page.last().map(|last| last.id);
            let last = page.len() < PAGE as usize;
            rows.extend(page);
            if last {
                break;
            }
        }
    }
    rows.sort_by_key(|invite| invite.created);
    json(&rows.iter().filter(|invite| is_theirs(&ctx, invite)).filter_map(|i| shown(&ctx, i)).collect::<Vec<_>>())
}

/// `GET /admin_api/invites/ID`.
pub(crate) async fn one(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    json(&shown(&ctx, &waiting(&ctx, &by, &id).await?).ok_or_else(none)?)
}

/// `POST /admin_api/invites/account`.
pub(crate) async fn account(ctx: Ctx, body: Bytes) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    let wanted = wanted(&ctx, &body)?;
    let name = wanted.username.clone();
    make(&ctx, &by, Wish { kind: Some(InviteKind::Account), name, ..wish(wanted)? }).await
}

/// `POST /admin_api/invites/group`.
pub(crate) async fn group(ctx: Ctx, body: Bytes) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    let wanted = wanted(&ctx, &body)?;
    if wanted.groups.is_none() {
        return Err(bad("groups is needed."));
    }
    let max_uses = wanted.ttl.map(|_| GROUP_USES);
    make(&ctx, &by, Wish { kind: Some(InviteKind::Account), max_uses, ..wish(wanted)? }).await
}

/// `POST /admin_api/invites/reset`.
pub(crate) async fn reset(ctx: Ctx, body: Bytes) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    let wanted = wanted(&ctx, &body)?;
    let Some(name) = wanted.username else { return Err(bad("username is needed.")) };
    let expires_after = wanted.ttl.map(life).transpose()?;
    make(&ctx, &by, Wish { kind: Some(InviteKind::Reset), name: Some(name), expires_after, ..Wish::default() }).await
}

/// `DELETE /admin_api/invites/ID`.
pub(crate) async fn delete(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let by = admin(&ctx).await?;
    let invite = waiting(&ctx, &by, &id).await?;
    match ctx.web.acts.invites.revoke(&by, &ctx.asked.place.host, invite.id.as_str()).await {
        Ok(done) => Ok(gone(&done)),
        Err(ActError::Refused(RevokeRefusal::Unknown | RevokeRefusal::Dead(_))) => Err(none()),
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

/// 401 for nobody's key, 403 for one that is for other things.
async fn admin(ctx: &Ctx) -> Result<By, Fail> {
    match caller(ctx, None).await? {
        Caller::Known(by) => Ok(by),
        Caller::Unfit => Err(unfit()),
        Caller::Unknown => Err(no_key(StatusCode::UNAUTHORIZED)),
    }
}

/// A body that is there must be JSON; none asks for nothing special.
fn wanted(ctx: &Ctx, body: &Bytes) -> Result<Wanted, Fail> {
    if body.is_empty() {
        return Ok(Wanted::default());
    }
    Some(body)
        .filter(|_| is_json(&ctx.headers))
        .and_then(|body| serde_json::from_slice(body).ok())
        .ok_or_else(|| bad("Send an object as application/json."))
}

fn wish(wanted: Wanted) -> Result<Wish, Fail> {
    let role = match wanted.roles.as_deref() {
        None | Some([]) => None,
        Some([first, ..]) => Some(Role::from_name(first).ok_or_else(|| bad(&format!("There is no role {first:?}.")))?),
    };
    Ok(Wish {
        role: role.filter(|role| *role != Role::Member),
        groups: wanted.groups.unwrap_or_default(),
        expires_after: wanted.ttl.map(life).transpose()?,
        note: wanted.note,
        ..Wish::default()
    })
}

fn life(seconds: i64) -> Result<i64, Fail> {
    seconds.checked_mul(SECOND).ok_or_else(|| bad("ttl is a number of seconds."))
}

async fn make(ctx: &Ctx, by: &By, wish: Wish) -> Result<Response, Fail> {
    let done = ctx.web.acts.invites.issue(by, &ctx.asked.place.host, wish).await.map_err(not_issued)?;
    made(ctx, &done)
}

/// The success takes the proof that the invite is durable.
fn made(ctx: &Ctx, done: &Committed<Invite>) -> Result<Response, Fail> {
    json(&shown(ctx, done.out()).ok_or_else(|| Fail::fault("a new invite has no links"))?)
}

fn gone(_: &Committed<()>) -> Response {
    StatusCode::OK.into_response()
}

async fn waiting(ctx: &Ctx, by: &By, id: &str) -> Result<Invite, Fail> {
    let known = ctx.web.acts.invites.show(by, &ctx.asked.place.host, id).await.map_err(Fail::store)?;
    known.map(|(invite, _)| invite).filter(|invite| is_theirs(ctx, invite)).ok_or_else(none)
}

/// What these routes speak of: contact invites register nobody, and the owner link is the machine's.
fn is_theirs(ctx: &Ctx, invite: &Invite) -> bool {
    !matches!(invite.kind, InviteKind::Contact | InviteKind::Owner)
        && invite.state(ctx.asked.now) == InviteState::Waiting
}

fn shown(ctx: &Ctx, invite: &Invite) -> Option<Shown> {
    let links = ctx.web.acts.invites.links(invite)?;
    let host = ctx.asked.place.host.as_str();
    let inviter = match &invite.maker {
        Who::Account(jid) if invite.kind.makes_contact() => jid.node().map(|node| node.as_str().to_owned()),
        _ => None,
    };
    let of = inviter.as_deref().or(invite.name.as_deref());
    Some(Shown {
        id: links.token.as_str().to_owned(),
        kind: if invite.kind.makes_contact() { "roster" } else { "register" },
        reusable: invite.max_uses > 1,
        jid: of.map_or_else(|| host.to_owned(), |name| format!("{name}@{host}")),
        inviter,
        uri: links.uri.to_string(),
        landing_page: links.landing_page.expose().clone(),
        created_at: invite.created.div_euclid(SECOND),
        expires: invite.expires.div_euclid(SECOND),
        groups: invite.groups.clone(),
        roles: invite.role.map(role).into_iter().collect(),
        source: invite.maker.to_string(),
        reset: invite.kind == InviteKind::Reset,
        note: invite.note.clone(),
    })
}

/// A role in Prosody's words.
fn role(role: Role) -> &'static str {
    match role {
        Role::Limited => "prosody:restricted",
        Role::Member => "prosody:registered",
        Role::Admin => "prosody:admin",
        Role::Owner => "prosody:operator",
    }
}

fn none() -> Fail {
    Fail::refused(StatusCode::NOT_FOUND, "item-not-found", "There is no such invite, or it is over.")
}

fn bad(title: &str) -> Fail {
    Fail::refused(StatusCode::BAD_REQUEST, "bad-request", title)
}
