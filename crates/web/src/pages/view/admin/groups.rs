//! Groups: which there are, and who belongs to one.

use super::Desk;
use crate::pages::paths;
use crate::pages::view::Site;

/// A row of the list.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// How many belong to it.
    pub members: u32,
}

impl GroupRow {
    fn path(&self) -> String {
        paths::group("", &self.name)
    }

    fn members_text(&self, site: &Site<'_>) -> String {
        site.with("admin-group-members", "n", self.members)
    }
}

/// Why a group stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupTrouble {
    /// Not a name a group can have.
    BadName,
    /// There is one of that name.
    Exists,
    /// There is no such account.
    NoAccount,
}

impl GroupTrouble {
    fn text(self, site: &Site<'_>) -> String {
        site.t(match self {
            Self::BadName => "admin-group-bad-name",
            Self::Exists => "admin-group-exists",
            Self::NoAccount => "admin-group-no-account",
        })
    }
}

/// `GET /admin/groups`, and a refused `POST`. Fields sent: `csrf`, `name`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/groups.html")]
pub struct GroupsPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// All there are, by name.
    pub groups: &'a [GroupRow],
    /// The name typed before.
    pub typed: &'a str,
    /// Members of the new one are to be each other's contacts.
    pub contacts: bool,
    /// What is wrong with it.
    pub trouble: Option<GroupTrouble>,
    /// The group that was just removed.
    pub removed: &'a str,
}

impl GroupsPage<'_> {
    fn notice_text(&self) -> Option<String> {
        (!self.removed.is_empty()).then(|| self.site.with("admin-group-deleted", "name", self.removed))
    }

    fn trouble_text(&self) -> Option<String> {
        self.trouble.map(|trouble| trouble.text(self.site))
    }

    fn path(&self) -> &'static str {
        paths::GROUPS
    }
}

/// `GET /admin/group`, and a refused `POST` to its `/add`. Fields sent: `csrf`, `name` (the group's), `person`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/group.html")]
pub struct GroupPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// Its name.
    pub name: &'a str,
    /// Its members are each other's contacts.
    pub contacts: bool,
    /// Who belongs to it: local part, and as people read it.
    pub members: &'a [(String, String)],
    /// The list's beginning, from a later page.
    pub first: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
    /// The person typed before.
    pub typed: &'a str,
    /// What is wrong with it.
    pub trouble: Option<GroupTrouble>,
    /// Who was just taken out: local part, and as people read it.
    pub left: Option<(String, String)>,
    /// Who was just put in, as people read it.
    pub joined: Option<String>,
    /// Whether members are contacts was just changed.
    pub changed: bool,
}

impl GroupPage<'_> {
    fn notice_text(&self) -> Option<String> {
        match (&self.left, &self.joined) {
            (Some((_, shown)), _) => Some(self.site.with("admin-group-left", "name", shown.as_str())),
            (None, Some(shown)) => Some(self.site.with("admin-group-joined", "name", shown.as_str())),
            (None, None) if self.changed => Some(self.site.t(self.contacts_label())),
            (None, None) => None,
        }
    }

    fn trouble_text(&self) -> Option<String> {
        self.trouble.map(|trouble| trouble.text(self.site))
    }

    fn contacts_label(&self) -> &'static str {
        if self.contacts { "admin-group-contacts-on" } else { "admin-group-contacts-off" }
    }

    fn contacts_path(&self) -> &'static str {
        "/admin/group/contacts"
    }

    fn invite(&self) -> String {
        paths::with(paths::NEW_INVITE, &[("group", self.name)])
    }

    fn add(&self) -> &'static str {
        "/admin/group/add"
    }

    fn remove(&self) -> &'static str {
        "/admin/group/remove"
    }

    fn delete(&self) -> String {
        paths::group("/delete", self.name)
    }

    fn person(&self, name: &str) -> String {
        paths::person("", name)
    }
}
