//! What people do while something bad happens, and what they are told.

use anyhow::{Context as _, bail};
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::{Binary, HOST};
use crate::Client;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The server has taken responsibility for it.
    Acknowledged,
    /// It said why not: the condition and its type.
    Refused(String, String),
}

/// Writes a message to `to` and waits until the server is done with it.
///
/// # Errors
/// When the stream ends.
pub async fn say(client: &mut Client, to: &str, id: &str, body: &str) -> anyhow::Result<Kept> {
    client.send(format!("<message type='chat' to='{to}@{HOST}' id='{id}'><body>{body}</body></message>")).await;
    // The answer to what came later says that this one is done with: its commit, or its error.
    for heard in client.until_pong().await? {
        if heard.name() == "message" && heard.attr_value("id") == Some(id) && heard.attr_value("type") == Some("error")
        {
            return refusal(&heard);
        }
    }
    Ok(Kept::Acknowledged)
}

/// What an error stanza says.
///
/// # Errors
/// When it says nothing.
pub fn refusal(stanza: &Element) -> anyhow::Result<Kept> {
    let error = stanza.elements().find(|child| child.name() == "error").with_context(|| format!("{stanza}"))?;
    let condition = error.elements().find(|child| child.ns() == ns::STANZAS).context("a condition")?;
    let kind = error.attr_value("type").unwrap_or_default();
    Ok(Kept::Refused(condition.name().to_owned(), kind.to_owned()))
}

/// The ids of all messages in a client's own archive, in its order.
///
/// # Errors
/// When it cannot be read.
pub async fn all_archived(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        client
            .send(format!(
                "<iq type='set' id='look'><query xmlns='{}'><set xmlns='{}'><max>100</max>{after}</set></query></iq>",
                ns::MAM,
                ns::RSM
            ))
            .await;
        let fin = loop {
            let element = client.element().await?;
            if element.name() == "iq" && element.attr_value("id") == Some("look") {
                break element;
            }
            let result = element.child_named(ns::MAM, "result");
            let message = result
                .and_then(|result| result.child_named(ns::FORWARD, "forwarded"))
                .and_then(|forwarded| forwarded.child_named(ns::CLIENT, "message"));
            ids.extend(message.and_then(|message| message.attr_value("id")).map(str::to_owned));
        };
        let Some(fin) = fin.child_named(ns::MAM, "fin") else { bail!("{fin} instead of a page") };
        let last = fin.child_named(ns::RSM, "set").and_then(|set| set.child_text("last"));
        match last {
            Some(last) if fin.attr_value("complete") != Some("true") => after = format!("<after>{last}</after>"),
            _ => return Ok(ids),
        }
    }
}

/// An invite of the operator's: its token.
///
/// # Errors
/// When there is none; the answer says why.
pub async fn invite(server: &Binary) -> anyhow::Result<String> {
    let made = server.ask("POST", "/invites", "{\"kind\":\"account\"}").await?;
    let token = made.text.split_once("\"token\":\"").and_then(|(_, rest)| rest.split('"').next());
    token.map(str::to_owned).with_context(|| format!("{}: {}", made.status, made.text))
}

/// Registers `name` with a token, in an app: the answer.
///
/// # Errors
/// When the stream ends.
pub async fn register(server: &Binary, token: &str, name: &str) -> anyhow::Result<Element> {
    let mut client = Client::connect(server.c2s, HOST).await?;
    client
        .send(format!(
            "<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq><iq type='set' id='r'>\
             <query xmlns='jabber:iq:register'><username>{name}</username><password>{}</password></query></iq>",
            crate::PASSWORD
        ))
        .await;
    client.expect("<iq type='result' id='p'/>").await?;
    client.element().await
}
