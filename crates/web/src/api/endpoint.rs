//! What a handler takes and gives, in types that read, write and describe themselves: the OpenAPI document is made of the
//! handlers' own signatures, so that it cannot say something else.
//!
//! Spec: OpenAPI 3.1.1 (operations), RFC 9110 §15.5.16 (415).
//! Left out: deriving status codes of refusals, which the route table names.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use parlour_domain::By;
use parlour_engine::Committed;
use parlour_engine::once::Repeated;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answers;
use super::once::Once;
use crate::problem::Fail;
use crate::service::Shared;

/// What is known of an endpoint from its handler's signature.
pub(crate) struct Draft<'g> {
    /// Names types.
    pub generator: &'g mut SchemaGenerator,
    /// The query's fields, as an object.
    pub query: Option<Schema>,
    /// The body.
    pub body: Option<Schema>,
    /// It takes an Idempotency-Key.
    pub once: bool,
    /// How it answers.
    pub reply: (StatusCode, Option<Schema>),
}

/// Something a handler takes.
pub(crate) trait Takes {
    /// Says what.
    fn describe(_draft: &mut Draft<'_>) {}
}

/// Something a handler gives.
pub(crate) trait Gives {
    /// Says what.
    fn describe(draft: &mut Draft<'_>);
}

/// A handler whose signature says everything. `A` is only there to tell the arities apart.
pub(crate) trait Endpoint<A> {
    /// Says what it takes and gives.
    fn describe(draft: &mut Draft<'_>);
}

macro_rules! endpoint {
    ($($arg:ident),*) => {
        impl<F, Fut, Out, $($arg),*> Endpoint<($($arg,)*)> for F
        where
            F: Fn($($arg),*) -> Fut,
            Fut: Future<Output = Result<Out, Fail>>,
            Out: Gives,
            $($arg: Takes),*
        {
            fn describe(draft: &mut Draft<'_>) {
                $($arg::describe(draft);)*
                Out::describe(draft);
            }
        }
    };
}

endpoint!(A);
endpoint!(A, B);
endpoint!(A, B, C);
endpoint!(A, B, C, D);
endpoint!(A, B, C, D, E);
endpoint!(A, B, C, D, E, G);

impl Takes for State<Arc<Shared>> {}
impl Takes for Extension<By> {}

/// The holes of the path, by their order.
pub(crate) struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Shared>> for At<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Shared>) -> Result<Self, Fail> {
        let Path(holes) = Path::from_request_parts(parts, web).await.map_err(|_| Fail::Malformed)?;
        Ok(Self(holes))
    }
}

// Their names stand in the path.
impl<T> Takes for At<T> {}

/// A body of JSON.
pub(crate) struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Sent<T> {
    type Rejection = Fail;

    async fn from_request(request: Request, web: &Arc<Shared>) -> Result<Self, Fail> {
        if !is_json(request.headers()) {
            return Err(Fail::MediaType);
        }
        // Read whole by `front` already.
        let bytes = Bytes::from_request(request, web).await.map_err(|_| Fail::Malformed)?;
        answers::body(&bytes).map(Self)
    }
}

impl<T: JsonSchema> Takes for Sent<T> {
    fn describe(draft: &mut Draft<'_>) {
        draft.body = Some(draft.generator.subschema_for::<T>());
    }
}

/// The query, each field by its name; what has no name here is refused.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Self, Fail> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => {
                let title = format!("The query is not what this call takes: {}.", answers::says(&error.body_text()));
                Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-query", title))
            }
        }
    }
}

impl<T: JsonSchema> Takes for Query<T> {
    fn describe(draft: &mut Draft<'_>) {
        // Written out and not by name: its fields become parameters.
        draft.query = Some(T::json_schema(draft.generator));
    }
}

impl Takes for Once {
    fn describe(draft: &mut Draft<'_>) {
        draft.once = true;
    }
}

/// 200: what there is; nothing changed.
pub(crate) struct Found<T>(pub T);

/// 200: a change is durable.
pub(crate) struct Changed<T>(T);

/// 201: something new is durable.
pub(crate) struct Created<T>(T);

impl<T> Changed<T> {
    /// Something that just changed.
    pub fn new(done: Committed<T>) -> Self {
        Self(done.into_out())
    }

    /// What the same request changed before.
    pub fn again(_proof: &Repeated, what: T) -> Self {
        Self(what)
    }
}

impl<T> Created<T> {
    /// Something that was just made.
    pub fn new(done: Committed<T>) -> Self {
        Self(done.into_out())
    }

    /// What the same request made before.
    pub fn again(_proof: &Repeated, what: T) -> Self {
        Self(what)
    }
}

impl<T: Serialize> IntoResponse for Found<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Changed<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}

impl<T: JsonSchema> Gives for Found<T> {
    fn describe(draft: &mut Draft<'_>) {
        draft.reply = (StatusCode::OK, Some(draft.generator.subschema_for::<T>()));
    }
}

impl<T: JsonSchema> Gives for Changed<T> {
    fn describe(draft: &mut Draft<'_>) {
        draft.reply = (StatusCode::OK, Some(draft.generator.subschema_for::<T>()));
    }
}

impl<T: JsonSchema> Gives for Created<T> {
    fn describe(draft: &mut Draft<'_>) {
        draft.reply = (StatusCode::CREATED, Some(draft.generator.subschema_for::<T>()));
    }
}

/// JSON with a status.
pub(crate) fn json<T: Serialize>(status: StatusCode, what: &T) -> Response {
    match serde_json::to_vec(what) {
        Ok(text) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response(),
        Err(error) => Fail::fault(error).into_response(),
    }
}

/// Whether a body says that it is JSON. A foreign page's form cannot say so without asking first, and we never answer
/// that question with yes: this and the absence of cookies are why programs' addresses need no hidden field.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
