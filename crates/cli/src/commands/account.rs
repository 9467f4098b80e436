//! `parlour account …`

use std::io::Read as _;

use parlour_web::api::types::{Account, AccountChange, NewAccount};

use super::{all, get, post, print, segment, split, the_host};
use crate::args::AccountCommand;
use crate::client::{Api, CallError};

pub async fn run(api: &Api, command: AccountCommand, json: bool) -> Result<(), CallError> {
    match command {
        AccountCommand::Create { jid, role, password_stdin } => {
            let (name, host) = split(&jid)?;
            let password = typed(password_stdin)?;
            let wish = NewAccount { name: name.into(), password, role: Some(role) };
            let account: Account = post(api, &format!("/hosts/{}/accounts", segment(host)), &wish).await?;
            print::answer(json, &account, || {
                with_password(&account, format!("Made {} ({}).", account.jid, account.role))
            })
        }
        AccountCommand::List { host, role, state, invited_by } => {
            let host = the_host(api, host).await?;
            let mut rows: Vec<Account> = all(api, &format!("/hosts/{}/accounts", segment(&host))).await?;
            let is = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
            rows.retain(|account| {
                is(&role, Some(&account.role))
                    && is(&state, Some(&account.state))
                    && is(&invited_by, account.invited_by.as_deref())
            });
            print::answer(json, &rows, || list(&rows))
        }
        AccountCommand::Show { jid } => {
            let account: Account = get(api, &path(&jid)?).await?;
            print::answer(json, &account, || show(&account))
        }
        AccountCommand::Role { jid, role } => {
            let change = AccountChange { role: Some(role), ..AccountChange::default() };
            let account = patch(api, &jid, &change).await?;
            print::answer(json, &account, || format!("{} is {} now.", account.jid, article(&account.role)))
        }
        AccountCommand::Passwd { jid, password_stdin } => {
            let password = typed(password_stdin)?;
            let new_password = password.is_none().then_some(true);
            let account =
                patch(api, &jid, &AccountChange { password, new_password, ..AccountChange::default() }).await?;
            print::answer(json, &account, || {
                with_password(&account, format!("{} has a new password; every session has ended.", account.jid))
            })
        }
        AccountCommand::Disable { jid } => {
            let change = AccountChange { enabled: Some(false), ..AccountChange::default() };
            let account = patch(api, &jid, &change).await?;
            print::answer(json, &account, || format!("{} is kept out; nothing was deleted.", account.jid))
        }
        AccountCommand::Enable { jid } => {
            let change = AccountChange { enabled: Some(true), ..AccountChange::default() };
            let account = patch(api, &jid, &change).await?;
            print::answer(json, &account, || format!("{} can sign in again.", account.jid))
        }
        AccountCommand::Delete { jid } => {
            let account: Account = api.call("DELETE", &path(&jid)?, None::<&()>).await?;
            print::answer(json, &account, || {
                let until = account.erased_on.as_deref().map(print::time).unwrap_or_default();
                format!(
                    "{jid} is deleted. Until {until} it can come back: parlour account restore {jid}",
                    jid = account.jid
                )
            })
        }
        AccountCommand::Restore { jid } => {
            let account: Account = post(api, &format!("{}/restore", path(&jid)?), &()).await?;
            print::answer(json, &account, || format!("{} is back.", account.jid))
        }
    }
}

fn path(jid: &str) -> Result<String, CallError> {
    let (name, host) = split(jid)?;
    Ok(format!("/hosts/{}/accounts/{}", segment(host), segment(name)))
}

async fn patch(api: &Api, jid: &str, change: &AccountChange) -> Result<Account, CallError> {
    api.call("PATCH", &path(jid)?, Some(change)).await
}

/// The password from standard input: its first line, whole.
fn typed(from_stdin: bool) -> Result<Option<String>, CallError> {
    if !from_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(CallError::io)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(CallError::usage("no password came on standard input"));
    }
    Ok(Some(line.to_owned()))
}

fn with_password(account: &Account, mut text: String) -> String {
    if let Some(password) = &account.password {
        text.push_str(&format!("\nPassword: {password}\nIt is shown this once."));
    }
    text
}

fn list(rows: &[Account]) -> String {
    if rows.is_empty() {
        return "Nobody here yet. Invite someone: parlour invite create".into();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|a| {
            let by = a.invited_by.clone().unwrap_or_default();
            vec![a.jid.clone(), a.role.clone(), a.state.clone(), print::time(&a.created), by]
        })
        .collect();
    print::table(&["Address", "Role", "State", "Since (UTC)", "Invited by"], &cells)
}

fn show(account: &Account) -> String {
    let mut lines = vec![
        format!("Account   {}", account.jid),
        format!("Role      {}", account.role),
        format!("State     {}", account.state),
        format!("Since     {}", print::time(&account.created)),
    ];
    if let Some(by) = &account.invited_by {
        lines.push(format!("Invited   by {by}"));
    }
    if let Some(on) = &account.erased_on {
        lines.push(format!("Erased    {} unless it is restored before", print::time(on)));
    }
    lines.join("\n")
}

fn article(role: &str) -> String {
    match role {
        "limited" => "limited".into(),
        "admin" | "owner" => format!("an {role}"),
        other => format!("a {other}"),
    }
}
