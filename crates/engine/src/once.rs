//! Requests that are done once however often they come: what a door knows of the request reaches the act it leads to.

use std::cell::Cell;

pub use parlour_store::once::{Repeated, Request};

tokio::task_local! {
    static REQUEST: Cell<Option<Request>>;
}

/// Does `work`, whose first act is done only if `request` was not done before; it fails with
/// [`parlour_store::StoreError::Repeated`] then.
pub async fn once<T>(request: Request, work: impl Future<Output = T>) -> T {
    REQUEST.scope(Cell::new(Some(request)), work).await
}

/// What the next act is to be done once for.
pub(crate) fn take() -> Option<Request> {
    REQUEST.try_with(Cell::take).ok().flatten()
}
