//! The command line's socket: 0600 in a 0700 directory, for our own user and root.
//!
//! A socket's path holds 107 bytes (unix(7)); a longer one is reached through `/proc/self/fd/N/NAME`, where N is the
//! opened directory. Both `bind` and `connect` do so.
//!
//! Left out: systems without `/proc`, for paths over the limit (the error names the limit).

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{fs, io};

use rustix::fs::{Mode, OFlags};
use tokio::net::{UnixListener, UnixStream};

use crate::conn::Conn;
use crate::peer::{ListenerKind, PeerAddr};
use crate::room::Room;

/// `sun_path` without its final nought.
const MAX_PATH: usize = 107;

/// Why there is no local socket. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// Another server answers on it.
    #[error("{}: another server is listening here", path.display())]
    InUse {
        /// Its path.
        path: PathBuf,
    },
    /// The directory or the socket cannot be made.
    #[error("{}: {source}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The listening socket; removes its file when dropped.
#[derive(Debug)]
pub struct LocalSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// A path short enough for the kernel, and what keeps it valid.
struct Short {
    path: PathBuf,
    _directory: Option<OwnedFd>,
}

impl Short {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= MAX_PATH {
            return Ok(Self { path: path.to_owned(), _directory: None });
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let directory = rustix::fs::open(directory, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let short = Path::new("/proc/self/fd").join(directory.as_raw_fd().to_string()).join(name);
        if !short.parent().is_some_and(Path::exists) || short.as_os_str().len() > MAX_PATH {
            let message = format!("a socket's path holds {MAX_PATH} bytes, and /proc is of no help here");
            return Err(io::Error::new(io::ErrorKind::InvalidFilename, message));
        }
        Ok(Self { path: short, _directory: Some(directory) })
    }
}

impl LocalSocket {
    /// Makes the socket, and its directory (0700) if need be. A socket that nobody answers on is replaced.
    ///
    /// # Errors
    /// [`LocalError`].
    pub fn bind(path: &Path) -> Result<Self, LocalError> {
        let wrap = |source| LocalError::File { path: path.to_owned(), source };
        if let Some(directory) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(wrap)?;
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(wrap)?;
        }
        let short = Short::of(path).map_err(wrap)?;
        match std::os::unix::net::UnixStream::connect(&short.path) {
            Ok(_) => {
                return Err(LocalError::InUse { path: path.to_owned() });
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(wrap)?;
            }
            // Not there: what we hope for. Anything else shows when we bind.
            Err(_) => {}
        }
        // The directory keeps others out until the permissions are set.
        let listener = UnixListener::bind(&short.path).map_err(wrap)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(wrap)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next connection from our own user or root; others are closed and logged. `None` for one there was no room for,
    /// which is closed.
    ///
    /// # Errors
    /// Whatever `accept` says.
    ///
    /// # Cancel safety
    /// Safe: no connection is lost.
    pub async fn accept(&self, room: Room) -> io::Result<Option<(Conn, PeerAddr)>> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            if !room.takes(ListenerKind::LocalSocket, &stream) {
                return Ok(None);
            }
            let Ok(cred) = stream.peer_cred() else {
                continue;
            };
            if !may_enter(cred.uid(), rustix::process::geteuid().as_raw()) {
                tracing::warn!(uid = cred.uid(), "a stranger knocked at the local socket");
                continue;
            }
            let peer = PeerAddr::Local { uid: cred.uid(), pid: cred.pid() };
            return Ok(Some((Conn::raw(stream, true), peer)));
        }
    }
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        // Gone already, or replaced: nothing to do about either.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a process of `peer` may speak to a server of `own`: its own user, and root.
pub fn may_enter(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

/// Connects to a [`LocalSocket`], however long its path.
///
/// # Errors
/// `NotFound` or `ConnectionRefused` when no server is running; else whatever the system says.
pub async fn connect_local(path: &Path) -> io::Result<Conn> {
    let short = Short::of(path)?;
    Ok(Conn::raw(UnixStream::connect(&short.path).await?, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_user_and_root_enter() {
        assert!(may_enter(1000, 1000));
        assert!(may_enter(0, 1000));
        assert!(!may_enter(1001, 1000));
        assert!(!may_enter(1000, 0));
    }
}
