//! What time it is, and where.
//!
//! Spec: XEP-0202 v2.0, §2.

use super::{BadPayload, child_text, expect};
use crate::ns;
use crate::time::Timestamp;
use crate::xml::Element;

/// Longest time or offset that is looked at, in bytes.
const MAX_BYTES: usize = 64;

/// The answer of a server, which has no place: the time in UTC.
pub fn answer(now: Timestamp) -> Element {
    request().text_child("tzo", "+00:00").text_child("utc", now.to_string())
}

/// The time in an answer; the offset is for people only.
///
/// # Errors
/// [`BadPayload`].
pub fn read(el: &Element) -> Result<Timestamp, BadPayload> {
    expect(el, ns::TIME, "time")?;
    let utc = child_text(el, "utc", MAX_BYTES)?.ok_or(BadPayload::Missing { what: "utc" })?;
    Timestamp::parse(&utc).map_err(|_| BadPayload::Invalid { what: "utc" })
}

/// The request.
pub fn request() -> Element {
    Element::new(ns::TIME, "time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        let now = Timestamp::from_millis(1_166_549_915_042);
        assert_eq!(
            answer(now).to_string_in(ns::CLIENT),
            "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>2006-12-19T17:38:35.042Z</utc></time>"
        );
        assert_eq!(read(&answer(now)), Ok(now));
        assert_eq!(read(&request()), Err(BadPayload::Missing { what: "utc" }));
        assert_eq!(read(&request().text_child("utc", "noon")), Err(BadPayload::Invalid { what: "utc" }));
    }
}
