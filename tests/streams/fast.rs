//! XEP-0484: a device that signed in once comes back with its token, in one message each way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_domain::limits::DAY;
use parlour_domain::{By, Door, Role};
use parlour_testkit::scram::Hash;
use parlour_testkit::{Client, Heard, PASSWORD, Server};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::sasl::{HtMechanism, ht_answer, ht_message};
use parlour_xmpp::xml::Element;

const PHONE: &str = "<user-agent xmlns='urn:xmpp:sasl:2' id='d4565fa7-4d72-4749-b3d3-740edbf87770'>\
     <software>App</software><device>Kiva's phone</device></user-agent>";
const DESK: &str = "<user-agent xmlns='urn:xmpp:sasl:2' id='00000000-4d72-4749-b3d3-740edbf87770'/>";
const BIND: &str = "<bind xmlns='urn:xmpp:bind:0'><tag>App</tag><enable xmlns='urn:xmpp:carbons:2'/>\
     <enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>";

async fn server() -> Server {
    let server = Server::new().await;
    for name in ["anna", "ben"] {
        server.account(&format!("{name}@example.test"), Role::Member).await.expect("made");
    }
    server
}

async fn connect(server: &Server) -> Client {
    Client::connect(server.ports.c2s, "example.test").await.expect("features")
}

fn wanted(mechanism: HtMechanism) -> String {
    format!("<request-token xmlns='urn:xmpp:fast:0' mechanism='{}'/>", mechanism.name())
}

fn token(success: &Element) -> Option<String> {
    success.child_named(ns::FAST, "token").and_then(|token| token.attr_value("token")).map(str::to_owned)
}

/// The token that `agent` gets of anna's password.
async fn given(server: &Server, agent: &str, mechanism: HtMechanism) -> String {
    let mut client = connect(server).await;
    let asked = format!("{agent}{}", wanted(mechanism));
    let success = client.authenticate_inline(Hash::Sha256, "anna", PASSWORD, &asked).await.expect("proven");
    token(&success).expect("a token")
}

/// What a device sends to come back.
struct Back<'a> {
    name: &'a str,
    mechanism: HtMechanism,
    token: &'a str,
    fast: &'a str,
    beside: String,
}

impl<'a> Back<'a> {
    fn with(token: &'a str) -> Self {
        let beside = PHONE.to_owned();
        Self { name: "anna", mechanism: HtMechanism::Expr, token, fast: "<fast xmlns='urn:xmpp:fast:0'/>", beside }
    }

    fn xml(&self, client: &Client) -> String {
        let binding = if self.mechanism == HtMechanism::Expr { client.exporter() } else { None };
        let message = ht_message(self.name, self.token, &binding.unwrap_or_default());
        format!(
            "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='{}'><initial-response>{}</initial-response>{}{}\
             </authenticate>",
            self.mechanism.name(),
            STANDARD.encode(message),
            self.fast,
            self.beside
        )
    }

    async fn come(&self, server: &Server) -> (Client, Element) {
        let mut client = connect(server).await;
        client.send(self.xml(&client)).await;
        let answer = client.element().await.expect("an answer");
        (client, answer)
    }

    async fn let_in(&self, server: &Server) -> (Client, Element) {
        let (client, answer) = self.come(server).await;
        assert!(answer.is(ns::SASL2, "success"), "{answer}");
        (client, answer)
    }

    async fn refused(&self, server: &Server) -> String {
        let (_, answer) = self.come(server).await;
        assert!(answer.is(ns::SASL2, "failure"), "{answer}");
        answer.first_element().expect("a condition").name().to_owned()
    }
}

#[tokio::test]
async fn tokens_are_offered_with_what_the_connection_can_be_tied_to() {
    let server = server().await;
    let features = connect(&server).await.features.expect("features").to_string();
    let expected = "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-EXPR</mechanism>\
         <mechanism>HT-SHA-256-ENDP</mechanism><mechanism>HT-SHA-256-NONE</mechanism></fast>";
    assert!(features.contains(expected), "{features}");
    assert!(!features.contains("tls-0rtt"));
}

#[tokio::test]
async fn a_phone_comes_back_in_one_flight() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let mut ben = server.online("ben@example.test/b").await;
    ben.send("<message to='anna@example.test' type='chat' id='m'><body>while you were away</body></message>").await;
    ben.sync().await.expect("taken");
    // Header, token, binding and presence go out together; nothing is waited for.
    let mut anna = Client::clear(server.ports.c2s_tls, "example.test").await.expect("a socket");
    anna.handshake().await.expect("TLS");
    let back = Back { beside: format!("{PHONE}{BIND}"), ..Back::with(&token) };
    let flight = format!(
        "<?xml version='1.0'?><stream:stream to='example.test' from='anna@example.test' version='1.0' \
         xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>{}<presence/>",
        back.xml(&anna)
    );
    anna.send(flight).await;
    assert!(matches!(anna.next().await.expect("a header"), Heard::Header(_)));
    assert!(anna.element().await.expect("features").is(ns::STREAM, "features"));
    let success = anna.element().await.expect("success");
    let proof = STANDARD.decode(success.child_text("additional-data").expect("a proof")).expect("base64");
    assert_eq!(proof, ht_answer(&token, &anna.exporter().expect("TLS 1.3")));
    let bound = success.child_named("urn:xmpp:bind:0", "bound").expect("bound");
    assert!(bound.child_named(ns::SM, "enabled").is_some(), "{success}");
    // What the archive is like at this moment: from where to read on.
    let metadata = bound.child_named(ns::MAM, "metadata").expect("metadata");
    assert!(metadata.child_named(ns::MAM, "end").is_some_and(|end| end.attr_value("id").is_some()), "{success}");
    assert!(anna.element().await.expect("features").is(ns::STREAM, "features"));
    let mut heard = String::new();
    while !heard.contains("while you were away") {
        heard = anna.element().await.expect("what waited").to_string();
    }
}

#[tokio::test]
async fn attack_35_a_token_opens_its_own_device_account_and_mechanism_only() {
    let server = server().await;
    let phone = given(&server, PHONE, HtMechanism::Expr).await;
    let desk = given(&server, DESK, HtMechanism::None).await;
    let wrong: [(&str, Back<'_>); 5] = [
        ("another device", Back { beside: DESK.into(), ..Back::with(&phone) }),
        ("another account", Back { name: "ben", ..Back::with(&phone) }),
        ("nobody's account", Back { name: "nobody", ..Back::with(&phone) }),
        ("less than it was given for", Back { mechanism: HtMechanism::None, ..Back::with(&phone) }),
        ("more than it was given for", Back { beside: DESK.into(), ..Back::with(&desk) }),
    ];
    for (what, back) in wrong {
        assert_eq!(back.refused(&server).await, "not-authorized", "{what}");
    }
    let malformed: [(&str, Back<'_>); 3] = [
        ("no device", Back { beside: String::new(), ..Back::with(&phone) }),
        ("not said to be a token", Back { fast: "", ..Back::with(&phone) }),
        ("a count that is none", Back { fast: "<fast xmlns='urn:xmpp:fast:0' count='-1'/>", ..Back::with(&phone) }),
    ];
    for (what, back) in malformed {
        assert_eq!(back.refused(&server).await, "malformed-request", "{what}");
    }
    // A proof that was seen on another connection is worth nothing on this one.
    let other = connect(&server).await;
    let stolen = Back::with(&phone).xml(&other);
    let mut thief = connect(&server).await;
    thief.send(stolen).await;
    thief
        .expect("<failure xmlns='urn:xmpp:sasl:2'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>")
        .await
        .expect("refused");
    Back::with(&phone).let_in(&server).await;
    Back { mechanism: HtMechanism::None, beside: DESK.into(), ..Back::with(&desk) }.let_in(&server).await;
}

#[tokio::test]
async fn attack_35_a_count_that_was_seen_is_refused() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let counted = |fast: &'static str| Back { fast, ..Back::with(&token) };
    counted("<fast xmlns='urn:xmpp:fast:0' count='5'/>").let_in(&server).await;
    for replayed in ["<fast xmlns='urn:xmpp:fast:0' count='5'/>", "<fast xmlns='urn:xmpp:fast:0' count='4'/>"] {
        assert_eq!(counted(replayed).refused(&server).await, "not-authorized");
    }
    counted("<fast xmlns='urn:xmpp:fast:0' count='6'/>").let_in(&server).await;
}

#[tokio::test]
async fn attack_35_signing_out_in_the_app_ends_its_token() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let fast = "<fast xmlns='urn:xmpp:fast:0' invalidate='true'/>";
    let (_, success) = Back { fast, ..Back::with(&token) }.let_in(&server).await;
    assert!(success.child_named(ns::FAST, "token").is_none());
    assert_eq!(Back::with(&token).refused(&server).await, "not-authorized");
}

#[tokio::test]
async fn attack_35_the_account_ended_in_the_app_takes_its_tokens_along() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let (mut client, _) = Back { beside: format!("{PHONE}{BIND}"), ..Back::with(&token) }.let_in(&server).await;
    client.element().await.expect("features");
    client.send("<iq type='set' id='u'><query xmlns='jabber:iq:register'><remove/></query></iq>").await;
    client.to_the_end().await.expect("gone");
    assert_eq!(Back::with(&token).refused(&server).await, "not-authorized");
}

#[tokio::test]
async fn a_token_that_grows_old_is_replaced_and_one_that_is_over_says_so() {
    let server = server().await;
    let first = given(&server, PHONE, HtMechanism::Expr).await;
    let (_, success) = Back::with(&first).let_in(&server).await;
    assert_eq!(token(&success), None, "it is young");
    server.clock.pass(DAY);
    let (_, success) = Back::with(&first).let_in(&server).await;
    let second = token(&success).expect("another");
    Back::with(&first).let_in(&server).await;
    Back::with(&second).let_in(&server).await;
    assert_eq!(Back::with(&first).refused(&server).await, "not-authorized");
    server.clock.pass(22 * DAY);
    assert_eq!(Back::with(&second).refused(&server).await, "credentials-expired");
}

#[tokio::test]
async fn nobody_gets_a_token_without_a_device_or_for_what_is_not_offered() {
    let server = server().await;
    let asked = [
        wanted(HtMechanism::Expr),
        format!("{PHONE}<request-token xmlns='urn:xmpp:fast:0' mechanism='SCRAM-SHA-256'/>"),
        PHONE.to_owned(),
    ];
    for asked in asked {
        let mut client = connect(&server).await;
        let success = client.authenticate_inline(Hash::Sha256, "anna", PASSWORD, &asked).await.expect("signed in");
        assert_eq!(token(&success), None, "{asked}");
    }
}

/// What a bound client is called.
fn address(success: &Element) -> String {
    success.child_text("authorization-identifier").expect("an address")
}

#[tokio::test]
async fn a_phone_that_lost_its_connection_takes_its_own_place() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let back = |beside: String| Back { beside, ..Back::with(&token) };
    let bind = |agent: &str, tag: &str| format!("{agent}{}", BIND.replace("App", tag));
    let (mut first, success) = back(bind(PHONE, "App")).let_in(&server).await;
    let phone = address(&success);
    assert!(phone.starts_with("anna@example.test/App/") && !phone.contains("d4565f"), "{phone}");
    first.element().await.expect("features");
    first.available().await.expect("there");
    // Gone without a word: its session waits to be resumed. What comes meanwhile is in its queue.
    first.drop_connection();
    let mut ben = server.online("ben@example.test/b").await;
    ben.send(format!("<message to='{phone}' type='chat'><body>to the ghost</body></message>")).await;
    ben.sync().await.expect("taken");
    let (mut second, success) = back(bind(PHONE, "App")).let_in(&server).await;
    assert_eq!(address(&success), phone, "the same place");
    second.element().await.expect("features");
    second.send("<presence/>").await;
    let mut heard = String::new();
    while !heard.contains("to the ghost") {
        heard = second.element().await.expect("what the ghost had").to_string();
    }
    // By another name it is still the same phone.
    let (_third, success) = back(bind(PHONE, "Other")).let_in(&server).await;
    assert!(address(&success).starts_with("anna@example.test/Other/"));
    assert_eq!(second.ends_with().await.expect("ended"), "conflict");
}

#[tokio::test]
async fn two_devices_have_two_places_and_leave_each_other_alone() {
    let server = server().await;
    let mut places = Vec::new();
    let mut clients = Vec::new();
    for agent in [PHONE, DESK, ""] {
        let mut client = connect(&server).await;
        let asked = format!("{agent}{BIND}");
        let success = client.authenticate_inline(Hash::Sha256, "anna", PASSWORD, &asked).await.expect("proven");
        places.push(address(&success));
        client.element().await.expect("features");
        clients.push(client);
    }
    places.dedup();
    assert_eq!(places.len(), 3);
    for client in &mut clients {
        client.sync().await.expect("still there");
    }
}

#[tokio::test]
async fn attack_35_a_phone_that_was_signed_out_everywhere_is_out_and_stays_out() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let (mut phone, _) = Back { beside: format!("{PHONE}{BIND}"), ..Back::with(&token) }.let_in(&server).await;
    phone.element().await.expect("features");
    let anna = BareJid::new("anna@example.test").expect("an address");
    server.people.accounts.sign_out(&parlour_testkit::operator(), &anna).await.expect("signed out");
    assert_eq!(phone.ends_with().await.expect("ended"), "not-authorized");
    assert_eq!(Back::with(&token).refused(&server).await, "not-authorized");
}

#[tokio::test]
async fn attack_35_a_device_that_is_taken_away_ends_and_stays_out() {
    let server = server().await;
    let token = given(&server, PHONE, HtMechanism::Expr).await;
    let (mut phone, _) = Back { beside: format!("{PHONE}{BIND}"), ..Back::with(&token) }.let_in(&server).await;
    phone.element().await.expect("features");
    let anna = BareJid::new("anna@example.test").expect("an address");
    let by = By::account(anna.clone(), Role::Member, Door::Web, 1);
    let seen = server.people.devices.of(&by, &anna).await.expect("read");
    let [device] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((device.software.as_deref(), device.device.as_deref()), (Some("App"), Some("Kiva's phone")));
    assert!(device.online.is_some() && device.returns.is_some());
    assert_eq!(server.people.devices.end(&by, &anna, &device.key).await, Ok(true));
    assert_eq!(phone.ends_with().await.expect("ended"), "not-authorized");
    assert_eq!(Back::with(&token).refused(&server).await, "not-authorized");
}
