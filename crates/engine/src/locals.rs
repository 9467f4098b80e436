//! The hosts served here, as every stanza needs to know them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use parlour_domain::{HostName, HostPolicy};
use parlour_xmpp::jid::Jid;

/// Hosts by domain with what each allows; swapped as a whole when one changes.
#[derive(Default)]
pub struct Locals {
    hosts: ArcSwap<HashMap<Box<str>, Arc<HostPolicy>>>,
    watcher: OnceLock<Watcher>,
}

/// Told the hosts there are now.
type Watcher = Box<dyn Fn(&Locals) + Send + Sync>;

impl fmt::Debug for Locals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.hosts.load().keys()).finish()
    }
}

impl Locals {
    /// Replaces all.
    pub fn set(&self, hosts: impl IntoIterator<Item = (HostName, HostPolicy)>) {
        let map = hosts.into_iter().map(|(name, policy)| (name.as_str().into(), Arc::new(policy))).collect();
        self.hosts.store(Arc::new(map));
        if let Some(watcher) = self.watcher.get() {
            watcher(self);
        }
    }

    /// Has `watcher` told of every change from now on, in the thread that makes it. Once, at the start: who keeps
    /// certificates must have one for each host.
    pub fn watch(&self, watcher: impl Fn(&Self) + Send + Sync + 'static) {
        // A second watcher would be a mistake of whoever wires the process; the first stays.
        drop(self.watcher.set(Box::new(watcher)));
    }

    /// All hosts with what each allows.
    pub fn all(&self) -> Vec<(Box<str>, Arc<HostPolicy>)> {
        self.hosts.load().iter().map(|(name, policy)| (name.clone(), Arc::clone(policy))).collect()
    }

    /// What a host allows; `None` where it is not served here.
    pub fn policy(&self, domain: &str) -> Option<Arc<HostPolicy>> {
        self.hosts.load().get(domain).cloned()
    }

    /// Whether a domain is served here.
    pub fn has(&self, domain: &str) -> bool {
        self.hosts.load().contains_key(domain)
    }

    /// Whether an address belongs to a host served here.
    pub fn owns(&self, jid: &Jid) -> bool {
        self.has(jid.domain().as_str())
    }

    /// Some host whose policy is wanted; looks at all of them.
    pub fn find(&self, wanted: impl Fn(&HostPolicy) -> bool) -> Option<HostName> {
        let hosts = self.hosts.load();
        hosts.iter().find(|(_, policy)| wanted(policy)).and_then(|(domain, _)| HostName::parse(domain))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.hosts.load().len()
    }

    /// The only one, where there is just one.
    pub fn only(&self) -> Option<HostName> {
        let hosts = self.hosts.load();
        let mut names = hosts.keys();
        match (names.next(), names.next()) {
            (Some(one), None) => HostName::parse(one),
            _ => None,
        }
    }
}
