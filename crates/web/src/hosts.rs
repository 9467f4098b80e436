//! Which host a request is for, and whether it came safely enough for passwords.
//!
//! The Host header only selects: links are built from configuration, so that a forged header leads nowhere.
//! Spec: RFC 9110 §7.2 (Host), §15.5.20 (421).
//! Left out: domains beyond ASCII by their own name; browsers send the ASCII form, which `public_url` or an alias names.

use parlour_domain::{HostName, HostPolicy};
use parlour_engine::Locals;

/// How the pages are exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// For the world: https, by us or by a proxy.
    Service,
    /// This machine only: its loopback names select the one host, and plain http is fine there.
    Trial,
    /// The trial on the local network, by plain http: a named exception that the operator asked for.
    Lan,
}

/// The name part of an authority, in lower case: `[::1]:5280` gives `[::1]`. `None` where it is none.
pub fn name_of(authority: &str) -> Option<String> {
    let name = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            let plain = inside.parse::<std::net::Ipv6Addr>().is_ok();
            let port = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
            return (plain && port).then(|| format!("[{}]", inside.to_ascii_lowercase()));
        }
        None => match authority.split_once(':') {
            Some((name, port)) => is_port(port).then_some(name)?,
            None => authority,
        },
    };
    let name = name.trim_end_matches('.');
    let clean = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    clean.then(|| name.to_ascii_lowercase())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.parse::<u16>().is_ok() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a name is this machine's own.
pub fn is_loopback(name: &str) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// The scheme and authority of a `public_url`, in lower case.
pub fn origin_of(public_url: &str) -> Option<(&'static str, String)> {
    let (scheme, rest) = match public_url.split_once("://")? {
        (scheme, rest) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        (scheme, rest) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next().filter(|a| !a.is_empty())?;
    Some((scheme, authority.to_ascii_lowercase()))
}

/// Whether `policy`'s links begin with https.
pub fn is_https(policy: &HostPolicy) -> bool {
    origin_of(&policy.public_url).is_some_and(|(scheme, _)| scheme == "https")
}

/// Where a page of `policy`'s host is by https; `None` where its links do not begin so.
pub fn by_https(policy: &HostPolicy, page: &http::Uri) -> Option<String> {
    let (scheme, authority) = origin_of(&policy.public_url)?;
    let path = page.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    (scheme == "https").then(|| format!("https://{authority}{path}"))
}

/// The host that a request to `authority` is for.
pub fn select(hosts: &Locals, authority: &str, exposure: Exposure) -> Option<HostName> {
    let name = name_of(authority)?;
    if hosts.has(&name) {
        return HostName::parse(&name);
    }
    let named = hosts.find(|policy| {
        let public = origin_of(&policy.public_url).and_then(|(_, public)| name_of(&public));
        public.as_deref() == Some(name.as_str()) || policy.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(&name))
    });
    named.or_else(|| hosts.only().filter(|_| exposure != Exposure::Service && is_loopback(&name)))
}

/// Whether passwords may travel: by https, or in plain where nobody else is on the way.
pub fn is_safe(exposure: Exposure, https: bool, policy: &HostPolicy, authority: &str) -> bool {
    https
        || match exposure {
            Exposure::Lan => true,
            Exposure::Trial | Exposure::Service => {
                !is_https(policy) && name_of(authority).is_some_and(|name| is_loopback(&name))
            }
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(domain: &str, public_url: &str, aliases: &[&str]) -> (HostName, HostPolicy) {
        let policy = HostPolicy {
            public_url: public_url.into(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            ..HostPolicy::default()
        };
        (HostName::parse(domain).expect("a domain"), policy)
    }

    fn chosen(hosts: &[(HostName, HostPolicy)], authority: &str, exposure: Exposure) -> Option<String> {
        let locals = Locals::default();
        locals.set(hosts.iter().cloned());
        select(&locals, authority, exposure).map(|host| host.to_string())
    }

    #[test]
    fn attack_84_only_configured_names_select_a_host() {
        let hosts = [
            host("chat.example", "https://web.chat.example", &["old.example"]),
            host("b.example", "https://b.example:8443", &[]),
        ];
        for (authority, expected) in [
            ("chat.example", Some("chat.example")),
            ("CHAT.example:443", Some("chat.example")),
            ("chat.example.", Some("chat.example")),
            ("web.chat.example", Some("chat.example")),
            ("old.example", Some("chat.example")),
            ("b.example:8443", Some("b.example")),
            ("evil.example", None),
            ("x.chat.example", None),
            ("chat.example.evil.example", None),
            ("chat.example:x", None),
            ("chat.example:80:80", None),
            ("chat.example@evil.example", None),
            ("chat.example/..", None),
            ("", None),
            (".", None),
            ("[::1]", None),
            ("localhost", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(chosen(&hosts, authority, Exposure::Service).as_deref(), expected, "{authority}");
        }
    }

    #[test]
    fn the_trial_also_takes_the_machines_own_names() {
        let hosts = [host("localhost", "http://localhost:5280", &[])];
        for authority in ["localhost:5280", "127.0.0.1:5280", "[::1]:5280", "[::1]"] {
            assert_eq!(chosen(&hosts, authority, Exposure::Trial).as_deref(), Some("localhost"), "{authority}");
        }
        let lan = [host("192.168.1.5", "http://192.168.1.5:5280", &[])];
        assert_eq!(chosen(&lan, "127.0.0.1:5280", Exposure::Lan).as_deref(), Some("192.168.1.5"));
        for authority in ["[::2]", "[::1]x", "127.0.0.2", "0.0.0.0"] {
            assert_eq!(chosen(&hosts, authority, Exposure::Trial), None, "{authority}");
        }
    }

    #[test]
    fn passwords_travel_by_https_but_for_two_named_exceptions() {
        let (_, public) = host("chat.example", "https://chat.example", &[]);
        let (_, local) = host("localhost", "http://localhost:5280", &[]);
        let (_, lan) = host("192.168.1.5", "http://192.168.1.5:5280", &[]);
        assert!(is_safe(Exposure::Service, true, &public, "chat.example"));
        assert!(!is_safe(Exposure::Service, false, &public, "chat.example"));
        assert!(!is_safe(Exposure::Service, false, &public, "localhost"), "its links say https");
        assert!(is_safe(Exposure::Trial, false, &local, "127.0.0.1:5280"));
        assert!(is_safe(Exposure::Service, false, &local, "localhost:5280"));
        assert!(!is_safe(Exposure::Service, false, &lan, "192.168.1.5:5280"));
        assert!(is_safe(Exposure::Lan, false, &lan, "192.168.1.5:5280"));
    }
}
