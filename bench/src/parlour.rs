//! A whole server under measurement: the binary beside this one, on free ports and with a data directory that
//! is thrown away.

use std::io::BufReader;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::accounts::{self, Interface};
use crate::client::{self, Habits, Stream};
use crate::load::{Load, Pair, Setting, message};
use crate::peers::{HOST, PASSWORD};
use crate::process;

/// A server with `load.pairs` pairs signed in and warm.
pub async fn relay(load: &Load) -> anyhow::Result<Setting<Stream, Server>> {
    let server = Server::start(Arc::new(tempfile::tempdir()?))?;
    let people = server.people("p", load.pairs * 2).await?;
    let mut clients = server.sign_in(people, Habits::Plain).await?.into_iter();
    let mut pairs = Vec::new();
    while let (Some((sender, _)), Some((receiver, address))) = (clients.next(), clients.next()) {
        pairs.push(Pair::new(sender, receiver, message(&address)));
    }
    Setting::warm(server.child.id(), server, pairs, *load).await
}

/// Server memory for each of `connections` that have signed in, each to an account of its own, and are silent now.
pub async fn idle(connections: u32, habits: Habits) -> anyhow::Result<u64> {
    let dir = Arc::new(tempfile::tempdir()?);
    let (people, first) = {
        let server = Server::start(Arc::clone(&dir))?;
        (server.people("p", connections).await?, server.people("first", FIRST).await?)
    };
    // A fresh process: making accounts has left free memory behind, which would hide what connections take.
    let server = Server::start(dir)?;
    // What the first connections cost besides themselves: threads' arenas, code, the store's page cache.
    let first = server.sign_in(first, habits).await?;
    let before = process::settled(server.child.id()).await?;
    let all = server.sign_in(people, habits).await?;
    let grown = process::settled(server.child.id()).await?.saturating_sub(before);
    drop(first);
    Ok(grown / (all.len() as u64).max(1))
}

/// Connections made before memory is looked at.
const FIRST: u32 = 64;

/// The child process, ended when dropped.
pub struct Server {
    child: Child,
    addr: SocketAddr,
    client: TlsConnector,
    socket: PathBuf,
    _dir: Arc<tempfile::TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is ours, and what it keeps is thrown away.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts it over what `dir` holds, if anything.
    fn start(dir: Arc<tempfile::TempDir>) -> anyhow::Result<Self> {
        let data = dir.path().join("data");
        let config = dir.path().join("parlour.toml");
        let text = format!(
            "domain = \"{HOST}\"\ndata_dir = \"{}\"\n[log]\nlevel = \"warn,parlour::serve=info\"\nformat = \"json\"\n[listen]\nc2s = []\n\
             c2s_tls = [\"127.0.0.1:0\"]\ns2s = []\nweb = []\nlocal = []\n[c2s.limits]\nenabled = false\n",
            data.display()
        );
        std::fs::write(&config, text)?;
        let binary = std::env::current_exe()?.with_file_name("parlour");
        let mut child = Command::new(&binary)
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{}: build it first (cargo build --release -p parlour)", binary.display()))?;
        let mut log = BufReader::new(child.stderr.take().context("piped")?);
        let addr = match address(&mut log) {
            Ok(addr) => addr,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error);
            }
        };
        // What it logs from now on is shown, as it should be nothing.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::stderr()));
        let certificate = data.join("certs").join(format!("{HOST}.crt"));
        let client = client::connector(CertificateDer::from_pem_file(certificate)?)?;
        Ok(Self { child, addr, client, socket: data.join("run").join("socket"), _dir: dir })
    }

    /// Makes `count` accounts, over the local socket. Gives their names.
    async fn people(&self, prefix: &str, count: u32) -> anyhow::Result<Vec<String>> {
        let names: Vec<String> = (0..count).map(|n| format!("{prefix}{n}")).collect();
        let mut making = JoinSet::new();
        for part in names.chunks(names.len().div_ceil(AT_A_TIME).max(1)) {
            let (socket, part) = (self.socket.clone(), part.to_vec());
            making.spawn(async move { make(&socket, &part).await });
        }
        while let Some(made) = making.join_next().await {
            made??;
        }
        Ok(names)
    }

    /// Signs each of them in once. Gives their connections and full addresses.
    async fn sign_in(&self, names: Vec<String>, habits: Habits) -> anyhow::Result<Vec<(Stream, String)>> {
        client::sign_in_all(self.addr, &self.client, HOST, names, PASSWORD, habits).await
    }
}

/// Accounts being made at a time.
const AT_A_TIME: usize = 16;

/// Reads the log up to where the server says that clients may come.
fn address(log: &mut impl std::io::BufRead) -> anyhow::Result<SocketAddr> {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if log.read_line(&mut line)? == 0 {
            bail!("the server did not start: {said}");
        }
        if let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) {
            let fields = &event["fields"];
            if fields["message"] == "open"
                && let Some(addr) = fields["address"].as_str()
            {
                return Ok(addr.parse()?);
            }
        }
        said.push_str(&line);
    }
}

/// Makes accounts over a server's local socket.
pub async fn make(socket: &Path, names: &[String]) -> anyhow::Result<()> {
    let stream = tokio::net::UnixStream::connect(socket).await?;
    let path = format!("/api/v1/hosts/{HOST}/accounts");
    let to = Interface { path: &path, host: "local" };
    accounts::make(stream, to, names, |name| json!({ "name": name, "password": PASSWORD })).await
}
