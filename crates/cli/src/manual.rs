//! Manual pages and the command line's reference, made from its definitions.

use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};

use crate::args::Cli;

/// A command's page, as `man` reads it.
///
/// # Errors
/// Writing to memory cannot fail; what the library says otherwise.
pub fn page(mut command: Command) -> anyhow::Result<String> {
    // It has no page of its own that this one could lead to.
    if command.find_subcommand("help").is_some() {
        command = command.mut_subcommand("help", |help| help.hide(true));
    }
    let mut out = Vec::new();
    let title = command.get_display_name().unwrap_or("parlour").to_owned();
    clap_mangen::Man::new(command).title(title).render(&mut out)?;
    Ok(String::from_utf8(out)?)
}

/// Writes the pages of all commands into a folder; answers how many.
///
/// # Errors
/// In words for the operator.
pub fn write(folder: &Path) -> anyhow::Result<usize> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let commands = all();
    for (name, command) in &commands {
        let file = folder.join(format!("{}.1", name.replace(' ', "-")));
        std::fs::write(&file, page(command.clone())?).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(commands.len())
}

/// All commands that are shown to people, each with the words it is called by.
pub fn all() -> Vec<(String, Command)> {
    fn walk(name: &str, command: &Command, found: &mut Vec<(String, Command)>) {
        found.push((name.to_owned(), command.clone()));
        for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
            walk(&format!("{name} {}", below.get_name()), below, found);
        }
    }
    let mut root = Cli::command();
    root.build();
    let mut found = Vec::new();
    walk("parlour", &root, &mut found);
    found
}

#[cfg(test)]
mod tests;
