//! What pages do: from a request to an act and from its outcome to a view. No rule lives here.

pub(crate) mod admin;
pub(crate) mod brand;
pub(crate) mod devices;
pub(crate) mod invitation;
pub(crate) mod landing;
pub(crate) mod leave;
pub(crate) mod me;
pub(crate) mod old_addresses;
pub(crate) mod password;
pub(crate) mod presented;
pub(crate) mod register;
pub(crate) mod reset;
pub(crate) mod sign_in;
pub(crate) mod well_known;

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, LOCATION, REFERRER_POLICY, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use parlour_domain::invite::Presented;
use parlour_domain::names::{NameRefusal, unescape};
use parlour_domain::password::PasswordRefusal;
use parlour_domain::session::WebSession;
use parlour_domain::{Account, By, Door, Millis};
use parlour_xmpp::jid::BareJid;
use percent_encoding::percent_decode;

use crate::cookies::Cookie;
use crate::csrf::{Binding, Csrf, Field};
use crate::front::{Asked, html};
use crate::hosts::origin_of;
use crate::limits::Wait;
use crate::pages::csp;
use crate::pages::view::{FormProblem, NameError, Page, PasswordError};
use crate::platform::Visitor;
use crate::problem::Fail;
use crate::security::is_same_origin;
use crate::service::Shared;

/// A signed-in member, as the route's guard found them.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Who.
    pub account: Account,
    /// In which browser.
    pub session: WebSession,
}

/// What every page's handler leans on.
pub(crate) struct Ctx {
    /// The house.
    pub web: Arc<Shared>,
    /// What the front found out.
    pub asked: Asked,
    /// GET or HEAD, or POST.
    pub method: Method,
    /// All headers.
    pub headers: HeaderMap,
    member: Option<Member>,
    /// The form cookie: what came, or a new one.
    cookie: String,
    /// It must be set.
    fresh: bool,
}

impl FromRequestParts<Arc<Shared>> for Ctx {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Shared>) -> Result<Self, Fail> {
        let asked = parts.extensions.get::<Asked>().cloned().ok_or(Fail::Missing)?;
        let sent = Cookie::Form.read(&parts.headers, asked.https).filter(|c| is_form_cookie(c)).map(str::to_owned);
        let fresh = sent.is_none();
        let cookie = sent.unwrap_or_else(|| Csrf::cookie(web.dice.bytes()));
        Ok(Self {
            web: web.clone(),
            asked,
            method: parts.method.clone(),
            headers: parts.headers.clone(),
            member: parts.extensions.get::<Member>().cloned(),
            cookie,
            fresh,
        })
    }
}

fn is_form_cookie(value: &str) -> bool {
    value.len() == 24 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

impl Ctx {
    /// Who is signed in, on a page for members.
    pub fn member(&self) -> Result<&Member, Fail> {
        self.member.as_ref().ok_or(Fail::Forbidden)
    }

    /// The member as an actor.
    pub fn by(&self) -> Result<By, Fail> {
        let account = &self.member()?.account;
        let by = By::account(account.jid.clone(), account.role, Door::Web, self.asked.number);
        Ok(By { address: Some(self.asked.prefix.to_string()), ..by })
    }

    /// The password was typed in this browser a short while ago.
    pub fn proved_lately(&self) -> Result<bool, Fail> {
        Ok(self.asked.now.saturating_sub(self.member()?.session.created) <= LATELY)
    }

    /// The device that asks.
    pub fn visitor(&self) -> Visitor {
        let header = |name: &str| self.headers.get(name).and_then(|v| v.to_str().ok());
        Visitor::from_headers(header(USER_AGENT.as_str()).unwrap_or_default(), header("sec-ch-ua-platform"))
    }

    /// Passwords may travel this way, or a refusal that says what is missing.
    pub fn safe(&self) -> Result<(), Fail> {
        if self.asked.safe { Ok(()) } else { Err(Fail::Insecure) }
    }

    /// The hidden field of a form made now that is for no invite.
    pub fn field(&self) -> String {
        self.bound("", |binding| self.web.csrf.field(binding, self.asked.now))
    }

    /// The hidden field of a form for an invite that was presented at `at`: kept when the form comes back with a
    /// mistake, so that mistakes neither cost nor gain time.
    pub fn invite_field(&self, shown: &Presented) -> String {
        self.bound(shown.id.as_str(), |binding| self.web.csrf.field(binding, shown.at))
    }

    fn bound<T>(&self, invite: &str, with: impl FnOnce(Binding<'_>) -> T) -> T {
        let label = self.member.as_ref().map(|m| m.session.hash.label()).unwrap_or_default();
        with(Binding { host: &self.asked.place.host, cookie: &self.cookie, session: &label, invite })
    }

    /// A page without a form.
    pub fn page(&self, status: StatusCode, page: &impl Page) -> Response {
        html(status, page.html())
    }

    /// A page with a form: our own address may travel with it, and the browser gets what its field is bound to.
    pub fn form(&self, status: StatusCode, page: &impl Page) -> Response {
        let mut answer = self.page(status, page);
        answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static(csp::REFERRER_POLICY));
        if self.fresh {
            Cookie::Form.set(answer.headers_mut(), self.asked.https, &self.cookie, None);
        }
        answer
    }
}

/// A form that was sent from our own pages. Its hidden field is still to be checked: [`Submitted::proven`].
pub(crate) struct Submitted {
    /// As for any page.
    pub ctx: Ctx,
    /// What was typed.
    pub fields: Fields,
}

/// What a checked field allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Go on; the form was made at that time.
    At(Millis),
    /// Show the form again with what was typed.
    Stale,
}

impl FromRequest<Arc<Shared>> for Submitted {
    type Rejection = Fail;

    async fn from_request(request: Request, web: &Arc<Shared>) -> Result<Self, Fail> {
        let (mut parts, body) = request.into_parts();
        let ctx = Ctx::from_request_parts(&mut parts, web).await?;
        let public = origin_of(&ctx.asked.place.policy.public_url)
            .map(|(scheme, authority)| format!("{scheme}://{authority}"))
            .unwrap_or_default();
        let form = parts.headers.get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).is_some_and(|t| {
            t.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        });
        // Another type of body can be sent by a foreign page's form too, and is none of ours.
        if !form || !is_same_origin(&parts.headers, &ctx.asked.origin, &public) {
            return Err(Fail::Forbidden);
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), web).await.map_err(|_| Fail::Malformed)?;
        let fields = Fields::parse(&body).ok_or(Fail::Malformed)?;
        Ok(Self { ctx, fields })
    }
}

impl Submitted {
    /// Whether the form came from us to this browser, for this invite (`""`: for none).
    ///
    /// # Errors
    /// 403 for nobody's field, 400 for another invite's.
    pub fn proven(&self, invite: &str) -> Result<Proof, Fail> {
        let (csrf, now) = (&self.ctx.web.csrf, self.ctx.asked.now);
        match self.ctx.bound(invite, |binding| csrf.check(binding, self.fields.get("csrf"), now)) {
            Field::Good { at } => Ok(Proof::At(at)),
            Field::Stale => Ok(Proof::Stale),
            Field::OtherInvite => Err(Fail::Malformed),
            Field::Foreign => Err(Fail::Forbidden),
        }
    }
}

/// A form's fields. Holds passwords, so Debug shows names alone.
pub(crate) struct Fields(Vec<(String, String)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Fields {
    /// Reads `a=b&c=d` (WHATWG URL §5.1), UTF-8 only, each name once.
    pub fn parse(body: &[u8]) -> Option<Self> {
        const MOST: usize = 256;
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            let name = decoded(name)?;
            if fields.len() == MOST || fields.iter().any(|(known, _)| *known == name) {
                return None;
            }
            fields.push((name, decoded(value.get(1..).unwrap_or_default())?));
        }
        Some(Self(fields))
    }

    /// A field's value; empty where it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// What follows `prefix` in the names of the boxes that are ticked, in the form's order.
    pub fn ticked<'f>(&'f self, prefix: &str) -> Vec<&'f str> {
        self.0.iter().filter_map(|(name, _)| name.strip_prefix(prefix)).collect()
    }

    /// A field's value, if it is there.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Go there next, with GET.
pub(crate) fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response(),
        Err(error) => Fail::fault(error).into_response(),
    }
}

/// What people call an account: its local part as apps show it.
pub(crate) fn shown_name(jid: &BareJid) -> String {
    jid.node().map(|node| unescape(node.as_str())).unwrap_or_default()
}

/// What a form says to a name the rules refuse.
pub(crate) fn name_error(refusal: NameRefusal) -> NameError {
    match refusal {
        NameRefusal::Empty => NameError::Empty,
        NameRefusal::TooLong { .. } => NameError::TooLong,
        NameRefusal::Reserved => NameError::Reserved,
        NameRefusal::Space
        | NameRefusal::Hidden
        | NameRefusal::Character { .. }
        | NameRefusal::Direction
        | NameRefusal::Marks
        | NameRefusal::NoLetter
        | NameRefusal::MixedScripts => NameError::Malformed,
    }
}

/// What a form says to a password the rules refuse.
pub(crate) fn password_error(refusal: PasswordRefusal) -> PasswordError {
    match refusal {
        PasswordRefusal::TooShort { .. } => PasswordError::Short,
        PasswordRefusal::TooLong { .. } => PasswordError::Long,
        PasswordRefusal::Common | PasswordRefusal::OwnAddress => PasswordError::Common,
        PasswordRefusal::Forbidden | PasswordRefusal::Ambiguous => PasswordError::Odd,
    }
}

/// What a form says to too many tries; its status is 429, with Retry-After.
pub(crate) fn try_later(wait: Wait) -> FormProblem {
    FormProblem::TryLater { minutes: u32::try_from(wait.seconds().div_ceil(60)).unwrap_or(u32::MAX) }
}

/// Adds Retry-After.
pub(crate) fn retry_after(mut answer: Response, wait: Wait) -> Response {
    Fail::Busy(wait).headers(&mut answer);
    answer
}

/// How long a typed password is enough for what cannot be taken back lightly: 15 minutes. A guess.
const LATELY: Millis = 15 * parlour_domain::limits::MINUTE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_whole_or_not_at_all() {
        let fields = Fields::parse(b"name=romeo+m&password=%E2%9C%93%26&empty=&bare").expect("a form");
        assert_eq!(fields.get("name"), "romeo m");
        assert_eq!(fields.get("password"), "\u{2713}&");
        assert_eq!(fields.find("empty"), Some(""));
        assert_eq!(fields.find("bare"), Some(""));
        assert_eq!(fields.find("none"), None);
        assert!(!format!("{fields:?}").contains("romeo"));
        for bad in [&b"a=1&a=2"[..], b"a=%FF", b"a=\xff"] {
            assert!(Fields::parse(bad).is_none(), "{bad:?}");
        }
        let many: String = (0..257).map(|n| format!("f{n}=x&")).collect();
        assert!(Fields::parse(many.as_bytes()).is_none());
    }
}
