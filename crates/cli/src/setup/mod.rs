//! `parlour setup`: from a machine and a domain to a link that makes somebody the owner, in one command.
//!
//! It looks before it writes, writes only what is not there, and can be run again at any time: it then says what it found,
//! prints the records once more and goes on where it stopped.
//! Left out: opening firewalls, editing a web server's configuration: it says what to write there.

mod ask;
mod file;
mod install;
mod place;
mod proxies;
mod report;
mod service;
mod survey;
mod wait;

use std::process::ExitCode;
use std::time::Duration;

use parlour_domain::options::Span;
use parlour_net::{LETS_ENCRYPT, ListenOptions, is_orderable};
use parlour_web::api::types::Problem;

use crate::args::{Common, SetupOptions};
use crate::check::{self, Finding, Level, Reach, is_fine, kinds};
use crate::commands::{say, say_error};
use crate::config::Config;
use crate::dns::{Names, ascii, records};
use crate::machine::Addresses;

use ask::Unanswered;
use file::CertificateWish;
use place::Place;
use report::{Owner, Report, WebServerReport};
use survey::{Front, Looking, Survey};

/// How long a certificate is waited for: Let's Encrypt takes some ten seconds.
const CERTIFICATE: Duration = Duration::from_secs(90);

/// Why it stops, with the exit code that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// 1 refused, 2 not understood.
    code: u8,
    /// In a sentence.
    says: String,
}

impl Stop {
    fn usage(says: &str) -> Self {
        Self { code: 2, says: says.to_owned() }
    }

    fn refused(says: String) -> Self {
        Self { code: 1, says }
    }
}

impl From<Unanswered> for Stop {
    fn from(why: Unanswered) -> Self {
        let code = if why == Unanswered::Left { 1 } else { 2 };
        Self { code, says: why.to_string() }
    }
}

/// Runs the command.
///
/// # Errors
/// When something cannot be written, or the system's name servers cannot be read.
pub async fn run(options: SetupOptions, common: &Common) -> anyhow::Result<ExitCode> {
    match set_up(&options, common).await? {
        Ok(code) => Ok(code),
        Err(stop) => {
            if common.json {
                let problem = Problem { kind: "setup-refused".into(), status: 0, title: stop.says, request: None };
                say(&serde_json::to_string(&problem)?);
            } else {
                say_error(&format!("parlour: {}", stop.says));
            }
            Ok(ExitCode::from(stop.code))
        }
    }
}

async fn set_up(options: &SetupOptions, common: &Common) -> anyhow::Result<Result<ExitCode, Stop>> {
    macro_rules! or_stop {
        ($step:expr) => {
            match $step {
                Ok(value) => value,
                Err(stop) => return Ok(Err(Stop::from(stop))),
            }
        };
    }
    let asking = ask::is_somebody_there(common.json);
    let tell = |text: &str| {
        if !common.json {
            say(text);
        }
    };
    let mut place = or_stop!(Place::of(options, common, rustix::process::geteuid().is_root()));
    let patience = or_stop!(patience(options));
    // With a configuration there is nothing to ask; without one the domain comes first.
    let named = options.domain.as_ref().map(|_| ask::domain(options, false)).transpose();
    let named = or_stop!(named);
    let existing = or_stop!(place.existing(named.as_ref()));
    let mut plan = match existing {
        Some((config, domain)) => {
            tell(&format!(
                "There is a configuration for {domain} already ({}); it stays as it is.\n",
                place.config.display()
            ));
            place.data_dir = crate::serve::data_dir(&config, common);
            Plan::of_existing(config, domain.to_string())
        }
        None => {
            let domain = match named {
                Some(domain) => domain,
                None => or_stop!(ask::domain(options, asking && !options.yes)),
            };
            let how = Looking {
                offset: options.port_offset,
                behind_proxy: options.behind_proxy,
                data_dir: &place.data_dir,
                trying: !place.service,
            };
            let mut survey = Survey::of_this_machine(how);
            survey.findings.extend(program(&place)?);
            survey.findings.extend(place.data());
            let certificate = certificate(options, domain.as_str());
            if certificate == CertificateWish::Own {
                let says = "no authority could prove this name at these ports, so none is ordered";
                survey.findings.push(Finding::warning(kinds::CONFIG_NO_CERTIFICATE, "certificate", says));
            }
            tell("This machine");
            if !common.json {
                check::print(&survey.findings);
            }
            if !is_fine(&survey.findings) {
                return Ok(blocked(common, &survey.findings));
            }
            if matches!(certificate, CertificateWish::Ordered { .. }) {
                tell(
                    "\nThe certificate is ordered from Let's Encrypt (or the authority you named); going on agrees to its \
                     terms: https://letsencrypt.org/repository/",
                );
            }
            tell("");
            let answers = or_stop!(ask::rest(options, domain, asking));
            Plan::of_answers(answers, survey, certificate, options, &place)
        }
    };
    let installed = install::install(&place, &plan.text, &place::program()?.0)?;
    let config = Config::load(&place.config)?;
    let addresses = Addresses::of_this_machine();
    let public: Vec<_> = addresses.public().collect();
    let authority = config.acme.enabled.then(|| check::authority(&config.acme.directory)).flatten();
    let records = records::wanted(&ascii(&plan.domain), &public, &config.listen, authority);
    let server = plan.front.as_ref().map(|front| WebServerReport::of(front, &plan.domain, &config.listen));
    tell(&report::written(&installed));
    tell(&report::dns(&plan.domain, &records));
    if let Some(server) = &server {
        tell(&server.text());
    }

    if !patience.is_zero() {
        let minutes = patience.as_secs().div_ceil(60);
        tell(&format!(
            "Waiting until {} leads here, {minutes} minutes at most (Ctrl-C ends it; run this again to go on).",
            plan.domain
        ));
    }
    let told = |finding: &Finding| {
        if !patience.is_zero() {
            tell(&format!("  {}", finding.says));
        }
    };
    let looked = match Names::ask(options.lookup.resolver) {
        Ok(names) => wait::for_name(&plan.domain, &names, &addresses, patience, told).await.map_err(|e| e.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let (reach, finding) = match looked {
        Ok((reach, finding)) => (Some(reach), finding),
        Err(silent) => (None, Finding::warning(kinds::DNS_SILENT, &plan.domain, silent)),
    };
    tell(&finding.text());
    plan.findings.push(finding);

    // Asked before the name leads here the authority refuses, and is not to be asked again for a while.
    let too_early = config.acme.enabled && matches!(reach, Some(Reach::Elsewhere | Reach::Nowhere));
    let started = if !place.service || options.no_start || too_early || !service::has_systemd() {
        false
    } else {
        tell("\nStarting the service…");
        service::start()?;
        true
    };
    if started && config.acme.enabled && matches!(reach, Some(Reach::Here | Reach::Perhaps)) {
        tell(&format!("Waiting for the certificate, {} seconds at most…", CERTIFICATE.as_secs()));
        wait::for_certificate(&place.data_dir, &plan.domain, CERTIFICATE).await;
    }
    if started {
        let found = check::of_certificates(&config, &place.data_dir);
        if !common.json {
            check::print(&found);
        }
        plan.findings.extend(found);
    }
    // A link that nobody can open yet would only run out.
    let can_be_opened = !place.service || common.json || !matches!(reach, Some(Reach::Elsewhere | Reach::Nowhere));
    let owner = if can_be_opened { Owner::of(service::owner_link(&place, &plan.domain)) } else { Owner::Later };
    let again = report::again(options, &plan.domain);
    let failed = matches!(owner, Owner::Failed(_));
    let report = Report {
        ok: !failed,
        domain: plan.domain,
        public_url: plan.public_url,
        service: place.service,
        config: place.config.clone(),
        data_dir: place.data_dir.clone(),
        wrote: installed.wrote,
        kept: installed.kept,
        dns: report::Dns::of(records),
        web_server: server,
        findings: plan.findings,
        started,
        not_done: report::not_done(&place, started, too_early),
        owner_link: owner.link(),
        next: owner.next(&place, started, &again),
    };
    if common.json {
        say(&serde_json::to_string(&report)?);
    } else {
        say(&report.ending(&owner, asking));
    }
    Ok(Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }))
}

/// What is to be done, whether it was asked for now or stands in a file.
struct Plan {
    domain: String,
    public_url: String,
    text: String,
    front: Option<Front>,
    findings: Vec<Finding>,
}

impl Plan {
    fn of_existing(config: Config, domain: String) -> Self {
        let findings = check::of_config(&config);
        let table = config.hosts().into_iter().find(|host| host.domain.eq_ignore_ascii_case(&domain));
        let public_url = table.and_then(|host| host.public_url).unwrap_or_else(|| format!("https://{domain}"));
        let behind = config.listen.web_tls.is_empty() && !config.listen.web.is_empty();
        let front = behind.then(survey::front_now);
        Self { domain, public_url, text: String::new(), front, findings }
    }

    fn of_answers(
        answers: ask::Answers,
        survey: Survey,
        certificate: CertificateWish,
        options: &SetupOptions,
        place: &Place,
    ) -> Self {
        let public_url = file::public_url(&answers.domain, options.port_offset, survey.front.is_some());
        let file = file::File {
            answers: &answers,
            survey: &survey,
            public_url: &public_url,
            data_dir: &place.data_dir,
            certificate: &certificate,
        };
        let text = file.text();
        Self { domain: answers.domain.to_string(), public_url, text, front: survey.front, findings: survey.findings }
    }
}

/// How the certificate comes: from files, from an authority where one can reach this machine, else from ourselves.
fn certificate(options: &SetupOptions, domain: &str) -> CertificateWish {
    // The service starts elsewhere than whoever types this.
    let whole = |path: &std::path::PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    if let (Some(certificate), Some(key)) = (&options.certificate, &options.key) {
        return CertificateWish::Files { certificate: whole(certificate), key: whole(key) };
    }
    let directory = options.acme_directory.clone().filter(|directory| directory != LETS_ENCRYPT);
    // An authority of one's own may know such names and ports; a public one does not.
    if directory.is_none() && (options.port_offset != 0 || is_reserved(domain) || !is_orderable(domain, false)) {
        return CertificateWish::Own;
    }
    CertificateWish::Ordered { directory, ca: options.acme_ca.as_ref().map(whole) }
}

/// RFC 2606 §2: names for tests and books, which an authority could certify as little as those that mean nothing outside.
fn is_reserved(domain: &str) -> bool {
    [".test", ".example"].iter().any(|end| domain.ends_with(end))
}

/// How long to wait for the records.
fn patience(options: &SetupOptions) -> Result<Duration, Stop> {
    let Some(text) = &options.wait_dns else { return Ok(Duration::ZERO) };
    match Span::parse(text) {
        Some(span) => Ok(Duration::from_millis(u64::try_from(span.0).unwrap_or_default())),
        None => Err(Stop::usage(&format!("{text:?} is no span of time; write 15m or 1h"))),
    }
}

/// Whether the service could start this program.
fn program(place: &Place) -> anyhow::Result<Option<Finding>> {
    let (program, can_be_started) = place::program()?;
    Ok((place.service && !can_be_started)
        .then(|| Finding::problem(kinds::MACHINE_PROGRAM, "program", format!("this program is {}", program.display()))))
}

/// Something stands in the way, and nothing was written.
fn blocked(common: &Common, found: &[Finding]) -> Result<ExitCode, Stop> {
    if common.json {
        say(&serde_json::json!({ "ok": false, "findings": found }).to_string());
    } else {
        let count = found.iter().filter(|finding| finding.level == Level::Problem).count();
        let what = if count == 1 {
            "One thing stands in the way".to_owned()
        } else {
            format!("{count} things stand in the way")
        };
        say_error(&format!("\n{what}. Nothing was written; mend it and run this again."));
    }
    Ok(ExitCode::FAILURE)
}

/// Where the pages are behind a web server.
fn pages(listen: &ListenOptions) -> Option<std::net::SocketAddr> {
    listen.web.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_ordered_where_an_authority_can_prove_the_name() {
        let plain = SetupOptions::default();
        let ordered =
            |directory: Option<&str>| CertificateWish::Ordered { directory: directory.map(str::to_owned), ca: None };
        assert_eq!(certificate(&plain, "chat.example.org"), ordered(None));
        for reserved in ["chat.example.test", "box.local", "x.home.arpa", "a.internal"] {
            assert_eq!(certificate(&plain, reserved), CertificateWish::Own, "{reserved}");
        }
        let moved = SetupOptions { port_offset: 1000, ..plain.clone() };
        assert_eq!(certificate(&moved, "chat.example.org"), CertificateWish::Own);
        let own = SetupOptions { acme_directory: Some("https://ca.test/dir".into()), ..moved };
        assert_eq!(certificate(&own, "chat.example.test"), ordered(Some("https://ca.test/dir")));
        let near = SetupOptions { acme_ca: Some("roots.pem".into()), ..own };
        let wish = certificate(&near, "chat.example.test");
        assert!(matches!(wish, CertificateWish::Ordered { ca: Some(ca), .. } if ca.is_absolute()));
        let usual = SetupOptions { acme_directory: Some(LETS_ENCRYPT.into()), ..plain.clone() };
        assert_eq!(certificate(&usual, "chat.example.org"), ordered(None));
        let files = SetupOptions { certificate: Some("/c.pem".into()), key: Some("/k.pem".into()), ..plain };
        assert!(matches!(certificate(&files, "chat.example.org"), CertificateWish::Files { .. }));
    }

    #[test]
    fn how_long_to_wait_is_said_as_everywhere() {
        let waits = |text: Option<&str>| {
            patience(&SetupOptions { wait_dns: text.map(str::to_owned), ..SetupOptions::default() })
        };
        assert_eq!(waits(None), Ok(Duration::ZERO));
        assert_eq!(waits(Some("15m")), Ok(Duration::from_secs(900)));
        assert_eq!(waits(Some("soon")).map_err(|stop| stop.code), Err(2));
    }
}
