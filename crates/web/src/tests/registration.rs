//! From a link to an account: vectors 69 to 71 and 74, attacks 92, 94 and 95.

use axum::http::Method;
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::MINUTE;
use parlour_domain::{InviteKind, Role};

use super::world::{Ask, PASSWORD, World, host, operator};

#[tokio::test]
async fn vector_69_a_good_form_makes_the_account_and_says_so_once() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    let form = browser.get(&path).await;
    assert_eq!(form.status, 200);
    assert_eq!(form.header("cache-control"), "no-store");
    assert_eq!(form.header("referrer-policy"), "same-origin");
    let done = browser.post(&path, &[("name", "Juliet"), ("password", PASSWORD)]).await;
    assert_eq!(done.status, 200);
    assert!(done.text().contains("juliet@h.example"));
    assert!(!done.text().contains(PASSWORD) && !done.text().contains(&token));
    assert_eq!(done.header("cache-control"), "no-store");
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 1);
    assert_eq!(browser.sign_in("juliet", PASSWORD).await.status, 303);
    // The same form again: the link is used.
    assert_eq!(world.get(&format!("/i/{token}")).await.status, 410);
}

#[tokio::test]
async fn vector_70_what_is_typed_wrong_comes_back_and_burns_nothing() {
    let world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    for (name, password) in [
        ("", PASSWORD),
        ("a b", PASSWORD),
        ("a@b", PASSWORD),
        ("romeo", PASSWORD),
        ("Romeo", PASSWORD),
        ("admin", PASSWORD),
        ("postmaster", PASSWORD),
        (&"x".repeat(2000), PASSWORD),
        ("juliet\r\nSet-Cookie: x", PASSWORD),
        ("juliet", ""),
        ("juliet", "short"),
        ("juliet", "12345678"),
        ("juliet", &"x".repeat(600)),
    ] {
        let answer = browser.post(&path, &[("name", name), ("password", password)]).await;
        assert_eq!(answer.status, 400, "{name:.20} {password:.20}");
        assert!(answer.text().contains("class=\"error\""), "{name:.20}");
        assert!(answer.csrf().is_some(), "the form is there again");
        assert!(password.len() < 8 || !answer.text().contains(password), "a password is never sent back");
    }
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 0);
    assert!(!world.has("juliet").await);
    // A missing field is an empty one.
    assert_eq!(browser.post(&path, &[]).await.status, 400);
    // A suggested name that was pressed comes back in the form, without errors.
    let picked = browser.post(&path, &[("name", "romeo"), ("pick", "romeo.m")]).await;
    assert_eq!(picked.status, 200);
    assert!(picked.text().contains("value=\"romeo.m\"") && !picked.text().contains("class=\"error\""));
    assert_eq!(browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await.status, 200);
}

#[tokio::test]
async fn vector_71_a_form_without_its_field_or_cookie_changes_nothing() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let (_, other) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let good = [("name", "juliet"), ("password", PASSWORD)];
    let mut browser = world.browser();
    browser.get(&path).await;
    let csrf = browser.csrf.clone();
    let fields = [("csrf", csrf.as_str()), good[0], good[1]];
    // No field; no cookie; another browser's cookie.
    assert_eq!(world.send(browser.ask(Method::POST, &path).form(&good)).await.status, 403);
    assert_eq!(world.send(Ask::new(Method::POST, &path).form(&fields)).await.status, 403);
    let mut stranger = world.browser();
    stranger.get(&path).await;
    assert_eq!(world.send(stranger.ask(Method::POST, &path).form(&fields)).await.status, 403);
    // Another invite's form: the token of the field is not that of the address.
    browser.get(&format!("/i/{other}/register")).await;
    assert_eq!(browser.post(&path, &good).await.status, 400);
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 0);
    assert!(!world.has("juliet").await);
    // And the field that fits.
    assert_eq!(world.send(browser.ask(Method::POST, &path).form(&fields)).await.status, 200);
}

#[tokio::test]
async fn attack_92_expiry_is_judged_when_presented_and_withdrawal_when_sent() {
    let world = World::new().await;
    let short = || Wish { expires_after: Some(5 * MINUTE), ..Wish::default() };
    let good = [("name", "juliet"), ("password", PASSWORD)];
    let (_, token) = world.invite(&operator(), short()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    world.clock.pass(10 * MINUTE);
    // Expired while somebody was typing. A mistake brings the form back, with the time it was first shown.
    assert_eq!(browser.post(&path, &[("name", ""), ("password", PASSWORD)]).await.status, 400);
    world.clock.pass(4 * MINUTE);
    assert_eq!(browser.post(&path, &good).await.status, 200);

    let (_, token) = world.invite(&operator(), short()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    world.clock.pass(16 * MINUTE);
    assert_eq!(browser.post(&path, &good).await.status, 410, "the form was too old, and the link is over");

    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    browser.get(&path).await;
    world.acts.invites.revoke(&operator(), &host(), invite.id.as_str()).await.expect("withdrawn");
    assert_eq!(browser.post(&path, &[("name", "mercutio"), ("password", PASSWORD)]).await.status, 410);
    assert!(!world.has("mercutio").await);
}

#[tokio::test]
async fn an_old_form_comes_back_with_what_was_typed() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    world.clock.pass(20 * MINUTE);
    let again = browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, 400);
    assert!(again.text().contains("value=\"juliet\"") && !again.text().contains(PASSWORD));
    assert_eq!(browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await.status, 200);
}

#[tokio::test]
async fn vector_74_attack_94_floods_are_throttled_and_burn_nothing() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    // Guessing links: 20 misses, then silence for this address, however good the next guess.
    let mut statuses = Vec::new();
    for n in 0..100 {
        statuses.push(world.get(&format!("/i/{n:026}")).await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|s| **s == 404).count(), 20);
    assert_eq!(statuses.iter().filter(|s| **s == 429).count(), 80);
    let live = world.get(&format!("/i/{token}")).await;
    assert_eq!(live.status, 429);
    assert!(live.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=10).contains(&seconds)));
    // The neighbours are not held up.
    assert_eq!(world.send(Ask::new(Method::GET, &format!("/i/{token}")).from("203.0.113.10")).await.status, 200);
    world.clock.pass(10_000);
    // Forms: 90 at once from an address, three for each account it may make, whichever invites they are for.
    let mut browser = world.browser();
    let mut throttled = None;
    for n in 0..100 {
        let (_, token) = world.invite(&operator(), Wish::default()).await;
        let path = format!("/i/{token}/register");
        browser.get(&path).await;
        let answer = browser.post(&path, &[("name", ""), ("password", PASSWORD)]).await;
        if answer.status == 429 {
            throttled = Some((n, answer));
            break;
        }
        assert_eq!(answer.status, 400);
    }
    let (n, answer) = throttled.expect("a limit");
    assert_eq!(n, 90);
    assert!(!answer.header("retry-after").is_empty());
    assert!(answer.csrf().is_some(), "the form stays, with what was typed");
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 0);
}

#[tokio::test]
async fn attack_95_an_invite_is_no_way_to_list_names() {
    let world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut tried = 0;
    for n in 0..30u8 {
        let mut browser = world.browser();
        browser.get(&path).await;
        let csrf = browser.csrf.clone();
        let form = [("csrf", csrf.as_str()), ("name", "romeo"), ("password", PASSWORD)];
        let ask = browser.ask(Method::POST, &path).form(&form).from(&format!("198.51.100.{n}"));
        match world.send(ask).await.status.as_u16() {
            400 => tried += 1,
            429 => break,
            other => panic!("{other}"),
        }
    }
    assert_eq!(tried, 20);
    // Without a token nothing is said about names at all.
    assert_eq!(world.get("/i/AAAAAAAAAAAAAAAAAAAAAAAAAA/register").await.status, 404);
}

#[tokio::test]
async fn a_taken_name_comes_back_with_free_ones() {
    let world = World::new().await;
    for name in ["romeo", "romeo.k", "romeo2"] {
        world.person(name, Role::Member).await;
    }
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    let page = browser.post(&path, &[("name", "romeo"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("value=\"romeo3\"") && !page.text().contains("value=\"romeo.k\""), "{}", page.text());
}

#[tokio::test]
async fn attack_90_a_hundred_browsers_and_one_use() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut sent = Vec::new();
    for n in 0..100u8 {
        let mut browser = world.browser();
        browser.get(&path).await;
        let csrf = browser.csrf.clone();
        let name = format!("guest{n}");
        let form = [("csrf", csrf.as_str()), ("name", name.as_str()), ("password", PASSWORD)];
        sent.push(browser.ask(Method::POST, &path).form(&form).from(&format!("198.51.100.{n}")));
    }
    let answers = futures_util::future::join_all(sent.into_iter().map(|ask| world.send(ask))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    // The others read that it is used, or, beyond the names one invite may try, to wait.
    assert!(statuses.iter().all(|status| matches!(status, 200 | 410 | 429)), "{statuses:?}");
    assert_eq!(world.kept(invite.id.as_str()).await.uses, 1);
}

#[tokio::test]
async fn a_name_that_was_promised_cannot_be_changed() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish { name: Some("juliet".into()), ..Wish::default() }).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    let form = browser.get(&path).await;
    assert!(form.text().contains("value=\"juliet\"") && form.text().contains("readonly"));
    assert_eq!(browser.post(&path, &[("name", "mercutio"), ("password", PASSWORD)]).await.status, 400);
    assert_eq!(browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await.status, 200);
}

#[tokio::test]
async fn attack_102_the_owners_link_ends_signed_in_and_works_once() {
    let world = World::new().await;
    let invite = world.acts.invites.owner_link(&operator(), &host()).await.expect("a link").into_out();
    let token = world.acts.invites.links(&invite).expect("links").token.as_str().to_owned();
    let mut browser = world.browser();
    // The link is the form.
    let form = browser.get(&format!("/i/{token}")).await;
    assert_eq!(form.status, 200);
    assert!(form.header("link").starts_with("<xmpp:h.example?register;preauth="));
    let done = browser.post(&format!("/i/{token}/register"), &[("name", "romeo"), ("password", PASSWORD)]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/me?done=owner"));
    let me = browser.get("/me?done=owner").await;
    assert_eq!(me.status, 200);
    assert!(me.text().contains("romeo@h.example"));
    assert_eq!(world.get(&format!("/i/{token}")).await.status, 410);
}

#[tokio::test]
async fn attack_99_a_reset_link_sets_one_password_and_ends_all_sessions() {
    let world = World::new().await;
    world.person("romeo", Role::Member).await;
    let mut old = world.browser();
    old.sign_in("romeo", PASSWORD).await;
    assert_eq!(old.get("/me").await.status, 200);
    let wish = Wish { kind: Some(InviteKind::Reset), name: Some("romeo".into()), ..Wish::default() };
    let (_, token) = world.invite(&operator(), wish).await;
    let mut browser = world.browser();
    let form = browser.get(&format!("/i/{token}")).await;
    assert!(form.text().contains(&format!("action=\"/i/{token}/reset\"")), "the link is the form");
    let path = format!("/i/{token}/reset");
    assert_eq!(browser.post(&path, &[("password", "short")]).await.status, 400);
    assert_eq!(browser.post(&path, &[("password", "another horse battery")]).await.status, 200);
    assert_eq!(browser.post(&path, &[("password", "third horse battery")]).await.status, 410);
    assert_eq!(old.get("/me").await.status, 303, "signed out");
    assert_eq!(old.sign_in("romeo", PASSWORD).await.status, 400);
    assert_eq!(old.sign_in("romeo", "another horse battery").await.status, 303);
}
