//! Where an account is signed in with a chat app, or can come back without its password, and ending that.
//!
//! Spec: RFC 6120 §4.9.3.12 (`not-authorized`, as after a new password), XEP-0388 v1.0.4 §2.3 (what an app says about
//! itself is told to its own account and nobody else), XEP-0484 v0.2.0 (coming back).
//! Left out: who has the password can sign in again; only another password keeps them out.

use std::sync::Arc;

use parlour_domain::device::AgentId;
use parlour_domain::{By, HostName, Millis, Role};
use parlour_router::{End, Router};
use parlour_store::accounts::AccountStore;
use parlour_store::devices::DeviceStore;
use parlour_store::push::PushStore;
use parlour_store::{ActError, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::acts::Common;

/// Looks at what is signed in, and ends it.
pub struct Devices {
    router: Arc<Router>,
    kept: Arc<dyn DeviceStore>,
    accounts: Arc<dyn AccountStore>,
    pushes: Arc<dyn PushStore>,
    common: Common,
}

/// One app that is signed in, or can come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Names it for [`Devices::end`]; no secret.
    pub key: DeviceKey,
    /// The app's name, where it said so and its own account asks.
    pub software: Option<Arc<str>>,
    /// What it runs on, likewise.
    pub device: Option<Arc<str>>,
    /// It is signed in at this moment.
    pub online: Option<Online>,
    /// When it last signed in, to within an hour, and until when it can come back without the password.
    pub returns: Option<(Millis, Millis)>,
}

/// An app that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Online {
    /// The resource part, which the app or the server chose.
    pub resource: Arc<str>,
    /// Since when.
    pub since: Millis,
    /// It is connected; else its connection is lost and it may come back to go on.
    pub connected: bool,
}

/// What names an app of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceKey {
    /// The number of its sign-in, where it does not say which it is.
    SignIn(u64),
    /// The label of its id.
    Label(String),
}

impl DeviceKey {
    /// Reads what `to_string` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(LABEL) {
            Some(label) if label.len() == 16 => Some(Self::Label(label.to_owned())),
            Some(_) => None,
            None => text.parse().ok().map(Self::SignIn),
        }
    }
}

impl std::fmt::Display for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignIn(number) => write!(f, "{number}"),
            Self::Label(label) => write!(f, "{LABEL}{label}"),
        }
    }
}

impl Devices {
    /// Over who is online and who can come back.
    pub fn new(
        router: Arc<Router>,
        kept: Arc<dyn DeviceStore>,
        accounts: Arc<dyn AccountStore>,
        pushes: Arc<dyn PushStore>,
        common: Common,
    ) -> Self {
        Self { router, kept, accounts, pushes, common }
    }

    /// What is signed in, oldest first, and then what can come back, latest first: for the account itself, and for admins
    /// who are not below it.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn of(&self, by: &By, account: &BareJid) -> Result<Vec<Device>, StoreError> {
        if !self.may(by, account).await? {
            return Ok(Vec::new());
        }
        let own = by.jid() == Some(account);
        let mut kept = self.kept.list(account.clone(), self.common.now()).await?;
        let mut all = Vec::new();
        for (resource, outbox) in self.router.find(account).map(|live| live.outboxes()).unwrap_or_default() {
            let agent = resource.agent.as_deref();
            let at = agent.and_then(|agent| kept.iter().position(|device| device.agent.id == agent.id));
            let returns = at.map(|at| kept.remove(at)).and_then(|device| Some((device.seen, device.expires()?)));
            all.push(Device {
                key: agent.map_or(DeviceKey::SignIn(resource.request), |agent| DeviceKey::Label(agent.id.label())),
                software: agent.filter(|_| own).and_then(|agent| agent.software.clone()),
                device: agent.filter(|_| own).and_then(|agent| agent.device.clone()),
                online: Some(Online {
                    resource: Arc::clone(&resource.name),
                    since: resource.since,
                    connected: !outbox.is_parked(),
                }),
                returns,
            });
        }
        all.extend(kept.into_iter().filter_map(|device| {
            Some(Device {
                key: DeviceKey::Label(device.agent.id.label()),
                returns: Some((device.seen, device.expires()?)),
                software: device.agent.software.filter(|_| own),
                device: device.agent.device.filter(|_| own),
                online: None,
            })
        }));
        Ok(all)
    }

    /// Ends one: its stream, if it has one, and its coming back. False where there is none of that name any more, or it
    /// is not the asker's to end.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn end(&self, by: &By, account: &BareJid, key: &DeviceKey) -> Result<bool, StoreError> {
        if !self.may(by, account).await? {
            return Ok(false);
        }
        let online = self.router.find(account).map(|live| live.outboxes()).unwrap_or_default();
        match key {
            DeviceKey::SignIn(number) => {
                let one = online.iter().find(|(resource, _)| resource.request == *number);
                if let Some((resource, outbox)) = one {
                    outbox.end(End::NotAuthorized);
                    // It is woken no more either, though it may come back with the password.
                    let resource = resource.name.to_string();
                    let gone = self.common.act(by, || self.pushes.forget(account.clone(), resource)).await;
                    if let Err(ActError::Failed(error)) = gone {
                        return Err(error);
                    }
                    tracing::info!(target: "parlour::people", request = by.request, "an app of {account} was signed out");
                }
                Ok(one.is_some())
            }
            DeviceKey::Label(label) => {
                let kept = self.kept.list(account.clone(), Millis::MIN).await?;
                let here = online.iter().filter_map(|(resource, _)| resource.agent.as_ref().map(|agent| agent.id));
                let known = kept.iter().map(|device| device.agent.id).chain(here).find(|id| id.label() == *label);
                match known {
                    Some(agent) => self.end_kept(by, account, Some(agent)).await.map(|_| true),
                    None => Ok(false),
                }
            }
        }
    }

    /// Ends all of them, those too that are signing in at this moment or can come back.
    ///
    /// # Errors
    /// The store's failure; nothing has ended then.
    pub async fn end_all(&self, by: &By, account: &BareJid) -> Result<(), StoreError> {
        if self.may(by, account).await? {
            self.end_kept(by, account, None).await?;
            self.router.sign_out(account, End::NotAuthorized);
            tracing::info!(target: "parlour::people", request = by.request, "all apps of {account} were signed out");
        }
        Ok(())
    }

    async fn end_kept(&self, by: &By, account: &BareJid, agent: Option<AgentId>) -> Result<bool, StoreError> {
        match self.common.act(by, || self.kept.end(by.clone(), account.clone(), agent)).await {
            Ok(done) => Ok(done.into_out()),
            Err(ActError::Refused(_)) => Ok(false),
            Err(ActError::Failed(error)) => Err(error),
        }
    }

    /// Ends are judged again where they are written down.
    async fn may(&self, by: &By, account: &BareJid) -> Result<bool, StoreError> {
        let Some(found) = self.accounts.account(account.clone()).await? else { return Ok(false) };
        Ok(may(by, account, found.role))
    }
}

fn may(by: &By, account: &BareJid, role: Role) -> bool {
    let own = by.jid() == Some(account);
    own || (by.reaches(&HostName::of(account)) && by.rank().is_some_and(|rank| rank >= Role::Admin && rank >= role))
}

/// Before a label, which could be a number.
const LABEL: &str = "device-";

#[cfg(test)]
mod tests {
    use parlour_domain::Door;
    use parlour_domain::device::{Agent, TokenNonce, TokenWish};
    use parlour_domain::view::AccountView;
    use parlour_router::{Bounds, Outbox};
    use parlour_xmpp::jid::FullJid;
    use parlour_xmpp::sasl::HtMechanism;

    use super::*;
    use crate::credentials::Credentials;
    use crate::testing::{NOW, World, by, host, jid};

    fn online(router: &Router, full: &str, request: u64, agent: Option<Agent>) -> Arc<Outbox> {
        let full = FullJid::new(full).expect("an address");
        let outbox = Arc::new(Outbox::new(Bounds::default()));
        let before = router.before(&full);
        let attached = router.attach(&full, &outbox, AccountView::new(Role::Member), before);
        let live = attached.expect("room").expect("unchanged").live;
        live.update_resource(full.resource().as_str(), &outbox, |one| {
            (one.request, one.since, one.agent) = (request, 7, agent.map(Arc::new));
        });
        outbox
    }

    fn agent(mark: u8) -> Agent {
        Agent::new(AgentId([mark; 16]), Some("App"), Some("Phone"))
    }

    async fn house() -> (World, Arc<Router>, Devices) {
        let world = World::new().await;
        for (name, role) in [("anna", Role::Member), ("berta", Role::Member), ("boss", Role::Admin)] {
            world.person(name, role).await;
        }
        let router = Arc::new(Router::new());
        let all = Arc::new(world.store.clone());
        let devices = Devices::new(router.clone(), all.clone(), all.clone(), all, world.common.clone());
        (world, router, devices)
    }

    async fn keep(world: &World, mark: u8) {
        let name = jid("anna");
        let password = b"correct horse battery";
        let proven = world.sign_in.check(&host(), name.node().expect("a name"), password).await.expect("checked");
        let wish = TokenWish { mechanism: HtMechanism::None, nonce: TokenNonce([mark; 16]), life: 1000 };
        let proven = proven.expect("the password");
        DeviceStore::give(&world.store, name, proven, agent(mark), wish, NOW).await.expect("given");
    }

    #[tokio::test]
    async fn ones_own_apps_are_seen_and_ended_by_oneself_and_admins() {
        let (_world, router, devices) = house().await;
        let (phone, desk) =
            (online(&router, "anna@h.example/phone", 3, None), online(&router, "anna@h.example/desk", 4, None));
        let anna = jid("anna");
        let elsewhere = By::account(BareJid::new("boss@y").expect("an address"), Role::Owner, Door::Web, 1);
        for stranger in [by("berta", Role::Member), elsewhere] {
            assert_eq!(devices.of(&stranger, &anna).await, Ok(Vec::new()));
            assert_eq!(devices.end(&stranger, &anna, &DeviceKey::SignIn(3)).await, Ok(false));
            devices.end_all(&stranger, &anna).await.expect("asked");
        }
        assert_eq!((phone.ending(), desk.ending()), (None, None));
        let own = by("anna", Role::Member);
        let seen = devices.of(&own, &anna).await.expect("read");
        let names: Vec<_> = seen.iter().map(|one| one.online.as_ref().expect("here").resource.to_string()).collect();
        assert_eq!(names, ["phone", "desk"]);
        assert_eq!(devices.of(&by("boss", Role::Admin), &anna).await, Ok(seen));
        assert_eq!(devices.end(&own, &anna, &DeviceKey::SignIn(3)).await, Ok(true));
        assert_eq!(devices.end(&own, &anna, &DeviceKey::SignIn(99)).await, Ok(false));
        assert_eq!((phone.ending(), desk.ending()), (Some(End::NotAuthorized), None));
        devices.end_all(&own, &anna).await.expect("ended");
        assert_eq!(desk.ending(), Some(End::NotAuthorized));
    }

    #[tokio::test]
    async fn attack_35_a_device_that_is_taken_away_cannot_come_back() {
        let (world, router, devices) = house().await;
        let (own, boss, anna) = (by("anna", Role::Member), by("boss", Role::Admin), jid("anna"));
        keep(&world, 1).await;
        keep(&world, 2).await;
        online(&router, "anna@h.example/App/1", 3, Some(agent(1)));
        let seen = devices.of(&own, &anna).await.expect("read");
        let what: Vec<_> =
            seen.iter().map(|one| (one.online.is_some(), one.returns, one.software.as_deref())).collect();
        let returns = Some((NOW, NOW + 1000));
        assert_eq!(what, [(true, returns, Some("App")), (false, returns, Some("App"))]);
        // What an app says about itself is for its account.
        let shown = devices.of(&boss, &anna).await.expect("read");
        assert!(shown.len() == 2 && shown.iter().all(|one| one.software.is_none() && one.device.is_none()));
        let key = DeviceKey::parse(&seen[1].key.to_string()).expect("read back");
        assert_eq!(devices.end(&by("berta", Role::Member), &anna, &key).await, Ok(false));
        assert_eq!(devices.end(&own, &anna, &key).await, Ok(true));
        assert_eq!(devices.end(&own, &anna, &key).await, Ok(false), "and is gone");
        assert_eq!(devices.of(&own, &anna).await.expect("read").len(), 1);
        devices.end_all(&own, &anna).await.expect("ended");
        assert_eq!(DeviceStore::list(&world.store, anna, 0).await, Ok(Vec::new()));
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        for key in [DeviceKey::SignIn(7), DeviceKey::Label("0123456789012345".into())] {
            assert_eq!(DeviceKey::parse(&key.to_string()), Some(key));
        }
        for wrong in ["", "x", "-1", "device-", "device-1"] {
            assert_eq!(DeviceKey::parse(wrong), None, "{wrong}");
        }
    }
}
