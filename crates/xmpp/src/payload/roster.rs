//! The roster: what a client asks for and sets, what the server answers and pushes.
//!
//! Spec: RFC 6121 §2 (2.1 syntax, 2.3.3 errors, 2.6 versioning).

use super::{BadPayload, MAX_ID_BYTES, MAX_JID_BYTES, attr, each, expect, need_attr, text};
use crate::error::words;
use crate::jid::BareJid;
use crate::ns;
use crate::xml::Element;

/// Longest name of a contact, in bytes. RFC 6121 §2.1.2.3 leaves it to the server.
pub const MAX_NAME_BYTES: usize = 1023;
/// Longest name of a group, in bytes. RFC 6121 §2.3.3 leaves it to the server.
pub const MAX_GROUP_BYTES: usize = 1023;
/// Most groups one contact may be in. A guess, far above what apps can show.
pub const MAX_GROUPS: usize = 64;
/// Most items in a roster that is read (by tests and imports). A guess.
pub const MAX_ITEMS: usize = 10_000;

words! {
    /// Who sees whose presence. RFC 6121 §2.1.2.5.
    Subscription {
        /// Neither sees the other.
        None = "none",
        /// The roster's owner sees the contact.
        To = "to",
        /// The contact sees the roster's owner.
        From = "from",
        /// Both see each other.
        Both = "both",
    }
}

/// A contact as the server tells of it. RFC 6121 §2.1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterItem {
    /// The contact.
    pub jid: BareJid,
    /// What the owner calls it.
    pub name: Option<String>,
    /// Who sees whom.
    pub subscription: Subscription,
    /// Whether the owner has asked to see the contact and has no answer yet.
    pub ask: bool,
    /// Whether the owner has approved a request that is yet to come.
    pub approved: bool,
    /// The groups the owner has put it in, each once.
    pub groups: Vec<String>,
}

impl RosterItem {
    /// The `<item/>`.
    pub fn to_element(&self) -> Element {
        Element::new(ns::ROSTER, "item")
            .attr("jid", self.jid.as_str())
            .attr_opt("name", self.name.as_deref())
            .attr("subscription", self.subscription.as_str())
            .attr_opt("ask", self.ask.then_some("subscribe"))
            .attr_opt("approved", self.approved.then_some("true"))
            .children(self.groups.iter().map(|group| Element::new(ns::ROSTER, "group").with_text(group)))
    }
}

/// What a client asks of its roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterGet {
    /// The version the client has; empty if it has none but understands versions.
    pub ver: Option<String>,
}

impl RosterGet {
    /// Reads the query of an iq of type get.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<RosterGet, BadPayload> {
        expect(el, ns::ROSTER, "query")?;
        Ok(RosterGet { ver: attr(el, "ver", MAX_ID_BYTES)?.map(str::to_owned) })
    }

    /// The query.
    pub fn to_element(&self) -> Element {
        Element::new(ns::ROSTER, "query").attr_opt("ver", self.ver.as_deref())
    }
}

/// What a client changes in its roster, one item at a time. RFC 6121 §2.3 to §2.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterSet {
    /// Add the contact, or give it this name and these groups.
    Update {
        /// The contact.
        jid: BareJid,
        /// What to call it; an empty name is none.
        name: Option<String>,
        /// All its groups.
        groups: Vec<String>,
    },
    /// Remove the contact, with its subscriptions.
    Remove {
        /// The contact.
        jid: BareJid,
    },
}

impl RosterSet {
    /// Reads the query of an iq of type set. Of the states a client may write, all but
    /// `subscription='remove'` are ignored (§2.1.2.5).
    ///
    /// # Errors
    /// [`BadPayload`], with the conditions of §2.3.3.
    pub fn read(el: &Element) -> Result<RosterSet, BadPayload> {
        expect(el, ns::ROSTER, "query")?;
        let mut items = el.elements().filter(|child| child.is(ns::ROSTER, "item"));
        let item = items.next().ok_or(BadPayload::Missing { what: "item" })?;
        if items.next().is_some() {
            return Err(BadPayload::Repeated { what: "item" });
        }
        let jid = read_jid(item)?;
        if item.attr_value("subscription") == Some("remove") {
            return Ok(RosterSet::Remove { jid });
        }
        Ok(RosterSet::Update { jid, name: read_name(item)?, groups: read_groups(item)? })
    }

    /// The query.
    pub fn to_element(&self) -> Element {
        let item = Element::new(ns::ROSTER, "item");
        let item = match self {
            RosterSet::Update { jid, name, groups } => item
                .attr("jid", jid.as_str())
                .attr_opt("name", name.as_deref())
                .children(groups.iter().map(|group| Element::new(ns::ROSTER, "group").with_text(group))),
            RosterSet::Remove { jid } => item.attr("jid", jid.as_str()).attr("subscription", "remove"),
        };
        Element::new(ns::ROSTER, "query").child(item)
    }
}

/// What the server answers with, and what it pushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterItems {
    /// The version after this.
    pub ver: Option<String>,
    /// The items; in a push exactly one.
    pub items: Vec<RosterEntry>,
}

/// One item of an answer or a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterEntry {
    /// The contact is now like this.
    Item(RosterItem),
    /// The contact is gone; only in a push.
    Removed(BareJid),
}

impl RosterItems {
    /// The query.
    pub fn to_element(&self) -> Element {
        let items = self.items.iter().map(|entry| match entry {
            RosterEntry::Item(item) => item.to_element(),
            RosterEntry::Removed(jid) => {
                Element::new(ns::ROSTER, "item").attr("jid", jid.as_str()).attr("subscription", "remove")
            }
        });
        Element::new(ns::ROSTER, "query").attr_opt("ver", self.ver.as_deref()).children(items)
    }

    /// Reads an answer or a push, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<RosterItems, BadPayload> {
        expect(el, ns::ROSTER, "query")?;
        let items = each(el, ns::ROSTER, "item", MAX_ITEMS, |item| {
            let jid = read_jid(item)?;
            let word = item.attr_value("subscription").unwrap_or("none");
            if word == "remove" {
                return Ok(RosterEntry::Removed(jid));
            }
            Ok(RosterEntry::Item(RosterItem {
                jid,
                name: read_name(item)?,
                subscription: Subscription::from_word(word).ok_or(BadPayload::Invalid { what: "subscription" })?,
                ask: item.attr_value("ask") == Some("subscribe"),
                approved: super::flag(item, "approved")?,
                groups: read_groups(item)?,
            }))
        })?;
        Ok(RosterItems { ver: attr(el, "ver", MAX_ID_BYTES)?.map(str::to_owned), items })
    }
}

fn read_jid(item: &Element) -> Result<BareJid, BadPayload> {
    crate::jid::parse_bare(need_attr(item, "jid", MAX_JID_BYTES)?).map_err(|_| BadPayload::BadJid { what: "jid" })
}

fn read_name(item: &Element) -> Result<Option<String>, BadPayload> {
    match item.attr_value("name") {
        Some(name) if name.len() > MAX_NAME_BYTES => Err(BadPayload::NotAcceptable { what: "name" }),
        Some(name) if !name.is_empty() => Ok(Some(name.to_owned())),
        _ => Ok(None),
    }
}

fn read_groups(item: &Element) -> Result<Vec<String>, BadPayload> {
    let mut groups: Vec<String> = Vec::new();
    for child in item.elements().filter(|child| child.is(ns::ROSTER, "group")) {
        let group = text(child, "group", MAX_GROUP_BYTES).map_err(|_| BadPayload::NotAcceptable { what: "group" })?;
        // RFC 6121 §2.3.3: empty is not-acceptable, twice the same is bad-request.
        if group.is_empty() {
            return Err(BadPayload::NotAcceptable { what: "group" });
        }
        if groups.contains(&group) {
            return Err(BadPayload::Repeated { what: "group" });
        }
        if groups.len() >= MAX_GROUPS {
            return Err(BadPayload::NotAcceptable { what: "number of groups" });
        }
        groups.push(group);
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::super::el;
    use super::*;

    fn juliet() -> BareJid {
        BareJid::new("juliet@chat.example").expect("a JID")
    }

    #[test]
    fn reads_what_clients_set() {
        let update = |name: Option<&str>, groups: &[&str]| {
            Ok(RosterSet::Update {
                jid: juliet(),
                name: name.map(str::to_owned),
                groups: groups.iter().map(|&g| g.to_owned()).collect(),
            })
        };
        let long = format!("<item jid='juliet@chat.example' name='{}'/>", "x".repeat(MAX_NAME_BYTES + 1));
        let fits = format!("<item jid='juliet@chat.example' name='{}'/>", "x".repeat(MAX_NAME_BYTES));
        let long_group =
            format!("<item jid='juliet@chat.example'><group>{}</group></item>", "x".repeat(MAX_GROUP_BYTES + 1));
        let many: String = (0..=MAX_GROUPS).map(|i| format!("<group>{i}</group>")).collect();
        let many = format!("<item jid='juliet@chat.example'>{many}</item>");
        let cases: Vec<(&str, Result<RosterSet, BadPayload>)> = vec![
            ("<item jid='juliet@chat.example'/>", update(None, &[])),
            ("<item jid='Juliet@CHAT.example' name=''/>", update(None, &[])),
            ("<item jid='juliet@chat.example' name='J' subscription='both' ask='subscribe'/>", update(Some("J"), &[])),
            (
                "<item jid='juliet@chat.example'><group>a</group><group>b</group><x xmlns='u'/></item>",
                update(None, &["a", "b"]),
            ),
            (&fits, update(Some(&"x".repeat(MAX_NAME_BYTES)), &[])),
            ("<item jid='juliet@chat.example' subscription='remove'/>", Ok(RosterSet::Remove { jid: juliet() })),
            ("", Err(BadPayload::Missing { what: "item" })),
            ("<item/>", Err(BadPayload::Missing { what: "jid" })),
            ("<item jid='@'/>", Err(BadPayload::BadJid { what: "jid" })),
            ("<item jid='juliet@chat.example/balcony'/>", Err(BadPayload::BadJid { what: "jid" })),
            ("<item jid='a@b'/><item jid='c@d'/>", Err(BadPayload::Repeated { what: "item" })),
            (&long, Err(BadPayload::NotAcceptable { what: "name" })),
            (&long_group, Err(BadPayload::NotAcceptable { what: "group" })),
            (&many, Err(BadPayload::NotAcceptable { what: "number of groups" })),
            ("<item jid='a@b'><group/></item>", Err(BadPayload::NotAcceptable { what: "group" })),
            ("<item jid='a@b'><group>x</group><group>x</group></item>", Err(BadPayload::Repeated { what: "group" })),
        ];
        for (items, expected) in cases {
            let read = RosterSet::read(&el(&format!("<query xmlns='jabber:iq:roster'>{items}</query>")));
            assert_eq!(read, expected, "{items:.80}");
            if let Ok(set) = read {
                assert_eq!(RosterSet::read(&set.to_element()), Ok(set));
            }
        }
    }

    #[test]
    fn vector_35_a_push_says_both_and_no_more() {
        let item = RosterItem {
            jid: juliet(),
            name: None,
            subscription: Subscription::Both,
            ask: false,
            approved: false,
            groups: Vec::new(),
        };
        let push = RosterItems { ver: None, items: vec![RosterEntry::Item(item)] };
        assert_eq!(
            push.to_element().to_string_in(ns::CLIENT),
            "<query xmlns='jabber:iq:roster'><item jid='juliet@chat.example' subscription='both'/></query>"
        );
        assert_eq!(RosterItems::read(&push.to_element()), Ok(push));
    }

    #[test]
    fn answers_read_back() {
        let items = RosterItems {
            ver: Some("7".to_owned()),
            items: vec![
                RosterEntry::Removed(juliet()),
                RosterEntry::Item(RosterItem {
                    jid: juliet(),
                    name: Some("J & R".to_owned()),
                    subscription: Subscription::None,
                    ask: true,
                    approved: true,
                    groups: vec!["Friends".to_owned()],
                }),
            ],
        };
        assert_eq!(RosterItems::read(&items.to_element()), Ok(items));
        assert_eq!(
            RosterGet::read(&el("<query xmlns='jabber:iq:roster' ver=''/>")),
            Ok(RosterGet { ver: Some(String::new()) })
        );
        assert!(RosterGet::read(&el("<query xmlns='jabber:iq:register'/>")).is_err());
    }
}
