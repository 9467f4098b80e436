//! The HTTP door: serves HTTP/1.1 over one connection to its end, and hands WebSocket connections on.
//!
//! Spec: RFC 9112 (by hyper). Bounds: [`HEADER_TIME`] for a request's head (and between two requests), a head of 32
//! KiB and 64 fields, bodies as `front` has them, [`LIFE`] for a connection. Nothing is spawned: the connection is
//! driven by the future the listener owns.
//! Left out: HTTP/2.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use parlour_domain::{By, Clock, Dice, HostName, Millis};
use parlour_engine::Locals;
use parlour_engine::people::People;
use parlour_net::{BoxFuture, Challenges, Conn, Door, ListenerKind, Peer, PeerAddr, PendingGuard, Stop, Timer};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use crate::api::{self, Backups};
use crate::apps::Apps;
use crate::csrf::Csrf;
use crate::front::{Came, Place};
use crate::hosts::{self, Exposure};
use crate::limits::Limits;
use crate::local::Metrics;
use crate::look::{AppLinks, Looks};
use crate::pages::kept::Kept;
use crate::problem::Fail;
use crate::proxies::Proxies;
use crate::routes;
use crate::websocket::{Agreed, Upgrades};

/// How long a request's head may take, from the first byte we wait for; so also how long an idle connection is kept.
pub const HEADER_TIME: Duration = Duration::from_secs(20);
/// How long a connection lives. It is asked to end after its current request, then cut after [`LAST_WORDS`].
pub const LIFE: Duration = Duration::from_secs(600);
/// How long a request in progress may go on once its connection was asked to end.
pub const LAST_WORDS: Duration = Duration::from_secs(10);

/// How long a count of people is taken for true.
const HEADS_MILLIS: Millis = 60_000;
const MAX_HEAD_BYTES: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;

/// What the operator sets about the pages; swapped on reload.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who can reach the pages.
    pub exposure: Exposure,
    /// We speak https ourselves: whoever asks in plain is led there.
    pub https_here: bool,
    /// Whose X-Forwarded-For and X-Forwarded-Proto are believed.
    pub proxies: Proxies,
    /// The apps that pages may recommend; each host chooses among them.
    pub apps: Apps,
    /// Where logos lie.
    pub brand_folder: Option<PathBuf>,
    /// Apps of the operator's that open links by themselves.
    pub app_links: AppLinks,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            exposure: Exposure::Service,
            https_here: false,
            proxies: Proxies::default(),
            apps: Apps::built_in(),
            brand_folder: None,
            app_links: AppLinks::default(),
        }
    }
}

/// What all requests share.
pub(crate) struct Shared {
    pub acts: People,
    pub locals: Arc<Locals>,
    pub clock: Arc<dyn Clock>,
    pub dice: Arc<dyn Dice>,
    pub settings: Arc<ArcSwap<Settings>>,
    pub csrf: Csrf,
    pub limits: Limits,
    pub websocket: Option<Arc<dyn Door>>,
    pub backups: Option<Arc<dyn Backups>>,
    pub metrics: Option<Metrics>,
    /// Landing pages written out a moment ago.
    pub pages: Kept,
    pub challenges: Option<Challenges>,
    looks: Looks,
    heads: Mutex<HashMap<HostName, (Millis, u64)>>,
    numbers: AtomicU64,
}

/// What [`Web`] is made of.
pub struct Parts {
    /// The acts that pages and API lead to.
    pub people: People,
    /// Hosts and their policies as they are now.
    pub locals: Arc<Locals>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for secrets.
    pub dice: Arc<dyn Dice>,
    /// What the operator sets; store a new one to change it.
    pub settings: Arc<ArcSwap<Settings>>,
    /// Where WebSocket connections go after the handshake; without it there is no `/xmpp-websocket`.
    pub websocket: Option<Arc<dyn Door>>,
    /// What writes backups; without it there are none.
    pub backups: Option<Arc<dyn Backups>>,
    /// What renders `/metrics`; without it there are none.
    pub metrics: Option<Metrics>,
    /// What authorities are to find who look whether a name is ours; without it they find nothing.
    pub challenges: Option<Challenges>,
    /// The server's key for forms' hidden fields.
    pub csrf: [u8; 32],
    /// When to finish.
    pub stop: Stop,
}

/// The pages and the API.
#[derive(Clone)]
pub struct Web {
    shared: Arc<Shared>,
    router: Router,
    stop: Stop,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").finish_non_exhaustive()
    }
}

impl Web {
    /// Puts it together; nothing is opened.
    pub fn new(parts: Parts) -> Self {
        let Parts { people, locals, clock, dice, settings, websocket, backups, metrics, challenges, csrf, stop } =
            parts;
        let shared = Arc::new(Shared {
            csrf: Csrf::new(csrf),
            limits: Limits::new(&people.throttle),
            acts: people,
            locals,
            clock,
            dice,
            settings,
            websocket,
            backups,
            metrics,
            pages: Kept::default(),
            challenges,
            looks: Looks::default(),
            heads: Mutex::default(),
            numbers: AtomicU64::new(1),
        });
        Self { router: routes::router(&shared), shared, stop }
    }

    /// The routes, for requests that carry a [`Came`] among their extensions.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Answers a request of whoever holds the machine, without a socket: the stopped server's command line.
    pub async fn answer_operator(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let mut request = request.map(Body::from);
        let addr = PeerAddr::Local { uid: 0, pid: None };
        request.extensions_mut().insert(Came { listener: ListenerKind::LocalSocket, addr, secure: true });
        let answer = match self.router().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let (parts, body) = answer.into_parts();
        // Our own answers are whole already; reading them cannot fail.
        let bytes = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
        http::Response::from_parts(parts, bytes)
    }
}

impl Shared {
    /// The next request's number.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Relaxed)
    }

    /// The host that a request to `authority` is for.
    pub fn place(&self, authority: &str, settings: &Arc<Settings>) -> Option<Arc<Place>> {
        let host = hosts::select(&self.locals, authority, settings.exposure)?;
        let policy = self.locals.policy(host.as_str())?;
        let look = self.looks.of(&host, &policy, settings);
        Some(Arc::new(Place { host, policy, look }))
    }

    /// How many people a host has, as of at most [`HEADS_MILLIS`] ago: a page that anybody with a link may load as often as
    /// they like does not count them each time.
    pub async fn heads(&self, host: &HostName, request: u64) -> Result<u64, Fail> {
        let now = self.clock.wall();
        let known = self.heads.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        if let Some((at, heads)) = known
            && (0..HEADS_MILLIS).contains(&(now - at))
        {
            return Ok(heads);
        }
        let by = By { request, ..By::system() };
        let heads = u64::from(self.acts.accounts.counts(&by, host, now).await.map_err(Fail::fault)?.active);
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone(), (now, heads));
        Ok(heads)
    }

    /// The host named in an API path, if it is served here.
    pub fn served(&self, text: &str) -> Result<HostName, Fail> {
        let host = api::host(text)?;
        if self.locals.has(host.as_str()) { Ok(host) } else { Err(api::unknown_host(host)) }
    }
}

impl Door for Web {
    fn accept(&self, conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        let web = self.clone();
        Box::pin(async move { serve(web, conn, peer).await })
    }
}

/// What a connection works on: HTTP/1.1 has one request at a time.
type Work = BoxFuture<'static, ()>;

/// Drives one connection to its end.
///
/// The handler's future is ours, not hyper's: hyper drops its own when the peer goes away, and an act that was begun
/// shall still have its effects (the inviter's push) when a phone loses its signal.
async fn serve(web: Web, conn: Conn, mut peer: Peer) {
    let came = Came { listener: peer.listener, addr: peer.addr, secure: conn.is_secure() };
    let upgrades = Upgrades::default();
    let pending = Arc::new(Mutex::new(std::mem::replace(&mut peer.pending, PendingGuard::none())));
    let next: Arc<Mutex<Option<Work>>> = Arc::default();
    let service = {
        let (router, upgrades, pending, next) = (web.router.clone(), upgrades.clone(), pending.clone(), next.clone());
        hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(came);
            request.extensions_mut().insert(upgrades.clone());
            let (tell, told) = oneshot::channel();
            let (answered, pending) = (router.clone().oneshot(request), pending.clone());
            let work = async move {
                let answer = match answered.await {
                    Ok(answer) => answer,
                    Err(never) => match never {},
                };
                // A complete request is what authentication is elsewhere; a stream has yet to authenticate.
                if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
                    lock(&pending).release();
                }
                // Nobody waits for it when the peer is gone.
                let _ = tell.send(answer);
            };
            *lock(&next) = Some(Box::pin(work));
            told
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(conn), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut working: Option<Work> = None;
    let mut stop = web.stop.clone();
    let mut timer = Timer::new();
    timer.set(LIFE);
    let mut leaving = false;
    let ended = loop {
        let driven = std::future::poll_fn(|cx| {
            loop {
                if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                    return Poll::Ready(ended);
                }
                if let Some(work) = lock(&next).take() {
                    working = Some(work);
                }
                match working.as_mut().map(|work| work.as_mut().poll(cx)) {
                    Some(Poll::Ready(())) => working = None,
                    Some(Poll::Pending) | None => return Poll::Pending,
                }
            }
        });
        tokio::select! {
            ended = driven => break Some(ended),
            () = stop.stopped(), if !leaving => {}
            () = timer.rings() => {}
        }
        if leaving {
            break None;
        }
        leaving = true;
        connection.as_mut().graceful_shutdown();
        timer.set(LAST_WORDS);
    };
    if let Some(work) = working {
        timer.set(LAST_WORDS);
        tokio::select! {
            () = work => {}
            () = timer.rings() => {}
        }
    }
    if let Some(Err(error)) = &ended {
        // The peer's fault: a head that was too slow, too large or none.
        tracing::debug!(%error, "an HTTP connection ended early");
    }
    let (Some(Ok(())), Some(agreed), Some(door)) = (ended, upgrades.take(), web.shared.websocket.clone()) else {
        return;
    };
    let guard = std::mem::replace(&mut *lock(&pending), PendingGuard::none());
    hand_over(agreed, guard, door).await;
}

/// Gives an upgraded connection to the stream's door, with what hyper has read too far.
async fn hand_over(agreed: Agreed, pending: PendingGuard, door: Arc<dyn Door>) {
    let Ok(upgraded) = agreed.upgrade.await else { return };
    let Ok(parts) = upgraded.downcast::<TokioIo<Conn>>() else { return };
    let conn = parts.io.into_inner();
    // Only what is safe for passwords was agreed on, encrypted or not.
    let mut conn = if conn.is_secure() && !agreed.forwarded { conn } else { Conn::raw(conn, true) };
    conn.unread(&parts.read_buf);
    door.accept(conn, Peer { addr: agreed.client, listener: ListenerKind::WebSocket, pending }).await;
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
