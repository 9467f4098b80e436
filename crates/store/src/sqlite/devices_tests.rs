//! A device of nobody costs what a device of somebody costs, statement by statement.

use rusqlite::StatementStatus::{Run, VmStep};

use super::*;
use crate::sqlite::testing::{jid, store_with};

/// A store where everybody has keys and a device of the same id.
fn town() -> Sqlite {
    let store = store_with(&["anna@h.example", "berta@h.example", "clara@h.example"]);
    let changed = store
        .act::<_, Infallible, _>(|tx| {
            tx.execute(
                "INSERT INTO password_key (host, account, kind, sealed) SELECT host, id, 'SCRAM-SHA-256', x'01' FROM account",
                [],
            )?;
            tx.execute(
                "INSERT INTO device (host, account, agent, seen, ends, new_nonce, new_mechanism, new_issued, new_expires) \
                 SELECT host, id, ?1, 1, 9, ?1, 'HT-SHA-256-NONE', 1, 9 FROM account",
                [[7_u8; 16]],
            )?;
            Ok(Outcome::unchanged(()))
        })
        .wait();
    changed.expect("a town").into_out();
    store
}

/// The runs and steps of the look at a device.
fn work(store: &Sqlite, name: &str, agent: u8) -> (i32, i32) {
    let name = jid(name);
    let counted = store.read(move |tx| {
        if let (host, _, Some(id)) = accounts::spot(tx, &name)? {
            load(tx, (host, id), AgentId([agent; 16]))?;
        }
        let statement = tx.prepare_cached(ONE)?;
        Ok((statement.reset_status(Run), statement.reset_status(VmStep)))
    });
    counted.wait().expect("read")
}

#[test]
fn attack_33_nobodys_device_takes_the_same_statements_and_steps() {
    let store = town();
    work(&store, "anna@h.example", 7);
    for agent in [7, 8] {
        let somebodys = work(&store, "anna@h.example", agent);
        assert_eq!(somebodys.0, 1);
        for name in ["berta", "clara", "nobody", "aaaa", "zzzz"] {
            assert_eq!(work(&store, &format!("{name}@h.example"), agent), somebodys, "{name} {agent}");
        }
    }
    let nobodys = DeviceStore::device(&store, jid("nobody@h.example"), AgentId([7; 16])).wait();
    assert_eq!(nobodys, Ok(None), "though somebody's row was looked at");
}
