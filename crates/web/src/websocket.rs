//! The way from HTTP to an XMPP stream over WebSocket: the handshake is answered here, framing is the stream's door's.
//!
//! Spec: RFC 6455 §4.2 (opening handshake, server), RFC 7395 §3.1 (subprotocol `xmpp`). No extension is agreed on, so
//! there is no compression that could tell lengths of secrets. `Origin` is not looked at: nothing here is
//! authenticated by a cookie, and web clients live on other sites.
//! People sign in and register here, so what holds for the pages' forms holds here (`hosts::is_safe`): TLS of ours or of a
//! trusted proxy, or plain HTTP on this machine, as in the trial, and in `--lan`. Whatever passes counts as secure for the stream, which
//! never offers STARTTLS (RFC 7395 §3.9); there is channel binding only where no proxy stands between.
//! Left out: WebSocket over HTTP/2 (RFC 8441).

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::upgrade::OnUpgrade;
use sha1::{Digest as _, Sha1};

use crate::front::Asked;
use crate::problem::Fail;
use crate::service::Shared;

/// An upgrade that was agreed on; whoever drives the connection takes it from here.
#[derive(Clone, Default)]
pub(crate) struct Upgrades(Arc<Mutex<Option<Agreed>>>);

/// What the stream's door is told about an upgraded connection.
pub(crate) struct Agreed {
    /// Resolves once the answer 101 has been written.
    pub upgrade: OnUpgrade,
    /// The client's own address, behind a trusted proxy too.
    pub client: parlour_net::PeerAddr,
    /// A proxy stands between: the TLS on the connection, if any, is the proxy's.
    pub forwarded: bool,
}

impl Upgrades {
    fn put(&self, agreed: Agreed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed);
    }

    /// What was agreed on, once.
    pub fn take(&self) -> Option<Agreed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// `GET /xmpp-websocket`.
pub(crate) async fn upgrade(State(web): State<Arc<Shared>>, mut request: Request) -> Result<Response, Fail> {
    if web.websocket.is_none() {
        return Err(Fail::Missing);
    }
    let asked = request.extensions().get::<Asked>().cloned().ok_or(Fail::Malformed)?;
    if request.version() != Version::HTTP_11 {
        return Err(Fail::Malformed);
    }
    let accept = match agree(request.headers()) {
        Ok(accept) => accept,
        Err(No::Broken) => return Err(Fail::Malformed),
        Err(No::Upgrade) => {
            // RFC 9110 §15.5.22, RFC 6455 §4.4: what would be needed.
            let needed = [(UPGRADE, "websocket"), (CONNECTION, "Upgrade"), (SEC_WEBSOCKET_VERSION, "13")];
            return Ok((StatusCode::UPGRADE_REQUIRED, needed).into_response());
        }
    };
    let (Some(upgrades), true) =
        (request.extensions().get::<Upgrades>().cloned(), request.extensions().get::<OnUpgrade>().is_some())
    else {
        return Err(Fail::Malformed);
    };
    let upgrade = hyper::upgrade::on(&mut request);
    upgrades.put(Agreed { upgrade, client: asked.client, forwarded: asked.forwarded });
    let accept = HeaderValue::from_str(&accept).map_err(Fail::fault)?;
    let headers = [
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, accept),
        (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("xmpp")),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

#[derive(Debug, PartialEq, Eq)]
enum No {
    /// No handshake, or one for another version: 426.
    Upgrade,
    /// A handshake, but a wrong one: 400.
    Broken,
}

/// The value of Sec-WebSocket-Accept, if the handshake is one for us.
fn agree(headers: &HeaderMap) -> Result<String, No> {
    if !has_token(headers, CONNECTION, "upgrade") || !has_token(headers, UPGRADE, "websocket") {
        return Err(No::Upgrade);
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|v| v != "13") {
        return Err(No::Upgrade);
    }
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else { return Err(No::Broken) };
    // RFC 6455 §4.2.1: base64 that decodes to 16 bytes.
    if STANDARD.decode(key.as_bytes()).is_ok_and(|nonce| nonce.len() != 16) || STANDARD.decode(key.as_bytes()).is_err()
    {
        return Err(No::Broken);
    }
    // RFC 7395 §3.1: the subprotocol is case-sensitive in registration and in use.
    let protocols = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|v| v.to_str().ok());
    if !protocols.flat_map(|v| v.split(',')).any(|p| p.trim() == "xmpp") {
        return Err(No::Broken);
    }
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    Ok(STANDARD.encode(hash.finalize()))
}

fn has_token(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|v| v.to_str().ok()).collect::<Vec<_>>();
    values.iter().flat_map(|v| v.split(',')).any(|t| t.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(change: &[(&'static str, Option<&'static str>)]) -> Result<String, No> {
        let mut headers = HeaderMap::new();
        let usual = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "mqtt, xmpp"),
            ("sec-websocket-extensions", "permessage-deflate"),
            ("origin", "https://elsewhere.example"),
        ];
        for (name, value) in usual {
            headers.insert(name, HeaderValue::from_static(value));
        }
        for &(name, value) in change {
            match value {
                Some(value) => drop(headers.insert(name, HeaderValue::from_static(value))),
                None => drop(headers.remove(name)),
            }
        }
        agree(&headers)
    }

    #[test]
    fn a_handshake_is_answered_as_rfc_6455_has_it() {
        // The example of RFC 6455 §1.3.
        assert_eq!(handshake(&[]).as_deref(), Ok("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    #[test]
    fn attack_74_a_handshake_for_something_else_is_refused() {
        for (header, value, no) in [
            ("sec-websocket-protocol", None, No::Broken),
            ("sec-websocket-protocol", Some("XMPP"), No::Broken),
            ("sec-websocket-protocol", Some("xmpp2"), No::Broken),
            ("sec-websocket-key", None, No::Broken),
            ("sec-websocket-key", Some("c2hvcnQ="), No::Broken),
            ("sec-websocket-key", Some("!"), No::Broken),
            ("sec-websocket-version", Some("8"), No::Upgrade),
            ("upgrade", None, No::Upgrade),
            ("connection", Some("close"), No::Upgrade),
        ] {
            assert_eq!(handshake(&[(header, value)]), Err(no), "{header}: {value:?}");
        }
    }
}
