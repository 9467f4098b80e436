//! F3: the disk is full, and later is not.

use std::path::Path;
use std::time::{Duration, Instant};

use super::people::{self, register};
use super::{Binary, Disk, HOST, Kept, Stderr, UNLIMITED, all_archived, invite, say, until};
use crate::PASSWORD;
use anyhow::{bail, ensure};

/// How large.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Bytes of the volume.
    pub volume: u64,
    /// Bytes of a message's text.
    pub body: usize,
    /// Times it is filled and freed.
    pub rounds: u32,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Messages acknowledged, all of them found afterwards.
    pub acknowledged: usize,
    /// Messages refused, none of them found afterwards.
    pub refused: usize,
    /// From a full disk to the line in the log, at most.
    pub told: Duration,
    /// From room on the disk to the first message taken, at most.
    pub resumed: Duration,
    /// Start over a full disk, to the first client signed in, at most.
    pub started: Duration,
    /// Deletions made on a full disk.
    pub deleted: u32,
}

/// Fills the disk under a server, looks what it still does, frees it.
///
/// # Errors
/// When a promise does not hold.
pub async fn disk(program: &Path, plan: Plan) -> anyhow::Result<Report> {
    let mut server = Binary::new(program, Disk::Small(plan.volume), UNLIMITED)?;
    server.start().await?;
    for name in ["anna", "bert", "cara"] {
        server.account(name, if name == "anna" { "owner" } else { "member" }).await?;
    }
    let mut report = Report::default();
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    let body = "x".repeat(plan.body);
    for round in 0..plan.rounds {
        let (in_app, in_browser) = (invite(&server).await?, invite(&server).await?);
        server.account(&format!("leaver{round}"), "member").await?;
        let mut anna = server.client("anna").await?;
        let mut bert = server.client("bert").await?;
        bert.available().await?;
        for n in 0..20 {
            write(&mut anna, &format!("r{round}b{n}"), &body, &mut acknowledged, &mut refused).await?;
        }
        ensure!(refused.len() == report.refused, "refused with room on the disk");

        server.volume()?.fill()?;
        let before = server.log().len();
        let mut n = 0;
        while refused.len() == report.refused {
            ensure!(n < 100_000, "the disk is full and everything is taken");
            write(&mut anna, &format!("r{round}f{n}"), &body, &mut acknowledged, &mut refused).await?;
            n += 1;
        }
        let said = async || Ok(server.log().iter().skip(before).any(|line| line.contains("the disk is full")));
        report.told = report.told.max(until("the log says it", Duration::from_secs(5), said).await?);
        ensure!(server.metric("parlour_store_disk_full").await? > 0.5, "/metrics does not say it");
        for n in 0..20 {
            write(&mut anna, &format!("r{round}g{n}"), &body, &mut acknowledged, &mut refused).await?;
        }
        still(&server, &mut anna, &mut bert, [&in_app, &in_browser], round).await?;
        // Somebody makes room within.
        let gone = server.ask("DELETE", &format!("/accounts/leaver{round}"), "").await?;
        ensure!(gone.status < 300, "nothing can be deleted: {}: {}", gone.status, gone.text);
        report.deleted += 1;

        // Neither a crash nor a restart leads out of it, or to an end.
        server.volume()?.fill()?;
        server.kill().await?;
        let began = Instant::now();
        server.start_telling(Stderr::Kept).await?;
        let mut anna = server.client("anna").await?;
        report.started = report.started.max(began.elapsed());
        all_archived(&mut anna).await?;
        write(&mut anna, &format!("r{round}h"), &body, &mut acknowledged, &mut refused).await?;
        report.refused = refused.len();

        server.volume()?.free()?;
        let began = Instant::now();
        let mut n = 0;
        while began.elapsed() < Duration::from_secs(10) {
            n += 1;
            let id = format!("r{round}i{n}");
            write(&mut anna, &id, &body, &mut acknowledged, &mut refused).await?;
            if acknowledged.last() == Some(&id) {
                break;
            }
        }
        report.refused = refused.len();
        report.resumed = report.resumed.max(began.elapsed());
        ensure!(began.elapsed() < Duration::from_secs(5), "there is room, and it is not used: {:?}", began.elapsed());
        let made = register(&server, &in_app, &format!("new{round}")).await?;
        ensure!(made.attr_value("type") == Some("result"), "a link that was good is not any more: {made}");
        ensure!(server.metric("parlour_store_disk_full").await? < 0.5, "/metrics still says it");
        // It may have taken what fitted into the log before it looked for room.
        let set_aside = async || Ok(server.data().join("reserve").exists());
        until("room is set aside for the next time", Duration::from_secs(5), set_aside).await?;
    }
    ensure!(server.terminate().await?.success(), "it does not end well");
    server.is_whole()?;
    server.start().await?;
    let mut anna = server.client("anna").await?;
    let archived = all_archived(&mut anna).await?;
    let lost: Vec<_> = acknowledged.iter().filter(|id| !archived.contains(id)).collect();
    ensure!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let kept: Vec<_> = refused.iter().filter(|id| archived.contains(id)).collect();
    ensure!(kept.is_empty(), "refused and kept: {kept:?}");
    report.acknowledged = acknowledged.len();
    Ok(report)
}

async fn write(
    anna: &mut crate::Client,
    id: &str,
    body: &str,
    acknowledged: &mut Vec<String>,
    refused: &mut Vec<String>,
) -> anyhow::Result<()> {
    match say(anna, "bert", id, body).await? {
        Kept::Acknowledged => acknowledged.push(id.to_owned()),
        Kept::Refused(condition, kind) if condition == "resource-constraint" && kind == "wait" => {
            refused.push(id.to_owned());
        }
        Kept::Refused(condition, kind) => bail!("{id} is refused with {condition}, type {kind}"),
    }
    Ok(())
}

/// What goes on with a full disk, and what is said of what does not.
async fn still(
    server: &Binary,
    anna: &mut crate::Client,
    bert: &mut crate::Client,
    [in_app, in_browser]: [&String; 2],
    round: u32,
) -> anyhow::Result<()> {
    ensure!(server.is_well().await?, "/healthz says that it is not well");
    let mut cara = server.client("cara").await?;
    cara.available().await?;
    ensure!(!all_archived(anna).await?.is_empty(), "the archive is empty");
    // Unstored messages and presence.
    bert.sync().await?;
    bert.so_far().await?;
    anna.send(format!(
        "<message type='chat' to='bert@{HOST}' id='typing'><composing xmlns='http://jabber.org/protocol/chatstates'/>\
         <no-store xmlns='urn:xmpp:hints'/></message>"
    ))
    .await;
    anna.until_pong().await?;
    let heard = bert.until_pong().await?;
    ensure!(heard.iter().any(|e| e.attr_value("id") == Some("typing")), "bert does not hear it: {heard:?}");

    let answer = register(server, in_app, &format!("early{round}")).await?;
    ensure!(
        people::refusal(&answer)? == Kept::Refused("resource-constraint".into(), "wait".into())
            && answer.to_string().contains("no room"),
        "a registration is told {answer}"
    );
    anna.send(format!(
        "<iq type='set' id='inv' to='{HOST}'><command xmlns='http://jabber.org/protocol/commands' \
         node='urn:xmpp:invite#invite' action='execute'/></iq>"
    ))
    .await;
    let answer = anna.element().await?.to_string();
    ensure!(answer.contains("resource-constraint") && answer.contains("no room"), "an invite in an app: {answer}");
    let made = server.ask("POST", "/invites", "{\"kind\":\"account\"}").await?;
    ensure!(made.status == 507 && made.text.contains("disk is full"), "an invite: {}: {}", made.status, made.text);

    let mut browser = server.browser();
    let landing = browser.get(&format!("/i/{in_browser}")).await?;
    ensure!(landing.status == 200, "the landing page: {}: {}", landing.status, landing.text);
    let path = format!("/i/{in_browser}/register");
    let form = browser.get(&path).await?;
    ensure!(form.status == 200, "the form: {}: {}", form.status, form.text);
    let page = browser.post(&path, &[("name", &format!("web{round}")), ("password", PASSWORD)]).await?;
    ensure!(
        page.status == 503 && page.text.contains("no room left") && page.header("retry-after").is_some(),
        "a registration in a browser: {}: {}",
        page.status,
        page.text
    );
    Ok(())
}

/// A log on a full disk, and one that nobody reads, while people write.
///
/// # Errors
/// When that stops or ends the server.
pub async fn log(program: &Path, messages: u32) -> anyhow::Result<f64> {
    let mut lost = 0.0;
    for stderr in [Stderr::Full, Stderr::Ignored] {
        // All there is to say, so that a pipe is full soon.
        let mut server = Binary::new(program, Disk::Usual, "level = \"trace\"\n")?;
        server.start_telling(stderr).await?;
        for name in ["anna", "bert"] {
            server.account(name, "member").await?;
        }
        let mut anna = server.client("anna").await?;
        for n in 0..messages {
            ensure!(say(&mut anna, "bert", &n.to_string(), "hello").await? == Kept::Acknowledged, "{stderr:?}");
        }
        let now = server.metric("parlour_log_lost_total").await?;
        ensure!(stderr != Stderr::Full || now > 0.0, "nothing is lost on a full disk");
        lost += now;
        ensure!(server.runs()?, "{stderr:?}: it ended");
        ensure!(server.terminate().await?.success(), "{stderr:?}: it does not end well");
    }
    Ok(lost)
}
