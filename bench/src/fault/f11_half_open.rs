//! F11: the network of many apps goes dead, and nobody says so: neither a FIN nor a reset.
//!
//! In a network namespace of its own (unshare(1), ip(8)) their address is taken away, so that what is sent to them goes
//! nowhere; where that is not allowed, a proxy in between stops carrying.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_testkit::Line;
use rustix::process::Signal;

use super::crowd::{self, Back, Kept, Member, Way};
use crate::peers::{Extras, House};
use crate::{process, say};

/// `[--clients N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let usual = [("--clients", 1000), (INSIDE, 0)];
    let [clients, inside] = crowd::numbers(words, usual)?;
    if inside == 0
        && Command::new("unshare")
            .args(["-n", "ip", "link", "set", "lo", "up"])
            .output()
            .is_ok_and(|o| o.status.success())
    {
        let again = format!("ip link set lo up && exec \"$@\" fault F11 --clients {clients} {INSIDE} 1");
        let done = Command::new("unshare")
            .args(["-n", "sh", "-c", &again, "sh"])
            .arg(std::env::current_exe()?)
            .env("TMPDIR", tempfile::env::temp_dir())
            .status()?;
        ensure!(done.success(), "in a network of its own: {done}");
        return Ok(());
    }
    if inside == 0 {
        super::left_out("a network of its own: not permitted here (unshare -n, ip); a proxy stops carrying instead")?;
    }
    crate::runtime(2)?.block_on(dead(crowd::as_many(clients)?, inside == 1))
}

/// Says that the network is our own.
const INSIDE: &str = "--inside";

/// How it goes dead.
enum Network {
    /// An address of our own network, which is taken away.
    Own,
    /// A proxy that stops.
    Line(Line),
}

impl Network {
    async fn new(own: bool, house: &House) -> anyhow::Result<Self> {
        if !own {
            return Ok(Self::Line(Line::to(house.c2s_tls()).await?));
        }
        ip(&["addr", "add", &format!("{PHONES}/32"), "dev", "lo"])?;
        Ok(Self::Own)
    }

    fn way(&self, house: &House) -> Way {
        match self {
            Self::Own => Way { from: Some(IpAddr::V4(PHONES)), ..Way::to(house.c2s_tls()) },
            Self::Line(line) => Way::to(line.addr),
        }
    }

    fn go_dead(&self) -> anyhow::Result<()> {
        match self {
            Self::Own => {
                ip(&["addr", "del", &format!("{PHONES}/32"), "dev", "lo"])?;
                ip(&["route", "add", "blackhole", &format!("{PHONES}/32")])
            }
            Self::Line(line) => {
                line.go_dead();
                Ok(())
            }
        }
    }
}

/// Where the phones are.
const PHONES: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);

fn ip(words: &[&str]) -> anyhow::Result<()> {
    let done = Command::new("ip").args(words).status().context("ip(8)")?;
    ensure!(done.success(), "ip {}: {done}", words.join(" "));
    Ok(())
}

async fn dead(clients: usize, own: bool) -> anyhow::Result<()> {
    // They sign in faster than people behind one address.
    let config = format!("resume_seconds = {RESUME}\n[limits]\npending_per_address = 10000\n");
    let mut house = House::under(Extras { config, descriptors: None })?;
    let names = crowd::names("p", clients);
    house.move_in(&names).await?;
    house.people(&["writer".to_owned()]).await?;
    let network = Network::new(own, &house).await?;
    let pid = house.pid()?;
    let before = process::settled(pid).await?;
    let mut phones = crowd::sign_in(network.way(&house), &names, 1, true).await?;
    for phone in &mut phones {
        // There is no such service, so that each attempt to wake is counted as failed.
        phone
            .client
            .send("<iq type='set' id='push'><enable xmlns='urn:xmpp:push:0' jid='push.test' node='n'/></iq>")
            .await;
        phone.sync().await?;
    }
    let mut writer = Member::sign_in(Way::to(house.c2s_tls()), "writer", clients).await?;
    let with_all = process::settled(pid).await?;

    network.go_dead()?;
    let began = Instant::now();
    tell_all(&mut writer, &names, "one").await?;
    let noticed = crowd::until("all are known to be lost", Duration::from_secs(90), async || {
        Ok(crowd::counters(&house).await?.get("parlour_c2s_parked").copied().unwrap_or(0.0) >= clients as f64)
    })
    .await
    .with_context(|| "lost apps look as if they were there")?;
    let noticed_after = began.elapsed();
    let woken =
        crowd::until("each is tried to be woken", Duration::from_secs(90).saturating_sub(noticed_after), async || {
            let counters = crowd::counters(&house).await?;
            let tried: f64 =
                ["sent", "failed"].iter().filter_map(|what| counters.get(&format!("parlour_push_{what}"))).sum();
            Ok(tried >= clients as f64)
        })
        .await?;
    // The one before did not read meanwhile either.
    drop(writer);
    let mut writer = Member::sign_in(Way::to(house.c2s_tls()), "writer", clients).await?;
    tell_all(&mut writer, &names, "two").await?;

    // Most come back from another network, and the others never do.
    let back: Vec<Kept> =
        phones.iter().enumerate().filter(|(at, _)| at % 5 != 0).map(|(_, phone)| phone.keep()).collect();
    let coming = back.len();
    let mut lost = 0;
    let returns = crowd::all_come_back(Way::to(house.c2s_tls()), back, crowd::AT_ONCE).await?;
    let resumed = returns.iter().filter(|one| one.back == Back::Resumed).count();
    for mut one in returns {
        for what in ["one", "two"] {
            lost += usize::from(one.member.hear().await.unwrap_or_default() != what);
        }
        one.member.leave().await?;
    }
    let ended = crowd::until("sessions that nobody comes back to end", Duration::from_secs(RESUME + 30), async || {
        Ok(crowd::counters(&house).await?.get("parlour_c2s_parked").copied() == Some(0.0))
    })
    .await?;
    // Who comes with another app, later, finds both.
    let later: Vec<String> = names.iter().step_by(5).cloned().collect();
    for mut late in crowd::sign_in(Way::to(house.c2s_tls()), &later, 1, true).await? {
        let archived = late.archived().await?;
        lost += ["one", "two"].iter().filter(|what| !archived.contains(**what)).count();
    }
    drop(phones);
    crowd::until("sessions have ended", Duration::from_secs(RESUME + 30), async || {
        let counters = crowd::counters(&house).await?;
        Ok(counters.get("parlour_router_resources").copied().unwrap_or(9.0) <= 1.0)
    })
    .await?;
    let after = process::settled(pid).await?;
    house.end(Signal::TERM).await?;
    let how = if own { "their address is taken away in a network of its own" } else { "a proxy stops carrying" };
    say(&format!("{clients} apps whose network goes dead ({how})"))?;
    say(&format!(
        "  a message for each while they look alive; all known to be lost {noticed_after:.1?} later ({noticed:.1?} after the last was said)"
    ))?;
    say(&format!("  each one's push service is called within {woken:.1?} of that"))?;
    say(&format!(
        "  {} come back from elsewhere, {resumed} resume; {} do not, their sessions end {ended:.1?} later",
        coming,
        later.len()
    ))?;
    say(&format!("  messages lost: {lost} of {}", 2 * clients))?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    say(&format!(
        "  memory: {:.1} MiB before, {:.1} with all of them, {:.1} afterwards",
        mib(before),
        mib(with_all),
        mib(after)
    ))?;
    ensure!(lost == 0, "{lost} messages are lost");
    ensure!(resumed == coming, "{} could not resume", coming - resumed);
    let left = after.saturating_sub(before);
    ensure!(left < with_all.saturating_sub(before) / 2 + (16 << 20), "{left} bytes are not given back");
    Ok(())
}

/// Seconds for which sessions wait.
const RESUME: u64 = 60;

async fn tell_all(writer: &mut Member, names: &[String], what: &str) -> anyhow::Result<()> {
    for part in names.chunks(100) {
        for name in part {
            writer.say(name, what).await;
        }
        writer.sync().await?;
    }
    Ok(())
}
