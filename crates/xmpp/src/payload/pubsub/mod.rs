//! Publish-subscribe: requests of clients, answers, events, and the conditions of its errors.
//!
//! Spec: XEP-0060 v1.30.0, §5 to §8; XEP-0163 v1.2.2 for the part of it that accounts offer.
//! Left out: subscription options, collections, pending subscriptions, publication without an item.

pub mod error;
pub mod event;
pub mod options;
pub mod owner;
pub mod request;
