//! SQLite behind the store's traits: one writer with group commit, a few readers.
//!
//! Write-ahead log, `synchronous=FULL` (an acknowledged thing survives a power cut), foreign keys,
//! STRICT tables. Measured before this was written: group commit makes FULL as fast as NORMAL, and
//! rows in order of arrival with narrow integer indexes beat clustering by owner three times over.
//! Left out: PostgreSQL, which will stand beside this module with files of equal names.

mod accounts;
mod api_keys;
mod apply;
mod archive;
mod archive_pages;
mod archive_prefs;
mod backup;
mod blocking;
mod devices;
pub mod drill;
mod erase;
mod gate;
mod group_contacts;
mod groups;
mod hosts;
mod invite_facts;
mod invite_lists;
mod invite_rows;
mod invites;
mod meters;
mod migrate;
mod on_its_way;
mod once;
mod outbox;
mod personal;
mod poison;
mod profile;
mod pubsub;
mod pubsub_read;
mod pubsub_rows;
mod push;
mod queue;
mod reader;
mod reserve;
mod rosters;
mod sessions;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parlour_domain::{HostName, Outcome};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::{Act, ActError, Committed, StoreError, Ticket, after};
pub use backup::{Found, inspect};
pub use gate::Gate;
pub use meters::Meters;
use queue::{Bounds, Need, Queue};
use reader::{Question, Read};
use reserve::Reserve;
use writer::{ActJob, Job, Writer};

/// A transaction as loaders and appliers see it.
pub(crate) type Tx = Connection;

/// How to open.
#[derive(Clone, Debug)]
pub struct Options {
    /// Holds commits back or makes them fail. For tests.
    pub gate: Option<Gate>,
    /// How long an operation may wait before it is begun; then it is refused.
    pub patience: Duration,
    /// Bytes of the disk set aside, with which room can be made once it is full. Less on a small volume; without any, each
    /// operation is tried on a full disk too.
    pub reserve: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { gate: None, patience: PATIENCE, reserve: 0 }
    }
}

/// The store in one SQLite file (or in memory). Cloning shares it.
#[derive(Clone, Debug)]
pub struct Sqlite(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // None once closed; taking the sender away ends the readers.
    doors: Mutex<Option<Doors>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    meters: Arc<Meters>,
    arrived: on_its_way::Arrived,
    path: Option<PathBuf>,
}

#[derive(Clone, Debug)]
struct Doors {
    write: Arc<Queue>,
    // None in memory: then questions travel with the operations.
    read: Option<SyncSender<Box<dyn Question>>>,
}

impl Sqlite {
    /// Opens or makes the database at `path` and brings it up to date. Blocks the thread.
    ///
    /// # Errors
    /// [`StoreError::TooNew`], [`StoreError::Damaged`], or that the file cannot be used.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        make_private(path)?;
        let reserve = (options.reserve > 0).then(|| Reserve::of(path, options.reserve));
        let (conn, full) = match Self::brought_up(path) {
            // A server that is started anew on a full disk still lets people in, and room be made.
            Err(StoreError::DiskFull) if let Some(reserve) = &reserve => {
                reserve.give_up();
                (Self::brought_up(path)?, true)
            }
            done => (done?, false),
        };
        let readers = (0..READERS).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        let store = Self::start(conn, readers, Some(path.to_owned()), options, reserve)?;
        if full {
            tracing::error!(target: "parlour::store", "the disk is full: only what makes room is taken");
            store.0.meters.disk_full(true);
        }
        Ok(store)
    }

    fn brought_up(path: &Path) -> Result<Connection, StoreError> {
        let mut conn = Connection::open(path)?;
        prepare(&conn)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "wal_autocheckpoint", AUTOCHECKPOINT_PAGES)?;
        migrate::migrate(&mut conn)?;
        on_its_way::recover(&mut conn)?;
        push::recover(&conn)?;
        conn.busy_timeout(BUSY_WRITER)?;
        Ok(conn)
    }

    /// A store that lives as long as the last clone. Same rules, no disk: for tests.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn in_memory(options: Options) -> Result<Self, StoreError> {
        let mut conn = Connection::open_in_memory()?;
        prepare(&conn)?;
        migrate::migrate(&mut conn)?;
        Self::start(conn, Vec::new(), None, options, None)
    }

    fn start(
        conn: Connection,
        readers: Vec<Connection>,
        path: Option<PathBuf>,
        options: Options,
        reserve: Option<Reserve>,
    ) -> Result<Self, StoreError> {
        let meters = Arc::new(Meters::default());
        let arrived = on_its_way::Arrived::default();
        let mut threads = Vec::with_capacity(readers.len() + 2);
        let bounds = Bounds { operations: WRITES_WAITING, bytes: BYTES_WAITING, patience: options.patience };
        let write = Arc::new(Queue::new(bounds));
        let writer = Writer {
            conn,
            queue: Arc::clone(&write),
            meters: Arc::clone(&meters),
            arrived: arrived.clone(),
            gate: options.gate,
            reserve,
        };
        threads.push(spawn("store-write", {
            let queue = Arc::clone(&write);
            move || {
                writer.run();
                queue.end();
            }
        })?);
        threads.push(spawn("store-watch", {
            let (queue, meters) = (Arc::clone(&write), Arc::clone(&meters));
            move || queue.watch(&meters)
        })?);
        let read = if readers.is_empty() {
            None
        } else {
            let (read, inbox) = sync_channel(READS_WAITING);
            let inbox: Arc<Mutex<Receiver<Box<dyn Question>>>> = Arc::new(Mutex::new(inbox));
            for conn in readers {
                let inbox = Arc::clone(&inbox);
                threads.push(spawn("store-read", move || reader::run(&conn, &inbox))?);
            }
            Some(read)
        };
        Ok(Self(Arc::new(Inner {
            doors: Mutex::new(Some(Doors { write, read })),
            threads: Mutex::new(threads),
            meters,
            arrived,
            path,
        })))
    }

    /// Hands an act to the writer: `work` loads facts and asks a rule; what the rule says is
    /// applied in the same savepoint. Never blocks. What [`crate::followed_by`] hung on it follows.
    pub(crate) fn act<T, R, F>(&self, work: F) -> Act<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: FnOnce(&Tx) -> Result<Outcome<T>, ActError<R>> + Send + 'static,
    {
        self.act_for(Need::Growth, work)
    }

    /// As [`Self::act`], for what makes room, shuts somebody out or lets somebody in: done on a full disk too.
    pub(crate) fn upkeep<T, R, F>(&self, work: F) -> Act<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: FnOnce(&Tx) -> Result<Outcome<T>, ActError<R>> + Send + 'static,
    {
        self.act_for(Need::Upkeep, work)
    }

    /// As [`Self::upkeep`], for what the server does by itself and nobody waits for: however long the queue is.
    pub(crate) fn owed<T, R, F>(&self, work: F) -> Act<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: FnOnce(&Tx) -> Result<Outcome<T>, ActError<R>> + Send + 'static,
    {
        self.act_for(Need::Owed, work)
    }

    fn act_for<T, R, F>(&self, need: Need, work: F) -> Act<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: FnOnce(&Tx) -> Result<Outcome<T>, ActError<R>> + Send + 'static,
    {
        let (tell, ticket) = Ticket::pair();
        let request = crate::once::take();
        let work = move |tx: &Tx| {
            if let Some(request) = &request {
                once::look(tx, request)?;
            }
            let outcome = work(tx)?;
            apply::all(tx, &outcome.changes)?;
            if let Some(request) = &request {
                once::note(tx, request, &outcome.changes)?;
            }
            Ok(outcome)
        };
        self.0.meters.wrote();
        self.submit(Box::new(ActJob { need, work: Some(work), done: None, after: after::take(), tell }));
        ticket
    }

    /// Hands a plain append to the writer: it changes nothing that a rule looks at, may run twice,
    /// and shares its savepoint with those beside it. `then` hears the outcome, in the order of
    /// these calls. `bytes` is what it carries. Never blocks.
    pub(crate) fn append<T, F, G>(&self, bytes: usize, work: F, then: G)
    where
        T: Send + 'static,
        F: Fn(&Tx) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(Result<Committed<T>, StoreError>) + Send + 'static,
    {
        self.0.meters.wrote();
        self.submit(Box::new(writer::Append { bytes, work, done: None, then }));
    }

    /// Hands a question to a reader. Never blocks.
    pub(crate) fn read<T, F>(&self, work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T, StoreError> + Send + 'static,
    {
        self.0.meters.read();
        let (tell, ticket) = Ticket::pair();
        let sent = match self.doors() {
            None => Err(StoreError::Closed),
            Some(Doors { read: Some(read), .. }) => {
                offer(&read, Box::new(Read { work, tell, until: Instant::now() + PATIENCE }), READS_WAITING)
            }
            Some(Doors { write, .. }) => {
                write.push(Box::new(writer::Passenger::new(work, tell))).map_err(|(error, _)| error)
            }
        };
        match sent {
            Ok(()) => ticket,
            Err(error) => Ticket::known(Err(error)),
        }
    }

    /// What was asked of this store since it was opened.
    pub fn meters(&self) -> &Meters {
        &self.0.meters
    }

    /// Writes a complete copy of the running database to `to`, which must not exist. Blocks the
    /// thread; neither readers nor the writer wait for it.
    ///
    /// # Errors
    /// [`StoreError::File`] or [`StoreError::DiskFull`]; nothing is left at `to` then.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let from = self
            .0
            .path
            .as_deref()
            .ok_or_else(|| StoreError::File { what: "a backup".into(), why: "a store in memory has no file".into() })?;
        backup::write(&open_reader(from)?, to)
    }

    /// Finishes what was submitted, folds the log in and closes the file. Later operations answer
    /// [`StoreError::Closed`]. Blocks the thread.
    pub fn close(&self) {
        self.0.close();
    }

    fn doors(&self) -> Option<Doors> {
        self.0.doors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Queues an operation, or settles it at once where that cannot be.
    fn submit(&self, job: Box<dyn Job>) {
        let Some(doors) = self.doors() else { return job.settle(Err(StoreError::Closed)) };
        let meters = &self.0.meters;
        if job.need() == Need::Growth && meters.is_disk_full() {
            meters.no_room();
            return job.settle(Err(StoreError::DiskFull));
        }
        if let Err((error, job)) = doors.write.push(job) {
            meters.late(usize::from(matches!(error, StoreError::Busy { .. })));
            job.settle(Err(error));
        }
    }
}

impl Inner {
    fn close(&self) {
        if let Some(doors) = self.doors.lock().unwrap_or_else(PoisonError::into_inner).take() {
            doors.write.close();
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last clone may be dropped by an operation, on a thread of ours.
            if thread.thread().id() != std::thread::current().id() {
                drop(thread.join());
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn offer<J>(queue: &SyncSender<J>, job: J, bound: usize) -> Result<(), StoreError> {
    queue.try_send(job).map_err(|error| match error {
        TrySendError::Full(_) => StoreError::Busy { bound },
        TrySendError::Disconnected(_) => StoreError::Closed,
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|e| StoreError::file("starting a thread", &e))
}

/// The file holds everything there is: nobody else may read it.
fn make_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|e| StoreError::file(format!("opening {}", path.display()), &e))
}

fn prepare(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "trusted_schema", false)?;
    // The plan of a statement does not depend on what is bound to it. Else SQLite prepares many anew whenever they are given
    // other values, to see whether a partial index has become good for them: a third of what a look-up took.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What was deleted is not to be read out of the file. Costs pages written where whole ones come free, and nothing else.
    conn.pragma_update(None, "secure_delete", true)?;
    Ok(())
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&conn)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE)?;
    Ok(conn)
}

/// KiB of pages a reader keeps: there are four, each would fill what it may, and the kernel has the same pages. Questions of a
/// login or a page of an archive touch some dozens; with SQLite's 2,000 the four took 8 MiB as soon as many accounts had come.
const READER_CACHE: i64 = 512;

/// A host's row number, the first column of every other key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostId(pub(crate) i64);

impl rusqlite::ToSql for HostId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// The row of a host.
///
/// # Errors
/// [`StoreError::UnknownHost`] where there is none.
pub(crate) fn host_id(tx: &Tx, host: &HostName) -> Result<HostId, StoreError> {
    tx.prepare_cached("SELECT id FROM host WHERE domain = ?1")?
        .query_row([host.as_str()], |row| row.get(0))
        .optional()?
        .map(HostId)
        .ok_or_else(|| StoreError::UnknownHost { host: host.clone() })
}

/// Operations that may wait for the writer; one more is refused as busy. Half as many more where nobody waits for them.
const WRITES_WAITING: usize = 10_000;

/// What those operations may carry together, where peers decide how much.
const BYTES_WAITING: usize = 64 << 20;

/// How long an operation may wait before it is begun: longer than a disk's bad moment, shorter than a person's patience.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a server sets aside: more than the log, which has to be folded in before room comes free.
pub const RESERVE: u64 = 64 << 20;

/// Questions that may wait for a reader; one more is refused as busy.
const READS_WAITING: usize = 16 * 1024;

/// Connections that read.
const READERS: usize = 4;

/// 32 MiB of log before a commit folds it in by itself; the idle checkpoint usually comes first.
const AUTOCHECKPOINT_PAGES: u32 = 8000;

/// Prepared statements kept per connection: more than there are.
const STATEMENTS: usize = 512;

/// How long a statement waits for another process (an sqlite3 shell) to let go.
const BUSY: Duration = Duration::from_secs(2);

/// How long the writer waits for it at a time; it tries again as long as anybody waits.
const BUSY_WRITER: Duration = Duration::from_millis(100);

#[cfg(test)]
mod faults_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
