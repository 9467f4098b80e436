//! Signing in with a token, and getting one: a device comes back in one message each way.
//!
//! Spec: XEP-0484 v0.2.0 §3, draft-schmaus-kitten-sasl-ht-09 §3.
//! Left out: TLS early data, which this server does not take (§3.1).

use std::sync::Arc;

use parlour_domain::HostName;
use parlour_domain::device::{Agent, AgentId};
use parlour_engine::tokens::{NewToken, Shown, TokenError};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::fast::{Fast, Token};
use parlour_xmpp::payload::sasl::SaslCondition;
use parlour_xmpp::payload::sasl2::{Authenticate, UserAgent};
use parlour_xmpp::sasl::{BindingType, HtLogin, HtMechanism, Offer};
use parlour_xmpp::time::Timestamp;
use parlour_xmpp::xml::Element;

use super::login::{Failed, Success, account};
use super::negotiate::Negotiation;

impl Negotiation {
    /// The mechanisms that a token can be proven with on this connection.
    pub(super) fn token_mechanisms(&self, types: &[BindingType]) -> Vec<HtMechanism> {
        let given = self.shared.engine.credentials.tokens().is_some();
        if given { HtMechanism::offered(types) } else { Vec::new() }
    }

    /// A device shows a token.
    pub(super) async fn token(
        &mut self,
        mechanism: HtMechanism,
        fast: Fast,
        message: Option<Secret<Vec<u8>>>,
        asked: &Authenticate,
        (host, offer): (&HostName, &Offer<'_>),
    ) -> Result<(BareJid, Success), Failed> {
        // Judged by what was offered, not by what is known (ATTACKS 26).
        let offered = self.token_mechanisms(offer.binding_types);
        let bound_to = mechanism.bound_to(offer.bindings).filter(|_| offered.contains(&mechanism));
        let bound_to = bound_to.ok_or(SaslCondition::InvalidMechanism)?;
        let credentials = Arc::clone(&self.shared.engine.credentials);
        let tokens = credentials.tokens().ok_or(SaslCondition::InvalidMechanism)?;
        // HT begins with the client's word, and a device has to say which it is (§4.1).
        let message = message.ok_or(SaslCondition::MalformedRequest)?;
        let agent = agent(asked.user_agent.as_ref()).ok_or(SaslCondition::MalformedRequest)?;
        let login = HtLogin::read(message.expose())?;
        let (name, address) = (login.username(), self.prefix());
        let jid = account(name, host)?;
        // One count for all doors and mechanisms (ATTACKS 85).
        credentials.heard(host, name, Some(&address)).map_err(|_| SaslCondition::TemporaryAuthFailure)?;
        self.since = self.shared.engine.router.signing_in(&jid);
        let wants = asked.request_token.as_deref().and_then(HtMechanism::from_name).filter(|m| offered.contains(m));
        let shown = Shown {
            request: self.request,
            host,
            name,
            agent,
            mechanism,
            bound_to,
            proof: login.proof(),
            count: fast.count,
            invalidate: fast.invalidate,
            wants,
        };
        match tokens.come_back(shown).await {
            Ok(back) => {
                credentials.judged(host, name, Some(&address), true);
                let data = Some(back.answer.to_vec());
                Ok((jid, Success { data, token: back.token, ..Success::default() }))
            }
            Err(TokenError::Wrong) => {
                credentials.judged(host, name, Some(&address), false);
                Err(SaslCondition::NotAuthorized.into())
            }
            // §4.2. Whoever has it was let in before and guesses nothing.
            Err(TokenError::Expired) => Err(SaslCondition::CredentialsExpired.into()),
            Err(TokenError::Failed(error)) => {
                tracing::error!(target: "parlour::auth", request = self.request, %error, "a token could not be checked");
                Err(SaslCondition::TemporaryAuthFailure.into())
            }
        }
    }

    /// Gives a token to a device that asked for one and has just proven its account's password. Without one it signs in
    /// all the same.
    pub(super) async fn give_token(
        &mut self,
        account: &BareJid,
        asked: &Authenticate,
        types: &[BindingType],
        success: &mut Success,
    ) {
        let Some(proven) = success.proven.take() else { return };
        let mechanism = asked.request_token.as_deref().and_then(HtMechanism::from_name);
        let mechanism = mechanism.filter(|mechanism| self.token_mechanisms(types).contains(mechanism));
        let (Some(mechanism), Some(agent)) = (mechanism, agent(asked.user_agent.as_ref())) else { return };
        let Some(tokens) = self.shared.engine.credentials.tokens() else { return };
        match tokens.give(self.request, account, proven, agent, mechanism).await {
            Ok(token) => success.token = token,
            Err(error) => {
                tracing::error!(target: "parlour::auth", request = self.request, %error, "no token was given");
            }
        }
    }
}

/// A device that says which it is.
pub(super) fn agent(said: Option<&UserAgent>) -> Option<Agent> {
    let said = said?;
    let id = AgentId::parse(said.id.as_deref()?)?;
    Some(Agent::new(id, said.software.as_deref(), said.device.as_deref()))
}

/// `<token/>`.
pub(super) fn element(token: NewToken) -> Element {
    Token { token: token.token, expiry: Timestamp::from_millis(token.expires) }.to_element()
}
