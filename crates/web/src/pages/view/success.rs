//! "You're in": the address, and how to sign in with an app. Never the token, and the password only if we made it. The first owner goes
//! on to the page for inviting instead.

use super::{Site, initial};
use crate::apps::{App, Apps};
use crate::links::{Href, encoded};
use crate::pages::paths;
use crate::platform::Visitor;

/// The answer to a registration that went well.
#[derive(askama::Template)]
#[template(path = "success.html")]
pub struct Success<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The device that asks.
    pub visitor: Visitor,
    /// What may be recommended, in order.
    pub apps: &'a Apps,
    /// The name chosen.
    pub name: &'a str,
    /// The whole address.
    pub address: &'a str,
    /// Who is in the contacts already.
    pub inviter: Option<&'a str>,
    /// Whether this member may invite others.
    pub may_invite: bool,
    /// The app that was chosen before.
    pub chosen: Option<&'a App>,
    /// The password, if we made it: shown this once.
    pub password: Option<&'a str>,
}

impl Success<'_> {
    fn title(&self) -> String {
        self.site.with("success-title", "name", self.name)
    }

    fn avatar(&self) -> String {
        initial(self.name)
    }

    fn contact(&self) -> Option<String> {
        Some(self.site.with("success-contact", "inviter", self.inviter?))
    }

    /// The app chosen, else the first for the device.
    fn app(&self) -> Option<(&App, Href)> {
        self.chosen.and_then(|app| Some((app, app.page()?))).or_else(|| self.apps.recommended(self.visitor.platform))
    }

    /// The others for the device.
    fn others(&self) -> Vec<(&App, Href)> {
        let first = self.app().map(|(app, _)| app.id.as_str());
        let others = self.apps.on(self.visitor.platform).filter(|app| Some(app.id.as_str()) != first);
        others.filter_map(|app| Some((app, app.page()?))).collect()
    }

    /// The two halves of the address, for apps that ask for them apart.
    fn halves(&self) -> Option<(&str, &str)> {
        self.address.split_once('@')
    }

    /// What "save as file" saves.
    fn file(&self, password: &str) -> String {
        let args = [("site", self.site.name.into()), ("address", self.address.into()), ("password", password.into())];
        saved(&self.site.lang.plain().text("password-file", &args))
    }

    fn me(&self) -> &'static str {
        paths::ME
    }
}

/// A text as an address that a browser saves.
pub(super) fn saved(text: &str) -> String {
    format!("data:text/plain;charset=utf-8,{}", encoded(text))
}
