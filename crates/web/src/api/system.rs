//! `/api/v1/info` and `/api/v1/backup`.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use parlour_net::BoxFuture;

use super::endpoint::{Found, Sent};
use super::types::{Backup, BackupWish, Info};
use crate::problem::Fail;
use crate::service::Shared;

/// Writes backups; `cli` has database and keys at hand.
pub trait Backups: Send + Sync + 'static {
    /// Writes the database to `file` and the keys to `file` with `.keys` behind it, both 0600 and both new. The error is
    /// a sentence for the operator.
    fn write(&self, file: PathBuf) -> BoxFuture<'static, Result<Backup, String>>;
}

/// `GET /info`.
pub(crate) async fn info(State(web): State<Arc<Shared>>) -> Result<Found<Info>, Fail> {
    Ok(Found(Info { version: env!("CARGO_PKG_VERSION").to_owned(), hosts: web.locals.count() as u64 }))
}

/// `POST /backup`.
pub(crate) async fn backup(
    State(web): State<Arc<Shared>>,
    Sent(wish): Sent<BackupWish>,
) -> Result<Found<Backup>, Fail> {
    let file = PathBuf::from(wish.file);
    if !file.is_absolute() {
        let title = "Name the backup's file by its whole path, beginning with a slash.";
        return Err(Fail::refused(StatusCode::BAD_REQUEST, "relative-path", title));
    }
    let Some(backups) = &web.backups else {
        return Err(Fail::refused(StatusCode::NOT_IMPLEMENTED, "no-backups", "This server keeps nothing on a disk."));
    };
    match backups.write(file).await {
        Ok(done) => Ok(Found(done)),
        Err(why) => Err(Fail::refused(StatusCode::CONFLICT, "backup-failed", why)),
    }
}
