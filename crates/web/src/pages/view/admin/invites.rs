//! The console's list of invitations: search, filters, what became of each, and many at a time.

use jiff::Timestamp;
use parlour_domain::invite::{InviteKind, InviteState};

use super::{Choice, Desk};
use crate::pages::paths;
use crate::pages::view::Site;

/// An invitation as a row, and at the top of its page.
#[derive(Clone, Debug)]
pub struct InviteRow {
    /// Names it in addresses; no secret.
    pub id: String,
    /// Its note, else the name it is for, else its first words; shortened in lists.
    pub about: Option<String>,
    /// When it was made.
    pub made: Timestamp,
    /// What it promises.
    pub kind: InviteKind,
    /// Whose it is, where an account made it: local part, and as people read it.
    pub maker: Option<(String, String)>,
    /// What has become of it.
    pub state: InviteState,
    /// When it ends.
    pub expires: Timestamp,
    /// How often it was used.
    pub uses: u32,
    /// How often it can be.
    pub max_uses: u32,
    /// How often its page was opened, about.
    pub opened: u32,
}

impl InviteRow {
    pub(super) fn path(&self) -> String {
        paths::console_invitation(&self.id, "")
    }

    pub(crate) fn title(&self, site: &Site<'_>) -> String {
        self.about.clone().unwrap_or_else(|| site.with("list-made", "when", site.relative(self.made)))
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == InviteState::Waiting
    }

    pub(super) fn kind_label(&self) -> &'static str {
        kind_label(self.kind, self.max_uses)
    }

    pub(super) fn mark(&self) -> &'static str {
        match self.state {
            InviteState::Waiting => "open",
            InviteState::Used | InviteState::Full => "done",
            InviteState::Expired | InviteState::Withdrawn => "over",
        }
    }

    pub(super) fn state_text(&self, site: &Site<'_>) -> String {
        match self.state {
            InviteState::Waiting if self.max_uses > 1 => {
                site.lang.text("admin-invite-some", &[("used", self.uses.into()), ("of", self.max_uses.into())])
            }
            state => site.t(state_label(state)),
        }
    }

    /// When it ends or ended, where that is still of interest.
    pub(super) fn end_text(&self, site: &Site<'_>) -> String {
        match self.state {
            InviteState::Waiting | InviteState::Expired => site.relative(self.expires),
            InviteState::Used | InviteState::Full | InviteState::Withdrawn => String::new(),
        }
    }

    pub(super) fn maker(&self) -> Option<(&str, String)> {
        self.maker.as_ref().map(|(name, shown)| (shown.as_str(), paths::person("", name)))
    }

    fn tick_label(&self, site: &Site<'_>) -> String {
        site.with("admin-tick", "what", self.title(site))
    }
}

/// What an invitation is, in a few words.
pub(super) fn kind_label(kind: InviteKind, max_uses: u32) -> &'static str {
    match kind {
        InviteKind::Account if max_uses > 1 => "admin-kind-group",
        InviteKind::Account => "admin-kind-account",
        InviteKind::AccountAndContact => "admin-kind-friend",
        InviteKind::Contact => "admin-kind-contact",
        InviteKind::Reset => "admin-kind-reset",
        InviteKind::Owner => "admin-kind-owner",
    }
}

fn state_label(state: InviteState) -> &'static str {
    match state {
        InviteState::Waiting => "state-waiting",
        InviteState::Used => "state-used",
        InviteState::Full => "admin-invite-full",
        InviteState::Expired => "admin-invite-expired",
        InviteState::Withdrawn => "state-withdrawn",
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct InviteFind<'a> {
    /// Part of a note or name.
    pub text: &'a str,
    /// A state.
    pub state: Option<InviteState>,
    /// A kind.
    pub kind: Option<InviteKind>,
    /// A group's name; empty for any.
    pub group: &'a str,
    /// The maker's local part; empty for any.
    pub maker: &'a str,
}

/// `GET /admin/invites`. The search form sends `q`, `state`, `kind`, `group` and `by`; the other one, which leads to a
/// question, `pick.ID` and `act`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/invites.html")]
pub struct InvitesPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// What is looked for.
    pub find: InviteFind<'a>,
    /// The groups there are.
    pub groups: &'a [String],
    /// Those found, the latest first.
    pub invites: &'a [InviteRow],
    /// The list's beginning, from a later page.
    pub first: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
    /// Nothing was ticked.
    pub none_ticked: bool,
}

impl InvitesPage<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn states(&self) -> Vec<Choice> {
        let choice = |one: InviteState| Choice::new(one.as_str(), state_label(one), self.find.state == Some(one));
        InviteState::ALL.map(choice).into()
    }

    fn kinds(&self) -> Vec<Choice> {
        let all = [InviteKind::AccountAndContact, InviteKind::Account, InviteKind::Contact, InviteKind::Reset];
        all.map(|one| Choice::new(one.as_str(), kind_label(one, 1), self.find.kind == Some(one))).into()
    }

    fn by_text(&self) -> Option<String> {
        (!self.find.maker.is_empty()).then(|| self.site.with("admin-invites-by", "name", self.find.maker))
    }

    fn path(&self) -> &'static str {
        paths::INVITES
    }

    fn make(&self) -> &'static str {
        paths::NEW_INVITE
    }

    fn several(&self) -> &'static str {
        paths::SEVERAL
    }
}

/// What came of one of many.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which: its note or name.
    pub what: String,
    /// Where it is now.
    pub path: String,
    /// It was done.
    pub done: bool,
    /// In a few words: a text's id.
    pub told: &'static str,
}

/// A `POST` of `/admin/invites/several`: what came of each.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/outcomes.html")]
pub struct Outcomes<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// One for each.
    pub outcomes: &'a [Outcome],
    /// The ids of those that were just taken back, to make them again; empty for none.
    pub again: String,
    /// The new links, where there are some, to be printed or saved.
    pub links: Option<String>,
}

impl Outcomes<'_> {
    fn notice_text(&self) -> Option<String> {
        let done = self.outcomes.iter().filter(|outcome| outcome.done).count();
        let args = [("done", done.into()), ("of", self.outcomes.len().into())];
        Some(self.site.lang.text("admin-outcomes-done", &args))
    }

    fn several(&self) -> &'static str {
        paths::SEVERAL
    }

    fn back(&self) -> &'static str {
        paths::INVITES
    }
}
