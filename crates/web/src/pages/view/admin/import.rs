//! A list of people becomes a list of links: looked at first, line by line, then made.

use super::Desk;
use crate::pages::paths;
use crate::pages::view::Site;

/// One line of the list, as it was understood.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the list, the heading being 1.
    pub number: usize,
    /// Whom it is for.
    pub who: String,
    /// The name that is kept for them.
    pub username: String,
    /// The group they join.
    pub group: String,
    /// What is wrong with it: a text's id.
    pub wrong: Option<&'static str>,
}

/// `GET /admin/invites/import`, and the look before making. Fields sent: `csrf`, `list`, `step`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/import.html")]
pub struct ImportPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The list as it was pasted.
    pub list: &'a str,
    /// What was understood of it; nothing before it was sent.
    pub lines: &'a [Line],
    /// What is wrong with the list as a whole: a text's id.
    pub trouble: Option<&'static str>,
}

impl ImportPage<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    /// All of it can be made.
    fn ready(&self) -> bool {
        self.trouble.is_none() && !self.lines.is_empty() && self.lines.iter().all(|line| line.wrong.is_none())
    }

    fn path(&self) -> &'static str {
        paths::IMPORT
    }

    fn back(&self) -> &'static str {
        paths::INVITES
    }
}
