//! `/api/v1/hosts/{host}/invites` and `/owner-link`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::{Invite, InviteEvent, InviteKind, InviteState, Who};
use parlour_domain::token::TokenId;
use parlour_domain::{By, HostName, Millis, Role, Span, limits};
use parlour_engine::InviteQuery;

use super::accounts::role;
use super::answers::{self, time};
use super::endpoint::{At, Changed, Created, Found, Query, Sent};
use super::once::Once;
use super::{refusals, types};
use crate::problem::Fail;
use crate::service::Shared;

/// `POST /owner-link`: the link by which the host gets its first owner; earlier ones are dead then.
pub(crate) async fn owner_link(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Created<types::Invite>, Fail> {
    let done = web.acts.invites.owner_link(&by, &web.served(&host)?).await.map_err(refusals::issue)?;
    Ok(Created::new(done.map(|invite| shown(&web, &invite, &[]))))
}

/// `POST`: makes one.
pub(crate) async fn make(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    once: Once,
    Sent(wish): Sent<types::NewInvite>,
) -> Result<Created<types::Invite>, Fail> {
    let host = web.served(&host)?;
    let wish = read(wish, &host)?;
    let act = async {
        let done = web.acts.invites.issue(&by, &host, wish).await.map_err(refusals::issue)?;
        Ok(done.map(|invite| shown(&web, &invite, &[])))
    };
    let again = async |id: String| again(&web, &by, &host, &id).await;
    Ok(once.run(&web, Some(&host), act, again).await?.into())
}

/// `GET`: a page of them, newest first. Links for a new password are listed by their kind alone.
pub(crate) async fn list(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    Query(query): Query<types::InvitesQuery>,
) -> Result<Found<types::Page<types::Invite>>, Fail> {
    let host = web.served(&host)?;
    let limit = answers::limit(query.limit)?;
    let wanted = InviteQuery {
        state: query.state.as_deref().map(state).transpose()?,
        kind: query.kind.as_deref().map(kind).transpose()?,
        group: query.group,
        maker: query.maker.as_deref().map(|name| answers::address(name, &host)).transpose()?,
        text: query.text,
        after: answers::read_cursor(query.cursor.as_deref(), |text| text.parse::<TokenId>().ok())?,
        limit,
        ..InviteQuery::new(host)
    };
    let rows = web.acts.invites.list(&by, wanted).await.map_err(refusals::store)?;
    let next = rows.last().filter(|_| rows.len() >= limit as usize).map(|last| answers::cursor(last.id.as_str()));
    Ok(Found(types::Page { items: rows.iter().map(|invite| shown(&web, invite, &[])).collect(), next }))
}

/// `GET /counts`: how many have become what.
pub(crate) async fn counts(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Found<types::InviteCounts>, Fail> {
    let counts = web.acts.invites.counts(&by, &web.served(&host)?).await.map_err(refusals::store)?;
    Ok(Found(types::InviteCounts {
        waiting: counts.waiting,
        used: counts.used,
        full: counts.full,
        expired: counts.expired,
        withdrawn: counts.withdrawn,
    }))
}

/// `GET /{id}`: one with its history, by id or token.
pub(crate) async fn one(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, id)): At<(String, String)>,
) -> Result<Found<types::Invite>, Fail> {
    let host = web.served(&host)?;
    match web.acts.invites.show(&by, &host, &id).await.map_err(refusals::store)? {
        Some((invite, history)) => Ok(Found(shown(&web, &invite, &history))),
        None => Err(refusals::no_invite()),
    }
}

/// `DELETE /{id}`: takes one back, by id or token.
pub(crate) async fn revoke(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, id)): At<(String, String)>,
) -> Result<Changed<types::Invite>, Fail> {
    let host = web.served(&host)?;
    let known = web.acts.invites.show(&by, &host, &id).await.map_err(refusals::store)?;
    let (mut invite, _) = known.ok_or_else(refusals::no_invite)?;
    let done = web.acts.invites.revoke(&by, &host, invite.id.as_str()).await.map_err(refusals::revoke)?;
    let at = web.clock.wall();
    Ok(Changed::new(done.map(|()| {
        invite.revoked.get_or_insert((Who::from(&by), at));
        shown(&web, &invite, &[])
    })))
}

/// `POST /purge`: forgets those that expired unused, now rather than after 30 days.
pub(crate) async fn purge(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
) -> Result<Found<types::Count>, Fail> {
    let host = web.served(&host)?;
    let now = web.clock.wall();
    let keep_used = web.locals.policy(host.as_str()).map_or(limits::KEEP_USED, |policy| policy.invite_retention);
    let mut count = 0;
    // In steps, so that nobody else waits long for the store.
    loop {
        let swept = web.acts.invites.sweep(&by, &host, now, now.saturating_sub(keep_used)).await;
        match swept.map_err(refusals::store)? {
            0 => break,
            some => count += some as u64,
        }
    }
    Ok(Found(types::Count { count }))
}

/// One that the same request made before, with its links again.
pub(super) async fn again(web: &Shared, by: &By, host: &HostName, id: &str) -> Result<types::Invite, Fail> {
    match web.acts.invites.show(by, host, id).await.map_err(refusals::store)? {
        Some((invite, _)) => Ok(shown(web, &invite, &[])),
        None => Err(refusals::no_invite()),
    }
}

fn read(wish: types::NewInvite, host: &HostName) -> Result<Wish, Fail> {
    let kind = kind(&wish.kind)?;
    Ok(Wish {
        kind: Some(kind),
        on_behalf: wish.contact_of.as_deref().map(|name| answers::address(name, host)).transpose()?,
        subscribe: wish.subscribe,
        name: wish.name,
        expires_after: wish.expires_after.as_deref().map(span).transpose()?,
        max_uses: wish.max_uses,
        role: wish.role.as_deref().map(role).transpose()?.filter(|role| *role != Role::Member),
        groups: wish.groups,
        note: wish.note,
        hello: None,
        lang: wish.lang,
    })
}

fn kind(word: &str) -> Result<InviteKind, Fail> {
    Ok(match word {
        "account" => InviteKind::Account,
        "account-and-contact" => InviteKind::AccountAndContact,
        "contact" => InviteKind::Contact,
        "password-reset" => InviteKind::Reset,
        other => {
            return Err(Fail::refused(
                StatusCode::BAD_REQUEST,
                "bad-kind",
                format!(
                    "There is no kind {other:?}. Kinds are account, account-and-contact, contact and password-reset."
                ),
            ));
        }
    })
}

pub(super) fn span(text: &str) -> Result<Millis, Fail> {
    Span::parse(text).map(|span| span.0).ok_or_else(|| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-expiry",
            format!("{text:?} is no span of time. Write it as 12h, 7d or 2 weeks."),
        )
    })
}

fn state(word: &str) -> Result<InviteState, Fail> {
    use InviteState as S;
    [S::Waiting, S::Used, S::Full, S::Expired, S::Withdrawn].into_iter().find(|s| s.as_str() == word).ok_or_else(|| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-state",
            format!("There is no state {word:?}. States are waiting, used, full, expired and withdrawn."),
        )
    })
}

pub(super) fn shown(web: &Shared, invite: &Invite, history: &[InviteEvent]) -> types::Invite {
    let links = web.acts.invites.links(invite);
    let contact = match &invite.maker {
        Who::Account(jid) if invite.subscribe || invite.kind.makes_contact() => Some(jid.to_string()),
        _ => None,
    };
    types::Invite {
        id: invite.id.to_string(),
        token: links.as_ref().map(|links| links.token.as_str().to_owned()),
        kind: match invite.kind {
            InviteKind::Reset => "password-reset",
            kind => kind.as_str(),
        }
        .to_owned(),
        state: invite.state(web.clock.wall()).as_str().to_owned(),
        uri: links.as_ref().map(|links| links.uri.to_string()),
        landing_page: links.as_ref().map(|links| links.landing_page.expose().clone()),
        created: time(invite.created),
        expires: time(invite.expires),
        max_uses: invite.max_uses,
        uses: invite.uses,
        opened: u64::from(invite.opened),
        reserved_name: invite.name.clone(),
        role: match invite.kind {
            InviteKind::Owner => Role::Owner,
            _ => invite.role.unwrap_or(Role::Member),
        }
        .as_str()
        .to_owned(),
        groups: invite.groups.clone(),
        note: invite.note.clone(),
        hello: invite.hello.clone(),
        lang: invite.lang.clone(),
        withdrawn_by: invite.revoked.as_ref().map(|(by, _)| who(by)),
        made_by: who(&invite.maker),
        contact_of: contact,
        history: history.iter().map(event).collect(),
    }
}

fn event(event: &InviteEvent) -> types::InviteEvent {
    types::InviteEvent { at: time(event.at), what: event.what.clone(), by: Some(who(&event.who)) }
}

fn who(who: &Who) -> String {
    match who {
        Who::Operator => "operator".to_owned(),
        Who::Server => "server".to_owned(),
        Who::Account(jid) => jid.to_string(),
        Who::Key(name) => format!("key {name}"),
        Who::Newcomer => "newcomer".to_owned(),
    }
}
