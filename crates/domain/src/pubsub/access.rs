//! Who may read a node.
//!
//! Spec: XEP-0060 v1.30.0, §4.5 (access models), §6.5.9 (refusals); XEP-0163 v1.2.2, §6; ATTACKS 48 and 62.

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::pubsub::options::AccessModel;

use super::PubsubRefusal;
use super::config::{Affiliation, NodeConfig};

/// Where somebody stands with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The account itself.
    Owner,
    /// A contact in its roster.
    Contact {
        /// Whether the contact sees the owner's presence (a subscription of `from` or `both`).
        sees: bool,
        /// Whether the owner sees the contact's presence, or has asked to.
        wanted: bool,
        /// The groups in which the owner keeps it.
        groups: Vec<String>,
    },
    /// Nobody the account knows.
    Stranger,
    /// Somebody it blocks (XEP-0191).
    Blocked,
}

impl Standing {
    /// Whether the asker may know that there is such an account, and what it has (ATTACKS 48).
    pub fn knows(&self) -> bool {
        match self {
            Self::Owner => true,
            Self::Contact { sees, wanted, .. } => *sees || *wanted,
            Self::Stranger | Self::Blocked => false,
        }
    }
}

/// Whether `asker` may get items of a node, and hear of new ones.
///
/// # Errors
/// Why not; [`PubsubRefusal::Hidden`] for whoever may not even know of the account.
pub fn may_read(config: &NodeConfig, asker: &BareJid, standing: &Standing) -> Result<(), PubsubRefusal> {
    if *standing == Standing::Owner {
        return Ok(());
    }
    if *standing == Standing::Blocked {
        return Err(PubsubRefusal::Hidden);
    }
    let refusal = match (config.affiliation(asker), config.access_model) {
        (Some(Affiliation::Outcast), _) => PubsubRefusal::Forbidden,
        (Some(Affiliation::Member), _) | (None, AccessModel::Open) => return Ok(()),
        (None, AccessModel::Presence) => match standing {
            Standing::Contact { sees: true, .. } => return Ok(()),
            _ => PubsubRefusal::PresenceRequired,
        },
        (None, AccessModel::Roster) => match standing {
            Standing::Contact { groups, .. } if groups.iter().any(|group| config.groups.contains(group)) => {
                return Ok(());
            }
            _ => PubsubRefusal::NotInGroup,
        },
        (None, AccessModel::Whitelist) => PubsubRefusal::Closed,
    };
    Err(if standing.knows() { refusal } else { PubsubRefusal::Hidden })
}

/// What is said about a node that is not there.
pub fn missing(standing: &Standing) -> PubsubRefusal {
    if standing.knows() { PubsubRefusal::NoSuchNode } else { PubsubRefusal::Hidden }
}
