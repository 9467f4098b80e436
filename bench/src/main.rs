//! Loads and limits: what a message costs in server CPU, and what an idle connection costs in memory.
//!
//! `bench relay [PAIRS [MESSAGES]]` and `bench idle [CONNECTIONS]` run against the bare relay, a child process that
//! does TLS and nothing else: the floor that the server is compared with.

mod bare;
mod load;
mod process;

use anyhow::{Context as _, bail};

use crate::load::Load;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u32| {
        args.get(at).map_or(Ok(default), |text| text.parse().with_context(|| format!("{text:?} is no number")))
    };
    match args.first().map(String::as_str) {
        Some("relay") => {
            let load = Load { pairs: number(1, 50)?, messages: number(2, 200_000)? };
            report("bare relay", &runtime(2)?.block_on(bare::relay(&load))?)
        }
        Some("idle") => {
            let connections = number(1, 2000)?;
            let bytes = runtime(2)?.block_on(bare::idle(connections))?;
            say(&format!("bare relay: {bytes} bytes of server memory for each of {connections} idle TLS connections"))
        }
        // What the two above start.
        Some("serve-bare") => {
            let certs = args.get(1).context("serve-bare DIR")?;
            runtime(2)?.block_on(bare::serve(certs.as_ref()))
        }
        _ => bail!("bench relay [PAIRS [MESSAGES]] | bench idle [CONNECTIONS]"),
    }
}

fn runtime(workers: usize) -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?)
}

fn report(subject: &str, reading: &load::Reading) -> anyhow::Result<()> {
    let each = |total: f64| total / f64::from(reading.messages);
    say(&format!(
        "{subject}: {:.4} s of server CPU per 1,000 messages, {:.2} context switches per message, {:.0} messages/s",
        each(reading.cpu.as_secs_f64()) * 1000.0,
        each(reading.switches as f64),
        f64::from(reading.messages) / reading.wall.as_secs_f64(),
    ))
}

#[expect(clippy::print_stdout, reason = "the result")]
fn say(line: &str) -> anyhow::Result<()> {
    println!("{line}");
    Ok(())
}
