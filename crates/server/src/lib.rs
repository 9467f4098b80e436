//! The XMPP doors: client streams and the features behind them.
//!
//! [`Server`] is a `net::Door`: it takes connections, negotiates a stream and then drives it with one poll step until
//! it ends. What stanzas do is the engine's business; `features` registers who answers what.

pub mod c2s;
pub mod features;
mod meters;
mod options;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parlour_domain::sending::SendLimits;
use parlour_engine::Engine;
use parlour_net::{BoxFuture, Conn, Door, Peer, Stop, Tls};
use parlour_router::End;

use crate::features::{Feature, Hooks};
pub use meters::Meters;
pub use options::C2sOptions;

/// The door for XMPP clients, over TCP, TLS and WebSocket.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

/// What all streams share.
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) tls: Tls,
    pub(crate) options: C2sOptions,
    pub(crate) hooks: Hooks,
    pub(crate) resumable: c2s::Resumables,
    pub(crate) meters: Meters,
    pub(crate) stop: Stop,
    requests: AtomicU64,
}

impl Server {
    /// Wires `features` to the engine. `tls` has the certificates for STARTTLS; when `stop` is pulled, streams are
    /// told `system-shutdown` and end.
    ///
    /// # Panics
    /// When two features answer the same request, or an engine gets a second server.
    pub fn new(engine: Arc<Engine>, tls: Tls, stop: Stop, options: C2sOptions, features: &[Box<dyn Feature>]) -> Self {
        let mut hooks = Hooks::default();
        for feature in features {
            feature.wire(&mut hooks);
        }
        features::disco_answers(&mut hooks);
        let handlers = std::mem::take(&mut hooks.iqs);
        assert!(engine.handlers.set(handlers).is_ok(), "one server for each engine");
        engine.sending.set(options.limits.clone());
        engine.router.budget().set_max(usize::try_from(options.max_queues_bytes).unwrap_or(usize::MAX));
        Self(Arc::new(Shared {
            engine,
            tls,
            options,
            hooks,
            resumable: c2s::Resumables::default(),
            meters: Meters::default(),
            stop,
            requests: AtomicU64::new(1),
        }))
    }

    /// Tells all signed-in clients `system-shutdown` once `stop` is pulled. To be run beside the listeners, which
    /// then give streams their time to end.
    pub async fn end_when_stopped(&self) {
        self.0.stop.clone().stopped().await;
        self.0.engine.router.end_all(End::Shutdown);
    }

    /// How much clients may send from here on: sessions notice when what they were granted before is used up.
    pub fn set_limits(&self, limits: SendLimits) {
        self.0.engine.sending.set(limits);
    }

    /// What the doors count.
    pub fn meters(&self) -> &Meters {
        &self.0.meters
    }
}

impl Shared {
    /// A number for a stream, to be found in the log.
    pub(crate) fn request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }
}

impl Door for Server {
    fn accept(&self, conn: Conn, peer: Peer) -> BoxFuture<'static, ()> {
        Box::pin(c2s::serve(Arc::clone(&self.0), conn, peer))
    }
}
