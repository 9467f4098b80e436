//! Who may stand on whom, read from `cargo metadata`: each line here is an invariant of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Each room, and the rooms it may name.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("parlour-xmpp", &[]),
    ("parlour-words", &[]),
    ("parlour-domain", &["parlour-xmpp"]),
    ("parlour-store", &["parlour-domain", "parlour-xmpp"]),
    ("parlour-router", &["parlour-domain", "parlour-xmpp"]),
    ("parlour-engine", &["parlour-domain", "parlour-router", "parlour-store", "parlour-words", "parlour-xmpp"]),
    ("parlour-net", &[]),
    // Doors do not name the store, and never see each other.
    (
        "parlour-server",
        &["parlour-domain", "parlour-engine", "parlour-net", "parlour-router", "parlour-words", "parlour-xmpp"],
    ),
    ("parlour-web", &["parlour-domain", "parlour-engine", "parlour-net", "parlour-words", "parlour-xmpp"]),
    (
        "parlour",
        &[
            "parlour-domain",
            "parlour-engine",
            "parlour-net",
            "parlour-router",
            "parlour-server",
            "parlour-store",
            "parlour-web",
            "parlour-words",
            "parlour-xmpp",
        ],
    ),
];

/// Libraries that only the named rooms may use.
const FENCED: [(&str, &[&str]); 15] = [
    ("rusqlite", &["parlour-store"]),
    ("axum", &["parlour-web"]),
    ("askama", &["parlour-web"]),
    ("rustls", &["parlour-net"]),
    ("tokio-rustls", &["parlour-net"]),
    ("rcgen", &["parlour-net"]),
    ("tungstenite", &["parlour-server"]),
    ("fluent-bundle", &["parlour-words"]),
    ("clap", &["parlour"]),
    ("hickory-resolver", &["parlour"]),
    // Whatever is to be a secret comes from the system's random source, which one room reads (ATTACKS 80).
    ("getrandom", &["parlour"]),
    ("rand", &[]),
    ("rand_core", &[]),
    ("fastrand", &[]),
    ("oorandom", &[]),
];

/// Rooms without IO: nothing of these may even be linked through them.
const PURE: [&str; 2] = ["parlour-xmpp", "parlour-domain"];
const IMPURE: [&str; 8] = ["tokio", "rusqlite", "axum", "hyper", "rustls", "getrandom", "mio", "socket2"];

/// What deny.toml says may come into the house, so that the essential part holds without cargo-deny.
#[derive(serde::Deserialize)]
struct Deny {
    bans: Bans,
    licenses: Licences,
}

#[derive(serde::Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(serde::Deserialize)]
struct Banned {
    name: String,
}

#[derive(serde::Deserialize)]
struct Licences {
    allow: Vec<String>,
}

fn deny() -> Deny {
    let text = std::fs::read_to_string(super::root().join("deny.toml")).expect("deny.toml");
    toml::from_str(&text).expect("deny.toml is understood")
}

fn metadata() -> Metadata {
    // For this platform alone: what other systems would need was never downloaded, and need not be.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    MetadataCommand::new()
        .manifest_path(super::root().join("Cargo.toml"))
        .other_options(vec!["--locked".into(), "--filter-platform".into(), platform])
        .exec()
        .expect("cargo metadata")
}

/// Normal dependencies by package name, of the workspace's rooms.
fn named(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let names = package
                .dependencies
                .iter()
                .filter(|d| d.kind == DependencyKind::Normal)
                .map(|d| d.name.clone())
                .collect();
            (package.name.to_string(), names)
        })
        .collect()
}

/// Everything that is linked into `package`, by name.
fn linked(metadata: &Metadata, package: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.to_string())).collect();
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|n| (&n.id, n)).collect();
    let mut seen = BTreeSet::new();
    let mut todo: Vec<_> = metadata.packages.iter().filter(|p| p.name.as_str() == package).map(|p| &p.id).collect();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in &nodes[id].deps {
            if dependency.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal) {
                todo.push(&dependency.pkg);
            }
        }
    }
    seen.into_iter().map(|id| names[id].clone()).collect()
}

#[test]
fn rooms_name_only_those_they_may() {
    let named = named(&metadata());
    for (room, may) in MAY_USE {
        let uses: Vec<_> = named[room].iter().filter(|n| n.starts_with("parlour")).collect();
        for used in uses {
            assert!(may.contains(&used.as_str()), "{room} must not depend on {used}");
        }
    }
}

#[test]
fn attack_80_libraries_stay_behind_their_fence() {
    let named = named(&metadata());
    for (library, rooms) in FENCED {
        for (room, _) in MAY_USE {
            assert!(
                !named[room].contains(library) || rooms.contains(&room),
                "{room} must not use {library}; it belongs to {rooms:?}"
            );
        }
    }
}

#[test]
fn the_rules_touch_neither_io_nor_clock_nor_dice() {
    let metadata = metadata();
    for room in PURE {
        let linked = linked(&metadata, room);
        for library in IMPURE {
            assert!(!linked.contains(library), "{room} links {library}");
        }
    }
}

#[test]
fn nothing_banned_is_linked_and_every_licence_is_known() {
    let metadata = metadata();
    let linked = linked(&metadata, "parlour");
    let deny = deny();
    // `ring` itself stands in the graph, unused, as an optional dependency of a dependency; see below.
    for Banned { name } in deny.bans.deny.iter().filter(|banned| banned.name != "ring") {
        assert!(!linked.contains(name), "{name} is linked");
    }
    // Two providers of cryptography make rustls panic at run time.
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    for package in metadata.packages.iter().filter(|p| p.name.as_str() == "rustls") {
        let node = resolve.nodes.iter().find(|n| n.id == package.id).expect("a node");
        assert!(!node.features.iter().any(|f| f.as_str() == "ring"), "rustls has ring switched on");
    }
    for package in &metadata.packages {
        if !linked.contains(package.name.as_str()) {
            continue;
        }
        let licence = package.license.as_deref().unwrap_or_default();
        // Any alternative of an OR will do; all parts of an AND must.
        let fine =
            licence.replace('/', " OR ").replace(['(', ')'], "").split(" AND ").all(|part| {
                part.split(" OR ").any(|one| deny.licenses.allow.iter().any(|allowed| allowed == one.trim()))
            });
        assert!(fine, "{} has the licence {licence:?}", package.name);
    }
}

#[test]
fn plain_cargo_run_and_cargo_test_do_the_right_thing() {
    let metadata = metadata();
    let default: BTreeSet<_> = metadata.workspace_default_packages().iter().map(|p| p.name.to_string()).collect();
    for out in ["xtask", "bench", "fuzz"] {
        assert!(!default.contains(out), "{out} is a default member");
    }
    for (room, _) in MAY_USE {
        assert!(default.contains(room), "{room} is no default member");
    }
    let binaries =
        metadata.workspace_default_packages().iter().flat_map(|p| p.targets.iter()).filter(|t| t.is_bin()).count();
    assert_eq!(binaries, 1, "`cargo run` needs to know which");
}
