//! Wire scripts: who sends what, who receives what, over real sockets and TLS.
//!
//! ```text
//! # RFC 6121 §8.5.3: what this is about
//! account juliet@example.test
//! [romeo] signs in as romeo@example.test/orchard
//! [romeo] sends     <message to='juliet@example.test'><body>hi</body></message>
//! [romeo] receives  nothing
//! ```
//!
//! One step a line; a line that begins with white space goes on with the step before it. XML is compared by meaning, see
//! [`Pattern`]; `${name}` stands for what was seen there first.
//!
//! | step | |
//! |---|---|
//! | `account JID` | an account nobody has signed in to yet |
//! | `admin JID` | the same, with the role of an admin |
//! | `contacts JID JID` | two accounts (made if need be) that see each other |
//! | `group NAME of JID...` | a group (of the first's host) that makes its members contacts, with these accounts (made if need be) |
//! | `leaves NAME JID` | somebody is taken out of a group |
//! | `set NAME to VALUE` | a value for `${NAME}` |
//! | `invite NAME by JID` | an invite (for an account where the account may make such), its token as `${NAME}` |
//! | `invite NAME by operator for HOST` | an invite of the operator's |
//! | `later 7d` | the clock moves |
//! | `service DOMAIN` | a push service of another domain, which takes what it is told; the first step of a script |
//! | `service refuses CONDITION` | from now on; `takes`: as before |
//! | `service hears XML...` | the next requests it gets, in this order |
//! | `service hears nothing` | nothing is on its way to it |
//! | `[x] connects to HOST` | a stream over STARTTLS, up to the features |
//! | `[x] connects in the clear to HOST` | a stream without TLS, up to the features |
//! | `[x] authenticates as JID` | connected and signed in, with a new stream; nothing is bound |
//! | `[x] signs in as JID/RESOURCE` | connected, signed in (the account is made if need be) and bound; no presence |
//! | `[x] is online as JID/RESOURCE` | the same with `<presence/>`; what comes of that is not looked at |
//! | `[x] sends XML` | any bytes |
//! | `[x] syncs` | what `x` sent has had its effect |
//! | `[x] receives XML...` | the next elements, in this order |
//! | `[x] receives in any order XML...` | the next elements |
//! | `[x] receives nothing` | by a ping of everybody: nothing is on its way |
//! | `[x] forgets` | whatever came is not looked at |
//! | `[x] is told CONDITION` | a stream error that ends the stream |
//! | `[x] breaks off` | its connection is gone |
//! | `[x] leaves` | it closes the stream, and the server does |

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail, ensure};
use parlour_domain::invite::issue::Wish;
use parlour_domain::{By, Door, HostName, Role, Span};
use parlour_xmpp::error::{Condition, StanzaError};
use parlour_xmpp::jid::BareJid;

use crate::client::{Client, Heard};
use crate::pattern::{Pattern, Vars, filled};
use crate::push_service::{Mood, PushService};
use crate::server::{PASSWORD, Server, Setup, operator};

/// Runs the script at `path` against a server of its own.
///
/// # Errors
/// With file, line and what was seen instead.
pub async fn run(path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let server = Server::start(Setup::default()).await?;
    run_text(&server, &text).await.with_context(|| path.display().to_string())
}

/// Runs a script against `server`.
///
/// # Errors
/// With the line and what was seen instead.
pub async fn run_text(server: &Server, text: &str) -> anyhow::Result<()> {
    let mut stage = Stage { server, cast: BTreeMap::new(), service: None, vars: Vars::new() };
    for (line, step) in steps(text)? {
        stage.step(&step).await.with_context(|| format!("line {line}: {step}"))?;
    }
    if let Some(service) = &stage.service {
        service.nothing_more().await.context("at the end")?;
    }
    for (name, player) in &mut stage.cast {
        // Whatever came and was never looked at is a line somebody forgot to write.
        if player.client.jid.is_some() && !player.over {
            let rest = player.client.until_pong().await.with_context(|| format!("at the end, [{name}]"))?;
            ensure!(rest.is_empty(), "at the end [{name}] has {}", shown(&rest));
        }
    }
    Ok(())
}

struct Player {
    client: Client,
    /// Its stream has ended.
    over: bool,
}

struct Stage<'a> {
    server: &'a Server,
    cast: BTreeMap<String, Player>,
    service: Option<Arc<PushService>>,
    vars: Vars,
}

impl Stage<'_> {
    async fn step(&mut self, step: &str) -> anyhow::Result<()> {
        let Some((name, what)) = step.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            return self.directive(step).await;
        };
        let (name, what) = (name.trim(), what.trim());
        let (verb, rest) = what.split_once(char::is_whitespace).unwrap_or((what, ""));
        let rest = rest.trim();
        match verb {
            "connects" | "authenticates" | "signs" | "is" if !rest.starts_with("told") => {
                self.enter(name, verb, rest).await
            }
            _ => self.act(name, verb, rest).await,
        }
    }

    async fn directive(&mut self, step: &str) -> anyhow::Result<()> {
        let (verb, rest) = step.split_once(char::is_whitespace).unwrap_or((step, ""));
        let rest = filled(rest.trim(), &self.vars);
        match verb {
            "account" => self.server.account(&rest, Role::Member).await.map(drop),
            "admin" => self.server.account(&rest, Role::Admin).await.map(drop),
            "contacts" => {
                let (one, other) = rest.split_once(' ').context("contacts JID JID")?;
                self.server.befriend(one, other.trim()).await
            }
            "group" => {
                let (name, members) = rest.split_once(" of ").context("group NAME of JID...")?;
                self.group(name.trim(), members).await
            }
            "leaves" => {
                let (name, jid) = rest.split_once(' ').context("leaves NAME JID")?;
                let jid = BareJid::new(jid.trim())?;
                self.server.people.groups.set_member(&operator(), name.to_owned(), jid, false).await?;
                Ok(())
            }
            "set" => {
                let (name, value) = rest.split_once(" to ").context("set NAME to VALUE")?;
                self.vars.insert(name.trim().to_owned(), value.trim().to_owned());
                Ok(())
            }
            "invite" => {
                let (name, by) = rest.split_once(" by ").context("invite NAME by ...")?;
                let token = match by.trim().strip_prefix("operator for ") {
                    Some(host) => self.server.invite(&operator(), host.trim(), Wish::default()).await,
                    None => {
                        let jid = BareJid::new(by.trim())?;
                        self.server.have(&jid).await?;
                        let by = By::account(jid.clone(), Role::Member, Door::Xmpp, 1);
                        self.server.invite(&by, jid.domain().as_str(), Wish::default()).await
                    }
                };
                self.vars.insert(name.trim().to_owned(), token);
                Ok(())
            }
            "service" => self.service(&rest).await,
            "later" => {
                let span = Span::parse(&rest).with_context(|| format!("no span of time: {rest}"))?;
                self.server.clock.pass(span.0);
                Ok(())
            }
            _ => bail!("no such step"),
        }
    }

    async fn service(&mut self, what: &str) -> anyhow::Result<()> {
        let Some(service) = self.service.clone() else {
            self.service = Some(self.server.push_service(what));
            return Ok(());
        };
        let (verb, rest) = what.split_once(char::is_whitespace).unwrap_or((what, ""));
        match (verb, rest.trim()) {
            ("takes", "") => service.set_mood(Mood::Takes),
            ("refuses", condition) => {
                let condition = Condition::from_word(condition).context("a condition")?;
                service.set_mood(Mood::Refuses(StanzaError::new(condition)));
            }
            ("hears", "nothing") => {
                self.settle().await?;
                service.nothing_more().await?;
            }
            ("hears", xml) => {
                for pattern in patterns(xml)? {
                    let seen = service.next().await?;
                    pattern.check(&seen, &mut self.vars).map_err(|why| anyhow!("{why}; it heard {seen}"))?;
                }
            }
            _ => bail!("no such step"),
        }
        Ok(())
    }

    async fn group(&mut self, name: &str, members: &str) -> anyhow::Result<()> {
        let members = members.split_whitespace().map(BareJid::new).collect::<Result<Vec<_>, _>>()?;
        let host = HostName::of(members.first().context("a member")?);
        let groups = &self.server.people.groups;
        groups.create(&operator(), host, name.to_owned(), true).await?;
        for jid in members {
            self.server.have(&jid).await?;
            groups.set_member(&operator(), name.to_owned(), jid, true).await?;
        }
        Ok(())
    }

    async fn enter(&mut self, name: &str, verb: &str, rest: &str) -> anyhow::Result<()> {
        let client = match (verb, rest) {
            ("connects", rest) if rest.starts_with("in the clear to ") => {
                let host = rest.trim_start_matches("in the clear to ").trim();
                let mut client = Client::clear(self.server.ports.c2s, host).await?;
                client.open().await?;
                client
            }
            ("connects", rest) => {
                let host = rest.strip_prefix("to ").context("connects to HOST")?.trim();
                Client::connect(self.server.ports.c2s, host).await?
            }
            ("authenticates", rest) => {
                let jid = BareJid::new(rest.strip_prefix("as ").context("authenticates as JID")?.trim())?;
                let name = jid.node().context("an account has a name")?.to_string();
                let mut client = Client::connect(self.server.ports.c2s, jid.domain().as_str()).await?;
                client.authenticate(&name, PASSWORD).await?;
                client.open().await?;
                client
            }
            _ => {
                let jid = rest.split_once("as ").context("... as JID/RESOURCE")?.1.trim();
                let bare = BareJid::new(jid.split('/').next().unwrap_or(jid))?;
                self.server.have(&bare).await?;
                let mut client = Client::sign_in(self.server.ports.c2s, jid, PASSWORD).await?;
                if rest.starts_with("online") {
                    client.send("<presence/>").await;
                    client.until_pong().await?;
                }
                client
            }
        };
        self.cast.insert(name.to_owned(), Player { client, over: false });
        Ok(())
    }

    async fn act(&mut self, name: &str, verb: &str, rest: &str) -> anyhow::Result<()> {
        if verb == "receives" && rest == "nothing" {
            return self.nothing(name).await;
        }
        if verb == "forgets" {
            self.settle().await?;
        }
        let player = self.cast.get_mut(name).with_context(|| format!("[{name}] has not entered"))?;
        let client = &mut player.client;
        match (verb, rest) {
            ("sends", xml) => client.send(filled(xml, &self.vars)).await,
            ("syncs", "") => client.sync().await?,
            ("receives", xml) => match xml.strip_prefix("in any order") {
                Some(xml) => any_order(client, xml, &mut self.vars).await?,
                None => in_order(client, xml, &mut self.vars).await?,
            },
            ("forgets", "") => drop(client.until_pong().await?),
            ("is", told) => {
                let condition = told.strip_prefix("told").context("is told CONDITION")?.trim();
                let heard = client.ends_with().await?;
                ensure!(heard == condition, "{heard} instead");
                player.over = true;
            }
            ("breaks", "off") => {
                client.drop_connection();
                player.over = true;
            }
            ("leaves", "") => {
                client.send("</stream:stream>").await;
                let last = client.to_the_end().await?;
                ensure!(last.last() == Some(&Heard::End), "the stream did not end: {last:?}");
                player.over = true;
            }
            _ => bail!("no such step"),
        }
        Ok(())
    }

    /// What everybody sent has had its effect.
    async fn settle(&mut self) -> anyhow::Result<()> {
        for (name, player) in &mut self.cast {
            if player.client.jid.is_some() && !player.over {
                player.client.sync().await.with_context(|| format!("a ping of [{name}]"))?;
            }
        }
        self.server.events.until_quiet().await;
        Ok(())
    }

    async fn nothing(&mut self, name: &str) -> anyhow::Result<()> {
        // Twice: what the first to be asked gets of the last to be asked is on its way then, too.
        self.settle().await?;
        self.settle().await?;
        let player = self.cast.get_mut(name).with_context(|| format!("[{name}] has not entered"))?;
        let heard = player.client.until_pong().await?;
        ensure!(heard.is_empty(), "but it received {}", shown(&heard));
        Ok(())
    }
}

async fn in_order(client: &mut Client, xml: &str, vars: &mut Vars) -> anyhow::Result<()> {
    for pattern in patterns(xml)? {
        let seen = client.element().await?;
        pattern.check(&seen, vars).map_err(|why| anyhow!("{why}; it received {seen}"))?;
    }
    Ok(())
}

async fn any_order(client: &mut Client, xml: &str, vars: &mut Vars) -> anyhow::Result<()> {
    let mut wanted = patterns(xml)?;
    while !wanted.is_empty() {
        let seen = client.element().await.with_context(|| format!("{} more", wanted.len()))?;
        let at = wanted.iter().position(|pattern| pattern.check(&seen, vars).is_ok());
        wanted.remove(at.with_context(|| format!("nobody expects {seen}"))?);
    }
    Ok(())
}

/// Several elements beside each other.
fn patterns(xml: &str) -> anyhow::Result<Vec<Pattern>> {
    let mut left = xml.as_bytes().to_vec();
    let mut found = Vec::new();
    while let Some(piece) = crate::scanner::next(&mut left).map_err(anyhow::Error::msg)? {
        match piece {
            crate::scanner::Piece::Element(element) => found.push(Pattern::from(element)),
            _ => bail!("receives elements"),
        }
    }
    ensure!(!found.is_empty() && left.is_empty(), "no XML to receive");
    Ok(found)
}

/// The steps with the number of their first line.
fn steps(text: &str) -> anyhow::Result<Vec<(usize, String)>> {
    let mut steps: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            let (_, step) = steps.last_mut().with_context(|| format!("line {}: goes on with nothing", at + 1))?;
            step.push_str(line.trim());
        } else {
            steps.push((at + 1, line.trim_end().to_owned()));
        }
    }
    Ok(steps)
}

fn shown(elements: &[parlour_xmpp::xml::Element]) -> String {
    elements.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}
