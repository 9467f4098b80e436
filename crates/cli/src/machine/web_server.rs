//! Which web server or proxy stands on this machine already.

use std::path::Path;

use super::holders::{self, Holders};

/// A web server that can stand in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebServer {
    /// nginx.
    Nginx,
    /// Apache's httpd.
    Apache,
    /// Caddy.
    Caddy,
    /// HAProxy.
    HaProxy,
    /// Traefik.
    Traefik,
}

/// What is known of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub what: WebServer,
    /// It runs.
    pub runs: bool,
}

impl WebServer {
    /// All we know how to talk to.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Apache, Self::Caddy, Self::HaProxy, Self::Traefik];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "Apache",
            Self::Caddy => "Caddy",
            Self::HaProxy => "HAProxy",
            Self::Traefik => "Traefik",
        }
    }

    /// What its processes are called, and its folder below /etc.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &["nginx"],
            Self::Apache => &["apache2", "httpd"],
            Self::Caddy => &["caddy"],
            Self::HaProxy => &["haproxy"],
            Self::Traefik => &["traefik"],
        }
    }

    /// The one whose process is called so.
    pub fn of_process(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|server| server.names().contains(&name))
    }

    /// Those that run here or have a configuration here, the running ones first.
    pub fn found(proc: &Path, etc: &Path) -> Vec<Found> {
        let running = holders::running(proc);
        let runs = |server: Self| server.names().iter().any(|name| running.iter().any(|there| there == name));
        let mut found: Vec<Found> = Self::ALL
            .into_iter()
            .map(|what| Found { what, runs: runs(what) })
            .filter(|found| found.runs || found.what.names().iter().any(|name| etc.join(name).is_dir()))
            .collect();
        found.sort_by_key(|found| !found.runs);
        found
    }

    /// The one that holds a port.
    pub fn holding(held: &Holders, port: u16) -> Option<Self> {
        held.of_port(port).and_then(|holder| Self::of_process(&holder.name))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_runs_or_has_a_configuration_is_found_and_what_runs_comes_first() {
        let root = tempfile::tempdir().expect("a folder");
        let (proc, etc) = (root.path().join("proc"), root.path().join("etc"));
        assert_eq!(WebServer::found(&proc, &etc), []);
        fs::create_dir_all(etc.join("nginx")).expect("made");
        for (pid, name) in [("7", "haproxy\n"), ("8", "bash\n")] {
            fs::create_dir_all(proc.join(pid)).expect("made");
            fs::write(proc.join(pid).join("comm"), name).expect("written");
        }
        let found = WebServer::found(&proc, &etc);
        let expected = [Found { what: WebServer::HaProxy, runs: true }, Found { what: WebServer::Nginx, runs: false }];
        assert_eq!(found, expected);
        assert_eq!(WebServer::of_process("httpd"), Some(WebServer::Apache));
        assert_eq!(WebServer::of_process("sshd"), None);
    }
}
