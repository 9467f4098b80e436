//! What browsers, apps and robots look for by name.
//!
//! Spec: XEP-0156 v1.4.0 §3 (host-meta, both forms), RFC 6415; RFC 9309 (robots.txt); RFC 9116 (security.txt); Digital
//! Asset Links v1 and Apple's associated domains. Only https and wss are named.

use axum::extract::RawQuery;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use parlour_domain::limits::DAY;

use super::{Ctx, old_addresses, register};
use crate::api::query;
use crate::front::timestamp;
use crate::hosts::origin_of;
use crate::links::Contact;
use crate::pages::view::Home;
use crate::problem::Fail;
use crate::security::RESOURCE_POLICY;

const WEBSOCKET: &str = "urn:xmpp:alt-connections:websocket";

/// `GET /`: who this is, and how to come in.
pub(crate) async fn home(ctx: Ctx) -> Response {
    homely(&ctx, false)
}

/// `GET /register`: the form where everybody may join, else what is needed. With another server's `t=TOKEN`: to its form.
pub(crate) async fn join(RawQuery(asked): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    if query(asked.as_deref(), "t").is_some() {
        return old_addresses::register(RawQuery(asked), ctx).await;
    }
    if !ctx.asked.place.is_open() {
        return Ok(homely(&ctx, true));
    }
    ctx.safe()?;
    Ok(register::open(&ctx))
}

fn homely(ctx: &Ctx, wants_to_join: bool) -> Response {
    let (site, place) = (ctx.asked.site(), &ctx.asked.place);
    let page = Home { site: &site, public_url: &place.policy.public_url, open: place.is_open(), wants_to_join };
    ctx.page(StatusCode::OK, &page)
}

/// `GET /robots.txt`: nothing here is for search engines.
pub(crate) async fn robots() -> Response {
    document("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n".to_owned())
}

/// `GET /favicon.svg` and `/favicon.ico`, for browsers that ask before they have a page.
pub(crate) async fn icon() -> Response {
    const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><path fill=\"#1f5fa8\" d=\"M4 1h8a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H8l-4 4v-4a4 4 0 0 1-4-4V5a4 4 0 0 1 4-4z\"/></svg>";
    document("image/svg+xml", ICON.to_owned())
}

/// `GET /.well-known/host-meta`.
pub(crate) async fn host_meta(ctx: Ctx) -> Result<Response, Fail> {
    let link = websocket(&ctx)?;
    let text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='{WEBSOCKET}' href='{link}'/></XRD>\n"
    );
    Ok(for_all(document("application/xrd+xml; charset=utf-8", text)))
}

/// `GET /.well-known/host-meta.json`.
pub(crate) async fn host_meta_json(ctx: Ctx) -> Result<Response, Fail> {
    let link = websocket(&ctx)?;
    let text = serde_json::json!({ "links": [{ "rel": WEBSOCKET, "href": link }] }).to_string();
    Ok(for_all(document("application/json", text)))
}

/// `GET /.well-known/security.txt`: whom to tell about a hole, where the operator has said so.
pub(crate) async fn security(ctx: Ctx) -> Result<Response, Fail> {
    use std::fmt::Write as _;
    // RFC 9116 §2.5.5 wants less than a year; whole days, so that it stays the same for a day.
    const DAYS: i64 = 180;
    let policy = &ctx.asked.place.policy;
    let contacts: Vec<_> = policy.contact.security.iter().filter_map(|contact| Contact::parse(contact)).collect();
    if contacts.is_empty() {
        return Err(Fail::Missing);
    }
    let mut text = String::new();
    for contact in contacts {
        let _ = writeln!(text, "Contact: {}", contact.href);
    }
    let until = timestamp(ctx.asked.now - ctx.asked.now.rem_euclid(DAY) + DAYS * DAY);
    let _ = writeln!(text, "Expires: {until}");
    let tags: Vec<_> = ctx.asked.place.look.languages.iter().map(|lang| lang.tag()).collect();
    let _ = writeln!(text, "Preferred-Languages: {}", tags.join(", "));
    let _ = writeln!(text, "Canonical: {}", ctx.asked.place.link("/.well-known/security.txt"));
    Ok(document("text/plain; charset=utf-8", text))
}

/// `GET /.well-known/assetlinks.json`, for the operator's Android apps.
pub(crate) async fn android_links(ctx: Ctx) -> Result<Response, Fail> {
    let settings = ctx.web.settings.load();
    let apps = &settings.app_links.android;
    let statement = |(package, fingerprint): &(String, String)| {
        serde_json::json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app", "package_name": package, "sha256_cert_fingerprints": [fingerprint],
            },
        })
    };
    if apps.is_empty() {
        return Err(Fail::Missing);
    }
    let text = serde_json::Value::from(apps.iter().map(statement).collect::<Vec<_>>()).to_string();
    Ok(document("application/json", text))
}

/// `GET /.well-known/apple-app-site-association`, for the operator's Apple apps: invitations alone open in them.
pub(crate) async fn apple_links(ctx: Ctx) -> Result<Response, Fail> {
    let settings = ctx.web.settings.load();
    let apps = &settings.app_links.ios;
    if apps.is_empty() {
        return Err(Fail::Missing);
    }
    let details = serde_json::json!({ "appIDs": apps, "components": [{ "/": "/i/*" }, { "/": "/invite/*" }] });
    let text = serde_json::json!({ "applinks": { "details": [details] } }).to_string();
    Ok(document("application/json", text))
}

/// Where this host's WebSocket is, if one can be reached safely.
fn websocket(ctx: &Ctx) -> Result<String, Fail> {
    let public = origin_of(&ctx.asked.place.policy.public_url).filter(|(scheme, authority)| {
        // What stands in an attribute below is an authority and nothing else.
        *scheme == "https" && authority.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
    });
    match public {
        Some((_, authority)) if ctx.web.websocket.is_some() => Ok(format!("wss://{authority}/xmpp-websocket")),
        _ => Err(Fail::Missing),
    }
}

fn document(kind: &'static str, text: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, text).into_response()
}

/// XEP-0156 §3: web apps on other sites read it.
fn for_all(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    answer
}
