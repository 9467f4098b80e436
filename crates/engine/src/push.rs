//! Push: where an account's clients want to be woken, as acts; whom to wake (`waking`), what waits to be told (`queue`), and
//! telling it (`courier`).
//!
//! Spec: XEP-0357 v0.4.1, §5 (enabling), §6 (disabling), §7 (publishing).
//! Left out: a client without XEP-0198 whose connection dies unseen is not woken for what was written to it last.
//! A push service is an address elsewhere, or a client here: of the account itself, or of somebody whom it may write requests
//! to anyway (RFC 6121 §8.5.3.1). So nobody can have this server write to a stranger's app (ATTACKS 122).

mod courier;
mod queue;
pub(crate) mod waking;

use std::convert::Infallible;
use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::device::AgentId;
use parlour_domain::kept::Kept;
use parlour_domain::push::{self, PushRefusal, Registration};
use parlour_store::push::PushStore;
use parlour_store::{ActError, Committed};
use parlour_xmpp::jid::{BareJid, FullJid, Jid};

use crate::acts::Common;
use crate::way::{PresenceRules, Sees};

pub use courier::PATIENCE;
pub use queue::{BURST, EVERY, MAX_ENTRIES, MAX_PER_SERVICE, MAX_UNDER_WAY, Meters, Queue};

/// What a client wants.
#[derive(Clone, Debug)]
pub struct PushWish {
    /// The push service.
    pub service: Jid,
    /// Its node; empty where it needs none.
    pub node: String,
    /// The form that is sent along, `<x/>`.
    pub options: Option<Kept>,
    /// Which installation the client is, where it has said so.
    pub agent: Option<AgentId>,
}

/// Acts on registrations, and telling push services ([`Pushes::deliver`]).
pub struct Pushes {
    store: Arc<dyn PushStore>,
    presence: Arc<dyn PresenceRules>,
    common: Common,
}

impl Pushes {
    /// Over a store and what presence means.
    pub fn new(store: Arc<dyn PushStore>, presence: Arc<dyn PresenceRules>, common: Common) -> Self {
        Self { store, presence, common }
    }

    /// Registers the client `own`, which signed in as `by` says.
    ///
    /// # Errors
    /// [`PushRefusal`], or the store's failure.
    pub async fn enable(&self, by: &By, own: &FullJid, wish: PushWish) -> Result<Committed<()>, ActError<PushRefusal>> {
        let PushWish { service, node, options, agent } = wish;
        let (owner, here) = (own.to_bare(), self.common.locals.owns(&service));
        push::service(own, &service, here).map_err(ActError::Refused)?;
        if here && !may_write(&*self.presence, &owner, &service).await {
            return Err(ActError::Refused(PushRefusal::Stranger));
        }
        let registration = Registration {
            key: i64::from_be_bytes(self.common.dice.bytes()),
            service,
            node,
            resource: own.resource().as_str().into(),
            agent,
            options,
            request: by.request,
            at: self.common.now(),
            failing: None,
        };
        self.common.act(by, || self.store.enable(owner, registration)).await
    }

    /// Ends what is registered at a service, at one node of it or at all.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn disable(
        &self,
        by: &By,
        owner: &BareJid,
        service: Jid,
        node: Option<String>,
    ) -> Result<Committed<()>, ActError<Infallible>> {
        self.common.act(by, || self.store.disable(owner.clone(), service, node)).await
    }
}

/// Whether an account may write requests to a client here.
async fn may_write(presence: &dyn PresenceRules, account: &BareJid, client: &Jid) -> bool {
    let whose = client.to_bare();
    if whose == *account {
        return true;
    }
    match presence.sees(account, &whose) {
        Sees::Known(sees) => sees,
        Sees::Asked(sees) => sees.await,
    }
}
