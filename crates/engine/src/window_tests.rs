use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Mutex;
use std::task::Waker;

use tokio::sync::oneshot;

use super::*;

/// A judge by the stanza's type attribute: what it says is what happens. Keeps a log of what was judged and
/// a way to complete each.
#[derive(Default)]
struct Script {
    log: RefCell<Vec<String>>,
    open: RefCell<HashMap<String, oneshot::Sender<()>>>,
    /// Ends of the futures, in order.
    done: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn wait(&self, id: &str) -> BoxFuture<()> {
        let (tell, told) = oneshot::channel();
        self.open.borrow_mut().insert(id.to_owned(), tell);
        let (done, id) = (Arc::clone(&self.done), id.to_owned());
        Box::pin(async move {
            let _ = told.await;
            done.lock().expect("not poisoned").push(id);
        })
    }

    fn complete(&self, id: &str) {
        if let Some(tell) = self.open.borrow_mut().remove(id) {
            let _ = tell.send(());
        }
    }

    fn log(&self) -> String {
        self.log.borrow().join(" ")
    }
}

impl Judge for Script {
    fn judge(&self, stanza: Stanza, number: u32, place: Place, found: Option<Found>) -> Entry {
        let id = stanza.id().unwrap_or_default().into_owned();
        // Each test numbers its stanzas from 0.
        assert!(id.ends_with(&(number - 1).to_string()), "{id} is judged as number {number}");
        // Ids are "k0", "n1", "a2", "g3", "l4": kept, nothing to wait for, act, get, look-up.
        let what = id.chars().next();
        if place == Place::Behind && what != Some('k') {
            return Entry::Held(stanza);
        }
        if what == Some('l') && found.is_none() {
            let work = self.wait(&id);
            return Entry::Locate(
                stanza,
                Box::pin(async move {
                    work.await;
                    Found::Nobody
                }),
            );
        }
        self.log.borrow_mut().push(id.clone());
        match what {
            Some('k') => Entry::Commit(self.wait(&id)),
            Some('a') => Entry::Act(self.wait(&id)),
            Some('g') => Entry::Aside(self.wait(&id)),
            _ => Entry::Done,
        }
    }
}

fn stanza(id: &str) -> Stanza {
    let name = if id.starts_with(['a', 'g']) { "iq type='set'" } else { "message" };
    Stanza::parse(format!("<{name} id='{id}'/>").as_bytes()).expect("well-formed")
}

fn step(window: &mut Window, script: &Script) -> Poll<()> {
    window.poll(&mut Context::from_waker(Waker::noop()), script)
}

#[test]
fn what_waits_for_nothing_is_done_at_once_and_allocates_nothing() {
    let (mut window, script) = (Window::default(), Script::default());
    for id in ["n0", "n1"] {
        window.offer(&script, stanza(id));
    }
    assert_eq!((window.handled(), window.queue.capacity(), script.log().as_str()), (2, 0, "n0 n1"));
    assert!(window.is_idle());
}

#[test]
fn nothing_overtakes_a_commit_and_messages_behind_it_are_submitted() {
    let (mut window, script) = (Window::default(), Script::default());
    for id in ["k0", "k1", "n2", "k3"] {
        window.offer(&script, stanza(id));
    }
    assert_eq!(script.log(), "k0 k1", "n2 is held, and k3 behind it");
    script.complete("k1");
    assert!(step(&mut window, &script).is_pending());
    assert_eq!(window.handled(), 0, "the head is not done");
    script.complete("k0");
    assert!(step(&mut window, &script).is_pending());
    assert_eq!((window.handled(), script.log().as_str()), (3, "k0 k1 n2 k3"));
    script.complete("k3");
    assert!(step(&mut window, &script).is_ready());
    assert_eq!(window.handled(), 4);
    assert_eq!(window.queue.capacity(), 0);
}

#[test]
fn nothing_is_judged_past_an_act_or_a_look_up() {
    for first in ["a0", "l0"] {
        let (mut window, script) = (Window::default(), Script::default());
        for id in [first, "k1", "k2", "n3"] {
            window.offer(&script, stanza(id));
        }
        assert!(!script.log().contains('k'), "{}", script.log());
        script.complete(first);
        assert!(step(&mut window, &script).is_pending());
        assert_eq!(script.log(), format!("{first} k1 k2"), "both commits share a write");
        script.complete("k1");
        script.complete("k2");
        assert!(step(&mut window, &script).is_ready());
        assert_eq!(window.handled(), 4);
    }
}

#[test]
fn a_question_starts_at_the_head_and_frees_its_slot() {
    let (mut window, script) = (Window::default(), Script::default());
    for id in ["g0", "n1", "k2", "g3"] {
        window.offer(&script, stanza(id));
    }
    assert_eq!((script.log().as_str(), window.handled()), ("g0 n1 k2", 2));
    script.complete("k2");
    assert!(step(&mut window, &script).is_ready(), "only questions are left");
    assert!(!window.is_idle());
    assert_eq!(window.handled(), 4);
    script.complete("g0");
    script.complete("g3");
    assert!(step(&mut window, &script).is_ready());
    assert!(window.is_idle());
}

#[test]
fn questions_are_bounded() {
    let (mut window, script) = (Window::default(), Script::default());
    let ids: Vec<_> = (0..MAX_ASIDES + 2).map(|n| format!("g{n}")).collect();
    for id in &ids {
        window.offer(&script, stanza(id));
    }
    assert!(step(&mut window, &script).is_pending());
    assert_eq!(window.asides.len(), MAX_ASIDES);
    for id in &ids {
        script.complete(id);
        let _ = step(&mut window, &script);
    }
    assert!(step(&mut window, &script).is_ready() && window.is_idle());
    assert_eq!(window.handled() as usize, ids.len());
}

#[test]
fn it_is_full_by_count_and_by_bytes() {
    let (mut window, script) = (Window::default(), Script::default());
    window.offer(&script, stanza("k0"));
    let size = stanza("k0").len();
    assert!(window.is_full(WindowBounds { entries: 1, bytes: 1000 }));
    assert!(window.is_full(WindowBounds { entries: 9, bytes: size }));
    assert!(!window.is_full(WindowBounds { entries: 2, bytes: size + 1 }));
}

/// Whatever the order of completion, and wherever polls fall, stanzas are judged and done strictly in order.
#[test]
fn released_in_order_whatever_the_order_of_completion() {
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut dice = move |n: usize| {
        // xorshift64
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n as u64) as usize
    };
    for _ in 0..500 {
        let (mut window, script) = (Window::default(), Rc::new(Script::default()));
        let ids: Vec<String> =
            (0..1 + dice(12)).map(|n| format!("{}{n}", ["k", "k", "n", "a", "l"][dice(5)])).collect();
        let mut next = ids.iter();
        let mut handled = 0;
        loop {
            match dice(3) {
                0 => next.next().into_iter().for_each(|id| window.offer(&*script, stanza(id))),
                1 => {
                    let open: Vec<String> = script.open.borrow().keys().cloned().collect();
                    if !open.is_empty() {
                        script.complete(&open[dice(open.len())]);
                    }
                }
                _ => {
                    let done = step(&mut window, &script).is_ready();
                    assert_eq!(done, window.is_empty());
                }
            }
            assert!(window.handled() >= handled, "the count never goes back");
            handled = window.handled();
            if next.len() == 0 && window.is_empty() {
                break;
            }
        }
        assert_eq!(script.log.borrow().as_slice(), ids, "judged in order");
        let waited: Vec<&String> = ids.iter().filter(|id| !id.starts_with('n')).collect();
        assert_eq!(script.done.lock().expect("not poisoned").iter().collect::<Vec<_>>(), waited, "released in order");
        assert_eq!(handled as usize, ids.len());
    }
}

#[test]
fn what_goes_before_all_that_comes_is_not_counted_and_waits_for_no_question() {
    let (mut window, script) = (Window::default(), Script::default());
    window.offer(&script, stanza("g0"));
    window.before(script.wait("late"));
    assert!(!window.is_empty());
    for id in ["n1", "k2"] {
        window.offer(&script, stanza(id));
    }
    assert!(step(&mut window, &script).is_pending());
    assert_eq!((window.handled(), script.log().as_str()), (1, "g0"), "what comes waits for it");
    script.complete("late");
    assert!(step(&mut window, &script).is_pending());
    assert_eq!((window.handled(), script.log().as_str()), (2, "g0 n1 k2"));
    script.complete("k2");
    assert!(step(&mut window, &script).is_ready());
    assert!(window.is_empty() && !window.is_idle(), "the question is under way still");
    script.complete("g0");
    assert!(step(&mut window, &script).is_ready() && window.is_idle());
}
