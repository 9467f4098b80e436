//! The landing page: who invites, to what, and one button that fits the device.
//!
//! Left out: the inviter's picture; web chat as a third way in, until there is one.

use jiff::Timestamp;

use super::{Card, Site, initial};
use crate::apps::{App, Apps};
use crate::links::{Href, InviteUri};
use crate::pages::{paths, qr};
use crate::platform::Visitor;

/// What the invitation gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LandingKind {
    /// An account and a contact, from one person.
    Personal,
    /// An account only.
    Account,
    /// Accounts for several people.
    Group,
    /// A contact only; the guest has or makes an account elsewhere.
    Contact,
}

/// `GET /i/TOKEN` of a live invitation.
#[derive(askama::Template)]
#[template(path = "landing.html")]
pub struct Landing<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// The device that asks.
    pub visitor: Visitor,
    /// What may be recommended, in order.
    pub apps: &'a Apps,
    /// What the invitation gives.
    pub kind: LandingKind,
    /// The inviter's display name.
    pub inviter: Option<&'a str>,
    /// What the inviter wrote, as plain text.
    pub hello: Option<&'a str>,
    /// How many people are here, where the host tells.
    pub members: Option<u64>,
    /// How many more may come, for a group's link.
    pub uses_left: Option<u32>,
    /// When the link ends.
    pub expires: Option<Timestamp>,
    /// The link that apps open.
    pub uri: InviteUri<'a>,
    /// The invitation's token, as its own pages' paths have it.
    pub token: &'a str,
    /// This page's whole address, for the square and for copying: `https://chat.example.org/i/…`.
    pub link: &'a str,
    /// The path of the registration form, where the invitation allows an account.
    pub register: Option<&'a str>,
    /// Whether the invitation may travel through an app store (Play's referrer, Apple's banner).
    pub carry: bool,
    /// Whether the preview card names the inviter. Default: yes for a single person's link, no for a group's.
    pub name_in_card: bool,
}

/// The first thing to do, by device.
enum Step<'a> {
    /// One button; the store hands the invitation to the app. `direct` opens the app that is there already.
    Carried { app: &'a App, href: String, may_open: bool },
    /// Get the app, come back, go on.
    Return { app: &'a App, page: Href },
    /// Show the square to a phone, or stay here.
    Computer,
}

/// A row of the list of apps.
struct Row<'a> {
    app: &'a App,
    /// How to set it up.
    href: String,
    picture: Option<String>,
    /// The account is made here first.
    name_first: bool,
    /// Where it runs, for apps of other devices.
    platforms: String,
}

impl Landing<'_> {
    fn is_contact(&self) -> bool {
        self.kind == LandingKind::Contact
    }

    fn makes_contact(&self) -> bool {
        matches!(self.kind, LandingKind::Personal | LandingKind::Contact)
    }

    fn title(&self) -> String {
        match self.inviter {
            Some(inviter) if self.makes_contact() => self.site.with("landing-title-personal", "inviter", inviter),
            _ => self.site.named("landing-title-place"),
        }
    }

    fn avatar(&self) -> String {
        self.inviter.filter(|_| self.makes_contact()).map_or_else(|| self.site.initial(), initial)
    }

    /// The place's picture, where the place invites.
    fn logo(&self) -> Option<String> {
        let person = self.inviter.is_some() && self.makes_contact();
        self.site.logo().filter(|_| !person)
    }

    fn intro(&self) -> String {
        let site = self.site;
        let first = match (self.kind, self.inviter) {
            (LandingKind::Contact, inviter) => {
                return site.with("landing-contact-explain", "inviter", inviter.unwrap_or(site.name));
            }
            (LandingKind::Personal, _) => site.named("landing-private"),
            (LandingKind::Account, Some(inviter)) => site.with("landing-invited-by", "inviter", inviter),
            (LandingKind::Account | LandingKind::Group, _) => site.named("landing-open"),
        };
        let members = self.members.map(|n| site.with("landing-members", "n", n));
        let parts = [Some(first), members, Some(site.t("landing-no-phone"))];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn facts(&self) -> Option<String> {
        let site = self.site;
        let until = self.expires.map(|at| site.moment(at));
        Some(match (until, self.uses_left) {
            (Some(date), Some(n)) => {
                site.lang.text("landing-until-for-more", &[("n", n.into()), ("date", date.into())])
            }
            (None, Some(n)) => site.with("landing-for-more", "n", n),
            (Some(date), None) => {
                let relative = self.expires.map(|at| site.relative(at)).unwrap_or_default();
                site.lang.text("landing-until", &[("date", date.into()), ("relative", relative.into())])
            }
            (None, None) => return None,
        })
    }

    /// The app to recommend: the first for the device that opens this invitation.
    fn recommended(&self) -> Option<&App> {
        let account = self.register.is_some() || !self.is_contact();
        self.apps.on(self.visitor.platform).find(|app| app.opens_invites(account))
    }

    fn step(&self) -> Step<'_> {
        if !self.visitor.platform.is_mobile() {
            return Step::Computer;
        }
        let Some(app) = self.recommended() else {
            return Step::Computer;
        };
        if self.carry
            && let Some(page) = app.page_with_invite(self.uri)
        {
            let intent = self.visitor.intent_links.then(|| app.intent_link(self.uri, &page)).flatten();
            let may_open = intent.is_some();
            return Step::Carried { app, href: intent.unwrap_or_else(|| page.to_string()), may_open };
        }
        match app.page() {
            Some(page) => Step::Return { app, page },
            None => Step::Computer,
        }
    }

    /// Whether the first thing to do is to open an app, which may fail without a word.
    fn opens_an_app(&self) -> bool {
        self.is_contact() || !matches!(self.step(), Step::Computer)
    }

    /// The apps for this device; the recommended one too, since it may be had elsewhere.
    fn rows(&self) -> Vec<Row<'_>> {
        self.apps.on(self.visitor.platform).map(|app| self.row(app)).collect()
    }

    /// The apps for other devices, so that nobody is told wrong by what their browser says of itself.
    fn other_rows(&self) -> Vec<Row<'_>> {
        let here: Vec<_> = self.apps.on(self.visitor.platform).map(|app| app.id.as_str()).collect();
        self.apps.all().filter(|app| !here.contains(&app.id.as_str())).map(|app| self.row(app)).collect()
    }

    fn row<'a>(&self, app: &'a App) -> Row<'a> {
        let word = |platform: &'a String| match platform.as_str() {
            "iOS" => "iPhone",
            "iPadOS" => "iPad",
            "macOS" => "Mac",
            other => other,
        };
        Row {
            app,
            href: paths::app(self.token, &app.id),
            picture: app.picture.as_ref().map(|_| paths::app_picture(&app.id)),
            name_first: self.register.is_some() && !app.opens_invites(true),
            platforms: app.platforms.iter().map(word).collect::<Vec<_>>().join(", "),
        }
    }

    fn rows_title(&self) -> String {
        self.site.t(if self.visitor.platform.is_mobile() { "landing-more-apps" } else { "landing-computer-apps" })
    }

    /// Whether none of the apps opens invitations, so that the account is made here first.
    fn rows_only_sign_in(&self) -> bool {
        self.register.is_some() && self.rows().iter().all(|row| row.name_first)
    }

    /// Setting up the recommended app from F-Droid, which keeps this page's invitation waiting.
    fn fdroid(&self) -> Option<String> {
        let app = self.recommended()?;
        app.fdroid_page()?;
        Some(paths::app(self.token, &app.id))
    }

    /// What takes the page out of another app's own browser, on Android.
    fn way_out(&self) -> Option<String> {
        let android = self.visitor.in_app && self.visitor.platform == crate::platform::Platform::Android;
        let rest = self.link.strip_prefix("https://").filter(|_| android)?;
        Some(format!("intent://{rest}#Intent;scheme=https;end"))
    }

    /// Where the app that should have opened can be got.
    fn missing_app(&self) -> Option<(&App, String)> {
        let app = self.recommended()?;
        Some((app, paths::app(self.token, &app.id)))
    }

    fn hello_from(&self) -> Option<String> {
        Some(self.site.with("landing-hello-from", "inviter", self.inviter?))
    }

    /// The app for an iPad that says it is a Mac.
    fn ipad_app(&self) -> Option<(&App, Href)> {
        let ipad = crate::platform::Platform::IPad;
        let app = self.apps.on(ipad).find(|app| app.opens_invites(!self.is_contact()))?;
        self.visitor.maybe_ipad.then_some(())?;
        Some((app, app.page()?))
    }

    fn banner(&self) -> Option<String> {
        let wanted = self.carry && self.visitor.takes_app_banner();
        let ipad = crate::platform::Platform::IPad;
        let mut apps = self.apps.on(if self.visitor.maybe_ipad { ipad } else { self.visitor.platform });
        wanted
            .then(|| apps.find_map(|app| app.opens_invites(!self.is_contact()).then(|| app.banner(self.uri))?))
            .flatten()
    }

    fn square(&self) -> Option<String> {
        if !qr::is_for_phones(self.link) {
            return None;
        }
        qr::inline(self.link, &self.site.lang.plain().text("landing-qr-label", &[]))
    }

    fn card(&self) -> Card {
        let lang = self.site.lang.plain();
        let site = ("site", self.site.name.into());
        let title = match self.inviter.filter(|_| self.name_in_card) {
            Some(inviter) => lang.text("card-personal", &[("inviter", inviter.into()), site]),
            None => lang.text("card-place", &[site]),
        };
        let mut text = self.site.sentence.map_or_else(|| lang.text("card-text", &[]), str::to_owned);
        if let Some(at) = self.expires {
            let date = lang.day(at, self.site.now, self.site.zone);
            text = format!("{text} {}", lang.text("card-until", &[("date", date.into())]));
        }
        // The card's picture is the place's: the same for each link, so it tells nobody which.
        let picture = self.site.card_picture(self.link.split("/i/").next().unwrap_or_default());
        Card { title, text, url: self.link.to_owned(), picture }
    }

    /// Whom the contact page is about, also where the inviter has no name to show.
    fn who(&self) -> &str {
        self.inviter.unwrap_or(self.site.name)
    }
}
