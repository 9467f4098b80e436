//! One of a member's invites: its link, what happened to it, a longer life, a new link, and taking it back.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::amend::AmendRefusal;
use parlour_domain::invite::issue::IssueRefusal;
use parlour_domain::invite::renew::RenewRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::invite::{Invite, InviteEvent, InviteKind, InviteState, Who};
use parlour_domain::limits::DAY;
use parlour_engine::{ActError, Committed};
use parlour_xmpp::jid::BareJid;

use super::me::{allowance, listed};
use super::{Ctx, Fields, Proof, Submitted, retry_after, see_other, shown_name, try_later};
use crate::front::timestamp;
use crate::limits::Wait;
use crate::pages::view::{Allowance, FormProblem, Happened, Invitation, Line, Notice, Revoke, Sheet, Slips, Unchanged};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// `GET /me/invites/ID`.
pub(crate) async fn show(Path(id): Path<String>, RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let query = Fields::parse(query.as_deref().unwrap_or_default().as_bytes()).ok_or(Fail::Malformed)?;
    page(&ctx, &id, StatusCode::OK, Notice::parse(query.get("done")), None).await
}

/// `POST /me/invites/ID/extend`: as long a life from now on as a new one has.
pub(crate) async fn extend(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return stale(ctx, &id).await;
    }
    own(ctx, &id).await?;
    if let Err(wait) = ctx.web.limits.invite(ctx.member()?.account.jid.as_str()) {
        return later(ctx, &id, wait).await;
    }
    let (host, policy) = (&ctx.asked.place.host, &ctx.asked.place.policy);
    let expires = ctx.asked.now.saturating_add(policy.invite_expiry);
    let unchanged = match ctx.web.acts.invites.extend(&ctx.by()?, host, &id, expires).await {
        Ok(done) => return Ok(on_its_page(&done, Notice::Extended)),
        Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        Err(ActError::Refused(refusal)) => match refusal {
            AmendRefusal::Unknown => return Err(Fail::Missing),
            AmendRefusal::Dead(_) => Unchanged::Over,
            AmendRefusal::NameTaken | AmendRefusal::NamePromised => Unchanged::NameTaken,
            AmendRefusal::TooManyOpen { again, .. } => Unchanged::Limit(Allowance::TooManyOpen(again.map(timestamp))),
            AmendRefusal::NotAllowed
            | AmendRefusal::Closed
            | AmendRefusal::Expiry { .. }
            | AmendRefusal::Uses { .. } => Unchanged::Limit(Allowance::NotAllowed),
        },
    };
    page(ctx, &id, StatusCode::CONFLICT, None, Some(unchanged)).await
}

/// `POST /me/invites/ID/renew`: another link in its place.
pub(crate) async fn renew(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return stale(ctx, &id).await;
    }
    own(ctx, &id).await?;
    if let Err(wait) = ctx.web.limits.invite(ctx.member()?.account.jid.as_str()) {
        return later(ctx, &id, wait).await;
    }
    let unchanged = match ctx.web.acts.invites.renew(&ctx.by()?, &ctx.asked.place.host, &id).await {
        Ok(done) => return Ok(on_its_page(&done, Notice::Renewed)),
        Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        Err(ActError::Refused(refusal)) => match refusal {
            RenewRefusal::Unknown => return Err(Fail::Missing),
            // Pressed twice: there is one new link.
            RenewRefusal::Renewed { by } => return Ok(see_other(&paths::invitation(by.as_str()))),
            RenewRefusal::MakerGone => Unchanged::Limit(Allowance::NotAllowed),
            RenewRefusal::Issue(IssueRefusal::NameTaken | IssueRefusal::NamePromised) => Unchanged::NameTaken,
            RenewRefusal::Issue(refusal) => Unchanged::Limit(allowance(&refusal)),
        },
    };
    page(ctx, &id, StatusCode::CONFLICT, None, Some(unchanged)).await
}

/// Takes the proof that it is durable.
fn on_its_page(done: &Committed<Invite>, notice: Notice) -> Response {
    let path = paths::invitation(done.out().id.as_str());
    see_other(&paths::with(&path, &[("done", notice.word())]))
}

async fn later(ctx: &Ctx, id: &str, wait: Wait) -> Result<Response, Fail> {
    let unchanged = Unchanged::Form(try_later(wait));
    Ok(retry_after(page(ctx, id, StatusCode::TOO_MANY_REQUESTS, None, Some(unchanged)).await?, wait))
}

async fn stale(ctx: &Ctx, id: &str) -> Result<Response, Fail> {
    page(ctx, id, StatusCode::BAD_REQUEST, None, Some(Unchanged::Form(FormProblem::Stale))).await
}

async fn page(
    ctx: &Ctx,
    id: &str,
    status: StatusCode,
    notice: Option<Notice>,
    unchanged: Option<Unchanged>,
) -> Result<Response, Fail> {
    let (invite, history) = own(ctx, id).await?;
    let now = ctx.asked.now;
    let (state, me) = (invite.state(now), &ctx.member()?.account.jid);
    let links = ctx.web.acts.invites.links(&invite).filter(|_| invite.is_open(now));
    let longer = now.saturating_add(ctx.asked.place.policy.invite_expiry);
    let can_wait = matches!(state, InviteState::Waiting | InviteState::Expired) && invite.renewed.is_none();
    let lines: Vec<Line> = history.iter().filter_map(|event| line(event, me)).collect();
    let page = Invitation {
        site: &ctx.asked.site(),
        csrf: &ctx.field(),
        invite: &listed(&invite, &history, now),
        link: links.as_ref().map(|links| links.landing_page.expose().as_str()),
        words: invite.hello.as_deref(),
        reminder: invite.note.as_deref(),
        name: invite.name.as_deref(),
        max_uses: invite.max_uses,
        expires: timestamp(invite.expires),
        history: &lines,
        // Worth a button when it gains a day.
        longer: (can_wait && longer > invite.expires.saturating_add(DAY)).then(|| timestamp(longer)),
        renewable: invite.renewed.is_none() && invite.kind != InviteKind::Owner,
        newer: invite.renewed.map(|id| id.to_string()),
        notice,
        unchanged,
    };
    Ok(ctx.form(status, &page))
}

/// A line of history in its maker's words; `None` for what is not theirs to read.
fn line(event: &InviteEvent, me: &BareJid) -> Option<Line> {
    let name = || match &event.who {
        Who::Account(jid) if jid.domain() == me.domain() => shown_name(jid),
        // Of another place: the whole address says who.
        who => who.to_string(),
    };
    let what = match event.what.as_str() {
        "made" => Happened::Made,
        "joined" => Happened::Joined(name()),
        "became a contact" => Happened::BecameContact(name()),
        "withdrew" if event.who == Who::Account(me.clone()) => Happened::TakenBack,
        "withdrew" => Happened::TakenAway,
        "extended" => Happened::Extended,
        "changed the uses" => Happened::OtherUses,
        "renewed" => Happened::Replaced,
        "took over" => Happened::TookOver,
        _ => return None,
    };
    Some(Line { what, at: timestamp(event.at) })
}

/// `GET /me/invites/ID/print`, `?n=8` or `?n=24` for slips.
pub(crate) async fn print(Path(id): Path<String>, RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let (invite, _) = own(&ctx, &id).await?;
    let asked = crate::api::query(query.as_deref(), "n").unwrap_or_default();
    Ok(sheet(&ctx, &invite, asked, &paths::print(&id), &paths::invitation(&id)))
}

/// An open invite as a sheet to print, at `path`, reached from `back`; for the console too.
pub(crate) fn sheet(ctx: &Ctx, invite: &Invite, asked: &str, path: &str, back: &str) -> Response {
    let Some(links) = ctx.web.acts.invites.links(invite).filter(|_| invite.is_open(ctx.asked.now)) else {
        return see_other(back);
    };
    let several = invite.max_uses > 1;
    let inviter = match &invite.maker {
        Who::Account(jid) => Some(shown_name(jid)),
        Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
    };
    let site = ctx.asked.site();
    let page = Sheet {
        site: &view::Site { path: None, ..site },
        inviter: inviter.as_deref(),
        link: links.landing_page.expose(),
        expires: Some(timestamp(invite.expires)),
        several,
        slips: if several { Slips::parse(asked) } else { Slips::One },
        path,
        back,
    };
    ctx.page(StatusCode::OK, &page)
}

/// `GET /me/invites/ID/revoke`: the question before.
pub(crate) async fn ask_revoke(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let (invite, history) = own(&ctx, &id).await?;
    if !invite.is_open(ctx.asked.now) {
        return Ok(see_other(paths::ME));
    }
    let site = ctx.asked.site();
    let invite = listed(&invite, &history, ctx.asked.now);
    Ok(ctx.form(StatusCode::OK, &Revoke { site: &site, csrf: &ctx.field(), invite: &invite }))
}

/// `POST /me/invites/ID/revoke`.
pub(crate) async fn revoke(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::revoke(&id)));
    }
    match ctx.web.acts.invites.revoke(&ctx.by()?, &ctx.asked.place.host, &id).await {
        Ok(done) => Ok(taken_back(&done)),
        Err(ActError::Refused(RevokeRefusal::Unknown)) => Err(Fail::Missing),
        // Used in the meantime: the list says by whom.
        Err(ActError::Refused(RevokeRefusal::Dead(_))) => Ok(see_other(paths::ME)),
        Err(ActError::Failed(error)) => Err(Fail::fault(error)),
    }
}

fn taken_back(_proof: &Committed<()>) -> Response {
    see_other(&paths::with(paths::ME, &[("done", Notice::TakenBack.word())]))
}

/// One of the member's own invites; another's is not there, for an admin either: those are the console's.
async fn own(ctx: &Ctx, id: &str) -> Result<(Invite, Vec<InviteEvent>), Fail> {
    let found = ctx.web.acts.invites.show(&ctx.by()?, &ctx.asked.place.host, id).await.map_err(Fail::store)?;
    let jid = &ctx.member()?.account.jid;
    found.filter(|(invite, _)| invite.maker == Who::Account(jid.clone())).ok_or(Fail::Missing)
}
