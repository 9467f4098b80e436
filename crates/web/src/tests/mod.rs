//! The doors as a browser, an app and the command line meet them, over a real store. Checks of behaviour by their numbers.

mod admin;
mod api;
mod api_keys;
mod attacks;
mod brand;
mod compat;
mod connection;
mod invites;
mod landing;
mod languages;
mod me;
mod registration;
mod world;
