//! What holds for every page: plain words, small, self-contained, well-formed, escaped.

use parlour_words::{Lang, Words};

use super::*;
use crate::apps::Apps;
use crate::links::InviteUri;
use crate::pages::csp::csp;

#[path = "../../../examples/gallery/samples.rs"]
mod samples;

use samples::{ANDROID, ANDROID_FIREFOX, CSRF, IPHONE, LINK, LINUX, MAC, TOKEN, URI, World};

/// Words that an invitee should never have to know, whatever the page's language.
const FORBIDDEN: &str = "xmpp jabber jid roster muc \
    server servers client clients domain domains token tokens federation federated legacy node nodes \
    servers clients domäne domänen föderation knoten \
    serveur serveurs domaine domaines jeton jetons fédération fédéré fédérée nœud nœuds \
    servidor servidores cliente clientes dominio dominios federación federado federada nodo nodos \
    خادم الخادم خوادم الخوادم خادوم عميل العميل عملاء العملاء نطاق النطاق نطاقات رمز الرمز رموز توكن عقدة اتحاد";

fn english() -> Lang {
    Words::shared().english()
}

fn page(name: &str) -> String {
    let found = samples::all(english()).into_iter().find(|sample| sample.name == name);
    found.unwrap_or_else(|| panic!("no sample {name}")).html
}

/// What is between tags, and what is read out or shown from attributes; styles and scripts left out.
fn readable(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        out.push_str(text);
        out.push(' ');
        let (tag, after) = after.split_once('>').expect("a tag ends");
        for name in ["aria-label", "title", "alt", "placeholder"] {
            if let Some((_, value)) = tag.split_once(&format!("{name}=\"")) {
                out.push_str(value.split('"').next().unwrap_or_default());
                out.push(' ');
            }
        }
        if tag.starts_with("meta") && !tag.contains("apple-itunes-app") && !tag.contains("og:url") {
            out.push_str(tag.split_once("content=\"").map_or("", |(_, value)| value));
            out.push(' ');
        }
        rest = match tag.split_whitespace().next() {
            Some("style") => after.split_once("</style>").expect("an end").1,
            Some("script") => after.split_once("</script>").expect("an end").1,
            _ => after,
        };
    }
    out + rest
}

#[test]
fn no_page_uses_a_technical_word() {
    for lang in Words::shared().all() {
        let standard = lang.text("landing-what-standard", &[]);
        for sample in samples::all(lang) {
            let text = readable(&sample.html).replace(&standard, "").to_lowercase();
            for word in text.split(|c: char| !c.is_alphanumeric()) {
                assert!(
                    !FORBIDDEN.split_whitespace().any(|forbidden| forbidden == word),
                    "{} {}: {word:?}",
                    lang.tag(),
                    sample.name
                );
            }
        }
    }
}

#[test]
fn every_page_is_small_and_whole_in_every_language() {
    assert!(STYLE.len() <= 8 * 1024, "the stylesheet has {} bytes", STYLE.len());
    assert!(admin::STYLE.len() <= 8 * 1024, "the console's stylesheet has {} bytes", admin::STYLE.len());
    assert!(SCRIPT.len() <= 4 * 1024, "the script has {} bytes", SCRIPT.len());
    for lang in Words::shared().all() {
        for sample in samples::all(lang) {
            let page = format!("{} {}", lang.tag(), sample.name);
            // A sheet to be printed has a square on each slip.
            let most = if sample.name.starts_with("print-batch") { 100_000 } else { 50_000 };
            assert!(sample.html.len() < most, "{page} has {} bytes", sample.html.len());
            let packed = miniz_oxide::deflate::compress_to_vec(sample.html.as_bytes(), 6).len();
            assert!(packed < 15_000, "{page} has {packed} bytes when compressed");
            assert!(!readable(&sample.html).contains("{$"), "{page}: a hole was not filled");
            let start = format!("<html lang=\"{}\" dir=\"{}\">", lang.tag(), lang.dir());
            assert!(sample.html.contains(&start), "{page}");
        }
    }
}

#[test]
fn marks_of_direction_stay_out_of_links_and_fields() {
    for lang in Words::shared().all() {
        for sample in samples::all(lang) {
            let page = format!("{} {}", lang.tag(), sample.name);
            for name in [" href=\"", " value=\"", " content=\"", " action=\""] {
                for value in sample.html.split(name).skip(1) {
                    let value = value.split('"').next().unwrap_or_default();
                    assert!(!value.contains(['\u{2068}', '\u{2069}']), "{page}:{name}{value:?}");
                }
            }
            for inside in sample.html.split("<bdi").skip(1) {
                let inside = inside.split("</bdi>").next().unwrap_or_default();
                assert!(!inside.contains(['\u{2068}', '\u{2069}']), "{page}: {inside:?}");
            }
        }
    }
}

#[test]
fn pages_know_no_left_and_no_right() {
    let sheets = [("style.css", STYLE), ("console.css", include_str!("../console.css"))];
    // Logical properties turn with the language; these would not.
    for (name, sheet) in sheets {
        for rule in sheet.split(['{', '}', ';', ' ', ':', ',', '(']) {
            let physical = rule.split('-').any(|part| matches!(part, "left" | "right"));
            assert!(!physical && !matches!(rule, "width" | "height" | "top" | "bottom"), "{rule:?} in {name}");
        }
        for rule in sheet.split(['{', '}', ';']) {
            let sides: Vec<_> =
                rule.split_once(':').map(|(_, value)| value.split_whitespace().collect()).unwrap_or_default();
            let all = ["margin:", "padding:", "inset:", "border-width:"].iter().any(|start| rule.starts_with(start));
            assert!(!all || sides.len() < 4 || sides[1] == sides[3], "{rule:?} in {name} has a left and a right");
        }
    }
}

#[test]
fn every_page_names_all_other_languages_as_their_speakers_do() {
    for lang in Words::shared().all() {
        let html = samples::all(lang).into_iter().find(|s| s.name == "landing-laptop").expect("a sample").html;
        for other in Words::shared().all() {
            let link = format!(
                " lang=\"{0}\" hreflang=\"{0}\" dir=\"{1}\">{2}</a>",
                other.tag(),
                other.dir(),
                other.own_name()
            );
            assert_eq!(html.contains(&link), other.tag() != lang.tag(), "{} on a page in {}", other.tag(), lang.tag());
        }
    }
}

#[test]
fn vector_72_every_page_stands_alone() {
    let apps = Apps::built_in();
    let stores: Vec<_> = apps.all().flat_map(|app| app.stores(None)).filter_map(|s| host_of(s.href.as_str())).collect();
    for sample in samples::all(english()) {
        let name = sample.name;
        // The icon is part of the page; its namespace is a name and not an address.
        let html = sample.html.replace("xmlns='http://www.w3.org/2000/svg'", "");
        for scheme in ["https://", "http://"] {
            for after in html.split(scheme).skip(1) {
                let host = after.split(['/', '"', '?', '<']).next().unwrap_or_default();
                assert!(stores.iter().any(|store| store == host) || host == "chat.example.org", "{name}: {host}");
            }
        }
        for source in html.split("src=\"").skip(1) {
            assert!(source.starts_with('/') && !source.starts_with("//"), "{name} loads from elsewhere");
        }
        assert!(!html.contains(" style=") && !html.contains(" onclick") && !html.contains("javascript:"), "{name}");
        let console = format!("<style>{}</style>", admin::STYLE);
        assert_eq!(html.contains(&console), name.starts_with("admin"), "{name}");
        let html = html.replace(&console, "").replace(&format!("<style>{}</style>", sheet::STYLE), "");
        // A place's own colours follow the stylesheet; their hash is in that place's policy.
        let html = match html.split_once("<style>:root{--accent:#") {
            Some((before, own)) if before.contains(STYLE) => {
                before.to_owned() + own.split_once("</style>").expect("an end").1
            }
            _ => html,
        };
        for (open, close, part) in [("<style>", "</style>", STYLE), ("<script>", "</script>", SCRIPT)] {
            let (_, rest) = html.split_once(open).expect(open);
            let (found, rest) = rest.split_once(close).expect(close);
            assert_eq!(found, part, "{name}: what the policy's hash is of");
            assert!(!rest.contains(open), "{name} has one {open}");
        }
    }
    assert!(csp().to_str().expect("text").contains("sha256-"));
}

/// The site of a web address.
fn host_of(url: &str) -> Option<String> {
    url.split("://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned)
}

#[test]
fn every_page_is_well_formed_and_labelled() {
    let empty = ["meta", "link", "input", "!doctype", "path", "use", "img"];
    for sample in samples::all(english()) {
        let name = sample.name;
        let mut open: Vec<String> = Vec::new();
        let mut rest = sample.html.as_str();
        let mut headings = 0;
        while let Some((_, after)) = rest.split_once('<') {
            let (tag, after) = after.split_once('>').expect("a tag ends");
            let word = tag.split_whitespace().next().unwrap_or_default().to_owned();
            headings += usize::from(word == "h1");
            if let Some(closed) = word.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closed), "{name}: nesting");
            } else if !empty.contains(&word.as_str()) {
                open.push(word.clone());
            }
            for id in tag
                .split_once("aria-describedby=\"")
                .and_then(|(_, v)| v.split('"').next())
                .unwrap_or_default()
                .split(' ')
                .filter(|id| !id.is_empty())
            {
                assert!(sample.html.contains(&format!("id=\"{id}\"")), "{name}: {id} is described but not there");
            }
            rest = match word.as_str() {
                "style" | "script" => after.split_once("</").map_or("", |(content, _)| &after[content.len()..]),
                _ => after,
            };
        }
        assert!(open.is_empty(), "{name}: {open:?} stay open");
        assert_eq!(headings, 1, "{name}: one main heading");
        assert!(!sample.html.contains("tabindex=\"1"), "{name}");
    }
}

#[test]
fn every_text_a_template_names_exists() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut seen = 0;
    let entries = [folder.clone(), folder.join("admin")].map(|folder| std::fs::read_dir(folder).expect("templates"));
    for entry in entries.into_iter().flatten().flatten().filter(|entry| entry.path().is_file()) {
        let template = std::fs::read_to_string(entry.path()).expect("a template");
        for call in ["site.t(\"", "site.with(\"", "site.named(\""] {
            for after in template.split(call).skip(1) {
                let id = after.split('"').next().unwrap_or_default();
                assert!(english().has(id), "{}: {id}", entry.path().display());
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen} texts");
    // Those the structs name would show as their id.
    for sample in samples::all(english()) {
        let text = readable(&sample.html);
        for prefix in [
            "admin-",
            "landing-",
            "dead-",
            "register-",
            "owner-",
            "success-",
            "invite-",
            "state-",
            "problem-",
            "card-",
            "error-",
        ] {
            for word in text.split_whitespace() {
                assert!(!word.starts_with(prefix), "{}: {word}", sample.name);
            }
        }
    }
}

#[test]
fn every_form_is_guarded_and_password_fields_come_back_empty() {
    for sample in samples::all(english()) {
        for form in sample.html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.starts_with("method=\"get\" action=\"/") {
                // It changes nothing, and what it sends stands in the address.
                assert!(!form.contains("csrf") && !form.contains("type=\"password\""), "{}", sample.name);
                continue;
            }
            assert!(form.starts_with("method=\"post\" action=\"/"), "{}", sample.name);
            assert!(form.contains(&format!("name=\"csrf\" value=\"{CSRF}\"")), "{}", sample.name);
        }
        for input in sample.html.split("<input ").skip(1) {
            let input = input.split('>').next().unwrap_or_default();
            assert!(!input.contains("type=\"password\"") || !input.contains("value="), "{}: {input}", sample.name);
        }
    }
}

#[test]
fn vector_63_the_landing_page_names_its_alternate() {
    let html = page("landing-android");
    assert!(html.contains(&format!("<link rel=\"alternate\" href=\"{URI}\">")));
    for name in ["dead-expired", "dead-used", "dead-withdrawn", "dead-full", "dead-unknown"] {
        assert!(!page(name).contains("rel=\"alternate\""), "{name}");
    }
}

#[test]
fn vector_64_dead_links_say_which_and_name_who_helps() {
    for (name, sentence) in [
        ("dead-expired", "has run out"),
        ("dead-used", "has been used"),
        ("dead-withdrawn", "was taken back"),
        ("dead-full", "All places are taken"),
        ("dead-unknown", "don’t know this link"),
    ] {
        let html = page(name);
        assert!(html.contains(sentence) && html.contains("mailto:choir@example.org"), "{name}");
    }
    assert_eq!(Dead::Unknown.status(), 404);
    for dead in [Dead::Expired { at: None }, Dead::Used, Dead::Withdrawn, Dead::Full] {
        assert_eq!(dead.status(), 410);
    }
}

#[test]
fn vector_66_a_contact_alone_offers_no_account() {
    for name in ["landing-contact", "landing-contact-laptop"] {
        let html = page(name);
        assert!(!html.contains("/register"), "{name}");
        assert!(html.contains("href=\"xmpp:romeo@chat.example.org?roster;preauth="), "{name}");
        assert!(html.contains("you need a chat account. Any will do"), "{name}");
    }
}

#[test]
fn vector_67_each_device_gets_its_button() {
    let world = World::new();
    let site = &world.site(english());
    let android = world.landing(site, ANDROID).html();
    assert!(android.contains("href=\"intent:romeo@chat.example.org?roster;preauth="));
    assert!(android.contains("package=eu.siacs.conversations"));
    let firefox = world.landing(site, ANDROID_FIREFOX).html();
    assert!(!firefox.contains("intent:"));
    assert!(firefox.contains("referrer=xmpp%3Aromeo%40chat.example.org%3Froster%3Bpreauth%3D"));
    let iphone = world.landing(site, IPHONE).html();
    assert!(iphone.contains(&format!("content=\"app-id=317711500, app-argument={URI}\"")));
    assert!(iphone.contains("https://apps.apple.com/app/id317711500"));
    let mac = world.landing(site, MAC).html();
    assert!(mac.contains("On an iPad?") && mac.contains("app-id=317711500"));
    let laptop = world.landing(site, LINUX).html();
    assert!(laptop.contains("<svg class=\"qr\"") && laptop.contains("Use this computer"));
    assert!(!laptop.contains("apple-itunes-app"));
    for app in laptop.split("<li>").skip(1) {
        assert!(!app.contains("href=\"xmpp:") || !app.contains("Gajim"), "Gajim opens no invites");
    }
    // One option keeps the invitation out of the stores.
    for agent in [ANDROID, ANDROID_FIREFOX, IPHONE, MAC] {
        let kept = Landing { carry: false, ..world.landing(site, agent) }.html();
        assert!(
            !kept.contains("referrer=") && !kept.contains("apple-itunes-app") && !kept.contains("intent:"),
            "{agent}"
        );
    }
}

#[test]
fn vector_69_success_shows_the_address_and_no_secret() {
    for name in ["success", "success-laptop"] {
        let html = page(name);
        assert!(html.contains("value=\"juliet@chat.example.org\""), "{name}");
        assert!(html.contains("href=\"/me\""), "{name}");
        assert!(!html.contains("preauth"), "{name}");
    }
    let world = World::new();
    let site = Site { path: None, ..world.site(english()) };
    assert!(!world.success(&site).html().contains(TOKEN));
}

#[test]
fn vector_70_a_refused_form_keeps_the_name_and_says_why() {
    let html = page("register-taken");
    assert!(html.contains("value=\"juliet\"") && html.contains("already uses"));
    assert!(html.contains("name=\"pick\" value=\"juliet.k\"") && html.contains("formnovalidate"));
    assert!(html.contains("at least 8 characters"));
    assert_eq!(
        html.matches("aria-invalid").count()
            - SCRIPT.matches("aria-invalid").count()
            - STYLE.matches("aria-invalid").count(),
        2
    );
}

#[test]
fn the_preview_card_never_holds_the_hello() {
    let html = page("landing-android");
    let head = html.split("<style>").next().unwrap_or_default();
    assert!(head.contains("property=\"og:title\" content=\"Romeo invited you to Hillside Choir\""));
    assert!(head.contains("Works until Friday 12 June."));
    assert!(head.contains(&format!("property=\"og:url\" content=\"{LINK}\"")));
    assert!(!head.contains("Tuesday’s scores"));
    let group = page("landing-group");
    assert!(group.contains("property=\"og:title\" content=\"You’re invited to Hillside Choir\""));
}

#[test]
fn vector_73_nothing_that_people_write_becomes_markup() {
    const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;";
    let world = World::new();
    let site = &Site { name: EVIL, sentence: Some(EVIL), host: EVIL, ..world.site(english()) };
    let names = [EVIL.to_owned()];
    let invite = OwnInvite {
        id: "b1".into(),
        note: Some(EVIL.into()),
        opened: 2,
        made: world.now,
        state: InviteState::Used { by: Some(EVIL.into()), at: world.now },
    };
    let open = OwnInvite { state: InviteState::Waiting { expires: None }, ..invite.clone() };
    let invites = [invite.clone(), open];
    let kinds = [InviteKind::AccountAndContact];
    let me = Me {
        site,
        address: EVIL,
        csrf: EVIL,
        allowance: Allowance::Free,
        form: InviteForm {
            note: EVIL,
            name: EVIL,
            name_error: Some(KeptNameError::Name(NameError::Taken)),
            reminder: EVIL,
            language: EVIL,
            ..samples::form(&kinds)
        },
        older: Some(EVIL.into()),
        notice: None,
        problem: None,
        invites: &invites,
        ..world.me(site, &[])
    };
    let line = |what| Line { what, at: world.now };
    let happened = [line(Happened::Joined(EVIL.into())), line(Happened::BecameContact(EVIL.into()))];
    let apps = [ChatApp {
        key: EVIL.into(),
        name: Some(EVIL.into()),
        device: Some(EVIL.into()),
        since: world.now,
        here: Here::Away,
    }];
    let mut pages = vec![
        Register {
            name: EVIL,
            name_error: Some(NameError::Taken),
            suggestions: &names,
            inviter: Some(EVIL),
            csrf: EVIL,
            address_host: EVIL,
            ..world.register(site)
        }
        .html(),
        Success { name: EVIL, address: EVIL, inviter: Some(EVIL), ..world.success(site) }.html(),
        DeadLink { site, dead: Dead::Expired { at: None }, inviter: Some(EVIL) }.html(),
        SignIn { site, csrf: EVIL, name: EVIL, wrong: true, problem: None, next: Some(EVIL) }.html(),
        ChangePassword { site, csrf: EVIL, address: EVIL, current_wrong: true, password_error: None, problem: None }
            .html(),
        ResetPassword { site, action: EVIL, csrf: EVIL, address: EVIL, password_error: None, problem: None }.html(),
        ResetDone { site, address: EVIL, password: Some(EVIL) }.html(),
        Invitation {
            link: Some(EVIL),
            words: Some(EVIL),
            reminder: Some(EVIL),
            name: Some(EVIL),
            csrf: EVIL,
            newer: Some(EVIL.into()),
            ..world.invitation(site, &invite, &happened)
        }
        .html(),
        Devices { site, csrf: EVIL, browsers: &[], apps: &apps, notice: None, problem: None }.html(),
        Leave { site, csrf: EVIL, address: EVIL, wrong: true, last_owner: false, problem: None }.html(),
        Left { site, address: EVIL, until: world.now }.html(),
        Revoke { site, csrf: EVIL, invite: &invite }.html(),
        ProblemPage { site, problem: Problem::Fault { reference: EVIL } }.html(),
        me.html(),
    ];
    for kind in [LandingKind::Personal, LandingKind::Account, LandingKind::Group, LandingKind::Contact] {
        for agent in [ANDROID, IPHONE, LINUX, samples::IN_APP] {
            pages.push(
                Landing {
                    kind,
                    inviter: Some(EVIL),
                    hello: Some(EVIL),
                    link: EVIL,
                    register: Some(EVIL),
                    ..world.landing(site, agent)
                }
                .html(),
            );
        }
    }
    pages.extend(samples::console::evil(&world, site, EVIL));
    for html in pages {
        assert_eq!(html.matches("<script").count(), 1, "only our own");
        assert!(!html.contains("<img") && !html.contains("alert(1)>\""));
        assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "it is shown as text");
        // No quote got out of an attribute: every tag is one of ours.
        assert!(!html.contains("\"'>"));
    }
    assert!(InviteUri::new("javascript:alert(1)").is_none());
}
