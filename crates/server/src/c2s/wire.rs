//! A connection and the framer over it: bytes in and frames out, while a stream is negotiated and after.
//!
//! Nothing is held between two looks but a stanza of which only a part has come.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use parlour_net::{Conn, READ_CHUNK};
use parlour_xmpp::error::StreamError;
use parlour_xmpp::framer::{Frame, FrameError, Framer, Limits, Mode};
use parlour_xmpp::stream::{self, Features, StreamHeader};
use parlour_xmpp::xml::Element;

use super::websocket::{self, WebSocket};

/// A stream's transport.
pub(crate) struct Wire {
    pipe: Pipe,
    framer: Framer,
    mode: Mode,
    /// What came and is no whole frame yet; unallocated when empty.
    partial: Vec<u8>,
    /// Whole frames may be in `partial`: framing stopped before its end.
    unframed: bool,
}

enum Pipe {
    Stream(Conn),
    WebSocket(WebSocket),
}

/// Why nothing more comes.
#[derive(Debug)]
pub(crate) enum WireError {
    /// The connection ended or broke.
    Gone,
    /// What came is not acceptable.
    Bad(FrameError),
}

impl From<io::Error> for WireError {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

thread_local! {
    /// Input scratch of a worker: lent for the time of one poll.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Wire {
    pub(crate) fn new(conn: Conn, mode: Mode, limits: Limits) -> Self {
        let pipe = match mode {
            Mode::Stream => Pipe::Stream(conn),
            Mode::WebSocket => Pipe::WebSocket(WebSocket::new(conn, limits)),
        };
        Self { pipe, framer: Framer::new(mode, limits), mode, partial: Vec::new(), unframed: false }
    }

    /// The connection underneath, to look at.
    pub(crate) fn conn(&self) -> &Conn {
        match &self.pipe {
            Pipe::Stream(conn) => conn,
            Pipe::WebSocket(socket) => socket.conn(),
        }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// A new stream header follows.
    pub(crate) fn restart(&mut self, limits: Limits) {
        self.set_limits(limits);
        self.framer.restart();
    }

    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.framer.set_limits(limits);
        if let Pipe::WebSocket(socket) = &mut self.pipe {
            socket.set_limits(limits);
        }
    }

    /// Takes the wire apart, to go over to TLS. `None` for a WebSocket, which cannot.
    pub(crate) fn into_conn(self) -> Option<(Conn, Vec<u8>)> {
        match self.pipe {
            Pipe::Stream(conn) => Some((conn, self.partial)),
            Pipe::WebSocket(_) => None,
        }
    }

    /// As `Conn::poll_write_all`. What is written is whole elements, each ended by [`Wire::end_element`].
    pub(crate) fn poll_write_all(&mut self, cx: &mut Context<'_>, bytes: &mut &[u8]) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Stream(conn) => conn.poll_write_all(cx, bytes),
            Pipe::WebSocket(socket) => socket.poll_write_all(cx, bytes),
        }
    }

    /// Hands to the kernel what layers still hold.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Stream(conn) => conn.poll_flush(cx),
            Pipe::WebSocket(socket) => socket.poll_flush(cx),
        }
    }

    /// Says that we will write no more.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Stream(conn) => conn.poll_shutdown(cx),
            Pipe::WebSocket(socket) => socket.poll_shutdown(cx),
        }
    }

    /// Looks at what came and was not framed yet, and then once at the socket; `each` gets every frame and says
    /// whether to go on. Ready with the bytes read; 0 where `each` stopped before the socket was asked.
    pub(crate) fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        mut each: impl FnMut(Frame) -> bool,
    ) -> Poll<Result<usize, WireError>> {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => self.frames_with(cx, &mut scratch, &mut each),
            // Cannot happen: nothing in `each` reads another wire. A buffer of its own does no harm.
            Err(_) => self.frames_with(cx, &mut Vec::new(), &mut each),
        })
    }

    fn frames_with(
        &mut self,
        cx: &mut Context<'_>,
        scratch: &mut Vec<u8>,
        each: &mut impl FnMut(Frame) -> bool,
    ) -> Poll<Result<usize, WireError>> {
        let conn = match &mut self.pipe {
            Pipe::Stream(_) if self.unframed => {
                if !self.frame_partial(each)? {
                    return Poll::Ready(Ok(0));
                }
                return self.frames_with(cx, scratch, each);
            }
            Pipe::Stream(conn) => conn,
            Pipe::WebSocket(socket) => {
                let came = ready!(socket.poll_message(cx))?;
                if let Some(message) = came.message {
                    each(self.framer.frame_message(message.as_bytes()).map_err(|error| socket.refuse(error))?);
                }
                return Poll::Ready(Ok(came.bytes));
            }
        };
        scratch.clear();
        let read = ready!(conn.poll_read_into(cx, scratch, READ_CHUNK))?;
        if read == 0 {
            return Poll::Ready(Err(WireError::Gone));
        }
        if self.partial.is_empty() {
            let (used, go_on) = self.frame_all(scratch, each)?;
            if used < scratch.len() {
                self.partial = scratch[used..].to_vec();
            }
            self.unframed = !go_on;
        } else {
            // A part of a frame is here. Grown by doubling, as one byte may come at a time.
            self.partial.extend_from_slice(scratch);
            self.frame_partial(each)?;
        }
        Poll::Ready(Ok(read))
    }

    /// Frames what was kept. Gives whether `each` wants more.
    fn frame_partial(&mut self, each: &mut impl FnMut(Frame) -> bool) -> Result<bool, WireError> {
        let mut partial = std::mem::take(&mut self.partial);
        let (used, go_on) = self.frame_all(&partial, each)?;
        if used < partial.len() {
            partial.drain(..used);
            self.partial = partial;
        }
        self.unframed = !go_on;
        Ok(go_on)
    }

    /// Frames what is there. Gives how much was used and whether `each` wants more.
    fn frame_all(&mut self, bytes: &[u8], each: &mut impl FnMut(Frame) -> bool) -> Result<(usize, bool), WireError> {
        let mut used = 0;
        while used < bytes.len() {
            let progress = self.framer.next(&bytes[used..]).map_err(WireError::Bad)?;
            used += progress.consumed;
            match progress.frame {
                Some(frame) => {
                    if !each(frame) {
                        return Ok((used, false));
                    }
                }
                None => break,
            }
        }
        Ok((used, true))
    }

    /// The next frame. For negotiation.
    pub(crate) async fn next(&mut self) -> Result<Frame, WireError> {
        let mut found = None;
        loop {
            poll_fn(|cx| {
                self.poll_frames(cx, |frame| {
                    found = Some(frame);
                    false
                })
            })
            .await?;
            if let Some(frame) = found.take() {
                return Ok(frame);
            }
        }
    }

    /// Writes and flushes. For negotiation.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let mut rest = bytes;
        poll_fn(|cx| self.poll_write_all(cx, &mut rest)).await?;
        poll_fn(|cx| self.poll_flush(cx)).await?;
        Ok(())
    }

    /// Writes one first-level element.
    pub(crate) async fn send_element(&mut self, element: &Element) -> Result<(), WireError> {
        let mut out = Vec::new();
        self.write_element(&mut out, element);
        self.send(&out).await
    }

    pub(crate) fn write_element(&self, out: &mut Vec<u8>, element: &Element) {
        write_element(self.mode, out, element);
    }

    pub(crate) fn write_header(&self, out: &mut Vec<u8>, header: &StreamHeader<'_>) {
        match self.mode {
            Mode::Stream => header.write_tcp(out),
            Mode::WebSocket => header.write_websocket(out),
        }
        end_element(self.mode, out);
    }

    pub(crate) fn write_features(&self, out: &mut Vec<u8>, features: &Features) {
        match self.mode {
            Mode::Stream => features.write_tcp(out),
            Mode::WebSocket => features.write_websocket(out),
        }
        end_element(self.mode, out);
    }

    /// Ends TLS and the socket. For negotiation.
    pub(crate) async fn close(&mut self) {
        // The peer may be gone already, which is what was wanted.
        let _ = poll_fn(|cx| self.poll_shutdown(cx)).await;
    }
}

/// Ends a first-level element: nothing on a stream, a message on a WebSocket.
pub(crate) fn end_element(mode: Mode, out: &mut Vec<u8>) {
    if mode == Mode::WebSocket {
        out.push(websocket::END);
    }
}

/// Appends a first-level element.
pub(crate) fn write_element(mode: Mode, out: &mut Vec<u8>, element: &Element) {
    let around = match mode {
        Mode::Stream => parlour_xmpp::ns::CLIENT,
        Mode::WebSocket => "",
    };
    element.write(out, around);
    end_element(mode, out);
}

/// Appends a stream error, if there is one, and the end of the stream.
pub(crate) fn write_end(mode: Mode, out: &mut Vec<u8>, error: Option<&StreamError>) {
    match mode {
        Mode::Stream => {
            if let Some(error) = error {
                error.write_tcp(out);
            }
            stream::write_end_tcp(out);
        }
        Mode::WebSocket => {
            if let Some(error) = error {
                error.write_websocket(out);
                end_element(mode, out);
            }
            stream::write_close_websocket(out);
            end_element(mode, out);
        }
    }
}
