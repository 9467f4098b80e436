//! Data that an app keeps with the server, for its own account only.
//!
//! Spec: XEP-0049 v1.2, §2.
//! Left out: a reading of the data. The limit on its size is the stanza's and the store's.

use super::{BadPayload, MAX_ID_BYTES, expect};
use crate::ns;
use crate::xml::Element;

/// Reads the query of an iq of type get or set: the one element that is asked for or to be kept.
/// The document lets a set hold several of one namespace; no app is known that does, and a store
/// keyed by name would keep only one.
///
/// # Errors
/// [`BadPayload`]: there must be one element, of a namespace of its own that is not one of the
/// protocol's (`not-acceptable`).
pub fn read(el: &Element) -> Result<&Element, BadPayload> {
    expect(el, ns::PRIVATE, "query")?;
    let mut children = el.elements();
    let data = children.next().ok_or(BadPayload::NotAcceptable { what: "query without an element" })?;
    if children.next().is_some() {
        return Err(BadPayload::Repeated { what: "element" });
    }
    let reserved = [ns::PRIVATE, ns::CLIENT, ns::SERVER, ns::STREAM, ns::XML, ""];
    if reserved.contains(&data.ns()) {
        return Err(BadPayload::NotAcceptable { what: "namespace" });
    }
    if data.ns().len() > MAX_ID_BYTES || data.name().len() > MAX_ID_BYTES {
        return Err(BadPayload::TooLong { what: "name", max: MAX_ID_BYTES });
    }
    Ok(data)
}

/// The query around an element; around an empty one of the same name where nothing is kept.
pub fn to_element(data: Element) -> Element {
    Element::new(ns::PRIVATE, "query").child(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_exactly_one_foreign_element() {
        let long = format!("<a xmlns='{}'/>", "u".repeat(MAX_ID_BYTES + 1));
        let cases = [
            ("<storage xmlns='storage:bookmarks'><x/></storage>", Ok("storage")),
            ("", Err(BadPayload::NotAcceptable { what: "query without an element" })),
            ("<a/>", Err(BadPayload::NotAcceptable { what: "namespace" })),
            ("<a xmlns=''/>", Err(BadPayload::NotAcceptable { what: "namespace" })),
            ("<a xmlns='jabber:client'/>", Err(BadPayload::NotAcceptable { what: "namespace" })),
            ("<a xmlns='u:a'/><b xmlns='u:b'/>", Err(BadPayload::Repeated { what: "element" })),
            (&long, Err(BadPayload::TooLong { what: "name", max: MAX_ID_BYTES })),
        ];
        for (children, expected) in cases {
            let query = Element::parse(format!("<query>{children}</query>").as_bytes(), ns::PRIVATE).expect("XML");
            assert_eq!(read(&query).map(Element::name), expected, "{children:.60}");
            if let Ok(data) = read(&query) {
                assert_eq!(to_element(data.clone()), query);
            }
        }
    }
}
