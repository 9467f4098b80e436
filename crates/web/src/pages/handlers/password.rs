//! A member's new password, from the old one; and how any typed password is judged before it is hashed.

use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::HostName;
use parlour_domain::password::{self, Password, PasswordPolicy};
use parlour_engine::accounts::AccountError;
use parlour_engine::signin::SignInError;
use zeroize::Zeroizing;

use super::{Ctx, Proof, Submitted, password_error, retry_after, see_other, sign_in, try_later};
use crate::limits::Wait;
use crate::pages::view::{ChangePassword, FormProblem, PasswordError};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// What is wrong with the form.
#[derive(Clone, Copy, Default)]
struct Wrong {
    current: bool,
    password: Option<PasswordError>,
    problem: Option<FormProblem>,
}

/// Judges a typed password for `name` at `host`, before anything else is done with it.
pub(crate) fn judged(typed: &str, host: &HostName, name: Option<&str>) -> Result<(), PasswordError> {
    Password::accept(typed, &PasswordPolicy { host, name }).map(drop).map_err(password_error)
}

/// A password for somebody who would rather have one made.
pub(crate) fn made_up(ctx: &Ctx) -> Zeroizing<String> {
    password::made_up(ctx.web.dice.bytes())
}

/// `GET /me/password`.
pub(crate) async fn form(ctx: Ctx) -> Result<Response, Fail> {
    show(&ctx, StatusCode::OK, Wrong::default())
}

/// `POST /me/password`. It ends every session of the account in browsers and apps; this browser gets a new one.
pub(crate) async fn change(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let wrong = Wrong::default();
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
    let (host, jid) = (&ctx.asked.place.host, &ctx.member()?.account.jid);
    let name = jid.node().map(|node| node.as_str()).unwrap_or_default();
    let password = fields.get("password");
    if let Err(error) = judged(password, host, Some(name)) {
        return show(ctx, StatusCode::BAD_REQUEST, Wrong { password: Some(error), ..wrong });
    }
    match ctx.web.acts.sign_in.prove(&ctx.by()?, jid, fields.get("current")).await {
        Ok(()) => {}
        Err(SignInError::Wrong) => return show(ctx, StatusCode::BAD_REQUEST, Wrong { current: true, ..wrong }),
        Err(SignInError::TooMany(wait)) => return busy(wait.into()),
        Err(SignInError::Busy(_)) => return Err(Fail::Overloaded),
        Err(SignInError::Failed(error)) => return Err(Fail::store(error)),
        Err(error @ SignInError::UnknownHost(_)) => return Err(Fail::fault(error)),
    }
    match ctx.web.acts.accounts.set_password(&ctx.by()?, jid, password).await {
        Ok(_) => {
            let done = format!("{}?done=password", paths::ME);
            sign_in::begin(ctx, name, password, &done)
                .await
                .map(|answer| answer.unwrap_or_else(|| see_other(paths::SIGN_IN)))
        }
        Err(AccountError::Password(refusal)) => {
            show(ctx, StatusCode::BAD_REQUEST, Wrong { password: Some(password_error(refusal)), ..wrong })
        }
        Err(AccountError::Refused(_)) => Err(Fail::Forbidden),
        Err(AccountError::Busy(_)) => Err(Fail::Overloaded),
        Err(AccountError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ AccountError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

fn show(ctx: &Ctx, status: StatusCode, wrong: Wrong) -> Result<Response, Fail> {
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = ChangePassword {
        site: &site,
        csrf: &ctx.field(),
        address: ctx.member()?.account.jid.as_str(),
        current_wrong: wrong.current,
        password_error: wrong.password,
        problem: wrong.problem,
    };
    Ok(ctx.form(status, &page))
}
