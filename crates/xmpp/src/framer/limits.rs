//! How much of a peer's XML is looked at before anything is built from it.
//!
//! The numbers of the two presets are those that deployed servers use (ejabberd's for the time before
//! authentication); depth, attributes and declarations are guesses well above any known app.
//! Spec: XEP-0205 §4; RFC 6120 §13.12.
//! Left out: rates, which belong to whoever owns the connection.

/// Limits of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of one stanza, and of the white space between two, in bytes. Taken as at most 2^31.
    pub max_bytes: usize,
    /// Elements within elements, counting the stanza.
    pub max_depth: u16,
    /// Attributes of one element, not counting declarations.
    pub max_attrs: u16,
    /// Namespace declarations of one element.
    pub max_xmlns: u16,
    /// Elements in one stanza, counting the stanza.
    pub max_elements: u32,
}

impl Limits {
    /// For a peer that has not said who it is.
    pub const fn before_auth() -> Self {
        Self { max_bytes: 8192, max_depth: 16, max_attrs: 64, max_xmlns: 32, max_elements: 32 }
    }

    /// For a client that has authenticated.
    pub const fn after_auth() -> Self {
        Self { max_bytes: 256 * 1024, max_depth: 64, max_attrs: 64, max_xmlns: 32, max_elements: 10_000 }
    }

    /// For another server.
    pub const fn server() -> Self {
        Self { max_bytes: 512 * 1024, ..Self::after_auth() }
    }

    /// For stanzas of our own making: no limit that a stanza from a peer could reach.
    pub(crate) const fn own() -> Self {
        Self { max_bytes: MAX, max_depth: u16::MAX, max_attrs: u16::MAX, max_xmlns: u16::MAX, max_elements: u32::MAX }
    }

    /// With `max_bytes` brought into the range that byte offsets have.
    pub(crate) const fn bounded(mut self) -> Self {
        if self.max_bytes > MAX {
            self.max_bytes = MAX;
        }
        self
    }
}

const MAX: usize = 1 << 31;
