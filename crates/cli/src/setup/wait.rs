//! Waiting: until a name leads here, until a certificate has come. Both end by themselves.

use std::path::Path;
use std::time::Duration;

use parlour_net::Timer;

use crate::check::{self, Finding, Reach};
use crate::dns::{Names, Silent};
use crate::machine::Addresses;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 1 } else { 5 });

/// Looks again and again until `name` leads here or `patience` is used up; tells by `tell` whenever something changes.
///
/// # Errors
/// [`Silent`] when at the end nobody answers.
pub async fn for_name(
    name: &str,
    names: &Names,
    own: &Addresses,
    patience: Duration,
    mut tell: impl FnMut(&Finding),
) -> Result<(Reach, Finding), Silent> {
    let mut waited = Duration::ZERO;
    let mut told = None;
    loop {
        let looked = check::reach(name, names, own).await;
        if let Ok((reach, finding)) = &looked {
            if matches!(reach, Reach::Here | Reach::Perhaps) {
                return looked;
            }
            if told.as_ref() != Some(finding) {
                tell(finding);
                told = Some(finding.clone());
            }
        }
        if waited >= patience {
            return looked;
        }
        pause().await;
        waited += PAUSE;
    }
}

/// Waits until a host's ordered certificate has come, was refused, or `patience` is used up.
pub async fn for_certificate(data_dir: &Path, host: &str, patience: Duration) {
    let mut waited = Duration::ZERO;
    while waited < patience && !check::kept(data_dir, host).exists() && check::refused(data_dir, host).is_none() {
        pause().await;
        waited += PAUSE;
    }
}

async fn pause() {
    let mut timer = Timer::new();
    timer.set(PAUSE);
    timer.rings().await;
}

#[cfg(test)]
mod tests {
    use parlour_testkit::NameServer;

    use super::*;

    #[tokio::test]
    async fn a_name_is_waited_for_and_not_for_ever() {
        let server = NameServer::new();
        let names = Names::ask(Some(server.address())).expect("somebody to ask");
        let own = Addresses::new(["5.5.5.5".parse().expect("an address")]);
        let mut told = Vec::new();
        let (reach, finding) =
            for_name("a.example", &names, &own, Duration::ZERO, |f| told.push(f.id)).await.expect("asked");
        assert_eq!((reach, finding.id, told), (Reach::Nowhere, "dns-no-address", vec!["dns-no-address"]));
        // The record comes while it waits.
        let mut told = 0;
        let waited = for_name("a.example", &names, &own, Duration::from_secs(60), |_| {
            told += 1;
            server.has("a.example", "5.5.5.5");
        });
        let (reach, _) = waited.await.expect("asked");
        assert_eq!((reach, told), (Reach::Here, 1));
    }

    #[tokio::test]
    async fn a_certificate_that_has_come_or_was_refused_is_not_waited_for() {
        const LONG: Duration = Duration::from_secs(100_000);
        let folder = tempfile::tempdir().expect("a folder");
        for_certificate(folder.path(), "a.example", Duration::ZERO).await;
        for ending in ["json", "pem"] {
            let file = check::kept(folder.path(), &format!("{ending}.example")).with_extension(ending);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, r#"{"error":"no"}"#).expect("written");
            let host = format!("{ending}.example");
            let waited = tokio::time::timeout(Duration::from_secs(10), for_certificate(folder.path(), &host, LONG));
            assert!(waited.await.is_ok(), "{ending}");
        }
    }
}
