//! The command by which somebody ends a contact in one step: removed and blocked at once.
//!
//! Reason: a newcomer's first contact came with the invite, without being asked. Apps do the same in two steps
//! (RFC 6121 §2.5, XEP-0191 §3.3). The node is in our own namespace.

use std::sync::Arc;

use parlour_domain::blocking::BlockingRefusal;
use parlour_engine::{ActError, Blocks, BoxFuture};
use parlour_words::Lang;
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::forms::{Field, FieldKind, Form, FormKind};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::BadPayload;
use parlour_xmpp::payload::command::CommandError;

use super::commands::Reply;
use super::{Asker, Command, Feature, Hooks, Spec, ours};

pub(super) struct Contacts(pub(super) Arc<Blocks>);

impl Feature for Contacts {
    fn specs(&self) -> &'static [Spec] {
        &[]
    }

    fn wire(&self, on: &mut Hooks) {
        on.command(Arc::new(RemoveAndBlock(Arc::clone(&self.0))));
    }
}

struct RemoveAndBlock(Arc<Blocks>);

impl Command for RemoveAndBlock {
    fn node(&self) -> &'static str {
        ns::REMOVE_AND_BLOCK_COMMAND
    }

    fn name(&self) -> &'static str {
        "chat-command-remove-and-block"
    }

    fn may(&self, asker: &Asker) -> bool {
        asker.by.jid().is_some()
    }

    fn form(&self, lang: Lang) -> Option<Form> {
        let text = |id: &str| lang.text(id, &[]);
        Some(
            Form::new(FormKind::Form)
                .title(text("chat-command-remove-and-block"))
                .instructions(text("chat-remove-and-block-intro"))
                .field(Field::new(FieldKind::JidSingle, "jid").label(text("chat-remove-and-block-who")).required()),
        )
    }

    fn run(&self, asker: Asker, form: Option<Form>) -> BoxFuture<Result<Reply, StanzaError>> {
        let blocks = Arc::clone(&self.0);
        Box::pin(async move {
            let bad = |what| StanzaError::from(CommandError::BadPayload(BadPayload::BadJid { what }));
            let form = form.filter(|form| form.kind == FormKind::Submit).ok_or_else(|| bad("form"))?;
            let contact = form.value("jid").and_then(|jid| BareJid::new(jid).ok());
            let contact = contact.filter(|jid| jid.node().is_some()).ok_or_else(|| bad("jid"))?;
            match blocks.remove_and_block(&asker.by, &asker.jid.to_bare(), contact.clone()).await {
                Ok(done) => {
                    done.into_out();
                    let args = [("contact", contact.to_string().into())];
                    let said = asker.lang.text("chat-remove-and-block-done", &args);
                    let form = Form::new(FormKind::Result).title(asker.lang.text("chat-command-remove-and-block", &[]));
                    Ok(form.instructions(said).into())
                }
                Err(ActError::Refused(BlockingRefusal::Own)) => Err(StanzaError::not_allowed()),
                Err(ActError::Refused(BlockingRefusal::Nobody)) => Err(bad("jid")),
                Err(ActError::Refused(BlockingRefusal::TooManyAtOnce { .. } | BlockingRefusal::Full)) => {
                    Err(StanzaError::resource_constraint())
                }
                Err(ActError::Failed(error)) => Err(ours(error)),
            }
        })
    }
}
