//! A host: one domain with its own accounts, invites and policy. Nothing is shared between two.

use std::fmt;
use std::sync::Arc;

use parlour_xmpp::jid::BareJid;

use crate::options::ContactOptions;

/// A host's domain, prepared (nameprep, lower case). The first field of every key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Arc<str>);

impl HostName {
    /// Prepares and checks a domain. `None` where it has a local part or resource, or is no domain.
    pub fn parse(domain: &str) -> Option<Self> {
        let jid = BareJid::new(domain).ok()?;
        (jid.node().is_none() && !domain.contains('/')).then(|| Self(jid.domain().as_str().into()))
    }

    /// The host an address belongs to.
    pub fn of(jid: &BareJid) -> Self {
        Self(jid.domain().as_str().into())
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a host allows and promises: built from its options, read by rules.
#[derive(Clone, Debug)]
pub struct HostPolicy {
    /// New accounts may be made at all, in an app or in the browser.
    pub allow_registration: bool,
    /// Registering needs an invite.
    pub registration_invite_only: bool,
    /// Members' invites may make accounts, not only contacts.
    pub allow_user_invites: bool,
    /// Members may make contact invites.
    pub allow_contact_invites: bool,
    /// How long an invite lives, in milliseconds.
    pub invite_expiry: i64,
    /// How long a password reset link lives, in milliseconds.
    pub reset_expiry: i64,
    /// Open invites a member may have at a time.
    pub max_open_invites: u32,
    /// Invites a member may make within 24 hours.
    pub max_invites_per_day: u32,
    /// SASL PLAIN is offered.
    pub allow_plain: bool,
    /// What the pages call this place; the domain where unset.
    pub site_name: Option<String>,
    /// What links are built from, without a trailing slash: `https://chat.example.org`.
    pub public_url: String,
    /// Other names the web pages answer to.
    pub aliases: Vec<String>,
    /// Names nobody may register beside the built-in ones.
    pub reserved_names: Vec<String>,
    /// Whom people can reach about this host.
    pub contact: ContactOptions,
}

impl Default for HostPolicy {
    fn default() -> Self {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        Self {
            allow_registration: true,
            registration_invite_only: true,
            allow_user_invites: true,
            allow_contact_invites: true,
            invite_expiry: 7 * DAY,
            reset_expiry: DAY,
            max_open_invites: 5,
            max_invites_per_day: 10,
            allow_plain: false,
            site_name: None,
            public_url: String::new(),
            aliases: Vec::new(),
            reserved_names: Vec::new(),
            contact: ContactOptions::default(),
        }
    }
}
