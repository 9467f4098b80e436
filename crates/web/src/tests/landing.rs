//! What an invitee sees: apps and how to set them up, a password made for them, joining without an invitation, printing.

use axum::http::Method;
use parlour_domain::invite::issue::Wish;
use parlour_domain::options::{BrandOptions, InviteOptions};
use parlour_domain::{HostOptions, InviteKind, Role};

use super::world::{Ask, PASSWORD, World, host, operator};

const ANDROID: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile";

fn invites(change: impl FnOnce(&mut InviteOptions)) -> HostOptions {
    let mut invites = InviteOptions::default();
    change(&mut invites);
    HostOptions { invites, ..HostOptions::default() }
}

#[tokio::test]
async fn vector_67_an_app_that_opens_invites_gets_the_button_and_others_the_form() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    let uri = format!("xmpp:alice@h.example?roster;preauth={token};ibr=y");
    for (app, opens) in [("conversations", true), ("monal", true), ("gajim", false), ("dino", false), ("movim", false)]
    {
        let page = world.get(&format!("/i/{token}/app/{app}")).await;
        assert_eq!(page.status, 200, "{app}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.headers.get("link"), None, "the landing page alone has it");
        assert_eq!(page.text().contains(&format!("href=\"{uri}\"")), opens, "{app}");
        assert_eq!(page.text().matches("xmpp:").count() > 0, opens, "{app}: no button that does nothing");
        assert!(page.text().contains(&format!("href=\"/i/{token}/register?app={app}\"")), "{app}");
    }
    let landing = world.send(Ask::new(Method::GET, &format!("/i/{token}")).header("user-agent", ANDROID)).await;
    for app in ["conversations", "gajim", "monal"] {
        assert!(
            landing.text().contains(&format!("href=\"/i/{token}/app/{app}\"")),
            "{app} is listed, for whatever device"
        );
    }
    // Nothing was counted, and no other app is made up.
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 0);
    let unknown = world.get(&format!("/i/{token}/app/none")).await;
    assert_eq!((unknown.status.as_u16(), unknown.header("location")), (303, format!("/i/{token}").as_str()));
    assert_eq!(world.get(&format!("/i/{}/app/gajim", "A".repeat(26))).await.status, 404);
    let reset = Wish { kind: Some(InviteKind::Reset), name: Some("alice".into()), ..Wish::default() };
    let (_, reset) = world.invite(&operator(), reset).await;
    assert_eq!(world.get(&format!("/i/{reset}/app/conversations")).await.header("location"), format!("/i/{reset}"));
}

#[tokio::test]
async fn vector_66_a_contact_alone_is_set_up_without_a_form() {
    let world = World::with(invites(|i| i.allow_user_invites = Some(false))).await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    for app in ["conversations", "gajim"] {
        let page = world.get(&format!("/i/{token}/app/{app}")).await;
        assert!(!page.text().contains("/register"), "{app}");
        let address = page.text().contains("value=\"alice@h.example\"");
        assert_eq!(address, app == "gajim", "who cannot open it is given the address to add");
    }
}

#[tokio::test]
async fn vector_69_the_app_chosen_before_is_there_after_joining() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut browser = world.browser();
    let form = browser.get(&format!("/i/{token}/register?app=gajim")).await;
    assert!(form.text().contains("name=\"app\" value=\"gajim\""));
    let odd = browser.get(&format!("/i/{token}/register?app=%22%3E%3Cb%3E")).await;
    assert!(!odd.text().contains("name=\"app\"") && !odd.text().contains("<b>\""));
    let path = format!("/i/{token}/register");
    let wrong = browser.post(&path, &[("name", "juliet"), ("password", "short"), ("app", "gajim")]).await;
    assert!(wrong.text().contains("name=\"app\" value=\"gajim\""), "it stays while something is wrong");
    let done = browser.post(&path, &[("name", "juliet"), ("password", PASSWORD), ("app", "gajim")]).await;
    assert!(done.text().contains("https://gajim.org/download/") && !done.text().contains(PASSWORD));
}

#[tokio::test]
async fn vector_69_a_password_made_for_somebody_is_shown_once_and_works() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    // The name is judged first, and burns nothing.
    assert_eq!(browser.post(&path, &[("name", "admin"), ("make", "1")]).await.status, 400);
    let done = browser.post(&path, &[("name", "juliet"), ("password", ""), ("make", "1")]).await;
    assert_eq!((done.status.as_u16(), done.header("cache-control")), (200, "no-store"));
    let field = done.text().split("id=\"made\"").nth(1).expect("a password").split("value=\"").nth(1).expect("a value");
    let made = field.split('"').next().expect("an end").to_owned();
    assert_eq!((made.len(), made.matches('-').count()), (27, 3), "{made}");
    let mut file = done.text().split("download=\"h.example.txt\"");
    let before = file.next().expect("a file");
    assert!(before.rsplit("href=\"").next().expect("an address").starts_with("data:text/plain;charset=utf-8,"));
    assert_eq!(browser.sign_in("juliet", &made).await.status, 303);
    // A reset can make one too.
    let reset = Wish { kind: Some(InviteKind::Reset), name: Some("juliet".into()), ..Wish::default() };
    let (_, reset) = world.invite(&operator(), reset).await;
    let path = format!("/i/{reset}/reset");
    let mut browser = world.browser();
    browser.get(&path).await;
    let done = browser.post(&path, &[("make", "1")]).await;
    assert!(done.text().contains("id=\"made\"") && !done.text().contains(&made));
    assert_eq!(browser.sign_in("juliet", &made).await.status, 400);
}

#[tokio::test]
async fn where_everybody_may_join_the_form_stands_open_and_elsewhere_says_what_is_needed() {
    let closed = World::new().await;
    let home = closed.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.text().contains("/me/sign-in") && !home.text().contains("href=\"/register\""));
    let asked = closed.get("/register").await;
    assert_eq!(asked.status, 200);
    assert_eq!(asked.csrf(), None, "no form");
    let mut browser = closed.browser();
    browser.get("/me/sign-in").await;
    let sent = browser.post("/register", &[("name", "juliet"), ("password", PASSWORD)]).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/register"));
    assert!(!closed.has("juliet").await);

    let open = World::with(invites(|i| i.registration_invite_only = Some(false))).await;
    assert!(open.get("/").await.text().contains("href=\"/register\""));
    open.person("romeo", Role::Member).await;
    let mut browser = open.browser();
    assert_eq!(browser.get("/register").await.status, 200);
    let good = [("name", "juliet"), ("password", PASSWORD)];
    assert_eq!(
        open.send(Ask::new(Method::POST, "/register").form(&good)).await.status,
        403,
        "a field of ours is needed"
    );
    for (name, password) in [("romeo", PASSWORD), ("admin", PASSWORD), ("juliet", "12345678"), ("", "")] {
        let wrong = browser.post("/register", &[("name", name), ("password", password)]).await;
        assert_eq!(wrong.status, 400, "{name}");
        assert!(wrong.text().contains("action=\"/register\""), "{name}");
    }
    let done = browser.post("/register", &good).await;
    assert_eq!(done.status, 200);
    assert!(open.has("juliet").await);
    let jid = parlour_xmpp::jid::BareJid::new("juliet@h.example").expect("an address");
    assert_eq!(open.acts.accounts.account(jid).await.expect("read").expect("there").role, Role::Member);
    let plain = open.send(Ask::new(Method::GET, "/register").plain("203.0.113.9")).await;
    assert_eq!(plain.status, 403, "passwords need https");
}

#[tokio::test]
async fn vector_74_attack_94_joining_without_an_invitation_is_throttled() {
    let world = World::with(invites(|i| i.registration_invite_only = Some(false))).await;
    let mut browser = world.browser();
    browser.get("/register").await;
    let mut statuses = Vec::new();
    for n in 0..60 {
        let name = format!("guest{n}");
        let answer = browser.post("/register", &[("name", &name), ("password", PASSWORD)]).await;
        statuses.push(answer.status.as_u16());
        if answer.status == 429 {
            assert!(!answer.header("retry-after").is_empty());
            break;
        }
        browser.get("/register").await;
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert!(statuses.len() > 5, "a family may join at once: {statuses:?}");
}

#[tokio::test]
async fn an_invitation_is_printed_by_its_maker_alone() {
    let world = World::new().await;
    let owner = world.person("olivia", Role::Owner).await;
    let (group, token) = world.invite(&owner, Wish { max_uses: Some(20), ..Wish::default() }).await;
    let (single, _) = world.invite(&owner, Wish::default()).await;
    let mut browser = world.browser();
    let path = format!("/me/invites/{}/print", group.id);
    assert_eq!(browser.get(&path).await.status, 303, "a guest signs in first");
    browser.sign_in("olivia", PASSWORD).await;
    for (ask, slips) in [("", 1), ("?n=8", 8), ("?n=24", 24), ("?n=5000", 1)] {
        let page = browser.get(&format!("{path}{ask}")).await;
        assert_eq!(page.text().matches("class=\"slip\"").count(), slips, "{ask}");
        assert_eq!(page.text().matches("<symbol").count(), 1, "the square is drawn once");
        assert!(page.text().contains(&format!(">h.example/i/{token}</p>")) && page.body.len() < 50_000);
    }
    let one = browser.get(&format!("/me/invites/{}/print?n=24", single.id)).await;
    assert_eq!(one.text().matches("class=\"slip\"").count(), 1, "a link for one is not for 24");
    world.person("bob", Role::Member).await;
    let mut bob = world.browser();
    bob.sign_in("bob", PASSWORD).await;
    assert_eq!(bob.get(&path).await.status, 404);
}

#[tokio::test]
async fn how_many_are_here_is_told_where_the_place_wants_it_and_for_several_alone() {
    let world = World::new().await;
    let owner = world.person("olivia", Role::Owner).await;
    world.person("bob", Role::Member).await;
    let (_, group) =
        world.invite(&owner, Wish { kind: Some(InviteKind::Account), max_uses: Some(5), ..Wish::default() }).await;
    let (_, single) = world.invite(&owner, Wish::default()).await;
    let told = async |token: &str| world.get(&format!("/i/{token}")).await.text().contains("people are here already");
    assert!(!told(&group).await);
    let brand = BrandOptions { show_members: Some(true), ..BrandOptions::default() };
    let options = HostOptions { brand, ..HostOptions::default() };
    world.acts.hosts.set_options(&operator(), host(), options).await.expect("set");
    assert!(told(&group).await && !told(&single).await);
}
