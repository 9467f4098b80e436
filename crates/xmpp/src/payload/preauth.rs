//! The token of an invite on the wire, before registration and in a subscription request.
//!
//! Spec: XEP-0445 v0.2.0, §4 (iq); XEP-0379 v0.3.3, §3.4 (presence).

use super::{BadPayload, Secret, expect};
use crate::ns;
use crate::xml::Element;

/// Longest token that can be a token, in bytes. Ours have 26, other servers' up to some forty.
pub const MAX_TOKEN_BYTES: usize = 256;

/// Reads the token of an iq. `None` is one that no invite can have, empty or far too long: it is
/// answered like one that is not known, so that a guesser learns nothing.
///
/// # Errors
/// [`BadPayload`] if the element is another one or has no token at all.
pub fn read(el: &Element) -> Result<Option<Secret<String>>, BadPayload> {
    expect(el, ns::PARS, "preauth")?;
    let token = el.attr_value("token").ok_or(BadPayload::Missing { what: "token" })?;
    Ok(Some(token)
        .filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN_BYTES)
        .map(|t| Secret::new(t.to_owned())))
}

/// The token among the children of a subscription request. One that is malformed counts as none
/// (XEP-0379 §4.1), and so do two.
pub fn find<'a>(children: impl IntoIterator<Item = &'a Element>) -> Option<Secret<String>> {
    let mut found = children.into_iter().filter(|child| child.is(ns::PARS, "preauth"));
    let first = found.next()?;
    if found.next().is_some() { None } else { read(first).ok().flatten() }
}

/// The element.
pub fn to_element(token: &str) -> Element {
    Element::new(ns::PARS, "preauth").attr("token", token)
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    #[test]
    fn vector_21_impossible_tokens_are_read_as_unknown() {
        let long = "T".repeat(4096);
        let cases = [
            ("T0ken", Some("T0ken")),
            ("", None),
            (&*long, None),
            (&long[..MAX_TOKEN_BYTES], Some(&long[..MAX_TOKEN_BYTES])),
        ];
        for (token, expected) in cases {
            let read = read(&to_element(token)).expect("a preauth");
            assert_eq!(read.as_ref().map(|token| token.expose().as_str()), expected);
        }
        assert_eq!(read(&el("<preauth xmlns='urn:xmpp:pars:0'/>")), Err(BadPayload::Missing { what: "token" }));
        assert!(read(&el("<preauth token='T'/>")).is_err());
    }

    #[test]
    fn vector_56_malformed_tokens_in_presence_are_none() {
        let one = || to_element("T");
        let cases = [
            (vec![el("<status>hi</status>"), one()], true),
            (vec![], false),
            (vec![one(), one()], false),
            (vec![el("<preauth token='T'/>")], false),
            (vec![el("<preauth xmlns='urn:xmpp:pars:0'/>")], false),
            (vec![el("<preauth xmlns='urn:xmpp:pars:0' token=''/>")], false),
        ];
        for (children, expected) in cases {
            assert_eq!(find(&children).is_some(), expected, "{children:?}");
        }
    }
}
