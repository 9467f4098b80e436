//! Readers that need no server: words, headers, pictures, the configuration.

use std::net::IpAddr;
use std::path::Path;

use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use parlour_cli::config::Config;
use parlour_domain::api_key::KeyText;
use parlour_domain::colour::Colour;
use parlour_domain::device::AgentId;
use parlour_domain::names::{NamePolicy, NewName, skeleton, unescape};
use parlour_domain::options::{Retention, Span};
use parlour_domain::profile::{card, image, picture};
use parlour_domain::token::{self, TokenId, TokenKey, TokenKeys};
use parlour_domain::{HostName, hex};
use parlour_web::cookies::Cookie;
use parlour_web::csrf::{Binding, Csrf, Field};
use parlour_web::links::{Contact, Href, InviteUri};
use parlour_web::platform::{in_short, of_short};
use parlour_web::proxies::Proxies;
use parlour_web::{hosts, security};
use parlour_words::Words;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

/// Single words that people and programs hand in: tokens, keys, names, links, spans, colours. What is read is written
/// so that it reads the same, preparing twice changes nothing, and nothing opens that was not made here.
pub(crate) fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let host = HostName::parse("h.example").expect("a domain");
    let keys = TokenKeys::new(vec![TokenKey { id: 1, secret: [1; 32] }]).expect("a ring");
    let minted = token::mint(&keys, &host, [7; token::RANDOM_BYTES]);
    assert_eq!(token::open(&keys, &host, text).is_ok(), text == minted.as_str(), "nobody guesses a token");
    if let Ok(id) = text.parse::<TokenId>() {
        assert_eq!(id.as_str(), text);
    }
    if let Some((id, secret)) = KeyText::parts(text) {
        assert_eq!(format!("parlour{id}{secret}"), text);
    }
    if let Some(id) = AgentId::parse(text) {
        assert_eq!(AgentId::parse(&text.to_ascii_uppercase()), Some(id));
        assert!(!text.contains(&id.label()), "a label tells nothing of its id");
    }
    if let Some(span) = Span::parse(text) {
        assert_eq!(Span::parse(&span.to_string()), Some(span), "{span}");
    }
    if let Some(kept) = Retention::parse(text) {
        assert_eq!(Retention::parse(&kept.to_string()), Some(kept), "{kept}");
    }
    if let Some(colour) = Colour::parse(text) {
        assert_eq!(Colour::parse(&colour.to_string()), Some(colour));
        let readable = colour.readable_on(&[Colour::WHITE]);
        assert!(readable.contrast(Colour::WHITE) >= 4.5, "{colour} as {readable}");
    }
    if let Some(bytes) = hex::read::<4>(text) {
        assert_eq!(hex::write(&bytes), text.to_ascii_lowercase());
    }
    if let Some(name) = HostName::parse(text) {
        assert_eq!(HostName::parse(name.as_str()), Some(name), "prepared once and for all");
    }
    let policy = NamePolicy { host: &host, reserved: &[], allow_reserved: false };
    if let Ok(name) = NewName::accept(text, &policy) {
        assert_eq!(NewName::accept(name.as_str(), &policy).as_ref(), Ok(&name), "prepared once and for all");
        assert_eq!(name.at(&host).node().map(ToString::to_string).as_deref(), Some(name.as_str()));
        assert!(!name.skeleton().is_empty());
    }
    let _ = (skeleton(text), unescape(text));
    links(text);
}

/// What ends up in a page's `href`.
fn links(text: &str) {
    let clean = |link: &str| !link.contains(|c: char| c.is_control() || c.is_whitespace());
    if let Some(link) = Href::web(text) {
        assert!(link.as_str().starts_with("https://") || link.as_str().starts_with("http://"));
        assert!(clean(link.as_str()));
    }
    if let Some(link) = Href::path(text) {
        assert!(link.as_str().starts_with('/') && !link.as_str().starts_with("//") && clean(link.as_str()));
    }
    if let Some(contact) = Contact::parse(text) {
        let link = contact.href.as_str();
        let scheme = link.split(':').next().unwrap_or_default();
        assert!(["https", "http", "mailto", "xmpp"].contains(&scheme) && clean(link), "{link}");
    }
    if let Some(link) = InviteUri::new(text) {
        assert_eq!(format!("xmpp:{}", link.opaque_part()), text);
        // A shorter one stands in the words around it by chance.
        assert!(link.opaque_part().len() < 12 || !format!("{link:?}").contains(link.opaque_part()), "a link is shown");
    }
}

/// What browsers and proxies say about themselves. The lines of `data`: user agent, platform, languages, cookies,
/// forwarded for, host, path.
pub(crate) fn headers(data: &[u8]) {
    let mut lines = data.split(|b| *b == b'\n').map(|line| HeaderValue::from_bytes(line).ok());
    let mut next = || lines.next().flatten().unwrap_or(HeaderValue::from_static(""));
    let [agent, platform, languages, cookies, forwarded, host, path] = std::array::from_fn(|_| next());
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();

    let short = in_short(&text(&agent), Some(&text(&platform)).filter(|hint| !hint.is_empty()).map(String::as_str));
    assert!(short.len() <= 64, "what is kept of a browser is short");
    let (name, device) = of_short(&short);
    assert_eq!(format!("{}; {}", name.unwrap_or_default(), device.unwrap_or_default()), short);

    let asked = text(&languages);
    let chosen = Words::shared().for_languages(&asked);
    let named = asked.to_ascii_lowercase().contains(chosen.tag());
    assert!(named || chosen.tag() == Words::shared().english().tag(), "{asked} gave {}", chosen.tag());
    let preferred = Words::shared().preferred(&asked, |_| true).map(|lang| lang.tag());
    assert_eq!(preferred.unwrap_or(Words::shared().english().tag()), chosen.tag());

    let mut sent = HeaderMap::new();
    for (name, value) in [(COOKIE, &cookies), (HeaderName::from_static("x-forwarded-for"), &forwarded), (HOST, &host)] {
        sent.append(name, value.clone());
    }
    let field = text(&path);
    for (cookie, https) in [(Cookie::Session, true), (Cookie::Session, false), (Cookie::Form, true)] {
        let Some(value) = cookie.read(&sent, https) else { continue };
        assert!(!value.is_empty() && !value.contains(';'));
        let place = HostName::parse("h.example").expect("a domain");
        let binding = Binding { host: &place, cookie: value, session: "", invite: "" };
        assert_eq!(Csrf::new([9; 32]).check(binding, &field, 0), Field::Foreign, "nobody guesses a field");
    }
    let proxies = Proxies::default();
    let stranger = IpAddr::from([203, 0, 113, 9]);
    assert_eq!(proxies.client(stranger, &sent), stranger, "a stranger's word counts nothing");
    let proxy = IpAddr::from([127, 0, 0, 1]);
    let client = proxies.client(proxy, &sent);
    let said = text(&forwarded);
    assert!(client == proxy || said.split(',').any(|hop| hop.trim().parse() == Ok(client)), "{client} of {said}");

    if let Some(name) = security::host_header(&sent).and_then(hosts::name_of) {
        assert_eq!(hosts::name_of(&name).as_deref(), Some(name.as_str()), "prepared once and for all");
    }
    let logged = security::scrubbed(&field);
    if let Some(secret) = field.strip_prefix("/i/").and_then(|rest| rest.split('/').next())
        && secret.len() >= 12
    {
        assert!(!logged.contains(secret), "{logged} holds a token");
    }
    assert!(!logged.contains(char::is_control), "a log line is a line");
}

/// What a picture says of itself, and cards in both forms.
pub(crate) fn picture(data: &[u8]) {
    if let Ok(image) = image::judge(data) {
        assert!(image.width > 0 && image.height > 0);
        assert!(u64::from(image.width) * u64::from(image.height) <= u64::from(image::MAX_PIXELS));
        let kept = picture::Picture::new(data.to_vec()).expect("what is judged well is taken");
        drop(kept);
    }
    let Ok(el) = Element::parse(data, ns::VCARD) else { return };
    let _ = picture::Card::read(&el);
    let newer = card::to_vcard4(&el, None);
    let older = card::to_vcard_temp(&newer, None);
    assert_eq!(card::to_vcard4(&older, None), newer, "what both forms can say survives the way there and back");
}

/// A configuration: it is read, or the message says where it is wrong.
pub(crate) fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Whatever folder it names would be looked into.
    if text.contains("folder") {
        return;
    }
    match Config::parse(Path::new("parlour.toml"), text) {
        Ok(config) => {
            let defaults = config.host_defaults();
            for table in config.hosts() {
                let name = HostName::parse(&table.domain).expect("what is no domain was refused");
                let policy = table.options().over(&defaults).policy(name.as_str());
                assert!(hosts::origin_of(&policy.public_url).is_some(), "{:?} is no address", policy.public_url);
            }
        }
        Err(error) => {
            let message = error.to_string();
            let mut place = message.split(['\n', ' ']).next().unwrap_or_default().split(':');
            let numbers = (place.next(), place.next().map(str::parse::<usize>), place.next().map(str::parse::<usize>));
            let (Some("parlour.toml"), Some(Ok(line)), Some(Ok(column))) = numbers else {
                panic!("it does not say where: {message}")
            };
            assert!(line >= 1 && line <= text.split('\n').count() && column >= 1, "{message}");
        }
    }
}
