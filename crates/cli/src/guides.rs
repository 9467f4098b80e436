//! What the guides tell people to type and write, this program understands.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::args::Cli;
use crate::config::Config;

/// The blocks between fences, each with its language, from all guides and the README.
fn blocks() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guides = fs::read_dir(root.join("docs/guide")).expect("guides");
    let mut files: Vec<PathBuf> = guides.map(|entry| entry.expect("an entry").path()).collect();
    files.push(root.join("README.md"));
    let mut blocks = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable guide");
        for block in text.split("```").skip(1).step_by(2) {
            let (language, block) = block.split_once('\n').expect("a fence ends its line");
            blocks.push((file.clone(), language.to_owned(), block.to_owned()));
        }
    }
    blocks
}

/// A line as a shell splits it, as far as guides need: double quotes, comments, and no further than a pipe.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' | '|' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one at least").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_in_the_guides_is_one() {
    let mut seen = 0;
    for (file, language, block) in blocks().into_iter().filter(|(_, language, _)| language.is_empty()) {
        for line in block.lines() {
            let line = line.strip_prefix("sudo ").unwrap_or(line);
            if !line.starts_with("parlour ") {
                continue;
            }
            if let Err(error) = Cli::try_parse_from(words(line)) {
                panic!("{} {language}: {line}\n{error}", file.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen} commands");
}

#[test]
fn every_configuration_in_the_guides_is_good() {
    let mut seen = 0;
    for (file, _, block) in blocks().into_iter().filter(|(_, language, _)| language == "toml") {
        if let Err(error) = Config::parse(&file, &block) {
            // A folder or picture that a guide names is the reader's, not this machine's.
            assert!(error.to_string().contains("No such file or directory"), "{error}");
        }
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn what_web_servers_are_told_in_the_guides_is_what_setup_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/setup/proxies");
    let told: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_none_or(|ending| ending != "md"))
        .map(|path| fs::read_to_string(path).expect("a readable file"))
        .collect();
    let shown: Vec<String> = blocks()
        .into_iter()
        .filter(|(_, language, _)| ["nginx", "apache", "caddy", "haproxy", "yaml"].contains(&language.as_str()))
        .map(|(_, _, block)| block)
        .collect();
    assert!(shown.len() > 1 && told.len() > 4);
    for block in shown {
        assert!(told.contains(&block), "no file below src/setup/proxies says this:\n{block}");
    }
}

/// The rows of the tables that say what becomes of another server's things.
fn counterparts() -> Vec<(String, String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let mut rows = Vec::new();
    for guide in ["coming-from-prosody.md", "coming-from-ejabberd.md"] {
        let text = fs::read_to_string(root.join(guide)).expect("a readable guide");
        let mut inside = false;
        for line in text.lines() {
            let cells: Vec<&str> =
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_end_matches('|').trim()).collect();
            inside = line.starts_with('|') && (inside || cells.get(1) == Some(&"Here"));
            if !inside || line.starts_with("| ---") || cells.get(1) == Some(&"Here") {
                continue;
            }
            let [theirs, here, note] = cells.as_slice() else { panic!("{guide}: three cells, not {cells:?}") };
            rows.push((guide.to_owned(), (*theirs).to_owned(), (*here).to_owned(), (*note).to_owned()));
        }
    }
    rows
}

/// What a cell names: `kind` and what stands between the backquotes.
fn named(cell: &str) -> Vec<(&str, &str)> {
    cell.split("; ")
        .map(|one| {
            let parts = one.split_once(" `").and_then(|(kind, rest)| rest.strip_suffix('`').map(|what| (kind, what)));
            parts.unwrap_or_else(|| panic!("{one:?} is not written as: kind `name`"))
        })
        .collect()
}

/// The configuration's schema knows a key, whatever it takes.
fn is_key(key: &str) -> bool {
    let text = match key.split_once(' ') {
        Some((table, key)) => format!("{table}\n{key} = {{ nothing = 1 }}\n"),
        None => format!("{key} = {{ nothing = 1 }}\n"),
    };
    match Config::parse(Path::new("guide"), &text) {
        Ok(_) => panic!("{key} takes nonsense"),
        Err(error) => {
            !error.to_string().contains("unknown field `") || error.to_string().contains("unknown field `nothing`")
        }
    }
}

fn is_command(line: &str) -> bool {
    Cli::try_parse_from(words(line)).is_ok()
}

#[test]
fn every_counterpart_that_the_guides_name_is_there() {
    let routes: Vec<String> =
        parlour_web::routes::all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert!(!is_key("[invites] invite_expires") && is_key("[invites] invite_expiry") && is_key("domain"));
    let rows = counterparts();
    assert!(rows.len() > 150, "{} rows", rows.len());
    for (guide, theirs, here, note) in rows {
        if here == "—" {
            assert!(!note.is_empty(), "{guide}: {theirs} has no counterpart, and nothing says why");
            continue;
        }
        for (kind, what) in named(&here) {
            let there = match kind {
                "config" => is_key(what),
                "command" => is_command(what),
                "route" => routes.iter().any(|route| route == what),
                // Tried against a running server: tests/house/counterparts.rs.
                "feature" | "node" => true,
                other => panic!("{guide}: {theirs}: what is a {other}?"),
            };
            assert!(there, "{guide}: {theirs}: there is no {kind} {what}");
        }
    }
}

#[test]
fn what_the_guides_say_people_type_is_understood() {
    let mut seen = 0;
    for (guide, theirs, here, _) in counterparts() {
        let typed = theirs.trim_matches('`');
        let Some(rest) = typed.strip_prefix("prosodyctl ").or_else(|| typed.strip_prefix("ejabberdctl ")) else {
            continue;
        };
        let line = words(&format!("parlour {rest}")).into_iter().map(Into::into).collect();
        match crate::habits::understood(line) {
            crate::habits::Habit::Ours(line) => {
                if let Err(error) = Cli::try_parse_from(line) {
                    panic!("{guide}: {typed}: {error}");
                }
            }
            crate::habits::Habit::Says(sentence) => assert_eq!(here, "—", "{guide}: {typed}: {sentence}"),
        }
        seen += 1;
    }
    assert!(seen > 30, "{seen} commands");
}

/// All there is of the invite family elsewhere, so that no row is forgotten.
#[rustfmt::skip]
const PROSODY: &[&str] = &[
    "mod_invites", "mod_invites_adhoc", "mod_invites_page", "mod_invites_register", "mod_invites_register_web",
    "mod_invites_api", "mod_invites_register_api", "mod_http_admin_api", "mod_invites_groups", "mod_groups_internal",
    "mod_invites_default_group", "mod_invites_tracking", "mod_invites_bootstrap", "mod_easy_invite", "mod_invite",
    "mod_password_reset", "mod_register_apps", "mod_http_libjs", "mod_register_ibr", "mod_register_limits",
    "mod_password_policy", "mod_watchregistrations", "mod_welcome", "mod_tombstones", "mod_user_account_management",
    "invite_expiry", "invites_page", "invites_page_supports", "invites_page_module", "registration_invite_only",
    "allow_user_invites", "c2s_require_encryption", "require_encryption", "easy_invite_page_module",
    "allow_contact_invites", "allow_user_invites_by_roles", "deny_user_invites_by_roles", "invites_registration_page",
    "site_name", "invites_page_external", "webchat_url", "invites_register_template_path", "password_policy",
    "groups_muc_host", "invites_bootstrap_secret", "invites_bootstrap_index", "invites_bootstrap_ttl",
    "password_reset_validity", "site_apps", "site_apps_show", "site_apps_hide", "libjs_path",
    "additional_registration_fields", "registration_title", "registration_instructions", "register_ibr_default_role",
    "allow_registration", "min_seconds_between_registrations", "registration_throttle_max",
    "registration_throttle_period", "registration_throttle_cache_size", "registration_allowlist",
    "allowlist_registration_only", "registration_blocklist", "blocklist_on_registration_throttle_overload",
    "registration_delete_grace_period", "urn:xmpp:invite", "urn:xmpp:ibr-token:0",
    "http://jabber.org/features/iq-register", "urn:xmpp:pars:0", "urn:xmpp:invite#invite",
    "urn:xmpp:invite#create-account", "xmpp:prosody.im/mod_invites_adhoc#password-reset", "invite",
];
#[rustfmt::skip]
const EJABBERD: &[&str] = &[
    "access_create_account", "db_type", "landing_page", "max_invites", "site_name", "templates_dir",
    "token_expire_seconds", "webchat_url", "ip_access", "password_strength", "registration_timeout",
    "captcha_protected", "welcome_message", "registration_watchers", "redirect_url",
    "urn:xmpp:ibr-token:0", "urn:xmpp:invite#invite", "urn:xmpp:invite#create-account",
];

#[test]
fn nothing_of_the_family_is_forgotten() {
    let rows = counterparts();
    for (guide, all) in [("coming-from-prosody.md", PROSODY), ("coming-from-ejabberd.md", EJABBERD)] {
        for thing in all {
            let theirs = format!("`{thing}`");
            assert!(rows.iter().any(|row| row.0 == guide && row.1 == theirs), "{guide} has no row for {thing}");
        }
    }
}
