//! A hundred people, one link for one of them.

use serde_json::json;
use tokio::task::JoinSet;

use crate::newcomers::{Heard, Newcomer};
use crate::place::Place;

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
