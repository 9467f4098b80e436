//! Making invitations: of every kind, one or many at once; and what was made, to be sent, printed or saved.

use jiff::Timestamp;
use parlour_domain::Role;
use parlour_words::{Lang, Words};

use super::{Choice, Desk, role_label};
use crate::pages::view::{Site, Slips, sheet};
use crate::pages::{paths, qr};

/// What was typed into the form before.
#[derive(Clone, Debug, Default)]
pub struct Typed<'a> {
    /// `contact`, `account` or `only-contact`.
    pub kind: &'a str,
    /// `one`, `group` or `many`.
    pub how: &'a str,
    /// For how many people a group's link is, or how many links.
    pub number: &'a str,
    /// The name that is kept.
    pub name: &'a str,
    /// The role.
    pub role: &'a str,
    /// One of the presets.
    pub expires: &'a str,
    /// A date.
    pub until: &'a str,
    /// For the list.
    pub note: &'a str,
    /// For the newcomer.
    pub hello: &'a str,
    /// A language's tag.
    pub lang: &'a str,
    /// The groups ticked.
    pub groups: Vec<&'a str>,
}

/// `GET /admin/invites/new`, and a refused `POST`. Fields sent: `csrf`, those of [`Typed`], `group.NAME`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/make.html")]
pub struct MakePage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// What was typed before.
    pub typed: Typed<'a>,
    /// The groups there are.
    pub groups: &'a [String],
    /// The roles that may be granted.
    pub roles: &'a [Role],
    /// New accounts can be made here at all.
    pub accounts: bool,
    /// What is wrong: a whole sentence.
    pub trouble: Option<String>,
}

impl MakePage<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn kinds(&self) -> Vec<Choice> {
        let all = [
            ("contact", "invite-kind-contact", "invite-kind-contact-hint"),
            ("account", "invite-kind-account", "invite-kind-account-hint"),
            ("only-contact", "invite-kind-only-contact", "invite-kind-only-contact-hint"),
        ];
        let fits = all.into_iter().filter(|(value, ..)| self.accounts || *value == "only-contact");
        let chosen = |n: usize, value: &str| if self.typed.kind.is_empty() { n == 0 } else { self.typed.kind == value };
        fits.enumerate()
            .map(|(n, (value, label, hint))| Choice { hint, ..Choice::new(value, label, chosen(n, value)) })
            .collect()
    }

    fn is_how(&self, how: &str) -> bool {
        if self.typed.how.is_empty() { how == "one" } else { self.typed.how == how }
    }

    fn roles(&self) -> Vec<Choice> {
        let chosen =
            |role: Role| self.typed.role == role.as_str() || (self.typed.role.is_empty() && role == Role::Member);
        self.roles.iter().map(|role| Choice::new(role.as_str(), role_label(*role), chosen(*role))).collect()
    }

    fn presets(&self) -> Vec<Choice> {
        presets(self.typed.expires)
    }

    fn languages(&self) -> Vec<(Lang, bool)> {
        Words::shared().all().map(|lang| (lang, lang.tag() == self.typed.lang)).collect()
    }

    fn ticked(&self, group: &str) -> bool {
        self.typed.groups.contains(&group)
    }

    /// Something in the folded part was typed or is wrong.
    fn unfolded(&self) -> bool {
        let typed = &self.typed;
        let role = !matches!(typed.role, "" | "member");
        self.trouble.is_some()
            || role
            || !typed.groups.is_empty()
            || [typed.name, typed.expires, typed.until, typed.note, typed.lang].iter().any(|text| !text.is_empty())
    }

    fn path(&self) -> &'static str {
        paths::NEW_INVITE
    }

    fn import(&self) -> &'static str {
        paths::IMPORT
    }

    fn back(&self) -> &'static str {
        paths::INVITES
    }
}

/// How long an invitation can live, as forms offer it; nothing stands for what is usual here.
pub(super) fn presets(chosen: &str) -> Vec<Choice> {
    let all = [
        ("", "admin-life-usual"),
        ("1h", "admin-life-hour"),
        ("12h", "admin-life-half-day"),
        ("1d", "admin-life-day"),
        ("7d", "admin-life-week"),
        ("28d", "admin-life-month"),
        ("365d", "admin-life-year"),
    ];
    all.map(|(value, label)| Choice::new(value, label, value == chosen)).into()
}

/// `GET /admin/invites/batch`: the links of several that were just made.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/batch.html")]
pub struct BatchPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The links, while they are good.
    pub links: &'a [String],
    /// Their ids, as addresses carry them.
    pub ids: &'a str,
}

impl BatchPage<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn title(&self) -> String {
        self.site.with("admin-batch-title", "n", self.links.len())
    }

    fn together(&self) -> String {
        self.links.join("\n")
    }

    fn file(&self) -> String {
        paths::with(paths::BATCH_FILE, &[("ids", self.ids)])
    }

    fn sheet(&self) -> String {
        paths::with(paths::SHEET, &[("ids", self.ids), ("n", "8")])
    }

    fn list(&self) -> &'static str {
        paths::INVITES
    }
}

/// A slip of paper.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The link.
    pub link: String,
    /// When it ends.
    pub expires: Timestamp,
    /// The name that is kept.
    pub name: Option<String>,
}

impl Slip {
    fn square(&self, site: &Site<'_>) -> Option<String> {
        let label = site.lang.plain().text("made-qr-label", &[]);
        if qr::is_for_phones(&self.link) { qr::inline(&self.link, &label) } else { None }
    }

    /// The link as somebody types it.
    fn typed(&self) -> &str {
        self.link.split_once("://").map_or(&self.link, |(_, rest)| rest)
    }

    fn until(&self, site: &Site<'_>) -> String {
        site.with("card-until", "date", site.lang.day(self.expires, site.now, site.zone))
    }
}

/// `GET /admin/invites/sheet`: several invitations to be printed, 1, 8 or 24 to a page. Heavier than other pages, since
/// each slip has a square of its own; nobody comes here from an invitation.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/sheet.html")]
pub struct SheetPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// One for each link.
    pub links: &'a [Slip],
    /// Their ids, as addresses carry them.
    pub ids: &'a str,
    /// How many to a page.
    pub slips: Slips,
}

impl SheetPage<'_> {
    fn own_style(&self) -> &'static str {
        sheet::STYLE
    }

    fn count(&self) -> u8 {
        self.slips.count()
    }

    fn choices(&self) -> [(&'static str, String, bool); 3] {
        let at = |slips: Slips| paths::with(paths::SHEET, &[("ids", self.ids), ("n", &slips.count().to_string())]);
        [(Slips::One, "print-one"), (Slips::Eight, "print-eight"), (Slips::Many, "print-many")]
            .map(|(slips, text)| (text, at(slips), slips == self.slips))
    }

    fn back(&self) -> String {
        paths::with(paths::BATCH, &[("ids", self.ids)])
    }
}
