//! One invitation: looked at, changed, renewed, taken back.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::amend::AmendRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::invite::{Invite, InviteEvent, InviteKind, InviteState, Who};
use parlour_engine::ActError;

use super::invites::{not_renewed, row, to};
use super::make::life;
use super::{Shell, asks, local, query};
use crate::front::timestamp;
use crate::pages::handlers::{Ctx, Proof, Submitted, invitation, see_other, shown_name};
use crate::pages::paths;
use crate::pages::view::admin::{Ask, ChangeInvite, Event, InvitePage, InviteRow, InviteSaid, Section};
use crate::problem::Fail;

/// `GET /admin/invites/ID`.
pub(crate) async fn page(Path(id): Path<String>, RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let (invite, history) = one(&ctx, &id).await?;
    // Whoever has that link has the account.
    if invite.kind == InviteKind::Reset
        && invite.is_open(ctx.asked.now)
        && let Some(answer) = super::again_first(&ctx, &paths::console_invitation(&id, ""))?
    {
        return Ok(answer);
    }
    show(&ctx, StatusCode::OK, &invite, &history, InviteSaid::parse(fields.get("done")), None)
}

/// `GET /admin/invites/ID/print`, `?n=8` or `?n=24` for slips.
pub(crate) async fn print(Path(id): Path<String>, RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let (invite, _) = one(&ctx, &id).await?;
    if invite.kind == InviteKind::Reset {
        return Err(Fail::Missing);
    }
    let at = |act| paths::console_invitation(&id, act);
    Ok(invitation::sheet(&ctx, &invite, fields.get("n"), &at("/print"), &at("")))
}

/// `GET /admin/invites/ID/change`.
pub(crate) async fn ask_change(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let (invite, _) = one(&ctx, &id).await?;
    form(&ctx, StatusCode::OK, &invite, &invite.max_uses.to_string(), None)
}

/// `POST /admin/invites/ID/change`: another end, another number of uses, or both.
pub(crate) async fn change(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::console_invitation(&id, "/change")));
    }
    let (invite, _) = one(ctx, &id).await?;
    let (by, host, typed) = (ctx.by()?, &ctx.asked.place.host, fields.get("uses"));
    let refused = |why| form(ctx, StatusCode::BAD_REQUEST, &invite, typed, Some(why));
    let uses = match typed.parse::<u32>() {
        _ if typed.is_empty() => None,
        Ok(uses) => Some(uses).filter(|uses| *uses != invite.max_uses),
        Err(_) => return refused("admin-no-uses"),
    };
    let Ok(life) = life(fields, ctx) else { return refused("admin-no-life") };
    if let Some(uses) = uses {
        match ctx.web.acts.invites.set_max_uses(&by, host, &id, uses).await {
            Ok(_) => {}
            Err(ActError::Refused(refusal)) => return refused(not_amended(&refusal)),
            Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        }
    }
    if let Some(life) = life {
        match ctx.web.acts.invites.extend(&by, host, &id, ctx.asked.now.saturating_add(life)).await {
            Ok(done) => return Ok(to(&done, InviteSaid::Changed)),
            Err(ActError::Refused(refusal)) => return refused(not_amended(&refusal)),
            Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        }
    }
    let page = paths::console_invitation(&id, "");
    Ok(see_other(&match uses {
        Some(_) => paths::with(&page, &[("done", InviteSaid::Changed.as_str())]),
        None => page,
    }))
}

/// `POST /admin/invites/ID/renew`: another link in its place.
pub(crate) async fn renew(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::console_invitation(&id, "")));
    }
    let (invite, history) = one(ctx, &id).await?;
    if invite.kind == InviteKind::Reset
        && let Some(answer) = super::again_first(ctx, &paths::console_invitation(&id, ""))?
    {
        return Ok(answer);
    }
    match ctx.web.acts.invites.renew(&ctx.by()?, &ctx.asked.place.host, &id).await {
        Ok(done) => Ok(to(&done, InviteSaid::Renewed)),
        Err(ActError::Refused(refusal)) => {
            show(ctx, StatusCode::BAD_REQUEST, &invite, &history, None, Some(not_renewed(&refusal)))
        }
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

/// `GET /admin/invites/ID/revoke`.
pub(crate) async fn ask_revoke(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let (invite, _) = one(&ctx, &id).await?;
    let shell = Shell::new(&ctx)?;
    let site = &shell.site;
    let page = Ask {
        site,
        desk: shell.desk(Section::Invites),
        title: site.t("revoke-title"),
        lines: vec![site.t("revoke-explain")],
        rows: vec![whole(&invite, &ctx).title(site)],
        action: paths::console_invitation(&id, "/revoke"),
        fields: Vec::new(),
        submit: site.t("revoke-submit"),
        keep: site.t("revoke-keep"),
        back: paths::console_invitation(&id, ""),
        danger: true,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/invites/ID/revoke`.
pub(crate) async fn revoke(Path(id): Path<String>, sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    let page = paths::console_invitation(&id, "");
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::console_invitation(&id, "/revoke")));
    }
    match ctx.web.acts.invites.revoke(&ctx.by()?, &ctx.asked.place.host, &id).await {
        Ok(done) => Ok(taken_back(&done, &page)),
        Err(ActError::Refused(RevokeRefusal::Unknown)) => Err(Fail::Missing),
        // Used in the meantime: its page says by whom.
        Err(ActError::Refused(RevokeRefusal::Dead(_))) => Ok(see_other(&page)),
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

fn taken_back(_proof: &parlour_engine::Committed<()>, page: &str) -> Response {
    see_other(&paths::with(page, &[("done", InviteSaid::Revoked.as_str())]))
}

/// An invite of this host, if it is there for whoever asks.
async fn one(ctx: &Ctx, id: &str) -> Result<(Invite, Vec<InviteEvent>), Fail> {
    // By its id alone: a token is nothing to be typed into addresses here.
    let id: parlour_domain::token::TokenId = id.parse().map_err(|_| Fail::Missing)?;
    let found = ctx.web.acts.invites.show(&ctx.by()?, &ctx.asked.place.host, id.as_str()).await;
    found.map_err(Fail::store)?.ok_or(Fail::Missing)
}

/// With the whole note.
fn whole(invite: &Invite, ctx: &Ctx) -> InviteRow {
    match &invite.note {
        Some(note) => InviteRow { about: Some(note.clone()), ..row(invite, ctx) },
        None => row(invite, ctx),
    }
}

fn show(
    ctx: &Ctx,
    status: StatusCode,
    invite: &Invite,
    history: &[InviteEvent],
    said: Option<InviteSaid>,
    trouble: Option<&'static str>,
) -> Result<Response, Fail> {
    let links = ctx.web.acts.invites.links(invite).filter(|_| invite.is_open(ctx.asked.now));
    let events: Vec<_> = history.iter().rev().take(EVENTS).map(event).collect();
    let shell = Shell::new(ctx)?;
    let renewed = invite.renewed.map(|id| id.to_string());
    let page = InvitePage {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        invite: &whole(invite, ctx),
        link: links.as_ref().map(|links| links.landing_page.expose().as_str()),
        name: invite.name.as_deref(),
        role: invite.role,
        groups: &invite.groups,
        hello: invite.hello.as_deref(),
        history: &events,
        more: history.len() > events.len(),
        renewed: renewed.as_deref(),
        said,
        trouble,
    };
    Ok(shell.send(status, &page))
}

fn form(
    ctx: &Ctx,
    status: StatusCode,
    invite: &Invite,
    uses: &str,
    trouble: Option<&'static str>,
) -> Result<Response, Fail> {
    let shell = Shell::new(ctx)?;
    let page = ChangeInvite {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        invite: &whole(invite, ctx),
        uses,
        for_several: invite.kind == InviteKind::Account && invite.name.is_none() || invite.max_uses > 1,
        trouble,
    };
    Ok(shell.send(status, &page))
}

fn event(event: &InviteEvent) -> Event {
    Event {
        at: timestamp(event.at),
        who: match &event.who {
            Who::Account(jid) => Some((Some(local(jid).to_owned()), shown_name(jid))),
            Who::Key(key) => Some((None, key.clone())),
            Who::Newcomer | Who::Operator | Who::Server => None,
        },
        what: match event.what.as_str() {
            "made" => "admin-event-made",
            "joined" => "admin-event-joined",
            "became a contact" => "admin-event-contact",
            "chose a new password" => "admin-event-password",
            "withdrew" => "admin-event-withdrew",
            "extended" => "admin-event-extended",
            "changed the uses" => "admin-event-uses",
            "renewed" => "admin-event-renewed",
            "took over" => "admin-event-took-over",
            _ => "admin-event-other",
        },
    }
}

fn not_amended(refusal: &AmendRefusal) -> &'static str {
    match refusal {
        AmendRefusal::Unknown => "admin-gone",
        AmendRefusal::Dead(InviteState::Withdrawn) => "state-withdrawn",
        AmendRefusal::Dead(_) => "state-used",
        AmendRefusal::NotAllowed | AmendRefusal::TooManyOpen { .. } => "admin-no-not-allowed",
        AmendRefusal::Closed => "admin-make-closed",
        AmendRefusal::NameTaken | AmendRefusal::NamePromised => "admin-name-gone",
        AmendRefusal::Expiry { .. } => "admin-no-life",
        AmendRefusal::Uses { .. } => "admin-no-uses",
    }
}

/// Lines of history on the page: more would be a list of everybody in a big group.
const EVENTS: usize = 30;
