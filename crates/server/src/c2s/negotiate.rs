//! From the first byte to a session: stream headers, STARTTLS, signing in, binding.
//!
//! Async and on the heap, since it is over soon. Each step allows exactly what the step allows and ends the stream
//! at anything else.
//!
//! Spec: RFC 6120 §4.2, §4.7 to §4.9, §5.4, §6.4, §7; XEP-0388 v1.0.4; XEP-0386 v1.1.0; XEP-0198 v1.6.3 §5;
//! XEP-0445 v0.2.0 (longer patience for whoever holds an invite).

use std::sync::Arc;
use std::time::Duration;

use parlour_domain::device::Agent;
use parlour_domain::limits::MAX_LANG_CHARS;
use parlour_domain::{HostName, HostPolicy};
use parlour_engine::Session;
use parlour_engine::iq::{Addressee, Iq, IqKind};
use parlour_net::{Conn, ListenerKind, Offer as TlsOffer, Peer, Protocol, Timer};
use parlour_router::Since;
use parlour_xmpp::error::{StanzaError, StreamCondition, StreamError};
use parlour_xmpp::framer::{Frame, Limits, Mode, StreamOpen};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::{bind, sasl, sasl2};
use parlour_xmpp::sasl::{BindingType, ChannelBindings, HtMechanism, Mechanism};
use parlour_xmpp::stanza::{Stamp, Stanza};
use parlour_xmpp::stream::{Features, StartTls, StreamHeader, StreamLimits};
use parlour_xmpp::xml::Element;
use tokio::time::Instant;

use super::resume::Lease;
use super::wire::{Wire, WireError, end_element, write_end};
use crate::Shared;
use crate::features::{PreAuth, caps, preauth_handler};
use crate::meters::Meters;

/// A stream that is bound.
pub(super) struct Ready {
    pub(super) wire: Wire,
    pub(super) session: Arc<Session>,
    /// XEP-0198 is on.
    pub(super) sm: Option<SmStart>,
    /// To be written first.
    pub(super) greeting: Vec<u8>,
}

/// How XEP-0198 starts.
pub(super) struct SmStart {
    /// It can be resumed.
    pub(super) lease: Option<Arc<Lease>>,
    /// Stanzas of the client that were handled before.
    pub(super) handled: u32,
}

/// Why a stream is not bound.
pub(super) enum Fail {
    /// The peer is gone.
    Gone,
    /// It is told why.
    Error(StreamError),
    /// It wants to go.
    Closed,
}

impl From<WireError> for Fail {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Gone => Self::Gone,
            WireError::Bad(error) => Self::Error(StreamError::from(error)),
        }
    }
}

impl From<StreamCondition> for Fail {
    fn from(condition: StreamCondition) -> Self {
        Self::Error(StreamError::new(condition))
    }
}

/// A stream under negotiation.
pub(super) struct Negotiation {
    pub(super) shared: Arc<Shared>,
    pub(super) wire: Wire,
    peer: Peer,
    pub(super) request: u64,
    /// The host the stream is to, once known.
    pub(super) host: Option<(HostName, Arc<HostPolicy>)>,
    /// The language the client asked for.
    lang: Option<String>,
    /// A header of ours is on the stream, or in `unsent`.
    answered: bool,
    /// A header that waits for what follows it, so that both are one record and one write. Unallocated when empty.
    unsent: Vec<u8>,
    deadline: Instant,
    began: Instant,
    timer: Timer,
    pub(super) attempts: u8,
    /// When the last attempt to sign in began.
    pub(super) since: Since,
    /// Which installation signs in, where its app says so.
    pub(super) agent: Option<Agent>,
}

/// Drives a connection until it is bound. `None` when it ended before.
pub(super) async fn run(shared: Arc<Shared>, conn: Conn, peer: Peer) -> Option<Box<Ready>> {
    let mode = if peer.listener == ListenerKind::WebSocket { Mode::WebSocket } else { Mode::Stream };
    let now = Instant::now();
    let request = shared.request();
    let mut n = Negotiation {
        shared,
        wire: Wire::new(conn, mode, Limits::before_auth()),
        peer,
        request,
        host: None,
        lang: None,
        answered: false,
        unsent: Vec::new(),
        deadline: now + UNTIL_FEATURES,
        began: now,
        timer: Timer::new(),
        attempts: 0,
        since: Since::default(),
        agent: None,
    };
    let begun = n.until_secure().await;
    let bound = match begun {
        Ok(secure) => {
            if !secure {
                n = n.over_tls().await?;
            }
            n.until_bound(secure).await
        }
        Err(fail) => Err(fail),
    };
    match bound {
        Ok((session, sm, greeting)) => {
            if let Some(lang) = &n.lang {
                session.set_lang(lang);
            }
            Some(Box::new(Ready { wire: n.wire, session, sm, greeting }))
        }
        Err(fail) => {
            n.end(fail).await;
            None
        }
    }
}

/// A session, how XEP-0198 starts on it, and what is to be written first.
pub(super) type Bound = (Arc<Session>, Option<SmStart>, Vec<u8>);

impl Negotiation {
    /// The first header and, where the connection is not secure, STARTTLS up to `<proceed/>`. True when it is secure.
    async fn until_secure(&mut self) -> Result<bool, Fail> {
        self.header(None).await?;
        if self.wire.conn().is_secure() {
            return Ok(true);
        }
        if self.wire.mode() == Mode::WebSocket {
            // RFC 7395 §3.9: TLS is the HTTP layer's business; the web door hands over nothing that is not secure.
            return Err(StreamCondition::PolicyViolation.into());
        }
        // RFC 6120 §5.3.1: nothing else is offered, nothing else is taken.
        self.send_features(Features::new().with(StartTls::StartTls { required: true }.to_element())).await?;
        match self.frame().await? {
            Frame::Nonza(nonza) if nonza.is(ns::TLS, "starttls") => {
                self.wire.send_element(&StartTls::Proceed.to_element()).await?;
                Ok(false)
            }
            Frame::Close => Err(Fail::Closed),
            _ => Err(StreamCondition::PolicyViolation.into()),
        }
    }

    /// The handshake; failure is told by TLS, if at all.
    async fn over_tls(self) -> Option<Self> {
        let Self { shared, wire, peer, request, host, lang, deadline, began, timer, attempts, since, agent, .. } = self;
        let mode = wire.mode();
        let (conn, leftover) = wire.into_conn()?;
        let name = host.as_ref().map(|(name, _)| name.as_str());
        let offer = TlsOffer { protocol: Protocol::Client, host: name };
        let conn = match conn.start_tls(&shared.tls, offer, &leftover).await {
            Ok(conn) => conn,
            Err(error) => {
                tracing::debug!(target: "parlour::c2s", request, %error, "no TLS");
                return None;
            }
        };
        let wire = Wire::new(conn, mode, Limits::before_auth());
        Some(Self {
            shared,
            wire,
            peer,
            request,
            host,
            lang,
            answered: false,
            unsent: Vec::new(),
            deadline,
            began,
            timer,
            attempts,
            since,
            agent,
        })
    }

    /// Signing in and binding.
    async fn until_bound(&mut self, header_done: bool) -> Result<Bound, Fail> {
        if !header_done {
            self.header(None).await?;
        }
        let (host, policy) = self.host.clone().ok_or(StreamCondition::HostUnknown)?;
        // A certificate of another host was shown: whoever the client wanted to speak to, it was not that one.
        if self.wire.conn().tls().is_some_and(|tls| tls.host != host.as_str()) {
            return Err(StreamCondition::HostUnknown.into());
        }
        let pre = Arc::new(PreAuth::new(
            Arc::clone(&self.shared.engine),
            host.clone(),
            Arc::clone(&policy),
            self.prefix(),
            self.request,
            self.lang.clone(),
        ));
        let bindings = ChannelBindings {
            tls_exporter: self.wire.conn().tls_exporter().map(|b| b.to_vec()),
            tls_server_end_point: self.wire.conn().tls_server_end_point(),
        };
        let types = bindings.types();
        let mechanisms = self.mechanisms(&host, &policy, &types);
        self.send_features(self.preauth_features(&policy, &mechanisms, &types)).await?;
        self.deadline = self.began + UNTIL_SIGNED_IN;
        loop {
            if pre.is_patient() {
                self.deadline = self.began + UNTIL_SIGNED_IN_PATIENT;
            }
            match self.frame().await? {
                Frame::Stanza(stanza) => self.preauth_iq(&pre, &stanza).await?,
                Frame::Nonza(nonza) if nonza.ns() == ns::SASL => {
                    if let Some(account) = self.sasl(&nonza, &host, &mechanisms, &types, &bindings).await? {
                        self.signed_in();
                        return self.after_restart(account).await;
                    }
                }
                Frame::Nonza(nonza) if nonza.ns() == ns::SASL2 => {
                    if let Some((account, asked, mut success)) =
                        self.sasl2(&nonza, &host, &mechanisms, &types, &bindings).await?
                    {
                        self.upgrade(&account, &asked, &mut success).await?;
                        self.give_token(&account, &asked, &types, &mut success).await;
                        self.signed_in();
                        self.agent = super::token::agent(asked.user_agent.as_ref());
                        return self.inline(account, &asked, success).await;
                    }
                }
                Frame::Close => return Err(Fail::Closed),
                Frame::Open(_) => return Err(StreamCondition::BadFormat.into()),
                // RFC 6120 §4.9.3.12: not before signing in.
                Frame::Nonza(nonza) if nonza.ns() == ns::SM => return Err(StreamCondition::NotAuthorized.into()),
                Frame::Nonza(_) => return Err(StreamCondition::UnsupportedStanzaType.into()),
            }
        }
    }

    /// The peer's address, as a limiter's key.
    pub(super) fn prefix(&self) -> String {
        self.peer.prefix().to_string()
    }

    fn signed_in(&mut self) {
        self.peer.pending.release();
        Meters::count(&self.shared.meters.signed_in);
        self.wire.set_limits(Limits::after_auth());
        self.deadline = Instant::now() + UNTIL_BOUND;
    }

    /// The stream after RFC 6120's SASL: a new header, then binding or resuming.
    async fn after_restart(&mut self, account: BareJid) -> Result<Bound, Fail> {
        self.wire.restart(Limits::after_auth());
        self.answered = false;
        self.header(Some(&account)).await?;
        self.send_features(self.bound_features(false)).await?;
        self.bind_loop(account).await
    }

    /// A request before signing in, of the few that features take.
    async fn preauth_iq(&mut self, pre: &Arc<PreAuth>, stanza: &Stanza) -> Result<(), Fail> {
        let host = Jid::from(BareJid::new(pre.host.as_str()).map_err(|_| StreamCondition::InternalServerError)?);
        let for_host = stanza.to().is_none_or(|to| *to == host);
        let shared = Arc::clone(&self.shared);
        let found = preauth_handler(&shared.hooks.preauth_iqs, stanza).filter(|_| for_host);
        let (Some((kind, handler)), Ok(child)) = (found, stanza.iq_payload()) else {
            return Err(StreamCondition::NotAuthorized.into());
        };
        let Ok(payload) = child.element() else { return Err(StreamCondition::NotAuthorized.into()) };
        let iq = Iq {
            stanza: stanza.clone(),
            from: host.clone(),
            to: Addressee::Host(pre.host.clone()),
            is_set: kind == IqKind::Set,
            payload,
        };
        let reply = match handler(pre, iq).await {
            Ok(payload) => Some(stanza.result_reply(payload.as_ref())),
            Err(error) => stanza.error_reply(&error),
        };
        if let Some(reply) = reply {
            self.send_stanza(&reply, &host).await?;
        }
        Ok(())
    }

    pub(super) async fn send_error(&mut self, stanza: &Stanza, from: &Jid, error: StanzaError) -> Result<(), Fail> {
        match stanza.error_reply(&error) {
            Some(reply) => self.send_stanza(&reply, from).await,
            None => Ok(()),
        }
    }

    async fn send_stanza(&mut self, stanza: &Stanza, from: &Jid) -> Result<(), Fail> {
        let stamp = Stamp { from: Some(from), default_ns: super::default_ns(self.wire.mode()), ..Stamp::default() };
        let mut out = stanza.to_bytes(&stamp);
        end_element(self.wire.mode(), &mut out);
        Ok(self.wire.send(&out).await?)
    }

    /// The next frame, within the time there is.
    pub(super) async fn frame(&mut self) -> Result<Frame, Fail> {
        self.timer.set_at(self.deadline);
        let mut stop = self.shared.stop.clone();
        tokio::select! {
            frame = self.wire.next() => Ok(frame?),
            () = self.timer.rings() => Err(StreamCondition::ConnectionTimeout.into()),
            () = stop.stopped() => Err(StreamCondition::SystemShutdown.into()),
        }
    }

    /// A stream header of the client, judged and answered: what is sent next begins with the answer. After signing in it has to be for the same host.
    async fn header(&mut self, account: Option<&BareJid>) -> Result<(), Fail> {
        let open = match self.frame().await? {
            Frame::Open(open) => open,
            Frame::Close => return Err(Fail::Closed),
            _ => return Err(StreamCondition::NotWellFormed.into()),
        };
        let judged = self.judge(&open, account);
        self.lang = open.lang.clone().filter(|tag| tag.len() <= MAX_LANG_CHARS);
        let id = parlour_domain::hex::write(&self.shared.engine.dice.bytes::<10>());
        let name = self.host.as_ref().map(|(name, _)| name.as_str());
        // RFC 6120 §4.9.1.2: an error needs a header before it. It names a host of ours, or echoes what was asked for.
        let from = name.or(open.to.as_deref()).unwrap_or_default();
        let mut header = StreamHeader::client(from, &id);
        if from.is_empty() {
            header.from = None;
        }
        // Room for the features that follow, at once.
        self.unsent.reserve(HEADER_AND_FEATURES);
        self.wire.write_header(&mut self.unsent, &header);
        self.answered = true;
        judged
    }

    fn judge(&mut self, open: &StreamOpen, account: Option<&BareJid>) -> Result<(), Fail> {
        if open.ns != ns::CLIENT {
            return Err(StreamCondition::InvalidNamespace.into());
        }
        let to = open.to.as_deref().ok_or(StreamCondition::ImproperAddressing)?;
        let host = HostName::parse(to).ok_or(StreamCondition::HostUnknown)?;
        match &self.host {
            // RFC 6120 §4.7.2: the host stays the same from header to header.
            Some((before, _)) if *before != host => return Err(StreamCondition::NotAuthorized.into()),
            Some(_) => {}
            None => {
                let policy = self.shared.engine.locals.policy(host.as_str()).ok_or(StreamCondition::HostUnknown)?;
                self.host = Some((host, policy));
            }
        }
        // §4.7.5: no version means what came before XMPP 1.0.
        if open.version.as_deref().is_none_or(|version| version.split('.').next() != Some("1")) {
            return Err(StreamCondition::UnsupportedVersion.into());
        }
        // §4.7.1: once known, 'from' has to be right where it is given.
        if let (Some(account), Some(from)) = (account, open.from.as_deref())
            && Jid::new(from).map_or(true, |from| from.to_bare() != *account)
        {
            return Err(StreamCondition::InvalidFrom.into());
        }
        Ok(())
    }

    /// What can be signed in with, best first.
    fn mechanisms(&self, host: &HostName, policy: &HostPolicy, types: &[BindingType]) -> Vec<Mechanism> {
        let mut all = Vec::new();
        for hash in self.shared.engine.credentials.hashes(host) {
            all.extend(
                Mechanism::ALL
                    .into_iter()
                    .filter(|m| m.hash() == Some(hash) && (!m.binds_channel() || !types.is_empty())),
            );
        }
        all.sort_unstable();
        if policy.allow_plain {
            all.push(Mechanism::Plain);
        }
        all
    }

    fn preauth_features(&self, policy: &HostPolicy, mechanisms: &[Mechanism], types: &[BindingType]) -> Features {
        let names: Vec<&str> = mechanisms.iter().map(|m| m.name()).collect();
        let mut features = Features::new();
        if !names.is_empty() {
            features.push(sasl::feature(names.iter().copied()));
            features.push(
                sasl2::Sasl2Feature {
                    mechanisms: names,
                    resume: true,
                    fast: self.token_mechanisms(types).into_iter().map(HtMechanism::name).collect(),
                    bind: Some(vec![ns::CARBONS, ns::CSI, ns::SM]),
                    // To all: who needs it is not told before they are known.
                    upgrades: vec![super::upgrade::TASK.upgrade_task()],
                }
                .to_element(),
            );
        }
        if !types.is_empty() {
            features.push(sasl2::channel_binding_feature(types.iter().map(|t| t.name())));
        }
        for feature in &self.shared.hooks.preauth_features {
            feature(policy).into_iter().for_each(|el| features.push(el));
        }
        features.push(limits(Limits::before_auth()));
        features
    }

    /// What is announced to whoever has signed in; `bound` already, there is nothing to bind.
    pub(super) fn bound_features(&self, bound: bool) -> Features {
        let mut features = Features::new();
        if !bound {
            features.push(bind::feature());
            features.push(bind::session_feature());
        }
        self.shared.hooks.stream_features.iter().for_each(|el| features.push(el.clone()));
        if let Some((host, _)) = &self.host {
            caps(&self.shared.hooks.disco, &self.shared.engine, host).into_iter().for_each(|el| features.push(el));
        }
        features.push(limits(Limits::after_auth()));
        features
    }

    async fn send_features(&mut self, features: Features) -> Result<(), Fail> {
        let mut out = std::mem::take(&mut self.unsent);
        self.wire.write_features(&mut out, &features);
        Ok(self.wire.send(&out).await?)
    }

    /// Ends the stream, within a little time.
    async fn end(mut self, fail: Fail) {
        let mut out = std::mem::take(&mut self.unsent);
        let error = match fail {
            Fail::Gone => return,
            Fail::Closed => None,
            Fail::Error(error) => {
                tracing::debug!(target: "parlour::c2s", request = self.request, condition = error.condition.as_str(), "stream ended");
                Meters::count(&self.shared.meters.stream_errors);
                if !self.answered {
                    let id = parlour_domain::hex::write(&self.shared.engine.dice.bytes::<10>());
                    let mut header = StreamHeader::client("", &id);
                    header.from = self.host.as_ref().map(|(name, _)| name.as_str());
                    self.wire.write_header(&mut out, &header);
                }
                Some(error)
            }
        };
        write_end(self.wire.mode(), &mut out, error.as_ref());
        self.timer.set(TO_CLOSE);
        let Self { mut wire, mut timer, .. } = self;
        let close = async {
            if wire.send(&out).await.is_ok() {
                wire.close().await;
            }
        };
        tokio::select! {
            () = close => {}
            () = timer.rings() => {}
        }
    }
}

/// XEP-0478: what we take.
fn limits(limits: Limits) -> Element {
    StreamLimits { max_bytes: u32::try_from(limits.max_bytes).ok(), idle_seconds: None }.to_element()
}

/// Bytes that a header and the features after it take at most, usually.
const HEADER_AND_FEATURES: usize = 2_048;

/// To get through header, TLS and header again (decision 19).
const UNTIL_FEATURES: Duration = Duration::from_secs(30);

/// To sign in: a person may be registering.
const UNTIL_SIGNED_IN: Duration = Duration::from_secs(5 * 60);

/// To sign in for whoever presented a valid invite: a person is typing a name.
const UNTIL_SIGNED_IN_PATIENT: Duration = Duration::from_secs(10 * 60);

/// To bind: no person is asked.
const UNTIL_BOUND: Duration = Duration::from_secs(30);

/// To take leave.
const TO_CLOSE: Duration = Duration::from_secs(5);
