//! The password once more, before something that matters: a new session in this browser takes the place of the old.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Shell, local, query};
use crate::limits::Wait;
use crate::pages::handlers::sign_in::{begin, own_path};
use crate::pages::handlers::{Ctx, Proof, Submitted, retry_after, try_later};
use crate::pages::paths;
use crate::pages::view::FormProblem;
use crate::pages::view::admin::{Again, Section};
use crate::problem::Fail;

/// `GET /admin/again?next=PATH`.
pub(crate) async fn form(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    show(&ctx, StatusCode::OK, onward(fields.get("next")), false, None)
}

/// `POST /admin/again`.
pub(crate) async fn submit(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let next = onward(fields.get("next"));
    if sent.proven("")? == Proof::Stale {
        return show(ctx, StatusCode::BAD_REQUEST, next, false, Some(FormProblem::Stale));
    }
    let busy = |wait: Wait| {
        Ok(retry_after(show(ctx, StatusCode::TOO_MANY_REQUESTS, next, false, Some(try_later(wait)))?, wait))
    };
    if let Err(wait) = ctx.web.limits.sign_in(ctx.asked.prefix) {
        return busy(wait);
    }
    let member = ctx.member()?;
    // Counted and slowed like any sign-in.
    let answer = match begin(ctx, local(&member.account.jid), fields.get("password"), next).await {
        Ok(Some(answer)) => answer,
        Ok(None) => return show(ctx, StatusCode::BAD_REQUEST, next, true, None),
        Err(Fail::Busy(wait)) => return busy(wait),
        Err(fail) => return Err(fail),
    };
    let old = member.session.hash.label();
    ctx.web.acts.sign_in.end(&ctx.by()?, &member.account.jid, &old).await.map_err(Fail::store)?;
    Ok(answer)
}

/// Only the console's own pages are gone on to (attack 83).
fn onward(next: &str) -> &str {
    if own_path(next) && next.starts_with(paths::ADMIN) { next } else { paths::ADMIN }
}

fn show(
    ctx: &Ctx,
    status: StatusCode,
    next: &str,
    wrong: bool,
    problem: Option<FormProblem>,
) -> Result<Response, Fail> {
    let shell = Shell::new(ctx)?;
    let page = Again { site: &shell.site, desk: shell.desk(Section::People), next, wrong, problem };
    Ok(shell.send(status, &page))
}
