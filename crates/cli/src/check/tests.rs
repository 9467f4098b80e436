//! What is warned of, and that a good configuration is not nagged about.

use std::path::Path;

use super::*;

const TLS: &str = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";

fn warned(text: &str) -> Vec<(&'static str, String)> {
    let config = Config::parse(Path::new("parlour.toml"), text).expect("a configuration");
    let found = of_config(&config);
    assert!(is_fine(&found), "a warning is no problem: {found:?}");
    found.into_iter().map(|w| (w.key.expect("each names its key"), w.says)).collect()
}

fn keys(text: &str) -> Vec<&'static str> {
    warned(text).into_iter().map(|(key, _)| key).collect()
}

#[test]
fn vector_88_open_registration_is_warned_of() {
    let open = format!("domain = \"chat.example.org\"\n[invites]\nregistration_invite_only = false\n{TLS}");
    assert_eq!(keys(&open), ["registration_invite_only"]);
    assert!(warned(&open)[0].1.contains("registration is open"));
    // Closed altogether, or meant for one host of two: the warning names only what is open.
    let closed = format!(
        "domain = \"chat.example.org\"\n[invites]\nallow_registration = false\nregistration_invite_only = false\n{TLS}"
    );
    assert_eq!(keys(&closed), [""; 0]);
    let two = "[[host]]\ndomain = \"a.example\"\ntls = { certificate = \"c\", key = \"k\" }\n[[host]]\ndomain = \
               \"b.example\"\ntls = { certificate = \"c\", key = \"k\" }\ninvites = { registration_invite_only = false }\n";
    let config = Config::parse(Path::new("parlour.toml"), two).expect("a configuration");
    assert_eq!(of_config(&config).iter().map(|w| w.about.as_str()).collect::<Vec<_>>(), ["b.example"]);
}

#[test]
fn vector_88_links_that_lead_nowhere_are_warned_of() {
    for (more, key, says) in [
        ("[listen]\nweb = []\n", "web", "no door serves"),
        ("public_url = \"http://localhost:5280\"\n", "public_url", "this machine alone"),
        ("public_url = \"https://127.0.0.1\"\n", "public_url", "this machine alone"),
        ("public_url = \"https://192.168.1.5\"\n", "public_url", "local network alone"),
        ("public_url = \"https://[fd00::1]:8443\"\n", "public_url", "local network alone"),
        ("public_url = \"https://box.local\"\n", "public_url", "local network alone"),
        ("public_url = \"https://intranet\"\n", "public_url", "local network alone"),
        ("public_url = \"http://chat.example.org\"\n", "public_url", "is not https"),
        ("trusted_proxies = []\n", "trusted_proxies", "no proxy is believed"),
    ] {
        let text = format!("domain = \"chat.example.org\"\n{more}{TLS}");
        let warnings = warned(&text);
        assert_eq!(warnings.len(), 1, "{more}: {warnings:?}");
        assert_eq!(warnings[0].0, key, "{more}");
        assert!(warnings[0].1.starts_with("members may invite") && warnings[0].1.contains(says), "{warnings:?}");
    }
    let admins = "domain = \"h.example\"\n[listen]\nweb = []\n[invites]\nallow_user_invites = \
                  false\nallow_contact_invites = false\n";
    assert!(warned(&format!("{admins}{TLS}"))[0].1.starts_with("links made here"));
}

#[test]
fn what_works_is_not_nagged_about() {
    for more in [
        "",
        "public_url = \"https://web.example.org:8443\"\n",
        "trusted_proxies = []\n[listen]\nweb = []\nweb_tls = [\"[::]:443\"]\n",
        "trusted_proxies = [\"10.0.0.0/8\"]\n",
        "[compat]\ninvites_api = true\n",
    ] {
        assert_eq!(warned(&format!("domain = \"chat.example.org\"\n{more}{TLS}")), [], "{more}");
    }
}

#[test]
fn a_missing_certificate_and_invites_by_get_are_warned_of() {
    assert_eq!(keys("domain = \"chat.example.org\"\n"), ["certificate"]);
    let get = format!("domain = \"chat.example.org\"\n[compat]\ninvites_api = true\ninvites_api_get = true\n{TLS}");
    assert_eq!(keys(&get), ["invites_api_get"]);
}
