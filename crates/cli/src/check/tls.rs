//! `parlour check tls`: each host's certificate, its key and its chain.
//!
//! Left out: what a proxy in front shows to browsers. Whether a certificate is for an internationalised name, which it holds
//! in another spelling.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use parlour_domain::{Clock as _, HostName};
use parlour_net::{CertError, Certificate, Chain, Standing, a_label};
use parlour_web::hosts::{name_of, origin_of};

use super::finding::Finding;
use super::kinds::{self, Kind};
use crate::certificates::acme_dir;
use crate::config::{Config, HostTable};
use crate::system::SystemClock;

/// How early the end of a certificate is worth a word: what renews them does so a month ahead.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// Looks at each host of a configuration.
pub fn look(config: &Config, data_dir: &Path) -> Vec<Finding> {
    let pages = !config.listen.web_tls.is_empty();
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(SystemClock::default().wall().unsigned_abs());
    let ordered = config.acme.enabled.then_some(data_dir);
    config.hosts().iter().flat_map(|host| certificate(host, pages, ordered, now)).collect()
}

/// `ordered` is the data directory, where certificates are ordered.
fn certificate(table: &HostTable, pages: bool, ordered: Option<&Path>, now: SystemTime) -> Vec<Finding> {
    let problem = |kind: Kind, says: String| vec![Finding::problem(kind, &table.domain, says)];
    let (chain, key) = match (&table.tls.certificate, &table.tls.key, ordered) {
        (Some(chain), Some(key), _) => (chain.clone(), key.clone()),
        (_, _, Some(data_dir)) => {
            let file = kept(data_dir, &table.domain);
            match file.try_exists() {
                Ok(true) => (file.clone(), file),
                Ok(false) => {
                    if let Some(why) = refused(data_dir, &table.domain) {
                        return problem(kinds::TLS_REFUSED, why);
                    }
                    let says = "none has come from the certificate authority yet";
                    return vec![Finding::warning(kinds::TLS_WAITING, &table.domain, says)];
                }
                Err(error) => return problem(kinds::TLS_UNREADABLE, format!("{}: {error}", file.display())),
            }
        }
        _ => return problem(kinds::TLS_NONE, "no certificate is named, and none is ordered".into()),
    };
    let certificate = match Certificate::from_files(&chain, &key) {
        Ok(certificate) => certificate,
        Err(error @ CertError::File { .. }) => return problem(kinds::TLS_UNREADABLE, error.to_string()),
        Err(error) => return problem(kinds::TLS_UNUSABLE, error.to_string()),
    };
    let shown = chain.display();
    let mut found = Vec::new();
    // What apps compare it with; browsers besides, where no proxy shows one of its own.
    let mut names: Vec<String> = HostName::parse(&table.domain).map(|host| host.to_string()).into_iter().collect();
    let url = table.public_url.clone().unwrap_or_else(|| format!("https://{}", table.domain));
    names.extend(origin_of(&url).and_then(|(_, authority)| name_of(&authority)).filter(|_| pages));
    names = names.iter().filter_map(|name| a_label(name)).collect();
    names.dedup();
    if let Some(missing) = names.iter().find(|name| !certificate.covers(std::slice::from_ref(name))) {
        found.extend(problem(kinds::TLS_WRONG_NAME, format!("{shown} is not for {missing}")));
    }
    match certificate.chain() {
        Chain::Whole => {}
        Chain::SelfSigned => found.extend(problem(kinds::TLS_SELF_SIGNED, format!("{shown} is signed by itself"))),
        Chain::Alone => {
            let says = format!("{shown} holds one certificate alone, and it is signed by another");
            found.push(Finding::warning(kinds::TLS_INCOMPLETE, &table.domain, says));
        }
        Chain::Disorder => found.extend(problem(kinds::TLS_DISORDER, format!("{shown} is no chain"))),
    }
    if certificate.valid_from() > now {
        let left = certificate.valid_from().duration_since(now).unwrap_or_default();
        found.extend(problem(kinds::TLS_NOT_YET, format!("{shown} begins in {}", days(left))));
    }
    let left = match certificate.expires_at().duration_since(now) {
        Err(since) => {
            found.extend(problem(kinds::TLS_EXPIRED, format!("{shown} ended {} ago", days(since.duration()))));
            Duration::ZERO
        }
        Ok(left) if left < SOON => {
            found.extend(problem(kinds::TLS_ENDS_SOON, format!("{shown} ends in {}", days(left))));
            left
        }
        Ok(left) => left,
    };
    found.extend(everybodys(&key, &table.domain));
    if let Some(why) = ordered.filter(|_| chain == key).and_then(|data_dir| refused(data_dir, &table.domain)) {
        found.push(Finding::warning(kinds::TLS_REFUSED, &table.domain, format!("there is no newer one: {why}")));
    }
    if found.is_empty() {
        let says = format!("for {}, good for {}", names.join(" and "), days(left));
        found.push(Finding::fine("tls-good", &table.domain, says));
    }
    found
}

/// Where a certificate lies that was ordered for a host, with its key.
pub fn kept(data_dir: &Path, host: &str) -> PathBuf {
    acme_dir(data_dir).join("hosts").join(format!("{host}.pem"))
}

/// What an authority said that gave no certificate when it was asked last.
pub fn refused(data_dir: &Path, host: &str) -> Option<String> {
    Standing::read(&acme_dir(data_dir), host)?.error
}

/// The key, where everybody on this machine can read it.
fn everybodys(key: &Path, host: &str) -> Option<Finding> {
    const OTHERS_READ: u32 = 0o004;
    let mode = std::fs::metadata(key).ok()?.permissions().mode();
    (mode & OTHERS_READ != 0).then(|| {
        let says = format!("{} has mode {:03o}", key.display(), mode & 0o777);
        Finding::warning(kinds::TLS_KEY_READABLE, host, says)
    })
}

fn days(span: Duration) -> String {
    match span.as_secs() / (24 * 3600) {
        0 => "less than a day".to_owned(),
        1 => "one day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::finding::is_fine;
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn table(domain: &str, public_url: Option<&str>, dir: &Path, files: &str) -> HostTable {
        let mut table =
            HostTable { domain: domain.into(), public_url: public_url.map(str::to_owned), ..HostTable::default() };
        table.tls.certificate = Some(dir.join(format!("{files}.crt")));
        table.tls.key = Some(dir.join(format!("{files}.key")));
        table
    }

    fn ids(found: &[Finding]) -> Vec<&'static str> {
        found.iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn a_certificate_is_whole_for_its_names_and_in_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        for (host, more) in [("a.example", &["web.a.example"][..]), ("b.example", &[])] {
            Certificate::self_signed(dir, host, more, NOW + 2 * DAY).expect("made");
        }
        let web = Some("https://web.a.example:8443/");
        let now = NOW + 3 * DAY;
        for (host, pages, now, expected, says) in [
            (table("a.example", None, dir, "a.example"), false, now, &["tls-self-signed"][..], "is signed by itself"),
            (table("a.example", web, dir, "a.example"), true, now, &["tls-self-signed"], "is signed by itself"),
            (
                table("b.example", web, dir, "b.example"),
                true,
                now,
                &["tls-wrong-name", "tls-self-signed"],
                "web.a.example",
            ),
            (table("b.example", web, dir, "b.example"), false, now, &["tls-self-signed"], "is signed by itself"),
            (
                table("c.example", None, dir, "b.example"),
                false,
                now,
                &["tls-wrong-name", "tls-self-signed"],
                "c.example",
            ),
            (
                table("a.example", None, dir, "a.example"),
                false,
                NOW,
                &["tls-self-signed", "tls-not-yet"],
                "signed by itself",
            ),
            (
                table("a.example", None, dir, "a.example"),
                false,
                NOW + 365 * 11 * DAY,
                &["tls-self-signed", "tls-expired"],
                "signed by itself",
            ),
            (table("a.example", None, dir, "none"), false, now, &["tls-unreadable"], "none.crt"),
            (
                HostTable { domain: "a.example".into(), ..HostTable::default() },
                false,
                now,
                &["tls-none"],
                "none is ordered",
            ),
        ] {
            let found = certificate(&host, pages, None, now);
            assert_eq!(ids(&found), expected, "{found:?}");
            assert!(found[0].says.contains(says), "{found:?}");
        }
        // One's key with another's chain.
        let mut mixed = table("a.example", None, dir, "a.example");
        mixed.tls.key = Some(dir.join("b.example.key"));
        assert_eq!(ids(&certificate(&mixed, false, None, now)), ["tls-unusable"]);
        // Nothing has renewed it, and it ends soon.
        let a = table("a.example", None, dir, "a.example");
        let files = (a.tls.certificate.clone().expect("named"), a.tls.key.clone().expect("named"));
        let end = Certificate::from_files(&files.0, &files.1).expect("whole").expires_at();
        let last = certificate(&a, false, None, end - 3 * DAY);
        assert!(last.iter().any(|f| f.id == "tls-ends-soon" && f.says.contains("ends in 3 days")), "{last:?}");
        // A key for everybody's eyes.
        fs::set_permissions(&files.1, fs::Permissions::from_mode(0o644)).expect("set");
        assert!(ids(&certificate(&a, false, None, now)).contains(&"tls-key-readable"));
    }

    #[test]
    fn an_ordered_certificate_is_waited_for_and_then_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        let host = HostTable { domain: "a.example".into(), ..HostTable::default() };
        let waiting = certificate(&host, true, Some(dir), NOW);
        assert!(ids(&waiting) == ["tls-waiting"] && is_fine(&waiting), "{waiting:?}");
        fs::create_dir_all(dir.join("acme/hosts")).expect("made");
        fs::write(kept(dir, "a.example").with_extension("json"), r#"{"error":"the name does not resolve"}"#)
            .expect("written");
        let refused = certificate(&host, true, Some(dir), NOW);
        assert!(ids(&refused) == ["tls-refused"] && refused[0].says == "the name does not resolve", "{refused:?}");
        fs::write(kept(dir, "a.example"), "half").expect("written");
        assert_eq!(ids(&certificate(&host, true, Some(dir), NOW)), ["tls-unusable"]);
    }
}
