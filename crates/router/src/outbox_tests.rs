use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use parlour_xmpp::jid::Jid;
use parlour_xmpp::stanza::{DefaultNs, Stanza};

use super::*;
use crate::out::Wake as Woken;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn message(id: u32) -> Out {
    let xml = format!("<message id='{id}' to='a@x/1'><body>hi</body></message>");
    Out::plain(Stanza::parse(xml.as_bytes()).expect("well-formed"))
}

fn presence(from: &str, show: &str) -> Out {
    let xml = format!("<presence id='{show}'><show>{show}</show></presence>");
    let from = Arc::new(Jid::new(from).expect("literal"));
    Out::plain(Stanza::parse(xml.as_bytes()).expect("well-formed")).stamped(Some(from), None)
}

fn ids(batch: &[Out]) -> Vec<String> {
    batch.iter().map(|out| out.stanza.id().unwrap_or_default().into_owned()).collect()
}

/// Takes everything, as a connection does.
fn all(outbox: &Outbox) -> Vec<String> {
    let mut batch = Vec::new();
    while outbox.take(&Context::from_waker(Waker::noop()), 1000, &mut batch).more {}
    ids(&batch)
}

#[test]
fn wakes_only_from_empty() {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let outbox = Outbox::default();
    let mut batch = Vec::new();
    let taken = outbox.take(&Context::from_waker(&waker), 1000, &mut batch);
    assert_eq!((taken.more, taken.end, taken.fetch), (false, None, false));
    for id in 0..5 {
        outbox.push(message(id)).expect("room");
    }
    assert_eq!(wakes.count(), 1);
    let taken = outbox.take(&Context::from_waker(&waker), 100_000, &mut batch);
    assert!(!taken.more);
    assert_eq!(ids(&batch), ["0", "1", "2", "3", "4"]);
    assert!(outbox.is_empty(), "nothing is kept where nothing is acknowledged");
    outbox.push(message(5)).expect("room");
    assert_eq!(wakes.count(), 2);
}

#[test]
fn takes_no_more_than_asked_but_at_least_one() {
    let outbox = Outbox::default();
    (0..3).for_each(|id| _ = outbox.push(message(id)).expect("room"));
    let mut batch = Vec::new();
    assert!(outbox.take(&Context::from_waker(Waker::noop()), 1, &mut batch).more);
    assert_eq!(ids(&batch), ["0"]);
}

#[test]
fn a_full_plain_queue_ends_its_connection_and_gives_the_stanza_back() {
    let outbox = Outbox::new(Bounds { stanzas: 2, bytes: 100_000 });
    outbox.push(message(0)).expect("room");
    outbox.push(message(1)).expect("room");
    let back = outbox.push(message(2)).expect_err("full");
    assert_eq!(back.stanza.id().as_deref(), Some("2"));
    let mut batch = Vec::new();
    let taken = outbox.take(&Context::from_waker(Waker::noop()), 100_000, &mut batch);
    assert_eq!(taken.end, Some(End::TooSlow));
    assert!(outbox.push(message(3)).is_err(), "it is on its way out");
    assert!(!outbox.park());
}

#[test]
fn bytes_are_bounded_too() {
    let cost = message(0).cost();
    let outbox = Outbox::new(Bounds { stanzas: 100, bytes: 2 * cost });
    outbox.push(message(0)).expect("room");
    outbox.push(message(1)).expect("room");
    assert!(outbox.push(message(2)).is_err());
}

#[test]
fn a_full_counting_queue_parks_and_takes_as_much_again() {
    let outbox = Outbox::new(Bounds { stanzas: 2, bytes: 100_000 });
    outbox.count();
    for id in 0..4 {
        outbox.push(message(id)).expect("room for twice as much");
    }
    let mut batch = Vec::new();
    assert_eq!(outbox.take(&Context::from_waker(Waker::noop()), 1, &mut batch).end, Some(End::TooSlow));
    assert!(outbox.park());
    assert!(outbox.resume());
    assert_eq!(all(&outbox), ["0", "1", "2", "3"]);
    assert!(outbox.park());
    assert!(outbox.push(message(4)).is_err());
    assert!(!outbox.resume(), "something was refused, the counts no longer agree");
}

#[test]
fn presence_coalesces_per_sender_and_recipient_among_what_is_unsent() {
    let outbox = Outbox::default();
    outbox.count();
    outbox.push(presence("b@x/1", "away")).expect("room");
    assert_eq!(all(&outbox), ["away"]);
    for (from, show) in [("b@x/1", "dnd"), ("c@x/1", "chat"), ("b@x/1", "xa"), ("b@x/2", "away")] {
        outbox.push(presence(from, show)).expect("room");
    }
    outbox.push(message(1)).expect("room");
    outbox.push(presence("c@x/1", "away2")).expect("room");
    assert_eq!(all(&outbox), ["xa", "away", "1", "away2"], "what was sent stays");
    assert_eq!(outbox.unacked(), 5);
}

#[test]
fn acknowledged_stanzas_go_and_a_resumed_session_gets_the_rest_again() {
    let outbox = Outbox::default();
    outbox.push(message(0)).expect("room");
    assert_eq!(all(&outbox), ["0"]);
    outbox.count();
    (1..=4).for_each(|id| _ = outbox.push(message(id)).expect("room"));
    assert_eq!(all(&outbox), ["1", "2", "3", "4"]);
    let mut done = Vec::new();
    outbox.ack(2, |out| done.push(out)).expect("sent");
    assert_eq!(ids(&done), ["1", "2"]);
    assert_eq!(outbox.ack(5, |_| {}), Err(TooHigh { h: 5, sent: 4 }));
    assert_eq!(outbox.ack(1, |_| {}).map_err(|e| e.h), Err(1), "a count that goes back");
    outbox.push(message(5)).expect("room");
    assert!(outbox.park());
    outbox.push(message(6)).expect("parked queues go on");
    assert!(outbox.resume());
    outbox.ack(3, |out| done.push(out)).expect_err("the cursor was taken back: ack before resuming");
    assert_eq!(all(&outbox), ["3", "4", "5", "6"]);
    outbox.ack(6, |_| {}).expect("sent");
    assert!(outbox.is_empty());
}

#[test]
fn the_count_wraps_at_two_to_the_32() {
    let outbox = Outbox::default();
    outbox.count();
    outbox.lock().acked = u32::MAX - 1;
    (0..3).for_each(|id| _ = outbox.push(message(id)).expect("room"));
    assert_eq!(all(&outbox).len(), 3);
    outbox.ack(1, |_| {}).expect("three more than 2^32 - 2");
    assert!(outbox.is_empty());
}

#[test]
fn attack_55_who_was_replaced_or_signed_out_while_away_does_not_come_back() {
    for (why, comes_back) in [(End::Conflict, false), (End::NotAuthorized, false), (End::Resumed, true)] {
        let outbox = Outbox::new(Bounds::default());
        outbox.count();
        assert!(outbox.park());
        // Before its owner has looked.
        outbox.end(why);
        assert_eq!(outbox.resume(), comes_back, "{why:?}");
    }
}

#[test]
fn attack_55_conflict_forbids_resumption() {
    let outbox = Outbox::default();
    outbox.count();
    outbox.end(End::Shutdown);
    outbox.end(End::Conflict);
    outbox.end(End::TooSlow);
    let taken = outbox.take(&Context::from_waker(Waker::noop()), 1000, &mut Vec::new());
    assert_eq!(taken.end, Some(End::Conflict));
    assert!(!outbox.park());
    assert!(outbox.close().is_empty());
    assert!(outbox.push(message(0)).is_err());
}

#[test]
fn closing_gives_back_what_was_not_handed_over() {
    let outbox = Outbox::default();
    outbox.count();
    (0..3).for_each(|id| _ = outbox.push(message(id)).expect("room"));
    assert_eq!(all(&outbox).len(), 3);
    outbox.ack(1, |_| {}).expect("sent");
    assert_eq!(ids(&outbox.close()), ["1", "2"]);
    assert!(outbox.is_closed());
}

#[test]
fn a_stamp_is_written() {
    let out = Out { add: Some(b"<x xmlns='y'/>"[..].into()), ..message(1) }
        .stamped(Some(Arc::new(Jid::new("b@x/2").expect("literal"))), None);
    let mut bytes = Vec::new();
    out.write(&mut bytes, DefaultNs::Stream);
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.contains("b@x/2") && text.contains("a@x/1") && text.contains("<x xmlns='y'/></message>"), "{text}");
}

#[test]
fn the_answer_to_what_ends_a_connection_still_gets_through() {
    let outbox = Outbox::default();
    outbox.end(End::NotAuthorized);
    outbox.push(message(0)).expect("the connection is still there");
    let mut batch = Vec::new();
    let taken = outbox.take(&Context::from_waker(Waker::noop()), 1000, &mut batch);
    assert_eq!((ids(&batch), taken.end), (vec!["0".to_owned()], Some(End::NotAuthorized)));
    outbox.leave();
    assert!(outbox.push(message(1)).is_err());
}

#[test]
fn whoever_waited_for_a_parked_session_does_not_take_its_successors_place() {
    let outbox = Outbox::new(Bounds::default());
    outbox.count();
    assert!(outbox.park());
    let (waiting, resumed) = (Arc::new(Wakes::default()), Arc::new(Wakes::default()));
    let (old, new) = (Waker::from(Arc::clone(&waiting)), Waker::from(Arc::clone(&resumed)));
    assert!(outbox.poll_end(&Context::from_waker(&old)).is_pending());
    assert!(outbox.resume());
    outbox.take(&Context::from_waker(&new), 1000, &mut Vec::new());
    // It looks once more before it learns that the session has gone on without it.
    assert!(outbox.poll_end(&Context::from_waker(&old)).is_pending());
    outbox.push(message(1)).expect("room");
    assert_eq!((waiting.count(), resumed.count()), (0, 1), "the connection is woken");
}

#[test]
fn what_can_be_fetched_later_waits_until_there_is_room() {
    let fetched = |outbox: &Outbox| {
        let mut batch = Vec::new();
        outbox.take(&Context::from_waker(Waker::noop()), 100_000, &mut batch).fetch
    };
    for counting in [false, true] {
        let outbox = Outbox::new(Bounds { stanzas: 8, bytes: 100_000 });
        if counting {
            outbox.count();
        }
        assert!(outbox.has_room_or_fetches_later(1_000_000), "one always fits");
        for id in 0..4 {
            assert!(outbox.has_room_or_fetches_later(100));
            outbox.push(message(id)).expect("room");
        }
        assert!(!outbox.has_room_or_fetches_later(100));
        if counting {
            assert!(!fetched(&outbox), "sent is not gone");
            outbox.ack(1, drop).expect("sent");
            assert!(!fetched(&outbox));
            outbox.ack(2, drop).expect("sent");
        }
        assert!(fetched(&outbox));
        assert!(!fetched(&outbox));
    }
}

#[test]
fn attack_117_many_slow_clients_hold_no_more_together_than_is_good() {
    let budget = Arc::new(Budget::default());
    budget.set_max(100_000);
    let large = |id: u32| {
        let xml = format!("<message id='{id}'><body>{}</body></message>", "a".repeat(50_000));
        Out::plain(Stanza::parse(xml.as_bytes()).expect("well-formed"))
    };
    let slow: Vec<Outbox> = (0..3).map(|_| Outbox::new(Bounds::default()).within(&budget)).collect();
    let mut taken = 0;
    for id in 0..10 {
        taken += slow.iter().filter(|outbox| outbox.push(large(id)).is_ok()).count();
    }
    // What each may hold in any case, and two more for all.
    assert_eq!(taken, 5);
    assert!(budget.used() <= 100_000 && budget.used() > 50_000, "{}", budget.used());
    assert!(slow.iter().any(|outbox| outbox.ending() == Some(End::TooSlow)));
    let other = Outbox::new(Bounds::default()).within(&budget);
    for id in 0..10 {
        other.push(large(id)).expect("whoever reads is not refused anything");
        assert_eq!(all(&other).len(), 1);
    }
    for outbox in slow {
        outbox.close();
    }
    assert_eq!(budget.used(), 0);
    let dropped = Outbox::new(Bounds::default()).within(&budget);
    (0..2).for_each(|id| drop(dropped.push(large(id))));
    assert!(budget.used() > 0);
    drop(dropped);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_session_that_another_connection_wants_while_it_is_parked_is_not_over() {
    let outbox = Outbox::default();
    outbox.count();
    assert!(outbox.park());
    outbox.end(End::Resumed);
    let cx = Context::from_waker(Waker::noop());
    assert!(outbox.poll_end(&cx).is_pending());
    assert!(outbox.resume());
    assert_eq!(outbox.ending(), None);
    assert!(outbox.park());
    outbox.end(End::NotAuthorized);
    assert!(outbox.poll_end(&cx).is_ready());
}

fn composing(from: &str, id: &str) -> Out {
    let xml =
        format!("<message type='chat' id='{id}'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
    let from = Arc::new(Jid::new(from).expect("literal"));
    Out::plain(Stanza::parse(xml.as_bytes()).expect("well-formed")).stamped(Some(from), None)
}

#[test]
fn an_inactive_client_is_woken_by_what_may_not_wait_and_then_gets_all_in_order() {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let outbox = Outbox::default();
    outbox.push(presence("x@x/1", "on-its-way")).expect("room");
    outbox.set_inactive(true);
    assert_eq!(all(&outbox), ["on-its-way"], "what was due before still is");
    let mut batch = Vec::new();
    let taken = outbox.take(&Context::from_waker(&waker), 100_000, &mut batch);
    assert!(!taken.more);

    outbox.push(presence("x@x/1", "first")).expect("room");
    outbox.push(composing("y@x/1", "typing")).expect("room");
    outbox.push(presence("z@x/1", "other")).expect("room");
    outbox.push(presence("x@x/1", "last")).expect("room");
    outbox.push(composing("y@x/1", "typing-still")).expect("room");
    outbox.push(composing("z@x/1", "typing-too")).expect("room");
    assert_eq!(wakes.count(), 0);
    let taken = outbox.take(&Context::from_waker(&waker), 100_000, &mut batch);
    assert!(!taken.more && batch.is_empty(), "held back");

    outbox.push(message(7)).expect("room");
    outbox.push(presence("w@x/1", "behind")).expect("room");
    assert_eq!(wakes.count(), 1);
    let taken = outbox.take(&Context::from_waker(&waker), 100_000, &mut batch);
    assert!(!taken.more);
    assert_eq!(ids(&batch), ["other", "last", "typing-still", "typing-too", "7", "behind"]);

    outbox.push(presence("x@x/1", "held")).expect("room");
    assert_eq!(wakes.count(), 1);
    outbox.set_inactive(false);
    assert_eq!(wakes.count(), 2);
    assert_eq!(all(&outbox), ["held"]);
    outbox.push(presence("x@x/1", "as-usual")).expect("room");
    assert_eq!(all(&outbox), ["as-usual"]);
}

#[test]
fn what_is_due_to_an_inactive_client_stays_due_over_several_writes() {
    let outbox = Outbox::default();
    outbox.set_inactive(true);
    outbox.push(presence("x@x/1", "a")).expect("room");
    outbox.push(message(1)).expect("room");
    let mut batch = Vec::new();
    assert!(outbox.take(&Context::from_waker(Waker::noop()), 1, &mut batch).more);
    outbox.push(presence("y@x/1", "b")).expect("room");
    assert_eq!(all(&outbox), ["1", "b"]);
    outbox.push(presence("y@x/1", "c")).expect("room");
    assert_eq!(all(&outbox), [""; 0]);
}

#[test]
fn no_more_is_held_back_than_is_good() {
    let outbox = Outbox::default();
    outbox.set_inactive(true);
    for n in 1..HELD.stanzas {
        outbox.push(presence(&format!("x@x/{n}"), "a")).expect("room");
    }
    assert_eq!(all(&outbox).len(), 0);
    outbox.push(presence("y@x/1", "b")).expect("room");
    assert_eq!(all(&outbox).len(), HELD.stanzas);
    let large = "a".repeat(HELD.bytes);
    outbox.push(presence("y@x/1", &large)).expect("room");
    assert_eq!(all(&outbox).len(), 1);
}

#[test]
fn what_is_held_back_counts_as_not_sent_and_a_resumed_client_is_active() {
    let outbox = Outbox::default();
    outbox.count();
    outbox.set_inactive(true);
    outbox.push(message(1)).expect("room");
    outbox.push(presence("x@x/1", "sent-with-it")).expect("room");
    assert_eq!(all(&outbox), ["1", "sent-with-it"]);
    outbox.push(presence("x@x/1", "held")).expect("room");
    assert_eq!(all(&outbox), [""; 0]);
    assert_eq!((outbox.unacked(), outbox.len()), (2, 3));
    assert_eq!(outbox.ack(3, drop).expect_err("never sent").sent, 2);
    outbox.ack(1, drop).expect("sent");
    assert!(outbox.park());
    outbox.push(presence("y@x/1", "while-away")).expect("room");
    assert!(outbox.resume());
    assert_eq!(all(&outbox), ["sent-with-it", "held", "while-away"]);
}

#[test]
fn what_a_client_is_woken_for_is_given_once_whether_it_is_lost_before_or_after() {
    let waking = |id: u32| Out { wake: Woken::Due, ..message(id) };
    let outbox = Outbox::default();
    outbox.count();
    assert_eq!(outbox.push(waking(1)).expect("room"), Landed::Connected);
    outbox.push(message(2)).expect("room");
    outbox.push(waking(3)).expect("room");
    assert_eq!(all(&outbox), ["1", "2", "3"]);
    outbox.ack(1, drop).expect("sent");
    assert_eq!(ids(&outbox.overdue()), [""; 0], "it is there");
    assert!(outbox.park());
    assert_eq!(outbox.push(waking(4)).expect("room"), Landed::Parked, "the pusher has been told");
    assert_eq!(ids(&outbox.overdue()), ["3"]);
    assert_eq!(ids(&outbox.overdue()), [""; 0]);
    assert!(outbox.resume());
    assert_eq!(outbox.push(waking(5)).expect("room"), Landed::Connected);
    assert_eq!(all(&outbox), ["2", "3", "4", "5"]);
    assert!(outbox.park());
    assert_eq!(ids(&outbox.overdue()), ["5"], "each once");
    let left: Vec<Woken> = outbox.close().iter().map(|out| out.wake).collect();
    assert_eq!(left, [Woken::No, Woken::Done, Woken::Done, Woken::Done]);
    assert!(outbox.push(waking(6)).is_err());
}

#[test]
fn attack_117_a_long_queue_costs_whoever_changes_presence_little() {
    let outbox = Outbox::default();
    outbox.count();
    for n in 0..5_000 {
        outbox.push(presence(&format!("x@x/{n}"), "there")).expect("room");
    }
    // Far back it is not looked for: told twice, in order, instead.
    outbox.push(presence("x@x/0", "gone")).expect("room");
    outbox.push(presence("x@x/4999", "gone")).expect("room");
    outbox.push(presence("x@x/4999", "back")).expect("room");
    let told = all(&outbox);
    assert_eq!(told.len(), 5_001);
    assert_eq!(told[4_999..], ["gone", "back"]);
}
