use super::*;

fn wrong(text: &str) -> String {
    Config::parse(Path::new("parlour.toml"), text).expect_err("a mistake").to_string()
}

#[test]
fn the_product_pages_example_is_read() {
    let config = Config::parse(
        Path::new("parlour.toml"),
        r#"
domain     = "chat.example.org"
data_dir   = "/var/lib/parlour"
public_url = "https://chat.example.org"

[listen]
c2s     = ["[::]:5222"]
c2s_tls = ["[::]:5223"]
s2s     = ["[::]:5269"]
web     = ["[::]:5280"]
web_tls = []
local   = ["127.0.0.1:5288"]

[invites]
allow_registration       = true
registration_invite_only = true
allow_user_invites       = true
allow_contact_invites    = true
invite_expiry            = "7d"
"#,
    )
    .expect("the example");
    let hosts = config.hosts();
    assert_eq!(hosts.len(), 1);
    let policy = hosts[0].options().over(&config.host_defaults()).policy("chat.example.org");
    assert!(policy.allow_user_invites && policy.registration_invite_only);
    assert_eq!(policy.invite_expiry, 7 * 86_400_000);
    assert_eq!(policy.public_url, "https://chat.example.org");
}

#[test]
fn an_unknown_key_shows_line_caret_and_suggestion() {
    // A table that will not have a new key every week.
    insta::assert_snapshot!(wrong("domain = \"example.org\"\n\n[log]\nlevle = \"info\"\n"), @r##"
    parlour.toml:4:1
      |
    4 | levle = "info"
      | ^^^^^
    unknown field `levle`, expected `level` or `format`
    help: did you mean `level`?
    "##);
    let other = wrong("domain = \"example.org\"\n\n[invites]\ninvite_expirey = \"7d\"\n");
    assert!(
        other.starts_with("parlour.toml:4:1\n") && other.ends_with("help: did you mean `invite_expiry`?"),
        "{other}"
    );
}

#[test]
fn a_wrong_type_shows_its_place() {
    insta::assert_snapshot!(wrong("domain = \"example.org\"\n[invites]\nallow_registration = \"yes\"\n"), @r##"
    parlour.toml:3:22
      |
    3 | allow_registration = "yes"
      |                      ^^^^^
    invalid type: string "yes", expected a boolean
    "##);
    insta::assert_snapshot!(wrong("[[host]]\ndomain = \"example.org\"\n[host.invites]\ninvite_expiry = \"soon\"\n"), @r##"
    parlour.toml:4:17
      |
    4 | invite_expiry = "soon"
      |                 ^^^^^^
    invalid value: string "soon", expected a span of time such as "12h" or "7d", or a number of seconds
    "##);
}

#[test]
fn values_that_cannot_work_are_refused_where_they_stand() {
    for (text, line, says) in [
        ("domain = \"exa mple\"", "1", "is not a domain"),
        ("domain = \"a@example.org\"", "1", "is not a domain"),
        ("[[host]]\ndomain = \"a.example\"\n[[host]]\ndomain = \"A.example\"", "4", "twice"),
        ("domain = \"a.example\"\npublic_url = \"chat.example.org\"", "2", "is not a web address"),
        ("domain = \"a.example\"\npublic_url = \"https://x.example/chat\"", "2", "is not a web address"),
        ("domain = \"a.example\"\ntrusted_proxies = [\"everybody\"]", "2", "neither an address nor a network"),
        (
            "domain = \"a.example\"\ntrusted_proxies = []\n[listen]\nuse_proxy_protocol = [\"c2s\"]",
            "4",
            "goes with `trusted_proxies`",
        ),
        (
            "domain = \"a.example\"\n[listen]\nuse_proxy_protocol = [\"s2s\"]",
            "3",
            "one of `c2s`, `c2s_tls`, `web`, `web_tls`",
        ),
        ("domain = \"a.example\"\n[brand]\ncolour = \"red\"", "3", "a colour such as"),
        ("domain = \"a.example\"\n[brand]\nterms = \"terms.html\"", "3", "is not a web address"),
        ("[[host]]\ndomain = \"a.example\"\n[host.brand]\nlogo = \"../logo.svg\"", "4", "is not the name of"),
        ("domain = \"a.example\"\n[brand]\nlanguages = [\"tlh\"]", "3", "is not a language of the pages"),
        ("domain = \"a.example\"\n[apps]\nfolder = \"/nowhere/at/all\"", "3", "/nowhere/at/all"),
        ("domain = \"a.example\"\n[app_links]\nios = [\"x\"]", "3", "is not a team and a bundle"),
        ("public_url = \"https://a.example\"\n[[host]]\ndomain = \"a.example\"", "1", "goes with `domain`"),
    ] {
        let message = wrong(text);
        assert!(message.contains(says), "{text}: {message}");
        assert!(message.contains(&format!("parlour.toml:{line}:")), "{text}: {message}");
    }
}

#[test]
fn one_key_of_a_certificate_is_not_enough() {
    let message = wrong("domain = \"a.example\"\n[tls]\ncertificate = \"/etc/a.pem\"\n");
    assert!(message.contains("needs both keys"), "{message}");
}

#[test]
fn a_value_that_was_written_with_an_escape_is_shown_where_its_key_stands() {
    let message = wrong("domain = \"exa\\u0020mple\"\n");
    assert!(message.starts_with("parlour.toml:1:1\n") && message.contains("is not a domain"), "{message}");
}

#[test]
fn what_is_no_text_and_what_cannot_be_used_is_shown_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("parlour.toml");
    let message = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        Config::load_with_files(&path, false).expect_err("a mistake").to_string()
    };
    let not_text = message(b"domain = \"a.example\"\nsite_name = \"\xff\"\n");
    assert!(not_text.contains("parlour.toml:2:14\n") && not_text.contains("not text"), "{not_text}");
    let gone = message(b"domain = \"a.example\"\n[tls]\ncertificate = \"/nowhere/a.pem\"\nkey = \"/nowhere/a.key\"\n");
    assert!(gone.contains("parlour.toml:3:16\n") && gone.contains("cannot be used"), "{gone}");
}
