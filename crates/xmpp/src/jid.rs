//! Addresses, prepared by stringprep as RFC 3920's successors are deployed.
//!
//! Spec: RFC 7622 (form), RFC 3491, 3920 appendices (preparation, as the field does it).

pub use jid::{BareJid, DomainPart, FullJid, Jid, NodePart, ResourcePart};
