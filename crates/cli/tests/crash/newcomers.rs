//! People with a link, in an app or in a browser, up to the moment in which they ask for their account.

use parlour_testkit::Client;
use parlour_xmpp::ns;

use crate::place::{HOST, PASSWORD, Ports};
use crate::web::Browser;

/// Somebody who has presented a token and typed a name.
pub struct Newcomer {
    pub name: String,
    token: String,
    door: Door,
}

enum Door {
    App(Box<Client>),
    Web(Browser),
}

/// What a newcomer has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The account is there.
    Success,
    /// It is not, and why.
    Refused(String),
    /// Nothing: the connection broke.
    Nothing,
}

impl Newcomer {
    /// Presents `token`: number `n` of all newcomers, in an app where `app` says so.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn arrive(ports: Ports, app: bool, n: usize, name: String, token: &str) -> anyhow::Result<Self> {
        let door = if app {
            let mut client = Client::connect(ports.c2s, HOST).await?;
            present(&mut client, token).await?;
            Door::App(Box::new(client))
        } else {
            let mut browser = Browser::new(ports, n);
            let form = browser.look(&format!("/i/{token}/register")).await?;
            anyhow::ensure!(form.status == 200, "{}: {}", form.status, form.text);
            Door::Web(browser)
        };
        Ok(Self { name, token: token.to_owned(), door })
    }

    /// Presents another token on the same connection.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn present(&mut self, token: &str) -> anyhow::Result<()> {
        token.clone_into(&mut self.token);
        match &mut self.door {
            Door::App(client) => present(client, token).await,
            Door::Web(browser) => browser.look(&format!("/i/{token}/register")).await.map(drop),
        }
    }

    /// Asks for the account.
    pub async fn ask(&mut self) -> Heard {
        match &mut self.door {
            Door::App(client) => register(client, &self.name, PASSWORD).await,
            Door::Web(browser) => {
                let path = format!("/i/{}/register", self.token);
                match browser.submit(&path, &[("name", &self.name), ("password", PASSWORD)]).await {
                    Err(_) => Heard::Nothing,
                    Ok(answer) if answer.status == 200 => {
                        assert!(answer.text.contains(&format!("{}@{HOST}", self.name)), "{}", answer.text);
                        Heard::Success
                    }
                    Ok(answer) => Heard::Refused(format!("{}: {}", answer.status, answer.text)),
                }
            }
        }
    }
}

/// Sends a name and a password in an app that has presented a token.
pub async fn register(client: &mut Client, name: &str, password: &str) -> Heard {
    client
        .send(format!(
            "<iq type='set' id='r' to='{HOST}'><query xmlns='{}'><username>{name}</username>\
             <password>{password}</password></query></iq>",
            ns::REGISTER
        ))
        .await;
    match client.element().await {
        Err(_) => Heard::Nothing,
        Ok(answer) if answer.attr_value("type") == Some("result") => Heard::Success,
        Ok(answer) if answer.attr_value("type") == Some("error") => Heard::Refused(answer.to_string()),
        Ok(other) => panic!("{other} to a registration"),
    }
}

/// Presents a token in an app.
///
/// # Errors
/// When the server does not take it.
pub async fn present(client: &mut Client, token: &str) -> anyhow::Result<()> {
    client
        .send(format!("<iq type='set' id='p' to='{HOST}'><preauth xmlns='{}' token='{token}'/></iq>", ns::PARS))
        .await;
    let answer = client.element().await?;
    anyhow::ensure!(answer.attr_value("type") == Some("result"), "{answer} to a token");
    Ok(())
}
