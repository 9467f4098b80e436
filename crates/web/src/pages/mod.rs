//! Pages for people: what stands on them, and how a browser is told to treat them.

pub mod csp;
pub(crate) mod handlers;
pub(crate) mod kept;
pub mod paths;
pub mod qr;
pub mod view;
