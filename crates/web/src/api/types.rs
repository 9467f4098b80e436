//! What the JSON API takes and gives, shared with the command line, which speaks nothing else.
//!
//! Times are RFC 3339 in UTC. Absent optional fields are left out.

use schemars::{JsonSchema, Schema, json_schema};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::problems;
pub use parlour_domain::HostOptions;

/// An invite, whole. The token is shown to whoever may share the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// Its public id: eleven letters and digits, no secret.
    pub id: String,
    /// The secret, 26 letters and digits; absent where its key is gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// `account`, `account-and-contact`, `contact`, `password-reset` or `owner`.
    #[schemars(extend("enum" = ["account", "account-and-contact", "contact", "password-reset", "owner"]))]
    pub kind: String,
    /// `waiting`, `used`, `expired`, `withdrawn` or `full`.
    #[schemars(extend("enum" = ["waiting", "used", "full", "expired", "withdrawn"]))]
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
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
    pub role: String,
    /// The groups its account joins.
    pub groups: Vec<String>,
    /// A private note.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// A first message from its maker to the newcomer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hello: Option<String>,
    /// The language of its page, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lang: Option<String>,
    /// Who took it back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn_by: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    /// `account`, `account-and-contact`, `contact` or `password-reset`.
    #[schemars(extend("enum" = ["account", "account-and-contact", "contact", "password-reset"]))]
    pub kind: String,
    /// The one name it is for: the new account's, or whose password is set anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The local name whose contact its user becomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact_of: Option<String>,
    /// `limited`, `member`, `admin` or `owner`; `member` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
    pub role: Option<String>,
    /// Maker and newcomer become contacts, where the kind does not say so by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub subscribe: bool,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Its address.
    pub jid: String,
    /// What it may do.
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
    pub role: String,
    /// `active`, `disabled` or `deleted`.
    #[schemars(extend("enum" = ["active", "disabled", "deleted"]))]
    pub state: String,
    /// When it was made.
    pub created: String,
    /// By whose invite it joined: an address or `operator`; absent if made by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub invited_by: Option<String>,
    /// When a deleted account is erased for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub erased_on: Option<String>,
    /// The groups it belongs to; only when one account is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub groups: Vec<String>,
    /// The browsers that are signed in, newest first; only when one account is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sessions: Vec<Session>,
    /// The chat apps that are signed in, oldest first, and those that can come back without the password; only when one
    /// account is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub devices: Vec<Device>,
    /// The password, shown this once when it was made for the caller.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Names it; opens nothing.
    pub id: String,
    /// What the browser calls itself.
    pub browser: String,
    /// When it signed in.
    pub created: String,
    /// When it was last used, to within an hour.
    pub last_used: String,
    /// When it ends by itself.
    pub expires: String,
}

/// A chat app that is signed in, or can come back without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Its resource, which often begins with the app's name; absent while it is away.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resource: Option<String>,
    /// Since when it is signed in; absent while it is away.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<String>,
    /// It is connected; else it is away, or lost its connection and may come back.
    pub connected: bool,
    /// When it last signed in, to within an hour; absent for one that cannot come back without the password.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_signed_in: Option<String>,
    /// Until when it can come back without the password; each return begins the span anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub returns_until: Option<String>,
}

/// Which accounts to list.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountsQuery {
    /// Only those with these letters in their name.
    pub text: Option<String>,
    /// Only those with this role.
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
    pub role: Option<String>,
    /// Only those in this state.
    #[schemars(extend("enum" = ["active", "disabled", "deleted"]))]
    pub state: Option<String>,
    /// Only those that belong to this group.
    pub group: Option<String>,
    /// How many at most; 200 when absent.
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Where the page before ended: its `next`.
    pub cursor: Option<String>,
}

/// Which invites to list.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitesQuery {
    /// Only those of which this has become.
    #[schemars(extend("enum" = ["waiting", "used", "expired", "withdrawn", "full"]))]
    pub state: Option<String>,
    /// Only of this kind. Links for a new password are listed where they are asked for, and only there.
    #[schemars(extend("enum" = ["account", "account-and-contact", "contact", "password-reset"]))]
    pub kind: Option<String>,
    /// Only those that name this group.
    pub group: Option<String>,
    /// Only those this account made: its local name.
    pub maker: Option<String>,
    /// Only those with these letters in the note, the reserved name, or the name of who used it.
    pub text: Option<String>,
    /// How many at most; 200 when absent.
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Where the page before ended: its `next`.
    pub cursor: Option<String>,
}

/// How many invites have become what; links for a new password are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InviteCounts {
    /// Can be used.
    pub waiting: u64,
    /// Were good for one, and are used.
    pub used: u64,
    /// Were good for several, and all are used.
    pub full: u64,
    /// Too late.
    pub expired: u64,
    /// Taken back.
    pub withdrawn: u64,
}

/// What to do with several invites; each is judged by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyInvites {
    /// `revoke`, `renew` or `extend`.
    #[schemars(extend("enum" = ["revoke", "renew", "extend"]))]
    pub act: String,
    /// Their ids.
    #[schemars(length(min = 1, max = 200))]
    pub ids: Vec<String>,
    /// How long they live from now, for `extend`: `"7d"`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_after: Option<String>,
}

/// What became of one of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OneOfMany {
    /// The id that was named.
    pub id: String,
    /// What it is now; the new invite, where one was made in its place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub invite: Option<Invite>,
    /// Why it stayed as it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<Problem>,
}

/// What to make an account of.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The local name.
    pub name: String,
    /// The password; when absent one is made and given back once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
    /// `limited`, `member`, `admin` or `owner`; `member` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
    pub role: Option<String>,
}

/// What to change about an account; what is absent stays.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// A new role.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(extend("enum" = ["limited", "member", "admin", "owner"]))]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// What is in force for it; only when one host is asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub options: Option<HostOptions>,
    /// The options that the configuration file sets and that cannot be changed here, as `invites.invite_expiry`; only
    /// when one host is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub locked: Vec<String>,
}

/// What to make a host of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHost {
    /// Its domain.
    pub domain: String,
    /// What its links are built from; `https://DOMAIN` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub public_url: Option<String>,
}

/// What to change about a host.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostChange {
    /// A merge patch (RFC 7396) of its options: what is `null` falls back to the default, what is absent stays.
    pub options: serde_json::Map<String, serde_json::Value>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name.
    pub name: String,
    /// Its members become each other's contacts.
    #[serde(default)]
    pub contacts: bool,
}

/// What to change of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Its members are each other's contacts, or only members.
    pub contacts: bool,
}

/// A key of the API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// Its public id: eleven letters and digits, no secret.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// The host it is good for; absent for a key of the whole server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<String>,
    /// What it acts as, never above its maker: `admin` or `owner`.
    #[schemars(extend("enum" = ["admin", "owner"]))]
    pub role: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// `active`, `expired` or `withdrawn`.
    #[schemars(extend("enum" = ["active", "expired", "withdrawn"]))]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is called; `key` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// What it acts as: `admin` or `owner`; `admin` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(extend("enum" = ["admin", "owner"]))]
    pub role: Option<String>,
    /// What it is good for; everything of the API when absent.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scopes: Vec<String>,
    /// How long it lives: `"90d"`; for good when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_after: Option<String>,
}

/// Where a backup goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupWish {
    /// An absolute path on the server's machine; must not exist.
    pub file: String,
}

/// What a backup wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// The database's copy.
    pub file: String,
    /// The keys' copy.
    pub keys: String,
    /// The size of the database's copy in bytes.
    pub bytes: u64,
}

/// What serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Info {
    /// The program's version.
    pub version: String,
    /// Hosts served.
    pub hosts: u64,
}

/// How many were touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// Rows.
    pub count: u64,
}

/// An error, as RFC 9457 has it (`application/problem+json`). Its `type` is the address under which `code` is explained.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(transform = with_type)]
pub struct Problem {
    /// A stable word to act on: `name-taken`, `no-such-invite`, ...
    #[serde(rename = "code")]
    pub kind: String,
    /// The HTTP status, once more.
    pub status: u16,
    /// A sentence for a person, saying what to do.
    pub title: String,
    /// The request's number, to be found in the log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<u64>,
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = to.serialize_struct("Problem", 5)?;
        all.serialize_field("type", &problems::address(&self.kind))?;
        all.serialize_field("code", &self.kind)?;
        all.serialize_field("status", &self.status)?;
        all.serialize_field("title", &self.title)?;
        if let Some(request) = self.request {
            all.serialize_field("request", &request)?;
        }
        all.end()
    }
}

fn with_type(schema: &mut Schema) {
    let about = json_schema!({
        "type": "string", "format": "uri-reference", "description": "Where the code is explained."
    });
    let object = schema.ensure_object();
    if let Some(serde_json::Value::Object(fields)) = object.get_mut("properties") {
        fields.insert("type".to_owned(), about.into());
    }
    if let Some(serde_json::Value::Array(needed)) = object.get_mut("required") {
        needed.push("type".into());
    }
}
