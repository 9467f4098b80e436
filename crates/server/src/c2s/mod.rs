//! A client's connection from its first byte to its last.
//!
//! [`serve`] negotiates (`negotiate`, with `login`, `token` and `bind`), which is async and on the heap, then hands over to
//! `connection`, which is a small poll step. A session that can be resumed outlives its connection (`resume`).
//!
//! Spec: RFC 6120 §4 to §7, XEP-0198 v1.6.3, XEP-0388 v1.0.4, XEP-0386 v1.1.0, XEP-0480 v0.2.0, XEP-0484 v0.2.0.
//! Left out: BOSH.

mod asking;
mod bind;
mod connection;
mod login;
mod negotiate;
mod pace;
mod resume;
mod token;
mod upgrade;
mod websocket;
mod wire;

use std::sync::Arc;

use parlour_engine::Session;
use parlour_net::{Conn, Peer};
use parlour_router::End;
use parlour_xmpp::framer::Mode;
use parlour_xmpp::payload::sm::{Enable, ServerSm};
use parlour_xmpp::stanza::DefaultNs;
use parlour_xmpp::xml::Element;

use crate::Shared;
use crate::meters::Meters;
pub(crate) use resume::Resumables;

/// Serves one client to its end.
///
/// Not an `async fn`, which would keep room for what it is given as long as the client stays.
pub(crate) fn serve(shared: Arc<Shared>, conn: Conn, peer: Peer) -> impl Future<Output = ()> + Send {
    Meters::count(&shared.meters.accepted);
    let negotiation = Box::pin(negotiate::run(Arc::clone(&shared), conn, peer));
    async move {
        let Some(ready) = negotiation.await else { return };
        if shared.stop.is_stopped() {
            // Bound while everybody was told.
            ready.session.outbox.end(End::Shutdown);
        }
        let mut connection = connected(&shared, ready);
        (&mut connection).await;
        Box::pin(resume::after(&shared, connection.into_rest())).await;
    }
}

/// What a stream was negotiated into, as a connection.
#[expect(clippy::boxed_local, reason = "in `serve`, moving out of the box would keep its memory until the end")]
fn connected(shared: &Arc<Shared>, ready: Box<negotiate::Ready>) -> connection::Connection {
    connection::Connection::new(Arc::clone(shared), *ready)
}

/// Switches XEP-0198 on: how it starts, and `<enabled/>`.
fn enable(shared: &Shared, session: &Arc<Session>, asked: &Enable) -> (negotiate::SmStart, Element) {
    session.outbox.count();
    // XEP-0198 §3: whoever wants to be waited for less long is.
    let seconds = shared.options.resume_seconds().min(asked.max.unwrap_or(u32::MAX));
    let lease = (asked.resume && seconds > 0).then(|| shared.resumable.add(&shared.engine, session, seconds));
    if let Some(lease) = &lease {
        session.set_stream(lease.id());
    }
    let enabled = ServerSm::Enabled {
        id: lease.as_ref().map(|lease| lease.id().to_owned()),
        max: lease.as_ref().map(|_| seconds),
        location: None,
    };
    (negotiate::SmStart { lease, handled: 0 }, enabled.to_element())
}

/// Where a stanza gets its namespace from: the stream, or itself in a WebSocket message.
fn default_ns(mode: Mode) -> DefaultNs {
    match mode {
        Mode::Stream => DefaultNs::Stream,
        Mode::WebSocket => DefaultNs::Client,
    }
}

#[cfg(test)]
pub(crate) mod tests;
