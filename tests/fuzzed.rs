//! What `fuzz/` looks for, in an ordinary test: the seeds, what was found before, and a short random walk from both, for
//! each target of `parlour_fuzz_targets`.
//!
//! The walk's seed is printed; `PARLOUR_SEED` sets it, `PARLOUR_FULL` makes the walk long. A finding of `cargo xtask fuzz`
//! is kept as `fuzz/seeds/TARGET/finding-what-it-was`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use parlour_domain::Dice as _;
use parlour_testkit::Loaded;

/// How long each target walks: this, or sixty times as long.
const WALK: Duration = Duration::from_millis(400);

fn folder(name: &str) -> PathBuf {
    crate::house::root().join("fuzz").join(name)
}

fn names(within: &str, ending: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder(within)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<_> = std::fs::read_dir(folder("seeds").join(target))
        .expect("every target has seeds")
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("read"))
        })
        .collect();
    seeds.sort();
    seeds
}

fn dictionary() -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    for name in names("dict", ".dict") {
        let text = std::fs::read_to_string(folder("dict").join(format!("{name}.dict"))).expect("a dictionary");
        for line in text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')) {
            words.push(line.replace("\\\"", "\"").into_bytes());
        }
    }
    words
}

/// Dice that say which number comes next.
struct Walk(Loaded);

impl Walk {
    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % end.max(1) as u64).unwrap_or_default()
    }

    /// `data` with one to eight small changes; `other` lends a part now and then.
    fn changed(&self, data: &[u8], other: &[u8], words: &[Vec<u8>]) -> Vec<u8> {
        let mut out = data.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(out.len() + 1);
            let end = (at + self.below(16)).min(out.len());
            match self.below(8) {
                0 => drop(out.splice(at..end, [])),
                1 => drop(out.splice(at..at, words.get(self.below(words.len())).cloned().unwrap_or_default())),
                2 => drop(out.splice(at..at, [u8::try_from(self.below(256)).unwrap_or_default()])),
                3 => {
                    let copy = out[at..end].to_vec();
                    let to = self.below(out.len() + 1);
                    drop(out.splice(to..to, copy));
                }
                4 => {
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(64)).min(other.len());
                    drop(out.splice(at..at, other[from..to].iter().copied()));
                }
                5 => out.truncate(at),
                _ => {
                    if let Some(byte) = out.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
        }
        out
    }
}

#[expect(clippy::print_stdout, reason = "shown by a test that fails, so that what it met can be met again")]
fn walk(target: &str) {
    let seed = match std::env::var("PARLOUR_SEED") {
        Ok(seed) => seed.parse().expect("PARLOUR_SEED is a number"),
        Err(_) => u64::from(std::process::id()),
    };
    println!("{target}: PARLOUR_SEED={seed}");
    let length = if std::env::var_os("PARLOUR_FULL").is_some() { 60 * WALK } else { WALK };
    let seeds = seeds(target);
    for (name, seed) in &seeds {
        println!("{target}: {name}");
        parlour_fuzz_targets::run(target, seed);
    }
    let (dice, words, began) = (Walk(Loaded::new(seed)), dictionary(), Instant::now());
    let mut runs = 0;
    while began.elapsed() < length {
        let (_, one) = &seeds[dice.below(seeds.len())];
        let (_, other) = &seeds[dice.below(seeds.len())];
        let data = dice.changed(one, other, &words);
        println!("{target}: {}", data.escape_ascii());
        parlour_fuzz_targets::run(target, &data);
        runs += 1;
    }
    println!("{target}: {runs} runs");
}

/// One test for each target, so that they run beside each other and a failure has a name.
macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            walk(stringify!($name));
        })+

        const TESTED: &[&str] = &[$(stringify!($name)),+];
    };
}

targets!(
    framer, slow, stamp, jid, sasl, sasl2, forms, payload, uri, words, headers, picture, config, path, body, http, c2s,
    websocket, session,
);

#[test]
fn every_target_has_a_file_a_binary_seeds_and_a_test() {
    let all: BTreeSet<String> = parlour_fuzz_targets::ALL.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names("fuzz_targets", ".rs"), all);
    assert_eq!(names("seeds", ""), all);
    assert_eq!(TESTED.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), all);
    let manifest = std::fs::read_to_string(folder("Cargo.toml")).expect("a manifest");
    for name in all {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is no binary");
    }
}
