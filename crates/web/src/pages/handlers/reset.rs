//! A new password by a reset link. It signs nobody in, ends every session, and uses the link.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::Millis;
use parlour_domain::invite::redeem::Redeemed;
use parlour_domain::invite::{InviteKind, Presented};
use parlour_engine::Committed;
use parlour_engine::invites::{AccountWish, RedeemError};

use super::password::made_up;
use super::presented::Live;
use super::{Ctx, Proof, Submitted, password, password_error, retry_after, try_later};
use crate::pages::view::{Dead, FormProblem, PasswordError, ResetDone, ResetPassword};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// `GET /i/TOKEN/reset`.
pub(crate) async fn form(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    Ok(match usable(&ctx, &token, None).await? {
        Ok(live) => first(&ctx, &live),
        Err(other) => other,
    })
}

/// The empty form of a live reset link.
pub(crate) fn first(ctx: &Ctx, live: &Live) -> Response {
    show(ctx, live, StatusCode::OK, None, None)
}

/// `POST /i/TOKEN/reset`.
pub(crate) async fn submit(Path(token): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let host = &ctx.asked.place.host;
    ctx.web.limits.may_guess(ctx.asked.prefix)?;
    let Some(shown) = ctx.web.acts.invites.open(host, &token) else {
        ctx.web.limits.miss(ctx.asked.prefix);
        return Ok(ctx.dead(Dead::Unknown, None));
    };
    let at = match sent.proven(shown.id.as_str())? {
        Proof::At(at) => at,
        Proof::Stale => {
            return again(ctx, &token, None, StatusCode::BAD_REQUEST, None, Some(FormProblem::Stale)).await;
        }
    };
    let policy = &ctx.asked.place.policy;
    let tried = match ctx.web.limits.registration(host, policy, ctx.asked.prefix, Some(shown.id)) {
        Ok(tried) => tried,
        Err(wait) => {
            let page = again(ctx, &token, Some(at), StatusCode::TOO_MANY_REQUESTS, None, Some(try_later(wait))).await?;
            return Ok(retry_after(page, wait));
        }
    };
    let made = fields.find("make").map(|_| made_up(ctx));
    let done = set(ctx, &token, &shown, at, fields.get("password"), made.as_deref().map(String::as_str)).await;
    match done {
        Ok((answer, true)) => {
            ctx.web.acts.throttle.joined(tried);
            Ok(answer)
        }
        other => {
            ctx.web.acts.throttle.give_back(tried);
            other.map(|(answer, _)| answer)
        }
    }
}

/// The answer, and whether there is a new password.
async fn set(
    ctx: &Ctx,
    token: &str,
    shown: &Presented,
    at: Millis,
    typed: &str,
    made: Option<&str>,
) -> Result<(Response, bool), Fail> {
    let typed = made.unwrap_or(typed);
    let host = &ctx.asked.place.host;
    let not_set = |answer| Ok((answer, false));
    let live = match usable(ctx, token, Some(at)).await? {
        Ok(live) => live,
        Err(other) => return not_set(other),
    };
    let name = live.looked.invite.name.clone().unwrap_or_default();
    if let Err(error) = password::judged(typed, host, Some(&name)) {
        return not_set(show(ctx, &live, StatusCode::BAD_REQUEST, Some(error), None));
    }
    let wish = AccountWish { name: &name, password: typed };
    let shown = Presented { at, ..*shown };
    match ctx.web.acts.invites.redeem(&ctx.asked.newcomer(), host, Some(&shown), wish).await {
        Ok(done) => Ok((set_anew(ctx, &done, made), true)),
        Err(RedeemError::Refused(refusal)) => not_set(ctx.over(&refusal, token).await),
        Err(RedeemError::Password(refusal)) => {
            not_set(show(ctx, &live, StatusCode::BAD_REQUEST, Some(password_error(refusal)), None))
        }
        Err(RedeemError::Unknown) => not_set(ctx.dead(Dead::Unknown, None)),
        Err(RedeemError::Busy(_)) => Err(Fail::Overloaded),
        Err(RedeemError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ RedeemError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

/// The success page takes the proof that the new password is durable.
fn set_anew(ctx: &Ctx, done: &Committed<Redeemed>, made: Option<&str>) -> Response {
    let site = view::Site { path: None, ..ctx.asked.site() };
    ctx.page(StatusCode::OK, &ResetDone { site: &site, address: done.out().jid().as_str(), password: made })
}

/// The link if it sets a new password; else what to answer.
async fn usable(ctx: &Ctx, token: &str, at: Option<Millis>) -> Result<Result<Box<Live>, Response>, Fail> {
    ctx.usable(token, at, |live| live.looked.invite.kind == InviteKind::Reset).await
}

async fn again(
    ctx: &Ctx,
    token: &str,
    at: Option<Millis>,
    status: StatusCode,
    password_error: Option<PasswordError>,
    problem: Option<FormProblem>,
) -> Result<Response, Fail> {
    Ok(match usable(ctx, token, at).await? {
        Ok(live) => show(ctx, &live, status, password_error, problem),
        Err(other) => other,
    })
}

fn show(
    ctx: &Ctx,
    live: &Live,
    status: StatusCode,
    password_error: Option<PasswordError>,
    problem: Option<FormProblem>,
) -> Response {
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = ResetPassword {
        site: &site,
        action: &paths::reset(live.links.token.as_str()),
        csrf: &ctx.invite_field(&live.shown),
        address: &format!("{}@{}", live.looked.invite.name.as_deref().unwrap_or_default(), ctx.asked.place.host),
        password_error,
        problem,
    };
    ctx.form(status, &page)
}
