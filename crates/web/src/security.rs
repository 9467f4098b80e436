//! What every request must be like, and what every answer carries.
//!
//! Spec: RFC 3986 §6.2.2 (normalisation), RFC 9110 §7.1 (target forms), RFC 6797 (HSTS), Fetch Metadata (W3C draft),
//! Content Security Policy Level 3.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use percent_encoding::percent_decode_str;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Who may embed an answer (Fetch standard).
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Longest path and query we look at; a token's path has under 60 bytes, an API path with two long names under 3000.
const MAX_TARGET_BYTES: usize = 4096;

/// Whether a target has one reading only: what decides about access and what handles it see the same path.
///
/// Refused are absolute forms, escapes that are none, dot segments however written, back-slashes, control characters
/// and what is not UTF-8; also escaped slashes and percent signs, unless `names` says that segments hold free names
/// (the API's groups).
pub fn is_plain_target(uri: &Uri, names: bool) -> bool {
    let path = uri.path();
    let whole = path.len() + uri.query().map_or(0, str::len);
    if uri.authority().is_some() || whole > MAX_TARGET_BYTES || !path.starts_with('/') || path.contains("//") {
        return false;
    }
    escapes_are_whole(path)
        && path.split('/').all(|segment| {
            let Ok(text) = percent_decode_str(segment).decode_utf8() else { return false };
            let dots = text.split(';').next().is_some_and(|t| t == "." || t == "..");
            let odd = text.contains(|c: char| c.is_control() || c == '\\' || (!names && matches!(c, '/' | '%')));
            !dots && !odd
        })
}

fn escapes_are_whole(path: &str) -> bool {
    path.split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
}

/// The one Host header (RFC 9112 §3.2: none, or more than one, is a bad request).
pub fn host_header(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(HOST).iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}

/// Whether a request that changes something comes from our own pages: what the browser says of its origin.
///
/// `origin` is where the page was asked for, `public` what the host's links begin with; both `scheme://authority`.
pub fn is_same_origin(headers: &HeaderMap, origin: &str, public: &str) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(sent) = headers.get(ORIGIN).and_then(|o| o.to_str().ok()) else { return false };
    sent.eq_ignore_ascii_case(origin) || sent.eq_ignore_ascii_case(public)
}

/// Adds what every answer carries; `page` is what a page may load. What a handler set itself stays.
pub fn protect(headers: &mut HeaderMap, path: &str, hsts: bool, page: &HeaderValue) {
    let html = headers.get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let bare = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(if html { page.clone() } else { bare });
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // For browsers older than frame-ancestors.
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(RESOURCE_POLICY, "same-origin");
    set(OPENER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    if path != "/" {
        set(ROBOTS, "noindex, nofollow");
    }
    if hsts {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// A path as a log may hold it: whatever follows `/i/` and its older shapes is `***`, and so is every query.
pub fn scrubbed(path: &str) -> String {
    for secret in ["/i/", "/invite/", "/register_api/invite/"] {
        if let Some(rest) = path.strip_prefix(secret) {
            let after = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
            return format!("{secret}***{}", if is_known_tail(after) { after } else { "" });
        }
    }
    // The API names an invite by id or by token; an id is no secret, but who tells them apart here?
    if let Some((before, _)) = path.split_once("/invites/") {
        return format!("{before}/invites/***");
    }
    path.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn is_known_tail(tail: &str) -> bool {
    matches!(tail, "" | "/" | "/register" | "/reset" | "/qr.svg" | "/qr.png")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Option<Uri> {
        text.parse().ok()
    }

    #[test]
    fn attack_72_a_path_has_one_reading_or_is_refused() {
        for fine in ["/", "/i/abc", "/i/abc/register", "/me?lang=de", "/invite?abc", "/i/a%20b"] {
            assert!(is_plain_target(&target(fine).expect("a target"), false), "{fine}");
        }
        for bad in [
            "/../me",
            "/i/../me",
            "/i/./x",
            "/%2e%2e/me",
            "/i/%2E/x",
            "/i/.%2e/x",
            "/%252e%252e/me",
            "/i/%2fme",
            "/i/%5cme",
            "/i/x\\y",
            "/i/%00",
            "/i/%0d%0aSet-Cookie:x",
            "/i/%u002e",
            "/i/%2",
            "/i/%",
            "/i/..;/me",
            "/i/%c0%ae",
            "/i/%ff",
            "//evil.example/x",
            "/i//x",
            "http://evil.example/i/x",
            "*",
        ] {
            // What does not even parse as a target is refused by the HTTP layer with 400.
            assert!(target(bad).is_none_or(|uri| !is_plain_target(&uri, false)), "{bad}");
        }
        let long = format!("/{}", "x".repeat(5000));
        assert!(!is_plain_target(&target(&long).expect("a target"), false));
    }

    #[test]
    fn attack_72_free_names_may_hold_escaped_slashes_but_no_dot_segments() {
        for fine in ["/api/v1/hosts/a.example/groups/50%25", "/api/v1/hosts/a.example/groups/a%2Fb"] {
            assert!(is_plain_target(&target(fine).expect("a target"), true), "{fine}");
        }
        for bad in ["/api/v1/../x", "/api/v1/%2e%2e/x", "/api/v1/a%00"] {
            assert!(!is_plain_target(&target(bad).expect("a target"), true), "{bad}");
        }
    }

    #[test]
    fn attack_82_only_our_own_pages_change_things() {
        let sent = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)));
            is_same_origin(&HeaderMap::from_iter(pairs), "http://127.0.0.1:5280", "https://chat.example")
        };
        assert!(sent(&[("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(sent(&[("origin", "https://chat.example")]));
        assert!(sent(&[("origin", "http://127.0.0.1:5280")]));
        for bad in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://chat.example.evil.example")],
            &[("origin", "http://chat.example")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://chat.example")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://chat.example")],
            &[("sec-fetch-site", "none"), ("origin", "https://chat.example")],
        ] {
            assert!(!sent(bad), "{bad:?}");
        }
    }

    #[test]
    fn attack_103_a_log_never_sees_a_token() {
        for (path, logged) in [
            ("/i/q7GkPz2LmX9aBcD4eFgH5iJkLm", "/i/***"),
            ("/i/q7GkPz2LmX9aBcD4eFgH5iJkLm/register", "/i/***/register"),
            ("/i/x/q7GkPz2LmX9aBcD4eFgH5iJkLm", "/i/***"),
            ("/invite/q7GkPz2LmX9aBcD4eFgH5iJkLm", "/invite/***"),
            ("/api/v1/hosts/h/invites/q7GkPz2LmX9aBcD4eFgH5iJkLm", "/api/v1/hosts/h/invites/***"),
            ("/me/invites/abcdefghijk/revoke", "/me/invites/***"),
            ("/invites/q7GkPz2LmX9aBcD4eFgH5iJkLm/conversations", "/invites/***"),
            ("/register_api/invite/q7GkPz2LmX9aBcD4eFgH5iJkLm", "/register_api/invite/***"),
            ("/me", "/me"),
        ] {
            assert_eq!(scrubbed(path), logged);
        }
    }
}
