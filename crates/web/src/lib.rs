//! HTTP doors: pages and the JSON API.
