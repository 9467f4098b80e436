//! A name that nobody has costs what a name that somebody has costs, statement by statement.

use rusqlite::StatementStatus::{Run, VmStep};
use rusqlite::types::Value;

use super::*;
use crate::sqlite::testing::{jid, plan_of, store_with};

const PEOPLE: [&str; 5] =
    ["anna@h.example", "berta@h.example", "clara@h.example", "dora@h.example", "emma@other.example"];

/// A store where everybody has keys, Berta has left, and two were invited.
fn town() -> Sqlite {
    let store = store_with(&PEOPLE);
    let changed = store
        .act::<_, Infallible, _>(|tx| {
            for sql in [
                "INSERT INTO password_key (host, account, kind, sealed) SELECT host, id, 'SCRAM-SHA-1', x'00' FROM account",
                "INSERT INTO password_key (host, account, kind, sealed) SELECT host, id, 'SCRAM-SHA-256', x'01' FROM account",
                "UPDATE account SET inviter = 1, root = 1, depth = 1 WHERE name IN ('clara', 'dora')",
                "UPDATE account SET state = 'disabled', since = 7 WHERE name = 'berta'",
            ] {
                tx.execute(sql, [])?;
            }
            Ok(Outcome::unchanged(()))
        })
        .wait();
    changed.expect("a town").into_out();
    store
}

/// Each statement's runs and the steps of SQLite's machine in it, for one look-up.
fn work(store: &Sqlite, name: &str) -> Vec<(i32, i32)> {
    let name = jid(name);
    let counted = store.read(move |tx| {
        load_password(tx, &name)?;
        let mut work = Vec::new();
        let find = "SELECT id FROM account WHERE host = ?1 AND name = ?2";
        for sql in [find, SOMEBODY, STATE, KEYS] {
            let statement = tx.prepare_cached(sql)?;
            work.push((statement.reset_status(Run), statement.reset_status(VmStep)));
        }
        Ok(work)
    });
    counted.wait().expect("read")
}

#[test]
fn attack_33_nobodys_name_takes_the_same_statements_and_steps() {
    let store = town();
    let names =
        ["anna", "berta", "clara", "dora", "aaaa", "nobody", "zzzz", "b", "x-1", "quite.a.long.name.that.is.free"];
    // Statements are made on their first use.
    work(&store, "anna@h.example");
    let all: Vec<_> = names.map(|name| work(&store, &format!("{name}@h.example"))).into();
    let steps = |of: &[(i32, i32)]| of.iter().map(|(_, steps)| steps).sum::<i32>();
    for (name, work) in names.iter().zip(&all) {
        assert!(work.iter().all(|(runs, _)| *runs == 1), "{name}: {work:?}");
        // Whether the name is in the index is a step or two; everything else is done alike.
        assert!((steps(work) - steps(&all[0])).abs() <= 3, "{name}: {work:?} but {:?}", all[0]);
    }
}

#[test]
fn attack_33_a_row_says_whether_the_name_is_its_own() {
    let store = town();
    let row = |name: &str| store.password_row(jid(name)).wait().expect("read");
    let anna = row("anna@h.example").expect("there");
    assert!(anna.own && anna.state == AccountState::Active && anna.keys.len() == 2);
    let berta = row("berta@h.example").expect("there");
    assert!(berta.own && berta.state == AccountState::Disabled { since: 7 });
    let nobody = row("nobody@h.example").expect("somebody else's");
    assert!(!nobody.own && nobody.keys.len() == 2);
    assert_eq!(Some(nobody), row("nobody@h.example"), "the same each time");
    assert!(!row("anna@other.example").expect("of that host").own);
    assert_eq!(
        store_with(&["anna@h.example"]).password_row(jid("anna@h.example")).wait().expect("read").map(|r| r.own),
        Some(true)
    );
    assert_eq!(store_with(&["anna@h.example"]).password_row(jid("b@h.example")).wait().expect("read"), None);
}

#[test]
fn owners_are_counted_without_a_look_at_everybody() {
    let plan = crate::sqlite::testing::plan_of(&town(), OWNERS, vec![rusqlite::types::Value::Integer(1)]);
    assert!(plan.contains("USING INDEX account_owner"), "{plan}");
}

#[test]
fn fault_20_a_page_is_as_long_with_a_damaged_account_on_it() {
    let store = store_with(&PEOPLE);
    let spoilt = store
        .act::<_, Infallible, _>(|tx| {
            tx.execute("UPDATE account SET name = name || ' @' WHERE name IN ('berta', 'clara')", [])?;
            Ok(Outcome::unchanged(()))
        })
        .wait();
    spoilt.expect("spoilt").into_out();
    let host = HostName::parse("h.example").expect("a domain");
    for newest_first in [false, true] {
        let query = AccountQuery { newest_first, ..AccountQuery::all(host.clone(), 2) };
        // A page that is not full is the last: whoever comes behind it would be seen by nobody.
        let page = store.list(query).wait().expect("a page");
        let mut names: Vec<&str> = page.iter().map(|account| account.jid.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["anna@h.example", "dora@h.example"]);
    }
}

#[test]
fn how_many_there_are_is_known_without_counting_them() {
    let store = town();
    let counted = |host: &str| {
        let host = HostName::parse(host).expect("a domain");
        AccountStore::counts(&store, host, 0).wait().expect("counted")
    };
    let told = |active, disabled, deleted, new| AccountCounts { active, disabled, deleted, new };
    assert_eq!((counted("h.example"), counted("other.example")), (told(3, 1, 0, 3), told(1, 0, 0, 1)));
    let change = |sql: &'static str| {
        let done = store.act::<_, Infallible, _>(move |tx| {
            tx.execute(sql, [])?;
            Ok(Outcome::unchanged(()))
        });
        done.wait().expect("changed").into_out();
    };
    // Whatever way they turn, come and go.
    change("UPDATE account SET state = 'deleted', since = 8 WHERE name IN ('berta', 'dora')");
    change("UPDATE account SET role = 'admin', state = 'active' WHERE name = 'anna'");
    assert_eq!(counted("h.example"), told(2, 0, 2, 2));
    change("UPDATE account SET state = 'erased' WHERE name = 'dora'");
    change("UPDATE account SET created = 0 WHERE name = 'anna'");
    assert_eq!(counted("h.example"), told(2, 0, 1, 1));
    change("DELETE FROM password_key");
    change("DELETE FROM account WHERE name = 'emma'");
    assert_eq!(counted("other.example"), told(0, 0, 0, 0));
    // One row each for the states, and those who are new.
    for (sql, last, way) in [
        (COUNT, Value::Text("active".into()), "SEARCH account_count USING PRIMARY KEY (host=? AND state=?)"),
        (COUNT_NEW, Value::Integer(0), "SEARCH account USING COVERING INDEX account_by_time (host=? AND created>?)"),
    ] {
        assert_eq!(plan_of(&store, sql, vec![Value::Integer(1), last]), way);
    }
}
