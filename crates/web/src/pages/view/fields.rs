//! What can be wrong with a form's fields, and the sentence for each.

use super::Site;

/// What is wrong with a chosen name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing was typed.
    Empty,
    /// It holds what a name cannot hold.
    Malformed,
    /// It is too long.
    TooLong,
    /// An account has it, or had it.
    Taken,
    /// It is kept for somebody else.
    Reserved,
}

/// What is wrong with a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// Fewer than 8 characters.
    Short,
    /// More than 128 characters or 512 bytes.
    Long,
    /// On the list of easy guesses.
    Common,
    /// Apps would prepare it differently from us.
    Odd,
}

/// What is wrong with a form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormProblem {
    /// It was open too long; what was typed is there again, and it can be sent once more.
    Stale,
    /// Too many tries; the person may try again in so many minutes.
    TryLater {
        /// Rounded up, at least 1.
        minutes: u32,
    },
}

impl NameError {
    pub(crate) fn text(self, site: &Site<'_>, name: &str) -> String {
        match self {
            Self::Empty => site.t("error-name-empty"),
            Self::Malformed => site.t("error-name-malformed"),
            Self::TooLong => site.t("error-name-long"),
            Self::Taken => site.with("error-name-taken", "name", name),
            Self::Reserved => site.t("error-name-reserved"),
        }
    }
}

impl PasswordError {
    pub(crate) fn text(self, site: &Site<'_>) -> String {
        site.t(match self {
            Self::Short => "error-password-short",
            Self::Long => "error-password-long",
            Self::Common => "error-password-common",
            Self::Odd => "error-password-odd",
        })
    }
}

impl FormProblem {
    pub(crate) fn text(self, site: &Site<'_>) -> String {
        match self {
            Self::Stale => site.t("error-form-stale"),
            Self::TryLater { minutes } => site.with("error-try-later", "minutes", minutes),
        }
    }
}
