//! Keys for programs: made, shown once, taken back. What a key may do is judged at its door, by its scopes and by what
//! its maker still may.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::api_key::{ApiKey, KeyRefusal, KeyWish, Scope};
use parlour_domain::options::Span;
use parlour_domain::{Millis, Role};
use parlour_engine::{ActError, Committed};

use super::{Shell, again_first, asks, query};
use crate::front::timestamp;
use crate::pages::handlers::{Ctx, Proof, Submitted, see_other, shown_name};
use crate::pages::paths;
use crate::pages::view::admin::{Ask, KeyMade, KeyRow, KeysPage, MakeKey, Section};
use crate::problem::Fail;

/// `GET /admin/keys`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let keys: Vec<_> = all(&ctx).await?.iter().take(LISTED).map(|key| row(key, ctx.asked.now)).collect();
    let shell = Shell::new(&ctx)?;
    let page = KeysPage {
        site: &shell.site,
        desk: shell.desk(Section::Keys),
        keys: &keys,
        revoked: fields.find("revoked").is_some(),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// `GET /admin/keys/new`.
pub(crate) async fn form(ctx: Ctx) -> Result<Response, Fail> {
    if let Some(answer) = again_first(&ctx, paths::NEW_KEY)? {
        return Ok(answer);
    }
    show(&ctx, StatusCode::OK, "", &[], None)
}

/// `POST /admin/keys/new`: the key is in the answer, and nowhere else.
pub(crate) async fn make(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(paths::NEW_KEY));
    }
    if let Some(answer) = again_first(ctx, paths::NEW_KEY)? {
        return Ok(answer);
    }
    let name = fields.get("name").trim();
    let scopes: Option<Vec<Scope>> = fields.ticked("scope.").into_iter().map(Scope::from_name).collect();
    let scopes = scopes.ok_or(Fail::Malformed)?;
    let life = fields.get("expires");
    let wish = KeyWish {
        name: name.to_owned(),
        role: Role::from_name(fields.get("role")).ok_or(Fail::Malformed)?,
        scopes: scopes.iter().copied().collect(),
        expires_after: match Span::parse(life) {
            _ if life.is_empty() => None,
            Some(span) => Some(span.0),
            None => return Err(Fail::Malformed),
        },
    };
    let why = match ctx.web.acts.api_keys.create(&ctx.by()?, Some(ctx.asked.place.host.clone()), wish).await {
        Ok(done) => {
            let shell = Shell::new(ctx)?;
            let text = done.out().text.expose();
            let page = KeyMade { site: &shell.site, desk: shell.desk(Section::Keys), name, text };
            return Ok(shell.send(StatusCode::OK, &page));
        }
        Err(ActError::Refused(KeyRefusal::NotAllowed)) => return Err(Fail::NotYours),
        Err(ActError::Refused(KeyRefusal::Role | KeyRefusal::RoleTooHigh)) => "admin-no-role",
        Err(ActError::Refused(KeyRefusal::NoScope)) => "admin-key-no-scope",
        Err(ActError::Refused(KeyRefusal::BadName { .. })) => "admin-key-bad-name",
        Err(ActError::Refused(KeyRefusal::Expiry | KeyRefusal::Unknown)) => return Err(Fail::Malformed),
        Err(ActError::Refused(KeyRefusal::TooMany { .. })) => "admin-key-too-many",
        Err(ActError::Failed(error)) => return Err(Fail::store(error)),
    };
    show(ctx, StatusCode::BAD_REQUEST, name, &scopes, Some(why))
}

/// `GET /admin/keys/revoke?id=ID`.
pub(crate) async fn ask_revoke(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let key = all(&ctx).await?.into_iter().find(|key| key.id.to_string() == fields.get("id")).ok_or(Fail::Missing)?;
    let shell = Shell::new(&ctx)?;
    let site = &shell.site;
    let page = Ask {
        site,
        desk: shell.desk(Section::Keys),
        title: site.with("admin-key-revoke-title", "name", key.name.as_str()),
        lines: vec![site.t("admin-key-revoke-explain")],
        rows: Vec::new(),
        action: "/admin/keys/revoke".to_owned(),
        fields: vec![("id", key.id.to_string())],
        submit: site.t("list-take-back"),
        keep: site.t("revoke-keep"),
        back: paths::KEYS.to_owned(),
        danger: true,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/keys/revoke`.
pub(crate) async fn revoke(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, id) = (&sent.ctx, sent.fields.get("id"));
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(paths::KEYS));
    }
    match ctx.web.acts.api_keys.revoke(&ctx.by()?, Some(ctx.asked.place.host.clone()), id).await {
        Ok(done) => Ok(revoked(&done)),
        Err(ActError::Refused(KeyRefusal::Unknown)) => Err(Fail::Missing),
        Err(ActError::Refused(_)) => Err(Fail::NotYours),
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

fn revoked(_proof: &Committed<ApiKey>) -> Response {
    see_other(&paths::with(paths::KEYS, &[("revoked", "1")]))
}

async fn all(ctx: &Ctx) -> Result<Vec<ApiKey>, Fail> {
    match ctx.web.acts.api_keys.list(&ctx.by()?, Some(ctx.asked.place.host.clone())).await {
        Ok(keys) => Ok(keys),
        Err(ActError::Refused(_)) => Err(Fail::NotYours),
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

fn row(key: &ApiKey, now: Millis) -> KeyRow {
    KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        role: key.role,
        scopes: key.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" "),
        maker: key.maker.as_ref().map(shown_name),
        used: key.used.map(timestamp),
        expires: key.expires.map(timestamp),
        good: key.revoked.is_none() && key.expires.is_none_or(|at| at > now),
    }
}

fn show(
    ctx: &Ctx,
    status: StatusCode,
    name: &str,
    ticked: &[Scope],
    trouble: Option<&'static str>,
) -> Result<Response, Fail> {
    let mine = ctx.member()?.account.role;
    let roles: Vec<Role> = [Role::Admin, Role::Owner].into_iter().filter(|role| *role <= mine).collect();
    let shell = Shell::new(ctx)?;
    let page = MakeKey { site: &shell.site, desk: shell.desk(Section::Keys), name, ticked, roles: &roles, trouble };
    Ok(shell.send(status, &page))
}

/// Keys on the page: there are never many more, and the latest matter.
const LISTED: usize = 50;
