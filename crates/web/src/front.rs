//! What happens to every request before and after its handler: one number, one reading of its path, one host, one
//! bounded body; then one set of headers and one log line without secrets.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, UPGRADE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use parlour_domain::invite::Invite;
use parlour_domain::{By, Door, HostName, HostPolicy, Millis};
use parlour_net::{AddrPrefix, ListenerKind, PeerAddr};
use parlour_words::{Lang, Words};

use crate::api;
use crate::compat::Family;
use crate::cookies::Cookie;
use crate::local::Machine;
use crate::look::Look;
use crate::pages::csp::csp;
use crate::pages::view::{Page as _, Problem, ProblemPage, Site};
use crate::problem::Fail;
use crate::service::Shared;
use crate::{authority, hosts, security};

/// Largest form. The longest honest one holds a note of 280 characters and a password of 512 bytes.
pub const MAX_FORM_BYTES: usize = 64 * 1024;
/// Largest body of an API call.
pub const MAX_API_BYTES: usize = 256 * 1024;
/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(15);

/// How long a browser keeps the language that its reader chose: a year.
const LANGUAGE_SECONDS: i64 = 365 * 24 * 3600;

/// The zone of all dates, until hosts have one.
static UTC: TimeZone = TimeZone::UTC;

/// How a page looks that belongs to no host.
static NOBODYS: LazyLock<Look> = LazyLock::new(Look::default);

/// The connection a request came by; whoever serves the connection puts it into the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// The door.
    pub listener: ListenerKind,
    /// The other side of the connection: a proxy's address, if there is one.
    pub addr: PeerAddr,
    /// TLS of ours.
    pub secure: bool,
}

/// A host as pages show it.
#[derive(Debug)]
pub struct Place {
    /// Its domain.
    pub host: HostName,
    /// What it allows.
    pub policy: Arc<HostPolicy>,
    /// How it looks.
    pub look: Arc<Look>,
}

impl Place {
    /// What people call it.
    pub fn name(&self) -> &str {
        &self.look.name
    }

    /// Everybody may make an account here, without an invite.
    pub fn is_open(&self) -> bool {
        self.policy.allow_registration && !self.policy.registration_invite_only
    }

    /// Whether its pages name the program.
    pub fn made_with(&self) -> bool {
        self.policy.brand.powered_by.unwrap_or(true)
    }

    /// A link to one of its pages, from configuration alone.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.policy.public_url)
    }
}

/// What is known of a request before its handler sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its number, for the log and for the person.
    pub number: u64,
    /// The host it is for.
    pub place: Arc<Place>,
    /// The client spoke https, to us or to a trusted proxy.
    pub https: bool,
    /// Passwords may travel this way.
    pub safe: bool,
    /// A trusted proxy stands between.
    pub forwarded: bool,
    /// The client's own address.
    pub client: PeerAddr,
    /// The prefix it is counted by.
    pub prefix: AddrPrefix,
    /// Where the page was asked for: `scheme://authority`.
    pub origin: String,
    /// The reader's language: chosen, or the browser's.
    pub lang: Lang,
    /// The reader has chosen it on a page of ours.
    pub lang_chosen: bool,
    /// The language of the invite this request presents: it goes before the browser's, and after what was chosen.
    pub invite_lang: Arc<OnceLock<Lang>>,
    /// Its path, for the language links.
    pub path: String,
    /// When it came.
    pub now: Millis,
}

impl Asked {
    /// The frame of a page.
    pub fn site(&self) -> Site<'_> {
        Site {
            lang: self.invite_lang.get().copied().unwrap_or(self.lang),
            name: self.place.name(),
            sentence: self.place.look.sentence.as_deref(),
            host: self.place.host.as_str(),
            look: &self.place.look,
            zone: &UTC,
            now: timestamp(self.now),
            path: Some(&self.path),
            made_with: self.place.made_with(),
        }
    }

    /// Pages speak the language an invite was made in, unless the reader has chosen another.
    pub fn speak_as(&self, invite: &Invite) {
        let lang = invite.lang.as_deref().and_then(|tag| Words::shared().language(tag));
        if let Some(lang) = lang.filter(|lang| !self.lang_chosen && self.place.look.speaks(*lang)) {
            // Set already: a request presents one invite.
            let _ = self.invite_lang.set(lang);
        }
    }

    /// A guest who asks for an act.
    pub fn newcomer(&self) -> By {
        By {
            actor: parlour_domain::Actor::Newcomer,
            door: Door::Web,
            request: self.number,
            address: Some(self.prefix.to_string()),
        }
    }
}

/// A moment as the views want it.
pub fn timestamp(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Whose page an error becomes, as far as that is known.
struct Reader {
    number: u64,
    lang: Lang,
    /// The address or an earlier choice says so.
    lang_chosen: bool,
    now: Millis,
    api: bool,
    /// A program: it is told what is wrong as JSON.
    program: bool,
    https: bool,
    /// The same page by https, where it was asked for in plain and we speak both.
    by_https: Option<String>,
    /// Whose address it is, once a proxy's word was weighed.
    client: Option<IpAddr>,
    place: Option<Arc<Place>>,
}

/// The one layer around all routes.
pub(crate) async fn front(State(web): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if let Some(answer) = authority::answer(&web, &request) {
        return answer;
    }
    let number = web.number();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let asked_for = asked_for(&request);
    let chosen = asked_for.or_else(|| kept(&request));
    let mut reader = Reader {
        number,
        lang: chosen.unwrap_or_else(|| accepted(&request)),
        lang_chosen: chosen.is_some(),
        now: web.clock.wall(),
        api: path.starts_with("/api/"),
        program: path.starts_with("/api/") || Family::of(&path).is_some(),
        https: false,
        by_https: None,
        client: None,
        place: None,
    };
    let mut answer = match admit(&web, request, &mut reader).await {
        Ok(request) => match reader.by_https.take() {
            Some(there) => moved(&there),
            None => next.run(request).await,
        },
        Err(fail) => fail.into_response(),
    };
    if let Some(fail) = answer.extensions_mut().remove::<Fail>() {
        if let Fail::Fault(why) = &fail {
            tracing::error!(request = number, path = %security::scrubbed(&path), why, "a request failed by our fault");
        }
        // RFC 9110 §15.5.6: a 405 says which methods there are.
        let allow = answer.headers_mut().remove(ALLOW);
        answer = told(&fail, &reader);
        if let Some(allow) = allow {
            answer.headers_mut().insert(ALLOW, allow);
        }
    }
    if let Some(lang) =
        asked_for.filter(|lang| reader.place.as_ref().is_some_and(|p| p.look.speaks(*lang)) && !reader.api)
    {
        Cookie::Language.set(answer.headers_mut(), reader.https, lang.tag(), Some(LANGUAGE_SECONDS));
    }
    let hsts = reader.https && reader.place.as_ref().is_some_and(|p| hosts::is_https(&p.policy));
    // A stream is no answer that a browser shows.
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let page = reader.place.as_ref().map_or_else(|| csp(), |place| &place.look.policy);
        security::protect(answer.headers_mut(), &path, hsts, page);
    }
    tracing::debug!(
        request = number,
        method = %method,
        path = %security::scrubbed(&path),
        client = reader.client.map(tracing::field::display),
        status = answer.status().as_u16(),
        "answered"
    );
    answer
}

/// Judges a request before its handler runs, and gives it what handlers lean on: [`Asked`] on a page, [`By`] in the
/// API, and a body that is complete and bounded.
async fn admit(web: &Arc<Shared>, request: Request, reader: &mut Reader) -> Result<Request, Fail> {
    let came = *request.extensions().get::<Came>().ok_or(Fail::Malformed)?;
    let operator = came.listener == ListenerKind::LocalSocket;
    if !security::is_plain_target(request.uri(), operator && reader.api) {
        return Err(Fail::Malformed);
    }
    let mut request = request;
    if operator {
        // The command line's socket leads to the API and nowhere else.
        if !reader.api {
            return Err(Fail::Missing);
        }
        request.extensions_mut().insert(By::operator(Door::Local, reader.number));
        return bounded(request, MAX_API_BYTES).await;
    }
    if came.listener == ListenerKind::Local {
        request.extensions_mut().insert(Machine);
        return bounded(request, 0).await;
    }
    let authority = security::host_header(request.headers()).ok_or(Fail::Malformed)?.to_ascii_lowercase();
    let settings = web.settings.load_full();
    let place = web.place(&authority, &settings).ok_or(Fail::Elsewhere)?;
    reader.place = Some(place.clone());
    let (chosen, accept) = (reader.lang_chosen.then_some(reader.lang), header(&request, ACCEPT_LANGUAGE));
    let chosen = chosen.filter(|lang| place.look.speaks(*lang));
    reader.lang = chosen.unwrap_or_else(|| place.look.language(accept));
    reader.lang_chosen = chosen.is_some();
    let (client, https, forwarded) = match came.addr {
        PeerAddr::Ip(addr) => {
            let client = settings.proxies.client(addr.ip(), request.headers()).to_canonical();
            reader.client = Some(client);
            let port = if client == addr.ip() { addr.port() } else { 0 };
            let https = settings.proxies.is_https(addr.ip(), came.secure, request.headers());
            (
                PeerAddr::Ip(std::net::SocketAddr::new(client, port)),
                https,
                settings.proxies.is_forwarded(addr.ip(), request.headers()),
            )
        }
        local @ PeerAddr::Local { .. } => (local, came.secure, false),
    };
    reader.https = https;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let looks = reads && !reader.program && !request.headers().contains_key(UPGRADE);
    // Whoever stands between and does not say how it was asked would send the reader round in circles.
    if settings.https_here && !https && !forwarded && looks && hosts::is_https(&place.policy) {
        if request.headers().contains_key(SEC_FETCH_MODE) {
            tell_of_silent_proxy(&authority);
        } else {
            reader.by_https = hosts::by_https(&place.policy, request.uri());
        }
    }
    let scheme = if https { "https" } else { "http" };
    let asked = Asked {
        number: reader.number,
        safe: hosts::is_safe(settings.exposure, https, &place.policy, &authority),
        place,
        https,
        forwarded,
        client,
        prefix: prefix_of(client),
        origin: format!("{scheme}://{authority}"),
        lang: reader.lang,
        lang_chosen: reader.lang_chosen,
        invite_lang: Arc::default(),
        path: request.uri().path().to_owned(),
        now: reader.now,
    };
    drop(settings);
    if reader.api {
        // Judged by the head alone, before a stranger's body is read.
        let (mut parts, body) = request.into_parts();
        api::access::enter(web, &asked, parts.uri.path(), &parts.headers, &mut parts.extensions).await?;
        return bounded(Request::from_parts(parts, body), MAX_API_BYTES).await;
    }
    request.extensions_mut().insert(asked);
    bounded(request, MAX_FORM_BYTES).await
}

/// Browsers say it of what they fetch by https (or from this machine) and of nothing else: whoever says it was asked by https,
/// and what stands between does not tell us.
const SEC_FETCH_MODE: &str = "sec-fetch-mode";

/// Once, since every reader would say the same.
fn tell_of_silent_proxy(authority: &str) {
    static TOLD: std::sync::Once = std::sync::Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            "{authority} is asked for by https, and what ends TLS in front does not say so: it has to send \
             X-Forwarded-Proto: https (and X-Forwarded-For), and be among trusted_proxies; until then nobody can sign in"
        );
    });
}

/// To the same page by https, for good (RFC 9110 §15.4.9). The path may hold a token, so nobody keeps the answer.
fn moved(there: &str) -> Response {
    match HeaderValue::try_from(there) {
        Ok(there) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, there)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn prefix_of(client: PeerAddr) -> AddrPrefix {
    match client {
        PeerAddr::Ip(addr) => AddrPrefix::of(addr.ip()),
        PeerAddr::Local { .. } => AddrPrefix::Local,
    }
}

/// Reads the body to its end, within `most` bytes and [`BODY_TIME`].
async fn bounded(request: Request, most: usize) -> Result<Request, Fail> {
    let bodiless = matches!(*request.method(), Method::GET | Method::HEAD);
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|l| l.to_str().ok()).and_then(|l| l.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(Fail::TooLarge);
    }
    if bodiless {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let read = tokio::time::timeout(BODY_TIME, Limited::new(body, most).collect()).await;
    match read {
        Ok(Ok(body)) => Ok(Request::from_parts(parts, Body::from(body.to_bytes()))),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Fail::TooLarge),
        Ok(Err(_)) => Err(Fail::Malformed),
        Err(_) => Err(Fail::Slow),
    }
}

/// The language asked for by `?lang=`, as the links at the foot of each page do.
fn asked_for(request: &Request) -> Option<Lang> {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(|tag| Words::shared().language(tag))
}

/// The language that was asked for on an earlier page.
fn kept(request: &Request) -> Option<Lang> {
    // Whether the request is safe is not judged yet; a language is no secret.
    let headers = request.headers();
    let tag = Cookie::Language.read(headers, true).or_else(|| Cookie::Language.read(headers, false))?;
    Words::shared().language(tag)
}

/// A header's text; empty where it is not there or no text.
fn header(request: &Request, name: HeaderName) -> &str {
    request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// The browser's language.
fn accepted(request: &Request) -> Lang {
    Words::shared().for_languages(header(request, ACCEPT_LANGUAGE))
}

/// A failure as its reader understands it.
fn told(fail: &Fail, reader: &Reader) -> Response {
    if reader.program {
        return fail.json(reader.number);
    }
    let reference = reader.number.to_string();
    let problem = match fail {
        Fail::Malformed | Fail::Missing | Fail::Method | Fail::MediaType | Fail::Slow | Fail::TooLarge => {
            Problem::Missing
        }
        // Programs' alone; told as a page they are all one.
        Fail::BadKey | Fail::Scope(_) | Fail::Repeated(_) => Problem::Forbidden,
        Fail::Unknown | Fail::Forbidden | Fail::Refused(_) => Problem::Forbidden,
        Fail::NotYours => Problem::NotYours,
        Fail::Insecure => Problem::Insecure,
        Fail::Gone => Problem::Gone,
        Fail::Elsewhere => Problem::Elsewhere,
        Fail::Busy(wait) => Problem::Busy {
            retry: timestamp(reader.now.saturating_add(i64::try_from(wait.seconds() * 1000).unwrap_or(i64::MAX))),
        },
        Fail::Overloaded => Problem::Overloaded,
        Fail::Full => Problem::Full,
        Fail::Fault(_) => Problem::Fault { reference: &reference },
    };
    let place = reader.place.as_deref();
    let site = Site {
        lang: reader.lang,
        name: place.map_or("", Place::name),
        sentence: None,
        host: place.map_or("", |p| p.host.as_str()),
        look: place.map_or_else(|| &*NOBODYS, |p| &p.look),
        zone: &UTC,
        now: timestamp(reader.now),
        path: None,
        made_with: place.is_some_and(Place::made_with),
    };
    let mut answer = html(fail.status(), ProblemPage { site: &site, problem }.html());
    fail.headers(&mut answer);
    answer
}

/// An HTML document.
pub fn html(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut answer = (status, text.into()).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answer
}
