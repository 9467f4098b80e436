//! Where everything goes, and what is there already.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use parlour_domain::HostName;

use super::Stop;
use crate::args::{Common, SetupOptions};
use crate::check::Finding;
use crate::config::Config;

/// Where everything goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The configuration.
    pub config: PathBuf,
    /// The data.
    pub data_dir: PathBuf,
    /// It is this machine's service, not somebody trying it out.
    pub service: bool,
}

impl Place {
    /// As named, else the service's own.
    ///
    /// # Errors
    /// [`Stop`] without the rights that takes.
    pub fn of(options: &SetupOptions, common: &Common, root: bool) -> Result<Self, Stop> {
        let named = options.prefix.is_some() || (common.config.is_some() && common.data_dir.is_some());
        if !named && !root {
            return Err(Stop::usage(
                "setup writes to /etc/parlour and /var/lib/parlour, which takes root: sudo parlour setup …\n\
                 To try it in a folder of your own: parlour setup … --prefix ./parlour-try",
            ));
        }
        let below = options.prefix.clone().unwrap_or_else(|| PathBuf::from("/"));
        let below = std::path::absolute(&below).map_err(|e| Stop::refused(format!("{}: {e}", below.display())))?;
        let whole = |named: &Option<PathBuf>, usual: &str| match named {
            Some(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            None => below.join(usual.trim_start_matches('/')),
        };
        let config = whole(&common.config, crate::INSTALLED);
        let data_dir = whole(&common.data_dir, crate::serve::DATA_DIR);
        let usual = config == Path::new(crate::INSTALLED) && data_dir == Path::new(crate::serve::DATA_DIR);
        Ok(Self { config, data_dir, service: root && usual })
    }

    /// The configuration that is there, with the host that it is about.
    ///
    /// # Errors
    /// [`Stop`] when it is wrong, or about somebody else.
    pub fn existing(&self, asked: Option<&HostName>) -> Result<Option<(Config, HostName)>, Stop> {
        match self.config.try_exists() {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => return Err(Stop::refused(format!("{}: {error}", self.config.display()))),
        }
        let config = Config::load(&self.config).map_err(|error| {
            Stop::refused(format!("there is a configuration already, and it cannot be used:\n{error}"))
        })?;
        let hosts: Vec<HostName> = config.hosts().iter().filter_map(|host| HostName::parse(&host.domain)).collect();
        let all = || hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let shown = self.config.display();
        let found = match (asked, hosts.as_slice()) {
            (Some(asked), hosts) => hosts.iter().find(|host| *host == asked).cloned(),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        };
        match (found, asked) {
            (Some(host), _) => Ok(Some((config, host))),
            (None, Some(asked)) if hosts.is_empty() => Err(Stop::refused(format!(
                "there is a configuration already, {shown}, and it names no host. Nothing was changed. To serve {asked} too: \
                 parlour host add {asked}"
            ))),
            (None, Some(asked)) => Err(Stop::refused(format!(
                "this machine is set up for {} already ({shown}). Nothing was changed. To serve {asked} too: parlour host add \
                 {asked}",
                all()
            ))),
            (None, None) => Err(Stop::usage(&format!("which domain? {shown} names {}", all()))),
        }
    }
}

impl Place {
    /// Data of an earlier time, which a new configuration goes on with.
    pub fn data(&self) -> Option<Finding> {
        let database = parlour_engine::people::DataPaths::within(&self.data_dir).database;
        database.exists().then(|| {
            let says = format!("{} is there already, with its accounts; this goes on with it", database.display());
            Finding::fine("machine-data", "data", says)
        })
    }
}

/// The program that the service would start, and whether the service could.
///
/// # Errors
/// When the system does not say which it is.
pub fn program() -> anyhow::Result<(PathBuf, bool)> {
    let program = std::env::current_exe().context("cannot tell which program this is")?;
    let hidden = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"].iter().any(|folder| program.starts_with(folder));
    Ok((program, !hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(prefix: Option<&str>) -> SetupOptions {
        SetupOptions { prefix: prefix.map(PathBuf::from), ..SetupOptions::default() }
    }

    #[test]
    fn the_service_is_roots_and_trying_is_anybodys() {
        let common = Common::default();
        let service = Place::of(&options(None), &common, true).expect("root may");
        assert_eq!((service.config.to_str(), service.service), (Some("/etc/parlour/parlour.toml"), true));
        assert!(matches!(Place::of(&options(None), &common, false), Err(Stop { code: 2, .. })));
        let tried = Place::of(&options(Some("/x")), &common, false).expect("anybody may");
        assert_eq!((tried.data_dir.to_str(), tried.service), (Some("/x/var/lib/parlour"), false));
        assert!(!Place::of(&options(Some("/x")), &common, true).expect("root too").service);
        let own = Common { config: Some("/x/p.toml".into()), data_dir: Some("/x/data".into()), json: false };
        let place = Place::of(&options(None), &own, false).expect("anybody may");
        assert_eq!((place.config.to_str(), place.data_dir.to_str()), (Some("/x/p.toml"), Some("/x/data")));
    }

    #[test]
    fn what_is_there_is_gone_on_with_or_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place { config: folder.path().join("p.toml"), data_dir: folder.path().into(), service: false };
        let host = |name: &str| HostName::parse(name).expect("a domain");
        let (chat, other) = (host("chat.example.org"), host("other.example.org"));
        assert!(place.existing(Some(&chat)).expect("nothing there").is_none());
        std::fs::write(&place.config, "domain = \"chat.example.org\"\n").expect("written");
        for asked in [Some(&chat), None] {
            assert_eq!(place.existing(asked).expect("fine").map(|found| found.1), Some(chat.clone()));
        }
        let stop = place.existing(Some(&other)).expect_err("somebody else's");
        assert!(stop.code == 1 && stop.says.contains("parlour host add other.example.org"), "{stop:?}");
        std::fs::write(&place.config, "domian = \"x\"\n").expect("written");
        assert!(place.existing(None).expect_err("wrong").says.contains("did you mean `domain`"));
        assert_eq!(place.data(), None);
        std::fs::write(place.data_dir.join("parlour.db"), "").expect("written");
        assert!(place.data().is_some_and(|found| found.says.contains("goes on with it")));
        std::fs::write(&place.config, "").expect("written");
        assert!(place.existing(Some(&chat)).expect_err("nobody's").says.contains("names no host"));
    }
}
