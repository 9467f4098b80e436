//! docs/reference/cli.md is what the definitions say.

use std::fmt::Write as _;

use super::*;

/// Every command with its arguments, in Markdown.
fn reference() -> String {
    let mut out = String::from(
        "# Command line\n\n\
         `parlour` alone is a trial on this machine. All other commands speak to the running server by its local socket, or,\n\
         with the server stopped, to the same code in their own process. They find it by `--config FILE` (or\n\
         `PARLOUR_CONFIG`) or `--data-dir DIR`; without either, a trial in this folder is meant, else the service of this\n\
         machine (`/etc/parlour/parlour.toml`).\n\n\
         Where a host is left out and there is only one, that one is meant. Spans of time are written `12h`, `2d`, `1 week`,\n\
         `3mo` or as a number of seconds. Whoever has prosodyctl's or ejabberdctl's words in their fingers can go on typing\n\
         them: docs/guide/coming-from-prosody.md, docs/guide/coming-from-ejabberd.md.\n\n\
         | exit code | |\n| --- | --- |\n\
         | 0 | done |\n| 1 | refused, or it failed; nothing was changed |\n| 2 | not understood |\n\
         | 3 | the server cannot be reached, or its answer was not understood |\n\n\
         With `--json` standard output holds one object or one list, refusals too (RFC 9457: `type`, `status`, `title`).\n\
         A command that makes an invite prints the link to send on its first line and the link for apps on its second.\n\n\
         This page is made from the code: `UPDATE=1 cargo test -p parlour manual`.\n",
    );
    for (name, command) in all() {
        let (Some(about), false) = (command.get_about(), command.has_subcommands() && name != "parlour") else {
            continue;
        };
        write!(out, "\n## {name}\n\n{about}.\n\n```text\n").expect("a string");
        let places = command.get_positionals().map(|arg| {
            let value = arg.get_id().as_str().to_uppercase();
            if arg.is_required_set() { format!(" {value}") } else { format!(" [{value}]") }
        });
        writeln!(out, "{name}{}\n```", places.collect::<String>()).expect("a string");
        let shown = command.get_arguments().filter(|arg| {
            let everywhere = arg.is_global_set() && name != "parlour";
            !arg.is_hide_set() && !everywhere && !matches!(arg.get_id().as_str(), "help" | "version")
        });
        let lines: Vec<String> = shown
            .map(|arg| {
                let value =
                    arg.get_value_names().map(|names| names.join(" ")).filter(|_| arg.get_action().takes_values());
                let spelt = match (arg.get_long(), arg.get_short(), value) {
                    (Some(long), None, Some(value)) => format!("--{long} {value}"),
                    (Some(long), Some(short), Some(value)) => format!("--{long} {value}, -{short} {value}"),
                    (Some(long), _, None) => format!("--{long}"),
                    (None, _, _) => arg.get_id().as_str().to_uppercase(),
                };
                let says = arg.get_help().map(ToString::to_string).unwrap_or_default();
                let values: Vec<String> = arg
                    .get_possible_values()
                    .iter()
                    .filter(|v| !v.is_hide_set() && arg.get_action().takes_values())
                    .map(|v| v.get_name().to_owned())
                    .collect();
                let values = if values.is_empty() { String::new() } else { format!(" One of {}.", values.join(", ")) };
                format!("- `{spelt}`: {says}{}{values}", if says.ends_with('.') { "" } else { "." })
            })
            .collect();
        if !lines.is_empty() {
            write!(out, "\n{}\n", lines.join("\n")).expect("a string");
        }
    }
    out
}

#[test]
fn the_reference_is_what_the_definitions_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    let made = reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, made).expect("written");
        return;
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == made, "docs/reference/cli.md is stale; rewrite it: UPDATE=1 cargo test -p parlour manual");
}

#[test]
fn every_command_has_a_page_and_every_argument_a_sentence() {
    for (name, command) in all() {
        let text = page(command.clone()).expect("a page");
        assert!(text.contains(".TH") && text.contains("SYNOPSIS"), "{name}");
        assert!(!text.contains("help(1)"), "{name} leads to a page that is not there");
        assert!(command.get_about().is_some(), "{name} says nothing about itself");
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{name}: {} has no sentence", arg.get_id());
        }
    }
}

#[test]
fn pages_are_written_for_all_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = write(folder.path()).expect("written");
    assert!(count > 25 && folder.path().join("parlour-invite-create.1").exists(), "{count}");
}
