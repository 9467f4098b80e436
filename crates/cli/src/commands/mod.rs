//! What the verbs do: one request to the API each, and a person's (or a program's) answer.

mod account;
mod group;
mod host;
mod invite;
mod key;
mod print;

use serde::Serialize;
use serde::de::DeserializeOwned;

use parlour_web::api::types::{Backup, BackupWish, Host, Page};

use crate::args::{Command, Common};
use crate::client::{Api, CallError};

pub use print::{own_name, qr, say, say_error, table};

/// Runs a verb that speaks to the API.
///
/// # Errors
/// [`CallError`] with the sentence and exit code for the person who typed it.
pub async fn run(api: &Api, command: Command, common: &Common) -> Result<(), CallError> {
    let json = common.json;
    match command {
        Command::Account(command) => account::run(api, command, json).await,
        Command::Invite(command) => invite::run(api, command, json).await,
        Command::Host(command) => host::run(api, command, json).await,
        Command::Group(command) => group::run(api, command, json).await,
        Command::Key(command) => key::run(api, command, json).await,
        Command::OwnerLink { host, qr } => invite::owner_link(api, host, qr, json).await,
        Command::Backup { file } => {
            let file = std::path::absolute(&file).map_err(CallError::io)?;
            let Some(file) = file.to_str() else {
                return Err(CallError::usage("the path of a backup must be UTF-8"));
            };
            let done: Backup = post(api, "/backup", &BackupWish { file: file.to_owned() }).await?;
            print::answer(json, &done, || {
                format!(
                    "Wrote {} ({} bytes) and, apart, {}.\nTogether they can make links: keep them as you keep keys.",
                    done.file, done.bytes, done.keys
                )
            })
        }
        // Those do not speak to the API; main runs them.
        Command::Serve
        | Command::Setup(_)
        | Command::Check(_)
        | Command::Restore { .. }
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(()),
    }
}

async fn get<T: DeserializeOwned>(api: &Api, path: &str) -> Result<T, CallError> {
    api.call("GET", path, None::<&()>).await
}

async fn post<B: Serialize, T: DeserializeOwned>(api: &Api, path: &str, body: &B) -> Result<T, CallError> {
    api.call("POST", path, Some(body)).await
}

/// All rows of a list, page after page.
async fn all<T: DeserializeOwned>(api: &Api, path: &str) -> Result<Vec<T>, CallError> {
    let mut rows = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = match &next {
            Some(cursor) => format!("{path}{separator}cursor={cursor}"),
            None => path.to_owned(),
        };
        let mut page: Page<T> = get(api, &path).await?;
        rows.append(&mut page.items);
        match page.next {
            Some(cursor) => next = Some(cursor),
            None => return Ok(rows),
        }
    }
}

/// The host that was named, or the only one there is.
async fn the_host(api: &Api, named: Option<String>) -> Result<String, CallError> {
    if let Some(host) = named {
        return Ok(host);
    }
    let hosts: Vec<Host> = all(api, "/hosts").await?;
    match hosts.as_slice() {
        [only] => Ok(only.domain.clone()),
        [] => Err(CallError::usage("there is no host yet; add one: parlour host add DOMAIN")),
        several => Err(CallError::usage(&format!(
            "which host? Name one of: {}",
            several.iter().map(|h| h.domain.as_str()).collect::<Vec<_>>().join(", ")
        ))),
    }
}

/// `name@host` in two.
fn split(jid: &str) -> Result<(&str, &str), CallError> {
    match jid.split_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains(['@', '/']) => Ok((name, host)),
        _ => Err(CallError::usage(&format!("{jid:?} is not an address; write name@host"))),
    }
}

/// A path segment, escaped.
fn segment(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
