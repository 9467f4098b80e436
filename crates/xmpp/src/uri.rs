//! The `xmpp:` addresses that carry an invite.
//!
//! Spec: RFC 5122 §2 (form, percent-encoding), XEP-0147 v1.2 (query), XEP-0379 v0.3.3 (`roster`,
//! `preauth`, `name`), XEP-0401 v0.6.0 (`ibr`), XEP-0445 v0.2.0 §2 (`register`).
//! Left out: the authority form `xmpp://`, which no invite has and some apps cannot read.

use crate::jid::{BareJid, DomainPart, NodePart};
use crate::payload::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;

/// Longest address that is read, in bytes. A guess: a JID of 2047 bytes can need three times as many.
pub const MAX_URI_BYTES: usize = 8192;

/// Everything but the characters that no one in between may change (RFC 3986 §2.3). RFC 5122 lets
/// more stand, but simple readers split at `;`, `=` and `?`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// As [`RESERVED`], for a domain: an IPv6 address keeps its brackets and colons.
const DOMAIN_RESERVED: &AsciiSet = &RESERVED.remove(b'[').remove(b']').remove(b':');

/// An invite's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteUri {
    /// Make an account: `xmpp:[name@]host?register;preauth=…`. With a name also a password reset.
    Register {
        /// Where.
        host: Box<DomainPart>,
        /// Under which name, if that is settled.
        name: Option<Box<NodePart>>,
        /// The token.
        token: Secret<String>,
    },
    /// Add a contact: `xmpp:name@host?roster;preauth=…`.
    Roster {
        /// Whom.
        jid: BareJid,
        /// The token.
        token: Secret<String>,
        /// Whether the token makes an account on the contact's server, too (`ibr=y`).
        ibr: bool,
        /// What the contact would like to be called.
        name: Option<String>,
    },
}

/// Why a text is not an invite's address. None of them shows the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUri {
    /// Another scheme, or the authority form.
    #[error("not an xmpp: address")]
    NotXmpp,
    /// Longer than [`MAX_URI_BYTES`].
    #[error("longer than {max} bytes")]
    TooLong {
        /// The limit in bytes.
        max: usize,
    },
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("broken percent-encoding")]
    Encoding,
    /// The address before the question mark is no bare JID, or has no name where one is needed.
    #[error("not a valid address")]
    BadJid,
    /// Neither `register` nor `roster`.
    #[error("neither register nor roster")]
    NotInvite,
    /// A key is there twice: readers would differ.
    #[error("{key} is there more than once")]
    Repeated {
        /// Which key.
        key: &'static str,
    },
    /// There is no `preauth`, or an empty one.
    #[error("there is no token")]
    NoToken,
}

impl InviteUri {
    /// Reads an invite's address. Keys that are not known are skipped.
    ///
    /// # Errors
    /// [`BadUri`].
    pub fn parse(uri: &str) -> Result<InviteUri, BadUri> {
        if uri.len() > MAX_URI_BYTES {
            return Err(BadUri::TooLong { max: MAX_URI_BYTES });
        }
        let (scheme, rest) = uri.split_once(':').ok_or(BadUri::NotXmpp)?;
        if !scheme.eq_ignore_ascii_case("xmpp") || rest.starts_with('/') {
            return Err(BadUri::NotXmpp);
        }
        // RFC 5122 §2.2: a fragment may follow, and means nothing here.
        let rest = rest.split('#').next().unwrap_or_default();
        let (address, query) = rest.split_once('?').ok_or(BadUri::NotInvite)?;
        let jid = parse_jid(address)?;

        let mut parts = query.split(';');
        let action = parts.next().unwrap_or_default();
        let (mut token, mut ibr, mut name) = (None, None, None);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let (slot, key) = match key {
                "preauth" => (&mut token, "preauth"),
                "ibr" => (&mut ibr, "ibr"),
                "name" => (&mut name, "name"),
                _ => continue,
            };
            if slot.replace(decode(value)?).is_some() {
                return Err(BadUri::Repeated { key });
            }
        }
        let token = token.filter(|token| !token.is_empty()).map(Secret::new).ok_or(BadUri::NoToken)?;
        match action {
            "register" => Ok(InviteUri::Register {
                host: jid.domain().to_owned().into(),
                name: jid.node().map(|node| node.to_owned().into()),
                token,
            }),
            "roster" if jid.node().is_some() => Ok(InviteUri::Roster {
                jid,
                token,
                ibr: ibr.is_some_and(|ibr| ibr.eq_ignore_ascii_case("y")),
                name: name.filter(|name| !name.is_empty()),
            }),
            "roster" => Err(BadUri::BadJid),
            _ => Err(BadUri::NotInvite),
        }
    }

    /// The token.
    pub fn token(&self) -> &Secret<String> {
        match self {
            InviteUri::Register { token, .. } | InviteUri::Roster { token, .. } => token,
        }
    }
}

/// The address itself, token and all: for links, never for logs.
impl fmt::Display for InviteUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InviteUri::Register { host, name, token } => {
                write_address(f, name.as_ref().map(|name| name.as_str()), host.as_str())?;
                write!(f, "?register;preauth={}", encode(token.expose()))
            }
            InviteUri::Roster { jid, token, ibr, name } => {
                write_address(f, jid.node().map(|node| node.as_str()), jid.domain().as_str())?;
                write!(f, "?roster;preauth={}", encode(token.expose()))?;
                if *ibr {
                    f.write_str(";ibr=y")?;
                }
                match name {
                    Some(name) => write!(f, ";name={}", encode(name)),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A value percent-encoded so that it can stand anywhere in a URI, in the query of a link too.
pub fn encode(value: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(value, RESERVED)
}

fn write_address(f: &mut fmt::Formatter<'_>, node: Option<&str>, domain: &str) -> fmt::Result {
    f.write_str("xmpp:")?;
    if let Some(node) = node {
        write!(f, "{}@", encode(node))?;
    }
    write!(f, "{}", utf8_percent_encode(domain, DOMAIN_RESERVED))
}

/// The address before the `?`. The `@` that divides is the one that stands unencoded.
fn parse_jid(address: &str) -> Result<BareJid, BadUri> {
    let (node, domain) = match address.split_once('@') {
        Some((node, domain)) => (Some(decode(node)?), domain),
        None => (None, address),
    };
    let domain = DomainPart::new(&decode(domain)?).map_err(|_| BadUri::BadJid)?.into_owned();
    let node = match &node {
        Some(node) => Some(NodePart::new(node).map_err(|_| BadUri::BadJid)?),
        None => None,
    };
    Ok(BareJid::from_parts(node.as_deref(), &domain))
}

fn decode(text: &str) -> Result<String, BadUri> {
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        if b == b'%' && !(hex(rest.next()) && hex(rest.next())) {
            return Err(BadUri::Encoding);
        }
    }
    percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| BadUri::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token() -> Secret<String> {
        Secret::new("T0ken".to_owned())
    }

    fn register(host: &str, name: Option<&str>) -> InviteUri {
        InviteUri::Register {
            host: DomainPart::new(host).expect("a domain").into_owned().into(),
            name: name.map(|name| NodePart::new(name).expect("a name").into_owned().into()),
            token: token(),
        }
    }

    fn roster(jid: &str, ibr: bool, name: Option<&str>) -> InviteUri {
        InviteUri::Roster { jid: BareJid::new(jid).expect("a JID"), token: token(), ibr, name: name.map(str::to_owned) }
    }

    #[test]
    fn vector_08_and_13_are_written_to_the_letter() {
        let cases = [
            (register("chat.example", None), "xmpp:chat.example?register;preauth=T0ken"),
            (register("chat.example", Some("juliet")), "xmpp:juliet@chat.example?register;preauth=T0ken"),
            (roster("romeo@chat.example", false, None), "xmpp:romeo@chat.example?roster;preauth=T0ken"),
            (roster("romeo@chat.example", true, None), "xmpp:romeo@chat.example?roster;preauth=T0ken;ibr=y"),
            (
                roster("romeo@chat.example", true, Some("Romeo; K=1 +")),
                "xmpp:romeo@chat.example?roster;preauth=T0ken;ibr=y;name=Romeo%3B%20K%3D1%20%2B",
            ),
            (roster("o?d#=;%@chat.example", false, None), "xmpp:o%3Fd%23%3D%3B%25@chat.example?roster;preauth=T0ken"),
            (roster("jürgen@chat.example", false, None), "xmpp:j%C3%BCrgen@chat.example?roster;preauth=T0ken"),
            (register("[::1]", None), "xmpp:[::1]?register;preauth=T0ken"),
        ];
        for (uri, written) in cases {
            assert_eq!(uri.to_string(), written);
            assert_eq!(InviteUri::parse(written), Ok(uri));
        }
    }

    #[test]
    fn reads_what_others_write() {
        let cases = [
            ("XMPP:romeo@chat.example?roster;ibr=Y;preauth=T0ken", Ok(roster("romeo@chat.example", true, None))),
            ("xmpp:romeo@chat.example?roster;ibr;preauth=T0ken", Ok(roster("romeo@chat.example", false, None))),
            (
                "xmpp:romeo@chat.example?roster;preauth=T0ken;omemo-sid-1=ab#x",
                Ok(roster("romeo@chat.example", false, None)),
            ),
            ("xmpp:Romeo@CHAT.example?roster;preauth=%540ken;name=", Ok(roster("romeo@chat.example", false, None))),
            ("", Err(BadUri::NotXmpp)),
            ("https://chat.example/i/T", Err(BadUri::NotXmpp)),
            ("xmpp://chat.example?register;preauth=T", Err(BadUri::NotXmpp)),
            ("xmpp:chat.example", Err(BadUri::NotInvite)),
            ("xmpp:romeo@chat.example?message;preauth=T", Err(BadUri::NotInvite)),
            ("xmpp:romeo@chat.example?;preauth=T", Err(BadUri::NotInvite)),
            ("xmpp:chat.example?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:@chat.example?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:a@b@c?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:romeo@chat.example/x?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:romeo@chat.example%2Fx?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:a%40b@chat.example?roster;preauth=T", Err(BadUri::BadJid)),
            ("xmpp:romeo@chat.example?roster", Err(BadUri::NoToken)),
            ("xmpp:romeo@chat.example?roster;preauth=", Err(BadUri::NoToken)),
            ("xmpp:romeo@chat.example?roster;preauth=A;preauth=B", Err(BadUri::Repeated { key: "preauth" })),
            ("xmpp:romeo@chat.example?roster;preauth=%4", Err(BadUri::Encoding)),
            ("xmpp:romeo@chat.example?roster;preauth=%+4", Err(BadUri::Encoding)),
            ("xmpp:romeo@chat.example?roster;preauth=%FF", Err(BadUri::Encoding)),
        ];
        for (text, expected) in cases {
            assert_eq!(InviteUri::parse(text), expected, "{text}");
        }
        let long = format!("xmpp:a@b?roster;preauth={}", "T".repeat(MAX_URI_BYTES));
        assert_eq!(InviteUri::parse(&long), Err(BadUri::TooLong { max: MAX_URI_BYTES }));
    }

    #[test]
    fn tokens_do_not_show_in_debug() {
        assert!(!format!("{:?}", roster("romeo@chat.example", true, None)).contains("T0ken"));
    }

    proptest! {
        #[test]
        fn any_name_and_token_read_back(token in "\\PC{1,20}", name in proptest::option::of("\\PC{1,20}"), node in "[a-z;?=%#+!$]{1,8}") {
            let uri = InviteUri::Roster {
                jid: BareJid::new(&format!("{node}@chat.example")).expect("a JID"),
                token: Secret::new(token),
                ibr: true,
                name,
            };
            let written = uri.to_string();
            prop_assert!(written.is_ascii() && !written.contains([' ', '"', '\'', '<', '>']), "{}", written);
            prop_assert_eq!(InviteUri::parse(&written), Ok(uri));
        }
    }
}
