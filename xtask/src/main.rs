//! The few verbs that people and CI share, so that what passes here passes there.

mod coverage;
mod deb;
mod deny;
mod fuzz;
mod install;
mod run;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask VERB

  test [--full]        install what the tests need (Debian), then run all of it: format, lints, unit and wire
                       tests, other people's clients, a browser. Nothing is skipped.
  lint                 format and lints only
  quick                `cargo test` for the whole workspace, nothing installed
  interop              only the tests with other people's clients and the browser
  mem [N]              bytes per idle authenticated TLS connection, at N (5000) connections
  bench [--line NAME,...] [--rounds N] [--quick] [--server NAME,...]
                       the whole table beside Prosody and ejabberd, or a part of it; installs both (Debian), some 20 minutes
  bench relay [quick]  server CPU per 1,000 messages beside a bare TLS relay
  bench growth [N]     what everything costs with N (1,000) accounts and invites, with ten and a hundred times as many
  bench hashing        what a password's two keys take by themselves
  bench timing [N]     whether time tells known names from unknown ones, and good links from bad; N samples of each
  bench invites [N]    what making, opening and redeeming an invite costs with 100 in the store and with N (100,000)
  bench archive [N]    what pages of an archive of N (1,000,000) messages cost, and of small ones beside it
  bench sweep [N]      how long others wait while N (1,000,000) invites that are over are forgotten
  fault [NAME|all]     something bad done to a server on purpose, and whether it kept its promise; without a name: which
                       there are and what each can be told
  soak [--minutes N] [--people N] [--seed N]
                       everything at once for 30 minutes: people, guests, browsers, floods, slow readers, bad XML; fails where
                       memory grows, descriptors or tasks stay, the log has an error of ours or the database is not whole
  fuzz TARGET|all [SECS]
                       one of the fuzz targets or one after the other, 60 seconds each (needs cargo-fuzz); without a name:
                       which there are. Plain `cargo test` runs their seeds, past findings and a short walk
  deb [arm64]          the Debian package, into target/; for this machine's kind, or for arm64 (needs
                       gcc-aarch64-linux-gnu and `rustup target add aarch64-unknown-linux-gnu`)
  deny                 licences, sources, bans and advisories of everything that is linked, by cargo-deny (built once)
  coverage-of-specs [--update]
                       which numbered vectors, attacks and faults have a test, which wait for what, and which cannot apply;
                       fails where one has lost a test, until --update says that this is meant
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    std::env::set_current_dir(run::root())?;
    match words.as_slice() {
        ["test", rest @ ..] => test(rest.contains(&"--full")),
        ["lint"] => lint(),
        ["quick"] => run::cargo(&["test", "--workspace"]),
        ["interop"] => {
            install::everything()?;
            interop(false)
        }
        ["mem", rest @ ..] => bench(&[&["mem"], rest].concat()),
        ["bench", rest @ ..] if rest.first().is_none_or(|word| word.starts_with("--")) => {
            install::peers()?;
            bench(&[&["table"], rest].concat())
        }
        ["bench", rest @ ..] => bench(rest),
        ["soak", rest @ ..] => bench(&[&["soak"], rest].concat()),
        ["fault", rest @ ..] => {
            install::faults();
            bench(&[&["fault"], rest].concat())
        }
        ["fuzz"] => {
            run::say(&fuzz::targets()?.join("\n"));
            Ok(())
        }
        ["fuzz", target] => fuzz::run(target, "60"),
        ["fuzz", target, seconds] => fuzz::run(target, seconds),
        ["deb"] => deb::build(None),
        ["deb", "arm64"] => deb::build(Some(&deb::ARM64)),
        ["deny"] => deny::check(),
        ["coverage-of-specs"] => coverage::print(false),
        ["coverage-of-specs", "--update"] => coverage::print(true),
        _ => {
            run::say(HELP);
            if words.is_empty() { Ok(()) } else { bail!("no such verb: {}", words.join(" ")) }
        }
    }
}

fn test(full: bool) -> Result<()> {
    install::everything()?;
    lint()?;
    deny::check()?;
    if full {
        // The long forms: the tests read this.
        run::set("PARLOUR_FULL", "1");
    }
    run::cargo(&["test", "--workspace"])?;
    coverage::print(false)?;
    bench(&["mem", "500"])?;
    bench(&["relay", "quick"])?;
    interop(full)
}

fn lint() -> Result<()> {
    run::cargo(&["fmt", "--all", "--check"])?;
    run::cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])
}

fn interop(full: bool) -> Result<()> {
    run::cargo(&["build", "--profile", "dist", "--package", "parlour"])?;
    run::command("/usr/bin/python3", &["tests/interop/run.py", if full { "--full" } else { "--ci" }])
}

/// Measures the build that is shipped. A memory budget that is exceeded is an error; times are only told.
fn bench(arguments: &[&str]) -> Result<()> {
    run::cargo(&["build", "--profile", "dist", "--package", "parlour", "--package", "bench"])?;
    // Not `cargo run`, which builds it once more for itself alone, with other features of what both need.
    run::command(&run::target().join("dist/bench").display().to_string(), arguments)
}
