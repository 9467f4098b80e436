//! A data directory, the binary that serves it, and the operator's socket.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Request};
use parlour_testkit::PATIENCE;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::web::{Answer, ask};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// The domain that is served.
pub const HOST: &str = "example.test";

/// A server that can be killed and started again on the same directory.
pub struct Place {
    folder: TempDir,
    running: Option<Running>,
    keeps: usize,
    /// Descriptors it may have, where that is not as many as we may.
    descriptors: Option<u32>,
}

struct Running {
    child: Child,
    ports: Ports,
    log: Log,
    // Reads the log until it ends.
    reader: JoinSet<()>,
}

/// Where a started server listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub c2s: SocketAddr,
    pub web: SocketAddr,
    /// Health and counters, where the place has that door.
    pub local: Option<SocketAddr>,
}

/// The last lines of the log.
type Log = Arc<Mutex<VecDeque<String>>>;

impl Place {
    /// With more lines of configuration.
    pub fn new(more: &str) -> Self {
        Self::with(more, "", LOG_LINES)
    }

    /// With everything in the log, all of it kept, and the door for this machine's own eyes.
    pub fn watched(more: &str) -> Self {
        Self::with(&format!("level = \"trace\"\n{more}"), "\"127.0.0.1:0\"", usize::MAX)
    }

    /// A server that may open so few descriptors.
    pub fn cramped(descriptors: u32) -> Self {
        Self { descriptors: Some(descriptors), ..Self::new("") }
    }

    fn with(more: &str, local: &str, keeps: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        configure(&folder, local, more);
        Self { folder, running: None, keeps, descriptors: None }
    }

    /// Writes another configuration, which the server hears of by SIGHUP.
    pub fn configure(&self, more: &str) {
        configure(&self.folder, "", more);
    }

    /// Starts the server and waits until its doors are open.
    pub async fn start(&mut self) -> Ports {
        assert!(self.running.is_none(), "it runs already");
        let binary = env!("CARGO_BIN_EXE_parlour");
        let mut command = match self.descriptors {
            None => Command::new(binary),
            Some(most) => {
                let mut shell = Command::new("/bin/sh");
                shell.args([
                    "-c",
                    &format!("ulimit -Sn {} && ulimit -Hn {most} && exec \"$@\"", most / 2),
                    "sh",
                    binary,
                ]);
                shell
            }
        };
        let mut child = command
            .current_dir(self.folder.path())
            .env_remove("PARLOUR_CONFIG")
            .args(["serve", "--config", "parlour.toml"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("serve starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let (mut c2s, mut web, mut local, mut said) = (None, None, None, VecDeque::new());
        let has_local = self.keeps > LOG_LINES;
        let opening = async {
            while c2s.is_none() || web.is_none() || (has_local && local.is_none()) {
                let line = lines.next_line().await.expect("a log").unwrap_or_else(|| panic!("it ends: {said:#?}"));
                let read: Value = serde_json::from_str(&line).unwrap_or_default();
                let fields = &read["fields"];
                if fields["message"] == "open" {
                    let address = fields["address"].as_str().and_then(|text| text.parse().ok());
                    match fields["door"].as_str() {
                        Some("c2s") => c2s = address,
                        Some("web") => web = address,
                        Some("local") => local = address,
                        other => panic!("an unknown door {other:?}"),
                    }
                }
                said.push_back(line);
            }
        };
        tokio::time::timeout(PATIENCE, opening).await.expect("the server comes up");
        let ports = Ports { c2s: c2s.expect("seen"), web: web.expect("seen"), local };
        let log = Arc::new(Mutex::new(said));
        let mut reader = JoinSet::new();
        let (kept, keeps) = (Arc::clone(&log), self.keeps);
        reader.spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= keeps {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
        });
        self.running = Some(Running { child, ports, log, reader });
        ports
    }

    /// `kill -9`, of this process and no other.
    pub async fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.child.kill().await.expect("it was there to be killed");
    }

    /// SIGTERM; gives how it ended.
    pub async fn terminate(&mut self) -> ExitStatus {
        let mut running = self.running.take().expect("it runs");
        stop(&mut running).await
    }

    /// Sends it a signal and does not wait for what comes of it.
    pub fn signal(&self, signal: Signal) {
        let running = self.running.as_ref().expect("it runs");
        tell(running, signal);
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut running = self.running.take().expect("it runs");
        until_ended(&mut running).await
    }

    /// Where it listens now.
    pub fn ports(&self) -> Ports {
        self.running.as_ref().expect("it runs").ports
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// SIGTERM; gives all that it has ever logged and where its files are, keys apart from the others.
    pub async fn end(&mut self) -> (String, PathBuf) {
        let mut running = self.running.take().expect("it runs");
        stop(&mut running).await;
        // What was still in the pipe.
        while running.reader.join_next().await.is_some() {}
        let log = running.log.lock().unwrap_or_else(PoisonError::into_inner).make_contiguous().join("\n");
        (log, self.data())
    }

    /// What it has logged lately.
    pub fn log(&self) -> String {
        let running = self.running.as_ref().expect("it runs");
        running.log.lock().unwrap_or_else(PoisonError::into_inner).make_contiguous().join("\n")
    }

    /// What the command line asks over the local socket.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_as(method, &format!("/api/v1/hosts/{HOST}{path}"), body, &[]).await
    }

    /// As [`Self::call`], with the whole path and more headers.
    pub async fn call_as(&self, method: Method, path: &str, body: Option<Value>, more: &[(&str, &str)]) -> Answer {
        let socket = self.folder.path().join("data/run/socket");
        let stream = tokio::net::UnixStream::connect(socket).await.expect("the local socket answers");
        let mut request = Request::builder().method(method).uri(path).header("host", "local");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(|body| body.to_string()).unwrap_or_default();
        ask(stream, request.body(bytes).expect("a request")).await.expect("the API answers")
    }

    /// Makes an account with [`PASSWORD`].
    pub async fn account(&self, name: &str, role: &str) {
        let wish = json!({ "name": name, "password": PASSWORD, "role": role });
        let made = self.call(Method::POST, "/accounts", Some(wish)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    /// Whether there is such an account.
    pub async fn has(&self, name: &str) -> bool {
        let found = self.call(Method::GET, &format!("/accounts/{name}"), None).await;
        match found.status.as_u16() {
            200 => true,
            404 => false,
            other => panic!("{other}: {}", found.text),
        }
    }

    /// Makes an invite; gives its id and token.
    pub async fn invite(&self, wish: Value) -> (String, String) {
        let made = self.call(Method::POST, "/invites", Some(wish)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        let word = |key: &str| made[key].as_str().expect("a text").to_owned();
        (word("id"), word("token"))
    }

    /// How often an invite was used.
    pub async fn uses(&self, id: &str) -> usize {
        let found = self.call(Method::GET, &format!("/invites/{id}"), None).await;
        assert_eq!(found.status, 200, "{}", found.text);
        found.json()["uses"].as_u64().and_then(|uses| usize::try_from(uses).ok()).expect("a number")
    }
}

fn configure(folder: &TempDir, local: &str, more: &str) {
    let text = format!(
        "domain = \"{HOST}\"\ndata_dir = \"{}\"\npublic_url = \"https://chat.example.test\"\n\
         [listen]\nc2s = [\"127.0.0.1:0\"]\nc2s_tls = []\ns2s = []\nweb = [\"127.0.0.1:0\"]\nlocal = [{local}]\n\
         [log]\nformat = \"json\"\n{more}",
        folder.path().join("data").display()
    );
    std::fs::write(folder.path().join("parlour.toml"), text).expect("the configuration is written");
}

fn tell(running: &Running, signal: Signal) {
    let pid = running.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.expect("a process"), signal).expect("it runs");
}

async fn stop(running: &mut Running) -> ExitStatus {
    tell(running, Signal::TERM);
    until_ended(running).await
}

async fn until_ended(running: &mut Running) -> ExitStatus {
    let ended = tokio::time::timeout(PATIENCE, running.child.wait()).await;
    let Ok(status) = ended else { panic!("it does not end: {:#?}", running.log.lock()) };
    status.expect("it can be waited for")
}

/// Lines of the log that are kept for a failure.
const LOG_LINES: usize = 60;
