//! Ad-hoc commands: a request, an answer, and the ways it can be wrong.
//!
//! Spec: XEP-0050 v1.3.0, §2.4 (flow), §3.4 (actions), §4 (elements, errors). Commands here take forms only.

use super::{BadPayload, MAX_ID_BYTES, MAX_LINE_BYTES, attr, each, expect, need_attr, only_child, text};
use crate::error::{StanzaError, words};
use crate::forms::Form;
use crate::ns;
use crate::xml::Element;

/// Most notes in an answer that is read. A guess.
const MAX_NOTES: usize = 32;

words! {
    /// What the requester does with a command. §3.4.
    Action {
        /// Give up.
        Cancel = "cancel",
        /// Finish.
        Complete = "complete",
        /// Begin; in a session that which the answer named as default.
        Execute = "execute",
        /// On to the next stage.
        Next = "next",
        /// Back to the stage before.
        Prev = "prev",
    }
}

words! {
    /// How far a command has come. §4.1.
    Status {
        /// Given up.
        Canceled = "canceled",
        /// Done.
        Completed = "completed",
        /// There are more stages.
        Executing = "executing",
    }
}

words! {
    /// How much a note matters. §4.3.
    NoteKind {
        /// It went wrong.
        Error = "error",
        /// It is worth knowing.
        Info = "info",
        /// It may surprise.
        Warn = "warn",
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRequest {
    /// Which command.
    pub node: String,
    /// Which run of it; `None` at its beginning.
    pub session_id: Option<String>,
    /// What to do; not said means [`Action::Execute`].
    pub action: Action,
    /// The form as filled in.
    pub form: Option<Form>,
}

impl CommandRequest {
    /// Reads the command of an iq of type set. The form inside may be wrong in ways that
    /// [`CommandError::BadPayload`] is for, hence the type of the error.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn read(el: &Element) -> Result<CommandRequest, CommandError> {
        expect(el, ns::COMMANDS, "command").map_err(CommandError::Element)?;
        let action = match el.attr_value("action") {
            None => Action::Execute,
            Some(word) => Action::from_word(word).ok_or(CommandError::MalformedAction)?,
        };
        let session_id = attr(el, "sessionid", MAX_ID_BYTES).map_err(|_| CommandError::BadSessionId)?;
        let form = only_child(el, ns::DATA, "x").map_err(CommandError::BadPayload)?;
        Ok(CommandRequest {
            node: need_attr(el, "node", MAX_ID_BYTES).map_err(CommandError::Element)?.to_owned(),
            session_id: session_id.map(str::to_owned),
            action,
            form: form.map(Form::read).transpose().map_err(CommandError::BadPayload)?,
        })
    }

    /// The element, as a client sends it.
    pub fn to_element(&self) -> Element {
        Element::new(ns::COMMANDS, "command")
            .attr("node", &*self.node)
            .attr_opt("sessionid", self.session_id.as_deref())
            .attr("action", self.action.as_str())
            .child_opt(self.form.as_ref().map(Form::to_element))
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandAnswer {
    /// Which command.
    pub node: String,
    /// Which run of it.
    pub session_id: String,
    /// How far it has come.
    pub status: Status,
    /// What may be done next, the default first; `execute`, `cancel` are always there and not listed.
    pub actions: Vec<Action>,
    /// What to tell the person.
    pub notes: Vec<(NoteKind, String)>,
    /// What to fill in, or the result.
    pub form: Option<Form>,
}

impl CommandAnswer {
    /// An answer that ends the command with a result.
    pub fn completed(node: impl Into<String>, session_id: impl Into<String>) -> CommandAnswer {
        CommandAnswer::new(node.into(), session_id.into(), Status::Completed)
    }

    /// An answer that ends the command without one.
    pub fn canceled(node: impl Into<String>, session_id: impl Into<String>) -> CommandAnswer {
        CommandAnswer::new(node.into(), session_id.into(), Status::Canceled)
    }

    /// An answer with the only stage of a command: a form, and completing as what to do.
    pub fn ask(node: impl Into<String>, session_id: impl Into<String>, form: Form) -> CommandAnswer {
        let mut answer = CommandAnswer::new(node.into(), session_id.into(), Status::Executing).with_form(form);
        answer.actions.push(Action::Complete);
        answer
    }

    fn new(node: String, session_id: String, status: Status) -> CommandAnswer {
        CommandAnswer { node, session_id, status, actions: Vec::new(), notes: Vec::new(), form: None }
    }

    /// With a note.
    #[must_use]
    pub fn with_note(mut self, kind: NoteKind, text: impl Into<String>) -> CommandAnswer {
        self.notes.push((kind, text.into()));
        self
    }

    /// With a form.
    #[must_use]
    pub fn with_form(mut self, form: Form) -> CommandAnswer {
        self.form = Some(form);
        self
    }

    /// The element.
    pub fn to_element(&self) -> Element {
        let actions = self.actions.first().map(|default| {
            let all = Element::new(ns::COMMANDS, "actions").attr("execute", default.as_str());
            self.actions.iter().fold(all, |all, action| all.text_child(action.as_str(), ""))
        });
        let notes = self
            .notes
            .iter()
            .map(|(kind, text)| Element::new(ns::COMMANDS, "note").attr("type", kind.as_str()).with_text(text));
        Element::new(ns::COMMANDS, "command")
            .attr("node", &*self.node)
            .attr("sessionid", &*self.session_id)
            .attr("status", self.status.as_str())
            .child_opt(actions)
            .children(notes)
            .child_opt(self.form.as_ref().map(Form::to_element))
    }

    /// Reads an answer, as a client does.
    ///
    /// # Errors
    /// [`BadPayload`].
    pub fn read(el: &Element) -> Result<CommandAnswer, BadPayload> {
        expect(el, ns::COMMANDS, "command")?;
        let status = Status::from_word(need_attr(el, "status", 16)?).ok_or(BadPayload::Invalid { what: "status" })?;
        let mut actions = Vec::new();
        if let Some(all) = only_child(el, ns::COMMANDS, "actions")? {
            let default = all.attr_value("execute").and_then(Action::from_word);
            actions.extend(Action::ALL.iter().filter(|a| all.child_named(ns::COMMANDS, a.as_str()).is_some()));
            actions.sort_by_key(|action| Some(*action) != default);
        }
        Ok(CommandAnswer {
            node: need_attr(el, "node", MAX_ID_BYTES)?.to_owned(),
            session_id: attr(el, "sessionid", MAX_ID_BYTES)?.unwrap_or_default().to_owned(),
            status,
            actions,
            notes: each(el, ns::COMMANDS, "note", MAX_NOTES, |note| {
                let kind = note.attr_value("type").and_then(NoteKind::from_word).unwrap_or(NoteKind::Info);
                Ok((kind, text(note, "note", MAX_LINE_BYTES)?))
            })?,
            form: only_child(el, ns::DATA, "x")?.map(Form::read).transpose()?,
        })
    }
}

/// What can be wrong with a request. §4.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The element itself.
    #[error(transparent)]
    Element(BadPayload),
    /// An action that is none.
    #[error("the action is not known")]
    MalformedAction,
    /// An action that this stage does not have.
    #[error("the action is not possible here")]
    BadAction,
    /// The form.
    #[error("the form is not right: {0}")]
    BadPayload(BadPayload),
    /// No such run of this command by this requester.
    #[error("the session is not known")]
    BadSessionId,
    /// A run that took too long.
    #[error("the session has expired")]
    SessionExpired,
}

impl From<CommandError> for StanzaError {
    fn from(error: CommandError) -> StanzaError {
        let (base, app) = match error {
            CommandError::Element(bad) => return bad.into(),
            CommandError::MalformedAction => (StanzaError::bad_request(), "malformed-action"),
            CommandError::BadAction => (StanzaError::bad_request(), "bad-action"),
            CommandError::BadPayload(_) => (StanzaError::bad_request(), "bad-payload"),
            CommandError::BadSessionId => (StanzaError::bad_request(), "bad-sessionid"),
            CommandError::SessionExpired => (StanzaError::not_allowed(), "session-expired"),
        };
        base.with_text(error.to_string()).with_app(Element::new(ns::COMMANDS, app))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Condition;
    use crate::forms::{Field, FieldKind, FormKind};

    #[test]
    fn reads_requests() {
        let request = |session_id: Option<&str>, action| CommandRequest {
            node: "n".to_owned(),
            session_id: session_id.map(str::to_owned),
            action,
            form: None,
        };
        let long = format!("<command node='n' sessionid='{}'/>", "s".repeat(MAX_ID_BYTES + 1));
        let cases: Vec<(&str, Result<CommandRequest, CommandError>)> = vec![
            ("<command node='n'/>", Ok(request(None, Action::Execute))),
            ("<command node='n' action='execute'/>", Ok(request(None, Action::Execute))),
            ("<command node='n' sessionid='s' action='cancel'/>", Ok(request(Some("s"), Action::Cancel))),
            ("<command/>", Err(CommandError::Element(BadPayload::Missing { what: "node" }))),
            ("<command node='n' action='finish'/>", Err(CommandError::MalformedAction)),
            (&long, Err(CommandError::BadSessionId)),
            (
                "<command node='n'><x xmlns='jabber:x:data'/></command>",
                Err(CommandError::BadPayload(BadPayload::Missing { what: "type" })),
            ),
            (
                "<command node='n'><x xmlns='jabber:x:data' type='submit'/><x xmlns='jabber:x:data' type='submit'/></command>",
                Err(CommandError::BadPayload(BadPayload::Repeated { what: "x" })),
            ),
        ];
        for (xml, expected) in cases {
            let read = CommandRequest::read(&Element::parse(xml.as_bytes(), ns::COMMANDS).expect("XML"));
            assert_eq!(read, expected, "{xml:.80}");
            if let Ok(request) = read {
                assert_eq!(CommandRequest::read(&request.to_element()), Ok(request));
            }
        }
    }

    #[test]
    fn vector_12_asks_with_complete_as_default() {
        let form = Form::new(FormKind::Form).field(Field::new(FieldKind::TextSingle, "username"));
        let answer = CommandAnswer::ask("n", "s", form);
        let el = answer.to_element();
        assert_eq!(el.attr_value("status"), Some("executing"));
        let actions = el.child_named(ns::COMMANDS, "actions").expect("actions");
        assert_eq!(actions.to_string_in(ns::COMMANDS), "<actions execute='complete'><complete/></actions>");
        assert_eq!(CommandAnswer::read(&el), Ok(answer));
    }

    #[test]
    fn answers_read_back() {
        let mut wizard = CommandAnswer::ask("n", "s", Form::new(FormKind::Form));
        wizard.actions = vec![Action::Next, Action::Complete, Action::Prev];
        let answers = [
            wizard,
            CommandAnswer::completed("n", "s").with_note(NoteKind::Info, "done & <dusted>"),
            CommandAnswer::canceled("n", "s").with_note(NoteKind::Error, "no"),
        ];
        for answer in answers {
            assert_eq!(CommandAnswer::read(&answer.to_element()), Ok(answer));
        }
    }

    #[test]
    fn errors_name_their_condition() {
        let cases = [
            (CommandError::MalformedAction, Condition::BadRequest, Some("malformed-action")),
            (CommandError::BadAction, Condition::BadRequest, Some("bad-action")),
            (CommandError::BadSessionId, Condition::BadRequest, Some("bad-sessionid")),
            (CommandError::SessionExpired, Condition::NotAllowed, Some("session-expired")),
            (CommandError::Element(BadPayload::Missing { what: "node" }), Condition::BadRequest, None),
        ];
        for (error, condition, app) in cases {
            let error = StanzaError::from(error);
            assert_eq!((error.condition, error.app.as_ref().map(Element::name)), (condition, app));
        }
    }
}
