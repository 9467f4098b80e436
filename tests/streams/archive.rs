//! Archives under what an operator sets, and with more messages than may wait.

use parlour_domain::HostOptions;
use parlour_domain::archive::MAX_OFFLINE;
use parlour_domain::options::{ArchiveOptions, ArchivePolicy};
use parlour_testkit::{Client, Server, Setup};

async fn server(archive: ArchiveOptions) -> Server {
    let options = HostOptions { archive, ..HostOptions::default() };
    let hosts = vec![("example.test".to_owned(), options)];
    Server::start(Setup { hosts, ..Setup::default() }).await.expect("a server")
}

/// Asks for a page; gives how many messages came and whether that was all.
async fn page(client: &mut Client, set: &str) -> (usize, bool) {
    let set = format!("<set xmlns='http://jabber.org/protocol/rsm'>{set}</set>");
    client.send(format!("<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'>{set}</query></iq>")).await;
    let mut found = 0;
    loop {
        let heard = client.element().await.expect("an answer");
        if heard.name() == "iq" {
            let fin = heard.first_element().expect("an end");
            return (found, fin.attr_value("complete") == Some("true"));
        }
        found += usize::from(heard.elements().any(|child| child.name() == "result"));
    }
}

/// Says so many things to somebody and waits until they are taken.
async fn says(client: &mut Client, to: &str, times: usize) {
    for n in 0..times {
        client.send(format!("<message to='{to}' type='chat' id='{n}'><body>{n}</body></message>")).await;
    }
    client.until_pong().await.expect("well");
}

#[tokio::test]
async fn a_page_is_as_large_as_the_client_wants_and_the_operator_lets_it() {
    for (set, sizes) in [(None, [50, 60, 2]), (Some(5), [5, 5, 2]), (Some(10_000), [60, 60, 2])] {
        let server = server(ArchiveOptions { max_archive_query_results: set, ..ArchiveOptions::default() }).await;
        let mut juliet = server.bound("juliet@example.test/j").await;
        says(&mut juliet, "romeo@far.test", 60).await;
        for (wish, size) in ["", "<max>1000</max>", "<max>2</max>"].into_iter().zip(sizes) {
            // Where nothing is set, 50 is what there is at most.
            let size = if set.is_none() { size.min(50) } else { size };
            assert_eq!(page(&mut juliet, wish).await, (size, size == 60), "{set:?} {wish}");
        }
    }
}

#[tokio::test]
async fn a_host_that_keeps_nothing_still_hands_over_what_waits() {
    let never = Some(ArchivePolicy::Never);
    let server = server(ArchiveOptions { default_archive_policy: never, ..ArchiveOptions::default() }).await;
    server.account("juliet@example.test", parlour_domain::Role::Member).await.expect("an account");
    let mut romeo = server.online("romeo@example.test/r").await;
    says(&mut romeo, "juliet@example.test", 1).await;
    let mut juliet = server.bound("juliet@example.test/j").await;
    juliet.send("<iq type='get' id='p'><prefs xmlns='urn:xmpp:mam:2'/></iq>").await;
    juliet
        .expect("<iq type='result' id='p'><prefs xmlns='urn:xmpp:mam:2' default='never'><always/><never/></prefs></iq>")
        .await
        .expect("the host's word");
    assert_eq!(page(&mut juliet, "").await, (0, true));
    juliet.send("<presence/>").await;
    let delay = "<delay xmlns='urn:xmpp:delay' from='example.test' stamp='{any}'/>";
    let heard = [juliet.element().await.expect("heard"), juliet.element().await.expect("heard")];
    let message = heard.iter().find(|heard| heard.name() == "message").expect("what waited");
    parlour_testkit::Pattern::parse(&format!("<message type='chat' id='0'><body>0</body>{delay}</message>"))
        .expect("a pattern")
        .check(message, &mut Default::default())
        .expect("the message");
    assert!(!message.elements().any(|child| child.name() == "stanza-id"), "it is in no archive: {message}");
    // Who chooses otherwise is kept from then on.
    juliet.send("<iq type='set' id='s'><prefs xmlns='urn:xmpp:mam:2' default='always'/></iq>").await;
    juliet.expect("<iq type='result' id='s'>{any}</iq>").await.expect("set");
    says(&mut romeo, "juliet@example.test", 1).await;
    juliet.expect("<message type='chat' id='0'><body>0</body></message>").await.expect("heard");
    assert_eq!(page(&mut juliet, "").await, (1, true));
    assert_eq!(page(&mut romeo, "").await, (0, true));
}

#[tokio::test]
async fn what_has_no_room_to_wait_is_in_the_archive_all_the_same() {
    let server = server(ArchiveOptions::default()).await;
    server.account("juliet@example.test", parlour_domain::Role::Member).await.expect("an account");
    let mut romeo = server.online("romeo@example.test/r").await;
    says(&mut romeo, "juliet@example.test", MAX_OFFLINE + 5).await;
    let mut juliet = server.bound("juliet@example.test/j").await;
    // All of them, from the newest, though five of them had to go without waiting.
    juliet
        .send("<iq type='set' id='n'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>0</max></set></query></iq>")
        .await;
    let count = MAX_OFFLINE + 5;
    juliet
        .expect(&format!("<iq type='result' id='n'><fin xmlns='urn:xmpp:mam:2' stable='true'><set xmlns='http://jabber.org/protocol/rsm'><count>{count}</count></set></fin></iq>"))
        .await
        .expect("all are there");
    assert_eq!(page(&mut juliet, "<max>7</max><before/>").await, (7, false));
    // Two of the seven waited as well: they were found and do not come again, the others do.
    juliet.send("<presence/>").await;
    let came = juliet.until_pong().await.expect("well");
    let mut waited = came.iter().filter(|heard| heard.name() == "message").count();
    while waited < MAX_OFFLINE - 2 {
        waited += usize::from(juliet.element().await.expect("what waited").name() == "message");
    }
    assert_eq!(waited, MAX_OFFLINE - 2);
    let rest = juliet.until_pong().await.expect("well");
    assert!(rest.iter().all(|heard| heard.name() != "message"), "{rest:?}");
}
