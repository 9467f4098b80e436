//! How a place looks, and what it says of itself to programs.

use axum::http::Method;
use parlour_domain::invite::issue::Wish;
use parlour_domain::options::{AppOptions, BrandOptions, ContactOptions, InviteOptions};
use parlour_domain::{Colour, HostOptions, Role};

use super::world::{Ask, World, host, operator};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn a_place_has_its_colour_addresses_and_languages_until_they_change() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let plain = world.get(&format!("/i/{token}")).await;
    assert!(plain.text().contains("hreflang=\"de\"") && plain.text().contains("fill='%231f5fa8'"));
    let brand = BrandOptions {
        sentence: some("We sing <b>on</b> Tuesdays."),
        colour: Colour::parse("#7a2e8e"),
        terms: some("https://h.example/terms"),
        privacy: some("javascript:alert(1)"),
        languages: Some(vec!["de".into()]),
        powered_by: Some(false),
        ..BrandOptions::default()
    };
    let options = HostOptions { brand, site_name: some("Chor"), ..HostOptions::default() };
    world.acts.hosts.set_options(&operator(), host(), options).await.expect("set");
    let page = world.send(Ask::new(Method::GET, &format!("/i/{token}")).header("accept-language", "en")).await;
    let text = page.text();
    assert!(text.contains("<html lang=\"de\""), "the only language of the place");
    assert!(!text.contains("hreflang=") && !text.contains("Parlour") && !text.contains("javascript:"));
    assert!(text.contains("href=\"https://h.example/terms\"") && text.contains("--accent:#7a2e8e"));
    assert!(!text.contains("<b>on</b>"));
    let own = text.split("<style>").nth(2).and_then(|rest| rest.split("</style>").next()).expect("a style of its own");
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&crate::pages::csp::hash(own)) && !policy.contains("unsafe"), "{policy}");
    // Errors are painted alike.
    let missing = world.get("/nothing").await;
    assert!(missing.text().contains("--accent:#7a2e8e"));
    assert_eq!(missing.header("content-security-policy"), policy);
}

#[tokio::test]
async fn the_card_is_the_places_and_says_nothing_of_the_link() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish { note: some("for Tybalt"), ..Wish::default() }).await;
    let head = |text: &str| text.split("</head>").next().unwrap_or_default().to_owned();
    let page = head(world.get(&format!("/i/{token}")).await.text());
    let card = page.split("og:image\" content=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a card");
    assert!(card.starts_with("https://h.example/card.png?v=") && !card.contains(&token), "{card}");
    let picture = world.get("/card.png").await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/png"));
    assert!(picture.body.len() < 24_000 && picture.header("cache-control").contains("max-age"));
    // Who invites stands in it, by name and never by address; not where the place says no.
    assert!(page.contains("og:title\" content=\"alice invited you") && !page.contains("Tybalt"), "{page}");
    let outside_link = page.replace(&format!("xmpp:alice@h.example?roster;preauth={token}"), "");
    assert!(!outside_link.contains("alice@"), "{page}");
    let brand = BrandOptions { inviter_in_card: Some(false), ..BrandOptions::default() };
    let options = HostOptions { brand, ..HostOptions::default() };
    world.acts.hosts.set_options(&operator(), host(), options).await.expect("set");
    let page = head(world.get(&format!("/i/{token}")).await.text());
    let title = page.split("og:title\" content=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a title");
    assert!(!title.contains("alice"), "{title}");
    // A link for several never says it.
    let owner = world.person("olivia", Role::Owner).await;
    world.acts.hosts.set_options(&operator(), host(), HostOptions::default()).await.expect("set");
    let (_, group) = world.invite(&owner, Wish { max_uses: Some(5), ..Wish::default() }).await;
    assert!(!head(world.get(&format!("/i/{group}")).await.text()).contains("olivia invited"));
}

#[tokio::test]
async fn what_robots_and_apps_look_for_comes_from_configuration() {
    let contact = ContactOptions {
        security: vec!["security@h.example".into(), "javascript:x".into(), "https://h.example/holes".into()],
        ..ContactOptions::default()
    };
    let world = World::with(HostOptions { contact, ..HostOptions::default() }).await;
    let answer = world.get("/.well-known/security.txt").await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let lines: Vec<_> = answer.text().lines().collect();
    assert_eq!(lines[..2], ["Contact: mailto:security@h.example", "Contact: https://h.example/holes"]);
    assert_eq!(lines[2], "Expires: 2027-07-14T00:00:00Z");
    assert!(lines[3].starts_with("Preferred-Languages: en, ") && lines[4].starts_with("Canonical: https://h.example/"));
    for path in
        ["/.well-known/assetlinks.json", "/.well-known/apple-app-site-association", "/logo", "/app/gajim/picture"]
    {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    let print = ["AB"; 32].join(":");
    let links = crate::look::AppLinks::parse(&[format!("org.h.chat {print}")], &["TEAM.org.h".into()]).expect("links");
    world.settings.store(std::sync::Arc::new(crate::Settings { app_links: links, ..crate::Settings::default() }));
    let android = world.get("/.well-known/assetlinks.json").await.json();
    assert_eq!(android[0]["target"]["package_name"], "org.h.chat");
    assert_eq!(android[0]["target"]["sha256_cert_fingerprints"][0], print);
    let apple = world.get("/.well-known/apple-app-site-association").await.json();
    assert_eq!(apple["applinks"]["details"][0]["appIDs"][0], "TEAM.org.h");
    assert_eq!(World::new().await.get("/.well-known/security.txt").await.status, 404, "nobody is named");
}

#[tokio::test]
async fn vector_67_apps_and_the_hand_over_are_each_places_own() {
    const PHONE: &str =
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile";
    let choir = HostOptions {
        apps: AppOptions {
            first: Some(vec!["yaxim".into()]),
            hide: Some(vec!["snikket".into(), "snikket-ios".into()]),
            show: None,
        },
        invites: InviteOptions { carry: Some(false), ..InviteOptions::default() },
        ..HostOptions::default()
    };
    let hosts = [("h.example", choir), ("b.example", HostOptions::default())];
    let world = World::of(&hosts, crate::Exposure::Service).await;
    let page = async |name: &str| {
        let at = parlour_domain::HostName::parse(name).expect("a domain");
        let invite = world.acts.invites.issue(&operator(), &at, Wish::default()).await.expect("granted").into_out();
        let token = world.acts.invites.links(&invite).expect("links").token.as_str().to_owned();
        let ask = Ask::new(Method::GET, &format!("/i/{token}")).header("host", name).header("user-agent", PHONE);
        world.send(ask).await.text().to_owned()
    };
    let (own, other) = (page("h.example").await, page("b.example").await);
    assert!(own.contains("yaxim") && !own.contains("Snikket") && !own.contains("referrer%3D"));
    assert!(other.contains("Snikket") && other.contains("referrer%3D"));
    assert!(other.find("Conversations").expect("listed") < other.find("yaxim").expect("listed"));
}

#[tokio::test]
async fn a_logo_and_an_own_apps_picture_are_shown_and_run_nothing() {
    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let folder = std::env::temp_dir().join(format!("parlour-brand-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("choir.svg"), SVG).expect("written");
    let own = r#"{"name":"Choir <b>Chat","id":"choir","platforms":["Linux"],"link":"https://h.example/app","image":"choir.svg","text":"<b>Ours"}"#;
    std::fs::write(folder.join("own.json"), own).expect("written");
    let brand = BrandOptions { logo: some("choir.svg"), ..BrandOptions::default() };
    let world = World::with(HostOptions { brand, ..HostOptions::default() }).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    assert_eq!(world.get("/logo").await.status, 404, "nobody has said where logos lie");
    let apps = crate::apps::Apps::built_in().with_folder(&folder).expect("a list");
    let settings = crate::Settings { brand_folder: Some(folder.clone()), apps, ..crate::Settings::default() };
    world.settings.store(std::sync::Arc::new(settings));
    assert_eq!(world.get("/").await.status, 200);
    // Read once: from now on nothing hangs on the disk.
    std::fs::remove_dir_all(&folder).expect("gone");
    let home = world.get("/").await;
    assert!(home.text().contains("src=\"/logo?v="), "where the name's letter would be");
    for path in ["/logo", "/app/choir/picture"] {
        let picture = world.get(path).await;
        assert_eq!((picture.status.as_u16(), picture.text()), (200, SVG));
        assert!(picture.header("content-security-policy").ends_with("; sandbox"));
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
    }
    let setup = world.get(&format!("/i/{token}/app/choir")).await;
    assert!(setup.text().contains("src=\"/app/choir/picture\""));
    assert!(!setup.text().contains("<b>Chat") && !setup.text().contains("<b>Ours"), "a list is text, too");
    assert!(setup.text().contains("Ours"));
}
