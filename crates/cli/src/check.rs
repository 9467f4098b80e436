//! `parlour check …`: what is wrong with a configuration, what is allowed but probably not meant, and whether
//! certificates and ports are what it needs.
//!
//! Warnings about the configuration change no exit code: it works, only perhaps not as its writer thinks.
//! Left out: hosts that stand in the store alone (the running server warns of those at its start); DNS and whether
//! anything answers at `public_url` from outside.

mod doors;

use std::net::IpAddr;
use std::process::ExitCode;

use parlour_domain::HostPolicy;
use parlour_net::ListenOptions;
use parlour_web::hosts::{is_https, is_loopback, name_of, origin_of};

use crate::args::Common;
use crate::commands::{say, say_error};
use crate::config::Config;

pub use doors::{Finding, Looked};

/// Something that is allowed and probably not meant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// The host it is about.
    pub host: String,
    /// The key to look at.
    pub key: &'static str,
    /// What follows from it, and what to do.
    pub says: String,
}

/// Runs the command.
///
/// # Errors
/// When no configuration was named.
pub fn config(common: &Common) -> anyhow::Result<ExitCode> {
    let Some(path) = &common.config else {
        return Err(unnamed());
    };
    match Config::load(path) {
        Ok(config) => {
            let hosts: Vec<String> = config.hosts().into_iter().map(|h| h.domain).collect();
            let warnings = of(&config);
            if common.json {
                say(&serde_json::json!({ "ok": true, "hosts": hosts, "warnings": warnings }).to_string());
                return Ok(ExitCode::SUCCESS);
            }
            for Warning { host, key, says } in &warnings {
                say(&format!("warning: {host}: `{key}`: {says}"));
            }
            let fine =
                if warnings.is_empty() { "The configuration is fine." } else { "The configuration can be used." };
            if hosts.is_empty() {
                say(&format!("{fine} It names no host; those added with `parlour host add` are served."));
            } else {
                say(&format!("{fine} Hosts: {}", hosts.join(", ")));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            if common.json {
                say(&serde_json::json!({ "ok": false, "error": error.to_string() }).to_string());
            } else {
                say_error(&error.to_string());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn unnamed() -> anyhow::Error {
    anyhow::anyhow!("which configuration? There is no {}; name one: --config FILE or PARLOUR_CONFIG", crate::INSTALLED)
}

/// `parlour check tls` and `parlour check ports`: exit code 1 where something stands in the way.
///
/// # Errors
/// When no configuration was named, or it is wrong.
pub fn findings(common: &Common, looked: Looked) -> anyhow::Result<ExitCode> {
    let Some(path) = &common.config else {
        return Err(unnamed());
    };
    let config = Config::load(path)?;
    let dir = crate::serve::data_dir(&config, common);
    let found = doors::look(&config, &dir, looked);
    let fine = found.iter().all(|finding| finding.ok);
    if common.json {
        say(&serde_json::json!({ "ok": fine, "findings": found }).to_string());
    } else {
        for Finding { about, ok, says } in &found {
            say(&format!("{} {about}: {says}", if *ok { "ok     " } else { "problem" }));
        }
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `parlour check all`; with `--json` one object a check, one a line.
///
/// # Errors
/// As [`config`].
pub fn all(common: &Common) -> anyhow::Result<ExitCode> {
    if config(common)? != ExitCode::SUCCESS {
        return Ok(ExitCode::FAILURE);
    }
    findings(common, Looked { tls: true, ports: true })
}

/// All warnings about the hosts that a configuration names.
pub fn of(config: &Config) -> Vec<Warning> {
    let defaults = config.host_defaults();
    let mut warnings = Vec::new();
    for table in config.hosts() {
        let policy = table.options().over(&defaults).policy(&table.domain);
        warnings.extend(of_host(&table.domain, &policy, &config.listen, config.trusted_proxies.as_deref()));
        if table.tls.certificate.is_none() && !config.acme.enabled && !is_loopback(&table.domain) {
            let says = "there is none, so the server makes its own, which apps and browsers refuse or warn of; \
                        name one and its key, or set `enabled` in [acme] (docs/guide/from-trial-to-domain.md)";
            warnings.push(Warning { host: table.domain.clone(), key: "certificate", says: says.into() });
        }
    }
    warnings
}

/// The warnings about one host, as it ends up with all layers laid over each other.
pub fn of_host(
    host: &str,
    policy: &HostPolicy,
    listen: &ListenOptions,
    trusted_proxies: Option<&[String]>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |key: &'static str, says: String| warnings.push(Warning { host: host.to_owned(), key, says });
    if policy.allow_registration && !policy.registration_invite_only {
        warn(
            "registration_invite_only",
            "registration is open: whoever finds this host can make accounts, and robots will. Set it to true and send \
             people links instead"
                .into(),
        );
    }
    if let Some((key, says)) = dead_links(policy, listen, trusted_proxies) {
        let who = if policy.allow_user_invites || policy.allow_contact_invites {
            "members may invite, but their links do not work"
        } else {
            "links made here do not work"
        };
        warn(key, format!("{who}: {says}"));
    }
    if policy.invites_api && policy.invites_api_get {
        warn(
            "invites_api_get",
            "whatever looks at such an address makes an invite: previews in chats, mail scanners, a browser's history. Let \
             programs POST instead"
                .into(),
        );
    }
    warnings
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

#[cfg(test)]
mod tests;
