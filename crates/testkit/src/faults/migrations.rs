//! F14: a server that brings an old database up to date is killed on the way, again and again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use parlour_domain::Dice as _;
use parlour_store::sqlite::{drill, inspect};

use super::{Binary, Disk, Stderr, until};
use crate::Loaded;

/// How large.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Invites in the old database, and the rest in proportion.
    pub rows: u64,
    /// The versions it starts from; 4 at least.
    pub from: Vec<u32>,
    /// Kills for each of them.
    pub kills: u32,
    /// Kills before it is let finish.
    pub in_a_row: u32,
    /// What the dice begin with.
    pub seed: u64,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Kills in all.
    pub kills: u32,
    /// Of these, that left a version between the old and the new.
    pub between: u32,
    /// Bytes of the old database, at most.
    pub bytes: u64,
    /// Start to first answer with the old database, undisturbed, at most.
    pub start: Duration,
    /// Start to first answer with what has become of it, at most.
    pub again: Duration,
}

/// Makes old databases, kills servers over them, lets one finish, and compares with one that was not disturbed.
///
/// # Errors
/// When anything differs.
pub async fn killed(program: &Path, plan: Plan) -> anyhow::Result<Report> {
    let dice = Loaded::new(plan.seed);
    let mut server = Binary::new(program, Disk::Usual, "")?;
    // The keys that belong to any database.
    server.start().await?;
    ensure!(server.terminate().await?.success(), "it does not end well");
    let fixture = server.beside().join("old.db");
    let mut report = Report::default();
    for version in plan.from {
        let _ = std::fs::remove_file(&fixture);
        drill::earlier(&fixture, version, plan.rows)?;
        report.bytes = report.bytes.max(fixture.metadata()?.len());
        put(&server, &fixture)?;
        report.start = report.start.max(server.start().await?);
        ensure!(server.terminate().await?.success(), "it does not end well");
        let wanted = drill::contents(&server.database())?;
        report.again = report.again.max(server.start().await?);
        ensure!(server.terminate().await?.success(), "it does not end well");
        let span = report.start.as_micros().max(1);
        let mut killed = 0;
        while killed < plan.kills {
            put(&server, &fixture)?;
            for _ in 0..plan.in_a_row {
                server.spawn(Stderr::Kept)?;
                let mut die = [0; 8];
                dice.fill(&mut die);
                let micros = u128::from(u64::from_be_bytes(die)) % span;
                let _ =
                    tokio::time::timeout(Duration::from_micros(u64::try_from(micros)?), std::future::pending::<()>())
                        .await;
                server.kill().await?;
                killed += 1;
                let found = inspect(&server.database()).with_context(|| format!("after kill {killed}"))?.version;
                ensure!((version..=drill::newest()).contains(&found), "version {found} after kill {killed}");
                report.between += u32::from(found > version && found < drill::newest());
            }
            server.start().await?;
            ensure!(server.terminate().await?.success(), "it does not end well");
            let have = drill::contents(&server.database())?;
            ensure!(have == wanted, "from version {version}: {have:?} instead of {wanted:?}");
        }
        report.kills += killed;
    }
    // A database of a later program.
    let before = drill::contents(&server.database())?;
    drill::pretend(&server.database(), drill::newest() + 1)?;
    server.spawn(Stderr::Kept)?;
    until("it ends", Duration::from_secs(20), async || Ok(!server.runs()?)).await?;
    let said = async || Ok(server.has_logged("Run the newer program"));
    until("it says why", Duration::from_secs(5), said).await?;
    server.kill().await?;
    ensure!(before == drill::contents(&server.database())?, "a later program's database was changed");
    Ok(report)
}

/// The old database in the server's place.
fn put(server: &Binary, fixture: &Path) -> anyhow::Result<()> {
    for name in ["parlour.db", "parlour.db-wal", "parlour.db-shm"] {
        let _ = std::fs::remove_file(server.data().join(name));
    }
    std::fs::copy(fixture, server.database())?;
    Ok(())
}
