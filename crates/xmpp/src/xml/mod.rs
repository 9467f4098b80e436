//! A small element tree for what is read and made by the server itself.
//!
//! Spec: XML 1.0 and Namespaces in XML 1.0 as narrowed by RFC 6120 §11 (no DTD, processing
//! instruction, comment or entity beyond the five).
//! Left out: everything a stanza on its way does not need; that one travels as bytes (`stanza`).
//!
//! A tree read from bytes is at most [`MAX_DEPTH`] deep, so walking, cloning and dropping it may
//! recurse. A tree made here is as deep as our own code makes it.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::room_for;
pub use read::{MAX_ATTRS, MAX_DEPTH, MAX_ELEMENTS, XmlError};
pub use write::{escape_attr, escape_text, is_xml_char};

use crate::ns;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// An XML element: expanded name, attributes and children.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    ns: Arc<str>,
    name: Box<str>,
    attrs: Vec<Attr>,
    children: Vec<Node>,
}

/// One attribute. Namespace declarations are not attributes here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attr {
    /// `None` for the ordinary attribute without a prefix.
    pub ns: Option<Arc<str>>,
    /// The local name.
    pub name: Box<str>,
    /// The value, unescaped.
    pub value: String,
}

/// What stands between a start tag and its end tag.
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// A child element.
    Element(Element),
    /// Character data, unescaped; CDATA sections are merged into it.
    Text(String),
}

impl Element {
    /// An element without attributes and children.
    ///
    /// Names come from code, not from the wire; a character that no name may hold becomes `_`, so
    /// that a slip cannot open or close anything in the output.
    pub fn new(ns: &str, name: &str) -> Element {
        Element { ns: ns.into(), name: write::mend_name(name).into(), attrs: Vec::new(), children: Vec::new() }
    }

    // ---- Building ----

    /// With this attribute; `xml:lang` and its like are understood. Replaces one of the same name.
    #[must_use]
    pub fn attr(mut self, name: &str, value: impl Into<String>) -> Element {
        self.set_attr(name, value);
        self
    }

    /// With this attribute if there is a value.
    #[must_use]
    pub fn attr_opt(self, name: &str, value: Option<impl Into<String>>) -> Element {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// With an attribute of a namespace; a prefix is made up when it is written.
    #[must_use]
    pub fn attr_ns(mut self, ns: &str, name: &str, value: impl Into<String>) -> Element {
        self.put_attr(Some(ns.into()), name, value.into());
        self
    }

    /// With this child at the end.
    #[must_use]
    pub fn child(mut self, child: Element) -> Element {
        self.push(child);
        self
    }

    /// With this child at the end if there is one.
    #[must_use]
    pub fn child_opt(self, child: Option<Element>) -> Element {
        match child {
            Some(child) => self.child(child),
            None => self,
        }
    }

    /// With these children at the end.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// With this text at the end.
    #[must_use]
    pub fn with_text(mut self, text: impl AsRef<str>) -> Element {
        self.push_text(text.as_ref());
        self
    }

    /// With a child of the same namespace that holds nothing but this text.
    #[must_use]
    pub fn text_child(mut self, name: &str, text: impl AsRef<str>) -> Element {
        let mut child = Element {
            ns: Arc::clone(&self.ns),
            name: write::mend_name(name).into(),
            attrs: Vec::new(),
            children: Vec::new(),
        };
        child.push_text(text.as_ref());
        self.push(child);
        self
    }

    /// Sets an attribute, replacing one of the same name; `xml:lang` and its like are understood.
    pub fn set_attr(&mut self, name: &str, value: impl Into<String>) {
        let (ns, name) = split_attr(name);
        self.put_attr(ns.map(Into::into), name, value.into());
    }

    fn put_attr(&mut self, ns: Option<Arc<str>>, name: &str, value: String) {
        let name = write::mend_name(name);
        match self.attrs.iter_mut().find(|a| a.ns == ns && *a.name == *name) {
            Some(attr) => attr.value = value,
            None => self.attrs.push(Attr { ns, name: name.into(), value }),
        }
    }

    /// Takes an attribute out and gives its value.
    pub fn remove_attr(&mut self, name: &str) -> Option<String> {
        let (ns, name) = split_attr(name);
        let at = self.attrs.iter().position(|a| a.ns.as_deref() == ns && *a.name == *name)?;
        Some(self.attrs.remove(at).value)
    }

    /// Appends a child.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// Appends text, joining it with text that already stands last.
    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.children.last_mut() {
            Some(Node::Text(last)) => last.push_str(text),
            _ => self.children.push(Node::Text(text.to_owned())),
        }
    }

    /// Keeps only the child elements for which `keep` says so; text stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&Element) -> bool) {
        self.children.retain(|node| match node {
            Node::Element(el) => keep(el),
            Node::Text(_) => true,
        });
    }

    // ---- Reading ----

    /// The local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace, empty if there is none.
    pub fn ns(&self) -> &str {
        &self.ns
    }

    /// Whether this is `name` in `ns`.
    pub fn is(&self, ns: &str, name: &str) -> bool {
        *self.name == *name && *self.ns == *ns
    }

    /// The value of an attribute without a namespace, or of `xml:lang` and its like.
    pub fn attr_value(&self, name: &str) -> Option<&str> {
        let (ns, name) = split_attr(name);
        self.find_attr(ns, name)
    }

    /// The value of an attribute of a namespace.
    pub fn attr_value_ns(&self, ns: &str, name: &str) -> Option<&str> {
        self.find_attr(Some(ns), name)
    }

    fn find_attr(&self, ns: Option<&str>, name: &str) -> Option<&str> {
        self.attrs.iter().find(|a| *a.name == *name && a.ns.as_deref() == ns).map(|a| a.value.as_str())
    }

    /// All attributes, in the order in which they were set or read.
    pub fn attrs(&self) -> &[Attr] {
        &self.attrs
    }

    /// The `xml:lang` written on this very element.
    pub fn lang(&self) -> Option<&str> {
        self.attr_value("xml:lang")
    }

    /// Elements and text in order.
    pub fn nodes(&self) -> &[Node] {
        &self.children
    }

    /// The child elements.
    pub fn elements(&self) -> impl DoubleEndedIterator<Item = &Element> + Clone {
        self.children.iter().filter_map(|node| match node {
            Node::Element(el) => Some(el),
            Node::Text(_) => None,
        })
    }

    /// The child elements, owned.
    pub fn into_elements(self) -> impl DoubleEndedIterator<Item = Element> {
        self.children.into_iter().filter_map(|node| match node {
            Node::Element(el) => Some(el),
            Node::Text(_) => None,
        })
    }

    /// The first child element of whatever name.
    pub fn first_element(&self) -> Option<&Element> {
        self.elements().next()
    }

    /// The first child `name` in `ns`.
    pub fn child_named(&self, ns: &str, name: &str) -> Option<&Element> {
        self.elements().find(|el| el.is(ns, name))
    }

    /// All children `name` in `ns`.
    pub fn children_named<'a>(&'a self, ns: &'a str, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |el| el.is(ns, name))
    }

    /// The text right in this element, without that of its children.
    pub fn text(&self) -> String {
        self.text_cow().into_owned()
    }

    /// As [`Element::text`], borrowed where it stands in one piece.
    pub fn text_cow(&self) -> Cow<'_, str> {
        let mut texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        let first = texts.next().unwrap_or_default();
        match texts.next() {
            None => Cow::Borrowed(first),
            Some(second) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
        }
    }

    /// The text of the first child `name` of this element's own namespace.
    pub fn child_text(&self, name: &str) -> Option<String> {
        self.child_named(&self.ns, name).map(Element::text)
    }

    /// Whether there is neither a child nor text.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty()
    }
}

/// As XML with its namespace, for failing tests and protocol transcripts. The content may be
/// private: this belongs in no error and in no log but the transcript.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_in(""))
    }
}

/// The expanded name and nothing of the content, which may be a password or a message.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Element({{{}}}{})", self.ns, self.name)
    }
}

/// Says what it is, not what it says.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Element(el) => el.fmt(f),
            Node::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

/// `xml:lang` to its namespace and local name; anything else has no namespace.
fn split_attr(name: &str) -> (Option<&'static str>, &str) {
    match name.strip_prefix("xml:") {
        Some(local) => (Some(ns::XML), local),
        None => (None, name),
    }
}
