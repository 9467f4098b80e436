//! "You're in": the address, and how to sign in with an app. Never the token, never the password. The first owner goes
//! on to the page for inviting instead.

use super::{Site, initial};
use crate::apps::{App, Apps};
use crate::links::Href;
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

    /// The first app for the device, and the others.
    fn app(&self) -> Option<(&App, Href)> {
        self.apps.recommended(self.visitor.platform)
    }

    fn others(&self) -> Vec<(&App, Href)> {
        self.apps.others(self.visitor.platform)
    }

    fn me(&self) -> &'static str {
        paths::ME
    }
}
