//! HTTP doors: pages and the JSON API.

pub mod api;
pub mod cookies;
pub mod csrf;
pub mod hosts;
pub mod limits;
pub mod problem;
pub mod proxies;
