//! An empty server: the memory it takes once it listens, with nobody there.

use std::process::Command;

use anyhow::Context as _;
use parlour_net::BoxFuture;

use crate::peers::{House, Kind};
use crate::process;
use crate::table::{Bench, Figure, Line, Measure, SERVERS, Subject, Than, at_most, less};

/// See the module.
pub const LINE: Line = Line {
    name: "empty",
    title: "An empty server",
    about: "A fresh process over a fresh directory, listening and silent: the proportional share of its memory (`Pss`), and \
            the time from its start to the moment it listens. Each round starts it anew. What is installed: Parlour's \
            program; the packages prosody and ejabberd without the Lua and the Erlang they need.",
    subjects: SERVERS,
    figures: FIGURES,
    settle,
};

const FIGURES: &[Figure] = &[
    less("memory", "MiB", 1).aims(&[at_most(30.0, Than::Number)]),
    less("start until it listens", "ms", 0),
    less("installed", "MiB", 1),
];

struct Empty {
    kind: Kind,
    cpus: Option<String>,
}

fn settle(bench: &Bench, subject: Subject) -> BoxFuture<'_, anyhow::Result<Box<dyn Measure>>> {
    Box::pin(async move {
        let Subject::Server(kind) = subject else { anyhow::bail!("nothing bare is like it") };
        Ok(Box::new(Empty { kind, cpus: bench.cpus().map(str::to_owned) }) as Box<dyn Measure>)
    })
}

impl Measure for Empty {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let mut house = House::new(self.kind, self.cpus.as_deref())?;
            let start = std::time::Instant::now();
            house.start()?;
            house.open().await?;
            let open = start.elapsed();
            let memory = process::settled(house.pid()?).await.context("its memory")?;
            let installed = installed(self.kind)?;
            Ok(vec![memory as f64 / MIB, open.as_secs_f64() * 1e3, installed])
        })
    }
}

/// MiB.
fn installed(kind: Kind) -> anyhow::Result<f64> {
    if kind == Kind::Parlour {
        let binary = std::env::current_exe()?.with_file_name("parlour");
        return Ok(std::fs::metadata(binary)?.len() as f64 / MIB);
    }
    let asked = Command::new("dpkg-query").args(["-W", "-f", "${Installed-Size}", kind.name()]).output()?;
    Ok(String::from_utf8(asked.stdout)?.trim().parse::<f64>().map_or(f64::NAN, |kib| kib / 1024.0))
}

const MIB: f64 = 1024.0 * 1024.0;
