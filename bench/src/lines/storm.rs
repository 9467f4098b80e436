//! Presence storms: everybody is there, everybody sends presence, and all contacts of everybody are told.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_net::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::client::{self, Habits, Stream};
use crate::friends::befriend;
use crate::peers::{HOST, House, PASSWORD};
use crate::process::Meter;
use crate::table::{Bench, Figure, Line, Measure, SERVERS, Subject, Than, at_most, generator, less, more};

/// Small rosters.
pub const SMALL: Line = Line {
    name: "storm-10",
    title: "Presence storm, 10 contacts each",
    about: "200 people in circles who all have each other as contacts are online, and all send presence at once; when \
            everybody has what is theirs, again. What counts is a presence that has arrived.",
    subjects: SERVERS,
    figures: FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, 10)),
};

/// Large ones.
pub const LARGE: Line = Line {
    name: "storm-200",
    title: "Presence storm, 200 contacts each",
    about: "The same with 201 people who all know each other.",
    subjects: SERVERS,
    figures: FIGURES,
    settle: |bench, subject| Box::pin(settle(bench, subject, 200)),
};

const FIGURES: &[Figure] = &[
    more("presences/s", "", 0),
    less("server CPU each", "us", 2).aims(&[at_most(1.0 / 8.0, Than::BetterPeer)]),
    generator("clients' CPU each", "us", 2),
];

struct Storm {
    house: House,
    people: Vec<Person>,
    time: Duration,
}

/// Somebody who is online.
pub struct Person {
    stream: Stream,
    /// Contacts who are online too.
    contacts: usize,
    /// Presences that a storm brings.
    expects: usize,
    /// What has come of the one that came last.
    rest: Vec<u8>,
}

async fn settle(bench: &Bench, subject: Subject, contacts: usize) -> anyhow::Result<Box<dyn Measure>> {
    let Subject::Server(kind) = subject else { anyhow::bail!("nothing bare is like it") };
    let mut house = House::new(kind, bench.cpus())?;
    house.start()?;
    house.open().await?;
    let circles: Vec<Vec<String>> = (0..(PEOPLE / (contacts + 1)).max(1))
        .map(|circle| (0..=contacts).map(|person| format!("c{circle}p{person}")).collect())
        .collect();
    let people = gather(&house, &circles).await?;
    for person in &people {
        ensure!((contacts..=contacts + 1).contains(&person.expects), "{} of {contacts} told", person.expects);
    }
    Ok(Box::new(Storm { house, people, time: bench.time(4.0) }))
}

/// Makes circles of people who all know each other, and signs everybody in.
pub async fn gather(house: &House, circles: &[Vec<String>]) -> anyhow::Result<Vec<Person>> {
    let names = circles.concat();
    house.people(&names).await?;
    befriend(house, circles).await?;
    let tls = client::connector(house.certificate()?)?;
    for circle in circles {
        wait_for_roster(house, &tls, circle.last().context("a circle")?, circle.len() - 1).await?;
    }
    let clients = client::sign_in_all(house.c2s_tls(), &tls, HOST, names, PASSWORD, Habits::Plain).await?.into_iter();
    let contacts = circles.iter().flat_map(|circle| circle.iter().map(|_| circle.len() - 1));
    let mut people = clients
        .zip(contacts)
        .map(|((stream, _), contacts)| Person { stream, contacts, expects: usize::MAX, rest: Vec::new() })
        .collect();
    // Whatever signing in brought, and then a first storm, to learn whether a server also tells whoever sent it.
    blow(&mut people, Some(QUIET)).await?;
    blow(&mut people, Some(QUIET_AFTER)).await?;
    Ok(people)
}

/// Contacts are made in the background.
async fn wait_for_roster(house: &House, tls: &TlsConnector, owner: &str, contacts: usize) -> anyhow::Result<()> {
    let start = Instant::now();
    let signed =
        client::sign_in_all(house.c2s_tls(), tls, HOST, vec![owner.to_owned()], PASSWORD, Habits::Plain).await?;
    let (mut stream, _) = signed.into_iter().next().context("signed in")?;
    let mut looks = tokio::time::interval(Duration::from_millis(200));
    loop {
        looks.tick().await;
        client::say(&mut stream, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>").await?;
        let answer = client::hear(&mut stream, "</iq>").await?;
        if answer.matches("<item ").count() >= contacts {
            return Ok(());
        }
        ensure!(start.elapsed() < Duration::from_secs(120), "{owner} has no {contacts} contacts");
    }
}

impl Measure for Storm {
    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            let (meter, start, mut arrived) = (Meter::start(self.house.pid()?)?, Instant::now(), 0);
            while start.elapsed() < self.time {
                arrived += blow(&mut self.people, None).await?;
            }
            Ok(meter.read(arrived as f64)?.to_vec())
        })
    }
}

/// Everybody sends one. Gives how many arrived; where it is a `look`, that is what is expected from then on, and it is over
/// for whom nothing comes for so long once all contacts were heard of.
pub async fn blow(people: &mut Vec<Person>, look: Option<Duration>) -> anyhow::Result<usize> {
    let mut running = JoinSet::new();
    for mut person in people.drain(..) {
        running.spawn(async move {
            let told = person.send(look).await?;
            anyhow::Ok((person, told))
        });
    }
    let mut all = 0;
    while let Some(done) = running.join_next().await {
        let (person, told) = done??;
        people.push(person);
        all += told;
    }
    Ok(all)
}

impl Person {
    /// Lengthens the roster by so many who are not here.
    pub async fn add(&mut self, contacts: u32) -> anyhow::Result<()> {
        for one in 0..contacts {
            let item = format!(
                "<iq type='set' id='a{one}'><query xmlns='jabber:iq:roster'><item jid='r{one}@{HOST}'/></query></iq>"
            );
            client::say(&mut self.stream, &item).await?;
            client::hear(&mut self.stream, &format!("a{one}")).await?;
        }
        Ok(())
    }

    async fn send(&mut self, look: Option<Duration>) -> anyhow::Result<usize> {
        if look.is_some() {
            self.expects = usize::MAX;
        }
        self.stream.write_all(b"<presence><show>away</show><status>at the fair</status></presence>").await?;
        self.stream.flush().await?;
        let mut told = 0;
        while told < self.expects {
            let patience = match look {
                Some(_) if told < self.contacts => QUIET,
                Some(silence) => silence,
                None => PATIENCE,
            };
            match timeout(patience, self.stream.read_buf(&mut self.rest)).await {
                Ok(read) => ensure!(read? > 0, "the server hung up"),
                Err(_) if look.is_some() => {
                    self.expects = told;
                    break;
                }
                Err(_) => anyhow::bail!("{told} of {} came", self.expects),
            }
            told += self.rest.windows(END.len()).filter(|here| *here == END).count();
            // An end may be cut in two.
            let keep = self.rest.windows(END.len()).rposition(|here| here == END).map_or(0, |at| at + END.len());
            self.rest.drain(..keep.max(self.rest.len().saturating_sub(END.len() - 1)));
        }
        Ok(told)
    }
}

/// Ends each of them: they carry something.
const END: &[u8] = b"</presence>";
/// People, about.
const PEOPLE: usize = 200;
/// After that much silence a storm is over: Prosody takes ten seconds for 40,000 presences, in which some hear nothing.
const QUIET: Duration = Duration::from_secs(15);
/// The same for somebody who has heard of all contacts, when nothing else is on its way: what may still come is their own.
const QUIET_AFTER: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);
