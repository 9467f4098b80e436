//! The local socket: permissions, long paths, a stale file.

use std::os::unix::fs::PermissionsExt as _;

use parlour_net::{LocalError, LocalSocket, PeerAddr, Room, connect_local};

use crate::common::{read, write};

#[tokio::test]
async fn permissions_and_credentials() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("run").join("parlour.sock");
    let socket = LocalSocket::bind(&path).expect("bound");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.path().join("run")), 0o700);
    let (client, accepted) = tokio::join!(connect_local(&path), socket.accept(Room::now()));
    let (mut client, (mut server, peer)) =
        (client.expect("connected"), accepted.expect("accepted").expect("there is room"));
    let uid = rustix::process::geteuid().as_raw();
    let pid = Some(rustix::process::getpid().as_raw_pid());
    assert_eq!(peer, PeerAddr::Local { uid, pid });
    write(&mut client, b"hello").await.expect("written");
    assert_eq!(read(&mut server).await.expect("read"), b"hello");
    drop(socket);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_path_of_any_length() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("long".repeat(30)).join("deep".repeat(30)).join("parlour.sock");
    assert!(path.as_os_str().len() > 200);
    let socket = LocalSocket::bind(&path).expect("bound");
    let (client, accepted) = tokio::join!(connect_local(&path), socket.accept(Room::now()));
    client.expect("connected");
    accepted.expect("accepted").expect("there is room");
}

#[tokio::test]
async fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("parlour.sock");
    // A server that was killed leaves its file behind.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
    assert!(path.exists());
    let _socket = LocalSocket::bind(&path).expect("replaced");
    assert!(matches!(LocalSocket::bind(&path), Err(LocalError::InUse { .. })));
    assert!(path.exists());
}
