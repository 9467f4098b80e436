//! `parlour setup` from nothing to an owner's page, by a program and by somebody at a terminal, without root.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use parlour_testkit::NameServer;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that stands for a machine, with a name server that knows nothing yet.
struct Machine {
    folder: TempDir,
    names: NameServer,
    offset: u16,
    server: Option<Child>,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, names: NameServer::new(), offset: free_offset(), server: None }
    }

    fn prefix(&self) -> PathBuf {
        self.folder.path().join("machine")
    }

    fn config(&self) -> PathBuf {
        self.prefix().join("etc/parlour/parlour.toml")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
        command.current_dir(self.folder.path()).env_remove("PARLOUR_CONFIG").args(words);
        command
    }

    fn setup(&self, words: &[&str]) -> Command {
        let mut command = self.command(&["setup"]);
        command.args(words).arg("--prefix").arg(self.prefix());
        command.arg("--port-offset").arg(self.offset.to_string());
        command.arg("--resolver").arg(self.names.address().to_string());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.setup(words).stdin(Stdio::null()).output().expect("it starts")
    }

    /// Runs it, well; gives its one object.
    fn json(&self, words: &[&str]) -> Value {
        let out = self.run(words);
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"))
    }

    fn serve(&mut self) {
        let mut serve = self.command(&["serve", "--config"]);
        serve.arg(self.config()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(serve.spawn().expect("it starts"));
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, 80 + self.offset)).is_err() {
            assert!(Instant::now() < end, "the server does not come up");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// A page, as a web server of this machine passes it on.
    fn page(&self, host: &str, path: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, 80 + self.offset)).expect("a door");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("it answers");
        page
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.kill());
            drop(server.wait());
        }
    }
}

/// A number that makes all our ports free ones, below those that the system hands out.
fn free_offset() -> u16 {
    let start = u16::try_from(std::process::id() % 1500).expect("small");
    let free = |offset: &u16| {
        [80, 443, 5222, 5223, 5280, 5288]
            .iter()
            .all(|port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + offset)).is_ok())
    };
    (0..100).map(|at| 10_000 + (start + at * 7) * 11).find(free).expect("free ports")
}

fn ids(report: &Value) -> Vec<&str> {
    report["findings"].as_array().expect("a list").iter().filter_map(|finding| finding["id"].as_str()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn from_nothing_to_the_owners_page_and_a_second_run_changes_nothing() {
    let mut machine = Machine::new();
    let report = machine.json(&["chat.example.test", "--name", "Hillside \"Choir\"", "--yes", "--json"]);
    assert_eq!((report["ok"].as_bool(), report["started"].as_bool()), (Some(true), Some(false)), "{report}");
    assert_eq!(report["wrote"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!((mode(&machine.config()), mode(&machine.prefix().join("var/lib/parlour"))), (0o600, 0o700));
    let said = report["not_done"].to_string();
    assert!(said.contains("for trying it out") && said.contains("parlour serve --config"), "{report}");
    // The name leads nowhere, and that is said with what to do.
    assert!(ids(&report).contains(&"dns-no-address"), "{report}");
    let lines = report["dns"]["lines"].as_array().expect("lines");
    assert!(lines[0].as_str().is_some_and(|line| line.starts_with("chat.example.test A ")), "{report}");
    assert!(report["dns"]["zone"].as_str().is_some_and(|zone| zone.contains("_xmpps-client._tcp.chat.example.test.")));

    // What it wrote is served, and its link opens.
    let before = fs::read_to_string(machine.config()).expect("a configuration");
    machine.serve();
    let link = report["owner_link"].as_str().expect("a link");
    let origin = format!("https://chat.example.test:{}", 443 + machine.offset);
    let path = link.strip_prefix(&origin).unwrap_or_else(|| panic!("{link} begins with {origin}"));
    let page = machine.page("chat.example.test", path);
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Hillside"), "{page}");
    // Its own check finds the doors its own.
    let ports =
        machine.command(&["check", "ports", "--json", "--config"]).arg(machine.config()).output().expect("starts");
    let ports: Value = serde_json::from_slice(&ports.stdout).expect("one object");
    assert_eq!(ports["ok"], true, "{ports}");

    // Again, with the server running: nothing is written, and there is a newer link.
    let again = machine.json(&["chat.example.test", "--yes", "--json"]);
    assert_eq!((again["wrote"].as_array().map(Vec::len), again["kept"].as_array().map(Vec::len)), (Some(0), Some(2)));
    assert_eq!(fs::read_to_string(machine.config()).expect("a configuration"), before);
    let newer = again["owner_link"].as_str().and_then(|link| link.strip_prefix(&origin)).expect("a link").to_owned();
    assert!(newer != path && machine.page("chat.example.test", &newer).starts_with("HTTP/1.1 200 "));
    // For somebody else it changes nothing either, and says how to.
    let other = machine.run(&["other.example.test", "--yes", "--json"]);
    let refused: Value = serde_json::from_slice(&other.stdout).expect("one object");
    assert_eq!(other.status.code(), Some(1));
    assert!(
        refused["title"].as_str().is_some_and(|title| title.contains("parlour host add other.example.test")),
        "{refused}"
    );
}

#[test]
fn without_a_terminal_nothing_is_asked_and_what_is_missing_is_named() {
    let machine = Machine::new();
    for (words, says) in [
        (&[][..], "parlour setup DOMAIN --yes"),
        (&["chat.example.test"], "--name NAME and --contact EMAIL, or take the defaults: --yes"),
        (&["chat.example.test", "--name", "Choir"], "--contact EMAIL, or take the defaults"),
        (&["nonsense", "--yes"], "is not a domain"),
        (&["chat.example.test", "--yes", "--contact", "nobody"], "is not an e-mail address"),
        (&["chat.example.test", "--yes", "--wait-dns", "soon"], "no span of time"),
    ] {
        let out = machine.run(words);
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.code() == Some(2) && said.contains(says), "{words:?}: {said}");
        let out = machine.run(&[words, &["--json"]].concat());
        let said: Value = serde_json::from_slice(&out.stdout).expect("one object");
        assert!(said["title"].as_str().is_some_and(|title| title.contains(says)), "{words:?}: {said}");
    }
    assert!(!machine.prefix().exists(), "nothing was written");
}

#[test]
fn a_record_is_waited_for() {
    let machine = Machine::new();
    let names = &machine.names;
    let child = machine
        .setup(&["chat.example.test", "--yes", "--json", "--wait-dns", "10m"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    // A public address: not this machine's, so it comes by a router, or not at all, which ends the wait only if so.
    let own = if_public();
    names.has("chat.example.test", own.as_deref().unwrap_or("5.5.5.5"));
    let out = child.wait_with_output().expect("it ends");
    let report: Value = serde_json::from_slice(&out.stdout).expect("one object");
    let found = ids(&report).contains(&"dns-here") || ids(&report).contains(&"dns-nat");
    assert!(found && report["owner_link"].is_string(), "{report}");
}

/// A public address of the machine that runs the test, if it has one.
fn if_public() -> Option<String> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent.
    socket.connect((Ipv4Addr::new(9, 9, 9, 9), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    match ip {
        std::net::IpAddr::V4(v4) if !v4.is_private() && !v4.is_loopback() && !v4.is_documentation() => {
            Some(v4.to_string())
        }
        _ => None,
    }
}

/// Somebody at a terminal.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn of(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let name = ptsname(&master, Vec::new()).expect("its name");
        let slave = File::options().read(true).write(true).open(name.to_str().expect("a path")).expect("opened");
        let copy = || Stdio::from(slave.try_clone().expect("a copy"));
        let child = command.stdin(copy()).stdout(copy()).stderr(copy()).spawn().expect("it starts");
        drop(command);
        let keyboard = File::from(master);
        let mut eyes = keyboard.try_clone().expect("a copy");
        let (send, screen) = sync_channel(64);
        std::thread::spawn(move || {
            let mut page = [0; 4096];
            // Reading fails once nobody has the other side any more.
            while let Ok(length @ 1..) = eyes.read(&mut page) {
                if send.send(page[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard, screen, seen: String::new() }
    }

    /// Reads until `text` stands there.
    fn sees(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let more = self.screen.recv_timeout(PATIENCE);
            let more = more.unwrap_or_else(|_| panic!("{text:?} does not come:\n{}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    fn types(&mut self, line: &str) {
        self.seen.clear();
        self.keyboard.write_all(format!("{line}\n").as_bytes()).expect("it listens");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn somebody_at_a_terminal_is_asked_three_things_and_gets_a_square() {
    let machine = Machine::new();
    let mut terminal = Terminal::of(machine.setup(&[]));
    terminal.sees("Domain: ");
    terminal.types("nonsense");
    terminal.sees("is not a domain");
    terminal.types("chat.example.test");
    terminal.sees("What do you call the place? [chat.example.test] ");
    terminal.types("Hillside Choir");
    terminal.sees("E-mail: [none] ");
    terminal.types("nobody");
    terminal.sees("is not an e-mail address");
    terminal.types("");
    terminal.sees("Open this to become the owner (once, 30 minutes):");
    terminal.sees("▀");
    terminal.sees("then press \"Invite someone\"");
    assert!(terminal.child.wait().expect("it ends").success());
    let written = fs::read_to_string(machine.config()).expect("a configuration");
    assert!(written.contains("\"Hillside Choir\"") && !written.contains("[contact]"), "{written}");
    // All that could be said is said already: nothing is asked.
    let mut terminal = Terminal::of(machine.setup(&[]));
    terminal.sees("There is a configuration for chat.example.test already");
    terminal.sees("Open this to become the owner");
    terminal.sees("then press");
    assert!(terminal.child.wait().expect("it ends").success());
}

#[test]
fn whoever_leaves_before_the_last_answer_has_changed_nothing() {
    let machine = Machine::new();
    let mut terminal = Terminal::of(machine.setup(&["chat.example.test"]));
    terminal.sees("What do you call the place?");
    // Ctrl-D.
    terminal.keyboard.write_all(&[4]).expect("it listens");
    terminal.sees("nothing was written");
    assert_eq!(terminal.child.wait().expect("it ends").code(), Some(1));
    assert!(!machine.prefix().exists());
}
