//! Where a member is signed in, and leaving for good.

use jiff::Timestamp;

use super::me::Notice;
use super::{FormProblem, Site};
use crate::pages::paths;

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Names it in the form; no secret.
    pub label: String,
    /// What it is, as far as it says: "Firefox", "Linux".
    pub name: Option<&'static str>,
    /// The kind of device.
    pub device: Option<&'static str>,
    /// When it signed in.
    pub since: Timestamp,
    /// When it was last here, about.
    pub seen: Timestamp,
    /// The one that shows this page.
    pub this: bool,
}

/// A chat app that is signed in, or can come back.
#[derive(Clone, Debug)]
pub struct ChatApp {
    /// Names it in the form; no secret.
    pub key: String,
    /// What it calls itself, where that is a word.
    pub name: Option<String>,
    /// What it calls the device it runs on.
    pub device: Option<String>,
    /// Since when it is signed in; of one that is away, when it was last here.
    pub since: Timestamp,
    /// How it is with it.
    pub here: Here,
}

/// Whether a chat app is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// Its connection is there.
    Connected,
    /// It lost its connection, and may come back.
    Lost,
    /// It is gone, and can come back without the password.
    Away,
}

impl Browser {
    fn title(&self, site: &Site<'_>) -> String {
        match (self.name, self.device) {
            (Some(name), Some(device)) => {
                site.lang.text("devices-browser-on", &[("browser", name.into()), ("device", device.into())])
            }
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => site.t("devices-browser"),
        }
    }

    fn facts(&self, site: &Site<'_>) -> String {
        if self.this {
            return site.t("devices-this");
        }
        let args = [("since", site.relative(self.since).into()), ("seen", site.relative(self.seen).into())];
        site.lang.text("devices-browser-facts", &args)
    }
}

impl ChatApp {
    fn title(&self, site: &Site<'_>) -> String {
        let name = self.name.clone().unwrap_or_else(|| site.t("devices-app"));
        match &self.device {
            Some(device) => {
                let args = [("browser", name.as_str().into()), ("device", device.as_str().into())];
                site.lang.text("devices-browser-on", &args)
            }
            None => name,
        }
    }

    fn is_connected(&self) -> bool {
        self.here == Here::Connected
    }

    fn facts(&self, site: &Site<'_>) -> String {
        let id = match self.here {
            Here::Connected => "devices-app-connected",
            Here::Lost => "devices-app-lost",
            Here::Away => "devices-app-away",
        };
        site.with(id, "since", site.relative(self.since))
    }
}

/// `GET /me/devices`. Its forms post `csrf` and `browser` or `app`, or `csrf` alone for all others.
#[derive(askama::Template)]
#[template(path = "devices.html")]
pub struct Devices<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the forms' hidden field.
    pub csrf: &'a str,
    /// Browsers, newest first.
    pub browsers: &'a [Browser],
    /// Chat apps: those that are signed in, oldest first, then those that can come back.
    pub apps: &'a [ChatApp],
    /// What has just been done.
    pub notice: Option<Notice>,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
}

impl Devices<'_> {
    fn notice_text(&self) -> Option<String> {
        Some(self.notice?.text(self.site))
    }

    fn has_others(&self) -> bool {
        self.browsers.len() + self.apps.len() > 1
    }

    fn end(&self) -> &'static str {
        paths::END_DEVICE
    }

    fn end_others(&self) -> &'static str {
        paths::END_OTHERS
    }

    fn password(&self) -> &'static str {
        paths::PASSWORD
    }

    fn me(&self) -> &'static str {
        paths::ME
    }
}

/// `GET` and failed `POST /me/leave`. Fields sent: `csrf`, `current`.
#[derive(askama::Template)]
#[template(path = "leave.html")]
pub struct Leave<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The signed value of the hidden field.
    pub csrf: &'a str,
    /// The account's address.
    pub address: &'a str,
    /// The password was not right.
    pub wrong: bool,
    /// Nobody else owns the place, so this one cannot leave.
    pub last_owner: bool,
    /// What is wrong with the form as a whole.
    pub problem: Option<FormProblem>,
}

impl Leave<'_> {
    fn action(&self) -> &'static str {
        paths::LEAVE
    }

    fn me(&self) -> &'static str {
        paths::ME
    }
}

/// The answer to a goodbye.
#[derive(askama::Template)]
#[template(path = "left.html")]
pub struct Left<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The account's address, as it was.
    pub address: &'a str,
    /// Until when it can be had back.
    pub until: Timestamp,
}

impl Left<'_> {
    fn until_text(&self) -> String {
        self.site.with("left-until", "date", self.site.lang.day(self.until, self.site.now, self.site.zone))
    }
}
