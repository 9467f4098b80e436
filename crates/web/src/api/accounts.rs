//! `/api/v1/hosts/{host}/accounts`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_domain::account::RESTORABLE;
use parlour_domain::account::rules::Turn;
use parlour_domain::{Account, AccountState, By, HostName, Role};
use parlour_engine::{AccountQuery, Committed, Standing};
use parlour_xmpp::jid::BareJid;

use super::answers::{self, time};
use super::endpoint::{At, Changed, Created, Found, Query, Sent};
use super::once::Once;
use super::{refusals, types};
use crate::problem::Fail;
use crate::service::Shared;

/// `GET`: a page of them, by the order in which they came.
pub(crate) async fn list(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    Query(query): Query<types::AccountsQuery>,
) -> Result<Found<types::Page<types::Account>>, Fail> {
    let host = web.served(&host)?;
    let limit = answers::limit(query.limit)?;
    let read = |text: &str| BareJid::new(text).ok().filter(|jid| HostName::of(jid) == host);
    let wanted = AccountQuery {
        text: query.text,
        role: query.role.as_deref().map(role).transpose()?,
        standing: query.state.as_deref().map(standing).transpose()?,
        group: query.group,
        after: answers::read_cursor(query.cursor.as_deref(), read)?,
        ..AccountQuery::all(host.clone(), limit)
    };
    let rows = web.acts.accounts.list(&by, wanted).await.map_err(|e| refusals::account(e, host.as_str()))?;
    let next = rows.last().filter(|_| rows.len() >= limit as usize).map(|last| answers::cursor(last.jid.as_str()));
    Ok(Found(types::Page { items: rows.iter().map(shown).collect(), next }))
}

/// `GET /{name}`: with its groups, and where it is signed in.
pub(crate) async fn one(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, name)): At<(String, String)>,
) -> Result<Found<types::Account>, Fail> {
    let account = known(&web, &answers::address(&name, &web.served(&host)?)?).await?;
    let jid = &account.jid;
    let sessions = web.acts.sign_in.sessions(jid).await.map_err(refusals::store)?;
    Ok(Found(types::Account {
        groups: web.acts.groups.of(jid.clone()).await.map_err(refusals::store)?,
        sessions: sessions
            .iter()
            .map(|session| types::Session {
                id: session.hash.label(),
                browser: session.browser.clone(),
                created: time(session.created),
                last_used: time(session.seen),
                expires: time(session.expires),
            })
            .collect(),
        devices: web
            .acts
            .devices
            .of(&by, jid)
            .await
            .map_err(refusals::store)?
            .into_iter()
            .map(|device| types::Device {
                resource: device.online.as_ref().map(|online| online.resource.to_string()),
                since: device.online.as_ref().map(|online| time(online.since)),
                connected: device.online.is_some_and(|online| online.connected),
                last_signed_in: device.returns.map(|(seen, _)| time(seen)),
                returns_until: device.returns.map(|(_, until)| time(until)),
            })
            .collect(),
        ..shown(&account)
    }))
}

/// `POST`: makes one; without a password one is made up and told once.
pub(crate) async fn create(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At(host): At<String>,
    once: Once,
    Sent(wish): Sent<types::NewAccount>,
) -> Result<Created<types::Account>, Fail> {
    let host = web.served(&host)?;
    let role = wish.role.as_deref().map_or(Ok(Role::Member), role)?;
    let made_up = wish.password.is_none().then(|| made_up(&web));
    let act = async {
        let password = wish.password.as_deref().or(made_up.as_deref());
        let done = web.acts.accounts.create(&by, &host, &wish.name, role, password).await;
        let done = done.map_err(|e| refusals::account(e, &wish.name))?;
        Ok(done.map(|account| types::Account { password: made_up.clone(), ..shown(&account) }))
    };
    let again = async |jid: String| {
        let jid = BareJid::new(&jid).map_err(Fail::fault)?;
        Ok(shown(&known(&web, &jid).await?))
    };
    Ok(once.run(&web, Some(&host), act, again).await?.into())
}

/// `PATCH /{name}`: role, password, let in or kept out; each that is asked for, in this order.
pub(crate) async fn change(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, name)): At<(String, String)>,
    Sent(wish): Sent<types::AccountChange>,
) -> Result<Changed<types::Account>, Fail> {
    let jid = answers::address(&name, &web.served(&host)?)?;
    if wish.password.is_some() && wish.new_password == Some(true) {
        return Err(Fail::refused(
            StatusCode::BAD_REQUEST,
            "two-passwords",
            "Send password or new_password, not both.",
        ));
    }
    let refused = |error| refusals::account(error, jid.as_str());
    // Before anything is done: a change whose second half cannot be read has no first half.
    let new_role = wish.role.as_deref().map(role).transpose()?;
    let mut done: Option<Committed<Account>> = None;
    if let Some(role) = new_role {
        done = Some(web.acts.accounts.set_role(&by, &jid, role).await.map_err(refused)?);
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
        Some(done) => Ok(Changed::new(done.map(|account| types::Account { password: made_up, ..shown(&account) }))),
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
    At((host, name)): At<(String, String)>,
) -> Result<Changed<types::Account>, Fail> {
    turned(&web, &by, &host, &name, Turn::Delete).await
}

/// `POST /{name}/restore`.
pub(crate) async fn restore(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, name)): At<(String, String)>,
) -> Result<Changed<types::Account>, Fail> {
    turned(&web, &by, &host, &name, Turn::Restore).await
}

/// `POST /{name}/sign-out`: ends all its browsers' sessions and chat apps.
pub(crate) async fn sign_out(
    State(web): State<Arc<Shared>>,
    Extension(by): Extension<By>,
    At((host, name)): At<(String, String)>,
) -> Result<Changed<types::Account>, Fail> {
    let account = known(&web, &answers::address(&name, &web.served(&host)?)?).await?;
    let jid = &account.jid;
    let done = web.acts.accounts.sign_out(&by, jid).await.map_err(|e| refusals::account(e, jid.as_str()))?;
    Ok(Changed::new(done.map(|()| shown(&account))))
}

async fn turned(web: &Shared, by: &By, host: &str, name: &str, turn: Turn) -> Result<Changed<types::Account>, Fail> {
    let jid = answers::address(name, &web.served(host)?)?;
    let done = web.acts.accounts.turn(by, &jid, turn).await.map_err(|e| refusals::account(e, jid.as_str()))?;
    Ok(Changed::new(done.map(|account| shown(&account))))
}

async fn known(web: &Shared, jid: &BareJid) -> Result<Account, Fail> {
    let found = web.acts.accounts.account(jid.clone()).await.map_err(refusals::store)?;
    found.filter(|account| !matches!(account.state, AccountState::Erased { .. })).ok_or_else(|| {
        let title = format!("There is no account {jid}. See who is there: parlour account list {}", HostName::of(jid));
        Fail::refused(StatusCode::NOT_FOUND, "no-such-account", title)
    })
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
        groups: Vec::new(),
        sessions: Vec::new(),
        devices: Vec::new(),
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

fn standing(word: &str) -> Result<Standing, Fail> {
    Standing::from_name(word).ok_or_else(|| {
        let title = format!("There is no state {word:?}. States are active, disabled and deleted.");
        Fail::refused(StatusCode::BAD_REQUEST, "bad-state", title)
    })
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
