//! F4: another process holds the database's write lock, for longer than anybody waits.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use parlour_store::sqlite::drill;

use super::people::refusal;
use super::{Binary, Disk, HOST, Kept, UNLIMITED, all_archived, at, invite, say, until};
use crate::{Browser, Client, PASSWORD};

/// How long.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// With nothing wrong, to compare with.
    pub calm: Duration,
    /// The lock is held.
    pub held: Duration,
    /// Times it is held.
    pub rounds: u32,
    /// People who write what must be kept.
    pub writers: usize,
}

/// Times of what does not need the store's writer: sorted.
#[derive(Clone, Debug, Default)]
pub struct Unrelated {
    /// A message that is not kept, from one client to another.
    pub messages: Vec<Duration>,
    /// Presence to somebody who sees it.
    pub presence: Vec<Duration>,
    /// A landing page.
    pub pages: Vec<Duration>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// With nothing wrong.
    pub calm: Unrelated,
    /// While the lock was held.
    pub held: Unrelated,
    /// Messages acknowledged, all found afterwards.
    pub acknowledged: usize,
    /// Messages refused, none found afterwards.
    pub refused: usize,
    /// From a message to its refusal, at most.
    pub patience: Duration,
    /// From the lock's end to the first message kept, at most.
    pub resumed: Duration,
}

/// Holds the lock while people write, look and come.
///
/// # Errors
/// When a promise does not hold; how long others took is for the caller to judge.
pub async fn locked(program: &Path, plan: Plan) -> anyhow::Result<Report> {
    // Presence that comes too often is told later: that would be timed, and not the store.
    let mut server = Binary::new(program, Disk::Usual, UNLIMITED)?;
    server.start().await?;
    for name in ["left", "right", "guest"] {
        server.account(name, "member").await?;
    }
    let mut writers = Vec::new();
    for number in 0..plan.writers {
        server.account(&format!("w{number}"), "member").await?;
        writers.push((number, server.client(&format!("w{number}")).await?));
    }
    let token = invite(&server).await?;
    let mut others = Others {
        left: server.client("left").await?,
        right: server.client("right").await?,
        browser: server.browser(),
        page: format!("/i/{token}"),
        number: 0,
    };
    others.befriend().await?;
    let mut report = Report::default();
    others.go_on(plan.calm, &mut report.calm).await?;
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    for round in 0..plan.rounds {
        let held = drill::hold(&server.database())?;
        let began = Instant::now();
        let mut writing = tokio::task::JoinSet::new();
        for (number, client) in std::mem::take(&mut writers) {
            writing.spawn(write(client, number, round, plan.held));
        }
        others.go_on(plan.held, &mut report.held).await?;
        // Coming in needs no more than reading.
        drop(server.client("guest").await?);
        others.asks_to_join(&token, round).await?;
        ensure!(began.elapsed() >= plan.held, "held long enough");
        drop(held);
        let free = Instant::now();
        while let Some(written) = writing.join_next().await {
            let written = written??;
            acknowledged.extend(written.acknowledged);
            refused.extend(written.refused);
            report.patience = report.patience.max(written.patience);
            writers.push((written.number, written.client));
        }
        let id = format!("after{round}");
        let (_, client) = writers.first_mut().expect("some write");
        until("it goes on", Duration::from_secs(5), async || {
            Ok(say(client, "w0", &id, "again").await? == Kept::Acknowledged)
        })
        .await?;
        report.resumed = report.resumed.max(free.elapsed());
    }
    ensure!(!refused.is_empty(), "nobody was refused: the lock was not held long enough");
    ensure!(server.has_logged("what waits too long is refused"), "the log says nothing of it");
    ensure!(server.metric("parlour_store_late_total").await? > 0.5, "/metrics says nothing of it");
    let made = super::people::register(&server, &token, "late").await?;
    ensure!(made.attr_value("type") == Some("result"), "a link that was good is not any more: {made}");
    let archived = all_archived(&mut server.client("w0").await?).await?;
    let lost: Vec<_> = acknowledged.iter().filter(|id| !archived.contains(id)).collect();
    ensure!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let kept: Vec<_> = refused.iter().filter(|id| archived.contains(id)).collect();
    ensure!(kept.is_empty(), "refused and kept: {kept:?}");
    (report.acknowledged, report.refused) = (acknowledged.len(), refused.len());
    ensure!(server.terminate().await?.success(), "it does not end well");
    Ok(report)
}

struct Written {
    client: Client,
    number: usize,
    acknowledged: Vec<String>,
    refused: Vec<String>,
    patience: Duration,
}

/// Writes to the first of the writers, so that one archive has everything.
async fn write(mut client: Client, number: usize, round: u32, span: Duration) -> anyhow::Result<Written> {
    let began = Instant::now();
    let (mut acknowledged, mut refused, mut patience) = (Vec::new(), Vec::new(), Duration::ZERO);
    let mut n = 0;
    while began.elapsed() < span {
        let (id, asked) = (format!("w{number}r{round}n{n}"), Instant::now());
        n += 1;
        match say(&mut client, "w0", &id, "a word").await? {
            Kept::Acknowledged => acknowledged.push(id),
            Kept::Refused(condition, kind) if condition == "resource-constraint" && kind == "wait" => refused.push(id),
            Kept::Refused(condition, kind) => bail!("{id} is refused with {condition}, type {kind}"),
        }
        patience = patience.max(asked.elapsed());
    }
    Ok(Written { client, number, acknowledged, refused, patience })
}

/// People who need nothing of the writer.
struct Others {
    left: Client,
    right: Client,
    browser: Browser,
    page: String,
    number: u64,
}

impl Others {
    async fn befriend(&mut self) -> anyhow::Result<()> {
        self.left.available().await?;
        self.right.available().await?;
        for kind in ["subscribe", "subscribed"] {
            self.left.send(format!("<presence type='{kind}' to='right@{HOST}'/>")).await;
            self.left.sync().await?;
            self.right.send(format!("<presence type='{kind}' to='left@{HOST}'/>")).await;
            self.right.sync().await?;
        }
        Ok(())
    }

    async fn go_on(&mut self, span: Duration, times: &mut Unrelated) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut beat = tokio::time::interval(Duration::from_millis(5));
        while began.elapsed() < span {
            beat.tick().await;
            self.number += 1;
            let mark = format!("mark{}", self.number);
            let asked = Instant::now();
            self.left
                .send(format!(
                    "<message type='chat' to='right@{HOST}' id='{mark}'><composing xmlns='http://jabber.org/protocol/\
                     chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>"
                ))
                .await;
            self.heard(&mark).await?;
            times.messages.push(asked.elapsed());
            let asked = Instant::now();
            self.left.send(format!("<presence id='{mark}p'><status>{mark}</status></presence>")).await;
            self.heard(&format!("{mark}p")).await?;
            times.presence.push(asked.elapsed());
            let asked = Instant::now();
            let page = self.browser.get(&self.page).await?;
            ensure!(page.status == 200, "a landing page: {}: {}", page.status, page.text);
            times.pages.push(asked.elapsed());
        }
        for list in [&mut times.messages, &mut times.presence, &mut times.pages] {
            list.sort_unstable();
        }
        Ok(())
    }

    async fn heard(&mut self, mark: &str) -> anyhow::Result<()> {
        while self.right.element().await?.attr_value("id") != Some(mark) {}
        Ok(())
    }

    /// A registration that cannot be kept now: a page that says so, and the link stays good.
    async fn asks_to_join(&mut self, token: &str, round: u32) -> anyhow::Result<()> {
        let path = format!("/i/{token}/register");
        self.browser.get(&path).await?;
        let page = self.browser.post(&path, &[("name", &format!("web{round}")), ("password", PASSWORD)]).await?;
        ensure!(
            page.status == 503 && page.text.contains("too much to do here") && page.header("retry-after").is_some(),
            "a registration in a browser: {}: {}",
            page.status,
            page.text
        );
        Ok(())
    }
}

impl Unrelated {
    /// Each by its name, with its p50 and p99.
    pub fn each(&self) -> [(&'static str, Duration, Duration); 3] {
        [("unstored message", &self.messages), ("presence", &self.presence), ("landing page", &self.pages)]
            .map(|(name, list)| (name, at(list, 500), at(list, 990)))
    }
}

/// What an answer is worth when it comes from a store that is held up: for tests in one process.
///
/// # Errors
/// When it says something else than "later".
pub fn is_later(stanza: &parlour_xmpp::xml::Element) -> anyhow::Result<()> {
    let said = refusal(stanza)?;
    ensure!(said == Kept::Refused("resource-constraint".into(), "wait".into()), "{stanza} instead of \"later\"");
    Ok(())
}
