use std::sync::Mutex as StdMutex;
use std::task::{Context, Waker};

use parlour_domain::view::AccountView;
use parlour_domain::{HostName, HostPolicy, Role};
use parlour_router::{Bounds, Exit, Outbox};
use parlour_xmpp::error::Condition;
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::stanza::DefaultNs;

use super::*;
use crate::testing::{Loaded, NOW, Still};

fn jid(text: &str) -> Jid {
    Jid::new(text).expect("literal")
}

/// What left for other servers.
#[derive(Default)]
struct Away(StdMutex<Vec<Stanza>>);

impl Exit for Away {
    fn send(&self, to: &Jid, out: Out) -> Result<(), NoExit> {
        if to.domain().as_str() == "nowhere.test" {
            return Err(NoExit::NotFound);
        }
        self.0.lock().expect("a lock").push(out.stanza);
        Ok(())
    }
}

struct World {
    asks: Arc<Asks>,
    router: Arc<Router>,
    away: Arc<Away>,
    clock: Arc<Still>,
}

impl World {
    fn new() -> Self {
        let (router, locals, clock) = (Arc::new(Router::new()), Arc::new(Locals::default()), Arc::new(Still::at(NOW)));
        locals.set([(HostName::parse("x").expect("a domain"), HostPolicy::default())]);
        let away = Arc::new(Away::default());
        router.set_remote(away.clone());
        let asks = Asks::new(Arc::clone(&router), locals, Arc::new(Loaded::new(1)), clock.clone());
        Self { asks: Arc::new(asks), router, away, clock }
    }

    fn begin(&self, to: &str) -> Result<(Box<str>, Heard), AskError> {
        let heard = Arc::new(StdMutex::new(None));
        let ear = Arc::clone(&heard);
        let payload = Element::new(ns::PING, "ping");
        let done = move |answer| *ear.lock().expect("a lock") = Some(answer);
        let id = self.asks.begin(jid("x"), jid(to), IqKind::Get, &payload, TIME, done)?;
        Ok((id, heard))
    }

    fn answer(&self, from: &str, to: &str, id: &str, inside: &str) -> bool {
        self.asks.settle(&jid(from), &jid(to), &result(id, inside))
    }
}

fn result(id: &str, inside: &str) -> Stanza {
    Stanza::parse(format!("<iq type='result' id='{id}'>{inside}</iq>").as_bytes()).expect("a stanza")
}

/// Where an answer comes to.
type Heard = Arc<StdMutex<Option<Answer>>>;

const TIME: Duration = Duration::from_secs(30);

#[test]
fn attack_44_only_whom_the_server_asked_can_answer() {
    let world = World::new();
    let (id, heard) = world.begin("push.test").expect("asked");
    let (other, _) = world.begin("push.test").expect("asked");
    assert!(id.len() == 32 && id != other, "no id is like another");
    let forged = [
        ("evil.test", "x", &*id),
        ("push.test/r", "x", &id),
        ("a@push.test", "x", &id),
        ("push.test", "a@x", &id),
        ("push.test", "x", "1"),
    ];
    for (from, to, id) in forged {
        assert!(!world.answer(from, to, id, "<evil xmlns='e'/>"), "{from} to {to}");
    }
    assert_eq!(*heard.lock().expect("a lock"), None);
    assert!(world.answer("push.test", "x", &id, "<good xmlns='g'/>"));
    let answer = heard.lock().expect("a lock").take();
    assert!(matches!(&answer, Some(Ok(Some(el))) if el.name() == "good"), "{answer:?}");
    assert!(!world.answer("push.test", "x", &id, ""), "once");
}

#[test]
fn errors_and_answers_that_cannot_be_read_are_told_apart() {
    let world = World::new();
    let answers = |inside: &str, kind: &str| {
        let (id, heard) = world.begin("push.test").expect("asked");
        let xml = format!("<iq type='{kind}' id='{id}'>{inside}</iq>");
        assert!(world.asks.settle(&jid("push.test"), &jid("x"), &Stanza::parse(xml.as_bytes()).expect("a stanza")));
        heard.lock().expect("a lock").take().expect("told")
    };
    assert_eq!(answers("", "result"), Ok(None));
    assert_eq!(answers("<a xmlns='a'/><b xmlns='b'/>", "result"), Err(AskError::Unreadable));
    let gone = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    assert!(matches!(answers(gone, "error"), Err(AskError::Refused(e)) if e.condition == Condition::ItemNotFound));
    assert!(matches!(answers("", "error"), Err(AskError::Refused(e)) if e.condition == Condition::UndefinedCondition));
}

#[tokio::test(start_paused = true)]
async fn a_client_here_is_asked_by_its_full_address_and_waited_for_so_long() {
    let world = World::new();
    assert!(matches!(world.begin("a@x/r"), Err(AskError::NoWay)));
    let full = FullJid::new("a@x/r").expect("an address");
    let outbox = Arc::new(Outbox::new(Bounds::default()));
    let before = world.router.before(&full);
    world.router.attach(&full, &outbox, AccountView::new(Role::Member), before).expect("few").expect("unchanged");
    assert!(matches!(world.begin("a@x"), Err(AskError::NoWay)), "the bare address is the server's own");

    let payload = Element::new(ns::PING, "ping");
    let ask = world.asks.ask(jid("x"), jid("a@x/r"), IqKind::Get, &payload, TIME);
    assert_eq!(ask.await, Err(AskError::TimedOut), "nobody answers");
    let mut batch = Vec::new();
    outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
    let mut bytes = Vec::new();
    batch.iter().for_each(|out| out.write(&mut bytes, DefaultNs::Stream));
    let written = String::from_utf8(bytes).expect("UTF-8");
    assert!(written.contains("to='a@x/r'") && written.contains("from='x'") && written.contains("<ping"), "{written}");
    assert!(world.asks.lock().pending.is_empty(), "what is over is forgotten");

    let asks = Arc::clone(&world.asks);
    let ask = asks.ask(jid("x"), jid("a@x/r"), IqKind::Set, &payload, TIME);
    let answer = async {
        let mut batch = Vec::new();
        outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
        let id = batch[0].stanza.id().expect("an id").into_owned();
        assert!(world.answer("a@x/r", "x", &id, ""));
    };
    assert_eq!(tokio::join!(ask, answer).0, Ok(None));
}

#[test]
fn attack_44_what_waits_is_bounded_and_ends() {
    let world = World::new();
    assert!(matches!(world.begin("nowhere.test"), Err(AskError::NoWay)));
    for _ in 0..MAX_PER_DOMAIN {
        world.begin("a.test").expect("room");
    }
    assert!(matches!(world.begin("b@a.test/r"), Err(AskError::Busy)), "of the same domain");
    for n in 0..MAX_PENDING - MAX_PER_DOMAIN {
        world.begin(&format!("n{n}.test")).expect("room for others");
    }
    assert!(matches!(world.begin("c.test"), Err(AskError::Busy)));
    assert_eq!(world.away.0.lock().expect("a lock").len(), MAX_PENDING, "nothing was sent that is not remembered");
    world.clock.pass(30_000);
    let (_, heard) = world.begin("c.test").expect("what is over makes room");
    assert_eq!(world.asks.lock().of.len(), 1);
    world.clock.pass(30_000);
    world.begin("d.test").expect("asked");
    assert_eq!(*heard.lock().expect("a lock"), Some(Err(AskError::TimedOut)));
}

#[test]
fn attack_44_clients_that_never_answer_leave_room_for_others() {
    let world = World::new();
    let mut clients = Vec::new();
    for n in 0..=MAX_HERE / MAX_PER_CLIENT {
        let full = FullJid::new(&format!("a{n}@x/r")).expect("an address");
        let outbox = Arc::new(Outbox::new(Bounds::default()));
        let (view, before) = (AccountView::new(Role::Member), world.router.before(&full));
        world.router.attach(&full, &outbox, view, before).expect("room").expect("unchanged");
        clients.push((full, outbox));
    }
    let mut asked = 0;
    for (full, _) in &clients {
        asked += (0..=MAX_PER_CLIENT).filter(|_| world.begin(full.as_str()).is_ok()).count();
    }
    assert_eq!(asked, MAX_HERE);
    let (id, _) = world.begin("push.test").expect("room for others");
    assert!(world.answer("push.test", "x", &id, ""));
    world.clock.pass(30_000);
    world.begin(clients[0].0.as_str()).expect("what is over makes room");
    assert_eq!(world.asks.lock().here, 1);
}
