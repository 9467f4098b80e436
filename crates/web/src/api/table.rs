//! The API's routes, each with the scope that opens it and one line for its description.

use axum::handler::Handler;
use axum::http::Method as M;
use parlour_domain::api_key::Scope;
use std::sync::Arc;

use super::endpoint::Endpoint;
use super::openapi::{self, About};
use super::{access, accounts, groups, hosts, invite_changes, invites, keys, problems, system};
use crate::routes::{Access, Route, route};
use crate::service::Shared;

/// A call of the API; what its refusals can be beyond the usual stands in `refusals`.
fn call<H, T, A>(
    method: M,
    path: &'static str,
    access: Access,
    summary: &'static str,
    refusals: &'static [u16],
    handler: H,
) -> Route
where
    H: Handler<T, Arc<Shared>> + Endpoint<A>,
    T: 'static,
{
    // "parlour_web::api::invites::list" is "invites_list".
    let mut names = std::any::type_name::<H>().rsplit("::");
    let (last, before) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    let id = format!("{before}_{last}");
    Route {
        about: Some(About { summary, refusals, id, describe: H::describe }),
        ..route(method, path, access, handler)
    }
}

/// Every route below `/api/`.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Route> {
    use Access::{Api, Document, Operator};
    use Scope::{AccountsRead, AccountsWrite, GroupsRead, GroupsWrite, HostsRead, HostsWrite, InvitesRead, InvitesWrite};
    vec![
        route(M::GET, access::DOCUMENT, Document, openapi::serve),
        route(M::GET, access::PROBLEMS, Document, problems::page),

        call(M::GET, "/api/v1/info", Operator, "What serves.", &[], system::info),
        call(M::POST, "/api/v1/backup", Operator, "Writes a backup to the server's disk.", &[409, 501], system::backup),

        call(M::GET, "/api/v1/hosts", Api(HostsRead), "The hosts that the caller reaches.", &[], hosts::list),
        call(M::POST, "/api/v1/hosts", Api(HostsWrite), "Serves one more domain.", &[404, 409], hosts::add),
        call(M::GET, "/api/v1/hosts/{host}", Api(HostsRead), "One host with what is in force for it.", &[], hosts::one),
        call(M::PATCH, "/api/v1/hosts/{host}", Api(HostsWrite), "Sets options of a host.", &[409], hosts::change),
        call(M::DELETE, "/api/v1/hosts/{host}", Api(HostsWrite), "Serves a host without accounts no longer.", &[409], hosts::remove),
        call(M::POST, "/api/v1/hosts/{host}/owner-link", Operator, "The link by which a host gets its first owner.", &[409], invites::owner_link),

        call(M::GET, "/api/v1/hosts/{host}/invites", Api(InvitesRead), "A page of invites, newest first.", &[], invites::list),
        call(M::POST, "/api/v1/hosts/{host}/invites", Api(InvitesWrite), "Makes an invite.", &[409], invites::make),
        call(M::GET, "/api/v1/hosts/{host}/invites/counts", Api(InvitesRead), "How many invites have become what.", &[], invites::counts),
        call(M::POST, "/api/v1/hosts/{host}/invites/many", Api(InvitesWrite), "Takes back, prolongs or renews several.", &[409], invite_changes::many),
        call(M::POST, "/api/v1/hosts/{host}/invites/purge", Api(InvitesWrite), "Forgets those that ran out unused.", &[], invites::purge),
        call(M::GET, "/api/v1/hosts/{host}/invites/{id}", Api(InvitesRead), "One invite with its history.", &[], invites::one),
        call(M::PATCH, "/api/v1/hosts/{host}/invites/{id}", Api(InvitesWrite), "Gives an invite another end or number of uses.", &[409], invite_changes::change),
        call(M::DELETE, "/api/v1/hosts/{host}/invites/{id}", Api(InvitesWrite), "Takes an invite back.", &[409], invites::revoke),
        call(M::POST, "/api/v1/hosts/{host}/invites/{id}/renew", Api(InvitesWrite), "Makes a new invite in an old one's place.", &[409], invite_changes::renew),

        call(M::GET, "/api/v1/hosts/{host}/accounts", Api(AccountsRead), "A page of accounts, by the order in which they came.", &[], accounts::list),
        call(M::POST, "/api/v1/hosts/{host}/accounts", Api(AccountsWrite), "Makes an account.", &[409], accounts::create),
        call(M::GET, "/api/v1/hosts/{host}/accounts/{name}", Api(AccountsRead), "One account with its groups and where it is signed in.", &[], accounts::one),
        call(M::PATCH, "/api/v1/hosts/{host}/accounts/{name}", Api(AccountsWrite), "Changes role or password, lets in or keeps out.", &[409], accounts::change),
        call(M::DELETE, "/api/v1/hosts/{host}/accounts/{name}", Api(AccountsWrite), "Deletes an account; for 30 days it can be restored.", &[409, 410], accounts::delete),
        call(M::POST, "/api/v1/hosts/{host}/accounts/{name}/restore", Api(AccountsWrite), "Restores a deleted account.", &[409, 410], accounts::restore),
        call(M::POST, "/api/v1/hosts/{host}/accounts/{name}/sign-out", Api(AccountsWrite), "Ends its sessions in browsers and apps.", &[409], accounts::sign_out),

        call(M::GET, "/api/v1/hosts/{host}/groups", Api(GroupsRead), "All groups with their members.", &[], groups::list),
        call(M::POST, "/api/v1/hosts/{host}/groups", Api(GroupsWrite), "Makes a group.", &[409], groups::create),
        call(M::GET, "/api/v1/hosts/{host}/groups/{group}", Api(GroupsRead), "One group with its members.", &[], groups::get),
        call(M::PUT, "/api/v1/hosts/{host}/groups/{group}", Api(GroupsWrite), "Makes a group's members contacts, or members alone.", &[], groups::change),
        call(M::DELETE, "/api/v1/hosts/{host}/groups/{group}", Api(GroupsWrite), "Deletes a group; its members stay.", &[], groups::delete),
        call(M::PUT, "/api/v1/hosts/{host}/groups/{group}/members/{name}", Api(GroupsWrite), "Makes an account belong to a group.", &[409], groups::add),
        call(M::DELETE, "/api/v1/hosts/{host}/groups/{group}/members/{name}", Api(GroupsWrite), "Makes it belong no longer.", &[], groups::remove),

        call(M::GET, "/api/v1/keys", Operator, "The keys of the whole server.", &[], keys::list_all),
        call(M::POST, "/api/v1/keys", Operator, "Makes a key that is good for every host.", &[409], keys::create_for_all),
        call(M::DELETE, "/api/v1/keys/{id}", Operator, "Withdraws a key of the whole server.", &[], keys::revoke_for_all),
        call(M::GET, "/api/v1/hosts/{host}/keys", Operator, "The keys of a host.", &[], keys::list),
        call(M::POST, "/api/v1/hosts/{host}/keys", Operator, "Makes a key of a host, shown this once.", &[409], keys::create),
        call(M::DELETE, "/api/v1/hosts/{host}/keys/{id}", Operator, "Withdraws a key of a host.", &[], keys::revoke),
    ]
}
