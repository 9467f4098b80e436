//! A node's configuration as forms speak of it: what is asked for, each field by itself.
//!
//! Spec: XEP-0060 v1.30.0, §7.1.5 (publish options), §8.2 (configuration), §16.4.4 (fields).
//! Left out: fields about things that accounts' nodes do not have (collections, transformations, payment).

use crate::error::words;
use crate::forms::{Field, FieldKind, Form, FormKind};
use crate::ns;
use crate::payload::{BadPayload, MAX_LINE_BYTES, boolean, digits};

/// Most groups a form may name.
pub const MAX_GROUPS: usize = 100;
/// Longest title, description or type, in bytes. A guess.
pub const MAX_TITLE_BYTES: usize = 1_023;

words! {
    /// Who may read. §4.5.
    AccessModel {
        /// Everybody.
        Open = "open",
        /// Those who see the owner's presence.
        Presence = "presence",
        /// Contacts in certain groups of the owner's roster.
        Roster = "roster",
        /// Those whom the owner named.
        Whitelist = "whitelist",
    }
}

words! {
    /// When the last item is sent without an event. §16.4.4.
    SendLast {
        /// Never.
        Never = "never",
        /// To whoever subscribes.
        OnSub = "on_sub",
        /// To whoever subscribes or comes online.
        OnSubAndPresence = "on_sub_and_presence",
    }
}

words! {
    /// The type of the messages that carry events. §16.4.4.
    NotificationType {
        /// Kept for those who are away.
        Normal = "normal",
        /// For those who are there.
        Headline = "headline",
    }
}

/// A number that may be given as `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// As much as the service allows.
    Max,
    /// This many.
    Is(u32),
}

/// Some fields of a configuration. What is `None` is not spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeOptions {
    /// `pubsub#access_model`.
    pub access_model: Option<AccessModel>,
    /// `pubsub#roster_groups_allowed`.
    pub roster_groups_allowed: Option<Vec<String>>,
    /// `pubsub#persist_items`.
    pub persist_items: Option<bool>,
    /// `pubsub#max_items`.
    pub max_items: Option<Limit>,
    /// `pubsub#item_expire`, in seconds.
    pub item_expire: Option<Limit>,
    /// `pubsub#max_payload_size`, in bytes.
    pub max_payload_size: Option<Limit>,
    /// `pubsub#send_last_published_item`.
    pub send_last_published_item: Option<SendLast>,
    /// `pubsub#notification_type`.
    pub notification_type: Option<NotificationType>,
    /// `pubsub#deliver_notifications`.
    pub deliver_notifications: Option<bool>,
    /// `pubsub#deliver_payloads`.
    pub deliver_payloads: Option<bool>,
    /// `pubsub#notify_config`.
    pub notify_config: Option<bool>,
    /// `pubsub#notify_delete`.
    pub notify_delete: Option<bool>,
    /// `pubsub#notify_retract`.
    pub notify_retract: Option<bool>,
    /// `pubsub#title`.
    pub title: Option<String>,
    /// `pubsub#description`.
    pub description: Option<String>,
    /// `pubsub#type`: the namespace of the payloads.
    pub payload_type: Option<String>,
    /// Whether a field was there that is not known. A wish may do without it; a condition is then not met (§7.1.5).
    pub unknown: bool,
}

impl NodeOptions {
    /// Reads a form that was filled in.
    ///
    /// # Errors
    /// [`BadPayload`] for a value that is not of its field's type; [`BadPayload::NotAcceptable`] for a model that is not
    /// offered, such as `authorize`.
    pub fn read(form: &Form) -> Result<NodeOptions, BadPayload> {
        let mut options = NodeOptions::default();
        for field in &form.fields {
            match field.var.as_deref() {
                Some("FORM_TYPE") | None => {}
                Some(var) => options.unknown |= !options.set(var, &field.values)?,
            }
        }
        Ok(options)
    }

    /// Sets one field by its name; false where that is not known.
    ///
    /// # Errors
    /// As [`NodeOptions::read`].
    pub fn set(&mut self, var: &str, values: &[String]) -> Result<bool, BadPayload> {
        let first = values.first().map_or("", String::as_str);
        match var {
            // Whoever asks for a model that is not offered must not be given a wider one.
            "pubsub#access_model" => {
                self.access_model = Some(word(AccessModel::from_word(first), "access_model")?);
            }
            "pubsub#roster_groups_allowed" => self.roster_groups_allowed = Some(groups(values)?),
            "pubsub#persist_items" => self.persist_items = Some(yes(first)?),
            "pubsub#max_items" => self.max_items = Some(limit(first, "max_items")?),
            "pubsub#item_expire" => self.item_expire = Some(limit(first, "item_expire")?),
            "pubsub#max_payload_size" => self.max_payload_size = Some(limit(first, "max_payload_size")?),
            "pubsub#send_last_published_item" => {
                self.send_last_published_item = Some(word(SendLast::from_word(first), "send_last_published_item")?);
            }
            "pubsub#notification_type" => {
                self.notification_type = Some(word(NotificationType::from_word(first), "notification_type")?);
            }
            "pubsub#deliver_notifications" => self.deliver_notifications = Some(yes(first)?),
            "pubsub#deliver_payloads" => self.deliver_payloads = Some(yes(first)?),
            "pubsub#notify_config" => self.notify_config = Some(yes(first)?),
            "pubsub#notify_delete" => self.notify_delete = Some(yes(first)?),
            "pubsub#notify_retract" => self.notify_retract = Some(yes(first)?),
            "pubsub#title" => self.title = Some(line(first, "title")?),
            "pubsub#description" => self.description = Some(line(first, "description")?),
            "pubsub#type" => self.payload_type = Some(line(first, "type")?),
            // An account's nodes have one publisher and no children; saying so changes nothing.
            "pubsub#publish_model" => return Ok(first == "publishers"),
            "pubsub#node_type" => return Ok(first == "leaf"),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Every field that is set, by name.
    pub fn fields(&self) -> Vec<(&'static str, Vec<String>)> {
        let word = |word: Option<&'static str>| word.map(|word| vec![word.to_owned()]);
        let flag = |flag: Option<bool>| flag.map(|yes| vec![if yes { "1" } else { "0" }.to_owned()]);
        let number = |limit: Option<Limit>| limit.map(|limit| vec![limit.to_string()]);
        let text = |text: &Option<String>| text.as_ref().map(|text| vec![text.clone()]);
        [
            ("pubsub#title", text(&self.title)),
            ("pubsub#description", text(&self.description)),
            ("pubsub#type", text(&self.payload_type)),
            ("pubsub#access_model", word(self.access_model.map(AccessModel::as_str))),
            ("pubsub#roster_groups_allowed", self.roster_groups_allowed.clone()),
            ("pubsub#persist_items", flag(self.persist_items)),
            ("pubsub#max_items", number(self.max_items)),
            ("pubsub#item_expire", number(self.item_expire)),
            ("pubsub#max_payload_size", number(self.max_payload_size)),
            ("pubsub#send_last_published_item", word(self.send_last_published_item.map(SendLast::as_str))),
            ("pubsub#notification_type", word(self.notification_type.map(NotificationType::as_str))),
            ("pubsub#deliver_notifications", flag(self.deliver_notifications)),
            ("pubsub#deliver_payloads", flag(self.deliver_payloads)),
            ("pubsub#notify_config", flag(self.notify_config)),
            ("pubsub#notify_delete", flag(self.notify_delete)),
            ("pubsub#notify_retract", flag(self.notify_retract)),
        ]
        .into_iter()
        .filter_map(|(var, values)| Some((var, values?)))
        .collect()
    }

    /// The form of a node's configuration: to be filled in (`Form`), or to look at (`Result`).
    pub fn to_form(&self, kind: FormKind) -> Form {
        let mut form = Form::new(kind).with_form_type(ns::PUBSUB_NODE_CONFIG);
        for (var, values) in self.fields() {
            let (kind, label) = asked(var);
            let mut field = Field::new(kind, var).label(label);
            for word in choices(var) {
                field.options.push((None, (*word).to_owned()));
            }
            field.values = values;
            form = form.field(field);
        }
        let one =
            Field::new(FieldKind::ListSingle, "pubsub#publish_model").label("Who may publish").value("publishers");
        form.field(Field { options: vec![(None, "publishers".to_owned())], ..one })
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Max => f.write_str("max"),
            Limit::Is(number) => write!(f, "{number}"),
        }
    }
}

/// How a field is asked for.
fn asked(var: &str) -> (FieldKind, &'static str) {
    match var {
        "pubsub#title" => (FieldKind::TextSingle, "A name for the node"),
        "pubsub#description" => (FieldKind::TextSingle, "A description of the node"),
        "pubsub#type" => (FieldKind::TextSingle, "The type of its payloads, by namespace"),
        "pubsub#access_model" => (FieldKind::ListSingle, "Who may read"),
        "pubsub#roster_groups_allowed" => (FieldKind::TextMulti, "Groups that may read"),
        "pubsub#persist_items" => (FieldKind::Boolean, "Keep items"),
        "pubsub#max_items" => (FieldKind::TextSingle, "How many items are kept"),
        "pubsub#item_expire" => (FieldKind::TextSingle, "Seconds for which an item is kept"),
        "pubsub#max_payload_size" => (FieldKind::TextSingle, "Bytes of a payload"),
        "pubsub#send_last_published_item" => (FieldKind::ListSingle, "When the last item is sent again"),
        "pubsub#notification_type" => (FieldKind::ListSingle, "The type of notifications"),
        "pubsub#deliver_notifications" => (FieldKind::Boolean, "Notify"),
        "pubsub#deliver_payloads" => (FieldKind::Boolean, "Notify with the payload"),
        "pubsub#notify_config" => (FieldKind::Boolean, "Notify when the node is configured"),
        "pubsub#notify_delete" => (FieldKind::Boolean, "Notify when the node is deleted"),
        "pubsub#notify_retract" => (FieldKind::Boolean, "Notify when an item is taken back"),
        _ => (FieldKind::TextSingle, ""),
    }
}

/// What may be chosen.
fn choices(var: &str) -> &'static [&'static str] {
    match var {
        "pubsub#access_model" => &["open", "presence", "roster", "whitelist"],
        "pubsub#send_last_published_item" => &["never", "on_sub", "on_sub_and_presence"],
        "pubsub#notification_type" => &["normal", "headline"],
        _ => &[],
    }
}

fn word<T>(word: Option<T>, what: &'static str) -> Result<T, BadPayload> {
    word.ok_or(BadPayload::NotAcceptable { what })
}

fn yes(word: &str) -> Result<bool, BadPayload> {
    boolean(word).ok_or(BadPayload::Invalid { what: "boolean field" })
}

fn limit(word: &str, what: &'static str) -> Result<Limit, BadPayload> {
    if word == "max" { Ok(Limit::Max) } else { digits(word, what).map(Limit::Is) }
}

fn line(text: &str, what: &'static str) -> Result<String, BadPayload> {
    if text.len() > MAX_TITLE_BYTES {
        return Err(BadPayload::TooLong { what, max: MAX_TITLE_BYTES });
    }
    Ok(text.to_owned())
}

fn groups(values: &[String]) -> Result<Vec<String>, BadPayload> {
    if values.len() > MAX_GROUPS {
        return Err(BadPayload::TooMany { what: "groups", max: MAX_GROUPS });
    }
    if values.iter().any(|group| group.len() > MAX_LINE_BYTES) {
        return Err(BadPayload::TooLong { what: "group", max: MAX_LINE_BYTES });
    }
    Ok(values.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submitted(fields: &[(&str, &str)]) -> Form {
        fields.iter().fold(Form::new(FormKind::Submit).with_form_type(ns::PUBSUB_NODE_CONFIG), |form, (var, value)| {
            form.field(Field::answer(var, *value))
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let all = NodeOptions {
            access_model: Some(AccessModel::Roster),
            roster_groups_allowed: Some(vec!["Friends".into(), "Work".into()]),
            persist_items: Some(true),
            max_items: Some(Limit::Max),
            item_expire: Some(Limit::Is(60)),
            max_payload_size: Some(Limit::Is(1)),
            send_last_published_item: Some(SendLast::Never),
            notification_type: Some(NotificationType::Headline),
            deliver_notifications: Some(true),
            deliver_payloads: Some(false),
            notify_config: Some(false),
            notify_delete: Some(true),
            notify_retract: Some(true),
            title: Some("T".into()),
            description: Some("D".into()),
            payload_type: Some("urn:x".into()),
            unknown: false,
        };
        assert_eq!(NodeOptions::read(&all.to_form(FormKind::Form)), Ok(all.clone()));
        let form = Form::read(&all.to_form(FormKind::Form).to_element()).expect("a form");
        assert_eq!(NodeOptions::read(&form), Ok(all));
        assert_eq!(form.form_type(), Some(ns::PUBSUB_NODE_CONFIG));
    }

    #[test]
    fn attack_58_numbers_are_numbers() {
        for bad in ["-1", "4294967296", "99999999999999999999", "1e3", "", "maximum", "+1"] {
            let read = NodeOptions::read(&submitted(&[("pubsub#max_items", bad)]));
            assert_eq!(read, Err(BadPayload::Invalid { what: "max_items" }), "{bad}");
        }
        let read = NodeOptions::read(&submitted(&[("pubsub#max_items", "max"), ("pubsub#item_expire", "0")]));
        let read = read.expect("numbers");
        assert_eq!((read.max_items, read.item_expire), (Some(Limit::Max), Some(Limit::Is(0))));
    }

    #[test]
    fn what_is_not_offered_is_told_apart_from_nonsense() {
        let cases = [
            (&[("pubsub#access_model", "open")][..], false),
            (&[("pubsub#publish_model", "publishers"), ("pubsub#node_type", "leaf")], false),
            (&[("pubsub#publish_model", "open")], true),
            (&[("pubsub#collection", "x")], true),
        ];
        for (fields, unknown) in cases {
            assert_eq!(NodeOptions::read(&submitted(fields)).expect("fields").unknown, unknown, "{fields:?}");
        }
        let models = NodeOptions::read(&submitted(&[("pubsub#access_model", "authorize")]));
        assert_eq!(models, Err(BadPayload::NotAcceptable { what: "access_model" }));
        assert!(NodeOptions::read(&submitted(&[("pubsub#persist_items", "maybe")])).is_err());
        assert!(NodeOptions::read(&submitted(&[("pubsub#title", &"x".repeat(MAX_TITLE_BYTES + 1))])).is_err());
    }
}
