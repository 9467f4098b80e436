//! A copy of everything, and the way back.
//!
//! The database goes to one file and the keys to another beside it, since together they can forge
//! links. A restore looks before it writes, moves what was there aside, and withdraws open invites,
//! because an old copy would revive used ones.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use parlour_domain::{By, Clock, Dice, Door};
use parlour_store::hosts::HostStore;
use parlour_store::invites::InviteStore;
use parlour_store::sqlite::{Found, Options, inspect};
use parlour_store::{ActError, Sqlite, StoreError};

use crate::keys::{self, KeysError, ServerKeys};
use crate::people::DataPaths;

/// What a restore is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Look, and write nothing.
    pub dry_run: bool,
    /// Open invites stay open, although some of them may have been used since.
    pub keep_invites: bool,
    /// The keys are lost: make new ones. Everybody needs a link for a new password then, and every
    /// invite is dead.
    pub without_keys: bool,
}

/// Why nothing was written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database's side.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The keys' side.
    #[error("{0}")]
    Keys(#[from] KeysError),
    /// The keys' file is not there, and it was not said that it is lost.
    #[error(
        "{path}: missing; without the keys nobody's password works and every link is dead (--without-keys accepts that)"
    )]
    NoKeys {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file could not be moved or copied.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// The keys' file beside a backup: its name with `.keys` behind it.
pub fn keys_file(backup: &Path) -> PathBuf {
    beside(backup, ".keys")
}

/// Writes `to` and its keys' file, both new and for their owner's eyes only. Blocks the thread; the
/// server goes on meanwhile.
///
/// # Errors
/// [`BackupError`]; nothing is left behind then.
pub fn backup(store: &Sqlite, paths: &DataPaths, to: &Path) -> Result<(), BackupError> {
    let keys_to = keys_file(to);
    // The keys first: a key made after them belongs to no row of the copy.
    keys::export(&paths.keys, &keys_to)?;
    if let Err(error) = store.backup(to) {
        // It was made a moment ago, by us.
        drop(fs::remove_file(&keys_to));
        return Err(error.into());
    }
    Ok(())
}

/// Brings a backup back into a data directory whose lock the caller holds and which no server uses.
/// What was there is kept under the same names with `.before-restore` behind them, replacing what an
/// earlier restore kept so. Blocks the thread.
///
/// # Errors
/// [`BackupError`]. Whatever is wrong with the backup is found before anything is touched.
pub fn restore(
    from: &Path,
    paths: &DataPaths,
    options: RestoreOptions,
    clock: &dyn Clock,
    dice: &dyn Dice,
) -> Result<Found, BackupError> {
    let found = inspect(from)?;
    let keys_from = keys_file(from);
    if !options.without_keys {
        if !keys_from.exists() {
            return Err(BackupError::NoKeys { path: keys_from });
        }
        keys::check(&keys_from)?;
    }
    if options.dry_run {
        return Ok(found);
    }
    // Made ready in full beside its place, so that a full disk or a crash leaves what is there alone.
    let part = beside(&paths.database, ".restoring");
    copy(from, &part)?;
    let store = Sqlite::open(&part, Options::default())?;
    if !options.keep_invites {
        withdraw_all(&store, clock)?;
    }
    match store.brought_back(options.keep_invites, clock.wall()).wait() {
        Ok(_) => {}
        Err(ActError::Refused(never)) => match never {},
        Err(ActError::Failed(error)) => return Err(error.into()),
    }
    store.close();
    for suffix in ["", "-wal", "-shm"] {
        aside(&beside(&paths.database, suffix))?;
    }
    aside(&paths.keys)?;
    if options.without_keys {
        ServerKeys::open(&paths.keys, true, dice)?;
    } else {
        keys::import(&keys_from, &paths.keys)?;
    }
    fs::rename(&part, &paths.database).map_err(|error| BackupError::File { path: part, error })?;
    Ok(found)
}

fn withdraw_all(store: &Sqlite, clock: &dyn Clock) -> Result<(), StoreError> {
    for row in HostStore::all(store).wait()? {
        let by = By::operator(Door::Local, 0);
        if let Err(ActError::Failed(error)) = InviteStore::revoke_all(store, by, row.host, clock.wall()).wait() {
            return Err(error);
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let at = |error| BackupError::File { path: to.to_owned(), error };
    fs::copy(from, to).map_err(at)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o600)).map_err(at)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(at)
}

fn aside(path: &Path) -> Result<(), BackupError> {
    let kept = beside(path, ".before-restore");
    let at = |error| BackupError::File { path: path.to_owned(), error };
    if !path.exists() {
        return Ok(());
    }
    match kept.metadata() {
        Ok(there) if there.is_dir() => fs::remove_dir_all(&kept).map_err(at)?,
        Ok(_) => fs::remove_file(&kept).map_err(at)?,
        Err(_) => {}
    }
    fs::rename(path, &kept).map_err(at)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use parlour_domain::archive::KeepAsk;
    use parlour_domain::invite::issue::Wish;
    use parlour_domain::kept::Kept;
    use parlour_domain::{HostOptions, InviteState, Role};
    use parlour_store::Committed;
    use parlour_store::archive::ArchiveStore as _;
    use parlour_store::sqlite::Options;
    use parlour_xmpp::jid::{BareJid, Jid};

    use super::*;
    use crate::testing::{Loaded, NOW, Still, World, host, jid, newcomer, operator};

    /// On a thread of its own, as it blocks.
    fn restored(file: &Path, paths: &DataPaths, options: RestoreOptions) -> Result<Found, BackupError> {
        std::thread::scope(|scope| {
            let work = || restore(file, paths, options, &Still::at(NOW), &Loaded::new(9));
            scope.spawn(work).join().expect("ran")
        })
    }

    async fn world(paths: &DataPaths) -> World {
        ServerKeys::open(&paths.keys, true, &Loaded::new(5)).expect("keys");
        let store = Sqlite::open(&paths.database, Options::default()).expect("opens");
        World::over(store, HostOptions::default()).await
    }

    #[tokio::test]
    async fn a_restore_brings_people_back_and_withdraws_open_invites() {
        let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let paths = DataPaths::within(dir.path());
        let file = out.path().join("monday.db");
        let here = world(&paths).await;
        here.person("anna", Role::Member).await;
        let (used_later, token) = here.invite(&operator(), Wish::default()).await;
        backup(&here.store, &paths, &file).expect("written");
        assert!(backup(&here.store, &paths, &file).is_err(), "an older copy is not overwritten");
        here.join(&token, "berta").await.expect("joined");
        here.store.close();

        let dry = RestoreOptions { dry_run: true, ..RestoreOptions::default() };
        let found = restored(&file, &paths, dry).expect("whole");
        assert_eq!((found.hosts.as_slice(), found.accounts), (&["h.example".to_owned()][..], 1));
        assert_eq!(inspect(&paths.database).expect("untouched").accounts, 2);

        restored(&file, &paths, RestoreOptions::default()).expect("restored");
        let back = world(&paths).await;
        let looked = InviteStore::look(&back.store, host(), used_later.id).await.expect("read").expect("there");
        assert_eq!(looked.invite.state(NOW), InviteState::Withdrawn);
        assert!(back.join(&token, "berta").await.is_err());
        back.store.close();
        assert!(dir.path().join("parlour.db.before-restore").exists());

        let keep = RestoreOptions { keep_invites: true, ..RestoreOptions::default() };
        restored(&file, &paths, keep).expect("restored again");
        world(&paths).await.join(&token, "berta").await.expect("open, as it was then");
    }

    /// Says something to somebody, and tells the row it has in their archive.
    async fn say(world: &World, to: &BareJid) -> i64 {
        let (from, to) = (Jid::new("h.example").expect("an address"), Jid::from(to.clone()));
        let stanza = Kept::from(&b"<message xmlns='jabber:client'><body>hello</body></message>"[..]);
        let ask = KeepAsk {
            from,
            to,
            sender: false,
            recipient: true,
            offline: false,
            underway: false,
            stanza,
            at: NOW,
            count: None,
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        world.store.keep(ask, Box::new(move |kept| drop(tell.send(kept.map(Committed::into_out)))));
        told.await.expect("told").expect("kept").recipient.expect("a row").0
    }

    #[tokio::test]
    async fn attack_124_an_old_copy_brings_back_neither_sign_ins_nor_numbers() {
        let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let paths = DataPaths::within(dir.path());
        let file = out.path().join("monday.db");
        let here = world(&paths).await;
        here.person("anna", Role::Member).await;
        say(&here, &jid("anna")).await;
        let cookie = here.sign_in.browser(&newcomer(), &host(), "anna", "correct horse battery", "a browser").await;
        let cookie = cookie.expect("signed in").into_out().cookie.expose().to_owned();
        backup(&here.store, &paths, &file).expect("written");
        let seen = say(&here, &jid("anna")).await;
        here.store.close();

        for keep_invites in [false, true, false] {
            restored(&file, &paths, RestoreOptions { keep_invites, ..RestoreOptions::default() }).expect("restored");
            let back = world(&paths).await;
            let known = back.sign_in.session(&host(), &cookie).await.expect("read");
            assert_eq!(known.is_some(), keep_invites, "a copy that is not the newest knows nobody's browser");
            let now = say(&back, &jid("anna")).await;
            assert!(now > NOW << 10 && now > seen, "{now}: clients know rows up to {seen}");
            back.store.close();
        }
    }

    #[tokio::test]
    async fn without_its_keys_a_backup_is_refused_before_anything_is_touched() {
        let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let paths = DataPaths::within(dir.path());
        let file = out.path().join("monday.db");
        let here = world(&paths).await;
        backup(&here.store, &paths, &file).expect("written");
        here.store.close();
        let restore = |options| restored(&file, &paths, options);
        fs::write(keys_file(&file), "not keys").expect("damaged");
        assert!(matches!(restore(RestoreOptions::default()), Err(BackupError::Keys(KeysError::Malformed { .. }))));
        fs::remove_file(keys_file(&file)).expect("lost");
        assert!(matches!(restore(RestoreOptions::default()), Err(BackupError::NoKeys { .. })));
        assert!(!dir.path().join("parlour.db.before-restore").exists());
        restore(RestoreOptions { without_keys: true, ..RestoreOptions::default() }).expect("as told");
        ServerKeys::open(&paths.keys, false, &Loaded::new(9)).expect("new keys");
    }
}
