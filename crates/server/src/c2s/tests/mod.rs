//! Streams from their first byte to their last, over pipes.

mod counted;
pub(crate) mod house;
mod kept_out;
mod tls;
mod web_socket;

use std::sync::atomic::Ordering;

use house::{Client, House, plain};
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::sasl::{ClientSasl, ServerSasl};
use parlour_xmpp::xml::Element;

const SM: &str = "xmlns='urn:xmpp:sm:3'";

#[test]
fn the_task_of_a_client_is_small() {
    let bytes = House::new().task_bytes();
    // A connection, and little else: what it was negotiated with is gone.
    assert!(bytes <= 416, "{bytes} bytes");
}

#[tokio::test]
async fn two_clients_exchange_messages() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    anna.say("<message to='ben@x.test' type='chat' id='m1'><body>hello</body></message>").await;
    let heard = ben.hears("</message>").await;
    assert!(heard.contains("from='anna@x.test/a'") && heard.contains("<body>hello</body>"), "{heard}");
    assert!(heard.contains("<stanza-id xmlns='urn:xmpp:sid:0' by='ben@x.test' id='"), "{heard}");
    ben.say(
        "<message to='anna@x.test/a' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
    )
    .await;
    let heard = anna.hears("</message>").await;
    assert!(heard.contains("from='ben@x.test/b'") && !heard.contains("stanza-id"), "{heard}");
}

/// What a blocked socket left of one large stanza is followed by the next without anybody having to say something.
#[tokio::test]
async fn large_messages_reach_who_reads_late() {
    let mut house = House::new();
    let (mut a, mut b) = (house.online("anna", "1").await, house.online("ben", "1").await);
    let body = "x".repeat(100_000);
    for n in 0..6 {
        b.say(&format!("<message to='anna@x.test/1' id='large{n}' type='headline'><body>{body}</body></message>"))
            .await;
    }
    b.say("<iq type='get' id='sent'><ping xmlns='urn:xmpp:ping'/></iq>").await;
    b.hears("id='sent' type='result'/>").await;
    for n in 0..6 {
        a.hears(&format!("id='large{n}'")).await;
    }
    a.hears("</body></message>").await;
}

#[tokio::test]
async fn attack_39_another_from_is_overridden() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    for from in ["ben@x.test/b", "anna@x.test/other", "x.test", "", "a@b@c"] {
        anna.say(&format!("<message from='{from}' to='ben@x.test'><body>{from}</body></message>")).await;
        let heard = ben.hears("</message>").await;
        assert!(heard.contains("from='anna@x.test/a'"), "{heard}");
    }
}

#[tokio::test]
async fn attack_40_43_what_only_a_server_says_is_taken_out() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    anna.say(
        "<message to='ben@x.test' type='chat'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>\
         <message xmlns='jabber:client' from='mum@x.test'><body>forged</body></message></forwarded></received>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='ben@x.test' id='999'/><stanza-id xmlns='urn:xmpp:sid:0' by='x.test' id='998'/>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='BEN@x.test' id='997'/>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='room@z.test' id='theirs'/><body>true</body></message>",
    )
    .await;
    let heard = ben.hears("<body>true</body>").await + &ben.hears("</message>").await;
    assert!(!heard.contains("forged") && !heard.contains("99"), "{heard}");
    assert!(heard.contains("theirs") && heard.contains("by='ben@x.test' id='"), "{heard}");
}

#[tokio::test]
async fn requests_are_answered_by_the_host_and_for_the_account() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    for (xml, answer) in [
        ("<iq type='get' id='1' to='x.test'><query xmlns='jabber:iq:version'/></iq>", "<name>Parlour</name>"),
        ("<iq type='get' id='2'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>", "type='registered'"),
        (
            "<iq type='get' id='3' to='x.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
            "urn:xmpp:carbons:2",
        ),
        ("<iq type='get' id='4' to='x.test'><time xmlns='urn:xmpp:time'/></iq>", "<utc>1970-01-01T00:00:00Z</utc>"),
        ("<iq type='get' id='5' to='x.test'><nonsense xmlns='urn:none'/></iq>", "<service-unavailable"),
        ("<iq type='get' id='6'/>", "<bad-request"),
        ("<iq type='get' id='7'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>", "<bad-request"),
        ("<iq type='strange' id='8'><a xmlns='urn:a'/></iq>", "<bad-request"),
        ("<iq type='get' id='9' to='a@b@c'><a xmlns='urn:a'/></iq>", "<jid-malformed"),
        ("<iq type='get' id='10' to='far.test'><a xmlns='urn:a'/></iq>", "<remote-server-not-found"),
    ] {
        anna.say(xml).await;
        let heard = anna.hears("</iq>").await;
        assert!(heard.contains(answer), "{xml} gave {heard}");
    }
}

#[tokio::test]
async fn attack_47_nobody_learns_who_is_there() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let _ben = house.online("ben", "b").await;
    let mut answers = Vec::new();
    for to in ["ben@x.test", "ben@x.test/guess", "nobody@x.test", "nobody@x.test/guess"] {
        anna.say(&format!(
            "<iq type='get' id='q' to='{to}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"
        ))
        .await;
        answers.push(anna.hears("</iq>").await.replace(to, "X"));
    }
    assert!(answers.iter().all(|a| a == &answers[0] && a.contains("service-unavailable")), "{answers:?}");
}

#[tokio::test]
async fn attack_44_answers_to_nothing_are_dropped() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say(
        "<iq type='result' id='1' to='x.test'/><iq type='error' id='2'/><iq type='result' id='3' to='ben@x.test/no'/>",
    )
    .await;
    assert_eq!(anna.hears_so_far().await, "");
}

#[tokio::test]
async fn carbons_go_both_ways() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut laptop = house.online("anna", "laptop").await;
    let mut ben = house.online("ben", "b").await;
    laptop.say("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>").await;
    laptop.hears("id='c' type='result'/>").await;
    anna.say("<message to='ben@x.test' type='chat'><body>hi</body></message>").await;
    let heard = laptop.hears("</sent></message>").await;
    assert!(heard.contains("from='anna@x.test'") && heard.contains("to='anna@x.test/laptop'"), "{heard}");
    assert!(heard.contains("<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'"), "{heard}");
    assert!(heard.contains("by='anna@x.test'"), "{heard}");
    ben.hears("</message>").await;
    ben.say("<message to='anna@x.test/a' type='chat'><body>ho</body></message>").await;
    let heard = laptop.hears("</received></message>").await;
    assert!(heard.contains("from='ben@x.test/b'") && heard.contains("to='anna@x.test/a'"), "{heard}");
    ben.say("<message to='anna@x.test/a' type='chat'><body>psst</body><private xmlns='urn:xmpp:carbons:2'/></message>")
        .await;
    anna.hears("psst").await;
    assert_eq!(laptop.hears_so_far().await, "");
}

#[tokio::test]
async fn a_note_to_oneself_comes_once_to_each_client() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut laptop = house.online("anna", "laptop").await;
    for client in [&mut anna, &mut laptop] {
        client.say("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>").await;
        client.hears("id='c' type='result'/>").await;
    }
    anna.say("<message to='anna@x.test' type='chat'><body>all</body></message>").await;
    anna.say("<message to='anna@x.test/laptop' type='chat'><body>one</body></message>").await;
    let (heard, copied) = (anna.hears_so_far().await, laptop.hears_so_far().await);
    assert_eq!((heard.matches("all").count(), heard.matches("one").count()), (1, 0), "{heard}");
    assert_eq!((copied.matches("all").count(), copied.matches("one").count()), (1, 1), "{copied}");
}

#[tokio::test]
async fn a_message_waits_for_a_client_that_takes_it() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say("<message to='ben@x.test'><body>one</body></message><message to='ben@x.test'><body>two</body></message>")
        .await;
    anna.say("<message to='nobody@x.test' id='n'><body>lost</body></message>").await;
    assert!(anna.hears("</message>").await.contains("service-unavailable"));
    assert_eq!(house.shelf.waiting(), 2);
    let mut ben = house.bound("ben", "b").await;
    ben.say("<presence><priority>-1</priority></presence>").await;
    assert_eq!(ben.hears_so_far().await, "", "a negative priority takes nothing");
    ben.say("<presence/>").await;
    let heard = ben.hears("two").await + &ben.hears("</message>").await;
    assert!(heard.contains("<body>one</body>") && heard.contains("from='anna@x.test/a'"), "{heard}");
    assert!(
        heard.contains("<delay xmlns='urn:xmpp:delay' from='x.test' stamp='1970-01-01T00:00:00.000Z'/>"),
        "{heard}"
    );
    assert_eq!(house.shelf.waiting(), 0);
}

#[tokio::test]
async fn an_offline_message_comes_once_however_late_its_row_goes() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say("<message to='ben@x.test'><body>one</body></message>").await;
    anna.hears_so_far().await;
    let mut ben = house.bound("ben", "b").await;
    *house.shelf.held.lock().expect("not poisoned") = Some(Vec::new());
    ben.say("<presence/><presence type='unavailable'/><presence/>").await;
    assert_eq!(ben.hears_so_far().await.matches("<body>one</body>").count(), 1);
    house.shelf.release();
    assert_eq!(house.shelf.waiting(), 0);
}

#[tokio::test]
async fn an_offline_message_waits_until_it_is_acknowledged() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say("<message to='ben@x.test'><body>one</body></message>").await;
    anna.hears_so_far().await;
    for resource in ["lost", "taken"] {
        let mut ben = house.bound("ben", resource).await;
        ben.say(&format!("<enable {SM}/><presence/>")).await;
        ben.hears("<body>one</body>").await;
        assert_eq!(house.shelf.waiting(), 1);
        if resource == "taken" {
            ben.say(&format!("<a {SM} h='1'/>")).await;
            ben.hears_so_far().await;
        }
    }
    assert_eq!(house.shelf.waiting(), 0);
}

#[tokio::test]
async fn nothing_is_delivered_or_counted_before_its_commit() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    anna.say(&format!("<enable {SM}/>")).await;
    anna.hears("<enabled").await;
    *house.shelf.held.lock().expect("not poisoned") = Some(Vec::new());
    anna.say("<message to='ben@x.test'><body>one</body></message>").await;
    anna.say("<message to='ben@x.test'><paused xmlns='http://jabber.org/protocol/chatstates'/></message>").await;
    anna.say(&format!("<r {SM}/>")).await;
    assert!(anna.hears("/>").await.contains("h='0'") || anna.hears("/>").await.contains("h='0'"));
    assert_eq!(ben.hears_so_far().await, "", "not even what need not be kept, since it came later");
    house.shelf.release();
    let heard = ben.hears("paused").await;
    assert!(heard.contains("<body>one</body>"), "{heard}");
    anna.hears(&format!("<a {SM} h='2'/>")).await;
}

#[tokio::test]
async fn what_is_not_kept_asks_the_store_for_nothing() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    let asked = house.shelf.calls.load(Ordering::Relaxed);
    for _ in 0..10 {
        anna.say(
            "<message to='ben@x.test' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>\
             <presence to='ben@x.test/b'/><presence><show>away</show></presence>\
             <iq type='get' id='1' to='ben@x.test/b'><ping xmlns='urn:xmpp:ping'/></iq>\
             <iq type='get' id='2' to='x.test'><ping xmlns='urn:xmpp:ping'/></iq>",
        )
        .await;
    }
    anna.hears_so_far().await;
    assert_eq!(ben.hears_so_far().await.matches("<active").count(), 10);
    assert_eq!(house.shelf.calls.load(Ordering::Relaxed), asked);
}

#[tokio::test]
async fn a_message_that_cannot_be_kept_comes_back() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    *house.shelf.fails.lock().expect("not poisoned") = true;
    anna.say("<message to='ben@x.test' id='full'><body>one</body></message>").await;
    let heard = anna.hears("</message>").await;
    assert!(heard.contains("resource-constraint") && heard.contains("id='full'"), "{heard}");
    assert_eq!(ben.hears_so_far().await, "");
}

#[tokio::test]
async fn a_lost_session_is_resumed_with_what_was_not_acknowledged() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    ben.say(&format!("<enable {SM} resume='true'/>")).await;
    let enabled = ben.hears("/>").await;
    assert!(enabled.starts_with("<enabled"), "{enabled}");
    let id = enabled.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).expect("an id").to_owned();
    assert!(enabled.contains("resume='true'") && enabled.contains("max='600'"), "{enabled}");
    anna.say("<message to='ben@x.test'><body>one</body></message><message to='ben@x.test'><body>two</body></message>")
        .await;
    ben.hears("two").await;
    ben.say("<message to='anna@x.test'><body>from ben</body></message>").await;
    anna.hears("from ben").await;
    // The old connection is not even known to be lost: the new one takes the session from it.
    let mut again = house.signed_in("ben").await;
    again.say(&format!("<resume {SM} previd='{id}' h='1'/>")).await;
    let heard = again.hears("two").await;
    assert!(heard.contains(&format!("<resumed {SM} h='1' previd='{id}'/>")), "{heard}");
    assert!(!heard.contains("one"), "acknowledged: {heard}");
    assert!(ben.hears_end().await.contains("<conflict"));
    // Now it is really lost, and something comes meanwhile.
    drop(again);
    anna.say("<message to='ben@x.test'><body>three</body></message>").await;
    let mut third = house.signed_in("ben").await;
    third.say(&format!("<resume {SM} previd='{id}' h='2'/>")).await;
    third.hears("three").await;
    assert_eq!(house.shelf.waiting(), 0);
    // Another account cannot have it.
    let mut thief = house.signed_in("anna").await;
    thief.say(&format!("<resume {SM} previd='{id}' h='2'/>")).await;
    thief.hears("<item-not-found").await;
    // Acknowledging what was never sent ends the stream.
    third.say(&format!("<a {SM} h='77'/>")).await;
    assert!(third.hears_end().await.contains("handled-count-too-high"));
}

/// Switches XEP-0198 on, with resumption; gives the id to come back by, and how long that works.
async fn enable(client: &mut Client, more: &str) -> (String, String) {
    client.say(&format!("<enable {SM} resume='true'{more}/>")).await;
    let enabled = client.hears("/>").await;
    let attr = |name: &str| {
        let value = enabled.split(&format!("{name}='")).nth(1).and_then(|rest| rest.split('\'').next());
        value.unwrap_or_else(|| panic!("no {name} in {enabled}")).to_owned()
    };
    (attr(" id"), attr("max"))
}

#[tokio::test]
async fn a_session_that_is_gone_still_says_what_was_handled() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say(&format!("<enable {SM} resume='true'/>")).await;
    let enabled = anna.hears("/>").await;
    let id = enabled.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).expect("an id").to_owned();
    anna.say("<presence/><message to='ben@x.test'><body>one</body></message>").await;
    // Not kept, so nothing says that it was handled.
    anna.say("<message to='ben@x.test'><active xmlns='http://jabber.org/protocol/chatstates'/></message>").await;
    anna.hears_so_far().await;
    // Closed in order: the session is over, as after a restart.
    anna.say("</stream:stream>").await;
    anna.hears_end().await;
    let mut again = house.signed_in("anna").await;
    again.say(&format!("<resume {SM} previd='{id}' h='0'/>")).await;
    let heard = again.hears("</failed>").await;
    assert!(heard.contains(&format!("<failed {SM} h='2'>")) && heard.contains("<item-not-found"), "{heard}");
}

#[tokio::test]
async fn what_a_client_did_not_take_waits_for_the_next() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    ben.say(&format!("<enable {SM}/>")).await;
    ben.hears("/>").await;
    anna.say("<message to='ben@x.test'><body>unread</body></message>").await;
    ben.hears("unread").await;
    drop(ben);
    let mut ben = house.bound("ben", "c").await;
    ben.say("<presence/>").await;
    ben.hears("unread").await;
}

#[tokio::test]
async fn attack_55_a_newer_client_takes_the_resource() {
    let mut house = House::new();
    let mut old = house.online("anna", "a").await;
    let mut new = house.online("anna", "a").await;
    let heard = old.hears_end().await;
    assert!(heard.contains("<conflict") && heard.contains("</stream:stream>"), "{heard}");
    assert_eq!(new.hears_so_far().await, "");
    let mut others = Vec::new();
    for n in 0..9 {
        others.push(house.bound("anna", &format!("r{n}")).await);
    }
    let mut eleventh = house.signed_in("anna").await;
    eleventh.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    assert!(eleventh.hears("</iq>").await.contains("resource-limit-exceeded"));
}

#[tokio::test]
async fn attack_22_nothing_but_starttls_in_the_clear() {
    let mut house = House::new();
    for first in [
        plain("anna", "secret").as_str(),
        "<message to='ben@x.test'><body>hi</body></message>",
        "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>",
        "<iq type='get' id='r'><query xmlns='jabber:iq:register'/></iq>",
    ] {
        let mut client = house.pipe(false);
        client.header("x.test").await;
        let features = client.hears("</stream:features>").await;
        assert!(features.contains("<required/>") && !features.contains("mechanism"), "{features}");
        client.say(first).await;
        let heard = client.hears_end().await;
        assert!(heard.contains("<policy-violation") && !heard.contains("success"), "{heard}");
    }
}

#[tokio::test]
async fn attack_21_what_is_sent_behind_starttls_in_the_clear_is_never_read() {
    let mut house = House::new();
    let mut client = house.pipe(false);
    client.header("x.test").await;
    client.hears("</stream:features>").await;
    client.say(&format!("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>{}", plain("anna", "secret"))).await;
    let heard = client.hears_end().await;
    assert!(heard.ends_with("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), "{heard}");
}

#[tokio::test]
async fn attack_37_a_restart_stays_with_its_host() {
    let mut house = House::new();
    for (to, from, condition) in [
        ("y.test", "", "not-authorized"),
        ("x.test", " from='ben@x.test'", "invalid-from"),
        ("x.test", " from='anna@y.test'", "invalid-from"),
    ] {
        let mut client = house.pipe(true);
        client.header("x.test").await;
        client.hears("</stream:features>").await;
        client.say(&plain("anna", "secret")).await;
        client.hears("<success").await;
        client
            .say(&format!(
                "<stream:stream to='{to}'{from} version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
            ))
            .await;
        let heard = client.hears_end().await;
        assert!(heard.contains(condition), "{to} {from}: {heard}");
    }
}

#[tokio::test]
async fn headers_are_judged_precisely() {
    let mut house = House::new();
    for (header, condition) in [
        (
            "<stream:stream to='z.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
            "host-unknown",
        ),
        (
            "<stream:stream version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
            "improper-addressing",
        ),
        (
            "<stream:stream to='x.test' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
            "unsupported-version",
        ),
        (
            "<stream:stream to='x.test' version='1.0' xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
            "invalid-namespace",
        ),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>", "restricted-xml"),
        ("hello", ""),
    ] {
        let mut client = house.pipe(true);
        client.say(header).await;
        let heard = client.hears_end().await;
        assert!(
            heard.starts_with("<?xml version='1.0'?><stream:stream") && heard.contains(condition),
            "{header}: {heard}"
        );
        assert!(heard.contains("<stream:error>") && heard.ends_with("</stream:stream>"), "{heard}");
    }
}

#[tokio::test]
async fn attack_10_little_is_taken_before_signing_in() {
    let mut house = House::new();
    let mut client = house.pipe(true);
    client.header("x.test").await;
    client.hears("</stream:features>").await;
    client
        .say(&format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{}</auth>", "A".repeat(9000)))
        .await;
    assert!(client.hears_end().await.contains("policy-violation"));
}

#[tokio::test]
async fn attack_26_only_what_was_offered_and_only_five_times() {
    let mut house = House::new();
    let mut client = house.pipe(true);
    client.header("x.test").await;
    let features = client.hears("</stream:features>").await;
    // No -PLUS where there is nothing to bind to.
    assert!(features.contains("<mechanism>SCRAM-SHA-256</mechanism>") && !features.contains("PLUS"), "{features}");
    for (mechanism, condition) in
        [("ANONYMOUS", "invalid-mechanism"), ("SCRAM-SHA-1", "invalid-mechanism"), ("EXTERNAL", "invalid-mechanism")]
    {
        client.say(&format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>=</auth>")).await;
        assert!(client.hears("</failure>").await.contains(condition));
    }
    client.say(&plain("anna", "wrong")).await;
    assert!(client.hears("</failure>").await.contains("<not-authorized"));
    client.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>!</auth>").await;
    let heard = client.hears_end().await;
    assert!(heard.contains("<incorrect-encoding") && heard.contains("<policy-violation"), "{heard}");
}

#[tokio::test]
async fn attack_85_attempts_are_counted_and_too_many_are_not_heard() {
    let mut house = House::new();
    let mut client = house.pipe(true);
    client.header("x.test").await;
    client.hears("</stream:features>").await;
    client.say(&plain("locked", "secret")).await;
    assert!(client.hears("</failure>").await.contains("<temporary-auth-failure"));
    // A SCRAM exchange with a wrong proof: 32 zero bytes.
    client
        .say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>biwsbj1hbm5hLHI9YWJjZGVm</auth>")
        .await;
    let challenge = client.hears("</challenge>").await;
    let challenge = &challenge[challenge.find("<challenge").expect("there")..];
    let element = Element::parse(challenge.as_bytes(), "").expect("XML");
    let Ok(ServerSasl::Challenge(data)) = ServerSasl::read(&element) else { panic!("{challenge}") };
    let first = String::from_utf8(data.expose().clone()).expect("text");
    let nonce = first.split(',').next().expect("a nonce");
    let proof = format!("c=biws,{nonce},p={}=", "A".repeat(43));
    client.say(&ClientSasl::Response(Secret::new(proof.into_bytes())).to_element().to_string()).await;
    assert!(client.hears("</failure>").await.contains("<not-authorized"));
    client.say(&plain("anna", "wrong")).await;
    client.hears("</failure>").await;
    client.say(&plain("anna", "secret")).await;
    client.hears("<success").await;
    assert_eq!(*house.shelf.judged.lock().expect("not poisoned"), [false, false, true]);
}

#[tokio::test]
async fn sasl2_signs_in_binds_and_counts_in_one_step() {
    let mut house = House::new();
    let mut client = house.pipe(true);
    client.header("x.test").await;
    let features = client.hears("</stream:features>").await;
    assert!(features.contains("<authentication xmlns='urn:xmpp:sasl:2'>"), "{features}");
    // \0anna\0secret
    let response = "AGFubmEAc2VjcmV0";
    client
        .say(&format!(
            "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>{response}</initial-response>\
             <bind xmlns='urn:xmpp:bind:0'><tag>Test</tag><enable xmlns='urn:xmpp:carbons:2'/>\
             <enable {SM} resume='true'/></bind></authenticate>"
        ))
        .await;
    let heard = client.hears("</success>").await;
    assert!(heard.contains("<authorization-identifier>anna@x.test/Test/"), "{heard}");
    assert!(heard.contains("<bound xmlns='urn:xmpp:bind:0'><enabled") && heard.contains("resume='true'"), "{heard}");
    let features = client.hears("</stream:features>").await;
    assert!(features.contains("<sm xmlns='urn:xmpp:sm:3'") && !features.contains("xmpp-bind"), "{features}");
    client.say("<presence/>").await;
    client.say(&format!("<r {SM}/>")).await;
    client.hears("h='1'").await;
    let id = heard.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).expect("an id").to_owned();
    let mut again = house.pipe(true);
    again.header("x.test").await;
    again.hears("</stream:features>").await;
    again
        .say(&format!(
            "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>{response}</initial-response>\
             <resume {SM} previd='{id}' h='0'/></authenticate>"
        ))
        .await;
    let heard = again.hears("</success>").await;
    assert!(heard.contains("<resumed") && heard.contains("anna@x.test/Test/"), "{heard}");
}

#[tokio::test]
async fn a_session_lost_while_the_server_stops_does_not_hold_it_up() {
    let mut house = House::new();
    let mut anna = house.bound("anna", "a").await;
    anna.say(&format!("<enable {SM} resume='true'/>")).await;
    anna.hears("<enabled").await;
    // Its connection goes after everybody was told, so that it is about to wait for a client once more.
    house.stop();
    drop(anna);
    let ended = tokio::time::timeout(house::PATIENCE, house.streams.join_next()).await;
    ended.expect("in time").expect("a stream").expect("no panic");
}

#[tokio::test]
async fn closing_is_answered_after_what_was_asked() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    anna.say("<iq type='get' id='last'><ping xmlns='urn:xmpp:ping'/></iq></stream:stream>").await;
    let heard = anna.hears_end().await;
    assert!(heard.contains("id='last'") && heard.ends_with("</stream:stream>") && !heard.contains("error"), "{heard}");
}

#[tokio::test]
async fn attack_45_elements_of_negotiation_end_a_bound_stream() {
    let mut house = House::new();
    for late in [plain("anna", "secret").as_str(), "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"] {
        let mut anna = house.online("anna", "a").await;
        anna.say(late).await;
        assert!(anna.hears_end().await.contains("unsupported-stanza-type"));
    }
    let mut anna = house.online("anna", "a").await;
    anna.say(&format!("<resume {SM} previd='x' h='0'/>")).await;
    anna.hears("<unexpected-request").await;
}

#[tokio::test]
async fn stopping_tells_everybody() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut stranger = house.pipe(true);
    stranger.header("x.test").await;
    stranger.hears("</stream:features>").await;
    house.stop();
    house.server.end_when_stopped().await;
    for client in [&mut anna, &mut stranger] {
        let heard = client.hears_end().await;
        assert!(heard.contains("<system-shutdown") && heard.ends_with("</stream:stream>"), "{heard}");
    }
    assert!(house.server.meters().accepted.load(std::sync::atomic::Ordering::Relaxed) == 2);
}

#[tokio::test]
async fn directed_presence_is_taken_back_when_the_client_goes() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    anna.say("<presence to='ben@x.test/b'><show>away</show></presence>").await;
    assert!(ben.hears("</presence>").await.contains("from='anna@x.test/a'"));
    anna.say("<presence type='unavailable'/>").await;
    assert!(ben.hears("/>").await.contains("type='unavailable'"));
}
