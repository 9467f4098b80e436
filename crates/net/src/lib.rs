//! Sockets, TLS, certificates and their reload, ACME, ALPN, per-address limits, the local socket.
//!
//! No XMPP, no SQL, no HTTP routes: a [`Listeners`] accepts, secures and counts connections and hands each
//! as a [`Conn`] with its [`Peer`] to a [`Door`]. `server` and `web` are such doors; `cli` puts them together.
//!
//! Left out: ACME, outgoing connections (federation).
//! Left out: the PROXY protocol, outgoing connections (federation).

mod accept;
mod acme;
mod certs;
mod chain;
mod conn;
mod limit;
mod listen;
mod local;
mod options;
mod peer;
mod proxied;
mod room;
mod session;
mod stop;
mod timer;
mod tls;

pub use accept::Backoff;
pub use acme::{
    Acme, AcmeMeters, AcmeOptions, AcmeParts, Challenge, Challenges, Clock, Counts, LETS_ENCRYPT, Pace, Standing,
    is_orderable,
};
pub use certs::{CertError, Certificate, a_label};
pub use chain::Chain;
pub use conn::{Conn, READ_CHUNK, RawStream};
pub use limit::{PendingGuard, PendingLimit};
pub use listen::{BindError, Bound, ByAlpn, Door, Listeners, Meters, Ports, Security};
pub use local::{LocalError, LocalSocket, connect_local, may_enter};
pub use options::{CertificateOptions, LimitOptions, ListenOptions, TlsOptions};
pub use peer::{AddrPrefix, ListenerKind, Peer, PeerAddr};
pub use proxied::{Networks, ProxiedDoor};
pub use room::Room;
pub use stop::{Stop, Stopper};
pub use timer::Timer;
pub use tls::{Offer, Protocol, Tls, TlsError, TlsInfo, accept_tls};

/// The future a [`Door`] returns.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes aws-lc-rs the process-wide TLS provider; call it once, first thing in `main` and in test harnesses.
///
/// [`Tls`] names its provider itself and works without this; the call is for other users of rustls in the same
/// process, whose automatic choice panics when two providers are linked. A second call changes nothing.
pub fn install_crypto_provider() {
    // The error says that a provider is installed already, which is what was asked for.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
