//! The console: who gets in, what its forms refuse, and what an admin can and cannot do.

use axum::http::Method;
use parlour_domain::limits::MINUTE;
use parlour_domain::{AccountState, HostOptions, Role};
use parlour_xmpp::jid::BareJid;

use super::attacks::filled;
use super::world::{Answer, Ask, Browser, PASSWORD, World, host, operator};
use crate::routes::{self, Access};

/// A path of the console that leads to something: its query names somebody.
fn path(route: &str) -> String {
    let path = filled(route, "");
    match path.as_str() {
        one if one.starts_with("/admin/person") => format!("{one}?name=mia"),
        one if one.ends_with("/several") => format!("{one}?act=revoke"),
        one if one.starts_with("/admin/group") => format!("{one}?name=Altos"),
        _ => path,
    }
}

fn of_the_console() -> Vec<(Method, &'static str)> {
    let all = routes::all().into_iter().filter(|route| route.path == "/admin" || route.path.starts_with("/admin/"));
    all.map(|route| {
        assert_eq!(route.access, Access::Admin, "{route:?}");
        (route.method.clone(), route.path)
    })
    .collect()
}

async fn signed_in<'w>(world: &'w World, name: &str, role: Role) -> Browser<'w> {
    world.person(name, role).await;
    let mut browser = world.browser();
    assert_eq!(browser.sign_in(name, PASSWORD).await.status, 303, "{name}");
    browser
}

async fn account(world: &World, name: &str) -> parlour_domain::Account {
    let jid = BareJid::new(&format!("{name}@h.example")).expect("an address");
    world.acts.accounts.account(jid).await.expect("read").expect("there")
}

#[tokio::test]
async fn attack_73_the_console_is_for_admins_of_the_host_as_they_are_now() {
    let options = HostOptions::default();
    let world = World::of(&[("h.example", options.clone()), ("b.example", options)], crate::Exposure::Service).await;
    world.person("mia", Role::Member).await;
    let (mut member, mut limited) =
        (signed_in(&world, "bob", Role::Member).await, signed_in(&world, "lea", Role::Limited).await);
    let (mut admin, mut owner) =
        (signed_in(&world, "ada", Role::Admin).await, signed_in(&world, "olga", Role::Owner).await);
    for (method, route) in of_the_console() {
        let path = path(route);
        let what = format!("{method} {path}");
        let guest = world.send(Ask::new(method.clone(), &path)).await;
        // Another host's admin is nobody here.
        let foreign = world.send(admin.ask(method.clone(), &path).header("host", "b.example")).await;
        for (who, answer) in [("guest", guest), ("foreign", foreign)] {
            if method == Method::GET {
                assert_eq!(answer.status, 303, "{what} as {who}");
                assert!(answer.header("location").starts_with("/me/sign-in?next=%2Fadmin"), "{what} as {who}");
            } else {
                assert_eq!(answer.status, 403, "{what} as {who}");
            }
        }
        for browser in [&mut member, &mut limited] {
            let answer = browser.send(browser.ask(method.clone(), &path)).await;
            assert_eq!(answer.status, 403, "{what} as a member");
            assert!(answer.text().contains("for the people who run"), "{what}: a kind page");
        }
        for browser in [&mut admin, &mut owner] {
            let answer = browser.send(browser.ask(method.clone(), &path)).await;
            match method {
                Method::GET => assert!(matches!(answer.status.as_u16(), 200 | 303 | 404), "{what}: {}", answer.status),
                _ => assert_eq!(answer.status, 403, "{what}: without a form of ours"),
            }
        }
    }
    // A role that is taken away is gone with the next request.
    world.acts.accounts.set_role(&operator(), &account(&world, "ada").await.jid, Role::Member).await.expect("done");
    assert_eq!(admin.get("/admin").await.status, 403);
}

#[tokio::test]
async fn attack_82_every_form_of_the_console_wants_its_own_field() {
    let world = World::new().await;
    world.person("mia", Role::Member).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let mut olga = signed_in(&world, "olga", Role::Owner).await;
    ada.get("/admin").await;
    olga.get("/admin").await;
    for (_, route) in of_the_console().into_iter().filter(|(method, _)| *method == Method::POST) {
        let ask = || ada.ask(Method::POST, route);
        let with = |csrf: &str| ask().form(&[("csrf", csrf), ("name", "mia")]);
        let wrong = [
            ask().form(&[("name", "mia")]),
            with("x"),
            with(&olga.csrf),
            with(&ada.csrf).header("sec-fetch-site", "cross-site"),
            with(&ada.csrf).without("sec-fetch-site"),
            with(&ada.csrf).without("sec-fetch-site").header("origin", "null"),
            with(&ada.csrf).header("content-type", "text/plain"),
        ];
        for (n, ask) in wrong.into_iter().enumerate() {
            assert_eq!(world.send(ask).await.status, 403, "{route} {n}");
        }
    }
    let mia = account(&world, "mia").await;
    assert_eq!((mia.role, mia.state), (Role::Member, AccountState::Active), "nothing of it had an effect");
}

#[tokio::test]
async fn attack_83_signing_in_leads_back_to_the_console_and_nowhere_else() {
    let world = World::new().await;
    world.person("ada", Role::Admin).await;
    let mut browser = world.browser();
    let to = browser.get("/admin/person?name=ada").await.header("location").to_owned();
    browser.get(&to).await;
    let fields = [("name", "ada"), ("password", PASSWORD), ("next", "/admin/person?name=ada")];
    assert_eq!(browser.post("/me/sign-in", &fields).await.header("location"), "/admin/person?name=ada");
    for evil in ["//evil.example", "https://evil.example/admin", "/\\evil.example", "/i/x", "/me/../i/x"] {
        browser.get("/admin/again").await;
        let done = browser.post("/admin/again", &[("next", evil), ("password", PASSWORD)]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/admin"), "{evil}");
    }
}

#[tokio::test]
async fn what_matters_asks_for_the_password_again() {
    let world = World::new().await;
    world.person("mia", Role::Member).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    assert_eq!(ada.get("/admin/person/delete?name=mia").await.status, 200, "signed in just now");
    let old = ada.jar["__Host-session"].clone();
    world.clock.pass(14 * MINUTE);
    ada.get("/admin/person?name=mia").await;
    world.clock.pass(2 * MINUTE);
    for page in ["/admin/person/delete?name=mia", "/admin/person/role?name=mia"] {
        let answer = ada.get(page).await;
        assert!(answer.header("location").starts_with("/admin/again?next=%2Fadmin%2Fperson"), "{page}");
    }
    // The form that is still open is no way round.
    let late = ada.post("/admin/person/delete", &[("name", "mia")]).await;
    assert!(late.header("location").starts_with("/admin/again"));
    assert!(account(&world, "mia").await.is_active());
    ada.get("/admin/again?next=%2Fadmin%2Fperson%2Fdelete%3Fname%3Dmia").await;
    let next = ("next", "/admin/person/delete?name=mia");
    assert_eq!(ada.post("/admin/again", &[next, ("password", "not this one")]).await.status, 400);
    let on = ada.post("/admin/again", &[next, ("password", PASSWORD)]).await;
    assert_eq!(on.header("location"), "/admin/person/delete?name=mia");
    assert_ne!(ada.jar["__Host-session"], old);
    let page = ada.get(on.header("location")).await;
    assert!(page.text().contains("Delete the account of") && page.text().contains("mia"));
    // The session of before is over.
    let mut stolen = world.browser();
    stolen.jar.insert("__Host-session".into(), old);
    assert_eq!(stolen.get("/admin").await.status, 303);
}

#[tokio::test]
async fn people_are_found_changed_and_brought_back() {
    let world = World::new().await;
    for name in ["mia", "mila", "tom"] {
        world.person(name, Role::Member).await;
    }
    let ada = &mut signed_in(&world, "ada", Role::Admin).await;
    let list = ada.get("/admin/people?q=MI").await;
    assert!(list.text().contains(">mia<") && list.text().contains(">mila<") && !list.text().contains(">tom<"));
    assert!(!ada.get("/admin/people?q=%25").await.text().contains(">mia<"), "no wildcard");
    assert!(ada.get("/admin/people?role=admin").await.text().contains("<a href=\"/admin/person?name=ada\">"));
    assert!(!ada.get("/admin/people?role=admin").await.text().contains(">tom<"));
    world.acts.groups.create(&operator(), host(), "Altos & co".into(), false).await.expect("made");
    ada.get("/admin/person?name=mia").await;
    let done = ada.post("/admin/person/groups", &[("name", "mia"), ("group.Altos & co", "on")]).await;
    assert_eq!(done.header("location"), "/admin/person?name=mia&done=groups");
    assert!(ada.get("/admin/people?group=Altos%20%26%20co").await.text().contains(">mia<"));
    ada.get("/admin/person?name=mia").await;
    ada.post("/admin/person/groups", &[("name", "mia")]).await;
    assert!(!ada.get("/admin/people?group=Altos%20%26%20co").await.text().contains(">mia<"));

    let act = async |ada: &mut Browser<'_>, act: &str| {
        ada.get("/admin/person?name=mia").await;
        let done: Answer = ada.post(&format!("/admin/person/{act}"), &[("name", "mia")]).await;
        assert_eq!(done.status, 303, "{act}");
        ada.get(done.header("location")).await.text().to_owned()
    };
    let page = act(ada, "disable").await;
    assert!(page.contains("is switched off.") && page.contains("action=\"/admin/person/enable\""), "with undo");
    assert!(!account(&world, "mia").await.is_active());
    assert!(ada.get("/admin/people?state=disabled").await.text().contains(">mia<"));
    assert!(act(ada, "enable").await.contains("can sign in again"));
    assert!(act(ada, "delete").await.contains("action=\"/admin/person/restore\""));
    assert!(ada.get("/admin").await.text().contains("One deleted account"));
    assert!(act(ada, "restore").await.contains("is back"));
    assert!(account(&world, "mia").await.is_active());
    for missing in
        ["/admin/person?name=nobody", "/admin/person?name=mia%40b.example", "/admin/person", "/admin/person?name=%2F"]
    {
        assert_eq!(ada.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn attack_97_an_admin_grants_nothing_above_themselves() {
    let world = World::new().await;
    world.person("mia", Role::Member).await;
    world.person("olga", Role::Owner).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let page = ada.get("/admin/person/role?name=mia").await;
    assert!(page.text().contains("value=\"admin\"") && !page.text().contains("value=\"owner\""));
    assert_eq!(ada.post("/admin/person/role", &[("name", "mia"), ("role", "owner")]).await.status, 400);
    for (name, act) in [("olga", "disable"), ("olga", "delete"), ("olga", "role"), ("ada", "role"), ("ada", "delete")] {
        ada.get("/admin").await;
        let tried = ada.post(&format!("/admin/person/{act}"), &[("name", name), ("role", "member")]).await;
        assert!(tried.header("location").contains("trouble="), "{name} {act}: {}", tried.status);
        assert!(ada.get(tried.header("location")).await.text().contains("class=\"note bad\""));
    }
    assert_eq!(account(&world, "mia").await.role, Role::Member);
    assert_eq!(account(&world, "ada").await.role, Role::Admin);
    assert!(account(&world, "olga").await.is_active());
    ada.get("/admin/person/role?name=mia").await;
    let done = ada.post("/admin/person/role", &[("name", "mia"), ("role", "admin")]).await;
    assert_eq!(done.header("location"), "/admin/person?name=mia&done=role");
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    let world = World::new().await;
    world.person("otto", Role::Owner).await;
    let mut olga = signed_in(&world, "olga", Role::Owner).await;
    // Two owners: one may step down, by the other's hand.
    olga.get("/admin/person/role?name=otto").await;
    assert_eq!(olga.post("/admin/person/role", &[("name", "otto"), ("role", "member")]).await.status, 303);
    // The only one cannot be made anything else, whoever asks here.
    olga.get("/admin").await;
    for act in ["role", "disable", "delete"] {
        let tried = olga.post(&format!("/admin/person/{act}"), &[("name", "olga"), ("role", "member")]).await;
        assert!(tried.header("location").ends_with("trouble=yourself"), "{act}");
    }
    assert_eq!(account(&world, "olga").await.role, Role::Owner);
}

#[tokio::test]
async fn a_full_page_of_people_is_small_and_pages_show_each_once() {
    let world = World::new().await;
    for n in 0..30 {
        world.person(&format!("person-with-quite-a-long-name-{n:03}"), Role::Member).await;
    }
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let first = ada.get("/admin/people").await;
    assert!(first.body.len() < 50_000, "{} bytes", first.body.len());
    let names = |page: &Answer| {
        let rows = page.text().split("class=\"first\"><b><a href=\"").skip(1);
        rows.filter_map(|row| row.split('"').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (_, rest) = first.text().split_once("/admin/people?after=").expect("another page");
    let next = format!("/admin/people?after={}", rest.split('"').next().unwrap_or_default());
    let mut all = names(&first);
    assert_eq!(all.len(), 25);
    all.extend(names(&ada.get(&next).await));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 31);
}

#[tokio::test]
async fn groups_are_made_filled_and_deleted() {
    let world = World::new().await;
    world.person("mia", Role::Member).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    ada.get("/admin/groups").await;
    let name = "Altos & \"co\" / 50%";
    let made = ada.post("/admin/groups", &[("name", name)]).await;
    let path = made.header("location").to_owned();
    assert_eq!(made.status, 303);
    assert_eq!(ada.get(&path).await.status, 200, "{path}");
    ada.get("/admin/groups").await;
    assert_eq!(ada.post("/admin/groups", &[("name", name)]).await.status, 400, "twice");
    for bad in ["", &"x".repeat(65), "a\u{7}b"] {
        assert_eq!(ada.post("/admin/groups", &[("name", bad)]).await.status, 400, "{bad:?}");
    }
    for (person, status) in [("nobody", 400), ("mia@b.example", 400), ("a b", 400), ("mia@h.example", 303)] {
        ada.get(&path).await;
        assert_eq!(
            ada.post("/admin/group/add", &[("name", name), ("person", person)]).await.status,
            status,
            "{person}"
        );
    }
    assert!(ada.get(&path).await.text().contains("name=mia\"><b>mia</b></a>"));
    let out = ada.post("/admin/group/remove", &[("name", name), ("person", "mia")]).await;
    let page = ada.get(out.header("location")).await;
    assert!(page.text().contains("no longer belongs") && !page.text().contains("name=mia\"><b>mia</b></a>"));
    ada.post("/admin/group/add", &[("name", name), ("person", "mia")]).await;
    let ask = ada.get(&path.replace("/group?", "/group/delete?")).await;
    assert!(ask.text().contains("One person belongs to it"));
    let gone = ada.post("/admin/group/delete", &[("name", name)]).await;
    assert!(ada.get(gone.header("location")).await.text().contains("is deleted."));
    assert_eq!(ada.get(&path).await.status, 404);
    assert!(world.has("mia").await);
}

#[tokio::test]
async fn invites_of_every_kind_are_made_found_changed_and_taken_back() {
    let world = World::new().await;
    let mia = world.person("mia", Role::Member).await;
    world.acts.groups.create(&operator(), host(), "Altos".into(), false).await.expect("made");
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let make = async |ada: &mut Browser<'_>, fields: &[(&str, &str)]| {
        ada.get("/admin/invites/new").await;
        ada.post("/admin/invites/new", fields).await
    };
    for (fields, status) in [
        (&[("kind", "contact"), ("how", "one"), ("hello", "Come in!")][..], 303),
        (&[("kind", "only-contact"), ("how", "one")], 303),
        (&[("kind", "account"), ("how", "one"), ("name", "kept"), ("role", "admin"), ("group.Altos", "on")], 303),
        (&[("kind", "account"), ("how", "one"), ("name", "mia")], 400),
        (&[("kind", "account"), ("how", "one"), ("role", "owner")], 400),
        (&[("kind", "account"), ("how", "one"), ("group.Basses", "on")], 400),
        (&[("kind", "account"), ("how", "group")], 400),
        (&[("kind", "account"), ("how", "group"), ("number", "5001")], 400),
        (&[("kind", "account"), ("how", "group"), ("number", "-1")], 400),
        (&[("kind", "account"), ("how", "group"), ("number", "9"), ("name", "x")], 400),
        (&[("kind", "only-contact"), ("how", "group"), ("number", "9")], 400),
        (&[("kind", "account"), ("how", "many"), ("number", "201")], 400),
        (&[("kind", "account"), ("how", "one"), ("until", "2001-01-01")], 400),
        (&[("kind", "account"), ("how", "one"), ("until", "soon")], 400),
        (&[("kind", "account"), ("how", "one"), ("expires", "99y")], 400),
        (&[("kind", "owner"), ("how", "one")], 400),
        (&[("kind", "reset"), ("how", "one"), ("name", "mia")], 400),
    ] {
        let answer = make(&mut ada, fields).await;
        assert_eq!(answer.status, status, "{fields:?}");
        if status == 400 {
            assert!(answer.text().contains("role=\"alert\""), "{fields:?}");
        }
    }
    let group = [("kind", "account"), ("how", "group"), ("number", "9"), ("note", "<b>Altos</b>"), ("expires", "1d")];
    let made = make(&mut ada, &group).await;
    let path = made.header("location").split('?').next().unwrap_or_default().to_owned();
    let page = ada.get(made.header("location")).await;
    assert!(page.text().contains("Ready to share") && page.text().contains("https://h.example/i/"));
    let id = path.rsplit('/').next().expect("an id").to_owned();
    let invite = world.kept(&id).await;
    assert_eq!((invite.max_uses, invite.expires - invite.created), (9, parlour_domain::limits::DAY));
    // Lists and filters; the note is text.
    let list = ada.get("/admin/invites?q=altos").await;
    assert!(list.text().contains(&id) && list.text().contains("&#60;b&#62;Altos"));
    for (query, there) in [("kind=contact", false), ("state=waiting", true), ("state=used", false), ("by=mia", false)] {
        assert_eq!(ada.get(&format!("/admin/invites?{query}")).await.text().contains(&id), there, "{query}");
    }
    // Changed.
    ada.get(&format!("{path}/change")).await;
    let changed = ada.post(&format!("{path}/change"), &[("uses", "12"), ("expires", "7d"), ("until", "")]).await;
    assert_eq!(changed.status, 303);
    let invite = world.kept(&id).await;
    assert_eq!((invite.max_uses, invite.expires), (12, super::world::NOW + 7 * parlour_domain::limits::DAY));
    for bad in [("uses", "0"), ("uses", "many"), ("until", "1999-12-31")] {
        assert_eq!(ada.post(&format!("{path}/change"), &[bad]).await.status, 400, "{bad:?}");
    }
    // Taken back, and made again.
    let ask = ada.get(&format!("{path}/revoke")).await;
    assert!(ask.text().contains("&#60;b&#62;Altos") && world.kept(&id).await.revoked.is_none());
    let back = ada.post(&format!("{path}/revoke"), &[]).await;
    let page = ada.get(back.header("location")).await;
    assert!(page.text().contains("was taken back") && page.text().contains(&format!("action=\"{path}/renew\"")));
    assert!(!page.text().contains("https://h.example/i/"), "a dead link is not shown");
    let again = ada.post(&format!("{path}/renew"), &[]).await;
    assert_ne!(again.header("location").split('?').next(), Some(path.as_str()));
    assert_eq!(ada.get(again.header("location")).await.status, 200);
    assert_eq!(ada.post(&format!("{path}/renew"), &[]).await.status, 400, "twice");
    // A member's are there for an admin, a token is no id.
    let (theirs, token) = world.invite(&mia, Default::default()).await;
    assert_eq!(ada.get(&format!("/admin/invites/{}", theirs.id)).await.status, 200);
    assert_eq!(ada.get(&format!("/admin/invites/{token}")).await.status, 404);
}

#[tokio::test]
async fn many_links_are_made_listed_saved_and_printed_at_once() {
    let world = World::new().await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    ada.get("/admin/invites/new").await;
    let fields = [("kind", "account"), ("how", "many"), ("number", "30"), ("note", "=HYPERLINK(\"x\"), intake")];
    let made = ada.post("/admin/invites/new", &fields).await;
    let to = made.header("location").to_owned();
    assert!(to.starts_with("/admin/invites/batch?ids="), "{to}");
    let page = ada.get(&to).await;
    assert_eq!(page.text().matches("https://h.example/i/").count(), 30);
    assert!(page.body.len() < 50_000);
    let file = ada.get(&to.replace("batch?", "batch.csv?")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.text().lines().count(), 31);
    assert!(file.text().contains("\"'=HYPERLINK(\"\"x\"\"), intake\""), "no formula: {}", file.text());
    let sheet = ada.get(&to.replace("batch?", "sheet?")).await;
    assert_eq!(sheet.text().matches("class=\"slip\"").count(), 30);
    assert_eq!(sheet.text().matches("class=\"qr\"").count(), 30);
    // The list's pages, full.
    let list = ada.get("/admin/invites").await;
    assert!(list.body.len() < 50_000, "{} bytes", list.body.len());
    assert_eq!(list.text().matches("type=\"checkbox\"").count(), 25);
}

#[tokio::test]
async fn several_are_taken_back_made_again_and_given_time_with_a_question_before() {
    let world = World::new().await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let mut ids = Vec::new();
    for note in ["first", "second", "third"] {
        let wish = parlour_domain::invite::issue::Wish { note: Some(note.into()), ..Default::default() };
        ids.push(world.invite(&operator(), wish).await.0.id.to_string());
    }
    let none = ada.get("/admin/invites/several?act=revoke").await;
    assert!(ada.get(none.header("location")).await.text().contains("Tick the invitations first."));
    let ask = ada.get(&format!("/admin/invites/several?act=revoke&pick.{}=on&pick.{}=on", ids[0], ids[1])).await;
    assert!(ask.text().contains("Take these") && ask.text().contains("first") && !ask.text().contains("third"));
    assert!(world.kept(&ids[0]).await.revoked.is_none(), "asking changes nothing");
    let two = format!("{}.{}", ids[0], ids[1]);
    let done = ada.post("/admin/invites/several", &[("act", "revoke"), ("ids", &two)]).await;
    assert_eq!(done.status, 200);
    assert!(done.text().contains("Make again") && done.text().contains(&format!("value=\"{two}\"")));
    assert!(world.kept(&ids[0]).await.revoked.is_some() && world.kept(&ids[2]).await.revoked.is_none());
    let again = ada.post("/admin/invites/several", &[("act", "renew"), ("ids", &two)]).await;
    assert!(again.text().contains("/admin/invites/batch?ids="));
    assert_eq!(ada.get("/admin/invites?state=waiting").await.text().matches("type=\"checkbox\"").count(), 3);
    world.clock.pass(5 * parlour_domain::limits::DAY);
    ada.get("/admin").await;
    let more =
        ada.post("/admin/invites/several", &[("act", "extend"), ("ids", &format!("{}.{}", ids[0], ids[2]))]).await;
    assert!(more.text().contains("Stays as it is") && more.text().contains("Changed"));
    assert_eq!(world.kept(&ids[2]).await.expires, super::world::NOW + 12 * parlour_domain::limits::DAY);
    let bad = ada.post("/admin/invites/several", &[("act", "explode"), ("ids", &two)]).await;
    assert_eq!(bad.status, 400);
}

#[tokio::test]
async fn attack_97_attack_99_a_reset_link_needs_a_role_at_least_the_targets() {
    let world = World::new().await;
    for (name, role) in [("mia", Role::Member), ("abe", Role::Admin), ("olga", Role::Owner)] {
        world.person(name, role).await;
    }
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    for (name, may) in [("mia", true), ("abe", true), ("olga", false), ("ada", false)] {
        ada.get("/admin").await;
        let made = ada.post("/admin/person/reset", &[("name", name)]).await;
        assert_eq!(made.header("location").starts_with("/admin/invites/"), may, "{name}");
        if may {
            let page = ada.get(made.header("location")).await;
            assert!(page.text().contains("https://h.example/i/") && page.text().contains("nobody else"));
        }
    }
    // It is no invitation among others.
    assert!(!ada.get("/admin/invites").await.text().contains("type=\"checkbox\""));
    assert!(ada.get("/admin/invites?kind=reset").await.text().contains("type=\"checkbox\""));
    world.clock.pass(16 * MINUTE);
    ada.get("/admin").await;
    let list = ada.get("/admin/invites?kind=reset").await;
    let id =
        list.text().split_once("name=\"pick.").and_then(|(_, rest)| rest.split('"').next()).expect("one").to_owned();
    for path in
        [format!("/admin/invites/{id}"), format!("/admin/invites/batch?ids={id}"), format!("/admin/invites/{id}/print")]
    {
        assert!(!ada.get(&path).await.text().contains("https://h.example/i/"), "{path}");
    }
    ada.get("/admin").await;
    let renewed = ada.post("/admin/invites/several", &[("act", "renew"), ("ids", &id)]).await;
    assert!(renewed.header("location").starts_with("/admin/again"), "not without the password");
    let late = ada.post("/admin/person/reset", &[("name", "mia")]).await;
    assert!(late.header("location").starts_with("/admin/again"), "not without the password");
}

#[tokio::test]
async fn somebody_is_signed_out_everywhere_and_a_group_makes_contacts() {
    let world = World::new().await;
    let mut mia = signed_in(&world, "mia", Role::Member).await;
    world.person("olga", Role::Owner).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    assert!(ada.get("/admin/person?name=mia").await.text().contains("In one browser"));
    assert_eq!(ada.get("/admin/person/sign-out?name=mia").await.status, 200);
    assert_eq!(mia.get("/me").await.status, 200, "asking changes nothing");
    let out = ada.post("/admin/person/sign-out", &[("name", "mia")]).await;
    assert!(ada.get(out.header("location")).await.text().contains("is signed out everywhere."));
    assert_eq!(mia.get("/me").await.status, 303);
    // Judged in the act too, whatever a door lets through.
    let olga = account(&world, "olga").await.jid;
    let by = parlour_domain::By::account(account(&world, "ada").await.jid, Role::Owner, parlour_domain::Door::Web, 1);
    assert!(world.acts.accounts.sign_out(&by, &olga).await.is_err(), "an admin is no owner for saying so");

    ada.get("/admin/groups").await;
    let made = ada.post("/admin/groups", &[("name", "Altos"), ("contacts", "on")]).await;
    let contacts = async || world.acts.groups.list(host()).await.expect("read")[0].contacts;
    assert!(contacts().await);
    ada.get(made.header("location")).await;
    let off = ada.post("/admin/group/contacts", &[("name", "Altos")]).await;
    assert!(ada.get(off.header("location")).await.text().contains("not made each other"));
    assert!(!contacts().await);
    ada.post("/admin/group/contacts", &[("name", "Altos"), ("contacts", "on")]).await;
    assert!(contacts().await);
}

#[tokio::test]
async fn owners_change_settings_and_what_the_file_sets_stays() {
    let mut table = HostOptions { site_name: Some("From the file".into()), ..HostOptions::default() };
    table.invites.allow_contact_invites = Some(false);
    let world = World::with(table).await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    let mut olga = signed_in(&world, "olga", Role::Owner).await;
    let page = ada.get("/admin/settings").await;
    assert!(page.text().contains("Only an owner") && !page.text().contains(">Save<"));
    let page = olga.get("/admin/settings").await;
    assert_eq!(page.text().matches("Fixed by the configuration file.").count(), 2);
    let fields = [
        ("site_name", "Another name"),
        ("sentence", "We sing."),
        ("colour", "#7a2e8e"),
        ("support", "choir@example.org, https://example.org/help"),
        ("terms", ""),
        ("privacy", ""),
        ("allow_registration", "on"),
        ("allow_contact_invites", "on"),
        ("max_open_invites", "2"),
        ("max_invites_per_day", "10"),
        ("invite_expiry", "1d"),
        ("public_url", "https://evil.example"),
        ("registration_invite_only", ""),
    ];
    let with = |name: &str, value: &'static str| {
        fields.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect::<Vec<_>>()
    };
    for (name, value) in [
        ("colour", "red; background: url(x)"),
        ("support", "javascript:alert(1)"),
        ("terms", "javascript:alert(1)"),
        ("privacy", "//evil.example"),
        ("max_open_invites", "-1"),
        ("max_open_invites", "many"),
        ("invite_expiry", "0"),
        ("invite_expiry", "99y"),
        ("sentence", "a\u{7}b"),
    ] {
        let refused = olga.post("/admin/settings", &with(name, value)).await;
        assert_eq!(refused.status, 400, "{name}: {value}");
        assert!(refused.text().contains("This can’t be used."), "{name}");
    }
    assert_eq!(olga.post("/admin/settings", &fields).await.header("location"), "/admin/settings?saved=1");
    let row = world.acts.hosts.host(host()).await.expect("read").expect("there").options;
    // Nothing that the file sets or that is as it would be anyway is written down; nothing that is the operator's.
    assert_eq!(row.site_name, None);
    assert_eq!((row.invites.allow_contact_invites, row.invites.allow_registration), (None, None));
    assert_eq!((row.invites.allow_user_invites, row.invites.max_invites_per_day), (Some(false), None));
    assert_eq!((row.invites.max_open_invites, row.public_url), (Some(2), None));
    assert_eq!(row.contact.support, ["mailto:choir@example.org", "https://example.org/help"]);
    let page = olga.get("/admin/settings").await;
    assert!(page.text().contains("From the file") && page.text().contains("value=\"We sing.\""));
    // An admin's hand-made form changes nothing.
    ada.get("/admin").await;
    assert_eq!(ada.post("/admin/settings", &fields).await.status, 403);
}

#[tokio::test]
async fn keys_are_shown_once_and_taken_back() {
    let world = World::new().await;
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    ada.get("/admin/keys/new").await;
    let whole = [("name", "Website"), ("role", "admin"), ("scope.invites:write", "on"), ("expires", "28d")];
    for (n, fields) in [
        &[("name", ""), ("role", "admin"), ("scope.invites:write", "on")][..],
        &[("name", "x"), ("role", "admin")],
        &[("name", "x"), ("role", "owner"), ("scope.invites:write", "on")],
        &[("name", "x"), ("role", "member"), ("scope.invites:write", "on")],
        &[("name", "x"), ("role", "admin"), ("scope.everything", "on")],
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(ada.post("/admin/keys/new", fields).await.status, 400, "attack 97: {n}");
        ada.get("/admin/keys/new").await;
    }
    let made = ada.post("/admin/keys/new", &whole).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"));
    let text =
        made.text().split_once("dir=\"ltr\" value=\"").and_then(|(_, rest)| rest.split('"').next()).expect("a key");
    assert!(world.acts.api_keys.open(&host(), text).await.expect("read").is_some(), "it is good");
    let list = ada.get("/admin/keys").await;
    assert!(list.text().contains("Website") && !list.text().contains(text), "shown once");
    let id =
        list.text().split_once("revoke?id=").and_then(|(_, rest)| rest.split('"').next()).expect("an id").to_owned();
    assert!(ada.get(&format!("/admin/keys/revoke?id={id}")).await.text().contains("Website"));
    let back = ada.post("/admin/keys/revoke", &[("id", &id)]).await;
    assert!(ada.get(back.header("location")).await.text().contains("was taken back"));
    assert!(world.acts.api_keys.open(&host(), text).await.expect("read").is_none());
    assert_eq!(ada.post("/admin/keys/revoke", &[("id", "nothing")]).await.status, 404);
    world.clock.pass(16 * MINUTE);
    assert!(ada.get("/admin/keys/new").await.header("location").starts_with("/admin/again"));
}

#[tokio::test]
async fn a_list_is_looked_at_line_by_line_and_made_as_a_whole() {
    let world = World::new().await;
    world.person("mia", Role::Member).await;
    world.acts.groups.create(&operator(), host(), "Altos".into(), false).await.expect("made");
    let mut ada = signed_in(&world, "ada", Role::Admin).await;
    ada.get("/admin/invites/import").await;
    let post = async |ada: &mut Browser<'_>, list: &str, step: &str| {
        ada.post("/admin/invites/import", &[("list", list), ("step", step)]).await
    };
    for (list, says) in [
        ("", "first line must name"),
        ("note\n", "no people"),
        ("a,b\n1,2", "first line must name"),
        ("username\nmia", "The name is taken."),
        ("username\nJuliet\njuliet", "stands on the list twice"),
        ("username\n\"a b\"", "no spaces"),
        ("note,role\nx,emperor", "no such role"),
        ("note,role\nx,owner", "above your own"),
        ("note,group\nx,Basses", "groups is no longer there"),
        (&format!("note\n{}", "x\n".repeat(201)), "At most 200"),
    ] {
        for step in ["look", "make"] {
            let answer = post(&mut ada, list, step).await;
            assert_eq!(answer.status, 400, "attack 97: {list:?}");
            assert!(answer.text().contains(says), "{list:?}: {says}");
        }
    }
    let good = "\u{feff}Note;Username;Role;Group\nJuliet <3;juliet;admin;Altos\n\n\"Nurse; the\";;;";
    let look = post(&mut ada, good, "look").await;
    assert_eq!(look.status, 200);
    assert!(look.text().contains("Juliet &#60;3") && look.text().contains("Nurse; the"), "understood");
    assert!(!ada.get("/admin/invites").await.text().contains("type=\"checkbox\""), "a look makes nothing");
    let made = post(&mut ada, good, "make").await;
    let page = ada.get(made.header("location")).await;
    assert_eq!(page.text().matches("https://h.example/i/").count(), 2);
    let list = ada.get("/admin/invites?q=nurse").await;
    assert_eq!(list.text().matches("type=\"checkbox\"").count(), 1);
    let again = good.replace("Juliet <3;juliet;admin;Altos\n", "") + "\nJuliet;juliet;;";
    assert_eq!(post(&mut ada, &again, "make").await.status, 400, "the name is promised by now");
    let open = ada.get("/admin/invites?state=waiting").await;
    assert_eq!(open.text().matches("type=\"checkbox\"").count(), 2, "all or none");
}
