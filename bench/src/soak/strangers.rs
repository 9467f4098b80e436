//! Those who mean harm, or know no better: floods, slow readers, half stream headers (attack 11), bad XML.

use std::time::Duration;

use anyhow::Context as _;
use parlour_testkit::Client;
use parlour_testkit::faults::HOST;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::tally::Did;
use super::{Chance, Place};

/// All of them, until it is over.
pub fn come(place: &Place, seed: u64, crowd: &mut JoinSet<()>) {
    let (flooder, sloth, hacker, half) = (place.clone(), place.clone(), place.clone(), place.clone());
    crowd.spawn(async move {
        while !flooder.is_over() {
            told(&flooder, "who floods", flood(&flooder).await);
            flooder.pause(Duration::from_secs(5)).await;
        }
    });
    crowd.spawn(async move {
        while !sloth.is_over() {
            told(&sloth, "who does not read", doze(&sloth).await);
        }
    });
    let chance = Chance::new(seed ^ 0x3_0000);
    crowd.spawn(async move {
        while !hacker.is_over() {
            told(&hacker, "who writes bad XML", nonsense(&hacker, &chance).await);
            hacker.pause(chance.millis(200, 1_500)).await;
        }
    });
    let chance = Chance::new(seed ^ 0x4_0000);
    crowd.spawn(async move {
        while !half.is_over() {
            told(&half, "who says half a word", half_headers(&half, &chance).await);
            half.pause(Duration::from_millis(200)).await;
        }
    });
}

fn told(place: &Place, who: &str, outcome: anyhow::Result<()>) {
    if let Err(error) = outcome {
        place.tally.complain(who, &error);
    }
}

/// Writes and flaps as fast as it can. It is told to wait, and is there still.
async fn flood(place: &Place) -> anyhow::Result<()> {
    let mut client = place.server.client("flooder").await.context("signing in")?;
    // Large, so that reading from it waits too, and whoever does not read has something not to read.
    let body = "x".repeat(4_000);
    for some in 0..10 {
        let mut all = String::new();
        for n in 0..100 {
            all.push_str(&format!(
                "<message to='sloth@{HOST}' type='chat' id='{some}x{n}'><body>{body}</body></message>"
            ));
            all.push_str(&format!("<message to='nobody{some}x{n}@{HOST}' type='chat'><body>buy</body></message>"));
            all.push_str(if n % 2 == 0 { "<presence/>" } else { "<presence type='unavailable'/>" });
        }
        client.send(&all).await;
        let heard = client.until_pong().await.context("still there")?;
        let refused = heard.iter().filter(|one| one.to_string().contains("too-many-stanzas")).count();
        place.tally.add(Did::WasRefused, refused as u64);
    }
    place.tally.count(Did::Flooded);
    client.drop_connection();
    Ok(())
}

/// Is there, and reads nothing.
async fn doze(place: &Place) -> anyhow::Result<()> {
    let mut client = place.server.client("sloth").await.context("signing in")?;
    client.send("<presence/>").await;
    place.pause(Duration::from_secs(20)).await;
    place.tally.count(Did::ReadNothing);
    client.drop_connection();
    Ok(())
}

/// XML that is none, before signing in and after: the stream ends.
async fn nonsense(place: &Place, chance: &Chance) -> anyhow::Result<()> {
    const NONSENSE: [&str; 6] = [
        "<!DOCTYPE x [<!ENTITY a 'b'>]><message>&a;</message>",
        "<message><a></message>",
        "<message xmlns:x='y' x:a='1' x:a='2'/>",
        "<message>&#0;</message>",
        "<!-- -->",
        "</stream:other>",
    ];
    let word = NONSENSE[usize::try_from(chance.below(6)).unwrap_or_default()];
    let mut client = if chance.below(2) == 0 {
        place.server.client("hacker").await.context("signing in")?
    } else {
        Client::connect(place.server.c2s, HOST).await.context("a stream")?
    };
    client.send(word).await;
    client.to_the_end().await.with_context(|| format!("after {word}"))?;
    place.tally.count(Did::SaidNonsense);
    Ok(())
}

/// Many connections that begin and go no further; some go at once, some stay a while.
async fn half_headers(place: &Place, chance: &Chance) -> anyhow::Result<()> {
    let mut stalled = Vec::new();
    for n in 0..30 {
        let mut socket = TcpStream::connect(place.server.c2s).await?;
        // It may be closed by now, which is what it is for.
        let _ = socket.write_all(b"<?xml version='1.0'?><stream:stream to='example.te").await;
        if n % 3 == 0 {
            stalled.push(socket);
        }
        place.tally.count(Did::SaidHalf);
    }
    place.pause(chance.millis(100, 1_000)).await;
    Ok(())
}
