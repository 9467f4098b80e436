//! The page of a place for whoever comes without a link: who this is, and how to come in.

use super::{Card, Site};
use crate::pages::paths;

/// `GET /`, and `GET /register` where an invitation is needed.
#[derive(askama::Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What its links begin with, for the preview card.
    pub public_url: &'a str,
    /// Everybody may make an account.
    pub open: bool,
    /// Somebody wanted to make one and needs an invitation.
    pub wants_to_join: bool,
}

impl Home<'_> {
    fn title(&self) -> String {
        if self.wants_to_join { self.site.t("home-needs-title") } else { self.site.name.to_owned() }
    }

    fn sign_in(&self) -> &'static str {
        paths::SIGN_IN
    }

    fn join(&self) -> &'static str {
        paths::JOIN
    }

    fn card(&self) -> Card {
        let lang = self.site.lang.plain();
        Card {
            title: self.site.name.to_owned(),
            text: self.site.sentence.map_or_else(|| lang.text("card-text", &[]), str::to_owned),
            url: format!("{}/", self.public_url),
            picture: self.site.card_picture(self.public_url),
        }
    }
}
