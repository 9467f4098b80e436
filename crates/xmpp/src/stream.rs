//! What opens, describes and closes a stream, as the server writes it.
//!
//! Spec: RFC 6120 §4.2 to §4.4 and §4.7 (TCP), RFC 7395 §3.4 to §3.6 (WebSocket), RFC 6120 §5.4
//! (STARTTLS); XEP-0220 v1.1.1 §2 (the dialback prefix), XEP-0478 v0.2.0 (limits).
//! Left out: reading headers, which the framer does.

use crate::ns;
use crate::payload::BadPayload;
use crate::xml::{Element, escape_attr};

/// The header of a stream that the server opens or answers. RFC 6120 §4.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamHeader<'a> {
    /// What stanzas are in: [`ns::CLIENT`] or [`ns::SERVER`].
    pub content_ns: &'a str,
    /// Whose stream it is: the host that is served.
    pub from: Option<&'a str>,
    /// To whom it goes.
    pub to: Option<&'a str>,
    /// The stream's identifier, unguessable; only in an answer.
    pub id: Option<&'a str>,
    /// The language of what the server says.
    pub lang: Option<&'a str>,
    /// Whether the header declares the dialback prefix; only between servers.
    pub dialback: bool,
}

impl<'a> StreamHeader<'a> {
    /// The answer to a client.
    pub fn client(from: &'a str, id: &'a str) -> StreamHeader<'a> {
        StreamHeader {
            content_ns: ns::CLIENT,
            from: Some(from),
            to: None,
            id: Some(id),
            lang: Some("en"),
            dialback: false,
        }
    }

    /// Between servers; an answer has an id, an opening has none.
    pub fn server(from: &'a str, to: &'a str, id: Option<&'a str>) -> StreamHeader<'a> {
        StreamHeader { content_ns: ns::SERVER, from: Some(from), to: Some(to), id, lang: None, dialback: true }
    }

    /// Appends the XML declaration and the stream's start tag.
    pub fn write_tcp(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<?xml version='1.0'?><stream:stream");
        write_attr(out, "xmlns", Some(self.content_ns));
        write_attr(out, "xmlns:stream", Some(ns::STREAM));
        write_attr(out, "xmlns:db", self.dialback.then_some(ns::DIALBACK));
        self.write_attrs(out);
        out.push(b'>');
    }

    /// Appends `<open/>`, a WebSocket message of its own.
    pub fn write_websocket(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<open");
        write_attr(out, "xmlns", Some(ns::FRAMING));
        self.write_attrs(out);
        out.extend_from_slice(b"/>");
    }

    fn write_attrs(&self, out: &mut Vec<u8>) {
        write_attr(out, "from", self.from);
        write_attr(out, "to", self.to);
        write_attr(out, "id", self.id);
        write_attr(out, "version", Some("1.0"));
        write_attr(out, "xml:lang", self.lang);
    }
}

fn write_attr(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push(b' ');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"='");
        escape_attr(value, out);
        out.push(b'\'');
    }
}

/// Appends the end of a TCP stream.
pub fn write_end_tcp(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</stream:stream>");
}

/// Appends `<close/>`, a WebSocket message of its own. RFC 7395 §3.6.
pub fn write_close_websocket(out: &mut Vec<u8>) {
    out.extend_from_slice(b"<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
}

/// Stream features, in the order in which they are added. RFC 6120 §4.3.2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features(Vec<Element>);

impl Features {
    /// No features: nothing is left to negotiate.
    pub fn new() -> Features {
        Features::default()
    }

    /// Adds a feature.
    pub fn push(&mut self, feature: Element) {
        self.0.push(feature);
    }

    /// With a feature.
    #[must_use]
    pub fn with(mut self, feature: Element) -> Features {
        self.push(feature);
        self
    }

    /// The features.
    pub fn iter(&self) -> impl Iterator<Item = &Element> {
        self.0.iter()
    }

    /// The feature of this name, if it is there.
    pub fn find(&self, ns: &str, name: &str) -> Option<&Element> {
        self.0.iter().find(|feature| feature.is(ns, name))
    }

    /// Appends the features on a TCP stream, whose header has bound the prefix.
    pub fn write_tcp(&self, out: &mut Vec<u8>) {
        self.write(out, b"<stream:features>");
    }

    /// Appends the features as a WebSocket message of its own. The prefix is what RFC 7395 §3.4
    /// shows and some clients look for.
    pub fn write_websocket(&self, out: &mut Vec<u8>) {
        self.write(out, b"<stream:features xmlns:stream='http://etherx.jabber.org/streams'>");
    }

    fn write(&self, out: &mut Vec<u8>, start: &[u8]) {
        out.extend_from_slice(start);
        for feature in &self.0 {
            // Each feature names its own namespace, whatever the default is outside.
            feature.write(out, "");
        }
        out.extend_from_slice(b"</stream:features>");
    }

    /// Reads what another side offers.
    ///
    /// # Errors
    /// [`BadPayload::WrongElement`].
    pub fn read(el: &Element) -> Result<Features, BadPayload> {
        if !el.is(ns::STREAM, "features") {
            return Err(BadPayload::WrongElement { expected: "features" });
        }
        Ok(Features(el.elements().cloned().collect()))
    }
}

/// What is said around the start of TLS. RFC 6120 §5.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTls {
    /// The feature, or the initiating side's wish.
    StartTls {
        /// Whether nothing else is possible before; only in the feature.
        required: bool,
    },
    /// Go ahead: TLS begins with the next byte.
    Proceed,
    /// It cannot be done; the stream ends.
    Failure,
}

impl StartTls {
    /// The element.
    pub fn to_element(self) -> Element {
        match self {
            StartTls::StartTls { required } => {
                Element::new(ns::TLS, "starttls").child_opt(required.then(|| Element::new(ns::TLS, "required")))
            }
            StartTls::Proceed => Element::new(ns::TLS, "proceed"),
            StartTls::Failure => Element::new(ns::TLS, "failure"),
        }
    }

    /// Reads one of the three.
    ///
    /// # Errors
    /// [`BadPayload::WrongElement`].
    pub fn read(el: &Element) -> Result<StartTls, BadPayload> {
        match el.name() {
            "starttls" if el.ns() == ns::TLS => {
                Ok(StartTls::StartTls { required: el.child_named(ns::TLS, "required").is_some() })
            }
            "proceed" if el.ns() == ns::TLS => Ok(StartTls::Proceed),
            "failure" if el.ns() == ns::TLS => Ok(StartTls::Failure),
            _ => Err(BadPayload::WrongElement { expected: "starttls element" }),
        }
    }
}

/// What the server takes on this stream. XEP-0478 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamLimits {
    /// The largest first-level element, in bytes.
    pub max_bytes: Option<u32>,
    /// After how many silent seconds the other side may be thought gone.
    pub idle_seconds: Option<u32>,
}

impl StreamLimits {
    /// The feature.
    pub fn to_element(self) -> Element {
        [("max-bytes", self.max_bytes), ("idle-seconds", self.idle_seconds)].into_iter().fold(
            Element::new(ns::STREAM_LIMITS, "limits"),
            |limits, (name, value)| match value {
                Some(value) => limits.text_child(name, value.to_string()),
                None => limits,
            },
        )
    }

    /// Reads what another side takes. A limit that is no number, or none that we could hold, is
    /// none: the other side's slip is no reason not to talk.
    ///
    /// # Errors
    /// [`BadPayload::WrongElement`].
    pub fn read(el: &Element) -> Result<StreamLimits, BadPayload> {
        if !el.is(ns::STREAM_LIMITS, "limits") {
            return Err(BadPayload::WrongElement { expected: "limits" });
        }
        let number = |name: &str| el.child_text(name)?.trim().parse().ok();
        Ok(StreamLimits { max_bytes: number("max-bytes"), idle_seconds: number("idle-seconds") })
    }
}

/// The features by which registration and invites are found, before authentication and under TLS
/// only: XEP-0077 §8, XEP-0445 §3, and the name from before XEP-0445 that older apps look for.
pub fn registration_features() -> [Element; 3] {
    [ns::REGISTER_FEATURE, ns::IBR_TOKEN, ns::INVITE_LEGACY].map(|ns| Element::new(ns, "register"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framer::{Frame, Framer, Limits, Mode};

    fn open(mode: Mode, bytes: &[u8]) -> crate::framer::StreamOpen {
        let progress = Framer::new(mode, Limits::before_auth()).next(bytes).expect("a header");
        assert_eq!(progress.consumed, bytes.len());
        match progress.frame {
            Some(Frame::Open(open)) => *open,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_framer_reads_our_headers() {
        let nasty = "a'b<c>&\"d";
        for header in [
            StreamHeader::client("chat.example", nasty),
            StreamHeader::server("chat.example", "other.example", None),
            StreamHeader::server("chat.example", "other.example", Some(nasty)),
            StreamHeader { to: Some("juliet@chat.example"), ..StreamHeader::client("chat.example", "1") },
        ] {
            let mut tcp = Vec::new();
            header.write_tcp(&mut tcp);
            let read = open(Mode::Stream, &tcp);
            assert_eq!(read.ns, header.content_ns);
            let mut websocket = Vec::new();
            header.write_websocket(&mut websocket);
            for read in [read, open(Mode::WebSocket, &websocket)] {
                assert_eq!(read.from.as_deref(), header.from);
                assert_eq!(read.to.as_deref(), header.to);
                assert_eq!(read.id.as_deref(), header.id);
                assert_eq!(read.lang.as_deref(), header.lang);
                assert_eq!(read.version.as_deref(), Some("1.0"));
            }
        }
    }

    #[test]
    fn the_framer_sees_our_ends() {
        let mut tcp = Vec::new();
        StreamHeader::client("chat.example", "1").write_tcp(&mut tcp);
        let header = tcp.len();
        write_end_tcp(&mut tcp);
        let mut framer = Framer::new(Mode::Stream, Limits::before_auth());
        framer.next(&tcp).expect("a header");
        assert!(matches!(framer.next(&tcp[header..]).expect("an end").frame, Some(Frame::Close)));

        let mut websocket = Vec::new();
        write_close_websocket(&mut websocket);
        let framer = Framer::new(Mode::WebSocket, Limits::before_auth());
        assert!(matches!(framer.frame_message(&websocket), Ok(Frame::Close)));
    }

    #[test]
    fn vector_01_features_read_back_from_both_framings() {
        let limits = StreamLimits { max_bytes: Some(10_000), idle_seconds: None };
        let mut features = Features::new().with(limits.to_element());
        registration_features().into_iter().for_each(|feature| features.push(feature));
        let mut tcp = Vec::new();
        features.write_tcp(&mut tcp);
        let mut websocket = Vec::new();
        features.write_websocket(&mut websocket);
        let tcp = Element::parse_with(&tcp, ns::CLIENT, &[("stream", ns::STREAM)]).expect("we write XML");
        let websocket = Element::parse(&websocket, "").expect("we write XML");
        for el in [tcp, websocket] {
            let read = Features::read(&el).expect("features");
            assert_eq!(read, features);
            for ns in ["urn:xmpp:ibr-token:0", "urn:xmpp:invite", "http://jabber.org/features/iq-register"] {
                assert!(read.find(ns, "register").is_some(), "{ns}");
            }
        }
    }

    #[test]
    fn starttls_reads_back() {
        for tls in [
            StartTls::StartTls { required: true },
            StartTls::StartTls { required: false },
            StartTls::Proceed,
            StartTls::Failure,
        ] {
            assert_eq!(StartTls::read(&tls.to_element()), Ok(tls));
        }
        assert!(StartTls::read(&Element::new(ns::SASL, "failure")).is_err());
    }

    #[test]
    fn limits_read_back_and_nonsense_is_no_limit() {
        let cases = [
            ("<max-bytes>10000</max-bytes><idle-seconds>1800</idle-seconds>", (Some(10_000), Some(1800))),
            ("<max-bytes>99999999999999</max-bytes>", (None, None)),
            ("<idle-seconds>soon</idle-seconds>", (None, None)),
            ("", (None, None)),
        ];
        for (xml, (max_bytes, idle_seconds)) in cases {
            let el = Element::parse(format!("<limits>{xml}</limits>").as_bytes(), ns::STREAM_LIMITS).expect("XML");
            let limits = StreamLimits { max_bytes, idle_seconds };
            assert_eq!(StreamLimits::read(&el), Ok(limits));
            assert_eq!(StreamLimits::read(&limits.to_element()), Ok(limits));
        }
    }
}
