//! `parlour check …`: what is wrong with a configuration and what is probably not meant, and whether certificates, ports and
//! names are what it needs.
//!
//! A warning changes no exit code: it works, only perhaps not as its writer thinks, or not for everybody.
//! Left out: hosts that stand in the store alone (the running server warns of those at its start); whether anything
//! answers from outside, which has to be looked at from there.

mod config;
mod dns;
mod finding;
pub mod kinds;
mod ports;
mod tls;

use std::path::PathBuf;
use std::process::ExitCode;

pub use config::of_host;
pub use dns::{Reach, authority, reach};
pub use finding::{Finding, Level, is_fine, print};

use crate::args::{CheckCommand, Common, LookupOptions};
use crate::commands::{say, say_error};
use crate::config::Config;
use crate::dns::Names;
use crate::machine::Addresses;

pub use tls::{kept, refused};

/// What a check is about.
struct Place {
    config: Config,
    data_dir: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When no configuration was named.
pub async fn run(command: CheckCommand, common: &Common) -> anyhow::Result<ExitCode> {
    let Some(path) = &common.config else {
        anyhow::bail!(
            "which configuration? There is no {}; name one: --config FILE or PARLOUR_CONFIG",
            crate::INSTALLED
        );
    };
    let read = match command {
        // As the running server takes it over. The other checks have more to say about certificates.
        CheckCommand::Config => Config::load_with_files(path, true),
        _ => Config::load(path),
    };
    let config = match read {
        Ok(config) => config,
        Err(error) => {
            let finding = Finding::problem(kinds::CONFIG_WRONG, path.display().to_string(), error.to_string());
            if common.json {
                say(&serde_json::json!({ "ok": false, "findings": [finding] }).to_string());
            } else {
                say_error(&finding.says);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let data_dir = crate::serve::data_dir(&config, common);
    let place = Place { config, data_dir };
    let found = match &command {
        CheckCommand::Config => config::look(&place.config),
        CheckCommand::Tls => tls::look(&place.config, &place.data_dir),
        CheckCommand::Ports => ports::look(&place.config, &place.data_dir),
        CheckCommand::Dns(lookup) => names(&place, lookup).await?,
        CheckCommand::All(lookup) => {
            let mut found = config::look(&place.config);
            found.extend(names(&place, lookup).await?);
            found.extend(tls::look(&place.config, &place.data_dir));
            found.extend(ports::look(&place.config, &place.data_dir));
            found
        }
    };
    let fine = is_fine(&found);
    let hosts: Vec<String> = place.config.hosts().into_iter().map(|h| h.domain).collect();
    if common.json {
        say(&serde_json::json!({ "ok": fine, "hosts": hosts, "findings": found }).to_string());
    } else {
        print(&found);
        if matches!(command, CheckCommand::Config) {
            let fine = if found.is_empty() { "The configuration is fine." } else { "The configuration can be used." };
            if hosts.is_empty() {
                say(&format!("{fine} It names no host; those added with `parlour host add` are served."));
            } else {
                say(&format!("{fine} Hosts: {}", hosts.join(", ")));
            }
        }
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn names(place: &Place, lookup: &LookupOptions) -> anyhow::Result<Vec<Finding>> {
    let names = Names::ask(lookup.resolver)?;
    Ok(dns::look(&place.config, &names, &Addresses::of_this_machine()).await)
}

/// The findings about a configuration alone, as `parlour check config` has them.
pub fn of_config(config: &Config) -> Vec<Finding> {
    config::look(config)
}

/// The findings about certificates, as `parlour check tls` has them.
pub fn of_certificates(config: &Config, data_dir: &std::path::Path) -> Vec<Finding> {
    tls::look(config, data_dir)
}

/// What is to be said of one address of a door.
pub fn port(door: &str, address: std::net::SocketAddr, running: bool, held: &crate::machine::Holders) -> Finding {
    ports::port(door, address, running, held)
}

#[cfg(test)]
mod tests;
