//! People who write and read, with XEP-0198 on their streams.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use parlour_testkit::{Client, Heard};
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use crate::chance::Chance;
use crate::place::{HOST, PASSWORD, Ports};

/// Somebody who writes, and what became of it.
pub struct Writer {
    client: Client,
    name: &'static str,
    round: usize,
    previd: String,
    /// What was sent since the stream is counted, each with its reader.
    pub sent: Vec<(String, &'static str)>,
    /// What the server says it has handled of it.
    pub acked: u32,
    /// What came back as an error.
    pub bounced: Vec<String>,
    /// The stream error the stream ended with.
    pub ended: Option<String>,
}

impl Writer {
    /// Signs in and switches XEP-0198 on.
    pub async fn sign_in(ports: Ports, name: &'static str, round: usize) -> Self {
        let (client, previd) = counted(ports, name).await;
        Self { client, name, round, previd, sent: Vec::new(), acked: 0, bounced: Vec::new(), ended: None }
    }

    /// Writes to `readers` until the stream ends.
    pub async fn pour(mut self, chance: &Chance, readers: &[&'static str]) -> Self {
        loop {
            let mut xml = String::new();
            for _ in 0..1 + chance.below(4) {
                let to = readers[usize::try_from(chance.below(readers.len() as u64)).expect("an index")];
                let id = format!("{}-{}-{}", self.name, self.round, self.sent.len());
                xml.push_str(&message(&id, to));
                self.sent.push((id, to));
            }
            if chance.below(2) == 0 {
                xml.push_str(&format!("<r xmlns='{}'/>", ns::SM));
            }
            self.client.send(xml).await;
            let pause = chance.within(Duration::from_millis(3));
            while let Ok(heard) = tokio::time::timeout(pause, self.client.next()).await {
                match heard {
                    Ok(Heard::Element(element)) => self.hear(&element),
                    Ok(Heard::End | Heard::Header(_)) => {}
                    Ok(Heard::Closed) | Err(_) => return self,
                }
            }
        }
    }

    fn hear(&mut self, element: &Element) {
        if element.is(ns::SM, "a") {
            let h: u32 = element.attr_value("h").and_then(|h| h.parse().ok()).expect("a count");
            assert!(
                h >= self.acked && h as usize <= self.sent.len(),
                "{h} after {} of {}",
                self.acked,
                self.sent.len()
            );
            self.acked = h;
        } else if element.is(ns::STREAM, "error") {
            self.ended = element.first_element().map(|condition| condition.name().to_owned());
        } else if element.attr_value("type") == Some("error") {
            self.bounced.push(element.to_string());
        }
    }

    /// Comes back and tries to go on; gives what the server says it had handled, if it knows.
    pub async fn come_back(&mut self, ports: Ports) -> Option<u32> {
        let mut client = Client::connect(ports.c2s, HOST).await.expect("a stream");
        client.authenticate(self.name, PASSWORD).await.expect("signed in");
        client.open().await.expect("a stream");
        client.send(format!("<resume xmlns='{}' previd='{}' h='0'/>", ns::SM, self.previd)).await;
        let failed = client.element().await.expect("an answer");
        assert!(failed.is(ns::SM, "failed"), "{failed}");
        client.bind("again").await.expect("bound");
        self.client = client;
        let h = failed.attr_value("h").map(|h| h.parse().expect("a count"));
        self.acked = self.acked.max(h.unwrap_or(0));
        h
    }

    /// Says again what was not acknowledged, under the same ids, and waits until that is handled.
    pub async fn say_again(&mut self) -> Vec<(String, &'static str)> {
        let again = self.sent.split_off(self.acked as usize);
        let xml: String = again.iter().map(|(id, to)| message(id, to)).collect();
        self.client.send(xml).await;
        self.client.sync().await.expect("handled");
        self.client.send("</stream:stream>").await;
        self.client.to_the_end().await.expect("an end");
        self.sent.extend(again.iter().cloned());
        again
    }
}

/// Somebody who reads.
pub struct Reader {
    client: Client,
    pub name: &'static str,
    handled: u32,
    /// What came on this stream, how often.
    pub got: BTreeMap<String, usize>,
    /// The stream error the stream ended with.
    pub ended: Option<String>,
}

impl Reader {
    /// Signs in, switches XEP-0198 on and becomes available.
    pub async fn sign_in(ports: Ports, name: &'static str) -> Self {
        let (mut client, _) = counted(ports, name).await;
        client.send("<presence/>").await;
        Self { client, name, handled: 0, got: BTreeMap::new(), ended: None }
    }

    /// Reads until all of `owed` is there; gives what does not come in time.
    pub async fn fetch<'o>(&mut self, owed: &'o BTreeSet<String>) -> BTreeSet<&'o String> {
        loop {
            let missing: BTreeSet<_> = owed.iter().filter(|id| !self.got.contains_key(*id)).collect();
            if missing.is_empty() {
                return missing;
            }
            match tokio::time::timeout(TO_FETCH, self.client.element()).await {
                Ok(Ok(element)) => self.hear(&element, true).await,
                Ok(Err(error)) => panic!("{}: {error:#}", self.name),
                Err(_) => return missing,
            }
        }
    }

    /// Reads until the stream ends; sometimes owes an answer to `<r/>`.
    pub async fn read_on(mut self, chance: &Chance) -> Self {
        loop {
            match self.client.next().await {
                Ok(Heard::Element(element)) => self.hear(&element, chance.below(4) > 0).await,
                Ok(Heard::End | Heard::Header(_)) => {}
                Ok(Heard::Closed) | Err(_) => return self,
            }
        }
    }

    /// Acknowledges everything and takes leave.
    pub async fn leave(&mut self) {
        self.acknowledge().await;
        self.client.send("</stream:stream>").await;
        while let Ok(Heard::Element(element)) = self.client.next().await {
            self.hear(&element, false).await;
        }
        self.client.to_the_end().await.expect("an end");
    }

    /// Loses its connection, perhaps without having acknowledged anything.
    pub fn vanish(&mut self) {
        self.client.drop_connection();
    }

    async fn hear(&mut self, element: &Element, answer: bool) {
        if element.is(ns::SM, "r") {
            if answer {
                self.acknowledge().await;
            }
        } else if element.is(ns::STREAM, "error") {
            self.ended = element.first_element().map(|condition| condition.name().to_owned());
        } else if matches!(element.name(), "message" | "presence" | "iq") {
            self.handled += 1;
            if let Some(body) = element.child_text("body") {
                let id = element.attr_value("id").expect("an id");
                assert_eq!(body, format!("what {id} says"), "one id, one message");
                *self.got.entry(id.to_owned()).or_default() += 1;
            }
        }
    }

    async fn acknowledge(&mut self) {
        self.client.send(format!("<a xmlns='{}' h='{}'/>", ns::SM, self.handled)).await;
    }
}

/// Somebody who adds contacts, one after the other.
pub struct Organiser {
    client: Client,
    /// What the server says it has noted.
    pub confirmed: Vec<String>,
}

impl Organiser {
    /// Signs in.
    pub async fn sign_in(ports: Ports, name: &str) -> Self {
        let jid = format!("{name}@{HOST}/desk");
        let client = Client::sign_in(ports.c2s, &jid, PASSWORD).await.unwrap_or_else(|e| panic!("{jid}: {e:#}"));
        Self { client, confirmed: Vec::new() }
    }

    /// Adds contacts until the stream ends; `round` makes their names new.
    pub async fn add_on(mut self, round: usize) -> Self {
        for n in 0.. {
            let contact = format!("contact{n}@round{round}.test");
            let item = format!("<query xmlns='{}'><item jid='{contact}'/></query>", ns::ROSTER);
            self.client.send(format!("<iq type='set' id='add{n}'>{item}</iq>")).await;
            match self.client.next().await {
                Ok(Heard::Element(answer)) if answer.attr_value("id") == Some(&format!("add{n}")) => {
                    assert_eq!(answer.attr_value("type"), Some("result"), "{answer}");
                    self.confirmed.push(contact);
                }
                // The stream error, the end, or a connection that broke.
                _ => break,
            }
        }
        self
    }
}

/// The roster of an account, by a sign-in of its own.
pub async fn roster(ports: Ports, name: &str) -> Element {
    let jid = format!("{name}@{HOST}/look");
    let mut client = Client::sign_in(ports.c2s, &jid, PASSWORD).await.unwrap_or_else(|e| panic!("{jid}: {e:#}"));
    client.send(format!("<iq type='get' id='roster'><query xmlns='{}'/></iq>", ns::ROSTER)).await;
    let answer = client.element().await.expect("an answer");
    answer.child_named(ns::ROSTER, "query").cloned().unwrap_or_else(|| panic!("{answer} instead of a roster"))
}

/// A signed-in client with XEP-0198, and the id to resume it by.
async fn counted(ports: Ports, name: &str) -> (Client, String) {
    let jid = format!("{name}@{HOST}/desk");
    let mut client = Client::sign_in(ports.c2s, &jid, PASSWORD).await.unwrap_or_else(|e| panic!("{jid}: {e:#}"));
    client.send(format!("<enable xmlns='{}' resume='true'/>", ns::SM)).await;
    let enabled = client.element().await.expect("an answer");
    assert!(enabled.is(ns::SM, "enabled"), "{enabled}");
    let id = enabled.attr_value("id").expect("it can be resumed").to_owned();
    (client, id)
}

fn message(id: &str, to: &str) -> String {
    format!("<message type='chat' id='{id}' to='{to}@{HOST}'><body>what {id} says</body></message>")
}

/// How long a reader waits for what it is owed after the last thing that came.
const TO_FETCH: Duration = Duration::from_secs(5);
