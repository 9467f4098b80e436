//! Authorities that are down, full or wrong: each host waits by itself, and what serves goes on serving.

use std::time::{Duration, SystemTime};

use parlour_net::Pace;
use parlour_testkit::{AcmeDirectory, Doors, PATIENCE};

use super::{HOST, HOUR, PACE, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_nonce_and_states_between_are_taken_in_stride() {
    let world = World::new().await;
    world.directory.mood(|mood| {
        mood.bad_nonces = 1;
        mood.polls = 3;
    });
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    // An account whose nonce was refused is still made once.
    assert_eq!((world.directory.orders(), world.directory.accounts().len()), (1, 1));
    // Nonces that are never good are a fault of theirs.
    world.directory.mood(|mood| mood.bad_nonces = 1000);
    world.acme.want("second.example", &[]);
    let error = world.until_failed("second.example").await;
    assert!(error.contains("nonce"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_answers_are_not_served() {
    let mut world = World::new().await;
    let before = world.shown().await;
    world.directory.mood(|mood| mood.signs_for = Some(vec!["other.example".into()]));
    world.acme.want(HOST, &[]);
    let error = world.until_failed(HOST).await;
    assert!(error.contains("of no use") && error.contains(HOST), "{error}");
    world.directory.mood(|mood| {
        mood.signs_for = None;
        mood.forgets_orders = true;
    });
    world.change(|_| {});
    world.until("forgotten", HOST, |standing| standing.failures == 2).await;
    // Somebody else's name is not proved for them.
    world.directory.mood(|mood| {
        mood.forgets_orders = false;
        mood.authorizes = Some("victim.example".into());
    });
    world.change(|_| {});
    let standing = world.until("refused", HOST, |standing| standing.failures == 3).await;
    assert!(standing.error.as_ref().is_some_and(|error| error.contains("another name")), "{standing:?}");
    assert_eq!(world.shown().await, before);
    world.directory.mood(|mood| mood.authorizes = None);
    world.change(|_| {});
    world.until_good(HOST).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_fails_holds_up_nobody_and_waits_longer_each_time() {
    let world = World::new().await;
    world.directory.mood(|mood| mood.caa = vec!["bad.example".into()]);
    world.acme.want("bad.example", &[]);
    for n in 0..6 {
        world.acme.want(&format!("h{n}.example"), &[]);
    }
    for n in 0..6 {
        world.until_good(&format!("h{n}.example")).await;
    }
    let mut waits = Vec::new();
    for failures in 1..5 {
        let standing = world.until("failing", "bad.example", |standing| standing.failures == failures).await;
        let wait = standing.next - world.now();
        waits.push(wait);
        world.pass(i64::try_from(wait * 1000).expect("a time"));
    }
    assert!(waits.is_sorted() && waits[0] >= 27 * 60 && waits[3] <= 4 * 3600, "{waits:?}");
    assert_eq!(world.directory.signed().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_is_full_is_left_alone_as_long_as_it_asks() {
    let mut world = World::new().await;
    let full = "too many new orders (300) from this account in the last 3h0m0s";
    world.directory.mood(|mood| mood.refuses = Some((429, "rateLimited", full.into(), Some(7200))));
    world.acme.want(HOST, &[]);
    let standing = world.until("refused", HOST, |standing| standing.failures > 0).await;
    assert_eq!(standing.next, world.now() + 7200);
    // Others do not try either, and a reload does not change its mind.
    world.acme.want("second.example", &[]);
    let asked = world.directory.requests();
    world.change(|_| {});
    world.pass(HOUR);
    world.shown().await;
    assert_eq!(world.directory.requests(), asked);
    world.directory.mood(|mood| mood.refuses = None);
    world.pass(HOUR);
    world.until_good("second.example").await;
    world.until_good(HOST).await;

    // A limit that is one host's own.
    let own = "too many failed authorizations (5) for \"third.example\" in the last 1h0m0s";
    world.directory.mood(|mood| mood.refuses = Some((429, "rateLimited", own.into(), Some(3600))));
    world.acme.want("third.example", &[]);
    world.until_failed("third.example").await;
    world.directory.mood(|mood| mood.refuses = None);
    world.acme.want("fourth.example", &[]);
    world.until_good("fourth.example").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_hosts_order_one_after_the_other() {
    let mut world = World::new().await;
    world.restart_at(Pace { at_once: 2, burst: 3, every: Duration::from_secs(40), ..PACE });
    for n in 0..5 {
        world.acme.want(&format!("h{n}.example"), &[]);
    }
    for n in 0..3 {
        world.until_good(&format!("h{n}.example")).await;
    }
    assert_eq!(world.directory.orders(), 3);
    world.pass(40_000);
    world.until_good("h3.example").await;
    assert_eq!(world.directory.orders(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_or_gets_its_own_is_not_ordered_any_more() {
    let mut world = World::new().await;
    world.change(|options| options.enabled = false);
    world.acme.want(HOST, &[]);
    world.acme.forget(HOST);
    world.change(|options| options.enabled = true);
    world.acme.want("second.example", &[]);
    world.until_good("second.example").await;
    assert_eq!(world.directory.signed(), [["second.example"]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_down_is_asked_again() {
    let world = World::new().await;
    world.directory.look_at(Doors { http: Some(world.server.ports.web), tls: None });
    let mut world = world;
    let url = world.directory.url();
    // Nobody listens there.
    world.change(|options| options.directory = "http://127.0.0.1:1/dir".into());
    world.acme.want(HOST, &[]);
    let error = world.until_failed(HOST).await;
    assert!(error.contains("does not take connections"), "{error}");
    world.change(|options| options.directory = url);
    world.until_good(HOST).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_goes_and_comes_back_in_mid_order_is_ordered_once() {
    let world = World::new().await;
    world.directory.mood(|mood| mood.polls = 10);
    world.acme.want(HOST, &[]);
    world.directory.until("an order", |directory| directory.orders() == 1).await;
    world.acme.forget(HOST);
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    assert_eq!(world.directory.signed(), [[HOST]]);
    // With another name it is ordered anew, once the order under way has come to its end, which counts nothing.
    world.acme.want("second.example", &[]);
    world.directory.until("an order", |directory| directory.orders() == 2).await;
    world.acme.forget("second.example");
    world.acme.want("second.example", &["www.second.example"]);
    let standing = world.until_good("second.example").await;
    assert_eq!(standing.names, ["second.example", "www.second.example"]);
    assert_eq!(world.directory.orders(), 3);
    assert_eq!(world.directory.signed().last().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the directory's certificate is judged by this machine's time")]
async fn an_order_that_began_before_the_contact_was_changed_does_not_change_it_back() {
    let mut world = World::new().await;
    let directory = AcmeDirectory::start_tls(SystemTime::now).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (pipe, root) = (folder.path().join("pipe.pem"), folder.path().join("root.pem"));
    std::fs::write(&root, directory.root()).expect("written");
    // Whoever reads this one waits until somebody has written.
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("there").success());
    world.change(|options| {
        options.directory = directory.url();
        options.contact = vec!["mailto:old@example.org".into()];
        options.ca = Some(pipe.clone());
    });
    world.acme.want(HOST, &[]);
    // It opens as soon as the order reads it, which has its options then.
    let (tell, opened) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || tell.send(std::fs::OpenOptions::new().write(true).open(pipe)));
    let mut held = tokio::time::timeout(PATIENCE, opened).await.expect("it is read").expect("told").expect("a pipe");
    world.change(|options| {
        options.contact = vec!["mailto:new@example.org".into()];
        options.ca = Some(root);
    });
    world.acme.want("second.example", &[]);
    directory.until("an order", |directory| directory.orders() == 1).await;
    assert_eq!(directory.accounts(), [["mailto:new@example.org"]]);
    std::io::Write::write_all(&mut held, directory.root().as_bytes()).expect("written");
    drop(held);
    directory.until("the other", |directory| directory.orders() == 2).await;
    assert_eq!(directory.accounts(), [["mailto:new@example.org"]]);
}
