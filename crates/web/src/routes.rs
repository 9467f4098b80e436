//! All routes on one screen, each with who may use it: a route without an answer to that cannot be written.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use parlour_domain::api_key::Scope;
use parlour_domain::{Actor, By};

use crate::api;
use crate::api::openapi::About;
use crate::compat::{self, Family};
use crate::front::{Asked, front};
use crate::local::{self, Machine};
use crate::pages::handlers::{
    admin, brand, devices, invitation, landing, leave, me, old_addresses, password, register, reset, sign_in,
    well_known,
};
use crate::problem::Fail;
use crate::service::Shared;
use crate::websocket;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Anybody, where passwords may travel.
    Safe,
    /// A signed-in member.
    Member,
    /// Programs written for Prosody, where the host's options let them; who may do what is in each family.
    Compat(Family),
    /// A signed-in admin or owner.
    Admin,
    /// Whoever reaches the local socket.
    Operator,
    /// Whoever reaches the local socket, and programs whose key is good for this.
    Api(Scope),
    /// Anybody, at every door of the API: it says what there is.
    Document,
    /// Whoever reaches the listener for this machine.
    Machine,
}

/// One route.
pub struct Route {
    /// Its method; GET also answers HEAD.
    pub method: Method,
    /// Its path as axum writes it, with `{holes}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What the API's description says of it; nothing for pages.
    pub(crate) about: Option<About>,
    pub(crate) handler: MethodRouter<Arc<Shared>>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({:?})", self.method, self.path, self.access)
    }
}

pub(crate) fn route<H, T>(method: Method, path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Arc<Shared>>,
    T: 'static,
{
    let filter = MethodFilter::try_from(method.clone()).expect("routes use the methods that axum knows");
    Route { method, path, access, about: None, handler: on(filter, handler) }
}

/// Every route there is.
#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    use Access::{Admin, Compat, Machine, Member, Open, Safe};
    use Method as M;
    let mut all = vec![
        route(M::GET, "/", Open, well_known::home),
        route(M::GET, "/robots.txt", Open, well_known::robots),
        route(M::GET, "/favicon.ico", Open, well_known::icon),
        route(M::GET, "/favicon.svg", Open, well_known::icon),
        route(M::GET, "/logo", Open, brand::logo),
        route(M::GET, "/card.png", Open, brand::card),
        route(M::GET, "/app/{app}/picture", Open, brand::app),
        route(M::GET, "/.well-known/security.txt", Open, well_known::security),
        route(M::GET, "/.well-known/assetlinks.json", Open, well_known::android_links),
        route(M::GET, "/.well-known/apple-app-site-association", Open, well_known::apple_links),
        route(M::GET, "/.well-known/host-meta", Open, well_known::host_meta),
        route(M::GET, "/.well-known/host-meta.json", Open, well_known::host_meta_json),
        route(M::GET, "/xmpp-websocket", Safe, websocket::upgrade),

        route(M::GET, "/i/{token}", Open, landing::page),
        route(M::GET, "/i/{token}/", Open, landing::page),
        route(M::GET, "/i/{token}/qr.svg", Open, landing::square),
        route(M::GET, "/i/{token}/qr.png", Open, landing::square_png),
        route(M::GET, "/invite/{token}", Open, landing::page),
        route(M::GET, "/invite", Open, landing::by_query),
        route(M::GET, "/invites_page", Open, landing::by_query),
        route(M::GET, "/invite/{token}/", Open, landing::page),
        route(M::GET, "/invite/{token}/register", Open, old_addresses::form),
        route(M::GET, "/invite/{token}/reset", Open, old_addresses::reset),
        route(M::GET, "/register", Open, well_known::join),
        route(M::POST, "/register", Safe, register::submit_open),
        route(M::GET, "/invites_page/setup/{app}", Open, old_addresses::setup),
        route(M::GET, "/invites/{token}", Open, landing::page),
        route(M::GET, "/invites/{token}/registration", Open, old_addresses::form),
        route(M::GET, "/invites/{token}/{app}", Open, old_addresses::app),
        route(M::GET, "/invites/{token}/{app}/registration", Open, old_addresses::form_with_app),

        route(M::GET, "/i/{token}/app/{app}", Open, landing::setup),
        route(M::GET, "/i/{token}/register", Safe, register::form),
        route(M::POST, "/i/{token}/register", Safe, register::submit),
        route(M::GET, "/i/{token}/reset", Safe, reset::form),
        route(M::POST, "/i/{token}/reset", Safe, reset::submit),

        route(M::GET, "/sign-in", Open, sign_in::moved),
        route(M::GET, "/me/sign-in", Safe, sign_in::form),
        route(M::POST, "/me/sign-in", Safe, sign_in::submit),
        route(M::POST, "/me/sign-out", Member, sign_in::sign_out),
        route(M::GET, "/me", Member, me::page),
        route(M::POST, "/me", Member, me::make),
        route(M::GET, "/me/invites/{id}/print", Member, invitation::print),
        route(M::GET, "/me/invites/{id}", Member, invitation::show),
        route(M::POST, "/me/invites/{id}/extend", Member, invitation::extend),
        route(M::POST, "/me/invites/{id}/renew", Member, invitation::renew),
        route(M::GET, "/me/invites/{id}/revoke", Member, invitation::ask_revoke),
        route(M::POST, "/me/invites/{id}/revoke", Member, invitation::revoke),
        route(M::GET, "/me/devices", Member, devices::page),
        route(M::POST, "/me/devices/end", Member, devices::end),
        route(M::POST, "/me/devices/end-others", Member, devices::end_others),
        route(M::GET, "/me/leave", Member, leave::form),
        route(M::POST, "/me/leave", Member, leave::leave),
        route(M::GET, "/me/password", Member, password::form),
        route(M::POST, "/me/password", Member, password::change),

        route(M::GET, "/register_api/invite/{token}", Compat(Family::Register), compat::register::info),
        route(M::DELETE, "/register_api/invite/{token}", Compat(Family::Register), compat::register::decline),
        route(M::POST, "/register_api/register", Compat(Family::Register), compat::register::register),
        route(M::GET, "/invites_api", Compat(Family::Invites), compat::invites::make),
        route(M::POST, "/invites_api", Compat(Family::Invites), compat::invites::make),
        route(M::GET, "/admin_api/invites", Compat(Family::Admin), compat::admin::list),
        route(M::POST, "/admin_api/invites/account", Compat(Family::Admin), compat::admin::account),
        route(M::POST, "/admin_api/invites/group", Compat(Family::Admin), compat::admin::group),
        route(M::POST, "/admin_api/invites/reset", Compat(Family::Admin), compat::admin::reset),
        route(M::GET, "/admin_api/invites/{id}", Compat(Family::Admin), compat::admin::one),
        route(M::DELETE, "/admin_api/invites/{id}", Compat(Family::Admin), compat::admin::delete),
        route(M::GET, "/admin", Admin, admin::overview::page),
        route(M::GET, "/admin/again", Admin, admin::again::form),
        route(M::POST, "/admin/again", Admin, admin::again::submit),
        route(M::GET, "/admin/people", Admin, admin::people::page),
        route(M::GET, "/admin/person", Admin, admin::person::page),
        route(M::POST, "/admin/person/groups", Admin, admin::person::groups),
        route(M::GET, "/admin/person/role", Admin, admin::person::ask_role),
        route(M::POST, "/admin/person/role", Admin, admin::person::role),
        route(M::GET, "/admin/person/disable", Admin, admin::person::ask_disable),
        route(M::POST, "/admin/person/disable", Admin, admin::person::disable),
        route(M::POST, "/admin/person/enable", Admin, admin::person::enable),
        route(M::GET, "/admin/person/delete", Admin, admin::person::ask_delete),
        route(M::POST, "/admin/person/delete", Admin, admin::person::delete),
        route(M::POST, "/admin/person/restore", Admin, admin::person::restore),
        route(M::GET, "/admin/person/sign-out", Admin, admin::person::ask_sign_out),
        route(M::POST, "/admin/person/sign-out", Admin, admin::person::sign_out),
        route(M::GET, "/admin/person/reset", Admin, admin::person::ask_reset),
        route(M::POST, "/admin/person/reset", Admin, admin::person::reset),
        route(M::GET, "/admin/invites", Admin, admin::invites::page),
        route(M::GET, "/admin/invites/new", Admin, admin::make::form),
        route(M::POST, "/admin/invites/new", Admin, admin::make::make),
        route(M::GET, "/admin/invites/import", Admin, admin::import::form),
        route(M::POST, "/admin/invites/import", Admin, admin::import::submit),
        route(M::GET, "/admin/invites/several", Admin, admin::invites::ask_several),
        route(M::POST, "/admin/invites/several", Admin, admin::invites::several),
        route(M::GET, "/admin/invites/batch", Admin, admin::make::batch),
        route(M::GET, "/admin/invites/batch.csv", Admin, admin::make::file),
        route(M::GET, "/admin/invites/sheet", Admin, admin::make::sheet),
        route(M::GET, "/admin/invites/{id}", Admin, admin::invite::page),
        route(M::GET, "/admin/invites/{id}/print", Admin, admin::invite::print),
        route(M::GET, "/admin/invites/{id}/change", Admin, admin::invite::ask_change),
        route(M::POST, "/admin/invites/{id}/change", Admin, admin::invite::change),
        route(M::POST, "/admin/invites/{id}/renew", Admin, admin::invite::renew),
        route(M::GET, "/admin/invites/{id}/revoke", Admin, admin::invite::ask_revoke),
        route(M::POST, "/admin/invites/{id}/revoke", Admin, admin::invite::revoke),
        route(M::GET, "/admin/groups", Admin, admin::groups::page),
        route(M::POST, "/admin/groups", Admin, admin::groups::make),
        route(M::GET, "/admin/group", Admin, admin::groups::one),
        route(M::POST, "/admin/group/add", Admin, admin::groups::add),
        route(M::POST, "/admin/group/remove", Admin, admin::groups::remove),
        route(M::POST, "/admin/group/contacts", Admin, admin::groups::contacts),
        route(M::GET, "/admin/group/delete", Admin, admin::groups::ask_delete),
        route(M::POST, "/admin/group/delete", Admin, admin::groups::delete),
        route(M::GET, "/admin/settings", Admin, admin::settings::page),
        route(M::POST, "/admin/settings", Admin, admin::settings::save),
        route(M::GET, "/admin/keys", Admin, admin::keys::page),
        route(M::GET, "/admin/keys/new", Admin, admin::keys::form),
        route(M::POST, "/admin/keys/new", Admin, admin::keys::make),
        route(M::GET, "/admin/keys/revoke", Admin, admin::keys::ask_revoke),
        route(M::POST, "/admin/keys/revoke", Admin, admin::keys::revoke),

        route(M::GET, "/healthz", Machine, local::health),
        route(M::GET, "/metrics", Machine, local::metrics),
    ];
    all.extend(api::table::all());
    all
}

/// The router over all of them.
pub(crate) fn router(web: &Arc<Shared>) -> Router {
    let mut router = Router::new();
    for Route { path, access, handler, .. } in all() {
        let handler = match access {
            Access::Open => handler.route_layer(from_fn(placed)),
            Access::Safe => handler.route_layer(from_fn(safe)),
            Access::Member => {
                handler.route_layer(from_fn_with_state(web.clone(), sign_in::member_only)).route_layer(from_fn(safe))
            }
            Access::Compat(family) => {
                handler.route_layer(from_fn(move |request, next| compat::switched_on(family, request, next)))
            }
            Access::Admin => {
                handler.route_layer(from_fn_with_state(web.clone(), sign_in::admin_only)).route_layer(from_fn(safe))
            }
            Access::Operator => handler.route_layer(from_fn(operator_only)),
            Access::Api(scope) => handler.route_layer(from_fn_with_state(scope, api::access::scoped)),
            Access::Document => handler,
            Access::Machine => handler.route_layer(from_fn(machine_only)),
        };
        router = router.route(path, handler);
    }
    router
        .fallback(|| async { Fail::Missing })
        .method_not_allowed_fallback(|| async { Fail::Method })
        .layer(from_fn_with_state(web.clone(), front))
        .with_state(web.clone())
}

/// A page belongs to a host.
async fn placed(request: Request, next: Next) -> Result<Response, Fail> {
    if request.extensions().get::<Asked>().is_some() { Ok(next.run(request).await) } else { Err(Fail::Missing) }
}

async fn safe(request: Request, next: Next) -> Result<Response, Fail> {
    let asked = request.extensions().get::<Asked>().ok_or(Fail::Missing)?;
    if asked.safe { Ok(next.run(request).await) } else { Err(Fail::Insecure) }
}

async fn operator_only(request: Request, next: Next) -> Result<Response, Fail> {
    match request.extensions().get::<By>().cloned() {
        Some(by @ By { actor: Actor::Operator, .. }) => Ok(next.run(api::once::read(request, &by).await?).await),
        None => Err(Fail::Unknown),
        Some(_) => Err(Fail::refused(
            StatusCode::FORBIDDEN,
            "operator-needed",
            "No key opens this: it is for the server's own machine, where the command line reaches it.",
        )),
    }
}

async fn machine_only(request: Request, next: Next) -> Result<Response, Fail> {
    match request.extensions().get::<Machine>() {
        Some(Machine) => Ok(next.run(request).await),
        None => Err(Fail::Missing),
    }
}
