//! SASL as XMPP 1.0 carries it: the elements around what the mechanisms say.
//!
//! Spec: RFC 6120 §6.4 (exchange), §6.5 (conditions). Base64 is RFC 4648 §4 to the letter: padded,
//! no white space, no stray bits; `=` alone stands for data of no bytes where no data means another thing.
//! Left out: the mechanisms (`sasl`).

use super::{BadPayload, Secret, attr};
use crate::error::words;
use crate::ns;
use crate::xml::Element;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most bytes of a SASL message after decoding. SCRAM needs some hundreds; a certificate's channel
/// binding or a long name fits easily.
pub const MAX_DATA_BYTES: usize = 8192;

/// Longest name of a mechanism. RFC 4422 §3.1.
pub const MAX_MECHANISM_BYTES: usize = 20;

words! {
    /// Why authentication failed. RFC 6120 §6.5.
    SaslCondition {
        /// §6.5.1: the client gave up.
        Aborted = "aborted",
        /// §6.5.2: the account is switched off.
        AccountDisabled = "account-disabled",
        /// §6.5.3: the credentials are too old.
        CredentialsExpired = "credentials-expired",
        /// §6.5.4: not without TLS.
        EncryptionRequired = "encryption-required",
        /// §6.5.5: not base64.
        IncorrectEncoding = "incorrect-encoding",
        /// §6.5.6: may not act as that identity.
        InvalidAuthzid = "invalid-authzid",
        /// §6.5.7: not a mechanism that was offered.
        InvalidMechanism = "invalid-mechanism",
        /// §6.5.8: against the mechanism's syntax.
        MalformedRequest = "malformed-request",
        /// §6.5.9: too weak for this account.
        MechanismTooWeak = "mechanism-too-weak",
        /// §6.5.10: wrong credentials, or no such account.
        NotAuthorized = "not-authorized",
        /// §6.5.11: our fault, for now.
        TemporaryAuthFailure = "temporary-auth-failure",
    }
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientSasl {
    /// Begin with a mechanism.
    Auth {
        /// Its name.
        mechanism: String,
        /// The initial response; `None` if there is none, which is not one of no bytes.
        initial: Option<Secret<Vec<u8>>>,
    },
    /// Answer to a challenge.
    Response(Secret<Vec<u8>>),
    /// Give up.
    Abort,
}

impl ClientSasl {
    /// Reads what a client may send; the error is the condition to fail with.
    ///
    /// # Errors
    /// [`SaslCondition::IncorrectEncoding`], [`SaslCondition::InvalidMechanism`] or
    /// [`SaslCondition::MalformedRequest`].
    pub fn read(el: &Element) -> Result<ClientSasl, SaslCondition> {
        if el.ns() != ns::SASL {
            return Err(SaslCondition::MalformedRequest);
        }
        match el.name() {
            "auth" => Ok(ClientSasl::Auth { mechanism: read_mechanism(el)?, initial: read_optional_data(el)? }),
            "response" => Ok(ClientSasl::Response(read_data(el)?)),
            "abort" => Ok(ClientSasl::Abort),
            _ => Err(SaslCondition::MalformedRequest),
        }
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        match self {
            ClientSasl::Auth { mechanism, initial } => Element::new(ns::SASL, "auth")
                .attr("mechanism", &**mechanism)
                .with_text(write_optional_data(initial.as_ref().map(|data| data.expose().as_slice()))),
            ClientSasl::Response(data) => Element::new(ns::SASL, "response").with_text(encode(data.expose())),
            ClientSasl::Abort => Element::new(ns::SASL, "abort"),
        }
    }
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerSasl {
    /// A challenge.
    Challenge(Secret<Vec<u8>>),
    /// Authenticated; with the mechanism's last word, if it has one.
    Success(Option<Secret<Vec<u8>>>),
    /// Not authenticated.
    Failure {
        /// Why.
        condition: SaslCondition,
        /// A sentence for a person.
        text: Option<String>,
    },
}

impl ServerSasl {
    /// The element.
    pub fn to_element(&self) -> Element {
        match self {
            ServerSasl::Challenge(data) => Element::new(ns::SASL, "challenge").with_text(encode(data.expose())),
            ServerSasl::Success(data) => Element::new(ns::SASL, "success")
                .with_text(write_optional_data(data.as_ref().map(|data| data.expose().as_slice()))),
            ServerSasl::Failure { condition, text } => {
                let text =
                    text.as_ref().map(|text| Element::new(ns::SASL, "text").attr("xml:lang", "en").with_text(text));
                Element::new(ns::SASL, "failure").child(Element::new(ns::SASL, condition.as_str())).child_opt(text)
            }
        }
    }

    /// Reads what a server may send, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<ServerSasl, BadPayload> {
        let bad = |_| BadPayload::Invalid { what: "SASL data" };
        if el.ns() != ns::SASL {
            return Err(BadPayload::WrongElement { expected: "SASL element" });
        }
        match el.name() {
            "challenge" => Ok(ServerSasl::Challenge(read_data(el).map_err(bad)?)),
            "success" => Ok(ServerSasl::Success(read_optional_data(el).map_err(bad)?)),
            "failure" => Ok(ServerSasl::Failure {
                condition: el
                    .elements()
                    .find_map(|child| SaslCondition::from_word(child.name()))
                    .ok_or(BadPayload::Missing { what: "condition" })?,
                text: super::child_text(el, "text", super::MAX_LINE_BYTES)?,
            }),
            _ => Err(BadPayload::WrongElement { expected: "SASL element" }),
        }
    }
}

/// The stream feature: the mechanisms on offer, best first.
pub fn feature<'a>(mechanisms: impl IntoIterator<Item = &'a str>) -> Element {
    Element::new(ns::SASL, "mechanisms")
        .children(mechanisms.into_iter().map(|name| Element::new(ns::SASL, "mechanism").with_text(name)))
}

/// A mechanism's name in the attribute `mechanism`. RFC 4422 §3.1: 1 to 20 of A-Z, 0-9, `-`, `_`.
pub(super) fn read_mechanism(el: &Element) -> Result<String, SaslCondition> {
    let name = attr(el, "mechanism", MAX_MECHANISM_BYTES)
        .ok()
        .flatten()
        .filter(|name| !name.is_empty())
        .ok_or(SaslCondition::InvalidMechanism)?;
    let legal = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    if name.bytes().all(legal) { Ok(name.to_owned()) } else { Err(SaslCondition::InvalidMechanism) }
}

/// Data of which an empty element means "no bytes".
pub(super) fn read_data(el: &Element) -> Result<Secret<Vec<u8>>, SaslCondition> {
    Ok(read_optional_data(el)?.unwrap_or_else(|| Secret::new(Vec::new())))
}

/// Data of which an empty element means "none at all" and `=` means "no bytes".
fn read_optional_data(el: &Element) -> Result<Option<Secret<Vec<u8>>>, SaslCondition> {
    if el.first_element().is_some() {
        return Err(SaslCondition::MalformedRequest);
    }
    match &*el.text_cow() {
        "" => Ok(None),
        "=" => Ok(Some(Secret::new(Vec::new()))),
        text => decode(text).map(Some),
    }
}

/// Strict base64 of at most [`MAX_DATA_BYTES`].
pub(super) fn decode(text: &str) -> Result<Secret<Vec<u8>>, SaslCondition> {
    if text.len() > MAX_DATA_BYTES.div_ceil(3) * 4 {
        return Err(SaslCondition::MalformedRequest);
    }
    STANDARD.decode(text).map(Secret::new).map_err(|_| SaslCondition::IncorrectEncoding)
}

pub(super) fn encode(data: &[u8]) -> String {
    STANDARD.encode(data)
}

fn write_optional_data(data: Option<&[u8]>) -> String {
    match data {
        None => String::new(),
        Some([]) => "=".to_owned(),
        Some(data) => encode(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Result<ClientSasl, SaslCondition> {
        ClientSasl::read(&Element::parse(xml.as_bytes(), ns::SASL).expect("XML"))
    }

    #[test]
    fn reads_what_clients_send() {
        let auth = |initial: Option<&[u8]>| {
            Ok(ClientSasl::Auth {
                mechanism: "PLAIN".to_owned(),
                initial: initial.map(|data| Secret::new(data.to_vec())),
            })
        };
        let response = |data: &[u8]| Ok(ClientSasl::Response(Secret::new(data.to_vec())));
        let long = format!("<response>{}</response>", "A".repeat(MAX_DATA_BYTES.div_ceil(3) * 4 + 4));
        let cases = [
            ("<auth mechanism='PLAIN'/>", auth(None)),
            ("<auth mechanism='PLAIN'>=</auth>", auth(Some(b""))),
            ("<auth mechanism='PLAIN'>AGEAYg==</auth>", auth(Some(b"\0a\0b"))),
            ("<auth mechanism='PLAIN'>AGEAYg</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'>AGEAYh==</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'>AGEA\nYg==</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'> =</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'>==</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'>A-_A</auth>", Err(SaslCondition::IncorrectEncoding)),
            ("<auth mechanism='PLAIN'><x/></auth>", Err(SaslCondition::MalformedRequest)),
            ("<auth/>", Err(SaslCondition::InvalidMechanism)),
            ("<auth mechanism=''/>", Err(SaslCondition::InvalidMechanism)),
            ("<auth mechanism='plain'/>", Err(SaslCondition::InvalidMechanism)),
            ("<auth mechanism='ABCDEFGHIJKLMNOPQRSTU'/>", Err(SaslCondition::InvalidMechanism)),
            ("<response/>", response(b"")),
            ("<response>=</response>", response(b"")),
            ("<response>AAEC</response>", response(&[0, 1, 2])),
            (&long, Err(SaslCondition::MalformedRequest)),
            ("<abort/>", Ok(ClientSasl::Abort)),
            ("<success/>", Err(SaslCondition::MalformedRequest)),
            ("<abort xmlns='jabber:client'/>", Err(SaslCondition::MalformedRequest)),
        ];
        for (xml, expected) in cases {
            let read = read(xml);
            assert_eq!(read, expected, "{xml:.60}");
            if let Ok(sasl) = read {
                assert_eq!(ClientSasl::read(&sasl.to_element()), Ok(sasl));
            }
        }
    }

    #[test]
    fn answers_read_back() {
        let data = |bytes: &[u8]| Secret::new(bytes.to_vec());
        let mut cases = vec![
            ServerSasl::Challenge(data(b"r=x")),
            ServerSasl::Challenge(data(b"")),
            ServerSasl::Success(None),
            ServerSasl::Success(Some(data(b""))),
            ServerSasl::Success(Some(data(b"v=x"))),
        ];
        for &condition in SaslCondition::ALL {
            cases.push(ServerSasl::Failure { condition, text: None });
            cases.push(ServerSasl::Failure { condition, text: Some("no <way>".to_owned()) });
        }
        for case in cases {
            let written = case.to_element().to_bytes(ns::CLIENT);
            let back = Element::parse(&written, ns::CLIENT).expect("we write XML");
            assert_eq!(ServerSasl::read(&back), Ok(case));
        }
    }

    #[test]
    fn debug_shows_no_data() {
        let shown = format!("{:?}", read("<auth mechanism='PLAIN'>AGEAYg==</auth>"));
        assert!(shown.contains("***") && !shown.contains("97"), "{shown}");
    }
}
