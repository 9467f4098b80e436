//! Links for a list of people, as spreadsheets save it: looked at line by line first, and made only as a whole.
//!
//! Spec: RFC 4180 by the `csv` crate, with a comma, semicolon or tab between the fields, as the first line has them.
//! Left out: sending the links; a file is pasted, not uploaded.

use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::limits::{MAX_BULK, MAX_NOTE_CHARS};
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::token::TokenId;
use parlour_domain::{InviteKind, Role};
use parlour_engine::invites::IssueError;

use super::invites::joined;
use super::{Shell, jid};
use crate::pages::handlers::{Ctx, Proof, Submitted, see_other};
use crate::pages::paths;
use crate::pages::view::admin::{ImportPage, Line, Section};
use crate::problem::Fail;

/// A line and what it asks for.
struct Asked {
    line: Line,
    wish: Wish,
}

/// `GET /admin/invites/import`.
pub(crate) async fn form(ctx: Ctx) -> Result<Response, Fail> {
    show(&ctx, StatusCode::OK, "", &[], None)
}

/// `POST /admin/invites/import`: looks at the list, or with `step=make` makes its links.
pub(crate) async fn submit(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, list) = (&sent.ctx, sent.fields.get("list"));
    let stale = sent.proven("")? == Proof::Stale;
    let mut asked = match read(ctx, list).await? {
        Ok(asked) => asked,
        Err(trouble) => return show(ctx, StatusCode::BAD_REQUEST, list, &[], Some(trouble)),
    };
    let fine = asked.iter().all(|one| one.line.wrong.is_none());
    let mut made: Vec<TokenId> = Vec::new();
    if sent.fields.get("step") == "make" && fine && !stale {
        if ctx.web.limits.invite(ctx.member()?.account.jid.as_str()).is_err() {
            return show(ctx, StatusCode::TOO_MANY_REQUESTS, list, &[], Some("admin-import-later"));
        }
        let (by, host) = (ctx.by()?, &ctx.asked.place.host);
        for one in &mut asked {
            match ctx.web.acts.invites.issue(&by, host, one.wish.clone()).await {
                Ok(done) => made.push(done.out().id),
                // Somebody was faster since the look: all or none, so what was made is taken back.
                Err(IssueError::Refused(refusal)) => {
                    one.line.wrong = Some(why(&refusal));
                    ctx.web.acts.invites.revoke_many(&by, host, &made).await.map_err(Fail::fault)?;
                    made.clear();
                    break;
                }
                Err(IssueError::Failed(error)) => return Err(Fail::store(error)),
                Err(error @ IssueError::UnknownHost(_)) => return Err(Fail::fault(error)),
            }
        }
        if !made.is_empty() {
            return Ok(see_other(&paths::with(paths::BATCH, &[("ids", &joined(made.into_iter()))])));
        }
    }
    let lines: Vec<Line> = asked.into_iter().map(|one| one.line).collect();
    let fine = lines.iter().all(|line| line.wrong.is_none());
    let status = if fine { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    show(ctx, status, list, &lines, (!fine).then_some("admin-import-wrong"))
}

/// What the list asks for, line by line; or what is wrong with it as a whole.
async fn read(ctx: &Ctx, list: &str) -> Result<Result<Vec<Asked>, &'static str>, Fail> {
    // Spreadsheets begin a file with a mark of byte order.
    let list = list.trim_start_matches('\u{feff}');
    let first = list.lines().next().unwrap_or_default();
    let between = [';', '\t', ','].into_iter().find(|c| first.contains(*c)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(between).unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(list.as_bytes());
    let Ok(headings) = reader.headers().cloned() else { return Ok(Err("admin-import-unreadable")) };
    let column = |names: &[&str]| headings.iter().position(|one| names.contains(&one.to_lowercase().as_str()));
    let (note, username) = (column(&["note", "name"]), column(&["username"]));
    let (role, group) = (column(&["role"]), column(&["group"]));
    if note.is_none() && username.is_none() {
        return Ok(Err("admin-import-no-heading"));
    }
    let groups = ctx.web.acts.groups.list(ctx.asked.place.host.clone()).await.map_err(Fail::store)?;
    let mut asked: Vec<Asked> = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { return Ok(Err("admin-import-unreadable")) };
        if record.iter().all(str::is_empty) {
            continue;
        }
        if asked.len() == MAX_BULK {
            return Ok(Err("admin-import-long"));
        }
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let [note, username, role, group] = [note, username, role, group].map(field);
        let number = record.position().and_then(|at| usize::try_from(at.line()).ok()).unwrap_or(asked.len() + 2);
        let twice = !username.is_empty() && asked.iter().any(|one| one.line.username.eq_ignore_ascii_case(username));
        let granted = Role::from_name(role).unwrap_or(Role::Member);
        let wrong = if twice {
            Some("admin-import-twice")
        } else if !role.is_empty() && Role::from_name(role).is_none() {
            Some("admin-import-role")
        } else if granted > ctx.member()?.account.role {
            Some("admin-no-role")
        } else if !group.is_empty() && !groups.iter().any(|one| one.name == group) {
            Some("admin-no-groups")
        } else if note.chars().count() > MAX_NOTE_CHARS {
            Some("admin-no-long")
        } else {
            name_fault(ctx, username).await?
        };
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        asked.push(Asked {
            line: Line { number, who: note.to_owned(), username: username.to_owned(), group: group.to_owned(), wrong },
            wish: Wish {
                kind: Some(InviteKind::Account),
                name: given(username),
                role: Some(granted).filter(|role| *role != Role::Member),
                groups: given(group).into_iter().collect(),
                note: given(note),
                ..Wish::default()
            },
        });
    }
    Ok(if asked.is_empty() { Err("admin-import-empty") } else { Ok(asked) })
}

/// What would stand in the way of keeping a name, as far as a look tells; the act judges again.
async fn name_fault(ctx: &Ctx, username: &str) -> Result<Option<&'static str>, Fail> {
    if username.is_empty() {
        return Ok(None);
    }
    let place = &ctx.asked.place;
    let rules = NamePolicy { host: &place.host, reserved: &place.policy.reserved_names, allow_reserved: true };
    let Ok(name) = NewName::accept(username, &rules) else { return Ok(Some("error-name-malformed")) };
    let Some(jid) = jid(ctx, name.as_str()) else { return Ok(Some("error-name-malformed")) };
    let known = ctx.web.acts.accounts.account(jid).await.map_err(Fail::store)?;
    Ok(known.map(|_| "admin-import-taken"))
}

fn why(refusal: &IssueRefusal) -> &'static str {
    match refusal {
        IssueRefusal::NameTaken | IssueRefusal::NamePromised => "admin-import-taken",
        IssueRefusal::Name(_) => "error-name-malformed",
        IssueRefusal::RoleTooHigh => "admin-no-role",
        IssueRefusal::UnknownGroup { .. } | IssueRefusal::TooManyGroups { .. } => "admin-no-groups",
        IssueRefusal::Closed => "admin-make-closed",
        _ => "admin-no-not-allowed",
    }
}

fn show(
    ctx: &Ctx,
    status: StatusCode,
    list: &str,
    lines: &[Line],
    trouble: Option<&'static str>,
) -> Result<Response, Fail> {
    let shell = Shell::new(ctx)?;
    let page = ImportPage { site: &shell.site, desk: shell.desk(Section::Invites), list, lines, trouble };
    Ok(shell.send(status, &page))
}
