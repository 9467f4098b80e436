//! What every page says about the place it belongs to.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parlour_words::{Lang, Value};

use super::{SCRIPT, STYLE};
use crate::links::{Contact, Href};
use crate::look::Look;
use crate::pages::paths;

/// A host as its guests meet it, and the language this guest reads.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// The community's name: "Hillside Choir". Empty where the host is unknown (421).
    pub name: &'a str,
    /// One sentence by the people who run it.
    pub sentence: Option<&'a str>,
    /// The host name, for the suspicious: "chat.example.org".
    pub host: &'a str,
    /// Its colour, picture, addresses and languages.
    pub look: &'a Look,
    /// The host's time zone.
    pub zone: &'a TimeZone,
    /// The time this page is made.
    pub now: Timestamp,
    /// This page's path with neither host nor query, for the language links. `None` leaves them out: after a
    /// POST, where following one would lose what was typed.
    pub path: Option<&'a str>,
    /// Whether the line about the program stands in the footer.
    pub made_with: bool,
}

impl Site<'_> {
    /// A text without holes.
    pub(crate) fn t(&self, id: &str) -> String {
        self.lang.text(id, &[])
    }

    /// A text with one hole.
    pub(crate) fn with<'v>(&self, id: &str, name: &str, value: impl Into<Value<'v>>) -> String {
        self.lang.text(id, &[(name, value.into())])
    }

    /// A text with a hole for the community's name.
    pub(crate) fn named(&self, id: &str) -> String {
        self.with(id, "site", self.name)
    }

    pub(crate) fn moment(&self, at: Timestamp) -> String {
        self.lang.moment(at, self.now, self.zone)
    }

    pub(crate) fn relative(&self, at: Timestamp) -> String {
        self.lang.relative(at, self.now)
    }

    pub(crate) fn style(&self) -> &'static str {
        STYLE
    }

    pub(crate) fn script(&self) -> &'static str {
        SCRIPT
    }

    /// The other languages, each with a link to this page; none where there is only one.
    pub(crate) fn languages(&self) -> Vec<(Lang, String)> {
        let Some(path) = self.path else {
            return Vec::new();
        };
        let others = self.look.languages.iter().copied().filter(|lang| lang.tag() != self.lang.tag());
        others.map(|lang| (lang, format!("{path}?lang={}", lang.tag()))).collect()
    }

    /// Whom to write to.
    pub(crate) fn contact(&self) -> Option<&Contact> {
        self.look.contact.as_ref()
    }

    /// The terms of use.
    pub(crate) fn terms(&self) -> Option<&Href> {
        self.look.terms.as_ref()
    }

    /// What happens to one's data.
    pub(crate) fn privacy(&self) -> Option<&Href> {
        self.look.privacy.as_ref()
    }

    /// Where the place's picture is, if it has one.
    pub(crate) fn logo(&self) -> Option<String> {
        self.look.logo.as_ref().map(|_| format!("{}?v={}", paths::LOGO, self.look.version))
    }

    /// Where the picture of the preview card is, below what the place's links begin with.
    pub(crate) fn card_picture(&self, public_url: &str) -> String {
        format!("{public_url}{}?v={}", paths::CARD, self.look.version)
    }

    /// The style after the stylesheet, if the place has a colour.
    pub(crate) fn own_style(&self) -> Option<&str> {
        self.look.style.as_deref()
    }

    /// The colour of the icon, without its `#`.
    pub(crate) fn icon_colour(&self) -> String {
        self.look.colour.to_string().trim_start_matches('#').to_owned()
    }

    /// The avatar's letter when nobody in particular invites.
    pub(crate) fn initial(&self) -> String {
        super::initial(self.name)
    }
}
