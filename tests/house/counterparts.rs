//! Features and command nodes that the guides for newcomers from other servers name are what a server announces. Options,
//! commands and routes are checked where they are known: crates/cli/src/guides.rs.

use std::fs;

use parlour_domain::Role;
use parlour_testkit::{Client, Server};

use super::root;

/// What the guides call a feature or a node of ours.
fn named() -> Vec<String> {
    let mut named = Vec::new();
    for guide in ["coming-from-prosody.md", "coming-from-ejabberd.md"] {
        let text = fs::read_to_string(root().join("docs/guide").join(guide)).expect("a guide");
        for kind in ["feature `", "node `"] {
            named.extend(text.split(kind).skip(1).filter_map(|rest| rest.split('`').next()).map(str::to_owned));
        }
    }
    named
}

#[tokio::test]
async fn features_and_nodes_that_the_guides_name_are_announced() {
    let server = Server::new().await;
    let stranger = Client::connect(server.ports.c2s, "example.test").await.expect("connected");
    let mut told = stranger.features.as_ref().expect("features").to_string();
    server.account("anna@example.test", Role::Admin).await.expect("made");
    let mut admin = server.bound("anna@example.test/a").await;
    told.push_str(&admin.features.as_ref().expect("features").to_string());
    for (what, node) in [("info", ""), ("items", " node='http://jabber.org/protocol/commands'")] {
        let query = format!("<query xmlns='http://jabber.org/protocol/disco#{what}'{node}/>");
        admin.send(format!("<iq type='get' id='i' to='example.test'>{query}</iq>")).await;
        told.push_str(&admin.element().await.expect("an answer").to_string());
    }
    let named = named();
    assert!(named.len() > 12, "{named:?}");
    for name in named {
        let (one, other) = (format!("'{name}'"), format!("\"{name}\""));
        assert!(told.contains(&one) || told.contains(&other), "nothing announces {name}: {told}");
    }
}
