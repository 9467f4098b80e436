//! Choosing a name and a password: an invite becomes an account, and an owner link the owner's.
//!
//! What was typed wrong comes back with a sentence (400) and burns nothing; only success uses the invite.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::redeem::{RedeemRefusal, Redeemed};
use parlour_domain::invite::{InviteKind, Presented, own_kind};
use parlour_domain::names::{NamePolicy, NewName, suggest};
use parlour_domain::{Account, Millis, Role};
use parlour_engine::Committed;
use parlour_engine::invites::{AccountWish, RedeemError};
use parlour_xmpp::jid::BareJid;

use super::presented::Live;
use super::{
    Ctx, Proof, Submitted, name_error, password, password_error, retry_after, see_other, shown_name, sign_in, try_later,
};
use crate::pages::view::{Dead, FormProblem, NameError, PasswordError, Register, Success};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// What is in the form, and wrong with it.
#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    name_error: Option<NameError>,
    suggestions: Vec<String>,
    password_error: Option<PasswordError>,
    problem: Option<FormProblem>,
}

/// `GET /i/TOKEN/register`.
pub(crate) async fn form(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    Ok(match usable(&ctx, &token, None).await? {
        Ok(live) => first(&ctx, &live),
        Err(other) => other,
    })
}

/// The empty form of a live invite.
pub(crate) fn first(ctx: &Ctx, live: &Live) -> Response {
    show(ctx, live, StatusCode::OK, Typed::default())
}

/// `POST /i/TOKEN/register`.
pub(crate) async fn submit(Path(token): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let host = &ctx.asked.place.host;
    ctx.web.limits.may_guess(ctx.asked.prefix)?;
    let Some(shown) = ctx.web.acts.invites.open(host, &token) else {
        ctx.web.limits.miss(ctx.asked.prefix);
        return Ok(ctx.dead(Dead::Unknown, None));
    };
    let proof = sent.proven(shown.id.as_str())?;
    let name = fields.get("name").trim();
    let at = match proof {
        Proof::At(at) => at,
        Proof::Stale => {
            let typed = Typed { name, problem: Some(FormProblem::Stale), ..Typed::default() };
            return again(ctx, &token, None, StatusCode::BAD_REQUEST, typed).await;
        }
    };
    if let Some(picked) = fields.find("pick") {
        return again(ctx, &token, Some(at), StatusCode::OK, Typed { name: picked, ..Typed::default() }).await;
    }
    let policy = &ctx.asked.place.policy;
    let tried = match ctx.web.limits.registration(host, policy, ctx.asked.prefix, Some(shown.id)) {
        Ok(tried) => tried,
        Err(wait) => {
            let typed = Typed { name, problem: Some(try_later(wait)), ..Typed::default() };
            let page = again(ctx, &token, Some(at), StatusCode::TOO_MANY_REQUESTS, typed).await?;
            return Ok(retry_after(page, wait));
        }
    };
    // Both fields are judged before anything else happens, so that both sentences come at once.
    let rules = NamePolicy { host, reserved: &policy.reserved_names, allow_reserved: true };
    let name_wrong = NewName::accept(name, &rules).err().map(name_error);
    let typed = fields.get("password");
    let password_wrong = password::judged(typed, host, Some(name)).err();
    if name_wrong.is_some() || password_wrong.is_some() {
        ctx.web.acts.throttle.give_back(tried);
        let typed = Typed { name, name_error: name_wrong, password_error: password_wrong, ..Typed::default() };
        return again(ctx, &token, Some(at), StatusCode::BAD_REQUEST, typed).await;
    }
    let shown = Presented { at, ..shown };
    let wish = AccountWish { name, password: typed };
    match ctx.web.acts.invites.redeem(&ctx.asked.newcomer(), host, Some(&shown), wish).await {
        Ok(done) => {
            ctx.web.acts.throttle.joined(tried);
            ctx.speak_as(&shown).await;
            joined(ctx, done, typed).await
        }
        Err(error) => {
            // A name that is taken has told something; nothing else has.
            if !matches!(error, RedeemError::Refused(RedeemRefusal::NameTaken)) {
                ctx.web.acts.throttle.give_back(tried);
            }
            refused(ctx, error, name, &token, at).await
        }
    }
}

/// The invite if it makes an account; else what to answer.
async fn usable(ctx: &Ctx, token: &str, at: Option<Millis>) -> Result<Result<Box<Live>, Response>, Fail> {
    ctx.usable(token, at, |live| live.makes_account).await
}

/// The form once more, as long as the invite is good.
async fn again(
    ctx: &Ctx,
    token: &str,
    at: Option<Millis>,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<Response, Fail> {
    Ok(match usable(ctx, token, at).await? {
        Ok(live) => show(ctx, &live, status, typed),
        Err(other) => other,
    })
}

fn show(ctx: &Ctx, live: &Live, status: StatusCode, typed: Typed<'_>) -> Response {
    let fixed = live.invite.name.as_deref();
    let (inviter, site) = (live.friend(), ctx.asked.site());
    let page = Register {
        site: &view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..site },
        owner: live.invite.kind == InviteKind::Owner,
        action: &paths::register(live.links.token.as_str()),
        csrf: &ctx.invite_field(&live.shown),
        inviter: inviter.as_deref(),
        address_host: ctx.asked.place.host.as_str(),
        name: fixed.unwrap_or(typed.name),
        name_fixed: fixed.is_some(),
        name_error: typed.name_error,
        suggestions: &typed.suggestions,
        password_error: typed.password_error,
        problem: typed.problem,
    };
    ctx.form(status, &page)
}

/// What a refusal becomes: the form with a sentence, or the page of a link that is over.
async fn refused(ctx: &Ctx, error: RedeemError, name: &str, token: &str, at: Millis) -> Result<Response, Fail> {
    let (name_wrong, password_wrong) = match error {
        RedeemError::Refused(RedeemRefusal::Name(refusal)) => (Some(name_error(refusal)), None),
        RedeemError::Refused(RedeemRefusal::NameTaken) => (Some(NameError::Taken), None),
        RedeemError::Refused(RedeemRefusal::OtherName) => (Some(NameError::Reserved), None),
        RedeemError::Refused(
            refusal @ (RedeemRefusal::Dead(_)
            | RedeemRefusal::Forgotten
            | RedeemRefusal::ContactOnly
            | RedeemRefusal::MakerGone
            | RedeemRefusal::InviteOnly
            | RedeemRefusal::Closed
            | RedeemRefusal::NoAccount),
        ) => {
            return Ok(ctx.over(&refusal, token).await);
        }
        RedeemError::Password(refusal) => (None, Some(password_error(refusal))),
        RedeemError::Unknown => return Ok(ctx.dead(Dead::Unknown, None)),
        RedeemError::Busy(_) => return Err(Fail::Overloaded),
        RedeemError::Failed(error) => return Err(Fail::store(error)),
        error @ RedeemError::UnknownHost(_) => return Err(Fail::fault(error)),
    };
    let suggestions = if name_wrong == Some(NameError::Taken) { free_names(ctx, name).await? } else { Vec::new() };
    let typed = Typed { name, name_error: name_wrong, suggestions, password_error: password_wrong, problem: None };
    again(ctx, token, Some(at), StatusCode::BAD_REQUEST, typed).await
}

/// Names like the wished one that nobody has; whether one is promised, or looks like another, shows when it is sent.
async fn free_names(ctx: &Ctx, name: &str) -> Result<Vec<String>, Fail> {
    let mut taken: Vec<String> = Vec::new();
    // Each round rules out at least one of three; more than a few mean that all the usual ones are taken.
    for _ in 0..4 {
        let wished = suggest(name, |candidate| taken.iter().any(|t| t == candidate));
        let before = taken.len();
        for candidate in &wished {
            let Ok(jid) = BareJid::new(&format!("{candidate}@{}", ctx.asked.place.host)) else { continue };
            if ctx.web.acts.accounts.account(jid).await.map_err(Fail::store)?.is_some() {
                taken.push(candidate.clone());
            }
        }
        if taken.len() == before {
            return Ok(wished);
        }
    }
    Ok(Vec::new())
}

/// What a success becomes. It takes the proof that the account is durable.
async fn joined(ctx: &Ctx, done: Committed<Redeemed>, password: &str) -> Result<Response, Fail> {
    let (account, friend) = match done.out() {
        Redeemed::Account { account, friend } => (account.clone(), friend.as_ref().map(shown_name)),
        Redeemed::Password { .. } => return Err(Fail::fault("an invite for an account gave a password")),
    };
    if account.role == Role::Owner {
        let name = account.jid.node().map(|node| node.as_str()).unwrap_or_default();
        let begun = sign_in::begin(ctx, name, password, &format!("{}?done=owner", paths::ME)).await?;
        return Ok(begun.unwrap_or_else(|| see_other(paths::SIGN_IN)));
    }
    let site = ctx.asked.site();
    let page = Success {
        site: &view::Site { path: None, ..site },
        visitor: ctx.visitor(),
        apps: &ctx.asked.place.look.apps,
        name: &shown_name(&account.jid),
        address: account.jid.as_str(),
        inviter: friend.as_deref(),
        may_invite: may_invite(ctx, &account),
    };
    Ok(ctx.page(StatusCode::OK, &page))
}

fn may_invite(ctx: &Ctx, account: &Account) -> bool {
    own_kind(account.role, &ctx.asked.place.policy).is_some()
}
