//! Which of the numbered vectors, attacks and faults have a test.
//!
//! A test covers a number by carrying it in its name: `vector_28_...`, `attack_06_...`, `fault_01_...`.
//! For the rest docs/spec-coverage.toml says which feature will bring it, or why it cannot apply.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::run;

const KINDS: [(&str, usize); 3] = [("vector", 88), ("attack", 125), ("fault", 21)];
const PLACES: [&str; 5] = ["crates", "tests", "xtask", "bench", "fuzz"];

/// Prints the table; fails where a number has neither a test nor a reason.
pub fn print() -> Result<()> {
    let mut found: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for place in PLACES {
        walk(Path::new(place), &mut found)?;
    }
    let reasons = reasons()?;
    let mut text = String::new();
    let mut bare = Vec::new();
    let mut waiting = String::new();
    for (kind, &(name, last)) in KINDS.iter().enumerate() {
        let mut with = 0;
        for number in 1..=last {
            if let Some(tests) = found.get(&(kind, number)) {
                with += 1;
                text.push_str(&format!("{name} {number:>3}  {}\n", tests.join(", ")));
            } else if let Some(reason) = reasons.get(&(kind, number)) {
                waiting.push_str(&format!("{name} {number:>3}  {reason}\n"));
            } else {
                bare.push(format!("{name} {number}"));
            }
        }
        text.push_str(&format!("{name}: {with} of {last} have a test\n\n"));
    }
    run::say(&text);
    run::say("Without a test, and why:\n");
    run::say(&waiting);
    if !bare.is_empty() {
        bail!("neither a test nor a reason in docs/spec-coverage.toml: {}", bare.join(", "));
    }
    Ok(())
}

fn walk(folder: &Path, found: &mut BTreeMap<(usize, usize), Vec<String>>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                walk(&path, found)?;
            }
        } else if path != Path::new("xtask/src/coverage.rs")
            && [".rs", ".py", ".mjs", ".txt"].iter().any(|end| name.ends_with(end))
        {
            if name.ends_with(".txt") {
                // A wire script's name is its test's name.
                note(&name, &path, found);
            }
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            for line in text.lines() {
                let line = line.trim_start();
                let named = ["fn ", "async fn ", "def ", "async def ", "# covers ", "test('", "test(\""];
                if let Some(rest) = named.iter().find_map(|start| line.strip_prefix(start)) {
                    for word in rest.split([' ', ',']) {
                        note(word, &path, found);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Notes the numbers a name carries: `vector_04_05_what_it_shows`, `vector_29_attack_100_...`, `vector_08_and_13_...`.
fn note(word: &str, path: &Path, found: &mut BTreeMap<(usize, usize), Vec<String>>) {
    let name: String = word.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let mut kind = None;
    for part in name.split('_') {
        if let Some(named) = KINDS.iter().position(|(name, _)| *name == part) {
            kind = Some(named);
        } else if let (Some(kind), Ok(number)) = (kind, part.parse::<usize>()) {
            if (1..=KINDS[kind].1).contains(&number) {
                let file = path.display().to_string();
                let files = found.entry((kind, number)).or_default();
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        } else if part != "and" && part != "test" {
            kind = None;
        }
    }
}

/// `[vector] 17 = "waits for ..."`, ranges as `"39-46" = "..."`.
fn reasons() -> Result<BTreeMap<(usize, usize), String>> {
    let path = "docs/spec-coverage.toml";
    let text = fs::read_to_string(path).with_context(|| path.to_owned())?;
    let mut all = BTreeMap::new();
    let mut kind = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            kind = KINDS.iter().position(|(name, _)| *name == section);
            continue;
        }
        let parts = line.split_once('=').zip(kind);
        let Some(((numbers, reason), kind)) = parts else { bail!("{path}:{}: not understood", index + 1) };
        let numbers = numbers.trim().trim_matches('"');
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        for number in first.trim().parse::<usize>()?..=last.trim().parse::<usize>()? {
            all.insert((kind, number), reason.trim().trim_matches('"').to_owned());
        }
    }
    Ok(all)
}
