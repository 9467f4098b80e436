//! RFC 6121 §8.5 and XEP-0280 §6 as tables.

use super::*;
use crate::by::Role;
use crate::view::{ArchiveDefault, ArchivePrefs, BlockList, ResourceView};
use MessageType as T;

/// Resources as "name priority carbons": `"a+5 c"`, `"b-1"`, `"d?"` (not available).
fn view(resources: &[(&str, Option<i8>, bool)]) -> AccountView {
    let mut view = AccountView::new(Role::Member);
    for (name, priority, carbons) in resources {
        view.resources.push(ResourceView {
            priority: *priority,
            carbons: *carbons,
            ..ResourceView::new((*name).into())
        });
    }
    view
}

fn names(list: &[Arc<str>]) -> String {
    list.iter().map(|n| &**n).collect::<Vec<_>>().join(" ")
}

fn jid(text: &str) -> Jid {
    Jid::new(text).expect("literal")
}

#[test]
fn attack_47_no_such_account_is_answered_like_nobody_there() {
    for kind in [T::Normal, T::Chat, T::Groupchat] {
        let facts = MessageFacts::plain(kind);
        for resource in [None, Some("guess")] {
            let nobody = message(&facts, resource, None);
            assert_eq!(nobody, message(&facts, resource, Some(&view(&[]))), "{kind:?} {resource:?}");
            assert_eq!(nobody.reply, Some(Refusal::Unavailable));
        }
    }
    for kind in [T::Headline, T::Error] {
        assert_eq!(message(&MessageFacts::plain(kind), None, None), Route::default());
    }
}

#[test]
fn attack_47_what_nobody_sees_is_answered_nowhere() {
    let here = view(&[("a", Some(0), false)]);
    for kind in [T::Normal, T::Chat] {
        let state = MessageFacts { body: false, im_payload: true, ..MessageFacts::plain(kind) };
        for facts in [state, MessageFacts { im_payload: false, ..state }, MessageFacts { marker: true, ..state }] {
            for resource in [None, Some("guess")] {
                for view in [None, Some(&view(&[])), Some(&here)] {
                    assert_eq!(message(&facts, resource, view).reply, None, "{facts:?} {resource:?}");
                }
            }
        }
    }
}

#[test]
fn messages_to_the_bare_jid() {
    let some = view(&[("a", Some(5), false), ("b", Some(0), false), ("neg", Some(-1), false), ("off", None, false)]);
    let negative = view(&[("neg", Some(-1), false)]);
    // §8.5.2.1.1 and §8.5.2.2.1: (type, who gets it, reply) with resources, then with none that counts.
    for (kind, gets, reply, reply_negative) in [
        (T::Normal, "a b", false, true),
        (T::Chat, "a b", false, true),
        (T::Headline, "a b", false, false),
        (T::Groupchat, "", true, true),
        (T::Error, "", false, false),
    ] {
        let route = message(&MessageFacts::plain(kind), None, Some(&some));
        assert_eq!((names(&route.deliver).as_str(), route.reply.is_some()), (gets, reply), "{kind:?}");
        let route = message(&MessageFacts::plain(kind), None, Some(&negative));
        assert_eq!((names(&route.deliver).as_str(), route.reply.is_some()), ("", reply_negative), "{kind:?}");
    }
}

#[test]
fn messages_to_a_full_jid() {
    let v = view(&[("a", Some(5), false), ("neg", Some(-1), false), ("off", None, false)]);
    for kind in [T::Normal, T::Chat, T::Headline, T::Groupchat, T::Error] {
        for there in ["a", "neg", "off"] {
            // §8.5.3.1
            let route = message(&MessageFacts::plain(kind), Some(there), Some(&v));
            assert_eq!((names(&route.deliver).as_str(), route.reply), (there, None), "{kind:?}");
        }
    }
    // §8.5.3.2.1: the resource is gone.
    for (kind, gets, reply) in [
        (T::Normal, "", true),
        (T::Groupchat, "", true),
        (T::Headline, "", false),
        (T::Error, "", false),
        (T::Chat, "a", false),
    ] {
        let route = message(&MessageFacts::plain(kind), Some("gone"), Some(&v));
        assert_eq!((names(&route.deliver).as_str(), route.reply.is_some()), (gets, reply), "{kind:?}");
    }
}

#[test]
fn carbons_go_to_those_that_did_not_get_the_message() {
    let v = view(&[("a", Some(5), true), ("b", Some(1), false), ("neg", Some(-1), true)]);
    let chat = MessageFacts::plain(T::Chat);
    let bodiless = MessageFacts { body: false, ..chat };
    let normal = MessageFacts { kind: T::Normal, ..chat };
    let empty_normal = MessageFacts { body: false, ..normal };
    for (what, facts, resource, copies) in [
        ("chat to b", chat, Some("b"), "a neg"),
        ("chat to a", chat, Some("a"), "neg"),
        ("chat to bare", chat, None, "neg"),
        ("chat state to b", bodiless, Some("b"), "a neg"),
        ("normal with body", normal, Some("b"), "a neg"),
        ("normal without body", empty_normal, Some("b"), ""),
        ("normal with receipt", MessageFacts { im_payload: true, ..empty_normal }, Some("b"), "a neg"),
        ("private", MessageFacts { private: true, ..chat }, Some("b"), ""),
        ("private message of a room", MessageFacts { muc: true, ..chat }, Some("b"), ""),
        ("mediated invitation", MessageFacts { muc: true, ..empty_normal }, None, "neg"),
        ("headline", MessageFacts::plain(T::Headline), Some("b"), ""),
        ("groupchat", MessageFacts::plain(T::Groupchat), Some("b"), ""),
        ("error", MessageFacts::plain(T::Error), Some("b"), ""),
    ] {
        assert_eq!(names(&message(&facts, resource, Some(&v)).copy), copies, "{what}");
    }
    // Who takes no messages has a copy of what waits for somebody who does.
    let waits = view(&[("neg", Some(-1), true), ("off", None, true), ("plain", Some(-1), false)]);
    for (facts, resource, copies) in
        [(chat, None, "neg off"), (chat, Some("gone"), "neg off"), (normal, Some("gone"), "")]
    {
        let route = message(&facts, resource, Some(&waits));
        assert_eq!((names(&route.copy).as_str(), route.deliver.len()), (copies, 0));
        assert!(route.reply.is_some(), "where it is not kept it goes back");
    }
    assert_eq!(names(&sent_copies(&chat, &v, Some("b"))), "a neg");
    assert_eq!(names(&sent_copies(&chat, &v, Some("a"))), "neg");
    assert_eq!(names(&sent_copies(&MessageFacts { private: true, ..chat }, &v, Some("b"))), "");
}

#[test]
fn what_is_kept() {
    let here = view(&[("a", Some(0), false)]);
    let gone = view(&[]);
    let mut secretive = view(&[]);
    secretive.archive = ArchivePrefs { default: ArchiveDefault::Never, ..ArchivePrefs::default() };
    let chat = MessageFacts::plain(T::Chat);
    let empty = MessageFacts { body: false, ..chat };
    let rows = |s, r, o| Keep { sender: s, recipient: r, offline: o };
    for (what, facts, recipient, kept) in [
        ("to somebody here", chat, Some(&here), rows(true, true, false)),
        ("to somebody away", chat, Some(&gone), rows(true, true, true)),
        ("to another domain", chat, None, rows(true, false, false)),
        ("recipient archives nothing", chat, Some(&secretive), rows(true, false, true)),
        ("chat state", MessageFacts { im_payload: true, ..empty }, Some(&gone), rows(false, false, false)),
        ("receipt", MessageFacts { im_payload: true, marker: true, ..empty }, Some(&gone), rows(true, true, false)),
        ("encrypted", MessageFacts { encrypted: true, ..empty }, Some(&gone), rows(true, true, true)),
        ("store hint", MessageFacts { store: true, ..empty }, Some(&gone), rows(true, true, true)),
        ("no-store hint", MessageFacts { no_store: true, ..chat }, Some(&gone), rows(false, false, false)),
        ("no-permanent-store hint", MessageFacts { no_archive: true, ..chat }, Some(&gone), rows(false, false, true)),
        ("headline", MessageFacts::plain(T::Headline), Some(&gone), rows(false, false, false)),
        ("groupchat", MessageFacts::plain(T::Groupchat), Some(&here), rows(false, false, false)),
        ("error", MessageFacts::plain(T::Error), Some(&here), rows(false, false, false)),
    ] {
        let got = keep(&facts, &jid("s@x/1"), &jid("r@x"), Some(&here), recipient);
        assert_eq!(got, kept, "{what}");
        assert_eq!(got.any(), kept.sender || kept.recipient || kept.offline);
    }
}

#[test]
fn what_comes_back_to_its_sender_is_not_in_the_recipients_archive() {
    let v = view(&[("there", Some(0), false)]);
    for (to, kind, kept) in [
        ("r@x/there", T::Normal, true),
        ("r@x/gone", T::Normal, false),
        ("r@x/gone", T::Chat, true),
        ("r@x", T::Normal, true),
    ] {
        let got = keep(&MessageFacts::plain(kind), &jid("s@x/1"), &jid(to), None, Some(&v));
        assert_eq!(got.recipient, kept, "{to} {kind:?}");
    }
}

#[test]
fn what_a_connected_client_gets_does_not_wait_for_another() {
    let v = view(&[("neg", Some(-1), false), ("off", None, false)]);
    let chat = MessageFacts::plain(T::Chat);
    for (to, kind, waits) in [
        ("r@x/neg", T::Chat, false),
        ("r@x/off", T::Normal, false),
        ("r@x/gone", T::Chat, true),
        ("r@x/gone", T::Normal, false),
        ("r@x", T::Normal, true),
    ] {
        let facts = MessageFacts { kind, ..chat };
        assert_eq!(keep(&facts, &jid("s@x/1"), &jid(to), None, Some(&v)).offline, waits, "{to} {kind:?}");
    }
}

#[test]
fn blocking_is_silent_between_own_resources_and_hides_from_others() {
    let mut v = view(&[]);
    v.blocked = Arc::new(BlockList::new([&jid("x"), &jid("me@x")]));
    let me = jid("me@x/1");
    assert!(!admit_to(&v, &me, &jid("other@x/2")));
    assert!(admit_to(&v, &me, &jid("me@x/2")), "attack_70: blocking oneself changes nothing");
    assert!(admit_to(&v, &me, &jid("other@y")));
}
