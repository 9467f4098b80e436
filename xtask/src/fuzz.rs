//! The fuzz targets, as the folder has them: `fuzz/fuzz_targets` holds a file for each.

use std::path::Path;

use anyhow::{Result, bail};

use crate::run;

/// The names of all targets.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir("fuzz/fuzz_targets")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Runs one target, or `all` of them one after the other; stops at the first finding.
///
/// # Errors
/// When there is a finding, no such target, or no cargo-fuzz.
pub(crate) fn run(target: &str, seconds: &str) -> Result<()> {
    if run::output("cargo", &["fuzz", "--version"]).is_none() {
        bail!("cargo-fuzz is not here; install it once: cargo install cargo-fuzz (it needs a C++ compiler)");
    }
    let all = targets()?;
    let chosen: Vec<&str> = match target {
        "all" => all.iter().map(String::as_str).collect(),
        one if all.iter().any(|name| name == one) => vec![one],
        other => bail!("no fuzz target {other}; there are {}", all.join(", ")),
    };
    // cargo-fuzz asks for a nightly compiler's flags; the stable one takes them under this name.
    run::set("RUSTC_BOOTSTRAP", "1");
    // Servers in memory are kept from one run to the next, which would count as leaks.
    run::set("ASAN_OPTIONS", "detect_leaks=0");
    for name in chosen {
        let corpus = format!("fuzz/corpus/{name}");
        std::fs::create_dir_all(&corpus)?;
        let dictionary = format!("-dict={}", dictionary(name));
        let (seeds, time) = (format!("fuzz/seeds/{name}"), format!("-max_total_time={seconds}"));
        run::cargo(&["fuzz", "run", name, &corpus, &seeds, "--", &dictionary, &time, "-timeout=20"])?;
    }
    Ok(())
}

/// The target's own dictionary, or that of its kind.
fn dictionary(name: &str) -> String {
    let own = format!("fuzz/dict/{name}.dict");
    match name {
        _ if Path::new(&own).exists() => own,
        "path" | "body" | "http" | "headers" | "words" => "fuzz/dict/web.dict".to_owned(),
        _ => "fuzz/dict/xml.dict".to_owned(),
    }
}
