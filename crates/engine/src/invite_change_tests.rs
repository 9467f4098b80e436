//! What can be done with an invite after it was made: a longer life, more uses, a new link, many at a time; and who sees
//! what came of it.

use parlour_domain::invite::amend::AmendRefusal;
use parlour_domain::invite::issue::{IssueRefusal, RENEWALS, Wish};
use parlour_domain::invite::redeem::RedeemRefusal;
use parlour_domain::invite::renew::RenewRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::limits::{DAY, MAX_BULK, MAX_EXPIRY, MAX_USES, MIN_EXPIRY, MINUTE};
use parlour_domain::token::TokenId;
use parlour_domain::{By, HostOptions, Invite, InviteKind, InviteState, Millis, Role, Who};
use parlour_store::ActError;
use parlour_store::invites::InviteQuery;
use parlour_store::sqlite::Options;

use crate::invites::{IssueError, TooMany};
use crate::testing::{NOW, World, by, dead, host, jid, named, operator, refused, several};

fn options(change: impl FnOnce(&mut HostOptions)) -> HostOptions {
    let mut options = HostOptions::default();
    change(&mut options);
    options
}

async fn world_with(change: impl FnOnce(&mut HostOptions)) -> World {
    let store = parlour_store::Sqlite::in_memory(Options::default()).expect("a store");
    World::over(store, options(change)).await
}

async fn extend(world: &World, by: &By, invite: &Invite, expires: Millis) -> Result<Millis, AmendRefusal> {
    match world.invites.extend(by, &host(), invite.id.as_str(), expires).await {
        Ok(done) => Ok(done.into_out().expires),
        Err(ActError::Refused(refusal)) => Err(refusal),
        Err(ActError::Failed(error)) => panic!("{error}"),
    }
}

async fn uses(world: &World, by: &By, invite: &Invite, max: u32) -> Result<u32, AmendRefusal> {
    match world.invites.set_max_uses(by, &host(), invite.id.as_str(), max).await {
        Ok(done) => Ok(done.into_out().max_uses),
        Err(ActError::Refused(refusal)) => Err(refusal),
        Err(ActError::Failed(error)) => panic!("{error}"),
    }
}

async fn renew(world: &World, by: &By, invite: &Invite) -> Result<Invite, RenewRefusal> {
    match world.invites.renew(by, &host(), invite.id.as_str()).await {
        Ok(done) => Ok(done.into_out()),
        Err(ActError::Refused(refusal)) => Err(refusal),
        Err(ActError::Failed(error)) => panic!("{error}"),
    }
}

fn token(world: &World, invite: &Invite) -> String {
    world.invites.links(invite).expect("links").token.as_str().to_owned()
}

async fn told(world: &World, invite: &Invite) -> Vec<String> {
    let (_, history) =
        world.invites.show(&operator(), &host(), invite.id.as_str()).await.expect("read").expect("there");
    history.into_iter().map(|event| event.what).collect()
}

async fn state(world: &World, invite: &Invite) -> InviteState {
    let (invite, _) = world.invites.show(&operator(), &host(), invite.id.as_str()).await.expect("read").expect("there");
    invite.state(world.common.now())
}

#[tokio::test]
async fn a_maker_extends_by_as_much_as_a_new_one_lives_and_an_admin_by_more() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice", Role::Member).await, world.person("bob", Role::Member).await);
    let admin = world.person("nurse", Role::Admin).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    world.clock.pass(6 * DAY);
    let now = NOW + 6 * DAY;
    assert_eq!(extend(&world, &bob, &invite, now + DAY).await, Err(AmendRefusal::Unknown), "not his");
    let bounds = AmendRefusal::Expiry { min: MIN_EXPIRY, max: 7 * DAY };
    for wrong in [now, now + 7 * DAY + 1, now - DAY, Millis::MIN, Millis::MAX] {
        assert_eq!(extend(&world, &alice, &invite, wrong).await, Err(bounds));
    }
    assert_eq!(extend(&world, &alice, &invite, now + 7 * DAY).await, Ok(now + 7 * DAY));
    let bounds = AmendRefusal::Expiry { min: MIN_EXPIRY, max: MAX_EXPIRY };
    assert_eq!(extend(&world, &admin, &invite, now + MAX_EXPIRY + 1).await, Err(bounds));
    assert_eq!(extend(&world, &admin, &invite, now + MAX_EXPIRY).await, Ok(now + MAX_EXPIRY));
    assert_eq!(told(&world, &invite).await, ["made", "extended", "extended"]);
    world.clock.pass(300 * DAY);
    world.join(&token, "carol").await.expect("still good");
    let dead = AmendRefusal::Dead(InviteState::Used);
    assert_eq!(extend(&world, &admin, &invite, world.common.now() + DAY).await, Err(dead));
}

#[tokio::test]
async fn an_expired_one_comes_back_where_there_is_room_and_its_name_is_free() {
    let world = world_with(|options| options.invites.max_open_invites = Some(1)).await;
    let alice = world.person("alice", Role::Member).await;
    let (first, first_token) = world.invite(&alice, Wish { expires_after: Some(DAY), ..Wish::default() }).await;
    let named = Wish { expires_after: Some(DAY), kind: Some(InviteKind::Account), ..named("juliet") };
    let (promised, _) = world.invite(&operator(), named.clone()).await;
    world.clock.pass(2 * DAY);
    while world.invites.lapse(&host()).await.expect("noted") > 0 {}
    let now = world.common.now();
    let (second, _) = world.invite(&alice, Wish::default()).await;
    let full = AmendRefusal::TooManyOpen { limit: 1, again: Some(second.expires + 1000) };
    assert_eq!(extend(&world, &alice, &first, now + DAY).await, Err(full));
    world.invites.revoke(&alice, &host(), second.id.as_str()).await.expect("withdrawn");
    assert_eq!(extend(&world, &alice, &first, now + DAY).await, Ok(now + DAY));
    let query = InviteQuery { state: Some(InviteState::Waiting), ..InviteQuery::new(host()) };
    assert_eq!(world.invites.list(&operator(), query).await.expect("a list").len(), 1, "waiting again");
    world.join(&first_token, "bob").await.expect("good again");
    let (other, _) = world.invite(&operator(), named.clone()).await;
    assert_eq!(extend(&world, &operator(), &promised, now + DAY).await, Err(AmendRefusal::NamePromised));
    world.join(&token(&world, &other), "juliet").await.expect("joined");
    assert_eq!(extend(&world, &operator(), &promised, now + DAY).await, Err(AmendRefusal::NameTaken));
}

#[tokio::test]
async fn vector_43_how_often_a_link_is_good_can_change_but_not_below_its_uses() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let admin = world.person("nurse", Role::Admin).await;
    let (group, token) = world.invite(&admin, several(2)).await;
    for name in ["anna", "berta"] {
        world.join(&token, name).await.expect("joined");
    }
    assert_eq!(world.join(&token, "clara").await, Err(dead(InviteState::Full)));
    let bounds = AmendRefusal::Uses { min: 2, max: MAX_USES };
    for wrong in [0, 1, MAX_USES + 1] {
        assert_eq!(uses(&world, &admin, &group, wrong).await, Err(bounds));
    }
    assert_eq!(uses(&world, &admin, &group, 3).await, Ok(3));
    world.join(&token, "clara").await.expect("a third");
    assert_eq!(world.join(&token, "dora").await, Err(dead(InviteState::Full)));
    let (own, _) = world.invite(&alice, Wish::default()).await;
    assert_eq!(uses(&world, &alice, &own, 2).await, Err(AmendRefusal::NotAllowed));
    let (promised, _) = world.invite(&admin, Wish { kind: Some(InviteKind::Account), ..named("emma") }).await;
    assert_eq!(
        uses(&world, &admin, &promised, 2).await,
        Err(AmendRefusal::Uses { min: 1, max: 1 }),
        "one has that name"
    );
    let joined = world.invites.who_joined(&admin, &host(), group.id.as_str()).await.expect("read").expect("seen");
    assert_eq!(joined.iter().map(|one| one.jid.clone()).collect::<Vec<_>>(), ["anna", "berta", "clara"].map(jid));
    assert_eq!(world.invites.who_joined(&alice, &host(), group.id.as_str()).await, Ok(None), "not hers to know");
}

#[tokio::test]
async fn a_renewed_one_promises_the_same_and_the_old_link_is_dead() {
    let world = World::new().await;
    world.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
    let alice = world.person("alice", Role::Member).await;
    let wish = Wish {
        kind: Some(InviteKind::Account),
        expires_after: Some(3 * DAY),
        role: Some(Role::Admin),
        groups: vec!["choir".into()],
        note: Some("the alto".into()),
        lang: Some("de".into()),
        ..named("juliet")
    };
    let (old, old_token) = world.invite(&operator(), wish).await;
    world.clock.pass(DAY);
    let new = renew(&world, &operator(), &old).await.expect("renewed");
    let expected = Invite { id: new.id, key: new.key, created: NOW + DAY, expires: NOW + 4 * DAY, ..old.clone() };
    assert_eq!(new, expected);
    assert_eq!(world.join(&old_token, "juliet").await, Err(dead(InviteState::Withdrawn)));
    assert_eq!(told(&world, &old).await, ["made", "renewed"]);
    assert_eq!(told(&world, &new).await, ["made", "took over"]);
    let again = renew(&world, &operator(), &old).await;
    assert_eq!(again, Err(RenewRefusal::Renewed { by: new.id }), "a second press makes no second link");
    let other = Wish { kind: Some(InviteKind::Account), ..named("juliet") };
    let promised = world.invites.issue(&operator(), &host(), other).await.expect_err("promised all the time");
    assert_eq!(promised, IssueError::Refused(IssueRefusal::NamePromised));
    world.join(&token(&world, &new), "juliet").await.expect("joined");
    let taken = renew(&world, &operator(), &new).await;
    assert_eq!(taken, Err(RenewRefusal::Issue(IssueRefusal::NameTaken)));
    let (hers, _) = world.invite(&alice, Wish { hello: Some("Welcome!".into()), ..Wish::default() }).await;
    let renewed = renew(&world, &operator(), &hers).await.expect("an admin may");
    assert_eq!(renewed.maker, Who::Account(jid("alice")), "still hers");
    assert_eq!(renewed.hello.as_deref(), Some("Welcome!"), "her words stay hers");
    let owners = world.invites.owner_link(&operator(), &host()).await.expect("made").into_out();
    assert_eq!(renew(&world, &operator(), &owners).await, Err(RenewRefusal::Issue(IssueRefusal::NotAllowed)));
}

#[tokio::test]
async fn renewing_counts_once_and_not_without_end() {
    let world = world_with(|options| {
        options.invites.max_open_invites = Some(2);
        options.invites.max_invites_per_day = Some(2);
    })
    .await;
    let alice = world.person("alice", Role::Member).await;
    let (kept, _) = world.invite(&alice, Wish::default()).await;
    let (mut latest, _) = world.invite(&alice, Wish::default()).await;
    for _ in 0..2 * RENEWALS - 1 {
        world.clock.pass(MINUTE);
        latest = renew(&world, &alice, &latest).await.expect("in the place of another");
    }
    let enough = renew(&world, &alice, &latest).await;
    assert!(matches!(enough, Err(RenewRefusal::Issue(IssueRefusal::TooManyToday { limit: 2, again: Some(_) }))));
    let third = world.invites.issue(&alice, &host(), Wish::default()).await;
    assert!(matches!(third, Err(IssueError::Refused(IssueRefusal::TooManyOpen { .. }))));
    world.clock.pass(DAY);
    world.join(&token(&world, &kept), "bob").await.expect("joined");
    // A used one is a promise kept: its like is one more.
    renew(&world, &alice, &kept).await.expect("room for one");
    let full = renew(&world, &alice, &latest).await.expect("in the place of the other");
    assert_eq!(state(&world, &full).await, InviteState::Waiting);
    assert_eq!(state(&world, &latest).await, InviteState::Withdrawn);
}

#[tokio::test]
async fn a_renewal_needs_a_maker_who_may_still_invite() {
    let world = World::new().await;
    let admin = world.person("nurse", Role::Admin).await;
    let (invite, _) = world.invite(&admin, Wish { kind: Some(InviteKind::Account), ..several(3) }).await;
    world.accounts.set_role(&operator(), &jid("nurse"), Role::Member).await.expect("set");
    assert_eq!(renew(&world, &operator(), &invite).await, Err(RenewRefusal::MakerGone));
    assert_eq!(extend(&world, &by("nurse", Role::Admin), &invite, NOW + DAY).await, Err(AmendRefusal::NotAllowed));
}

#[tokio::test]
async fn many_at_a_time_each_by_itself() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let mut made = Vec::new();
    for _ in 0..40 {
        made.push(world.invite(&operator(), Wish::default()).await.0);
    }
    world.join(&token(&world, &made[3]), "bob").await.expect("joined");
    let mut ids: Vec<TokenId> = made.iter().map(|invite| invite.id).collect();
    let none = world.invites.revoke_many(&alice, &host(), &ids).await.expect("answered");
    assert!(none.iter().all(|(_, done)| matches!(done, Err(ActError::Refused(RevokeRefusal::Unknown)))));
    let longer = world.invites.extend_many(&operator(), &host(), &ids, NOW + DAY).await.expect("answered");
    assert_eq!(longer.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids, "in the order asked");
    assert_eq!(longer.iter().filter(|(_, done)| done.is_ok()).count(), 39);
    assert!(matches!(&longer[3].1, Err(ActError::Refused(AmendRefusal::Dead(InviteState::Used)))));
    let renewed = world.invites.renew_many(&operator(), &host(), &ids).await.expect("answered");
    assert_eq!(renewed.iter().filter(|(_, done)| done.is_ok()).count(), 40);
    let gone = world.invites.revoke_many(&operator(), &host(), &ids).await.expect("answered");
    assert!(matches!(&gone[3].1, Err(ActError::Refused(RevokeRefusal::Dead(InviteState::Used)))));
    let counts = world.invites.counts(&operator(), &host()).await.expect("counted");
    assert_eq!((counts.waiting, counts.used, counts.withdrawn, counts.all()), (40, 1, 39, 80));
    let own = world.invites.counts(&alice, &host()).await.expect("counted");
    assert_eq!(own.all(), 0);
    ids.resize(MAX_BULK + 1, ids[0]);
    let too_many = world.invites.revoke_many(&operator(), &host(), &ids).await.err();
    assert_eq!(too_many, Some(TooMany { max: MAX_BULK }));
}

#[tokio::test]
async fn attack_97_vector_41_what_a_link_grants_is_judged_when_it_is_made_and_when_it_is_used() {
    let world = World::new().await;
    world.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
    let admin = world.person("nurse", Role::Admin).await;
    let member = world.person("alice", Role::Member).await;
    for wish in
        [Wish { role: Some(Role::Admin), ..Wish::default() }, Wish { groups: vec!["choir".into()], ..Wish::default() }]
    {
        assert!(world.invites.issue(&member, &host(), wish).await.is_err(), "above a member's role");
    }
    let (_, above) = world.invite(&admin, Wish { role: Some(Role::Admin), ..several(2) }).await;
    let first = world.join(&above, "anna").await.expect("joined");
    assert_eq!(world.accounts.account(first).await.expect("read").expect("there").role, Role::Admin);
    world.accounts.set_role(&operator(), &jid("nurse"), Role::Owner).await.expect("set");
    let (_, owners) = world.invite(&by("nurse", Role::Owner), Wish { role: Some(Role::Owner), ..several(2) }).await;
    world.accounts.set_role(&operator(), &jid("nurse"), Role::Admin).await.expect("set");
    let second = world.join(&owners, "berta").await.expect("joined");
    assert_eq!(world.accounts.account(second).await.expect("read").expect("there").role, Role::Admin, "the lower one");
}

#[tokio::test]
async fn vector_40_vector_83_attack_98_links_of_somebody_who_is_gone_are_dead() {
    use parlour_domain::account::rules::Turn;
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (used, first) = world.invite(&alice, Wish::default()).await;
    world.join(&first, "bob").await.expect("joined");
    let (_, open) = world.invite(&alice, Wish::default()).await;
    let shown = world.invites.open(&host(), &open).expect("genuine");
    let gone = Err(refused(RedeemRefusal::MakerGone));
    for (turn, expected) in [(Turn::Disable, &gone), (Turn::Enable, &Ok(jid("carol")))] {
        world.accounts.turn(&operator(), &jid("alice"), turn).await.expect("turned");
        assert_eq!(&world.join(&open, "carol").await, expected);
    }
    let (_, open) = world.invite(&alice, Wish::default()).await;
    world.accounts.set_role(&operator(), &jid("alice"), Role::Limited).await.expect("set");
    assert_eq!(world.join(&open, "dora").await, gone, "a role that invites nobody");
    let far = jid("bob");
    assert!(world.invites.consume(&operator(), &jid("alice"), &far, &open).await.is_err());
    world.accounts.set_role(&operator(), &jid("alice"), Role::Member).await.expect("set");
    world.accounts.turn(&operator(), &jid("alice"), Turn::Delete).await.expect("deleted");
    assert_eq!(world.join(&open, "dora").await, Err(dead(InviteState::Withdrawn)));
    assert!(world.invites.check(&host(), &shown).await.is_err());
    let bob = world.accounts.account(jid("bob")).await.expect("read").expect("an account already made stays");
    assert_eq!((bob.origin.invite, bob.origin.inviter), (Some(used.id), Some(jid("alice"))));
}

#[tokio::test]
async fn attack_99_nobody_sees_a_link_that_leads_above_their_role() {
    let world = World::new().await;
    let (owner, admin) = (world.person("capulet", Role::Owner).await, world.person("nurse", Role::Admin).await);
    let alice = world.person("alice", Role::Member).await;
    let reset = |name: &str| Wish { kind: Some(InviteKind::Reset), ..named(name) };
    let (owners, _) = world.invite(&operator(), reset("capulet")).await;
    let (hers, _) = world.invite(&admin, reset("alice")).await;
    let (grants, _) = world.invite(&owner, Wish { role: Some(Role::Owner), ..several(1) }).await;
    let kinds = async |by: &By, kind: Option<InviteKind>| {
        let query = InviteQuery { kind, ..InviteQuery::new(host()) };
        world.invites.list(by, query).await.expect("a list").into_iter().map(|invite| invite.id).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&operator(), None).await, [grants.id], "links for a new password are no invites");
    assert_eq!(kinds(&operator(), Some(InviteKind::Reset)).await, [hers.id, owners.id]);
    assert_eq!(kinds(&owner, Some(InviteKind::Reset)).await, [hers.id, owners.id]);
    assert_eq!(kinds(&admin, Some(InviteKind::Reset)).await, [hers.id], "or an admin could become the owner");
    assert_eq!(kinds(&admin, None).await, []);
    assert_eq!(kinds(&alice, Some(InviteKind::Reset)).await, []);
    for above in [&owners, &grants] {
        let id = above.id.as_str();
        assert_eq!(world.invites.show(&admin, &host(), id).await, Ok(None));
        assert_eq!(extend(&world, &admin, above, NOW + DAY / 2).await, Err(AmendRefusal::Unknown));
        assert_eq!(renew(&world, &admin, above).await, Err(RenewRefusal::Unknown));
        assert!(world.invites.show(&owner, &host(), id).await.expect("read").is_some());
    }
    // An owner of today, whose link an admin made before.
    world.accounts.set_role(&operator(), &jid("alice"), Role::Owner).await.expect("set");
    for maker in [None, Some(jid("nurse"))] {
        let query = InviteQuery { kind: Some(InviteKind::Reset), maker, ..InviteQuery::new(host()) };
        assert_eq!(world.invites.list(&admin, query).await.expect("a list"), []);
    }
    world.accounts.set_role(&operator(), &jid("alice"), Role::Member).await.expect("set");
    // A member of today who made one as an admin.
    world.accounts.set_role(&operator(), &jid("nurse"), Role::Member).await.expect("set");
    assert_eq!(world.invites.show(&by("nurse", Role::Member), &host(), hers.id.as_str()).await, Ok(None));
    let longer = Wish { expires_after: Some(2 * DAY), ..reset("alice") };
    let refusal = world.invites.issue(&operator(), &host(), longer).await.expect_err("a day at most");
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::Expiry { min: MIN_EXPIRY, max: DAY }));
}

#[tokio::test]
async fn vector_78_lists_by_what_became_of_them_kind_group_maker_and_words() {
    let world = World::new().await;
    world.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
    let alice = world.person("alice", Role::Member).await;
    let (contact, _) = world.invite(&alice, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    let (used, used_token) =
        world.invite(&alice, Wish { note: Some("for my DENTIST".into()), ..Wish::default() }).await;
    world.join(&used_token, "bob").await.expect("joined");
    let (choir, _) = world.invite(&operator(), Wish { groups: vec!["choir".into()], ..several(9) }).await;
    let (named, _) = world.invite(&operator(), Wish { kind: Some(InviteKind::Account), ..named("juliet") }).await;
    let found = async |query: InviteQuery| {
        world.invites.list(&operator(), query).await.expect("a list").into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let base = || InviteQuery::new(host());
    let text = |words: &str| InviteQuery { text: Some(words.into()), ..base() };
    assert_eq!(found(base()).await, [named.id, choir.id, used.id, contact.id]);
    assert_eq!(found(InviteQuery { state: Some(InviteState::Used), ..base() }).await, [used.id]);
    assert_eq!(found(InviteQuery { kind: Some(InviteKind::Contact), ..base() }).await, [contact.id]);
    assert_eq!(found(InviteQuery { group: Some("choir".into()), ..base() }).await, [choir.id]);
    assert_eq!(found(InviteQuery { maker: Some(jid("alice")), ..base() }).await, [used.id, contact.id]);
    let waiting = InviteQuery { maker: Some(jid("alice")), state: Some(InviteState::Waiting), ..base() };
    assert_eq!(found(waiting).await, [contact.id]);
    assert_eq!(found(text("Dentist")).await, [used.id], "the note");
    assert_eq!(found(text("JULI")).await, [named.id], "the promised name");
    assert_eq!(found(text("bob@")).await, [used.id], "who used it");
    assert_eq!(found(text(&used_token)).await, [], "never the token");
    assert_eq!(found(text(used.id.as_str())).await, []);
    world.clock.pass(8 * DAY);
    for noted in [false, true] {
        if noted {
            assert_eq!(world.invites.lapse(&host()).await, Ok(3));
        }
        let expired = InviteQuery { state: Some(InviteState::Expired), ..base() };
        assert_eq!(found(expired).await, [named.id, choir.id, contact.id], "noted or not: {noted}");
        assert_eq!(found(InviteQuery { state: Some(InviteState::Waiting), ..base() }).await, []);
        let counts = world.invites.counts(&operator(), &host()).await.expect("counted");
        assert_eq!((counts.waiting, counts.used, counts.expired), (0, 1, 3));
    }
}
