//! The list of everybody with an account.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::Role;
use parlour_engine::{AccountQuery, Standing};

use super::{ROWS, Shell, failed, jid, local, query, row};
use crate::pages::handlers::Ctx;
use crate::pages::paths;
use crate::pages::view::admin::{Find, People, Section};
use crate::problem::Fail;

/// `GET /admin/people`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let host = &ctx.asked.place.host;
    let find = Find {
        text: fields.get("q").trim(),
        role: Role::from_name(fields.get("role")),
        standing: Standing::from_name(fields.get("state")),
        group: fields.get("group"),
        inviter: fields.get("by"),
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let asked = AccountQuery {
        text: given(find.text),
        role: find.role,
        standing: find.standing,
        group: given(find.group),
        inviter: jid(&ctx, find.inviter),
        newest_first: true,
        after: jid(&ctx, fields.get("after")),
        // One more tells whether there is another page.
        ..AccountQuery::all(host.clone(), ROWS + 1)
    };
    let mut found = ctx.web.acts.accounts.list(&ctx.by()?, asked).await.map_err(failed)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let mut people = Vec::with_capacity(found.len());
    for account in &found {
        let groups = ctx.web.acts.groups.of(account.jid.clone()).await.map_err(Fail::store)?;
        people.push(row(account, groups));
    }
    let groups = ctx.web.acts.groups.list(host.clone()).await.map_err(Fail::store)?;
    let groups: Vec<String> = groups.into_iter().map(|group| group.name).collect();
    let at = |after: &str| {
        let pairs = [
            ("q", find.text),
            ("role", find.role.map_or("", Role::as_str)),
            ("state", find.standing.map_or("", Standing::as_str)),
            ("group", find.group),
            ("by", find.inviter),
            ("after", after),
        ];
        paths::with(paths::PEOPLE, &pairs)
    };
    let shell = Shell::new(&ctx)?;
    let page = People {
        site: &shell.site,
        desk: shell.desk(Section::People),
        first: fields.find("after").map(|_| at("")),
        next: found.last().filter(|_| more).map(|last| at(local(&last.jid))),
        find,
        groups: &groups,
        people: &people,
    };
    Ok(shell.send(StatusCode::OK, &page))
}
