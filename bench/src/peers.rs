//! Servers side by side: Parlour, and Prosody and ejabberd as Debian packages them, each started, killed and started again
//! in the same way, over a directory that is thrown away.
//!
//! Their configurations are in `bench/peers/`. Nothing of them runs as a system's service, nothing listens but on
//! 127.0.0.1, and only processes that were started here are ended.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use parlour_net::Certificate;
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use crate::accounts::{self, Interface};
use crate::{parlour, process};

/// The domain they all serve.
pub const HOST: &str = "bench.test";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A server, with where it keeps messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Parlour,
    /// Parlour whose log is deleted after each kill: for looking whether a loss is seen.
    Forgetful,
    /// Files, its default.
    Prosody,
    /// SQLite through LuaDBI, with SQLite's own defaults.
    ProsodySqlite,
    /// Mnesia, its default.
    Ejabberd,
    /// Messages in SQLite, the rest in Mnesia.
    EjabberdSqlite,
}

impl Kind {
    /// All, by the names they have on the command line, each with what its word is worth.
    pub const ALL: [(&'static str, Self, &'static str); 6] = [
        ("parlour", Self::Parlour, "SQLite, log synced before each group of messages is acknowledged"),
        ("forgetful", Self::Forgetful, "Parlour, its log deleted after each kill: the harness must see it"),
        ("prosody", Self::Prosody, "files, written and not synced"),
        ("prosody-sqlite", Self::ProsodySqlite, "SQLite, a transaction for each row, synced"),
        ("ejabberd", Self::Ejabberd, "Mnesia and DETS, written from memory now and then, not synced"),
        ("ejabberd-sqlite", Self::EjabberdSqlite, "SQLite, a transaction for each row, synced; Mnesia for the rest"),
    ];

    /// By its name.
    pub fn named(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.iter().find(|(known, ..)| *known == name);
        found.map(|(_, kind, _)| *kind).with_context(|| format!("no server is called {name:?}"))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind, _)| *kind == self).map_or("?", |(name, ..)| *name)
    }

    /// What is installed of it.
    pub fn version(self) -> String {
        let package = match self {
            Self::Parlour | Self::Forgetful => return format!("Parlour {}", env!("CARGO_PKG_VERSION")),
            Self::Prosody | Self::ProsodySqlite => "prosody",
            Self::Ejabberd | Self::EjabberdSqlite => "ejabberd",
        };
        let asked = Command::new("dpkg-query").args(["-W", "-f", "${Package} ${Version}", package]).output();
        asked.ok().and_then(|out| String::from_utf8(out.stdout).ok()).unwrap_or_default()
    }
}

/// What a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modules {
    /// What its package runs, and an archive for everybody.
    Full,
    /// Rosters and what streams need: no archive, no carbons, no stream management. Parlour has no such switches and runs
    /// everything.
    Few,
    /// As [`Modules::Full`], with what newcomers come in by.
    Doors,
}

/// A server and all it keeps. Ended when dropped.
pub struct House {
    /// Which.
    pub kind: Kind,
    dir: tempfile::TempDir,
    c2s: u16,
    c2s_tls: u16,
    http: u16,
    https: u16,
    doors: bool,
    /// For this machine's own eyes; Parlour alone has it, where [`Extras`] are given.
    local: u16,
    cpus: Option<String>,
    extras: Option<Extras>,
    child: Option<Child>,
}

/// What a fault wants of Parlour.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// More lines for its table `[c2s]`, and more tables behind it.
    pub config: String,
    /// How many descriptors it may have.
    pub descriptors: Option<u32>,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It is ours, and what it keeps is thrown away.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl House {
    /// A directory with a configuration; on these cores alone where `cpus` names some, as taskset(1) does.
    pub fn new(kind: Kind, cpus: Option<&str>) -> anyhow::Result<Self> {
        Self::with(kind, Modules::Full, cpus)
    }

    /// As [`Self::new`], with what newcomers come in by: pages, invites, registration, without the limits that keep one
    /// machine from making many accounts.
    pub fn with_doors(kind: Kind, cpus: Option<&str>) -> anyhow::Result<Self> {
        Self::with(kind, Modules::Doors, cpus)
    }

    /// As [`House::new`], with these modules.
    pub fn with(kind: Kind, modules: Modules, cpus: Option<&str>) -> anyhow::Result<Self> {
        Self::made(kind, modules, cpus, None)
    }

    /// Parlour, as a fault wants it.
    pub fn under(extras: Extras) -> anyhow::Result<Self> {
        Self::made(Kind::Parlour, Modules::Full, None, Some(extras))
    }

    fn made(kind: Kind, modules: Modules, cpus: Option<&str>, extras: Option<Extras>) -> anyhow::Result<Self> {
        let house = Self {
            doors: modules == Modules::Doors,
            https: free_port()?,
            kind,
            dir: tempfile::tempdir()?,
            c2s: free_port()?,
            c2s_tls: free_port()?,
            http: free_port()?,
            local: free_port()?,
            cpus: cpus.map(str::to_owned),
            extras,
            child: None,
        };
        house.furnish(modules)?;
        Ok(house)
    }

    /// A file of its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// By the ending they know what it is written in.
    fn config(&self) -> PathBuf {
        self.path(match self.kind {
            Kind::Parlour | Kind::Forgetful => "parlour.toml",
            Kind::Prosody | Kind::ProsodySqlite => "prosody.cfg.lua",
            Kind::Ejabberd | Kind::EjabberdSqlite => "ejabberd.yml",
        })
    }

    /// Writes its configuration, and a certificate where it makes none itself.
    fn furnish(&self, modules: Modules) -> anyhow::Result<()> {
        let certs = self.path("certs");
        Certificate::self_signed(&certs, HOST, &[], UNIX_EPOCH + ISSUED)?;
        let (certificate, key) = (certs.join(format!("{HOST}.crt")), certs.join(format!("{HOST}.key")));
        let both = self.path("both.pem");
        fs::write(&both, [fs::read(&certificate)?, fs::read(&key)?].concat())?;
        fs::create_dir(self.path("data"))?;
        fs::create_dir(self.path("plugins"))?;
        fs::write(self.path("plugins/mod_password_policy.lua"), include_str!("../peers/mod_password_policy.lua"))?;
        let (text, storage, mam) = match self.kind {
            Kind::Parlour | Kind::Forgetful => (PARLOUR, "", ""),
            Kind::Prosody => (include_str!("../peers/prosody.cfg.lua"), "storage = \"internal\"", ""),
            Kind::ProsodySqlite => (
                include_str!("../peers/prosody.cfg.lua"),
                "storage = \"sql\"; sql = { driver = \"SQLite3\", database = \"prosody.sqlite\" }",
                "",
            ),
            Kind::Ejabberd => (include_str!("../peers/ejabberd.yml"), "", ""),
            Kind::EjabberdSqlite => (
                include_str!("../peers/ejabberd.yml"),
                "sql_type: sqlite\nsql_database: \"@DIR@/mam.sqlite\"",
                "db_type: sql",
            ),
        };
        let chosen = |line: &&str| modules != Modules::Few || !line.ends_with("full");
        let text: String = text.split_inclusive('\n').filter(|line| chosen(&line.trim_end())).collect();
        let (more, doors) = match self.kind {
            _ if !self.doors => ("", ""),
            Kind::Parlour | Kind::Forgetful => PARLOUR_DOORS,
            Kind::Prosody | Kind::ProsodySqlite => (PROSODY_DOORS, include_str!("../peers/prosody-doors.cfg.lua")),
            Kind::Ejabberd | Kind::EjabberdSqlite => {
                ("      /register: mod_register_web\n", include_str!("../peers/ejabberd-doors.yml"))
            }
        };
        let mut text = text.replace("@DOORS@", doors).replace("@MODULES@", more);
        text = text.replace("@STORAGE@", storage).replace("@MAM@", mam);
        let paths = [("@DIR@", self.dir.path()), ("@KEY@", &key), ("@CERTIFICATE@", &certificate), ("@BOTH@", &both)];
        for (word, path) in paths {
            text = text.replace(word, &path.display().to_string());
        }
        for (word, port) in
            [("@C2S@", self.c2s), ("@C2S_TLS@", self.c2s_tls), ("@HTTP@", self.http), ("@HTTPS@", self.https)]
        {
            text = text.replace(word, &port.to_string());
        }
        let (local, more) = match &self.extras {
            Some(extras) => (format!("\"127.0.0.1:{}\"", self.local), extras.config.as_str()),
            None => (String::new(), ""),
        };
        let text = text.replace("@LOCAL@", &local).replace("@C2S_MORE@", more);
        fs::write(self.config(), text.replace("@HOST@", HOST))?;
        if self.kind == Kind::EjabberdSqlite {
            let made = Command::new("sqlite3")
                .arg(self.path("mam.sqlite"))
                .stdin(File::open(Path::new(EJABBERD_SCHEMA)).context("ejabberd's schema for SQLite")?)
                .status()
                .context("sqlite3, to make ejabberd's tables with")?;
            ensure!(made.success(), "sqlite3: {made}");
        }
        Ok(())
    }

    /// Starts it, over what it has kept so far. It may not listen yet.
    pub fn start(&mut self) -> anyhow::Result<()> {
        ensure!(self.child.is_none(), "it runs");
        let mut command = process::pinned(self.command()?, self.cpus.as_deref());
        let said = File::options().create(true).append(true).open(self.path("said"))?;
        command
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .process_group(0);
        self.child = Some(command.spawn().with_context(|| format!("{} cannot be started", self.kind.name()))?);
        Ok(())
    }

    fn command(&self) -> anyhow::Result<Command> {
        Ok(match self.kind {
            Kind::Parlour | Kind::Forgetful => {
                let binary = std::env::current_exe()?.with_file_name("parlour");
                let mut command = match self.extras.as_ref().and_then(|extras| extras.descriptors) {
                    None => Command::new(binary),
                    Some(most) => {
                        let mut shell = Command::new("/bin/sh");
                        let set = format!("ulimit -Sn {most} && ulimit -Hn {most} && exec \"$@\"");
                        shell.arg("-c").arg(set).arg("sh").arg(binary);
                        shell
                    }
                };
                command.arg("serve").arg("--config").arg(self.config());
                command
            }
            Kind::Prosody | Kind::ProsodySqlite => {
                let mut command = Command::new("prosody");
                command.arg("--config").arg(self.config()).arg("-F");
                command
            }
            Kind::Ejabberd | Kind::EjabberdSqlite => {
                // What Debian's ejabberdctl runs in the end, without a node's name: nothing has to find it.
                let mut command = Command::new("erl");
                command.args(["+K", "true", "+P", "250000", "-mnesia", "dir"]);
                command.arg(format!("\"{}\"", self.path("data").display()));
                command.arg("-pa").arg(format!("{EJABBERD}/ebin")).args(["-s", "ejabberd", "-noshell", "-noinput"]);
                command
                    .env("HOME", self.dir.path())
                    .env("ERL_LIBS", Path::new(EJABBERD).parent().context("a folder")?)
                    .env("ERL_CRASH_DUMP_BYTES", "0")
                    .env("EJABBERD_CONFIG_PATH", self.config())
                    .env("EJABBERD_LOG_PATH", self.path("log"));
                command
            }
        })
    }

    /// Waits until it listens.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        let mut ports = vec![self.c2s, self.c2s_tls];
        ports.extend(self.doors.then_some([self.http, self.https]).into_iter().flatten());
        if matches!(self.kind, Kind::Ejabberd | Kind::EjabberdSqlite) {
            ports.retain(|port| *port != self.https);
        }
        while ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            let child = self.child.as_mut().context("it was not started")?;
            if let Some(status) = child.try_wait()? {
                bail!("{} ended: {status}: {}", self.kind.name(), self.said());
            }
            ensure!(start.elapsed() < Duration::from_secs(60), "{} does not listen: {}", self.kind.name(), self.said());
            looks.tick().await;
        }
        Ok(())
    }

    /// What it has said so far, for whoever looks for a mistake.
    pub fn said(&self) -> String {
        let read = |name| fs::read_to_string(self.path(name)).unwrap_or_default();
        let all = read("said") + &read("log");
        let from = all.len().saturating_sub(3000);
        all.get(from..).unwrap_or(&all).to_owned()
    }

    /// SIGKILL, or SIGTERM with time to end well.
    pub async fn end(&mut self, signal: Signal) -> anyhow::Result<()> {
        let mut child = self.child.take().context("it does not run")?;
        let pid = Pid::from_child(&child);
        kill_process(pid, signal)?;
        let start = Instant::now();
        let mut looks = tokio::time::interval(Duration::from_millis(2));
        while child.try_wait()?.is_none() {
            if start.elapsed() > Duration::from_secs(30) {
                child.kill()?;
            }
            looks.tick().await;
        }
        if self.kind == Kind::Forgetful && signal == Signal::KILL {
            for file in ["parlour.db-wal", "parlour.db-shm"] {
                fs::remove_file(self.path("data").join(file))?;
            }
        }
        Ok(())
    }

    /// Sends it a signal, and does not wait for what comes of it.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let child = self.child.as_ref().context("it does not run")?;
        Ok(kill_process(Pid::from_child(child), signal)?)
    }

    /// Waits until it has ended by itself; says how.
    pub async fn ended(&mut self, within: Duration) -> anyhow::Result<std::process::ExitStatus> {
        let mut child = self.child.take().context("it does not run")?;
        let start = Instant::now();
        let mut looks = tokio::time::interval(Duration::from_millis(2));
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if start.elapsed() > within {
                child.kill()?;
                child.wait()?;
                bail!("it has not ended after {within:?}: {}", self.said());
            }
            looks.tick().await;
        }
    }

    /// Starts it and, when it listens, makes accounts as [`Self::people`] does.
    pub async fn move_in(&mut self, names: &[String]) -> anyhow::Result<()> {
        self.start()?;
        self.open().await?;
        self.people(names).await
    }

    /// Makes accounts with [`PASSWORD`], by the server's own means. It must be open.
    pub async fn people(&self, names: &[String]) -> anyhow::Result<()> {
        match self.kind {
            Kind::Parlour | Kind::Forgetful => self.own_people(names).await,
            Kind::Prosody | Kind::ProsodySqlite => self.prosody_people(names),
            Kind::Ejabberd | Kind::EjabberdSqlite => self.ejabberd_people(names).await,
        }
    }

    /// As [`House::people`], for thousands: some at a time, and where the server keeps an account as a file of its own, by
    /// copies of the first (SCRAM's keys do not know whose they are).
    pub async fn many_people(&self, names: &[String]) -> anyhow::Result<()> {
        if self.kind == Kind::Prosody {
            let (first, others) = names.split_first().context("nobody")?;
            self.prosody_people(std::slice::from_ref(first))?;
            let folder = self.path("data").join(HOST.replace('.', "%2e")).join("accounts");
            let kept = fs::read(folder.join(format!("{first}.dat")))?;
            for name in others {
                fs::write(folder.join(format!("{name}.dat")), &kept)?;
            }
            return Ok(());
        }
        let part = |at| names.chunks(names.len().div_ceil(4).max(1)).nth(at).unwrap_or_default();
        tokio::try_join!(self.people(part(0)), self.people(part(1)), self.people(part(2)), self.people(part(3)))?;
        Ok(())
    }

    /// Some connections to its local socket, as each account's password is hashed.
    async fn own_people(&self, names: &[String]) -> anyhow::Result<()> {
        let mut making = tokio::task::JoinSet::new();
        for part in names.chunks(names.len().div_ceil(16).max(1)) {
            let (socket, part) = (self.path("data/run/socket"), part.to_vec());
            making.spawn(async move { parlour::make(&socket, &part).await });
        }
        while let Some(made) = making.join_next().await {
            made??;
        }
        Ok(())
    }

    /// One conversation with its shell; another where it was not there yet.
    fn prosody_people(&self, names: &[String]) -> anyhow::Result<()> {
        let mut made = 0;
        for _ in 0..20 {
            made = self.prosody_shell(names)?;
            if made > 0 {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(250));
        }
        ensure!(made == names.len(), "{made} of {} accounts were made", names.len());
        Ok(())
    }

    /// Gives how many it says it has made.
    fn prosody_shell(&self, names: &[String]) -> anyhow::Result<usize> {
        let mut shell = Command::new("prosodyctl")
            .args(["--root", "--config"])
            .arg(self.config())
            .arg("shell")
            .stdin(Stdio::piped())
            .stdout(File::create(self.path("shell"))?)
            .stderr(Stdio::null())
            .spawn()
            .context("prosodyctl")?;
        let mut lines = String::new();
        for name in names {
            lines.push_str(&format!("user:create(\"{name}@{HOST}\", \"{PASSWORD}\")\n"));
        }
        lines.push_str("quit\n");
        std::io::Write::write_all(&mut shell.stdin.take().context("piped")?, lines.as_bytes())?;
        shell.wait()?;
        Ok(fs::read_to_string(self.path("shell"))?.matches("User created").count())
    }

    /// One request of its HTTP interface for each.
    async fn ejabberd_people(&self, names: &[String]) -> anyhow::Result<()> {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", self.http)).await?;
        let to = Interface { path: "/api/register", host: "127.0.0.1" };
        let body = |name: &str| json!({ "user": name, "host": HOST, "password": PASSWORD });
        accounts::make(stream, to, names, body).await
    }

    /// Where Parlour shows its counters.
    pub fn local(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.local))
    }

    /// Where clients come with STARTTLS.
    pub fn c2s(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.c2s))
    }

    /// Where clients come with TLS from the first byte.
    pub fn c2s_tls(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.c2s_tls))
    }

    /// Where it answers HTTP, without TLS.
    pub fn http(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.http))
    }

    /// Where it answers HTTPS.
    pub fn https(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.https))
    }

    /// Where it keeps everything.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Parlour's own socket.
    pub fn socket(&self) -> PathBuf {
        self.path("data/run/socket")
    }

    /// A key for Prosody's mod_invites_api. It need not run.
    pub fn prosody_key(&self) -> anyhow::Result<String> {
        let made = Command::new("prosodyctl")
            .args(["--root", "--config"])
            .arg(self.config())
            .args(["mod_invites_api", "create", HOST, "bench"])
            .output()
            .context("prosodyctl")?;
        let key = String::from_utf8(made.stdout)?;
        let key = key.lines().rfind(|line| line.contains('/') && !line.contains(' '));
        Ok(key.context("no key was made")?.to_owned())
    }

    /// Its process.
    pub fn pid(&self) -> anyhow::Result<u32> {
        Ok(self.child.as_ref().context("it does not run")?.id())
    }

    /// What it shows to clients.
    pub fn certificate(&self) -> anyhow::Result<CertificateDer<'static>> {
        let folder = match self.kind {
            Kind::Parlour | Kind::Forgetful => "data/certs",
            _ => "certs",
        };
        Ok(CertificateDer::from_pem_file(self.path(folder).join(format!("{HOST}.crt")))?)
    }
}

/// A port that is free now, and stays so unless somebody else is quick.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

const PARLOUR: &str = "domain = \"@HOST@\"\ndata_dir = \"@DIR@/data\"\n[log]\nlevel = \"warn\"\n[listen]\n\
                       c2s = [\"127.0.0.1:@C2S@\"]\nc2s_tls = [\"127.0.0.1:@C2S_TLS@\"]\ns2s = []\nlocal = [@LOCAL@]\n\
                       web = [@MODULES@]\n[c2s]\n@C2S_MORE@\n[c2s.limits]\nenabled = false\n@DOORS@";
/// What newcomers come in by: where it listens for them, and nothing that keeps one machine from making many accounts.
const PARLOUR_DOORS: (&str, &str) = (
    "\"127.0.0.1:@HTTP@\"]\nweb_tls = [\"127.0.0.1:@HTTPS@\"",
    "[accounts]\nregistration_throttle_max = 0\n[compat]\nregister_api = true\n",
);
/// Prosody's own modules and those of Debian's prosody-modules that newcomers come in by.
const PROSODY_DOORS: &str = "\"http\"; \"register_ibr\"; \"invites\"; \"invites_register\"; \"register_apps\"; \
                             \"http_libjs\"; \"invites_page\"; \"invites_api\"; \"invites_register_web\";";
/// Where Debian puts it.
const EJABBERD: &str = "/usr/lib/x86_64-linux-gnu/ejabberd-23.01";
/// Tables for [`Kind::EjabberdSqlite`].
const EJABBERD_SCHEMA: &str = "/usr/share/ejabberd/sql/lite.sql";
/// When the certificate begins: 2025-01-01.
const ISSUED: Duration = Duration::from_secs(1_735_689_600);
