//! Why something did not work, as an app shows it: an error of RFC 6120 with a sentence in the asker's language.
//!
//! Spec: RFC 6120 §8.3.2 (text), XEP-0077 v2.4 §3.1 and §9 (which condition), XEP-0445 v0.2.0 §4.

use parlour_domain::account::rules::AccountRefusal;
use parlour_domain::invite::issue::IssueRefusal;
use parlour_domain::invite::redeem::RedeemRefusal;
use parlour_domain::names::NameRefusal;
use parlour_domain::password::PasswordRefusal;
use parlour_engine::accounts::AccountError;
use parlour_engine::attempts::TooMany;
use parlour_engine::invites::{IssueError, RedeemError};
use parlour_engine::{Ctx, Iq, StoreError};
use parlour_words::{Lang, Value, Words};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::stanza::Stanza;
use parlour_xmpp::xml::Element;

use super::ours;

/// The language to answer a request in: the stanza's, else the stream's, else English (RFC 6120 §4.7.4).
pub(super) fn lang(stanza: &Stanza, stream: Option<&str>) -> Lang {
    let words = Words::shared();
    let found = stanza.lang().and_then(|tag| words.language(&tag)).or_else(|| words.language(stream?));
    found.unwrap_or_else(|| words.english()).plain()
}

/// The same for whoever may be signed in or not.
pub(super) fn asked_in(ctx: &Ctx, iq: &Iq) -> Lang {
    lang(&iq.stanza, ctx.origin.session().and_then(|session| session.lang()))
}

/// An error with a sentence.
pub(super) fn said(error: StanzaError, lang: Lang, id: &str, args: &[(&str, Value<'_>)]) -> StanzaError {
    error.with_text(lang.text(id, args)).with_lang(lang.tag())
}

/// The one answer for every token that is worth nothing, whatever the reason.
pub(super) fn dead(lang: Lang) -> StanzaError {
    said(StanzaError::item_not_found(), lang, "chat-dead-invite", &[])
}

/// Too often. `now` in wall time, for the sentence.
pub(super) fn too_many(lang: Lang, wait: TooMany, now: i64) -> StanzaError {
    let again = now.saturating_add(i64::try_from(wait.millis).unwrap_or(i64::MAX));
    said(StanzaError::resource_constraint(), lang, "chat-too-many", &[("when", when(lang, again, now).into())])
}

/// Why nobody came of a name and a password.
pub(super) fn redeem(error: RedeemError, lang: Lang, name: &str) -> StanzaError {
    match error {
        RedeemError::Refused(RedeemRefusal::InviteOnly) => {
            said(StanzaError::not_acceptable(), lang, "chat-invite-only", &[])
        }
        RedeemError::Refused(RedeemRefusal::Closed) => closed(lang),
        RedeemError::Refused(RedeemRefusal::Name(refusal)) => bad_name(lang, refusal),
        RedeemError::Refused(RedeemRefusal::NameTaken) => taken(lang, name),
        RedeemError::Refused(RedeemRefusal::OtherName) => {
            said(StanzaError::not_acceptable(), lang, "chat-other-name", &[])
        }
        RedeemError::Refused(RedeemRefusal::NoAccount) => no_account(lang),
        RedeemError::Unknown
        | RedeemError::Refused(
            RedeemRefusal::Dead(_) | RedeemRefusal::Forgotten | RedeemRefusal::ContactOnly | RedeemRefusal::MakerGone,
        ) => dead(lang),
        RedeemError::Password(refusal) => bad_password(lang, refusal),
        RedeemError::UnknownHost(_) => StanzaError::service_unavailable(),
        RedeemError::Busy(_) => busy(lang),
        RedeemError::Failed(error) => failed(error, lang),
    }
}

/// Why an account stays as it is.
pub(super) fn account(error: AccountError, lang: Lang) -> StanzaError {
    match error {
        AccountError::Refused(AccountRefusal::LastOwner) => {
            said(StanzaError::not_allowed(), lang, "chat-last-owner", &[])
        }
        AccountError::Refused(AccountRefusal::Unknown) => no_account(lang),
        AccountError::Refused(_) => StanzaError::forbidden(),
        AccountError::Password(refusal) => bad_password(lang, refusal),
        AccountError::UnknownHost(_) => StanzaError::service_unavailable(),
        AccountError::Busy(_) => busy(lang),
        AccountError::Failed(error) => failed(error, lang),
    }
}

/// Why there is no invite. `now` in wall time, for the sentence.
pub(super) fn issue(error: IssueError, lang: Lang, name: &str, now: i64) -> StanzaError {
    let full = |limit: u32, again: Option<i64>, alone: &str, until: &str| {
        let error = StanzaError::resource_constraint();
        let limit = Value::from(limit);
        match again {
            Some(at) => said(error, lang, until, &[("limit", limit), ("when", when(lang, at, now).into())]),
            None => said(error, lang, alone, &[("limit", limit)]),
        }
    };
    match error {
        IssueError::Refused(refusal) => match refusal {
            IssueRefusal::NotAllowed | IssueRefusal::RoleTooHigh => not_yours(lang),
            IssueRefusal::Closed => closed(lang),
            IssueRefusal::Name(refusal) => {
                let text = bad_name(lang, refusal);
                StanzaError { condition: parlour_xmpp::error::Condition::BadRequest, ..text }
                    .with_app(Element::new(ns::COMMANDS, "bad-payload"))
            }
            IssueRefusal::NameTaken => taken(lang, name),
            IssueRefusal::NamePromised => said(StanzaError::conflict(), lang, "chat-name-promised", &[]),
            IssueRefusal::NoAccount => no_account(lang),
            IssueRefusal::TooManyOpen { limit, again } => {
                full(limit, again, "chat-too-many-open", "chat-too-many-open-until")
            }
            IssueRefusal::TooManyToday { limit, again } => {
                full(limit, again, "chat-too-many-today", "chat-too-many-today-until")
            }
            // None of the forms here can ask for these.
            other @ (IssueRefusal::NoContact
            | IssueRefusal::UnknownGroup { .. }
            | IssueRefusal::TooManyGroups { .. }
            | IssueRefusal::Uses { .. }
            | IssueRefusal::Expiry { .. }
            | IssueRefusal::TooLong { .. }
            | IssueRefusal::HelloNotYours
            | IssueRefusal::Owned) => StanzaError::bad_request().with_text(other.to_string()),
        },
        IssueError::UnknownHost(_) => StanzaError::service_unavailable(),
        IssueError::Failed(error) => failed(error, lang),
    }
}

/// A command or form for others.
pub(super) fn not_yours(lang: Lang) -> StanzaError {
    said(StanzaError::forbidden(), lang, "chat-command-no", &[])
}

/// No new accounts here.
pub(super) fn closed(lang: Lang) -> StanzaError {
    said(StanzaError::service_unavailable(), lang, "chat-closed", &[])
}

fn taken(lang: Lang, name: &str) -> StanzaError {
    said(StanzaError::conflict(), lang, "error-name-taken", &[("name", name.into())])
}

pub(super) fn no_account(lang: Lang) -> StanzaError {
    said(StanzaError::item_not_found(), lang, "chat-no-account", &[])
}

/// The store's failure; where it passes, in words.
fn failed(error: StoreError, lang: Lang) -> StanzaError {
    let id = match &error {
        StoreError::DiskFull => "chat-disk-full",
        passing if passing.is_passing() => "chat-busy",
        _ => return ours(error),
    };
    said(ours(error), lang, id, &[])
}

fn busy(lang: Lang) -> StanzaError {
    said(StanzaError::resource_constraint(), lang, "chat-busy", &[])
}

fn bad_name(lang: Lang, refusal: NameRefusal) -> StanzaError {
    let id = match refusal {
        NameRefusal::Empty => "error-name-empty",
        NameRefusal::TooLong { .. } => "error-name-long",
        NameRefusal::Reserved => "error-name-reserved",
        NameRefusal::Space
        | NameRefusal::Hidden
        | NameRefusal::Character { .. }
        | NameRefusal::Direction
        | NameRefusal::Marks
        | NameRefusal::NoLetter
        | NameRefusal::MixedScripts => "error-name-malformed",
    };
    said(StanzaError::not_acceptable(), lang, id, &[])
}

fn bad_password(lang: Lang, refusal: PasswordRefusal) -> StanzaError {
    let id = match refusal {
        PasswordRefusal::TooShort { .. } => "error-password-short",
        PasswordRefusal::TooLong { .. } => "error-password-long",
        PasswordRefusal::Forbidden | PasswordRefusal::Ambiguous => "error-password-odd",
        PasswordRefusal::Common | PasswordRefusal::OwnAddress => "error-password-common",
    };
    said(StanzaError::not_acceptable(), lang, id, &[])
}

/// "in 20 minutes".
pub(super) fn when(lang: Lang, at: i64, now: i64) -> String {
    let moment = |millis| jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    lang.relative(moment(at), moment(now))
}
