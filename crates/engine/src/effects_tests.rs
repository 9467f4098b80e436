use std::task::{Context, Waker};

use parlour_domain::view::AccountView;
use parlour_domain::{Door, HostName, HostPolicy, Role};
use parlour_router::{Bounds, Outbox};
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::stanza::DefaultNs;

use super::*;
use crate::acts::Effects as _;

fn bare(text: &str) -> BareJid {
    BareJid::new(text).expect("literal")
}

struct World {
    router: Arc<Router>,
    effects: Effects,
}

impl World {
    fn new() -> Self {
        let router = Arc::new(Router::new());
        let locals = Arc::new(Locals::default());
        locals.set([(HostName::parse("x").expect("a domain"), HostPolicy::default())]);
        Self { effects: Effects::new(Arc::clone(&router), locals), router }
    }

    /// Signs a client in; `interested` asked for roster and block list.
    fn online(&self, full: &str, interested: bool) -> Arc<Outbox> {
        let jid = FullJid::new(full).expect("literal");
        let outbox = Arc::new(Outbox::new(Bounds::default()));
        let before = self.router.before(&jid);
        let attached = self
            .router
            .attach(&jid, &outbox, AccountView::new(Role::Member), before)
            .expect("few")
            .expect("nothing changed");
        let presence = format!("<presence from='{full}'><status>here</status></presence>");
        attached.live.update_resource(jid.resource().as_str(), &outbox, |r| {
            r.priority = Some(0);
            r.presence = Stanza::parse(presence.as_bytes()).ok();
            r.interested = interested;
            r.block_interested = interested;
        });
        outbox
    }
}

fn heard(outbox: &Outbox) -> String {
    let mut batch = Vec::new();
    outbox.take(&Context::from_waker(Waker::noop()), usize::MAX, &mut batch);
    let mut bytes = Vec::new();
    batch.iter().for_each(|out| out.write(&mut bytes, DefaultNs::Stream));
    String::from_utf8(bytes).expect("UTF-8")
}

fn put(owner: &str, contact: &str, before: State, state: State) -> Change {
    let item = RosterItem { contact: bare(contact), name: None, groups: Vec::new(), state };
    Change::Roster(RosterChange::Put { owner: bare(owner), item, before, version: 7 })
}

#[test]
fn vector_28_a_new_contact_is_pushed_once_and_both_see_each_other() {
    let world = World::new();
    let anna = world.online("anna@x/phone", true);
    let old = world.online("anna@x/old", false);
    let ben = world.online("ben@x/b", true);
    let none = State::default();
    world
        .effects
        .run(&By::system(), &[put("anna@x", "ben@x", none, State::BOTH), put("ben@x", "anna@x", none, State::BOTH)]);
    let phone = heard(&anna);
    assert_eq!(phone.matches("<item jid='ben@x' subscription='both'/>").count(), 1, "{phone}");
    assert!(phone.contains("to='anna@x/phone'") && phone.contains("ver='7'"), "{phone}");
    assert!(phone.contains("from='ben@x/b'") && phone.contains("here"), "{phone}");
    let old = heard(&old);
    assert!(!old.contains("<iq") && old.contains("from='ben@x/b'"), "not interested, but available: {old}");
    let ben = heard(&ben);
    assert!(ben.contains("from='anna@x/phone'") && ben.contains("from='anna@x/old'"), "{ben}");
    assert!(!phone.contains("iq from") && !phone.contains("<iq to='anna@x/phone' from"), "{phone}");
}

#[test]
fn whoever_is_no_longer_allowed_sees_the_owner_leave() {
    let world = World::new();
    let anna = world.online("anna@x/a", true);
    let ben = world.online("ben@x/b", true);
    let removed =
        RosterChange::Removed { owner: bare("anna@x"), contact: bare("ben@x"), before: State::BOTH, version: 8 };
    world.effects.run(&By::system(), &[Change::Roster(removed)]);
    assert!(heard(&anna).contains("<item jid='ben@x' subscription='remove'/>"));
    let ben = heard(&ben);
    assert!(ben.contains("type='unavailable'") && ben.contains("from='anna@x/a'"), "{ben}");
}

#[test]
fn the_view_follows_block_list_role_and_state() {
    let world = World::new();
    let anna = world.online("anna@x/a", true);
    let other = world.online("anna@x/b", false);
    let jid = bare("anna@x");
    let view = || world.router.find(&jid).expect("signed in").view();
    let evil = Jid::new("evil@y").expect("literal");
    let blocked = BlockingChange::Blocked { owner: jid.clone(), added: vec![evil.clone()], list: vec![evil.clone()] };
    world.effects.run(&By::system(), &[Change::Blocking(blocked)]);
    assert!(view().blocked.blocks(&evil));
    assert!(heard(&anna).contains("<block xmlns='urn:xmpp:blocking'><item jid='evil@y'/></block>"));
    assert_eq!(heard(&other), "");
    let all = BlockingChange::Unblocked { owner: jid.clone(), removed: vec![evil.clone()], list: Vec::new() };
    world.effects.run(&By::system(), &[Change::Blocking(all)]);
    assert!(view().blocked.is_empty());
    assert!(heard(&anna).contains("<unblock xmlns='urn:xmpp:blocking'/>"));

    let role = AccountChange::RoleChanged { account: jid.clone(), role: Role::Admin };
    world.effects.run(&By::system(), &[Change::Account(role)]);
    assert_eq!(view().role, Role::Admin);
    let off = AccountChange::StateChanged { account: jid.clone(), state: AccountState::Disabled { since: 1 } };
    world.effects.run(&By::system(), &[Change::Account(off)]);
    assert!(!view().active);
    assert_eq!((anna.ending(), other.ending()), (Some(End::NotAuthorized), Some(End::NotAuthorized)));
}

#[test]
fn attack_99_a_new_password_ends_what_is_signed_in_but_the_app_that_changed_it() {
    let world = World::new();
    let (here, there) = (world.online("anna@x/a", true), world.online("anna@x/b", true));
    let jid = bare("anna@x");
    let live = world.router.find(&jid).expect("signed in");
    for (name, outbox, request) in [("a", &here, 7), ("b", &there, 8)] {
        live.update_resource(name, outbox, |resource| resource.request = request);
    }
    let change = [Change::Account(AccountChange::PasswordChanged { account: jid.clone(), keys: Vec::new() })];
    world.effects.run(&By::account(jid.clone(), Role::Member, Door::Xmpp, 7), &change);
    assert_eq!((here.ending(), there.ending()), (None, Some(End::NotAuthorized)));
    // A browser is no app: its request may have any app's number.
    world.effects.run(&By::account(jid, Role::Member, Door::Web, 7), &change);
    assert_eq!(here.ending(), Some(End::NotAuthorized));
}

#[test]
fn whoever_is_signed_out_everywhere_is_so_in_apps_too() {
    let world = World::new();
    let (here, other) = (world.online("anna@x/a", true), world.online("berta@x/b", true));
    let out = AccountChange::SignedOut { account: bare("anna@x") };
    world.effects.run(&By::account(bare("berta@x"), Role::Admin, Door::Api, 1), &[Change::Account(out)]);
    assert_eq!((here.ending(), other.ending()), (Some(End::NotAuthorized), None));
}
