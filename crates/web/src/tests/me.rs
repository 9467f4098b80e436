//! A member's page.

use std::sync::Arc;

use axum::http::Method;
use parlour_domain::device::{Agent, AgentId};
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::DAY;
use parlour_domain::view::AccountView;
use parlour_domain::{Clock as _, Role};
use parlour_engine::Credentials as _;
use parlour_engine::tokens::Proven;
use parlour_router::{Bounds, End, Outbox};
use parlour_xmpp::jid::{BareJid, FullJid};
use parlour_xmpp::sasl::HtMechanism;

use super::world::{PASSWORD, World, host};

#[tokio::test]
async fn a_member_invites_sees_and_takes_back() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let mut browser = world.browser();
    assert_eq!(browser.sign_in("alice@h.example", PASSWORD).await.header("location"), "/me");
    assert!(browser.jar.contains_key("__Host-session"));
    browser.get("/me").await;
    let made = browser.post("/me", &[("kind", "contact"), ("note", "For Juliet <3")]).await;
    assert_eq!(made.status, 303);
    let path = made.header("location").to_owned();
    let page = browser.get(&path).await;
    assert!(page.text().contains("https://h.example/i/") && page.text().contains("For Juliet &#60;3"));
    let list = browser.get("/me").await;
    assert!(list.text().contains("For Juliet &#60;3"));
    let id = path.rsplit('/').next().expect("an id").to_owned();
    // Asking changes nothing.
    assert_eq!(browser.get(&format!("{path}/revoke")).await.status, 200);
    assert!(world.kept(&id).await.revoked.is_none());
    let back = browser.post(&format!("{path}/revoke"), &[]).await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/me?done=taken-back"));
    assert!(world.kept(&id).await.revoked.is_some());
    let over = browser.get(&path).await;
    assert!(over.status == 200 && !over.text().contains("https://h.example/i/"), "there is no link to show any more");
    assert!(over.text().contains("You took it back"));
}

#[tokio::test]
async fn what_few_people_need_is_there_too() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    let page = browser.get("/me").await;
    assert!(page.text().contains("You can make \u{2068}5\u{2069} more invitations today"), "{}", page.text());
    assert!(!page.text().contains("href=\"/admin\""), "no console for a member");
    let all = [
        ("kind", "contact"),
        ("note", "Come and sing!"),
        ("name", "Juliet"),
        ("reminder", "the alto"),
        ("life", "24"),
        ("language", "de"),
    ];
    let made = browser.post("/me", &all).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let path = made.header("location").to_owned();
    let kept = world.kept(path.rsplit('/').next().expect("an id")).await;
    assert_eq!((kept.hello.as_deref(), kept.note.as_deref()), (Some("Come and sing!"), Some("the alto")));
    assert_eq!((kept.name.as_deref(), kept.lang.as_deref()), (Some("juliet"), Some("de")));
    assert_eq!(kept.expires - kept.created, DAY);
    let page = browser.get(&path).await;
    for words in ["Come and sing!", "the alto", "juliet", "You made it"] {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(browser.get("/me").await.text().contains("the alto"), "what she knows it by");
    // Longer than a member's links live: as if nothing had been chosen.
    let long = browser.post("/me", &[("kind", "contact"), ("life", "9000"), ("language", "tlh")]).await;
    let kept = world.kept(long.header("location").rsplit('/').next().expect("an id")).await;
    assert_eq!((kept.expires - kept.created, kept.lang), (7 * DAY, None));
    for (fields, words) in [
        (vec![("kind", "contact"), ("name", "a b")], "A name can have small letters"),
        (vec![("kind", "contact"), ("name", "alice")], "already uses"),
        (vec![("kind", "contact"), ("name", "juliet")], "kept for somebody else"),
        (vec![("kind", "only-contact"), ("name", "nurse")], "gets an account here"),
    ] {
        let refused = browser.post("/me", &fields).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains(words) && refused.text().contains("aria-invalid"), "{words}");
    }
    let reminder = "x".repeat(101);
    assert_eq!(browser.post("/me", &[("kind", "contact"), ("reminder", &reminder)]).await.status, 400);
}

#[tokio::test]
async fn a_link_is_kept_open_and_replaced() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    browser.get("/me").await;
    let made = browser.post("/me", &[("kind", "contact"), ("life", "24"), ("note", "")]).await;
    let path = made.header("location").to_owned();
    let id = path.rsplit('/').next().expect("an id").to_owned();
    assert!(browser.get(&path).await.text().contains(&format!("action=\"{path}/extend\"")));
    let longer = browser.post(&format!("{path}/extend"), &[]).await;
    assert_eq!((longer.status.as_u16(), longer.header("location")), (303, format!("{path}?done=extended").as_str()));
    assert_eq!(world.kept(&id).await.expires, world.clock.wall() + 7 * DAY);
    let page = browser.get(&format!("{path}?done=extended")).await;
    assert!(page.text().contains("works for longer now") && !page.text().contains("/extend"), "it gains nothing more");
    let renewed = browser.post(&format!("{path}/renew"), &[]).await;
    assert_eq!(renewed.status, 303);
    let new = renewed.header("location").split('?').next().expect("a path").to_owned();
    assert_ne!(new, path);
    let page = browser.get(renewed.header("location")).await;
    assert!(page.text().contains("https://h.example/i/") && page.text().contains("the place of an older link"));
    let old = browser.get(&path).await;
    assert!(old.text().contains(&format!("href=\"{new}\"")) && !old.text().contains("/renew\""));
    let again = browser.post(&format!("{path}/renew"), &[]).await;
    assert_eq!(again.header("location"), new, "pressed twice, made once");
    assert_eq!(browser.post(&format!("{path}/extend"), &[]).await.status, 409);
    world.person("bob", Role::Admin).await;
    let mut bob = world.browser();
    bob.sign_in("bob", PASSWORD).await;
    bob.get("/me").await;
    for act in ["extend", "renew"] {
        assert_eq!(bob.post(&format!("{new}/{act}"), &[]).await.status, 404, "not his");
    }
}

#[tokio::test]
async fn more_than_thirty_come_on_pages() {
    let world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    for number in 0..65 {
        let note = Some(format!("number {number}."));
        world.invite(&boss, Wish { note, ..Wish::default() }).await;
    }
    let mut browser = world.browser();
    browser.sign_in("boss", PASSWORD).await;
    let (mut path, mut seen) = ("/me".to_owned(), Vec::new());
    loop {
        let page = browser.get(&path).await;
        assert!(page.text().len() < 50_000);
        assert_eq!(path != "/me", page.text().contains("Back to the newest"));
        seen.extend((0..65).filter(|number| page.text().contains(&format!("number {number}."))));
        match page.text().split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..65).collect::<Vec<_>>());
    assert_eq!(browser.get("/me?after=%00").await.status, 400);
    assert!(browser.get("/me").await.text().contains("href=\"/admin\""));
}

/// Signs a chat app in, as far as a page can see.
fn app(world: &World, full: &str, number: u64) -> Arc<Outbox> {
    let full = FullJid::new(full).expect("an address");
    let outbox = Arc::new(Outbox::new(Bounds::default()));
    let before = world.router.before(&full);
    let attached = world.router.attach(&full, &outbox, AccountView::new(Role::Member), before);
    let live = attached.expect("room").expect("unchanged").live;
    live.update_resource(full.resource().as_str(), &outbox, |one| one.request = number);
    outbox
}

#[tokio::test]
async fn browsers_and_apps_are_seen_and_signed_out() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    world.person("bob", Role::Member).await;
    let (phone, desk) = (app(&world, "alice@h.example/Conversations.x7", 5), app(&world, "alice@h.example/8a7f", 6));
    let his = app(&world, "bob@h.example/gajim.1", 7);
    let (mut here, mut there, mut third) = (world.browser(), world.browser(), world.browser());
    for browser in [&mut here, &mut there, &mut third] {
        browser.sign_in("alice", PASSWORD).await;
    }
    let page = here.get("/me/devices").await;
    let text = page.text();
    assert_eq!((text.matches("name=\"browser\"").count(), text.matches("name=\"app\"").count()), (2, 2));
    assert!(text.contains("Conversations") && text.contains("A chat app") && text.contains("This is the one"));
    let label = text.split("name=\"browser\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
    let label = label.to_owned();
    // Another's is not ended, whatever number is sent.
    assert_eq!(here.post("/me/devices/end", &[("app", "7")]).await.status, 303);
    assert_eq!(his.ending(), None);
    assert_eq!(here.post("/me/devices/end", &[("app", "5")]).await.header("location"), "/me/devices?done=signed-out");
    assert_eq!((phone.ending(), desk.ending()), (Some(End::NotAuthorized), None));
    assert_eq!(here.post("/me/devices/end", &[("browser", &label)]).await.status, 303);
    let left = [there.get("/me").await.status.as_u16(), third.get("/me").await.status.as_u16()];
    assert!(left == [200, 303] || left == [303, 200], "{left:?}");
    for bad in [vec![], vec![("app", "x")], vec![("app", "5"), ("browser", "a")]] {
        assert_eq!(here.post("/me/devices/end", &bad).await.status, 400);
    }
    let done = here.post("/me/devices/end-others", &[]).await;
    assert_eq!(done.header("location"), "/me/devices?done=others-signed-out");
    assert_eq!(desk.ending(), Some(End::NotAuthorized));
    assert_eq!([there.get("/me").await.status.as_u16(), third.get("/me").await.status.as_u16()], [303, 303]);
    let page = here.get("/me/devices?done=others-signed-out").await;
    assert!(page.text().contains("everywhere but here") && !page.text().contains("name=\"browser\""));
}

#[tokio::test]
async fn leaving_asks_for_the_password_and_ends_everything() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    let (mut here, mut there) = (world.browser(), world.browser());
    here.sign_in("alice", PASSWORD).await;
    there.sign_in("alice", PASSWORD).await;
    assert!(here.get("/me/leave").await.text().contains("30 days"));
    assert_eq!(here.post("/me/leave", &[("current", "not this one")]).await.status, 400);
    assert_eq!(here.get("/me").await.status, 200, "still here");
    here.get("/me/leave").await;
    let done = here.post("/me/leave", &[("current", PASSWORD)]).await;
    assert_eq!(done.status, 200);
    assert!(done.text().contains("alice@h.example") && done.text().contains("If you change your mind"));
    assert!(!here.jar.contains_key("__Host-session"));
    assert_eq!(there.get("/me").await.status, 303);
    assert_eq!(world.get(&format!("/i/{token}")).await.status, 410, "her open invitations are dead");
    assert_eq!(world.browser().sign_in("alice", PASSWORD).await.status, 400);
}

#[tokio::test]
async fn the_only_owner_cannot_leave() {
    let world = World::new().await;
    world.person("romeo", Role::Owner).await;
    let mut browser = world.browser();
    browser.sign_in("romeo", PASSWORD).await;
    browser.get("/me/leave").await;
    let stays = browser.post("/me/leave", &[("current", PASSWORD)]).await;
    assert_eq!(stays.status, 409);
    assert!(stays.text().contains("the only owner"));
    assert_eq!(browser.get("/me").await.status, 200);
}

#[tokio::test]
async fn limits_are_told_and_another_members_invites_are_not_there() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    world.person("bob", Role::Admin).await;
    let (invite, _) = world.invite(&alice, Wish::default()).await;
    let mut bob = world.browser();
    bob.sign_in("bob", PASSWORD).await;
    for path in [format!("/me/invites/{}", invite.id), format!("/me/invites/{}/revoke", invite.id)] {
        assert_eq!(bob.get(&path).await.status, 404);
    }
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    browser.get("/me").await;
    let mut last = None;
    for _ in 0..5 {
        last = Some(browser.post("/me", &[("kind", "contact"), ("note", "")]).await);
    }
    let last = last.expect("an answer");
    assert_eq!(last.status, 400, "five are open");
    assert!(last.text().contains("class=\"note\""));
    let long = "x".repeat(281);
    assert_eq!(browser.post("/me", &[("kind", "contact"), ("note", &long)]).await.status, 400);
}

#[tokio::test]
async fn a_changed_password_ends_other_sessions_and_keeps_this_one() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let (mut here, mut there) = (world.browser(), world.browser());
    here.sign_in("alice", PASSWORD).await;
    there.sign_in("alice", PASSWORD).await;
    here.get("/me/password").await;
    let wrong = here.post("/me/password", &[("current", "not this one"), ("password", "another horse battery")]).await;
    assert_eq!(wrong.status, 400);
    let done = here.post("/me/password", &[("current", PASSWORD), ("password", "another horse battery")]).await;
    assert_eq!(done.header("location"), "/me?done=password");
    assert_eq!(here.get("/me").await.status, 200);
    assert_eq!(there.get("/me").await.status, 303);
}

#[tokio::test]
async fn signing_out_ends_the_session_itself() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    let stolen = browser.jar["__Host-session"].clone();
    browser.get("/me").await;
    assert_eq!(browser.post("/me/sign-out", &[]).await.status, 303);
    assert!(!browser.jar.contains_key("__Host-session"));
    browser.jar.insert("__Host-session".into(), stolen);
    assert_eq!(browser.get("/me").await.status, 303);
}

#[tokio::test]
async fn attack_85_wrong_passwords_are_slowed_with_one_answer_for_all_names() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    let mut browser = world.browser();
    let wrong = browser.sign_in("alice", "not this one").await;
    let nobody = browser.sign_in("nobody", "not this one").await;
    assert_eq!((wrong.status.as_u16(), nobody.status.as_u16()), (400, 400));
    let mask = |text: &str, name: &str| {
        let csrf = text.split_once("name=\"csrf\" value=\"").and_then(|(_, r)| r.split('"').next()).unwrap_or_default();
        text.replace(name, "").replace(csrf, "")
    };
    assert_eq!(mask(wrong.text(), "alice"), mask(nobody.text(), "nobody"));
    let mut slowed = None;
    for _ in 0..40 {
        let answer = browser.sign_in("alice", "not this one").await;
        if answer.status == 429 {
            slowed = Some(answer);
            break;
        }
    }
    assert!(slowed.expect("a limit").header("retry-after").parse::<u64>().is_ok());
}

#[tokio::test]
async fn attack_87_a_session_of_one_host_is_none_at_another() {
    let options = parlour_domain::HostOptions::default();
    let world = World::of(&[("h.example", options.clone()), ("b.example", options)], crate::Exposure::Service).await;
    world.person("alice", Role::Owner).await;
    let mut browser = world.browser();
    browser.sign_in("alice", PASSWORD).await;
    let ask = browser.ask(Method::GET, "/me").header("host", "b.example");
    assert_eq!(world.send(ask).await.status, 303);
    assert_eq!(host().as_str(), "h.example");
}

/// A device of alice's that came once and can come back.
async fn away(world: &World, mark: u8, software: &str, device: &str) -> Result<(), parlour_engine::StoreError> {
    let jid = BareJid::new("alice@h.example").expect("an address");
    let node = jid.node().expect("a name");
    let proven = world.acts.sign_in.check(&host(), node, PASSWORD.as_bytes()).await?.expect("the password");
    let agent = Agent::new(AgentId([mark; 16]), Some(software), Some(device));
    let tokens = world.acts.sign_in.tokens().expect("given here");
    tokens.give(1, &jid, Proven::Shown(proven), agent, HtMechanism::None).await?.expect("given");
    Ok(())
}

#[tokio::test]
async fn apps_that_can_come_back_are_seen_and_kept_out() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    away(&world, 1, "Conversations", "Kiva's <phone>").await.expect("kept");
    away(&world, 2, "Monal", "").await.expect("kept");
    let mut here = world.browser();
    here.sign_in("alice", PASSWORD).await;
    let page = here.get("/me/devices").await;
    let text = page.text();
    for shown in ["Conversations", "Kiva&#39;s &#60;phone&#62;", "Monal"] {
        assert!(text.contains(shown), "{shown}");
    }
    assert_eq!(text.matches("It can come back without your password").count(), 2);
    let key = |text: &str| Some(text.split("name=\"app\" value=\"").nth(1)?.split('"').next()?.to_owned());
    let first = key(text).expect("one");
    assert_eq!(here.post("/me/devices/end", &[("app", &first)]).await.status, 303);
    let page = here.get("/me/devices").await;
    assert!(key(page.text()).is_some_and(|left| left != first), "the other is still there");
    assert_eq!(here.post("/me/devices/end-others", &[]).await.status, 303);
    assert!(here.get("/me/devices").await.text().contains("No chat app"));
}
