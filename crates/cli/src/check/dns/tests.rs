//! Every judgement, on names that a name server of our own tells of.

use std::path::Path;

use parlour_testkit::NameServer;

use super::super::finding::Level;
use super::*;

const OURS: &str = "5.5.5.5";
const OURS_V6: &str = "2a01:4f8::1";
const THEIRS: &str = "6.6.6.6";

fn own(addresses: &[&str]) -> Addresses {
    Addresses::new(addresses.iter().map(|ip| ip.parse().expect("an address")))
}

/// The findings about a configuration, but for those that say that all is well, with their ids.
async fn bad(server: &NameServer, text: &str, own: &Addresses) -> Vec<(&'static str, Level)> {
    found(server, text, own).await.into_iter().map(|f| (f.id, f.level)).filter(|f| f.1 != Level::Ok).collect()
}

async fn found(server: &NameServer, text: &str, own: &Addresses) -> Vec<Finding> {
    let config = Config::parse(Path::new("parlour.toml"), text).expect("a configuration");
    let names = Names::ask(Some(server.address())).expect("somebody to ask");
    look(&config, &names, own).await
}

const PLAIN: &str = "domain = \"chat.example.org\"\n";
const SHORT: &str = "domain = \"example.org\"\npublic_url = \"https://chat.example.org\"\n";

#[tokio::test]
async fn one_record_is_enough() {
    let server = NameServer::new();
    server.has("chat.example.org", OURS);
    let found = found(&server, PLAIN, &own(&[OURS])).await;
    let ids: Vec<_> = found.iter().map(|f| (f.id, f.level)).collect();
    assert_eq!(ids, [("dns-here", Level::Ok), ("dns-srv-absent", Level::Ok)], "{found:?}");
}

#[tokio::test]
async fn an_address_is_judged_by_whose_it_is() {
    for (records, own_addresses, expected) in [
        (&[][..], &[OURS][..], Some("dns-no-address")),
        (&[THEIRS], &[OURS], Some("dns-elsewhere")),
        (&[OURS, THEIRS], &[OURS], Some("dns-partly")),
        (&[OURS, "2a01:4f8::2"], &[OURS, OURS_V6], Some("dns-partly")),
        (&[OURS, OURS_V6], &[OURS, OURS_V6], None),
        // Behind a router nothing is sure but that IPv6 does not pass one.
        (&[OURS], &["192.168.1.5"], Some("dns-nat")),
        (&[OURS], &[], Some("dns-nat")),
        (&[OURS, "2a01:4f8::2"], &["192.168.1.5"], Some("dns-partly")),
        (&["192.168.1.5"], &["192.168.1.5"], Some("dns-private")),
        (&["127.0.0.1"], &[OURS], Some("dns-private")),
    ] {
        let server = NameServer::new();
        for record in records {
            server.has("chat.example.org", record);
        }
        let found = bad(&server, PLAIN, &own(own_addresses)).await;
        assert_eq!(found.first().map(|f| f.0), expected, "{records:?} {own_addresses:?}");
        assert!(found.len() < 2);
        let level = if expected == Some("dns-nat") { Level::Warning } else { Level::Problem };
        assert!(found.iter().all(|f| f.1 == level), "{found:?}");
    }
}

#[tokio::test]
async fn other_names_are_followed_and_lead_somewhere() {
    let server = NameServer::new();
    server.means("chat.example.org", "host.example.net").has("host.example.net", OURS);
    let all = found(&server, PLAIN, &own(&[OURS])).await;
    assert!(all[0].id == "dns-here" && all[0].says.contains("by way of host.example.net"), "{all:?}");
    let server = NameServer::new();
    server.means("chat.example.org", "gone.example.net");
    let all = found(&server, PLAIN, &own(&[OURS])).await;
    assert!(all[0].id == "dns-cname-dangling" && all[0].says.contains("gone.example.net"), "{all:?}");
}

#[tokio::test]
async fn shorter_addresses_need_records_that_lead_here() {
    let here = own(&[OURS]);
    let server = NameServer::new();
    server.has("chat.example.org", OURS).has("example.org", THEIRS);
    assert_eq!(bad(&server, SHORT, &here).await, [("dns-srv-needed", Level::Problem)]);
    server.announces("_xmpps-client._tcp.example.org", 5223, "chat.example.org");
    assert_eq!(bad(&server, SHORT, &here).await, [("dns-srv-needed", Level::Warning)], "not every app knows that one");
    server.announces("_xmpp-client._tcp.example.org", 5222, "chat.example.org");
    assert_eq!(bad(&server, SHORT, &here).await, []);
    server.announces("_xmpp-server._tcp.example.org", 5269, "chat.example.org");
    assert_eq!(bad(&server, SHORT, &here).await, [("dns-srv-servers", Level::Warning)]);
}

#[tokio::test]
async fn records_of_services_name_a_door_of_ours() {
    for (port, target, expected) in [
        (5222, "chat.example.org", None),
        (5223, "chat.example.org", Some("dns-srv-port")),
        (5222, "other.example.org", Some("dns-srv-elsewhere")),
        (5222, "nowhere.example.org", Some("dns-srv-elsewhere")),
        (5222, "alias.example.org", Some("dns-srv-cname")),
        (0, ".", Some("dns-srv-off")),
    ] {
        let server = NameServer::new();
        server.has("chat.example.org", OURS).has("other.example.org", THEIRS);
        server.means("alias.example.org", "chat.example.org");
        server.announces("_xmpp-client._tcp.chat.example.org", port, target);
        let found = bad(&server, PLAIN, &own(&[OURS])).await;
        assert_eq!(found.first().map(|f| f.0), expected, "{port} {target}");
    }
    // A door at another port, and nobody is told.
    let server = NameServer::new();
    server.has("chat.example.org", OURS);
    let moved = format!("{PLAIN}[listen]\nc2s = [\"[::]:15222\"]\n");
    assert_eq!(bad(&server, &moved, &own(&[OURS])).await, [("dns-srv-needed", Level::Problem)]);
}

#[tokio::test]
async fn whoever_may_certify_is_judged_where_certificates_are_ordered() {
    let ordered = |more: &str| format!("{PLAIN}[acme]\nenabled = true\n{more}");
    let elsewhere = ordered("directory = \"https://ca.example.net/directory\"\n");
    for (issue, config, expected) in [
        (&[][..], ordered(""), None),
        (&["letsencrypt.org"], ordered(""), None),
        (&["other.example", "letsencrypt.org"], ordered(""), None),
        (&["other.example"], ordered(""), Some("dns-caa-forbids")),
        (&[""], ordered(""), Some("dns-caa-forbids")),
        (&["other.example"], PLAIN.to_owned(), None),
        (&["letsencrypt.org; validationmethods=dns-01"], ordered(""), Some("dns-caa-way")),
        (&["letsencrypt.org; validationmethods=dns-01,http-01"], ordered(""), None),
        (
            &["letsencrypt.org; validationmethods=http-01"],
            ordered("challenges = [\"tls-alpn-01\"]\n"),
            Some("dns-caa-way"),
        ),
        (&["other.example"], elsewhere, Some("dns-caa-unknown")),
    ] {
        let server = NameServer::new();
        server.has("chat.example.org", OURS);
        // The name above counts where the name itself has none.
        for issue in issue {
            server.lets_certify("example.org", issue);
        }
        let found = bad(&server, &config, &own(&[OURS])).await;
        assert_eq!(found.first().map(|f| f.0), expected, "{issue:?} {config}");
    }
    assert_eq!(authority("https://evil-letsencrypt.org/directory"), None);
    assert_eq!(authority("https://acme-v02.api.letsencrypt.org/directory"), Some("letsencrypt.org"));
}

#[tokio::test]
async fn nobody_to_ask_is_a_finding_of_its_own() {
    let gone = NameServer::new().address();
    let config = Config::parse(Path::new("parlour.toml"), PLAIN).expect("a configuration");
    let names = Names::ask(Some(gone)).expect("somebody to ask");
    let found = look(&config, &names, &own(&[OURS])).await;
    assert!(found.len() == 1 && found[0].id == "dns-silent", "{found:?}");
}

#[tokio::test]
async fn what_nobody_looks_up_is_not_looked_up() {
    let server = NameServer::new();
    let text = "domain = \"localhost\"\npublic_url = \"http://localhost:5280\"\n";
    assert_eq!(bad(&server, text, &own(&[OURS])).await, []);
}
