//! Which software this is.
//!
//! Spec: XEP-0092 v1.1, §2.

use super::{BadPayload, MAX_LINE_BYTES, child_text, expect};
use crate::ns;
use crate::xml::Element;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareVersion {
    /// The software's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The operating system, for those who like to tell.
    pub os: Option<String>,
}

impl SoftwareVersion {
    /// The query.
    pub fn to_element(&self) -> Element {
        let query = request().text_child("name", &self.name).text_child("version", &self.version);
        match &self.os {
            Some(os) => query.text_child("os", os),
            None => query,
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<SoftwareVersion, BadPayload> {
        expect(el, ns::VERSION, "query")?;
        let need = |name| child_text(el, name, MAX_LINE_BYTES)?.ok_or(BadPayload::Missing { what: name });
        Ok(SoftwareVersion {
            name: need("name")?,
            version: need("version")?,
            os: child_text(el, "os", MAX_LINE_BYTES)?,
        })
    }
}

/// The request.
pub fn request() -> Element {
    Element::new(ns::VERSION, "query")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for os in [None, Some("A & B".to_owned())] {
            let version = SoftwareVersion { name: "Parlour".to_owned(), version: "0.1.0".to_owned(), os };
            assert_eq!(SoftwareVersion::read(&version.to_element()), Ok(version));
        }
        let cases = [
            (request(), BadPayload::Missing { what: "name" }),
            (request().text_child("name", "x"), BadPayload::Missing { what: "version" }),
            (
                request().text_child("name", "x".repeat(MAX_LINE_BYTES + 1)),
                BadPayload::TooLong { what: "name", max: MAX_LINE_BYTES },
            ),
            (Element::new(ns::LAST, "query"), BadPayload::WrongElement { expected: "query" }),
        ];
        for (el, expected) in cases {
            assert_eq!(SoftwareVersion::read(&el), Err(expected));
        }
    }
}
