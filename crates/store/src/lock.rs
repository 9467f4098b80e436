//! One process per data directory.
//!
//! Whoever has the directory open holds a lock on a file in it; the system drops the lock when the
//! process ends, however it ends, so no stale lock is left behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::StoreError;

/// Held as long as the directory is ours.
#[derive(Debug)]
pub struct DataLock {
    // Closing the file gives the lock back.
    _file: File,
}

impl DataLock {
    /// Takes the lock of `dir`, waiting at most `wait`. Makes the lock file, not the directory.
    /// Blocks the thread.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when somebody else still holds it; [`StoreError::File`] when the
    /// directory cannot be written.
    pub fn acquire(dir: &Path, wait: Duration) -> Result<Self, StoreError> {
        let path = dir.join(FILE_NAME);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::file(format!("opening {}", path.display()), &e))?;
        let until = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::park_timeout(STEP),
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { dir: dir.display().to_string() }),
                Err(TryLockError::Error(e)) => {
                    return Err(StoreError::file(format!("locking {}", path.display()), &e));
                }
            }
        }
    }
}

/// The lock's file in the data directory.
const FILE_NAME: &str = "lock";

/// How often the lock is tried again: a guess between an idle machine and an impatient person.
const STEP: Duration = Duration::from_millis(25);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_free_after() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let held = DataLock::acquire(dir.path(), Duration::ZERO).expect("free at first");
        let refused = DataLock::acquire(dir.path(), Duration::ZERO).expect_err("held");
        assert!(matches!(refused, StoreError::InUse { .. }));
        drop(held);
        DataLock::acquire(dir.path(), Duration::ZERO).expect("free again");
    }
}
