//! What it costs to make, open and redeem an invite, with few in the store and with very many.
//!
//! Measured one after the other, over a database file, as median and 99th percentile; a password is hashed with one
//! round, so that the hashing is left out. A commit's wait for the disk is in what is made and redeemed, and so is beside
//! it what a change costs that has nothing to do with invites.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use parlour_domain::invite::issue::Wish;
use parlour_domain::{Actor, By, Door, InviteKind, InviteState, Role};
use parlour_engine::InviteQuery;
use parlour_engine::invites::AccountWish;
use tokio::task::JoinSet;

use crate::say;
use crate::within::{PASSWORD, Place, operator};

/// Few at first, then `many`.
pub async fn run(many: u32) -> anyhow::Result<()> {
    let place = Place::new(1).await?;
    place.settle(["somebody".to_owned()], false).await?;
    let maker = place.jid("somebody")?;
    place.people.accounts.set_role(&operator(), &maker, Role::Admin).await?.into_out();
    let by = By::account(maker, Role::Admin, Door::Web, 1);
    fill(&place, &by, FEW).await?;
    measure(&place, &by, "warm").await?;
    let few = measure(&place, &by, "few").await?;
    fill(&place, &by, many.saturating_sub(FEW)).await?;
    // What expired is noted now and then; here nothing has, and one look says so.
    place.people.invites.lapse(&place.host).await?;
    // The log of what filled the store is folded in meanwhile.
    measure(&place, &by, "folding").await?;
    let all = measure(&place, &by, "many").await?;
    say(&format!("{:<34}{:>18}{:>18}{:>8}", "p50 (p99) us", FEW, many, "ratio"))?;
    for ((what, few), (_, many)) in few.iter().zip(&all) {
        let cell = |times: &[Duration]| format!("{:.0} ({:.0})", micros(times, 500), micros(times, 990));
        let ratio = micros(many, 500) / micros(few, 500).max(1.0);
        say(&format!("{what:<34}{:>18}{:>18}{ratio:>8.2}", cell(few), cell(many)))?;
    }
    Ok(())
}

type Row = (&'static str, Vec<Duration>);

/// Every second one made by an admin, the others by the operator; every fourth is used or withdrawn.
async fn fill(place: &Place, by: &By, number: u32) -> anyhow::Result<()> {
    let mut making = JoinSet::new();
    for part in 0..AT_A_TIME {
        let (people, host, by) = (place.people.clone(), place.host.clone(), by.clone());
        let share = number / AT_A_TIME + u32::from(part < number % AT_A_TIME);
        making.spawn(async move {
            for one in 0..share {
                let by = if one % 2 == 0 { &by } else { &operator() };
                let made = people.invites.issue(by, &host, Wish::default()).await?.into_out();
                if one % 4 == 3 {
                    people.invites.revoke(by, &host, made.id.as_str()).await?.into_out();
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(made) = making.join_next().await {
        made??;
    }
    Ok(())
}

async fn measure(place: &Place, by: &By, tag: &str) -> anyhow::Result<Vec<Row>> {
    let (invites, host) = (&place.people.invites, &place.host);
    let newcomer = By { actor: Actor::Newcomer, ..By::system() };
    let mut rows: [Row; 8] = [
        ("a change of a role, for comparison", Vec::new()),
        ("making one", Vec::new()),
        ("looking one up for its page", Vec::new()),
        ("redeeming one", Vec::new()),
        ("a page of all", Vec::new()),
        ("a page of those used", Vec::new()),
        ("a page of a maker's that wait", Vec::new()),
        ("counting what became of all", Vec::new()),
    ];
    for one in 0..SAMPLES {
        let mut begun = Instant::now();
        let mut lap = |at: usize| -> anyhow::Result<()> {
            let (_, times) = rows.get_mut(at).context("a row")?;
            times.push(begun.elapsed());
            begun = Instant::now();
            Ok(())
        };
        let role = if one % 2 == 0 { Role::Owner } else { Role::Admin };
        place.people.accounts.set_role(&operator(), &place.jid("somebody")?, role).await?.into_out();
        lap(0)?;
        let wish = Wish { kind: Some(InviteKind::AccountAndContact), ..Wish::default() };
        let made = invites.issue(by, host, wish).await?.into_out();
        lap(1)?;
        let token = invites.links(&made).context("links")?.token;
        let shown = invites.open(host, token.as_str()).context("a genuine token")?;
        invites.look(host, &shown).await?.context("an invite")?;
        lap(2)?;
        let name = format!("{tag}{one}");
        let wish = AccountWish { name: &name, password: PASSWORD };
        invites.redeem(&newcomer, host, Some(&shown), wish).await?.into_out();
        lap(3)?;
        let page = || InviteQuery { limit: 50, ..InviteQuery::new(host.clone()) };
        invites.list(by, page()).await?;
        lap(4)?;
        invites.list(by, InviteQuery { state: Some(InviteState::Used), ..page() }).await?;
        lap(5)?;
        let mine = Some(place.jid("somebody")?);
        invites.list(by, InviteQuery { maker: mine, state: Some(InviteState::Waiting), ..page() }).await?;
        lap(6)?;
        invites.counts(by, host).await?;
        lap(7)?;
    }
    for (_, times) in &mut rows {
        times.sort_unstable();
    }
    Ok(rows.into())
}

fn micros(sorted: &[Duration], share: usize) -> f64 {
    let at = (sorted.len() * share / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

/// In the store at first.
const FEW: u32 = 100;
/// Of each act.
const SAMPLES: u32 = 300;
/// Who fills the store at a time.
const AT_A_TIME: u32 = 64;
