//! Choosing a name and a password: an invite becomes an account, and an owner link the owner's.
//!
//! What was typed wrong comes back with a sentence (400) and burns nothing; only success uses the invite.

use axum::extract::{Path, RawQuery};
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
use crate::api::query as asked;
use crate::pages::view::{Dead, FormProblem, NameError, PasswordError, Register, Success};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// What is in the form, and wrong with it.
#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    app: Option<&'a str>,
    name_error: Option<NameError>,
    suggestions: Vec<String>,
    password_error: Option<PasswordError>,
    problem: Option<FormProblem>,
}

/// By which door somebody joins.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// With an invite's token, shown at that time; now where unset.
    Invited(&'a str, Option<Millis>),
    /// Where everybody may.
    Open,
}

/// `GET /i/TOKEN/register`, `?app=APP` for an app chosen before.
pub(crate) async fn form(Path(token): Path<String>, RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let app = known_app(&ctx, asked(query.as_deref(), "app"));
    again(&ctx, Way::Invited(&token, None), StatusCode::OK, Typed { app, ..Typed::default() }).await
}

/// The empty form of a live invite.
pub(crate) fn first(ctx: &Ctx, live: &Live) -> Response {
    show(ctx, Some(live), StatusCode::OK, Typed::default())
}

/// `GET /register` where everybody may join.
pub(crate) fn open(ctx: &Ctx) -> Response {
    show(ctx, None, StatusCode::OK, Typed::default())
}

/// `POST /i/TOKEN/register`.
pub(crate) async fn submit(Path(token): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    ctx.web.limits.may_guess(ctx.asked.prefix)?;
    let Some(shown) = ctx.web.acts.invites.open(&ctx.asked.place.host, &token) else {
        ctx.web.limits.miss(ctx.asked.prefix);
        return Ok(ctx.dead(Dead::Unknown, None));
    };
    match sent.proven(shown.id.as_str())? {
        Proof::At(at) => join(&sent, Way::Invited(&token, Some(at)), Some(Presented { at, ..shown })).await,
        Proof::Stale => stale(&sent, Way::Invited(&token, None)).await,
    }
}

/// `POST /register`.
pub(crate) async fn submit_open(sent: Submitted) -> Result<Response, Fail> {
    match sent.proven("")? {
        _ if !sent.ctx.asked.place.is_open() => Ok(see_other(paths::JOIN)),
        Proof::At(_) => join(&sent, Way::Open, None).await,
        Proof::Stale => stale(&sent, Way::Open).await,
    }
}

async fn stale(sent: &Submitted, way: Way<'_>) -> Result<Response, Fail> {
    let typed = Typed { problem: Some(FormProblem::Stale), ..typed(sent) };
    again(&sent.ctx, way, StatusCode::BAD_REQUEST, typed).await
}

/// What comes back into the form, whatever was wrong.
fn typed(sent: &Submitted) -> Typed<'_> {
    let app = known_app(&sent.ctx, sent.fields.find("app"));
    Typed { name: sent.fields.get("name").trim(), app, ..Typed::default() }
}

/// The id of an app that this place recommends.
fn known_app<'a>(ctx: &Ctx, id: Option<&'a str>) -> Option<&'a str> {
    id.filter(|id| ctx.asked.place.look.apps.by_id(id).is_some())
}

/// Judges what was sent, and makes the account.
async fn join(sent: &Submitted, way: Way<'_>, shown: Option<Presented>) -> Result<Response, Fail> {
    let (ctx, fields, from) = (&sent.ctx, &sent.fields, typed(sent));
    let (host, name, app) = (&ctx.asked.place.host, from.name, from.app);
    if let Some(picked) = fields.find("pick") {
        return again(ctx, way, StatusCode::OK, Typed { name: picked, app, ..Typed::default() }).await;
    }
    let policy = &ctx.asked.place.policy;
    let tried = match ctx.web.limits.registration(host, policy, ctx.asked.prefix, shown.map(|shown| shown.id)) {
        Ok(tried) => tried,
        Err(wait) => {
            let typed = Typed { problem: Some(try_later(wait)), ..from };
            let page = again(ctx, way, StatusCode::TOO_MANY_REQUESTS, typed).await?;
            return Ok(retry_after(page, wait));
        }
    };
    // Both fields are judged before anything else happens, so that both sentences come at once.
    let rules = NamePolicy { host, reserved: &policy.reserved_names, allow_reserved: shown.is_some() };
    let name_wrong = NewName::accept(name, &rules).err().map(name_error);
    let made = fields.find("make").map(|_| password::made_up(ctx));
    let chosen = made.as_deref().map_or_else(|| fields.get("password"), String::as_str);
    let password_wrong = password::judged(chosen, host, Some(name)).err();
    if name_wrong.is_some() || password_wrong.is_some() {
        ctx.web.acts.throttle.give_back(tried);
        let typed = Typed { name_error: name_wrong, password_error: password_wrong, ..from };
        return again(ctx, way, StatusCode::BAD_REQUEST, typed).await;
    }
    let wish = AccountWish { name, password: chosen };
    match ctx.web.acts.invites.redeem(&ctx.asked.newcomer(), host, shown.as_ref(), wish).await {
        Ok(done) => {
            ctx.web.acts.throttle.joined(tried);
            if let Some(shown) = &shown {
                ctx.speak_as(shown).await;
            }
            joined(ctx, done, chosen, made.is_some(), app).await
        }
        Err(error) => {
            // A name that is taken has told something; nothing else has.
            if !matches!(error, RedeemError::Refused(RedeemRefusal::NameTaken)) {
                ctx.web.acts.throttle.give_back(tried);
            }
            refused(ctx, error, from, way).await
        }
    }
}

/// The form once more, as long as the way is open.
async fn again(ctx: &Ctx, way: Way<'_>, status: StatusCode, typed: Typed<'_>) -> Result<Response, Fail> {
    let Way::Invited(token, at) = way else { return Ok(show(ctx, None, status, typed)) };
    // The invite if it makes an account; else what to answer.
    Ok(match ctx.usable(token, at, |live| live.makes_account).await? {
        Ok(live) => show(ctx, Some(&live), status, typed),
        Err(other) => other,
    })
}

fn show(ctx: &Ctx, live: Option<&Live>, status: StatusCode, typed: Typed<'_>) -> Response {
    let fixed = live.and_then(|live| live.looked.invite.name.as_deref());
    let (inviter, site) = (live.and_then(Live::friend), ctx.asked.site());
    let action = live.map_or_else(|| paths::JOIN.to_owned(), |live| paths::register(live.links.token.as_str()));
    let page = Register {
        site: &view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..site },
        owner: live.is_some_and(|live| live.looked.invite.kind == InviteKind::Owner),
        action: &action,
        csrf: &live.map_or_else(|| ctx.field(), |live| ctx.invite_field(&live.shown)),
        inviter: inviter.as_deref(),
        address_host: ctx.asked.place.host.as_str(),
        name: fixed.unwrap_or(typed.name),
        name_fixed: fixed.is_some(),
        name_error: typed.name_error,
        suggestions: &typed.suggestions,
        password_error: typed.password_error,
        problem: typed.problem,
        app: typed.app,
    };
    ctx.form(status, &page)
}

/// What a refusal becomes: the form with a sentence, or the page of a link that is over.
async fn refused(ctx: &Ctx, error: RedeemError, from: Typed<'_>, way: Way<'_>) -> Result<Response, Fail> {
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
            return match way {
                Way::Invited(token, _) => Ok(ctx.over(&refusal, token).await),
                // It was closed while the form was open.
                Way::Open => Ok(see_other(paths::JOIN)),
            };
        }
        RedeemError::Password(refusal) => (None, Some(password_error(refusal))),
        RedeemError::Unknown => return Ok(ctx.dead(Dead::Unknown, None)),
        RedeemError::Busy(_) => return Err(Fail::Overloaded),
        RedeemError::Failed(error) => return Err(Fail::store(error)),
        error @ RedeemError::UnknownHost(_) => return Err(Fail::fault(error)),
    };
    let suggestions = if name_wrong == Some(NameError::Taken) { free_names(ctx, from.name).await? } else { Vec::new() };
    let typed = Typed { name_error: name_wrong, suggestions, password_error: password_wrong, ..from };
    again(ctx, way, StatusCode::BAD_REQUEST, typed).await
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

/// What a success becomes. It takes the proof that the account is durable; the password is shown if we made it.
async fn joined(
    ctx: &Ctx,
    done: Committed<Redeemed>,
    password: &str,
    made: bool,
    app: Option<&str>,
) -> Result<Response, Fail> {
    let (account, friend) = match done.out() {
        Redeemed::Account { account, friend } => (account.clone(), friend.as_ref().map(shown_name)),
        Redeemed::Password { .. } => return Err(Fail::fault("an invite for an account gave a password")),
    };
    if account.role == Role::Owner && !made {
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
        chosen: app.and_then(|id| ctx.asked.place.look.apps.by_id(id)),
        password: made.then_some(password),
    };
    Ok(ctx.page(StatusCode::OK, &page))
}

fn may_invite(ctx: &Ctx, account: &Account) -> bool {
    own_kind(account.role, &ctx.asked.place.policy).is_some()
}
