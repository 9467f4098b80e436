//! More connections than there are descriptors for (ATTACKS F9 and 115).

use std::time::{Duration, Instant};

use http::Method;
use parlour_testkit::{Client, PATIENCE};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::place::{PASSWORD, Place};

/// What the server may have open.
const MOST: u32 = 160;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_09_attack_115_more_connections_than_descriptors() {
    let mut place = Place::cramped(MOST);
    let ports = place.start().await;
    assert!(place.log().contains(&format!("\"descriptors\":{MOST}")), "{}", place.log());
    for name in ["romeo", "juliet"] {
        place.account(name, "member").await;
    }
    let mut romeo = Client::sign_in(ports.c2s, "romeo@example.test/r", PASSWORD).await.expect("signed in");
    let mut juliet = Client::sign_in(ports.c2s, "juliet@example.test/j", PASSWORD).await.expect("signed in");
    juliet.available().await.expect("well");
    juliet.until_pong().await.expect("well");

    let mut crowd = Vec::new();
    for n in 0..MOST * 11 / 10 {
        let door = if n % 2 == 0 { ports.c2s } else { ports.web };
        crowd.push(TcpStream::connect(door).await.expect("the kernel takes it"));
    }
    let slowest = says_and_hears(&mut romeo, &mut juliet, 50).await;
    assert!(slowest < Duration::from_secs(2), "a message took {slowest:?}");
    // The operator gets in, the store writes, and files can be opened.
    place.account("nurse", "member").await;
    let file = place.data().join("copy.db");
    let copied = place.call_as(Method::POST, "/api/v1/backup", Some(json!({ "file": file })), &[]).await;
    assert!(copied.status.is_success(), "{}: {}", copied.status, copied.text);
    // Whoever is one too many is told so at once, not left waiting.
    let mut refused = 0;
    for late in crowd.iter_mut().rev().take(30) {
        let ended = tokio::time::timeout(PATIENCE, late.read(&mut [0; 1])).await.expect("closed, not left waiting");
        refused += usize::from(matches!(ended, Ok(0) | Err(_)));
    }
    assert_eq!(refused, 30);
    let shortage = place.log().matches("no descriptors are left").count();
    assert!((1..=2).contains(&shortage), "said once at each door: {}", place.log());

    drop(crowd);
    let began = Instant::now();
    let mut nurse = loop {
        match Client::sign_in(ports.c2s, "nurse@example.test/n", PASSWORD).await {
            Ok(nurse) => break nurse,
            Err(error) => assert!(began.elapsed() < PATIENCE, "room again, and nobody gets in: {error:#}"),
        }
    };
    nurse.available().await.expect("well");
    says_and_hears(&mut romeo, &mut juliet, 5).await;
    assert!(place.terminate().await.success());
}

/// Messages one after the other; gives the longest time of one.
async fn says_and_hears(from: &mut Client, to: &mut Client, messages: u32) -> Duration {
    let mut slowest = Duration::ZERO;
    for n in 0..messages {
        let began = Instant::now();
        from.send(format!("<message to='juliet@example.test' type='chat'><body>{n}</body></message>")).await;
        let heard = to.element().await.expect("a message");
        assert_eq!(heard.child_text("body"), Some(n.to_string()), "{heard}");
        slowest = slowest.max(began.elapsed());
    }
    slowest
}
