//! The engine and its areas put together over one store: what the binary and the test kit begin with.

use std::sync::{Arc, OnceLock};

use parlour_domain::{Clock, Dice};
use parlour_router::Router;
use parlour_store::Sqlite;

use crate::acts::Common;
use crate::archive::Archive;
use crate::archive_ids::ArchiveIds;
use crate::asks::Asks;
use crate::caps::Caps;
use crate::chores::Post;
use crate::circle::Circle;
use crate::effects::Effects;
use crate::hasher::Hasher;
use crate::hosts::FileHosts;
use crate::keys::ServerKeys;
use crate::locals::Locals;
use crate::meters::Meters;
use crate::people::People;
use crate::seal::Sealer;
use crate::store_keeper::StoreKeeper;
use crate::views::StoreViews;
use crate::way::Displayed;
use crate::{Engine, Events, Views, acts, events};

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
    /// Passwords hashed at a time: half the cores is a good number.
    pub hashing: usize,
    /// PBKDF2 rounds: [`parlour_xmpp::sasl::ITERATIONS`], but for tests that hash a thousand passwords.
    pub iterations: u32,
}

/// An engine with the areas its doors lead to.
#[derive(Clone)]
pub struct Assembled {
    /// The way of stanzas.
    pub engine: Arc<Engine>,
    /// Hosts, accounts, groups, invites, signing in.
    pub people: People,
    /// Contacts, blocking, personal data, presence.
    pub circle: Circle,
    /// Tells readers what accounts publish: to be run for as long as the process serves.
    pub events: Arc<Events>,
}

/// Puts everything together. Before [`crate::hosts::Hosts::load`] no host is served.
pub fn assemble(parts: Parts) -> Assembled {
    let Parts { store, keys, file, clock, dice, post, hashing, iterations } = parts;
    let locals = Arc::new(Locals::default());
    let router = Arc::new(Router::new());
    let effects = Arc::new(Effects::new(Arc::clone(&router), Arc::clone(&locals)));
    let common = Common {
        locals: Arc::clone(&locals),
        clock: Arc::clone(&clock),
        dice: Arc::clone(&dice),
        effects: Arc::clone(&effects) as Arc<dyn acts::Effects>,
        bell: Arc::default(),
    };
    let sealer = Arc::new(Sealer::new(&keys.sealing));
    let hasher = Hasher::with_iterations(Arc::clone(&sealer), Arc::clone(&dice), hashing, iterations);
    let people = People::with(&store, common.clone(), &keys, file, (post, Arc::clone(&router)), (sealer, hasher));
    let archive_ids = Arc::new(ArchiveIds::new(&keys.sealing.derived(b"archive ids")));
    let archive = Arc::new(Archive::new(Arc::new(store.clone()), common.clone(), Arc::clone(&archive_ids)));
    let circle = Circle::new(&store, &common, &router, &effects, (&people.invites, &people.throttle), archive);
    let store = Arc::new(store);
    let asks = Arc::new(Asks::new(Arc::clone(&router), Arc::clone(&locals), Arc::clone(&dice), Arc::clone(&clock)));
    let caps = Arc::new(Caps::new(Arc::clone(&asks)));
    let views: Arc<dyn Views> = Arc::new(StoreViews::new(store.clone(), Arc::clone(&locals)));
    let events = Arc::new(Events::new(events::Parts {
        router: Arc::clone(&router),
        locals: Arc::clone(&locals),
        rosters: Arc::clone(&circle.rosters),
        presence: circle.presence.clone(),
        store: store.clone(),
        views: Arc::clone(&views),
        clock: Arc::clone(&clock),
        asks: Arc::clone(&asks),
    }));
    effects.set_pubsub(events.clone());
    caps.set_interested(events.clone());
    let engine = Engine {
        router,
        locals,
        archive_ids,
        keeper: Arc::new(StoreKeeper::new(store)),
        views,
        presence: Arc::new(circle.presence.clone()),
        displayed: Arc::clone(&circle.pubsub) as Arc<dyn Displayed>,
        credentials: Arc::new(people.sign_in.clone()),
        clock,
        dice,
        caps,
        asks,
        pushes: Arc::clone(effects.pushes()),
        sending: crate::Sending::default(),
        putting_back: crate::sessions::PuttingBack::default(),
        meters: Meters::default(),
        handlers: OnceLock::new(),
    };
    Assembled { engine: Arc::new(engine), people, circle, events }
}
