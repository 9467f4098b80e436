//! Acts on accounts, hosts and sign-ins as the doors call them, over a real store.

use parlour_domain::account::rules::{AccountRefusal, Turn};
use parlour_domain::group::GroupRefusal;
use parlour_domain::host::HostRefusal;
use parlour_domain::invite::issue::Wish;
use parlour_domain::limits::DAY;
use parlour_domain::options::{AccountOptions, InviteOptions};
use parlour_domain::{By, Change, HostName, HostOptions, InviteKind, Role};
use parlour_store::ActError;
use parlour_store::Sqlite;
use parlour_store::accounts::{AccountCounts, AccountQuery, Standing};
use parlour_store::sqlite::Options;
use parlour_xmpp::sasl::Hash;

use crate::accounts::AccountError;
use crate::credentials::Credentials;
use crate::hosts::FileHosts;
use crate::invites::AccountWish;
use crate::signin::SignInError;
use crate::testing::{World, by, host, jid, newcomer, operator};

const PASSWORD: &str = "correct horse battery";

fn refused(refusal: AccountRefusal) -> AccountError {
    AccountError::Refused(refusal)
}

#[tokio::test]
async fn authority_over_accounts_is_a_table() {
    let world = World::new().await;
    let mut people = vec![("operator", operator()), ("newcomer", newcomer())];
    for (name, role) in [
        ("lim", Role::Limited),
        ("mem", Role::Member),
        ("adm", Role::Admin),
        ("own", Role::Owner),
        ("own2", Role::Owner),
    ] {
        people.push((name, world.person(name, role).await));
    }
    // Who may disable whom, read from left to right: lim mem adm own.
    let table = [
        ("operator", [true, true, true, true]),
        ("newcomer", [false, false, false, false]),
        ("lim", [false, false, false, false]),
        ("mem", [false, false, false, false]),
        ("adm", [true, true, true, false]),
        ("own", [true, true, true, true]),
    ];
    for (who, row) in table {
        let by = &people.iter().find(|(name, _)| *name == who).expect("there").1;
        for (target, may) in ["lim", "mem", "adm", "own"].into_iter().zip(row) {
            let outcome = world.accounts.turn(by, &jid(target), Turn::Disable).await;
            assert_eq!(outcome.is_ok(), may, "{who} disables {target}");
            if !may {
                assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::NotAllowed), "{who} disables {target}");
            }
            world.accounts.turn(&operator(), &jid(target), Turn::Enable).await.expect("the operator can");
        }
    }
}

#[tokio::test]
async fn a_demoted_admins_door_is_not_believed() {
    let world = World::new().await;
    let boss = world.person("boss", Role::Admin).await;
    world.person("mem", Role::Member).await;
    world.accounts.set_role(&operator(), &jid("boss"), Role::Member).await.expect("demoted");
    let outcome = world.accounts.turn(&boss, &jid("mem"), Turn::Delete).await;
    assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::NotAllowed));
    // Nor over groups.
    let not_allowed = ActError::Refused(GroupRefusal::NotAllowed);
    world.groups.create(&operator(), host(), "Choir".into(), false).await.expect("made");
    assert_eq!(world.groups.create(&boss, host(), "Altos".into(), false).await.expect_err("no"), not_allowed);
    assert_eq!(world.groups.set_member(&boss, "Choir".into(), jid("boss"), true).await.expect_err("no"), not_allowed);
    assert_eq!(world.groups.remove(&boss, host(), "Choir".into()).await.expect_err("no"), not_allowed);
}

#[tokio::test]
async fn nobody_lifts_anybody_above_themselves_and_the_last_owner_stays() {
    let world = World::new().await;
    let (own, adm) = (world.person("own", Role::Owner).await, world.person("adm", Role::Admin).await);
    world.person("mem", Role::Member).await;
    let outcome = world.accounts.set_role(&adm, &jid("mem"), Role::Owner).await;
    assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::RoleTooHigh));
    for turn in [Turn::Disable, Turn::Delete] {
        let outcome = world.accounts.turn(&own, &jid("own"), turn).await;
        assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::LastOwner));
    }
    let outcome = world.accounts.set_role(&own, &jid("own"), Role::Member).await;
    assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::LastOwner));
    world.accounts.set_role(&own, &jid("adm"), Role::Owner).await.expect("another owner");
    world.accounts.turn(&own, &jid("own"), Turn::Delete).await.expect("may go now");
}

#[tokio::test]
async fn people_delete_themselves_and_change_their_own_password_only() {
    let world = World::new().await;
    let (anna, _) = (world.person("anna", Role::Member).await, world.person("berta", Role::Member).await);
    world.accounts.set_password(&anna, &jid("anna"), "another good one").await.expect("her own");
    for (name, password, right) in [("anna", "another good one", true), ("anna", PASSWORD, false)] {
        let node = jid(name);
        let node = node.node().expect("a name");
        assert_eq!(world.sign_in.check(&host(), node, password.as_bytes()).await.map(|fits| fits.is_some()), Ok(right));
    }
    let outcome = world.accounts.set_password(&anna, &jid("berta"), "another good one").await;
    assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::NotAllowed));
    let outcome = world.accounts.turn(&anna, &jid("nobody"), Turn::Delete).await;
    assert_eq!(outcome.expect_err("no"), refused(AccountRefusal::NotAllowed), "not whether it exists");
    world.accounts.turn(&anna, &jid("anna"), Turn::Delete).await.expect("her own");
}

#[tokio::test]
async fn a_page_of_accounts_shows_each_once() {
    let world = World::new().await;
    for n in 0..7 {
        world.person(&format!("person{n}"), Role::Member).await;
    }
    let mut query = AccountQuery::all(host(), 3);
    let mut names = Vec::new();
    loop {
        let page = world.accounts.list(&operator(), query.clone()).await.expect("a page");
        let Some(last) = page.last() else { break };
        query.after = Some(last.jid.clone());
        names.extend(page.into_iter().map(|account| account.jid.to_string()));
    }
    assert_eq!(names, (0..7).map(|n| format!("person{n}@h.example")).collect::<Vec<_>>());
    let outcome = world.accounts.list(&by("person1", Role::Member), query).await;
    assert_eq!(outcome, Err(refused(AccountRefusal::NotAllowed)));
}

#[tokio::test]
async fn accounts_are_found_by_what_is_known_of_them_and_counted() {
    let world = World::new().await;
    for (name, role) in [("anna", Role::Member), ("hanna", Role::Admin), ("an_a", Role::Member), ("otto", Role::Owner)]
    {
        world.person(name, role).await;
    }
    world.accounts.turn(&operator(), &jid("an_a"), Turn::Disable).await.expect("disabled");
    let all = || AccountQuery::all(host(), 10);
    for (query, names) in [
        (AccountQuery { text: Some("ANNA".into()), ..all() }, vec!["anna", "hanna"]),
        (AccountQuery { text: Some("n_".into()), ..all() }, vec!["an_a"]),
        (AccountQuery { text: Some("%".into()), ..all() }, vec![]),
        (AccountQuery { role: Some(Role::Admin), ..all() }, vec!["hanna"]),
        (AccountQuery { standing: Some(Standing::Disabled), ..all() }, vec!["an_a"]),
        (AccountQuery { group: Some("none".into()), ..all() }, vec![]),
        (AccountQuery { newest_first: true, limit: 2, ..all() }, vec!["otto", "an_a"]),
        (AccountQuery { newest_first: true, after: Some(jid("an_a")), ..all() }, vec!["hanna", "anna"]),
    ] {
        let found = world.accounts.list(&operator(), query.clone()).await.expect("a page");
        let found: Vec<_> = found.iter().filter_map(|one| one.jid.node()).map(|node| node.as_str()).collect();
        assert_eq!(found, names, "{query:?}");
    }
    let counts = world.accounts.counts(&operator(), &host(), 0).await.expect("counts");
    assert_eq!(counts, AccountCounts { active: 3, disabled: 1, deleted: 0, new: 3 });
    let outcome = world.accounts.counts(&by("anna", Role::Member), &host(), 0).await;
    assert_eq!(outcome, Err(refused(AccountRefusal::NotAllowed)));
}

#[tokio::test]
async fn an_unknown_name_looks_like_any_other() {
    let world = World::new().await;
    world.person("juliet", Role::Member).await;
    world.person("gone", Role::Member).await;
    world.accounts.turn(&operator(), &jid("gone"), Turn::Disable).await.expect("disabled");
    for hash in [Hash::Sha1, Hash::Sha256] {
        let keys = async |name| {
            let jid = jid(name);
            world.sign_in.keys(&host(), jid.node().expect("a name"), hash).await.expect("keys")
        };
        let (real, fake, disabled) = (keys("juliet").await, keys("nobody").await, keys("gone").await);
        for other in [&fake, &disabled] {
            assert_eq!((real.salt.len(), real.iterations), (other.salt.len(), other.iterations));
            assert_eq!(
                (real.stored_key.len(), real.server_key.len()),
                (other.stored_key.len(), other.server_key.len())
            );
        }
        assert!(fake == keys("nobody").await, "the same each time");
        assert!(fake.salt != disabled.salt && fake.salt != real.salt);
    }
}

#[tokio::test]
async fn attack_85_pages_and_chat_count_together() {
    let world = World::new().await;
    world.person("juliet", Role::Member).await;
    let from = By { address: Some("192.0.2.0".into()), ..newcomer() };
    let node = jid("juliet");
    let node = node.node().expect("a name");
    for _ in 0..5 {
        let wrong = world.sign_in.browser(&from, &host(), "Juliet", "not the password", "Firefox").await;
        assert_eq!(wrong.expect_err("wrong"), SignInError::Wrong);
        world.sign_in.heard(&host(), node, Some("192.0.2.0")).expect("heard");
        world.sign_in.judged(&host(), node, Some("192.0.2.0"), false);
    }
    let right = world.sign_in.browser(&from, &host(), "juliet", PASSWORD, "Firefox").await;
    assert!(matches!(right, Err(SignInError::TooMany(_))));
    assert!(world.sign_in.heard(&host(), node, Some("192.0.2.0")).is_err());
    let elsewhere = By { address: Some("198.51.100.0".into()), ..newcomer() };
    world.sign_in.browser(&elsewhere, &host(), "juliet", PASSWORD, "Firefox").await.expect("not locked out");
}

#[tokio::test]
async fn attack_81_a_browsers_session_is_a_hash_and_ends() {
    let world = World::new().await;
    let juliet = world.person("juliet", Role::Member).await;
    let start = async || {
        let done = world.sign_in.browser(&newcomer(), &host(), "juliet", PASSWORD, "Firefox\u{7}").await;
        done.expect("signed in").into_out()
    };
    let (first, second) = (start().await, start().await);
    assert!(!format!("{first:?}").contains(first.cookie.expose().as_str()));
    let (session, account) = world.sign_in.session(&host(), first.cookie.expose()).await.expect("read").expect("good");
    assert_eq!((session.browser.as_str(), account.jid), ("Firefox", jid("juliet")));
    assert_eq!(world.sign_in.session(&host(), "0".repeat(64).as_str()).await, Ok(None));
    let listed = world.sign_in.sessions(&jid("juliet")).await.expect("listed");
    assert_eq!(listed.iter().map(|one| one.hash).collect::<Vec<_>>(), [second.session.hash, first.session.hash]);
    let label = first.session.hash.label();
    assert!(world.sign_in.end(&juliet, &jid("juliet"), &label).await.expect("ended").into_out());
    assert!(!world.sign_in.end(&juliet, &jid("juliet"), &label).await.expect("read").into_out());
    assert_eq!(world.sign_in.session(&host(), first.cookie.expose()).await, Ok(None));
    world.clock.pass(30 * DAY);
    assert_eq!(world.sign_in.session(&host(), second.cookie.expose()).await, Ok(None), "thirty days");
    assert_eq!(world.sign_in.sweep(host()).await, Ok(1));
}

#[tokio::test]
async fn options_of_the_file_win_over_the_row_and_its_top_level_does_not() {
    let store = Sqlite::in_memory(Options::default()).expect("a store");
    let named = |name: &str| HostOptions { site_name: Some(name.into()), ..HostOptions::default() };
    let world = World::over(store, HostOptions::default()).await;
    let name = |world: &World| world.common.policy(&host()).expect("served").site_name.clone();
    let limits = InviteOptions { max_open_invites: Some(7), ..InviteOptions::default() };
    let defaults = HostOptions { invites: limits, ..named("top level") };
    let file = |hosts: Option<HostOptions>| FileHosts {
        defaults: defaults.clone(),
        hosts: hosts.map(|options| (host(), options)).into_iter().collect(),
    };
    world.hosts.reload(file(None)).await.expect("served");
    assert_eq!(name(&world).as_deref(), Some("top level"));
    world.hosts.set_options(&operator(), host(), named("row")).await.expect("set");
    assert_eq!(name(&world).as_deref(), Some("row"));
    world.hosts.reload(file(Some(named("table")))).await.expect("served");
    assert_eq!(name(&world).as_deref(), Some("table"));
    assert_eq!(world.hosts.locked(&host()), Some(named("table")));
    world.hosts.reload(file(None)).await.expect("a table removed unlocks the row");
    assert_eq!(name(&world).as_deref(), Some("row"));
    assert_eq!(world.common.policy(&host()).expect("served").max_open_invites, 7);
}

#[tokio::test]
async fn hosts_come_and_go_by_the_operator_alone() {
    let world = World::new().await;
    let own = world.person("own", Role::Owner).await;
    let other = HostName::parse("other.example").expect("a domain");
    let add = async |by: &By| world.hosts.add(by, other.clone(), HostOptions::default()).await;
    assert!(matches!(add(&own).await, Err(ActError::Refused(HostRefusal::NotAllowed))));
    add(&operator()).await.expect("added");
    assert!(world.common.policy(&other).is_ok());
    assert!(matches!(add(&operator()).await, Err(ActError::Refused(HostRefusal::Exists { .. }))));
    let accounts = AccountOptions { allow_plain: Some(true), ..AccountOptions::default() };
    let options = HostOptions { accounts, ..HostOptions::default() };
    let foreign = world.hosts.set_options(&own, other.clone(), options.clone()).await;
    assert!(matches!(foreign, Err(ActError::Refused(HostRefusal::NotAllowed))), "an owner of another host");
    let plain = world.hosts.set_options(&own, host(), options).await;
    assert!(matches!(plain, Err(ActError::Refused(HostRefusal::OperatorsOnly))), "attack 97: that is the operator's");
    let named = HostOptions { site_name: Some("Ours".into()), ..HostOptions::default() };
    world.hosts.set_options(&own, host(), named.clone()).await.expect("her own host");
    assert_eq!(world.common.policy(&host()).expect("served").site_name.as_deref(), Some("Ours"));
    world.accounts.set_role(&operator(), &jid("own"), Role::Admin).await.expect("taken away");
    let late = world.hosts.set_options(&own, host(), named).await;
    assert!(matches!(late, Err(ActError::Refused(HostRefusal::NotAllowed))), "as she is now, not as the door saw her");
    let full = world.hosts.remove(&operator(), host()).await;
    assert!(matches!(full, Err(ActError::Refused(HostRefusal::NotEmpty { accounts: 1, .. }))));
    world.hosts.remove(&operator(), other.clone()).await.expect("empty");
    assert!(world.common.policy(&other).is_err());
}

#[tokio::test]
async fn effects_hear_every_change_once() {
    let world = World::new().await;
    world.told.0.lock().expect("told").clear();
    world.person("own", Role::Owner).await;
    let told = world.told.0.lock().expect("told");
    let kinds: Vec<_> = told
        .iter()
        .map(|change| match change {
            Change::Account(_) => "account",
            Change::Host(_) => "host",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["account", "host"], "made, and the place has an owner");
}

#[tokio::test]
async fn attack_33_somebodys_name_and_nobodys_cost_the_same_look_ups_and_hashing() {
    let world = World::new().await;
    for name in ["juliet", "nurse", "romeo"] {
        world.person(name, Role::Member).await;
    }
    let turn = async |name: &str, turn| world.accounts.turn(&operator(), &jid(name), turn).await.expect("turned");
    turn("nurse", Turn::Disable).await;
    turn("romeo", Turn::Delete).await;
    let reset = Wish { kind: Some(InviteKind::Reset), name: Some("juliet".into()), ..Wish::default() };
    let (_, token) = world.invite(&operator(), reset).await;
    let open = async |name: &str| {
        let wish = AccountWish { name, password: PASSWORD };
        world.invites.redeem(&newcomer(), &host(), None, wish).await.expect_err("by invite only");
    };
    let meters = world.store.meters();
    let now = || (meters.reads(), meters.writes(), world.sign_in.hashed());
    let cost = |before: (u64, u64, u64)| {
        let after = now();
        (after.0 - before.0, after.1 - before.1, after.2 - before.2)
    };
    // What is known of the link is in memory from its first use on, whoever's name was typed.
    drop(world.join(&token, "first").await.expect_err("another's"));
    for (what, expected) in [
        ("keys for an app", (1, 0, 0)),
        ("a password in the clear", (1, 0, 1)),
        ("a page", (1, 0, 1)),
        ("joining without an invite", (0, 0, 0)),
        ("another's name with a reset link", (0, 0, 0)),
    ] {
        for name in ["juliet", "nurse", "romeo", "nobody", "zz", "a.1"] {
            let at = jid(name);
            let node = at.node().expect("a name");
            let before = now();
            match what {
                "keys for an app" => drop(world.sign_in.keys(&host(), node, Hash::Sha256).await.expect("keys")),
                "a password in the clear" => {
                    assert!(world.sign_in.check(&host(), node, b"not the password").await.expect("checked").is_none());
                }
                "a page" => {
                    let wrong = world.sign_in.browser(&newcomer(), &host(), name, "not the password", "").await;
                    assert_eq!(wrong.expect_err("wrong"), SignInError::Wrong);
                }
                "joining without an invite" => open(name).await,
                _ if name == "juliet" => continue,
                _ => drop(world.join(&token, name).await.expect_err("another's")),
            }
            assert_eq!(cost(before), expected, "{what}: {name}");
        }
    }
}
