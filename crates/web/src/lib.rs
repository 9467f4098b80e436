//! HTTP doors: pages and the JSON API.

pub mod api;
pub mod apps;
mod authority;
pub mod card;
pub mod compat;
pub mod cookies;
pub mod csrf;
pub mod front;
pub mod hosts;
pub mod limits;
pub mod links;
pub mod local;
pub mod look;
pub mod pages;
pub mod picture;
pub mod platform;
mod png;
pub mod problem;
pub mod proxies;
pub mod routes;
pub mod security;
pub mod service;
#[cfg(test)]
mod tests;
pub mod websocket;

pub use api::Backups;
pub use front::Came;
pub use hosts::Exposure;
pub use service::{Parts, Settings, Web};

// The samples of the gallery example serve the unit tests too, and name this crate from outside.
#[cfg(test)]
extern crate self as parlour_web;
