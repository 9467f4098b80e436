//! What this server can do, one file or folder per feature, and the hooks they are wired to.

mod archive;
mod blocking;
mod carbons;
mod commands;
mod contact;
mod contacts;
mod csi;
mod delivery;
mod disco;
mod invite;
mod last;
mod pep;
mod ping;
mod private;
mod profile;
mod push;
mod register;
mod roster;
mod said;
mod session;
mod stream;
mod time;
mod vcard;
mod version;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::{HostName, HostPolicy};
use parlour_engine::iq::{Ctx, Iq, IqAnswer, IqKind, IqMap, Target};
use parlour_engine::people::People;
use parlour_engine::{BoxFuture, Circle, Engine, IqReply, Session, StoreError};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::disco::Caps;
use parlour_xmpp::stanza::Stanza;
use parlour_xmpp::xml::Element;

pub use commands::{Asker, Command};

/// The whole server on one screen.
pub fn all(people: &People, circle: &Circle) -> Vec<Box<dyn Feature>> {
    let mut all = core();
    all.extend([
        Box::new(register::Register(people.clone())) as Box<dyn Feature>, // XEP-0077
        Box::new(invite::Invite(people.clone())),                         // XEP-0401, 0445
        Box::new(commands::AdHoc),                                        // XEP-0050
        Box::new(contact::Contact),                                       // XEP-0157
        Box::new(roster::Roster(Arc::clone(&circle.rosters))),            // RFC 6121 §2
        Box::new(archive::Archives(Arc::clone(&circle.archive))),         // XEP-0313, 0059, 0441
        Box::new(blocking::Blocking(Arc::clone(&circle.blocks))),         // XEP-0191
        Box::new(contacts::Contacts(Arc::clone(&circle.blocks))),         // a command of ours
        Box::new(pep::Pep(Arc::clone(&circle.pubsub))),                   // XEP-0060, 0163, 0222, 0223
        Box::new(private::Private(Arc::clone(&circle.personal))),         // XEP-0049
        Box::new(push::Push(Arc::clone(&circle.pushes))),                 // XEP-0357
        Box::new(vcard::VCard { personal: Arc::clone(&circle.personal), rosters: Arc::clone(&circle.rosters) }), // XEP-0054
        Box::new(profile::Profile), // XEP-0084, 0153, 0172, 0292, 0398, 0402, 0411, 0490
        Box::new(last::Last { personal: Arc::clone(&circle.personal), rosters: Arc::clone(&circle.rosters) }), // XEP-0012
    ]);
    all
}

/// Those that need nothing but the engine itself.
pub fn core() -> Vec<Box<dyn Feature>> {
    vec![
        Box::new(disco::Disco),       // XEP-0030
        Box::new(ping::Ping),         // XEP-0199
        Box::new(version::Version),   // XEP-0092
        Box::new(time::Time),         // XEP-0202
        Box::new(carbons::Carbons),   // XEP-0280
        Box::new(delivery::Delivery), // RFC 6121 §8, XEP-0160, 0203, 0334, 0359
        Box::new(stream::Stream),     // XEP-0198, 0388, 0386, 0440, 0478
        Box::new(csi::Csi),           // XEP-0352
        Box::new(session::Session),   // RFC 3921 §3
    ]
}

/// The store's failure, as a peer hears of it: to be tried again later, or our fault.
fn ours(error: StoreError) -> StanzaError {
    if error.is_passing() {
        // The store has said so, once for as long as it lasts.
        tracing::debug!(target: "parlour::features", %error, "a request failed");
        return StanzaError::resource_constraint();
    }
    tracing::error!(target: "parlour::features", %error, "a request failed");
    StanzaError::internal_server_error()
}

/// Lets commands and disco answer, once all features have said what they can.
pub(crate) fn disco_answers(on: &mut Hooks) {
    commands::answer(on);
    disco::answer(on);
}

/// XEP-0115 §6.3: what the host can do, in its stream features.
pub(crate) fn caps(disco: &Disco, engine: &Engine, host: &HostName) -> Option<Element> {
    disco::caps(disco, engine, host).map(|caps| caps.to_element())
}

/// A document that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// `XEP-0199`, `RFC 6121`.
    pub number: Number,
    /// Its version; empty for an RFC.
    pub version: &'static str,
    /// What of it is left out, in words; empty where nothing is.
    pub omits: &'static str,
}

/// Which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// An RFC.
    Rfc(u16),
    /// A XEP.
    Xep(u16),
}

impl Spec {
    /// A XEP, in a version.
    pub const fn xep(number: u16, version: &'static str) -> Self {
        Self { number: Number::Xep(number), version, omits: "" }
    }

    /// An RFC.
    pub const fn rfc(number: u16) -> Self {
        Self { number: Number::Rfc(number), version: "", omits: "" }
    }

    /// The same without a part.
    #[must_use]
    pub const fn omits(mut self, what: &'static str) -> Self {
        self.omits = what;
        self
    }
}

/// One feature. Used while the server is put together, and not after.
pub trait Feature {
    /// The documents it follows, for `docs/xeps.md` and the DOAP file.
    fn specs(&self) -> &'static [Spec];

    /// Registers its handlers and what it announces.
    fn wire(&self, on: &mut Hooks);
}

/// A handler before authentication.
pub type PreAuthHandler = Arc<dyn Fn(&Arc<PreAuth>, Iq) -> BoxFuture<IqReply> + Send + Sync>;

/// What is announced before authentication, to a stream of a host that allows what it allows.
pub type PreAuthFeature = Arc<dyn Fn(&HostPolicy) -> Vec<Element> + Send + Sync>;

/// Tells a client something the moment it is bound (XEP-0386 §3.2).
pub type BoundHook = Arc<dyn Fn(&Arc<Session>) -> BoxFuture<Option<Element>> + Send + Sync>;

/// Adds to a host's or an account's `disco#items`.
pub type ItemsHook = Arc<dyn Fn(&Ctx, &Iq) -> BoxFuture<Vec<Element>> + Send + Sync>;

/// Adds to a host's `disco#info`: forms (XEP-0128). The same for everybody, since capabilities are a hash of the answer.
pub type InfoHook = Arc<dyn Fn(&Engine, &HostName) -> Vec<Element> + Send + Sync>;

/// Answers `disco#info` of a node, or refuses to.
pub type NodeHook = Arc<dyn Fn(&Ctx, &Iq) -> Result<Vec<Element>, StanzaError> + Send + Sync>;

/// Where features register.
#[derive(Default)]
pub struct Hooks {
    /// Requests of signed-in clients and other servers.
    pub(crate) iqs: IqMap,
    /// Requests before authentication.
    pub(crate) preauth_iqs: Vec<(IqKind, &'static str, &'static str, PreAuthHandler)>,
    pub(crate) preauth_features: Vec<PreAuthFeature>,
    /// Announced once authenticated.
    pub(crate) stream_features: Vec<Element>,
    /// Told in `<bound/>`.
    pub(crate) bound: Vec<BoundHook>,
    /// What accounts may have the host do.
    pub(crate) commands: Vec<Arc<dyn Command>>,
    pub(crate) disco: Disco,
}

/// What disco answers, gathered from all features.
#[derive(Clone, Default)]
pub struct Disco {
    /// `var`s of the host.
    pub host: Vec<&'static str>,
    /// `var`s of each account.
    pub account: Vec<&'static str>,
    /// What else there is, by node (`None`: no node).
    pub items: Vec<(Option<&'static str>, ItemsHook)>,
    /// Forms of the host.
    pub host_info: Vec<InfoHook>,
    /// Other nodes of the host whose info is asked for by itself.
    pub nodes: Vec<(&'static str, NodeHook)>,
    /// What accounts are beside accounts, as (category, type).
    pub account_identities: Vec<(&'static str, &'static str)>,
    /// What accounts have. Without it an account tells of itself to its owner only.
    pub account_nodes: Option<Arc<dyn AccountNodes>>,
    /// Hashes of what hosts answered last (XEP-0115), with the forms they were made of.
    hashed: Arc<Mutex<HashMap<HostName, Hashed>>>,
}

/// Forms, and the hash of an answer that has them.
type Hashed = (Vec<Element>, Option<Caps>);

/// What disco tells of accounts, and to whom. Whoever may not know of an account is told `service-unavailable`, as for one
/// that is not there (XEP-0030 §8).
pub trait AccountNodes: Send + Sync {
    /// Refuses whoever may not know that there is such an account.
    fn account(&self, owner: BareJid, asker: BareJid) -> BoxFuture<Result<(), StanzaError>>;
    /// The account's nodes, as items.
    fn nodes(&self, owner: BareJid, asker: BareJid) -> BoxFuture<Result<Vec<Element>, StanzaError>>;
    /// A node's identities, features and forms.
    fn node_info(&self, owner: BareJid, asker: BareJid, node: String) -> BoxFuture<Result<Vec<Element>, StanzaError>>;
    /// A node's items.
    fn node_items(&self, owner: BareJid, asker: BareJid, node: String) -> BoxFuture<Result<Vec<Element>, StanzaError>>;
}

impl Hooks {
    /// Announces a feature of the host.
    pub fn disco(&mut self, var: &'static str) {
        self.disco.host.push(var);
    }

    /// Announces a feature of each account (its bare JID).
    pub fn disco_account(&mut self, var: &'static str) {
        self.disco.account.push(var);
    }

    /// Announces that each account is something else too (XEP-0030 §3.1).
    pub fn disco_account_identity(&mut self, category: &'static str, kind: &'static str) {
        self.disco.account_identities.push((category, kind));
    }

    /// Says what accounts have, and who may know.
    ///
    /// # Panics
    /// When another feature said it already.
    pub fn disco_account_nodes(&mut self, nodes: Arc<dyn AccountNodes>) {
        assert!(self.disco.account_nodes.replace(nodes).is_none(), "two features say what accounts have");
    }

    /// Adds items; with a `node`, to that node (XEP-0050 lists commands so).
    pub fn disco_items(&mut self, node: Option<&'static str>, hook: ItemsHook) {
        self.disco.items.push((node, hook));
    }

    /// Adds forms to the host's info (XEP-0128).
    pub fn disco_form(&mut self, hook: InfoHook) {
        self.disco.host_info.push(hook);
    }

    /// Answers `disco#info` of a node of the host: identities, features and forms, all of them.
    pub fn disco_node(&mut self, node: &'static str, hook: NodeHook) {
        self.disco.nodes.push((node, hook));
    }

    /// Adds a command (XEP-0050).
    pub fn command(&mut self, command: Arc<dyn Command>) {
        self.commands.push(command);
    }

    /// Answers a `get`. A handler that is not done at once gives [`IqAnswer::later`].
    pub fn iq_get(
        &mut self,
        ns: &str,
        name: &str,
        target: Target,
        handler: impl Fn(&Ctx, Iq) -> IqAnswer + Send + Sync + 'static,
    ) {
        self.iqs.add(IqKind::Get, ns, name, target, Arc::new(handler));
    }

    /// Answers a `set`. What its sender sends after it waits until it is answered.
    pub fn iq_set(
        &mut self,
        ns: &str,
        name: &str,
        target: Target,
        handler: impl Fn(&Ctx, Iq) -> IqAnswer + Send + Sync + 'static,
    ) {
        self.iqs.add(IqKind::Set, ns, name, target, Arc::new(handler));
    }

    /// Tells a client something in `<bound/>`, each time one is bound by Bind 2; signing in waits for it.
    pub fn bound(&mut self, hook: BoundHook) {
        self.bound.push(hook);
    }

    /// Answers a request before authentication, under TLS only.
    pub fn preauth_iq(
        &mut self,
        kind: IqKind,
        ns: &'static str,
        name: &'static str,
        handler: impl Fn(&Arc<PreAuth>, Iq) -> BoxFuture<IqReply> + Send + Sync + 'static,
    ) {
        self.preauth_iqs.push((kind, ns, name, Arc::new(handler)));
    }

    /// Announces something before authentication, under TLS only.
    pub fn preauth_feature(&mut self, feature: impl Fn(&HostPolicy) -> Vec<Element> + Send + Sync + 'static) {
        self.preauth_features.push(Arc::new(feature));
    }

    /// Announces something once authenticated.
    pub fn stream_feature(&mut self, feature: Element) {
        self.stream_features.push(feature);
    }
}

/// A stream that is not authenticated, as handlers before authentication see it.
pub struct PreAuth {
    /// All acts.
    pub engine: Arc<Engine>,
    /// The host the stream is to.
    pub host: HostName,
    /// What that host allows.
    pub policy: Arc<HostPolicy>,
    /// The peer's address prefix, as a limiter's key.
    pub address: String,
    /// The stream's number in the log.
    pub request: u64,
    /// The language the client asked for, as it wrote it.
    pub lang: Option<String>,
    state: Mutex<PreAuthState>,
}

/// What a stream remembers until it is authenticated.
#[derive(Default)]
pub struct PreAuthState {
    /// The invite that was presented, as the invite feature keeps it.
    invite: Option<Box<dyn std::any::Any + Send>>,
    /// A valid invite was presented: the person gets longer.
    pub patient: bool,
    /// An account was made, or got a new password: this stream makes no other.
    done: bool,
}

impl PreAuth {
    pub(crate) fn new(
        engine: Arc<Engine>,
        host: HostName,
        policy: Arc<HostPolicy>,
        address: String,
        request: u64,
        lang: Option<String>,
    ) -> Self {
        Self { engine, host, policy, address, request, lang, state: Mutex::default() }
    }

    /// Remembers a valid invite, and gives the person longer to choose a name (10 minutes instead of 5). It replaces
    /// one presented before.
    pub fn present<T: Send + 'static>(&self, invite: T) {
        let mut state = self.state();
        state.invite = Some(Box::new(invite));
        state.patient = true;
    }

    /// The invite presented last.
    pub fn presented<T: Clone + 'static>(&self) -> Option<T> {
        self.state().invite.as_ref().and_then(|invite| invite.downcast_ref::<T>()).cloned()
    }

    /// This stream has made its account.
    pub fn finish(&self) {
        self.state().done = true;
    }

    /// Whether this stream has made its account.
    pub fn is_done(&self) -> bool {
        self.state().done
    }

    pub(crate) fn is_patient(&self) -> bool {
        self.state().patient
    }

    fn state(&self) -> MutexGuard<'_, PreAuthState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request before authentication. `None` where nobody takes it.
pub(crate) fn preauth_handler<'a>(
    handlers: &'a [(IqKind, &'static str, &'static str, PreAuthHandler)],
    stanza: &Stanza,
) -> Option<(IqKind, &'a PreAuthHandler)> {
    let kind = IqKind::of(stanza.iq_type().ok()?)?;
    let child = stanza.iq_payload().ok()?;
    let found = handlers.iter().find(|(k, ns, name, _)| *k == kind && child.is(ns, name))?;
    Some((kind, &found.3))
}

#[cfg(test)]
mod tests;
