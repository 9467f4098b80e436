//! Making invitations, one or many at once, and their links as a list, a file and slips of paper.

use axum::extract::RawQuery;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use parlour_domain::invite::Invite;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::limits::MAX_BULK;
use parlour_domain::options::Span;
use parlour_domain::{InviteKind, Role};
use parlour_engine::Committed;
use parlour_engine::invites::IssueError;

use super::invites::{ids_of, joined, named, to};
use super::{Shell, query};
use crate::front::timestamp;
use crate::pages::handlers::{Ctx, Fields, Proof, Submitted, name_error, see_other, try_later};
use crate::pages::paths;
use crate::pages::view::admin::{BatchPage, InviteSaid, MakePage, Section, SheetPage, Slip, Typed};
use crate::pages::view::{FormProblem, Site, Slips};
use crate::problem::Fail;

/// `GET /admin/invites/new`; `?group=NAME` ticks a group.
pub(crate) async fn form(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let groups = Some(fields.get("group")).filter(|group| !group.is_empty()).into_iter().collect();
    show(&ctx, StatusCode::OK, Typed { groups, ..Typed::default() }, |_| None).await
}

/// `POST /admin/invites/new`.
pub(crate) async fn make(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    let typed = typed(fields);
    if sent.proven("")? == Proof::Stale {
        return show(ctx, StatusCode::BAD_REQUEST, typed, |site| Some(FormProblem::Stale.text(site))).await;
    }
    let account = &ctx.member()?.account;
    if let Err(wait) = ctx.web.limits.invite(account.jid.as_str()) {
        return show(ctx, StatusCode::TOO_MANY_REQUESTS, typed, |site| Some(try_later(wait).text(site))).await;
    }
    let (wish, count) = match wish(&typed, fields, ctx) {
        Ok(asked) => asked,
        Err(why) => return show(ctx, StatusCode::BAD_REQUEST, typed, |site| Some(site.t(why))).await,
    };
    let (by, host) = (ctx.by()?, &ctx.asked.place.host);
    let mut made: Vec<Committed<Invite>> = Vec::with_capacity(count);
    let mut refused = None;
    while made.len() < count && refused.is_none() {
        match ctx.web.acts.invites.issue(&by, host, wish.clone()).await {
            Ok(done) => made.push(done),
            Err(IssueError::Refused(refusal)) => refused = Some(refusal),
            Err(IssueError::Failed(error)) => return Err(Fail::store(error)),
            Err(error @ IssueError::UnknownHost(_)) => return Err(Fail::fault(error)),
        }
    }
    match (made.as_slice(), refused) {
        ([], Some(refusal)) => {
            let name = typed.name;
            show(ctx, StatusCode::BAD_REQUEST, typed, |site| Some(why(&refusal, site, name))).await
        }
        ([one], None) => Ok(to(one, InviteSaid::Made)),
        (several, _) => {
            let ids = joined(several.iter().map(|done| done.out().id));
            Ok(see_other(&paths::with(paths::BATCH, &[("ids", &ids)])))
        }
    }
}

/// `GET /admin/invites/batch?ids=ID.ID`.
pub(crate) async fn batch(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let invites = open(&ctx, fields.get("ids")).await?;
    let links: Vec<String> = invites.iter().map(|(_, link)| link.clone()).collect();
    let shell = Shell::new(&ctx)?;
    let page = BatchPage {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        links: &links,
        ids: &joined(invites.iter().map(|(invite, _)| invite.id)),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// `GET /admin/invites/batch.csv?ids=ID.ID`: one line per link, for a mail merge.
pub(crate) async fn file(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["link", "expires", "name", "role", "groups", "note"]).map_err(Fail::fault)?;
    for (invite, link) in open(&ctx, fields.get("ids")).await? {
        let (expires, groups) = (timestamp(invite.expires).to_string(), invite.groups.join("; "));
        let role = invite.role.unwrap_or(Role::Member).as_str();
        let [name, note] = [&invite.name, &invite.note].map(|text| text.as_deref().unwrap_or_default());
        let line = [link.as_str(), &expires, name, role, &groups, note].map(harmless);
        out.write_record(line).map_err(Fail::fault)?;
    }
    let mut answer = out.into_inner().map_err(Fail::fault)?.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"invitations.csv\""));
    Ok(answer)
}

/// `GET /admin/invites/sheet?ids=ID.ID&n=8`.
pub(crate) async fn sheet(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let invites = open(&ctx, fields.get("ids")).await?;
    let shell = Shell::new(&ctx)?;
    let links: Vec<_> = invites
        .iter()
        .map(|(invite, link)| Slip {
            link: link.clone(),
            expires: timestamp(invite.expires),
            name: invite.name.clone(),
        })
        .collect();
    let page = SheetPage {
        site: &shell.site,
        links: &links,
        ids: &joined(invites.iter().map(|(invite, _)| invite.id)),
        slips: Slips::parse(fields.get("n")),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// Those of these that can be used, each with its link; a link for a new password is handed on alone, from its page.
async fn open(ctx: &Ctx, ids: &str) -> Result<Vec<(Invite, String)>, Fail> {
    let ids = ids_of(ids);
    let ids: Vec<&str> = ids.iter().map(parlour_domain::token::TokenId::as_str).collect();
    let found = named(ctx, &ids)
        .await?
        .into_iter()
        .filter(|invite| invite.is_open(ctx.asked.now) && invite.kind != InviteKind::Reset);
    let linked = found.filter_map(|invite| {
        let link = ctx.web.acts.invites.links(&invite)?.landing_page.expose().clone();
        Some((invite, link))
    });
    Ok(linked.collect())
}

fn typed(fields: &Fields) -> Typed<'_> {
    Typed {
        kind: fields.get("kind"),
        how: fields.get("how"),
        number: fields.get("number").trim(),
        name: fields.get("name").trim(),
        role: fields.get("role"),
        expires: fields.get("expires"),
        until: fields.get("until"),
        note: fields.get("note").trim(),
        hello: fields.get("hello").trim(),
        lang: fields.get("lang"),
        groups: fields.ticked("group."),
    }
}

/// What is asked for, and how many times; or a text's id that says what is missing.
fn wish(typed: &Typed<'_>, fields: &Fields, ctx: &Ctx) -> Result<(Wish, usize), &'static str> {
    let kind = match typed.kind {
        "contact" => InviteKind::AccountAndContact,
        "account" => InviteKind::Account,
        "only-contact" => InviteKind::Contact,
        _ => return Err("admin-no-kind"),
    };
    let (max_uses, count) = match (typed.how, typed.number.parse::<u32>()) {
        ("one", _) => (1, 1),
        ("group", Ok(uses)) if uses > 1 => (uses, 1),
        ("many", Ok(count)) if (2..=MAX_BULK).contains(&(count as usize)) => (1, count as usize),
        ("many", _) => return Err("admin-no-count"),
        _ => return Err("admin-no-uses"),
    };
    if !typed.name.is_empty() && (max_uses > 1 || count > 1) {
        return Err("admin-no-name-for-many");
    }
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let makes_account = kind != InviteKind::Contact;
    let wish = Wish {
        kind: Some(kind),
        name: given(typed.name).filter(|_| makes_account),
        expires_after: life(fields, ctx)?,
        max_uses: Some(max_uses),
        role: Role::from_name(typed.role).filter(|role| *role != Role::Member && makes_account),
        groups: typed.groups.iter().filter(|_| makes_account).map(|group| (*group).to_owned()).collect(),
        note: given(typed.note),
        hello: given(typed.hello),
        lang: given(typed.lang),
        ..Wish::default()
    };
    Ok((wish, count))
}

/// How long from now, by the date if there is one, else by the preset; nothing for what is usual.
pub(crate) fn life(fields: &Fields, ctx: &Ctx) -> Result<Option<i64>, &'static str> {
    let (until, preset) = (fields.get("until"), fields.get("expires"));
    if until.is_empty() {
        return match preset {
            "" => Ok(None),
            other => Span::parse(other).map(|span| Some(span.0)).ok_or("admin-no-life"),
        };
    }
    let day: Date = until.parse().map_err(|_| "admin-no-life")?;
    // To the end of that day, where the place is.
    let end = day.at(23, 59, 59, 0).to_zoned(ctx.asked.site().zone.clone()).map_err(|_| "admin-no-life")?;
    Ok(Some(end.timestamp().as_millisecond().saturating_sub(ctx.asked.now)))
}

/// What begins like a formula would be one to a spreadsheet.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn why(refusal: &IssueRefusal, site: &Site<'_>, name: &str) -> String {
    site.t(match refusal {
        IssueRefusal::Name(refusal) => return name_error(*refusal).text(site, name),
        IssueRefusal::NameTaken => return site.with("error-name-taken", "name", name),
        IssueRefusal::NamePromised => "error-name-reserved",
        IssueRefusal::Closed => "admin-make-closed",
        IssueRefusal::RoleTooHigh => "admin-no-role",
        IssueRefusal::UnknownGroup { .. } | IssueRefusal::TooManyGroups { .. } => "admin-no-groups",
        IssueRefusal::Uses { max: 1 } => "admin-no-group-link",
        IssueRefusal::Uses { .. } => "admin-no-uses",
        IssueRefusal::Expiry { .. } => "admin-no-life",
        IssueRefusal::TooLong { .. } => "admin-no-long",
        IssueRefusal::NotAllowed
        | IssueRefusal::NoAccount
        | IssueRefusal::NoContact
        | IssueRefusal::TooManyOpen { .. }
        | IssueRefusal::TooManyToday { .. }
        | IssueRefusal::HelloNotYours
        | IssueRefusal::Owned => "admin-no-not-allowed",
    })
}

async fn show(
    ctx: &Ctx,
    status: StatusCode,
    typed: Typed<'_>,
    trouble: impl FnOnce(&Site<'_>) -> Option<String>,
) -> Result<Response, Fail> {
    let groups = ctx.web.acts.groups.list(ctx.asked.place.host.clone()).await.map_err(Fail::store)?;
    let groups: Vec<String> = groups.into_iter().map(|group| group.name).collect();
    let mine = ctx.member()?.account.role;
    let roles: Vec<Role> =
        [Role::Limited, Role::Member, Role::Admin, Role::Owner].into_iter().filter(|role| *role <= mine).collect();
    let shell = Shell::new(ctx)?;
    let page = MakePage {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        typed,
        groups: &groups,
        roles: &roles,
        accounts: ctx.asked.place.policy.allow_registration,
        trouble: trouble(&shell.site),
    };
    Ok(shell.send(status, &page))
}
