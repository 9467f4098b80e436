//! `PATCH` of an invite, `/renew` and `/many`: longer or shorter, for more or fewer people, a new link in the old one's
//! place, or several at once.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_domain::By;
use parlour_domain::token::TokenId;
use parlour_engine::invites::{Each, TooMany};

use super::endpoint::{At, Changed, Created, Found, Sent};
use super::invites::{again, shown, span};
use super::once::Once;
use super::{refusals, types};
use crate::problem::Fail;
use crate::service::Shared;

/// `PATCH /{id}`, by id or token: one change at a time, so that none is made where another is refused.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, id)): At<(String, String)>,
    Sent(change): Sent<types::InviteChange>,
) -> Result<Changed<types::Invite>, Fail> {
    let host = web.served(&host)?;
    let invites = &web.acts.invites;
    let done = match change {
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
    Ok(Changed::new(done.map_err(refusals::amend)?.map(|invite| shown(&web, &invite, &[]))))
}

/// `POST /{id}/renew`, by id or token: answers the new one.
pub(crate) async fn renew(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, id)): At<(String, String)>,
    once: Once,
) -> Result<Created<types::Invite>, Fail> {
    let host = web.served(&host)?;
    let act = async {
        let done = web.acts.invites.renew(&by, &host, &id).await.map_err(refusals::renew)?;
        Ok(done.map(|invite| shown(&web, &invite, &[])))
    };
    let again = async |id: String| again(&web, &by, &host, &id).await;
    Ok(once.run(&web, Some(&host), act, again).await?.into())
}

/// `POST /many`: takes back, prolongs or renews up to 200; what became of each stands by its id.
pub(crate) async fn many(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    Sent(wish): Sent<types::ManyInvites>,
) -> Result<Found<types::Page<types::OneOfMany>>, Fail> {
    let host = web.served(&host)?;
    let invites = &web.acts.invites;
    let ids: Vec<TokenId> = wish.ids.iter().map(|id| id.parse()).collect::<Result<_, _>>().map_err(|_| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "malformed-body",
            "ids holds ids of invites: 11 letters and digits each.",
        )
    })?;
    if ids.is_empty() {
        return Err(Fail::refused(StatusCode::BAD_REQUEST, "malformed-body", "ids names at least one invite."));
    }
    let items = match (wish.act.as_str(), wish.expires_after.as_deref()) {
        ("revoke", None) => {
            let each = invites.revoke_many(&by, &host, &ids).await.map_err(too_many)?;
            told(each, refusals::revoke, |()| None)
        }
        ("renew", None) => {
            let each = invites.renew_many(&by, &host, &ids).await.map_err(too_many)?;
            told(each, refusals::renew, |invite| Some(shown(&web, &invite, &[])))
        }
        ("extend", Some(life)) => {
            let expires = web.clock.wall().saturating_add(span(life)?);
            let each = invites.extend_many(&by, &host, &ids, expires).await.map_err(too_many)?;
            told(each, refusals::amend, |invite| Some(shown(&web, &invite, &[])))
        }
        _ => {
            let title = "act is revoke, renew or extend; expires_after goes with extend, and only with it.";
            return Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-change", title));
        }
    };
    Ok(Found(types::Page { items, next: None }))
}

fn told<T, R>(
    each: Each<T, R>,
    refusal: impl Fn(parlour_engine::ActError<R>) -> Fail,
    invite: impl Fn(T) -> Option<types::Invite>,
) -> Vec<types::OneOfMany> {
    let one = |(id, outcome): (TokenId, Result<parlour_engine::Committed<T>, _>)| {
        let (invite, problem) = match outcome {
            Ok(done) => (invite(done.into_out()), None),
            Err(error) => (None, Some(refusal(error).problem(0))),
        };
        types::OneOfMany { id: id.to_string(), invite, problem: problem.map(|p| types::Problem { request: None, ..p }) }
    };
    each.into_iter().map(one).collect()
}

fn too_many(error: TooMany) -> Fail {
    let title = format!("At most {} invites are changed in one call.", error.max);
    Fail::refused(StatusCode::BAD_REQUEST, "too-many-invites", title)
}
