//! The lines of the table, one file for each thing that is measured.

mod appends;
mod empty;
mod idle;
mod issuing;
mod large;
mod logins;
mod messages;
pub mod pages;
mod registrations;
pub mod storm;

use crate::table::Line;

/// All, in the order of the document.
pub fn all() -> Vec<Line> {
    vec![
        logins::CLASSIC,
        logins::AT_ONCE,
        messages::UNSTORED,
        messages::FEW,
        messages::ARCHIVED,
        messages::SYNCED,
        appends::LINE,
        idle::LINE,
        registrations::IN_BAND,
        registrations::FORM,
        registrations::API,
        issuing::LINE,
        pages::SHARED,
        pages::SINGLE,
        storm::SMALL,
        storm::LARGE,
        large::LINE,
        empty::LINE,
    ]
}
