//! Very many accounts, put where a server keeps them without asking it: for looking at what a large place costs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use parlour_domain::account::rules::CreateAsk;
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::{HostName, Role};
use parlour_store::Sqlite;
use parlour_store::accounts::AccountStore as _;
use parlour_store::sqlite::Options;
use parlour_xmpp::jid::BareJid;

use crate::peers::{HOST, House, Kind};
use crate::within::operator;

/// Gives a server that is stopped so many accounts beside `somebody`, whom it has, and of whose keys they all get a copy.
pub async fn settle(house: &House, somebody: &str, number: u32) -> anyhow::Result<()> {
    match house.kind {
        Kind::Parlour | Kind::Forgetful => rows(&house.data(), somebody, number).await,
        Kind::Prosody | Kind::ProsodySqlite => files(&house.data(), somebody, number),
        Kind::Ejabberd | Kind::EjabberdSqlite => bail!("its tables cannot be written from outside"),
    }
}

/// Through the store, a thousand to a transaction.
async fn rows(data: &Path, somebody: &str, number: u32) -> anyhow::Result<()> {
    let store = Sqlite::open(&data.join("parlour.db"), Options::default())?;
    let host = HostName::parse(HOST).context("a domain")?;
    let known = store.credentials(BareJid::new(&format!("{somebody}@{HOST}"))?).await?.context("nobody")?;
    let policy = NamePolicy { host: &host, reserved: &[], allow_reserved: true };
    for from in (0..number).step_by(AT_A_TIME) {
        let mut tickets = Vec::with_capacity(AT_A_TIME);
        for one in (from..number).take(AT_A_TIME) {
            let name = NewName::accept(&resident(one), &policy)?;
            let (host, keys) = (host.clone(), known.keys.clone());
            let ask = CreateAsk { by: operator(), host, name, role: Role::Member, keys, at: known.account.created };
            tickets.push(store.create(ask));
        }
        for ticket in tickets {
            ticket.await?.into_out();
        }
    }
    tokio::task::spawn_blocking(move || store.close()).await?;
    Ok(())
}

/// A file for each, as Prosody keeps accounts (mod_storage_internal).
fn files(data: &Path, somebody: &str, number: u32) -> anyhow::Result<()> {
    let folder = data.join(HOST.replace('.', "%2e")).join("accounts");
    let known = fs::read(folder.join(format!("{somebody}.dat"))).context("its account")?;
    for one in 0..number {
        fs::write(folder.join(format!("{}.dat", resident(one))), &known)?;
    }
    Ok(())
}

/// The name of one.
pub fn resident(number: u32) -> String {
    format!("r{number}")
}

const AT_A_TIME: usize = 8_192;
