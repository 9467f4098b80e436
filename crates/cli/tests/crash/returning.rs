//! The whole server is restarted, and everybody comes back at once (ATTACKS F19).

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_testkit::scram::Hash;
use parlour_testkit::{Client, PATIENCE};
use parlour_xmpp::ns;
use parlour_xmpp::sasl::{HtMechanism, ht_message};
use parlour_xmpp::xml::Element;
use tokio::task::JoinSet;

use crate::place::{HOST, PASSWORD, Place};

/// People who are there.
const PEOPLE: usize = 10;
/// Devices of each.
const DEVICES: usize = 5;

const BIND: &str = "<bind xmlns='urn:xmpp:bind:0'><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>";

/// What a device comes back with.
#[derive(Clone)]
struct Device {
    name: String,
    agent: String,
    token: String,
    previd: String,
}

fn enabled(success: &Element) -> String {
    let bound = success.child_named("urn:xmpp:bind:0", "bound").unwrap_or_else(|| panic!("{success}"));
    let enabled = bound.child_named(ns::SM, "enabled").unwrap_or_else(|| panic!("{success}"));
    enabled.attr_value("id").expect("it can be resumed").to_owned()
}

async fn signs_in(place: &Place, n: usize) -> (Client, Device) {
    let (name, agent) = (format!("p{}", n % PEOPLE), format!("00000000-0000-4000-8000-{n:012x}"));
    let mut client = Client::connect(place.ports().c2s, HOST).await.expect("a stream");
    let asked = format!(
        "<user-agent xmlns='{}' id='{agent}'/><request-token xmlns='{}' mechanism='{}'/>{BIND}",
        ns::SASL2,
        ns::FAST,
        HtMechanism::Expr.name()
    );
    let success = client.authenticate_inline(Hash::Sha256, &name, PASSWORD, &asked).await.expect("signed in");
    let token = success.child_named(ns::FAST, "token").and_then(|token| token.attr_value("token"));
    let device = Device { name, agent, token: token.expect("a token").to_owned(), previd: enabled(&success) };
    (client, device)
}

/// One message each way behind the features: token, session and a new one in its place.
async fn comes_back(place: std::net::SocketAddr, device: Device) -> (Client, Device) {
    let began = Instant::now();
    let mut client = loop {
        match Client::connect(place, HOST).await {
            Ok(client) => break client,
            Err(error) => assert!(began.elapsed() < PATIENCE, "it does not get in: {error:#}"),
        }
    };
    let proof = ht_message(&device.name, &device.token, &client.exporter().expect("TLS 1.3"));
    client
        .send(format!(
            "<authenticate xmlns='{}' mechanism='{}'><initial-response>{}</initial-response><fast xmlns='{}'/>\
             <user-agent xmlns='{}' id='{}'/><resume xmlns='{}' previd='{}' h='0'/>{BIND}</authenticate>",
            ns::SASL2,
            HtMechanism::Expr.name(),
            STANDARD.encode(proof),
            ns::FAST,
            ns::SASL2,
            device.agent,
            ns::SM,
            device.previd
        ))
        .await;
    let success = client.element().await.expect("an answer");
    assert!(success.is(ns::SASL2, "success"), "{success}");
    assert!(success.child_named(ns::SM, "failed").is_some(), "the session went with the server: {success}");
    let previd = enabled(&success);
    client.element().await.expect("features");
    client.sync().await.expect("well");
    (client, Device { previd, ..device })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_19_everybody_comes_back_at_once_with_a_token_in_one_round_trip() {
    let mut place = Place::new("");
    place.start().await;
    for n in 0..PEOPLE {
        place.account(&format!("p{n}"), "member").await;
    }
    let mut here = Vec::new();
    for n in 0..PEOPLE * DEVICES {
        here.push(signs_in(&place, n).await);
    }
    for kill in [true, false] {
        if kill {
            place.kill().await;
        } else {
            assert!(place.terminate().await.success());
        }
        let door = place.start().await.c2s;
        let began = Instant::now();
        let mut coming = JoinSet::new();
        for (_, device) in here.drain(..) {
            coming.spawn(comes_back(door, device));
        }
        here = coming.join_all().await;
        assert_eq!(here.len(), PEOPLE * DEVICES);
        assert!(began.elapsed() < Duration::from_secs(20), "kill: {kill}: it took {:?}", began.elapsed());
    }
    drop(here);
    assert!(place.terminate().await.success());
}
