//! F12: the certificate is replaced again and again under people who are there.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use parlour_net::Certificate;
use parlour_testkit::Client;
use rustix::process::Signal;

use super::crowd::{self, Way};
use crate::peers::{Extras, HOST, House, PASSWORD};
use crate::say;

/// `[--clients N] [--swaps N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let [clients, swaps] = crowd::numbers(words, [("--clients", 2000), ("--swaps", 100)])?;
    crate::runtime(2)?.block_on(renewed(crowd::as_many(clients)?, swaps))
}

async fn renewed(clients: usize, swaps: usize) -> anyhow::Result<()> {
    let files = tempfile::tempdir()?;
    let (certificate, key) = (files.path().join("fullchain.pem"), files.path().join("privkey.pem"));
    put(&certificate, &key)?;
    let table = format!("[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), key.display());
    let mut house = House::under(Extras { config: table, descriptors: None })?;
    let names = crowd::names("p", clients.div_ceil(DEVICES));
    house.move_in(&names).await?;
    let mut people = crowd::sign_in(Way::to(house.c2s_tls()), &names, DEVICES, false).await?;
    let mut early = Client::connect_direct(house.c2s_tls(), HOST).await?;

    let mut seen = Vec::new();
    for swap in 0..swaps {
        let leaf = put(&certificate, &key)?;
        house.signal(Signal::HUP)?;
        let began = Instant::now();
        while shown(&house).await? != leaf {
            ensure!(began.elapsed() < Duration::from_secs(5), "swap {swap}: the old one is still shown");
        }
        seen.push(began.elapsed());
        if swap % 10 == 9 {
            for person in &mut people {
                person.sync().await.with_context(|| format!("swap {swap}: somebody was dropped"))?;
            }
        }
    }
    early.authenticate_by_certificate("p0", PASSWORD).await.context("bound to the certificate of before the swaps")?;

    // A key of somebody else's.
    let good = shown(&house).await?;
    let other = tempfile::tempdir()?;
    Certificate::self_signed(other.path(), HOST, &[], UNIX_EPOCH + ISSUED)?;
    fs::copy(other.path().join(format!("{HOST}.key")), &key)?;
    house.signal(Signal::HUP)?;
    let said = crowd::until("it says what is wrong with the key", Duration::from_secs(5), async || {
        let said = house.said();
        Ok(said.contains(&*key.to_string_lossy()) && said.contains("is not the key of"))
    })
    .await?;
    ensure!(shown(&house).await? == good, "a certificate without its key was taken");
    for person in &mut people {
        person.sync().await.context("somebody was dropped")?;
    }
    let end = house.end(Signal::TERM).await;
    say(&format!("{} sessions, {swaps} swaps, 0 dropped", people.len()))?;
    say(&format!("  from SIGHUP to the first handshake with the new one: {}", crowd::spread(&mut seen)))?;
    say("  a connection older than the swaps signs in with SCRAM-SHA-256-PLUS over tls-server-end-point")?;
    say(&format!("  a key that is not the certificate's: named in the log after {said:?}, the old pair goes on"))?;
    ensure!(seen.last().is_none_or(|longest| *longest < Duration::from_secs(1)), "a new one took longer than a second");
    end
}

/// Sessions of each account.
const DEVICES: usize = 10;

/// 2025-01-01.
const ISSUED: Duration = Duration::from_secs(1_735_689_600);

/// A new pair takes the place of the old one; gives the new leaf.
fn put(certificate: &Path, key: &Path) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let made = Certificate::self_signed(folder.path(), HOST, &[], UNIX_EPOCH + ISSUED)?;
    for (ending, place) in [("key", key), ("crt", certificate)] {
        let aside = place.with_extension("new");
        fs::copy(folder.path().join(format!("{HOST}.{ending}")), &aside)?;
        fs::rename(aside, place)?;
    }
    Ok(made.leaf().to_vec())
}

async fn shown(house: &House) -> anyhow::Result<Vec<u8>> {
    let mut client = Client::clear(house.c2s_tls(), HOST).await?;
    client.handshake().await?;
    client.certificate().context("no certificate was shown")
}
