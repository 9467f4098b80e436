//! Nothing but a home for the integration tests in `all.rs`.
