//! An authority, or who stands in its place, that wants this server's memory, its patience, or to make it fetch from elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parlour_testkit::Hostile;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{HOST, World};

/// Somebody on this machine who is none of the authority's business, and counts who comes.
async fn victim() -> (String, Arc<AtomicU32>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let came = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    let counter = Arc::clone(&came);
    tasks.spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    (format!("http://{address}"), came, tasks)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_86_a_directory_leads_nowhere_but_to_itself() {
    let (url, came, _tasks) = victim().await;
    let mut world = World::new().await;
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    // By redirect, by what its directory names, by another name or port for the same machine.
    let others = [
        (Some(Hostile::Redirect(format!("{url}/latest/meta-data/"))), None, "redirect"),
        (Some(Hostile::Redirect("http://169.254.169.254/".into())), None, "redirect"),
        (None, Some(url.clone()), "not its own"),
        (None, Some("file:///etc".into()), "not its own"),
        (None, Some(world.directory.url().replace("localhost", "127.0.0.1").replace("/dir", "")), "not its own"),
        (None, Some(world.directory.url().replace("http://", "http://user@").replace("/dir", "")), "not its own"),
        (None, Some("https://10.0.0.1".into()), "not its own"),
        (None, Some("//10.0.0.1".into()), "not its own"),
    ];
    for (n, (hostile, elsewhere, says)) in others.into_iter().enumerate() {
        let what = format!("{hostile:?} {elsewhere:?}");
        world.directory.mood(|mood| {
            mood.hostile = hostile;
            mood.elsewhere = elsewhere;
        });
        // A host of its own each time; the account is there, so that it is the order that goes astray.
        let host = format!("h{n}.example");
        world.acme.want(&host, &[]);
        let error = world.until_failed(&host).await;
        assert!(error.contains(says) || error.contains("answers wrongly"), "{what}: {error}");
    }
    assert_eq!(came.load(Ordering::Relaxed), 0);
    world.directory.mood(|mood| {
        mood.hostile = None;
        mood.elsewhere = None;
    });
    world.change(|_| {});
    world.until_good("h0.example").await;
    assert!(world.is_certified().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_86_what_a_directory_answers_is_bounded() {
    let world = World::new().await;
    let before = world.shown().await;
    for (n, (hostile, says)) in [
        (Hostile::EndlessHead, "no HTTP"),
        (Hostile::EndlessBody, "more than"),
        (Hostile::Huge(50 * 1024 * 1024), "more than"),
        (Hostile::Page, "404"),
        (Hostile::Garbage, "no HTTP"),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{hostile:?}");
        world.directory.mood(|mood| mood.hostile = Some(hostile));
        let host = format!("h{n}.example");
        world.acme.want(&host, &[]);
        let error = world.until_failed(&host).await;
        assert!(error.contains(says), "{what}: {error}");
    }
    assert_eq!(world.shown().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_86_a_silent_directory_holds_up_no_stop() {
    let mut world = World::new().await;
    world.directory.mood(|mood| mood.hostile = Some(Hostile::Silent));
    world.acme.want(HOST, &[]);
    world.directory.until("it was asked", |directory| directory.requests() == 1).await;
    // The order under way is cut short, and what comes after it is asked anew.
    world.restart();
    world.directory.mood(|mood| mood.hostile = None);
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
}
