//! Everybody with an account, and one of them.

use jiff::Timestamp;
use parlour_domain::Role;
use parlour_engine::Standing;

use super::{Choice, Desk, role_label, standing_label, standing_mark};
use crate::pages::paths;
use crate::pages::view::Site;

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Person {
    /// The local part, as links carry it.
    pub name: String,
    /// The same, as people read it.
    pub shown: String,
    /// Their role.
    pub role: Role,
    /// Whether the account can be used.
    pub standing: Standing,
    /// When it was made.
    pub joined: Timestamp,
    /// Whose invite they came by: local part, and as people read it.
    pub inviter: Option<(String, String)>,
    /// Where they belong.
    pub groups: Vec<String>,
}

impl Person {
    pub(super) fn path(&self) -> String {
        paths::person("", &self.name)
    }

    fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    fn is_disabled(&self) -> bool {
        self.standing == Standing::Disabled
    }

    fn is_deleted(&self) -> bool {
        self.standing == Standing::Deleted
    }

    fn role_label(&self) -> &'static str {
        role_label(self.role)
    }

    fn state_label(&self) -> &'static str {
        standing_label(self.standing)
    }

    fn state_mark(&self) -> &'static str {
        standing_mark(self.standing)
    }

    pub(super) fn joined_text(&self, site: &Site<'_>) -> String {
        site.relative(self.joined)
    }

    fn inviter(&self) -> Option<(&str, String)> {
        self.inviter.as_ref().map(|(name, shown)| (shown.as_str(), paths::person("", name)))
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Find<'a> {
    /// Part of a name.
    pub text: &'a str,
    /// A role.
    pub role: Option<Role>,
    /// A state.
    pub standing: Option<Standing>,
    /// A group's name; empty for any.
    pub group: &'a str,
    /// The local part of whoever invited them; empty for any.
    pub inviter: &'a str,
}

/// `GET /admin/people`. The search form sends `q`, `role`, `state`, `group` and `by`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/people.html")]
pub struct People<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// What is looked for.
    pub find: Find<'a>,
    /// The groups there are.
    pub groups: &'a [String],
    /// Those found, the latest first.
    pub people: &'a [Person],
    /// The list's beginning, from a later page.
    pub first: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
}

impl People<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn roles(&self) -> Vec<Choice> {
        let all = [Role::Owner, Role::Admin, Role::Member, Role::Limited];
        all.map(|role| Choice::new(role.as_str(), role_label(role), self.find.role == Some(role))).into()
    }

    fn standings(&self) -> Vec<Choice> {
        Standing::ALL.map(|one| Choice::new(one.as_str(), standing_label(one), self.find.standing == Some(one))).into()
    }

    fn path(&self) -> &'static str {
        paths::PEOPLE
    }

    fn invite(&self) -> &'static str {
        paths::NEW_INVITE
    }

    fn by_text(&self) -> Option<String> {
        (!self.find.inviter.is_empty()).then(|| self.site.with("admin-people-by", "name", self.find.inviter))
    }
}

/// Something that was just done to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// They have another role.
    Role,
    /// They belong to other groups.
    Groups,
    /// They can no longer sign in.
    Disabled,
    /// They can again.
    Enabled,
    /// They are deleted, and can be restored.
    Deleted,
    /// They are back.
    Restored,
    /// They are signed out everywhere.
    SignedOut,
}

impl Said {
    const ALL: [Self; 7] =
        [Self::Role, Self::Groups, Self::Disabled, Self::Enabled, Self::Deleted, Self::Restored, Self::SignedOut];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Groups => "groups",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::SignedOut => "signed-out",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.as_str() == word)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Role => "admin-done-role",
            Self::Groups => "admin-done-groups",
            Self::Disabled => "admin-done-disabled",
            Self::Enabled => "admin-done-enabled",
            Self::Deleted => "admin-done-deleted",
            Self::Restored => "admin-done-restored",
            Self::SignedOut => "admin-done-signed-out",
        }
    }
}

/// Why something was not done to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not this role's to do.
    NotAllowed,
    /// The place would be left without an owner.
    LastOwner,
    /// Nobody does this to themselves.
    Yourself,
    /// Deleted too long ago.
    TooLate,
    /// Somebody else was faster: it is so no longer.
    Changed,
}

impl Trouble {
    const ALL: [Self; 5] = [Self::NotAllowed, Self::LastOwner, Self::Yourself, Self::TooLate, Self::Changed];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "not-allowed",
            Self::LastOwner => "last-owner",
            Self::Yourself => "yourself",
            Self::TooLate => "too-late",
            Self::Changed => "changed",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.as_str() == word)
    }

    /// The sentence's id.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotAllowed => "admin-no-not-allowed",
            Self::LastOwner => "admin-no-last-owner",
            Self::Yourself => "admin-no-yourself",
            Self::TooLate => "admin-no-too-late",
            Self::Changed => "admin-no-changed",
        }
    }
}

/// `GET /admin/person`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/person.html")]
pub struct PersonPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// Who.
    pub person: &'a Person,
    /// Their address.
    pub address: &'a str,
    /// Until when a deleted account can be restored.
    pub erased: Option<Timestamp>,
    /// In how many browsers they are signed in, and with how many apps.
    pub signed_in: (usize, usize),
    /// The groups there are, and whether they belong.
    pub groups: &'a [(String, bool)],
    /// Who came by their invites, the latest first; not all where `more_brought`.
    pub brought: &'a [Person],
    /// There are more.
    pub more_brought: bool,
    /// Whoever is signed in is this person.
    pub me: bool,
    /// Whoever is signed in may change the account.
    pub manage: bool,
    /// What has just been done.
    pub said: Option<Said>,
    /// What was just refused.
    pub trouble: Option<Trouble>,
}

impl PersonPage<'_> {
    fn notice_text(&self) -> Option<String> {
        self.said.map(|said| self.site.with(said.label(), "name", self.person.shown.as_str()))
    }

    fn problem_text(&self) -> Option<String> {
        self.trouble.map(|trouble| self.site.t(trouble.label()))
    }

    /// What was just taken away can be given back right here.
    fn undo(&self) -> bool {
        self.manage && matches!(self.said, Some(Said::Disabled | Said::Deleted))
    }

    fn joined(&self) -> String {
        self.site.moment(self.person.joined)
    }

    fn erased_text(&self) -> Option<String> {
        self.erased.map(|at| self.site.moment(at))
    }

    fn careful_text(&self) -> String {
        self.site.t(match self.person.standing {
            Standing::Active => "admin-careful-active",
            Standing::Disabled => "admin-careful-disabled",
            Standing::Deleted => "admin-careful-deleted",
        })
    }

    fn path(&self, act: &str) -> String {
        format!("/admin/person{act}")
    }

    fn link(&self, act: &str) -> String {
        paths::person(act, &self.person.name)
    }

    fn signed_in_text(&self) -> String {
        let (browsers, apps) = self.signed_in;
        self.site.lang.text("admin-signed-in", &[("browsers", browsers.into()), ("apps", apps.into())])
    }

    fn can_sign_out(&self) -> bool {
        self.manage && self.signed_in != (0, 0)
    }

    fn can_reset(&self) -> bool {
        self.manage && !self.person.is_deleted()
    }

    fn invites(&self) -> String {
        paths::with(paths::INVITES, &[("by", &self.person.name)])
    }

    fn all_brought(&self) -> String {
        paths::with(paths::PEOPLE, &[("by", &self.person.name)])
    }
}
