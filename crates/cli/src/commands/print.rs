//! Printing: a sentence for people, one JSON object for programs, a QR code for phones.

use std::io::Write as _;

use fast_qr::QRBuilder;
use serde::Serialize;

use crate::client::CallError;

/// Prints to standard output. Nobody listening (a closed pipe) is no reason to fail.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}

/// This program as it was called, for hints that can be typed as they stand: `parlour`, `target/release/parlour`.
pub fn own_name() -> String {
    std::env::args().next().unwrap_or_else(|| "parlour".to_owned())
}

/// Prints to standard error.
pub fn say_error(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{text}");
}

/// The answer: JSON if asked for, else the sentence.
pub fn answer<T: Serialize>(json: bool, value: &T, text: impl FnOnce() -> String) -> Result<(), CallError> {
    if json {
        say(&serde_json::to_string(value).map_err(|e| CallError::usage(&e.to_string()))?);
    } else {
        say(&text());
    }
    Ok(())
}

/// A QR code in half blocks, dark on light with its quiet zone, whatever the terminal's colours.
/// `None` where the text is too long for one.
pub fn qr(text: &str) -> Option<String> {
    // ISO/IEC 18004 §6.3.8: four modules on each side; scanners need them where the terminal around is dark.
    const QUIET: usize = 4;
    let code = QRBuilder::new(text).ecl(fast_qr::ECL::L).build().ok()?;
    let size = code.size;
    let dark = |row: usize, column: usize| {
        (QUIET..QUIET + size).contains(&row)
            && (QUIET..QUIET + size).contains(&column)
            && code[row - QUIET][column - QUIET].value()
    };
    let mut out = String::new();
    for row in (0..size + 2 * QUIET).step_by(2) {
        // Black on white, said explicitly, so that dark terminals show it the right way round; by the numbers that no
        // theme changes, after those that every terminal knows.
        out.push_str("\x1b[30;47;38;5;16;48;5;231m");
        for column in 0..size + 2 * QUIET {
            out.push(match (dark(row, column), dark(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        out.push_str("\x1b[0m\n");
    }
    Some(out)
}

/// Rows under headings, each column as wide as its widest cell.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let mut out = String::new();
        for (cell, width) in cells.into_iter().zip(&widths) {
            out.push_str(cell);
            out.push_str(&" ".repeat(width - cell.chars().count() + 2));
        }
        out.trim_end().to_owned()
    };
    let mut lines = vec![line(headings.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// An RFC 3339 time as people read it: `2026-06-12 18:00`.
pub fn time(text: &str) -> String {
    text.get(..16).map_or_else(|| text.to_owned(), |t| t.replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up() {
        let rows = vec![vec!["7QabcdefghI".into(), "waiting".into()], vec!["x".into(), "used".into()]];
        assert_eq!(table(&["Id", "State"], &rows), "Id           State\n7QabcdefghI  waiting\nx            used");
    }

    #[test]
    fn a_square_is_black_on_white_with_room_around_it() {
        let code = qr("https://chat.example.org/i/abcdefghijklmnopqrstuvwxyz").expect("short enough");
        let lines: Vec<&str> = code.lines().collect();
        for line in &lines {
            let modules = line.strip_prefix("\x1b[30;47;38;5;16;48;5;231m").and_then(|l| l.strip_suffix("\x1b[0m"));
            let modules = modules.expect("colours of its own on each line");
            assert!(modules.starts_with("    ") && modules.ends_with("    "), "{modules}");
        }
        for edge in [lines[0], lines[1], lines[lines.len() - 2], lines[lines.len() - 1]] {
            assert!(!edge.contains(['█', '▀']), "two lines are four modules: {edge}");
        }
    }

    #[test]
    fn a_link_fits_a_terminal_of_80_columns() {
        let code = qr("https://chat.example.org/i/abcdefghijklmnopqrstuvwxyz").expect("short enough");
        let width = code.lines().next().map_or(0, |l| l.chars().filter(|c| "█▀▄ ".contains(*c)).count());
        assert!((20..80).contains(&width), "{width}");
    }
}
