//! What accounts do about themselves, and how streams treat newcomers: when they are answered, in which language, how long.

use std::net::SocketAddr;

use parlour_domain::Role;
use parlour_domain::invite::issue::Wish;

use super::world::{ASK, PASSWORD, World, operator, outcome, preauth, registration};
use crate::c2s::tests::house::plain;

#[tokio::test]
async fn vector_45_removing_and_registering_where_it_is_not_due() {
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    let (_, token) = world.invite(&romeo, Wish::default()).await;
    let remove = "<iq type='set' id='x'><query xmlns='jabber:iq:register'><remove/></query></iq>";
    let mut client = world.holder(&token).await;
    let answer = client.iq(remove).await;
    assert!(answer.contains("<error type='auth'><registration-required"), "{answer}");
    let mut client = world.bound("romeo").await;
    assert_eq!(outcome(&client.iq(&preauth(&token)).await), "service-unavailable");
    assert_eq!(outcome(&client.iq(&registration("juliet", PASSWORD)).await), "bad-request");
    for xml in [
        ASK.replace("h.example", "other.test"),
        registration("romeo", PASSWORD).replace("h.example", "other.test"),
        remove.replace("id='x'", "id='x' to='other.test'"),
    ] {
        assert_eq!(outcome(&client.iq(&xml).await), "service-unavailable", "{xml}");
    }
    let both =
        "<iq type='set' id='x'><query xmlns='jabber:iq:register'><remove/><username>romeo</username></query></iq>";
    assert_eq!(outcome(&client.iq(both).await), "bad-request");
    assert!(!world.exists("juliet").await && world.exists("romeo").await);
}

#[tokio::test]
async fn an_account_changes_its_password_and_stays_signed_in() {
    let mut world = World::new().await;
    world.person("romeo", Role::Member).await;
    let mut client = world.bound("romeo").await;
    let mut other = world.bound("romeo").await;
    let form = client.iq(ASK).await;
    assert!(form.contains("<registered") && form.contains("<username>romeo</username>"), "{form}");
    assert!(!form.contains(PASSWORD));
    for (name, password, condition) in [
        ("mercutio", "another good one", "bad-request"),
        ("romeo", "", "bad-request"),
        ("", "another good one", "bad-request"),
        ("romeo", "short", "not-acceptable"),
    ] {
        let answer = client.iq(&registration(name, password)).await;
        assert_eq!(outcome(&answer), condition, "{answer}");
        assert!(!answer.contains("another good one"), "{answer}");
    }
    assert_eq!(outcome(&client.iq(&registration("Romeo", "another good one")).await), "result");
    client.hears_so_far().await;
    assert!(other.hears_end().await.contains("<not-authorized"), "another app may be whom this is to keep out");
    let mut again = world.stranger().await;
    again.say(&plain("romeo", PASSWORD)).await;
    again.hears("<not-authorized").await;
    world.stranger().await.signs_in("romeo", "another good one").await;
    assert!(client.iq(ASK).await.contains("<registered"), "the one that changed it goes on");
}

#[tokio::test]
async fn an_account_is_removed_answered_and_signed_out() {
    let mut world = World::new().await;
    let romeo = world.person("romeo", Role::Member).await;
    world.person("boss", Role::Owner).await;
    let (_, token) = world.invite(&romeo, Wish::default()).await;
    let (mut here, mut there) = (world.bound("romeo").await, world.bound("romeo").await);
    here.say("<iq type='set' id='bye'><query xmlns='jabber:iq:register'><remove/></query></iq>").await;
    let heard = here.hears_end().await;
    assert!(heard.contains("id='bye' type='result'") && heard.contains("<not-authorized"), "{heard}");
    assert!(there.hears_end().await.contains("<not-authorized"));
    let mut again = world.stranger().await;
    again.say(&plain("romeo", PASSWORD)).await;
    again.hears("<not-authorized").await;
    assert_eq!(outcome(&again.iq(&preauth(&token)).await), "item-not-found", "invites go with their maker");
    let mut boss = world.bound("boss").await;
    let answer = boss.iq("<iq type='set' id='x'><query xmlns='jabber:iq:register'><remove/></query></iq>").await;
    assert_eq!(outcome(&answer), "not-allowed", "the last owner stays");
    boss.hears_so_far().await;
}

#[tokio::test]
async fn a_registration_is_answered_when_it_is_durable() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    world.gate.hold();
    client.say(&registration("juliet", PASSWORD)).await;
    let gate = world.gate.clone();
    tokio::task::spawn_blocking(move || gate.until_waiting()).await.expect("its commit waits");
    assert!(client.is_silent().await, "answered before its commit");
    world.gate.release();
    assert_eq!(outcome(&client.hears_iq().await), "result");
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut client = world.holder(&token).await;
    world.gate.fail_next(parlour_store::StoreError::DiskFull);
    assert_eq!(outcome(&client.iq(&registration("ophelia", PASSWORD)).await), "resource-constraint");
    assert!(!world.exists("ophelia").await);
    assert_eq!(outcome(&client.iq(&registration("ophelia", PASSWORD)).await), "result");
}

#[tokio::test]
async fn answers_come_in_the_streams_language() {
    let mut world = World::new().await;
    let mut client = world.pipe(SocketAddr::from(([192, 0, 2, 1], 1)), true);
    client
        .say("<stream:stream to='h.example' version='1.0' xml:lang='de-CH' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        .await;
    client.hears("</stream:features>").await;
    let answer = client.iq(&preauth("nonsense")).await;
    assert!(answer.contains("xml:lang='de'") && answer.contains("Einladung"), "{answer}");
    let answer = client.iq(&preauth("nonsense").replace("<iq ", "<iq xml:lang='en' ")).await;
    assert!(answer.contains("xml:lang='en'") && answer.contains("invitation"), "{answer}");
    world.person("romeo", Role::Member).await;
    client.say(&plain("romeo", PASSWORD)).await;
    client.hears("<success").await;
    client
        .say("<stream:stream to='h.example' version='1.0' xml:lang='de' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        .await;
    client.hears("</stream:features>").await;
    client.binds().await;
    let form = client.iq(ASK).await;
    assert!(form.contains("Dein Konto"), "{form}");
}

#[tokio::test]
async fn whoever_holds_an_invite_has_ten_minutes_and_everybody_else_five() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let (mut stranger, mut holder) = (world.stranger().await, world.holder(&token).await);
    let pass = async |minutes: u64| {
        tokio::time::pause();
        tokio::time::advance(std::time::Duration::from_secs(60 * minutes)).await;
        tokio::time::resume();
    };
    pass(4).await;
    assert_eq!(outcome(&stranger.iq(ASK).await), "result");
    pass(2).await;
    assert!(stranger.hears_end().await.contains("<connection-timeout"));
    assert_eq!(outcome(&holder.iq(ASK).await), "result");
    pass(5).await;
    assert!(holder.hears_end().await.contains("<connection-timeout"));
}

#[tokio::test]
async fn vector_46_over_a_websocket_as_over_tcp() {
    let mut world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let mut socket = world.web_socket().await;
    socket.say("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='h.example' version='1.0'/>").await;
    socket.hears().await;
    let features = socket.hears().await;
    assert!(features.contains("<register xmlns='urn:xmpp:ibr-token:0'/>"), "{features}");
    let iq = |xml: String| xml.replacen("<iq ", "<iq xmlns='jabber:client' ", 1);
    for (xml, expected) in [
        (preauth("nonsense"), "item-not-found"),
        (preauth(&token), "result"),
        (ASK.to_owned(), "result"),
        (registration("juliet", PASSWORD), "result"),
    ] {
        socket.say(&iq(xml)).await;
        let answer = socket.hears().await;
        assert_eq!(outcome(&answer), expected, "{answer}");
    }
    assert!(world.exists("juliet").await);
}
