//! The model test: stories drawn from dice, in which many people do things to invites, accounts and rosters, several at
//! once, are told to the real acts over a real store and to an oracle of a few maps. What each is answered must be what
//! some order of the acts explains, and after each step all that can be seen must be what the oracle says, whether the
//! server was stopped or killed in between.
//!
//! `PARLOUR_SEED=N` tells one story again, `PARLOUR_STEPS=N` makes stories as long; `PARLOUR_STORIES=N` tells that many.
//! What happens at once is ordered by the machine, so a story that failed may have to be told again a few times.
//!
//! Spec: XEP-0379 v0.3.3, XEP-0401 v0.6.0, XEP-0445 v0.2.1, RFC 6121 §2, §3 and Appendix A, XEP-0191 v1.3 §3.

mod act;
mod contacts;
mod drawn;
mod oracle;
mod picture;
mod place;
mod told;

use std::time::{SystemTime, UNIX_EPOCH};

use act::Step;
use oracle::Wrong;
use told::{Faults, Tally, acts, shorter, story, tell};

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// What a failure prints.
fn short_story(steps: &[Step]) -> String {
    steps.iter().enumerate().map(|(at, step)| format!("step {at}:\n{step}")).collect()
}

#[expect(clippy::print_stdout, reason = "which seed fails is what one wants to know, and how much was done")]
#[expect(clippy::disallowed_methods, reason = "other stories each time it is run")]
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn whatever_happens_at_once_is_what_some_order_explains() {
    let only = asked("PARLOUR_SEED");
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) % 1_000_000 * 1_000;
    let first = only.unwrap_or(fresh);
    let usual = if crate::attacks::full() { 200 } else { 6 };
    let stories = asked("PARLOUR_STORIES").unwrap_or(if only.is_some() { 1 } else { usual });
    let steps = usize::try_from(asked("PARLOUR_STEPS").unwrap_or(60)).expect("a number of steps");
    let (mut done, mut all) = (0, Tally::new());
    for seed in first..first + stories {
        let told = story(seed, steps);
        done += acts(&told);
        match tell(&told, seed, Faults::default()).await {
            Ok(tally) => tally.into_iter().for_each(|(what, times)| *all.entry(what).or_default() += times),
            Err(why) => {
                println!("PARLOUR_SEED={seed} PARLOUR_STEPS={steps}: {why}");
                let (short, last) = shorter(told, seed, Faults::default(), 80).await;
                panic!("PARLOUR_SEED={seed} PARLOUR_STEPS={steps}: {why}\n\nshorter:\n{}\n{last}", short_story(&short));
            }
        }
    }
    all.iter().for_each(|((act, answer), times)| println!("{times:6} {act}: {answer}"));
    println!("{stories} stories of {steps} steps from seed {first}: {done} acts");
}

/// The test itself is tried: with a rule that is wrong on purpose, and with a server that forgets, it must fail.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_wrong_rule_and_a_forgetful_server_are_noticed() {
    let wrong = [Wrong::Twice, Wrong::Silent, Wrong::Eternal, Wrong::Outlived]
        .map(|rule| Faults { rule: Some(rule), forgetful: false });
    for faults in wrong.into_iter().chain([Faults { rule: None, forgetful: true }]) {
        let mut noticed = false;
        for seed in 1..=20 {
            if tell(&story(seed, 60), seed, faults).await.is_err() {
                noticed = true;
                break;
            }
        }
        assert!(noticed, "{faults:?}");
    }
}
