//! Why there is no certificate, and what whoever runs the server can do about it.
//!
//! Spec: RFC 8555 §6.7 (types of problems).

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use instant_acme::{Error, Identifier, Problem};

use super::fetch::shortened;
use super::options::Challenge;

/// Asking the directory failed before it could say why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// An address of another origin than the directory's.
    #[error("it names an address that is not its own, {url}, which is not asked")]
    Elsewhere { url: String },
    #[error("it answers with a redirect ({status}), which is not followed; write the address that it leads to")]
    Redirected { status: u16 },
    #[error("it answers {status}, and not as an authority does; check `directory`")]
    Status { status: u16 },
    #[error("{host} is not found ({source}); check `directory` and this machine's DNS")]
    Unresolved { host: String, source: io::Error },
    #[error("{host} leads to {address}, inside a private network; for an authority of your own set `ca` to its roots")]
    Private { host: String, address: IpAddr },
    #[error("{host} does not take connections ({source}); does a firewall let this machine out?")]
    Unreachable { host: String, source: io::Error },
    #[error("its certificate is not to be trusted ({source}); for an authority of your own set `ca` to its roots")]
    Tls { source: io::Error },
    #[error("`ca`: {}: {says}", path.display())]
    Roots { path: PathBuf, says: String },
    #[error("it does not answer within {} seconds", budget.as_secs())]
    TooSlow { budget: Duration },
    #[error("it answers with more than {bytes} bytes")]
    TooLong { bytes: usize },
    #[error("what it answers is no HTTP ({source})")]
    Http { source: hyper::Error },
    #[error("what it answers makes no sense")]
    Garbled,
}

/// What is at fault, which decides when it is tried again and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A name could not be proved this way: another way may do.
    Proof,
    /// The authority wants fewer requests: of this host, or of us altogether.
    Limited { all: bool },
    /// The account is not known there (any more): another is made.
    Account,
    /// The order says that it replaces a certificate, and the authority does not take that, or knows no such thing.
    Replaces,
    /// Anything else.
    Other,
}

/// Why an order came to nothing.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) fault: Fault,
    /// The names that could not be proved.
    pub(crate) names: Vec<String>,
    /// In words: what is wrong and what to do.
    pub(crate) says: String,
    /// How long the authority asked us to wait.
    pub(crate) wait: Option<Duration>,
}

impl Failure {
    pub(crate) fn other(says: impl Into<String>) -> Self {
        Self { fault: Fault::Other, names: Vec::new(), says: says.into(), wait: None }
    }

    /// What came back from talking to the directory, for an order of `names`.
    pub(crate) fn of(error: Error, names: &[String], wait: Option<Duration>) -> Self {
        let mut failure = match error {
            Error::Api(problem) => Self::refused(&problem, names),
            Error::Other(inner) => match inner.downcast::<FetchError>() {
                Ok(fetch) => Self::other(format!("the directory cannot be used: {fetch}")),
                Err(other) => Self::other(shortened(&other.to_string())),
            },
            Error::Unsupported(_) => {
                Self { fault: Fault::Replaces, ..Self::other("the directory has no renewal information") }
            }
            Error::Timeout(_) => Self::other("the authority does not come to an end with the order"),
            Error::Json(_) => Self::other("what the directory answers makes no sense; check `directory`"),
            other => Self::other(format!("the directory answers wrongly: {}", shortened(&other.to_string()))),
        };
        failure.wait = wait;
        failure
    }

    /// A problem that is not about one challenge.
    fn refused(problem: &Problem, names: &[String]) -> Self {
        let detail = detail(problem);
        let mut concerned: Vec<String> = problem
            .subproblems
            .iter()
            .filter_map(|sub| match &sub.identifier {
                Some(Identifier::Dns(name)) => Some(name.to_ascii_lowercase()),
                _ => None,
            })
            .filter(|name| names.contains(name))
            .collect();
        concerned.dedup();
        let (fault, says) = match kind(problem) {
            "rateLimited" => {
                // Where it speaks of one of these names, only they wait.
                let ours = !concerned.is_empty() || names.iter().any(|name| mentions(&detail, name));
                (Fault::Limited { all: !ours }, format!("the authority wants fewer orders for now: {detail}"))
            }
            "accountDoesNotExist" => (Fault::Account, format!("the authority does not know this account: {detail}")),
            "alreadyReplaced" => (Fault::Replaces, detail),
            "externalAccountRequired" => (
                Fault::Other,
                format!("the authority wants to know its customer: set `eab_kid` and `eab_hmac_key_file` ({detail})"),
            ),
            "userActionRequired" => {
                (Fault::Other, format!("the authority's terms have changed, and it wants you to agree again: {detail}"))
            }
            "invalidContact" | "unsupportedContact" => (Fault::Other, format!("`contact` is not taken: {detail}")),
            "rejectedIdentifier" => {
                (Fault::Proof, format!("the authority makes no certificate for this name: {detail}"))
            }
            "caa" => (Fault::Proof, caa(&detail)),
            "unauthorized" => (Fault::Other, format!("the authority refuses this account: {detail}")),
            "serverInternal" => (Fault::Other, format!("the authority has a fault of its own: {detail}")),
            _ => (Fault::Other, format!("the authority refuses: {detail}")),
        };
        Self { fault, names: concerned, says, wait: None }
    }

    /// `name` could not be proved by `way`.
    pub(crate) fn unproved(name: &str, way: Challenge, problem: Option<&Problem>) -> Self {
        let port = way.port();
        let Some(problem) = problem else {
            return Self::proof(name, format!("{name}: not proved by {way}, without a word why"));
        };
        let detail = detail(problem);
        let advice = match kind(problem) {
            "dns" => format!("DNS has no address for {name}; make an A or AAAA record that leads to this machine"),
            "connection" => {
                format!("nothing answers at {name} port {port} from outside; open it, and see that DNS leads here")
            }
            "tls" => format!("what answers at {name} port {port} is not this server; see where DNS and the port lead"),
            "unauthorized" | "incorrectResponse" | "malformed" => match way {
                Challenge::Http01 => format!(
                    "something else answers at http://{name}/; see where DNS leads, and that a proxy in front passes \
                     /.well-known/acme-challenge/ on"
                ),
                Challenge::TlsAlpn01 => format!(
                    "something else answers at {name} port 443; see where DNS leads, and that nothing in front ends TLS"
                ),
            },
            "caa" => caa(name),
            "rateLimited" => format!("the authority wants fewer attempts for {name}"),
            _ => format!("{name} could not be proved"),
        };
        Self::proof(name, format!("{advice} ({way}: {detail})"))
    }

    fn proof(name: &str, says: String) -> Self {
        Self { fault: Fault::Proof, names: vec![name.to_owned()], says, wait: None }
    }

    /// Both of two ways failed.
    pub(crate) fn and(mut self, other: Self) -> Self {
        if !self.says.contains(&other.says) {
            self.says = format!("{}; {}", self.says, other.says);
        }
        for name in other.names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        self.wait = self.wait.max(other.wait);
        self
    }
}

fn caa(about: &str) -> String {
    format!("a CAA record in DNS forbids this authority; name it there, or remove the record ({about})")
}

/// The last part of the problem's type.
fn kind(problem: &Problem) -> &str {
    problem.r#type.as_deref().and_then(|kind| kind.strip_prefix("urn:ietf:params:acme:error:")).unwrap_or_default()
}

fn detail(problem: &Problem) -> String {
    let mut text = problem.detail.clone().unwrap_or_default();
    for sub in &problem.subproblems {
        let said = sub.detail.as_deref().unwrap_or_default();
        if !said.is_empty() && text.len() < 300 {
            text = format!("{text}; {said}");
        }
    }
    if text.is_empty() {
        text = problem.r#type.clone().unwrap_or_else(|| "no reason given".into());
    }
    shortened(text.trim_start_matches("; "))
}

/// Whether `text` speaks of `name` or of a domain above it, as limits per registered domain do.
fn mentions(text: &str, name: &str) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| word.contains('.'))
        .collect();
    words.iter().any(|word| *word == name || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> Problem {
        serde_json::from_str(json).expect("a problem")
    }

    #[test]
    fn limits_are_of_a_host_or_of_all() {
        let names = ["chat.example.org".to_owned()];
        for (detail, all) in [
            ("too many new orders (300) from this account in the last 3h0m0s, retry after 2026-01-01", true),
            ("too many certificates (50) already issued for \\\"example.org\\\" in the last 168h0m0s", false),
            ("too many failed authorizations (5) for \\\"chat.example.org\\\" in the last 1h0m0s", false),
            ("too many certificates already issued for other.example", true),
            ("see https://letsencrypt.org/docs/rate-limits/", true),
        ] {
            let problem = problem(&format!(
                r#"{{"type":"urn:ietf:params:acme:error:rateLimited","detail":"{detail}","status":429}}"#
            ));
            let failure = Failure::of(Error::Api(problem), &names, Some(Duration::from_secs(7)));
            assert_eq!(failure.fault, Fault::Limited { all }, "{detail}");
            assert_eq!(failure.wait, Some(Duration::from_secs(7)));
        }
    }

    #[test]
    fn what_to_do_is_said_for_each_kind() {
        for (kind, way, says) in [
            ("dns", Challenge::Http01, "make an A or AAAA record"),
            ("connection", Challenge::Http01, "port 80"),
            ("connection", Challenge::TlsAlpn01, "port 443"),
            ("unauthorized", Challenge::Http01, "/.well-known/acme-challenge/"),
            ("unauthorized", Challenge::TlsAlpn01, "nothing in front ends TLS"),
            ("caa", Challenge::Http01, "CAA record"),
        ] {
            let problem =
                problem(&format!(r#"{{"type":"urn:ietf:params:acme:error:{kind}","detail":"why\u0007 not"}}"#));
            let failure = Failure::unproved("a.example", way, Some(&problem));
            assert!(failure.says.contains(says) && failure.says.contains("why not"), "{failure:?}");
            assert_eq!((failure.fault, failure.names), (Fault::Proof, vec!["a.example".to_owned()]));
        }
    }
}
