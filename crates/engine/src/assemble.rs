//! The engine put together over one store: what the binary and the test kit begin with.

use std::sync::{Arc, OnceLock};

use parlour_domain::{Clock, Dice};
use parlour_router::Router;
use parlour_store::Sqlite;

use crate::Engine;
use crate::acts::Common;
use crate::blocking::Blocks;
use crate::chores::Post;
use crate::effects::Effects;
use crate::hasher::Hasher;
use crate::hosts::FileHosts;
use crate::keys::ServerKeys;
use crate::locals::Locals;
use crate::meters::Meters;
use crate::people::People;
use crate::personal::Personal;
use crate::presence::Presence;
use crate::roster::Rosters;
use crate::seal::Sealer;
use crate::store_keeper::StoreKeeper;
use crate::views::StoreViews;

/// What an engine is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Sqlite,
    /// The keys apart from it.
    pub keys: ServerKeys,
    /// What the configuration says about hosts.
    pub file: FileHosts,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
    /// The way to other servers.
    pub post: Arc<dyn Post>,
    /// Passwords hashed at a time.
    pub hashing: usize,
    /// PBKDF2 rounds; the product's number, but for tests that hash a thousand passwords.
    pub iterations: u32,
}

impl Engine {
    /// Puts the areas together over a store. Before [`crate::hosts::Hosts::load`] no host is served.
    pub fn assemble(parts: Parts) -> Self {
        let Parts { store, keys, file, clock, dice, post, hashing, iterations } = parts;
        let all = Arc::new(store.clone());
        let locals = Arc::new(Locals::default());
        let router = Arc::new(Router::new());
        let effects = Arc::new(Effects::new(Arc::clone(&router), Arc::clone(&locals)));
        let contacts = Arc::clone(effects.contacts());
        let common = Common {
            locals: Arc::clone(&locals),
            clock: Arc::clone(&clock),
            dice: Arc::clone(&dice),
            effects: Arc::clone(&effects) as _,
        };
        let sealer = Arc::new(Sealer::new(&keys.sealing));
        let hasher = Hasher::with_iterations(Arc::clone(&sealer), Arc::clone(&dice), hashing, iterations);
        let people = People::with(&store, common.clone(), &keys, file, post, (sealer, hasher));
        let rosters =
            Arc::new(Rosters::new(Arc::clone(&all) as _, common.clone(), Arc::clone(&router), contacts));
        let personal = Arc::new(Personal::new(Arc::clone(&all) as _, common.clone()));
        let blocks = Arc::new(Blocks::new(Arc::clone(&all) as _, common));
        let presence = Arc::new(Presence::new(
            Arc::clone(&router),
            Arc::clone(&locals),
            Arc::clone(&rosters),
            Arc::clone(&people.invites),
            Arc::clone(&personal),
        ));
        effects.set_blocking(Arc::clone(&presence) as _);
        Self {
            router,
            locals,
            keeper: Arc::new(StoreKeeper::new(Arc::clone(&all) as _)),
            views: Arc::new(StoreViews::new(Arc::clone(&all) as _, all)),
            presence,
            credentials: Arc::new(people.sign_in.clone()),
            clock,
            dice,
            meters: Meters::default(),
            handlers: OnceLock::new(),
            people,
            rosters,
            blocks,
            personal,
        }
    }
}
