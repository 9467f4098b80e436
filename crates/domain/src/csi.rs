//! What may wait while a client says that nobody looks at it, so that a phone's radio sleeps.
//!
//! What waits is named; whatever the server does not know is worth waking for, since it may ring.
//!
//! Spec: XEP-0352 v1.0.0 §3.2 (what a server could do) and §4.2.
//! Left out: a choice for operators and users: what waits is shown by no app before it is looked at anyway.

use parlour_xmpp::ns;
use parlour_xmpp::payload::carbons::{self, Direction};
use parlour_xmpp::stanza::{Kind, MessageType, PresenceType, Stanza, Tag};

/// Whether an inactive client may get this later, just before the next thing that may not wait or when it is active
/// again. The order never changes.
pub fn may_wait(stanza: &Stanza) -> bool {
    match stanza.kind() {
        // Answers, and requests that somebody waits for.
        Kind::Iq => false,
        Kind::Presence => presence_may_wait(stanza),
        Kind::Message => message_may_wait(stanza),
    }
}

/// What a client can do without, should it get lost: who is there and who types, receipts, events. Nothing that is wrapped
/// is looked into.
pub fn is_small_talk(stanza: &Stanza) -> bool {
    match stanza.kind() {
        Kind::Iq => false,
        Kind::Presence => presence_may_wait(stanza),
        Kind::Message => {
            stanza.message_type() != MessageType::Error
                && stanza.children().all(|child| match child.tag() {
                    Tag::ChatState | Tag::Receipt | Tag::Marker | Tag::PubSub => true,
                    tag => goes_along(tag),
                })
        }
    }
}

/// A message that says that somebody types, or no longer does, and nothing else: a newer one makes it pointless.
pub fn is_mere_chat_state(stanza: &Stanza) -> bool {
    stanza.kind() == Kind::Message
        && stanza.has(Tag::ChatState)
        && stanza.children().all(|child| child.tag() == Tag::ChatState || goes_along(child.tag()))
}

/// Requests and what became of them are for the person; an error of presence is not.
fn presence_may_wait(stanza: &Stanza) -> bool {
    matches!(stanza.presence_type(), Ok(PresenceType::Available | PresenceType::Unavailable | PresenceType::Error))
}

fn message_may_wait(stanza: &Stanza) -> bool {
    // What was said did not arrive.
    stanza.message_type() != MessageType::Error
        && stanza.children().all(|child| match child.tag() {
            Tag::ChatState | Tag::Receipt | Tag::Marker => true,
            Tag::Carbon => !child.element().is_ok_and(|el| is_worth_a_copy(&el)),
            Tag::PubSub => !child.element().is_ok_and(|el| {
                // Read on another device: what this one shows of it goes (XEP-0490).
                el.elements().any(|items| items.attr_value("node") == Some(ns::MDS))
            }),
            tag => goes_along(tag),
        })
}

/// Says something about the rest of a message.
fn goes_along(tag: Tag) -> bool {
    matches!(tag, Tag::Thread | Tag::OriginId | Tag::StanzaId | Tag::NoCopy | Tag::Hint(_) | Tag::Delay)
}

/// A carbon of what may not wait, or that another device of the account has shown something: a notification here goes.
fn is_worth_a_copy(carbon: &parlour_xmpp::xml::Element) -> bool {
    let Ok((direction, forwarded)) = carbons::read(carbon) else { return true };
    let shown = direction == Direction::Sent
        && forwarded.stanza.elements().any(|child| child.ns() == ns::MARKERS && child.name() != "markable");
    shown || !Stanza::from_element(&forwarded.stanza).is_ok_and(|inner| message_may_wait(&inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Stanza {
        Stanza::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{xml}: {error}"))
    }

    fn carbon(direction: &str, inside: &str) -> String {
        format!(
            "<message type='chat'><{direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>\
             <message xmlns='jabber:client' type='chat'>{inside}</message></forwarded></{direction}></message>"
        )
    }

    const STATE: &str = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    const SHOWN: &str = "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>";
    const RECEIPT: &str = "<received xmlns='urn:xmpp:receipts' id='1'/>";
    const STORE: &str = "<store xmlns='urn:xmpp:hints'/>";

    #[test]
    fn what_nobody_needs_to_see_at_once_waits() {
        let event = |node: &str| {
            format!(
                "<message type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'>\
                 <item id='1'/></items></event></message>"
            )
        };
        let cases: &[(&str, bool)] = &[
            ("<presence/>", true),
            ("<presence type='unavailable'/>", true),
            ("<presence type='error'/>", true),
            ("<presence type='subscribe'/>", false),
            ("<presence type='subscribed'/>", false),
            ("<presence type='probe'/>", false),
            ("<iq type='result' id='1'/>", false),
            ("<iq type='set' id='1'><query xmlns='jabber:iq:roster'/></iq>", false),
            ("<message/>", true),
            ("<message><body>hello</body></message>", false),
            ("<message type='headline'><body>the house closes at nine</body></message>", false),
            ("<message type='groupchat'><subject>dinner</subject></message>", false),
            ("<message><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>", false),
            (&format!("<message type='chat'>{STATE}<thread>t</thread></message>"), true),
            (&format!("<message type='error'>{STATE}</message>"), false),
            (&format!("<message>{SHOWN}{STORE}</message>"), true),
            (&format!("<message>{RECEIPT}<origin-id xmlns='urn:xmpp:sid:0' id='o'/></message>"), true),
            ("<message><propose xmlns='urn:xmpp:jingle-message:0' id='call'/></message>", false),
            ("<message><result xmlns='urn:xmpp:mam:2' id='1'/></message>", false),
            ("<message><x xmlns='http://jabber.org/protocol/muc#user'><invite/></x></message>", false),
            ("<message><something xmlns='urn:nobody:knows:0'/></message>", false),
            (&event("http://jabber.org/protocol/mood"), true),
            (&event("urn:xmpp:mds:displayed:0"), false),
            (&carbon("received", "<body>hello</body>"), false),
            (&carbon("sent", "<body>answered on the laptop</body>"), false),
            (&carbon("received", STATE), true),
            (&carbon("sent", STATE), true),
            (&carbon("received", SHOWN), true),
            (&carbon("sent", SHOWN), false),
            (&carbon("sent", RECEIPT), true),
            ("<message><sent xmlns='urn:xmpp:carbons:2'/></message>", false),
        ];
        for (xml, waits) in cases {
            assert_eq!(may_wait(&read(xml)), *waits, "{xml}");
        }
    }

    #[test]
    fn small_talk_may_wait_and_what_is_wrapped_is_none() {
        for (xml, small) in [
            ("<presence/>".to_owned(), true),
            ("<presence type='subscribe'/>".to_owned(), false),
            ("<iq type='result' id='1'/>".to_owned(), false),
            (format!("<message>{SHOWN}{STORE}</message>"), true),
            ("<message><event xmlns='http://jabber.org/protocol/pubsub#event'/></message>".to_owned(), true),
            ("<message><body>hello</body></message>".to_owned(), false),
            ("<message type='error'/>".to_owned(), false),
            (carbon("received", STATE), false),
        ] {
            assert_eq!(is_small_talk(&read(&xml)), small, "{xml}");
        }
    }

    #[test]
    fn only_a_chat_state_alone_gives_way_to_a_newer_one() {
        for (xml, mere) in [
            (format!("<message>{STATE}</message>"), true),
            (format!("<message>{STATE}<no-store xmlns='urn:xmpp:hints'/></message>"), true),
            (format!("<message>{STATE}<body>hi</body></message>"), false),
            (format!("<message>{STATE}{SHOWN}</message>"), false),
            (carbon("received", STATE), false),
            ("<message/>".to_owned(), false),
            ("<presence/>".to_owned(), false),
        ] {
            assert_eq!(is_mere_chat_state(&read(&xml)), mere, "{xml}");
        }
    }
}
