//! Acts on invites as the doors call them, over a real store: checks of behaviour by their numbers.

use std::collections::HashSet;
use std::sync::Arc;

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::invite::redeem::RedeemRefusal;
use parlour_domain::limits::{DAY, MINUTE};
use parlour_domain::options::InviteOptions;
use parlour_domain::roster::RosterChange;
use parlour_domain::{Change, HostOptions, InviteKind, InviteState, Role};
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;

use crate::invites::{AccountWish, IssueError, RedeemError};
use crate::testing::{
    World, all, can_sign_in, contact_of, dead, host, jid, named, newcomer, operator, refused, several,
};

#[tokio::test]
async fn vector_08_a_members_link_makes_an_account_where_members_may_invite() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    let uri = world.invites.links(&invite).expect("links").uri.to_string();
    assert_eq!(uri, format!("xmpp:alice@h.example?roster;preauth={token};ibr=y"));

    let invites = InviteOptions { allow_user_invites: Some(false), ..InviteOptions::default() };
    let store = Sqlite::in_memory(Options::default()).expect("a store");
    let world = World::over(store, HostOptions { invites, ..HostOptions::default() }).await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    let uri = world.invites.links(&invite).expect("links").uri.to_string();
    assert_eq!(uri, format!("xmpp:alice@h.example?roster;preauth={token}"));
}

#[tokio::test]
async fn vector_13_account_links_carry_the_name_where_there_is_one() {
    let world = World::new().await;
    let admin = world.person("admin", Role::Admin).await;
    let (invite, token) = world.invite(&admin, named("juliet")).await;
    let links = world.invites.links(&invite).expect("links");
    assert_eq!(links.uri.to_string(), format!("xmpp:juliet@h.example?register;preauth={token}"));
    assert_eq!(*links.landing_page.expose(), format!("https://h.example/i/{token}"));
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let links = world.invites.links(&invite).expect("links");
    assert_eq!(links.uri.to_string(), format!("xmpp:h.example?register;preauth={token}"));
}

#[tokio::test]
async fn vector_14_a_name_is_promised_once_and_must_be_one() {
    let world = World::new().await;
    let admin = world.person("admin", Role::Admin).await;
    let issue = async |name| world.invites.issue(&admin, &host(), named(name)).await;
    assert_eq!(issue("admin").await.expect_err("taken"), IssueError::Refused(IssueRefusal::NameTaken));
    let long = "x".repeat(2000);
    for bad in ["@x", "", "a b", &long] {
        let error = issue(bad).await.expect_err("no name");
        assert!(matches!(error, IssueError::Refused(IssueRefusal::Name(_))), "{bad:?} {error}");
    }
    issue("juliet").await.expect("free");
    assert_eq!(issue("juliet").await.expect_err("promised"), IssueError::Refused(IssueRefusal::NamePromised));
    let (_, token) = world.invite(&admin, Wish { kind: Some(InviteKind::Account), ..Wish::default() }).await;
    assert_eq!(world.join(&token, "Juliet").await, Err(refused(RedeemRefusal::NameTaken)));
}

#[tokio::test]
async fn vector_16_a_member_makes_no_account_links_and_no_roles() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let not_allowed = IssueError::Refused(IssueRefusal::NotAllowed);
    for wish in [
        Wish { kind: Some(InviteKind::Account), ..Wish::default() },
        Wish { kind: Some(InviteKind::Owner), ..Wish::default() },
        Wish { kind: Some(InviteKind::Reset), ..named("alice") },
        Wish { on_behalf: Some(jid("bob")), ..Wish::default() },
        named("juliet"),
    ] {
        assert_eq!(world.invites.issue(&alice, &host(), wish).await.expect_err("no"), not_allowed);
    }
    let error = world.invites.issue(&alice, &host(), Wish { role: Some(Role::Admin), ..Wish::default() }).await;
    assert_eq!(error.expect_err("no"), IssueError::Refused(IssueRefusal::RoleTooHigh));
    let limited = world.person("bob", Role::Limited).await;
    assert_eq!(world.invites.issue(&limited, &host(), Wish::default()).await.expect_err("no"), not_allowed);
}

#[tokio::test]
async fn vector_19_five_open_ten_a_day_and_when_there_is_room_again() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.invite(&alice, Wish::default()).await.0);
        world.clock.pass(MINUTE);
    }
    let refusal = world.invites.issue(&alice, &host(), Wish::default()).await.expect_err("five are open");
    let again = Some(ids[0].expires + 1000);
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::TooManyOpen { limit: 5, again }));
    for invite in &ids {
        world.invites.revoke(&alice, &host(), invite.id.as_str()).await.expect("withdrawn");
        world.invite(&alice, Wish::default()).await;
    }
    let (newest, _) = (world.invites.list(&alice, all()).await.expect("a list").remove(0), ());
    world.invites.revoke(&alice, &host(), newest.id.as_str()).await.expect("withdrawn");
    let refusal = world.invites.issue(&alice, &host(), Wish::default()).await.expect_err("ten today");
    let again = Some(ids[0].created + DAY);
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::TooManyToday { limit: 10, again }));
    world.clock.pass(DAY);
    world.invite(&alice, Wish::default()).await;
    let admin = world.person("boss", Role::Admin).await;
    for _ in 0..12 {
        world.invite(&admin, Wish::default()).await;
    }
}

#[tokio::test]
async fn vector_25_a_newcomer_can_sign_in_at_once() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    assert_eq!(world.join(&token, "Juliet").await, Ok(jid("juliet")));
    assert!(can_sign_in(&world, "juliet", "correct horse battery").await);
    assert!(!can_sign_in(&world, "juliet", "correct horse batterz").await);
    assert!(!can_sign_in(&world, "romeo", "correct horse battery").await);
}

#[tokio::test]
async fn vector_27_vector_26_a_used_token_makes_nothing_more() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let shown = world.invites.open(&host(), &token).expect("genuine");
    world.join(&token, "juliet").await.expect("joined");
    assert_eq!(world.join(&token, "rosaline").await, Err(dead(InviteState::Used)));
    let wish = AccountWish { name: "rosaline", password: "correct horse battery" };
    let same_session = world.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await;
    assert_eq!(same_session.expect_err("used"), dead(InviteState::Used));
    assert_eq!(world.accounts.account(jid("rosaline")).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn vector_28_attack_90_a_hundred_race_for_one_use() {
    let world = Arc::new(World::new().await);
    for round in 0..5 {
        let (_, token) = world.invite(&operator(), Wish::default()).await;
        let mut racers = tokio::task::JoinSet::new();
        for n in 0..100 {
            let (world, token) = (Arc::clone(&world), token.clone());
            racers.spawn(async move { world.join(&token, &format!("racer{round}x{n}")).await });
        }
        let outcomes = racers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.is_ok() || *outcome == Err(dead(InviteState::Used))));
    }
}

#[tokio::test]
async fn vector_29_a_refused_registration_burns_nothing() {
    let world = World::new().await;
    world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let shown = world.invites.open(&host(), &token).expect("genuine");
    let attempt = async |name, password| {
        let wish = AccountWish { name, password };
        world.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await.map(|done| done.into_out())
    };
    let good = "correct horse battery";
    assert_eq!(attempt("romeo", good).await, Err(refused(RedeemRefusal::NameTaken)));
    assert!(matches!(attempt("a b", good).await, Err(RedeemError::Refused(RedeemRefusal::Name(_)))));
    assert!(matches!(attempt("postmaster", good).await, Err(RedeemError::Refused(RedeemRefusal::Name(_)))));
    assert!(matches!(attempt("juliet", "short").await, Err(RedeemError::Password(_))));
    assert!(attempt("juliet", good).await.is_ok());
}

#[tokio::test]
async fn vector_30_vector_81_expiry_is_judged_when_the_token_is_shown() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish { expires_after: Some(DAY), ..Wish::default() }).await;
    world.clock.pass(DAY);
    assert_eq!(invite.expires, crate::testing::NOW + DAY);
    let shown = world.invites.open(&host(), &token).expect("in its last second");
    world.clock.pass(1000);
    assert_eq!(world.join(&token, "juliet").await, Err(dead(InviteState::Expired)));
    let wish = AccountWish { name: "juliet", password: "correct horse battery" };
    world.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await.expect("shown in time");
}

#[tokio::test]
async fn vector_31_a_token_that_was_only_shown_is_still_good() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for _ in 0..100 {
        let shown = world.invites.open(&host(), &token).expect("genuine");
        world.invites.check(&host(), &shown).await.expect("good");
        world.invites.opened(&host(), &shown);
    }
    world.join(&token, "juliet").await.expect("still good");
}

#[tokio::test]
async fn vector_32_vector_79_a_withdrawn_token_is_dead_for_sessions_that_showed_it() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let shown = world.invites.open(&host(), &token).expect("genuine");
    world.invites.revoke(&operator(), &host(), invite.id.as_str()).await.expect("withdrawn");
    let wish = AccountWish { name: "juliet", password: "correct horse battery" };
    let late = world.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await;
    assert_eq!(late.expect_err("withdrawn"), dead(InviteState::Withdrawn));
}

#[tokio::test]
async fn vector_33_a_named_invite_is_good_for_its_name_only() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), named("juliet")).await;
    assert_eq!(world.join(&token, "mallory").await, Err(refused(RedeemRefusal::OtherName)));
    assert_eq!(world.join(&token, "JULIET").await, Ok(jid("juliet")));
}

#[tokio::test]
async fn vector_34_a_promised_name_is_kept_until_a_little_after() {
    let invites = InviteOptions { registration_invite_only: Some(false), ..InviteOptions::default() };
    let store = Sqlite::in_memory(Options::default()).expect("a store");
    let world = World::over(store, HostOptions { invites, ..HostOptions::default() }).await;
    let openly = async |name| {
        let wish = AccountWish { name, password: "correct horse battery" };
        world.invites.redeem(&newcomer(), &host(), None, wish).await.map(|done| done.into_out().jid().clone())
    };
    let (first, _) = world.invite(&operator(), named("juliet")).await;
    let (second, _) = world.invite(&operator(), named("romeo")).await;
    assert_eq!(openly("juliet").await, Err(refused(RedeemRefusal::NameTaken)));
    world.invites.revoke(&operator(), &host(), first.id.as_str()).await.expect("withdrawn");
    assert_eq!(openly("juliet").await, Ok(jid("juliet")));
    world.clock.pass(second.expires - second.created + 15 * MINUTE);
    assert_eq!(openly("romeo").await, Err(refused(RedeemRefusal::NameTaken)));
    world.clock.pass(1000);
    assert_eq!(openly("romeo").await, Ok(jid("romeo")));
}

#[tokio::test]
async fn vector_35_a_friends_link_makes_both_contacts_at_once() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    world.told.0.lock().expect("told").clear();
    world.join(&token, "bob").await.expect("joined");
    assert_eq!(contact_of(&world, "alice", "bob").await, Some("both"));
    assert_eq!(contact_of(&world, "bob", "alice").await, Some("both"));
    let told = world.told.0.lock().expect("told");
    let pushes = told
        .iter()
        .filter(|change| matches!(change, Change::Roster(RosterChange::Put { item, .. }) if item.name.is_none()));
    assert_eq!(pushes.count(), 2, "one push for each, no name");
}

#[tokio::test]
async fn vector_38_roster_subscription_is_as_asked() {
    let world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    for (name, subscribe) in [("bob", true), ("carol", false)] {
        let (_, token) = world.invite(&boss, Wish { subscribe, ..named(name) }).await;
        world.join(&token, name).await.expect("joined");
        assert_eq!(contact_of(&world, "boss", name).await, subscribe.then_some("both"));
    }
}

#[tokio::test]
async fn vector_39_a_contact_link_makes_no_account() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    assert_eq!(world.join(&token, "bob").await, Err(refused(RedeemRefusal::ContactOnly)));
}

#[tokio::test]
async fn vector_40_vector_83_attack_98_whoever_invited_must_still_stand_for_it() {
    for how in ["limited", "disabled", "deleted"] {
        let world = World::new().await;
        let alice = world.person("alice", Role::Member).await;
        let (_, first) = world.invite(&alice, Wish::default()).await;
        let (_, second) = world.invite(&alice, Wish::default()).await;
        world.join(&first, "bob").await.expect("joined");
        let expected = match how {
            "limited" => {
                world.accounts.set_role(&operator(), &jid("alice"), Role::Limited).await.expect("demoted");
                refused(RedeemRefusal::MakerGone)
            }
            "disabled" => {
                world.accounts.turn(&operator(), &jid("alice"), Turn::Disable).await.expect("disabled");
                refused(RedeemRefusal::MakerGone)
            }
            _ => {
                world.accounts.turn(&operator(), &jid("alice"), Turn::Delete).await.expect("deleted");
                dead(InviteState::Withdrawn)
            }
        };
        assert_eq!(world.join(&second, "carol").await, Err(expected), "{how}");
        let bob = world.accounts.account(jid("bob")).await.expect("read").expect("stays");
        assert_eq!(bob.origin.inviter, Some(jid("alice")), "the tree still shows her");
    }
}

#[tokio::test]
async fn vector_41_attack_97_a_role_is_the_lower_of_then_and_now() {
    let world = World::new().await;
    let boss = world.person("boss", Role::Owner).await;
    let admin_link = || Wish { role: Some(Role::Admin), kind: Some(InviteKind::AccountAndContact), ..Wish::default() };
    let (_, first) = world.invite(&boss, admin_link()).await;
    let (_, second) = world.invite(&boss, admin_link()).await;
    world.join(&first, "bob").await.expect("joined");
    let role = async |name| world.accounts.account(jid(name)).await.expect("read").expect("there").role;
    assert_eq!(role("bob").await, Role::Admin);
    world.accounts.set_role(&operator(), &jid("boss"), Role::Member).await.expect("demoted");
    world.join(&second, "carol").await.expect("joined");
    assert_eq!(role("carol").await, Role::Member);
    // The door may still think she is an owner; the store knows better.
    let refusal = world.invites.issue(&boss, &host(), admin_link()).await.expect_err("demoted");
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::RoleTooHigh));
}

#[tokio::test]
async fn vector_43_several_uses_and_no_more() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), several(3)).await;
    for name in ["anna", "berta", "clara"] {
        world.join(&token, name).await.expect("room");
    }
    assert_eq!(world.join(&token, "dora").await, Err(dead(InviteState::Full)));
}

#[tokio::test]
async fn vector_09_ten_thousand_links_made_by_the_act_are_distinct() {
    let world = World::new().await;
    let (mut tokens, mut ids) = (HashSet::new(), HashSet::new());
    for _ in 0..10_000 {
        let (invite, token) = world.invite(&operator(), Wish::default()).await;
        assert!(token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
        assert!(tokens.insert(token) && ids.insert(invite.id), "two alike");
    }
}
