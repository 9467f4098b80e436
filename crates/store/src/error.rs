//! What can go wrong while something is kept, apart from a rule's "no".
//!
//! No variant carries a bound value, so that no secret ends up in a log by way of an error.

use parlour_domain::HostName;

use crate::once::Repeated;

/// The store failed: our fault or the machine's, never the asker's. Nothing of the operation was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk (or over the quota). The next operation may work again.
    #[error("the disk is full")]
    DiskFull,
    /// Another process holds the database.
    #[error("the database is locked by another process")]
    Locked,
    /// The data directory is in use by another process.
    #[error("the data directory {dir} is in use by another process")]
    InUse {
        /// The directory.
        dir: String,
    },
    /// The queue of operations is full: the disk does not keep up.
    #[error("{bound} operations are waiting already")]
    Busy {
        /// How many may wait.
        bound: usize,
    },
    /// The writer did not come to it in time. Nothing of it was begun.
    #[error("the store did not come to it within {millis} ms; nothing was done")]
    Late {
        /// How long it may wait, in milliseconds.
        millis: u64,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// An operation panicked and was rolled back.
    #[error("an operation panicked; nothing of it was kept")]
    Panicked,
    /// No such host here.
    #[error("there is no host {host}")]
    UnknownHost {
        /// The domain asked for.
        host: HostName,
    },
    /// No such account here, where a change presumes one.
    #[error("there is no account {account}")]
    UnknownAccount {
        /// The bare address asked for.
        account: String,
    },
    /// The same request was done before: see [`crate::once`].
    #[error("the request was done before")]
    Repeated(Repeated),
    /// The request's key came with another request before.
    #[error("the request's key belongs to another request")]
    Reused,
    /// A row does not read as what it should be.
    #[error("the database is damaged: {what}")]
    Damaged {
        /// Which check failed.
        what: String,
    },
    /// The database was written by a newer version of this program.
    #[error("the database has version {found}, this program knows up to {known}")]
    TooNew {
        /// The version found.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// SQLite says no for another reason.
    #[error("sqlite: {what} (code {code})")]
    Sqlite {
        /// SQLite's extended result code; 0 where the binding itself complains.
        code: i32,
        /// SQLite's words.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{what}: {why}")]
    File {
        /// What was tried.
        what: String,
        /// The system's reason.
        why: String,
    },
}

impl StoreError {
    /// Nothing is broken: there is no room or no time at this moment, and later there may be. The store has said so in the
    /// log itself, once for all that comes while it lasts.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Locked | Self::Busy { .. } | Self::Late { .. })
    }

    pub(crate) fn file(what: impl Into<String>, why: &std::io::Error) -> Self {
        if why.kind() == std::io::ErrorKind::StorageFull {
            return Self::DiskFull;
        }
        Self::File { what: what.into(), why: why.to_string() }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match &error {
            rusqlite::Error::SqliteFailure(inner, words) => match inner.code {
                Code::DiskFull => Self::DiskFull,
                // A quota's limit comes as a failed write, and a log's index that cannot grow as this.
                _ if NO_ROOM.contains(&inner.extended_code) => Self::DiskFull,
                Code::DatabaseBusy | Code::DatabaseLocked => Self::Locked,
                Code::DatabaseCorrupt | Code::NotADatabase => {
                    Self::Damaged { what: words.clone().unwrap_or_else(|| inner.to_string()) }
                }
                _ => {
                    Self::Sqlite { code: inner.extended_code, what: words.clone().unwrap_or_else(|| inner.to_string()) }
                }
            },
            // A value of another type, out of range, or no text: it names the column, and a number at most.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Damaged { what: error.to_string() },
            other => Self::Sqlite { code: 0, what: other.to_string() },
        }
    }
}

/// SQLITE_IOERR_WRITE and SQLITE_IOERR_SHMSIZE. A disk that fails to write for another reason does the same to us.
const NO_ROOM: [i32; 2] = [778, 4874];

/// An act's two ways to fail, kept apart by fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError<R> {
    /// A rule said no: the asker's business. Nothing changed.
    #[error("{0}")]
    Refused(R),
    /// The store failed: ours. Nothing changed.
    #[error("{0}")]
    Failed(StoreError),
}

impl<R> ActError<R> {
    /// The same with another refusal, for a door or act that wraps it.
    pub fn map<S>(self, f: impl FnOnce(R) -> S) -> ActError<S> {
        match self {
            Self::Refused(refusal) => ActError::Refused(f(refusal)),
            Self::Failed(error) => ActError::Failed(error),
        }
    }
}

impl<R> From<StoreError> for ActError<R> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl<R> From<rusqlite::Error> for ActError<R> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}
