//! A configuration that is broken again and again under a server with people on it, who notice nothing (ATTACKS F13).

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::broken::{Broken, broken};
use crate::{Browser, Client, PASSWORD, PATIENCE};

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reloads {
    /// Configurations that were tried.
    pub tried: usize,
    /// Those that were refused: all that are wrong.
    pub refused: usize,
    /// Those that were right by chance, and were taken.
    pub taken: usize,
    /// Messages that were passed on meanwhile.
    pub messages: usize,
    /// The longest time from the signal to the word in the log.
    pub slowest: Duration,
}

const HOST: &str = "h.example";

/// Starts `binary` and breaks its configuration `count` times. After each time `check config` and the server must agree
/// about it, each message must say where the mistake stands, the page must be that of the configuration in force, and a
/// message must pass between two people who have been there all the time.
///
/// # Errors
/// What was not as it should be, with the number that `broken` makes it from.
pub async fn reloads(binary: &Path, count: usize, seed: u64) -> anyhow::Result<Reloads> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("parlour.toml");
    std::fs::write(&file, valid(folder.path(), "Place"))?;
    let mut server = Served::start(binary, &file)?;
    for name in ["anna", "ben"] {
        server.account(name)?;
    }
    let mut anna = Client::sign_in(server.c2s, &format!("anna@{HOST}/a"), PASSWORD).await?;
    let mut ben = Client::sign_in(server.c2s, &format!("ben@{HOST}/b"), PASSWORD).await?;
    let mut browser = Browser::proxied(server.web, HOST);
    let mut told = Reloads::default();
    for n in 0..count {
        let name = format!("Place {n}");
        let spoilt = broken(&valid(folder.path(), &name), n, seed, folder.path());
        let what = spoilt.what;
        match &spoilt.bytes {
            Some(bytes) => std::fs::write(&file, bytes)?,
            None => std::fs::remove_file(&file)?,
        }
        let (right, says) = server.check(&file)?;
        let taken = server.reload(&mut told.slowest)?;
        told.tried += 1;
        judged(&spoilt, right, &says, taken).with_context(|| format!("{n} (seed {seed}): {what}"))?;
        let page = browser.get("/").await?;
        ensure!(page.status == 200, "{n}: {what}: {} for the page", page.status);
        if taken {
            told.taken += 1;
        } else {
            told.refused += 1;
            ensure!(!page.text.contains(&name), "{n}: {what}: was refused, and is half in force");
            ensure!(page.text.contains("Place"), "{n}: {what}: what was in force is not");
        }
        let message = format!("<message to='ben@{HOST}/b' id='n{n}' type='chat'><body>{n}</body></message>");
        anna.send(message).await;
        let heard = ben.element().await.with_context(|| format!("{n}: {what}: nothing comes through"))?;
        ensure!(heard.attr_value("id") == Some(&*format!("n{n}")), "{n}: {what}: something else came: {heard}");
        told.messages += 1;
        std::fs::write(&file, valid(folder.path(), "Place"))?;
        ensure!(server.reload(&mut told.slowest)?, "{n}: after {what} the right one is refused");
    }
    ensure!(server.child.try_wait()?.is_none(), "the server has ended");
    Ok(told)
}

fn valid(folder: &Path, name: &str) -> String {
    format!(
        "domain = \"{HOST}\"\nsite_name = \"{name}\"\ndata_dir = \"{}\"\npublic_url = \"https://{HOST}\"\n\
         trusted_proxies = [\"127.0.0.1\"]\n[listen]\nc2s = [\"127.0.0.1:0\"]\nc2s_tls = []\ns2s = []\n\
         web = [\"127.0.0.1:0\"]\nweb_tls = []\nlocal = []\n[invites]\nallow_user_invites = true\n\
         invite_expiry = \"7d\"\n[brand]\ncolour = \"#7a2e8e\"\n[c2s]\nack_seconds = 60\n[log]\nlevel = \"info\"\n\
         format = \"json\"\n",
        folder.join("data").display()
    )
}

/// Whether command and server agree, and what they say can be followed.
fn judged(spoilt: &Broken, right: bool, says: &str, taken: bool) -> anyhow::Result<()> {
    ensure!(!(spoilt.certainly && taken), "the server takes it");
    // That of a running server nothing is left is seen by the server alone.
    let empty = spoilt.bytes.as_ref().is_some_and(|bytes| bytes.iter().all(u8::is_ascii_whitespace));
    ensure!(right == taken || (empty && !taken), "the command says {right}, the server {taken}: {says}");
    if !right {
        ensure!(says.contains("parlour.toml"), "the file is not named: {says}");
        let place =
            says.split_once("parlour.toml:").and_then(|(_, rest)| rest.split_once('\n')).map(|(place, _)| place);
        let numbers = place.is_some_and(|place| {
            place
                .split_once(':')
                .is_some_and(|(line, column)| line.parse::<u32>().is_ok() && column.parse::<u32>().is_ok())
        });
        ensure!(numbers || spoilt.bytes.is_none(), "no line and column: {says}");
    }
    Ok(())
}

struct Served {
    child: Child,
    binary: PathBuf,
    log: Receiver<String>,
    c2s: SocketAddr,
    web: SocketAddr,
    folder: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is ours, and what it keeps is thrown away.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(binary: &Path, file: &Path) -> anyhow::Result<Self> {
        let folder = file.parent().context("a file in a folder")?.to_owned();
        let mut child = Command::new(binary)
            .args(["serve", "--config"])
            .arg(file)
            .env_remove("PARLOUR_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", binary.display()))?;
        let lines = std::io::BufReader::new(child.stderr.take().context("piped")?).lines();
        // Bounded; a server that says more than anybody reads waits, and the test is over its time.
        let (say, log) = sync_channel(10_000);
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| say.send(line)));
        let none = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut served = Self { child, binary: binary.to_owned(), log, c2s: none, web: none, folder };
        while served.c2s == none || served.web == none {
            let line = served.line()?;
            if line.contains("\"message\":\"open\"") {
                let address = field(&line, "address").context("an address")?.parse()?;
                match field(&line, "door") {
                    Some("c2s") => served.c2s = address,
                    Some("web") => served.web = address,
                    other => bail!("an unknown door {other:?}"),
                }
            }
        }
        Ok(served)
    }

    fn line(&self) -> anyhow::Result<String> {
        self.log.recv_timeout(PATIENCE).context("the server says nothing more")
    }

    fn account(&self, name: &str) -> anyhow::Result<()> {
        use std::io::{Read as _, Write as _};
        let body = format!("{{\"name\":\"{name}\",\"password\":\"{PASSWORD}\"}}");
        let mut socket = std::os::unix::net::UnixStream::connect(self.folder.join("data/run/socket"))?;
        write!(
            socket,
            "POST /api/v1/hosts/{HOST}/accounts HTTP/1.1\r\nhost: local\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 201"), "no account: {answer}");
        Ok(())
    }

    /// Whether the command finds nothing wrong, and what it says.
    fn check(&self, file: &Path) -> anyhow::Result<(bool, String)> {
        let done = Command::new(&self.binary).args(["check", "config", "--config"]).arg(file).output()?;
        let says = [done.stdout, done.stderr].concat();
        Ok((done.status.success(), String::from_utf8_lossy(&says).into_owned()))
    }

    /// Has the file read again. Gives whether it was taken.
    fn reload(&self, slowest: &mut Duration) -> anyhow::Result<bool> {
        let began = Instant::now();
        let told = Command::new("/bin/kill").args(["-HUP", &self.child.id().to_string()]).status()?;
        ensure!(told.success(), "the server is not there");
        loop {
            let line = self.line()?;
            let taken = line.contains("configuration read again");
            if taken || line.contains("the configuration stays as it was") {
                *slowest = (*slowest).max(began.elapsed());
                return Ok(taken);
            }
            ensure!(!line.contains("panicked"), "{line}");
        }
    }
}

/// The value of a text field of a line of the log.
fn field<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
    rest.split('"').next()
}
