//! The one binary: arguments, configuration, wiring, shutdown.

mod args;
mod certificates;
mod check;
mod client;
mod commands;
mod dns;
#[cfg(test)]
mod guides;
mod habits;
mod house;
mod logging;
mod machine;
mod manual;
mod metrics;
mod offline;
mod serve;
mod setup;
mod signals;
mod supervisor;
mod system;
mod trial;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use parlour_cli::config;

use crate::args::{Cli, Command};
use crate::commands::{say, say_error};
use crate::config::Config;
use crate::habits::Habit;

fn main() -> ExitCode {
    let typed: Vec<_> = std::env::args_os().collect();
    let words = match habits::understood(typed) {
        Habit::Ours(words) => words,
        Habit::Says(sentence) => {
            say_error(&format!("parlour: {sentence}"));
            return ExitCode::from(2);
        }
    };
    let cli = Cli::parse_from(words).check().unwrap_or_else(|error| error.exit());
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            say_error(&format!("parlour: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(mut cli: Cli) -> anyhow::Result<ExitCode> {
    let about_a_place = !matches!(
        cli.command,
        None | Some(Command::Serve | Command::Setup(_) | Command::Completions { .. } | Command::Man { .. })
    );
    if about_a_place && cli.common.config.is_none() && cli.common.data_dir.is_none() {
        cli.common.config = installed(Path::new(trial::DATA_DIR), Path::new(INSTALLED))?;
    }
    match cli.command {
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "parlour", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Man { out: None }) => {
            say(manual::page(Cli::command())?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Man { out: Some(folder) }) => {
            let count = manual::write(&folder)?;
            say(&format!("Wrote {count} pages into {}. Read the first: man parlour", folder.display()));
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Restore { file, dry_run, keep_invites, without_keys }) => {
            offline::restore(&cli.common, &file, dry_run, keep_invites, without_keys)?;
            Ok(ExitCode::SUCCESS)
        }
        command => {
            parlour_net::install_crypto_provider();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(async {
                match command {
                    None => trial::run(&cli.trial, &cli.common).await.map(|()| ExitCode::SUCCESS),
                    Some(Command::Check(command)) => check::run(command, &cli.common).await,
                    Some(Command::Setup(options)) => setup::run(*options, &cli.common).await,
                    Some(Command::Serve) => serve::run(&cli.common).await.map(|()| ExitCode::SUCCESS),
                    Some(command) => offline::command(command, &cli.common).await,
                }
            })
        }
    }
}

/// Where the package's unit has its configuration.
const INSTALLED: &str = "/etc/parlour/parlour.toml";

/// The configuration a command means that names none: the service's of this machine, unless a trial lies in this folder.
fn installed(trial: &Path, service: &Path) -> anyhow::Result<Option<PathBuf>> {
    if trial.exists() {
        return Ok(None);
    }
    match service.try_exists() {
        Ok(there) => Ok(there.then(|| service.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            anyhow::bail!("{} is not yours to read; run this as root: sudo parlour …", service.display())
        }
        Err(_) => Ok(None),
    }
}

/// The data directory a command is about: as named, else the configuration's (see [`installed`]), else the trial's in this
/// folder.
fn data_dir(common: &args::Common) -> anyhow::Result<PathBuf> {
    if let Some(dir) = &common.data_dir {
        return Ok(dir.clone());
    }
    match &common.config {
        Some(path) => Ok(serve::data_dir(&Config::load(path)?, common)),
        None => Ok(PathBuf::from(trial::DATA_DIR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_names_nothing_means_the_trial_here_or_the_service_of_this_machine() {
        let folder = tempfile::tempdir().expect("a folder");
        let (trial, service) = (folder.path().join("parlour-data"), folder.path().join("parlour.toml"));
        assert_eq!(installed(&trial, &service).expect("looked"), None);
        std::fs::write(&service, "").expect("written");
        assert_eq!(installed(&trial, &service).expect("looked"), Some(service.clone()));
        std::fs::create_dir(&trial).expect("made");
        assert_eq!(installed(&trial, &service).expect("looked"), None, "whoever stands in it means it");
    }
}
