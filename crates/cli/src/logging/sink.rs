//! Where the log's lines go: through a bounded buffer to a thread of their own, which alone waits for whoever reads them.
//!
//! A log on a full disk, a pipe nobody reads, a journal that hangs: none may stop or end the server. What finds no place is
//! counted, and the log says how much is missing as soon as it can.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// The way to the thread. Cloning shares it.
#[derive(Clone, Default)]
pub struct Sink(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    lines: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    // Lost and not yet told in the log itself.
    lost: u64,
    writing: bool,
}

impl Sink {
    /// To `out`, from now on.
    ///
    /// # Errors
    /// When there can be no more threads.
    pub fn to(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let sink = Self::default();
        let shared = Arc::clone(&sink.0);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || shared.run(&mut out))?;
        Ok(sink)
    }

    /// Waits until everything is written, at most `patience`.
    pub fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.0.state();
        while state.writing || !state.waiting.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.0.written.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    fn run(&self, out: &mut impl Write) {
        let mut lines = Vec::new();
        loop {
            let mut state = self.state();
            state.writing = false;
            self.written.notify_all();
            while state.waiting.is_empty() {
                state = self.lines.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::swap(&mut state.waiting, &mut lines);
            state.writing = true;
            let lost = std::mem::take(&mut state.lost);
            drop(state);
            let told = match lost {
                0 => Ok(()),
                lost => out.write_all(
                    format!("WARN parlour::log: {lost} lines are missing here: nobody took them\n").as_bytes(),
                ),
            };
            if told.and_then(|()| out.write_all(&lines)).and_then(|()| out.flush()).is_err() {
                let now = lines.iter().filter(|byte| **byte == b'\n').count() as u64;
                LOST.fetch_add(now, Ordering::Relaxed);
                self.state().lost += lost + now;
            }
            lines.clear();
            // What was much once is not kept.
            lines.shrink_to(KEPT);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One event is one write.
impl Write for &Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state();
        if state.waiting.len() + line.len() > MOST {
            state.lost += 1;
            LOST.fetch_add(1, Ordering::Relaxed);
        } else {
            state.waiting.extend_from_slice(line);
            if !state.writing {
                self.0.lines.notify_one();
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

/// Lines of this process's log that are lost.
pub fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

static LOST: AtomicU64 = AtomicU64::new(0);

/// Bytes that may wait: a few thousand lines.
const MOST: usize = 1 << 20;

/// Bytes of the buffer that stay when it is empty.
const KEPT: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// Takes a write when it is let, and fails where it is told to.
    struct Slow(Receiver<io::Result<()>>, SyncSender<String>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().unwrap_or(Ok(()))?;
            let _ = self.1.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn fault_03_a_log_that_nobody_takes_stops_nobody_and_says_what_is_missing() {
        let (let_through, gate) = sync_channel(100);
        let (seen, lines) = sync_channel(100);
        let sink = Sink::to(Slow(gate, seen)).expect("a thread");
        let long = format!("{}\n", "x".repeat(999));
        let most = MOST / long.len();
        for _ in 0..most * 3 {
            (&sink).write_all(long.as_bytes()).expect("never fails");
        }
        sink.flush(Duration::from_millis(10));
        let_through.send(Err(io::Error::from(io::ErrorKind::StorageFull))).expect("it waits");
        drop(let_through);
        sink.flush(Duration::from_secs(10));
        (&sink).write_all(b"all is well\n").expect("never fails");
        sink.flush(Duration::from_secs(10));
        let rest: String = lines.try_iter().collect();
        assert!(rest.contains("WARN parlour::log: ") && rest.contains("lines are missing"), "it is not told");
        assert!(rest.ends_with("all is well\n") && lost() >= most as u64, "{} lost", lost());
    }
}
