//! Certificates by ACME.

pub(crate) mod options;
