//! A token is presented: from then on the stream may register, and its expiry no longer matters.
//!
//! Spec: XEP-0445 v0.2.0, §4.

use parlour_engine::invites::RedeemError;
use parlour_engine::people::People;
use parlour_engine::{Iq, IqReply};
use parlour_xmpp::payload::preauth;

use crate::features::{PreAuth, said};

/// Judges a token and remembers a good one. A bad one leaves an earlier good one in place.
pub(super) async fn present(people: &People, pre: &PreAuth, iq: &Iq) -> IqReply {
    let lang = said::lang(&iq.stanza, pre.lang.as_deref());
    let token = preauth::read(&iq.payload)?;
    let guessed = people.throttle.may_guess(&pre.address);
    guessed.map_err(|wait| said::too_many(lang, wait, pre.engine.clock.wall()))?;
    let Some(shown) = token.and_then(|token| people.invites.open(&pre.host, token.expose())) else {
        people.throttle.missed(&pre.address);
        return Err(said::dead(lang));
    };
    match people.invites.check(&pre.host, &shown).await {
        Ok(_) => {
            pre.present(shown);
            Ok(None)
        }
        Err(error @ (RedeemError::Failed(_) | RedeemError::Busy(_))) => Err(said::redeem(error, lang, "")),
        // One answer, whatever the reason.
        Err(_) => Err(said::dead(lang)),
    }
}
