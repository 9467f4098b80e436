//! A small disk that only the processes see that are started in it: a tmpfs in a user and mount namespace of its own.
//!
//! Nothing is mounted for anybody else, no privilege is needed where the kernel lets users have namespaces, and everything
//! is gone with the process that holds it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// A file system of a few megabytes.
pub struct Volume {
    holder: Child,
    at: PathBuf,
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Ours; the namespace and all in it go when nobody is in it any more.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl Volume {
    /// Of so many bytes, seen at `at` (a directory) by what is started in it. `None` where the system does not permit it.
    ///
    /// # Errors
    /// When the programs that make it are not there.
    pub fn new(at: &Path, bytes: u64) -> anyhow::Result<Option<Self>> {
        let script = format!("mount -t tmpfs -o size={bytes},mode=755 tmpfs \"$0\" && echo ready && exec cat");
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .arg(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("unshare, of util-linux")?;
        let mut said = String::new();
        BufReader::new(holder.stdout.take().context("piped")?).read_line(&mut said)?;
        if said.trim() != "ready" {
            let _ = holder.kill();
            holder.wait()?;
            return Ok(None);
        }
        Ok(Some(Self { holder, at: at.to_owned() }))
    }

    /// A program that is to see it.
    pub fn inside(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.holder.id().to_string();
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &target]).arg(program);
        command
    }

    /// How a path inside is called outside.
    pub fn seen(&self, path: &Path) -> PathBuf {
        let inside = path.strip_prefix("/").unwrap_or(path);
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(inside)
    }

    /// Takes all room that is left, as a log that nobody turns over would.
    ///
    /// # Errors
    /// What is not a lack of room.
    pub fn fill(&self) -> io::Result<u64> {
        let mut file = File::options().create(true).append(true).open(self.filler())?;
        let some = [7; 4096];
        let mut taken = 0;
        loop {
            match file.write(&some) {
                Ok(bytes) => taken += bytes as u64,
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(taken),
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives it back.
    ///
    /// # Errors
    /// When it was not taken.
    pub fn free(&self) -> io::Result<()> {
        std::fs::remove_file(self.filler())
    }

    fn filler(&self) -> PathBuf {
        self.seen(&self.at.join("filler"))
    }
}
