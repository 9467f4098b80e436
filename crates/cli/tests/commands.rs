//! The command line, on a stopped and on a running server: one path, the same answers.

#[path = "commands/setup.rs"]
mod setup;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A data directory with a configuration, and perhaps a server on it.
struct Place {
    folder: TempDir,
    server: Option<Child>,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder"), server: None };
        place.configure("");
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn configure(&self, more: &str) {
        let text = format!(
            "domain = \"example.test\"\ndata_dir = \"{}\"\npublic_url = \"https://chat.example.test\"\n\
             [listen]\nc2s = [\"127.0.0.1:0\"]\nc2s_tls = []\ns2s = []\nweb = [\"127.0.0.1:0\"]\nlocal = []\n{more}",
            self.path().join("data").display()
        );
        std::fs::write(self.path().join("parlour.toml"), text).expect("the configuration is written");
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
        command.current_dir(self.path()).env_remove("PARLOUR_CONFIG").args(words.split_whitespace());
        command.args(["--config", "parlour.toml"]);
        command
    }

    fn try_run(&self, words: &str) -> Output {
        self.command(words).stdin(Stdio::null()).output().expect("the command starts")
    }

    /// Runs a command that must succeed; gives what it printed.
    fn run(&self, words: &str) -> String {
        let out = self.try_run(words);
        let (stdout, stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "parlour {words}: {}\n{stdout}{stderr}", out.status);
        stdout.into_owned()
    }

    fn json(&self, words: &str) -> Value {
        let text = self.run(&format!("{words} --json"));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("parlour {words}: {e}: {text}"))
    }

    fn with_password(&self, words: &str, password: &str) -> Output {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        writeln!(child.stdin.take().expect("a pipe"), "{password}").expect("it reads");
        child.wait_with_output().expect("it ends")
    }

    fn start(&mut self) {
        let child = self.command("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("serve starts");
        self.server = Some(child);
        let socket = self.path().join("data/run/socket");
        let end = Instant::now() + Duration::from_secs(20);
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < end, "the server does not come up");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let pid = rustix::process::Pid::from_child(&server);
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
            let status = server.wait().expect("it ends");
            assert!(status.success(), "SIGTERM ends it well: {status}");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.kill());
            drop(server.wait());
        }
    }
}

/// What systemd hears: open, well, reading the configuration again, well all the same, stopping.
#[test]
fn the_supervisor_is_told() {
    let mut place = Place::new();
    let ear = UnixDatagram::bind(place.path().join("notify")).expect("a socket");
    ear.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    let hear = |wanted: &str| {
        let mut page = [0; 1024];
        loop {
            let length = ear.recv(&mut page).unwrap_or_else(|e| panic!("{wanted}: {e}"));
            let said = String::from_utf8_lossy(&page[..length]).into_owned();
            if said.lines().any(|line| line == wanted) {
                return said;
            }
            assert_eq!(said.trim(), "WATCHDOG=1", "before {wanted}");
        }
    };
    let mut serve = place.command("serve");
    serve.env("NOTIFY_SOCKET", place.path().join("notify")).env("WATCHDOG_USEC", "200000");
    place.server = Some(serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("serve starts"));
    assert!(hear("READY=1").contains("STATUS=serving 1 host"));
    for _ in 0..3 {
        hear("WATCHDOG=1");
    }
    let signal = |place: &Place, signal| {
        let pid = rustix::process::Pid::from_child(place.server.as_ref().expect("it runs"));
        rustix::process::kill_process(pid, signal).expect("it runs");
    };
    place.configure("[invites]\ninvite_expiri = \"7d\"\n");
    signal(&place, rustix::process::Signal::HUP);
    assert!(hear("RELOADING=1").contains("MONOTONIC_USEC="));
    hear("READY=1");
    hear("WATCHDOG=1");
    signal(&place, rustix::process::Signal::TERM);
    hear("STOPPING=1");
    let status = place.server.take().expect("it ran").wait().expect("it ends");
    assert!(status.success(), "{status}");
}

/// Everything a command can do, in an order in which it makes sense.
fn a_life(place: &Place) {
    // First line the landing link, second the link for apps.
    let printed = place.run("invite create example.test --expires-after 2d --note choir");
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("https://chat.example.test/i/"), "{printed}");
    assert!(lines[1].starts_with("xmpp:example.test?register;preauth="), "{printed}");

    let invite = place.json("invite create juliet@example.test");
    for field in ["id", "token", "kind", "uri", "landing_page", "expires", "max_uses", "uses", "reserved_name", "role"]
    {
        assert!(invite.get(field).is_some(), "{field} is missing: {invite}");
    }
    assert_eq!(invite["reserved_name"], "juliet");
    let id = invite["id"].as_str().expect("an id");
    let token = invite["token"].as_str().expect("a token");
    assert_eq!(token.len(), 26);

    // By id and by token.
    assert_eq!(place.json(&format!("invite show example.test {id}"))["id"], *id);
    assert_eq!(place.json(&format!("invite show example.test {token}"))["id"], *id);
    let state = |id: &str| place.json(&format!("invite show example.test {id}"))["state"].clone();
    assert_eq!(state(id), "waiting");
    place.run(&format!("invite revoke example.test {token}"));
    assert_eq!(state(id), "withdrawn");
    let open = place.json("invite list --state waiting");
    assert_eq!(open.as_array().map(Vec::len), Some(1), "{open}");

    let made =
        place.with_password("account create romeo@example.test --role admin --password-stdin", "long enough for me");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let weak = place.with_password("account create ben@example.test --password-stdin", "password");
    assert_eq!(weak.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&weak.stderr).is_empty(), "it says why");
    let shown = place.json("account create nurse@example.test");
    assert!(shown["password"].as_str().is_some_and(|p| p.len() >= 12), "{shown}");

    let contact = place.json("invite contact romeo@example.test --allow-registration");
    let uri = contact["uri"].as_str().expect("a uri");
    assert!(uri.starts_with("xmpp:romeo@example.test?roster;preauth=") && uri.ends_with(";ibr=y"), "{uri}");
    let contact = place.json("invite contact romeo@example.test");
    assert!(!contact["uri"].as_str().expect("a uri").contains("ibr"), "{contact}");

    place.run("account role nurse@example.test limited");
    place.run("account disable nurse@example.test");
    let list = place.json("account list");
    let nurse = list.as_array().and_then(|a| a.iter().find(|n| n["jid"] == "nurse@example.test")).cloned();
    assert_eq!(
        nurse.as_ref().map(|n| (n["role"].clone(), n["state"].clone())),
        Some(("limited".into(), "disabled".into()))
    );
    place.run("account enable nurse@example.test");
    place.run("account passwd nurse@example.test");
    place.run("account delete nurse@example.test");
    place.run("account restore nurse@example.test");

    place.run("group create example.test choir");
    place.run("group add romeo@example.test choir");
    assert_eq!(place.json("group list")[0]["members"][0], "romeo@example.test");
    place.run("group remove romeo@example.test choir");

    let grouped = place.json("invite create --group choir --max-uses 3");
    assert_eq!(grouped["max_uses"], 3);
    assert_eq!(grouped["groups"][0], "choir");

    let key = place.json("key create --name bot --scope invites:write --scope compat --expires-after 90d");
    let text = key["key"].as_str().expect("a key");
    assert!(
        text.starts_with("parlour") && text.len() == 50 && text.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{key}"
    );
    assert_eq!(key["scopes"], serde_json::json!(["invites:write", "compat"]));
    let printed = place.run("key create --whole-server --name all");
    assert!(printed.starts_with("parlour") && printed.contains("Authorization: Bearer"), "{printed}");
    let listed = place.json("key list");
    assert_eq!((listed[0]["state"].as_str(), listed[0].get("key")), (Some("active"), None), "{listed}");
    let id = key["id"].as_str().expect("an id");
    place.run(&format!("key revoke example.test {id}"));
    assert_eq!(place.json("key list")[0]["state"], "withdrawn");
    let all = place.json("key list --whole-server");
    place.run(&format!("key revoke --whole-server {}", all[0]["id"].as_str().expect("an id")));
    assert_eq!(place.try_run("key create --scope nonsense").status.code(), Some(1));

    place.run("host add second.test");
    let hosts = place.json("host list");
    assert_eq!(hosts.as_array().map(Vec::len), Some(2), "{hosts}");
    // Two hosts: which one must be said now.
    let unclear = place.try_run("invite list");
    assert_eq!(unclear.status.code(), Some(2));
    place.run("host remove second.test");

    let link = place.run("owner-link example.test");
    assert!(link.starts_with("https://chat.example.test/i/"), "{link}");

    let unknown = place.try_run("invite show example.test nonsense --json");
    assert_eq!(unknown.status.code(), Some(1));
    let problem: Value = serde_json::from_slice(&unknown.stdout).expect("a problem");
    assert!(problem["type"].is_string() && problem["title"].is_string(), "{problem}");
    place.run("invite purge example.test");
}

#[test]
fn a_stopped_server_obeys() {
    a_life(&Place::new());
}

#[test]
fn a_running_server_obeys() {
    let mut place = Place::new();
    place.start();
    a_life(&place);
    place.stop();
    // What was done is there still, by the other path.
    assert_eq!(place.json("account list").as_array().map(Vec::len), Some(2));
}

#[test]
fn attack_124_a_backup_of_a_running_server_is_its_owners_and_comes_back() {
    let mut place = Place::new();
    place.start();
    place.with_password("account create romeo@example.test --password-stdin", "long enough for me");
    let invite = place.json("invite create");
    let id = invite["id"].as_str().expect("an id").to_owned();
    let done = place.json("backup monday.db");
    assert!(done["keys"].as_str().is_some_and(|k| k.ends_with("monday.db.keys")), "{done}");
    for file in ["monday.db", "monday.db.keys"] {
        let mode = std::fs::metadata(place.path().join(file)).expect("written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file} is for its owner's eyes");
    }
    assert!(!place.try_run("backup monday.db").status.success(), "an older copy is not overwritten");
    let refused = place.try_run("restore monday.db");
    assert!(!refused.status.success(), "not under a running server");
    place.run("restore monday.db --dry-run");
    place.run("account delete romeo@example.test");
    place.stop();

    place.run("restore monday.db --dry-run");
    place.run("restore monday.db --dry-run --data-dir elsewhere");
    assert!(!place.path().join("elsewhere").exists(), "looking leaves nothing behind");
    assert_eq!(place.json("account list")[0]["state"], "deleted", "a dry run changes nothing");
    std::fs::rename(place.path().join("monday.db.keys"), place.path().join("elsewhere")).expect("moved");
    assert!(!place.try_run("restore monday.db").status.success(), "the keys are asked for");
    std::fs::rename(place.path().join("elsewhere"), place.path().join("monday.db.keys")).expect("moved");
    place.run("restore monday.db");
    assert_eq!(place.json("account list")[0]["state"], "active");
    assert_eq!(place.json(&format!("invite show example.test {id}"))["state"], "withdrawn");
    place.run("restore monday.db --keep-invites");
    assert_eq!(place.json(&format!("invite show example.test {id}"))["state"], "waiting");
}

#[test]
fn a_mistake_in_the_configuration_is_shown_where_it_stands() {
    let place = Place::new();
    place.configure("[invites]\ninvite_expiri = \"7d\"\n");
    for words in ["check config", "serve", "invite list"] {
        let out = place.try_run(words);
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success());
        assert!(text.contains("^^^^") && text.contains("did you mean `invite_expiry`"), "{words}: {text}");
    }
    place.configure("[invites]\ninvite_expiry = \"7d\"\n");
    assert_eq!(place.json("check config")["ok"], true);
}

#[test]
fn serve_without_a_configuration_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .current_dir(folder.path())
        .env_remove("PARLOUR_CONFIG")
        .arg("serve")
        .output()
        .expect("it starts");
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("--config"));
    let nowhere = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .current_dir(folder.path())
        .env_remove("PARLOUR_CONFIG")
        .args(["invite", "create"])
        .output()
        .expect("it starts");
    assert!(!nowhere.status.success());
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "and nothing was made there");
}

#[test]
fn a_damaged_database_is_left_alone_and_the_operator_is_told_what_helps() {
    let place = Place::new();
    place.run("account list example.test");
    let database = place.path().join("data/parlour.db");
    std::fs::write(&database, "no database at all ".repeat(500)).expect("it is overwritten");
    for words in ["serve", "account list example.test"] {
        let out = place.try_run(words);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success(), "{words}");
        for needed in ["parlour.db", "damaged", "parlour restore FILE"] {
            assert!(said.contains(needed), "{words}: {needed} is missing: {said}");
        }
    }
    assert!(std::fs::read_to_string(&database).expect("it is there").starts_with("no database at all"));
}

#[test]
fn vector_78_links_are_made_by_the_hundred_filtered_and_shown() {
    let place = Place::new();
    let links = place.run("invite create --count 100 --expires-after 1week --note fair");
    let mut lines: Vec<&str> = links.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("https://chat.example.test/i/")), "{links}");
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 100);
    let objects = place.run("invite create --count 3 --json --lang de");
    for line in objects.lines() {
        let one: Value = serde_json::from_str(line).expect("one object a line");
        assert_eq!(one["kind"], "account");
    }
    assert_eq!(place.try_run("invite create juliet@example.test --count 2").status.code(), Some(2));
    assert_eq!(place.try_run("invite create --count 0").status.code(), Some(2));
    // What prosodyctl's and ejabberdctl's people type.
    assert!(
        place.with_password("adduser romeo@example.test --password-stdin", "a long enough secret").status.success()
    );
    let reset = place.run("mod_invites generate example.test --reset romeo");
    assert!(reset.contains("xmpp:romeo@example.test?register;preauth="), "{reset}");
    place.run("invite create_contact romeo@example.test --allow_registration --note nurse");
    assert_eq!(place.try_run("register juliet example.test secret").status.code(), Some(2));
    let listed = |filter: &str| place.json(&format!("invite list {filter}")).as_array().map_or(0, Vec::len);
    assert_eq!(listed("--kind password-reset"), 1);
    assert_eq!(listed("--by romeo@example.test"), 1);
    assert_eq!(listed("--by operator --kind account"), 103);
    assert_eq!(listed("--kind account-and-contact --state waiting"), 1);
    assert_eq!(listed("--group choir"), 0);
    place.run("group create example.test altos");
    let several = place
        .json("invite contact romeo@example.test --allow-registration --max-uses 4 --group altos --expires-after 3mo");
    assert_eq!((several["max_uses"].as_u64(), several["groups"][0].as_str()), (Some(4), Some("altos")));
    assert_eq!(listed("--group altos"), 1);
    assert_eq!(place.try_run("invite contact romeo@example.test --max-uses 2").status.code(), Some(2));
    let taken = place.json(&format!("invite revoke example.test {}", several["id"].as_str().expect("an id")));
    assert_eq!(taken["state"], "withdrawn");
    let id = place.json("invite list --kind account-and-contact --state waiting")[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let shown = place.run(&format!("invite show example.test {id}"));
    for part in [
        "account and contact",
        "waiting",
        "by romeo@example.test",
        "Used      0 of 1",
        "Opened    0 times",
        "Contact   romeo@example.test",
        "Role      member",
        "Note      nurse",
        "Web link  https://chat.example.test/i/",
        "App link  xmpp:romeo@example.test?roster;preauth=",
        "made by operator",
    ] {
        assert!(shown.contains(part), "{part} is missing: {shown}");
    }
    // Longer, for more, anew.
    let longer = place.json(&format!("invite extend example.test {id} --expires-after 3mo"));
    assert_eq!(longer["id"].as_str(), Some(id.as_str()));
    let fair = place.json("invite create --max-uses 2 --expires-after 1d");
    let fair = fair["id"].as_str().expect("an id");
    assert!(place.run(&format!("invite set-max-uses example.test {fair} 40")).contains("for 40 people; 0 came"));
    assert_eq!(place.try_run(&format!("invite set-max-uses example.test {fair} 0")).status.code(), Some(1));
    let anew = place.run(&format!("invite renew example.test {fair}"));
    assert!(anew.starts_with("https://chat.example.test/i/"), "{anew}");
    assert!(place.run(&format!("invite show example.test {fair}")).contains("State     withdrawn"));
    let anew = anew.lines().next().and_then(|link| link.rsplit('/').next()).expect("a link");
    place.run(&format!("invite revoke example.test {anew}"));
    // All of one maker, then some by name; what was dead already is said, and keeps none of the others.
    place.run("expire_invite_tokens romeo example.test");
    assert_eq!((listed("--by romeo@example.test --state waiting"), listed("--state waiting")), (0, 103));
    let open = place.json("invite list --state waiting");
    let ids: Vec<&str> = (0..2).map(|n| open[n]["id"].as_str().expect("an id")).collect();
    place.run(&format!("invite revoke example.test {} {}", ids[0], ids[1]));
    assert_eq!(listed("--state withdrawn --kind account"), 4);
    let mixed =
        place.try_run(&format!("invite revoke example.test AAAAAAAAAAA {}", open[2]["id"].as_str().expect("an id")));
    assert_eq!(mixed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&mixed.stderr).starts_with("AAAAAAAAAAA: "), "{mixed:?}");
    assert_eq!(listed("--state withdrawn --kind account"), 5);
    let mixed = place.try_run(&format!("invite revoke example.test {} AAAAAAAAAAA --json", ids[0]));
    let list: Value = serde_json::from_slice(&mixed.stdout).expect("one list");
    assert_eq!((list[0]["state"].as_str(), list[1]["status"].as_u64()), (Some("withdrawn"), Some(404)), "{list}");
    assert!(place.run("group delete example.test altos").contains("stay"));
    assert_eq!(place.try_run("group delete example.test altos").status.code(), Some(1));
    assert_eq!(place.json("group list").as_array().map(Vec::len), Some(0));
    // Who is here.
    assert_eq!(place.json("account show romeo@example.test")["role"], "member");
    assert!(place.run("account show romeo@example.test").contains("State     active"));
    assert_eq!(place.try_run("account show nobody@example.test").status.code(), Some(1));
    assert_eq!(place.json("account list --role member --state active").as_array().map(Vec::len), Some(1));
    assert_eq!(place.json("account list --role owner").as_array().map(Vec::len), Some(0));
}

#[test]
fn completions_and_manual_pages_come_from_the_definitions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(place.run(&format!("completions {shell}")).contains("expires-after"), "{shell}");
    }
    assert!(place.run("man").contains(".TH parlour"));
    place.run("man --out man1");
    assert!(place.path().join("man1/parlour-invite-create.1").exists());
}

#[test]
fn checks_say_what_stands_in_the_way() {
    let place = Place::new();
    let tls = place.try_run("check tls --json");
    let found: Value = serde_json::from_slice(&tls.stdout).expect("one object");
    assert_eq!((tls.status.code(), found["ok"].as_bool()), (Some(1), Some(false)), "{found}");
    assert_eq!(
        (&found["findings"][0]["about"], &found["findings"][0]["id"]),
        (&"example.test".into(), &"tls-none".into())
    );
    assert!(found["findings"][0]["do"].as_str().is_some_and(|todo| todo.contains("[acme]")), "{found}");
    assert!(place.run("check ports").contains("c2s 127.0.0.1:0: free"));
    assert!(place.run("check config").contains("warning  example.test: `certificate`"));
    // A name server that knows nothing.
    let server = parlour_testkit::NameServer::new();
    let asking = format!("check dns --json --resolver {}", server.address());
    let dns = place.try_run(&asking);
    let found: Value = serde_json::from_slice(&dns.stdout).expect("one object");
    assert_eq!((dns.status.code(), found["findings"][0]["id"].as_str()), (Some(1), Some("dns-no-address")), "{found}");
    let all = place.try_run(&format!("check all --json --resolver {}", server.address()));
    let found: Value = serde_json::from_slice(&all.stdout).expect("one object");
    let ids: Vec<&str> =
        found["findings"].as_array().expect("a list").iter().filter_map(|f| f["id"].as_str()).collect();
    for id in ["config-no-certificate", "dns-no-address", "tls-none", "ports-free"] {
        assert!(ids.contains(&id), "{id}: {ids:?}");
    }
    // A file that is wrong is a finding too.
    place.configure("[invites]\ninvite_expiri = \"7d\"\n");
    let wrong = place.try_run("check config --json");
    let found: Value = serde_json::from_slice(&wrong.stdout).expect("one object");
    assert_eq!((wrong.status.code(), found["findings"][0]["id"].as_str()), (Some(1), Some("config-wrong")), "{found}");
    assert!(
        found["findings"][0]["says"].as_str().is_some_and(|says| says.contains("did you mean `invite_expiry`")),
        "{found}"
    );
}
