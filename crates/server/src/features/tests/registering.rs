//! Tokens presented, accounts made, passwords changed.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::InviteKind;
use parlour_domain::invite::issue::Wish;
use parlour_domain::options::{AccountOptions, InviteOptions};
use parlour_domain::{HostOptions, Role};

use super::world::{ASK, HOUR, PASSWORD, World, by, host, jid, operator, outcome, preauth, registration, sentence};
use crate::c2s::tests::house::Client;

fn open_to_all() -> HostOptions {
    let invites = InviteOptions { registration_invite_only: Some(false), ..InviteOptions::default() };
    HostOptions { invites, ..HostOptions::default() }
}

fn named(name: &str) -> Wish {
    Wish { kind: Some(InviteKind::Account), name: Some(name.to_owned()), ..Wish::default() }
}

fn several(uses: u32) -> Wish {
    Wish { kind: Some(InviteKind::Account), max_uses: Some(uses), ..Wish::default() }
}

async fn register(client: &mut Client, name: &str) -> String {
    client.iq(&registration(name, PASSWORD)).await
}

#[tokio::test]
async fn vector_01_02_03_offered_before_signing_in_under_tls_only() {
    let mut world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (mut client, features) = world.offered().await;
    let ours = ["urn:xmpp:ibr-token:0", "urn:xmpp:invite", "http://jabber.org/features/iq-register"];
    for ns in ours {
        assert!(features.contains(&format!("<register xmlns='{ns}'/>")), "{ns}: {features}");
    }
    client.say(&crate::c2s::tests::house::plain("romeo", PASSWORD)).await;
    client.hears("<success").await;
    client.header("h.example").await;
    let features = client.hears("</stream:features>").await;
    assert!(!features.contains("<register"), "{features}");
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for xml in [preauth(&token), registration("juliet", PASSWORD)] {
        let mut plain = world.pipe(SocketAddr::from(([192, 0, 2, 1], 1)), false);
        plain.header("h.example").await;
        let features = plain.hears("</stream:features>").await;
        assert!(!features.contains("<register"), "{features}");
        plain.say(&xml).await;
        assert!(plain.hears_end().await.contains("<policy-violation"));
    }
    assert!(!world.exists("juliet").await);
}

#[tokio::test]
async fn vector_20_a_good_token_gets_an_empty_result_from_the_host() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let answer = world.stranger().await.iq(&preauth(&token)).await;
    assert!(answer.contains("type='result'") && answer.contains("from='h.example'"), "{answer}");
    assert!(answer.ends_with("/>"), "nothing is in it: {answer}");
}

#[tokio::test]
async fn vector_24_the_form_asks_in_both_ways() {
    let mut world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&by("romeo", Role::Member), Wish::default()).await;
    let form = world.holder(&token).await.iq(ASK).await;
    for part in [
        "<username></username>|<username/>",
        "<password></password>|<password/>",
        "<x xmlns='jabber:x:data' type='form'>",
        "<value>jabber:iq:register</value>",
        "var='username'",
        "type='text-private'",
        "romeo@h.example invited you",
    ] {
        assert!(part.split('|').any(|either| form.contains(either)), "{part}: {form}");
    }
    let (_, token) = world.invite(&operator(), named("juliet")).await;
    let form = world.holder(&token).await.iq(ASK).await;
    assert!(form.contains("<username>juliet</username>") && form.contains("<value>juliet</value>"), "{form}");
}

#[tokio::test]
async fn vector_25_who_has_registered_signs_in_at_once_here_and_elsewhere() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
    client.signs_in("juliet", PASSWORD).await;
    world.bound("juliet").await;
}

#[tokio::test]
async fn vector_26_a_used_token_is_nobodys() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    assert_eq!(outcome(&register(&mut world.holder(&token).await, "juliet").await), "result");
    assert_eq!(outcome(&world.stranger().await.iq(&preauth(&token)).await), "item-not-found");
}

#[tokio::test]
async fn vector_21_a_token_that_is_worth_nothing_gets_one_answer() {
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    let op = operator();
    let (_, expired) = world.invite(&op, Wish { expires_after: Some(HOUR), ..Wish::default() }).await;
    world.clock.pass(2 * HOUR);
    let (_, revoked) = world.invite(&op, Wish::default()).await;
    world.people.invites.revoke(&op, &host(), &revoked).await.expect("taken back");
    let (_, used) = world.invite(&op, Wish::default()).await;
    let mut first = world.holder(&used).await;
    register(&mut first, "first").await;
    let (_, contact) = world.invite(&romeo, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    let (_, good) = world.invite(&op, Wish::default()).await;
    let long = "a".repeat(4096);
    let mut client = world.stranger().await;
    let mut answers = BTreeSet::new();
    for token in [
        expired.as_str(),
        &revoked,
        &used,
        &contact,
        "",
        "nonsense",
        &long,
        "abcdefghijklmnopqrstuvwxyz",
        "&apos;OR 1=1",
    ] {
        let answer = client.iq(&preauth(token)).await;
        assert!(answer.contains("<error type='cancel'><item-not-found"), "{token}: {answer}");
        answers.insert(answer);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(outcome(&client.iq(&preauth(&good)).await), "result", "the stream is still usable");
}

#[tokio::test]
async fn vector_39_a_contact_link_opens_no_registration() {
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    let (invite, token) = world.invite(&romeo, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    let mut client = world.stranger().await;
    assert_eq!(outcome(&client.iq(&preauth(&token)).await), "item-not-found");
    assert_eq!(outcome(&register(&mut client, "juliet").await), "not-acceptable", "by invitation only");
    let kept = world.people.invites.show(&operator(), &host(), invite.id.as_str()).await.expect("read").expect("there");
    assert_eq!(kept.0.uses, 0, "and it is as good as before for what it is for");
}

#[tokio::test]
async fn vector_22_attack_95_without_a_token_nobody_learns_who_is_here() {
    let mut world = World::new().await;
    world.person("romeo", Role::Member).await;
    let mut client = world.stranger().await;
    let form = client.iq(ASK).await;
    assert!(form.contains("type='result'") && form.contains("<url>https://h.example</url>"), "{form}");
    let taken = register(&mut client, "romeo").await;
    assert!(taken.contains("<error type='modify'><not-acceptable"), "{taken}");
    assert!(sentence(&taken).contains("invitation only"), "{taken}");
    assert_eq!(taken, register(&mut client, "nobody").await);
    assert_eq!(taken, client.iq(&registration("@", "x")).await);
}

#[tokio::test]
async fn vector_23_an_open_host_takes_everybody_and_applies_an_invite() {
    let mut world = World::with(open_to_all()).await;
    let romeo = world.person("romeo", Role::Member).await;
    let mut client = world.stranger().await;
    assert!(client.iq(ASK).await.contains("jabber:x:data"));
    assert_eq!(outcome(&register(&mut client, "mercutio").await), "result");
    let (_, token) = world.invite(&romeo, Wish::default()).await;
    let mut client = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
    let juliet = world.people.accounts.account(jid("juliet")).await.expect("the store answers").expect("there");
    assert_eq!(juliet.origin.inviter, Some(jid("romeo")));
}

#[tokio::test]
async fn a_closed_host_takes_nobody_but_a_new_password_and_its_owner() {
    let invites = InviteOptions { allow_registration: Some(false), ..InviteOptions::default() };
    let mut world = World::with(HostOptions { invites, ..HostOptions::default() }).await;
    world.person("romeo", Role::Member).await;
    let mut client = world.stranger().await;
    assert_eq!(outcome(&client.iq(ASK).await), "service-unavailable");
    assert_eq!(outcome(&register(&mut client, "juliet").await), "service-unavailable");
    let reset = Wish { kind: Some(InviteKind::Reset), name: Some("romeo".to_owned()), ..Wish::default() };
    let (_, token) = world.invite(&operator(), reset).await;
    let mut client = world.holder(&token).await;
    let form = client.iq(ASK).await;
    assert!(form.contains("new password") && form.contains("<username>romeo</username>"), "{form}");
    assert_eq!(outcome(&client.iq(&registration("juliet", "another good one")).await), "not-acceptable");
    assert_eq!(outcome(&client.iq(&registration("romeo", "another good one")).await), "result");
    let mut client = world.stranger().await;
    client.signs_in("romeo", "another good one").await;
    let owner = world.people.invites.owner_link(&operator(), &host()).await.expect("never owned").into_out();
    let token = world.people.invites.links(&owner).expect("links").token.as_str().to_owned();
    let mut client = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut client, "admin").await), "result", "the first owner may be called so");
}

#[tokio::test]
async fn vector_27_one_stream_makes_one_account() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), several(10)).await;
    let mut client = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut client, "first").await), "result");
    for name in ["second", "first"] {
        assert_eq!(outcome(&register(&mut client, name).await), "not-acceptable");
    }
    assert_eq!(outcome(&client.iq(&preauth(&token)).await), "result");
    assert_eq!(outcome(&register(&mut client, "second").await), "not-acceptable", "nor after another token");
    assert!(!world.exists("second").await);
}

#[tokio::test]
async fn vector_28_two_streams_race_for_one_account() {
    let mut world = World::new().await;
    for round in 0..25 {
        let (_, token) = world.invite(&operator(), Wish::default()).await;
        let (mut one, mut two) = (world.holder(&token).await, world.holder(&token).await);
        let (a, b) = (format!("a{round}x"), format!("b{round}x"));
        let (x, y) = tokio::join!(register(&mut one, &a), register(&mut two, &b));
        let mut outcomes = [outcome(&x), outcome(&y)];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["item-not-found", "result"]);
        assert_ne!(world.exists(&a).await, world.exists(&b).await);
    }
}

#[tokio::test]
async fn vector_29_attack_100_a_refusal_burns_nothing() {
    let mut world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    let long = "n".repeat(1000);
    for (name, password, condition) in [
        ("romeo", PASSWORD, "conflict"),
        ("ROMEO", PASSWORD, "conflict"),
        ("r\u{43e}meo", PASSWORD, "not-acceptable"),
        ("@x", PASSWORD, "not-acceptable"),
        ("a b", PASSWORD, "not-acceptable"),
        ("a&#13;&#10;b", PASSWORD, "not-acceptable"),
        (&long, PASSWORD, "not-acceptable"),
        ("admin", PASSWORD, "not-acceptable"),
        ("postmaster", PASSWORD, "not-acceptable"),
        ("abuse", PASSWORD, "not-acceptable"),
        ("Root", PASSWORD, "not-acceptable"),
        ("h", PASSWORD, "not-acceptable"),
        ("h.example", PASSWORD, "not-acceptable"),
        ("", PASSWORD, "not-acceptable"),
        ("juliet", "", "not-acceptable"),
        ("juliet", "short", "not-acceptable"),
        ("juliet", "password", "not-acceptable"),
        ("juliet", "julietjuliet", "not-acceptable"),
        ("juliet", &"p".repeat(600), "not-acceptable"),
    ] {
        let answer = client.iq(&registration(name, password)).await;
        assert_eq!(outcome(&answer), condition, "{name}: {answer}");
        assert!(!sentence(&answer).is_empty(), "{name}: {answer}");
        assert!(!answer.contains("jabber:iq:register"), "the password is not sent back: {answer}");
    }
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
}

#[tokio::test]
async fn attack_100_a_name_of_a_megabyte_ends_the_stream() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    client.say(&registration(&"n".repeat(1 << 16), PASSWORD)).await;
    assert!(client.hears_end().await.contains("policy-violation"));
    assert_eq!(outcome(&world.holder(&token).await.iq(ASK).await), "result");
}

#[tokio::test]
async fn vector_30_attack_92_expiry_after_a_token_was_shown_keeps_nobody_out() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish { expires_after: Some(HOUR), ..Wish::default() }).await;
    let (mut client, mut form) = (world.holder(&token).await, world.holder(&token).await);
    world.clock.pass(2 * HOUR);
    assert_eq!(outcome(&world.stranger().await.iq(&preauth(&token)).await), "item-not-found", "who comes now is late");
    assert_eq!(outcome(&form.iq(ASK).await), "result");
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
    assert_eq!(outcome(&register(&mut form, "mercutio").await), "item-not-found", "and it is used");
}

#[tokio::test]
async fn vector_31_a_token_that_was_only_shown_is_still_good() {
    let mut world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    for _ in 0..3 {
        drop(world.holder(&token).await);
    }
    let kept = world.people.invites.show(&operator(), &host(), invite.id.as_str()).await.expect("read").expect("there");
    assert_eq!(kept.0.uses, 0);
    assert_eq!(outcome(&register(&mut world.holder(&token).await, "juliet").await), "result");
}

#[tokio::test]
async fn vector_32_attack_92_a_token_withdrawn_after_it_was_shown_is_refused() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    world.people.invites.revoke(&operator(), &host(), &token).await.expect("taken back");
    assert_eq!(outcome(&client.iq(ASK).await), "item-not-found");
    assert_eq!(outcome(&register(&mut client, "mercutio").await), "item-not-found");
    assert!(!world.exists("mercutio").await);
}

#[tokio::test]
async fn vector_33_attack_93_a_named_link_is_for_its_name_however_it_is_written() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), named("juliet")).await;
    let mut client = world.holder(&token).await;
    let form = client.iq(ASK).await;
    assert!(form.contains("<username>juliet</username>") && form.contains("<value>juliet</value>"), "{form}");
    assert_eq!(outcome(&register(&mut client, "mallory").await), "not-acceptable");
    assert!(!world.exists("mallory").await);
    assert_eq!(outcome(&register(&mut client, "Juliet").await), "result", "the link is as good as before");
    assert!(world.exists("juliet").await);
}

#[tokio::test]
async fn vector_34_a_promised_name_is_kept_a_quarter_of_an_hour_past_the_end() {
    let mut world = World::with(open_to_all()).await;
    let op = operator();
    world.invite(&op, Wish { expires_after: Some(HOUR), ..named("juliet") }).await;
    let (_, other) = world.invite(&op, Wish::default()).await;
    assert_eq!(outcome(&register(&mut world.holder(&other).await, "juliet").await), "conflict");
    assert_eq!(outcome(&register(&mut world.stranger().await, "juliet").await), "conflict");
    world.clock.pass(HOUR + HOUR / 5);
    assert_eq!(outcome(&register(&mut world.stranger().await, "juliet").await), "conflict", "a little past its end");
    world.clock.pass(HOUR / 10);
    assert_eq!(outcome(&register(&mut world.stranger().await, "juliet").await), "result", "then anybody's");
    let (_, token) = world.invite(&op, named("ophelia")).await;
    world.people.invites.revoke(&op, &host(), &token).await.expect("taken back");
    assert_eq!(
        outcome(&register(&mut world.stranger().await, "ophelia").await),
        "result",
        "and at once when withdrawn"
    );
}

#[tokio::test]
async fn attack_93_a_second_good_token_replaces_the_first_and_a_bad_one_does_not() {
    let mut world = World::new().await;
    let op = operator();
    let (_, juliet) = world.invite(&op, named("juliet")).await;
    let (_, ophelia) = world.invite(&op, named("ophelia")).await;
    let mut client = world.holder(&juliet).await;
    assert_eq!(outcome(&client.iq(&preauth(&ophelia)).await), "result");
    assert_eq!(outcome(&client.iq(&preauth("nonsense")).await), "item-not-found");
    assert_eq!(outcome(&register(&mut client, "juliet").await), "not-acceptable");
    assert_eq!(outcome(&register(&mut client, "ophelia").await), "result");
}

#[tokio::test]
async fn vector_36_both_are_contacts_and_see_each_other() {
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&romeo, Wish::default()).await;
    let mut at_home = world.bound("romeo").await;
    at_home.iq("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>").await;
    at_home.say("<presence><status>home</status></presence>").await;
    at_home.hears_so_far().await;
    let mut client = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
    let push = at_home.hears_iq().await;
    assert!(push.contains("type='set'") && push.contains("jid='juliet@h.example'"), "{push}");
    assert!(push.contains("subscription='both'") && !push.contains("ask=") && !push.contains("name="), "{push}");
    client.signs_in("juliet", PASSWORD).await;
    client.binds().await;
    let roster = client.iq("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>").await;
    assert!(roster.contains("jid='romeo@h.example'") && roster.contains("subscription='both'"), "{roster}");
    client.say("<presence/>").await;
    let seen = client.hears("<status>home</status>").await;
    assert!(seen.contains("from='romeo@h.example/"), "{seen}");
    at_home.hears("from='juliet@h.example/").await;
    // Vector 37: apps send this afterwards.
    client
        .say(&format!(
            "<presence type='subscribe' to='romeo@h.example'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></presence>"
        ))
        .await;
    let after = client.hears_so_far().await + &at_home.hears_so_far().await;
    assert!(!after.contains("error") && !after.contains("type='subscribe'"), "{after}");
}

#[tokio::test]
async fn vector_44_too_many_from_one_address_wait_and_burn_nothing() {
    let accounts = AccountOptions { registration_throttle_max: Some(2), ..AccountOptions::default() };
    let mut world = World::with(HostOptions { accounts, ..HostOptions::default() }).await;
    let (_, token) = world.invite(&operator(), several(10)).await;
    let address = SocketAddr::from(([192, 0, 2, 1], 1));
    for (name, expected) in [("one", "result"), ("two", "result"), ("three", "resource-constraint")] {
        let (mut client, _) = world.offered_from(address).await;
        client.iq(&preauth(&token)).await;
        let answer = register(&mut client, name).await;
        assert_eq!(outcome(&answer), expected, "{answer}");
        if expected != "result" {
            assert!(answer.contains("<error type='wait'>") && answer.contains("in 5 minutes"), "{answer}");
            world.clock.pass(HOUR / 12);
            assert_eq!(outcome(&register(&mut client, name).await), "result", "the same token, a little later");
        }
    }
    let mut elsewhere = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut elsewhere, "four").await), "result");
}

#[tokio::test]
async fn attack_94_who_guesses_is_not_heard_for_a_while() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let (mut client, _) = world.offered_from(SocketAddr::from(([192, 0, 2, 1], 1))).await;
    for n in 0..20 {
        assert_eq!(outcome(&client.iq(&preauth(&format!("guess{n}"))).await), "item-not-found");
    }
    assert_eq!(outcome(&client.iq(&preauth(&token)).await), "resource-constraint", "a hit would look the same");
    world.holder(&token).await;
    world.clock.pass(HOUR / 60);
    assert_eq!(outcome(&client.iq(&preauth(&token)).await), "result");
}

#[tokio::test]
async fn attack_95_a_token_tries_twenty_names() {
    let accounts = AccountOptions { registration_throttle_max: Some(0), ..AccountOptions::default() };
    let options = HostOptions { accounts, ..HostOptions::default() };
    let mut world = World::with(options).await;
    world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    for _ in 0..20 {
        assert_eq!(outcome(&register(&mut client, "romeo").await), "conflict");
    }
    assert_eq!(outcome(&register(&mut client, "juliet").await), "resource-constraint");
    assert_eq!(outcome(&register(&mut world.holder(&token).await, "juliet").await), "resource-constraint");
    world.clock.pass(HOUR / 60);
    assert_eq!(outcome(&register(&mut client, "juliet").await), "result");
}

#[tokio::test]
async fn attack_97_what_the_maker_may_grant_is_judged_again() {
    let mut world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    let admin = Wish { role: Some(Role::Admin), ..several(2) };
    let (_, token) = world.invite(&boss, admin).await;
    let mut early = world.holder(&token).await;
    assert_eq!(outcome(&register(&mut early, "early").await), "result");
    let role = |account: Option<parlour_domain::Account>| account.map(|account| account.role);
    let made = world.people.accounts.account(jid("early")).await.expect("the store answers");
    assert_eq!(role(made), Some(Role::Admin));
    let mut late = world.holder(&token).await;
    world.people.accounts.set_role(&operator(), &jid("boss"), Role::Member).await.expect("demoted");
    assert_eq!(outcome(&register(&mut late, "late").await), "item-not-found", "a member makes no such invite");
    assert!(!world.exists("late").await);
}

#[tokio::test]
async fn a_form_counts_before_the_fields_beside_it() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    let form = |kind: &str, ty: &str, name: &str| {
        format!(
            "<iq type='set' id='f'><query xmlns='jabber:iq:register'><username>mallory</username><x xmlns='jabber:x:data' \
             type='{kind}'><field var='FORM_TYPE' type='hidden'><value>{ty}</value></field><field var='username'>\
             <value>{name}</value></field><field var='password'><value>{PASSWORD}</value></field></x></query></iq>"
        )
    };
    let ours = "jabber:iq:register";
    for (xml, expected) in [
        (form("cancel", ours, "juliet"), "result"),
        (form("form", ours, "juliet"), "bad-request"),
        (form("submit", "urn:other", "juliet"), "bad-request"),
        (form("submit", ours, ""), "not-acceptable"),
        (form("submit", ours, "</value><value>x"), "bad-request"),
    ] {
        assert_eq!(outcome(&client.iq(&xml).await), expected, "{xml}");
    }
    assert!(!world.exists("juliet").await && !world.exists("mallory").await);
    assert_eq!(outcome(&client.iq(&form("submit", ours, "juliet")).await), "result");
    assert!(world.exists("juliet").await && !world.exists("mallory").await);
}

#[tokio::test]
async fn vector_38_an_admins_invite_makes_contacts_where_it_says_so() {
    let mut world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    for (name, subscribe) in [("juliet", true), ("mercutio", false)] {
        let (_, token) = world.invite(&boss, Wish { subscribe, ..named(name) }).await;
        let mut client = world.holder(&token).await;
        assert!(client.iq(ASK).await.contains("kept for you"));
        assert_eq!(outcome(&register(&mut client, name).await), "result");
        client.signs_in(name, PASSWORD).await;
        client.binds().await;
        let roster = client.iq("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>").await;
        let friends = roster.contains("jid='boss@h.example'") && roster.contains("subscription='both'");
        assert_eq!(friends, subscribe, "{roster}");
    }
}

#[tokio::test]
async fn vector_40_a_maker_without_the_right_lets_nobody_in() {
    for turn in [Turn::Disable, Turn::Delete] {
        let mut world = World::new().await;
        let romeo = world.person("romeo", Role::Member).await;
        let (_, token) = world.invite(&romeo, Wish::default()).await;
        let mut client = world.holder(&token).await;
        world.people.accounts.turn(&operator(), &jid("romeo"), turn).await.expect("done");
        assert_eq!(outcome(&register(&mut client, "juliet").await), "item-not-found");
        assert_eq!(outcome(&world.stranger().await.iq(&preauth(&token)).await), "item-not-found");
        assert!(!world.exists("juliet").await);
    }
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&romeo, Wish::default()).await;
    let mut client = world.holder(&token).await;
    world.people.accounts.set_role(&operator(), &jid("romeo"), Role::Limited).await.expect("done");
    assert_eq!(outcome(&register(&mut client, "juliet").await), "item-not-found");
}

#[tokio::test]
async fn vector_43_a_link_for_three_makes_three_accounts() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), several(3)).await;
    let mut fourth = world.holder(&token).await;
    for name in ["one", "two", "three"] {
        assert_eq!(outcome(&register(&mut world.holder(&token).await, name).await), "result");
    }
    assert_eq!(outcome(&register(&mut fourth, "four").await), "item-not-found");
    assert_eq!(outcome(&world.stranger().await.iq(&preauth(&token)).await), "item-not-found");
}

#[tokio::test]
async fn vector_86_a_token_is_good_on_its_own_host_only() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.pipe(SocketAddr::from(([192, 0, 2, 1], 1)), true);
    client.header("other.test").await;
    client.hears("</stream:features>").await;
    let there = |xml: String| xml.replace("h.example", "other.test");
    assert_eq!(outcome(&client.iq(&there(preauth(&token))).await), "item-not-found");
    assert_eq!(outcome(&client.iq(&there(registration("juliet", PASSWORD))).await), "not-acceptable");
    world.holder(&token).await;
}
