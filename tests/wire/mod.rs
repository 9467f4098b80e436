//! Runs the scripts in the folders beside this file, each against a server of its own.

use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;

/// Scripts that run at a time: each has a server, a store and some clients.
const AT_ONCE: usize = 8;

/// All of a folder's scripts. `PARLOUR_WIRE=part-of-a-name` runs only those whose path has it.
async fn all_of(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire").join(folder);
    let only = std::env::var("PARLOUR_WIRE").unwrap_or_default();
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("a folder of scripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt") && path.to_string_lossy().contains(&only))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty() || !only.is_empty(), "no scripts in {}", root.display());
    let failures: Vec<String> = futures_util::stream::iter(scripts)
        .map(|path| async move { parlour_testkit::script::run(&path).await.err().map(|error| format!("{error:#}")) })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(failures.is_empty(), "{} failed:\n\n{}\n", failures.len(), failures.join("\n\n"));
}

macro_rules! folders {
    ($($name:ident)*) => {
        const FOLDERS: &[&str] = &[$(stringify!($name)),*];
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                all_of(stringify!($name)).await;
            }
        )*
    };
}

folders!(
    archive
    blocking
    carbons
    client_state
    commands
    delivery
    invites
    pep
    pep_events
    personal
    profile
    push
    queries
    roster
    stream_management
    subscriptions
);

#[test]
fn no_folder_is_forgotten() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("wire")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(!path.is_dir() || FOLDERS.contains(&name.as_str()), "tests/wire/mod.rs does not run {name}");
    }
}
