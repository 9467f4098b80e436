//! Whether time tells what an answer does not (ATTACKS 33): pairs of questions that get the same answer, asked in turns.
//!
//! For each pair: medians, what 90 of 100 do not exceed, Welch's t over the faster nine tenths, and the z of Mann and
//! Whitney over all. Above 4.5 either way, and over some thousand samples, the two can be told apart by whoever has this
//! machine to themselves; over a network the jitter is a hundred times the difference. Nothing here fails a build: it is
//! a machine's load that would.
//!
//! Spec: Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?" (2017), for t and the threshold.

use std::future::Future;
use std::hint::black_box;
use std::time::Instant;

use parlour_domain::invite::InviteKind;
use parlour_domain::invite::issue::Wish;
use parlour_domain::{Actor, By, Door};
use parlour_engine::credentials::Credentials as _;
use parlour_engine::invites::AccountWish;
use parlour_xmpp::sasl::Hash;

use crate::say;
use crate::within::{PASSWORD, Place, operator};

/// Two rows of times, in nanoseconds.
#[derive(Default)]
struct Pair {
    one: Vec<f64>,
    other: Vec<f64>,
}

/// Measures all pairs with so many samples each; a hundredth of them where a password is hashed each time.
pub async fn run(samples: u32) -> anyhow::Result<()> {
    let place = Place::new(4).await?;
    place.settle((0..PEOPLE).map(|n| format!("person{n}")), true).await?;
    place.settle(["forgetful".to_owned()], false).await?;
    say(&format!(
        "{:<44}{:>10}{:>10}{:>10}{:>10}{:>8}{:>8}",
        "microseconds", "p50 one", "p50 other", "p90 one", "p90 other", "t", "z"
    ))?;
    let known = |n: u32| format!("person{}", n.wrapping_mul(7919) % PEOPLE / 3 * 3);
    let disabled = |n: u32| format!("person{}", n.wrapping_mul(7919) % PEOPLE / 3 * 3 + 2);
    // As long as the others, among them in the alphabet, and as many: a name that was asked for before is warm.
    let unknown = |n: u32| format!("persom{}", n.wrapping_mul(7919) % PEOPLE / 3 * 3);
    let keys = |name: String| {
        let place = &place;
        async move {
            let jid = place.jid(&name)?;
            let node = jid.node().ok_or_else(|| anyhow::anyhow!("a name"))?;
            black_box(place.people.sign_in.keys(&place.host, node, Hash::Sha256).await?);
            anyhow::Ok(())
        }
    };
    measure("same name twice (how much is noise)", samples, |n| keys(known(n)), |n| keys(known(n + 1))).await?;
    measure("SCRAM, first step: known / unknown", samples, |n| keys(known(n)), |n| keys(unknown(n))).await?;
    measure("SCRAM, first step: disabled / unknown", samples, |n| keys(disabled(n)), |n| keys(unknown(n))).await?;

    let page = |n: u32, name: String| {
        let place = &place;
        async move {
            // Each from somewhere else, or they would be slowed.
            let by = By { address: Some(format!("2001:db8:{n:x}::/64")), ..newcomer() };
            let wrong = place.people.sign_in.browser(&by, &place.host, &name, "not the password", "").await;
            anyhow::ensure!(wrong.is_err(), "nobody has that password");
            anyhow::Ok(())
        }
    };
    measure("web sign-in, cheap hash: known / unknown", samples, |n| page(n, known(n)), |n| page(n, unknown(n)))
        .await?;

    let join = |name: String, token: Option<&str>| {
        let shown = token.and_then(|token| place.people.invites.open(&place.host, token));
        let place = &place;
        async move {
            let wish = AccountWish { name: &name, password: PASSWORD };
            let refused = place.people.invites.redeem(&newcomer(), &place.host, shown.as_ref(), wish).await;
            anyhow::ensure!(refused.is_err(), "{name} must not join");
            anyhow::Ok(())
        }
    };
    measure("joining uninvited: taken / free name", samples, |n| join(known(n), None), |n| join(unknown(n), None))
        .await?;
    let wish = Wish { kind: Some(InviteKind::Reset), name: Some("forgetful".into()), ..Wish::default() };
    let reset = place.people.invites.issue(&operator(), &place.host, wish).await?.into_out();
    let reset = place.people.invites.links(&reset).ok_or_else(|| anyhow::anyhow!("links"))?.token;
    let reset = Some(reset.as_str());
    measure("reset link, another's / nobody's name", samples, |n| join(known(n), reset), |n| join(unknown(n), reset))
        .await?;
    tokens(&place, samples).await
}

/// Tokens are judged by their MAC, without the store: where it differs must not show.
async fn tokens(place: &Place, samples: u32) -> anyhow::Result<()> {
    let invite = place.people.invites.issue(&operator(), &place.host, Wish::default()).await?.into_out();
    let good = place.people.invites.links(&invite).ok_or_else(|| anyhow::anyhow!("links"))?.token;
    let good = good.as_str().to_owned();
    let changed = |at: usize| {
        let mut text = good.clone().into_bytes();
        if let Some(byte) = text.get_mut(at) {
            *byte = if *byte == b'A' { b'B' } else { b'A' };
        }
        String::from_utf8(text).unwrap_or_default()
    };
    let (first, last) = (changed(11), changed(25));
    // A single look is shorter than the clock's step: many at a time.
    let open = |token: &str| {
        for _ in 0..64 {
            black_box(place.people.invites.open(&place.host, black_box(token)));
        }
        std::future::ready(anyhow::Ok(()))
    };
    measure("64 tokens: MAC wrong at once / at the end", samples, |_| open(&first), |_| open(&last)).await?;
    measure("64 tokens: genuine / MAC wrong at the end", samples, |_| open(&good), |_| open(&last)).await
}

async fn measure<A, B>(
    what: &str,
    samples: u32,
    mut one: impl FnMut(u32) -> A,
    mut other: impl FnMut(u32) -> B,
) -> anyhow::Result<()>
where
    A: Future<Output = anyhow::Result<()>>,
    B: Future<Output = anyhow::Result<()>>,
{
    let mut pair = Pair::default();
    let mut coin = [0; 1];
    for n in 0..samples + WARM {
        // Which comes first is a coin's, so that neither always finds the caches as the other left them.
        aws_lc_rs::rand::fill(&mut coin)?;
        for turn in 0..2 {
            let first = (coin[0] & 1 == 0) == (turn == 0);
            let began = Instant::now();
            if first {
                one(n).await?
            } else {
                other(n).await?
            }
            let took = began.elapsed().as_nanos() as f64;
            if n >= WARM {
                if first { pair.one.push(took) } else { pair.other.push(took) }
            }
        }
    }
    pair.tell(what)
}

impl Pair {
    fn tell(mut self, what: &str) -> anyhow::Result<()> {
        self.one.sort_by(f64::total_cmp);
        self.other.sort_by(f64::total_cmp);
        let at = |times: &[f64], share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0.0) / 1000.0;
        say(&format!(
            "{what:<44}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{:>8.1}{:>8.1}",
            at(&self.one, 50),
            at(&self.other, 50),
            at(&self.one, 90),
            at(&self.other, 90),
            welch(faster(&self.one), faster(&self.other)),
            mann_whitney(&self.one, &self.other),
        ))
    }
}

/// Without the slowest tenth, which says what else the machine did.
fn faster(sorted: &[f64]) -> &[f64] {
    sorted.get(..sorted.len() * 9 / 10).unwrap_or(sorted)
}

/// Welch's t: the difference of the means in units of its own error.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let moments = |times: &[f64]| {
        let count = times.len() as f64;
        let mean = times.iter().sum::<f64>() / count;
        (mean, times.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (count - 1.0) / count)
    };
    let ((a, va), (b, vb)) = (moments(one), moments(other));
    (a - b) / (va + vb).sqrt()
}

/// The z of Mann and Whitney's U over two sorted rows, ties counted half: how often one is slower than the other.
fn mann_whitney(one: &[f64], other: &[f64]) -> f64 {
    let mut u = 0.0;
    for time in one {
        let below = other.partition_point(|o| o < time);
        let not_above = other.partition_point(|o| o <= time);
        u += below as f64 + (not_above - below) as f64 / 2.0;
    }
    let (n, m) = (one.len() as f64, other.len() as f64);
    (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn newcomer() -> By {
    By { actor: Actor::Newcomer, door: Door::Web, request: 1, address: None }
}

/// Accounts in the place.
const PEOPLE: u32 = 999;
/// Rounds that are not counted.
const WARM: u32 = 200;
