//! Commands that make links, and what the host says of itself.

use parlour_domain::invite::issue::Wish;
use parlour_domain::options::{ContactOptions, InviteOptions};
use parlour_domain::{HostOptions, Role};
use parlour_engine::InviteQuery;
use parlour_xmpp::payload::invite::RESET_COMMAND;

use super::world::{HOUR, PASSWORD, World, host, operator, outcome, preauth, registration, sentence};
use crate::c2s::tests::house::Client;

const INVITE: &str = "urn:xmpp:invite#invite";
const ACCOUNT: &str = "urn:xmpp:invite#create-account";
const ITEMS: &str = "<iq type='get' id='i' to='h.example'><query xmlns='http://jabber.org/protocol/disco#items' \
                     node='http://jabber.org/protocol/commands'/></iq>";

fn execute(node: &str) -> String {
    format!(
        "<iq type='set' id='c' to='h.example'><command xmlns='http://jabber.org/protocol/commands' node='{node}' \
         action='execute'/></iq>"
    )
}

fn submit(node: &str, id: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let field = |(var, value): &(&str, &str)| format!("<field var='{var}'><value>{value}</value></field>");
    let fields: String = fields.iter().map(field).collect();
    format!(
        "<iq type='set' id='s' to='h.example'><command xmlns='http://jabber.org/protocol/commands' node='{node}' \
         sessionid='{id}' {action}><x xmlns='jabber:x:data' type='submit'>{fields}</x></command></iq>"
    )
}

fn about(node: &str) -> String {
    format!(
        "<iq type='get' id='d' to='h.example'><query xmlns='http://jabber.org/protocol/disco#info' node='{node}'/></iq>"
    )
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} after {before} in {text}")).0
}

/// The value of a field in a result.
fn value<'a>(form: &'a str, var: &str) -> &'a str {
    between(between(form, &format!("var='{var}'"), "</field>"), "<value>", "</value>")
}

fn session(answer: &str) -> &str {
    between(answer, "sessionid='", "'")
}

async fn opened(client: &mut Client, node: &str) -> String {
    let asked = client.iq(&execute(node)).await;
    assert!(asked.contains("status='executing'"), "{asked}");
    session(&asked).to_owned()
}

async fn invites(world: &World) -> usize {
    let query = InviteQuery { limit: 500, ..InviteQuery::new(host()) };
    world.people.invites.list(&operator(), query).await.expect("a list").len()
}

/// The nodes on the list of commands of somebody with this role, and their client.
async fn offered(world: &mut World, name: &str, role: Role) -> (Client, String) {
    world.person(name, role).await;
    let mut client = world.bound(name).await;
    let items = client.iq(ITEMS).await;
    (client, items)
}

fn item(node: &str) -> String {
    format!("jid='h.example' node='{node}' name='")
}

#[tokio::test]
async fn vector_04_an_admin_finds_all_commands() {
    let mut world = World::new().await;
    let (mut client, items) = offered(&mut world, "boss", Role::Admin).await;
    for node in [INVITE, ACCOUNT, RESET_COMMAND] {
        assert!(items.contains(&item(node)), "{node}: {items}");
    }
    let info = client.iq(&about("http://jabber.org/protocol/commands")).await;
    assert!(info.contains("type='command-list'"), "{info}");
    assert_eq!(outcome(&client.iq(&about("no-such")).await), "item-not-found");
    assert_eq!(outcome(&client.iq(&execute("no-such")).await), "item-not-found");
}

#[tokio::test]
async fn vector_05_a_member_finds_the_own_command_and_is_told_so_of_the_others() {
    let mut world = World::new().await;
    let (mut member, items) = offered(&mut world, "user", Role::Member).await;
    assert!(items.contains(&item(INVITE)), "{items}");
    for node in [ACCOUNT, RESET_COMMAND] {
        assert!(!items.contains(&item(node)), "{items}");
        assert!(member.iq(&about(node)).await.contains("<error type='auth'><forbidden"), "{node}");
    }
    let (mut guest, items) = offered(&mut world, "guest", Role::Limited).await;
    for node in [INVITE, ACCOUNT, RESET_COMMAND] {
        assert!(!items.contains(&item(node)), "{items}");
        assert!(guest.iq(&about(node)).await.contains("<error type='auth'><forbidden"), "{node}");
    }
}

#[tokio::test]
async fn vector_06_a_command_says_what_it_is() {
    let mut world = World::new().await;
    let (mut client, _) = offered(&mut world, "user", Role::Member).await;
    let info = client.iq(&about(INVITE)).await;
    for part in [
        "category='automation' type='command-node'",
        "<feature var='http://jabber.org/protocol/commands'/>",
        "<feature var='jabber:x:data'/>",
    ] {
        assert!(info.contains(part), "{info}");
    }
}

#[tokio::test]
async fn vector_16_what_is_not_theirs_is_forbidden_and_makes_nothing() {
    let mut world = World::new().await;
    for (name, role, nodes) in [
        ("user", Role::Member, &[ACCOUNT, RESET_COMMAND][..]),
        ("guest", Role::Limited, &[INVITE, ACCOUNT, RESET_COMMAND]),
    ] {
        let (mut client, _) = offered(&mut world, name, role).await;
        for node in nodes {
            let answer = client.iq(&execute(node)).await;
            assert!(answer.contains("<error type='auth'><forbidden"), "{answer}");
            assert!(answer.contains("status='canceled'"), "{answer}");
        }
    }
    assert_eq!(invites(&world).await, 0);
}

/// A member makes a link in one step; what the app is told.
async fn link(world: &mut World) -> String {
    world.person("u", Role::Member).await;
    world.bound("u").await.iq(&execute(INVITE)).await
}

#[tokio::test]
async fn vector_07_a_member_invites_in_one_step() {
    let mut world = World::new().await;
    let answer = link(&mut world).await;
    assert!(answer.contains(&format!("node='{INVITE}'")) && answer.contains("status='completed'"), "{answer}");
    assert!(answer.contains("<x xmlns='jabber:x:data' type='result'>"), "{answer}");
    assert_eq!(value(&answer, "FORM_TYPE"), "urn:xmpp:invite#invitation");
    let token = between(value(&answer, "uri"), "preauth=", ";ibr=y");
    assert_eq!(value(&answer, "landing-url"), format!("https://h.example/i/{token}"));
}

#[tokio::test]
async fn vector_08_where_members_may_invite_the_link_makes_an_account() {
    let mut world = World::new().await;
    let answer = link(&mut world).await;
    let uri = value(&answer, "uri");
    let token = between(uri, "xmpp:u@h.example?roster;preauth=", ";ibr=y");
    assert!(uri.ends_with(";ibr=y"), "{uri}");
    let mut newcomer = world.holder(token).await;
    assert_eq!(outcome(&newcomer.iq(&registration("juliet", PASSWORD)).await), "result");
}

#[tokio::test]
async fn vector_09_a_token_is_long_and_of_letters_and_digits() {
    let mut world = World::new().await;
    let answer = link(&mut world).await;
    let token = between(value(&answer, "uri"), "preauth=", ";ibr=y");
    // 5.95 bits each.
    assert!(token.len() == 26 && token.bytes().all(|b| b.is_ascii_alphanumeric()), "{token}");
}

#[tokio::test]
async fn vector_10_the_end_is_in_utc_and_as_far_away_as_configured() {
    let mut world = World::new().await;
    let answer = link(&mut world).await;
    // A week after 2027-01-15T08:00:00Z.
    let expire = value(&answer, "expire");
    assert!(expire.starts_with("2027-01-22T08:00:00") && expire.ends_with('Z'), "{expire}");
}

#[tokio::test]
async fn vector_08_where_members_make_contacts_only_the_link_says_so() {
    let options = InviteOptions { allow_user_invites: Some(false), ..InviteOptions::default() };
    let mut world = World::with(HostOptions { invites: options, ..HostOptions::default() }).await;
    world.person("u", Role::Member).await;
    let mut client = world.bound("u").await;
    let answer = client.iq(&execute(INVITE)).await;
    let token = value(&answer, "uri").strip_prefix("xmpp:u@h.example?roster;preauth=").expect("a contact's link");
    assert!(!token.contains("ibr"), "{answer}");
    let mut stranger = world.stranger().await;
    assert_eq!(outcome(&stranger.iq(&preauth(token)).await), "item-not-found");
}

#[tokio::test]
async fn vector_11_accounts_of_other_hosts_invite_nobody() {
    let mut world = World::new().await;
    world.person("u", Role::Member).await;
    let mut client = world.bound("u").await;
    for xml in [execute(INVITE), about(INVITE)] {
        let answer = client.iq(&xml.replace("h.example", "other.test")).await;
        assert_eq!(outcome(&answer), "forbidden", "{answer}");
    }
    let items = client.iq(&ITEMS.replace("h.example", "other.test")).await;
    assert!(!items.contains("<item "), "{items}");
    assert_eq!(invites(&world).await, 0);
}

#[tokio::test]
async fn vector_12_13_15_an_admin_fills_in_a_form_first() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    let mut client = world.bound("boss").await;
    let asked = client.iq(&execute(ACCOUNT)).await;
    for part in ["status='executing'", "<actions execute='complete'>", "var='username'", "var='roster-subscription'"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert_eq!(invites(&world).await, 0, "nothing is made before the form is sent");
    let fields = [("username", "juliet"), ("roster-subscription", "1")];
    let answer = client.iq(&submit(ACCOUNT, session(&asked), "", &fields)).await;
    let uri = value(&answer, "uri");
    assert!(uri.starts_with("xmpp:juliet@h.example?register;preauth=") && !uri.contains("ibr"), "{answer}");
    assert_eq!(value(&answer, "FORM_TYPE"), "urn:xmpp:invite#invitation");
    let id = opened(&mut client, ACCOUNT).await;
    let answer = client.iq(&submit(ACCOUNT, &id, "action='complete'", &[])).await;
    assert!(value(&answer, "uri").starts_with("xmpp:h.example?register;preauth="), "{answer}");
    let again = client.iq(&submit(ACCOUNT, &id, "action='complete'", &[])).await;
    assert!(outcome(&again) == "bad-request" && again.contains("<bad-sessionid"), "{again}");
    assert_eq!(invites(&world).await, 2);
}

#[tokio::test]
async fn vector_14_a_name_that_cannot_be_kept_is_said_so_and_the_form_stays_good() {
    let mut world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    let juliet = Wish { name: Some("juliet".to_owned()), ..Wish::default() };
    world.invite(&boss, juliet).await;
    let mut client = world.bound("boss").await;
    let id = opened(&mut client, ACCOUNT).await;
    let long = "n".repeat(1024);
    for (name, condition) in [
        ("boss", "conflict"),
        ("juliet", "conflict"),
        ("@x", "bad-request"),
        ("a b", "bad-request"),
        (&long, "bad-request"),
    ] {
        let answer = client.iq(&submit(ACCOUNT, &id, "", &[("username", name)])).await;
        assert_eq!(outcome(&answer), condition, "{answer}");
        assert!(!sentence(&answer).is_empty(), "{answer}");
    }
    assert_eq!(invites(&world).await, 1);
    let answer = client.iq(&submit(ACCOUNT, &id, "", &[("username", "ophelia")])).await;
    assert!(answer.contains("status='completed'"), "{answer}");
}

#[tokio::test]
async fn vector_17_a_link_for_a_new_password_needs_an_account_of_this_host() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    world.person("u", Role::Member).await;
    world.person("top", Role::Owner).await;
    let mut client = world.bound("boss").await;
    let id = opened(&mut client, RESET_COMMAND).await;
    for (account, condition) in [
        ("u@other.test", "item-not-found"),
        ("nobody@h.example", "item-not-found"),
        ("h.example", "item-not-found"),
        ("", "bad-request"),
        ("a@b@c", "bad-request"),
        ("top@h.example", "forbidden"),
    ] {
        let answer = client.iq(&submit(RESET_COMMAND, &id, "", &[("accountjid", account)])).await;
        assert_eq!(outcome(&answer), condition, "{account}: {answer}");
    }
    assert_eq!(invites(&world).await, 0);
    let answer = client.iq(&submit(RESET_COMMAND, &id, "", &[("accountjid", "u@h.example")])).await;
    assert!(value(&answer, "uri").starts_with("xmpp:u@h.example?register;preauth="), "{answer}");
}

#[tokio::test]
async fn vector_18_a_form_is_given_up() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    let mut client = world.bound("boss").await;
    let id = opened(&mut client, ACCOUNT).await;
    let cancel = format!(
        "<iq type='set' id='x' to='h.example'><command xmlns='http://jabber.org/protocol/commands' node='{ACCOUNT}' \
         sessionid='{id}' action='cancel'/></iq>"
    );
    let answer = client.iq(&cancel).await;
    assert!(answer.contains("type='result'") && answer.contains("status='canceled'"), "{answer}");
    let late = client.iq(&submit(ACCOUNT, &id, "", &[])).await;
    assert!(late.contains("<bad-sessionid"), "{late}");
    assert_eq!(invites(&world).await, 0);
}

#[tokio::test]
async fn vector_19_a_member_has_so_many_open_and_an_admin_as_many_as_needed() {
    let mut world = World::new().await;
    world.person("u", Role::Member).await;
    world.person("boss", Role::Admin).await;
    let (mut user, mut boss) = (world.bound("u").await, world.bound("boss").await);
    let mut uris = Vec::new();
    for _ in 0..5 {
        uris.push(value(&user.iq(&execute(INVITE)).await, "uri").to_owned());
        boss.iq(&execute(INVITE)).await;
    }
    let full = user.iq(&execute(INVITE)).await;
    assert!(full.contains("<error type='wait'><resource-constraint"), "{full}");
    assert!(sentence(&full).contains("5 open invitations") && sentence(&full).contains("in 7 days"), "{full}");
    assert!(boss.iq(&execute(INVITE)).await.contains("status='completed'"));
    let token = between(&uris[0], "preauth=", ";");
    world.people.invites.revoke(&operator(), &host(), token).await.expect("taken back");
    assert!(user.iq(&execute(INVITE)).await.contains("status='completed'"), "taking one back makes room");
}

#[tokio::test]
async fn an_open_form_is_its_askers_alone_and_not_for_ever() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    world.person("chief", Role::Admin).await;
    let (mut one, mut other) = (world.bound("boss").await, world.bound("boss").await);
    let mut chief = world.bound("chief").await;
    let id = opened(&mut one, ACCOUNT).await;
    for client in [&mut other, &mut chief] {
        assert!(client.iq(&submit(ACCOUNT, &id, "", &[])).await.contains("<bad-sessionid"));
    }
    assert!(one.iq(&submit(RESET_COMMAND, &id, "", &[])).await.contains("<bad-sessionid"));
    assert!(one.iq(&submit(ACCOUNT, &id, "action='prev'", &[])).await.contains("<bad-action"));
    assert!(one.iq(&submit(ACCOUNT, &id, "action='jump'", &[])).await.contains("<malformed-action"));
    let bare = execute(ACCOUNT).replace("action='execute'", &format!("sessionid='{id}'"));
    assert!(one.iq(&bare).await.contains("<bad-payload"), "a form is needed");
    world.clock.pass(HOUR);
    assert!(one.iq(&submit(ACCOUNT, &id, "", &[])).await.contains("<session-expired"));
    // Opening many drops the oldest.
    let first = opened(&mut one, ACCOUNT).await;
    for _ in 0..8 {
        world.clock.pass(1);
        opened(&mut one, ACCOUNT).await;
    }
    assert!(one.iq(&submit(ACCOUNT, &first, "", &[])).await.contains("<bad-sessionid"));
    assert_eq!(invites(&world).await, 0);
}

#[tokio::test]
async fn attack_97_a_demoted_admins_open_form_makes_nothing() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    let mut client = world.bound("boss").await;
    let id = opened(&mut client, ACCOUNT).await;
    world.people.accounts.set_role(&operator(), &super::world::jid("boss"), Role::Member).await.expect("demoted");
    assert_eq!(outcome(&client.iq(&submit(ACCOUNT, &id, "", &[])).await), "forbidden");
    assert_eq!(invites(&world).await, 0);
}

#[tokio::test]
async fn the_host_says_whom_to_write_to() {
    let contact = ContactOptions {
        abuse: vec!["mailto:abuse@h.example".to_owned()],
        support: vec!["xmpp:help@h.example".to_owned(), "https://h.example/help".to_owned()],
        ..ContactOptions::default()
    };
    let mut world = World::with(HostOptions { contact, ..HostOptions::default() }).await;
    world.person("u", Role::Member).await;
    let mut client = world.bound("u").await;
    let info = client.iq(&about("").replace(" node=''", "")).await;
    for part in [
        "<feature var='http://jabber.org/protocol/commands'/>",
        "<feature var='jabber:iq:register'/>",
        "<value>http://jabber.org/network/serverinfo</value>",
        "<value>mailto:abuse@h.example</value>",
        "<value>xmpp:help@h.example</value><value>https://h.example/help</value>",
    ] {
        assert!(info.contains(part), "{part}: {info}");
    }
    assert!(!info.contains("sales-addresses"), "{info}");
}

#[tokio::test]
async fn vector_12_13_our_own_fields_of_an_account_invite() {
    let mut world = World::new().await;
    world.person("boss", Role::Admin).await;
    world.people.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
    let mut client = world.bound("boss").await;
    let asked = client.iq(&execute(ACCOUNT)).await;
    for (var, kind) in [
        ("username", "text-single"),
        ("roster-subscription", "boolean"),
        ("max-uses", "text-single"),
        ("expiry", "list-single"),
        ("note", "text-single"),
        ("hello", "text-single"),
        ("groups", "text-multi"),
    ] {
        assert!(asked.contains(&format!("<field var='{var}' type='{kind}'")), "{var}: {asked}");
    }
    let id = session(&asked).to_owned();
    for (wrong, outcome_is) in [(("max-uses", "many"), "bad-request"), (("expiry", "soon"), "bad-request")] {
        assert_eq!(outcome(&client.iq(&submit(ACCOUNT, &id, "", &[wrong])).await), outcome_is);
    }
    let none = client.iq(&submit(ACCOUNT, &id, "", &[("groups", "none")])).await;
    assert_eq!(outcome(&none), "bad-request");
    assert_eq!(invites(&world).await, 0);
    let fields = [
        ("max-uses", "3"),
        ("expiry", "1d"),
        ("note", "the altos"),
        ("hello", "Welcome!"),
        ("groups", "choir"),
        ("roster-subscription", "1"),
    ];
    let made = client.iq(&submit(ACCOUNT, &id, "action='complete'", &fields)).await;
    assert!(value(&made, "expire").starts_with("2027-01-16T08:00:00"), "{made}");
    let all = world.people.invites.list(&operator(), InviteQuery::new(host())).await.expect("a list");
    let [invite] = &all[..] else { panic!("{all:?}") };
    assert_eq!((invite.max_uses, invite.note.as_deref(), invite.subscribe), (3, Some("the altos"), true));
    assert_eq!((invite.hello.as_deref(), &invite.groups[..]), (Some("Welcome!"), &["choir".to_owned()][..]));
}
