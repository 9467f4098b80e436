//! The machine: who gets which cores, and what a reader has to know of it.

use std::fs;
use std::process::Command;

use anyhow::Context as _;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::peers::Kind;

/// What was found, and how the cores were given away.
#[derive(Debug)]
pub struct Machine {
    /// The servers' cores, as taskset(1) takes them; none where there is only one core.
    pub servers: Option<String>,
    /// In words.
    cores: String,
    /// Before anything was measured.
    load: String,
}

impl Machine {
    /// Keeps this process to the second two of the cores it may use; the first two are the servers'.
    ///
    /// # Errors
    /// When the kernel does not let us.
    pub fn prepare() -> anyhow::Result<Self> {
        let allowed = sched_getaffinity(None)?;
        let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
        let each = (cores.len() / 2).min(2);
        let load = load();
        let (Some(servers), Some(own)) = (cores.get(..each), cores.get(each..each * 2)) else {
            anyhow::bail!("no cores");
        };
        if servers.is_empty() {
            let cores = "one core for servers and load together: figures are worth little".to_owned();
            return Ok(Self { servers: None, cores, load });
        }
        let mut set = CpuSet::new();
        own.iter().for_each(|core| set.set(*core));
        sched_setaffinity(None, &set)?;
        let words = |cores: &[usize]| cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let mut told = format!("servers on cores {}, load from cores {}", words(servers), words(own));
        if each < 2 {
            told.push_str(" (one each, since there are fewer than four)");
        }
        Ok(Self { servers: Some(words(servers)), cores: told, load })
    }

    /// What stands above the table: command, versions, machine, day, load.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn facts(&self, command: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
        let cpu = fs::read_to_string("/proc/cpuinfo")?;
        let field = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
            line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let memory = field(&fs::read_to_string("/proc/meminfo")?, "MemTotal");
        let kib: f64 = memory.split(' ').next().and_then(|kib| kib.parse().ok()).context("/proc/meminfo")?;
        let system = field(&fs::read_to_string("/etc/os-release").unwrap_or_default().replace('=', ":"), "PRETTY_NAME");
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let commit = output("git", &["rev-parse", "--short", "HEAD"]);
        let own = format!("{} ({commit}, {})", Kind::Parlour.version(), output("rustc", &["--version"]));
        Ok(vec![
            ("command", format!("`{command}`")),
            ("servers", [own, Kind::Prosody.version(), Kind::Ejabberd.version()].join("; ")),
            (
                "machine",
                format!(
                    "{}, {} cores, {:.0} GiB, {}, Linux {}",
                    field(&cpu, "model name"),
                    cpu.lines().filter(|line| line.starts_with("processor")).count(),
                    kib / 1024.0 / 1024.0,
                    system.trim_matches('"'),
                    kernel.trim()
                ),
            ),
            ("cores", self.cores.clone()),
            ("day", output("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
            ("load of the machine", format!("{} before, {} after", self.load, load())),
        ])
    }
}

/// The kernel's one-minute average.
fn load() -> String {
    let all = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    all.split(' ').next().unwrap_or("?").to_owned()
}

fn output(program: &str, words: &[&str]) -> String {
    let out = Command::new(program).args(words).output().ok().filter(|out| out.status.success());
    out.map_or_else(|| "?".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}
