//! The separate listener for this machine: is it well, and what did it count?
//!
//! No host and no person here; every other path is missing, as these two are everywhere else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::problem::Fail;
use crate::service::Shared;

/// Renders what the process counts, as OpenMetrics text; `cli` knows all the counters.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Marks a request that came by the listener for this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine;

/// `GET /healthz`: 200 while the store answers, else 503.
pub(crate) async fn health(State(web): State<Arc<Shared>>) -> Response {
    match web.acts.hosts.list().await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(web): State<Arc<Shared>>) -> Result<Response, Fail> {
    let text = web.metrics.as_ref().ok_or(Fail::Missing)?();
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8"))], text)
        .into_response())
}
