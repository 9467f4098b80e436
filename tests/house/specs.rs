//! docs/xeps.md and docs/doap.xml, made from what each feature says it follows, so that the documents follow the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use parlour_server::features::{self, Number};
use parlour_testkit::Server;

use super::up_to_date;

/// Titles, which the code has no use for.
const TITLES: &[(u16, &str)] = &[
    (4, "Data Forms"),
    (12, "Last Activity"),
    (30, "Service Discovery"),
    (48, "Bookmarks"),
    (49, "Private XML Storage"),
    (50, "Ad-Hoc Commands"),
    (54, "vcard-temp"),
    (59, "Result Set Management"),
    (60, "Publish-Subscribe"),
    (77, "In-Band Registration"),
    (82, "XMPP Date and Time Profiles"),
    (84, "User Avatar"),
    (92, "Software Version"),
    (106, "JID Escaping"),
    (115, "Entity Capabilities"),
    (128, "Service Discovery Extensions"),
    (153, "vCard-Based Avatars"),
    (156, "Discovering Alternative XMPP Connection Methods"),
    (157, "Contact Addresses for XMPP Services"),
    (160, "Best Practices for Handling Offline Messages"),
    (163, "Personal Eventing Protocol"),
    (172, "User Nickname"),
    (191, "Blocking Command"),
    (198, "Stream Management"),
    (199, "XMPP Ping"),
    (202, "Entity Time"),
    (203, "Delayed Delivery"),
    (205, "Best Practices to Discourage Denial of Service Attacks"),
    (222, "Persistent Storage of Public Data via PubSub"),
    (223, "Persistent Storage of Private Data via PubSub"),
    (237, "Roster Versioning"),
    (280, "Message Carbons"),
    (292, "vCard4 Over XMPP"),
    (297, "Stanza Forwarding"),
    (313, "Message Archive Management"),
    (334, "Message Processing Hints"),
    (352, "Client State Indication"),
    (357, "Push Notifications"),
    (359, "Unique and Stable Stanza IDs"),
    (368, "SRV records for XMPP over TLS"),
    (379, "Pre-Authenticated Roster Subscription"),
    (386, "Bind 2"),
    (388, "Extensible SASL Profile"),
    (398, "User Avatar to vCard-Based Avatars Conversion"),
    (401, "Ad-hoc Account Invitation Generation"),
    (402, "PEP Native Bookmarks"),
    (411, "Bookmarks Conversion"),
    (438, "Best practices for password hashing and storage"),
    (440, "SASL Channel-Binding Type Capability"),
    (441, "Message Archive Management Preferences"),
    (445, "Pre-Authenticated In-Band Registration"),
    (453, "DOAP usage in XMPP"),
    (474, "SASL SCRAM Downgrade Protection"),
    (478, "Stream Limits Advertisement"),
    (480, "SASL Upgrade Tasks"),
    (484, "Fast Authentication Streamlining Tokens"),
    (490, "Message Displayed Synchronization"),
];

type Rows = BTreeMap<Number, (&'static str, &'static str)>;

async fn rows() -> Rows {
    let mut server = Server::new().await;
    let mut rows = Rows::new();
    for feature in features::all(&server.people, &server.circle) {
        for spec in feature.specs() {
            let row = rows.entry(spec.number).or_insert((spec.version, spec.omits));
            assert_eq!(row.0, spec.version, "{:?} is followed in two versions", spec.number);
            if row.1.is_empty() {
                row.1 = spec.omits;
            }
        }
    }
    server.stop().await;
    rows
}

fn title(number: u16) -> &'static str {
    TITLES
        .iter()
        .find(|(n, _)| *n == number)
        .map(|(_, title)| *title)
        .unwrap_or_else(|| panic!("XEP-{number:04} has no title in tests/house/specs.rs"))
}

#[tokio::test]
async fn the_lists_of_specifications_are_what_the_features_say() {
    let rows = rows().await;
    let mut page = String::from(
        "# What is spoken here\n\nMade from what each feature says of itself: `UPDATE=1 cargo test -p parlour-tests house`.\n\n\
         | document | version | title | left out |\n| --- | --- | --- | --- |\n",
    );
    let mut doap = String::from(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://usefulinc.com/ns/doap#'\n\
         \x20        xmlns:xmpp='https://linkmauve.fr/ns/xmpp-doap#'>\n  <Project>\n    <name>Parlour</name>\n\
         \x20   <shortdesc xml:lang='en'>The chat server you join by invitation.</shortdesc>\n\
         \x20   <programming-language>Rust</programming-language>\n    <os>Linux</os>\n\
         \x20   <category rdf:resource='https://linkmauve.fr/ns/xmpp-doap#category-server'/>\n",
    );
    for (number, (version, omits)) in &rows {
        match number {
            Number::Rfc(n) => {
                writeln!(page, "| RFC {n} | | | {omits} |").expect("a string");
                writeln!(doap, "    <implements rdf:resource='https://xmpp.org/rfcs/rfc{n}.html'/>").expect("a string");
            }
            Number::Xep(n) => {
                writeln!(page, "| XEP-{n:04} | {version} | {} | {omits} |", title(*n)).expect("a string");
                let status = if omits.is_empty() { "complete" } else { "partial" };
                writeln!(
                    doap,
                    "    <implements>\n      <xmpp:SupportedXep>\n        <xmpp:xep \
                     rdf:resource='https://xmpp.org/extensions/xep-{n:04}.html'/>\n        \
                     <xmpp:version>{version}</xmpp:version>\n        <xmpp:status>{status}</xmpp:status>\n      \
                     </xmpp:SupportedXep>\n    </implements>"
                )
                .expect("a string");
            }
        }
    }
    doap.push_str("  </Project>\n</rdf:RDF>\n");
    up_to_date("docs/xeps.md", &page);
    up_to_date("docs/doap.xml", &doap);
}
