//! F15: a backup while people write and come, brought back elsewhere; and one that finds no room.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_store::sqlite::drill;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::{Binary, Disk, Kept, UNLIMITED, all_archived, at, say};
use crate::Client;

/// How large.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Invites that are there already, and the rest in proportion.
    pub rows: u64,
    /// People who write.
    pub writers: usize,
    /// Before the first backup, to compare with.
    pub calm: Duration,
    /// Backups, one after the other.
    pub backups: u32,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Bytes of the last backup.
    pub bytes: u64,
    /// A backup, at most.
    pub backup: Duration,
    /// A restore, at most.
    pub restore: Duration,
    /// Messages acknowledged before a backup began, all found in it.
    pub messages: usize,
    /// Accounts acknowledged before a backup began, all found in it.
    pub accounts: usize,
    /// From a message to its acknowledgement, with no backup: sorted.
    pub calm: Vec<Duration>,
    /// And during backups: sorted.
    pub during: Vec<Duration>,
}

/// What somebody was told, and when.
type Told = Vec<(String, Instant, Instant)>;

/// Backs up under load and restores.
///
/// # Errors
/// When a promise does not hold; how long others took is for the caller to judge.
pub async fn under_load(program: &Path, plan: Plan) -> anyhow::Result<Report> {
    let mut server = Binary::new(program, Disk::Usual, UNLIMITED)?;
    server.start().await?;
    ensure!(server.terminate().await?.success(), "it does not end well");
    std::fs::remove_file(server.database())?;
    drill::earlier(&server.database(), drill::newest(), plan.rows)?;
    server.start().await?;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut writing = JoinSet::new();
    for number in 0..plan.writers {
        server.account(&format!("w{number}"), "member").await?;
        let (client, stop) = (server.client(&format!("w{number}")).await?, std::sync::Arc::clone(&stop));
        writing.spawn(write(client, number, stop));
    }
    let mut spans = Vec::new();
    let (mut made, began) = (Told::new(), Instant::now());
    while began.elapsed() < plan.calm {
        newcomer(&server, &mut made).await?;
    }
    let mut report = Report::default();
    for number in 0..plan.backups {
        let file = server.beside().join(format!("{number}.db"));
        let path = file.to_str().context("a path")?;
        let began = Instant::now();
        let mut running = Command::from(server.command(&["backup", path])).stdout(Stdio::null()).spawn()?;
        let done = loop {
            if let Some(done) = running.try_wait()? {
                break done;
            }
            newcomer(&server, &mut made).await?;
        };
        ensure!(done.success(), "no backup: {done}");
        report.backup = report.backup.max(began.elapsed());
        report.bytes = file.metadata()?.len();
        spans.push((file, began, Instant::now()));
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut told = Told::new();
    while let Some(written) = writing.join_next().await {
        told.extend(written??);
    }
    ensure!(server.terminate().await?.success(), "it does not end well");
    let first = spans.first().map(|(_, began, _)| *began).context("a backup")?;
    for (_, asked, answered) in &told {
        let list = match spans.iter().any(|(_, began, ended)| began <= asked && answered <= ended) {
            true => &mut report.during,
            false if *answered < first => &mut report.calm,
            false => continue,
        };
        list.push(answered.duration_since(*asked));
    }
    report.calm.sort_unstable();
    report.during.sort_unstable();
    for (file, began, _) in spans {
        let mut back = Binary::new(program, Disk::Usual, "")?;
        let started = Instant::now();
        let restored = Command::from(back.command(&["restore", file.to_str().context("a path")?])).output().await?;
        ensure!(restored.status.success(), "no restore: {}", String::from_utf8_lossy(&restored.stderr));
        report.restore = report.restore.max(started.elapsed());
        back.is_whole()?;
        back.start().await?;
        let archived = all_archived(&mut back.client("w0").await?).await?;
        let archived: std::collections::BTreeSet<_> = archived.into_iter().collect();
        let before: Vec<_> = told.iter().filter(|(_, _, answered)| *answered < began).collect();
        let lost: Vec<_> = before.iter().filter(|(id, ..)| !archived.contains(id)).collect();
        ensure!(lost.is_empty(), "acknowledged before the backup and not in it: {lost:?}");
        let people: Vec<_> = made.iter().filter(|(_, _, answered)| *answered < began).collect();
        for (name, ..) in &people {
            let found = back.ask("GET", &format!("/accounts/{name}"), "").await?;
            ensure!(found.status == 200, "{name} had joined before the backup and is not in it: {}", found.text);
        }
        (report.messages, report.accounts) = (before.len(), people.len());
        back.terminate().await?;
    }
    Ok(report)
}

async fn newcomer(server: &Binary, made: &mut Told) -> anyhow::Result<()> {
    let (name, asked) = (format!("new{}", made.len()), Instant::now());
    server.account(&name, "member").await?;
    made.push((name, asked, Instant::now()));
    Ok(())
}

async fn write(
    mut client: Client,
    number: usize,
    stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
) -> anyhow::Result<Told> {
    let mut told = Told::new();
    // A word now and then.
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        beat.tick().await;
        let (id, asked) = (format!("w{number}n{}", told.len()), Instant::now());
        ensure!(say(&mut client, "w0", &id, "a word").await? == Kept::Acknowledged, "{id} is refused");
        told.push((id, asked, Instant::now()));
    }
    Ok(told)
}

/// A backup to a disk without room for it: nothing is left there, under no name, and people notice nothing.
///
/// # Errors
/// When something is left, or the operator is not told why.
pub async fn without_room(program: &Path) -> anyhow::Result<()> {
    let mut server = Binary::new(program, Disk::Beside(2 << 20), "")?;
    server.start().await?;
    ensure!(server.terminate().await?.success(), "it does not end well");
    std::fs::remove_file(server.database())?;
    drill::earlier(&server.database(), drill::newest(), 20_000)?;
    server.start().await?;
    server.account("anna", "member").await?;
    let mut anna = server.client("anna").await?;
    let target = server.beside().join("monday.db");
    let seen = server.volume()?.seen(&server.beside());
    for filled in [false, true] {
        if filled {
            server.volume()?.fill()?;
        }
        let path = target.to_str().context("a path")?;
        let done = Command::from(server.command(&["backup", path])).output().await?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(!done.status.success(), "a backup on a disk without room");
        ensure!(said.contains("full") || said.contains("space"), "the operator is told {said}");
        let left: Vec<_> = std::fs::read_dir(&seen)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
        ensure!(left.iter().all(|name| name == "filler"), "left behind: {left:?}");
        ensure!(say(&mut anna, "anna", "x", "hello").await? == Kept::Acknowledged, "people notice it");
    }
    server.volume()?.free()?;
    ensure!(server.terminate().await?.success(), "it does not end well");
    Ok(())
}

impl Report {
    /// p50 and p99 without and with a backup.
    pub fn waits(&self) -> [Duration; 4] {
        [at(&self.calm, 500), at(&self.calm, 990), at(&self.during, 500), at(&self.during, 990)]
    }
}
