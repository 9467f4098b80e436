//! The page behind an invite's link. GET and HEAD, however often and by whomever, change nothing; a person's visit is
//! counted, about.
//!
//! Spec: INVITE landing pages as apps read them: RFC 8288 (Link), the first link being the `xmpp:` one.

use axum::extract::{Path, RawQuery};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_TYPE, LINK};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use parlour_domain::invite::InviteKind;

use super::presented::{Link, Live};
use super::{Ctx, register, reset};
use crate::front::{html, timestamp};
use crate::links::InviteUri;
use crate::look::undirected;
use crate::pages::kept::{Made, Which, Written};
use crate::pages::view::{Dead, Landing, LandingKind, Page as _, Setup, Site};
use crate::pages::{paths, qr};
use crate::problem::Fail;
use crate::security::RESOURCE_POLICY;

const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// What browsers send when they load a page before anybody asked to see it (Fetch standard §2.2.6, and older names).
const PURPOSES: [HeaderName; 3] =
    [HeaderName::from_static("sec-purpose"), HeaderName::from_static("purpose"), HeaderName::from_static("x-moz")];

/// `GET /i/TOKEN`, and `/invite/TOKEN`.
pub(crate) async fn page(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    answer(ctx, &token).await
}

/// `GET /invite?TOKEN` and `/invites_page?TOKEN`, as other servers wrote them.
pub(crate) async fn by_query(RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let query = query.unwrap_or_default();
    answer(ctx, query.split('&').next().unwrap_or_default()).await
}

/// `GET /i/TOKEN/qr.svg`: the square of a link that is good.
pub(crate) async fn square(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    drawn(&ctx, &token, "image/svg+xml", |link| qr::document(link).map(String::into_bytes)).await
}

/// `GET /i/TOKEN/qr.png`.
pub(crate) async fn square_png(Path(token): Path<String>, ctx: Ctx) -> Result<Response, Fail> {
    drawn(&ctx, &token, "image/png", qr::png).await
}

async fn drawn(
    ctx: &Ctx,
    token: &str,
    kind: &'static str,
    draw: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Response, Fail> {
    match ctx.present(token, None).await? {
        Link::Live(live) => {
            let picture = draw(live.links.landing_page.expose())
                .ok_or_else(|| Fail::fault("a landing link is too long for a square"))?;
            Ok(([(CONTENT_TYPE, HeaderValue::from_static(kind))], picture).into_response())
        }
        Link::Nobodys => Err(Fail::Missing),
        Link::Over { .. } => Err(Fail::Gone),
    }
}

async fn answer(ctx: Ctx, token: &str) -> Result<Response, Fail> {
    let live = match ctx.present(token, None).await? {
        Link::Live(live) => live,
        Link::Nobodys => return Ok(ctx.dead(Dead::Unknown, None)),
        Link::Over { dead, inviter } => return Ok(ctx.dead(dead, inviter.as_deref())),
    };
    // A person who opened the page, not a robot, a preview, a browser that loads ahead or an app that looks for the link.
    let navigates = ctx.headers.get(FETCH_MODE).is_some_and(|mode| mode == "navigate")
        && !PURPOSES.iter().any(|name| ctx.headers.contains_key(name))
        && ctx.headers.get(FETCH_DEST).is_none_or(|dest| dest == "document");
    if ctx.method == Method::GET && navigates {
        ctx.web.acts.invites.opened(&ctx.asked.place.host, &live.shown);
    }
    // These have nothing to choose from: the link is the form.
    let form = match live.looked.invite.kind {
        InviteKind::Owner => Some(register::first as fn(&Ctx, &Live) -> Response),
        InviteKind::Reset => Some(reset::first as fn(&Ctx, &Live) -> Response),
        InviteKind::Account | InviteKind::AccountAndContact | InviteKind::Contact => None,
    };
    let (mut page, link) = match form {
        Some(form) => {
            ctx.safe()?;
            (form(&ctx, &live), link_header(&live.links.uri.to_string())?)
        }
        None => {
            let written = landing(&ctx, &live).await?;
            let mut page = html(StatusCode::OK, written.html);
            let headers = page.headers_mut();
            // Web apps on other sites may read which link the page is about.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Link"));
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
            (page, written.link)
        }
    };
    page.headers_mut().insert(LINK, link);
    Ok(page)
}

fn link_header(link: &str) -> Result<HeaderValue, Fail> {
    HeaderValue::from_str(&format!("<{link}>; rel=\"alternate\"")).map_err(Fail::fault)
}

/// The page, written out anew or as it was a moment ago.
async fn landing(ctx: &Ctx, live: &Live) -> Result<Written, Fail> {
    let place = &ctx.asked.place;
    let members = match kind(live) {
        LandingKind::Group if place.policy.brand.show_members.unwrap_or(false) => {
            Some(ctx.web.heads(&place.host, ctx.asked.number).await?)
        }
        LandingKind::Personal | LandingKind::Account | LandingKind::Group | LandingKind::Contact => None,
    };
    let which = Which {
        id: live.looked.invite.id,
        lang: ctx.asked.site().lang.tag(),
        visitor: ctx.visitor(),
        members,
        makes_account: live.makes_account,
    };
    let (looked, policy, look) = (live.looked.clone(), place.policy.clone(), place.look.clone());
    let made = Made { looked, policy, look, at: ctx.asked.now };
    if let Some(written) = ctx.web.pages.find(&which, &made) {
        return Ok(written);
    }
    let written = write(ctx, live, members)?;
    ctx.web.pages.put(which, made, written.clone());
    Ok(written)
}

/// Writes it out. What it leans on is named in [`Which`] and [`Made`], all of it.
fn write(ctx: &Ctx, live: &Live, members: Option<u64>) -> Result<Written, Fail> {
    let (invite, link) = (&live.looked.invite, live.links.uri.to_string());
    // Also where an older shape led here, so that another language keeps the token.
    let path = paths::landing(live.links.token.as_str());
    let site = Site { path: Some(&path), ..ctx.asked.site() };
    let register = live.makes_account.then(|| paths::register(live.links.token.as_str()));
    let (inviter, hello) = (live.inviter(), invite.hello.as_deref().map(undirected));
    let several = invite.max_uses > 1;
    let page = Landing {
        site: &site,
        visitor: ctx.visitor(),
        apps: &ctx.asked.place.look.apps,
        kind: kind(live),
        inviter: inviter.as_deref(),
        hello: hello.as_deref().filter(|hello| !hello.is_empty()),
        members,
        uses_left: several.then(|| invite.max_uses.saturating_sub(invite.uses)),
        expires: Some(timestamp(invite.expires)),
        uri: InviteUri::new(&link).ok_or_else(|| Fail::fault("an invite's link is not what links look like"))?,
        token: live.links.token.as_str(),
        link: live.links.landing_page.expose(),
        register: register.as_deref(),
        carry: ctx.asked.place.policy.carry,
        name_in_card: !several && ctx.asked.place.policy.brand.inviter_in_card.unwrap_or(true),
    };
    Ok(Written { html: page.html().into(), link: link_header(&link)? })
}

/// What an invite gives, as the pages tell it.
fn kind(live: &Live) -> LandingKind {
    match live.looked.invite.kind {
        _ if !live.makes_account => LandingKind::Contact,
        InviteKind::AccountAndContact => LandingKind::Personal,
        _ if live.looked.invite.max_uses > 1 => LandingKind::Group,
        _ => LandingKind::Account,
    }
}

/// `GET /i/TOKEN/app/APP`: how to set up one app. Looking changes nothing here either.
pub(crate) async fn setup(Path((token, app)): Path<(String, String)>, ctx: Ctx) -> Result<Response, Fail> {
    let invites = |live: &Live| !matches!(live.looked.invite.kind, InviteKind::Owner | InviteKind::Reset);
    let live = match ctx.usable(&token, None, invites).await? {
        Ok(live) => live,
        Err(other) => return Ok(other),
    };
    let token = live.links.token.as_str();
    let landing = paths::landing(token);
    let Some(app) = ctx.asked.place.look.apps.by_id(&app) else {
        return Ok(super::see_other(&landing));
    };
    let (link, register) = (live.links.uri.to_string(), live.makes_account.then(|| paths::register(token)));
    let (inviter, address) = (live.inviter(), live.address());
    let page = Setup {
        site: &ctx.asked.site(),
        visitor: ctx.visitor(),
        app,
        kind: kind(&live),
        inviter: inviter.as_deref(),
        address: address.as_deref(),
        uri: InviteUri::new(&link).ok_or_else(|| Fail::fault("an invite's link is not what links look like"))?,
        landing: &landing,
        register: register.as_deref(),
        carry: ctx.asked.place.policy.carry,
    };
    Ok(ctx.page(StatusCode::OK, &page))
}
