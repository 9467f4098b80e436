//! Contacts: reading a roster, naming and removing contacts, and subscription stanzas as acts.
//!
//! Spec: RFC 6121 §2 and §3.

use std::sync::Arc;

use parlour_domain::By;
use parlour_domain::kept::Kept;
use parlour_domain::roster::{MAX_REQUEST_BYTES, Roster, RosterRefusal, Sent, Since, Wish};
use parlour_domain::subscription;
use parlour_domain::view::ResourceView;
use parlour_router::{Out, Router};
use parlour_store::rosters::RosterStore;
use parlour_store::{ActError, Committed, StoreError};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::{Kind, Stamp, Stanza};

use crate::acts::Common;
use crate::contacts::{Contacts, ContactsCache};

/// Acts on rosters.
pub struct Rosters {
    store: Arc<dyn RosterStore>,
    common: Common,
    router: Arc<Router>,
    cache: Arc<ContactsCache>,
}

impl Rosters {
    /// Over a store; `cache` is the one that [`crate::Effects`] keeps up to date.
    pub fn new(store: Arc<dyn RosterStore>, common: Common, router: Arc<Router>, cache: Arc<ContactsCache>) -> Self {
        Self { store, common, router, cache }
    }

    /// Who may see whom, if that is in memory. Always, for an account that has sent presence.
    pub fn cached(&self, owner: &str) -> Option<Arc<Contacts>> {
        self.cache.find(owner)
    }

    /// Who may see whom.
    ///
    /// # Errors
    /// The store's; [`StoreError::UnknownAccount`] where there is no such account.
    pub async fn contacts(&self, owner: &BareJid) -> Result<Arc<Contacts>, StoreError> {
        match self.cached(owner.as_str()) {
            Some(contacts) => Ok(contacts),
            None => Ok(self.read(owner).await?.1),
        }
    }

    /// The whole roster with what waits for an answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(&self, owner: &BareJid) -> Result<(Roster, Arc<Contacts>), StoreError> {
        let asked = self.cache.before(owner.as_str());
        let roster = self.store.roster(owner.clone()).await?;
        let is_needed = |owner: &str| {
            BareJid::new(owner)
                .ok()
                .and_then(|owner| self.router.find(&owner))
                .is_some_and(|live| !live.view().resources.is_empty())
        };
        let contacts = self.cache.remember(owner, &roster, asked, is_needed);
        Ok((roster, contacts))
    }

    /// What changed since a version that a client holds.
    ///
    /// # Errors
    /// The store's.
    pub async fn since(&self, owner: &BareJid, version: u64) -> Result<Since, StoreError> {
        self.store.roster_since(owner.clone(), version).await
    }

    /// Names a contact, new or known.
    ///
    /// # Errors
    /// [`RosterRefusal`], or the store's failure.
    pub async fn set(
        &self,
        by: &By,
        owner: &BareJid,
        contact: BareJid,
        wish: Wish,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        self.common.act(by, || self.store.set_contact(owner.clone(), contact, wish)).await
    }

    /// Removes a contact: nobody of the two sees the other any more.
    ///
    /// # Errors
    /// [`RosterRefusal::NotFound`], or the store's failure.
    pub async fn remove(
        &self,
        by: &By,
        owner: &BareJid,
        contact: BareJid,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        let done = self.store.remove_contact(owner.clone(), contact).await?;
        self.bring(done.out(), None);
        Ok(self.common.done(by, done).map(|_| ()))
    }

    /// A subscription stanza from one bare address to another, of whom at least one lives here.
    ///
    /// # Errors
    /// [`RosterRefusal`], or the store's failure.
    pub async fn subscription(
        &self,
        by: &By,
        from: &BareJid,
        to: &BareJid,
        kind: subscription::Kind,
        stanza: &Stanza,
    ) -> Result<Committed<()>, ActError<RosterRefusal>> {
        let kept = request(from, to, kind, stanza);
        let done = self.store.subscription(from.clone(), to.clone(), kind, kept, self.common.now()).await?;
        // RFC 6121 §3.1.6: the stanza is delivered before the roster is pushed and presence flows.
        self.bring(done.out(), Some(stanza));
        Ok(self.common.done(by, done).map(|_| ()))
    }

    /// Brings subscription stanzas to whom an act sends them. May be lost in a crash, like the pushes.
    pub fn bring(&self, sent: &[Sent], original: Option<&Stanza>) {
        for one in sent {
            let (from, to) = (Arc::new(Jid::from(one.from.clone())), Arc::new(Jid::from(one.to.clone())));
            let stanza = match original.filter(|_| one.original) {
                Some(stanza) => stanza.clone(),
                None => match Stanza::build(Kind::Presence, one.kind.as_str(), "", Some(&to), Some(&from), &[]) {
                    Ok(stanza) => stanza,
                    Err(_) => continue,
                },
            };
            let out = Out::plain(stanza).stamped(Some(from), Some(Arc::clone(&to)));
            if one.remote {
                // Asked again at the next presence of either side.
                let _ = self.router.send_out(&to, out);
                continue;
            }
            let Some(live) = self.router.find(&to) else { continue };
            for (resource, outbox) in live.outboxes() {
                if wants(&resource, one.kind) {
                    drop(outbox.push(out.clone()));
                }
            }
        }
    }
}

/// RFC 6121 §3.1.3: a request goes to available resources; §3.1.6, §3.2.3, §3.3.3: the rest to
/// those that asked for the roster.
fn wants(resource: &ResourceView, kind: subscription::Kind) -> bool {
    match kind {
        subscription::Kind::Subscribe => resource.is_available(),
        _ => resource.interested || resource.is_available(),
    }
}

/// A request as it is kept until answered: with what came along, where that is not too much.
fn request(from: &BareJid, to: &BareJid, kind: subscription::Kind, stanza: &Stanza) -> Kept {
    let (from, to) = (Jid::from(from.clone()), Jid::from(to.clone()));
    let whole = stanza.to_bytes(&Stamp { from: Some(&from), to: Some(&to), ..Stamp::default() });
    if whole.len() <= MAX_REQUEST_BYTES {
        return Kept::from(whole);
    }
    let bare = Stanza::build(Kind::Presence, kind.as_str(), "", Some(&to), Some(&from), &[]);
    Kept::from(bare.map(|stanza| stanza.bytes().to_vec()).unwrap_or_default())
}
