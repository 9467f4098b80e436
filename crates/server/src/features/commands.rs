//! Ad-hoc commands: what an account may have the host do, listed, described and run.
//!
//! A command has no form, one, or one after another: what it runs to is an answer or the next form. Between a form that was sent and its answer the host remembers who asked; how much
//! and how long is bounded.
//!
//! Spec: XEP-0050 v1.3.0, §2 (discovery, flow), §3.3 (sessions), §4.4 (errors).
//! Left out: going back a stage; commands for other servers' accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlour_domain::limits::MINUTE;
use parlour_domain::{By, HostName, HostPolicy};
use parlour_engine::{BoxFuture, Ctx, Engine, Iq, IqAnswer, IqReply, Target};
use parlour_words::Lang;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::forms::{Form, FormKind};
use parlour_xmpp::jid::FullJid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::command::{Action, CommandAnswer, CommandError, CommandRequest, NoteKind};
use parlour_xmpp::xml::Element;

use super::said::{self, said};
use super::{Feature, Hooks, Spec};

pub(super) struct AdHoc;

impl Feature for AdHoc {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(4, "2.13.2").omits("tables of results"), Spec::xep(50, "1.3.0").omits("going back a stage")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::COMMANDS);
    }
}

/// One command of the host.
pub trait Command: Send + Sync + 'static {
    /// Its node.
    fn node(&self) -> &'static str;

    /// The text that names it.
    fn name(&self) -> &'static str;

    /// Whether it is there for this account. Listing, describing and running it ask this.
    fn may(&self, asker: &Asker) -> bool;

    /// What has to be filled in before it runs; nothing by default.
    fn form(&self, _: Lang) -> Option<Form> {
        None
    }

    /// Runs it, with the form as filled in where it has one. After an error the form may be sent once more.
    fn run(&self, asker: Asker, form: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>>;
}

/// What running a command came to.
pub enum Reply {
    /// It is done; this is the answer.
    Done(Form),
    /// There is more to fill in; the command tells by the fields where it stands.
    Ask(Form),
}

impl From<Form> for Reply {
    fn from(form: Form) -> Self {
        Self::Done(form)
    }
}

/// An account of the host that asks for something.
#[derive(Clone)]
pub struct Asker {
    /// All acts.
    pub engine: Arc<Engine>,
    /// As whom it asks, with the role it has now.
    pub by: By,
    /// The client.
    pub jid: FullJid,
    /// The host.
    pub host: HostName,
    /// What the host allows now.
    pub policy: Arc<HostPolicy>,
    /// The language to answer in.
    pub lang: Lang,
}

impl Asker {
    /// `None` for whoever has no account on the host that is asked.
    pub(super) fn of(ctx: &Ctx, iq: &Iq) -> Option<Self> {
        let session = ctx.origin.session()?;
        let host = iq.host();
        let policy = ctx.engine.locals.policy(host.as_str())?;
        (session.domain() == host.as_str()).then(|| Self {
            engine: Arc::clone(&ctx.engine),
            by: session.by(),
            jid: session.jid().clone(),
            host,
            policy,
            lang: said::lang(&iq.stanza, session.lang()),
        })
    }
}

/// All commands, and forms that wait to be sent in.
struct Commands {
    all: Vec<Arc<dyn Command>>,
    open: Mutex<HashMap<String, Open>>,
}

/// A form that was sent out.
struct Open {
    asker: FullJid,
    node: &'static str,
    /// Good until then, in monotonic milliseconds.
    until: u64,
}

/// Adds the handlers, once all features have said what commands there are.
pub(super) fn answer(on: &mut Hooks) {
    let all = std::mem::take(&mut on.commands);
    if all.is_empty() {
        return;
    }
    let commands = Arc::new(Commands { all, open: Mutex::default() });
    let known = Arc::clone(&commands);
    on.disco_items(
        Some(ns::COMMANDS),
        Arc::new(move |ctx, iq| {
            let items = known.items(ctx, iq);
            Box::pin(async move { items })
        }),
    );
    on.disco_node(
        ns::COMMANDS,
        Arc::new(|ctx, iq| {
            let lang = said::asked_in(ctx, iq);
            Ok(vec![identity("command-list", lang.text("chat-commands", &[]))])
        }),
    );
    for command in &commands.all {
        let command = Arc::clone(command);
        on.disco_node(command.node(), Arc::new(move |ctx, iq| describe(&*command, ctx, iq)));
    }
    on.iq_set(ns::COMMANDS, "command", Target::Host, move |ctx, iq| Arc::clone(&commands).handle(ctx, &iq));
}

fn identity(kind: &str, name: String) -> Element {
    let el = Element::new(ns::DISCO_INFO, "identity").attr("category", "automation").attr("type", kind);
    el.attr("name", name)
}

fn describe(command: &dyn Command, ctx: &Ctx, iq: &Iq) -> Result<Vec<Element>, StanzaError> {
    match Asker::of(ctx, iq).filter(|asker| command.may(asker)) {
        Some(asker) => {
            let feature = |var: &str| Element::new(ns::DISCO_INFO, "feature").attr("var", var);
            let name = asker.lang.text(command.name(), &[]);
            Ok(vec![identity("command-node", name), feature(ns::COMMANDS), feature(ns::DATA)])
        }
        None => Err(said::not_yours(said::asked_in(ctx, iq))),
    }
}

impl Commands {
    fn items(&self, ctx: &Ctx, iq: &Iq) -> Vec<Element> {
        let Some(asker) = Asker::of(ctx, iq) else { return Vec::new() };
        let allowed = self.all.iter().filter(|command| command.may(&asker));
        let item = |command: &Arc<dyn Command>| {
            Element::new(ns::DISCO_ITEMS, "item")
                .attr("jid", asker.host.as_str())
                .attr("node", command.node())
                .attr("name", asker.lang.text(command.name(), &[]))
        };
        allowed.map(item).collect()
    }

    fn handle(self: Arc<Self>, ctx: &Ctx, iq: &Iq) -> IqAnswer {
        let asked = match CommandRequest::read(&iq.payload) {
            Ok(asked) => asked,
            Err(error) => return IqAnswer::error(error.into()),
        };
        let lang = said::asked_in(ctx, iq);
        let Some(command) = self.all.iter().find(|command| command.node() == asked.node).cloned() else {
            return IqAnswer::error(StanzaError::item_not_found());
        };
        let Some(asker) = Asker::of(ctx, iq).filter(|asker| command.may(asker)) else {
            return IqAnswer::error(refused(&asked, lang));
        };
        IqAnswer::later(async move { self.step(&asker, &*command, asked).await })
    }

    async fn step(&self, asker: &Asker, command: &dyn Command, asked: CommandRequest) -> IqReply {
        let node = command.node();
        let Some(id) = asked.session_id else {
            if asked.action != Action::Execute {
                return Err(CommandError::BadAction.into());
            }
            let id = parlour_domain::hex::write(&asker.engine.dice.bytes::<12>());
            let answer = match command.form(asker.lang) {
                Some(form) => {
                    self.remember(id.clone(), asker, node);
                    CommandAnswer::ask(node, id, form)
                }
                None => match command.run(asker.clone(), None).await? {
                    Reply::Done(form) => CommandAnswer::completed(node, id).with_form(form),
                    Reply::Ask(form) => {
                        self.remember(id.clone(), asker, node);
                        CommandAnswer::ask(node, id, form)
                    }
                },
            };
            return Ok(Some(answer.to_element()));
        };
        let open = self.take(&id, asker, node)?;
        // XEP-0050 §3.5.1 would take a cancelled form for a sent one, which is not what its sender meant.
        let cancelled =
            asked.action == Action::Cancel || asked.form.as_ref().is_some_and(|form| form.kind == FormKind::Cancel);
        if cancelled {
            return Ok(Some(CommandAnswer::canceled(node, id).to_element()));
        }
        let outcome = match (asked.action, asked.form) {
            (Action::Next | Action::Prev, _) => Err(CommandError::BadAction.into()),
            (_, None) => Err(said(StanzaError::bad_request(), asker.lang, "chat-needs-form", &[])
                .with_app(Element::new(ns::COMMANDS, "bad-payload"))),
            (_, Some(form)) => command.run(asker.clone(), Some(form)).await,
        };
        match outcome {
            Ok(Reply::Done(form)) => Ok(Some(CommandAnswer::completed(node, id).with_form(form).to_element())),
            Ok(Reply::Ask(form)) => {
                self.remember(id.clone(), asker, node);
                Ok(Some(CommandAnswer::ask(node, id, form).to_element()))
            }
            Err(error) => {
                // A person mistyped: the form is still good.
                self.open().insert(id, open);
                Err(error)
            }
        }
    }

    fn remember(&self, id: String, asker: &Asker, node: &'static str) {
        let now = asker.engine.clock.monotonic();
        let mut open = self.open();
        open.retain(|_, one| one.until > now);
        let own = open.values().filter(|one| one.asker.to_bare() == asker.jid.to_bare()).count();
        if own >= MAX_OPEN_EACH {
            drop_oldest(&mut open, |one| one.asker.to_bare() == asker.jid.to_bare());
        } else if open.len() >= MAX_OPEN {
            drop_oldest(&mut open, |_| true);
        }
        open.insert(id, Open { asker: asker.jid.clone(), node, until: now.saturating_add(FORM_LIFE) });
    }

    /// Takes a form that was sent out to this client back in.
    fn take(&self, id: &str, asker: &Asker, node: &'static str) -> Result<Open, CommandError> {
        let mut open = self.open();
        // Somebody else's run is not known, and stays as it is.
        if open.get(id).is_none_or(|one| one.asker != asker.jid || one.node != node) {
            return Err(CommandError::BadSessionId);
        }
        let one = open.remove(id).ok_or(CommandError::BadSessionId)?;
        if one.until <= asker.engine.clock.monotonic() { Err(CommandError::SessionExpired) } else { Ok(one) }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The refusal, with the command's own word for it inside. COMPAT Prosody: apps look for either.
fn refused(asked: &CommandRequest, lang: Lang) -> StanzaError {
    let id = asked.session_id.clone().unwrap_or_default();
    let note = lang.text("chat-command-no", &[]);
    let canceled = CommandAnswer::canceled(&*asked.node, id).with_note(NoteKind::Error, note);
    said::not_yours(lang).with_app(canceled.to_element())
}

fn drop_oldest(open: &mut HashMap<String, Open>, among: impl Fn(&Open) -> bool) {
    let oldest = open.iter().filter(|(_, one)| among(one)).min_by_key(|(_, one)| one.until);
    if let Some(id) = oldest.map(|(id, _)| id.clone()) {
        open.remove(&id);
    }
}

/// To fill in a form. A guess: as long as a form on a page is good for.
const FORM_LIFE: u64 = 15 * MINUTE as u64;

/// Forms one account may have open; the oldest gives way. A guess.
const MAX_OPEN_EACH: usize = 8;

/// Forms all together; the oldest gives way. A guess: some megabytes.
const MAX_OPEN: usize = 10_000;
