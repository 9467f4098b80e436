//! A part of a long list: which one is asked for, and where the part that was given stands.
//!
//! Spec: XEP-0059 v1.0, §2 (paging by the ids of items).
//! Left out: finding items by their index (§2.6), which the lists here would have to be counted for.

use super::{BadPayload, MAX_ID_BYTES, child_text, digits, expect, only_child, text};
use crate::ns;
use crate::xml::Element;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// At most so many items. 0: only how many there are (§2.7).
    pub max: Option<u32>,
    /// Which of them.
    pub from: PageFrom,
}

/// Where the part begins or ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PageFrom {
    /// With the first of all.
    #[default]
    Start,
    /// With the one after this.
    After(String),
    /// It ends with the last of all. §2.5.
    End,
    /// It ends with the one before this.
    Before(String),
    /// With the one that has so many before it. §2.6.
    Index(u32),
}

/// What was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageGiven {
    /// The ids of its first and last item, and how many stand before the first where that is known. `None` where there
    /// are no items.
    pub ends: Option<(String, String, Option<u64>)>,
    /// How many there are in all, where that is known.
    pub count: Option<u64>,
}

impl PageRequest {
    /// Reads `<set/>`.
    ///
    /// # Errors
    /// [`BadPayload`]; two ways to say where the part stands are an error, since no document says what they mean
    /// together (XEP-0313 §4.3.2).
    pub fn read(el: &Element) -> Result<PageRequest, BadPayload> {
        expect(el, ns::RSM, "set")?;
        let number = |name| child_text(el, name, 16)?.map(|digit| digits(digit.trim(), name)).transpose();
        let (after, before) = (child_text(el, "after", MAX_ID_BYTES)?, child_text(el, "before", MAX_ID_BYTES)?);
        let index = number("index")?;
        // COMPAT slixmpp and others: an empty <after/> is the beginning.
        let after = after.filter(|id| !id.is_empty());
        let from = match (after, before, index) {
            (None, None, None) => PageFrom::Start,
            (Some(id), None, None) => PageFrom::After(id),
            (None, Some(id), None) if id.is_empty() => PageFrom::End,
            (None, Some(id), None) => PageFrom::Before(id),
            (None, None, Some(index)) => PageFrom::Index(index),
            _ => return Err(BadPayload::Repeated { what: "the place of the page" }),
        };
        Ok(PageRequest { max: number("max")?, from })
    }

    /// Reads the `<set/>` inside `el`, of which there may be one.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn within(el: &Element) -> Result<PageRequest, BadPayload> {
        only_child(el, ns::RSM, "set")?.map_or_else(|| Ok(PageRequest::default()), PageRequest::read)
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        let set = Element::new(ns::RSM, "set");
        let set = match &self.from {
            PageFrom::Start => set,
            PageFrom::After(id) => set.text_child("after", id),
            PageFrom::End => set.text_child("before", ""),
            PageFrom::Before(id) => set.text_child("before", id),
            PageFrom::Index(index) => set.text_child("index", index.to_string()),
        };
        match self.max {
            Some(max) => set.text_child("max", max.to_string()),
            None => set,
        }
    }
}

impl PageGiven {
    /// The element.
    pub fn to_element(&self) -> Element {
        let mut set = Element::new(ns::RSM, "set");
        if let Some((first, last, index)) = &self.ends {
            let index = index.map(|index| index.to_string());
            set.push(Element::new(ns::RSM, "first").attr_opt("index", index).with_text(first));
            set = set.text_child("last", last);
        }
        match self.count {
            Some(count) => set.text_child("count", count.to_string()),
            None => set,
        }
    }

    /// Reads `<set/>`.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<PageGiven, BadPayload> {
        expect(el, ns::RSM, "set")?;
        let first = only_child(el, ns::RSM, "first")?;
        let last = child_text(el, "last", MAX_ID_BYTES)?;
        let ends = match (first, last) {
            (None, None) => None,
            (Some(first), Some(last)) => {
                let index = first.attr_value("index").map(|index| digits(index, "index")).transpose()?;
                Some((text(first, "first", MAX_ID_BYTES)?, last, index))
            }
            (None, Some(_)) => return Err(BadPayload::Missing { what: "first" }),
            (Some(_), None) => return Err(BadPayload::Missing { what: "last" }),
        };
        Ok(PageGiven { ends, count: child_text(el, "count", 20)?.map(|count| digits(&count, "count")).transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    fn read(inner: &str) -> Result<PageRequest, BadPayload> {
        PageRequest::read(&el(&format!("<set xmlns='{}'>{inner}</set>", ns::RSM)))
    }

    #[test]
    fn reads_and_writes_requests() {
        let page = |max, from| Ok(PageRequest { max, from });
        let long = format!("<after>{}</after>", "x".repeat(MAX_ID_BYTES + 1));
        let place = Err(BadPayload::Repeated { what: "the place of the page" });
        let cases = [
            ("", page(None, PageFrom::Start)),
            ("<max>10</max>", page(Some(10), PageFrom::Start)),
            ("<max>0</max><after/>", page(Some(0), PageFrom::Start)),
            ("<max> 5 </max><before/>", page(Some(5), PageFrom::End)),
            ("<before>' or 1=1</before>", page(None, PageFrom::Before("' or 1=1".to_owned()))),
            ("<after>a</after>", page(None, PageFrom::After("a".to_owned()))),
            ("<index>371</index>", page(None, PageFrom::Index(371))),
            ("<max>-1</max>", Err(BadPayload::Invalid { what: "max" })),
            ("<max/>", Err(BadPayload::Invalid { what: "max" })),
            ("<max>4294967296</max>", Err(BadPayload::Invalid { what: "max" })),
            ("<max>1</max><max>2</max>", Err(BadPayload::Repeated { what: "max" })),
            ("<after>a</after><before>b</before>", place.clone()),
            ("<after>a</after><before/>", place.clone()),
            ("<index>1</index><before/>", place),
            (&long, Err(BadPayload::TooLong { what: "after", max: MAX_ID_BYTES })),
        ];
        for (inner, expected) in cases {
            let found = read(inner);
            assert_eq!(found, expected, "{inner:.60}");
            if let Ok(page) = found {
                assert_eq!(PageRequest::read(&page.to_element()), Ok(page));
            }
        }
        assert_eq!(PageRequest::within(&el("<query xmlns='x'/>")), Ok(PageRequest::default()));
    }

    #[test]
    fn reads_and_writes_answers() {
        let ends = Some(("a".to_owned(), "b".to_owned(), Some(0)));
        for given in [
            PageGiven::default(),
            PageGiven { ends: ends.clone(), count: Some(2) },
            PageGiven { ends: ends.map(|(a, b, _)| (a, b, None)), count: None },
        ] {
            assert_eq!(PageGiven::read(&given.to_element()), Ok(given));
        }
        let half = el(&format!("<set xmlns='{}'><last>b</last></set>", ns::RSM));
        assert_eq!(PageGiven::read(&half), Err(BadPayload::Missing { what: "first" }));
    }
}
