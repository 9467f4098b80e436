//! The password once more, before something that matters.

use super::Desk;
use crate::pages::paths;
use crate::pages::view::{FormProblem, Site};

/// `GET /admin/again`, and a failed `POST`. Fields sent: `csrf`, `next`, `password`.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/again.html")]
pub struct Again<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// Where it goes on.
    pub next: &'a str,
    /// That was not the password.
    pub wrong: bool,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
}

impl Again<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }

    fn path(&self) -> &'static str {
        paths::AGAIN
    }

    fn home(&self) -> &'static str {
        paths::ADMIN
    }
}
