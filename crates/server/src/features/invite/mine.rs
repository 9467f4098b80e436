//! The command by which members see their own invites, get a link again or a new one, and take one back; admins all.
//!
//! Reason: XEP-0401 only makes invites. One form does it, so that it works in every app that shows commands: which
//! invite, and what to do with it. The node is in our own namespace.
//! Left out: tables (XEP-0004 §3.4), which apps do not show beside fields.

use std::sync::Arc;

use parlour_domain::invite::InviteState;
use parlour_domain::invite::renew::RenewRefusal;
use parlour_domain::invite::revoke::RevokeRefusal;
use parlour_domain::{Invite, InviteKind, Role, Who};
use parlour_engine::invites::{Invites, IssueError};
use parlour_engine::{ActError, BoxFuture, InviteQuery};
use parlour_words::Lang;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::forms::{Field, FieldKind, Form, FormKind};
use parlour_xmpp::ns;
use parlour_xmpp::payload::BadPayload;
use parlour_xmpp::payload::command::CommandError;

use super::issue::links;
use crate::features::commands::Reply;
use crate::features::{Asker, Command, ours, said};

/// The invites of whoever asks.
pub(super) struct Mine(pub(super) Arc<Invites>);

impl Command for Mine {
    fn node(&self) -> &'static str {
        ns::INVITES_COMMAND
    }

    fn name(&self) -> &'static str {
        "chat-command-invites"
    }

    fn may(&self, asker: &Asker) -> bool {
        // What was made with another role is still one's own.
        asker.by.rank().is_some()
    }

    fn run(&self, asker: Asker, form: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>> {
        let invites = Arc::clone(&self.0);
        Box::pin(async move {
            let Some(form) = form else { return page(&invites, &asker, None).await };
            if form.kind != FormKind::Submit {
                return Err(CommandError::BadPayload(BadPayload::Invalid { what: "type" }).into());
            }
            match form.value("action").unwrap_or_default() {
                "older" => page(&invites, &asker, form.value("after")).await,
                "show" => show(&invites, &asker, chosen(&form)?).await,
                "renew" => renew(&invites, &asker, chosen(&form)?).await,
                "revoke" => revoke(&invites, &asker, chosen(&form)?).await,
                _ => Err(CommandError::BadPayload(BadPayload::Missing { what: "action" }).into()),
            }
        })
    }
}

fn chosen(form: &Form) -> Result<&str, StanzaError> {
    let chosen = form.value("invite").filter(|id| !id.is_empty());
    chosen.ok_or_else(|| CommandError::BadPayload(BadPayload::Missing { what: "invite" }).into())
}

async fn page(invites: &Invites, asker: &Asker, after: Option<&str>) -> Result<Reply, StanzaError> {
    let (lang, now) = (asker.lang, asker.engine.clock.wall());
    let text = |id: &str| lang.text(id, &[]);
    let after = after.and_then(|id| id.parse().ok());
    let query = InviteQuery { after, limit: PAGE + 1, ..InviteQuery::new(asker.host.clone()) };
    let mut some = invites.list(&asker.by, query).await.map_err(ours)?;
    let more = some.len() > PAGE as usize;
    some.truncate(PAGE as usize);
    if some.is_empty() {
        let none = Form::new(FormKind::Result).title(text("chat-command-invites"));
        return Ok(none.instructions(text("chat-invites-none")).into());
    }
    let list = Field::new(FieldKind::ListSingle, "invite").label(text("chat-invites-which")).required();
    let list = some.iter().fold(list, |list, invite| list.option(line(asker, invite, now), invite.id.as_str()));
    let mut what = Field::new(FieldKind::ListSingle, "action")
        .label(text("chat-invites-what"))
        .required()
        .option(text("chat-invites-show"), "show")
        .option(text("chat-invites-renew"), "renew")
        .option(text("chat-invites-revoke"), "revoke");
    let mut form = Form::new(FormKind::Form).title(text("chat-command-invites"));
    if let Some(last) = some.last().filter(|_| more) {
        what = what.option(text("chat-invites-older"), "older");
        form = form.field(Field::new(FieldKind::Hidden, "after").value(last.id.as_str()));
    }
    // An app that must send something sends what does no harm.
    let first = some.first().map(|invite| invite.id.as_str().to_owned()).unwrap_or_default();
    Ok(Reply::Ask(form.field(list.value(first)).field(what.value("show"))))
}

async fn show(invites: &Invites, asker: &Asker, id: &str) -> Result<Reply, StanzaError> {
    let lang = asker.lang;
    let shown = invites.show(&asker.by, &asker.host, id).await.map_err(ours)?;
    let (invite, _) = shown.ok_or_else(|| unknown(lang))?;
    // No link of one that is dead: it would only be sent in vain.
    if invite.state(asker.engine.clock.wall()) != InviteState::Waiting {
        return Err(over(lang));
    }
    links(invites, &invite, lang).map(Reply::from)
}

async fn renew(invites: &Invites, asker: &Asker, id: &str) -> Result<Reply, StanzaError> {
    let (lang, now) = (asker.lang, asker.engine.clock.wall());
    match invites.renew(&asker.by, &asker.host, id).await {
        Ok(done) => links(invites, &done.into_out(), lang).map(Reply::from),
        Err(ActError::Refused(RenewRefusal::Unknown)) => Err(unknown(lang)),
        Err(ActError::Refused(RenewRefusal::Renewed { .. } | RenewRefusal::MakerGone)) => Err(over(lang)),
        Err(ActError::Refused(RenewRefusal::Issue(refusal))) => {
            Err(said::issue(IssueError::Refused(refusal), lang, "", now))
        }
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

async fn revoke(invites: &Invites, asker: &Asker, id: &str) -> Result<Reply, StanzaError> {
    let lang = asker.lang;
    match invites.revoke(&asker.by, &asker.host, id).await {
        Ok(done) => {
            done.into_out();
            let form = Form::new(FormKind::Result).title(lang.text("chat-command-invites", &[]));
            Ok(form.instructions(lang.text("chat-invites-revoked", &[])).into())
        }
        Err(ActError::Refused(RevokeRefusal::Unknown)) => Err(unknown(lang)),
        Err(ActError::Refused(RevokeRefusal::Dead(_))) => Err(over(lang)),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

fn unknown(lang: Lang) -> StanzaError {
    said::said(StanzaError::item_not_found(), lang, "chat-invites-unknown", &[])
}

fn over(lang: Lang) -> StanzaError {
    said::said(StanzaError::not_allowed(), lang, "chat-invites-over", &[])
}

/// One invite in a line: for whom, whose where that is somebody else, what became of it, and until when.
fn line(asker: &Asker, invite: &Invite, now: i64) -> String {
    let lang = asker.lang;
    let text = |id: &str| lang.text(id, &[]);
    let about = invite.name.clone().or_else(|| invite.note.clone()).or_else(|| invite.hello.clone());
    let what = about.unwrap_or_else(|| {
        text(match invite.kind {
            InviteKind::Account | InviteKind::Owner => "chat-invites-kind-account",
            InviteKind::AccountAndContact => "chat-invites-kind-friend",
            InviteKind::Contact => "chat-invites-kind-contact",
            InviteKind::Reset => "chat-invites-kind-reset",
        })
    });
    let state = text(match invite.state(now) {
        InviteState::Waiting => "chat-invites-waiting",
        InviteState::Used => "chat-invites-used",
        InviteState::Full => "chat-invites-full",
        InviteState::Expired => "chat-invites-expired",
        InviteState::Withdrawn => "chat-invites-withdrawn",
    });
    let when = said::when(lang, invite.expires, now);
    let whose = match &invite.maker {
        Who::Account(maker) if asker.by.rank() >= Some(Role::Admin) && asker.by.jid() != Some(maker) => {
            maker.node().map(|node| node.as_str().to_owned())
        }
        _ => None,
    };
    let args = [("what", what.into()), ("state", state.into()), ("when", when.into())];
    match whose {
        None => lang.text("chat-invites-line", &args),
        Some(whose) => {
            let [what, state, when] = args;
            lang.text("chat-invites-line-of", &[what, state, when, ("maker", whose.into())])
        }
    }
}

/// Invites on one page. A guess: what a telephone's list still shows well.
const PAGE: u32 = 30;
