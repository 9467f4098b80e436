//! All areas about people, put together over one store: what `cli` and the test kit begin with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parlour_router::Router;
use parlour_store::Sqlite;

use crate::accounts::Accounts;
use crate::acts::Common;
use crate::api_keys::{ApiKeys, Forgetting, Held};
use crate::chores::{Chores, Post};
use crate::devices::Devices;
use crate::groups::Groups;
use crate::hasher::Hasher;
use crate::hosts::{FileHosts, Hosts};
use crate::invites::Invites;
use crate::invites::known::Known;
use crate::keys::ServerKeys;
use crate::seal::Sealer;
use crate::signin::SignIn;
use crate::throttle::Throttle;
use crate::tokens::Tokens;

/// Where a server's data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPaths {
    /// The database file.
    pub database: PathBuf,
    /// The directory with the keys, apart from the database.
    pub keys: PathBuf,
}

impl DataPaths {
    /// In a data directory.
    pub fn within(data_dir: &Path) -> Self {
        Self { database: data_dir.join("parlour.db"), keys: data_dir.join("keys") }
    }
}

/// The areas; each holds only its part of the store.
#[derive(Clone)]
pub struct People {
    /// Hosts and options.
    pub hosts: Arc<Hosts>,
    /// Accounts.
    pub accounts: Arc<Accounts>,
    /// Groups.
    pub groups: Arc<Groups>,
    /// Invites.
    pub invites: Arc<Invites>,
    /// Passwords and browsers' sessions.
    pub sign_in: SignIn,
    /// Chat apps that are signed in.
    pub devices: Arc<Devices>,
    /// Keys of the API.
    pub api_keys: Arc<ApiKeys>,
    /// How often newcomers may try, at all doors together.
    pub throttle: Arc<Throttle>,
    /// What the server does by itself.
    pub chores: Arc<Chores>,
}

impl People {
    /// Puts the areas together. Before [`Hosts::load`] and [`SignIn::load`] nothing is served.
    ///
    /// `hashing` is how many passwords may be hashed at a time: half the cores is a good number.
    pub fn new(
        store: &Sqlite,
        common: Common,
        keys: &ServerKeys,
        file: FileHosts,
        post: Arc<dyn Post>,
        router: Arc<Router>,
        hashing: usize,
    ) -> Self {
        let sealer = Arc::new(Sealer::new(&keys.sealing));
        let hasher = Hasher::new(sealer.clone(), common.dice.clone(), hashing);
        Self::with(store, common, keys, file, (post, router), (sealer, hasher))
    }

    /// As [`Self::new`] with a hasher of the caller's, such as a test's cheap one.
    pub fn with(
        store: &Sqlite,
        common: Common,
        keys: &ServerKeys,
        file: FileHosts,
        (post, router): (Arc<dyn Post>, Arc<Router>),
        (sealer, hasher): (Arc<Sealer>, Hasher),
    ) -> Self {
        let all = Arc::new(store.clone());
        let held = Arc::new(Held::default());
        let known = Arc::new(Known::default());
        let effects = Forgetting { held: held.clone(), known: known.clone(), then: common.effects.clone() };
        let effects = Arc::new(effects);
        let common = Common { effects, ..common };
        let api_keys = Arc::new(ApiKeys::new(all.clone(), common.clone(), &keys.sealing, held));
        let accounts = Arc::new(Accounts::new(all.clone(), common.clone(), hasher.clone()));
        let groups = Arc::new(Groups::new(all.clone(), all.clone(), common.clone()));
        let invites =
            Invites::new(all.clone(), groups.clone(), common.clone(), (hasher.clone(), known), keys.tokens.clone());
        let invites = Arc::new(invites);
        let tokens = Tokens::new(all.clone(), all.clone(), common.clone(), sealer.clone(), &keys.sealing);
        let (sealed, fake_salt) = ((sealer, tokens), keys.fake_salt.clone());
        let sign_in = SignIn::new(all.clone(), all.clone(), common.clone(), hasher, sealed, fake_salt);
        let chores = Chores::new(
            all.clone(),
            all.clone(),
            (accounts.clone(), invites.clone()),
            (sign_in.clone(), api_keys.clone()),
            post,
            common.clone(),
        );
        Self {
            throttle: Arc::new(Throttle::new(common.clock.clone())),
            hosts: Arc::new(Hosts::new(all.clone(), common.clone(), file)),
            groups,
            accounts,
            api_keys,
            invites,
            sign_in,
            devices: Arc::new(Devices::new(router, all.clone(), all.clone(), all.clone(), common)),
            chores: Arc::new(chores),
        }
    }
}
