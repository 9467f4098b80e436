//! A member's page.

use axum::http::Method;
use parlour_domain::Role;
use parlour_domain::invite::issue::Wish;

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
    assert_eq!(browser.get(&path).await.status, 303, "there is no link to show any more");
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
