//! Every page in every state, with made-up facts. Used by the gallery and by the tests of the views.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parlour_domain::options::{BrandOptions, ContactOptions};
use parlour_domain::{HostName, HostPolicy};
use parlour_web::Settings;
use parlour_web::apps::Apps;
use parlour_web::links::InviteUri;
use parlour_web::look::Look;
use parlour_web::pages::view::*;
use parlour_web::platform::Visitor;
use parlour_words::Lang;

#[path = "console.rs"]
pub mod console;

/// A page and what it is called.
pub struct Sample {
    /// The file's name.
    pub name: &'static str,
    /// The whole document.
    pub html: String,
}

/// Made-up facts that all pages share.
pub struct World {
    pub apps: Apps,
    pub look: Look,
    pub zone: TimeZone,
    pub now: Timestamp,
}

pub const TOKEN: &str = "q7GkPz2LmX9aBcD4eFgH5iJkLm";
pub const CSRF: &str = "djEuMTc2MzY4MDAwMC5hYmM";
pub const URI: &str = "xmpp:romeo@chat.example.org?roster;preauth=q7GkPz2LmX9aBcD4eFgH5iJkLm;ibr=y";
pub const LINK: &str = "https://chat.example.org/i/q7GkPz2LmX9aBcD4eFgH5iJkLm";
pub const REGISTER: &str = "/i/q7GkPz2LmX9aBcD4eFgH5iJkLm/register";
const HELLO: &str = "Come and sing with us! I’ll send you Tuesday’s scores as soon as you’re in.";

pub const ANDROID: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";
pub const ANDROID_FIREFOX: &str = "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0";
pub const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
pub const IN_APP: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 350.0.0.0";
pub const IN_APP_ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 Instagram 350.0.0.0";
pub const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
pub const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// How the choir's pages look with this brand.
fn look(brand: BrandOptions) -> Look {
    let page = |path: &str| Some(format!("https://chat.example.org/{path}"));
    let policy = HostPolicy {
        site_name: Some("Hillside Choir".into()),
        contact: ContactOptions { support: vec!["choir@example.org".into()], ..ContactOptions::default() },
        brand: BrandOptions { terms: page("terms"), privacy: page("privacy"), ..brand },
        ..HostPolicy::default()
    };
    Look::new(&HostName::parse("chat.example.org").expect("a domain"), &policy, &Settings::default())
}

impl World {
    pub fn new() -> Self {
        Self {
            apps: Apps::built_in(),
            look: look(BrandOptions::default()),
            zone: TimeZone::UTC,
            now: "2026-06-05T18:00:00Z".parse().expect("a time"),
        }
    }

    pub fn site(&self, lang: Lang) -> Site<'_> {
        Site {
            lang,
            name: "Hillside Choir",
            sentence: Some("We sing on Tuesdays and talk about it all week."),
            host: "chat.example.org",
            look: &self.look,
            zone: &self.zone,
            now: self.now,
            path: Some("/i/q7GkPz2LmX9aBcD4eFgH5iJkLm"),
            made_with: true,
        }
    }

    pub fn after(&self, hours: i64) -> Timestamp {
        Timestamp::from_second(self.now.as_second() + hours * 3600).expect("in range")
    }

    /// A member's own page, on a laptop.
    pub fn me<'a>(&'a self, site: &'a Site<'a>, invites: &'a [OwnInvite]) -> Me<'a> {
        Me {
            site,
            address: "romeo@chat.example.org",
            csrf: CSRF,
            allowance: Allowance::Free,
            form: form(KINDS),
            notice: None,
            problem: None,
            invites,
            later: false,
            older: None,
            console: false,
            visitor: Visitor::from_headers(LINUX, None),
            apps: &self.apps,
        }
    }

    /// One of a member's invitations, open.
    pub fn invitation<'a>(&'a self, site: &'a Site<'a>, invite: &'a OwnInvite, history: &'a [Line]) -> Invitation<'a> {
        Invitation {
            site,
            csrf: CSRF,
            invite,
            link: Some(LINK),
            words: Some(HELLO),
            reminder: None,
            name: None,
            max_uses: 1,
            expires: self.after(7 * 24),
            history,
            longer: None,
            renewable: true,
            newer: None,
            notice: None,
            unchanged: None,
        }
    }

    pub fn history(&self) -> Vec<Line> {
        use Happened as H;
        let all = [
            H::Made,
            H::Extended,
            H::Joined("mercutio".into()),
            H::BecameContact("rosaline@far.example".into()),
            H::OtherUses,
            H::TakenAway,
            H::Replaced,
        ];
        all.into_iter().zip(-9..).map(|(what, hours)| Line { what, at: self.after(hours * 7) }).collect()
    }

    pub fn landing<'a>(&'a self, site: &'a Site<'a>, agent: &str) -> Landing<'a> {
        Landing {
            site,
            visitor: Visitor::from_headers(agent, None),
            apps: &self.apps,
            kind: LandingKind::Personal,
            inviter: Some("Romeo"),
            hello: Some(HELLO),
            members: None,
            uses_left: None,
            expires: Some(self.after(7 * 24)),
            uri: InviteUri::new(URI).expect("a link"),
            token: TOKEN,
            link: LINK,
            register: Some(REGISTER),
            carry: true,
            name_in_card: true,
        }
    }

    pub fn register<'a>(&'a self, site: &'a Site<'a>) -> Register<'a> {
        Register {
            site,
            owner: false,
            action: REGISTER,
            csrf: CSRF,
            inviter: Some("Romeo"),
            address_host: "chat.example.org",
            name: "",
            name_fixed: false,
            name_error: None,
            suggestions: &[],
            password_error: None,
            problem: None,
            app: None,
        }
    }

    pub fn success<'a>(&'a self, site: &'a Site<'a>) -> Success<'a> {
        Success {
            site,
            visitor: Visitor::from_headers(ANDROID, None),
            apps: &self.apps,
            name: "juliet",
            address: "juliet@chat.example.org",
            inviter: Some("Romeo"),
            may_invite: true,
            chosen: None,
            password: None,
        }
    }

    pub fn invites(&self) -> Vec<OwnInvite> {
        let invite = |id: &str, note: Option<&str>, state| OwnInvite {
            id: id.to_owned(),
            note: note.map(str::to_owned),
            opened: note.map_or(0, |note| u32::try_from(note.len()).unwrap_or_default() % 4),
            made: self.after(-30),
            state,
        };
        vec![
            invite(
                "b1",
                Some("For Juliet: come and sing with us!"),
                InviteState::Waiting { expires: Some(self.after(160)) },
            ),
            invite("b2", None, InviteState::Waiting { expires: None }),
            invite("b3", Some("Altos of 2026"), InviteState::Some { used: 3, of: 10 }),
            invite(
                "b4",
                Some("Hello Mercutio"),
                InviteState::Used { by: Some("mercutio".into()), at: self.after(-50) },
            ),
            invite("b5", None, InviteState::Used { by: None, at: self.after(-50) }),
            invite("b6", Some("Benvolio"), InviteState::Expired { at: self.after(-72) }),
            invite("b7", Some("Tybalt"), InviteState::Withdrawn),
        ]
    }
}

/// A password that we made.
const MADE: &str = "bakoti-manusi-rebaju-tizefa";

const KINDS: &[InviteKind] = &[InviteKind::AccountAndContact, InviteKind::Account];

/// An empty form for an invitation.
pub fn form(kinds: &[InviteKind]) -> InviteForm<'_> {
    InviteForm {
        kinds,
        chosen: None,
        note: "",
        note_over: None,
        name: "",
        name_error: None,
        reminder: "",
        reminder_over: None,
        lives: &[168, 1, 24, 72],
        life: None,
        language: "",
    }
}

/// Every page in every state worth a look.
pub fn all(lang: Lang) -> Vec<Sample> {
    let world = World::new();
    let site = &world.site(lang);
    let mut samples = landings(&world, site);
    samples.extend(setups(&world, site));
    samples.extend(painted(&world, lang));
    samples.extend(forms(&world, site));
    samples.extend(own(&world, site));
    samples.extend(ends(&world, site));
    samples.extend(console::all(&world, site));
    samples
}

fn landings(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let page = |name, landing: Landing<'_>| Sample { name, html: landing.html() };
    let group = |agent| Landing {
        kind: LandingKind::Group,
        inviter: Some("Romeo"),
        hello: None,
        members: Some(28),
        uses_left: Some(6),
        name_in_card: false,
        ..world.landing(site, agent)
    };
    let account = |agent| Landing { kind: LandingKind::Account, hello: None, ..world.landing(site, agent) };
    let contact = |agent| Landing {
        kind: LandingKind::Contact,
        register: None,
        uri: InviteUri::new("xmpp:romeo@chat.example.org?roster;preauth=q7GkPz2LmX9aBcD4eFgH5iJkLm").expect("a link"),
        ..world.landing(site, agent)
    };
    vec![
        page("landing-android", world.landing(site, ANDROID)),
        page("landing-android-firefox", world.landing(site, ANDROID_FIREFOX)),
        page("landing-android-not-carried", Landing { carry: false, ..world.landing(site, ANDROID) }),
        page("landing-iphone", world.landing(site, IPHONE)),
        page("landing-in-app", world.landing(site, IN_APP)),
        page("landing-in-app-android", world.landing(site, IN_APP_ANDROID)),
        page("landing-laptop", world.landing(site, LINUX)),
        page("landing-mac", world.landing(site, MAC)),
        page("landing-unknown-device", world.landing(site, "")),
        page("landing-group", group(ANDROID)),
        page("landing-group-laptop", group(LINUX)),
        page("landing-account", account(IPHONE)),
        page("landing-account-nobody", Landing { inviter: None, expires: None, ..account(ANDROID) }),
        page("landing-contact", contact(ANDROID)),
        page("landing-contact-laptop", contact(LINUX)),
    ]
}

/// The same pages in colours of a place's own: one that is too light for paper, one too dark for the night.
fn painted(world: &World, lang: Lang) -> Vec<Sample> {
    let page = |name, colour: &str, agent| {
        let look = look(BrandOptions { colour: parlour_domain::Colour::parse(colour), ..BrandOptions::default() });
        let site = world.site(lang);
        let site = Site { look: &look, ..site };
        Sample { name, html: world.landing(&site, agent).html() }
    };
    vec![
        page("landing-yellow", "#ffe600", ANDROID),
        page("landing-plum", "#4a1048", LINUX),
        page("landing-rose", "#e0457b", IPHONE),
    ]
}

fn setups<'a>(world: &'a World, site: &'a Site<'a>) -> Vec<Sample> {
    let setup = |id: &str, agent| Setup {
        site,
        visitor: Visitor::from_headers(agent, None),
        app: world.apps.by_id(id).expect("listed"),
        kind: LandingKind::Personal,
        inviter: Some("Romeo"),
        address: Some("romeo@chat.example.org"),
        uri: InviteUri::new(URI).expect("a link"),
        landing: "/i/q7GkPz2LmX9aBcD4eFgH5iJkLm",
        register: Some(REGISTER),
        carry: true,
    };
    let page = |name, setup: Setup<'_>| Sample { name, html: setup.html() };
    let home = |name, open, wants_to_join| {
        let page = Home { site, public_url: "https://chat.example.org", open, wants_to_join };
        Sample { name, html: page.html() }
    };
    let sheet = |name, several, slips| {
        let page = Sheet {
            site,
            inviter: Some("Romeo"),
            link: LINK,
            expires: Some(world.after(7 * 24)),
            several,
            slips,
            path: "/me/invites/b1/print",
            back: "/me/invites/b1",
        };
        Sample { name, html: page.html() }
    };
    vec![
        page("setup-conversations", setup("conversations", ANDROID)),
        page("setup-monal", setup("monal", IPHONE)),
        page("setup-gajim", setup("gajim", LINUX)),
        page("setup-gajim-contact", Setup { kind: LandingKind::Contact, register: None, ..setup("gajim", LINUX) }),
        home("home", false, false),
        home("home-open", true, false),
        home("home-needs-invitation", false, true),
        sheet("print-one", false, Slips::One),
        sheet("print-eight", true, Slips::Eight),
        sheet("print-many", true, Slips::Many),
    ]
}

fn forms(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let register = |name, register: Register<'_>| Sample { name, html: register.html() };
    let suggestions = ["juliet.k".to_owned(), "juliet2".to_owned()];
    let taken = Register {
        name: "juliet",
        name_error: Some(NameError::Taken),
        suggestions: &suggestions,
        password_error: Some(PasswordError::Short),
        ..world.register(site)
    };
    let sign_in = SignIn { site, csrf: CSRF, name: "romeo", wrong: false, problem: None, next: None };
    let wrong = SignIn { site, csrf: CSRF, name: "romeo", wrong: true, problem: None, next: Some("/me/password") };
    let reset = ResetPassword {
        site,
        action: "/i/q7GkPz2LmX9aBcD4eFgH5iJkLm/reset",
        csrf: CSRF,
        address: "juliet@chat.example.org",
        password_error: None,
        problem: Some(FormProblem::Stale),
    };
    let change = ChangePassword {
        site,
        csrf: CSRF,
        address: "romeo@chat.example.org",
        current_wrong: true,
        password_error: Some(PasswordError::Common),
        problem: None,
    };
    let late = FormProblem::TryLater { minutes: 3 };
    vec![
        register("register", world.register(site)),
        register("register-fixed", Register { name: "juliet", name_fixed: true, ..world.register(site) }),
        register("register-taken", taken),
        register("register-later", Register { name: "juliet", problem: Some(late), ..world.register(site) }),
        register("owner", Register { owner: true, inviter: None, ..world.register(site) }),
        Sample { name: "success", html: world.success(site).html() },
        Sample {
            name: "success-laptop",
            html: Success { inviter: None, visitor: Visitor::from_headers(LINUX, None), ..world.success(site) }.html(),
        },
        Sample {
            name: "success-made",
            html: Success { chosen: world.apps.by_id("gajim"), password: Some(MADE), ..world.success(site) }.html(),
        },
        Sample { name: "sign-in", html: sign_in.html() },
        Sample { name: "sign-in-wrong", html: wrong.html() },
        Sample { name: "reset", html: reset.html() },
        Sample {
            name: "reset-done",
            html: ResetDone { site, address: "juliet@chat.example.org", password: Some(MADE) }.html(),
        },
        Sample { name: "change-password", html: change.html() },
    ]
}

fn own(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let invites = world.invites();
    let page = |name, me: Me<'_>| Sample { name, html: me.html() };
    let long = InviteForm {
        note: "Too many words",
        note_over: Some(12),
        name: "juliet",
        name_error: Some(KeptNameError::Name(NameError::Taken)),
        reminder: "Juliet from the choir",
        ..form(&KINDS[..1])
    };
    let history = world.history();
    let fresh = world.history()[..1].to_vec();
    let made = world.invitation(site, &invites[0], &fresh);
    let longer = Invitation {
        max_uses: 10,
        words: None,
        reminder: Some("Altos of 2026"),
        name: Some("juliet"),
        longer: Some(world.after(14 * 24)),
        notice: Some(Notice::Renewed),
        ..world.invitation(site, &invites[2], &history[..4])
    };
    let limit = Unchanged::Limit(Allowance::TooManyOpen(Some(world.after(30))));
    let over = Invitation {
        link: None,
        words: None,
        newer: Some("b9".into()),
        renewable: false,
        unchanged: Some(Unchanged::Over),
        ..world.invitation(site, &invites[6], &history)
    };
    let expired = Invitation {
        link: None,
        longer: Some(world.after(14 * 24)),
        unchanged: Some(limit),
        ..world.invitation(site, &invites[5], &history[..2])
    };
    let browser = |label: &str, name, device, this| Browser {
        label: label.into(),
        name,
        device,
        since: world.after(-90),
        seen: world.after(-2),
        this,
    };
    let browsers = [
        browser("a1", Some("Firefox"), Some("Linux"), true),
        browser("a2", Some("Safari"), Some("iOS"), false),
        browser("a3", None, None, false),
    ];
    let app = |name: Option<&str>, device: Option<&str>, here| ChatApp {
        key: "1".into(),
        name: name.map(str::to_owned),
        device: device.map(str::to_owned),
        since: world.after(-48),
        here,
    };
    let apps = [
        app(Some("Conversations"), Some("Kiva’s phone"), Here::Connected),
        app(None, None, Here::Lost),
        app(Some("Monal"), Some("iPad in the kitchen with a name nobody would ever give it"), Here::Away),
        app(None, None, Here::Away),
    ];
    let devices = Devices { site, csrf: CSRF, browsers: &browsers, apps: &apps, notice: None, problem: None };
    let alone = Devices {
        browsers: &browsers[..1],
        apps: &[],
        notice: Some(Notice::OthersSignedOut),
        problem: Some(FormProblem::Stale),
        ..devices
    };
    let address = "romeo@chat.example.org";
    let leave = Leave { site, csrf: CSRF, address, wrong: false, last_owner: false, problem: None };
    let leave_wrong = Leave { wrong: true, ..leave };
    let leave_last = Leave { last_owner: true, ..leave };
    let older = Me { later: true, older: Some("/me?after=b7".into()), ..world.me(site, &invites) };
    vec![
        page("me-empty", world.me(site, &[])),
        page("me-owner", Me { notice: Some(Notice::Owner), ..world.me(site, &[]) }),
        page("me", Me { notice: Some(Notice::TakenBack), allowance: Allowance::Left(3), ..world.me(site, &invites) }),
        page("me-error", Me { form: long, problem: Some(FormProblem::Stale), ..world.me(site, &invites[..1]) }),
        page("me-next", Me { allowance: Allowance::NextAt(world.after(5)), ..world.me(site, &invites[..2]) }),
        page(
            "me-many-open",
            Me { allowance: Allowance::TooManyOpen(Some(world.after(30))), ..world.me(site, &invites[..2]) },
        ),
        page(
            "me-not-allowed",
            Me { allowance: Allowance::NotAllowed, notice: Some(Notice::PasswordChanged), ..world.me(site, &[]) },
        ),
        Sample { name: "made", html: made.html() },
        page("me-older", older),
        Sample { name: "made-longer", html: longer.html() },
        Sample { name: "invitation-over", html: over.html() },
        Sample { name: "invitation-expired", html: expired.html() },
        Sample { name: "devices", html: devices.html() },
        Sample { name: "devices-alone", html: alone.html() },
        Sample { name: "leave", html: leave.html() },
        Sample { name: "leave-wrong", html: leave_wrong.html() },
        Sample { name: "leave-last-owner", html: leave_last.html() },
        Sample { name: "left", html: Left { site, address, until: world.after(30 * 24) }.html() },
        Sample { name: "revoke", html: Revoke { site, csrf: CSRF, invite: &invites[0] }.html() },
    ]
}

fn ends(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let dead = |name, dead, inviter| Sample { name, html: DeadLink { site, dead, inviter }.html() };
    let problem = |name, problem| Sample { name, html: ProblemPage { site, problem }.html() };
    let nobodys = Look::default();
    let nowhere = Site { name: "", sentence: None, host: "", look: &nobodys, path: None, ..site.clone() };
    vec![
        dead("dead-expired", Dead::Expired { at: Some(world.after(-24 * 33)) }, Some("Romeo")),
        dead("dead-expired-swept", Dead::Expired { at: None }, None),
        dead("dead-used", Dead::Used, None),
        dead("dead-withdrawn", Dead::Withdrawn, Some("Romeo")),
        dead("dead-full", Dead::Full, None),
        dead("dead-unknown", Dead::Unknown, None),
        problem("problem-403", Problem::Forbidden),
        problem("problem-400", Problem::Unreadable { status: 400 }),
        problem("problem-403-not-yours", Problem::NotYours),
        problem("problem-403-open", Problem::Insecure),
        problem("problem-404", Problem::Missing),
        problem("problem-410", Problem::Gone),
        Sample { name: "problem-421", html: ProblemPage { site: &nowhere, problem: Problem::Elsewhere }.html() },
        problem(
            "problem-429",
            Problem::Busy { retry: Timestamp::from_second(world.now.as_second() + 200).expect("in range") },
        ),
        problem("problem-503", Problem::Overloaded),
        problem("problem-503-full", Problem::Full),
        problem("problem-500", Problem::Fault { reference: "7F3K-92QD" }),
    ]
}
