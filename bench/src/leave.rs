//! What is left when somebody ends the bench by a signal: nothing. Servers that it has started end with it, and what they kept
//! is removed.
//!
//! They are in process groups of their own, so that a terminal's Ctrl-C does not reach them while they are measured. Only
//! SIGKILL, which nobody can hear, leaves them behind.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};

/// From now on a signal ends everything that was started here. Gives where all temporary files are from now on.
///
/// # Errors
/// The system's.
pub fn takes_all_along() -> anyhow::Result<TempDir> {
    let place = tempfile::tempdir()?;
    tempfile::env::override_temp_dir(place.path())
        .map_err(|other| anyhow!("files are in {} already", other.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let signals = {
        let _inside = runtime.enter();
        [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()]
            .map(|kind| Ok((kind, signal(kind)?)))
            .into_iter()
            .collect::<std::io::Result<Vec<_>>>()?
    };
    let files = place.path().to_owned();
    std::thread::Builder::new().name("leave".into()).spawn(move || runtime.block_on(wait(signals, files)))?;
    Ok(place)
}

async fn wait(mut signals: Vec<(SignalKind, Heard)>, files: PathBuf) {
    let first = std::future::poll_fn(|cx| {
        let heard = signals.iter_mut().find_map(|(kind, signal)| signal.poll_recv(cx).is_ready().then_some(*kind));
        heard.map_or(std::task::Poll::Pending, |kind| std::task::Poll::Ready(kind.as_raw_value()))
    })
    .await;
    // Who starts servers again that end goes on with that until we are gone.
    for _ in 0..LOOKS {
        let Ok(all) = descendants(std::process::id()) else { break };
        if all.is_empty() {
            break;
        }
        for pid in all {
            // It may have ended meanwhile.
            let _ = Pid::from_raw(pid.cast_signed()).map(|pid| kill_process(pid, Signal::KILL));
        }
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    let _ = fs::remove_dir_all(files);
    std::process::exit(128 + first);
}

/// Looks, each after what was there was ended.
const LOOKS: usize = 50;

/// All processes that this one has started, and those that they have, but for those that have ended.
///
/// Spec: proc(5), `stat` fields 3 and 4.
fn descendants(of: u32) -> anyhow::Result<Vec<u32>> {
    let mut children = Vec::new();
    for process in fs::read_dir("/proc")? {
        let path = process?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else { continue };
        // Those that end meanwhile are none of ours to end.
        let Ok(stat) = fs::read_to_string(path.join("stat")) else { continue };
        let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
        let mut fields = fields.split_whitespace();
        let (state, parent) = (fields.next(), fields.next().and_then(|field| field.parse::<u32>().ok()));
        if state != Some("Z") {
            children.push((parent.context("stat without a parent")?, pid));
        }
    }
    let mut all = vec![of];
    let mut at = 0;
    while let Some(&parent) = all.get(at) {
        all.extend(children.iter().filter(|(of, _)| *of == parent).map(|(_, pid)| *pid));
        at += 1;
    }
    Ok(all.split_off(1))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn children_and_theirs_are_found() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 60 & echo $!; wait"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut line = String::new();
        BufReader::new(shell.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let grandchild: u32 = line.trim().parse().expect("a number");
        let found = descendants(std::process::id()).expect("/proc");
        kill_process(Pid::from_raw(grandchild.cast_signed()).expect("a process"), Signal::KILL).expect("ours");
        shell.wait().expect("it ends");
        assert!(found.contains(&shell.id()) && found.contains(&grandchild), "{found:?}");
        assert!(!descendants(std::process::id()).expect("/proc").contains(&shell.id()), "it has ended");
    }
}
