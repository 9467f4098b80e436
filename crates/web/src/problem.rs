//! What can go wrong with a request, and the one table that says what a person or a program is told.
//!
//! A handler returns a [`Fail`]; [`crate::front`] turns it into a page or into `application/problem+json`, since it
//! alone knows host, language and reader.
//! Spec: RFC 9457 (problem details), RFC 6585 §4 (429), RFC 9110 §15.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use parlour_domain::api_key::Scope;
use parlour_engine::StoreError;
use parlour_engine::once::Repeated;

use crate::api::types::Problem;
use crate::limits::Wait;

/// Why there is no answer as asked.
#[derive(Clone, Debug)]
pub enum Fail {
    /// The request itself is broken: its target, its Host header, its form.
    Malformed,
    /// The API's caller is not known.
    Unknown,
    /// The key shown is nobody's, is over, or was withdrawn.
    BadKey,
    /// The key shown is not good for this.
    Scope(Scope),
    /// The same request was done before; the API makes its answer again.
    Repeated(Repeated),
    /// Not from our own pages, or with another browser's form.
    Forbidden,
    /// A member asks for what is an admin's.
    NotYours,
    /// Passwords do not travel this way: it needs https.
    Insecure,
    /// There is nothing at this address, or nothing that may be told.
    Missing,
    /// There is something, but not for this method.
    Method,
    /// It was here.
    Gone,
    /// The body took too long.
    Slow,
    /// The body is too large.
    TooLarge,
    /// The body is neither a form nor JSON, as its path asks.
    MediaType,
    /// No host of ours has this name.
    Elsewhere,
    /// Too often.
    Busy(Wait),
    /// Ours, but not for long: too much to do at this moment.
    Overloaded,
    /// Ours, until somebody makes room: the disk is full.
    Full,
    /// A refusal with a word and a sentence of its own: the API's.
    Refused(Problem),
    /// Our fault; the sentence is for the log alone.
    Fault(String),
}

impl Fail {
    /// Our fault, from an error whose text holds no secret.
    pub fn fault(error: impl std::fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }

    /// The store's failure: too much to do, or our fault.
    pub fn store(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::Full,
            passing if passing.is_passing() => Self::Overloaded,
            other => Self::fault(other),
        }
    }

    /// The API's refusal.
    pub fn refused(status: StatusCode, kind: &str, title: impl Into<String>) -> Self {
        Self::Refused(Problem { kind: kind.to_owned(), status: status.as_u16(), title: title.into(), request: None })
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unknown | Self::BadKey => StatusCode::UNAUTHORIZED,
            Self::Repeated(_) => StatusCode::CONFLICT,
            Self::Scope(_) | Self::Forbidden | Self::NotYours | Self::Insecure => StatusCode::FORBIDDEN,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Gone => StatusCode::GONE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Elsewhere => StatusCode::MISDIRECTED_REQUEST,
            Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Refused(problem) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For programs: a stable word and a sentence that says what to do.
    pub fn problem(&self, request: u64) -> Problem {
        let (kind, title) = match self {
            Self::Refused(problem) => return Problem { request: Some(request), ..problem.clone() },
            Self::Malformed => ("malformed-request", "The request was not understood. Check its path and body."),
            Self::Unknown => ("key-needed", "Show a key: Authorization: Bearer KEY. Make one: parlour key create HOST"),
            Self::BadKey => {
                ("bad-key", "That key opens nothing here: it is wrong, over, withdrawn, or of another host.")
            }
            Self::Scope(scope) => {
                let title = format!("The key is not good for this; it needs the scope {}.", scope.as_str());
                let kind = "scope-needed".to_owned();
                return Problem { kind, status: self.status().as_u16(), title, request: Some(request) };
            }
            Self::Repeated(_) => ("idempotency-key-reused", "The same request was done before."),
            Self::Forbidden | Self::NotYours => ("forbidden", "This is not allowed."),
            Self::Insecure => ("https-needed", "Use https. Behind a proxy, let it send X-Forwarded-Proto: https."),
            Self::Missing => ("not-found", "There is nothing here. Check the path."),
            Self::Method => ("method-not-allowed", "This cannot be done here. Check the method."),
            Self::Gone => ("gone", "This is no longer here."),
            Self::Slow => ("too-slow", "The request took too long. Send it again."),
            Self::TooLarge => ("too-large", "The request is too large."),
            Self::MediaType => ("wrong-media-type", "Send the body as application/json."),
            Self::Elsewhere => ("wrong-host", "No host of this server has this name."),
            Self::Busy(_) => ("too-many-requests", "Too many tries. Wait as long as Retry-After says."),
            Self::Overloaded => ("busy", "The server has too much to do. Try again in a moment."),
            Self::Full => {
                ("disk-full", "The server's disk is full and nothing was changed. Make room, then try again.")
            }
            Self::Fault(_) => {
                ("server-fault", "Something went wrong in the server; its log has this request's number.")
            }
        };
        Problem {
            kind: kind.to_owned(),
            status: self.status().as_u16(),
            title: title.to_owned(),
            request: Some(request),
        }
    }

    /// As `application/problem+json`.
    pub fn json(&self, request: u64) -> Response {
        let body = serde_json::to_vec(&self.problem(request)).unwrap_or_default();
        let mut answer = (self.status(), body).into_response();
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        self.headers(&mut answer);
        answer
    }

    /// The headers that belong to it, page or not.
    pub fn headers(&self, answer: &mut Response) {
        let headers = answer.headers_mut();
        match self {
            Self::Busy(wait) => drop(headers.insert(RETRY_AFTER, HeaderValue::from(wait.seconds()))),
            Self::Overloaded => drop(headers.insert(RETRY_AFTER, HeaderValue::from(SOON))),
            Self::Full => drop(headers.insert(RETRY_AFTER, HeaderValue::from(LATER))),
            // RFC 9110 §15.5.2: a 401 says how to be known.
            Self::Refused(problem) if problem.status == 401 => {
                drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            }
            Self::Unknown => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            // RFC 6750 §3.1.
            Self::BadKey => {
                drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\"")));
            }
            Self::Scope(scope) => {
                let said = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.as_str());
                if let Ok(said) = HeaderValue::from_str(&said) {
                    headers.insert(WWW_AUTHENTICATE, said);
                }
            }
            _ => {}
        }
    }
}

/// Seconds after which too much to do has probably passed.
const SOON: u64 = 5;

/// Seconds after which somebody may have made room.
const LATER: u64 = 300;

impl From<Wait> for Fail {
    fn from(wait: Wait) -> Self {
        Self::Busy(wait)
    }
}

impl IntoResponse for Fail {
    /// A bare status that carries the failure along, for [`crate::front`] to fill.
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_its_number_and_nothing_else() {
        let fail = Fail::fault("sqlite: disk I/O error");
        let problem = serde_json::to_string(&fail.problem(7)).expect("json");
        assert!(problem.contains("\"request\":7") && !problem.contains("sqlite"), "{problem}");
        assert_eq!(fail.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn busy_says_when() {
        let answer = Fail::Busy(Wait(std::time::Duration::from_millis(1_200))).json(1);
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()[RETRY_AFTER], "2");
    }
}
