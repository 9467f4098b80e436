//! The console's first page.

use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::limits::DAY;
use parlour_engine::AccountQuery;

use super::{Shell, failed, row};
use crate::pages::handlers::Ctx;
use crate::pages::view::admin::{Overview, Section};
use crate::problem::Fail;

/// `GET /admin`.
pub(crate) async fn page(ctx: Ctx) -> Result<Response, Fail> {
    let (by, host) = (ctx.by()?, &ctx.asked.place.host);
    let since = ctx.asked.now.saturating_sub(LATELY);
    let counts = ctx.web.acts.accounts.counts(&by, host, since).await.map_err(failed)?;
    let query = AccountQuery { newest_first: true, ..AccountQuery::all(host.clone(), LATEST) };
    let latest = ctx.web.acts.accounts.list(&by, query).await.map_err(failed)?;
    let latest: Vec<_> = latest.iter().map(|account| row(account, Vec::new())).collect();
    let invites = ctx.web.acts.invites.counts(&by, host).await.map_err(Fail::store)?;
    let mut shell = Shell::new(&ctx)?;
    shell.site.path = Some(&ctx.asked.path);
    let page = Overview {
        site: &shell.site,
        desk: shell.desk(Section::Overview),
        people: counts.active,
        new: counts.new,
        disabled: counts.disabled,
        deleted: counts.deleted,
        waiting: invites.waiting,
        used: invites.used.saturating_add(invites.full),
        expired: invites.expired,
        latest: &latest,
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// What counts as new.
const LATELY: i64 = 30 * DAY;

/// Newcomers shown.
const LATEST: u32 = 5;
