//! The records that a host needs, and those that would be good, in three shapes: for eyes, for a zone file, for a form.

use std::net::IpAddr;

use parlour_net::ListenOptions;
use serde::Serialize;

use crate::commands::table;

/// A record for the keeper of the domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The whole name, without the last dot.
    pub name: String,
    /// `A`, `AAAA`, `SRV` or `CAA`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What stands in it, as in a zone file.
    pub value: String,
    /// Without it nobody gets here.
    pub needed: bool,
    /// What it is good for.
    pub says: &'static str,
}

/// The records of a host whose pages and doors are at `domain` itself. Where none of this machine's addresses can be
/// reached from outside, a placeholder in capitals says which one is meant.
pub fn wanted(domain: &str, public: &[IpAddr], listen: &ListenOptions, authority: Option<&str>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut add = |name: &str, kind: &'static str, value: String, needed: bool, says: &'static str| {
        records.push(Record { name: name.to_owned(), kind, value, needed, says });
    };
    let v4 = public.iter().find(|ip| ip.is_ipv4());
    let v4 = v4.map_or_else(|| UNKNOWN.to_owned(), ToString::to_string);
    add(domain, "A", v4, true, "where this machine is");
    if let Some(v6) = public.iter().find(|ip| ip.is_ipv6()) {
        add(domain, "AAAA", v6.to_string(), false, "the same by IPv6");
    }
    let port = |addresses: &[std::net::SocketAddr]| addresses.first().map(std::net::SocketAddr::port);
    if let Some(port) = port(&listen.c2s_tls) {
        let says = "apps speak TLS from the first byte";
        add(&format!("_xmpps-client._tcp.{domain}"), "SRV", format!("0 5 {port} {domain}."), false, says);
    }
    if let Some(port) = port(&listen.c2s) {
        let needed = port != 5222;
        let says = "the way of older apps, to the same place";
        add(&format!("_xmpp-client._tcp.{domain}"), "SRV", format!("5 5 {port} {domain}."), needed, says);
    }
    if let Some(authority) = authority {
        let says = "nobody else may give out certificates for this name";
        add(domain, "CAA", format!("0 issue \"{authority}\""), false, says);
    }
    records
}

/// Stands for an address that cannot be known from here.
pub const UNKNOWN: &str = "YOUR-PUBLIC-IPV4";

/// For eyes: a table, those that are needed marked.
pub fn for_eyes(records: &[Record]) -> String {
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|r| {
            let needed = if r.needed { "needed" } else { "good" };
            vec![r.name.clone(), r.kind.to_owned(), r.value.clone(), needed.to_owned(), r.says.to_owned()]
        })
        .collect();
    table(&["Name", "Type", "Value", "", ""], &rows)
}

/// For a zone file (RFC 1035 §5): an hour each.
pub fn for_a_zone(records: &[Record]) -> String {
    let width = records.iter().map(|r| r.name.len() + 1).max().unwrap_or_default();
    let line = |r: &Record| format!("{:<width$} 3600 IN {:<4} {}", format!("{}.", r.name), r.kind, r.value);
    records.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// For a provider's form: the values alone, one record a line.
pub fn for_a_form(records: &[Record]) -> String {
    let line = |r: &Record| format!("{} {} {}", r.name, r.kind, r.value);
    records.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().expect("an address")).collect()
    }

    #[test]
    fn the_least_is_one_address_and_all_else_is_good_to_have() {
        let both = ips(&["5.5.5.5", "2a01:4f8::1"]);
        let records = wanted("chat.example.org", &both, &ListenOptions::default(), Some("letsencrypt.org"));
        let needed: Vec<&str> = records.iter().filter(|r| r.needed).map(|r| r.kind).collect();
        assert_eq!(needed, ["A"]);
        assert_eq!(
            for_a_form(&records),
            "chat.example.org A 5.5.5.5\n\
             chat.example.org AAAA 2a01:4f8::1\n\
             _xmpps-client._tcp.chat.example.org SRV 0 5 5223 chat.example.org.\n\
             _xmpp-client._tcp.chat.example.org SRV 5 5 5222 chat.example.org.\n\
             chat.example.org CAA 0 issue \"letsencrypt.org\""
        );
        let zone = for_a_zone(&records);
        assert!(zone.starts_with("chat.example.org.                    3600 IN A    5.5.5.5\n"), "{zone}");
        assert!(
            for_eyes(&records).lines().nth(1).is_some_and(|line| line.contains("needed")),
            "{}",
            for_eyes(&records)
        );
        // Nobody is told to come who cannot be talked to.
        assert!(!zone.contains("_xmpp-server"));
    }

    #[test]
    fn what_cannot_be_known_from_here_is_said_in_capitals_and_odd_ports_need_a_record() {
        let mut listen = ListenOptions::default();
        listen.c2s[0].set_port(15222);
        listen.c2s_tls.clear();
        let records = wanted("chat.example.org", &[], &listen, None);
        let said: Vec<(&str, bool)> = records.iter().map(|r| (r.value.as_str(), r.needed)).collect();
        assert_eq!(said, [(UNKNOWN, true), ("5 5 15222 chat.example.org.", true)]);
    }
}
