//! The small forms of the faults whose large ones are `cargo xtask fault NAME`: by `parlour_testkit::faults`.

use std::path::Path;
use std::time::Duration;

use parlour_testkit::faults::{backup, clock, full, migrations, slow};

use crate::chance::Chance;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_parlour"))
}

/// Without namespaces (some CI machines) the store's own tests are what there is of it: `faults_tests`, where a gate says
/// that there is no room, and `max_page_count`, where SQLite says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_03_a_full_disk_refuses_what_is_new_and_nothing_else() {
    let plan = full::Plan { volume: 24 << 20, body: 4000, rounds: 1 };
    match full::disk(program(), plan).await {
        Err(error) if error.to_string().contains("namespace") => {
            tracing::warn!(%error, "not tried");
        }
        done => {
            let report = done.expect("what was promised");
            assert!(report.acknowledged >= 20 && report.refused >= 20, "{report:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_03_a_log_without_room_stops_nobody() {
    full::log(program(), 100).await.expect("it goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_04_a_database_that_another_process_locks_holds_up_only_what_is_to_be_kept() {
    let plan =
        slow::Plan { calm: Duration::from_millis(200), held: Duration::from_millis(5500), rounds: 1, writers: 4 };
    let report = slow::locked(program(), plan).await.expect("what was promised");
    assert!(report.refused >= 4 && report.patience < Duration::from_secs(9), "{report:?}");
    // Times are for the large form: here other tests take the machine.
    assert!(report.held.messages.len() > 20, "{report:?}");
}

/// The clock on the wall is for the test kit's own (`tests/faults.rs`); here the process stands still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_08_a_process_that_stood_still_throws_nobody_out() {
    let plan = clock::Plan { people: 5, pause: Duration::from_secs(3), faketime: None };
    let report = clock::jumps(program(), plan).await.expect("what was promised");
    assert_eq!(report.messages, 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_14_an_upgrade_that_is_killed_goes_on_where_it_was() {
    let seed = Chance::new().below(u64::MAX);
    let plan = migrations::Plan { rows: 3000, from: vec![4, 11], kills: 6, in_a_row: 3, seed };
    let report = migrations::killed(program(), plan).await.expect("what was promised");
    assert_eq!(report.kills, 12, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_15_a_backup_under_load_has_all_that_was_acknowledged_before() {
    let plan = backup::Plan { rows: 2000, writers: 3, calm: Duration::from_millis(300), backups: 2 };
    let report = backup::under_load(program(), plan).await.expect("what was promised");
    assert!(report.messages > 0 && report.accounts > 0 && !report.during.is_empty(), "{report:?}");
}

/// Without namespaces it is not tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_15_a_backup_that_finds_no_room_leaves_nothing_behind() {
    match backup::without_room(program()).await {
        Err(error) if error.to_string().contains("namespace") => tracing::warn!(%error, "not tried"),
        done => done.expect("what was promised"),
    }
}
