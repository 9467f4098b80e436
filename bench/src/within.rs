//! The areas about people in this process, over a database file that is thrown away: for what a socket would hide.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Instant, SystemTime};

use anyhow::Context as _;
use parlour_domain::account::rules::Turn;
use parlour_domain::subscription::Kind;
use parlour_domain::token::{TokenKey, TokenKeys};
use parlour_domain::{By, Clock, Dice, Door, HostName, HostOptions, Millis, Role};
use parlour_engine::assemble::{Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::people::People;
use parlour_store::Sqlite;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::BareJid;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A place with people in it.
pub struct Place {
    /// The acts.
    pub people: People,
    /// The time.
    pub clock: Arc<Watch>,
    /// Where everything is kept.
    pub store: Sqlite,
    /// The one host.
    pub host: HostName,
    _dir: tempfile::TempDir,
}

/// The machine's clocks, and what was added by hand.
pub struct Watch(Instant, AtomicI64);

impl Watch {
    /// So many milliseconds later, by the clock on the wall.
    pub fn pass(&self, millis: Millis) {
        self.1.fetch_add(millis, Relaxed);
    }
}

impl Clock for Watch {
    #[expect(clippy::disallowed_methods, reason = "a measurement runs in real time")]
    fn wall(&self) -> Millis {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX).saturating_add(self.1.load(Relaxed))
    }

    fn monotonic(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The system's random source.
struct Random;

impl Dice for Random {
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).expect("the system's random source works");
    }
}

struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: Kind) -> bool {
        true
    }
}

/// Whoever has the shell.
pub fn operator() -> By {
    By::operator(Door::Local, 1)
}

impl Place {
    /// With one host and nobody in it. `iterations` as passwords are hashed with.
    pub async fn new(iterations: u32) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let store = Sqlite::open(&dir.path().join("parlour.db"), Options::default())?;
        let host = HostName::parse("bench.test").context("a domain")?;
        let keys = ServerKeys {
            tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }])?,
            sealing: SecretKey::new([2; 32]),
            fake_salt: SecretKey::new([3; 32]),
            csrf: SecretKey::new([4; 32]),
        };
        let clock = Arc::new(Watch(Instant::now(), AtomicI64::new(0)));
        let people = assemble(Parts {
            store: store.clone(),
            keys,
            file: FileHosts {
                defaults: HostOptions::default(),
                hosts: [(host.clone(), HostOptions::default())].into(),
            },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice: Arc::new(Random),
            post: Arc::new(NoPost),
            hashing: 2,
            iterations,
        })
        .people;
        people.hosts.load().await?;
        people.sign_in.load([host.clone()]).await?;
        Ok(Self { people, clock, store, host, _dir: dir })
    }

    /// Makes accounts of these names; each third of them is disabled afterwards where `some_disabled`.
    pub async fn settle(&self, names: impl IntoIterator<Item = String>, some_disabled: bool) -> anyhow::Result<()> {
        for (n, name) in names.into_iter().enumerate() {
            self.people.accounts.create(&operator(), &self.host, &name, Role::Member, Some(PASSWORD)).await?;
            if some_disabled && n % 3 == 2 {
                self.people.accounts.turn(&operator(), &self.jid(&name)?, Turn::Disable).await?;
            }
        }
        Ok(())
    }

    /// The address of a name.
    pub fn jid(&self, name: &str) -> anyhow::Result<BareJid> {
        Ok(BareJid::new(&format!("{name}@{}", self.host))?)
    }
}
