//! Where an account is signed in with a chat app at this moment, and ending that.
//!
//! Spec: RFC 6120 §4.9.3.12 (`not-authorized`, as after a new password).
//! Left out: apps that are not there. Who has the password can sign in again; only another password keeps them out.

use std::sync::Arc;

use parlour_domain::{By, HostName, Millis, Role};
use parlour_router::{End, Router};
use parlour_xmpp::jid::BareJid;

/// Looks at what is signed in, and ends it.
#[derive(Debug)]
pub struct Devices {
    router: Arc<Router>,
}

/// One app that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Names it for [`Devices::end`] as long as it is signed in.
    pub number: u64,
    /// The resource part, which the app or the server chose.
    pub resource: Arc<str>,
    /// Since when.
    pub since: Millis,
    /// It is connected; else its connection is lost and it may come back to go on.
    pub connected: bool,
}

impl Devices {
    /// Over who is online.
    pub fn new(router: Arc<Router>) -> Self {
        Self { router }
    }

    /// What is signed in, oldest first: for the account itself, and for admins who are not below it.
    pub fn of(&self, by: &By, account: &BareJid) -> Vec<Device> {
        let Some(live) = self.router.find(account).filter(|live| may(by, account, live.view().role)) else {
            return Vec::new();
        };
        let devices = live.outboxes().into_iter().map(|(resource, outbox)| Device {
            number: resource.request,
            resource: resource.name,
            since: resource.since,
            connected: !outbox.is_parked(),
        });
        devices.collect()
    }

    /// Ends one; false where there is none of that number any more.
    pub fn end(&self, by: &By, account: &BareJid, number: u64) -> bool {
        let Some(live) = self.router.find(account).filter(|live| may(by, account, live.view().role)) else {
            return false;
        };
        let one = live.outboxes().into_iter().find(|(resource, _)| resource.request == number);
        if let Some((_, outbox)) = &one {
            outbox.end(End::NotAuthorized);
            tracing::info!(target: "parlour::people", request = by.request, "an app of {account} was signed out");
        }
        one.is_some()
    }

    /// Ends all of them, those too that are signing in at this moment; answers how many there were.
    pub fn end_all(&self, by: &By, account: &BareJid) -> usize {
        let many = self.of(by, account).len();
        if many > 0 {
            self.router.sign_out(account, End::NotAuthorized);
            tracing::info!(target: "parlour::people", request = by.request, "all apps of {account} were signed out");
        }
        many
    }
}

fn may(by: &By, account: &BareJid, role: Role) -> bool {
    let own = by.jid() == Some(account);
    own || (by.reaches(&HostName::of(account)) && by.rank().is_some_and(|rank| rank >= Role::Admin && rank >= role))
}

#[cfg(test)]
mod tests {
    use parlour_domain::Door;
    use parlour_domain::view::AccountView;
    use parlour_router::{Bounds, Outbox};
    use parlour_xmpp::jid::FullJid;

    use super::*;

    fn online(router: &Router, full: &str, request: u64) -> Arc<Outbox> {
        let full = FullJid::new(full).expect("an address");
        let outbox = Arc::new(Outbox::new(Bounds::default()));
        let before = router.before(&full);
        let attached = router.attach(&full, &outbox, AccountView::new(Role::Member), before);
        let live = attached.expect("room").expect("unchanged").live;
        live.update_resource(full.resource().as_str(), &outbox, |one| (one.request, one.since) = (request, 7));
        outbox
    }

    #[test]
    fn ones_own_apps_are_seen_and_ended_by_oneself_and_admins() {
        let router = Arc::new(Router::new());
        let devices = Devices::new(router.clone());
        let (phone, desk) = (online(&router, "anna@x/phone", 3), online(&router, "anna@x/desk", 4));
        let jid = |name: &str| BareJid::new(&format!("{name}@x")).expect("an address");
        let by = |name: &str, role| By::account(jid(name), role, Door::Web, 1);
        let anna = jid("anna");
        for stranger in [by("berta", Role::Member), By::account(jid("a").clone(), Role::Limited, Door::Web, 1)] {
            assert_eq!(devices.of(&stranger, &anna), []);
            assert!(!devices.end(&stranger, &anna, 3));
            assert_eq!(devices.end_all(&stranger, &anna), 0);
        }
        let elsewhere = By::account(BareJid::new("boss@y").expect("an address"), Role::Owner, Door::Web, 1);
        assert_eq!(devices.of(&elsewhere, &anna), []);
        let seen = devices.of(&by("anna", Role::Member), &anna);
        let expected = |number, name: &str| Device { number, resource: name.into(), since: 7, connected: true };
        assert_eq!(seen, [expected(3, "phone"), expected(4, "desk")]);
        assert_eq!(devices.of(&by("nurse", Role::Admin), &anna), seen);
        assert!(devices.end(&by("anna", Role::Member), &anna, 3));
        assert!(!devices.end(&by("anna", Role::Member), &anna, 99));
        assert_eq!((phone.ending(), desk.ending()), (Some(End::NotAuthorized), None));
        assert_eq!(devices.end_all(&by("anna", Role::Member), &anna), 2);
        assert_eq!(desk.ending(), Some(End::NotAuthorized));
    }
}
