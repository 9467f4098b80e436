//! Which certificate each host serves: its own files, else the one that ACME keeps for it, else one of our making.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use parlour_domain::{Clock, HostName, HostPolicy};
use parlour_engine::Locals;
use parlour_net::{Acme, AcmeOptions, AcmeParts, CertificateOptions, Pace, Tls, a_label, is_orderable};
use parlour_web::hosts::{name_of, origin_of};

/// Certificates that the configuration names, by host.
pub type Named = Arc<ArcSwap<HashMap<HostName, CertificateOptions>>>;

/// Where ACME keeps certificates and accounts.
pub fn acme_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("acme")
}

/// What orders certificates for the hosts that have none of their own.
pub fn acme(data_dir: &Path, tls: &Tls, options: AcmeOptions, clock: Arc<dyn Clock>) -> Acme {
    Acme::new(AcmeParts {
        dir: acme_dir(data_dir),
        tls: tls.clone(),
        options,
        clock: Arc::new(move || wall(clock.as_ref())),
        pace: Pace::default(),
    })
}

/// Gives every host a certificate, now and whenever one comes; takes it from hosts that went.
pub fn keep(locals: &Locals, tls: &Tls, acme: &Acme, named: &Named, data_dir: &Path, clock: Arc<dyn Clock>) {
    let keeper = Keeper {
        tls: tls.clone(),
        acme: acme.clone(),
        named: Arc::clone(named),
        own: data_dir.join("certs"),
        clock,
        served: Mutex::default(),
    };
    locals.watch(move |locals| keeper.look(locals));
}

/// What people and the web pages call a host besides its domain: what a certificate is to be for, and SNI may name.
pub fn other_names(host: &str, policy: &HostPolicy) -> Vec<String> {
    let public = origin_of(&policy.public_url).and_then(|(_, authority)| name_of(&authority));
    let mut names: Vec<String> = Vec::new();
    for name in public.into_iter().chain(policy.aliases.iter().filter_map(|alias| a_label(alias))) {
        // Addresses, and what is no name at all, stand in no SNI.
        if name != host && !names.contains(&name) && is_orderable(&name, true) {
            names.push(name);
        }
    }
    names
}

struct Keeper {
    tls: Tls,
    acme: Acme,
    named: Named,
    /// Where self-signed ones lie.
    own: PathBuf,
    clock: Arc<dyn Clock>,
    served: Mutex<HashMap<Box<str>, Kept>>,
}

/// By what a host's certificate was chosen.
#[derive(PartialEq)]
struct Kept {
    options: CertificateOptions,
    names: Vec<String>,
    ordered: bool,
}

impl Keeper {
    fn look(&self, locals: &Locals) {
        let named = self.named.load();
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let hosts = locals.all();
        served.retain(|host, _| {
            let stays = locals.has(host);
            if !stays {
                self.acme.forget(host);
                self.tls.remove(host);
            }
            stays
        });
        let enabled = self.acme.is_enabled();
        for (host, policy) in hosts {
            let options = HostName::parse(&host).and_then(|name| named.get(&name).cloned()).unwrap_or_default();
            let none = options.certificate.is_none() && options.key.is_none();
            let kept = Kept { options, names: other_names(&host, &policy), ordered: enabled && none };
            if served.get(&host) == Some(&kept) {
                continue;
            }
            match self.give(&host, &kept) {
                Ok(()) => drop(served.insert(host, kept)),
                Err(error) => tracing::error!(%host, %error, "no certificate: apps cannot connect to this host"),
            }
        }
    }

    fn give(&self, host: &str, kept: &Kept) -> Result<(), parlour_net::CertError> {
        let names: Vec<&str> = kept.names.iter().map(String::as_str).collect();
        let ordered = if kept.ordered {
            self.acme.want(host, &names)
        } else {
            self.acme.forget(host);
            None
        };
        match ordered {
            Some(certificate) => self.tls.set(host, &names, certificate),
            None => self.tls.set_from(host, &names, &kept.options, &self.own, wall(self.clock.as_ref())),
        }
    }
}

fn wall(clock: &dyn Clock) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(clock.wall().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_also_called_by_its_web_address_and_its_aliases() {
        let policy = |public_url: &str, aliases: &[&str]| HostPolicy {
            public_url: public_url.into(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            ..HostPolicy::default()
        };
        for (policy, names) in [
            (policy("https://a.example", &[]), vec![]),
            (
                policy("https://Web.a.example:8443/", &["old.example", "Web.A.example"]),
                vec!["web.a.example", "old.example"],
            ),
            (policy("http://192.168.1.5:5280", &["[::1]", "x y", ""]), vec![]),
            (policy("http://localhost:5280", &[]), vec!["localhost"]),
        ] {
            assert_eq!(other_names("a.example", &policy), names, "{}", policy.public_url);
        }
    }
}
