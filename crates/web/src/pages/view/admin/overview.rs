//! The console's first page: how many people, what wants attention, who came lately.

use super::{Desk, Person};
use crate::pages::paths;
use crate::pages::view::Site;

/// `GET /admin`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/overview.html")]
pub struct Overview<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// Accounts in use.
    pub people: u32,
    /// Of those, made within the last 30 days.
    pub new: u32,
    /// Accounts that cannot sign in.
    pub disabled: u32,
    /// Accounts that can still be restored.
    pub deleted: u32,
    /// Invitations that can be used.
    pub waiting: u64,
    /// Invitations that brought somebody.
    pub used: u64,
    /// Invitations that ran out unused.
    pub expired: u64,
    /// Who came last.
    pub latest: &'a [Person],
}

impl Overview<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn invite(&self) -> &'static str {
        paths::NEW_INVITE
    }

    /// What somebody should look at, and where.
    fn attention(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        if self.deleted > 0 {
            all.push((
                self.site.with("admin-attention-deleted", "n", self.deleted),
                paths::with(paths::PEOPLE, &[("state", "deleted")]),
            ));
        }
        if self.expired > 0 {
            all.push((
                self.site.with("admin-attention-expired", "n", self.expired),
                paths::with(paths::INVITES, &[("state", "expired")]),
            ));
        }
        if self.disabled > 0 {
            all.push((
                self.site.with("admin-attention-disabled", "n", self.disabled),
                paths::with(paths::PEOPLE, &[("state", "disabled")]),
            ));
        }
        all
    }
}
