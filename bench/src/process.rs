//! What the kernel counts for another process: CPU time, context switches, memory.
//!
//! Spec: proc(5), `stat` fields 14 and 15, `status`, `smaps_rollup`.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Linux tells CPU time in hundredths of a second, whatever the kernel's own tick (USER_HZ).
const TICKS_PER_SECOND: u64 = 100;

/// The same program on these cores alone, as taskset(1) takes them.
pub fn pinned(command: Command, cpus: Option<&str>) -> Command {
    let Some(cpus) = cpus else { return command };
    let mut pinned = Command::new("taskset");
    pinned.arg("-c").arg(cpus).arg(command.get_program()).args(command.get_args());
    pinned.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    pinned
}

/// User and system time of all threads so far.
pub fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the program's name in brackets, spaces and all.
    let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse().unwrap_or(0u64)).sum();
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// What a server, and this process, take from one moment on.
pub struct Meter {
    server: u32,
    begun: [Duration; 2],
    start: Instant,
}

impl Meter {
    /// From now on.
    pub fn start(server: u32) -> anyhow::Result<Self> {
        Ok(Self { server, begun: [cpu(server)?, cpu(std::process::id())?], start: Instant::now() })
    }

    /// Since the start: how many a second, and microseconds of CPU for each, the server's and ours.
    pub fn read(&self, count: f64) -> anyhow::Result<[f64; 3]> {
        let wall = self.start.elapsed();
        let taken = [cpu(self.server)?, cpu(std::process::id())?];
        let each = |at: usize| (taken[at].saturating_sub(self.begun[at])).as_secs_f64() * 1e6 / count.max(1.0);
        Ok([count / wall.as_secs_f64(), each(0), each(1)])
    }
}

/// Context switches of all threads so far, asked for or not.
pub fn switches(pid: u32) -> anyhow::Result<u64> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = fs::read_to_string(task?.path().join("status"))?;
        total += lines(&status, "voluntary_ctxt_switches") + lines(&status, "nonvoluntary_ctxt_switches");
    }
    Ok(total)
}

/// Its proportional share of memory, in bytes.
pub fn memory(pid: u32) -> anyhow::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(lines(&rollup, "Pss") * 1024)
}

/// What it has written itself, in bytes: of its share of files, the program's own among them, nothing is in it, which
/// changes whenever another process of the same program comes or goes.
pub fn own_memory(pid: u32) -> anyhow::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(lines(&rollup, "Pss_Anon") * 1024)
}

/// As [`memory`], once it no longer changes.
pub async fn settled(pid: u32) -> anyhow::Result<u64> {
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    let mut last = Vec::new();
    for _ in 0..MOST_LOOKS {
        looks.tick().await;
        last.push(memory(pid)?);
        if let Some(lately) = last.len().checked_sub(LOOKS).and_then(|at| last.get(at..))
            && lately.iter().max().zip(lately.iter().min()).is_some_and(|(most, least)| most - least <= SAME)
        {
            break;
        }
    }
    last.last().copied().context("looked at least once")
}

/// Looks with the same result that count as settled: a second.
const LOOKS: usize = 10;
/// Looks after which it has to do: 8 s.
const MOST_LOOKS: usize = 80;
/// Bytes by which two looks may differ: libraries are shared with programs that come and go.
const SAME: u64 = 64 * 1024;

/// Raises the number of files this process, and its children, may have open as far as it may.
pub fn many_files() -> anyhow::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(())
}

/// How many files this process may have open.
pub fn most_files() -> usize {
    getrlimit(Resource::Nofile).current.and_then(|most| most.try_into().ok()).unwrap_or(usize::MAX)
}

fn lines(status: &str, key: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
