//! What people are to each other besides contacts: a picture, a name, rooms they keep. Each has an older and a newer
//! form on the wire; what one app writes in one form, every app sees in the form it knows.
//!
//! Spec: XEP-0398 v1.0.0 (pictures), XEP-0292 v0.12.0 §11 (cards), XEP-0402 v1.2.0 §5.3 and XEP-0411 v1.1.0 (rooms).

pub mod bookmarks;
pub mod card;
pub mod image;
pub mod person;
pub mod picture;
pub mod publisher;
pub mod rooms;
