//! Leaving for good: the account is deleted, by its password.

use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::{AccountRefusal, Turn};
use parlour_domain::{Account, AccountState};
use parlour_engine::Committed;
use parlour_engine::accounts::AccountError;
use parlour_engine::signin::SignInError;

use super::{Ctx, Proof, Submitted, retry_after, try_later};
use crate::cookies::Cookie;
use crate::front::timestamp;
use crate::limits::Wait;
use crate::pages::view;
use crate::pages::view::{FormProblem, Leave, Left};
use crate::problem::Fail;

/// What is wrong with the form.
#[derive(Clone, Copy, Default)]
struct Wrong {
    password: bool,
    last_owner: bool,
    problem: Option<FormProblem>,
}

/// `GET /me/leave`.
pub(crate) async fn form(ctx: Ctx) -> Result<Response, Fail> {
    show(&ctx, StatusCode::OK, Wrong::default())
}

/// `POST /me/leave`. Everything the account had open ends with it.
pub(crate) async fn leave(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, wrong) = (&sent.ctx, Wrong::default());
    if sent.proven("")? == Proof::Stale {
        return show(ctx, StatusCode::BAD_REQUEST, Wrong { problem: Some(FormProblem::Stale), ..wrong });
    }
    let busy = |wait: Wait| {
        let page = show(ctx, StatusCode::TOO_MANY_REQUESTS, Wrong { problem: Some(try_later(wait)), ..wrong })?;
        Ok(retry_after(page, wait))
    };
    if let Err(wait) = ctx.web.limits.sign_in(ctx.asked.prefix) {
        return busy(wait);
    }
    let (by, jid) = (ctx.by()?, &ctx.member()?.account.jid);
    match ctx.web.acts.sign_in.prove(&by, jid, sent.fields.get("current")).await {
        Ok(()) => {}
        Err(SignInError::Wrong) => return show(ctx, StatusCode::BAD_REQUEST, Wrong { password: true, ..wrong }),
        Err(SignInError::TooMany(wait)) => return busy(wait.into()),
        Err(SignInError::Busy(_)) => return Err(Fail::Overloaded),
        Err(SignInError::Failed(error)) => return Err(Fail::store(error)),
        Err(error @ SignInError::UnknownHost(_)) => return Err(Fail::fault(error)),
    }
    match ctx.web.acts.accounts.turn(&by, jid, Turn::Delete).await {
        Ok(done) => Ok(goodbye(ctx, &done)),
        Err(AccountError::Refused(AccountRefusal::LastOwner)) => {
            show(ctx, StatusCode::CONFLICT, Wrong { last_owner: true, ..wrong })
        }
        Err(AccountError::Refused(_)) => Err(Fail::Forbidden),
        Err(AccountError::Busy(_)) => Err(Fail::Overloaded),
        Err(AccountError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ (AccountError::Password(_) | AccountError::UnknownHost(_))) => Err(Fail::fault(error)),
    }
}

/// Takes the proof that it is durable.
fn goodbye(ctx: &Ctx, done: &Committed<Account>) -> Response {
    let account = done.out();
    let since = match account.state {
        AccountState::Deleted { since } => since,
        AccountState::Active | AccountState::Disabled { .. } | AccountState::Erased { .. } => ctx.asked.now,
    };
    let site = view::Site { path: None, ..ctx.asked.site() };
    let until = timestamp(since.saturating_add(RESTORABLE));
    let mut answer = ctx.page(StatusCode::OK, &Left { site: &site, address: account.jid.as_str(), until });
    Cookie::Session.forget(answer.headers_mut(), ctx.asked.https);
    Cookie::Form.forget(answer.headers_mut(), ctx.asked.https);
    answer
}

fn show(ctx: &Ctx, status: StatusCode, wrong: Wrong) -> Result<Response, Fail> {
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = Leave {
        site: &site,
        csrf: &ctx.field(),
        address: ctx.member()?.account.jid.as_str(),
        wrong: wrong.password,
        last_owner: wrong.last_owner,
        problem: wrong.problem,
    };
    Ok(ctx.form(status, &page))
}
