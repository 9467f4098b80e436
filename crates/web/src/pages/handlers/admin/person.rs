//! One person: who brought them and whom they brought, and what can be done about their account.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::{AccountRefusal, Turn};
use parlour_domain::group::GroupRefusal;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::options::Span;
use parlour_domain::{Account, AccountState, InviteKind, Role};
use parlour_engine::accounts::AccountError;
use parlour_engine::invites::IssueError;
use parlour_engine::{AccountQuery, ActError, Committed};

use super::{Shell, account, again_first, asks, failed, invites, local, may_manage, query, row};
use crate::front::timestamp;
use crate::pages::handlers::{Ctx, Proof, Submitted, see_other, shown_name};
use crate::pages::paths;
use crate::pages::view::admin::{Ask, InviteSaid, PersonPage, RolePage, Said, Section, Trouble};
use crate::problem::Fail;

/// `GET /admin/person?name=NAME`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let account = account(&ctx, fields.get("name")).await?;
    let (by, host, me) = (ctx.by()?, &ctx.asked.place.host, &ctx.member()?.account);
    let mine = ctx.web.acts.groups.of(account.jid.clone()).await.map_err(Fail::store)?;
    let all = ctx.web.acts.groups.list(host.clone()).await.map_err(Fail::store)?;
    let groups: Vec<(String, bool)> = all.into_iter().map(|g| (g.name.clone(), mine.contains(&g.name))).collect();
    let asked = AccountQuery {
        inviter: Some(account.jid.clone()),
        newest_first: true,
        ..AccountQuery::all(host.clone(), BROUGHT + 1)
    };
    let brought = ctx.web.acts.accounts.list(&by, asked).await.map_err(failed)?;
    let shown: Vec<_> = brought.iter().take(BROUGHT as usize).map(|account| row(account, Vec::new())).collect();
    let browsers = ctx.web.acts.sign_in.sessions(&account.jid).await.map_err(Fail::store)?.len();
    let apps = ctx.web.acts.devices.of(&by, &account.jid).await.map_err(Fail::store)?;
    let apps = apps.iter().filter(|app| app.online.is_some()).count();
    let shell = Shell::new(&ctx)?;
    let page = PersonPage {
        signed_in: (browsers, apps),
        site: &shell.site,
        desk: shell.desk(Section::People),
        person: &row(&account, mine),
        address: account.jid.as_str(),
        erased: match account.state {
            AccountState::Deleted { since } => Some(timestamp(since.saturating_add(RESTORABLE))),
            _ => None,
        },
        groups: &groups,
        more_brought: brought.len() > shown.len(),
        brought: &shown,
        me: account.jid == me.jid,
        manage: may_manage(me, &account),
        said: Said::parse(fields.get("done")),
        trouble: Trouble::parse(fields.get("trouble")),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// `POST /admin/person/groups`: the ticked groups are theirs from now on, the others not.
pub(crate) async fn groups(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::person("", name)));
    }
    let account = account(ctx, name).await?;
    let (by, acts) = (ctx.by()?, &ctx.web.acts.groups);
    let mine = acts.of(account.jid.clone()).await.map_err(Fail::store)?;
    let wanted = sent.fields.ticked("group.");
    let leaves = mine.iter().filter(|group| !wanted.contains(&group.as_str())).map(|group| (group.as_str(), false));
    let joins = wanted.iter().filter(|group| !mine.iter().any(|m| m == *group)).map(|group| (*group, true));
    for (group, member) in joins.chain(leaves) {
        match acts.set_member(&by, group.to_owned(), account.jid.clone(), member).await {
            // One that was removed in the meantime is nobody's.
            Ok(_) | Err(ActError::Refused(GroupRefusal::Unknown)) => {}
            Err(ActError::Refused(GroupRefusal::NotAllowed)) => return Ok(trouble(name, Trouble::NotAllowed)),
            Err(ActError::Refused(_)) => return Ok(trouble(name, Trouble::Changed)),
            Err(ActError::Failed(error)) => return Err(Fail::store(error)),
        }
    }
    Ok(said(name, Said::Groups))
}

/// `GET /admin/person/role?name=NAME`.
pub(crate) async fn ask_role(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let account = match at_hand(&ctx, fields.get("name"), "/role").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    roles(&ctx, StatusCode::OK, &account, None)
}

/// `POST /admin/person/role`.
pub(crate) async fn role(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    let back = paths::person("/role", name);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&back));
    }
    let account = match at_hand(ctx, name, "/role").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    let role = Role::from_name(sent.fields.get("role")).ok_or(Fail::Malformed)?;
    match ctx.web.acts.accounts.set_role(&ctx.by()?, &account.jid, role).await {
        Ok(done) => Ok(changed(&done, Said::Role)),
        Err(AccountError::Refused(refusal)) => {
            roles(ctx, StatusCode::BAD_REQUEST, &account, Some(why(refusal).label()))
        }
        Err(error) => Err(failed(error)),
    }
}

/// `GET /admin/person/disable?name=NAME`.
pub(crate) async fn ask_disable(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    question(raw.as_deref(), &ctx, Turn::Disable).await
}

/// `POST /admin/person/disable`.
pub(crate) async fn disable(sent: Submitted) -> Result<Response, Fail> {
    turn(&sent, Turn::Disable, Said::Disabled).await
}

/// `POST /admin/person/enable`.
pub(crate) async fn enable(sent: Submitted) -> Result<Response, Fail> {
    turn(&sent, Turn::Enable, Said::Enabled).await
}

/// `GET /admin/person/delete?name=NAME`.
pub(crate) async fn ask_delete(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    question(raw.as_deref(), &ctx, Turn::Delete).await
}

/// `POST /admin/person/delete`.
pub(crate) async fn delete(sent: Submitted) -> Result<Response, Fail> {
    turn(&sent, Turn::Delete, Said::Deleted).await
}

/// `POST /admin/person/restore`.
pub(crate) async fn restore(sent: Submitted) -> Result<Response, Fail> {
    turn(&sent, Turn::Restore, Said::Restored).await
}

/// `GET /admin/person/sign-out?name=NAME`.
pub(crate) async fn ask_sign_out(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let account = match at_hand(&ctx, fields.get("name"), "/sign-out").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    let name = local(&account.jid);
    let shell = Shell::new(&ctx)?;
    let (site, shown) = (&shell.site, shown_name(&account.jid));
    let page = Ask {
        site,
        desk: shell.desk(Section::People),
        title: site.with("admin-sign-out-title", "name", shown.as_str()),
        lines: vec![site.with("admin-sign-out-explain", "name", shown.as_str())],
        rows: Vec::new(),
        action: "/admin/person/sign-out".to_owned(),
        fields: vec![("name", name.to_owned())],
        submit: site.t("admin-sign-out"),
        keep: site.t("frame-back"),
        back: paths::person("", name),
        danger: true,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/person/sign-out`: out of all browsers and apps.
pub(crate) async fn sign_out(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    let back = paths::person("/sign-out", name);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&back));
    }
    let account = match at_hand(ctx, name, "/sign-out").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    match ctx.web.acts.accounts.sign_out(&ctx.by()?, &account.jid).await {
        Ok(_) => Ok(said(name, Said::SignedOut)),
        Err(AccountError::Refused(refusal)) => Ok(trouble(name, why(refusal))),
        Err(error) => Err(failed(error)),
    }
}

/// `GET /admin/person/reset?name=NAME`.
pub(crate) async fn ask_reset(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let account = match at_hand(&ctx, fields.get("name"), "/reset").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    let name = local(&account.jid);
    let shell = Shell::new(&ctx)?;
    let (site, shown) = (&shell.site, shown_name(&account.jid));
    let life = Span(ctx.asked.place.policy.reset_expiry);
    let until = timestamp(ctx.asked.now.saturating_add(life.0));
    let page = Ask {
        site,
        desk: shell.desk(Section::People),
        title: site.with("admin-reset-title", "name", shown.as_str()),
        lines: vec![
            site.lang
                .text("admin-reset-explain", &[("name", shown.as_str().into()), ("when", site.relative(until).into())]),
        ],
        rows: Vec::new(),
        action: "/admin/person/reset".to_owned(),
        fields: vec![("name", name.to_owned())],
        submit: site.t("invite-submit"),
        keep: site.t("frame-back"),
        back: paths::person("", name),
        danger: false,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/person/reset`: a link for a new password.
pub(crate) async fn reset(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    let back = paths::person("/reset", name);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&back));
    }
    let account = match at_hand(ctx, name, "/reset").await? {
        Ok(account) => account,
        Err(answer) => return Ok(answer),
    };
    let wish = Wish { kind: Some(InviteKind::Reset), name: Some(local(&account.jid).to_owned()), ..Wish::default() };
    match ctx.web.acts.invites.issue(&ctx.by()?, &ctx.asked.place.host, wish).await {
        Ok(done) => Ok(invites::to(&done, InviteSaid::Made)),
        Err(IssueError::Refused(IssueRefusal::NoAccount)) => Ok(trouble(name, Trouble::Changed)),
        Err(IssueError::Refused(_)) => Ok(trouble(name, Trouble::NotAllowed)),
        Err(IssueError::Failed(error)) => Err(Fail::store(error)),
        Err(error @ IssueError::UnknownHost(_)) => Err(Fail::fault(error)),
    }
}

/// What is taken away is asked about first, by name.
async fn question(raw: Option<&str>, ctx: &Ctx, turn: Turn) -> Result<Response, Fail> {
    let fields = query(raw)?;
    let account = account(ctx, fields.get("name")).await?;
    let name = local(&account.jid);
    let deletes = turn == Turn::Delete;
    if deletes && let Some(answer) = again_first(ctx, &paths::person("/delete", name))? {
        return Ok(answer);
    }
    if let Some(answer) = not_for(ctx, &account)? {
        return Ok(answer);
    }
    let shell = Shell::new(ctx)?;
    let (site, shown) = (&shell.site, shown_name(&account.jid));
    let (title, line, submit, action) = if deletes {
        ("admin-delete-title", "admin-delete-explain", "admin-delete", "/admin/person/delete")
    } else {
        ("admin-disable-title", "admin-disable-explain", "admin-disable", "/admin/person/disable")
    };
    let page = Ask {
        site,
        desk: shell.desk(Section::People),
        title: site.with(title, "name", shown.as_str()),
        lines: vec![site.with(line, "name", shown.as_str())],
        rows: Vec::new(),
        action: action.to_owned(),
        fields: vec![("name", name.to_owned())],
        submit: site.t(submit),
        keep: site.t("revoke-keep"),
        back: paths::person("", name),
        danger: true,
    };
    Ok(asks(&shell, &page))
}

async fn turn(sent: &Submitted, turn: Turn, said: Said) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::person("", name)));
    }
    let account = account(ctx, name).await?;
    if turn == Turn::Delete
        && let Some(answer) = again_first(ctx, &paths::person("/delete", name))?
    {
        return Ok(answer);
    }
    if let Some(answer) = not_for(ctx, &account)? {
        return Ok(answer);
    }
    match ctx.web.acts.accounts.turn(&ctx.by()?, &account.jid, turn).await {
        Ok(done) => Ok(changed(&done, said)),
        Err(AccountError::Refused(refusal)) => Ok(trouble(name, why(refusal))),
        Err(error) => Err(failed(error)),
    }
}

/// Somebody to whom what matters may be done now; else the page to show first: one's password again, or why not.
async fn at_hand(ctx: &Ctx, name: &str, way: &str) -> Result<Result<Account, Response>, Fail> {
    let account = account(ctx, name).await?;
    if let Some(answer) = again_first(ctx, &paths::person(way, local(&account.jid)))? {
        return Ok(Err(answer));
    }
    Ok(match not_for(ctx, &account)? {
        Some(answer) => Err(answer),
        None => Ok(account),
    })
}

/// Nobody takes something from themselves here by accident, nor from somebody above them.
fn not_for(ctx: &Ctx, account: &Account) -> Result<Option<Response>, Fail> {
    let (me, name) = (&ctx.member()?.account, local(&account.jid));
    Ok(if me.jid == account.jid {
        Some(trouble(name, Trouble::Yourself))
    } else if !may_manage(me, account) {
        Some(trouble(name, Trouble::NotAllowed))
    } else {
        None
    })
}

fn roles(ctx: &Ctx, status: StatusCode, account: &Account, problem: Option<&'static str>) -> Result<Response, Fail> {
    let mine = ctx.member()?.account.role;
    let grantable: Vec<Role> =
        [Role::Owner, Role::Admin, Role::Member, Role::Limited].into_iter().filter(|role| *role <= mine).collect();
    let shell = Shell::new(ctx)?;
    let page = RolePage {
        site: &shell.site,
        desk: shell.desk(Section::People),
        name: local(&account.jid),
        shown: shown_name(&account.jid),
        roles: &grantable,
        current: account.role,
        problem,
    };
    Ok(shell.send(status, &page))
}

fn why(refusal: AccountRefusal) -> Trouble {
    match refusal {
        AccountRefusal::NotAllowed | AccountRefusal::RoleTooHigh => Trouble::NotAllowed,
        AccountRefusal::LastOwner => Trouble::LastOwner,
        AccountRefusal::TooLate => Trouble::TooLate,
        AccountRefusal::Unknown
        | AccountRefusal::Deleted
        | AccountRefusal::NotDeleted
        | AccountRefusal::Name(_)
        | AccountRefusal::NameTaken
        | AccountRefusal::NamePromised => Trouble::Changed,
    }
}

/// Takes the proof that it is durable.
fn changed(done: &Committed<Account>, what: Said) -> Response {
    said(local(&done.out().jid), what)
}

fn said(name: &str, what: Said) -> Response {
    see_other(&paths::with(&paths::person("", name), &[("done", what.as_str())]))
}

fn trouble(name: &str, what: Trouble) -> Response {
    see_other(&paths::with(&paths::person("", name), &[("trouble", what.as_str())]))
}

/// People they brought, shown on their page.
const BROUGHT: u32 = 8;
