//! Signed requests: is it the account's key, this address, a fresh nonce?

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use serde_json::Value;

/// A request whose signature is right.
pub(super) struct Signed {
    /// By this key (uncompressed point), where it names none of the accounts.
    pub(super) key: Option<Vec<u8>>,
    /// By this account.
    pub(super) account: Option<String>,
    pub(super) nonce: String,
    /// Null for POST-as-GET.
    pub(super) payload: Value,
}

/// Verifies `body`, sent to `url`; `key_of` finds the key of an account.
pub(super) fn verify(body: &[u8], url: &str, key_of: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Signed, String> {
    let jws: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let part = |name: &str| jws[name].as_str().ok_or(format!("no {name}"));
    let (protected, payload, signature) = (part("protected")?, part("payload")?, part("signature")?);
    let header: Value = serde_json::from_slice(&bytes(protected)?).map_err(|error| error.to_string())?;
    if header["alg"] != "ES256" || header["url"] != url {
        return Err(format!("signed by {} for {}, sent to {url}", header["alg"], header["url"]));
    }
    let nonce = header["nonce"].as_str().ok_or("no nonce")?.to_owned();
    let (key, account) = match (&header["jwk"], header["kid"].as_str()) {
        (Value::Null, Some(kid)) => (key_of(kid).ok_or("no such account")?, Some(kid.to_owned())),
        (jwk @ Value::Object(_), None) => (point(jwk)?, None),
        _ => return Err("either jwk or kid".into()),
    };
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key)
        .verify(format!("{protected}.{payload}").as_bytes(), &bytes(signature)?)
        .map_err(|_| "the signature is wrong")?;
    let payload = match payload {
        "" => Value::Null,
        payload => serde_json::from_slice(&bytes(payload)?).map_err(|error| error.to_string())?,
    };
    Ok(Signed { key: account.is_none().then_some(key), account, nonce, payload })
}

/// RFC 8555 §7.3.4: the account's key, signed with the customer's.
pub(super) fn is_customer(binding: &Value, url: &str, key: &[u8], (kid, secret): &(String, Vec<u8>)) -> bool {
    let bound = || {
        let (protected, payload) = (binding["protected"].as_str()?, binding["payload"].as_str()?);
        let header: Value = serde_json::from_slice(&bytes(protected).ok()?).ok()?;
        let jwk: Value = serde_json::from_slice(&bytes(payload).ok()?).ok()?;
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signature = bytes(binding["signature"].as_str()?).ok()?;
        hmac::verify(&secret, format!("{protected}.{payload}").as_bytes(), &signature).ok()?;
        let right = header["alg"] == "HS256" && header["kid"] == kid.as_str() && header["url"] == url;
        (right && point(&jwk).ok()? == key).then_some(())
    };
    bound().is_some()
}

/// RFC 7638.
pub(super) fn thumb(key: &[u8]) -> String {
    let (x, y) = (B64.encode(&key[1..33]), B64.encode(&key[33..65]));
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    B64.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

fn point(jwk: &Value) -> Result<Vec<u8>, String> {
    if jwk["kty"] != "EC" || jwk["crv"] != "P-256" {
        return Err("a key of another kind".into());
    }
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(bytes(jwk[coordinate].as_str().ok_or("no coordinate")?)?);
    }
    if point.len() == 65 { Ok(point) } else { Err("a point of another size".into()) }
}

pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    B64.decode(text).map_err(|error| error.to_string())
}
