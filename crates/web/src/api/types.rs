//! What the JSON API takes and gives, shared with the command line, which speaks nothing else.
//!
//! Times are RFC 3339 in UTC. Absent optional fields are left out.

use serde::{Deserialize, Serialize};

/// An invite, whole. The token is shown to whoever may share the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its public id: eleven letters and digits, no secret.
    pub id: String,
    /// The secret, 26 letters and digits; absent where its key is gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// `account`, `account-and-contact`, `contact`, `password-reset` or `owner`.
    pub kind: String,
    /// `waiting`, `used`, `expired`, `withdrawn` or `full`.
    pub state: String,
    /// The `xmpp:` link.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uri: Option<String>,
    /// The link to share.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub landing_page: Option<String>,
    /// When it was made.
    pub created: String,
    /// Until when it can be presented.
    pub expires: String,
    /// How many people may use it.
    pub max_uses: u32,
    /// How many have.
    pub uses: u32,
    /// How often its page was opened; lossy.
    pub opened: u64,
    /// The one name it is for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reserved_name: Option<String>,
    /// The role its account gets.
    pub role: String,
    /// The groups its account joins.
    pub groups: Vec<String>,
    /// A private note.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// Who made it: an address, or `operator`.
    pub made_by: String,
    /// Whose contact its user becomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact_of: Option<String>,
    /// What became of it, oldest first; only when one invite is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub history: Vec<InviteEvent>,
}

/// One line of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteEvent {
    /// When.
    pub at: String,
    /// `created`, `used`, `withdrawn`, ...
    pub what: String,
    /// By whom, where known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
}

/// What to make an invite of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    /// `account`, `account-and-contact`, `contact` or `password-reset`.
    pub kind: String,
    /// The one name it is for: the new account's, or whose password is set anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The local name whose contact its user becomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact_of: Option<String>,
    /// `limited`, `member`, `admin` or `owner`; `member` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// Groups the new account joins.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub groups: Vec<String>,
    /// How many people may use it; one when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_uses: Option<u32>,
    /// How long it lives: `"7d"`; the host's `invite_expiry` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_after: Option<String>,
    /// A private note.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// The language of its page: `"de"`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lang: Option<String>,
}

/// What to change about an invite: one of these at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteChange {
    /// How long it lives from now on: `"7d"`. One that has run out is good again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_after: Option<String>,
    /// How many people may use it altogether; not fewer than have. One that is full is good again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_uses: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its address.
    pub jid: String,
    /// What it may do.
    pub role: String,
    /// `active`, `disabled` or `deleted`.
    pub state: String,
    /// When it was made.
    pub created: String,
    /// By whose invite it joined: an address or `operator`; absent if made by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub invited_by: Option<String>,
    /// When a deleted account is erased for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub erased_on: Option<String>,
    /// The password, shown this once when it was made for the caller.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
}

/// What to make an account of.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The local name.
    pub name: String,
    /// The password; when absent one is made and given back once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
    /// `limited`, `member`, `admin` or `owner`; `member` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
}

/// What to change about an account; what is absent stays.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// A new role.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// Let in or kept out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub enabled: Option<bool>,
    /// A new password.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
    /// Make a new password and give it back once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new_password: Option<bool>,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its domain.
    pub domain: String,
    /// What its links are built from.
    pub public_url: String,
    /// Accounts on it, deleted ones aside.
    pub accounts: u64,
    /// Somebody became its owner.
    pub owned: bool,
    /// It stands in the configuration file, which wins.
    pub configured: bool,
}

/// What to make a host of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewHost {
    /// Its domain.
    pub domain: String,
    /// What its links are built from; `https://DOMAIN` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub public_url: Option<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its members are each other's contacts, in a roster group of its name.
    #[serde(default)]
    pub contacts: bool,
    /// Its members' addresses.
    pub members: Vec<String>,
}

/// What to make a group of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name.
    pub name: String,
    /// Its members become each other's contacts.
    #[serde(default)]
    pub contacts: bool,
}

/// What to change of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Its members are each other's contacts, or only members.
    pub contacts: bool,
}

/// A key of the API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its public id: eleven letters and digits, no secret.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// The host it is good for; absent for a key of the whole server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<String>,
    /// What it acts as, never above its maker: `admin` or `owner`.
    pub role: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// `active`, `expired` or `withdrawn`.
    pub state: String,
    /// Whose it is: an address, or `operator`. It falls with that account.
    pub made_by: String,
    /// When it was made.
    pub created: String,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<String>,
    /// When it was last used, to within an hour.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used: Option<String>,
    /// The whole key, shown this once when it was made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<String>,
}

/// What to make a key of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is called; `key` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// What it acts as: `admin` or `owner`; `admin` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// What it is good for; everything of the API when absent.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scopes: Vec<String>,
    /// How long it lives: `"90d"`; for good when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_after: Option<String>,
}

/// Where a backup goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupWish {
    /// An absolute path on the server's machine; must not exist.
    pub file: String,
}

/// What a backup wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The database's copy.
    pub file: String,
    /// The keys' copy.
    pub keys: String,
    /// The size of the database's copy in bytes.
    pub bytes: u64,
}

/// What serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// The program's version.
    pub version: String,
    /// Hosts served.
    pub hosts: u64,
}

/// How many were touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Rows.
    pub count: u64,
}

/// An error, as RFC 9457 has it (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable word to act on: `name-taken`, `no-such-invite`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status, once more.
    pub status: u16,
    /// A sentence for a person, saying what to do.
    pub title: String,
    /// The request's number, to be found in the log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<u64>,
}
