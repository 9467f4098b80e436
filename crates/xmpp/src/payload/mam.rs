//! Asking an archive: queries, what they find, how much there is, and what shall be kept.
//!
//! Spec: XEP-0313 v1.1.3, §4 (queries), §5 (metadata); XEP-0441 v0.2.0, §2 (preferences).
//! Left out: archives of nodes and rooms; who may ask, and what is found.

use super::rsm::{PageGiven, PageRequest};
use super::{BadPayload, MAX_ID_BYTES, MAX_JID_BYTES, attr, each, expect, need_attr, only_child, text};
use crate::error::{StanzaError, words};
use crate::forms::{Form, FormKind};
use crate::jid::Jid;
use crate::ns;
use crate::stanza::{DefaultNs, Stamp, Stanza};
use crate::time::Timestamp;
use crate::xml::{Element, escape_attr};

/// A query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What the asker knows the results by.
    pub queryid: Option<String>,
    /// Which messages.
    pub filter: Filter,
    /// Which part of them.
    pub page: PageRequest,
    /// The last of the part comes first. §4.3.4.
    pub flip: bool,
}

/// Which messages. §4.1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// None before this moment.
    pub start: Option<Timestamp>,
    /// None after this moment.
    pub end: Option<Timestamp>,
    /// To or from this address; a bare one stands for all its resources.
    pub with: Option<Jid>,
    /// None but those before this one.
    pub before_id: Option<String>,
    /// None but those after this one.
    pub after_id: Option<String>,
    /// These and no others.
    pub ids: Option<Vec<String>>,
    /// With or without those of rooms.
    pub groupchat: Option<bool>,
}

/// What is wrong with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// It does not read.
    #[error(transparent)]
    Payload(#[from] BadPayload),
    /// It asks for something that is not known here. §4.1.5: not ignored, since more would be found than was asked for.
    #[error("a field or node that is not known")]
    Unknown,
}

impl From<BadQuery> for StanzaError {
    fn from(bad: BadQuery) -> StanzaError {
        match bad {
            BadQuery::Payload(bad) => bad.into(),
            BadQuery::Unknown => StanzaError::feature_not_implemented().with_text(bad.to_string()),
        }
    }
}

impl Query {
    /// Reads `<query/>` of a set.
    ///
    /// # Errors
    /// [`BadQuery`].
    pub fn read(el: &Element) -> Result<Query, BadQuery> {
        expect(el, ns::MAM, "query")?;
        if el.attr_value("node").is_some() {
            return Err(BadQuery::Unknown);
        }
        let filter = match only_child(el, ns::DATA, "x")? {
            Some(form) => Filter::read(&Form::read(form)?)?,
            None => Filter::default(),
        };
        Ok(Query {
            queryid: attr(el, "queryid", MAX_ID_BYTES)?.map(str::to_owned),
            filter,
            page: PageRequest::within(el)?,
            flip: only_child(el, ns::MAM, "flip-page")?.is_some(),
        })
    }
}

impl Filter {
    fn read(form: &Form) -> Result<Filter, BadQuery> {
        if form.kind != FormKind::Submit {
            return Err(BadPayload::Invalid { what: "type" }.into());
        }
        match form.form_type() {
            Some(ns::MAM) => {}
            Some(_) => return Err(BadPayload::Invalid { what: "FORM_TYPE" }.into()),
            None => return Err(BadPayload::Missing { what: "FORM_TYPE" }.into()),
        }
        let mut filter = Filter::default();
        for field in &form.fields {
            let name = field.var.as_deref().unwrap_or_default();
            // A field left empty asks for nothing.
            let one = |what| match field.values.as_slice() {
                [] => Ok(None),
                [value] => Ok(Some(value.as_str()).filter(|value| !value.is_empty())),
                _ => Err(BadPayload::TooMany { what, max: 1 }),
            };
            let id = |what| match one(what)? {
                Some(id) if id.len() > MAX_ID_BYTES => Err(BadPayload::TooLong { what, max: MAX_ID_BYTES }),
                id => Ok(id.map(str::to_owned)),
            };
            let time = |what| {
                let read = |text| Timestamp::parse(text).map_err(|_| BadPayload::Invalid { what });
                one(what)?.map(read).transpose()
            };
            match name {
                "FORM_TYPE" => {}
                "start" => filter.start = time("start")?,
                "end" => filter.end = time("end")?,
                "with" => {
                    let read = |with: &str| crate::jid::parse(with).map_err(|_| BadPayload::BadJid { what: "with" });
                    filter.with = one("with")?.map(read).transpose()?;
                }
                "before-id" => filter.before_id = id("before-id")?,
                "after-id" => filter.after_id = id("after-id")?,
                "ids" => {
                    if field.values.iter().any(|id| id.len() > MAX_ID_BYTES) {
                        return Err(BadPayload::TooLong { what: "ids", max: MAX_ID_BYTES }.into());
                    }
                    filter.ids = Some(field.values.clone());
                }
                "include-groupchat" => filter.groupchat = form.boolean("include-groupchat")?,
                _ => return Err(BadQuery::Unknown),
            }
        }
        Ok(filter)
    }
}

/// The fields a query may have, as `<query/>` of a get is answered. §4.1.5.
pub fn fields() -> Element {
    let field = |kind: &str, var: &str| Element::new(ns::DATA, "field").attr("type", kind).attr("var", var);
    let open = Element::new(ns::DATA_VALIDATE, "validate")
        .attr("datatype", "xs:string")
        .child(Element::new(ns::DATA_VALIDATE, "open"));
    let form = Element::new(ns::DATA, "x")
        .attr("type", FormKind::Form.as_str())
        .child(field("hidden", "FORM_TYPE").text_child("value", ns::MAM))
        .child(field("jid-single", "with"))
        .child(field("text-single", "start"))
        .child(field("text-single", "end"))
        .child(field("text-single", "before-id"))
        .child(field("text-single", "after-id"))
        .child(field("list-multi", "ids").child(open))
        .child(field("boolean", "include-groupchat"));
    Element::new(ns::MAM, "query").child(form)
}

/// Appends `<result/>`: one message that was found, as it was kept, and when it came.
pub fn write_result(out: &mut Vec<u8>, queryid: Option<&str>, id: &str, at: Timestamp, message: &Stanza) {
    out.extend_from_slice(format!("<result xmlns='{}' id='", ns::MAM).as_bytes());
    escape_attr(id, out);
    if let Some(queryid) = queryid {
        out.extend_from_slice(b"' queryid='");
        escape_attr(queryid, out);
    }
    let forward = ns::FORWARD;
    let delay = ns::DELAY;
    out.extend_from_slice(format!("'><forwarded xmlns='{forward}'><delay xmlns='{delay}' stamp='{at}'/>").as_bytes());
    message.write(out, &Stamp { default_ns: DefaultNs::Client, ..Stamp::default() });
    out.extend_from_slice(b"</forwarded></result>");
}

/// How a query ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fin {
    /// Nothing that was asked for is left.
    pub complete: bool,
    /// What was given.
    pub page: PageGiven,
}

impl Fin {
    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::MAM, "fin")
            .attr_opt("complete", self.complete.then_some("true"))
            .attr("stable", "true")
            .child(self.page.to_element())
    }
}

/// The first and the last message of an archive, by id and time: `<metadata/>`, empty where there are none. §5.
pub fn metadata(ends: Option<[(&str, Timestamp); 2]>) -> Element {
    let end = |name: &str, (id, at): (&str, Timestamp)| {
        Element::new(ns::MAM, name).attr("id", id).attr("timestamp", at.to_string())
    };
    let metadata = Element::new(ns::MAM, "metadata");
    match ends {
        Some([first, last]) => metadata.child(end("start", first)).child(end("end", last)),
        None => metadata,
    }
}

words! {
    /// What is kept of those that are on no list. XEP-0441 §2.1.1.
    DefaultPolicy {
        /// All.
        Always = "always",
        /// Nothing.
        Never = "never",
        /// What is exchanged with contacts.
        Roster = "roster",
    }
}

/// What shall be kept. XEP-0441 §2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefs {
    /// For those on no list.
    pub default: DefaultPolicy,
    /// Kept, whoever else is.
    pub always: Vec<Jid>,
    /// Not kept.
    pub never: Vec<Jid>,
}

/// Most addresses on one of the lists of a request. A guess: people name some; what more is kept, `domain` says.
pub const MAX_PREFS: usize = 1000;

impl Prefs {
    /// Reads `<prefs/>` of a set.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Prefs, BadPayload> {
        expect(el, ns::MAM, "prefs")?;
        let word = need_attr(el, "default", MAX_ID_BYTES)?;
        let list = |name| match only_child(el, ns::MAM, name)? {
            Some(list) => each(list, ns::MAM, "jid", MAX_PREFS, |jid| {
                let jid = text(jid, "jid", MAX_JID_BYTES)?;
                crate::jid::parse(jid.trim()).map_err(|_| BadPayload::BadJid { what: "jid" })
            }),
            None => Ok(Vec::new()),
        };
        Ok(Prefs {
            default: DefaultPolicy::from_word(word).ok_or(BadPayload::Invalid { what: "default" })?,
            always: list("always")?,
            never: list("never")?,
        })
    }

    /// The element; both lists are there even where they are empty.
    pub fn to_element(&self) -> Element {
        let list = |name: &str, jids: &[Jid]| {
            let jids = jids.iter().map(|jid| Element::new(ns::MAM, "jid").with_text(jid.as_str()));
            Element::new(ns::MAM, name).children(jids)
        };
        Element::new(ns::MAM, "prefs")
            .attr("default", self.default.as_str())
            .child(list("always", &self.always))
            .child(list("never", &self.never))
    }
}

#[cfg(test)]
#[path = "mam_tests.rs"]
mod tests;
