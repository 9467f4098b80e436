//! People for faults: each an app that signs in at once (SASL2, Bind 2, XEP-0198), comes back with its token in one
//! flight, and says and hears messages that are known by their bodies.
//!
//! Spec: XEP-0388 v1.0.4, XEP-0386 v1.1.0, XEP-0484 v0.2.0, XEP-0198 v1.6.3, XEP-0313 v1.1.3 §4.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_testkit::scram::Hash;
use parlour_testkit::{Client, Heard};
use parlour_xmpp::ns;
use parlour_xmpp::sasl::{HtMechanism, ht_message};
use parlour_xmpp::xml::Element;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::peers::{HOST, House, PASSWORD};
use crate::process;

/// How an app gets to the server.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Where it connects, with TLS from the first byte.
    pub to: SocketAddr,
    /// From which address of this machine, where that matters.
    pub from: Option<IpAddr>,
    /// Bytes its kernel takes in for it before it reads, where that matters.
    pub receives: Option<u32>,
}

impl Way {
    /// As any app.
    pub fn to(to: SocketAddr) -> Self {
        Self { to, from: None, receives: None }
    }

    async fn connect(&self) -> anyhow::Result<Client> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = self.receives {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(from) = self.from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let mut client = Client::over(socket.connect(self.to).await?, HOST)?;
        client.handshake().await?;
        Ok(client)
    }
}

/// One app of one account.
pub struct Member {
    /// Its stream.
    pub client: Client,
    /// The account's name.
    pub name: String,
    /// By which the session is resumed.
    pub previd: String,
    /// By which it signs in again.
    token: String,
    agent: String,
    /// Stanzas it has heard since the session began.
    pub heard: u32,
}

/// What an app keeps between two connections.
#[derive(Clone, Debug)]
pub struct Kept {
    name: String,
    previd: String,
    token: String,
    agent: String,
    heard: u32,
}

/// How an app came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// Its session goes on.
    Resumed,
    /// It has a new one; of the old one so many stanzas of its own are known to be handled.
    Anew(Option<u32>),
}

impl Member {
    /// Signs in with the password. No presence.
    pub async fn sign_in(way: Way, name: &str, number: usize) -> anyhow::Result<Self> {
        let mut client = way.connect().await?;
        client.open().await?;
        let agent = format!("00000000-0000-4000-8000-{number:012x}");
        let asked = format!("{}<request-token xmlns='{}' mechanism='{}'/>{BIND}", named(&agent), ns::FAST, HT.name());
        let success = client.authenticate_inline(Hash::Sha256, name, PASSWORD, &asked).await?;
        let token = success.child_named(ns::FAST, "token").and_then(|token| token.attr_value("token"));
        let token = token.context("no token")?.to_owned();
        let previd = enabled(&success)?;
        client.element().await?;
        Ok(Self { client, name: name.to_owned(), previd, token, agent, heard: 0 })
    }

    /// Comes back: everything in one flight behind the handshake.
    pub async fn come_back(way: Way, kept: &Kept) -> anyhow::Result<(Self, Back)> {
        let mut client = way.connect().await?;
        let Kept { name, previd, token, agent, heard } = kept.clone();
        let binding = client.exporter().context("TLS 1.3")?;
        let message = STANDARD.encode(ht_message(&name, &token, &binding));
        let flight = format!(
            "<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='{}'>\
             <authenticate xmlns='{}' mechanism='{}'><initial-response>{message}</initial-response><fast xmlns='{}'/>{}\
             <resume xmlns='{}' previd='{previd}' h='{heard}'/>{BIND}</authenticate>",
            ns::STREAM,
            ns::SASL2,
            HT.name(),
            ns::FAST,
            named(&agent),
            ns::SM
        );
        client.send(flight).await;
        ensure!(matches!(client.next().await?, Heard::Header(_)), "no stream header");
        client.element().await?;
        let success = client.element().await?;
        ensure!(success.is(ns::SASL2, "success"), "{success}");
        if success.child_named(ns::SM, "resumed").is_some() {
            // No features follow then.
            return Ok((Self { client, name, previd, token, agent, heard }, Back::Resumed));
        }
        let h = success.child_named(ns::SM, "failed").and_then(|failed| failed.attr_value("h")?.parse().ok());
        let previd = enabled(&success)?;
        client.element().await?;
        Ok((Self { client, name, previd, token, agent, heard: 0 }, Back::Anew(h)))
    }

    /// What it takes along when its connection is gone.
    pub fn keep(&self) -> Kept {
        Kept {
            name: self.name.clone(),
            previd: self.previd.clone(),
            token: self.token.clone(),
            agent: self.agent.clone(),
            heard: self.heard,
        }
    }

    /// Becomes available, and has heard what comes of it.
    pub async fn available(&mut self) -> anyhow::Result<()> {
        self.client.send("<presence/>").await;
        self.sync().await
    }

    /// Until all that the server has for it now is heard, and counted.
    pub async fn sync(&mut self) -> anyhow::Result<()> {
        let before = self.client.until_pong().await?;
        self.heard += before.iter().filter(|el| is_stanza(el)).count() as u32 + 1;
        Ok(())
    }

    /// A message to an account, known by its body.
    pub async fn say(&mut self, to: &str, body: &str) {
        let message = format!("<message to='{to}@{HOST}' type='chat'><body>{body}</body></message>");
        self.client.send(message).await;
    }

    /// The next message's body, or nothing where it has none; what else comes is heard on the way, and questions for
    /// what was heard are answered.
    pub async fn hear(&mut self) -> anyhow::Result<String> {
        loop {
            let element = self.element().await?;
            if element.name() == "message" {
                return Ok(element.child_text("body").unwrap_or_default());
            }
        }
    }

    /// What comes next; counted, and where it asks for the count, answered.
    async fn element(&mut self) -> anyhow::Result<Element> {
        let element = self.client.element().await?;
        self.heard += u32::from(is_stanza(&element));
        if element.is(ns::SM, "r") {
            self.client.send(format!("<a xmlns='{}' h='{}'/>", ns::SM, self.heard)).await;
        }
        Ok(element)
    }

    /// Reads what has come so far, and answers questions for what was heard: an app that does not is lost after a minute.
    pub async fn answer(&mut self) -> anyhow::Result<()> {
        for heard in self.client.so_far().await? {
            let Heard::Element(element) = heard else { bail!("{heard:?} instead of an element") };
            self.heard += u32::from(is_stanza(&element));
            if element.is(ns::SM, "r") {
                self.client.send(format!("<a xmlns='{}' h='{}'/>", ns::SM, self.heard)).await;
            }
        }
        Ok(())
    }

    /// Goes away for good.
    pub async fn leave(mut self) -> anyhow::Result<()> {
        self.client.send("</stream:stream>").await;
        self.client.to_the_end().await?;
        Ok(())
    }

    /// The bodies of all that its archive holds.
    pub async fn archived(&mut self) -> anyhow::Result<HashSet<String>> {
        let mut all = HashSet::new();
        let mut after = String::new();
        loop {
            let page = format!("<max>250</max>{after}");
            self.client
                .send(format!(
                    "<iq type='set' id='q'><query xmlns='{}'><set xmlns='{}'>{page}</set></query></iq>",
                    ns::MAM,
                    ns::RSM
                ))
                .await;
            loop {
                let element = self.element().await?;
                if let Some(result) = element.child_named(ns::MAM, "result") {
                    let message =
                        result.first_element().and_then(|forwarded| forwarded.child_named(ns::CLIENT, "message"));
                    all.extend(message.and_then(|message| message.child_text("body")));
                }
                if element.name() == "iq" && element.attr_value("id") == Some("q") {
                    let fin = element.child_named(ns::MAM, "fin").with_context(|| format!("{element}"))?;
                    if fin.attr_value("complete") == Some("true") {
                        return Ok(all);
                    }
                    let last = fin.child_named(ns::RSM, "set").and_then(|set| set.child_text("last"));
                    after = format!("<after>{}</after>", last.context("no last one")?);
                    break;
                }
            }
        }
    }
}

/// What is said before a stream's end: the highest count of what was handled, and the condition of the stream's error.
pub fn last_words(heard: &[Heard]) -> (u32, Option<String>) {
    let elements = || heard.iter().filter_map(|heard| if let Heard::Element(el) = heard { Some(el) } else { None });
    let count = |el: &Element| if el.is(ns::SM, "a") { el.attr_value("h")?.parse().ok() } else { None };
    let condition = elements().find(|el| el.is(ns::STREAM, "error")).and_then(Element::first_element);
    (elements().filter_map(count).max().unwrap_or(0), condition.map(|condition| condition.name().to_owned()))
}

fn is_stanza(element: &Element) -> bool {
    matches!(element.name(), "message" | "presence" | "iq")
}

fn named(agent: &str) -> String {
    format!("<user-agent xmlns='{}' id='{agent}'/>", ns::SASL2)
}

fn enabled(success: &Element) -> anyhow::Result<String> {
    let bound = success.child_named("urn:xmpp:bind:0", "bound");
    let enabled = bound.and_then(|bound| bound.child_named(ns::SM, "enabled")).with_context(|| format!("{success}"))?;
    Ok(enabled.attr_value("id").context("it cannot be resumed")?.to_owned())
}

const HT: HtMechanism = HtMechanism::Expr;
const BIND: &str = "<bind xmlns='urn:xmpp:bind:0'><tag>App</tag><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>";

/// Names of so many accounts.
pub fn names(prefix: &str, accounts: usize) -> Vec<String> {
    (0..accounts).map(|number| format!("{prefix}{number}")).collect()
}

/// Signs each of these in on so many devices, some at a time. In the order of the names; available where asked.
pub async fn sign_in(way: Way, names: &[String], devices: usize, available: bool) -> anyhow::Result<Vec<Member>> {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for (at, name) in names.iter().flat_map(|name| std::iter::repeat_n(name, devices)).enumerate() {
        let (name, room) = (name.clone(), Arc::clone(&room));
        running.spawn(async move {
            let _place = room.acquire().await?;
            let mut member = Member::sign_in(way, &name, at).await.with_context(|| name.clone())?;
            if available {
                member.available().await?;
            }
            anyhow::Ok((at, member))
        });
    }
    let mut all = Vec::with_capacity(running.len());
    while let Some(one) = running.join_next().await {
        all.push(one??);
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, member)| member).collect())
}

/// One who is back.
pub struct Return {
    /// On the new connection.
    pub member: Member,
    /// Whether the session goes on.
    pub back: Back,
    /// Attempts that failed before.
    pub failed: u32,
    /// How long the one that did not fail took, from connecting on.
    pub took: Duration,
    /// When it was done.
    pub at: Instant,
}

/// All of these come back as apps do whose connection was closed under them: spread over some time, and whoever does not get
/// in tries again later and later. In their order.
pub async fn all_come_back(way: Way, kept: Vec<Kept>, over: Duration) -> anyhow::Result<Vec<Return>> {
    let mut running = JoinSet::new();
    for (at, kept) in kept.into_iter().enumerate() {
        running.spawn(async move { Ok::<_, anyhow::Error>((at, comes_back(way, &kept, at, over).await?)) });
    }
    let mut all = Vec::with_capacity(running.len());
    while let Some(one) = running.join_next().await {
        all.push(one??);
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

async fn comes_back(way: Way, kept: &Kept, number: usize, over: Duration) -> anyhow::Result<Return> {
    let (began, mut failed) = (Instant::now(), 0);
    loop {
        pause(spell(number, failed, over)).await;
        let start = Instant::now();
        match Member::come_back(way, kept).await {
            Ok((member, back)) => {
                return Ok(Return { member, back, failed, took: start.elapsed(), at: Instant::now() });
            }
            Err(error) if began.elapsed() > MOST_PATIENT => return Err(error.context("it does not get in again")),
            Err(_) => failed += 1,
        }
    }
}

/// How long an app waits that has failed so often: the first time all are spread evenly, later over up to twice as long each
/// time, from two seconds to sixteen.
pub fn spell(number: usize, failed: u32, over: Duration) -> Duration {
    let part = (number * 7919 + failed as usize * 331) % 1000;
    let over = if failed == 0 { over } else { Duration::from_secs(1 << failed.min(4)) };
    over * u32::try_from(part).unwrap_or(0) / 1000
}

/// As soon as they can.
pub const AT_ONCE: Duration = Duration::from_secs(1);

/// Waits.
pub async fn pause(time: Duration) {
    let mut timer = parlour_net::Timer::new();
    timer.set(time);
    timer.rings().await;
}

/// After so long an app gives up.
const MOST_PATIENT: Duration = Duration::from_secs(120);

/// Signing in at a time.
const AT_A_TIME: usize = 64;

/// Parlour's counters, by name.
pub async fn counters(house: &House) -> anyhow::Result<HashMap<String, f64>> {
    let mut stream = TcpStream::connect(house.local()).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    ensure!(text.starts_with("HTTP/1.1 200"), "{}", text.lines().next().unwrap_or_default());
    let read = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.trim_end_matches("_total").to_owned(), value.parse().ok()?))
    };
    Ok(text.lines().filter_map(read).collect())
}

/// Two who write to each other at a fixed pace, one at a time, so that each message's way is timed.
pub struct Talk {
    from: Member,
    to: Member,
    number: u64,
}

impl Talk {
    /// Between these two, who are available.
    pub fn new(from: Member, to: Member) -> Self {
        Self { from, to, number: 0 }
    }

    /// Talks for so long, and says how long each message took.
    pub async fn go_on(&mut self, until: Instant) -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::new();
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while Instant::now() < until {
            pace.tick().await;
            self.number += 1;
            let body = format!("talk{}", self.number);
            let began = Instant::now();
            self.from.say(&self.to.name, &body).await;
            let heard = self.to.hear().await.context("a message that somebody waits for")?;
            ensure!(heard == body, "{heard} instead of {body}");
            took.push(began.elapsed());
            self.from.answer().await?;
        }
        Ok(took)
    }
}

/// Between two messages of a talk.
const PACE: Duration = Duration::from_millis(20);

/// Several talks beside each other.
pub async fn all_talk(talks: &mut [Talk], until: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut all = Vec::new();
    let talking = talks.iter_mut().map(|talk| talk.go_on(until));
    for took in join_all(talking).await {
        all.extend(took?);
    }
    Ok(all)
}

/// All of them at once, in this task.
pub async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|cx| {
        let mut waits = false;
        for (future, done) in &mut running {
            if done.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(out) => *done = Some(out),
                    std::task::Poll::Pending => waits = true,
                }
            }
        }
        if waits { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}

/// Median, 99th percentile and longest of some times, for people.
pub fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let [p50, p99, longest] = [50, 99, 100].map(|part| percentile(times, part).as_secs_f64() * 1000.0);
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, longest {longest:.1} ms ({} times)", times.len())
}

/// Of sorted times.
pub fn percentile(times: &[Duration], part: usize) -> Duration {
    let at = (times.len() * part / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}

/// What is said on the command line behind these words, each a number; in their order.
pub fn numbers<const N: usize>(words: &[String], known: [(&str, usize); N]) -> anyhow::Result<[usize; N]> {
    let mut values = known.map(|(_, usual)| usual);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(at) = known.iter().position(|(name, _)| name == word) else { bail!("{word} is not understood") };
        let value = words.next().with_context(|| format!("{word} what?"))?;
        values[at] = value.parse().with_context(|| format!("{word} {value}: a number is wanted"))?;
    }
    Ok(values)
}

/// So many clients, or as many as there may be descriptors for, here and in the server: each takes one on both sides.
pub fn as_many(clients: usize) -> anyhow::Result<usize> {
    let most = process::most_files().saturating_sub(SPARE);
    if clients > most {
        super::left_out(&format!("{clients} clients: {most} are permitted here (ulimit -Hn)"))?;
    }
    Ok(clients.min(most))
}

/// Descriptors for everything else.
const SPARE: usize = 300;

/// Waits until it is so, looking now and then.
///
/// # Errors
/// When it is not so in time.
pub async fn until<F>(what: &str, within: Duration, mut so: impl FnMut() -> F) -> anyhow::Result<Duration>
where
    F: Future<Output = anyhow::Result<bool>>,
{
    let began = Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    loop {
        looks.tick().await;
        if so().await? {
            return Ok(began.elapsed());
        }
        ensure!(began.elapsed() < within, "after {within:?} still not: {what}");
    }
}
