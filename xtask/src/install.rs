//! What the tests need beyond Rust: Debian packages, npm packages that drive the browser and speak XMPP.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Result, bail};

use crate::run;

/// Debian packages, and what each is there for.
const PACKAGES: [(&str, &str); 16] = [
    ("apache2-bin", "a web server in front"),
    ("caddy", "a web server in front"),
    ("chromium", "the pages, as a person sees them"),
    ("fonts-noto-core", "so that screenshots have letters of every script"),
    ("haproxy", "a proxy in front"),
    ("iproute2", "test networks of our own"),
    ("libnginx-mod-stream", "nginx, for apps"),
    ("nginx", "a web server in front"),
    ("nodejs", "runs the browser tests"),
    ("npm", "fetches playwright-core, axe-core, jsqr and xmpp.js"),
    ("openssl", "certificates for those in front"),
    ("profanity", "a client others wrote, for terminals"),
    ("python3", "runs the tests with other clients"),
    ("python3-nbxmpp", "a client others wrote"),
    ("systemd", "looks at the unit that the package brings"),
    ("python3-venv", "a place for slixmpp, a client others wrote"),
];

/// What stands beside Parlour in the bench, and what the bench asks for besides.
const PEERS: [(&str, &str); 7] = [
    ("ejabberd", "a server others wrote"),
    ("erlang-p1-sqlite3", "ejabberd with SQLite"),
    ("lua-dbi-sqlite3", "Prosody with SQLite"),
    ("prosody", "a server others wrote"),
    ("prosody-modules", "invites over HTTP, for Prosody"),
    ("sqlite3", "makes ejabberd's tables"),
    ("strace", "counts system calls"),
];

/// Installs what the tests need and is missing; where it may not, says what to install and stops.
pub fn everything() -> Result<()> {
    packages(&PACKAGES)?;
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

/// Installs the servers that the bench compares with.
pub fn peers() -> Result<()> {
    packages(&PEERS)
}

/// What faults need that not everybody has; they say what they cannot do without it.
const FAULTS: [(&str, &str); 2] = [("faketime", "sets a program's clock"), ("iproute2", "test networks of our own")];

/// Installs what faults need, where it can.
pub fn faults() {
    if is_root() && packages(&FAULTS).is_err() {
        run::say("some of what faults need could not be installed; they say what they leave out\n");
    }
}

/// Those that Debian would start as services. They are started neither now nor at boot: what needs them starts them itself,
/// over directories of its own.
const SERVICES: [&str; 5] = ["caddy", "ejabberd", "haproxy", "nginx", "prosody"];

fn is_root() -> bool {
    run::output("id", &["-u"]).as_deref().map(str::trim) == Some("0")
}

fn packages(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> = wanted.iter().map(|(name, _)| *name).filter(|name| !is_there(name)).collect();
    if !missing.is_empty() {
        if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
            bail!(
                "these Debian packages are missing, and I may not install them:\n\n  sudo apt-get install {}\n\n\
                 Then run this again. (On another system: its packages of the same programs.)",
                missing.join(" ")
            );
        }
        run::set("DEBIAN_FRONTEND", "noninteractive");
        run::command("apt-get", &["update", "-qq"])?;
        quietly(&missing)?;
    }
    Ok(())
}

/// Installs these, and starts no service.
fn quietly(missing: &[&str]) -> Result<()> {
    // invoke-rc.d(8) asks this program; 101 is "not allowed". Somebody else's is left alone.
    let policy = Path::new("/usr/sbin/policy-rc.d");
    let ours = !policy.exists();
    if ours {
        std::fs::write(policy, "#!/bin/sh\nexit 101\n")?;
        std::fs::set_permissions(policy, std::fs::Permissions::from_mode(0o755))?;
    }
    let had: Vec<&str> = SERVICES.into_iter().filter(|name| is_there(name)).collect();
    let installed = run::command("apt-get", &[&["install", "-y", "-qq", "--no-install-recommends"], missing].concat());
    if ours {
        std::fs::remove_file(policy)?;
    }
    installed?;
    if Path::new("/run/systemd/system").exists() {
        for name in SERVICES.iter().filter(|name| !had.contains(name) && is_there(name)) {
            run::command("systemctl", &["disable", "--quiet", name])?;
        }
    }
    Ok(())
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
