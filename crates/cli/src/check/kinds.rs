//! All that a check can find to say: the ids, what each means and what to do about it. docs/reference/findings.md is made
//! from this.

/// A kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its id.
    pub id: &'static str,
    /// What follows from it.
    pub means: &'static str,
    /// What to do about it.
    pub todo: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $id:literal means $means:literal todo $todo:literal;)*) => {
        $(
            #[doc = $means]
            pub const $name: Kind = Kind { id: $id, means: $means, todo: $todo };
        )*
        /// Every one, in the order of the reference.
        #[cfg(test)]
        pub const ALL: &[Kind] = &[$($name),*];
    };
}

kinds! {
    CONFIG_WRONG = "config-wrong"
        means "The server does not start with this file; one that runs keeps the configuration it has."
        todo "Mend the line that is shown, then look again: parlour check config";
    CONFIG_OPEN_REGISTRATION = "config-open-registration"
        means "Whoever finds this host can make accounts, and robots will."
        todo "Set `registration_invite_only = true` and send people links instead.";
    CONFIG_DEAD_LINKS = "config-dead-links"
        means "Nobody can open the links that are made here, or join on their pages."
        todo "Give `public_url` what people outside type into their browser, and see that a door or a web server answers there.";
    CONFIG_INVITES_BY_GET = "config-invites-by-get"
        means "Whatever looks at such an address makes an invite: previews in chats, mail scanners, a browser's history."
        todo "Set `invites_api_get = false` and let programs POST.";
    CONFIG_NO_CERTIFICATE = "config-no-certificate"
        means "The server makes a certificate of its own, which apps refuse and browsers warn of."
        todo "Set `enabled = true` in [acme], or name a `certificate` and its `key` in [tls].";
    TLS_NONE = "tls-none"
        means "The server makes a certificate of its own, which apps refuse and browsers warn of."
        todo "Set `enabled = true` in [acme], or name a `certificate` and its `key` in [tls].";
    TLS_WAITING = "tls-waiting"
        means "The server asks a certificate authority by itself, and has no answer yet; until then apps refuse to connect."
        todo "See that the name leads here (parlour check dns) and that port 80 or 443 is open to the world; the server's log says what the authority answered.";
    TLS_REFUSED = "tls-refused"
        means "The certificate authority was asked and gave none; without a certificate apps refuse to connect."
        todo "Mend what it says; the server asks again by itself, at once after: systemctl reload parlour";
    TLS_UNREADABLE = "tls-unreadable"
        means "The server cannot read the certificate or its key, so it keeps an old one or has none."
        todo "Name the right file, and let the server's user read it: install -o parlour -m 0600.";
    TLS_UNUSABLE = "tls-unusable"
        means "The files are no certificate with its key, so the server keeps an old one or has none."
        todo "Name the chain (`fullchain.pem`) as `certificate` and its own private key (`privkey.pem`) as `key`.";
    TLS_WRONG_NAME = "tls-wrong-name"
        means "Apps that connect to this host see a certificate for somebody else, and refuse it."
        todo "Get a certificate that names the host, and the pages' name too where the server serves them itself.";
    TLS_EXPIRED = "tls-expired"
        means "Apps refuse to connect and browsers warn."
        todo "Renew the certificate; the server takes the new files by itself within the hour, at once with: systemctl reload parlour";
    TLS_ENDS_SOON = "tls-ends-soon"
        means "Nothing has renewed it although it was time a while ago; when it ends, apps refuse to connect."
        todo "See why what renews it (certbot, your web server, [acme]) does not, and that it hands the new files over.";
    TLS_NOT_YET = "tls-not-yet"
        means "Apps refuse a certificate from the future."
        todo "See that this machine's clock is right; else wait, or get another certificate.";
    TLS_SELF_SIGNED = "tls-self-signed"
        means "Nobody vouches for this certificate: apps refuse it and browsers warn."
        todo "Get one that the world trusts: `enabled = true` in [acme], or certbot.";
    TLS_INCOMPLETE = "tls-incomplete"
        means "The certificates between this one and the root are missing; many apps cannot do without."
        todo "Name the whole chain as `certificate`: certbot calls it fullchain.pem, not cert.pem.";
    TLS_DISORDER = "tls-disorder"
        means "The file holds certificates that did not sign each other in this order; some apps refuse such a chain."
        todo "Put the host's own certificate first, then the one that signed it, then the one that signed that.";
    TLS_KEY_READABLE = "tls-key-readable"
        means "Everybody with an account on this machine can read the private key and pretend to be this host."
        todo "Take the right away: chmod 0600, with the server's user as owner.";
    PORTS_TAKEN = "ports-taken"
        means "The server cannot open this door, and does not start."
        todo "Stop the program that has the port, or give the door another one in [listen].";
    PORTS_NOT_ALLOWED = "ports-not-allowed"
        means "Ports below 1024 need a right that this user does not have."
        todo "Let systemd give it (AmbientCapabilities=CAP_NET_BIND_SERVICE, as packaging/parlour.service does), or take a higher port.";
    PORTS_NO_SUCH_ADDRESS = "ports-no-such-address"
        means "This machine has no such address, so the door cannot be opened and the server does not start."
        todo "Write [::] for all addresses, or one of this machine's own: ip address";
    PORTS_NO_IPV6 = "ports-no-ipv6"
        means "The kernel has IPv6 switched off, so this door cannot be opened."
        todo "Write the IPv4 address instead (0.0.0.0 for all), or switch IPv6 on.";
    PORTS_TWICE = "ports-twice"
        means "Two doors cannot have the same address and port; the server does not start."
        todo "Give one of them another port in [listen].";
    PORTS_UNUSABLE = "ports-unusable"
        means "The server cannot open this door, and does not start."
        todo "See what the system says, and give the door another address in [listen].";
    PORTS_FEW_FILES = "ports-few-files"
        means "Each connection needs an open file; with so few a busy evening ends in refused connections."
        todo "Raise the limit: LimitNOFILE= in the unit, ulimit -Hn in a shell.";
    DNS_SILENT = "dns-silent"
        means "No name server answered, so nothing can be said about the name."
        todo "See that this machine can look names up (/etc/resolv.conf), or name a server: --resolver 9.9.9.9:53";
    DNS_NO_ADDRESS = "dns-no-address"
        means "Nobody finds this machine by that name: no app connects and no link opens."
        todo "At whoever keeps your domain, add an A record with this machine's IPv4 address and, where it has IPv6, an AAAA record. (A name asked for too early stays unknown for up to an hour.)";
    DNS_ELSEWHERE = "dns-elsewhere"
        means "Apps and browsers go to another machine, and certificates are refused to this one."
        todo "Change the record to an address of this machine, and take out those of others.";
    DNS_NAT = "dns-nat"
        means "This machine has only private addresses of that kind. A router or the provider may pass connections on to it (NAT); from here that cannot be known."
        todo "If the address is your router's or provider's, let it pass on the ports 80, 443, 5222 and 5223. If not, change the record.";
    DNS_PRIVATE = "dns-private"
        means "The address means something in a local network or on one machine only; nobody else gets here, and no certificate is given."
        todo "Put the public address into the record.";
    DNS_PARTLY = "dns-partly"
        means "Some who look the name up are sent to another machine: whoever has IPv6, or every second one."
        todo "Take out the address that is not this machine's, or mend it.";
    DNS_CNAME_DANGLING = "dns-cname-dangling"
        means "The name is another name for one that has no address, so nobody gets here."
        todo "Give the name at the end of the chain an address, or replace the CNAME by A and AAAA records.";
    DNS_SRV_NEEDED = "dns-srv-needed"
        means "Apps go to the domain itself, and that is not this machine."
        todo "Add the SRV records that parlour setup prints, or an A record for the domain.";
    DNS_SRV_PORT = "dns-srv-port"
        means "Apps go to a port where no door of this server is."
        todo "Change the port in the record to that of the door (`c2s` for _xmpp-client, `c2s_tls` for _xmpps-client), or the door.";
    DNS_SRV_ELSEWHERE = "dns-srv-elsewhere"
        means "Apps that follow the record go to another machine, or nowhere."
        todo "Let the record's target be a name with this machine's address, or take the record out: without it apps use the domain itself.";
    DNS_SRV_CNAME = "dns-srv-cname"
        means "The target of an SRV record must not be a CNAME (RFC 2782); some apps do not follow it."
        todo "Name the machine by the name that has the A record.";
    DNS_SRV_OFF = "dns-srv-off"
        means "The record says that the service is not offered here; apps that follow it do not connect."
        todo "Take the record with the target \".\" out.";
    DNS_SRV_SERVERS = "dns-srv-servers"
        means "Other servers are told to come here, and this one does not talk to them yet."
        todo "Take the _xmpp-server record out until it does.";
    DNS_CAA_FORBIDS = "dns-caa-forbids"
        means "The domain's owner lets only other certificate authorities give certificates, so the one in use will refuse."
        todo "Add a CAA record for it, as: 0 issue \"letsencrypt.org\"; or ask one of those that are allowed (`directory` in [acme]).";
    DNS_CAA_WAY = "dns-caa-way"
        means "The domain's owner allows the certificate authority, but not the way this server proves the name to it."
        todo "Add http-01 or tls-alpn-01 to `validationmethods` in the CAA record, or take that part out.";
    DNS_CAA_UNKNOWN = "dns-caa-unknown"
        means "The domain's owner lets only named certificate authorities give certificates; whether the one in use is among them is not known here."
        todo "Ask your certificate authority for the name that it wants to see in CAA records.";
    MACHINE_CLOCK = "machine-clock"
        means "With a wrong clock certificates are refused and links end early or late."
        todo "Set the clock, and let it be kept right: timedatectl set-ntp true";
    MACHINE_CLOCK_ALONE = "machine-clock-alone"
        means "Nothing keeps this machine's clock right, as far as can be seen; one day certificates and links end early or late."
        todo "Let it be kept right: timedatectl set-ntp true";
    MACHINE_DISK_FULL = "machine-disk-full"
        means "There is no room for messages; what cannot be kept is refused."
        todo "Make room, or take another folder: --data-dir";
    MACHINE_DISK_SMALL = "machine-disk-small"
        means "There is room for the beginning, not for a year of messages."
        todo "Make room, or take another folder: --data-dir";
    MACHINE_PROGRAM = "machine-program"
        means "The service may not look into people's homes (ProtectHome), so it could not start the program that lies there."
        todo "Put it where programs belong and use that one: sudo install parlour /usr/local/bin/";
    MACHINE_WEB_SERVER = "machine-web-server"
        means "Parlour leaves 80 and 443 to it and serves the pages behind it, on this machine alone."
        todo "Give it the lines that are printed here.";
    MACHINE_WEB_SERVER_IDLE = "machine-web-server-idle"
        means "It holds neither 80 nor 443 now, so Parlour takes both; should it want them later, one of the two does not start."
        todo "If it is to stand in front, say so: --behind-proxy";
    MACHINE_UNKNOWN_ON_WEB_PORT = "machine-unknown-on-web-port"
        means "Parlour takes it for a web server: it leaves 80 and 443 to it and serves the pages behind it."
        todo "If it is none, stop it and run this again before anything is written; else let it pass requests on as docs/guide/reverse-proxy.md shows.";
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    #[test]
    fn ids_are_unique_and_everything_is_said() {
        let mut ids: Vec<&str> = ALL.iter().map(|kind| kind.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
        for kind in ALL {
            assert!(kind.means.ends_with(['.', '"']) && kind.todo.len() > 10, "{}", kind.id);
        }
    }

    #[test]
    fn the_reference_says_what_the_code_says() {
        let mut out = String::from(
            "# Findings\n\n\
             What `parlour check …` and `parlour setup` can find to say. An id stays the same from version to version.\n\n\
             This page is made from the code: `UPDATE=1 cargo test -p parlour kinds`.\n",
        );
        for kind in ALL {
            write!(out, "\n## {}\n\n{}\n\n{}\n", kind.id, kind.means, kind.todo).expect("a string");
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/findings.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, out).expect("written");
            return;
        }
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(there == out, "docs/reference/findings.md is stale; rewrite it: UPDATE=1 cargo test -p parlour kinds");
    }
}
