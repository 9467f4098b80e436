//! Setting up one app for an invitation: where to get it, then the button that opens the invitation there, or, where the
//! app knows no invitations, a name from us first and the steps to sign in.
//!
//! An app that does not open this invitation never gets a button that would.

use super::{LandingKind, Site, initial};
use crate::apps::{App, Store};
use crate::links::InviteUri;
use crate::pages::paths;
use crate::platform::Visitor;

/// `GET /i/TOKEN/app/APP` of a live invitation.
#[derive(askama::Template)]
#[template(path = "setup.html")]
pub struct Setup<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The device that asks.
    pub visitor: Visitor,
    /// The app.
    pub app: &'a App,
    /// What the invitation gives.
    pub kind: LandingKind,
    /// The inviter's display name.
    pub inviter: Option<&'a str>,
    /// The inviter's address, where they become a contact.
    pub address: Option<&'a str>,
    /// The link that apps open.
    pub uri: InviteUri<'a>,
    /// The path of the landing page.
    pub landing: &'a str,
    /// The path of the registration form, where the invitation allows an account.
    pub register: Option<&'a str>,
    /// Whether the invitation may travel through an app store.
    pub carry: bool,
}

impl Setup<'_> {
    fn opens(&self) -> bool {
        self.app.opens_invites(self.register.is_some())
    }

    fn name(&self) -> &str {
        &self.app.name
    }

    fn title(&self) -> String {
        self.site.with("setup-title", "app", self.name())
    }

    fn intro(&self) -> String {
        match self.inviter {
            Some(inviter) if self.kind == LandingKind::Contact => {
                self.site.with("setup-for-contact", "inviter", inviter)
            }
            _ => self.site.named("setup-for"),
        }
    }

    fn avatar(&self) -> String {
        initial(self.name())
    }

    fn picture(&self) -> Option<String> {
        self.app.picture.as_ref().map(|_| paths::app_picture(&self.app.id))
    }

    /// The operator's own words about it.
    fn own_text(&self) -> Option<&str> {
        let text = if self.app.setup.text.is_empty() { &self.app.text } else { &self.app.setup.text };
        Some(text.trim()).filter(|text| self.app.own && !text.is_empty())
    }

    fn stores(&self) -> Vec<Store<'_>> {
        let travels = self.carry && self.opens();
        self.app.stores(travels.then_some(self.uri))
    }

    /// A store takes the invitation along.
    fn is_carried(&self) -> bool {
        self.stores().iter().any(|store| store.carries)
    }

    /// The form, which then knows for which app it is.
    fn form(&self) -> Option<String> {
        Some(format!("{}?app={}", self.register?, self.app.id))
    }

    fn who(&self) -> &str {
        self.inviter.unwrap_or(self.site.name)
    }

    fn banner(&self) -> Option<String> {
        let wanted = self.carry && self.visitor.takes_app_banner() && self.opens();
        wanted.then(|| self.app.banner(self.uri)).flatten()
    }
}
