//! Deletion that deserves its name: what an account kept is nowhere in the files once it is erased.

use std::fs;

use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::Turn;
use parlour_domain::invite::issue::Wish;
use parlour_domain::{By, Door, HostName, Role};
use parlour_testkit::scram::Hash;
use parlour_testkit::{Client, Server};
use parlour_testkit::{PASSWORD, Setup, operator};
use parlour_xmpp::jid::BareJid;

/// Stands in everything that the account keeps, and in nothing else.
const MARK: &str = "zebrafinch";

#[tokio::test]
async fn attack_123_nothing_that_an_erased_account_kept_is_left_in_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server =
        Server::start(Setup { dir: Some(folder.path().to_owned()), ..Setup::default() }).await.expect("started");
    let jid = BareJid::new("juliet@example.test").expect("an address");
    server.befriend("romeo@example.test", "juliet@example.test").await.expect("friends");
    server.push_service("push.example");
    let mut app = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    let asked = format!(
        "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>{MARK}</software><device>{MARK}</device></user-agent>\
         <bind xmlns='urn:xmpp:bind:0'/><request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>"
    );
    app.authenticate_inline(Hash::Sha256, "juliet", PASSWORD, &asked).await.expect("signed in");
    app.send("<presence/>").await;
    for (id, payload) in [
        ("own", format!("<query xmlns='jabber:iq:private'><a xmlns='{MARK}:a'>{MARK}</a></query>")),
        ("card", format!("<vCard xmlns='vcard-temp'><FN>{MARK}</FN><NOTE>{}</NOTE></vCard>", MARK.repeat(900))),
        (
            "contact",
            format!(
                "<query xmlns='jabber:iq:roster'><item jid='{MARK}@other.test' name='{MARK}'><group>{MARK}</group></item></query>"
            ),
        ),
        ("block", format!("<block xmlns='urn:xmpp:blocking'><item jid='{MARK}@example.test'/></block>")),
        (
            "push",
            format!(
                "<enable xmlns='urn:xmpp:push:0' jid='push.example' node='{MARK}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>{MARK}</value></field></x></enable>"
            ),
        ),
        (
            "prefs",
            format!(
                "<prefs xmlns='urn:xmpp:mam:2' default='always'><always><jid>{MARK}@example.test</jid></always><never/></prefs>"
            ),
        ),
        (
            "mood",
            format!(
                "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='{MARK}'><item id='{MARK}'><m xmlns='m'>{}</m></item></publish></pubsub>",
                MARK.repeat(900)
            ),
        ),
    ] {
        app.send(format!("<iq type='set' id='{id}'>{payload}</iq>")).await;
    }
    let answers = app.until_pong().await.expect("well");
    for id in ["own", "card", "contact", "block", "push", "prefs", "mood"] {
        let answer = answers.iter().find(|e| e.name() == "iq" && e.attr_value("id") == Some(id));
        assert_eq!(answer.and_then(|e| e.attr_value("type")), Some("result"), "{id}: {answers:?}");
    }
    // To herself, and to somebody who is away: the sender's copy is hers, what the other has is his, and has no mark.
    for n in 0..50 {
        app.send(format!("<message to='{jid}' type='chat' id='{n}'><body>{}</body></message>", MARK.repeat(n))).await;
    }
    app.send(format!("<presence type='unavailable'><status>{MARK}</status></presence>")).await;
    app.sync().await.expect("well");
    let by = By::account(jid.clone(), Role::Member, Door::Web, 7);
    server.invite(&by, "example.test", Wish { note: Some(MARK.to_owned()), ..Wish::default() }).await;
    let mut browser = server.browser("example.test");
    browser.get("/me/sign-in").await.expect("a page");
    browser.post("/me/sign-in", &[("name", "juliet"), ("password", PASSWORD)]).await.expect("signed in");
    app.drop_connection();

    server.people.accounts.turn(&operator(), &jid, Turn::Delete).await.expect("deleted").into_out();
    server.clock.pass(RESTORABLE + 1);
    let host = HostName::parse("example.test").expect("a host");
    server.people.chores.tidy(&host).await.expect("tidied");
    while server.people.chores.work_off().await.expect("worked off") {}
    server.stop().await;

    let mut searched = 0;
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        searched += bytes.len();
        let at = bytes.windows(MARK.len()).position(|window| window == MARK.as_bytes());
        let around =
            at.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(80)..bytes.len().min(at + 80)]).into_owned());
        assert_eq!(around, None, "{}", path.display());
    }
    assert!(searched > 100_000, "{searched} bytes are no database");
}
