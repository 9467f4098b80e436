//! One of those in a storm: talks, loses its connection, comes back, and sends again what was not acknowledged.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::board::{Board, Phase, pause};
use super::ledger::Id;
use super::outgoing::{Outgoing, Sent, What};
use crate::{Client, Heard};

/// Somebody.
pub(super) struct Person {
    pub(super) board: Arc<Board>,
    pub(super) number: usize,
    name: String,
    /// By which the session can be resumed.
    session: Option<String>,
    /// Stanzas of the server's in this session.
    handled: u32,
    outgoing: Outgoing,
    /// The server was asked for its count and has not answered: a slow one is not asked twice.
    asked: bool,
    /// Messages written so far.
    written: u32,
    /// Changes of contacts so far.
    changes: u32,
    /// The newest that is known of the archive.
    pub(super) archive_mark: Option<String>,
    /// An answer that is waited for, by its id.
    pub(super) awaited: Option<(String, Option<Element>)>,
}

/// Why somebody is no longer on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    /// It broke.
    Broken,
    /// They went for a while.
    Away,
    /// It is over.
    Over,
}

impl Person {
    pub fn new(board: Arc<Board>, number: usize) -> Self {
        Self {
            board,
            number,
            name: format!("storm{number}"),
            session: None,
            handled: 0,
            outgoing: Outgoing::default(),
            asked: false,
            written: 0,
            changes: 0,
            archive_mark: None,
            awaited: None,
        }
    }

    /// Until it is over.
    ///
    /// # Errors
    /// When the server does not let it come back, for longer than anybody would try.
    pub async fn live(mut self) -> anyhow::Result<()> {
        loop {
            let mut client = self.come_back().await?;
            let life = self.arrive();
            let gone = self.stay(&mut client).await?;
            self.leave(gone, life);
            match gone {
                Gone::Over => return Ok(()),
                Gone::Broken => {}
                Gone::Away => {
                    let mut phase = self.board.phase.subscribe();
                    let away = self.board.within(self.board.plan.away);
                    tokio::select! {
                        () = pause(away) => {}
                        _ = phase.wait_for(|phase| *phase != Phase::Talk) => {}
                    }
                }
            }
        }
    }

    fn arrive(&self) -> u32 {
        let mut state = self.board.state();
        let life = state.life;
        let place = &mut state.people[self.number];
        (place.here, place.since) = (true, Instant::now());
        life
    }

    fn leave(&self, gone: Gone, life: u32) {
        let mut state = self.board.state();
        state.people[self.number].here = false;
        if gone == Gone::Broken && state.alive && state.life == life {
            state.tally.broken += 1;
        }
    }

    // ---- Coming back ----

    /// Tries until the server is there.
    async fn come_back(&mut self) -> anyhow::Result<Client> {
        let start = Instant::now();
        loop {
            let why = match tokio::time::timeout(ONE_TRY, self.try_once()).await {
                Ok(Ok(client)) => return Ok(client),
                Ok(Err(error)) => error,
                Err(_) => anyhow::anyhow!("no answer in time"),
            };
            if start.elapsed() > ALL_TRIES {
                return Err(why.context("cannot come back"));
            }
            pause(NEXT_TRY).await;
        }
    }

    async fn try_once(&mut self) -> anyhow::Result<Client> {
        self.asked = false;
        let address = *self.board.address.borrow();
        let address = address.context("it does not run")?;
        let mut client = Client::connect(address, &self.board.plan.host).await.context("connecting")?;
        client.authenticate_plainly(&self.name, &self.board.plan.password).await.context("signing in")?;
        client.open().await.context("the stream after signing in")?;
        if let Some(session) = &self.session {
            client.send(format!("<resume xmlns='{}' previd='{session}' h='{}'/>", ns::SM, self.handled)).await;
            let answer = client.element().await.context("resuming")?;
            let h = answer.attr_value("h").map(|h| h.parse().context("a count")).transpose()?;
            if answer.is(ns::SM, "resumed") {
                self.outgoing.acknowledge(h.context("no count")?, &mut self.board.ledger());
                self.board.state().tally.resumed += 1;
                for id in self.outgoing.messages() {
                    self.board.ledger().said_again(id);
                }
                client.send(self.outgoing.again()).await;
                return Ok(client);
            }
            ensure!(answer.is(ns::SM, "failed"), "{answer} to <resume/>");
            if let Some(h) = h {
                self.outgoing.remembered(h, &mut self.board.ledger());
            }
            self.board.state().tally.failed += 1;
            self.board.state().tally.counted += u64::from(h.is_some());
            // Whatever happens from here on, that session is over.
            self.session = None;
        }
        client.bind("phone").await.context("binding")?;
        client.send(format!("<enable xmlns='{}' resume='true'/>", ns::SM)).await;
        let enabled = client.element().await.context("counting")?;
        ensure!(enabled.is(ns::SM, "enabled"), "{enabled} to <enable/>");
        self.session = Some(enabled.attr_value("id").context("it cannot be resumed")?.to_owned());
        self.handled = 0;
        let again = self.outgoing.begin();
        // Queued before anything is sent: should this stream break too, they are said on the next.
        let mut xml = self.request("get", "roster", &format!("<query xmlns='{}'/>", ns::ROSTER), What::Passing);
        xml.push_str(&self.push("<presence/>".to_owned(), What::Passing));
        for Sent { xml: said, what } in again {
            if let What::Message(id) = what {
                self.board.ledger().said_again(id);
            }
            xml.push_str(&self.push(said, what));
        }
        self.awaited = Some(("roster".to_owned(), None));
        client.send(xml).await;
        let roster = self.answer(&mut client).await.context("the roster")?;
        self.look_at_roster(&roster);
        Ok(client)
    }

    fn look_at_roster(&self, answer: &Element) {
        let Some(roster) = answer.child_named(ns::ROSTER, "query") else { return };
        let mut found = HashMap::new();
        for item in roster.elements() {
            let jid = item.attr_value("jid").unwrap_or_default();
            let contact = jid.strip_prefix("contact").and_then(|jid| jid.strip_suffix("@elsewhere.test"));
            let version = item.attr_value("name").and_then(|name| name.parse().ok());
            if let (Some(contact), Some(version)) = (contact.and_then(|n| n.parse().ok()), version) {
                found.insert(contact, version);
            }
        }
        self.board.ledger().roster(self.number, &found);
    }

    // ---- Staying ----

    /// Does what the phase asks for until the stream is gone.
    async fn stay(&mut self, client: &mut Client) -> anyhow::Result<Gone> {
        loop {
            let mut wait = QUIET_STEP;
            match self.board.phase() {
                Phase::Talk => {
                    if self.goes_away() {
                        self.go(client).await;
                        return Ok(Gone::Away);
                    }
                    let xml = self.talk();
                    client.send(xml).await;
                    let plan = &self.board.plan;
                    let mean = Duration::from_secs_f64(MEAN_STEP * plan.people as f64 / f64::from(plan.rate.max(1)));
                    wait = self.board.within(2 * mean);
                }
                Phase::Settle(_) if !self.outgoing.is_empty() => client.send(self.ask()).await,
                Phase::Settle(number) => self.done(number),
                Phase::CatchUp(number) => {
                    if self.board.state().people[self.number].done != number {
                        if self.board.ledger().concerns(self.number) && self.catch_up(client).await.is_err() {
                            return Ok(Gone::Broken);
                        }
                        self.done(number);
                    }
                }
                Phase::Over => {
                    self.say_goodbye(client).await;
                    return Ok(Gone::Over);
                }
            }
            if !self.listen(client, wait).await? {
                return Ok(Gone::Broken);
            }
        }
    }

    fn done(&self, number: u32) {
        self.board.state().people[self.number].done = number;
    }

    fn goes_away(&self) -> bool {
        self.board.plan.leave > 0 && self.board.below(self.board.plan.leave) == 0
    }

    /// Without a word; or, where nothing is left to be acknowledged, with one.
    async fn go(&mut self, client: &mut Client) {
        if self.outgoing.is_empty() && self.board.below(2) == 0 {
            self.say_goodbye(client).await;
        } else {
            client.drop_connection();
        }
    }

    async fn say_goodbye(&mut self, client: &mut Client) {
        let last = format!("<a xmlns='{}' h='{}'/></stream:stream>", ns::SM, self.handled);
        client.send(last).await;
        // Until the server says it too; what still comes counts.
        while let Ok(Ok(Heard::Element(element))) = tokio::time::timeout(GOODBYE, client.next()).await {
            self.hear(client, &element).await;
        }
        client.drop_connection();
        self.session = None;
    }

    /// A few stanzas, and perhaps the question for their count.
    fn talk(&mut self) -> String {
        let mut xml = String::new();
        if self.outgoing.len() < MOST_OPEN {
            for _ in 0..=self.board.below(4) {
                xml.push_str(&match self.board.below(16) {
                    0 | 1 => self.push("<presence><show>away</show></presence>".to_owned(), What::Passing),
                    2 => self.change_a_contact(),
                    3 => self.request("get", "ping", &format!("<ping xmlns='{}'/>", ns::PING), What::Passing),
                    _ => self.write(),
                });
            }
        }
        if self.board.below(2) == 0 || self.outgoing.len() >= MOST_OPEN {
            xml.push_str(&self.ask());
        }
        xml
    }

    /// Asks for the count, unless that was asked already.
    fn ask(&mut self) -> String {
        let ask = if self.asked { String::new() } else { format!("<r xmlns='{}'/>", ns::SM) };
        self.asked = true;
        ask
    }

    fn write(&mut self) -> String {
        let others = self.board.plan.people - 1;
        let to = (self.number + 1 + usize::try_from(self.board.below(others as u64)).unwrap_or(0)) % (others + 1);
        let id = Id { from: self.number, number: self.written };
        self.written += 1;
        self.board.ledger().said(id, to);
        let message = format!(
            "<message type='chat' id='{id}' to='storm{to}@{}'><body>{id} says something</body>\
             <origin-id xmlns='{}' id='{id}'/></message>",
            self.board.plan.host,
            ns::SID
        );
        self.push(message, What::Message(id))
    }

    fn change_a_contact(&mut self) -> String {
        self.changes += 1;
        let (contact, version) = (self.changes % CONTACTS, self.changes);
        let item = format!("<item jid='contact{contact}@elsewhere.test' name='{version}'/>");
        let query = format!("<query xmlns='{}'>{item}</query>", ns::ROSTER);
        self.request("set", &format!("change-{version}"), &query, What::Request)
    }

    /// Queues a request to the own account; gives it.
    pub(super) fn request(&mut self, kind: &str, id: &str, payload: &str, what: What) -> String {
        self.push(format!("<iq type='{kind}' id='{id}'>{payload}</iq>"), what)
    }

    fn push(&mut self, xml: String, what: What) -> String {
        self.outgoing.push(Sent { xml: xml.clone(), what });
        xml
    }

    // ---- Listening ----

    /// For so long; false when the stream is gone.
    async fn listen(&mut self, client: &mut Client, wait: Duration) -> anyhow::Result<bool> {
        let end = Instant::now() + wait;
        // What has come is heard in any case.
        while let Ok(heard) =
            tokio::time::timeout(end.saturating_duration_since(Instant::now()).max(SHORTEST), client.next()).await
        {
            match heard {
                Ok(Heard::Element(element)) => self.hear(client, &element).await,
                Ok(Heard::Header(_)) => bail!("a stream header in the middle of a stream"),
                Ok(Heard::End | Heard::Closed) | Err(_) => return Ok(false),
            }
            if Instant::now() >= end {
                break;
            }
        }
        Ok(true)
    }

    /// Waits for the answer that is awaited.
    pub(super) async fn answer(&mut self, client: &mut Client) -> anyhow::Result<Element> {
        loop {
            let element = client.element().await?;
            self.hear(client, &element).await;
            if let Some((_, answer @ Some(_))) = &mut self.awaited {
                return answer.take().context("it was there");
            }
        }
    }

    async fn hear(&mut self, client: &mut Client, element: &Element) {
        if element.is(ns::SM, "a") {
            self.asked = false;
            if let Some(h) = element.attr_value("h").and_then(|h| h.parse().ok()) {
                self.outgoing.acknowledge(h, &mut self.board.ledger());
            }
        } else if element.is(ns::SM, "r") {
            // Now and then somebody owes an answer when the connection breaks.
            if self.board.below(50) > 0 || self.board.phase() != Phase::Talk {
                client.send(format!("<a xmlns='{}' h='{}'/>", ns::SM, self.handled)).await;
            }
        } else if element.is(ns::STREAM, "error") {
            let condition = element.first_element().map_or("no condition", |condition| condition.name());
            self.board.error(condition);
        } else if element.ns() == ns::CLIENT {
            self.handled = self.handled.wrapping_add(1);
            match element.name() {
                "message" => self.hear_message(element),
                "iq" => self.hear_iq(client, element).await,
                _ => {}
            }
        }
    }

    fn hear_message(&mut self, message: &Element) {
        if let Some(result) = message.child_named(ns::MAM, "result") {
            self.hear_archived(result);
            return;
        }
        if message.attr_value("type") == Some("error") {
            if let Some(id) = message.attr_value("id").and_then(|id| id.parse().ok()) {
                self.board.ledger().bounced(id);
            }
            return;
        }
        let Some(id) = said_in(message) else { return };
        let text = id.to_string();
        let origin = message.child_named(ns::SID, "origin-id").and_then(|origin| origin.attr_value("id"));
        let named = message.attr_value("id") == Some(&text) && origin == Some(&text);
        self.board.ledger().heard(self.number, id, named);
    }

    async fn hear_iq(&mut self, client: &mut Client, iq: &Element) {
        let id = iq.attr_value("id").unwrap_or_default();
        match iq.attr_value("type") {
            Some("get" | "set") => {
                let to = iq.attr_value("from").map(|from| format!(" to='{from}'")).unwrap_or_default();
                let push = iq.child_named(ns::ROSTER, "query").is_some();
                let answer = if push {
                    format!("<iq type='result' id='{id}'{to}/>")
                } else {
                    format!(
                        "<iq type='error' id='{id}'{to}><error type='cancel'><service-unavailable xmlns='{}'/></error></iq>",
                        ns::STANZAS
                    )
                };
                let answer = self.push(answer, What::Passing);
                client.send(answer).await;
            }
            kind => {
                if kind == Some("error") {
                    let condition = iq.elements().find(|e| e.name() == "error").and_then(Element::first_element);
                    self.board.error(condition.map_or("no condition", |condition| condition.name()));
                } else if let Some(version) = id.strip_prefix("change-").and_then(|version| version.parse().ok()) {
                    self.board.ledger().contact(self.number, version % CONTACTS, version);
                }
                if let Some((awaited, answer)) = &mut self.awaited
                    && awaited == id
                {
                    *answer = Some(iq.clone());
                }
            }
        }
    }
}

/// Which message this is, by what it says.
pub(super) fn said_in(message: &Element) -> Option<Id> {
    message.child_text("body")?.split(' ').next()?.parse().ok()
}

/// Contacts of each.
const CONTACTS: u32 = 10;
/// Stanzas that may be unacknowledged before somebody stops to write, so that a slow server is as busy as it can be and
/// still hears who comes back.
const MOST_OPEN: usize = 12;
/// Messages in a step of [`Person::talk`], on average: two and a half stanzas, twelve of sixteen of them messages.
const MEAN_STEP: f64 = 2.5 * 12.0 / 16.0;
/// Between two steps where nothing is said.
const QUIET_STEP: Duration = Duration::from_millis(20);
/// Listening for less would hear nothing.
const SHORTEST: Duration = Duration::from_micros(100);
/// How long a server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// From connecting to the stream that is counted.
const ONE_TRY: Duration = Duration::from_secs(30);
/// Between two of them.
const NEXT_TRY: Duration = Duration::from_millis(20);
/// Then it is given up.
const ALL_TRIES: Duration = Duration::from_secs(90);
