//! Keys for programs: which there are, and making one, which is shown once.

use jiff::Timestamp;
use parlour_domain::Role;
use parlour_domain::api_key::Scope;

use super::make::presets;
use super::{Choice, Desk, role_label};
use crate::pages::paths;
use crate::pages::view::Site;

/// A key as a row.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its public half.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// What it acts as.
    pub role: Role,
    /// What it is good for, in the words of the API.
    pub scopes: String,
    /// Whose it is, as people read it, where an account made it.
    pub maker: Option<String>,
    /// When it was last used, about.
    pub used: Option<Timestamp>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// It can be used.
    pub good: bool,
}

impl KeyRow {
    fn role_label(&self) -> &'static str {
        role_label(self.role)
    }

    fn used_text(&self, site: &Site<'_>) -> String {
        self.used.map_or_else(|| site.t("admin-key-unused"), |at| site.relative(at))
    }

    fn ends_text(&self, site: &Site<'_>) -> String {
        match self.expires {
            _ if !self.good => site.t("admin-key-over"),
            Some(at) => site.relative(at),
            None => site.t("admin-key-no-end"),
        }
    }

    fn revoke_path(&self) -> String {
        paths::with("/admin/keys/revoke", &[("id", &self.id)])
    }
}

/// `GET /admin/keys`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/keys.html")]
pub struct KeysPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The latest first.
    pub keys: &'a [KeyRow],
    /// One was just taken back.
    pub revoked: bool,
}

impl KeysPage<'_> {
    fn notice_text(&self) -> Option<String> {
        self.revoked.then(|| self.site.t("admin-key-revoked"))
    }

    fn make(&self) -> &'static str {
        paths::NEW_KEY
    }
}

/// `GET /admin/keys/new`, and a refused `POST`. Fields sent: `csrf`, `name`, `role`, `scope.SCOPE`, `expires`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/make_key.html")]
pub struct MakeKey<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The name typed before.
    pub name: &'a str,
    /// The scopes ticked before.
    pub ticked: &'a [Scope],
    /// The roles it may act with.
    pub roles: &'a [Role],
    /// What is wrong: a text's id.
    pub trouble: Option<&'static str>,
}

impl MakeKey<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn scopes(&self) -> Vec<Choice> {
        let label = |scope| match scope {
            Scope::InvitesRead => "admin-scope-invites-read",
            Scope::InvitesWrite => "admin-scope-invites-write",
            Scope::AccountsRead => "admin-scope-accounts-read",
            Scope::AccountsWrite => "admin-scope-accounts-write",
            Scope::GroupsRead => "admin-scope-groups-read",
            Scope::GroupsWrite => "admin-scope-groups-write",
            Scope::HostsRead => "admin-scope-hosts-read",
            Scope::HostsWrite => "admin-scope-hosts-write",
            Scope::Compat => "admin-scope-compat",
        };
        Scope::ALL.map(|scope| Choice::new(scope.as_str(), label(scope), self.ticked.contains(&scope))).into()
    }

    fn roles(&self) -> Vec<Choice> {
        let choice = |(n, role): (usize, &Role)| Choice::new(role.as_str(), role_label(*role), n == 0);
        self.roles.iter().enumerate().map(choice).collect()
    }

    fn lives(&self) -> Vec<Choice> {
        presets("365d").into_iter().filter(|one| !matches!(one.value, "" | "1h" | "12h")).collect()
    }

    fn path(&self) -> &'static str {
        paths::NEW_KEY
    }

    fn back(&self) -> &'static str {
        paths::KEYS
    }
}

/// A `POST` of `/admin/keys/new`: the key, this once.
#[derive(Clone, askama::Template)]
#[template(path = "admin/key_made.html")]
pub struct KeyMade<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// What its maker calls it.
    pub name: &'a str,
    /// All of it.
    pub text: &'a str,
}

impl std::fmt::Debug for KeyMade<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyMade").field("name", &self.name).finish_non_exhaustive()
    }
}

impl KeyMade<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn back(&self) -> &'static str {
        paths::KEYS
    }
}
