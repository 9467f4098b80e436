//! Signing in: the two profiles of SASL around the same mechanisms.
//!
//! Spec: RFC 6120 §6.4 and §6.5, XEP-0388 v1.0.4 §2; tokens: XEP-0484 v0.2.0 (`token.rs`).

use std::sync::Arc;

use parlour_domain::HostName;
use parlour_engine::tokens::{NewToken, Proven};
use parlour_xmpp::error::StreamCondition;
use parlour_xmpp::framer::{Frame, Nonza};
use parlour_xmpp::jid::{BareJid, DomainRef, Jid, NodeRef};
use parlour_xmpp::ns;
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::sasl::{ClientSasl, SaslCondition, ServerSasl};
use parlour_xmpp::payload::sasl2::{Authenticate, ClientSasl2, ServerSasl2};
use parlour_xmpp::sasl::{BindingType, ChannelBindings, HtMechanism, Mechanism, Offer, PlainLogin, SaslError, Scram};
use parlour_xmpp::xml::Element;

use super::negotiate::{Fail, Negotiation};
use super::token;
use crate::meters::Meters;

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Profile {
    Sasl,
    Sasl2,
}

/// What a mechanism ends with.
#[derive(Default)]
pub(super) struct Success {
    /// Its last word.
    pub(super) data: Option<Vec<u8>>,
    /// What the password was proven with.
    pub(super) proven: Option<Proven>,
    /// A token that the device is given.
    pub(super) token: Option<NewToken>,
}

impl Success {
    fn sasl(self) -> Element {
        ServerSasl::Success(self.data.map(Secret::new)).to_element()
    }

    /// `<success/>` of XEP-0388, for `name`, with the answers to what was asked inline.
    pub(super) fn sasl2(self, name: String, mut inline: Vec<Element>) -> Element {
        inline.extend(self.token.map(token::element));
        ServerSasl2::Success { additional_data: self.data.map(Secret::new), authorization_identifier: name, inline }
            .to_element()
    }
}

/// Why an attempt failed: the client may try again.
pub(super) enum Failed {
    Condition(SaslCondition),
    Fail(Fail),
}

impl From<SaslCondition> for Failed {
    fn from(condition: SaslCondition) -> Self {
        Self::Condition(condition)
    }
}

impl From<SaslError> for Failed {
    fn from(error: SaslError) -> Self {
        Self::Condition(error.condition())
    }
}

impl From<Fail> for Failed {
    fn from(fail: Fail) -> Self {
        Self::Fail(fail)
    }
}

impl Negotiation {
    /// An attempt by RFC 6120's profile. `None`: it failed, and the client was told.
    pub(super) async fn sasl(
        &mut self,
        nonza: &Nonza,
        host: &HostName,
        mechanisms: &[Mechanism],
        types: &[BindingType],
        bindings: &ChannelBindings,
    ) -> Result<Option<BareJid>, Fail> {
        let offer = Offer { host: host.as_str(), mechanisms, binding_types: types, bindings };
        let read = nonza.element().map_err(|_| SaslCondition::MalformedRequest).and_then(|el| ClientSasl::read(&el));
        let outcome = match read {
            Ok(ClientSasl::Auth { mechanism, initial }) => {
                self.exchange(Profile::Sasl, &mechanism, initial, host, &offer).await
            }
            Ok(ClientSasl::Abort) => Err(SaslCondition::Aborted.into()),
            Ok(ClientSasl::Response(_)) => Err(SaslCondition::MalformedRequest.into()),
            Err(condition) => Err(condition.into()),
        };
        match outcome {
            Ok((account, success)) => {
                self.wire.send_element(&success.sasl()).await?;
                Ok(Some(account))
            }
            Err(Failed::Fail(fail)) => Err(fail),
            Err(Failed::Condition(condition)) => {
                self.failed(Profile::Sasl, condition).await?;
                Ok(None)
            }
        }
    }

    /// An attempt by XEP-0388's profile; its `<success/>` is still to be sent, with what was asked for beside.
    pub(super) async fn sasl2(
        &mut self,
        nonza: &Nonza,
        host: &HostName,
        mechanisms: &[Mechanism],
        types: &[BindingType],
        bindings: &ChannelBindings,
    ) -> Result<Option<(BareJid, Box<Authenticate>, Success)>, Fail> {
        let offer = Offer { host: host.as_str(), mechanisms, binding_types: types, bindings };
        let read = nonza.element().map_err(|_| SaslCondition::MalformedRequest).and_then(|el| ClientSasl2::read(&el));
        let outcome = match read {
            Ok(ClientSasl2::Authenticate(mut asked)) => {
                let initial = asked.initial_response.take();
                let mechanism = asked.mechanism.clone();
                let done = match (HtMechanism::from_name(&mechanism), asked.fast) {
                    (Some(mechanism), Some(fast)) => self.token(mechanism, fast, initial, &asked, (host, &offer)).await,
                    // XEP-0484 §3.4: a token is said to be one.
                    (Some(_), None) | (None, Some(_)) => Err(SaslCondition::MalformedRequest.into()),
                    (None, None) => self.exchange(Profile::Sasl2, &mechanism, initial, host, &offer).await,
                };
                done.map(|done| (asked, done))
            }
            Ok(ClientSasl2::Abort) => Err(SaslCondition::Aborted.into()),
            Ok(_) => Err(SaslCondition::MalformedRequest.into()),
            Err(condition) => Err(condition.into()),
        };
        match outcome {
            Ok((asked, (account, success))) => Ok(Some((account, asked, success))),
            Err(Failed::Fail(fail)) => Err(fail),
            Err(Failed::Condition(condition)) => {
                self.failed(Profile::Sasl2, condition).await?;
                Ok(None)
            }
        }
    }

    async fn exchange(
        &mut self,
        profile: Profile,
        mechanism: &str,
        initial: Option<Secret<Vec<u8>>>,
        host: &HostName,
        offer: &Offer<'_>,
    ) -> Result<(BareJid, Success), Failed> {
        // Judged by what was offered, not by what is known (ATTACKS 26).
        let mechanism = Mechanism::from_name(mechanism)
            .filter(|m| offer.mechanisms.contains(m))
            .ok_or(SaslCondition::InvalidMechanism)?;
        let first = match initial {
            Some(first) => first,
            // RFC 6120 §6.4.3: an empty challenge asks for it.
            None => self.challenge(profile, Vec::new()).await?,
        };
        let credentials = Arc::clone(&self.shared.engine.credentials);
        let address = self.prefix();
        if mechanism == Mechanism::Plain {
            let login = PlainLogin::read(first.expose(), offer)?;
            let name = login.username();
            // One count for all doors and mechanisms (ATTACKS 85).
            credentials.heard(host, name, Some(&address)).map_err(|_| SaslCondition::TemporaryAuthFailure)?;
            let name_here = account(name, host)?;
            self.since = self.shared.engine.router.signing_in(&name_here);
            let fits = credentials.check(host, name, login.prepared_password()).await;
            let fits = fits.map_err(|_| SaslCondition::TemporaryAuthFailure)?;
            credentials.judged(host, name, Some(&address), fits.is_some());
            let proven = Some(Proven::Shown(fits.ok_or(SaslCondition::NotAuthorized)?));
            return Ok((name_here, Success { proven, ..Success::default() }));
        }
        let started = Scram::first(mechanism, first.expose(), offer)?;
        let (node, hash) = (started.username().to_owned(), started.hash());
        let name = account(&node, host)?;
        credentials.heard(host, &node, Some(&address)).map_err(|_| SaslCondition::TemporaryAuthFailure)?;
        self.since = self.shared.engine.router.signing_in(&name);
        let keys = credentials.keys(host, &node, hash).await.map_err(|_| SaslCondition::TemporaryAuthFailure)?;
        let nonce = self.shared.engine.dice.bytes::<18>();
        let (challenge, waiting) = started.challenge(&keys, &nonce);
        let proof = self.challenge(profile, challenge).await?;
        let finished = waiting.finish(proof.expose());
        // A client that binds or writes wrongly guesses nothing.
        if finished.is_ok() || finished.as_ref().is_err_and(|error| *error == SaslError::WrongProof) {
            credentials.judged(host, &node, Some(&address), finished.is_ok());
        }
        let proven = Some(Proven::Scram(hash, keys));
        Ok((name, Success { data: Some(finished?), proven, ..Success::default() }))
    }

    /// Sends a challenge and waits for the response.
    async fn challenge(&mut self, profile: Profile, data: Vec<u8>) -> Result<Secret<Vec<u8>>, Failed> {
        let data = Secret::new(data);
        let element = match profile {
            Profile::Sasl => ServerSasl::Challenge(data).to_element(),
            Profile::Sasl2 => ServerSasl2::Challenge(data).to_element(),
        };
        self.wire.send_element(&element).await.map_err(Fail::from)?;
        let nonza = match self.frame().await? {
            Frame::Nonza(nonza) => nonza,
            Frame::Close => return Err(Fail::Closed.into()),
            // Nothing else is taken in the middle of an exchange.
            Frame::Stanza(_) | Frame::Open(_) => return Err(Fail::from(StreamCondition::NotAuthorized).into()),
        };
        let el = nonza.element().map_err(|_| SaslCondition::MalformedRequest)?;
        match profile {
            Profile::Sasl if el.ns() == ns::SASL => match ClientSasl::read(&el)? {
                ClientSasl::Response(data) => Ok(data),
                ClientSasl::Abort => Err(SaslCondition::Aborted.into()),
                ClientSasl::Auth { .. } => Err(SaslCondition::MalformedRequest.into()),
            },
            Profile::Sasl2 if el.ns() == ns::SASL2 => match ClientSasl2::read(&el)? {
                ClientSasl2::Response(data) => Ok(data),
                ClientSasl2::Abort => Err(SaslCondition::Aborted.into()),
                _ => Err(SaslCondition::MalformedRequest.into()),
            },
            _ => Err(SaslCondition::MalformedRequest.into()),
        }
    }

    /// Tells that an attempt failed; after too many the stream ends (RFC 6120 §6.4.5).
    async fn failed(&mut self, profile: Profile, condition: SaslCondition) -> Result<(), Fail> {
        tracing::debug!(target: "parlour::auth", request = self.request, condition = condition.as_str(), "not signed in");
        Meters::count(&self.shared.meters.auth_failed);
        let element = match profile {
            Profile::Sasl => ServerSasl::Failure { condition, text: None }.to_element(),
            Profile::Sasl2 => ServerSasl2::Failure { condition, text: None }.to_element(),
        };
        self.wire.send_element(&element).await?;
        self.attempts += 1;
        if self.attempts >= MAX_ATTEMPTS { Err(StreamCondition::PolicyViolation.into()) } else { Ok(()) }
    }
}

pub(super) fn account(name: &NodeRef, host: &HostName) -> Result<BareJid, SaslCondition> {
    let domain = Jid::new(host.as_str()).map_err(|_| SaslCondition::TemporaryAuthFailure)?;
    let domain: &DomainRef = domain.domain();
    Ok(BareJid::from_parts(Some(name), domain))
}

/// Failed attempts on one stream.
const MAX_ATTEMPTS: u8 = 5;
