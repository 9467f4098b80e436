//! `parlour check tls` and `parlour check ports`: what the doors need of this machine.
//!
//! Left out: what the world sees (DNS, firewalls, a proxy's certificate); that has to be looked at from outside. Whether a
//! certificate is for an internationalised name, which it holds in another spelling.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, SystemTime};

use parlour_domain::{Clock as _, HostName};
use parlour_net::Certificate;
use parlour_web::hosts::{name_of, origin_of};

use crate::config::{Config, HostTable};
use crate::house;
use crate::system::SystemClock;

/// How early the end of a certificate is worth a word: what renews them does so a month ahead.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Certificates.
    pub tls: bool,
    /// Addresses.
    pub ports: bool,
}

impl Looked {
    /// Certificates alone.
    pub const TLS: Self = Self { tls: true, ports: false };
    /// Addresses alone.
    pub const PORTS: Self = Self { tls: false, ports: true };
}

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// A host, or a door with its address.
    pub about: String,
    /// Nothing stands in the way.
    pub ok: bool,
    /// A sentence: what is there, or what to do.
    pub says: String,
}

/// Looks; `data_dir` tells whether it is our own server that has the ports.
pub fn look(config: &Config, data_dir: &Path, looked: Looked) -> Vec<Finding> {
    let mut found = Vec::new();
    if looked.tls {
        let pages = !config.listen.web_tls.is_empty();
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(SystemClock::default().wall().unsigned_abs());
        found.extend(config.hosts().iter().map(|host| certificate(host, pages, now)));
    }
    if looked.ports {
        let running = std::os::unix::net::UnixStream::connect(house::socket_path(data_dir)).is_ok();
        let listen = &config.listen;
        for (door, addresses) in [
            ("c2s", &listen.c2s),
            ("c2s_tls", &listen.c2s_tls),
            ("web", &listen.web),
            ("web_tls", &listen.web_tls),
            ("local", &listen.local),
        ] {
            found.extend(addresses.iter().map(|address| port(door, *address, running)));
        }
    }
    found
}

fn certificate(table: &HostTable, pages: bool, now: SystemTime) -> Finding {
    let problem = |says: String| Finding { about: table.domain.clone(), ok: false, says };
    let (Some(chain), Some(key)) = (&table.tls.certificate, &table.tls.key) else {
        return problem("no certificate is named, so the server makes its own, which apps refuse or warn of".into());
    };
    let certificate = match Certificate::from_files(chain, key) {
        Ok(certificate) => certificate,
        Err(error) => return problem(error.to_string()),
    };
    // What apps compare it with; browsers besides, where no proxy shows one of its own.
    let mut names: Vec<String> = HostName::parse(&table.domain).map(|host| host.to_string()).into_iter().collect();
    let url = table.public_url.clone().unwrap_or_else(|| format!("https://{}", table.domain));
    names.extend(origin_of(&url).and_then(|(_, authority)| name_of(&authority)).filter(|_| pages));
    names.retain(|name| name.is_ascii());
    names.dedup();
    if let Some(missing) = names.iter().find(|name| !certificate.covers(std::slice::from_ref(name))) {
        return problem(format!("{} is not for {missing}; get one that names it", chain.display()));
    }
    match certificate.expires_at().duration_since(now) {
        Err(_) => problem(format!("{} has expired; get a new one", chain.display())),
        Ok(left) if left < SOON => {
            problem(format!("{} ends in {} days, and nothing has renewed it", chain.display(), days(left)))
        }
        Ok(left) => {
            let says = format!("for {}, good for {} days", names.join(" and "), days(left));
            Finding { about: table.domain.clone(), ok: true, says }
        }
    }
}

fn days(left: Duration) -> u64 {
    left.as_secs() / (24 * 3600)
}

fn port(door: &str, address: SocketAddr, running: bool) -> Finding {
    let (ok, says) = match TcpListener::bind(address) {
        Ok(_) => (true, "free".to_owned()),
        Err(error) => match error.kind() {
            io::ErrorKind::AddrInUse if running => (true, "in use, and the server is running".to_owned()),
            io::ErrorKind::AddrInUse => {
                (false, "another program has it; stop that one, or take another port".to_owned())
            }
            io::ErrorKind::PermissionDenied => (
                false,
                "not for this user; systemd gives the right with AmbientCapabilities=CAP_NET_BIND_SERVICE".into(),
            ),
            io::ErrorKind::AddrNotAvailable => (false, "this machine has no such address".to_owned()),
            _ => (false, error.to_string()),
        },
    };
    Finding { about: format!("{door} {address}"), ok, says }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn table(domain: &str, public_url: Option<&str>, dir: &Path, files: &str) -> HostTable {
        let mut table =
            HostTable { domain: domain.into(), public_url: public_url.map(str::to_owned), ..HostTable::default() };
        table.tls.certificate = Some(dir.join(format!("{files}.crt")));
        table.tls.key = Some(dir.join(format!("{files}.key")));
        table
    }

    #[test]
    fn a_certificate_is_whole_for_its_names_and_in_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        for (host, more) in [("a.example", &["web.a.example"][..]), ("b.example", &[])] {
            Certificate::self_signed(dir, host, more, NOW).expect("made");
        }
        let year = Duration::from_secs(365 * 24 * 3600);
        let web = Some("https://web.a.example:8443/");
        for (host, pages, now, ok, says) in [
            (table("a.example", None, dir, "a.example"), false, NOW, true, "for a.example, good for"),
            (table("a.example", web, dir, "a.example"), true, NOW, true, "a.example and web.a.example"),
            (table("b.example", web, dir, "b.example"), true, NOW, false, "is not for web.a.example"),
            (table("b.example", web, dir, "b.example"), false, NOW, true, "for b.example"),
            (table("c.example", None, dir, "b.example"), false, NOW, false, "is not for c.example"),
            (table("a.example", None, dir, "a.example"), false, NOW + 11 * year, false, "has expired"),
            (table("a.example", None, dir, "none"), false, NOW, false, "none.crt"),
            (
                HostTable { domain: "a.example".into(), ..HostTable::default() },
                false,
                NOW,
                false,
                "no certificate is named",
            ),
        ] {
            let found = certificate(&host, pages, now);
            assert_eq!(found.ok, ok, "{found:?}");
            assert!(found.says.contains(says), "{found:?}");
        }
        // One's key with another's chain.
        let mut mixed = table("a.example", None, dir, "a.example");
        mixed.tls.key = Some(dir.join("b.example.key"));
        assert!(!certificate(&mixed, false, NOW).ok);
        // Nothing has renewed it, and it ends soon.
        let end = Certificate::from_files(&dir.join("a.example.crt"), &dir.join("a.example.key"))
            .expect("whole")
            .expires_at();
        let last =
            certificate(&table("a.example", None, dir, "a.example"), false, end - Duration::from_secs(3 * 24 * 3600));
        assert!(!last.ok && last.says.contains("ends in 3 days"), "{last:?}");
    }

    #[test]
    fn a_port_is_free_ours_or_somebody_elses() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = taken.local_addr().expect("its address");
        assert_eq!(port("c2s", address, true).says, "in use, and the server is running");
        let found = port("c2s", address, false);
        assert!(!found.ok && found.says.contains("another program"), "{found:?}");
        drop(taken);
        assert!(port("c2s", address, false).ok);
        assert!(!port("c2s", "192.0.2.1:5222".parse().expect("an address"), false).ok, "not this machine's");
    }
}
