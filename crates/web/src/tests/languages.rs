//! Which language a page speaks: what its reader chose, else what the invite was made in, else what the browser asks for.

use axum::http::Method;
use parlour_domain::Role;
use parlour_domain::invite::issue::Wish;

use super::world::{Answer, Ask, PASSWORD, World, operator};

fn speaks(answer: &Answer) -> &str {
    answer.text().split_once("<html lang=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default()
}

#[tokio::test]
async fn what_was_chosen_goes_before_the_invite_and_that_before_the_browser() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (_, plain) = world.invite(&alice, Wish::default()).await;
    let (_, french) = world.invite(&alice, Wish { lang: Some("fr-CA".to_owned()), ..Wish::default() }).await;
    let asks = |path: String, lang: &str| Ask::new(Method::GET, &path).header("accept-language", lang);
    for (path, header, expected) in [
        (format!("/i/{plain}"), "ar-EG, en;q=0.5", "ar"),
        (format!("/i/{plain}?lang=es"), "ar", "es"),
        (format!("/i/{plain}?lang=tlh"), "de", "de"),
        (format!("/i/{french}"), "de", "fr"),
        (format!("/i/{french}/register"), "de", "fr"),
        (format!("/i/{french}?lang=de"), "en", "de"),
        ("/me/sign-in".to_owned(), "es-AR", "es"),
        ("/nothing".to_owned(), "fr", "fr"),
    ] {
        assert_eq!(speaks(&world.send(asks(path.clone(), header)).await), expected, "{path}, {header}");
    }
    let arabic = world.send(asks(format!("/i/{plain}"), "ar")).await;
    assert!(arabic.text().contains("<html lang=\"ar\" dir=\"rtl\">"));
    let (_, lost) = world.invite(&operator(), Wish { lang: Some("tlh".to_owned()), ..Wish::default() }).await;
    assert_eq!(speaks(&world.send(asks(format!("/i/{lost}"), "es")).await), "es", "a language that we do not have");
}

#[tokio::test]
async fn a_choice_is_kept_from_page_to_page_and_only_a_choice() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish { lang: Some("fr".to_owned()), ..Wish::default() }).await;
    let mut browser = world.browser();
    assert_eq!(speaks(&browser.get(&format!("/i/{token}")).await), "fr");
    assert!(browser.jar.is_empty(), "nothing is kept that nobody asked for");
    browser.get(&format!("/i/{token}?lang=nonsense")).await;
    assert!(browser.jar.is_empty());
    assert_eq!(speaks(&browser.get(&format!("/i/{token}?lang=ar")).await), "ar");
    assert_eq!(browser.jar.get("__Host-lang").map(String::as_str), Some("ar"));
    let path = format!("/i/{token}/register");
    assert_eq!(speaks(&browser.get(&path).await), "ar");
    let done = browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await;
    assert_eq!((done.status.as_u16(), speaks(&done)), (200, "ar"));
}

#[tokio::test]
async fn a_used_invite_speaks_its_language_to_the_end() {
    let world = World::new().await;
    let (_, token) = world.invite(&operator(), Wish { lang: Some("es".to_owned()), ..Wish::default() }).await;
    let path = format!("/i/{token}/register");
    let mut browser = world.browser();
    browser.get(&path).await;
    let wrong = browser.post(&path, &[("name", "a b"), ("password", PASSWORD)]).await;
    assert_eq!((wrong.status.as_u16(), speaks(&wrong)), (400, "es"));
    let done = browser.post(&path, &[("name", "juliet"), ("password", PASSWORD)]).await;
    assert_eq!((done.status.as_u16(), speaks(&done)), (200, "es"));
    let used = browser.get(&format!("/i/{token}")).await;
    assert_eq!((used.status.as_u16(), speaks(&used)), (410, "es"));
    assert!(!browser.jar.contains_key("__Host-lang"));
}
