//! What comes into the house: licences, sources and bans as deny.toml has them, and RustSec's advisories.

use anyhow::Result;

use crate::run;

/// Of cargo-deny.
const VERSION: &str = "0.20.2";

/// Fails where something is in the lock file that may not be, or that an advisory warns of.
///
/// The list of advisories comes from the network; where it cannot be had, that is said and the rest still counts.
pub fn check() -> Result<()> {
    let program = program()?;
    run::command(&program, &["--offline", "--all-features", "check", "bans", "licenses", "sources"])?;
    if run::command(&program, &["fetch", "db"]).is_ok() {
        return run::command(&program, &["--all-features", "check", "advisories"]);
    }
    run::say("ADVISORIES WERE NOT LOOKED AT: their list (RustSec's advisory-db) cannot be fetched from here.\n");
    Ok(())
}

/// Builds it once, without optimisation: that takes a minute or two, and it runs for seconds.
fn program() -> Result<String> {
    let root = run::target().join("tools");
    let program = root.join("bin/cargo-deny").display().to_string();
    let there = run::output(&program, &["--version"]).is_some_and(|said| said.trim().ends_with(VERSION));
    if !there {
        let root = root.display().to_string();
        let exact = format!("={VERSION}");
        run::cargo(&["install", "cargo-deny", "--version", &exact, "--locked", "--debug", "--force", "--root", &root])?;
    }
    Ok(program)
}
