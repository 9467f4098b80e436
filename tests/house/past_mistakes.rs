//! docs/past-mistakes.md names tests that are there, and every number that cannot apply.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::root;

/// Every function, and every wire script, that is called by a number.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                tests(&path, found);
            }
        } else if let Some(script) = name.strip_suffix(".txt") {
            found.insert(script.to_owned());
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.extend(text.lines().filter_map(|line| {
                let line = line.trim_start();
                let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
                name.split_once('(').map(|(name, _)| name.to_owned())
            }));
        }
    }
}

#[test]
fn the_tests_that_past_mistakes_name_are_there() {
    let text = fs::read_to_string(root().join("docs/past-mistakes.md")).expect("the document");
    let mut found = BTreeSet::new();
    for folder in ["crates", "tests", "xtask", "bench"] {
        tests(&root().join(folder), &mut found);
    }
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| word.starts_with("attack_")).collect();
    assert!(named.len() > 60, "{named:?}");
    for name in &named {
        assert!(found.contains(*name), "docs/past-mistakes.md names {name}, which is no test");
    }
    // Every accident says what holds.
    let told = text.split("## What cannot happen").next().unwrap_or_default();
    for paragraph in told.split("\n\n").filter(|paragraph| paragraph.starts_with("**")) {
        assert!(paragraph.contains("`attack_"), "no test is named: {paragraph}");
    }
}

#[test]
fn what_cannot_apply_is_told_in_past_mistakes() {
    let text = fs::read_to_string(root().join("docs/past-mistakes.md")).expect("the document");
    let reasons = fs::read_to_string(root().join("docs/spec-coverage.toml")).expect("the reasons");
    let attacks = reasons.split("[attack]").nth(1).and_then(|rest| rest.split('[').next()).expect("a section");
    let mut told = 0;
    for line in attacks.lines().filter(|line| line.contains('=') && !line.contains("\"wait")) {
        let number = line.split('=').next().unwrap_or_default().trim().trim_matches('"');
        assert!(text.contains(&format!("**attack {number}, ")), "attack {number} is not told in docs/past-mistakes.md");
        told += 1;
    }
    assert!(told > 0);
}
