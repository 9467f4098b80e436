//! Stories: drawn from dice, told to the server and the oracle at once, made shorter where the two disagree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use parlour_domain::Dice;
use parlour_testkit::Loaded;
use tokio::task::JoinSet;

use super::act::{Doing, Step};
use super::drawn::Teller;
use super::oracle::{State, Wrong};
use super::picture::{Picture, differences};
use super::place::{NOW, Place, Told};

/// What may be wrong on purpose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The oracle's rule.
    pub rule: Option<Wrong>,
    /// A kill loses the step before it.
    pub forgetful: bool,
}

/// How often which act was answered how.
pub type Tally = BTreeMap<(String, String), u32>;

/// A story, as long as `steps`. The same seed gives the same story, but what comes first of what happens at once is the
/// machine's choice.
pub fn story(seed: u64, steps: usize) -> Vec<Step> {
    let dice = Loaded::new(seed);
    let mut teller = Teller::new(&dice as &dyn Dice);
    (0..steps).map(|_| teller.step()).collect()
}

/// Tells a story; the error says where the server and the oracle disagree.
pub async fn tell(story: &[Step], seed: u64, faults: Faults) -> Result<Tally, String> {
    let mut tally = Tally::new();
    let mut place = Place::new(seed).await;
    let mut possible = vec![State { now: NOW, wrong: faults.rule, ..State::default() }];
    let mut image: Option<PathBuf> = None;
    for (at, step) in story.iter().enumerate() {
        let mut said = String::new();
        match step {
            Step::Together(lanes) => {
                image = faults.forgetful.then(|| place.image());
                let (back, told) = together(place, lanes).await;
                place = back;
                for one in &told {
                    let _ = writeln!(said, "  [{} {}] {}: {:?}", one.asked, one.answered, one.doing, one.answer);
                }
                for one in &told {
                    *tally.entry((one.doing.act.word(), one.answer.word())).or_default() += 1;
                }
                possible = orders(possible, &told);
                if possible.is_empty() {
                    return Err(format!("step {at}: no order of these explains the answers:\n{said}"));
                }
            }
            Step::Pass(span) => {
                place.pass(*span);
                possible.iter_mut().for_each(|state| state.pass(*span));
            }
            Step::Tidy => {
                place.tidy().await;
                possible.iter_mut().for_each(State::tidy);
            }
            Step::Restart => place.restart().await,
            Step::Killed => {
                let image = image.take().unwrap_or_else(|| place.image());
                place.killed(image).await;
            }
        }
        let is = place.picture().await.map_err(|why| format!("step {at}: {why}\n{said}"))?;
        possible = agreeing(possible, &is).map_err(|why| format!("step {at}:\n{step}{said}{why}"))?;
    }
    Ok(tally)
}

/// Those of the possible states that look like what is there.
fn agreeing(possible: Vec<State>, is: &Picture) -> Result<Vec<State>, String> {
    let nearest = possible.iter().map(|state| differences(&state.picture(), is)).min_by_key(Vec::len);
    let agree: Vec<State> = possible.into_iter().filter(|state| state.picture() == *is).collect();
    if agree.is_empty() { Err(nearest.unwrap_or_default().join("\n")) } else { Ok(agree) }
}

/// All lanes at once.
async fn together(place: Place, lanes: &[Vec<Doing>]) -> (Place, Vec<Told>) {
    let place = Arc::new(place);
    let mut tasks = JoinSet::new();
    for lane in lanes.iter().cloned() {
        let place = Arc::clone(&place);
        tasks.spawn(async move {
            let mut told = Vec::new();
            for doing in lane {
                told.push(place.does(doing).await);
            }
            told
        });
    }
    let told = tasks.join_all().await;
    let place = Arc::into_inner(place).expect("all lanes have ended");
    let mut all: Vec<Told> = told.into_iter().flatten().collect();
    all.sort_unstable_by_key(|one| one.asked);
    (place, all)
}

/// Every state that some order of the acts leads to, where each answer is one that could be given at that point, and what
/// was answered before another was asked comes first.
fn orders(possible: Vec<State>, told: &[Told]) -> Vec<State> {
    // By which of them are done, so that two orders which lead to the same are followed once.
    let mut reached: BTreeMap<u32, Vec<State>> = BTreeMap::from([(0, possible)]);
    let all = (1_u32 << told.len()) - 1;
    while let Some((done, states)) = reached.pop_first() {
        if done == all {
            return states;
        }
        let is_done = |one: usize| done & (1 << one) != 0;
        for (next, act) in told.iter().enumerate().filter(|(next, _)| !is_done(*next)) {
            let earlier = |(other, one): (usize, &Told)| !is_done(other) && one.answered < act.asked;
            if told.iter().enumerate().any(earlier) {
                continue;
            }
            for state in &states {
                let mut after = state.clone();
                if after.take(&act.doing, &act.answer) {
                    let into = reached.entry(done | (1 << next)).or_default();
                    if !into.contains(&after) {
                        into.push(after);
                    }
                }
            }
        }
    }
    Vec::new()
}

/// A shorter story that still fails, as far as it is found in so many tries, and why it fails. What happens at once may
/// have to be tried more than once.
pub async fn shorter(mut story: Vec<Step>, seed: u64, faults: Faults, mut tries: u32) -> (Vec<Step>, String) {
    let mut why = String::from("it did not fail again");
    let mut size = story.len().div_ceil(2);
    while size > 0 && tries > 0 {
        let (mut at, before) = (0, story.len());
        while at < story.len() && tries > 0 {
            let less: Vec<Step> = story
                .iter()
                .enumerate()
                .filter(|(n, _)| !(at..at + size).contains(n))
                .map(|(_, one)| one.clone())
                .collect();
            tries -= 1;
            match tell(&less, seed, faults).await {
                Err(reason) => (story, why) = (less, reason),
                Ok(_) => at += size,
            }
        }
        if size > 1 || story.len() == before {
            size /= 2;
        }
    }
    for _ in 0..5 {
        if let Err(reason) = tell(&story, seed, faults).await {
            return (story, reason);
        }
    }
    (story, why)
}

/// How many acts a story has.
pub fn acts(story: &[Step]) -> usize {
    let acts = |step: &Step| match step {
        Step::Together(lanes) => lanes.iter().map(Vec::len).sum(),
        _ => 0,
    };
    story.iter().map(acts).sum()
}
