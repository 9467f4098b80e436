//! The server's process, looked at while everybody is busy.

use std::time::{Duration, Instant};

use anyhow::ensure;
use parlour_testkit::faults::{Binary, at};

use super::Place;
use crate::{process, say};

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub memory: u64,
    pub descriptors: u64,
    pub tasks: u64,
}

impl Look {
    pub async fn at(server: &Binary) -> anyhow::Result<Self> {
        let pid = server.pid()?;
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64;
        let tasks = server.metric("parlour_process_tasks").await?;
        Ok(Self { memory: process::own_memory(pid)?, descriptors, tasks: tasks as u64 })
    }
}

/// Looks over time.
pub struct Watch {
    time: Duration,
    memory: Vec<(Duration, u64)>,
    slowest: Duration,
    median: Duration,
}

impl Watch {
    pub fn new(time: Duration) -> Self {
        Self { time, memory: Vec::new(), slowest: Duration::ZERO, median: Duration::ZERO }
    }

    /// Looks every few seconds, and says a line a minute.
    pub async fn while_it_lasts(&mut self, place: &Place) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut minute = 1;
        while start.elapsed() < self.time {
            place.pause(EVERY.min(self.time.saturating_sub(start.elapsed()))).await;
            let look = Look::at(&place.server).await?;
            self.memory.push((start.elapsed(), look.memory));
            if start.elapsed() >= Duration::from_secs(60 * minute) || start.elapsed() >= self.time {
                let took = place.tally.round_trips();
                let (median, slowest) = (at(&took, 500), took.last().copied().unwrap_or_default());
                self.slowest = self.slowest.max(slowest);
                self.median = self.median.max(median);
                say(&format!(
                    "minute {minute:>3}: {:>6.1} MiB, {:>4} descriptors, {:>4} tasks; quiet pair p50 {:.1} p99 {:.1} max {:.1} ms; {}",
                    mib(look.memory),
                    look.descriptors,
                    look.tasks,
                    millis(median),
                    millis(at(&took, 990)),
                    millis(slowest),
                    place.tally.summary(),
                ))?;
                minute += 1;
            }
        }
        Ok(())
    }

    /// Memory in the first part after the warm-up, and in the last: the median of each.
    fn parts(&self) -> (u64, u64) {
        let median = |from: f64, to: f64| {
            let within = |when: &Duration| (self.time.mul_f64(from)..=self.time.mul_f64(to)).contains(when);
            let mut all: Vec<u64> = self.memory.iter().filter(|(when, _)| within(when)).map(|(_, m)| *m).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        (median(WARM_UP, WARM_UP + 0.2), median(0.8, 1.1))
    }

    pub fn summary(&self) -> String {
        let (first, last) = self.parts();
        format!(
            "memory {:.1} MiB after the warm-up, {:.1} MiB in the end ({:+.1} %); quiet pair: median of the worst minute {:.1} ms, \
             slowest {:.1} ms",
            mib(first),
            mib(last),
            grown(first, last) * 100.0,
            millis(self.median),
            millis(self.slowest)
        )
    }

    /// Memory does not grow, given enough time to tell that from warming up.
    pub fn is_flat(&self) -> anyhow::Result<()> {
        let (first, last) = self.parts();
        ensure!(
            grown(first, last) <= FLAT || self.time < LONG_ENOUGH,
            "memory has grown from {:.1} to {:.1} MiB",
            mib(first),
            mib(last)
        );
        Ok(())
    }
}

fn grown(first: u64, last: u64) -> f64 {
    (last as f64 - first as f64) / (first as f64).max(1.0)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);

/// The part of the run in which caches fill.
const WARM_UP: f64 = 0.33;

/// What may be more in the end.
const FLAT: f64 = 0.05;

/// A shorter run only tells what it saw of memory: its caches still fill.
const LONG_ENOUGH: Duration = Duration::from_secs(10 * 60);
