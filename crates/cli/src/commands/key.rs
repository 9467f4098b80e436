//! `parlour key …`

use parlour_web::api::types::{ApiKey, NewApiKey};

use super::{all, post, print, segment, the_host};
use crate::args::KeyCommand;
use crate::client::{Api, CallError};

pub async fn run(api: &Api, command: KeyCommand, json: bool) -> Result<(), CallError> {
    match command {
        KeyCommand::Create { host, whole_server, name, role, scopes, expires_after } => {
            let path = path(api, host, whole_server).await?;
            let made: ApiKey = post(api, &path, &NewApiKey { name, role, scopes, expires_after }).await?;
            print::answer(json, &made, || {
                let key = made.key.as_deref().unwrap_or_default();
                let mut lines = vec![key.to_owned()];
                if made.scopes.iter().any(|scope| scope == "compat")
                    && let Some((_, secret)) = key.split_once(made.id.as_str())
                {
                    lines.push(format!("As Prosody's programs want it: {}/{secret}", made.id));
                }
                let until = made.expires.as_deref().map_or(String::new(), |at| format!(" until {}", print::time(at)));
                let whose = made.host.as_deref().unwrap_or("the whole server");
                lines.push(format!("Good for {} of {whose}{until}.", made.scopes.join(", ")));
                lines.push("It is shown this once. Send it as: Authorization: Bearer KEY".to_owned());
                lines.join("\n")
            })
        }
        KeyCommand::List { host, whole_server } => {
            let rows: Vec<ApiKey> = all(api, &path(api, host, whole_server).await?).await?;
            print::answer(json, &rows, || {
                if rows.is_empty() {
                    return "No keys. Make one: parlour key create HOST".to_owned();
                }
                let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
                print::table(&["Id", "Name", "State", "Scopes", "Made by", "Last used", "Expires"], &cells)
            })
        }
        KeyCommand::Revoke { host, id, whole_server } => {
            // With `--whole-server` there is no host, and the one word is the id.
            let (host, id) = match (host, id, whole_server) {
                (Some(host), Some(id), false) => (Some(host), id),
                (Some(id), None, true) => (None, id),
                _ => return Err(CallError::usage("say which key: parlour key revoke HOST ID")),
            };
            let path = format!("{}/{}", path(api, host, whole_server).await?, segment(&id));
            let key: ApiKey = api.call("DELETE", &path, None::<&()>).await?;
            print::answer(json, &key, || format!("The key {:?} opens nothing any more.", key.name))
        }
    }
}

fn cells(key: &ApiKey) -> Vec<String> {
    let time = |at: &Option<String>| at.as_deref().map_or_else(|| "never".to_owned(), print::time);
    vec![
        key.id.clone(),
        key.name.clone(),
        key.state.clone(),
        key.scopes.join(" "),
        key.made_by.clone(),
        time(&key.last_used),
        time(&key.expires),
    ]
}

async fn path(api: &Api, host: Option<String>, whole_server: bool) -> Result<String, CallError> {
    if whole_server {
        return Ok("/keys".to_owned());
    }
    Ok(format!("/hosts/{}/keys", segment(&the_host(api, host).await?)))
}
