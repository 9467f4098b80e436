//! What is allowed in a configuration and probably not meant.

use std::net::IpAddr;

use parlour_domain::HostPolicy;
use parlour_net::ListenOptions;
use parlour_web::hosts::{is_https, is_loopback, name_of, origin_of};

use super::finding::Finding;
use super::kinds;
use crate::config::Config;

/// All findings about the hosts that a configuration names.
pub fn look(config: &Config) -> Vec<Finding> {
    let defaults = config.host_defaults();
    let mut found = Vec::new();
    for table in config.hosts() {
        let policy = table.options().over(&defaults).policy(&table.domain);
        found.extend(of_host(&table.domain, &policy, &config.listen, config.trusted_proxies.as_deref()));
        if table.tls.certificate.is_none() && !config.acme.enabled && !is_loopback(&table.domain) {
            let says = "no certificate is named, and none is ordered";
            found.push(Finding::warning(kinds::CONFIG_NO_CERTIFICATE, &table.domain, says).at("certificate"));
        }
    }
    found
}

/// The findings about one host, as it ends up with all layers laid over each other.
pub fn of_host(
    host: &str,
    policy: &HostPolicy,
    listen: &ListenOptions,
    trusted_proxies: Option<&[String]>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if policy.allow_registration && !policy.registration_invite_only {
        let finding = Finding::warning(kinds::CONFIG_OPEN_REGISTRATION, host, "registration is open");
        found.push(finding.at("registration_invite_only"));
    }
    if let Some((key, says)) = dead_links(policy, listen, trusted_proxies) {
        let who = if policy.allow_user_invites || policy.allow_contact_invites {
            "members may invite, but their links do not work"
        } else {
            "links made here do not work"
        };
        found.push(Finding::warning(kinds::CONFIG_DEAD_LINKS, host, format!("{who}: {says}")).at(key));
    }
    if policy.invites_api && policy.invites_api_get {
        let finding = Finding::warning(kinds::CONFIG_INVITES_BY_GET, host, "a GET makes an invite");
        found.push(finding.at("invites_api_get"));
    }
    found
}
/// Why nobody can open a link's page, or join on it.
fn dead_links(
    policy: &HostPolicy,
    listen: &ListenOptions,
    trusted_proxies: Option<&[String]>,
) -> Option<(&'static str, String)> {
    let url = &policy.public_url;
    if listen.web.is_empty() && listen.web_tls.is_empty() {
        return Some((
            "web",
            format!("no door serves the pages that {url} leads to; give `web` or `web_tls` an address"),
        ));
    }
    let name = origin_of(url).and_then(|(_, authority)| name_of(&authority));
    let Some(name) = name else {
        return Some(("public_url", format!("{url} is no address of a site")));
    };
    if is_loopback(&name) {
        return Some(("public_url", format!("{url} opens on this machine alone; write what people outside type")));
    }
    if is_private(&name) {
        return Some(("public_url", format!("{url} opens in the local network alone; write what people outside type")));
    }
    if !is_https(policy) {
        return Some(("public_url", format!("{url} is not https, and without it the pages make no account")));
    }
    if listen.web_tls.is_empty() && trusted_proxies.is_some_and(<[String]>::is_empty) {
        return Some((
            "trusted_proxies",
            "nothing here speaks https and no proxy is believed that does; name the proxy's address, or open `web_tls`"
                .into(),
        ));
    }
    None
}

/// Names and addresses that mean nothing outside.
fn is_private(name: &str) -> bool {
    match name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        Ok(IpAddr::V6(v6)) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified(),
        // RFC 6762 §3, RFC 8375; a name without a dot is looked up at home, if anywhere.
        Err(_) => name.ends_with(".local") || name.ends_with(".home.arpa") || !name.contains('.'),
    }
}
