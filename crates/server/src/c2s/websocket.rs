//! XMPP over WebSocket: one message for each first-level element.
//!
//! `web` has upgraded the connection and looked at origin and subprotocol; framing is done here. What is to be written
//! comes as one run of bytes in which a NUL, which XML cannot have, ends each element. Whatever the peer does wrong in
//! the layer below XML, it hears a stream error, `<close/>` and a close frame whose code says the same.
//!
//! Spec: RFC 7395 §3.2, §3.3 and §3.6, RFC 6455 §5, §7.1.7 and §7.4.1.
//! Left out: permessage-deflate, which is never negotiated (ATTACKS 12).

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use parlour_net::{Conn, READ_CHUNK};
use parlour_xmpp::framer::{FrameError, Limits};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tungstenite::error::ProtocolError;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message, Utf8Bytes};

use super::wire::WireError;

/// Ends an element in what is to be written.
pub(super) const END: u8 = 0;

/// A connection that frames messages. On the heap: few clients come this way.
pub(super) struct WebSocket(Box<Inner>);

struct Inner {
    conn: Conn,
    context: WebSocketContext,
    /// The longest message, in bytes: all its fragments together.
    max: usize,
    /// A ping came, whose answer is not with the kernel yet.
    owes_pong: bool,
    /// The kernel took not all of what was written.
    blocked: bool,
    /// What the peer did wrong, as its close frame will say.
    fault: Option<CloseCode>,
    closing: Closing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    /// The close frame is written, and may not be flushed yet.
    Said,
    /// So many bytes more are read and thrown away, lest the kernel's reset overtakes the close frame.
    Draining(usize),
}

/// What one look at the socket brought.
pub(super) struct Came {
    /// Bytes read.
    pub(super) bytes: usize,
    /// A whole message; there is none in control frames and parts.
    pub(super) message: Option<Utf8Bytes>,
}

impl WebSocket {
    pub(super) fn new(conn: Conn, limits: Limits) -> Self {
        let max = limits.max_bytes;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(WRITE_BYTES)
            .max_write_buffer_size(4 * Limits::after_auth().max_bytes)
            .max_message_size(Some(max))
            .max_frame_size(Some(max));
        let context = WebSocketContext::new(Role::Server, Some(config));
        Self(Box::new(Inner {
            conn,
            context,
            max,
            owes_pong: false,
            blocked: false,
            fault: None,
            closing: Closing::No,
        }))
    }

    pub(super) fn conn(&self) -> &Conn {
        &self.0.conn
    }

    /// How long a message may be from here on.
    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.0.max = limits.max_bytes;
        self.0.context.set_config(|config| {
            config.max_message_size = Some(limits.max_bytes);
            config.max_frame_size = Some(limits.max_bytes);
        });
    }

    /// Reads once at most, and gives the next message if there is a whole one.
    ///
    /// # Errors
    /// [`WireError::Gone`] when the peer is gone or closes; [`WireError::Bad`] when it breaks RFC 6455, sends anything
    /// but text, or too much of it.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Came, WireError>> {
        if self.0.owes_pong {
            // Whoever pings and does not read what it is answered is not read either.
            ready!(self.poll_flush(cx))?;
        }
        let inner = &mut *self.0;
        let mut once = Once { conn: &mut inner.conn, cx, read: None };
        let outcome = inner.context.read(&mut once);
        let bytes = once.read;
        let came = |message| Poll::Ready(Ok(Came { bytes: bytes.unwrap_or(0), message }));
        match outcome {
            Ok(Message::Text(text)) => came(Some(text)),
            Ok(Message::Ping(_)) => {
                inner.owes_pong = true;
                came(None)
            }
            Ok(Message::Pong(_) | Message::Frame(_)) => came(None),
            // RFC 7395 §3.2: text only.
            Ok(Message::Binary(_)) => self.faulty(CloseCode::Unsupported, FrameError::UnsupportedEncoding),
            Ok(Message::Close(_)) => {
                // RFC 6455 §5.5.1: it is answered. A peer that does not take the answer is gone all the same.
                let _ = self.poll_flush(cx);
                Poll::Ready(Err(WireError::Gone))
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => match bytes {
                // Not yet the end of a frame, or not of the last fragment.
                Some(_) => came(None),
                None => Poll::Pending,
            },
            Err(Error::Capacity(_)) => {
                let max = inner.max;
                self.faulty(CloseCode::Size, FrameError::TooBig { max })
            }
            Err(Error::Utf8(_)) => self.faulty(CloseCode::Invalid, FrameError::UnsupportedEncoding),
            Err(Error::Protocol(error)) if error != ProtocolError::ResetWithoutClosingHandshake => {
                self.faulty(CloseCode::Protocol, FrameError::BadFormat)
            }
            Err(_) => Poll::Ready(Err(WireError::Gone)),
        }
    }

    /// What a message said is not acceptable: its close frame will say so too.
    pub(super) fn refuse(&mut self, error: FrameError) -> WireError {
        let code = if error.is_limit() { CloseCode::Size } else { CloseCode::Protocol };
        self.0.fault.get_or_insert(code);
        WireError::Bad(error)
    }

    fn faulty<T>(&mut self, code: CloseCode, error: FrameError) -> Poll<Result<T, WireError>> {
        self.0.fault.get_or_insert(code);
        Poll::Ready(Err(WireError::Bad(error)))
    }

    /// Writes whole elements, moving the start of `bytes` past what was taken.
    pub(super) fn poll_write_all(&mut self, cx: &mut Context<'_>, bytes: &mut &[u8]) -> Poll<io::Result<()>> {
        while let Some(end) = bytes.iter().position(|b| *b == END) {
            if self.0.blocked {
                ready!(self.poll_flush(cx))?;
            }
            let (element, rest) = bytes.split_at(end);
            let text = Utf8Bytes::try_from(element.to_vec()).map_err(|_| io::ErrorKind::InvalidData)?;
            let inner = &mut *self.0;
            let mut once = Once { conn: &mut inner.conn, cx, read: None };
            match inner.context.write(&mut once, Message::Text(text)) {
                Ok(()) => {}
                // Taken here, though the kernel takes no more: what follows waits.
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => inner.blocked = true,
                Err(error) => return Poll::Ready(Err(io_error(error))),
            }
            *bytes = rest.get(1..).unwrap_or_default();
        }
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_with(cx, |context, conn| context.flush(conn)))?;
        (self.0.owes_pong, self.0.blocked) = (false, false);
        Poll::Ready(Ok(()))
    }

    /// Says that this is the end, without waiting for the peer's; where the peer is at fault, with the code that says
    /// how, and what it has sent meanwhile is read and thrown away.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.closing == Closing::No {
            self.0.closing = Closing::Said;
            let code = self.0.fault.unwrap_or(CloseCode::Normal);
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static("") };
            ready!(self.poll_with(cx, |context, conn| context.close(conn, Some(frame))))?;
        }
        if self.0.closing == Closing::Said {
            ready!(self.poll_flush(cx))?;
            ready!(self.0.conn.poll_shutdown(cx))?;
            self.0.closing = Closing::Draining(if self.0.fault.is_some() { MAX_DRAINED } else { 0 });
        }
        while let Closing::Draining(left @ 1..) = self.0.closing {
            let mut chunk = Vec::new();
            let read = ready!(self.0.conn.poll_read_into(cx, &mut chunk, READ_CHUNK)).unwrap_or(0);
            self.0.closing = Closing::Draining(if read == 0 { 0 } else { left.saturating_sub(read) });
        }
        Poll::Ready(Ok(()))
    }

    fn poll_with(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut WebSocketContext, &mut Once<'_, '_>) -> Result<(), Error>,
    ) -> Poll<io::Result<()>> {
        let inner = &mut *self.0;
        let mut once = Once { conn: &mut inner.conn, cx, read: None };
        match act(&mut inner.context, &mut once) {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(io_error(error))),
        }
    }
}

/// The connection for the time of one poll, read once at most: neither endless pings nor endless fragments keep the
/// worker, and all of them count.
struct Once<'a, 'b> {
    conn: &'a mut Conn,
    cx: &'a mut Context<'b>,
    /// Bytes read.
    read: Option<usize>,
}

impl Read for Once<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read.is_some() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let mut buf = ReadBuf::new(into);
        now(Pin::new(&mut *self.conn).poll_read(self.cx, &mut buf))?;
        let read = buf.filled().len();
        self.read = Some(read);
        Ok(read)
    }
}

impl Write for Once<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.conn).poll_write(self.cx, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        now(Pin::new(&mut *self.conn).poll_flush(self.cx))
    }
}

fn now<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
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

/// What is read of a peer that is being told its fault: a guess at what may be on its way.
const MAX_DRAINED: usize = 1024 * 1024;
