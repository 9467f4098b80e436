//! The chat apps we send people to, as data, and the links that carry an invite into them.
//!
//! Spec: none; the file has the schema that Prosody's mod_register_apps and ejabberd's `apps.json` share, plus
//! `package`, `app_store_id`, `fdroid`, `verified_on`, `supports_roster_preauth`, `supports_provisioning_qr` and
//! `last_release`, `paid_at_play`. The referrer is Google Play's Install Referrer; the `intent:` form is Chrome's.
//! An app without a `supports_…` flag never gets a button that opens an invite.
//! Left out: store badges (they have a licence and a language), `imagetext`, `login_link_format`.

mod folder;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use parlour_domain::options::AppOptions;
use serde::Deserialize;

use crate::links::{Href, InviteUri, encoded};
use crate::picture::{Picture, PictureError};
use crate::platform::Platform;

/// The list that ships with the program.
const BUILT_IN: &str = include_str!("apps.json");

/// What a magic link's hole is called in lists made for Prosody and ejabberd.
const HOLE_ESCAPED: &str = "{invite.uri!urlescape}";
const HOLE: &str = "{invite.uri}";

/// Apps in the order they are offered.
#[derive(Clone, Debug)]
pub struct Apps(Vec<Arc<App>>);

/// One app on one kind of device.
#[derive(Clone, Debug, Deserialize)]
pub struct App {
    /// What people call it.
    pub name: String,
    /// Names it in options and addresses; unique in a list.
    pub id: String,
    /// One sentence about it. Pages show an operator's own; the built-in ones are in English alone.
    #[serde(default)]
    pub text: String,
    /// Its picture: a file beside an operator's list.
    pub image: Option<String>,
    /// The makers' page.
    pub link: Option<String>,
    /// Where it runs, in the file's words: `Android`, `iOS`, `iPadOS`, `macOS`, `Windows`, `Linux`, `Web`.
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
    /// How an operator explains setting it up.
    #[serde(default)]
    pub setup: Setup,
    /// It is on F-Droid.
    #[serde(default)]
    pub fdroid: Fdroid,
    /// Google Play asks a price for it, at least at times and in places.
    #[serde(default)]
    pub paid_at_play: bool,
    /// When somebody last read or tried that the flags are true: `2026-02`.
    pub verified_on: Option<String>,
    /// When it last had a release.
    pub last_release: Option<String>,
    /// It comes from the operator.
    #[serde(skip)]
    pub own: bool,
    /// What `image` names, read.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

/// Whether and as what F-Droid has an app.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Fdroid {
    /// Under `package`, or not at all.
    Listed(bool),
    /// Under another name.
    As(String),
}

impl Default for Fdroid {
    fn default() -> Self {
        Self::Listed(false)
    }
}

/// How an app is set up.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Setup {
    /// In the operator's words, one paragraph.
    #[serde(default)]
    pub text: String,
}

/// One place to get an app.
#[derive(Clone, Debug)]
pub struct Store<'a> {
    /// What people call it.
    pub name: &'a str,
    /// Its page, with the invitation where it can take it along.
    pub href: Href,
    /// It hands the invitation to the app.
    pub carries: bool,
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
    /// The folder or a file in it cannot be read.
    #[error("apps.folder: {}: {cause}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It is far bigger than a list of apps.
    #[error("apps.folder: {} has more than {most} bytes", path.display())]
    TooBig {
        /// Which file.
        path: PathBuf,
        /// How many it may have.
        most: usize,
    },
    /// It is not JSON in the schema.
    #[error("{}: {key}: {cause}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where in it: `[2].platforms`.
        key: String,
        /// What is wrong there.
        cause: serde_json::Error,
    },
    /// An id is none: it is part of an address.
    #[error("{}: the id {id:?} needs to be lower-case letters, digits and '-', 64 at most", path.display())]
    Id {
        /// Which file.
        path: PathBuf,
        /// The id.
        id: String,
    },
    /// Two apps share an id.
    #[error("{}: the id {id:?} stands in the list twice", path.display())]
    Twice {
        /// Which file.
        path: PathBuf,
        /// The id.
        id: String,
    },
    /// An app has nowhere to be got that begins with `https://` or `http://`.
    #[error("{}: the app {id:?} has no web address to get it from: set `link` or `download.buttons`", path.display())]
    NoAddress {
        /// Which file.
        path: PathBuf,
        /// The app.
        id: String,
    },
    /// Its picture cannot be shown.
    #[error("{}: the app {id:?}: image: {cause}", path.display())]
    Image {
        /// Which file.
        path: PathBuf,
        /// The app.
        id: String,
        /// What is wrong with it.
        cause: PictureError,
    },
}

impl Apps {
    /// The list that ships with the program.
    ///
    /// # Panics
    /// When that list is malformed, which a test rules out.
    pub fn built_in() -> Self {
        Self::parse("apps.json", BUILT_IN).expect("the built-in list is well-formed: a test says so")
    }

    /// Reads a list, naming it `path` in errors.
    ///
    /// # Errors
    /// [`AppsError`] says what is wrong with which app.
    pub fn parse(path: impl Into<PathBuf>, json: &str) -> Result<Self, AppsError> {
        let path = path.into();
        let mut read = serde_json::Deserializer::from_str(json);
        let apps: Vec<App> = serde_path_to_error::deserialize(&mut read).map_err(|error| AppsError::Malformed {
            path: path.clone(),
            key: error.path().to_string(),
            cause: error.into_inner(),
        })?;
        let mut ids = HashSet::new();
        for app in &apps {
            let id = app.id.clone();
            let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !plain || id.is_empty() || id.len() > 64 {
                return Err(AppsError::Id { path, id });
            }
            if !ids.insert(app.id.as_str()) {
                return Err(AppsError::Twice { path, id });
            }
            if app.page().is_none() {
                return Err(AppsError::NoAddress { path, id });
            }
        }
        Ok(Self(apps.into_iter().map(Arc::new).collect()))
    }

    /// The list as a host wants it: only the ids in `show`, none in `hide`, those in `first` ahead of the others.
    /// Unknown ids do nothing.
    #[must_use]
    pub fn chosen(mut self, wish: &AppOptions) -> Self {
        let (show, hide) = (wish.show.as_ref(), wish.hide.as_deref().unwrap_or_default());
        self.0.retain(|app| show.is_none_or(|show| show.contains(&app.id)) && !hide.contains(&app.id));
        let first = wish.first.as_deref().unwrap_or_default();
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
        let web = !platform.is_mobile();
        let runs =
            move |app: &&App| word.is_none_or(|word| app.platforms.iter().any(|p| p == word || (web && p == "Web")));
        self.0.iter().map(Arc::as_ref).filter(runs)
    }

    /// All apps.
    pub fn all(&self) -> impl Iterator<Item = &App> {
        self.0.iter().map(Arc::as_ref)
    }

    /// The app with this id.
    pub fn by_id(&self, id: &str) -> Option<&App> {
        self.all().find(|app| app.id == id)
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
        filled(self.magic_link_format.as_deref()?, uri)
    }

    /// Where it can be got, best first; with `uri` where a store can take it along.
    pub fn stores(&self, uri: Option<InviteUri<'_>>) -> Vec<Store<'_>> {
        let store = |button: &'_ DownloadButton| -> Option<(Href, bool)> {
            let carried = uri.and_then(|uri| filled(button.magic_link_format.as_deref()?, uri));
            let carries = carried.is_some();
            Some((carried.or_else(|| Href::web(&button.url))?, carries))
        };
        let mut stores: Vec<Store<'_>> = Vec::new();
        for button in &self.download.buttons {
            let Some((href, carries)) = store(button) else { continue };
            let name = if button.text.is_empty() { site_of(&button.url) } else { &button.text };
            stores.push(Store { name, href, carries });
        }
        if stores.is_empty()
            && let Some(link) = self.link.as_deref()
            && let Some(href) = Href::web(link)
        {
            stores.push(Store { name: site_of(link), href, carries: false });
        }
        stores
    }

    /// F-Droid's page. It cannot pass an invite on.
    pub fn fdroid_page(&self) -> Option<Href> {
        let package = match &self.fdroid {
            Fdroid::Listed(true) => self.package.as_deref()?,
            Fdroid::Listed(false) => return None,
            Fdroid::As(package) => package,
        };
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

/// A store link with the invite in its hole.
fn filled(format: &str, uri: InviteUri<'_>) -> Option<Href> {
    if !format.contains(HOLE_ESCAPED) && !format.contains(HOLE) {
        return None;
    }
    // The value has to begin with `xmpp:` once decoded, and is encoded exactly once.
    let escaped = encoded(uri.as_str());
    Href::web(&format.replace(HOLE_ESCAPED, &escaped).replace(HOLE, &escaped))
}

/// The name of the site a web address leads to.
fn site_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
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
        for id in ["gajim", "dino", "kaidan", "beagle-im", "converse", "movim"] {
            let app = apps.by_id(id).expect(id);
            assert!(!app.opens_invites(true) && !app.opens_invites(false), "{id} has no button for invites");
        }
    }

    #[test]
    fn vector_67_the_play_link_carries_the_exact_uri() {
        let apps = Apps::built_in();
        for app in apps.on(Platform::Android).filter(|app| app.opens_invites(true)) {
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

    fn wish(show: Option<&[&str]>, hide: &[&str], first: &[&str]) -> AppOptions {
        let names = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        AppOptions { show: show.map(names), hide: Some(names(hide)), first: Some(names(first)) }
    }

    #[test]
    fn vector_67_an_operator_shows_hides_and_reorders() {
        let ids = |apps: &Apps, platform| apps.on(platform).map(|app| app.id.clone()).collect::<Vec<_>>();
        let chosen = Apps::built_in().chosen(&wish(None, &["conversations"], &["yaxim", "no-such-app"]));
        assert_eq!(ids(&chosen, Platform::Android)[..2], ["yaxim", "snikket"]);
        let chosen = Apps::built_in().chosen(&wish(Some(&["monal", "dino"]), &[], &[]));
        assert_eq!(ids(&chosen, Platform::Other), ["monal", "dino"]);
        assert_eq!(ids(&Apps::built_in().chosen(&wish(Some(&[]), &[], &[])), Platform::Other), [""; 0]);
    }

    #[test]
    fn the_built_in_list_is_what_its_stores_know() {
        for app in Apps::built_in().all() {
            let stores = app.stores(Some(uri()));
            assert!(!stores.is_empty(), "{}", app.id);
            for store in &stores {
                assert!(store.href.as_str().starts_with("https://"), "{}", app.id);
                let play = store.href.as_str().starts_with("https://play.google.com/");
                assert_eq!(store.carries, play && app.opens_invites(true), "{}: {}", app.id, store.name);
            }
            assert!(app.stores(None).iter().all(|store| !store.carries && !store.href.as_str().contains("TOKEN")));
            if let Some(id) = &app.app_store_id {
                assert!(stores.iter().any(|s| s.href.as_str().ends_with(&format!("/id{id}"))), "{}", app.id);
            }
            let fdroid = stores.iter().find(|store| store.name == "F-Droid").map(|store| store.href.clone());
            assert_eq!(fdroid, app.fdroid_page(), "{}", app.id);
            let day = app.verified_on.as_deref().unwrap_or_default();
            assert!(day.len() == 7 && day.starts_with("20"), "{}: when was it verified?", app.id);
            assert!(app.image.is_none(), "{}: pictures are the operator's", app.id);
        }
    }

    #[test]
    fn a_bad_list_is_refused_by_name() {
        let app = |id: &str, url: &str| format!(r#"{{"name":"X","id":"{id}","platforms":[],"link":"{url}"}}"#);
        let parse = |json: &str| Apps::parse("own.json", json);
        let ok = app("a", "https://example.org/");
        assert!(parse(&format!("[{ok}]")).is_ok());
        assert!(matches!(parse(&format!("[{ok},{ok}]")), Err(AppsError::Twice { id, .. }) if id == "a"));
        let script = app("b", "javascript:alert(1)");
        assert!(matches!(parse(&format!("[{script}]")), Err(AppsError::NoAddress { id, .. }) if id == "b"));
        for id in ["", "A", "a/b", "a b", "..", "\"", &"a".repeat(65)] {
            assert!(parse(&format!("[{}]", app(&id.replace('"', "\\\""), "https://example.org/"))).is_err(), "{id}");
        }
        let error = parse(r#"[{"name":"X","id":"x","platforms":"Linux"}]"#).expect_err("a list").to_string();
        assert!(error.starts_with("own.json: [0].platforms: ") && error.contains("line 1"), "{error}");
        assert!(matches!(parse("{}"), Err(AppsError::Malformed { .. })));
    }
}
