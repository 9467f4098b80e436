//! Why bytes were not framed, and which stream error says so.
//!
//! Spec: RFC 6120 §4.9.3 (conditions), §11 (XML usage); XEP-0205 §4 for limits.

use thiserror::Error;

use crate::error::{StreamCondition, StreamError};
use crate::ns;
use crate::xml::Element;

/// What is wrong with the bytes of the peer. Each ends the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Not XML, not UTF-8, or a prefix that nobody declared.
    #[error("not well-formed")]
    NotWellFormed,
    /// A comment, processing instruction, document type or entity reference (RFC 6120 §11.1).
    #[error("restricted XML")]
    Restricted,
    /// A stanza, a stream header or the white space between them is longer than allowed.
    #[error("over the limit of {max} bytes")]
    TooBig {
        /// The limit in bytes.
        max: usize,
    },
    /// Elements are nested deeper than allowed.
    #[error("nested deeper than {max} elements")]
    TooDeep {
        /// The limit, counting the stanza itself.
        max: u16,
    },
    /// One element has more attributes than allowed.
    #[error("more than {max} attributes on one element")]
    TooManyAttributes {
        /// The limit for one element.
        max: u16,
    },
    /// One element declares more namespaces than allowed.
    #[error("more than {max} namespace declarations on one element")]
    TooManyNamespaces {
        /// The limit for one element.
        max: u16,
    },
    /// One stanza has more elements than allowed.
    #[error("more than {max} elements in one stanza")]
    TooManyElements {
        /// The limit, counting the stanza itself.
        max: u32,
    },
    /// The stream, or a stanza in it, is in a namespace that does not belong there.
    #[error("namespace that does not belong here")]
    BadNamespace,
    /// A first-level element of the content namespace that is no stanza.
    #[error("not a kind of stanza")]
    UnsupportedStanza,
    /// XML that makes no sense here: text between stanzas, a second stream header, a stray end tag.
    #[error("well-formed but out of place")]
    BadFormat,
    /// An encoding other than UTF-8 was declared.
    #[error("encoding other than UTF-8")]
    UnsupportedEncoding,
}

impl FrameError {
    /// The stream error condition of RFC 6120 §4.9.3 to send.
    pub fn condition(self) -> StreamCondition {
        match self {
            Self::NotWellFormed => StreamCondition::NotWellFormed,
            Self::Restricted => StreamCondition::RestrictedXml,
            Self::TooBig { .. }
            | Self::TooDeep { .. }
            | Self::TooManyAttributes { .. }
            | Self::TooManyNamespaces { .. }
            | Self::TooManyElements { .. } => StreamCondition::PolicyViolation,
            Self::BadNamespace => StreamCondition::InvalidNamespace,
            Self::UnsupportedStanza => StreamCondition::UnsupportedStanzaType,
            Self::BadFormat => StreamCondition::BadFormat,
            Self::UnsupportedEncoding => StreamCondition::UnsupportedEncoding,
        }
    }

    /// Whether a limit was passed; the stream error then carries `<stanza-too-big/>` (XEP-0205 §4)
    /// and no payload is echoed.
    pub fn is_limit(self) -> bool {
        self.condition() == StreamCondition::PolicyViolation
    }
}

impl From<FrameError> for StreamError {
    fn from(error: FrameError) -> Self {
        let answer = Self::new(error.condition());
        match error {
            FrameError::TooBig { .. } => answer.with_app(Element::new(ns::APP_ERRORS, "stanza-too-big")),
            _ => answer,
        }
    }
}
