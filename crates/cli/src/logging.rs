//! The log: to standard error, for people or for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogOptions};

/// Starts logging for the process. A filter that cannot be read is an operator's mistake.
///
/// # Errors
/// What is wrong with the filter.
pub fn start(options: &LogOptions) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&options.level)
        .map_err(|e| anyhow::anyhow!("[log] level = {:?}: {e}; write something like \"info\"", options.level))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start, as tests may do, changes nothing.
    drop(match options.format {
        LogFormat::Text => builder.compact().try_init(),
        LogFormat::Json => builder.json().try_init(),
    });
    Ok(())
}
