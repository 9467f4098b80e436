//! A member's own page: invite someone, see what became of it, take it back.

use jiff::Timestamp;
use parlour_words::Lang;

use super::{NameError, Site};
use crate::apps::{App, Apps};
use crate::links::Href;
use crate::pages::paths;
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
    /// Too many are open; the first of them ends at this time.
    TooManyOpen(Option<Timestamp>),
    /// Members don't invite here.
    NotAllowed,
}

impl Allowance {
    pub(super) fn text(self, site: &Site<'_>) -> Option<String> {
        let when = |at: Timestamp| [("date", site.moment(at).into()), ("when", site.relative(at).into())];
        Some(match self {
            Self::NotAllowed => site.named("invite-not-allowed"),
            Self::Free => return None,
            Self::Left(n) => site.with("invite-left", "n", n),
            Self::NextAt(at) => site.with("invite-none-left", "when", site.relative(at)),
            Self::TooManyOpen(None) => site.t("invite-too-many-open"),
            Self::TooManyOpen(Some(at)) => site.lang.text("invite-too-many-open-until", &when(at)),
        })
    }
}

/// Why a name cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptNameError {
    /// Nobody may have it, or somebody has.
    Name(NameError),
    /// No account comes of such an invitation.
    NoAccount,
}

impl KeptNameError {
    fn text(self, site: &Site<'_>, name: &str) -> String {
        match self {
            Self::Name(error) => error.text(site, name),
            Self::NoAccount => site.t("invite-name-no-account"),
        }
    }
}

/// The form. Fields sent: `csrf`, `kind`, `note`, and what few people need: `name`, `reminder`, `life`, `language`.
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
    /// The name sent before, to be kept for whoever comes.
    pub name: &'a str,
    /// Why that name cannot be kept.
    pub name_error: Option<KeptNameError>,
    /// The reminder sent before.
    pub reminder: &'a str,
    /// By how many characters the reminder is over [`REMINDER_MAX`].
    pub reminder_over: Option<u32>,
    /// How long links may live, in hours; the first is the place's own choice.
    pub lives: &'a [u32],
    /// The life sent before.
    pub life: Option<u32>,
    /// The language sent before, a tag of the site's languages.
    pub language: &'a str,
}

impl InviteForm<'_> {
    /// What few people need is open where something was typed there.
    fn opens_more(&self) -> bool {
        !self.name.is_empty()
            || !self.reminder.is_empty()
            || !self.language.is_empty()
            || self.life.is_some_and(|life| self.lives.first() != Some(&life))
    }

    fn has_errors(&self) -> bool {
        self.note_over.is_some() || self.name_error.is_some() || self.reminder_over.is_some()
    }

    /// An account comes of it, so a name can be kept for it.
    fn keeps_names(&self) -> bool {
        self.kinds.iter().any(|kind| *kind != InviteKind::Contact)
    }

    fn is_life(&self, life: &u32) -> bool {
        self.life.as_ref().or(self.lives.first()) == Some(life)
    }

    fn life_text(&self, site: &Site<'_>, hours: &u32) -> String {
        match hours % 24 {
            0 => site.with("life-days", "n", hours / 24),
            _ => site.with("life-hours", "n", *hours),
        }
    }
}

/// The most characters that the words on an invitation may have.
pub const NOTE_MAX: u32 = 280;

/// The most characters a reminder may have.
pub const REMINDER_MAX: u32 = 100;

/// Something that has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The place has its first owner.
    Owner,
    /// An invitation was taken back.
    TakenBack,
    /// The password was changed.
    PasswordChanged,
    /// An invitation is good for longer.
    Extended,
    /// This one has the place of an older one.
    Renewed,
    /// A browser or an app was signed out.
    SignedOut,
    /// Everything else was signed out.
    OthersSignedOut,
}

impl Notice {
    /// The word for it in a query, after `done=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::TakenBack => "taken-back",
            Self::PasswordChanged => "password",
            Self::Extended => "extended",
            Self::Renewed => "renewed",
            Self::SignedOut => "signed-out",
            Self::OthersSignedOut => "others-signed-out",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        use Notice as N;
        [N::Owner, N::TakenBack, N::PasswordChanged, N::Extended, N::Renewed, N::SignedOut, N::OthersSignedOut]
            .into_iter()
            .find(|notice| notice.word() == word)
    }

    pub(crate) fn text(self, site: &Site<'_>) -> String {
        match self {
            Self::Owner => site.named("notice-owner"),
            Self::TakenBack => site.t("notice-taken-back"),
            Self::PasswordChanged => site.t("notice-password-changed"),
            Self::Extended => site.t("notice-extended"),
            Self::Renewed => site.t("notice-renewed"),
            Self::SignedOut => site.t("notice-signed-out"),
            Self::OthersSignedOut => site.t("notice-others-signed-out"),
        }
    }
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
    /// A newer link has its place.
    Replaced,
}

/// One of the member's invitations.
#[derive(Clone, Debug)]
pub struct OwnInvite {
    /// Names it in addresses; no secret.
    pub id: String,
    /// What its maker knows it by: their reminder, else the words on it.
    pub note: Option<String>,
    /// How often it was opened, about.
    pub opened: u32,
    /// When it was made.
    pub made: Timestamp,
    /// What became of it.
    pub state: InviteState,
}

impl OwnInvite {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, InviteState::Waiting { .. } | InviteState::Some { .. })
    }

    /// A word for the dot's colour; the text beside it says the same.
    pub(super) fn mark(&self) -> &'static str {
        match self.state {
            InviteState::Waiting { .. } | InviteState::Some { .. } => "open",
            InviteState::Used { .. } => "done",
            InviteState::Expired { .. } | InviteState::Withdrawn | InviteState::Replaced => "over",
        }
    }

    pub(super) fn state_text(&self, site: &Site<'_>) -> String {
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
            InviteState::Replaced => site.t("state-replaced"),
        }
    }

    pub(super) fn opened_text(&self, site: &Site<'_>) -> Option<String> {
        (self.opened > 0).then(|| site.with("list-opened", "n", self.opened))
    }

    /// Stands in for the words on an invitation that has none.
    pub(super) fn made_text(&self, site: &Site<'_>) -> String {
        site.with("list-made", "when", site.relative(self.made))
    }

    /// What buttons call it when read out.
    pub(super) fn called(&self, site: &Site<'_>) -> String {
        self.note.clone().unwrap_or_else(|| self.made_text(site))
    }

    pub(super) fn path(&self) -> String {
        paths::invitation(&self.id)
    }

    pub(super) fn revoke_path(&self) -> String {
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
    /// A page of the member's invitations, newest first.
    pub invites: &'a [OwnInvite],
    /// It is not the first page: the list stands alone.
    pub later: bool,
    /// Where the next page is.
    pub older: Option<String>,
    /// Leads to the console, for those it is for.
    pub console: bool,
    /// The device that asks.
    pub visitor: Visitor,
    /// What may be recommended to sign in with, in order.
    pub apps: &'a Apps,
}

impl Me<'_> {
    fn shows_form(&self) -> bool {
        !self.later && !self.form.kinds.is_empty() && matches!(self.allowance, Allowance::Free | Allowance::Left(_))
    }

    fn allowance_text(&self) -> Option<String> {
        if self.later {
            None
        } else if self.form.kinds.is_empty() {
            Allowance::NotAllowed.text(self.site)
        } else {
            self.allowance.text(self.site)
        }
    }

    fn is_chosen(&self, kind: &InviteKind) -> bool {
        self.form.chosen.as_ref().or(self.form.kinds.first()) == Some(kind)
    }

    fn notice_text(&self) -> Option<String> {
        Some(self.notice?.text(self.site))
    }

    /// The languages a link's page can be fixed to; none where there is only one.
    fn link_languages(&self) -> &[Lang] {
        let all = &self.site.look.languages;
        if all.len() > 1 { all } else { &[] }
    }

    fn title(&self) -> String {
        self.site.t(if self.later { "list-title" } else { "me-title" })
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

    fn devices(&self) -> &'static str {
        paths::DEVICES
    }

    fn leave(&self) -> &'static str {
        paths::LEAVE
    }

    fn admin(&self) -> &'static str {
        paths::ADMIN
    }
}
