//! A claim on an operation that was handed to the store.
//!
//! Handing over is synchronous; the outcome comes when the operation's group is committed (or the
//! read is done). Dropping a ticket does not cancel anything: what was submitted happens.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::StoreError;

/// Resolves to the outcome of one operation. Unpin and small, so that a window can hold many.
#[derive(Debug)]
#[must_use = "an operation's outcome decides what may be acknowledged"]
pub struct Ticket<T, E = StoreError>(Claim<Result<T, E>>);

#[derive(Debug)]
enum Claim<O> {
    Waiting(oneshot::Receiver<O>),
    Known(Option<O>),
}

impl<T, E: From<StoreError>> Ticket<T, E> {
    /// A ticket whose outcome is known already.
    pub fn known(outcome: Result<T, E>) -> Self {
        Self(Claim::Known(Some(outcome)))
    }

    /// A ticket and where its outcome is put.
    pub(crate) fn pair() -> (oneshot::Sender<Result<T, E>>, Self) {
        let (tell, claim) = oneshot::channel();
        (tell, Self(Claim::Waiting(claim)))
    }

    /// Waits on this thread. For tests and the command line; never inside a runtime.
    ///
    /// # Errors
    /// The operation's own.
    pub fn wait(self) -> Result<T, E> {
        match self.0 {
            Claim::Waiting(claim) => claim.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Claim::Known(outcome) => outcome.unwrap_or_else(|| Err(StoreError::Closed.into())),
        }
    }
}

impl<T: Unpin, E: From<StoreError> + Unpin> Future for Ticket<T, E> {
    type Output = Result<T, E>;

    /// Polled again after it was ready it answers [`StoreError::Closed`].
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Claim::Known(outcome) => Poll::Ready(outcome.take().unwrap_or_else(|| Err(StoreError::Closed.into()))),
            Claim::Waiting(claim) => match Pin::new(claim).poll(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(outcome) => {
                    self.0 = Claim::Known(None);
                    // The sender is dropped unused only when the writer is gone.
                    Poll::Ready(outcome.unwrap_or_else(|_| Err(StoreError::Closed.into())))
                }
            },
        }
    }
}
