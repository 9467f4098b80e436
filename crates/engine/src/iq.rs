//! Requests that this server answers: one map from (namespace, name) to a handler, built at the start.
//!
//! Spec: RFC 6120 §8.2.3 and §8.4, RFC 6121 §8.5.2.1.3 (the server answers for the bare JID).

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use parlour_domain::HostName;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::{IqType, Stanza};
use parlour_xmpp::xml::Element;

use crate::Engine;
use crate::session::{Origin, Session};

/// A future on the heap: only requests that wait for something have one.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How a request ends: a result, with or without payload, or an error.
pub type IqReply = Result<Option<Element>, StanzaError>;

/// What a handler gives.
pub enum IqAnswer {
    /// The answer, at once.
    Now(IqReply),
    /// The answer, later. A `set` holds back what its sender sent after it; a `get` does not.
    Later(BoxFuture<IqReply>),
}

impl IqAnswer {
    /// A result without payload.
    pub fn empty() -> Self {
        Self::Now(Ok(None))
    }

    /// A result.
    pub fn result(payload: Element) -> Self {
        Self::Now(Ok(Some(payload)))
    }

    /// An error.
    pub fn error(error: StanzaError) -> Self {
        Self::Now(Err(error))
    }

    /// An act, or a look into the store.
    pub fn later(work: impl Future<Output = IqReply> + Send + 'static) -> Self {
        Self::Later(Box::pin(work))
    }
}

/// Whom a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// A host of ours.
    Host(HostName),
    /// An account of ours, for which the server answers. It may not exist: say then what is said to
    /// strangers.
    Account(BareJid),
}

/// Which of them a handler takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Hosts only.
    Host,
    /// Accounts only, asked by anybody.
    Account,
    /// The asker's own account only; anybody else is told `service-unavailable`.
    OwnAccount,
    /// Hosts, and accounts asked by anybody.
    HostOrAccount,
    /// Hosts, and the asker's own account.
    HostOrOwnAccount,
}

/// A request.
#[derive(Debug)]
pub struct Iq {
    /// All of it. Its `from` is not to be trusted, see `from`.
    pub stanza: Stanza,
    /// Who really asks.
    pub from: Jid,
    /// Whom.
    pub to: Addressee,
    /// A `set`, else a `get`.
    pub is_set: bool,
    /// The one child.
    pub payload: Element,
}

impl Iq {
    /// It asks its own account, or a host it has its account on.
    pub fn is_own(&self) -> bool {
        match &self.to {
            Addressee::Account(jid) => *jid == self.from.to_bare(),
            Addressee::Host(host) => host.as_str() == self.from.domain().as_str(),
        }
    }

    /// The host whose business it is.
    pub fn host(&self) -> HostName {
        match &self.to {
            Addressee::Host(host) => host.clone(),
            Addressee::Account(jid) => HostName::of(jid),
        }
    }
}

/// What a handler may reach. Cheap to clone, so that a future can own one.
#[derive(Clone)]
pub struct Ctx {
    /// All acts.
    pub engine: Arc<Engine>,
    /// Who speaks.
    pub origin: Origin,
}

impl Ctx {
    /// The client that asks.
    ///
    /// # Errors
    /// `not-allowed` where it is no client of ours.
    pub fn session(&self) -> Result<&Arc<Session>, StanzaError> {
        self.origin.session().ok_or_else(StanzaError::not_allowed)
    }
}

/// What a handler is found by.
type Name = (IqKind, Box<str>, Box<str>);

/// Answers one kind of request.
pub type Handler = Arc<dyn Fn(&Ctx, Iq) -> IqAnswer + Send + Sync>;

/// All handlers. Filled while the server is put together, then only read.
#[derive(Clone, Default)]
pub struct IqMap {
    by_name: HashMap<Name, (Target, Handler)>,
}

/// The two kinds of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IqKind {
    /// Asks.
    Get,
    /// Changes something.
    Set,
}

impl IqKind {
    /// The kind of a request; `None` for an answer.
    pub fn of(kind: IqType) -> Option<Self> {
        match kind {
            IqType::Get => Some(Self::Get),
            IqType::Set => Some(Self::Set),
            IqType::Result | IqType::Error => None,
        }
    }
}

impl IqMap {
    /// Adds a handler.
    ///
    /// # Panics
    /// When that request has a handler already: two features want the same, which is a mistake in the list of features.
    pub fn add(&mut self, kind: IqKind, ns: &str, name: &str, target: Target, handler: Handler) {
        let before = self.by_name.insert((kind, ns.into(), name.into()), (target, handler));
        assert!(before.is_none(), "two handlers for {kind:?} <{name} xmlns='{ns}'/>");
    }

    pub(crate) fn find(&self, kind: IqKind, ns: &str, name: &str) -> Option<&(Target, Handler)> {
        self.by_name.get(&(kind, ns.into(), name.into()))
    }
}

impl Target {
    pub(crate) fn takes(self, to: &Addressee, own: bool) -> bool {
        match (self, to) {
            (Self::Host | Self::HostOrAccount | Self::HostOrOwnAccount, Addressee::Host(_))
            | (Self::Account | Self::HostOrAccount, Addressee::Account(_)) => true,
            (Self::OwnAccount | Self::HostOrOwnAccount, Addressee::Account(_)) => own,
            (Self::Host, Addressee::Account(_)) | (Self::Account | Self::OwnAccount, Addressee::Host(_)) => false,
        }
    }
}
