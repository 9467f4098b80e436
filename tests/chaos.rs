//! Two clients on bad networks: connections break at random, sessions are resumed, somebody looks or not, and each message
//! comes once, in order.
//!
//! Spec: XEP-0198 §5, XEP-0352; ATTACKS 2.1, what "acknowledged" has to mean.

use std::collections::VecDeque;

use parlour_domain::{Dice, Role};
use parlour_testkit::{Client, Heard, Loaded, PASSWORD, Server};

const SM: &str = "xmlns='urn:xmpp:sm:3'";

/// A client that counts and comes back.
struct Commuter {
    jid: &'static str,
    client: Client,
    previd: String,
    /// Stanzas it has received since XEP-0198 was on.
    heard: u32,
    /// Bodies it has received.
    bodies: Vec<u32>,
    /// What it sent and nobody counted yet.
    unacked: VecDeque<String>,
    /// What was counted of what it sent.
    counted: u32,
}

impl Commuter {
    async fn new(server: &Server, jid: &'static str) -> Self {
        server.account(jid, Role::Member).await.expect("an account");
        let mut client = Client::sign_in(server.ports.c2s, &format!("{jid}/phone"), PASSWORD).await.expect("signed in");
        client.send("<presence/>").await;
        client.until_pong().await.expect("well");
        client.send(format!("<enable {SM} resume='true'/>")).await;
        let enabled = client.element().await.expect("an answer");
        let previd = enabled.attr_value("id").expect("it can be resumed").to_owned();
        Self { jid, client, previd, heard: 0, bodies: Vec::new(), unacked: VecDeque::new(), counted: 0 }
    }

    async fn say(&mut self, stanza: String) {
        self.client.send(&stanza).await;
        self.unacked.push_back(stanza);
    }

    fn counted(&mut self, h: Option<&str>) {
        let h: u32 = h.and_then(|h| h.parse().ok()).expect("a count");
        assert!(h >= self.counted, "{}: counts go back from {} to {h}", self.jid, self.counted);
        for _ in self.counted..h {
            self.unacked.pop_front().unwrap_or_else(|| panic!("{}: {h} counted and not sent", self.jid));
        }
        self.counted = h;
    }

    async fn take(&mut self, heard: Heard) {
        let Heard::Element(element) = heard else { panic!("{}: {heard:?}", self.jid) };
        match element.name() {
            "a" => self.counted(element.attr_value("h")),
            "r" => self.client.send(format!("<a {SM} h='{}'/>", self.heard)).await,
            _ => {
                self.heard += 1;
                self.bodies.extend(element.child_text("body").and_then(|n| n.parse::<u32>().ok()));
            }
        }
    }

    async fn listen(&mut self) {
        for heard in self.client.so_far().await.expect("XMPP") {
            self.take(heard).await;
        }
    }

    /// The connection breaks, with whatever is in it; a new one takes the session on.
    async fn reconnect(&mut self, server: &Server) {
        self.client.drop_connection();
        let name = self.jid.split('@').next().expect("a name");
        self.client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
        self.client.authenticate(name, PASSWORD).await.expect("signed in");
        self.client.open().await.expect("features");
        self.client.send(format!("<resume {SM} previd='{}' h='{}'/>", self.previd, self.heard)).await;
        let resumed = self.client.element().await.expect("an answer");
        assert_eq!(resumed.name(), "resumed", "{}: {resumed}", self.jid);
        self.counted(resumed.attr_value("h"));
        for stanza in &self.unacked {
            self.client.send(stanza).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_over_breaking_connections_comes_once_and_in_order() {
    let rounds = if crate::attacks::full() { 40 } else { 3 };
    for seed in 1..=rounds {
        let server = Server::new().await;
        let mut ends =
            [Commuter::new(&server, "romeo@example.test").await, Commuter::new(&server, "juliet@example.test").await];
        let dice = Loaded::new(seed);
        let dice: &dyn Dice = &dice;
        let (mut said, count) = ([0_u32; 2], 120);
        while said != [count; 2] {
            let [who, what] = dice.bytes::<2>();
            let (who, other) = if who % 2 == 0 { (0, "juliet@example.test") } else { (1, "romeo@example.test") };
            match what % 16 {
                0 => ends[who].reconnect(&server).await,
                1..=5 => ends[who].listen().await,
                6 => {
                    let h = ends[who].heard;
                    ends[who].client.send(format!("<a {SM} h='{h}'/><r {SM}/>")).await;
                }
                // Looked at, or not; and what may wait meanwhile.
                7 => {
                    let state = if what / 16 % 2 == 0 { "inactive" } else { "active" };
                    ends[who].client.send(format!("<{state} xmlns='urn:xmpp:csi:0'/>")).await;
                }
                8 => {
                    let typing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
                    let presence = format!("<presence to='{other}/phone'/>");
                    let message = format!("<message to='{other}/phone' type='chat'>{typing}</message>");
                    ends[who].say(if what / 16 % 2 == 0 { presence } else { message }).await;
                }
                _ if said[who] < count => {
                    said[who] += 1;
                    let body = said[who];
                    // To the account, to the resource, and what is not kept on the way.
                    let stanza = match what % 3 {
                        0 => format!("<message to='{other}' type='chat'><body>{body}</body></message>"),
                        1 => format!("<message to='{other}/phone' type='chat'><body>{body}</body></message>"),
                        _ => format!(
                            "<message to='{other}' type='chat'><body>{body}</body><no-store xmlns='urn:xmpp:hints'/></message>"
                        ),
                    };
                    ends[who].say(stanza).await;
                }
                _ => {}
            }
        }
        let all: Vec<u32> = (1..=count).collect();
        for who in 0..2 {
            while ends[who].bodies.len() < all.len() {
                match ends[who].client.next().await {
                    Ok(heard) => ends[who].take(heard).await,
                    Err(error) => {
                        let other = ends[1 - who].client.so_far().await;
                        panic!(
                            "seed {seed}: {error:#}: {:?}; the other hears {other:?}, {:?} is not counted",
                            ends[who].bodies,
                            ends[1 - who].unacked
                        );
                    }
                }
            }
            let end = &mut ends[who];
            // The ping counts as well.
            end.unacked.push_back(String::new());
            for heard in end.client.until_pong().await.expect("well") {
                end.take(Heard::Element(heard)).await;
            }
            assert_eq!(end.bodies, all, "seed {seed}: {}", end.jid);
        }
    }
}
