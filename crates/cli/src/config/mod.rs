//! The configuration file: one TOML file, read once, checked whole, with errors that show the line.
//!
//! The file holds the process and defaults for its hosts. `domain = "X"` is short for one `[[host]]`
//! table. What each host ends up with is `HostOptions::over` in the order of `domain::options`.
//! Left out: environment overrides other than `PARLOUR_CONFIG`; nobody needed one yet.

mod error;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use parlour_domain::options::{
    AccountOptions, AppOptions, ArchiveOptions, BrandOptions, CompatOptions, ContactOptions, HostOptions,
    InviteOptions, PushOptions,
};
use parlour_net::{
    AcmeOptions, CertError, Certificate, CertificateOptions, LimitOptions, ListenOptions, Networks, TlsOptions,
};
use parlour_server::C2sOptions;
use parlour_web::apps::{Apps, AppsError};
use parlour_web::look::{self, AppLinks};
use serde::Deserialize;

pub use error::ConfigError;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The domain of addresses here: `name@domain`. Needed, unless there are `[[host]]` tables or hosts added
    /// with `parlour host add`.
    pub domain: Option<String>,
    /// Where everything is kept. Default: `./parlour-data` in the trial, `/var/lib/parlour` for `serve`.
    pub data_dir: Option<PathBuf>,
    /// What links are built from, as people outside see it: `https://chat.example.org`. Default: `https://DOMAIN`.
    pub public_url: Option<String>,
    /// Other names the web pages answer to. Default: none.
    pub aliases: Option<Vec<String>>,
    /// What the pages call this place. Default: the domain.
    pub site_name: Option<String>,
    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, and whose PROXY headers where `[listen]` expects
    /// them: addresses or networks. Default: this machine.
    pub trusted_proxies: Option<Vec<String>>,
    /// Doors and their addresses.
    pub listen: ListenOptions,
    /// TLS, and the certificate of a single domain.
    pub tls: TlsOptions,
    /// Certificates by themselves.
    pub acme: AcmeOptions,
    /// What one address may hold.
    pub limits: LimitOptions,
    /// Client streams.
    pub c2s: C2sOptions,
    /// Default for every host: who may invite.
    pub invites: InviteOptions,
    /// Default for every host: accounts and signing in.
    pub accounts: AccountOptions,
    /// Default for every host: what is kept of messages.
    pub archive: ArchiveOptions,
    /// Default for every host: what push services hear.
    pub push: PushOptions,
    /// Default for every host: whom people can reach.
    pub contact: ContactOptions,
    /// Default for every host: addresses as Prosody has them.
    pub compat: CompatOptions,
    /// Default for every host: how it looks.
    pub brand: BrandOptions,
    /// Default for every host: which apps its pages recommend; and apps of one's own.
    pub apps: AppsTable,
    /// Apps of one's own that open this place's links by themselves.
    pub app_links: AppLinkOptions,
    /// Logging.
    pub log: LogOptions,
    /// One table per host; what is set in it wins over everything and is locked.
    pub host: Vec<HostTable>,
}

/// A `[[host]]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostTable {
    /// The host's domain.
    pub domain: String,
    /// What its links are built from. Default: `https://DOMAIN`.
    pub public_url: Option<String>,
    /// Other names its pages answer to. Default: none.
    pub aliases: Option<Vec<String>>,
    /// What its pages call this place. Default: the domain.
    pub site_name: Option<String>,
    /// Who may invite.
    pub invites: InviteOptions,
    /// Accounts and signing in.
    pub accounts: AccountOptions,
    /// What is kept of messages.
    pub archive: ArchiveOptions,
    /// What push services hear.
    pub push: PushOptions,
    /// Whom people can reach.
    pub contact: ContactOptions,
    /// Addresses as Prosody has them.
    pub compat: CompatOptions,
    /// How it looks.
    pub brand: BrandOptions,
    /// Which apps its pages recommend.
    pub apps: AppOptions,
    /// A certificate of one's own.
    pub tls: CertificateOptions,
}

/// `[apps]`: which apps the pages recommend, by their ids. `show`, `hide` and `first` can also stand in `[host.apps]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppsTable {
    /// A folder with apps of one's own: `*.json` files in the schema of Prosody's and ejabberd's lists of apps, and the
    /// pictures they name (SVG, PNG or WebP, at most 32 KB each). An app with the id of a built-in one takes its place.
    /// Default: none.
    pub folder: Option<PathBuf>,
    /// Only these. Default: all.
    pub show: Option<Vec<String>>,
    /// All but these. Default: none.
    pub hide: Option<Vec<String>>,
    /// These before the others, in this order. Default: the order of the list.
    pub first: Option<Vec<String>>,
}

/// `[app_links]`: what `/.well-known/assetlinks.json` and `/.well-known/apple-app-site-association` say, so that an app
/// built for these hosts opens their links without asking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppLinkOptions {
    /// Android apps, each as `"PACKAGE SHA256-FINGERPRINT"`, the fingerprint being the signing certificate's in
    /// hexadecimal with colons. Default: none.
    pub android: Vec<String>,
    /// Apple apps, each as `"TEAM.BUNDLE"`. Default: none.
    pub ios: Vec<String>,
}

/// `[log]`: what is written, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogOptions {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,parlour_server=debug`. Default: `"info"`.
    pub level: String,
    /// `text` or `json`. Default: `"text"`.
    pub format: LogFormat,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one object a line.
    Json,
}

impl Config {
    /// Reads and checks `path`.
    ///
    /// # Errors
    /// [`ConfigError`], which prints the line, a caret and what to do.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(path, &read(path)?)
    }

    /// As [`Config::load`], and the certificates it names can be used. For whoever runs the server, and may read the keys;
    /// with `others` a file that may not be read is somebody else's business.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_with_files(path: &Path, others: bool) -> Result<Self, ConfigError> {
        let text = read(path)?;
        let config = Self::parse(path, &text)?;
        for host in config.hosts() {
            let (Some(certificate), Some(key)) = (&host.tls.certificate, &host.tls.key) else { continue };
            match Certificate::from_files(certificate, key) {
                Ok(_) => {}
                Err(CertError::File { source, .. }) if others && source.kind() == ErrorKind::PermissionDenied => {}
                Err(error) => {
                    let named = certificate.display().to_string();
                    return Err(ConfigError::value(
                        path,
                        &text,
                        "certificate",
                        &named,
                        &format!("cannot be used: {error}"),
                    ));
                }
            }
        }
        Ok(config)
    }

    /// Reads and checks `text`, naming it `path` in errors.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|cause| ConfigError::toml(path, text, &cause))?;
        config.check(path, text)?;
        Ok(config)
    }

    /// The apps that pages may recommend: the built-in ones, and those of `apps.folder`.
    ///
    /// # Errors
    /// [`AppsError`] names the file and what is wrong in it.
    pub fn apps(&self) -> Result<Apps, AppsError> {
        match &self.apps.folder {
            Some(folder) => Apps::built_in().with_folder(folder),
            None => Ok(Apps::built_in()),
        }
    }

    /// The hosts this file seeds and locks: its `[[host]]` tables, or the one of `domain`.
    pub fn hosts(&self) -> Vec<HostTable> {
        let one = self.domain.as_ref().map(|domain| HostTable {
            domain: domain.clone(),
            public_url: self.public_url.clone(),
            aliases: self.aliases.clone(),
            site_name: self.site_name.clone(),
            tls: CertificateOptions { certificate: self.tls.certificate.clone(), key: self.tls.key.clone() },
            ..HostTable::default()
        });
        one.into_iter().chain(self.host.iter().cloned()).collect()
    }

    /// What the top level says for every host: a default, never a lock.
    pub fn host_defaults(&self) -> HostOptions {
        HostOptions {
            invites: self.invites.clone(),
            accounts: self.accounts.clone(),
            archive: self.archive.clone(),
            push: self.push.clone(),
            contact: self.contact.clone(),
            compat: self.compat.clone(),
            brand: self.brand.clone(),
            apps: AppOptions {
                show: self.apps.show.clone(),
                hide: self.apps.hide.clone(),
                first: self.apps.first.clone(),
            },
            ..HostOptions::default()
        }
    }

    fn check(&self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let wrong = |key: &str, value: &str, says: &str| Err(ConfigError::value(path, text, key, value, says));
        let mut seen = Vec::new();
        for host in self.hosts() {
            let Some(name) = parlour_domain::HostName::parse(&host.domain) else {
                return wrong("domain", &host.domain, "is not a domain; write something like \"chat.example.org\"");
            };
            if seen.contains(&name) {
                return wrong("domain", &host.domain, "stands here twice; keep one of them");
            }
            seen.push(name);
            if let Some(url) = &host.public_url
                && !is_web_address(url)
            {
                return wrong(
                    "public_url",
                    url,
                    "is not a web address; write something like \"https://chat.example.org\"",
                );
            }
            if host.tls.certificate.is_some() != host.tls.key.is_some() {
                return wrong("certificate", "", "needs both keys: `certificate` and `key`");
            }
        }
        if self.domain.is_none() && (self.public_url.is_some() || self.site_name.is_some() || self.aliases.is_some()) {
            return wrong("public_url", "", "goes with `domain`; with [[host]] tables it stands in each of them");
        }
        if let Some((key, value, says)) = self.acme.fault() {
            return wrong(key, &value, says);
        }
        for brand in self.host.iter().map(|host| &host.brand).chain([&self.brand]) {
            if let Some((key, value, says)) = look::fault(brand, None) {
                return wrong(key, &value, &says);
            }
        }
        if let Err((key, value, says)) = self.app_links.read() {
            return wrong(key, &value, says);
        }
        if let Err(error) = self.apps() {
            return wrong("folder", "", &format!("cannot be used: {error}"));
        }
        for proxy in self.trusted_proxies.iter().flatten() {
            if Networks::parse(proxy).is_none() {
                return wrong("trusted_proxies", proxy, "is neither an address nor a network like \"10.0.0.0/8\"");
            }
        }
        if !self.listen.use_proxy_protocol.is_empty() && self.trusted_proxies.as_ref().is_some_and(Vec::is_empty) {
            return wrong("use_proxy_protocol", "", "goes with `trusted_proxies`, which names nobody");
        }
        Ok(())
    }

    /// The proxies that are believed.
    pub fn proxies(&self) -> Networks {
        match &self.trusted_proxies {
            Some(listed) => Networks::new(listed.iter().map(String::as_str)),
            None => Networks::loopback(),
        }
    }
}

impl AppLinkOptions {
    /// The entries, taken apart.
    ///
    /// # Errors
    /// Key, value and what is wrong with it.
    pub fn read(&self) -> Result<AppLinks, (&'static str, String, &'static str)> {
        AppLinks::parse(&self.android, &self.ios)
    }
}

impl HostTable {
    /// The options this table sets, and thereby locks.
    pub fn options(&self) -> HostOptions {
        HostOptions {
            public_url: self.public_url.clone(),
            aliases: self.aliases.clone(),
            site_name: self.site_name.clone(),
            invites: self.invites.clone(),
            accounts: self.accounts.clone(),
            archive: self.archive.clone(),
            push: self.push.clone(),
            contact: self.contact.clone(),
            compat: self.compat.clone(),
            brand: self.brand.clone(),
            apps: self.apps.clone(),
        }
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let bytes = std::fs::read(path).map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
    String::from_utf8(bytes)
        .map_err(|error| ConfigError::not_text(path, error.as_bytes(), error.utf8_error().valid_up_to()))
}

fn is_web_address(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return false;
    };
    let authority = rest.trim_end_matches('/');
    !authority.is_empty() && !authority.contains(|c: char| c.is_whitespace() || "/?#@<>\"'\\".contains(c))
}

#[cfg(test)]
mod tests;
