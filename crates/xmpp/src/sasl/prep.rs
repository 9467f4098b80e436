//! Names and passwords in the one form that both ends hash and compare.
//!
//! Spec: RFC 4013 (SASLprep, what SCRAM says), RFC 8265 §4.2 (OpaqueString, what newer apps do), RFC 3920
//! appendix A (nodeprep, through the jid crate).
//!
//! A *new* password is taken only where SASLprep and OpaqueString give the same bytes; else one app would derive
//! other keys than another, or than our own form. An *old* one (PLAIN) goes through SASLprep alone.

use jid::NodePart;
use stringprep::saslprep;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password has at most this many bytes before anything is done with it.
pub const MAX_PASSWORD_BYTES: usize = 512;
/// And this many characters.
pub const MAX_PASSWORD_CHARS: usize = 128;

/// Why a password cannot be used at all, whoever owns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PrepError {
    /// More than [`MAX_PASSWORD_BYTES`] or [`MAX_PASSWORD_CHARS`].
    #[error("password too long")]
    TooLong,
    /// Nothing is left of it.
    #[error("password empty")]
    Empty,
    /// It has a character that must not be there, or scripts mixed against the rules of writing direction.
    #[error("password with a forbidden character")]
    Forbidden,
    /// The two preparations in use give different results, so some app would fail to sign in.
    #[error("password that apps prepare differently")]
    Ambiguous,
}

/// Prepares a password that somebody signs in with.
///
/// # Errors
/// [`PrepError`] but for `Ambiguous`, all in time bounded by [`MAX_PASSWORD_BYTES`].
pub fn password(raw: &str) -> Result<Zeroizing<String>, PrepError> {
    if raw.len() > MAX_PASSWORD_BYTES || raw.chars().count() > MAX_PASSWORD_CHARS {
        return Err(PrepError::TooLong);
    }
    let prepared = Zeroizing::new(saslprep(raw).map_err(|_| PrepError::Forbidden)?.into_owned());
    if prepared.is_empty() {
        return Err(PrepError::Empty);
    }
    // Compatibility forms can grow: one ligature becomes eighteen characters.
    if prepared.len() > MAX_PASSWORD_BYTES { Err(PrepError::TooLong) } else { Ok(prepared) }
}

/// Prepares a password that somebody chooses.
///
/// # Errors
/// [`PrepError`].
pub fn new_password(raw: &str) -> Result<Zeroizing<String>, PrepError> {
    let prepared = password(raw)?;
    // RFC 8265 §4.2.2: other spaces become U+0020, then NFC; neither case nor width changes.
    let opaque: Zeroizing<String> =
        Zeroizing::new(raw.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect());
    if *opaque != *prepared {
        return Err(PrepError::Ambiguous);
    }
    if outside_freeform(&prepared) { Err(PrepError::Forbidden) } else { Ok(prepared) }
}

/// Prepares the name of an account as a SASL message has it: SASLprep, then the local part's own preparation.
/// `None` where no account can have that name.
pub fn username(raw: &str) -> Option<NodePart> {
    let prepared = saslprep(raw).ok()?;
    NodePart::new(&prepared).ok().map(|name| name.into_owned())
}

/// Separators of category Zs that are not ASCII (RFC 8265 §4.2.2 rule 2, RFC 3454 table C.1.2).
fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// What FreeformClass (RFC 8264 §4.3) forbids and SASLprep lets pass unchanged: old Hangul jamo (§9.9), two ignorable
/// vowels (§9.13), and code points that need a context (RFC 5892 appendix A), of which only the digits' rule is worth
/// keeping: a password can do without the others. All else that it forbids SASLprep removes, maps or forbids too.
fn outside_freeform(text: &str) -> bool {
    let arabic_digit = |c| matches!(c, '\u{660}'..='\u{669}');
    let extended_digit = |c| matches!(c, '\u{6f0}'..='\u{6f9}');
    if text.contains(arabic_digit) && text.contains(extended_digit) {
        return true;
    }
    text.contains(|c| {
        matches!(
            c,
            '\u{1100}'
                ..='\u{11ff}' | '\u{17b4}' | '\u{17b5}' | '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_36_passwords_are_taken_where_both_preparations_agree() {
        let decomposed = "Caf\u{65}\u{301}-im-Park";
        let cases: &[(&str, Result<&str, PrepError>)] = &[
            ("correct horse battery", Ok("correct horse battery")),
            ("Pass\u{e4}wort", Ok("Pass\u{e4}wort")),
            (decomposed, Ok("Caf\u{e9}-im-Park")),
            ("no\u{a0}break", Ok("no break")),
            ("\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}", Ok("\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}")),
            ("\u{d55c}\u{ae00}", Ok("\u{d55c}\u{ae00}")),
            // SASLprep folds compatibility forms, OpaqueString does not.
            ("\u{ff21}\u{ff22}", Err(PrepError::Ambiguous)),
            ("x\u{b2}", Err(PrepError::Ambiguous)),
            ("\u{fb01}sh", Err(PrepError::Ambiguous)),
            // SASLprep drops them in silence.
            ("soft\u{ad}hyphen", Err(PrepError::Ambiguous)),
            ("zero\u{200d}width", Err(PrepError::Ambiguous)),
            ("zero\u{200b}width", Err(PrepError::Ambiguous)),
            ("variant\u{fe0f}", Err(PrepError::Ambiguous)),
            // Unassigned in SASLprep's Unicode 3.2.
            ("emoji\u{1f600}", Err(PrepError::Forbidden)),
            ("tab\there", Err(PrepError::Forbidden)),
            ("nul\0", Err(PrepError::Forbidden)),
            ("private\u{e000}", Err(PrepError::Forbidden)),
            ("rtl\u{202e}override", Err(PrepError::Forbidden)),
            ("\u{627}abc", Err(PrepError::Forbidden)),
            ("jamo\u{1100}\u{11ff}", Err(PrepError::Forbidden)),
            ("filler\u{3164}", Err(PrepError::Ambiguous)),
            ("\u{627}\u{661}\u{6f1}\u{627}", Err(PrepError::Forbidden)),
            ("l\u{b7}l", Err(PrepError::Forbidden)),
            ("", Err(PrepError::Empty)),
            // RFC 4013 §3 maps it to nothing.
            ("\u{ad}", Err(PrepError::Empty)),
        ];
        for (raw, expected) in cases {
            assert_eq!(new_password(raw).as_ref().map(|p| p.as_str()).map_err(|e| *e), *expected, "{raw:?}");
        }
    }

    #[test]
    fn attack_36_length_is_judged_before_any_preparation() {
        assert!(password(&"x".repeat(MAX_PASSWORD_CHARS)).is_ok());
        assert_eq!(password(&"x".repeat(MAX_PASSWORD_CHARS + 1)).unwrap_err(), PrepError::TooLong);
        assert_eq!(password(&"x".repeat(10 << 20)).unwrap_err(), PrepError::TooLong);
        assert!(password(&"\u{20000}".repeat(MAX_PASSWORD_CHARS)).is_ok(), "128 characters of four bytes");
        // One ligature of three bytes becomes 18 characters.
        assert_eq!(password(&"\u{fdfa}".repeat(100)).unwrap_err(), PrepError::TooLong);
    }

    #[test]
    fn sasl_prep_examples_of_rfc_4013() {
        let ok = |raw| password(raw).unwrap().to_string();
        assert_eq!(ok("I\u{ad}X"), "IX");
        assert_eq!(ok("user"), "user");
        assert_eq!(ok("USER"), "USER");
        assert_eq!(ok("\u{aa}"), "a");
        assert_eq!(ok("\u{2168}"), "IX");
        assert_eq!(password("\u{7}").unwrap_err(), PrepError::Forbidden);
        assert_eq!(password("\u{627}1").unwrap_err(), PrepError::Forbidden);
    }

    #[test]
    fn user_names_take_the_form_of_their_account() {
        for (raw, name) in
            [("juliet", "juliet"), ("Juliet", "juliet"), ("\u{ff2a}uliet", "juliet"), ("Stra\u{df}e", "strasse")]
        {
            assert_eq!(username(raw).unwrap().as_str(), name);
        }
        for raw in ["", "a@b", "a/b", "a b", "tab\t", "\u{202e}x", "<", &"x".repeat(1024)] {
            assert!(username(raw).is_none(), "{raw:?}");
        }
    }
}
