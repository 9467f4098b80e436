//! `/register_api`: whoever holds a token sees what it is for, registers or sets a password with it, or turns it down.
//!
//! Spec: the behaviour of Prosody's community module mod_invites_register_api, routes, JSON and status codes. Where it
//! leaves a reset token good after use, ours is used up.
//! No hidden field and no cookie: a body must be `application/json`, which a foreign page's form cannot send, and what
//! a request may do comes from the token in it, not from the browser it was sent by.
//! The budgets for guesses, addresses and names are those of the pages.
//! Left out: `additional_data`, which would tell the invite's holder its maker's note.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use parlour_domain::invite::redeem::{RedeemRefusal, Redeemed};
use parlour_domain::invite::revoke::DeclineRefusal;
use parlour_domain::invite::{Invite, InviteKind};
use parlour_domain::limits::SECOND;
use parlour_domain::names::{NamePolicy, NewName};
use parlour_engine::invites::{AccountWish, RedeemError};
use parlour_engine::{ActError, Committed};
use serde::{Deserialize, Serialize};

use super::{is_json, json};
use crate::pages::handlers::Ctx;
use crate::pages::handlers::presented::{Link, Live};
use crate::problem::Fail;

/// What a token is for. Times are seconds since 1970.
#[derive(Serialize)]
struct Info<'a> {
    site_name: &'a str,
    token: &'a str,
    domain: &'a str,
    uri: String,
    /// `register`, or `roster` where the newcomer becomes a contact of the inviter.
    #[serde(rename = "type")]
    kind: &'static str,
    jid: String,
    /// The inviter's local part.
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<String>,
    created_at: i64,
    expires: i64,
    /// The local part whose password it sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<&'a str>,
}

/// A registration. Holds a password, so there is no Debug.
#[derive(Deserialize)]
struct Registration {
    /// The name; not needed where the invite has one.
    username: Option<String>,
    password: Option<String>,
    token: Option<String>,
}

/// Who was made, or has a new password.
#[derive(Serialize)]
struct Made {
    jid: String,
}

/// `GET /register_api/invite/TOKEN`.
pub(crate) async fn info(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let live = usable(&ctx, &token).await?;
    let invite = &live.looked.invite;
    let host = ctx.asked.place.host.as_str();
    let reset = invite.name.as_deref().filter(|_| invite.kind == InviteKind::Reset);
    let inviter = live.looked.invite.kind.makes_contact().then(|| live.inviter()).flatten();
    let of = inviter.as_deref().or(invite.name.as_deref());
    json(&Info {
        site_name: ctx.asked.place.name(),
        token: live.links.token.as_str(),
        domain: host,
        uri: live.links.uri.to_string(),
        kind: kind(invite),
        jid: of.map_or_else(|| host.to_owned(), |name| format!("{name}@{host}")),
        inviter,
        created_at: invite.created.div_euclid(SECOND),
        expires: invite.expires.div_euclid(SECOND),
        reset,
    })
}

/// `POST /register_api/register`.
pub(crate) async fn register(ctx: Ctx, body: Bytes) -> Result<Response, Fail> {
    let wish: Registration = Some(&body)
        .filter(|_| is_json(&ctx.headers))
        .and_then(|body| serde_json::from_slice(body).ok())
        .ok_or_else(|| bad("malformed-body", "Send username, password and token as application/json, each a text."))?;
    let live = usable(&ctx, wish.token.as_deref().unwrap_or_default()).await?;
    let (invite, host) = (&live.looked.invite, &ctx.asked.place.host);
    let name = wish.username.as_deref().or(invite.name.as_deref()).unwrap_or_default();
    let password = wish.password.as_deref().unwrap_or_default();
    if name.is_empty() || password.is_empty() {
        return Err(bad("missing", "username and password are needed."));
    }
    let policy = &ctx.asked.place.policy;
    let tried = ctx.web.limits.registration(host, policy, ctx.asked.prefix, Some(invite.id))?;
    // Judged before it costs hashing a password; a link for a name may name a reserved one.
    let rules = NamePolicy { host, reserved: &policy.reserved_names, allow_reserved: true };
    if let Err(refusal) = NewName::accept(name, &rules) {
        ctx.web.acts.throttle.give_back(tried);
        return Err(bad("bad-name", format!("That name cannot be used: {refusal}.")));
    }
    let wish = AccountWish { name, password };
    match ctx.web.acts.invites.redeem(&ctx.asked.newcomer(), host, Some(&live.shown), wish).await {
        Ok(done) => {
            ctx.web.acts.throttle.joined(tried);
            made(&done)
        }
        Err(error) => {
            // A name that is taken has told something; nothing else has.
            if !matches!(error, RedeemError::Refused(RedeemRefusal::NameTaken)) {
                ctx.web.acts.throttle.give_back(tried);
            }
            Err(refused(error, invite))
        }
    }
}

/// `DELETE /register_api/invite/TOKEN`: no, thank you.
pub(crate) async fn decline(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let live = usable(&ctx, &token).await?;
    match ctx.web.acts.invites.decline(&ctx.asked.newcomer(), &ctx.asked.place.host, &live.shown).await {
        Ok(done) => Ok(gone(&done)),
        Err(ActError::Refused(DeclineRefusal::Over)) => Err(none()),
        Err(ActError::Refused(DeclineRefusal::NotOnes)) => {
            Err(no("not-yours-alone", "Only a link that is for one person's account can be turned down."))
        }
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

/// The token, if it makes an account here or sets a password; what is over is as unknown as what never was.
async fn usable(ctx: &Ctx, token: &str) -> Result<Box<Live>, Fail> {
    match ctx.present(token, None).await? {
        Link::Live(live) if live.makes_account || live.looked.invite.kind == InviteKind::Reset => Ok(live),
        Link::Live(_) | Link::Over { .. } | Link::Nobodys => Err(none()),
    }
}

/// Prosody's two words.
fn kind(invite: &Invite) -> &'static str {
    if invite.kind.makes_contact() { "roster" } else { "register" }
}

/// The success takes the proof that the account is durable.
fn made(done: &Committed<Redeemed>) -> Result<Response, Fail> {
    json(&Made { jid: done.out().jid().to_string() })
}

fn gone(_: &Committed<()>) -> Response {
    StatusCode::OK.into_response()
}

fn refused(error: RedeemError, invite: &Invite) -> Fail {
    let reset = invite.kind == InviteKind::Reset;
    match error {
        RedeemError::Unknown => none(),
        RedeemError::Password(refusal) => no("bad-password", format!("That password cannot be used: {refusal}.")),
        RedeemError::Busy(_) => Fail::Overloaded,
        RedeemError::Failed(error) => Fail::store(error),
        error @ RedeemError::UnknownHost(_) => Fail::fault(error),
        RedeemError::Refused(refusal) => match refusal {
            RedeemRefusal::Dead(_)
            | RedeemRefusal::Forgotten
            | RedeemRefusal::ContactOnly
            | RedeemRefusal::MakerGone
            | RedeemRefusal::NoAccount => none(),
            RedeemRefusal::Closed | RedeemRefusal::InviteOnly => no("closed", "Nobody can register here."),
            RedeemRefusal::OtherName if reset => no("other-name", "The link is for another person's password."),
            RedeemRefusal::OtherName => bad("other-name", "The link is for another name."),
            RedeemRefusal::Name(refusal) => bad("bad-name", format!("That name cannot be used: {refusal}.")),
            RedeemRefusal::NameTaken => {
                Fail::refused(StatusCode::CONFLICT, "name-taken", "That name is taken. Choose another one.")
            }
        },
    }
}

fn none() -> Fail {
    Fail::refused(StatusCode::NOT_FOUND, "no-such-invite", "There is no such invite, or it is over.")
}

fn bad(kind: &str, title: impl Into<String>) -> Fail {
    Fail::refused(StatusCode::BAD_REQUEST, kind, title)
}

fn no(kind: &str, title: impl Into<String>) -> Fail {
    Fail::refused(StatusCode::FORBIDDEN, kind, title)
}
