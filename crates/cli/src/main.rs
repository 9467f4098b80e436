//! The one binary: arguments, configuration, wiring, shutdown.

mod args;
mod check;
mod client;
mod commands;
mod config;
#[cfg(test)]
mod guides;
mod habits;
mod house;
mod logging;
mod manual;
mod metrics;
mod offline;
mod serve;
mod signals;
mod supervisor;
mod system;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::args::{CheckCommand, Cli, Command};
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

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
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
        Some(Command::Check(CheckCommand::Config)) => check::config(&cli.common),
        Some(Command::Check(CheckCommand::Tls)) => check::findings(&cli.common, check::Looked::TLS),
        Some(Command::Check(CheckCommand::Ports)) => check::findings(&cli.common, check::Looked::PORTS),
        Some(Command::Check(CheckCommand::All)) => check::all(&cli.common),
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
                    Some(Command::Serve) => serve::run(&cli.common).await.map(|()| ExitCode::SUCCESS),
                    Some(command) => offline::command(command, &cli.common).await,
                }
            })
        }
    }
}

/// The data directory a command is about: as named, else the configuration's, else the trial's in this folder.
fn data_dir(common: &args::Common) -> anyhow::Result<PathBuf> {
    if let Some(dir) = &common.data_dir {
        return Ok(dir.clone());
    }
    match &common.config {
        Some(path) => Ok(serve::data_dir(&Config::load(path)?, common)),
        None => Ok(PathBuf::from(trial::DATA_DIR)),
    }
}
