//! What the disk permits: records appended to a file, each synced before the next.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

use parlour_net::BoxFuture;

use crate::load::Delays;
use crate::table::{Bench, Line, Measure, Subject, less, more};

/// See the module.
pub const LINE: Line = Line {
    name: "appends",
    title: "What the disk permits",
    about: "400 bytes appended to a file and synced (fdatasync), one after the other, where the servers keep their data too: what a \
            server can acknowledge in a second that syncs each message alone.",
    subjects: &[Subject::Limit],
    figures: &[more("durable appends/s", "", 0), less("p50", "ms", 2), less("p99", "ms", 2)],
    settle,
};

struct Appends(Duration);

fn settle(bench: &Bench, _: Subject) -> BoxFuture<'_, anyhow::Result<Box<dyn Measure>>> {
    Box::pin(async move { Ok(Box::new(Appends(bench.time(2.0))) as Box<dyn Measure>) })
}

impl Measure for Appends {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        let time = self.0;
        Box::pin(async move { tokio::task::spawn_blocking(move || append(time)).await? })
    }
}

fn append(time: Duration) -> anyhow::Result<Vec<f64>> {
    let dir = tempfile::tempdir()?;
    let mut file = File::create(dir.path().join("log"))?;
    let (start, mut delays) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let begin = Instant::now();
        file.write_all(&[0; 400])?;
        file.sync_data()?;
        delays.push(begin.elapsed());
    }
    let rate = delays.len() as f64 / start.elapsed().as_secs_f64();
    let delays = Delays::of(delays);
    Ok(vec![rate, delays.p50.as_secs_f64() * 1e3, delays.p99.as_secs_f64() * 1e3])
}
