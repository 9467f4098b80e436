//! systemd and this program itself: starting the service, and asking for the owner's link.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

use super::place::Place;

/// Whether systemd runs this machine: sd_booted(3).
pub fn has_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

/// Starts the service now and with the machine.
///
/// # Errors
/// What systemd says, and the end of the service's log.
pub fn start() -> anyhow::Result<()> {
    systemctl(&["daemon-reload"])?;
    if let Err(error) = systemctl(&["enable", "--now", "parlour.service"]) {
        let log = Command::new("journalctl").args(["-u", "parlour", "-n", "8", "-o", "cat", "--no-pager"]).output();
        let log = log.map(|log| String::from_utf8_lossy(&log.stdout).trim().to_owned()).unwrap_or_default();
        let log = if log.is_empty() { String::new() } else { format!("\nIts log ends so:\n{log}") };
        anyhow::bail!("the service did not start: {error}{log}");
    }
    Ok(())
}

fn systemctl(words: &[&str]) -> anyhow::Result<()> {
    let done =
        Command::new("systemctl").args(words).stdin(Stdio::null()).output().context("systemctl cannot be run")?;
    if !done.status.success() {
        anyhow::bail!("systemctl {}: {}", words.join(" "), String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// What became of the question for an owner's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerLink {
    /// Here it is, good once and for half an hour.
    Made(String),
    /// There is an owner.
    Owned,
    /// It could not be made.
    Failed(String),
}

/// Asks this program as a command of its own: it finds a running server by itself, and with the server stopped it becomes
/// the data's owner first, so that no file is root's.
pub fn owner_link(place: &Place, domain: &str) -> OwnerLink {
    let asked = std::env::current_exe().and_then(|program| {
        Command::new(program)
            .args(["owner-link", domain, "--json", "--config"])
            .arg(&place.config)
            .arg("--data-dir")
            .arg(&place.data_dir)
            .env_remove("PARLOUR_CONFIG")
            .stdin(Stdio::null())
            .output()
    });
    match asked {
        Ok(answer) => read(&answer),
        Err(error) => OwnerLink::Failed(error.to_string()),
    }
}

fn read(answer: &Output) -> OwnerLink {
    let json: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
    if let Some(link) = json["landing_page"].as_str().filter(|_| answer.status.success()) {
        return OwnerLink::Made(link.to_owned());
    }
    if json["status"] == 409 {
        return OwnerLink::Owned;
    }
    let said = json["title"].as_str().map(str::to_owned);
    let said = said.unwrap_or_else(|| String::from_utf8_lossy(&answer.stderr).trim().to_owned());
    OwnerLink::Failed(said)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn an_answer_is_a_link_an_owner_or_a_reason() {
        let answer = |code: i32, out: &str, err: &str| {
            let status = ExitStatus::from_raw(code << 8);
            read(&Output { status, stdout: out.into(), stderr: err.into() })
        };
        let made = answer(0, r#"{"landing_page":"https://chat.example.org/i/x"}"#, "");
        assert_eq!(made, OwnerLink::Made("https://chat.example.org/i/x".into()));
        assert_eq!(answer(1, r#"{"status":409,"title":"This host has an owner"}"#, ""), OwnerLink::Owned);
        assert_eq!(answer(1, r#"{"status":404,"title":"No such host"}"#, ""), OwnerLink::Failed("No such host".into()));
        assert_eq!(answer(1, "", "parlour: disk full\n"), OwnerLink::Failed("parlour: disk full".into()));
    }
}
