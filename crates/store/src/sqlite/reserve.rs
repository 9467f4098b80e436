//! Room that is kept free for the day the disk is full: a file of zeros beside the database, given up then.
//!
//! Nothing can be deleted on a full disk, as deleting is written to the log first. So when a commit finds no room, the
//! reserve is given up, what adds to the store is refused without a try ([`super::queue::Need`]), and what makes room goes
//! on with it. Each second it is looked whether there is room for the reserve and something beside it; then all goes on.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::Errno;

/// The reserve of one store, in its directory.
pub(super) struct Reserve {
    path: PathBuf,
    /// Bytes.
    size: u64,
}

impl Reserve {
    /// Sets room aside beside `database`: `most` bytes, less on a small volume and where little is free, since what is set
    /// aside is nobody else's. Says so where there is none for it.
    pub(super) fn of(database: &Path, most: u64) -> Self {
        let path = database.with_file_name(FILE_NAME);
        let (volume, free) = statvfs(database).map_or((u64::MAX, u64::MAX), |volume| {
            (volume.f_blocks.saturating_mul(volume.f_frsize), volume.f_bavail.saturating_mul(volume.f_frsize))
        });
        let had = path.metadata().map_or(0, |there| there.len());
        let reserve = Self { path, size: share(most, volume, free.saturating_add(had)) };
        if !reserve.stands()
            && let Err(error) = reserve.set_aside()
        {
            tracing::warn!(
                target: "parlour::store", path = %reserve.path.display(), bytes = reserve.size, %error,
                "there is no room for a reserve: make room, or nothing can be deleted once the disk is full"
            );
        }
        reserve
    }

    /// Gives the room back.
    pub(super) fn give_up(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::error!(target: "parlour::store", path = %self.path.display(), %error, "the reserve stays");
        }
    }

    /// Whether there is room for the reserve and something beside it, on the volume or within the database; sets it aside
    /// again then.
    pub(super) fn is_affordable(&self, conn: &Connection) -> bool {
        let free = |path: &Path| statvfs(path).map_or(0, |volume| volume.f_bavail.saturating_mul(volume.f_frsize));
        let Some(dir) = self.path.parent() else { return false };
        let have = if self.stands() { self.size } else { 0 };
        if free(dir).saturating_add(have) < self.size || self.set_aside().is_err() {
            return false;
        }
        let pragma = |name: &str| {
            let asked: Result<i64, _> = conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
            asked.map_or(0, i64::unsigned_abs)
        };
        let within = pragma("freelist_count").saturating_mul(pragma("page_size"));
        let affordable = free(dir).saturating_add(within) >= self.size / 8;
        if !affordable {
            self.give_up();
        }
        affordable
    }

    /// Bytes that are set aside when all is well.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Whether all of it is set aside.
    pub(super) fn stands(&self) -> bool {
        self.path.metadata().is_ok_and(|there| there.len() >= self.size)
    }

    fn set_aside(&self) -> std::io::Result<()> {
        if self.stands() {
            return Ok(());
        }
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&self.path)?;
        let done = match fallocate(&file, FallocateFlags::empty(), 0, self.size) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => zeros(file, self.size),
            other => other.map_err(Into::into),
        };
        if done.is_err() {
            self.give_up();
        }
        done
    }
}

/// What is set aside of a volume of which so much is free. On a full one it is what is to be set aside once there is room:
/// nothing at all cannot be set aside, and whoever started so would never take anything again.
fn share(most: u64, volume: u64, free: u64) -> u64 {
    let wished = most.min(volume / 8);
    if free < FULL { wished } else { wished.min(free / 2) }
}

/// Bytes free below which a volume is full.
const FULL: u64 = 1 << 20;

/// For file systems that cannot set room aside unwritten.
fn zeros(mut file: File, mut left: u64) -> std::io::Result<()> {
    let some = [0; 64 * 1024];
    while left > 0 {
        let now = left.min(some.len() as u64);
        file.write_all(some.get(..usize::try_from(now).unwrap_or(0)).unwrap_or_default())?;
        left -= now;
    }
    file.sync_all()
}

/// In the database's directory. It is no part of what a backup has to hold.
const FILE_NAME: &str = "reserve";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_03_a_small_volume_gives_a_small_reserve() {
        assert_eq!(share(64 << 20, 100 << 30, 50 << 30), 64 << 20);
        assert_eq!(share(64 << 20, 64 << 20, 60 << 20), 8 << 20);
        assert_eq!(share(64 << 20, 100 << 30, 10 << 20), 5 << 20, "the rest is for messages");
    }

    #[test]
    fn fault_03_whoever_starts_on_a_full_volume_goes_on_once_there_is_room() {
        let dir = tempfile::tempdir().expect("a directory");
        let size = share(1 << 20, 256 << 20, 0);
        let reserve = Reserve { path: dir.path().join(FILE_NAME), size };
        assert!(reserve.is_affordable(&Connection::open_in_memory().expect("a database")), "{size} bytes");
    }

    #[test]
    fn zeros_are_as_good_as_room_set_aside() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = File::create(dir.path().join("zeros")).expect("made");
        zeros(file, 100_000).expect("written");
        assert_eq!(dir.path().join("zeros").metadata().expect("there").len(), 100_000);
    }
}
