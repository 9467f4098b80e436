//! Everybody, what was said, and whether it came.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use parlour_domain::{Clock as _, Dice, Role};
use parlour_testkit::{Line, PATIENCE, PushService, Server, Setup};

use super::below;
use super::device::{At, DESK, Device, Habits, LAPTOP, PHONE, PLAIN, TABLET, Way};

/// An account.
struct Person {
    jid: &'static str,
    /// Whether its messages are kept now, and how often that was changed.
    keeps: (bool, u32),
    /// The archive's id of each message, by its origin-id, as it was first seen; and back.
    ids: HashMap<String, String>,
    origins: HashMap<String, String>,
}

/// A message.
struct Said {
    from: usize,
    to: usize,
    fleeting: bool,
    /// [`Person::keeps`] of both when it was said.
    then: [(bool, u32); 2],
    /// Whether both archives have to have it, once it is known to be taken; `None` where that changed meanwhile.
    kept: Option<[Option<bool>; 2]>,
    /// Its sender was told that nobody got it.
    returned: bool,
    /// All that could get it would also come back for it.
    safe: bool,
}

pub struct World {
    server: Server,
    service: Arc<PushService>,
    seed: u64,
    people: Vec<Person>,
    pub devices: Vec<Device>,
    said: BTreeMap<String, Said>,
    numbers: HashMap<String, u32>,
    /// Nodes that were told since somebody looked.
    told: HashMap<String, u32>,
    /// Nodes of those that are there, and have been since all was quiet.
    awake: Vec<bool>,
}

const PEOPLE: [(&str, [Habits; 3]); 3] = [
    ("anna@example.test", [PHONE, LAPTOP, DESK]),
    ("bert@example.test", [TABLET, LAPTOP, PLAIN]),
    ("cleo@example.test", [TABLET, DESK, PLAIN]),
];

impl World {
    pub async fn new(seed: u64) -> Self {
        let server = Server::start(Setup { seed, ..Setup::default() }).await.expect("a server");
        let service = server.push_service("push.example");
        let (mut people, mut devices) = (Vec::new(), Vec::new());
        for (owner, (jid, habits)) in PEOPLE.into_iter().enumerate() {
            server.account(jid, Role::Member).await.expect("an account");
            people.push(Person { jid, keeps: (true, 0), ids: HashMap::new(), origins: HashMap::new() });
            for habits in habits {
                let line = Line::to(server.ports.c2s).await.expect("a line");
                devices.push(Device::new(habits, owner, jid, line, seed));
            }
        }
        let awake = vec![false; devices.len()];
        let (said, numbers, told) = (BTreeMap::new(), HashMap::new(), HashMap::new());
        let mut world = Self { server, service, seed, people, devices, said, numbers, told, awake };
        for who in 0..world.devices.len() {
            world.comes(who, false, false).await;
        }
        world
    }

    // ---- What they do ----

    pub async fn comes_back(&mut self, who: usize, dice: &dyn Dice) {
        let habits = self.devices[who].habits;
        let resume = habits.resumes && (!habits.comes_anew || below(dice, 4) != 0);
        let first = below(dice, 2) == 0;
        self.comes(who, resume, first).await;
    }

    /// `first`: it asks its archive before it says that it is there.
    async fn comes(&mut self, who: usize, resume: bool, first: bool) {
        let device = &mut self.devices[who];
        let Habits { syncs, priority, .. } = device.habits;
        if device.comes_back(resume).await {
            if syncs && first {
                device.sync(7, None).await;
            }
            device.present(priority).await;
            if syncs && !first {
                device.sync(7, None).await;
            }
        }
        device.barrier().await;
        // What was to be told of the time before is told.
        self.settle().await;
        self.told.remove(&self.devices[who].node());
        self.awake[who] = true;
    }

    pub async fn leaves(&mut self, who: usize) {
        if self.devices[who].habits.comes_anew {
            self.awake[who] = false;
            self.devices[who].leave().await;
        }
    }

    pub async fn looks(&mut self, who: usize, inactive: bool) {
        let device = &mut self.devices[who];
        let state = if inactive { "inactive" } else { "active" };
        device.inactive = inactive;
        device.client.as_mut().expect("well").send(format!("<{state} xmlns='urn:xmpp:csi:0'/>")).await;
    }

    /// Changes its presence.
    pub async fn shows(&mut self, who: usize, dice: &dyn Dice) {
        let device = &mut self.devices[who];
        let other = if device.habits.comes_anew { -1 } else { 3 };
        let priority = if below(dice, 3) == 0 { other } else { device.habits.priority };
        device.present(priority).await;
    }

    pub async fn prefers(&mut self, who: usize, keeps: bool) {
        let default = if keeps { "always" } else { "never" };
        let prefs = format!("<prefs xmlns='urn:xmpp:mam:2' default='{default}'><always/><never/></prefs>");
        let device = &mut self.devices[who];
        // What is said from here on, by anybody, is said after this.
        let person = &mut self.people[device.owner];
        person.keeps = (keeps, person.keeps.1 + 1);
        device.say(format!("<iq type='set' id='prefs'>{prefs}</iq>"), None).await;
        device.barrier().await;
    }

    pub async fn syncs(&mut self, who: usize, dice: &dyn Dice) {
        if self.devices[who].habits.syncs {
            let (page, most) = (1 + below(dice, 9), below(dice, 2).eq(&0).then(|| below(dice, 4)));
            if !self.devices[who].sync(page, most).await {
                self.lost(who, if below(dice, 2) == 0 { At::Cut } else { At::Dead });
            }
        }
    }

    fn lost(&mut self, who: usize, at: At) {
        self.awake[who] = false;
        self.devices[who].lost(at);
    }

    pub async fn types(&mut self, who: usize, dice: &dyn Dice) {
        let to = self.somebody(dice).1;
        let typing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
        self.devices[who].say(format!("<message to='{to}' type='chat'>{typing}</message>"), None).await;
    }

    /// A person's number and an address of theirs.
    fn somebody(&self, dice: &dyn Dice) -> (usize, String) {
        let to = usize::from(below(dice, 3));
        let own: Vec<&Device> = self.devices.iter().filter(|device| device.owner == to).collect();
        let full = usize::from(below(dice, 12));
        let jid = own.get(full).map_or(self.people[to].jid, |device| &device.jid);
        (to, jid.to_owned())
    }

    pub async fn says(&mut self, who: usize, dice: &dyn Dice) {
        let (to, jid) = self.somebody(dice);
        let from = self.devices[who].owner;
        let fleeting = below(dice, 12) == 0;
        let speaker = format!("{}.{}", self.devices[who].node(), self.devices[who].session);
        let number = self.numbers.entry(speaker.clone()).or_default();
        *number += 1;
        let origin = format!("{speaker}-{number}");
        let hint = if fleeting { "<no-store xmlns='urn:xmpp:hints'/>" } else { "" };
        let stanza = format!(
            "<message to='{jid}' type='chat' id='{origin}'><body>{origin}</body>\
             <origin-id xmlns='urn:xmpp:sid:0' id='{origin}'/>{hint}</message>"
        );
        // Whoever has no XEP-0198 may have lost it, and of several only one would have it back.
        let theirs = || self.devices.iter().filter(|device| device.owner == to);
        let safe = theirs().all(|d| d.at == At::Away || d.is_held()) && theirs().filter(|d| d.is_held()).count() < 2;
        let then = [self.people[from].keeps, self.people[to].keeps];
        self.said.insert(origin.clone(), Said { from, to, fleeting, then, kept: None, returned: false, safe });
        self.devices[who].say(stanza, Some(origin.clone())).await;
        if self.devices[who].at == At::Well && below(dice, 2) == 0 {
            self.devices[who].barrier().await;
            if !fleeting && from != to && self.people[to].keeps.0 {
                self.wakes(to).await;
            }
        }
    }

    /// Somebody was written to: their devices that are not there are woken.
    async fn wakes(&mut self, to: usize) {
        let asleep = |d: &&Device| {
            // That a network is dead takes its time to be noticed.
            d.owner == to && d.habits.pushed && matches!(d.at, At::Cut | At::Away)
        };
        let nodes: Vec<String> = self.devices.iter().filter(asleep).map(Device::node).collect();
        let began = Instant::now();
        for node in nodes {
            while !self.told.contains_key(&node) {
                assert!(began.elapsed() < PATIENCE, "seed {}: {node} is not woken", self.seed);
                self.settle().await;
                tokio::task::yield_now().await;
            }
        }
        self.told.clear();
    }

    // ---- What came of it ----

    /// All that is to be told is told, and looked at.
    async fn settle(&mut self) {
        let pushes = &self.server.engine.pushes;
        let began = Instant::now();
        while !pushes.is_settled(self.server.clock.monotonic()) {
            assert!(began.elapsed() < PATIENCE, "seed {}: push does not come to rest", self.seed);
            tokio::task::yield_now().await;
        }
        self.hear_pushes();
    }

    fn hear_pushes(&mut self) {
        while let Some(heard) = self.service.notification().now_or_never() {
            let (node, summary) = heard.expect("a notification");
            assert!(summary.body.is_none() && summary.sender.is_none(), "seed {}: {summary:?}", self.seed);
            let awake = self.devices.iter().zip(&self.awake).any(|(device, awake)| *awake && device.node() == node);
            assert!(!awake, "seed {}: {node} is there and is woken", self.seed);
            *self.told.entry(node).or_default() += 1;
        }
    }

    /// After each step.
    pub async fn look(&mut self) {
        // Budgets of notifications grow; nothing else here looks at the clock.
        self.server.clock.pass(2_000);
        for who in 0..self.devices.len() {
            self.awake[who] &= self.devices[who].at == At::Well;
            let owner = self.devices[who].owner;
            for seen in std::mem::take(&mut self.devices[who].news) {
                let Some(id) = seen.id else { continue };
                let what =
                    format!("seed {}: {} saw {} by {:?}", self.seed, self.devices[who].jid, seen.origin, seen.way);
                let person = &mut self.people[owner];
                let same = person.ids.entry(seen.origin.clone()).or_insert_with(|| id.clone());
                assert_eq!(*same, id, "{what}: by another id");
                let same = person.origins.entry(id).or_insert_with(|| seen.origin.clone());
                assert_eq!(*same, seen.origin, "{what}: by the id of another");
            }
            for origin in std::mem::take(&mut self.devices[who].returned) {
                let said = self.said.get_mut(&origin).expect("said");
                // Somebody was there when it was judged, so that it had not to wait, and had left when it came.
                let unkept = said.fleeting || !said.then[1].0 || !self.people[said.to].keeps.0;
                assert!(unkept, "seed {}: {origin} came back", self.seed);
                said.returned = true;
            }
            for origin in std::mem::take(&mut self.devices[who].sure) {
                let said = self.said.get_mut(&origin).expect("said");
                let now = [said.from, said.to].map(|person| self.people[person].keeps);
                let kept = |n: usize| (now[n] == said.then[n]).then_some(now[n].0 && !said.fleeting);
                said.kept = Some([kept(0), kept(1)]);
            }
        }
        self.hear_pushes();
    }

    /// Everybody comes back, and everything has to be where it belongs.
    pub async fn ends(mut self, dice: &dyn Dice) {
        for who in 0..self.devices.len() {
            if self.devices[who].at == At::Well {
                self.devices[who].barrier().await;
            } else {
                self.comes_back(who, dice).await;
            }
            self.looks(who, false).await;
            let priority = self.devices[who].habits.priority;
            self.devices[who].present(priority).await;
        }
        // What one of them gave back comes to the others.
        for _ in 0..2 {
            for who in 0..self.devices.len() {
                self.devices[who].barrier().await;
                if self.devices[who].habits.syncs {
                    self.devices[who].sync(50, None).await;
                }
            }
            self.look().await;
        }
        for person in 0..self.people.len() {
            self.judge(person).await;
        }
    }

    async fn judge(&mut self, person: usize) {
        let (seed, jid) = (self.seed, self.people[person].jid);
        let line = Line::to(self.server.ports.c2s).await.expect("a line");
        let reader = Habits { name: "reader", carbons: false, pushed: false, ..LAPTOP };
        let mut reader = Device::new(reader, person, jid, line, seed);
        reader.comes_back(false).await;
        reader.sync(50, None).await;
        let archive: Vec<(String, String)> = reader
            .news
            .iter()
            .filter(|seen| seen.way == Way::Archive)
            .map(|seen| (seen.id.clone().expect("an id"), seen.origin.clone()))
            .collect();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        for (id, origin) in &archive {
            let known = self.people[person].ids.get(origin);
            assert!(known.is_none_or(|known| known == id), "seed {seed}: {jid} has {origin} by two ids");
            let (speaker, number) = origin.rsplit_once('-').expect("with a number");
            let number: u32 = number.parse().expect("a number");
            let last = numbers.insert(speaker, number).unwrap_or_default();
            assert!(last < number, "seed {seed}: the archive of {jid} has {origin} after {last}");
        }
        let kept: HashMap<&str, &str> = archive.iter().map(|(id, origin)| (origin.as_str(), id.as_str())).collect();
        assert_eq!(kept.len(), archive.len(), "seed {seed}: {jid} has something twice");
        let devices = || self.devices.iter().filter(|device| device.owner == person);
        for device in devices().filter(|device| device.habits.syncs) {
            for (id, origin) in &archive {
                let said = origin.starts_with(&device.node());
                assert!(said || device.known.contains(id), "seed {seed}: {} has never seen {origin}", device.jid);
            }
            let strange = device.known.iter().find(|id| !archive.iter().any(|(own, _)| own == *id));
            let strange = strange.map(|id| &self.people[person].origins[id]);
            assert_eq!(strange, None, "seed {seed}: {} knows what is in no archive", device.jid);
        }
        for (origin, said) in self.said.iter().filter(|(_, said)| said.from == person || said.to == person) {
            let came = |device: &Device| device.streamed.get(origin).copied().unwrap_or_default();
            let sent = |device: &Device| origin.starts_with(&device.node());
            for phone in devices().filter(|device| device.habits == PHONE) {
                let times = came(phone);
                assert!(times <= 1, "seed {seed}: {} got {origin} {times} times", phone.jid);
                if said.kept.is_some() && !said.fleeting && !sent(phone) {
                    assert_eq!(times, 1, "seed {seed}: {} never got {origin}", phone.jid);
                }
            }
            let Some(of) = said.kept else { continue };
            let own = [said.from, said.to].iter().position(|one| *one == person).expect("one of both");
            // A note to oneself is one row.
            let own = if said.from == said.to { of[1] } else { of[own] };
            if let Some(own) = own {
                assert_eq!(kept.contains_key(origin.as_str()), own, "seed {seed}: {origin} in the archive of {jid}");
            }
            if said.to == person && said.safe && !said.returned && !said.fleeting && !kept.contains_key(origin.as_str())
            {
                let got = devices().any(|device| came(device) > 0);
                assert!(got, "seed {seed}: {origin} came to nobody of {jid}");
            }
        }
    }
}
