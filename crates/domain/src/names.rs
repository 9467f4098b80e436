//! Names for new accounts: what may be chosen, what looks like what, and what to suggest instead.
//!
//! Spec: RFC 7622 §3.3 for the form; prepared by nodeprep (RFC 3920 appendix A) as the field still does, through the
//! jid crate; UTS 39 §3.1 (allowed characters), §4 (look-alikes), §5.1, §5.2 (scripts), §5.4 (marks); XEP-0106
//! v1.1.1 §3 (escapes); RFC 2142 for half of the reserved names.
//! Left out: accounts that exist or are imported; they keep whatever name a JID may have.
//!
//! Whether a name is taken, buried or promised to somebody is a fact of the store: it keeps [`skeleton`] beside each
//! account and refuses a name whose skeleton is there already.

use parlour_xmpp::jid::{BareJid, NodePart};
use thiserror::Error;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};

use crate::host::HostName;

/// A new name has at most this many characters. A JID's local part may have 1,023 bytes on the wire; old accounts may.
pub const MAX_NAME_CHARS: usize = 64;
/// The tables behind [`skeleton`]. Keep it with the skeletons; when it changes, compute them anew. Names themselves
/// never change: nodeprep is frozen at Unicode 3.2.
pub const SKELETON_VERSION: (u64, u64, u64) = unicode_security::UNICODE_VERSION;

/// What a host reserves.
#[derive(Debug, Clone, Copy)]
pub struct NamePolicy<'a> {
    /// Its own labels are reserved.
    pub host: &'a HostName,
    /// The operator's list, beside the built-in one.
    pub reserved: &'a [String],
    /// Reserved names may be taken: somebody with authority makes this account.
    pub allow_reserved: bool,
}

/// A name that a new account may have, if it is free.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewName {
    local: NodePart,
    skeleton: String,
}

/// Why nobody may choose a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameRefusal {
    /// Nothing is there.
    #[error("empty name")]
    Empty,
    /// More characters than a new name may have.
    #[error("name of more than {max_chars} characters")]
    TooLong {
        /// The most that is taken.
        max_chars: usize,
    },
    /// A space, written plainly or as `\20`.
    #[error("name with a space")]
    Space,
    /// A character that nobody can see, or that turns the direction of writing.
    #[error("name with a hidden character")]
    Hidden,
    /// A character that names do not have: `@`, `/`, a symbol, a picture.
    #[error("name with {character:?}")]
    Character {
        /// The first one.
        character: char,
    },
    /// Letters of both writing directions, in an order that no display shows reliably.
    #[error("name that mixes directions of writing")]
    Direction,
    /// Accents without a letter, or more than four on one.
    #[error("name with too many marks on one letter")]
    Marks,
    /// Neither a letter nor a digit.
    #[error("name without a letter or digit")]
    NoLetter,
    /// Letters of scripts that are not written together.
    #[error("name that mixes scripts")]
    MixedScripts,
    /// Kept for those who run the place, or so like such a name that it would deceive.
    #[error("reserved name")]
    Reserved,
}

impl NewName {
    /// Prepares and judges a name as somebody typed it.
    ///
    /// # Errors
    /// [`NameRefusal`], the first reason found. Time is bounded whatever the length.
    pub fn accept(raw: &str, policy: &NamePolicy<'_>) -> Result<Self, NameRefusal> {
        let name = Self::prepare(raw)?;
        if !policy.allow_reserved && is_reserved(&name.skeleton, policy) {
            return Err(NameRefusal::Reserved);
        }
        Ok(name)
    }

    /// The local part, prepared: what the account is kept and addressed under.
    pub fn as_str(&self) -> &str {
        self.local.as_str()
    }

    /// The local part as the jid crate's type.
    pub fn local(&self) -> &NodePart {
        &self.local
    }

    /// The address an account of this name has on `host`.
    pub fn at(&self, host: &HostName) -> BareJid {
        BareJid::new(&format!("{}@{host}", self.local)).expect("a prepared name and a prepared host make an address")
    }

    /// What it looks like; to be kept beside the account, unique per host.
    pub fn skeleton(&self) -> &str {
        &self.skeleton
    }

    fn prepare(raw: &str) -> Result<Self, NameRefusal> {
        const TOO_LONG: NameRefusal = NameRefusal::TooLong { max_chars: MAX_NAME_CHARS };
        if raw.is_empty() {
            return Err(NameRefusal::Empty);
        }
        if raw.len() > MAX_WIRE_BYTES {
            return Err(TOO_LONG);
        }
        // Before preparing, which would drop some of them in silence.
        if raw.contains(char::is_whitespace) {
            return Err(NameRefusal::Space);
        }
        if raw.contains(is_hidden) {
            return Err(NameRefusal::Hidden);
        }
        let local = NodePart::new(raw).map_err(|_| why_malformed(raw))?.into_owned();
        if local.chars().count() > MAX_NAME_CHARS {
            return Err(TOO_LONG);
        }
        let shown = unescape(&local);
        if shown.contains(char::is_whitespace) {
            return Err(NameRefusal::Space);
        }
        if let Some(character) = shown.chars().find(|&c| !c.is_ascii() && !c.identifier_allowed()) {
            return Err(NameRefusal::Character { character });
        }
        check_marks(&shown)?;
        if !shown.contains(char::is_alphanumeric) {
            return Err(NameRefusal::NoLetter);
        }
        // UTS 39 has no opinion of ASCII punctuation that identifiers lack, but the level would drop for it.
        let letters: String = shown.chars().filter(|c| !c.is_ascii_punctuation()).collect();
        if !letters.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
            return Err(NameRefusal::MixedScripts);
        }
        let skeleton = skeleton(&local);
        Ok(Self { local, skeleton })
    }
}

/// What a prepared local part looks like: equal for names that a reader would take for one another (UTS 39 §4).
///
/// Escapes count as what an app shows for them. Lower case in the end, since a zero's prototype is a capital O and
/// names have no capitals.
pub fn skeleton(local: &str) -> String {
    unicode_security::skeleton(&unescape(local)).flat_map(char::to_lowercase).collect()
}

/// What an app shows for a local part (XEP-0106 §3.3): known escapes undone, all else left as it is.
pub fn unescape(local: &str) -> String {
    let mut shown = String::with_capacity(local.len());
    let mut rest = local;
    while let Some(at) = rest.find('\\') {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
        let (taken, character) = known.map_or((1, '\\'), |(escape, character)| (escape.len(), *character));
        shown.push(character);
        rest = &rest[taken..];
    }
    shown.push_str(rest);
    shown
}

/// Up to three free names near one that is taken, the likeliest first: `juliet.k`, `juliet2`, `juliet3`.
///
/// `taken` is asked about each candidate's prepared local part and should know look-alikes too. Empty where the name
/// could not be had in the first place.
pub fn suggest(name: &str, taken: impl Fn(&str) -> bool) -> Vec<String> {
    let Ok(wished) = NewName::prepare(name) else { return Vec::new() };
    let base: String = wished.as_str().chars().take(MAX_NAME_CHARS - 2).collect();
    let gap = if base.ends_with(|c: char| c.is_ascii_digit()) { "-" } else { "" };
    let letters = |range: &'static str| range.chars().map(|letter| format!(".{letter}"));
    let digits = (2..=9).map(|digit| format!("{gap}{digit}"));
    // A letter first, then digits; a name written from right to left must end in a letter of that direction.
    let endings = letters("k").chain(digits).chain(letters("amrtbdhns")).chain(letters("בגד")).chain(letters("بكم"));
    endings
        .map(|ending| format!("{base}{ending}"))
        .filter(|candidate| NewName::prepare(candidate).is_ok_and(|name| name.as_str() == candidate))
        .filter(|candidate| !taken(candidate))
        .take(3)
        .collect()
}

fn is_reserved(skeleton_of_name: &str, policy: &NamePolicy<'_>) -> bool {
    let host = policy.host.as_str();
    let labels: Vec<&str> = host.split('.').collect();
    // The top-level label says nothing of this host, unless it is all there is.
    let own = labels.iter().take(labels.len().max(2) - 1).copied().chain([host]);
    let operators = policy.reserved.iter().map(String::as_str);
    RESERVED.iter().copied().chain(own).chain(operators).any(|reserved| {
        let prepared =
            NodePart::new(reserved).map_or_else(|_| reserved.to_lowercase(), |local| local.as_str().to_owned());
        skeleton(&prepared) == skeleton_of_name
    })
}

/// UTS 39 §5.4: marks belong on a letter, four at most.
fn check_marks(name: &str) -> Result<(), NameRefusal> {
    let mut room = 0;
    for c in name.chars() {
        if !is_combining_mark(c) {
            room = MAX_MARKS;
        } else if room == 0 {
            return Err(NameRefusal::Marks);
        } else {
            room -= 1;
        }
    }
    Ok(())
}

/// Says what the preparation did not like: a character on its own, else the direction rule.
fn why_malformed(raw: &str) -> NameRefusal {
    let refused = |c: &char| NodePart::new(c.encode_utf8(&mut [0; 4])).is_err();
    raw.chars().find(refused).map_or(NameRefusal::Direction, |character| NameRefusal::Character { character })
}

/// Characters without a shape, those that steer others, and controls.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

const MAX_WIRE_BYTES: usize = 1023;
const MAX_MARKS: usize = 4;

const ESCAPES: [(&str, char); 10] = [
    ("\\20", ' '),
    ("\\22", '"'),
    ("\\26", '&'),
    ("\\27", '\''),
    ("\\2f", '/'),
    ("\\3a", ':'),
    ("\\3c", '<'),
    ("\\3e", '>'),
    ("\\40", '@'),
    ("\\5c", '\\'),
];

/// Names that a stranger would trust, or that mail to the domain is expected to reach (RFC 2142).
const RESERVED: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "administration",
    "admins",
    "all",
    "announce",
    "announcements",
    "anonymous",
    "billing",
    "bot",
    "contact",
    "daemon",
    "everyone",
    "ftp",
    "help",
    "helpdesk",
    "host",
    "hostmaster",
    "info",
    "invite",
    "invites",
    "jabber",
    "legal",
    "mail",
    "mailer-daemon",
    "marketing",
    "mod",
    "moderator",
    "moderators",
    "news",
    "no-reply",
    "nobody",
    "noc",
    "noreply",
    "null",
    "official",
    "operator",
    "owner",
    "parlour",
    "postmaster",
    "privacy",
    "register",
    "registration",
    "root",
    "sales",
    "security",
    "server",
    "service",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "usenet",
    "uucp",
    "webmaster",
    "www",
    "xmpp",
];

#[cfg(test)]
mod tests;
