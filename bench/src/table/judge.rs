//! Medians, ranges and ratios, and whether what was aimed at is met.

use super::{Better, Column, Figure, Line, Subject, Target, Than, tell};

/// What one subject yielded, round by round.
pub struct Cell {
    /// Where it stands.
    pub column: Column,
    /// For each round the figures of the line.
    rounds: Vec<Vec<f64>>,
    /// Why it was left out.
    failed: Option<String>,
}

/// The median of the rounds, and their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// In the middle.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Cell {
    /// An empty one.
    pub fn new(column: Column) -> Self {
        Self { column, rounds: Vec::new(), failed: None }
    }

    /// What a round yielded; `count` figures are expected.
    pub fn add(&mut self, count: usize, mut figures: Vec<f64>) {
        figures.resize(count, f64::NAN);
        self.rounds.push(figures);
    }

    /// Notes why there is nothing; all of it goes to whoever watches, the first words into the table.
    pub fn fail(&mut self, line: &str, subject: Subject, error: &anyhow::Error) {
        tell(&format!("{line}: {}: {error:#}", subject.name()));
        let words = format!("{error:#}");
        let first = words.lines().next().unwrap_or_default();
        self.failed = Some(first.chars().take(CELL).filter(|c| *c != '|').collect());
    }

    /// Why it was left out, if it was.
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// A figure by its place, where there is one.
    pub fn spread(&self, at: usize) -> Option<Spread> {
        let mut all: Vec<f64> = self.rounds.iter().filter_map(|round| round.get(at).copied()).collect();
        all.retain(|figure| !figure.is_nan());
        all.sort_by(f64::total_cmp);
        let (least, most) = (*all.first()?, *all.last()?);
        Some(Spread { median: *all.get(all.len() / 2)?, least, most })
    }
}

/// The median of a figure in a column.
pub fn median(cells: &[Cell], column: Column, at: usize) -> Option<f64> {
    Some(cells.iter().find(|cell| cell.column == column)?.spread(at)?.median)
}

/// The better of both peers' medians.
pub fn better_peer(cells: &[Cell], figure: &Figure, at: usize) -> Option<f64> {
    let peers = [Column::Prosody, Column::Ejabberd].into_iter().filter_map(|column| median(cells, column, at));
    match figure.better {
        Better::More => peers.max_by(f64::total_cmp),
        Better::Less | Better::Neither => peers.min_by(f64::total_cmp),
    }
}

/// A target, and what came of it.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// In words: "at least 5 x ejabberd".
    pub aim: String,
    /// How many times it is, or the figure itself for a plain number; none where one of both is missing.
    pub came: Option<f64>,
    /// Whether it is met; false where nothing is known.
    pub met: bool,
}

/// What came of a target of the figure at this place of the line.
pub fn judge(line: &Line, cells: &[Cell], at: usize, target: &Target) -> Verdict {
    let figure = line.figures.get(at);
    let named = |name: &str| line.figures.iter().enumerate().find(|(_, figure)| figure.name == name);
    let (other, what) = match target.than {
        Than::Column(column) => (median(cells, column, at), title(column).to_owned()),
        Than::BetterPeer => (figure.and_then(|figure| better_peer(cells, figure, at)), "the better peer".to_owned()),
        Than::BetterPeers(name) => {
            let found = named(name).and_then(|(at, figure)| better_peer(cells, figure, at));
            (found, format!("the better peer's {name}"))
        }
        Than::Number => (Some(1.0), figure.map_or_else(String::new, |figure| figure.unit.to_owned())),
    };
    let own = median(cells, Column::Parlour, at);
    let came = own.zip(other).map(|(own, other)| own / other).filter(|came| came.is_finite());
    let bound = if target.at_least { "at least" } else { "at most" };
    let times = if matches!(target.than, Than::Number) { "" } else { " x" };
    Verdict {
        aim: format!("{bound} {}{times} {what}", target.times).trim_end().to_owned(),
        met: came.is_some_and(|came| if target.at_least { came >= target.times } else { came <= target.times }),
        came,
    }
}

/// What stands above a column.
pub fn title(column: Column) -> &'static str {
    match column {
        Column::Limit => "the limit",
        Column::Parlour => "Parlour",
        Column::Prosody => "Prosody",
        Column::Ejabberd => "ejabberd",
    }
}

/// Letters of a reason that a cell has room for.
const CELL: usize = 60;

#[cfg(test)]
mod tests {
    use super::super::{Bench, Measure, Subject, at_least, at_most, less, more};
    use super::*;

    const FIGURES: &[Figure] = &[more("things/s", "", 0), less("p99", "ms", 1), less("p50", "ms", 1)];

    fn line() -> Line {
        fn settle(_: &Bench, _: Subject) -> parlour_net::BoxFuture<'_, anyhow::Result<Box<dyn Measure>>> {
            Box::pin(async { anyhow::bail!("nothing is measured here") })
        }
        Line { name: "things", title: "", about: "", subjects: &[Subject::Limit], figures: FIGURES, settle }
    }

    fn cells() -> Vec<Cell> {
        let cell = |column, rounds: &[[f64; 3]]| {
            let mut cell = Cell::new(column);
            rounds.iter().for_each(|round| cell.add(3, round.to_vec()));
            cell
        };
        vec![
            cell(Column::Parlour, &[[900.0, 2.0, 1.0], [1000.0, 4.0, 1.0], [1500.0, 3.0, 1.0]]),
            cell(Column::Prosody, &[[100.0, 9.0, 5.0]]),
            cell(Column::Ejabberd, &[[250.0, 8.0, 2.0]]),
        ]
    }

    #[test]
    fn a_spread_is_the_middle_and_both_ends() {
        let spread = cells().first().and_then(|cell| cell.spread(0));
        assert_eq!(spread, Some(Spread { median: 1000.0, least: 900.0, most: 1500.0 }));
    }

    #[test]
    fn a_figure_that_a_subject_does_not_have_is_left_out() {
        let mut cell = Cell::new(Column::Prosody);
        cell.add(3, vec![1.0, f64::NAN]);
        assert_eq!((cell.spread(1), cell.spread(2)), (None, None));
    }

    #[test]
    fn targets_are_judged_by_medians() {
        let (line, cells) = (line(), cells());
        let of = |at, target| {
            let verdict = judge(&line, &cells, at, &target);
            (verdict.came, verdict.met)
        };
        assert_eq!(of(0, at_least(8.0, Than::Column(Column::Prosody))), (Some(10.0), true));
        assert_eq!(of(0, at_least(8.0, Than::BetterPeer)), (Some(4.0), false));
        assert_eq!(of(1, at_most(1.0, Than::BetterPeers("p50"))), (Some(1.5), false));
        assert_eq!(of(1, at_most(3.0, Than::Number)), (Some(3.0), true));
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        let verdict = judge(&line(), &cells(), 0, &at_most(2.0, Than::Column(Column::Limit)));
        assert_eq!((verdict.came, verdict.met), (None, false));
        assert_eq!(verdict.aim, "at most 2 x the limit");
    }
}
