//! vCards: an account's own, and those of contacts.
//!
//! Spec: XEP-0054 v1.3.0, §3; ATTACKS 48 for who may ask: those who see the account's presence, and
//! those whom it wants to see. Anybody else hears what is said of a name without a card.
//! Left out: cards of hosts.

use std::sync::Arc;

use parlour_domain::profile::picture::{BadCard, Card};
use parlour_domain::subscription::To;
use parlour_engine::{ActError, Addressee, Ctx, Iq, IqAnswer, IqReply, Personal, Rosters, StoreError, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::vcard as payload;

use super::private::{element, refused};
use super::{Feature, Hooks, Spec, ours};

pub(super) struct VCard {
    pub(super) personal: Arc<Personal>,
    pub(super) rosters: Arc<Rosters>,
}

impl Feature for VCard {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(54, "1.3.0").omits("cards of hosts")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::VCARD);
        on.disco_account(ns::VCARD);
        let (personal, rosters) = (Arc::clone(&self.personal), Arc::clone(&self.rosters));
        on.iq_get(ns::VCARD, "vCard", Target::Account, move |_, iq| {
            let (personal, rosters) = (Arc::clone(&personal), Arc::clone(&rosters));
            IqAnswer::later(async move { get(&personal, &rosters, &iq).await })
        });
        let personal = Arc::clone(&self.personal);
        on.iq_set(ns::VCARD, "vCard", Target::OwnAccount, move |ctx, iq| {
            let (personal, ctx) = (Arc::clone(&personal), ctx.clone());
            IqAnswer::later(async move { set(&personal, &ctx, &iq).await })
        });
    }
}

async fn get(personal: &Personal, rosters: &Rosters, iq: &Iq) -> IqReply {
    let Addressee::Account(owner) = &iq.to else { return Err(StanzaError::service_unavailable()) };
    if !iq.is_own() {
        let state = match rosters.contacts(owner).await {
            Ok(contacts) => contacts.state(iq.from.to_bare().as_str()),
            Err(StoreError::UnknownAccount { .. }) => return Err(StanzaError::service_unavailable()),
            Err(error) => return Err(ours(error)),
        };
        if !state.is_seen_by_contact() && state.to == To::No {
            return Err(StanzaError::service_unavailable());
        }
    }
    match personal.vcard(owner).await.map_err(ours)? {
        Some(kept) => Ok(Some(element(&kept, ns::VCARD)?)),
        // §3.1: one's own empty card is empty. Another's is answered like a name that is free, and like one that blocks the
        // asker (XEP-0191 §3.5).
        None if iq.is_own() => Ok(Some(payload::empty())),
        None => Err(StanzaError::service_unavailable()),
    }
}

async fn set(personal: &Personal, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let card = Card::read(&iq.payload).map_err(bad)?;
    match personal.set_vcard(&session.by(), session.bare(), card).await {
        Ok(done) => {
            done.into_out();
            Ok(None)
        }
        Err(ActError::Refused(refusal)) => Err(refused(refusal)),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

/// Says what is wrong: an app that shows it lets its person choose another picture.
fn bad(bad: BadCard) -> StanzaError {
    match bad {
        BadCard::Payload(bad) => bad.into(),
        BadCard::Image(bad) => StanzaError::not_acceptable().with_text(bad.to_string()),
    }
}
