//! What several areas' tests need: a store with a host and some people in it.

use std::convert::Infallible;

use parlour_domain::account::AccountOrigin;
use parlour_domain::{Account, AccountChange, AccountState, Change, HostChange, HostName, Outcome, Role};
use parlour_xmpp::jid::BareJid;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Options, Sqlite};

/// An address.
pub(super) fn jid(text: &str) -> BareJid {
    BareJid::new(text).expect("a test's address")
}

/// A store in memory with these accounts, and their hosts.
pub(super) fn store_with(accounts: &[&str]) -> Sqlite {
    let store = Sqlite::in_memory(Options::default()).expect("memory");
    populate(&store, accounts);
    store
}

/// Adds accounts, and their hosts.
pub(super) fn populate(store: &Sqlite, accounts: &[&str]) {
    let mut hosts: Vec<HostName> = accounts.iter().map(|account| HostName::of(&jid(account))).collect();
    hosts.sort();
    hosts.dedup();
    let hosts = hosts.into_iter().map(|host| Change::Host(HostChange::Added { host, at: 1, options: Box::default() }));
    let accounts = accounts.iter().map(|account| {
        let account = Account {
            jid: jid(account),
            role: Role::Member,
            state: AccountState::Active,
            created: 1,
            origin: AccountOrigin::default(),
        };
        Change::Account(AccountChange::Created { account, keys: Vec::new() })
    });
    let changes: Vec<Change> = hosts.chain(accounts).collect();
    let done = store.act::<_, Infallible, _>(move |_| Ok(Outcome { changes, out: () })).wait();
    done.expect("people are made").into_out();
}

/// How SQLite goes about a question with these values: a line a step.
pub(super) fn plan_of(store: &Sqlite, sql: &str, values: Vec<Value>) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let plan = store.read(move |tx| {
        let mut rows = tx.prepare(&sql)?;
        let rows = rows.query_map(params_from_iter(values), |row| row.get::<_, String>("detail"))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.join("\n"))
    });
    plan.wait().expect("a plan")
}
