//! What the documents say is there, is there.

use std::fs;

use super::root;

/// Paths in backquotes with a slash or a known ending.
fn named_paths(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            let first = word.split('/').next().unwrap_or_default();
            !word.contains([' ', '<', '*', '{', ':', '$', '…'])
                && (["crates", "tests", "docs", "xtask", "bench", "fuzz", ".ci"].contains(&first) && word.contains('/')
                    || word.ends_with(".md") && !word.contains('/'))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn paths_that_the_documents_name_exist() {
    let mut documents: Vec<_> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|d| root().join(d)).into();
    let guides = fs::read_dir(root().join("docs/guide")).expect("guides");
    documents.extend(guides.map(|guide| guide.expect("a guide").path()));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap_or_else(|e| panic!("{}: {e}", document.display()));
        let document = document.display();
        for path in named_paths(&text) {
            assert!(root().join(path.trim_end_matches('/')).exists(), "{document} names {path}, which is not there");
        }
    }
}

#[test]
fn crates_stand_in_the_code_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for entry in fs::read_dir(root().join("crates")).expect("crates") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(map.contains(&format!("crates/{name}")), "ARCHITECTURE.md does not name crates/{name}");
    }
}

#[test]
fn no_file_is_far_past_comfort() {
    fn walk(folder: &std::path::Path, long: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, long);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let lines = fs::read_to_string(&path).expect("UTF-8").lines().count();
                if lines > 900 {
                    long.push(format!("{} has {lines} lines", path.display()));
                }
            }
        }
    }
    let mut long = Vec::new();
    walk(&root().join("crates"), &mut long);
    assert!(long.is_empty(), "look for the seam: {long:#?}");
}
