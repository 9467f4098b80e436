//! Certificates that are renewed under people who are there (ATTACKS F12).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use parlour_net::Certificate;
use parlour_testkit::{Client, PATIENCE};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::chance::size;
use crate::place::{HOST, PASSWORD, Place};

/// A folder with a new certificate and its key.
struct Pair(TempDir);

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // 2025-01-01.
        let now = UNIX_EPOCH + Duration::from_secs(1_735_689_600);
        Certificate::self_signed(folder.path(), HOST, &[], now).expect("a certificate");
        Self(folder)
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join(format!("{HOST}.crt"))
    }

    fn key(&self) -> PathBuf {
        self.0.path().join(format!("{HOST}.key"))
    }

    fn leaf(&self) -> Vec<u8> {
        Certificate::from_files(&self.certificate(), &self.key()).expect("a pair").leaf().to_vec()
    }

    /// As programs that renew certificates do: each file is written aside and then takes its place.
    fn put(&self, certificate: &Path, key: &Path) {
        for (from, to) in [(self.key(), key), (self.certificate(), certificate)] {
            let aside = to.with_extension("new");
            std::fs::copy(from, &aside).expect("copied");
            std::fs::rename(aside, to).expect("renamed");
        }
    }
}

fn files(certificate: &Path, key: &Path) -> String {
    format!("[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), key.display())
}

/// A connection that has not signed in, and the certificate it was shown.
async fn stranger(place: &Place) -> (Client, Vec<u8>) {
    let client = Client::connect(place.ports().c2s, HOST).await.expect("a stream");
    let shown = client.certificate().expect("shown");
    (client, shown)
}

async fn all_are_there(people: &mut [Client]) {
    for person in people {
        person.sync().await.expect("nobody is dropped");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_12_certificates_are_renewed_under_people_who_are_there() {
    let used = tempfile::tempdir().expect("a folder");
    let (certificate, key) = (used.path().join("fullchain.pem"), used.path().join("privkey.pem"));
    let first = Pair::new();
    first.put(&certificate, &key);
    let mut place = Place::new("");
    place.configure(&files(&certificate, &key));
    place.start().await;
    let mut people = Vec::new();
    for n in 0..4 {
        place.account(&format!("p{n}"), "member").await;
        for device in 0..5 {
            let who = format!("p{n}@example.test/d{device}");
            people.push(Client::sign_in(place.ports().c2s, &who, PASSWORD).await.expect("signed in"));
        }
    }
    let (mut early, shown) = stranger(&place).await;
    assert_eq!(shown, first.leaf());

    let mut last = first;
    for round in 0..size(5, 100) {
        let pair = Pair::new();
        pair.put(&certificate, &key);
        let began = Instant::now();
        place.signal(Signal::HUP);
        while stranger(&place).await.1 != pair.leaf() {
            assert!(began.elapsed() < Duration::from_secs(1), "round {round}: still the old one");
        }
        all_are_there(&mut people).await;
        last = pair;
    }
    early.authenticate_by_certificate("p0", PASSWORD).await.expect("bound to the certificate it was shown");

    // A renewal that went wrong: the key is another's, then it is none, then there is no file.
    let other = Pair::new();
    std::fs::copy(other.key(), &key).expect("copied");
    refused(&place, &[&certificate, &key], "is not the key of").await;
    std::fs::write(&key, "-----BEGIN NOTHING-----\n").expect("written");
    refused(&place, &[&key], "no private key in PEM form").await;
    std::fs::remove_file(&key).expect("removed");
    refused(&place, &[&key], "No such file").await;
    assert_eq!(stranger(&place).await.1, last.leaf());
    other.put(&certificate, &key);
    until_shown(&place, &other).await;

    // Other files, by the configuration.
    place.configure(&files(&last.certificate(), &last.key()));
    until_shown(&place, &last).await;
    // And files that are of no use, which change nothing.
    place.configure(&files(&last.certificate(), &other.key()));
    refused(&place, &[&other.key()], "is not the key of").await;
    assert_eq!(stranger(&place).await.1, last.leaf());
    all_are_there(&mut people).await;
    let first_page = place.call(http::Method::GET, "/accounts/p0", None).await;
    assert_eq!(first_page.status, 200);
    assert!(place.terminate().await.success());
}

/// Has it read again, until it says in its log what is wrong with these files.
async fn refused(place: &Place, named: &[&Path], why: &str) {
    place.signal(Signal::HUP);
    let began = Instant::now();
    let said = |line: &str| {
        line.contains("ERROR") && line.contains(why) && named.iter().all(|path| line.contains(&*path.to_string_lossy()))
    };
    while !place.log().lines().any(said) {
        stranger(place).await;
        assert!(began.elapsed() < PATIENCE, "nothing is said of {why} {named:?}: {}", place.log());
    }
}

async fn until_shown(place: &Place, pair: &Pair) {
    place.signal(Signal::HUP);
    let began = Instant::now();
    while stranger(place).await.1 != pair.leaf() {
        assert!(began.elapsed() < PATIENCE, "still the old one: {}", place.log());
    }
}
