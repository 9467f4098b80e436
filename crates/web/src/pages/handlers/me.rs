//! A member's own page: make an invite, show it again, see what became of it, take it back.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::invite::{self, Invite, InviteEvent, InviteKind as Kind, InviteState as State, Who, own_kind};
use parlour_domain::{Millis, Role};
use parlour_engine::invites::IssueError;
use parlour_engine::{ActError, Committed, InviteQuery};

use super::{Ctx, Proof, Submitted, retry_after, see_other, shown_name, try_later};
use crate::front::timestamp;
use crate::pages::view::{
    Allowance, FormProblem, InviteForm, InviteKind, InviteState, Made, Me, NOTE_MAX, Notice, OwnInvite, Revoke, Sheet,
    Slips,
};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// Invites on the page at most.
const LISTED: u32 = 100;

/// What is in the form, and wrong with it.
struct Typed<'a> {
    chosen: Option<InviteKind>,
    note: &'a str,
    note_over: Option<u32>,
    allowance: Allowance,
    problem: Option<FormProblem>,
}

impl Default for Typed<'_> {
    fn default() -> Self {
        Self { chosen: None, note: "", note_over: None, allowance: Allowance::Free, problem: None }
    }
}

/// `GET /me`.
pub(crate) async fn page(RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let notice = match query.as_deref() {
        Some("done=taken-back") => Some(Notice::TakenBack),
        Some("done=owner") => Some(Notice::Owner),
        Some("done=password") => Some(Notice::PasswordChanged),
        _ => None,
    };
    show_all(&ctx, StatusCode::OK, notice, Typed::default()).await
}

/// `POST /me`: makes an invite.
pub(crate) async fn make(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let note = fields.get("note").trim();
    let chosen = InviteKind::parse(fields.get("kind"));
    let typed = Typed { chosen, note, ..Typed::default() };
    if sent.proven("")? == Proof::Stale {
        let typed = Typed { problem: Some(FormProblem::Stale), ..typed };
        return show_all(ctx, StatusCode::BAD_REQUEST, None, typed).await;
    }
    let account = &ctx.member()?.account;
    if let Err(wait) = ctx.web.limits.invite(account.jid.as_str()) {
        let typed = Typed { problem: Some(try_later(wait)), ..typed };
        return Ok(retry_after(show_all(ctx, StatusCode::TOO_MANY_REQUESTS, None, typed).await?, wait));
    }
    let over = u32::try_from(note.chars().count()).unwrap_or(u32::MAX).saturating_sub(NOTE_MAX);
    if over > 0 {
        return show_all(ctx, StatusCode::BAD_REQUEST, None, Typed { note_over: Some(over), ..typed }).await;
    }
    let wish = Wish {
        kind: chosen.map(|kind| match kind {
            InviteKind::AccountAndContact => Kind::AccountAndContact,
            InviteKind::Account => Kind::Account,
            InviteKind::Contact => Kind::Contact,
        }),
        note: Some(note.to_owned()).filter(|note| !note.is_empty()),
        hello: Some(note.to_owned()).filter(|note| !note.is_empty()),
        ..Wish::default()
    };
    match ctx.web.acts.invites.issue(&ctx.by()?, &ctx.asked.place.host, wish).await {
        Ok(done) => Ok(made(&done)),
        Err(IssueError::Refused(refusal)) => {
            let allowance = allowance(&refusal);
            show_all(ctx, StatusCode::BAD_REQUEST, None, Typed { allowance, ..typed }).await
        }
        Err(IssueError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ IssueError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

/// To the new invite's own page, so that loading it again makes no second one. Takes the proof that it is durable.
fn made(done: &Committed<Invite>) -> Response {
    see_other(&paths::invitation(done.out().id.as_str()))
}

/// When they can invite again, or why never.
fn allowance(refusal: &IssueRefusal) -> Allowance {
    match refusal {
        IssueRefusal::TooManyOpen { .. } => Allowance::TooManyOpen,
        IssueRefusal::TooManyToday { again: Some(again), .. } => Allowance::NextAt(timestamp(*again)),
        IssueRefusal::TooManyToday { again: None, .. }
        | IssueRefusal::NotAllowed
        | IssueRefusal::Closed
        | IssueRefusal::Name(_)
        | IssueRefusal::NameTaken
        | IssueRefusal::NamePromised
        | IssueRefusal::NoAccount
        | IssueRefusal::NoContact
        | IssueRefusal::RoleTooHigh
        | IssueRefusal::UnknownGroup { .. }
        | IssueRefusal::TooManyGroups { .. }
        | IssueRefusal::Uses { .. }
        | IssueRefusal::Expiry { .. }
        | IssueRefusal::TooLong { .. }
        | IssueRefusal::Owned => Allowance::NotAllowed,
    }
}

/// `GET /me/invites/ID`: the link of an open invite, to be sent.
pub(crate) async fn show(Path(id): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let (invite, _) = own(&ctx, &id).await?;
    let Some(links) = ctx.web.acts.invites.links(&invite).filter(|_| invite.is_open(ctx.asked.now)) else {
        return Ok(see_other(paths::ME));
    };
    let site = ctx.asked.site();
    let page = Made {
        site: &site,
        link: links.landing_page.expose(),
        note: invite.note.as_deref(),
        max_uses: invite.max_uses,
        expires: Some(timestamp(invite.expires)),
    };
    Ok(ctx.page(StatusCode::OK, &page))
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
    see_other(&format!("{}?done=taken-back", paths::ME))
}

/// One of the member's own invites; another's is not there, for an admin either: those are the console's.
async fn own(ctx: &Ctx, id: &str) -> Result<(Invite, Vec<InviteEvent>), Fail> {
    let found = ctx.web.acts.invites.show(&ctx.by()?, &ctx.asked.place.host, id).await.map_err(Fail::store)?;
    let jid = &ctx.member()?.account.jid;
    found.filter(|(invite, _)| invite.maker == Who::Account(jid.clone())).ok_or(Fail::Missing)
}

async fn show_all(ctx: &Ctx, status: StatusCode, notice: Option<Notice>, typed: Typed<'_>) -> Result<Response, Fail> {
    let (by, account) = (ctx.by()?, &ctx.member()?.account);
    let host = &ctx.asked.place.host;
    let query = InviteQuery { maker: Some(account.jid.clone()), limit: LISTED, ..InviteQuery::new(host.clone()) };
    let mut invites = Vec::new();
    for invite in ctx.web.acts.invites.list(&by, query).await.map_err(Fail::store)? {
        // Who came stands in the history alone.
        let history = match invite.uses {
            0 => Vec::new(),
            _ => ctx
                .web
                .acts
                .invites
                .show(&by, host, invite.id.as_str())
                .await
                .map_err(Fail::store)?
                .map(|(_, h)| h)
                .unwrap_or_default(),
        };
        invites.push(listed(&invite, &history, ctx.asked.now));
    }
    let kinds = kinds(account.role, ctx);
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = Me {
        site: &site,
        address: account.jid.as_str(),
        csrf: &ctx.field(),
        allowance: typed.allowance,
        form: InviteForm { kinds: &kinds, chosen: typed.chosen, note: typed.note, note_over: typed.note_over },
        notice,
        problem: typed.problem,
        invites: &invites,
        visitor: ctx.visitor(),
        apps: &ctx.asked.place.look.apps,
    };
    Ok(ctx.form(status, &page))
}

/// What this member may give, by the rules.
fn kinds(role: Role, ctx: &Ctx) -> Vec<InviteKind> {
    let policy = &ctx.asked.place.policy;
    let mut kinds = Vec::new();
    match own_kind(role, policy) {
        Some(Kind::AccountAndContact) => kinds.push(InviteKind::AccountAndContact),
        Some(Kind::Contact) => kinds.push(InviteKind::Contact),
        Some(Kind::Account | Kind::Reset | Kind::Owner) | None => {}
    }
    if policy.allow_registration && invite::may_invite(role, Kind::Account, policy) {
        kinds.push(InviteKind::Account);
    }
    kinds
}

/// An invite as its maker's list shows it.
fn listed(invite: &Invite, history: &[InviteEvent], now: Millis) -> OwnInvite {
    let last = history.iter().rev().find(|event| matches!(event.who, Who::Account(_)));
    let came = || InviteState::Used {
        by: last.and_then(|event| match &event.who {
            Who::Account(jid) if invite.max_uses == 1 => Some(shown_name(jid)),
            _ => None,
        }),
        at: timestamp(last.map_or(invite.created, |event| event.at)),
    };
    let state = match invite.state(now) {
        State::Waiting if invite.max_uses > 1 => InviteState::Some { used: invite.uses, of: invite.max_uses },
        State::Waiting => InviteState::Waiting { expires: Some(timestamp(invite.expires)) },
        State::Used | State::Full => came(),
        State::Expired => InviteState::Expired { at: timestamp(invite.expires) },
        State::Withdrawn => InviteState::Withdrawn,
    };
    OwnInvite { id: invite.id.to_string(), note: invite.note.clone(), made: timestamp(invite.created), state }
}
