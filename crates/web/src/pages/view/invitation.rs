//! One of a member's invitations: its link, what became of it, and what can be done with it.

use jiff::Timestamp;

use super::me::{Allowance, Notice, OwnInvite};
use super::{FormProblem, Site};
use crate::pages::{paths, qr};

/// What happened to an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was made.
    Made,
    /// Somebody has an account by it.
    Joined(String),
    /// Somebody became a contact by it.
    BecameContact(String),
    /// Its maker took it back.
    TakenBack,
    /// Those who run the place took it back.
    TakenAway,
    /// It is good for longer.
    Extended,
    /// It is good for another number of people.
    OtherUses,
    /// A newer link has its place.
    Replaced,
    /// It has the place of an older link.
    TookOver,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub what: Happened,
    /// When.
    pub at: Timestamp,
}

impl Line {
    fn text(&self, site: &Site<'_>) -> String {
        match &self.what {
            Happened::Made => site.t("history-made"),
            Happened::Joined(name) => site.with("history-joined", "name", name.as_str()),
            Happened::BecameContact(name) => site.with("history-contact", "name", name.as_str()),
            Happened::TakenBack => site.t("history-taken-back"),
            Happened::TakenAway => site.named("history-taken-away"),
            Happened::Extended => site.t("history-extended"),
            Happened::OtherUses => site.t("history-uses"),
            Happened::Replaced => site.t("history-replaced"),
            Happened::TookOver => site.t("history-took-over"),
        }
    }

    fn when(&self, site: &Site<'_>) -> String {
        site.relative(self.at)
    }
}

/// Why an invitation stayed as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// The form as a whole.
    Form(FormProblem),
    /// A limit of the member's.
    Limit(Allowance),
    /// Somebody else has its name by now.
    NameTaken,
    /// It is used, taken back or replaced by now: the page says which.
    Over,
}

/// `GET /me/invites/ID`, and a failed `POST` of one of its forms, which send `csrf` alone.
#[derive(askama::Template)]
#[template(path = "made.html")]
pub struct Invitation<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the forms' hidden field.
    pub csrf: &'a str,
    /// As the list has it.
    pub invite: &'a OwnInvite,
    /// The landing link, while it is open.
    pub link: Option<&'a str>,
    /// The words on it.
    pub words: Option<&'a str>,
    /// Its maker's reminder.
    pub reminder: Option<&'a str>,
    /// The name kept for whoever comes.
    pub name: Option<&'a str>,
    /// How many people it is for.
    pub max_uses: u32,
    /// When it ends.
    pub expires: Timestamp,
    /// What happened, oldest first.
    pub history: &'a [Line],
    /// Until when it can be kept open instead.
    pub longer: Option<Timestamp>,
    /// A new link can take its place.
    pub renewable: bool,
    /// The one that has its place.
    pub newer: Option<String>,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Why it stayed as it was.
    pub unchanged: Option<Unchanged>,
}

impl Invitation<'_> {
    fn title(&self) -> String {
        self.site.t(if self.link.is_some() { "made-title" } else { "invitation-title" })
    }

    fn until(&self) -> String {
        let (site, at) = (self.site, self.expires);
        site.lang.text("made-until", &[("date", site.moment(at).into()), ("relative", site.relative(at).into())])
    }

    fn intro(&self) -> String {
        if self.max_uses == 1 {
            self.site.t("made-intro")
        } else {
            self.site.with("made-intro-many", "n", self.max_uses)
        }
    }

    fn name_text(&self) -> Option<String> {
        Some(self.site.with("made-name", "name", self.name?))
    }

    fn longer_text(&self) -> Option<String> {
        Some(self.site.with("extend-submit", "date", self.site.lang.day(self.longer?, self.site.now, self.site.zone)))
    }

    fn notice_text(&self) -> Option<String> {
        Some(self.notice?.text(self.site))
    }

    fn unchanged_text(&self) -> Option<String> {
        let site = self.site;
        Some(match self.unchanged? {
            Unchanged::Form(problem) => problem.text(site),
            Unchanged::Limit(allowance) => allowance.text(site).unwrap_or_default(),
            Unchanged::NameTaken => site.t("renew-name-taken"),
            Unchanged::Over => site.t("renew-over"),
        })
    }

    /// Whether the link opens on this computer only.
    fn here_only(&self) -> bool {
        self.link.is_some_and(|link| !qr::is_for_phones(link))
    }

    fn square(&self) -> Option<String> {
        let link = self.link.filter(|link| qr::is_for_phones(link))?;
        qr::inline(link, &self.site.lang.plain().text("made-qr-label", &[]))
    }

    fn extend_path(&self) -> String {
        paths::extend(&self.invite.id)
    }

    fn renew_path(&self) -> String {
        paths::renew(&self.invite.id)
    }

    fn print_path(&self) -> String {
        paths::print(&self.invite.id)
    }

    fn newer_path(&self) -> Option<String> {
        self.newer.as_deref().map(paths::invitation)
    }

    fn me(&self) -> &'static str {
        paths::ME
    }
}

/// `GET /me/invites/ID/revoke`: the question before. The form posts `csrf` to the same path.
#[derive(askama::Template)]
#[template(path = "revoke.html")]
pub struct Revoke<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The invitation.
    pub invite: &'a OwnInvite,
}

impl Revoke<'_> {
    fn me(&self) -> &'static str {
        paths::ME
    }
}
