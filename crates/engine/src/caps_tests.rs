use std::sync::Mutex as StdMutex;
use std::task::{Context, Waker};

use parlour_domain::view::AccountView;
use parlour_domain::{HostName, HostPolicy, Role};
use parlour_router::{Bounds, Router};
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::payload::disco::Identity;
use parlour_xmpp::stanza::Kind;

use super::*;
use crate::locals::Locals;
use crate::testing::{Loaded, NOW, Still};

/// Who came to want what more.
#[derive(Default)]
struct Heard(StdMutex<Vec<String>>);

impl Interested for Heard {
    fn wants_more(&self, session: &Arc<Session>, interests: &Arc<Interests>, before: Option<&Interests>) {
        let nodes: Vec<_> = interests.nodes().filter(|node| !before.is_some_and(|b| b.wants(node))).collect();
        self.0.lock().expect("a lock").push(format!("{} {}", session.jid(), nodes.join(",")));
    }
}

struct World {
    caps: Arc<Caps>,
    asks: Arc<Asks>,
    router: Arc<Router>,
    heard: Arc<Heard>,
    clock: Arc<Still>,
}

impl World {
    fn new() -> Self {
        let (router, locals, clock) = (Arc::new(Router::new()), Arc::new(Locals::default()), Arc::new(Still::at(NOW)));
        locals.set([(HostName::parse("x").expect("a domain"), HostPolicy::default())]);
        let asks = Arc::new(Asks::new(Arc::clone(&router), locals, Arc::new(Loaded::new(1)), clock.clone()));
        let (caps, heard) = (Arc::new(Caps::new(Arc::clone(&asks))), Arc::new(Heard::default()));
        caps.set_interested(heard.clone());
        Self { caps, asks, router, heard, clock }
    }

    fn client(&self, full: &str) -> Arc<Session> {
        let jid = FullJid::new(full).expect("an address");
        let outbox = Arc::new(parlour_router::Outbox::new(Bounds::default()));
        let before = self.router.before(&jid);
        let attached = self.router.attach(&jid, &outbox, AccountView::new(Role::Member), before);
        let live = attached.expect("few").expect("unchanged").live;
        Arc::new(Session::new(jid, 1, None, live, outbox))
    }

    /// As the way does with a presence.
    fn says(&self, session: &Arc<Session>, summary: &Summary) {
        let payload = summary.to_element().to_bytes(ns::CLIENT);
        let presence = Stanza::build(Kind::Presence, "", "", None, Some(&session.from), &payload).expect("a stanza");
        session.live.update_resource(session.resource(), &session.outbox, |r| {
            (r.priority, r.presence) = (Some(0), Some(presence.clone()));
        });
        self.caps.announced(session, &presence);
    }

    fn wants(&self, session: &Session, node: &str) -> bool {
        let view = session.live.view();
        view.resource(session.resource()).is_some_and(|r| r.interests.as_ref().is_some_and(|all| all.wants(node)))
    }

    /// The requests that wait for a client.
    fn asked(&self, session: &Session) -> Vec<Stanza> {
        let mut batch = Vec::new();
        session.outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
        batch.into_iter().map(|out| out.stanza).collect()
    }

    fn answers(&self, session: &Session, request: &Stanza, info: Option<&DiscoInfo>) {
        let answer = match info {
            Some(info) => request.result_reply(Some(&info.to_element())),
            None => request.error_reply(&parlour_xmpp::error::StanzaError::item_not_found()).expect("an error"),
        };
        assert!(self.asks.settle(&session.from, request.from().expect("from a host"), &answer));
    }
}

fn info(features: &[&str]) -> DiscoInfo {
    let features = features.iter().map(|var| (*var).to_owned()).collect();
    DiscoInfo { identities: vec![Identity::new("client", "phone")], features, ..DiscoInfo::default() }
}

fn summary(info: &DiscoInfo) -> Summary {
    Summary { node: "https://chat.example".into(), ver: info.ver().expect("well-formed"), hash: "sha-1".into() }
}

#[test]
fn the_first_of_a_kind_is_asked_and_all_of_it_are_known() {
    let world = World::new();
    let (a, b, c) = (world.client("a@x/r"), world.client("b@x/r"), world.client("c@x/r"));
    let chat = info(&["urn:mood+notify", "urn:other"]);
    let says = summary(&chat);
    world.says(&a, &says);
    world.says(&b, &says);
    world.says(&b, &says);
    let asked = world.asked(&a);
    assert!(world.asked(&b).is_empty() && asked.len() == 1, "one of a kind");
    let query = asked[0].iq_payload().expect("a query").element().expect("XML");
    assert_eq!(query.attr_value("node"), Some(&*format!("https://chat.example#{}", says.ver)));
    assert_eq!(asked[0].from().map(|from| from.as_str()), Some("x"));
    world.answers(&a, &asked[0], Some(&chat));
    world.says(&c, &says);
    world.says(&c, &says);
    for client in [&a, &b, &c] {
        assert!(world.wants(client, "urn:mood") && !world.wants(client, "urn:other"), "{}", client.jid());
    }
    assert!(world.asked(&c).is_empty(), "known by its hash");
    let heard = world.heard.0.lock().expect("a lock").clone();
    assert_eq!(heard, ["a@x/r urn:mood", "b@x/r urn:mood", "c@x/r urn:mood"], "each once");

    // It learns something: only that is new.
    let more = info(&["urn:mood+notify", "urn:tune+notify"]);
    world.says(&c, &summary(&more));
    world.answers(&c, &world.asked(&c)[0], Some(&more));
    assert_eq!(world.heard.0.lock().expect("a lock").last().map(String::as_str), Some("c@x/r urn:tune"));
    assert!(world.caps.lock().asking.is_empty());
}

#[test]
fn attack_61_who_lies_is_believed_for_itself_only() {
    let world = World::new();
    let (eve, ben, carl) = (world.client("eve@x/r"), world.client("ben@x/r"), world.client("carl@x/r"));
    let chat = info(&["urn:mood+notify"]);
    let says = summary(&chat);
    world.says(&eve, &says);
    world.says(&ben, &says);
    world.says(&carl, &says);
    world.answers(&eve, &world.asked(&eve)[0], Some(&info(&["urn:evil+notify"])));
    assert!(world.wants(&eve, "urn:evil") && !world.wants(&ben, "urn:evil"));
    // One of the others is asked; should it refuse, the last.
    let (second, third) = if world.wants_to_know(&ben) { (&ben, &carl) } else { (&carl, &ben) };
    world.answers(second, &world.requests(second)[0], None);
    world.answers(third, &world.requests(third)[0], Some(&chat));
    assert!(world.wants(third, "urn:mood") && !world.wants(second, "urn:mood"));
    // Each of the two is not asked again for the same.
    for lied in [&eve, second] {
        world.says(lied, &says);
        assert!(world.asked(lied).is_empty(), "{}", lied.jid());
    }
    assert!(world.caps.lock().asking.is_empty());
}

impl World {
    fn wants_to_know(&self, session: &Session) -> bool {
        !session.outbox.is_empty()
    }

    fn requests(&self, session: &Session) -> Vec<Stanza> {
        let asked = self.asked(session);
        assert_eq!(asked.len(), 1, "{}", session.jid());
        asked
    }
}

#[test]
fn attack_61_what_cannot_be_proved_is_asked_of_each_and_kept_for_none() {
    let world = World::new();
    let (a, b) = (world.client("a@x/r"), world.client("b@x/r"));
    let says = Summary { node: "n".into(), ver: "1.0".into(), hash: "sha-512".into() };
    for client in [&a, &b] {
        world.says(client, &says);
        world.says(client, &says);
        let asked = world.asked(client);
        world.answers(client, &asked[0], Some(&info(&["urn:mood+notify"])));
        assert!(world.wants(client, "urn:mood"));
        world.says(client, &says);
        assert!(world.asked(client).is_empty());
    }
    let legacy = "<presence><c xmlns='http://jabber.org/protocol/caps' node='n' ver='1.0' ext='a b'/></presence>";
    let c = world.client("c@x/r");
    world.caps.announced(&c, &Stanza::parse(legacy.as_bytes()).expect("a stanza"));
    assert!(world.asked(&c).is_empty(), "the form of 2007 says nothing");
    assert!(world.caps.lock().known.is_empty());
}

#[test]
fn attack_61_the_memory_is_bounded_and_keeps_what_is_used() {
    let world = World::new();
    let keep = world.client("keep@x/r");
    let used = info(&["urn:used+notify"]);
    world.says(&keep, &summary(&used));
    world.answers(&keep, &world.asked(&keep)[0], Some(&used));
    let eve = world.client("eve@x/r");
    for n in 0..3 * MAX_KNOWN {
        let made_up = info(&[&format!("urn:{n}+notify"), "urn:same+notify"]);
        world.says(&eve, &summary(&made_up));
        world.answers(&eve, &world.asked(&eve)[0], Some(&made_up));
        if n % 100 == 0 {
            world.says(&keep, &summary(&used));
        }
        let inner = world.caps.lock();
        assert!(inner.known.len() <= MAX_KNOWN && inner.sets.len() <= MAX_KNOWN + 1);
    }
    assert!(world.asked(&keep).is_empty(), "never asked again");
}

#[test]
fn who_leaves_or_does_not_answer_leaves_nobody_waiting() {
    let world = World::new();
    let (a, b, c) = (world.client("a@x/r"), world.client("b@x/r"), world.client("c@x/r"));
    let chat = info(&["urn:mood+notify"]);
    world.says(&a, &summary(&chat));
    let asked = world.asked(&a);
    world.says(&b, &summary(&chat));
    b.outbox.close();
    world.says(&c, &summary(&chat));
    // Its answer comes when it has left.
    a.live.update_resource(a.resource(), &a.outbox, |r| r.priority = None);
    world.clock.pass(30_000);
    world.asks.sweep();
    assert_eq!(world.asked(&c).len(), 1, "the next is asked");
    assert!(!world.asks.settle(&a.from, asked[0].from().expect("a host"), &asked[0].result_reply(None)), "too late");
    world.clock.pass(30_000);
    world.asks.sweep();
    assert!(world.caps.lock().asking.is_empty());
    world.says(&a, &summary(&chat));
    world.answers(&a, &world.asked(&a)[0], Some(&chat));
    assert!(world.wants(&a, "urn:mood") && world.heard.0.lock().expect("a lock").len() == 1);
}
