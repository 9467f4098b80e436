//! The server under test: all its acts over a store in a directory, closed and opened between two steps, and everything
//! that can be seen of it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use parlour_domain::invite::issue::Wish;
use parlour_domain::roster::{RosterRefusal, Since};
use parlour_domain::subscription::{From, Kind, State as Stands, To};
use parlour_domain::token::{TokenId, TokenKey, TokenKeys};
use parlour_domain::{
    AccountState, Actor, By, Clock, Door, HostName, HostOptions, Invite, InviteKind, Millis, Presented, Role,
    Who as Maker,
};
use parlour_engine::accounts::AccountError;
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::invites::{AccountWish, IssueError, RedeemError};
use parlour_engine::keys::{SecretKey, ServerKeys};
use parlour_engine::{ActError, Committed, Credentials as _, InviteQuery};
use parlour_store::Sqlite;
use parlour_store::invites::InviteStore;
use parlour_store::rosters::RosterStore;
use parlour_store::sqlite::Options;
use parlour_testkit::{Hands, Loaded, operator};
use parlour_xmpp::jid::{BareJid, Jid as Address};
use parlour_xmpp::sasl::{Hash, verify_password};
use parlour_xmpp::stanza::{Kind as StanzaKind, Stanza};
use tempfile::TempDir;

use super::act::{Act, Answer, Asked, Doing, FAR, HOUSE, Jid, Label, OTHER, PASSWORDS, PEOPLE, Who, domain, local};
use super::contacts::Item;
use super::oracle::{Person, Promise, Standing};
use super::picture::{Picture, item};

/// What a story knows of an invite that was made.
#[derive(Clone, Debug)]
struct Held {
    id: TokenId,
    token: String,
    host: &'static str,
    /// Presented the moment it was made.
    early: Presented,
}

/// Shared by all lanes of a step.
pub struct Place {
    dir: TempDir,
    path: PathBuf,
    opened: u32,
    clock: Arc<Hands>,
    seed: u64,
    store: Sqlite,
    all: Assembled,
    held: Mutex<BTreeMap<Label, Held>>,
    /// What a client has of each roster, brought up to date by differences only.
    copies: HashMap<Jid, (u64, BTreeMap<String, Item>)>,
    ticks: AtomicU64,
}

/// An act with its answer, and when it was asked and answered.
pub struct Told {
    pub doing: Doing,
    pub answer: Answer,
    pub asked: u64,
    pub answered: u64,
}

/// Nothing is owed to other servers that a test would look at.
struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _: &BareJid, _: &BareJid, _: Kind) -> bool {
        true
    }
}

pub const NOW: Millis = 1_800_000_000_000;

fn bare(jid: &str) -> BareJid {
    BareJid::new(jid).expect("an address")
}

fn host(name: &str) -> HostName {
    HostName::parse(name).expect("a domain")
}

fn known(jid: &str) -> Jid {
    PEOPLE.into_iter().chain([FAR]).find(|one| *one == jid).unwrap_or("somebody else")
}

async fn open(path: &Path, clock: &Arc<Hands>, seed: u64) -> (Sqlite, Assembled) {
    let store = Sqlite::open(path, Options::default()).expect("the store opens");
    let keys = ServerKeys {
        tokens: TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }]).expect("a ring"),
        sealing: SecretKey::new([2; 32]),
        fake_salt: SecretKey::new([3; 32]),
        csrf: SecretKey::new([4; 32]),
    };
    let hosts = [HOUSE, OTHER].map(|name| (host(name), HostOptions::default()));
    let all = assemble(Parts {
        store: store.clone(),
        keys,
        file: FileHosts { defaults: HostOptions::default(), hosts: hosts.into() },
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        dice: Arc::new(Loaded::new(seed)),
        post: Arc::new(NoPost),
        hashing: 2,
        iterations: 1,
    });
    all.people.hosts.load().await.expect("hosts are served");
    all.people.sign_in.load([HOUSE, OTHER].map(host)).await.expect("people sign in");
    (store, all)
}

impl Place {
    pub async fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("0.db");
        let clock = Arc::new(Hands::at(NOW));
        let (store, all) = open(&path, &clock, seed).await;
        let (held, copies, ticks) = (Mutex::default(), HashMap::new(), AtomicU64::new(0));
        Self { dir, path, opened: 0, clock, seed, store, all, held, copies, ticks }
    }

    pub fn pass(&self, span: Millis) {
        self.clock.pass(span);
    }

    /// The server's own work, until there is none.
    pub async fn tidy(&self) {
        for name in [HOUSE, OTHER] {
            self.all.people.chores.tidy(&host(name)).await.expect("tidied");
        }
        while self.all.people.chores.work_off().await.expect("worked off") {}
    }

    /// Stopped and started.
    pub async fn restart(&mut self) {
        self.store.close();
        self.start().await;
    }

    /// The files as a kill would leave them: the database and its log, without anything that a stop does.
    pub fn image(&mut self) -> PathBuf {
        self.opened += 1;
        let image = self.dir.path().join(format!("{}.db", self.opened));
        for suffix in ["", "-wal"] {
            let of = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            std::fs::copy(of(&self.path), of(&image)).expect("copied");
        }
        image
    }

    /// Killed and started over an image of its files.
    pub async fn killed(&mut self, image: PathBuf) {
        self.store.close();
        self.path = image;
        self.start().await;
    }

    async fn start(&mut self) {
        // Other dice, or the same tokens would be made again.
        self.opened += 1;
        let seed = self.seed.wrapping_add(u64::from(self.opened) << 32);
        (self.store, self.all) = open(&self.path, &self.clock, seed).await;
    }

    /// Does an act and says when it was asked and answered, in ticks.
    pub async fn does(&self, doing: Doing) -> Told {
        let asked = self.ticks.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer(&doing).await;
        let answered = self.ticks.fetch_add(1, Ordering::SeqCst);
        Told { doing, answer, asked, answered }
    }

    fn held(&self, label: Label) -> Option<Held> {
        self.held.lock().expect("held").get(&label).cloned()
    }

    /// An invite of the story: whoever asks from now on can use it.
    fn hold(&self, label: Label, invite: &Invite) -> Answer {
        let token = self.all.people.invites.links(invite).expect("links").token.as_str().to_owned();
        let host = if invite.host.as_str() == HOUSE { HOUSE } else { OTHER };
        let early = Presented { id: invite.id, at: invite.created };
        self.held.lock().expect("held").insert(label, Held { id: invite.id, token, host, early });
        Answer::Done
    }

    async fn by(&self, who: Who) -> Option<By> {
        Some(match who {
            Who::Operator => operator(),
            Who::Newcomer => By { actor: Actor::Newcomer, door: Door::Web, request: 1, address: None },
            // As a door does it: the role the account has when somebody asks.
            Who::Person(jid) => {
                let account = self.all.people.accounts.account(bare(jid)).await.expect("read")?;
                // Signed out a month ago.
                if matches!(account.state, AccountState::Erased { .. }) {
                    return None;
                }
                By::account(account.jid, account.role, Door::Web, 1)
            }
        })
    }

    async fn answer(&self, doing: &Doing) -> Answer {
        let Some(by) = self.by(doing.by).await else { return Answer::Skipped };
        let people = &self.all.people;
        let held = |label: &Label| self.held(*label);
        let owner = by.jid().cloned();
        match &doing.act {
            Act::Create { jid, role, password } => {
                let (host, name, password) = (host(domain(jid)), local(jid), Some(PASSWORDS[*password]));
                account(people.accounts.create(&by, &host, name, *role, password).await)
            }
            Act::Password { of, password } => {
                account(people.accounts.set_password(&by, &bare(of), PASSWORDS[*password]).await)
            }
            Act::Role { of, role } => account(people.accounts.set_role(&by, &bare(of), *role).await),
            Act::Turn { of, turn } => account(people.accounts.turn(&by, &bare(of), *turn).await),
            Act::Issue { label, asked } => match people.invites.issue(&by, &host(asked.host), wish(asked)).await {
                Ok(done) => self.hold(*label, done.out()),
                Err(IssueError::Refused(refusal)) => no(&refusal),
                Err(other) => no(&other),
            },
            Act::Redeem { label, early, jid, password } => {
                let Some(held) = held(label) else { return Answer::Skipped };
                let host = host(domain(jid));
                let shown = if *early && domain(jid) == held.host {
                    Some(held.early)
                } else {
                    people.invites.open(&host, &held.token)
                };
                let Some(shown) = shown else { return Answer::No("Unknown".into()) };
                let wish = AccountWish { name: local(jid), password: PASSWORDS[*password] };
                match people.invites.redeem(&by, &host, Some(&shown), wish).await {
                    Ok(done) => said(done),
                    Err(RedeemError::Refused(refusal)) => no(&refusal),
                    Err(other) => no(&other),
                }
            }
            Act::Consume { label, inviter, contact } => {
                let Some(held) = held(label) else { return Answer::Skipped };
                match people.invites.consume(&by, &bare(inviter), &bare(contact), &held.token).await {
                    Ok(done) => said(done),
                    Err(ActError::Refused(None)) => Answer::No("None".into()),
                    Err(ActError::Refused(Some(refusal))) => no(&refusal),
                    Err(ActError::Failed(error)) => no(&error),
                }
            }
            Act::Look { label } => match held(label) {
                None => Answer::Skipped,
                Some(held) => Answer::Seen(self.look(&held).await.map(|promise| promise.page())),
            },
            Act::Revoke { label } => match held(label) {
                None => Answer::Skipped,
                Some(held) => judged(people.invites.revoke(&by, &host(held.host), held.id.as_str()).await),
            },
            Act::Decline { label, early } => {
                let Some(held) = held(label) else { return Answer::Skipped };
                let now = people.invites.open(&host(held.host), &held.token).expect("genuine");
                let shown = if *early { held.early } else { now };
                judged(people.invites.decline(&by, &host(held.host), &shown).await)
            }
            Act::Extend { label, life } => {
                let Some(held) = held(label) else { return Answer::Skipped };
                let until = self.clock.wall() + life;
                judged(people.invites.extend(&by, &host(held.host), held.id.as_str(), until).await)
            }
            Act::Uses { label, uses } => match held(label) {
                None => Answer::Skipped,
                Some(held) => judged(people.invites.set_max_uses(&by, &host(held.host), held.id.as_str(), *uses).await),
            },
            Act::Renew { label, new } => {
                let Some(held) = held(label) else { return Answer::Skipped };
                match people.invites.renew(&by, &host(held.host), held.id.as_str()).await {
                    Ok(done) => self.hold(*new, done.out()),
                    Err(error) => judged::<(), _>(Err(error)),
                }
            }
            Act::Stanza { from, to, kind } => {
                let stanza = Stanza::build(StanzaKind::Presence, kind.as_str(), "", None, None, &[]).expect("a stanza");
                contact(self.all.circle.rosters.subscription(&by, &bare(from), &bare(to), *kind, &stanza).await)
            }
            Act::Name { .. }
            | Act::Remove { .. }
            | Act::Block { .. }
            | Act::Unblock { .. }
            | Act::RemoveAndBlock { .. } => match owner {
                Some(owner) => self.contacts(&by, &owner, &doing.act).await,
                None => Answer::Skipped,
            },
        }
    }

    async fn contacts(&self, by: &By, owner: &BareJid, act: &Act) -> Answer {
        let circle = &self.all.circle;
        let address = |whom: &str| Address::new(whom).expect("an address");
        match act {
            Act::Name { contact: whom, name, group } => {
                let name = name.map(str::to_owned);
                let wish =
                    parlour_domain::roster::Wish { name, groups: group.iter().map(|one| (*one).to_owned()).collect() };
                contact(circle.rosters.set(by, owner, bare(whom), wish).await)
            }
            Act::Remove { contact: whom } => contact(circle.rosters.remove(by, owner, bare(whom)).await),
            Act::Block { whom } => judged(circle.blocks.block(by, owner, vec![address(whom)]).await),
            Act::RemoveAndBlock { contact } => judged(circle.blocks.remove_and_block(by, owner, bare(contact)).await),
            Act::Unblock { whom } => {
                judged(circle.blocks.unblock(by, owner, whom.iter().map(|whom| address(whom)).collect()).await)
            }
            _ => Answer::Skipped,
        }
    }

    /// As a page looks at it.
    async fn look(&self, held: &Held) -> Option<Promise> {
        let shown = Presented { id: held.id, at: self.clock.wall() };
        let looked = self.all.people.invites.look(&host(held.host), &shown).await.expect("looked");
        looked.map(|looked| self.promise(&looked.invite))
    }

    fn label(&self, id: TokenId) -> Label {
        let held = self.held.lock().expect("held");
        held.iter().find(|(_, held)| held.id == id).map_or(Label::MAX, |(label, _)| *label)
    }

    fn promise(&self, invite: &Invite) -> Promise {
        let at_home = |name: &String| known(&format!("{name}@{}", invite.host));
        Promise {
            host: if invite.host.as_str() == HOUSE { HOUSE } else { OTHER },
            kind: invite.kind,
            maker: match &invite.maker {
                Maker::Account(jid) => Some(known(jid.as_str())),
                _ => None,
            },
            subscribe: invite.subscribe,
            created: invite.created,
            expires: invite.expires,
            max_uses: invite.max_uses,
            uses: invite.uses,
            name: invite.name.as_ref().map(at_home),
            role: invite.role,
            withdrawn: invite.revoked.is_some(),
            renewed: invite.renewed.map(|id| self.label(id)),
            forgotten: false,
        }
    }

    /// All that there is to be seen; an error is something that does not agree with itself.
    pub async fn picture(&mut self) -> Result<Picture, String> {
        let mut picture = Picture::new();
        for jid in PEOPLE {
            let account = self.all.people.accounts.account(bare(jid)).await.expect("read");
            let Some(account) = account else { continue };
            let standing = match account.state {
                AccountState::Active => Standing::Active,
                AccountState::Disabled { .. } => Standing::Disabled,
                AccountState::Deleted { since } => Standing::Deleted { since },
                AccountState::Erased { .. } => Standing::Erased,
            };
            let person = Person {
                standing,
                role: account.role,
                password: self.password(jid).await.unwrap_or(usize::MAX),
                invite: account.origin.invite.map(|id| self.label(id)),
                inviter: account.origin.inviter.as_ref().map(|jid| known(jid.as_str())),
            };
            picture.insert(jid.to_owned(), person.to_string());
            if account.role < Role::Admin && account.is_active() {
                let by = By::account(account.jid.clone(), account.role, Door::Web, 1);
                let room = self.all.people.invites.room(&by, &host(domain(jid))).await;
                picture.insert(format!("{jid}'s room"), format!("{:?}", room.ok().flatten()));
            }
            self.roster(jid, standing, &mut picture).await?;
        }
        self.invites(&mut picture).await?;
        Ok(picture)
    }

    /// Which of the passwords is the one.
    async fn password(&self, jid: Jid) -> Option<usize> {
        let (host, address) = (host(domain(jid)), bare(jid));
        let name = address.node().expect("a name");
        let keys = self.all.people.sign_in.keys(&host, name, Hash::Sha256).await.expect("keys");
        PASSWORDS.iter().position(|password| verify_password(&keys, Hash::Sha256, password.as_bytes()))
    }

    async fn roster(&mut self, jid: Jid, standing: Standing, picture: &mut Picture) -> Result<(), String> {
        let owner = bare(jid);
        let roster = RosterStore::roster(&self.store, owner.clone()).await.expect("read");
        let blocked = self.all.circle.blocks.list(&owner).await.expect("read");
        let is_empty = roster.items.is_empty() && roster.requests.is_empty() && blocked.is_empty();
        if standing == Standing::Erased && is_empty {
            self.copies.remove(jid);
            return Ok(());
        }
        let items: BTreeMap<String, Item> =
            roster.items.iter().map(|one| (one.contact.to_string(), seen(one.state, &one.name, &one.groups))).collect();
        picture.extend(items.iter().map(|(contact, one)| (item(jid, contact), one.to_string())));
        let requests: Vec<_> = roster.requests.iter().map(|request| known(request.from.as_str())).collect();
        picture.insert(format!("{jid} is asked by"), format!("{requests:?}"));
        let blocked: std::collections::BTreeSet<_> = blocked.iter().map(|one| one.as_str().to_owned()).collect();
        picture.insert(format!("{jid} blocks"), format!("{blocked:?}"));

        // Memory says the same as the disk.
        let memory = self.all.circle.rosters.contacts(&owner).await.expect("read");
        for one in &roster.items {
            let state = memory.state(one.contact.as_str());
            if state != one.state {
                return Err(format!("{jid}'s {}: {state:?} in memory, {:?} on the disk", one.contact, one.state));
            }
        }
        // Whoever follows by differences has the same as who reads it all.
        let (version, mut copy) = self.copies.remove(jid).unwrap_or_default();
        match self.all.circle.rosters.since(&owner, version).await.expect("read") {
            Since::All => copy.clone_from(&items),
            Since::Some(differences) => {
                for one in differences {
                    match one.item {
                        Some(item) => copy.insert(one.contact.to_string(), seen(item.state, &item.name, &item.groups)),
                        None => copy.remove(one.contact.as_str()),
                    };
                }
            }
        }
        if copy != items || roster.version < version {
            return Err(format!("{jid}'s differences since {version} give {copy:?}, not {items:?}"));
        }
        self.copies.insert(jid, (roster.version, copy));
        Ok(())
    }

    async fn invites(&self, picture: &mut Picture) -> Result<(), String> {
        let invites = &self.all.people.invites;
        let now = self.clock.wall();
        let held = self.held.lock().expect("held").clone();
        for (label, held) in &held {
            let shown = Presented { id: held.id, at: now };
            let cached = invites.look(&host(held.host), &shown).await.expect("looked");
            let kept = InviteStore::look(&self.store, host(held.host), held.id).await.expect("looked");
            if cached.as_deref() != kept.as_ref() {
                return Err(format!("invite {label}: {cached:?} in memory, {kept:?} on the disk"));
            }
            let Some(looked) = kept else { continue };
            let promise = self.promise(&looked.invite);
            let joined = invites.who_joined(&operator(), &host(held.host), held.id.as_str()).await.expect("read");
            let mut joined: Vec<_> = joined.iter().flatten().map(|account| known(account.jid.as_str())).collect();
            joined.sort_unstable();
            let fate = promise.fate(now);
            picture.insert(format!("invite {label}"), format!("{promise}, {fate}, joined {joined:?}"));
        }
        for name in [HOUSE, OTHER] {
            let counts = invites.counts(&operator(), &host(name)).await.expect("counted");
            for (fate, count) in [
                ("Waiting", counts.waiting),
                ("Used", counts.used),
                ("Full", counts.full),
                ("Expired", counts.expired),
                ("Withdrawn", counts.withdrawn),
            ] {
                if count > 0 {
                    picture.insert(format!("{name} {fate}"), count.to_string());
                }
                self.listed(name, fate, count).await?;
            }
        }
        Ok(())
    }

    /// A list of what has become so shows as many, and only such.
    async fn listed(&self, name: &str, fate: &str, count: u64) -> Result<(), String> {
        let state = parlour_domain::InviteState::from_name(&fate.to_lowercase());
        let query = InviteQuery { state, limit: 500, ..InviteQuery::new(host(name)) };
        let list = self.all.people.invites.list(&operator(), query).await.expect("listed");
        let now = self.clock.wall();
        let fits = |invite: &Invite| self.promise(invite).fate(now) == fate && invite.kind != InviteKind::Reset;
        match list.iter().all(fits) && u64::try_from(list.len()) == Ok(count) {
            true => Ok(()),
            false => Err(format!("{name}: {count} are {fate}, listed are {list:?}")),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.store.close();
    }
}

fn wish(asked: &Asked) -> Wish {
    Wish {
        kind: Some(asked.kind),
        on_behalf: asked.on_behalf.map(bare),
        subscribe: asked.subscribe,
        name: asked.name.map(|jid| local(jid).to_owned()),
        expires_after: asked.life,
        max_uses: Some(asked.uses),
        role: asked.role,
        ..Wish::default()
    }
}

fn seen(state: Stands, name: &Option<String>, groups: &[String]) -> Item {
    Item {
        to: state.to == To::Yes,
        asked: state.to == To::Asked,
        from: state.from == From::Yes,
        approved: state.approved,
        name: name.clone(),
        groups: groups.to_vec(),
    }
}

fn said<T>(done: Committed<T>) -> Answer {
    done.into_out();
    Answer::Done
}

/// A refusal by its name, without the figures in it.
fn no(refusal: &impl std::fmt::Debug) -> Answer {
    let text = format!("{refusal:?}");
    let word = text.split([' ', '{']).next().unwrap_or_default();
    let open = word.matches('(').count() - word.matches(')').count().min(word.matches('(').count());
    Answer::No(format!("{word}{}", ")".repeat(open)))
}

fn account<T>(answer: Result<Committed<T>, AccountError>) -> Answer {
    match answer {
        Ok(done) => said(done),
        Err(AccountError::Refused(refusal)) => no(&refusal),
        Err(other) => no(&other),
    }
}

fn judged<T, R: std::fmt::Debug>(answer: Result<Committed<T>, ActError<R>>) -> Answer {
    match answer {
        Ok(done) => said(done),
        Err(ActError::Refused(refusal)) => no(&refusal),
        Err(ActError::Failed(error)) => no(&error),
    }
}

fn contact<T>(answer: Result<Committed<T>, ActError<RosterRefusal>>) -> Answer {
    judged(answer)
}
