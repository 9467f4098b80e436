//! Links that lead nowhere any more: which of the ways it ended, and who can help.
//!
//! Only the holder of a genuine link learns which (HTTP 410); anything else is an unknown link (HTTP 404).
//! Left out: a button that asks the inviter for a new link, until that act exists.

use jiff::Timestamp;

use super::{Site, initial};
use crate::pages::paths;

/// How a link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// Its time is over; `at` where still known.
    Expired {
        /// When it ended.
        at: Option<Timestamp>,
    },
    /// Its one use is made.
    Used,
    /// Its maker or an admin took it back.
    Withdrawn,
    /// A group's link with no place left.
    Full,
    /// It was never ours, or part of it is missing.
    Unknown,
}

impl Dead {
    /// The HTTP status for it.
    pub fn status(self) -> u16 {
        if self == Self::Unknown { 404 } else { 410 }
    }
}

/// `GET /i/TOKEN` of a link that opens nothing.
#[derive(askama::Template)]
#[template(path = "dead.html")]
pub struct DeadLink<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// How it ended.
    pub dead: Dead,
    /// The inviter's display name, where the link is genuine and its row still there.
    pub inviter: Option<&'a str>,
}

impl DeadLink<'_> {
    fn avatar(&self) -> String {
        self.inviter.map_or_else(|| self.site.initial(), initial)
    }

    fn title(&self) -> String {
        self.site.t(match self.dead {
            Dead::Expired { .. } => "dead-expired-title",
            Dead::Used => "dead-used-title",
            Dead::Withdrawn => "dead-withdrawn-title",
            Dead::Full => "dead-full-title",
            Dead::Unknown => "dead-unknown-title",
        })
    }

    fn sentences(&self) -> Vec<String> {
        let site = self.site;
        match self.dead {
            Dead::Expired { at } => {
                let when = at.map_or_else(
                    || site.t("dead-expired-undated"),
                    |at| site.with("dead-expired", "date", site.lang.day(at, site.now, site.zone)),
                );
                let ask = self.inviter.map_or_else(
                    || site.t("dead-expired-ask-anybody"),
                    |inviter| site.with("dead-expired-ask", "inviter", inviter),
                );
                vec![format!("{when} {ask}")]
            }
            Dead::Used => vec![site.t("dead-used"), site.t("dead-used-ask")],
            Dead::Withdrawn => vec![site.t("dead-withdrawn")],
            Dead::Full => vec![site.t("dead-full")],
            Dead::Unknown => vec![site.t("dead-unknown")],
        }
    }

    /// Where the person who used it signs in.
    fn sign_in(&self) -> Option<&'static str> {
        (self.dead == Dead::Used).then_some(paths::SIGN_IN)
    }
}
