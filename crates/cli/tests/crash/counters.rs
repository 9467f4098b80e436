//! Attack 121: what people send makes no counter, whatever it is called; and arguments of commands are only that.

use std::collections::BTreeSet;

use http::Request;
use parlour_testkit::Client;
use tokio::net::TcpStream;

use crate::place::{HOST, PASSWORD, Place, Ports};
use crate::web::ask;

/// The names and labels of all counters.
async fn names(ports: Ports) -> BTreeSet<String> {
    let local = ports.local.expect("the door for this machine");
    let request = Request::get("/metrics").header("host", local.to_string()).body(String::new()).expect("a request");
    let socket = TcpStream::connect(local).await.expect("a connection");
    let page = ask(socket, request).await.expect("an answer");
    let lines = page.text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_121_counters_are_the_same_whatever_is_sent() {
    let mut place = Place::watched("");
    let ports = place.start().await;
    place.account("alice", "admin").await;
    let before = names(ports).await;
    assert!(before.len() > 30, "{before:?}");
    for name in &before {
        assert!(!name.contains('{') || name.starts_with("parlour_build"), "a label: {name}");
    }
    let mut odd = Vec::new();
    for n in 0..40 {
        odd.push(format!("x{n}{{host=\"evil\"}} 1\n"));
        odd.push("y".repeat(n * 200));
    }
    for (n, word) in odd.iter().enumerate() {
        if n % 8 < 2 {
            // Names and resources.
            let nobody = Client::sign_in(ports.c2s, &format!("nobody{n}@{HOST}/r"), "wrong").await;
            assert!(nobody.is_err());
            let mut alice =
                Client::sign_in(ports.c2s, &format!("alice@{HOST}/{n}"), PASSWORD).await.expect("signed in");
            let mut text = Vec::new();
            parlour_xmpp::xml::escape_attr(word, &mut text);
            let word = String::from_utf8(text).expect("text");
            // Requests nobody knows, commands that are none, and a command with fields that are none of its own.
            for payload in [
                format!("<query xmlns='urn:{word}'/>"),
                format!("<command xmlns='http://jabber.org/protocol/commands' node='{word}'/>"),
                format!(
                    "<command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:invite#invite' sessionid='{word}' \
                     action='{word}'><x xmlns='jabber:x:data' type='submit'><field var='{word}'><value>{word}</value>\
                     </field></x></command>"
                ),
            ] {
                alice.send(format!("<iq type='set' id='q' to='{HOST}'>{payload}</iq>")).await;
                let answer = alice.element().await.expect("an answer, and the stream goes on");
                assert_eq!((answer.name(), answer.attr_value("type")), ("iq", Some("error")), "{answer}");
            }
            alice.send("</stream:stream>").await;
            alice.to_the_end().await.expect("closed");
        }
    }
    assert_eq!(names(ports).await, before);
    place.end().await;
}
