//! What people look at afterwards.

use parlour_testkit::Client;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use crate::place::{HOST, PASSWORD, Ports};

/// The roster of an account, by a sign-in of its own.
pub async fn roster(ports: Ports, name: &str) -> Element {
    let jid = format!("{name}@{HOST}/look");
    let mut client = Client::sign_in(ports.c2s, &jid, PASSWORD).await.unwrap_or_else(|e| panic!("{jid}: {e:#}"));
    client.send(format!("<iq type='get' id='roster'><query xmlns='{}'/></iq>", ns::ROSTER)).await;
    let answer = client.element().await.expect("an answer");
    answer.child_named(ns::ROSTER, "query").cloned().unwrap_or_else(|| panic!("{answer} instead of a roster"))
}
