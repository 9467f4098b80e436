//! `/api/v1/hosts/{host}/accounts`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::Turn;
use parlour_domain::{Account, AccountState, By, HostName, Role};
use parlour_engine::{AccountQuery, Committed};
use parlour_xmpp::jid::BareJid;

use super::answers::{self, changed, created, found, time};
use super::{refusals, types};
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: a page of them.
pub(crate) async fn list(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path(host): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let after = match answers::query(query.as_deref(), "cursor") {
        Some(cursor) => Some(read_cursor(cursor, &host).ok_or(Fail::Malformed)?),
        None => None,
    };
    let query = AccountQuery { after, ..AccountQuery::all(host.clone(), PAGE) };
    let rows = web.acts.accounts.list(&by, query).await.map_err(|e| refusals::account(e, host.as_str()))?;
    let next =
        rows.last().filter(|_| rows.len() >= PAGE as usize).map(|last| URL_SAFE_NO_PAD.encode(last.jid.as_str()));
    Ok(found(&types::Page { items: rows.iter().map(shown).collect(), next }))
}

/// `GET /{name}`.
pub(crate) async fn one(
    State(web): State<Arc<Shared>>,
    Path((host, name)): Path<(String, String)>,
) -> Result<Response, Fail> {
    let jid = answers::address(&name, &web.served(&host)?)?;
    Ok(found(&shown(&known(&web, &jid).await?)))
}

/// `POST`: makes one; without a password one is made up and told once.
pub(crate) async fn create(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path(host): Path<String>,
    bytes: Bytes,
) -> Result<Response, Fail> {
    let host = web.served(&host)?;
    let wish: types::NewAccount = answers::body(&bytes)?;
    let role = wish.role.as_deref().map_or(Ok(Role::Member), role)?;
    let made_up = wish.password.is_none().then(|| made_up(&web));
    let password = wish.password.as_deref().or(made_up.as_deref());
    let done = web.acts.accounts.create(&by, &host, &wish.name, role, password).await;
    let done = done.map_err(|e| refusals::account(e, &wish.name))?;
    Ok(created(done.map(|account| types::Account { password: made_up, ..shown(&account) })))
}

/// `PATCH /{name}`: role, password, let in or kept out; each that is asked for, in this order.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, name)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Fail> {
    let jid = answers::address(&name, &web.served(&host)?)?;
    let wish: types::AccountChange = answers::body(&bytes)?;
    if wish.password.is_some() && wish.new_password == Some(true) {
        return Err(Fail::refused(
            StatusCode::BAD_REQUEST,
            "two-passwords",
            "Send password or new_password, not both.",
        ));
    }
    let refused = |error| refusals::account(error, jid.as_str());
    let mut done: Option<Committed<Account>> = None;
    if let Some(word) = wish.role.as_deref() {
        done = Some(web.acts.accounts.set_role(&by, &jid, role(word)?).await.map_err(refused)?);
    }
    let made_up = (wish.new_password == Some(true)).then(|| made_up(&web));
    if let Some(password) = wish.password.as_deref().or(made_up.as_deref()) {
        let account = known(&web, &jid).await?;
        let set = web.acts.accounts.set_password(&by, &jid, password).await.map_err(refused)?;
        done = Some(set.map(|()| account));
    }
    if let Some(enabled) = wish.enabled {
        let turn = if enabled { Turn::Enable } else { Turn::Disable };
        done = Some(web.acts.accounts.turn(&by, &jid, turn).await.map_err(refused)?);
    }
    match done {
        Some(done) => Ok(changed(done.map(|account| types::Account { password: made_up, ..shown(&account) }))),
        None => Err(Fail::refused(
            StatusCode::BAD_REQUEST,
            "nothing-to-change",
            "Say what to change: role, password, new_password or enabled.",
        )),
    }
}

/// `DELETE /{name}`: gone for everybody, restorable for 30 days.
pub(crate) async fn delete(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, name)): Path<(String, String)>,
) -> Result<Response, Fail> {
    turned(&web, &by, &host, &name, Turn::Delete).await
}

/// `POST /{name}/restore`.
pub(crate) async fn restore(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    Path((host, name)): Path<(String, String)>,
) -> Result<Response, Fail> {
    turned(&web, &by, &host, &name, Turn::Restore).await
}

async fn turned(web: &Shared, by: &By, host: &str, name: &str, turn: Turn) -> Result<Response, Fail> {
    let jid = answers::address(name, &web.served(host)?)?;
    let done = web.acts.accounts.turn(by, &jid, turn).await.map_err(|e| refusals::account(e, jid.as_str()))?;
    Ok(changed(done.map(|account| shown(&account))))
}

async fn known(web: &Shared, jid: &BareJid) -> Result<Account, Fail> {
    let found = web.acts.accounts.account(jid.clone()).await.map_err(refusals::store)?;
    found.filter(|account| !matches!(account.state, AccountState::Erased { .. })).ok_or_else(|| {
        let title = format!("There is no account {jid}. See who is there: parlour account list {}", HostName::of(jid));
        Fail::refused(StatusCode::NOT_FOUND, "no-such-account", title)
    })
}

/// Gone, restorable or not.
pub(super) fn is_deleted(account: &Account) -> bool {
    matches!(account.state, AccountState::Deleted { .. } | AccountState::Erased { .. })
}

fn shown(account: &Account) -> types::Account {
    let (state, erased_on) = match account.state {
        AccountState::Active => ("active", None),
        AccountState::Disabled { .. } => ("disabled", None),
        AccountState::Deleted { since } => ("deleted", Some(time(since.saturating_add(RESTORABLE)))),
        AccountState::Erased { .. } => ("erased", None),
    };
    let by_operator = account.origin.invite.map(|_| "operator".to_owned());
    types::Account {
        jid: account.jid.to_string(),
        role: account.role.as_str().to_owned(),
        state: state.to_owned(),
        created: time(account.created),
        invited_by: account.origin.inviter.as_ref().map(ToString::to_string).or(by_operator),
        erased_on,
        password: None,
    }
}

/// Reads a role's word.
pub(super) fn role(word: &str) -> Result<Role, Fail> {
    Role::from_name(word).ok_or_else(|| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-role",
            format!("There is no role {word:?}. Roles are limited, member, admin and owner."),
        )
    })
}

fn read_cursor(cursor: &str, host: &HostName) -> Option<BareJid> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    BareJid::new(&text).ok().filter(|jid| HostName::of(jid) == *host)
}

/// A password to be told once: four groups of five letters and digits that are not mixed up when read aloud, 100 bits.
fn made_up(web: &Shared) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 20] = web.dice.bytes();
    let mut text = String::new();
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    text
}

/// Rows of one page.
const PAGE: u32 = 200;
