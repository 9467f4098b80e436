use parlour_domain::Role;

use super::*;
use crate::outbox::Bounds;

fn full(text: &str) -> FullJid {
    FullJid::new(text).expect("literal")
}

fn view() -> AccountView {
    AccountView::new(Role::Member)
}

fn outbox() -> Arc<Outbox> {
    Arc::new(Outbox::new(Bounds::default()))
}

fn attach(router: &Router, jid: &str) -> (Arc<Outbox>, Attached) {
    let (jid, outbox) = (full(jid), outbox());
    let before = router.before(&jid);
    let attached = router.attach(&jid, &outbox, view(), before).expect("few").expect("nothing changed");
    (outbox, attached)
}

fn names(router: &Router, jid: &str) -> Vec<String> {
    let live = router.find(&full(jid)).expect("in the table");
    live.view().resources.iter().map(|r| r.name.to_string()).collect()
}

#[test]
fn resources_come_and_go() {
    let router = Router::new();
    let (a, _) = attach(&router, "anna@x/a");
    let (b, _) = attach(&router, "anna@x/b");
    assert_eq!(names(&router, "anna@x/a"), ["a", "b"]);
    assert_eq!(router.meters().resources.load(Ordering::Relaxed), 2);
    router.push(&full("anna@x/b"), message()).expect("there");
    assert!(router.push(&full("anna@x/c"), message()).is_err() && router.push(&full("ben@x/b"), message()).is_err());
    assert_eq!((a.len(), b.len()), (0, 1));
    assert!(router.detach(&full("anna@x/a"), &b).is_none(), "not its resource");
    assert!(router.detach(&full("anna@x/a"), &a).is_some());
    assert_eq!(names(&router, "anna@x/a"), ["b"]);
    assert!(router.detach(&full("anna@x/b"), &b).is_some());
    // The view stays for a while, so that the store need not be asked again.
    assert!(names(&router, "anna@x/a").is_empty());
}

#[test]
fn attack_55_the_newer_client_wins_and_ten_are_enough() {
    let router = Router::new();
    let (old, _) = attach(&router, "anna@x/a");
    let (new, attached) = attach(&router, "anna@x/a");
    assert_eq!(old.ending(), Some(End::Conflict));
    assert!(attached.replaced.is_some_and(|replaced| Arc::ptr_eq(&replaced, &old)));
    assert!(router.detach(&full("anna@x/a"), &old).is_none(), "the old one leaves without harm");
    assert_eq!(new.ending(), None);
    for n in 1..MAX_RESOURCES {
        attach(&router, &format!("anna@x/{n}"));
    }
    let eleventh = full("anna@x/eleventh");
    let refused = router.attach(&eleventh, &outbox(), view(), router.before(&eleventh));
    assert_eq!(refused.map(|_| ()), Err(TooManyResources));
    // Taking over one of the ten is no eleventh.
    attach(&router, "anna@x/a");
}

#[test]
fn attack_55_sessions_that_wait_for_nobody_give_way() {
    let router = Router::new();
    let all: Vec<_> = (0..MAX_RESOURCES).map(|n| attach(&router, &format!("anna@x/{n}")).0).collect();
    for lost in [&all[3], &all[7]] {
        lost.count();
        assert!(lost.park());
    }
    let (_, attached) = attach(&router, "anna@x/new");
    assert!(attached.replaced.is_some_and(|gone| Arc::ptr_eq(&gone, &all[3])), "the oldest that waits");
    assert_eq!((all[3].ending(), all[7].ending()), (Some(End::Conflict), None));
    assert_eq!(names(&router, "anna@x/0").join(" "), "0 1 2 4 5 6 7 8 9 new");
    assert!(router.detach(&full("anna@x/3"), &all[3]).is_none(), "it leaves without harm");
    assert_eq!(router.meters().resources.load(Ordering::Relaxed), MAX_RESOURCES as u64);
}

#[test]
fn a_view_read_before_a_change_is_not_remembered() {
    let router = Router::new();
    let jid = full("anna@x/a");
    let before = router.before(&jid);
    router.changed(&jid, |_| unreachable!("not in the table"));
    assert!(router.remember(&jid, view(), before).is_none());
    assert!(router.attach(&jid, &outbox(), view(), before).expect("few").is_none());
    let live = router.remember(&jid, view(), router.before(&jid)).expect("nothing changed");
    router.changed(&jid, |view| view.created = 7);
    assert_eq!(live.view().created, 7);
    assert!(live.view().version > 0);
}

#[test]
fn remembered_views_are_bounded() {
    let router = Router::new();
    for n in 0..SHARDS * MAX_IDLE * 2 {
        let jid = Jid::new(&format!("a{n}@x")).expect("an address");
        router.remember(&jid, view(), router.before(&jid)).expect("nothing changed");
    }
    let shards: Vec<(usize, usize)> = router
        .shards
        .iter()
        .map(|shard| {
            let shard = lock(shard);
            (shard.accounts.len(), shard.idle)
        })
        .collect();
    assert!(shards.iter().all(|(accounts, idle)| accounts == idle && *idle <= MAX_IDLE), "{shards:?}");
}

#[test]
fn a_removed_account_ends_and_is_forgotten() {
    let router = Router::new();
    let jid = full("anna@x/a");
    let (outbox, _) = attach(&router, "anna@x/a");
    router.removed(&jid, End::NotAuthorized);
    assert_eq!(outbox.ending(), Some(End::NotAuthorized));
    assert!(!router.find(&jid).expect("still connected").view().active);
    router.detach(&jid, &outbox);
    assert!(router.find(&jid).is_none());
}

#[test]
fn an_ending_keeps_out_those_of_its_account_alone() {
    let router = Router::new();
    let anna = full("anna@x/a");
    let shard = |jid: &Jid| router.hasher.hash_one(bare_str(jid)) % SHARDS as u64;
    let mut beside =
        (0..).map(|n| Jid::new(&format!("a{n}@x")).expect("an address")).filter(|j| shard(j) == shard(&anna));
    let since = router.signing_in(&anna);
    for other in beside.by_ref().take(REMEMBERED_ENDINGS - 1) {
        router.removed(&other, End::NotAuthorized);
    }
    assert!(!router.ended_since(&anna, since), "others were ended");
    router.sign_out(&anna, End::NotAuthorized);
    assert!(router.ended_since(&anna, since));
    assert!(!router.ended_since(&anna, router.signing_in(&anna)));
    // However many others come after it.
    for other in beside.by_ref().take(REMEMBERED_ENDINGS) {
        router.sign_out(&other, End::NotAuthorized);
        assert!(router.ended_since(&anna, since), "forgotten too early");
    }
    let since = router.signing_in(&anna);
    router.sign_out_others(&anna, 1, End::NotAuthorized);
    assert!(router.ended_since(&anna, since));
    let since = router.signing_in(&anna);
    router.sign_out_some(&anna, |_| false, End::NotAuthorized);
    assert!(router.ended_since(&anna, since), "it may be one of those");
}

#[test]
fn flags_are_changed_by_their_owner_only() {
    let router = Router::new();
    let (old, attached) = attach(&router, "anna@x/a");
    assert!(attached.live.update_resource("a", &old, |r| r.carbons = true));
    let (new, attached) = attach(&router, "anna@x/a");
    assert!(!attached.live.view().resources[0].carbons, "a new client begins anew");
    assert!(!attached.live.update_resource("a", &old, |r| r.carbons = true));
    assert!(!attached.live.update_resource("b", &new, |r| r.carbons = true));
    assert!(!attached.live.view().resources[0].carbons);
}

#[test]
fn without_an_exit_other_domains_are_not_found() {
    let router = Router::new();
    let far = Jid::new("far.test").expect("literal");
    assert_eq!(router.send_out(&far, message()), Err(NoExit::NotFound));
}

fn message() -> Out {
    Out::plain(parlour_xmpp::stanza::Stanza::parse(b"<message/>").expect("well-formed"))
}
