//! The console's pages: for those who look after a place. A list on the left that becomes a menu on phones, big
//! numbers, one main button, tables that become cards, and a question before whatever takes something away.

mod again;
mod ask;
mod groups;
mod import;
mod invite;
mod invites;
mod keys;
mod make;
mod overview;
mod people;

pub use again::Again;
pub use ask::Ask;
pub use groups::{GroupPage, GroupRow, GroupTrouble, GroupsPage};
pub use import::{ImportPage, Line};
pub use invite::{ChangeInvite, Event, InvitePage, InviteSaid};
pub use invites::{InviteFind, InviteRow, InvitesPage, Outcome, Outcomes};
pub use keys::{KeyMade, KeyRow, KeysPage, MakeKey};
pub use make::{BatchPage, MakePage, SheetPage, Slip, Typed};
pub use overview::Overview;
pub use people::{Find, People, Person, PersonPage, Said, Trouble};
pub use role::RolePage;
pub use settings::{Part, Setting, SettingsPage, Value};
mod role;
mod settings;

use parlour_domain::Role;
use parlour_engine::Standing;

use crate::pages::paths;

/// The console's own part of the stylesheet.
pub const STYLE: &str = include_str!("../../console.css");

/// Where in the console a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The first page.
    Overview,
    /// Who was invited, and what became of it.
    Invites,
    /// Everybody with an account.
    People,
    /// Where people belong.
    Groups,
    /// How the place is set up.
    Settings,
    /// What programs may do.
    Keys,
}

impl Section {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Overview => paths::ADMIN,
            Self::Invites => paths::INVITES,
            Self::People => paths::PEOPLE,
            Self::Groups => paths::GROUPS,
            Self::Settings => paths::SETTINGS,
            Self::Keys => paths::KEYS,
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Overview => "admin-overview",
            Self::Invites => "admin-invites",
            Self::People => "admin-people",
            Self::Groups => "admin-groups",
            Self::Settings => "admin-settings",
            Self::Keys => "admin-keys",
        }
    }
}

/// What stands around every page of the console.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Where the page stands.
    pub section: Section,
    /// The signed value of the forms' hidden field.
    pub csrf: &'a str,
    /// Who is signed in, as people read it.
    pub name: &'a str,
}

impl Desk<'_> {
    pub(crate) fn style(&self) -> &'static str {
        STYLE
    }

    pub(crate) fn sections(&self) -> [Section; 6] {
        [Section::Overview, Section::Invites, Section::People, Section::Groups, Section::Settings, Section::Keys]
    }

    pub(crate) fn is_here(&self, section: &Section) -> bool {
        self.section == *section
    }

    pub(crate) fn own(&self) -> &'static str {
        paths::ME
    }

    pub(crate) fn sign_out(&self) -> &'static str {
        paths::SIGN_OUT
    }
}

/// One of several, in a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// What the form sends.
    pub value: &'static str,
    /// What people read: a text's id.
    pub label: &'static str,
    /// What it means: a text's id, or nothing.
    pub hint: &'static str,
    /// It is the one.
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: &'static str, label: &'static str, chosen: bool) -> Self {
        Self { value, label, hint: "", chosen }
    }
}

/// A role's name.
pub(crate) fn role_label(role: Role) -> &'static str {
    match role {
        Role::Limited => "admin-role-limited",
        Role::Member => "admin-role-member",
        Role::Admin => "admin-role-admin",
        Role::Owner => "admin-role-owner",
    }
}

/// What a role may do.
pub(crate) fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Limited => "admin-role-limited-hint",
        Role::Member => "admin-role-member-hint",
        Role::Admin => "admin-role-admin-hint",
        Role::Owner => "admin-role-owner-hint",
    }
}

/// An account's state in a word.
pub(crate) fn standing_label(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "admin-state-active",
        Standing::Disabled => "admin-state-disabled",
        Standing::Deleted => "admin-state-deleted",
    }
}

/// The mark before that word.
pub(crate) fn standing_mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "done",
        Standing::Disabled => "over",
        Standing::Deleted => "bad",
    }
}
