//! XMPP over WebSocket: one message for each first-level element.
//!
//! `web` has upgraded the connection and looked at origin and subprotocol; framing is done here. What is to be written
//! comes as one run of bytes in which a NUL, which XML cannot have, ends each element.
//!
//! Spec: RFC 7395 §3.3 and §3.6, RFC 6455.
//! Left out: permessage-deflate, which is never negotiated (ATTACKS 12).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink as _, Stream as _};
use parlour_net::Conn;
use parlour_xmpp::framer::Limits;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// Ends an element in what is to be written.
pub(super) const END: u8 = 0;

/// A connection that frames messages. On the heap: few clients come this way.
pub(super) struct WebSocket(Box<WebSocketStream<Conn>>);

impl WebSocket {
    pub(super) async fn new(conn: Conn) -> Self {
        let max = Limits::after_auth().max_bytes;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(WRITE_BYTES)
            .max_write_buffer_size(4 * max)
            .max_message_size(Some(max))
            .max_frame_size(Some(max));
        Self(Box::new(WebSocketStream::from_raw_socket(conn, Role::Server, Some(config)).await))
    }

    pub(super) fn conn(&self) -> &Conn {
        self.0.get_ref()
    }

    /// The next message.
    ///
    /// # Errors
    /// When the peer is gone, breaks RFC 6455, or sends anything but text.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Utf8Bytes>> {
        loop {
            match ready!(Pin::new(&mut *self.0).poll_next(cx)) {
                Some(Ok(Message::Text(text))) => return Poll::Ready(Ok(text)),
                // Answered by the layer below, with the next flush.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
            }
        }
    }

    /// Writes whole elements, moving the start of `bytes` past what was taken.
    pub(super) fn poll_write_all(&mut self, cx: &mut Context<'_>, bytes: &mut &[u8]) -> Poll<io::Result<()>> {
        while let Some(end) = bytes.iter().position(|b| *b == END) {
            ready!(Pin::new(&mut *self.0).poll_ready(cx)).map_err(io_error)?;
            let (element, rest) = bytes.split_at(end);
            let text = Utf8Bytes::try_from(element.to_vec()).map_err(|_| io::ErrorKind::InvalidData)?;
            Pin::new(&mut *self.0).start_send(Message::Text(text)).map_err(io_error)?;
            *bytes = rest.get(1..).unwrap_or_default();
        }
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx).map_err(io_error)
    }

    /// Says that this is the end, without waiting for the peer's.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut *self.0).poll_close(cx)) {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(io_error(error))),
        }
    }
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

/// Kept for each such client while it is connected.
const READ_BYTES: usize = 4096;

/// Messages are gathered up to this before they are written.
const WRITE_BYTES: usize = 16 * 1024;
