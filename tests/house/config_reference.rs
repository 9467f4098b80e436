//! docs/reference/config.md, made from the doc comments of the options, so that each is documented once.

use std::fmt::Write as _;
use std::fs;

use super::{root, up_to_date};

/// The tables in the order of the file: its heading, the struct, where that stands, what leads into it.
const TABLES: [(&str, &str, &str); 18] = [
    ("(top of the file)", "Config", "crates/cli/src/config/mod.rs"),
    ("[listen]", "ListenOptions", "crates/net/src/options.rs"),
    ("[tls]", "TlsOptions", "crates/net/src/options.rs"),
    ("[acme]", "AcmeOptions", "crates/net/src/acme/options.rs"),
    ("[limits]", "LimitOptions", "crates/net/src/options.rs"),
    ("[c2s]", "C2sOptions", "crates/server/src/options.rs"),
    ("[c2s.limits]", "SendLimits", "crates/domain/src/sending.rs"),
    ("[invites]", "InviteOptions", "crates/domain/src/options.rs"),
    ("[accounts]", "AccountOptions", "crates/domain/src/options.rs"),
    ("[archive]", "ArchiveOptions", "crates/domain/src/options/archive.rs"),
    ("[push]", "PushOptions", "crates/domain/src/options/push.rs"),
    ("[contact]", "ContactOptions", "crates/domain/src/options.rs"),
    ("[compat]", "CompatOptions", "crates/domain/src/options.rs"),
    ("[brand]", "BrandOptions", "crates/domain/src/options.rs"),
    ("[apps]", "AppsTable", "crates/cli/src/config/mod.rs"),
    ("[app_links]", "AppLinkOptions", "crates/cli/src/config/mod.rs"),
    ("[log]", "LogOptions", "crates/cli/src/config/mod.rs"),
    ("[[host]]", "HostTable", "crates/cli/src/config/mod.rs"),
];

#[test]
fn the_config_reference_is_what_the_code_says() {
    let mut out = String::from(
        "# Configuration\n\n\
         One TOML file, given by `--config FILE` or `PARLOUR_CONFIG`. Everything has a default but the domain.\n\
         `parlour check config` reads it and says what is wrong, with line and caret.\n\n\
         What a host ends up with, highest first: its `[[host]]` table, what was set at run time, the tables at the\n\
         top level, the default. `[host.invites]`, `[host.accounts]`, `[host.archive]`, `[host.push]`, `[host.contact]`,\n\
         `[host.compat]`, `[host.brand]`, `[host.apps]` and `[host.tls]` (keys `certificate` and `key`) stand below their `[[host]]`.\n\n\
         This page is made from the code: `UPDATE=1 cargo test -p parlour-tests house`.\n",
    );
    for (heading, name, file) in TABLES {
        let source = fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let (about, fields) = fields(&source, name);
        assert!(!fields.is_empty(), "{name} in {file} has no documented fields");
        write!(out, "\n## {heading}\n\n{about}\n\n").expect("a string");
        for (field, kind, doc) in fields {
            assert!(!doc.is_empty(), "{name}::{field} has no doc comment");
            writeln!(out, "- **`{field}`** ({}): {doc}", word(&kind)).expect("a string");
        }
    }
    up_to_date("docs/reference/config.md", &out);
}

/// A struct's doc comment, and each public field with its type and doc comment.
fn fields(source: &str, name: &str) -> (String, Vec<(String, String, String)>) {
    let mut docs = String::new();
    let mut about = None;
    let mut fields = Vec::new();
    for line in source.lines() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            if !docs.is_empty() {
                docs.push(' ');
            }
            docs.push_str(doc.trim());
        } else if line.starts_with("#[") {
            // An attribute between doc comment and item.
        } else if line.starts_with(&format!("pub struct {name} ")) {
            about = Some(std::mem::take(&mut docs));
        } else if about.is_some() && line == "}" {
            break;
        } else if about.is_some()
            && let Some((field, kind)) = line.strip_prefix("pub ").and_then(|l| l.split_once(": "))
        {
            fields.push((field.to_owned(), kind.trim_end_matches(',').to_owned(), std::mem::take(&mut docs)));
        } else {
            docs.clear();
        }
    }
    (about.unwrap_or_default(), fields)
}

/// A type in words.
fn word(kind: &str) -> &str {
    let inner = kind.strip_prefix("Option<").and_then(|k| k.strip_suffix('>')).unwrap_or(kind);
    match inner {
        "bool" => "true or false",
        "String" => "text",
        "Colour" => "colour",
        "PathBuf" => "path",
        "Span" => "span of time",
        "Retention" => "span of time, or `never`",
        "ArchivePolicy" => "text",
        "u16" | "u32" | "u64" => "number",
        "Vec<String>" => "list of texts",
        "Vec<Challenge>" => "list of texts",
        "Vec<SocketAddr>" => "list of addresses",
        "LogFormat" => "text",
        "Vec<HostTable>" => "tables",
        _ => "table",
    }
}
