//! The name somebody wants to be called by.
//!
//! Spec: XEP-0172 v1.1, §4.
//! Left out: nothing; where it may stand is the business of others.

use super::{BadPayload, MAX_LINE_BYTES, expect, text};
use crate::ns;
use crate::xml::Element;

/// Reads `<nick/>`, without white space around the name.
///
/// # Errors
/// [`BadPayload`].
pub fn read(el: &Element) -> Result<String, BadPayload> {
    expect(el, ns::NICK, "nick")?;
    Ok(text(el, "nick", MAX_LINE_BYTES)?.trim().to_owned())
}

/// `<nick/>`.
pub fn to_element(name: &str) -> Element {
    Element::new(ns::NICK, "nick").with_text(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name() {
        assert_eq!(read(&to_element(" Ishmael <i>\n")), Ok("Ishmael <i>".to_owned()));
        assert!(read(&Element::new("urn:x", "nick")).is_err());
        assert!(read(&to_element(&"x".repeat(MAX_LINE_BYTES + 1))).is_err());
    }
}
