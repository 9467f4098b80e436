//! The log: to standard error, for people or for machines.

mod sink;

use std::fmt;
use std::io::IsTerminal as _;
use std::time::Duration;

use jiff::Timestamp;
use parlour_domain::Clock as _;
use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::config::{LogFormat, LogOptions};
use crate::system::SystemClock;

use sink::Sink;
pub use sink::lost;

/// The process's log, once started. Dropped, it waits a moment for what is still to be written.
pub struct Log(reload::Handle<EnvFilter, Registry>, Sink);

impl Drop for Log {
    fn drop(&mut self) {
        self.1.flush(Duration::from_secs(1));
    }
}

impl Log {
    /// From now on, what `level` lets through. Where somebody else started the process's log, as tests may, nothing changes.
    ///
    /// # Errors
    /// What is wrong with the filter.
    pub fn set_level(&self, level: &str) -> anyhow::Result<()> {
        drop(self.0.reload(filter(level)?));
        Ok(())
    }
}

/// Starts logging for the process. A filter that cannot be read is an operator's mistake.
///
/// # Errors
/// What is wrong with the filter.
pub fn start(options: &LogOptions) -> anyhow::Result<Log> {
    let (filter, handle) = reload::Layer::new(filter(&options.level)?);
    let sink = Sink::to(std::io::stderr())?;
    let lines = lines(options.format, std::io::stderr().is_terminal(), sink.clone());
    // A second start, as tests may do, changes nothing.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
    Ok(Log(handle, sink))
}

/// How a line looks. Whatever a peer had a hand in stays within its line and cannot command a terminal (ATTACKS 120).
fn lines<S, W>(format: LogFormat, terminal: bool, to: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(to).with_ansi(terminal).log_internal_errors(false);
    let fields = debug_fn(field).delimited(" ");
    match format {
        // Whoever watches knows the day, and which part of the program speaks is for the files.
        LogFormat::Text if terminal => {
            lines.fmt_fields(fields).compact().with_target(false).with_timer(WallClock).boxed()
        }
        LogFormat::Text => lines.fmt_fields(fields).compact().boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

/// Writes a field as `name=value`, and the message without a name. Control characters are spelled out, which the library
/// does for some values and not for what is shown with `%`.
fn field(to: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match field.name() {
        "message" => {}
        name => write!(to, "{name}=")?,
    }
    // A value that has quotation marks of its own has been spelled out already.
    for c in format!("{value:?}").chars() {
        if c.is_control() { write!(to, "{}", c.escape_default())? } else { to.write_char(c)? }
    }
    Ok(())
}

fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(level)
        .map_err(|e| anyhow::anyhow!("[log] level = {level:?}: {e}; write something like \"info\""))
}

/// Hours, minutes and seconds, UTC as in every list this program prints.
struct WallClock;

impl FormatTime for WallClock {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        let now = Timestamp::from_millisecond(SystemClock::default().wall()).map_err(|_| fmt::Error)?;
        write!(out, "{}", now.strftime("%H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> Result<(), Error> {
            Ok(())
        }
    }

    #[test]
    fn attack_120_nothing_breaks_out_of_its_line() {
        let evil =
            "a\r\n2026-01-01T00:00:00Z  INFO parlour::serve: owner signed in\n\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{8}";
        for (format, terminal) in [(LogFormat::Text, true), (LogFormat::Text, false), (LogFormat::Json, false)] {
            let page = Page::default();
            let to = page.clone();
            let log = tracing_subscriber::registry().with(lines(format, terminal, move || to.clone()));
            tracing::subscriber::with_default(log, || {
                tracing::info!(agent = %evil, debugged = ?evil, borrowed = evil, "somebody said {evil}");
                tracing::info!("the next line");
            });
            let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.lines().count(), 2, "{format:?}: {text}");
            // A program reads JSON, which spells out the first 32.
            let odd = |c: &char| match c {
                '\n' => false,
                '\u{1b}' => !terminal,
                c if format == LogFormat::Json => c.is_ascii_control(),
                c => c.is_control(),
            };
            assert_eq!(text.chars().find(odd), None, "{format:?}: {text:?}");
            assert!(!text.contains("\u{1b}[2J") && !text.contains("\u{1b}]"), "{format:?}: {text:?}");
        }
    }
}
