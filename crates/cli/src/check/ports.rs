//! `parlour check ports`: whether each address of the doors can be had, and who has it.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::finding::Finding;
use super::kinds;
use crate::config::Config;
use crate::house;
use crate::machine::Holders;
use crate::system::FEW_FILES;

/// Looks; `data_dir` tells whether it is our own server that has the ports.
pub fn look(config: &Config, data_dir: &Path) -> Vec<Finding> {
    let running = std::os::unix::net::UnixStream::connect(house::socket_path(data_dir)).is_ok();
    let held = Holders::of_this_machine();
    let listen = &config.listen;
    let mut found = Vec::new();
    let mut doors: HashMap<SocketAddr, &str> = HashMap::new();
    for (door, addresses) in [
        ("c2s", &listen.c2s),
        ("c2s_tls", &listen.c2s_tls),
        ("web", &listen.web),
        ("web_tls", &listen.web_tls),
        ("local", &listen.local),
    ] {
        for address in addresses {
            match doors.insert(*address, door) {
                // Port 0 is whichever is free.
                Some(other) if address.port() != 0 => {
                    let says = format!("`{other}` has the same address");
                    found.push(Finding::problem(kinds::PORTS_TWICE, format!("{door} {address}"), says));
                }
                _ => found.push(port(door, *address, running, &held)),
            }
        }
    }
    found.extend(files());
    found
}

pub(super) fn port(door: &str, address: SocketAddr, running: bool, held: &Holders) -> Finding {
    let about = format!("{door} {address}");
    let error = match TcpListener::bind(address) {
        Ok(_) => return Finding::fine("ports-free", about, "free"),
        Err(error) => error,
    };
    let holder = held.of(address);
    let ours = running && holder.is_none_or(|holder| holder.name.starts_with("parlour"));
    match error.kind() {
        io::ErrorKind::AddrInUse if ours => Finding::fine("ports-ours", about, "in use, and the server is running"),
        io::ErrorKind::AddrInUse => {
            let says = match holder {
                Some(holder) => format!("{holder} has it"),
                None => "another program has it (as root, this tells which)".to_owned(),
            };
            Finding::problem(kinds::PORTS_TAKEN, about, says)
        }
        // The service has the right that this user lacks; and it runs.
        io::ErrorKind::PermissionDenied if ours && held.is_held(address) => {
            Finding::fine("ports-ours", about, "in use, and the server is running")
        }
        io::ErrorKind::PermissionDenied => Finding::problem(kinds::PORTS_NOT_ALLOWED, about, "not for this user"),
        io::ErrorKind::AddrNotAvailable if address.is_ipv6() && !has_ipv6() => no_ipv6(about),
        io::ErrorKind::AddrNotAvailable => {
            Finding::problem(kinds::PORTS_NO_SUCH_ADDRESS, about, "this machine has no such address")
        }
        // The server takes IPv4 in its place.
        _ if address.is_ipv6() && address.ip().is_unspecified() && !has_ipv6() => {
            let v4 = SocketAddr::new(std::net::Ipv4Addr::UNSPECIFIED.into(), address.port());
            port(door, v4, running, held)
        }
        _ if address.is_ipv6() && !has_ipv6() => no_ipv6(about),
        _ => Finding::problem(kinds::PORTS_UNUSABLE, about, error.to_string()),
    }
}

fn no_ipv6(about: String) -> Finding {
    Finding::problem(kinds::PORTS_NO_IPV6, about, "there is no IPv6 on this machine")
}

fn has_ipv6() -> bool {
    std::net::UdpSocket::bind((std::net::Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// How many files a process of this user may have open. The service has a limit of its own.
fn files() -> Option<Finding> {
    let most = getrlimit(Resource::Nofile).maximum?;
    (most < FEW_FILES).then(|| {
        let says = format!("a program started here may open {most} at most");
        Finding::warning(kinds::PORTS_FEW_FILES, "open files", says)
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_port_is_free_ours_or_somebody_elses() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = taken.local_addr().expect("its address");
        let nobody = Holders::default();
        assert_eq!(port("c2s", address, true, &nobody).says, "in use, and the server is running");
        let found = port("c2s", address, false, &nobody);
        assert!(found.id == "ports-taken" && found.says.contains("another program"), "{found:?}");
        // By name, where /proc tells; and then it is not ours, running or not.
        let held = Holders::of_this_machine();
        let found = port("c2s", address, false, &held);
        assert!(found.says.contains(&format!("(process {})", std::process::id())), "{found:?}");
        drop(taken);
        assert_eq!(port("c2s", address, false, &nobody).level, Level::Ok);
        let other = port("c2s", "192.0.2.1:5222".parse().expect("an address"), false, &nobody);
        assert_eq!(other.id, "ports-no-such-address", "not this machine's");
    }

    #[test]
    fn two_doors_do_not_share_an_address() {
        let text = "domain = \"h.example\"\n[listen]\nc2s = [\"127.0.0.1:1\"]\nc2s_tls = [\"127.0.0.1:1\"]\nweb = \
                    [\"127.0.0.1:0\"]\nlocal = [\"127.0.0.1:0\"]\n";
        let config = Config::parse(Path::new("parlour.toml"), text).expect("a configuration");
        let found = look(&config, Path::new("/nowhere"));
        let twice: Vec<&Finding> = found.iter().filter(|finding| finding.id == "ports-twice").collect();
        assert_eq!(twice.len(), 1, "{found:?}");
        assert!(twice[0].about.starts_with("c2s_tls") && twice[0].says.contains("`c2s`"));
    }
}
