//! Links: vectors 63 to 66 and 68, attacks 84, 88, 103 and 104.

use axum::http::Method;
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::DAY;
use parlour_domain::options::InviteOptions;
use parlour_domain::{HostOptions, InviteKind, Role};

use super::world::{Ask, World, host, operator};

fn several(uses: u32) -> Wish {
    Wish { max_uses: Some(uses), ..Wish::default() }
}

#[tokio::test]
async fn vector_63_head_and_get_of_a_live_link_name_the_apps_link_first() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    let link = format!("<xmpp:alice@h.example?roster;preauth={token};ibr=y>; rel=\"alternate\"");
    for method in [Method::GET, Method::HEAD] {
        let answer = world.send(Ask::new(method.clone(), &format!("/i/{token}"))).await;
        assert_eq!(answer.status, 200);
        let links: Vec<_> = answer.headers.get_all("link").iter().collect();
        assert_eq!(links, [link.as_str()], "one, and no other");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-expose-headers"), "Link");
        assert_eq!(answer.headers.get("access-control-allow-credentials"), None);
        assert_eq!(answer.body.is_empty(), method == Method::HEAD);
    }
    let page = world.get(&format!("/i/{token}")).await;
    let head = page.text().split("</head>").next().expect("a head");
    assert!(head.contains("rel=\"alternate\" href=\"xmpp:alice@h.example?roster;preauth="), "{head}");
}

#[tokio::test]
async fn older_shapes_of_links_lead_to_the_same_page() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    for path in [
        format!("/i/{token}"),
        format!("/i/{token}/"),
        format!("/invite/{token}"),
        format!("/invite?{token}"),
        format!("/invites_page?{token}"),
        format!("/invites_page?{token}&lang=en"),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("link").contains(&token), "{path}");
        assert!(answer.text().contains(&format!("href=\"/i/{token}?lang=de\"")), "{path}");
    }
    for path in ["/invite", "/invites_page", "/invite?", "/i/"] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    let square = world.get(&format!("/i/{token}/qr.svg")).await;
    assert_eq!((square.status.as_u16(), square.header("content-type")), (200, "image/svg+xml"));
    let square = world.get(&format!("/i/{token}/qr.png")).await;
    assert_eq!((square.status.as_u16(), square.header("content-type")), (200, "image/png"));
}

#[tokio::test]
async fn vector_64_attack_104_unknown_links_are_404_dead_ones_410_with_the_reason() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (withdrawn, token_withdrawn) = world.invite(&alice, Wish::default()).await;
    world.acts.invites.revoke(&alice, &host(), withdrawn.id.as_str()).await.expect("withdrawn");
    let (_, expired) = world.invite(&alice, Wish { expires_after: Some(DAY), ..Wish::default() }).await;
    let (_, used) = world.invite(&alice, Wish::default()).await;
    let (_, unseen) = world.invite(&alice, Wish::default()).await;
    let mut browser = world.browser();
    browser.get(&format!("/i/{used}/register")).await;
    let joined =
        browser.post(&format!("/i/{used}/register"), &[("name", "juliet"), ("password", super::world::PASSWORD)]).await;
    assert_eq!(joined.status, 200);
    world.clock.pass(2 * DAY);
    let mut seen = Vec::new();
    for token in [&token_withdrawn, &expired, &used] {
        for path in [format!("/i/{token}"), format!("/invite?{token}")] {
            let answer = world.get(&path).await;
            assert_eq!(answer.status, 410, "{path}");
            assert_eq!(answer.headers.get("link"), None);
            assert_eq!(answer.headers.get("access-control-allow-origin"), None);
            assert!(!answer.text().contains("juliet"), "who used it is nobody else's business");
            seen.push(
                answer.text().split("<h1>").nth(1).and_then(|t| t.split("</h1>").next()).expect("a title").to_owned(),
            );
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "each says which: {seen:?}");
    // A guess, another shape, a token of the right shape: one answer of one size, and the store is not asked.
    let sizes: Vec<usize> = {
        let mut sizes = Vec::new();
        for guess in ["A".repeat(26), "x".to_owned(), "q7GkPz2LmX9aBcD4eFgH5iJkLm".to_owned()] {
            let answer = world.get(&format!("/i/{guess}")).await;
            assert_eq!(answer.status, 404);
            assert_eq!(answer.headers.get("link"), None);
            assert!(!answer.text().contains(&guess) || guess.len() == 1, "the guess does not come back");
            sizes.push(answer.text().len());
        }
        sizes
    };
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    // After the store has gone, a guess is still answered: it was never asked.
    world.store.close();
    assert_eq!(world.get(&format!("/i/{}", "B".repeat(26))).await.status, 404);
    assert_eq!(world.get(&format!("/i/{unseen}")).await.status, 500);
}

#[tokio::test]
async fn vector_65_attack_88_looking_changes_nothing() {
    const AGENTS: [&str; 30] = [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Twitterbot/1.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "facebookcatalog/1.0",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0 Safari/537.36 Safelinks",
        "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0; BarracudaCentral)",
        "Mozilla/5.0 (Windows NT 6.1) Proofpoint-URLDefense",
        "SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Viber/13.3.0.5 CFNetwork",
        "Line/11.2.0 iPhone",
        "Synapse (bot; +https://github.com/matrix-org/synapse)",
        "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.example/) Bot",
        "okhttp/4.12.0 Conversations",
        "Monal/6.4 CFNetwork/1494 Darwin/23.4.0",
        "curl/8.5.0",
        "Wget/1.21.4",
        "python-requests/2.31.0",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    ];
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), Wish { name: Some("juliet".into()), ..Wish::default() }).await;
    let before = world.kept(invite.id.as_str()).await;
    for n in 0..1000 {
        let method = [Method::GET, Method::HEAD, Method::OPTIONS][n % 3].clone();
        let pages = ["", "/register", "/qr.svg", "/app/conversations", "/app/gajim"];
        let path = format!("/i/{token}{}", pages[n / AGENTS.len() % pages.len()]);
        let ask = Ask::new(method.clone(), &path).header("user-agent", AGENTS[n % AGENTS.len()]);
        let answer = world.send(if n % 5 == 0 { ask.header("sec-purpose", "prefetch") } else { ask }).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
        if method != Method::OPTIONS {
            assert_eq!(answer.status, 200);
        }
    }
    let landing = world.get(&format!("/i/{token}")).await;
    assert_eq!(landing.header("referrer-policy"), "no-referrer");
    assert!(!landing.text().contains("og:description\" content=\"alice@"));
    assert_eq!(world.kept(invite.id.as_str()).await, before);
    // Loading ahead, and a frame, are nobody's visit.
    for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("sec-fetch-dest", "iframe")]
    {
        let ask = Ask::new(Method::GET, &format!("/i/{token}")).header("sec-fetch-mode", "navigate");
        world.send(ask.header(name, value)).await;
    }
    // A person's visit is counted, and that is all.
    world.send(Ask::new(Method::GET, &format!("/i/{token}")).header("sec-fetch-mode", "navigate")).await;
    world.send(Ask::new(Method::HEAD, &format!("/i/{token}")).header("sec-fetch-mode", "navigate")).await;
    let after = world.kept(invite.id.as_str()).await;
    assert_eq!((after.opened, after.uses), (before.opened + 1, 0));
}

#[tokio::test]
async fn vector_66_a_contact_invite_makes_no_account() {
    let invites = InviteOptions { allow_user_invites: Some(false), ..InviteOptions::default() };
    let world = World::with(HostOptions { invites, ..HostOptions::default() }).await;
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    assert_eq!(invite.kind, InviteKind::Contact);
    let page = world.get(&format!("/i/{token}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("link"), format!("<xmpp:alice@h.example?roster;preauth={token}>; rel=\"alternate\""));
    assert!(!page.text().contains("/register"));
    let form = world.get(&format!("/i/{token}/register")).await;
    assert_eq!((form.status.as_u16(), form.header("location")), (303, format!("/i/{token}").as_str()));
    let mut browser = world.browser();
    browser.get("/me/sign-in").await;
    let posted = browser.post(&format!("/i/{token}/register"), &[("name", "juliet")]).await;
    assert_eq!(posted.status, 400);
    assert!(!world.has("juliet").await);
}

#[tokio::test]
async fn vector_68_the_form_of_a_link_that_is_over_leads_to_its_page() {
    let world = World::new().await;
    let (invite, token) = world.invite(&operator(), several(1)).await;
    world.acts.invites.revoke(&operator(), &host(), invite.id.as_str()).await.expect("withdrawn");
    let form = world.get(&format!("/i/{token}/register")).await;
    assert_eq!((form.status.as_u16(), form.header("location")), (303, format!("/i/{token}").as_str()));
    assert_eq!(world.get(&format!("/i/{}/register", "A".repeat(26))).await.status, 404);
}

#[tokio::test]
async fn attack_84_links_come_from_configuration_alone() {
    let options = HostOptions { public_url: Some("https://web.h.example/".into()), ..HostOptions::default() };
    let world = World::with(options).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let path = format!("/i/{token}");
    for (header, value) in
        [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("x-host", "evil.example")]
    {
        let page = world.send(Ask::new(Method::GET, &path).header(header, value)).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(&format!("https://web.h.example/i/{token}")));
        assert!(!page.text().contains("evil.example"));
    }
    for name in ["evil.example", "h.example.evil.example", "127.0.0.1", "localhost", "", "h.example:x"] {
        let page = world.send(Ask::new(Method::GET, &path).header("host", name)).await;
        assert_eq!(page.status, 421, "{name}");
        assert!(!page.text().contains(&token) && !page.text().contains("h.example"));
    }
    assert_eq!(world.send(Ask::new(Method::GET, &path).without("host")).await.status, 400);
    assert_eq!(world.send(Ask::new(Method::GET, &path).also("host", "h.example")).await.status, 400);
    assert_eq!(world.send(Ask::new(Method::GET, "https://h.example/i/x")).await.status, 400);
    assert_eq!(world.send(Ask::new(Method::GET, &path).header("host", "web.h.example")).await.status, 200);
}

#[tokio::test]
async fn attack_87_a_token_of_one_host_opens_nothing_at_another() {
    let options = HostOptions::default();
    let world = World::of(&[("h.example", options.clone()), ("b.example", options)], crate::Exposure::Service).await;
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let ask = Ask::new(Method::GET, &format!("/i/{token}")).header("host", "b.example");
    assert_eq!(world.send(ask).await.status, 404);
}

#[tokio::test]
async fn attack_103_no_link_of_ours_carries_a_token_in_a_query() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, token) = world.invite(&alice, Wish::default()).await;
    for path in [format!("/i/{token}"), format!("/i/{token}/register")] {
        let page = world.get(&path).await;
        for link in page.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if link.starts_with("https://h.example") || link.starts_with('/') {
                assert!(!link.split_once('?').is_some_and(|(_, query)| query.contains(&token)), "{link}");
            }
        }
    }
}
