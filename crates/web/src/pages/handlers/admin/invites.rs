//! The console's list of invitations, and doing the same to several.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::invite::issue::IssueRefusal;
use parlour_domain::invite::renew::RenewRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::invite::{Invite, InviteKind, InviteState, Who};
use parlour_domain::limits::MAX_BULK;
use parlour_domain::token::TokenId;
use parlour_engine::{ActError, Committed, InviteQuery};

use super::{ROWS, Shell, again_first, asks, jid, local, query};
use crate::front::timestamp;
use crate::pages::handlers::{Ctx, Proof, Submitted, see_other, shown_name};
use crate::pages::paths;
use crate::pages::view::admin::{Ask, InviteFind, InviteRow, InviteSaid, InvitesPage, Outcome, Outcomes, Section};
use crate::problem::Fail;

/// What can be done to several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Extend,
    Renew,
    Revoke,
}

impl Act {
    fn parse(word: &str) -> Option<Self> {
        [Self::Extend, Self::Renew, Self::Revoke].into_iter().find(|act| act.as_str() == word)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Extend => "extend",
            Self::Renew => "renew",
            Self::Revoke => "revoke",
        }
    }
}

/// `GET /admin/invites`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let host = &ctx.asked.place.host;
    let find = InviteFind {
        text: fields.get("q").trim(),
        state: InviteState::from_name(fields.get("state")),
        kind: InviteKind::from_name(fields.get("kind")),
        group: fields.get("group"),
        maker: fields.get("by"),
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let asked = InviteQuery {
        text: given(find.text),
        state: find.state,
        kind: find.kind,
        group: given(find.group),
        maker: jid(&ctx, find.maker),
        after: fields.get("after").parse().ok(),
        // One more tells whether there is another page.
        limit: ROWS + 1,
        ..InviteQuery::new(host.clone())
    };
    let mut found = ctx.web.acts.invites.list(&ctx.by()?, asked).await.map_err(Fail::store)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let rows: Vec<_> = found.iter().map(|invite| row(invite, &ctx)).collect();
    let groups = ctx.web.acts.groups.list(host.clone()).await.map_err(Fail::store)?;
    let groups: Vec<String> = groups.into_iter().map(|group| group.name).collect();
    let at = |after: &str| {
        let pairs = [
            ("q", find.text),
            ("state", find.state.map_or("", InviteState::as_str)),
            ("kind", find.kind.map_or("", InviteKind::as_str)),
            ("group", find.group),
            ("by", find.maker),
            ("after", after),
        ];
        paths::with(paths::INVITES, &pairs)
    };
    let shell = Shell::new(&ctx)?;
    let page = InvitesPage {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        first: fields.find("after").map(|_| at("")),
        next: found.last().filter(|_| more).map(|last| at(last.id.as_str())),
        find,
        groups: &groups,
        invites: &rows,
        none_ticked: fields.find("none").is_some(),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// `GET /admin/invites/several?act=ACT&pick.ID=on`: how many and which.
pub(crate) async fn ask_several(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let act = Act::parse(fields.get("act")).ok_or(Fail::Malformed)?;
    let invites = named(&ctx, &fields.ticked("pick.")).await?;
    if invites.is_empty() {
        return Ok(see_other(&paths::with(paths::INVITES, &[("none", "1")])));
    }
    let shell = Shell::new(&ctx)?;
    let (site, n) = (&shell.site, invites.len());
    let until = site.moment(timestamp(longer(&ctx)));
    let (title, line, submit) = match act {
        Act::Extend => {
            ("admin-several-extend", site.with("admin-several-extend-explain", "date", until), "admin-act-extend")
        }
        Act::Renew => ("admin-several-renew", site.t("admin-renew-explain"), "admin-act-renew"),
        Act::Revoke => ("admin-several-revoke", site.t("revoke-explain"), "list-take-back"),
    };
    let page = Ask {
        site,
        desk: shell.desk(Section::Invites),
        title: site.with(title, "n", n),
        lines: vec![line],
        rows: invites.iter().map(|invite| title_of(invite, &ctx, site)).collect(),
        action: paths::SEVERAL.to_owned(),
        fields: vec![("act", act.as_str().to_owned()), ("ids", joined(invites.iter().map(|invite| invite.id)))],
        submit: site.t(submit),
        keep: site.t("frame-back"),
        back: paths::INVITES.to_owned(),
        danger: act == Act::Revoke,
    };
    Ok(asks(&shell, &page))
}

/// `POST /admin/invites/several`: what came of each. Sent again it does nothing twice.
pub(crate) async fn several(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(paths::INVITES));
    }
    let act = Act::parse(fields.get("act")).ok_or(Fail::Malformed)?;
    let ids = ids_of(fields.get("ids"));
    if ids.is_empty() || ids.len() > MAX_BULK {
        return Err(Fail::Malformed);
    }
    let (by, host, invites) = (ctx.by()?, &ctx.asked.place.host, &ctx.web.acts.invites);
    if act != Act::Revoke && !ctx.proved_lately()? {
        let ids: Vec<&str> = ids.iter().map(TokenId::as_str).collect();
        let resets = named(ctx, &ids).await?.iter().any(|invite| invite.kind == InviteKind::Reset);
        if resets && let Some(answer) = again_first(ctx, paths::INVITES)? {
            return Ok(answer);
        }
    }
    let too_many = |error: parlour_engine::invites::TooMany| Fail::fault(error);
    // For each: which, where it is now, whether it was done, and in a few words.
    let done: Vec<(TokenId, TokenId, bool, &'static str)> = match act {
        Act::Extend => {
            let each = invites.extend_many(&by, host, &ids, longer(ctx)).await.map_err(too_many)?;
            let told = |(id, outcome): (TokenId, Result<Committed<Invite>, _>)| match outcome {
                Ok(done) => Ok((id, done.out().id, true, "admin-invite-done-changed")),
                Err(error) => failed(error).map(|()| (id, id, false, "admin-not-extended")),
            };
            each.into_iter().map(told).collect::<Result<_, Fail>>()?
        }
        Act::Renew => {
            let each = invites.renew_many(&by, host, &ids).await.map_err(too_many)?;
            let told = |(id, outcome): (TokenId, Result<Committed<Invite>, ActError<RenewRefusal>>)| match outcome {
                Ok(done) => Ok((id, done.out().id, true, "admin-renewed")),
                Err(ActError::Refused(refusal)) => Ok((id, id, false, not_renewed(&refusal))),
                Err(ActError::Failed(error)) => Err(Fail::store(error)),
            };
            each.into_iter().map(told).collect::<Result<_, Fail>>()?
        }
        Act::Revoke => {
            let each = invites.revoke_many(&by, host, &ids).await.map_err(too_many)?;
            let told = |(id, outcome): (TokenId, Result<Committed<()>, ActError<RevokeRefusal>>)| match outcome {
                Ok(_) => Ok((id, id, true, "state-withdrawn")),
                Err(error) => failed(error).map(|()| (id, id, false, "admin-not-revoked")),
            };
            each.into_iter().map(told).collect::<Result<_, Fail>>()?
        }
    };
    let shell = Shell::new(ctx)?;
    let mut outcomes = Vec::with_capacity(done.len());
    for (id, now, done, told) in &done {
        let invite = invites.show(&by, host, now.as_str()).await.map_err(Fail::store)?;
        let what = invite.map_or_else(|| id.to_string(), |(invite, _)| title_of(&invite, ctx, &shell.site));
        outcomes.push(Outcome { what, path: paths::console_invitation(now.as_str(), ""), done: *done, told });
    }
    let ids = |act_is: Act| {
        let done = done.iter().filter(|(_, _, done, _)| *done && act == act_is);
        joined(done.map(|(_, now, ..)| *now))
    };
    let new = ids(Act::Renew);
    let page = Outcomes {
        site: &shell.site,
        desk: shell.desk(Section::Invites),
        outcomes: &outcomes,
        again: ids(Act::Revoke),
        links: (!new.is_empty()).then(|| paths::with(paths::BATCH, &[("ids", &new)])),
    };
    Ok(shell.send(StatusCode::OK, &page))
}

/// An invite as a row.
pub(crate) fn row(invite: &Invite, ctx: &Ctx) -> InviteRow {
    let about = invite.note.as_deref().or(invite.name.as_deref()).or(invite.hello.as_deref());
    InviteRow {
        id: invite.id.to_string(),
        about: about.map(shortened),
        made: timestamp(invite.created),
        kind: invite.kind,
        maker: match &invite.maker {
            Who::Account(jid) => Some((local(jid).to_owned(), shown_name(jid))),
            Who::Key(_) | Who::Newcomer | Who::Operator | Who::Server => None,
        },
        state: invite.state(ctx.asked.now),
        expires: timestamp(invite.expires),
        uses: invite.uses,
        max_uses: invite.max_uses,
        opened: invite.opened,
    }
}

/// What an invite is called: its note, its name, or when it was made.
fn title_of(invite: &Invite, ctx: &Ctx, site: &crate::pages::view::Site<'_>) -> String {
    row(invite, ctx).title(site)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHORT { text.to_owned() } else { text.chars().take(SHORT - 1).chain(['…']).collect() }
}

/// The invites with these ids that are there for whoever asks, in their order.
pub(crate) async fn named(ctx: &Ctx, ids: &[&str]) -> Result<Vec<Invite>, Fail> {
    let (by, host) = (ctx.by()?, &ctx.asked.place.host);
    let mut invites = Vec::new();
    for id in ids.iter().take(MAX_BULK).filter(|id| id.parse::<TokenId>().is_ok()) {
        let found = ctx.web.acts.invites.show(&by, host, id).await.map_err(Fail::store)?;
        invites.extend(found.map(|(invite, _)| invite));
    }
    Ok(invites)
}

/// Ids as addresses and hidden fields carry them.
pub(crate) fn joined(ids: impl Iterator<Item = TokenId>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(".")
}

/// Reads them.
pub(crate) fn ids_of(text: &str) -> Vec<TokenId> {
    text.split('.').filter_map(|id| id.parse().ok()).collect()
}

/// To an invite's own page. Takes the proof that it is durable.
pub(crate) fn to(done: &Committed<Invite>, said: InviteSaid) -> Response {
    let page = paths::console_invitation(done.out().id.as_str(), "");
    see_other(&paths::with(&page, &[("done", said.as_str())]))
}

/// Why an invite is not renewed: a text's id.
pub(crate) fn not_renewed(refusal: &RenewRefusal) -> &'static str {
    match refusal {
        RenewRefusal::Unknown => "admin-gone",
        RenewRefusal::Renewed { .. } => "admin-renewed-before",
        RenewRefusal::MakerGone => "admin-maker-gone",
        RenewRefusal::Issue(IssueRefusal::NameTaken | IssueRefusal::NamePromised) => "admin-name-gone",
        RenewRefusal::Issue(_) => "admin-not-renewed",
    }
}

/// As long as a new one, from now.
fn longer(ctx: &Ctx) -> i64 {
    ctx.asked.now.saturating_add(ctx.asked.place.policy.invite_expiry)
}

/// A refusal is told with its invite; a failure is ours.
fn failed<R>(error: ActError<R>) -> Result<(), Fail> {
    match error {
        ActError::Refused(_) => Ok(()),
        ActError::Failed(error) => Err(Fail::store(error)),
    }
}

/// Characters of a note in a list.
const SHORT: usize = 60;
