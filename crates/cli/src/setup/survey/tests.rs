//! A machine of files: a /proc with listeners, an /etc with web servers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

struct Machine {
    root: TempDir,
    sockets: Vec<String>,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("proc/net")).expect("made");
        fs::create_dir_all(root.path().join("etc")).expect("made");
        Self { root, sockets: Vec::new() }
    }

    fn proc(&self) -> PathBuf {
        self.root.path().join("proc")
    }

    /// A program that listens on a port of every interface.
    fn runs(mut self, pid: u32, name: &str, port: u16) -> Self {
        let inode = 1000 + self.sockets.len();
        let row = format!("0: 00000000:{port:04X} 00000000:0000 0A 0:0 0:0 0 0 0 {inode} 1");
        self.sockets.push(row);
        let folder = self.proc().join(pid.to_string());
        fs::create_dir_all(folder.join("fd")).expect("made");
        fs::write(folder.join("comm"), format!("{name}\n")).expect("written");
        symlink(format!("socket:[{inode}]"), folder.join("fd").join(inode.to_string())).expect("linked");
        fs::write(self.proc().join("net/tcp"), format!("head\n{}\n", self.sockets.join("\n"))).expect("written");
        self
    }

    fn has(self, folder: &str) -> Self {
        fs::create_dir_all(self.root.path().join("etc").join(folder)).expect("made");
        self
    }

    fn survey(&self, behind_proxy: bool) -> Survey {
        // The offset keeps it off the ports of the machine that runs the test.
        let how = Looking { offset: OFFSET, behind_proxy, data_dir: self.root.path(), trying: true };
        let held = Holders::in_proc(&self.proc());
        Survey::of(how, &Addresses::default(), &held, &self.proc(), &self.root.path().join("etc"))
    }
}

const OFFSET: u16 = 40_000;

fn ids(survey: &Survey) -> Vec<&'static str> {
    survey.findings.iter().filter(|f| f.level != Level::Ok).map(|f| f.id).collect()
}

fn ports(list: &[SocketAddr]) -> Vec<u16> {
    list.iter().map(|at| at.port() - OFFSET).collect()
}

#[test]
fn a_bare_machine_serves_its_pages_itself() {
    let survey = Machine::new().survey(false);
    assert_eq!(survey.front, None);
    assert_eq!((ports(&survey.listen.web), ports(&survey.listen.web_tls)), (vec![80], vec![443]));
    assert_eq!((ports(&survey.listen.c2s), ports(&survey.listen.c2s_tls)), (vec![5222], vec![5223]));
    assert!(!ids(&survey).iter().any(|id| id.starts_with("machine-web")), "{survey:?}");
}

#[test]
fn a_web_server_keeps_its_ports_and_gets_the_pages_behind_it() {
    let survey = Machine::new().runs(7, "nginx", 80 + OFFSET).runs(8, "nginx", 443 + OFFSET).survey(false);
    assert_eq!(survey.front, Some(Front::Known(WebServer::Nginx)));
    assert_eq!((ports(&survey.listen.web), survey.listen.web_tls.len()), (vec![5280], 0));
    assert!(survey.listen.web[0].ip().is_loopback(), "on this machine alone");
    assert_eq!(ids(&survey).iter().filter(|id| **id == "machine-web-server").count(), 1);
    // 5280 is somebody else's: the next one.
    let survey = Machine::new().runs(7, "caddy", 443 + OFFSET).runs(9, "old", 5280 + OFFSET).survey(false);
    assert_eq!((survey.front, ports(&survey.listen.web)), (Some(Front::Known(WebServer::Caddy)), vec![5281]));
}

#[test]
fn what_only_lies_there_is_told_of_and_taken_when_asked_for() {
    let machine = Machine::new().has("apache2");
    let survey = machine.survey(false);
    assert_eq!((survey.front.clone(), ids(&survey).contains(&"machine-web-server-idle")), (None, true));
    assert_eq!(machine.survey(true).front, Some(Front::Known(WebServer::Apache)));
    assert_eq!(Machine::new().survey(true).front, Some(Front::Unknown));
    let survey = Machine::new().runs(7, "docker-proxy", 443 + OFFSET).survey(false);
    assert_eq!(survey.front, Some(Front::Unknown));
    let said = survey.findings.iter().find(|f| f.id == "machine-unknown-on-web-port").expect("told");
    assert!(said.says.starts_with("docker-proxy (process 7) has port"), "{said:?}");
}

#[test]
fn disk_and_clock_are_judged() {
    assert_eq!((judged(50 << 20).id, judged(50 << 20).level), ("machine-disk-full", Level::Problem));
    assert_eq!(judged(1 << 30).id, "machine-disk-small");
    assert_eq!(judged(40 << 30).says, "40 GB free");
    let folder = tempfile::tempdir().expect("a folder");
    let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000);
    let day = Duration::from_secs(24 * 3600);
    let nowhere = folder.path().join("none");
    assert_eq!(clock_at(made - 2 * day, made, &nowhere).id, "machine-clock");
    assert_eq!(clock_at(made + day, made, &nowhere).level, Level::Ok);
    assert_eq!(clock_at(made + day, made, folder.path()).id, "machine-clock-alone");
    fs::write(folder.path().join("synchronized"), "").expect("written");
    assert_eq!(clock_at(made + day, made, folder.path()).level, Level::Ok);
}
