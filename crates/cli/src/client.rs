//! The command line's way to the API: over the local socket of a running server, or, with the server
//! stopped, to the same router in this process. One path for both.

use std::path::{Path, PathBuf};

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use parlour_web::api::types::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where requests go.
pub enum Api {
    /// A running server's local socket.
    Socket(PathBuf),
    /// The API in this process.
    InProcess(Box<parlour_web::Web>),
}

/// What went wrong, and the exit code that says so: 1 refused or failed, 2 wrong usage, 3 cannot reach.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The API said no.
    #[error("{}", .0.title)]
    Refused(Problem),
    /// What was typed cannot be sent.
    #[error("{0}")]
    Usage(String),
    /// The server's socket does not answer.
    #[error("cannot reach the server at {}: {cause}", path.display())]
    Unreachable {
        /// Its socket.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Reading or writing failed.
    #[error("{0}")]
    Io(std::io::Error),
    /// Some of several were refused, and all is said already.
    #[error("some were refused")]
    Told,
    /// The server's answer is not one.
    #[error("the server's answer was not understood: {0}")]
    Answer(String),
}

impl CallError {
    /// What was typed cannot be sent, in a sentence.
    pub fn usage(text: &str) -> Self {
        Self::Usage(text.to_owned())
    }

    /// Reading or writing failed.
    pub fn io(cause: std::io::Error) -> Self {
        Self::Io(cause)
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Io(_) | Self::Told => 1,
            Self::Usage(_) => 2,
            Self::Unreachable { .. } | Self::Answer(_) => 3,
        }
    }

    /// The same for programs.
    pub fn json(&self) -> String {
        let problem = match self {
            Self::Refused(problem) => problem.clone(),
            other => Problem { kind: "cannot-call".into(), status: 0, title: other.to_string(), request: None },
        };
        serde_json::to_string(&problem).unwrap_or_default()
    }
}

impl Api {
    /// One request below `/api/v1`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call<B: Serialize, T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, CallError> {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "local");
        let bytes = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                serde_json::to_vec(body).map_err(|e| CallError::Usage(e.to_string()))?
            }
            None => Vec::new(),
        };
        let request = request.body(Bytes::from(bytes)).map_err(|e| CallError::Usage(e.to_string()))?;
        let (status, answer) = match self {
            Self::Socket(path) => over_socket(path, request).await?,
            Self::InProcess(web) => {
                let answer = web.answer_operator(request).await;
                (answer.status(), answer.into_body())
            }
        };
        if status.is_success() {
            serde_json::from_slice(&answer).map_err(|e| CallError::Answer(e.to_string()))
        } else {
            Err(CallError::Refused(serde_json::from_slice(&answer).unwrap_or_else(|_| Problem {
                kind: "unknown".into(),
                status: status.as_u16(),
                title: format!("the server answered {status}"),
                request: None,
            })))
        }
    }
}

/// Whether a server answers on a socket.
pub async fn answers(path: &Path) -> bool {
    path.exists() && parlour_net::connect_local(path).await.is_ok()
}

/// The largest answer that is read.
const MOST: usize = 16 << 20;

async fn over_socket(path: &Path, request: Request<Bytes>) -> Result<(StatusCode, Bytes), CallError> {
    let stream = parlour_net::connect_local(path)
        .await
        .map_err(|cause| CallError::Unreachable { path: path.to_owned(), cause })?;
    let odd = |e: hyper::Error| CallError::Answer(e.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(odd)?;
    let answer = async {
        let answer = sender.send_request(request.map(Full::new)).await.map_err(odd)?;
        let status = answer.status();
        let bytes = Limited::new(answer.into_body(), MOST).collect().await;
        drop(sender);
        bytes.map(|b| (status, b.to_bytes())).map_err(|e| CallError::Answer(e.to_string()))
    };
    // The connection is driven beside the answer; no task is left behind.
    let (answer, _) = tokio::join!(answer, connection);
    answer
}
