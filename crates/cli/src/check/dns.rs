//! `parlour check dns`: whether the world's names lead here, and let a certificate be given.
//!
//! Spec: RFC 6120 §3.2 (SRV, else the domain's own address), XEP-0368 v1.1.0, RFC 8659 (CAA), RFC 8657 (its parameters).
//! Left out: DNSSEC; what a resolver elsewhere still remembers.

use std::net::IpAddr;

use parlour_domain::HostName;
use parlour_net::{AcmeOptions, Challenge, ListenOptions};
use parlour_web::hosts::{is_loopback, name_of, origin_of};

use super::finding::Finding;
use super::kinds::{self, Kind};
use crate::config::{Config, HostTable};
use crate::dns::{Addressed, Names, Property, Service, Silent};
use crate::machine::Addresses;
use crate::machine::addresses::is_public;

/// Where a name leads, as far as it can be judged from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Here.
    Here,
    /// Perhaps here, through a router.
    Perhaps,
    /// Not here.
    Elsewhere,
    /// Nowhere.
    Nowhere,
}

/// Looks at each host of a configuration.
pub async fn look(config: &Config, names: &Names, own: &Addresses) -> Vec<Finding> {
    let mut found = Vec::new();
    for table in config.hosts() {
        match host(&table, config, names, own).await {
            Ok(findings) => found.extend(findings),
            Err(silent) => found.push(Finding::problem(kinds::DNS_SILENT, &table.domain, silent.to_string())),
        }
    }
    found
}

/// Where a name leads.
///
/// # Errors
/// [`Silent`].
pub async fn reach(name: &str, names: &Names, own: &Addresses) -> Result<(Reach, Finding), Silent> {
    Ok(judged(name, &names.addresses(name).await?, own))
}

async fn host(table: &HostTable, config: &Config, names: &Names, own: &Addresses) -> Result<Vec<Finding>, Silent> {
    let Some(domain) = HostName::parse(&table.domain).map(|host| host.to_string()) else { return Ok(Vec::new()) };
    let url = table.public_url.clone().unwrap_or_else(|| format!("https://{domain}"));
    let pages = origin_of(&url).and_then(|(_, authority)| name_of(&authority)).unwrap_or_else(|| domain.clone());
    let is_name = |name: &str| !is_loopback(name) && name.trim_matches(['[', ']']).parse::<IpAddr>().is_err();
    if !is_name(&domain) {
        return Ok(vec![Finding::fine("dns-no-name", domain, "is looked up by nobody")]);
    }
    let (direct, plain) =
        tokio::join!(names.services("_xmpps-client._tcp", &domain), names.services("_xmpp-client._tcp", &domain));
    let (direct, plain) = (direct?, plain?);
    let mut found = Vec::new();
    if is_name(&pages) {
        let (_, finding) = reach(&pages, names, own).await?;
        found.push(finding);
    }
    if plain.is_empty() {
        found.extend(without_record(&domain, &pages, &direct, &config.listen, names, own).await?);
    }
    for (service, records, doors) in
        [("_xmpps-client._tcp", &direct, &config.listen.c2s_tls), ("_xmpp-client._tcp", &plain, &config.listen.c2s)]
    {
        let ports: Vec<u16> = doors.iter().map(std::net::SocketAddr::port).collect();
        for record in records {
            found.push(announced(&format!("{service}.{domain}"), record, &ports, names, own).await?);
        }
    }
    if !names.services("_xmpp-server._tcp", &domain).await?.is_empty() {
        let says = "there is a record for other servers";
        found.push(Finding::warning(kinds::DNS_SRV_SERVERS, format!("_xmpp-server._tcp.{domain}"), says));
    }
    if config.acme.enabled && table.tls.certificate.is_none() {
        let mut certified = vec![domain];
        certified.extend(Some(pages).filter(|name| is_name(name) && *name != table.domain));
        for name in certified {
            found.push(certifiable(&name, &names.certifiers(&name).await?, &config.acme));
        }
    }
    Ok(found)
}

/// No `_xmpp-client` record: apps go to the domain itself, at the usual port.
async fn without_record(
    domain: &str,
    pages: &str,
    direct: &[Service],
    listen: &ListenOptions,
    names: &Names,
    own: &Addresses,
) -> Result<Option<Finding>, Silent> {
    let usual = listen.c2s.iter().any(|at| matches!(at.port(), 0 | 5222));
    if !usual && !listen.c2s.is_empty() && direct.is_empty() {
        let says = "apps come to port 5222 where no record says otherwise, and the door is at another";
        return Ok(Some(Finding::problem(kinds::DNS_SRV_NEEDED, domain, says)));
    }
    let absent =
        || Finding::fine("dns-srv-absent", domain, "no SRV records, and none are needed: the address is enough");
    if domain == pages {
        return Ok(Some(absent()).filter(|_| direct.is_empty()));
    }
    Ok(match reach(domain, names, own).await? {
        (Reach::Here | Reach::Perhaps, finding) => Some(finding),
        (Reach::Elsewhere | Reach::Nowhere, finding) if direct.is_empty() => {
            let says = format!("there are no SRV records, and {}", finding.says);
            Some(Finding::problem(kinds::DNS_SRV_NEEDED, domain, says))
        }
        (Reach::Elsewhere | Reach::Nowhere, finding) => {
            let says = format!("apps that know only _xmpp-client go to the domain itself, and {}", finding.says);
            Some(Finding::warning(kinds::DNS_SRV_NEEDED, domain, says))
        }
    })
}

fn judged(name: &str, at: &Addressed, own: &Addresses) -> (Reach, Finding) {
    let list = |ips: &[IpAddr]| ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let by = match at.aliases.as_slice() {
        [] => String::new(),
        chain => format!(" (by way of {})", chain.join(", ")),
    };
    let problem = |kind: Kind, says: String| Finding::problem(kind, name, format!("{says}{by}"));
    if at.addresses.is_empty() {
        return match at.aliases.last() {
            Some(end) => {
                let says = format!("it is another name for {end}, which has no address");
                (Reach::Nowhere, Finding::problem(kinds::DNS_CNAME_DANGLING, name, says))
            }
            None => (Reach::Nowhere, problem(kinds::DNS_NO_ADDRESS, "there is no A or AAAA record".into())),
        };
    }
    let all = list(&at.addresses);
    if let Some(private) = at.addresses.iter().find(|ip| !is_public(**ip)) {
        let reach = if own.has(*private) { Reach::Here } else { Reach::Elsewhere };
        return (reach, problem(kinds::DNS_PRIVATE, format!("the record says {private}")));
    }
    let here: Vec<IpAddr> = at.addresses.iter().copied().filter(|ip| own.has(*ip)).collect();
    let not_here: Vec<IpAddr> = at.addresses.iter().copied().filter(|ip| !own.has(*ip)).collect();
    if not_here.is_empty() {
        return (Reach::Here, Finding::fine("dns-here", name, format!("leads here: {all}{by}")));
    }
    let by_nat = |ip: &IpAddr| ip.is_ipv4() && own.may_be_behind_nat();
    if not_here.iter().all(by_nat) {
        let says = match own.all() {
            [] => format!("leads to {}; which addresses this machine has could not be seen{by}", list(&not_here)),
            own => format!("leads to {}, and this machine has {}{by}", list(&not_here), list(own)),
        };
        return (Reach::Perhaps, Finding::warning(kinds::DNS_NAT, name, says));
    }
    if here.is_empty() && !not_here.iter().any(by_nat) {
        let says = format!("leads to {all}, and this machine has {}", list(own.all()));
        return (Reach::Elsewhere, problem(kinds::DNS_ELSEWHERE, says));
    }
    let strange: Vec<IpAddr> = not_here.into_iter().filter(|ip| !by_nat(ip)).collect();
    let says = format!("{} is not this machine's, and this machine has {}", list(&strange), list(own.all()));
    (Reach::Elsewhere, problem(kinds::DNS_PARTLY, says))
}

/// A record of a service.
async fn announced(
    about: &str,
    record: &Service,
    ports: &[u16],
    names: &Names,
    own: &Addresses,
) -> Result<Finding, Silent> {
    if record.target.is_empty() {
        return Ok(Finding::problem(kinds::DNS_SRV_OFF, about, "the record's target is \".\""));
    }
    // Port 0 is whichever was free.
    if !ports.contains(&record.port) && !ports.contains(&0) {
        let doors = match ports {
            [] => "no door is open for it".to_owned(),
            ports => {
                format!("the door is at {}", ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
        };
        return Ok(Finding::problem(kinds::DNS_SRV_PORT, about, format!("says port {}, and {doors}", record.port)));
    }
    let at = names.addresses(&record.target).await?;
    let (reach, finding) = judged(&record.target, &at, own);
    Ok(match reach {
        Reach::Elsewhere | Reach::Nowhere => {
            Finding::problem(kinds::DNS_SRV_ELSEWHERE, about, format!("names {}: {}", record.target, finding.says))
        }
        Reach::Here | Reach::Perhaps if !at.aliases.is_empty() => {
            let says = format!("names {}, which is another name for {}", record.target, at.aliases.join(", "));
            Finding::warning(kinds::DNS_SRV_CNAME, about, says)
        }
        Reach::Here | Reach::Perhaps => {
            Finding::fine("dns-srv", about, format!("names {}, port {}", record.target, record.port))
        }
    })
}

/// Whether the authority in use may give a certificate for a name.
fn certifiable(name: &str, properties: &[Property], acme: &AcmeOptions) -> Finding {
    let issue: Vec<&str> = properties.iter().filter(|p| p.tag == "issue").map(|p| p.value.as_str()).collect();
    if issue.is_empty() {
        return Finding::fine("dns-caa-free", name, "any certificate authority may certify it (no CAA record)");
    }
    let said = issue.join(", ");
    let Some(authority) = authority(&acme.directory) else {
        return Finding::warning(kinds::DNS_CAA_UNKNOWN, name, format!("the CAA records allow: {said}"));
    };
    let mine: Vec<&str> = issue
        .iter()
        .copied()
        .filter(|value| value.split(';').next().is_some_and(|who| who.trim().eq_ignore_ascii_case(authority)))
        .collect();
    if mine.is_empty() {
        return Finding::problem(
            kinds::DNS_CAA_FORBIDS,
            name,
            format!("the CAA records allow {said}, not {authority}"),
        );
    }
    if !mine.iter().any(|value| allows(value, &acme.challenges)) {
        return Finding::problem(kinds::DNS_CAA_WAY, name, format!("the CAA records say {said}"));
    }
    Finding::fine("dns-caa", name, format!("{authority} may certify it"))
}

/// RFC 8657 §4: `validationmethods`, where there, names those that are allowed.
fn allows(value: &str, ours: &[Challenge]) -> bool {
    let methods = value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("validationmethods").then_some(value)
    });
    methods.is_none_or(|methods| {
        methods.split(',').any(|method| {
            ours.iter().any(|challenge| {
                let name = match challenge {
                    Challenge::Http01 => "http-01",
                    Challenge::TlsAlpn01 => "tls-alpn-01",
                };
                method.trim() == name
            })
        })
    })
}

/// What an authority calls itself in CAA records, by the address of its directory: as their own pages say.
pub fn authority(directory: &str) -> Option<&'static str> {
    let host = directory.split_once("://")?.1.split(['/', ':']).next()?;
    [
        ("letsencrypt.org", "letsencrypt.org"),
        ("zerossl.com", "sectigo.com"),
        ("buypass.com", "buypass.com"),
        ("pki.goog", "pki.goog"),
        ("ssl.com", "ssl.com"),
    ]
    .into_iter()
    .find(|(theirs, _)| host == *theirs || host.ends_with(&format!(".{theirs}")))
    .map(|(_, name)| name)
}

#[cfg(test)]
mod tests;
