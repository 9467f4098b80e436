//! `PATCH` of an invite, and `/renew`: longer or shorter, for more or fewer people, or a new link in the old one's place.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use parlour_domain::By;

use super::answers::{self, changed, created};
use super::invites::{shown, span};
use super::{refusals, types};
use crate::problem::Fail;
use crate::service::Shared;

/// `PATCH /{id}`, by id or token: one change at a time, so that none is made where another is refused.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, id)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let invites = &web.acts.invites;
    let done = match answers::body(&bytes)? {
        types::InviteChange { expires_after: Some(life), max_uses: None } => {
            let expires = web.clock.wall().saturating_add(span(&life)?);
            invites.extend(&by, &host, &id, expires).await
        }
        types::InviteChange { expires_after: None, max_uses: Some(uses) } => {
            invites.set_max_uses(&by, &host, &id, uses).await
        }
        _ => {
            return Err(Fail::refused(
                StatusCode::BAD_REQUEST,
                "bad-change",
                "Say either expires_after or max_uses, one at a time.",
            ));
        }
    };
    Ok(changed(done.map_err(refusals::amend)?.map(|invite| shown(&web, &invite, &[]))))
}

/// `POST /{id}/renew`, by id or token: answers the new one.
pub(crate) async fn renew(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, id)): Path<(String, String)>,
) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let done = web.acts.invites.renew(&by, &host, &id).await.map_err(refusals::renew)?;
    Ok(created(done.map(|invite| shown(&web, &invite, &[]))))
}
