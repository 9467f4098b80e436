//! A member's own page: make an invite, and see what became of those made before.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::invite::{self, Invite, InviteEvent, InviteKind as Kind, InviteState as State, Who, own_kind};
use parlour_domain::limits::{DAY, MIN_EXPIRY};
use parlour_domain::{Millis, Role};
use parlour_engine::invites::IssueError;
use parlour_engine::{ActError, Committed, InviteQuery};

use super::{Ctx, Fields, Proof, Submitted, name_error, retry_after, see_other, shown_name, try_later};
use crate::front::timestamp;
use crate::pages::view::{
    Allowance, FormProblem, InviteForm, InviteKind, InviteState, KeptNameError, Me, NOTE_MAX, NameError, Notice,
    OwnInvite, REMINDER_MAX,
};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// Invites on one page: with these it stays under its weight.
const LISTED: u32 = 30;

/// What is in the form, and wrong with it.
#[derive(Clone, Copy, Default)]
struct Typed<'a> {
    chosen: Option<InviteKind>,
    note: &'a str,
    note_over: Option<u32>,
    name: &'a str,
    name_error: Option<KeptNameError>,
    reminder: &'a str,
    reminder_over: Option<u32>,
    life: Option<u32>,
    language: &'a str,
    /// What a refusal said; else it is asked for.
    allowance: Option<Allowance>,
    problem: Option<FormProblem>,
}

impl<'a> Typed<'a> {
    fn read(fields: &'a Fields) -> Self {
        let over = |text: &str, max: u32| {
            let over = u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_sub(max);
            (over > 0).then_some(over)
        };
        let (note, reminder) = (fields.get("note").trim(), fields.get("reminder").trim());
        Self {
            chosen: InviteKind::parse(fields.get("kind")),
            note,
            note_over: over(note, NOTE_MAX),
            name: fields.get("name").trim(),
            reminder,
            reminder_over: over(reminder, REMINDER_MAX),
            life: fields.get("life").parse().ok(),
            language: fields.get("language"),
            ..Self::default()
        }
    }
}

/// `GET /me`, with `after` for older invitations.
pub(crate) async fn page(RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let query = Fields::parse(query.as_deref().unwrap_or_default().as_bytes()).ok_or(Fail::Malformed)?;
    let notice = Notice::parse(query.get("done"));
    let after = query.find("after").filter(|after| !after.is_empty());
    show_all(&ctx, StatusCode::OK, notice, Typed::default(), after).await
}

/// `POST /me`: makes an invite.
pub(crate) async fn make(sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    let typed = Typed::read(&sent.fields);
    let again = |status, typed| show_all(ctx, status, None, typed, None);
    if sent.proven("")? == Proof::Stale {
        return again(StatusCode::BAD_REQUEST, Typed { problem: Some(FormProblem::Stale), ..typed }).await;
    }
    let account = &ctx.member()?.account;
    if let Err(wait) = ctx.web.limits.invite(account.jid.as_str()) {
        let typed = Typed { problem: Some(try_later(wait)), ..typed };
        return Ok(retry_after(again(StatusCode::TOO_MANY_REQUESTS, typed).await?, wait));
    }
    if typed.note_over.is_some() || typed.reminder_over.is_some() {
        return again(StatusCode::BAD_REQUEST, typed).await;
    }
    match ctx.web.acts.invites.issue(&ctx.by()?, &ctx.asked.place.host, wish(ctx, &typed)).await {
        Ok(done) => Ok(made(&done)),
        Err(IssueError::Refused(refusal)) => {
            let typed = match kept_name_error(&refusal, &typed) {
                Some(error) => Typed { name_error: Some(error), ..typed },
                None => Typed { allowance: Some(allowance(&refusal)), ..typed },
            };
            again(StatusCode::BAD_REQUEST, typed).await
        }
        Err(IssueError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ IssueError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

fn wish(ctx: &Ctx, typed: &Typed<'_>) -> Wish {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let languages = &ctx.asked.site().look.languages;
    Wish {
        kind: typed.chosen.map(|kind| match kind {
            InviteKind::AccountAndContact => Kind::AccountAndContact,
            InviteKind::Account => Kind::Account,
            InviteKind::Contact => Kind::Contact,
        }),
        name: said(typed.name),
        // Only what the form offers; anything else is as if nothing had been chosen.
        expires_after: typed.life.filter(|life| lives(ctx).contains(life)).map(|hours| Millis::from(hours) * HOUR),
        note: said(typed.reminder),
        hello: said(typed.note),
        lang: languages.iter().find(|lang| lang.tag() == typed.language).map(|lang| lang.tag().to_owned()),
        ..Wish::default()
    }
}

/// To the new invite's own page, so that loading it again makes no second one. Takes the proof that it is durable.
fn made(done: &Committed<Invite>) -> Response {
    see_other(&paths::invitation(done.out().id.as_str()))
}

fn kept_name_error(refusal: &IssueRefusal, typed: &Typed<'_>) -> Option<KeptNameError> {
    if typed.name.is_empty() {
        return None;
    }
    Some(match refusal {
        IssueRefusal::Name(refusal) => KeptNameError::Name(name_error(*refusal)),
        IssueRefusal::NameTaken => KeptNameError::Name(NameError::Taken),
        IssueRefusal::NamePromised => KeptNameError::Name(NameError::Reserved),
        IssueRefusal::NotAllowed if typed.chosen == Some(InviteKind::Contact) => KeptNameError::NoAccount,
        _ => return None,
    })
}

/// When they can invite again, or why never.
pub(super) fn allowance(refusal: &IssueRefusal) -> Allowance {
    match refusal {
        IssueRefusal::TooManyOpen { again, .. } => Allowance::TooManyOpen(again.map(timestamp)),
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
        | IssueRefusal::HelloNotYours
        | IssueRefusal::Owned => Allowance::NotAllowed,
    }
}

async fn show_all(
    ctx: &Ctx,
    status: StatusCode,
    notice: Option<Notice>,
    typed: Typed<'_>,
    after: Option<&str>,
) -> Result<Response, Fail> {
    let (by, account) = (ctx.by()?, &ctx.member()?.account);
    let (host, acts) = (&ctx.asked.place.host, &ctx.web.acts.invites);
    let query = InviteQuery {
        maker: Some(account.jid.clone()),
        after: after.map(|id| id.parse().map_err(|_| Fail::Malformed)).transpose()?,
        limit: LISTED + 1,
        ..InviteQuery::new(host.clone())
    };
    let mut found = acts.list(&by, query).await.map_err(Fail::store)?;
    let more = found.len() > LISTED as usize;
    found.truncate(LISTED as usize);
    let older = found.last().filter(|_| more).map(|last| paths::with(paths::ME, &[("after", last.id.as_str())]));
    let mut invites = Vec::new();
    for invite in found {
        // Who came stands in the history alone.
        let history = match invite.uses {
            0 => Vec::new(),
            _ => {
                acts.show(&by, host, invite.id.as_str()).await.map_err(Fail::store)?.map(|(_, h)| h).unwrap_or_default()
            }
        };
        invites.push(listed(&invite, &history, ctx.asked.now));
    }
    let allowance = match typed.allowance {
        Some(said) => said,
        None => match acts.room(&by, host).await {
            Ok(None) => Allowance::Free,
            Ok(Some(left)) => Allowance::Left(left),
            Err(ActError::Refused(refusal)) => allowance(&refusal),
            Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        },
    };
    let (kinds, lives) = (kinds(account.role, ctx), lives(ctx));
    let settings = ctx.web.settings.load();
    let shows_path = status == StatusCode::OK && after.is_none();
    let site = view::Site { path: shows_path.then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = Me {
        site: &site,
        address: account.jid.as_str(),
        csrf: &ctx.field(),
        allowance,
        form: InviteForm {
            kinds: &kinds,
            chosen: typed.chosen,
            note: typed.note,
            note_over: typed.note_over,
            name: typed.name,
            name_error: typed.name_error,
            reminder: typed.reminder,
            reminder_over: typed.reminder_over,
            lives: &lives,
            life: typed.life,
            language: typed.language,
        },
        notice,
        problem: typed.problem,
        invites: &invites,
        later: after.is_some(),
        older,
        console: account.role >= Role::Admin,
        visitor: ctx.visitor(),
        apps: &settings.apps,
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
    if !kinds.contains(&InviteKind::Contact) && invite::may_invite(role, Kind::Contact, policy) {
        kinds.push(InviteKind::Contact);
    }
    kinds
}

/// How long this member's links may live, in hours, the place's own choice first. Admins may choose a longer one.
fn lives(ctx: &Ctx) -> Vec<u32> {
    let usual = ctx.asked.place.policy.invite_expiry.max(MIN_EXPIRY);
    let may_longer = ctx.member().is_ok_and(|member| member.account.role >= Role::Admin);
    let hours = |life: Millis| u32::try_from(life / HOUR).unwrap_or(u32::MAX).max(1);
    let mut lives = vec![hours(usual)];
    let others = [HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY].into_iter().filter(|life| may_longer || *life < usual);
    lives.extend(others.map(hours).filter(|life| *life != hours(usual)));
    lives
}

/// An invite as its maker's list shows it.
pub(super) fn listed(invite: &Invite, history: &[InviteEvent], now: Millis) -> OwnInvite {
    let last = history.iter().rev().find(|event| came(event));
    let used = || InviteState::Used {
        by: last.and_then(|event| match &event.who {
            Who::Account(jid) if invite.max_uses == 1 => Some(shown_name(jid)),
            _ => None,
        }),
        at: timestamp(last.map_or(invite.created, |event| event.at)),
    };
    let state = match invite.state(now) {
        State::Waiting if invite.max_uses > 1 => InviteState::Some { used: invite.uses, of: invite.max_uses },
        State::Waiting => InviteState::Waiting { expires: Some(timestamp(invite.expires)) },
        State::Used | State::Full => used(),
        State::Withdrawn if invite.renewed.is_some() => InviteState::Replaced,
        State::Expired => InviteState::Expired { at: timestamp(invite.expires) },
        State::Withdrawn => InviteState::Withdrawn,
    };
    OwnInvite {
        id: invite.id.to_string(),
        note: invite.note.clone().or_else(|| invite.hello.clone()),
        opened: invite.opened,
        made: timestamp(invite.created),
        state,
    }
}

/// A line that says that somebody came.
fn came(event: &InviteEvent) -> bool {
    matches!(event.what.as_str(), "joined" | "became a contact")
}

const HOUR: Millis = 60 * parlour_domain::limits::MINUTE;
