//! The forms of the commands that make invites: what is asked, what comes out.
//!
//! Spec: XEP-0401 v0.6.0, §5.1 (`#invite`), §5.4 (`#create-account`), §12.1 (fields). The registry
//! there spells `expiry`, the examples `expire`: everyone writes the latter, and so it is here.

use super::{BadPayload, MAX_LINE_BYTES};
use crate::forms::{Field, FieldKind, Form, FormKind};
use crate::jid::BareJid;
use crate::ns;
use crate::time::Timestamp;
use crate::uri::{InviteUri, MAX_URI_BYTES};

/// Node of the command that makes a link for a new password. COMPAT Prosody 13: its name, since
/// apps that know the command know it by that.
pub const RESET_COMMAND: &str = "xmpp:prosody.im/mod_invites_adhoc#password-reset";

/// What an invite command answers. Both commands have the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The address for apps.
    pub uri: InviteUri,
    /// The address for people. Apps throw where it is not a valid one, so it is left out rather
    /// than left empty.
    pub landing_url: Option<LandingUrl>,
    /// When it ends.
    pub expire: Option<Timestamp>,
}

/// A landing page's address. It holds the token, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct LandingUrl(pub String);

impl std::fmt::Debug for LandingUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The texts of a result, in the requester's language.
#[derive(Debug, Clone, Copy, Default)]
pub struct InvitationTexts<'a> {
    /// The form's title.
    pub title: &'a str,
    /// What `uri` is called.
    pub uri: &'a str,
    /// What `landing-url` is called.
    pub landing_url: &'a str,
    /// What `expire` is called.
    pub expire: &'a str,
}

impl Invitation {
    /// The result.
    pub fn to_form(&self, texts: &InvitationTexts<'_>) -> Form {
        let line = |var, label: &str, value: String| Field::new(FieldKind::TextSingle, var).label(label).value(value);
        let mut form = Form::new(FormKind::Result).title(texts.title).with_form_type(ns::INVITE_FORM).field(line(
            "uri",
            texts.uri,
            self.uri.to_string(),
        ));
        if let Some(LandingUrl(url)) = &self.landing_url {
            form = form.field(line("landing-url", texts.landing_url, url.clone()));
        }
        if let Some(expire) = self.expire {
            form = form.field(line("expire", texts.expire, expire.to_string()));
        }
        form
    }

    /// Reads a result, as a client does; like clients it asks for neither type nor `FORM_TYPE`.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(form: &Form) -> Result<Invitation, BadPayload> {
        let uri = form.value("uri").ok_or(BadPayload::Missing { what: "uri" })?;
        let landing_url = form.value("landing-url").filter(|url| !url.is_empty());
        if landing_url.is_some_and(|url| url.len() > MAX_URI_BYTES) {
            return Err(BadPayload::TooLong { what: "landing-url", max: MAX_URI_BYTES });
        }
        let expire = form.value("expire").filter(|text| !text.is_empty());
        Ok(Invitation {
            uri: InviteUri::parse(uri).map_err(|_| BadPayload::Invalid { what: "uri" })?,
            landing_url: landing_url.map(|url| LandingUrl(url.to_owned())),
            expire: expire.map(Timestamp::parse).transpose().map_err(|_| BadPayload::Invalid { what: "expire" })?,
        })
    }
}

/// What `#create-account` asks for. §5.4.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateAccount {
    /// The name that is to be reserved, as it was typed; preparing it is the caller's business.
    pub username: Option<String>,
    /// Whether inviter and invitee become contacts.
    pub roster_subscription: bool,
}

impl CreateAccount {
    /// The form to fill in.
    pub fn form(title: &str, username: &str, roster_subscription: &str) -> Form {
        Form::new(FormKind::Form)
            .title(title)
            .field(Field::new(FieldKind::TextSingle, "username").label(username))
            .field(Field::new(FieldKind::Boolean, "roster-subscription").label(roster_subscription).yes(false))
    }

    /// Reads the form as filled in.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(form: &Form) -> Result<CreateAccount, BadPayload> {
        submitted(form)?;
        let username = form.value("username").filter(|name| !name.is_empty());
        if username.is_some_and(|name| name.len() > super::register::MAX_USERNAME_BYTES) {
            return Err(BadPayload::TooLong { what: "username", max: super::register::MAX_USERNAME_BYTES });
        }
        Ok(CreateAccount {
            username: username.map(str::to_owned),
            roster_subscription: form.boolean("roster-subscription")?.unwrap_or(false),
        })
    }
}

/// The form to fill in for [`RESET_COMMAND`].
pub fn reset_form(title: &str, account: &str) -> Form {
    Form::new(FormKind::Form)
        .title(title)
        .field(Field::new(FieldKind::JidSingle, "accountjid").label(account).required())
}

/// The account whose password is to be set anew.
///
/// # Errors
/// [`BadPayload`].
pub fn read_reset(form: &Form) -> Result<BareJid, BadPayload> {
    submitted(form)?;
    let jid = form.value("accountjid").filter(|jid| !jid.is_empty() && jid.len() <= MAX_LINE_BYTES);
    crate::jid::parse_bare(jid.ok_or(BadPayload::Missing { what: "accountjid" })?)
        .map_err(|_| BadPayload::BadJid { what: "accountjid" })
}

fn submitted(form: &Form) -> Result<(), BadPayload> {
    if form.kind == FormKind::Submit { Ok(()) } else { Err(BadPayload::Invalid { what: "type" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "xmpp:romeo@chat.example?roster;preauth=T0ken;ibr=y";

    #[test]
    fn vector_07_the_result_has_type_fields_and_form_type() {
        let invitation = Invitation {
            uri: InviteUri::parse(URI).expect("an invite"),
            landing_url: Some(LandingUrl("https://chat.example/i/T0ken".to_owned())),
            expire: Some(Timestamp::from_secs(1_509_936_975)),
        };
        let form = invitation.to_form(&InvitationTexts { title: "Invite", ..InvitationTexts::default() });
        assert_eq!((form.kind, form.form_type()), (FormKind::Result, Some("urn:xmpp:invite#invitation")));
        assert_eq!(form.value("uri"), Some(URI));
        assert_eq!(form.value("landing-url"), Some("https://chat.example/i/T0ken"));
        assert_eq!(form.value("expire"), Some("2017-11-06T02:56:15Z"));
        assert_eq!(Invitation::read(&Form::read(&form.to_element()).expect("a form")), Ok(invitation.clone()));

        let bare = Invitation { landing_url: None, expire: None, ..invitation };
        let form = bare.to_form(&InvitationTexts::default());
        assert!(form.find("landing-url").is_none() && form.find("expire").is_none());
        assert_eq!(Invitation::read(&form), Ok(bare));
        assert!(!format!("{:?}", Invitation::read(&form)).contains("T0ken"));
    }

    #[test]
    fn vector_13_reads_what_is_asked_for() {
        let submit = |fields: &[(&str, &str)]| {
            let form = Form::new(FormKind::Submit);
            fields.iter().fold(form, |form, (var, value)| form.field(Field::answer(var, *value)))
        };
        let long = "a".repeat(1024);
        let wish = |username: Option<&str>, roster_subscription| {
            Ok(CreateAccount { username: username.map(str::to_owned), roster_subscription })
        };
        let cases = [
            (submit(&[]), wish(None, false)),
            (submit(&[("username", "")]), wish(None, false)),
            (submit(&[("username", "juliet"), ("roster-subscription", "true")]), wish(Some("juliet"), true)),
            (submit(&[("roster-subscription", "0")]), wish(None, false)),
            (submit(&[("roster-subscription", "perhaps")]), Err(BadPayload::Invalid { what: "boolean field" })),
            (submit(&[("username", &long)]), Err(BadPayload::TooLong { what: "username", max: 1023 })),
            (CreateAccount::form("t", "u", "r"), Err(BadPayload::Invalid { what: "type" })),
        ];
        for (form, expected) in cases {
            assert_eq!(CreateAccount::read(&form), expected);
        }
    }

    #[test]
    fn vector_17_reads_whose_password_is_reset() {
        let submit = |jid: &str| Form::new(FormKind::Submit).field(Field::answer("accountjid", jid));
        let cases = [
            (submit("Juliet@chat.example"), Ok(BareJid::new("juliet@chat.example").expect("a JID"))),
            (submit(""), Err(BadPayload::Missing { what: "accountjid" })),
            (submit("@"), Err(BadPayload::BadJid { what: "accountjid" })),
            (submit("a@b/c"), Err(BadPayload::BadJid { what: "accountjid" })),
            (reset_form("t", "a"), Err(BadPayload::Invalid { what: "type" })),
        ];
        for (form, expected) in cases {
            assert_eq!(read_reset(&form), expected);
        }
    }
}
