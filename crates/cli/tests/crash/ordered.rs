//! A host without a certificate of its own gets one from an authority, by the real process.

use std::time::Instant;

use http::Method;
use parlour_testkit::{AcmeDirectory, Client, Doors, PATIENCE};
use rustix::process::Signal;
use serde_json::json;

use crate::place::{HOST, Place};

/// What the directory signs has to be good for the process, which has the real time.
#[expect(clippy::disallowed_methods, reason = "the process under test has the real time too")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

async fn shown(place: &Place, host: &str) -> Vec<u8> {
    let client = Client::connect(place.ports().c2s, host).await.expect("a stream");
    client.certificate().expect("shown")
}

/// Until `host` shows another certificate than `before`.
async fn until_changed(place: &Place, host: &str, before: &[u8]) -> Vec<u8> {
    let began = Instant::now();
    loop {
        let shown = shown(place, host).await;
        if shown != before {
            return shown;
        }
        assert!(began.elapsed() < PATIENCE, "still the old one: {}", place.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_a_certificate_gets_one_by_itself() {
    let directory = AcmeDirectory::start(now).await;
    let acme = format!("[acme]\nenabled = true\nchallenges = [\"http-01\"]\ndirectory = \"{}\"\n", directory.url());
    let mut place = Place::new("");
    place.configure(&acme);
    place.start().await;
    let own = shown(&place, HOST).await;
    // The names lead nowhere yet; once they do, a reload has it tried again.
    directory.until("it was asked", |directory| directory.orders() > 0).await;
    directory.look_at(Doors { http: Some(place.ports().web), tls: None });
    let began = Instant::now();
    while directory.signed().is_empty() {
        place.signal(Signal::HUP);
        shown(&place, HOST).await;
        assert!(began.elapsed() < PATIENCE, "nothing is ordered: {}", place.log());
    }
    assert_eq!(directory.signed()[0], [HOST, "chat.example.test"]);
    let certified = until_changed(&place, HOST, &own).await;

    // A host that is added while it runs gets its own.
    let wish = json!({ "domain": "second.test", "public_url": "https://second.test" });
    let made = place.call_as(Method::POST, "/api/v1/hosts", Some(wish), &[]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    directory.until("signed for it", |directory| directory.signed().contains(&vec!["second.test".to_owned()])).await;
    assert_eq!(directory.accounts().len(), 1);
    assert!(place.terminate().await.success());

    // What is kept serves from the first moment, and is not ordered anew. (The other's may have been signed and not yet fetched.)
    place.start().await;
    assert_eq!(shown(&place, HOST).await, certified);
    assert_eq!(directory.signed().iter().filter(|names| names[0] == HOST).count(), 1);
    assert!(place.terminate().await.success());
}
