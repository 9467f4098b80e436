//! The configuration that is written: about twenty lines, each with what it is for.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use parlour_domain::HostName;

use super::ask::Answers;
use super::survey::Survey;

/// All that the file says.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What was answered.
    pub answers: &'a Answers,
    /// What was seen.
    pub survey: &'a Survey,
    /// What links begin with.
    pub public_url: &'a str,
    /// Where the data is.
    pub data_dir: &'a Path,
    /// How the certificate comes.
    pub certificate: &'a CertificateWish,
}

/// How the certificate comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateWish {
    /// It is there already.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// It is ordered.
    Ordered {
        /// Where, if not at Let's Encrypt.
        directory: Option<String>,
        /// The roots to trust for that.
        ca: Option<PathBuf>,
    },
    /// The server makes its own, since no authority could prove the name.
    Own,
}

impl File<'_> {
    /// The text.
    pub fn text(&self) -> String {
        let Answers { domain, name, contact } = self.answers;
        let listen = &self.survey.listen;
        let mut out = String::from(
            "# Written by `parlour setup`, and yours from now on: setup never changes it again.\n\
             # Looked over by: parlour check all       Taken over by: systemctl reload parlour ([listen]: restart)\n\
             # All there is besides: docs/reference/config.md\n\n",
        );
        let mut line = |key: &str, value: String, says: &str| out.push_str(&commented(key, &value, says));
        line("domain", text(domain.as_str()), &format!("addresses are name@{domain}"));
        line("public_url", text(self.public_url), "what links begin with");
        line("site_name", text(name), "what the pages call your place");
        line("data_dir", path(self.data_dir), "accounts, messages, keys: back it up (parlour backup)");
        out.push_str("\n[listen]\n");
        let behind = listen.web_tls.is_empty();
        let mut line =
            |key: &str, value: &[SocketAddr], says: &str| out.push_str(&commented(key, &addresses(value), says));
        line("c2s", &listen.c2s, "apps (STARTTLS)");
        line("c2s_tls", &listen.c2s_tls, "apps (TLS)");
        line("s2s", &listen.s2s, "other servers: not yet");
        if behind {
            line("web", &listen.web, "the pages, for the web server of this machine");
        } else {
            line("web", &listen.web, "where the certificate authority asks");
            line("web_tls", &listen.web_tls, "the pages");
        }
        line("local", &listen.local, "health and counters, for this machine alone");
        match self.certificate {
            CertificateWish::Files { certificate, key } => {
                out.push_str("\n[tls]\n");
                out.push_str(&commented("certificate", &path(certificate), "with those that signed it"));
                out.push_str(&commented("key", &path(key), ""));
            }
            CertificateWish::Ordered { directory, ca } => {
                out.push_str("\n[acme]\n");
                let whose = if directory.is_some() { "the authority's" } else { "Let's Encrypt's" };
                let says = format!("certificates come by themselves; true agrees to {whose} terms");
                out.push_str(&commented("enabled", "true", &says));
                if let Some(directory) = directory {
                    out.push_str(&commented("directory", &text(directory), ""));
                }
                if let Some(ca) = ca {
                    out.push_str(&commented("ca", &path(ca), "the roots to trust for the directory"));
                }
                if let Some(contact) = contact {
                    out.push_str(&commented("contact", &mailto(contact), "told when something is wrong"));
                }
                if behind {
                    out.push_str(&commented("challenges", "[\"http-01\"]", "the web server has 443"));
                }
            }
            CertificateWish::Own => {}
        }
        if let Some(contact) = contact {
            out.push_str("\n[contact]\n");
            out.push_str(&commented("support", &mailto(contact), "shown where a link is dead"));
            out.push_str(&commented("admin", &mailto(contact), ""));
        }
        out
    }
}

/// What links begin with.
pub fn public_url(domain: &HostName, offset: u16, behind: bool) -> String {
    // Browsers ask for the ASCII form.
    let domain = crate::dns::ascii(domain.as_str());
    match offset {
        // The web server in front is outside, and has the usual port.
        0 => format!("https://{domain}"),
        _ if behind => format!("https://{domain}"),
        offset => format!("https://{domain}:{}", 443_u16.saturating_add(offset)),
    }
}

fn commented(key: &str, value: &str, says: &str) -> String {
    let line = format!("{key:<11}= {value}");
    if says.is_empty() { format!("{line}\n") } else { format!("{line:<45} # {says}\n") }
}

fn text(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

fn path(value: &Path) -> String {
    text(&value.to_string_lossy())
}

fn mailto(contact: &str) -> String {
    format!("[{}]", text(&format!("mailto:{contact}")))
}

fn addresses(list: &[SocketAddr]) -> String {
    format!("[{}]", list.iter().map(|at| text(&at.to_string())).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use parlour_net::ListenOptions;

    use super::super::survey::Front;
    use super::*;
    use crate::check;
    use crate::config::Config;

    fn survey(front: Option<Front>) -> Survey {
        let at = |text: &str| vec![text.parse().expect("an address")];
        let behind = front.is_some();
        let listen = ListenOptions {
            c2s: at("[::]:5222"),
            c2s_tls: at("[::]:5223"),
            s2s: vec![],
            web: at(if behind { "127.0.0.1:5280" } else { "[::]:80" }),
            web_tls: if behind { vec![] } else { at("[::]:443") },
            local: at("127.0.0.1:5288"),
            ..ListenOptions::default()
        };
        Survey { listen, front, findings: vec![] }
    }

    #[test]
    fn what_is_written_is_short_is_understood_and_gives_no_cause_for_complaint() {
        let ordered = CertificateWish::Ordered { directory: None, ca: None };
        let elsewhere =
            CertificateWish::Ordered { directory: Some("https://ca.example/dir".into()), ca: Some("/ca.pem".into()) };
        let files = CertificateWish::Files { certificate: "/a b.pem".into(), key: "/k.pem".into() };
        for name in ["Hillside Choir", "\"Quote\" \\ 'both' # not a comment", "قاعة", "a\ttab"] {
            for contact in [None, Some("choir@example.org".to_owned())] {
                for front in [None, Some(Front::Unknown)] {
                    for certificate in [&ordered, &elsewhere, &files, &CertificateWish::Own] {
                        let answers = Answers {
                            domain: HostName::parse("chat.example.org").expect("a domain"),
                            name: name.into(),
                            contact: contact.clone(),
                        };
                        let survey = survey(front.clone());
                        let data_dir = Path::new("/var/lib/parlour");
                        let url = public_url(&answers.domain, 0, front.is_some());
                        let file = File { answers: &answers, survey: &survey, public_url: &url, data_dir, certificate };
                        let text = file.text();
                        let config = match Config::parse(Path::new("parlour.toml"), &text) {
                            Ok(config) => config,
                            Err(error) => panic!("{error}\n{text}"),
                        };
                        assert_eq!(config.site_name.as_deref(), Some(name));
                        assert_eq!(config.listen, survey.listen);
                        assert_eq!(config.acme.enabled, matches!(certificate, CertificateWish::Ordered { .. }));
                        assert_eq!(config.contact.support.len(), usize::from(contact.is_some()));
                        let said: Vec<&str> = check::of_config(&config).iter().map(|f| f.id).collect();
                        let own = *certificate == CertificateWish::Own;
                        assert_eq!(said, ["config-no-certificate"][..usize::from(own)], "{text}");
                        assert!(text.lines().count() <= 27, "{text}");
                        assert!(text.lines().all(|line| line.len() <= 130), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_file_as_it_is_shown_in_the_guide() {
        let answers = Answers {
            domain: HostName::parse("chat.example.org").expect("a domain"),
            name: "Hillside Choir".into(),
            contact: Some("choir@example.org".into()),
        };
        let survey = survey(None);
        let file = File {
            answers: &answers,
            survey: &survey,
            public_url: "https://chat.example.org",
            data_dir: Path::new("/var/lib/parlour"),
            certificate: &CertificateWish::Ordered { directory: None, ca: None },
        };
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/from-trial-to-domain.md");
        let guide = std::fs::read_to_string(guide).expect("a guide");
        assert!(guide.contains(&file.text()), "the guide shows another file than this:\n{}", file.text());
    }
}
