//! The hosts served here, as every stanza needs to know them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parlour_domain::{HostName, HostPolicy};
use parlour_xmpp::jid::Jid;

/// Hosts by domain with what each allows; swapped as a whole when one changes.
#[derive(Debug, Default)]
pub struct Locals(ArcSwap<HashMap<Box<str>, Arc<HostPolicy>>>);

impl Locals {
    /// Replaces all.
    pub fn set(&self, hosts: impl IntoIterator<Item = (HostName, HostPolicy)>) {
        let map = hosts.into_iter().map(|(name, policy)| (name.as_str().into(), Arc::new(policy))).collect();
        self.0.store(Arc::new(map));
    }

    /// What a host allows; `None` where it is not served here.
    pub fn policy(&self, domain: &str) -> Option<Arc<HostPolicy>> {
        self.0.load().get(domain).cloned()
    }

    /// Whether a domain is served here.
    pub fn has(&self, domain: &str) -> bool {
        self.0.load().contains_key(domain)
    }

    /// Whether an address belongs to a host served here.
    pub fn owns(&self, jid: &Jid) -> bool {
        self.has(jid.domain().as_str())
    }

    /// Some host whose policy is wanted; looks at all of them.
    pub fn find(&self, wanted: impl Fn(&HostPolicy) -> bool) -> Option<HostName> {
        let hosts = self.0.load();
        hosts.iter().find(|(_, policy)| wanted(policy)).and_then(|(domain, _)| HostName::parse(domain))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.load().len()
    }

    /// The only one, where there is just one.
    pub fn only(&self) -> Option<HostName> {
        let hosts = self.0.load();
        let mut names = hosts.keys();
        match (names.next(), names.next()) {
            (Some(one), None) => HostName::parse(one),
            _ => None,
        }
    }
}
