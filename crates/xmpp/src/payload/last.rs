//! How long ago an account was last seen, or how long the server has been up.
//!
//! Spec: XEP-0012 v2.0, §3 (offline account), §4 (online resource), §5 (server).

use super::{BadPayload, MAX_LINE_BYTES, digits, expect, need_attr, text};
use crate::ns;
use crate::xml::Element;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastActivity {
    /// How many seconds ago.
    pub seconds: u64,
    /// The status it left with.
    pub status: Option<String>,
}

impl LastActivity {
    /// The query.
    pub fn to_element(&self) -> Element {
        request().attr("seconds", self.seconds.to_string()).with_text(self.status.as_deref().unwrap_or_default())
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<LastActivity, BadPayload> {
        expect(el, ns::LAST, "query")?;
        Ok(LastActivity {
            seconds: digits(need_attr(el, "seconds", 20)?, "seconds")?,
            status: Some(text(el, "status", MAX_LINE_BYTES)?).filter(|status| !status.is_empty()),
        })
    }
}

/// The request.
pub fn request() -> Element {
    Element::new(ns::LAST, "query")
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_and_writes() {
        let last = |seconds, status: Option<&str>| LastActivity { seconds, status: status.map(str::to_owned) };
        let cases = [
            ("seconds='903'>Heading Home</query>", Ok(last(903, Some("Heading Home")))),
            ("seconds='0'/>", Ok(last(0, None))),
            ("/>", Err(BadPayload::Missing { what: "seconds" })),
            ("seconds='-1'/>", Err(BadPayload::Invalid { what: "seconds" })),
            ("seconds='99999999999999999999'/>", Err(BadPayload::Invalid { what: "seconds" })),
            ("seconds='999999999999999999999'/>", Err(BadPayload::TooLong { what: "seconds", max: 20 })),
        ];
        for (rest, expected) in cases {
            let read = LastActivity::read(&el(&format!("<query xmlns='jabber:iq:last' {rest}")));
            assert_eq!(read, expected, "{rest}");
            if let Ok(last) = read {
                assert_eq!(LastActivity::read(&last.to_element()), Ok(last));
            }
        }
    }
}
