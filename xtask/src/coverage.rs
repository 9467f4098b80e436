//! Which of the numbered vectors, attacks and faults have a test.
//!
//! A test covers a number by carrying it in its name: `vector_28_...`, `attack_06_...`, `fault_01_...`.
//! For the rest docs/spec-coverage.toml says what they wait for, or why they cannot apply.
//!
//! No number loses a test unseen, also where it has others: docs/spec-tests.txt lists every one by name, and one that is
//! renamed or removed is an error until `--update` writes the list anew, so that what is gone shows in the change. New ones
//! are told, and are no error: whoever adds a test need not know of the list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::run;

const KINDS: [(&str, usize); 3] = [("vector", 88), ("attack", 125), ("fault", 21)];
const PLACES: [&str; 5] = ["crates", "tests", "xtask", "bench", "fuzz"];
const REASONS: &str = "docs/spec-coverage.toml";
const LIST: &str = "docs/spec-tests.txt";

/// Tests by kind and number: their names, each with where it is.
type Found = BTreeMap<(usize, usize), BTreeMap<String, String>>;

/// Why a number has no test.
enum Reason {
    /// A feature that is not built will bring it.
    Waits(String),
    /// It cannot happen here.
    Cannot(String),
}

/// Prints the table; fails where a number has neither a test nor a reason, or has lost one that it had.
pub fn print(update: bool) -> Result<()> {
    let mut found = Found::new();
    for place in PLACES {
        walk(Path::new(place), &mut found)?;
    }
    let mut reasons = reasons(&fs::read_to_string(REASONS).context(REASONS)?)?;
    let mut text = String::new();
    let mut faults = Vec::new();
    let (mut waiting, mut cannot) = (String::new(), String::new());
    for (kind, &(name, last)) in KINDS.iter().enumerate() {
        let mut with = 0;
        for number in 1..=last {
            let reason = reasons.remove(&(kind, number));
            match (found.get(&(kind, number)), reason) {
                (Some(tests), reason) => {
                    with += 1;
                    let places: BTreeSet<&str> = tests.values().map(String::as_str).collect();
                    let places: Vec<&str> = places.into_iter().collect();
                    text.push_str(&format!("{name} {number:>3}  {:>3} in {}\n", tests.len(), places.join(", ")));
                    match reason {
                        Some(Reason::Waits(what)) => {
                            waiting.push_str(&format!("{name} {number:>3}  in part, for {what}\n"));
                        }
                        Some(Reason::Cannot(_)) => {
                            faults.push(format!("{name} {number} has a test: take it out of {REASONS}"));
                        }
                        None => {}
                    }
                }
                (None, Some(Reason::Waits(what))) => waiting.push_str(&format!("{name} {number:>3}  {what}\n")),
                (None, Some(Reason::Cannot(why))) => cannot.push_str(&format!("{name} {number:>3}  {why}\n")),
                (None, None) => faults.push(format!("{name} {number} has neither a test nor a reason in {REASONS}")),
            }
        }
        text.push_str(&format!("{name}: {with} of {last} have a test\n\n"));
    }
    run::say(&text);
    run::say("Without a test until there is what they are about. They wait for:\n");
    run::say(&waiting);
    run::say("Without a test since they cannot apply (docs/past-mistakes.md):\n");
    run::say(&cannot);
    let list = list(&found);
    if update {
        fs::write(LIST, &list).context(LIST)?;
    } else {
        let (gone, new) = changed(&fs::read_to_string(LIST).context(LIST)?, &list);
        faults.extend(gone.iter().map(|name| {
            format!(
                "the test {name} is gone. If its numbers are shown elsewhere: cargo xtask coverage-of-specs --update"
            )
        }));
        if !new.is_empty() {
            run::say(&format!("Not in {LIST} yet (--update puts them there):\n{}\n", new.join("\n")));
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

/// Every test that carries a number, once.
fn list(found: &Found) -> String {
    let names: BTreeSet<&str> = found.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    let mut text = String::from(
        "# Tests that carry a number of the specifications. Made by `cargo xtask coverage-of-specs --update`: what goes from\n\
         # here has lost its test.\n",
    );
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    text
}

/// What stands in the list and is no more, and what is there and does not stand in it.
fn changed(listed: &str, now: &str) -> (Vec<String>, Vec<String>) {
    let names =
        |text: &str| -> BTreeSet<String> { text.lines().filter(|l| !l.starts_with('#')).map(str::to_owned).collect() };
    let (listed, now) = (names(listed), names(now));
    (listed.difference(&now).cloned().collect(), now.difference(&listed).cloned().collect())
}

fn walk(folder: &Path, found: &mut Found) -> Result<()> {
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
            if let Some(script) = name.strip_suffix(".txt") {
                // A wire script's name is its test's name.
                note(script, script, &path, found);
            }
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            for line in text.lines() {
                let line = line.trim_start();
                if let Some(rest) = line.strip_prefix("# covers ") {
                    // A script that shows more than its name says.
                    for word in rest.split([' ', ',']) {
                        note(word, &format!("{word} in {}", path.display()), &path, found);
                    }
                    continue;
                }
                let named = ["fn ", "async fn ", "def ", "async def ", "test('", "test(\""];
                if let Some(rest) = named.iter().find_map(|start| line.strip_prefix(start)) {
                    note(rest, &word(rest), &path, found);
                }
            }
        }
    }
    Ok(())
}

/// The name at the start of a text.
fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// Notes the numbers a name carries: `vector_04_05_what_it_shows`, `vector_29_attack_100_...`, `vector_08_and_13_...`.
fn note(name: &str, test: &str, path: &Path, found: &mut Found) {
    let mut kind = None;
    for part in word(name).split('_') {
        if let Some(named) = KINDS.iter().position(|(name, _)| *name == part) {
            kind = Some(named);
        } else if let (Some(kind), Ok(number)) = (kind, part.parse::<usize>()) {
            if (1..=KINDS[kind].1).contains(&number) {
                found.entry((kind, number)).or_default().insert(test.to_owned(), path.display().to_string());
            }
        } else if part != "and" && part != "test" {
            kind = None;
        }
    }
}

/// `[vector] 17 = "waits for ..."`, ranges as `"39-46" = "..."`. Any other sentence says why it cannot apply.
fn reasons(text: &str) -> Result<BTreeMap<(usize, usize), Reason>> {
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
        let Some(((numbers, reason), kind)) = parts else { bail!("{REASONS}:{}: not understood", index + 1) };
        let numbers = numbers.trim().trim_matches('"');
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let reason = reason.trim().trim_matches('"');
        for number in first.trim().parse::<usize>()?..=last.trim().parse::<usize>()? {
            let waits = reason.strip_prefix("waits for ").or_else(|| reason.strip_prefix("wait for "));
            let reason = waits.map_or(Reason::Cannot(reason.to_owned()), |what| Reason::Waits(what.to_owned()));
            all.insert((kind, number), reason);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Found {
        let mut found = Found::new();
        for name in names {
            note(name, &word(name), Path::new("here"), &mut found);
        }
        found
    }

    #[test]
    fn a_name_carries_its_numbers() {
        let found =
            named(&["vector_08_and_13_x() {", "vector_29_attack_100_x()", "attack_27_29_x()", "fault_a_full_disk"]);
        let numbers: Vec<_> = found.keys().copied().collect();
        assert_eq!(numbers, [(0, 8), (0, 13), (0, 29), (1, 27), (1, 29), (1, 100)]);
        assert!(named(&["attack_999_x", "attacks_06", "an_attack"]).is_empty());
    }

    #[test]
    fn a_test_that_is_renamed_or_goes_is_missed_though_its_number_has_others() {
        let listed = list(&named(&["attack_06_attributes_are_counted", "attack_06_again"]));
        assert_eq!(changed(&listed, &listed), (vec![], vec![]));
        let renamed = list(&named(&["attributes_are_counted", "attack_06_again"]));
        let name = "attack_06_attributes_are_counted".to_owned();
        assert_eq!(changed(&listed, &renamed), (vec![name.clone()], vec![]));
        assert_eq!(changed(&renamed, &listed), (vec![], vec![name]));
    }

    #[test]
    fn what_waits_is_told_apart_from_what_cannot_apply() {
        let text = "# why\n[attack]\n\"64-65\" = \"waits for rooms\"\n75 = \"BOSH is not built\"\n";
        let all = reasons(text).expect("reads");
        assert!(matches!(&all[&(1, 65)], Reason::Waits(what) if what == "rooms"));
        assert!(matches!(&all[&(1, 75)], Reason::Cannot(why) if why == "BOSH is not built"));
        assert!(reasons("64 = \"no section\"").is_err());
    }
}
