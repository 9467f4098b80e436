//! Are you there?
//!
//! Spec: XEP-0199 v2.0.1, §4. The answer is an empty result.

use super::{BadPayload, expect};
use crate::ns;
use crate::xml::Element;

/// The request.
pub fn request() -> Element {
    Element::new(ns::PING, "ping")
}

/// Makes sure that this is a request.
///
/// # Errors
/// [`BadPayload::WrongElement`].
pub fn read(el: &Element) -> Result<(), BadPayload> {
    expect(el, ns::PING, "ping")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        assert_eq!(read(&request()), Ok(()));
        assert!(read(&Element::new(ns::CLIENT, "ping")).is_err());
    }
}
