//! One account in the table: its view and the queues of its resources.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::view::{AccountView, ResourceView};
use parlour_xmpp::jid::Jid;
use smallvec::SmallVec;

use crate::out::Out;
use crate::outbox::{End, Landed, Outbox};

/// An account that is signed in, or was looked up lately.
///
/// Its lock is held for a few lines and never while something is pushed; never two accounts' at once.
#[derive(Debug)]
pub struct Live {
    account: Arc<Jid>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    view: Arc<AccountView>,
    /// In the order of `view.resources`.
    boxes: SmallVec<[Arc<Outbox>; 2]>,
}

/// What signing in did.
#[derive(Debug)]
pub(crate) enum Joined {
    /// A new resource.
    New,
    /// The resource was in use, or is one too many and this one waited for a client that is gone: its queue, which has
    /// to be told to end.
    Replaced(Arc<Outbox>),
    /// Too many resources.
    TooMany,
}

impl Live {
    pub(crate) fn new(account: Arc<Jid>, view: AccountView) -> Self {
        Self { account, inner: Mutex::new(Inner { view: Arc::new(view), boxes: SmallVec::new() }) }
    }

    /// The bare address.
    pub fn bare(&self) -> &str {
        self.account.as_str()
    }

    /// The same, shared by all that is kept of the account while it is here.
    pub fn account(&self) -> &Arc<Jid> {
        &self.account
    }

    /// What stages read.
    pub fn view(&self) -> Arc<AccountView> {
        Arc::clone(&self.lock().view)
    }

    /// Replaces the view by a changed copy. Resources come and go by [`crate::Router`] only; their flags
    /// and everything else may be changed here.
    pub fn update(&self, change: impl FnOnce(&mut AccountView)) {
        self.lock().change(change);
    }

    /// Changes one resource's flags. False where it is gone, or `owner` no longer holds it.
    pub fn update_resource(&self, name: &str, owner: &Arc<Outbox>, change: impl FnOnce(&mut ResourceView)) -> bool {
        let mut inner = self.lock();
        let Some(at) = inner.position(name) else { return false };
        if !Arc::ptr_eq(&inner.boxes[at], owner) {
            return false;
        }
        inner.change(|view| change(&mut view.resources[at]));
        true
    }

    /// The queue of a resource.
    pub fn outbox(&self, name: &str) -> Option<Arc<Outbox>> {
        let inner = self.lock();
        inner.position(name).map(|at| Arc::clone(&inner.boxes[at]))
    }

    /// All queues with what is known of their resources.
    pub fn outboxes(&self) -> SmallVec<[(ResourceView, Arc<Outbox>); 2]> {
        let inner = self.lock();
        inner.view.resources.iter().cloned().zip(inner.boxes.iter().map(Arc::clone)).collect()
    }

    /// Queues a stanza for one resource.
    ///
    /// # Errors
    /// Gives it back where the resource is gone or takes nothing.
    pub fn push(&self, resource: &str, out: Out) -> Result<Landed, Box<Out>> {
        match self.outbox(resource) {
            Some(outbox) => outbox.push(out),
            None => Err(Box::new(out)),
        }
    }

    /// Tells all connections of the account to end.
    pub fn end_all(&self, why: End) {
        for (_, outbox) in self.outboxes() {
            outbox.end(why);
        }
    }

    /// Tells all connections of the account to end, but the one whose sign-in has this number.
    pub fn end_others(&self, keep: u64, why: End) {
        for (_, outbox) in self.outboxes().into_iter().filter(|(resource, _)| resource.request != keep) {
            outbox.end(why);
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.lock().boxes.is_empty()
    }

    pub(crate) fn join(&self, name: &Arc<str>, outbox: &Arc<Outbox>, max: usize) -> Joined {
        let mut inner = self.lock();
        if let Some(at) = inner.position(name) {
            let old = std::mem::replace(&mut inner.boxes[at], Arc::clone(outbox));
            inner.change(|view| view.resources[at] = ResourceView::new(Arc::clone(name)));
            return Joined::Replaced(old);
        }
        let mut gave_way = None;
        if inner.boxes.len() >= max {
            // Whoever loses connection after connection is not kept out by sessions nobody comes back to.
            let Some(at) = inner.boxes.iter().position(|outbox| outbox.is_parked()) else { return Joined::TooMany };
            gave_way = Some(inner.boxes.remove(at));
            inner.change(|view| drop(view.resources.remove(at)));
        }
        inner.boxes.push(Arc::clone(outbox));
        inner.change(|view| view.resources.push(ResourceView::new(Arc::clone(name))));
        gave_way.map_or(Joined::New, Joined::Replaced)
    }

    /// Takes a resource away, if it is still this queue's.
    pub(crate) fn leave(&self, name: &str, outbox: &Arc<Outbox>) -> Option<ResourceView> {
        let mut inner = self.lock();
        let at = inner.position(name)?;
        if !Arc::ptr_eq(&inner.boxes[at], outbox) {
            return None;
        }
        inner.boxes.remove(at);
        let mut was = None;
        inner.change(|view| was = Some(view.resources.remove(at)));
        was
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change below is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn position(&self, name: &str) -> Option<usize> {
        self.view.resources.iter().position(|r| &*r.name == name)
    }

    fn change(&mut self, change: impl FnOnce(&mut AccountView)) {
        let view = Arc::make_mut(&mut self.view);
        change(view);
        view.version += 1;
    }
}
