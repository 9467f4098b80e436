//! What the sender would like to happen to a message on its way.
//!
//! Spec: XEP-0334 v1.0.0, §4.

use crate::error::words;
use crate::ns;
use crate::xml::Element;

words! {
    /// A hint. §4.
    Hint {
        /// No copies for other resources.
        NoCopy = "no-copy",
        /// Keep it nowhere for long.
        NoPermanentStore = "no-permanent-store",
        /// Keep it nowhere at all.
        NoStore = "no-store",
        /// Keep it, though it has no body.
        Store = "store",
    }
}

impl Hint {
    /// The element.
    pub fn to_element(self) -> Element {
        Element::new(ns::HINTS, self.as_str())
    }

    /// The hint that an element is, if it is one that is known.
    pub fn read(el: &Element) -> Option<Hint> {
        if el.ns() == ns::HINTS { Hint::from_word(el.name()) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for &hint in Hint::ALL {
            assert_eq!(Hint::read(&hint.to_element()), Some(hint));
        }
        assert_eq!(Hint::read(&Element::new(ns::HINTS, "no-fun")), None);
        assert_eq!(Hint::read(&Element::new(ns::CARBONS, "store")), None);
    }
}
