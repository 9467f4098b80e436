//! Compares XML by meaning: prefixes, the order of attributes and of children, and white space between elements do not
//! count; holes take what cannot be known beforehand.
//!
//! - `{any}` as an attribute's value or as the whole text: whatever stands there. As text beside elements: other
//!   children may stand there too.
//! - `${name}` in a value or text: what it was when it was seen first; kept then.
//! - `from`, `to`, `id` and `xml:lang` of a stanza count where the pattern names them, and `{none}` says that an attribute must
//!   not be there. All other attributes count always.
//! - `<stanza-id/>`, which the server puts on whatever it keeps, counts where the pattern has one.

use std::collections::BTreeMap;

use parlour_xmpp::ns;
use parlour_xmpp::xml::{Attr, Element, Node};

/// What `${name}` stands for.
pub type Vars = BTreeMap<String, String>;

/// XML with holes.
#[derive(Clone, Debug)]
pub struct Pattern(Element);

/// Why an element does not match, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub String);

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Element> for Pattern {
    fn from(element: Element) -> Self {
        Self(element)
    }
}

impl Pattern {
    /// Reads a pattern, on a stream of clients.
    ///
    /// # Errors
    /// When it is not one well-formed element.
    pub fn parse(text: &str) -> Result<Self, Mismatch> {
        Element::parse_with(text.as_bytes(), ns::CLIENT, &[("stream", ns::STREAM)])
            .map(Self)
            .map_err(|error| Mismatch(format!("{error}: {text}")))
    }

    /// Whether `seen` is what was meant. What holes took is added to `vars`, only if all matches.
    ///
    /// # Errors
    /// [`Mismatch`].
    pub fn check(&self, seen: &Element, vars: &mut Vars) -> Result<(), Mismatch> {
        let mut taken = vars.clone();
        element(&self.0, seen, &mut taken, true)?;
        *vars = taken;
        Ok(())
    }
}

fn element(wanted: &Element, seen: &Element, vars: &mut Vars, outermost: bool) -> Result<(), Mismatch> {
    if !seen.is(wanted.ns(), wanted.name()) {
        return Err(Mismatch(format!(
            "<{} xmlns='{}'> instead of <{} xmlns='{}'>",
            seen.name(),
            seen.ns(),
            wanted.name(),
            wanted.ns()
        )));
    }
    let path = |Mismatch(why): Mismatch| Mismatch(format!("<{}>: {why}", wanted.name()));
    attributes(wanted, seen, vars, outermost).map_err(path)?;
    content(wanted, seen, vars).map_err(path)
}

fn attributes(wanted: &Element, seen: &Element, vars: &mut Vars, outermost: bool) -> Result<(), Mismatch> {
    let find = |attr: &Attr, all: &[Attr]| {
        all.iter().find(|other| other.ns == attr.ns && other.name == attr.name).map(|other| other.value.clone())
    };
    for attr in wanted.attrs() {
        let there = find(attr, seen.attrs());
        match (attr.value.as_str(), there) {
            ("{none}", None) => {}
            ("{none}", Some(there)) => return Err(Mismatch(format!("there is {}='{there}'", attr.name))),
            (_, None) => return Err(Mismatch(format!("there is no {}", attr.name))),
            (value, Some(there)) => {
                text(value, &there, vars).map_err(|Mismatch(why)| Mismatch(format!("{}: {why}", attr.name)))?
            }
        }
    }
    let stanza = outermost && seen.ns() == ns::CLIENT;
    for attr in seen.attrs() {
        let free = stanza
            && match attr.ns.as_deref() {
                None => ["from", "to", "id"].contains(&&*attr.name),
                Some(other) => other == ns::XML,
            };
        if !free && find(attr, wanted.attrs()).is_none() {
            return Err(Mismatch(format!("there is {}='{}'", attr.name, attr.value)));
        }
    }
    Ok(())
}

fn content(wanted: &Element, seen: &Element, vars: &mut Vars) -> Result<(), Mismatch> {
    let own = words(wanted);
    let open = own == "{any}";
    if open && wanted.elements().next().is_none() {
        return Ok(());
    }
    let ids = wanted.elements().any(is_stanza_id);
    let mut left: Vec<&Element> = seen.elements().filter(|child| ids || !is_stanza_id(child)).collect();
    for child in wanted.elements() {
        let mut why = None;
        let mut tried = vars.clone();
        let found = left.iter().position(|other| {
            tried.clone_from(vars);
            match element(child, other, &mut tried, false) {
                Ok(()) => true,
                Err(error) => {
                    // What came closest is the most telling.
                    if other.name() == child.name() || why.is_none() {
                        why = Some(error);
                    }
                    false
                }
            }
        });
        match found {
            Some(at) => {
                *vars = tried;
                left.remove(at);
            }
            None => {
                let nothing = || Mismatch(format!("there is no <{} xmlns='{}'>", child.name(), child.ns()));
                return Err(why.unwrap_or_else(nothing));
            }
        }
    }
    if open {
        return Ok(());
    }
    if let Some(more) = left.first() {
        return Err(Mismatch(format!("there is {more} too")));
    }
    text(&own, &words(seen), vars)
}

/// The text right in an element; between elements white space means nothing.
fn words(of: &Element) -> String {
    let mixed = of.elements().next().is_some();
    let texts = of.nodes().iter().filter_map(|node| match node {
        Node::Text(text) if mixed => Some(text.trim()),
        Node::Text(text) => Some(text.as_str()),
        Node::Element(_) => None,
    });
    texts.collect()
}

fn is_stanza_id(child: &Element) -> bool {
    child.is(ns::SID, "stanza-id")
}

fn text(wanted: &str, seen: &str, vars: &mut Vars) -> Result<(), Mismatch> {
    let wanted = filled(wanted, vars);
    if wanted == "{any}" {
        return Ok(());
    }
    if let Some((before, rest)) = wanted.split_once("${")
        && let Some((name, after)) = rest.split_once('}')
        && let Some(value) = seen.strip_prefix(before).and_then(|rest| rest.strip_suffix(after))
    {
        vars.insert(name.to_owned(), value.to_owned());
        return Ok(());
    }
    if wanted == seen { Ok(()) } else { Err(Mismatch(format!("'{seen}' instead of '{wanted}'"))) }
}

/// With what is known put in.
pub(crate) fn filled(text: &str, vars: &Vars) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    vars.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, seen: &str, vars: &mut Vars) -> Result<(), Mismatch> {
        let seen = Element::parse(seen.as_bytes(), ns::CLIENT).expect("well-formed");
        Pattern::parse(pattern).expect("a pattern").check(&seen, vars)
    }

    #[test]
    fn a_table_of_what_matches() {
        let cases = [
            ("<iq type='result'/>", "<iq type='result' id='1' to='a@b/c'/>", true),
            ("<iq type='result' id='2'/>", "<iq type='result' id='1'/>", false),
            ("<iq type='result'/>", "<iq type='error'/>", false),
            ("<iq type='result' from='{none}'/>", "<iq type='result' from='a'/>", false),
            ("<iq type='result' from='{none}'/>", "<iq type='result'/>", true),
            ("<iq type='result'/>", "<iq type='result' extra=''/>", false),
            ("<iq type='result'/>", "<iq type='result'><x xmlns='u'/></iq>", false),
            ("<iq type='result'>{any}</iq>", "<iq type='result'>a<x xmlns='u'/></iq>", true),
            (
                "<message><a xmlns='u'/><b xmlns='u'/></message>",
                "<message><p:b xmlns:p='u'/> <a xmlns='u'/></message>",
                true,
            ),
            ("<message><a xmlns='u'/>{any}</message>", "<message><b xmlns='u'/><a xmlns='u'/></message>", true),
            ("<message><a xmlns='u' k='1'/></message>", "<message><a xmlns='u' k='2'/></message>", false),
            (
                "<message><body>x</body></message>",
                "<message><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='a' id='1'/></message>",
                true,
            ),
            ("<message><body> x</body></message>", "<message><body>x</body></message>", false),
        ];
        for (pattern, seen, fits) in cases {
            assert_eq!(check(pattern, seen, &mut Vars::new()).is_ok(), fits, "{pattern} against {seen}");
        }
    }

    #[test]
    fn a_hole_is_filled_once() {
        let mut vars = Vars::new();
        check("<a uri='xmpp:h?preauth=${t}'><b>${t}</b></a>", "<a uri='xmpp:h?preauth=X'><b>X</b></a>", &mut vars)
            .expect("fits");
        assert_eq!(vars["t"], "X");
        check("<a><b>${t}</b></a>", "<a><b>Y</b></a>", &mut vars).expect_err("another");
        assert_eq!(filled("<c id='${t}'/>", &vars), "<c id='X'/>");
    }
}
