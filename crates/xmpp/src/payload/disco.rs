//! Service discovery: who is this, what can it do, and what has it got.
//!
//! Spec: XEP-0030 v2.5.0, §3 (info), §4 (items); XEP-0128 v1.0.1 (forms); XEP-0115 v1.6.0, §5.1
//! (verification string), §5.4 (what makes one ill-formed).
//! Left out: XEP-0390, until apps ask for it.

use super::{BadPayload, MAX_ID_BYTES, MAX_JID_BYTES, MAX_LINE_BYTES, attr, each, expect, need_attr};
use crate::forms::Form;
use crate::jid::Jid;
use crate::ns;
use crate::xml::Element;
use base64::Engine as _;
use sha1::{Digest as _, Sha1};

/// Most identities, features, forms and items that are read. A guess: the richest known clients
/// have some hundred features; public room lists are paged.
pub const MAX_ENTRIES: usize = 1024;
/// Longest category, type or language of an identity, in bytes. A guess.
const MAX_WORD_BYTES: usize = 128;

/// Who an entity is. §3.1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// As registered, such as `server`.
    pub category: String,
    /// As registered, such as `im`.
    pub kind: String,
    /// The language of the name.
    pub lang: Option<String>,
    /// The name for a person.
    pub name: Option<String>,
}

impl Identity {
    /// An identity without a name.
    pub fn new(category: &str, kind: &str) -> Identity {
        Identity { category: category.to_owned(), kind: kind.to_owned(), lang: None, name: None }
    }

    /// With a name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Identity {
        self.name = Some(name.into());
        self
    }
}

/// What an entity is and can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiscoInfo {
    /// Which part of it.
    pub node: Option<String>,
    /// Who it is; at least one.
    pub identities: Vec<Identity>,
    /// What it can do, by namespace.
    pub features: Vec<String>,
    /// What else it says. XEP-0128.
    pub forms: Vec<Form>,
}

impl DiscoInfo {
    /// The query.
    pub fn to_element(&self) -> Element {
        let identities = self.identities.iter().map(|identity| {
            Element::new(ns::DISCO_INFO, "identity")
                .attr("category", &*identity.category)
                .attr("type", &*identity.kind)
                .attr_opt("name", identity.name.as_deref())
                .attr_opt("xml:lang", identity.lang.as_deref())
        });
        let features = self.features.iter().map(|var| Element::new(ns::DISCO_INFO, "feature").attr("var", &**var));
        Element::new(ns::DISCO_INFO, "query")
            .attr_opt("node", self.node.as_deref())
            .children(identities)
            .children(features)
            .children(self.forms.iter().map(Form::to_element))
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<DiscoInfo, BadPayload> {
        expect(el, ns::DISCO_INFO, "query")?;
        Ok(DiscoInfo {
            node: attr(el, "node", MAX_ID_BYTES)?.map(str::to_owned),
            identities: each(el, ns::DISCO_INFO, "identity", MAX_ENTRIES, |identity| {
                Ok(Identity {
                    category: need_attr(identity, "category", MAX_WORD_BYTES)?.to_owned(),
                    kind: need_attr(identity, "type", MAX_WORD_BYTES)?.to_owned(),
                    lang: attr(identity, "xml:lang", MAX_WORD_BYTES)?.map(str::to_owned),
                    name: attr(identity, "name", MAX_LINE_BYTES)?.map(str::to_owned),
                })
            })?,
            features: each(el, ns::DISCO_INFO, "feature", MAX_ENTRIES, |feature| {
                Ok(need_attr(feature, "var", MAX_ID_BYTES)?.to_owned())
            })?,
            forms: each(el, ns::DATA, "x", MAX_ENTRIES, Form::read)?,
        })
    }

    /// Whether a feature is there.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|var| var == feature)
    }

    /// The verification string of XEP-0115 with SHA-1. `None` if XEP-0115 §5.4 calls the answer
    /// ill-formed: something in it is there twice, so that two answers could have one string.
    pub fn ver(&self) -> Option<String> {
        let mut identities: Vec<[&str; 4]> = self
            .identities
            .iter()
            .map(|i| {
                [&*i.category, &*i.kind, i.lang.as_deref().unwrap_or_default(), i.name.as_deref().unwrap_or_default()]
            })
            .collect();
        identities.sort_unstable();
        let mut features: Vec<&str> = self.features.iter().map(String::as_str).collect();
        features.sort_unstable();
        // §5.4, step 3.6: a form without a hidden FORM_TYPE is left out.
        let mut forms: Vec<(&str, &Form)> =
            self.forms.iter().filter_map(|form| Some((form.form_type()?, form))).collect();
        forms.sort_unstable_by_key(|(name, _)| *name);

        let twice = |a: &(&str, &Form), b: &(&str, &Form)| a.0 == b.0;
        let several_types = |form: &Form| form.values("FORM_TYPE").windows(2).any(|pair| pair.first() != pair.last());
        if has_twice(&identities, |a, b| a == b)
            || has_twice(&features, |a, b| a == b)
            || has_twice(&forms, twice)
            || forms.iter().any(|(_, form)| several_types(form))
        {
            return None;
        }

        let mut hash = Sha1::new();
        let mut add = |text: &str| {
            hash.update(text.as_bytes());
            hash.update(b"<");
        };
        identities.iter().for_each(|parts| add(&parts.join("/")));
        features.into_iter().for_each(&mut add);
        for (name, form) in forms {
            add(name);
            let mut fields: Vec<(&str, Vec<&str>)> = form
                .fields
                .iter()
                .filter_map(|field| Some((field.var.as_deref()?, field.values.iter().map(String::as_str).collect())))
                .filter(|(var, _)| *var != "FORM_TYPE")
                .collect();
            fields.sort_unstable();
            for (var, mut values) in fields {
                add(var);
                values.sort_unstable();
                values.into_iter().for_each(&mut add);
            }
        }
        Some(base64::engine::general_purpose::STANDARD.encode(hash.finalize()))
    }
}

/// Whether two neighbours are the same.
fn has_twice<T>(sorted: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    sorted.iter().zip(sorted.iter().skip(1)).any(|(a, b)| same(a, b))
}

/// One thing an entity has. §4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoItem {
    /// Where it is.
    pub jid: Jid,
    /// Which part of that.
    pub node: Option<String>,
    /// What it is called for a person.
    pub name: Option<String>,
}

/// What an entity has. §4.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiscoItems {
    /// Which part of the entity.
    pub node: Option<String>,
    /// The items.
    pub items: Vec<DiscoItem>,
}

impl DiscoItems {
    /// The query.
    pub fn to_element(&self) -> Element {
        let items = self.items.iter().map(|item| {
            Element::new(ns::DISCO_ITEMS, "item")
                .attr("jid", item.jid.as_str())
                .attr_opt("node", item.node.as_deref())
                .attr_opt("name", item.name.as_deref())
        });
        Element::new(ns::DISCO_ITEMS, "query").attr_opt("node", self.node.as_deref()).children(items)
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<DiscoItems, BadPayload> {
        expect(el, ns::DISCO_ITEMS, "query")?;
        Ok(DiscoItems {
            node: attr(el, "node", MAX_ID_BYTES)?.map(str::to_owned),
            items: each(el, ns::DISCO_ITEMS, "item", MAX_ENTRIES, |item| {
                let jid = need_attr(item, "jid", MAX_JID_BYTES)?;
                Ok(DiscoItem {
                    jid: crate::jid::parse(jid).map_err(|_| BadPayload::BadJid { what: "jid" })?,
                    node: attr(item, "node", MAX_ID_BYTES)?.map(str::to_owned),
                    name: attr(item, "name", MAX_LINE_BYTES)?.map(str::to_owned),
                })
            })?,
        })
    }
}

/// The node that a request asks about, for info and items alike.
///
/// # Errors
/// [`BadPayload`].
pub fn read_request(el: &Element) -> Result<Option<String>, BadPayload> {
    if el.name() != "query" || ![ns::DISCO_INFO, ns::DISCO_ITEMS].contains(&el.ns()) {
        return Err(BadPayload::WrongElement { expected: "query" });
    }
    Ok(attr(el, "node", MAX_ID_BYTES)?.map(str::to_owned))
}

/// A summary of what an entity can do, in presence and stream features. XEP-0115 §4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caps {
    /// The software, as an address.
    pub node: String,
    /// The verification string.
    pub ver: String,
    /// The name of the hash function, `sha-1` for [`DiscoInfo::ver`].
    pub hash: String,
}

impl Caps {
    /// The element.
    pub fn to_element(&self) -> Element {
        Element::new(ns::CAPS, "c").attr("hash", &*self.hash).attr("node", &*self.node).attr("ver", &*self.ver)
    }

    /// Reads a summary; without a `hash` it is of a form given up in 2007, and an error.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Caps, BadPayload> {
        expect(el, ns::CAPS, "c")?;
        Ok(Caps {
            node: need_attr(el, "node", MAX_ID_BYTES)?.to_owned(),
            ver: need_attr(el, "ver", MAX_ID_BYTES)?.to_owned(),
            hash: need_attr(el, "hash", MAX_WORD_BYTES)?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;
    use crate::forms::{Field, FieldKind, FormKind};

    fn info(identities: Vec<Identity>, forms: Vec<Form>) -> DiscoInfo {
        let features = ["muc", "disco#items", "disco#info", "caps"].map(|f| format!("http://jabber.org/protocol/{f}"));
        DiscoInfo { node: None, identities, features: features.to_vec(), forms }
    }

    fn software() -> Form {
        Form::new(FormKind::Result)
            .with_form_type("urn:xmpp:dataforms:softwareinfo")
            .field(Field::answer("software", "Psi"))
            .field(Field::answer("software_version", "0.11"))
            .field(Field::new(FieldKind::TextMulti, "ip_version").value("ipv6").value("ipv4"))
            .field(Field::answer("os", "Mac"))
            .field(Field::answer("os_version", "10.5.1"))
    }

    #[test]
    fn ver_is_that_of_the_documents_examples() {
        let simple = info(vec![Identity::new("client", "pc").name("Exodus 0.9.1")], Vec::new());
        assert_eq!(simple.ver().as_deref(), Some("QgayPKawpkPSDYmwT/WM94uAlu0="));

        let named =
            |lang: &str, name: &str| Identity { lang: Some(lang.into()), ..Identity::new("client", "pc").name(name) };
        let complex = info(vec![named("en", "Psi 0.11"), named("el", "Ψ 0.11")], vec![software()]);
        assert_eq!(complex.ver().as_deref(), Some("q07IKJEyjvHSyhy//CH0CxmKi8w="));
    }

    #[test]
    fn what_is_there_twice_has_no_ver() {
        let identity = || vec![Identity::new("client", "pc")];
        let mut twice = info(identity(), Vec::new());
        twice.features.push(ns::MUC.to_owned());
        let mut types = software();
        types.fields[0].values.push("urn:other".to_owned());
        let cases = [
            twice,
            info([identity(), identity()].concat(), Vec::new()),
            info(identity(), vec![software(), software()]),
            info(identity(), vec![types]),
        ];
        for case in cases {
            assert_eq!(case.ver(), None);
        }
        let untyped = Form::new(FormKind::Result).field(Field::answer("a", "b"));
        assert_eq!(info(identity(), vec![untyped]).ver(), info(identity(), Vec::new()).ver());
    }

    #[test]
    fn answers_read_back() {
        let mut info = info(vec![Identity::new("server", "im").name("P & Q")], vec![software()]);
        info.node = Some("n".to_owned());
        assert_eq!(DiscoInfo::read(&info.to_element()), Ok(info.clone()));
        assert!(info.has(ns::MUC) && !info.has(ns::PING));

        let item = |jid: &str, node: Option<&str>| DiscoItem {
            jid: Jid::new(jid).expect("a JID"),
            node: node.map(str::to_owned),
            name: node.map(str::to_owned),
        };
        let items =
            DiscoItems { node: None, items: vec![item("chat.example", Some(ns::INVITE_COMMAND)), item("a@b/c", None)] };
        assert_eq!(DiscoItems::read(&items.to_element()), Ok(items));

        let caps = Caps { node: "https://chat.example".into(), ver: "v=".into(), hash: "sha-1".into() };
        assert_eq!(Caps::read(&caps.to_element()), Ok(caps));
    }

    #[test]
    fn refuses_what_is_too_much_or_too_little() {
        let query = |children: &str| el(&format!("<query xmlns='{}'>{children}</query>", ns::DISCO_INFO));
        let cases = [
            ("<identity type='im'/>".to_owned(), BadPayload::Missing { what: "category" }),
            ("<feature/>".to_owned(), BadPayload::Missing { what: "var" }),
            ("<feature var='a'/>".repeat(MAX_ENTRIES + 1), BadPayload::TooMany { what: "feature", max: MAX_ENTRIES }),
            (
                format!("<feature var='{}'/>", "a".repeat(MAX_ID_BYTES + 1)),
                BadPayload::TooLong { what: "var", max: MAX_ID_BYTES },
            ),
        ];
        for (children, expected) in cases {
            assert_eq!(DiscoInfo::read(&query(&children)), Err(expected), "{children:.60}");
        }
        let item = el(&format!("<query xmlns='{}'><item jid='@'/></query>", ns::DISCO_ITEMS));
        assert_eq!(DiscoItems::read(&item), Err(BadPayload::BadJid { what: "jid" }));
        assert_eq!(
            Caps::read(&el(&format!("<c xmlns='{}' node='n' ver='v'/>", ns::CAPS))),
            Err(BadPayload::Missing { what: "hash" })
        );
        assert_eq!(read_request(&query("")), Ok(None));
        assert!(read_request(&el("<query xmlns='jabber:iq:roster'/>")).is_err());
    }
}
