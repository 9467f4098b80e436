use parlour_domain::account::rules::Turn;
use parlour_domain::api_key::Scopes;
use parlour_domain::invite::issue::Wish;
use parlour_domain::{HostOptions, InviteKind, Who};

use super::*;
use crate::testing::{World, host, jid, operator};

fn wish(role: Role) -> KeyWish {
    KeyWish { name: "the bot".into(), role, scopes: Scopes::everything(), expires_after: None }
}

fn elsewhere() -> HostName {
    HostName::parse("other.example").expect("a domain")
}

async fn found(world: &World, host: &HostName, text: &KeyText) -> Option<Arc<ShownKey>> {
    world.api_keys.open(host, text.expose()).await.expect("read")
}

#[tokio::test]
async fn a_key_opens_its_host_until_it_is_withdrawn() {
    let world = World::new().await;
    world.hosts.add(&operator(), elsewhere(), HostOptions::default()).await.expect("added");
    let made = world.api_keys.create(&operator(), Some(host()), wish(Role::Admin)).await.expect("made").into_out();
    let shown = found(&world, &host(), &made.text).await.expect("good");
    assert_eq!(shown.by(Door::Api, 1, None).rank(), Some(Role::Admin));
    assert!(found(&world, &elsewhere(), &made.text).await.is_none(), "another host's door");
    let reads = world.store.meters().reads();
    for _ in 0..10 {
        assert!(found(&world, &host(), &made.text).await.is_some());
    }
    assert_eq!(world.store.meters().reads(), reads, "what was shown before costs no look");
    let (id, secret) = KeyText::parts(made.text.expose()).expect("a key");
    let bent: String = secret.chars().rev().collect();
    assert!(world.api_keys.find(&host(), id, &bent).await.expect("read").is_none());
    assert!(world.api_keys.find(&host(), id, "").await.expect("read").is_none());
    world.api_keys.revoke(&operator(), Some(host()), id.as_str()).await.expect("withdrawn");
    assert!(found(&world, &host(), &made.text).await.is_none());
    let again = world.api_keys.revoke(&operator(), Some(host()), id.as_str()).await.expect("as before");
    assert!(again.changes().is_empty());
    let unknown = world.api_keys.revoke(&operator(), Some(elsewhere()), id.as_str()).await;
    assert!(matches!(unknown, Err(ActError::Refused(KeyRefusal::Unknown))));
}

#[tokio::test]
async fn attack_81_the_store_holds_nothing_that_opens() {
    let world = World::new().await;
    let made = world.api_keys.create(&operator(), Some(host()), wish(Role::Admin)).await.expect("made").into_out();
    let kept = world.api_keys.list(&operator(), Some(host())).await.expect("listed").remove(0);
    let secret = made.text.secret().as_bytes();
    assert_ne!(kept.hash.0, secret);
    let plain = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
    assert_ne!(kept.hash.0, plain.as_ref(), "a hash without a key could be tried out");
    // The same rows under another server's keys.
    let held = Arc::new(Held::default());
    let other = ApiKeys::new(Arc::new(world.store.clone()), world.common.clone(), &SecretKey::new([9; 32]), held);
    assert!(other.open(&host(), made.text.expose()).await.expect("read").is_none());
}

#[tokio::test]
async fn a_key_is_never_above_whoever_made_it() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Owner).await;
    world.person("olga", Role::Owner).await;
    let made = world.api_keys.create(&alice, Some(host()), wish(Role::Owner)).await.expect("made").into_out();
    let rank = async || found(&world, &host(), &made.text).await.map(|shown| shown.by(Door::Api, 1, None).rank());
    assert_eq!(rank().await, Some(Some(Role::Owner)));
    world.accounts.set_role(&operator(), &jid("alice"), Role::Admin).await.expect("set");
    assert_eq!(rank().await, Some(Some(Role::Admin)));
    // Judged again in the transaction: shown before, used after.
    let by = found(&world, &host(), &made.text).await.expect("good").by(Door::Api, 1, None);
    world.accounts.set_role(&operator(), &jid("alice"), Role::Member).await.expect("set");
    assert_eq!(rank().await, None);
    let invite = world.invites.issue(&by, &host(), Wish { kind: Some(InviteKind::Account), ..Wish::default() }).await;
    assert!(invite.is_err(), "{invite:?}");
    world.accounts.set_role(&operator(), &jid("alice"), Role::Admin).await.expect("set");
    assert_eq!(rank().await, Some(Some(Role::Admin)));
    world.accounts.turn(&operator(), &jid("alice"), Turn::Disable).await.expect("disabled");
    assert_eq!(rank().await, None);
    let member = world.person("mia", Role::Member).await;
    let refused = world.api_keys.create(&member, Some(host()), wish(Role::Admin)).await;
    assert!(matches!(refused, Err(ActError::Refused(KeyRefusal::NotAllowed))));
    assert!(world.api_keys.list(&member, Some(host())).await.is_err());
}

#[tokio::test]
async fn a_key_ends_by_itself_and_is_forgotten_later() {
    let world = World::new().await;
    let wish = KeyWish { expires_after: Some(60 * MINUTE), ..wish(Role::Admin) };
    let made = world.api_keys.create(&operator(), None, wish).await.expect("made").into_out();
    world.clock.pass(60 * MINUTE - 1);
    assert!(found(&world, &host(), &made.text).await.is_some());
    world.clock.pass(1);
    assert!(found(&world, &host(), &made.text).await.is_none());
    assert_eq!(world.api_keys.sweep(None, world.common.now()).await, Ok(0));
    world.clock.pass(1);
    assert_eq!(world.api_keys.sweep(None, world.common.now()).await, Ok(1));
    assert!(world.api_keys.list(&operator(), None).await.expect("listed").is_empty());
}

#[tokio::test]
async fn what_a_key_does_is_said_and_answered_for() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Admin).await;
    let of_alice = world.api_keys.create(&alice, Some(host()), wish(Role::Admin)).await.expect("made").into_out();
    let of_operator = world.api_keys.create(&operator(), None, wish(Role::Owner)).await.expect("made").into_out();
    for (text, maker) in [(of_alice.text, Who::Account(jid("alice"))), (of_operator.text, Who::Operator)] {
        let by = found(&world, &host(), &text).await.expect("good").by(Door::Api, 1, None);
        let (invite, _) = world.invite(&by, Wish { kind: Some(InviteKind::Account), ..Wish::default() }).await;
        assert_eq!(invite.maker, maker);
        let (_, history) = world.invites.show(&by, &host(), invite.id.as_str()).await.expect("read").expect("seen");
        assert_eq!(history[0].who, Who::Key("the bot".into()));
        assert_eq!(history[0].who.to_string(), "key \"the bot\"");
    }
}

#[tokio::test]
async fn the_last_use_is_kept_to_within_an_hour() {
    let world = World::new().await;
    let made = world.api_keys.create(&operator(), Some(host()), wish(Role::Admin)).await.expect("made").into_out();
    let used = async || world.api_keys.list(&operator(), Some(host())).await.expect("listed")[0].used;
    assert_eq!(used().await, None);
    found(&world, &host(), &made.text).await.expect("good");
    let first = used().await.expect("used");
    world.clock.pass(30 * MINUTE);
    found(&world, &host(), &made.text).await.expect("good");
    assert_eq!(used().await, Some(first));
    world.clock.pass(31 * MINUTE);
    found(&world, &host(), &made.text).await.expect("good");
    assert_eq!(used().await, Some(first + 61 * MINUTE));
}
