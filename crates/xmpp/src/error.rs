//! Stanza errors and stream errors: what is wrong, said to the peer.
//!
//! Spec: RFC 6120 §8.3 (stanza errors), §4.9 (stream errors).
//! Left out: the obsolete forms of RFC 3920 (`payment-required`, `xml-not-well-formed` and numeric codes).

use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;

/// Longest `text` that is kept of an error read from a peer, in bytes. A guess: longer than any sentence.
pub const MAX_ERROR_TEXT_BYTES: usize = 3072;

/// An enum whose variants are words on the wire.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// The value for a word, if it is one.
            pub fn from_word(word: &str) -> Option<$name> {
                match word {
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What the sender may do about a stanza error. RFC 6120 §8.3.2.
    ErrorType {
        /// Retry after giving credentials.
        Auth = "auth",
        /// Do not retry.
        Cancel = "cancel",
        /// Go on; it was only a warning.
        Continue = "continue",
        /// Retry after changing the data.
        Modify = "modify",
        /// Retry later.
        Wait = "wait",
    }
}

words! {
    /// The defined conditions of stanza errors. RFC 6120 §8.3.3.
    Condition {
        /// §8.3.3.1: malformed, or against a schema.
        BadRequest = "bad-request",
        /// §8.3.3.2: something of that name is there already.
        Conflict = "conflict",
        /// §8.3.3.3: understood but not built.
        FeatureNotImplemented = "feature-not-implemented",
        /// §8.3.3.4: not with these permissions.
        Forbidden = "forbidden",
        /// §8.3.3.5: to be had elsewhere from now on.
        Gone = "gone",
        /// §8.3.3.6: our fault.
        InternalServerError = "internal-server-error",
        /// §8.3.3.7: no such address or item.
        ItemNotFound = "item-not-found",
        /// §8.3.3.8: what should be a JID is none.
        JidMalformed = "jid-malformed",
        /// §8.3.3.9: understood but against our criteria.
        NotAcceptable = "not-acceptable",
        /// §8.3.3.10: nobody may do this.
        NotAllowed = "not-allowed",
        /// §8.3.3.11: sign in first.
        NotAuthorized = "not-authorized",
        /// §8.3.3.12: against local policy.
        PolicyViolation = "policy-violation",
        /// §8.3.3.13: the recipient is not there just now.
        RecipientUnavailable = "recipient-unavailable",
        /// §8.3.3.14: to be had elsewhere for now.
        Redirect = "redirect",
        /// §8.3.3.15: register first.
        RegistrationRequired = "registration-required",
        /// §8.3.3.16: the other server does not exist.
        RemoteServerNotFound = "remote-server-not-found",
        /// §8.3.3.17: the other server does not answer.
        RemoteServerTimeout = "remote-server-timeout",
        /// §8.3.3.18: too busy or over a limit.
        ResourceConstraint = "resource-constraint",
        /// §8.3.3.19: nobody here does this.
        ServiceUnavailable = "service-unavailable",
        /// §8.3.3.20: subscribe first.
        SubscriptionRequired = "subscription-required",
        /// §8.3.3.21: none of the others; an application condition says more.
        UndefinedCondition = "undefined-condition",
        /// §8.3.3.22: understood but not at this moment.
        UnexpectedRequest = "unexpected-request",
    }
}

impl Condition {
    /// The type that the RFC (§8.3.3) wants or recommends with this condition. Where it leaves a
    /// choice, the type that says "do not retry".
    pub fn default_type(self) -> ErrorType {
        use Condition as C;
        match self {
            C::Forbidden | C::NotAuthorized | C::RegistrationRequired | C::SubscriptionRequired => ErrorType::Auth,
            C::BadRequest | C::JidMalformed | C::NotAcceptable | C::PolicyViolation | C::Redirect => ErrorType::Modify,
            C::RecipientUnavailable | C::RemoteServerTimeout | C::ResourceConstraint | C::UnexpectedRequest => {
                ErrorType::Wait
            }
            C::Conflict
            | C::FeatureNotImplemented
            | C::Gone
            | C::InternalServerError
            | C::ItemNotFound
            | C::NotAllowed
            | C::RemoteServerNotFound
            | C::ServiceUnavailable
            | C::UndefinedCondition => ErrorType::Cancel,
        }
    }
}

/// A stanza error. RFC 6120 §8.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanzaError {
    /// What the sender may do.
    pub kind: ErrorType,
    /// The defined condition.
    pub condition: Condition,
    /// Where it is now; only with [`Condition::Gone`] and [`Condition::Redirect`].
    pub uri: Option<String>,
    /// A sentence for a person.
    pub text: Option<String>,
    /// The language of `text`, where it is known.
    pub lang: Option<String>,
    /// The application-specific condition.
    pub app: Option<Element>,
    /// Who found the error, when that is not the recipient. RFC 6120 §8.3.1.
    pub by: Option<Jid>,
}

/// One constructor per condition, with the RFC's type.
macro_rules! constructors {
    ($($name:ident = $condition:ident,)+) => {
        impl StanzaError {
            $(
                #[doc = concat!("[`Condition::", stringify!($condition), "`] with the RFC's type.")]
                pub fn $name() -> StanzaError {
                    StanzaError::new(Condition::$condition)
                }
            )+
        }
    };
}

constructors! {
    bad_request = BadRequest,
    conflict = Conflict,
    feature_not_implemented = FeatureNotImplemented,
    forbidden = Forbidden,
    gone = Gone,
    internal_server_error = InternalServerError,
    item_not_found = ItemNotFound,
    jid_malformed = JidMalformed,
    not_acceptable = NotAcceptable,
    not_allowed = NotAllowed,
    not_authorized = NotAuthorized,
    policy_violation = PolicyViolation,
    recipient_unavailable = RecipientUnavailable,
    redirect = Redirect,
    registration_required = RegistrationRequired,
    remote_server_not_found = RemoteServerNotFound,
    remote_server_timeout = RemoteServerTimeout,
    resource_constraint = ResourceConstraint,
    service_unavailable = ServiceUnavailable,
    subscription_required = SubscriptionRequired,
    undefined_condition = UndefinedCondition,
    unexpected_request = UnexpectedRequest,
}

impl StanzaError {
    /// An error with the condition's default type.
    pub fn new(condition: Condition) -> StanzaError {
        StanzaError {
            kind: condition.default_type(),
            condition,
            uri: None,
            text: None,
            lang: None,
            app: None,
            by: None,
        }
    }

    /// With another type than the default.
    #[must_use]
    pub fn with_type(mut self, kind: ErrorType) -> StanzaError {
        self.kind = kind;
        self
    }

    /// With a sentence for a person.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> StanzaError {
        self.text = Some(text.into());
        self
    }

    /// With the language of the sentence.
    #[must_use]
    pub fn with_lang(mut self, lang: impl Into<String>) -> StanzaError {
        self.lang = Some(lang.into());
        self
    }

    /// With an application-specific condition.
    #[must_use]
    pub fn with_app(mut self, app: Element) -> StanzaError {
        self.app = Some(app);
        self
    }

    /// With the entity that found the error.
    #[must_use]
    pub fn with_by(mut self, by: Jid) -> StanzaError {
        self.by = Some(by);
        self
    }

    /// The `<error/>` for a stanza of a stream whose content namespace is `content_ns`
    /// ([`ns::CLIENT`] or [`ns::SERVER`]).
    pub fn to_element_in(&self, content_ns: &str) -> Element {
        let mut condition = Element::new(ns::STANZAS, self.condition.as_str());
        if let Some(uri) = &self.uri {
            condition.push_text(uri);
        }
        let text = self
            .text
            .as_ref()
            .map(|text| Element::new(ns::STANZAS, "text").attr_opt("xml:lang", self.lang.as_deref()).with_text(text));
        Element::new(content_ns, "error")
            .attr("type", self.kind.as_str())
            .attr_opt("by", self.by.as_ref().map(ToString::to_string))
            .child(condition)
            .child_opt(text)
            .child_opt(self.app.clone())
    }

    /// The `<error/>` for a client stream. Its bytes written with `parent_ns` [`ns::CLIENT`] carry no
    /// `xmlns`, so they fit a stanza of any content namespace.
    pub fn to_element(&self) -> Element {
        self.to_element_in(ns::CLIENT)
    }

    /// Reads an `<error/>` leniently, since it was made by whoever: an unknown condition is
    /// [`Condition::UndefinedCondition`], an unknown type the condition's default. `None` if it is
    /// no `<error/>`.
    pub fn read(el: &Element) -> Option<StanzaError> {
        if el.name() != "error" {
            return None;
        }
        let found = el
            .elements()
            .filter(|child| child.ns() == ns::STANZAS)
            .find_map(|child| Some((Condition::from_word(child.name())?, child)));
        let condition = found.map_or(Condition::UndefinedCondition, |(condition, _)| condition);
        let text = el.child_named(ns::STANZAS, "text");
        let uri = match (condition, found) {
            (Condition::Gone | Condition::Redirect, Some((_, child))) => Some(shorten(child.text())),
            _ => None,
        };
        Some(StanzaError {
            kind: el.attr_value("type").and_then(ErrorType::from_word).unwrap_or(condition.default_type()),
            condition,
            uri: uri.filter(|uri| !uri.is_empty()),
            text: text.map(|text| shorten(text.text())),
            lang: text.and_then(Element::lang).map(str::to_owned),
            app: el.elements().find(|child| child.ns() != ns::STANZAS && child.ns() != el.ns()).cloned(),
            by: el.attr_value("by").and_then(|by| crate::jid::parse(by).ok()),
        })
    }
}

/// At most [`MAX_ERROR_TEXT_BYTES`] of the text, cut between characters.
fn shorten(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_ERROR_TEXT_BYTES));
    text
}

words! {
    /// The defined conditions of stream errors. RFC 6120 §4.9.3.
    StreamCondition {
        /// §4.9.3.1: XML that cannot be processed.
        BadFormat = "bad-format",
        /// §4.9.3.2: an unsupported namespace prefix.
        BadNamespacePrefix = "bad-namespace-prefix",
        /// §4.9.3.3: another stream took this one's place.
        Conflict = "conflict",
        /// §4.9.3.4: nothing heard for too long.
        ConnectionTimeout = "connection-timeout",
        /// §4.9.3.5: a host that is no longer served.
        HostGone = "host-gone",
        /// §4.9.3.6: a host that is not served.
        HostUnknown = "host-unknown",
        /// §4.9.3.7: a stanza between servers without to or from.
        ImproperAddressing = "improper-addressing",
        /// §4.9.3.8: our fault.
        InternalServerError = "internal-server-error",
        /// §4.9.3.9: a `from` that was not authorised.
        InvalidFrom = "invalid-from",
        /// §4.9.3.10: the stream or content namespace is wrong.
        InvalidNamespace = "invalid-namespace",
        /// §4.9.3.11: XML against a schema.
        InvalidXml = "invalid-xml",
        /// §4.9.3.12: not before authentication.
        NotAuthorized = "not-authorized",
        /// §4.9.3.13: not XML.
        NotWellFormed = "not-well-formed",
        /// §4.9.3.14: against local policy.
        PolicyViolation = "policy-violation",
        /// §4.9.3.15: no way to a remote server that is needed.
        RemoteConnectionFailed = "remote-connection-failed",
        /// §4.9.3.16: new features or keys make a new stream necessary.
        Reset = "reset",
        /// §4.9.3.17: too busy or over a limit.
        ResourceConstraint = "resource-constraint",
        /// §4.9.3.18: XML that XMPP forbids.
        RestrictedXml = "restricted-xml",
        /// §4.9.3.19: to be had elsewhere.
        SeeOtherHost = "see-other-host",
        /// §4.9.3.20: going down.
        SystemShutdown = "system-shutdown",
        /// §4.9.3.21: none of the others.
        UndefinedCondition = "undefined-condition",
        /// §4.9.3.22: not UTF-8.
        UnsupportedEncoding = "unsupported-encoding",
        /// §4.9.3.23: a mandatory feature is not known.
        UnsupportedFeature = "unsupported-feature",
        /// §4.9.3.24: a first-level child that is no stanza.
        UnsupportedStanzaType = "unsupported-stanza-type",
        /// §4.9.3.25: another version of XMPP.
        UnsupportedVersion = "unsupported-version",
    }
}

/// A stream error: the last thing said on a stream. RFC 6120 §4.9.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    /// The defined condition.
    pub condition: StreamCondition,
    /// The address, only with [`StreamCondition::SeeOtherHost`]: `host`, `host:port` or `[v6]:port`.
    pub host: Option<String>,
    /// A sentence for a person.
    pub text: Option<String>,
    /// The application-specific condition.
    pub app: Option<Element>,
}

impl From<StreamCondition> for StreamError {
    fn from(condition: StreamCondition) -> StreamError {
        StreamError::new(condition)
    }
}

impl StreamError {
    /// An error with nothing but its condition.
    pub fn new(condition: StreamCondition) -> StreamError {
        StreamError { condition, host: None, text: None, app: None }
    }

    /// With a sentence for a person.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> StreamError {
        self.text = Some(text.into());
        self
    }

    /// With an application-specific condition.
    #[must_use]
    pub fn with_app(mut self, app: Element) -> StreamError {
        self.app = Some(app);
        self
    }

    /// The error in [`ns::STREAM`].
    pub fn to_element(&self) -> Element {
        let mut condition = Element::new(ns::STREAMS, self.condition.as_str());
        if let Some(host) = &self.host {
            condition.push_text(host);
        }
        // RFC 6120 §4.9.2 wants a language on the text; ours are English.
        let text =
            self.text.as_ref().map(|text| Element::new(ns::STREAMS, "text").attr("xml:lang", "en").with_text(text));
        Element::new(ns::STREAM, "error").child(condition).child_opt(text).child_opt(self.app.clone())
    }

    /// Appends `<stream:error/>` for a TCP stream, whose header has bound the prefix.
    pub fn write_tcp(&self, out: &mut Vec<u8>) {
        self.write_prefixed(out, b"<stream:error>");
    }

    /// Appends the error as a WebSocket message of its own, which binds the prefix itself
    /// (RFC 7395 §3.5).
    pub fn write_websocket(&self, out: &mut Vec<u8>) {
        self.write_prefixed(out, b"<stream:error xmlns:stream='http://etherx.jabber.org/streams'>");
    }

    fn write_prefixed(&self, out: &mut Vec<u8>, start: &[u8]) {
        out.extend_from_slice(start);
        for child in self.to_element().elements() {
            // Whatever the default is outside, each child names its own namespace.
            child.write(out, "");
        }
        out.extend_from_slice(b"</stream:error>");
    }

    /// Reads an error leniently: an unknown condition is [`StreamCondition::UndefinedCondition`].
    /// `None` if it is no stream error.
    pub fn read(el: &Element) -> Option<StreamError> {
        if !el.is(ns::STREAM, "error") {
            return None;
        }
        let found = el
            .elements()
            .filter(|child| child.ns() == ns::STREAMS)
            .find_map(|child| Some((StreamCondition::from_word(child.name())?, child)));
        let condition = found.map_or(StreamCondition::UndefinedCondition, |(condition, _)| condition);
        let host = match (condition, found) {
            (StreamCondition::SeeOtherHost, Some((_, child))) => Some(shorten(child.text())),
            _ => None,
        };
        Some(StreamError {
            condition,
            host: host.filter(|host| !host.is_empty()),
            text: el.child_named(ns::STREAMS, "text").map(|text| shorten(text.text())),
            app: el.elements().find(|child| child.ns() != ns::STREAMS).cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanza_errors_survive_the_wire() {
        for &condition in Condition::ALL {
            for &kind in ErrorType::ALL {
                let mut error = StanzaError::new(condition)
                    .with_type(kind)
                    .with_text("no <such> thing & more ]]>")
                    .with_lang("en")
                    .with_app(Element::new("urn:example", "why").with_text("x"))
                    .with_by(Jid::new("chat.example").expect("a domain is a JID"));
                if condition == Condition::Gone {
                    error.uri = Some("xmpp:new@chat.example".to_owned());
                }
                let bytes = error.to_element().to_bytes(ns::CLIENT);
                for content_ns in [ns::CLIENT, ns::SERVER] {
                    let el = Element::parse(&bytes, content_ns).expect("we write XML");
                    assert_eq!(StanzaError::read(&el).as_ref(), Some(&error), "{}", el);
                }
            }
        }
    }

    #[test]
    fn strange_stanza_errors_are_read_leniently() {
        let cases: [(&str, Option<(ErrorType, Condition)>); 5] = [
            ("<error/>", Some((ErrorType::Cancel, Condition::UndefinedCondition))),
            ("<error type='nope'><item-not-found/></error>", Some((ErrorType::Cancel, Condition::UndefinedCondition))),
            (
                "<error type='nope'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                Some((ErrorType::Cancel, Condition::Conflict)),
            ),
            (
                "<error type='wait'><new-word xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                Some((ErrorType::Wait, Condition::UndefinedCondition)),
            ),
            ("<query/>", None),
        ];
        for (xml, expected) in cases {
            let el = Element::parse(xml.as_bytes(), ns::CLIENT).expect("the case is XML");
            assert_eq!(StanzaError::read(&el).map(|e| (e.kind, e.condition)), expected, "{xml}");
        }
    }

    #[test]
    fn long_texts_of_others_are_cut_between_characters() {
        let mut error = StanzaError::bad_request().with_text("é".repeat(MAX_ERROR_TEXT_BYTES));
        let read = StanzaError::read(&error.to_element()).expect("an error");
        error.text = Some("é".repeat(MAX_ERROR_TEXT_BYTES / 2));
        assert_eq!(read, error);
    }

    #[test]
    fn stream_errors_survive_both_framings() {
        for &condition in StreamCondition::ALL {
            let mut error = StreamError::new(condition)
                .with_text("</stream:stream>")
                .with_app(Element::new("urn:example", "too-many"));
            if condition == StreamCondition::SeeOtherHost {
                error.host = Some("[2001:db8::1]:5222".to_owned());
            }
            let mut tcp = Vec::new();
            error.write_tcp(&mut tcp);
            let mut websocket = Vec::new();
            error.write_websocket(&mut websocket);
            let tcp = Element::parse_with(&tcp, ns::CLIENT, &[("stream", ns::STREAM)]).expect("we write XML");
            let websocket = Element::parse(&websocket, "").expect("we write XML");
            assert_eq!(StreamError::read(&tcp).as_ref(), Some(&error));
            assert_eq!(StreamError::read(&websocket).as_ref(), Some(&error));
        }
    }
}
