//! The areas about contacts, put together over one store: what `cli` and the test kit add to the areas about people.

use std::sync::Arc;

use parlour_router::Router;
use parlour_store::Sqlite;

use crate::acts::Common;
use crate::archive::Archive;
use crate::blocking::Blocks;
use crate::effects::Effects;
use crate::invites::Invites;
use crate::personal::Personal;
use crate::presence::Presence;
use crate::pubsub::Pubsub;
use crate::push::Pushes;
use crate::roster::Rosters;
use crate::throttle::Throttle;

/// The areas; each holds only its part of the store.
#[derive(Clone)]
pub struct Circle {
    /// Contacts.
    pub rosters: Arc<Rosters>,
    /// Block lists.
    pub blocks: Arc<Blocks>,
    /// Archives of messages.
    pub archive: Arc<Archive>,
    /// Private XML, vCards, last activity.
    pub personal: Arc<Personal>,
    /// What accounts publish.
    pub pubsub: Arc<Pubsub>,
    /// Where clients want to be woken.
    pub pushes: Arc<Pushes>,
    /// What presence means to contacts.
    pub presence: Presence,
}

impl Circle {
    /// Puts the areas together, and tells `effects`, which are those of `common`, what a block and a picture mean to presence.
    pub fn new(
        store: &Sqlite,
        common: &Common,
        router: &Arc<Router>,
        effects: &Effects,
        (invites, throttle): (&Arc<Invites>, &Arc<Throttle>),
        archive: Arc<Archive>,
    ) -> Self {
        let all = Arc::new(store.clone());
        let cache = Arc::clone(effects.contacts());
        let rosters = Arc::new(Rosters::new(all.clone(), common.clone(), Arc::clone(router), cache));
        let personal = Arc::new(Personal::new(all.clone(), common.clone()));
        let presence = Presence::new(
            Arc::clone(router),
            Arc::clone(&common.locals),
            Arc::clone(&rosters),
            Arc::clone(invites),
            Arc::clone(&personal),
            Arc::clone(throttle),
        );
        let pubsub = Arc::new(Pubsub::new(all.clone(), common.clone()));
        let pushes = Arc::new(Pushes::new(all.clone(), Arc::new(presence.clone()), common.clone()));
        effects.set_presence(Arc::new(presence.clone()));
        Self {
            archive,
            blocks: Arc::new(Blocks::new(all, common.clone())),
            rosters,
            personal,
            pubsub,
            pushes,
            presence,
        }
    }
}

#[cfg(test)]
#[path = "circle_tests.rs"]
mod tests;
