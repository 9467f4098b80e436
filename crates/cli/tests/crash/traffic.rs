//! `kill -9` and SIGTERM while people write to each other: what was acknowledged arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::chance::{Chance, size};
use crate::people::{Organiser, Reader, Writer, roster};
use crate::place::Place;

/// Who writes.
const WRITERS: [&str; 3] = ["alice", "carol", "erin"];

/// Who reads all the time, and who only looks in between.
const READERS: [&str; 2] = ["bob", "dave"];

/// Who adds contacts.
const ORGANISER: &str = "frank";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_01_kill_9_under_traffic() {
    let mut world = World::new().await;
    for _ in 0..size(20, 100) {
        world.talk(End::Kill).await;
    }
    world.come_back().await;
    let known = world.known;
    assert!(known > 0, "no stream's count was known after a crash");
    assert!(world.place.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_16_sigterm_with_sessions_keeps_what_was_acknowledged() {
    let mut world = World::new().await;
    for _ in 0..size(5, 50) {
        world.talk(End::Terminate).await;
    }
    world.come_back().await;
    assert!(world.place.terminate().await.success());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Kill,
    Terminate,
}

struct World {
    place: Place,
    chance: Arc<Chance>,
    round: usize,
    /// What each reader has to get: acknowledged to its writer.
    owed: BTreeMap<String, BTreeSet<String>>,
    /// What each reader has got, how often.
    got: BTreeMap<String, BTreeMap<String, usize>>,
    /// How often each message was sent.
    sent: BTreeMap<String, usize>,
    /// Contacts that were confirmed.
    contacts: BTreeSet<String>,
    /// Writers that lost their stream.
    lost: Vec<Writer>,
    /// How many of them were told a count.
    known: usize,
}

impl World {
    async fn new() -> Self {
        let mut place = Place::new("");
        place.start().await;
        for name in WRITERS.iter().chain(&READERS).chain(&[ORGANISER]) {
            place.account(name, "member").await;
        }
        Self {
            place,
            chance: Arc::new(Chance::new()),
            round: 0,
            owed: BTreeMap::new(),
            got: BTreeMap::new(),
            sent: BTreeMap::new(),
            lost: Vec::new(),
            contacts: BTreeSet::new(),
            known: 0,
        }
    }

    /// One life of the server: everybody comes back, writes for a while, and it ends.
    async fn talk(&mut self, end: End) {
        let bob = self.come_back().await;
        let ports = self.place.ports();
        let mut writing = JoinSet::new();
        for name in WRITERS {
            let writer = Writer::sign_in(ports, name, self.round).await;
            let chance = Arc::clone(&self.chance);
            writing.spawn(async move { writer.pour(&chance, &READERS).await });
        }
        let mut reading = JoinSet::new();
        let chance = Arc::clone(&self.chance);
        reading.spawn(async move { bob.read_on(&chance).await });

        let organiser = Organiser::sign_in(ports, ORGANISER).await;
        let mut organising = JoinSet::new();
        let round = self.round;
        organising.spawn(async move { organiser.add_on(round).await });

        let while_they_talk = self.chance.within(TALK);
        // It ends when the time is up: they do not stop by themselves.
        let early = tokio::time::timeout(while_they_talk, writing.join_next()).await;
        assert!(early.is_err(), "round {}: a stream ended by itself", self.round);
        match end {
            End::Kill => self.place.kill().await,
            End::Terminate => {
                let status = self.place.terminate().await;
                assert!(status.success(), "round {}: {status}", self.round);
            }
        }
        for organiser in organising.join_all().await {
            self.contacts.extend(organiser.confirmed);
        }
        for bob in reading.join_all().await {
            if end == End::Terminate {
                assert_eq!(bob.ended.as_deref(), Some("system-shutdown"), "round {}", self.round);
            }
            self.note(bob);
        }
        for writer in writing.join_all().await {
            if end == End::Terminate {
                assert_eq!(writer.ended.as_deref(), Some("system-shutdown"), "round {}", self.round);
            }
            assert!(writer.bounced.is_empty(), "round {}: {:?}", self.round, writer.bounced);
            for (id, _) in &writer.sent {
                *self.sent.entry(id.clone()).or_default() += 1;
            }
            self.owe(&writer, writer.acked);
            self.lost.push(writer);
        }
        self.round += 1;
        self.place.start().await;
    }

    /// What is acknowledged up to `h` is owed to its reader.
    fn owe(&mut self, writer: &Writer, h: u32) {
        for (id, to) in writer.sent.iter().take(h as usize) {
            self.owed.entry((*to).to_owned()).or_default().insert(id.clone());
        }
    }

    fn note(&mut self, reader: Reader) {
        let got = self.got.entry(reader.name.to_owned()).or_default();
        for (id, times) in &reader.got {
            let sent = self.sent.get(id).copied().unwrap_or(1);
            assert!(*times <= sent, "round {}: {id} came {times} times on one stream, sent {sent} times", self.round);
            *got.entry(id.clone()).or_default() += times;
        }
    }

    /// Writers hear what was handled and say the rest again; readers get what they are owed. Gives bob, who stays.
    async fn come_back(&mut self) -> Reader {
        let ports = self.place.ports();
        for mut writer in std::mem::take(&mut self.lost) {
            if let Some(h) = writer.come_back(ports).await {
                self.known += 1;
                assert!(
                    h >= writer.acked && h as usize <= writer.sent.len(),
                    "round {}: {h} after {} of {} were acknowledged",
                    self.round,
                    writer.acked,
                    writer.sent.len()
                );
                self.owe(&writer, h);
            }
            for (id, _) in writer.say_again().await {
                *self.sent.entry(id).or_default() += 1;
            }
            let all = u32::try_from(writer.sent.len()).expect("a few messages");
            self.owe(&writer, all);
        }
        let listed = roster(ports, ORGANISER).await;
        let listed: BTreeSet<&str> = listed.elements().filter_map(|item| item.attr_value("jid")).collect();
        let missing: Vec<_> = self.contacts.iter().filter(|jid| !listed.contains(jid.as_str())).collect();
        assert!(missing.is_empty(), "round {}: confirmed and lost: {missing:?}", self.round);

        let mut bob = None;
        for name in READERS {
            let mut reader = Reader::sign_in(ports, name).await;
            let got = self.got.entry(name.to_owned()).or_default();
            let owed = self.owed.entry(name.to_owned()).or_default();
            owed.retain(|id| !got.contains_key(id));
            let missing = reader.fetch(owed).await;
            assert!(missing.is_empty(), "round {}: acknowledged, and {name} never gets {missing:?}", self.round);
            owed.clear();
            if name == READERS[0] {
                bob = Some(reader);
            } else {
                if self.chance.below(2) == 0 {
                    reader.leave().await;
                } else {
                    // The server keeps the session, and what comes for it, until it is killed itself.
                    reader.vanish();
                }
                self.note(reader);
            }
        }
        bob.expect("the first reader")
    }
}

/// How long they talk at most.
const TALK: Duration = Duration::from_millis(120);
