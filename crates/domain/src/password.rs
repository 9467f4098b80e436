//! Passwords that may be chosen, judged before a single round of hashing is spent on them.
//!
//! Spec: RFC 8265 §4 and RFC 4013 for the form (`parlour_xmpp::sasl::prep`); XEP-0438 v0.2.0 for the cap on length.
//! Left out: advice on strength, which a page may give and nobody must follow.

use std::fmt;

use parlour_xmpp::sasl::prep::{self, PrepError};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::host::HostName;

pub use prep::{MAX_PASSWORD_BYTES, MAX_PASSWORD_CHARS};

/// A chosen password has at least this many characters.
pub const MIN_PASSWORD_CHARS: usize = 8;

/// For whom a password is chosen: it must not be what everybody would try first.
#[derive(Debug, Clone, Copy)]
pub struct PasswordPolicy<'a> {
    /// The account's host.
    pub host: &'a HostName,
    /// The account's local part, where it is known.
    pub name: Option<&'a str>,
}

/// A password somebody has chosen and may have, prepared. Prints as `***` and is wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordRefusal {
    /// Too few characters.
    #[error("password of {chars} characters, at least {min} are needed")]
    TooShort {
        /// How many it has.
        chars: usize,
        /// How many it needs.
        min: usize,
    },
    /// Too many characters or bytes.
    #[error("password of more than {max_chars} characters or {max_bytes} bytes")]
    TooLong {
        /// Characters that are taken at most.
        max_chars: usize,
        /// Bytes that are taken at most.
        max_bytes: usize,
    },
    /// A control character, or letters of both writing directions mixed.
    #[error("password with a forbidden character")]
    Forbidden,
    /// Apps would turn it into different keys (full-width letters, ligatures, invisible characters).
    #[error("password that apps prepare differently")]
    Ambiguous,
    /// Among those that are tried first everywhere.
    #[error("common password")]
    Common,
    /// The account's own name or address, or the host's.
    #[error("password that repeats the address")]
    OwnAddress,
}

/// Makes a password of twelve syllables in four groups from nine random bytes: `bako-tima-rone-silu-...`, 72 bits.
///
/// Letters that every keyboard has, no two of which are easily taken for each other.
#[must_use]
pub fn made_up(dice: [u8; 9]) -> Zeroizing<String> {
    const FIRST: &[u8; 16] = b"bdfghjklmnprstvz";
    const SECOND: &[u8; 4] = b"aeiu";
    let mut bits = dice.iter().fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
    let mut out = Zeroizing::new(String::with_capacity(27));
    for syllable in 0..12 {
        if syllable > 0 && syllable % 3 == 0 {
            out.push('-');
        }
        // Six bits each: as many syllables as there are sixes, so none is likelier than another.
        out.push(char::from(FIRST[(bits & 15) as usize]));
        out.push(char::from(SECOND[(bits >> 4 & 3) as usize]));
        bits >>= 6;
    }
    out
}

impl Password {
    /// Judges and prepares a password as it was typed.
    ///
    /// # Errors
    /// [`PasswordRefusal`], in time bounded by [`MAX_PASSWORD_BYTES`].
    pub fn accept(raw: &str, policy: &PasswordPolicy<'_>) -> Result<Self, PasswordRefusal> {
        let prepared = prep::new_password(raw).map_err(|error| match error {
            PrepError::TooLong => {
                PasswordRefusal::TooLong { max_chars: MAX_PASSWORD_CHARS, max_bytes: MAX_PASSWORD_BYTES }
            }
            PrepError::Empty => PasswordRefusal::TooShort { chars: 0, min: MIN_PASSWORD_CHARS },
            PrepError::Forbidden => PasswordRefusal::Forbidden,
            PrepError::Ambiguous => PasswordRefusal::Ambiguous,
        })?;
        let chars = prepared.chars().count();
        if chars < MIN_PASSWORD_CHARS {
            return Err(PasswordRefusal::TooShort { chars, min: MIN_PASSWORD_CHARS });
        }
        let folded = Zeroizing::new(prepared.to_lowercase());
        if is_common(&folded) {
            return Err(PasswordRefusal::Common);
        }
        if repeats_address(&folded, policy) {
            return Err(PasswordRefusal::OwnAddress);
        }
        Ok(Self(prepared))
    }

    /// The bytes that keys are derived from.
    pub fn prepared(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

fn is_common(folded: &str) -> bool {
    COMMON.lines().any(|line| line == folded) || is_run(folded)
}

/// One or two characters over and over, or a straight run up or down: `aaaaaaaa`, `12121212`, `abcdefghi`.
fn is_run(folded: &str) -> bool {
    let points: Zeroizing<Vec<u32>> = Zeroizing::new(folded.chars().map(u32::from).collect());
    let steps = |step: i64| points.windows(2).all(|pair| i64::from(pair[1]) - i64::from(pair[0]) == step);
    points.windows(3).all(|three| three[0] == three[2]) || steps(1) || steps(-1)
}

fn repeats_address(folded: &str, policy: &PasswordPolicy<'_>) -> bool {
    let host = policy.host.as_str();
    if folded == host {
        return true;
    }
    let Some(name) = policy.name.map(str::to_lowercase) else { return false };
    folded
        .strip_prefix(&name)
        .is_some_and(|rest| rest.is_empty() || rest == name || rest.strip_prefix('@') == Some(host))
}

/// One to a line, lower case, at least eight characters: those seen most often in published leaks.
const COMMON: &str = include_str!("password/common.txt");

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn judge(raw: &str) -> Result<(), PasswordRefusal> {
        let host = HostName::parse("chat.example.org").expect("a domain");
        Password::accept(raw, &PasswordPolicy { host: &host, name: Some("julietcapulet") }).map(|_| ())
    }

    #[test]
    fn a_made_up_password_is_taken_and_uses_all_its_bits() {
        let host = HostName::parse("chat.example").expect("a domain");
        let policy = PasswordPolicy { host: &host, name: Some("juliet") };
        let mut seen = std::collections::HashSet::new();
        for bit in 0..72 {
            let mut dice = [0; 9];
            dice[bit / 8] = 1 << (bit % 8);
            let made = made_up(dice);
            assert_eq!((made.len(), made.split('-').count()), (27, 4), "{}", *made);
            assert!(Password::accept(&made, &policy).is_ok());
            assert!(seen.insert(made.to_string()), "each bit counts");
        }
    }

    #[test]
    fn passwords_people_choose_well_are_taken() {
        for raw in ["correct horse battery staple", "gr\u{fc}ner Tee am Abend", "8 znaks!", &"x1y".repeat(42)] {
            assert_eq!(judge(raw), Ok(()), "{raw}");
        }
    }

    #[test]
    fn attack_36_weak_and_hopeless_passwords_are_refused_before_hashing() {
        let too_long = PasswordRefusal::TooLong { max_chars: 128, max_bytes: 512 };
        for (raw, refusal) in [
            ("", PasswordRefusal::TooShort { chars: 0, min: 8 }),
            ("sevench", PasswordRefusal::TooShort { chars: 7, min: 8 }),
            ("\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}", PasswordRefusal::TooShort { chars: 5, min: 8 }),
            (&"xy1".repeat(43), too_long),
            (&"xy1".repeat(4 << 20), too_long),
            ("tab\tinside", PasswordRefusal::Forbidden),
            ("emoji \u{1f600} here", PasswordRefusal::Forbidden),
            ("\u{ff30}\u{ff41}\u{ff53}\u{ff53}\u{ff57}ort", PasswordRefusal::Ambiguous),
            ("password", PasswordRefusal::Common),
            ("PassWord1", PasswordRefusal::Common),
            ("iloveyou", PasswordRefusal::Common),
            ("12345678", PasswordRefusal::Common),
            ("aaaaaaaaaaaa", PasswordRefusal::Common),
            ("5353535353", PasswordRefusal::Common),
            ("mnopqrstuv", PasswordRefusal::Common),
            ("zyxwvuts", PasswordRefusal::Common),
            ("julietcapulet", PasswordRefusal::OwnAddress),
            ("JulietCapulet", PasswordRefusal::OwnAddress),
            ("julietcapuletjulietcapulet", PasswordRefusal::OwnAddress),
            ("julietcapulet@chat.example.org", PasswordRefusal::OwnAddress),
            ("chat.example.org", PasswordRefusal::OwnAddress),
        ] {
            assert_eq!(judge(raw), Err(refusal), "{:?}", raw.get(..40));
        }
        assert_eq!(judge(&"\u{20000}ab\u{20001}".repeat(32)), Ok(()), "at most 128 characters of up to four bytes");
    }

    #[test]
    fn the_list_is_what_it_says() {
        let mut seen = HashSet::new();
        for line in COMMON.lines() {
            assert!(line.chars().count() >= MIN_PASSWORD_CHARS, "{line} is refused for its length");
            assert_eq!(line, line.to_lowercase(), "compared in lower case");
            assert!(seen.insert(line), "{line} twice");
        }
        assert!((200..2_000).contains(&seen.len()), "{}", seen.len());
    }

    #[test]
    fn a_password_prints_as_stars_and_keeps_the_prepared_form() {
        let host = HostName::parse("chat.example.org").expect("a domain");
        let password =
            Password::accept("cafe\u{301} au lait", &PasswordPolicy { host: &host, name: None }).expect("taken");
        assert_eq!(format!("{password:?}"), "Password(***)");
        assert_eq!(password.prepared(), "caf\u{e9} au lait".as_bytes());
    }
}
