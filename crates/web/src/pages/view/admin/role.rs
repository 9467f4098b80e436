//! Giving somebody another role.

use parlour_domain::Role;

use super::{Choice, Desk, role_hint, role_label};
use crate::pages::paths;
use crate::pages::view::Site;

/// `GET /admin/person/role`, and a refused `POST`. Fields sent: `csrf`, `name`, `role`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/role.html")]
pub struct RolePage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// Whose.
    pub name: &'a str,
    /// The same, as people read it.
    pub shown: String,
    /// Those that may be granted.
    pub roles: &'a [Role],
    /// What it is now.
    pub current: Role,
    /// Why it was not changed: a text's id.
    pub problem: Option<&'static str>,
}

impl RolePage<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn choices(&self) -> Vec<Choice> {
        let choice = |role: &Role| Choice {
            hint: role_hint(*role),
            ..Choice::new(role.as_str(), role_label(*role), *role == self.current)
        };
        self.roles.iter().map(choice).collect()
    }

    fn path(&self) -> &'static str {
        "/admin/person/role"
    }

    fn back(&self) -> String {
        paths::person("", self.name)
    }
}
