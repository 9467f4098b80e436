//! The table of `cargo xtask bench`: every server does the same things in turns, and one table says what came of it.
//!
//! A [`Line`] is something that all servers do, and the figures it yields. The frame pins servers and this process to
//! cores of their own, settles a line's servers, lets them take turns, repeats, and tells medians, ranges, ratios and
//! whether what was aimed at is met ([`judge`], [`paper`]). Lines themselves are in `bench/src/lines`.

pub mod judge;
pub mod machine;
pub mod paper;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use parlour_net::BoxFuture;

use crate::lines;
use crate::peers::Kind;
use crate::say;
use judge::Cell;
use machine::Machine;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What the machine and the libraries alone permit: no server can do better.
    Limit,
    /// This server.
    Parlour,
    /// Prosody from Debian's package.
    Prosody,
    /// ejabberd from Debian's package.
    Ejabberd,
}

impl Column {
    /// All, as they stand.
    pub const ALL: [(&'static str, Self); 4] =
        [("limit", Self::Limit), ("parlour", Self::Parlour), ("prosody", Self::Prosody), ("ejabberd", Self::Ejabberd)];

    fn named(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, column)| *column).with_context(|| format!("no column is called {name:?}"))
    }
}

/// What a line is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Something bare: the line knows what.
    Limit,
    /// A server.
    Server(Kind),
}

impl Subject {
    /// Where its figures stand.
    pub fn column(self) -> Column {
        match self {
            Self::Limit => Column::Limit,
            Self::Server(Kind::Parlour | Kind::Forgetful) => Column::Parlour,
            Self::Server(Kind::Prosody | Kind::ProsodySqlite) => Column::Prosody,
            Self::Server(Kind::Ejabberd | Kind::EjabberdSqlite) => Column::Ejabberd,
        }
    }

    /// For whoever watches.
    pub fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Server(kind) => kind.name(),
        }
    }
}

/// The servers of most lines, and no limit.
pub const SERVERS: &[Subject] =
    &[Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody), Subject::Server(Kind::Ejabberd)];
/// The limit beside [`SERVERS`].
pub const ALL: &[Subject] =
    &[Subject::Limit, Subject::Server(Kind::Parlour), Subject::Server(Kind::Prosody), Subject::Server(Kind::Ejabberd)];

/// Which way a figure should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The more the better.
    More,
    /// The less the better.
    Less,
    /// Told, and nothing to be proud of: what the load itself costs.
    Neither,
}

/// What Parlour's figure is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Than {
    /// The same figure of a column.
    Column(Column),
    /// The same figure of Prosody or ejabberd, whichever is better.
    BetterPeer,
    /// Another figure of the same line, by its name, of whichever peer has the better one.
    BetterPeers(&'static str),
    /// A number, in the figure's unit.
    Number,
}

/// What is aimed at: Parlour's figure is at most, or at least, so many times another.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// At least where true, at most where not.
    pub at_least: bool,
    /// How many times; the number itself for [`Than::Number`].
    pub times: f64,
    /// Of what.
    pub than: Than,
}

/// A target that is a lower bound.
pub const fn at_least(times: f64, than: Than) -> Target {
    Target { at_least: true, times, than }
}

/// A target that is an upper bound.
pub const fn at_most(times: f64, than: Than) -> Target {
    Target { at_least: false, times, than }
}

/// One of the figures that a line yields.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its name, unique in the line: "logins/s", "server CPU each".
    pub name: &'static str,
    /// "ms", "bytes", or nothing where the name says it.
    pub unit: &'static str,
    /// Digits after the point.
    pub digits: usize,
    /// Which way is better.
    pub better: Better,
    /// What is aimed at, if anything.
    pub targets: &'static [Target],
}

/// A figure of which more is better.
pub const fn more(name: &'static str, unit: &'static str, digits: usize) -> Figure {
    Figure { name, unit, digits, better: Better::More, targets: &[] }
}

/// A figure of which less is better.
pub const fn less(name: &'static str, unit: &'static str, digits: usize) -> Figure {
    Figure { name, unit, digits, better: Better::Less, targets: &[] }
}

/// What the generator took itself.
pub const fn generator(name: &'static str, unit: &'static str, digits: usize) -> Figure {
    Figure { name, unit, digits, better: Better::Neither, targets: &[] }
}

impl Figure {
    /// With what is aimed at.
    pub const fn aims(self, targets: &'static [Target]) -> Self {
        Self { targets, ..self }
    }
}

/// Something that is measured on several servers in the same way.
#[derive(Clone, Copy)]
pub struct Line {
    /// What `--line` calls it: "logins".
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What is done, with whom, and what each server runs, in a few sentences. Goes into the document.
    pub about: &'static str,
    /// On what.
    pub subjects: &'static [Subject],
    /// What a round yields, in this order.
    pub figures: &'static [Figure],
    /// Gets one of them ready, before the first round.
    pub settle: for<'a> fn(&'a Bench, Subject) -> Settling<'a>,
}

/// A subject on its way to be [`Measure`]d.
pub type Settling<'a> = BoxFuture<'a, anyhow::Result<Box<dyn Measure>>>;

/// A subject that is ready.
pub trait Measure: Send {
    /// Measures once. Gives the line's figures, in order; NaN for one that this subject does not have.
    ///
    /// # Errors
    /// In words that fit into a cell; the subject is then left out of the rounds that follow.
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>>;

    /// How many rounds it takes part in at most: fewer where one takes minutes and the next would say the same.
    fn most_rounds(&self) -> u32 {
        u32::MAX
    }
}

/// What lines need to know.
#[derive(Debug)]
pub struct Bench {
    /// Cores and the rest of the machine. Servers must be started on `machine.servers`.
    pub machine: Machine,
    /// Only whether everything works: less of everything.
    pub quick: bool,
}

impl Bench {
    /// The servers' cores, as taskset(1) takes them.
    pub fn cpus(&self) -> Option<&str> {
        self.machine.servers.as_deref()
    }

    /// How long a round should take, of `full` seconds: less when quick.
    pub fn time(&self, full: f64) -> Duration {
        Duration::from_secs_f64(if self.quick { full / 5.0 } else { full })
    }

    /// How many there should be, of `full`: a tenth when quick.
    pub fn many(&self, full: u32) -> u32 {
        if self.quick { full.div_ceil(10) } else { full }
    }
}

/// What was measured of a line.
pub struct Result {
    /// Which.
    pub line: Line,
    /// Its columns; a failed one says why.
    pub cells: Vec<Cell>,
}

/// `[--line NAME,...] [--rounds N] [--quick] [--server NAME,...]`: the whole table where nothing is said, which is then
/// written into the document as well.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let mut chosen = lines::all();
    let (mut rounds, mut quick, mut columns) = (3, false, Column::ALL.map(|(_, column)| column).to_vec());
    let mut whole = true;
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        whole = whole && word == "--rounds";
        if word == "--quick" {
            (quick, rounds) = (true, 1);
            continue;
        }
        let value = words.next().with_context(|| format!("{word} what?"))?;
        match word {
            "--line" => {
                let names: Vec<&str> = value.split(',').collect();
                for name in &names {
                    let known = || lines::all().iter().map(|line| line.name).collect::<Vec<_>>().join(", ");
                    ensure!(
                        lines::all().iter().any(|line| line.name == *name),
                        "no line {name:?}; there are {}",
                        known()
                    );
                }
                chosen.retain(|line| names.contains(&line.name));
            }
            "--rounds" => rounds = value.parse()?,
            "--server" => columns = value.split(',').map(Column::named).collect::<anyhow::Result<_>>()?,
            _ => bail!("{word} is not understood"),
        }
    }
    let bench = Bench { machine: Machine::prepare()?, quick };
    let command = if whole { format!("cargo xtask bench --rounds {rounds}") } else { "a part".to_owned() };
    let results = crate::runtime(2)?.block_on(measure(&bench, &chosen, &columns, rounds));
    let text = paper::write(&bench.machine.facts(&command)?, &results);
    say(&text)?;
    if whole {
        paper::put(&text)?;
    }
    Ok(())
}

async fn measure(bench: &Bench, lines: &[Line], columns: &[Column], rounds: u32) -> Vec<Result> {
    let mut results = Vec::new();
    for line in lines {
        let start = Instant::now();
        let mut cells = Vec::new();
        for subject in line.subjects.iter().filter(|subject| columns.contains(&subject.column())) {
            let settled = bounded((line.settle)(bench, *subject)).await;
            let mut cell = Cell::new(subject.column());
            let ready = settled.map_err(|error| cell.fail(line.name, *subject, &error)).ok();
            cells.push((*subject, ready, cell));
        }
        for round in 1..=rounds {
            for (subject, ready, cell) in &mut cells {
                let Some(settled) = ready.as_mut().filter(|settled| round <= settled.most_rounds()) else { continue };
                tell(&format!("{} {round}/{rounds}: {}", line.name, subject.name()));
                match bounded(settled.round()).await {
                    Ok(figures) => cell.add(line.figures.len(), figures),
                    Err(error) => {
                        cell.fail(line.name, *subject, &error);
                        *ready = None;
                    }
                }
            }
        }
        tell(&format!("{}: {:.0} s", line.name, start.elapsed().as_secs_f64()));
        let result = Result { line: *line, cells: cells.into_iter().map(|(_, _, cell)| cell).collect() };
        // At once, so that what was measured is not lost with a run that is broken off.
        tell(&paper::write(&[], std::slice::from_ref(&result)));
        results.push(result);
    }
    results
}

async fn bounded<T>(what: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::time::timeout(PATIENCE, what).await.context("too slow")?
}

/// How far it is, for whoever watches; the table itself goes to standard output.
#[expect(clippy::print_stderr, reason = "for whoever watches")]
pub fn tell(line: &str) {
    eprintln!("{line}");
}

/// Neither getting ready nor a round takes longer.
const PATIENCE: Duration = Duration::from_secs(300);
