//! F8: the clock on the wall is set, and the process stands still for a while.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::{Binary, Disk, HOST, Kept, all_archived, say};
use crate::Client;

/// How long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// People who are signed in.
    pub people: usize,
    /// How long the process stands still.
    pub pause: Duration,
    /// libfaketime, where the clock is to be set too.
    pub faketime: Option<PathBuf>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Times the clock was set.
    pub set: u32,
    /// Messages over all that.
    pub messages: usize,
}

/// Where Debian puts libfaketime, if it is there.
pub fn faketime() -> Option<PathBuf> {
    let found = PathBuf::from("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");
    found.exists().then_some(found)
}

/// Sets the clock an hour on, two back and one on again under people who are signed in, then stops the process for a while.
///
/// # Errors
/// When somebody is thrown out, or the archive is out of order.
pub async fn jumps(program: &Path, plan: Plan) -> anyhow::Result<Report> {
    let mut server = Binary::new(program, Disk::Usual, "")?;
    let clock = server.beside().join("clock");
    std::fs::write(&clock, "+0")?;
    if let Some(library) = &plan.faketime {
        server.env = [
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    }
    server.start().await?;
    let mut people = Vec::new();
    for number in 0..plan.people {
        server.account(&format!("p{number}"), "member").await?;
        let mut client = server.client(&format!("p{number}")).await?;
        client.available().await?;
        people.push(client);
    }
    let (mut report, mut ids) = (Report::default(), Vec::new());
    all_write(&mut people, "before", &mut ids).await?;
    if plan.faketime.is_some() {
        for (mark, offset) in [("on", "+3600"), ("back", "-3600"), ("again", "+0")] {
            std::fs::write(&clock, offset)?;
            report.set += 1;
            all_write(&mut people, mark, &mut ids).await?;
        }
    }
    server.signal("STOP")?;
    // Sent into a process that does not read.
    for (number, client) in people.iter_mut().enumerate() {
        let id = format!("during{number}");
        client.send(format!("<message type='chat' to='p0@{HOST}' id='{id}'><body>there?</body></message>")).await;
        ids.push(id);
    }
    let _ = tokio::time::timeout(plan.pause, std::future::pending::<()>()).await;
    server.signal("CONT")?;
    for client in &mut people {
        client.until_pong().await.context("thrown out by a pause")?;
    }
    all_write(&mut people, "after", &mut ids).await?;
    report.messages = ids.len();
    let archived = all_archived(people.first_mut().context("somebody")?).await?;
    // Those sent into the pause were read in no order.
    let plain = |all: &[String]| all.iter().filter(|id| !id.starts_with("during")).cloned().collect::<Vec<_>>();
    ensure!(plain(&archived) == plain(&ids), "the archive is in another order: {archived:?}");
    let (mut have, mut want) = (archived.clone(), ids.clone());
    have.sort();
    want.sort();
    ensure!(have == want, "lost or doubled: {have:?}");
    ensure!(server.terminate().await?.success(), "it does not end well");
    Ok(report)
}

async fn all_write(people: &mut [Client], mark: &str, ids: &mut Vec<String>) -> anyhow::Result<()> {
    for (number, client) in people.iter_mut().enumerate() {
        let id = format!("{mark}{number}");
        let done = say(client, "p0", &id, "hello").await.with_context(|| format!("thrown out: {id}"))?;
        ensure!(done == Kept::Acknowledged, "{id}: {done:?}");
        ids.push(id);
    }
    Ok(())
}
