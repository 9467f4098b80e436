//! How the API reads and writes the small things: bodies, names, moments, cursors.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::Timestamp;
use parlour_domain::{HostName, Millis};
use parlour_xmpp::jid::BareJid;
use serde::de::DeserializeOwned;

use crate::problem::Fail;

/// Rows of one page where the caller does not say.
const PAGE: u32 = 200;
/// Rows of one page at most.
const MOST: u32 = 500;

/// Reads a body. What stands in it is not repeated in the answer, since it may hold a password; the field's name is.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Fail> {
    let refused = |sentence: String| Fail::refused(StatusCode::BAD_REQUEST, "malformed-body", sentence);
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        let place = if path == "." || path == "?" { String::new() } else { format!(", at {path}") };
        let what = match inner.classify() {
            serde_json::error::Category::Data => says(&inner.to_string()),
            _ => "it is no JSON".to_owned(),
        };
        refused(format!(
            "The body is not what this call takes: {what}{place} (line {}, column {}).",
            inner.line(),
            inner.column()
        ))
    })?;
    json.end().map_err(|_| refused("The body goes on after its end.".to_owned()))?;
    Ok(value)
}

/// What serde says of a mistake without what the caller sent: names of fields stay, values do not.
pub(super) fn says(error: &str) -> String {
    let head = error.split(" at line ").next().unwrap_or_default();
    if let Some(rest) = head.strip_prefix("unknown field ") {
        let known = rest.split_once(", expected ").map(|(_, known)| known).unwrap_or_default();
        let name: String = rest.trim_start_matches('`').chars().take_while(|c| *c != '`').take(64).collect();
        return if known.is_empty() {
            format!("it knows no field {name:?}")
        } else {
            format!("it knows no field {name:?}; {known} are known")
        };
    }
    if head.starts_with("missing field ") || head.starts_with("duplicate field ") {
        return head.to_owned();
    }
    // "invalid type: string "secret", expected u32": only what is expected is ours to say.
    match head.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "a value cannot be read".to_owned(),
    }
}

/// The host named in a path.
pub(super) fn host(text: &str) -> Result<HostName, Fail> {
    HostName::parse(text).ok_or_else(|| {
        Fail::refused(
            StatusCode::BAD_REQUEST,
            "bad-domain",
            format!("{text:?} is not a domain. Write it as in chat.example.org."),
        )
    })
}

/// The account named in a path.
pub(super) fn address(name: &str, host: &HostName) -> Result<BareJid, Fail> {
    BareJid::new(&format!("{name}@{host}"))
        .ok()
        .filter(|jid| jid.node().is_some() && HostName::of(jid) == *host)
        .ok_or_else(|| {
            Fail::refused(
                StatusCode::BAD_REQUEST,
                "bad-name",
                format!("{name:?} is not a name. Write the part before the @."),
            )
        })
}

/// A moment as RFC 3339 has it, in UTC, to the second.
pub(super) fn time(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000))
        .unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
        .to_string()
}

/// One value of a query.
pub(super) fn query<'q>(query: Option<&'q str>, key: &str) -> Option<&'q str> {
    query?.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
}

/// How many rows a page is to have.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Fail> {
    match asked.unwrap_or(PAGE) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(Fail::refused(StatusCode::BAD_REQUEST, "bad-query", format!("limit is a number from 1 to {MOST}."))),
    }
}

/// Where the next page begins, as a word that says nothing.
pub(super) fn cursor(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

/// What [`cursor`] was made of.
pub(super) fn read_cursor<T>(cursor: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Fail> {
    let Some(cursor) = cursor else { return Ok(None) };
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.and_then(|text| read(&text)).ok_or_else(|| {
        Fail::refused(StatusCode::BAD_REQUEST, "bad-cursor", "That cursor was not given by this list. Begin anew.")
    })?;
    Ok(Some(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::types::{InviteChange, NewAccount};

    fn refusal<T: DeserializeOwned>(text: &str) -> String {
        match body::<T>(&Bytes::copy_from_slice(text.as_bytes())).err().expect("refused") {
            Fail::Refused(problem) => problem.title,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn attack_81_a_refused_body_is_named_by_its_fields_and_never_repeated() {
        for text in [
            r#"{"name":"a","password":["hunter22"]}"#,
            r#"{"name":"a","password":"hunter22","role":{"hunter22":1}}"#,
            r#""hunter22""#,
            r#"{"name":"a","password":"hunter22" "x"}"#,
            r#"hunter22"#,
        ] {
            let title = refusal::<NewAccount>(text);
            assert!(!title.contains("hunter22"), "{title}");
        }
        assert!(refusal::<NewAccount>(r#"{"name":7}"#).contains("at name"));
        assert!(refusal::<NewAccount>("{}").contains("missing field `name`"));
        let unknown = refusal::<InviteChange>(r#"{"max":1}"#);
        assert!(unknown.contains("\"max\"") && unknown.contains("max_uses"), "{unknown}");
    }
}
