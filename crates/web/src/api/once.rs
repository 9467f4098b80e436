//! The header Idempotency-Key: a POST that is sent again because no answer came is done once, and answered alike.
//!
//! Spec: draft-ietf-httpapi-idempotency-key-header-07 §2.
//! The answer is made again from what the first request made; passwords and keys that were shown once are not in it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use http_body_util::BodyExt as _;
use parlour_domain::{Actor, By, HostName};
use parlour_engine::Committed;
use parlour_engine::once::{Repeated, once};
use sha2::{Digest, Sha256};

use super::endpoint::{Changed, Created};
use crate::problem::Fail;
use crate::service::Shared;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest key we take.
const MOST: usize = 255;

/// What a request says of itself; nothing, where it has no key.
#[derive(Clone, Default)]
pub(crate) struct Once(Option<Hashes>);

#[derive(Clone)]
struct Hashes {
    key: [u8; 32],
    fingerprint: [u8; 32],
}

impl FromRequestParts<Arc<Shared>> for Once {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Self, Fail> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Reads the header of a POST, and what it is a key of.
pub(crate) async fn read(request: Request, by: &By) -> Result<Request, Fail> {
    let Some(value) = request.headers().get(&HEADER).filter(|_| request.method() == Method::POST) else {
        return Ok(request);
    };
    let good = (1..=MOST).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    if !good || request.headers().get_all(&HEADER).iter().count() > 1 {
        let title = "An Idempotency-Key has 1 to 255 visible characters. A random number is a good one.";
        return Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-idempotency-key", title));
    }
    let who = match &by.actor {
        Actor::Key(bearer) => bearer.id.to_string(),
        _ => "operator".to_owned(),
    };
    let key = hash(&[who.as_bytes(), value.as_bytes()]);
    let (mut parts, body) = request.into_parts();
    // Read whole by `front` already.
    let body = body.collect().await.map_err(|_| Fail::Malformed)?.to_bytes();
    let fingerprint = hash(&[parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), &body]);
    parts.extensions.insert(Once(Some(Hashes { key, fingerprint })));
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What came of it: something new, or what came of it the first time.
pub(crate) enum Done<T> {
    /// Now.
    New(Committed<T>),
    /// Before.
    Again(Repeated, T),
}

impl Once {
    /// Does `act` if it was not done before, else makes its answer again from the id of what it made then.
    pub async fn run<T, A>(
        self,
        web: &Shared,
        host: Option<&HostName>,
        act: impl Future<Output = Result<Committed<T>, Fail>>,
        again: impl FnOnce(String) -> A,
    ) -> Result<Done<T>, Fail>
    where
        A: Future<Output = Result<T, Fail>>,
    {
        let Some(Hashes { key, fingerprint }) = self.0 else { return act.await.map(Done::New) };
        let at = web.clock.wall();
        let request = parlour_engine::once::Request { host: host.cloned(), key, fingerprint, at };
        match once(request, act).await {
            Ok(done) => Ok(Done::New(done)),
            Err(Fail::Repeated(proof)) => {
                let what = again(proof.made().to_owned()).await?;
                Ok(Done::Again(proof, what))
            }
            Err(fail) => Err(fail),
        }
    }
}

impl<T> From<Done<T>> for Created<T> {
    fn from(done: Done<T>) -> Self {
        match done {
            Done::New(done) => Self::new(done),
            Done::Again(proof, what) => Self::again(&proof, what),
        }
    }
}

impl<T> From<Done<T>> for Changed<T> {
    fn from(done: Done<T>) -> Self {
        match done {
            Done::New(done) => Self::new(done),
            Done::Again(proof, what) => Self::again(&proof, what),
        }
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        // The length comes first, so that the same bytes cannot be cut elsewhere.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
