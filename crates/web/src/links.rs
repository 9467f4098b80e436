//! Addresses that may stand in an `href`: each is checked once, here, so that no page can carry a `javascript:` link.
//!
//! Spec: RFC 3986 §3.1 (schemes); RFC 5122 §2.7 for invite links, in the opaque form (`xmpp:` without `//`).

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a whole value once, for use inside a query or a fragment.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// An invite link that an app opens: `xmpp:romeo@example.com?roster;preauth=…;ibr=y`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InviteUri<'a>(&'a str);

impl<'a> InviteUri<'a> {
    /// Takes a link only if it is an opaque `xmpp:` one of printable ASCII without a fragment.
    pub fn new(uri: &'a str) -> Option<Self> {
        let opaque = uri.strip_prefix("xmpp:").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let clean = uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'#\\`{}|^".contains(&b));
        (opaque && clean).then_some(Self(uri))
    }

    /// The whole link.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// What follows `xmpp:`.
    pub fn opaque_part(self) -> &'a str {
        self.0.strip_prefix("xmpp:").unwrap_or(self.0)
    }
}

/// Holds a token, so Debug shows none of it.
impl fmt::Debug for InviteUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteUri(***)")
    }
}

impl fmt::Display for InviteUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A checked address of a web page, mailbox or chat address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// A page: `https:` or `http:`, with a host.
    pub fn web(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let has_host = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
        (has_host && is_clean(url)).then(|| Self(url.to_owned()))
    }

    /// A page on this very site: a path that begins with exactly one slash.
    pub fn path(path: &str) -> Option<Self> {
        let local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        (local && is_clean(path)).then(|| Self(path.to_owned()))
    }

    /// The address itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_clean(url: &str) -> bool {
    url.chars().all(|c| !c.is_control() && !c.is_whitespace())
}

/// How to reach the people who run a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What stands on the page: "choir@example.org".
    pub label: String,
    /// Where it leads.
    pub href: Href,
}

impl Contact {
    /// Takes a mail address, or a `mailto:`, `xmpp:`, `https:` or `http:` link, as operators write them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(href) = Href::web(text) {
            let label = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
            return Some(Self { label: label.to_owned(), href });
        }
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme @ ("mailto" | "xmpp"), rest)) => (scheme, rest),
            Some(_) => return None,
            None => ("mailto", text),
        };
        let address = rest.split('?').next().unwrap_or_default();
        let (local, host) = address.split_once('@')?;
        let whole = !local.is_empty() && !host.is_empty() && !rest.starts_with('/') && is_clean(rest);
        whole.then(|| Self { label: address.to_owned(), href: Href(format!("{scheme}:{rest}")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_73_only_opaque_chat_links_are_invites() {
        assert!(InviteUri::new("xmpp:romeo@example.com?roster;preauth=T0k3n;ibr=y").is_some());
        assert!(InviteUri::new("xmpp:d%27artagnan@example.com?roster;preauth=T").is_some());
        for bad in [
            "",
            "xmpp:",
            "xmpp://example.com",
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            " xmpp:a@b",
            "xmpp:a@b?x\"onclick",
            "xmpp:a@b#f",
            "xmpp:a b",
            "xmpp:a@b\n",
            "https://example.com/",
            "xmpp:rømeo@example.com",
        ] {
            assert!(InviteUri::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn an_invite_link_is_not_printed_by_debug() {
        let uri = InviteUri::new("xmpp:a@b?roster;preauth=SECRET").expect("well-formed");
        assert!(!format!("{uri:?}").contains("SECRET"));
    }

    #[test]
    fn vector_73_contacts_and_pages_have_harmless_schemes() {
        for (text, label, href) in [
            ("choir@example.org", "choir@example.org", "mailto:choir@example.org"),
            ("mailto:a@b?subject=Hi", "a@b", "mailto:a@b?subject=Hi"),
            ("xmpp:help@example.org?message", "help@example.org", "xmpp:help@example.org?message"),
            ("https://example.org/help/", "example.org/help", "https://example.org/help/"),
        ] {
            let contact = Contact::parse(text).expect(text);
            assert_eq!((contact.label.as_str(), contact.href.as_str()), (label, href));
        }
        for bad in
            ["", "nobody", "javascript:a@b", "data:text/html,a@b", "https://", "http:x@y", "mailto:", "a b@c", "@b"]
        {
            assert_eq!(Contact::parse(bad), None, "{bad:?}");
        }
        for bad in ["javascript:alert(1)", "//evil.example", "ftp://x", "https:///x", "https://a b"] {
            assert_eq!(Href::web(bad), None, "{bad:?}");
        }
        assert!(Href::path("/me").is_some());
        for bad in ["me", "//evil.example", "/\\evil.example", "javascript:x", "/a b"] {
            assert_eq!(Href::path(bad), None, "{bad:?}");
        }
    }
}
