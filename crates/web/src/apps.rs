//! The chat apps we send people to, as data, and the links that carry an invite into them.
//!
//! Spec: none; the file has the schema that Prosody's mod_register_apps and ejabberd's `apps.json` share, plus
//! `package`, `app_store_id`, `fdroid`, `verified_on`, `supports_roster_preauth`, `supports_provisioning_qr` and
//! `last_release`. The referrer is Google Play's Install Referrer; the `intent:` form is Chrome's.
//! An app without a `supports_…` flag never gets a button that opens an invite.
//! Left out: pictures (a store badge has a licence and a language), `imagetext`, `login_link_format`.

use std::collections::HashSet;

use serde::Deserialize;

use crate::links::{Href, InviteUri, encoded};
use crate::platform::Platform;

/// The list that ships with the program.
const BUILT_IN: &str = include_str!("apps.json");

/// What a magic link's hole is called in lists made for Prosody and ejabberd.
const HOLE_ESCAPED: &str = "{invite.uri!urlescape}";
const HOLE: &str = "{invite.uri}";

/// Apps in the order they are offered.
#[derive(Clone, Debug)]
pub struct Apps(Vec<App>);

/// One app on one kind of device.
#[derive(Clone, Debug, Deserialize)]
pub struct App {
    /// What people call it.
    pub name: String,
    /// Names it in options and addresses; unique in a list.
    pub id: String,
    /// One sentence about it, in English.
    #[serde(default)]
    pub text: String,
    /// The makers' page.
    pub link: Option<String>,
    /// Where it runs, in the file's words: `Android`, `iOS`, `iPadOS`, `macOS`, `Windows`, `Linux`.
    pub platforms: Vec<String>,
    /// Opens invites that make an account.
    #[serde(default)]
    pub supports_preauth_uri: bool,
    /// Opens invites that add a contact and carry the token along.
    #[serde(default)]
    pub supports_roster_preauth: bool,
    /// Reads a square that signs in another device.
    #[serde(default)]
    pub supports_provisioning_qr: bool,
    /// A store link with a hole for the invite.
    pub magic_link_format: Option<String>,
    /// Where to get it.
    #[serde(default)]
    pub download: Download,
    /// Android's name for it.
    pub package: Option<String>,
    /// Apple's number for it.
    pub app_store_id: Option<String>,
    /// It is on F-Droid under `package`.
    #[serde(default)]
    pub fdroid: bool,
    /// When somebody last read or tried that the flags are true: `2026-02`.
    pub verified_on: Option<String>,
    /// When it last had a release.
    pub last_release: Option<String>,
}

/// Where an app can be got.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Download {
    /// Shown by other programs above the buttons.
    #[serde(default)]
    pub text: String,
    /// Stores and pages, best first.
    #[serde(default)]
    pub buttons: Vec<DownloadButton>,
}

/// One store or page.
#[derive(Clone, Debug, Deserialize)]
pub struct DownloadButton {
    /// The store's name.
    #[serde(default)]
    pub text: String,
    /// Its page for the app.
    pub url: String,
    /// A link with a hole for the invite.
    pub magic_link_format: Option<String>,
}

/// Why an operator's list was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AppsError {
    /// It is not JSON in the schema.
    #[error("the list of apps is malformed")]
    Malformed(#[from] serde_json::Error),
    /// Two apps share an id.
    #[error("the list of apps has the id {id:?} twice")]
    Twice {
        /// The id.
        id: String,
    },
    /// An app has nowhere to be got that begins with `https://` or `http://`.
    #[error("the app {id:?} has no web address to get it from")]
    NoAddress {
        /// The app.
        id: String,
    },
}

impl Apps {
    /// The list that ships with the program.
    ///
    /// # Panics
    /// When that list is malformed, which a test rules out.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in list is well-formed: a test says so")
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`AppsError`] says what is wrong with which app.
    pub fn parse(json: &str) -> Result<Self, AppsError> {
        let apps: Vec<App> = serde_json::from_str(json)?;
        let mut ids = HashSet::new();
        for app in &apps {
            if !ids.insert(app.id.as_str()) {
                return Err(AppsError::Twice { id: app.id.clone() });
            }
            if app.page().is_none() {
                return Err(AppsError::NoAddress { id: app.id.clone() });
            }
        }
        Ok(Self(apps))
    }

    /// The list as an operator wants it: only the ids in `show` (all where it is empty), none in `hide`, those in
    /// `first` ahead of the others. Unknown ids do nothing.
    #[must_use]
    pub fn chosen(mut self, show: &[String], hide: &[String], first: &[String]) -> Self {
        self.0.retain(|app| (show.is_empty() || show.contains(&app.id)) && !hide.contains(&app.id));
        self.0.sort_by_key(|app| first.iter().position(|id| *id == app.id).unwrap_or(usize::MAX));
        self
    }

    /// The first app for the device, with where to get it.
    pub fn recommended(&self, platform: Platform) -> Option<(&App, Href)> {
        let app = self.on(platform).next()?;
        Some((app, app.page()?))
    }

    /// The apps after the first, with where to get each.
    pub fn others(&self, platform: Platform) -> Vec<(&App, Href)> {
        self.on(platform).skip(1).filter_map(|app| Some((app, app.page()?))).collect()
    }

    /// The apps for a device; all of them where it is unknown.
    pub fn on(&self, platform: Platform) -> impl Iterator<Item = &App> {
        let word = platform.app_word();
        self.0.iter().filter(move |app| word.is_none_or(|word| app.platforms.iter().any(|p| p == word)))
    }

    /// The app with this id.
    pub fn by_id(&self, id: &str) -> Option<&App> {
        self.0.iter().find(|app| app.id == id)
    }
}

impl App {
    /// Whether it may have a button that opens the invite: `account` for one that makes an account.
    pub fn opens_invites(&self, account: bool) -> bool {
        if account { self.supports_preauth_uri } else { self.supports_roster_preauth }
    }

    /// The page to get it from, without the invite.
    pub fn page(&self) -> Option<Href> {
        let urls = self.download.buttons.iter().map(|button| button.url.as_str());
        urls.chain(self.link.as_deref()).find_map(Href::web)
    }

    /// The store page that hands the invite to the app after its installation, where the store can.
    pub fn page_with_invite(&self, uri: InviteUri<'_>) -> Option<Href> {
        let format = self.magic_link_format.as_deref()?;
        // The value has to begin with `xmpp:` once decoded, and is encoded exactly once.
        let escaped = encoded(uri.as_str());
        Href::web(&format.replace(HOLE_ESCAPED, &escaped).replace(HOLE, &escaped))
    }

    /// F-Droid's page. It cannot pass an invite on.
    pub fn fdroid_page(&self) -> Option<Href> {
        let package = self.package.as_deref().filter(|_| self.fdroid)?;
        Href::web(&format!("https://f-droid.org/packages/{}/", encoded(package)))
    }

    /// One link that opens the app if it is there and `fallback` if not, for Chrome and its kin on Android.
    /// The opaque form (no `//`) is kept, since apps read what follows the scheme.
    pub fn intent_link(&self, uri: InviteUri<'_>, fallback: &Href) -> Option<String> {
        let package =
            self.package.as_deref().filter(|p| p.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b)))?;
        Some(format!(
            "intent:{}#Intent;scheme=xmpp;package={package};S.browser_fallback_url={};end",
            uri.opaque_part(),
            encoded(fallback.as_str()),
        ))
    }

    /// The content of Apple's `apple-itunes-app` element: Safari then carries the invite through the App Store.
    pub fn banner(&self, uri: InviteUri<'_>) -> Option<String> {
        let id = self.app_store_id.as_deref().filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))?;
        Some(format!("app-id={id}, app-argument={uri}"))
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;

    use super::*;

    const URI: &str = "xmpp:ben@example.com?roster;preauth=TOKEN;ibr=y";

    fn uri() -> InviteUri<'static> {
        InviteUri::new(URI).expect("well-formed")
    }

    #[test]
    fn every_device_has_an_app_and_phones_one_that_opens_invites() {
        let apps = Apps::built_in();
        for platform in [Platform::Mac, Platform::Windows, Platform::Linux, Platform::Other] {
            assert!(apps.on(platform).next().is_some(), "{platform:?}");
        }
        for platform in [Platform::Android, Platform::IPhone, Platform::IPad] {
            assert!(apps.on(platform).next().is_some_and(|app| app.opens_invites(true)), "{platform:?}");
        }
        for id in ["gajim", "dino", "kaidan", "beagle-im"] {
            let app = apps.by_id(id).expect(id);
            assert!(!app.opens_invites(true) && !app.opens_invites(false), "{id} has no button for invites");
        }
    }

    #[test]
    fn vector_67_the_play_link_carries_the_exact_uri() {
        let apps = Apps::built_in();
        for app in apps.on(Platform::Android) {
            let link = app.page_with_invite(uri()).expect("Play can carry it");
            let (page, referrer) = link.as_str().split_once("&referrer=").expect("a referrer");
            assert_eq!(
                page,
                format!("https://play.google.com/store/apps/details?id={}", app.package.as_deref().expect("a package"))
            );
            assert_eq!(percent_decode_str(referrer).decode_utf8().expect("UTF-8"), URI);
            assert!(!referrer.contains(['&', ';', '=']), "encoded once and whole");
        }
        for app in apps.on(Platform::IPhone) {
            assert_eq!(app.page_with_invite(uri()), None, "the App Store has no such hole");
        }
    }

    #[test]
    fn the_intent_link_keeps_the_opaque_form() {
        let apps = Apps::built_in();
        let app = apps.by_id("conversations").expect("listed");
        let fallback = app.page_with_invite(uri()).expect("a page");
        let link = app.intent_link(uri(), &fallback).expect("a package");
        assert!(link.starts_with(
            "intent:ben@example.com?roster;preauth=TOKEN;ibr=y#Intent;scheme=xmpp;package=eu.siacs.conversations;"
        ));
        let (_, after) = link.split_once("S.browser_fallback_url=").expect("a fallback");
        let encoded = after.strip_suffix(";end").expect("the end");
        assert_eq!(percent_decode_str(encoded).decode_utf8().expect("UTF-8"), fallback.as_str());
        assert!(apps.by_id("monal").expect("listed").intent_link(uri(), &fallback).is_none());
    }

    #[test]
    fn the_banner_names_the_app_and_the_invite() {
        let apps = Apps::built_in();
        let banner = apps.by_id("monal").expect("listed").banner(uri()).expect("Apple's number");
        assert_eq!(banner, format!("app-id=317711500, app-argument={URI}"));
        assert_eq!(apps.by_id("conversations").expect("listed").banner(uri()), None);
    }

    #[test]
    fn vector_67_an_operator_shows_hides_and_reorders() {
        let names = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let chosen = Apps::built_in().chosen(&[], &names(&["conversations"]), &names(&["yaxim", "no-such-app"]));
        let ids: Vec<_> = chosen.on(Platform::Android).map(|app| app.id.as_str()).collect();
        assert_eq!(ids, ["yaxim", "snikket"]);
        let chosen = Apps::built_in().chosen(&names(&["monal", "dino"]), &[], &[]);
        let ids: Vec<_> = chosen.on(Platform::Other).map(|app| app.id.as_str()).collect();
        assert_eq!(ids, ["monal", "dino"]);
    }

    #[test]
    fn a_bad_list_is_refused_by_name() {
        let app = |id: &str, url: &str| format!(r#"{{"name":"X","id":"{id}","platforms":[],"link":"{url}"}}"#);
        let ok = app("a", "https://example.org/");
        assert!(Apps::parse(&format!("[{ok}]")).is_ok());
        assert!(matches!(Apps::parse(&format!("[{ok},{ok}]")), Err(AppsError::Twice { id }) if id == "a"));
        let script = app("b", "javascript:alert(1)");
        assert!(matches!(Apps::parse(&format!("[{script}]")), Err(AppsError::NoAddress { id }) if id == "b"));
        assert!(matches!(Apps::parse("{}"), Err(AppsError::Malformed(_))));
    }
}
