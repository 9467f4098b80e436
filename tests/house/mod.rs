//! The house's own invariants: who may stand on whom, what may come in, what the documents say.

mod api_reference;
mod config_reference;
mod counterparts;
mod documents;
mod layers;
mod past_mistakes;
mod specs;

use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests live in the workspace").to_owned()
}

/// Compares a generated document with the file, or rewrites it with `UPDATE=1`.
pub fn up_to_date(path: &str, generated: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a file in a folder")).expect("the folder");
        std::fs::write(&file, generated).expect("the document can be written");
        return;
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == generated, "{path} is stale; rewrite it: UPDATE=1 cargo test -p parlour-tests house");
}
