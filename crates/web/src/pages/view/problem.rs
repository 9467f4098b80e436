//! When something goes wrong: what happened in one line, and what to do in another.

use jiff::Timestamp;

use super::Site;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem<'a> {
    /// 403: the form's signed field or its origin was not right.
    Forbidden,
    /// 403: a page for those who run the place.
    NotYours,
    /// 403: passwords do not travel in the open.
    Insecure,
    /// 400, 405, 408, 413, 415: what came is not what a page of ours sends.
    Unreadable {
        /// Which of these.
        status: u16,
    },
    /// 404.
    Missing,
    /// 410, for what is no invitation.
    Gone,
    /// 421: no place of ours has this host name.
    Elsewhere,
    /// 429.
    Busy {
        /// When trying again makes sense.
        retry: Timestamp,
    },
    /// 503: too much to do, or a disk that is slow.
    Overloaded,
    /// 503: there is no room to keep anything new.
    Full,
    /// 500.
    Fault {
        /// What the person can quote, and the log has too.
        reference: &'a str,
    },
}

impl Problem<'_> {
    /// The HTTP status for it.
    pub fn status(self) -> u16 {
        match self {
            Self::Forbidden | Self::NotYours | Self::Insecure => 403,
            Self::Unreadable { status } => status,
            Self::Missing => 404,
            Self::Gone => 410,
            Self::Elsewhere => 421,
            Self::Busy { .. } => 429,
            Self::Overloaded | Self::Full => 503,
            Self::Fault { .. } => 500,
        }
    }
}

/// A page in place of the one that was asked for.
#[derive(askama::Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    /// The place; with an empty name for a host that is not ours.
    pub site: &'a Site<'a>,
    /// What went wrong.
    pub problem: Problem<'a>,
}

impl ProblemPage<'_> {
    fn title(&self) -> String {
        self.site.t(match self.problem {
            Problem::Forbidden => "problem-forbidden-title",
            Problem::NotYours => return self.site.named("problem-not-yours-title"),
            Problem::Insecure => "problem-insecure-title",
            Problem::Unreadable { .. } => "problem-unreadable-title",
            Problem::Missing => "problem-missing-title",
            Problem::Gone => "problem-gone-title",
            Problem::Elsewhere => "problem-elsewhere-title",
            Problem::Busy { .. } | Problem::Overloaded => "problem-busy-title",
            Problem::Full => "problem-full-title",
            Problem::Fault { .. } => "problem-fault-title",
        })
    }

    fn sentence(&self) -> String {
        match self.problem {
            Problem::Forbidden => self.site.t("problem-forbidden"),
            Problem::NotYours => self.site.named("problem-not-yours"),
            Problem::Insecure => self.site.t("problem-insecure"),
            Problem::Unreadable { .. } => self.site.t("problem-unreadable"),
            Problem::Missing => self.site.t("problem-missing"),
            Problem::Gone => self.site.t("problem-gone"),
            Problem::Elsewhere => self.site.t("problem-elsewhere"),
            Problem::Busy { retry } => self.site.with("problem-busy", "when", self.site.relative(retry)),
            Problem::Overloaded => self.site.t("problem-overloaded"),
            Problem::Full => self.site.t("problem-full"),
            Problem::Fault { .. } => self.site.t("problem-fault"),
        }
    }

    fn reference(&self) -> Option<&str> {
        match self.problem {
            Problem::Fault { reference } => Some(reference),
            _ => None,
        }
    }
}
