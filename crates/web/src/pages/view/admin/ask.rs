//! The question before something is taken away: it names the thing, and says whether it can be undone.

use super::Desk;
use crate::pages::view::Site;

/// A question with two answers.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/ask.html")]
pub struct Ask<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// The question.
    pub title: String,
    /// What the answer brings about.
    pub lines: Vec<String>,
    /// What it is about, where it is about several.
    pub rows: Vec<String>,
    /// Where a yes is posted.
    pub action: String,
    /// The hidden fields beside `csrf`.
    pub fields: Vec<(&'static str, String)>,
    /// The yes.
    pub submit: String,
    /// The no.
    pub keep: String,
    /// Where a no leads.
    pub back: String,
    /// It takes something away.
    pub danger: bool,
}

impl Ask<'_> {
    fn notice_text(&self) -> Option<String> {
        None
    }
}
