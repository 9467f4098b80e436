//! The commands that people of prosodyctl and ejabberdctl have in their fingers, turned into ours before anything is
//! parsed. What cannot be turned gets one sentence that helps.
//!
//! Left out: interactive questions for a password (`--password-stdin`, or one is made), and what has no counterpart:
//! modules, nodes and cookies of Erlang.

use std::ffi::OsString;
use std::io::IsTerminal as _;

/// What typed words come to.
#[derive(Debug, PartialEq, Eq)]
pub enum Habit {
    /// Words for our own definitions.
    Ours(Vec<OsString>),
    /// Not ours; one sentence that helps.
    Says(String),
}

/// Options that take a value and may stand before a command.
const WITH_VALUE: [&str; 2] = ["--config", "--data-dir"];

/// Words of others and what they become. `U@H` is made of the first two words, which are
/// a user and a host in ejabberdctl's order; `*` is all the rest.
const TABLE: &[(&str, &str)] = &[
    // prosodyctl
    ("adduser", "account create *"),
    ("passwd", "account passwd *"),
    ("deluser", "account delete *"),
    ("unregister", "account delete U@H"),
    ("shell user create", "account create *"),
    ("shell user delete", "account delete *"),
    ("shell user password", "account passwd *"),
    ("shell user enable", "account enable *"),
    ("shell user disable", "account disable *"),
    ("shell user restore", "account restore *"),
    ("shell user set_role", "account role *"),
    ("shell user list", "account list *"),
    ("shell host list", "host list *"),
    ("shell invite", "invite *"),
    ("mod_invites generate", "invite create *"),
    ("mod_invites_api list", "key list *"),
    ("mod_invites_api delete", "key revoke *"),
    // ejabberdctl
    ("registered_users", "account list *"),
    ("registered_vhosts", "host list *"),
    ("ban_account", "account disable U@H"),
    ("generate_invite", "invite create *"),
    ("generate_invite_with_username", "invite create U@H"),
    ("generate_reset_token", "invite reset U@H"),
    ("list_invites", "invite list *"),
    ("expire_invite_by_token", "invite revoke *"),
    ("delete_invite_by_token", "invite revoke *"),
    ("cleanup_expired_invite_tokens", "invite purge *"),
    ("check_account", "account show U@H"),
];

/// Commands that are somebody else's here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("start", "the service is started by systemd (systemctl start parlour), or by hand: parlour serve --config FILE"),
    ("stop", "the service is stopped by systemd (systemctl stop parlour); it ends well on SIGTERM"),
    ("restart", "the service is restarted by systemd: systemctl restart parlour"),
    ("reload", "the configuration is read again on systemctl reload parlour (SIGHUP)"),
    ("reload_config", "the configuration is read again on systemctl reload parlour (SIGHUP)"),
    ("status", "ask systemd (systemctl status parlour), or /healthz on the listener `local`"),
    ("about", "parlour --version says which version this is"),
    ("check connectivity", "look from outside: docs/guide/from-trial-to-domain.md ends with how"),
    ("install", "there are no modules to install: docs/guide/coming-from-prosody.md has what stands in for each"),
];

/// Turns words as typed, the program's name first, into ours.
pub fn understood(typed: Vec<OsString>) -> Habit {
    let Some(words) = typed.iter().map(|w| w.to_str().map(str::to_owned)).collect::<Option<Vec<_>>>() else {
        return Habit::Ours(typed);
    };
    let start = command_at(&words);
    let (before, command) = words.split_at(start);
    match turned(command) {
        None => Habit::Ours(typed),
        Some(Err(sentence)) => Habit::Says(sentence),
        Some(Ok(ours)) => {
            if std::io::stderr().is_terminal() {
                crate::commands::say_error(&format!("parlour: here that is `parlour {}`", ours.join(" ")));
            }
            Habit::Ours(before.iter().chain(&ours).map(OsString::from).collect())
        }
    }
}

/// Where the command begins: after the program's name and the options before it.
fn command_at(words: &[String]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if WITH_VALUE.contains(&word.as_str()) { 2 } else { 1 };
    }
    at.min(words.len())
}

/// A command's words in ours; `None` where they are nobody's habit.
fn turned(command: &[String]) -> Option<Result<Vec<String>, String>> {
    let is = |habit: &str| {
        let habit: Vec<&str> = habit.split(' ').collect();
        command.len() >= habit.len() && habit.iter().zip(command).all(|(h, c)| h == c)
    };
    let first = command.first()?.as_str();
    if let Some((_, sentence)) = ELSEWHERE.iter().find(|(habit, _)| is(habit)) {
        return Some(Err((*sentence).to_owned()));
    }
    // Those whose order or words the table cannot say.
    match first {
        "register" | "change_password" => {
            let (plain, flags) = apart(command.get(1..)?);
            let [user, host, secret @ ..] = plain.as_slice() else {
                return Some(Err(format!("{first} takes a user and a host: parlour {first} juliet chat.example.org")));
            };
            let ours = if first == "register" { "account create" } else { "account passwd" };
            if !secret.is_empty() {
                return Some(Err(format!(
                    "a password on the command line can be read by everybody on the machine; \
                     write it to: parlour {ours} {user}@{host} --password-stdin"
                )));
            }
            let words = ours.split(' ').map(str::to_owned).chain([format!("{user}@{host}")]);
            return Some(Ok(words.chain(flags).collect()));
        }
        "expire_invite_tokens" => {
            let (plain, flags) = apart(command.get(1..)?);
            let [user, host] = plain.as_slice() else {
                return Some(Err(format!("{first} takes a user and a host: parlour {first} juliet chat.example.org")));
            };
            let words = ["invite".into(), "revoke".into(), host.clone(), "--by".into(), format!("{user}@{host}")];
            return Some(Ok(words.into_iter().chain(flags).collect()));
        }
        // A host, and perhaps a name for the key.
        "mod_invites_api" if command.get(1).is_some_and(|word| word == "create") => {
            let (plain, flags) = apart(command.get(2..)?);
            let mut words: Vec<String> = ["key", "create"].map(str::to_owned).into();
            words.extend(plain.first().cloned());
            words.extend(["--scope".into(), "compat".into()]);
            words.extend(plain.get(1).cloned().into_iter().flat_map(|name| ["--name".into(), name]));
            return Some(Ok(words.into_iter().chain(flags).collect()));
        }
        // mod_easy_invite has the host first.
        "mod_easy_invite" | "mod_invites" if command.get(2).is_some_and(|word| word == "generate") => {
            let host = command.get(1)?.clone();
            let rest = command.get(3..)?.iter().cloned();
            return Some(Ok(["invite".into(), "create".into(), host].into_iter().chain(rest).collect()));
        }
        _ => {}
    }
    let (habit, ours) = TABLE.iter().filter(|(habit, _)| is(habit)).max_by_key(|(habit, _)| habit.len())?;
    let rest = command.get(habit.split(' ').count()..)?;
    let (verb, how) = ours.rsplit_once(' ')?;
    let verb = verb.split(' ').map(str::to_owned);
    if how == "*" {
        return Some(Ok(verb.chain(rest.iter().cloned()).collect()));
    }
    let (plain, flags) = apart(rest);
    // ejabberdctl's ban_account has a reason in third place, which nobody but the audit log would read.
    let [user, host, ..] = plain.as_slice() else {
        return Some(Err(format!("{habit} takes a user and a host: parlour {habit} juliet chat.example.org")));
    };
    Some(Ok(verb.chain([format!("{user}@{host}")]).chain(flags).collect()))
}

/// Words apart from options and their values.
fn apart(words: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut plain, mut flags) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            flags.push(word.clone());
            if WITH_VALUE.contains(&word.as_str()) {
                flags.extend(words.next().cloned());
            }
        } else {
            plain.push(word.clone());
        }
    }
    (plain, flags)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Cli;

    fn ours(line: &str) -> Habit {
        understood(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn what_others_type_becomes_what_we_have() {
        for (theirs, wanted) in [
            ("parlour adduser juliet@h.example", "parlour account create juliet@h.example"),
            ("parlour passwd juliet@h.example", "parlour account passwd juliet@h.example"),
            ("parlour deluser juliet@h.example", "parlour account delete juliet@h.example"),
            ("parlour register juliet h.example", "parlour account create juliet@h.example"),
            ("parlour unregister juliet h.example", "parlour account delete juliet@h.example"),
            ("parlour mod_invites generate h.example --admin", "parlour invite create h.example --admin"),
            (
                "parlour mod_easy_invite h.example generate --reset romeo",
                "parlour invite create h.example --reset romeo",
            ),
            (
                "parlour shell invite create_account h.example --role member --expires-after 2d",
                "parlour invite create_account h.example --role member --expires-after 2d",
            ),
            ("parlour shell invite create_reset romeo@h.example", "parlour invite create_reset romeo@h.example"),
            ("parlour shell user set_role romeo@h.example admin", "parlour account role romeo@h.example admin"),
            (
                "parlour mod_invites_api create h.example Shop",
                "parlour key create h.example --scope compat --name Shop",
            ),
            ("parlour mod_invites_api list h.example", "parlour key list h.example"),
            ("parlour mod_invites_api delete h.example abc", "parlour key revoke h.example abc"),
            ("parlour --config x.toml registered_users h.example", "parlour --config x.toml account list h.example"),
            ("parlour generate_invite h.example", "parlour invite create h.example"),
            ("parlour generate_invite_with_username juliet h.example", "parlour invite create juliet@h.example"),
            ("parlour generate_reset_token juliet h.example --json", "parlour invite reset juliet@h.example --json"),
            ("parlour list_invites h.example", "parlour invite list h.example"),
            ("parlour expire_invite_by_token h.example abc", "parlour invite revoke h.example abc"),
            ("parlour delete_invite_by_token h.example abc", "parlour invite revoke h.example abc"),
            ("parlour expire_invite_tokens romeo h.example", "parlour invite revoke h.example --by romeo@h.example"),
            ("parlour cleanup_expired_invite_tokens", "parlour invite purge"),
            ("parlour ban_account romeo h.example spam", "parlour account disable romeo@h.example"),
            ("parlour change_password romeo h.example", "parlour account passwd romeo@h.example"),
            // Ours stay as they are.
            ("parlour invite list", "parlour invite list"),
            ("parlour", "parlour"),
            ("parlour --lan", "parlour --lan"),
        ] {
            let wanted: Vec<OsString> = wanted.split(' ').map(OsString::from).collect();
            assert_eq!(ours(theirs), Habit::Ours(wanted.clone()), "{theirs}");
            if let Err(error) = Cli::try_parse_from(wanted) {
                panic!("{theirs}: {error}");
            }
        }
    }

    #[test]
    fn every_line_of_the_table_leads_to_a_command_of_ours() {
        for (theirs, _) in TABLE {
            let with =
                [" juliet@h.example", " juliet h.example", " h.example", "", " h.example abc", " a@h.example admin"];
            let fits = with.iter().any(|words| match ours(&format!("parlour {theirs}{words}")) {
                Habit::Ours(words) => Cli::try_parse_from(words).is_ok(),
                Habit::Says(_) => false,
            });
            assert!(fits || *theirs == "shell invite", "{theirs}");
        }
    }

    #[test]
    fn no_password_is_taken_from_the_command_line_and_no_service_is_run_by_hand() {
        for (line, says) in [
            ("parlour register juliet h.example secret", "--password-stdin"),
            ("parlour change_password juliet h.example secret", "--password-stdin"),
            ("parlour register juliet", "a user and a host"),
            ("parlour generate_reset_token juliet", "a user and a host"),
            ("parlour restart", "systemctl"),
            ("parlour reload", "systemctl"),
        ] {
            let Habit::Says(sentence) = ours(line) else { panic!("{line}") };
            assert!(sentence.contains(says) && !sentence.contains("secret"), "{line}: {sentence}");
        }
    }
}
