//! The TLS of one connection, without a buffer of its own while nothing is under way.
//!
//! rustls' buffered connection keeps 4 KiB for ever once a byte has come. Its unbuffered one leaves buffers to us:
//! ciphertext is read into, and made in, scratch of the worker, and only an unfinished record or what the kernel did
//! not take is copied into the session. Measured with `bench`: 8,600 bytes of
//! an idle connection there, 4,600 here, for the same CPU or a little less.
//!
//! Spec: RFC 8446 §7.5 and RFC 9266 §2 (the exporter, which the unbuffered connection does not offer).
//! Left out: 0-RTT.

use std::cell::RefCell;
use std::io;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use aws_lc_rs::{digest, hkdf};
use bytes::BufMut as _;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus, WriteTraffic};
use rustls::{CommonState, ServerConfig};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// The most a record carries (RFC 8446 §5.1), and so the most we encrypt at once.
const RECORD: usize = 16 * 1024;
/// What a record adds at most, in TLS 1.2 and 1.3 alike (RFC 5246 §6.2.3: 2048 and a header).
const OVERHEAD: usize = 2048 + 5;
/// What may be kept of records and handshake messages that are not whole. A client without certificate sends a
/// ClientHello of at most 64 KiB (RFC 8446 §4), and little afterwards.
const MAX_UNFINISHED: usize = 64 * 1024 + RECORD + OVERHEAD;

thread_local! {
    /// One for reading and one for writing; borrowed within a single poll.
    static SCRATCH: (RefCell<Vec<u8>>, RefCell<Vec<u8>>) = const { (RefCell::new(Vec::new()), RefCell::new(Vec::new())) };
}

/// TLS state. Its buffers are unallocated while the connection is idle.
pub(crate) struct Session {
    tls: UnbufferedServerConnection,
    /// The beginning of a record, or of a handshake message, that is not whole yet.
    unfinished: Vec<u8>,
    /// Ciphertext the kernel has not taken yet.
    unsent: Vec<u8>,
    /// Plaintext beyond what the reader had room for.
    surplus: Vec<u8>,
    exporter: Arc<Exporter>,
    /// The peer has sent close_notify.
    ended: bool,
    /// We have.
    closed: bool,
    /// An error ended it: rustls is not asked again, as a second error on top of the first is a bug to it.
    broken: bool,
}

impl Session {
    /// A session that has not seen a byte.
    pub(crate) fn new(config: &ServerConfig) -> Result<Self, rustls::Error> {
        let exporter = Arc::new(Exporter::default());
        // The hook belongs to one connection; all else in a configuration is shared.
        let mut config = config.clone();
        config.key_log = Arc::clone(&exporter) as Arc<dyn rustls::KeyLog>;
        Ok(Self {
            tls: UnbufferedServerConnection::new(Arc::new(config))?,
            unfinished: Vec::new(),
            unsent: Vec::new(),
            surplus: Vec::new(),
            exporter,
            ended: false,
            closed: false,
            broken: false,
        })
    }

    /// What was negotiated.
    pub(crate) fn state(&self) -> &CommonState {
        &self.tls
    }

    /// tls-exporter, for TLS 1.3.
    pub(crate) fn exporter(&self) -> Option<[u8; 32]> {
        self.exporter.0.get().copied()
    }

    /// The handshake, of which `first` has been read already.
    pub(crate) async fn handshake(&mut self, socket: &TcpStream, first: Vec<u8>) -> io::Result<()> {
        let mut input = first;
        loop {
            let fed = self.feed(&mut input);
            // The alert too: the peer may be gone, and the error of the handshake is what matters.
            let flushed = std::future::poll_fn(|cx| self.poll_flush(socket, cx)).await;
            fed?;
            flushed?;
            if !self.tls.is_handshaking() {
                return Ok(());
            }
            input = std::mem::take(&mut self.unfinished);
            socket.readable().await?;
            match socket.try_read_buf(&mut (&mut input).limit(RECORD)) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Appends decrypted bytes to `out`, at most `max`; 0 after close_notify.
    pub(crate) fn poll_read(
        &mut self,
        socket: &mut TcpStream,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        max: usize,
    ) -> Poll<io::Result<usize>> {
        // An answer to a key update may wait; it wakes us when the kernel has room.
        if !self.unsent.is_empty()
            && let Poll::Ready(Err(error)) = self.poll_flush(socket, cx)
        {
            return Poll::Ready(Err(error));
        }
        loop {
            if !self.surplus.is_empty() {
                return Poll::Ready(Ok(self.take_surplus(out, max)));
            }
            if self.ended {
                return Poll::Ready(Ok(0));
            }
            if self.broken {
                return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
            }
            let read = SCRATCH.with(|(scratch, _)| {
                let mut scratch = scratch.borrow_mut();
                scratch.clear();
                scratch.append(&mut std::mem::take(&mut self.unfinished));
                match poll_socket(socket, cx, &mut scratch, RECORD + OVERHEAD) {
                    Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                    Poll::Ready(Ok(_)) => Poll::Ready(self.feed_into(&mut scratch, out, max)),
                    failed_or_pending => {
                        self.unfinished.extend_from_slice(&scratch);
                        failed_or_pending
                    }
                }
            });
            let read = ready!(read);
            // An alert or an answer: what the kernel does not take now waits for the next poll.
            if !self.unsent.is_empty()
                && let Poll::Ready(Err(error)) = self.poll_flush(socket, cx)
            {
                return Poll::Ready(read.and(Err(error)));
            }
            match read {
                // Nothing for the reader: part of a record, or a message of TLS itself.
                Ok(0) => {}
                done => return Poll::Ready(done),
            }
        }
    }

    /// Encrypts and sends at most a record of `bytes`; says how many were taken.
    pub(crate) fn poll_write(
        &mut self,
        socket: &TcpStream,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // Bounds what waits to one record.
        ready!(self.poll_flush(socket, cx))?;
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let taken = bytes.get(..RECORD).unwrap_or(bytes);
        SCRATCH.with(|(_, scratch)| {
            let mut scratch = scratch.borrow_mut();
            let made =
                self.traffic(&mut scratch, taken.len() + OVERHEAD, |traffic, room| traffic.encrypt(taken, room))?;
            let record = scratch.get(..made).unwrap_or_default();
            // What an answer of TLS itself made ready goes first.
            if self.unsent.is_empty() {
                let sent = match socket.try_write(record) {
                    Ok(sent) => sent,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                    Err(error) => return Err(error),
                };
                self.unsent.extend_from_slice(record.get(sent..).unwrap_or_default());
            } else {
                self.unsent.extend_from_slice(record);
            }
            Ok(())
        })?;
        Poll::Ready(Ok(taken.len()))
    }

    /// Sends what waits.
    pub(crate) fn poll_flush(&mut self, socket: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unsent.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let mut sent = 0;
        let done = loop {
            let rest = self.unsent.get(sent..).unwrap_or_default();
            if rest.is_empty() {
                break Poll::Ready(Ok(()));
            }
            match socket.try_write(rest) {
                Ok(0) => break Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(written) => sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => match socket.poll_write_ready(cx) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                    Poll::Pending => break Poll::Pending,
                },
                Err(error) => break Poll::Ready(Err(error)),
            }
        };
        if sent == self.unsent.len() {
            self.unsent = Vec::new();
        } else {
            self.unsent.drain(..sent);
        }
        done
    }

    /// Sends close_notify, once, and what waits before it.
    pub(crate) fn poll_close(&mut self, socket: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed {
            self.closed = true;
            SCRATCH.with(|(_, scratch)| {
                let mut scratch = scratch.borrow_mut();
                // A session that broke has sent its alert; there is nothing to add.
                if let Ok(made) = self.traffic(&mut scratch, OVERHEAD, |traffic, room| traffic.queue_close_notify(room))
                {
                    self.unsent.extend_from_slice(scratch.get(..made).unwrap_or_default());
                }
            });
        }
        self.poll_flush(socket, cx)
    }

    /// Hands on what was decrypted before.
    fn take_surplus(&mut self, out: &mut Vec<u8>, max: usize) -> usize {
        let taken = self.surplus.len().min(max);
        out.extend(self.surplus.drain(..taken));
        if self.surplus.is_empty() {
            self.surplus = Vec::new();
        }
        taken
    }

    /// Feeds `input` during the handshake; the first bytes behind it go to the surplus.
    fn feed(&mut self, input: &mut [u8]) -> io::Result<()> {
        let mut plain = std::mem::take(&mut self.surplus);
        let done = self.feed_into(input, &mut plain, usize::MAX);
        self.surplus = plain;
        done.map(drop)
    }

    /// Decrypts `input`: at most `max` bytes to `out`, the rest to the surplus; keeps what is not a whole record.
    fn feed_into(&mut self, input: &mut [u8], out: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let start = out.len();
        let mut used = 0;
        loop {
            let rest = input.get_mut(used..).unwrap_or_default();
            let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(rest);
            let done = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(broken)?;
                        discard += record.discard;
                        let room = (max - (out.len() - start)).min(record.payload.len());
                        let (now, later) = record.payload.split_at(room);
                        out.extend_from_slice(now);
                        self.surplus.extend_from_slice(later);
                    }
                    false
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    encode(&mut data, &mut self.unsent)?;
                    false
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    // `unsent` keeps the order and is flushed by whoever called.
                    data.done();
                    false
                }
                Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                    self.ended = true;
                    true
                }
                // 0-RTT is off, so that its state does not come.
                Ok(_) => true,
                Err(error) => {
                    self.broken = true;
                    self.take_alert(input.get_mut(used + discard..).unwrap_or_default());
                    return Err(broken(error));
                }
            };
            used += discard;
            if done {
                break;
            }
        }
        let rest = input.get(used..).unwrap_or_default();
        if rest.len() > MAX_UNFINISHED {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a TLS message that does not end"));
        }
        if !self.ended {
            self.unfinished.extend_from_slice(rest);
        }
        Ok(out.len() - start)
    }

    /// After an error: what rustls has queued, its alert last. It gives that before it looks at `rest` again, and must
    /// not get as far as that.
    fn take_alert(&mut self, rest: &mut [u8]) {
        while self.tls.wants_write() {
            let Ok(ConnectionState::EncodeTlsData(mut data)) = self.tls.process_tls_records(rest).state else { return };
            // Without the alert the peer sees the connection close, which is as clear.
            let _ = encode(&mut data, &mut self.unsent);
        }
    }

    /// Lets `act` make ciphertext in `scratch`, which has `room` bytes or, if that is too little, what is needed.
    fn traffic(
        &mut self,
        scratch: &mut Vec<u8>,
        room: usize,
        mut act: impl FnMut(
            &mut WriteTraffic<'_, rustls::server::ServerConnectionData>,
            &mut [u8],
        ) -> Result<usize, EncryptError>,
    ) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if scratch.len() < room {
            scratch.resize(room, 0);
        }
        loop {
            let UnbufferedStatus { discard, state } = self.tls.process_tls_records(&mut self.unfinished);
            let state = match state {
                Ok(state) => state,
                Err(error) => {
                    self.broken = true;
                    return Err(broken(error));
                }
            };
            let made = match state {
                ConnectionState::WriteTraffic(mut traffic) => loop {
                    match act(&mut traffic, scratch) {
                        Ok(made) => break Some(made),
                        Err(EncryptError::InsufficientSize(size)) => scratch.resize(size.required_size, 0),
                        Err(error) => return Err(io::Error::other(error)),
                    }
                },
                ConnectionState::EncodeTlsData(mut data) => {
                    encode(&mut data, &mut self.unsent)?;
                    None
                }
                ConnectionState::TransmitTlsData(data) => {
                    data.done();
                    None
                }
                ConnectionState::PeerClosed => {
                    self.ended = true;
                    None
                }
                // Closed by both, or not open yet.
                _ => return Err(io::ErrorKind::NotConnected.into()),
            };
            self.unfinished.drain(..discard);
            if let Some(made) = made {
                return Ok(made);
            }
        }
    }
}

/// Appends what has come, at most `max` bytes, without asking the kernel twice when it gave less than there was room for.
pub(crate) fn poll_socket(
    socket: &mut TcpStream,
    cx: &mut Context<'_>,
    out: &mut Vec<u8>,
    max: usize,
) -> Poll<io::Result<usize>> {
    out.reserve(max);
    let mut room = out.limit(max);
    // The future has no state of its own, so that it can be made anew for each poll.
    pin!(socket.read_buf(&mut room)).poll(cx)
}

fn encode(
    data: &mut rustls::unbuffered::EncodeTlsData<'_, rustls::server::ServerConnectionData>,
    unsent: &mut Vec<u8>,
) -> io::Result<()> {
    let start = unsent.len();
    let mut room = 0;
    loop {
        match data.encode(unsent.get_mut(start..).unwrap_or_default()) {
            Ok(_) => return Ok(()),
            // The first round tells the size.
            Err(EncodeError::InsufficientSize(size)) if room == 0 => {
                room = size.required_size;
                unsent.resize(start + room, 0);
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

fn broken(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// Holds the channel binding of one connection, made when rustls shows the exporter's secret to its key log; the secret
/// itself is not kept.
#[derive(Default)]
struct Exporter(OnceLock<[u8; 32]>);

impl std::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exporter(***)")
    }
}

impl rustls::KeyLog for Exporter {
    fn log(&self, label: &str, _: &[u8], secret: &[u8]) {
        if self.will_log(label)
            && let Some(binding) = export(secret)
        {
            // A connection has one exporter secret.
            let _ = self.0.set(binding);
        }
    }

    fn will_log(&self, label: &str) -> bool {
        label == "EXPORTER_SECRET"
    }
}

/// RFC 8446 §7.5 with the label and the empty context of RFC 9266 §2.
fn export(secret: &[u8]) -> Option<[u8; 32]> {
    // The suites of TLS 1.3 use SHA-256 or SHA-384, and a secret is as long as its hash.
    let (algorithm, hash) = match secret.len() {
        32 => (hkdf::HKDF_SHA256, &digest::SHA256),
        48 => (hkdf::HKDF_SHA384, &digest::SHA384),
        _ => return None,
    };
    let empty = digest::digest(hash, b"");
    let derived = expand_label(algorithm, secret, b"EXPORTER-Channel-Binding", empty.as_ref(), secret.len())?;
    expand_label(algorithm, &derived, b"exporter", empty.as_ref(), 32)?.try_into().ok()
}

/// HKDF-Expand-Label (RFC 8446 §7.1).
fn expand_label(
    algorithm: hkdf::Algorithm,
    secret: &[u8],
    label: &[u8],
    context: &[u8],
    len: usize,
) -> Option<Vec<u8>> {
    struct Len(usize);
    impl hkdf::KeyType for Len {
        fn len(&self) -> usize {
            self.0
        }
    }
    let out_len = u16::try_from(len).ok()?.to_be_bytes();
    let label_len = [u8::try_from(b"tls13 ".len() + label.len()).ok()?];
    let context_len = [u8::try_from(context.len()).ok()?];
    let info = [&out_len[..], &label_len, b"tls13 ", label, &context_len, context];
    let mut out = vec![0; len];
    let key = hkdf::Prk::new_less_safe(algorithm, secret);
    key.expand(&info, Len(len)).and_then(|okm| okm.fill(&mut out)).ok()?;
    Some(out)
}
