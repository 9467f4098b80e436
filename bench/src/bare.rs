//! The bare relay: a process that reads from one TLS client and writes to the other with [`parlour_net::Conn`].
//!
//! A client says which pair it belongs to by its first four bytes. There is one task for a pair, no framing and no
//! routing: what is left is the price of sockets, wake-ups and TLS.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::Context as _;
use parlour_net::{
    BoxFuture, Certificate, Conn, Door, LimitOptions, ListenerKind, Listeners, Peer, Ports, Protocol, READ_CHUNK,
    Security, Stopper, Tls, TlsOptions,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client;
use crate::hashing;
use crate::load::{Load, Pair, Setting, message};
use crate::process;

const HOST: &str = "bench.test";
/// What a client sends in place of its pair's number, to have a password hashed and one byte as an answer.
const HASH: [u8; 4] = [0xff; 4];
/// When the bench's certificate begins: 2025-01-01.
const ISSUED: Duration = Duration::from_secs(1_735_689_600);

/// A bare relay with `load.pairs` pairs connected and warm.
pub async fn relay(load: &Load, cpus: Option<&str>) -> anyhow::Result<Setting<TlsStream<TcpStream>, Server>> {
    let server = Server::start(cpus)?;
    let mut pairs = Vec::new();
    for pair in 0..load.pairs {
        pairs.push(server.pair(pair).await?);
    }
    Setting::warm(server.child.id(), server, pairs, *load).await
}

/// Server memory for each connection that has exchanged a few messages and is silent now: after as many as the first of
/// `steps` says, and then as many more each time.
pub async fn idle(steps: &[u32], cpus: Option<&str>) -> anyhow::Result<Vec<u64>> {
    let server = Server::start(cpus)?;
    // What the first connections cost besides themselves.
    let first = server.chatted(0).await?;
    let before = process::settled(server.child.id()).await?;
    let (mut all, mut each) = (Vec::new(), Vec::new());
    for step in steps {
        for _ in 0..step / 2 {
            all.push(server.chatted(u32::try_from(all.len())? + 1).await?);
        }
        let grown = process::settled(server.child.id()).await?.saturating_sub(before);
        each.push(grown / (all.len() as u64 * 2).max(1));
    }
    drop(first);
    Ok(each)
}

/// The child process, ended when dropped.
pub struct Server {
    child: Child,
    addr: SocketAddr,
    client: TlsConnector,
    _certs: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is ours and keeps nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts it, on these cores alone where some are named.
    pub fn start(cpus: Option<&str>) -> anyhow::Result<Self> {
        let certs = tempfile::tempdir()?;
        let mut child = process::pinned(Command::new(std::env::current_exe()?), cpus)
            .arg("serve-bare")
            .arg(certs.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("piped")?;
        io::BufRead::read_line(&mut io::BufReader::new(stdout), &mut line)?;
        let addr = line.trim().parse().context("the child says where it listens")?;
        let certificate = CertificateDer::from_pem_file(certs.path().join(format!("{HOST}.crt")))?;
        Ok(Self { child, addr, client: client::connector(certificate)?, _certs: certs })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens, and how to speak to it.
    pub fn way(&self) -> (SocketAddr, TlsConnector) {
        (self.addr, self.client.clone())
    }

    async fn connect(&self, pair: u32) -> anyhow::Result<TlsStream<TcpStream>> {
        let mut stream = client::connect(self.addr, &self.client, HOST).await?;
        stream.write_all(&pair.to_be_bytes()).await?;
        stream.flush().await?;
        Ok(stream)
    }

    /// Connections one after the other, so many at a time, for so long; each makes the server hash a password. Gives how
    /// many.
    pub async fn hash(&self, at_a_time: usize, time: Duration) -> anyhow::Result<u32> {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for _ in 0..at_a_time {
            let (addr, tls) = self.way();
            running.spawn(async move {
                let mut hashed = 0;
                while start.elapsed() < time {
                    let mut stream = client::connect(addr, &tls, HOST).await?;
                    stream.write_all(&HASH).await?;
                    stream.read_exact(&mut [0]).await?;
                    hashed += 1;
                }
                anyhow::Ok(hashed)
            });
        }
        let mut all = 0;
        while let Some(hashed) = running.join_next().await {
            all += hashed??;
        }
        Ok(all)
    }

    async fn pair(&self, pair: u32) -> anyhow::Result<Pair<TlsStream<TcpStream>>> {
        let (sender, receiver) = (self.connect(pair).await?, self.connect(pair).await?);
        Ok(Pair::new(sender, receiver, message("bob@example.test")))
    }

    /// A pair that has sent six times 500 bytes each way.
    async fn chatted(&self, pair: u32) -> anyhow::Result<[TlsStream<TcpStream>; 2]> {
        let mut both = [self.connect(pair).await?, self.connect(pair).await?];
        let mut bytes = [0; 500];
        for _ in 0..6 {
            let [left, right] = &mut both;
            left.write_all(&bytes).await?;
            right.read_exact(&mut bytes).await?;
            right.write_all(&bytes).await?;
            left.read_exact(&mut bytes).await?;
        }
        Ok(both)
    }
}

/// The child's side: listens, says where, and relays until it is killed.
pub async fn serve(certs: &Path) -> anyhow::Result<()> {
    let tls = Tls::new(&TlsOptions::default());
    tls.set(HOST, &[], Certificate::self_signed(certs, HOST, &[], UNIX_EPOCH + ISSUED)?)?;
    let mut listeners = Listeners::new(&LimitOptions::default());
    listeners.bind(ListenerKind::C2sTls, &["127.0.0.1:0".parse()?], Ports::Exact)?;
    crate::say(&listeners.addr(ListenerKind::C2sTls).context("bound")?.to_string())?;
    let relay: Arc<dyn Door> = Arc::new(Relay::default());
    let stopper = Stopper::new();
    // A parent that died does not leave us behind: its end of our standard input is closed then.
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(0);
    });
    let doors = |_| (Arc::clone(&relay), Security::Tls(tls.clone(), Protocol::Client));
    listeners.serve(doors, stopper.token(), Duration::ZERO).await;
    Ok(())
}

#[derive(Default)]
struct Relay {
    waiting: Arc<Mutex<HashMap<[u8; 4], Conn>>>,
}

impl Door for Relay {
    fn accept(&self, mut conn: Conn, _: Peer) -> BoxFuture<'static, ()> {
        let waiting = Arc::clone(&self.waiting);
        Box::pin(async move {
            let mut pair = [0; 4];
            if conn.read_exact(&mut pair).await.is_err() {
                return;
            }
            if pair == HASH {
                // On a thread for it, as any server has to.
                let _ = tokio::task::spawn_blocking(|| drop(std::hint::black_box(hashing::keys()))).await;
                let _ = conn.write_all(&[0]).await;
                return;
            }
            let first = {
                let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                match waiting.remove(&pair) {
                    Some(first) => first,
                    None => {
                        waiting.insert(pair, conn);
                        return;
                    }
                }
            };
            let mut both = (first, conn);
            // Whichever way it ends, the pair has ended.
            let _ = poll_fn(|cx| poll_pair(cx, &mut both)).await;
        })
    }
}

thread_local! {
    static SCRATCH: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Moves what there is both ways; ready at the end of either side.
fn poll_pair(cx: &mut Context<'_>, (left, right): &mut (Conn, Conn)) -> Poll<io::Result<()>> {
    SCRATCH.with_borrow_mut(|scratch| {
        let ends = [poll_way(cx, left, right, scratch)?, poll_way(cx, right, left, scratch)?];
        if ends.contains(&Poll::Ready(())) { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
}

/// One message at a time is under way in a pair, so that what does not fit into the socket at once ends the run.
fn poll_way(cx: &mut Context<'_>, from: &mut Conn, to: &mut Conn, scratch: &mut Vec<u8>) -> io::Result<Poll<()>> {
    loop {
        scratch.clear();
        match from.poll_read_into(cx, scratch, READ_CHUNK)? {
            Poll::Pending => return Ok(Poll::Pending),
            Poll::Ready(0) => return Ok(Poll::Ready(())),
            Poll::Ready(_) => {}
        }
        let mut rest = scratch.as_slice();
        let written = to.poll_write_all(cx, &mut rest)?.is_ready() && to.poll_flush(cx)?.is_ready();
        if !written {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
}
