//! F9: more connections than there are descriptors for; who is there goes on, and so do the operator and the store.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::net::TcpStream;

use super::crowd::{self, Talk, Way};
use crate::parlour;
use crate::peers::{Extras, House, Kind};
use crate::say;

/// `[--descriptors N] [--seconds N]`.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let [descriptors, seconds] = crowd::numbers(words, [("--descriptors", 1024), ("--seconds", 15)])?;
    crate::runtime(2)?.block_on(shortage(descriptors, Duration::from_secs(seconds as u64)))
}

async fn shortage(descriptors: usize, time: Duration) -> anyhow::Result<()> {
    let mut house = House::under(Extras { config: String::new(), descriptors: u32::try_from(descriptors).ok() })?;
    ensure!(house.kind == Kind::Parlour, "only Parlour is made so");
    let names = crowd::names("p", (descriptors / 50).max(4) / 2 * 2);
    house.move_in(&names).await?;
    let way = Way::to(house.c2s_tls());
    let mut members = crowd::sign_in(way, &names, 1, true).await?.into_iter();
    let mut talks = Vec::new();
    while let (Some(from), Some(to)) = (members.next(), members.next()) {
        talks.push(Talk::new(from, to));
    }
    let held = || -> anyhow::Result<usize> { Ok(fs::read_dir(format!("/proc/{}/fd", house.pid()?))?.count()) };
    let before = held()?;
    let mut calm = crowd::all_talk(&mut talks, Instant::now() + time / 3).await?;

    let many = descriptors * 11 / 10;
    let crowding = press(house.c2s_tls(), many, Instant::now() + time);
    let operating = operate(&house, Instant::now() + time);
    let talking = crowd::all_talk(&mut talks, Instant::now() + time);
    let (pressed, answered, crowded) = tokio::join!(crowding, operating, talking);
    let ((refused, most), (mut answered, made), mut crowded) = (pressed?, answered?, crowded?);
    let at_most = held()?;

    let room = crowd::until("room again", Duration::from_secs(10), async || Ok(held()? <= before + 8)).await?;
    let mut late = crowd::sign_in(way, &[format!("n{}", made - 1)], 1, true).await?;
    ensure!(late.pop().is_some(), "whoever comes afterwards gets in");
    let mut after = crowd::all_talk(&mut talks, Instant::now() + time / 3).await?;
    say(&format!(
        "{descriptors} descriptors, {} people in {} talks, {many} connections for {time:?}",
        names.len(),
        talks.len()
    ))?;
    say(&format!(
        "  descriptors held: {before} before, {at_most} at the end of it, less than {} again after {room:?}",
        before + 9
    ))?;
    say(&format!("  strangers: at most {most} were held, {refused} were closed at once"))?;
    say(&format!("  a message before:    {}", crowd::spread(&mut calm)))?;
    say(&format!("  a message meanwhile: {}", crowd::spread(&mut crowded)))?;
    say(&format!("  a message after:     {}", crowd::spread(&mut after)))?;
    say(&format!("  an account over the operator's socket: {}", crowd::spread(&mut answered)))?;
    ensure!(refused > 0, "there was no shortage");
    let (calm, crowded) = (crowd::percentile(&calm, 99), crowd::percentile(&crowded, 99));
    ensure!(crowded < calm * 3 + Duration::from_millis(30), "those who were there have suffered");
    Ok(())
}

/// Holds as many connections as it can, and tries again where one is closed. Gives how many were closed, and the most
/// that were held.
async fn press(door: std::net::SocketAddr, many: usize, until: Instant) -> anyhow::Result<(usize, usize)> {
    let (mut held, mut refused, mut most) = (Vec::with_capacity(many), 0, 0);
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    while Instant::now() < until {
        while held.len() < many {
            held.push(TcpStream::connect(door).await?);
        }
        pace.tick().await;
        let before = held.len();
        held.retain(|stream| !matches!(stream.try_read(&mut [0; 1]), Ok(0)) && stream.peer_addr().is_ok());
        refused += before - held.len();
        most = most.max(held.len());
    }
    Ok((refused, most))
}

/// Makes an account every half second over the local socket. Gives how long each took, and how many.
async fn operate(house: &House, until: Instant) -> anyhow::Result<(Vec<Duration>, usize)> {
    let (mut took, mut number) = (Vec::new(), 0);
    let mut pace = tokio::time::interval(Duration::from_millis(500));
    while Instant::now() < until {
        pace.tick().await;
        let began = Instant::now();
        parlour::make(&house.path("data/run/socket"), &[format!("n{number}")]).await?;
        took.push(began.elapsed());
        number += 1;
    }
    Ok((took, number))
}
