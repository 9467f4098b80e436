//! A member's own page: invite someone, see what became of it, take it back.

use jiff::Timestamp;

use super::Site;
use crate::apps::{App, Apps};
use crate::links::Href;
use crate::pages::{paths, qr};
use crate::platform::Visitor;

/// What a link is to give, as the form sends it in `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteKind {
    /// An account and a contact: `contact`.
    AccountAndContact,
    /// An account: `account`.
    Account,
    /// A contact: `only-contact`.
    Contact,
}

impl InviteKind {
    /// The field's value.
    pub fn value(self) -> &'static str {
        match self {
            Self::AccountAndContact => "contact",
            Self::Account => "account",
            Self::Contact => "only-contact",
        }
    }

    /// Reads the field.
    pub fn parse(value: &str) -> Option<Self> {
        [Self::AccountAndContact, Self::Account, Self::Contact].into_iter().find(|kind| kind.value() == value)
    }

    fn label(self) -> &'static str {
        match self {
            Self::AccountAndContact => "invite-kind-contact",
            Self::Account => "invite-kind-account",
            Self::Contact => "invite-kind-only-contact",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::AccountAndContact => "invite-kind-contact-hint",
            Self::Account => "invite-kind-account-hint",
            Self::Contact => "invite-kind-only-contact-hint",
        }
    }
}

/// Whether this member can make an invitation now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// No limit, or one that is not near.
    Free,
    /// So many more today.
    Left(u32),
    /// The day's are used; the next can be made at this time.
    NextAt(Timestamp),
    /// Too many are open.
    TooManyOpen,
    /// Members don't invite here.
    NotAllowed,
}

/// The form. Fields sent: `csrf`, `kind`, `note`.
#[derive(Clone, Debug)]
pub struct InviteForm<'a> {
    /// What this member may give; the first is chosen unless `chosen` says otherwise. With one, no choice is shown.
    pub kinds: &'a [InviteKind],
    /// The kind sent before.
    pub chosen: Option<InviteKind>,
    /// The words sent before.
    pub note: &'a str,
    /// By how many characters the words are over [`NOTE_MAX`].
    pub note_over: Option<u32>,
}

/// The most characters that the words on an invitation may have.
pub const NOTE_MAX: u32 = 280;

/// Something that has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The place has its first owner.
    Owner,
    /// An invitation was taken back.
    TakenBack,
    /// The password was changed.
    PasswordChanged,
}

/// What became of an invitation.
#[derive(Clone, Debug)]
pub enum InviteState {
    /// Nobody has come yet.
    Waiting {
        /// When it ends.
        expires: Option<Timestamp>,
    },
    /// Its one use is made.
    Used {
        /// Who came, where they still have their account.
        by: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A link for several, still open.
    Some {
        /// How many came.
        used: u32,
        /// How many may.
        of: u32,
    },
    /// Its time is over.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// It was taken back.
    Withdrawn,
}

/// One of the member's invitations.
#[derive(Clone, Debug)]
pub struct OwnInvite {
    /// Names it in addresses; no secret.
    pub id: String,
    /// The words on it.
    pub note: Option<String>,
    /// When it was made.
    pub made: Timestamp,
    /// What became of it.
    pub state: InviteState,
}

impl OwnInvite {
    fn is_open(&self) -> bool {
        matches!(self.state, InviteState::Waiting { .. } | InviteState::Some { .. })
    }

    /// A word for the dot's colour; the text beside it says the same.
    fn mark(&self) -> &'static str {
        match self.state {
            InviteState::Waiting { .. } | InviteState::Some { .. } => "open",
            InviteState::Used { .. } => "done",
            InviteState::Expired { .. } | InviteState::Withdrawn => "over",
        }
    }

    fn state_text(&self, site: &Site<'_>) -> String {
        match &self.state {
            InviteState::Waiting { expires: None } => site.t("state-waiting"),
            InviteState::Waiting { expires: Some(at) } => {
                site.with("state-waiting-until", "date", site.lang.day(*at, site.now, site.zone))
            }
            InviteState::Used { by: None, .. } => site.t("state-used"),
            InviteState::Used { by: Some(name), at } => {
                site.lang.text("state-used-by", &[("name", name.as_str().into()), ("when", site.relative(*at).into())])
            }
            InviteState::Some { used, of } => {
                site.lang.text("state-some", &[("used", (*used).into()), ("of", (*of).into())])
            }
            InviteState::Expired { at } => site.with("state-expired", "when", site.relative(*at)),
            InviteState::Withdrawn => site.t("state-withdrawn"),
        }
    }

    /// Stands in for the words on an invitation that has none.
    fn made_text(&self, site: &Site<'_>) -> String {
        site.with("list-made", "when", site.relative(self.made))
    }

    /// What buttons call it when read out.
    fn called(&self, site: &Site<'_>) -> String {
        self.note.clone().unwrap_or_else(|| self.made_text(site))
    }

    fn path(&self) -> String {
        paths::invitation(&self.id)
    }

    fn revoke_path(&self) -> String {
        paths::revoke(&self.id)
    }
}

/// `GET /me`, and a failed `POST` of its form.
#[derive(askama::Template)]
#[template(path = "me.html")]
pub struct Me<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The member's address.
    pub address: &'a str,
    /// The signed value of the forms' hidden field.
    pub csrf: &'a str,
    /// Whether an invitation can be made now.
    pub allowance: Allowance,
    /// The form and what was typed into it.
    pub form: InviteForm<'a>,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// What is wrong with the form as a whole.
    pub problem: Option<super::FormProblem>,
    /// The member's invitations, newest first.
    pub invites: &'a [OwnInvite],
    /// The device that asks.
    pub visitor: Visitor,
    /// What may be recommended to sign in with, in order.
    pub apps: &'a Apps,
}

impl Me<'_> {
    fn shows_form(&self) -> bool {
        !self.form.kinds.is_empty() && matches!(self.allowance, Allowance::Free | Allowance::Left(_))
    }

    fn allowance_text(&self) -> Option<String> {
        let site = self.site;
        Some(match self.allowance {
            Allowance::NotAllowed => site.named("invite-not-allowed"),
            _ if self.form.kinds.is_empty() => site.named("invite-not-allowed"),
            Allowance::Free => return None,
            Allowance::Left(n) => site.with("invite-left", "n", n),
            Allowance::NextAt(at) => site.with("invite-none-left", "when", site.relative(at)),
            Allowance::TooManyOpen => site.t("invite-too-many-open"),
        })
    }

    fn is_chosen(&self, kind: &InviteKind) -> bool {
        self.form.chosen.as_ref().or(self.form.kinds.first()) == Some(kind)
    }

    fn notice_text(&self) -> Option<String> {
        let site = self.site;
        Some(match self.notice? {
            Notice::Owner => site.named("notice-owner"),
            Notice::TakenBack => site.t("notice-taken-back"),
            Notice::PasswordChanged => site.t("notice-password-changed"),
        })
    }

    fn app(&self) -> Option<(&App, Href)> {
        self.apps.recommended(self.visitor.platform)
    }

    fn others(&self) -> Vec<(&App, Href)> {
        self.apps.others(self.visitor.platform)
    }

    fn action(&self) -> &'static str {
        paths::ME
    }

    fn sign_out(&self) -> &'static str {
        paths::SIGN_OUT
    }

    fn password(&self) -> &'static str {
        paths::PASSWORD
    }
}

/// `GET /me/invites/ID` of an open invitation: its link, to be sent.
#[derive(askama::Template)]
#[template(path = "made.html")]
pub struct Made<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The landing link.
    pub link: &'a str,
    /// The words on it.
    pub note: Option<&'a str>,
    /// How many people it is for.
    pub max_uses: u32,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

impl Made<'_> {
    fn until(&self) -> String {
        let site = self.site;
        match self.expires {
            None => site.t("made-forever"),
            Some(at) => site
                .lang
                .text("made-until", &[("date", site.moment(at).into()), ("relative", site.relative(at).into())]),
        }
    }

    fn intro(&self) -> String {
        if self.max_uses == 1 {
            self.site.t("made-intro")
        } else {
            self.site.with("made-intro-many", "n", self.max_uses)
        }
    }

    /// Whether the link opens on this computer only.
    fn here_only(&self) -> bool {
        !qr::is_for_phones(self.link)
    }

    fn square(&self) -> Option<String> {
        if self.here_only() {
            return None;
        }
        qr::inline(self.link, &self.site.lang.plain().text("made-qr-label", &[]))
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
