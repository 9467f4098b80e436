//! HTTP doors: pages and the JSON API.

pub mod api;
pub mod proxies;
