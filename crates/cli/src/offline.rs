//! Commands: to the running server by its local socket, or, with the server stopped, to the same API in this process.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use parlour_engine::backup::RestoreOptions;
use parlour_engine::people::DataPaths;
use parlour_net::Timer;
use parlour_store::{DataLock, StoreError};
use parlour_web::Exposure;

use crate::args::{Command, Common};
use crate::client::{self, Api, CallError};
use crate::commands::{self, say, say_error};
use crate::config::Config;
use crate::data_dir;
use crate::house::{self, House, Plan};
use crate::system::{SystemClock, SystemDice};

/// How long a command waits for a server that is starting or stopping.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a verb.
///
/// # Errors
/// In words for whoever typed it; what the API refused is printed here and gives the exit code.
pub async fn command(command: Command, common: &Common) -> anyhow::Result<ExitCode> {
    let dir = data_dir(common)?;
    let socket = house::socket_path(&dir);
    if !dir.exists() && common.config.is_none() {
        anyhow::bail!("no server has its data in {}; name the place: --data-dir DIR or --config FILE", dir.display());
    }
    let mut waited = Duration::ZERO;
    let outcome = loop {
        if client::answers(&socket).await {
            break commands::run(&Api::Socket(socket), command, common).await;
        }
        as_its_owner(&dir)?;
        match house::lock(&dir, Duration::ZERO) {
            Ok(lock) => {
                let house = House::open(plan(common, &dir)?, lock).await?;
                let outcome = commands::run(&Api::InProcess(Box::new(house.web.clone())), command, common).await;
                house.close();
                break outcome;
            }
            // Somebody has it: a server on its way up or down, or another command.
            Err(error) if waited < PATIENCE && is_in_use(&error) => {
                let step = Duration::from_millis(50);
                let mut timer = Timer::new();
                timer.set(step);
                timer.rings().await;
                waited += step;
            }
            Err(error) => return Err(error),
        }
    };
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error @ CallError::Told) => Ok(ExitCode::from(error.exit_code())),
        Err(error) => {
            if common.json {
                say(&error.json());
            } else {
                say_error(&format!("parlour: {error}"));
            }
            Ok(ExitCode::from(error.exit_code()))
        }
    }
}

/// `parlour restore`.
///
/// # Errors
/// In words for the operator.
pub fn restore(
    common: &Common,
    file: &Path,
    dry_run: bool,
    keep_invites: bool,
    without_keys: bool,
) -> anyhow::Result<()> {
    let dir = data_dir(common)?;
    let lock = || -> anyhow::Result<DataLock> {
        as_its_owner(&dir)?;
        house::lock(&dir, Duration::ZERO).context("a restore needs the server stopped and the directory to itself")
    };
    // Looking at a backup is for any time: it touches nothing here.
    let _lock = if dry_run { None } else { Some(lock()?) };
    let options = RestoreOptions { dry_run, keep_invites, without_keys };
    let paths = DataPaths::within(&dir);
    let found = parlour_engine::backup::restore(file, &paths, options, &SystemClock::default(), &SystemDice)?;
    if common.json {
        let done = serde_json::json!({ "hosts": found.hosts, "accounts": found.accounts, "restored": !dry_run });
        say(&done.to_string());
        return Ok(());
    }
    let count = |n: u64, what: &str| if n == 1 { format!("one {what}") } else { format!("{n} {what}s") };
    let hosts = u64::try_from(found.hosts.len()).unwrap_or(u64::MAX);
    let what = format!("{} and {}", count(hosts, "host"), count(found.accounts, "account"));
    if dry_run {
        say(&format!("The backup is whole: {what}. Nothing was changed."));
    } else {
        say(&format!("Restored {what} into {}. What was there is beside it, named .before-restore.", dir.display()));
        if !keep_invites {
            say("Open invites and reset links are withdrawn, since an old copy would revive used ones.");
        }
        if without_keys {
            say(
                "Without the old keys nobody can sign in: give everybody a link with `parlour invite reset NAME@HOST`.",
            );
        }
    }
    Ok(())
}

fn plan(common: &Common, dir: &Path) -> anyhow::Result<Plan> {
    let config = match &common.config {
        Some(path) => Config::load(path)?,
        None => Config::default(),
    };
    Plan::new(&config, dir.to_owned(), Exposure::Service)
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::InUse { .. }))
}

/// With the server stopped, files must stay its own user's: root becomes the directory's owner, anybody else is refused.
fn as_its_owner(dir: &Path) -> anyhow::Result<()> {
    if !dir.exists() {
        // It will be ours.
        return Ok(());
    }
    let there = std::fs::metadata(dir).with_context(|| dir.display().to_string())?;
    let me = rustix::process::geteuid().as_raw();
    if me == there.uid() {
        return Ok(());
    }
    if me != 0 {
        anyhow::bail!("{} belongs to another user; run this as that user, or as root", dir.display());
    }
    // The same command again, as that user from its first instruction.
    let error = std::process::Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .gid(there.gid())
        .uid(there.uid())
        .exec();
    Err(error).context("cannot become the data directory's owner")
}
