//! Which program listens on which port, as far as /proc lets us see.
//!
//! Without root only one's own programs are seen; a port is then held by somebody unknown.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// A program that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// What the kernel calls it (at most 15 bytes): `nginx`.
    pub name: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (process {})", self.name, self.pid)
    }
}

/// All listening TCP sockets, each with its program where that may be known.
#[derive(Debug, Default)]
pub struct Holders(Vec<(SocketAddr, Option<Holder>)>);

impl Holders {
    /// Looks.
    pub fn of_this_machine() -> Self {
        Self::in_proc(Path::new("/proc"))
    }

    /// Looks in a copy of /proc.
    pub fn in_proc(proc: &Path) -> Self {
        let mut listening = Vec::new();
        for table in ["net/tcp", "net/tcp6"] {
            let text = fs::read_to_string(proc.join(table)).unwrap_or_default();
            listening.extend(text.lines().skip(1).filter_map(socket));
        }
        if listening.is_empty() {
            return Self::default();
        }
        let owners = owners(proc);
        Self(listening.into_iter().map(|(at, inode)| (at, owners.get(&inode).cloned())).collect())
    }

    /// Who listens where `address` would: on the same port, on the same interface or on all.
    pub fn of(&self, address: SocketAddr) -> Option<&Holder> {
        self.on(address).find_map(|(_, holder)| holder.as_ref())
    }

    /// Who listens on a port, on whichever interface.
    pub fn of_port(&self, port: u16) -> Option<&Holder> {
        self.0.iter().filter(|(at, _)| at.port() == port).find_map(|(_, holder)| holder.as_ref())
    }

    /// Whether anybody listens where `address` would.
    pub fn is_held(&self, address: SocketAddr) -> bool {
        self.on(address).next().is_some()
    }

    fn on(&self, address: SocketAddr) -> impl Iterator<Item = &(SocketAddr, Option<Holder>)> {
        self.0.iter().filter(move |(at, _)| {
            let overlap = at.ip() == address.ip() || at.ip().is_unspecified() || address.ip().is_unspecified();
            at.port() == address.port() && overlap
        })
    }
}

/// proc_pid_net(5): a listening socket's address and inode.
fn socket(line: &str) -> Option<(SocketAddr, u64)> {
    const LISTEN: &str = "0A";
    let mut fields = line.split_ascii_whitespace().skip(1);
    let local = fields.next()?;
    if fields.nth(1)? != LISTEN {
        return None;
    }
    let inode = fields.nth(5)?.parse().ok()?;
    let (ip, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Words of 32 bits in the machine's own order, each as one number in hexadecimal.
    let word = |at: usize| ip.get(at * 8..at * 8 + 8).and_then(|w| u32::from_str_radix(w, 16).ok());
    let ip: IpAddr = match ip.len() {
        8 => Ipv4Addr::from(word(0)?.to_ne_bytes()).into(),
        32 => {
            let mut bytes = [0; 16];
            for (at, four) in bytes.chunks_exact_mut(4).enumerate() {
                four.copy_from_slice(&word(at)?.to_ne_bytes());
            }
            let v6 = Ipv6Addr::from(bytes);
            v6.to_ipv4_mapped().map_or(v6.into(), Into::into)
        }
        _ => return None,
    };
    Some((SocketAddr::new(ip, port), inode))
}

/// Sockets' inodes and whose they are.
fn owners(proc: &Path) -> HashMap<u64, Holder> {
    let mut owners = HashMap::new();
    for (pid, folder) in processes(proc) {
        let Ok(files) = fs::read_dir(folder.join("fd")) else { continue };
        let sockets = files.flatten().filter_map(|file| {
            let target = fs::read_link(file.path()).ok()?;
            target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
        });
        let mut name = None;
        for inode in sockets {
            let name = name.get_or_insert_with(|| name_of(&folder));
            // The first process of several that share it (a parent before its workers) is the one to stop.
            owners.entry(inode).or_insert_with(|| Holder { pid, name: name.clone() });
        }
    }
    owners
}

/// The processes, oldest number first.
fn processes(proc: &Path) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = fs::read_dir(proc) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect();
    found.sort_unstable();
    found
}

fn name_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("comm")).map(|name| name.trim().to_owned()).unwrap_or_default()
}

/// What runs here, by name.
pub fn running(proc: &Path) -> Vec<String> {
    let mut names: Vec<String> = processes(proc).iter().map(|(_, folder)| name_of(folder)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_listener_of_our_own_is_found_with_its_program() {
        for place in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(place) else { continue };
            let at = listener.local_addr().expect("its address");
            let held = Holders::of_this_machine();
            let holder = held.of(at).expect("our own");
            assert_eq!(holder.pid, std::process::id(), "{place}: {holder}");
            assert!(!holder.name.is_empty());
            assert_eq!(held.of_port(at.port()), Some(holder));
            // Whoever wants all interfaces is in its way too.
            assert!(held.is_held(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), at.port())) || at.is_ipv6());
            drop(listener);
            assert!(!Holders::of_this_machine().is_held(at));
        }
    }

    #[test]
    fn the_kernels_table_is_read_and_what_is_no_table_is_not() {
        let line =
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 x";
        let expected = if cfg!(target_endian = "little") { "127.0.0.1:8080" } else { "1.0.0.127:8080" };
        assert_eq!(socket(line), Some((expected.parse().expect("an address"), 12345)));
        assert_eq!(socket(&line.replace(" 0A ", " 01 ")), None, "a connection is no listener");
        for odd in ["", "0: x", "0: 0100007F:1F90", "0: 01:1F90 0:0 0A a b c d e 1", "0: ÄÄÄÄ:1 0:0 0A a b c d e 1"]
        {
            assert_eq!(socket(odd), None, "{odd}");
        }
        assert!(!Holders::in_proc(Path::new("/nowhere")).is_held("127.0.0.1:1".parse().expect("an address")));
    }
}
