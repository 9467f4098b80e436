//! The questions: at most three, each with what an empty answer means.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use parlour_domain::HostName;

use crate::args::SetupOptions;
use crate::commands::say;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The domain.
    pub domain: HostName,
    /// What the pages call the place.
    pub name: String,
    /// An e-mail address.
    pub contact: Option<String>,
}

/// Why there are no answers: wrong usage, in words for whoever typed it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unanswered {
    /// Something is missing and nobody is there to ask.
    #[error("there is no terminal to ask on. Say it all: {0}")]
    Nobody(String),
    /// What was given is no good.
    #[error("{0}")]
    Wrong(String),
    /// The terminal was closed.
    #[error("no answer; nothing was written")]
    Left,
}

/// Whether somebody can be asked.
pub fn is_somebody_there(json: bool) -> bool {
    !json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The domain alone, which decides what is looked at next.
///
/// # Errors
/// [`Unanswered`].
pub fn domain(options: &SetupOptions, asking: bool) -> Result<HostName, Unanswered> {
    if let Some(given) = &options.domain {
        return read_domain(given).map_err(Unanswered::Wrong);
    }
    if !asking {
        return Err(Unanswered::Nobody("parlour setup DOMAIN --yes".into()));
    }
    say("Which domain? Addresses will end in it: name@chat.example.org");
    loop {
        match read_domain(&line("Domain: ")?) {
            Ok(domain) => return Ok(domain),
            Err(wrong) => say(&wrong),
        }
    }
}

/// The rest.
///
/// # Errors
/// [`Unanswered`].
pub fn rest(options: &SetupOptions, domain: HostName, asking: bool) -> Result<Answers, Unanswered> {
    let given =
        |given: &Option<String>, read: fn(&str) -> Result<String, String>| -> Result<Option<String>, Unanswered> {
            given.as_deref().map(read).transpose().map_err(Unanswered::Wrong)
        };
    let name = given(&options.name, read_name)?;
    let contact = given(&options.contact, read_contact)?;
    let missing: Vec<&str> = [("--name NAME", name.is_none()), ("--contact EMAIL", contact.is_none())]
        .into_iter()
        .filter_map(|(flag, missing)| missing.then_some(flag))
        .collect();
    if !asking && !options.yes && !missing.is_empty() {
        return Err(Unanswered::Nobody(format!("{}, or take the defaults: --yes", missing.join(" and "))));
    }
    let asking = asking && !options.yes;
    let name = match name {
        Some(name) => name,
        None if asking => ask(&format!("What do you call the place? [{domain}] "), |line| {
            if line.is_empty() { Ok(domain.to_string()) } else { read_name(line) }
        })?,
        None => domain.to_string(),
    };
    let contact = match contact {
        Some(contact) => contact,
        None if asking => {
            say(
                "An e-mail address, for people whose link is dead (it is shown to them) and for the certificate authority?",
            );
            ask("E-mail: [none] ", read_contact)?
        }
        None => String::new(),
    };
    Ok(Answers { domain, name, contact: Some(contact).filter(|contact| !contact.is_empty()) })
}

fn ask(prompt: &str, read: impl Fn(&str) -> Result<String, String>) -> Result<String, Unanswered> {
    loop {
        match read(&line(prompt)?) {
            Ok(answer) => return Ok(answer),
            Err(wrong) => say(&wrong),
        }
    }
}

/// One line from the terminal.
fn line(prompt: &str) -> Result<String, Unanswered> {
    let mut out = std::io::stdout().lock();
    // A terminal that takes no prompt is gone, which reading tells.
    let _ = write!(out, "{prompt}").and_then(|()| out.flush());
    drop(out);
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => Err(Unanswered::Left),
        Ok(_) => Ok(line.trim().to_owned()),
    }
}

/// A domain that the world can look up.
fn read_domain(text: &str) -> Result<HostName, String> {
    let text = text.trim().trim_end_matches('.');
    let plain = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
    let is_address = plain.parse::<std::net::IpAddr>().is_ok();
    match HostName::parse(plain) {
        Some(domain) if plain.contains('.') && !is_address => Ok(domain),
        _ => Err(format!("{text:?} is not a domain; write something like chat.example.org")),
    }
}

/// What pages can show in one line.
fn read_name(text: &str) -> Result<String, String> {
    const LONGEST: usize = 80;
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) || text.chars().count() > LONGEST {
        return Err(format!("a name has between 1 and {LONGEST} letters"));
    }
    Ok(text.to_owned())
}

/// An e-mail address, or nothing.
fn read_contact(text: &str) -> Result<String, String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let odd = |c: char| c.is_whitespace() || c.is_control() || ",?#<>\"".contains(c);
    let good = text.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !at.contains('@'));
    if text.is_empty() || (good && !text.contains(odd)) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not an e-mail address; write something like you@example.org, or nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_to_ask_needs_all_answers_or_a_yes() {
        let options = SetupOptions::default();
        assert!(matches!(domain(&options, false), Err(Unanswered::Nobody(_))));
        let mut options = SetupOptions { domain: Some("Chat.Example.org".into()), ..options };
        let host = domain(&options, false).expect("given");
        assert_eq!(host.as_str(), "chat.example.org");
        let error = rest(&options, host.clone(), false).expect_err("two are missing").to_string();
        assert!(error.contains("--name NAME and --contact EMAIL, or take the defaults: --yes"), "{error}");
        options.name = Some(" Choir ".into());
        options.contact = Some(String::new());
        let all = Answers { domain: host.clone(), name: "Choir".into(), contact: None };
        assert_eq!(rest(&options, host.clone(), false), Ok(all));
        let options = SetupOptions { yes: true, contact: Some("mailto:a@b.example".into()), ..SetupOptions::default() };
        let all = Answers { domain: host.clone(), name: host.to_string(), contact: Some("a@b.example".into()) };
        assert_eq!(rest(&options, host, false), Ok(all));
    }

    #[test]
    fn what_is_no_domain_name_or_address_is_said() {
        for good in ["chat.example.org", "CHAT.example.org.", "https://chat.example.org/", "münchen.example"] {
            assert!(read_domain(good).is_ok(), "{good}");
        }
        for bad in ["", "localhost", "192.0.2.1", "a b.example", "chat.example.org/x", "me@example.org"] {
            assert!(read_domain(bad).is_err(), "{bad}");
        }
        for bad in ["x", "x@", "@x.example", "a b@x.example", "a@b@x.example", "a@x", "a@x.example,b@x.example"] {
            assert!(read_contact(bad).is_err(), "{bad}");
        }
        assert!(read_name("\u{7}").is_err() && read_name("").is_err() && read_name(&"x".repeat(81)).is_err());
    }
}
