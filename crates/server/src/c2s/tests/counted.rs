//! Who is asked what, who counts as lost, and what is known of a session that is over.
//!
//! Spec: XEP-0198 v1.6.3 §3 to §5, ATTACKS F11. The clock stands still but where a test moves it.

use std::sync::Arc;
use std::time::Duration;

use parlour_router::End;
use parlour_xmpp::jid::BareJid;

use super::house::House;
use super::{SM, enable};
use crate::C2sOptions;

const PING: &str = "<iq type='get' id='1' to='x.test'><ping xmlns='urn:xmpp:ping'/></iq>";
const HI: &str = "<message to='ben@x.test' type='chat'><body>hi</body></message>";

#[tokio::test(start_paused = true)]
async fn a_message_is_asked_about_in_the_same_write_and_presence_now_and_then() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    enable(&mut ben, "").await;
    for _ in 0..4 {
        anna.say("<presence to='ben@x.test/b'/>").await;
        assert!(!ben.hears("/>").await.contains("<r "));
    }
    ben.say(&format!("<a {SM} h='4'/>")).await;
    anna.say(HI).await;
    ben.hears(&format!("</message><r {SM}/>")).await;
    anna.say(HI).await;
    assert!(ben.hears("</message>").await.starts_with("<message"), "one question at a time");
    ben.say(&format!("<a {SM} h='5'/>")).await;
    ben.hears(&format!("<r {SM}/>")).await;
    ben.say(&format!("<a {SM} h='6'/>")).await;
    for _ in 0..5 {
        anna.say("<presence to='ben@x.test/b'/>").await;
        assert!(ben.hears("/>").await.starts_with("<presence"));
    }
    assert_eq!(ben.hears("/>").await, format!("<r {SM}/>"));
}

#[tokio::test(start_paused = true)]
async fn fault_11_who_does_not_answer_is_waited_for() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    let (id, max) = enable(&mut ben, "").await;
    assert_eq!(max, "600");
    // Idle for a long time, and still there: nothing is asked of a phone that sleeps.
    tokio::time::advance(Duration::from_secs(3_600)).await;
    anna.say(HI).await;
    ben.hears("<r ").await;
    tokio::time::advance(Duration::from_secs(50)).await;
    anna.say(HI).await;
    ben.hears("</message>").await;
    tokio::time::advance(Duration::from_secs(11)).await;
    ben.hears_end().await;
    anna.hears_so_far().await;
    assert_eq!(house.server.meters().parked.load(std::sync::atomic::Ordering::Relaxed), 1);
    anna.say(HI).await;
    anna.hears_so_far().await;
    let mut again = house.signed_in("ben").await;
    again.say(&format!("<resume {SM} previd='{id}' h='1'/>")).await;
    let heard = again.hears("<r ").await;
    assert_eq!(heard.matches("<body>").count(), 2, "what it had not acknowledged, and what came meanwhile: {heard}");
    assert_eq!(house.shelf.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_answers_slowly_is_asked_again_and_stays() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    enable(&mut ben, "").await;
    anna.say(HI).await;
    ben.hears("<r ").await;
    for _ in 0..3 {
        // It counts one less than there is, or is busy.
        ben.say(&format!("<a {SM} h='0'/>")).await;
        ben.hears_so_far().await;
        tokio::time::advance(Duration::from_secs(61)).await;
        ben.hears("<r ").await;
    }
    tokio::time::advance(Duration::from_secs(61)).await;
    ben.hears_end().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_wakes_to_fetch_binds_inactive_and_is_active_once_resumed() {
    // \0ben\0secret
    let begin = "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>AGJlbgBzZWNyZXQ=\
                 </initial-response>";
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.pipe(true);
    ben.header("x.test").await;
    let features = ben.hears("</stream:features>").await;
    assert!(features.contains("<feature var='urn:xmpp:csi:0'/>"), "{features}");
    ben.say(&format!(
        "{begin}<bind xmlns='urn:xmpp:bind:0'><inactive xmlns='urn:xmpp:csi:0'/><enable {SM} resume='true'/></bind>\
         </authenticate>"
    ))
    .await;
    let heard = ben.hears("</stream:features>").await;
    let part = |before: &str, after: char| {
        heard.split(before).nth(1).and_then(|rest| rest.split(after).next()).expect("said").to_owned()
    };
    let (jid, id) = (part("<authorization-identifier>", '<'), part(" id='", '\''));
    let shows = |show: &str| format!("<presence to='{jid}'><show>{show}</show></presence>");
    for show in ["away", "dnd"] {
        anna.say(&shows(show)).await;
        anna.hears_so_far().await;
    }
    anna.say(&format!("<message to='{jid}' type='chat'><body>hi</body></message>")).await;
    let heard = ben.hears("</message>").await;
    assert!(heard.contains("dnd") && !heard.contains("away"), "{heard}");

    // XEP-0352 §5.2; XEP-0198 §9.2: what is resumed inside SASL2 begins without features.
    anna.say(&shows("xa")).await;
    anna.hears_so_far().await;
    let mut again = house.pipe(true);
    again.header("x.test").await;
    again.hears("</stream:features>").await;
    again.say(&format!("{begin}<resume {SM} previd='{id}' h='2'/></authenticate>")).await;
    let heard = again.hears("</presence>").await;
    assert!(heard.contains("<resumed") && heard.contains("xa") && !heard.contains("features"), "{heard}");
    anna.say(&shows("chat")).await;
    assert!(again.hears("</presence>").await.contains("chat"));
}

#[tokio::test(start_paused = true)]
async fn what_was_handled_is_known_exactly_after_a_session_that_timed_out() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let (id, max) = enable(&mut anna, " max='30'").await;
    assert_eq!(max, "30", "as long as the client wants");
    anna.say(&format!("{HI}{PING}<presence/>")).await;
    anna.hears_so_far().await;
    drop(anna);
    let mut ben = house.online("ben", "b").await;
    ben.hears_so_far().await;
    tokio::time::advance(Duration::from_secs(31)).await;
    ben.hears_so_far().await;
    let mut again = house.signed_in("anna").await;
    again.say(&format!("<resume {SM} previd='{id}' h='0'/>")).await;
    // The last message that was kept is the first of four.
    let heard = again.hears("</failed>").await;
    assert!(heard.contains("h='4'") && heard.contains("<item-not-found"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn no_more_sessions_wait_than_there_is_room_for() {
    let mut house = House::with(C2sOptions { max_resumable: 1, ..C2sOptions::default() });
    let mut anna = house.online("anna", "a").await;
    let mut ben = house.online("ben", "b").await;
    let mut other = house.online("anna", "other").await;
    let (first, _) = enable(&mut anna, "").await;
    let (second, _) = enable(&mut ben, "").await;
    for client in [anna, ben] {
        drop(client);
        other.hears_so_far().await;
    }
    let mut thrown_out = house.signed_in("ben").await;
    thrown_out.say(&format!("<resume {SM} previd='{second}' h='0'/>")).await;
    thrown_out.hears("<failed").await;
    let mut lucky = house.signed_in("anna").await;
    lucky.say(&format!("<resume {SM} previd='{first}' h='0'/>")).await;
    lucky.hears("<resumed").await;
}

/// However long it takes to be put back, and whatever else the table has forgotten meanwhile.
#[tokio::test]
async fn what_a_client_did_not_take_reaches_one_that_was_there_before_it_waited() {
    let mut house = House::new();
    let mut anna = house.online("anna", "a").await;
    let ben = BareJid::new("ben@x.test").expect("literal");
    let router = Arc::clone(&house.server.0.engine.router);
    for forgotten in [false, true] {
        let mut lost = house.online("ben", "b").await;
        lost.say(&format!("<enable {SM}/>")).await;
        lost.hears("/>").await;
        anna.say("<message to='ben@x.test'><body>unread</body></message>").await;
        lost.hears("unread").await;
        *house.shelf.held.lock().expect("not poisoned") = Some(Vec::new());
        drop(lost);
        while router.find(&ben).is_some_and(|live| !live.outboxes().is_empty()) {
            anna.hears_so_far().await;
        }
        if forgotten {
            // As when too many others are remembered.
            router.removed(&ben, End::NotAuthorized);
            assert!(router.find(&ben).is_none());
        }
        let mut next = house.online("ben", "c").await;
        assert_eq!(next.hears_so_far().await, "", "it cannot be there yet");
        house.shelf.release();
        next.hears("unread").await;
        next.say("</stream:stream>").await;
        next.hears_end().await;
    }
}
