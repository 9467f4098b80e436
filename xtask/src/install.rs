//! What the tests need beyond Rust: Debian packages, npm packages that drive the browser and speak XMPP.

use std::path::Path;

use anyhow::{Result, bail};

use crate::run;

/// Debian packages, and what each is there for.
const PACKAGES: [(&str, &str); 10] = [
    ("chromium", "the pages, as a person sees them"),
    ("fonts-noto-core", "so that screenshots have letters of every script"),
    ("iproute2", "test networks of our own"),
    ("nodejs", "runs the browser tests"),
    ("npm", "fetches playwright-core, axe-core, jsqr and xmpp.js"),
    ("profanity", "a client others wrote, for terminals"),
    ("python3", "runs the tests with other clients"),
    ("python3-nbxmpp", "a client others wrote"),
    ("systemd", "looks at the unit that the package brings"),
    ("python3-venv", "a place for slixmpp, a client others wrote"),
];

/// Installs what is missing; where it may not, says what to install and stops.
pub fn everything() -> Result<()> {
    let missing: Vec<&str> = PACKAGES.iter().map(|(name, _)| *name).filter(|name| !is_there(name)).collect();
    if !missing.is_empty() {
        if run::output("id", &["-u"]).as_deref().map(str::trim) != Some("0") || !Path::new("/usr/bin/apt-get").exists()
        {
            bail!(
                "these Debian packages are missing, and I may not install them:\n\n  sudo apt-get install {}\n\n\
                 Then run this again. (On another system: its packages of the same programs.)",
                missing.join(" ")
            );
        }
        run::set("DEBIAN_FRONTEND", "noninteractive");
        run::command("apt-get", &["update", "-qq"])?;
        run::command("apt-get", &[&["install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat())?;
    }
    let modules = Path::new("tests/browser/node_modules");
    if !["playwright-core", "axe-core", "jsqr", "@xmpp/client", "ws"].iter().all(|name| modules.join(name).exists()) {
        run::command("npm", &["ci", "--prefix", "tests/browser", "--no-audit", "--no-fund", "--ignore-scripts"])?;
    }
    if !Path::new("tests/interop/venv/bin/pip").exists() {
        run::command("/usr/bin/python3", &["-m", "venv", "tests/interop/venv"])?;
    }
    run::command(
        "tests/interop/venv/bin/pip",
        &["install", "--quiet", "--disable-pip-version-check", "--requirement", "tests/interop/requirements.txt"],
    )
}

fn is_there(package: &str) -> bool {
    // A program that came from elsewhere does as well as the package.
    let program = match package {
        "nodejs" => Some("node"),
        "npm" => Some("npm"),
        "chromium" => Some("chromium"),
        "iproute2" => Some("ip"),
        "systemd" => Some("systemd-analyze"),
        _ => None,
    };
    if let Some(program) = program
        && run::output("sh", &["-c", &format!("command -v {program}")]).is_some()
    {
        return true;
    }
    run::output("dpkg-query", &["-W", "-f=${Status}", package]).is_some_and(|s| s.contains("install ok installed"))
}
