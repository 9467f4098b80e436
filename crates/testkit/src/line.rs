//! A way to a port that can go dead: the network under a phone.
//!
//! What is connected through it goes silent on command, with nothing closed, as when a phone leaves its network: neither
//! side hears of it, and neither takes what the other writes. Or it is cut, or nothing connects any more.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A way to one port, until it is dropped: then all that goes through it is closed.
#[derive(Debug)]
pub struct Line {
    /// Where to connect instead.
    pub addr: SocketAddr,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

/// Connections are numbered from 1 as they come.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The last that came.
    last: u64,
    /// All up to this one are dead.
    dead: u64,
    /// All up to this one are cut.
    cut: u64,
    /// Nothing connects.
    refusing: bool,
}

impl Line {
    /// A way to `port` of this machine that carries everything.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn to(port: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let state = watch::Sender::new(State::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, port, state.clone()));
        Ok(Self { addr, state, _tasks: tasks })
    }

    /// What is connected now carries nothing any more, either way, and is not closed. What connects later is carried:
    /// the phone is on another network.
    pub fn go_dead(&self) {
        self.state.send_modify(|state| state.dead = state.last);
    }

    /// What is connected now is closed, on both sides. What connects later is carried.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cut = state.last);
    }

    /// Whether what connects from here on is closed at once.
    pub fn refuse(&self, refusing: bool) {
        self.state.send_modify(|state| state.refusing = refusing);
    }

    /// How many have connected until now, those that were refused excepted.
    pub fn connections(&self) -> u64 {
        self.state.borrow().last
    }
}

async fn accept(listener: TcpListener, port: SocketAddr, state: watch::Sender<State>) {
    let mut carried = JoinSet::new();
    // Without descriptors left the test fails by itself.
    while let Ok((near, _)) = listener.accept().await {
        while carried.try_join_next().is_some() {}
        if state.borrow().refusing {
            continue;
        }
        let Ok(far) = TcpStream::connect(port).await else { continue };
        for socket in [&near, &far] {
            // A closed one says so when it is read.
            let _ = socket.set_nodelay(true);
        }
        state.send_modify(|state| state.last += 1);
        let number = state.borrow().last;
        carried.spawn(carry(near, far, state.subscribe(), number));
    }
}

/// Carries both ways until either end closes or the connection is cut.
async fn carry(near: TcpStream, far: TcpStream, mut state: watch::Receiver<State>, number: u64) {
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let (up, down) = (state.clone(), state.clone());
    tokio::select! {
        () = one_way(near_in, far_out, up, number) => {}
        () = one_way(far_in, near_out, down, number) => {}
        _ = state.wait_for(|now| now.cut >= number) => {}
    }
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>, number: u64) {
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            biased;
            _ = state.wait_for(|now| now.dead >= number) => None,
            read = from.read(&mut chunk) => Some(read.unwrap_or(0)),
        };
        let Some(read) = read else { return std::future::pending().await };
        if read == 0 || to.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pair(line: &Line, listener: &TcpListener) -> (TcpStream, TcpStream) {
        let near = TcpStream::connect(line.addr).await.expect("a way");
        let (far, _) = listener.accept().await.expect("carried");
        (near, far)
    }

    async fn carries(from: &mut TcpStream, to: &mut TcpStream) {
        from.write_all(b"hello").await.expect("written");
        let mut heard = [0; 5];
        to.read_exact(&mut heard).await.expect("read");
        assert_eq!(&heard, b"hello");
    }

    #[tokio::test]
    async fn what_is_connected_goes_dead_and_what_comes_later_is_carried() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let line = Line::to(listener.local_addr().expect("bound")).await.expect("a way");
        let (mut near, mut far) = pair(&line, &listener).await;
        carries(&mut near, &mut far).await;
        carries(&mut far, &mut near).await;
        line.go_dead();
        near.write_all(b"lost").await.expect("nothing says that it is dead");
        let (mut new, mut served) = pair(&line, &listener).await;
        carries(&mut new, &mut served).await;
        assert_eq!(line.connections(), 2);
        let mut one = [0; 1];
        let error = far.try_read(&mut one).expect_err("neither bytes nor an end");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);

        line.cut();
        assert_eq!(far.read(&mut one).await.unwrap_or(0), 0, "cut, and what was dead carries nothing late");
        assert_eq!(served.read(&mut one).await.unwrap_or(0), 0);
        line.refuse(true);
        let mut refused = TcpStream::connect(line.addr).await.expect("taken");
        assert_eq!(refused.read(&mut one).await.unwrap_or(0), 0);
    }
}
