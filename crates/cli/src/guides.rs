//! What the guides tell people to type and write, this program understands.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::args::Cli;
use crate::config::Config;

/// The blocks between fences, each with its language, from all guides and the README.
fn blocks() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guides = fs::read_dir(root.join("docs/guide")).expect("guides");
    let mut files: Vec<PathBuf> = guides.map(|entry| entry.expect("an entry").path()).collect();
    files.push(root.join("README.md"));
    let mut blocks = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable guide");
        for block in text.split("```").skip(1).step_by(2) {
            let (language, block) = block.split_once('\n').expect("a fence ends its line");
            blocks.push((file.clone(), language.to_owned(), block.to_owned()));
        }
    }
    blocks
}

/// A line as a shell splits it, as far as guides need: double quotes, comments, and no further than a pipe.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' | '|' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one at least").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_in_the_guides_is_one() {
    let mut seen = 0;
    for (file, language, block) in blocks().into_iter().filter(|(_, language, _)| language.is_empty()) {
        for line in block.lines() {
            let line = line.strip_prefix("sudo ").unwrap_or(line);
            if !line.starts_with("parlour ") {
                continue;
            }
            if let Err(error) = Cli::try_parse_from(words(line)) {
                panic!("{} {language}: {line}\n{error}", file.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen} commands");
}

#[test]
fn every_configuration_in_the_guides_is_good() {
    let mut seen = 0;
    for (file, _, block) in blocks().into_iter().filter(|(_, language, _)| language == "toml") {
        Config::parse(&file, &block).unwrap_or_else(|error| panic!("{error}"));
        seen += 1;
    }
    assert!(seen > 0);
}
