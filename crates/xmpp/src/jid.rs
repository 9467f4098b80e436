//! Addresses, as the `jid` crate has them, with the few helpers we want beside them.
//!
//! Spec: RFC 6122 (stringprep), by way of the `jid` crate.
//! Left out: PRECIS (RFC 7622); deployed servers and apps still compare by stringprep.

pub use jid::{
    BareJid, DomainPart, DomainRef, Error as JidError, FullJid, Jid, NodePart, NodeRef, ResourcePart, ResourceRef,
};

/// Longest address that can be valid: three parts of 1023 bytes and two separators (RFC 6122 §2.1).
pub const MAX_JID_BYTES: usize = 3 * 1023 + 2;

/// Reads an address, looking at its length before any preparation is done.
///
/// # Errors
/// [`JidError`] as from [`Jid::new`]; text over [`MAX_JID_BYTES`] is refused unread.
pub fn parse(text: &str) -> Result<Jid, JidError> {
    if text.len() > MAX_JID_BYTES {
        return Err(JidError::ResourceTooLong);
    }
    Jid::new(text)
}

/// Whether both name the same account or host, whatever their resources.
pub fn same_bare(a: &Jid, b: &Jid) -> bool {
    a.node() == b.node() && a.domain() == b.domain()
}

#[cfg(test)]
mod tests {
    use super::*;

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
