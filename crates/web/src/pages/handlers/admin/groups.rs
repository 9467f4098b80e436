//! Groups: made and removed, and who belongs to them.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::group::{Group, GroupRefusal};
use parlour_engine::{ActError, Committed};

use super::{ROWS, Shell, asks, jid, local, query};
use crate::pages::handlers::{Ctx, Proof, Submitted, see_other, shown_name};
use crate::pages::paths;
use crate::pages::view::admin::{Ask, GroupPage, GroupRow, GroupTrouble, GroupsPage, Section};
use crate::problem::Fail;

/// What was typed, and is wrong with it.
#[derive(Default)]
struct Typed<'a> {
    text: &'a str,
    contacts: bool,
    trouble: Option<GroupTrouble>,
}

/// `GET /admin/groups`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    list(&ctx, StatusCode::OK, Typed::default(), fields.get("deleted")).await
}

/// `POST /admin/groups`: makes one.
pub(crate) async fn make(sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(paths::GROUPS));
    }
    let (name, contacts) = (sent.fields.get("name").trim(), sent.fields.find("contacts").is_some());
    let made = ctx.web.acts.groups.create(&ctx.by()?, ctx.asked.place.host.clone(), name.to_owned(), contacts).await;
    match made {
        Ok(done) => Ok(onward(&done, &paths::group("", name))),
        Err(error) => {
            let typed = Typed { text: name, contacts, trouble: Some(why(error)?) };
            list(ctx, StatusCode::BAD_REQUEST, typed, "").await
        }
    }
}

/// `GET /admin/group?name=NAME`.
pub(crate) async fn one(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let group = group(&ctx, fields.get("name")).await?;
    let come_and_gone = [fields.get("left"), fields.get("joined"), fields.get("contacts")];
    members(&ctx, StatusCode::OK, &group, fields.get("after"), Typed::default(), come_and_gone).await
}

/// `POST /admin/group/add`: somebody belongs to it.
pub(crate) async fn add(sent: Submitted) -> Result<Response, Fail> {
    set_member(&sent, true).await
}

/// `POST /admin/group/remove`: somebody belongs to it no longer.
pub(crate) async fn remove(sent: Submitted) -> Result<Response, Fail> {
    set_member(&sent, false).await
}

/// `POST /admin/group/contacts`: its members are each other's contacts, or only members.
pub(crate) async fn contacts(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    let page = paths::group("", name);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&page));
    }
    let contacts = sent.fields.find("contacts").is_some();
    let host = ctx.asked.place.host.clone();
    match ctx.web.acts.groups.set_contacts(&ctx.by()?, host, name.to_owned(), contacts).await {
        Ok(done) => Ok(onward(&done, &paths::with(&page, &[("contacts", "1")]))),
        Err(error) => Err(why(error).err().unwrap_or(Fail::Missing)),
    }
}

/// `GET /admin/group/delete?name=NAME`.
pub(crate) async fn ask_delete(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let group = group(&ctx, fields.get("name")).await?;
    let shell = Shell::new(&ctx)?;
    let site = &shell.site;
    let page = Ask {
        site,
        desk: shell.desk(Section::Groups),
        title: site.with("admin-group-delete-title", "name", group.name.as_str()),
        lines: vec![site.with("admin-group-delete-explain", "n", group.members)],
        rows: Vec::new(),
        action: "/admin/group/delete".to_owned(),
        fields: vec![("name", group.name.clone())],
        submit: site.t("admin-group-delete"),
        keep: site.t("revoke-keep"),
        back: paths::group("", &group.name),
        danger: true,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/group/delete`.
pub(crate) async fn delete(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, name) = (&sent.ctx, sent.fields.get("name"));
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::group("/delete", name)));
    }
    match ctx.web.acts.groups.remove(&ctx.by()?, ctx.asked.place.host.clone(), name.to_owned()).await {
        Ok(done) => Ok(onward(&done, &paths::with(paths::GROUPS, &[("deleted", name)]))),
        // Gone already, as was wished.
        Err(ActError::Refused(GroupRefusal::Unknown)) => Ok(see_other(paths::GROUPS)),
        Err(error) => Err(why(error).err().unwrap_or(Fail::Missing)),
    }
}

async fn set_member(sent: &Submitted, member: bool) -> Result<Response, Fail> {
    let (ctx, name, typed) = (&sent.ctx, sent.fields.get("name"), sent.fields.get("person").trim());
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(&paths::group("", name)));
    }
    let group = group(ctx, name).await?;
    // People type their whole address, too.
    let person = typed.strip_suffix(&format!("@{}", ctx.asked.place.host)).unwrap_or(typed);
    let problem = |trouble| {
        let typed = Typed { text: typed, trouble: Some(trouble), ..Typed::default() };
        members(ctx, StatusCode::BAD_REQUEST, &group, "", typed, [""; 3])
    };
    let Some(account) = jid(ctx, person) else { return problem(GroupTrouble::NoAccount).await };
    match ctx.web.acts.groups.set_member(&ctx.by()?, group.name.clone(), account.clone(), member).await {
        Ok(done) => {
            let what = if member { "joined" } else { "left" };
            Ok(onward(&done, &paths::with(&paths::group("", &group.name), &[(what, local(&account))])))
        }
        Err(error) => problem(why(error)?).await,
    }
}

/// The group of that name.
async fn group(ctx: &Ctx, name: &str) -> Result<Group, Fail> {
    let all = ctx.web.acts.groups.list(ctx.asked.place.host.clone()).await.map_err(Fail::store)?;
    all.into_iter().find(|group| group.name == name).ok_or(Fail::Missing)
}

/// Takes the proof that it is durable.
fn onward<T>(_proof: &Committed<T>, path: &str) -> Response {
    see_other(path)
}

fn why(error: ActError<GroupRefusal>) -> Result<GroupTrouble, Fail> {
    match error {
        ActError::Refused(GroupRefusal::BadName { .. }) => Ok(GroupTrouble::BadName),
        ActError::Refused(GroupRefusal::Exists) => Ok(GroupTrouble::Exists),
        ActError::Refused(GroupRefusal::NoAccount) => Ok(GroupTrouble::NoAccount),
        ActError::Refused(GroupRefusal::NotAllowed) => Err(Fail::NotYours),
        ActError::Refused(GroupRefusal::Unknown) => Err(Fail::Missing),
        ActError::Failed(error) => Err(Fail::store(error)),
    }
}

async fn list(ctx: &Ctx, status: StatusCode, typed: Typed<'_>, removed: &str) -> Result<Response, Fail> {
    let all = ctx.web.acts.groups.list(ctx.asked.place.host.clone()).await.map_err(Fail::store)?;
    let groups: Vec<_> = all.into_iter().map(|group| GroupRow { name: group.name, members: group.members }).collect();
    let shell = Shell::new(ctx)?;
    let page = GroupsPage {
        site: &shell.site,
        desk: shell.desk(Section::Groups),
        groups: &groups,
        typed: typed.text,
        contacts: typed.contacts,
        trouble: typed.trouble,
        removed,
    };
    Ok(shell.send(status, &page))
}

async fn members(
    ctx: &Ctx,
    status: StatusCode,
    group: &Group,
    after: &str,
    typed: Typed<'_>,
    [left, joined, changed]: [&str; 3],
) -> Result<Response, Fail> {
    let acts = &ctx.web.acts.groups;
    let (host, from) = (ctx.asked.place.host.clone(), jid(ctx, after));
    // One more tells whether there is another page.
    let found = acts.members(host, group.name.clone(), from, ROWS + 1).await.map_err(Fail::store)?;
    let more = found.len() > ROWS as usize;
    let found: Vec<_> = found.iter().take(ROWS as usize).map(|jid| (local(jid).to_owned(), shown_name(jid))).collect();
    let named = |name: &str| jid(ctx, name).map(|jid| (local(&jid).to_owned(), shown_name(&jid)));
    let shell = Shell::new(ctx)?;
    let here = paths::group("", &group.name);
    let page = GroupPage {
        site: &shell.site,
        desk: shell.desk(Section::Groups),
        name: &group.name,
        first: (!after.is_empty()).then(|| here.clone()),
        next: found.last().filter(|_| more).map(|(last, _)| paths::with(&here, &[("after", last)])),
        members: &found,
        typed: typed.text,
        trouble: typed.trouble,
        left: named(left),
        joined: named(joined).map(|(_, shown)| shown),
        contacts: group.contacts,
        changed: !changed.is_empty(),
    };
    Ok(shell.send(status, &page))
}
