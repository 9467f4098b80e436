//! Tokens over a whole store: given, shown, lost, and shown by whoever should not have them.

use parlour_domain::account::rules::Turn;
use parlour_domain::limits::DAY;
use parlour_xmpp::jid::NodePart;
use parlour_xmpp::sasl::ht_message;

use super::*;
use crate::credentials::Credentials;
use crate::testing::{World, by, host, jid, operator};

const MECHANISM: HtMechanism = HtMechanism::Expr;
const CONNECTION: &[u8] = b"this connection";
const PASSWORD: &[u8] = b"correct horse battery";

fn agent(mark: u8) -> Agent {
    Agent::new(AgentId([mark; 16]), Some("App"), None)
}

/// As a device signs in: what it calls itself, and what it has.
#[derive(Clone)]
struct Try {
    name: &'static str,
    mark: u8,
    mechanism: HtMechanism,
    connection: &'static [u8],
    token: String,
    count: Option<u32>,
    invalidate: bool,
}

fn with(token: &NewToken) -> Try {
    Try {
        name: "juliet",
        mark: 1,
        mechanism: MECHANISM,
        connection: CONNECTION,
        token: token.token.expose().clone(),
        count: None,
        invalidate: false,
    }
}

async fn come(world: &World, tried: Try) -> Result<CameBack, TokenError> {
    let name = NodePart::new(tried.name).expect("a name").into_owned();
    let message = ht_message(tried.name, &tried.token, tried.connection);
    let proof = message[tried.name.len() + 1..].try_into().expect("32 bytes");
    let shown = Shown {
        request: 7,
        host: &host(),
        name: &name,
        agent: agent(tried.mark),
        mechanism: tried.mechanism,
        bound_to: tried.connection,
        proof,
        count: tried.count,
        invalidate: tried.invalidate,
        wants: None,
    };
    world.sign_in.tokens().expect("given here").come_back(shown).await
}

async fn given(world: &World, name: &str, mark: u8) -> NewToken {
    let proven = world.sign_in.check(&host(), jid(name).node().expect("a name"), PASSWORD).await.expect("checked");
    let proven = Proven::Shown(proven.expect("the password"));
    let tokens = world.sign_in.tokens().expect("given here");
    tokens.give(7, &jid(name), proven, agent(mark), MECHANISM).await.expect("asked").expect("given")
}

async fn world() -> (World, NewToken) {
    let world = World::new().await;
    world.person("juliet", Role::Member).await;
    world.person("romeo", Role::Member).await;
    let token = given(&world, "juliet", 1).await;
    (world, token)
}

#[tokio::test]
async fn a_device_comes_back_and_knows_the_server() {
    let (world, token) = world().await;
    assert!(token.expires > world.common.now() + 20 * DAY);
    let back = come(&world, with(&token)).await.expect("let in");
    assert_eq!(back.answer, ht_answer(token.token.expose(), CONNECTION));
    assert!(back.token.is_none());
    assert!(come(&world, with(&token)).await.is_ok(), "again and again, where nobody counts");
}

#[tokio::test]
async fn attack_35_a_token_is_good_for_its_own_device_mechanism_connection_and_account_only() {
    let (world, token) = world().await;
    given(&world, "juliet", 2).await;
    given(&world, "romeo", 1).await;
    let own = || with(&token);
    for (what, tried) in [
        ("another device of the account", Try { mark: 2, ..own() }),
        ("a device nobody knows", Try { mark: 9, ..own() }),
        ("another account", Try { name: "romeo", ..own() }),
        ("nobody's account", Try { name: "nobody", ..own() }),
        ("without binding", Try { mechanism: HtMechanism::None, connection: b"", ..own() }),
        ("another binding", Try { mechanism: HtMechanism::Endp, ..own() }),
        ("a guess", Try { token: "0".repeat(64), ..own() }),
    ] {
        assert_eq!(come(&world, tried).await.expect_err("refused"), TokenError::Wrong, "{what}");
    }
    assert!(come(&world, own()).await.is_ok());
}

#[tokio::test]
async fn attack_35_a_count_is_durable_before_anybody_is_told() {
    let (world, token) = world().await;
    let counted = |count| Try { count: Some(count), ..with(&token) };
    assert!(come(&world, counted(3)).await.is_ok());
    for replayed in [3, 2] {
        assert_eq!(come(&world, counted(replayed)).await.expect_err("refused"), TokenError::Wrong);
    }
    let row = DeviceStore::device(&world.store, jid("juliet"), agent(1).id).await.expect("read").expect("there");
    assert_eq!(row.current.expect("in use").count, Some(3));
    assert!(come(&world, counted(4)).await.is_ok());
}

#[tokio::test]
async fn attack_35_no_token_outlives_what_it_was_given_for() {
    let (world, _) = world().await;
    let juliet = by("juliet", Role::Member);
    for ending in ["password", "sign out", "disable", "delete", "one device"] {
        let token = given(&world, "juliet", 1).await;
        assert!(come(&world, with(&token)).await.is_ok(), "{ending}");
        match ending {
            // The same one again: tokens of before go all the same.
            "password" => {
                let password = std::str::from_utf8(PASSWORD).expect("text");
                world.accounts.set_password(&juliet, &jid("juliet"), password).await.expect("set");
            }
            "sign out" => {
                world.accounts.sign_out(&operator(), &jid("juliet")).await.expect("signed out");
            }
            "one device" => {
                DeviceStore::end(&world.store, juliet.clone(), jid("juliet"), Some(agent(1).id)).await.expect("ended");
            }
            turn => {
                let (there, back) =
                    if turn == "disable" { (Turn::Disable, Turn::Enable) } else { (Turn::Delete, Turn::Restore) };
                world.accounts.turn(&operator(), &jid("juliet"), there).await.expect("turned");
                assert_eq!(come(&world, with(&token)).await.expect_err("refused"), TokenError::Wrong, "{ending}");
                world.accounts.turn(&operator(), &jid("juliet"), back).await.expect("turned back");
            }
        }
        assert_eq!(come(&world, with(&token)).await.expect_err("refused"), TokenError::Wrong, "{ending}");
    }
}

#[tokio::test]
async fn attack_35_a_password_that_was_changed_meanwhile_gives_no_token() {
    let (world, _) = world().await;
    let tokens = world.sign_in.tokens().expect("given here");
    let shown = world.sign_in.check(&host(), jid("juliet").node().expect("a name"), PASSWORD).await;
    let shown = Proven::Shown(shown.expect("checked").expect("the password"));
    let keys = world.sign_in.keys(&host(), jid("juliet").node().expect("a name"), Hash::Sha256).await.expect("keys");
    let scram = |keys| Proven::Scram(Hash::Sha256, keys);
    assert!(tokens.give(7, &jid("juliet"), scram(keys.clone()), agent(3), MECHANISM).await.expect("asked").is_some());
    world.accounts.set_password(&by("juliet", Role::Member), &jid("juliet"), "another password").await.expect("set");
    for proven in [shown, scram(keys)] {
        assert!(tokens.give(7, &jid("juliet"), proven, agent(3), MECHANISM).await.expect("asked").is_none());
    }
}

#[tokio::test]
async fn a_token_is_replaced_in_time_and_a_lost_reply_locks_nobody_out() {
    let (world, first) = world().await;
    come(&world, with(&first)).await.expect("let in");
    world.clock.pass(DAY);
    let second = come(&world, with(&first)).await.expect("let in").token.expect("another");
    let again = come(&world, with(&first)).await.expect("the reply was lost").token.expect("told again");
    assert_eq!(second.token, again.token);
    assert!(come(&world, with(&second)).await.expect("let in").token.is_none());
    assert_eq!(come(&world, with(&first)).await.expect_err("refused"), TokenError::Wrong);
    world.clock.pass(22 * DAY);
    assert_eq!(come(&world, with(&second)).await.expect_err("refused"), TokenError::Expired);
    while world.sign_in.sweep(host()).await.expect("swept") > 0 {}
    assert_eq!(come(&world, with(&second)).await.expect_err("refused"), TokenError::Wrong);
}

#[tokio::test]
async fn a_device_signs_itself_out() {
    let (world, token) = world().await;
    assert!(come(&world, Try { invalidate: true, ..with(&token) }).await.expect("let in").token.is_none());
    assert_eq!(come(&world, with(&token)).await.expect_err("refused"), TokenError::Wrong);
}

#[tokio::test]
async fn attack_81_a_copy_of_the_database_makes_no_token() {
    let (world, token) = world().await;
    let row = DeviceStore::device(&world.store, jid("juliet"), agent(1).id).await.expect("read").expect("there");
    let nonce = row.new.expect("given").nonce;
    let other = Tokens::new(
        Arc::new(world.store.clone()),
        Arc::new(world.store.clone()),
        world.common.clone(),
        Arc::new(Sealer::new(&SecretKey::new([9; 32]))),
        &SecretKey::new([9; 32]),
    );
    assert_ne!(*other.text(&jid("juliet"), agent(1).id, MECHANISM, nonce), *token.token.expose());
    assert!(!token.token.expose().contains(&nonce.0.iter().map(|b| format!("{b:02x}")).collect::<String>()));
}

#[tokio::test]
async fn attack_80_tokens_are_long_and_never_the_same() {
    let (world, first) = world().await;
    let mut seen = std::collections::BTreeSet::from([first.token.expose().clone()]);
    for _ in 0..50 {
        assert!(seen.insert(given(&world, "juliet", 1).await.token.expose().clone()));
    }
    assert!(seen.iter().all(|token| token.len() == 64));
}

#[tokio::test]
async fn a_device_keeps_its_resource_and_shows_nothing_of_itself() {
    let (world, _) = world().await;
    let tokens = world.sign_in.tokens().expect("given here");
    let of = |name: &str, mark, tag| tokens.resource(&jid(name), agent(mark).id, tag);
    assert_eq!(of("juliet", 1, Some("App")), of("juliet", 1, Some("App")));
    for other in [of("juliet", 2, Some("App")), of("romeo", 1, Some("App")), of("juliet", 1, None)] {
        assert_ne!(of("juliet", 1, Some("App")), other);
    }
}
