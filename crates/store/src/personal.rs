//! What the store can do about an account's own things: private XML, vCard, last activity.

use parlour_domain::Millis;
use parlour_domain::kept::Kept;
use parlour_domain::personal::{LastSeen, PersonalRefusal, PrivateKey};
use parlour_domain::profile::picture::PictureHash;
use parlour_xmpp::jid::BareJid;

use crate::{Act, Ticket};

/// An account's own things.
pub trait PersonalStore: Send + Sync {
    /// One private element.
    fn private(&self, owner: BareJid, key: PrivateKey) -> Ticket<Option<Kept>>;
    /// Keeps a private element in place of the one of that name. Bookmarks are published too.
    fn set_private(&self, owner: BareJid, key: PrivateKey, xml: Kept, at: Millis) -> Act<(), PersonalRefusal>;
    /// The vCard, of any account.
    fn vcard(&self, owner: BareJid) -> Ticket<Option<Kept>>;
    /// Replaces the vCard, in which this picture is. Both are published too.
    fn set_vcard(
        &self,
        owner: BareJid,
        xml: Kept,
        picture: Option<PictureHash>,
        at: Millis,
    ) -> Act<(), PersonalRefusal>;
    /// Which picture an account shows.
    fn picture(&self, owner: BareJid) -> Ticket<Option<PictureHash>>;
    /// When the account was last here; `None` if never (or it has not left yet).
    fn last_seen(&self, owner: BareJid) -> Ticket<Option<LastSeen>>;
    /// Its last resource went away.
    fn left(&self, owner: BareJid, at: Millis, status: Option<String>) -> Act<(), PersonalRefusal>;
}
