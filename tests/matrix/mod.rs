//! Who may do what to whom: one table, and each act done through each door that has it. What counts is what has happened,
//! as the operator sees it before and after, not what the door says (attack 73).

mod ways;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use parlour_domain::api_key::{KeyWish, Scopes};
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::SECOND;
use parlour_domain::options::InviteOptions;
use parlour_domain::{By, Door as DoorKind, HostName, HostOptions, InviteKind, Role};
use parlour_store::invites::InviteQuery;
use parlour_testkit::{Browser, Client, PASSWORD, Server, Setup, operator};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::invite::RESET_COMMAND;
use parlour_xmpp::xml::Element;

const HOST: &str = "example.test";
const FAR: &str = "other.test";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    App,
    Page,
    Api,
}
use Door::{Api, App, Page};

/// An act, done to somebody or something, and who may: `g`uest, `l`imited, `m`ember, `a`dmin, `o`wner, `f`oreign owner
/// (of another host, with what that host gave them), `O`perator. No key makes keys, whoever's it is.
pub struct Row {
    pub act: &'static str,
    /// To whom, or as what.
    to: &'static str,
    may: &'static str,
    pub doors: &'static [Door],
}

const fn row(act: &'static str, to: &'static str, may: &'static str, doors: &'static [Door]) -> Row {
    Row { act, to, may, doors }
}

pub const ACTS: &[Row] = &[
    row("invite a friend", "", "maoO", &[App, Page, Api]),
    row("invite to an account", "member", "aoO", &[App, Page, Api]),
    row("invite to an account", "admin", "aoO", &[Page, Api]),
    row("invite to an account", "owner", "oO", &[Page, Api]),
    row("reset a password", "member", "aoO", &[App, Page, Api]),
    row("reset a password", "admin", "aoO", &[App, Page, Api]),
    row("reset a password", "owner", "oO", &[App, Page, Api]),
    row("withdraw an invite", "another's", "aoO", &[App, Page, Api]),
    row("withdraw an invite", "one's own", "maoO", &[App, Page, Api]),
    row("change an invite", "another's", "aoO", &[Page, Api]),
    row("change an invite", "one's own", "mao", &[Page]),
    row("give a role", "member", "aoO", &[Page, Api]),
    row("give a role", "owner", "oO", &[Page, Api]),
    row("give a role", "member to owner", "oO", &[Page, Api]),
    row("disable", "member", "aoO", &[Page, Api]),
    row("disable", "admin", "aoO", &[Page, Api]),
    row("disable", "owner", "oO", &[Page, Api]),
    row("enable", "member", "aoO", &[Page, Api]),
    row("enable", "owner", "oO", &[Page, Api]),
    row("delete", "member", "aoO", &[Page, Api]),
    row("delete", "owner", "oO", &[Page, Api]),
    row("restore", "member", "aoO", &[Page, Api]),
    row("restore", "owner", "oO", &[Page, Api]),
    row("make a group", "", "aoO", &[Page, Api]),
    row("put into a group", "member", "aoO", &[Page, Api]),
    row("take out of a group", "member", "aoO", &[Page, Api]),
    row("make members contacts", "of a group", "aoO", &[Page, Api]),
    row("remove a group", "", "aoO", &[Page, Api]),
    row("sign out", "member", "aoO", &[Page, Api]),
    row("sign out", "owner", "oO", &[Page, Api]),
    row("make a key", "", "aoO", &[Page, Api]),
    row("withdraw a key", "", "aoO", &[Page, Api]),
];

/// Who asks at a door.
const ASKERS: [(Door, &str); 3] = [(App, "lmaof"), (Page, "glmaof"), (Api, "OAWF")];

/// Programs have keys with every scope: an `A`dmin's, an o`W`ner's, a `F`oreign owner's; each may what its maker may.
fn maker_of(who: char) -> char {
    match who {
        'A' => 'a',
        'W' => 'o',
        'F' => 'f',
        other => other,
    }
}

/// One try: what it is done to has names of its own.
struct Try<'t> {
    row: &'t Row,
    who: char,
    number: u32,
    invite: String,
}

impl Try<'_> {
    fn target(&self) -> String {
        format!("target{}", self.number)
    }

    fn group(&self) -> String {
        format!("Group{}", self.number)
    }

    /// The role that is given.
    fn role(&self) -> &'static str {
        match (self.row.act, self.row.to) {
            ("give a role", "member to owner") => "owner",
            ("give a role", _) => "limited",
            (_, role) => role,
        }
    }
}

struct Town {
    server: Server,
    pages: Vec<(char, Browser)>,
    apps: Vec<(char, Client)>,
    keys: Vec<(char, String)>,
    numbers: AtomicU32,
}

fn role_of(who: char) -> Option<Role> {
    Some(match who {
        'l' => Role::Limited,
        'm' => Role::Member,
        'a' => Role::Admin,
        'o' | 'f' => Role::Owner,
        _ => return None,
    })
}

impl Town {
    async fn new() -> Self {
        let invites =
            InviteOptions { max_open_invites: Some(1000), max_invites_per_day: Some(1000), ..InviteOptions::default() };
        let options = HostOptions { invites, ..HostOptions::default() };
        let hosts = [HOST, FAR].map(|host| (host.to_owned(), options.clone())).into();
        let server = Server::start(Setup { hosts, ..Setup::default() }).await.expect("a server");
        let (mut pages, mut apps) = (Vec::new(), Vec::new());
        for who in "glmaof".chars() {
            let host = if who == 'f' { FAR } else { HOST };
            let mut browser = Browser::proxied(server.ports.web, host);
            browser.get("/me/sign-in").await.expect("a page");
            if let Some(role) = role_of(who) {
                let jid = format!("{who}@{host}");
                server.account(&jid, role).await.expect("an account");
                let name = who.to_string();
                let fields = [("name", name.as_str()), ("password", PASSWORD)];
                assert_eq!(browser.post("/me/sign-in", &fields).await.expect("a page").status, 303, "{who}");
                browser.get("/me").await.expect("a page");
                apps.push((who, Client::sign_in(server.ports.c2s, &format!("{jid}/x"), PASSWORD).await.expect("in")));
            }
            pages.push((who, browser.at(HOST)));
        }
        let mut keys = Vec::new();
        for who in "AWF".chars() {
            let maker = maker_of(who);
            let host = if who == 'F' { FAR } else { HOST };
            let role = role_of(maker).expect("a role");
            let jid = BareJid::new(&format!("{maker}@{host}")).expect("an address");
            let wish = KeyWish { name: "matrix".into(), role, scopes: Scopes::everything(), expires_after: None };
            let by = By::account(jid, role, DoorKind::Web, 1);
            let made = server.people.api_keys.create(&by, HostName::parse(host), wish).await.expect("a key");
            keys.push((who, made.into_out().text.expose().to_owned()));
        }
        Self { server, pages, apps, keys, numbers: AtomicU32::new(0) }
    }

    /// As the operator: the status and the body.
    async fn operator(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/api/v1/hosts/{HOST}{path}"))
            .header("host", "local")
            .header("content-type", "application/json")
            .body(bytes::Bytes::from(body.to_owned()))
            .expect("a request");
        let answer = self.server.web.answer_operator(request).await;
        (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
    }

    /// What must be there before.
    async fn prepare<'t>(&self, row: &'t Row, who: char) -> Try<'t> {
        let number = self.numbers.fetch_add(1, Relaxed);
        let mut one = Try { row, who, number, invite: String::new() };
        let role = row.to.split(' ').next().and_then(Role::from_name);
        if let Some(role) = role.filter(|_| row.act != "invite to an account") {
            self.server.account(&format!("{}@{HOST}", one.target()), role).await.expect("a target");
            let first = match row.act {
                "enable" => ("PATCH", "", "{\"enabled\":false}"),
                "restore" => ("DELETE", "", ""),
                _ => ("GET", "", ""),
            };
            let (status, text) =
                self.operator(first.0, &format!("/accounts/{}{}", one.target(), first.1), first.2).await;
            assert!(status < 300, "{status} {text}");
        }
        if (row.act.contains("a group") || row.to == "of a group") && row.act != "make a group" {
            let (status, text) = self.operator("POST", "/groups", &format!("{{\"name\":\"{}\"}}", one.group())).await;
            assert!(status < 300, "{status} {text}");
        }
        if row.act == "withdraw a key" {
            let (status, text) = self.operator("POST", "/keys", "{\"name\":\"k\"}").await;
            assert!(status < 300, "{status} {text}");
            let made: serde_json::Value = serde_json::from_str(&text).expect("an object");
            one.invite = made["id"].as_str().expect("an id").to_owned();
        }
        if row.act == "sign out" {
            let (host, by) = (HostName::parse(HOST).expect("a domain"), By::operator(DoorKind::Local, 1));
            let signed_in = self.server.people.sign_in.browser(&by, &host, &one.target(), PASSWORD, "b").await;
            signed_in.expect("a browser").into_out();
        }
        if row.act == "take out of a group" {
            let path = format!("/groups/{}/members/{}", one.group(), one.target());
            let (status, text) = self.operator("PUT", &path, "").await;
            assert!(status < 300, "{status} {text}");
        }
        if row.act.ends_with("an invite") {
            let own = row.to == "one's own" && role_of(who) >= Some(Role::Member) && who != 'f';
            let maker = if own { who } else { 'm' };
            // Another member's, where a member asks.
            let maker = if !own && who == 'm' { 'a' } else { maker };
            let jid = BareJid::new(&format!("{maker}@{HOST}")).expect("an address");
            let by = By::account(jid, role_of(maker).expect("a role"), DoorKind::Web, 1);
            let wish = Wish { kind: Some(InviteKind::Contact), ..Wish::default() };
            let host = HostName::parse(HOST).expect("a domain");
            let made = self.server.people.invites.issue(&by, &host, wish).await.expect("granted").into_out();
            one.invite = made.id.as_str().to_owned();
        }
        one
    }

    /// All that the act could change, as the operator sees it.
    async fn seen(&self, one: &Try<'_>) -> String {
        let mut seen = String::new();
        let invite = format!("/invites/{}", one.invite);
        let account = format!("/accounts/{}", one.target());
        for path in ["/invites?limit=3", &invite, &account, "/groups"] {
            seen.push_str(&self.operator("GET", path, "").await.1);
        }
        // Links for a new password are in no list but their own.
        let host = HostName::parse(HOST).expect("a domain");
        let resets = InviteQuery { kind: Some(InviteKind::Reset), limit: 3, ..InviteQuery::new(host) };
        let resets = self.server.people.invites.list(&operator(), resets).await.expect("a list");
        seen.extend(resets.iter().map(|invite| invite.id.as_str()));
        seen.push_str(&self.operator("GET", "/keys", "").await.1);
        if let Ok(target) = BareJid::new(&format!("{}@{HOST}", one.target())) {
            let sessions = self.server.people.sign_in.sessions(&target).await.unwrap_or_default();
            seen.push_str(&format!("{} browsers", sessions.len()));
        }
        // Each answer has a number.
        seen.split(',').filter(|part| !part.contains("\"request\"")).collect()
    }

    async fn by_app(&mut self, one: &Try<'_>) {
        let (node, fields) = match one.row.act {
            "invite a friend" => ("urn:xmpp:invite#invite", String::new()),
            "invite to an account" => ("urn:xmpp:invite#create-account", field("roster-subscription", "0")),
            "reset a password" => (RESET_COMMAND, field("accountjid", &format!("{}@{HOST}", one.target()))),
            "withdraw an invite" => {
                ("urn:parlour:commands#invites", field("invite", &one.invite) + &field("action", "revoke"))
            }
            other => panic!("no command does {other:?}"),
        };
        let client = &mut self.apps.iter_mut().find(|(who, _)| *who == one.who).expect("an app").1;
        let first = ask(client, &format!("<command xmlns='{COMMANDS}' node='{node}' action='execute'/>")).await;
        let command = first.child_named(COMMANDS, "command").filter(|_| first.attr_value("type") == Some("result"));
        if let Some(session) = command.and_then(|command| command.attr_value("sessionid"))
            && command.and_then(|command| command.attr_value("status")) == Some("executing")
        {
            let form = format!(
                "<command xmlns='{COMMANDS}' node='{node}' sessionid='{session}' action='complete'>\
                 <x xmlns='jabber:x:data' type='submit'>{fields}</x></command>"
            );
            ask(client, &form).await;
        }
    }

    async fn by_page(&mut self, one: &Try<'_>, way: &str) {
        let (target, group) = (one.target(), one.group());
        let tick = format!("group.{group}");
        let fields: Vec<(&str, &str)> = match way {
            "POST /me" => vec![("kind", "contact")],
            "POST /admin/invites/new" => {
                vec![("kind", "account"), ("how", "one"), ("role", one.role()), ("expires", "7d")]
            }
            "POST /admin/invites/several" => vec![("act", "revoke"), ("ids", &one.invite), ("id", &one.invite)],
            "POST /admin/invites/{id}/change" => vec![("expires", "30d")],
            "POST /admin/keys/new" => {
                vec![("name", "k"), ("role", "admin"), ("scope.invites:read", "on"), ("expires", "90d")]
            }
            "POST /admin/keys/revoke" => vec![("id", &one.invite)],
            "POST /admin/person/groups" => vec![("name", &target), (&tick, "on")],
            "POST /admin/person/role" => vec![("name", &target), ("role", one.role())],
            "POST /admin/groups" | "POST /admin/group/delete" => vec![("name", &group)],
            "POST /admin/group/contacts" => vec![("name", &group), ("contacts", "on")],
            "POST /admin/group/add" | "POST /admin/group/remove" => {
                vec![("name", &group), ("group", &group), ("person", &target), ("member", &target), ("who", &target)]
            }
            _ => vec![("name", &target)],
        };
        // Clicking has a budget of its own.
        self.server.clock.pass(10 * SECOND);
        let path = way.strip_prefix("POST ").expect("a form").replace("{id}", &one.invite);
        let browser = &mut self.pages.iter_mut().find(|(who, _)| *who == one.who).expect("a browser").1;
        let home = if one.who == 'g' { "/me/sign-in" } else { "/me" };
        browser.get(home).await.expect("a page");
        let matters = way.starts_with("POST /admin/person/") || way.starts_with("POST /admin/keys/");
        if matters && "ao".contains(one.who) {
            // What matters wants the password of a little while ago.
            let again = browser.post("/admin/again", &[("password", PASSWORD)]).await.expect("an answer");
            assert_eq!(again.status, 303, "{}", again.text);
            browser.get(home).await.expect("a page");
        }
        let answer = browser.post(&path, &fields).await.expect("an answer");
        assert!(answer.status < 500, "{way} as {}: {}", one.who, answer.text);
    }

    async fn by_api(&self, one: &Try<'_>) {
        let account = format!("/accounts/{}", one.target());
        let (method, path, body) = match one.row.act {
            "invite a friend" => {
                ("POST", "/invites".to_owned(), "{\"kind\":\"contact\",\"contact_of\":\"m\"}".to_owned())
            }
            "invite to an account" => {
                ("POST", "/invites".to_owned(), format!("{{\"kind\":\"account\",\"role\":\"{}\"}}", one.role()))
            }
            "reset a password" => {
                let body = format!("{{\"kind\":\"password-reset\",\"name\":\"{}\"}}", one.target());
                ("POST", "/invites".to_owned(), body)
            }
            "withdraw an invite" => ("DELETE", format!("/invites/{}", one.invite), String::new()),
            "change an invite" => {
                ("PATCH", format!("/invites/{}", one.invite), "{\"expires_after\":\"30d\"}".to_owned())
            }
            "make members contacts" => ("PUT", format!("/groups/{}", one.group()), "{\"contacts\":true}".to_owned()),
            "remove a group" => ("DELETE", format!("/groups/{}", one.group()), String::new()),
            "make a key" => ("POST", "/keys".to_owned(), "{\"name\":\"k\"}".to_owned()),
            "withdraw a key" => ("DELETE", format!("/keys/{}", one.invite), String::new()),
            "give a role" => ("PATCH", account, format!("{{\"role\":\"{}\"}}", one.role())),
            "disable" => ("PATCH", account, "{\"enabled\":false}".to_owned()),
            "enable" => ("PATCH", account, "{\"enabled\":true}".to_owned()),
            "delete" => ("DELETE", account, String::new()),
            "restore" => ("POST", format!("{account}/restore"), String::new()),
            "sign out" => ("POST", format!("{account}/sign-out"), String::new()),
            "make a group" => ("POST", "/groups".to_owned(), format!("{{\"name\":\"{}\"}}", one.group())),
            "put into a group" => ("PUT", format!("/groups/{}/members/{}", one.group(), one.target()), String::new()),
            "take out of a group" => {
                ("DELETE", format!("/groups/{}/members/{}", one.group(), one.target()), String::new())
            }
            other => panic!("the API does not {other:?}"),
        };
        if let Some((_, key)) = self.keys.iter().find(|(who, _)| *who == one.who) {
            let bearer = format!("Bearer {key}");
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            let mut program = Browser::proxied(self.server.ports.web, HOST);
            let path = format!("/api/v1/hosts/{HOST}{path}");
            let answer = program.ask(method, &path, &headers, body.as_bytes()).await.expect("an answer");
            assert!(answer.status < 500, "{method} {path}: {} {}", answer.status, answer.text);
            return;
        }
        let (status, text) = self.operator(method, &path, &body).await;
        assert!(status < 300, "{method} {path}: {status} {text}");
    }
}

/// The pages that do an act to that.
fn pages_for(row: &Row) -> Vec<&'static str> {
    let ways = ways::WAYS.iter().filter(|(way, act)| {
        let page = (way.starts_with("POST /me") || way.starts_with("POST /admin/")) && *act == row.act;
        // Members withdraw their own on their own page, where others' are not found.
        page && !(row.to == "one's own" && way.starts_with("POST /admin/"))
    });
    ways.map(|(way, _)| *way).collect()
}

fn field(name: &str, value: &str) -> String {
    format!("<field var='{name}'><value>{value}</value></field>")
}

async fn ask(client: &mut Client, payload: &str) -> Element {
    client.send(format!("<iq type='set' id='m' to='{HOST}'>{payload}</iq>")).await;
    client.element().await.expect("an answer")
}

const COMMANDS: &str = "http://jabber.org/protocol/commands";

#[tokio::test]
async fn attack_73_the_matrix_of_authority_holds_at_every_door() {
    let mut town = Town::new().await;
    let mut wrong = Vec::new();
    for row in ACTS {
        for (door, askers) in ASKERS.into_iter().filter(|(door, _)| row.doors.contains(door)) {
            let ways = if door == Page { pages_for(row) } else { vec!["the only one"] };
            for way in ways {
                // What a refusal has left as it was is good for the next who asks.
                let mut left: Option<(Try<'_>, String)> = None;
                for who in askers.chars() {
                    let (one, before) = match left.take().filter(|_| !row.act.ends_with("an invite")) {
                        Some((one, seen)) => (Try { who, ..one }, seen),
                        None => {
                            let one = town.prepare(row, who).await;
                            let seen = town.seen(&one).await;
                            (one, seen)
                        }
                    };
                    match door {
                        App => town.by_app(&one).await,
                        Page => town.by_page(&one, way).await,
                        Api => town.by_api(&one).await,
                    }
                    let after = town.seen(&one).await;
                    let done = after != before;
                    if !done {
                        left = Some((one, after));
                    }
                    // An admin's own page finds others' as well or does not: both are within their rights.
                    let personal = way.starts_with("POST /me/") && row.to == "another's" && "ao".contains(who);
                    let keys_alone = row.act.ends_with(" a key") && maker_of(who) != who;
                    if done != (row.may.contains(maker_of(who)) && !keys_alone) && !personal {
                        wrong.push(format!("{} ({}) by {way} at {door:?} as {who}: {done}", row.act, row.to));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
