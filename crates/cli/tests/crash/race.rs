//! One link and more people, or doors, than it is for.

use parlour_testkit::Client;
use serde_json::json;
use tokio::task::JoinSet;

use crate::newcomers::{Heard, Newcomer, present, register};
use crate::place::{HOST, Place};
use crate::web::Browser;

const RACERS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_90_vector_28_a_hundred_race_for_one_link_by_app_and_web() {
    let mut place = Place::new("[accounts]\nregistration_throttle_max = 0\n");
    let ports = place.start().await;
    let (id, token) = place.invite(json!({ "kind": "account" })).await;

    let mut arriving = JoinSet::new();
    for n in 0..RACERS {
        let token = token.clone();
        arriving.spawn(async move { Newcomer::arrive(ports, n % 2 == 0, n, format!("racer{n}"), &token).await });
    }
    let racers: Vec<Newcomer> =
        arriving.join_all().await.into_iter().map(|one| one.expect("a live link lets everybody in")).collect();
    assert_eq!(place.uses(&id).await, 0, "nothing is counted before success");

    let mut running = JoinSet::new();
    for mut racer in racers {
        running.spawn(async move { (racer.ask().await, racer) });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        running.join_all().await.into_iter().partition(|(heard, _)| *heard == Heard::Success);
    let winners: Vec<&str> = won.iter().map(|(_, racer)| &*racer.name).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    for n in 0..RACERS {
        let name = format!("racer{n}");
        assert_eq!(place.has(&name).await, winners == [name.as_str()], "{name}");
    }
    assert_eq!(place.uses(&id).await, 1);
    for (heard, racer) in &lost {
        let Heard::Refused(why) = heard else { panic!("{} hears {heard:?}", racer.name) };
        // Used up; or, since one link tries 20 names at once, to wait and then to hear that.
        let clear = ["item-not-found", "resource-constraint", "410 ", "429 "].iter().any(|word| why.contains(word));
        assert!(clear, "{}: {why}", racer.name);
    }

    // Their names are as free as they were, on the connections they have.
    let (id, token) = place.invite(json!({ "kind": "account", "max_uses": 4 })).await;
    let mut again: Vec<Newcomer> = lost.into_iter().map(|(_, racer)| racer).take(4).collect();
    for racer in &mut again {
        racer.present(&token).await.expect("another link");
        assert_eq!(racer.ask().await, Heard::Success, "{}", racer.name);
    }
    assert_eq!(place.uses(&id).await, 4);
    assert!(place.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vector_49_a_reset_link_used_by_one_door_is_refused_by_both() {
    let mut place = Place::new("");
    let ports = place.start().await;
    for (name, by_app) in [("juliet", true), ("romeo", false)] {
        place.account(name, "member").await;
        let (id, token) = place.invite(json!({ "kind": "password-reset", "name": name })).await;
        let path = format!("/i/{token}/reset");
        // Both have the form before them.
        let mut app = Client::connect(ports.c2s, HOST).await.expect("a stream");
        present(&mut app, &token).await.expect("a live link");
        let mut browser = Browser::new(ports, 0);
        assert_eq!(browser.look(&path).await.expect("a page").status, 200);

        let (new, other) = ("another horse battery", "third horse battery");
        if by_app {
            assert_eq!(register(&mut app, name, new).await, Heard::Success);
            let late = browser.submit(&path, &[("password", other)]).await.expect("an answer");
            assert_eq!(late.status, 410, "{}", late.text);
        } else {
            let done = browser.submit(&path, &[("password", new)]).await.expect("an answer");
            assert_eq!(done.status, 200, "{}", done.text);
            let late = register(&mut app, name, other).await;
            assert!(matches!(&late, Heard::Refused(why) if why.contains("item-not-found")), "{late:?}");
        }
        // And for whoever comes now.
        let mut app = Client::connect(ports.c2s, HOST).await.expect("a stream");
        let refused = present(&mut app, &token).await.expect_err("it is used").to_string();
        assert!(refused.contains("item-not-found"), "{refused}");
        assert_eq!(browser.look(&format!("/i/{token}")).await.expect("a page").status, 410);
        assert_eq!(place.uses(&id).await, 1);
        let jid = format!("{name}@{HOST}/new");
        assert!(Client::sign_in(ports.c2s, &jid, new).await.is_ok(), "{name} has the first new password");
        assert!(Client::sign_in(ports.c2s, &jid, other).await.is_err(), "and not the second");
    }
    assert!(place.terminate().await.success());
}
