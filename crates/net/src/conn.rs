//! One connection, with or without TLS, driven by polling.
//!
//! Its owner is one task with one hand-written poll step, so that reading, writing and closing are `poll_*` methods
//! and nothing is buffered here between two of them. It also is an [`AsyncRead`] and [`AsyncWrite`], for hyper.
//!
//! Spec: RFC 9266 (tls-exporter), RFC 5929 §4 (tls-server-end-point), RFC 6120 §5.4.3.3 (nothing read in the clear
//! outlives STARTTLS).

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::session::{Session, poll_socket};
use crate::tls::{Offer, Served, Tls, TlsError, TlsInfo};

/// A good `max` for [`Conn::poll_read_into`]: what one TLS record holds.
pub const READ_CHUNK: usize = 16 * 1024;

/// A byte stream that is not a socket of ours: an upgraded HTTP connection, an in-memory pipe, the local socket.
pub trait RawStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> RawStream for S {}

/// One connection.
pub struct Conn {
    io: Io,
    /// Read already by a layer above, to be read again; empty and unallocated but right after an upgrade.
    unread: Vec<u8>,
}

enum Io {
    Plain(TcpStream),
    Tls(Box<Secured>),
    Raw { stream: Box<dyn RawStream>, secure: bool },
}

/// A socket with TLS.
pub(crate) struct Secured {
    pub(crate) socket: TcpStream,
    pub(crate) session: Session,
    pub(crate) served: Arc<Served>,
    /// The server name the client sent: one of those of `served`.
    pub(crate) sni: Option<Arc<str>>,
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.io {
            Io::Plain(_) => "plain",
            Io::Tls(_) => "tls",
            Io::Raw { .. } => "raw",
        };
        f.debug_struct("Conn").field("kind", &kind).finish_non_exhaustive()
    }
}

impl Conn {
    /// A socket without TLS.
    pub fn plain(socket: TcpStream) -> Self {
        Self { io: Io::Plain(socket), unread: Vec::new() }
    }

    /// A stream that is no socket of ours. `secure` says that the way to the peer is encrypted nevertheless: HTTPS of
    /// ours, or of a trusted proxy. There is no channel binding over it.
    pub fn raw(stream: impl RawStream + 'static, secure: bool) -> Self {
        Self { io: Io::Raw { stream: Box::new(stream), secure }, unread: Vec::new() }
    }

    pub(crate) fn secured(secured: Secured) -> Self {
        Self { io: Io::Tls(Box::new(secured)), unread: Vec::new() }
    }

    /// Puts back bytes that a layer above has read too far, such as hyper before an upgrade: they are read first.
    pub fn unread(&mut self, bytes: &[u8]) {
        self.unread.splice(..0, bytes.iter().copied());
    }

    /// Whether the way to the peer is encrypted.
    pub fn is_secure(&self) -> bool {
        match &self.io {
            Io::Plain(_) => false,
            Io::Tls(_) => true,
            Io::Raw { secure, .. } => *secure,
        }
    }

    /// Appends what has come to `out`, at most `max` bytes; 0 is the end of the stream.
    ///
    /// `out` is scratch of the worker: its capacity may grow by `max`, so don't keep it in a connection. What a record holds beyond `max` is kept for the next call, so read until this is
    /// pending (or come back unasked): only then does new input wake the task.
    ///
    /// # Errors
    /// Whatever the socket says; `InvalidData` when the peer breaks TLS, `UnexpectedEof` when it closes without
    /// close_notify.
    pub fn poll_read_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, max: usize) -> Poll<io::Result<usize>> {
        if !self.unread.is_empty() {
            let taken = self.unread.len().min(max);
            out.extend(self.unread.drain(..taken));
            if self.unread.is_empty() {
                self.unread = Vec::new();
            }
            return Poll::Ready(Ok(taken));
        }
        match &mut self.io {
            Io::Plain(socket) => poll_socket(socket, cx, out, max),
            Io::Tls(tls) => tls.session.poll_read(&mut tls.socket, cx, out, max),
            Io::Raw { stream, .. } => poll_append(stream, cx, out, max),
        }
    }

    /// Writes some of `bytes` and says how much was taken. What was taken may still wait inside TLS for
    /// [`Conn::poll_flush`].
    ///
    /// # Errors
    /// Whatever the socket says; the connection is of no use afterwards.
    pub fn poll_write_some(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Io::Tls(tls) => tls.session.poll_write(&tls.socket, cx, bytes),
            Io::Raw { stream, .. } => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    /// Writes all of `bytes`, moving its start past what was taken. When pending, call it again with what is left
    /// (more may have been added at the end). Flush afterwards.
    ///
    /// # Errors
    /// As [`Conn::poll_write_some`]; `WriteZero` when the peer takes nothing any more.
    pub fn poll_write_all(&mut self, cx: &mut Context<'_>, bytes: &mut &[u8]) -> Poll<io::Result<()>> {
        while !bytes.is_empty() {
            let taken = ready!(self.poll_write_some(cx, bytes))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *bytes = bytes.get(taken..).unwrap_or_default();
        }
        Poll::Ready(Ok(()))
    }

    /// Hands to the kernel what TLS still holds.
    ///
    /// # Errors
    /// As [`Conn::poll_write_some`].
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Io::Tls(tls) => tls.session.poll_flush(&tls.socket, cx),
            Io::Raw { stream, .. } => Pin::new(stream).poll_flush(cx),
        }
    }

    /// Says that we will write no more: close_notify, then the end of the stream. The peer may still write.
    ///
    /// # Errors
    /// As [`Conn::poll_write_some`]; a peer that is gone already is no error.
    pub fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = match &mut self.io {
            Io::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Io::Tls(tls) => match ready!(tls.session.poll_close(&tls.socket, cx)) {
                Ok(()) => Pin::new(&mut tls.socket).poll_shutdown(cx),
                failed => Poll::Ready(failed),
            },
            Io::Raw { stream, .. } => Pin::new(stream).poll_shutdown(cx),
        };
        match ready!(done) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotConnected | io::ErrorKind::BrokenPipe) => {
                Poll::Ready(Ok(()))
            }
            done => Poll::Ready(done),
        }
    }

    /// Goes over to TLS, after `<proceed/>` has been written and flushed.
    ///
    /// `leftover` is what was read behind `<starttls/>` and not used yet. There must be nothing: those bytes were sent
    /// in the clear, by whomever, and would otherwise be taken for what came encrypted.
    ///
    /// # Errors
    /// [`TlsError`]; the connection is closed.
    ///
    /// # Cancel safety
    /// Dropping it closes the connection.
    pub fn start_tls(
        self,
        tls: &Tls,
        offer: Offer<'_>,
        leftover: &[u8],
    ) -> impl Future<Output = Result<Self, TlsError>> + Send + 'static + use<> {
        let tls = tls.clone();
        let protocol = offer.protocol;
        let host: Option<Box<str>> = offer.host.map(Into::into);
        let smuggled = leftover.len() + self.unread.len();
        async move {
            // RFC 6120 §5.4.3.3: knowledge gained before TLS is discarded; we go further and close.
            if smuggled > 0 {
                return Err(TlsError::Smuggled { bytes: smuggled });
            }
            match self.io {
                Io::Plain(socket) => tls.handshake(socket, protocol, host).await,
                Io::Tls(_) | Io::Raw { .. } => Err(TlsError::NotASocket),
            }
        }
    }

    /// What is known of its TLS, where that is ours.
    pub fn tls(&self) -> Option<TlsInfo<'_>> {
        let Io::Tls(tls) = &self.io else { return None };
        let state = tls.session.state();
        Some(TlsInfo {
            version: state.protocol_version().unwrap_or(ProtocolVersion::TLSv1_2),
            sni: tls.sni.as_deref(),
            host: &tls.served.host,
            alpn: state.alpn_protocol(),
            leaf: tls.served.certificate.leaf(),
        })
    }

    /// The channel binding tls-exporter (RFC 9266); TLS 1.3 only, as rustls does not tell whether a TLS 1.2 session has
    /// the extended master secret, without which it binds nothing.
    pub fn tls_exporter(&self) -> Option<[u8; 32]> {
        let Io::Tls(tls) = &self.io else { return None };
        tls.session.exporter()
    }

    /// The channel binding tls-server-end-point (RFC 5929 §4): the hash of the certificate that was served.
    pub fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        let Io::Tls(tls) = &self.io else { return None };
        tls.served.certificate.end_point().map(<[u8]>::to_vec)
    }
}

/// Reads from a stream that wants initialised memory.
fn poll_append<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    out: &mut Vec<u8>,
    max: usize,
) -> Poll<io::Result<usize>> {
    let start = out.len();
    out.resize(start + max, 0);
    let mut room = ReadBuf::new(&mut out[start..]);
    let done = Pin::new(stream).poll_read(cx, &mut room);
    let read = room.filled().len();
    out.truncate(start + read);
    done.map_ok(|()| read)
}

thread_local! {
    /// What hyper reads passes through here, as its buffers are not a `Vec`.
    static HTTP_SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl AsyncRead for Conn {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.unread.is_empty() {
            let taken = this.unread.len().min(buf.remaining());
            buf.put_slice(&this.unread[..taken]);
            this.unread.drain(..taken);
            return Poll::Ready(Ok(()));
        }
        match &mut this.io {
            Io::Plain(socket) => Pin::new(socket).poll_read(cx, buf),
            Io::Tls(tls) => HTTP_SCRATCH.with_borrow_mut(|scratch| {
                scratch.clear();
                let read = ready!(tls.session.poll_read(&mut tls.socket, cx, scratch, buf.remaining()))?;
                buf.put_slice(scratch.get(..read).unwrap_or_default());
                Poll::Ready(Ok(()))
            }),
            Io::Raw { stream, .. } => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Conn {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_write_some(cx, buf)
    }

    /// In plain, a head and its body go to the kernel as they lie; TLS takes them one after the other.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let conn = self.get_mut();
        match &mut conn.io {
            Io::Plain(socket) => Pin::new(socket).poll_write_vectored(cx, bufs),
            Io::Tls(_) | Io::Raw { .. } => {
                conn.poll_write_some(cx, bufs.iter().find(|buf| !buf.is_empty()).map_or(&[], |buf| &**buf))
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        matches!(self.io, Io::Plain(_))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Conn::poll_flush(self.get_mut(), cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Conn::poll_shutdown(self.get_mut(), cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_small_where_it_is_kept() {
        assert!(size_of::<Conn>() <= 64, "{}", size_of::<Conn>());
        // One allocation for TLS; rustls' own state is most of it.
        assert!(size_of::<Secured>() <= 1536, "{}", size_of::<Secured>());
    }
}
