//! Last activity: since when a contact is away, and since when this server runs.
//!
//! Spec: XEP-0012 v2.0, §3 (offline), §5 (server).
//! Left out: idle times of clients (§4), which clients answer themselves.

use std::sync::Arc;

use parlour_engine::{Addressee, Ctx, Iq, IqAnswer, IqReply, Personal, Rosters, StoreError, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::last::LastActivity;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Last {
    pub(super) personal: Arc<Personal>,
    pub(super) rosters: Arc<Rosters>,
}

impl Feature for Last {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(12, "2.0")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::LAST);
        on.disco_account(ns::LAST);
        let (personal, rosters) = (Arc::clone(&self.personal), Arc::clone(&self.rosters));
        on.iq_get(ns::LAST, "query", Target::HostOrAccount, move |ctx, iq| match &iq.to {
            // The server's own clock counts from its start.
            Addressee::Host(_) => {
                let seconds = ctx.engine.clock.monotonic() / 1000;
                IqAnswer::result(LastActivity { seconds, status: None }.to_element())
            }
            Addressee::Account(_) => {
                let (personal, rosters, ctx) = (Arc::clone(&personal), Arc::clone(&rosters), ctx.clone());
                IqAnswer::later(async move { account(&personal, &rosters, &ctx, &iq).await })
            }
        });
    }
}

async fn account(personal: &Personal, rosters: &Rosters, ctx: &Ctx, iq: &Iq) -> IqReply {
    let Addressee::Account(owner) = &iq.to else { return Err(StanzaError::forbidden()) };
    if !iq.is_own() {
        // §3: only those who see the account's presence; a free name answers as a taken one.
        let may = match rosters.contacts(owner).await {
            Ok(contacts) => contacts.state(iq.from.to_bare().as_str()).is_seen_by_contact(),
            Err(StoreError::UnknownAccount { .. }) => false,
            Err(error) => return Err(ours(error)),
        };
        if !may {
            // DEVIATES XEP-0012 §3 (forbidden): RFC 6121 §8.5.1 and XEP-0191 §3.5 have free names and blocked askers
            // answered so, and nobody shall learn which it was.
            return Err(StanzaError::service_unavailable());
        }
    }
    let here = ctx.engine.router.find(owner).is_some_and(|live| live.view().resources.iter().any(|r| r.is_available()));
    if here {
        return Ok(Some(LastActivity { seconds: 0, status: None }.to_element()));
    }
    let Some(seen) = personal.last_seen(owner).await.map_err(ours)? else { return Err(StanzaError::item_not_found()) };
    let seconds = u64::try_from(ctx.engine.clock.wall() - seen.at).unwrap_or(0) / 1000;
    Ok(Some(LastActivity { seconds, status: seen.status }.to_element()))
}
