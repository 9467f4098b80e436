//! One async function per act, one way for every stanza.
//!
//! [`Engine`] holds what everything shares and one struct per area; an area holds only what it needs.
//! There are no acts on `Engine` itself: they live in their area's file.

pub mod accounts;
pub mod acts;
#[cfg(test)]
mod acts_tests;
pub mod api_keys;
pub mod archive;
pub mod archive_ids;
pub mod asks;
pub mod assemble;
pub mod attempts;
pub mod audit;
pub mod backup;
pub mod blocking;
pub mod caps;
pub mod chores;
#[cfg(test)]
mod chores_tests;
pub mod circle;
pub mod contacts;
pub mod credentials;
pub mod devices;
pub mod effects;
pub mod events;
#[cfg(test)]
mod greeting_tests;
pub mod groups;
pub mod hasher;
pub mod hosts;
#[cfg(test)]
mod invite_change_tests;
#[cfg(test)]
mod invite_life_tests;
pub mod invites;
pub mod iq;
pub mod keeper;
pub mod keys;
pub mod locals;
mod meetings;
pub mod meters;
pub mod once;
pub mod people;
#[cfg(test)]
mod people_tests;
pub mod personal;
pub mod presence;
pub mod pubsub;
pub mod push;
pub mod roster;
pub mod seal;
pub mod sending;
pub mod session;
pub mod sessions;
pub mod signin;
pub mod store_keeper;
#[cfg(test)]
pub(crate) mod testing;
pub mod throttle;
pub mod tokens;
pub mod views;
pub mod way;
pub mod window;

use std::sync::{Arc, OnceLock};

use parlour_domain::{Clock, Dice};
use parlour_router::Router;

pub use archive::Archive;
pub use archive_ids::ArchiveIds;
pub use asks::{Answer, AskError, Asks};
pub use blocking::Blocks;
pub use caps::{Caps, Interested};
pub use circle::Circle;
pub use contacts::ContactsCache;
pub use credentials::{Credentials, Upgrade};
pub use effects::{Effects, PresenceEffects, PubsubEffects};
pub use events::Events;
pub use iq::{Addressee, BoxFuture, Ctx, Handler, Iq, IqAnswer, IqKind, IqMap, IqReply, Target};
pub use keeper::{HandOver, KeepAsk, Keeper, KeptAs, OfflineRow, Undelivered, Views};
pub use locals::Locals;
pub use meters::Meters;
pub use parlour_store::accounts::{AccountCounts, AccountQuery, Standing};
pub use parlour_store::invites::{InviteCounts, InviteQuery, Looked};
pub use parlour_store::{ActError, Committed, StoreError};
pub use personal::Personal;
pub use presence::Presence;
pub use pubsub::Pubsub;
pub use roster::Rosters;
pub use sending::Sending;
pub use session::{Origin, Session};
pub use store_keeper::StoreKeeper;
pub use tokens::Tokens;
pub use views::StoreViews;
pub use way::{Displayed, PresenceRules, Sees};
pub use window::{Entry, Window, WindowBounds};

/// Everything an act or a stanza can reach.
pub struct Engine {
    /// Who is online.
    pub router: Arc<Router>,
    /// Hosts served here.
    pub locals: Arc<Locals>,
    /// Archive and offline storage, as the way uses them.
    pub keeper: Arc<dyn Keeper>,
    /// What archived messages are called.
    pub archive_ids: Arc<ArchiveIds>,
    /// Accounts, as the way sees them.
    pub views: Arc<dyn Views>,
    /// What presence means to contacts.
    pub presence: Arc<dyn PresenceRules>,
    /// What clients have shown of their chats.
    pub displayed: Arc<dyn Displayed>,
    /// Who may sign in.
    pub credentials: Arc<dyn Credentials>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
    /// What this server asks others.
    pub asks: Arc<Asks>,
    /// What the clients here want to be told of others.
    pub caps: Arc<Caps>,
    /// What push services are to be told.
    pub pushes: Arc<push::Queue>,
    /// How much clients may send.
    pub sending: Sending,
    /// Turns at putting back what clients have not taken.
    pub putting_back: sessions::PuttingBack,
    /// What the way counts.
    pub meters: Meters,
    /// Who answers which request; set once, when the features are wired.
    pub handlers: OnceLock<IqMap>,
}
