//! Attacks on archives: storms of queries.

use parlour_testkit::Server;

/// Kept messages of some size, in the archive of `juliet`, who is away.
const MESSAGES: usize = 60;
const BODY: usize = 40_000;
/// Queries at once: more than may wait in a stream's window.
const QUERIES: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_119_a_storm_of_queries_is_told_to_wait_and_nobody_else_is() {
    let server = Server::new().await;
    let mut juliet = server.bound("juliet@example.test/storm").await;
    let mut romeo = server.online("romeo@example.test/r").await;
    let body = "x".repeat(BODY);
    for n in 0..MESSAGES {
        romeo
            .send(format!("<message to='juliet@example.test' type='chat' id='{n}'><body>{body}</body></message>"))
            .await;
    }
    romeo.until_pong().await.expect("well");
    // Much more than may wait for a client that does not read.
    for n in 0..QUERIES {
        juliet.send(format!("<iq type='set' id='q{n}'><query xmlns='urn:xmpp:mam:2'/></iq>")).await;
    }
    // Others are served meanwhile.
    romeo.until_pong().await.expect("well");
    let (mut results, mut answered, mut refused) = (0, 0, 0);
    while answered + refused < QUERIES {
        let heard = juliet.element().await.expect("the stream goes on");
        match (heard.name(), heard.attr_value("type")) {
            ("message", _) => results += 1,
            ("iq", Some("result")) => answered += 1,
            ("iq", Some("error")) => {
                let error = heard.elements().find(|child| child.name() == "error").expect("an error");
                assert_eq!(error.attr_value("type"), Some("wait"), "{heard}");
                assert_eq!(error.first_element().map(|c| c.name()), Some("resource-constraint"), "{heard}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    // A page is bounded in bytes, too: no query gave all.
    assert!(answered > 0 && results < answered * MESSAGES, "{results} for {answered}, {refused} refused");
    // And the archive is still there for who reads what it asked for.
    juliet
        .send("<iq type='set' id='last'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>1</max><before/></set></query></iq>")
        .await;
    juliet.expect("<message><result xmlns='urn:xmpp:mam:2' id='{any}'>{any}</result></message>").await.expect("found");
    juliet.expect("<iq type='result' id='last'>{any}</iq>").await.expect("answered");
}
