//! What keeps the house from rotting: reads on the hot path, answers before commits, tasks nobody awaits.

use std::time::Instant;

use parlour_domain::invite::issue::Wish;
use parlour_domain::{By, Door, Role};
use parlour_testkit::{Client, Heard, PASSWORD, PATIENCE, Server, operator};
use parlour_xmpp::jid::BareJid;

const SM: &str = "xmlns='urn:xmpp:sm:3'";

#[tokio::test]
async fn guard_02_what_is_not_kept_asks_the_store_nothing() {
    let server = Server::new().await;
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    // His presence says which picture he has (XEP-0398), and that is asked of nobody.
    let photo = "<PHOTO><BINVAL>iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAAA=</BINVAL></PHOTO>";
    romeo.send(&format!("<iq type='set' id='v'><vCard xmlns='vcard-temp'>{photo}</vCard></iq>")).await;
    romeo.until_pong().await.expect("well");
    let asked = || (server.store.meters().reads(), server.store.meters().writes());
    let unstored = [
        "<message to='juliet@example.test' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<message to='juliet@example.test/j' type='chat'><body>x</body><no-store xmlns='urn:xmpp:hints'/></message>",
        "<message to='juliet@example.test' type='headline'><body>news</body></message>",
        "<message to='juliet@example.test/j' type='groupchat'><body>x</body></message>",
        "<presence><show>away</show></presence>",
        "<presence/>",
        "<presence to='juliet@example.test/j'/>",
        "<iq type='get' id='i' to='example.test'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='i'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='i' to='juliet@example.test'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='i' to='juliet@example.test/j'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='i' to='example.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
        "<message to='stranger@far.test' type='headline'/>",
        // ATTACKS 47: a name that is free is as quick as one that is taken.
        "<iq type='get' id='i' to='nobody@example.test/guess'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='i' to='nobody@example.test'><query xmlns='jabber:iq:roster'/></iq>",
        "<iq type='result' id='i' to='nobody@example.test/guess'/>",
    ];
    for round in 0..3 {
        let warm = asked();
        for stanza in unstored {
            romeo.send(stanza).await;
            romeo.until_pong().await.expect("well");
            juliet.until_pong().await.expect("well");
            // The first round may look up who was never seen.
            assert!(round == 0 || asked() == warm, "{stanza} asked the store: {:?} after {warm:?}", asked());
        }
    }
    // The counter counts.
    let warm = asked();
    romeo.send("<message to='juliet@example.test' type='chat'><body>kept</body></message>").await;
    juliet.expect("<message type='chat'><body>kept</body></message>").await.expect("delivered");
    assert!(asked() > warm);
}

/// Nothing but these has come, though the server had time: somebody else went to it and back.
async fn nothing_yet(client: &mut Client, other: &mut Client, what: &str) {
    for _ in 0..3 {
        other.sync().await.expect("the server answers others");
    }
    let heard: Vec<Heard> = client.so_far().await.expect("XMPP");
    assert!(heard.is_empty(), "{what}: {heard:?} before the commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guard_04_no_iq_result_before_its_commit() {
    let server = Server::new().await;
    let mut other = server.online("other@example.test/o").await;
    let mut romeo = server.bound("romeo@example.test/r").await;
    for (what, set) in [
        ("roster", "<query xmlns='jabber:iq:roster'><item jid='juliet@example.test'/></query>"),
        ("block list", "<block xmlns='urn:xmpp:blocking'><item jid='paris@example.test'/></block>"),
        ("private XML", "<query xmlns='jabber:iq:private'><a xmlns='urn:example:a'/></query>"),
        ("vCard", "<vCard xmlns='vcard-temp'><FN>Romeo</FN></vCard>"),
        (
            "password",
            "<query xmlns='jabber:iq:register'><username>romeo</username><password>another good one</password></query>",
        ),
    ] {
        server.gate.hold();
        romeo.send(format!("<iq type='set' id='s'>{set}</iq>")).await;
        server.until_held().await;
        nothing_yet(&mut romeo, &mut other, what).await;
        server.gate.release();
        romeo.expect("<iq type='result' id='s'>{any}</iq>").await.unwrap_or_else(|error| panic!("{what}: {error:#}"));
        romeo.until_pong().await.expect("well");
    }
}

/// The next count the server gives.
async fn count(client: &mut Client) -> u32 {
    loop {
        let element = client.element().await.expect("a count");
        if element.name() == "a" {
            return element.attr_value("h").and_then(|h| h.parse().ok()).expect("a number");
        }
        assert_eq!(element.name(), "r", "{element}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guard_04_no_message_and_no_count_before_its_commit() {
    let server = Server::new().await;
    let mut other = server.online("other@example.test/o").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    romeo.send(format!("<enable {SM}/>")).await;
    romeo.expect(&format!("<enabled {SM}>{{any}}</enabled>")).await.expect("on");
    romeo.send("<message to='juliet@example.test' type='chat'><body>0</body></message>").await;
    juliet.expect("<message type='chat'><body>0</body></message>").await.expect("delivered");
    // With it comes the count that nobody asked for.
    romeo.until_pong().await.expect("well");
    server.gate.hold();
    romeo
        .send(format!(
            "<message to='juliet@example.test' type='chat'><body>1</body></message>\
             <message to='juliet@example.test' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>\
             <r {SM}/>"
        ))
        .await;
    server.until_held().await;
    nothing_yet(&mut juliet, &mut other, "a message").await;
    assert_eq!(count(&mut romeo).await, 2, "only what is committed counts");
    for _ in 0..3 {
        other.sync().await.expect("the server answers others");
    }
    let early = romeo.so_far().await.expect("XMPP");
    assert!(!format!("{early:?}").contains("}a)"), "a count before the commit: {early:?}");
    server.gate.release();
    juliet.expect("<message type='chat'><body>1</body></message>").await.expect("delivered");
    juliet
        .expect("<message type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>")
        .await
        .expect("in order");
    assert_eq!(count(&mut romeo).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guard_04_no_account_by_xmpp_or_web_before_its_commit() {
    let server = Server::new().await;
    let mut other = server.online("other@example.test/o").await;

    // In-band registration.
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let mut new = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    new.send(format!("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>")).await;
    new.expect("<iq type='result' id='p'/>").await.expect("a good token");
    server.gate.hold();
    new.send(format!(
        "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>juliet</username><password>{PASSWORD}\
         </password></query></iq>"
    ))
    .await;
    server.until_held().await;
    nothing_yet(&mut new, &mut other, "registration").await;
    server.gate.release();
    new.expect("<iq type='result' id='r'/>").await.expect("registered");
    new.authenticate("juliet", PASSWORD).await.expect("signed in at once");

    // The page.
    let token = server.invite(&operator(), "example.test", Wish::default()).await;
    let path = format!("/i/{token}/register");
    let mut browser = server.browser("example.test");
    assert_eq!(browser.get(&path).await.expect("the form").status, 200);
    server.gate.hold();
    let fields = [("name", "romeo"), ("password", PASSWORD)];
    let posted = browser.post(&path, &fields);
    tokio::pin!(posted);
    tokio::select! {
        biased;
        page = &mut posted => panic!("a page before the commit: {page:?}"),
        () = server.until_held() => {}
    }
    for _ in 0..3 {
        other.sync().await.expect("the server answers others");
        let early = futures_util::FutureExt::now_or_never(&mut posted);
        assert!(early.is_none(), "a page before the commit: {early:?}");
    }
    server.gate.release();
    let page = posted.await.expect("a page");
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("romeo@example.test"));
    Client::sign_in(server.ports.c2s, "romeo@example.test/r", PASSWORD).await.expect("signed in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guard_04_subscriptions_are_seen_in_the_order_of_their_commits() {
    const ROSTER: &str = "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>";
    let server = Server::new().await;
    let mut other = server.online("other@example.test/o").await;
    let mut juliet = server.online("juliet@example.test/j").await;
    juliet.send(ROSTER).await;
    juliet.expect("<iq type='result' id='r'>{any}</iq>").await.expect("a roster");
    let mut romeo = server.online("romeo@example.test/r").await;
    let mut desk = server.online("romeo@example.test/desk").await;
    juliet.send("<presence type='subscribe' to='romeo@example.test'/>").await;
    juliet.until_pong().await.expect("asked");

    // Two of his devices say one thing after the other while nothing is committed yet; the first goes away meanwhile.
    server.gate.hold();
    romeo.send("<presence type='subscribed' to='juliet@example.test' id='yes'/>").await;
    server.until_held().await;
    desk.send("<presence type='unsubscribed' to='juliet@example.test' id='no'/>").await;
    romeo.drop_connection();
    nothing_yet(&mut juliet, &mut other, "an answer").await;
    server.gate.release();
    let push = |subscription: &str| {
        format!(
            "<iq type='set'><query xmlns='jabber:iq:roster' ver='{{any}}'>\
             <item jid='romeo@example.test' subscription='{subscription}'/></query></iq>"
        )
    };
    juliet.expect("<presence type='subscribed' from='romeo@example.test' id='yes'/>").await.expect("the stanza");
    juliet.expect(&push("to")).await.expect("what it explains");
    for _ in 0..8 {
        // His devices' presence comes and goes in between; nothing overtakes what explains it.
        let element = juliet.element().await.expect("an element");
        match (element.name(), element.attr_value("type")) {
            ("presence", Some("unsubscribed")) => break,
            ("presence", None | Some("unavailable")) => {}
            _ => panic!("{element} before the stanza that explains it"),
        }
    }
    juliet.expect(&push("none")).await.expect("what it explains");
}

#[tokio::test]
async fn guard_10_tasks_return_when_connections_end() {
    let mut server = Server::new().await;
    let mut other = server.online("other@example.test/o").await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    for n in 0..30 {
        let mut client = server.online(&format!("romeo@example.test/{}", n % 9)).await;
        match n % 3 {
            0 => client.drop_connection(),
            1 => {
                client.send("</stream:stream>").await;
                client.to_the_end().await.expect("closed");
            }
            _ => {
                client.send("<nonsense/>").await;
                client.to_the_end().await.expect("closed");
            }
        }
    }
    for _ in 0..10 {
        let page = server.browser("example.test").get("/").await.expect("a page");
        assert!(page.status < 500);
    }
    let patience = Instant::now();
    while tasks() > before {
        assert!(patience.elapsed() < PATIENCE, "{} tasks instead of {before}", tasks());
        other.sync().await.expect("well");
    }
    // And all of them when the server stops, which tells everybody.
    server.stop().await;
    assert_eq!(other.ends_with().await.expect("an error"), "system-shutdown");
    drop(other);
    assert_eq!(tasks(), 0, "somebody's task is left");
}

#[tokio::test]
async fn guard_06_who_may_do_what_is_the_same_for_every_act() {
    let server = Server::new().await;
    let host = parlour_domain::HostName::parse("example.test").expect("a domain");
    let mut people = vec![("operator", operator())];
    for (name, role) in
        [("limited", Role::Limited), ("member", Role::Member), ("adm", Role::Admin), ("owner", Role::Owner)]
    {
        let jid = server.account(&format!("{name}@example.test"), role).await.expect("an account");
        people.push((name, By::account(jid, role, Door::Xmpp, 1)));
    }
    let elsewhere = server.account("owner@other.test", Role::Owner).await.expect("an account");
    people.push(("owner elsewhere", By::account(elsewhere, Role::Owner, Door::Xmpp, 1)));
    let newcomer = By { actor: parlour_domain::Actor::Newcomer, door: Door::Web, request: 1, address: None };
    people.push(("newcomer", newcomer));

    let reset = |name: &str| Wish {
        kind: Some(parlour_domain::InviteKind::Reset),
        name: Some(name.to_owned()),
        ..Wish::default()
    };
    //                          operator limited member adm   owner  elsewhere newcomer
    let table: [(&str, [bool; 7]); 9] = [
        ("create account", [true, false, false, true, true, false, false]),
        ("set another's password", [true, false, false, true, true, false, false]),
        ("reset link for a member", [true, false, false, true, true, false, false]),
        ("reset link for an owner", [true, false, false, false, true, false, false]),
        ("make somebody admin", [true, false, false, true, true, false, false]),
        ("list accounts", [true, false, false, true, true, false, false]),
        ("make a group", [true, false, false, true, true, false, false]),
        ("withdraw all invites", [true, false, false, false, false, false, false]),
        ("add a host", [true, false, false, false, false, false, false]),
    ];
    let mut wrong = Vec::new();
    for (act, row) in table {
        for ((who, by), may) in people.iter().zip(row) {
            let target = format!("t{}", wrong_name(act, who));
            let jid = server.account(&format!("{target}@example.test"), Role::Member).await.expect("a target");
            let did = match act {
                "create account" => {
                    let name = format!("c{target}");
                    server.people.accounts.create(by, &host, &name, Role::Member, Some(PASSWORD)).await.is_ok()
                }
                "set another's password" => {
                    server.people.accounts.set_password(by, &jid, "another good one").await.is_ok()
                }
                "reset link for a member" => server.people.invites.issue(by, &host, reset(&target)).await.is_ok(),
                "reset link for an owner" => server.people.invites.issue(by, &host, reset("owner")).await.is_ok(),
                "make somebody admin" => server.people.accounts.set_role(by, &jid, Role::Admin).await.is_ok(),
                "list accounts" => {
                    let query = parlour_store::accounts::AccountQuery::all(host.clone(), 3);
                    server.people.accounts.list(by, query).await.is_ok()
                }
                "make a group" => {
                    server.people.groups.create(by, host.clone(), format!("g{target}"), false).await.is_ok()
                }
                "withdraw all invites" => server.people.invites.revoke_all(by, &host).await.is_ok(),
                _ => {
                    let name = parlour_domain::HostName::parse(&format!("{target}.test")).expect("a domain");
                    server.people.hosts.add(by, name, parlour_domain::HostOptions::default()).await.is_ok()
                }
            };
            if did != may {
                wrong.push(format!("{who}: {act}: {did}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(server.has_account(&BareJid::new("member@example.test").expect("an address")).await.expect("read"));
}

/// A name for what one tries on another.
fn wrong_name(act: &str, who: &str) -> String {
    format!("{act}{who}").bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect::<String>().to_lowercase()
}
