//! Binding a resource or resuming a session, once signed in: as elements on the stream, or inline with SASL2.
//!
//! Spec: RFC 6120 §7, XEP-0198 v1.6.3 §5, XEP-0388 v1.0.4 §2.6, XEP-0386 v1.1.0 §3.
//! DEVIATES XEP-0386 §3.2: offline messages are not cleared, but told apart from the archive's by their ids: an app that
//! reads no archive would lose them.

use std::sync::Arc;

use parlour_domain::HostName;
use parlour_engine::Session;
use parlour_engine::sessions::{self, BindError};
use parlour_xmpp::error::{Condition, StanzaError, StreamCondition};
use parlour_xmpp::framer::Frame;
use parlour_xmpp::jid::{BareJid, FullJid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::sm::{self, Resume, ServerSm};
use parlour_xmpp::payload::{bind, sasl2};
use parlour_xmpp::stanza::{IqType, Kind, Stamp, Stanza};
use parlour_xmpp::xml::Element;

use super::login::Success;
use super::negotiate::{Bound, Fail, Negotiation, SmStart};
use super::wire::end_element;
use crate::meters::Meters;

impl Negotiation {
    /// Binding or resuming, as elements on the stream.
    pub(super) async fn bind_loop(&mut self, account: BareJid) -> Result<Bound, Fail> {
        loop {
            match self.frame().await? {
                Frame::Stanza(stanza) if is_bind(&stanza) => {
                    if let Some(bound) = self.bind_iq(&account, &stanza).await? {
                        return Ok(bound);
                    }
                }
                // RFC 6120 §7.1: nothing is sent before a resource is bound.
                Frame::Stanza(_) => return Err(StreamCondition::NotAuthorized.into()),
                Frame::Nonza(nonza) if nonza.is(ns::SM, "resume") => {
                    let Some(asked) = nonza.element().ok().and_then(|el| Resume::read(&el).ok()) else {
                        return Err(StreamCondition::BadFormat.into());
                    };
                    match self.resume(&account, &asked).await? {
                        Ok((session, sm, resumed)) => {
                            let mut greeting = Vec::new();
                            self.wire.write_element(&mut greeting, &resumed);
                            return Ok((session, Some(sm), greeting));
                        }
                        Err(failed) => self.wire.send_element(&failed).await?,
                    }
                }
                Frame::Nonza(nonza) if nonza.is(ns::SM, "enable") => {
                    let failed = ServerSm::Failed { condition: Condition::UnexpectedRequest, h: None };
                    self.wire.send_element(&failed.to_element()).await?;
                }
                Frame::Nonza(_) => return Err(StreamCondition::UnsupportedStanzaType.into()),
                Frame::Close => return Err(Fail::Closed),
                Frame::Open(_) => return Err(StreamCondition::BadFormat.into()),
            }
        }
    }

    async fn bind_iq(&mut self, account: &BareJid, stanza: &Stanza) -> Result<Option<Bound>, Fail> {
        let wish = stanza.iq_payload().ok().and_then(|child| child.element().ok()).map(|el| bind::read_request(&el));
        let full = match wish {
            Some(Ok(Some(wish))) => account.with_resource_str(&wish).ok(),
            Some(Ok(None)) => self.made_resource(account, None),
            Some(Err(_)) | None => None,
        };
        let Some(full) = full else {
            self.send_error(stanza, account, StanzaError::bad_request()).await?;
            return Ok(None);
        };
        match self.bind(full).await? {
            Ok(session) => {
                let reply = stanza.result_reply(Some(&bind::bound(session.jid())));
                let mut greeting = Vec::new();
                let mode = self.wire.mode();
                reply.write(&mut greeting, &Stamp { default_ns: super::default_ns(mode), ..Stamp::default() });
                end_element(mode, &mut greeting);
                Ok(Some((session, None, greeting)))
            }
            Err(error) => {
                self.send_error(stanza, account, error).await?;
                Ok(None)
            }
        }
    }

    /// What SASL2 asked for beside signing in: resume, else bind. Then features, and the stream goes on without a restart.
    pub(super) async fn inline(
        &mut self,
        account: BareJid,
        asked: &sasl2::Authenticate,
        success: Success,
    ) -> Result<Bound, Fail> {
        let mut inline = Vec::new();
        let mut bound = None;
        let mut is_resumed = false;
        if let Some(resume) = &asked.resume {
            match self.resume(&account, resume).await? {
                Ok((session, sm, resumed)) => {
                    inline.push(resumed);
                    bound = Some((session, Some(sm)));
                    is_resumed = true;
                }
                Err(failed) => inline.push(failed),
            }
        }
        if bound.is_none()
            && let Some(wish) = &asked.bind
        {
            let full = self.made_resource(&account, wish.tag.as_deref()).ok_or(StreamCondition::InternalServerError)?;
            // XEP-0386 has no error for this: the stream says it.
            let session = match self.bind(full).await? {
                Ok(session) => session,
                Err(_) => return Err(StreamCondition::ResourceConstraint.into()),
            };
            let mut answers = self.told_when_bound(&session).await;
            if wish.carbons {
                session.live.update_resource(session.resource(), &session.outbox, |r| r.carbons = true);
            }
            if wish.active == Some(false) {
                session.outbox.set_inactive(true);
            }
            let sm = wish.enable.as_ref().map(|enable| {
                let (sm, enabled) = super::enable(&self.shared, &session, enable);
                answers.push(enabled);
                sm
            });
            inline.push(sasl2::bound(answers));
            bound = Some((session, sm));
        }
        let name = match &bound {
            Some((session, _)) => session.jid().as_str().to_owned(),
            None => account.as_str().to_owned(),
        };
        let mut out = Vec::new();
        self.wire.write_element(&mut out, &success.sasl2(name, inline));
        // XEP-0388 §2.6.1: features follow at once; XEP-0198 §9.2: unless an earlier stream goes on.
        if !is_resumed {
            self.wire.write_features(&mut out, &self.bound_features(bound.is_some()));
        }
        match bound {
            Some((session, sm)) => Ok((session, sm, out)),
            None => {
                self.wire.send(&out).await?;
                self.bind_loop(account).await
            }
        }
    }

    /// Goes on with an earlier session: it and `<resumed/>`, or `<failed/>`.
    async fn resume(
        &mut self,
        account: &BareJid,
        asked: &Resume,
    ) -> Result<Result<(Arc<Session>, SmStart, Element), Element>, Fail> {
        let failed = |h| ServerSm::Failed { condition: Condition::ItemNotFound, h }.to_element();
        let taken = match self.shared.resumable.take(&asked.previd, account).await {
            Ok(taken) => taken,
            Err(Some(h)) => return Ok(Err(failed(Some(h)))),
            // Of a session before the last restart something may be known.
            Err(None) => {
                let host = HostName::of(account);
                let known = self.shared.engine.keeper.stream_count(&host, &asked.previd).await;
                return Ok(Err(failed(known.ok().flatten())));
            }
        };
        let outbox = &taken.session.outbox;
        let acked = sessions::acknowledged(&self.shared.engine, &taken.session, asked.h);
        if acked.is_err() || !outbox.resume() {
            // The session cannot go on; it ends as if its client had not come back.
            sessions::counted(&self.shared.engine, &taken.session, taken.handled);
            sessions::end(&self.shared.engine, &taken.session).await;
            self.shared.resumable.forget(&taken.lease, taken.handled);
            return match acked {
                Err(high) => Err(Fail::Error(sm::handled_count_too_high(high.h, high.sent))),
                Ok(()) => Ok(Err(failed(Some(taken.handled)))),
            };
        }
        Meters::count(&self.shared.meters.resumed);
        let resumed = ServerSm::Resumed { previd: taken.lease.id().to_owned(), h: taken.handled }.to_element();
        Ok(Ok((taken.session, SmStart { lease: Some(taken.lease), handled: taken.handled }, resumed)))
    }

    /// What features say to a client the moment it is bound.
    async fn told_when_bound(&mut self, session: &Arc<Session>) -> Vec<Element> {
        let mut told = Vec::new();
        let shared = Arc::clone(&self.shared);
        for hook in &shared.hooks.bound {
            told.extend(hook(session).await);
        }
        told
    }

    async fn bind(&mut self, full: FullJid) -> Result<Result<Arc<Session>, StanzaError>, Fail> {
        let (address, bounds) = (Some(self.prefix()), self.shared.options.bounds());
        match sessions::bind(&self.shared.engine, full, self.request, address, bounds, self.since).await {
            Ok(session) => {
                if let Some(agent) = self.agent.take() {
                    sessions::recognise(&session, Arc::new(agent));
                }
                Ok(Ok(session))
            }
            // XEP-0205 §4
            Err(BindError::TooMany(_)) => {
                Ok(Err(StanzaError::resource_constraint()
                    .with_app(Element::new(ns::APP_ERRORS, "resource-limit-exceeded"))))
            }
            Err(BindError::Gone) => Err(StreamCondition::NotAuthorized.into()),
            Err(BindError::Failed) => Err(StreamCondition::InternalServerError.into()),
        }
    }

    /// A resource of the server's making; begins with what the client calls itself, if it said so. An installation that
    /// said which it is has the same each time (XEP-0386 §3.2.1), so that it takes its own place.
    fn made_resource(&self, account: &BareJid, tag: Option<&str>) -> Option<FullJid> {
        let engine = &self.shared.engine;
        let stable = self.agent.as_ref().zip(engine.credentials.tokens());
        let own = parlour_domain::hex::write(&match stable {
            Some((agent, tokens)) => tokens.resource(account, agent.id, tag),
            None => engine.dice.bytes::<6>(),
        });
        tag.and_then(|tag| account.with_resource_str(&format!("{tag}/{own}")).ok())
            .or_else(|| account.with_resource_str(&own).ok())
    }
}

fn is_bind(stanza: &Stanza) -> bool {
    stanza.kind() == Kind::Iq
        && stanza.iq_type() == Ok(IqType::Set)
        && stanza.iq_payload().is_ok_and(|child| child.is(ns::BIND, "bind"))
}
