//! Listening sockets: binds them, accepts, secures, counts, hands over, and waits for all of it at shutdown.
//!
//! Bounds: connections not yet authenticated by [`PendingLimit`]; the handshake by its budget. What a door does with
//! a connection afterwards is the door's to bound.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinError, JoinSet};

use crate::BoxFuture;
use crate::accept::Backoff;
use crate::conn::Conn;
use crate::limit::{PendingGuard, PendingLimit};
use crate::local::LocalSocket;
use crate::options::LimitOptions;
use crate::peer::{AddrPrefix, ListenerKind, Peer, PeerAddr};
use crate::proxied::{self, HeaderError, Networks, ProxiedDoor};
use crate::room::Room;
use crate::stop::Stop;
use crate::timer::Timer;
use crate::tls::{Protocol, Tls, TlsError, accept_tls};

/// Lets the kernel tell within about 90 seconds that a peer is gone without a word: its network, its battery.
///
/// A mobile client's radio is woken for this only after ten minutes of silence on both sides.
fn notice_loss(socket: &TcpStream) {
    use rustix::net::sockopt;
    // Where the system does not know one of them, a loss is noticed later.
    let _ = sockopt::set_tcp_user_timeout(socket, UNACKNOWLEDGED_MILLIS);
    let _ = sockopt::set_tcp_keepidle(socket, KEEPALIVE_AFTER);
    let _ = sockopt::set_tcp_keepintvl(socket, KEEPALIVE_EVERY);
    let _ = sockopt::set_tcp_keepcnt(socket, KEEPALIVE_TRIES);
    let _ = sockopt::set_socket_keepalive(socket, true);
}

/// How long what was written may go without an acknowledgement by the peer's kernel (a message to a lost client is noticed as such within 90 s).
const UNACKNOWLEDGED_MILLIS: u32 = 80_000;

/// Silence after which the kernel asks whether the peer is there.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(600);

/// Between two such questions.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(20);

/// Questions without an answer until the peer counts as gone.
const KEEPALIVE_TRIES: u32 = 4;

/// Connections the kernel keeps for us until we accept them.
const BACKLOG: u32 = 1024;

/// What goes on happening is said so often.
const SAID_ONCE_IN: Duration = Duration::from_secs(60);

/// Where connections are served. The listener spawns the future and awaits it at shutdown.
pub trait Door: Send + Sync + 'static {
    /// Serves one connection to its end.
    fn accept(&self, conn: Conn, peer: Peer) -> BoxFuture<'static, ()>;
}

/// Two doors behind one TLS port: XMPP clients by ALPN, everybody else to the web ([`Protocol::WebOrClient`]).
pub struct ByAlpn {
    /// For those who agreed on `xmpp-client`; they come as [`ListenerKind::C2sTls`].
    pub client: Arc<dyn Door>,
    /// For all others.
    pub web: Arc<dyn Door>,
}

impl Door for ByAlpn {
    fn accept(&self, conn: Conn, mut peer: Peer) -> BoxFuture<'static, ()> {
        if conn.tls().is_some_and(|tls| tls.alpn == Some(b"xmpp-client")) {
            peer.listener = ListenerKind::C2sTls;
            self.client.accept(conn, peer)
        } else {
            self.web.accept(conn, peer)
        }
    }
}

/// Whether connections begin with TLS.
#[derive(Debug, Clone)]
pub enum Security {
    /// They begin in the clear; the door may start TLS.
    Plain,
    /// TLS from the first byte: the door gets a connection that has it.
    Tls(Tls, Protocol),
}

/// What to do when a port is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// Fail.
    Exact,
    /// Take a free one instead (the trial).
    FreeIfTaken,
}

/// An address we listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// For which door.
    pub kind: ListenerKind,
    /// What was asked for.
    pub asked: SocketAddr,
    /// What we got: another port if the one asked for was taken, or 0.
    pub addr: SocketAddr,
}

/// We cannot listen on an address. The operator's fault.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr} ({kind} in [listen])")]
pub struct BindError {
    /// The door.
    pub kind: ListenerKind,
    /// The address.
    pub addr: SocketAddr,
    /// `AddrInUse` when another program has the port, `PermissionDenied` for a port under 1024 without the right to it,
    /// `AddrNotAvailable` when this machine does not have the address.
    pub source: io::Error,
}

/// Counters, for the metrics page.
#[derive(Debug, Default)]
pub struct Meters {
    /// Connections taken from the kernel.
    pub accepted: AtomicU64,
    /// Of these, closed at once since their address, or the server, held too many that had not authenticated.
    pub over_limit: AtomicU64,
    /// TLS handshakes from the first byte that failed or took too long.
    pub tls_failed: AtomicU64,
    /// Times an accept loop waited for want of descriptors or memory, and connections it closed for want of descriptors.
    pub shortages: AtomicU64,
    /// Connections from a trusted proxy that did not begin with a PROXY header, where one was to be.
    pub no_proxy_header: AtomicU64,
    /// Tasks that panicked: a bug of ours.
    pub panics: AtomicU64,
}

/// All listening sockets of the process.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<(Bound, TcpListener)>,
    local: Option<LocalSocket>,
    proxied: Vec<ListenerKind>,
    proxies: Arc<Networks>,
    gate: Gate,
}

/// What every accept loop needs of the limits.
#[derive(Debug, Clone)]
struct Gate {
    room: Room,
    limit: PendingLimit,
    count_loopback: bool,
    meters: Arc<Meters>,
}

impl Listeners {
    /// Without any socket yet. Of the descriptors that the process may have now, those who have not signed in get half.
    pub fn new(options: &LimitOptions) -> Self {
        let room = Room::now();
        let strangers = LimitOptions { pending_total: room.for_strangers(options.pending_total), ..options.clone() };
        let gate = Gate {
            room,
            limit: PendingLimit::new(&strangers),
            count_loopback: options.pending_from_loopback,
            meters: Arc::default(),
        };
        Self { sockets: Vec::new(), local: None, proxied: Vec::new(), proxies: Arc::default(), gate }
    }

    /// Listens on each of `addrs` for the door `kind`. Call it inside the runtime.
    ///
    /// `[::]` takes IPv4 too, unless `0.0.0.0` with the same port is in the list; without IPv6 on this machine it
    /// means `0.0.0.0`.
    ///
    /// # Errors
    /// [`BindError`] for the first address that cannot be had.
    pub fn bind(&mut self, kind: ListenerKind, addrs: &[SocketAddr], ports: Ports) -> Result<(), BindError> {
        for &asked in addrs {
            let v4_apart = addrs.contains(&SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), asked.port()));
            let listener = match listen(asked, v4_apart) {
                Err(error) if ports == Ports::FreeIfTaken && error.kind() == io::ErrorKind::AddrInUse => {
                    listen(SocketAddr::new(asked.ip(), 0), v4_apart)
                }
                done => done,
            };
            let bound = listener.and_then(|listener| {
                let addr = listener.local_addr()?;
                Ok((Bound { kind, asked, addr }, listener))
            });
            self.sockets.push(bound.map_err(|source| BindError { kind, addr: asked, source })?);
        }
        Ok(())
    }

    /// From now on, connections that `proxies` make to these doors begin with a PROXY header.
    pub fn behind(&mut self, doors: &[ProxiedDoor], proxies: Networks) {
        self.proxied = doors.iter().map(|door| door.kind()).collect();
        self.proxies = Arc::new(proxies);
    }

    /// Serves the local socket too, through the door for [`ListenerKind::LocalSocket`].
    pub fn add_local(&mut self, socket: LocalSocket) {
        self.local = Some(socket);
    }

    /// The addresses bound so far.
    pub fn bound(&self) -> impl Iterator<Item = Bound> + '_ {
        self.sockets.iter().map(|(bound, _)| *bound)
    }

    /// The first address bound for `kind`.
    pub fn addr(&self, kind: ListenerKind) -> Option<SocketAddr> {
        self.bound().find(|bound| bound.kind == kind).map(|bound| bound.addr)
    }

    /// The counters.
    pub fn meters(&self) -> Arc<Meters> {
        Arc::clone(&self.gate.meters)
    }

    /// The limit, for connections that come another way, such as BOSH sessions.
    pub fn pending_limit(&self) -> PendingLimit {
        self.gate.limit.clone()
    }

    /// Accepts until told to stop; then closes the sockets, waits at most `drain` for the doors, or until it has to hurry,
    /// and cancels what is left. The doors hear of the stop by tokens of their own.
    pub async fn serve(self, doors: impl Fn(ListenerKind) -> (Arc<dyn Door>, Security), stop: Stop, drain: Duration) {
        let mut loops = JoinSet::new();
        for (bound, listener) in self.sockets {
            let (door, security) = doors(bound.kind);
            let accepting = Accepting {
                source: Source::Tcp(listener),
                kind: bound.kind,
                proxies: self.proxied.contains(&bound.kind).then(|| Arc::clone(&self.proxies)),
                door,
                security,
                gate: self.gate.clone(),
                tasks: JoinSet::new(),
            };
            loops.spawn(accepting.run(stop.clone(), drain));
        }
        if let Some(socket) = self.local {
            let (door, security) = doors(ListenerKind::LocalSocket);
            let accepting = Accepting {
                source: Source::Local(socket),
                kind: ListenerKind::LocalSocket,
                proxies: None,
                door,
                security,
                gate: self.gate.clone(),
                tasks: JoinSet::new(),
            };
            loops.spawn(accepting.run(stop, drain));
        }
        while let Some(ended) = loops.join_next().await {
            self.gate.note(ended);
        }
    }
}

impl Gate {
    /// A place for `peer`, or `None` if it has too many.
    fn enter(&self, peer: &Peer) -> Option<PendingGuard> {
        match peer.prefix() {
            AddrPrefix::Local => Some(PendingGuard::none()),
            _ if peer.is_loopback() && !self.count_loopback => Some(PendingGuard::none()),
            prefix => self.limit.enter(prefix),
        }
    }

    fn note(&self, ended: Result<(), JoinError>) {
        if let Err(error) = ended
            && error.is_panic()
        {
            self.meters.panics.fetch_add(1, Relaxed);
            tracing::error!(%error, "a connection's task panicked");
        }
    }
}

fn listen(addr: SocketAddr, v4_apart: bool) -> io::Result<TcpListener> {
    let (socket, addr) = match addr {
        SocketAddr::V4(_) => (TcpSocket::new_v4()?, addr),
        SocketAddr::V6(_) => match TcpSocket::new_v6() {
            Ok(socket) => {
                rustix::net::sockopt::set_ipv6_v6only(&socket, v4_apart)?;
                (socket, addr)
            }
            // No IPv6 in this kernel.
            Err(_) if addr.ip().is_unspecified() && !v4_apart => {
                (TcpSocket::new_v4()?, SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), addr.port()))
            }
            Err(error) => return Err(error),
        },
    };
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

enum Source {
    Tcp(TcpListener),
    Local(LocalSocket),
}

/// A connection as the kernel gave it.
enum Came {
    Tcp(TcpStream, SocketAddr),
    Local(Conn, PeerAddr),
}

impl Source {
    /// The next connection; `None` for one there was no room for, which is closed.
    async fn accept(&self, room: Room, kind: ListenerKind) -> io::Result<Option<Came>> {
        match self {
            Self::Tcp(listener) => {
                let (socket, addr) = listener.accept().await?;
                if !room.takes(kind, &socket) {
                    return Ok(None);
                }
                // A stanza waits for no other; a socket that refuses this is closed already and will say so.
                let _ = socket.set_nodelay(true);
                notice_loss(&socket);
                Ok(Some(Came::Tcp(socket, addr)))
            }
            Self::Local(socket) => Ok(socket.accept(room).await?.map(|(conn, addr)| Came::Local(conn, addr))),
        }
    }
}

/// One accept loop and the connections it has accepted.
struct Accepting {
    source: Source,
    kind: ListenerKind,
    /// Whose connections begin with a PROXY header, if any do.
    proxies: Option<Arc<Networks>>,
    door: Arc<dyn Door>,
    security: Security,
    gate: Gate,
    tasks: JoinSet<()>,
}

impl Accepting {
    async fn run(mut self, mut stop: Stop, drain: Duration) {
        let mut backoff = Backoff::default();
        let mut pause = Timer::new();
        let mut quiet = Timer::new();
        loop {
            // Each branch is cancel-safe: nothing is accepted or joined unless its branch runs.
            tokio::select! {
                biased;
                () = stop.stopped() => break,
                Some(ended) = self.tasks.join_next() => self.gate.note(ended),
                () = pause.rings(), if pause.deadline().is_some() => {}
                () = quiet.rings(), if quiet.deadline().is_some() => {}
                accepted = self.source.accept(self.gate.room, self.kind), if pause.deadline().is_none() => match accepted {
                    Ok(Some(came)) => {
                        backoff.reset();
                        self.admit(came);
                    }
                    Ok(None) => {
                        self.gate.meters.shortages.fetch_add(1, Relaxed);
                        if quiet.deadline().is_none() {
                            quiet.set(SAID_ONCE_IN);
                            let most = self.gate.room.most();
                            tracing::error!(
                                listener = %self.kind, most,
                                "no descriptors are left for more connections: they are closed; raise LimitNOFILE or ulimit -Hn"
                            );
                        }
                    }
                    Err(error) => if let Some(wait) = backoff.after(&error) {
                        self.gate.meters.shortages.fetch_add(1, Relaxed);
                        tracing::error!(listener = %self.kind, %error, ?wait, "cannot accept connections");
                        pause.set(wait);
                    },
                },
            }
        }
        // Whoever connects from now on is refused by the kernel.
        drop(self.source);
        let mut deadline = Timer::new();
        deadline.set(drain);
        loop {
            tokio::select! {
                ended = self.tasks.join_next() => match ended {
                    Some(ended) => self.gate.note(ended),
                    None => return,
                },
                () = deadline.rings() => break,
                () = stop.hurried() => break,
            }
        }
        tracing::warn!(listener = %self.kind, connections = self.tasks.len(), "cancelled at shutdown");
        self.tasks.shutdown().await;
    }

    fn admit(&mut self, came: Came) {
        self.gate.meters.accepted.fetch_add(1, Relaxed);
        match came {
            Came::Tcp(socket, addr) if self.proxies.as_ref().is_some_and(|proxies| proxies.contain(addr.ip())) => {
                self.admit_proxied(socket, addr);
            }
            Came::Tcp(socket, addr) => {
                if let Some(serving) = self.place().serve(Conn::plain(socket), addr.into()) {
                    self.tasks.spawn(serving);
                }
            }
            Came::Local(conn, addr) => {
                if let Some(serving) = self.place().serve(conn, addr) {
                    self.tasks.spawn(serving);
                }
            }
        }
    }

    /// Counts by whom the proxy speaks for, once it has said so.
    fn admit_proxied(&mut self, mut socket: TcpStream, addr: SocketAddr) {
        let place = self.place();
        self.tasks.spawn(Serving::Shaking(Box::pin(async move {
            match proxied::client(&mut socket, PROXY_HEADER_WITHIN).await {
                Ok(client) => match place.serve(Conn::plain(socket), client.unwrap_or(addr).into())? {
                    Serving::Shaking(handshake) => handshake.await,
                    Serving::Settled(door) => Some(door),
                },
                // Most likely somebody looks whether we are there.
                Err(HeaderError::Ended(_)) => None,
                Err(error) => {
                    place.gate.meters.no_proxy_header.fetch_add(1, Relaxed);
                    tracing::warn!(listener = %place.kind, proxy = %addr, %error, "closed, as listen.use_proxy_protocol asks");
                    None
                }
            }
        })));
    }

    fn place(&self) -> Place {
        Place {
            kind: self.kind,
            door: Arc::clone(&self.door),
            security: self.security.clone(),
            gate: self.gate.clone(),
        }
    }
}

/// What one connection needs of its accept loop.
struct Place {
    kind: ListenerKind,
    door: Arc<dyn Door>,
    security: Security,
    gate: Gate,
}

impl Place {
    /// Serves it to its end; `None` where its address has too many already.
    fn serve(self, conn: Conn, addr: PeerAddr) -> Option<Serving> {
        let Self { kind, door, security, gate } = self;
        let mut peer = Peer::new(addr, kind);
        let Some(pending) = gate.enter(&peer) else {
            gate.meters.over_limit.fetch_add(1, Relaxed);
            tracing::debug!(listener = %kind, peer = %peer.addr, "too many connections not yet authenticated");
            return None;
        };
        peer.pending = pending;
        Some(match security {
            Security::Plain => Serving::Settled(door.accept(conn, peer)),
            Security::Tls(tls, protocol) => {
                let handshake = accept_tls(conn, &tls, protocol);
                let meters = gate.meters;
                Serving::Shaking(Box::pin(async move {
                    match handshake.await {
                        Ok(conn) => Some(door.accept(conn, peer)),
                        // Answered as it should be.
                        Err(TlsError::Looked { .. }) => None,
                        Err(error) => {
                            meters.tls_failed.fetch_add(1, Relaxed);
                            tracing::debug!(listener = %peer.listener, peer = %peer.addr, %error, "no TLS");
                            None
                        }
                    }
                }))
            }
        })
    }
}

/// A connection at the handshake, then at its door. What the handshake needs is freed before the connection settles down:
/// an idle one costs a pointer here.
enum Serving {
    Shaking(BoxFuture<'static, Option<BoxFuture<'static, ()>>>),
    Settled(BoxFuture<'static, ()>),
}

impl Future for Serving {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Self::Shaking(handshake) = &mut *self {
            let Some(door) = ready!(handshake.as_mut().poll(cx)) else { return Poll::Ready(()) };
            *self = Self::Settled(door);
        }
        match &mut *self {
            Self::Shaking(_) => Poll::Pending,
            Self::Settled(door) => door.as_mut().poll(cx),
        }
    }
}

/// How long a proxy may take to say whom a connection is from: it has that before it connects.
const PROXY_HEADER_WITHIN: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_connection_costs_a_pointer_here() {
        assert!(size_of::<Serving>() <= 3 * size_of::<usize>(), "{} bytes", size_of::<Serving>());
    }
}
