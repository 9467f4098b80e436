//! The log: to standard error, for people or for machines.

use std::fmt;
use std::io::IsTerminal as _;

use jiff::Timestamp;
use parlour_domain::Clock as _;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, reload};

use crate::config::{LogFormat, LogOptions};
use crate::system::SystemClock;

/// The process's log, once started.
pub struct Log(reload::Handle<EnvFilter, Registry>);

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
    let terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    let lines = match options.format {
        // Whoever watches knows the day, and which part of the program speaks is for the files.
        LogFormat::Text if terminal => lines.compact().with_target(false).with_timer(WallClock).boxed(),
        LogFormat::Text => lines.compact().boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    // A second start, as tests may do, changes nothing.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
    Ok(Log(handle))
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
