//! Contacts, made by each server's own means before anybody signs in: circles of people who all know each other.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::http::Browser;
use crate::peers::{HOST, House, Kind};

/// Makes everybody of a circle a contact of all others of it, both ways. The accounts are there, and nobody is signed in.
pub async fn befriend(house: &House, circles: &[Vec<String>]) -> anyhow::Result<()> {
    match house.kind {
        Kind::Parlour | Kind::Forgetful => groups(house, circles).await,
        Kind::Prosody | Kind::ProsodySqlite => circles.iter().try_for_each(|circle| files(house, circle)),
        Kind::Ejabberd | Kind::EjabberdSqlite => lists(house, circles).await,
    }
}

/// Groups whose members are contacts. They are so soon afterwards: the caller looks.
async fn groups(house: &House, circles: &[Vec<String>]) -> anyhow::Result<()> {
    let mut browser = Browser::new(UnixStream::connect(house.socket()).await?);
    let groups = format!("/api/v1/hosts/{HOST}/groups");
    for (number, circle) in circles.iter().enumerate() {
        ask(&mut browser, "POST", &groups, &json!({ "name": format!("c{number}"), "contacts": true })).await?;
        for name in circle {
            ask(&mut browser, "PUT", &format!("{groups}/c{number}/members/{name}"), &Value::Null).await?;
        }
    }
    Ok(())
}

/// Rosters as Prosody keeps them (mod_storage_internal).
fn files(house: &House, circle: &[String]) -> anyhow::Result<()> {
    let folder = house.data().join(HOST.replace('.', "%2e")).join("roster");
    fs::create_dir_all(&folder)?;
    for owner in circle {
        let mut text = "return {\n\t[false] = { version = 1 };\n".to_owned();
        for contact in circle.iter().filter(|contact| *contact != owner) {
            writeln!(text, "\t[\"{contact}@{HOST}\"] = {{ subscription = \"both\"; groups = {{}} }};")?;
        }
        text.push_str("};\n");
        fs::write(folder.join(format!("{owner}.dat")), text)?;
    }
    Ok(())
}

/// A file of each circle, all of whose people are made contacts of each other by one request (mod_admin_extra).
async fn lists(house: &House, circles: &[Vec<String>]) -> anyhow::Result<()> {
    let mut browser = Browser::new(TcpStream::connect(house.http()).await?);
    for (number, circle) in circles.iter().enumerate() {
        let people: Vec<String> =
            circle.iter().map(|name| format!("{{<<\"{name}\">>, <<\"{HOST}\">>, <<>>, <<>>}}")).collect();
        let file = house.data().join(format!("circle{number}"));
        fs::write(&file, format!("[{}].\n", people.join(",\n")))?;
        ask(&mut browser, "POST", "/api/push_roster_all", &json!({ "file": file })).await.context("contacts")?;
    }
    Ok(())
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    browser: &mut Browser<S>,
    method: &str,
    path: &str,
    body: &Value,
) -> anyhow::Result<()> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let answer = browser.ask(request.as_bytes()).await?;
    ensure!(answer.status().starts_with('2'), "{}\n{}", answer.head, answer.text());
    Ok(())
}
