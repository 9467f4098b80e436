//! Certificates are renewed in time, under people who are there, and across restarts.

use std::time::Duration;

use parlour_domain::Role;
use parlour_testkit::{Client, PASSWORD};

use super::{DAY, HOST, HOUR, World, moment};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_renewed_under_people_who_are_there() {
    let world = World::new().await;
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    world.server.account("juliet@example.test", Role::Member).await.expect("an account");
    let ports = world.server.ports;
    let mut juliet = Client::sign_in(ports.c2s, "juliet@example.test/a", PASSWORD).await.expect("signed in");
    let mut early = Client::connect(ports.c2s, HOST).await.expect("a stream");
    let first = world.shown().await;

    // Not yet at two months less some days, certainly at two.
    world.pass(56 * DAY);
    juliet.sync().await.expect("there");
    assert_eq!(world.directory.orders(), 1);
    world.pass(4 * DAY + HOUR);
    world.until("renewed", HOST, |standing| standing.since == world.now()).await;
    let second = world.shown().await;
    assert!(second != first && world.is_certified().await);
    juliet.sync().await.expect("nobody is dropped");
    early.authenticate_by_certificate("juliet", PASSWORD).await.expect("bound to the certificate it was shown");
    assert_eq!(world.directory.accounts().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_says_when_it_wants_a_certificate_renewed() {
    let world = World::new().await;
    let now = world.now();
    let days = |from: u64, to: u64| Some((moment(now + from * 86_400), moment(now + to * 86_400)));
    world.directory.mood(|mood| mood.window = days(40, 42));
    world.acme.want(HOST, &[]);
    let planned = world.until("a window", HOST, |standing| standing.until > 0 && standing.ask > world.now()).await;
    assert!((now + 40 * 86_400..=now + 42 * 86_400).contains(&planned.next), "{planned:?}");
    assert!((now + 21_590..=now + 21_600).contains(&planned.ask), "as it asked: {planned:?}");
    assert_eq!(world.directory.orders(), 1);
    // Something happened there: all are to be renewed at once. It is asked at the time it named.
    world.directory.mood(|mood| mood.window = Some((moment(now), moment(now + 1))));
    world.pass(6 * HOUR);
    world.until("renewed", HOST, |standing| standing.since == world.now()).await;
    assert_eq!((world.directory.orders(), world.directory.replaced()), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_orders_nothing_that_is_there_and_goes_on_where_it_was() {
    let mut world = World::new().await;
    world.acme.want(HOST, &[]);
    let before = world.until_good(HOST).await;
    world.until("asked when", HOST, |standing| standing.ask > world.now()).await;
    world.restart();
    assert!(world.acme.want(HOST, &[]).is_some());
    assert_eq!(world.acme.standing(HOST).expect("entered").next, before.next);
    assert_eq!(world.directory.orders(), 1);
    // For another name besides, a new one is needed; the old one serves until then.
    assert!(world.acme.want(HOST, &["web.example.test"]).is_some());
    world
        .until("for both", HOST, |standing| {
            standing.names.len() == 2 && standing.since == world.now() && standing.next > world.now()
        })
        .await;
    assert_eq!(world.directory.signed().last().expect("signed").len(), 2);

    // In the middle of an order: what was begun is left, and made again.
    world.directory.mood(|mood| mood.polls = u32::MAX);
    world.acme.want("second.example", &[]);
    world.directory.until("an order is under way", |directory| directory.orders() == 3).await;
    world.restart();
    world.directory.mood(|mood| mood.polls = 0);
    assert!(world.acme.want("second.example", &[]).is_none());
    world.until_good("second.example").await;
    assert_eq!(world.directory.accounts().len(), 1);

    // A file that is no certificate, as after a broken disk: the order is made again.
    std::fs::write(world.dir.path().join("hosts/second.example.pem"), "-----BEGIN").expect("written");
    world.restart();
    assert!(world.acme.want("second.example", &[]).is_none());
    let orders = world.directory.orders();
    world.until("again", "second.example", |standing| standing.until > 0).await;
    assert_eq!(world.directory.orders(), orders + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_six_days_is_renewed_two_days_before_its_end() {
    let world = World::new().await;
    world.directory.mood(|mood| mood.life = Duration::from_secs(6 * 86_400));
    world.acme.want(HOST, &[]);
    let standing = world.until_good(HOST).await;
    let left = standing.until - standing.next;
    assert!((2 * 86_400..=2 * 86_400 + 86_400 / 5).contains(&left), "{left}");
    assert!(!standing.is_ending(world.now()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_renewals_fail_the_old_one_serves_and_an_end_that_is_near_is_known() {
    let world = World::new().await;
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    let first = world.shown().await;
    world.directory.look_at(parlour_testkit::Doors::default());
    world.pass(85 * DAY);
    let error = world.until_failed(HOST).await;
    assert!(error.contains("make an A or AAAA record"), "{error}");
    assert_eq!(world.shown().await, first);
    let counts = world.acme.counts();
    assert_eq!((counts.hosts, counts.good, counts.failing, counts.ending), (1, 1, 1, 1));
    // It comes back by itself once the name is found again.
    let ports = world.server.ports;
    world.directory.look_at(parlour_testkit::Doors { http: Some(ports.web), tls: None });
    world.pass(HOUR);
    world.until_good(HOST).await;
    assert!(world.shown().await != first);
    assert_eq!(world.acme.counts().failing, 0);
}
