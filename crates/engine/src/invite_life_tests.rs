//! What else becomes of invites: new passwords, contacts, restarts, the owner's link, who sees them.

use std::sync::Arc;

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::issue::{IssueRefusal, Wish};
use parlour_domain::invite::redeem::{RedeemRefusal, Redeemed};
use parlour_domain::limits::{DAY, MINUTE};
use parlour_domain::{By, Change, HostName, HostOptions, InviteKind, InviteState, Role, Who};
use parlour_store::sqlite::{Gate, Options};
use parlour_store::{ActError, Sqlite, StoreError};
use parlour_xmpp::jid::BareJid;

use crate::invites::{AccountWish, IssueError, RedeemError};
use crate::testing::{
    World, all, can_sign_in, contact_of, dead, host, jid, named, newcomer, operator, refused, several,
};

#[tokio::test]
async fn vector_47_vector_48_vector_51_attack_99_a_reset_link_gives_one_new_password() {
    let world = World::new().await;
    world.person("juliet", Role::Member).await;
    world.person("nurse", Role::Member).await;
    let browser = world.sign_in.browser(&newcomer(), &host(), "juliet", "correct horse battery", "Firefox").await;
    let cookie = browser.expect("signed in").into_out().cookie;
    let reset = || Wish { kind: Some(InviteKind::Reset), ..named("juliet") };
    let (_, first) = world.invite(&operator(), reset()).await;
    let (_, second) = world.invite(&operator(), reset()).await;
    for name in ["nurse", "tybalt"] {
        assert_eq!(world.join(&first, name).await, Err(refused(RedeemRefusal::OtherName)));
    }
    let shown = world.invites.open(&host(), &first).expect("genuine");
    let wish = AccountWish { name: "juliet", password: "a wholly new one" };
    let done = world.invites.redeem(&newcomer(), &host(), Some(&shown), wish).await.expect("reset");
    assert_eq!(done.into_out(), Redeemed::Password { account: jid("juliet") });
    assert!(can_sign_in(&world, "juliet", "a wholly new one").await);
    assert!(!can_sign_in(&world, "juliet", "correct horse battery").await);
    assert_eq!(world.join(&first, "juliet").await, Err(dead(InviteState::Used)));
    assert_eq!(world.join(&second, "juliet").await, Err(dead(InviteState::Withdrawn)));
    assert_eq!(world.sign_in.session(&host(), cookie.expose()).await, Ok(None), "browsers are signed out");
}

#[tokio::test]
async fn vector_47_a_new_password_leaves_contacts_role_and_groups_alone() {
    let world = World::new().await;
    let juliet = world.person("juliet", Role::Admin).await;
    let (_, token) = world.invite(&juliet, Wish::default()).await;
    world.join(&token, "romeo").await.expect("joined");
    world.groups.create(&operator(), host(), "Choir".into(), false).await.expect("made");
    world.groups.set_member(&operator(), "Choir".into(), jid("juliet"), true).await.expect("in it");
    let before = world.accounts.account(jid("juliet")).await.expect("read");
    let (_, reset) = world.invite(&operator(), Wish { kind: Some(InviteKind::Reset), ..named("juliet") }).await;
    world.join(&reset, "juliet").await.expect("a new password");
    assert_eq!(world.accounts.account(jid("juliet")).await.expect("read"), before);
    assert_eq!(contact_of(&world, "juliet", "romeo").await, Some("both"));
    assert_eq!(contact_of(&world, "romeo", "juliet").await, Some("both"));
    assert_eq!(world.groups.of(jid("juliet")).await.expect("read"), ["Choir"]);
}

#[tokio::test]
async fn vector_50_a_reset_link_revives_nobody() {
    let world = World::new().await;
    world.person("juliet", Role::Member).await;
    let (_, token) = world.invite(&operator(), Wish { kind: Some(InviteKind::Reset), ..named("juliet") }).await;
    world.accounts.turn(&operator(), &jid("juliet"), Turn::Delete).await.expect("deleted");
    assert_eq!(world.join(&token, "juliet").await, Err(dead(InviteState::Withdrawn)));
}

#[tokio::test]
async fn vector_55_vector_58_vector_60_vector_61_attack_101_a_token_in_a_request() {
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    for name in ["bob", "carol"] {
        world.person(name, Role::Member).await;
    }
    let (_, token) = world.invite(&alice, Wish::default()).await;
    let send = async |from: &BareJid, to: &str, token: &str| {
        world.invites.consume(&newcomer(), &jid(to), from, token).await.map(|done| done.into_out().len())
    };
    assert!(
        matches!(send(&jid("bob"), "carol", &token).await, Err(ActError::Refused(Some(_)))),
        "alice's, not carol's"
    );
    assert!(matches!(send(&jid("bob"), "alice", "nonsense").await, Err(ActError::Refused(None))));
    assert_eq!(send(&jid("bob"), "alice", &token).await, Ok(0));
    assert_eq!(contact_of(&world, "alice", "bob").await, Some("both"));
    assert_eq!(contact_of(&world, "bob", "alice").await, Some("both"));
    assert!(send(&jid("carol"), "alice", &token).await.is_err(), "once");
    assert_eq!(world.join(&token, "dora").await, Err(dead(InviteState::Used)), "through either door");
    let far = BareJid::new("xavier@far.example").expect("an address");
    let (_, token) = world.invite(&alice, Wish { kind: Some(InviteKind::Contact), ..Wish::default() }).await;
    assert_eq!(send(&far, "alice", &token).await, Ok(2), "subscribed and subscribe are owed");
    let (_, token) = world.invite(&alice, Wish { expires_after: Some(MINUTE), ..Wish::default() }).await;
    world.clock.pass(2 * MINUTE);
    assert!(send(&jid("carol"), "alice", &token).await.is_err(), "too late");
}

#[tokio::test]
async fn vector_86_attack_87_a_token_is_good_on_its_host_only() {
    let world = World::new().await;
    let other = HostName::parse("other.example").expect("a domain");
    world.hosts.add(&operator(), other.clone(), HostOptions::default()).await.expect("added");
    let (invite, token) = world.invite(&operator(), Wish::default()).await;
    assert!(world.invites.open(&other, &token).is_none());
    let unknown = world.invites.revoke(&operator(), &other, invite.id.as_str()).await;
    assert!(matches!(unknown, Err(ActError::Refused(_))), "nor its id");
    world.join(&token, "juliet").await.expect("good at home");
}

#[tokio::test]
async fn vector_80_vector_87_a_restart_keeps_links_and_the_file_holds_no_token() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("parlour.db");
    let world = World::over(Sqlite::open(&path, Options::default()).expect("opens"), HostOptions::default()).await;
    let (_, used) = world.invite(&operator(), Wish::default()).await;
    let (_, live) = world.invite(&operator(), Wish::default()).await;
    world.join(&used, "juliet").await.expect("joined");
    world.store.close();
    let bytes = std::fs::read(&path).expect("the file");
    for token in [&used, &live] {
        let secret = &token.as_bytes()[parlour_domain::token::ID_CHARS..];
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    let world = World::over(Sqlite::open(&path, Options::default()).expect("opens"), HostOptions::default()).await;
    assert_eq!(world.join(&used, "romeo").await, Err(dead(InviteState::Used)));
    world.join(&live, "romeo").await.expect("still good");
}

#[tokio::test]
async fn attack_102_the_owners_link_is_made_while_nobody_ever_owned_the_place() {
    let world = World::new().await;
    let first = world.invites.owner_link(&operator(), &host()).await.expect("made").into_out();
    let second = world.invites.owner_link(&operator(), &host()).await.expect("made").into_out();
    let token = |invite| world.invites.links(invite).expect("links").token.as_str().to_owned();
    assert_eq!(world.join(&token(&first), "mallory").await, Err(dead(InviteState::Withdrawn)), "replaced");
    assert_eq!(second.expires - second.created, 30 * MINUTE);
    world.join(&token(&second), "admin").await.expect("the first owner may be called so");
    let account = world.accounts.account(jid("admin")).await.expect("read").expect("there");
    assert_eq!(account.role, Role::Owner);
    world.accounts.turn(&operator(), &jid("admin"), Turn::Delete).await.expect("deleted");
    let refusal = world.invites.owner_link(&operator(), &host()).await.expect_err("owned once is owned");
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::Owned));
}

#[tokio::test]
async fn nothing_is_acknowledged_before_its_commit() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let gate = Gate::default();
    let options = Options { gate: Some(gate.clone()), ..Options::default() };
    let store = Sqlite::open(&dir.path().join("parlour.db"), options).expect("opens");
    let world = Arc::new(World::over(store, HostOptions::default()).await);
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    gate.hold();
    gate.fail_next(StoreError::DiskFull);
    let joining = {
        let world = world.clone();
        let token = token.clone();
        async move { world.join(&token, "juliet").await }
    };
    let mut joining = tokio::task::JoinSet::from_iter([joining]);
    tokio::task::spawn_blocking({
        let gate = gate.clone();
        move || gate.until_waiting()
    })
    .await
    .expect("at the bar");
    assert!(joining.try_join_next().is_none());
    gate.release();
    let outcome = joining.join_next().await.expect("one").expect("ran");
    assert_eq!(outcome, Err(RedeemError::Failed(StoreError::DiskFull)));
    assert_eq!(world.join(&token, "juliet").await, Ok(jid("juliet")), "nothing was burnt");
}

#[tokio::test]
async fn members_see_their_own_invites_and_admins_all() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice", Role::Member).await, world.person("bob", Role::Member).await);
    let (invite, token) = world.invite(&alice, Wish { note: Some("for my dentist".into()), ..Wish::default() }).await;
    let seen = async |by: &By| world.invites.list(by, all()).await.expect("a list").len();
    assert_eq!((seen(&alice).await, seen(&bob).await, seen(&operator()).await), (1, 0, 1));
    for which in [invite.id.as_str(), token.as_str()] {
        assert!(world.invites.show(&alice, &host(), which).await.expect("read").is_some());
        assert!(world.invites.show(&bob, &host(), which).await.expect("read").is_none());
    }
    assert!(matches!(world.invites.revoke(&bob, &host(), invite.id.as_str()).await, Err(ActError::Refused(_))));
    world.join(&token, "carol").await.expect("joined");
    let (_, history) = world.invites.show(&alice, &host(), invite.id.as_str()).await.expect("read").expect("there");
    let lines: Vec<_> = history.iter().map(|event| (event.who.clone(), event.what.as_str())).collect();
    assert_eq!(lines, [(Who::Account(jid("alice")), "made"), (Who::Account(jid("carol")), "joined")]);
}

#[tokio::test]
async fn groups_of_an_invite_are_joined() {
    let world = World::new().await;
    world.groups.create(&operator(), host(), "choir".into(), false).await.expect("made");
    let wish = Wish { groups: vec!["choir".into()], ..several(2) };
    let (_, token) = world.invite(&operator(), wish.clone()).await;
    world.join(&token, "anna").await.expect("joined");
    assert_eq!(world.groups.of(jid("anna")).await, Ok(vec!["choir".to_owned()]));
    world.groups.remove(&operator(), host(), "choir".into()).await.expect("removed");
    world.join(&token, "berta").await.expect("a group that is gone keeps nobody out");
    let refusal = world.invites.issue(&operator(), &host(), wish).await.expect_err("no such group");
    assert_eq!(refusal, IssueError::Refused(IssueRefusal::UnknownGroup { name: "choir".into() }));
}

#[tokio::test]
async fn vector_82_purging_forgets_the_dead_and_keeps_the_used() {
    let world = World::new().await;
    let (_, used) = world.invite(&operator(), Wish { expires_after: Some(DAY), ..Wish::default() }).await;
    world.join(&used, "juliet").await.expect("joined");
    let (_, stale) = world.invite(&operator(), Wish { expires_after: Some(DAY), ..Wish::default() }).await;
    let (_, live) = world.invite(&operator(), Wish::default()).await;
    world.clock.pass(2 * DAY);
    let now = crate::testing::NOW + 2 * DAY;
    assert_eq!(world.invites.sweep(&operator(), &host(), now, now - 365 * DAY).await, Ok(1));
    assert_eq!(world.invites.sweep(&operator(), &host(), now, now - 365 * DAY).await, Ok(0));
    assert_eq!(world.join(&stale, "romeo").await, Err(refused(RedeemRefusal::Forgotten)));
    assert_eq!(world.join(&used, "romeo").await, Err(dead(InviteState::Used)));
    world.join(&live, "romeo").await.expect("alive");
}

#[tokio::test]
async fn attack_95_a_token_gets_twenty_suggestions_and_only_free_names() {
    let world = World::new().await;
    for taken in ["juliet", "juliet.k"] {
        world.person(taken, Role::Member).await;
    }
    let (_, token) = world.invite(&operator(), Wish::default()).await;
    let shown = world.invites.open(&host(), &token).expect("genuine");
    for _ in 0..20 {
        let names = world.invites.suggest(&host(), &shown, "Juliet").await.expect("suggested");
        assert_eq!(names, ["juliet2", "juliet3", "juliet4"]);
    }
    assert_eq!(world.invites.suggest(&host(), &shown, "Juliet").await, Ok(Vec::new()));
}

/// All that this process's tests log.
static LOG: std::sync::Mutex<Vec<u8>> = std::sync::Mutex::new(Vec::new());

struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().expect("log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn vector_87_attack_81_logs_and_debug_output_hold_ids_and_no_secrets() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| Log);
    // For the whole process: the lines about people come from the store's thread.
    log.try_init().expect("no other test logs");
    let world = World::new().await;
    let alice = world.person("alice", Role::Member).await;
    let (first, token) = world.invite(&alice, Wish { note: Some("my dentist".into()), ..Wish::default() }).await;
    let (second, other) = world.invite(&operator(), Wish { kind: Some(InviteKind::Reset), ..named("alice") }).await;
    let joined = world.join(&token, "bob").await;
    let again = world.join(&token, "carol").await;
    let reset = world.join(&other, "alice").await;
    let links = world.invites.links(&first);
    let cookie = world.sign_in.browser(&newcomer(), &host(), "alice", "correct horse battery", "Firefox").await;
    let cookie = cookie.expect("signed in").into_out();
    world.invites.revoke(&operator(), &host(), &token).await.expect_err("used");
    let shown = format!("{first:?} {second:?} {joined:?} {again:?} {reset:?} {links:?} {cookie:?}");
    let logged = String::from_utf8(LOG.lock().expect("log").clone()).expect("text");
    for line in ["alice@h.example invited one person", "bob@h.example joined by an invite of alice@h.example"] {
        assert!(logged.contains(line), "{logged}");
    }
    assert!(logged.contains(first.id.as_str()));
    for text in [&logged, &shown] {
        for secret in [&token, &other, cookie.cookie.expose(), "correct horse battery"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(!logged.contains("dentist"));
}

#[tokio::test]
async fn what_follows_an_act_does_not_wait_for_its_asker() {
    let world = World::new().await;
    world.person("alice", Role::Member).await;
    world.told.0.lock().expect("told").clear();
    {
        let by = operator();
        let alice = jid("alice");
        let mut act = std::pin::pin!(world.accounts.turn(&by, &alice, Turn::Disable));
        // Asked, and gone before the answer.
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = act.as_mut().poll(&mut cx);
    }
    // Whatever comes later comes after it.
    world.accounts.set_role(&operator(), &jid("alice"), Role::Limited).await.expect("set");
    let told = world.told.0.lock().expect("told");
    assert!(matches!(told.first(), Some(Change::Account(_))), "{told:?}");
    assert_eq!(told.len(), 4, "disabled, browsers signed out, nobody woken, another role");
}

/// kill -9 leaves the files as the kernel has them: copy them at the last moment before the commit, and after it.
#[tokio::test]
async fn attack_91_a_kill_leaves_all_of_a_redemption_or_nothing() {
    let (dir, gate) = (tempfile::tempdir().expect("a temporary directory"), Gate::default());
    let store =
        Sqlite::open(&dir.path().join("parlour.db"), Options { gate: Some(gate.clone()), ..Options::default() })
            .expect("opens");
    let world = Arc::new(World::over(store, HostOptions::default()).await);
    let alice = world.person("alice", Role::Member).await;
    let (invite, token) = world.invite(&alice, Wish::default()).await;
    let killed = async || {
        let after = tempfile::tempdir().expect("a temporary directory");
        for name in ["parlour.db", "parlour.db-wal"] {
            std::fs::copy(dir.path().join(name), after.path().join(name)).expect("copied");
        }
        let store = Sqlite::open(&after.path().join("parlour.db"), Options::default()).expect("opens");
        let world = World::over(store, HostOptions::default()).await;
        let (invite, history) =
            world.invites.show(&operator(), &host(), invite.id.as_str()).await.expect("read").expect("there");
        let account = world.accounts.account(jid("bob")).await.expect("read").is_some();
        let (hers, his) = (
            contact_of(&world, "alice", "bob").await,
            if account { contact_of(&world, "bob", "alice").await } else { None },
        );
        (account, invite.uses, history.len(), hers, his)
    };
    gate.hold();
    let joining = {
        let (world, token) = (world.clone(), token.clone());
        async move { world.join(&token, "bob").await }
    };
    let mut joining = tokio::task::JoinSet::from_iter([joining]);
    let bar = gate.clone();
    tokio::task::spawn_blocking(move || bar.until_waiting()).await.expect("at the bar");
    assert_eq!(killed().await, (false, 0, 1, None, None));
    gate.release();
    joining.join_next().await.expect("one").expect("ran").expect("joined");
    assert_eq!(killed().await, (true, 1, 2, Some("both"), Some("both")));
}
