//! `kill -9`: whatever was acknowledged is there afterwards, and what was not is there whole or not at all.
//!
//! The server runs in a process of its own, which is this binary once more; the test kills it while clients wait for
//! answers, starts a server over the same files, and looks.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parlour_domain::invite::issue::Wish;
use parlour_domain::{By, Door, Role};
use parlour_testkit::{Client, PASSWORD, Server, Setup, operator};
use parlour_xmpp::jid::BareJid;

/// Names the directory to the child.
const DIR: &str = "PARLOUR_TEST_CRASH_DIR";
/// What its dice begin with.
const SEED: &str = "PARLOUR_TEST_CRASH_SEED";

const SM: &str = "xmlns='urn:xmpp:sm:3'";

fn setup(dir: &Path, seed: u64) -> Setup {
    Setup { dir: Some(dir.to_owned()), seed, ..Setup::default() }
}

/// Not a test: the server that is killed.
#[tokio::test]
#[ignore = "started by the tests beside it"]
async fn the_process_that_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let server = Server::start(setup(Path::new(&dir), seed)).await.expect("a server");
    eprintln!("ready {}", server.ports.c2s);
    std::future::pending::<()>().await;
}

/// A server in a process of its own; killed when dropped.
struct Victim {
    child: Child,
    c2s: SocketAddr,
}

impl Victim {
    fn start(dir: &Path, seed: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "crash::the_process_that_is_killed", "--ignored", "--nocapture"])
            .env(DIR, dir)
            .env(SEED, seed.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        let ready = said.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
        let c2s = ready.and_then(|addr| addr.parse().ok()).expect("the child says where it listens");
        Self { child, c2s }
    }

    /// SIGKILL, at once.
    fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // Gone already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Registers `name` with `token`; true when the server said that it did.
async fn register(c2s: SocketAddr, token: &str, name: &str) -> bool {
    let Ok(mut client) = Client::connect(c2s, "example.test").await else { return false };
    client
        .send(format!(
            "<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>\
             <iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}</username>\
             <password>{PASSWORD}</password></query></iq>"
        ))
        .await;
    client.expect("<iq type='result' id='p'/>").await.is_ok()
        && client.expect("<iq type='result' id='r'/>").await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_attack_91_kill_9_during_redemptions_leaves_all_or_nothing_of_each() {
    let rounds = if crate::attacks::full() { 20 } else { 3 };
    let dir = tempfile::tempdir().expect("a directory");
    for round in 0..rounds {
        let mut server = Server::start(setup(dir.path(), 100 + round)).await.expect("a server");
        let alice = BareJid::new("alice@example.test").expect("an address");
        if round == 0 {
            server.account(alice.as_str(), Role::Admin).await.expect("an account");
        }
        let by = By::account(alice.clone(), Role::Admin, Door::Xmpp, 1);
        let mut tokens = Vec::new();
        for _ in 0..16 {
            tokens.push(server.invite(&by, "example.test", Wish { subscribe: true, ..Wish::default() }).await);
        }
        server.stop().await;

        let mut victim = Victim::start(dir.path(), 200 + round);
        let (c2s, said) = (victim.c2s, Arc::new(AtomicUsize::new(0)));
        let mut asking = tokio::task::JoinSet::new();
        for (n, token) in tokens.iter().cloned().enumerate() {
            let said = Arc::clone(&said);
            asking.spawn(async move {
                let done = register(c2s, &token, &format!("new{round}x{n}")).await;
                said.fetch_add(usize::from(done), Ordering::Relaxed);
                (n, done)
            });
        }
        // Another number of answers each time; the rest are somewhere on their way.
        let enough = 1 + (round as usize * 5) % 9;
        let mut acknowledged = Vec::new();
        while acknowledged.len() < enough {
            acknowledged.push(asking.join_next().await.expect("some are left").expect("no panic"));
        }
        victim.kill();
        while let Some(done) = asking.join_next().await {
            acknowledged.push(done.expect("no panic"));
        }

        let mut server = Server::start(setup(dir.path(), 300 + round)).await.expect("a server starts again");
        let host = parlour_domain::HostName::parse("example.test").expect("a domain");
        let roster = server.circle.rosters.read(&alice).await.expect("a roster").0;
        for (n, done) in acknowledged {
            let jid = BareJid::new(&format!("new{round}x{n}@example.test")).expect("an address");
            let there = server.has_account(&jid).await.expect("read");
            assert!(there || !done, "{jid} was acknowledged and is gone");
            let shown =
                server.people.invites.show(&operator(), &host, &tokens[n]).await.expect("read").expect("there").0;
            assert_eq!(shown.uses, u32::from(there), "{jid}: the use is counted with the account");
            let contact = roster.items.iter().any(|item| item.contact == jid);
            assert_eq!(contact, there, "{jid}: the inviter's contact comes with the account");
            let theirs = server.circle.rosters.read(&jid).await.map(|(roster, _)| roster.items.len()).unwrap_or(0);
            assert_eq!(theirs, usize::from(there), "{jid}: the newcomer's contact comes with the account");
        }
        server.stop().await;
    }
}

/// Romeo and Juliet, a server that is going to be killed, and Romeo on it, whose stanzas are counted; what he resumes by.
async fn counted_from(dir: &Path, seed: u64) -> (Victim, Client, String) {
    let mut server = Server::start(setup(dir, 1)).await.expect("a server");
    for name in ["romeo@example.test", "juliet@example.test"] {
        server.account(name, Role::Member).await.expect("an account");
    }
    server.stop().await;
    let victim = Victim::start(dir, seed);
    let mut romeo = Client::sign_in(victim.c2s, "romeo@example.test/r", PASSWORD).await.expect("signed in");
    romeo.send(format!("<enable {SM} resume='true'/>")).await;
    let enabled = romeo.element().await.expect("an answer");
    let previd = enabled.attr_value("id").expect("it can be resumed").to_owned();
    (victim, romeo, previd)
}

/// Romeo comes back to a server that does not know his session any more, and is told how much is safe.
async fn told_what_is_safe(server: &Server, previd: &str) -> (Client, u32) {
    let mut romeo = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    romeo.authenticate("romeo", PASSWORD).await.expect("signed in");
    romeo.open().await.expect("features");
    romeo.send(format!("<resume {SM} previd='{previd}' h='0'/>")).await;
    let failed = romeo.element().await.expect("an answer");
    assert_eq!(failed.name(), "failed", "{failed}");
    let safe = failed.attr_value("h").and_then(|h| h.parse().ok()).expect("a count");
    (romeo, safe)
}

/// The numbers that were said to Juliet, as they come.
async fn what_waits_for_juliet(server: &Server) -> Vec<u32> {
    let mut juliet = server.bound("juliet@example.test/j").await;
    juliet.send("<presence/>").await;
    let heard = juliet.until_pong().await.expect("well");
    heard.iter().filter_map(|e| e.child_text("body")).filter_map(|n| n.parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_kill_9_during_messages_loses_nothing_that_was_counted() {
    let rounds = if crate::attacks::full() { 20 } else { 3 };
    for round in 0..rounds {
        let dir = tempfile::tempdir().expect("a directory");
        let (mut victim, mut romeo, previd) = counted_from(dir.path(), 2 + round).await;
        let enough = [7, 60, 150, 33][usize::try_from(round % 4).expect("small")];
        let mut counted = 0;
        for n in 1..=400_u32 {
            let body = format!("<message to='juliet@example.test' type='chat'><body>{n}</body></message>");
            romeo.send(if n % 5 == 0 { format!("{body}<r {SM}/>") } else { body }).await;
            for heard in romeo.so_far().await.expect("XMPP") {
                counted = counted.max(count(&heard));
            }
            if counted >= enough {
                break;
            }
        }
        while counted < enough {
            counted = counted.max(count(&romeo.next().await.expect("XMPP")));
        }
        victim.kill();
        for heard in romeo.to_the_end().await.expect("what was on its way") {
            counted = counted.max(count(&heard));
        }

        let server = Server::start(setup(dir.path(), 50 + round)).await.expect("a server starts again");
        let (_, safe) = told_what_is_safe(&server, &previd).await;
        assert!(safe >= counted, "{safe} are said to be safe, {counted} were counted");
        let got = what_waits_for_juliet(&server).await;
        let all: Vec<u32> = (1..=safe).collect();
        assert_eq!(got, all, "round {round}: each that is safe, once and in order, and none of the rest");
    }
}

/// What a client sends again is what it was not told is handled, before the crash or after it: `<failed h=''/>` may say less
/// than `<a/>` did, since what is not kept is counted by no commit, but nothing is lost and nothing that is kept is doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_what_is_said_between_kept_messages_makes_none_come_twice() {
    for (round, killed_after) in [(0, 30), (1, 41), (2, 77)] {
        let dir = tempfile::tempdir().expect("a directory");
        let (mut victim, mut romeo, previd) = counted_from(dir.path(), 2 + round).await;
        let (mut bodies, mut told) = (0_u32, 0);
        let mut sent: Vec<String> = Vec::new();
        for n in 0..100 {
            let stanza = match n % 4 {
                0 | 3 => {
                    bodies += 1;
                    format!("<message to='juliet@example.test' type='chat'><body>{bodies}</body></message>")
                }
                1 => "<message to='juliet@example.test' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/>\
                      </message>"
                    .to_owned(),
                _ => "<iq type='get' id='p' to='example.test'><ping xmlns='urn:xmpp:ping'/></iq>".to_owned(),
            };
            romeo.send(&stanza).await;
            sent.push(stanza);
            if n == killed_after {
                // Whatever of the last ones is on its way.
                romeo.send(format!("<r {SM}/>")).await;
                while told + 3 < killed_after {
                    told = told.max(count(&romeo.next().await.expect("XMPP")));
                }
                victim.kill();
            }
        }
        for heard in romeo.to_the_end().await.expect("what was on its way") {
            told = told.max(count(&heard));
        }

        let server = Server::start(setup(dir.path(), 50 + round)).await.expect("a server starts again");
        let (mut romeo, safe) = told_what_is_safe(&server, &previd).await;
        let gone = usize::try_from(safe.max(told)).expect("small");
        romeo.bind("r").await.expect("bound");
        for stanza in sent.iter().skip(gone).filter(|stanza| stanza.contains("<body>")) {
            romeo.send(stanza).await;
        }
        romeo.sync().await.expect("well");
        let got = what_waits_for_juliet(&server).await;
        assert_eq!(got, (1..=bodies).collect::<Vec<_>>(), "round {round}: {told} told, {safe} safe");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_whoever_is_counted_when_the_server_stops_is_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(setup(dir.path(), 1)).await.expect("a server");
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let mut romeo = server.online("romeo@example.test/r").await;
    romeo.send(format!("<enable {SM} resume='true'/>")).await;
    romeo.element().await.expect("on");
    for n in 1..=50 {
        romeo.send(format!("<message to='juliet@example.test' type='chat'><body>{n}</body></message>")).await;
    }
    romeo.send(format!("<r {SM}/>")).await;
    let (_, heard) = tokio::join!(server.stop(), romeo.to_the_end());
    let heard = heard.expect("an orderly end");
    let counted = heard.iter().map(count).max().unwrap_or_default();
    let told = heard.iter().any(|heard| format!("{heard:?}").contains("streams}error"));
    assert!(told && heard.last() == Some(&parlour_testkit::Heard::End), "{heard:?}");

    let server = Server::start(setup(dir.path(), 2)).await.expect("a server starts again");
    let mut juliet = server.bound("juliet@example.test/j").await;
    juliet.send("<presence/>").await;
    let heard = juliet.until_pong().await.expect("well");
    let got: Vec<u32> = heard.iter().filter_map(|e| e.child_text("body")).filter_map(|n| n.parse().ok()).collect();
    assert!(got.len() >= usize::try_from(counted).expect("small"), "{counted} counted, {got:?} kept");
    assert_eq!(got, (1..=u32::try_from(got.len()).expect("small")).collect::<Vec<_>>(), "in order, without gaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_what_is_on_its_way_to_the_disk_is_acknowledged_before_the_stream_ends() {
    let mut server = Server::new().await;
    server.account("juliet@example.test", Role::Member).await.expect("an account");
    let mut romeo = server.online("romeo@example.test/r").await;
    romeo.send(format!("<enable {SM} resume='true'/>")).await;
    romeo.element().await.expect("on");
    let jid = BareJid::new("romeo@example.test").expect("an address");
    let outbox = server.engine.router.find(&jid).and_then(|live| live.outbox("r")).expect("online");
    let gate = server.gate.clone();
    gate.hold();
    // In one piece, so that all of it is read before the end.
    let message = |n: u32| format!("<message to='juliet@example.test' type='chat'><body>{n}</body></message>");
    romeo.send((1..=5).map(message).collect::<String>()).await;
    server.until_held().await;
    let ending = async {
        while outbox.ending().is_none() {
            tokio::task::yield_now().await;
        }
        gate.release();
        romeo.to_the_end().await
    };
    let ((), heard) = tokio::join!(server.stop(), ending);
    let heard = heard.expect("an orderly end");
    let acked = heard.iter().position(|heard| count(heard) == 5);
    let told = heard.iter().position(|heard| match heard {
        parlour_testkit::Heard::Element(e) => e.first_element().is_some_and(|why| why.name() == "system-shutdown"),
        _ => false,
    });
    assert!(acked.is_some() && acked < told, "first the count, then the end: {heard:?}");
}

#[tokio::test]
async fn fault_03_a_full_disk_is_said_and_the_rest_goes_on() {
    let server = Server::new().await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    let message =
        |n: u32| format!("<message to='juliet@example.test' type='chat' id='m{n}'><body>{n}</body></message>");
    server.gate.fail_next(parlour_store::StoreError::DiskFull);
    romeo.send(message(1)).await;
    let refused = "<message type='error' id='m1'><error type='wait'>\
                   <resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>{any}</message>";
    romeo.expect(refused).await.expect("said");
    server.gate.fail_next(parlour_store::StoreError::DiskFull);
    romeo.send("<iq type='set' id='s'><query xmlns='jabber:iq:roster'><item jid='nurse@far.test'/></query></iq>").await;
    romeo.expect("<iq type='error' id='s'>{any}</iq>").await.expect("said");
    // What needs no disk goes on meanwhile, and all of it afterwards.
    romeo.send("<message to='juliet@example.test/j' type='headline'><body>news</body></message>").await;
    juliet.expect("<message type='headline'><body>news</body></message>").await.expect("delivered");
    romeo.send(message(2)).await;
    juliet.expect("<message type='chat' id='m2'><body>2</body></message>").await.expect("delivered");
    assert!(juliet.until_pong().await.expect("well").is_empty(), "what was refused is not delivered");
}

#[tokio::test]
async fn fault_08_a_clock_that_jumps_breaks_no_order() {
    let server = Server::new().await;
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    let mut said = Vec::new();
    for jump in [0, 3_600_000, -7_200_000, -86_400_000 * 400, 86_400_000 * 400] {
        server.clock.pass(jump);
        romeo.send("<message to='juliet@example.test' type='chat'><body>x</body></message>").await;
        let heard = juliet.expect("<message type='chat'><body>x</body></message>").await.expect("delivered");
        let id = heard.child_named("urn:xmpp:sid:0", "stanza-id").and_then(|id| id.attr_value("id"));
        said.push(id.expect("an id").to_owned());
    }
    juliet.send("<iq type='set' id='all'><query xmlns='urn:xmpp:mam:2'/></iq>").await;
    let heard = juliet.until_pong().await.expect("the archive");
    let results = heard.iter().filter_map(|element| element.child_named("urn:xmpp:mam:2", "result"));
    let kept: Vec<String> = results.filter_map(|result| result.attr_value("id").map(str::to_owned)).collect();
    assert_eq!(kept, said, "in the order in which it was said");
    // Back at its hour, the invite is as good as it was.
    assert!(register(server.ports.c2s, &token, "benvolio").await);
    romeo.sync().await.expect("nobody was sent away");
}

/// What an `<a/>` counts.
fn count(heard: &parlour_testkit::Heard) -> u32 {
    match heard {
        parlour_testkit::Heard::Element(a) if a.name() == "a" => {
            a.attr_value("h").and_then(|h| h.parse().ok()).unwrap_or_default()
        }
        parlour_testkit::Heard::Closed => panic!("closed too early"),
        _ => 0,
    }
}
