//! Lookups against a name server of our own.

use std::net::IpAddr;

use parlour_testkit::NameServer;

use super::*;

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().expect("an address")).collect()
}

#[tokio::test]
async fn names_are_followed_to_their_addresses() {
    let server = NameServer::new();
    let names = Names::ask(Some(server.address())).expect("somebody to ask");
    server.has("a.example", "5.5.5.5").has("a.example", "2a01:4f8::1");
    server.means("b.example", "c.example").means("c.example", "a.example");
    server.means("lost.example", "nowhere.example");
    let found = names.addresses("a.example").await.expect("an answer");
    assert_eq!(found, Addressed { addresses: ips(&["5.5.5.5", "2a01:4f8::1"]), aliases: vec![] });
    let found = names.addresses("B.example").await.expect("an answer");
    assert_eq!((found.addresses.len(), found.aliases.join(" ")), (2, "c.example a.example".to_owned()));
    let found = names.addresses("lost.example").await.expect("an answer");
    assert_eq!((found.addresses.len(), found.aliases.join(" ")), (0, "nowhere.example".to_owned()));
    assert_eq!(names.addresses("none.example").await, Ok(Addressed::default()));
    // Whoever waits for a record sees it come.
    server.has("none.example", "5.5.5.5");
    assert_eq!(names.addresses("none.example").await.expect("an answer").addresses, ips(&["5.5.5.5"]));
}

#[tokio::test]
async fn services_and_certifiers_are_read() {
    let server = NameServer::new();
    let names = Names::ask(Some(server.address())).expect("somebody to ask");
    server.announces("_xmpp-client._tcp.example.org", 5222, "chat.example.org");
    server.announces("_xmpps-client._tcp.example.org", 0, ".");
    server.lets_certify("example.org", "letsencrypt.org; validationmethods=http-01");
    let found = names.services("_xmpp-client._tcp", "example.org").await.expect("an answer");
    assert_eq!(found, [Service { target: "chat.example.org".into(), port: 5222 }]);
    let off = names.services("_xmpps-client._tcp", "example.org").await.expect("an answer");
    assert_eq!(off, [Service { target: String::new(), port: 0 }]);
    // The nearest name above that has any.
    let found = names.certifiers("chat.example.org").await.expect("an answer");
    assert!(found.len() == 1 && found[0].tag == "issue", "{found:?}");
    assert!(found[0].value.starts_with("letsencrypt.org") && found[0].value.contains("http-01"), "{found:?}");
    assert_eq!(names.certifiers("example.net").await, Ok(vec![]));
}

#[tokio::test]
async fn who_does_not_answer_is_said() {
    // A port where nobody listens any more.
    let gone = NameServer::new().address();
    let names = Names::ask(Some(gone)).expect("somebody to ask");
    let silent = names.addresses("a.example").await.expect_err("nobody there");
    assert!(silent.to_string().starts_with("no answer about a.example"), "{silent}");
}

#[test]
fn names_beyond_ascii_are_written_as_name_servers_know_them() {
    assert_eq!(ascii("münchen.example"), "xn--mnchen-3ya.example");
    assert_eq!(ascii("chat.example.org"), "chat.example.org");
}
