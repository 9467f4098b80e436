//! What is kept in `data_dir/acme`: per host a certificate with its key, and how its last order went; the account's key.
//!
//! Each file is written aside, synced and renamed, so that it is there whole or not at all, and is for its owner's eyes only.
//! Backups leave the folder out, as they do with self-signed certificates: a restored server orders anew.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::certs::{CertError, Certificate};

/// How things stand with a host's certificate. Times are seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The names that were ordered last.
    pub names: Vec<String>,
    /// Of these, those that could not be proved, and so are not in the certificate.
    pub without: Vec<String>,
    /// When the certificate was taken into use; 0 where there is none yet.
    pub since: u64,
    /// When it ends.
    pub until: u64,
    /// When the next one is to be ordered, or the first one tried again.
    pub next: u64,
    /// The authority wants nothing before this; 0 where it did not say.
    pub not_before: u64,
    /// When the authority is asked next whether it should be earlier (RFC 9773); 0 where it cannot be asked.
    pub ask: u64,
    /// Orders that came to nothing since the last one that did not.
    pub failures: u32,
    /// When the last of them did.
    pub failed: u64,
    /// Why, and what to do.
    pub error: Option<String>,
    /// The way that worked last.
    pub way: Option<super::options::Challenge>,
}

impl Standing {
    /// How things stand with `host`, from `dir` (`data_dir/acme`); nothing where nothing was tried yet. Blocks on the disk.
    pub fn read(dir: &Path, host: &str) -> Option<Self> {
        serde_json::from_slice(&fs::read(host_file(dir, host, "json")?).ok()?).ok()
    }

    pub(crate) fn write(&self, dir: &Path, host: &str) -> io::Result<()> {
        let file = host_file(dir, host, "json").ok_or(io::ErrorKind::InvalidInput)?;
        store(&file, &serde_json::to_vec(self)?)
    }
}

/// The certificate that is kept for `host`. Blocks on the disk.
///
/// # Errors
/// [`CertError`] when there is none, or it cannot be used.
pub(crate) fn certificate(dir: &Path, host: &str) -> Result<Certificate, CertError> {
    let path = host_file(dir, host, "pem").ok_or_else(|| CertError::Name { name: host.to_owned() })?;
    let pem = fs::read(&path).map_err(|source| CertError::File { path, source })?;
    Certificate::from_pem(&pem, &pem)
}

/// Keeps a certificate with its key in one file, so that there is never one without the other. Blocks on the disk.
pub(crate) fn keep_certificate(dir: &Path, host: &str, pem: &str) -> io::Result<()> {
    let path = host_file(dir, host, "pem").ok_or(io::ErrorKind::InvalidInput)?;
    store(&path, pem.as_bytes())
}

/// `None` for what cannot be a file's name.
fn host_file(dir: &Path, host: &str, ending: &str) -> Option<PathBuf> {
    let fine = !host.is_empty() && !host.starts_with('.') && !host.contains(['/', '\\', '\0']);
    fine.then(|| dir.join("hosts").join(format!("{host}.{ending}")))
}

/// A whole file, off the runtime's threads; nothing where it cannot be read.
pub(crate) async fn read(path: &Path) -> Option<Vec<u8>> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || fs::read(path).ok()).await.ok()?
}

/// As [`store`], off the runtime's threads.
pub(crate) async fn write(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || store(&path, &bytes)).await.map_err(io::Error::other)?
}

/// Removes a file, if it is there.
pub(crate) async fn remove(path: &Path) {
    let path = path.to_owned();
    // Left there, it is found and removed the next time.
    let _ = tokio::task::spawn_blocking(move || fs::remove_file(path)).await;
}

/// Whole or not at all, in a folder that is made if need be.
fn store(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    // One that a crash left may have other rights.
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    file.write_all(bytes).and_then(|()| file.sync_all())?;
    fs::rename(&aside, path)?;
    // The rename too is to outlive a crash.
    fs::File::open(folder)?.sync_all()
}

/// Seconds since 1970.
pub(crate) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The moment so many seconds after 1970.
pub(crate) fn moment(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn files_are_whole_and_for_their_owner_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let standing = Standing { names: vec!["a.example".into()], failures: 2, ..Standing::default() };
        standing.write(dir.path(), "a.example").expect("written");
        // What a crash left behind does not stand in the way.
        fs::write(dir.path().join("hosts/a.example.json.new"), "half").expect("written");
        standing.write(dir.path(), "a.example").expect("written again");
        assert_eq!(Standing::read(dir.path(), "a.example"), Some(standing));
        let mode = |path: &str| fs::metadata(dir.path().join(path)).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("hosts"), mode("hosts/a.example.json")), (0o700, 0o600));
        for host in ["../x", "a/b", "", ".hidden"] {
            assert!(Standing::read(dir.path(), host).is_none());
            assert!(keep_certificate(dir.path(), host, "x").is_err(), "{host}");
        }
    }
}
