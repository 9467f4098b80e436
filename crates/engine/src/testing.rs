//! What this crate's own tests share: dice that fall the same way each time, a clock that is moved.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::credentials::Credentials;
use parlour_domain::InviteState;
use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::redeem::RedeemRefusal;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{Actor, By, Change, Clock, Dice, Door, HostName, HostOptions, Invite, Millis, Role};
use parlour_store::Sqlite;
use parlour_store::invites::InviteQuery;
use parlour_store::rosters::RosterStore;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::BareJid;

use crate::accounts::Accounts;
use crate::acts::{Common, Effects};
use crate::api_keys::{ApiKeys, Forgetting, Held};
use crate::groups::Groups;
use crate::hasher::Hasher;
use crate::hosts::{FileHosts, Hosts};
use crate::invites::known::Known;
use crate::invites::{AccountWish, Invites, RedeemError};
use crate::keys::SecretKey;
use crate::locals::Locals;
use crate::seal::Sealer;
use crate::signin::SignIn;
use crate::tokens::Tokens;

/// Dice that give other bytes each time, but the same in each run.
#[derive(Debug)]
pub(crate) struct Loaded(AtomicU64);

impl Loaded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
}

impl Dice for Loaded {
    // SplitMix64: spread out, not secret.
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

/// A clock that only moves when told.
#[derive(Debug)]
pub(crate) struct Still(AtomicI64);

impl Still {
    pub(crate) fn at(now: Millis) -> Self {
        Self(AtomicI64::new(now))
    }

    pub(crate) fn pass(&self, span: Millis) {
        self.0.fetch_add(span, Ordering::Relaxed);
    }
}

impl Clock for Still {
    fn wall(&self) -> Millis {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> u64 {
        self.0.load(Ordering::Relaxed).unsigned_abs()
    }
}

/// Effects that only remember what they were told.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Mutex<Vec<Change>>);

impl Effects for Told {
    fn run(&self, _by: &By, changes: &[Change]) {
        self.0.lock().expect("told").extend_from_slice(changes);
    }
}

/// All acts over a store, on the host `h.example`.
pub(crate) struct World {
    pub(crate) store: Sqlite,
    pub(crate) clock: Arc<Still>,
    pub(crate) told: Arc<Told>,
    pub(crate) hosts: Hosts,
    pub(crate) accounts: Accounts,
    pub(crate) groups: Arc<Groups>,
    pub(crate) invites: Invites,
    pub(crate) sign_in: SignIn,
    pub(crate) api_keys: ApiKeys,
    pub(crate) common: Common,
}

pub(crate) const NOW: Millis = 1_800_000_000_000;

pub(crate) fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

pub(crate) fn jid(name: &str) -> BareJid {
    BareJid::new(&format!("{name}@h.example")).expect("an address")
}

pub(crate) fn operator() -> By {
    By::operator(Door::Local, 1)
}

pub(crate) fn newcomer() -> By {
    By { actor: Actor::Newcomer, door: Door::Web, request: 1, address: None }
}

pub(crate) fn by(name: &str, role: Role) -> By {
    By::account(jid(name), role, Door::Xmpp, 1)
}

impl World {
    /// In memory.
    pub(crate) async fn new() -> Self {
        Self::over(Sqlite::in_memory(Options::default()).expect("a store"), HostOptions::default()).await
    }

    /// Over a store, with these options for the host.
    pub(crate) async fn over(store: Sqlite, options: HostOptions) -> Self {
        let (clock, told) = (Arc::new(Still::at(NOW)), Arc::new(Told::default()));
        let dice: Arc<dyn Dice> = Arc::new(Loaded::new(u64::from(std::process::id())));
        let (held, known) = (Arc::new(Held::default()), Arc::new(Known::default()));
        let common = Common {
            locals: Arc::new(Locals::default()),
            clock: clock.clone(),
            dice: dice.clone(),
            effects: Arc::new(Forgetting { held: held.clone(), known: known.clone(), then: told.clone() }),
            bell: Arc::default(),
        };
        let sealing = SecretKey::new([1; 32]);
        let sealer = Arc::new(Sealer::new(&sealing));
        let hasher = Hasher::with_iterations(sealer.clone(), dice, 2, 1);
        let keys = TokenKeys::new(vec![TokenKey { id: 1, secret: [2; 32] }]).expect("a ring");
        let all = Arc::new(store.clone());
        let file = FileHosts { defaults: HostOptions::default(), hosts: [(host(), options)].into() };
        let groups = Arc::new(Groups::new(all.clone(), all.clone(), common.clone()));
        let tokens = Tokens::new(all.clone(), all.clone(), common.clone(), sealer.clone(), &sealing);
        let world = Self {
            hosts: Hosts::new(all.clone(), common.clone(), file),
            accounts: Accounts::new(all.clone(), common.clone(), hasher.clone()),
            groups: groups.clone(),
            invites: Invites::new(all.clone(), groups, common.clone(), (hasher.clone(), known), keys),
            api_keys: ApiKeys::new(all.clone(), common.clone(), &sealing, held),
            sign_in: SignIn::new(all.clone(), all, common.clone(), hasher, (sealer, tokens), SecretKey::new([3; 32])),
            common,
            store,
            clock,
            told,
        };
        world.hosts.load().await.expect("served");
        world
    }

    /// An account made by the operator.
    pub(crate) async fn person(&self, name: &str, role: Role) -> By {
        let made = self.accounts.create(&operator(), &host(), name, role, Some("correct horse battery")).await;
        made.expect("a person").into_out();
        by(name, role)
    }

    /// An invite, which must be granted.
    pub(crate) async fn invite(&self, by: &By, wish: Wish) -> (Invite, String) {
        let invite = self.invites.issue(by, &host(), wish).await.expect("granted").into_out();
        let token = self.invites.links(&invite).expect("links").token.as_str().to_owned();
        (invite, token)
    }

    /// Somebody opens a link and registers.
    pub(crate) async fn join(&self, token: &str, name: &str) -> Result<BareJid, RedeemError> {
        let shown = self.invites.open(&host(), token).ok_or(RedeemError::Unknown)?;
        let wish = AccountWish { name, password: "correct horse battery" };
        let done = self.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await?;
        Ok(done.into_out().jid().clone())
    }
}

pub(crate) fn refused(refusal: RedeemRefusal) -> RedeemError {
    RedeemError::Refused(refusal)
}

pub(crate) fn dead(state: InviteState) -> RedeemError {
    refused(RedeemRefusal::Dead(state))
}

pub(crate) fn several(uses: u32) -> Wish {
    Wish { max_uses: Some(uses), ..Wish::default() }
}

pub(crate) fn named(name: &str) -> Wish {
    Wish { name: Some(name.into()), ..Wish::default() }
}

pub(crate) async fn contact_of(world: &World, owner: &str, contact: &str) -> Option<&'static str> {
    let roster = RosterStore::roster(&world.store, jid(owner)).await.expect("a roster");
    roster.items.iter().find(|item| item.contact == jid(contact)).map(|item| item.state.subscription())
}

pub(crate) async fn can_sign_in(world: &World, name: &str, password: &str) -> bool {
    world
        .sign_in
        .check(&host(), jid(name).node().expect("a name"), password.as_bytes())
        .await
        .expect("checked")
        .is_some()
}

pub(crate) fn all() -> InviteQuery {
    InviteQuery::new(host())
}
