//! What every backend must do alike: one suite, run over each.
//!
//! A function takes an empty store and panics where the store is wrong. It knows only the traits.

mod devices;
mod invites;
mod model;
mod people;
mod walk;

use std::sync::Arc;

use parlour_domain::account::rules::CreateAsk;
use parlour_domain::invite::issue::{IssueAsk, IssueRefusal, Wish};
use parlour_domain::invite::redeem::{RedeemAsk, RedeemRefusal, Redeemed};
use parlour_domain::names::{NamePolicy, NewName};
use parlour_domain::token::TokenId;
use parlour_domain::{
    Actor, By, Door, HostName, HostOptions, HostPolicy, Invite, InviteKind, KeyKind, Millis, Presented, Role,
    SealedKeys,
};
use parlour_xmpp::jid::BareJid;

use crate::accounts::AccountStore;
use crate::devices::DeviceStore;
use crate::groups::GroupStore;
use crate::hosts::HostStore;
use crate::invites::InviteStore;
use crate::outbox::OutboxStore;
use crate::sessions::SessionStore;
use crate::{ActError, Sqlite};

/// Everything a backend is.
pub(crate) trait Backend:
    HostStore + AccountStore + InviteStore + GroupStore + SessionStore + DeviceStore + OutboxStore + Sync
{
}

impl<S: HostStore + AccountStore + InviteStore + GroupStore + SessionStore + DeviceStore + OutboxStore> Backend for S {}

const NOW: Millis = 1_800_000_000_000;

fn domain(name: &str) -> HostName {
    HostName::parse(name).expect("a domain")
}

fn host() -> HostName {
    domain("h.example")
}

fn jid(name: &str) -> BareJid {
    BareJid::new(&format!("{name}@h.example")).expect("an address")
}

fn id(number: u64) -> TokenId {
    format!("{number:011}").parse().expect("eleven digits")
}

fn operator() -> By {
    By::operator(Door::Local, 1)
}

fn newcomer() -> By {
    By { actor: Actor::Newcomer, door: Door::Xmpp, request: 1, address: None }
}

fn policy() -> Arc<HostPolicy> {
    Arc::new(HostPolicy::default())
}

fn name(text: &str) -> NewName {
    NewName::accept(text, &NamePolicy { host: &host(), reserved: &[], allow_reserved: true }).expect("a name")
}

fn keys(mark: u8) -> Vec<SealedKeys> {
    vec![
        SealedKeys { kind: KeyKind::ScramSha1, sealed: vec![mark; 5] },
        SealedKeys { kind: KeyKind::ScramSha256, sealed: vec![mark; 7] },
    ]
}

fn add_host(store: &impl Backend, host: HostName) {
    HostStore::add(store, operator(), host, HostOptions::default(), NOW).wait().expect("a host");
}

fn add_person(store: &impl Backend, person: &str, role: Role) -> By {
    let ask = CreateAsk { by: operator(), host: host(), name: name(person), role, keys: keys(1), at: NOW };
    AccountStore::create(store, ask).wait().expect("a person");
    By::account(jid(person), role, Door::Xmpp, 1)
}

fn ask(by: &By, number: u64, kind: InviteKind, wish: Wish) -> IssueAsk {
    let named = wish.name.as_deref().filter(|_| kind != InviteKind::Reset).map(name);
    IssueAsk { by: by.clone(), host: host(), kind, name: named, id: id(number), key: 1, at: NOW, wish }
}

fn issue(store: &impl Backend, ask: IssueAsk) -> Result<Invite, ActError<IssueRefusal>> {
    InviteStore::issue(store, ask, policy()).wait().map(crate::Committed::into_out)
}

fn redeem(store: &impl Backend, number: u64, name: &str, at: Millis) -> Result<Redeemed, ActError<RedeemRefusal>> {
    let shown = Some(Presented { id: id(number), at });
    let ask = RedeemAsk { by: newcomer(), host: host(), shown, name: name.into(), keys: keys(2), announce: None, at };
    InviteStore::redeem(store, ask, policy()).wait().map(crate::Committed::into_out)
}

fn look(store: &impl Backend, number: u64) -> Option<Invite> {
    InviteStore::look(store, host(), id(number)).wait().expect("read").map(|looked| looked.invite)
}

/// Runs a part of the suite over every backend there is.
macro_rules! over_each {
    ($($part:ident: $run:path;)*) => {$(
        #[test]
        fn $part() {
            $run(&Sqlite::in_memory(crate::sqlite::Options::default()).expect("a store in memory"));
            let dir = tempfile::tempdir().expect("a temporary directory");
            let file = dir.path().join("parlour.db");
            $run(&Sqlite::open(&file, crate::sqlite::Options::default()).expect("a store in a file"));
        }
    )*};
}

over_each! {
    hosts: people::hosts;
    accounts: people::accounts;
    erased: people::erased;
    no_names_for_other_hosts: people::no_names_for_other_hosts;
    groups: people::groups;
    sessions: people::sessions;
    devices: devices::devices;
    attack_35_whatever_ends_sessions_ends_tokens: devices::endings;
    owed: people::owed;
    invite_as_it_was_made: invites::round_trip;
    invite_history: invites::history;
    invites_withdrawn_together: invites::withdrawn_together;
    invites_swept: invites::swept;
    invites_paged: invites::paged;
    a_refusal_leaves_no_trace: invites::refusal_leaves_no_trace;
    vector_28_one_use_one_account: invites::race_for_one_use;
    two_doors_race_for_one_use: invites::race_of_two_doors;
    one_name_one_account: invites::race_for_a_name;
    hosts_do_not_meet: people::hosts_do_not_meet;
    model: model::agrees;
    removed_hosts_take_their_links_along: walk::removed_hosts;
}
