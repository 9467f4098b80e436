//! Addresses, as the `jid` crate has them, with the few helpers we want beside them.
//!
//! Spec: RFC 6122 (stringprep), by way of the `jid` crate.
//! Left out: PRECIS (RFC 7622); deployed servers and apps still compare by stringprep.

pub use jid::{
    BareJid, DomainPart, DomainRef, Error as JidError, FullJid, Jid, NodePart, NodeRef, ResourcePart, ResourceRef,
};

/// Longest address that can be valid: three parts of 1023 bytes and two separators (RFC 6122 §2.1).
pub const MAX_JID_BYTES: usize = 3 * 1023 + 2;

/// Reads an address from the wire. Use this, not [`Jid::new`], for whatever a peer wrote.
///
/// Its length is looked at before any preparation is done, and one dot at the end of the domain is
/// taken off (RFC 7622 §3.2). jid 0.12 takes it off too late: of `a@b./c` it makes an address that is
/// written `a@b./c` while its parts are `a`, `b` and `/c`, so that two parts of a server could
/// disagree about whom it names.
///
/// # Errors
/// [`JidError`] as from [`Jid::new`]; text over [`MAX_JID_BYTES`] is refused unread, and so is a
/// domain with dots that only look like dots.
pub fn parse(text: &str) -> Result<Jid, JidError> {
    if text.len() > MAX_JID_BYTES {
        return Err(JidError::ResourceTooLong);
    }
    let (address, resource) = match text.find('/') {
        Some(slash) => text.split_at(slash),
        None => (text, ""),
    };
    let jid = match address.strip_suffix('.') {
        None => Jid::new(text)?,
        Some(rest) if rest.ends_with('.') => return Err(JidError::Idna),
        Some(rest) => Jid::new(&format!("{rest}{resource}"))?,
    };
    let domain = jid.domain().as_str();
    if domain.ends_with('.') || domain.contains(LOOK_LIKE_DOTS) {
        return Err(JidError::Idna);
    }
    // Stringprep knows the letters of Unicode 3.2. Later ones can fall apart into capitals, which no
    // folding sees any more: U+1D3E gives "P". Such a name could be written, but never typed.
    if !text.is_ascii() && Jid::new(jid.as_str()).as_ref() != Ok(&jid) {
        return Err(JidError::NodePrep);
    }
    Ok(jid)
}

/// As [`parse`], for an address that must have no resource.
///
/// # Errors
/// [`JidError`] as from [`parse`]; [`JidError::ResourceInBareJid`] if there is one.
pub fn parse_bare(text: &str) -> Result<BareJid, JidError> {
    BareJid::try_from(parse(text)?)
}

/// As [`parse`], for an address that must have a resource.
///
/// # Errors
/// [`JidError`] as from [`parse`]; [`JidError::ResourceMissingInFullJid`] if there is none.
pub fn parse_full(text: &str) -> Result<FullJid, JidError> {
    FullJid::try_from(parse(text)?)
}

/// Whether both name the same account or host, whatever their resources.
pub fn same_bare(a: &Jid, b: &Jid) -> bool {
    a.node() == b.node() && a.domain() == b.domain()
}

/// What IDNA takes for a dot between labels and nameprep leaves as it is.
const LOOK_LIKE_DOTS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dot_at_the_end_of_the_domain_makes_no_second_address() {
        for (text, wanted) in [
            ("a@b.example./c", "a@b.example/c"),
            ("a@b.example.", "a@b.example"),
            ("b.example.", "b.example"),
            ("b.example./>", "b.example/>"),
            ("a@b.example/c.", "a@b.example/c."),
            ("a@b.example/c./d.", "a@b.example/c./d."),
        ] {
            let jid = parse(text).expect(text);
            assert_eq!(jid.as_str(), wanted);
            assert_eq!(jid, Jid::from_parts(jid.node(), jid.domain(), jid.resource()), "{text}");
        }
        for text in
            ["a@b../c", "b..", ".", "./c", "a@b\u{ff0e}/c", "a@b\u{3002}", "a@b\u{3002}c", "a@/c", "", "/", "@", "a@b/"]
        {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_changes_when_prepared_again_is_no_address() {
        assert!(parse("\u{1d3e}@example.org").is_err());
        assert_eq!(
            parse("\u{c4}@example.org/\u{c4}").map(|jid| jid.to_string()),
            Ok("\u{e4}@example.org/\u{c4}".to_owned())
        );
    }

    #[test]
    fn bare_and_full_are_told_apart() {
        assert!(parse_bare("a@b./c").is_err() && parse_full("a@b.").is_err());
        assert_eq!(parse_bare("a@b.").map(|jid| jid.to_string()), Ok("a@b".to_owned()));
        assert_eq!(parse_full("a@b./c").map(|jid| jid.to_string()), Ok("a@b/c".to_owned()));
    }

    proptest! {
        #[test]
        fn parts_put_together_give_the_whole(text in "[a@./\u{e4}A\u{ff0e}\u{3002}\u{df}\u{1d3e}-]{0,8}") {
            crate::fuzzing::jid(text.as_bytes());
        }
    }

    #[test]
    fn length_is_judged_before_preparation() {
        assert!(parse(&"a".repeat(MAX_JID_BYTES + 1)).is_err());
        let longest = format!("{}@example.org/{}", "a".repeat(1023), "r".repeat(1023));
        assert_eq!(parse(&longest).expect("three parts within bounds").as_str(), longest);
    }

    #[test]
    fn bare_parts_compare_without_resources() {
        let a = Jid::new("anna@example.org/phone").expect("literal");
        assert!(same_bare(&a, &Jid::new("ANNA@example.org").expect("literal")));
        assert!(!same_bare(&a, &Jid::new("example.org").expect("literal")));
    }
}
