//! Whoever is to be kept out and is between proving a password and binding.

use parlour_router::End;
use parlour_xmpp::jid::BareJid;

use super::house::House;

#[tokio::test]
async fn attack_99_who_proved_the_old_password_does_not_bind_after_a_reset() {
    let mut house = House::new();
    let mut old = house.signed_in("anna").await;
    let anna = BareJid::new("anna@x.test").expect("literal");
    house.server.0.engine.router.sign_out(&anna, End::NotAuthorized);
    old.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    let heard = old.hears_end().await;
    assert!(heard.contains("<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"), "{heard}");
    assert!(!heard.contains("<jid>"), "{heard}");
    assert!(house.server.0.engine.router.find(&anna).is_none_or(|live| live.view().resources.is_empty()));

    // Whoever begins afterwards comes in.
    house.bound("anna", "new").await;
}

#[tokio::test]
async fn that_others_are_signed_out_keeps_nobody_out() {
    let mut house = House::new();
    let mut anna = house.signed_in("anna").await;
    // Enough that some of them stand where anna does in the table.
    for n in 0..2_000 {
        let other = BareJid::new(&format!("other{n}@x.test")).expect("an address");
        house.server.0.engine.router.removed(&other, End::NotAuthorized);
    }
    anna.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    let heard = anna.hears("</iq>").await;
    assert!(heard.contains("<jid>"), "{heard}");
}
