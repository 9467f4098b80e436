//! Every way in that is not open to everybody, and which act it leads to. A new route, command or verb that is not here
//! fails the test below: whoever adds one says what it does, and the matrix asks who may.

use std::collections::BTreeSet;

use parlour_testkit::Server;
use parlour_web::routes::{self, Access};

use super::Door;

/// Looking only: pages, lists, files. Who sees them is the routes' own table, tried by attack 73 in the web's tests.
const LOOK: &str = "look";
/// One's own affairs: signing in and out, one's password, a form of an invite that somebody holds.
const OWN: &str = "one's own";
/// For whoever has the shell alone.
const SHELL: &str = "the shell's";
/// By a program that the operator has given a key, or switched on for one.
const PROGRAM: &str = "a program's";
/// The console's alone: who may is tried over all its routes in the web's tests, what it does where it is done.
const CONSOLE: &str = "the console's";

/// Way, act. Where one way leads to several acts, each has a line.
pub const WAYS: &[(&str, &str)] = &[
    // ---- Commands in apps ----
    ("command urn:xmpp:invite#invite", "invite a friend"),
    ("command urn:xmpp:invite#create-account", "invite to an account"),
    ("command xmpp:prosody.im/mod_invites_adhoc#password-reset", "reset a password"),
    ("command urn:parlour:commands#invites", "withdraw an invite"),
    ("command urn:parlour:commands#remove-and-block", OWN),
    // ---- Pages ----
    ("POST /register", OWN),
    ("POST /i/{token}/register", OWN),
    ("POST /i/{token}/reset", OWN),
    ("POST /me/sign-in", OWN),
    ("POST /me/sign-out", OWN),
    ("POST /me/password", OWN),
    ("POST /me/devices/end", OWN),
    ("POST /me/devices/end-others", OWN),
    ("POST /me/leave", OWN),
    ("POST /admin/again", OWN),
    ("POST /me", "invite a friend"),
    ("POST /me/invites/{id}/revoke", "withdraw an invite"),
    ("POST /me/invites/{id}/extend", "change an invite"),
    ("POST /me/invites/{id}/renew", "change an invite"),
    ("POST /admin/invites/new", "invite to an account"),
    ("POST /admin/invites/several", "withdraw an invite"),
    ("POST /admin/invites/{id}/revoke", "withdraw an invite"),
    ("POST /admin/invites/{id}/change", "change an invite"),
    ("POST /admin/invites/{id}/renew", "change an invite"),
    ("POST /admin/person/groups", "put into a group"),
    ("POST /admin/person/role", "give a role"),
    ("POST /admin/person/disable", "disable"),
    ("POST /admin/person/enable", "enable"),
    ("POST /admin/person/delete", "delete"),
    ("POST /admin/person/restore", "restore"),
    ("POST /admin/person/reset", "reset a password"),
    ("POST /admin/groups", "make a group"),
    ("POST /admin/group/add", "put into a group"),
    ("POST /admin/group/remove", "take out of a group"),
    ("POST /admin/group/delete", "remove a group"),
    ("POST /admin/group/contacts", "make members contacts"),
    ("POST /admin/person/sign-out", "sign out"),
    ("POST /admin/keys/new", "make a key"),
    ("POST /admin/keys/revoke", "withdraw a key"),
    ("POST /admin/settings", CONSOLE),
    ("POST /admin/invites/import", CONSOLE),
    // ---- Programs written for Prosody ----
    ("DELETE /register_api/invite/{token}", PROGRAM),
    ("POST /register_api/register", PROGRAM),
    ("POST /invites_api", PROGRAM),
    ("POST /admin_api/invites/account", PROGRAM),
    ("POST /admin_api/invites/group", PROGRAM),
    ("POST /admin_api/invites/reset", PROGRAM),
    ("DELETE /admin_api/invites/{id}", PROGRAM),
    // ---- The API ----
    ("POST /api/v1/backup", SHELL),
    ("POST /api/v1/hosts", SHELL),
    ("DELETE /api/v1/hosts/{host}", SHELL),
    ("PATCH /api/v1/hosts/{host}", SHELL),
    ("POST /api/v1/hosts/{host}/accounts/{name}/sign-out", "sign out"),
    ("POST /api/v1/hosts/{host}/invites/many", PROGRAM),
    ("POST /api/v1/hosts/{host}/owner-link", SHELL),
    ("POST /api/v1/hosts/{host}/invites/purge", SHELL),
    ("POST /api/v1/keys", SHELL),
    ("DELETE /api/v1/keys/{id}", SHELL),
    ("POST /api/v1/hosts/{host}/keys", "make a key"),
    ("DELETE /api/v1/hosts/{host}/keys/{id}", "withdraw a key"),
    ("POST /api/v1/hosts/{host}/accounts", SHELL),
    ("POST /api/v1/hosts/{host}/invites", "invite a friend"),
    ("POST /api/v1/hosts/{host}/invites", "invite to an account"),
    ("POST /api/v1/hosts/{host}/invites", "reset a password"),
    ("DELETE /api/v1/hosts/{host}/invites/{id}", "withdraw an invite"),
    ("PATCH /api/v1/hosts/{host}/invites/{id}", "change an invite"),
    ("POST /api/v1/hosts/{host}/invites/{id}/renew", "change an invite"),
    ("PATCH /api/v1/hosts/{host}/accounts/{name}", "give a role"),
    ("PATCH /api/v1/hosts/{host}/accounts/{name}", "disable"),
    ("PATCH /api/v1/hosts/{host}/accounts/{name}", "enable"),
    ("DELETE /api/v1/hosts/{host}/accounts/{name}", "delete"),
    ("POST /api/v1/hosts/{host}/accounts/{name}/restore", "restore"),
    ("POST /api/v1/hosts/{host}/groups", "make a group"),
    ("PUT /api/v1/hosts/{host}/groups/{group}", "make members contacts"),
    ("DELETE /api/v1/hosts/{host}/groups/{group}", "remove a group"),
    ("PUT /api/v1/hosts/{host}/groups/{group}/members/{name}", "put into a group"),
    ("DELETE /api/v1/hosts/{host}/groups/{group}/members/{name}", "take out of a group"),
    // ---- The command line, which asks the API as whoever has the shell ----
    ("parlour", LOOK),
    ("parlour serve", SHELL),
    ("parlour account create", SHELL),
    ("parlour account list", LOOK),
    ("parlour account show", LOOK),
    ("parlour account role", "give a role"),
    ("parlour account passwd", SHELL),
    ("parlour account disable", "disable"),
    ("parlour account enable", "enable"),
    ("parlour account delete", "delete"),
    ("parlour account restore", "restore"),
    ("parlour invite create", "invite to an account"),
    ("parlour invite contact", "invite a friend"),
    ("parlour invite reset", "reset a password"),
    ("parlour invite list", LOOK),
    ("parlour invite show", LOOK),
    ("parlour invite revoke", "withdraw an invite"),
    ("parlour invite extend", "change an invite"),
    ("parlour invite set-max-uses", "change an invite"),
    ("parlour invite renew", "change an invite"),
    ("parlour invite purge", SHELL),
    ("parlour host add", SHELL),
    ("parlour host list", LOOK),
    ("parlour host remove", SHELL),
    ("parlour group create", "make a group"),
    ("parlour group contacts", "make members contacts"),
    ("parlour group list", LOOK),
    ("parlour group delete", "remove a group"),
    ("parlour group add", "put into a group"),
    ("parlour group remove", "take out of a group"),
    ("parlour key create", "make a key"),
    ("parlour key list", LOOK),
    ("parlour key revoke", "withdraw a key"),
    ("parlour owner-link", SHELL),
    ("parlour setup", SHELL),
    ("parlour check config", LOOK),
    ("parlour check tls", LOOK),
    ("parlour check ports", LOOK),
    ("parlour check dns", LOOK),
    ("parlour check all", LOOK),
    ("parlour backup", SHELL),
    ("parlour restore", SHELL),
    ("parlour completions", LOOK),
    ("parlour man", LOOK),
];

/// Whether an act is one that the matrix tries.
pub fn is_tried(act: &str) -> bool {
    ![LOOK, OWN, SHELL, PROGRAM, CONSOLE].contains(&act)
}

#[tokio::test]
async fn attack_73_every_way_in_is_in_the_table() {
    let server = Server::new().await;
    let mut found: BTreeSet<String> = BTreeSet::new();
    for route in routes::all() {
        // GET changes nothing (attack 88).
        if route.method != "GET" {
            found.insert(format!("{} {}", route.method, route.path));
        } else {
            assert!(!matches!(route.access, Access::Operator) || route.path.starts_with("/api/"), "{route:?}");
        }
    }
    let mut owner = {
        server.account("owner@example.test", parlour_domain::Role::Owner).await.expect("an owner");
        server.bound("owner@example.test/x").await
    };
    owner
        .send(
            "<iq type='get' id='c' to='example.test'><query xmlns='http://jabber.org/protocol/disco#items' \
             node='http://jabber.org/protocol/commands'/></iq>",
        )
        .await;
    let commands = owner.element().await.expect("a list");
    for item in commands.first_element().into_iter().flat_map(|query| query.elements()) {
        found.insert(format!("command {}", item.attr_value("node").expect("a node")));
    }
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/cli.md");
    let reference = std::fs::read_to_string(reference).expect("a reference made from the definitions");
    found.extend(reference.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned));
    let known: BTreeSet<String> = WAYS.iter().map(|(way, _)| (*way).to_owned()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "say in tests/matrix/ways.rs what these lead to, and in mod.rs who may: {new:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "these are no more: {gone:#?}");
}

#[test]
fn attack_73_every_act_that_is_tried_is_tried_at_every_door_that_has_it() {
    for (way, act) in WAYS.iter().filter(|(_, act)| is_tried(act)) {
        let door = match *way {
            way if way.starts_with("command ") => Door::App,
            // The command line is the API's, as the operator.
            way if way.starts_with("parlour ") || way.contains(" /api/") => Door::Api,
            _ => Door::Page,
        };
        let tried = super::ACTS.iter().any(|row| row.act == *act && row.doors.contains(&door));
        assert!(tried, "{way} leads to {act:?}, which the matrix does not try at {door:?}");
    }
}
