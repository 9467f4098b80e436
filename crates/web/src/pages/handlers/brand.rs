//! Pictures of a place: its logo, the card that chat apps show for its links, and icons of the operator's own apps.

use axum::extract::Path;
use axum::response::Response;

use super::Ctx;
use crate::problem::Fail;

/// `GET /logo`.
pub(crate) async fn logo(ctx: Ctx) -> Result<Response, Fail> {
    Ok(ctx.asked.place.look.logo.as_ref().ok_or(Fail::Missing)?.answer())
}

/// `GET /card.png`: one for the place, whatever the link.
pub(crate) async fn card(ctx: Ctx) -> Result<Response, Fail> {
    Ok(ctx.asked.place.look.card().answer())
}

/// `GET /app/APP/picture`.
pub(crate) async fn app(Path(app): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    let app = ctx.asked.place.look.apps.by_id(&app).ok_or(Fail::Missing)?;
    Ok(app.picture.as_ref().ok_or(Fail::Missing)?.answer())
}
