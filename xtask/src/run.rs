//! Running other programs and saying what runs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

static ENVIRONMENT: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Cargo's folder for what it builds.
pub fn target() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned()))
}

/// Prints to standard output.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody listening is no reason to fail.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Sets a variable for all programs that run from now on.
pub fn set(name: &str, value: &str) {
    if let Ok(mut all) = ENVIRONMENT.lock() {
        all.push((name.to_owned(), value.to_owned()));
    }
}

/// Runs cargo.
pub fn cargo(arguments: &[&str]) -> Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    command(&cargo, arguments)
}

/// Runs a program to its end; a failure is an error.
pub fn command(program: &str, arguments: &[&str]) -> Result<()> {
    say(&format!("\n$ {} {}\n", program.rsplit('/').next().unwrap_or(program), arguments.join(" ")));
    let mut command = Command::new(program);
    command.args(arguments);
    if let Ok(all) = ENVIRONMENT.lock() {
        command.envs(all.iter().map(|(k, v)| (k, v)));
    }
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} {}: {status}", arguments.join(" "));
    }
    say(&format!("({:.0} s)\n", start.elapsed().as_secs_f64()));
    Ok(())
}

/// What a program prints, where it ends well.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let out = Command::new(program).args(arguments).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}
