//! In-band registration: an account made by an app, before signing in; its password and its end, after it.
//!
//! What opens registration (an invite, or a host that takes everybody) is the act's to say. One stream makes one account.
//!
//! Spec: XEP-0077 v2.4, §3.1 (registration), §3.2 (removal), §3.3 (password), §4 (forms), §5 (elsewhere).
//! Left out: fields beside name and password; registering by other servers' accounts.

use std::sync::Arc;

use parlour_domain::account::rules::Turn;
use parlour_domain::invite::InviteKind;
use parlour_domain::invite::redeem::{RedeemRefusal, Redeemed};
use parlour_domain::{Actor, By, Door, Presented, Who};
use parlour_engine::invites::{AccountWish, RedeemError};
use parlour_engine::people::People;
use parlour_engine::{Committed, Ctx, Iq, IqAnswer, IqKind, IqReply, Session, Target};
use parlour_words::Lang;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::NodePart;
use parlour_xmpp::ns;
use parlour_xmpp::payload::register::{RegisterInfo, RegisterRequest, Submission, elsewhere};
use parlour_xmpp::xml::Element;

use super::said::{self, said};
use super::{Feature, Hooks, PreAuth, Spec};

pub(super) struct Register(pub(super) People);

impl Feature for Register {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(77, "2.4").omits("other fields")] }
    }

    fn wire(&self, on: &mut Hooks) {
        // Also where nobody can register freely: links for a new password and for the first owner come this way.
        on.preauth_feature(|_| vec![Element::new(ns::REGISTER_FEATURE, "register")]);
        let people = self.0.clone();
        on.preauth_iq(IqKind::Get, ns::REGISTER, "query", move |pre, iq| {
            let (people, pre) = (people.clone(), Arc::clone(pre));
            Box::pin(async move { form(&people, &pre, &iq).await })
        });
        let people = self.0.clone();
        on.preauth_iq(IqKind::Set, ns::REGISTER, "query", move |pre, iq| {
            let (people, pre) = (people.clone(), Arc::clone(pre));
            Box::pin(async move { register(&people, &pre, &iq).await })
        });
        on.disco(ns::REGISTER);
        on.iq_get(ns::REGISTER, "query", Target::HostOrOwnAccount, |ctx, iq| IqAnswer::Now(registered(ctx, &iq)));
        let people = self.0.clone();
        on.iq_set(ns::REGISTER, "query", Target::HostOrOwnAccount, move |ctx, iq| {
            let (people, ctx) = (people.clone(), ctx.clone());
            IqAnswer::later(async move { change(&people, &ctx, &iq).await })
        });
    }
}

/// What is asked of a newcomer.
async fn form(people: &People, pre: &PreAuth, iq: &Iq) -> IqReply {
    let lang = said::lang(&iq.stanza, pre.lang.as_deref());
    let text = |id: &str| lang.text(id, &[]);
    let (mut title, mut intro, mut name) = (text("chat-register-title"), text("chat-register-intro"), None);
    match pre.presented::<Presented>() {
        Some(shown) => {
            let looked = people.invites.check(&pre.host, &shown).await;
            let looked = looked.map_err(|error| said::redeem(error, lang, ""))?;
            let invite = &looked.invite;
            if invite.kind == InviteKind::Reset {
                let account = format!("{}@{}", invite.name.as_deref().unwrap_or_default(), pre.host);
                title = text("chat-reset-title");
                intro = lang.text("chat-reset-intro", &[("account", account.into())]);
            } else if invite.name.is_some() {
                intro = text("chat-register-intro-fixed");
            } else if let (true, Who::Account(maker)) = (invite.subscribe, &invite.maker) {
                intro = lang.text("chat-register-intro-inviter", &[("inviter", maker.as_str().into())]);
            }
            name = invite.name.clone();
        }
        None if !pre.policy.allow_registration => return Err(said::closed(lang)),
        None if pre.policy.registration_invite_only => {
            let url = pre.policy.public_url.as_str();
            let intro = lang.text("chat-invite-only-page", &[("url", url.into())]);
            return Ok(Some(elsewhere(&intro, url)));
        }
        None => {}
    }
    let info = RegisterInfo {
        registered: false,
        title: &title,
        instructions: &intro,
        username_label: &text("chat-field-name"),
        password_label: &text("chat-field-password"),
        username: name.as_deref(),
        url: None,
    };
    Ok(Some(info.to_element()))
}

/// A newcomer's name and password.
async fn register(people: &People, pre: &PreAuth, iq: &Iq) -> IqReply {
    let lang = said::lang(&iq.stanza, pre.lang.as_deref());
    let sent = match RegisterRequest::read(&iq.payload)? {
        RegisterRequest::Submit(sent) => sent,
        RegisterRequest::Cancel => return Ok(None),
        RegisterRequest::Remove => return Err(StanzaError::registration_required()),
    };
    if pre.is_done() {
        // §3.1.1: a second identity on one stream.
        return Err(said(StanzaError::not_acceptable(), lang, "chat-once", &[]));
    }
    let shown = pre.presented::<Presented>();
    // Before the name is looked at, so that nobody learns who has an account.
    match &shown {
        None if !pre.policy.allow_registration => return Err(said::closed(lang)),
        None if pre.policy.registration_invite_only => {
            return Err(said::redeem(RedeemError::Refused(RedeemRefusal::InviteOnly), lang, ""));
        }
        _ => {}
    }
    let (name, password) = complete(&sent, lang)?;
    let address = Some(pre.address.as_str());
    let taken = people
        .throttle
        .registration(&pre.host, &pre.policy, address, shown.map(|shown| shown.id))
        .map_err(|wait| said::too_many(lang, wait, pre.engine.clock.wall()))?;
    let by = By { actor: Actor::Newcomer, door: Door::Xmpp, request: pre.request, address: address.map(str::to_owned) };
    match people.invites.redeem(&by, &pre.host, shown.as_ref(), AccountWish { name, password }).await {
        Ok(made) => {
            people.throttle.joined(taken);
            Ok(done(pre, &made))
        }
        Err(error) => {
            if !matches!(error, RedeemError::Refused(RedeemRefusal::NameTaken)) {
                people.throttle.give_back(taken);
            }
            Err(said::redeem(error, lang, name))
        }
    }
}

/// The success of what is durable.
fn done(pre: &PreAuth, _: &Committed<Redeemed>) -> Option<Element> {
    pre.finish();
    None
}

fn complete(sent: &Submission, lang: Lang) -> Result<(&str, &str), StanzaError> {
    let missing = |id| said(StanzaError::not_acceptable(), lang, id, &[]);
    let name = sent.username.as_deref().ok_or_else(|| missing("chat-need-name"))?;
    let password = sent.password.as_ref().ok_or_else(|| missing("chat-need-password"))?;
    Ok((name, password.expose()))
}

/// What an account hears of itself.
fn registered(ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = own(ctx, iq)?;
    let lang = said::lang(&iq.stanza, session.lang());
    let text = |id: &str| lang.text(id, &[]);
    let info = RegisterInfo {
        registered: true,
        title: &text("chat-registered-title"),
        instructions: &text("chat-registered-intro"),
        username_label: &text("chat-field-name"),
        password_label: &text("chat-field-password"),
        username: session.bare().node().map(|node| node.as_str()),
        url: None,
    };
    Ok(Some(info.to_element()))
}

/// A new password, or the end of the account.
async fn change(people: &People, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = own(ctx, iq)?;
    let lang = said::lang(&iq.stanza, session.lang());
    match RegisterRequest::read(&iq.payload)? {
        RegisterRequest::Cancel => Ok(None),
        RegisterRequest::Remove => {
            let gone = people.accounts.turn(&session.by(), session.bare(), Turn::Delete).await;
            gone.map_err(|error| said::account(error, lang))?.into_out();
            Ok(None)
        }
        RegisterRequest::Submit(sent) => {
            // §3.3: an incomplete request changes nothing.
            let (Some(name), Some(password)) = (&sent.username, &sent.password) else {
                let id = if sent.username.is_none() { "chat-need-name" } else { "chat-need-password" };
                return Err(said(StanzaError::bad_request(), lang, id, &[]));
            };
            let name = NodePart::new(name).ok();
            if name.as_deref() != session.bare().node() {
                return Err(said(StanzaError::bad_request(), lang, "chat-not-your-name", &[]));
            }
            let changed = people.accounts.set_password(&session.by(), session.bare(), password.expose()).await;
            changed.map_err(|error| said::account(error, lang))?.into_out();
            Ok(None)
        }
    }
}

/// The client, where it asks its own host or account. Nobody else has anything to register here.
fn own<'c>(ctx: &'c Ctx, iq: &Iq) -> Result<&'c Arc<Session>, StanzaError> {
    ctx.origin.session().filter(|_| iq.is_own()).ok_or_else(StanzaError::service_unavailable)
}
