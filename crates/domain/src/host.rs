//! A host: one domain with its own accounts, invites and policy. Nothing is shared between two.

use std::fmt;
use std::sync::Arc;

use parlour_xmpp::jid::BareJid;

use crate::account::Account;
use crate::by::{Actor, By, Role};
use crate::change::{Change, Outcome};
use crate::clock::Millis;
use crate::invite::issue::rank_now;
use crate::limits::KEEP_USED;
use crate::options::{AppOptions, ArchivePolicy, BrandOptions, ContactOptions, HostOptions, Retention};

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
    /// How long a used invite is kept past its expiry, in milliseconds.
    pub invite_retention: i64,
    /// Whoever invited somebody is told when they joined.
    pub announce_joined: bool,
    /// An invite may travel through an app store.
    pub carry: bool,
    /// Accounts that one address range may make at once, in apps; 0: as many as it likes.
    pub registration_throttle_max: u32,
    /// How long it takes until it may make that many again, in milliseconds.
    pub registration_throttle_period: i64,
    /// SASL PLAIN is offered.
    pub allow_plain: bool,
    /// How long a device's token lives, in milliseconds.
    pub token_life: i64,
    /// What the pages call this place; the domain where unset.
    pub site_name: Option<String>,
    /// What links are built from, without a trailing slash: `https://chat.example.org`.
    pub public_url: String,
    /// Other names the web pages answer to.
    pub aliases: Vec<String>,
    /// Names nobody may register beside the built-in ones.
    pub reserved_names: Vec<String>,
    /// Whose messages are kept where an account says nothing else.
    pub default_archive_policy: ArchivePolicy,
    /// How long messages are kept.
    pub archive_expires_after: Retention,
    /// Messages a query of an archive finds at a time.
    pub max_archive_query_results: u32,
    /// Whom people can reach about this host.
    pub contact: ContactOptions,
    /// `/register_api` answers.
    pub register_api: bool,
    /// `/invites_api` answers.
    pub invites_api: bool,
    /// `/invites_api` makes invites by GET too.
    pub invites_api_get: bool,
    /// `/admin_api/invites` answers.
    pub admin_api: bool,
    /// How it looks.
    pub brand: BrandOptions,
    /// Which apps its pages recommend.
    pub apps: AppOptions,
    /// Push services hear what was written.
    pub push_notification_with_body: bool,
    /// Push services hear who wrote.
    pub push_notification_with_sender: bool,
    /// What push services hear in place of what was written.
    pub push_notification_important_body: Option<String>,
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
            invite_retention: KEEP_USED,
            announce_joined: true,
            carry: true,
            registration_throttle_max: 30,
            registration_throttle_period: 10 * 60 * 1000,
            allow_plain: false,
            token_life: 21 * DAY,
            site_name: None,
            public_url: String::new(),
            aliases: Vec::new(),
            reserved_names: Vec::new(),
            default_archive_policy: ArchivePolicy::Always,
            archive_expires_after: Retention::Forever,
            max_archive_query_results: 50,
            contact: ContactOptions::default(),
            register_api: false,
            invites_api: false,
            invites_api_get: false,
            admin_api: false,
            brand: BrandOptions::default(),
            apps: AppOptions::default(),
            push_notification_with_body: false,
            push_notification_with_sender: false,
            push_notification_important_body: None,
        }
    }
}

/// A host's row: what the store keeps beside the accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct HostRow {
    /// Its domain.
    pub host: HostName,
    /// When it was added.
    pub created: Millis,
    /// Somebody has been its owner, now or in the past: no owner link is made any more.
    pub owned: bool,
    /// What is set for it in the store; a `[[host]]` table in the file wins over it.
    pub options: HostOptions,
}

/// What happens to hosts.
#[derive(Clone, Debug, PartialEq)]
pub enum HostChange {
    /// A new one.
    Added {
        /// Its domain.
        host: HostName,
        /// When.
        at: Millis,
        /// What is set for it.
        options: Box<HostOptions>,
    },
    /// Other options in its row.
    OptionsSet {
        /// Whose.
        host: HostName,
        /// All of them, from now on.
        options: Box<HostOptions>,
    },
    /// It has its first owner.
    Owned {
        /// Which.
        host: HostName,
    },
    /// Gone. Only a host without accounts is removed.
    Removed {
        /// Which.
        host: HostName,
    },
}

/// Why hosts stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostRefusal {
    /// Only the operator adds and removes hosts, and only an owner sets options.
    #[error("not allowed")]
    NotAllowed,
    /// Some of what is to be set is the operator's: see [`HostOptions::by_owners`].
    #[error("only the operator sets this")]
    OperatorsOnly,
    /// It is here already.
    #[error("{host} is served already")]
    Exists {
        /// Which.
        host: HostName,
    },
    /// It still has accounts.
    #[error("{host} has {accounts} accounts")]
    NotEmpty {
        /// Which.
        host: HostName,
        /// How many, the restorable ones too.
        accounts: u64,
    },
}

/// Adds a host. The operator's and the server's own.
///
/// # Errors
/// [`HostRefusal`].
pub fn add(
    by: &By,
    known: Option<&HostRow>,
    host: HostName,
    options: HostOptions,
    at: Millis,
) -> Result<Outcome<HostRow>, HostRefusal> {
    only_operator(by)?;
    if known.is_some() {
        return Err(HostRefusal::Exists { host });
    }
    let change = HostChange::Added { host: host.clone(), at, options: Box::new(options.clone()) };
    Ok(Outcome { changes: vec![Change::Host(change)], out: HostRow { host, created: at, owned: false, options } })
}

/// Replaces what is set in a host's row. The operator's; and its owners', as far as it is theirs.
///
/// # Errors
/// [`HostRefusal::NotAllowed`], [`HostRefusal::OperatorsOnly`].
pub fn set_options(
    by: &By,
    actor: Option<&Account>,
    row: HostRow,
    options: HostOptions,
) -> Result<Outcome<HostRow>, HostRefusal> {
    if !by.reaches(&row.host) || rank_now(by, actor, &row.host) < Some(Role::Owner) {
        return Err(HostRefusal::NotAllowed);
    }
    let operator = matches!(by.actor, Actor::Operator | Actor::System);
    if !operator && row.options.by_owners(&options) != options {
        return Err(HostRefusal::OperatorsOnly);
    }
    let change = HostChange::OptionsSet { host: row.host.clone(), options: Box::new(options.clone()) };
    Ok(Outcome { changes: vec![Change::Host(change)], out: HostRow { options, ..row } })
}

/// Removes a host without accounts. The operator's and the server's own.
///
/// # Errors
/// [`HostRefusal`].
pub fn remove(by: &By, host: HostName, accounts: u64) -> Result<Outcome<()>, HostRefusal> {
    only_operator(by)?;
    if accounts > 0 {
        return Err(HostRefusal::NotEmpty { host, accounts });
    }
    Ok(Outcome { changes: vec![Change::Host(HostChange::Removed { host })], out: () })
}

fn only_operator(by: &By) -> Result<(), HostRefusal> {
    if by.is_operator() { Ok(()) } else { Err(HostRefusal::NotAllowed) }
}
