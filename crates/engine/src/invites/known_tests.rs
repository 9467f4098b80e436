use parlour_domain::Role;
use parlour_domain::account::rules::Turn;
use parlour_domain::invite::InviteKind;
use parlour_domain::invite::issue::Wish;
use parlour_store::invites::InviteStore as _;

use super::*;
use crate::testing::{World, host, jid, operator, several};

/// Looks it up twice, so that the second answer is the one in memory; says whether it would be redeemed.
async fn opens(world: &World, token: &str) -> bool {
    let shown = world.invites.open(&host(), token).expect("ours");
    let first = world.invites.check(&host(), &shown).await;
    let again = world.invites.check(&host(), &shown).await;
    assert_eq!(first, again);
    if let Ok(Some(looked)) = world.invites.look(&host(), &shown).await {
        let stored = world.store.look(host(), shown.id).await.expect("read").expect("there");
        assert_eq!(*looked, stored, "what is in memory is what is stored");
    }
    first.is_ok()
}

#[tokio::test]
async fn what_is_asked_for_twice_is_read_once() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let before = world.store.meters().reads();
    let shown = world.invites.open(&host(), &token).expect("ours");
    for _ in 0..3 {
        world.invites.look(&host(), &shown).await.expect("read").expect("there");
    }
    assert_eq!(world.store.meters().reads() - before, 1);
}

#[tokio::test]
async fn an_invite_that_is_over_is_over_at_once() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), several(2)).await;
    assert!(opens(&world, &token).await);
    world.join(&token, "romeo").await.expect("joined");
    assert!(opens(&world, &token).await, "one more may come");
    world.join(&token, "juliet").await.expect("joined");
    assert!(!opens(&world, &token).await, "used up");
    world.invites.set_max_uses(&operator(), &host(), invite.id.as_str(), 3).await.expect("granted");
    assert!(opens(&world, &token).await, "one more may come again");
    world.invites.revoke(&operator(), &host(), invite.id.as_str()).await.expect("granted");
    assert!(!opens(&world, &token).await, "withdrawn");
}

#[tokio::test]
async fn an_invite_is_as_good_as_its_maker() {
    let world = World::new().await;
    let maker = world.person("romeo", Role::Admin).await;
    let wish = || Wish { kind: Some(InviteKind::AccountAndContact), ..Wish::default() };
    let (_, token) = world.invite(&maker, wish()).await;
    assert!(opens(&world, &token).await);
    world.accounts.turn(&operator(), &jid("romeo"), Turn::Disable).await.expect("granted");
    assert!(!opens(&world, &token).await, "whoever made it may not sign in");
    world.accounts.turn(&operator(), &jid("romeo"), Turn::Enable).await.expect("granted");
    assert!(opens(&world, &token).await);
    world.accounts.set_role(&operator(), &jid("romeo"), Role::Limited).await.expect("granted");
    opens(&world, &token).await;
    world.accounts.turn(&operator(), &jid("romeo"), Turn::Delete).await.expect("granted");
    assert!(!opens(&world, &token).await, "gone");
}

#[tokio::test]
async fn all_of_a_host_are_over_at_once() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), several(5)).await;
    assert!(opens(&world, &token).await);
    world.invites.revoke_all(&operator(), &host()).await.expect("granted");
    assert!(!opens(&world, &token).await);
}

#[tokio::test]
async fn a_link_for_a_password_is_over_when_another_was_used() {
    let world = World::new().await;
    world.person("romeo", Role::Member).await;
    let reset = || Wish { kind: Some(InviteKind::Reset), name: Some("romeo".into()), ..Wish::default() };
    let (_, first) = world.invite(&operator(), reset()).await;
    assert!(opens(&world, &first).await);
    let (_, second) = world.invite(&operator(), reset()).await;
    world.join(&second, "romeo").await.expect("a new password");
    assert!(!opens(&world, &first).await);
}

#[tokio::test]
async fn what_was_read_before_a_change_is_not_kept_after_it() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    let known = Known::default();
    let Err(asked) = known.find(&host(), invite.id) else { panic!("nothing was kept yet") };
    let read = world.store.look(host(), invite.id).await.expect("read").expect("there");
    // The answer is on its way while somebody withdraws it.
    let done = world.invites.revoke(&operator(), &host(), &token).await.expect("granted");
    known.changed(done.changes());
    known.remember(asked, read);
    assert!(known.find(&host(), invite.id).is_err());
}

#[tokio::test]
async fn others_stay_and_there_is_a_bound() {
    let world = World::new().await;
    let (kept, _) = world.invite(&operator(), Wish::default()).await;
    let (other, _) = world.invite(&operator(), Wish::default()).await;
    let known = Known::default();
    let read = world.store.look(host(), kept.id).await.expect("read").expect("there");
    let Err(asked) = known.find(&host(), kept.id) else { panic!("nothing was kept yet") };
    known.remember(asked, read.clone());
    let done = world.invites.revoke(&operator(), &host(), other.id.as_str()).await.expect("granted");
    known.changed(done.changes());
    assert!(known.find(&host(), kept.id).is_ok());
    assert!(known.find(&HostName::parse("other.example").expect("a domain"), kept.id).is_err(), "another host's");
    for n in 0..2 * MOST {
        let mut one = read.clone();
        one.invite.id = format!("{n:0>11}").parse().expect("an id");
        let Err(asked) = known.find(&host(), one.invite.id) else { panic!("it is new") };
        known.remember(asked, one);
    }
    assert!(known.inner().invites.len() <= MOST);
}
