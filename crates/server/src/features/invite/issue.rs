//! The commands that make invites and links for a new password.
//!
//! Spec: XEP-0401 v0.6.0, §5.1 (`#invite`), §5.4 (`#create-account`). COMPAT Prosody 13: the command for a new password.

use std::sync::Arc;

use parlour_domain::invite::issue::Wish;
use parlour_domain::invite::{InviteKind, may_invite, own_kind};
use parlour_domain::options::Span;
use parlour_domain::{HostName, Invite};
use parlour_engine::BoxFuture;
use parlour_engine::invites::Invites;
use parlour_words::Lang;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::forms::{Field, FieldKind, Form};
use parlour_xmpp::ns;
use parlour_xmpp::payload::BadPayload;
use parlour_xmpp::payload::command::CommandError;
use parlour_xmpp::payload::invite::{self, CreateAccount, Invitation, InvitationTexts, LandingUrl, RESET_COMMAND};
use parlour_xmpp::time::Timestamp;

use crate::features::commands::Reply;
use crate::features::{Asker, Command, said};

/// Invites a friend: at once, without a form.
pub(super) struct Contact(pub(super) Arc<Invites>);

impl Command for Contact {
    fn node(&self) -> &'static str {
        ns::INVITE_COMMAND
    }

    fn name(&self) -> &'static str {
        "chat-command-invite"
    }

    fn may(&self, asker: &Asker) -> bool {
        asker.by.rank().and_then(|rank| own_kind(rank, &asker.policy)).is_some()
    }

    fn run(&self, asker: Asker, _: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>> {
        let invites = Arc::clone(&self.0);
        Box::pin(async move { made(&invites, &asker, Wish::default()).await })
    }
}

/// Invites somebody to an account, with a name kept for them if wished.
pub(super) struct Account(pub(super) Arc<Invites>);

impl Command for Account {
    fn node(&self) -> &'static str {
        ns::INVITE_CREATE_ACCOUNT
    }

    fn name(&self) -> &'static str {
        "chat-command-account"
    }

    fn may(&self, asker: &Asker) -> bool {
        asker.policy.allow_registration && may(asker, InviteKind::Account)
    }

    fn form(&self, lang: Lang) -> Option<Form> {
        let text = |id: &str| lang.text(id, &[]);
        let form =
            CreateAccount::form(&text("chat-account-title"), &text("chat-account-name"), &text("chat-account-friends"));
        // What XEP-0401 does not know of, and nobody has to fill in.
        let life = Field::new(FieldKind::ListSingle, EXPIRY).label(text("chat-account-expiry"));
        let life = life.option(text("chat-account-expiry-usual"), "");
        let life = LIVES.iter().fold(life, |life, (id, value)| life.option(text(id), *value));
        let line = |var: &str, id: &str| Field::new(FieldKind::TextSingle, var).label(text(id));
        Some(
            form.field(line(MAX_USES, "chat-account-max-uses"))
                .field(life)
                .field(line(NOTE, "chat-account-note"))
                .field(line(HELLO, "chat-account-hello"))
                .field(Field::new(FieldKind::TextMulti, GROUPS).label(text("chat-account-groups"))),
        )
    }

    fn run(&self, asker: Asker, form: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>> {
        let invites = Arc::clone(&self.0);
        Box::pin(async move {
            let form = filled(form)?;
            let asked = CreateAccount::read(&form).map_err(CommandError::BadPayload)?;
            let text = |var: &str| form.value(var).map(str::trim).filter(|text| !text.is_empty());
            let bad = |what| StanzaError::from(CommandError::BadPayload(BadPayload::Invalid { what }));
            let wish = Wish {
                kind: Some(InviteKind::Account),
                name: asked.username,
                subscribe: asked.roster_subscription,
                max_uses: text(MAX_USES).map(|uses| uses.parse().map_err(|_| bad(MAX_USES))).transpose()?,
                expires_after: text(EXPIRY)
                    .map(|life| Span::parse(life).ok_or_else(|| bad(EXPIRY)))
                    .transpose()?
                    .map(|s| s.0),
                note: text(NOTE).map(str::to_owned),
                hello: text(HELLO).map(str::to_owned),
                groups: form
                    .values(GROUPS)
                    .iter()
                    .map(|name| name.trim().to_owned())
                    .filter(|n| !n.is_empty())
                    .collect(),
                ..Wish::default()
            };
            made(&invites, &asker, wish).await
        })
    }
}

/// Makes a link for a new password.
pub(super) struct Reset(pub(super) Arc<Invites>);

impl Command for Reset {
    fn node(&self) -> &'static str {
        RESET_COMMAND
    }

    fn name(&self) -> &'static str {
        "chat-command-reset"
    }

    fn may(&self, asker: &Asker) -> bool {
        may(asker, InviteKind::Reset)
    }

    fn form(&self, lang: Lang) -> Option<Form> {
        let text = |id: &str| lang.text(id, &[]);
        Some(invite::reset_form(&text("chat-reset-command-title"), &text("chat-reset-account")))
    }

    fn run(&self, asker: Asker, form: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>> {
        let invites = Arc::clone(&self.0);
        Box::pin(async move {
            let account = invite::read_reset(&filled(form)?).map_err(CommandError::BadPayload)?;
            let name = account.node().map(|node| node.as_str().to_owned());
            let Some(name) = name.filter(|_| HostName::of(&account) == asker.host) else {
                return Err(said::no_account(asker.lang));
            };
            let wish = Wish { kind: Some(InviteKind::Reset), name: Some(name), ..Wish::default() };
            made(&invites, &asker, wish).await
        })
    }
}

fn may(asker: &Asker, kind: InviteKind) -> bool {
    asker.by.rank().is_some_and(|rank| may_invite(rank, kind, &asker.policy))
}

fn filled(form: Option<Form>) -> Result<Form, StanzaError> {
    form.ok_or_else(|| CommandError::BadPayload(BadPayload::Missing { what: "form" }).into())
}

/// Makes the invite and writes its links, once it is durable.
async fn made(invites: &Invites, asker: &Asker, wish: Wish) -> Result<Reply, StanzaError> {
    let (lang, now) = (asker.lang, asker.engine.clock.wall());
    let name = wish.name.clone().unwrap_or_default();
    let issued = invites.issue(&asker.by, &asker.host, wish).await;
    let invite = issued.map_err(|error| said::issue(error, lang, &name, now))?.into_out();
    links(invites, &invite, lang).map(Reply::from)
}

/// An invite's links, as every command answers them.
pub(super) fn links(invites: &Invites, invite: &Invite, lang: Lang) -> Result<Form, StanzaError> {
    let links = invites.links(invite).ok_or_else(StanzaError::internal_server_error)?;
    let invitation = Invitation {
        uri: links.uri,
        landing_url: Some(LandingUrl(links.landing_page.expose().clone())),
        expire: Some(Timestamp::from_millis(invite.expires)),
    };
    let text = |id: &str| lang.text(id, &[]);
    let reset = invite.kind == InviteKind::Reset;
    Ok(invitation.to_form(&InvitationTexts {
        title: &text(if reset { "chat-reset-command-title" } else { "chat-invited-title" }),
        uri: &text("chat-invited-uri"),
        landing_url: &text("chat-invited-url"),
        expire: &text("chat-invited-expire"),
    }))
}

/// Our own fields of `#create-account`.
const MAX_USES: &str = "max-uses";
const EXPIRY: &str = "expiry";
const NOTE: &str = "note";
const HELLO: &str = "hello";
const GROUPS: &str = "groups";

/// Lives to choose from; any other that options can be written with is taken too.
const LIVES: [(&str, &str); 4] = [
    ("chat-account-expiry-hour", "1h"),
    ("chat-account-expiry-day", "1d"),
    ("chat-account-expiry-week", "7d"),
    ("chat-account-expiry-month", "28d"),
];
