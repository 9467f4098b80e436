//! One device of somebody: what it keeps of its session, and what it has seen of whom and how.

use std::collections::{HashMap, HashSet, VecDeque};

use parlour_testkit::{Client, Heard, Line, PASSWORD};
use parlour_xmpp::xml::Element;

pub const SM: &str = "xmlns='urn:xmpp:sm:3'";
const MAM: &str = "urn:xmpp:mam:2";

/// What an app does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    pub name: &'static str,
    /// XEP-0198, coming back to its session.
    pub resumes: bool,
    /// Also comes back anew, and leaves in order.
    pub comes_anew: bool,
    /// XEP-0313, `after` the last id it knows.
    pub syncs: bool,
    pub carbons: bool,
    pub priority: i8,
    pub pushed: bool,
}

/// Always there, or on a network that it comes back from; it asks no archive, and yet misses nothing.
pub const PHONE: Habits =
    Habits { name: "phone", resumes: true, comes_anew: false, syncs: false, carbons: true, priority: 0, pushed: true };
pub const TABLET: Habits =
    Habits { name: "tablet", resumes: true, comes_anew: true, syncs: true, carbons: true, priority: 0, pushed: true };
pub const LAPTOP: Habits =
    Habits { name: "laptop", resumes: false, comes_anew: true, syncs: true, carbons: true, priority: 5, pushed: true };
pub const DESK: Habits =
    Habits { name: "desk", resumes: false, comes_anew: true, syncs: true, carbons: true, priority: -1, pushed: false };
pub const PLAIN: Habits = Habits {
    name: "plain",
    resumes: false,
    comes_anew: true,
    syncs: false,
    carbons: false,
    priority: 0,
    pushed: false,
};

/// Where it is, as it knows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Connected, and it works.
    Well,
    /// Connected to a network that carries nothing.
    Dead,
    /// Its connection is closed, and so the server knows.
    Cut,
    /// It has left in order.
    Away,
}

/// By which way a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Live,
    Carbon,
    Waited,
    Archive,
}

/// A message as a device saw it.
#[derive(Debug)]
pub struct Seen {
    pub origin: String,
    pub id: Option<String>,
    pub way: Way,
}

pub struct Device {
    pub habits: Habits,
    pub owner: usize,
    pub jid: String,
    pub line: Line,
    pub at: At,
    pub client: Option<Client>,
    /// Which of its sessions this is.
    pub session: u32,
    pub inactive: bool,
    previd: Option<String>,
    heard: u32,
    /// What it sent and nobody counted yet: what it says, and its origin-id.
    unacked: VecDeque<(String, Option<String>)>,
    counted: u32,
    /// Said without being counted.
    said: Vec<String>,
    /// What it is sure has been taken, until somebody asks.
    pub sure: Vec<String>,
    /// What came back to it, until somebody asks.
    pub returned: Vec<String>,
    /// In this session, and how.
    seen: HashMap<String, Vec<Way>>,
    /// The last number of each speaker that came live in this session.
    order: HashMap<String, u32>,
    /// All that came, until the world has looked.
    pub news: Vec<Seen>,
    /// Ids it has, of its own archive.
    pub known: HashSet<String>,
    /// How often what has come to it outside of the archive's answers.
    pub streamed: HashMap<String, u32>,
    last: Option<String>,
    is_synced: bool,
    /// Of those that come while it syncs.
    meanwhile: Vec<String>,
    seed: u64,
}

impl Device {
    pub fn new(habits: Habits, owner: usize, bare: &str, line: Line, seed: u64) -> Self {
        Self {
            habits,
            owner,
            jid: format!("{bare}/{}", habits.name),
            line,
            at: At::Away,
            client: None,
            session: 0,
            inactive: false,
            previd: None,
            heard: 0,
            unacked: VecDeque::new(),
            counted: 0,
            said: Vec::new(),
            sure: Vec::new(),
            returned: Vec::new(),
            seen: HashMap::new(),
            order: HashMap::new(),
            news: Vec::new(),
            known: HashSet::new(),
            streamed: HashMap::new(),
            last: None,
            is_synced: false,
            meanwhile: Vec::new(),
            seed,
        }
    }

    fn who(&self) -> String {
        format!("seed {}, {}, session {}", self.seed, self.jid, self.session)
    }

    fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("connected")
    }

    pub fn bare(&self) -> &str {
        self.jid.split('/').next().unwrap_or_default()
    }

    // ---- Saying ----

    /// Sends something that counts; `origin` where it is a message to be told from others.
    pub async fn say(&mut self, stanza: String, origin: Option<String>) {
        self.client().send(&stanza).await;
        if self.previd.is_some() {
            self.unacked.push_back((stanza, origin));
        } else {
            self.said.extend(origin);
        }
    }

    /// Waits until all it said is taken, and takes what comes before.
    pub async fn barrier(&mut self) {
        let ping = "<iq type='get' id='barrier' to='example.test'><ping xmlns='urn:xmpp:ping'/></iq>";
        self.say(ping.to_owned(), None).await;
        self.until("barrier").await;
        let said = std::mem::take(&mut self.said);
        self.sure.extend(said);
        if self.previd.is_some() {
            self.client().send(format!("<r {SM}/>")).await;
            while !self.unacked.is_empty() {
                let heard = self.next().await;
                self.take(&heard).await;
            }
        }
    }

    /// Takes all that comes until the answer of this id.
    async fn until(&mut self, id: &str) -> Element {
        loop {
            let heard = self.next().await;
            self.take(&heard).await;
            if heard.name() == "iq" && heard.attr_value("id") == Some(id) {
                return heard;
            }
        }
    }

    async fn next(&mut self) -> Element {
        match self.client().next().await {
            Ok(Heard::Element(element)) => element,
            other => panic!("{}: {other:?}", self.who()),
        }
    }

    pub async fn listen(&mut self) {
        for heard in self.client().so_far().await.expect("XMPP") {
            let Heard::Element(element) = heard else { panic!("{}: {heard:?}", self.who()) };
            self.take(&element).await;
        }
    }

    pub async fn acknowledge(&mut self) {
        if self.previd.is_some() {
            let h = self.heard;
            self.client().send(format!("<a {SM} h='{h}'/><r {SM}/>")).await;
        }
    }

    // ---- Hearing ----

    fn count(&mut self, h: Option<&str>) {
        let h: u32 = h.and_then(|h| h.parse().ok()).expect("a count");
        assert!(h >= self.counted, "{}: counts go back from {} to {h}", self.who(), self.counted);
        for _ in self.counted..h {
            let Some((_, origin)) = self.unacked.pop_front() else { panic!("{}: {h} were not sent", self.who()) };
            self.sure.extend(origin);
        }
        self.counted = h;
    }

    async fn take(&mut self, element: &Element) {
        match element.name() {
            "a" => return self.count(element.attr_value("h")),
            "r" => {
                let h = self.heard;
                return self.client().send(format!("<a {SM} h='{h}'/>")).await;
            }
            "message" => self.message(element),
            _ => {}
        }
        self.heard += 1;
    }

    fn message(&mut self, message: &Element) {
        let forwarded = |outer: &Element| {
            let inner = outer.elements().find(|child| child.name() == "forwarded")?;
            inner.elements().find(|child| child.name() == "message").cloned()
        };
        let of = |name| message.elements().find(move |child| child.name() == name);
        if let Some(result) = of("result") {
            let inner = forwarded(result).unwrap_or_else(|| panic!("{}: {message}", self.who()));
            let id = result.attr_value("id").map(str::to_owned);
            return self.saw(&inner, id, Way::Archive);
        }
        if let Some(copy) = of("received").or_else(|| of("sent")) {
            let inner = forwarded(copy).unwrap_or_else(|| panic!("{}: {message}", self.who()));
            let id = self.id_in(&inner);
            return self.saw(&inner, id, Way::Carbon);
        }
        let way = if of("delay").is_some() { Way::Waited } else { Way::Live };
        let id = self.id_in(message);
        self.saw(message, id, way);
    }

    fn id_in(&self, message: &Element) -> Option<String> {
        let ids = || message.elements().filter(|child| child.name() == "stanza-id");
        assert!(ids().count() <= 1, "{}: {message}", self.who());
        let id = ids().find(|id| id.attr_value("by") == Some(self.bare()))?;
        id.attr_value("id").map(str::to_owned)
    }

    fn saw(&mut self, message: &Element, id: Option<String>, way: Way) {
        if message.attr_value("type") == Some("error") {
            self.returned.extend(message.attr_value("id").map(str::to_owned));
            return;
        }
        // Who types is in nobody's books.
        let Some(origin) = message.elements().find(|child| child.name() == "origin-id") else { return };
        let origin = origin.attr_value("id").expect("an id").to_owned();
        let before = self.seen.entry(origin.clone()).or_default();
        let twice = match way {
            // It may have been found in the moment before.
            Way::Live | Way::Carbon => before.iter().any(|way| *way != Way::Archive),
            Way::Waited => !before.is_empty(),
            // Pages do not overlap, but a query that was not heard to its end is made again.
            Way::Archive => false,
        };
        let (seed, jid) = (self.seed, &self.jid);
        assert!(!twice, "seed {seed}, {jid}: {origin} came by {way:?}, and before by {before:?}");
        before.push(way);
        if way != Way::Archive {
            *self.streamed.entry(origin.clone()).or_default() += 1;
        }
        if matches!(way, Way::Live | Way::Carbon) {
            let (speaker, number) = origin.rsplit_once('-').expect("with a number");
            let number: u32 = number.parse().expect("a number");
            let last = self.order.entry(speaker.to_owned()).or_default();
            assert!(*last < number, "seed {}, {}: {origin} comes after {last}", self.seed, self.jid);
            *last = number;
        }
        if let Some(id) = &id {
            self.known.insert(id.clone());
            match way {
                Way::Live | Way::Carbon if self.is_synced => self.last = Some(id.clone()),
                Way::Live | Way::Carbon => self.meanwhile.push(id.clone()),
                Way::Waited | Way::Archive => {}
            }
        }
        self.news.push(Seen { origin, id, way });
    }

    // ---- Coming and going ----

    async fn signed_in(&mut self) {
        let name = self.jid.split('@').next().expect("a name").to_owned();
        let mut client = Client::connect(self.line.addr, "example.test").await.expect("a stream");
        client.authenticate(&name, PASSWORD).await.expect("signed in");
        client.open().await.expect("features");
        self.client = Some(client);
    }

    /// Connects: to its session where it has one and wants that, else anew. True when anew.
    pub async fn comes_back(&mut self, resume: bool) -> bool {
        self.client = None;
        self.signed_in().await;
        self.inactive = false;
        self.at = At::Well;
        if resume && let Some(previd) = self.previd.clone() {
            let h = self.heard;
            self.client().send(format!("<resume {SM} previd='{previd}' h='{h}'/>")).await;
            let resumed = self.next().await;
            assert_eq!(resumed.name(), "resumed", "{}: {resumed}", self.who());
            self.count(resumed.attr_value("h"));
            // A ping that was lost is not asked again.
            self.unacked.retain(|(_, origin)| origin.is_some());
            let again: String = self.unacked.iter().map(|(stanza, _)| stanza.as_str()).collect();
            self.client().send(again).await;
            return false;
        }
        self.session += 1;
        (self.heard, self.counted, self.previd) = (0, 0, None);
        self.unacked.clear();
        self.said.clear();
        self.seen.clear();
        self.order.clear();
        self.meanwhile.clear();
        self.is_synced = false;
        let resource = self.habits.name;
        self.client().bind(resource).await.expect("bound");
        if self.habits.resumes {
            self.client().send(format!("<enable {SM} resume='true'/>")).await;
            let enabled = self.next().await;
            self.previd = Some(enabled.attr_value("id").expect("it can be resumed").to_owned());
        }
        if self.habits.carbons {
            self.say("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>".into(), None).await;
            self.until("c").await;
        }
        if self.habits.pushed {
            let node = self.node();
            let enable = format!("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='{node}'/>");
            self.say(format!("<iq type='set' id='push'>{enable}</iq>"), None).await;
            self.until("push").await;
        }
        true
    }

    /// Its node at the push service.
    pub fn node(&self) -> String {
        self.jid.replace(['@', '/'], ".")
    }

    pub async fn present(&mut self, priority: i8) {
        self.say(format!("<presence><priority>{priority}</priority></presence>"), None).await;
    }

    /// Asks for all after the last that it knows, page by page. False where it stopped after `most` messages, in the
    /// middle of it.
    pub async fn sync(&mut self, page: u8, most: Option<u8>) -> bool {
        loop {
            let after = self.last.as_ref().map(|id| format!("<after>{id}</after>")).unwrap_or_default();
            let set = format!("<set xmlns='http://jabber.org/protocol/rsm'><max>{page}</max>{after}</set>");
            self.say(format!("<iq type='set' id='q'><query xmlns='{MAM}'>{set}</query></iq>"), None).await;
            if let Some(most) = most {
                for _ in 0..most {
                    let heard = self.next().await;
                    self.take(&heard).await;
                    if heard.name() == "iq" {
                        break;
                    }
                }
                return false;
            }
            let answer = self.until("q").await;
            let fin = answer.child_named(MAM, "fin").unwrap_or_else(|| panic!("{}: {answer}", self.who()));
            let set = fin.elements().next().expect("a page");
            if let Some(last) = set.child_text("last") {
                self.last = Some(last);
            }
            if fin.attr_value("complete") == Some("true") {
                // Who came while it asked and was not found comes behind all that was.
                let found: HashSet<&str> =
                    self.news.iter().filter(|seen| seen.way == Way::Archive).filter_map(|s| s.id.as_deref()).collect();
                let behind = self.meanwhile.iter().rfind(|id| !found.contains(id.as_str())).cloned();
                if behind.is_some() {
                    self.last = behind;
                }
                self.meanwhile.clear();
                self.is_synced = true;
                return true;
            }
        }
    }

    /// Its session is left to the server.
    pub fn lost(&mut self, at: At) {
        match at {
            At::Dead => self.line.go_dead(),
            At::Cut => {
                self.line.cut();
                self.client = None;
            }
            At::Well | At::Away => unreachable!("neither is a loss"),
        }
        self.at = at;
    }

    /// Takes leave; what it had said is taken.
    pub async fn leave(&mut self) {
        self.barrier().await;
        self.client().send("</stream:stream>").await;
        loop {
            match self.client().next().await.expect("an end") {
                Heard::Element(element) => self.take(&element).await,
                Heard::Closed => break,
                Heard::End | Heard::Header(_) => {}
            }
        }
        self.client = None;
        self.previd = None;
        self.at = At::Away;
    }

    /// Whether the server may hold a session of it.
    pub fn is_held(&self) -> bool {
        self.previd.is_some()
    }
}
