//! The web: which path opens what, what bodies do, and raw HTTP.

use std::sync::LazyLock;

use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use parlour_net::{ListenerKind, PeerAddr};
use parlour_testkit::PASSWORD;
use parlour_web::Came;
use parlour_web::routes::{self, Access};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tower::ServiceExt as _;

use crate::house::{self, HOST, House, somewhere};

/// A route, as far as it matters here.
struct Known {
    method: Method,
    path: &'static str,
    access: Access,
}

static ROUTES: LazyLock<Vec<Known>> = LazyLock::new(|| {
    routes::all()
        .into_iter()
        .map(|route| Known { method: route.method, path: route.path, access: route.access })
        .collect()
});

impl Known {
    /// Whether a stranger may succeed here.
    fn is_open(&self) -> bool {
        matches!(self.access, Access::Open | Access::Safe | Access::Document)
    }

    /// Whether this is what `path`, decoded, leads to.
    fn is_at(&self, path: &str) -> bool {
        let mut segments = path.split('/').map(|text| percent_decode_str(text).decode_utf8_lossy());
        let fits = self.path.split('/').all(|wanted| match segments.next() {
            Some(segment) => wanted.starts_with('{') || segment == wanted,
            None => false,
        });
        fits && segments.next().is_none()
    }
}

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// What a stranger gets to see: whatever is asked for, a success needs a route that is open to strangers under the path
/// as it reads once it is decoded. The first byte is the method; the rest is the request's target.
pub(crate) fn path(data: &[u8]) {
    let Some((&how, target)) = data.split_first() else { return };
    let method = METHODS[usize::from(how) % METHODS.len()].clone();
    let Ok(request) = Request::builder().method(method.clone()).uri(target).header("host", HOST).body(Body::empty())
    else {
        return;
    };
    let uri = request.uri().clone();
    let answer = house::with(async |house| ask(house, request, Who::Stranger).await);
    if answer.status.is_success() {
        let method = if method == Method::HEAD { Method::GET } else { method };
        let open = ROUTES.iter().any(|route| route.is_open() && route.method == method && route.is_at(uri.path()));
        assert!(open, "a stranger was given {} for {uri}", answer.status);
    }
    answer.is_well_made(&uri.to_string());
}

/// Forms and JSON, with the right to do what they ask for and without. The first byte is the route, the second says who
/// sends it and as what; up to the end of the line what stands in the path's holes and as its query; then the body.
pub(crate) fn body(data: &[u8]) {
    static WRITING: LazyLock<Vec<&'static Known>> =
        LazyLock::new(|| ROUTES.iter().filter(|route| route.method != Method::GET).collect());
    let [route, how, rest @ ..] = data else { return };
    let (line, body) =
        rest.iter().position(|b| *b == b'\n').map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
    let line = String::from_utf8_lossy(line);
    let (hole, query) = line.split_once('?').unwrap_or((&line, ""));
    let route = WRITING[usize::from(*route) % WRITING.len()];
    let who = [Who::Stranger, Who::Owner, Who::Operator][usize::from(how % 3)];
    let json = how & 0x40 != 0 || matches!(route.access, Access::Api(_) | Access::Operator);

    let filled = |name: &str| match name {
        "{host}" => HOST.to_owned(),
        _ if hole.is_empty() => "ben".to_owned(),
        _ => utf8_percent_encode(hole, NON_ALPHANUMERIC).to_string(),
    };
    let segments: Vec<String> = (route.path.split('/'))
        .map(|text| if text.starts_with('{') { filled(text) } else { text.to_owned() })
        .collect();
    let mut target = segments.join("/");
    if !query.is_empty() {
        target = format!("{target}?{}", query.replace('%', ""));
    }
    let answer = house::with(async |house| {
        let mut sent = body.to_vec();
        let mut request = Request::builder().method(route.method.clone()).uri(&target).header("host", HOST);
        request = request.header("sec-fetch-site", "same-origin");
        if who == Who::Owner {
            let (cookies, csrf) = signed_in(house).await;
            request = request.header("cookie", cookies);
            if !json {
                sent = [format!("csrf={csrf}&").as_bytes(), body].concat();
            }
        }
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        request = request.header("content-type", kind);
        // What is no target at all was tried by `path`.
        let request = request.body(Body::from(sent)).ok()?;
        let answer = ask(house, request, who).await;
        // Whoever signed out, or changed the password, signs in again.
        if who == Who::Owner && !answer.set_cookies.is_empty() {
            house.browser.take();
        }
        Some(answer)
    });
    let Some(answer) = answer else { return };
    if who == Who::Stranger && !route.is_open() {
        assert!(!answer.status.is_success(), "a stranger was given {} for {target}", answer.status);
    }
    answer.is_well_made(&target);
}

/// Raw bytes at the web's door: what comes back is HTTP, and not more answers than could have been asked for.
pub(crate) fn http(data: &[u8]) {
    let Some((&how, said)) = data.split_first() else { return };
    let heard = house::with(async |house| {
        let pipe = house.pipe(&house.web, ListenerKind::WebTls, how & 1 == 0);
        house.answer(pipe, said, usize::from(how >> 1) * 7 + 1).await
    });
    // A request names its version; what is none is answered once.
    let asked = said.windows(7).filter(|seven| seven == b"HTTP/1.").count() + 1;
    let mut rest = &heard[..];
    let mut answers = 0;
    while !rest.is_empty() {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a head has an end");
        let head = std::str::from_utf8(&rest[..end]).expect("a head is text");
        let (status, fields) = head.split_once("\r\n").unwrap_or((head, ""));
        let code = status.strip_prefix("HTTP/1.1 ").or_else(|| status.strip_prefix("HTTP/1.0 "));
        let code: u16 = code.and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or_else(|| panic!("{status:?}"));
        assert_ne!(code, 500, "{}", said.escape_ascii());
        answers += 1;
        if code == 101 {
            // A stream from here on.
            return;
        }
        let length = fields.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        rest = &rest[end + 4..];
        // An answer to HEAD has a length and no body; then the next answer or nothing follows at once.
        let length = length.unwrap_or(0);
        if !rest.starts_with(b"HTTP/1.") && length <= rest.len() {
            rest = &rest[length..];
        } else if !rest.starts_with(b"HTTP/1.") {
            assert!(rest.is_empty(), "a body was cut off");
        }
    }
    assert!(answers <= asked, "{answers} answers to {asked} requests");
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Stranger,
    Owner,
    Operator,
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    set_cookies: Vec<String>,
    body: Bytes,
}

impl Answer {
    /// What holds for every answer.
    fn is_well_made(&self, asked: &str) {
        assert_ne!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{asked}");
        for needed in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
            assert!(self.headers.contains_key(needed), "no {needed} with {} for {asked}", self.status);
        }
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.contains("json") && !self.body.is_empty() {
            let json: Result<serde_json::Value, _> = serde_json::from_slice(&self.body);
            assert!(json.is_ok(), "no JSON for {asked}");
        }
        if kind.starts_with("text/html") {
            // Nobody writes such an element but whoever is to be caught.
            assert!(!self.body.windows(4).any(|four| four == b"<fz>"), "what was sent comes back as markup: {asked}");
        }
        if let Some(to) = self.headers.get("location") {
            let to = to.to_str().expect("a link is text");
            let ours = (to.starts_with('/') && !to.starts_with("//")) || to.starts_with("https://h.example");
            assert!(ours || to.starts_with("xmpp:") || to.starts_with("intent:"), "sent away to {to}");
        }
    }
}

async fn ask(house: &House, mut request: Request<Body>, who: Who) -> Answer {
    let came = match who {
        Who::Operator => {
            Came { listener: ListenerKind::LocalSocket, addr: PeerAddr::Local { uid: 0, pid: None }, secure: true }
        }
        Who::Stranger | Who::Owner => Came { listener: ListenerKind::WebTls, addr: somewhere(), secure: true },
    };
    request.extensions_mut().insert(came);
    let answer = match house.web.router().oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let lines = parts.headers.get_all("set-cookie").iter();
    let set_cookies = lines.filter_map(|line| Some(line.to_str().ok()?.split(';').next()?.to_owned())).collect();
    Answer { status: parts.status, headers: parts.headers, set_cookies, body }
}

/// The owner's cookies and the hidden field of the forms.
async fn signed_in(house: &House) -> (String, String) {
    if let Some(kept) = house.browser.borrow().clone() {
        return kept;
    }
    let get = |path: &str, cookies: &str| {
        let request = Request::builder().uri(path).header("host", HOST).header("cookie", cookies).body(Body::empty());
        ask(house, request.expect("a request"), Who::Stranger)
    };
    let form = get("/me/sign-in", "").await;
    let first = form.set_cookies.join("; ");
    let fields = format!("csrf={}&name=anna&password={}", field(&form), PASSWORD.replace(' ', "+"));
    let post = Request::post("/me/sign-in").header("host", HOST).header("cookie", &first);
    let post = post.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    let entered = ask(house, post.body(Body::from(fields)).expect("a request"), Who::Stranger).await;
    let cookies = [vec![first], entered.set_cookies].concat().join("; ");
    let csrf = field(&get("/me", &cookies).await);
    let kept = (cookies, csrf);
    // Somebody else may have locked or renamed the owner in an earlier run: then it is one stranger more.
    house.browser.replace(Some(kept.clone()));
    kept
}

fn field(page: &Answer) -> String {
    let text = String::from_utf8_lossy(&page.body);
    let field = text.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    field.unwrap_or_default().to_owned()
}
