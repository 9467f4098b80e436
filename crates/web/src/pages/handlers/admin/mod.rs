//! The console: what an admin does for their place. Every act is judged again where it is done; what the pages leave
//! out is for clarity, not for safety.

pub(crate) mod again;
pub(crate) mod groups;
pub(crate) mod import;
pub(crate) mod invite;
pub(crate) mod invites;
pub(crate) mod keys;
pub(crate) mod make;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod settings;

use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::{Account, AccountState, Role};
use parlour_engine::Standing;
use parlour_engine::accounts::AccountError;
use parlour_xmpp::jid::BareJid;

use super::{Ctx, Fields, see_other, shown_name};
use crate::front::timestamp;
use crate::pages::view::admin::{Ask, Desk, Person, Section};
use crate::pages::{paths, view};
use crate::problem::Fail;

/// Rows of a list on one page: with these, a page stays under its weight.
pub(crate) const ROWS: u32 = 25;

/// What stands around a page, kept while the page is written.
pub(crate) struct Shell<'c> {
    ctx: &'c Ctx,
    /// The frame.
    pub site: view::Site<'c>,
    csrf: String,
    name: String,
}

impl<'c> Shell<'c> {
    pub fn new(ctx: &'c Ctx) -> Result<Self, Fail> {
        let name = shown_name(&ctx.member()?.account.jid);
        // Another language's link would lose what stands in the query.
        Ok(Self { ctx, site: view::Site { path: None, ..ctx.asked.site() }, csrf: ctx.field(), name })
    }

    pub fn desk(&self, section: Section) -> Desk<'_> {
        Desk { section, csrf: &self.csrf, name: &self.name }
    }

    pub fn send(&self, status: StatusCode, page: &impl view::Page) -> Response {
        self.ctx.form(status, page)
    }
}

/// The query as fields; a broken one is no query of our pages.
pub(crate) fn query(raw: Option<&str>) -> Result<Fields, Fail> {
    Fields::parse(raw.unwrap_or_default().as_bytes()).ok_or(Fail::Malformed)
}

/// Where to type the password again, unless that was done a short while ago; then it goes on at `path`.
pub(crate) fn again_first(ctx: &Ctx, path: &str) -> Result<Option<Response>, Fail> {
    Ok(if ctx.proved_lately()? { None } else { Some(see_other(&paths::with(paths::AGAIN, &[("next", path)]))) })
}

/// The account of this host with that local part, if there is one that is not erased.
pub(crate) async fn account(ctx: &Ctx, name: &str) -> Result<Account, Fail> {
    let jid = jid(ctx, name).ok_or(Fail::Missing)?;
    let found = ctx.web.acts.accounts.account(jid).await.map_err(Fail::store)?;
    found.filter(|account| !matches!(account.state, AccountState::Erased { .. })).ok_or(Fail::Missing)
}

/// The address of a local part at this host.
pub(crate) fn jid(ctx: &Ctx, name: &str) -> Option<BareJid> {
    let host = ctx.asked.place.host.as_str();
    let jid = BareJid::new(&format!("{name}@{host}")).ok()?;
    (jid.domain().as_str() == host && jid.node().is_some()).then_some(jid)
}

/// Whether whoever is signed in may change an account, as far as a page must know.
pub(crate) fn may_manage(me: &Account, other: &Account) -> bool {
    me.jid != other.jid && me.role >= Role::Admin && other.role <= me.role
}

/// The local part, as links carry it.
pub(crate) fn local(jid: &BareJid) -> &str {
    jid.node().map_or("", |node| node.as_str())
}

/// An account as a row.
pub(crate) fn row(account: &Account, groups: Vec<String>) -> Person {
    let both = |jid: &BareJid| (local(jid).to_owned(), shown_name(jid));
    let (name, shown) = both(&account.jid);
    Person {
        name,
        shown,
        role: account.role,
        standing: standing(account),
        joined: timestamp(account.created),
        inviter: account.origin.inviter.as_ref().map(both),
        groups,
    }
}

fn standing(account: &Account) -> Standing {
    match account.state {
        AccountState::Active => Standing::Active,
        AccountState::Disabled { .. } => Standing::Disabled,
        // An erased one is on no page.
        AccountState::Deleted { .. } | AccountState::Erased { .. } => Standing::Deleted,
    }
}

/// A failed look at accounts.
pub(crate) fn failed(error: AccountError) -> Fail {
    match error {
        // The role was taken away between the door and the act.
        AccountError::Refused(_) => Fail::NotYours,
        AccountError::Busy(_) => Fail::Overloaded,
        AccountError::Failed(error) => Fail::store(error),
        error @ (AccountError::Password(_) | AccountError::UnknownHost(_)) => Fail::fault(error),
    }
}

/// A question, sent.
pub(crate) fn asks(shell: &Shell<'_>, page: &Ask<'_>) -> Response {
    shell.send(StatusCode::OK, page)
}
