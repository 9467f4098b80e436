//! The table as text, and its place in `docs/performance.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::judge::{Cell, better_peer, judge, median, title};
use super::{Better, Column, Figure, Result};

/// All of it, as Markdown.
pub fn write(facts: &[(&'static str, String)], results: &[Result]) -> String {
    let mut text = String::new();
    for (what, fact) in facts {
        put_line(&mut text, &format!("- {what}: {fact}"));
    }
    let aims = aims(results);
    if !aims.is_empty() {
        put_line(&mut text, "\n### What was aimed at\n");
        put_line(&mut text, "| | aim | came | met |\n| --- | --- | --- | --- |");
        aims.iter().for_each(|row| put_line(&mut text, row));
    }
    for result in results {
        put_line(&mut text, &format!("\n### {}\n\n{}\n", result.line.title, result.line.about));
        let columns: Vec<Column> =
            Column::ALL.map(|(_, column)| column).into_iter().filter(|c| has(result, *c)).collect();
        let titles: Vec<&str> = columns.iter().map(|column| title(*column)).collect();
        put_line(&mut text, &format!("| median (range) | {} | ratios |", titles.join(" | ")));
        put_line(&mut text, &format!("| --- |{} --- |", " --- |".repeat(columns.len())));
        for (at, figure) in result.line.figures.iter().enumerate() {
            let cells: Vec<String> = columns.iter().map(|column| cell(result, *column, figure, at)).collect();
            let row = format!("| {} | {} | {} |", named(figure), cells.join(" | "), ratios(&result.cells, figure, at));
            put_line(&mut text, &row);
        }
    }
    text
}

fn put_line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}

fn has(result: &Result, column: Column) -> bool {
    result.cells.iter().any(|cell| cell.column == column)
}

fn named(figure: &Figure) -> String {
    if figure.unit.is_empty() { figure.name.to_owned() } else { format!("{}, {}", figure.name, figure.unit) }
}

fn cell(result: &Result, column: Column, figure: &Figure, at: usize) -> String {
    let Some(cell) = result.cells.iter().find(|cell| cell.column == column) else { return String::new() };
    if let Some(why) = cell.failed() {
        return if at == 0 { format!("failed: {why}") } else { "-".to_owned() };
    }
    let digits = figure.digits;
    cell.spread(at).map_or_else(
        || "-".to_owned(),
        |s| format!("{} ({}-{})", number(s.median, digits), number(s.least, digits), number(s.most, digits)),
    )
}

/// With commas between thousands.
fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, part) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out + part
}

/// Parlour's figure beside the limit's and the better peer's, as the part that is more than one reads easier.
fn ratios(cells: &[Cell], figure: &Figure, at: usize) -> String {
    let Some(own) = median(cells, Column::Parlour, at) else { return String::new() };
    if figure.better == Better::Neither {
        return String::new();
    }
    let times = |other: Option<f64>, what: &str| {
        let ratio = own / other?;
        ratio
            .is_finite()
            .then(|| format!("{} x {what}", if ratio < 10.0 { number(ratio, 2) } else { number(ratio, 0) }))
    };
    let both = [times(median(cells, Column::Limit, at), "limit"), times(better_peer(cells, figure, at), "better peer")];
    both.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn aims(results: &[Result]) -> Vec<String> {
    let mut rows = Vec::new();
    for result in results {
        for (at, figure) in result.line.figures.iter().enumerate() {
            for target in figure.targets {
                let verdict = judge(&result.line, &result.cells, at, target);
                let came = verdict.came.map_or_else(|| "-".to_owned(), |came| number(came, 2));
                let met = if verdict.met { "yes" } else { "**no**" };
                rows.push(format!("| {}: {} | {} | {came} | {met} |", result.line.name, figure.name, verdict.aim));
            }
        }
    }
    rows
}

/// Puts it between the marks of the document.
///
/// # Errors
/// When the document or a mark is not there.
pub fn put(text: &str) -> anyhow::Result<()> {
    let path = document();
    let old = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    std::fs::write(&path, between(&old, text).with_context(|| format!("{} has no place for it", path.display()))?)?;
    Ok(())
}

fn between(old: &str, text: &str) -> Option<String> {
    let (before, rest) = old.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", text.trim()))
}

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md")
}

const BEGIN: &str = "<!-- written by cargo xtask bench: from here -->";
const END: &str = "<!-- written by cargo xtask bench: to here -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let old = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        assert_eq!(between(&old, "new\n"), Some(format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n")));
        assert_eq!(between("nothing", "new"), None);
    }

    #[test]
    fn the_document_has_a_place_for_it() {
        let text = std::fs::read_to_string(document()).unwrap_or_default();
        assert!(between(&text, "").is_some());
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(number(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(
            (number(999.0, 0), number(-1000.0, 0), number(0.25, 2)),
            ("999".into(), "-1,000".into(), "0.25".into())
        );
    }
}
