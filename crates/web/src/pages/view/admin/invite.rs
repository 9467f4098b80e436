//! One invitation: its link while it is good, what became of it, and what can be done with it.

use jiff::Timestamp;
use parlour_domain::Role;
use parlour_domain::invite::{InviteKind, InviteState};

use super::make::presets;
use super::{Choice, Desk, InviteRow, role_label};
use crate::pages::view::Site;
use crate::pages::{paths, qr};

/// One line of its history.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who, as people read it, with the local part where an account did it.
    pub who: Option<(Option<String>, String)>,
    /// What: a text's id.
    pub what: &'static str,
}

impl Event {
    fn text(&self, site: &Site<'_>) -> String {
        site.t(self.what)
    }

    fn when(&self, site: &Site<'_>) -> String {
        site.moment(self.at)
    }

    fn who(&self) -> Option<(&str, Option<String>)> {
        self.who.as_ref().map(|(name, shown)| (shown.as_str(), name.as_deref().map(|name| paths::person("", name))))
    }
}

/// Something that was just done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteSaid {
    /// It was made.
    Made,
    /// It has an older one's place.
    Renewed,
    /// It was changed.
    Changed,
    /// It was taken back.
    Revoked,
}

impl InviteSaid {
    const ALL: [Self; 4] = [Self::Made, Self::Renewed, Self::Changed, Self::Revoked];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Renewed => "renewed",
            Self::Changed => "changed",
            Self::Revoked => "revoked",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.as_str() == word)
    }
}

/// `GET /admin/invites/ID`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/invite.html")]
pub struct InvitePage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The invitation.
    pub invite: &'a InviteRow,
    /// Its link, while it is good.
    pub link: Option<&'a str>,
    /// The name it is for.
    pub name: Option<&'a str>,
    /// The role it grants beyond a member's.
    pub role: Option<Role>,
    /// Groups the newcomer joins.
    pub groups: &'a [String],
    /// The first words the newcomer reads.
    pub hello: Option<&'a str>,
    /// What happened to it, the latest first; not all where `more`.
    pub history: &'a [Event],
    /// There was more.
    pub more: bool,
    /// The one that has its place.
    pub renewed: Option<&'a str>,
    /// What has just been done.
    pub said: Option<InviteSaid>,
    /// Why something was not done: a text's id.
    pub trouble: Option<&'static str>,
}

impl InvitePage<'_> {
    fn notice_text(&self) -> Option<String> {
        let id = match self.said? {
            InviteSaid::Made => return None,
            InviteSaid::Renewed => "admin-invite-done-renewed",
            InviteSaid::Changed => "admin-invite-done-changed",
            InviteSaid::Revoked => "notice-taken-back",
        };
        Some(self.site.t(id))
    }

    /// What was just taken back can be made again right here.
    fn undo(&self) -> bool {
        self.said == Some(InviteSaid::Revoked) && self.can_renew()
    }

    fn title(&self) -> String {
        if self.said == Some(InviteSaid::Made) && self.link.is_some() {
            self.site.t("made-title")
        } else {
            self.invite.title(self.site)
        }
    }

    fn is_reset(&self) -> bool {
        self.invite.kind == InviteKind::Reset
    }

    /// The role's name, if it grants one.
    fn role_label(&self) -> Option<&'static str> {
        self.role.map(role_label)
    }

    fn uses_text(&self) -> String {
        let args = [("used", self.invite.uses.into()), ("of", self.invite.max_uses.into())];
        self.site.lang.text("admin-invite-uses-of", &args)
    }

    fn made(&self) -> String {
        self.site.moment(self.invite.made)
    }

    fn until(&self) -> String {
        self.site.moment(self.invite.expires)
    }

    fn until_text(&self) -> String {
        let site = self.site;
        let args = [("date", self.until().into()), ("relative", site.relative(self.invite.expires).into())];
        site.lang.text("made-until", &args)
    }

    fn square(&self) -> Option<String> {
        let link = self.link.filter(|link| qr::is_for_phones(link))?;
        qr::inline(link, &self.site.lang.plain().text("made-qr-label", &[]))
    }

    fn can_change(&self) -> bool {
        match self.invite.state {
            InviteState::Waiting | InviteState::Expired => self.invite.kind != InviteKind::Owner,
            InviteState::Full => true,
            InviteState::Used | InviteState::Withdrawn => false,
        }
    }

    fn can_renew(&self) -> bool {
        self.renewed.is_none() && self.invite.kind != InviteKind::Owner
    }

    fn at(&self, act: &str) -> String {
        paths::console_invitation(&self.invite.id, act)
    }

    fn successor(&self) -> Option<String> {
        self.renewed.map(|id| paths::console_invitation(id, ""))
    }

    fn sheet(&self) -> String {
        paths::console_invitation(&self.invite.id, "/print")
    }

    fn list(&self) -> &'static str {
        paths::INVITES
    }
}

/// `GET /admin/invites/ID/change`, and a refused `POST`. Fields sent: `csrf`, `expires`, `until`, `uses`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/change_invite.html")]
pub struct ChangeInvite<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The invitation.
    pub invite: &'a InviteRow,
    /// The number of uses typed before.
    pub uses: &'a str,
    /// Whether the number of uses can be changed.
    pub for_several: bool,
    /// Why it was not changed: a text's id.
    pub trouble: Option<&'static str>,
}

impl ChangeInvite<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn presets(&self) -> Vec<Choice> {
        presets("")
    }

    fn until_text(&self) -> String {
        self.site.with("admin-invite-until-now", "date", self.site.moment(self.invite.expires))
    }

    fn action(&self) -> String {
        paths::console_invitation(&self.invite.id, "/change")
    }
}
