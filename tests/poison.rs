//! Rows that cannot be read, in every table at once (ATTACKS F20). `PARLOUR_SEED` sets the seed, which is printed;
//! `PARLOUR_FULL` makes it two hundred rounds.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_20_rows_that_cannot_be_read_keep_nobody_else_from_anything() {
    let seed = match std::env::var("PARLOUR_SEED") {
        Ok(seed) => seed.parse().expect("PARLOUR_SEED is a number"),
        Err(_) => u64::from(std::process::id()),
    };
    let rounds = if std::env::var_os("PARLOUR_FULL").is_some() { 200 } else { 6 };
    let told = parlour_testkit::poisoned(rounds, seed).await;
    told.unwrap_or_else(|error| panic!("PARLOUR_SEED={seed}: {error:#}"));
}
