//! Rows that do not read as what they should be: in a list each is left out, told as an error with its table and
//! number (where it has none of its own, its account's), and keeps nobody else from anything (ATTACKS F20).
//!
//! What is read alone fails alone, with [`StoreError::Damaged`]. A damaged row of a block list is left out too: whom it named
//! can no longer be told, and nobody could sign in otherwise.

use crate::StoreError;

/// `read`, or nothing where the row is at fault. Never says what is in the row.
///
/// # Errors
/// What is not the row's fault.
pub(super) fn sound<T>(table: &'static str, row: i64, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ StoreError::Damaged { .. }) => {
            tracing::error!(target: "parlour::store", table, row, %error, "a damaged row is left out");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
