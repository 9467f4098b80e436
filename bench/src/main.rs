//! Loads and limits: what a message costs in server CPU, and what an idle connection costs in memory.
//!
//! `bench table [--line NAME,...] [--rounds N] [--quick] [--server NAME,...]` measures everything in `lines` beside Prosody
//! and ejabberd, and rewrites its part of `docs/performance.md` when nothing is left out.
//! `bench relay [quick | PAIRS [MESSAGES [ROUNDS]]]` measures the server and beside it, in the same run, the bare relay: a process that
//! does TLS and nothing else, the floor that the server is compared with. `bench mem [CONNECTIONS]` measures clients that
//! have signed in and are silent, and fails where one takes more than its budget; `bench idle` does so for the bare relay.
//! `bench sweep [ROWS]` says how long others wait while invites that are over are forgotten.
//! `bench invites [NUMBER]` says what making, opening and redeeming one costs with 100 in the store and with NUMBER.
//! `bench fault NAME` does one bad thing to a server and says whether it kept its promise; `bench fault` lists them.
//! `bench soak [--minutes N] [--people N] [--seed N]` puts a server under everything at once and looks what it holds.
//! `bench archive [MESSAGES]` says what pages of an archive with so many messages cost, and of small ones beside it.
//! `bench growth [NUMBER]` says what everything costs at 1, 10 and 100 times the accounts, rosters and invites.
//! `bench hashing` says what a password takes by itself.
//! `bench timing [SAMPLES]` asks whether time tells what an answer does not.

mod accounts;
mod archive;
mod bare;
mod client;
mod fault;
mod friends;
mod growth;
mod hashing;
mod http;
mod invites;
mod leave;
mod lines;
mod links;
mod load;
mod newcomers;
mod parlour;
mod peers;
mod process;
mod residents;
mod soak;
mod sweep;
mod table;
mod timing;
mod within;

use anyhow::{Context as _, bail, ensure};

use crate::client::Habits;
use crate::load::{Load, Reading, Until};

/// Bytes of server memory that an idle client must stay below.
const BUDGET: u64 = 14_800;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u32| {
        args.get(at).map_or(Ok(default), |text| text.parse().with_context(|| format!("{text:?} is no number")))
    };
    process::many_files()?;
    let verb = args.first().map(String::as_str);
    // What is started as `serve-bare` is ended by whoever started it.
    let _place = if verb == Some("serve-bare") { None } else { Some(leave::takes_all_along()?) };
    match verb {
        Some("relay") => {
            let (pairs, messages, rounds) = if args.get(1).is_some_and(|word| word == "quick") {
                (20, 20_000, 3)
            } else {
                (number(1, 50)?, number(2, 100_000)?, number(3, 5)?)
            };
            let load = Load { pairs, warm_up: Until::Messages(200 * pairs), ahead: 1, alone: 1000 };
            runtime(2)?.block_on(relay(&load, messages, rounds))
        }
        Some("table") => table::run(args.get(1..).unwrap_or_default()),
        Some("growth") => growth::run(number(1, 1000)?),
        Some("hashing") => hashing::run(),
        Some("mem") => mem(number(1, 5000)?),
        Some("idle") => {
            let connections = number(1, 2000)?;
            let bytes = runtime(2)?.block_on(bare::idle(&[connections], None))?;
            let bytes = bytes.first().copied().unwrap_or_default();
            say(&format!("bare relay: {bytes} bytes of server memory for each of {connections} idle TLS connections"))
        }
        Some("sweep") => runtime(2)?.block_on(sweep::run(number(1, 1_000_000)?)),
        Some("invites") => runtime(2)?.block_on(invites::run(number(1, 100_000)?)),
        Some("archive") => runtime(2)?.block_on(archive::run(number(1, 1_000_000)?)),
        Some("timing") => runtime(2)?.block_on(timing::run(number(1, 5000)?)),
        Some("soak") => runtime(2)?.block_on(soak::run(args.get(1..).unwrap_or_default())),
        Some("fault") => fault::run(args.get(1..).unwrap_or_default()),
        // What `relay` and `idle` start.
        Some("serve-bare") => {
            let certs = args.get(1).context("serve-bare DIR")?;
            tokio::runtime::Runtime::new()?.block_on(bare::serve(certs.as_ref()))
        }
        _ => bail!(
            "bench table [--line NAME,...] [--rounds N] [--quick] [--server NAME,...] | bench relay [quick | PAIRS [MESSAGES [ROUNDS]]] | bench mem [CONNECTIONS] | bench idle [CONNECTIONS] | bench sweep [ROWS] | bench invites [NUMBER] | bench archive [MESSAGES] | bench timing [SAMPLES] | bench growth [NUMBER] | bench hashing | bench fault [NAME|all] | bench soak [--minutes N] [--people N] [--seed N]"
        ),
    }
}

fn mem(connections: u32) -> anyhow::Result<()> {
    for (habits, what) in
        [(Habits::Plain, "with presence"), (Habits::App, "with presence, roster, carbons and stream management")]
    {
        let bytes = runtime(2)?.block_on(parlour::idle(connections, habits))?;
        say(&format!("{bytes} bytes of server memory for each of {connections} idle TLS connections {what}"))?;
        ensure!(bytes < BUDGET, "a connection must take less than {BUDGET} bytes");
    }
    Ok(())
}

fn runtime(workers: usize) -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?)
}

/// Both in turns, so that whatever else the machine does is fair to both.
async fn relay(load: &Load, messages: u32, rounds: u32) -> anyhow::Result<()> {
    let mut bare = bare::relay(load, None).await?;
    let mut parlour = parlour::relay(load).await?;
    let (mut bares, mut parlours) = (Vec::new(), Vec::new());
    for _ in 0..rounds.max(1) {
        bares.push(bare.run(Until::Messages(messages)).await?);
        parlours.push(parlour.run(Until::Messages(messages)).await?);
    }
    say(&format!("{:<22}{:>26}{:>26}", "median (range)", "bare relay", "parlour"))?;
    let row = |what: &str, digits: usize, of: &dyn Fn(&Reading) -> f64| {
        say(&format!("{what:<22}{:>26}{:>26}", spread(&bares, digits, of), spread(&parlours, digits, of)))
    };
    let cpu = |r: &Reading| r.cpu.as_secs_f64() / f64::from(r.messages);
    row("server CPU s/1,000", 4, &|r| cpu(r) * 1000.0)?;
    row("switches/message", 2, &|r| r.switches as f64 / f64::from(r.messages))?;
    row("messages/s", 0, &|r| f64::from(r.messages) / r.wall.as_secs_f64())?;
    row("alone, p50 us", 0, &|r| r.alone[0].as_secs_f64() * 1e6)?;
    row("alone, p99 us", 0, &|r| r.alone[1].as_secs_f64() * 1e6)?;
    let ratio = median(&parlours, &cpu) / median(&bares, &cpu);
    say(&format!("Parlour takes {ratio:.2} times the CPU of the bare relay for a message (at most 2)"))
}

fn sorted(readings: &[Reading], of: &dyn Fn(&Reading) -> f64) -> Vec<f64> {
    let mut all: Vec<f64> = readings.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn median(readings: &[Reading], of: &dyn Fn(&Reading) -> f64) -> f64 {
    let all = sorted(readings, of);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn spread(readings: &[Reading], digits: usize, of: &dyn Fn(&Reading) -> f64) -> String {
    let all = sorted(readings, of);
    let (least, most) = (all.first().copied().unwrap_or_default(), all.last().copied().unwrap_or_default());
    format!("{:.digits$} ({least:.digits$}-{most:.digits$})", median(readings, of))
}

#[expect(clippy::print_stdout, reason = "the result")]
fn say(line: &str) -> anyhow::Result<()> {
    println!("{line}");
    Ok(())
}
