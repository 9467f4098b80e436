use std::task::{Context, Waker};

use parlour_domain::roster::{Roster, RosterItem};
use parlour_domain::subscription::{From, State, To};
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::view::AccountView;
use parlour_domain::{HostOptions, Role};
use parlour_router::{Bounds, Outbox, Since};
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::payload::disco::{Caps as Summary, DiscoInfo, Identity};
use parlour_xmpp::payload::pubsub::options::{Limit, NodeOptions, SendLast};
use parlour_xmpp::stanza::DefaultNs;

use super::*;
use crate::assemble::{self, Assembled, assemble};
use crate::chores::Post;
use crate::hosts::FileHosts;
use crate::keys::{SecretKey, ServerKeys};
use crate::session::Origin;
use crate::testing::{Loaded, NOW, Still, by, host, jid, operator};
use crate::way::Gate;
use crate::{Window, sessions};

struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: parlour_domain::subscription::Kind) -> bool {
        true
    }
}

struct Town(Assembled, Sqlite);

impl std::ops::Deref for Town {
    type Target = Assembled;

    fn deref(&self) -> &Assembled {
        &self.0
    }
}

const MOOD: &str = "urn:mood";

impl Town {
    async fn of(people: &[&str]) -> Self {
        let key = || SecretKey::new([3; 32]);
        let tokens = TokenKeys::new(vec![TokenKey { id: 1, secret: [2; 32] }]).expect("a ring");
        let store = Sqlite::in_memory(Options::default()).expect("a store");
        let all = assemble(assemble::Parts {
            store: store.clone(),
            keys: ServerKeys { tokens, sealing: key(), fake_salt: key(), csrf: key() },
            file: FileHosts { defaults: HostOptions::default(), hosts: [(host(), HostOptions::default())].into() },
            clock: Arc::new(Still::at(NOW)),
            dice: Arc::new(Loaded::new(3)),
            post: Arc::new(NoPost),
            hashing: 1,
            iterations: 1,
        });
        all.people.hosts.load().await.expect("served");
        for name in people {
            let made = all.people.accounts.create(&operator(), &host(), name, Role::Member, None).await;
            made.expect("a person").into_out();
        }
        Self(all, store)
    }

    /// `who` sees `owner`.
    async fn befriend(&self, owner: &str, who: &str) {
        for kind in [parlour_domain::subscription::Kind::Subscribe, parlour_domain::subscription::Kind::Subscribed] {
            let (from, to) =
                if kind == parlour_domain::subscription::Kind::Subscribe { (who, owner) } else { (owner, who) };
            let stanza = Stanza::build(Kind::Presence, kind.as_str(), "", Some(&jid(to)), None, &[]).expect("a stanza");
            let by = by(from, Role::Member);
            self.circle.rosters.subscription(&by, &jid(from), &jid(to), kind, &stanza).await.expect("done").into_out();
        }
    }

    async fn client(&self, name: &str) -> Arc<Session> {
        let full = FullJid::new(&format!("{}/r", jid(name))).expect("an address");
        sessions::bind(&self.engine, full, 1, None, Bounds::default(), Since::default()).await.expect("bound")
    }

    async fn says(&self, session: &Arc<Session>, xml: &str) {
        let origin = Origin::Client(Arc::clone(session));
        let gate = Gate { engine: &self.engine, origin: &origin };
        let mut window = Window::default();
        window.offer(&gate, Stanza::parse(xml.as_bytes()).expect("a stanza"));
        std::future::poll_fn(|cx| window.poll(cx, &gate)).await;
    }

    /// Available, and asked what it wants: these nodes.
    async fn online(&self, name: &str, wants: &[&str]) -> Arc<Session> {
        let session = self.client(name).await;
        self.available(&session, wants).await;
        session
    }

    async fn available(&self, session: &Arc<Session>, wants: &[&str]) {
        let features = wants.iter().map(|node| format!("{node}+notify")).collect();
        let info = DiscoInfo { identities: vec![Identity::new("client", "pc")], features, ..DiscoInfo::default() };
        let caps = Summary { node: "n".into(), ver: info.ver().expect("well-formed"), hash: "sha-1".into() };
        let caps = String::from_utf8(caps.to_element().to_bytes(ns::CLIENT)).expect("UTF-8");
        self.says(session, &format!("<presence>{caps}</presence>")).await;
        let batch = taken(session);
        for request in batch.iter().filter(|out| out.stanza.kind() == Kind::Iq) {
            let answer = request.stanza.result_reply(Some(&info.to_element()));
            let answer = String::from_utf8(answer.bytes().to_vec()).expect("UTF-8");
            self.says(session, &answer).await;
        }
    }

    async fn publish(&self, owner: &str, node: &str, id: &str, wish: NodeOptions) {
        let payload = Some(parlour_domain::kept::Kept::from(format!("<mood xmlns='urn:mood' n='{id}'/>").into_bytes()));
        let by = by(owner, Role::Member);
        let done = self.circle.pubsub.publish(&by, &jid(owner), node, Some(id.into()), payload, Some(wish)).await;
        done.expect("published").into_out();
    }

    /// Tells all there is to tell.
    async fn told(&self) {
        while self.events.step().await {}
    }
}

fn taken(session: &Session) -> Vec<Out> {
    let mut batch = Vec::new();
    session.outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
    batch
}

/// The events that have come, as they are written.
fn heard(session: &Session) -> Vec<String> {
    let events = taken(session).into_iter().filter(|out| out.stanza.kind() == Kind::Message);
    events
        .map(|out| {
            let mut bytes = Vec::new();
            out.write(&mut bytes, DefaultNs::Stream);
            String::from_utf8(bytes).expect("UTF-8")
        })
        .collect()
}

fn model(access_model: AccessModel) -> NodeOptions {
    NodeOptions { access_model: Some(access_model), ..NodeOptions::default() }
}

#[tokio::test]
async fn an_event_reaches_whoever_is_there_and_wants_it() {
    let town = Town::of(&["anna", "ben", "carl", "dora"]).await;
    town.befriend("anna", "ben").await;
    town.befriend("anna", "carl").await;
    let anna = town.online("anna", &[MOOD]).await;
    let ben = town.online("ben", &[MOOD]).await;
    let carl = town.online("carl", &["urn:other"]).await;
    let dora = town.online("dora", &[MOOD]).await;
    town.told().await;
    for client in [&anna, &ben, &carl, &dora] {
        assert_eq!(heard(client), [""; 0]);
    }
    town.publish("anna", MOOD, "1", NodeOptions::default()).await;
    town.told().await;
    let event = heard(&ben);
    assert_eq!(event.len(), 1, "{event:?}");
    for part in [
        &*format!("from='{}'", jid("anna")),
        &format!("to='{}/r'", jid("ben")),
        "type='headline'",
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:mood'><item id='1'><mood",
    ] {
        assert!(event[0].contains(part), "{part} in {}", event[0]);
    }
    assert_eq!(heard(&anna).len(), 1, "one's own clients");
    assert_eq!((heard(&carl).len(), heard(&dora).len()), (0, 0), "who does not want it, and a stranger");
}

#[tokio::test]
async fn attack_62_events_are_for_those_who_may_read() {
    let town = Town::of(&["anna", "ben", "carl", "dora"]).await;
    for name in ["ben", "carl"] {
        town.befriend("anna", name).await;
    }
    let wish = parlour_domain::roster::Wish { name: None, groups: vec!["Friends".into()] };
    let anna = by("anna", Role::Member);
    town.circle.rosters.set(&anna, &jid("anna"), jid("ben"), wish).await.expect("named").into_out();
    let nodes = ["open", "presence", "roster", "whitelist"];
    let (mut clients, names) = (Vec::new(), ["anna", "ben", "carl", "dora"]);
    for name in names {
        clients.push(town.online(name, &nodes).await);
    }
    let who = async |node: &str, id: &str| {
        clients.iter().for_each(|client| drop(taken(client)));
        town.publish("anna", node, id, NodeOptions::default()).await;
        town.told().await;
        let heard: Vec<_> = clients.iter().zip(names).filter(|(client, _)| !heard(client).is_empty()).collect();
        heard.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    for (node, wish) in nodes.into_iter().zip([
        model(AccessModel::Open),
        model(AccessModel::Presence),
        NodeOptions { roster_groups_allowed: Some(vec!["Friends".into()]), ..model(AccessModel::Roster) },
        model(AccessModel::Whitelist),
    ]) {
        town.publish("anna", node, "0", wish).await;
    }
    assert_eq!(who("open", "1").await, ["anna", "ben", "carl"]);
    assert_eq!(who("presence", "1").await, ["anna", "ben", "carl"]);
    assert_eq!(who("roster", "1").await, ["anna", "ben"]);
    assert_eq!(who("whitelist", "1").await, ["anna"]);
    let turns = [
        (jid("carl"), Some(parlour_domain::pubsub::Affiliation::Member)),
        (jid("ben"), Some(parlour_domain::pubsub::Affiliation::Outcast)),
    ];
    for node in ["whitelist", "open"] {
        let done = town.circle.pubsub.affiliate(&anna, &jid("anna"), node, turns.to_vec()).await;
        done.expect("done").into_out();
        assert_eq!(who(node, "2").await, ["anna", "carl"], "{node}");
    }
    // Blocked, in either direction.
    let block = async |who: &str, whom: &str| {
        let items = vec![Jid::from(jid(whom))];
        let done = town.circle.blocks.block(&by(who, Role::Member), &jid(who), items).await;
        done.expect("blocked").into_out();
    };
    block("anna", "ben").await;
    assert_eq!(who("presence", "3").await, ["anna", "carl"]);
    block("carl", "anna").await;
    assert_eq!(who("presence", "4").await, ["anna"]);
    // Whoever is blocked and comes is told nothing either.
    for name in ["ben", "carl"] {
        let client = town.online(name, &nodes).await;
        town.told().await;
        assert_eq!(heard(&client), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn each_kind_of_change_says_what_it_is() {
    let town = Town::of(&["anna"]).await;
    let anna = town.online("anna", &[MOOD, "quiet"]).await;
    let (owner, pubsub) = (by("anna", Role::Member), &town.circle.pubsub);
    let many = NodeOptions { max_items: Some(Limit::Is(3)), notify_config: Some(true), ..NodeOptions::default() };
    town.publish("anna", MOOD, "1", many).await;
    let bare = jid("anna");
    pubsub.retract(&owner, &bare, MOOD, "1".into(), false).await.expect("done").into_out();
    let wish = NodeOptions { deliver_payloads: Some(false), ..NodeOptions::default() };
    pubsub.configure(&owner, &bare, MOOD, wish).await.expect("done").into_out();
    town.publish("anna", MOOD, "2", NodeOptions::default()).await;
    pubsub.purge(&owner, &bare, MOOD).await.expect("done").into_out();
    pubsub.delete(&owner, &bare, MOOD).await.expect("done").into_out();
    let quiet = NodeOptions { deliver_notifications: Some(false), ..NodeOptions::default() };
    town.publish("anna", "quiet", "1", quiet).await;
    town.told().await;
    let heard = heard(&anna);
    let expected = [
        "<items node='urn:mood'><item id='1'><mood",
        "<items node='urn:mood'><retract id='1'/></items>",
        "<configuration node='urn:mood'/>",
        "<items node='urn:mood'><item id='2'/></items>",
        "<purge node='urn:mood'/>",
        "<delete node='urn:mood'/>",
    ];
    assert_eq!(heard.len(), expected.len(), "{heard:#?}");
    for (event, part) in heard.iter().zip(expected) {
        assert!(event.contains(part), "{part} in {event}");
    }
}

#[tokio::test]
async fn whoever_comes_is_told_what_there_is_once() {
    let town = Town::of(&["anna", "ben", "carl"]).await;
    town.befriend("anna", "ben").await;
    for (owner, node) in [("anna", MOOD), ("anna", "urn:tune"), ("ben", MOOD), ("carl", MOOD)] {
        town.publish(owner, node, "1", NodeOptions::default()).await;
    }
    let silent = NodeOptions { send_last_published_item: Some(SendLast::OnSub), ..NodeOptions::default() };
    town.publish("anna", "urn:silent", "1", silent).await;
    town.told().await;
    let ben = town.online("ben", &[MOOD, "urn:silent"]).await;
    town.told().await;
    let events = heard(&ben);
    assert_eq!(events.len(), 2, "{events:#?}");
    assert!(events[0].contains(&format!("from='{}'", jid("ben"))), "one's own first: {events:#?}");
    assert!(events[1].contains(&format!("from='{}'", jid("anna"))) && events[1].contains(MOOD), "{events:#?}");
    town.available(&ben, &[MOOD, "urn:silent"]).await;
    town.told().await;
    assert_eq!(heard(&ben), [""; 0], "an update is no arrival");
    town.available(&ben, &[MOOD, "urn:silent", "urn:tune"]).await;
    town.told().await;
    let events = heard(&ben);
    assert!(events.len() == 1 && events[0].contains("urn:tune"), "what it did not want before: {events:#?}");
    town.says(&ben, "<presence type='unavailable'/>").await;
    town.available(&ben, &[MOOD]).await;
    town.told().await;
    assert_eq!(heard(&ben).len(), 2, "it has come again");

    // A new contact, whose subscription is granted while both are there.
    let carl = town.online("carl", &[MOOD]).await;
    town.told().await;
    heard(&carl);
    town.befriend("anna", "carl").await;
    town.told().await;
    let events = heard(&carl);
    assert!(events.len() == 1 && events[0].contains(&format!("from='{}'", jid("anna"))), "{events:#?}");
}

#[tokio::test]
async fn nobody_hears_an_older_item_after_a_newer_one() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    town.publish("anna", MOOD, "old", NodeOptions::default()).await;
    town.told().await;
    let ben = town.online("ben", &[MOOD]).await;
    town.publish("anna", MOOD, "new", NodeOptions::default()).await;
    town.told().await;
    let events = heard(&ben);
    assert!(!events.is_empty() && events.iter().all(|event| event.contains("id='new'")), "{events:#?}");
}

#[tokio::test]
async fn who_comes_slowly_is_told_as_fast_as_it_takes() {
    let town = Town::of(&["ben"]).await;
    town.publish("ben", MOOD, "1", NodeOptions::default()).await;
    town.told().await;
    let ben = town.online("ben", &[MOOD]).await;
    let filler = Stanza::parse(b"<message><body>x</body></message>").expect("a stanza");
    for _ in 0..Bounds::default().stanzas / 4 {
        ben.outbox.push(Out::plain(filler.clone())).expect("room");
    }
    town.told().await;
    assert!(town.events.lock().is_waiting(), "it has enough to take");
    assert!(heard(&ben).iter().all(|message| !message.contains(MOOD)));
    town.events.lock().look_again();
    town.told().await;
    assert_eq!(heard(&ben).len(), 1);
    assert!(!town.events.lock().is_waiting());
}

#[tokio::test]
async fn attack_63_five_thousand_contacts_cost_the_commit_nothing() {
    const CONTACTS: usize = 5_000;
    const ITEMS: usize = 20;
    let town = Town::of(&["anna"]).await;
    let (router, cache) = (&town.engine.router, town.events.parts.rosters.cache());
    let state = State { to: To::No, from: From::Yes, approved: false };
    let interests = DiscoInfo { features: vec![format!("{MOOD}+notify")], ..DiscoInfo::default() };
    let interests = Arc::new(Interests::of(&interests));
    let (mut items, mut boxes) = (Vec::new(), Vec::new());
    for n in 0..CONTACTS {
        let contact = jid(&format!("c{n}"));
        let full = contact.with_resource_str("r").expect("an address");
        let outbox = Arc::new(Outbox::new(Bounds::default()));
        let live = router.attach(&full, &outbox, AccountView::new(Role::Member), router.before(&full));
        let live = live.expect("few").expect("unchanged").live;
        live.update_resource("r", &outbox, |r| (r.priority, r.interests) = (Some(0), Some(Arc::clone(&interests))));
        items.push(RosterItem { contact, name: None, groups: Vec::new(), state });
        boxes.push(outbox);
    }
    let roster = Roster { version: 1, items, requests: Vec::new() };
    cache.remember(&jid("anna"), &roster, cache.before(jid("anna").as_str()), |_| true);

    for n in 0..ITEMS {
        town.publish("anna", MOOD, &n.to_string(), NodeOptions::default()).await;
    }
    assert!(boxes.iter().all(|outbox| outbox.is_empty()), "nothing is told on the store's thread");
    town.told().await;
    assert!(boxes.iter().all(|outbox| outbox.len() == ITEMS));
    // Faster than it is told: bounded.
    for n in 0..2 * MAX_OF_ONE {
        town.publish("anna", MOOD, &n.to_string(), NodeOptions::default()).await;
    }
    let lost = town.events.meters.lost.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(lost, u64::try_from(MAX_OF_ONE).expect("few"));
}

#[tokio::test]
async fn attack_63_a_new_picture_costs_its_commit_nothing_and_gives_way_to_newer_presence() {
    let town = Town::of(&["anna", "ben"]).await;
    town.befriend("anna", "ben").await;
    let (anna, ben) = (town.online("anna", &[]).await, town.online("ben", &[]).await);
    town.told().await;
    let presences = |session: &Session| {
        taken(session).into_iter().filter(|out| out.stanza.kind() == Kind::Presence).collect::<Vec<_>>()
    };
    let picture = |side: u8| {
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0"[..], &[side], b"\0\0\0\x40\x08\x06\0\0\0"].concat();
        let card = parlour_xmpp::payload::vcard::empty();
        let card = parlour_xmpp::payload::vcard::with_photo(card, Some(("image/png", &png)));
        parlour_domain::profile::picture::Card::read(&card).expect("a card")
    };
    let show = async |side| {
        let done = town.circle.personal.set_vcard(&by("anna", Role::Member), &jid("anna"), picture(side)).await;
        done.expect("kept").into_out();
    };
    drop((presences(&anna), presences(&ben)));
    show(1).await;
    assert_eq!((presences(&anna).len(), presences(&ben).len()), (0, 0), "not on the store's thread");
    town.told().await;
    assert_eq!((presences(&anna).len(), presences(&ben).len()), (1, 1));
    // What she says meanwhile has the picture in it, and is not said twice.
    show(2).await;
    town.says(&anna, "<presence><show>away</show></presence>").await;
    town.told().await;
    let heard = presences(&ben);
    assert_eq!(heard.len(), 1);
    assert!(heard[0].stanza.has(parlour_xmpp::stanza::Tag::VcardUpdate));
}

#[tokio::test]
async fn two_hundred_contacts_are_a_handful_of_reads() {
    let town = Town::of(&["anna"]).await;
    let cache = town.events.parts.rosters.cache();
    let item = |n| RosterItem { contact: jid(&format!("c{n}")), name: None, groups: Vec::new(), state: State::BOTH };
    let roster = Roster { version: 1, items: (0..200).map(item).collect(), requests: Vec::new() };
    let anna = town.online("anna", &[MOOD]).await;
    cache.remember(&jid("anna"), &roster, cache.before(jid("anna").as_str()), |_| true);
    let before = town.1.meters().reads();
    town.told().await;
    assert_eq!(town.1.meters().reads() - before, 7, "201 accounts, 32 at a time");
    assert_eq!(heard(&anna), [""; 0]);
}

#[tokio::test]
async fn each_contact_is_looked_at_once_however_many_there_are() {
    let names: Vec<String> = (0..70).map(|n| format!("c{n}")).collect();
    let mut people: Vec<&str> = names.iter().map(String::as_str).collect();
    people.push("anna");
    let town = Town::of(&people).await;
    for name in &names {
        town.befriend(name, "anna").await;
        // The third read is cut by what is large.
        let large = format!("<mood xmlns='urn:mood'>{}</mood>", "x".repeat(100 * 1024));
        let payload = if name.starts_with("c6") { large } else { "<mood xmlns='urn:mood'/>".into() };
        let (by, payload) = (by(name, Role::Member), Some(payload.into_bytes().into()));
        let done = town.circle.pubsub.publish(&by, &jid(name), MOOD, Some("1".into()), payload, None).await;
        done.expect("published").into_out();
    }
    town.publish("anna", MOOD, "1", NodeOptions::default()).await;
    town.told().await;
    let anna = town.online("anna", &[MOOD]).await;
    let mut events = Vec::new();
    for _ in 0..8 {
        town.told().await;
        events.extend(heard(&anna));
        town.events.lock().look_again();
    }
    let from =
        |event: &String| event.split("from='").nth(1).and_then(|rest| rest.split('\'').next()).map(str::to_owned);
    let mut owners: Vec<_> = events.iter().filter_map(from).collect();
    assert_eq!(owners.len(), 71);
    owners.sort_unstable();
    owners.dedup();
    assert_eq!(owners.len(), 71, "{owners:?}");
}
