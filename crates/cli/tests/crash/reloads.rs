//! Configurations that are broken under people who are there (ATTACKS F13).

use std::path::Path;

use crate::chance::{Chance, size};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_13_a_broken_configuration_changes_nothing() {
    let seed = Chance::new().below(1 << 32);
    let told = parlour_testkit::reloads(Path::new(env!("CARGO_BIN_EXE_parlour")), size(28, 200), seed).await;
    let told = told.unwrap_or_else(|error| panic!("seed {seed}: {error:#}"));
    assert!(told.refused >= told.tried * 3 / 4, "{told:?}");
}
