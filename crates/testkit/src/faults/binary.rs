//! The real binary over a directory, or over a [`Volume`], started and ended as often as needed.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::{Volume, until};
use crate::browser::{self, Browser, Page};
use crate::{Client, PASSWORD};

/// The domain it serves.
pub const HOST: &str = "example.test";

/// Who takes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stderr {
    /// [`Binary::log`].
    Kept,
    /// A disk that is full.
    Full,
    /// A pipe that nobody reads.
    Ignored,
}

/// Where its data lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// In a directory, as other tests'.
    Usual,
    /// On a volume of so many bytes.
    Small(u64),
    /// In a directory; the server sees a volume of so many bytes at [`Binary::beside`].
    Beside(u64),
}

/// A server in a process of its own. Killed when dropped.
pub struct Binary {
    program: PathBuf,
    folder: TempDir,
    volume: Option<Volume>,
    running: Option<Running>,
    log: Arc<Mutex<Vec<String>>>,
    /// Set for it and what it starts.
    pub env: Vec<(String, String)>,
    /// Where clients come with STARTTLS.
    pub c2s: SocketAddr,
    /// Where a proxy of this machine comes.
    pub web: SocketAddr,
    local: SocketAddr,
}

struct Running {
    child: Child,
    // Reads the log until it ends.
    _reader: JoinSet<()>,
}

impl Binary {
    /// With its data on such a disk, and more lines of configuration.
    ///
    /// # Errors
    /// When the volume is not permitted; the message says so.
    pub fn new(program: &Path, disk: Disk, more: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let beside = folder.path().join("beside");
        std::fs::create_dir(&data)?;
        std::fs::create_dir(&beside)?;
        let volume = match disk {
            Disk::Small(bytes) => Some(Volume::new(&data, bytes)?.context(NOT_PERMITTED)?),
            Disk::Beside(bytes) => Some(Volume::new(&beside, bytes)?.context(NOT_PERMITTED)?),
            Disk::Usual => None,
        };
        let [c2s, web, local] = free_ports()?;
        let text = format!(
            "domain = \"{HOST}\"\ndata_dir = \"{}\"\npublic_url = \"https://chat.example.test\"\n[listen]\n\
             c2s = [\"{c2s}\"]\nc2s_tls = []\ns2s = []\nweb = [\"{web}\"]\nlocal = [\"{local}\"]\n[log]\nformat = \"json\"\n{more}",
            data.join("in").display()
        );
        std::fs::write(folder.path().join("parlour.toml"), text)?;
        let (program, log) = (program.to_owned(), Arc::default());
        Ok(Self { program, folder, volume, running: None, log, env: Vec::new(), c2s, web, local })
    }

    /// Where its data are, as this process sees them.
    pub fn data(&self) -> PathBuf {
        let inside = self.folder.path().join("data/in");
        self.volume.as_ref().map_or_else(|| inside.clone(), |volume| volume.seen(&inside))
    }

    /// Where the server finds the volume that does not hold its data.
    pub fn beside(&self) -> PathBuf {
        self.folder.path().join("beside")
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.data().join("parlour.db")
    }

    /// Its disk, where it has one of its own.
    ///
    /// # Errors
    /// Where it has none.
    pub fn volume(&self) -> anyhow::Result<&Volume> {
        self.volume.as_ref().context("it has no volume of its own")
    }

    /// A command of the same program over the same data: `backup FILE`.
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = match &self.volume {
            Some(volume) => volume.inside(&self.program),
            None => std::process::Command::new(&self.program),
        };
        command.current_dir(self.folder.path()).env_remove("PARLOUR_CONFIG").args(words);
        command.arg("--config").arg(self.folder.path().join("parlour.toml"));
        command
    }

    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it ends instead, with what it said.
    pub async fn start(&mut self) -> anyhow::Result<Duration> {
        self.start_telling(Stderr::Kept).await
    }

    /// As [`Self::start`]; its log goes to `stderr`.
    ///
    /// # Errors
    /// As there.
    pub async fn start_telling(&mut self, stderr: Stderr) -> anyhow::Result<Duration> {
        self.spawn(stderr)?;
        until("it answers", Duration::from_secs(120), async || {
            let running = self.running.as_mut().context("started")?;
            if let Some(status) = running.child.try_wait()? {
                anyhow::bail!("it ended: {status}: {:#?}", self.log().iter().rev().take(5).collect::<Vec<_>>());
            }
            // It listens before its database is up to date, and answers when it is.
            Ok(self.is_well().await.unwrap_or(false))
        })
        .await
    }

    /// Starts it, and does not wait.
    ///
    /// # Errors
    /// When the program is not there.
    pub fn spawn(&mut self, stderr: Stderr) -> anyhow::Result<()> {
        ensure!(self.running.is_none(), "it runs already");
        let out = match stderr {
            Stderr::Full => Stdio::from(std::fs::File::options().write(true).open("/dev/full")?),
            Stderr::Kept | Stderr::Ignored => Stdio::piped(),
        };
        let mut child = Command::from(self.command(&["serve"]))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{}: build it first", self.program.display()))?;
        let mut reader = JoinSet::new();
        if stderr == Stderr::Kept {
            let mut lines = BufReader::new(child.stderr.take().context("a pipe")?).lines();
            let log = Arc::clone(&self.log);
            reader.spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                }
            });
        }
        self.running = Some(Running { child, _reader: reader });
        Ok(())
    }

    /// Whether its process has not ended.
    ///
    /// # Errors
    /// The system's.
    pub fn runs(&mut self) -> anyhow::Result<bool> {
        Ok(match &mut self.running {
            Some(running) => running.child.try_wait()?.is_none(),
            None => false,
        })
    }

    /// `kill -9`, of this process and no other.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("it does not run")?;
        Ok(running.child.kill().await?)
    }

    /// A signal by its name, as kill(1) knows it.
    ///
    /// # Errors
    /// When it does not run.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let sent = std::process::Command::new("kill").arg(format!("-{name}")).arg(self.pid()?.to_string()).status()?;
        ensure!(sent.success(), "kill -{name}: {sent}");
        Ok(())
    }

    /// Its process.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.running.as_ref().and_then(|running| running.child.id()).context("it does not run")
    }

    /// SIGTERM; gives how it ended.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn terminate(&mut self) -> anyhow::Result<ExitStatus> {
        self.signal("TERM")?;
        let mut running = self.running.take().context("it does not run")?;
        Ok(tokio::time::timeout(Duration::from_secs(30), running.child.wait()).await.context("it does not end")??)
    }

    /// SQLite's own check of the database, which no server may have open.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn is_whole(&self) -> anyhow::Result<()> {
        // SQLite follows `/proc/PID/root` to the wrong end: a copy is looked at.
        let looked_at = tempfile::tempdir()?;
        for name in ["parlour.db", "parlour.db-wal"] {
            let from = self.data().join(name);
            if from.exists() {
                std::fs::copy(from, looked_at.path().join(name))?;
            }
        }
        parlour_store::sqlite::inspect(&looked_at.path().join("parlour.db"))?;
        Ok(())
    }

    /// What it has logged so far.
    pub fn log(&self) -> MutexGuard<'_, Vec<String>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether its log has a line with this in it.
    pub fn has_logged(&self, what: &str) -> bool {
        self.log().iter().any(|line| line.contains(what))
    }

    /// A number of `/metrics`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let page = Browser::proxied(self.local, "localhost").ask("GET", "/metrics", &[], b"").await?;
        let line = page.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("no {name} in {}", page.text))?.trim().parse()?)
    }

    /// Whether `/healthz` says that it is well.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn is_well(&self) -> anyhow::Result<bool> {
        Ok(Browser::proxied(self.local, "localhost").ask("GET", "/healthz", &[], b"").await?.status == 200)
    }

    /// What the operator asks over the local socket; `path` within the host.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> anyhow::Result<Page> {
        self.ask_all(method, &format!("/hosts/{HOST}{path}"), body).await
    }

    /// As [`Self::ask`], for the whole server.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn ask_all(&self, method: &str, path: &str, body: &str) -> anyhow::Result<Page> {
        // It is there a moment after the ports are.
        let (socket, mut tick) = (self.data().join("run/socket"), tokio::time::interval(Duration::from_millis(20)));
        let mut stream = UnixStream::connect(&socket).await;
        for _ in 0..250 {
            if stream.is_ok() {
                break;
            }
            tick.tick().await;
            stream = UnixStream::connect(&socket).await;
        }
        let stream = stream.context("the local socket")?;
        browser::ask_plainly(stream, method, &format!("/api/v1{path}"), body).await
    }

    /// Makes an account with [`PASSWORD`].
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn account(&self, name: &str, role: &str) -> anyhow::Result<()> {
        let wish = format!("{{\"name\":\"{name}\",\"password\":\"{PASSWORD}\",\"role\":\"{role}\"}}");
        let made = self.ask("POST", "/accounts", &wish).await?;
        ensure!(made.status == 201, "{}: {}", made.status, made.text);
        Ok(())
    }

    /// A client that is signed in.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn client(&self, name: &str) -> anyhow::Result<Client> {
        Client::sign_in(self.c2s, &format!("{name}@{HOST}/app"), PASSWORD).await
    }

    /// A browser behind a proxy of this machine.
    pub fn browser(&self) -> Browser {
        Browser::proxied(self.web, "chat.example.test")
    }
}

/// Free now, and so for a while, unless somebody else is quick.
fn free_ports() -> anyhow::Result<[SocketAddr; 3]> {
    let bound = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let mut ports = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3];
    for (port, listener) in ports.iter_mut().zip(bound) {
        *port = listener?.local_addr()?;
    }
    Ok(ports)
}

/// Why a small disk cannot be made here.
const NOT_PERMITTED: &str = "this system lets nobody have a user and a mount namespace (unshare)";
