//! Rows that cannot be read, in every table at once (ATTACKS F20): the server starts, what cannot be read is left out, and
//! everybody else's acts work.
//!
//! All rows are one account's, and one of two hosts': each round spoils one column of each, in a way that the schema lets
//! stand (tables are `STRICT`, so that a value of another type cannot be there; checks and references are switched off). The
//! seed is printed; `PARLOUR_SEED` sets it, `PARLOUR_FULL` makes it two hundred rounds.

use std::path::Path;

use anyhow::{Context as _, ensure};
use parlour_domain::api_key::{KeyWish, Scope};
use parlour_domain::invite::issue::Wish;
use parlour_domain::{By, Dice as _, Door, HostName, Role};
use parlour_xmpp::jid::BareJid;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::{Client, Loaded, PASSWORD, Server, Setup, operator};

const DATABASE: &str = "parlour.db";

fn setup(dir: &Path) -> Setup {
    Setup { dir: Some(dir.to_owned()), ..Setup::default() }
}

/// Everybody does a little of everything, mara most.
async fn live(dir: &Path) {
    let mut server = Server::start(setup(dir)).await.expect("a server");
    for (name, role) in [("anna", Role::Owner), ("ben", Role::Member), ("mara", Role::Member)] {
        server.account(&format!("{name}@example.test"), role).await.expect("an account");
    }
    server.account("olga@other.test", Role::Member).await.expect("an account");
    for (one, other) in [("anna", "ben"), ("anna", "mara"), ("ben", "mara")] {
        server.befriend(&format!("{one}@example.test"), &format!("{other}@example.test")).await.expect("friends");
    }
    for name in ["anna", "mara"] {
        let jid = BareJid::new(&format!("{name}@example.test")).expect("an address");
        let by = By::account(jid, Role::Member, Door::Xmpp, 1);
        server.invite(&by, "example.test", Wish::default()).await;
        let mut client = server.online(&format!("{name}@example.test/x")).await;
        for (number, payload) in DOES.iter().enumerate() {
            client.send(format!("<iq type='set' id='d{number}'>{payload}</iq>")).await;
        }
        client.send("<message to='ben@example.test' type='chat' id='m'><body>hello</body></message>").await;
        client.send("<message to='mara@example.test' type='chat' id='n'><body>hello</body></message>").await;
        client.send("<presence to='olga@example.test' type='subscribe'/>").await;
        client.sync().await.expect("all of it");
    }
    let people = &server.people;
    let host = HostName::parse("example.test").expect("a domain");
    for group in ["sound", "spoilt"] {
        people.groups.create(&operator(), host.clone(), group.into(), false).await.expect("a group");
        for name in ["ben", "mara"] {
            let jid = BareJid::new(&format!("{name}@example.test")).expect("an address");
            people.groups.set_member(&operator(), group.into(), jid, true).await.expect("a member");
        }
    }
    for name in ["sound", "spoilt"] {
        let scopes = [Scope::InvitesRead].into_iter().collect();
        let key = KeyWish { name: name.into(), role: Role::Admin, scopes, expires_after: None };
        people.api_keys.create(&operator(), Some(host.clone()), key).await.expect("a key");
    }
    for name in ["ben", "mara"] {
        let done = people.sign_in.browser(&By::system(), &host, name, PASSWORD, "Firefox").await;
        done.map_err(drop).expect("signed in");
    }
    server.stop().await;
    // What only apps of their own, and other servers, leave behind.
    let rows = format!(
        "INSERT INTO device (host, account, agent, software, name, seen, ends, new_nonce, new_mechanism, new_issued, new_expires)
           SELECT host, id, x'0011', 'App', 'Phone', 1, {NEVER}, x'0022', 'HT-SHA-256-NONE', 1, {NEVER} FROM account;
         INSERT INTO outbox (host, due, job) SELECT host, 0,
           '{{\"job\":\"subscription\",\"from\":\"' || name || '@example.test\",\"to\":\"x@far.example\",\"kind\":\"subscribed\"}}'
           FROM account WHERE name IN ('ben', 'mara');"
    );
    Connection::open(dir.join(DATABASE)).expect("the database").execute_batch(&rows).expect("rows");
}

/// A time that does not come.
const NEVER: i64 = 9_000_000_000_000;

/// What leaves rows behind.
const DOES: &[&str] = &[
    "<vCard xmlns='vcard-temp'><FN>N</FN></vCard>",
    "<query xmlns='jabber:iq:private'><x xmlns='urn:x'>y</x></query>",
    "<block xmlns='urn:xmpp:blocking'><item jid='spam.example'/></block>",
    "<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>",
    "<prefs xmlns='urn:xmpp:mam:2' default='always'><always><jid>a@b.example</jid></always><never/></prefs>",
    "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:n'><item id='i'><x xmlns='urn:x'/></item>\
     </publish></pubsub>",
];

/// Spoils one column of mara's row in each table that has one, and one of the other host's. Gives what was done.
fn poison(file: &Path, dice: &Loaded) -> Vec<String> {
    let below = |end: usize| {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % end.max(1) as u64).unwrap_or_default()
    };
    let db = Connection::open(file).expect("the database");
    db.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").expect("switched off");
    let mara: i64 = db.query_row("SELECT id FROM account WHERE name = 'mara'", [], |row| row.get(0)).expect("mara");
    let mut tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .expect("a schema");
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).expect("tables").collect::<Result<_, _>>().expect("names");
    let mut done = Vec::new();
    for table in tables {
        let mut columns = db.prepare(&format!("PRAGMA table_info(\"{table}\")")).expect("columns");
        let columns: Vec<(String, String, bool)> = columns
            .query_map([], |row| Ok((row.get(1)?, row.get(2)?, row.get::<_, bool>(3)?)))
            .expect("columns")
            .collect::<Result<_, _>>()
            .expect("columns");
        let has = |name: &str| columns.iter().any(|(column, ..)| column == name);
        let rows = match table.as_str() {
            "account" => format!("id = {mara}"),
            "host" => "domain = 'other.test'".to_owned(),
            "invite" => format!("maker = {mara}"),
            "outbox" => "job LIKE '%mara@%'".to_owned(),
            "people_group" | "api_key" => "name = 'spoilt'".to_owned(),
            _ if has("account") => format!("account = {mara}"),
            _ => continue,
        };
        // What says whose row it is stays, or it would be somebody else's.
        let open: Vec<_> =
            columns.iter().filter(|(name, ..)| !["id", "host", "account", "maker"].contains(&&**name)).collect();
        if open.is_empty() {
            continue;
        }
        let (column, kind, not_null) = open[below(open.len())];
        let (what, value) = spoilt(kind, *not_null, below(7));
        let text = if what == "no text" { "CAST(?1 AS TEXT)" } else { "?1" };
        let changed =
            db.execute(&format!("UPDATE OR IGNORE \"{table}\" SET \"{column}\" = {text} WHERE {rows}"), [value]);
        if changed.is_ok_and(|rows| rows > 0) {
            done.push(format!("{table}.{column}: {what}"));
        }
    }
    done
}

fn spoilt(kind: &str, not_null: bool, way: usize) -> (&'static str, Value) {
    match (kind, way) {
        (_, 0) if !not_null => ("nothing", Value::Null),
        ("INTEGER", 1) => ("the largest number", Value::Integer(i64::MAX)),
        ("INTEGER", 2) => ("the smallest number", Value::Integer(i64::MIN)),
        ("INTEGER", 3) => ("less than nothing", Value::Integer(-1)),
        ("INTEGER", _) => ("a large number", Value::Integer(1 << 40)),
        ("BLOB", 1) => ("no bytes", Value::Blob(Vec::new())),
        ("BLOB", 2) => ("a million bytes", Value::Blob(vec![0x3c; 1_000_000])),
        ("BLOB", _) => ("other bytes", Value::Blob(b"<\xff\x00&".to_vec())),
        (_, 1) => ("no words", Value::Text(String::new())),
        (_, 2) => ("a million letters", Value::Text("x".repeat(1_000_000))),
        (_, 3) => ("no text", Value::Blob(b"\xff\xfe@\xc0".to_vec())),
        (_, 4) => ("a half list", Value::Text("[{\"".to_owned())),
        (_, 5) => ("a list", Value::Text("[1,null,{}]".to_owned())),
        _ => ("no address", Value::Text("@@ /\u{1}".to_owned())),
    }
}

/// What everybody else does, with the damage there.
async fn others_live(dir: &Path) -> anyhow::Result<()> {
    let mut server = Server::start(setup(dir)).await.context("it does not start")?;
    let told = async {
        // A host that cannot be read is not served; whoever signs in to it is another matter.
        let mut ben = Client::sign_in(server.ports.c2s, "ben@example.test/b", PASSWORD).await?;
        let mut anna = Client::sign_in(server.ports.c2s, "anna@example.test/a", PASSWORD).await?;
        anna.available().await?;
        ben.available().await?;
        for (number, asks) in ASKS.iter().enumerate() {
            anna.send(format!("<iq type='get' id='a{number}'>{asks}</iq>")).await;
            let id = format!("a{number}");
            let answer = loop {
                let heard = anna.element().await?;
                if heard.attr_value("id") == Some(&*id) {
                    break heard;
                }
            };
            let right = answer.attr_value("type") == Some("result");
            ensure!(right, "{asks} gave {answer}");
        }
        anna.send("<message to='ben@example.test/b' id='still' type='chat'><body>there?</body></message>").await;
        anna.sync().await?;
        let heard = ben.until_pong().await?;
        ensure!(heard.iter().any(|el| el.attr_value("id") == Some("still")), "nothing comes through");
        let host = HostName::parse("example.test").expect("a domain");
        server.invite(&operator(), "example.test", Wish::default()).await;
        for path in ["accounts", "invites", "groups", "groups/sound", "keys", "accounts/ben"] {
            let request = http::Request::get(format!("/api/v1/hosts/{host}/{path}")).header("host", "local");
            let answer = server.web.answer_operator(request.body(bytes::Bytes::new())?).await;
            ensure!(answer.status() == 200, "{path}: {} {:?}", answer.status(), answer.body());
            let text = String::from_utf8_lossy(answer.body()).into_owned();
            let there = if path == "keys" { "sound" } else { "ben" };
            ensure!(path == "invites" || text.contains(there), "{path}: {text}");
        }
        let ben = BareJid::new("ben@example.test")?;
        let signed_in = server.people.sign_in.browser(&By::system(), &host, "ben", PASSWORD, "Chrome").await;
        ensure!(signed_in.is_ok(), "nobody signs in with a browser");
        ensure!(server.people.sign_in.sessions(&ben).await?.len() == 2, "browsers of others are lost");
        while server.people.chores.work_off().await? {}
        server.people.chores.tidy(&host).await?;
        anyhow::Ok(())
    };
    let told = told.await;
    server.stop().await;
    told
}

const ASKS: &[&str] = &[
    "<query xmlns='jabber:iq:roster'/>",
    "<vCard xmlns='vcard-temp'/>",
    "<blocklist xmlns='urn:xmpp:blocking'/>",
    "<prefs xmlns='urn:xmpp:mam:2'/>",
    "<query xmlns='jabber:iq:private'><x xmlns='urn:x'/></query>",
];

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Poisoned {
    /// Rounds, each a start of the server over spoilt rows.
    pub rounds: usize,
    /// Columns that were spoilt in them.
    pub columns: usize,
}

/// Spoils rows so many times; each time the server must start, and everybody but their owner must live as before.
///
/// # Errors
/// What did not work, and what had been spoilt.
pub async fn poisoned(rounds: usize, seed: u64) -> anyhow::Result<Poisoned> {
    let dice = Loaded::new(seed);
    let sound = tempfile::tempdir()?;
    live(sound.path()).await;
    let mut told = Poisoned::default();
    for round in 0..rounds {
        let spoilt = tempfile::tempdir()?;
        std::fs::copy(sound.path().join(DATABASE), spoilt.path().join(DATABASE))?;
        let done = poison(&spoilt.path().join(DATABASE), &dice);
        ensure!(done.len() > 8, "hardly anything is there to be spoilt: {done:?}");
        let lived = others_live(spoilt.path()).await;
        lived.with_context(|| format!("round {round} of seed {seed}, with {done:#?}"))?;
        told.rounds += 1;
        told.columns += done.len();
    }
    Ok(told)
}
