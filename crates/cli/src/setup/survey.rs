//! What is looked at before anything is written: addresses, ports, web servers, clock, disk.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use parlour_domain::Clock as _;
use parlour_net::ListenOptions;

use crate::check::{Finding, Level, kinds, port};
use crate::machine::{Addresses, Holders, WebServer, addresses, web_server};
use crate::system::SystemClock;

/// Under this nothing is begun (a guess: an empty place takes less than one).
const NO_ROOM: u64 = 100 << 20;
/// Under this it is worth a word (a guess: a year of a hundred people who write).
const LITTLE_ROOM: u64 = 2 << 30;

/// What stands in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Front {
    /// A web server that we know how to talk to.
    Known(WebServer),
    /// Something that has 80 or 443.
    Unknown,
}

/// What was seen.
#[derive(Debug)]
pub struct Survey {
    /// Doors that can be opened, and leave a web server what it has.
    pub listen: ListenOptions,
    /// What stands in front of the pages.
    pub front: Option<Front>,
    /// All that is to be said.
    pub findings: Vec<Finding>,
}

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Looking<'a> {
    /// Added to each port.
    pub offset: u16,
    /// A web server stands in front, whoever has the ports.
    pub behind_proxy: bool,
    /// Where the data will be.
    pub data_dir: &'a Path,
    /// It is tried out only: what stands in the way of a service is told and stops nothing.
    pub trying: bool,
}

impl Survey {
    /// Looks.
    pub fn of_this_machine(how: Looking<'_>) -> Self {
        Self::of(how, &Addresses::of_this_machine(), &Holders::of_this_machine(), Path::new("/proc"), Path::new("/etc"))
    }

    fn of(how: Looking<'_>, addresses: &Addresses, held: &Holders, proc: &Path, etc: &Path) -> Self {
        let mut findings = vec![whereabouts(addresses)];
        let front = front(how, held, proc, etc, &mut findings);
        let listen = doors(how, front.is_some(), held);
        let mut listed = vec![("c2s", &listen.c2s), ("c2s_tls", &listen.c2s_tls), ("web", &listen.web)];
        listed.push(("web_tls", &listen.web_tls));
        for (door, list) in listed {
            findings.extend(list.iter().map(|at| port(door, *at, false, held)));
        }
        if let Some(holder) = held.of_port(5269_u16.saturating_add(how.offset)) {
            let says = format!("{holder} has it; it is for other servers, which Parlour does not talk to yet");
            findings.push(Finding::fine("ports-later", "port 5269", says));
        }
        findings.push(clock());
        findings.extend(room(how.data_dir));
        if how.trying {
            for finding in findings.iter_mut().filter(|finding| finding.level == Level::Problem) {
                finding.level = Level::Warning;
            }
        }
        Self { listen, front, findings }
    }
}

fn whereabouts(own: &Addresses) -> Finding {
    let list = |ips: Vec<IpAddr>| ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let public: Vec<IpAddr> = own.public().collect();
    let says = match (own.all(), public.as_slice()) {
        ([], _) => "none could be seen".to_owned(),
        (all, []) => format!(
            "{}: private ones, so a router or the provider stands between this machine and the world. Whether it lets \
             anybody through cannot be known from here: it has to pass on 80, 443, 5222 and 5223",
            list(all.to_vec())
        ),
        (_, public) if own.may_be_behind_nat() => {
            format!(
                "{}; no public IPv4 address of its own, so IPv4 comes through a router, if at all",
                list(public.to_vec())
            )
        }
        (_, public) => list(public.to_vec()),
    };
    Finding::fine("machine-addresses", "addresses", says)
}

/// Who has 80 and 443, and what else could stand in front.
fn front(how: Looking<'_>, held: &Holders, proc: &Path, etc: &Path, findings: &mut Vec<Finding>) -> Option<Front> {
    let found = WebServer::found(proc, etc);
    let mut held_by = None;
    for port in [443_u16, 80].map(|port| port.saturating_add(how.offset)) {
        let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port);
        if !held.is_held(any) {
            continue;
        }
        let name = held.of_port(port).map_or_else(|| "another program".to_owned(), ToString::to_string);
        match WebServer::holding(held, port) {
            Some(server) => {
                let says = format!("{} is here and has port {port}", server.name());
                findings.push(Finding::warning(kinds::MACHINE_WEB_SERVER, "web server", says));
                return Some(Front::Known(server));
            }
            None => held_by = Some(format!("{name} has port {port}")),
        }
    }
    let known = |found: &web_server::Found| Front::Known(found.what);
    if let Some(says) = held_by {
        findings.push(Finding::warning(kinds::MACHINE_UNKNOWN_ON_WEB_PORT, "web server", says));
        // A container's port, most often: what is installed here may well be in it, or not.
        return Some(found.iter().find(|found| found.runs).map_or(Front::Unknown, known));
    }
    if how.behind_proxy {
        return Some(found.first().map_or(Front::Unknown, known));
    }
    if let Some(idle) = found.first() {
        let state = if idle.runs { "runs" } else { "is installed" };
        let says = format!("{} {state}, and has neither 80 nor 443", idle.what.name());
        findings.push(Finding::warning(kinds::MACHINE_WEB_SERVER_IDLE, "web server", says));
    }
    None
}

/// What stands in front of pages that are served behind something already.
pub fn front_now() -> Front {
    let held = Holders::of_this_machine();
    let holding = [443, 80].into_iter().find_map(|port| WebServer::holding(&held, port));
    let found = || WebServer::found(Path::new("/proc"), Path::new("/etc")).first().map(|found| found.what);
    holding.or_else(found).map_or(Front::Unknown, Front::Known)
}

fn doors(how: Looking<'_>, behind: bool, held: &Holders) -> ListenOptions {
    let all = addresses::every_interface();
    let at = |ip: IpAddr, port: u16| SocketAddr::new(ip, port.saturating_add(how.offset));
    let own = |port: u16| {
        // What only this machine uses may be anywhere: the first that is free of ten.
        let near = (port..port.saturating_add(10)).map(|port| at(Ipv4Addr::LOCALHOST.into(), port));
        vec![near.clone().find(|at| !held.is_held(*at)).unwrap_or_else(|| at(Ipv4Addr::LOCALHOST.into(), port))]
    };
    ListenOptions {
        c2s: vec![at(all, 5222)],
        c2s_tls: vec![at(all, 5223)],
        s2s: Vec::new(),
        web: if behind { own(5280) } else { vec![at(all, 80)] },
        web_tls: if behind { Vec::new() } else { vec![at(all, 443)] },
        local: own(5288),
        ..ListenOptions::default()
    }
}

/// Whether the clock can be right: not before this program was made; and whether somebody keeps it so.
fn clock() -> Finding {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(SystemClock::default().wall().unsigned_abs());
    let made = std::env::current_exe().and_then(std::fs::metadata).and_then(|about| about.modified());
    clock_at(now, made.unwrap_or(SystemTime::UNIX_EPOCH), Path::new("/run/systemd/timesync"))
}

fn clock_at(now: SystemTime, made: SystemTime, timesync: &Path) -> Finding {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    if now + DAY < made {
        return Finding::problem(kinds::MACHINE_CLOCK, "clock", "it is earlier than when this program was made");
    }
    // systemd-timesyncd makes the file once it has heard a time; where the folder is not, something else may keep it.
    if timesync.is_dir() && !timesync.join("synchronized").exists() {
        let says = "systemd-timesyncd runs and has not heard a time yet";
        return Finding::warning(kinds::MACHINE_CLOCK_ALONE, "clock", says);
    }
    let shown = jiff::Timestamp::try_from(now).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    Finding::fine("machine-clock-good", "clock", format!("{shown} UTC"))
}

/// The room where the data will be.
fn room(data_dir: &Path) -> Option<Finding> {
    let there = data_dir.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(judged(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

fn judged(free: u64) -> Finding {
    let says = match free >> 30 {
        0 => format!("{} MB free", free >> 20),
        gigabytes => format!("{gigabytes} GB free"),
    };
    match free {
        ..NO_ROOM => Finding::problem(kinds::MACHINE_DISK_FULL, "disk", says),
        NO_ROOM..LITTLE_ROOM => Finding::warning(kinds::MACHINE_DISK_SMALL, "disk", says),
        _ => Finding::fine("machine-disk", "disk", says),
    }
}

#[cfg(test)]
mod tests;
