//! What is wrong with a configuration, shown where it is wrong.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The operator's fault, with all that is needed to mend it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {cause}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Something in it is wrong; the text shows file, line, a caret and what to do.
    #[error("{0}")]
    Wrong(String),
}

impl ConfigError {
    pub(super) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let mut message = error.message().to_owned();
        if let Some(better) = suggestion(error.message()) {
            message.push_str(&format!("\nhelp: did you mean `{better}`?"));
        }
        Self::Wrong(show(path, text, error.span(), &message))
    }

    /// `bytes` are text up to `at`.
    pub(super) fn not_text(path: &Path, bytes: &[u8], at: usize) -> Self {
        let says = "this is not text: the file was cut off here, or is written in an encoding other than UTF-8";
        Self::Wrong(show(path, &String::from_utf8_lossy(bytes), Some(at..at + 1), says))
    }

    pub(super) fn value(path: &Path, text: &str, key: &str, value: &str, says: &str) -> Self {
        // Written with an escape, a value does not stand in the text; then its key does.
        let span = place(text, key, value).or_else(|| place(text, key, ""));
        let message = if value.is_empty() { format!("`{key}` {says}") } else { format!("`{key}`: {value:?} {says}") };
        Self::Wrong(show(path, text, span, &message))
    }
}

/// `file:line:column`, the line, carets under the span, the message.
fn show(path: &Path, text: &str, span: Option<Range<usize>>, message: &str) -> String {
    // About the file as a whole: its beginning.
    let span = span.filter(|s| s.start <= text.len() && text.is_char_boundary(s.start)).unwrap_or(0..0);
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let number = text[..start].matches('\n').count() + 1;
    let column = text[start..span.start].chars().count();
    let line = text[start..end].trim_end_matches('\r');
    let carets = text.get(span.start..span.end.min(end)).map_or(1, |s| s.chars().count()).max(1);
    let margin = " ".repeat(number.to_string().len());
    format!(
        "{file}:{number}:{column_1}\n{margin} |\n{number} | {line}\n{margin} | {pad}{carets}\n{message}",
        file = path.display(),
        column_1 = column + 1,
        pad = " ".repeat(column),
        carets = "^".repeat(carets),
    )
}

/// For "unknown field `x`, expected one of `a`, `b`": the expected name nearest to `x`, if one is near.
fn suggestion(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("unknown field `")?;
    let (wrong, expected) = rest.split_once('`')?;
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(near, _)| *near > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Where `value` (or, if empty, `key`) stands in the text; the last place, since a repetition is the mistake.
fn place(text: &str, key: &str, value: &str) -> Option<Range<usize>> {
    let mut from = 0;
    let mut last = None;
    for line in text.split_inclusive('\n') {
        let at = from;
        from += line.len();
        if line.trim_start().starts_with('#') {
            continue;
        }
        let needle = if value.is_empty() { key } else { value };
        if let Some(found) = line.find(needle) {
            last = Some(at + found..at + found + needle.len());
        }
    }
    last
}
