//! What an account keeps about itself: private XML, a vCard, when it was last here. Bounds only.
//!
//! Spec: XEP-0049 v1.2 (private XML), XEP-0054 v1.2 (vcard-temp), XEP-0012 v2.0 (last activity).
//! Left out: per-host bounds.

use parlour_xmpp::jid::BareJid;
use parlour_xmpp::payload::vcard;
use thiserror::Error;

use crate::kept::Kept;
use crate::profile::picture::PictureHash;
use crate::{Change, Millis, Outcome};

/// Bytes of one private element.
pub const MAX_XML_BYTES: usize = 64 * 1024;
/// Bytes of a vCard with its photo.
pub const MAX_VCARD_BYTES: usize = vcard::MAX_BYTES;
/// Private elements of one account.
pub const MAX_PRIVATE: usize = 100;
/// Bytes of a parting status that are kept.
pub const MAX_STATUS_BYTES: usize = 1_023;
/// Bytes of a private element's name and namespace together.
pub const MAX_KEY_BYTES: usize = 512;

/// Something an account keeps about itself changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonalChange {
    /// A private element; an empty one is kept like any other, since its absence reads the same.
    Private {
        /// Whose.
        owner: BareJid,
        /// Name and namespace of the element.
        key: PrivateKey,
        /// The element.
        xml: Kept,
    },
    /// The vCard.
    VCard {
        /// Whose.
        owner: BareJid,
        /// The `<vCard/>` element.
        xml: Kept,
        /// Which picture is in it, if there is one.
        picture: Option<PictureHash>,
    },
    /// The last resource went away.
    Left {
        /// Who.
        owner: BareJid,
        /// When.
        at: Millis,
        /// What was said in leaving.
        status: Option<String>,
    },
}

/// What a private element is found by: its namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrivateKey {
    /// The namespace.
    pub namespace: String,
    /// The local name.
    pub name: String,
}

/// When an account was last here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// When its last resource went away.
    pub at: Millis,
    /// What was said in leaving.
    pub status: Option<String>,
}

/// Why something is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PersonalRefusal {
    /// Too large (`not-acceptable`).
    #[error("{bytes} bytes where {max} are kept")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// What an app reads it from in another form has no room for it (`resource-constraint`).
    #[error("there is no room to publish it too")]
    NoRoom,
    /// Too many private elements (`resource-constraint`).
    #[error("{max} private elements are kept already")]
    TooMany {
        /// The bound.
        max: usize,
    },
}

/// A private element is set; `others` is how many elements of other keys there are.
///
/// # Errors
/// [`PersonalRefusal`].
pub fn set_private(owner: BareJid, key: PrivateKey, xml: Kept, others: usize) -> Result<Outcome<()>, PersonalRefusal> {
    let key_bytes = key.namespace.len() + key.name.len();
    if key_bytes > MAX_KEY_BYTES {
        return Err(PersonalRefusal::TooLarge { bytes: key_bytes, max: MAX_KEY_BYTES });
    }
    fits(&xml, MAX_XML_BYTES)?;
    if others >= MAX_PRIVATE {
        return Err(PersonalRefusal::TooMany { max: MAX_PRIVATE });
    }
    Ok(Outcome { changes: vec![PersonalChange::Private { owner, key, xml }.into()], out: () })
}

/// The vCard is set.
///
/// # Errors
/// [`PersonalRefusal::TooLarge`].
pub fn set_vcard(owner: BareJid, xml: Kept, picture: Option<PictureHash>) -> Result<Outcome<()>, PersonalRefusal> {
    fits(&xml, MAX_VCARD_BYTES)?;
    Ok(Outcome { changes: vec![PersonalChange::VCard { owner, xml, picture }.into()], out: () })
}

/// The last resource went away. A longer status is cut between characters.
pub fn left(owner: BareJid, at: Millis, status: Option<&str>) -> Outcome<()> {
    let status = status.map(|text| text[..text.floor_char_boundary(MAX_STATUS_BYTES)].to_owned());
    let status = status.filter(|text| !text.is_empty());
    Outcome { changes: vec![PersonalChange::Left { owner, at, status }.into()], out: () }
}

impl From<PersonalChange> for Change {
    fn from(change: PersonalChange) -> Self {
        Self::Personal(change)
    }
}

fn fits(xml: &Kept, max: usize) -> Result<(), PersonalRefusal> {
    let bytes = xml.as_bytes().len();
    if bytes > max {
        return Err(PersonalRefusal::TooLarge { bytes, max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> BareJid {
        BareJid::new("romeo@montague.example").expect("a test's address")
    }

    fn key() -> PrivateKey {
        PrivateKey { namespace: "storage:bookmarks".into(), name: "storage".into() }
    }

    #[test]
    fn attack_69_size_and_number_are_bounded() {
        let large = Kept::from(vec![b'x'; MAX_XML_BYTES + 1]);
        let fitting = Kept::from(vec![b'x'; MAX_XML_BYTES]);
        let card = |bytes| set_vcard(owner(), Kept::from(vec![b'x'; bytes]), None);
        assert!(matches!(card(MAX_VCARD_BYTES + 1), Err(PersonalRefusal::TooLarge { .. })));
        assert!(card(MAX_VCARD_BYTES).is_ok());
        assert!(matches!(set_private(owner(), key(), large, 0), Err(PersonalRefusal::TooLarge { .. })));
        assert!(set_private(owner(), key(), fitting.clone(), MAX_PRIVATE - 1).is_ok());
        let full = set_private(owner(), key(), fitting.clone(), MAX_PRIVATE);
        assert_eq!(full.expect_err("full"), PersonalRefusal::TooMany { max: MAX_PRIVATE });
        let long = PrivateKey { namespace: "n".repeat(MAX_KEY_BYTES), name: "x".into() };
        assert!(set_private(owner(), long, fitting, 0).is_err());
    }

    #[test]
    fn attack_56_a_long_status_is_cut_between_characters() {
        let long = "ä".repeat(MAX_STATUS_BYTES);
        let Outcome { changes, .. } = left(owner(), 5, Some(&long));
        let [Change::Personal(PersonalChange::Left { status: Some(status), at: 5, .. })] = &changes[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(status.len(), MAX_STATUS_BYTES - 1);
        assert!(status.chars().all(|c| c == 'ä'));
    }
}
