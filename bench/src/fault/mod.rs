//! Bad things done to a server on purpose, each with the promise that must hold: one file for each, one line in [`ALL`].
//!
//! A fault prints its figures and fails when the promise is broken. Its small form is a test that carries its number
//! (`fault_01_...`); `docs/reliability.md` says what came of the large one.

mod crowd;
mod f01_killed;
mod f03_disk_full;
mod f04_slow_store;
mod f08_clock;
mod f09_descriptors;
mod f10_slow_readers;
mod f11_half_open;
mod f12_renewed;
mod f13_reload;
mod f14_migrations;
mod f15_backup;
mod f16_stopping;
mod f19_storm;
mod f20_poison;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::say;

/// One bad thing.
struct Fault {
    /// As it is called on the command line.
    name: &'static str,
    /// What is done, and what must hold.
    what: &'static str,
    /// What it can be told; without a word it takes its usual size.
    options: &'static str,
    /// Does it; an error where the promise is broken.
    run: fn(&[String]) -> anyhow::Result<()>,
}

/// All, in the order in which `all` runs them.
const ALL: &[Fault] = &[
    Fault {
        name: "F1",
        what: "kill -9 again and again while people write: nothing acknowledged is lost",
        options: "[--server NAME|all] [--kills N] [--clients N] [--rate N] [--seed N] [--full]",
        run: f01_killed::run,
    },
    Fault {
        name: "F3",
        what: "the disk is full, under the database and under the log: new things are refused in words, the rest goes on",
        options: "[--rounds N] [--megabytes N]",
        run: f03_disk_full::run,
    },
    Fault {
        name: "F4",
        what: "another process locks the database: who needs no disk notices nothing, the rest is refused in time",
        options: "[--rounds N] [--seconds N] [--writers N]",
        run: f04_slow_store::run,
    },
    Fault {
        name: "F8",
        what: "the clock is set by hours, the process stands still: nobody is thrown out, the archive stays in order",
        options: "[--people N] [--pause SECONDS]",
        run: f08_clock::run,
    },
    Fault {
        name: "F9",
        what: "more connections than descriptors: who is there, the operator and the store go on",
        options: "[--descriptors N] [--seconds N]",
        run: f09_descriptors::run,
    },
    Fault {
        name: "F10",
        what: "apps that do not read: bounded memory, nobody else waits, nothing acknowledged is lost",
        options: "[--readers N] [--messages N] [--rate N]",
        run: f10_slow_readers::run,
    },
    Fault {
        name: "F11",
        what: "a network goes dead without a word: noticed within 90 s, nothing is lost",
        options: "[--clients N]",
        run: f11_half_open::run,
    },
    Fault {
        name: "F12",
        what: "the certificate is replaced under people who are there: nobody is dropped",
        options: "[--clients N] [--swaps N]",
        run: f12_renewed::run,
    },
    Fault {
        name: "F13",
        what: "the configuration is broken 200 times under people: it changes nothing, and each message says where",
        options: "[--times N] [--seed N]",
        run: f13_reload::run,
    },
    Fault {
        name: "F14",
        what: "kill -9 while an old database is brought up to date: it goes on where it was, and all is there",
        options: "[--kills N] [--rows N] [--seed N]",
        run: f14_migrations::run,
    },
    Fault {
        name: "F15",
        what: "backups while people write: what was acknowledged before is in them, and they hold nobody up",
        options: "[--rows N] [--writers N] [--backups N]",
        run: f15_backup::run,
    },
    Fault {
        name: "F16",
        what: "SIGTERM with many sessions: all are told, gone within 10 s, nothing acknowledged is lost",
        options: "[--clients N] [--writers N] [--seconds N]",
        run: f16_stopping::run,
    },
    Fault {
        name: "F19",
        what: "a restart, and everybody comes back at once",
        options: "[--clients N] [--within SECONDS] [--server NAME,...]",
        run: f19_storm::run,
    },
    Fault {
        name: "F20",
        what: "rows that cannot be read, in every table: the server starts, and nobody but their owner notices",
        options: "[--rounds N] [--seed N]",
        run: f20_poison::run,
    },
];

/// What a fault is told: `--word value`, again and again.
fn pairs(words: &[String]) -> anyhow::Result<Vec<(&str, &str)>> {
    fn pair(two: &[String]) -> anyhow::Result<(&str, &str)> {
        match two {
            [word, value] => Ok((word, value)),
            other => anyhow::bail!("{} what?", other.join(" ")),
        }
    }
    words.chunks(2).map(pair).collect()
}

/// Says what a fault cannot do on this machine; the summary says it again.
fn left_out(what: &str) -> anyhow::Result<()> {
    LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    say(&format!("without {what}"))
}

/// What was left out since the summary was last told.
static LEFT_OUT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The server's binary, built beside this one.
fn program() -> anyhow::Result<std::path::PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("parlour"))
}

/// `NAME [OPTIONS]`, `all`, or nothing for the list.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    match words.split_first() {
        None => say(&list()),
        Some((name, _)) if name == "all" => every(),
        Some((name, options)) => {
            let known = ALL.iter().find(|fault| fault.name.eq_ignore_ascii_case(name));
            let fault = known.with_context(|| format!("no fault is called {name}:\n{}", list()))?;
            (fault.run)(options)
        }
    }
}

/// One after the other; a broken promise does not keep the others from being tried.
fn every() -> anyhow::Result<()> {
    let mut ends = Vec::new();
    for fault in ALL {
        say(&format!("\n== {}: {}", fault.name, fault.what))?;
        let start = Instant::now();
        let end = (fault.run)(&[]);
        if let Err(error) = &end {
            say(&format!("{} BROKEN: {error:#}", fault.name))?;
        }
        let without = std::mem::take(&mut *LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner));
        ends.push((fault, start.elapsed(), end, without));
    }
    say("\n== Summary")?;
    for (fault, took, end, without) in &ends {
        let word = if end.is_ok() { "kept" } else { "BROKEN" };
        say(&format!("{:<5}{word:<8}{:>5.0} s  {}", fault.name, took.as_secs_f64(), fault.what))?;
        for what in without {
            say(&format!("{:22}without {what}", ""))?;
        }
    }
    let all: f64 = ends.iter().map(|(_, took, ..)| took.as_secs_f64()).sum();
    say(&format!("in all       {all:>5.0} s"))?;
    let broken = ends.iter().filter(|(_, _, end, _)| end.is_err()).count();
    ensure!(broken == 0, "{broken} of {} promises are broken", ends.len());
    Ok(())
}

/// What there is, for people.
fn list() -> String {
    let mut text = String::from("fault NAME [OPTIONS] | fault all\n");
    for fault in ALL {
        text.push_str(&format!("\n  {:<5}{}\n       {}\n", fault.name, fault.what, fault.options));
    }
    text
}
