//! Readers meet elements made of their own words in senseless order: none panics, and what one
//! accepts it writes so that it reads the same again.

use super::*;
use crate::ns;
use proptest::prelude::*;

/// What readers are for.
const ROOTS: &[(&str, &str)] = &[
    (ns::ROSTER, "query"),
    (ns::REGISTER, "query"),
    (ns::DATA, "x"),
    (ns::PUBSUB, "pubsub"),
    (ns::PUBSUB_OWNER, "pubsub"),
    (ns::COMMANDS, "command"),
    (ns::DISCO_INFO, "query"),
    (ns::DISCO_ITEMS, "query"),
    (ns::CAPS, "c"),
    (ns::SM, "enable"),
    (ns::SM, "enabled"),
    (ns::SM, "resume"),
    (ns::SM, "failed"),
    (ns::SM, "a"),
    (ns::SASL, "auth"),
    (ns::SASL, "response"),
    (ns::SASL, "success"),
    (ns::SASL, "failure"),
    (ns::SASL2, "authenticate"),
    (ns::SASL2, "success"),
    (ns::SASL2, "continue"),
    (ns::SASL2, "next"),
    (ns::BIND, "bind"),
    (ns::BIND2, "bind"),
    (ns::BLOCKING, "block"),
    (ns::BLOCKING, "unblock"),
    (ns::CARBONS, "sent"),
    (ns::FORWARD, "forwarded"),
    (ns::DELAY, "delay"),
    (ns::PRIVATE, "query"),
    (ns::VCARD, "vCard"),
    (ns::VCARD_UPDATE, "x"),
    (ns::AVATAR_DATA, "data"),
    (ns::AVATAR_METADATA, "metadata"),
    (ns::NICK, "nick"),
    (ns::LAST, "query"),
    (ns::VERSION, "query"),
    (ns::TIME, "time"),
    (ns::SID, "stanza-id"),
    (ns::PARS, "preauth"),
    (ns::CLIENT, "error"),
    (ns::CLIENT, "message"),
    (ns::STREAM, "error"),
    (ns::STREAM, "features"),
    (ns::TLS, "starttls"),
    (ns::STREAM_LIMITS, "limits"),
    (ns::RSM, "set"),
    (ns::MAM, "prefs"),
];

/// What they look for inside.
fn names(space: &str) -> &'static [&'static str] {
    match space {
        ns::ROSTER => &["item", "group"],
        ns::REGISTER => &["username", "password", "remove", "instructions", "email"],
        ns::DATA => &["title", "instructions", "field", "value", "option", "reported", "item", "desc", "required"],
        ns::COMMANDS => &["actions", "complete", "next", "note"],
        ns::DISCO_INFO => &["identity", "feature"],
        ns::SASL | ns::SASL2 => &[
            "initial-response",
            "user-agent",
            "software",
            "device",
            "additional-data",
            "authorization-identifier",
            "tasks",
            "task",
            "aborted",
            "text",
        ],
        ns::BIND | ns::BIND2 => &["resource", "jid", "tag"],
        ns::AVATAR_METADATA => &["info"],
        ns::VCARD_UPDATE => &["photo"],
        ns::VCARD => &["PHOTO", "BINVAL", "TYPE", "FN"],
        ns::VERSION => &["name", "version", "os"],
        ns::TIME => &["utc", "tzo"],
        ns::RSM => &["max", "after", "before", "index", "first", "last", "count"],
        ns::PUBSUB => {
            &["items", "item", "publish", "retract", "create", "configure", "publish-options", "affiliations"]
        }
        ns::PUBSUB_OWNER => &["configure", "default", "delete", "purge", "affiliations", "affiliation"],
        ns::MAM => &["always", "never", "jid"],
        ns::STREAM_LIMITS => &["max-bytes", "idle-seconds"],
        _ => &["item", "required", "text"],
    }
}

const ATTRS: &[&str] = &[
    "jid",
    "name",
    "subscription",
    "ask",
    "approved",
    "ver",
    "node",
    "action",
    "status",
    "sessionid",
    "execute",
    "type",
    "var",
    "label",
    "category",
    "h",
    "previd",
    "resume",
    "max",
    "id",
    "by",
    "stamp",
    "from",
    "mechanism",
    "token",
    "seconds",
    "hash",
    "task",
    "bytes",
    "width",
    "xml:lang",
    "default",
    "index",
    "max_items",
    "notify",
    "affiliation",
];

const VALUES: &[&str] = &[
    "",
    "a@b",
    "a@b/c",
    "@",
    "1",
    "0",
    "true",
    "-1",
    "both",
    "remove",
    "submit",
    "form",
    "result",
    "always",
    "executing",
    "cancel",
    "hidden",
    "FORM_TYPE",
    "AAEC",
    "=",
    "2017-11-06T02:56:15Z",
    "PLAIN",
    "ü\u{10FFFF}",
    "4294967296",
    "<&>",
];

/// Attributes and text for an element.
fn filled(el: Element) -> impl Strategy<Value = Element> {
    let word = |from: &'static [&'static str]| prop::sample::select(from);
    let text = prop_oneof![1 => Just(""), 1 => word(VALUES)];
    (prop::collection::vec((word(ATTRS), word(VALUES)), 0..16), text).prop_map(move |(attrs, text)| {
        attrs.into_iter().fold(el.clone(), |el, (name, value)| el.attr(name, value)).with_text(text)
    })
}

/// One of the roots, three levels deep; most children are in the namespace of their parent.
fn any_payload(depth: u32) -> BoxedStrategy<Element> {
    prop::sample::select(ROOTS).prop_flat_map(move |(space, name)| any_inside(space, name, depth)).boxed()
}

fn any_inside(space: &'static str, name: &'static str, depth: u32) -> BoxedStrategy<Element> {
    let el = filled(Element::new(space, name));
    if depth == 0 {
        return el.boxed();
    }
    let own = prop::sample::select(names(space)).prop_flat_map(move |name| any_inside(space, name, depth - 1));
    let child = prop_oneof![4 => own, 1 => any_payload(depth - 1)];
    (el, prop::collection::vec(child, 0..4)).prop_map(|(el, children)| el.children(children)).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_accepted_reads_the_same_again_and_by_one_reader(el in any_payload(2)) {
        crate::fuzzing::payload_of(&el);
    }
}
