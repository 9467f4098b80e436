//! How a node is configured: defaults, what may be wished for, and conditions of publishers.
//!
//! Spec: XEP-0060 v1.30.0, §7.1.5 and §8.2; XEP-0163 v1.2.2, §7 (defaults); XEP-0223 v1.1.1 (private data); XEP-0402
//! v1.2.0 §5, XEP-0490 v1.0.0 §4 and XEP-0048 v1.2 §3.2, whose nodes are the owner's alone.

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::{AccessModel, Limit, NodeOptions, NotificationType, SendLast};

use super::{MAX_ITEMS, MAX_PAYLOAD_BYTES, PubsubRefusal};
use crate::Millis;

/// Bytes that groups, members and texts of a configuration may take together. A guess.
pub const MAX_CONFIG_BYTES: usize = 16 * 1024;

/// What an account is to a node that it does not own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affiliation {
    /// May read, whatever the model.
    Member,
    /// May not, whatever the model.
    Outcast,
}

/// How a node is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeConfig {
    /// Who may read.
    pub access_model: AccessModel,
    /// The groups that may, for [`AccessModel::Roster`].
    pub groups: Vec<String>,
    /// Those whom the owner named, by address. The owner is not among them.
    pub affiliates: Vec<(BareJid, Affiliation)>,
    /// Whether items are kept.
    pub persist_items: bool,
    /// How many, at most [`MAX_ITEMS`].
    pub max_items: u32,
    /// For how many seconds; `None`: for ever.
    pub item_expire: Option<u32>,
    /// Bytes of a payload, at most [`MAX_PAYLOAD_BYTES`].
    pub max_payload_size: u32,
    /// When the last item is sent again.
    pub send_last: SendLast,
    /// The type of notifications.
    pub notification_type: NotificationType,
    /// Whether anybody is notified.
    pub deliver_notifications: bool,
    /// Whether notifications carry payloads.
    pub deliver_payloads: bool,
    /// Whether readers hear of a new configuration.
    pub notify_config: bool,
    /// Whether readers hear that the node is gone.
    pub notify_delete: bool,
    /// Whether readers hear that an item is gone.
    pub notify_retract: bool,
    /// A name for people.
    pub title: String,
    /// What it is about, for people.
    pub description: String,
    /// The namespace of payloads.
    pub payload_type: String,
}

/// As an account's nodes are: for those who see its presence, the last item only.
impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            access_model: AccessModel::Presence,
            groups: Vec::new(),
            affiliates: Vec::new(),
            persist_items: true,
            max_items: 1,
            item_expire: None,
            max_payload_size: LARGEST_PAYLOAD,
            send_last: SendLast::OnSubAndPresence,
            notification_type: NotificationType::Headline,
            deliver_notifications: true,
            deliver_payloads: true,
            notify_config: false,
            notify_delete: true,
            notify_retract: true,
            title: String::new(),
            description: String::new(),
            payload_type: String::new(),
        }
    }
}

impl NodeConfig {
    /// As a node of this name is made where nothing else is wished. What is the owner's alone stays so even if an app
    /// forgets to say it.
    pub fn of_node(name: &str) -> Self {
        let private = Self { access_model: AccessModel::Whitelist, send_last: SendLast::Never, ..Self::default() };
        match name {
            // XEP-0402 §5 and XEP-0490 §4 want these very settings; one item a room or chat.
            "urn:xmpp:bookmarks:1" | "urn:xmpp:mds:displayed:0" => Self { max_items: MAX_ITEMS, ..private },
            // XEP-0048 §3.2, XEP-0223 §4.
            "storage:bookmarks" => Self { send_last: SendLast::OnSubAndPresence, ..private },
            _ => Self::default(),
        }
    }

    /// The configuration with what is wished.
    ///
    /// # Errors
    /// [`PubsubRefusal::OutOfBounds`], or [`PubsubRefusal::TooLong`] for all texts together.
    pub fn with(&self, wish: &NodeOptions) -> Result<Self, PubsubRefusal> {
        let mut config = self.clone();
        put(&mut config.access_model, wish.access_model);
        put(&mut config.groups, wish.roster_groups_allowed.clone());
        put(&mut config.persist_items, wish.persist_items);
        put(&mut config.max_items, wish.max_items.map(items).transpose()?);
        put(&mut config.item_expire, wish.item_expire.map(expiry));
        put(&mut config.max_payload_size, wish.max_payload_size.map(payload).transpose()?);
        put(&mut config.send_last, wish.send_last_published_item);
        put(&mut config.notification_type, wish.notification_type);
        put(&mut config.deliver_notifications, wish.deliver_notifications);
        put(&mut config.deliver_payloads, wish.deliver_payloads);
        put(&mut config.notify_config, wish.notify_config);
        put(&mut config.notify_delete, wish.notify_delete);
        put(&mut config.notify_retract, wish.notify_retract);
        put(&mut config.title, wish.title.clone());
        put(&mut config.description, wish.description.clone());
        put(&mut config.payload_type, wish.payload_type.clone());
        config.fits()?;
        Ok(config)
    }

    /// The first condition of a publisher that this configuration does not meet (XEP-0060 §7.1.5).
    pub fn unmet(&self, conditions: &NodeOptions) -> Option<&'static str> {
        if conditions.unknown {
            return Some("an unknown field");
        }
        let Ok(wanted) = self.with(conditions) else { return Some("a field out of bounds") };
        let (is, wanted) = (self.options().fields(), wanted.options().fields());
        is.into_iter().zip(wanted).find(|(is, wanted)| is != wanted).map(|((field, _), _)| field)
    }

    /// All of it but the affiliations, as forms speak of it.
    pub fn options(&self) -> NodeOptions {
        NodeOptions {
            access_model: Some(self.access_model),
            roster_groups_allowed: Some(self.groups.clone()),
            persist_items: Some(self.persist_items),
            max_items: Some(Limit::Is(self.max_items)),
            item_expire: Some(self.item_expire.map_or(Limit::Max, Limit::Is)),
            max_payload_size: Some(Limit::Is(self.max_payload_size)),
            send_last_published_item: Some(self.send_last),
            notification_type: Some(self.notification_type),
            deliver_notifications: Some(self.deliver_notifications),
            deliver_payloads: Some(self.deliver_payloads),
            notify_config: Some(self.notify_config),
            notify_delete: Some(self.notify_delete),
            notify_retract: Some(self.notify_retract),
            title: Some(self.title.clone()),
            description: Some(self.description.clone()),
            payload_type: Some(self.payload_type.clone()),
            unknown: false,
        }
    }

    /// What `who` is to the node, if the owner said so.
    pub fn affiliation(&self, who: &BareJid) -> Option<Affiliation> {
        self.affiliates.iter().find(|(jid, _)| jid == who).map(|(_, affiliation)| *affiliation)
    }

    /// Whether the newest item is told to whoever comes (XEP-0163 §4.3.4).
    pub fn greets(&self) -> bool {
        self.deliver_notifications && self.send_last == SendLast::OnSubAndPresence
    }

    /// The moment up to which items are too old at `now`; `None` where they never are.
    pub fn expired_until(&self, now: Millis) -> Option<Millis> {
        self.item_expire.map(|seconds| now.saturating_sub(i64::from(seconds) * 1000))
    }

    /// # Errors
    /// [`PubsubRefusal::TooLong`].
    pub(super) fn fits(&self) -> Result<(), PubsubRefusal> {
        let texts = [&self.title, &self.description, &self.payload_type];
        let bytes = texts.into_iter().chain(&self.groups).map(String::len).sum::<usize>()
            + self.affiliates.iter().map(|(jid, _)| jid.as_str().len()).sum::<usize>();
        if bytes > MAX_CONFIG_BYTES {
            return Err(PubsubRefusal::TooLong { what: "the configuration", max: MAX_CONFIG_BYTES });
        }
        Ok(())
    }
}

fn put<T>(place: &mut T, wish: Option<T>) {
    if let Some(wish) = wish {
        *place = wish;
    }
}

fn items(wish: Limit) -> Result<u32, PubsubRefusal> {
    match wish {
        Limit::Max => Ok(MAX_ITEMS),
        Limit::Is(number) if (1..=MAX_ITEMS).contains(&number) => Ok(number),
        Limit::Is(_) => Err(PubsubRefusal::OutOfBounds { field: "pubsub#max_items" }),
    }
}

/// Nought has always meant "for ever" in the field.
fn expiry(wish: Limit) -> Option<u32> {
    match wish {
        Limit::Max | Limit::Is(0) => None,
        Limit::Is(seconds) => Some(seconds),
    }
}

fn payload(wish: Limit) -> Result<u32, PubsubRefusal> {
    match wish {
        Limit::Max => Ok(LARGEST_PAYLOAD),
        Limit::Is(bytes) if bytes <= LARGEST_PAYLOAD => Ok(bytes),
        Limit::Is(_) => Err(PubsubRefusal::OutOfBounds { field: "pubsub#max_payload_size" }),
    }
}

/// [`MAX_PAYLOAD_BYTES`] as a form has it.
const LARGEST_PAYLOAD: u32 = MAX_PAYLOAD_BYTES as u32;
