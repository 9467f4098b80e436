//! Attacks 21 to 36: TLS and signing in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_domain::HostOptions;
use parlour_domain::options::AccountOptions;
use parlour_testkit::{Client, PASSWORD, Server, Setup};

use super::Scene;

const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

/// Sends `<auth/>` and gives the failure's condition, "challenge", "success", or "end of stream".
async fn auth(client: &mut Client, mechanism: &str, initial: &str) -> String {
    client.send(format!("<auth xmlns='{SASL}' mechanism='{mechanism}'>{initial}</auth>")).await;
    answer(client).await
}

async fn answer(client: &mut Client) -> String {
    match client.element().await {
        Ok(element) if element.is(SASL, "failure") => {
            element.first_element().map(|condition| condition.name().to_owned()).unwrap_or_default()
        }
        Ok(element) => element.name().to_owned(),
        Err(_) => "end of stream".to_owned(),
    }
}

fn b64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

async fn with_plain() -> Server {
    let accounts = AccountOptions { allow_plain: Some(true), ..AccountOptions::default() };
    let options = HostOptions { accounts, ..HostOptions::default() };
    let server = Server::start(Setup { hosts: vec![("example.test".into(), options)], ..Setup::default() }).await;
    let server = server.expect("a server");
    server.account("juliet@example.test", parlour_domain::Role::Member).await.expect("an account");
    server
}

#[tokio::test]
async fn attack_22_a_clear_stream_offers_and_takes_nothing_but_tls() {
    let mut scene = Scene::new().await;
    for first in [
        format!("<auth xmlns='{SASL}' mechanism='PLAIN'>{}</auth>", b64("\0a\0b")),
        "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>".into(),
        "<iq type='set' id='1'><query xmlns='jabber:iq:register'/></iq>".into(),
        "<iq type='set' id='1'><preauth xmlns='urn:xmpp:pars:0' token='x'/></iq>".into(),
        "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>".into(),
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>".into(),
        "<presence/>".into(),
    ] {
        let mut clear = Client::clear(scene.server.ports.c2s, "example.test").await.expect("connected");
        clear.open().await.expect("features");
        let features = clear.features.clone().expect("features");
        let names: Vec<_> = features.elements().map(|feature| feature.name().to_owned()).collect();
        assert_eq!(names, ["starttls"]);
        clear.send(&first).await;
        assert_eq!(clear.ends_with().await.expect("an error"), "policy-violation", "{first}");
    }
    scene.all_is_well("clear streams").await;
}

#[tokio::test]
async fn attack_25_nobody_signs_in_for_somebody_else() {
    let server = with_plain().await;
    server.account("romeo@example.test", parlour_domain::Role::Member).await.expect("an account");
    for (authzid, outcome) in [
        ("", "success"),
        ("juliet@example.test", "success"),
        ("romeo@example.test", "invalid-authzid"),
        ("juliet@other.test", "invalid-authzid"),
        ("juliet", "invalid-authzid"),
        ("example.test", "invalid-authzid"),
    ] {
        let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
        let initial = b64(format!("{authzid}\0juliet\0{PASSWORD}"));
        assert_eq!(auth(&mut client, "PLAIN", &initial).await, outcome, "{authzid}");
    }
}

#[tokio::test]
async fn attack_26_what_is_not_offered_is_not_taken() {
    let mut scene = Scene::new().await;
    for mechanism in ["ANONYMOUS", "DIGEST-MD5", "EXTERNAL", "PLAIN", "OAUTHBEARER", ""] {
        let mut stranger = scene.stranger().await;
        assert!(!stranger.offers(mechanism), "{mechanism}");
        assert_eq!(auth(&mut stranger, mechanism, "=").await, "invalid-mechanism", "{mechanism}");
        // The stream goes on, and the right way still leads in.
        stranger.authenticate("bystander", PASSWORD).await.expect("signed in");
    }
    scene.all_is_well("mechanisms").await;
}

#[tokio::test]
async fn attack_27_29_exchanges_that_fail() {
    let mut scene = Scene::new().await;
    for (first, outcome) in [
        ("n,,n=bystander,r=", "malformed-request"),
        ("n,,m=x,n=bystander,r=abc", "malformed-request not-authorized"),
        ("n,,n=bystander,r=a\tb", "malformed-request"),
        ("y,,n=bystander,r=abc", "not-authorized malformed-request"),
        ("p=tls-unique,,n=bystander,r=abc", "malformed-request not-authorized"),
        ("n,a=romeo@example.test,n=bystander,r=abc", "invalid-authzid"),
    ] {
        let mut stranger = scene.stranger().await;
        let got = auth(&mut stranger, "SCRAM-SHA-256", &b64(first)).await;
        assert!(outcome.split(' ').any(|one| one == got), "{first}: {got}");
    }
    // Answers to a good challenge that are wrong in one thing each.
    for wrong in
        ["c=biws,r={r}x,p=AAAA", "c=eSws,r={r},p=AAAA", "c=biws,r={r}", "c=biws,r={r},p=AAAA", "e=other-error", "\0"]
    {
        let mut stranger = scene.stranger().await;
        stranger
            .send(format!("<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{}</auth>", b64("n,,n=bystander,r=abc")))
            .await;
        let challenge = STANDARD.decode(stranger.element().await.expect("a challenge").text()).expect("base64");
        let challenge = String::from_utf8(challenge).expect("UTF-8");
        let nonce = challenge.split(',').next().and_then(|r| r.strip_prefix("r=")).expect("a nonce");
        assert!(nonce.starts_with("abc") && nonce.len() > 20, "{nonce}");
        stranger.send(format!("<response xmlns='{SASL}'>{}</response>", b64(wrong.replace("{r}", nonce)))).await;
        let got = answer(&mut stranger).await;
        assert!(["not-authorized", "malformed-request"].contains(&got.as_str()), "{wrong}: {got}");
    }
    // With the channel's binding on offer, wrong bytes.
    let mut stranger = scene.stranger().await;
    assert!(stranger.offers("SCRAM-SHA-256-PLUS"));
    let plus = auth(&mut stranger, "SCRAM-SHA-256-PLUS", &b64("n,,n=bystander,r=abc")).await;
    assert!(["not-authorized", "malformed-request"].contains(&plus.as_str()), "-PLUS without a binding: {plus}");
    scene.all_is_well("exchanges").await;
}

#[tokio::test]
async fn attack_28_an_unknown_name_looks_like_a_known_one() {
    let scene = Scene::new().await;
    let mut challenges = Vec::new();
    for name in ["bystander", "bystander", "nobody", "nobody"] {
        let mut stranger = scene.stranger().await;
        stranger
            .send(format!(
                "<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{}</auth>",
                b64(format!("n,,n={name},r=abc"))
            ))
            .await;
        let challenge = STANDARD.decode(stranger.element().await.expect("a challenge").text()).expect("base64");
        let challenge = String::from_utf8(challenge).expect("UTF-8");
        let rest = challenge.split_once(',').expect("parts").1.to_owned();
        stranger.send(format!("<response xmlns='{SASL}'>{}</response>", b64("c=biws,r=abc,p=AAAA"))).await;
        challenges.push((rest, answer(&mut stranger).await));
    }
    assert_eq!(challenges[0], challenges[1]);
    assert_eq!(challenges[2], challenges[3], "the salt of nobody stays the same");
    let shape = |(rest, end): &(String, String)| (rest.len(), rest.split(",i=").nth(1).map(str::to_owned), end.clone());
    assert_eq!(shape(&challenges[0]), shape(&challenges[2]));
    assert_ne!(challenges[0].0, challenges[2].0);
}

#[tokio::test]
async fn attack_34_36_bad_input_is_one_streams_problem() {
    let server = with_plain().await;
    let long = |length: usize| b64(format!("\0juliet\0{}", "x".repeat(length)));
    for (mechanism, initial, outcome) in [
        ("PLAIN", "no base64!".to_owned(), "incorrect-encoding malformed-request"),
        ("PLAIN", "====".to_owned(), "incorrect-encoding malformed-request"),
        ("PLAIN", b64("\0juliet"), "malformed-request"),
        ("PLAIN", b64(b"\0juliet\0\xff\xff"), "malformed-request not-authorized"),
        ("PLAIN", b64("\0juliet\0\u{7}"), "malformed-request not-authorized"),
        ("PLAIN", long(513), "malformed-request not-authorized"),
        ("PLAIN", long(4000), "malformed-request not-authorized"),
        ("PLAIN", long(1_000_000), "end of stream error"),
        ("SCRAM-SHA-256", String::new(), "malformed-request challenge incorrect-encoding"),
        ("SCRAM-SHA-256", "=".to_owned(), "malformed-request"),
    ] {
        let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
        let got = auth(&mut client, mechanism, &initial).await;
        assert!(outcome == got || outcome.contains(got.as_str()), "{mechanism} {}: {got}", initial.len());
    }
    // Another exchange in the middle of one, an answer to nothing, an abort.
    let mut client = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    let first = b64("n,,n=juliet,r=abc");
    assert_eq!(auth(&mut client, "SCRAM-SHA-256", &first).await, "challenge");
    client.send(format!("<abort xmlns='{SASL}'/>")).await;
    assert_eq!(answer(&mut client).await, "aborted");
    assert_eq!(auth(&mut client, "SCRAM-SHA-256", &first).await, "challenge");
    let second = auth(&mut client, "SCRAM-SHA-256", &first).await;
    assert!(second != "success" && second != "challenge", "{second}");
    let mut other = Client::connect(server.ports.c2s, "example.test").await.expect("a stream");
    other.authenticate("juliet", PASSWORD).await.expect("others sign in");
}
