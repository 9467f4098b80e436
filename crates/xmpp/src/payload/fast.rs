//! Tokens by which a device comes back without its password, as elements inside SASL2.
//!
//! Spec: XEP-0484 v0.2.0, §3.1 (feature), §3.2 (request), §3.3 (token), §3.4 (use), §3.6 (invalidation).
//! Left out: `tls-0rtt`, which this server never offers.

use super::{BadPayload, MAX_LINE_BYTES, Secret, flag, need_attr, number};
use crate::ns;
use crate::time::Timestamp;
use crate::xml::Element;

/// Longest name of a mechanism (RFC 4422 §3.1 has 20).
const MAX_NAME_BYTES: usize = 20;

/// `<fast/>` in a request: the client proves itself with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fast {
    /// How often it has tried with this token.
    pub count: Option<u32>,
    /// The token is to be good for nothing after this.
    pub invalidate: bool,
}

impl Fast {
    /// Reads it.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Fast, BadPayload> {
        super::expect(el, ns::FAST, "fast")?;
        Ok(Fast { count: number(el, "count")?, invalidate: flag(el, "invalidate")? })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::FAST, "fast")
            .attr_opt("count", self.count.map(|count| count.to_string()))
            .attr_opt("invalidate", self.invalidate.then_some("true"))
    }
}

/// Reads `<request-token/>`: the name of the mechanism that the token is wanted for.
///
/// # Errors
/// [`BadPayload`].
pub fn read_request(el: &Element) -> Result<String, BadPayload> {
    super::expect(el, ns::FAST, "request-token")?;
    need_attr(el, "mechanism", MAX_NAME_BYTES).map(str::to_owned)
}

/// `<request-token/>`.
pub fn request(mechanism: &str) -> Element {
    Element::new(ns::FAST, "request-token").attr("mechanism", mechanism)
}

/// What the stream features say, for the mechanisms on offer. §3.1.
pub fn feature<'a>(mechanisms: impl IntoIterator<Item = &'a str>) -> Element {
    mechanisms.into_iter().fold(Element::new(ns::FAST, "fast"), |all, name| all.text_child("mechanism", name))
}

/// `<token/>`, told once. §3.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The secret.
    pub token: Secret<String>,
    /// Until when it is good.
    pub expiry: Timestamp,
}

impl Token {
    /// Reads it, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Token, BadPayload> {
        super::expect(el, ns::FAST, "token")?;
        let expiry = need_attr(el, "expiry", MAX_LINE_BYTES)?;
        let expiry = expiry.parse().map_err(|_| BadPayload::Invalid { what: "expiry" })?;
        Ok(Token { token: Secret::new(need_attr(el, "token", MAX_LINE_BYTES)?.to_owned()), expiry })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::FAST, "token")
            .attr("expiry", self.expiry.to_string())
            .attr("token", self.token.expose().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let read = |attrs: &str| Fast::read(&el(&format!("<fast xmlns='urn:xmpp:fast:0'{attrs}/>")));
        assert_eq!(read(""), Ok(Fast::default()));
        assert_eq!(read(" count='123' invalidate='1'"), Ok(Fast { count: Some(123), invalidate: true }));
        for wrong in [" count='-1'", " count='x'", " count='4294967296'", " invalidate='perhaps'"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let both = Fast { count: Some(0), invalidate: true };
        assert_eq!(Fast::read(&both.to_element()), Ok(both));
        assert_eq!(read_request(&request("HT-SHA-256-NONE")).as_deref(), Ok("HT-SHA-256-NONE"));
        assert!(read_request(&el("<request-token xmlns='urn:xmpp:fast:0'/>")).is_err());
    }

    #[test]
    fn a_token_is_written_as_in_the_document_and_never_shown() {
        let token = Token { token: Secret::new("s3cret".into()), expiry: Timestamp::from_secs(1_584_023_775) };
        let written = token.to_element();
        assert_eq!(written.attr_value("expiry"), Some("2020-03-12T14:36:15Z"));
        assert_eq!(Token::read(&written).as_ref(), Ok(&token));
        assert!(!format!("{token:?}").contains("s3cret"));
    }

    #[test]
    fn no_early_data_is_offered() {
        assert_eq!(feature(["HT-SHA-256-NONE"]).attr_value("tls-0rtt"), None);
    }
}
