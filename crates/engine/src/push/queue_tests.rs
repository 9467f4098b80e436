use super::*;

fn target(key: i64) -> PushTarget {
    at("push.example", key)
}

fn at(service: &str, key: i64) -> PushTarget {
    PushTarget { key, resource: "phone".into(), agent: None, service: service.into(), request: 1 }
}

fn one() -> Summary {
    Summary { messages: 1, ..Summary::default() }
}

fn errand(next: Next) -> Errand {
    match next {
        Next::Send(errand) => errand,
        other => panic!("{other:?}"),
    }
}

/// Everything that leaves at this moment: owner, key, messages.
fn leaving(queue: &Queue, now: u64) -> Vec<(String, i64, u32)> {
    let mut all = Vec::new();
    while let Next::Send(errand) = queue.next(now) {
        all.push((errand.owner.to_string(), errand.key, errand.summary.messages));
    }
    all
}

fn count(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

const WALL: Millis = 1_800_000_000_000;

fn fails(queue: &Queue, owner: &str, key: i64, fault: Fault, now: u64) -> Verdict {
    queue.failed((&owner.into(), key), fault, None, (WALL, now))
}

#[test]
fn each_message_is_told_and_what_comes_meanwhile_is_told_together() {
    let queue = Queue::default();
    for n in 0..5 {
        queue.add("a@x", &target(1), &one());
        assert_eq!(leaving(&queue, n * EVERY), [("a@x".into(), 1, 1)], "one for one while the service keeps up");
        queue.took(&"a@x".into(), 1);
    }
    for _ in 0..1_000 {
        queue.add("a@x", &target(1), &one());
    }
    assert_eq!(errand(queue.next(0)).summary, one_of(1_000));
    for n in 0..1_000 {
        let body = Some(n.to_string());
        queue.add("a@x", &target(1), &Summary { messages: 1, body, ..Summary::default() });
        assert_eq!(queue.next(0), Next::Wait(None), "one at a time");
    }
    queue.add("a@x", &target(1), &Summary { requests: 1, ..Summary::default() });
    queue.took(&"a@x".into(), 1);
    let told = errand(queue.next(0)).summary;
    assert_eq!(
        (told.messages, told.requests, told.body.as_deref()),
        (1_000, 1, Some("999")),
        "the last stands for all"
    );
    queue.took(&"a@x".into(), 1);
    assert_eq!(queue.next(0), Next::Wait(None));
    assert!(queue.lock().entries.is_empty() && queue.lock().services.is_empty(), "nothing is left of it");
    assert_eq!((count(&queue.meters.sent), count(&queue.meters.dropped)), (7, 0));
}

fn one_of(messages: u32) -> Summary {
    Summary { messages, ..Summary::default() }
}

#[test]
fn attack_122_what_a_service_does_not_take_is_tried_again_and_then_given_up() {
    let queue = Queue::default();
    queue.add("a@x", &target(1), &one());
    let mut now = 0;
    for (n, span) in [(1, 60_000), (2, 120_000)] {
        assert_eq!(errand(queue.next(now)).summary, one_of(n));
        queue.add("a@x", &target(1), &one());
        assert_eq!(fails(&queue, "a@x", 1, Fault::Down, now), Verdict::Rest { span, give_up: false });
        assert_eq!(queue.next(now), Next::Wait(Some(span)));
        assert_eq!(queue.next(now + span - 1), Next::Wait(Some(1)));
        now += span;
    }
    assert_eq!(errand(queue.next(now)).summary, one_of(3));
    assert_eq!(fails(&queue, "a@x", 1, Fault::Down, now), Verdict::Rest { span: 240_000, give_up: true });
    assert_eq!((count(&queue.meters.dropped), count(&queue.meters.failed)), (3, 3));
    assert_eq!(queue.next(now + 240_000), Next::Wait(None), "nothing to tell");
    // The next message waits until the service has rested.
    queue.add("a@x", &target(1), &one());
    assert_eq!(queue.next(now), Next::Wait(Some(240_000)));
    assert_eq!(errand(queue.next(now + 240_000)).summary, one());
    queue.took(&"a@x".into(), 1);
    assert!(queue.lock().entries.is_empty());
}

#[test]
fn attack_122_denied_three_times_it_ends_with_all_that_waits() {
    let queue = Queue::default();
    let mut now = 0;
    for n in 0..3 {
        queue.add("a@x", &target(1), &one());
        errand(queue.next(now));
        queue.add("a@x", &target(1), &one());
        let verdict = fails(&queue, "a@x", 1, Fault::Denied, now);
        assert_eq!(verdict == Verdict::End, n == 2, "{n}");
        now += 3_600_000;
    }
    assert_eq!(queue.next(now), Next::Wait(None), "not as long as the registration may be found");
    queue.ended(&"a@x".into(), 1);
    assert!(queue.lock().entries.is_empty());
    assert_eq!((count(&queue.meters.ended), count(&queue.meters.dropped)), (1, 6));
}

#[test]
fn attack_122_a_slow_service_keeps_nobody_else_waiting() {
    let queue = Queue::default();
    let many = 3 * MAX_PER_SERVICE;
    for n in 0..many {
        queue.add(&format!("{n}@x"), &at("slow.example", 1), &one());
    }
    queue.add("last@x", &at("fast.example", 1), &one());
    let away = leaving(&queue, 0);
    assert_eq!(away.len(), MAX_PER_SERVICE + 1);
    assert_eq!(away.last(), Some(&("last@x".into(), 1, 1)));
    queue.took(&"last@x".into(), 1);
    // Each that ends makes room for one.
    let mut told = 0;
    let mut under_way: VecDeque<String> = away.into_iter().map(|(owner, ..)| owner).filter(|o| o != "last@x").collect();
    while let Some(owner) = under_way.pop_front() {
        queue.took(&owner.as_str().into(), 1);
        told += 1;
        under_way.extend(leaving(&queue, 0).into_iter().map(|(owner, ..)| owner));
        assert!(under_way.len() <= MAX_PER_SERVICE);
    }
    assert_eq!(told, many);
    assert!(queue.lock().services.is_empty() && queue.lock().under_way == 0);
}

#[test]
fn attack_122_an_account_has_a_budget_and_nothing_of_it_is_lost() {
    let queue = Queue::default();
    let (mut now, mut sent, mut messages) = (0, 0_u32, 0);
    // One message a tenth of a second to an account with twenty registrations, for a minute.
    for _ in 0..600 {
        for key in 0..20 {
            queue.add("a@x", &target(key), &one());
        }
        for (owner, key, n) in leaving(&queue, now) {
            sent += 1;
            messages += n;
            queue.took(&owner.as_str().into(), key);
        }
        now += 100;
    }
    assert!((BURST..=BURST + 120).contains(&sent), "{sent} notifications");
    while messages < 12_000 {
        now += EVERY;
        for (owner, key, n) in leaving(&queue, now) {
            messages += n;
            queue.took(&owner.as_str().into(), key);
        }
    }
    assert_eq!(messages, 12_000);
    // Another account does not pay for it.
    queue.add("b@x", &target(1), &one());
    assert_eq!(leaving(&queue, now).len(), 1);
}

#[test]
fn whoever_waits_for_its_budget_leaves_the_services_room_to_others() {
    let queue = Queue::default();
    for key in 0..i64::from(BURST) {
        queue.add("a@x", &at("other.example", key), &one());
    }
    assert_eq!(leaving(&queue, 0).len(), BURST as usize);
    for n in 0..MAX_PER_SERVICE {
        queue.add(&format!("{n}@x"), &target(1), &one());
    }
    assert_eq!(leaving(&queue, 0).len(), MAX_PER_SERVICE);
    // Held: one of an account that has spent all, then somebody else's.
    queue.add("a@x", &target(99), &one());
    queue.add("b@x", &target(1), &one());
    assert_eq!(leaving(&queue, 0), []);
    for n in 0..MAX_PER_SERVICE {
        queue.took(&format!("{n}@x").as_str().into(), 1);
    }
    assert_eq!(leaving(&queue, 0), [("b@x".into(), 1, 1)]);
    queue.took(&"b@x".into(), 1);
    assert_eq!(leaving(&queue, EVERY), [("a@x".into(), 99, 1)]);
}

#[test]
fn what_is_too_much_is_dropped_and_counted() {
    let queue = Queue::default();
    for n in 0..MAX_ENTRIES + 7 {
        queue.add(&format!("{n}@x"), &target(1), &one());
    }
    assert_eq!(count(&queue.meters.dropped), 7);
    queue.add("0@x", &target(1), &one());
    assert_eq!(count(&queue.meters.dropped), 7, "what is in the queue may grow");
    let queue = Queue::default();
    let owner = BareJid::new("a@x").expect("an address");
    for _ in 0..MAX_CALLS + 5 {
        queue.call(&owner, one());
    }
    assert_eq!(count(&queue.meters.dropped), 5);
    assert_eq!(queue.next(0), Next::Call(owner, one()));
    queue.called();
}

#[test]
fn attack_122_what_is_only_remembered_for_its_failures_gives_way() {
    let queue = Queue::default();
    let idle = || {
        let inner = queue.lock();
        let found = inner.entries.values().filter(|entry| entry.state == State::Idle).count();
        assert_eq!(inner.idle, found);
        found
    };
    let mut now = 0;
    queue.add("0@x", &target(1), &one());
    for _ in 0..3 {
        assert_eq!(leaving(&queue, now).len(), 1);
        assert!(matches!(fails(&queue, "0@x", 1, Fault::Down, now), Verdict::Rest { .. }));
        now += 60 * 60_000;
    }
    assert_eq!(idle(), 1, "given up, and remembered");
    queue.add("0@x", &target(1), &one());
    assert_eq!(idle(), 0);
    assert_eq!(leaving(&queue, now).len(), 1);
    fails(&queue, "0@x", 1, Fault::Denied, now);
    assert_eq!(leaving(&queue, now + 60 * 60_000).len(), 1);
    queue.gone(&"0@x".into(), 1);
    for n in 0..MAX_ENTRIES {
        queue.add(&format!("{n}@x"), &target(1), &one());
    }
    assert_eq!((idle(), count(&queue.meters.dropped)), (0, 1), "what was given up");
}

#[test]
fn no_more_are_under_way_than_may_be() {
    let queue = Queue::default();
    for n in 0..2 * MAX_UNDER_WAY {
        queue.add(&format!("{n}@x"), &at(&format!("{}.example", n % 64), 1), &one());
    }
    let away = leaving(&queue, 0);
    assert_eq!(away.len(), MAX_UNDER_WAY);
    assert_eq!(queue.next(0), Next::Wait(None));
    for (owner, key, _) in away {
        queue.took(&owner.as_str().into(), key);
    }
    assert_eq!(leaving(&queue, 0).len(), MAX_UNDER_WAY);
}

#[test]
fn a_client_that_came_back_and_a_registration_that_went_are_told_nothing_more() {
    let queue = Queue::default();
    for key in [1, 2] {
        queue.add("a@x", &target(key), &one());
        errand(queue.next(0));
        queue.add("a@x", &target(key), &one());
    }
    queue.needless(&"a@x".into(), 1);
    queue.gone(&"a@x".into(), 2);
    assert_eq!(queue.next(u64::MAX), Next::Wait(None));
    assert!(queue.lock().entries.is_empty() && queue.lock().services.is_empty());
}
