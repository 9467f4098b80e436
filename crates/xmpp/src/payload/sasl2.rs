//! SASL2 with what travels inside it: Bind 2, resumption, tokens, upgrade tasks, channel-binding types.
//!
//! Spec: XEP-0388 v1.0.4 (§2), XEP-0386 v1.1.0 (§3), XEP-0440 v1.0.0 (§2), XEP-0480 v0.2.0 (§2, §3),
//! XEP-0484 v0.2.0 (§3).
//! Left out: tasks other than upgrades are carried as elements; there are none in the field.

use super::fast::{self, Fast};
use super::sasl::{MAX_MECHANISM_BYTES, SaslCondition, decode, encode, read_data, read_mechanism};
use super::sm::{Enable, Resume};
use super::{BadPayload, MAX_LINE_BYTES, Secret, attr, child_text, each, only_child, text};
use crate::ns;
use crate::xml::Element;

/// Longest description of a client's software or device, and longest tag, in bytes. A guess: the
/// tag becomes part of the resource, which may have 1023.
const MAX_AGENT_BYTES: usize = 256;
/// Most upgrade tasks in one request. There are as many as there are SCRAM hashes.
const MAX_UPGRADES: usize = 8;
/// Most elements of other kinds in one request.
const MAX_EXTENSIONS: usize = 32;
/// Longest name of a task, in bytes. The schema says 20, `UPGR-SCRAM-SHA-256` has 18; some room.
const MAX_TASK_BYTES: usize = 64;
/// Longest salted password or salt, in bytes.
const MAX_SALT_BYTES: usize = 1024;

/// What a client sends while it authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientSasl2 {
    /// Begin.
    Authenticate(Box<Authenticate>),
    /// Answer to a challenge.
    Response(Secret<Vec<u8>>),
    /// Give up.
    Abort,
    /// Begin a task that the server asked for.
    Next {
        /// Its name.
        task: String,
        /// What the task wants to know first.
        data: Vec<Element>,
    },
    /// Go on with a task.
    TaskData(Vec<Element>),
}

/// `<authenticate/>`. XEP-0388 §2.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// The mechanism.
    pub mechanism: String,
    /// The initial response; `None` if there is none, which is not one of no bytes.
    pub initial_response: Option<Secret<Vec<u8>>>,
    /// What the client says about itself. Never shown to others.
    pub user_agent: Option<UserAgent>,
    /// Bind a resource on success.
    pub bind: Option<Bind2>,
    /// Go on with an earlier stream on success.
    pub resume: Option<Resume>,
    /// Upgrade tasks that the client is ready for.
    pub upgrades: Vec<String>,
    /// The mechanism proves a token.
    pub fast: Option<Fast>,
    /// A token is wanted, for this mechanism.
    pub request_token: Option<String>,
    /// All other child elements.
    pub extensions: Vec<Element>,
}

/// `<user-agent/>`. XEP-0388 §2.3.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgent {
    /// A UUID that stays with the installation.
    pub id: Option<String>,
    /// The software, in words.
    pub software: Option<String>,
    /// The device, in words.
    pub device: Option<String>,
}

/// A request to bind. XEP-0386 §3.2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bind2 {
    /// A short name of the software, to be seen in the resource.
    pub tag: Option<String>,
    /// Switch carbons on.
    pub carbons: bool,
    /// Switch stream management on.
    pub enable: Option<Enable>,
    /// Begin as active (true) or inactive (false). XEP-0352.
    pub active: Option<bool>,
    /// All other child elements.
    pub extensions: Vec<Element>,
}

impl ClientSasl2 {
    /// Reads what a client may send; the error is the condition to fail with.
    ///
    /// # Errors
    /// As [`super::sasl::ClientSasl::read`].
    pub fn read(el: &Element) -> Result<ClientSasl2, SaslCondition> {
        if el.ns() != ns::SASL2 {
            return Err(SaslCondition::MalformedRequest);
        }
        match el.name() {
            "authenticate" => Authenticate::read(el).map(|auth| ClientSasl2::Authenticate(Box::new(auth))),
            "response" => Ok(ClientSasl2::Response(read_data(el)?)),
            "abort" => Ok(ClientSasl2::Abort),
            "next" => Ok(ClientSasl2::Next {
                task: malformed(read_task(el))?,
                data: malformed(read_extensions(el, |_| true))?,
            }),
            "task-data" => Ok(ClientSasl2::TaskData(malformed(read_extensions(el, |_| true))?)),
            _ => Err(SaslCondition::MalformedRequest),
        }
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        match self {
            ClientSasl2::Authenticate(auth) => auth.to_element(),
            ClientSasl2::Response(data) => Element::new(ns::SASL2, "response").with_text(encode(data.expose())),
            ClientSasl2::Abort => Element::new(ns::SASL2, "abort"),
            ClientSasl2::Next { task, data } => {
                Element::new(ns::SASL2, "next").attr("task", &**task).children(data.iter().cloned())
            }
            ClientSasl2::TaskData(data) => Element::new(ns::SASL2, "task-data").children(data.iter().cloned()),
        }
    }
}

impl Authenticate {
    fn read(el: &Element) -> Result<Authenticate, SaslCondition> {
        let mechanism = read_mechanism(el)?;
        let initial_response = malformed(only_child(el, ns::SASL2, "initial-response"))?.map(read_data).transpose()?;
        let user_agent = malformed(only_child(el, ns::SASL2, "user-agent"))?.map(UserAgent::read);
        let bind =
            malformed(only_child(el, ns::BIND2, "bind"))?.map(|bind| malformed(Bind2::read(bind))).transpose()?;
        let resume = malformed(only_child(el, ns::SM, "resume"))?.map(|r| malformed(Resume::read(r))).transpose()?;
        let upgrades = malformed(each(el, ns::SASL_UPGRADE, "upgrade", MAX_UPGRADES, |upgrade| {
            text(upgrade, "upgrade", MAX_TASK_BYTES)
        }))?;
        let fast = malformed(only_child(el, ns::FAST, "fast"))?.map(|fast| malformed(Fast::read(fast))).transpose()?;
        let request_token = malformed(only_child(el, ns::FAST, "request-token"))?
            .map(|wish| malformed(fast::read_request(wish)))
            .transpose()?;
        let known = |child: &Element| {
            [ns::SASL2, ns::FAST].contains(&child.ns())
                || child.is(ns::BIND2, "bind")
                || child.is(ns::SM, "resume")
                || child.is(ns::SASL_UPGRADE, "upgrade")
        };
        let extensions = malformed(read_extensions(el, |child| !known(child)))?;
        Ok(Authenticate {
            mechanism,
            initial_response,
            user_agent,
            bind,
            resume,
            upgrades,
            fast,
            request_token,
            extensions,
        })
    }

    fn to_element(&self) -> Element {
        let initial = self
            .initial_response
            .as_ref()
            .map(|data| Element::new(ns::SASL2, "initial-response").with_text(encode(data.expose())));
        Element::new(ns::SASL2, "authenticate")
            .attr("mechanism", &*self.mechanism)
            .child_opt(initial)
            .child_opt(self.user_agent.as_ref().map(UserAgent::to_element))
            .child_opt(self.bind.as_ref().map(Bind2::to_element))
            .child_opt(self.resume.as_ref().map(Resume::to_element))
            .children(self.upgrades.iter().map(|name| Element::new(ns::SASL_UPGRADE, "upgrade").with_text(name)))
            .child_opt(self.fast.as_ref().map(Fast::to_element))
            .child_opt(self.request_token.as_deref().map(fast::request))
            .children(self.extensions.iter().cloned())
    }
}

impl UserAgent {
    /// Reads leniently: what a client says of itself is no reason to keep it out. Texts too long
    /// and an id that is no UUID are dropped.
    fn read(el: &Element) -> UserAgent {
        UserAgent {
            id: el.attr_value("id").filter(|id| is_uuid(id)).map(str::to_ascii_lowercase),
            software: child_text(el, "software", MAX_AGENT_BYTES).ok().flatten(),
            device: child_text(el, "device", MAX_AGENT_BYTES).ok().flatten(),
        }
    }

    fn to_element(&self) -> Element {
        let agent = Element::new(ns::SASL2, "user-agent").attr_opt("id", self.id.as_deref());
        [("software", &self.software), ("device", &self.device)].into_iter().fold(agent, |agent, (name, text)| {
            match text {
                Some(text) => agent.text_child(name, text),
                None => agent,
            }
        })
    }
}

impl Bind2 {
    /// Reads a request to bind.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<Bind2, BadPayload> {
        super::expect(el, ns::BIND2, "bind")?;
        let active = el.elements().filter(|child| child.ns() == ns::CSI).find_map(|child| match child.name() {
            "active" => Some(true),
            "inactive" => Some(false),
            _ => None,
        });
        Ok(Bind2 {
            tag: child_text(el, "tag", MAX_AGENT_BYTES)?.filter(|tag| !tag.is_empty()),
            carbons: el.child_named(ns::CARBONS, "enable").is_some(),
            enable: only_child(el, ns::SM, "enable")?.map(Enable::read).transpose()?,
            active,
            extensions: read_extensions(el, |child| {
                ![ns::BIND2, ns::CSI].contains(&child.ns())
                    && !child.is(ns::CARBONS, "enable")
                    && !child.is(ns::SM, "enable")
            })?,
        })
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        let bind = Element::new(ns::BIND2, "bind");
        let bind = match &self.tag {
            Some(tag) => bind.text_child("tag", tag),
            None => bind,
        };
        let active = self.active.map(|active| Element::new(ns::CSI, if active { "active" } else { "inactive" }));
        bind.child_opt(self.carbons.then(|| Element::new(ns::CARBONS, "enable")))
            .child_opt(self.enable.as_ref().map(Enable::to_element))
            .child_opt(active)
            .children(self.extensions.iter().cloned())
    }
}

/// What the server sends while a client authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerSasl2 {
    /// A challenge.
    Challenge(Secret<Vec<u8>>),
    /// Authenticated. XEP-0388 §2.6.1.
    Success {
        /// The mechanism's last word.
        additional_data: Option<Secret<Vec<u8>>>,
        /// Who the client is now: a bare JID, with a resource once one is bound.
        authorization_identifier: String,
        /// Answers to what was asked inline: `<bound/>`, `<resumed/>`, `<failed/>`.
        inline: Vec<Element>,
    },
    /// Not authenticated. XEP-0388 §2.6.2.
    Failure {
        /// Why.
        condition: SaslCondition,
        /// A sentence for a person.
        text: Option<String>,
    },
    /// Authenticated, but there is a task to do. XEP-0388 §2.6.3.
    Continue {
        /// The mechanism's last word.
        additional_data: Option<Secret<Vec<u8>>>,
        /// The tasks of which the client does one.
        tasks: Vec<String>,
    },
    /// A task's question or answer.
    TaskData(Vec<Element>),
}

impl ServerSasl2 {
    /// The element.
    pub fn to_element(&self) -> Element {
        let additional = |data: &Option<Secret<Vec<u8>>>| {
            data.as_ref().map(|data| Element::new(ns::SASL2, "additional-data").with_text(encode(data.expose())))
        };
        match self {
            ServerSasl2::Challenge(data) => Element::new(ns::SASL2, "challenge").with_text(encode(data.expose())),
            ServerSasl2::Success { additional_data, authorization_identifier, inline } => {
                Element::new(ns::SASL2, "success")
                    .child_opt(additional(additional_data))
                    .text_child("authorization-identifier", authorization_identifier)
                    .children(inline.iter().cloned())
            }
            ServerSasl2::Failure { condition, text } => {
                let failure = Element::new(ns::SASL2, "failure").child(Element::new(ns::SASL, condition.as_str()));
                match text {
                    Some(text) => failure.text_child("text", text),
                    None => failure,
                }
            }
            ServerSasl2::Continue { additional_data, tasks } => {
                let tasks =
                    tasks.iter().fold(Element::new(ns::SASL2, "tasks"), |all, name| all.text_child("task", name));
                Element::new(ns::SASL2, "continue").child_opt(additional(additional_data)).child(tasks)
            }
            ServerSasl2::TaskData(data) => Element::new(ns::SASL2, "task-data").children(data.iter().cloned()),
        }
    }

    /// Reads what a server may send, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<ServerSasl2, BadPayload> {
        let bad = |_| BadPayload::Invalid { what: "SASL data" };
        if el.ns() != ns::SASL2 {
            return Err(BadPayload::WrongElement { expected: "SASL2 element" });
        }
        let additional =
            || only_child(el, ns::SASL2, "additional-data")?.map(|d| read_data(d).map_err(bad)).transpose();
        Ok(match el.name() {
            "challenge" => ServerSasl2::Challenge(read_data(el).map_err(bad)?),
            "success" => ServerSasl2::Success {
                additional_data: additional()?,
                authorization_identifier: child_text(el, "authorization-identifier", super::MAX_JID_BYTES)?
                    .ok_or(BadPayload::Missing { what: "authorization-identifier" })?,
                inline: read_extensions(el, |child| child.ns() != ns::SASL2)?,
            },
            "failure" => ServerSasl2::Failure {
                condition: el
                    .elements()
                    .filter(|child| child.ns() == ns::SASL)
                    .find_map(|child| SaslCondition::from_word(child.name()))
                    .ok_or(BadPayload::Missing { what: "condition" })?,
                text: child_text(el, "text", MAX_LINE_BYTES)?,
            },
            "continue" => {
                let tasks = only_child(el, ns::SASL2, "tasks")?.ok_or(BadPayload::Missing { what: "tasks" })?;
                let tasks = each(tasks, ns::SASL2, "task", MAX_UPGRADES, |task| text(task, "task", MAX_TASK_BYTES))?;
                ServerSasl2::Continue { additional_data: additional()?, tasks }
            }
            "task-data" => ServerSasl2::TaskData(read_extensions(el, |_| true)?),
            _ => {
                return Err(BadPayload::WrongElement { expected: "SASL2 element" });
            }
        })
    }
}

/// What the stream features say about SASL2. XEP-0388 §2.1, XEP-0386 §3.1, XEP-0480 §2.1, XEP-0484 §3.1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sasl2Feature<'a> {
    /// The mechanisms on offer, best first; if there is none the feature must not be sent.
    pub mechanisms: Vec<&'a str>,
    /// Whether an earlier stream can be resumed inline.
    pub resume: bool,
    /// What Bind 2 can switch on, by namespace; `None` without Bind 2.
    pub bind: Option<Vec<&'a str>>,
    /// Mechanisms that prove a token, best first.
    pub fast: Vec<&'a str>,
    /// Upgrade tasks, such as `UPGR-SCRAM-SHA-256`.
    pub upgrades: Vec<&'a str>,
}

impl Sasl2Feature<'_> {
    /// The feature.
    pub fn to_element(&self) -> Element {
        let bind = self.bind.as_ref().map(|features| {
            let inline = features
                .iter()
                .map(|var| Element::new(ns::BIND2, "feature").attr("var", *var))
                .fold(Element::new(ns::BIND2, "inline"), Element::child);
            Element::new(ns::BIND2, "bind").child_opt((!inline.is_empty()).then_some(inline))
        });
        let inline = Element::new(ns::SASL2, "inline")
            .child_opt(bind)
            .child_opt((!self.fast.is_empty()).then(|| fast::feature(self.fast.iter().copied())))
            .child_opt(self.resume.then(|| Element::new(ns::SM, "sm")));
        self.mechanisms
            .iter()
            .fold(Element::new(ns::SASL2, "authentication"), |all, name| all.text_child("mechanism", name))
            .child_opt((!inline.is_empty()).then_some(inline))
            .children(self.upgrades.iter().map(|name| Element::new(ns::SASL_UPGRADE, "upgrade").with_text(name)))
    }
}

/// The stream feature that names the channel-binding types. XEP-0440 §2.
pub fn channel_binding_feature<'a>(types: impl IntoIterator<Item = &'a str>) -> Element {
    Element::new(ns::SASL_CB, "sasl-channel-binding")
        .children(types.into_iter().map(|name| Element::new(ns::SASL_CB, "channel-binding").attr("type", name)))
}

/// `<bound/>` with the answers to what the request switched on. XEP-0386 §3.2.
pub fn bound(answers: impl IntoIterator<Item = Element>) -> Element {
    Element::new(ns::BIND2, "bound").children(answers)
}

/// What the server tells for a SCRAM upgrade. XEP-0480 §3.
pub fn scram_upgrade_salt(salt: &[u8], iterations: u32) -> ServerSasl2 {
    let salt =
        Element::new(ns::SCRAM_UPGRADE, "salt").attr("iterations", iterations.to_string()).with_text(encode(salt));
    ServerSasl2::TaskData(vec![salt])
}

/// The salted password that a client sends back. XEP-0480 §3.
///
/// # Errors
/// The condition to fail with.
pub fn read_scram_upgrade_hash(data: &[Element]) -> Result<Secret<Vec<u8>>, SaslCondition> {
    let hash = data.iter().find(|el| el.is(ns::SCRAM_UPGRADE, "hash")).ok_or(SaslCondition::MalformedRequest)?;
    let hash = decode(&hash.text_cow())?;
    if hash.expose().is_empty() || hash.expose().len() > MAX_SALT_BYTES {
        return Err(SaslCondition::MalformedRequest);
    }
    Ok(hash)
}

fn malformed<T>(read: Result<T, BadPayload>) -> Result<T, SaslCondition> {
    read.map_err(|_| SaslCondition::MalformedRequest)
}

fn read_task(el: &Element) -> Result<String, BadPayload> {
    match attr(el, "task", MAX_TASK_BYTES.max(MAX_MECHANISM_BYTES))? {
        Some(task) if !task.is_empty() => Ok(task.to_owned()),
        _ => Err(BadPayload::Missing { what: "task" }),
    }
}

fn read_extensions(el: &Element, want: impl Fn(&Element) -> bool) -> Result<Vec<Element>, BadPayload> {
    let all: Vec<Element> = el.elements().filter(|child| want(child)).take(MAX_EXTENSIONS + 1).cloned().collect();
    if all.len() > MAX_EXTENSIONS {
        return Err(BadPayload::TooMany { what: "extensions", max: MAX_EXTENSIONS });
    }
    Ok(all)
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
