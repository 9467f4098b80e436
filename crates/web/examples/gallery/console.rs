//! The console's pages in every state.

use parlour_domain::Role;
use parlour_domain::api_key::Scope;
use parlour_engine::Standing;
use parlour_web::pages::view::admin::*;
use parlour_web::pages::view::{FormProblem, Page as _, Site};

use super::{CSRF, Sample, World};

#[path = "console_invites.rs"]
mod invites;

pub fn all(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let site = &Site { path: None, ..site.clone() };
    let mut samples = overview(world, site);
    samples.extend(people(world, site));
    samples.extend(groups(site));
    samples.extend(settings(site));
    samples.extend(keys(world, site));
    samples.extend(invites::all(world, site));
    samples
}

pub fn desk(section: Section) -> Desk<'static> {
    Desk { section, csrf: CSRF, name: "romeo" }
}

fn overview(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let latest = &everybody(world)[..5];
    let page = Overview {
        site,
        desk: desk(Section::Overview),
        people: 28,
        new: 5,
        disabled: 1,
        deleted: 2,
        waiting: 7,
        used: 26,
        expired: 3,
        latest,
    };
    let quiet = Overview { disabled: 0, deleted: 0, expired: 0, people: 6, ..page.clone() };
    let empty =
        Overview { people: 1, new: 1, disabled: 0, deleted: 0, expired: 0, latest: &latest[..1], ..page.clone() };
    vec![
        Sample { name: "admin", html: page.html() },
        Sample { name: "admin-quiet", html: quiet.html() },
        Sample { name: "admin-empty", html: empty.html() },
    ]
}

/// A full page of people.
pub fn everybody(world: &World) -> Vec<Person> {
    let names = ["juliet", "mercutio", "benvolio", "tybalt", "rosaline", "paris", "nurse", "friar.laurence"];
    (0..25)
        .map(|n| {
            let name = if n < names.len() { names[n].to_owned() } else { format!("{}{n}", names[n % names.len()]) };
            Person {
                shown: name.clone(),
                name,
                role: [Role::Member, Role::Member, Role::Admin, Role::Limited][n % 4],
                standing: match n {
                    3 => Standing::Disabled,
                    6 => Standing::Deleted,
                    _ => Standing::Active,
                },
                joined: world.after(-3 - 60 * i64::try_from(n).expect("small")),
                inviter: (n % 5 != 4).then(|| ("romeo".into(), "romeo".into())),
                groups: if n % 3 == 0 { vec!["Altos".into(), "Committee".into()] } else { Vec::new() },
            }
        })
        .collect()
}

pub fn person_page<'a>(world: &World, site: &'a Site<'a>, person: &'a Person) -> PersonPage<'a> {
    PersonPage {
        site,
        desk: desk(Section::People),
        person,
        address: "juliet@chat.example.org",
        signed_in: (1, 2),
        erased: (person.standing == Standing::Deleted).then(|| world.after(24 * 29)),
        groups: &[],
        brought: &[],
        more_brought: false,
        me: false,
        manage: true,
        said: None,
        trouble: None,
    }
}

fn people(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let all = everybody(world);
    let groups = ["Altos".to_owned(), "Committee".to_owned(), "Tenors & basses".to_owned()];
    let list = People {
        site,
        desk: desk(Section::People),
        find: Find::default(),
        groups: &groups,
        people: &all,
        first: None,
        next: Some("/admin/people?after=x".into()),
    };
    let find = Find { text: "ju", role: Some(Role::Admin), inviter: "romeo", ..Find::default() };
    let none = People { find, people: &[], first: Some("/admin/people".into()), next: None, ..list.clone() };
    let member = [("Altos".to_owned(), true), ("Committee".to_owned(), false), ("Tenors & basses".to_owned(), false)];
    let one =
        PersonPage { groups: &member, brought: &all[1..5], more_brought: true, ..person_page(world, site, &all[0]) };
    let off = Person { standing: Standing::Disabled, ..all[0].clone() };
    let gone = Person { standing: Standing::Deleted, ..all[0].clone() };
    let disabled = PersonPage { person: &off, said: Some(Said::Disabled), ..one.clone() };
    let deleted = PersonPage { said: Some(Said::Deleted), ..person_page(world, site, &gone) };
    let me = PersonPage { me: true, manage: false, trouble: Some(Trouble::Yourself), ..one.clone() };
    let above = PersonPage { manage: false, ..person_page(world, site, &all[2]) };
    let role = RolePage {
        site,
        desk: desk(Section::People),
        name: "juliet",
        shown: "juliet".into(),
        roles: &[Role::Owner, Role::Admin, Role::Member, Role::Limited],
        current: Role::Member,
        problem: None,
    };
    let ask = Ask {
        site,
        desk: desk(Section::People),
        title: site.lang.text("admin-delete-title", &[("name", "juliet".into())]),
        lines: vec![site.lang.text("admin-delete-explain", &[("name", "juliet".into())])],
        rows: Vec::new(),
        action: "/admin/person/delete".to_owned(),
        fields: vec![("name", "juliet".into())],
        submit: site.lang.text("admin-delete", &[]),
        keep: site.lang.text("revoke-keep", &[]),
        back: "/admin/person?name=juliet".into(),
        danger: true,
    };
    let again = Again { site, desk: desk(Section::People), next: "/admin", wrong: false, problem: None };
    let late = Again { problem: Some(FormProblem::TryLater { minutes: 3 }), ..again.clone() };
    vec![
        Sample { name: "admin-people", html: list.html() },
        Sample { name: "admin-people-none", html: none.html() },
        Sample { name: "admin-person", html: one.html() },
        Sample { name: "admin-person-disabled", html: disabled.html() },
        Sample { name: "admin-person-deleted", html: deleted.html() },
        Sample { name: "admin-person-me", html: me.html() },
        Sample { name: "admin-person-above", html: above.html() },
        Sample { name: "admin-role", html: role.html() },
        Sample { name: "admin-role-refused", html: RolePage { problem: Some("admin-no-last-owner"), ..role }.html() },
        Sample { name: "admin-ask", html: ask.html() },
        Sample { name: "admin-again", html: Again { wrong: true, ..again }.html() },
        Sample { name: "admin-again-later", html: late.html() },
    ]
}

fn groups(site: &Site<'_>) -> Vec<Sample> {
    let rows = [("Altos", 9), ("Committee", 1), ("Friends of the choir", 0), ("Tenors & basses", 18)];
    let rows = rows.map(|(name, members)| GroupRow { name: name.into(), members });
    let list = GroupsPage {
        site,
        desk: desk(Section::Groups),
        groups: &rows,
        typed: "",
        contacts: true,
        trouble: None,
        removed: "Sopranos",
    };
    let refused =
        GroupsPage { groups: &[], typed: "Altos", trouble: Some(GroupTrouble::Exists), removed: "", ..list.clone() };
    let members = ["benvolio", "juliet", "mercutio"].map(|name| (name.to_owned(), name.to_owned()));
    let one = GroupPage {
        site,
        desk: desk(Section::Groups),
        name: "Tenors & basses",
        members: &members,
        first: None,
        next: Some("/admin/group?after=x".into()),
        typed: "",
        trouble: None,
        left: Some(("tybalt".into(), "tybalt".into())),
        joined: None,
        contacts: true,
        changed: false,
    };
    let empty = GroupPage {
        members: &[],
        next: None,
        typed: "nobody",
        trouble: Some(GroupTrouble::NoAccount),
        left: None,
        ..one.clone()
    };
    vec![
        Sample { name: "admin-groups", html: list.html() },
        Sample { name: "admin-groups-refused", html: refused.html() },
        Sample { name: "admin-group", html: one.html() },
        Sample { name: "admin-group-empty", html: empty.html() },
    ]
}

fn keys(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let desk = desk(Section::Keys);
    let key = |name: &str, good: bool| KeyRow {
        id: "k1".into(),
        name: name.into(),
        role: Role::Admin,
        scopes: "invites:read invites:write".into(),
        maker: Some("romeo".into()),
        used: good.then(|| world.after(-5)),
        expires: Some(world.after(24 * 90)),
        good,
    };
    let keys = [key("The choir’s website", true), key("An old script", false)];
    let list = KeysPage { site, desk, keys: &keys, revoked: false }.html();
    let none = KeysPage { site, desk, keys: &[], revoked: true }.html();
    let (ticked, roles) = ([Scope::InvitesWrite], [Role::Admin, Role::Owner]);
    let form = MakeKey { site, desk, name: "", ticked: &ticked, roles: &roles, trouble: None };
    let wrong = MakeKey { ticked: &[], trouble: Some("admin-key-no-scope"), ..form.clone() };
    let made = KeyMade { site, desk, name: "The choir’s website", text: "pk_q7GkPz2LmX9aBcD4eFgH5iJkLm01234567" };
    vec![
        Sample { name: "admin-keys", html: list },
        Sample { name: "admin-keys-none", html: none },
        Sample { name: "admin-key", html: form.html() },
        Sample { name: "admin-key-wrong", html: wrong.html() },
        Sample { name: "admin-key-made", html: made.html() },
    ]
}

fn settings(site: &Site<'_>) -> Vec<Sample> {
    let one = |name, label, hint, value, locked| Setting { name, label, hint, value, locked, wrong: false };
    let place = vec![
        one("site_name", "admin-set-name", "admin-set-name-hint", Value::Text("Hillside Choir".into()), true),
        one("sentence", "admin-set-sentence", "", Value::Text("We sing on Tuesdays.".into()), false),
        one("colour", "admin-set-colour", "admin-set-colour-hint", Value::Text("#7a2e8e".into()), false),
        one("support", "admin-set-support", "admin-set-support-hint", Value::Text("choir@example.org".into()), false),
        one("powered_by", "admin-set-made-with", "", Value::Tick(true), false),
    ];
    let invites = vec![
        one("allow_user_invites", "admin-set-members", "", Value::Tick(true), false),
        one("allow_contact_invites", "admin-set-contacts", "admin-set-contacts-hint", Value::Tick(false), true),
        one("max_open_invites", "admin-set-open", "admin-set-limit-hint", Value::Number("5".into()), false),
        one("invite_expiry", "admin-set-life", "", Value::Life("3d".into()), false),
    ];
    let mut parts =
        [Part { title: "admin-set-place", settings: place }, Part { title: "admin-set-invites", settings: invites }];
    let desk = desk(Section::Settings);
    let saved = SettingsPage { site, desk, parts: &parts, owner: true, saved: true, wrong: false }.html();
    let admin = SettingsPage { site, desk, parts: &parts, owner: false, saved: false, wrong: false }.html();
    parts[0].settings[2].wrong = true;
    let wrong = SettingsPage { site, desk, parts: &parts, owner: true, saved: false, wrong: true }.html();
    vec![
        Sample { name: "admin-settings", html: saved },
        Sample { name: "admin-settings-read", html: admin },
        Sample { name: "admin-settings-wrong", html: wrong },
    ]
}

/// Each page that shows what people write, with `text` in every place.
#[cfg(test)]
pub fn evil(world: &World, site: &Site<'_>, text: &str) -> Vec<String> {
    let desk = |section| Desk { section, csrf: "x", name: "x" };
    let person = Person {
        name: text.to_owned(),
        shown: text.to_owned(),
        inviter: Some((text.to_owned(), text.to_owned())),
        groups: vec![text.to_owned()],
        ..everybody(world)[0].clone()
    };
    let people = [person.clone()];
    let (groups, ticks) = ([text.to_owned()], [(text.to_owned(), true)]);
    let find = Find { text, group: text, inviter: text, ..Find::default() };
    let mut pages = vec![
        Overview {
            site,
            desk: desk(Section::Overview),
            people: 2,
            new: 2,
            disabled: 0,
            deleted: 0,
            waiting: 1,
            used: 1,
            expired: 1,
            latest: &people,
        }
        .html(),
        People { site, desk: desk(Section::People), find, groups: &groups, people: &people, first: None, next: None }
            .html(),
        PersonPage {
            address: text,
            groups: &ticks,
            brought: &people,
            said: Some(Said::Groups),
            ..person_page(world, site, &person)
        }
        .html(),
        GroupsPage {
            site,
            desk: desk(Section::Groups),
            groups: &[GroupRow { name: text.to_owned(), members: 1 }],
            typed: text,
            contacts: false,
            trouble: Some(GroupTrouble::BadName),
            removed: text,
        }
        .html(),
        GroupPage {
            site,
            desk: desk(Section::Groups),
            name: text,
            members: &[(text.to_owned(), text.to_owned())],
            first: None,
            next: None,
            typed: text,
            trouble: Some(GroupTrouble::NoAccount),
            left: Some((text.to_owned(), text.to_owned())),
            joined: None,
            contacts: true,
            changed: false,
        }
        .html(),
        RolePage {
            site,
            desk: desk(Section::People),
            name: text,
            shown: text.to_owned(),
            roles: &[Role::Member],
            current: Role::Member,
            problem: None,
        }
        .html(),
        Ask {
            site,
            desk: desk(Section::People),
            title: text.to_owned(),
            lines: vec![text.to_owned()],
            rows: vec![text.to_owned()],
            action: "/admin".to_owned(),
            fields: vec![("name", text.to_owned())],
            submit: text.to_owned(),
            keep: text.to_owned(),
            back: "/admin".into(),
            danger: false,
        }
        .html(),
        Again { site, desk: Desk { name: text, ..desk(Section::People) }, next: text, wrong: false, problem: None }
            .html(),
    ];
    let one = |value| Setting { name: "a", label: "admin-set-name", hint: "", value, locked: false, wrong: false };
    let settings = vec![one(Value::Text(text.into())), one(Value::Number(text.into())), one(Value::Life(text.into()))];
    let parts = [Part { title: "admin-set-place", settings }];
    let page =
        SettingsPage { site, desk: desk(Section::Settings), parts: &parts, owner: true, saved: false, wrong: false };
    pages.push(page.html());
    let key = KeyRow {
        id: text.to_owned(),
        name: text.to_owned(),
        role: Role::Admin,
        scopes: text.to_owned(),
        maker: Some(text.to_owned()),
        used: None,
        expires: None,
        good: true,
    };
    let desk = desk(Section::Keys);
    pages.push(KeysPage { site, desk, keys: &[key], revoked: false }.html());
    pages.push(MakeKey { site, desk, name: text, ticked: &[], roles: &[Role::Admin], trouble: None }.html());
    pages.push(KeyMade { site, desk, name: text, text }.html());
    pages.extend(invites::evil(world, site, text));
    pages
}
