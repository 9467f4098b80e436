//! Signing in and out, and the guard of members' pages.
//!
//! Spec: none for the pages; the password is checked against the SCRAM keys by the act, which also counts wrong ones.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use parlour_domain::{Role, limits};
use parlour_engine::Committed;
use parlour_engine::signin::{NewSession, SignInError};

use super::{Ctx, Member, Proof, Submitted, retry_after, see_other, try_later};
use crate::cookies::Cookie;
use crate::front::Asked;
use crate::limits::Wait;
use crate::links::Href;
use crate::pages::view::{FormProblem, SignIn};
use crate::pages::{paths, view};
use crate::platform::in_short;
use crate::problem::Fail;
use crate::service::Shared;

/// What is in the form, and wrong with it.
#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    next: Option<&'a str>,
    wrong: bool,
    problem: Option<FormProblem>,
}

/// `GET /sign-in`: where people look for it.
pub(crate) async fn moved() -> Response {
    see_other(paths::SIGN_IN)
}

/// `GET /me/sign-in`.
pub(crate) async fn form(RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let query = query.unwrap_or_default();
    let next = query.split('&').find_map(|pair| pair.strip_prefix("next="));
    let next = next.and_then(|path| percent_encoding::percent_decode_str(path).decode_utf8().ok());
    let typed = Typed { next: next.as_deref().filter(|path| own_path(path)), ..Typed::default() };
    Ok(show(&ctx, StatusCode::OK, &typed))
}

/// `POST /me/sign-in`.
pub(crate) async fn submit(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let next = fields.find("next").filter(|path| own_path(path));
    let typed = Typed { name: fields.get("name").trim(), next, ..Typed::default() };
    if sent.proven("")? == Proof::Stale {
        return Ok(show(ctx, StatusCode::BAD_REQUEST, &Typed { problem: Some(FormProblem::Stale), ..typed }));
    }
    let busy = |wait: Wait| {
        let page = show(ctx, StatusCode::TOO_MANY_REQUESTS, &Typed { problem: Some(try_later(wait)), ..typed });
        Ok(retry_after(page, wait))
    };
    if let Err(wait) = ctx.web.limits.sign_in(ctx.asked.prefix) {
        return busy(wait);
    }
    // People type their whole address, too.
    let host = &ctx.asked.place.host;
    let name = match typed.name.rsplit_once('@') {
        Some((name, of)) if of.eq_ignore_ascii_case(host.as_str()) => name,
        _ => typed.name,
    };
    match begin(ctx, name, fields.get("password"), typed.next.unwrap_or(paths::ME)).await {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Ok(show(ctx, StatusCode::BAD_REQUEST, &Typed { wrong: true, ..typed })),
        Err(Fail::Busy(wait)) => busy(wait),
        Err(fail) => Err(fail),
    }
}

/// Begins a session in this browser and goes on; `None` where name and password don't go together.
pub(crate) async fn begin(ctx: &Ctx, name: &str, password: &str, next: &str) -> Result<Option<Response>, Fail> {
    let header = |name: &str| ctx.headers.get(name).and_then(|v| v.to_str().ok());
    let browser = in_short(header(USER_AGENT.as_str()).unwrap_or_default(), header("sec-ch-ua-platform"));
    let host = &ctx.asked.place.host;
    match ctx.web.acts.sign_in.browser(&ctx.asked.newcomer(), host, name, password, &browser).await {
        Ok(done) => Ok(Some(begun(ctx, &done, next))),
        Err(SignInError::Wrong) => Ok(None),
        Err(SignInError::TooMany(wait)) => Err(Fail::Busy(wait.into())),
        Err(SignInError::Busy(_)) => Err(Fail::Overloaded),
        Err(SignInError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ SignInError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

/// Takes the proof that the session is durable.
fn begun(ctx: &Ctx, done: &Committed<NewSession>, next: &str) -> Response {
    let mut answer = see_other(next);
    let headers = answer.headers_mut();
    Cookie::Session.set(headers, ctx.asked.https, done.out().cookie.expose(), Some(limits::SESSION_LIFE / 1000));
    // Fields made for the guest end with the guest.
    Cookie::Form.forget(headers, ctx.asked.https);
    answer
}

/// `POST /me/sign-out`.
pub(crate) async fn sign_out(sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    sent.proven("")?;
    let member = ctx.member()?;
    let (jid, label) = (&member.account.jid, member.session.hash.label());
    ctx.web.acts.sign_in.end(&ctx.by()?, jid, &label).await.map_err(Fail::store)?;
    let mut answer = see_other(paths::SIGN_IN);
    Cookie::Session.forget(answer.headers_mut(), ctx.asked.https);
    Cookie::Form.forget(answer.headers_mut(), ctx.asked.https);
    Ok(answer)
}

/// Lets members through; guests are shown where to sign in.
pub(crate) async fn member_only(
    State(web): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fail> {
    let asked = request.extensions().get::<Asked>().cloned().ok_or(Fail::Missing)?;
    match who(&web, &asked, request.headers()).await? {
        Some(member) => {
            request.extensions_mut().insert(member);
            Ok(next.run(request).await)
        }
        None => to_the_form(&request),
    }
}

/// Lets admins and owners through, by their role at this moment; members learn that it is not for them.
pub(crate) async fn admin_only(
    State(web): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fail> {
    let asked = request.extensions().get::<Asked>().cloned().ok_or(Fail::Missing)?;
    match who(&web, &asked, request.headers()).await? {
        Some(member) if member.account.role >= Role::Admin => {
            request.extensions_mut().insert(member);
            Ok(next.run(request).await)
        }
        Some(_) => Err(Fail::NotYours),
        None => to_the_form(&request),
    }
}

/// Who is signed in, as the store has them now.
async fn who(web: &Shared, asked: &Asked, headers: &HeaderMap) -> Result<Option<Member>, Fail> {
    let Some(cookie) = Cookie::Session.read(headers, asked.https) else { return Ok(None) };
    let found = web.acts.sign_in.session(&asked.place.host, cookie).await.map_err(Fail::store)?;
    Ok(found.map(|(session, account)| Member { account, session }))
}

/// Where to sign in, and then back; a form that nobody signed in for is refused.
fn to_the_form(request: &Request) -> Result<Response, Fail> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Fail::Forbidden);
    }
    let path = request.uri().path_and_query().map_or(paths::ME, |target| target.as_str());
    let to = if path == paths::ME || !own_path(path) {
        paths::SIGN_IN.to_owned()
    } else {
        format!("{}?next={}", paths::SIGN_IN, crate::links::encoded(path))
    };
    Ok(see_other(&to))
}

/// Only pages for those who signed in are gone on to: never another site (attack 83).
pub(crate) fn own_path(path: &str) -> bool {
    let ours = [paths::ME, paths::ADMIN].iter().any(|start| {
        path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'))
    });
    Href::path(path).is_some() && ours && !path.contains("..")
}

fn show(ctx: &Ctx, status: StatusCode, typed: &Typed<'_>) -> Response {
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = SignIn {
        site: &site,
        csrf: &ctx.field(),
        name: typed.name,
        wrong: typed.wrong,
        problem: typed.problem,
        next: typed.next,
    };
    ctx.form(status, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_83_signing_in_leads_to_members_pages_only() {
        for fine in ["/me", "/me/invites/abc", "/me/password", "/admin", "/admin/person?name=juliet"] {
            assert!(own_path(fine), "{fine}");
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example/me",
            "/mean",
            "/administrator",
            "/admin/../i/x",
            "/admin\\x",
            "/i/x",
            "/me/../i/x",
            "/me/\\x",
            "javascript:alert(1)",
            "/me/a b",
        ] {
            assert!(!own_path(bad), "{bad}");
        }
    }
}
