//! SIGTERM: who is there is told, what was taken is kept, and the process is gone in time (ATTACKS F16).

use std::time::{Duration, Instant};

use parlour_testkit::{Client, Heard};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::place::{PASSWORD, Place};

/// People who are there.
const PEOPLE: usize = 10;
/// Connections of each.
const DEVICES: usize = 5;

/// In less than this it is gone, whoever does not listen.
const GONE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_sigterm_with_many_sessions_ends_in_time_and_keeps_what_it_acknowledged() {
    let mut place = Place::new("");
    let ports = place.start().await;
    for n in 0..PEOPLE {
        place.account(&format!("p{n}"), "member").await;
    }
    let mut all = Vec::new();
    for n in 0..PEOPLE * DEVICES {
        let who = format!("p{}@example.test/d{n}", n % PEOPLE);
        let mut client = Client::sign_in(ports.c2s, &who, PASSWORD).await.expect("signed in");
        client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
        client.element().await.expect("enabled");
        all.push(client);
    }
    // Two who are of no help: one in the middle of an HTTP request, one who never reads.
    let mut page = TcpStream::connect(ports.web).await.expect("connected");
    page.write_all(b"GET / HTTP/1.1\r\nHost: chat.example.test\r\n").await.expect("half a request");
    let idle = TcpStream::connect(ports.c2s).await.expect("connected");

    let mut talking = JoinSet::new();
    for (n, mut client) in all.into_iter().enumerate() {
        talking.spawn(async move {
            // Named by who says them, so that each can be looked for.
            let to = (n + 1) % PEOPLE;
            for m in 0..20 {
                let id = format!("{n}-{m}");
                client
                    .send(format!("<message to='p{to}@example.test' type='chat' id='{id}'><body>{id}</body></message>"))
                    .await;
            }
            let heard = client.to_the_end().await.expect("an orderly end");
            let counted = heard.iter().filter_map(count).max().unwrap_or_default();
            let told = heard.iter().any(|h| format!("{h:?}").contains("streams}error"));
            assert!(told && heard.last() == Some(&Heard::End), "{n}: {heard:?}");
            (n, counted)
        });
    }
    let began = Instant::now();
    place.signal(Signal::TERM);
    let mut acknowledged = Vec::new();
    while let Some(ended) = talking.join_next().await {
        let (n, counted) = ended.expect("told");
        acknowledged.extend((0..counted).map(|m| (n, format!("{n}-{m}"))));
    }
    assert_eq!(page.read_to_end(&mut Vec::new()).await.unwrap_or(0), 0, "half a request has no answer");
    drop(idle);
    assert!(place.ended().await.success());
    assert!(began.elapsed() < GONE, "it took {:?}", began.elapsed());

    let ports = place.start().await;
    let mut kept = std::collections::HashSet::new();
    for n in 0..PEOPLE {
        let who = format!("p{n}@example.test/after");
        let mut client = Client::sign_in(ports.c2s, &who, PASSWORD).await.expect("signed in again");
        client.send("<presence/>").await;
        kept.extend(client.until_pong().await.expect("well").iter().filter_map(|e| e.child_text("body")));
    }
    for (n, id) in &acknowledged {
        assert!(kept.contains(id), "{id} was acknowledged to p{} and is lost", n % PEOPLE);
    }
    assert!(place.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_a_second_signal_waits_for_nobody() {
    for second in [Signal::TERM, Signal::INT] {
        let mut place = Place::new("");
        let ports = place.start().await;
        place.account("romeo", "member").await;
        let _deaf = Client::sign_in(ports.c2s, "romeo@example.test/r", PASSWORD).await.expect("signed in");
        // A request that is being sent keeps its connection for as long as there is.
        let mut page = TcpStream::connect(ports.web).await.expect("connected");
        let head = "POST /api/v1/none HTTP/1.1\r\nHost: chat.example.test\r\nContent-Length: 100\r\n\r\n";
        page.write_all(head.as_bytes()).await.expect("a head without its body");
        let began = Instant::now();
        place.signal(Signal::TERM);
        while TcpStream::connect(ports.c2s).await.is_ok() {
            assert!(began.elapsed() < GONE, "it goes on accepting");
            tokio::task::yield_now().await;
        }
        place.signal(second);
        assert!(place.ended().await.success());
        assert!(began.elapsed() < Duration::from_secs(4), "{second:?}: it took {:?}", began.elapsed());
    }
}

fn count(heard: &Heard) -> Option<usize> {
    match heard {
        Heard::Element(a) if a.is("urn:xmpp:sm:3", "a") => a.attr_value("h")?.parse().ok(),
        _ => None,
    }
}
