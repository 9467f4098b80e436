//! `kill -9` while links become accounts: all of it or nothing, and what was said is true.

use std::sync::Arc;
use std::time::Duration;

use parlour_xmpp::xml::Element;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::chance::{Chance, size};
use crate::newcomers::{Heard, Newcomer};
use crate::people::roster;
use crate::place::{HOST, Place};

/// A link and who tried it.
struct Tried {
    id: String,
    max_uses: usize,
    heard: Vec<(String, Heard)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_91_kill_9_in_redemptions() {
    let kills = size(50, 1_000);
    let chance = Chance::new();
    let mut place = Place::new("[accounts]\nregistration_throttle_max = 0\n");
    place.start().await;
    place.account("romeo", "admin").await;

    // How long it takes to be heard, followed as it changes, so that kills come before, amid and after the commits.
    let mut usual = Duration::from_millis(100);
    let (mut reported, mut cut) = (0, 0);
    for round in 0..kills {
        let links = attempts(&mut place, round, chance.within(2 * usual)).await;
        let heard = |what: &Heard| links.iter().flat_map(|link| &link.heard).filter(|(_, heard)| heard == what).count();
        let (successes, nothings) = (heard(&Heard::Success), heard(&Heard::Nothing));
        if successes == 0 {
            usual += usual / 8;
        } else if nothings == 0 {
            usual -= usual / 8;
        }
        reported += successes;
        cut += nothings;
        place.start().await;
        for link in &links {
            holds(&place, round, link).await;
        }
    }
    assert!(reported > 0 && cut > 0, "{reported} reported, {cut} cut off: the kills came at no interesting time");
    assert!(place.terminate().await.success());
}

/// Newcomers on several links ask at once, and after `limit` the server is killed. Gives what each of them heard until the
/// connections broke.
async fn attempts(place: &mut Place, round: usize, limit: Duration) -> Vec<Tried> {
    let ports = place.ports();
    let mut links = Vec::new();
    let mut arriving = JoinSet::new();
    for (link, (max_uses, tries)) in [(1, 2), (2, 3)].into_iter().enumerate() {
        let wish = json!({ "kind": "account-and-contact", "contact_of": "romeo", "max_uses": max_uses });
        let (id, token) = place.invite(wish).await;
        links.push(Tried { id, max_uses, heard: Vec::new() });
        for n in 0..tries {
            let (token, name) = (token.clone(), format!("r{round}l{link}n{n}"));
            arriving.spawn(async move {
                let newcomer = Newcomer::arrive(ports, n % 2 == 0, round * 8 + link * 4 + n, name, &token).await;
                (link, newcomer.expect("a live link"))
            });
        }
    }
    let newcomers = arriving.join_all().await;
    let together = Arc::new(Barrier::new(newcomers.len() + 1));
    let mut asking = JoinSet::new();
    for (link, mut newcomer) in newcomers {
        let together = Arc::clone(&together);
        asking.spawn(async move {
            together.wait().await;
            (link, newcomer.ask().await, newcomer.name)
        });
    }
    together.wait().await;
    let mut note = |done: Result<(usize, Heard, String), _>| {
        let (link, heard, name) = done.expect("a newcomer");
        links[link].heard.push((name, heard));
    };
    let listen = async {
        while let Some(done) = asking.join_next().await {
            note(done);
        }
    };
    // Whether they have all heard by then or not.
    let _ = tokio::time::timeout(limit, listen).await;
    place.kill().await;
    while let Some(done) = asking.join_next().await {
        note(done);
    }
    links
}

/// Everything of a redemption is there or nothing is; what was reported is there.
async fn holds(place: &Place, round: usize, link: &Tried) {
    let ports = place.ports();
    let mut there = 0;
    let contacts = roster(ports, "romeo").await;
    for (name, heard) in &link.heard {
        let exists = place.has(name).await;
        there += usize::from(exists);
        let what = format!("round {round}, {name}, who heard {heard:?}");
        match heard {
            Heard::Success => assert!(exists, "{what}: reported and lost"),
            Heard::Refused(_) => assert!(!exists, "{what}: refused and made"),
            Heard::Nothing => {}
        }
        let mutual = |items: &Element, jid: &str| {
            items
                .elements()
                .any(|item| item.attr_value("jid") == Some(jid) && item.attr_value("subscription") == Some("both"))
        };
        let listed = contacts.elements().any(|item| item.attr_value("jid") == Some(&format!("{name}@{HOST}")));
        assert_eq!(listed, exists, "{what}: the inviter's roster says otherwise");
        if exists {
            assert!(mutual(&contacts, &format!("{name}@{HOST}")), "{what}: {contacts}");
            // Who can sign in has a password, and sees the inviter.
            let own = roster(ports, name).await;
            assert!(mutual(&own, &format!("romeo@{HOST}")), "{what}: {own}");
        }
    }
    let uses = place.uses(&link.id).await;
    assert_eq!(uses, there, "round {round}: {:?}", link.heard);
    assert!(uses <= link.max_uses, "round {round}: {uses} of {}", link.max_uses);
}
